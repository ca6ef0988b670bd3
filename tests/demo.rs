//! The demo flight with seeds 1 to 5, with real recognition and real voices: calls are recognised, answered, and answered correctly.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use stratus::cmd::demo::{self, Said};
use stratus::units::Frequency;

fn flight(seed: u64) -> Vec<Said> {
    let mut said = Vec::new();
    demo::fly(seed, None, &mut |s, _| {
        said.push(s.clone());
        Ok(())
    })
    .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    said
}

fn answer(s: &Said) -> String {
    s.exchange.atc.as_ref().map(|l| l.text.to_lowercase()).unwrap_or_default()
}

#[test]
fn demo_flight_is_recognised_and_answered_correctly() {
    let (mut calls, mut recognised) = (0, 0);
    for seed in 1..=5 {
        let said = flight(seed);
        let exchanges = said.iter().filter(|s| s.exchange.atc.is_some()).count();
        assert!(exchanges >= 12, "seed {seed}: {exchanges} exchanges");
        for s in &said {
            calls += 1;
            let (words, text) = (s.words.to_lowercase(), answer(s));
            if s.recognised() {
                recognised += 1;
            } else {
                assert!(
                    s.questioned() || s.call.is_readback(),
                    "seed {seed}: {:?} was heard as {:?} and answered {text:?}",
                    s.words,
                    s.exchange.heard
                );
                continue;
            }
            let wanted: &[&str] = if s.call.is_readback() {
                assert!(text.is_empty(), "seed {seed}: a right readback {words:?} was answered {text:?}");
                continue;
            } else if words.contains("radio check") {
                &["skyhawk", "loud and clear"]
            } else if words.contains("request taxi") {
                &["runway 8", "taxi"]
            } else if words.contains("altimeter") || words.contains("weather") {
                &["altimeter 30.00"]
            } else if words.contains("ground") && words.contains("ready for") {
                &["contact tower 118.1"]
            } else if words.contains("runway two six, cleared") {
                &["negative", "runway 8", "cleared for takeoff"]
            } else if words.contains("ready for") {
                &["runway 8", "cleared for takeoff", "left closed traffic"]
            } else if words.contains("crosswind") {
                &["report midfield left downwind"]
            } else if words.contains("downwind") || words.contains("base") || words.contains("final") {
                &["runway 8", "cleared to land"]
            } else if words.contains("clear of runway") && s.frequency == "118.1".parse::<Frequency>().ok() {
                &["contact ground 121.9"]
            } else if words.contains("clear of runway") {
                &["taxi to parking"]
            } else if words.contains("frequency change") {
                &["frequency change approved"]
            } else {
                &["skyhawk"]
            };
            for w in wanted {
                assert!(text.contains(w), "seed {seed}, {:?}: {:?} was answered {text:?}, without {w:?}", s.phase, s.words);
            }
        }
    }
    assert!(recognised * 100 >= calls * 95, "{recognised} of {calls} recognised");
}
