//! Fakes that speak the simulators' protocols over real sockets, and shared code for tests of the links.

#![allow(dead_code, reason = "each test takes the peers that it needs")]

pub mod facilities;
pub mod flightgear;
pub mod simconnect;
pub mod xplane_udp;
pub mod xplane_web;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stratus::airports::described::Described;
use stratus::problem::Problem;
use stratus::report::{Cockpit, Report, TransponderMode};
use stratus::settings::Sim;
use stratus::sim::link::{Link, Patience, Told};

pub const LIMIT: Duration = Duration::from_secs(20);
pub const QUICK: Patience = Patience {
    first: Duration::from_millis(10),
    most: Duration::from_millis(40),
    unseen: Duration::from_millis(40),
    check: Duration::from_millis(20),
    forget: Duration::from_millis(300),
};

pub fn sim(link: &str, port: u16) -> Sim {
    Sim {
        link: link.into(),
        host: "127.0.0.1".into(),
        xplane_port: port,
        xplane_web_port: port,
        msfs_port: port,
        flightgear_port: port,
        ..Sim::default()
    }
}

pub fn start(sim: &Sim) -> (Link, Receiver<Report>) {
    let (tx, rx) = channel();
    let link = Link::start(sim, QUICK, move |told| {
        if let Told::Report(r) = told {
            let _ = tx.send(*r);
        }
    });
    (link.unwrap(), rx)
}

/// A code, and the known data of that airport.
pub type Known = (String, Option<Arc<Described>>);

/// A link that passes on only its answers about airports.
pub fn airports(sim: &Sim) -> (Link, Receiver<Known>) {
    let (tx, rx) = channel();
    let link = Link::start(sim, QUICK, move |told| {
        if let Told::Airport { icao, told } = told {
            let _ = tx.send((icao, told));
        }
    });
    (link.unwrap(), rx)
}

/// A link that passes on only its problems.
pub fn troubles(sim: &Sim) -> (Link, Receiver<Problem>) {
    let (tx, rx) = channel();
    let link = Link::start(sim, QUICK, move |told| {
        if let Told::Trouble(p) = told {
            let _ = tx.send(p);
        }
    });
    (link.unwrap(), rx)
}

/// Whether every value of a cockpit has arrived.
pub fn told(r: &Report) -> bool {
    r.callsign.is_some() && r.cockpit.utc_s.is_some() && r.weather.temperature_c.is_some() && !r.others.is_empty()
}

/// The cockpit of every fake; tests remove what its protocol does not report.
pub fn cockpit() -> Cockpit {
    Cockpit {
        com1_standby: "118.1".parse().ok(),
        com2_standby: "123.45".parse().ok(),
        transmits_on: Some(1),
        transponder_mode: Some(TransponderMode::Altitude),
        ident: Some(false),
        track_true: Some(99.5),
        engine_running: Some(true),
        parking_brake: Some(true),
        gear_down: Some(true),
        flaps: Some(0.25),
        altimeter_set_inhg: Some(29.95),
        utc_s: Some(79_807.0),
        rate: Some(2.0),
        title: Some("Cessna Skyhawk".into()),
        airline: Some("Speedbird".into()),
        flight_number: Some("927".into()),
    }
}

/// Asserts equality in every field, for numbers to 32-bit float precision.
pub fn assert_cockpit(seen: &Cockpit, expected: &Cockpit) {
    let numbers = |c: &Cockpit| [c.track_true, c.flaps, c.altimeter_set_inhg, c.utc_s, c.rate];
    for (a, b) in numbers(seen).into_iter().zip(numbers(expected)) {
        assert!(a.is_some() == b.is_some() && a.zip(b).is_none_or(|(a, b)| (a - b).abs() < 0.01), "{seen:?}");
    }
    let rest = |c: &Cockpit| Cockpit { track_true: None, flaps: None, altimeter_set_inhg: None, utc_s: None, rate: None, ..c.clone() };
    assert_eq!(rest(seen), rest(expected));
}

/// The first report that satisfies `wanted`.
pub fn until(reports: &Receiver<Report>, what: &str, wanted: impl Fn(&Report) -> bool) -> Report {
    let began = Instant::now();
    let mut last = None;
    while began.elapsed() < LIMIT {
        if let Ok(r) = reports.recv_timeout(Duration::from_millis(100)) {
            if wanted(&r) {
                return r;
            }
            last = Some(r);
        }
    }
    panic!("{what} never came; the last report was {last:?}");
}

pub fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LIMIT, "{what} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The thread of a fake; ends when dropped.
pub struct Peer {
    pub stop: Arc<AtomicBool>,
    pub thread: Option<JoinHandle<()>>,
    /// Where it listens.
    pub port: u16,
    /// What was written to the simulator, in words.
    pub written: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Whether these words were written.
    pub fn wrote(&self, words: &str) -> bool {
        self.written.lock().unwrap().iter().any(|w| w == words)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(t) = self.thread.take() {
            t.join().unwrap();
        }
    }
}
