//! Subjects of a visual flight with a radar unit or on its way in or out: the next unit, places, airspace, services.

use super::{Matter, advice, no_information, of, unable};
use crate::decide::{instruments, questions, radar, vectors, visual};
use crate::gate;
use crate::hear::question::{Form, Subject};
use crate::instruction::{Climb, Item, ReportPoint, Wish};
use crate::intent::Intent;
use crate::phase::Phase;
use crate::remark::Remark;
use crate::units::Facility;

/// Within this distance of its field, an arrival under VFR is sent to the tower when its pilot asks or sees the field, nautical miles.
const TOWER_NM: u16 = 12;
/// Within this distance an en-route unit sends it to the approach unit, nautical miles.
const APPROACH_NM: u16 = 30;

/// The tower of the field that this visual flight comes in to, where it is near enough (7110.65 5-1-9, 7-6-10).
pub(super) fn to_the_tower(m: &Matter) -> Vec<Item> {
    let s = m.s;
    // A lost pilot stays until the field is in sight, and an aircraft in distress stays.
    if m.r.plight.is_some() || m.r.emergency.is_some() {
        return vec![Item::RemainThisFrequency];
    }
    if let Some(next) = &s.next_unit {
        return vec![Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }];
    }
    let bound_here = s.destination.as_ref().is_none_or(|d| d.here);
    let within = |nm: u16| s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= nm);
    let other = |f: Facility| s.station(f).filter(|t| bound_here && s.frequency.is_none_or(|own| !t.frequency.same_channel(own)));
    let tower = other(Facility::Tower).filter(|_| within(TOWER_NM));
    // An en-route unit hands an arrival to the approach unit of the field.
    let lands = s.destination.as_ref().is_some_and(|d| d.here);
    let approach = || other(Facility::Approach).filter(|_| lands && s.facility == Facility::Center && within(APPROACH_NM));
    match tower.or_else(approach) {
        Some(next) => vec![Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }],
        None => vec![Item::RemainThisFrequency],
    }
}

/// The unit to call next, and when.
pub(super) fn next_unit(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    let named = m.heard.remarks.frequency_of;
    if (r.emergency.is_some() || r.plight.is_some()) && named.is_none() {
        let yes = (m.form == Form::Whether).then_some(Item::Affirm);
        return yes.into_iter().chain([Item::RemainThisFrequency]).collect();
    }
    let there = |f: Facility| s.station(f).map(|u| advice(format!("{} is {}", u.name, u.frequency)));
    if s.on_ground {
        let landed = r.arrived || matches!(s.phase, Phase::LandingRoll | Phase::TaxiIn);
        let next = match s.facility {
            Facility::Clearance => Some(Facility::Ground),
            Facility::Ground if !landed => Some(Facility::Tower),
            Facility::Tower if landed && !s.tower_works_ground() => Some(Facility::Ground),
            _ => None,
        };
        return match next.and_then(|f| s.station(f).map(|_| f)) {
            Some(Facility::Tower) if s.phase == Phase::HoldingShort => vec![s.contact(Facility::Tower)],
            Some(Facility::Ground) if s.facility == Facility::Tower && !s.on_runway => vec![s.contact(Facility::Ground)],
            Some(f) => there(f).into_iter().chain([advice("when ready")]).collect(),
            None => vec![Item::RemainThisFrequency],
        };
    }
    // In the circuit, the next unit is the one on the ground.
    let lands = s.facility == Facility::Tower && (r.landing.is_some() || m.in_circuit() && r.closed_traffic.is_none());
    if lands && let Some(ground) = s.station(Facility::Ground).filter(|_| !s.tower_works_ground()) {
        return vec![advice(format!("{} is {} when clear of the runway", ground.name, ground.frequency))];
    }
    if s.facility.is_radar() && !s.ifr {
        let items = to_the_tower(m);
        if items != [Item::RemainThisFrequency] {
            return items;
        }
    }
    match &s.next_unit {
        Some(next) => vec![Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }],
        None if named.is_some_and(|f| f != s.facility) => named.and_then(there).into_iter().chain([Item::RemainThisFrequency]).collect(),
        None => vec![Item::RemainThisFrequency],
    }
}

/// The direction and distance to a place: the field that the part names, the destination, or this field.
pub(super) fn distance(m: &Matter) -> Vec<Item> {
    let s = m.s;
    if s.on_ground || m.form == Form::States && !m.told(Remark::AsksDistance) {
        return Vec::new();
    }
    let field = |h: &crate::situation::Home| Item::FieldAt { name: h.name.clone(), degrees: h.heading_mag, miles: h.distance_nm };
    if let Some(there) = &s.asked_field {
        return vec![field(there)];
    }
    let name = m.heard.slots.destination.as_ref().map(|d| s.asked_place.clone().unwrap_or_else(|| d.clone()));
    match (name, &s.destination, &s.home) {
        (Some(name), Some(d), _) if d.name.eq_ignore_ascii_case(&name) => vec![miles_to(d.distance_nm, &d.name)],
        (Some(name), ..) => unable(format!("the position of {name} is not known here")),
        (None, Some(d), _) if !d.here => vec![miles_to(d.distance_nm, &d.name)],
        (None, _, Some(home)) => vec![field(home)],
        _ => vec![no_information()],
    }
}

