//! Messages about the microphone besides its takes: its level, and that it opened too late for a word.

use super::Shell;
use crate::audio::meter::{self, Level};
use crate::audio::{resample, take};
use crate::event::{Event, Sample};
use crate::problem::Problem;
use crate::settings::Audio;

/// The message about a call whose first milliseconds were missed.
pub(super) fn late(ms: u32) -> Event {
    log::info!("the microphone opened {ms} ms after the press (audio.keep_open), and a voice was there at once");
    Event::Notice { title: "Your first words were cut off".into(), body: "Wait for the red icon, then speak.".into() }
}

impl Shell {
    /// Listens outside a call, shows the level, and reports what was captured.
    pub(super) fn check_microphone(&self, seconds: u32) {
        let (inbox, audio) = (self.inbox.clone(), self.config.audio.clone());
        let spawned = std::thread::Builder::new().name("meter".into()).spawn(move || {
            let shown = |microphone: &str, level: Level| {
                inbox.offer(Event::Level { microphone: microphone.to_owned(), rms_db: level.rms_db });
            };
            inbox.send(Event::Checked(sample(&audio, seconds, shown)));
        });
        if let Err(e) = spawned {
            self.inbox.offer(Event::Checked(Err(Problem::new("cannot listen to the microphone").because(e))));
        }
    }
}

/// Listens until somebody has spoken, and shows the level several times a second.
fn sample(audio: &Audio, seconds: u32, shown: impl FnMut(&str, Level)) -> Result<Sample, Problem> {
    let spoken = meter::spoken(audio, seconds, shown)?;
    let samples = resample::to_rate(&spoken.samples, spoken.rate, take::RATE)?;
    Ok(Sample {
        microphone: spoken.microphone,
        loudness: spoken.loudest.verdict(),
        peak_db: spoken.loudest.peak_db,
        take: take::from_16k(&samples),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaking_before_the_microphone_opened_is_explained() {
        let Event::Notice { title, body } = late(700) else { panic!("nothing is told") };
        assert_eq!((title.as_str(), body.as_str()), ("Your first words were cut off", "Wait for the red icon, then speak."));
    }
}
