//! Tests that the referee finds defects. Each defect is injected between the engine and the pilot, and must be found within 200 flights, as
//! a breach that the same flight without the defect does not have.

use std::collections::BTreeMap;

use stratus_atc::instruction::{Item, Pressure};
use stratus_atc::report::Report;
use stratus_school::answers::Need;
use stratus_school::pilot::{Call, Stage};
use stratus_school::referee::Said;
use stratus_school::{Between, Choice, Clear, Log, Mission, School};
use stratus_units::{Frequency, LatLon, Runway, Side, Squawk};

/// The most flights that a defect may need.
const WITHIN: u64 = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    HoldShortForgotten,
    HandoffDropped,
    OppositeEndTakeoff,
    OppositeEndLanding,
    WrongReadbackAccepted,
    RequestDropped,
    StandbyForEver,
    AltitudeBelowTheFloor,
    HigherThanFiled,
    LevelForAltitude,
    WrongFrequency,
    WrongCallsign,
    TrafficHidden,
    GroundWordsInTheAir,
    AirWordsOnTheGround,
    RunwayThatDoesNotExist,
    TaxiwayInvented,
    WrongWind,
    WrongPressure,
    ReservedCode,
    HeadingThatDoesNotExist,
    CircuitForInstruments,
    ApproachForVisual,
    TakeoffUnasked,
    NextFlightNotNoticed,
}

use Defect::*;

/// Each defect, the invariant that it breaks, the kind of flight that shows it, and the first seed. The seed is near
/// the first one that shows the defect, so that the suite is quick. From seed 1 on, each was found within the first 27.
const ALL: &[(Defect, u8, Mission, u64)] = &[
    (HoldShortForgotten, 5, Mission::Circuits, 1),
    (HandoffDropped, 5, Mission::Circuits, 1),
    (OppositeEndTakeoff, 1, Mission::Circuits, 1),
    (OppositeEndLanding, 1, Mission::Arrival, 1),
    (WrongReadbackAccepted, 6, Mission::Circuits, 25),
    (RequestDropped, 5, Mission::Circuits, 1),
    (StandbyForEver, 5, Mission::Circuits, 10),
    (AltitudeBelowTheFloor, 3, Mission::Instruments, 1),
    (HigherThanFiled, 3, Mission::Instruments, 1),
    (LevelForAltitude, 3, Mission::Instruments, 1),
    (WrongFrequency, 7, Mission::Circuits, 1),
    (WrongCallsign, 7, Mission::Arrival, 1),
    (TrafficHidden, 2, Mission::Circuits, 1),
    (GroundWordsInTheAir, 2, Mission::Arrival, 1),
    (AirWordsOnTheGround, 2, Mission::Circuits, 1),
    (RunwayThatDoesNotExist, 7, Mission::Circuits, 1),
    (TaxiwayInvented, 7, Mission::Circuits, 1),
    (WrongWind, 7, Mission::Arrival, 1),
    (WrongPressure, 7, Mission::Arrival, 1),
    (ReservedCode, 7, Mission::Instruments, 1),
    (HeadingThatDoesNotExist, 7, Mission::Instruments, 1),
    (CircuitForInstruments, 4, Mission::Instruments, 1),
    (ApproachForVisual, 4, Mission::Arrival, 1),
    (TakeoffUnasked, 6, Mission::Circuits, 1),
    (NextFlightNotNoticed, 8, Mission::Arrival, 23),
];

/// Applies a defect.
struct Tamper {
    defect: Defect,
    stood_by: bool,
    place: Option<LatLon>,
}

impl Between for Tamper {
    fn report(&mut self, report: &mut Report) {
        match self.defect {
            TrafficHidden => report.others.clear(),
            // The engine still sees the aircraft where the last flight ended.
            NextFlightNotNoticed => {
                let jumped = self.place.zip(report.position).is_some_and(|(was, is)| was.distance_nm(is) > 5.0);
                if jumped { report.position = self.place } else { self.place = report.position }
            }
            _ => {}
        }
    }

