//! Visual flights: work in an area, the way back to the field, and questions about what is in force: the side of the circuit, the entry
//! into the zone, restrictions, frequencies.

use super::{Decision, in_pattern};
use crate::airports::airspace::Class;
use crate::gate;
use crate::instruction::{Ask, Climb, Item, Leg, ReportPoint, Wish};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// A visual flight in the air that a controller works.
fn flying(s: &Situation, r: &Record) -> bool {
    s.live && !s.on_ground && !s.ifr && r.emergency.is_none() && r.plight.is_none()
}

/// Reads a call from the air by the stage of the flight: nobody taxies in the air, and a pilot who has finished the work, or comes back
/// to the field, wants to land.
pub(super) fn as_meant(s: &Situation, r: &Record, heard: &Understanding) -> Option<Understanding> {
    if !flying(s, r) || s.phase == Phase::Final || heard.other_aircraft || heard.unsure_caller {
        return None;
    }
    let told = |remark: Remark| heard.remarks.has(remark);
    let returns = told(Remark::ComesBack) || told(Remark::WorkDone);
    let on_the_ground = matches!(
        heard.intent,
        Intent::TaxiToParking | Intent::ClearOfRunway | Intent::TaxiRequest | Intent::PushbackRequest | Intent::StartupRequest
    );
    // Only one reader heard a request for an instrument clearance from a visual flight, or a request in what the pilot says for
    // information: it is something else.
    let alone = heard.doubt == Some(heard.intent) && r.confirming.is_none();
    if alone && (heard.intent == Intent::IfrClearanceRequest || told(Remark::Informs)) {
        let mut intents = heard.intents.clone();
        intents.retain(|i| *i != heard.intent);
        intents.push(Intent::Unknown);
        return Some(Understanding { intent: intents[0], intents, doubt: None, ..heard.clone() });
    }
    let open = matches!(
        heard.intent,
        Intent::Unknown | Intent::Diversion | Intent::CheckIn | Intent::PositionReport | Intent::Roger | Intent::FrequencyChangeRequest
    );
    // A destination that is named may be another field. A question in the call is about something else.
    let elsewhere = heard.slots.destination.as_deref().is_some_and(|d| d != s.icao && !s.airport_name.eq_ignore_ascii_case(d));
    let later = gate::not_now(heard).is_some();
    let leg = heard.slots.position.as_deref().is_some_and(|p| crate::entities::LEGS.contains(&p));
    let meant = match (on_the_ground, returns && open && !elsewhere && !later && !leg) {
        (true, _) if returns => Intent::InboundLanding,
        (true, _) => Intent::Unknown,
        (false, true) => Intent::InboundLanding,
        (false, false) => return None,
    };
    let mut intents: Vec<Intent> = heard.intents.iter().copied().filter(|i| *i != heard.intent && *i != meant).collect();
    intents.insert(0, meant);
    Some(Understanding { intent: meant, intents, doubt: None, ..heard.clone() })
}

/// The answer, if the call is one of these.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    if let Some(d) = frequency(s, r, heard).filter(|_| s.live && r.emergency.is_none()) {
        return Some(d);
    }
    if let Some(d) = runway_elsewhere(s, heard).filter(|_| r.emergency.is_none()) {
        return Some(d);
    }
    if s.live && s.on_ground && !s.ifr && r.emergency.is_none() && matches!(s.facility, Facility::Ground | Facility::Tower) {
        return circuit_side(s, r, heard);
    }
    if !flying(s, r) || !(s.facility == Facility::Tower || s.facility.is_radar()) {
        return None;
    }
    leaving(s, r, heard)
        .or_else(|| side(s, r, heard))
        .or_else(|| entry(s, r, heard))
        .or_else(|| cleared(s, r, heard))
        .or_else(|| sequence(s, r, heard))
        .or_else(|| follow(s, r, heard))
        .or_else(|| restriction(s, r, heard))
        .or_else(|| navigation(s, r, heard))
        .or_else(|| work(s, r, heard))
}

