//! Ground control: taxi out and in, start-up and pushback.

use super::Decision;
use crate::instruction::{Ask, Item, Wish};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::{FinalCourse, Situation};
use crate::units::{Facility, Runway};
use crate::{clearances, gate};

/// Ground's answer.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if !s.on_ground {
        return if s.station(Facility::Tower).is_some() {
            Decision::say([s.contact(Facility::Tower)])
        } else {
            Decision::ask(Ask::SayAgain)
        };
    }
    if s.airport_closed && matches!(heard.intent, Intent::StartupRequest | Intent::PushbackRequest) {
        return Decision::say([Item::Unable("the airport is closed".into())]);
    }
    match heard.intent {
        Intent::TaxiRequest | Intent::PatternRequest | Intent::RequestProgressiveTaxi => {
            // A pilot who goes out again names the runway, or the pattern.
            let inward = record.arrived || record.parking.is_some() || record.emergency.is_some();
            let named = heard.slots.runway.is_some() && heard.slots.location.is_none() && !heard.has(Intent::ClearOfRunway);
            let again = s.live && heard.remarks.has(Remark::GoesOut) && heard.slots.location.is_none();
            let out = named || again || heard.has(Intent::PatternRequest);
            let in_again =
                matches!(s.phase, Phase::TaxiIn) && !(s.live && out) || s.live && inward && !out && s.phase != Phase::HoldingShort;
            if in_again {
                return parking(s, record, heard);
            }
            taxi(s, record, heard)
        }
        // At the stand with the engine off, the flight is over.
        Intent::TaxiToParking | Intent::ClearOfRunway | Intent::PositionReport | Intent::CheckIn if over(s, heard) => {
            Decision::say([Item::Roger])
        }
        Intent::TaxiToParking | Intent::ClearOfRunway => parking(s, record, heard),
        // After landing and leaving the runway, the first call to Ground asks for taxi in, whatever its words.
        Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding if arrived(s, record) => parking(s, record, heard),
        // One unit gives both: the clearance comes with the start-up.
        Intent::StartupRequest if s.live && heard.has(Intent::IfrClearanceRequest) && !record.ifr && !s.elsewhere(Facility::Clearance) => {
            let started = Understanding { intents: vec![Intent::StartupRequest], ..heard.clone() };
            let cleared = super::radar::decide(s, record, &Understanding { intent: Intent::IfrClearanceRequest, ..heard.clone() });
            match (decide(s, record, &started), cleared) {
                (Decision::Say(start), Decision::Say(clearance)) => Decision::Say(start.into_iter().chain(clearance).collect()),
                (start, _) => start,
            }
        }
        Intent::StartupRequest => {
            let push = heard.has(Intent::PushbackRequest);
            Decision::say([Item::Pushback { startup: true, push, facing: facing(heard).filter(|_| push) }].into_iter().chain(s.pressure()))
        }
        Intent::PushbackRequest => {
            let startup = heard.has(Intent::StartupRequest);
            Decision::say([Item::Pushback { startup, push: true, facing: facing(heard) }])
        }
        Intent::FrequencyChangeRequest => Decision::say([Item::FrequencyChangeApproved]),
        Intent::IfrClearanceRequest if s.elsewhere(Facility::Clearance) => Decision::say([s.contact(Facility::Clearance)]),
        Intent::IfrClearanceRequest => super::radar::decide(s, record, heard),
        Intent::FlightFollowingRequest => match super::radar::decide(s, record, heard) {
            // A pilot who names the runway also wants to taxi there.
            Decision::Say(items) if heard.slots.runway.is_some() && s.phase == Phase::Parked && record.taxi.is_none() => {
                let Decision::Say(way) = taxi(s, record, heard) else { return Decision::Say(items) };
                let fresh = way.into_iter().filter(|i| !items.contains(i)).collect::<Vec<_>>();
                Decision::Say(items.into_iter().filter(|i| *i != Item::Ident).chain(fresh).collect())
            }
            other => other,
        },
        Intent::PositionReport if heard.slots.crossing => crossing(s, record, heard).unwrap_or_else(|| Decision::ask(Ask::Runway)),
        Intent::PositionReport if s.phase == Phase::HoldingShort && s.station(Facility::Tower).is_some() => {
            Decision::say([s.contact(Facility::Tower)])
        }
        Intent::PositionReport => Decision::say([Item::Roger]),
        Intent::CancelIfr => Decision::say([Item::Roger, Item::IfrCancelled]),
        _ => super::called_another(s, heard).unwrap_or_else(|| Decision::ask(Ask::Request)),
    }
}

