//! Instrument flights in the air. One plan for the flight yields both the answers to calls and the controller's own transmissions:
//! [`answer`] answers a call, and [`next`] gives the step that is due (climb, descent, what to expect, vectors, the next unit).

use super::Decision;
use super::given_back::clear_of_weather;
use super::initiative::{Notice, Watch};
use super::missed::{missed, still_climbs};
use super::route::{comes_in, deviation, direct, next_frequency, on_route, speed, way_on};
use super::{circling, hold, on_top, vectors};
use crate::act::Act;
use crate::gate;
use crate::instruction::{Ask, Climb, Emergency, Item, ReportPoint};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Expected, Request, Way};
use crate::situation::{Arrival, Situation};
use crate::units::{Facility, Runway, Time, turn};

/// Planned descent gradient: three degrees, in feet per nautical mile, with a margin of a tenth.
const PROFILE_FT: f64 = 318.0 / 1.1;
/// The descent profile ends this far before the field, where vectors to final begin, nautical miles.
const GATE_NM: f64 = 18.0;
/// An approach unit works arrivals within this distance, nautical miles.
const TERMINAL_NM: f64 = 60.0;
/// An arrival learns what to expect within this distance, nautical miles.
const EXPECT_NM: f64 = 45.0;
/// Below this height above the field, the unit that gives the approach handles the descent, feet.
const TERMINAL_FT: f64 = 10_000.0;
/// The top of a terminal unit's airspace where no data names one, feet.
const TERMINAL_TOP_FT: i32 = 17_000;
/// This far below that top, a climbing flight gets its next level, feet.
const NEAR_TOP_FT: i32 = 2_500;
/// Levels for one direction of flight are this far apart, feet (14 CFR 91.179; ICAO Annex 2, appendix 3).
pub(super) const LEVELS_FT: i32 = 2_000;
/// No climb is given within this distance of the top of descent, nautical miles.
const CLIMB_NM: f64 = 15.0;
/// A cleared visual approach requires the field in sight within this distance, nautical miles.
const IN_SIGHT_NM: f64 = 20.0;
/// A tower issues landing clearances within this distance, nautical miles.
const CLEARS_NM: f64 = 15.0;

/// The destination, if this is a live instrument flight in the air.
pub(crate) fn arrival(s: &Situation) -> Option<&Arrival> {
    s.arrival.as_ref().filter(|_| s.live && s.ifr && !s.on_ground)
}

/// Whether this unit assigns the flight's headings, levels and approaches: a radar unit, or a tower without a radar unit around it.
pub(crate) fn is_radar_desk(s: &Situation) -> bool {
    let Some(a) = arrival(s) else { return s.facility.is_radar() };
    let tower_alone = || if s.icao == a.icao { a.approach_unit.is_none() } else { s.next_unit.is_none() };
    s.facility.is_radar() || s.facility == Facility::Tower && tower_alone()
}

/// Whether this unit clears the flight for its approach: the destination's own approach unit, or any unit if the destination has none.
pub(super) fn gives_approach(s: &Situation, a: &Arrival) -> bool {
    let own = s.frequency.is_some_and(|f| a.radar.iter().any(|r| r.same_channel(f)));
    // The frequency may be received far outside the unit's airspace.
    own && a.distance_nm <= TERMINAL_NM || a.approach_unit.is_none() && a.distance_nm <= EXPECT_NM
}

/// Climb, descend or maintain, depending on the present altitude.
pub(super) fn level(s: &Situation, feet: i32) -> Item {
    let way = match s.altitude_ft {
        Some(now) if now + 150 < feet => Climb::Climb,
        Some(now) if now - 150 > feet => Climb::Descend,
        _ => Climb::Maintain,
    };
    Item::Altitude { way, feet, level: s.is_level(feet) }
}

/// The lowest altitude that may be assigned here, feet.
pub(super) fn lowest(s: &Situation, a: &Arrival) -> i32 {
    let field = if a.distance_nm <= EXPECT_NM { a.minimum_ft } else { s.minimum_ft.unwrap_or(a.minimum_ft).max(a.minimum_ft) };
    s.floor_ft.map_or(field, |floor| field.max(floor))
}

pub(super) fn up_to(feet: i32, step: i32) -> i32 {
    (feet + step - 1) / step * step
}

/// The altitude at which vectors begin, feet.
fn gate(s: &Situation, a: &Arrival) -> i32 {
    up_to(lowest(s, a) + 3000, 1000)
}

