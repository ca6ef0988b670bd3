//! Clearance delivery and radar units: answers from the available facts, and a question for the rest.

use super::Decision;
use super::visual::{self, Bound, bound};
use crate::airports::airspace::Class;
use crate::decide::initiative::way_through;
use crate::instruction::{Ask, Climb, Item, Wish};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Request, Way};
use crate::situation::Situation;
use crate::units::region::FirstLevel;
use crate::units::{Facility, Runway};
use crate::{clearances, gate};

/// The answer of clearance delivery, departure, approach or center.
pub(super) fn decide(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let slots = &heard.slots;
    if let Some(d) = super::question::tower_in_sight(s, record, heard) {
        return d;
    }
    match heard.intent {
        // The pilot calls the tower on this frequency, and a visual flight nearby is sent to it.
        Intent::CheckIn | Intent::PositionReport | Intent::FieldInSight
            if s.live
                && !s.on_ground
                && !s.ifr
                && heard.addressed.facility == Some(Facility::Tower)
                && s.station(Facility::Tower).is_some() =>
        {
            Decision::say([s.contact(Facility::Tower)])
        }
        // A visual flight that has given only its callsign has yet to pass its message (AIM 4-2-3).
        Intent::CheckIn | Intent::Unknown if s.live && !s.ifr && !s.on_ground && bare(s, record, heard) => Decision::say([Item::GoAhead]),
        Intent::CheckIn | Intent::PositionReport | Intent::FieldInSight if !s.on_ground => check_in(s, record, heard),
        // A first call with the present altitude is a check-in.
        Intent::AltitudeRequest if s.live && !s.ifr && !s.on_ground && at_its_level(s, record, heard) => check_in(s, record, heard),
        Intent::IfrClearanceRequest => ifr_clearance(s, record, heard),
        Intent::FlightFollowingRequest => flight_following(s, record, heard),
        Intent::CancelFlightFollowing => Decision::say([Item::RadarServiceTerminated, Item::SquawkVfr, Item::FrequencyChangeApproved]),
        Intent::CancelIfr => Decision::say([Item::Roger, Item::IfrCancelled, Item::SquawkVfr]),
        // ATC assigns altitudes in class B (7110.65 7-9-2).
        // "Out of three thousand five hundred, can we start down": the altitude is where the aircraft is.
        Intent::AltitudeRequest if s.live && !s.ifr && !s.on_ground && wants_down(s, heard) && !assigned(s, record) => {
            Decision::say([Item::Advice("descend at your discretion, maintain VFR".into())].into_iter().chain(s.pressure()))
        }
        Intent::AltitudeRequest if s.live && assigned(s, record) && slots.altitude_ft.last().is_some_and(|f| (500..18_000).contains(f)) => {
            Decision::Say(slots.altitude_ft.last().map(|feet| super::instruments::level(s, *feet)).into_iter().collect())
        }
        // On the ground a level is one to expect: the climb is cleared after departure.
        Intent::AltitudeRequest if s.live && s.on_ground && record.ifr && slots.altitude_ft.last().is_some_and(|f| *f <= HIGHEST_FT) => {
            let feet = slots.altitude_ft.last().copied().unwrap_or_default();
            Decision::say([Item::Roger, Item::ExpectAltitude { feet, level: s.is_level(feet) }])
        }
        Intent::AltitudeRequest => altitude(s, record, heard),
        Intent::HeadingReport if slots.bad_heading.is_some() => {
            Decision::say([Item::Unable("that heading".into()), Item::Ask(Ask::Heading)])
        }
        // A visual flight outside class B turns as it likes.
        Intent::HeadingReport if s.live && !s.ifr && !s.on_ground && heard.remarks.has(Remark::Wishes) && !assigned(s, record) => {
            Decision::say([advice("approved as requested, maintain VFR")])
        }
        Intent::HeadingReport => Decision::say([Item::Roger]),
        Intent::ApproachRequest if s.live && !s.ifr && !s.on_ground => practice(s, record, heard),
        Intent::ApproachRequest => approach(s, heard),
        Intent::InboundLanding | Intent::TouchAndGoRequest | Intent::PatternRequest if s.live && !s.on_ground && !s.ifr => {
            visual::arrival(s, record, heard).unwrap_or_else(|| arrival(s, record, heard))
        }
        Intent::InboundLanding if !s.on_ground => approach(s, heard),
        // The transition is asked of another unit, to which the pilot wants to change.
        Intent::TransitionRequest if s.live && !s.on_ground && heard.remarks.has(Remark::ChangesOver) => {
            let code = record.squawk.is_some().then_some(Item::SquawkVfr);
            Decision::Say([Item::RadarServiceTerminated].into_iter().chain(code).chain([Item::FrequencyChangeApproved]).collect())
        }
        Intent::TransitionRequest if s.live && !s.on_ground => transition(s, record, heard),
        Intent::TransitionRequest => {
            let ask = slots.altitude_ft.is_empty().then_some(Item::Ask(Ask::Altitude));
            Decision::say([Item::Standby].into_iter().chain(ask))
        }
        Intent::SquawkReport if slots.squawk.is_some() && slots.squawk == s.assigned_squawk && !s.on_ground => {
            Decision::say([Item::RadarContact(s.position.clone().filter(|_| s.region.identified_position))].into_iter().chain(s.pressure()))
        }
        Intent::SquawkReport => match (s.assigned_squawk, s.free_squawk) {
            (Some(code), _) => Decision::say([Item::Squawk(code)]),
            (None, Some(code)) => Decision::say([Item::Roger, Item::Squawk(code)]),
            (None, None) => Decision::say([Item::Roger]),
        },
        // A visual flight that fetches the weather comes back.
        Intent::FrequencyChangeRequest if s.live && !s.ifr && record.radar && heard.remarks.has(Remark::LeavesBriefly) => {
            Decision::say([Item::FrequencyChangeApproved, advice("report back on this frequency")])
        }
        Intent::FrequencyChangeRequest if s.ifr && record.radar => Decision::say([Item::RemainThisFrequency]),
        // A flight that lands here goes to the next unit, and is not let go.
        Intent::FrequencyChangeRequest
            if record.radar && s.next_unit.is_none() && super::question::next_of_arrival(s, record, heard).is_some() =>
        {
            Decision::Say(super::question::next_of_arrival(s, record, heard).unwrap_or_default())
        }
        Intent::FrequencyChangeRequest if record.radar && s.next_unit.is_some() => Decision::Say(
            s.next_unit.iter().map(|next| Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }).collect(),
        ),
        Intent::FrequencyChangeRequest => {
            let code = (s.live && record.squawk.is_some()).then_some(Item::SquawkVfr);
            Decision::Say([Item::RadarServiceTerminated].into_iter().chain(code).chain([Item::FrequencyChangeApproved]).collect())
        }
        Intent::Diversion => match &slots.destination {
            Some(d) => {
                let name = s.asked_place.clone().unwrap_or_else(|| d.clone());
                // A visual flight has just stated its intentions.
                let ask = (!s.live && s.ifr).then_some(Item::Ask(Ask::Intentions));
                Decision::say([Item::Roger, Item::Direct(name)].into_iter().chain(ask))
            }
            // A visual flight has answered the question about its intentions.
            None if !s.ifr && record.last.as_ref().is_some_and(|l| l.items.contains(&Item::Ask(Ask::Intentions))) => {
                Decision::say([Item::Roger])
            }
            None => Decision::ask(Ask::Destination),
        },
        // A request for start-up and clearance in one call is usual at European delivery positions: the clearance comes first.
        Intent::StartupRequest if s.facility == Facility::Clearance && heard.has(Intent::IfrClearanceRequest) => {
            ifr_clearance(s, record, heard)
        }
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
        _ => super::called_another(s, heard).unwrap_or_else(|| Decision::ask(Ask::Request)),
    }
}

