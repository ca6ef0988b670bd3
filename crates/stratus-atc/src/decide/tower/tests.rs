//! Landings: none before the downwind, the runway that was agreed, and the frequency after the landing.

use super::*;
use crate::airports::data::Airports;
use crate::instruction::Instruction;
use crate::report::{Report, SimState, Weather};
use crate::units::{LatLon, Time};
use crate::{Engine, Setup};

const FIELD: &str = r#"
[[airport]]
icao = "XTWO"
name = "Lindau"
place = "made up"
position = { lat = 45.0, lon = -30.0 }
elevation_ft = 100
variation = 0.0
stations = [
  { facility = "tower", name = "Lindau Tower", frequency = "118.6" },
  { facility = "ground", name = "Lindau Ground", frequency = "125.0" },
]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{ runway = "9L", start = { lat = 45.0, lon = -30.011637 } }, { runway = "27R", start = { lat = 45.0, lon = -29.988363 } }]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{ runway = "9R", start = { lat = 44.997, lon = -30.011637 } }, { runway = "27L", start = { lat = 44.997, lon = -29.988363 } }]
"#;

fn engine() -> Engine {
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::parse(FIELD).unwrap(), setup);
    let report = Report {
        state: SimState::Flying,
        position: Some(LatLon::new(44.9955, -30.0)),
        altitude_ft: 100.0,
        on_ground: true,
        com1: "118.6".parse().ok(),
        weather: Weather { wind_dir: Some(90.0), wind_kt: Some(8.0), altimeter_inhg: Some(29.98), ..Weather::default() },
        ..Report::default()
    };
    for second in 1..5 {
        engine.see(Time(second * 1000), &report);
    }
    engine
}

/// A live situation in this phase at this runway, and what the tower answers.
fn answer(r: &Record, phase: Phase, here: &str, change: impl Fn(&mut Situation), call: &str) -> Vec<Item> {
    let engine = engine();
    let station = engine.airport().unwrap().stations.iter().find(|s| s.facility == Facility::Tower).cloned().unwrap();
    let mut s = engine.situation(&station, &Understanding::default()).unwrap();
    (s.phase, s.on_ground, s.runway_here) = (phase, !phase.airborne(), here.parse().ok());
    s.on_runway = phase == Phase::LandingRoll;
    change(&mut s);
    let heard = engine.understand(call);
    match decide(&s, r, &heard) {
        Decision::Say(items) => items,
        Decision::Silent(_) => Vec::new(),
    }
}

fn told(lists: &[Vec<Item>]) -> Record {
    let mut r = Record { contacted: vec![Facility::Tower], ..Record::default() };
    for items in lists {
        let to = "N172SP".parse().unwrap();
        let address = crate::instruction::Address::Short;
        r.issue(Time(0), &Instruction { to, address, from: Facility::Tower, station: None, items: items.clone() });
    }
    r.pending = None;
    r
}

fn runway(r: &str) -> Item {
    Item::Runway(r.parse().unwrap())
}

fn lands(items: &[Item]) -> bool {
    items.iter().any(|i| matches!(i, Item::Cleared(_)))
}

#[test]
fn nobody_is_cleared_to_land_on_the_climb_out() {
    let r = told(&[vec![Item::ClosedTraffic(Side::Left)]]);
    for phase in [Phase::Departure, Phase::Crosswind, Phase::GoAround] {
        for call in [
            "skyhawk two sierra papa, remaining in the pattern, next one will be a full stop",
            "skyhawk two sierra papa, the next landing will be a full stop",
            "skyhawk two sierra papa, request full stop landing on the next one",
            "skyhawk two sierra papa, request touch and go",
            "skyhawk two sierra papa, one more touch and go then full stop",
        ] {
            let items = answer(&r, phase, "9L", |_| {}, call);
            assert!(!lands(&items) && !items.is_empty(), "{call} in {phase:?}: {items:?}");
        }
        let items = answer(&r, phase, "9L", |_| {}, "skyhawk two sierra papa, midfield left downwind, full stop");
        assert!(lands(&items), "a later leg is believed in {phase:?}: {items:?}");
    }
    for phase in [Phase::Downwind, Phase::Base, Phase::Final] {
        let items = answer(&r, phase, "9L", |_| {}, "skyhawk two sierra papa, request full stop landing");
        assert!(lands(&items), "{phase:?}: {items:?}");
    }
}

#[test]
fn a_straight_in_stays_one_after_a_change_of_runway() {
    let straight = vec![Item::StraightIn, runway("9L")];
    let change = vec![Item::ChangeRunway("9R".parse().unwrap())];
    let r = told(&[straight, change]);
    assert!(r.straight);
    for call in [
        "skyhawk two sierra papa, five miles west, inbound full stop",
        "skyhawk two sierra papa, inbound for landing",
        "skyhawk two sierra papa, five mile straight in, full stop",
    ] {
        let items = answer(&r, Phase::Inbound, "9L", |_| {}, call);
        assert!(!items.iter().any(|i| matches!(i, Item::Enter(..))), "{call}: {items:?}");
        assert!(!items.contains(&runway("9L")), "{call}: {items:?}");
    }
}

#[test]
fn the_runway_that_was_agreed_is_the_one_that_is_cleared() {
    let r = told(&[vec![Item::Enter(Side::Right, Leg::Downwind), runway("9L")], vec![Item::ChangeRunway("9R".parse().unwrap())]]);
    for (phase, call) in [
        (Phase::Downwind, "skyhawk two sierra papa, midfield right downwind, full stop"),
        (Phase::Base, "skyhawk two sierra papa, right base"),
    ] {
        let items = answer(&r, phase, "9L", |_| {}, call);
        assert!(lands(&items) && items.contains(&runway("9R")) && !items.contains(&runway("9L")), "{call}: {items:?}");
    }
    // An aircraft that has come to the other end is not cleared for the old one.
    let items = answer(&r, Phase::Base, "27L", |_| {}, "skyhawk two sierra papa, left base");
    assert!(!items.contains(&runway("9R")), "{items:?}");
}

#[test]
fn nobody_changes_the_frequency_on_the_landing_roll() {
    let ground = |items: &[Item]| items.iter().any(|i| matches!(i, Item::Contact { .. }));
    let r = told(&[]);
    for phase in [Phase::TaxiIn, Phase::LandingRoll] {
        let items = answer(&r, phase, "9L", |s| s.surface.speed_kt = Some(122.0), "skyhawk two sierra papa, clear of the runway");
        assert!(!ground(&items), "{phase:?}: {items:?}");
        let items = answer(&r, phase, "9L", |s| s.surface.speed_kt = Some(12.0), "skyhawk two sierra papa, clear of the runway");
        assert!(ground(&items), "{phase:?}: {items:?}");
    }
}

#[test]
fn what_follows_a_low_approach_is_said_before_it() {
    let r = told(&[vec![Item::StraightIn, runway("9L")]]);
    for call in [
        "skyhawk two sierra papa, four mile final, practice approach, low approach only",
        "skyhawk two sierra papa, final, request low approach",
    ] {
        let items = answer(&r, Phase::Final, "9L", |s| s.distance_nm = Some(4.0), call);
        assert!(items.contains(&Item::Cleared(Landing::LowApproach)), "{call}: {items:?}");
        assert!(items.iter().any(|i| matches!(i, Item::Advice(w) if w.starts_with("after the low approach"))), "{call}: {items:?}");
    }
}
