//! The text-only lines of `stratus batch`, JSON in and JSON out: a call to understand, a readback to check, a call to answer in a stated
//! situation. Each line is independent. The formats are stable: they may grow, but never break.

pub mod posed;
mod respond;
mod state;

pub use self::respond::{Answer, respond, respond_with};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::hear::opinion::{Opinion, Scene};
use super::intent::Context;
use super::{parse, readback, understand};
use crate::airports::data::Airports;
use crate::units::{Callsign, Facility, Region};

#[derive(Deserialize)]
struct Understand {
    #[serde(default)]
    region: Region,
    facility: Option<Facility>,
    text: String,
    #[serde(default)]
    context: Said,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Said {
    own_callsign: Option<Callsign>,
    last_atc: Option<String>,
}

#[derive(Deserialize)]
struct Readback {
    #[serde(default)]
    region: Region,
    instruction: String,
    readback: String,
    #[serde(default)]
    own: readback::Own,
}

#[derive(Deserialize)]
struct Respond {
    state: Value,
    text: String,
}

/// A sentence model, if there is one: turns a call and its situation into an opinion.
pub type Sentences<'a> = &'a dyn Fn(&str, &Scene) -> Option<Opinion>;

/// The answer to a line of kind `understand`, `readback` or `respond`; `None` for another kind. `Err` describes what is wrong with the
/// line.
pub fn answer(kind: &str, line: Value, airports: &Airports) -> Option<Result<Value, String>> {
    answer_with(kind, line, airports, &|_, _| None)
}

/// Like [`answer`], with the opinions of a sentence model.
pub fn answer_with(kind: &str, line: Value, airports: &Airports, sentences: Sentences<'_>) -> Option<Result<Value, String>> {
    Some(match kind {
        "understand" => read(line).map(|l| understood(&l, sentences)),
        "readback" => read(line).map(|l| read_back(&l)),
        "respond" => read(line).and_then(|l| responded(&l, airports, sentences)),
        _ => return None,
    })
}

/// A line's fields, or a description of what is wrong with them. Ignores unknown fields.
pub fn read<T: DeserializeOwned>(line: Value) -> Result<T, String> {
    serde_json::from_value(line).map_err(|e| e.to_string())
}

fn understood(l: &Understand, sentences: Sentences<'_>) -> Value {
    let ctx = Context {
        region: l.region,
        facility: l.facility,
        own: l.context.own_callsign.clone(),
        pending: l.context.last_atc.as_deref().is_some_and(|t| readback::readable(&parse::parse(t, l.region).items)),
        last_atc: l.context.last_atc.clone(),
        ..Context::default()
    };
    let ctx = Context { opinion: sentences(&l.text, &ctx.scene()), ..ctx };
    understand::to_json(&understand::understand(&l.text, &ctx))
}

fn read_back(l: &Readback) -> Value {
    let check = readback::check_text_of(&l.instruction, &l.readback, &l.own, l.region);
    json!({
        "verdict": check.verdict.word(),
        "wrong": check.wrong.iter().map(|i| i.word()).collect::<Vec<_>>(),
        "missing": check.missing.iter().map(|i| i.word()).collect::<Vec<_>>(),
    })
}

fn responded(l: &Respond, airports: &Airports, sentences: Sentences<'_>) -> Result<Value, String> {
    let answer = respond_with(&l.state, &l.text, airports, sentences)?;
    let u = understand::to_json(&answer.understanding);
    Ok(json!({
        "reply": answer.reply,
        "spoken": answer.spoken,
        "understood": {"intent": u["intent"], "callsign": u["callsign"], "slots": u["slots"]},
        "actions": answer.actions,
    }))
}
