//! A sentence model's opinion on one call, as data. It is computed outside the engine (a worker thread, a command) and stored in the
//! recording, so that a replay decides the same on every machine.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::learned::{HEADS, LABELS, softmax};
use super::manners;
use super::ranked::{Ranked, Subjects};
use crate::correction;
use crate::intent::Intent;
use crate::transcript::{text, tokens};

/// The context of a call that the sentence model sees.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scene {
    /// The unit that hears the call, as written in `stratus batch`; empty if unknown.
    pub facility: String,
    /// "FAA" or "ICAO".
    pub region: String,
    /// The controller's previous words; empty if none.
    pub last_atc: String,
}

/// The improbability of each label of each head: -ln p in sixteenths, 255 for the least likely. As text: two hexadecimal digits per label.
/// The subjects of the parts follow, if they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opinion {
    labels: [u8; LABELS],
    subjects: Subjects,
}

/// Steps per unit of the natural logarithm.
const STEPS: f32 = 16.0;
/// The weight of the opinion relative to the linear reader, which knows values and the callsign better.
const SHARE: f32 = 0.65;

impl Opinion {
    /// The words of a call that an opinion is asked for: see [`super::stated`].
    pub fn stated(call: &str) -> std::borrow::Cow<'_, str> {
        super::stated(call)
    }

    /// The words of a call that the model reads: the recognised text, without what the pilot corrected ("touch and go, make that a full
    /// stop"). `None` if nothing was said.
    pub fn words(call: &str) -> Option<Cow<'_, str>> {
        let said = if correction::is_in(call) { Cow::Owned(text(&tokens(call))) } else { manners::in_english(call) };
        (!said.trim().is_empty()).then_some(said)
    }

    /// An opinion from a model's scores; `None` unless there is one score per label.
    pub fn from_scores(scores: &[f32]) -> Option<Self> {
        let mut p: [f32; LABELS] = scores.try_into().ok()?;
        by_head(&mut p, 1.0);
        // Probabilities below e^-16 are not distinguished.
        let labels = p.map(|p| (-p.max(1e-7).ln() * STEPS).round().clamp(0.0, 255.0) as u8);
        Some(Self { labels, subjects: Subjects::default() })
    }

    /// The parts of a call whose subjects the model reads, at most six.
    pub fn parts(call: &str) -> Vec<String> {
        super::parts::parts(call).into_iter().map(|p| p.text).collect()
    }

    /// The opinion with the scores of each part's subjects, in the order of [`Self::parts`]. Scores of another number are ignored.
    #[must_use]
    pub fn with_subjects(self, parts: &[Vec<f32>]) -> Self {
        let ranked: Option<Vec<Ranked>> = parts.iter().map(|scores| Ranked::from_scores(scores)).collect();
        let mut subjects = Subjects::default();
        ranked.into_iter().flatten().for_each(|r| subjects.push(r));
        Self { subjects, ..self }
    }

    /// The subjects of the parts.
    pub(crate) fn subjects(&self) -> Subjects {
        self.subjects
    }

    /// The most likely intent.
    pub(super) fn intent(&self) -> Intent {
        let least = (0..HEADS[0]).min_by_key(|i| self.labels[*i]).unwrap_or(0);
        Intent::ALL.get(least).copied().unwrap_or(Intent::Unknown)
    }

    /// Mixes the opinion with the linear reader's scores, both as logarithms, and turns `scores` into probabilities, head by head.
    pub(super) fn mix(&self, scores: &mut [f32; LABELS]) {
        by_head_log(scores);
        for (s, u) in scores.iter_mut().zip(self.labels) {
            *s = *s * (1.0 - SHARE) - SHARE * f32::from(u) / STEPS;
        }
        by_head(scores, 1.0);
    }
}

/// Turns scores into probabilities, head by head.
pub(super) fn by_head(scores: &mut [f32; LABELS], sharpness: f32) {
    let mut rest = scores.as_mut_slice();
    for labels in HEADS {
        let (mine, others) = rest.split_at_mut(labels);
        softmax(mine, sharpness);
        rest = others;
    }
}

