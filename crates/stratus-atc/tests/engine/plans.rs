//! The effect of a filed plan: its departure in the clearance, its callsign on the radio.

use std::sync::Arc;

use stratus_atc::airports::data::Airports;
use stratus_atc::airports::described::{Described, Origin};
use stratus_atc::airports::procedures::{Kind, Procedure};
use stratus_atc::plan;
use stratus_atc::report::{FlightPlan, Report, SimState};
use stratus_atc::units::{LatLon, Time};
use stratus_atc::{Engine, Setup};

/// An engine at Hamburg on the ground frequency, without a simulator; the data has these departures with their runways.
fn hamburg(departures: &[(&str, &str)]) -> Engine {
    let setup = Setup { airport: Some("EDDH".into()), com1: "121.8".parse().ok(), callsign: "DLH123".parse().ok(), ..Setup::default() };
    let mut engine = Engine::new(Airports::world(), setup);
    engine.unasked_airports();
    let mut airport = Airports::world().find("EDDH").unwrap();
    let of = |(name, runway): &(&str, &str)| Procedure { kind: Kind::Departure, name: (*name).into(), runway: runway.parse().ok() };
    airport.procedures = departures.iter().map(of).collect();
    engine.described(
        "EDDH",
        Origin::Files,
        Some(Arc::new(Described { airport, sources: vec!["a test".into()], charted: Default::default() })),
    );
    engine
}

fn fixture(name: &str) -> FlightPlan {
    let path = format!("{}/../../tests/fixtures/plans/{name}", env!("CARGO_MANIFEST_DIR"));
    plan::read(&std::fs::read(path).unwrap()).unwrap().plan
}

fn clearance(engine: &mut Engine) -> String {
    let call = "Hamburg Ground, Lufthansa one two three, at gate two, request IFR clearance to Berlin";
    let understood = engine.understand(call);
    engine.answer(Time(1_000), call, understood).reply.expect("the ground controller answers").transmission.text
}

#[test]
fn the_filed_departure_is_named_if_the_airport_has_it() {
    const ALL: [(&str, &str); 3] = [("AMLU5D", "33"), ("AMLU5E", "23"), ("AMLU5F", "5")];
    for name in ["msfs2020.pln", "msfs2024.pln", "xplane12.fms", "flightgear.fgfp", "littlenavmap.lnmpln"] {
        let cleared = |known: &[(&str, &str)]| {
            let mut engine = hamburg(known);
            engine.file(Some(fixture(name)));
            clearance(&mut engine)
        };
        assert!(cleared(&ALL).contains("AMLU5E"), "{name}: {}", cleared(&ALL));
        // A departure for another runway, or an unknown one, is never named.
        for other in [&[("AMLU5D", "33")][..], &[("AMLU5E", "33")], &[]] {
            assert!(!cleared(other).contains("AMLU5E departure"), "{name}: {}", cleared(other));
        }
    }
    // If the data has a flight management system's short name, the filed name is spoken.
    let mut engine = hamburg(&[("AMLU5E", "23")]);
    let sid = plan::read(include_bytes!("../../../../tests/fixtures/simbrief/eham-lsgg-v2.json")).unwrap().plan.sid;
    engine.file(Some(FlightPlan {
        sid: sid.map(|p| stratus_atc::report::Procedure { name: "AMLUH5E".into(), ..p }),
        ..fixture("msfs2020.pln")
    }));
    assert!(clearance(&mut engine).contains("AMLUH5E"), "{}", clearance(&mut engine));
}

#[test]
fn the_callsign_comes_from_setup_then_plan_then_simulator() {
    let name = |own: &str, filed: &str, simulated: &str| {
        let mut engine =
            Engine::new(Airports::world(), Setup { callsign: own.parse().ok(), airport: Some("EDDH".into()), ..Setup::default() });
        let report = Report { state: SimState::Flying, callsign: simulated.parse().ok(), ..Report::default() };
        engine.see(Time(0), &report);
        engine.file(Some(FlightPlan { destination: Some("EDDB".into()), callsign: filed.parse().ok(), ..FlightPlan::default() }));
        engine.callsign().map(ToString::to_string)
    };
    assert_eq!(name("DLH123", "KLM64P", "N172SP").as_deref(), Some("DLH123"));
    assert_eq!(name("", "KLM64P", "N172SP").as_deref(), Some("KLM64P"));
    assert_eq!(name("", "", "N172SP").as_deref(), Some("N172SP"));
    assert_eq!(name("", "", ""), None);
}

#[test]
fn a_removed_plan_leaves_nothing_behind() {
    let mut engine = hamburg(&[("AMLU5E", "23")]);
    engine.file(Some(fixture("msfs2020.pln")));
    engine.file(None);
    assert!(engine.plan().is_none());
    assert!(clearance(&mut engine).to_lowercase().contains("no flight plan on file"), "{}", clearance(&mut engine));
}

#[test]
fn a_plans_callsign_lasts_exactly_one_flight() {
    let mut engine = Engine::new(Airports::world(), Setup::default());
    let mut t = 0;
    let mut see = |engine: &mut Engine, lat: f64, lon: f64, altitude_ft: f64, kt: f64| {
        t += 2_000;
        let report = Report {
            state: SimState::Flying,
            position: Some(LatLon::new(lat, lon)),
            on_ground: altitude_ft < 100.0,
            altitude_ft,
            ground_speed_kt: kt,
            callsign: "N172SP".parse().ok(),
            ..Report::default()
        };
        engine.see(Time(t), &report);
        engine.callsign().map(ToString::to_string).unwrap_or_default()
    };
    // Filed at one airport before the flight is loaded at another.
    assert_eq!(see(&mut engine, 46.2381, 6.109, 10.0, 0.0), "N172SP");
    let filed = FlightPlan { destination: Some("EHRD".into()), callsign: "KLM64P".parse().ok(), ..FlightPlan::default() };
    engine.file(Some(filed));
    assert_eq!(see(&mut engine, 52.3086, 4.7639, -11.0, 0.0), "KLM64P");
    for n in 0..30 {
        assert_eq!(see(&mut engine, 52.32 + f64::from(n) * 0.002, 4.77, 1500.0 + f64::from(n) * 50.0, 160.0), "KLM64P");
    }
    // Another flight is loaded: the plan stays on file, but its callsign belonged to the previous flight.
    assert_eq!(see(&mut engine, 46.2381, 6.109, 10.0, 0.0), "N172SP");
    assert!(engine.plan().is_some());
}