/// The target of a descent: the altitude at which vectors begin, or a higher one at which the next unit takes over.
fn descent(s: &Situation, a: &Arrival) -> i32 {
    let gate = gate(s, a);
    let terminal = up_to((a.elevation_ft + TERMINAL_FT) as i32, 1000);
    if gives_approach(s, a) { gate } else { terminal.max(gate) }
}

/// The distance from the field at which a flight must leave its level, nautical miles.
pub(super) fn top_of_descent_nm(s: &Situation, a: &Arrival) -> f64 {
    let gate = gate(s, a);
    s.altitude_ft.map_or(0.0, |now| f64::from((now - gate).max(0)) / PROFILE_FT + GATE_NM)
}

/// The answer to a call; `None` if the call gets the same answer as any flight's. The first call to a radar unit always gets "radar
/// contact" as well (7110.65 5-3-7).
pub(super) fn answer(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let first = s.facility.is_radar() && !r.contacted.contains(&s.facility) && arrival(s).is_some();
    let coded = s.assigned_squawk.is_none() || s.assigned_squawk == s.transponder;
    match answered(s, r, heard)? {
        Decision::Say(items) if first && coded && !items.iter().any(|i| matches!(i, Item::RadarContact(_) | Item::Ask(_))) => {
            let seen = Item::RadarContact(s.position.clone().filter(|_| s.region.identified_position));
            Some(Decision::say([seen].into_iter().chain(items)))
        }
        other => Some(other),
    }
}

fn answered(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let a = arrival(s)?;
    // In distress the pilot decides what comes next, and a requested approach is granted.
    let way_in = matches!(heard.intent, Intent::FieldInSight | Intent::ApproachRequest) && gives_approach(s, a);
    if r.emergency == Some(Emergency::Mayday) && !(way_in && s.facility.is_radar()) {
        return None;
    }
    if s.facility == Facility::Tower
        && let Some(d) = tower(s, r, a, heard)
    {
        return Some(d);
    }
    if s.facility.is_radar()
        && let Some(d) = tower_too(s, r, a, heard)
    {
        return Some(d);
    }
    if !is_radar_desk(s) {
        return None;
    }
    if heard.remarks.has(Remark::AsksCleared) && r.approach.is_some() && matches!(heard.intent, Intent::Unknown | Intent::SayAgain) {
        return Some(approach(s, r, a, None, None));
    }
    let sent_up = r.last.as_ref().is_some_and(|l| l.items.contains(&Item::RunwayHeading));
    if heard.intent == Intent::GoAround && !(r.missed && sent_up) {
        return Some(missed(s, r, a, true));
    }
    if heard.remarks.has(Remark::LeavesHold) || r.holding && heard.has(Intent::DepartureReady) {
        return Some(hold::left(s, r, a));
    }
    // Clear of the weather: back on the route, or to the point that the pilot names.
    if clear_of_weather(r, heard) && !heard.requests.iter().any(|q| matches!(q, Request::DirectTo { .. })) {
        return Some(Decision::say([Item::Roger].into_iter().chain(way_on(s, r, a))));
    }
    if let Some(d) = circling::requested(s, r, a, heard).or_else(|| on_top::requested(s, r, heard)) {
        return Some(d);
    }
    // A level beside another request is the aircraft's present or assigned one, or a separate request.
    let held = |feet: i32| r.altitude_ft == Some(feet) || s.altitude_ft.is_some_and(|now| (now - feet).abs() <= 300);
    let level = heard.requests.iter().find(|q| matches!(q, Request::Level { feet: Some(f), way: Some(_) } if *f >= 1_000 && !held(*f)));
    let way = heard.requests.iter().find(|q| matches!(q, Request::DirectTo { .. } | Request::Deviate { .. }));
    if let (Some(level), Some(way)) = (level, way)
        && let (Decision::Say(first), Decision::Say(then)) = (requested(s, r, a, heard, way), requested(s, r, a, heard, level))
    {
        return Some(Decision::Say(first.into_iter().chain(then).collect()));
    }
    let beside = |q: &&Request| !matches!(q, Request::Level { .. });
    // The ride is the reason, and the level the request.
    let of_ride = heard.requests.iter().any(|q| matches!(q, Request::RideReport { .. }));
    let wished = heard.requests.iter().find(|q| of_ride && matches!(q, Request::Level { feet: Some(_), .. }));
    if let Some(request) = wished.or_else(|| heard.requests.iter().find(beside)).or(heard.requests.first()) {
        return Some(requested(s, r, a, heard, request));
    }
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) && r.contacted.contains(&s.facility);
    let tower = s.next_unit.as_ref().filter(|u| u.facility == Facility::Tower && cleared && !r.missed);
    if let Some(tower) = tower.filter(|_| matches!(heard.intent, Intent::PositionReport | Intent::CheckIn)) {
        return Some(Decision::say([Item::Contact { unit: tower.name.clone(), frequency: Some(tower.frequency) }]));
    }
    Some(match heard.intent {
        Intent::FieldInSight if gives_approach(s, a) => visual(s, r, a),
        Intent::CheckIn | Intent::PositionReport | Intent::FieldInSight | Intent::SquawkReport => check_in(s, r, a),
        Intent::AltitudeRequest => {
            let level = Request::Level { feet: heard.slots.altitude_ft.last().copied(), way: None };
            requested(s, r, a, heard, &level)
        }
        // Ready to go on its way.
        Intent::DepartureReady if !comes_in(s, r, a) => Decision::Say(way_on(s, r, a)),
        // Ready for another approach: continue.
        Intent::DepartureReady => approach(s, r, a, None, None),
        // The aircraft was already told to climb. The pilot reports the go-around again because they want another approach.
        Intent::GoAround => approach(s, r, a, None, None),
        Intent::ApproachRequest if heard.has(Intent::FieldInSight) && gives_approach(s, a) && vectors::wants_visual(heard) => {
            visual(s, r, a)
        }
        Intent::ApproachRequest | Intent::InboundLanding | Intent::TouchAndGoRequest => {
            approach(s, r, a, heard.slots.approach.clone(), heard.slots.runway)
        }
        Intent::FrequencyChangeRequest => next_frequency(s),
        // "Request left heading three zero zero to avoid weather" asks for no weather report.
        Intent::HeadingReport | Intent::WeatherRequest if heard.acts.contains(&Act::WantHeading) && heard.slots.heading.is_some() => {
            let degrees = heard.slots.heading.unwrap_or(360);
            Decision::say([Item::Heading { turn: heard.slots.side, degrees }, Item::Advice("advise when clear of weather".into())])
        }
        // Another heading after a deviation: resume the route.
        Intent::HeadingReport if r.deviating => Decision::say([Item::Roger, Item::ResumeOwnNavigation, on_route(s, a)]),
        // The pilot has given only a callsign: the flight is known and continues.
        Intent::Unknown if heard.loose == 0 && heard.callsign.is_some() && !r.contacted.contains(&s.facility) => check_in(s, r, a),
        _ => return None,
    })
}

