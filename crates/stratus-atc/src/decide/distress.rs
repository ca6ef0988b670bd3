//! Distress, urgency, and pilots who are lost or in cloud: a state that runs alongside the phase of flight. The controller acknowledges at
//! once, asks one question at a time, grants requests, and guides the aircraft to a landing, until it is down or the pilot cancels (7110.65
//! 10-1-1, 10-2-1).

use super::{Decision, lost, vectors};
use crate::act::Act;
use crate::clearances;
use crate::gate::{self, Admitted, Distress};
use crate::hear::Said;
use crate::instruction::{Ask, Emergency, Item, Landing, Services, Wish};
use crate::intent::{Intent, Topic, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Expected, Request, Way};
use crate::situation::Situation;
use crate::units::{Facility, Runway, Side, turn};

/// A pilot whose heading is within this many degrees of the bearing to the field needs no new heading.
const ON_THE_WAY: f64 = 15.0;
/// Beyond this distance, nobody sees a field, nautical miles.
pub(super) const IN_SIGHT_NM: u16 = 12;
/// Beyond this distance an aircraft in distress gets directions to the field, nautical miles.
const FAR_NM: u16 = 6;
/// A call with this many words that no phrase explains has described the trouble.
const DESCRIBED: usize = 4;

/// Acknowledges distress or urgency first, then adds everything that helps (7110.65 10-1-1, 10-2-1).
pub(super) fn emergency(s: &Situation, record: &Record, heard: &Understanding, leave: &Admitted<Distress>) -> Decision {
    let grade = if heard.has(Intent::Mayday) { Emergency::Mayday } else { Emergency::Pan };
    let worse = grade == Emergency::Mayday && record.emergency == Some(Emergency::Pan);
    if lost::in_cloud(heard) && !s.on_ground && !s.ifr {
        return Decision::say([Item::RogerEmergency(grade)].into_iter().chain(lost::keep_level(s)));
    }
    if lands_off_field(s, heard) {
        return Decision::Say(off_field(s, Item::RogerEmergency(grade)));
    }
    if heard.remarks.has(Remark::EmergencyDescent) && s.live && !s.on_ground {
        return Decision::say([Item::RogerEmergency(grade)].into_iter().chain(super::alarms::descent(s)));
    }
    let mut items = vec![Item::RogerEmergency(grade)];
    if record.emergency.is_some() && !worse {
        // The emergency is already known, on this frequency or the last one, so the current request matters.
        let short = s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= FAR_NM + 4);
        // On final, the landing clearance is what helps, and radar passes it on.
        let radar = s.facility.is_radar() && on_final(s, heard);
        let lands = s.live && (s.facility == Facility::Tower && short || radar) && !s.on_ground && record.landing.is_none();
        if let Some(r) = free_runway(s, record, heard).filter(|_| lands) {
            let help = heard.remarks.has(Remark::AsksForHelp).then_some(Item::Services(Services::Alerted));
            return Decision::say(items.into_iter().chain(s.wind()).chain([Item::Runway(r), clearances::rescue(leave)]).chain(help));
        }
        if let Some(way) = runway_asked_for(s, record, heard) {
            return Decision::say(items.into_iter().chain(way));
        }
        if let Some(Decision::Say(rest)) = granted(s, record, heard) {
            return Decision::say(items.into_iter().chain(rest));
        }
        if s.facility.is_radar() && !s.on_ground {
            return Decision::say(items.into_iter().chain(home(s)));
        }
    }
    let first = record.emergency.is_none();
    if let Some(Decision::Say(rest)) = granted(s, record, heard).filter(|_| (first || worse) && s.facility.is_radar()) {
        items.extend(rest);
    } else if s.facility == Facility::Tower && !s.on_ground {
        // If the aircraft is far away, give directions first.
        items.extend(s.home.as_ref().filter(|h| h.distance_nm > FAR_NM).and_then(|_| home(s)));
        items.extend(s.wind());
        if let Some(r) = free_runway(s, record, heard) {
            items.push(Item::Runway(r));
            items.push(clearances::rescue(leave));
        } else {
            items.push(Item::AnyRunway);
        }
    } else if let Some(d) = &heard.slots.destination {
        let name = s.asked_place.clone().unwrap_or_else(|| d.clone());
        items.push(Item::Advice(format!("proceed direct {name} when able")));
        items.extend(home(s).filter(|_| s.live && !s.on_ground));
    } else if !s.on_ground && (first || worse) {
        items.extend(home(s));
        items.extend(heard.slots.runway.and(free_runway(s, record, heard)).map(Item::RunwayAvailable));
    }
    // The question whether it is an emergency followed the pilot's own description.
    let described = record.confirming.is_some_and(|(wish, _)| wish == Wish::Distress);
    let bomb = heard.remarks.has(Remark::BombThreat);
    let unknown = heard.slots.nature.is_none() && !described && !bomb && heard.loose < DESCRIBED;
    if first && !s.on_ground {
        if unknown {
            items.push(Item::Ask(Ask::NatureOfEmergency));
        } else if heard.slots.souls.is_none() {
            items.push(Item::Ask(Ask::SoulsAndFuel));
        }
    } else if s.on_ground && first && unknown {
        items.push(Item::Ask(Ask::NatureOfEmergency));
    } else if s.on_ground {
        items.push(Item::Services(Services::Alerted));
    }
    let called = items.contains(&Item::Services(Services::Alerted));
    items.extend(((bomb || heard.remarks.has(Remark::AsksForHelp)) && !called).then_some(Item::Services(Services::Alerted)));
    Decision::Say(items)
}

