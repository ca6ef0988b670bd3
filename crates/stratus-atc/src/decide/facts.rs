//! Questions about what is in force on the ground, and about the runway: which way to face, which way to taxi, where to hold short, how long
//! the runway is. Each is answered with the fact on record or in the data, and what neither has is named as not available.

use super::Decision;
use crate::clearances;
use crate::gate;
use crate::instruction::{Climb, Item, Services};
use crate::intent::{Intent, Understanding};
use crate::phase::Phase;
use crate::record::Record;
use crate::remark::Remark;
use crate::say;
use crate::situation::{Pavement, Situation};
use crate::units::region::VisibilityUnit;
use crate::units::{FT_PER_M, Facility, Runway};

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// The answer, if the call is nothing but such questions.
pub(super) fn decide(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let plain = matches!(
        heard.intent,
        Intent::Unknown | Intent::SayAgain | Intent::Roger | Intent::WeatherRequest | Intent::RequestProgressiveTaxi | Intent::Readback
    );
    // A readback is judged first, and what it asks besides is answered afterwards.
    let awaited = heard.intent == Intent::Readback && r.pending.is_some();
    let items = if plain && !awaited && s.live { answers(s, r, heard, &[]) } else { Vec::new() };
    (!items.is_empty()).then_some(Decision::Say(items))
}

