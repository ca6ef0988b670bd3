//! Instrument flights in the air: started anywhere, brought down in time, given another approach after a missed one, never below the floor.

use stratus_atc::airports::data::Airports;
use stratus_atc::airports::draw::ahead;
use stratus_atc::instruction::{Climb, Item};
use stratus_atc::record::Owed;
use stratus_atc::report::{FlightPlan, Report, SimState, Weather};
use stratus_atc::units::{FT_PER_NM, LatLon, Time};
use stratus_atc::{Engine, Setup};

/// An engine that works an airliner bound for San Jose.
fn engine(plan: Option<FlightPlan>) -> Engine {
    let setup = Setup { callsign: "UAL57".parse().ok(), aircraft_type: Some("B738".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::world(), setup);
    engine.file(plan);
    engine
}

fn bound_for_san_jose() -> FlightPlan {
    FlightPlan {
        ifr: Some(true),
        departure: Some("KLAX".into()),
        destination: Some("KSJC".into()),
        altitude_ft: Some(24_000),
        ..FlightPlan::default()
    }
}

/// The airliner at this distance southeast of San Jose.
fn flying(nm: f64, feet: f64, com1: &str) -> Report {
    let field = Airports::world().find("KSJC").unwrap().position;
    let at: LatLon = ahead(field, 130.0, nm * FT_PER_NM);
    Report {
        state: SimState::Flying,
        position: Some(at),
        altitude_ft: feet,
        agl_ft: feet - 100.0,
        heading_true: at.bearing(field),
        heading_mag: at.bearing(field) - 13.0,
        ground_speed_kt: 300.0,
        ias_kt: 250.0,
        com1: com1.parse().ok(),
        transponder: "2345".parse().ok(),
        weather: Weather { wind_dir: Some(310.0), wind_kt: Some(8.0), altimeter_inhg: Some(29.92), ..Weather::default() },
        ..Report::default()
    }
}

/// Shows a report for some seconds, then answers a call; returns the items.
fn says(engine: &mut Engine, at: u64, report: &Report, call: &str) -> Vec<Item> {
    for second in 0..4 {
        engine.see(Time((at + second) * 1000), report);
    }
    let heard = engine.understand(call);
    let items = engine.answer(Time((at + 4) * 1000), call, heard).reply.map_or_else(Vec::new, |r| r.instruction.items);
    engine.delivered(Time((at + 5) * 1000), true);
    items
}

fn approach_frequency() -> String {
    use stratus_atc::units::Facility;
    let field = Airports::world().find("KSJC").unwrap();
    field.stations.iter().find(|s| s.facility == Facility::Approach).unwrap().frequency.to_string()
}

#[test]
fn a_flight_that_starts_in_the_air_counts_as_cleared() {
    for plan in [Some(bound_for_san_jose()), None] {
        let mut engine = engine(plan);
        let report = flying(30.0, 9000.0, &approach_frequency());
        let items = says(&mut engine, 10, &report, "NorCal Approach, United five seven, niner thousand, information kilo");
        assert!(items.iter().any(|i| matches!(i, Item::RadarContact(_))), "{items:?}");
        assert!(items.iter().any(|i| matches!(i, Item::Approach { expect: true, .. })), "{items:?}");
        assert!(engine.record().ifr && !items.contains(&Item::SquawkVfr));
    }
}

#[test]
fn a_cruising_flight_gets_its_descent_without_asking() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let far = flying(150.0, 24_000.0, &approach_frequency());
    let first = says(&mut engine, 10, &far, "NorCal Approach, United five seven, flight level two four zero");
    assert!(!first.iter().any(|i| matches!(i, Item::Altitude { way: Climb::Descend, .. })), "too early: {first:?}");
    let near = flying(50.0, 24_000.0, &approach_frequency());
    let mut down = None;
    for second in 600..700 {
        engine.see(Time(second * 1000), &near);
        if engine.next_deadline().is_some_and(|d| d <= Time(second * 1000))
            && let Some(reply) = engine.wake(Time(second * 1000))
        {
            down = reply.instruction.items.iter().find_map(|i| if let Item::Altitude { feet, .. } = i { Some(*feet) } else { None });
            engine.delivered(Time(second * 1000), true);
            if down.is_some() {
                break;
            }
        }
    }
    assert!(down.is_some_and(|feet| feet < 24_000), "left at cruise: {down:?}");
}

#[test]
fn no_altitude_below_the_floor_is_assigned() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let report = flying(25.0, 9000.0, &approach_frequency());
    says(&mut engine, 10, &report, "NorCal Approach, United five seven, niner thousand");
    let floor = engine.floor(report.position.unwrap()).feet;
    let items = says(&mut engine, 60, &report, "United five seven request descent to two thousand");
    let lowest = items.iter().filter_map(|i| if let Item::Altitude { feet, .. } = i { Some(*feet) } else { None }).min();
    assert!(lowest.is_none_or(|feet| feet >= floor), "floor {floor}: {items:?}");
    assert!(items.iter().any(|i| matches!(i, Item::Unable(_))), "{items:?}");
}