/// Intents of calls in which a question is the message. Words like those of an instruction are no readback if none is due.
fn asks(r: &Record, heard: &Understanding) -> bool {
    let repeats = heard.intent == Intent::Readback && r.pending.is_none();
    repeats
        || matches!(
            heard.intent,
            Intent::Unknown | Intent::SayAgain | Intent::Roger | Intent::CheckIn | Intent::PatternRequest | Intent::PositionReport
        )
}

/// "What is tower's frequency": the frequency of the unit, at this field or at the destination. None is invented.
fn frequency(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let plain = matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::FrequencyChangeRequest | Intent::WeatherRequest);
    if !plain || !heard.remarks.has(Remark::AsksFrequency) || heard.slots.about.is_some() {
        return None;
    }
    let Some(unit) = heard.remarks.frequency_of else {
        // "Say the frequency again" means the one that was given, and "which frequency now" the next unit's.
        let given = r.last.as_ref().is_some_and(|l| l.items.iter().any(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. })));
        let known = given || s.on_ground || s.next_unit.is_some();
        return (!known).then(|| Decision::say([Item::Unable("that frequency is not known here".into())]));
    };
    // Departure and approach are often one unit. At another field, the station that takes over next is the one that is meant.
    let alike = |f: Facility| f == unit || f.is_radar() && unit.is_radar();
    let next = s.next_unit.as_ref().filter(|n| alike(n.facility));
    let local = !s.facility.is_radar() || s.destination.as_ref().is_some_and(|d| d.here);
    let own = || s.station(unit).or_else(|| s.stations.iter().find(|o| alike(o.facility))).filter(|_| local);
    Some(match next.or_else(own) {
        Some(found) => Decision::say([advice(format!("{} is {}", found.name, found.frequency))]),
        None => Decision::say([Item::Unable("that frequency is not known here".into())]),
    })
}

/// "Confirm left base", "left or right traffic": the side in force, or that of the published pattern.
fn side(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let works = s.facility == Facility::Tower || s.facility.is_radar() && s.towered && bound(s, heard) == Bound::Here;
    if !works || !heard.remarks.has(Remark::AsksSide) || !(asks(r, heard) || heard.intent == Intent::AltitudeRequest) {
        return None;
    }
    if s.facility.is_radar() {
        let runway = s.active?;
        return Some(Decision::say([advice(format!("expect {} traffic runway {runway}", s.pattern.word()))]));
    }
    let runway = s.runway_for(r.landing.map(|(x, _)| x).or(r.pattern_runway))?;
    let side = r.joins.or(r.closed_traffic).unwrap_or(s.pattern);
    let leg = match heard.slots.position.as_deref() {
        Some("base") => Leg::Base,
        _ => r.enters.filter(|_| !in_pattern(s.phase)).unwrap_or(Leg::Downwind),
    };
    // A question that offers both sides gets the side; one that names a side gets yes or no first.
    let both = heard.remarks.has(Remark::AsksWhich);
    let said = heard.slots.side.filter(|_| !both);
    let first = said.map(|said| if said == side { Item::Affirm } else { Item::Negative });
    let way =
        if r.closed_traffic.is_some() { Item::ClosedTraffic(side) } else { Item::PatternWords(format!("{} {}", side.word(), leg.word())) };
    Some(Decision::say(first.into_iter().chain([way, Item::Runway(runway)])))
}

/// "Left or right hand today", from the ground: the side of the circuit that was given, or the published one.
fn circuit_side(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let plain = matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::Roger | Intent::PatternRequest);
    if !heard.remarks.has(Remark::AsksSide) || !plain {
        return None;
    }
    let runway = r.takeoff.or(r.taxi).or(s.active)?;
    let side = r.closed_traffic.unwrap_or(s.pattern);
    let said = heard.slots.side.filter(|_| !heard.remarks.has(Remark::AsksWhich));
    let first = said.map(|said| if said == side { Item::Affirm } else { Item::Negative });
    let way = advice(format!("{} hand circuits runway {runway}", side.word()));
    Some(Decision::say(first.into_iter().chain([way])))
}

