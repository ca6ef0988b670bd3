//! A recorded session as a test: the circuit that FlightGear flew live, replayed through the program.

use std::process::Command;

/// Recorded by `scripts/flightgear.sh`, thinned by `scripts/flightgear/thin.py`.
const SESSION: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/flightgear-circuit.jsonl.gz");

fn replay(file: &str) -> (bool, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_stratus")).args(["replay", file]).output().unwrap();
    (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
}

/// The controller's words while FlightGear flew, as recorded by `scripts/flightgear.sh`.
const TRANSCRIPT: &str = include_str!("../docs/flightgear-flight.md");

#[test]
fn live_flight_replays_with_the_same_answers_and_phases() {
    let (fine, said) = replay(SESSION);
    assert!(fine && !said.contains("not cleared"), "{said}");
    let phases: Vec<&str> = said.lines().filter_map(|l| l.split_once(" s  (")?.1.strip_suffix(')')).collect();
    let circuit = "holding_short line_up_and_wait takeoff_roll departure crosswind downwind base final landing_roll taxi_in";
    assert!(phases.join(" ").contains(circuit), "{phases:?}");
    let lines: Vec<&str> = said.lines().collect();
    let now = lines.windows(2).filter(|l| l[0].contains(" s  PILOT  ")).filter_map(|l| l[1].split_once(" s  ATC    "));
    let then = TRANSCRIPT.lines().filter_map(|l| l.split_once("| ATC: ")?.1.strip_suffix(" |")).filter(|a| *a != "(silent)");
    let now: Vec<&str> = now.map(|l| l.1).filter(|a| !a.contains("information delta")).collect();
    // The stored recording ends before the last call.
    assert_eq!(now, then.take(6).collect::<Vec<_>>());
}

/// As FlightGear reported in an earlier flight: a short hop off the ground during the take-off run.
#[test]
fn hop_in_the_take_off_run_keeps_the_clearance() {
    use std::io::Read;
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(SESSION).unwrap()).read_to_string(&mut text).unwrap();
    let off = |line: &str| {
        let mut e = serde_json::from_str::<serde_json::Value>(line).unwrap();
        let rolls = e["report"]["ground_speed_kt"].as_f64().is_some_and(|kt| (35.0..50.0).contains(&kt));
        // The landing comes later.
        if rolls && e["t"].as_f64().is_some_and(|t| t < 300.0) {
            e["report"]["on_ground"] = false.into();
        }
        e.to_string()
    };
    let lines: Vec<String> = text.lines().map(off).collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hop.jsonl");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let (fine, said) = replay(file.to_str().unwrap());
    let phases: Vec<&str> = said.lines().filter_map(|l| l.split_once(" s  (")?.1.strip_suffix(')')).collect();
    assert!(phases.join(" ").contains("takeoff_roll departure takeoff_roll departure"), "{phases:?}");
    assert!(fine && !said.contains("not cleared"), "{said}");
}

