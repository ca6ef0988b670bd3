//! Metamorphic tests of the gate: the frames and the recorded calls, with the same words denied, or said of another aircraft, of a later
//! time, of the past, as a report, as a question, for practice. None may get a clearance or count as a mayday; each twin, which says it
//! plainly, must be served.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

pub mod frames;
mod kept;
mod wordings;

use std::collections::BTreeMap;

use frames::{Call, Half, Want, hostile, state, twins};
use serde_json::Value;
use stratus_airports::data::Airports;
use stratus_atc::batch::{Answer, respond, respond_with};
use stratus_atc::hear::opinion::{Opinion, Scene};
use stratus_sentences::SentenceModel;

/// The items that grant movement, or treat the aircraft as in distress.
const CLEARS: [&str; 10] = [
    "cleared_for_takeoff",
    "line_up_and_wait",
    "cleared",
    "cross",
    "cleared_to",
    "transition_approved",
    "cleared_through",
    "cleared_into",
    "special_vfr",
    "roger_emergency",
];

fn kinds(answer: &Answer) -> Vec<String> {
    let kind = |v: &Value| v.as_str().map(str::to_owned).or_else(|| v.as_object()?.keys().next().cloned());
    answer.actions.iter().filter_map(kind).collect()
}

fn clears(answer: &Answer) -> bool {
    kinds(answer).iter().any(|k| CLEARS.contains(&k.as_str()))
}

/// Asks for confirmation instead of serving. An aircraft in distress is asked about the emergency and still served.
fn asks(want: Want, answer: &Answer) -> bool {
    kinds(answer).iter().any(|k| k == "confirm" || k == "ask" && want != Want::Distress)
}

/// Failed calls and total calls, by wish and modification.
type Tally = BTreeMap<(Want, &'static str), (usize, usize)>;

fn tally(calls: &[Call], wrong: impl Fn(&Call, &Answer) -> bool) -> (Tally, Vec<String>) {
    tally_with(calls, &|_, _| None, wrong)
}

fn tally_with(
    calls: &[Call],
    sentences: &dyn Fn(&str, &Scene) -> Option<Opinion>,
    wrong: impl Fn(&Call, &Answer) -> bool,
) -> (Tally, Vec<String>) {
    let airports = Airports::world();
    let (mut count, mut said) = (Tally::new(), Vec::new());
    for call in calls {
        let answer = respond_with(&state(call.want), &call.text, &airports, sentences).unwrap();
        let entry = count.entry((call.want, call.operator)).or_default();
        entry.1 += 1;
        if wrong(call, &answer) {
            entry.0 += 1;
            said.push(format!("{:?} {}: {} -> {}", call.want, call.operator, call.text, answer.reply));
        }
    }
    (count, said)
}

#[test]
fn only_current_affirmed_wishes_for_ones_own_aircraft_pass() {
    let calls: Vec<Call> = [Half::Open, Half::Kept, Half::Fresh].into_iter().flat_map(hostile).collect();
    let (_, cleared) = tally(&calls, |_, a| clears(a) || a.reply.is_empty());
    println!("{} calls that must get no clearance, and an answer", calls.len());
    assert!(calls.len() >= 3_000);
    assert!(cleared.is_empty(), "{} of {}:\n{}", cleared.len(), calls.len(), cleared.join("\n"));
}

#[test]
fn plain_twins_are_served_without_a_question() {
    let calls: Vec<Call> = [Half::Open, Half::Kept].into_iter().flat_map(twins).collect();
    let (count, unserved) = tally(&calls, |c, a| !clears(a) || asks(c.want, a));
    let served = 1.0 - unserved.len() as f64 / calls.len() as f64;
    println!("{} twins, {:.1} % served without a question", calls.len(), served * 100.0);
    assert!(served >= 0.97, "{served} {count:?}\n{}", unserved.join("\n"));
}

/// With the sentence model, as in the tray program: only a sample of the calls, because each takes some hundredths of a second.
const EACH: usize = 12;

/// Every [`EACH`]th call, or all of them if `STRATUS_ALL` is set.
fn drawn(calls: Vec<Call>) -> Vec<Call> {
    let each = if std::env::var_os("STRATUS_ALL").is_some() { 1 } else { EACH };
    calls.into_iter().step_by(each).collect()
}

fn sentence_model() -> impl Fn(&str, &Scene) -> Option<Opinion> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sentences/sentences.bin");
    let model = SentenceModel::load(&std::fs::read(file).unwrap()).unwrap();
    move |text, scene| {
        let scene = stratus_sentences::Scene { facility: &scene.facility, region: &scene.region, last_atc: &scene.last_atc };
        Opinion::words(text).and_then(|w| model.scores(&w, &scene).ok()).and_then(|s| Opinion::from_scores(&s))
    }
}

