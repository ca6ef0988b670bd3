//! What a pilot is told of the microphone besides its takes: how loud it is, and that it opened too late for a word.

use super::Shell;
use crate::audio::meter::{self, Level, Verdict};
use crate::event::Event;
use crate::problem::Part;
use crate::settings::Audio;

/// A call whose beginning was not heard, so many milliseconds of it.
pub(super) fn late(ms: u32) -> Event {
    log::info!("the microphone opened {ms} ms after the press (audio.keep_open), and a voice was there at once");
    Event::Notice { title: "Your first words were cut off".into(), body: "Wait for the red icon, then speak.".into() }
}

impl Shell {
    /// Listens beside the flight, and tells what was heard.
    pub(super) fn check_microphone(&self, seconds: u32) {
        let (inbox, audio) = (self.inbox.clone(), self.config.audio.clone());
        let spawned = std::thread::Builder::new().name("meter".into()).spawn(move || {
            inbox.send(heard(&audio, seconds));
        });
        if let Err(e) = spawned {
            log::error!("cannot listen to the microphone: {e}");
        }
    }
}

fn heard(audio: &Audio, seconds: u32) -> Event {
    let (mut name, mut loudest) = (String::new(), Level::NONE);
    let listened = meter::listen(audio, seconds, |who, level| {
        who.clone_into(&mut name);
        loudest = loudest.or(level);
        true
    });
    if let Err(p) = listened {
        return Event::Trouble(p);
    }
    let peak = format!("peak \u{2212}{:.0} dB", loudest.peak_db.abs());
    let row = Part::Microphone.place();
    let (title, body) = match loudest.verdict() {
        Verdict::Well => ("Good level", format!("{name}: {peak}.")),
        Verdict::TooLoud => ("Microphone too loud", format!("{name} distorts ({peak}). Turn it down.")),
        Verdict::Silent => ("No signal", format!("{name}: {peak}. Unmute it, or choose another under {row}.")),
    };
    Event::Notice { title: title.into(), body }
}
