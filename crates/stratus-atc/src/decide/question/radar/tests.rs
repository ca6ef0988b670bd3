//! Each subject at a live position on the way to San Jose.

use super::super::answer;
use super::*;
use crate::airports::data::Airports;
use crate::airports::draw::ahead;
use crate::hear::details::Details;
use crate::instruction::{Ask, Emergency, Services, Wish};
use crate::report::{FlightPlan, Report, SimState, Weather};
use crate::units::{FT_PER_NM, LatLon, Side, Time};
use crate::{Engine, Setup};

/// An airliner on its way to San Jose: this far from the field on this bearing, at this altitude and heading, on the approach frequency.
struct Flight {
    nm: f64,
    bearing: f64,
    feet: f64,
    heading: f64,
    ceiling: f64,
}

const FAR: Flight = Flight { nm: 120.0, bearing: 130.0, feet: 18_000.0, heading: 297.0, ceiling: 6_000.0 };
const NEAR: Flight = Flight { nm: 20.0, bearing: 90.0, feet: 8_000.0, heading: 257.0, ceiling: 6_000.0 };

impl Flight {
    fn situation(&self) -> Situation {
        let setup = Setup { callsign: "UAL57".parse().ok(), aircraft_type: Some("B738".into()), ..Setup::default() };
        let mut engine = Engine::new(Airports::world(), setup);
        let field = Airports::world().find("KSJC").unwrap();
        let com1 = field.stations.iter().find(|s| s.facility == Facility::Approach).unwrap().frequency;
        engine.file(Some(FlightPlan {
            ifr: Some(true),
            departure: Some("KLAX".into()),
            destination: Some("KSJC".into()),
            altitude_ft: Some(24_000),
            ..FlightPlan::default()
        }));
        let at: LatLon = ahead(field.position, self.bearing, self.nm * FT_PER_NM);
        let report = Report {
            state: SimState::Flying,
            position: Some(at),
            altitude_ft: self.feet,
            agl_ft: self.feet - 100.0,
            heading_true: self.heading + 13.0,
            heading_mag: self.heading,
            ground_speed_kt: 250.0,
            ias_kt: 250.0,
            com1: Some(com1),
            transponder: "2345".parse().ok(),
            weather: Weather {
                wind_dir: Some(310.0),
                wind_kt: Some(8.0),
                altimeter_inhg: Some(29.92),
                ceiling_ft: Some(self.ceiling),
                visibility_sm: Some(9.0),
                ..Weather::default()
            },
            ..Report::default()
        };
        for second in 1..6 {
            engine.see(Time(second * 1000), &report);
        }
        let station = engine.station().unwrap();
        engine.situation(&station, &Understanding::default()).unwrap()
    }
}

fn record() -> Record {
    Record { ifr: true, radar: true, contacted: vec![Facility::Approach, Facility::Departure], ..Record::default() }
}

fn asks(s: &Situation, r: &Record, form: Form, subject: Subject) -> Vec<Item> {
    answer(s, r, &Understanding::default(), form, Details::default(), &[subject]).unwrap_or_default()
}

fn runway(text: &str) -> Runway {
    text.parse().unwrap()
}

fn levels(items: &[Item]) -> Vec<i32> {
    items.iter().filter_map(|i| if let Item::Altitude { feet, .. } = i { Some(*feet) } else { None }).collect()
}

/// The subjects of a radar controller, of which each asked one gets an answer.
const SUBJECTS: [Subject; 27] = [
    Subject::Climb,
    Subject::Descent,
    Subject::LevelQuestion,
    Subject::Direct,
    Subject::Deviation,
    Subject::PastWeather,
    Subject::Speed,
    Subject::Heading,
    Subject::NoGyro,
    Subject::OwnNavigation,
    Subject::ApproachChoice,
    Subject::ApproachExpect,
    Subject::RunwayChoice,
    Subject::TrackMiles,
    Subject::Distance,
    Subject::Position,
    Subject::Hold,
    Subject::MissedProcedure,
    Subject::GoAroundNext,
    Subject::Minimum,
    Subject::Traffic,
    Subject::Ride,
    Subject::Icing,
    Subject::WeatherElsewhere,
    Subject::Sky,
    Subject::EmergencyServices,
    Subject::HelpChoice,
];