/// The pilot reports final, or is there.
fn on_final(s: &Situation, heard: &Understanding) -> bool {
    s.phase == Phase::Final || heard.slots.position.as_deref() == Some("final")
}

/// Whether a call starts a flight.
fn begins_a_flight(intent: Intent) -> bool {
    use Intent::*;
    matches!(intent, TaxiRequest | PushbackRequest | StartupRequest | IfrClearanceRequest | FlightFollowingRequest)
}

/// The runway for an aircraft in distress: the one that it names, otherwise the one that it was given before.
fn free_runway(s: &Situation, r: &Record, heard: &Understanding) -> Option<Runway> {
    let elsewhere = s.home.as_ref().is_some_and(|h| !h.here);
    let named = heard.slots.runway.or(r.own_runway).and_then(|x| s.known(x));
    named.or_else(|| s.runway_for(None)).filter(|x| !elsewhere && s.occupant(*x).is_none() && !s.is_closed(*x))
}

/// The runway that an aircraft in distress asks for, at the field that it is led to: it is theirs if it exists and is free, and it stays
/// the one of the landing clearance. Otherwise another one is named.
fn runway_asked_for(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let request = |q: &Request| if let Request::Runway { runway } = q { *runway } else { None };
    let wishes = heard.remarks.has(Remark::Wishes) || heard.remarks.has(Remark::OwnWay);
    let plain = matches!(heard.intent, Intent::Unknown | Intent::Unable | Intent::Diversion);
    // A visual flight that names a runway straight in wants that runway, not an approach.
    let straight = |q: &Request| if let Request::Approach { kind: None, runway, .. } = q { runway.filter(|_| !s.ifr) } else { None };
    let named = heard.slots.runway.filter(|_| wishes && plain && heard.slots.approach.is_none());
    let wanted = heard.requests.iter().find_map(request).or_else(|| heard.requests.iter().find_map(straight)).or(named)?;
    let unit = s.facility == Facility::Tower || s.facility.is_radar();
    let approach = heard.has(Intent::ApproachRequest) && !heard.requests.iter().any(|q| straight(q).is_some());
    if !s.live || s.on_ground || !unit || heard.intent == Intent::Readback || approach {
        return None;
    }
    let far = s.arrival.as_ref().filter(|a| a.icao != s.icao);
    let exists = far.map_or_else(|| s.known(wanted).is_some(), |a| a.courses.iter().any(|f| f.runway == wanted));
    let free = exists && (far.is_some() || !s.runway_blocked(wanted) && !s.is_closed(wanted));
    let wind = s.wind().filter(|_| s.facility == Facility::Tower);
    if free {
        return Some([Item::RunwayAvailable(wanted)].into_iter().chain(wind).collect());
    }
    let why = if exists { format!("runway {wanted} is not clear") } else { "that runway does not exist here".to_owned() };
    let other = r.own_runway.or(s.active).filter(|x| *x != wanted && far.is_none() && !s.runway_blocked(*x) && !s.is_closed(*x));
    let base = heard.slots.side.filter(|_| heard.slots.position.as_deref() == Some("base") && other.is_some());
    let base = base.map(|side| Item::PatternWords(format!("{} base approved", side.word())));
    Some([Item::Unable(why)].into_iter().chain(other.map(Item::RunwayAvailable)).chain(base).chain(wind).collect())
}

