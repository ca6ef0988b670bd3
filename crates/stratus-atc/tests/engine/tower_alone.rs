//! A tower at a field without a ground station does the ground unit's work, and refers no pilot to a unit that does not exist.

use stratus_atc::airports::data::Airports;
use stratus_atc::instruction::Item;
use stratus_atc::report::{Report, SimState};
use stratus_atc::units::{LatLon, Time};
use stratus_atc::{Engine, Setup};

/// A field with one runway; `ground` is the row of its ground station, if any.
fn field(ground: &str) -> Airports {
    let text = format!(
        r#"
[[airport]]
icao = "XTWR"
name = "Alone"
place = "made up"
position = {{ lat = 45.0, lon = -30.0 }}
elevation_ft = 100
variation = 0.0
stations = [{{ facility = "tower", name = "Alone Tower", frequency = "119.1" }}, {ground}]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{{ runway = "9", start = {{ lat = 45.0, lon = -30.011637 }} }}, {{ runway = "27", start = {{ lat = 45.0, lon = -29.988363 }} }}]
"#
    );
    Airports::parse(&text).unwrap()
}

/// The tower's answer to a call from the ramp.
fn answer(airports: Airports, call: &str) -> Vec<Item> {
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
    let mut engine = Engine::new(airports, setup);
    let parked = Report {
        state: SimState::Flying,
        position: Some(LatLon::new(44.9955, -30.0)),
        on_ground: true,
        com1: "119.1".parse().ok(),
        ..Report::default()
    };
    for second in 1..5 {
        engine.see(Time(second * 1000), &parked);
    }
    let heard = engine.understand(call);
    engine.answer(Time(6000), call, heard).reply.map_or_else(Vec::new, |r| r.instruction.items)
}

/// A call, and the check for an item that grants it.
type Case = (&'static str, fn(&Item) -> bool);

const CALLS: [Case; 4] = [
    ("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, request taxi", |i| matches!(i, Item::Taxi { .. })),
    ("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, taxi for closed traffic", |i| matches!(i, Item::Taxi { .. })),
    ("Alone Tower, Skyhawk one seven two sierra papa, request push and start", |i| matches!(i, Item::Pushback { .. })),
    ("Alone Tower, Skyhawk one seven two sierra papa, clear of runway nine, taxi to parking", |i| matches!(i, Item::TaxiToParking { .. })),
];

#[test]
fn a_tower_without_a_ground_station_works_the_taxiways() {
    for (call, granted) in CALLS {
        let items = answer(field(""), call);
        assert!(items.iter().any(granted) && !items.iter().any(|i| matches!(i, Item::Contact { .. })), "{call}: {items:?}");
    }
}

#[test]
fn a_tower_with_a_ground_station_refers_the_pilot_to_it() {
    let ground = r#"{ facility = "ground", name = "Alone Ground", frequency = "121.8" }"#;
    for (call, granted) in CALLS {
        let items = answer(field(ground), call);
        assert!(!items.iter().any(granted), "{call}: {items:?}");
    }
}
