//! `stratus run`: the tray process, and its headless variant.

mod crash;
mod footprint;
mod headless;
#[cfg(windows)]
mod notices;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use crate::app::App;
use crate::cli::Run;
use crate::config;
use crate::desktop::toast::Toaster;
use crate::desktop::tray::Tray;
use crate::dispatch::{self, Desk, INBOX, Inbox, Shell};
use crate::event::{Edge, Event};
use crate::ipc::{self, Instance, Press, Reply, Request};
use crate::paths::Paths;
use crate::problem::{Part, Problem};
use crate::settings::Config;
use crate::sim::replay;
use crate::units::Time;

/// `stratus run --headless SCRIPT`
pub(super) fn headless(file: Option<&Path>, args: &Run) -> anyhow::Result<ExitCode> {
    let script = args.headless.as_deref().unwrap_or(Path::new("-"));
    headless::run(file, args, script)
}

pub(super) fn run(file: Option<&Path>, args: &Run) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    footprint::bound_heaps();
    let paths = Paths::find(file)?;
    let loaded = config::load_or_create(&paths.config_file);
    let config = with_sim(loaded.config.clone(), args.sim.as_deref());
    config.validate()?;
    let unlogged = crate::log::start(Some(&paths.log_file()), &config.log.level, false);
    let lock = match Instance::acquire_among(&paths.sockets())? {
        Instance::Acquired(lock) => lock,
        Instance::AlreadyRunning => {
            let p = Problem::new("Stratus is running already").fix("look for its icon in the tray, or quit it from its menu");
            // The running instance shows the message, because a toast of this process may disappear with it.
            if cfg!(not(windows)) && ipc::reach(&paths.sockets(), &Request::Show(true), Duration::from_secs(2)).is_ok() {
                writeln!(std::io::stderr(), "{p}")?;
                return Ok(ExitCode::from(p.exit_code()));
            }
            return Err(p.into());
        }
    };
    let (sender, receiver) = sync_channel(INBOX);
    let inbox = Inbox(sender);
    let (mark, last_run) = crash::begin(&paths);
    if let Some(told) = last_run {
        inbox.offer(told);
    }
    for p in loaded.told().iter().chain(&unlogged) {
        inbox.offer(Event::Config(Err(p.clone())));
    }
    if let Some(n) = &loaded.notice {
        log::info!("the configuration: {}", n.words());
        let body = format!("The old file is kept as {}.", n.copy.file_name().unwrap_or_default().to_string_lossy());
        inbox.offer(Event::Notice { title: "Your settings were updated to new names".into(), body });
    }
    // Problems that still leave a usable configuration go to the log and `config check`.
    if let Some(w) = loaded.warnings.first() {
        loaded.warnings.iter().for_each(|w| log::warn!("{}", w.one_line()));
        let short = w.short();
        inbox.offer(Event::Notice { body: short.body(), title: short.title });
    }
    let steps = dispatch::steps::of(&paths, &config);
    match &config.speech.model {
        // The first run offers a model; and a file that cannot be used may name one.
        None if steps.leads || loaded.instead.is_some() => {}
        None => inbox.offer(Event::Trouble(crate::speech::model::none_chosen())),
        // Other problems with it take a while to detect; the call that needs it reports them.
        Some(file) => crate::speech::model::there(file).err().into_iter().for_each(|p| inbox.offer(Event::Model(Err(p)))),
    }
    inbox.offer(Event::Steps(steps));
    let desk = desk(&inbox, &config);
    let airports = dispatch::newest::airports_in_use(&paths.data_dir);
    let mut shell = Shell::start(&inbox, &config, paths.clone(), desk, &airports)?;
    if let Some(file) = &args.record {
        shell.recording.keep_in(file, &config)?;
    }
    let server = serve(lock, &inbox, &shell)?;
    log::info!("ready in {} ms", begun.elapsed().as_millis());
    shell.read_joysticks(false);
    shell.open_sound();
    footprint::settle();
    let (out, sim) = (inbox.clone(), args.sim.clone());
    match config::Watch::start(&paths.config_file, loaded.config, loaded.problem, move |result| {
        out.send(Event::Config(result.map(|c| with_sim(c, sim.as_deref()))));
    }) {
        Ok(w) => shell.watch = Some(w),
        Err(p) => inbox.offer(Event::Trouble(p)),
    }
    let recording = replay_link(&config, &inbox);
    shell.open_page();
    shell.open_link();
    shell.ask_mirror();
    shell.import_airports();
    if config.updates.check {
        shell.check_updates(false);
    }
    inbox.offer(Event::Autostart(crate::desktop::autostart::is_on(&paths.autostart_file)));
    let devices = dispatch::watch_devices(&inbox);
    #[cfg(windows)]
    let notices = notices::start(&inbox, &config, devices.as_ref());
    let app = App::new(config, airports);
    let outcome = owner(app, shell, &inbox, receiver, begun);
    // The event sources end after the owner; anything they still send goes to a closed inbox.
    recording.store(true, Ordering::Relaxed);
    drop(server);
    drop(mark);
    #[cfg(windows)]
    notices::end(notices);
    drop(devices);
    log::info!("ended");
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Runs the owner on a separate thread; this one, the main thread, waits for signals.
#[cfg(unix)]
fn owner(app: App, shell: Shell, inbox: &Inbox, receiver: std::sync::mpsc::Receiver<Event>, begun: Instant) -> anyhow::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let handle = signals.handle();
    let owner = std::thread::Builder::new().name("owner".into()).spawn(move || {
        // However the owner ends, the main thread must stop waiting for signals.
        let _closing = Closing(handle);
        dispatch::own(app, shell, &receiver, begun, footprint::at_rest);
    })?;
    for _ in signals.forever() {
        inbox.offer(Event::Quit);
    }
    owner.join().map_err(|_| Problem::bug("Stratus failed").fix("restart it, and please send the log").into())
}