#[test]
fn every_question_of_an_instrument_flight_is_answered() {
    for flight in [FAR, NEAR] {
        let s = flight.situation();
        for subject in SUBJECTS {
            for form in [Form::Requests, Form::What, Form::Whether] {
                for r in [record(), Record { emergency: Some(Emergency::Mayday), ..record() }] {
                    let items = asks(&s, &r, form, subject);
                    assert!(!items.is_empty(), "{subject:?} {form:?} {} miles", flight.nm);
                    assert!(!items.contains(&Item::Ask(Ask::SayAgain)), "{subject:?}: {items:?}");
                }
            }
        }
    }
}

#[test]
fn no_subject_gives_a_level_below_the_minimum() {
    for flight in [FAR, NEAR, Flight { feet: 3_000.0, ..NEAR }] {
        let s = flight.situation();
        let least = instruments::lowest(&s, s.arrival.as_ref().unwrap());
        for subject in SUBJECTS {
            for slot in [None, Some(1_000), Some(2_000)] {
                let mut heard = Understanding::default();
                heard.slots.altitude_ft.extend(slot);
                let items = answer(&s, &record(), &heard, Form::Requests, Details::default(), &[subject]).unwrap_or_default();
                // The level where the aircraft is may be kept in a hold.
                let below: Vec<i32> = levels(&items).into_iter().filter(|feet| *feet < least && subject != Subject::Hold).collect();
                assert!(below.is_empty(), "{subject:?} {slot:?}: {items:?}, minimum {least}");
            }
        }
    }
}

#[test]
fn a_wish_for_lower_never_gets_a_climb() {
    let s = FAR.situation();
    for form in [Form::Requests, Form::What, Form::States] {
        let items = asks(&s, &record(), form, Subject::Descent);
        assert!(levels(&items).iter().all(|feet| *feet < 18_000), "{items:?}");
    }
}

#[test]
fn the_preferred_runway_is_the_one_that_is_vectored_to() {
    let s = NEAR.situation();
    let a = s.arrival.as_ref().unwrap();
    let wanted = a.courses.iter().map(|f| f.runway).find(|x| Some(*x) != a.runway).unwrap();
    let r = Record { approach: Some((String::new(), false)), expects: a.runway, heading: Some(250), ..record() };
    let mut heard = Understanding::default();
    heard.slots.runway = Some(wanted);
    let items = answer(&s, &r, &heard, Form::Requests, Details::default(), &[Subject::RunwayChoice]).unwrap();
    let named: Vec<&Item> = items.iter().filter(|i| matches!(i, Item::Runway(_))).collect();
    assert!(named.iter().all(|i| **i == Item::Runway(wanted)) && !named.is_empty(), "{items:?}");
    let to_final = items.iter().find_map(|i| if let Item::Advice(w) = i { w.strip_prefix("vectors to final runway ") } else { None });
    assert!(to_final.is_none_or(|x| x == wanted.to_string()), "{items:?}");
}

#[test]
fn a_runway_that_does_not_exist_is_refused_with_its_name() {
    let s = NEAR.situation();
    let mut heard = Understanding::default();
    heard.slots.runway = Some(runway("09"));
    let items = answer(&s, &record(), &heard, Form::Requests, Details::default(), &[Subject::RunwayChoice]).unwrap();
    assert!(matches!(&items[0], Item::Unable(w) if w.contains("runway 9")), "{items:?}");
}

#[test]
fn a_low_ceiling_lets_nobody_expect_a_visual_approach() {
    for (ceiling, visual) in [(6_000.0, true), (1_200.0, false)] {
        let s = Flight { ceiling, ..NEAR }.situation();
        let a = s.arrival.as_ref().unwrap();
        assert_eq!(instruments::way_in(a).is_some_and(|k| k == "visual"), visual, "ceiling {ceiling}");
    }
}

#[test]
fn after_a_miss_nothing_turns_the_aircraft_before_it_is_safe() {
    let s = Flight { nm: 3.0, bearing: 310.0, feet: 1_200.0, heading: 297.0, ceiling: 400.0 }.situation();
    let a = s.arrival.as_ref().unwrap();
    let r = Record { missed: true, expects: a.runway, approach: Some((String::new(), false)), altitude_ft: Some(4_000), ..record() };
    for subject in [Subject::Heading, Subject::GoAroundNext, Subject::OwnNavigation, Subject::Direct] {
        let items = asks(&s, &r, Form::Requests, subject);
        assert!(items.contains(&Item::RunwayHeading), "{subject:?}: {items:?}");
        assert!(!items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. } | Item::Direct(_))), "{subject:?}: {items:?}");
    }
}