/// The answer to a request.
fn requested(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding, request: &Request) -> Decision {
    match request {
        Request::DirectTo { fix } => direct(s, a, fix.as_deref()),
        Request::Deviate { side, degrees } => deviation(*side, *degrees),
        Request::RideReport { .. } => Decision::say([Item::Advice("no ride reports received here".into())]),
        Request::BlockAltitude { low, high } if *low >= lowest(s, a) => Decision::say([Item::Block { low: *low, high: *high }]),
        Request::BlockAltitude { .. } => Decision::say([Item::Unable("that block, it reaches below the minimum altitude here".into())]),
        // "Keep two hundred": no instrument flight asks for a level of that many feet.
        Request::Level { feet: Some(knots @ 80..=350), .. } => speed(s, u16::try_from(*knots).ok()),
        Request::Level { feet, way } => altitude(s, r, a, *feet, *way),
        Request::Speed { knots, .. } => speed(s, *knots),
        Request::Hold { .. } => Decision::Say(hold::clearance(s, r, hold::Wanted::of(request).unwrap_or_default())),
        Request::NextFrequency { .. } => next_frequency(s),
        Request::Approach { kind, runway, .. } => {
            approach_for(s, r, a, kind.clone(), runway.or(heard.slots.runway), heard.remarks.has(Remark::FullProcedure))
        }
        Request::Runway { runway } => approach(s, r, a, None, *runway),
        Request::Vectors { to: None, approach: false } if !comes_in(s, r, a) => Decision::Say(way_on(s, r, a)),
        Request::Vectors { to, approach: to_final } if *to_final || to.is_none() => approach(s, r, a, None, heard.slots.runway),
        Request::Vectors { to, .. } => direct(s, a, to.as_deref()),
        Request::Expect { about: Expected::Delay } => Decision::Say(super::questions::delay(s)),
        Request::Expect { about: Expected::Level } => {
            let miles = (a.distance_nm - top_of_descent_nm(s, a)).round();
            let when = if miles > 1.0 { format!("expect lower in {miles} miles") } else { "expect lower shortly".to_owned() };
            Decision::say([Item::Advice(when)])
        }
        Request::Expect { about: Expected::Approach | Expected::Runway } => Decision::Say(match (&r.approach, r.expects) {
            (Some((kind, _)), Some(runway)) => vec![Item::Approach { kind: kind.clone(), expect: true }, Item::Runway(runway)],
            _ => expect(s, r, a),
        }),
    }
}

