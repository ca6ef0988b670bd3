//! The two recorded circuits end to end: the engine's phase against the labels of whoever flew them.
//!
//! The labels are the intentions of the pilot ("base" when he begins to turn), the phases what the aircraft's movement
//! shows; 5 seconds at either side of a label's boundary are allowed for the difference, and nothing beyond.
//! Most of that time is the aircraft's own: after "taxi out" or "line up" it stands for some two seconds more, and a
//! turn begins with a roll. "Taxi in" begins where the aircraft starts to turn off, still on the runway's pavement: so
//! the engine's `taxi_in` begins with that turn, and whether the runway is clear is told by `on_runway()` alone.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::path::Path;

use stratus::airports::data::Airports;
use stratus::airports::runway::{Geometry, geometry};
use stratus::atc::phase::{Phase, PhaseTracker};
use stratus::report::Report;
use stratus::sim::replay::{Flight, read};
use stratus::units::{FT_PER_NM, LatLon, Side};

const TOLERANCE_S: f64 = 5.0;

/// The phases that a label allows, from the side file's words.
fn allowed(words: &str) -> Vec<Phase> {
    if words.starts_with("landing roll, then taxi_in") {
        return vec![Phase::LandingRoll, Phase::TaxiIn];
    }
    if words.starts_with("landing roll") {
        return vec![Phase::LandingRoll];
    }
    let one = |w: &str| serde_json::from_value(serde_json::Value::String(w.trim().into())).expect("a phase");
    words.split(" or ").map(one).collect()
}

fn flight(name: &str) -> Flight {
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/flights").join(name), None).expect("a flight")
}

/// What the recording is turned into before the engine sees it.
struct Seen {
    /// At most this many reports a second.
    every_s: f64,
    /// Flown on the other side of the made-up airport's runway 9 instead of at Hilo.
    mirrored: bool,
    /// The controller's runway is told to the engine all the time.
    cleared: bool,
    /// Random knots, degrees and feet of disturbance, plus or minus.
    noise: f64,
    tolerance_s: f64,
}

const AS_IS: Seen = Seen { every_s: 0.0, mirrored: false, cleared: false, noise: 0.0, tolerance_s: TOLERANCE_S };

/// The report as it would be in the mirror of `from`'s centreline, laid along `to`.
fn mirror(report: &Report, from: &Geometry, to: &Geometry) -> Report {
    let p = from.place(report.position.expect("a position"));
    let (along, right) = (p.along, -p.right);
    let h = to.heading.to_radians();
    let (north, east) = (along * h.cos() - right * h.sin(), along * h.sin() + right * h.cos());
    let ft = 60.0 * FT_PER_NM;
    let lat = to.start.lat + north / ft;
    let position = LatLon::new(lat, to.start.lon + east / (ft * to.start.lat.to_radians().cos()));
    let heading_true = (to.heading - from.off(report.heading_true)).rem_euclid(360.0);
    Report { position: Some(position), heading_true, ..report.clone() }
}

/// -1 to 1, the same in every run.
fn chance(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as f64 / f64::from(1u32 << 30) - 1.0
}

fn check(name: &str, seen: &Seen) {
    let flight = flight(name);
    let airports = Airports::first();
    let hilo = airports.get("PHTO").expect("Hilo");
    let test = airports.get("XSTR").expect("the made-up airport");
    let (airport, runway, side) = if seen.mirrored { (test, "9", Side::Right) } else { (hilo, "8", Side::Left) };
    let from = geometry(hilo, "8".parse().expect("a runway")).expect("runway 8");
    let to = geometry(airport, runway.parse().expect("a runway")).expect("the runway");
    let mut boundaries = Vec::new();
    for pair in flight.moments.windows(2) {
        if pair[0].label != pair[1].label {
            boundaries.push(pair[1].at.as_secs_f64());
        }
    }
    let mut tracker = PhaseTracker::new();
    let (mut checked, mut wrong, mut changes) = (0, Vec::new(), Vec::new());
    let (mut last, mut seed) = (f64::NEG_INFINITY, 7);
    for m in &flight.moments {
        let t = m.at.as_secs_f64();
        if t - last < seen.every_s {
            continue;
        }
        last = t;
        let mut report = if seen.mirrored { mirror(&m.report, &from, &to) } else { m.report.clone() };
        if report.ground_speed_kt > 5.0 {
            report.ground_speed_kt += chance(&mut seed) * seen.noise;
            report.heading_true = (report.heading_true + chance(&mut seed) * seen.noise).rem_euclid(360.0);
            report.altitude_ft += chance(&mut seed) * seen.noise;
        }
        let before = tracker.phase();
        let phase = tracker.update(m.at, &report, airport, seen.cleared.then_some(to.runway));
        if phase != before || changes.is_empty() {
            changes.push((t, phase));
        }
        let label = m.label.as_deref().expect("a label");
        if boundaries.iter().any(|b| (b - t).abs() <= seen.tolerance_s) {
            continue;
        }
        checked += 1;
        if !allowed(&flight.side.phases[label]).contains(&phase) {
            wrong.push(format!("{t:.1} {label}: {}", phase.word()));
        }
        if phase.airborne() || phase == Phase::TakeoffRoll || phase == Phase::LandingRoll {
            assert_eq!(tracker.runway().expect("a runway").to_string(), runway, "at {t}");
        }
        if matches!(phase, Phase::Crosswind | Phase::Downwind | Phase::Base) {
            assert_eq!(tracker.side(), Some(side), "at {t}");
        }
    }
    println!("{name}: {} of {checked} agree; {changes:?}", checked - wrong.len());
    assert!(wrong.is_empty(), "{} of {checked} disagree: {:?}\n{changes:?}", wrong.len(), &wrong[..wrong.len().min(30)]);
    // No flicker: each phase once, in the order of a circuit.
    let order = "parked taxiing holding_short line_up_and_wait takeoff_roll departure crosswind downwind base final \
                 landing_roll taxi_in parked";
    let mut order: Vec<&str> = order.split_whitespace().collect();
    if flight.moments.last().and_then(|m| m.label.as_deref()) != Some("parked") {
        order.pop();
    }
    let words: Vec<&str> = changes.iter().map(|c| c.1.word()).collect();
    assert_eq!(words, order);
    assert!(checked > 400, "{checked}");
}