fn miles_to(miles: f64, name: &str) -> Item {
    advice(format!("{} miles to {name}", miles.round().max(1.0)))
}

/// Where the controller sees the aircraft.
pub(super) fn position(m: &Matter) -> Vec<Item> {
    let s = m.s;
    match (s.runway_here.filter(|_| s.on_ground), &s.position) {
        (Some(x), _) => vec![advice(format!("position at runway {x}"))],
        (None, Some(p)) if !s.on_ground => vec![advice(format!("position {p}"))],
        _ => vec![no_information()],
    }
}

/// Traffic that is a factor (7110.65 2-1-21).
pub(super) fn traffic(m: &Matter) -> Vec<Item> {
    let flying = !m.s.on_ground || m.tower();
    if !flying || matches!(m.form, Form::States | Form::Requests) {
        return Vec::new();
    }
    questions::traffic_items(m.s)
}

/// The field in sight: an arrival under VFR goes to the tower (7110.65 7-6-10).
pub(super) fn field_seen(m: &Matter) -> Vec<Item> {
    if m.s.on_ground || m.s.ifr || !m.s.facility.is_radar() {
        return Vec::new();
    }
    let items = to_the_tower(m);
    match m.details.denies || items == [Item::RemainThisFrequency] {
        true => vec![Item::Roger],
        false => items,
    }
}

/// Entry into airspace: class B needs a clearance of its radar unit (7110.65 7-9-2), a control zone that of its tower, and contact is the
/// entry into class C and D of the United States (7-8-2). The whole call passes the gate; a question gets what is in force.
pub(super) fn airspace_entry(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if s.on_ground || s.ifr {
        return Vec::new();
    }
    let of_b = m.told(Remark::ThroughBravo) || m.told(Remark::AsksBravo) || m.details.bravo;
    let near_b = s.bravo.as_ref().or(s.airspace.as_ref().filter(|a| a.class == crate::airports::airspace::Class::B));
    // The tower below class B sends the pilot to the unit that clears it.
    if let Some(b) = near_b.filter(|_| of_b && !s.facility.is_radar() && !r.bravo) {
        let unit = s.next_unit.as_ref().map(|n| Item::Contact { unit: n.name.clone(), frequency: Some(n.frequency) });
        let unit = unit.or_else(|| s.station(Facility::Approach).map(|_| s.contact(Facility::Approach)));
        return [Item::RemainOutside(format!("{} Bravo airspace", b.name))].into_iter().chain(unit).collect();
    }
    if m.form == Form::Requests {
        // Both the readers of intents and the subject must hear the request: one alone is asked about.
        return match m.heard.has(Intent::TransitionRequest) {
            true => m.decided(Intent::TransitionRequest),
            false => vec![gate::question(Wish::Entry, None)],
        };
    }
    if m.form == Form::States {
        return Vec::new();
    }
    let mut asks = m.as_intent(Intent::Unknown);
    asks.remarks.tell(Remark::AsksEntry);
    if of_b {
        asks.remarks.tell(Remark::ThroughBravo);
    }
    visual::entry(s, r, &asks).map(of).unwrap_or_default()
}

/// Where airspace lies: class B and C from the data; whether another area is active, no data here says.
pub(super) fn airspace(m: &Matter) -> Vec<Item> {
    let s = m.s;
    let area = m.details.of_area;
    match s.airspace.as_ref().or(s.bravo.as_ref()).filter(|_| !s.on_ground && !area && m.form != Form::States) {
        Some(a) => {
            let class = format!("{} class {:?}", a.name, a.class);
            let miles = a.distance_nm.round().max(1.0);
            vec![advice(match (a.inside, a.ahead) {
                (true, _) => format!("you are inside {class}"),
                (false, true) => format!("your track enters {class}, its centre is {miles} miles away"),
                (false, false) => format!("you are clear of {class}, its centre is {miles} miles away"),
            })]
        }
        None if m.form == Form::States => Vec::new(),
        None => unable("no information on that airspace here"),
    }
}

/// A radar or information service: asked for, or asked about (7110.65 7-6-1; CAP 774).
pub(super) fn radar_service(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::Whether if m.r.radar => vec![Item::Affirm, Item::RadarContact(m.s.position.clone())],
        Form::Whether => vec![Item::Negative, advice("say your request if you want the service")],
        Form::Requests => m.decided(Intent::FlightFollowingRequest),
        _ => Vec::new(),
    }
}

/// The end of the service, or that it stays.
pub(super) fn end_service(m: &Matter) -> Vec<Item> {
    let keeps = m.details.denies || m.details.keeps;
    match m.form {
        _ if keeps && m.r.radar => vec![Item::Roger, advice("service continues")],
        Form::Requests | Form::States if m.s.facility.is_radar() && !m.s.ifr && !m.s.on_ground && m.r.squawk.is_some() => {
            m.decided(Intent::CancelFlightFollowing)
        }
        _ => Vec::new(),
    }
}

