//! The link to a simulator: finds the one that runs, follows it, and looks again when it goes.

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
use crate::units::{Frequency, Squawk};
use crate::worker::{stumble, survive};

/// Reports are passed on at most this often; simulators send up to one a frame.
const BETWEEN_REPORTS: Duration = Duration::from_millis(100);
/// A simulator that went is waited for so long as one that is about to return.
const RECENTLY: Duration = Duration::from_secs(600);
/// Commands that may wait for the simulator.
const COMMANDS: usize = 16;
/// What the end of a link is waited for.
const ENDING: Duration = Duration::from_millis(300);
/// Airports that matter at a time.
const AIRPORTS: usize = 8;

/// What is written to a simulator, out of the engine's clearance record alone.
pub use crate::event::Command;

/// What a simulator told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Where the aircraft is and how it is set up.
    Report(Box<Report>),
    /// A simulator is there, but refuses: what the pilot can do about it.
    Trouble(Problem),
    /// What it knows of an airport that was asked for.
    Airport {
        /// Its code, as it was asked for.
        icao: String,
        /// The airport; none: it does not know it, or tells of none.
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
    /// Which simulator.
    fn name(&self) -> &'static str;
    /// The way to it in words, where there are several.
    fn way(&self) -> Option<String> {
        None
    }
    /// Waits a moment for news.
    fn poll(&mut self) -> Result<Option<Told>, Gone>;
    /// Takes an airport to be asked for; whether this simulator tells of airports at all.
    fn ask_airport(&mut self, _icao: &str) -> bool {
        false
    }
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
    /// The same where no simulator has been there for `RECENTLY`: nobody waits for it then.
    pub unseen: Duration,
    /// How often a simulator that need not answer is asked whether it is still there.
    pub check: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), most: Duration::from_secs(3), unseen: Duration::from_secs(5), check: Duration::from_secs(1) }
    }
}

/// What the thread is asked to do.
#[derive(Debug)]
enum Order {
    Write(Command),
    /// Ask for this airport, of every simulator that comes.
    Airport(String),
}

/// The thread that holds the connection; ends when dropped.
#[derive(Debug)]
pub struct Link {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    /// None while it ends.
    commands: Option<SyncSender<Order>>,
}

impl Link {
    /// Whether a configured link is one of the simulators.
    pub fn is_simulator(link: &str) -> bool {
        kinds(link).is_some()
    }

    /// Starts to look. `tell` gets every report, ten a second at most, the last one marked `Lost`, and each trouble once.
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

    /// Looks once for the configured simulator: its name and the way to it, or what to do.
    pub fn probe(sim: &Sim) -> Result<String, Problem> {
        let Some(kinds) = kinds(&sim.link) else { return Ok(format!("not looked for (sim.link is {:?})", sim.link)) };
        let mut trouble = None;
        for kind in kinds {
            match open(sim, Patience::default(), *kind, &mut simconnect::Msfs::default()) {
                Ok(Some(found)) => return Ok(named(found.as_ref())),
                Ok(None) => {}
                // Another one may answer all the same.
                Err(p) => trouble = trouble.or(Some(p)),
            }
        }
        Err(trouble
            .unwrap_or_else(|| Problem::new("no simulator answers").fix("start it; docs/simulators.md says what each simulator needs")))
    }

    /// Writes to the simulator, if one is there.
    pub fn write(&self, command: Command) {
        self.order(Order::Write(command));
    }

    /// Asks the simulator for an airport, now and whenever one comes: the answers are [`Told::Airport`]. Of the last few
    /// alone, for those matter.
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
        // Wakes it up where it waits for the next look.
        self.commands = None;
        let Some(thread) = self.thread.take() else { return };
        // One that follows a simulator ends within a tenth of a second, and lets go of it. One in the middle of a look may wait for
        // seconds for somebody who does not answer: it is left, and tells nothing any more.
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
    /// Airports that every simulator is asked for, the last one last.
    airports: VecDeque<String>,
    patience: Patience,
    msfs: simconnect::Msfs,
    /// The last refusal, told already.
    refused: Option<Problem>,
}

