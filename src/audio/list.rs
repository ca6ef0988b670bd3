//! Which microphones and speakers there are, by the names that the tray's menu shows.

use super::devices::{Listed, Way, all};
use crate::event::Devices;

/// The devices of the moment; empty lists where the sound system does not answer.
pub fn list() -> Devices {
    let names = |way| {
        let mut names: Vec<String> = all(way).into_iter().map(|d: Listed| d.name).collect();
        names.dedup();
        names
    };
    Devices { microphones: names(Way::In), speakers: names(Way::Out) }
}
