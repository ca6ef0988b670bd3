//! The installed speech models, each measured on the same built-in recordings.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::json;

use super::choice::Measured;
use super::words;
use crate::airports::data::Airports;
use crate::atc::{Engine, Setup};
use crate::audio::take;
use crate::cmd::{log, sound};
use crate::event::{Hints, Voice};
use crate::models;
use crate::models::ACCEPTED_MS;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::Config;
use crate::speech::recognise::Recogniser;
use crate::speech::synthesise::Synthesiser;
use crate::speech::{files, model, trial};

/// After a call that takes this long, a model is given up, because nobody would use it here, milliseconds.
const HOPELESS_MS: u32 = ACCEPTED_MS * 8;
/// Every nth call of the demo becomes a recording.
const EVERY: usize = 3;

/// A built-in recording: its words, and 16 kHz mono sound.
pub(super) struct Recording {
    words: String,
    samples: Arc<[f32]>,
}

/// `calls` in one of the program's voices, and some of the demo's in the other, each in a quiet room.
pub(super) fn recordings(calls: &[&str]) -> Result<Vec<Recording>, Problem> {
    let mut mouth = Synthesiser::new(&files::voices()?)?;
    let flight = files::demo("flight.txt")?;
    let flight = std::fs::read_to_string(&flight)
        .map_err(|e| Problem::new(format!("cannot read {}", flight.display())).because(e).fix("reinstall Stratus"))?;
    let by = |words: &str, name: &str| (words.to_owned(), Voice { name: name.into(), ..Voice::default() });
    let own = calls.iter().map(|c| by(c, "en-GB"));
    let demo = flight.lines().filter(|l| !l.trim().is_empty()).step_by(EVERY).map(|l| by(l, "en-US"));
    let mut all = Vec::new();
    for (n, (words, voice)) in own.chain(demo).enumerate() {
        let samples = take::in_a_room(&mouth.speak(&words, &voice)?.samples, n as u64).into();
        all.push(Recording { words, samples });
    }
    Ok(all)
}

/// The hints that the tray gives before such a call: the recordings are calls at Hilo, and hints always include these words.
fn hints() -> Hints {
    let setup = Setup {
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        airport: Some("PHTO".into()),
        com1: "121.9".parse().ok(),
        ..Setup::default()
    };
    Engine::new(Airports::first(), setup).hints()
}

/// A model file to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub file: PathBuf,
    /// Used by the configuration.
    pub in_force: bool,
}

/// The models to measure: those named, the one of the configuration, and those in the models folder, each once.
pub(super) fn there(named: &[PathBuf], config: &Config, paths: &Paths) -> Vec<Candidate> {
    let mut folder: Vec<PathBuf> =
        std::fs::read_dir(paths.models_dir()).map(|entries| entries.filter_map(|e| Some(e.ok()?.path())).collect()).unwrap_or_default();
    folder.retain(|f| f.extension().is_some_and(|e| e == "bin") && f.is_file());
    folder.sort();
    let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_path_buf());
    let configured = config.speech.model.as_ref().map(|p| crate::paths::absolute(p));
    let mut all: Vec<Candidate> = Vec::new();
    for file in named.iter().map(|p| crate::paths::absolute(p)).chain(configured.clone()).chain(folder) {
        if all.iter().any(|c| real(&c.file) == real(&file)) {
            continue;
        }
        let in_force = configured.as_deref().is_some_and(|c| real(c) == real(&file));
        all.push(Candidate { file, in_force });
    }
    all
}

impl Candidate {
    /// "base.en", or the file name.
    pub(super) fn name(&self) -> String {
        let file = self.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        models::find(&file).map_or_else(|| file.clone(), |m| m.name.to_owned())
    }

    /// Measures the model on `recordings`, with the configured number of threads.
    pub(super) fn measure(
        &self,
        recordings: &[Recording],
        config: &Config,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<Measured, Problem> {
        let verified = match self.in_force {
            true => model::verify(&self.file, config.speech.model_sha256.as_deref())?,
            false => model::verify_chosen(&self.file)?,
        };
        trial::once(&verified)?;
        let mut ears = sound::loaded(&verified, config)?;
        let mut took = Vec::new();
        let (mut right, mut of, mut given_up) = (0, 0, false);
        let hints = hints();
        let call = |ears: &mut Recogniser, r: &Recording| -> Result<(String, u32), Problem> {
            let begun = Instant::now();
            let heard = ears.transcribe(&r.samples, &hints, &AtomicBool::new(false))?;
            Ok((heard.text, u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX)))
        };
        // The first call reads the file into memory and compiles the graphics card's programs, which no pilot's call has to do.
        if let Some(r) = recordings.first() {
            given_up = call(&mut ears, r)?.1 > HOPELESS_MS * 2;
        }
        for (n, r) in recordings.iter().enumerate() {
            progress(n + 1, recordings.len());
            let (text, ms) = call(&mut ears, r)?;
            let (n, all) = words::right(&r.words, &text);
            (right, of) = (right + n, of + all);
            took.push(ms);
            given_up |= ms > HOPELESS_MS;
            if given_up {
                break;
            }
        }
        let (p50, p90) = log::figures(took).map_or((0, 0), |f| (f.p50, f.p90));
        Ok(Measured {
            name: self.name(),
            published: models::ALL.iter().any(|m| m.sha256 == verified.sha256()),
            in_force: self.in_force,
            for_people: !verified.is_demo(),
            parameters: verified.parameters(),
            p50,
            p90,
            given_up,
            right,
            of,
        })
    }
}

/// Measures all models, with progress on standard error if it is a terminal.
pub(super) fn measure(all: &[Candidate], recordings: &[Recording], config: &Config) -> Vec<Result<Measured, Problem>> {
    let person = std::io::stderr().is_terminal();
    let each = |c: &Candidate| {
        if person {
            let _ = writeln!(std::io::stderr(), "{}: {} recordings ...", c.name(), recordings.len());
        }
        c.measure(recordings, config, &mut |_, _| {})
    };
    all.iter().map(each).collect()
}

/// The table as text.
pub(super) fn table(all: &[Candidate], results: &[Result<Measured, Problem>], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{:<24} {:>9} {:>9} {:>12}", "model", "p50 ms", "p90 ms", "words right")?;
    for (c, result) in all.iter().zip(results) {
        let mark = if c.in_force { "  in use" } else { "" };
        match result {
            Ok(m) if m.given_up => writeln!(out, "{:<24} {:>9} {:>9} {:>12}{mark}", m.name, m.p50, m.p90, "given up")?,
            Ok(m) => writeln!(out, "{:<24} {:>9} {:>9} {:>10.1} %{mark}", m.name, m.p50, m.p90, m.percent())?,
            Err(p) => writeln!(out, "{:<24} {}{mark}", c.name(), p.one_line())?,
        }
    }
    Ok(())
}

/// The table as JSON.
pub(super) fn as_json(all: &[Candidate], results: &[Result<Measured, Problem>]) -> serde_json::Value {
    let row = |(c, result): (&Candidate, &Result<Measured, Problem>)| match result {
        Ok(m) => json!({
            "name": m.name, "file": c.file, "in_force": m.in_force, "for_people": m.for_people, "parameters": m.parameters,
            "call_ms": {"p50": m.p50, "p90": m.p90}, "given_up": m.given_up,
            "words": {"right": m.right, "of": m.of, "percent": (m.percent() * 10.0).round() / 10.0},
        }),
        Err(p) => json!({"name": c.name(), "file": c.file, "in_force": c.in_force, "problem": p}),
    };
    all.iter().zip(results).map(row).collect()
}