/// A short time off the frequency: approved, and the service goes on (AIM 5-3-1). In the pattern the tower needs the aircraft.
pub(super) fn leave_frequency(m: &Matter) -> Vec<Item> {
    if m.s.ifr && !m.s.on_ground || m.in_circuit() {
        return vec![Item::Unable("to let you leave the frequency here".into()), Item::RemainThisFrequency];
    }
    let code = m.r.squawk.filter(|_| !m.s.on_ground).map(Item::Squawk).filter(|_| m.form == Form::States && m.told(Remark::ChangesMind));
    [advice("approved, report back on this frequency")].into_iter().chain(code).collect()
}

/// Back on the frequency.
pub(super) fn back_on_frequency(m: &Matter) -> Vec<Item> {
    let open = if m.r.radar && !m.s.on_ground { Some(advice("radar contact")) } else { None };
    [Item::Roger].into_iter().chain(open.filter(|_| m.form == Form::Whether)).collect()
}

/// Work in an area.
pub(super) fn work_area(m: &Matter) -> Vec<Item> {
    if m.s.on_ground || m.s.ifr || !m.wants() {
        return Vec::new();
    }
    if visual::inside_b(m.s) && !m.r.bravo {
        let name = m.s.airspace.as_ref().map_or_else(String::new, |a| a.name.clone());
        return vec![Item::RemainOutside(format!("{name} Bravo airspace"))];
    }
    vec![advice("approved as requested"), Item::Report(ReportPoint::Words("when complete".into()))]
}

/// The work is done: the way back, by the unit that the flight is with.
pub(super) fn area_done(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::States | Form::Requests if m.visual() => m.decided(Intent::InboundLanding),
        _ => Vec::new(),
    }
}

/// Another field, or back to the field of departure.
pub(super) fn diversion(m: &Matter) -> Vec<Item> {
    if !m.visual() || m.asks_which() {
        return Vec::new();
    }
    let (s, named) = (m.s, m.heard.slots.destination.is_some());
    // Back to this field: the tower, where it is near.
    let here = m.heard.slots.destination.as_deref().is_none_or(|d| d == s.icao || s.airport_name.eq_ignore_ascii_case(d));
    if here && s.facility.is_radar() {
        let home = s.home.as_ref().filter(|h| h.here).map(|h| Item::FieldAt {
            name: h.name.clone(),
            degrees: h.heading_mag,
            miles: h.distance_nm,
        });
        let tower = to_the_tower(m);
        let tower = tower.into_iter().filter(|i| *i != Item::RemainThisFrequency);
        return [Item::Roger, advice("proceed as requested")].into_iter().chain(home).chain(tower).collect();
    }
    if here && m.tower() {
        return m.decided(Intent::InboundLanding);
    }
    if named { m.decided(Intent::Diversion) } else { Vec::new() }
}

/// Levels, turns and directs of a visual flight outside class B are its own (7110.65 7-6-1; AIM 4-1-18).
pub(super) fn own_choice(m: &Matter, subject: Subject) -> Vec<Item> {
    let held = m.r.bravo && visual::inside_b(m.s);
    if !m.visual() || held || !m.s.facility.is_radar() || !matches!(m.form, Form::Requests | Form::Whether) {
        return Vec::new();
    }
    match subject {
        Subject::Climb | Subject::Descent => match m.heard.slots.altitude_ft.last() {
            Some(feet) => vec![advice(format!("{} feet approved, maintain VFR", radar::grouped(*feet)))],
            None => vec![advice("altitude your discretion, maintain VFR")],
        },
        Subject::LevelQuestion => {
            m.r.altitude_ft
                .map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: m.s.is_level(feet) })
                .map_or_else(|| vec![advice("no altitude restriction, maintain VFR")], |level| vec![level])
        }
        Subject::OwnNavigation => vec![Item::ResumeOwnNavigation],
        _ => vec![advice("approved as requested"), advice("maintain VFR")],
    }
}

/// The heading to fly: the vector that is due on an instrument approach, the present heading, or own navigation.
pub(super) fn heading(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if !s.facility.is_radar() || s.on_ground || m.heard.slots.heading.is_some() || !m.heard.requests.is_empty() || m.form == Form::States {
        return Vec::new();
    }
    let vector =
        instruments::arrival(s).filter(|a| s.ifr && !r.on_course && instruments::gives_approach(s, a)).and_then(|a| vectors::now(s, r, a));
    match (vector, s.heading_mag.filter(|_| s.ifr && !r.on_course)) {
        (Some(items), _) => items,
        (None, Some(now)) => {
            let degrees = (((now / 5.0).round() * 5.0) as u16 + 359) % 360 + 1;
            vec![Item::Heading { turn: None, degrees }]
        }
        (None, None) => vec![advice("own navigation")],
    }
}
