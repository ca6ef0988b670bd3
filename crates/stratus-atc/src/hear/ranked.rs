//! The sentence model's reading of what each part of a call is about. Like the opinion on the whole call, it is computed outside the engine
//! and recorded. It stands in the recording behind the opinion's digits, one word per part: "fuel:2,services:40,taxi_in:51".

use super::learned::softmax;
use super::parts::MOST;
use super::subject::{SCORED, Subject};

/// The subjects that are kept for a part.
const BEST: usize = 3;
/// Steps per unit of the natural logarithm.
const STEPS: f32 = 16.0;
/// A reading that costs no more counts, whatever the nouns show: a probability of 0.61.
const SURE: u8 = 8;
/// A reading that costs no more counts where the nouns show nothing: a probability of 0.35.
const LIKELY: u8 = 17;

/// The likeliest subjects of one part, best first, with -ln p in sixteenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ranked([(Subject, u8); BEST]);

impl Ranked {
    /// The best subjects by a model's scores; `None` unless there is one score per subject.
    pub(super) fn from_scores(scores: &[f32]) -> Option<Self> {
        let mut p: [f32; SCORED] = scores.try_into().ok()?;
        softmax(&mut p, 1.0);
        let mut order: Vec<usize> = (0..SCORED).collect();
        order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
        let of = |i: usize| (Subject::ALL[order[i]], (-p[order[i]].max(1e-7).ln() * STEPS).round().clamp(0.0, 255.0) as u8);
        Some(Self(std::array::from_fn(of)))
    }

    /// The likeliest subject, if it costs no more than this.
    fn best(self, most: u8) -> Option<Subject> {
        let (subject, cost) = self.0[0];
        (cost <= most).then_some(subject)
    }

    /// The subject, if the model is sure.
    pub(crate) fn sure(self) -> Option<Subject> {
        self.best(SURE)
    }

    /// The subject that the model suspects.
    pub(crate) fn likely(self) -> Option<Subject> {
        self.best(LIKELY)
    }
}

/// The subjects of all parts of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Subjects([Option<Ranked>; MOST]);

impl Subjects {
    /// Adds the reading of the next part.
    pub(super) fn push(&mut self, part: Ranked) {
        if let Some(free) = self.0.iter_mut().find(|p| p.is_none()) {
            *free = Some(part);
        }
    }

    /// The reading of a part, in a call that is divided into this many.
    pub(crate) fn of(&self, part: usize, parts: usize) -> Option<Ranked> {
        // Readings of another division are those of other words.
        let read = self.0.iter().flatten().count();
        self.0.get(part).copied().flatten().filter(|_| read == parts)
    }

    /// As text for a recording; empty if nothing was read.
    pub(super) fn to_text(self) -> String {
        let one = |(subject, cost): &(Subject, u8)| format!("{}:{cost}", subject.word());
        let parts = self.0.iter().flatten().map(|r| r.0.iter().map(one).collect::<Vec<_>>().join(","));
        parts.collect::<Vec<_>>().join(" ")
    }

    /// From a recording's text; `None` if it is none.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut all = Self::default();
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() > MOST {
            return None;
        }
        for (slot, part) in all.0.iter_mut().zip(parts) {
            let one = |entry: &str| {
                let (word, cost) = entry.split_once(':')?;
                Some((*Subject::ALL.iter().find(|s| s.word() == word)?, cost.parse().ok()?))
            };
            let best: Option<Vec<(Subject, u8)>> = part.split(',').map(one).collect();
            *slot = Some(Ranked(best?.try_into().ok()?));
        }
        Some(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(best: Subject, by: f32) -> Vec<f32> {
        Subject::ALL[..SCORED].iter().map(|s| if *s == best { by } else { 0.0 }).collect()
    }

    #[test]
    fn only_a_sure_reading_counts_as_sure() {
        let of = |by: f32| Ranked::from_scores(&scores(Subject::Birds, by)).unwrap();
        assert_eq!((of(8.0).sure(), of(8.0).likely()), (Some(Subject::Birds), Some(Subject::Birds)));
        assert_eq!((of(4.6).sure(), of(4.6).likely()), (None, Some(Subject::Birds)));
        assert_eq!((of(1.0).sure(), of(1.0).likely()), (None, None));
        assert!(Ranked::from_scores(&[0.0; SCORED + 1]).is_none());
    }

    #[test]
    fn readings_survive_a_recording_and_belong_to_one_division() {
        let mut all = Subjects::default();
        all.push(Ranked::from_scores(&scores(Subject::Birds, 8.0)).unwrap());
        all.push(Ranked::from_scores(&scores(Subject::Nothing, 8.0)).unwrap());
        assert_eq!(Subjects::from_text(&all.to_text()), Some(all));
        assert_eq!(all.of(1, 2).and_then(|r| r.sure()), Some(Subject::Nothing));
        assert_eq!(all.of(1, 3), None);
        assert_eq!(Subjects::from_text(""), Some(Subjects::default()));
        for bad in ["birds", "birds:3", "birds:3,wind:300,sky:4", "birds:3,quail:4,sky:4", &"a:1,b:1,c:1 ".repeat(9)] {
            assert_eq!(Subjects::from_text(bad), None, "{bad}");
        }
    }
}