/// The way to face after the pushback, as the pilot asked. A pilot who asks which way has the choice: the stand is not in the data.
fn facing(heard: &Understanding) -> Option<String> {
    let compass = || heard.slots.direction.as_ref().map(|d| format!("facing {d}"));
    let asked = heard.remarks.has(Remark::AsksFacing);
    let wish = heard.remarks.facing.clone().or_else(compass).filter(|_| !asked || heard.remarks.facing.is_some());
    wish.or_else(|| asked.then(|| OWN_CHOICE.to_owned()))
}

/// The answer to a pilot who asks which way to face.
pub(super) const OWN_CHOICE: &str = "facing at your discretion";

/// Answers a request to cross a runway: one runway at a time, when it is free (7110.65 3-7-2).
pub(super) fn crossing(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let runway = heard.slots.hold_short.or(heard.slots.runway).and_then(|r| s.known(r)).filter(|_| heard.slots.crossing)?;
    Some(match s.in_the_way(runway) {
        Some(words) => Decision::say([Item::HoldShort { runway, at: None }, Item::Traffic(words)]),
        None => match gate::admit(heard, record) {
            Ok(leave) => Decision::say([clearances::cross(&leave, runway)]),
            Err(_) => Decision::say([gate::question(Wish::Crossing, Some(runway))]),
        },
    })
}

/// A pilot on the taxiways who asks to cross a runway gets "cross" or "hold short", whatever else the call names and in
/// distress as well. Any other answer could be taken for the crossing. The taxi that the call asks for follows.
pub(super) fn asked_to_cross(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    let works = matches!(s.facility, Facility::Ground | Facility::Tower) && s.live && s.on_ground && !s.on_runway;
    let open = matches!(
        heard.intent,
        Intent::PositionReport
            | Intent::TaxiToParking
            | Intent::ClearOfRunway
            | Intent::Unknown
            | Intent::SayAgain
            | Intent::CheckIn
            | Intent::Roger
            | Intent::RequestProgressiveTaxi
    );
    let asks = heard.remarks.has(Remark::AsksCrossing);
    let open = open || heard.intent == Intent::Readback && heard.remarks.has(Remark::Wishes);
    if !works || !open || !(heard.slots.crossing || asks) || heard.other_aircraft || heard.unsure_caller {
        return None;
    }
    let named = heard.slots.hold_short.or(heard.slots.runway).and_then(|r| s.known(r));
    let here = s.runway_here.filter(|_| s.phase == Phase::HoldingShort);
    let items = match named.or(here).or(record.hold_short) {
        Some(_) if asks => super::facts::crossing(s, record, heard),
        Some(runway) => {
            let mut meant = heard.clone();
            (meant.slots.hold_short, meant.slots.crossing) = (Some(runway), true);
            match crossing(s, record, &meant)? {
                Decision::Say(items) => items,
                silent => return Some(silent),
            }
        }
        None => return None,
    };
    let inward = matches!(heard.intent, Intent::TaxiToParking | Intent::ClearOfRunway) && record.parking.is_none();
    let way = if inward { parking(s, record, heard) } else { Decision::Say(Vec::new()) };
    let Decision::Say(way) = way else { return Some(Decision::Say(items)) };
    let taxi = way.into_iter().filter(|i| matches!(i, Item::TaxiToParking { .. }));
    Some(Decision::Say(taxi.chain(items).collect()))
}

/// Whether this is the first call to Ground from an aircraft that has landed and left the runway.
pub(super) fn arrived(s: &Situation, record: &Record) -> bool {
    s.live && s.on_ground && !s.on_runway && s.phase == Phase::TaxiIn && !record.contacted.contains(&s.facility) && record.parking.is_none()
}

/// The pilot reports the engine off at the stand, and asks for nothing.
fn over(s: &Situation, heard: &Understanding) -> bool {
    let told = |remark: Remark| heard.remarks.has(remark);
    let stands = s.live && matches!(s.phase, Phase::Parked | Phase::TaxiIn) && !s.on_runway;
    stands && told(Remark::IsDone) && !told(Remark::Wishes) && heard.slots.runway.is_none() && heard.requests.is_empty()
}