#[test]
fn a_pilot_below_the_minimum_is_told_to_climb() {
    let s = Flight { feet: 1_000.0, ..NEAR }.situation();
    let items = asks(&s, &record(), Form::What, Subject::Minimum);
    assert!(items.iter().any(|i| matches!(i, Item::Altitude { way: Climb::Climb, .. })), "{items:?}");
}

#[test]
fn a_small_number_beside_a_speed_is_a_speed() {
    let s = NEAR.situation();
    let mut heard = Understanding::default();
    heard.slots.altitude_ft = vec![200];
    let items = answer(&s, &record(), &heard, Form::Requests, Details::default(), &[Subject::Speed]).unwrap();
    assert_eq!(items, [advice("speed 200 knots approved")]);
}

#[test]
fn vectors_without_a_gyro_start_and_stop_turns() {
    let s = NEAR.situation();
    let items = asks(&s, &record(), Form::Requests, Subject::NoGyro);
    assert_eq!(items[0], Item::NoGyro);
    assert!(!items.iter().any(|i| matches!(i, Item::Heading { .. })), "{items:?}");
    let watch = crate::decide::initiative::Watch::default();
    let turning = Record { no_gyro: true, turning: Some(Side::Right), ..record() };
    let left = Record { turning: Some(Side::Left), ..turning.clone() };
    let stops = |s: &Situation, r: &Record| vectors::no_gyro(s, r, &watch).is_some_and(|(_, items)| items == [Item::StopTurn]);
    // Somewhere in a full circle each turn is stopped, and elsewhere it goes on.
    for r in [&turning, &left] {
        let headings = (0..36).map(|n| Situation { heading_mag: Some(f64::from(n) * 10.0), ..s.clone() });
        let stopped = headings.filter(|s| stops(s, r)).count();
        assert!((1..18).contains(&stopped), "{stopped} of 36 headings stop the turn");
    }
    let free = Record { turning: None, ..turning };
    let starts = |s: &Situation| vectors::no_gyro(s, &free, &watch).is_some_and(|(_, i)| i.iter().any(|i| matches!(i, Item::StartTurn(_))));
    assert!((0..36).any(|n| starts(&Situation { heading_mag: Some(f64::from(n) * 10.0), ..s.clone() })));
}

#[test]
fn trouble_is_acknowledged_and_asked_about_once() {
    let s = FAR.situation();
    let question = Item::Confirm { wish: Wish::Distress, runway: None };
    let mut heard = Understanding::default();
    heard.slots.nature = Some("the pressurisation is failing".into());
    let told = |r: &Record| answer(&s, r, &heard, Form::States, Details::default(), &[Subject::Trouble]).unwrap();
    assert_eq!(told(&record()), [Item::Roger, question.clone()]);
    for r in [
        Record { no_emergency: true, ..record() },
        Record { emergency: Some(Emergency::Pan), ..record() },
        Record { confirming: Some((Wish::Distress, None)), ..record() },
    ] {
        assert!(!told(&r).contains(&question), "{:?}", told(&r));
    }
}

#[test]
fn services_are_called_when_wanted_and_not_when_refused() {
    let s = NEAR.situation();
    let called = Item::Services(Services::Alerted);
    assert_eq!(asks(&s, &record(), Form::Requests, Subject::EmergencyServices), std::slice::from_ref(&called));
    let alerted = Record { alerted: true, ..record() };
    assert_eq!(asks(&s, &alerted, Form::Whether, Subject::EmergencyServices), [Item::Affirm, called]);
}

#[test]
fn an_expected_approach_is_confirmed_or_corrected() {
    let s = NEAR.situation();
    let r = Record { approach: Some(("ILS".into(), false)), expects: Some(runway("30L")), ..record() };
    let mut heard = Understanding::default();
    heard.slots.approach = Some("ILS".into());
    let said = |heard: &Understanding| answer(&s, &r, heard, Form::Whether, Details::default(), &[Subject::ApproachExpect]).unwrap();
    assert_eq!(said(&heard)[0], Item::Affirm);
    heard.slots.approach = Some("RNAV".into());
    assert_eq!(said(&heard)[0], Item::Negative);
    assert!(said(&heard).contains(&Item::Runway(runway("30L"))));
}
