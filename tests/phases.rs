//! The two recorded circuits end to end: the engine's phase against the labels by the pilots.
//!
//! The labels are the pilot's intentions ("base" when the turn begins), the phases follow from the aircraft's movement. A
//! difference of 5 seconds on either side of a label's boundary is allowed, and no more. Most of it is the aircraft's delay: after
//! "taxi out" or "line up" it stands for about two more seconds, and a turn begins with a roll. "Taxi in" begins where the aircraft
//! starts to turn off, still on the runway's pavement, and so does the engine's `taxi_in`; only `on_runway()` says whether the
//! runway is clear.
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

/// How the recording is transformed before the engine sees it.
struct Seen {
    /// Maximum rate of reports.
    every_s: f64,
    /// Mirrored to the other side of runway 9 of a made-up airport instead of Hilo.
    mirrored: bool,
    /// The engine always receives the controller's runway.
    cleared: bool,
    /// Random disturbance in knots, degrees and feet, plus or minus.
    noise: f64,
    tolerance_s: f64,
}

const AS_IS: Seen = Seen { every_s: 0.0, mirrored: false, cleared: false, noise: 0.0, tolerance_s: TOLERANCE_S };

/// The report mirrored at `from`'s centreline and placed along `to`.
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
    // No flicker: each phase occurs once, in the order of a circuit.
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
fn circuit_recorded_with_flightgear_matches_its_labels() {
    check(BOTH[0], &AS_IS);
}

#[test]
fn circuit_with_a_bounce_recorded_with_jsbsim_matches() {
    check(BOTH[1], &AS_IS);
}

#[test]
fn mirrored_circuit_at_another_airport_matches() {
    for name in BOTH {
        check(name, &Seen { mirrored: true, ..AS_IS });
    }
}

#[test]
fn known_clearance_changes_nothing() {
    for name in BOTH {
        check(name, &Seen { cleared: true, ..AS_IS });
    }
}

/// The runway counts as occupied from the moment the wheels touch it until they leave it.
#[test]
fn runway_is_occupied_while_the_aircraft_is_on_it() {
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
        // The last two: while taxiing in, it crosses runway 3/21 (the other recording ends before).
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
    // One more second of tolerance: a report can be that late.
    for name in BOTH {
        check(name, &Seen { every_s: 1.0, tolerance_s: TOLERANCE_S + 1.5, ..AS_IS });
    }
}

#[test]
fn disturbed_reports_do_not_cause_flicker() {
    for name in BOTH {
        check(name, &Seen { noise: 1.0, tolerance_s: TOLERANCE_S + 1.0, ..AS_IS });
    }
}

#[test]
fn tracker_started_in_mid_air_finds_the_leg() {
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
