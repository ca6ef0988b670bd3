//! A neural voice in pure Rust: words become phonemes, an acoustic model predicts spectra, a vocoder makes 24 kHz sound.
//!
//! - `text`: words to the phoneme symbols of Kokoro, American or British. It has a radio vocabulary, names of places,
//!   CMUdict, and a small network for all other words.
//! - `model`: hibari's acoustic model, run by rten on one thread.
//! - `vocoder`: spectra and pitch to samples.
//! - `level`: cuts the silence at both ends, and brings every phrase to one loudness.
//!
//! This crate opens no device, file or connection; the caller passes the bytes of the files.
#![forbid(unsafe_code)]
// A library behaves the same on every machine and at every time: ../../clippy.toml lists what it may not use.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod level;
mod maths;
pub mod model;
pub mod text;
pub mod vocoder;

use model::Model;
use text::{Accent, Words};
use vocoder::Vocoder;

pub use model::Error;

/// Samples per second.
pub const RATE: u32 = 24_000;

/// How a phrase is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// Factor for the voice's own pitch: 0.85 to 1.12 sounds natural, 0.5 to 2 is accepted.
    pub pitch: f32,
    /// Factor for the voice's own pace, 0.5 to 2.
    pub pace: f32,
    /// The same seed gives the same noise in the sound.
    pub seed: u64,
}

impl Default for Manner {
    fn default() -> Self {
        Self { pitch: 1.0, pace: 1.0, seed: 1 }
    }
}

/// A loaded voice: some 18 MB.
pub struct Voice {
    model: Model,
    vocoder: Vocoder,
    accent: Accent,
}

impl std::fmt::Debug for Voice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Voice").field("accent", &self.accent).finish_non_exhaustive()
    }
}

impl Voice {
    /// Loads a voice's file (ONNX). An error if it is not one, or if its inputs and outputs are not those of a voice.
    ///
    /// What the file's graph computes is unknown before it runs. A file that is not in the catalogue must therefore
    /// first be tried in a separate process.
    pub fn load(file: Vec<u8>, accent: Accent) -> Result<Self, Error> {
        Ok(Self { model: Model::load(file)?, vocoder: Vocoder::new(), accent })
    }

    /// Speaks words (data, never markup): 24 kHz mono at -20 dBFS, without silence at both ends. No sound for words
    /// without a letter, or if `unwanted` returns true between two steps of the work, each of some 30 ms.
    pub fn speak(&mut self, words: &str, said: &Words, how: Manner, unwanted: &dyn Fn() -> bool) -> Result<Vec<f32>, Error> {
        let goes_on = words.trim_end().ends_with(',');
        let mut sound: Vec<f32> = Vec::new();
        let parts = said.phonemes(words, self.accent);
        let count = parts.len();
        for (i, part) in parts.into_iter().enumerate() {
            if unwanted() {
                return Ok(Vec::new());
            }
            let mut planes = self.model.run(&part, how.pace)?;
            if unwanted() {
                return Ok(Vec::new());
            }
            planes.f0.iter_mut().for_each(|f| *f *= how.pitch.clamp(0.5, 2.0));
            let made = self.vocoder.sound(&planes, how.seed.wrapping_add(i as u64));
            let last = i + 1 == count;
            sound.extend_from_slice(level::trimmed(&made, if last && !goes_on { level::END_MS } else { level::ON_MS }));
        }
        level::bring(&mut sound);
        Ok(sound)
    }
}
