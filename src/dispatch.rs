//! Connects the workers to `App`: effects become jobs, and results become events. One owner thread holds the application.

pub mod ahead;
mod ask;
mod brain;
mod charts;
mod devices;
mod ears;
pub mod fetch;
mod import;
mod key;
mod microphone;
pub mod newest;
pub mod offer;
mod open;
mod page;
mod recording;
pub mod simbrief;
pub mod steps;
pub mod transcript;
pub mod updates;
mod voice;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::airports::data::Airports;
use crate::airports::described::Origin;
use crate::app::App;
use crate::audio::capture::{Capture, CaptureEvent};
use crate::audio::play::{PlayEvent, Player};
use crate::audio::radio;
use crate::config::Watch;
use crate::desktop::joystick::Joysticks;
use crate::desktop::keyboard::Keyboard;
use crate::desktop::{autostart, toast::Toaster, tray::Tray};
use crate::event::{Effect, Event, Line, Scene, Toast, TrayState};
use crate::ipc::{Replier, Reply};
use crate::llm::Llm;
use crate::llm::warm::Warm;
use crate::paths::Paths;
use crate::problem::{Part, Problem};
use crate::report::SimState;
use crate::scenery::Imports;
use crate::settings::Config;
use crate::sim::link::{Link, Patience, Told};
use crate::units::{Time, TxId};
use crate::worker::{Worker, panic_words, stumble};

pub use devices::watch_devices;
pub use ears::threads;
use ears::{Ears, ears};
pub use key::key;
use open::open;
use recording::Recording;
use voice::VoiceJob;

/// Capacity of the owner's inbox; a full one means that the owner is stuck.
pub const INBOX: usize = 256;
/// Typed requests that await an answer.
pub type Waiting = Arc<Mutex<BTreeMap<u64, Replier>>>;

/// The sending side of the owner's inbox, for every thread.
#[derive(Debug, Clone)]
pub struct Inbox(pub SyncSender<Event>);

impl Inbox {
    /// Sends an event; blocks while the inbox is full (workers may block; callbacks do not use this).
    pub fn send(&self, event: Event) {
        // Only during shutdown has the owner already ended.
        let _ = self.0.send(event);
    }
    /// Sends an event that may be dropped, because the next one replaces it.
    pub fn offer(&self, event: Event) {
        if let Err(TrySendError::Full(_)) = self.0.try_send(event) {
            log::warn!("the inbox is full: a report was dropped");
        }
    }
}

/// The parts of the desktop that are available.
#[derive(Default)]
pub struct Desk {
    /// The icon and its menu.
    pub tray: Option<Tray>,
    /// The toasts.
    pub toaster: Option<Toaster>,
    /// The push-to-talk key.
    pub key: Option<Keyboard>,
    /// Joysticks, while one of their buttons is bound or being bound.
    pub joysticks: Option<Joysticks>,
}

/// All workers.
pub struct Shell {
    capture: Option<Capture>,
    player: Option<Player>,
    ears: Worker<Ears>,
    voice: Worker<VoiceJob>,
    record: Worker<Line>,
    llm: Option<Llm>,
    /// Keeps the language model loaded while a simulator is running.
    warm: Option<Warm>,
    /// The desktop.
    pub desk: Desk,
    /// Typed requests that await an answer.
    pub waiting: Waiting,
    /// What the tray's icon shows, for other processes.
    pub icon: Arc<Mutex<TrayState>>,
    /// Typed requests whose words the sentence model is reading.
    read: BTreeSet<u64>,
    inbox: Inbox,
    cancels: BTreeMap<TxId, Arc<AtomicBool>>,
    /// Recognition jobs started while the key is held.
    ahead: ahead::Jobs,
    /// Answers of transmissions up to this one were cut off: their phrases are no longer spoken.
    unspoken: Arc<AtomicU64>,
    config: Arc<Config>,
    paths: Paths,
    /// The configuration's watcher, which knows our own writes.
    pub watch: Option<Watch>,
    radio_seed: u64,
    /// A simulator is running.
    flying: bool,
    link: Option<Link>,
    fetching: Option<fetch::Fetch>,
    /// Models that only the mirror offers.
    own_models: Vec<crate::models::Offer>,
    /// The recording of the session.
    pub recording: Recording,
    /// A key is being bound.
    learning: Arc<AtomicBool>,
    /// Ollama's models are being queried.
    listing: Arc<AtomicBool>,
    /// A SimBrief plan is being downloaded.
    planning: Arc<AtomicBool>,
    charts: Arc<charts::Charts>,
    import: import::Import,
    page: page::Page,
    /// When the clock of the application started.
    begun: Instant,
}