/// Stops the wait for signals when dropped.
#[cfg(unix)]
struct Closing(signal_hook::iterator::Handle);

#[cfg(unix)]
impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// On Windows this is already the owner's thread: the main thread runs the message loop.
#[cfg(windows)]
fn owner(app: App, shell: Shell, _: &Inbox, receiver: std::sync::mpsc::Receiver<Event>, begun: Instant) -> anyhow::Result<()> {
    dispatch::own(app, shell, &receiver, begun, footprint::at_rest);
    Ok(())
}

fn with_sim(config: Arc<Config>, sim: Option<&str>) -> Arc<Config> {
    match sim {
        Some(link) => {
            let mut c = (*config).clone();
            c.sim.link = link.to_owned();
            Arc::new(c)
        }
        None => config,
    }
}

/// Tray, toasts and key: each may be missing, which is reported through the others.
fn desk(inbox: &Inbox, config: &Config) -> Desk {
    let mut desk = Desk::default();
    #[cfg(windows)]
    notices::name_toasts();
    let out = inbox.clone();
    match Toaster::start(move |p| out.offer(Event::Trouble(p))) {
        Ok(t) => desk.toaster = Some(t),
        Err(p) => inbox.offer(Event::Trouble(p)),
    }
    let out = inbox.clone();
    match Tray::start(move |choice| out.offer(Event::Menu(choice))) {
        Ok(t) => desk.tray = Some(t),
        Err(p) => inbox.offer(Event::Trouble(p)),
    }
    match dispatch::key(inbox, config) {
        Ok(k) => desk.key = k,
        Err(p) => inbox.offer(Event::Trouble(p.or_about(Part::PushToTalk))),
    }
    desk
}

/// The local socket for `stratus say` and `stratus ptt`.
fn serve(lock: ipc::Lock, inbox: &Inbox, shell: &Shell) -> Result<ipc::Server, Problem> {
    let (inbox, waiting) = (inbox.clone(), shell.waiting.clone());
    let next = AtomicU64::new(1);
    let later = move |replier| {
        let id = next.fetch_add(1, Ordering::Relaxed);
        waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(id, replier);
        id
    };
    let state = shell.icon.clone();
    let failed = std::sync::Mutex::new(shell.desk.toaster.as_ref().map(Toaster::counter));
    ipc::Server::start(lock, move |request, replier| match request {
        Request::Say(text) => inbox.offer(Event::Typed { id: later(replier), text, opinion: None }),
        Request::Plan(plan) => inbox.offer(Event::Plan { id: later(replier), plan }),
        Request::Suggest(_) => inbox.offer(Event::Suggest { id: later(replier) }),
        Request::FirstCall(_) => inbox.offer(Event::FirstCall(later(replier))),
        Request::TestKey(_) => inbox.offer(Event::TestKey { id: later(replier) }),
        Request::Pace(_) => inbox.offer(Event::Pace { id: later(replier) }),
        Request::State(_) => replier.send(Reply::State { state: *state.lock().unwrap_or_else(PoisonError::into_inner) }),
        Request::NextCall(_) => inbox.offer(Event::NextCall { id: later(replier) }),
        Request::Ptt(press) => {
            let edge = match press {
                Press::Down => Edge::Down,
                Press::Up => Edge::Up,
                Press::Toggle => Edge::Toggle,
            };
            inbox.offer(Event::Ptt(edge));
            replier.send(Reply::Ok { ok: true });
        }
        Request::Show(_) => {
            inbox.offer(Event::Notice {
                title: "Stratus is running already".into(),
                body: "Click its icon, the cloud in the panel.".into(),
            });
            replier.send(Reply::Ok { ok: true });
        }
        Request::Quit(_) => {
            inbox.offer(Event::Quit);
            replier.send(Reply::Ok { ok: true });
        }
        Request::Toasts(_) => {
            let failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
            replier.send(Reply::Toasts { failed: failed.as_ref().map_or(0, |count| count()) });
        }
        Request::Ping(_) => replier.send(Reply::Here { pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() }),
    })
}

/// Plays a recorded flight in real time, as if a simulator flew it.
fn replay_link(config: &Config, inbox: &Inbox) -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let Some(path) = config.sim.link.strip_prefix("replay:").map(std::path::PathBuf::from) else { return stop };
    let (inbox, stopped) = (inbox.clone(), stop.clone());
    let spawned = std::thread::Builder::new().name("sim".into()).spawn(move || {
        let flight = match replay::read(&path, None) {
            Ok(f) => f,
            Err(p) => return inbox.send(Event::Trouble(p)),
        };
        let begun = Instant::now();
        for moment in flight.moments {
            while Time(u64::try_from(begun.elapsed().as_millis()).unwrap_or(0)) < moment.at {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
            inbox.offer(Event::Sim(Arc::new(moment.report)));
        }
    });
    if let Err(e) = spawned {
        log::error!("cannot start the simulator link: {e}");
    }
    stop
}
