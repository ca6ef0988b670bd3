//! At an airport with a land and a water runway of the same number, a pilot is cleared for the one that they named.

use stratus_atc::airports::data::Airports;
use stratus_atc::units::Time;
use stratus_atc::{Engine, Setup};

/// An engine at Juneau on the tower's frequency.
fn juneau() -> Engine {
    let setup = Setup {
        airport: Some("PAJN".into()),
        com1: "118.7".parse().ok(),
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        ..Setup::default()
    };
    Engine::new(Airports::world(), setup)
}

fn answer(engine: &mut Engine, at: u64, call: &str) -> String {
    let understood = engine.understand(call);
    let said = engine.answer(Time(at), call, understood).reply.map(|r| r.transmission.text).unwrap_or_default();
    engine.delivered(Time(at + 3_000), true);
    said
}

#[test]
fn a_water_runway_is_never_taken_for_a_land_runway() {
    for words in ["runway eight whiskey", "runway 8W", "runway eight water", "the water runway, runway eight"] {
        let said = answer(
            &mut juneau(),
            1_000,
            &format!("Juneau Tower, Skyhawk one seven two sierra papa, five miles west, inbound to land on {words}"),
        );
        assert!(said.contains("runway 8W") && !said.contains("runway 8,"), "{words}: {said:?}");
    }
    let said =
        answer(&mut juneau(), 1_000, "Juneau Tower, Skyhawk one seven two sierra papa, five miles west, inbound to land, runway eight");
    assert!(said.contains("runway 8,") && !said.contains("8W"), "{said:?}");
    // Its readback includes the water word, and the other runway's readback is wrong.
    for (readback, right) in [("runway eight whiskey", true), ("runway eight water", true), ("runway two six", false)] {
        let mut engine = juneau();
        answer(
            &mut engine,
            1_000,
            "Juneau Tower, Skyhawk one seven two sierra papa, five miles west, inbound to land, runway eight whiskey",
        );
        let said = answer(&mut engine, 20_000, &format!("make straight-in {readback}, one seven two sierra papa"));
        assert_eq!(said.is_empty(), right, "{readback}: {said:?}");
    }
}
