//! Subjects of an aircraft on the ground: start-up, taxi, stops, the runway to come, and what stands beside the apron.

use super::{Matter, advice, no_information, of, pattern, unable, verdict};
use crate::decide::{facts, questions};
use crate::hear::question::Form;
use crate::instruction::{Ask, Item, Services};
use crate::intent::Intent;
use crate::phase::Phase;
use crate::record::OBSTRUCTED;
use crate::remark::Remark;
use crate::request::Request;
use crate::units::{Facility, Runway};

/// Pushback: approved for an aircraft at the stand (7110.65 3-7-1). A pilot who asks which way to face has the choice.
pub(super) fn push_back(m: &Matter) -> Vec<Item> {
    let at_stand = matches!(m.s.phase, Phase::Parked | Phase::PushedBack);
    if !m.s.on_ground || !m.of_field() {
        return Vec::new();
    }
    if m.asks_which() || m.told(Remark::AsksFacing) {
        return vec![advice(m.r.facing.clone().unwrap_or_else(|| super::super::ground::OWN_CHOICE.to_owned()))];
    }
    if m.s.phase == Phase::PushedBack && m.form == Form::Whether {
        return vec![Item::Affirm];
    }
    if at_stand { m.decided(Intent::PushbackRequest) } else { Vec::new() }
}

/// Start-up: approved; flow control is not known here, so nothing delays it (7110.65 3-1-1 leaves it to the pilot in the United States).
pub(super) fn start_up(m: &Matter) -> Vec<Item> {
    match m.form {
        _ if !m.s.on_ground || !m.of_field() => Vec::new(),
        Form::What | Form::Either => vec![advice("start-up at your discretion")],
        _ => m.decided(Intent::StartupRequest),
    }
}

/// Taxi out: the clearance, or the one in force to a pilot who asks about it (7110.65 3-7-2).
pub(super) fn taxi_out(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || m.s.on_runway {
        return Vec::new();
    }
    let standing = m.r.taxi.filter(|_| m.heard.slots.runway.is_none_or(|x| Some(x) == m.r.taxi));
    match standing {
        Some(_) if m.form != Form::Requests && m.form != Form::States => {
            let way = facts::route(m.s, m.r);
            let yes = (m.form == Form::Whether).then_some(Item::Affirm);
            yes.into_iter().chain(way).collect()
        }
        _ => m.decided(Intent::TaxiRequest),
    }
}

/// Taxi in. An aircraft that is off the runway taxies; one that is on it leaves it first (7110.65 3-10-9).
pub(super) fn taxi_in(m: &Matter) -> Vec<Item> {
    if m.s.on_ground { m.decided(Intent::TaxiToParking) } else { Vec::new() }
}

/// The taxi route in force; another one that the pilot wants, with the hold short that stays (7110.65 3-7-2). A place that the data does not
/// have is not described.
pub(super) fn taxi_route(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || !m.of_field() {
        return Vec::new();
    }
    let going = m.r.taxi.is_some() || m.r.parking.is_some();
    let stays = m.r.hold_short.filter(|_| going).map(|runway| Item::HoldShort { runway, at: None });
    match m.form {
        Form::Requests if going && m.told(Remark::AsksRoute) => facts::route(m.s, m.r),
        Form::Requests | Form::States if going => [advice("approved as requested")].into_iter().chain(stays).collect(),
        _ if going => facts::route(m.s, m.r),
        // Off the runway after the landing, the way is the way in; at the stand, the way out.
        _ if matches!(m.s.phase, Phase::TaxiIn) || m.r.arrived => m.decided(Intent::TaxiToParking),
        _ if m.s.phase == Phase::HoldingShort => unable("the layout of the apron is not on the chart here"),
        _ => m.decided(Intent::RequestProgressiveTaxi),
    }
}

