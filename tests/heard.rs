//! What real recognition wrote of spoken calls, clean and in cockpit noise, with their truth: the engine is held to real spelling
//! without a speech model.

use std::collections::BTreeSet;

use serde_json::Value;
use std::path::Path;

use stratus::airports::data::Airports;
use stratus::app::gate;
use stratus::atc::intent::Understanding;
use stratus::atc::posed::Posed;
use stratus::atc::understand::{to_json, understand};
use stratus::audio::{take, wav};
use stratus::sound::level;

fn cases() -> Vec<Value> {
    let text = include_str!("cases/heard.jsonl");
    text.lines().filter(|l| !l.trim().is_empty()).map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn read(case: &Value) -> Understanding {
    let posed: Posed = serde_json::from_value(case.clone()).unwrap();
    let engine = posed.engine(Airports::world());
    understand(case["text"].as_str().unwrap(), &posed.context(&engine))
}

/// A value of a slot is right: numbers as numbers, words without regard to case.
fn same(want: &Value, got: Option<&Value>) -> bool {
    let plain = |v: &Value| v.as_str().map_or_else(|| v.as_f64().map_or_else(|| v.to_string(), |n| n.to_string()), str::to_lowercase);
    match got {
        Some(Value::Array(all)) => all.iter().any(|v| plain(v) == plain(want)),
        Some(v) => plain(v) == plain(want),
        None => false,
    }
}

/// What is wrong with the understanding of a case; empty when it is right.
fn wrong(case: &Value, u: &Understanding) -> String {
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
    out.join(", ")
}

#[test]
fn what_real_recognition_wrote_is_understood() {
    let expected: BTreeSet<&str> =
        include_str!("cases/heard-failures.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    let mut failed = BTreeSet::new();
    for case in cases() {
        let id = case["id"].as_str().unwrap().to_owned();
        let why = wrong(&case, &read(&case));
        if !why.is_empty() {
            if !expected.contains(id.as_str()) {
                eprintln!("{id}: {why}\n   said: {}\n   heard: {}", case["said"], case["text"]);
            }
            failed.insert(id);
        }
    }
    let listed: BTreeSet<String> = expected.iter().map(|s| (*s).to_owned()).collect();
    let (new, mended): (Vec<_>, Vec<_>) = (failed.difference(&listed).collect(), listed.difference(&failed).collect());
    assert!(new.is_empty() && mended.is_empty(), "new failures: {new:?}; mended, to be taken off the list: {mended:?}");
}

/// A pilot whose callsign was misheard is answered or asked, and never met by silence.
#[test]
fn nobody_is_met_by_silence_for_a_slip_of_the_recogniser() {
    for case in cases() {
        let u = read(&case);
        // Where nothing is left of the callsign but another whole one, no ear could tell.
        let excused = include_str!("cases/heard-failures.txt").lines().any(|l| l == case["id"].as_str().unwrap());
        assert!(!u.other_aircraft || excused, "{}: {} is taken for another aircraft's", case["id"], case["text"]);
    }
}

/// Speech passes the gate and is timed, also in 5 dB of cockpit noise; the noise alone has no voice of that length.
#[test]
fn the_gate_and_the_timing_hold_for_speech_in_cockpit_noise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/spoken");
    let of = |name: &str| take::from_16k(&wav::read(&folder.join(name)).unwrap().samples);
    for (call, seconds) in [("S115", 2.1), ("S135", 2.1)] {
        let (clean, noisy) = (of(&format!("{call}-clean.wav")), of(&format!("{call}-5dB.wav")));
        assert_eq!((gate::judge(&clean), gate::judge(&noisy)), (None, None), "{call}");
        for take in [clean, noisy] {
            let spoken = level::spoken_seconds(&take.samples, take::RATE);
            assert!((spoken - seconds).abs() < 0.5, "{call}: {spoken} s");
        }
    }
    for name in ["noise-E88.wav", "noise-E62.wav"] {
        let take = of(name);
        assert!(gate::judge(&take).is_some() || take.voiced_ms < 300, "{name}: {} ms of voice", take.voiced_ms);
    }
}
