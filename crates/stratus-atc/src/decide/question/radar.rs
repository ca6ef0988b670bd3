//! What a radar controller answers to each subject that an instrument flight raises: level, route, speed, vectors, approach, what is around.
//! A request goes to the decision for that request; a question gets the value in force, or when it comes.

use super::{advice, no_information};
use crate::decide::{Decision, distress, facts, hold, instruments, missed, questions, radar::grouped, route, sky, vectors};
use crate::gate;
use crate::hear::question::{Form, Subject};
use crate::instruction::{Climb, Item};
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::request::{Expected, Request, Way};
use crate::situation::{Arrival, Situation};
use crate::units::{Facility, Runway};

/// Within this distance of its destination, the weather around the aircraft is taken for the field's, nautical miles.
const FIELD_WEATHER_NM: f64 = 75.0;

/// An instrument flight in the air, and a unit that assigns its levels and headings.
fn desk(s: &Situation) -> Option<&Arrival> {
    instruments::arrival(s).filter(|_| instruments::is_radar_desk(s))
}

/// The answer to one part about a subject of this file; `None` leaves the part to the other decisions.
pub(super) fn about(s: &Situation, r: &Record, heard: &Understanding, form: Form, subject: Subject) -> Option<Vec<Item>> {
    if s.on_ground {
        return match subject {
            Subject::Clearance => clearance(s, r, form),
            Subject::RunwayChoice if s.ifr => departure_runway(s, r, heard, form),
            _ => None,
        };
    }
    if !s.ifr {
        return None;
    }
    match subject {
        Subject::LeaveFrequency => return leave_frequency(s, r),
        Subject::Traffic if form != Form::States => return Some(questions::traffic_items(s)),
        Subject::Letter if elsewhere(s) && form == Form::What => {
            return Some(vec![Item::Unable("that information is not available here".into())]);
        }
        Subject::Airspace if form != Form::States => return Some(vec![advice("your clearance includes the airspace on your route")]),
        Subject::Pressure if elsewhere(s) && heard.slots.altimeter.is_none() => {
            return at_the_destination(s).map(|d| d.pressure().into_iter().collect());
        }
        Subject::WeatherElsewhere => return weather_elsewhere(s, heard),
        Subject::Wind | Subject::Sky if elsewhere(s) => return weather_elsewhere(s, heard),
        _ => {}
    }
    // A report of a heading, a level or a speed is no wish for another one.
    let tells =
        matches!(subject, Subject::PastWeather | Subject::FieldSeen | Subject::GoAroundNext | Subject::Deviation | Subject::RunwayChoice);
    if form == Form::States && !tells && !heard.remarks.has(Remark::Wishes) {
        return None;
    }
    let a = desk(s)?;
    match subject {
        Subject::Climb => climb(s, r, a, heard, form),
        Subject::Descent => descent(s, r, a, heard, form),
        Subject::LevelQuestion => level_in_force(s, r),
        Subject::Direct => direct(s, r, heard, form),
        Subject::Deviation => deviation(s, r, heard),
        Subject::PastWeather => past_weather(s, r, a),
        Subject::Speed => speed(s, r, heard, form),
        Subject::Heading => heading(s, r, a, heard, form),
        Subject::OwnNavigation => own_navigation(s, r, a),
        Subject::ApproachChoice => approach_choice(s, r, a, heard),
        Subject::RunwayChoice => runway_choice(s, r, a, heard),
        Subject::ApproachExpect => approach_expect(s, r, a, heard, form),
        Subject::RunwayInUse => runway_expect(r, a, heard, form),
        Subject::TrackMiles => track_miles(s, r, a),
        Subject::Distance => distance(s, a, heard),
        Subject::Position => position(s, r, a, form),
        Subject::Hold => holding(s, r, heard, form),
        Subject::MissedProcedure => facts::missed(s, r).map(|i| vec![i]),
        Subject::GoAroundNext => after_a_miss(s, r, a),
        Subject::Minimum => minimum(s, r, a),
        Subject::Orbit => orbit(s, r, a, heard),
        Subject::Extend => longer_way(s, r, a),
        Subject::FieldSeen => field_seen(s, r, heard, form),
        Subject::WeatherShown => {
            Some(vec![advice("no weather display here, deviations approved as requested"), advice("say when you need one")])
        }
        Subject::CancelIfr if form != Form::States => Some(vec![Item::Confirm { wish: crate::instruction::Wish::CancelIfr, runway: None }]),
        Subject::WaitTime => Some(questions::delay(s)),
        _ => None,
    }
}

