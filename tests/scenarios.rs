//! Every scenario in `tests/scenarios`: the controller says what it said when the scenario was last reviewed, and the invariants
//! hold after every step. `STRATUS_BLESS=1 cargo test --test scenarios` rewrites the expectations.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use stratus::atc::intent::Intent;
use stratus::cmd::scenario;

fn files() -> Vec<PathBuf> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "atc")).collect();
    files.sort();
    files
}

#[test]
fn scenarios_match_their_review_and_keep_the_invariants() {
    let bless = std::env::var_os("STRATUS_BLESS").is_some();
    let mut failures = Vec::new();
    for file in files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let played = scenario::play(&text).unwrap_or_else(|p| panic!("{}: {p}", file.display()));
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if bless {
            std::fs::write(&file, &played.blessed).unwrap();
            // Rewriting the expectations does not excuse a violated invariant.
            failures.extend(played.failures.iter().filter(|f| !f.contains("expected")).map(|f| format!("{name}: {f}")));
        } else {
            failures.extend(played.failures.iter().map(|f| format!("{name}: {f}")));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_intent_has_a_scenario() {
    let mut reached = BTreeSet::new();
    for file in files() {
        reached.extend(scenario::play(&std::fs::read_to_string(file).unwrap()).unwrap().intents);
    }
    let missing: Vec<_> = Intent::ALL.iter().map(|i| i.word()).filter(|w| !reached.contains(*w)).collect();
    assert!(missing.is_empty(), "no scenario reaches {missing:?}");
}
