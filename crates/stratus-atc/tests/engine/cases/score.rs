//! What is wrong with an answer to a case, by the same rules as `tests/cases/score.py`, which scores the program from outside.

use std::collections::{BTreeMap, BTreeSet};

use fancy_regex::{Regex, RegexBuilder};
use serde_json::Value;

/// The slots that are checked; the engine may fill others freely.
const CORE: [&str; 10] =
    ["runway", "altitude_ft", "heading", "frequency", "squawk", "atis", "position", "distance_nm", "direction", "destination"];

/// Lower-case letters and digits only.
fn flat(v: &Value) -> String {
    words(v).to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

fn words(v: &Value) -> String {
    v.as_str().map_or_else(|| v.to_string(), str::to_owned)
}

/// "9 left", "runway 09L" and "9L" are the same runway.
fn runway(v: &Value) -> String {
    let all = flat(v);
    let bare = ["runway", "rwy", "rw"].iter().find_map(|w| all.strip_prefix(w)).unwrap_or(&all).trim_start_matches('0');
    let digits = bare.chars().take_while(char::is_ascii_digit).count();
    let side = match &bare[digits..] {
        "" => "",
        "l" | "left" => "L",
        "r" | "right" => "R",
        "c" | "center" | "centre" => "C",
        _ => return all,
    };
    if (1..=2).contains(&digits) { format!("{}{side}", &bare[..digits]) } else { all }
}

fn number(v: &Value) -> Option<f64> {
    let bare: String = words(v).chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    ["ft", "feet", "nm", "kt"].iter().fold(bare, |t, unit| t.replace(unit, "")).parse().ok()
}

fn direction(v: &Value) -> String {
    const SHORT: [(&str, &str); 8] = [
        ("n", "north"),
        ("s", "south"),
        ("e", "east"),
        ("w", "west"),
        ("ne", "northeast"),
        ("nw", "northwest"),
        ("se", "southeast"),
        ("sw", "southwest"),
    ];
    let all = flat(v);
    let long = SHORT.iter().find(|(s, _)| *s == all).map_or(all.clone(), |(_, l)| (*l).to_owned());
    ["bound", "wards", "ward"].iter().find_map(|end| long.strip_suffix(end)).unwrap_or(&long).to_owned()
}

/// "A", "a" and "alfa" are the same letter.
fn letter(v: &Value) -> String {
    let all = words(v).trim().to_lowercase();
    all.chars().next().map(|c| c.to_ascii_uppercase().to_string()).unwrap_or_default()
}

/// Whether the case accepts a slot's value; a list on either side holds alternatives.
fn same(slot: &str, want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::Array(any), _) => return any.iter().any(|w| same(slot, w, got)),
        (_, Value::Array(any)) => return any.iter().any(|g| same(slot, want, g)),
        (_, Value::Null) => return false,
        _ => {}
    }
    match slot {
        "runway" => runway(want) == runway(got),
        "altitude_ft" | "heading" | "distance_nm" | "frequency" => {
            let (Some(a), Some(b)) = (number(want), number(got)) else { return false };
            match slot {
                "heading" => (a - b).rem_euclid(360.0) < 0.5,
                "altitude_ft" => (a - b).abs() < 0.505,
                _ => (a - b).abs() < 0.005,
            }
        }
        "squawk" => format!("{:0>4}", words(want)) == format!("{:0>4}", words(got)) || (words(want) == "1200" && flat(got) == "vfr"),
        "atis" => letter(want) == letter(got),
        "direction" => direction(want) == direction(got),
        _ => {
            let (a, b) = (flat(want), flat(got));
            !a.is_empty() && !b.is_empty() && (a.contains(&b) || b.contains(&a))
        }
    }
}

/// Whether an alternative is listed under `key`.
fn listed(e: &Value, key: &str, v: &Value) -> bool {
    e[key].as_array().is_some_and(|a| a.contains(v))
}

/// Checks intent and callsign.
pub fn intent_and_callsign(case: &Value, got: &Value) -> Vec<String> {
    let e = &case["expect"];
    let mut wrong = Vec::new();
    if got["intent"] != e["intent"] && !listed(e, "intent_alt", &got["intent"]) {
        wrong.push(format!("intent {} instead of {}", got["intent"], e["intent"]));
    }
    let bare = |v: &Value| if v.is_null() { String::new() } else { flat(v) };
    let alternatives = e["callsign_alt"].as_array().into_iter().flatten();
    if !std::iter::once(&e["callsign"]).chain(alternatives).any(|c| bare(c) == bare(&got["callsign"])) {
        wrong.push(format!("callsign {} instead of {}", got["callsign"], e["callsign"]));
    }
    wrong
}