/// The facts of the field on the situation are not those of the destination.
fn elsewhere(s: &Situation) -> bool {
    s.arrival.as_ref().is_some_and(|a| a.icao != s.icao)
}

/// The answer to a request in its plain form, as if the pilot had made it in the standard words. Distress does not take the decision away.
fn plain(s: &Situation, r: &Record, heard: &Understanding, request: Request) -> Option<Vec<Item>> {
    let calm = Record { emergency: None, ..r.clone() };
    let asked = Understanding {
        intent: Intent::Unknown,
        intents: vec![Intent::Unknown],
        acts: Vec::new(),
        requests: vec![request],
        remarks: crate::remark::Remarks::default(),
        doubt: None,
        ..heard.clone()
    };
    match instruments::answer(s, &calm, &asked)? {
        Decision::Say(items) => Some(items),
        Decision::Silent(_) => None,
    }
}

/// The level that the part names, feet.
fn named_level(heard: &Understanding) -> Option<i32> {
    let asked = heard.requests.iter().find_map(|q| if let Request::Level { feet, .. } = q { *feet } else { None });
    asked.or(heard.slots.altitude_ft.last().copied()).filter(|feet| *feet >= 500)
}

/// A climb: the level that is named; without one, the filed level, or the next higher one (7110.65 4-5-7). Close to the descent none is given.
fn climb(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let now = s.altitude_ft?;
    if let Some(Request::BlockAltitude { low, high }) = heard.requests.iter().find(|q| matches!(q, Request::BlockAltitude { .. })) {
        return plain(s, r, heard, Request::BlockAltitude { low: *low, high: *high });
    }
    if let Some(feet) = named_level(heard).filter(|feet| *feet > now + 150) {
        return plain(s, r, heard, Request::Level { feet: Some(feet), way: Some(Way::Up) });
    }
    if instruments::near_descent(s, a) || r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) {
        return Some(vec![Item::Unable("higher, you are close to your descent".into())]);
    }
    if let Some(feet) = r.altitude_ft.filter(|feet| *feet > now + 300) {
        return Some(vec![instruments::level(s, feet)]);
    }
    let next = (now + 500) / 1000 * 1000 + instruments::LEVELS_FT;
    match instruments::filed(s).filter(|filed| now + 300 < *filed) {
        Some(filed) => Some(vec![instruments::level(s, instruments::within_unit(s, filed))]),
        None if form == Form::What => {
            Some(vec![advice(format!("{} available", s.transition.level_of(next))), advice("say requested level")])
        }
        None => plain(s, r, heard, Request::Level { feet: Some(next), way: Some(Way::Up) }),
    }
}

