//! What an aircraft in distress was given and asked: its runway stays, and no question is asked twice.

use super::Record;
use crate::instruction::{Ask, Item};

/// The words that give priority to a pilot who declares nothing.
pub(crate) const PRIORITY: &str = "you have priority";

impl Record {
    /// Whether a failure was approved as an exercise.
    pub(crate) fn practises(&self) -> bool {
        const FAILURES: [&str; 2] = ["simulated engine out approved", "practice engine failure approved"];
        self.granted.iter().any(|i| matches!(i, Item::PatternWords(w) if FAILURES.contains(&w.as_str())))
    }

    /// Records what a transmission gives to an aircraft in distress.
    pub(super) fn keep_help(&mut self, items: &[Item]) {
        if self.emergency.is_none() {
            (self.own_runway, self.off_field) = (None, false);
            self.asked.clear();
            return;
        }
        // On the taxiways a runway is one to hold short of, or to depart from.
        let moves = |i: &Item| {
            matches!(
                i,
                Item::Taxi { .. } | Item::HoldShort { .. } | Item::Cross { .. } | Item::LineUpAndWait | Item::ClearedForTakeoff { .. }
            )
        };
        let taxies = items.iter().any(moves);
        for item in items {
            match item {
                Item::RunwayAvailable(runway) => self.own_runway = Some(*runway),
                Item::Runway(runway) if !taxies => self.own_runway = Some(*runway),
                Item::Ask(question) => self.note_asked(*question),
                Item::Advice(words) if words.starts_with("position ") => self.off_field = true,
                _ => {}
            }
        }
        if self.ifr && self.own_runway.is_some() {
            // The vectors and the approach lead to the same runway.
            self.expects = self.own_runway;
        }
    }

    /// A question that needs no asking any more.
    pub(crate) fn note_asked(&mut self, question: Ask) {
        if !self.asked.contains(&question) {
            self.asked.push(question);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{Address, Emergency, Instruction, Landing};
    use crate::units::{Facility, Runway, Time};

    fn told(record: &mut Record, items: Vec<Item>) {
        let to = "N172SP".parse().unwrap();
        record.issue(Time(0), &Instruction { to, address: Address::Full, from: Facility::Tower, station: None, items });
    }

    fn runway(text: &str) -> Runway {
        text.parse().unwrap()
    }

    #[test]
    fn a_runway_given_in_distress_stays_until_another_one_is() {
        let mut record = Record { ifr: true, expects: Some(runway("28L")), ..Record::default() };
        told(&mut record, vec![Item::RogerEmergency(Emergency::Mayday), Item::Ask(Ask::SoulsAndFuel)]);
        assert_eq!(record.asked, [Ask::SoulsAndFuel]);
        told(&mut record, vec![Item::RunwayAvailable(runway("28R"))]);
        assert_eq!((record.own_runway, record.expects), (Some(runway("28R")), Some(runway("28R"))));
        told(&mut record, vec![Item::Roger]);
        assert_eq!(record.own_runway, Some(runway("28R")));
        told(&mut record, vec![Item::Runway(runway("33")), Item::Cleared(Landing::FullStop)]);
        assert_eq!(record.own_runway, Some(runway("33")));
        told(&mut record, vec![Item::EmergencyCancelled]);
        assert_eq!((record.own_runway, record.asked.len()), (None, 0));
    }
}
