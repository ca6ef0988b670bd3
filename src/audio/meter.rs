//! The level of the microphone during setup: how loud each tenth of a second was.

use std::time::{Duration, Instant};

use super::devices::{Finder, Way};
use super::ear::{self, Loss};
use super::take;
use crate::event::{Loudness, SPEAK_WITHIN_S};
use crate::problem::Problem;
use crate::settings::Audio;

/// A tenth of a second above this level contains a voice, dB.
const VOICE_DB: f32 = -50.0;
/// Above this level something is captured, such as a distant voice. Most microphones deliver nothing at all below it.
const SOUND_DB: f32 = -68.0;
/// How long a person must have spoken, and then been silent, to have finished. Tenths of a second.
const SPOKEN: usize = 3;
const SILENT: usize = 9;
/// After this many tenths of a second without a voice, nobody is going to speak.
const NOBODY: usize = SPEAK_WITHIN_S as usize * 10;
/// The same time for a clock. A busy computer delivers sound late and then much at once, but the pilot was asked only when the first
/// of it arrived.
const ASKED: Duration = Duration::from_secs(SPEAK_WITHIN_S as u64);
/// How long a busy computer may deliver no sound.
const STALLED: Duration = Duration::from_secs(5);

/// What was recorded until the person had spoken.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoken {
    /// The microphone's name.
    pub microphone: String,
    /// All samples, -1 to 1.
    pub samples: Vec<f32>,
    /// Samples per second.
    pub rate: u32,
    /// The level of the loudest tenth of a second.
    pub loudest: Level,
}

/// The level of a piece of sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Root mean square, dB below full scale; at least -90.
    pub rms_db: f32,
    /// Loudest sample, dB below full scale; at least -90.
    pub peak_db: f32,
}

impl Level {
    /// The lowest level.
    pub const NONE: Self = Self { rms_db: -90.0, peak_db: -90.0 };

    /// The higher of the two, for each value.
    pub fn or(self, other: Self) -> Self {
        Self { rms_db: self.rms_db.max(other.rms_db), peak_db: self.peak_db.max(other.peak_db) }
    }

    /// What it means as the loudest moment of a call.
    pub fn verdict(self) -> Loudness {
        if self.peak_db > -0.2 {
            Loudness::TooLoud
        } else if self.rms_db > VOICE_DB {
            Loudness::Good
        } else if self.rms_db > SOUND_DB {
            Loudness::Quiet
        } else {
            Loudness::Silent
        }
    }
}

fn db(level: f32) -> f32 {
    (20.0 * level.max(1e-9).log10()).max(-90.0)
}

/// The level of samples, -1 to 1.
pub fn level(samples: &[f32]) -> Level {
    Level { rms_db: db(take::rms(samples)), peak_db: db(samples.iter().fold(0.0f32, |p, s| p.max(s.abs()))) }
}

/// Records `seconds` of sound with the configured microphone, and passes the level of each tenth of a second to `show`; before
/// that, its name. `show` stops the recording with `false`.
pub fn listen(settings: &Audio, seconds: u32, mut show: impl FnMut(&str, Level) -> bool) -> Result<(), Problem> {
    tenths(settings, seconds, |name, _, heard| show(name, level(heard)))
}

/// Records until a person has spoken and is silent again, at most `seconds` of sound, and shows the level of each tenth
/// of a second.
pub fn spoken(settings: &Audio, seconds: u32, mut show: impl FnMut(&str, Level)) -> Result<Spoken, Problem> {
    let mut all = Spoken { microphone: String::new(), samples: Vec::new(), rate: 0, loudest: Level::NONE };
    let (mut end, mut asked) = (End::default(), None);
    tenths(settings, seconds, |name, rate, heard| {
        if all.rate != rate {
            (all.microphone, all.rate) = (name.to_owned(), rate);
        }
        all.samples.extend_from_slice(heard);
        let level = level(heard);
        all.loudest = all.loudest.or(level);
        show(name, level);
        let asked = *asked.get_or_insert_with(Instant::now);
        !end.reached(level, asked.elapsed())
    })?;
    Ok(all)
}

/// Detects when a person has finished speaking.
#[derive(Debug, Default)]
struct End {
    tenths: usize,
    voiced: usize,
    silent: usize,
}

impl End {
    /// Takes the next tenth of a second; `asked` is how long ago the first one arrived.
    fn reached(&mut self, level: Level, asked: Duration) -> bool {
        self.tenths += 1;
        if level.rms_db > VOICE_DB {
            self.voiced += 1;
            self.silent = 0;
        } else {
            self.silent += 1;
        }
        let nobody = self.tenths >= NOBODY && asked >= ASKED;
        self.silent >= SILENT && (self.voiced >= SPOKEN || nobody)
    }
}

