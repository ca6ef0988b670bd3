//! Runs every recorded case through the functions behind `stratus batch`, one by one. Prints each change: a failure that is not on the list
//! of expected failures, or an expected failure that now passes.

mod heard;
mod score;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use stratus_atc::airports::data::Airports;
use stratus_atc::batch;

/// A kind of case: its files, and the function that lists what is wrong with an answer (empty if nothing is).
struct Kind {
    /// The kind of line to send; hostile cases are lines of kind `respond`.
    line: &'static str,
    files: &'static [&'static str],
    wrong: fn(&Value, &Value) -> Vec<String>,
}

const UNDERSTAND: Kind = Kind {
    line: "understand",
    files: &[include_str!("../../../../tests/cases/understand.jsonl"), include_str!("../../../../tests/cases/fresh/understand.jsonl")],
    wrong: score::understanding,
};
/// Phrasings from the rule books, with intent and callsign only.
const RULE_BOOKS: Kind = Kind {
    line: "understand",
    files: &[include_str!("../../../../tests/cases/understand_fresh.jsonl")],
    wrong: score::intent_and_callsign,
};
const READBACK: Kind = Kind {
    line: "readback",
    files: &[
        include_str!("../../../../tests/cases/readback.jsonl"),
        include_str!("../../../../tests/cases/fresh/readback.jsonl"),
        include_str!("../../../../tests/cases/beside/readback.jsonl"),
    ],
    wrong: score::verdict,
};
const RESPOND: Kind = Kind {
    line: "respond",
    files: &[include_str!("../../../../tests/cases/respond.jsonl"), include_str!("../../../../tests/cases/fresh/respond.jsonl")],
    wrong: score::reply,
};
const HOSTILE: Kind = Kind {
    line: "respond",
    files: &[include_str!("../../../../tests/cases/adversarial.jsonl"), include_str!("../../../../tests/cases/fresh/adversarial.jsonl")],
    wrong: score::reply,
};

/// The cases in a file, one per line.
fn read(file: &str) -> impl Iterator<Item = Value> {
    file.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).expect("a case is JSON"))
}

fn id(case: &Value) -> &str {
    case["id"].as_str().expect("a case has an id")
}

/// The ids in a list: one per line, with a reason after `#`.
fn listed(list: &str) -> BTreeSet<&str> {
    list.lines().map(|l| l.split('#').next().unwrap_or(l).trim()).filter(|l| !l.is_empty()).collect()
}

/// Checks every case, and fails if any has changed.
fn hold(cases: impl Iterator<Item = (String, Vec<String>, String)>, list: &str, name: &str) {
    let mut expected = listed(list);
    let (mut changed, mut all, mut right, mut seen) = (String::new(), 0, 0, BTreeSet::new());
    for (id, wrong, case) in cases {
        assert!(seen.insert(id.clone()), "{id} stands twice");
        all += 1;
        right += usize::from(wrong.is_empty());
        match (wrong.is_empty(), expected.remove(id.as_str())) {
            (true, true) => writeln!(changed, "{id} has come right: take it off {name}").expect("a string"),
            (false, false) => writeln!(changed, "{id} fails: {}\n    {case}", wrong.join("; ")).expect("a string"),
            _ => {}
        }
    }
    assert!(changed.is_empty(), "{right} of {all} right; changed:\n{changed}");
    assert!(expected.is_empty(), "{name} names what is no case: {expected:?}");
    assert!(all > 0);
}

fn every_case_of(kind: &Kind) {
    let airports = Airports::world();
    let seen: BTreeSet<String> = kind.files.iter().flat_map(|f| read(f)).map(|c| id(&c).to_owned()).collect();
    // One list serves all kinds; ignore the ids of other kinds.
    let list: Vec<&str> = listed(FAILURES).into_iter().filter(|i| seen.contains(*i)).collect();
    let judged = kind.files.iter().flat_map(|f| read(f)).map(|case| {
        let wrong = match batch::answer(kind.line, case.clone(), &airports) {
            Some(Ok(answer)) => (kind.wrong)(&case, &answer),
            // A hostile state may be rejected; then there is no reply, and only a required reply can be missing.
            Some(Err(_)) if case["must_match"].is_array() => (kind.wrong)(&case, &Value::Null),
            Some(Err(e)) => vec![e],
            None => vec![format!("{} is no kind of line", kind.line)],
        };
        let words =
            if kind.line == "readback" { format!("{} / {}", case["instruction"], case["readback"]) } else { case["text"].to_string() };
        (id(&case).to_owned(), wrong, words)
    });
    hold(judged, &list.join("\n"), "tests/cases/failures.txt");
}

const FAILURES: &str = include_str!("../../../../tests/cases/failures.txt");

#[test]
fn every_call_is_understood_as_listed() {
    every_case_of(&UNDERSTAND);
}

#[test]
fn every_phrasing_of_the_rule_books_is_understood_as_listed() {
    every_case_of(&RULE_BOOKS);
}

#[test]
fn every_readback_is_checked_as_listed() {
    every_case_of(&READBACK);
}

#[test]
fn every_call_is_answered_as_listed() {
    every_case_of(&RESPOND);
}

#[test]
fn every_hostile_call_is_answered_as_listed() {
    every_case_of(&HOSTILE);
}

/// Every id in the list must be a case: an id without a case hides nothing, but misleads.
#[test]
fn every_expected_failure_is_a_case() {
    let files = [&UNDERSTAND, &RULE_BOOKS, &READBACK, &RESPOND, &HOSTILE].into_iter().flat_map(|k| k.files);
    let ids: BTreeSet<String> = files.flat_map(|f| read(f)).map(|c| id(&c).to_owned()).collect();
    let gone: Vec<&str> = listed(FAILURES).into_iter().filter(|i| !ids.contains(*i)).collect();
    assert!(gone.is_empty(), "tests/cases/failures.txt names no cases: {gone:?}");
}
