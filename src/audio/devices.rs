//! Sound devices: which there are, by stable id and by name; which one is meant; and the one to fall back on.

use std::sync::{Mutex, PoisonError};

use cpal::HostId;
use cpal::traits::{DeviceTrait, HostTrait};
use serde::Serialize;

use super::ear::Loss;
use super::offer;
use crate::event::SoundDevice;
use crate::problem::{Part, Problem, sentence};

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

    /// The part of Stratus that such a device is.
    pub fn part(self) -> Part {
        match self {
            Self::In => Part::Microphone,
            Self::Out => Part::Speaker,
        }
    }

    /// The device of this name is lost. Only one whose stream the system ended counts as disconnected: a sound system that
    /// stands still is no reason to look at the plug.
    pub(super) fn lost(self, name: &str, why: Loss) -> Problem {
        let (word, place) = (self.word(), self.part().place());
        let p = Problem::new(format!("the {word} was lost")).because(format!("{name}: {}", why.words())).about(self.part());
        if why == Loss::Ended {
            return p
                .fix("connect it again; Stratus continues by itself")
                .brief(format!("{} disconnected", sentence(word)), format!("The system no longer offers {name}."))
                .remedy(format!("Connect it again, or choose another under {place}."));
        }
        let title = match self {
            Self::In => "No sound from the microphone",
            Self::Out => "The speaker plays nothing",
        };
        p.fix("Stratus opens it again by itself; if it stays so, choose another one")
            .brief(title, format!("{name} does not respond."))
            .remedy(format!("Stratus is reopening it. If that does not help, choose another under {place}."))
    }

    /// There is none at all.
    pub(super) fn none(self) -> Problem {
        let word = self.word();
        Problem::new(format!("there is no {word}"))
            .fix(format!("connect one, or choose another in the tray's menu (audio.{word})"))
            .about(self.part())
            .brief(format!("No {word} found"), "")
            .remedy(format!("Connect one, or choose another under {}.", self.part().place()))
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
    /// Why it is not a device of the sound server, where there is one.
    refused: Option<Problem>,
}

impl Found {
    /// It cannot be opened: why, and what to do.
    pub(super) fn unopened(&self, way: Way, why: impl std::fmt::Display, fix: &str) -> Problem {
        let p = Problem::new(format!("the {} cannot be opened", way.word()))
            .because(&self.name)
            .because(why)
            .about(way.part())
            .brief(sentence(&format!("{} not available", way.word())), format!("{} cannot be opened.", self.name));
        match &self.refused {
            Some(server) => server.why.iter().fold(p.because(&server.what), |p, why| p.because(why)).fix(server.fix.clone()),
            None => p.fix(fix),
        }
    }
}

/// A connection to the sound system.
pub(super) struct Connection {
    pub host: cpal::Host,
    /// Why it is not one to the sound server that is there.
    pub refused: Option<Problem>,
}

/// Connects with the sound system: with its server where there is one that lets Stratus in, else with what is below it.
pub(super) fn connect() -> Result<Connection, Problem> {
    #[cfg(target_os = "linux")]
    super::chatter::listen();
    let mut refused = None;
    for id in cpal::available_hosts() {
        match cpal::host_from_id(id) {
            Ok(host) => {
                note(refused.as_ref());
                return Ok(Connection { host, refused });
            }
            Err(e) => {
                let server = Problem::new(format!("the sound server ({}) cannot be used", id.name()));
                let remedy = "`pactl info` shows whether other programs can connect; restart it, or log in again";
                refused.get_or_insert_with(|| server.because(e).fix(remedy));
            }
        }
    }
    Err(refused.unwrap_or_else(|| Problem::new("there is no sound system")))
}

/// Writes into the log why the sound server is not used, once for each reason.
fn note(refused: Option<&Problem>) {
    static TOLD: Mutex<Option<Problem>> = Mutex::new(None);
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.as_ref() != refused {
        refused.iter().for_each(|p| log::warn!("{}", p.one_line()));
        *told = refused.cloned();
    }
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
    connection: Option<Connection>,
    /// The sound server that was used before: while it restarts, nothing reaches past it to the hardware.
    server: Option<HostId>,
    /// A sound server listed its devices at the last look.
    answered: bool,
}

impl Finder {
    /// Looks for the device called `wanted` (id, name, or a part of the name), or for the system's default.
    pub fn new(way: Way, wanted: Option<&str>) -> Self {
        Self { way, wanted: wanted.map(str::to_owned), connection: None, server: None, answered: false }
    }