impl Shell {
    /// Starts the workers. Failures are reported as events, and the rest keeps working.
    pub fn start(inbox: &Inbox, config: &Arc<Config>, paths: Paths, desk: Desk, airports: &Airports) -> Result<Self, Problem> {
        let unspoken = Arc::new(AtomicU64::new(0));
        let recording = Recording::new(paths.flights_dir(), airports.newer_edition(), inbox);
        let imports = Imports::within(&paths.data_dir);
        let charts = Arc::new(charts::Charts::start(&imports, airports, inbox)?);
        let import = import::Import::new(imports, charts.clone(), inbox);
        let shell = Self {
            capture: None,
            player: None,
            ears: ears(inbox, config)?,
            voice: voice::start(inbox, &unspoken)?,
            record: transcript::writer(paths.transcript_file(), inbox)?,
            llm: None,
            warm: None,
            desk,
            waiting: Waiting::default(),
            icon: Arc::default(),
            read: BTreeSet::new(),
            inbox: inbox.clone(),
            cancels: BTreeMap::new(),
            ahead: ahead::Jobs::default(),
            unspoken,
            config: config.clone(),
            paths,
            watch: None,
            radio_seed: 1,
            flying: false,
            link: None,
            fetching: None,
            own_models: Vec::new(),
            recording,
            charts,
            learning: Arc::default(),
            listing: Arc::default(),
            planning: Arc::default(),
            import,
            page: page::Page::default(),
            begun: Instant::now(),
        };
        Ok(shell)
    }

    /// Opens microphone and speaker; called after the tray is up, because they may be slow.
    pub fn open_sound(&mut self) {
        let inbox = self.inbox.clone();
        match Capture::start(&self.config.audio, move |e| {
            inbox.send(match e {
                CaptureEvent::Taken { tx, take } => Event::Captured { tx, take },
                CaptureEvent::Quiet { tx } => Event::Quiet { tx },
                CaptureEvent::Listening { tx, microphone } => Event::Listening { tx, microphone },
                CaptureEvent::Late(ms) => microphone::late(ms),
                CaptureEvent::SoFar { tx, take } => Event::SoFar { tx, take },
                CaptureEvent::Device(result) => Event::Device { part: Part::Microphone, result },
            });
        }) {
            Ok(c) => self.capture = Some(c),
            Err(p) => self.inbox.send(Event::Device { part: Part::Microphone, result: Err(p) }),
        }
        let inbox = self.inbox.clone();
        match Player::start(&self.config.audio, move |e| {
            inbox.send(match e {
                PlayEvent::Started { tx } => Event::Started { tx },
                PlayEvent::Played { tx, complete } => Event::Played { tx, complete },
                PlayEvent::Device(result) => Event::Device { part: Part::Speaker, result },
            });
        }) {
            Ok(p) => self.player = Some(p),
            Err(p) => self.inbox.send(Event::Trouble(p.or_about(Part::Speaker))),
        }
    }

    /// Searches for the configured simulator, after ending the previous link.
    pub fn open_link(&mut self) {
        self.link = None;
        if !Link::is_simulator(&self.config.sim.link) {
            return;
        }
        let inbox = self.inbox.clone();
        match Link::start(&self.config.sim, Patience::default(), move |told| match told {
            Told::Report(r) => inbox.offer(Event::Sim(Arc::from(r))),
            Told::Trouble(p) => inbox.offer(Event::Trouble(p.or_about(Part::Simulator))),
            Told::Airport { icao, told } => inbox.offer(Event::Airport { icao, origin: Origin::Simulator, result: Ok(told) }),
        }) {
            Ok(l) => {
                self.charts.asked().into_iter().for_each(|icao| l.ask_airport(icao));
                self.link = Some(l);
            }
            Err(p) => self.inbox.offer(Event::Trouble(p.or_about(Part::Simulator))),
        }
    }

    /// Imports changes in the simulators' airports after a delay in the background, if the pilot allows it.
    pub fn import_airports(&mut self) {
        if self.config.airports.import {
            self.import.begin(import::FIRST);
        }
    }

