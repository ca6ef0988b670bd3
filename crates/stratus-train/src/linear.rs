//! Training: stochastic gradient descent with AdaGrad over rows of features and one small matrix.
//!
//! One thread, a fixed order, and only operations that IEEE 754 defines to the bit (add, multiply, divide, root; the
//! exponential is the reader's own). The same corpora therefore give the same weights on every machine.

use std::collections::BTreeMap;

use crate::engine::{BUCKETS, Features, HEADS, MAGIC, PARTS, RANKS, softmax};

/// The heads of each part, by their index.
const MINE: [std::ops::Range<usize>; 2] = [0..1, 1..HEADS.len()];

/// A call to learn from: its features, and for each head the label, or `None` if it is not known.
pub struct Lesson {
    /// The features that the reader sees.
    pub features: Features,
    /// The correct label of each head.
    pub labels: [Option<u8>; HEADS.len()],
}

/// The parameters for training a part. The values were chosen by leaving authors out, and by the totals of
/// `corpora/held-out`.
#[derive(Clone)]
pub struct Plan {
    /// Rounds over all lessons with the kept features.
    pub rounds: usize,
    /// Rounds before that with every feature, to find those worth keeping.
    pub trial: usize,
    /// The length of the first step; it falls to a tenth.
    pub rate: f32,
    /// Factor for the steps of the matrix, which learns more slowly.
    pub matrix_rate: f32,
    /// The weight of each group of features: words, runs of letters, the scene.
    pub scales: [f32; 3],
    /// The percentage of a lesson's features that is hidden each time, by chance. A call in new words has few known
    /// features, and these must suffice without the others.
    pub hidden: usize,
    /// The fewest lessons that a feature of each group must be in.
    pub seen: [u32; 3],
    /// How many features are kept.
    pub rows: usize,
}

/// The plans of both parts.
pub type Plans = [Plan; 2];

/// Without the controller's words, only a readback surely keeps its label.
pub fn plans() -> Plans {
    let intents = Plan { rounds: 8, trial: 3, rate: 0.5, matrix_rate: 0.3, scales: [1.0; 3], hidden: 30, seen: [2, 4, 3], rows: 60_000 };
    [intents.clone(), Plan { rows: 13_500, ..intents }]
}

/// Random numbers that are the same every time (PCG generator).
pub struct Dice(u64);

impl Dice {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 32) as u32
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.next()) * n as u64) >> 32) as usize
    }

    /// A number between -0.5 and 0.5.
    fn centred(&mut self) -> f32 {
        (self.next() >> 8) as f32 / 16_777_216.0 - 0.5
    }
}

/// The part of a hash that identifies a feature in the file.
fn key(hash: u32) -> u32 {
    hash >> 4
}

fn groups(f: &Features) -> [&Vec<u32>; 3] {
    [&f.words, &f.letters, &f.scene]
}

/// The rows of a lesson's features, with their weights.
fn rows_of(f: &Features, known: &BTreeMap<u32, u32>, scales: &[f32; 3]) -> Vec<(usize, f32)> {
    let mut out = Vec::new();
    for (hashes, scale) in groups(f).into_iter().zip(scales) {
        let at = out.len();
        out.extend(hashes.iter().filter_map(|h| known.get(&key(*h))).map(|i| (*i as usize, 0.0)));
        let each = scale / ((out.len() - at).max(1) as f32).sqrt();
        out[at..].iter_mut().for_each(|r| r.1 = each);
    }
    out
}

/// Trains on the lessons; returns the file of weights, with neutral calibration.
pub fn train<'a>(lessons: impl Iterator<Item = &'a Lesson> + Clone, plans: &Plans) -> Vec<u8> {
    let (intents, heads) = (part::<{ RANKS[0] }>(lessons.clone(), 0, &plans[0]), part::<{ RANKS[1] }>(lessons, 1, &plans[1]));
    let numbers = [1.0; HEADS.len()].into_iter().chain(intents.0).chain(heads.0);
    MAGIC.into_iter().chain(numbers.flat_map(f32::to_le_bytes)).chain(intents.1).chain(heads.1).collect()
}

/// Trains a part; returns its five scales, and its bytes in the file.
///
/// It is trained twice: first with every feature, in a few rounds, to find those that weigh most, then with these
/// alone. A model that loses features after training is not balanced for the features that are left.
fn part<'a, const RANK: usize>(lessons: impl Iterator<Item = &'a Lesson>, which: usize, plan: &Plan) -> ([f32; 5], Vec<u8>) {
    let lessons: Vec<&Lesson> = lessons.filter(|l| l.labels[MINE[which].clone()].iter().any(Option::is_some)).collect();
    let mut seen: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    for l in &lessons {
        for (hashes, least) in groups(&l.features).into_iter().zip(plan.seen) {
            for h in hashes {
                let s = seen.entry(key(*h)).or_insert((0, least));
                s.0 += 1;
            }
        }
    }
    let all: BTreeMap<u32, u32> = (0..).zip(seen.iter().filter(|(_, (n, least))| n >= least)).map(|(i, (k, _))| (*k, i)).collect();
    let trial = descend::<RANK>(&lessons, &all, which, plan, plan.trial);
    let weight = |i: u32| trial.table[i as usize].iter().fold(0.0f32, |s, w| s + w * w);
    let mut kept: Vec<(u32, u32)> = all.iter().map(|(k, i)| (*k, *i)).collect();
    kept.sort_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then(a.0.cmp(&b.0)));
    kept.truncate(plan.rows);
    kept.sort_unstable();
    let known: BTreeMap<u32, u32> = (0..).zip(&kept).map(|(i, (k, _))| (*k, i)).collect();
    let learned = descend::<RANK>(&lessons, &known, which, plan, plan.rounds);
    written(&known, &learned, plan)
}

