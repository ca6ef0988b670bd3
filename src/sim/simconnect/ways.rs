//! Chooses the way to an MSFS: its own pipe, its port, or Microsoft's library if the pilot set it or the simulator
//! refuses Stratus's own packets.

use super::packets::{Found, Packets};
use super::{Client, Way};
use crate::problem::{Part, Problem};
use crate::settings::Sim;
use crate::sim::link::{connect, resolve};
use crate::sim::wire::Wire;

/// A starting simulator may refuse for a while, so a refusal is reported only after this many searches in a row.
const LOOKS: u32 = 5;

/// What is remembered from one search to the next.
#[derive(Debug)]
pub struct Msfs {
    /// Refusals in a row.
    refused: u32,
    /// A refusal is reported after this many.
    telling: u32,
    /// Why the pilot's own library is not used; reported already.
    told: Option<Problem>,
}

impl Default for Msfs {
    /// For a single search.
    fn default() -> Self {
        Self { refused: 0, telling: 1, told: None }
    }
}

impl Msfs {
    /// For repeated searches.
    pub(in crate::sim) fn patient() -> Self {
        Self { telling: LOOKS, ..Self::default() }
    }

    /// Connects to the running MSFS; `None` if it does not answer. A lasting refusal and an unusable library are problems.
    pub(in crate::sim) fn open(&mut self, sim: &Sim) -> Result<Option<Client>, Problem> {
        let mut trouble = None;
        if sim.simconnect_dll.is_none() {
            self.told = None;
        }
        if let Some(path) = &sim.simconnect_dll {
            match by_library(path) {
                Ok(way) => {
                    self.told = None;
                    return Ok(way.and_then(|w| Client::begin(w, None).ok()));
                }
                Err(p) => trouble = (self.told.replace(p.clone()) != Some(p.clone())).then_some(p),
            }
        }
        let (host, here) = (sim.machine(), sim.is_here());
        let (found, certain) = by_packets(host.as_deref(), here, sim.msfs_port);
        let way: Option<Box<dyn Way>> = match found {
            Found::Simulator(packets) => Some(Box::new(packets)),
            Found::Nobody => {
                self.refused = 0;
                return trouble.map_or(Ok(None), Err);
            }
            Found::Refused => {
                self.refused = self.refused.saturating_add(1);
                found_library(here)
            }
        };
        match way {
            Some(way) => {
                self.refused = 0;
                Ok(Client::begin(way, trouble).ok())
            }
            // On a well-known port another program may be listening.
            None if (certain || sim.link == "msfs") && self.refused >= self.telling => Err(trouble.unwrap_or_else(refusal)),
            None => trouble.map_or(Ok(None), Err),
        }
    }
}

fn refusal() -> Problem {
    Problem::new("Microsoft Flight Simulator refused the connection")
        .because("it accepts none of the versions of SimConnect that Stratus speaks (MSFS 2020, MSFS 2024, FSX)")
        .about(Part::Simulator)
        .brief("Flight Simulator refused the connection", "Its version may be too new for this Stratus.")
        .remedy("Update Stratus.")
        .fix(if cfg!(windows) {
            "update Stratus; or install the simulator's SDK, or name Microsoft's SimConnect.dll in `sim.simconnect_dll`"
        } else {
            "update Stratus; if another program listens there, change `sim.msfs_port`"
        })
}

/// Tries the simulator's pipe first, then the port that it notes in the registry, then the configured port. Also
/// returns whether the program found there can only be an MSFS.
fn by_packets(host: Option<&str>, here: bool, port: u16) -> (Found, bool) {
    let by_port = |host, port| resolve(host, port).and_then(connect).and_then(Wire::tcp);
    #[cfg(windows)]
    let ways: [(bool, &dyn Fn() -> Option<Wire>); 3] = [
        (true, &|| if here { Wire::pipe() } else { None }),
        (true, &|| if here { noted_port().filter(|p| *p != port).and_then(|p| by_port("127.0.0.1", p)) } else { None }),
        (false, &|| by_port(host.unwrap_or("127.0.0.1"), port)),
    ];
    #[cfg(not(windows))]
    let ways: [(bool, &dyn Fn() -> Option<Wire>); 1] = {
        let _ = here;
        [(false, &|| by_port(host.unwrap_or("127.0.0.1"), port))]
    };
    let (mut best, mut certain) = (Found::Nobody, false);
    for (sure, connect) in ways {
        match Packets::open(connect) {
            Found::Simulator(packets) => return (Found::Simulator(packets), true),
            Found::Refused => (best, certain) = (Found::Refused, certain || sure),
            Found::Nobody => {}
        }
    }
    (best, certain)
}

/// The port that a running MSFS notes in the registry for clients on its own machine.
#[cfg(windows)]
fn noted_port() -> Option<u16> {
    let key = windows_registry::CURRENT_USER.open("Software\\Microsoft\\Microsoft Games\\KittyHawk").ok()?;
    key.get_string("SimConnect_Port_IPv4").ok()?.trim().parse().ok()
}

/// Connects through the library that the pilot named; `None` if it finds no simulator.
#[cfg(windows)]
fn by_library(path: &std::path::Path) -> Result<Option<Box<dyn Way>>, Problem> {
    Ok(super::library::open(path)?.map(|c| Box::new(c) as Box<dyn Way>))
}

#[cfg(not(windows))]
fn by_library(_: &std::path::Path) -> Result<Option<Box<dyn Way>>, Problem> {
    Err(Problem::new("Microsoft's SimConnect.dll cannot be used here")
        .because("it is a library for Windows")
        .fix("set `sim.simconnect_dll = \"\"`: Stratus reaches the simulator through its network port"))
}

/// Connects through a library in one of the usual folders.
#[cfg(windows)]
fn found_library(here: bool) -> Option<Box<dyn Way>> {
    use super::{library, places};
    if !here {
        return None;
    }
    let running = library::folders_of(&places::SIMULATORS);
    let there = places::candidates(&running, |v| std::env::var_os(v)).into_iter().filter(|f| f.is_file());
    for file in there {
        match by_library(&file) {
            Ok(Some(way)) => return Some(way),
            Ok(None) => {}
            Err(p) => log::warn!("{}", p.one_line()),
        }
    }
    None
}

#[cfg(not(windows))]
fn found_library(_: bool) -> Option<Box<dyn Way>> {
    None
}