/// Answers any other call from an aircraft in distress: it demands no readback and no repetition, and grants the request (7110.65 10-1-1).
pub(super) fn during(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    r.emergency?;
    // "Are we cleared to land": the clearance, and nothing else.
    if heard.slots.topic == Some(Topic::ClearedToLand)
        && let Some(items) = super::question::landing(s, r, heard)
    {
        return Some(Decision::Say(items));
    }
    if heard.slots.cancels_distress || matches!(heard.intent, Intent::SayAgain | Intent::RadioCheck | Intent::CancelIfr) {
        return None;
    }
    if s.on_ground && heard.remarks.has(Remark::IsDone) {
        return None;
    }
    if s.on_ground && heard.remarks.has(Remark::NeedsHelpNow) && heard.intent != Intent::Readback {
        return Some(Decision::say([Item::Roger, Item::Services(Services::Alerted)]));
    }
    // It cannot leave the runway: nothing else uses it, and help comes.
    if s.on_ground && heard.slots.disabled {
        return super::question::stays_on_runway(s, r, heard).map(Decision::Say);
    }
    if let Some(d) = other_runway(s, r, heard) {
        return Some(d);
    }
    let help = heard.remarks.has(Remark::AsksForHelp).then_some(Item::Services(Services::Alerted));
    // A pilot may ask for assistance in the same call as a report that expects a runway, or a request to taxi to the stand.
    let reports = matches!(heard.intent, Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding) || heard.slots.runway.is_some();
    if let Some(way) = runway_asked_for(s, r, heard) {
        // Any runway that is free, at once.
        return Some(Decision::say([Item::Roger].into_iter().chain(way).chain(help)));
    }
    let lands = help.is_some() && reports && s.live && s.facility == Facility::Tower && !s.on_ground && r.landing.is_none();
    if lands && let Decision::Say(items) = super::tower::landing(s, r, heard, super::tower::wanted(r, heard)) {
        return Some(Decision::say(items.into_iter().chain(help)));
    }
    let inward =
        matches!(heard.intent, Intent::TaxiToParking | Intent::ClearOfRunway | Intent::TaxiRequest) || heard.slots.location.is_some();
    let taxies = help.is_some() && inward && s.on_ground && !s.on_runway && s.facility == Facility::Ground;
    let taxi = Understanding { intent: Intent::TaxiToParking, ..heard.clone() };
    if taxies && let Decision::Say(items) = super::ground::decide(s, r, &taxi) {
        return Some(Decision::say(items.into_iter().chain(help)));
    }
    // A low pass for a look at the aircraft.
    let pass = heard.slots.landing == Some(Landing::LowApproach) && s.live && s.facility == Facility::Tower && !s.on_ground;
    if let (true, Some(x), Ok(leave)) = (pass, free_runway(s, r, heard), gate::admit(heard, r)) {
        let cleared = [Item::Runway(x), clearances::landing(&leave, Landing::LowApproach)];
        return Some(Decision::say(s.wind().into_iter().chain(cleared).chain(help)));
    }
    if lands_off_field(s, heard) {
        return Some(Decision::Say(off_field(s, Item::Roger)));
    }
    if let Some(items) = comes_in(s, r, heard) {
        return Some(Decision::say(items.into_iter().chain(help)));
    }
    if let Some(items) = as_planned(s, r, heard) {
        return Some(Decision::say([Item::Roger].into_iter().chain(items).chain(help)));
    }
    if s.on_ground && heard.remarks.has(Remark::WantsTow) {
        return Some(Decision::say([Item::Roger, Item::Services(Services::Tow)]));
    }
    if let Some(Decision::Say(items)) = granted(s, r, heard) {
        return Some(Decision::say([Item::Roger].into_iter().chain(items)));
    }
    let moves = begins_a_flight(heard.intent) || matches!(heard.intent, Intent::TaxiToParking | Intent::ClearOfRunway);
    if s.on_ground && moves && !s.on_runway {
        // Safe on the ground, the flight continues as usual.
        return None;
    }
    if s.on_ground && !matches!(heard.intent, Intent::TaxiToParking | Intent::ClearOfRunway | Intent::TaxiRequest) {
        // Down and safe, or already on the way: nothing more to call for.
        let again = r.alerted
            || matches!(heard.intent, Intent::Readback | Intent::Roger)
            || heard.remarks.has(Remark::AllWell)
            || heard.remarks.has(Remark::Minor);
        let alerted = (!again).then_some(Item::Services(Services::Alerted));
        return Some(Decision::say([Item::Roger].into_iter().chain(alerted)));
    }
    // The tower of the field in sight has its runway.
    let sees = heard.has(Intent::FieldInSight) && s.facility.is_radar() && !s.on_ground && !s.ifr;
    let near = s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= IN_SIGHT_NM);
    if s.live && sees && near && s.station(Facility::Tower).is_some() {
        let knows = Item::Advice("the tower knows of your emergency".into());
        return Some(Decision::say([Item::Roger, s.contact(Facility::Tower), knows]));
    }
    if asks_runway(heard) && !s.on_ground {
        let runway = r.landing.map(|(x, _)| x).or_else(|| free_runway(s, r, heard));
        if let Some(x) = runway {
            return Some(Decision::say([Item::RunwayAvailable(x)].into_iter().chain(s.wind())));
        }
    }
    // Down off the runway, or about to be.
    if matches!(heard.intent, Intent::Unable | Intent::Unknown) && heard.remarks.has(Remark::OffField) {
        return Some(Decision::say([Item::Roger, Item::Services(Services::Alerted)]));
    }
    // Urgency does not change the plan: an instrument flight continues to its runway, ahead of others (7110.65 10-1-2).
    let goes_on = r.emergency == Some(Emergency::Pan) && s.facility.is_radar() && super::instruments::arrival(s).is_some();
    if goes_on && (!heard.requests.is_empty() || matches!(heard.intent, Intent::CheckIn | Intent::PositionReport)) {
        return None;
    }
    match heard.intent {
        // A tower does not send away an aircraft in distress: "we might not make it" names no other field.
        Intent::Diversion if !s.facility.is_radar() => Some(Decision::say([Item::Roger].into_iter().chain(home(s)))),
        Intent::LowFuel => Some(Decision::say([Item::Roger].into_iter().chain(super::questions::delay(s)))),
        Intent::Unknown | Intent::Unable | Intent::Roger | Intent::SquawkReport => Some(Decision::say([Item::Roger])),
        Intent::Readback | Intent::HeadingReport | Intent::TrafficInSight | Intent::NegativeContact if r.pending.is_none() => {
            Some(Decision::say([Item::Roger]))
        }
        _ => None,
    }
}