/// A descent: the level that is named, the next one on the profile, or when it comes (7110.65 4-5-7).
fn descent(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let now = s.altitude_ft?;
    if r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) {
        return Some(vec![advice("descend with the approach when established")]);
    }
    let named = named_level(heard).filter(|feet| *feet < now - 150);
    if let Some(feet) = named.filter(|_| r.emergency.is_none()) {
        return plain(s, r, heard, Request::Level { feet: Some(feet), way: Some(Way::Down) });
    }
    if let Some(feet) = r.altitude_ft.filter(|feet| *feet < now - 300) {
        return Some(vec![instruments::level(s, feet)]);
    }
    // "When can we expect lower", with time to go.
    if form == Form::What && !instruments::near_descent(s, a) {
        return plain(s, r, heard, Request::Expect { about: Expected::Level });
    }
    let mut items = plain(s, r, heard, Request::Level { feet: named, way: Some(Way::Down) })?;
    // In distress the pilot decides, with the minimum altitude in mind (7110.65 10-1-1 c).
    if r.emergency.is_some() && items.iter().any(|i| matches!(i, Item::Unable(_))) {
        let least = s.floor_ft.max(s.minimum_ft).map(|feet| advice(format!("minimum altitude here {}", grouped((feet + 99) / 100 * 100))));
        return Some([advice("descend at your discretion")].into_iter().chain(least).chain(s.pressure()).collect());
    }
    // At the minimum altitude the approach leads down: the pilot hears when.
    if items.iter().any(|i| matches!(i, Item::Unable(_))) && instruments::gives_approach(s, a) {
        items.push(advice("lower with the approach"));
        items.extend(vectors::track_miles(s, a).map(|n| advice(format!("{n} track miles"))));
    }
    Some(items)
}

/// The level that is assigned.
fn level_in_force(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let level = r.altitude_ft.map(|feet| match s.altitude_ft {
        Some(now) if (now - feet).abs() > 300 => instruments::level(s, feet),
        _ => Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) },
    });
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    Some(vec![level.unwrap_or_else(|| advice(if cleared { "altitude as published in the approach" } else { "no altitude assigned here" }))])
}

/// Direct to the place that is named, or the destination.
fn direct(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let fix = heard.requests.iter().find_map(|q| if let Request::DirectTo { fix } = q { fix.clone() } else { None });
    if let Some(items) = desk(s).and_then(|a| missed::still_climbs(s, r, a)) {
        return Some(items);
    }
    let items = plain(s, r, heard, Request::DirectTo { fix })?;
    let same = r.on_course && form != Form::What;
    Some(if same { [advice("no shorter route available")].into_iter().chain(items).collect() } else { items })
}

/// A way around weather: always approved, on the side that is named (7110.65 2-6-4).
fn deviation(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let asked = heard.requests.iter().find_map(|q| if let Request::Deviate { side, degrees } = q { Some((*side, *degrees)) } else { None });
    let by_slot = heard.slots.deviation.map(|(side, degrees)| (Some(side), degrees));
    let small = heard.slots.heading.filter(|d| *d <= 90);
    let (side, degrees) = asked.or(by_slot).unwrap_or((heard.slots.side, small));
    plain(s, r, heard, Request::Deviate { side: side.or(heard.slots.side), degrees })
}

/// Past the weather: back on course, or on vectors.
fn past_weather(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    if instruments::gives_approach(s, a) && r.heading.is_some() {
        return vectors::now(s, r, a);
    }
    let on = if r.on_course && !r.deviating { vec![Item::Roger] } else { vec![Item::ResumeOwnNavigation, route::on_route(s, a)] };
    Some(on)
}

/// A speed that is named is approved within the state's limits; otherwise the one in force (7110.65 5-7-1).
fn speed(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let asked = heard.requests.iter().find_map(|q| if let Request::Speed { knots, .. } = q { *knots } else { None });
    let bare = heard.slots.altitude_ft.iter().copied().find(|n| (80..=350).contains(n)).and_then(|n| u16::try_from(n).ok());
    let knots = asked.or(heard.slots.speed_kt).or(bare);
    // People and fuel are no speed, and a denied speed is none.
    let other = heard.slots.souls.is_some() || heard.slots.fuel_minutes.is_some();
    if other && knots.is_none() {
        return None;
    }
    match (knots, r.speed_kt, form) {
        (None, Some(given), Form::What | Form::Whether) => Some(vec![Item::Speed(given)]),
        (None, None, Form::What | Form::Whether) => Some(vec![advice(crate::decide::reply::free_speed(s))]),
        (knots, _, _) => plain(s, r, heard, Request::Speed { knots, way: None }),
    }
}