    /// The device of now: the one that is meant, or the default until that one is there.
    pub fn find(&mut self) -> Result<Found, Problem> {
        self.answered = false;
        if let Some(connection) = &self.connection
            && let Some(found) = self.look(connection)
        {
            return Ok(found);
        }
        // The connection may be that of a server which has ended.
        self.connection = None;
        let connection = match self.server {
            Some(id) => cpal::host_from_id(id).map(|host| Connection { host, refused: None }).map_err(|e| self.way.none().because(e))?,
            None => connect()?,
        };
        let Some(found) = self.look(&connection) else {
            // It may be another server that has just come up: only the one that was used before knows what has gone.
            self.answered =
                self.server == Some(connection.host.id()) && devices(&connection.host, self.way).is_some_and(|all| !all.is_empty());
            return Err(self.way.none());
        };
        if connection.host.id().name() != "ALSA" {
            self.server = Some(connection.host.id());
        }
        self.connection = Some(connection);
        Ok(found)
    }

    /// What was found could not be opened: the next look begins anew, for a sound server may have come up meanwhile.
    pub fn forget(&mut self) {
        self.connection = None;
    }

    /// After a look that found nothing: the sound server that is in use listed devices, and none of them is meant.
    pub fn is_answered(&self) -> bool {
        self.answered
    }

    /// Looks are cheap where a server is asked, and dear where devices are opened to be looked at.
    pub fn is_cheap(&self) -> bool {
        self.server.is_some()
    }

    fn look(&self, connection: &Connection) -> Option<Found> {
        let Connection { host, refused } = connection;
        let found = |device: cpal::Device, chosen| Found { id: id(&device), name: name(&device), device, chosen, refused: refused.clone() };
        if let Some(wanted) = &self.wanted {
            let all: Vec<cpal::Device> = devices(host, self.way)?;
            let offered = offer::offered(self.way, all.iter().map(|d| listed(d, None)).collect());
            // A name may be a part of several: what is offered comes first, so that a microphone goes before what a speaker plays.
            let fit = |d: &cpal::Device| {
                let device = SoundDevice { id: id(d), name: name(d) };
                device.fits(wanted).map(|rank| (rank, !offered.iter().any(|o| o.id == device.id)))
            };
            if let Some((_, device)) = all.into_iter().filter_map(|d| Some((fit(&d)?, d))).min_by_key(|(rank, _)| *rank) {
                return Some(found(device, true));
            }
        }
        usual(host, self.way).map(|device| found(device, self.wanted.is_none()))
    }
}

/// The system's default. Where that is what a speaker plays, as when the last microphone was unplugged, a microphone instead.
fn usual(host: &cpal::Host, way: Way) -> Option<cpal::Device> {
    let standard = default(host, way)?;
    if way == Way::Out || !offer::is_monitor(&id(&standard)) {
        return Some(standard);
    }
    let all = devices(host, way)?;
    let first = offer::offered(way, all.iter().map(|d| listed(d, None)).collect()).into_iter().min_by(|a, b| a.id.cmp(&b.id))?;
    all.into_iter().find(|d| id(d) == first.id)
}

fn devices(host: &cpal::Host, way: Way) -> Option<Vec<cpal::Device>> {
    match way {
        Way::In => host.input_devices().map(Iterator::collect),
        Way::Out => host.output_devices().map(Iterator::collect),
    }
    .ok()
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

fn listed(device: &cpal::Device, standard: Option<&str>) -> Listed {
    let id = id(device);
    Listed { default: standard == Some(&id), name: name(device), id }
}

/// The devices of the moment.
#[derive(Debug, Default)]
pub struct Here {
    /// Microphones to choose from.
    pub microphones: Vec<Listed>,
    /// Speakers to choose from.
    pub speakers: Vec<Listed>,
    /// The system's default is what a speaker plays: nobody speaks into that. Its name.
    pub monitor: Option<String>,
    /// Why these are not the sound server's, or none at all.
    pub trouble: Option<Problem>,
}

/// Looks at the sound system, once.
pub fn here() -> Here {
    match connect() {
        Ok(Connection { host, refused }) => Here {
            microphones: all_of(&host, Way::In),
            speakers: all_of(&host, Way::Out),
            monitor: default(&host, Way::In).filter(|d| offer::is_monitor(&id(d))).map(|d| name(&d)),
            trouble: refused,
        },
        Err(p) => Here { trouble: Some(p), ..Here::default() },
    }
}

/// The devices that one connection to the sound system offers.
pub(super) fn all_of(host: &cpal::Host, way: Way) -> Vec<Listed> {
    let standard = default(host, way).map(|d| id(&d));
    let there = devices(host, way).unwrap_or_default();
    let mut all = offer::offered(way, there.iter().map(|d| listed(d, standard.as_deref())).collect());
    all.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    all.dedup();
    all
}