/// The souls and the fuel of an aircraft in distress are noted, and help is called where it lands.
pub(super) fn noted(s: &Situation, r: &Record) -> Vec<Item> {
    let lands = s.live && s.facility == Facility::Tower && !s.on_ground;
    let services = r.emergency == Some(Emergency::Mayday) && lands && !r.alerted;
    [Item::Roger].into_iter().chain(services.then_some(Item::Services(Services::Alerted))).collect()
}

/// The pilot lands somewhere else than on a field, or has done so: no heading to a field helps.
fn lands_off_field(s: &Situation, heard: &Understanding) -> bool {
    let reads_back = matches!(heard.intent, Intent::Readback | Intent::FieldInSight);
    s.live && !s.on_ground && heard.remarks.has(Remark::OffAirport) && !reads_back
}

/// What a pilot needs to hear who lands off a field: the position is known, and help is on its way.
fn off_field(s: &Situation, first: Item) -> Vec<Item> {
    let position = s.position.clone().map(|p| Item::Advice(format!("position {p}")));
    [first].into_iter().chain(position).chain([Item::Services(Services::Alerted)]).collect()
}

/// The landing clearance for an aircraft in distress that calls the tower on its way in: for the runway that it names or was cleared to
/// (7110.65 10-1-1, 3-10-5). A runway that is not free is left to the other decisions.
pub(super) fn comes_in(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let reports = matches!(heard.intent, Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding | Intent::FieldInSight);
    let first = !r.contacted.contains(&s.facility) && matches!(heard.intent, Intent::Unknown | Intent::ApproachRequest);
    let near = s.home.as_ref().is_some_and(|h| h.here && h.distance_nm <= IN_SIGHT_NM);
    let tower = s.live && s.facility == Facility::Tower && !s.on_ground && r.landing.is_none();
    if !tower || !(reports || first) || !near || heard.remarks.has(Remark::GearLook) {
        return None;
    }
    let runway = heard.slots.runway.or(r.own_runway).or(r.expects).and_then(|x| s.known(x)).or_else(|| free_runway(s, r, heard))?;
    if s.runway_blocked(runway) || s.is_closed(runway) {
        return None;
    }
    let mut asked = heard.clone();
    asked.slots.runway = Some(runway);
    match super::tower::landing_for(s, r, &asked, super::tower::wanted(r, heard), gate::admit(heard, r).ok()) {
        Decision::Say(items) => Some(items),
        Decision::Silent(_) => None,
    }
}