/// A single controller works approach and tower on one frequency, and clears to land the aircraft that it cleared for the approach.
fn tower_too(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Decision> {
    let shared = s.icao == a.icao && a.tower.as_ref().is_some_and(|t| s.frequency.is_some_and(|f| t.frequency.same_channel(f)));
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) && r.landing.is_none() && !r.missed;
    let reports = matches!(heard.intent, Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding | Intent::FieldInSight);
    let near = s.phase == Phase::Final || a.course.is_some_and(|f| f.before_nm > 0.0 && f.before_nm < CLEARS_NM && f.right_nm.abs() < 1.0);
    let lands = shared && cleared && reports && near && a.distance_nm <= CLEARS_NM;
    lands.then(|| super::tower::landing_for(s, r, heard, super::tower::wanted(r, heard), gate::expected(r, s.transponder)))
}

/// A tower's answer to an instrument arrival, and to a departure still on its frequency.
fn tower(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Decision> {
    let here = s.icao == a.icao;
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    let near = matches!(s.phase, Phase::Final | Phase::Base) || a.distance_nm <= CLEARS_NM;
    // Lined up with the runway, the aircraft is on its approach, cleared here or before.
    let along = |course: f64| s.heading_mag.is_some_and(|h| turn(h, course).abs() < 45.0);
    let lined_up = a
        .course
        .is_some_and(|f| (0.0..CLEARS_NM).contains(&f.before_nm) && f.right_nm.abs() < 0.4 * f.before_nm + 0.2 && along(f.course_mag));
    let on_final = s.phase == Phase::Final || lined_up && heard.intent != Intent::GoAround;
    let lands = matches!(heard.intent, Intent::CheckIn | Intent::PositionReport | Intent::InboundLanding | Intent::ApproachRequest);
    match heard.intent {
        // Whatever else the call asks for, the aircraft climbs.
        _ if heard.has(Intent::GoAround) && here && !is_radar_desk(s) => Some(missed(s, r, a, true)),
        // The flight is cleared for the approach, so any report that is not a readback gets the landing clearance.
        Intent::CheckIn
        | Intent::PositionReport
        | Intent::FieldInSight
        | Intent::InboundLanding
        | Intent::ApproachRequest
        | Intent::TouchAndGoRequest
        | Intent::Readback
        | Intent::WeatherRequest
        | Intent::Unknown
            if (heard.intent != Intent::Unknown
                || heard.callsign.is_some() && (!r.contacted.contains(&s.facility) || heard.slots.runway.is_some()))
                && here
                && near
                && (!r.missed || on_final)
                && r.landing.is_none()
                && (cleared || on_final) =>
        {
            let wanted = super::tower::wanted(r, heard);
            let leave = gate::expected(r, s.transponder).or_else(|| gate::established(s, on_final));
            let wind = s.wind().filter(|_| heard.intent == Intent::WeatherRequest);
            Some(match super::tower::landing_for(s, r, heard, wanted, leave) {
                Decision::Say(items) if !items.iter().any(|i| Some(i) == wind.as_ref()) => {
                    Decision::Say(wind.into_iter().chain(items).collect())
                }
                other => other,
            })
        }
        // A flight without an approach clearance gets it from the approach unit.
        _ if lands && here && !cleared && !on_final => {
            a.approach_unit.as_ref().map(|u| Decision::say([Item::Contact { unit: u.name.clone(), frequency: Some(u.frequency) }]))
        }
        Intent::FrequencyChangeRequest | Intent::CheckIn if !here || r.missed => {
            s.next_unit.as_ref().map(|next| Decision::say([Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }]))
        }
        _ => None,
    }
}

