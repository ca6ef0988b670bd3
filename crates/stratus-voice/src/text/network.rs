//! Guesses the sounds of a word that is in no dictionary, with the network of g2p-en 2.1.0 (Apache-2.0): two
//! recurrent layers of 256, trained on CMUdict. Its weights are one-byte integers with a scale for each row, 0.84 MB.

use super::symbols::SOUNDS;

const HIDDEN: usize = 256;
const LETTERS: usize = 29;
/// The most sounds of a word: for some words the network does not stop.
const MOST: usize = 20;
const START: usize = 2;
const END: usize = 3;

/// A matrix of numbers.
struct Matrix {
    columns: usize,
    scales: Vec<f32>,
    values: Vec<i8>,
}

impl Matrix {
    fn read(from: &mut &[u8], rows: usize, columns: usize) -> Option<Self> {
        let mut m = Self { columns, scales: Vec::with_capacity(rows), values: Vec::with_capacity(rows * columns) };
        for _ in 0..rows {
            let (scale, rest) = from.split_first_chunk::<4>()?;
            let (row, rest) = rest.split_at_checked(columns)?;
            m.scales.push(f32::from_le_bytes(*scale));
            m.values.extend(row.iter().map(|b| *b as i8));
            *from = rest;
        }
        Some(m)
    }

    fn row(&self, n: usize) -> Vec<f32> {
        let values = self.values.get(n * self.columns..(n + 1) * self.columns).unwrap_or_default();
        values.iter().map(|v| f32::from(*v) * self.scales[n]).collect()
    }

    /// The product with a column, row by row, plus a constant.
    fn times(&self, x: &[f32], plus: &[f32]) -> Vec<f32> {
        let rows = self.values.chunks_exact(self.columns).zip(&self.scales).zip(plus);
        rows.map(|((row, scale), b)| row.iter().zip(x).map(|(v, x)| f32::from(*v) * x).sum::<f32>() * scale + b).collect()
    }
}

fn vector(from: &mut &[u8], length: usize) -> Option<Vec<f32>> {
    let (bytes, rest) = from.split_at_checked(length * 4)?;
    *from = rest;
    Some(bytes.chunks_exact(4).filter_map(|b| b.try_into().ok()).map(f32::from_le_bytes).collect())
}

/// A recurrent layer (GRU) with its gates in the order reset, update, new.
struct Layer {
    symbols: Matrix,
    input: Matrix,
    state: Matrix,
    input_bias: Vec<f32>,
    state_bias: Vec<f32>,
}

impl Layer {
    fn read(from: &mut &[u8], symbols: usize) -> Option<Self> {
        Some(Self {
            symbols: Matrix::read(from, symbols, HIDDEN)?,
            input: Matrix::read(from, 3 * HIDDEN, HIDDEN)?,
            state: Matrix::read(from, 3 * HIDDEN, HIDDEN)?,
            input_bias: vector(from, 3 * HIDDEN)?,
            state_bias: vector(from, 3 * HIDDEN)?,
        })
    }

    fn step(&self, symbol: usize, h: &mut [f32]) {
        let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
        let x = self.input.times(&self.symbols.row(symbol), &self.input_bias);
        let s = self.state.times(h, &self.state_bias);
        for (i, h) in h.iter_mut().enumerate() {
            let (reset, update) = (sigmoid(x[i] + s[i]), sigmoid(x[HIDDEN + i] + s[HIDDEN + i]));
            let new = (x[2 * HIDDEN + i] + reset * s[2 * HIDDEN + i]).tanh();
            *h = (1.0 - update) * new + update * *h;
        }
    }
}

/// The network from letters to sounds.
pub struct Network {
    reads: Layer,
    says: Layer,
    choice: Matrix,
    choice_bias: Vec<f32>,
}

impl Network {
    /// Reads the matrices in the order of the script that makes the file; `None` if there are too few or too many bytes.
    pub fn read(mut bytes: &[u8]) -> Option<Self> {
        let from = &mut bytes;
        let network = Self {
            reads: Layer::read(from, LETTERS)?,
            says: Layer::read(from, SOUNDS.len())?,
            choice: Matrix::read(from, SOUNDS.len(), HIDDEN)?,
            choice_bias: vector(from, SOUNDS.len())?,
        };
        from.is_empty().then_some(network)
    }

    /// The sounds of a word of lower-case Latin letters, at most 20; `None` if there are none, or no vowel.
    pub fn sounds(&self, word: &str) -> Option<Vec<u8>> {
        let mut h = vec![0.0f32; HIDDEN];
        // 0 and 1 are fillers, 2 is the end, then the letters.
        for letter in word.bytes().filter(u8::is_ascii_lowercase).take(40).map(|b| usize::from(b - b'a') + 3).chain([2]) {
            self.reads.step(letter, &mut h);
        }
        let (mut last, mut sounds) = (START, Vec::new());
        while sounds.len() < MOST {
            self.says.step(last, &mut h);
            let all = self.choice.times(&h, &self.choice_bias);
            last = all.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(END, |(i, _)| i);
            if last == END {
                break;
            }
            if last > END {
                sounds.push(last as u8);
            }
        }
        sounds.iter().any(|s| SOUNDS[usize::from(*s)].starts_with(['A', 'E', 'I', 'O', 'U'])).then_some(sounds)
    }
}
