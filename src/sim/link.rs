//! The link to a simulator: finds the one that runs, follows it, and looks again when it goes.

use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{flightgear, simconnect, xplane};
use crate::problem::Problem;
use crate::report::{Report, SimState};
use crate::settings::Sim;
use crate::units::{Frequency, Squawk};

/// Reports are passed on at most this often; simulators send up to one a frame.
const BETWEEN_REPORTS: Duration = Duration::from_millis(100);
/// Commands that may wait for the simulator.
const COMMANDS: usize = 16;

/// What is written to a simulator, out of the engine's clearance record alone.
pub use crate::event::Command;

/// What a simulator told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Where the aircraft is and how it is set up.
    Report(Report),
}

/// The simulator ended, or stopped answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// One simulator's protocol.
pub(super) trait Connection {
    /// Which simulator.
    fn name(&self) -> &'static str;
    /// Waits a moment for news.
    fn poll(&mut self) -> Result<Option<Told>, Gone>;
    /// Writes to the simulator.
    fn write(&mut self, command: &Command) -> Result<(), Gone>;
}

/// Which simulators are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    XPlane,
    Msfs,
    FlightGear,
}

/// The kinds that a configured link stands for; `None` when it is no simulator.
fn kinds(link: &str) -> Option<&'static [Kind]> {
    Some(match link {
        "auto" => &[Kind::Msfs, Kind::FlightGear, Kind::XPlane],
        "xplane" => &[Kind::XPlane],
        "msfs" => &[Kind::Msfs],
        "flightgear" => &[Kind::FlightGear],
        _ => return None,
    })
}

/// How long to wait between two looks around.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After a simulator went, and at first.
    pub first: Duration,
    /// After many looks in vain.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(10) }
    }
}

/// The thread that holds the connection; ends when dropped.
#[derive(Debug)]
pub struct Link {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    commands: SyncSender<Command>,
}

impl Link {
    /// Whether a configured link is one of the simulators.
    pub fn is_simulator(link: &str) -> bool {
        kinds(link).is_some()
    }

    /// Starts to look. `tell` gets every report, ten a second at most, the last one marked `Lost`.
    pub fn start(sim: &Sim, patience: Patience, tell: impl FnMut(Report) + Send + 'static) -> Result<Self, Problem> {
        let stop = Arc::new(AtomicBool::new(false));
        let (commands, orders) = sync_channel(COMMANDS);
        let (sim, stopped) = (sim.clone(), stop.clone());
        let thread = std::thread::Builder::new()
            .name("sim".into())
            .spawn(move || Search { sim, stopped, orders, patience }.run(tell))
            .map_err(|e| Problem::new("cannot start the simulator link").because(e.to_string()))?;
        Ok(Self { stop, thread: Some(thread), commands })
    }

    /// Writes to the simulator, if one is there.
    pub fn write(&self, command: Command) {
        if self.commands.try_send(command).is_err() {
            log::warn!("the simulator does not take commands: one was dropped");
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(t) = self.thread.take()
            && t.join().is_err()
        {
            log::error!("the simulator link ended by a panic");
        }
    }
}

struct Search {
    sim: Sim,
    stopped: Arc<AtomicBool>,
    orders: Receiver<Command>,
    patience: Patience,
}

impl Search {
    fn run(self, mut tell: impl FnMut(Report)) {
        let mut pause = self.patience.first;
        while !self.stopped() {
            match self.find() {
                Some(mut connection) => {
                    log::info!("simulator found: {}", connection.name());
                    pause = self.patience.first;
                    self.follow(connection.as_mut(), &mut tell);
                    log::info!("simulator gone: {}", connection.name());
                }
                None => pause = (pause * 2).min(self.patience.most),
            }
            // What was meant for a simulator that is gone is not for the next one.
            while self.orders.try_recv().is_ok() {}
            self.wait(pause);
        }
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn wait(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while !self.stopped() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50).min(pause));
        }
    }

    fn find(&self) -> Option<Box<dyn Connection>> {
        let host = Some(self.sim.host.as_str()).filter(|h| !h.is_empty());
        kinds(&self.sim.link)?.iter().filter(|_| !self.stopped()).find_map(|k| -> Option<Box<dyn Connection>> {
            match k {
                Kind::XPlane => Some(Box::new(xplane::Udp::open(host, self.sim.xplane_port)?)),
                Kind::Msfs => Some(Box::new(simconnect::Client::open(host, self.sim.msfs_port)?)),
                Kind::FlightGear => Some(Box::new(flightgear::Listener::open(host, self.sim.flightgear_port)?)),
            }
        })
    }

    fn follow(&self, connection: &mut dyn Connection, tell: &mut impl FnMut(Report)) {
        let (mut last, mut told): (Option<Report>, Option<Instant>) = (None, None);
        while !self.stopped() {
            match connection.poll() {
                Ok(Some(Told::Report(report))) => {
                    let due = told.is_none_or(|t| t.elapsed() >= BETWEEN_REPORTS);
                    let news = last.as_ref().is_none_or(|l| l.state != report.state || l.com1 != report.com1);
                    if due || news {
                        tell(report.clone());
                        told = Some(Instant::now());
                    }
                    last = Some(report);
                }
                Ok(None) => {}
                Err(Gone) => break,
            }
            while let Ok(command) = self.orders.try_recv() {
                if connection.write(&command).is_err() {
                    break;
                }
            }
        }
        if let Some(last) = last.filter(|_| !self.stopped()) {
            tell(Report { state: SimState::Lost, ..last });
        }
    }
}

/// A host's address, the first IPv4 one before others.
pub(super) fn resolve(host: &str, port: u16) -> Option<SocketAddr> {
    let all: Vec<SocketAddr> = (host, port).to_socket_addrs().ok()?.collect();
    all.iter().find(|a| a.is_ipv4()).or(all.first()).copied()
}

/// COM frequency of a value in MHz, as simulators tell it.
pub(super) fn mhz(value: f64) -> Option<Frequency> {
    (value.is_finite() && (100.0..200.0).contains(&value)).then(|| Frequency::from_khz((value * 1000.0).round() as u32)).flatten()
}

/// Transponder code of a value whose decimal digits are the code's.
pub(super) fn squawk(value: f64) -> Option<Squawk> {
    (value.is_finite() && (0.0..7778.0).contains(&value)).then(|| format!("{:04}", value.round() as i64).parse().ok()).flatten()
}
