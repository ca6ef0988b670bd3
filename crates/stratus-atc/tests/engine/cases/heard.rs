//! Real recognition results for spoken calls, clean and with cockpit noise, with their ground truth: tests the engine on real spelling
//! without a speech model.

use serde_json::Value;
use stratus_atc::airports::data::Airports;
use stratus_atc::batch::posed::Posed;
use stratus_atc::intent::Understanding;
use stratus_atc::understand::{to_json, understand};

const CASES: &str = include_str!("../../../../../tests/cases/heard.jsonl");
const FAILURES: &str = include_str!("../../../../../tests/cases/heard-failures.txt");

fn read(case: &Value) -> Understanding {
    let posed: Posed = serde_json::from_value(case.clone()).unwrap();
    let engine = posed.engine(Airports::world());
    understand(case["text"].as_str().unwrap(), &posed.context(&engine))
}

/// Whether a slot value is right: numbers compare as numbers, and words without regard to case.
fn same(want: &Value, got: Option<&Value>) -> bool {
    let plain = |v: &Value| v.as_str().map_or_else(|| v.as_f64().map_or_else(|| v.to_string(), |n| n.to_string()), str::to_lowercase);
    match got {
        Some(Value::Array(all)) => all.iter().any(|v| plain(v) == plain(want)),
        Some(v) => plain(v) == plain(want),
        None => false,
    }
}

/// What is wrong with the understanding of a case; empty if nothing is.
fn wrong(case: &Value, u: &Understanding) -> Vec<String> {
    let want = &case["expect"];
    let alternatives = want["intent_alt"].as_array().cloned().unwrap_or_default();
    let mut out = Vec::new();
    if u.intent.word() != want["intent"] && !alternatives.iter().any(|a| a == u.intent.word()) {
        out.push(format!("{} instead of {}", u.intent.word(), want["intent"]));
    }
    if u.callsign.as_ref().map(|c| c.as_str()) != want["callsign"].as_str() {
        out.push(format!("{:?} instead of {}", u.callsign.as_ref().map(|c| c.as_str().to_owned()), want["callsign"]));
    }
    let got = to_json(u);
    for (slot, value) in want["slots"].as_object().into_iter().flatten() {
        if !same(value, got["slots"].get(slot)) {
            out.push(format!("{slot} {:?} instead of {value}", got["slots"].get(slot)));
        }
    }
    out
}

#[test]
fn real_recognition_results_are_understood() {
    let judged = super::read(CASES).map(|case| {
        let words = format!("said: {}\n    heard: {}", case["said"], case["text"]);
        (super::id(&case).to_owned(), wrong(&case, &read(&case)), words)
    });
    super::hold(judged, FAILURES, "tests/cases/heard-failures.txt");
}

/// A pilot whose callsign was misheard gets an answer or a question, never silence.
#[test]
fn a_misheard_callsign_is_never_met_by_silence() {
    let excused = super::listed(FAILURES);
    for case in super::read(CASES) {
        let u = read(&case);
        // If the recogniser produced a different complete callsign, nobody could tell.
        assert!(
            !u.other_aircraft || excused.contains(super::id(&case)),
            "{}: {} is taken for another aircraft's",
            case["id"],
            case["text"]
        );
    }
}