/// The level, hold, direct or speed that an instrument flight in distress asks for: granted as without the distress.
fn as_planned(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    super::instruments::arrival(s).filter(|_| s.facility.is_radar() && heard.intent != Intent::Readback)?;
    let own = |q: &Request| {
        matches!(
            q,
            Request::Level { .. } | Request::Hold { .. } | Request::DirectTo { .. } | Request::Speed { .. } | Request::Deviate { .. }
        )
    };
    // A level at which the aircraft is was reported, and not asked for.
    let reported =
        |q: &Request| matches!(q, Request::Level { feet: Some(feet), .. } if s.altitude_ft.is_some_and(|now| (now - feet).abs() < 200));
    let asked: Vec<Request> = heard.requests.iter().filter(|q| !reported(q)).cloned().collect();
    if !asked.iter().any(own) || heard.has(Intent::ApproachRequest) {
        return None;
    }
    let heard = &Understanding { requests: asked, ..heard.clone() };
    let calm = Record { emergency: None, ..r.clone() };
    match super::instruments::answer(s, &calm, heard)? {
        // A refusal or a question helps nobody in distress.
        Decision::Say(items) if items.iter().any(|i| matches!(i, Item::Ask(_) | Item::Unable(_))) => None,
        Decision::Say(items) => Some(items.into_iter().filter(|i| *i != Item::Roger).collect()),
        Decision::Silent(_) => None,
    }
}

