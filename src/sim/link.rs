//! The link to a simulator: finds the running one, follows it, and searches again when it ends.

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{flightgear, simconnect, xplane, xplane_web};
use crate::airports::described::Described;
use crate::problem::Problem;
use crate::report::{Report, SimState};
use crate::settings::Sim;
use crate::units::{Frequency, LatLon, Squawk};
use crate::worker::{stumble, survive};

/// The shortest time between two reports that are passed on; simulators send up to one a frame.
const BETWEEN_REPORTS: Duration = Duration::from_millis(100);
/// For this long after a simulator ended, the search expects it to return soon.
const RECENTLY: Duration = Duration::from_secs(600);
/// No flight is this close to 0 N 0 E, degrees.
const NOWHERE_DEG: f64 = 0.001;
/// The queue of commands for the simulator.
const COMMANDS: usize = 16;
/// How long to wait for a link to end.
const ENDING: Duration = Duration::from_millis(300);
/// The maximum number of airports to request.
const AIRPORTS: usize = 8;

/// A command to the simulator; it comes only from the engine's clearance record.
pub use crate::event::Command;

/// A message of a simulator.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Where the aircraft is and how it is set up.
    Report(Box<Report>),
    /// A simulator is there, but refuses: the problem says what the pilot can do.
    Trouble(Problem),
    /// The answer about an airport.
    Airport {
        /// The code that was asked for.
        icao: String,
        /// The airport; `None`: the simulator does not know it, or reports no airports.
        told: Option<Arc<Described>>,
    },
}

impl Told {
    /// A report.
    pub fn report(report: Report) -> Self {
        Self::Report(Box::new(report))
    }
}

/// The simulator ended, or stopped answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// One simulator's protocol.
pub(super) trait Connection {
    /// The simulator's name.
    fn name(&self) -> &'static str;
    /// The way of the connection in words, if there are several ways.
    fn way(&self) -> Option<String> {
        None
    }
    /// Waits briefly for a message.
    fn poll(&mut self) -> Result<Option<Told>, Gone>;
    /// Requests an airport; whether this simulator can report airports at all.
    fn ask_airport(&mut self, _icao: &str) -> bool {
        false
    }
    /// Writes to the simulator.
    fn write(&mut self, command: &Command) -> Result<(), Gone>;
}

/// The simulators that are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    XPlane,
    Msfs,
    FlightGear,
}

/// The simulators that a configured link stands for; `None` if it is not a simulator.
fn kinds(link: &str) -> Option<&'static [Kind]> {
    Some(match link {
        "auto" => &[Kind::Msfs, Kind::FlightGear, Kind::XPlane],
        "xplane" => &[Kind::XPlane],
        "msfs" => &[Kind::Msfs],
        "flightgear" => &[Kind::FlightGear],
        _ => return None,
    })
}

/// The pauses between two searches.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The first pause, also after a simulator ended.
    pub first: Duration,
    /// The longest pause, after many searches without success.
    pub most: Duration,
    /// The longest pause if there has been no simulator for `RECENTLY`, because nobody waits for one then.
    pub unseen: Duration,
    /// How often a simulator that need not answer is asked whether it is still there.
    pub check: Duration,
    /// How long the flight of a simulator that ended is kept, in case it comes back.
    pub forget: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(1),
            most: Duration::from_secs(3),
            unseen: Duration::from_secs(5),
            check: Duration::from_secs(1),
            forget: Duration::from_secs(60),
        }
    }
}

/// An order to the thread.
#[derive(Debug)]
enum Order {
    Write(Command),
    /// Request this airport from every simulator that connects.
    Airport(String),
}

/// The thread that owns the connection; it ends when dropped.
#[derive(Debug)]
pub struct Link {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// `None` while the link ends.
    commands: Option<SyncSender<Order>>,
}

impl Link {
    /// Whether a configured link is a simulator.
    pub fn is_simulator(link: &str) -> bool {
        kinds(link).is_some()
    }

    /// Starts the search. `tell` gets every report, at most ten a second, the last one marked `Lost`, and each problem once.
    pub fn start(sim: &Sim, patience: Patience, tell: impl FnMut(Told) + Send + 'static) -> Result<Self, Problem> {
        let stop = Arc::new(AtomicBool::new(false));
        let (commands, orders) = sync_channel(COMMANDS);
        let (sim, stopped) = (sim.clone(), stop.clone());
        let thread = std::thread::Builder::new()
            .name("sim".into())
            .spawn(move || {
                let msfs = simconnect::Msfs::patient();
                let mut search = (Search { sim, stopped, orders, patience, msfs, refused: None, airports: VecDeque::new() }, tell);
                survive(&mut search, |(s, tell)| s.run(tell), |_, why| log::error!("the simulator link failed and looks anew: {why}"));
            })
            .map_err(|e| Problem::new("cannot start the simulator link").because(e.to_string()))?;
        Ok(Self { stop, thread: Some(thread), commands: Some(commands) })
    }

