//! What the pilot is cleared for, what to expect, and what the controller still owes, in words for display.

use super::instruction::{Climb, Item};
use super::record::{Owed, Record};
use super::{Engine, say};
use crate::units::{Frequency, Region, Runway, sentence};

/// The clearance record in words, as a controller's strip has it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cleared {
    /// What limits the clearances, most important first: "Hold short of runway 8".
    pub limits: Vec<String>,
    /// The active clearances and assignments: "Runway 8, taxi via A, B", "Squawk 4512".
    pub cleared: Vec<String>,
    /// What to expect next: "Contact Tower 118.1", "Runway 8, expect ILS approach".
    pub expected: Vec<String>,
    /// What the pilot is waiting for: "your take-off clearance, runway 8".
    pub owed: Vec<String>,
    /// What the controller is waiting for: "runway 8, hold short of runway 26".
    pub readback: Option<String>,
}

impl Engine {
    /// The frequency of the unit that the pilot was sent to.
    pub fn cleared_frequency(&self) -> Option<Frequency> {
        let (Item::Contact { frequency, .. } | Item::Monitor { frequency, .. }, _) = self.record.sent_to.as_ref()? else { return None };
        *frequency
    }

    /// The clearance record in words. It reads the record, and changes nothing.
    pub fn cleared(&self) -> Cleared {
        let region = self.airport.as_ref().map_or(Region::FAA, |a| a.region);
        let record = &self.record;
        let is_level = |feet: i32| self.facts().is_some_and(|s| s.is_level(feet));
        let in_words = |items: &[Item]| -> String {
            let words: Vec<String> = items.iter().map(|i| say::written(i, region)).filter(|w| !w.is_empty()).collect();
            sentence(&words.join(", "))
        };
        let all = |list: Vec<Vec<Item>>| list.iter().map(|items| in_words(items)).filter(|w| !w.is_empty()).collect();
        let altitude = record.altitude_ft.map(|feet| vec![Item::Altitude { way: Climb::Maintain, feet, level: is_level(feet) }]);
        Cleared {
            limits: all(limits(record)),
            cleared: all(cleared(record).into_iter().chain(altitude).collect()),
            expected: all(expected(record)),
            owed: owed(record).iter().map(|w| say::spoken::runways_as_written(w, region)).collect(),
            readback: self.awaited_readback(),
        }
    }
}

fn on(runway: Runway, item: Item) -> Vec<Item> {
    vec![Item::Runway(runway), item]
}

fn limits(r: &Record) -> Vec<Vec<Item>> {
    let hold = r.hold_short.map(|runway| vec![Item::HoldShort { runway, at: None }]);
    let line_up = r.lined_up.map(|runway| on(runway, Item::LineUpAndWait));
    hold.into_iter().chain(line_up).collect()
}

/// In the order of a flight.
fn cleared(r: &Record) -> Vec<Vec<Item>> {
    let mut all = Vec::new();
    if r.ifr {
        let departure = r.departure.as_ref().map_or_else(String::new, |d| format!(", {d}"));
        all.push(vec![Item::Advice(format!("IFR clearance{departure}"))]);
    }
    all.extend(r.taxi.map(|runway| on(runway, Item::Taxi { via: r.route.clone(), to_holding_point: false })));
    all.extend(r.crossing.map(|runway| vec![Item::Cross { runway, at: None }]));
    all.extend(r.takeoff.map(|runway| on(runway, Item::ClearedForTakeoff { at: None })));
    all.extend(r.bravo.then(|| vec![Item::Advice("cleared into class B airspace".to_owned())]));
    all.extend(r.special_vfr.then(|| vec![Item::Advice("special VFR".to_owned())]));
    all.extend(r.closed_traffic.map(|side| vec![Item::ClosedTraffic(side)]));
    if let Some((kind, true)) = &r.approach {
        let runway = r.expects.map(Item::Runway);
        all.push(std::iter::once(Item::Approach { kind: kind.clone(), expect: false }).chain(runway).collect());
    }
    all.extend(r.landing.map(|(runway, kind)| on(runway, Item::Cleared(kind))));
    all.extend(r.parking.clone().map(|place| vec![Item::TaxiToParking { place, via: r.route.clone() }]));
    all.extend(r.speed_kt.map(|kt| vec![Item::Advice(format!("speed {kt} knots"))]));
    all.extend(r.squawk.map(|code| vec![Item::Squawk(code)]));
    all.extend(r.radar.then(|| vec![Item::RadarContact(None)]));
    all
}