    /// Typed words first go to the recogniser's thread for the sentence model's opinion, and come back as the same event.
    fn read_first(&mut self, event: Event, scene: impl FnOnce() -> Scene) -> Option<Event> {
        match event {
            Event::Typed { id, text, opinion: None } if !self.read.remove(&id) => {
                self.read.insert(id);
                let Err(p) = self.ears.send(Ears::Read { id, text: text.clone(), scene: scene() }) else { return None };
                log::debug!("typed words are read without the sentence model: {}", p.one_line());
                self.read.remove(&id);
                Some(Event::Typed { id, text, opinion: None })
            }
            Event::Typed { id, .. } => {
                self.read.remove(&id);
                Some(event)
            }
            _ => Some(event),
        }
    }

    /// Performs an effect. Returns `false` to end the program.
    fn perform(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Capture(tx) => {
                // Load model and voice, and open the speaker, while the pilot is speaking.
                let _ = self.ears.send(Ears::Load);
                let _ = self.voice.send(VoiceJob::Warm(self.config.speech.voice.clone()));
                if let Some(p) = &self.player {
                    p.warm();
                }
                match &self.capture {
                    Some(c) if self.config.speech.eager => c.begin_in_pieces(tx),
                    Some(c) => c.begin(tx),
                    None => self.inbox.offer(Event::Captured { tx, take: Err(no_microphone()) }),
                }
            }
            Effect::EndCapture(tx) => match &self.capture {
                Some(c) => c.end(tx),
                None => self.inbox.offer(Event::Captured { tx, take: Err(no_microphone()) }),
            },
            Effect::Release(tx) => {
                if let Some(c) = &self.capture {
                    c.release(tx);
                }
            }
            Effect::DropCapture(tx) => {
                self.ahead.give_up(tx);
                if let Some(c) = &self.capture {
                    c.discard(tx);
                }
            }
            Effect::Ahead { tx, take, hints } => {
                if let Some(job) = self.ahead.next(tx, &take.samples) {
                    // If the queue is full, the whole call is recognised at the end.
                    let _ = self.ears.send(Ears::Ahead { job, hints, gently: self.flying });
                }
            }
            Effect::Transcribe { tx, take, hints } => {
                self.ahead.overtaken(tx, &take.samples);
                let cancel = Arc::new(AtomicBool::new(false));
                self.cancels.insert(tx, cancel.clone());
                let asked = Instant::now();
                if let Err(p) = self.ears.send(Ears::Transcribe { tx, take, hints, cancel, gently: self.flying, asked }) {
                    self.inbox.offer(Event::Heard { tx, result: Err(p) });
                }
            }
            Effect::Consult { tx, question } => self.consult(tx, question),
            Effect::Synthesise { tx, part, last, words, voice } => {
                if let Err(p) = self.voice.send(VoiceJob::Say { tx, part, last, words, voice, gently: self.flying }) {
                    self.inbox.offer(Event::Voiced { tx, part, last, result: Err(p) });
                }
            }
            Effect::Play { tx, part, last, clip, radio, volume_percent } => {
                let clip = match radio {
                    Some(strength) => {
                        radio::through(&clip, &radio::Reception { first: part == 0, last, volume_percent, strength, seed: self.radio_seed })
                    }
                    None => radio::at_volume(&clip, volume_percent),
                };
                self.radio_seed = self.radio_seed.wrapping_add(1);
                match &self.player {
                    Some(p) => p.play(tx, part, last, clip),
                    // Without a speaker the toast has delivered the words.
                    None if last => self.inbox.offer(Event::Played { tx, complete: true }),
                    None => {}
                }
            }
            Effect::SideTone(percent) => {
                if let Some(p) = &self.player {
                    p.click(radio::key_click(percent));
                }
            }
            Effect::Silence => {
                if let Some(p) = &self.player {
                    p.silence();
                }
            }
            Effect::Cancel(tx) => {
                self.unspoken.fetch_max(tx.0, Ordering::Relaxed);
                self.ahead.give_up(tx);
                if let Some(c) = self.cancels.remove(&tx) {
                    c.store(true, Ordering::Relaxed);
                }
                if let Some(llm) = &self.llm {
                    llm.cancel(tx);
                }
            }
            Effect::Tray(state) => {
                *self.icon.lock().unwrap_or_else(PoisonError::into_inner) = state;
                if let Some(t) = &self.desk.tray {
                    t.show(state);
                }
            }
            Effect::Menu(model) => {
                if let Some(t) = &self.desk.tray {
                    t.menu(&model);
                }
            }
            Effect::Page(state) => self.publish(&state),
            Effect::OpenPage => self.show_page(),
            Effect::Toast(toast) => {
                let details = if toast.details.is_empty() { String::new() } else { format!(" ({})", toast.details) };
                if !toast.live {
                    log::info!("toast: {}: {}{details}", toast.title, toast.body.replace('\n', " / "));
                }
                if (self.config.toast.enabled || toast.fault)
                    && let Some(t) = &self.desk.toaster
                {
                    t.show(toast);
                }
            }
            Effect::Answer { id, text, note } => {
                let replier = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                match replier {
                    Some(r) => r.send(Reply::Said { text, note }),
                    None => self.answer_page(id, &text, &note),
                }
            }
            Effect::Record(line) => {
                if let Err(p) = self.record.send(line) {
                    log::warn!("{}", p.one_line());
                }
            }
            // The recording handles it (`Recording::effects`).
            Effect::Delivered { .. } => {}
            Effect::AskCallsign(now) => self.ask_callsign(&now),
            Effect::AskAirport(now) => self.ask_airport(&now),
            Effect::OpenConfig => open(&self.inbox, "the settings file", &self.paths.config_file),
            Effect::OpenLogs => open(&self.inbox, "the log folder", &self.paths.log_dir),
            Effect::Doctor => self.doctor(),
            Effect::CheckMicrophone(seconds) => self.check_microphone(seconds),
            Effect::HearCheck { take, hints } => {
                if let Err(p) = self.ears.send(Ears::Check { take, hints }) {
                    self.inbox.offer(Event::CheckHeard(Err(p)));
                }
            }
            Effect::KeepSteps(steps) => steps::keep(&self.paths, &steps),
            Effect::Fetch(name) => self.fetch(name.as_deref()),
            Effect::FetchAirport { icao, .. } => {
                if let Some(link) = &self.link {
                    link.ask_airport(icao.clone());
                }
                self.charts.look(icao);
            }
            Effect::FetchSurroundings(area) if self.config.airports.import => self.charts.look_around(area),
            Effect::FetchSurroundings(_) => {}
            Effect::FetchPlan => self.fetch_plan(),
            Effect::CheckUpdates => self.check_updates(true),
            Effect::FetchUpdate(offered) => self.fetch_update(offered),
            Effect::InstallUpdate(offered, file) => self.install_update(&offered, &file),
            Effect::BindJoystick => self.bind_joystick(),
            Effect::BindKey => self.bind_key(),
            Effect::ListBrains => self.list_brains(),
            Effect::AskMirror => self.ask_mirror(),
            Effect::Autostart(on) => {
                let entry = &self.paths.autostart_file;
                let set = std::env::current_exe()
                    .map_err(|e| Problem::new("cannot find out where Stratus is installed").because(e))
                    .and_then(|program| autostart::set(entry, on, &program));
                if let Err(p) = set {
                    self.inbox.offer(Event::Trouble(p));
                }
                self.inbox.offer(Event::Autostart(autostart::is_on(entry)));
            }
            Effect::Sim(command) => match &self.link {
                Some(link) => link.write(command),
                None => log::debug!("no simulator to write to"),
            },
            Effect::SetKey { path, value } => {
                let set = match &self.watch {
                    Some(w) => w.set_key(&path, &value).map(drop),
                    None => crate::config::set_key(&self.paths.config_file, &path, &value).map(drop),
                };
                if let Err(p) = set {
                    self.inbox.offer(Event::Trouble(p.because("your choice lasts until you quit Stratus")));
                }
            }
            Effect::Reconfigure(config) => self.reconfigure(config),
            Effect::Exit => {
                crate::speech::trial::give_up();
                return false;
            }
        }
        // Finished jobs no longer need their cancel flags.
        while self.cancels.len() > 8 {
            self.cancels.pop_first();
        }
        true
    }

    fn reconfigure(&mut self, config: Arc<Config>) {
        let old = std::mem::replace(&mut self.config, config.clone());
        if old.audio.microphone != config.audio.microphone
            || old.audio.speaker != config.audio.speaker
            || old.audio.pre_roll_ms != config.audio.pre_roll_ms
            || old.audio.input_channel != config.audio.input_channel
            || old.audio.keep_open != config.audio.keep_open
            || self.capture.is_none()
        {
            self.capture = None;
            self.player = None;
            self.open_sound();
        }
        if old.audio.ear != config.audio.ear
            && let Some(p) = &self.player
        {
            p.on_side(config.audio.ear);
        }
        if old.sim != config.sim {
            self.open_link();
        }
        if old.log.level != config.log.level {
            crate::log::set_level(&config.log.level);
        }
        if old.speech.mirror != config.speech.mirror {
            self.ask_mirror();
        }
        if old.speech != config.speech {
            let _ = self.ears.send(Ears::Reconfigure(config.clone()));
        }
        if old.page != config.page {
            self.open_page();
        }
        if old.airports != config.airports {
            self.import_airports();
        }
        if old.brain != config.brain {
            self.keep_warm();
        }
        if old.ptt.joystick != config.ptt.joystick {
            self.read_joysticks(false);
        }
        if (&old.ptt.key, old.ptt.grab, old.ptt.listen) != (&config.ptt.key, config.ptt.grab, config.ptt.listen) {
            self.take_key();
        }
    }
}