/// Answers the first call on a radar frequency, and later reports.
fn check_in(s: &Situation, r: &Record, a: &Arrival) -> Decision {
    let known = r.contacted.contains(&s.facility) && r.radar;
    if let (Some(want), Some(shown)) = (s.assigned_squawk, s.transponder)
        && want != shown
    {
        // A code that is not showing cannot identify an aircraft.
        return Decision::say([Item::ResetTransponder, Item::Squawk(want), Item::Ident]);
    }
    let mut items =
        if known { vec![Item::Roger] } else { vec![Item::RadarContact(s.position.clone().filter(|_| s.region.identified_position))] };
    // An arrival descends to where vectors begin, whatever earlier units cleared it to.
    let first_down = (!known && gives_approach(s, a)).then(|| descent(s, a)).filter(|to| s.altitude_ft.is_some_and(|now| now > to + 300));
    match first_down.or_else(|| next_level(s, r, a)) {
        Some(feet) => items.push(level(s, feet)),
        // A flight from another unit keeps its assigned level.
        None => items
            .extend(r.altitude_ft.filter(|ft| !known && s.altitude_ft.is_some_and(|now| (now - ft).abs() > 300)).map(|ft| level(s, ft))),
    }
    let bound_away = !gives_approach(s, a);
    if bound_away && !known && sent_on_course(s, r, a) {
        items.extend([Item::ResumeOwnNavigation, on_route(s, a)]);
    }
    // A new unit says again what to expect of it.
    if !bound_away && r.approach.as_ref().is_none_or(|(_, cleared)| !cleared && !known) {
        items.extend(expect(s, r, a));
        items.extend(s.pressure());
    }
    Decision::Say(items)
}

/// Whether a flight without a departure procedure may now proceed on course: only above the terrain around (7110.65 5-6-3).
fn sent_on_course(s: &Situation, r: &Record, a: &Arrival) -> bool {
    let clear = s.altitude_ft.is_some_and(|now| now + 200 >= lowest(s, a));
    clear && !r.on_course && r.departure.is_none() && r.approach.is_none() && !r.deviating && !r.missed
}

/// The approach to expect. If the data names none, vectors to final: the pilot has the charts and may choose.
pub(super) fn expect(s: &Situation, r: &Record, a: &Arrival) -> Vec<Item> {
    // Keep the approach announced earlier, if the weather still allows it.
    let before = r.approach.as_ref().map(|(kind, _)| kind.clone()).filter(|k| a.is_visual() || !k.eq_ignore_ascii_case("visual"));
    match (before.or_else(|| way_in(a)), a.runway) {
        (Some(kind), Some(r)) => vec![Item::Approach { kind, expect: true }, Item::Runway(r)],
        (None, Some(r)) => vec![Item::Approach { kind: String::new(), expect: true }, Item::Runway(r)],
        (_, None) => s.active.map(|r| Item::Advice(format!("expect runway {r}"))).into_iter().collect(),
    }
}

/// Whether the flight is on its descent, or so close to it that no climb is given.
pub(super) fn near_descent(s: &Situation, a: &Arrival) -> bool {
    a.distance_nm <= top_of_descent_nm(s, a) + CLIMB_NM
}

/// The most precise approach in the data for the runway.
pub(super) fn by_instruments(a: &Arrival) -> Option<String> {
    let runway = a.runway?;
    super::radar::KINDS.iter().find_map(|k| a.approach_named(k, runway)).map(str::to_owned)
}

/// The default approach: visual if the weather allows, otherwise the most precise approach in the data.
pub(super) fn way_in(a: &Arrival) -> Option<String> {
    let best = |r: Runway| super::radar::KINDS.iter().find_map(|k| a.approach_named(k, r)).map(str::to_owned);
    if a.offers_visual() { Some("visual".to_owned()) } else { a.runway.and_then(best) }
}

/// The level that is due now: a descent by the profile, or a climb to the filed level on the way out.
fn next_level(s: &Situation, r: &Record, a: &Arrival) -> Option<i32> {
    let now = s.altitude_ft?;
    let assigned = r.altitude_ft;
    // The climb after a missed approach goes on to a level that clears the terrain around.
    let clear = clear_of_terrain(s, a);
    if r.missed && now + 300 < clear && assigned.is_none_or(|have| have < clear) {
        return Some(clear);
    }
    let top = top_of_descent_nm(s, a);
    if a.distance_nm <= top || gives_approach(s, a) && a.distance_nm <= EXPECT_NM {
        let to = descent(s, a);
        return (now > to + 300 && assigned.is_none_or(|have| have > to) && r.approach.as_ref().is_none_or(|(_, cleared)| !cleared))
            .then_some(to);
    }
    // The level that the pilot asked for and got takes the place of the filed one.
    let agreed = r.wants_level.filter(|feet| *feet >= lowest(s, a));
    let filed = agreed.or_else(|| filed(s)).map(|feet| within_unit(s, feet))?;
    let room = a.distance_nm > f64::from((filed - now).max(0)) / PROFILE_FT + top + CLIMB_NM;
    (now + 300 < filed && assigned.is_none_or(|have| have < filed) && room && !r.missed && !r.on_top && r.approach.is_none())
        .then_some(filed)
}