fn expected(r: &Record) -> Vec<Vec<Item>> {
    let mut all: Vec<Vec<Item>> = r.sent_to.iter().map(|(item, _)| vec![item.clone()]).collect();
    match &r.approach {
        Some((kind, false)) => {
            let runway = r.expects.map(Item::Runway);
            all.push(std::iter::once(Item::Approach { kind: kind.clone(), expect: true }).chain(runway).collect());
        }
        Some(_) => {}
        None => all.extend(r.expects.map(|runway| vec![Item::Advice(format!("expect runway {runway}"))])),
    }
    // A circuit is flown until the landing clearance names the runway.
    let circuit = r.pattern_runway.filter(|_| r.landing.is_none());
    all.extend(circuit.map(|runway| match r.joins {
        Some(side) => vec![Item::Advice(format!("{} circuit, runway {runway}", side.word()))],
        None => vec![Item::Advice(format!("circuit, runway {runway}"))],
    }));
    all
}

fn owed(r: &Record) -> Vec<String> {
    let one = |o: &Owed| match o {
        Owed::Takeoff(runway) => format!("your take-off clearance, runway {runway}"),
        Owed::Release => "your release".to_owned(),
        Owed::Base => "your base turn: the controller calls it".to_owned(),
    };
    let mut all: Vec<String> = r.owed.iter().map(one).collect();
    let until = r.holds_until.filter(|_| r.holding).map(|m| format!("further clearance, to be expected at {:02}{:02} UTC", m / 60, m % 60));
    all.extend(until);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;
    use crate::instruction::{Address, Instruction, Landing};
    use crate::units::{Facility, Time};
    use crate::{Hearing, Setup};

    fn issued(items: Vec<Item>, from: Facility) -> Engine {
        let setup = Setup { airport: Some("PHTO".into()), callsign: "N172SP".parse().ok(), ..Setup::default() };
        let mut engine = Engine::new(Airports::world(), setup);
        let to = "N172SP".parse().unwrap();
        engine.record.issue(Time(1000), &Instruction { to, address: Address::Full, from, station: None, items });
        engine
    }

    fn runway(r: &str) -> Runway {
        r.parse().unwrap()
    }

    #[test]
    fn taxi_clearance_is_shown_with_its_limit_and_its_readback() {
        let taxi = Item::Taxi { via: vec!["A".into(), "B".into()], to_holding_point: false };
        let items = vec![Item::Runway(runway("8")), taxi, Item::HoldShort { runway: runway("26"), at: None }];
        let shown = issued(items, Facility::Ground).cleared();
        assert_eq!(shown.limits, ["Hold short of runway 26"]);
        assert_eq!(shown.cleared, ["Runway 8, taxi via A, B"]);
        assert_eq!(shown.readback.as_deref(), Some("runway 8, hold short runway 26"));
        assert!(shown.expected.is_empty() && shown.owed.is_empty(), "{shown:?}");
    }

    #[test]
    fn what_the_controller_owes_is_shown() {
        let traffic = Item::Traffic("Boeing 737 on final".into());
        let shown = issued(vec![Item::HoldShort { runway: runway("8"), at: None }, traffic], Facility::Tower).cleared();
        assert_eq!(shown.owed, ["your take-off clearance, runway 8"]);
        assert_eq!(shown.limits, ["Hold short of runway 8"]);
    }

    #[test]
    fn assignments_and_the_next_unit_are_shown() {
        let contact = Item::Contact { unit: "Tower".into(), frequency: "118.1".parse().ok() };
        let engine = issued(vec![Item::Squawk("4512".parse().unwrap()), Item::RadarContact(None), contact], Facility::Approach);
        assert_eq!(engine.cleared_frequency().map(|f| f.to_string()).as_deref(), Some("118.1"));
        let shown = engine.cleared();
        assert_eq!(shown.cleared, ["Squawk 4512", "Radar contact"]);
        assert_eq!(shown.expected, ["Contact Tower 118.1"]);
        let shown = issued(vec![Item::Runway(runway("8")), Item::Cleared(Landing::FullStop)], Facility::Tower).cleared();
        assert_eq!(shown.cleared, ["Runway 8, cleared to land"]);
    }

    #[test]
    fn nothing_is_shown_before_the_first_clearance() {
        let mut engine = issued(vec![Item::Roger], Facility::Ground);
        let heard = engine.understand("Hilo Ground, november one seven two sierra papa, radio check");
        let _: Hearing = engine.answer(Time(2000), "Hilo Ground, november one seven two sierra papa, radio check", heard);
        assert_eq!(engine.cleared(), Cleared::default());
    }
}
