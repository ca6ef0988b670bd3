//! Speech models with random weights in whisper.cpp's format: they recognise nothing, but take as long as real ones.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// The dimensions of a published model: states, heads and layers, the same for encoder and decoder.
#[derive(Debug, Clone, Copy)]
pub struct Dimensions {
    pub name: &'static str,
    pub state: u32,
    pub heads: u32,
    pub layers: u32,
}

pub const ALL: [Dimensions; 3] = [
    Dimensions { name: "tiny.en", state: 384, heads: 6, layers: 4 },
    Dimensions { name: "base.en", state: 512, heads: 8, layers: 6 },
    Dimensions { name: "small.en", state: 768, heads: 12, layers: 12 },
];

const AUDIO_CONTEXT: u32 = 1500;
const TEXT_CONTEXT: u32 = 448;
const MELS: u32 = 80;

struct Writer<W> {
    out: W,
    state: u64,
}

impl<W: Write> Writer<W> {
    fn int(&mut self, n: u32) -> io::Result<()> {
        self.out.write_all(&n.to_le_bytes())
    }

    fn random(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn head(&mut self, name: &str, shape: &[u32], half: bool) -> io::Result<u32> {
        self.int(shape.len() as u32)?;
        self.int(name.len() as u32)?;
        self.int(u32::from(half))?;
        for n in shape {
            self.int(*n)?;
        }
        self.out.write_all(name.as_bytes())?;
        Ok(shape.iter().product())
    }

    /// A row for each word: random, but rows in `even` have one number throughout.
    fn words(&mut self, name: &str, shape: [u32; 2], even: &[(u32, u16)]) -> io::Result<()> {
        self.head(name, &shape, true)?;
        for word in 0..shape[1] {
            let known = even.iter().find(|(w, _)| *w == word).map(|(_, half)| *half);
            for _ in 0..shape[0] {
                let half = known.unwrap_or_else(|| Self::half(self.random()));
                self.out.write_all(&half.to_le_bytes())?;
            }
        }
        Ok(())
    }

    /// A half float of either sign, 1/256 to 1/32.
    fn half(bits: u64) -> u16 {
        let exponent = 7 + (bits >> 10 & 3).min(2) as u16;
        (bits as u16 & 0x8000) | exponent << 10 | (bits as u16 & 0x3ff)
    }

    /// Half floats of either sign, 1/256 to 1/32.
    fn weights(&mut self, name: &str, shape: &[u32]) -> io::Result<()> {
        let n = self.head(name, shape, true)?;
        for _ in 0..n.div_ceil(4) {
            let mut bits = self.random();
            let mut four = [0u8; 8];
            for half in four.chunks_exact_mut(2) {
                half.copy_from_slice(&Self::half(bits).to_le_bytes());
                bits >>= 16;
            }
            self.out.write_all(&four)?;
        }
        Ok(())
    }

    fn constant(&mut self, name: &str, shape: &[u32], value: f32) -> io::Result<()> {
        for _ in 0..self.head(name, shape, false)? {
            self.out.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }

    fn positions(&mut self, name: &str, shape: &[u32]) -> io::Result<()> {
        for _ in 0..self.head(name, shape, false)? {
            let value = (self.random() >> 40) as f32 / (1u32 << 24) as f32 * 0.02 - 0.01;
            self.out.write_all(&value.to_le_bytes())?;
        }
        Ok(())
    }

    fn norm(&mut self, name: &str, n: u32) -> io::Result<()> {
        self.constant(&format!("{name}.weight"), &[n], 1.0)?;
        self.constant(&format!("{name}.bias"), &[n], 0.0)
    }

    fn linear(&mut self, name: &str, from: u32, to: u32) -> io::Result<()> {
        self.weights(&format!("{name}.weight"), &[from, to])?;
        self.constant(&format!("{name}.bias"), &[to], 0.0)
    }

    fn attention(&mut self, name: &str, n: u32) -> io::Result<()> {
        self.norm(&format!("{name}_ln"), n)?;
        self.linear(&format!("{name}.query"), n, n)?;
        self.weights(&format!("{name}.key.weight"), &[n, n])?;
        self.linear(&format!("{name}.value"), n, n)?;
        self.linear(&format!("{name}.out"), n, n)
    }

    fn layers(&mut self, half: &str, d: Dimensions, crossed: bool) -> io::Result<()> {
        for i in 0..d.layers {
            let name = format!("{half}.blocks.{i}");
            self.attention(&format!("{name}.attn"), d.state)?;
            if crossed {
                self.attention(&format!("{name}.cross_attn"), d.state)?;
            }
            self.norm(&format!("{name}.mlp_ln"), d.state)?;
            self.linear(&format!("{name}.mlp.0"), d.state, d.state * 4)?;
            self.linear(&format!("{name}.mlp.2"), d.state * 4, d.state)?;
        }
        Ok(())
    }
}

/// The end-of-text token of an English model.
const END: u32 = 50_256;
/// Half floats: 1/8 and 1/16.
const SURE: (u16, u16) = (0x3000, 0x2c00);

/// Writes a model of these dimensions. Filters and vocabulary come from `known`, a complete model with an English vocabulary. With
/// `hears`, one of its words, it recognises that word in every call, and nothing after it.
pub fn write(d: Dimensions, known: &[u8], to: &Path, hears: Option<&str>) -> io::Result<()> {
    let int = |at: usize| known.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    let words = 48 + 8 + (int(48) * int(52) * 4) as usize;
    let (mut end, mut heard) = (words + 4, None);
    for n in 0..int(words) {
        let word = end + 4..end + 4 + int(end) as usize;
        end = word.end;
        if hears.is_some_and(|h| known.get(word) == Some(h.as_bytes())) {
            heard = Some(n);
        }
    }
    let vocabulary = int(4);
    let mut w = Writer { out: BufWriter::new(std::fs::File::create(to)?), state: 0x5742_a7c5 };
    w.int(0x6767_6d6c)?;
    for n in [vocabulary, AUDIO_CONTEXT, d.state, d.heads, d.layers, TEXT_CONTEXT, d.state, d.heads, d.layers, MELS, 1] {
        w.int(n)?;
    }
    w.out.write_all(known.get(48..end).ok_or(io::ErrorKind::UnexpectedEof)?)?;
    w.positions("encoder.positional_embedding", &[d.state, AUDIO_CONTEXT])?;
    w.weights("encoder.conv1.weight", &[3, MELS, d.state])?;
    w.constant("encoder.conv1.bias", &[1, d.state], 0.0)?;
    w.weights("encoder.conv2.weight", &[3, d.state, d.state])?;
    w.constant("encoder.conv2.bias", &[1, d.state], 0.0)?;
    w.layers("encoder", d, false)?;
    w.norm("encoder.ln_post", d.state)?;
    w.positions("decoder.positional_embedding", &[d.state, TEXT_CONTEXT])?;
    // The input of the last product has the mean of its bias, so a constant row yields that constant times the length of the state.
    let even: Vec<(u32, u16)> = heard.map(|h| [(END, SURE.0), (h, SURE.1)]).into_iter().flatten().collect();
    w.words("decoder.token_embedding.weight", [d.state, vocabulary], &even)?;
    w.layers("decoder", d, true)?;
    w.constant("decoder.ln.weight", &[d.state], 1.0)?;
    w.constant("decoder.ln.bias", &[d.state], if heard.is_some() { 1.0 } else { 0.0 })?;
    w.out.flush()
}