/// A turn: the heading that is named; on the way to final, the vector that is due, or how far away it is, and where the final is.
fn heading(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    if let Some(items) = missed::still_climbs(s, r, a) {
        return Some(items);
    }
    let wishes = heard.remarks.has(Remark::Wishes);
    if let Some(degrees) = heard.slots.heading.filter(|_| wishes) {
        return Some(vec![Item::Heading { turn: heard.slots.side, degrees }]);
    }
    if !route::comes_in(s, r, a) {
        return Some(route::way_on(s, r, a));
    }
    if !instruments::gives_approach(s, a) || r.on_course && r.approach.is_none() {
        return plain(s, r, heard, Request::Vectors { to: None, approach: false }).or_else(|| Some(vec![advice("own navigation")]));
    }
    // The approach clearance led to the course: a question about the turn is one about that clearance.
    if r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) {
        return (form != Form::States).then(|| vec![Item::Affirm, advice("join the final approach course")]);
    }
    let vector = vectors::now(s, r, a)?;
    let turns = vector.iter().any(|i| matches!(i, Item::Heading { turn: Some(_), .. } | Item::Approach { .. } | Item::RunwayHeading));
    let course = a.course.filter(|f| f.before_nm > 0.0).map(|f| vectors::beside_the_course(&f));
    if turns {
        return Some(course.into_iter().chain(vector).collect());
    }
    // The present vector goes on: when it ends is the answer.
    let until = vectors::miles_to_turn(s, a).map(|n| advice(format!("expect the next turn in {n} miles")));
    Some(course.into_iter().chain(until.or_else(|| Some(advice("fly present heading")))).collect())
}

/// On its own navigation, where the terrain allows it (7110.65 5-6-2 d).
fn own_navigation(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    if let Some(items) = missed::still_climbs(s, r, a) {
        return Some(items);
    }
    let clear = s.altitude_ft.is_some_and(|now| now + 200 >= instruments::lowest(s, a) || r.heading.is_none());
    Some(if clear {
        vec![Item::ResumeOwnNavigation, route::on_route(s, a)]
    } else {
        vec![Item::Unable("below the minimum altitude here".into()), instruments::level(s, instruments::lowest(s, a))]
    })
}

