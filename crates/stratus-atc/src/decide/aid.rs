//! What helps an aircraft in trouble next, said without being asked: the turn back out of cloud, the field with its runway and weather, the
//! services, the question about souls and fuel, and after the landing the way off the runway (7110.65 10-1-1, 10-2-1, 10-2-8).

use std::time::Duration;

use super::initiative::{Notice, Watch};
use super::{Decision, Outcome, facts, lost};
use crate::instruction::{Ask, Emergency, Item, ReportPoint, Services};
use crate::phase::Phase;
use crate::record::{Plight, Record};
use crate::situation::{Home, Situation};
use crate::units::{Facility, Time, turn};

/// A pilot in trouble flies first: so long nothing more is said.
const QUIET: Duration = Duration::from_secs(12);
/// So long no question is asked.
const BUSY: Duration = Duration::from_secs(30);
/// Within this distance a lost pilot looks for the field, nautical miles.
const LOOKS_NM: u16 = 5;
/// Vehicles are called at a field within this distance, nautical miles.
const SERVICES_NM: u16 = 30;
/// Below this speed an aircraft that has landed can turn off, knots.
const TURNS_OFF_KT: f64 = 45.0;

/// One thing that helps. Each is said once in an emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Help {
    /// The turn back out of cloud.
    Back,
    /// Where to look for the field.
    Sight,
    /// The field, its runway and its weather.
    Field,
    /// The question about souls and fuel.
    Souls,
    /// After the landing.
    Down,
}

/// The next thing that helps, if one is due.
pub(super) fn next(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    if !s.live || r.emergency.is_none() && r.plight.is_none() {
        return None;
    }
    let due = |help: Help, items: Option<Vec<Item>>| {
        let notice = Notice::Help(help);
        items.filter(|items| !items.is_empty() && !w.told(notice)).map(|items| (notice, items))
    };
    if s.on_ground {
        return due(Help::Down, down(s, r));
    }
    let silent = r.issued.map_or(BUSY, |at| now.since(at));
    if silent < QUIET {
        return None;
    }
    due(Help::Back, back(s, r))
        .or_else(|| due(Help::Sight, sight(s, r)))
        .or_else(|| due(Help::Field, field(s, r)))
        .or_else(|| due(Help::Souls, souls(r).filter(|_| silent >= BUSY)))
}

/// The wings are level: the turn back out of cloud.
fn back(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let level = |i: &Item| matches!(i, Item::Advice(w) if w == lost::WINGS_LEVEL);
    let waits = r.last.as_ref().is_some_and(|l| l.items.iter().any(level));
    (r.plight == Some(Plight::InCloud) && !s.ifr && waits && s.heading_mag.is_some()).then(|| lost::turn_back(s))
}

/// A lost pilot near the field looks for it.
fn sight(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let home = s
        .home
        .as_ref()
        .filter(|h| r.plight == Some(Plight::Lost) && r.landing.is_none() && h.here && (1..=LOOKS_NM).contains(&h.distance_nm))?;
    Some(vec![Item::Advice(ahead(s, home)?), Item::Report(ReportPoint::Words("the airport in sight".into()))])
}

/// "Salinas airport 12 o'clock, 5 miles".
fn ahead(s: &Situation, home: &Home) -> Option<String> {
    let off = turn(s.heading_mag?, f64::from(home.heading_mag)).rem_euclid(360.0);
    let clock = match (off / 30.0).round() as u16 % 12 {
        0 => 12,
        hour => hour,
    };
    let unit = if home.distance_nm == 1 { "mile" } else { "miles" };
    Some(format!("{} airport {clock} o'clock, {} {unit}", home.name, home.distance_nm))
}

/// The field with its runway and weather, and that help is on its way there.
fn field(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let grade = r.emergency.filter(|_| !r.off_field)?;
    let home = s.home.as_ref()?;
    let wanted = grade == Emergency::Mayday && !r.alerted && home.distance_nm <= SERVICES_NM;
    let services = wanted.then_some(Item::Services(Services::Alerted));
    // Urgency does not change the plan of an instrument flight.
    let planned = grade == Emergency::Pan && s.arrival.is_some();
    let bound_in = r.landing.is_some() || r.approach.as_ref().is_some_and(|(_, cleared)| *cleared) || planned;
    if bound_in {
        return Some(services.into_iter().collect());
    }
    let told = |i: &Item| matches!(i, Item::FieldAt { .. });
    let way = super::distress::home(s).filter(|_| !r.last.as_ref().is_some_and(|l| l.items.iter().any(told)));
    let facts: Vec<Item> = of_field(s, r, home).into_iter().chain(services).collect();
    (!facts.is_empty()).then(|| way.into_iter().chain(facts).collect())
}

