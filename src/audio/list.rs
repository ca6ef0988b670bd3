//! Which microphones and speakers there are, by the names that the tray's menu shows.

use super::devices::{Listed, Way, all_of, connect};
use crate::event::Devices;

/// Lists again and again by one connection: a new one each time costs memory that does not come back.
#[derive(Default)]
pub struct Lister {
    host: Option<cpal::Host>,
}

impl Lister {
    /// The devices of the moment; empty lists where the sound system does not answer.
    pub fn list(&mut self) -> Devices {
        let host = self.host.take().unwrap_or_else(connect);
        let names = |way| {
            let mut names: Vec<String> = all_of(&host, way).into_iter().map(|d: Listed| d.name).collect();
            names.dedup();
            names
        };
        let devices = Devices { microphones: names(Way::In), speakers: names(Way::Out), voices: Vec::new() };
        // A connection that shows nothing may be that of a server which has ended; and ALSA alone may give way to one.
        let shows = !(devices.microphones.is_empty() && devices.speakers.is_empty()) && host.id().name() != "ALSA";
        self.host = Some(host).filter(|_| shows);
        devices
    }
}
