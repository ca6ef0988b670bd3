//! `stratus models`: the speech models that Stratus knows, fetched, checked and put in force, or taken away.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::cli::{ModelsArgs, ModelsWhat};
use crate::config;
use crate::download::{self, Patience, Wanted};
use crate::models::{self, Model};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::speech::model;

pub(super) fn run(file: Option<&Path>, args: &ModelsArgs) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    match &args.what {
        None | Some(ModelsWhat::List { json: false }) => list(file, &paths)?,
        Some(ModelsWhat::List { json: true }) => {
            let all: Vec<_> = models::ALL.iter().map(|m| entry(m, &paths)).collect();
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&all)?)?;
        }
        Some(ModelsWhat::Get { name, keep }) => get(file, &paths, known(name)?, *keep)?,
        Some(ModelsWhat::Remove { name }) => remove(file, &paths, known(name)?)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn known(name: &str) -> Result<&'static Model, Problem> {
    models::find(name).ok_or_else(|| {
        let names: Vec<&str> = models::ALL.iter().map(|m| m.name).collect();
        Problem::new(format!("there is no speech model {name:?}"))
            .because(format!("the models are {}", names.join(", ")))
            .fix(format!("`stratus models get {}` suits most pilots", models::RECOMMENDED))
    })
}

fn there(m: &Model, paths: &Paths) -> bool {
    std::fs::metadata(paths.models_dir().join(m.file)).is_ok_and(|f| f.len() == m.bytes)
}

fn entry(m: &Model, paths: &Paths) -> serde_json::Value {
    json!({
        "name": m.name, "file": m.file, "bytes": m.bytes, "sha256": m.sha256, "advice": m.advice, "url": m.url(None),
        "downloaded": there(m, paths),
    })
}

fn list(file: Option<&Path>, paths: &Paths) -> anyhow::Result<()> {
    let chosen = super::configuration(file).ok().and_then(|c| c.speech.model.clone());
    let mut out = std::io::stdout();
    for m in models::ALL {
        let at = paths.models_dir().join(m.file);
        let state = match (chosen.as_deref() == Some(at.as_path()), there(m, paths), download::part_of(&at).exists()) {
            (true, true, _) => "in use",
            (_, true, _) => "downloaded",
            (_, _, true) => "begun",
            _ => "",
        };
        writeln!(out, "{:<20} {:>8}  memory {:<14} {:<10} {}", m.name, m.size(), m.memory(), state, m.advice)?;
    }
    Ok(())
}

fn get(file: Option<&Path>, paths: &Paths, m: &Model, keep: bool) -> anyhow::Result<()> {
    let settings = super::configuration(file)?;
    let to = paths.models_dir().join(m.file);
    if there(m, paths) && model::verify(&to, Some(m.sha256)).is_ok() {
        writeln!(std::io::stdout(), "{} is there already: {}", m.name, to.display())?;
    } else {
        let wanted = Wanted {
            what: format!("the speech model {}", m.name),
            url: m.url(settings.speech.mirror.as_deref()),
            to: to.clone(),
            bytes: m.bytes,
            sha256: m.sha256.to_owned(),
        };
        let cancel = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
        let (mut shown, person) = (u64::MAX, std::io::stderr().is_terminal());
        download::fetch(&wanted, Patience::default(), &cancel, &mut |have| {
            let percent = have * 100 / m.bytes.max(1);
            // A person sees each step, a log every tenth.
            if percent != shown && (person || percent.is_multiple_of(10)) {
                shown = percent;
                let end = if person { "\r" } else { "\n" };
                let _ = write!(std::io::stderr(), "{}: {percent} % of {}{end}", m.name, m.size());
                let _ = std::io::stderr().flush();
            }
        })?;
        if person {
            writeln!(std::io::stderr())?;
        }
        if cancel.load(Ordering::Relaxed) {
            // Whoever interrupts at the very end still has the file.
            log::debug!("interrupted after the download was done");
        }
        writeln!(std::io::stdout(), "{} is in {}", m.name, to.display())?;
    }
    if !keep {
        config::set_key(&paths.config_file, "speech.model", &toml::Value::from(to.display().to_string()).to_string())?;
        if settings.speech.model_sha256.is_some() {
            config::set_key(&paths.config_file, "speech.model_sha256", "\"\"")?;
        }
        writeln!(std::io::stdout(), "speech.model is set in {}", paths.config_file.display())?;
    }
    Ok(())
}

fn remove(file: Option<&Path>, paths: &Paths, m: &Model) -> anyhow::Result<()> {
    let at = paths.models_dir().join(m.file);
    let mut gone = false;
    for f in [download::part_of(&at), at.clone()] {
        match std::fs::remove_file(&f) {
            Ok(()) => gone = true,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                return Err(Problem::new(format!("cannot remove {}", f.display()))
                    .because(e)
                    .fix("close what uses it, and try again")
                    .into());
            }
        }
    }
    if super::configuration(file).is_ok_and(|c| c.speech.model.as_deref() == Some(at.as_path())) {
        config::set_key(&paths.config_file, "speech.model", "\"\"")?;
    }
    writeln!(std::io::stdout(), "{} {}", m.name, if gone { "is removed" } else { "was not there" })?;
    Ok(())
}