/// Reads a call from the stand by the stage of the flight. A cleared IFR pilot who mentions both clearance and taxi wants to taxi; nobody
/// taxies in before the flight.
pub(super) fn as_meant(s: &Situation, record: &Record, heard: &Understanding) -> Option<Understanding> {
    let at_stand = s.live && s.on_ground && matches!(s.phase, Phase::Parked | Phase::PushedBack);
    let cleared = (record.ifr || record.special_vfr) && heard.intent == Intent::IfrClearanceRequest && heard.has(Intent::TaxiRequest);
    // A request for a transition or for flight following applies later: the taxi comes first.
    let taxies_first = matches!(heard.intent, Intent::TransitionRequest | Intent::FlightFollowingRequest) && heard.has(Intent::TaxiRequest);
    // Where no unit follows visual flights, a visual departure is one that taxies out.
    let follows = s.region.vfr_services.contains(&"flight following") || heard.remarks.service.is_some();
    let taxies_first = taxies_first || heard.intent == Intent::FlightFollowingRequest && !follows;
    let inward = heard.intent == Intent::TaxiToParking && !heard.has(Intent::ClearOfRunway) && record.parking.is_none();
    // A runway that is wanted from the stand is where the flight taxies to, however often it has been there.
    let wanted = heard.slots.runway.is_some() && heard.slots.hold_short.is_none() && heard.remarks.has(Remark::Wishes);
    let outward = s.facility == Facility::Ground && heard.intent == Intent::PositionReport && wanted && heard.slots.position.is_none();
    (at_stand && (cleared || inward || outward || taxies_first)).then(|| {
        let mut meant = Understanding { intent: Intent::TaxiRequest, ..heard.clone() };
        meant.intents.retain(|i| !matches!(i, Intent::IfrClearanceRequest | Intent::TaxiToParking | Intent::TaxiRequest));
        meant.intents.insert(0, Intent::TaxiRequest);
        meant
    })
}

/// The taxi clearance (7110.65 3-7-2): runway, route, and the first hold short or crossing.
fn taxi(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if s.airport_closed {
        return Decision::say([Item::Unable("the airport is closed".into())]);
    }
    let Some(runway) = s.taxi_runway(heard.slots.runway) else {
        return Decision::ask(Ask::Runway);
    };
    if s.is_closed(runway) {
        return Decision::say([Item::Unable(format!("runway {runway} is closed")), Item::Ask(Ask::Intentions)]);
    }
    let route = s.route_out.clone().unwrap_or_default();
    let refused = heard.slots.runway.filter(|asked| *asked != runway);
    let mut items: Vec<Item> = refused.map(|r| Item::Advice(format!("unable runway {r}"))).into_iter().collect();
    items.extend([Item::Runway(runway), Item::Taxi { via: route.via, to_holding_point: s.region.taxi_to_holding_point }]);
    if let Some((crossing, at)) = route.first_crossing.filter(|(r, _)| *r != runway && *r != runway.reciprocal()) {
        items.push(Item::HoldShort { runway: crossing, at });
    }
    if heard.has(Intent::FlightFollowingRequest) && s.live && !record.ifr && s.assigned_squawk.is_none() {
        // The code is issued with the taxi, and the service begins on the departure frequency.
        items.extend(s.free_squawk.map(Item::Squawk));
        let departure = s.station(Facility::Departure).or_else(|| s.station(Facility::Approach));
        items.extend(departure.map(|d| Item::Advice(format!("departure frequency {}", d.frequency))));
    }
    let unmapped = items.iter().any(|i| matches!(i, Item::Taxi { via, .. } if via.is_empty()));
    if heard.intent == Intent::RequestProgressiveTaxi && s.live && unmapped {
        items.extend(unmapped_way(s, Some(runway)));
    } else if heard.intent == Intent::RequestProgressiveTaxi {
        items.push(Item::Advice(crate::surface::LEADS.into()));
    }
    // A pilot without the ATIS gets wind and altimeter (7110.65 3-9-1); a pilot with an old letter gets the current one.
    match (heard.slots.atis.or(record.letter_of(&s.icao)), s.atis) {
        (Some(have), Some(current)) if have != current => items.push(Item::AtisCurrent(current)),
        (Some(_), _) => {}
        (None, current) => {
            items.extend(s.wind());
            items.extend(s.pressure());
            items.extend(current.map(Item::AtisCurrent));
        }
    }
    Decision::Say(items)
}