#[test]
fn requests_of_a_filed_flight_are_answered() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let report = flying(120.0, 18_000.0, &approach_frequency());
    says(&mut engine, 10, &report, "NorCal Approach, United five seven, one eight thousand");
    let mut at = 60;
    let mut ask = |call: &str| {
        at += 30;
        says(&mut engine, at, &report, call)
    };
    assert!(ask("United five seven request direct Panoche").iter().any(|i| matches!(i, Item::Direct(_))));
    assert!(ask("United five seven request two zero degrees right for weather").iter().any(|i| matches!(i, Item::Deviation { .. })));
    assert!(ask("United five seven who do we talk to next").iter().any(|i| matches!(i, Item::RemainThisFrequency | Item::Contact { .. })));
    // The level belongs to the unit above: it is granted, or the flight goes there for it.
    let level = ask("United five seven request flight level two four zero");
    assert!(level.iter().any(|i| matches!(i, Item::Altitude { feet: 24_000, .. } | Item::Contact { .. })), "{level:?}");
    let expected = ask("United five seven what approach can we expect");
    // Far out, what is in use there is a fact, and not yet an assignment.
    let told = |i: &Item| matches!(i, Item::Approach { expect: true, .. }) || matches!(i, Item::Advice(w) if w.contains("landing runway"));
    assert!(expected.iter().any(told), "{expected:?}");
}

#[test]
fn a_missed_approach_climbs_and_leads_to_another() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let approach = flying(20.0, 9000.0, &approach_frequency());
    says(&mut engine, 10, &approach, "NorCal Approach, United five seven, niner thousand");
    let items = says(&mut engine, 100, &approach, "United five seven going around");
    assert!(items.contains(&Item::RunwayHeading) && items.iter().any(|i| matches!(i, Item::Altitude { .. })), "{items:?}");
    assert!(!items.iter().any(|i| matches!(i, Item::ClosedTraffic(_) | Item::Enter(..))), "{items:?}");
    let again = says(&mut engine, 130, &approach, "United five seven request another approach");
    assert!(again.iter().any(|i| matches!(i, Item::Approach { .. } | Item::Heading { .. })), "{again:?}");
}

#[test]
fn a_takeoff_delayed_for_traffic_is_owed() {
    use stratus_atc::instruction::{Address, Instruction};
    use stratus_atc::record::Record;
    use stratus_atc::units::{Facility, Runway};
    let runway: Runway = "30L".parse().unwrap();
    let mut record = Record { taxi: Some(runway), ..Record::default() };
    let told = |items: Vec<Item>| Instruction {
        to: "UAL57".parse().unwrap(),
        address: Address::Full,
        from: Facility::Tower,
        station: None,
        items,
    };
    record.issue(Time(0), &told(vec![Item::HoldShort { runway, at: None }, Item::Traffic("A320 on short final, runway 30L".into())]));
    assert_eq!(record.owed, [Owed::Takeoff(runway)]);
    record.issue(Time(9000), &told(vec![Item::Runway(runway), Item::ClearedForTakeoff { at: None }]));
    assert!(record.owed.is_empty());
}

#[test]
fn an_unlisted_approach_is_accepted_and_low_cloud_bars_visual() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let mut report = flying(20.0, 9000.0, &approach_frequency());
    report.weather.ceiling_ft = Some(500.0);
    report.weather.visibility_sm = Some(1.0);
    let first = says(&mut engine, 10, &report, "NorCal Approach, United five seven, niner thousand");
    assert!(!first.iter().any(|i| matches!(i, Item::Approach { kind, .. } if kind == "visual")), "{first:?}");
    let items = says(&mut engine, 60, &report, "United five seven request the ILS runway three zero left");
    assert!(items.iter().any(|i| matches!(i, Item::Approach { kind, .. } if kind == "ILS")), "{items:?}");
    let refused = says(&mut engine, 90, &report, "United five seven request the visual approach");
    assert!(refused.iter().any(|i| matches!(i, Item::Unable(_))), "{refused:?}");
}

/// An airliner that has been given the approach and is on its way to the final.
fn on_vectors(engine: &mut Engine) -> Report {
    let report = flying(22.0, 6_000.0, &approach_frequency());
    says(engine, 10, &report, "NorCal Approach, United five seven, six thousand, information kilo");
    report
}

#[test]
fn words_about_a_miss_to_come_keep_the_approach() {
    for words in [
        "and if we end up going missed we would like another one",
        "after the missed approach we will want to divert to Oakland",
        "what should we do in case of a go around",
    ] {
        let mut engine = engine(Some(bound_for_san_jose()));
        let report = on_vectors(&mut engine);
        let items = says(&mut engine, 60, &report, &format!("United five seven, {words}"));
        assert!(!items.contains(&Item::RunwayHeading), "{words}: {items:?}");
        assert!(!engine.record().missed, "{words}");
    }
    let mut engine = engine(Some(bound_for_san_jose()));
    let report = on_vectors(&mut engine);
    let items = says(&mut engine, 60, &report, "United five seven going around");
    assert!(items.contains(&Item::RunwayHeading), "{items:?}");
}

#[test]
fn a_flight_without_a_gyro_gets_turns_and_no_heading() {
    let mut engine = engine(Some(bound_for_san_jose()));
    let report = on_vectors(&mut engine);
    let items = says(&mut engine, 60, &report, "United five seven, our compass system is dead, request no gyro vectors");
    assert!(items.contains(&Item::NoGyro), "{items:?}");
    assert!(engine.record().no_gyro);
    let mut at = 100;
    for call in
        ["which way do we turn, United five seven", "United five seven, say again the heading", "request vectors, United five seven"]
    {
        let items = says(&mut engine, at, &report, call);
        assert!(!items.iter().any(|i| matches!(i, Item::Heading { .. })), "{call}: {items:?}");
        at += 20;
    }
}
