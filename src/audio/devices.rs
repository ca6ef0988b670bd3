//! Sound devices: which there are, by stable id and by name; which one is meant; and the one to fall back on.

use cpal::HostId;
use cpal::traits::{DeviceTrait, HostTrait};
use serde::Serialize;

use crate::problem::Problem;

/// A microphone, or a speaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Microphones.
    In,
    /// Speakers and headsets.
    Out,
}

impl Way {
    fn word(self) -> &'static str {
        match self {
            Self::In => "microphone",
            Self::Out => "speaker",
        }
    }

    /// There is none at all.
    pub(super) fn none(self) -> Problem {
        let word = self.word();
        Problem::new(format!("there is no {word}")).fix(format!("connect one, or choose another in stratus.toml (audio.{word})"))
    }
}

/// A device that was looked for.
pub struct Found {
    /// To open it by.
    pub device: cpal::Device,
    /// Stays the same when the device is plugged in again.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// It is the one that is meant, not the one to fall back on.
    pub chosen: bool,
}

/// A device as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// What `audio.microphone` and `audio.speaker` take, and what stays the same.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// The system's default.
    pub default: bool,
}

/// Looks for one device again and again, by one connection to the sound system.
pub struct Finder {
    way: Way,
    wanted: Option<String>,
    host: Option<cpal::Host>,
    /// The sound server that was used before: while it restarts, nothing reaches past it to the hardware.
    server: Option<HostId>,
}

impl Finder {
    /// Looks for the device called `wanted` (id, name, or a part of the name), or for the system's default.
    pub fn new(way: Way, wanted: Option<&str>) -> Self {
        Self { way, wanted: wanted.map(str::to_lowercase), host: None, server: None }
    }

    /// The device of now: the one that is meant, or the default until that one is there.
    pub fn find(&mut self) -> Result<Found, Problem> {
        if let Some(host) = &self.host
            && let Some(found) = self.look(host)
        {
            return Ok(found);
        }
        // The connection may be that of a server which has ended.
        self.host = None;
        let host = match self.server {
            Some(id) => cpal::host_from_id(id).map_err(|e| self.way.none().because(e))?,
            None => connect(),
        };
        let found = self.look(&host).ok_or_else(|| self.way.none())?;
        if host.id().name() != "ALSA" {
            self.server = Some(host.id());
        }
        self.host = Some(host);
        Ok(found)
    }

    /// What was found could not be opened: the next look begins anew, for a sound server may have come up meanwhile.
    pub fn forget(&mut self) {
        self.host = None;
    }

    /// Looks are cheap where a server is asked, and dear where devices are opened to be looked at.
    pub fn is_cheap(&self) -> bool {
        self.server.is_some()
    }

    fn look(&self, host: &cpal::Host) -> Option<Found> {
        if let Some(wanted) = &self.wanted {
            let all: Vec<cpal::Device> = match self.way {
                Way::In => host.input_devices().ok()?.collect(),
                Way::Out => host.output_devices().ok()?.collect(),
            };
            // The whole id first: a name may be a part of another one's.
            let named = |exact: bool| all.iter().find(|d| if exact { id(d).to_lowercase() == *wanted } else { is_named(d, wanted) });
            if let Some(device) = named(true).or_else(|| named(false)) {
                return Some(Found { id: id(device), name: name(device), device: device.clone(), chosen: true });
            }
        }
        let device = default(host, self.way)?;
        Some(Found { id: id(&device), name: name(&device), device, chosen: self.wanted.is_none() })
    }
}

/// Connects with the sound system.
pub(super) fn connect() -> cpal::Host {
    #[cfg(target_os = "linux")]
    super::chatter::listen();
    cpal::default_host()
}

fn default(host: &cpal::Host, way: Way) -> Option<cpal::Device> {
    match way {
        Way::In => host.default_input_device(),
        Way::Out => host.default_output_device(),
    }
}

/// The device's stable id, "pulseaudio:alsa_input.usb-…", and nothing where the system gives none.
fn id(device: &cpal::Device) -> String {
    device.id().map(|id| id.to_string()).unwrap_or_default()
}

fn name(device: &cpal::Device) -> String {
    device.description().map_or_else(|_| "a device without a name".to_owned(), |d| d.name().to_owned())
}

/// A device is meant by its id, with or without the sound system's name before it, or by a part of its name.
fn is_named(device: &cpal::Device, wanted: &str) -> bool {
    id(device).to_lowercase().ends_with(wanted) || name(device).to_lowercase().contains(wanted)
}

/// The devices of the moment; none where the sound system does not answer.
pub fn all(way: Way) -> Vec<Listed> {
    all_of(&connect(), way)
}

/// The devices that one connection to the sound system shows.
pub(super) fn all_of(host: &cpal::Host, way: Way) -> Vec<Listed> {
    let standard = default(host, way).map(|d| id(&d));
    let listed = |d: cpal::Device| Listed { default: standard.as_ref() == Some(&id(&d)), id: id(&d), name: name(&d) };
    let mut all: Vec<Listed> = match way {
        Way::In => host.input_devices().map(|d| d.map(listed).collect()),
        Way::Out => host.output_devices().map(|d| d.map(listed).collect()),
    }
    .unwrap_or_default();
    all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    all.dedup();
    all
}