/// The part of a climb that this unit gives: a terminal unit climbs a flight to the top of its airspace, and from near there on to its level
/// if no en-route unit takes it over.
pub(super) fn within_unit(s: &Situation, feet: i32) -> i32 {
    let terminal = matches!(s.facility, Facility::Departure | Facility::Approach | Facility::Tower);
    let near_top = s.altitude_ft.is_some_and(|now| now >= TERMINAL_TOP_FT - NEAR_TOP_FT);
    let handed_over = s.next_unit.as_ref().is_some_and(|u| u.facility == Facility::Center);
    if terminal && (!near_top || handed_over) { feet.min(TERMINAL_TOP_FT) } else { feet }
}

/// A level above the surrounding terrain, but not above the filed level: the terrain is an estimate with a margin, and the filed level is not.
pub(super) fn clear_of_terrain(s: &Situation, a: &Arrival) -> i32 {
    let clear = up_to(lowest(s, a), 1000);
    filed(s).map_or(clear, |filed| clear.min(filed))
}

/// Assigns another altitude, not below the safe one here.
fn altitude(s: &Situation, r: &Record, a: &Arrival, wanted: Option<i32>, way: Option<Way>) -> Decision {
    let Some(now) = s.altitude_ft else { return Decision::ask(Ask::Altitude) };
    let lowest = lowest(s, a);
    // "Level at one seven thousand, ready for lower" states the present altitude, not the requested one.
    let wanted = wanted.filter(|feet| match way {
        Some(Way::Down) => *feet < now - 150,
        Some(Way::Up) => *feet > now + 150,
        None => true,
    });
    match (wanted, way) {
        (Some(feet), _) if !(500..=super::radar::HIGHEST_FT).contains(&feet) => {
            Decision::say([Item::Unable("that altitude".into()), Item::Ask(Ask::RequestedAltitude)])
        }
        // Above this unit's airspace the next one gives the climb.
        (Some(feet), _) if feet > now + 150 && within_unit(s, feet) <= now + 150 => next_frequency(s),
        // A climb is given, at least to a level that clears the terrain.
        (Some(feet), _) if feet > now + 150 => Decision::say([level(s, feet.max(clear_of_terrain(s, a)))]),
        (Some(feet), _) if feet < lowest => {
            let least = up_to(lowest, 500);
            let instead = (now > least + 150).then(|| level(s, least));
            Decision::say([Item::Unable("lower, that is below the minimum altitude here".into())].into_iter().chain(instead))
        }
        // The present level beside an assigned one is a report.
        (Some(feet), _) if (feet - now).abs() <= 150 => Decision::say([level(s, r.altitude_ft.unwrap_or(feet))]),
        (Some(feet), _) => Decision::say([level(s, feet)]),
        // In cruise, lower is the next lower level, and the descent to the field comes later.
        (None, Some(Way::Down)) if a.distance_nm > top_of_descent_nm(s, a) + CLIMB_NM && now - LEVELS_FT >= lowest => {
            Decision::say([level(s, (now + 500) / 1000 * 1000 - LEVELS_FT)])
        }
        (None, Some(Way::Down)) => {
            let to = [descent(s, a), up_to(lowest, 500)].into_iter().find(|to| now > to + 300);
            Decision::say([to.map_or_else(|| Item::Unable("lower, that is the minimum altitude here".into()), |to| level(s, to))])
        }
        // Near the descent, or with one assigned, a climb needs the pilot's level.
        (None, Some(Way::Up)) if r.altitude_ft.is_some_and(|have| have + 300 < now) || near_descent(s, a) => {
            Decision::ask(Ask::RequestedAltitude)
        }
        (None, Some(Way::Up)) => match filed(s).filter(|filed| now + 300 < *filed && r.approach.is_none()) {
            Some(filed) => Decision::say([level(s, within_unit(s, filed))]),
            None => Decision::ask(Ask::RequestedAltitude),
        },
        (None, None) => Decision::ask(Ask::RequestedAltitude),
    }
}