#[test]
fn the_sentence_model_clears_only_current_affirmed_own_wishes() {
    let calls = drawn([Half::Open, Half::Kept, Half::Fresh].into_iter().flat_map(hostile).collect());
    let (count, cleared) = tally_with(&calls, &sentence_model(), |_, a| clears(a) || a.reply.is_empty());
    println!("{} calls with the sentence model, {} wrong {count:?}", calls.len(), cleared.len());
    assert!(cleared.is_empty(), "{} of {}:\n{}", cleared.len(), calls.len(), cleared.join("\n"));
}

#[test]
fn with_the_sentence_model_plain_twins_need_no_question() {
    let calls = drawn([Half::Open, Half::Kept].into_iter().flat_map(twins).collect());
    let (count, unserved) = tally_with(&calls, &sentence_model(), |c, a| !clears(a) || asks(c.want, a));
    let served = 1.0 - unserved.len() as f64 / calls.len() as f64;
    println!("{} twins with the sentence model, {:.1} % served without a question", calls.len(), served * 100.0);
    assert!(served >= 0.97, "{served} {count:?}\n{}", unserved.join("\n"));
}

#[test]
fn recorded_calls_get_no_clearance_once_negated_or_reported() {
    let airports = Airports::world();
    let (mut tried, mut cleared) = (0, Vec::new());
    for (operator, case_state, text) in kept::turned_round() {
        tried += 1;
        let answer = respond(&case_state, &text, &airports).unwrap();
        if clears(&answer) {
            cleared.push(format!("{operator}: {text} -> {}", answer.reply));
        }
    }
    println!("{tried} kept calls, turned round");
    assert!(tried >= 500, "{tried}");
    assert!(cleared.is_empty(), "{} of {tried}:\n{}", cleared.len(), cleared.join("\n"));
}

#[test]
fn genuine_runway_requests_are_seldom_questioned() {
    let airports = Airports::world();
    let (mut tried, mut asked) = (0, Vec::new());
    for (case_state, text) in kept::genuine() {
        let answer = respond(&case_state, &text, &airports).unwrap();
        tried += 1;
        if kinds(&answer).iter().any(|k| k == "confirm") {
            asked.push(format!("{text} -> {}", answer.reply));
        }
    }
    println!("{tried} genuine calls, {} asked back", asked.len());
    assert!(tried >= 80, "{tried}");
    assert!(asked.len() * 100 <= tried * 3, "{} of {tried}:\n{}", asked.len(), asked.join("\n"));
}

#[test]
fn a_yes_settles_the_gates_question() {
    let airports = Airports::world();
    for (want, question) in [
        (Want::Takeoff, "Skyhawk 2SP, verify ready for departure runway 31"),
        (Want::Landing, "Skyhawk 2SP, verify landing runway 31"),
        (Want::Crossing, "Skyhawk 2SP, verify request to cross runway 28R"),
        (Want::Entry, "Skyhawk 2SP, verify request transition"),
        (Want::Ifr, "Skyhawk 2SP, verify request IFR clearance"),
        (Want::Distress, "Skyhawk 2SP, are you declaring an emergency?"),
    ] {
        let mut s = state(want);
        s["last_atc"] = question.into();
        let yes = respond(&s, "affirmative, Skyhawk two sierra papa", &airports).unwrap();
        assert!(clears(&yes), "{want:?}: {}", yes.reply);
        let no = respond(&s, "negative, Skyhawk two sierra papa", &airports).unwrap();
        assert!(!clears(&no) && !no.reply.is_empty(), "{want:?}: {}", no.reply);
    }
}