/// Passes each tenth of a second of the configured microphone to `take`, with name and rate, until `take` returns `false`.
fn tenths(settings: &Audio, seconds: u32, mut take: impl FnMut(&str, u32, &[f32]) -> bool) -> Result<(), Problem> {
    let found = Finder::new(Way::In, settings.microphone.as_deref()).find()?;
    let mut m = ear::open(&found, settings.input_channel)?;
    let mut pieces = Pieces::new(m.rate, seconds);
    let mut last = Instant::now();
    while !pieces.is_over() {
        let now = Instant::now();
        match m.watch.lost(now) {
            // A device that is still open may only be late.
            Some(Loss::Still | Loss::Mute) if now.saturating_duration_since(last) < STALLED => {}
            Some(why) => return Err(Way::In.lost(&m.name, why)),
            None => {}
        }
        while let Ok(s) = m.ring.pop() {
            last = now;
            if let Some(heard) = pieces.add(s)
                && !take(&m.name, m.rate, heard)
            {
                return Ok(());
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Cuts sound into tenths of a second, and counts them: a recording lasts as long as its sound, however late that arrives.
struct Pieces {
    heard: Vec<f32>,
    /// Samples in a piece.
    tenth: usize,
    /// Pieces to come.
    left: usize,
    full: bool,
}

impl Pieces {
    fn new(rate: u32, seconds: u32) -> Self {
        let tenth = (rate as usize / 10).max(1);
        Self { heard: Vec::with_capacity(tenth), tenth, left: seconds as usize * 10, full: false }
    }

    /// Adds a sample; returns the piece that it completes. Sound after the last piece is dropped.
    fn add(&mut self, sample: f32) -> Option<&[f32]> {
        if std::mem::take(&mut self.full) {
            self.heard.clear();
        }
        if self.left == 0 {
            return None;
        }
        self.heard.push(sample);
        self.full = self.heard.len() >= self.tenth;
        self.left -= usize::from(self.full);
        self.full.then_some(&self.heard)
    }

    fn is_over(&self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_decibels_below_full_scale() {
        let l = level(&[0.5, -0.5, 0.5, -0.5]);
        assert!((l.rms_db + 6.02).abs() < 0.01 && (l.peak_db + 6.02).abs() < 0.01, "{l:?}");
        assert_eq!(level(&[]), Level { rms_db: -90.0, peak_db: -90.0 });
        assert_eq!(level(&[0.0; 9]).peak_db, -90.0);
        let loudest = level(&[0.1, -0.1]).or(Level::NONE).or(level(&[0.0]));
        assert!((loudest.rms_db + 20.0).abs() < 0.01, "{loudest:?}");
        let verdicts = [loudest, level(&[0.001, -0.001]), Level::NONE, level(&[1.0, 0.0])].map(Level::verdict);
        assert_eq!(verdicts, [Loudness::Good, Loudness::Quiet, Loudness::Silent, Loudness::TooLoud]);
    }

    #[test]
    fn meter_stops_after_speech_and_waits_a_while_for_silence() {
        let voice = Level { rms_db: -20.0, peak_db: -10.0 };
        let after = |all: &[(Level, usize)]| {
            let mut end = End::default();
            let tenth = Duration::from_millis(100);
            all.iter().flat_map(|(level, n)| vec![*level; *n]).zip(1..).position(|(l, n)| end.reached(l, tenth * n))
        };
        // A second of silence, two of speech with a breath, then silence.
        assert_eq!(after(&[(Level::NONE, 10), (voice, 8), (Level::NONE, 5), (voice, 8), (Level::NONE, 20)]), Some(39));
        assert_eq!(after(&[(voice, 60)]), None);
        // As long as the message promises to the pilot.
        assert_eq!(after(&[(Level::NONE, 80)]), Some(SPEAK_WITHIN_S as usize * 10 - 1));
        // A click does not count as a word.
        assert_eq!(after(&[(voice, 1), (Level::NONE, 30)]), None);
    }

    #[test]
    fn busy_computer_shortens_no_microphone_test() {
        // Two seconds of sound arrive at once, after which the pilot is asked: the six seconds begin then.
        let mut end = End::default();
        let late = (1..=80u32).map(|n| Duration::from_millis(u64::from(n.saturating_sub(20)) * 100));
        assert_eq!(late.into_iter().position(|asked| end.reached(Level::NONE, asked)), Some(79));
        // The recording lasts as long as its sound, not as long as a clock says.
        let mut pieces = Pieces::new(1000, 1);
        let sizes: Vec<usize> = (0..999u16).filter_map(|n| pieces.add(f32::from(n)).map(<[f32]>::len)).collect();
        assert!(sizes == [100; 9] && !pieces.is_over(), "{sizes:?}");
        assert_eq!(pieces.add(999.0).map(|heard| (heard[0], heard.len())), Some((900.0, 100)));
        assert!(pieces.is_over() && pieces.add(0.0).is_none());
    }
}