/// Shifts the scores so that the most likely label of each head has 0. A constant per head changes no probability.
fn by_head_log(scores: &mut [f32; LABELS]) {
    let mut rest = scores.as_mut_slice();
    for labels in HEADS {
        let (mine, others) = rest.split_at_mut(labels);
        let top = mine.iter().copied().fold(f32::MIN, f32::max);
        mine.iter_mut().for_each(|s| *s -= top);
        rest = others;
    }
}

impl Serialize for Opinion {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let labels: String = self.labels.iter().map(|b| format!("{b:02x}")).collect();
        out.serialize_str(format!("{labels} {}", self.subjects.to_text()).trim_end())
    }
}

impl<'de> Deserialize<'de> for Opinion {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = serde::de::Error::custom;
        // Recordings of earlier versions end behind the digits.
        let (digits, subjects) = text.split_once(' ').unwrap_or((&text, ""));
        let pair = |i: usize| digits.get(2 * i..2 * i + 2).and_then(|p| u8::from_str_radix(p, 16).ok());
        let mut labels = [0; LABELS];
        for (i, b) in labels.iter_mut().enumerate() {
            *b = pair(i).ok_or_else(|| wrong("an opinion is two hexadecimal digits for each label"))?;
        }
        if digits.len() != 2 * LABELS {
            return Err(wrong("the opinion is too long"));
        }
        let subjects = Subjects::from_text(subjects).ok_or_else(|| wrong("the subjects of an opinion are words with numbers"))?;
        Ok(Self { labels, subjects })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::learned::{self, Polarity};
    use crate::hear::normalise::normalise;
    use crate::intent::Context;

    /// An opinion that is sure of one intent and of one polarity.
    fn sure(intent: Intent, denied: bool) -> Opinion {
        let mut scores = [0.0; LABELS];
        scores[Intent::ALL.iter().position(|i| *i == intent).unwrap()] = 12.0;
        scores[HEADS[0] + HEADS[1] + usize::from(denied)] = 12.0;
        Opinion::from_scores(&scores).unwrap()
    }

    #[test]
    fn an_opinion_survives_serialisation_and_bad_text_is_rejected() {
        let o = sure(Intent::Lost, true);
        let text = serde_json::to_string(&o).unwrap();
        assert_eq!(serde_json::from_str::<Opinion>(&text).unwrap(), o);
        assert!(Opinion::from_scores(&[0.0; LABELS - 1]).is_none());
        // Without the subjects, the text is that of an earlier version.
        assert_eq!(text.len(), 2 * LABELS + 2);
        let with = o.with_subjects(&vec![vec![0.0; crate::hear::subject::SCORED]; 2]);
        assert_ne!(with, o);
        assert_eq!(serde_json::from_str::<Opinion>(&serde_json::to_string(&with).unwrap()).unwrap(), with);
        assert_eq!(o.with_subjects(&[vec![0.0; 3]]), o, "scores of another model are ignored");
        for bad in [
            "\"\"",
            "\"zz\"",
            &text.replace("\"", "\"0"),
            &format!("\"{}\"", "00".repeat(LABELS + 1)),
            "\"\u{e9}\u{e9}\"",
            &text.replace("\"", " x\""),
        ] {
            assert!(serde_json::from_str::<Opinion>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_model_does_not_read_words_that_were_corrected() {
        for (said, read) in [
            ("request touch and go, make that a full stop", "request a full stop"),
            ("Tower, runway 28L no wait 28R", "tower runway 28 right"),
            ("climbing five thousand correction six thousand", "climbing 6 thousand"),
            ("Ready for departure", "Ready for departure"),
        ] {
            assert_eq!(Opinion::words(said).unwrap(), read);
        }
        assert_eq!(Opinion::words("  "), None);
    }

    #[test]
    fn a_sure_opinion_changes_a_reading_and_a_flat_one_does_not() {
        let ctx = Context::default();
        let tokens = normalise("which way is the coast from here, I cannot see a thing", &ctx);
        let with = |opinion| learned::read(&tokens, &Context { opinion, ..Context::default() });
        assert_eq!(with(Some(sure(Intent::Lost, true))).intent, Intent::Lost);
        assert_eq!(with(Some(sure(Intent::Lost, true))).polarity.value, Polarity::Denied);
        let flat = Opinion::from_scores(&[0.0; LABELS]).unwrap();
        assert_eq!(with(Some(flat)).intent, with(None).intent, "a flat opinion changes nothing");
    }
}