/// The runway and its length, and the weather where it is known.
pub(super) fn of_field(s: &Situation, r: &Record, home: &Home) -> Vec<Item> {
    if !home.here {
        let longest = home.longest.map(|([a, b], feet)| format!("longest runway {a}/{b}, {}", facts::distance(s, f64::from(feet))));
        return longest.map(Item::Advice).into_iter().collect();
    }
    let runway = r.own_runway.or(s.active);
    let strip = runway.and_then(|x| s.pavement(x).filter(|p| p.length_ft > 0.0).map(|p| Item::Advice(facts::length(s, x, p))));
    strip.into_iter().chain(s.wind()).chain(s.pressure()).collect()
}

/// Souls and fuel, unless they are known.
fn souls(r: &Record) -> Option<Vec<Item>> {
    let open = r.emergency.is_some() && !r.off_field && !r.asked.contains(&Ask::SoulsAndFuel);
    open.then(|| vec![Item::Ask(Ask::SoulsAndFuel)])
}

/// Down: the pilot leaves the runway or stays on it, and says when it is clear.
fn down(s: &Situation, r: &Record) -> Option<Vec<Item>> {
    let slow = s.ias_kt.is_some_and(|kt| kt < TURNS_OFF_KT);
    let landed = r.arrived && s.on_runway && matches!(s.phase, Phase::LandingRoll | Phase::TaxiIn);
    // Urgency on board an airliner does not keep it on the runway.
    let urgent = r.emergency == Some(Emergency::Pan) && s.ifr;
    if !landed || !slow || s.facility != Facility::Tower || r.emergency.is_none() || urgent {
        return None;
    }
    let services = (r.emergency == Some(Emergency::Mayday) && !r.alerted).then_some(Item::Services(Services::Alerted));
    let way = Item::Advice("exit when able, or stop on the runway if you need to".into());
    Some([way].into_iter().chain(services).chain([Item::Report(ReportPoint::ClearOfRunway)]).collect())
}

/// An aircraft in distress is asked one thing at a time, and nothing twice. Nothing has to be read back (7110.65 10-1-1).
pub(super) fn once(r: &Record, mut outcome: Outcome) -> Outcome {
    if let Decision::Say(items) = &mut outcome.decision
        && let Some(help) = items.iter().position(|i| matches!(i, Item::Services(_)))
    {
        // Help that is called is the answer; no verdict follows it.
        let late: Vec<Item> = items.drain(help..).filter(|i| *i != Item::Affirm).collect();
        items.extend(late);
    }
    if r.emergency.is_none() || !matches!(&outcome.decision, Decision::Say(items) if items.iter().any(presses)) {
        return outcome;
    }
    let Decision::Say(items) = outcome.decision else { return outcome };
    let mut asks = false;
    let mut rest: Vec<Item> = Vec::new();
    for item in items {
        let kept = match &item {
            Item::ReadBack(_) => false,
            Item::Ask(Ask::SayAgain | Ask::Callsign | Ask::Again(_)) => true,
            Item::Ask(question) => !r.asked.contains(question) && !std::mem::replace(&mut asks, true),
            _ => true,
        };
        rest.extend(kept.then_some(item));
    }
    if rest.is_empty() {
        rest.push(Item::Roger);
    }
    Outcome { decision: Decision::Say(rest), ..outcome }
}

fn presses(i: &Item) -> bool {
    matches!(i, Item::Ask(_) | Item::ReadBack(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_in_distress_is_asked_once_and_alone() {
        let r = Record { emergency: Some(Emergency::Mayday), asked: vec![Ask::SoulsAndFuel], ..Record::default() };
        let says = |items: Vec<Item>| match once(&r, Decision::Say(items).into()).decision {
            Decision::Say(items) => items,
            Decision::Silent(_) => Vec::new(),
        };
        assert_eq!(says(vec![Item::Roger, Item::Ask(Ask::SoulsAndFuel)]), [Item::Roger]);
        assert_eq!(says(vec![Item::Ask(Ask::SoulsAndFuel)]), [Item::Roger]);
        assert_eq!(says(vec![Item::Ask(Ask::Heading), Item::Ask(Ask::Altitude)]), [Item::Ask(Ask::Heading)]);
        assert_eq!(says(vec![Item::ReadBack("runway".into())]), [Item::Roger]);
        assert_eq!(says(vec![Item::Ask(Ask::SayAgain)]), [Item::Ask(Ask::SayAgain)]);
    }
}