/// Where to hold short, and whether to cross: what is in force, else what the route crosses (7110.65 3-7-2: one runway at a time, and none
/// without its own clearance).
pub(super) fn hold_short(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if !s.on_ground || !m.of_field() {
        return Vec::new();
    }
    // The question whether to cross is a request at the runway, and passes the gate. "All the runways on the way" names none.
    if m.form == Form::Requests
        && m.heard.slots.crossing
        && (m.heard.slots.runway.is_some() || s.runway_here.is_some())
        && let Some(decision) = super::super::ground::crossing(s, r, m.heard)
    {
        return of(decision);
    }
    if m.heard.slots.crossing || m.told(Remark::AsksCrossing) || m.told(Remark::Crosses) {
        let items = facts::crossing(s, r, m.heard);
        let named = m.heard.slots.runway.or(m.heard.slots.hold_short).and_then(|x| s.known(x));
        if named.is_some() || r.crossing.is_some() || r.hold_short.is_some() {
            return items;
        }
    }
    let inward = r.parking.is_some() || matches!(s.phase, Phase::TaxiIn);
    if !inward {
        let held = facts::hold_short(s, r, m.heard);
        if !held.is_empty() {
            return held;
        }
    }
    let mapped = if inward { &s.route_in } else { &s.route_out };
    let named = m.heard.slots.hold_short.or(m.heard.slots.runway).and_then(|x| s.known(x));
    match (mapped.as_ref().map(|way| way.first_crossing.clone()), named) {
        (Some(Some((runway, at))), _) => vec![Item::HoldShort { runway, at }],
        (Some(None), _) => vec![advice("no runway on your way")],
        // Without a taxi chart, no runway may be entered.
        (None, Some(runway)) => vec![Item::HoldShort { runway, at: None }],
        (None, None) if s.runways.len() <= 2 && inward => vec![advice("no other runway on your way")],
        (None, None) => vec![advice("hold short of all runways")],
    }
}

/// A stop on the taxiways: approved. An aircraft on the runway leaves it first, and a takeoff clearance does not wait (7110.65 3-9-11).
pub(super) fn stop_taxi(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || !m.of_field() {
        return Vec::new();
    }
    if m.s.on_runway && m.r.takeoff.is_none() {
        return match m.s.phase {
            Phase::LineUpAndWait => vec![Item::HoldPosition, advice("advise when ready")],
            _ => vec![Item::Unable("stop on the runway".into()), advice("exit the runway when able")],
        };
    }
    if m.r.takeoff.is_some() {
        return vec![Item::CancelTakeoff, advice("advise when ready")];
    }
    vec![advice("approved"), Item::HoldPosition, advice("advise when ready to taxi")]
}

/// The taxi goes on: the clearance in force stands, with its hold short.
pub(super) fn resume_taxi(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if !s.on_ground || s.on_runway || !m.of_field() {
        return Vec::new();
    }
    if s.phase == Phase::HoldingShort {
        return r.hold_short.or(r.taxi).or(s.runway_here).map(|runway| Item::HoldShort { runway, at: None }).into_iter().collect();
    }
    match (r.taxi, r.parking.is_some()) {
        (Some(runway), _) => {
            let short = r.hold_short.unwrap_or(runway);
            vec![Item::Roger, advice(format!("continue taxi runway {runway}")), Item::HoldShort { runway: short, at: None }]
        }
        (None, true) => vec![Item::Roger, advice("continue taxi")],
        (None, false) => m.decided(if r.arrived { Intent::TaxiToParking } else { Intent::TaxiRequest }),
    }
}

/// A run-up: anywhere but on the runway.
pub(super) fn run_up(m: &Matter) -> Vec<Item> {
    match m.form {
        _ if !m.s.on_ground => Vec::new(),
        _ if m.s.on_runway => unable("run-up on the runway"),
        Form::What | Form::Either => vec![advice("run-up at your discretion, advise when ready")],
        _ => vec![advice("approved as requested"), advice("advise when ready")],
    }
}

/// A departure from an intersection, with the remaining length (7110.65 3-7-1 c); only where the data has it.
pub(super) fn intersection(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground {
        return Vec::new();
    }
    let full = || m.runway().map(|x| advice(format!("full length runway {x}")));
    let named = m.heard.slots.location.as_ref();
    match named.and_then(|at| m.s.intersections.get(at).map(|length| (at, length))) {
        Some((at, length)) => vec![advice(format!("intersection departure at {at} approved, {length}"))],
        None if m.wants() || m.form == Form::Whether => {
            [Item::Unable("the remaining length there is not known here".into())].into_iter().chain(full()).collect()
        }
        None => full().into_iter().collect(),
    }
}

/// The full length. A backtrack on the runway comes with the clearance to enter it.
pub(super) fn full_length(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground {
        return Vec::new();
    }
    let Some(runway) = m.runway() else { return Vec::new() };
    let on_it = m.s.on_runway && (m.r.lined_up.is_some() || m.r.takeoff.is_some());
    let yes = (m.form == Form::Whether).then_some(Item::Affirm);
    match on_it && m.wants() {
        true => vec![pattern("backtrack approved"), advice("advise when ready")],
        false => yes.into_iter().chain([advice(format!("full length runway {runway}"))]).collect(),
    }
}

