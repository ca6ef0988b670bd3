//! The learned reader: a linear model over hashed features that gives a second opinion to the rules.
//!
//! `stratus-train` (`scripts/train.sh`) makes its weights from the labelled calls in `corpora`. Each feature has a short row of integers.
//! The rows of a call are summed, and a small matrix turns the sum into a score for every label of every head.

use crate::hear::features::{Features, features};
use crate::hear::opinion::by_head;
use crate::intent::{Context, Intent};
use crate::transcript::Token;

/// Whom a call is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The aircraft that calls.
    Own,
    /// Another aircraft, a vehicle, a person.
    Other,
    /// Unclear.
    Unclear,
}

/// Whether a call affirms or denies what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// "We are ready."
    Affirmed,
    /// "We are not ready."
    Denied,
}

/// When the statement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Now.
    Now,
    /// "In five minutes."
    Later,
    /// "If the wind changes."
    If,
    /// "We were ready."
    Past,
    /// "The company says."
    Reported,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// A report or a plain request.
    Tells,
    /// A question.
    Asks,
    /// A readback or an acknowledgement.
    Confirms,
    /// An exercise: "practice pan".
    Practice,
}

/// The severity of what a call names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// A routine call.
    None,
    /// Urgency: a pan-pan, or doubt about position, fuel or weather (AIM 6-1-2).
    Urgency,
    /// Distress: a mayday, or danger that cannot wait.
    Distress,
}

/// One head's result and its confidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head<T> {
    /// The most likely label.
    pub value: T,
    /// Its calibrated probability, 0 to 1.
    pub confidence: f32,
}

/// The learned reader's reading of a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The most likely intent. [`Intent::Unknown`] is a label like any other: a call that no listed intent covers.
    pub intent: Intent,
    /// Its calibrated probability, 0 to 1.
    pub confidence: f32,
    /// The second most likely intent and its probability.
    pub runner_up: (Intent, f32),
    /// Whom the call is about.
    pub subject: Head<Subject>,
    /// Affirmed or denied.
    pub polarity: Head<Polarity>,
    /// When it applies.
    pub when: Head<When>,
    /// What the call does.
    pub mood: Head<Mood>,
    /// Its severity.
    pub grade: Head<Grade>,
    /// The separate results of the two combined models; `None` without a sentence model.
    pub votes: Option<Votes>,
}

/// The most likely intents of the two combined models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Votes {
    /// The linear reader's.
    pub linear: Intent,
    /// The linear reader's confidence, 0 to 1.
    pub linear_sure: f32,
    /// The sentence model's.
    pub sentence: Intent,
}

impl Reading {
    /// How likely it is that the call is about this aircraft, affirmed, current, and neither practice nor a question: the minimum of these
    /// probabilities.
    pub fn in_force(&self) -> f32 {
        let of = |right: bool, confidence: f32| if right { confidence } else { 1.0 - confidence };
        [
            of(self.subject.value == Subject::Own, self.subject.confidence),
            of(self.polarity.value == Polarity::Affirmed, self.polarity.confidence),
            of(self.when.value == When::Now, self.when.confidence),
            if self.mood.value == Mood::Practice { 1.0 - self.mood.confidence } else { 1.0 },
        ]
        .into_iter()
        .fold(1.0, f32::min)
    }
}

/// The number of labels per head, in score order.
pub const HEADS: [usize; 6] = [Intent::ALL.len(), 2, 2, 5, 4, 3];
/// The total number of labels.
pub const LABELS: usize = HEADS[0] + HEADS[1] + HEADS[2] + HEADS[3] + HEADS[4] + HEADS[5];
/// The number of labels in each part of the model: the intent, and the small heads. Each part has its own features.
pub const PARTS: [usize; 2] = [HEADS[0], LABELS - HEADS[0]];
/// The length of a feature's row in each part.
pub const RANKS: [usize; 2] = [24, 12];
/// The number of buckets in a part's feature table, selected by the upper bits of the hash.
pub const BUCKETS: usize = 4096;
/// The header of a weights file: a name, the format version, and the number of labels.
pub const MAGIC: [u8; 8] = [b'S', b'T', b'R', b'A', b'T', b'W', 2, LABELS as u8];
/// The numbers after the header, each a little-endian `f32`: the sharpness of each head, and for each part the scales of its three feature
/// groups, its rows and its matrix. The parts follow: the start of each bucket (`u16`), the matrix, and the features, each with the rest of
/// its hash (`u16`) and its row.
pub const NUMBERS: usize = HEADS.len() + 5 * PARTS.len();
/// The offset of the parts.
const AT_PARTS: usize = MAGIC.len() + 4 * NUMBERS;
/// The longest row.
const LONGEST: usize = RANKS[0];