/// The cruising level in the plan, feet.
pub(super) fn filed(s: &Situation) -> Option<i32> {
    s.flight_plan.as_ref().and_then(|p| p.altitude_ft)
}

/// Answers a request for an approach, or for vectors to the announced one.
fn approach(s: &Situation, r: &Record, a: &Arrival, asked: Option<String>, wanted: Option<Runway>) -> Decision {
    approach_for(s, r, a, asked, wanted, false)
}

/// Like [`approach`]; `whole` means as published, without vectors.
pub(super) fn approach_for(s: &Situation, r: &Record, a: &Arrival, asked: Option<String>, wanted: Option<Runway>, whole: bool) -> Decision {
    // The runway that is wanted becomes the one that is expected, vectored to and cleared: nothing of this answer is for another one.
    let aimed = wanted.and_then(|x| a.to(x));
    let a = aimed.as_ref().unwrap_or(a);
    let Some(runway) = a.runway else { return Decision::ask(Ask::Runway) };
    if let Some(other) = wanted.filter(|x| *x != runway) {
        let instead = expect(s, r, a).into_iter();
        return Decision::say([Item::Unable(format!("runway {other} not available"))].into_iter().chain(instead));
    }
    if s.icao == a.icao && s.is_closed(runway) {
        return Decision::say([Item::Unable(format!("runway {runway} is closed"))]);
    }
    let announced = r.approach.as_ref().map(|(kind, _)| kind.clone());
    let visual = asked.as_deref().is_some_and(|k| k.eq_ignore_ascii_case("visual"));
    let instead = || way_in(a).filter(|k| !k.eq_ignore_ascii_case("visual"));
    if visual && !a.is_visual() {
        let refuse = Item::Unable("visual approach, the weather does not allow it".into());
        return Decision::Say(match instead() {
            Some(kind) => vec![refuse, Item::Approach { kind, expect: true }, Item::Runway(runway)],
            None => vec![refuse, Item::Ask(Ask::Approach)],
        });
    }
    // If the data lists approaches, only those are given, by their full names. If it lists none, an approach that the pilot names is
    // accepted: the runway exists, and the simulator has charts that Stratus does not see.
    let kind = match asked {
        Some(kind) if visual || a.approaches.is_empty() => Some(kind),
        Some(kind) => match a.approach_named(&kind, runway) {
            Some(named) => Some(named.to_owned()),
            None => {
                let refuse = Item::Unable(format!("{kind} approach not available"));
                let rest = match instead().or_else(|| way_in(a)) {
                    Some(kind) => vec![Item::Approach { kind, expect: true }, Item::Runway(runway)],
                    None => vec![Item::Ask(Ask::Approach)],
                };
                return Decision::say([refuse].into_iter().chain(rest).chain(s.pressure()));
            }
        },
        None => announced.clone().or_else(|| way_in(a)),
    };
    let kind = kind.unwrap_or_default();
    if whole && !visual && gives_approach(s, a) && a.distance_nm <= TERMINAL_NM {
        // The full procedure on the pilot's own navigation: maintain an altitude until established (7110.65 4-8-1).
        let keep = s.altitude_ft.map(|now| level(s, up_to(lowest(s, a).max((now + 50) / 100 * 100), 100)));
        let until = keep.is_some().then_some(Item::UntilEstablished);
        let cleared = [Item::Approach { kind, expect: false }, Item::Runway(runway)];
        return Decision::Say([Item::ResumeOwnNavigation].into_iter().chain(keep).chain(until).chain(cleared).collect());
    }
    if visual && announced.is_some() && a.distance_nm <= IN_SIGHT_NM && gives_approach(s, a) && !r.missed {
        // Cleared only with the field in sight (7110.65 7-4-3).
        let report = (!r.sees_field).then(|| Item::Report(ReportPoint::Words("the field in sight".into())));
        return Decision::say([Item::Approach { kind, expect: report.is_some() }, Item::Runway(runway)].into_iter().chain(report));
    }
    let same = announced.as_deref() == Some(kind.as_str()) && r.expects.is_none_or(|x| x == runway);
    if same
        && !r.missed
        && gives_approach(s, a)
        && let Some(items) = vectors::now(s, r, a)
    {
        return Decision::Say(items);
    }
    let down = next_level(s, r, a).filter(|_| gives_approach(s, a)).map(|to| level(s, to));
    // A flight that is on vectors already gets the vector to the new approach with it.
    if r.heading.is_some() && !r.missed && gives_approach(s, a) {
        let again = Record { approach: Some((kind.clone(), false)), expects: Some(runway), ..r.clone() };
        let vector = vectors::now(s, &again, a).filter(|v| v.iter().all(|i| !matches!(i, Item::Approach { .. })));
        if let Some(vector) = vector.filter(|v| v.iter().any(|i| matches!(i, Item::Heading { .. }))) {
            return Decision::say([Item::Approach { kind, expect: true }, Item::Runway(runway)].into_iter().chain(vector));
        }
    }
    // After a missed approach, the first vector to the next one waits until the climb is complete.
    let climbed =
        s.altitude_ft.is_some_and(|now| now >= lowest(s, a) - 200) && r.missed && gives_approach(s, a) && a.runway == Some(runway);
    if let Some(up) = still_climbs(s, r, a) {
        let announced = [Item::Approach { kind, expect: true }, Item::Runway(runway)];
        return Decision::say(up.into_iter().chain(announced).chain(s.pressure()));
    }
    let again = Record { approach: Some((kind.clone(), false)), missed: false, ..r.clone() };
    let vector = climbed.then(|| vectors::now(s, &again, a)).flatten();
    if let Some(vector) = vector.filter(|v| v.iter().any(|i| matches!(i, Item::Heading { .. }))) {
        let expect = vector.iter().all(|i| !matches!(i, Item::Approach { .. }));
        let announced = expect.then_some([Item::Approach { kind, expect: true }, Item::Runway(runway)]);
        return Decision::Say(announced.into_iter().flatten().chain(vector).collect());
    }
    Decision::say([Item::Approach { kind, expect: true }, Item::Runway(runway)].into_iter().chain(down).chain(s.pressure()))
}

