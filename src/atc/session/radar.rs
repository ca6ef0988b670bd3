//! Clearance delivery and radar units: what they can answer from the facts at hand, and a question for the rest.

use super::Decision;
use crate::airports::airspace::Class;
use crate::atc::initiative::way_through;
use crate::atc::instruction::{Ask, Climb, Item};
use crate::atc::intent::{Intent, Understanding};
use crate::atc::record::Record;
use crate::atc::situation::Situation;
use crate::units::{Facility, Region};

/// What clearance delivery, departure, approach or center answers.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let slots = &heard.slots;
    match heard.intent {
        Intent::CheckIn | Intent::PositionReport | Intent::FieldInSight if !s.on_ground => check_in(s, record),
        Intent::IfrClearanceRequest => ifr_clearance(s),
        Intent::FlightFollowingRequest => flight_following(s, record, heard),
        Intent::CancelFlightFollowing => Decision::say([Item::RadarServiceTerminated, Item::SquawkVfr, Item::FrequencyChangeApproved]),
        Intent::CancelIfr => Decision::say([Item::Roger, Item::IfrCancelled, Item::SquawkVfr]),
        Intent::AltitudeRequest => altitude(s, heard),
        Intent::HeadingReport if slots.bad_heading.is_some() => {
            Decision::say([Item::Unable("that heading".into()), Item::Ask(Ask::Heading)])
        }
        Intent::HeadingReport => Decision::say([Item::Roger]),
        Intent::ApproachRequest => approach(s, heard),
        Intent::InboundLanding if s.live && !s.on_ground && !s.ifr => arrival(s, record, heard),
        Intent::InboundLanding if !s.on_ground => approach(s, heard),
        Intent::TransitionRequest if s.live && !s.on_ground => transition(s, record, heard),
        Intent::TransitionRequest => Decision::say([Item::Standby, Item::Ask(Ask::Altitude)]),
        Intent::SquawkReport if slots.squawk.is_some() && slots.squawk == s.assigned_squawk && !s.on_ground => {
            Decision::say([Item::RadarContact(s.position.clone().filter(|_| s.region == Region::Faa))].into_iter().chain(s.pressure()))
        }
        Intent::SquawkReport => match (s.assigned_squawk, s.free_squawk) {
            (Some(code), _) => Decision::say([Item::Squawk(code)]),
            (None, Some(code)) => Decision::say([Item::Roger, Item::Squawk(code)]),
            (None, None) => Decision::say([Item::Roger]),
        },
        Intent::FrequencyChangeRequest if s.ifr && record.radar => Decision::say([Item::RemainThisFrequency]),
        Intent::FrequencyChangeRequest => Decision::say([Item::RadarServiceTerminated, Item::FrequencyChangeApproved]),
        Intent::Diversion => match &slots.destination {
            Some(d) => {
                let name = s.asked_place.clone().unwrap_or_else(|| d.clone());
                let ask = (!s.live).then_some(Item::Ask(Ask::Intentions));
                Decision::say([Item::Roger, Item::Direct(name)].into_iter().chain(ask))
            }
            None => Decision::ask(Ask::Destination),
        },
        Intent::StartupRequest | Intent::PushbackRequest | Intent::TaxiRequest if s.station(Facility::Ground).is_some() => {
            Decision::say([s.contact(Facility::Ground)])
        }
        Intent::DepartureReady | Intent::TakeoffRequest if s.on_ground && s.station(Facility::Tower).is_some() => {
            Decision::say([s.contact(Facility::Tower)])
        }
        Intent::TouchAndGoRequest | Intent::PatternRequest if s.station(Facility::Tower).is_some() => {
            Decision::say([s.contact(Facility::Tower)])
        }
        Intent::GoAround if !s.on_ground => Decision::say([Item::Roger, Item::Ask(Ask::Intentions)]),
        _ => Decision::ask(Ask::Request),
    }
}