    fn transmission(&mut self, slot: &mut Option<Said>, call: Option<&Call>, stage: Stage) {
        let need = call.and_then(|c| c.need);
        let Some(said) = slot else { return };
        let holds = |f: fn(&Item) -> bool| said.items.iter().any(f);
        let drops = match self.defect {
            HandoffDropped => holds(|i| matches!(i, Item::Contact { .. })),
            WrongReadbackAccepted => call.is_some_and(|c| c.error.is_some()),
            RequestDropped => need == Some(Need::Taxi),
            StandbyForEver => need == Some(Need::Taxi) && self.stood_by,
            _ => false,
        };
        if drops {
            *slot = None;
            return;
        }
        let takeoff = holds(|i| matches!(i, Item::ClearedForTakeoff { .. }));
        let lands = holds(|i| matches!(i, Item::Cleared(_)));
        let taxi = holds(|i| matches!(i, Item::Taxi { .. }));
        match self.defect {
            HoldShortForgotten => said.items.retain(|i| !matches!(i, Item::HoldShort { .. })),
            OppositeEndTakeoff if takeoff => change(said, |i| {
                if let Item::Runway(r) = i {
                    *r = r.reciprocal()
                }
            }),
            OppositeEndLanding if lands => change(said, |i| {
                if let Item::Runway(r) = i {
                    *r = r.reciprocal()
                }
            }),
            StandbyForEver if taxi => {
                said.items = vec![Item::Standby];
                self.stood_by = true;
            }
            AltitudeBelowTheFloor => change(said, |i| {
                if let Item::Altitude { feet, .. } = i {
                    *feet = 100
                }
            }),
            HigherThanFiled => change(said, |i| {
                if let Item::Altitude { feet, .. } = i {
                    *feet += 25_000
                }
            }),
            LevelForAltitude => change(said, |i| {
                if let Item::Altitude { level, .. } = i {
                    *level = !*level
                }
            }),
            WrongFrequency => change(said, |i| {
                if let Item::Contact { frequency, .. } = i {
                    *frequency = Frequency::from_khz(136_990)
                }
            }),
            WrongCallsign => said.to = "N1".parse().unwrap(),
            GroundWordsInTheAir if stage == Stage::Pattern => said.items.push(Item::LineUpAndWait),
            AirWordsOnTheGround if taxi => said.items.push(Item::GoAround),
            RunwayThatDoesNotExist if taxi => change(said, |i| {
                if let Item::Runway(r) = i {
                    *r = missing(*r)
                }
            }),
            TaxiwayInvented => change(said, |i| {
                if let Item::Taxi { via, .. } = i {
                    *via = vec!["Z9".into()]
                }
            }),
            WrongWind => change(said, |i| {
                if let Item::Wind { dir, knots } = i {
                    (*dir, *knots) = ((*dir + 90) % 360 + 1, *knots + 12)
                }
            }),
            WrongPressure => change(said, |i| match i {
                Item::Pressure(Pressure::Altimeter(n)) => *n += 30,
                Item::Pressure(Pressure::Qnh(q)) => *q += 10,
                _ => {}
            }),
            ReservedCode => change(said, |i| {
                if let Item::Squawk(code) = i {
                    *code = Squawk::HIJACK
                }
            }),
            HeadingThatDoesNotExist => change(said, |i| {
                if let Item::Heading { degrees, .. } = i {
                    *degrees += 360
                }
            }),
            CircuitForInstruments => said.items.push(Item::ClosedTraffic(Side::Left)),
            ApproachForVisual => said.items.push(Item::Approach { kind: "ILS".into(), expect: true }),
            TakeoffUnasked if taxi => said.items.push(Item::ClearedForTakeoff { at: None }),
            _ => {}
        }
    }
}

fn change(said: &mut Said, f: impl Fn(&mut Item)) {
    said.items.iter_mut().for_each(f);
}

/// A runway perpendicular to this one, with a side that a single runway never has.
fn missing(r: Runway) -> Runway {
    Runway::new((r.number + 8) % 36 + 1, Some(stratus_units::Position3::Center)).unwrap()
}

/// The first seed at which the defect is found, and the breach.
fn found(
    school: &School,
    control: &mut BTreeMap<(Mission, bool, u64), Log>,
    defect: Defect,
    law: u8,
    (mission, from): (Mission, u64),
) -> Option<(u64, String)> {
    let faults = defect == WrongReadbackAccepted;
    let traffic = Some(matches!(defect, TrafficHidden | HoldShortForgotten));
    let choice = Choice { mission: Some(mission), faultless: !faults, traffic, ..Choice::default() };
    (from..from + WITHIN).find_map(|seed| {
        let mut tamper = Tamper { defect, stood_by: false, place: None };
        let log = school.fly(seed, choice, false, &mut tamper)?;
        let breaches: Vec<_> = log.broken.iter().filter(|b| b.law == law).collect();
        if breaches.is_empty() {
            return None;
        }
        let key = (mission, faults || choice.traffic == Some(true), seed);
        let clean = control.entry(key).or_insert_with(|| school.fly(seed, choice, false, &mut Clear).unwrap());
        let new = breaches.into_iter().find(|b| !clean.broken.iter().any(|c| (c.law, &c.kind) == (b.law, &b.kind)))?;
        Some((seed, new.kind.clone()))
    })
}

#[test]
fn every_deliberate_defect_is_found_within_200_flights() {
    let school = School::open().unwrap();
    let mut control = BTreeMap::new();
    let mut missed = Vec::new();
    for &(defect, law, mission, from) in ALL {
        match found(&school, &mut control, defect, law, (mission, from)) {
            Some((seed, kind)) => println!("{defect:?}: flight {seed}, {law} {kind}"),
            None => missed.push(defect),
        }
    }
    assert!(ALL.len() >= 20);
    assert!(missed.is_empty(), "not found within {WITHIN} flights: {missed:?}");
}