fn advice(words: &str) -> Item {
    Item::Advice(words.to_owned())
}

/// The first call to this unit, with the altitude where the aircraft is.
fn at_its_level(s: &Situation, record: &Record, heard: &Understanding) -> bool {
    let first = !record.contacted.contains(&s.facility) && !heard.remarks.has(Remark::OtherLevel);
    let here = heard.slots.altitude_ft.last().zip(s.altitude_ft).is_some_and(|(said, now)| (said - now).abs() <= 300);
    first && here
}

/// Whether a visual flight asks for lower without naming an altitude other than its present one.
fn wants_down(s: &Situation, heard: &Understanding) -> bool {
    let down = heard.requests.iter().any(|q| matches!(q, Request::Level { way: Some(Way::Down), .. }));
    let other = heard.slots.altitude_ft.iter().any(|feet| s.altitude_ft.is_some_and(|now| (now - feet).abs() >= 200));
    down && !other
}

/// A first call with only callsign and station.
fn bare(s: &Situation, record: &Record, heard: &Understanding) -> bool {
    let slots = &heard.slots;
    let nothing = slots.altitude_ft.is_empty()
        && slots.distance_nm.is_none()
        && slots.position.is_none()
        && slots.direction.is_none()
        && slots.destination.is_none()
        && slots.squawk.is_none();
    nothing && heard.loose <= 1 && heard.requests.is_empty() && !record.radar && !record.contacted.contains(&s.facility)
}

