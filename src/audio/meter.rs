//! The level of the microphone during setup: how loud each tenth of a second was.

use std::time::{Duration, Instant};

use super::devices::{Finder, Way};
use super::{ear, take};
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

/// Records the configured microphone for `seconds`, and passes the level of each tenth of a second to `show`; before
/// that, its name. `show` stops the recording with `false`.
pub fn listen(settings: &Audio, seconds: u32, mut show: impl FnMut(&str, Level) -> bool) -> Result<(), Problem> {
    tenths(settings, seconds, |name, _, heard| show(name, level(heard)))
}

/// Records until a person has spoken and is silent again, at most for `seconds`, and shows the level of each tenth of a second.
pub fn spoken(settings: &Audio, seconds: u32, mut show: impl FnMut(&str, Level)) -> Result<Spoken, Problem> {
    let mut all = Spoken { microphone: String::new(), samples: Vec::new(), rate: 0, loudest: Level::NONE };
    let mut end = End::default();
    tenths(settings, seconds, |name, rate, heard| {
        if all.rate != rate {
            (all.microphone, all.rate) = (name.to_owned(), rate);
        }
        all.samples.extend_from_slice(heard);
        let level = level(heard);
        all.loudest = all.loudest.or(level);
        show(name, level);
        !end.reached(level)
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
    /// Takes the next tenth of a second.
    fn reached(&mut self, level: Level) -> bool {
        self.tenths += 1;
        if level.rms_db > VOICE_DB {
            self.voiced += 1;
            self.silent = 0;
        } else {
            self.silent += 1;
        }
        if self.voiced >= SPOKEN { self.silent >= SILENT } else { self.tenths >= NOBODY && self.silent >= SILENT }
    }
}

/// Passes each tenth of a second of the configured microphone to `take`, with name and rate, until `take` returns `false`.
fn tenths(settings: &Audio, seconds: u32, mut take: impl FnMut(&str, u32, &[f32]) -> bool) -> Result<(), Problem> {
    let found = Finder::new(Way::In, settings.microphone.as_deref()).find()?;
    let mut m = ear::open(&found, settings.input_channel)?;
    let (end, tenth) = (Instant::now() + Duration::from_secs(u64::from(seconds)), m.rate as usize / 10);
    let mut heard = Vec::with_capacity(tenth);
    while Instant::now() < end {
        if let Some(why) = m.watch.lost(Instant::now()) {
            return Err(Way::In.lost(&m.name, why));
        }
        while let Ok(s) = m.ring.pop() {
            heard.push(s);
            if heard.len() >= tenth {
                if !take(&m.name, m.rate, &heard) {
                    return Ok(());
                }
                heard.clear();
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
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
            all.iter().flat_map(|(level, n)| vec![*level; *n]).position(|l| end.reached(l))
        };
        // A second of silence, two of speech with a breath, then silence.
        assert_eq!(after(&[(Level::NONE, 10), (voice, 8), (Level::NONE, 5), (voice, 8), (Level::NONE, 20)]), Some(39));
        assert_eq!(after(&[(voice, 60)]), None);
        // As long as the message promises to the pilot.
        assert_eq!(after(&[(Level::NONE, 80)]), Some(SPEAK_WITHIN_S as usize * 10 - 1));
        // A click does not count as a word.
        assert_eq!(after(&[(voice, 1), (Level::NONE, 30)]), None);
    }
}
