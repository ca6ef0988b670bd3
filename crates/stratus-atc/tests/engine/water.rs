//! At an airport with land and water runways of one number, nobody is cleared for the other one.

use stratus_atc::airports::data::Airports;
use stratus_atc::units::Time;
use stratus_atc::{Engine, Setup};

/// What Juneau's tower answers to the first call.
fn juneau(call: &str) -> String {
    let setup = Setup {
        airport: Some("PAJN".into()),
        com1: "118.7".parse().ok(),
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        ..Setup::default()
    };
    let mut engine = Engine::new(Airports::world(), setup);
    let understood = engine.understand(call);
    engine.answer(Time(1_000), call, understood).reply.map(|r| r.transmission.text).unwrap_or_default()
}

#[test]
fn a_water_runway_is_never_taken_for_the_land_runway_of_its_number() {
    for words in ["runway eight whiskey", "runway 8W", "runway eight water", "the water runway, runway eight"] {
        let said = juneau(&format!("Juneau Tower, Skyhawk one seven two sierra papa, five miles west, inbound to land on {words}"));
        assert!(said.contains("runway 8W") && !said.contains("runway 8,"), "{words}: {said:?}");
    }
    let said = juneau("Juneau Tower, Skyhawk one seven two sierra papa, five miles west, inbound to land, runway eight");
    assert!(said.contains("runway 8,") && !said.contains("8W"), "{said:?}");
}