/// A problem shown without involving the application.
fn told(p: Problem) -> Effect {
    let short = p.short();
    Effect::Toast(Toast { body: short.body(), title: short.title, fault: true, seconds: 10, details: p.one_line(), ..Toast::default() })
}

fn no_microphone() -> Problem {
    Problem::new("there is no microphone")
        .fix("connect one, or choose another in the tray's menu (audio.microphone)")
        .about(Part::Microphone)
        .brief("No microphone found", "")
}

/// The owner's event loop. `at_rest` is called after each minute without an event.
pub fn own(mut app: App, mut shell: Shell, inbox: &Receiver<Event>, begun: Instant, at_rest: fn()) {
    let now = || Time(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX));
    let mut rested = Instant::now();
    shell.begun = begun;
    loop {
        // A simulator's reports keep the inbox busy, so the idle check of model and voice goes by the clock.
        if rested.elapsed() >= ears::IDLE {
            rested = Instant::now();
            let _ = shell.voice.send(VoiceJob::Rest(at_rest));
            let _ = shell.ears.send(Ears::Rest(at_rest));
            shell.page_again();
        }
        let due = app.next_deadline();
        let event = match inbox.recv_timeout(due.map_or(ears::IDLE, |d| d.since(now()).max(Duration::ZERO))) {
            Ok(e) => e,
            Err(RecvTimeoutError::Timeout) if due.is_some() => Event::Wake,
            Err(RecvTimeoutError::Timeout) => {
                at_rest();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let Some(event) = shell.read_first(event, || app.engine().context().scene()) else { continue };
        match &event {
            Event::Ptt(edge) => log::debug!("key {edge:?}"),
            Event::Sim(report) => {
                let flying = matches!(report.state, SimState::Menu | SimState::Flying | SimState::Paused);
                if std::mem::replace(&mut shell.flying, flying) != flying {
                    shell.keep_warm();
                    shell.import.around.flying.store(flying, Ordering::Relaxed);
                    shell.import_airports();
                }
                shell.capture.iter().for_each(Capture::simulator_reports);
            }
            Event::Offers(own) => shell.own_models.clone_from(own),
            _ => {}
        }
        let at = now();
        shell.recording.event(at, &event, &shell.config);
        let took = Instant::now();
        let decides = matches!(event, Event::Heard { .. } | Event::Advice { .. });
        let asked = if let Event::Typed { id, .. } | Event::Plan { id, .. } = &event { Some(*id) } else { None };
        let effects = catch_unwind(AssertUnwindSafe(|| {
            stumble("owner");
            app.handle(at, event)
        }));
        let effects = effects.unwrap_or_else(|panic| {
            // State changes up to the panic remain; no effect of this event is performed.
            let p = Problem::bug("something went wrong in Stratus").because(panic_words(&*panic)).fix("say it again, in other words");
            let answer = asked.map(|id| Effect::Answer { id, text: String::new(), note: p.one_line() });
            answer.into_iter().chain([told(p)]).collect()
        });
        if decides {
            app.spent(u32::try_from(took.elapsed().as_millis()).unwrap_or(u32::MAX));
        }
        shell.import.around.talking.store(app.talking(), Ordering::Relaxed);
        shell.recording.effects(at, app.engine().phase().word(), &effects);
        for effect in effects {
            if !shell.perform(effect) {
                // The fields drop in order, capture first.
                return;
            }
        }
    }
}
