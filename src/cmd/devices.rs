//! `stratus devices`: microphones and speakers with their stable ids, and a level meter for the microphone.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use crate::audio::devices::{Here, Listed, here};
use crate::audio::meter;
use crate::cli::DevicesArgs;

pub(super) fn run(file: Option<&Path>, args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    if let Some(seconds) = args.meter {
        return meter(file, seconds, args.json);
    }
    let Here { microphones, speakers, monitor, trouble } = here();
    let mut out = std::io::stdout();
    if let Some(p) = &trouble {
        // Ignore a missing standard error.
        let _ = writeln!(std::io::stderr(), "{p}");
    }
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&json!({"microphones": microphones, "speakers": speakers, "problem": trouble}))?)?;
        return Ok(ExitCode::SUCCESS);
    }
    for (title, key, list) in [("Microphones", "microphone", &microphones), ("Speakers", "speaker", &speakers)] {
        writeln!(out, "{title} (audio.{key} in stratus.toml takes the id, the name, or a part of the name)")?;
        if list.is_empty() {
            writeln!(out, "  none")?;
        }
        for Listed { id, name, default } in list {
            writeln!(out, "{} {name}\n    {id}", if *default { "*" } else { " " })?;
        }
    }
    writeln!(out, "* the system's default")?;
    if let Some(name) = monitor {
        writeln!(out, "The system's default microphone is \"{name}\": it hears what the speaker plays, not you. Stratus does not use it.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One line every tenth of a second: level, peak, and what they mean.
fn meter(file: Option<&Path>, seconds: u32, as_json: bool) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file)?;
    let mut out = std::io::stdout();
    let (mut named, mut outcome) = (false, Ok(()));
    meter::listen(&config.audio, seconds, |name, level| {
        let line = if as_json {
            json!({"microphone": name, "rms_db": level.rms_db, "peak_db": level.peak_db}).to_string()
        } else {
            let bar = "#".repeat(((level.rms_db + 60.0).max(0.0) / 1.5) as usize);
            let meaning = match level {
                l if l.peak_db > -0.2 => "too loud: turn it down",
                l if l.rms_db > -50.0 => "",
                _ => "silence",
            };
            format!("{:6.1} dB  peak {:6.1} dB  {bar:<40} {meaning}", level.rms_db, level.peak_db)
        };
        if !as_json && !std::mem::replace(&mut named, true) {
            outcome = writeln!(out, "{name}: speak as you would on the radio. -30 to -12 dB is good");
        }
        outcome = outcome.as_ref().map_err(|e| std::io::Error::from(e.kind())).and(writeln!(out, "{line}"));
        outcome.is_ok()
    })?;
    outcome?;
    Ok(ExitCode::SUCCESS)
}