/// The result of training: a row for each known feature, and the matrix.
struct Learned<const RANK: usize> {
    table: Vec<[f32; RANK]>,
    matrix: Vec<[f32; RANK]>,
}

/// Makes this many rounds over all lessons.
fn descend<const RANK: usize>(lessons: &[&Lesson], known: &BTreeMap<u32, u32>, which: usize, plan: &Plan, rounds: usize) -> Learned<RANK> {
    let rows: Vec<Vec<(usize, f32)>> = lessons.iter().map(|l| rows_of(&l.features, known, &plan.scales)).collect();
    let mut dice = Dice::new(99);
    let mut table: Vec<[f32; RANK]> = (0..known.len()).map(|_| std::array::from_fn(|_| dice.centred() * 0.02)).collect();
    let mut matrix: Vec<[f32; RANK]> = (0..PARTS[which]).map(|_| std::array::from_fn(|_| dice.centred())).collect();
    let mut table_squares = vec![[1e-6f32; RANK]; known.len()];
    let mut matrix_squares = vec![[1e-2f32; RANK]; PARTS[which]];
    let mut order: Vec<usize> = (0..lessons.len()).collect();
    // The visible features of a lesson are scaled up to make up for the hidden ones.
    let louder = 100.0 / (100 - plan.hidden) as f32;
    for round in 0..rounds {
        for i in (1..order.len()).rev() {
            order.swap(i, dice.below(i + 1));
        }
        let rate = plan.rate * (1.0 - 0.9 * round as f32 / rounds as f32);
        for &n in &order {
            let some: Vec<(usize, f32)> =
                rows[n].iter().filter(|_| dice.below(100) >= plan.hidden).map(|(i, v)| (*i, v * louder)).collect();
            let mut hidden = [0.0f32; RANK];
            for (i, v) in &some {
                hidden.iter_mut().zip(&table[*i]).for_each(|(h, w)| *h += v * w);
            }
            let slope = slope(&hidden, &matrix, &lessons[n].labels, which);
            let mut back = [0.0f32; RANK];
            for (g, m) in slope.iter().zip(&matrix).filter(|(g, _)| **g != 0.0) {
                back.iter_mut().zip(m).for_each(|(b, w)| *b += g * w);
            }
            for (label, g) in slope.iter().enumerate().filter(|(_, g)| **g != 0.0) {
                for k in 0..RANK {
                    let e = g * hidden[k];
                    matrix_squares[label][k] += e * e;
                    matrix[label][k] -= rate * plan.matrix_rate * e / matrix_squares[label][k].sqrt();
                }
            }
            for (i, v) in &some {
                let (w, q) = (&mut table[*i], &mut table_squares[*i]);
                for k in 0..RANK {
                    let e = back[k] * v;
                    q[k] += e * e;
                    w[k] -= rate * e / q[k].sqrt();
                }
            }
        }
    }
    Learned { table, matrix }
}

/// How much each label's score should fall: its probability minus the correct one; 0 if the label is not known.
fn slope<const RANK: usize>(hidden: &[f32; RANK], matrix: &[[f32; RANK]], labels: &[Option<u8>], which: usize) -> Vec<f32> {
    let mut out = vec![0.0; PARTS[which]];
    let mut from = 0;
    for (label, n) in labels.iter().zip(HEADS).skip(MINE[which].start).take(MINE[which].len()) {
        if let Some(right) = label {
            let mine = &mut out[from..from + n];
            for (o, m) in mine.iter_mut().zip(&matrix[from..]) {
                for (a, b) in m.iter().zip(hidden) {
                    *o += a * b;
                }
            }
            softmax(mine, 1.0);
            mine[usize::from(*right)] -= 1.0;
        }
        from += n;
    }
    out
}

/// Weights as 8-bit integers, and the scale that restores them.
fn whole<const N: usize>(weights: &[[f32; N]]) -> (Vec<[i8; N]>, f32) {
    let most = weights.iter().flatten().fold(0.0f32, |m, w| m.max(w.abs())).max(f32::MIN_POSITIVE);
    let scale = most / 127.0;
    // `as` rounds towards zero, so half a step is added.
    let round = |w: f32| (w / scale + if w < 0.0 { -0.5 } else { 0.5 }) as i8;
    (weights.iter().map(|row| row.map(round)).collect(), scale)
}

/// A part in the form of the file, and its scales.
fn written<const RANK: usize>(known: &BTreeMap<u32, u32>, learned: &Learned<RANK>, plan: &Plan) -> ([f32; 5], Vec<u8>) {
    let (rows, row_scale) = whole(&learned.table);
    let (matrix, matrix_scale) = whole(&learned.matrix);
    let keys: Vec<u32> = known.keys().copied().collect();

    let mut out = Vec::new();
    for bucket in 0..=BUCKETS {
        let start = keys.partition_point(|k| ((k >> 16) as usize) < bucket);
        out.extend_from_slice(&u16::try_from(start).unwrap_or(u16::MAX).to_le_bytes());
    }
    out.extend(matrix.iter().flatten().map(|b| b.cast_unsigned()));
    for (k, row) in keys.iter().zip(&rows) {
        out.extend_from_slice(&(*k as u16).to_le_bytes());
        out.extend(row.iter().map(|b| b.cast_unsigned()));
    }
    let [words, letters, scene] = plan.scales;
    ([words, letters, scene, row_scale, matrix_scale], out)
}

/// Writes the heads' calibration into a file of weights.
pub fn calibrate(file: &mut [u8], sharpness: &[f32; HEADS.len()]) {
    for (i, s) in sharpness.iter().enumerate() {
        let at = MAGIC.len() + 4 * i;
        file[at..at + 4].copy_from_slice(&s.to_le_bytes());
    }
}