/// The same, with one word of the controller changed.
#[test]
fn replay_fails_if_an_answer_differs_from_the_recording() {
    let dir = tempfile::tempdir().unwrap();
    let (header, line) = (
        r#"{"t":0,"session":{"stratus":"0.1.0","began_ms":1,"pilot":{"callsign":"N172SP"},"airport":"PHTO","com1":"121.9"}}"#,
        |text: &str| {
            let said = r#""t":1.1,"from":"atc","facility":"ground","frequency":"121.9","callsign":"N172SP""#;
            format!(r#"{{"t":1.1,"line":{{{said},"text":"{text}"}}}}"#)
        },
    );
    let call = r#"{"t":1,"typed":"Hilo Ground, Skyhawk one seven two sierra papa, radio check"}"#;
    for (text, same) in [("N172SP, Hilo Ground, I read you loud and clear", true), ("N172SP, go away", false)] {
        let file = dir.path().join("session.jsonl");
        std::fs::write(&file, format!("{header}\n{call}\n{}\n", line(text))).unwrap();
        let (fine, said) = replay(file.to_str().unwrap());
        assert!(fine == same && said.contains("FAILED 1 answer") != same, "{said}");
    }
}

/// Airport data that the simulator reported is part of a recorded session.
#[test]
fn recorded_airport_is_used_again() {
    use stratus::airports::data::Airports;
    use stratus::airports::described::{Described, Origin};
    use stratus::report::{Report, SimState};
    use stratus::settings::Config;
    use stratus::sim::record::{Entry, Header, What};
    let known = Airports::world().find("KHWD").unwrap();
    let mut airport = known.clone();
    let node = |id, lon, holds: &[&str]| stratus::airports::TaxiNode {
        id,
        position: stratus::units::LatLon::new(37.6560, lon),
        parking: None,
        holds: holds.iter().map(|r| r.parse().unwrap()).collect(),
        intersection: false,
    };
    airport.taxiways = Some(stratus::airports::TaxiGraph {
        nodes: vec![node(1, -122.1200, &[]), node(2, -122.1130, &["28L"])],
        edges: vec![stratus::airports::TaxiEdge { from: 1, to: 2, name: "K".into(), runway: None, one_way: false }],
    });
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    let mut report = Report {
        state: SimState::Flying,
        position: Some(stratus::units::LatLon::new(37.6560, -122.1200)),
        on_ground: true,
        ..Report::default()
    };
    report.com1 = "121.4".parse().ok();
    (report.weather.wind_dir, report.weather.wind_kt) = (Some(280.0), Some(10.0));
    let told = What::Airport {
        icao: "KHWD".into(),
        origin: Origin::Simulator,
        told: Some(std::sync::Arc::new(Described { airport, sources: vec!["a simulator".into()], charted: Default::default() })),
    };
    let call = What::Typed("Hayward Ground, Skyhawk one seven two sierra papa, request taxi with golf".into());
    let entries = [(0.0, What::Session(Header::new(&config, 1))), (0.1, What::Report(Box::new(report))), (0.1, told), (2.0, call)];
    let lines: Vec<String> = entries.map(|(t, what)| serde_json::to_string(&Entry { t, what }).unwrap()).into();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("session.jsonl");
    for (with, via) in [(true, true), (false, false)] {
        let kept: Vec<&String> = lines.iter().filter(|l| with || !l.contains("\"told\"")).collect();
        std::fs::write(&file, kept.iter().map(|l| format!("{l}\n")).collect::<String>()).unwrap();
        let (fine, said) = replay(file.to_str().unwrap());
        assert!(fine && said.contains("runway 28L, taxi") && said.contains("taxi via K") == via, "{said}");
    }
}

/// The controller uses the short callsign after it has spoken to an aircraft (7110.65 2-4-15); a transmission that was cut off does
/// not count.
#[test]
fn cut_off_answers_are_cut_off_again_in_a_replay() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("session.jsonl");
    let header = r#"{"t":0,"session":{"stratus":"0.1.0","began_ms":1,"pilot":{"callsign":"N172SP"},"airport":"PHTO","com1":"121.9"}}"#;
    let call = |t: u32| format!(r#"{{"t":{t},"typed":"Hilo Ground, Skyhawk one seven two sierra papa, radio check"}}"#);
    let played = |t: f64, complete: bool| format!(r#"{{"t":{t},"played":{{"complete":{complete}}}}}"#);
    let line = |t: f64, from: &str| format!(r#"{{"t":{t},"line":{{"t":{t},"from":"{from}","text":"x"}}}}"#);
    // Heard to its end; cut off by the key before the next call; cut off by a typed call.
    let heard = [call(1), played(4.0, true), call(9), played(12.0, true)];
    let by_key = [call(1), played(2.0, false), call(3), played(12.0, true)];
    let by_typing = [call(1), line(1.0, "pilot"), call(3), played(3.0, false), line(3.0, "pilot"), played(12.0, true)];
    let old = [call(1), call(9)];
    for (lines, whole) in [(&heard[..], true), (&by_key, false), (&by_typing, false), (&old, true)] {
        std::fs::write(&file, format!("{header}\n{}\n", lines.join("\n"))).unwrap();
        let (_, said) = replay(file.to_str().unwrap());
        let answers: Vec<&str> = said.lines().filter(|l| l.contains(" s  ATC ")).collect();
        assert_eq!(answers.len(), 2, "{said}");
        assert!(answers[0].contains("172SP, Hilo Ground"), "{said}");
        assert_eq!(!answers[1].contains("172SP, Hilo Ground"), whole, "{lines:?}\n{said}");
    }
}
