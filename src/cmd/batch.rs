//! `stratus batch`: JSON lines in, JSON lines out, each flushed and independent of the others.

use std::cell::RefCell;
use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::airports::data::Airports;
use crate::app::gate;
use crate::atc::batch::posed::Posed;
use crate::atc::hear::Alternative;
use crate::atc::intent::Context;
use crate::atc::{batch, understand};
use crate::audio::{resample, take, wav};
use crate::cli::Batch;
use crate::event::{Heard, Hints};
use crate::settings::Config;
use crate::speech::recognise::Recogniser;
use crate::speech::sentences::OnDemand;

/// A longer line is rejected instead of filling memory.
const LONGEST_LINE: u64 = 1 << 20;

#[derive(Deserialize)]
struct Hear {
    /// A recording of the call ...
    sound: Option<PathBuf>,
    /// ... or, instead, the text that recognition produced.
    text: Option<String>,
    #[serde(flatten)]
    posed: Posed,
}

/// The recogniser for lines of kind `hear`, loaded on first use: from a model file, or from a configuration.
#[derive(Default)]
pub struct Ears {
    sentences: RefCell<OnDemand>,
    config: Option<PathBuf>,
    model: Option<PathBuf>,
    loaded: Option<Recogniser>,
}

impl Ears {
    fn get(&mut self) -> Result<&mut Recogniser, String> {
        if self.loaded.is_none() {
            let config = match (&self.config, &self.model) {
                (None, Some(_)) => std::sync::Arc::<Config>::default(),
                (file, _) => super::configuration(file.as_deref()).map_err(|p| p.one_line())?,
            };
            self.loaded = Some(super::sound::ears(&config, self.model.as_deref()).map_err(|p| p.one_line())?);
        }
        self.loaded.as_mut().ok_or_else(|| "no speech model was loaded".to_owned())
    }
}

pub(super) fn run(file: Option<&Path>, args: &Batch) -> anyhow::Result<ExitCode> {
    let airports = Airports::world();
    let mut ears = Ears { config: file.map(Path::to_path_buf), model: args.model.clone(), ..Ears::default() };
    let mut input = std::io::stdin().lock();
    let mut out = std::io::stdout().lock();
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            return Ok(ExitCode::SUCCESS);
        }
        let cut = line.last() != Some(&b'\n') && line.len() as u64 == LONGEST_LINE;
        if cut {
            // Discard the rest of an endless line in pieces.
            let mut rest = Vec::new();
            while (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut rest)? > 0 && rest.last() != Some(&b'\n') {
                rest.clear();
            }
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let answer =
            if cut { json!({"id": null, "error": "the line is longer than 1 MiB"}) } else { answer(text.trim(), &airports, &mut ears) };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
}

/// The answer to one line; errors are answers too.
pub fn answer(line: &str, airports: &Airports, ears: &mut Ears) -> Value {
    let value: Value = match serde_json::from_str(line) {
        Ok(v) => v,
        Err(e) => return json!({"id": null, "error": format!("not JSON: {e}")}),
    };
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let result = match kind.as_str() {
        "hear" => batch::read(value).and_then(|l| heard(&l, airports, ears)),
        other => batch::answer_with(other, value, airports, &|text, scene| ears.sentences.borrow_mut().opinion(text, scene))
            .unwrap_or_else(|| Err(format!("unknown kind {other:?}: it is understand, readback, respond or hear"))),
    };
    match result {
        Ok(mut answer) => {
            if let Some(o) = answer.as_object_mut() {
                o.insert("id".into(), id);
            }
            answer
        }
        Err(e) => json!({"id": id, "error": e}),
    }
}

/// The tray's full path from sound to meaning: the gate, the hints for the situation, recognition, understanding.
fn heard(l: &Hear, airports: &Airports, ears: &mut Ears) -> Result<Value, String> {
    let mut engine = l.posed.engine(airports.clone());
    let context = l.posed.context(&engine);
    let hints = engine.hints();
    let heard = match (&l.sound, &l.text) {
        (Some(file), None) => recognised(file, &hints, ears)?,
        (None, Some(text)) => Heard { text: text.clone(), confidence: 1.0, looks: 1, ..Heard::default() },
        _ => return Err("give either `sound` or `text`".to_owned()),
    };
    let opinion = ears.sentences.borrow_mut().opinion(&heard.text, &context.scene());
    let text = engine.likelier(&heard.text, &heard.others, opinion);
    let context = Context { opinion, ..context };
    let mut answer = understand::to_json(&understand::understand(text, &context));
    if let Some(o) = answer.as_object_mut() {
        o.remove("confidence");
        o.insert("text".into(), json!(text));
        // The alternative readings, likeliest first.
        let first = Alternative { text: heard.text.clone(), weight: 1.0 };
        let others: Vec<&Alternative> = std::iter::once(&first).chain(&heard.others).filter(|a| a.text != text).collect();
        if let Some(other) = others.first() {
            o.insert("other".into(), json!(other.text));
            o.insert("others".into(), json!(others));
        }
        if let Some(part) = engine.understand_with(text, opinion).unsure {
            o.insert("unsure".into(), json!(part.word()));
        }
        o.insert("looks".into(), json!(heard.looks));
        o.insert("confidence".into(), json!((f64::from(heard.confidence) * 1000.0).round() / 1000.0));
        o.insert("heard_ms".into(), json!(heard.took_ms));
        o.insert("hint".into(), json!(hints.prompt));
    }
    Ok(answer)
}

/// The words of a recording; `None` if the gate detects no speech.
fn recognised(file: &Path, hints: &Hints, ears: &mut Ears) -> Result<Heard, String> {
    let sound = wav::read(file).map_err(|p| p.one_line())?;
    let samples = resample::to_rate(&sound.samples, sound.rate, take::RATE).map_err(|p| p.one_line())?;
    let take = take::from_16k(&samples);
    if gate::judge(&take).is_some() {
        return Ok(Heard::default());
    }
    ears.get()?.transcribe(&take.samples, hints, &AtomicBool::new(false)).map_err(|p| p.one_line())
}