/// Requests that visual flights make to radar units beyond the common calls: the pilot navigates and says where to.
pub(super) fn requested(s: &Situation, record: &Record, heard: &Understanding) -> Option<Decision> {
    if !s.live || s.ifr || s.on_ground || !s.facility.is_radar() {
        return None;
    }
    let heads_for = heard.requests.iter().any(|q| matches!(q, Request::Vectors { approach: false, .. }));
    let plain = heard.intent == Intent::ApproachRequest && heard.slots.approach.is_none() && heard.slots.runway.is_none();
    if heads_for && (plain || matches!(heard.intent, Intent::Unknown | Intent::InboundLanding | Intent::Diversion | Intent::HeadingReport))
    {
        return super::distress::to_the_field(s, record, heard);
    }
    if heard.intent != Intent::Unknown {
        return None;
    }
    heard.requests.iter().find_map(|q| match q {
        // The straight way through class B is a request for that airspace.
        Request::DirectTo { .. } if heard.remarks.has(Remark::ThroughBravo) => {
            let meant = Understanding { intent: Intent::TransitionRequest, intents: vec![Intent::TransitionRequest], ..heard.clone() };
            Some(transition(s, record, &meant))
        }
        Request::DirectTo { fix } => {
            let name = s.asked_place.clone().or_else(|| fix.clone()).or_else(|| s.destination.as_ref().map(|d| d.name.clone()))?;
            // Inside class B the clearance still applies.
            Some(if record.radar { Decision::say([Item::Direct(name)]) } else { Decision::say([Item::Roger, Item::Direct(name)]) })
        }
        Request::NextFrequency { .. } => {
            s.next_unit.as_ref().map(|next| Decision::say([Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }]))
        }
        _ => None,
    })
}

/// A practice approach under VFR: identification first, then vectors; no separation (7110.65 4-8-11).
fn practice(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let code = s.assigned_squawk.is_none().then_some(s.free_squawk).flatten().filter(|_| !record.radar);
    match approach(s, heard) {
        Decision::Say(items) if matches!(items.first(), Some(Item::Approach { .. })) => {
            let terms = Item::Advice("practice approach approved, maintain VFR, no separation services provided".into());
            Decision::Say(code.map(Item::Squawk).into_iter().chain([terms]).chain(items).collect())
        }
        other => other,
    }
}

