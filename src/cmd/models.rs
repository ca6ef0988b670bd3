//! `stratus models`: lists, downloads, checks, activates and removes speech models.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::cli::{ModelsArgs, ModelsWhat};
use crate::cmd::lines::{width, wrapped};
use crate::config;
use crate::dispatch::offer;
use crate::download;
use crate::models::Offer;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::Config;

/// Width of the name column in the list.
const NAMES: usize = 21;

pub(super) fn run(file: Option<&Path>, args: &ModelsArgs) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    let mirror = || super::configuration(file).ok().and_then(|c| c.speech.mirror.clone());
    match &args.what {
        None | Some(ModelsWhat::List { json: false }) => list(file, &paths)?,
        Some(ModelsWhat::List { json: true }) => {
            let all: Vec<_> = offered(mirror().as_deref()).iter().map(|m| entry(m, &paths)).collect();
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&all)?)?;
        }
        Some(ModelsWhat::Get { name, keep }) => get(file, &paths, &offer::find(name, mirror().as_deref())?, *keep)?,
        Some(ModelsWhat::Remove { name }) => remove(file, &paths, &offer::find(name, mirror().as_deref())?)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The available models, the mirror's own first. If the mirror does not answer, that is reported and the published models are listed.
pub(super) fn offered(mirror: Option<&str>) -> Vec<Offer> {
    let mut all = offer::own(mirror).unwrap_or_else(|p| {
        let _ = writeln!(std::io::stderr(), "{p}");
        Vec::new()
    });
    all.extend(offer::published(mirror));
    all
}

fn entry(m: &Offer, paths: &Paths) -> serde_json::Value {
    json!({
        "name": m.name, "file": m.file, "bytes": m.bytes, "sha256": m.sha256, "advice": m.advice, "url": m.url, "own": m.own,
        "downloaded": offer::is_there(m, paths),
    })
}

fn list(file: Option<&Path>, paths: &Paths) -> anyhow::Result<()> {
    let settings = super::configuration(file).ok();
    let chosen = settings.as_ref().and_then(|c| c.speech.model.clone());
    let mut out = std::io::stdout();
    for m in offered(settings.as_ref().and_then(|c| c.speech.mirror.as_deref())) {
        let at = offer::place(&m, paths);
        let state = match (chosen.as_deref() == Some(at.as_path()), offer::is_there(&m, paths), download::is_begun(&at)) {
            (true, true, _) => "in use",
            (_, true, _) => "downloaded",
            (_, _, true) => "begun",
            _ => "",
        };
        let own = if m.own { " (from your mirror)" } else { "" };
        let line = format!("{:<20} {:>8}  memory {:<14} {:<10} {}{own}", m.name, m.size(), m.memory(), state, m.advice);
        writeln!(out, "{}", wrapped("", &" ".repeat(NAMES), &line, width()))?;
    }
    Ok(())
}

/// Downloads a model unless it exists, and shows progress, with this margin.
pub(super) fn bring(m: &Offer, paths: &Paths, cancel: &AtomicBool, margin: &'static str) -> Result<PathBuf, Problem> {
    offer::bring(m, paths, cancel, &mut shown(&m.name, m.bytes, margin))
}

/// Shows download progress on standard error, with this margin.
pub(super) fn shown(name: &str, bytes: u64, margin: &'static str) -> impl FnMut(u64) {
    let (mut shown, person) = (u64::MAX, std::io::stderr().is_terminal());
    move |have| {
        let percent = have * 100 / bytes.max(1);
        // A terminal shows each step, a log every tenth.
        if percent != shown && (person || percent.is_multiple_of(10)) {
            shown = percent;
            let end = if person && percent < 100 { "\r" } else { "\n" };
            let _ = write!(std::io::stderr(), "{margin}{name}: {percent} % of {} MB{end}", bytes.div_ceil(1_000_000));
            let _ = std::io::stderr().flush();
        }
    }
}

/// The two settings that activate a model: its file, and its checksum if it is not built in. The checksum comes first: a running
/// tray may read the file between the two, and a model without its checksum would be a fault.
pub(super) fn keys(file: &Path, sum: Option<&str>, settings: &Config) -> Vec<(&'static str, toml::Value)> {
    let mut keys = Vec::new();
    if settings.speech.model_sha256.as_deref() != sum {
        keys.push(("speech.model_sha256", toml::Value::from(sum.unwrap_or_default())));
    }
    keys.push(("speech.model", toml::Value::from(file.display().to_string())));
    keys
}

fn get(file: Option<&Path>, paths: &Paths, m: &Offer, keep: bool) -> anyhow::Result<()> {
    let settings = super::configuration(file)?;
    if offer::is_whole(m, paths) {
        writeln!(std::io::stdout(), "{} is already installed: {}", m.name, offer::place(m, paths).display())?;
    } else {
        let cancel = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
        let at = bring(m, paths, &cancel, "")?;
        writeln!(std::io::stdout(), "{} is in {}", m.name, at.display())?;
    }
    if !keep {
        for (key, value) in keys(&offer::place(m, paths), m.own.then_some(m.sha256.as_str()), &settings) {
            config::set_key(&paths.config_file, key, &value.to_string())?;
        }
        writeln!(std::io::stdout(), "Set speech.model in {}", paths.config_file.display())?;
    }
    Ok(())
}

fn remove(file: Option<&Path>, paths: &Paths, m: &Offer) -> anyhow::Result<()> {
    let at = offer::place(m, paths);
    let mut gone = false;
    for f in [download::part_of(&at), at.clone()] {
        match std::fs::remove_file(&f) {
            Ok(()) => gone = true,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                return Err(Problem::new(format!("cannot remove {}", f.display()))
                    .because(e)
                    .fix("close the program that uses it, and try again")
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