/// The field is in sight: a visual approach if the weather allows one, otherwise the announced approach continues.
fn visual(s: &Situation, r: &Record, a: &Arrival) -> Decision {
    match a.runway.filter(|_| a.is_visual() && a.distance_nm <= IN_SIGHT_NM) {
        Some(runway) => Decision::say([Item::Approach { kind: "visual".into(), expect: false }, Item::Runway(runway)]),
        None => check_in(s, r, a),
    }
}

/// The step that is due now, without a call.
pub(super) fn next(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    // A flight that was sent to another unit belongs to that unit.
    let a = arrival(s).filter(|_| r.emergency != Some(Emergency::Mayday) && r.sent_to.is_none() && !r.no_gyro && !hold::holds(s, r))?;
    let unsaid = |n: Notice| Some(n).filter(|n| !w.told(*n));
    if s.facility == Facility::Tower && s.icao == a.icao && r.missed && s.phase == Phase::GoAround {
        // An unreported go-around is still seen.
        let told = r.last.as_ref().is_some_and(|l| l.items.contains(&Item::RunwayHeading));
        return unsaid(Notice::Missed).filter(|_| !told).and_then(|n| match missed(s, r, a, false) {
            Decision::Say(items) => Some((n, items)),
            Decision::Silent(_) => None,
        });
    }
    if !is_radar_desk(s) || s.facility.is_radar() && !r.radar {
        return None;
    }
    if let Some(feet) = next_level(s, r, a)
        && let Some(n) = unsaid(Notice::Level(feet))
    {
        return Some((n, vec![level(s, feet)]));
    }
    if !gives_approach(s, a) || a.distance_nm > EXPECT_NM {
        let on = !gives_approach(s, a) && s.facility.is_radar() && sent_on_course(s, r, a);
        let course = vec![Item::ResumeOwnNavigation, on_route(s, a)];
        return unsaid(Notice::OnCourse).filter(|_| on).map(|n| (n, course));
    }
    if r.approach.is_none() {
        let items = expect(s, r, a);
        return unsaid(Notice::Expect).filter(|_| !items.is_empty()).map(|n| (n, items));
    }
    if r.approach.as_ref().is_some_and(|(_, cleared)| !cleared) {
        // No turns until the missed approach has climbed.
        let low = s.altitude_ft.is_none_or(|now| now < lowest(s, a) - 200);
        let climbed = !(low && (r.missed || matches!(s.phase, Phase::GoAround | Phase::Departure)));
        return if climbed { vectors::due(now, s, r, w, a) } else { None };
    }
    None
}
