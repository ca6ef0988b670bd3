//! Levels and headings over ground that rises ahead of the aircraft, however they came about.

use std::sync::Arc;

use super::*;
use crate::airports::data::Airports;
use crate::airports::draw::ahead;
use crate::instruction::Emergency;
use crate::report::{FlightPlan, Report, SimState};
use crate::units::{FT_PER_NM, Facility, LatLon, Time};
use crate::{Engine, Setup};

const RIDGE_FT: f64 = 7_000.0;

/// An airliner 40 miles east of Wichita at this altitude, flying east: the simulator has shown a ridge sixteen miles farther east.
fn flying(feet: f64, filed: i32) -> Situation {
    let setup = Setup { callsign: "UAL57".parse().ok(), aircraft_type: Some("B738".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::world(), setup);
    let field = Airports::world().find("KICT").unwrap();
    engine.file(Some(FlightPlan { ifr: Some(true), destination: Some("KICT".into()), altitude_ft: Some(filed), ..FlightPlan::default() }));
    let at: LatLon = ahead(field.position, 90.0, 40.0 * FT_PER_NM);
    let report = |at: LatLon, feet: f64, agl: f64| Report {
        state: SimState::Flying,
        position: Some(at),
        altitude_ft: feet,
        agl_ft: agl,
        heading_true: 90.0,
        heading_mag: 90.0 - field.variation,
        ground_speed_kt: 250.0,
        ias_kt: 250.0,
        com1: field.stations.iter().find(|s| s.facility == Facility::Approach).map(|s| s.frequency),
        ..Report::default()
    };
    for second in 1..6 {
        engine.see(Time(second * 1000), &report(at, feet, feet - 1_300.0));
    }
    let station = engine.station().unwrap();
    let mut s = engine.situation(&station, &Understanding::default()).unwrap();
    assert!(s.ifr && s.arrival.is_some());
    let ridge = ahead(at, 90.0, 16.0 * FT_PER_NM);
    Arc::make_mut(&mut s.around).terrain.look(&report(ridge, RIDGE_FT + 100.0, 100.0), ridge, |_| Vec::new());
    s
}

fn descent(s: &Situation, feet: i32) -> Item {
    level(s, feet)
}

fn vector(s: &Situation, degrees: u16, feet: i32) -> Vec<Item> {
    let to_final = Item::Advice("vectors to final runway 1L".into());
    vec![Item::Roger, Item::Heading { turn: Some(Side::Left), degrees }, level(s, feet), to_final]
}

#[test]
fn a_level_below_the_ground_ahead_is_raised() {
    let (s, r) = (flying(15_000.0, 24_000), Record::default());
    let here = s.floor_ft.unwrap();
    let floor = floor(&s, &r, &[descent(&s, 4_000)]).unwrap();
    assert!(floor >= 8_000 && floor > here, "{floor}, {here}");
    let items = checked(&s, &r, vec![descent(&s, 4_000)]).items;
    assert!(matches!(items[..], [Item::Altitude { way: Climb::Descend, feet, .. }] if (floor..floor + 600).contains(&feet)), "{items:?}");
    // Away from the ridge the lower level is safe.
    let west = vector(&s, 270, (here + 999) / 1000 * 1000);
    assert_eq!(checked(&s, &r, west.clone()).items, west);
}

#[test]
fn a_heading_towards_higher_ground_waits_for_the_climb() {
    let (s, r) = (flying(5_000.0, 24_000), Record::default());
    let Checked { items, instead } = checked(&s, &r, vector(&s, 85, 4_000));
    assert!(matches!(items[..], [Item::Roger, Item::Altitude { way: Climb::Climb, feet, .. }] if feet >= 8_000), "{items:?}");
    assert!(matches!(instead, Some(Notice::Level(feet)) if feet >= 8_000), "the vector is still due");
    // A pilot who wants that heading hears why it is not given.
    let mut heard = Understanding::default();
    heard.slots.heading = Some(85);
    assert!(matches!(answer(&s, &r, &heard, vector(&s, 85, 4_000))[0], Item::Unable(_)));
    // At the filed level no climb can be given.
    let low = flying(5_000.0, 5_000);
    let items = checked(&low, &r, vector(&low, 85, 5_000)).items;
    assert!(items.contains(&Item::ResumeOwnNavigation) && !items.iter().any(|i| matches!(i, Item::Heading { .. })), "{items:?}");
}

#[test]
fn a_descent_already_given_stops_above_the_new_ground() {
    let (s, r) = (flying(10_000.0, 24_000), Record { altitude_ft: Some(4_000), ..Record::default() });
    let items = checked(&s, &r, vec![Item::Heading { turn: None, degrees: 85 }]).items;
    assert!(matches!(items[..], [Item::Heading { .. }, Item::Altitude { feet, .. }] if feet >= 8_000), "{items:?}");
}

#[test]
fn what_is_due_unasked_is_not_spent_on_a_level_that_stays() {
    let s = flying(9_100.0, 24_000);
    let r = Record::default();
    assert_eq!(unasked(&s, &r, Notice::Level(4_000), vec![descent(&s, 4_000)]), None, "the descent comes behind the ridge");
}

#[test]
fn distress_and_a_visual_approach_are_the_pilots_own() {
    let s = flying(5_000.0, 24_000);
    let own = [
        Record { emergency: Some(Emergency::Mayday), ..Record::default() },
        Record { approach: Some(("visual".into(), true)), ..Record::default() },
    ];
    for r in own {
        assert_eq!(checked(&s, &r, vector(&s, 85, 4_000)).items, vector(&s, 85, 4_000));
    }
}

#[test]
fn nothing_leaves_below_the_floor_on_any_heading() {
    let r = Record::default();
    for feet in (2_000..16_000).step_by(1_500) {
        let s = flying(f64::from(feet), 24_000);
        for degrees in (15..=360).step_by(15) {
            for to in [2_500, 5_000, 9_000, 12_000] {
                let items = checked(&s, &r, vector(&s, degrees, to)).items;
                let least = floor(&s, &r, &items).unwrap();
                let low = |i: &Item| matches!(i, Item::Altitude { feet, .. } if *feet < least);
                assert!(!items.iter().any(low), "{feet} ft, heading {degrees}, {to}: {items:?}, floor {least}");
                let turned = items.iter().any(|i| matches!(i, Item::Heading { .. }));
                assert!(!turned || feet + NEARLY_FT >= least, "{feet} ft, heading {degrees}: {items:?}, floor {least}");
                assert!(items.iter().any(|i| matches!(i, Item::Altitude { .. })), "never silence");
            }
        }
    }
}