/// "Which runway can we have?"
fn asks_runway(heard: &Understanding) -> bool {
    let of_runway = |q: &Request| matches!(q, Request::Expect { about: Expected::Runway });
    let plain = matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::WeatherRequest | Intent::Readback);
    plain && (heard.remarks.has(Remark::AsksRunway) || heard.requests.iter().any(of_runway))
}

/// The pilot reads the landing clearance back for another runway: that one is theirs if it is free, and otherwise the clearance is
/// repeated.
fn other_runway(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let (cleared, kind) = r.landing.filter(|_| s.live && s.facility == Facility::Tower && !s.on_ground)?;
    let asked = heard.requests.iter().find_map(|q| if let Request::Runway { runway } = q { *runway } else { None });
    let means = [Remark::RepeatsLanding, Remark::AsksCleared].iter().any(|m| heard.remarks.has(*m)) || asked.is_some();
    let named = asked.or(heard.slots.runway).filter(|x| *x != cleared && means)?;
    let free = s.known(named).is_some() && !s.is_closed(named) && !s.runway_blocked(named);
    let leave = gate::standing(r)?;
    let way = if free { [Item::Roger, Item::Runway(named)] } else { [Item::Negative, Item::Runway(cleared)] };
    Some(Decision::say(way.into_iter().chain([clearances::landing(&leave, kind)])))
}

/// Grants what an aircraft in distress asks for, if this unit can: assistance on the field, a heading, an approach, its own choice of
/// route.
fn granted(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let help = heard.remarks.has(Remark::AsksForHelp).then_some(Item::Services(Services::Alerted));
    if s.on_ground {
        return help.filter(|_| !r.alerted).map(|h| Decision::say([h]));
    }
    let runway = free_runway(s, r, heard);
    // An approach to another field is not one to a runway here.
    let elsewhere =
        heard.slots.destination.as_deref().is_some_and(|d| d != s.icao) || heard.slots.runway.is_some_and(|x| s.known(x).is_none());
    let approach = heard.slots.approach.clone().filter(|_| heard.has(Intent::ApproachRequest) && !elsewhere);
    let back = heard.remarks.has(Remark::WantsBack) && heard.intent != Intent::Readback;
    let own_way = heard.remarks.has(Remark::OwnWay) && (heard.remarks.has(Remark::Wishes) || heard.has(Intent::TouchAndGoRequest));
    let mut items = Vec::new();
    if heard.intent != Intent::Readback
        && let Some(told) = lost::weather_below(s, heard)
    {
        items.extend(told);
        return Some(Decision::Say(items.into_iter().chain(help).collect()));
    }
    let down = heard.requests.iter().any(|q| matches!(q, Request::Level { way: Some(Way::Down), .. }));
    if down && !s.ifr && s.facility.is_radar() {
        // A visual flight chooses its way down; the controller adds what keeps it clear of the ground.
        items.push(Item::Advice("descend at your discretion, remain clear of cloud".into()));
        items.extend(s.floor_ft.map(|feet| Item::Advice(format!("minimum safe altitude {} feet", super::radar::grouped(feet)))));
        items.extend(s.pressure());
        return Some(Decision::Say(items.into_iter().chain(help).collect()));
    }
    let far = heard.remarks.has(Remark::AsksDistance) || heard.remarks.has(Remark::AsksNearest);
    if heard.remarks.has(Remark::AnyRunway) && heard.slots.runway.is_none() {
        items.push(Item::AnyRunway);
        items.extend(home(s));
        items.extend(s.wind());
    } else if far {
        items.extend(home(s));
        items.extend(runway.map(Item::RunwayAvailable));
    } else if let Some(items) = approach.as_ref().and_then(|kind| at_the_destination(s, r, heard, kind)) {
        return Some(Decision::Say(items.into_iter().chain(help).collect()));
    } else if let Some(kind) = approach.filter(|_| s.facility.is_radar()) {
        let runway = runway?;
        // Use the name in the data if it lists approaches; otherwise trust the pilot's chart.
        let known = s.approach_named(&kind, runway).map(str::to_owned);
        let listed = s.approaches.as_ref().is_some_and(|a| !a.is_empty());
        let kind = if listed { known.or_else(|| Some(super::radar::way_in(s, runway))) } else { Some(kind) }?;
        let visual = kind.eq_ignore_ascii_case("visual") && s.live;
        // Vectors lead to the runway in use; an approach to another one is the pilot's choice.
        let other = s.final_course.is_some_and(|f| f.runway != runway);
        if visual || other && s.live {
            items.extend([Item::Approach { kind, expect: !visual }, Item::Runway(runway)]);
            items.extend(help);
            return Some(Decision::Say(items));
        }
        match vectors::to_the_runway(s, r, &kind) {
            // The approach that is asked for is announced with the first vector to it.
            Some(vector) => {
                let cleared = vector.iter().any(|i| matches!(i, Item::Approach { .. }));
                let known = cleared || r.approach.as_ref().is_some_and(|(k, _)| *k == kind);
                items.extend((!known).then_some([Item::Approach { kind, expect: true }, Item::Runway(runway)]).into_iter().flatten());
                items.extend(vector);
            }
            None => items.extend([Item::Approach { kind, expect: true }, Item::Runway(runway)]),
        }
    } else if let Some(place) =
        s.asked_place.clone().filter(|_| s.live && elsewhere && heard.has(Intent::ApproachRequest) && s.facility.is_radar())
    {
        items.push(Item::Direct(place));
    } else if own_way {
        items.push(Item::Advice("approved as requested".into()));
        items.extend(runway.map(Item::Runway));
        items.extend(s.wind());
    } else if back {
        match (s.facility, runway) {
            (Facility::Tower, Some(runway)) => {
                items.push(Item::Advice("left or right turn at your discretion".into()));
                items.extend(home(s));
                items.push(Item::RunwayAvailable(runway));
                items.extend(s.wind());
            }
            _ => {
                s.home.as_ref()?;
                items.extend(lost::way_home(s, r));
            }
        }
    }
    items.extend(help);
    let waits = heard.remarks.has(Remark::CallsBack) && items.is_empty();
    (!items.is_empty() || waits).then_some(Decision::Say(items))
}

