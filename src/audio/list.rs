//! Lists microphones and speakers by the names that the tray's menu shows.

use super::devices::{Connection, Listed, Way, all_of, connect};
use crate::event::{Devices, SoundDevice};

/// Lists repeatedly over one connection, because each new connection takes memory that is never given back.
#[derive(Default)]
pub struct Lister {
    host: Option<cpal::Host>,
}

impl Lister {
    /// The devices at this moment; empty lists if the sound system does not answer.
    pub fn list(&mut self) -> Devices {
        let Some(host) = self.host.take().or_else(|| connect().ok().map(|Connection { host, .. }| host)) else {
            return Devices::default();
        };
        let there = |way| all_of(&host, way).into_iter().map(|Listed { id, name, .. }| SoundDevice { id, name }).collect();
        let devices = Devices { microphones: there(Way::In), speakers: there(Way::Out), ..Devices::default() };
        // An empty list may come from a server that has ended, and a server may have started where there was only ALSA.
        let shows = !(devices.microphones.is_empty() && devices.speakers.is_empty()) && host.id().name() != "ALSA";
        self.host = Some(host).filter(|_| shows);
        devices
    }
}
