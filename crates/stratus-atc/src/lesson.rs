//! Lessons: what was wrong with a readback, in words, and a flight's score.

use std::collections::BTreeMap;

use super::readback::{Check, ReadbackItem, Verdict};

/// What was wrong with a readback, for display; `None` if it was correct.
pub fn explain(check: &Check) -> Option<String> {
    let list = |items: &[ReadbackItem]| items.iter().map(|i| i.word().replace('_', " ")).collect::<Vec<_>>().join(", ");
    let mut parts = Vec::new();
    if !check.wrong.is_empty() {
        parts.push(format!("read back wrong: {}", list(&check.wrong)));
    }
    if !check.missing.is_empty() {
        parts.push(format!("not read back: {}", list(&check.missing)));
    }
    (check.verdict != Verdict::Correct && !parts.is_empty()).then(|| parts.join("; "))
}

/// The readback counts of a flight.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Score {
    right: u32,
    wrong: BTreeMap<ReadbackItem, u32>,
    missing: BTreeMap<ReadbackItem, u32>,
}

impl Score {
    /// Counts a readback.
    pub fn count(&mut self, check: &Check) {
        if check.verdict == Verdict::Correct {
            self.right += 1;
        }
        for i in &check.wrong {
            *self.wrong.entry(*i).or_default() += 1;
        }
        for i in &check.missing {
            *self.missing.entry(*i).or_default() += 1;
        }
    }

    /// The score in words, and a reset; `None` without any readback.
    pub fn sum_up(&mut self) -> Option<String> {
        let score = std::mem::take(self);
        if score == Self::default() {
            return None;
        }
        let list = |m: &BTreeMap<ReadbackItem, u32>| {
            m.iter().map(|(i, n)| format!("{} {n}\u{d7}", i.word().replace('_', " "))).collect::<Vec<_>>().join(", ")
        };
        let mut parts = vec![format!("Right readbacks: {}.", score.right)];
        if !score.wrong.is_empty() {
            parts.push(format!("Wrong: {}.", list(&score.wrong)));
        }
        if !score.missing.is_empty() {
            parts.push(format!("Left out: {}.", list(&score.missing)));
        }
        Some(parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readback::check_text;
    use crate::units::Region;

    #[test]
    fn a_flight_is_summed_up_item_by_item() {
        let mut score = Score::default();
        assert_eq!(score.sum_up(), None);
        let taxi = "Cessna 12345, runway 20, taxi via Alpha, hold short of runway 16";
        let first = check_text(taxi, "runway two one via alpha cessna one two three four five", Region::FAA);
        assert_eq!(explain(&first).unwrap(), "read back wrong: runway; not read back: hold short");
        score.count(&first);
        let second = check_text(taxi, "runway two zero via alpha hold short one six cessna one two three four five", Region::FAA);
        assert_eq!(explain(&second), None);
        score.count(&second);
        assert_eq!(score.sum_up().unwrap(), "Right readbacks: 1. Wrong: runway 1\u{d7}. Left out: hold short 1\u{d7}.");
        assert_eq!(score.sum_up(), None);
    }
}
