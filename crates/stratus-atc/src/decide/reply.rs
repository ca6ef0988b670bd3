//! Answers to questions about facts: a frequency, the side of the pattern, the speed, the terrain. Each comes from the situation or the record;
//! what neither holds is not answered here.

use crate::hear::question::Form;
use crate::instruction::Item;
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::Facility;

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

/// The answers to the questions in a call, except what `said` already answers.
pub(super) fn replies(s: &Situation, r: &Record, heard: &Understanding, said: &[Item]) -> Vec<Item> {
    if !s.live {
        return Vec::new();
    }
    let asks = |remark: Remark| heard.remarks.has(remark);
    let mut items = Vec::new();
    // A unit that has answered with facts has answered these, too.
    let open = said.iter().all(|i| matches!(i, Item::Ask(_) | Item::Roger));
    if asks(Remark::AsksFrequency) && open {
        items.extend(frequency(s, heard.remarks.frequency_of));
    }
    if asks(Remark::AsksSide) && open && !s.ifr {
        items.extend(side(s, r));
    }
    if asks(Remark::AsksSpeed) && s.facility.is_radar() && heard.requests.is_empty() && !said.iter().any(|i| matches!(i, Item::Speed(_))) {
        items.push(r.speed_kt.map_or_else(|| advice(free_speed(s)), Item::Speed));
    }
    // Where services were called, the facts answer.
    if asks(Remark::AsksServices) && !(r.alerted || r.emergency.is_some()) && !said.iter().any(|i| matches!(i, Item::Services(_))) {
        items.push(Item::Unable("no information about services".into()));
    }
    if asks(Remark::AsksTerrain) && !s.on_ground && !said.iter().any(|i| matches!(i, Item::Altitude { .. })) {
        let least = s.floor_ft.max(s.minimum_ft);
        items.extend(least.map(|feet| advice(format!("minimum altitude here {}", super::radar::grouped((feet + 99) / 100 * 100)))));
    }
    if asks(Remark::AsksFurther) && r.holding && !said.iter().any(|i| matches!(i, Item::ExpectFurther(_) | Item::ExpectedApproach(_))) {
        items.extend(super::hold::told(s, r, Form::What, &heard.remarks).unwrap_or_default());
    }
    if asks(Remark::AsksIdent) && !said.contains(&Item::Ident) {
        // A transponder on the ground identifies nobody.
        items.push(if s.on_ground { Item::Negative } else { Item::Affirm });
    }
    if asks(Remark::AsksVoid) && !s.towered && !said.iter().any(|i| matches!(i, Item::VoidTime { .. })) {
        items.push(super::release::in_force(s, r));
    }
    if asks(Remark::AsksSeen) && !s.on_ground && s.facility.is_radar() && !said.iter().any(|i| matches!(i, Item::RadarContact(_))) {
        items.extend(if r.radar { s.position.clone().map(|p| Item::RadarContact(Some(p))) } else { Some(Item::Negative) });
    }
    items
}

/// A unit's frequency; without a unit, that of the next one.
fn frequency(s: &Situation, of: Option<Facility>) -> Option<Item> {
    let own = |f: Facility| s.station(f).cloned();
    let next = || s.next_unit.clone();
    let found = match of {
        Some(Facility::Departure) => own(Facility::Departure).or_else(|| own(Facility::Approach)),
        Some(Facility::Approach) => own(Facility::Approach).or_else(|| own(Facility::Departure)),
        Some(Facility::Center) => next().filter(|n| n.facility == Facility::Center).or_else(|| own(Facility::Center)),
        Some(other) => own(other),
        None if !s.on_ground => next(),
        None => match s.facility {
            Facility::Clearance => own(Facility::Ground),
            Facility::Ground => own(Facility::Tower),
            _ => own(Facility::Departure).or_else(|| own(Facility::Approach)),
        },
    };
    Some(match found {
        Some(unit) => advice(format!("{} is {}", unit.name, unit.frequency)),
        None => Item::Unable("no frequency on record here".into()),
    })
}

/// The side of the pattern at the runway that the aircraft uses or will use.
fn side(s: &Situation, r: &Record) -> Option<Item> {
    let side = r.closed_traffic.or(r.joins).unwrap_or(s.pattern);
    let noun = if s.region.closed_traffic.contains("circuit") { "hand circuit" } else { "traffic" };
    let runway = r.pattern_runway.or(r.taxi).or(s.active)?;
    Some(advice(format!("{} {noun}, runway {runway}", side.word())))
}

/// No speed is assigned: the limit below an altitude that the region sets still applies.
pub(super) fn free_speed(s: &Situation) -> String {
    let limit = s.region.speed_limits.iter().find_map(|l| {
        let (most, below) = l.split_once(" below ")?;
        let below: i32 = below.parse().ok()?;
        s.altitude_ft.is_some_and(|now| now < below).then(|| format!("{most} knots below {}", super::radar::grouped(below)))
    });
    limit.unwrap_or_else(|| "no speed restriction".to_owned())
}