/// "Are we cleared to enter": two-way contact is the entry into class C and D (7110.65 7-8-4, 3-1); a control zone elsewhere and class B
/// need a clearance.
pub(super) fn entry(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let outside = heard.remarks.has(Remark::AsksOutside);
    if !heard.remarks.has(Remark::AsksEntry) && !outside
        || !asks(r, heard) && heard.intent != Intent::TransitionRequest
        || heard.slots.crossing
    {
        return None;
    }
    let into_b = s
        .airspace
        .as_ref()
        .filter(|a| a.class == Class::B && (a.ahead || a.inside) && (s.facility.is_radar() || r.wants_bravo))
        .or_else(|| s.bravo.as_ref().filter(|_| heard.remarks.has(Remark::ThroughBravo) || r.wants_bravo));
    if into_b.is_some() || heard.remarks.has(Remark::ThroughBravo) {
        if let Some(leave) = gate::standing_entry(r) {
            let level = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: false });
            return Some(Decision::say([Item::Affirm, crate::clearances::through(&leave, "Bravo")].into_iter().chain(level)));
        }
        let name = into_b.map_or_else(|| "Bravo airspace".to_owned(), |b| format!("{} Bravo airspace", b.name));
        // Neither "affirmative" nor "negative" answers both halves of "are we cleared, or do we remain outside".
        let either = outside && heard.remarks.has(Remark::AsksEntry);
        let first = (!either).then_some(if outside { Item::Affirm } else { Item::Negative });
        return Some(Decision::say(first.into_iter().chain([Item::RemainOutside(name)])));
    }
    if r.entry || r.bravo || s.region.contact_is_entry && r.contacted.contains(&s.facility) {
        let first = if outside { Item::Negative } else { Item::Affirm };
        return Some(Decision::say([first, advice("proceed on course")]));
    }
    // The question is the request.
    if s.facility == Facility::Tower && r.wants_through.is_some() {
        let transit = Understanding { intent: Intent::TransitionRequest, intents: vec![Intent::TransitionRequest], ..heard.clone() };
        return Some(match gate::asked_before(r) {
            Some(leave) => Decision::say([crate::clearances::transition(&leave)].into_iter().chain(s.pressure())),
            None => super::tower::decide(s, r, &transit),
        });
    }
    let space = if s.facility == Facility::Tower { "the control zone" } else { "controlled airspace" };
    let first = if outside { Item::Affirm } else { Item::Negative };
    Some(Decision::say([first, Item::RemainOutside(space.into())]))
}

/// "Are we still cleared": the landing clearance in force, or that there is none.
fn cleared(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let on_leg = in_pattern(s.phase) && s.facility == Facility::Tower && heard.remarks.has(Remark::AsksCleared);
    if !on_leg
        || !matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::PositionReport)
        || gate::asks_to_land(heard).is_some()
    {
        return None;
    }
    let standing =
        r.landing.and_then(|(x, kind)| gate::standing(r).map(|leave| [Item::Runway(x), crate::clearances::landing(&leave, kind)]));
    Some(match standing {
        Some(items) => Decision::Say([Item::Affirm].into_iter().chain(items).collect()),
        None if s.phase == Phase::Final => Decision::say([Item::Negative, Item::Continue]),
        None => Decision::say([Item::Negative, Item::Report(ReportPoint::Leg(None, Leg::Final))]),
    })
}

/// "Is that Cherokee ahead of me or behind": the sequence.
fn sequence(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let unsure = heard.doubt.is_some() || matches!(heard.intent, Intent::Unknown | Intent::SayAgain);
    (s.facility == Facility::Tower && unsure && heard.remarks.has(Remark::AsksPlace)).then(|| super::questions::sequence(s, r))
}

/// The pilot sees the traffic: the aircraft ahead is now the one to follow (7110.65 3-8-1).
fn follow(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let sees = heard.intent == Intent::TrafficInSight && !heard.has(Intent::PositionReport);
    let lands = r.pattern_runway.is_some() || r.closed_traffic.is_some() || r.landing.is_some();
    let runway = r.landing.map(|(x, _)| x).or(r.pattern_runway).or_else(|| s.runway_for(None))?;
    let ahead = sees && lands && s.facility == Facility::Tower && !s.before(runway).is_empty();
    let place = super::questions::place(s, runway);
    let known = r.last.as_ref().is_some_and(|l| l.items.contains(&place));
    (ahead && !known).then(|| Decision::say([place]))
}