/// The answers to the questions of fact in a call, besides what is `said` anyway.
pub(super) fn answers(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Vec<Item> {
    if !s.live {
        return Vec::new();
    }
    let mut items = if s.on_ground { on_ground(s, r, heard, said) } else { Vec::new() };
    items.extend(of_runway(s, r, heard));
    let asks = |remark: Remark| heard.remarks.has(remark);
    // The services were called. Nobody here sees where they are.
    let called = r.alerted || r.emergency.is_some();
    if asks(Remark::AsksWhereServices) && called {
        items.push(advice("the position of the vehicles is not known here"));
    } else if asks(Remark::AsksServices) && called {
        items.extend([Item::Affirm, Item::Services(Services::Alerted)]);
    }
    if asks(Remark::AsksWantedLevel) && !s.on_ground {
        let holds = r.altitude_ft.map(|feet| Item::Altitude { way: Climb::Maintain, feet, level: s.is_level(feet) });
        // A visual flight chooses its altitude (`zone`), also in distress.
        items.extend(holds.or_else(|| r.emergency.map(|_| advice("altitude at your discretion"))));
    }
    if asks(Remark::AsksModeC) && s.facility.is_radar() && !s.on_ground {
        items.extend(s.altitude_ft.map(|feet| [advice("mode C indicates"), Item::Height((feet + 50) / 100 * 100)]).into_iter().flatten());
    }
    if asks(Remark::AsksMissed) && !s.on_ground {
        items.extend(missed(s, r));
    }
    items
}

/// What is in force for an aircraft on the ground.
fn on_ground(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Vec<Item> {
    let asks = |remark: Remark| heard.remarks.has(remark);
    let mut items = Vec::new();
    let pushed = |i: &Item| matches!(i, Item::Pushback { .. });
    if asks(Remark::AsksFacing) && !said.iter().any(pushed) && matches!(s.phase, Phase::Parked | Phase::PushedBack | Phase::Taxiing) {
        items.push(advice(r.facing.clone().unwrap_or_else(|| super::ground::OWN_CHOICE.to_owned())));
    }
    let unit = matches!(s.facility, Facility::Ground | Facility::Tower);
    if asks(Remark::AsksCrossing) && unit && !said.iter().any(|i| matches!(i, Item::Cross { .. })) {
        items.extend(crossing(s, r, heard));
    } else if asks(Remark::AsksHoldShort) && unit && !said.iter().any(|i| matches!(i, Item::HoldShort { .. })) {
        items.extend(hold_short(s, r, heard));
    }
    let taxied = |i: &Item| matches!(i, Item::Taxi { .. } | Item::TaxiToParking { .. });
    if asks(Remark::AsksRoute)
        && !asks(Remark::AsksSide)
        && unit
        && !said.iter().any(taxied)
        && !said.contains(&Item::HoldPosition)
        && items.is_empty()
    {
        items.extend(route(s, r));
    }
    if asks(Remark::AsksSlot) && !s.on_runway {
        // Flow control is not simulated: nothing here restricts a departure.
        items.push(advice("no slot or flow restriction on record for you"));
    }
    items
}

/// Whether the aircraft may cross a runway: what was cleared, or that it must hold short.
pub(super) fn crossing(s: &Situation, r: &Record, heard: &Understanding) -> Vec<Item> {
    let same = |a: Runway, b: Runway| a == b || a == b.reciprocal();
    let named = heard.slots.runway.or(heard.slots.hold_short).and_then(|x| s.known(x));
    let Some(runway) = named.or(r.crossing).or(r.hold_short).or(s.runway_here).or(r.taxi) else { return Vec::new() };
    if let Some(leave) = gate::standing_crossing(r).filter(|_| r.crossing.is_some_and(|x| same(x, runway))) {
        return vec![Item::Affirm, clearances::cross(&leave, runway)];
    }
    // An aircraft that holds short on its way is cleared at once if nothing is in the way. On the way in, any runway is on the way.
    let inward = r.parking.is_some() || r.arrived;
    let told = r.hold_short.is_some_and(|x| same(x, runway)) || inward;
    let short = told && s.runway_here.is_some_and(|x| same(x, runway));
    let here = short && s.phase == Phase::HoldingShort;
    let on_the_way = r.taxi.is_none_or(|t| !same(t, runway));
    match gate::on_the_way(r).filter(|_| here && on_the_way && !s.runway_blocked(runway)) {
        Some(leave) => vec![clearances::cross(&leave, runway)],
        None => vec![Item::Negative, Item::HoldShort { runway, at: None }],
    }
}

/// Where the aircraft must hold short.
pub(super) fn hold_short(s: &Situation, r: &Record, heard: &Understanding) -> Vec<Item> {
    if r.takeoff.is_some() || r.lined_up.is_some() {
        return Vec::new();
    }
    let Some(runway) = r.hold_short.or(r.taxi).filter(|x| s.known(*x).is_some()) else { return Vec::new() };
    let named = heard.slots.hold_short.or(heard.slots.runway);
    let verdict = named.map(|n| if n == runway { Item::Affirm } else { Item::Negative });
    verdict.into_iter().chain([Item::HoldShort { runway, at: None }]).collect()
}

/// The taxi route in force. Without taxiways in the data, the pilot chooses the way.
pub(super) fn route(s: &Situation, r: &Record) -> Vec<Item> {
    let via = r.route.clone();
    let own_way = via.is_empty().then(|| advice("taxi route at your discretion"));
    let way = match (&r.parking, r.taxi) {
        (Some(place), _) => vec![Item::TaxiToParking { place: place.clone(), via }],
        (None, Some(runway)) => vec![Item::Runway(runway), Item::Taxi { via, to_holding_point: s.region.taxi_to_holding_point }],
        (None, None) => return Vec::new(),
    };
    let short = r.hold_short.filter(|h| r.taxi != Some(*h)).map(|runway| Item::HoldShort { runway, at: None });
    way.into_iter().chain(own_way).chain(short).collect()
}

/// Facts about the runway that the pilot names or will use.
pub(super) fn of_runway(s: &Situation, r: &Record, heard: &Understanding) -> Vec<Item> {
    let asks = |remark: Remark| heard.remarks.has(remark);
    let arrival = s.arrival.as_ref().filter(|a| a.icao == s.icao).and_then(|a| a.runway);
    let given = r.takeoff.or(r.landing.map(|(x, _)| x)).or(r.lined_up).or(r.taxi.filter(|_| s.on_ground));
    let expected = r.expects.or(r.pattern_runway).or(arrival).filter(|_| !s.on_ground);
    let named = heard.slots.runway.and_then(|x| s.known(x));
    let runway = named.or(given).or(expected).or(s.active);
    // Another field's runways are not in the situation.
    let elsewhere = !s.on_ground && s.arrival.as_ref().is_some_and(|a| a.icao != s.icao);
    let strip = runway.filter(|_| !elsewhere).and_then(|x| s.pavement(x).map(|p| (x, p)));
    let mut items = Vec::new();
    if asks(Remark::AsksLength) {
        items.push(match strip.filter(|(_, p)| p.length_ft > 0.0) {
            Some((x, p)) => advice(length(s, x, p)),
            None => Item::Unable("runway length not available here".into()),
        });
    }
    if asks(Remark::AsksSurface) {
        items.push(match strip.filter(|(_, p)| p.surface != "unknown" && !p.surface.is_empty()) {
            Some((x, p)) => advice(format!("runway {x} surface {}", p.surface)),
            None => Item::Unable("runway surface not available here".into()),
        });
    }
    if asks(Remark::AsksLights) {
        items.push(match strip {
            Some((x, p)) if p.lighted => advice(format!("runway {x} has edge lights")),
            Some((x, _)) => advice(format!("no lights on record for runway {x}")),
            None => Item::Unable("runway lights not available here".into()),
        });
    }
    for (remark, words) in [
        (Remark::AsksBraking, "no braking action reports received"),
        (Remark::AsksBirds, "no bird activity reported"),
        (Remark::AsksRvr, "RVR not available"),
    ] {
        items.extend(asks(remark).then(|| advice(words)));
    }
    items
}

/// "Runway 31 length 2,443 feet".
pub(super) fn length(s: &Situation, runway: Runway, p: &Pavement) -> String {
    format!("runway {runway} length {}", distance(s, p.length_ft))
}

/// "2,443 feet", in the unit in which the state gives distances along the ground.
pub(super) fn distance(s: &Situation, length_ft: f64) -> String {
    let feet = |n: f64| super::radar::grouped((n.round() as i32).max(0));
    match s.region.visibility {
        VisibilityUnit::Miles => format!("{} feet", feet(length_ft)),
        VisibilityUnit::Metres => format!("{} metres", feet((length_ft / FT_PER_M / 10.0).round() * 10.0)),
    }
}

/// What to do in case of a missed approach. The instruction comes when the approach is missed, so it is only words now.
pub(super) fn missed(s: &Situation, r: &Record) -> Option<Item> {
    climb_out(s, r).map(|words| advice(format!("in case of missed approach, {words}")))
}

/// The way that follows an approach without a landing, in words.
pub(super) fn climb_out(s: &Situation, r: &Record) -> Option<String> {
    let way = super::tower::after_going_around(s, r);
    let way: Vec<Item> = way.into_iter().filter(|i| !matches!(i, Item::Contact { .. } | Item::Approach { .. })).collect();
    let words: Vec<String> = way.iter().map(|i| say::written(i, s.region)).filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
