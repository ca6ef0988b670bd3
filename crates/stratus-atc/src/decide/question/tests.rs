//! Each subject in its situations: what is answered, remembered, and never cleared.

use super::*;
use crate::airports::data::Airports;
use crate::instruction::{Instruction, Landing};
use crate::phase::Phase;
use crate::record::Owed;
use crate::report::{Report, SimState, Weather};
use crate::situation::{Home, TaxiRoute, TrafficFacts};
use crate::units::{LatLon, Time};
use crate::{Engine, Setup};

const FIELD: &str = r#"
[[airport]]
icao = "XSUB"
name = "Lindau"
place = "made up"
position = { lat = 45.0, lon = -30.0 }
elevation_ft = 6187
variation = 0.0
stations = [
  { facility = "tower", name = "Lindau Tower", frequency = "118.6" },
  { facility = "ground", name = "Lindau Ground", frequency = "125.0" },
  { facility = "approach", name = "Lindau Approach", frequency = "121.3" },
]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{ runway = "13", start = { lat = 45.0, lon = -30.011637 } }, { runway = "31", start = { lat = 45.0, lon = -29.988363 } }]
"#;

/// A live situation in this phase, as this unit sees it.
fn scene(facility: Facility, phase: Phase) -> Situation {
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::parse(FIELD).unwrap(), setup);
    let com1 = match facility {
        Facility::Tower => "118.6",
        Facility::Ground => "125.0",
        _ => "121.3",
    };
    let report = Report {
        state: SimState::Flying,
        position: Some(LatLon::new(44.9955, -30.0)),
        altitude_ft: 6187.0,
        on_ground: true,
        com1: com1.parse().ok(),
        weather: Weather { wind_dir: Some(270.0), wind_kt: Some(8.0), altimeter_inhg: Some(29.98), ..Weather::default() },
        ..Report::default()
    };
    for second in 1..5 {
        engine.see(Time(second * 1000), &report);
    }
    let station = engine.airport().unwrap().stations.iter().find(|s| s.facility == facility).cloned().unwrap();
    let mut s = engine.situation(&station, &Understanding::default()).unwrap();
    (s.phase, s.on_ground) = (phase, !phase.airborne());
    s.on_runway = matches!(phase, Phase::LineUpAndWait | Phase::TakeoffRoll | Phase::LandingRoll);
    s.atis = Some('K');
    s
}

fn known() -> Record {
    Record { contacted: vec![Facility::Ground, Facility::Tower, Facility::Approach], ..Record::default() }
}

