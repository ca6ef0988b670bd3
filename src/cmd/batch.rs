//! `stratus batch`: JSON lines in, JSON lines out, flushed line by line; every line on its own.

use std::io::{BufRead, Read, Write};
use std::process::ExitCode;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::airports::data::Airports;
use crate::atc::intent::Context;
use crate::atc::{parse, readback, stated, understand};
use crate::units::{Callsign, Facility, Region};

/// A longer line is an error, not memory.
const LONGEST_LINE: u64 = 1 << 20;

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
}

#[derive(Deserialize)]
struct Respond {
    state: Value,
    text: String,
}

pub(super) fn run() -> anyhow::Result<ExitCode> {
    let airports = Airports::world();
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
            // The rest of an endless line is thrown away, piece by piece.
            let mut rest = Vec::new();
            while (&mut input).take(LONGEST_LINE).read_until(b'\n', &mut rest)? > 0 && rest.last() != Some(&b'\n') {
                rest.clear();
            }
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim().is_empty() {
            continue;
        }
        let answer = if cut { json!({"id": null, "error": "the line is longer than 1 MiB"}) } else { answer(text.trim(), &airports) };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
        out.flush()?;
    }
}

/// One line's answer; an error is an answer too.
pub fn answer(line: &str, airports: &Airports) -> Value {
    let value: Value = match serde_json::from_str(line) {
        Ok(v) => v,
        Err(e) => return json!({"id": null, "error": format!("not JSON: {e}")}),
    };
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let result = match kind.as_str() {
        "understand" => serde_json::from_value(value).map_err(|e| e.to_string()).map(|l| understood(&l)),
        "readback" => serde_json::from_value(value).map_err(|e| e.to_string()).map(|l| read_back(&l)),
        "respond" => serde_json::from_value(value).map_err(|e| e.to_string()).and_then(|l| responded(&l, airports)),
        other => Err(format!("unknown kind {other:?}: it is understand, readback or respond")),
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

fn understood(l: &Understand) -> Value {
    let ctx = Context {
        region: l.region,
        facility: l.facility,
        own: l.context.own_callsign.clone(),
        pending: l.context.last_atc.as_deref().is_some_and(|t| readback::readable(&parse::parse(t, l.region).items)),
        last_atc: l.context.last_atc.clone(),
        ..Context::default()
    };
    understand::to_json(&understand::understand(&l.text, &ctx))
}

fn read_back(l: &Readback) -> Value {
    let check = readback::check_text(&l.instruction, &l.readback, l.region);
    json!({
        "verdict": check.verdict.word(),
        "wrong": check.wrong.iter().map(|i| i.word()).collect::<Vec<_>>(),
        "missing": check.missing.iter().map(|i| i.word()).collect::<Vec<_>>(),
    })
}

fn responded(l: &Respond, airports: &Airports) -> Result<Value, String> {
    let answer = stated::respond(&l.state, &l.text, airports)?;
    let u = understand::to_json(&answer.understanding);
    Ok(json!({
        "reply": answer.reply,
        "spoken": answer.spoken,
        "understood": {"intent": u["intent"], "callsign": u["callsign"], "slots": u["slots"]},
        "actions": answer.actions,
    }))
}
