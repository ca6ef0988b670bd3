//! `stratus brain`: lists, downloads and activates language models of the pilot's Ollama.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use crate::cli::{BrainArgs, BrainWhat};
use crate::config;
use crate::llm::pull::{self, Patience};
use crate::paths::Paths;

pub(super) fn run(file: Option<&Path>, args: &BrainArgs) -> anyhow::Result<ExitCode> {
    let brain = super::configuration(file)?.brain.clone();
    let mut out = std::io::stdout();
    match &args.what {
        None => list(&brain.ollama_url, &brain.model)?,
        Some(BrainWhat::List { json: false }) => list(&brain.ollama_url, &brain.model)?,
        Some(BrainWhat::List { json: true }) => {
            let there = pull::list(&brain.ollama_url, Patience::default())?;
            writeln!(out, "{}", json!({"url": brain.ollama_url, "chosen": brain.model, "models": there}))?;
        }
        Some(BrainWhat::Get { name, keep }) => {
            let name = name.as_deref().unwrap_or(&brain.model);
            let cancel = Arc::new(AtomicBool::new(false));
            #[cfg(unix)]
            signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
            pull::pull(&brain.ollama_url, name, Patience::default(), &cancel, &mut shown(name))?;
            writeln!(out, "{name} is already at {}", brain.ollama_url)?;
            if !keep && *name != brain.model {
                let paths = Paths::find(file)?;
                config::set_key(&paths.config_file, "brain.model", &toml::Value::from(name).to_string())?;
                writeln!(out, "Set brain.model in {}", paths.config_file.display())?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(url: &str, chosen: &str) -> anyhow::Result<()> {
    let there = pull::list(url, Patience::default())?;
    let mut out = std::io::stdout();
    for m in &there {
        let state = if pull::has(std::slice::from_ref(m), chosen) { "in use" } else { "" };
        writeln!(out, "{:<32} {:>7} MB  {state}", m.name, m.bytes.div_ceil(1_000_000))?;
    }
    if !pull::has(&there, chosen) {
        writeln!(out, "{chosen} (brain.model) is not installed: `stratus brain get` downloads it")?;
    }
    Ok(())
}

/// Shows download progress on standard error. The total becomes known layer by layer.
fn shown(name: &str) -> impl FnMut(u64, u64) {
    let (mut last, person) = ((u64::MAX, 0), std::io::stderr().is_terminal());
    move |done, total| {
        let percent = u64::try_from(u128::from(done) * 100 / u128::from(total.max(1))).unwrap_or(100);
        // A terminal shows each step, a log every tenth.
        if (percent, total) != last && (person || percent.is_multiple_of(10)) {
            last = (percent, total);
            let end = if person && percent < 100 { "\r" } else { "\n" };
            let _ = write!(std::io::stderr(), "{name}: {percent} % of {} MB{end}", total.div_ceil(1_000_000));
            let _ = std::io::stderr().flush();
        }
    }
}
