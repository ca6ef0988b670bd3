//! Sound devices: lists them by stable id and name, and finds the configured one, with the default as fallback.

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

    /// The part of Stratus that a problem with such a device is about.
    pub fn part(self) -> Part {
        match self {
            Self::In => Part::Microphone,
            Self::Out => Part::Speaker,
        }
    }

    /// The problem of a lost device of this name. Only a device whose stream the system ended counts as disconnected:
    /// if the sound system only hangs, the pilot does not need to check the plug.
    pub(super) fn lost(self, name: &str, why: Loss) -> Problem {
        let (word, place) = (self.word(), self.part().place());
        let p = Problem::new(format!("the {word} was lost")).because(format!("{name}: {}", why.words())).about(self.part());
        if why == Loss::Ended {
            return p
                .fix("connect it again; Stratus then continues automatically")
                .brief(format!("{} disconnected", sentence(word)), format!("The system no longer offers {name}."))
                .remedy(format!("Connect it again, or choose another under {place}."));
        }
        let title = match self {
            Self::In => "No sound from the microphone",
            Self::Out => "The speaker plays nothing",
        };
        p.fix("Stratus opens it again automatically; if that does not help, choose another one")
            .brief(title, format!("{name} does not respond."))
            .remedy(format!("Stratus is reopening it. If that does not help, choose another under {place}."))
    }

    /// The problem when there is no such device at all.
    pub(super) fn none(self) -> Problem {
        let word = self.word();
        Problem::new(format!("there is no {word}"))
            .fix(format!("connect one, or choose another in the tray's menu (audio.{word})"))
            .about(self.part())
            .brief(format!("No {word} found"), "")
            .remedy(format!("Connect one, or choose another under {}.", self.part().place()))
    }
}

/// A device that was found.
pub struct Found {
    /// The handle to open it with.
    pub device: cpal::Device,
    /// The stable id: the same when the device is connected again.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// It is the configured device, not the fallback.
    pub chosen: bool,
    /// Why the device is not one of the sound server's, where there is a server.
    refused: Option<Problem>,
}

impl Found {
    /// The problem when it cannot be opened: why, and what to do.
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
    /// Why the connection is not one to the sound server that is running.
    pub refused: Option<Problem>,
}

/// Connects to the sound server. If there is none, or it refuses Stratus, connects to the layer below it.
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

/// Logs why the sound server is not used, once for each reason.
fn note(refused: Option<&Problem>) {
    static TOLD: Mutex<Option<Problem>> = Mutex::new(None);
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.as_ref() != refused {
        refused.iter().for_each(|p| log::warn!("{}", p.one_line()));
        *told = refused.cloned();
    }
}

/// A device in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The stable id, which `audio.microphone` and `audio.speaker` accept.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// The system's default.
    pub default: bool,
}

/// Finds one device repeatedly, over one connection to the sound system.
pub struct Finder {
    way: Way,
    wanted: Option<String>,
    connection: Option<Connection>,
    /// The sound server that was used before. While it restarts, Stratus does not open the hardware below it.
    server: Option<HostId>,
    /// Whether a sound server listed its devices in the last search.
    answered: bool,
}

impl Finder {
    /// Looks for the device called `wanted` (id, name, or a part of the name), or for the system's default.
    pub fn new(way: Way, wanted: Option<&str>) -> Self {
        Self { way, wanted: wanted.map(str::to_owned), connection: None, server: None, answered: false }
    }

    /// The device to use now: the configured one, or the default until that one is there.
    pub fn find(&mut self) -> Result<Found, Problem> {
        self.answered = false;
        if let Some(connection) = &self.connection
            && let Some(found) = self.look(connection)
        {
            return Ok(found);
        }
        // The connection may be to a server that has ended.
        self.connection = None;
        let connection = match self.server {
            Some(id) => cpal::host_from_id(id).map(|host| Connection { host, refused: None }).map_err(|e| self.way.none().because(e))?,
            None => connect()?,
        };
        let Some(found) = self.look(&connection) else {
            // It may be another server that has just started: only the one that was used before knows which device has gone.
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

    /// The device found could not be opened. The next search makes a new connection, because a sound server may have
    /// started meanwhile.
    pub fn forget(&mut self) {
        self.connection = None;
    }

    /// Whether the last search failed although the sound server in use listed devices: the wanted one is not among them.
    pub fn is_answered(&self) -> bool {
        self.answered
    }

    /// Whether a search is cheap. It is where a server is asked, and not where devices must be opened to be listed.
    pub fn is_cheap(&self) -> bool {
        self.server.is_some()
    }

    fn look(&self, connection: &Connection) -> Option<Found> {
        let Connection { host, refused } = connection;
        let found = |device: cpal::Device, chosen| Found { id: id(&device), name: name(&device), device, chosen, refused: refused.clone() };
        if let Some(wanted) = &self.wanted {
            let all: Vec<cpal::Device> = devices(host, self.way)?;
            let offered = offer::offered(self.way, all.iter().map(|d| listed(d, None)).collect());
            // Several names may contain the text. Offered devices come first, so that a microphone wins over a
            // speaker's monitor.
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

/// The system's default. If that is a speaker's monitor, as after the last microphone was unplugged, a microphone instead.
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

/// The device's stable id, "pulseaudio:alsa_input.usb-…"; empty where the system gives none.
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

/// The devices at this moment.
#[derive(Debug, Default)]
pub struct Here {
    /// Microphones to choose from.
    pub microphones: Vec<Listed>,
    /// Speakers to choose from.
    pub speakers: Vec<Listed>,
    /// The name of the system's default microphone, if that is a speaker's monitor, into which nobody speaks.
    pub monitor: Option<String>,
    /// Why these devices are not the sound server's, or why there are none.
    pub trouble: Option<Problem>,
}

/// Lists the devices of the sound system once.
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