/// The active weights.
static WEIGHTS: &[u8] = include_bytes!("reader.weights");

// A damaged weights file stops the build. An empty one does not, so that the trainer can be built after the labels have changed.
const _: () = {
    assert!(WEIGHTS.is_empty() || Weights::new(WEIGHTS).is_some(), "reader.weights is damaged, or for other labels: run scripts/train.sh");
    assert!(WEIGHTS.len() <= 2_000_000, "the weights are too large for the program");
};

/// A little-endian `u16`.
const fn number(file: &[u8], at: usize) -> usize {
    if at + 1 < file.len() { file[at] as usize + 256 * file[at + 1] as usize } else { 0 }
}

/// The offsets of a part's matrix, table and end; the part starts at `at`.
const fn layout(file: &[u8], at: usize, part: usize) -> (usize, usize, usize) {
    let matrix = at + 2 * (BUCKETS + 1);
    let table = matrix + PARTS[part] * RANKS[part];
    (matrix, table, table + number(file, at + 2 * BUCKETS) * (2 + RANKS[part]))
}

/// Weights in their file format.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a>(&'a [u8]);

impl<'a> Weights<'a> {
    /// Weights from a file's bytes; `None` if they are invalid.
    pub const fn new(file: &'a [u8]) -> Option<Self> {
        let mut i = 0;
        while i < MAGIC.len() {
            if i >= file.len() || file[i] != MAGIC[i] {
                return None;
            }
            i += 1;
        }
        let end = layout(file, layout(file, AT_PARTS, 0).2, 1).2;
        if end == file.len() { Some(Self(file)) } else { None }
    }

    fn scale(&self, i: usize) -> f32 {
        let at = MAGIC.len() + 4 * i;
        self.0.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0.0, f32::from_le_bytes)
    }

    /// The uncalibrated scores of a part's labels.
    fn part(&self, f: &Features, part: usize, at: usize, out: &mut [f32]) {
        let (matrix, table, end) = layout(self.0, at, part);
        let (rank, scales) = (RANKS[part], HEADS.len() + 5 * part);
        let table = self.0.get(table..end).unwrap_or(&[]);
        let row = |hash: &u32| {
            let bucket = (hash >> 20) as usize;
            let rest = ((hash >> 4) as u16).to_le_bytes();
            let (from, to) = (number(self.0, at + 2 * bucket), number(self.0, at + 2 * bucket + 2));
            let some = table.get(from * (2 + rank)..to * (2 + rank))?;
            some.chunks_exact(2 + rank).find(|r| r[..2] == rest).map(|r| &r[2..])
        };
        let mut hidden = [0.0f32; LONGEST];
        for (group, hashes) in [&f.words, &f.letters, &f.scene].into_iter().enumerate() {
            let (mut sum, mut known) = ([0i32; LONGEST], 0u16);
            for row in hashes.iter().filter_map(row) {
                known = known.saturating_add(1);
                for (s, b) in sum.iter_mut().zip(row) {
                    *s += i32::from(b.cast_signed());
                }
            }
            let scale = self.scale(scales + group) * self.scale(scales + 3) / f32::from(known.max(1)).sqrt();
            for (h, s) in hidden.iter_mut().zip(sum) {
                *h += s as f32 * scale;
            }
        }
        let matrix = self.0.get(matrix..).unwrap_or(&[]);
        for (o, row) in out.iter_mut().zip(matrix.chunks_exact(rank)) {
            *o = row.iter().zip(hidden).map(|(b, h)| f32::from(b.cast_signed()) * h).sum::<f32>() * self.scale(scales + 4);
        }
    }

    /// The uncalibrated scores of every label for these features.
    pub fn scores(&self, f: &Features) -> [f32; LABELS] {
        let mut out = [0.0; LABELS];
        let (intents, heads) = out.split_at_mut(PARTS[0]);
        self.part(f, 0, AT_PARTS, intents);
        self.part(f, 1, layout(self.0, AT_PARTS, 0).2, heads);
        out
    }

    /// The calibrated scores of every label: their exponentials are proportional to the probabilities.
    fn calibrated(&self, f: &Features) -> [f32; LABELS] {
        let mut out = self.scores(f);
        let mut rest = out.as_mut_slice();
        for (head, labels) in HEADS.into_iter().enumerate() {
            let (mine, others) = rest.split_at_mut(labels);
            mine.iter_mut().for_each(|s| *s *= self.scale(head));
            rest = others;
        }
        out
    }

    /// The calibrated probabilities of every label, head by head.
    pub fn probabilities(&self, f: &Features) -> [f32; LABELS] {
        let mut out = self.calibrated(f);
        by_head(&mut out, 1.0);
        out
    }
}