const BOTH: [&str; 2] = ["phto-circuit-flightgear.jsonl.gz", "phto-circuit-jsbsim.jsonl.gz"];

#[test]
fn the_circuit_flown_with_flightgear() {
    check(BOTH[0], &AS_IS);
}

#[test]
fn the_circuit_flown_with_jsbsim_and_its_bounce() {
    check(BOTH[1], &AS_IS);
}

#[test]
fn the_same_in_the_mirror_at_another_airport() {
    for name in BOTH {
        check(name, &Seen { mirrored: true, ..AS_IS });
    }
}

#[test]
fn a_known_clearance_changes_nothing() {
    for name in BOTH {
        check(name, &Seen { cleared: true, ..AS_IS });
    }
}

/// The runway is told occupied from the moment the wheels come onto it until they leave it.
#[test]
fn the_runway_is_occupied_while_the_aircraft_is_on_it() {
    let airports = Airports::first();
    let hilo = airports.get("PHTO").expect("Hilo");
    for name in BOTH {
        let mut tracker = PhaseTracker::new();
        let mut stays = Vec::new();
        let mut before = None;
        for m in &flight(name).moments {
            tracker.update(m.at, &m.report, hilo, None);
            if tracker.on_runway() != before {
                before = tracker.on_runway();
                stays.push((before.map(|r| r.to_string()), tracker.phase().word()));
            }
        }
        let told: Vec<(Option<&str>, &str)> = stays.iter().map(|(r, p)| (r.as_deref(), *p)).collect();
        // The last two: taxiing in, it crosses runway 3/21 (the other recording ends before).
        let all = [
            (Some("8"), "line_up_and_wait"),
            (None, "departure"),
            (Some("8"), "landing_roll"),
            (None, "taxi_in"),
            (Some("21"), "taxi_in"),
            (None, "taxi_in"),
        ];
        assert_eq!(told, all[..told.len()], "{name}");
        assert!(told.len() >= 4, "{told:?}");
    }
}

#[test]
fn one_report_a_second_is_enough() {
    // A second more of tolerance: that is how late a report can be.
    for name in BOTH {
        check(name, &Seen { every_s: 1.0, tolerance_s: TOLERANCE_S + 1.5, ..AS_IS });
    }
}

#[test]
fn disturbed_reports_do_not_flicker() {
    for name in BOTH {
        check(name, &Seen { noise: 1.0, tolerance_s: TOLERANCE_S + 1.0, ..AS_IS });
    }
}

#[test]
fn a_tracker_that_starts_in_mid_air_finds_the_leg() {
    let airports = Airports::first();
    let hilo = airports.get("PHTO").expect("Hilo");
    for name in BOTH {
        let flight = flight(name);
        // Well into each leg: past the turn, and not near its end.
        for (label, into_s) in [("abeam", 5.0), ("base", 22.0), ("final", 25.0)] {
            let begin = flight.moments.iter().find(|m| m.label.as_deref() == Some(label)).expect("the leg").at.as_secs_f64();
            let mut tracker = PhaseTracker::new();
            let span = begin + into_s..begin + into_s + 4.0;
            for m in flight.moments.iter().filter(|m| span.contains(&m.at.as_secs_f64())) {
                tracker.update(m.at, &m.report, hilo, None);
            }
            let expected = allowed(&flight.side.phases[label]);
            assert!(expected.contains(&tracker.phase()), "{name} {label}: {}", tracker.phase().word());
            assert_eq!(tracker.runway().expect("a runway").to_string(), "8", "{label}");
        }
    }
}