/// The approach at the destination, for an instrument flight that keeps its plan: another field is nearer, but the pilot did not ask for
/// it.
fn at_the_destination(s: &Situation, r: &Record, heard: &Understanding, kind: &str) -> Option<Vec<Item>> {
    let a = super::instruments::arrival(s).filter(|a| s.facility.is_radar() && a.icao != s.icao)?;
    let named = heard.slots.runway.filter(|x| a.courses.iter().any(|f| f.runway == *x));
    if heard.slots.runway.is_some() && named.is_none() {
        return None;
    }
    let calm = Record { emergency: None, ..r.clone() };
    let request = Request::Approach { kind: Some(kind.to_owned()), runway: named, other: false };
    let asked =
        Understanding { intent: Intent::ApproachRequest, intents: vec![Intent::ApproachRequest], requests: vec![request], ..heard.clone() };
    match super::instruments::answer(s, &calm, &asked)? {
        Decision::Say(items) => Some(items),
        Decision::Silent(_) => None,
    }
}

/// The direction of the shorter turn to a heading.
pub(super) fn side_to(s: &Situation, degrees: u16) -> Option<Side> {
    let off = turn(s.heading_mag?, f64::from(degrees));
    (off.abs() > ON_THE_WAY).then_some(if off < 0.0 { Side::Left } else { Side::Right })
}

/// The heading and distance to the nearest field.
pub(super) fn home(s: &Situation) -> Option<Item> {
    // The field in front of an aircraft on final needs no heading.
    let ahead = |h: &&crate::situation::Home| s.live && s.phase == Phase::Final && h.here && h.distance_nm <= FAR_NM;
    s.home.as_ref().filter(|h| !ahead(h)).map(|h| Item::FieldAt { name: h.name.clone(), degrees: h.heading_mag, miles: h.distance_nm })
}