/// "Which runway are they using there": the runway of another field is not known to a radar unit.
fn runway_elsewhere(s: &Situation, heard: &Understanding) -> Option<Decision> {
    let asks = heard.remarks.has(Remark::AsksRunway) && matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::WeatherRequest);
    let named = another_place(s, heard).filter(|_| heard.remarks.weather_at.is_some());
    if !asks || !s.live || s.arrival.is_some() || named.is_none() && knows_the_runway(s, heard) {
        return None;
    }
    let place = match (named, bound(s, heard)) {
        (Some(name), _) | (None, Bound::Elsewhere(name)) => name,
        _ => return Some(Decision::ask(Ask::Destination)),
    };
    Some(Decision::say([Item::Unable(format!("the runway in use at {place} is not known here"))]))
}

/// Which altitude is prescribed: the assigned one, otherwise none.
fn restriction(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    if !heard.remarks.has(Remark::AsksRestriction) || !matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::AltitudeRequest)
    {
        return None;
    }
    let level = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    Some(Decision::say([level.unwrap_or_else(|| advice("no altitude restriction, maintain VFR"))]))
}

/// "Own navigation?": granted outside class B, where no heading is assigned for separation.
fn navigation(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let wants =
        heard.remarks.has(Remark::OwnNavigation) && matches!(heard.intent, Intent::Unknown | Intent::SayAgain | Intent::HeadingReport);
    if !wants || !s.facility.is_radar() {
        return None;
    }
    let held = r.altitude_ft.filter(|_| r.bravo && inside_b(s)).map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: false });
    Some(Decision::say([Item::ResumeOwnNavigation].into_iter().chain(held)))
}

/// Whether the aircraft is in class B now.
pub(super) fn inside_b(s: &Situation) -> bool {
    s.airspace.as_ref().is_some_and(|a| a.class == Class::B && a.inside)
}

/// Whether the aircraft flies towards this field.
fn comes_closer(s: &Situation) -> bool {
    let to = s.home.as_ref().filter(|h| h.here).map(|h| f64::from(h.heading_mag));
    to.zip(s.heading_mag).is_some_and(|(to, now)| crate::units::turn(now, to).abs() < 60.0)
}

/// A flight that leaves the field: its way out is approved, and so is the frequency change that it asks for. Only a pilot who says so
/// comes in to land.
fn leaving(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    let joins = r.pattern_runway.is_some() || r.landing.is_some() || r.closed_traffic.is_some() && s.phase != Phase::Departure;
    let leg = matches!(heard.slots.position.as_deref(), Some("downwind" | "base" | "final" | "hold_short"));
    let in_circuit = matches!(s.phase, Phase::Downwind | Phase::Base | Phase::Final | Phase::GoAround);
    let says = told(Remark::DepartsField) || heard.remarks.out.is_some() || told(Remark::TurnsOut) || told(Remark::ChangesOver);
    let outward = r.outbound && !comes_closer(s) || says && matches!(s.phase, Phase::Departure | Phase::Crosswind | Phase::Cruise);
    let out = heard.remarks.out.is_some() || told(Remark::DepartsField);
    let comes = told(Remark::ComesBack) || told(Remark::WorkDone) || joins && !out || leg || in_circuit;
    // By a reporting point: the zone's own rules apply.
    let by_point = heard.remarks.point.is_some() && s.region.circuit_joins.contains(&"reporting points");
    let reads_back = r.pending.is_some() && heard.intent == Intent::Roger;
    if s.facility != Facility::Tower || !outward || comes || by_point || reads_back {
        return None;
    }
    let open = matches!(
        heard.intent,
        Intent::Unknown
            | Intent::PositionReport
            | Intent::CheckIn
            | Intent::PatternRequest
            | Intent::InboundLanding
            | Intent::HeadingReport
            | Intent::TakeoffRequest
            | Intent::DepartureReady
            | Intent::Unable
            | Intent::Diversion
            | Intent::Roger
            | Intent::SayAgain
            | Intent::FlightFollowingRequest
            | Intent::FrequencyChangeRequest
    );
    // A pilot who flies away and says nothing of a landing makes a report.
    let lands = matches!(heard.intent, Intent::InboundLanding | Intent::PatternRequest) && !says && told(Remark::ComesIn);
    if !open || lands || heard.intent == Intent::SayAgain && !says {
        return None;
    }
    let turn = heard.slots.side.filter(|_| told(Remark::TurnsOut)).map(|side| crate::remark::Out { side: Some(side), to: None });
    let way = heard.remarks.out.as_ref().or(turn.as_ref()).map(super::leg::way_out);
    let changes = told(Remark::ChangesOver)
        || told(Remark::AsksNext)
        || told(Remark::AsksFrequency)
        || matches!(heard.intent, Intent::FrequencyChangeRequest | Intent::FlightFollowingRequest);
    if changes {
        let next = s.next_unit.as_ref().map(|n| Item::Contact { unit: n.name.clone(), frequency: Some(n.frequency) });
        let served = r.squawk.is_some()
            || matches!(heard.intent, Intent::FlightFollowingRequest)
            || told(Remark::AsksNext)
            || told(Remark::AsksFrequency);
        let handed = next.clone().filter(|n| r.sent_to.as_ref().is_some_and(|(contact, _)| contact == n));
        let go = handed.or(next.filter(|_| served)).unwrap_or(Item::FrequencyChangeApproved);
        return Some(Decision::Say(way.into_iter().chain([go]).collect()));
    }
    if let Some(way) = way {
        return Some(Decision::say([way]));
    }
    let far = s.home.as_ref().is_some_and(|h| h.distance_nm > 4);
    let reports =
        matches!(heard.intent, Intent::PositionReport | Intent::Unknown | Intent::Unable | Intent::PatternRequest | Intent::InboundLanding);
    // A position on the way out is a report, and no arrival.
    let plain = told(Remark::DepartsField) || heard.intent == Intent::PositionReport && heard.slots.distance_nm.is_some();
    (reports && plain).then(|| {
        Decision::Say([Item::Roger].into_iter().chain((far && r.squawk.is_none()).then_some(Item::FrequencyChangeApproved)).collect())
    })
}