    /// Searches once for the configured simulator: its name and way, or what to do.
    pub fn probe(sim: &Sim) -> Result<String, Problem> {
        let Some(kinds) = kinds(&sim.link) else { return Ok(format!("not looked for (sim.link is {:?})", sim.link)) };
        let mut trouble = None;
        for kind in kinds {
            match open(sim, Patience::default(), *kind, &mut simconnect::Msfs::default()) {
                Ok(Some(found)) => return Ok(named(found.as_ref())),
                Ok(None) => {}
                // Another simulator may still answer.
                Err(p) => trouble = trouble.or(Some(p)),
            }
        }
        Err(trouble
            .unwrap_or_else(|| Problem::new("no simulator answers").fix("start it; docs/simulators.md says what each simulator needs")))
    }

    /// Writes to the simulator, if one is connected.
    pub fn write(&self, command: Command) {
        self.order(Order::Write(command));
    }

    /// Requests an airport from the simulator, now and from each one that connects later. The answers are
    /// [`Told::Airport`]. Only the last few airports are kept, because only those matter.
    pub fn ask_airport(&self, icao: String) {
        self.order(Order::Airport(icao));
    }

    fn order(&self, order: Order) {
        if self.commands.as_ref().is_none_or(|c| c.try_send(order).is_err()) {
            log::warn!("the simulator does not take commands: one was dropped");
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the thread if it waits for the next search.
        self.commands = None;
        let Some(thread) = self.thread.take() else { return };
        // A thread that follows a simulator ends within a tenth of a second, and closes the connection. A thread in
        // the middle of a search may wait for seconds for an answer. It is abandoned, and reports nothing more.
        let until = Instant::now() + ENDING;
        while !thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(2));
        }
        if thread.is_finished() && thread.join().is_err() {
            log::error!("the simulator link ended by a panic");
        }
    }
}

struct Search {
    sim: Sim,
    stopped: Arc<AtomicBool>,
    orders: Receiver<Order>,
    /// Airports that every simulator is asked about, the newest last.
    airports: VecDeque<String>,
    patience: Patience,
    msfs: simconnect::Msfs,
    /// The last refusal, which was reported.
    refused: Option<Problem>,
}

