//! Which microphones and speakers there are, by the names that the configuration takes.

use cpal::traits::{DeviceTrait, HostTrait};

use crate::event::Devices;

/// The devices of the moment; empty lists where the sound system does not answer.
pub fn list() -> Devices {
    let host = cpal::default_host();
    Devices {
        microphones: host.input_devices().map(names).unwrap_or_default(),
        speakers: host.output_devices().map(names).unwrap_or_default(),
    }
}

fn names(devices: impl Iterator<Item = cpal::Device>) -> Vec<String> {
    let mut all: Vec<String> = devices.filter_map(|d| d.description().ok().map(|d| d.name().to_owned())).collect();
    all.sort();
    all.dedup();
    all
}
