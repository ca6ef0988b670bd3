//! `stratus replay`: plays a scenario, the phases of a recorded flight, or a recorded session on the stage.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use super::scenario;
use super::stage::{Exchange, Stage};
use crate::airports::data::Airports;
use crate::app::App;
use crate::atc::{Engine, Setup};
use crate::cli::Replay;
use crate::dispatch::newest;
use crate::event::Speaker;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::sim::record::{self, What};
use crate::sim::replay;
use crate::units::Time;

pub(super) fn run(config: Option<&Path>, args: &Replay) -> anyhow::Result<ExitCode> {
    let name = args.file.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    if record::is_session(&args.file) {
        return session(config, args);
    }
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

/// The airports that a session was recorded with; if they are missing, the built-in ones, with a message.
fn recorded_with(config: Option<&Path>, edition: Option<&str>) -> anyhow::Result<Airports> {
    let Some(edition) = edition else { return Ok(Airports::world()) };
    let (airports, _) = newest::airports(&Paths::find(config)?.data_dir);
    if airports.newer_edition().as_deref() == Some(edition) {
        return Ok(airports);
    }
    writeln!(std::io::stderr(), "recorded with the airports of {edition}, which are not installed: the built-in ones are used")?;
    Ok(Airports::world())
}

/// Replays the conversation of a session from what was heard, typed and reported at the time. A different answer to the pilot is
/// shown and fails the replay.
fn session(config: Option<&Path>, args: &Replay) -> anyhow::Result<ExitCode> {
    let (header, entries) = record::read(&args.file)?;
    let airports = recorded_with(config, header.airports.as_deref())?;
    let mut stage = Stage::new(App::new(std::sync::Arc::new(header.config()), airports), None, None);
    let mut out = std::io::stdout();
    // Older recordings lack this information; treat every transmission as heard to its end.
    stage.plays_on = entries.iter().any(|e| matches!(e.what, What::Played { .. }));
    let (mut phase, mut other) = (stage.app.engine().phase(), 0);
    let (mut entries, mut opinion) = (entries.into_iter().peekable(), None);
    while let Some(e) = entries.next() {
        let at = Time::from_secs_f64(e.t);
        for x in stage.pass(at) {
            say(&mut out, e.t, &x)?;
        }
        match e.what {
            What::Report(report) => stage.report(*report),
            What::Advice(words) => stage.model.push_back(words),
            What::Opinion(o) => opinion = Some(o),
            What::Airport { icao, origin, told } => stage.tell_airport(&icao, origin, told),
            heard @ (What::Heard { .. } | What::Typed(_)) => {
                let (text, others) = match heard {
                    What::Heard { text, others, .. } => (text, others),
                    What::Typed(text) => (text, Vec::new()),
                    _ => unreachable!("matched above"),
                };
                // The model's answer, if it was asked, comes before the controller's.
                let (mut then, mut charts, mut around, mut said) = (Vec::new(), Vec::new(), None, false);
                while let Some(next) = entries.next_if(|n| match n.what {
                    What::Heard { .. } | What::Typed(_) | What::Opinion(_) | What::Report(_) => false,
                    What::Played { .. } => !said && n.t <= e.t,
                    _ => true,
                }) {
                    match next.what {
                        What::Advice(words) => stage.model.push_back(words),
                        What::Line(line) if !line.overheard => {
                            said = true;
                            then.extend((line.from == Speaker::Atc).then_some(line.text));
                        }
                        // A call cuts off what is being said.
                        What::Played { complete } => stage.played(complete),
                        What::Airport { icao, origin, told } => charts.push((icao, origin, told)),
                        What::Surroundings(told) => around = Some(told),
                        _ => {}
                    }
                }
                let x = stage.heard_as(&text, others, opinion.take());
                writeln!(out, "{:7.1} s  PILOT  {text}", e.t)?;
                say(&mut out, e.t, &x)?;
                for (icao, origin, told) in charts {
                    stage.tell_airport(&icao, origin, told);
                }
                if let Some(told) = around {
                    stage.tell_surroundings(told);
                }
                let now = x.atc.map(|l| l.text);
                if let Some(was) = then.into_iter().next().filter(|was| Some(was) != now.as_ref()) {
                    other += 1;
                    writeln!(out, "           THEN   {was}")?;
                }
            }
            What::Played { complete } => stage.played(complete),
            What::Surroundings(told) => stage.tell_surroundings(told),
            What::Session(_) | What::Phase(_) | What::Line(_) => {}
        }
        if stage.app.engine().phase() != phase {
            phase = stage.app.engine().phase();
            writeln!(out, "{:7.1} s  ({})", e.t, phase.word())?;
        }
    }
    if other > 0 {
        writeln!(out, "FAILED {other} answers differ from those recorded with version {}", header.stratus)?;
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::SUCCESS)
}

fn say(out: &mut impl Write, t: f64, x: &Exchange) -> std::io::Result<()> {
    match &x.atc {
        Some(line) => writeln!(out, "{t:7.1} s  ATC    {}", line.text),
        None => Ok(()),
    }
}

/// A recorded flight: the phases that the engine detects, with their times.
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
