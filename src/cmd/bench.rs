//! `stratus bench`: measures each stage of an answer on this machine with the pilot's own speech model, and which of the installed
//! speech models suits this machine.

mod choice;
mod models;
pub(super) mod words;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

pub(super) use self::choice::InForce;
use super::log::{as_json, table};
use super::stage::Stage;
use crate::airports::data::Airports;
use crate::app::App;
use crate::audio::take;
use crate::cli::BenchArgs;
use crate::event::Voice;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::{BrainMode, Config, Pilot};
use crate::speech::files;
use crate::speech::model::none_chosen;
use crate::speech::mouth::Mouth;
use crate::speech::recognise::Recogniser;
use crate::speech::recognise::compare::Way;
use crate::speech::synthesise::Synthesiser;

/// Calls that a controller answers at once, three to five seconds long.
const CALLS: [&str; 6] = [
    "Hilo Ground, Skyhawk one seven two sierra papa, radio check.",
    "Hilo Ground, Skyhawk one seven two sierra papa, request altimeter.",
    "Hilo Ground, Skyhawk two sierra papa, request weather.",
    "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi with information delta.",
    "Hilo Ground, Skyhawk two sierra papa, say again the runway.",
    "Hilo Ground, Skyhawk two sierra papa, request frequency change.",
];

pub(super) fn run(file: Option<&Path>, args: &BenchArgs) -> anyhow::Result<ExitCode> {
    let pilots = super::configuration(file)?;
    let there = models::there(&args.model, &pilots, &Paths::find(file)?);
    let mut ears = match args.model.first() {
        None if pilots.speech.model.is_none() => any_of(&there, &pilots)?,
        named => super::sound::ears(&pilots, named.map(PathBuf::as_path))?,
    };
    let threads = ears.threads();
    let mut mouth = Synthesiser::new(&files::voices()?)?;
    let voice = Voice { name: "en-GB".into(), ..Voice::default() };
    let sounds: Vec<Arc<[f32]>> = CALLS.iter().map(|c| mouth.speak(c, &voice).map(|clip| clip.samples)).collect::<Result<_, _>>()?;
    let mut compared = Vec::new();
    if args.compare {
        for way in [Way::Fitted, Way::Whole, Way::CommandLine] {
            let mut took: Vec<f64> =
                sounds.iter().map(|s| ears.measure(s, way, None).map(|m| m.took.as_secs_f64() * 1e3)).collect::<Result<_, _>>()?;
            took.sort_by(f64::total_cmp);
            compared.push(took[took.len() / 2]);
        }
    }
    let mut config = Config { speech: pilots.speech.clone(), audio: pilots.audio.clone(), ..Config::default() };
    config.pilot = Pilot { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Pilot::default() };
    config.brain.mode = BrainMode::Rules;
    config.audio.mute = false;
    (config.sim.airport, config.sim.com1) = (Some("PHTO".into()), "121.9".parse().ok());
    let mut stage = Stage::new(App::new(Arc::new(config), Airports::first()), Some(ears), Some(Mouth::new()?));
    stage.sentences = Some(crate::speech::sentences::OnDemand::default());
    for n in 0..args.calls {
        let sound = &sounds[n as usize % sounds.len()];
        stage.call(&take::in_a_room(sound, u64::from(n)));
        stage.pass(stage.now() + std::time::Duration::from_secs(60));
    }
    let all: Vec<_> = stage.latencies().into_iter().filter(|l| l.recognise > 0).cloned().collect();
    // One model at a time: the largest may need all the memory.
    drop(stage);
    let measured = models::measure(&there, &models::recordings(&CALLS)?, &pilots);
    let good: Vec<_> = measured.iter().flatten().cloned().collect();
    let mut out = std::io::stdout();
    if args.json {
        let ways = ["fitted", "whole", "command_line"].into_iter().zip(&compared).map(|(k, ms)| (k.to_owned(), json!(ms)));
        let ways: serde_json::Map<String, serde_json::Value> = ways.collect();
        let suits = choice::suits(&good).map(|m| &m.name);
        writeln!(
            out,
            "{}",
            json!({
                "calls": args.calls, "threads": threads, "latency_ms": as_json(&all), "recognise_ms": ways,
                "models": models::as_json(&there, &measured), "accepted_ms": crate::models::ACCEPTED_MS, "suits": suits,
                "outcome": choice::outcome(&good),
            })
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(
        out,
        "{} calls, {} answered; threads for recognition: {threads}; no microphone and no speaker in between",
        args.calls,
        all.len()
    )?;
    table(&all, &mut out)?;
    if let [fitted, whole, theirs] = compared[..] {
        writeln!(out, "recognition, milliseconds a call: {fitted:.0} as Stratus does it, {whole:.0} with the encoder's whole context")?;
        writeln!(
            out,
            "  ({:.1} times), {theirs:.0} with whisper.cpp's command-line defaults ({:.1} times)",
            whole / fitted,
            theirs / fitted
        )?;
    }
    writeln!(out, "\ninstalled speech models, measured with built-in recordings:")?;
    models::table(&there, &measured, &mut out)?;
    writeln!(out, "{}", choice::outcome(&good))?;
    Ok(ExitCode::SUCCESS)
}

/// The first usable downloaded model; if there is none, why the first one is unusable.
fn any_of(there: &[models::Candidate], config: &Config) -> Result<Recogniser, Problem> {
    let mut why = None;
    for candidate in there {
        match super::sound::ears(config, Some(&candidate.file)) {
            Ok(ears) => return Ok(ears),
            Err(p) => why = why.or(Some(p)),
        }
    }
    Err(why.unwrap_or_else(none_chosen))
}

/// Measures the active speech model on this machine with a few recordings. `progress` gets the number of the call, and of all calls.
pub(super) fn model_in_force(config: &Config, paths: &Paths, progress: &mut dyn FnMut(usize, usize)) -> Result<InForce, Problem> {
    let in_force = models::there(&[], config, paths).into_iter().find(|c| c.in_force).ok_or_else(none_chosen)?;
    Ok(choice::in_force(&in_force.measure(&models::recordings(&CALLS[..3])?, config, progress)?))
}
