//! Measures: each author's calls are read by a model that was not trained on this author.

use crate::engine::{HEADS, Intent, Reading, Weights, join, label_of, reading, softmax};
use crate::lessons::Taught;
use crate::linear::{Plans, train};

/// The heads' names, in their order.
pub const NAMES: [&str; HEADS.len()] = ["intent", "subject", "polarity", "when", "mood", "grade"];

/// The result of one head for a call: the scores of its labels, the correct one, and others that also count.
pub struct Said {
    /// Scores before calibration.
    pub scores: Vec<f32>,
    /// The correct label.
    pub right: u8,
    /// Other labels that count as correct.
    pub also: Vec<u8>,
    /// The intent by the rules alone.
    pub rules: u8,
    /// The call.
    pub text: String,
    /// The controller had said something before.
    pub spoken_to: bool,
    /// The whole reading, before calibration.
    pub reading: Reading,
}

impl Said {
    /// The likeliest label and its probability.
    pub fn best(&self, sharpness: f32) -> (usize, f32) {
        let mut p = self.scores.clone();
        softmax(&mut p, sharpness);
        p.iter().copied().enumerate().fold((0, -1.0), |m, (i, v)| if v > m.1 { (i, v) } else { m })
    }

    /// The result of the rules and the reader together: whether it is correct, and whether the controller asks.
    pub fn joined(&self, sharpness: f32) -> (bool, bool) {
        let (intent, confidence) = self.best(sharpness);
        let read = Reading { intent: Intent::ALL[intent], confidence, ..self.reading };
        let j = join(vec![Intent::ALL[usize::from(self.rules)]], 1.0, &read, self.spoken_to);
        let label = label_of(j.intents[0]);
        (label == self.right || self.also.contains(&label), j.doubt.is_some())
    }

    /// Whether the rules alone are correct.
    pub fn rules_hit(&self) -> bool {
        self.rules == self.right || self.also.contains(&self.rules)
    }

    /// Whether the likeliest label is correct.
    pub fn hit(&self) -> bool {
        let b = self.best(1.0).0;
        b == usize::from(self.right) || self.also.iter().any(|a| usize::from(*a) == b)
    }
}

/// The results of each head of a model for some calls.
pub fn ask<'a>(file: &[u8], calls: impl Iterator<Item = &'a Taught>) -> [Vec<Said>; HEADS.len()] {
    let mut out: [Vec<Said>; HEADS.len()] = Default::default();
    let Some(weights) = Weights::new(file) else { return out };
    for c in calls {
        let scores = weights.scores(&c.plain.features);
        let read = reading(&weights.probabilities(&c.plain.features));
        let mut from = 0;
        for (head, n) in HEADS.into_iter().enumerate() {
            if let Some(right) = c.plain.labels[head] {
                let also = if head == 0 { c.also.clone() } else { Vec::new() };
                out[head].push(Said {
                    scores: scores[from..from + n].to_vec(),
                    right,
                    also,
                    rules: c.rules,
                    text: c.text.clone(),
                    spoken_to: c.spoken_to,
                    reading: read,
                });
            }
            from += n;
        }
    }
    out
}

/// The number of groups into which the authors are divided.
const PARTS: usize = 6;

/// Reads every call with a model that was not trained on its author: the authors are divided into groups, and each
/// group is read by a model trained on the others.
pub fn by_author(all: &[Taught], plans: &Plans, mut told: impl FnMut(&str, &[Vec<Said>; HEADS.len()])) -> [Vec<Said>; HEADS.len()] {
    let mut authors: Vec<&str> = all.iter().map(|t| t.author.as_str()).collect();
    authors.sort_unstable();
    authors.dedup();
    let mut out: [Vec<Said>; HEADS.len()] = Default::default();
    for part in 0..PARTS {
        let here: Vec<&str> = authors.iter().skip(part).step_by(PARTS).copied().collect();
        if here.is_empty() || here.len() == authors.len() {
            continue;
        }
        let others = all.iter().filter(|t| !here.contains(&t.author.as_str()));
        let file = train(others.flat_map(|t| std::iter::once(&t.plain).chain(&t.more)), plans);
        for author in here {
            let said = ask(&file, all.iter().filter(|t| t.author == author));
            told(author, &said);
            for (o, s) in out.iter_mut().zip(said) {
                o.extend(s);
            }
        }
    }
    out
}

/// The sharpness at which the results are least surprising: tried from a fifth to three in steps of a twentieth.
pub fn sharpness(said: &[Said]) -> f32 {
    let surprise = |s: f32| {
        let each = said.iter().map(|x| {
            let mut p = x.scores.clone();
            softmax(&mut p, s);
            // A logarithm by halves: only its order matters, and it is the same on every machine.
            logarithm(p[usize::from(x.right)])
        });
        each.sum::<f64>()
    };
    (4..=60).map(|n| n as f32 / 20.0).map(|s| (surprise(s), s)).max_by(|a, b| a.0.total_cmp(&b.0)).map_or(1.0, |(_, s)| s)
}

/// The natural logarithm, computed with additions and multiplications only; at least -20.
fn logarithm(x: f32) -> f64 {
    if x < 1e-9 {
        return -20.0;
    }
    let (mut x, mut halves) = (f64::from(x), 0.0);
    while x < 0.75 {
        x *= 2.0;
        halves += 1.0;
    }
    // ln x = 2 artanh((x - 1) / (x + 1))
    let y = (x - 1.0) / (x + 1.0);
    let series: f64 = (0..12).map(|n| y.powi(2 * n + 1) / f64::from(2 * n + 1)).sum();
    2.0 * series - halves * std::f64::consts::LN_2
}