/// Turns scores into probabilities; `sharpness` multiplies the scores.
pub fn softmax(scores: &mut [f32], sharpness: f32) {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let mut sum = 0.0;
    for s in &mut *scores {
        *s = exp((*s - top) * sharpness);
        sum += *s;
    }
    for s in scores {
        *s /= sum;
    }
}

/// e to the power of `x`, for `x` not above 0. It uses only additions and multiplications, so the bits are the same on every machine, which
/// a maths library does not guarantee. Accurate to seven digits.
pub fn exp(x: f32) -> f32 {
    if x.is_nan() || x < -80.0 {
        return 0.0;
    }
    // 2^(whole + fraction), with the fraction by its series.
    let two = f64::from(x.min(80.0)) * std::f64::consts::LOG2_E;
    let whole = two.floor();
    let y = (two - whole) * std::f64::consts::LN_2;
    let series = (1..=12).rev().fold(1.0, |s, n| 1.0 + s * y / f64::from(n));
    let power = f64::from_bits(((1023 + whole as i64) as u64) << 52);
    (series * power) as f32
}

/// The most likely label of a head and the runner-up, with their probabilities.
fn best(p: &[f32]) -> ((usize, f32), (usize, f32)) {
    let (mut first, mut second) = ((0, f32::MIN), (0, f32::MIN));
    for (i, v) in p.iter().copied().enumerate() {
        if v > first.1 {
            (first, second) = ((i, v), first);
        } else if v > second.1 {
            second = (i, v);
        }
    }
    (first, second)
}

fn head<T: Copy>(p: &mut &[f32], labels: &[T], unclear: T) -> Head<T> {
    let (mine, rest) = p.split_at(labels.len().min(p.len()));
    *p = rest;
    let (first, _) = best(mine);
    Head { value: labels.get(first.0).copied().unwrap_or(unclear), confidence: first.1.clamp(0.0, 1.0) }
}

/// The confidence below which the subject is unclear.
const CLEAR: f32 = 0.6;

/// Reads the tokens of a call in this situation, with the sentence model's opinion if there is one. Bounded work and no panic, whatever the
/// tokens.
pub fn read(tokens: &[Token], ctx: &Context) -> Reading {
    let mut scores = Weights(WEIGHTS).calibrated(&features(tokens, ctx));
    let votes = ctx.opinion.as_ref().map(|opinion| {
        let linear = likeliest(&scores);
        let mut own = scores;
        by_head(&mut own, 1.0);
        let linear_sure = best(&own[..HEADS[0]]).0.1;
        opinion.mix(&mut scores);
        Votes { linear, linear_sure, sentence: opinion.intent() }
    });
    if votes.is_none() {
        by_head(&mut scores, 1.0);
    }
    Reading { votes, ..reading(&scores) }
}

/// The intent with the highest score.
pub(super) fn likeliest(scores: &[f32; LABELS]) -> Intent {
    Intent::ALL.get(best(&scores[..HEADS[0]]).0.0).copied().unwrap_or(Intent::Unknown)
}

