//! `stratus bench`: how long each stage of an answer takes on this machine, with the pilot's own speech model.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::log::{as_json, table};
use super::stage::Stage;
use crate::airports::data::Airports;
use crate::app::App;
use crate::audio::take;
use crate::cli::BenchArgs;
use crate::event::Voice;
use crate::settings::{BrainMode, Config, Pilot};
use crate::speech::files;
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
    let mut ears = super::sound::ears(&pilots, args.model.as_deref())?;
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
    let mut stage = Stage::new(App::new(Arc::new(config), Airports::first()), Some(ears), Some(mouth));
    for n in 0..args.calls {
        let sound = &sounds[n as usize % sounds.len()];
        stage.call(&take::in_a_room(sound, u64::from(n)));
        stage.pass(stage.now() + std::time::Duration::from_secs(60));
    }
    let all: Vec<_> = stage.latencies().into_iter().filter(|l| l.recognise > 0).cloned().collect();
    let mut out = std::io::stdout();
    if args.json {
        let ways = ["fitted", "whole", "command_line"].into_iter().zip(&compared).map(|(k, ms)| (k.to_owned(), json!(ms)));
        let ways: serde_json::Map<String, serde_json::Value> = ways.collect();
        writeln!(out, "{}", json!({"calls": args.calls, "threads": threads, "latency_ms": as_json(&all), "recognise_ms": ways}))?;
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
    Ok(ExitCode::SUCCESS)
}