/// Answers the first call on a radar frequency: radar contact, with the information that the pilot needs.
fn check_in(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    if !s.ifr && !record.radar && s.assigned_squawk.is_none() {
        // A pilot who says where the flight goes wants to be followed there.
        let told = s.live && heard.slots.destination.is_some();
        return if told { flight_following(s, record, heard) } else { Decision::ask(Ask::Request) };
    }
    if s.live && record.radar && record.contacted.contains(&s.facility) {
        return Decision::say([Item::Roger]);
    }
    let seen = s.live || s.transponder.is_some();
    if let (true, Some(want), false) = (seen, s.assigned_squawk, s.transponder == s.assigned_squawk) {
        // A code that is not showing cannot identify an aircraft.
        return Decision::say([Item::ResetTransponder, Item::Squawk(want), Item::Ident]);
    }
    let mut items = vec![Item::RadarContact(s.position.clone().filter(|_| s.region.identified_position))];
    let here = if s.live && !s.ifr { bound(s, heard) == Bound::Here } else { s.destination.as_ref().is_none_or(|d| d.here) };
    let arriving = s.facility == Facility::Approach && here;
    let filed = s
        .flight_plan
        .as_ref()
        .and_then(|p| p.altitude_ft)
        .filter(|_| s.live && s.ifr && !arriving)
        .map(|feet| super::instruments::within_unit(s, feet));
    // An arrival descends to where it can be vectored from, whatever earlier units cleared it to.
    let safe = |m: i32| (m + 3000).max(s.floor_ft.unwrap_or(0));
    let down = s.minimum_ft.filter(|_| s.live && s.ifr && arriving).map(|m| (safe(m) + 999) / 1000 * 1000);
    let down = down.filter(|d| s.altitude_ft.is_some_and(|a| a > *d));
    let assigned = s.assigned_altitude_ft.filter(|_| !(s.live && arriving));
    if let Some(feet) = filed.or(down).or(assigned)
        && s.altitude_ft.is_some_and(|a| (a - feet).abs() > 300)
    {
        let way = if s.altitude_ft.is_some_and(|a| a < feet) { Climb::Climb } else { Climb::Descend };
        items.push(Item::Altitude { way, feet, level: s.is_level(feet) });
    }
    match (&s.destination, arriving) {
        // A flight on a departure procedure already has its route.
        (Some(d), false) if s.live && s.ifr && record.departure.is_none() => {
            items.extend([Item::ResumeOwnNavigation, Item::Direct(d.name.clone())])
        }
        _ => {}
    }
    if s.facility == Facility::Approach && arriving {
        match s.active {
            Some(r) if s.live && s.ifr => items.extend([Item::Approach { kind: way_in(s, r), expect: true }, Item::Runway(r)]),
            Some(r) if !s.live || s.towered => items.push(Item::Advice(format!("expect runway {r}"))),
            _ => {}
        }
        items.extend(s.pressure());
    } else if s.live && !s.ifr {
        items.extend(s.pressure());
    }
    Decision::Say(items)
}

/// Class B requires a clearance, and classes C and D require radio contact: first a code, then the transition (7110.65 7-9-2, 7-8-2).
fn transition(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let leave = match gate::admit(heard, record) {
        Ok(leave) => leave,
        // "Negative transit": the pilot no longer wants it.
        Err(doubt) if doubt.waits() => return Decision::say([Item::Roger].into_iter().chain(s.pressure())),
        Err(_) => return Decision::say([gate::question(Wish::Entry, None)]),
    };
    let feet = heard.slots.altitude_ft.last().copied().or(record.wants_level).or(s.altitude_ft).map(|a| (a + 50) / 100 * 100);
    let named = record.wants_bravo;
    let wished = Record { wants_through: feet, wants_bravo: named, bravo: false, radar: record.radar, ..Record::default() };
    let way = way_through(s, &wished, &leave);
    if record.radar {
        return Decision::Say(way.into_iter().chain(s.pressure()).collect());
    }
    let outside = s.bravo.as_ref().filter(|_| named).or(s.airspace.as_ref()).filter(|a| a.class == Class::B && !a.inside);
    let outside = outside.map(|a| Item::RemainOutside(format!("{} Bravo airspace", a.name)));
    match s.assigned_squawk.or(s.free_squawk) {
        Some(code) => Decision::Say([Item::Squawk(code)].into_iter().chain(outside).chain(s.pressure()).collect()),
        None => Decision::Say(way.into_iter().chain(s.pressure()).collect()),
    }
}

