//! `stratus replay`: a scenario, a recorded flight's phases, or a recorded session, on the stage.

use std::io::Write;
use std::process::ExitCode;

use super::scenario;
use crate::airports::data::Airports;
use crate::atc::{Engine, Setup};
use crate::cli::Replay;
use crate::problem::Problem;
use crate::sim::replay;

pub(super) fn run(args: &Replay) -> anyhow::Result<ExitCode> {
    let name = args.file.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") {
        return flight(args);
    }
    let text = std::fs::read_to_string(&args.file).map_err(|e| {
        Problem::new(format!("cannot read {}", args.file.display()))
            .because(e)
            .fix("name a scenario (.atc) or a recorded flight (.jsonl.gz)")
    })?;
    let played = scenario::play(&text)?;
    let mut out = std::io::stdout();
    for line in &played.conversation {
        writeln!(out, "{line}")?;
    }
    if args.bless {
        if played.blessed != text {
            std::fs::write(&args.file, &played.blessed)
                .map_err(|e| Problem::new(format!("cannot write {}", args.file.display())).because(e))?;
            writeln!(out, "rewritten: {}", args.file.display())?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    for f in &played.failures {
        writeln!(out, "FAILED {f}")?;
    }
    Ok(if played.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A recorded flight: the phases that the engine sees, with their times.
fn flight(args: &Replay) -> anyhow::Result<ExitCode> {
    let flight = replay::read(&args.file, None)?;
    let mut engine = Engine::new(Airports::first(), Setup::default());
    let mut out = std::io::stdout();
    let mut last = None;
    for m in &flight.moments {
        let (t, report) = (m.at, &m.report);
        engine.see(t, report);
        if last != Some(engine.phase()) {
            last = Some(engine.phase());
            writeln!(
                out,
                "{:7.1} s  {:<18} {:>6.0} ft {:>4.0} kt",
                t.as_secs_f64(),
                engine.phase().word(),
                report.altitude_ft,
                report.ground_speed_kt
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