fn ask(s: &Situation, r: &Record, subject: Subject, form: Form, words: &str) -> Vec<Item> {
    let details = Details::of(&words.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    answer(s, r, &Understanding::default(), form, details, &[subject]).unwrap_or_default()
}

fn told(r: &mut Record, items: Vec<Item>) {
    let to = "N172SP".parse().unwrap();
    r.issue(Time(0), &Instruction { to, address: crate::instruction::Address::Full, from: Facility::Tower, station: None, items });
}

const FORMS: [Form; 5] = [Form::States, Form::Requests, Form::What, Form::Whether, Form::Either];
const PHASES: [Phase; 12] = [
    Phase::Parked,
    Phase::PushedBack,
    Phase::Taxiing,
    Phase::HoldingShort,
    Phase::LineUpAndWait,
    Phase::Crosswind,
    Phase::Downwind,
    Phase::Base,
    Phase::Final,
    Phase::Cruise,
    Phase::LandingRoll,
    Phase::TaxiIn,
];

#[test]
fn no_subject_alone_clears_an_aircraft_for_anything() {
    let mut asked = 0;
    for facility in [Facility::Ground, Facility::Tower, Facility::Approach] {
        for phase in PHASES {
            let s = scene(facility, phase);
            for form in FORMS {
                for subject in Subject::ALL {
                    asked += 1;
                    let items = ask(&s, &known(), *subject, form, "could we");
                    let given = items.iter().find(|i| gate::guards(i) && !matches!(i, Item::Confirm { .. }));
                    assert_eq!(given, None, "{subject:?} {form:?} at {facility:?} in {phase:?}");
                }
            }
        }
    }
    assert!(asked > 10_000, "{asked}");
}

#[test]
fn a_question_of_the_field_is_never_without_information() {
    use Subject as S;
    let of_field = [
        S::TaxiRoute,
        S::HoldShort,
        S::StopTaxi,
        S::ResumeTaxi,
        S::RunUp,
        S::RunwayInUse,
        S::RunwayData,
        S::RunwayClear,
        S::WaitTime,
        S::Fuel,
        S::Services,
        S::Phone,
        S::FlightPlan,
        S::PatternHeight,
        S::Birds,
        S::Wind,
        S::Letter,
        S::Pressure,
        S::NextUnit,
        S::Lights,
    ];
    for (facility, phase) in [(Facility::Ground, Phase::Taxiing), (Facility::Ground, Phase::TaxiIn), (Facility::Tower, Phase::HoldingShort)]
    {
        for (subject, form) in of_field.iter().flat_map(|s| [(*s, Form::What), (*s, Form::Whether)]) {
            let items = ask(&scene(facility, phase), &known(), subject, form, "");
            assert!(!items.is_empty() && !items.contains(&no_information()), "{subject:?} {form:?} in {phase:?}: {items:?}");
        }
    }
}

#[test]
fn an_approval_is_remembered_and_confirmed() {
    let (s, mut r) = (scene(Facility::Tower, Phase::Downwind), known());
    let approved = ask(&s, &r, Subject::ShortApproach, Form::States, "");
    assert_eq!(approved, [pattern("short approach approved")]);
    told(&mut r, approved.clone());
    assert_eq!(ask(&s, &r, Subject::ShortApproach, Form::Whether, ""), [Item::Affirm, pattern("short approach approved")]);
    r.observe(Phase::Final, Phase::LandingRoll);
    assert_eq!(r.granted, [], "it is used");
}

#[test]
fn the_way_out_that_was_approved_is_the_answer_to_which() {
    let (s, mut r) = (scene(Facility::Tower, Phase::HoldingShort), known());
    let choice = ask(&s, &r, Subject::DepartureWay, Form::Either, "left turn or straight out");
    assert_eq!(choice, [Item::DepartureApproved("straight-out".into())]);
    told(&mut r, choice.clone());
    assert_eq!(ask(&s, &r, Subject::DepartureWay, Form::What, "which was approved"), choice);
    let other = ask(&s, &r, Subject::DepartureWay, Form::Requests, "a left turn then");
    assert_eq!(other, [pattern("left turn approved")], "another wish is a new one");
}

#[test]
fn a_departure_along_a_leg_ends_closed_traffic() {
    let (s, mut r) = (scene(Facility::Tower, Phase::Crosswind), known());
    r.closed_traffic = Some(Side::Right);
    let way = ask(&s, &r, Subject::LeavePattern, Form::States, "leaving by a downwind departure");
    assert_eq!(way, [Item::DepartureApproved("right downwind".into())]);
    told(&mut r, way);
    assert_eq!(r.closed_traffic, None);
}

#[test]
fn a_short_approach_is_refused_behind_traffic() {
    let mut s = scene(Facility::Tower, Phase::Downwind);
    let runway = s.active.unwrap();
    s.finals.push(TrafficFacts { words: "Cessna, 2 mile final".into(), runway: Some(runway), close: false, near: false });
    let items = ask(&s, &known(), Subject::ShortApproach, Form::Requests, "");
    assert_eq!(items, [Item::Unable("short approach due to traffic".into()), Item::Traffic("Cessna, 2 mile final".into())]);
}

#[test]
fn the_base_turn_waits_for_the_traffic_or_the_promised_call() {
    let mut s = scene(Facility::Tower, Phase::Downwind);
    assert_eq!(ask(&s, &known(), Subject::TurnBase, Form::What, ""), [advice("base turn at your discretion")]);
    let promised = Record { owed: vec![Owed::Base], ..known() };
    assert_eq!(ask(&s, &promised, Subject::TurnBase, Form::What, ""), [pattern("extend downwind, I will call your base")]);
    let runway = s.active;
    s.finals.push(TrafficFacts { words: "Piper, 3 mile final".into(), runway, close: false, near: false });
    assert!(ask(&s, &known(), Subject::TurnBase, Form::What, "").contains(&Item::Traffic("Piper, 3 mile final".into())));
}

#[test]
fn a_value_for_the_pattern_height_is_confirmed_or_corrected() {
    let s = scene(Facility::Tower, Phase::Inbound);
    for (feet, first) in [(7200, Item::Affirm), (6800, Item::Negative)] {
        let mut heard = Understanding::default();
        heard.slots.altitude_ft.push(feet);
        let items = answer(&s, &known(), &heard, Form::What, Details::default(), &[Subject::PatternHeight]).unwrap();
        assert_eq!(items, [first, advice("pattern altitude 7,200 feet")]);
    }
}

#[test]
fn no_verdict_is_given_where_both_sides_are_named() {
    let (s, mut r) = (scene(Facility::Tower, Phase::Downwind), known());
    r.closed_traffic = Some(Side::Right);
    let of = |words: &str| ask(&s, &r, Subject::PatternSide, Form::Whether, words);
    let way = [Item::ClosedTraffic(Side::Right), Item::Runway(s.active.unwrap())];
    assert_eq!(of("we flew left before so is it right hand today"), way);
    assert_eq!(of("right hand still"), [vec![Item::Affirm], way.to_vec()].concat());
    assert_eq!(of("left hand still"), [vec![Item::Negative], way.to_vec()].concat());
    assert_eq!(ask(&s, &r, Subject::PatternSide, Form::Requests, "left hand this time")[0], Item::ClosedTraffic(Side::Left));
}

#[test]
fn hold_shorts_come_from_the_route() {
    let runway = Runway::new(4, None).unwrap();
    let mut s = scene(Facility::Ground, Phase::TaxiIn);
    let of = |s: &Situation| ask(s, &known(), Subject::HoldShort, Form::What, "");
    assert_eq!(of(&s), [advice("no other runway on your way")], "one strip, no chart");
    s.route_in = Some(TaxiRoute { via: vec!["B".into()], first_crossing: None });
    assert_eq!(of(&s), [advice("no runway on your way")]);
    s.route_in = Some(TaxiRoute { via: vec!["B".into()], first_crossing: Some((runway, None)) });
    assert_eq!(of(&s), [Item::HoldShort { runway, at: None }]);
    (s.route_in, s.runways) = (None, vec![runway, runway.reciprocal(), s.active.unwrap()]);
    assert_eq!(of(&s), [advice("hold short of all runways")]);
}

#[test]
fn a_stop_is_approved_off_the_runway_and_cancels_a_takeoff() {
    let s = scene(Facility::Ground, Phase::Taxiing);
    assert_eq!(ask(&s, &known(), Subject::StopTaxi, Form::States, "")[0], advice("approved"));
    let s = scene(Facility::Tower, Phase::HoldingShort);
    let cleared = Record { takeoff: s.active, ..known() };
    assert_eq!(ask(&s, &cleared, Subject::StopTaxi, Form::States, "")[0], Item::CancelTakeoff);
    let s = scene(Facility::Tower, Phase::LandingRoll);
    assert!(matches!(ask(&s, &known(), Subject::StopTaxi, Form::Requests, "")[0], Item::Unable(_)));
}

#[test]
fn the_taxi_goes_on_with_the_hold_short_in_force() {
    let s = scene(Facility::Ground, Phase::Taxiing);
    let (runway, cross) = (s.active.unwrap(), Runway::new(4, None).unwrap());
    let r = Record { taxi: Some(runway), hold_short: Some(cross), ..known() };
    assert!(ask(&s, &r, Subject::ResumeTaxi, Form::States, "").contains(&Item::HoldShort { runway: cross, at: None }));
}

#[test]
fn a_minute_off_the_frequency_keeps_the_service() {
    let mut s = scene(Facility::Approach, Phase::Cruise);
    (s.on_ground, s.phase) = (false, Phase::Cruise);
    let r = Record { radar: true, ..known() };
    for form in [Form::Requests, Form::States, Form::Whether] {
        assert_eq!(ask(&s, &r, Subject::LeaveFrequency, form, ""), [advice("approved, report back on this frequency")]);
    }
    let s = scene(Facility::Tower, Phase::Base);
    assert!(ask(&s, &known(), Subject::LeaveFrequency, Form::Requests, "").contains(&Item::RemainThisFrequency));
}

#[test]
fn an_arrival_near_its_field_is_sent_to_the_tower() {
    let mut s = scene(Facility::Approach, Phase::Inbound);
    let tower = |items: &[Item]| items.iter().any(|i| matches!(i, Item::Contact { unit, .. } if unit == "Lindau Tower"));
    for (miles, sent) in [(6, true), (25, false)] {
        s.home = Some(Home { name: "Lindau".into(), heading_mag: 90, distance_nm: miles, here: true, longest: None });
        for (subject, form) in [(Subject::FieldSeen, Form::States), (Subject::NextUnit, Form::Whether), (Subject::Join, Form::What)] {
            assert_eq!(tower(&ask(&s, &known(), subject, form, "")), sent, "{subject:?} at {miles} miles");
        }
    }
    s.home = Some(Home { name: "Lindau".into(), heading_mag: 90, distance_nm: 6, here: true, longest: None });
    assert_eq!(ask(&s, &known(), Subject::FieldSeen, Form::States, "not in sight yet"), [Item::Roger]);
    let seen = Understanding { intents: vec![Intent::PositionReport, Intent::FieldInSight], ..Understanding::default() };
    assert!(tower_in_sight(&s, &known(), &seen).is_some_and(|d| tower(&of(d))));
    assert!(tower_in_sight(&s, &Record::default(), &seen).is_none(), "the first call to a unit is answered by it");
}

#[test]
fn the_current_letter_answers_any_letter() {
    let s = scene(Facility::Ground, Phase::Parked);
    let of = |letter: Option<char>, form| {
        let mut heard = Understanding::default();
        heard.slots.atis = letter;
        answer(&s, &known(), &heard, form, Details::default(), &[Subject::Letter]).unwrap_or_default()
    };
    assert_eq!(of(None, Form::What), [Item::AtisCurrent('K')]);
    assert_eq!(of(Some('K'), Form::Whether), [Item::Affirm]);
    assert_eq!(of(Some('B'), Form::Whether), [Item::Negative, Item::AtisCurrent('K')]);
    assert_eq!(of(Some('B'), Form::States), [Item::AtisCurrent('K')]);
    assert_eq!(of(Some('K'), Form::States), []);
}

#[test]
fn another_landing_kind_needs_a_clearance_in_force() {
    let s = scene(Facility::Tower, Phase::Base);
    let mut heard = Understanding::default();
    heard.slots.landing = Some(Landing::TouchAndGo);
    let of = |r: &Record| answer(&s, r, &heard, Form::Requests, Details::default(), &[Subject::LandingKind]).unwrap();
    assert_eq!(of(&known()), [Item::Roger]);
    let cleared = Record { landing: s.active.map(|x| (x, Landing::FullStop)), ..known() };
    assert!(of(&cleared).contains(&Item::Cleared(Landing::TouchAndGo)));
}

#[test]
fn the_time_is_told_and_the_sunset_is_refused_with_its_reason() {
    let mut s = scene(Facility::Tower, Phase::Cruise);
    s.utc_min = Some(9 * 60 + 10);
    assert_eq!(
        ask(&s, &known(), Subject::Clock, Form::What, "when is sunset"),
        [Item::Unable("no sunset time here".into()), advice("time 0910")]
    );
    assert_eq!(ask(&s, &known(), Subject::Clock, Form::What, "the time"), [advice("time 0910")]);
}

#[test]
fn an_exit_is_approved_on_the_side_asked_and_refused_in_front_of_traffic() {
    let mut s = scene(Facility::Tower, Phase::LandingRoll);
    assert_eq!(ask(&s, &known(), Subject::Rollout, Form::Requests, "exit to the left"), [pattern("exit left approved")]);
    let runway = s.active;
    s.finals.push(TrafficFacts { words: "Airbus on short final".into(), runway, close: true, near: true });
    assert!(matches!(ask(&s, &known(), Subject::Rollout, Form::Requests, "roll to the end")[0], Item::Unable(_)));
}

#[test]
fn orbits_are_approved_over_a_place_and_refused_on_final() {
    let s = scene(Facility::Approach, Phase::Cruise);
    assert_eq!(ask(&s, &known(), Subject::Orbit, Form::Requests, "two left orbits over the lake")[0], pattern("left orbits approved"));
    let s = scene(Facility::Tower, Phase::Final);
    assert!(matches!(ask(&s, &known(), Subject::Orbit, Form::Requests, "")[0], Item::Unable(_)));
}

/// The answer to a question in these words, with the values that it names.
fn confirm(s: &Situation, r: &Record, text: &str, slots: crate::intent::Slots) -> Option<Vec<Item>> {
    let details = Details::of(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    in_force(s, r, &Understanding { slots, ..Understanding::default() }, Form::Whether, details)
}

#[test]
fn values_in_force_are_confirmed_or_corrected() {
    use crate::intent::Slots;
    let s = scene(Facility::Approach, Phase::Cruise);
    let level = Item::Altitude { way: crate::instruction::Climb::Maintain, feet: 5000, level: false };
    let r = Record { altitude_ft: Some(5000), heading: Some(270), speed_kt: Some(210), owed: vec![Owed::Release], ..known() };
    let feet = |n| Slots { altitude_ft: vec![n], ..Slots::default() };
    let held = [Item::Affirm, Item::HoldForRelease].to_vec();
    for (text, slots, wanted) in [
        ("confirm we are cleared to maintain five thousand", feet(5000), vec![Item::Affirm, level.clone()]),
        ("verify six thousand for us", feet(6000), vec![Item::Negative, level.clone()]),
        ("which altitude did you give us", Slots::default(), vec![level.clone()]),
        ("verify our heading", Slots::default(), vec![Item::Heading { turn: None, degrees: 270 }]),
        (
            "confirm heading",
            Slots { heading: Some(280), ..Slots::default() },
            vec![Item::Negative, Item::Heading { turn: None, degrees: 270 }],
        ),
        ("what speed did you want", Slots::default(), vec![Item::Speed(210)]),
        ("are we still on hold for release", Slots::default(), held),
        ("are we released yet", Slots::default(), vec![Item::Negative, Item::HoldForRelease]),
    ] {
        assert_eq!(confirm(&s, &r, text, slots), Some(wanted), "{text}");
    }
    // A yes to a value must not seem to confirm a clearance, and a wish is no question about what was assigned.
    for text in [
        "confirm cleared for takeoff maintain five thousand",
        "are we cleared into the bravo at five thousand",
        "is five thousand available",
    ] {
        assert_eq!(confirm(&s, &r, text, feet(5000)), None, "{text}");
    }
}