impl Search {
    fn run(&mut self, tell: &mut impl FnMut(Told)) {
        let (mut pause, mut seen) = (self.patience.first, None::<Instant>);
        while !self.stopped() {
            match self.find(tell) {
                Some(mut connection) => {
                    log::info!("simulator found: {}", named(connection.as_ref()));
                    pause = self.patience.first;
                    self.follow(connection.as_mut(), tell);
                    seen = Some(Instant::now());
                    log::info!("simulator gone: {}", connection.name());
                }
                None => {
                    let recently = seen.is_some_and(|s| s.elapsed() < RECENTLY);
                    pause = (pause * 2).min(if recently { self.patience.most } else { self.patience.unseen });
                }
            }
            // What was meant for a simulator that is gone is not for the next one.
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
                // Without a simulator a command is nobody's.
                Ok(order) => self.remember(&order),
                Err(RecvTimeoutError::Timeout) => {}
                // The link's end closes the queue.
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Keeps what is for the next simulator too.
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
        // The same refusal is told once, not at every look.
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
                // Outside the earth, or no number: no place for the engine to reckon with.
                Ok(Some(Told::Report(report))) if !sound(&report) => {
                    wrong += 1;
                    if wrong.is_power_of_two() {
                        log::warn!("{wrong} reports of {} that cannot be were dropped", connection.name());
                    }
                }
                Ok(Some(Told::Report(report))) => {
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

/// Asks a simulator for an airport; of one that tells of none, what another one told before does not stand.
fn ask(connection: &mut dyn Connection, icao: &str, tell: &mut impl FnMut(Told)) {
    if !connection.ask_airport(icao) {
        tell(Told::Airport { icao: icao.to_owned(), told: None });
    }
}

/// A simulator's name, and the way to it.
fn named(found: &dyn Connection) -> String {
    found.way().map_or_else(|| found.name().to_owned(), |way| format!("{} ({way})", found.name()))
}

/// A connection to one simulator; none when it does not answer.
fn open(sim: &Sim, patience: Patience, kind: Kind, msfs: &mut simconnect::Msfs) -> Result<Option<Box<dyn Connection>>, Problem> {
    fn boxed(c: impl Connection + 'static) -> Box<dyn Connection> {
        Box::new(c)
    }
    let host = sim.machine();
    let host = host.as_deref();
    Ok(match kind {
        Kind::XPlane => {
            // X-Plane's web server listens on its own machine alone.
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

/// A host's address, the first IPv4 one before others.
pub(super) fn resolve(host: &str, port: u16) -> Option<SocketAddr> {
    let all: Vec<SocketAddr> = (host, port).to_socket_addrs().ok()?.collect();
    all.iter().find(|a| a.is_ipv4()).or(all.first()).copied()
}

/// A connection to a port, if somebody listens there. Windows tries a closed port of its own machine for two seconds:
/// there, who does not answer at once is not there.
pub(super) fn connect(at: SocketAddr) -> Option<TcpStream> {
    let within = if at.ip().is_loopback() { 300 } else { 2000 };
    TcpStream::connect_timeout(&at, Duration::from_millis(within)).ok()
}

/// COM frequency of a value in MHz, as simulators tell it.
pub(super) fn mhz(value: f64) -> Option<Frequency> {
    (value.is_finite() && (100.0..200.0).contains(&value)).then(|| Frequency::from_khz((value * 1000.0).round() as u32)).flatten()
}

/// Transponder code of a value whose decimal digits are the code's.
pub(super) fn squawk(value: f64) -> Option<Squawk> {
    (value.is_finite() && (0.0..7778.0).contains(&value)).then(|| format!("{:04}", value.round() as i64).parse().ok()).flatten()
}