/// First call on a radar frequency: contact is told, with what the pilot needs.
fn check_in(s: &Situation, record: &Record) -> Decision {
    if !s.ifr && !record.radar && s.assigned_squawk.is_none() {
        return Decision::ask(Ask::Request);
    }
    if s.live && record.radar && record.contacted.contains(&s.facility) {
        return Decision::say([Item::Roger]);
    }
    let seen = s.live || s.transponder.is_some();
    if let (true, Some(want), false) = (seen, s.assigned_squawk, s.transponder == s.assigned_squawk) {
        // Nobody is identified by a code that is not shown.
        return Decision::say([Item::ResetTransponder, Item::Squawk(want), Item::Ident]);
    }
    let mut items = vec![Item::RadarContact(s.position.clone().filter(|_| s.region == Region::Faa))];
    let arriving = s.facility == Facility::Approach && s.destination.as_ref().is_none_or(|d| d.here);
    let filed = s.flight_plan.as_ref().and_then(|p| p.altitude_ft).filter(|_| s.live && s.ifr && !arriving);
    // An arrival comes down to where it can be vectored from; whatever it was cleared to on the way is history.
    let down = s.minimum_ft.filter(|_| s.live && s.ifr && arriving).map(|m| (m + 3000 + 999) / 1000 * 1000);
    let down = down.filter(|d| s.altitude_ft.is_some_and(|a| a > *d));
    let assigned = s.assigned_altitude_ft.filter(|_| !(s.live && arriving));
    if let Some(feet) = filed.or(down).or(assigned)
        && s.altitude_ft.is_some_and(|a| (a - feet).abs() > 300)
    {
        let way = if s.altitude_ft.is_some_and(|a| a < feet) { Climb::Climb } else { Climb::Descend };
        items.push(Item::Altitude { way, feet, level: feet >= 18_000 });
    }
    match (&s.destination, arriving) {
        (Some(d), false) if s.live && s.ifr => items.extend([Item::ResumeOwnNavigation, Item::Direct(d.name.clone())]),
        _ => {}
    }
    if s.facility == Facility::Approach && arriving {
        match s.active {
            // Without procedures in the data, the way in is a visual approach from vectors: nothing is invented.
            Some(r) if s.live && s.ifr => items.extend([Item::Approach { kind: "visual".into(), expect: true }, Item::Runway(r)]),
            Some(r) => items.push(Item::Advice(format!("expect runway {r}"))),
            None => {}
        }
        items.extend(s.pressure());
    }
    Decision::Say(items)
}

/// Through class B by a clearance, through C and D by being known: first a code, then the way (7110.65 7-9-2, 7-8-2).
fn transition(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let feet = heard.slots.altitude_ft.last().copied().or(s.altitude_ft).map(|a| (a + 50) / 100 * 100);
    let wished = Record { wants_through: feet, bravo: false, radar: record.radar, ..Record::default() };
    let way = way_through(s, &wished);
    if record.radar {
        return Decision::Say(way.into_iter().chain(s.pressure()).collect());
    }
    let outside = s.airspace.as_ref().filter(|a| a.class == Class::B && !a.inside);
    let outside = outside.map(|a| Item::RemainOutside(format!("{} Bravo airspace", a.name)));
    match s.assigned_squawk.or(s.free_squawk) {
        Some(code) => Decision::Say([Item::Squawk(code)].into_iter().chain(outside).chain(s.pressure()).collect()),
        None => Decision::Say(way.into_iter().chain(s.pressure()).collect()),
    }
}

/// A VFR arrival on radar: identified first, cleared into class B where it lands there, and told what to expect.
fn arrival(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let code = s.assigned_squawk.is_none().then_some(s.free_squawk).flatten().filter(|_| !record.radar);
    let bravo = s.airspace.as_ref().filter(|a| a.class == Class::B && a.icao == s.icao && record.radar && !record.bravo);
    let bravo = bravo.map(|_| Item::ClearedInto("Bravo".into()));
    match approach(s, heard) {
        Decision::Say(items) => Decision::Say(code.map(Item::Squawk).into_iter().chain(bravo).chain(items).collect()),
        silent => silent,
    }
}

/// An IFR clearance needs a plan on file; none is ever made up (7110.65 4-2-1, in its order).
fn ifr_clearance(s: &Situation) -> Decision {
    let Some(plan) = &s.flight_plan else {
        return Decision::say([Item::Unable("no flight plan on file".into()), Item::Ask(Ask::Destination)]);
    };
    let Some(code) = plan.destination.clone() else {
        return Decision::ask(Ask::Destination);
    };
    let name = s.destination.as_ref().map(|d| d.name.clone()).or_else(|| s.filed_place.clone());
    let limit = name.map_or(code, |n| format!("{n} airport"));
    // A route on file is not read out to whoever filed it (7110.65 4-3-2 c).
    let route = match (&plan.route, s.live) {
        (Some(_), true) => Some("as filed".to_owned()),
        (None, true) => Some("direct".to_owned()),
        (route, false) => route.clone(),
    };
    let mut items = vec![Item::ClearedTo { limit, procedure: None, route }];
    // A live departure climbs to a height that keeps it clear of the field's surroundings, and expects the rest later.
    let first = s.minimum_ft.filter(|_| s.live && s.on_ground).map(|m| (m + 1500 + 999) / 1000 * 1000);
    let way = if s.region == Region::Icao { Climb::Climb } else { Climb::Maintain };
    match (plan.altitude_ft, first) {
        (Some(feet), Some(first)) if first < feet => {
            items.push(Item::Altitude { way, feet: first, level: false });
            // What follows later is told later, outside the United States.
            items.extend((s.region == Region::Faa).then_some(Item::ExpectAltitude { feet, level: feet >= 18_000 }));
        }
        (Some(feet), _) => {
            items.push(Item::Altitude { way, feet, level: feet >= 18_000 });
        }
        (None, Some(first)) => items.push(Item::Altitude { way, feet: first, level: false }),
        (None, None) => {}
    }
    if let Some(st) = s.station(Facility::Departure).or_else(|| s.station(Facility::Approach).filter(|_| s.live)) {
        items.push(Item::Advice(format!("departure frequency {}", st.frequency)));
    }
    items.extend(s.assigned_squawk.or(s.free_squawk).map(Item::Squawk));
    Decision::Say(items)
}