/// A VFR arrival on radar: identify it, clear it into class B if it lands there, and tell it what to expect.
fn arrival(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let code = s.assigned_squawk.is_none().then_some(s.free_squawk).flatten().filter(|_| !record.radar);
    let bravo = s.airspace.as_ref().filter(|a| a.class == Class::B && a.icao == s.icao && record.radar && !record.bravo);
    let bravo = match (bravo, gate::admit(heard, record)) {
        (Some(_), Ok(leave)) => Some(clearances::into(&leave, "Bravo")),
        (Some(_), Err(_)) => return Decision::say([gate::question(Wish::Landing, s.active)]),
        (None, _) => None,
    };
    match approach(s, heard) {
        Decision::Say(items) => Decision::Say(code.map(Item::Squawk).into_iter().chain(bravo).chain(items).collect()),
        silent => silent,
    }
}

/// Why a flight without a plan gets no clearance yet.
pub(super) const NO_PLAN: &str = "no flight plan on file";

/// An IFR clearance in the order of 7110.65 4-2-1. It requires a filed plan: nothing is made up.
fn ifr_clearance(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let Some(plan) = &s.flight_plan else {
        return Decision::say([Item::Unable(NO_PLAN.into()), Item::Ask(Ask::Destination)]);
    };
    let Some(code) = plan.destination.clone() else {
        return Decision::ask(Ask::Destination);
    };
    let name = s.destination.as_ref().map(|d| d.name.clone()).or_else(|| s.filed_place.clone());
    let limit = name.map_or(code, |n| format!("{n} airport"));
    // The filed route is read out only to a pilot who asks for it (7110.65 4-3-2 c). Otherwise the departure is named as filed, and the rest
    // follows in the words of the state (4-3-3).
    let procedure = s.departure.clone();
    let whole = plan.route.as_ref().filter(|_| heard.remarks.has(Remark::WholeRoute));
    let route = match (whole, &plan.route, s.live) {
        (Some(route), ..) => Some(route.split(' ').chain(plan.star.as_ref().map(|p| p.name.as_str())).collect::<Vec<_>>().join(" ")),
        (None, ..) if procedure.is_some() => Some(s.region.then_as_filed.to_owned()).filter(|w| !w.is_empty()),
        (None, Some(_), true) => Some(s.region.as_filed.to_owned()),
        (None, None, true) => Some("direct".to_owned()),
        (None, route, false) => route.clone(),
    };
    // Where the state's controllers leave it to the published departure, no level is made up for it.
    let published = procedure.is_some() && s.live && s.on_ground && !s.region.invents_first_level;
    let Ok(leave) = gate::admit(heard, record) else {
        return Decision::say([gate::question(Wish::IfrClearance, None)]);
    };
    let mut items = vec![clearances::instruments(&leave, limit, procedure, route)];
    if s.live && !s.on_ground {
        // A flight that picks up its clearance in the air keeps its level if that is high enough.
        let least = s.floor_ft.max(s.minimum_ft).unwrap_or(0);
        let now = s.altitude_ft.map_or(0, |a| (a + 250) / 500 * 500);
        items.push(super::instruments::level(s, now.max((least + 499) / 500 * 500)));
        items.extend(s.assigned_squawk.or(s.free_squawk).map(Item::Squawk));
        return Decision::Say(items);
    }
    // A live departure climbs to an altitude that clears the terrain around the field, and gets the rest to expect later.
    let first = s.minimum_ft.filter(|_| s.live && s.on_ground).map(|m| (m + 1500 + 999) / 1000 * 1000);
    let way = match s.region.first_level {
        FirstLevel::Climb => Climb::Climb,
        FirstLevel::Maintain => Climb::Maintain,
    };
    // The altitude that the situation assigns is the initial one, whatever is filed.
    let first = first.or(s.assigned_altitude_ft.filter(|_| !s.live && s.on_ground));
    match (plan.altitude_ft, first) {
        _ if published => {}
        (Some(feet), Some(first)) if first < feet => {
            items.push(Item::Altitude { way, feet: first, level: s.is_level(first) });
            // Outside the United States, later parts of the clearance are issued later.
            items.extend(
                s.region.ifr_clearance.contains(&"expected level").then_some(Item::ExpectAltitude { feet, level: s.is_level(feet) }),
            );
        }
        (Some(feet), _) => {
            items.push(Item::Altitude { way, feet, level: s.is_level(feet) });
        }
        (None, Some(first)) => items.push(Item::Altitude { way, feet: first, level: s.is_level(first) }),
        (None, None) => {}
    }
    if let Some(st) = s.station(Facility::Departure).or_else(|| s.station(Facility::Approach).filter(|_| s.live)) {
        items.push(Item::Advice(format!("departure frequency {}", st.frequency)));
    }
    items.extend(s.assigned_squawk.or(s.free_squawk).map(Item::Squawk));
    // A cruising level other than the filed one is noted: the climb to it is given by the units on the way.
    let level = heard.requests.iter().find_map(|q| if let Request::Level { feet: Some(feet), .. } = q { Some(*feet) } else { None });
    if let Some(feet) = level.filter(|feet| s.live && plan.altitude_ft != Some(*feet) && (1_000..=HIGHEST_FT).contains(feet)) {
        items.push(Item::Advice(format!("requested {} noted", s.transition.level_of(feet))));
    }
    // Without a tower nobody sees the runway, so the departure is released when the pilot is ready.
    items.extend((s.live && !s.towered && s.region.release_void_times).then_some(Item::HoldForRelease));
    Decision::Say(items)
}

