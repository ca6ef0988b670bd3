//! `stratus setup`: the tray's "Set up" in the terminal. Its state is the configuration itself: interrupted, it goes on
//! where it stopped; `--undo` puts back what was there before.

mod ask;
mod key;
mod model;
mod sound;
mod voice;

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use self::ask::{Ask, told, well};
use crate::cli;
use crate::config::{self, before};
use crate::ipc::{self, Request};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::{Config, key_words};

/// A set-up under way.
struct Setup<'a> {
    args: &'a cli::Setup,
    paths: Paths,
    ask: Ask<'a>,
    /// As the file stands now.
    config: Arc<Config>,
}

pub(super) fn run(file: Option<&Path>, args: &cli::Setup) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    let mut out = std::io::stdout();
    if args.undo {
        let kept = before::undo(&paths.config_file)?;
        writeln!(out, "Restored {} as it was before the set-up.", paths.config_file.display())?;
        writeln!(out, "The settings until now are kept in {}.", kept.display())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = match file {
        // A file that is named and not there is made, as the tray makes it.
        Some(_) if !config::look(&paths.config_file)? => Arc::default(),
        _ => super::configuration(file)?,
    };
    let mut answers = std::io::stdin().lock();
    go(args, paths, config, &mut answers)
}

fn go(args: &cli::Setup, paths: Paths, config: Arc<Config>, answers: &mut dyn BufRead) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    if before::is_begun(&paths.config_file) {
        writeln!(out, "Continuing the set-up that was not finished.")?;
    }
    writeln!(out, "Configuration: {}", paths.config_file.display())?;
    let mut s = Setup { args, paths, ask: Ask::new(answers, args.yes), config };
    type Step = fn(&mut Setup<'_>) -> anyhow::Result<()>;
    let steps: [(&str, bool, Step); 7] = [
        ("Speech model", args.skip_model, model::step),
        ("Microphone", args.skip_microphone, sound::microphone),
        ("Speaker", args.skip_speaker, sound::speaker),
        ("Voices", args.skip_voices, voice::step),
        ("Push-to-talk", args.skip_key, key::step),
        ("Simulator", args.skip_sim, simulator),
        ("Language model", args.skip_brain, brain),
    ];
    for (n, (name, skip, step)) in steps.iter().enumerate() {
        writeln!(out, "{}/{} {name}", n + 1, steps.len())?;
        if *skip {
            writeln!(out, "   skipped")?;
        } else {
            step(&mut s)?;
        }
    }
    if let Some(copy) = before::end(&s.paths.config_file)? {
        writeln!(out, "Your old settings are in {}; `stratus setup --undo` restores them.", copy.display())?;
    }
    if s.config.speech.model.is_some() {
        let start = if is_running() { "Done." } else { "Done. `stratus` starts the tray." };
        let key = if s.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&s.config.ptt.key) };
        writeln!(out, "{start} Hold {key} and say \"radio check\", with the station's name and your callsign.")?;
    } else {
        writeln!(out, "Almost done: no speech model yet, so only typed calls (`stratus say TEXT`) work.")?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Setup<'_> {
    /// Sets one key in the pilot's file, unless that is its value already; before the first one the file is copied.
    fn set(&mut self, key: &str, value: &toml::Value) -> Result<(), Problem> {
        let now = toml::Value::try_from(&*self.config).ok();
        let now = key.split('.').try_fold(now.as_ref(), |at, part| at.map(|v| v.get(part)));
        // What is not set has no value: it is the same as an empty text.
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

/// Stratus is in the tray already.
fn is_running() -> bool {
    Paths::find(None).is_ok_and(|p| ipc::reach(&p.sockets(), &Request::Ping(true), Duration::from_secs(1)).is_ok())
}

fn simulator(s: &mut Setup<'_>) -> anyhow::Result<()> {
    match crate::sim::link::Link::probe(&s.config.sim) {
        Ok(found) => well(&found)?,
        Err(p) => told("not found", &p)?,
    }
    Ok(())
}

fn brain(s: &mut Setup<'_>) -> anyhow::Result<()> {
    match crate::llm::probe(&s.config.brain) {
        Ok(found) => well(&found)?,
        // Stratus works without one: nobody is sent to install it.
        Err(p) => told("not found (optional)", &p)?,
    }
    Ok(())
}