/// Without taxiways in the data, nobody can lead the aircraft turn by turn. The direction of the runway is known all the same.
fn unmapped_way(s: &Situation, runway: Option<Runway>) -> Vec<Item> {
    let there = runway.zip(s.surface.begins.as_ref()).map(|(runway, way)| Item::Advice(format!("runway {runway} begins {way}")));
    [Item::Advice("unable progressive taxi, no taxiways on record".into())].into_iter().chain(there).collect()
}

/// The next turn of a taxi that is led, or the hold short at its end, when the aircraft comes to it (7110.65 3-7-2 f). Each is said once.
pub(super) fn next_turn(s: &Situation, record: &Record) -> Option<(u32, Vec<Item>)> {
    let next = s.surface.next_turn.as_ref().filter(|_| record.progressive && s.on_ground && !s.on_runway)?;
    let items = match (&next.way, record.taxi) {
        (Some(words), _) => vec![Item::PatternWords(words.clone())],
        (None, Some(runway)) if record.hold_short.is_none_or(|h| h == runway) => vec![Item::HoldShort { runway, at: None }],
        _ => return None,
    };
    Some((next.key, items))
}

/// Taxi in, once clear of the runway.
fn parking(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    // The second report of a pilot who was told to leave the runway counts.
    let clear = Item::Report(crate::instruction::ReportPoint::ClearOfRunway);
    let reported = s.taxi_speed() && record.last.as_ref().is_some_and(|l| l.items.contains(&clear));
    if s.on_runway && !reported {
        return Decision::say([Item::Advice("exit the runway when able".into()), clear]);
    }
    let asked =
        heard.slots.location.as_deref().filter(|l| l.len() > 2 && !l.contains("taxiway") && !l.contains("not ") && !l.contains("negative"));
    let place = asked.map_or_else(|| "parking".to_owned(), ToOwned::to_owned);
    let route = s.route_in.clone().unwrap_or_default();
    let led = heard.intent == Intent::RequestProgressiveTaxi;
    let unmapped = route.via.is_empty();
    let mut items = vec![Item::TaxiToParking { place, via: route.via }];
    if led && unmapped {
        items.extend(unmapped_way(s, None));
    } else if led {
        items.push(Item::Advice(crate::surface::LEADS.into()));
    }
    if let Some((runway, at)) = route.first_crossing {
        items.push(Item::HoldShort { runway, at });
    } else if unmapped {
        items.extend(beyond(s, heard).map(|runway| Item::HoldShort { runway, at: None }));
    }
    Decision::Say(items)
}

/// The parallel runway beyond the middle one of three that the aircraft has left. Whatever the way in, it leads across or around another
/// runway, and without a chart nobody knows that it leads around.
fn beyond(s: &Situation, heard: &Understanding) -> Option<Runway> {
    let left = heard.slots.runway.and_then(|r| s.known(r)).filter(|_| heard.has(Intent::ClearOfRunway) && s.live)?;
    let own = s.surface.courses.iter().find(|c| c.runway == left)?;
    let parallel = |r: Runway| r != left && crate::units::turn(r.nominal_heading(), left.nominal_heading()).abs() < 15.0;
    let between = |c: &&FinalCourse| parallel(c.runway) && c.right_nm * own.right_nm < 0.0 && c.right_nm.abs() < BETWEEN_NM;
    // How far to the right of the own runway another one lies.
    let aside = |c: &FinalCourse| own.right_nm - c.right_nm;
    let middle = s.surface.courses.iter().any(|c| parallel(c.runway) && aside(c) * own.right_nm < 0.0 && aside(c).abs() < APART_NM);
    if !middle {
        return None;
    }
    let all = s.surface.courses.iter().filter(|_| own.right_nm.abs() < BETWEEN_NM).filter(between);
    all.min_by(|a, b| a.right_nm.abs().total_cmp(&b.right_nm.abs())).map(|c| c.runway)
}

/// Parallel runways that are farther away have aprons between them, nautical miles.
const BETWEEN_NM: f64 = 0.25;
/// The third one may be so far away, nautical miles.
const APART_NM: f64 = 0.5;