/// Work in an area: approved outside class B, with a report at its end while the aircraft stays on the frequency.
fn work(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let told = |remark: Remark| heard.remarks.has(remark);
    if !told(Remark::Works) || told(Remark::WorkDone) || told(Remark::ComesBack) || told(Remark::ComesIn) {
        return None;
    }
    let open = matches!(
        heard.intent,
        Intent::Unknown
            | Intent::CheckIn
            | Intent::PositionReport
            | Intent::AltitudeRequest
            | Intent::HeadingReport
            | Intent::InboundLanding
            | Intent::Readback
    );
    // An own readback is due first, and a radar unit must know the flight.
    if !open || r.pending.is_some() || s.facility.is_radar() && !r.radar || in_pattern(s.phase) && s.phase != Phase::Departure {
        return None;
    }
    if inside_b(s) && !r.bravo {
        let name = s.airspace.as_ref().map_or_else(String::new, |a| a.name.clone());
        return Some(Decision::say([Item::RemainOutside(format!("{name} Bravo airspace"))]));
    }
    Some(Decision::say([advice("approved as requested"), Item::Report(ReportPoint::Words("when complete".into()))]))
}

/// The destination of a visual flight, as its pilot has stated it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bound {
    /// The field whose runways and weather this unit works with.
    Here,
    /// Another field, by its name.
    Elsewhere(String),
    /// Not stated.
    Unknown,
}

/// Where the flight goes. A unit that is named after its field is called by those who land there; others serve many fields.
pub(super) fn bound(s: &Situation, heard: &Understanding) -> Bound {
    match &s.destination {
        Some(d) if d.here => return Bound::Here,
        Some(d) => return Bound::Elsewhere(d.name.clone()),
        None => {}
    }
    if let Some(said) = heard.slots.destination.as_deref() {
        let here = said == s.icao || s.airport_name.eq_ignore_ascii_case(said);
        return if here { Bound::Here } else { Bound::Elsewhere(s.asked_place.clone().unwrap_or_else(|| said.to_owned())) };
    }
    let town = s.airport_name.split_whitespace().next().unwrap_or("");
    let own_name = s.own_station().is_some_and(|n| !town.is_empty() && n.starts_with(town));
    let lands = heard.intent == Intent::InboundLanding || heard.has(Intent::InboundLanding);
    if own_name && lands && s.towered { Bound::Here } else { Bound::Unknown }
}