/// Converts probabilities to a reading.
pub fn reading(p: &[f32; LABELS]) -> Reading {
    let (intents, mut rest) = p.split_at(HEADS[0]);
    let (first, second) = best(intents);
    let intent = |i: usize| Intent::ALL.get(i).copied().unwrap_or(Intent::Unknown);
    let mut subject = head(&mut rest, &[Subject::Own, Subject::Other], Subject::Unclear);
    if subject.confidence < CLEAR {
        subject.value = Subject::Unclear;
    }
    Reading {
        intent: intent(first.0),
        confidence: first.1.clamp(0.0, 1.0),
        runner_up: (intent(second.0), second.1.clamp(0.0, 1.0)),
        subject,
        polarity: head(&mut rest, &[Polarity::Affirmed, Polarity::Denied], Polarity::Affirmed),
        when: head(&mut rest, &[When::Now, When::Later, When::If, When::Past, When::Reported], When::Now),
        mood: head(&mut rest, &[Mood::Tells, Mood::Asks, Mood::Confirms, Mood::Practice], Mood::Tells),
        grade: head(&mut rest, &[Grade::None, Grade::Urgency, Grade::Distress], Grade::None),
        votes: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::normalise::normalise;
    use crate::units::Facility;

    fn heard(text: &str, facility: Facility) -> Reading {
        let ctx = Context { own: "N172SP".parse().ok(), facility: Some(facility), ..Context::default() };
        read(&normalise(text, &ctx), &ctx)
    }

    #[test]
    fn plain_calls_are_read() {
        for (text, facility, intent) in [
            ("Palo Alto Ground, Skyhawk 172SP at transient with kilo, taxi please", Facility::Ground, Intent::TaxiRequest),
            ("Tower, Skyhawk 2SP holding short runway 31, ready for departure", Facility::Tower, Intent::DepartureReady),
            ("going around, 2SP", Facility::Tower, Intent::GoAround),
            ("mayday mayday mayday, Skyhawk 172SP, engine failure", Facility::Approach, Intent::Mayday),
            ("say again for 2SP", Facility::Tower, Intent::SayAgain),
        ] {
            let r = heard(text, facility);
            assert_eq!(r.intent, intent, "{text}: {r:?}");
        }
    }

    #[test]
    fn denials_and_words_about_others_are_not_in_force() {
        assert!(heard("Skyhawk 2SP ready for departure runway 31", Facility::Tower).in_force() > 0.8);
        assert_eq!(heard("we are not ready yet", Facility::Tower).polarity.value, Polarity::Denied);
        assert_eq!(heard("the Cherokee in front of us is ready to go", Facility::Tower).subject.value, Subject::Other);
    }

    #[test]
    fn exp_matches_the_standard_library() {
        for x in [0.0f32, -0.1, -1.0, -7.5, -40.0] {
            assert!((f64::from(exp(x)) - f64::from(x).exp()).abs() <= f64::from(x).exp() * 1e-6, "{x}");
        }
        assert_eq!((exp(f32::NEG_INFINITY), exp(f32::NAN)), (0.0, 0.0));
    }

    #[test]
    fn damaged_weights_are_rejected_or_read_without_panic() {
        assert!(Weights::new(&[]).is_none() && Weights::new(&WEIGHTS[..WEIGHTS.len() - 1]).is_none());
        let ctx = Context::default();
        let f = features(&normalise("tower skyhawk 2SP ready for departure", &ctx), &ctx);
        for step in [97, 61] {
            let mut file = WEIGHTS.to_vec();
            file.iter_mut().skip(8).step_by(step).for_each(|b| *b ^= 0xff);
            reading(&Weights::new(&file).unwrap().probabilities(&f));
        }
    }

    proptest::proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,400}", last in proptest::option::of(".{0,80}")) {
            let ctx = Context { own: "N172SP".parse().ok(), last_atc: last, ..Context::default() };
            let r = read(&normalise(&text, &ctx), &ctx);
            proptest::prop_assert!((0.0..=1.0).contains(&r.confidence) && r.runner_up.1 <= r.confidence);
        }
    }
}