/// Flight following: a code first, then identification when the code appears (7110.65 7-6-1).
fn flight_following(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    let slots = &heard.slots;
    if record.squawk.is_none() && s.assigned_squawk.is_none() {
        // With a level or a direction of flight, the request is complete: radar knows where the aircraft is.
        let told = s.live && (!slots.altitude_ft.is_empty() || slots.direction.is_some());
        if slots.destination.is_none() && slots.distance_nm.is_none() && slots.position.is_none() && !told {
            return Decision::say([Item::GoAhead]);
        }
        // A Basic Service needs no identification; the other services begin with it.
        let basic = heard.remarks.service.clone().filter(|w| w.starts_with("Basic")).map(Item::Service);
        return match s.free_squawk {
            // On the ground nobody is identified: the code comes with the frequency to call after departure.
            Some(code) if s.live && s.on_ground => {
                let next = s.station(Facility::Departure).or_else(|| s.station(Facility::Approach));
                let next = next.map(|d| Item::Advice(format!("departure frequency {}", d.frequency)));
                Decision::say([Item::Squawk(code)].into_iter().chain(next).chain(basic).chain(s.pressure()))
            }
            Some(code) => {
                // The zone that the pilot also asks to cross is entered only with a clearance, which follows the identification.
                let waits = s.live && heard.has(Intent::TransitionRequest) && !s.region.contact_is_entry;
                let outside = waits.then(|| Item::RemainOutside("controlled airspace".into()));
                Decision::say([Item::Squawk(code), Item::Ident].into_iter().chain(basic).chain(outside).chain(s.pressure()))
            }
            None => Decision::say([Item::Standby].into_iter().chain(s.pressure())),
        };
    }
    // A flight that is followed already, and asks again, wants to know about the traffic.
    if s.live && record.radar && record.contacted.contains(&s.facility) && heard.remarks.service.is_none() {
        return Decision::Say(super::questions::traffic_items(s));
    }
    // A state without a transponder shows no code. Repeat the code only if the call asks again.
    let unseen = s.live || s.transponder.is_none() && record.last.is_none();
    if let (true, Some(want), false) = (unseen, s.assigned_squawk, s.transponder == s.assigned_squawk) {
        return Decision::say([Item::Squawk(want)].into_iter().chain(s.pressure().filter(|_| !s.live)));
    }
    let kind = heard.remarks.service.clone().map(Item::Service);
    Decision::say([Item::RadarContact(s.position.clone())].into_iter().chain(kind).chain(s.pressure()))
}

/// The highest level that is assigned, feet: no airliner or business jet is certified above flight level 510.
pub(super) const HIGHEST_FT: i32 = 51_000;

/// Whether altitudes are assigned to this visual flight: it is cleared into class B, and in it or about to be.
fn assigned(s: &Situation, record: &Record) -> bool {
    record.bravo && s.airspace.as_ref().is_none_or(|a| a.class == Class::B && (a.inside || a.ahead))
}

