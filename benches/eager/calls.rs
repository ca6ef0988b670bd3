//! The recorded calls, and the ways in which pilots release the key.

use std::error::Error;
use std::path::Path;

use stratus::audio::{resample, take, wav};

const MS: usize = take::RATE as usize / 1000;
/// The tail. It ends earlier in silence, as in these calls.
const TAIL: usize = 130 * MS;

/// A call: 16 kHz mono, to the end of the tail.
#[derive(Clone)]
pub struct Call {
    pub text: String,
    pub sound: Vec<f32>,
    /// The sample at which the key is released.
    pub released: usize,
}

/// When the key is released.
#[derive(Clone, Copy)]
pub enum Kind {
    /// At the end of the recording.
    AsRecorded,
    /// This long after the last word, milliseconds.
    After(usize),
    /// A second after the end of the recording.
    Late,
    /// At the end of a second call, after a pause.
    Joined,
}

pub const KINDS: [Kind; 5] = [Kind::AsRecorded, Kind::After(100), Kind::After(300), Kind::Late, Kind::Joined];

impl Kind {
    pub fn name(self) -> String {
        match self {
            Self::AsRecorded => "released at the recording's end (0.8 s after the last word at the median)".into(),
            Self::After(ms) => format!("released {ms} ms after the last word"),
            Self::Late => "released a second after the recording's end".into(),
            Self::Joined => "two calls in one, with the pause between them".into(),
        }
    }
}

/// The calls of the fixture.
pub fn recorded() -> Result<Vec<Call>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/heldout");
    let list = std::fs::read_to_string(folder.join("transcripts.tsv"))?;
    let mut calls = Vec::new();
    for (file, text) in list.lines().filter_map(|l| l.split_once('\t')).filter(|(file, _)| file.ends_with(".wav")) {
        let wav = wav::read(&folder.join(file))?;
        let sound = resample::to_rate(&wav.samples, wav.rate, take::RATE)?;
        calls.push(Call { text: text.to_owned(), released: sound.len(), sound });
    }
    Ok(calls)
}

/// The calls with this kind of release.
pub fn of(kind: Kind, recorded: &[Call]) -> Vec<Call> {
    let each = recorded.iter().enumerate();
    each.map(|(n, call)| {
        let mut call = call.clone();
        match kind {
            Kind::AsRecorded => {}
            Kind::After(ms) => {
                let spoken =
                    (1..=call.sound.len() / (20 * MS)).rev().map(|n| n * 20 * MS).find(|n| take::voiced_from(&call.sound, n - 20 * MS) > 0);
                call.released = (spoken.unwrap_or(0) + ms * MS).min(call.sound.len());
            }
            Kind::Late => {
                quieten(&mut call.sound, 1000 * MS);
                call.released = call.sound.len();
            }
            Kind::Joined => {
                let next = &recorded[(n + 7) % recorded.len()];
                call.text = format!("{} {}", call.text, next.text);
                call.sound.extend_from_slice(&next.sound);
                call.released = call.sound.len();
            }
        }
        let end = call.released + TAIL;
        if call.sound.len() < end {
            let lacking = end - call.sound.len();
            quieten(&mut call.sound, lacking);
        }
        call.sound.truncate(end);
        call
    })
    .collect()
}

/// Extends the room noise at the end of the recording.
fn quieten(sound: &mut Vec<f32>, samples: usize) {
    let room: Vec<f32> = sound[sound.len().saturating_sub(60 * MS)..].to_vec();
    // Forwards and backwards, so that there is no click at the seams.
    let there_and_back: Vec<f32> = room.iter().rev().chain(&room).copied().collect();
    sound.extend(there_and_back.iter().cycle().take(samples));
}

pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Edit distance in words.
pub fn errors(want: &str, got: &str) -> usize {
    let (want, got) = (words(want), words(got));
    let mut row: Vec<usize> = (0..=got.len()).collect();
    for (i, w) in want.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, g) in got.iter().enumerate() {
            let substituted = diagonal + usize::from(w != g);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[got.len()]
}
