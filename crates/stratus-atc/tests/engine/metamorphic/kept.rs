//! The recorded calls that ask for a runway, and modified ones: words with another meaning before the word that expresses the wish.

use serde_json::Value;

const CASES: [&str; 2] =
    [include_str!("../../../../../tests/cases/respond.jsonl"), include_str!("../../../../../tests/cases/fresh/respond.jsonl")];

/// The words to insert before the word that expresses the wish, and their effect.
const TURNS: [(&str, &str); 18] = [
    ("denied", "we are not"),
    ("denied", "I don't think we are"),
    ("other", "the Cherokee in front of us is"),
    ("other", "he is"),
    ("other", "company traffic is"),
    ("later", "in two minutes we will be"),
    ("later", "once he has gone we are"),
    ("later", "if he waits we are"),
    ("past", "ten minutes ago we were"),
    ("reported", "ground told us we are"),
    ("reported", "he says they are"),
    ("asked", "is the Cherokee"),
    ("asked", "did you say we are"),
    ("denied", "we're no longer"),
    ("later", "we might soon be"),
    ("past", "earlier we were"),
    ("asked", "are they"),
    ("practice", "this is just a practice call, we are"),
];

fn cases() -> impl Iterator<Item = (Value, String)> {
    CASES.into_iter().flat_map(str::lines).filter(|l| !l.trim().is_empty()).map(|l| {
        let mut case: Value = serde_json::from_str(l).unwrap();
        (case["state"].take(), case["text"].as_str().unwrap_or_default().to_owned())
    })
}

/// The recorded calls in which a pilot short of a runway says "ready" and has no clearance to be repeated.
fn ready() -> impl Iterator<Item = (Value, String)> {
    cases().filter(|(s, text)| {
        s["facility"] == "tower" && s["on_ground"] == true && s["last_atc"].is_null() && text.split(' ').any(|w| w == "ready")
    })
}

/// (modification, state, text) for each recorded call and each inserted phrase.
pub fn turned_round() -> Vec<(&'static str, Value, String)> {
    let mut all = Vec::new();
    for (state, text) in ready() {
        let Some((before, behind)) = text.split_once("ready") else { continue };
        for (operator, words) in TURNS {
            // "And we are ready", "we are ready": removes the existing verb.
            let stem = before.trim_end();
            let stem =
                ["we are", "we're", "i am", "i'm", "and", "is", "are"].iter().fold(stem, |s, w| s.strip_suffix(w).unwrap_or(s).trim_end());
            all.push((operator, state.clone(), format!("{stem} {words} ready{behind}")));
        }
    }
    all
}

/// The recorded calls that ask for a takeoff, a landing or a crossing.
pub fn genuine() -> Vec<(Value, String)> {
    let wants =
        |text: &str| ["ready", "final", "base", "downwind", "cross", "takeoff", "land"].iter().any(|w| text.split(' ').any(|x| x == *w));
    cases().filter(|(s, text)| matches!(s["facility"].as_str(), Some("tower" | "ground")) && wants(text)).collect()
}
