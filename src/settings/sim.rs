//! `[sim]`: the source of position and radios, and the machine on which the simulator runs.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::address;
use crate::units::Frequency;

/// The values of `sim.link`, except `replay:FILE`.
pub const SIM_LINKS: [&str; 5] = ["auto", "msfs", "xplane", "flightgear", "none"];

/// Airports that the menu offers to a pilot without a simulator, under the names of their stations: a mix of large and small ones.
/// Any other can be set in the configuration.
pub const AIRPORTS: [(&str, &str); 8] = [
    ("KDEN", "Denver"),
    ("KPAO", "Palo Alto"),
    ("KSEA", "Seattle"),
    ("PHTO", "Hilo"),
    ("EGLL", "Heathrow"),
    ("EGPH", "Edinburgh"),
    ("EDDF", "Frankfurt"),
    ("EHAM", "Schiphol"),
];

/// `[sim]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sim {
    /// "auto", "msfs", "xplane", "flightgear", "none", or "replay:FILE".
    pub link: String,
    /// The machine on which the simulator runs, as written by the pilot ([`Sim::machine`] parses it); empty: this one.
    pub host: String,
    /// X-Plane's UDP port.
    pub xplane_port: u16,
    /// The port of X-Plane's web server on this machine.
    pub xplane_web_port: u16,
    /// The port that MSFS opens in its SimConnect.xml.
    pub msfs_port: u16,
    /// Path of Microsoft's SimConnect.dll, to connect to MSFS through it; `None`: Stratus uses its own protocol code.
    #[serde(deserialize_with = "super::unless_empty")]
    pub simconnect_dll: Option<PathBuf>,
    /// FlightGear's `--httpd` port.
    pub flightgear_port: u16,
    /// Record every flight.
    pub record: bool,
    /// Without a simulator: the pilot's airport.
    #[serde(deserialize_with = "super::unless_empty")]
    pub airport: Option<String>,
    /// Without a simulator: the frequency in use.
    #[serde(deserialize_with = "super::unless_empty")]
    pub com1: Option<Frequency>,
}

impl Default for Sim {
    fn default() -> Self {
        Self {
            link: "auto".into(),
            host: String::new(),
            xplane_port: 49000,
            xplane_web_port: 8086,
            msfs_port: 500,
            simconnect_dll: None,
            flightgear_port: 5500,
            record: false,
            airport: None,
            com1: None,
        }
    }
}

impl Sim {
    /// The machine on which the simulator runs, as a name or number only; `None`: this one, or one that announces itself.
    pub fn machine(&self) -> Option<String> {
        address::machine(&self.host).ok().map(|(host, _)| host)
    }

    /// Whether the simulator runs on this machine.
    pub fn is_here(&self) -> bool {
        self.machine().is_none_or(|host| address::is_here(&host))
    }

    /// Why `host` is invalid, and what is allowed.
    pub(super) fn wrong_host(&self) -> Option<(String, String)> {
        if self.host.trim().is_empty() {
            return None;
        }
        match address::machine(&self.host) {
            Err(e) => Some((e.to_string(), "the computer's name or number, such as \"192.168.1.5\"; \"\" for this one".into())),
            Ok((host, Some(port))) if ![self.xplane_port, self.xplane_web_port, self.msfs_port, self.flightgear_port].contains(&port) => {
                let keys = "`sim.xplane_port`, `sim.msfs_port` or `sim.flightgear_port`";
                Some((format!("it contains the port {port}"), format!("write \"{host}\", and the port in {keys}")))
            }
            Ok(_) => None,
        }
    }
}