/// Advisories: a code first; identification follows when it is seen (7110.65 7-6-1).
fn flight_following(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let slots = &heard.slots;
    if record.squawk.is_none() && s.assigned_squawk.is_none() {
        if slots.destination.is_none() && slots.distance_nm.is_none() && slots.position.is_none() {
            return Decision::say([Item::GoAhead]);
        }
        return match s.free_squawk {
            Some(code) => Decision::say([Item::Squawk(code), Item::Ident].into_iter().chain(s.pressure())),
            None => Decision::say([Item::Standby].into_iter().chain(s.pressure())),
        };
    }
    if let (true, Some(want), false) = (s.live, s.assigned_squawk, s.transponder == s.assigned_squawk) {
        return Decision::say([Item::Squawk(want)]);
    }
    Decision::say([Item::RadarContact(s.position.clone())].into_iter().chain(s.pressure()))
}

/// Another altitude: within what exists, and with a reason when not.
fn altitude(s: &Situation, heard: &Understanding) -> Decision {
    match heard.slots.altitude_ft.last().copied() {
        None => Decision::ask(Ask::RequestedAltitude),
        Some(feet) if !(500..=60_000).contains(&feet) => Decision::say([Item::Unable("that altitude".into()), Item::Ask(Ask::Altitude)]),
        Some(feet) if !s.ifr => Decision::say([
            Item::Roger,
            Item::Advice("altitude your discretion, maintain VFR".into()),
            Item::Advice(format!("report level at {}", grouped(feet))),
        ]),
        Some(feet) => {
            let way = match s.altitude_ft {
                Some(a) if a < feet => Climb::Climb,
                Some(a) if a > feet => Climb::Descend,
                _ => Climb::Maintain,
            };
            Decision::say([Item::Altitude { way, feet, level: feet >= 18_000 }])
        }
    }
}

fn grouped(feet: i32) -> String {
    if feet >= 1000 { format!("{},{:03}", feet / 1000, feet % 1000) } else { feet.to_string() }
}

/// An approach: to be expected, or the tower's business for a visual arrival.
fn approach(s: &Situation, heard: &Understanding) -> Decision {
    let runway = heard.slots.runway.and_then(|r| s.known(r)).or(s.active);
    let kind = heard.slots.approach.clone();
    // Where the data lists the approaches, only those are given; a visual one needs none.
    let unknown = match (&kind, &s.approaches) {
        (Some(k), Some(list)) => {
            !k.eq_ignore_ascii_case("visual") && !list.iter().any(|a| a.to_ascii_lowercase().starts_with(&k.to_ascii_lowercase()))
        }
        _ => false,
    };
    match (kind, runway) {
        (Some(kind), Some(r)) if unknown => {
            let refuse = Item::Unable(format!("{kind} approach not available"));
            Decision::say([refuse, Item::Approach { kind: "visual".into(), expect: true }, Item::Runway(r)].into_iter().chain(s.pressure()))
        }
        (Some(kind), Some(r)) => Decision::say([Item::Approach { kind, expect: true }, Item::Runway(r)].into_iter().chain(s.pressure())),
        (None, Some(r)) if s.live && s.ifr => {
            Decision::say([Item::Approach { kind: "visual".into(), expect: true }, Item::Runway(r)].into_iter().chain(s.pressure()))
        }
        (None, Some(r)) => Decision::say([Item::Advice(format!("expect runway {r}"))].into_iter().chain(s.pressure())),
        (_, None) => Decision::ask(Ask::Runway),
    }
}
