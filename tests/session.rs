//! A recorded session is a test: the circuit that FlightGear flew live, replayed through the program.

use std::process::Command;

/// Recorded by `scripts/flightgear.sh`, thinned by `scripts/flightgear/thin.py`.
const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/flightgear-circuit.jsonl.gz");

fn replay(file: &str) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_stratus")).args(["replay", file]).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

#[test]
fn the_live_flight_gets_the_same_answers_and_phases_again() {
    let (fine, said) = replay(SESSION);
    assert!(fine && !said.contains("THEN"), "{said}");
    let phases: Vec<&str> = said.lines().filter_map(|l| l.split_once(" s  (")?.1.strip_suffix(')')).collect();
    let circuit = "holding_short line_up_and_wait takeoff_roll departure crosswind downwind base final landing_roll taxi_in";
    assert!(phases.join(" ").contains(circuit), "{phases:?}");
    for words in
        ["runway 8, taxi", "contact Tower 118.1", "cleared for takeoff", "cleared to land", "contact Ground 121.9", "taxi to parking"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn another_answer_than_the_recorded_one_fails_the_replay() {
    use std::io::{Read, Write};
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(SESSION).unwrap()).read_to_string(&mut text).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("other.jsonl");
    std::fs::File::create(&other)
        .unwrap()
        .write_all(text.replace("runway 8, cleared for takeoff, make", "runway 8, cleared for departure, make").as_bytes())
        .unwrap();
    let (fine, said) = replay(other.to_str().unwrap());
    assert!(!fine && said.contains("cleared for departure") && said.contains("FAILED 1 answer"), "{said}");
}