/// The approach that the pilot prefers; one that the pilot refuses is not offered again (7110.65 4-8-1).
fn approach_choice(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Vec<Item>> {
    let asked = heard
        .requests
        .iter()
        .find_map(|q| if let Request::Approach { kind, runway, .. } = q { Some((kind.clone(), *runway)) } else { None });
    let (kind, runway) = asked.unwrap_or((None, None));
    let kind = kind.or_else(|| heard.slots.approach.clone());
    let refused = gate::refuses_visual(heard);
    let kind = kind.filter(|k| !(refused && k.eq_ignore_ascii_case("visual")));
    let kind = kind.or_else(|| if refused { instruments::by_instruments(a) } else { None });
    plain(s, r, heard, Request::Approach { kind, runway: runway.or(heard.slots.runway), other: true })
}

/// The runway that the pilot prefers, or another one than the one that the pilot cannot accept.
fn runway_choice(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Vec<Item>> {
    let named = heard.requests.iter().find_map(|q| if let Request::Runway { runway } = q { *runway } else { None }).or(heard.slots.runway);
    let refuses = gate::refuses(heard);
    let expected = r.expects.or(a.runway);
    let wanted = match named {
        Some(x) if !(refuses && Some(x) == expected) => Some(x),
        _ => another(a, expected),
    };
    match wanted {
        Some(runway) => plain(s, r, heard, Request::Runway { runway: Some(runway) }),
        None => Some(vec![Item::Unable("no other runway available".into())]),
    }
}

/// The runway with the least tail wind besides the expected one and its opposite.
fn another(a: &Arrival, expected: Option<Runway>) -> Option<Runway> {
    let from = a.weather.wind_dir.unwrap_or(0.0);
    let other = |x: &Runway| expected.is_none_or(|e| *x != e && *x != e.reciprocal());
    let off = |x: &Runway| crate::units::turn(f64::from(x.number) * 10.0, from).abs();
    a.courses.iter().map(|f| f.runway).filter(other).min_by(|x, y| off(x).total_cmp(&off(y)))
}

/// The approach to expect: the announced one, or the one that the runway and the weather suggest.
fn approach_expect(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let named = heard.slots.approach.as_ref();
    // "When can we expect on course" is no question about the approach.
    let of_approach =
        |q: &Request| matches!(q, Request::Expect { about: Expected::Approach | Expected::Runway } | Request::Approach { .. });
    let names = named.is_some() || heard.slots.runway.is_some() || heard.requests.iter().any(of_approach);
    if !names && !route::comes_in(s, r, a) {
        return Some(route::way_on(s, r, a));
    }
    let (kind, runway) = match (&r.approach, r.expects) {
        (Some((kind, _)), Some(runway)) => (kind.clone(), runway),
        _ => (instruments::way_in(a).unwrap_or_default(), a.runway?),
    };
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    let same = named.is_none_or(|k| kind.to_lowercase().starts_with(&k.to_lowercase())) && heard.slots.runway.is_none_or(|x| x == runway);
    let verdict = (form == Form::Whether && (named.is_some() || heard.slots.runway.is_some())).then_some(if same {
        Item::Affirm
    } else {
        Item::Negative
    });
    if cleared {
        return Some(verdict.into_iter().chain([Item::Approach { kind, expect: false }, Item::Runway(runway)]).collect());
    }
    // Far out, the destination's own unit decides: what is in use there is a fact, and not yet an assignment.
    if !instruments::gives_approach(s, a) {
        let way = if kind.is_empty() { String::new() } else { format!(", {kind} approach") };
        let told = advice(format!("{} is landing runway {runway}{way}", a.name));
        return Some(verdict.into_iter().chain([told]).collect());
    }
    Some(verdict.into_iter().chain([Item::Approach { kind, expect: true }, Item::Runway(runway)]).collect())
}

/// The runway to expect at the destination.
fn runway_expect(r: &Record, a: &Arrival, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let runway = r.landing.map(|(x, _)| x).or(r.expects).or(a.runway)?;
    let named = heard.slots.runway.filter(|_| form == Form::Whether);
    let verdict = named.map(|x| if x == runway { Item::Affirm } else { Item::Negative });
    Some(verdict.into_iter().chain([advice(format!("expect runway {runway}"))]).collect())
}

/// The miles still to fly: along the vectors, or straight to the field.
fn track_miles(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    let miles = vectors::track_miles(s, a).filter(|_| instruments::gives_approach(s, a) && !cleared);
    let direct = a.course.filter(|f| cleared && f.before_nm > 0.0).map_or(a.distance_nm, |f| f.before_nm).round().max(1.0);
    Some(vec![advice(miles.map_or_else(|| format!("{direct} miles to {}", a.name), |n| format!("{n} track miles")))])
}

/// The distance to the place that is named, or to the destination.
fn distance(s: &Situation, a: &Arrival, heard: &Understanding) -> Option<Vec<Item>> {
    if heard.remarks.has(Remark::AsksNearest) {
        return distress::home(s).map(|i| vec![i]);
    }
    // Only the places on the situation have a known distance.
    Some(vec![advice(format!("{} miles to {}", a.distance_nm.round().max(1.0), a.name))])
}

/// Where the radar shows the aircraft; on the way to final, also beside which course.
fn position(s: &Situation, r: &Record, a: &Arrival, form: Form) -> Option<Vec<Item>> {
    let there = s.position.clone()?;
    let seen = if r.radar && form == Form::Whether { Item::RadarContact(Some(there)) } else { advice(format!("position {there}")) };
    let near = a.course.filter(|f| instruments::gives_approach(s, a) && f.before_nm > 0.0 && r.approach.is_some());
    Some([seen].into_iter().chain(near.map(|f| vectors::beside_the_course(&f))).collect())
}

/// A hold, its end, or its time (7110.65 4-6-1).
fn holding(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let request = heard.requests.iter().find_map(hold::Wanted::of);
    if let Some(items) = hold::told(s, r, form, &heard.remarks).filter(|_| request.is_none()) {
        return Some(items);
    }
    if matches!(form, Form::What | Form::Whether | Form::Either) && request.is_none() {
        return Some([advice("no holding expected")].into_iter().collect());
    }
    Some(hold::clearance(s, r, request.unwrap_or_default()))
}

/// What follows a miss: announced while the approach goes on, flown once it is missed.
fn after_a_miss(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    if let Some(items) = missed::still_climbs(s, r, a) {
        return Some(items);
    }
    if r.missed {
        return vectors::now(s, r, a);
    }
    Some(vec![advice("roger, in case of a missed approach expect vectors for another approach")])
}

/// The lowest altitude here. An aircraft that is below it hears it as a warning, with a level (7110.65 2-1-6).
fn minimum(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    let feet = s.floor_ft.max(s.minimum_ft)?;
    let told = advice(format!("minimum altitude here {}", grouped((feet + 99) / 100 * 100)));
    let cleared = r.approach.as_ref().is_some_and(|(_, cleared)| *cleared);
    let low = s.altitude_ft.is_some_and(|now| now + 300 < feet) && instruments::filed(s).is_none_or(|f| f >= feet || r.missed);
    // An assigned level below it is raised at once, whatever was filed.
    let assigned = r.altitude_ft.is_some_and(|have| have < feet);
    let least = || instruments::up_to(instruments::lowest(s, a).max(feet), 100).max(r.altitude_ft.unwrap_or(0));
    let up = ((low || assigned) && !cleared && r.emergency.is_none()).then(|| instruments::level(s, least()));
    Some([told].into_iter().chain(up).collect())
}

/// An orbit to lose height or time: approved, at the level that is safe, and then the vectors go on.
fn orbit(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Vec<Item>> {
    let side = heard.slots.side.unwrap_or(crate::units::Side::Left);
    let turn = s.region.orbit.replace("{side}", side.word());
    let down = r.altitude_ft.map_or_else(|| instruments::lowest(s, a), |have| have.max(instruments::lowest(s, a)));
    let level = s.altitude_ft.filter(|now| *now > down + 200).map(|_| instruments::level(s, down));
    let report = Item::Report(crate::instruction::ReportPoint::Words("ready for vectors".into()));
    Some([Item::PatternWords(turn)].into_iter().chain(level).chain([report]).collect())
}

/// More miles: the vectors lead farther out.
fn longer_way(s: &Situation, r: &Record, a: &Arrival) -> Option<Vec<Item>> {
    let f = a.course.filter(|_| instruments::gives_approach(s, a))?;
    let level = r.altitude_ft.filter(|have| s.altitude_ft.is_some_and(|now| now > have + 200)).map(|have| instruments::level(s, have));
    let out = vectors::outbound(s, &f);
    Some(out.into_iter().chain(level).chain([advice(format!("vectors for a longer final runway {}", f.runway))]).collect())
}

/// The field in sight, or not.
fn field_seen(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    if form != Form::States {
        return None;
    }
    if gate::refuses(heard) {
        return Some(vec![Item::Roger]);
    }
    let seen = Understanding { intent: Intent::FieldInSight, intents: vec![Intent::FieldInSight], requests: Vec::new(), ..heard.clone() };
    match instruments::answer(s, r, &seen)? {
        Decision::Say(items) => Some(items),
        Decision::Silent(_) => None,
    }
}

/// A short absence from the frequency (AIM 4-2-3): approved, and the pilot reports back.
fn leave_frequency(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    (s.facility.is_radar() && r.radar)
        .then(|| vec![advice("approved"), Item::Report(crate::instruction::ReportPoint::Words("back on this frequency".into()))])
}

/// The situation with the destination's weather.
fn at_the_destination(s: &Situation) -> Option<Situation> {
    let a = s.arrival.as_ref()?;
    Some(Situation { weather: a.weather.clone(), ..s.clone() })
}

/// The weather at the destination as far as it is known here; no other field's is.
fn weather_elsewhere(s: &Situation, heard: &Understanding) -> Option<Vec<Item>> {
    let a = s.arrival.as_ref()?;
    let other = heard.remarks.weather_at.as_ref().filter(|name| !a.name.to_lowercase().contains(name.as_str()));
    if let Some(name) = other.filter(|_| s.asked_place.as_ref().is_none_or(|p| *p != a.name)) {
        let name = s.asked_place.clone().unwrap_or_else(|| name.clone());
        return Some(sky::not_here(s, &name));
    }
    let there = at_the_destination(s)?;
    // The simulator's weather is that around the aircraft: far out it is not the field's.
    if a.distance_nm > FIELD_WEATHER_NM {
        let landing = a.runway.map(|x| advice(format!("landing runway {x}")));
        let unknown = match a.atis.filter(|_| s.asked_atis.is_none()) {
            Some(on) => vec![advice(format!("{} information on {on}", a.name))],
            None => sky::not_here(s, &a.name),
        };
        return Some(unknown.into_iter().chain(there.pressure()).chain(landing).collect());
    }
    let told: Vec<Item> = there.wind().into_iter().chain(sky::told(&there)).chain(there.pressure()).collect();
    if told.is_empty() {
        return Some(vec![no_information()]);
    }
    let landing = a.runway.map(|x| advice(format!("landing runway {x}")));
    Some([advice(format!("{} weather", a.name))].into_iter().chain(told).chain(landing).collect())
}

/// What the departure clearance says about the way out and the levels (7110.65 4-3-2).
fn clearance(s: &Situation, r: &Record, form: Form) -> Option<Vec<Item>> {
    if form == Form::States || form == Form::Requests || !r.ifr {
        return None;
    }
    let way = r.departure.clone().map_or_else(
        || advice("no departure procedure, expect runway heading and radar vectors"),
        |name| advice(format!("{name} departure")),
    );
    let level = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
    Some([way].into_iter().chain(level).collect())
}

/// Another runway for an instrument departure: one that exists, and not against the traffic.
fn departure_runway(s: &Situation, r: &Record, heard: &Understanding, form: Form) -> Option<Vec<Item>> {
    let named = heard.requests.iter().find_map(|q| if let Request::Runway { runway } = q { *runway } else { None });
    let wanted = named.or(heard.slots.runway);
    if form == Form::What || !matches!(s.facility, Facility::Ground | Facility::Tower | Facility::Clearance) || s.on_runway {
        return None;
    }
    let Some(x) = wanted.filter(|x| r.taxi != Some(*x)) else {
        let other: Vec<String> =
            s.runways.iter().filter(|x| s.taxi_runway(Some(**x)) == Some(**x) && Some(**x) != s.active).map(Runway::to_string).collect();
        let told = if other.is_empty() {
            Item::Unable("no other runway available".into())
        } else {
            advice(format!("say runway, {}", other.join(" or ")))
        };
        return Some(vec![told]);
    };
    if s.known(x).is_none() || s.taxi_runway(Some(x)) != Some(x) || s.is_closed(x) || s.active.is_some_and(|now| now == x.reciprocal()) {
        let active = s.active.map(|now| advice(format!("runway {now} in use")));
        return Some([Item::Unable(format!("runway {x} not available"))].into_iter().chain(active).collect());
    }
    if s.facility != Facility::Ground || !s.live {
        return Some(vec![advice(format!("runway {x} available, expect it with your taxi clearance"))]);
    }
    let taxi = Understanding { intent: Intent::TaxiRequest, intents: vec![Intent::TaxiRequest], requests: Vec::new(), ..heard.clone() };
    let taxi = Understanding { slots: crate::intent::Slots { runway: Some(x), ..taxi.slots.clone() }, ..taxi };
    match crate::decide::ground::decide(s, r, &taxi) {
        Decision::Say(items) => Some(items),
        Decision::Silent(_) => None,
    }
}

#[cfg(test)]
mod tests;