/// Whether to line up: only what was cleared (7110.65 3-9-4).
pub(super) fn line_up(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || !m.tower() {
        return Vec::new();
    }
    let yes = (m.form == Form::Whether).then_some(Item::Affirm);
    match (m.r.takeoff.or(m.r.lined_up), m.runway()) {
        (Some(runway), _) if m.r.takeoff.is_some() => {
            yes.into_iter().chain([advice(format!("you are cleared for takeoff runway {runway}"))]).collect()
        }
        (Some(runway), _) => yes.into_iter().chain([Item::Runway(runway), Item::LineUpAndWait]).collect(),
        (None, Some(runway)) if !m.s.on_runway => {
            let there = m.s.in_the_way(runway).map(Item::Traffic);
            [Item::Negative, Item::HoldShort { runway, at: None }].into_iter().chain(there).collect()
        }
        _ => vec![Item::HoldPosition],
    }
}

/// Another runway: given if it is there and free, refused with the reason.
pub(super) fn runway_choice(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    let known = |x: &Runway| s.known(*x).is_some();
    // "If the wind stays, we would take one two": said to the unit that sees the arrival through, it is a wish.
    let named = m.heard.requests.iter().find_map(|q| if let Request::Runway { runway } = q { *runway } else { None });
    let Some(runway) = named.or(m.heard.slots.runway).filter(known) else {
        return match m.heard.slots.runway {
            Some(x) => unable(format!("runway {x} is not at this field")),
            None if m.wants() => vec![Item::Ask(Ask::Runway)],
            None => runway_in_use(m),
        };
    };
    if s.is_closed(runway) {
        return unable(format!("runway {runway} is closed"));
    }
    let same = r.taxi.filter(|_| s.on_ground).or(r.landing.map(|(x, _)| x)).or(r.pattern_runway).or(r.expects) == Some(runway);
    if same && m.form == Form::Whether {
        return vec![Item::Affirm, Item::Runway(runway)];
    }
    if s.facility == Facility::Ground && s.on_ground {
        return m.decided(Intent::TaxiRequest);
    }
    if m.tower() && !s.on_ground {
        return of(questions::other_runway(s, r, runway));
    }
    if s.facility.is_radar() && !s.on_ground && !s.ifr && !super::elsewhere(s) {
        let yes = (m.form == Form::Whether).then_some(Item::Affirm);
        return yes.into_iter().chain([advice(format!("expect runway {runway}"))]).collect();
    }
    Vec::new()
}

/// The runway that was given, else the one in use.
pub(super) fn runway_in_use(m: &Matter) -> Vec<Item> {
    let (s, r) = (m.s, m.r);
    if m.heard.remarks.weather_at.is_some() {
        return Vec::new();
    }
    let given = r.takeoff.or(r.landing.map(|(x, _)| x)).or(if s.on_ground { r.taxi } else { r.expects.or(r.pattern_runway) });
    let arrival = s.arrival.as_ref().and_then(|a| a.runway);
    let own = given.or(arrival).filter(|_| !s.on_ground || given.is_some());
    let Some(runway) = own.or(s.active.filter(|_| !super::elsewhere(s))) else { return Vec::new() };
    let words = advice(if own.is_some() { format!("runway {runway}") } else { format!("runway {runway} in use") });
    match m.heard.slots.runway.filter(|_| m.form == Form::Whether) {
        Some(said) if said == runway => vec![Item::Affirm, words],
        Some(_) => verdict(false, words),
        None => vec![words],
    }
}

/// The runway as the data has it: what was asked, else length and surface.
pub(super) fn runway_data(m: &Matter) -> Vec<Item> {
    let found = facts::of_runway(m.s, m.r, m.heard);
    if !found.is_empty() {
        return found;
    }
    let mut both = m.heard.clone();
    both.remarks.tell(Remark::AsksLength);
    both.remarks.tell(Remark::AsksSurface);
    facts::of_runway(m.s, m.r, &both)
}

/// Whether the runway is free: who is on it or about to be.
pub(super) fn runway_clear(m: &Matter) -> Vec<Item> {
    let Some(runway) = m.heard.slots.runway.and_then(|x| m.s.known(x)).or(m.runway()) else { return Vec::new() };
    match m.s.in_the_way(runway) {
        Some(who) => vec![Item::Traffic(who)],
        None if m.r.obstructed => vec![advice(OBSTRUCTED)],
        None => vec![advice(format!("runway {runway} is clear"))],
    }
}

