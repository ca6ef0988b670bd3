//! Which microphones and speakers there are, by the names that the tray's menu shows.

use super::devices::{Connection, Listed, Way, all_of, connect};
use crate::event::{Devices, SoundDevice};

/// Lists again and again by one connection: a new one each time costs memory that does not come back.
#[derive(Default)]
pub struct Lister {
    host: Option<cpal::Host>,
}

impl Lister {
    /// The devices of the moment; empty lists where the sound system does not answer.
    pub fn list(&mut self) -> Devices {
        let Some(host) = self.host.take().or_else(|| connect().ok().map(|Connection { host, .. }| host)) else {
            return Devices::default();
        };
        let there = |way| all_of(&host, way).into_iter().map(|Listed { id, name, .. }| SoundDevice { id, name }).collect();
        let devices = Devices { microphones: there(Way::In), speakers: there(Way::Out), ..Devices::default() };
        // A connection that shows nothing may be that of a server which has ended; and ALSA alone may give way to one.
        let shows = !(devices.microphones.is_empty() && devices.speakers.is_empty()) && host.id().name() != "ALSA";
        self.host = Some(host).filter(|_| shows);
        devices
    }
}