/// Gives a heading, or directions to the field, to a pilot who asks for them.
pub(super) fn to_the_field(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let asks =
        heard.requests.iter().any(|q| matches!(q, Request::Vectors { approach: false, .. })) || heard.acts.contains(&Act::WantHeading);
    s.home.as_ref().filter(|_| asks && !s.on_ground && heard.slots.heading.is_none())?;
    Some(Decision::Say(lost::way_home(s, r)))
}

/// An aircraft in distress is not made to explain or repeat itself. A call that was not understood is acknowledged, with directions to the
/// field while the aircraft is on its way there.
pub(super) fn calm(s: &Situation, r: &Record, heard: &Understanding, d: Decision) -> Decision {
    let asks = |i: &Item| match i {
        Item::Ask(a) => matches!(a, Ask::Request | Ask::SayAgain | Ask::RequestedAltitude | Ask::Intentions | Ask::Position | Ask::Runway),
        Item::Confirm { .. } | Item::Roger => true,
        _ => false,
    };
    match d {
        Decision::Say(items) if r.emergency.is_some() && items.iter().any(|i| *i != Item::Roger) && items.iter().all(asks) => {
            let way = home(s).filter(|_| !s.on_ground && r.landing.is_none());
            // A pilot who reports on the way in hears again that the runway is theirs.
            let reports = matches!(heard.intent, Intent::FieldInSight | Intent::PositionReport | Intent::CheckIn | Intent::InboundLanding);
            let again = r.landing.zip(gate::standing(r)).filter(|_| reports && s.facility == Facility::Tower && !s.on_ground);
            let again = again.map(|((runway, kind), leave)| [Item::Runway(runway), clearances::landing(&leave, kind)]);
            Decision::say([Item::Roger].into_iter().chain(way).chain(again.into_iter().flatten()))
        }
        other => other,
    }
}

/// Minimum fuel: the pilot gets any known delay but no priority, and is asked once for the remaining fuel (7110.65 2-1-8).
pub(super) fn minimum_fuel(s: &Situation, r: &Record, heard: &Understanding) -> Decision {
    // The question is asked once.
    let asked = r.last.as_ref().is_some_and(|l| l.items.contains(&Item::Ask(Ask::FuelMinutes)));
    let known = heard.slots.fuel_minutes.is_some() || asked;
    let delay = super::questions::delay(s);
    Decision::say([Item::Roger].into_iter().chain(delay).chain((!known).then_some(Item::Ask(Ask::FuelMinutes))))
}

/// The fuel state is known: what a call reports or asks besides is answered.
pub(super) fn beside_minimum_fuel(s: &Situation, r: &Record, heard: &Understanding, said: &Said) -> Decision {
    let mut rest = heard.clone();
    rest.intents.retain(|i| *i != Intent::LowFuel);
    rest.intent = rest.intents.first().copied().unwrap_or(Intent::Unknown);
    rest.slots.minimum_fuel = false;
    if rest.intent == Intent::Unknown && rest.requests.is_empty() {
        return Decision::say([Item::Roger]);
    }
    match super::decide(s, r, &rest, said).decision {
        Decision::Say(items) => Decision::say([Item::Roger].into_iter().chain(items.into_iter().filter(|i| *i != Item::Roger))),
        Decision::Silent(_) => Decision::say([Item::Roger]),
    }
}

/// A low pass for a visual check of the landing gear (7110.65 2-1-24), which the controller cannot give from here.
pub(super) fn gear_look(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let asks = heard.remarks.has(Remark::GearLook) && !s.on_ground && s.facility == Facility::Tower;
    let plain = matches!(heard.intent, Intent::Unknown | Intent::WeatherRequest | Intent::SayAgain | Intent::Readback)
        && heard.slots.landing != Some(Landing::LowApproach);
    (asks && plain).then(|| Decision::say([Item::Unable("to see your gear from here".into())]))
}