impl Search {
    fn run(&mut self, tell: &mut impl FnMut(Told)) {
        let (mut pause, mut seen) = (self.patience.first, None::<Instant>);
        // The last flight is still shown as interrupted.
        let mut kept = false;
        while !self.stopped() {
            match self.find(tell) {
                Some(mut connection) => {
                    log::info!("simulator found: {}", named(connection.as_ref()));
                    pause = self.patience.first;
                    self.follow(connection.as_mut(), tell);
                    (seen, kept) = (Some(Instant::now()), true);
                    log::info!("simulator gone: {}", connection.name());
                }
                None => {
                    // The pilot has ended the simulator: calls go to the airport of the settings or of the next call again.
                    if kept && seen.is_some_and(|s| s.elapsed() >= self.patience.forget) {
                        kept = false;
                        tell(Told::report(Report::default()));
                    }
                    let recently = seen.is_some_and(|s| s.elapsed() < RECENTLY);
                    pause = (pause * 2).min(if recently { self.patience.most } else { self.patience.unseen });
                }
            }
            // Commands for a simulator that has gone are not for the next one.
            while let Ok(order) = self.orders.try_recv() {
                self.remember(&order);
            }
            self.wait(pause);
        }
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    fn wait(&mut self, pause: Duration) {
        let until = Instant::now() + pause;
        while !self.stopped() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            match self.orders.recv_timeout(left) {
                // Without a simulator a command is dropped.
                Ok(order) => self.remember(&order),
                Err(RecvTimeoutError::Timeout) => {}
                // The end of the link closes the queue.
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Keeps the orders that also apply to the next simulator.
    fn remember(&mut self, order: &Order) {
        if let Order::Airport(icao) = order {
            self.airports.retain(|a| a != icao);
            self.airports.push_back(icao.clone());
            if self.airports.len() > AIRPORTS {
                self.airports.pop_front();
            }
        }
    }

    fn find(&mut self, tell: &mut impl FnMut(Told)) -> Option<Box<dyn Connection>> {
        let mut refused = None;
        let found = kinds(&self.sim.link)?.iter().find_map(|kind| {
            if self.stopped.load(Ordering::Relaxed) {
                return None;
            }
            open(&self.sim, self.patience, *kind, &mut self.msfs).unwrap_or_else(|p| {
                refused = Some(p);
                None
            })
        });
        if self.stopped() {
            return None;
        }
        // A refusal is reported once, not at every search.
        if refused != self.refused {
            if let Some(p) = refused.clone() {
                tell(Told::Trouble(p));
            }
            self.refused = refused;
        }
        found
    }

    fn follow(&mut self, connection: &mut dyn Connection, tell: &mut impl FnMut(Told)) {
        for icao in &self.airports {
            ask(connection, icao, tell);
        }
        let (mut last, mut told): (Option<Report>, Option<Instant>) = (None, None);
        let mut wrong = 0u64;
        while !self.stopped() {
            stumble("sim");
            match connection.poll() {
                // A position outside the earth, or a value that is not a number: the engine cannot compute with it.
                Ok(Some(Told::Report(report))) if !sound(&report) => {
                    wrong += 1;
                    if wrong.is_power_of_two() {
                        log::warn!("{wrong} reports of {} that cannot be were dropped", connection.name());
                    }
                }
                Ok(Some(Told::Report(mut report))) => {
                    // A simulator that has not placed the aircraft yet reports 0 N 0 E, in the sea.
                    let placed = |at: &LatLon| at.lat.abs() > NOWHERE_DEG || at.lon.abs() > NOWHERE_DEG;
                    report.position = report.position.filter(placed);
                    report.simulator = connection.name().split(" (").next().unwrap_or_default().to_owned();
                    let due = told.is_none_or(|t| t.elapsed() >= BETWEEN_REPORTS);
                    let news = last.as_ref().is_none_or(|l| l.state != report.state || l.com1 != report.com1);
                    if due || news {
                        tell(Told::Report(report.clone()));
                        told = Some(Instant::now());
                    }
                    last = Some(*report);
                }
                Ok(Some(other)) => tell(other),
                Ok(None) => {}
                Err(Gone) => break,
            }
            while let Ok(order) = self.orders.try_recv() {
                self.remember(&order);
                match order {
                    Order::Airport(icao) => ask(connection, &icao, tell),
                    Order::Write(command) if connection.write(&command).is_err() => break,
                    Order::Write(_) => {}
                }
            }
        }
        if let Some(last) = last.filter(|_| !self.stopped()) {
            tell(Told::report(Report { state: SimState::Lost, ..last }));
        }
    }
}

/// Requests an airport. If this simulator cannot report airports, the answer of an earlier one is withdrawn.
fn ask(connection: &mut dyn Connection, icao: &str, tell: &mut impl FnMut(Told)) {
    if !connection.ask_airport(icao) {
        tell(Told::Airport { icao: icao.to_owned(), told: None });
    }
}

/// A simulator's name and way.
fn named(found: &dyn Connection) -> String {
    found.way().map_or_else(|| found.name().to_owned(), |way| format!("{} ({way})", found.name()))
}

/// Connects to one simulator; `None` if it does not answer.
fn open(sim: &Sim, patience: Patience, kind: Kind, msfs: &mut simconnect::Msfs) -> Result<Option<Box<dyn Connection>>, Problem> {
    fn boxed(c: impl Connection + 'static) -> Box<dyn Connection> {
        Box::new(c)
    }
    let host = sim.machine();
    let host = host.as_deref();
    Ok(match kind {
        Kind::XPlane => {
            // X-Plane's web server listens only on its own machine.
            let web = if sim.is_here() { xplane_web::Web::open(sim.xplane_web_port)? } else { None };
            match web {
                Some(web) => Some(boxed(web)),
                None => xplane::Udp::open(host, sim.xplane_port, patience.check).map(boxed),
            }
        }
        Kind::Msfs => msfs.open(sim)?.map(boxed),
        Kind::FlightGear => flightgear::Listener::open(host, sim.flightgear_port).map(boxed),
    })
}

/// Whether the numbers of a report can be those of an aircraft.
fn sound(r: &Report) -> bool {
    let numbers = [r.altitude_ft, r.agl_ft, r.heading_true, r.heading_mag, r.ias_kt, r.ground_speed_kt, r.vertical_speed_fpm];
    numbers.iter().all(|n| n.abs() < 1e6)
        && r.position.is_none_or(|p| (-90.0..=90.0).contains(&p.lat) && (-180.0..=180.0).contains(&p.lon))
        && r.others.iter().all(|o| (-90.0..=90.0).contains(&o.position.lat) && (-180.0..=180.0).contains(&o.position.lon))
}

/// The address of a host, IPv4 first.
pub(super) fn resolve(host: &str, port: u16) -> Option<SocketAddr> {
    let all: Vec<SocketAddr> = (host, port).to_socket_addrs().ok()?.collect();
    all.iter().find(|a| a.is_ipv4()).or(all.first()).copied()
}

/// Connects to a port, if a program listens there. Windows waits two seconds for a closed local port, so
/// the time for that is short: a local port that does not answer at once is closed.
pub(super) fn connect(at: SocketAddr) -> Option<TcpStream> {
    let within = if at.ip().is_loopback() { 300 } else { 2000 };
    TcpStream::connect_timeout(&at, Duration::from_millis(within)).ok()
}

/// The COM frequency of a value in MHz, as simulators report it.
pub(super) fn mhz(value: f64) -> Option<Frequency> {
    (value.is_finite() && (100.0..200.0).contains(&value)).then(|| Frequency::from_khz((value * 1000.0).round() as u32)).flatten()
}

/// The transponder code of a value whose decimal digits are those of the code.
pub(super) fn squawk(value: f64) -> Option<Squawk> {
    (value.is_finite() && (0.0..7778.0).contains(&value)).then(|| format!("{:04}", value.round() as i64).parse().ok()).flatten()
}