/// How long it takes: the aircraft seen to use the runway first. Flow control is not simulated.
pub(super) fn wait_time(m: &Matter) -> Vec<Item> {
    if m.told(Remark::AsksSlot) && m.s.on_ground {
        return vec![advice("no slot or flow restriction on record for you")];
    }
    questions::delay(m.s)
}

/// De-icing: approved, with the report that ends it.
pub(super) fn de_icing(m: &Matter) -> Vec<Item> {
    match m.form {
        _ if !m.s.on_ground || m.s.on_runway => Vec::new(),
        Form::What | Form::Either => unable("no information about de-icing on the apron"),
        _ => vec![Item::Roger, advice("de-icing approved, advise when complete")],
    }
}

/// Fuel: the way to it is approved; who sells it, no controller knows.
pub(super) fn fuel(m: &Matter) -> Vec<Item> {
    match m.form {
        _ if !m.s.on_ground => services(m),
        // A pilot who wants to go there taxies; one who stands there stays.
        Form::Requests | Form::States if m.s.phase == Phase::TaxiIn && m.r.parking.is_none() && !m.s.on_runway && m.of_field() => {
            m.decided(Intent::TaxiToParking)
        }
        Form::Requests if !m.s.on_runway => vec![advice("approved as requested")],
        Form::States => vec![Item::Roger],
        _ => services(m),
    }
}

/// What others provide on the apron. The stand is the one in the taxi clearance, else the pilot's choice.
pub(super) fn services(m: &Matter) -> Vec<Item> {
    if m.r.alerted || m.s.on_ground || !m.s.ifr {
        return unable("no information about services on the apron");
    }
    Vec::new()
}

/// A tug. A controller calls it, and cannot see when it arrives.
pub(super) fn tow(m: &Matter) -> Vec<Item> {
    if !m.s.on_ground || !m.of_field() {
        return Vec::new();
    }
    let called = m.r.towed;
    match m.form {
        Form::Requests | Form::States if !called => vec![Item::Roger, Item::Services(Services::Tow)],
        Form::What => vec![Item::Services(Services::Tow), advice("the time of its arrival is not known here")],
        _ => vec![Item::Affirm, Item::Services(Services::Tow)],
    }
}

/// A telephone number: none is on record, and nothing that happened here needs a call.
pub(super) fn phone(m: &Matter) -> Vec<Item> {
    match m.form {
        Form::Whether | Form::Requests => vec![Item::Negative, advice("no call needed")],
        _ => unable("no phone number on record here"),
    }
}

/// The flight plan on file, and who closes or opens it.
pub(super) fn flight_plan(m: &Matter) -> Vec<Item> {
    if m.told(Remark::ClosesPlan) {
        return of(super::super::visual::closes_plan(m.s));
    }
    let with = m.s.region.plan_closed_with;
    match (&m.s.flight_plan, m.wants()) {
        (_, true) if !with.is_empty() && !m.s.ifr => vec![Item::Roger, advice(format!("contact {with} for your flight plan"))],
        (Some(_), true) => vec![Item::Roger, advice("flight plan on file")],
        (Some(_), false) => vec![Item::Affirm, advice("flight plan on file")],
        (None, true) => vec![advice("no flight plan on file here")],
        (None, false) => vec![Item::Negative, advice("no flight plan on file")],
    }
}

/// The clearance: of an instrument flight, what was cleared; a visual flight needs none outside class B (AIM 3-2-3).
pub(super) fn clearance(m: &Matter) -> Vec<Item> {
    if m.r.ifr || m.s.flight_plan.as_ref().is_some_and(|p| p.ifr == Some(true)) || m.told(Remark::AsksBravo) {
        return Vec::new();
    }
    match m.s.on_ground && m.form != Form::States && m.s.region.contact_is_entry && m.s.bravo.is_none() {
        true => vec![advice("no clearance required for a visual flight here")],
        false => Vec::new(),
    }
}

/// Back to the stand instead of departing: a takeoff clearance is cancelled, and the taxi in follows.
pub(super) fn back_to_stand(m: &Matter) -> Vec<Item> {
    let mut meant = m.heard.clone();
    meant.remarks.tell(Remark::WantsStand);
    super::super::trouble::to_the_stand(m.s, m.r, &meant).map(of).unwrap_or_default()
}

/// The lights as the data has them. None of them is controlled from here.
pub(super) fn lights(m: &Matter) -> Vec<Item> {
    if m.wants() {
        return unable("the lights are not controlled from here");
    }
    let mut asks = m.heard.clone();
    asks.remarks.tell(Remark::AsksLights);
    let found = facts::of_runway(m.s, m.r, &asks);
    if found.is_empty() { vec![no_information()] } else { found }
}
