//! `stratus setup`: the five steps of the first run in the terminal. Each setting is saved at once, so an interrupted setup resumes
//! where it stopped; `--undo` restores the previous settings.

mod ask;
mod call;
mod key;
mod model;
mod pilot;
mod sound;
mod terminal;
mod voice;

use std::io::BufRead;
#[cfg(unix)]
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use self::ask::{Ask, head, say};
use crate::cli;
use crate::config::{self, before};
use crate::dispatch::steps;
use crate::event::{Step, Steps};
use crate::ipc::{self, Request};
use crate::paths::{Paths, shown};
use crate::problem::Problem;
use crate::settings::{Config, key_words};

/// A setup in progress.
struct Setup<'a> {
    args: &'a cli::Setup,
    paths: Paths,
    ask: Ask<'a>,
    /// The current contents of the file.
    config: Arc<Config>,
    /// The configuration was named on the command line.
    named: bool,
    /// Progress of the first run.
    steps: Steps,
    /// The microphone was tested.
    tried: bool,
    /// The microphone test passed.
    hears: bool,
}

pub(super) fn run(file: Option<&Path>, args: &cli::Setup) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    if args.undo {
        let kept = before::undo(&paths.config_file)?;
        // Without a model, the first run starts over. A running tray notices that by itself.
        if config::in_force(&paths.config_file, false).0.speech.model.is_none() {
            steps::keep(&paths, &Steps::begun());
        }
        head("The last set-up is undone: your settings are as they were before it. A running Stratus uses them at once.")?;
        head(&format!("What the set-up had changed is kept in {}. Downloaded models and voices stay.", shown(&kept)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = match file {
        // A named file that does not exist is created, as the tray does.
        Some(_) if !config::look(&paths.config_file)? => Arc::default(),
        _ => super::configuration(file)?,
    };
    #[cfg(unix)]
    tell_of_ctrl_c(paths.config_file.clone())?;
    let mut answers = std::io::stdin().lock();
    go(args, paths, config, file.is_some(), &mut answers)
}

/// The message about a setup that stopped early.
fn stopped(config_file: &Path) -> String {
    match before::is_begun(config_file) {
        true => "What you have set up so far is saved and in use. `stratus setup` asks again, and Enter keeps each value; `stratus setup \
                 --undo` restores your earlier settings."
            .to_owned(),
        false => "Nothing has been changed. `stratus setup` starts again.".to_owned(),
    }
}

/// Ctrl-C ends the setup at any question or wait, with a message about the current state.
#[cfg(unix)]
fn tell_of_ctrl_c(config_file: std::path::PathBuf) -> std::io::Result<()> {
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT])?;
    let wait = move || {
        if signals.forever().next().is_some() {
            #[cfg(target_os = "linux")]
            terminal::restore();
            let _ = writeln!(std::io::stdout());
            let _ = head(&format!("Stopped. {}", stopped(&config_file)));
            // End as an ordinary Ctrl-C would, so that a shell sees it.
            let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
        }
    };
    std::thread::Builder::new().name("ctrl-c".into()).spawn(wait).map(drop)
}

fn go(args: &cli::Setup, paths: Paths, config: Arc<Config>, named: bool, answers: &mut dyn BufRead) -> anyhow::Result<ExitCode> {
    if before::is_begun(&paths.config_file) {
        head("Continuing the set-up that was not finished. Enter keeps what you chose before.")?;
    }
    // Some settings, such as a mirror, are made in an editor before the first answer. A folder that cannot be written is reported then.
    if let Err(e) = config::create(&paths.config_file)
        && e.kind() != std::io::ErrorKind::AlreadyExists
    {
        log::warn!("cannot create the settings file: {e}");
    }
    head(&format!("Settings file: {}", shown(&paths.config_file)))?;
    let steps = steps::of(&paths, &config);
    let ask = Ask::new(answers, args.yes, paths.config_file.clone());
    let mut s = Setup { args, paths, ask, config, named, steps, tried: false, hears: false };
    type Work = fn(&mut Setup<'_>) -> anyhow::Result<()>;
    let all: [(Step, bool, Work); 5] = [
        (Step::Model, args.skip_model, model::step),
        (Step::Microphone, args.skip_microphone && args.skip_speaker, sound::step),
        (Step::Key, args.skip_key, key::step),
        (Step::Callsign, args.skip_callsign, pilot::step),
        (Step::Call, args.skip_call, call::step),
    ];
    for (step, skip, work) in all {
        let title = if step == Step::Microphone { "Microphone and speaker" } else { step.title() };
        head(&format!("{}/{} {title}", step.number(), Step::ALL.len()))?;
        if skip {
            say("skipped")?
        } else {
            work(&mut s)?
        }
        // Voices follow the speaker, and the last step is the end.
        if step == Step::Microphone && !args.skip_voices {
            voice::step(&mut s)?;
        }
    }
    if !args.skip_brain {
        brain(&s)?;
    }
    let running = is_running();
    // A running tray tracks the steps itself.
    if !running {
        steps::keep(&s.paths, &s.steps);
    }
    let copy = before::end(&s.paths.config_file)?;
    if s.config.speech.model.is_none() {
        head("Almost done: no speech model yet, so only typed calls (`stratus say TEXT`) work.")?;
    } else if running {
        head("Done. `stratus say --suggest` and the menu's Help, \"What to say now\", name calls that fit.")?;
    } else {
        let key = if s.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&s.config.ptt.key) };
        head(&format!("Done. `stratus` starts the tray. Hold {key} and say \"radio check\", with the station's name and your callsign."))?;
    }
    if let Some(copy) = copy {
        head(&format!("`stratus setup --undo` restores the settings that you had before; they are kept in {}.", shown(&copy)))?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Setup<'_> {
    /// Changes one setting in the pilot's file if its value differs. The file is backed up before the first change.
    fn set(&mut self, key: &str, value: &toml::Value) -> Result<(), Problem> {
        let now = toml::Value::try_from(&*self.config).ok();
        let now = key.split('.').try_fold(now.as_ref(), |at, part| at.map(|v| v.get(part)));
        // An unset value equals an empty text.
        let same = match now.flatten() {
            Some(v) => v == value,
            None => value.as_str() == Some(""),
        };
        if same {
            return Ok(());
        }
        before::keep(&self.paths.config_file)?;
        self.config = Arc::new(config::set_key(&self.paths.config_file, key, &value.to_string())?);
        Ok(())
    }
}

impl Setup<'_> {
    /// Marks a step of the first run as done.
    fn done(&mut self, step: Step) {
        self.steps.done.insert(step);
        self.steps.leads &= step != Step::Call;
    }
}

/// Whether Stratus is running in the tray.
fn is_running() -> bool {
    Paths::find(None).is_ok_and(|p| ipc::reach(&p.sockets(), &Request::Ping(true), Duration::from_secs(1)).is_ok())
}

/// Reports an installed language model. Stratus works without one, so there is no advice to install one.
fn brain(s: &Setup<'_>) -> anyhow::Result<()> {
    if crate::llm::probe(&s.config.brain).is_ok() {
        head(&format!("Language model (optional): {}", crate::models::brains::plain_name(&s.config.brain.model)))?;
    }
    Ok(())
}