/// Checks intent, callsign and the checked slots: each as expected, and no others.
pub fn understanding(case: &Value, got: &Value) -> Vec<String> {
    let e = &case["expect"];
    let mut wrong = intent_and_callsign(case, got);
    let optional = |slot: &str| listed(e, "slots_optional", &Value::from(slot));
    let empty = |v: &Value| v.is_null() || v.as_str() == Some("") || v.as_array().is_some_and(Vec::is_empty);
    for slot in CORE {
        match (&e["slots"][slot], &got["slots"][slot]) {
            (want, got) if !(want.is_null() || same(slot, want, got) || optional(slot)) => {
                wrong.push(format!("{slot} {got} instead of {want}"));
            }
            (Value::Null, got) if !empty(got) && !optional(slot) => wrong.push(format!("{slot} {got} that was not said")),
            _ => {}
        }
    }
    wrong
}

/// Checks the verdict, and the wrong and missing items unless it is "correct".
pub fn verdict(case: &Value, got: &Value) -> Vec<String> {
    let e = &case["expect"];
    if got["verdict"] != e["verdict"] {
        let accepted = listed(e, "verdict_alt", &got["verdict"]);
        return if accepted { Vec::new() } else { vec![format!("{} instead of {}", got["verdict"], e["verdict"])] };
    }
    let set = |v: &Value| -> BTreeSet<String> { v.as_array().into_iter().flatten().map(words).collect() };
    let mut wrong = Vec::new();
    for (key, alternatives) in [("wrong", "wrong_alt"), ("missing", "missing_alt")] {
        let others = e[alternatives].as_array().into_iter().flatten();
        if e["verdict"] != "correct" && !std::iter::once(&e[key]).chain(others).any(|w| set(w) == set(&got[key])) {
            wrong.push(format!("{key} {} instead of {}", got[key], e[key]));
        }
    }
    wrong
}

/// What the reply lacks, and what it must not contain.
pub fn reply(case: &Value, got: &Value) -> Vec<String> {
    let said =
        got["reply"].as_str().unwrap_or_default().split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
    let patterns = |key: &str| case[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>();
    let found = |p: &str| pattern(p).is_match(&said).unwrap_or_else(|e| panic!("{p}: {e}"));
    let lacking = patterns("must_match").into_iter().filter(|p| !found(p)).map(|p| format!("lacks /{p}/"));
    let bad = patterns("must_not_match").into_iter().filter(|p| found(p)).map(|p| format!("has /{p}/"));
    let mut wrong: Vec<String> = lacking.chain(bad).collect();
    if !wrong.is_empty() {
        wrong.push(format!("reply {said:?}"));
    }
    wrong
}

thread_local! {
    /// Many cases share patterns.
    static PATTERNS: std::cell::RefCell<BTreeMap<String, Regex>> = const { std::cell::RefCell::new(BTreeMap::new()) };
}

fn pattern(p: &str) -> Regex {
    PATTERNS.with_borrow_mut(|known| {
        let make = || RegexBuilder::new(&format!("(?is){p}")).build().unwrap_or_else(|e| panic!("{p}: {e}"));
        known.entry(p.to_owned()).or_insert_with(make).clone()
    })
}

#[test]
fn the_scoring_tells_right_from_wrong() {
    let same = |slot, a: Value, b: Value| same(slot, &a, &b);
    assert!(same("runway", "09L".into(), "runway 9 left".into()) && !same("runway", "28L".into(), "28R".into()));
    assert!(same("heading", 360.into(), 0.into()) && !same("heading", 360.into(), 10.into()));
    assert!(same("altitude_ft", serde_json::json!([800, 3500]), "3,500".into()) && !same("altitude_ft", 800.into(), 900.into()));
    assert!(same("frequency", "119.9".into(), "119.900".into()) && same("atis", "A".into(), "alfa".into()));
    assert!(same("direction", "southwest".into(), "SW".into()) && same("direction", "north".into(), "northbound".into()));
    assert!(!same("direction", "south".into(), "southwest".into()) && same("squawk", "0421".into(), 421.into()));
    assert!(same("destination", serde_json::json!(["KOAK", "Oakland"]), "oakland".into()) && !same("position", "ramp".into(), Value::Null));
    let case = serde_json::json!({"must_match": ["hold\\s+short"], "must_not_match": ["(?<!not )cleared"]});
    let judged = |said: &str| reply(&case, &serde_json::json!({ "reply": said }));
    assert!(judged("Hold  short, not cleared").is_empty() && judged("hold short, cleared").len() == 2 && judged("").len() == 2);
}