/// A correct readback with one change: a different digit, two adjacent digits swapped, the opposite side, another callsign.
fn changed(readback: &str) -> Vec<(&'static str, String)> {
    const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let words: Vec<&str> = readback.split_whitespace().collect();
    let digit = |w: &str| DIGITS.iter().position(|d| *d == w || w == "niner" && *d == "nine" || w == "tree" && *d == "three");
    let with = |at: usize, new: &str| {
        let mut w = words.clone();
        w[at] = new;
        w.join(" ")
    };
    // The level being left, and corrected words, are not part of the readback.
    let number = |w: &str| {
        digit(w).is_some() || ["thousand", "hundred", "point", "ten", "eleven", "twelve", "ninety", "flight", "level"].contains(&w)
    };
    let aside = |i: usize| {
        let before = words[..i].iter().rev().find(|w| !number(w)).copied().unwrap_or("");
        let after = words[i..].iter().find(|w| !number(w)).copied().unwrap_or("");
        ["of", "leaving", "passing", "from", "at", "through"].contains(&before)
            || ["for", "climbing", "descending", "correction"].contains(&after)
    };
    let mut all = Vec::new();
    for i in 0..words.len() {
        if words.contains(&"correction") || aside(i) {
            continue;
        }
        if let Some(d) = digit(words[i]) {
            all.push(("wrong digit", with(i, DIGITS[(d + 3) % 10])));
            if let Some(e) = words.get(i + 1).and_then(|w| digit(w)).filter(|e| *e != d) {
                let mut w = words.clone();
                (w[i], w[i + 1]) = (DIGITS[e], DIGITS[d]);
                all.push(("swapped", w.join(" ")));
            }
        }
        match words[i] {
            "left" => all.push(("other side", with(i, "right"))),
            "right" => all.push(("other side", with(i, "left"))),
            _ => {}
        }
    }
    all
}

/// Cases with a correct readback, and their modified forms.
fn changed_readbacks() -> Vec<(&'static str, Value, String)> {
    let cases = [include_str!("../../../../tests/cases/readback.jsonl"), include_str!("../../../../tests/cases/fresh/readback.jsonl")];
    // A mere traffic report requires no readback.
    let right =
        |case: &Value| case["expect"]["verdict"] == "correct" && !case["instruction"].as_str().is_some_and(|i| i.contains(", traffic "));
    let all = cases.into_iter().flat_map(str::lines).filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str::<Value>(l).unwrap());
    all.filter(right)
        .flat_map(|case| {
            let said = case["readback"].as_str().unwrap_or_default().to_owned();
            changed(&said).into_iter().map(move |(what, text)| (what, case.clone(), text))
        })
        .collect()
}

#[test]
fn a_readback_with_one_change_is_never_correct() {
    let (mut tried, mut taken) = (0, Vec::new());
    for (what, case, text) in changed_readbacks() {
        let region = serde_json::from_value(case["region"].clone()).unwrap_or_default();
        let instruction = case["instruction"].as_str().unwrap();
        tried += 1;
        if stratus_atc::readback::check_text(instruction, &text, region).verdict == stratus_atc::readback::Verdict::Correct {
            taken.push(format!("{what}: {instruction} | {text}"));
        }
    }
    println!("{tried} changed readbacks");
    assert!(tried >= 1_000, "{tried}");
    assert!(taken.is_empty(), "{} of {tried}:\n{}", taken.len(), taken.join("\n"));
}

/// Clearance items are constructed only where the gate's proof is required, and where a controller's text is parsed.
#[test]
fn clearances_are_constructed_only_with_the_gates_proof() {
    const CLEARANCES: [&str; 9] = [
        "Item::ClearedForTakeoff",
        "Item::Cleared(",
        "Item::Cross {",
        "Item::ClearedTo {",
        "Item::ClearedThrough(",
        "Item::ClearedInto(",
        "Item::TransitionApproved(",
        "Item::SpecialVfr {",
        "Item::LineUpAndWait",
    ];
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let (mut folders, mut files, mut found) = (vec![source], 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|e| e != "rs") {
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files += 1;
            // `clearances` requires the proof; `parse` reads what a controller has already said.
            if !name.ends_with(".rs") || matches!(name.as_str(), "clearances.rs" | "parse.rs" | "tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            // A line with a match arm, a bar, a test or a `let` is a pattern, not a construction.
            let pattern = |l: &str| ["=>", "|", "matches!", "let ", "//"].iter().any(|p| l.contains(p));
            found.extend(
                code.lines().filter(|l| CLEARANCES.iter().any(|c| l.contains(c)) && !pattern(l)).map(|l| format!("{name}: {}", l.trim())),
            );
        }
    }
    assert!(files > 50, "{files}");
    assert!(found.is_empty(), "{}", found.join("\n"));
}
