//! The level of the microphone, for whoever sets it up: how loud each tenth of a second was.

use std::time::{Duration, Instant};

use super::devices::{Finder, Way};
use super::{ear, take};
use crate::problem::{Part, Problem};
use crate::settings::Audio;

/// A stretch of sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Root mean square, dB below full scale; -90 at the least.
    pub rms_db: f32,
    /// Loudest sample, dB below full scale; -90 at the least.
    pub peak_db: f32,
}

/// What a level means to a pilot who spoke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It will be understood.
    Well,
    /// Nobody was heard.
    Silent,
    /// Its peaks are cut off.
    TooLoud,
}

impl Level {
    /// The least that there is.
    pub const NONE: Self = Self { rms_db: -90.0, peak_db: -90.0 };

    /// The louder of the two, in each respect.
    pub fn or(self, other: Self) -> Self {
        Self { rms_db: self.rms_db.max(other.rms_db), peak_db: self.peak_db.max(other.peak_db) }
    }

    /// What it means as the loudest moment of a call.
    pub fn verdict(self) -> Verdict {
        if self.peak_db > -0.2 {
            Verdict::TooLoud
        } else if self.rms_db > -50.0 {
            Verdict::Well
        } else {
            Verdict::Silent
        }
    }
}

fn db(level: f32) -> f32 {
    (20.0 * level.max(1e-9).log10()).max(-90.0)
}

/// The level of a stretch of samples, -1 to 1.
pub fn level(samples: &[f32]) -> Level {
    Level { rms_db: db(take::rms(samples)), peak_db: db(samples.iter().fold(0.0f32, |p, s| p.max(s.abs()))) }
}

/// Listens to the configured microphone for `seconds`, and shows each tenth of a second to `show`: its name before the
/// first one. `show` ends it with `false`.
pub fn listen(settings: &Audio, seconds: u32, mut show: impl FnMut(&str, Level) -> bool) -> Result<(), Problem> {
    let found = Finder::new(Way::In, settings.microphone.as_deref()).find()?;
    let mut m = ear::open(&found, settings.input_channel)?;
    let (end, tenth) = (Instant::now() + Duration::from_secs(u64::from(seconds)), m.rate as usize / 10);
    let mut heard = Vec::with_capacity(tenth);
    while Instant::now() < end {
        if let Some(why) = m.watch.lost(Instant::now()) {
            return Err(Problem::new("the microphone was lost")
                .because(format!("{}: {why}", m.name))
                .fix("connect it again, or choose another in stratus.toml (audio.microphone)")
                .about(Part::Microphone));
        }
        while let Ok(s) = m.ring.pop() {
            heard.push(s);
            if heard.len() >= tenth {
                if !show(&m.name, level(&heard)) {
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
        let verdicts = [loudest, Level::NONE, level(&[1.0, 0.0])].map(Level::verdict);
        assert_eq!(verdicts, [Verdict::Well, Verdict::Silent, Verdict::TooLoud]);
    }
}