/// The place other than this field whose weather the pilot asks for.
pub(super) fn another_place(s: &Situation, heard: &Understanding) -> Option<String> {
    let here = s.airport_name.to_lowercase();
    // "Greensboro" is Piedmont Triad.
    if s.asked_place.as_ref() == Some(&s.airport_name) {
        return None;
    }
    if let Some(name) = heard.remarks.weather_at.as_ref().filter(|name| !here.contains(name.as_str())) {
        let mut letters = name.chars();
        let title = letters.next().map(|c| c.to_uppercase().collect::<String>() + letters.as_str());
        return Some(s.asked_place.clone().or(title).unwrap_or_default());
    }
    let named = heard.slots.destination.as_deref().filter(|d| *d != s.icao && !s.airport_name.eq_ignore_ascii_case(d))?;
    Some(s.asked_place.clone().unwrap_or_else(|| named.to_owned()))
}

/// Whether the runway in use at this field concerns the flight: a radar unit serves those who go elsewhere as well.
pub(super) fn knows_the_runway(s: &Situation, heard: &Understanding) -> bool {
    !s.live || s.ifr || s.on_ground || !s.facility.is_radar() || bound(s, heard) == Bound::Here
}

/// Who closes the flight plan: the flight service, or the landing at a field with a unit. Only a plan on file can be closed.
pub(super) fn closes_plan(s: &Situation) -> Decision {
    let plan = s.flight_plan.as_ref();
    let by_instruments = s.ifr || plan.is_some_and(|p| p.ifr == Some(true));
    let with = s.region.plan_closed_with;
    if by_instruments && !s.on_ground {
        return Decision::say([gate::question(Wish::CancelIfr, None)]);
    }
    if !(with.is_empty() || by_instruments && s.towered) {
        return Decision::say([Item::Roger, advice(format!("contact {with} to close your flight plan"))]);
    }
    Decision::say(match (plan, s.on_ground) {
        (None, _) => [Item::Roger, advice("no flight plan on file here")],
        (Some(_), true) => [Item::Roger, advice("flight plan closed")],
        (Some(_), false) => [Item::Roger, advice("flight plan closed on landing")],
    })
}

/// A visual flight that wants to land: the runway to expect at this field, the tower of a field nearby, or a code for the way there.
pub(super) fn arrival(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    // A flight that was sent on belongs to the next unit.
    if let Some((contact, _)) = r.sent_to.as_ref().filter(|_| r.contacted.contains(&s.facility)) {
        return Some(Decision::say([contact.clone()]));
    }
    let tower = s.next_unit.as_ref().filter(|n| n.facility == Facility::Tower);
    let contact = tower.map(|n| Item::Contact { unit: n.name.clone(), frequency: Some(n.frequency) });
    match bound(s, heard) {
        Bound::Here => None,
        // A pilot who comes back needs no destination.
        Bound::Unknown if heard.remarks.has(Remark::ComesBack) => None,
        // The question is asked once: the pilot has answered, in words that nothing here knows.
        Bound::Unknown if r.last.as_ref().is_some_and(|l| l.items.contains(&Item::Ask(Ask::Destination))) => {
            Some(Decision::say([Item::Roger].into_iter().chain(s.pressure())))
        }
        Bound::Unknown => Some(Decision::ask(Ask::Destination)),
        Bound::Elsewhere(_) if contact.is_some() => {
            let ends = r.radar.then_some([Item::RadarServiceTerminated, Item::SquawkVfr]);
            Some(Decision::say(ends.into_iter().flatten().chain(contact)))
        }
        Bound::Elsewhere(_) if r.radar => Some(Decision::say([Item::Roger].into_iter().chain(s.pressure()))),
        Bound::Elsewhere(_) => Some(match s.assigned_squawk.or(s.free_squawk) {
            Some(code) => Decision::say([Item::Squawk(code)].into_iter().chain(s.pressure())),
            None => Decision::say([Item::Roger].into_iter().chain(s.pressure())),
        }),
    }
}