fn altitude(s: &Situation, record: &Record, heard: &Understanding) -> Decision {
    match heard.slots.altitude_ft.last().copied() {
        // Outside class B a visual flight chooses its altitude.
        None if s.live && !s.ifr && !s.on_ground && !assigned(s, record) => {
            Decision::say([advice("altitude your discretion, maintain VFR")])
        }
        None => Decision::ask(Ask::RequestedAltitude),
        Some(feet) if !(500..=HIGHEST_FT).contains(&feet) => {
            Decision::say([Item::Unable("that altitude".into()), Item::Ask(Ask::RequestedAltitude)])
        }
        Some(feet) if !s.ifr => Decision::say(
            [Item::Roger, Item::Advice("altitude your discretion, maintain VFR".into())]
                .into_iter()
                // A pilot who is there already has nothing to report.
                .chain(
                    s.altitude_ft
                        .is_none_or(|now| (now - feet).abs() >= 200)
                        .then(|| Item::Advice(format!("report level at {}", grouped(feet)))),
                ),
        ),
        Some(feet) if s.floor_ft.max(s.minimum_ft).is_some_and(|least| feet < least) => {
            Decision::say([Item::Unable("lower, that is below the minimum altitude here".into()), Item::Ask(Ask::RequestedAltitude)])
        }
        Some(feet) => {
            let way = match s.altitude_ft {
                Some(a) if a < feet => Climb::Climb,
                Some(a) if a > feet => Climb::Descend,
                _ => Climb::Maintain,
            };
            Decision::say([Item::Altitude { way, feet, level: s.is_level(feet) }])
        }
    }
}

pub(super) fn grouped(feet: i32) -> String {
    if feet >= 1000 { format!("{},{:03}", feet / 1000, feet % 1000) } else { feet.to_string() }
}

/// The approach to expect for an arrival without a request: visual if the weather allows it (7110.65 7-4-2: a ceiling of 1,000
/// feet and 3 miles), otherwise the most precise one in the data for the runway. Without such data it is also visual: nothing is invented.
pub(crate) fn way_in(s: &Situation, runway: Runway) -> String {
    let low = s.weather.ceiling_ft.is_some_and(|c| c < 1000.0) || s.visibility_sm().is_some_and(|v| v < 3.0);
    let best = || KINDS.iter().find_map(|k| s.approach_named(k, runway));
    // Low cloud rules out a visual approach. Without data the pilot, who has the charts, chooses another one.
    if low { best().unwrap_or("") } else { "visual" }.to_owned()
}

/// Approach types, most precise first.
pub(super) const KINDS: [&str; 11] = ["ILS", "GLS", "RNAV", "LOC", "LDA", "GPS", "VOR/DME", "VOR", "LOC BC", "NDB/DME", "NDB"];

/// An approach request: the approach to expect, or a referral to the tower for a visual arrival.
fn approach(s: &Situation, heard: &Understanding) -> Decision {
    let runway = heard.slots.runway.and_then(|r| s.known(r)).or(s.active);
    let kind = heard.slots.approach.clone();
    // If the data lists approaches, only those are given, by their full names. A visual approach need not be listed.
    let kind = match (kind, s.approaches.as_ref().filter(|list| !list.is_empty() || !s.live || !s.ifr), runway) {
        (Some(k), Some(_), Some(r)) if !k.eq_ignore_ascii_case("visual") => match s.approach_named(&k, r) {
            Some(named) => Some(named.to_owned()),
            None => {
                let refuse = Item::Unable(format!("{k} approach not available"));
                let instead = Item::Approach { kind: way_in(s, r), expect: true };
                return Decision::say([refuse, instead, Item::Runway(r)].into_iter().chain(s.pressure()));
            }
        },
        (kind, ..) => kind,
    };
    match (kind, runway) {
        (Some(kind), Some(r)) => Decision::say([Item::Approach { kind, expect: true }, Item::Runway(r)].into_iter().chain(s.pressure())),
        (None, Some(r)) if s.live && s.ifr => {
            Decision::say([Item::Approach { kind: way_in(s, r), expect: true }, Item::Runway(r)].into_iter().chain(s.pressure()))
        }
        (None, Some(r)) => Decision::say([Item::Advice(format!("expect runway {r}"))].into_iter().chain(s.pressure())),
        (_, None) => Decision::ask(Ask::Runway),
    }
}
