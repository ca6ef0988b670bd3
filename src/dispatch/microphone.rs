//! What a pilot is told of the microphone besides its takes: how loud it is, and that it opened too late for a word.

use super::Shell;
use crate::audio::meter::{self, Level, Verdict};
use crate::event::Event;
use crate::settings::Audio;

/// A call whose beginning was not heard, so many milliseconds of it.
pub(super) fn late(ms: u32) -> Event {
    let body = format!(
        "While no simulator runs, the microphone opens with the key; it took {:.1} s this time. Speak a moment after the press, or \
         set audio.keep_open = \"always\".",
        f64::from(ms) / 1000.0
    );
    Event::Notice { title: "The beginning of a call was not heard".into(), body }
}

impl Shell {
    /// Listens beside the flight, and tells what was heard.
    pub(super) fn check_microphone(&self, seconds: u32) {
        let (inbox, audio) = (self.inbox.clone(), self.config.audio.clone());
        let spawned = std::thread::Builder::new().name("meter".into()).spawn(move || {
            inbox.send(Event::Notice { title: "The microphone".into(), body: heard(&audio, seconds) });
        });
        if let Err(e) = spawned {
            log::error!("cannot listen to the microphone: {e}");
        }
    }
}

fn heard(audio: &Audio, seconds: u32) -> String {
    let (mut name, mut loudest) = (String::new(), Level::NONE);
    let listened = meter::listen(audio, seconds, |who, level| {
        who.clone_into(&mut name);
        loudest = loudest.or(level);
        true
    });
    match (listened, loudest.verdict()) {
        (Err(p), _) => p.one_line(),
        (Ok(()), Verdict::Well) => format!("{name}: the loudest moment was {:.0} dB. That is well.", loudest.rms_db),
        (Ok(()), Verdict::TooLoud) => format!("{name}: the sound is cut off. Turn the microphone down."),
        (Ok(()), Verdict::Silent) => {
            format!("{name}: the loudest moment was {:.0} dB. Is it muted, or is another one meant? The menu has them all.", loudest.rms_db)
        }
    }
}
