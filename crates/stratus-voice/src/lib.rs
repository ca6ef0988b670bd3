//! A neural voice in pure Rust: words become phonemes, an acoustic model predicts spectra, a vocoder makes 24 kHz sound.
//!
//! - `text`: words to the phoneme symbols of Kokoro, American or British. A closed table of aviation's words, names of places,
//!   CMUdict, and a small network for what none of them has.
//! - `model`: hibari's acoustic model, run by rten on one thread.
//! - `vocoder`: spectra and pitch to samples.
//! - `level`: silence cut at both ends, one loudness for every phrase.
//!
//! Nothing here opens a device, a file or a connection; the files' bytes are given.
#![forbid(unsafe_code)]
// The same everywhere and at every time: ../../clippy.toml lists what a library may not touch.
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

/// Samples a second.
pub const RATE: u32 = 24_000;

/// How a phrase is said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// The voice's own pitch times this: 0.85 to 1.12 sounds natural, 0.5 to 2 is taken.
    pub pitch: f32,
    /// The voice's own pace times this, 0.5 to 2.
    pub pace: f32,
    /// The noise in the sound is the same for the same seed.
    pub seed: u64,
}

impl Default for Manner {
    fn default() -> Self {
        Self { pitch: 1.0, pace: 1.0, seed: 1 }
    }
}

/// A voice that is loaded: some 18 MB.
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
    /// Loads a voice's file (ONNX). Errors: it is none, or has other inputs and outputs than a voice.
    ///
    /// What the file's graph computes is not known before it runs: a file from outside of a catalogue is to be tried in a process of
    /// its own first.
    pub fn load(file: Vec<u8>, accent: Accent) -> Result<Self, Error> {
        Ok(Self { model: Model::load(file)?, vocoder: Vocoder::new(), accent })
    }

    /// Says words (data, never markup): 24 kHz mono at -20 dBFS without silence at both ends. No sound for words without a letter,
    /// and when `unwanted` says so between two steps of the work, each of some 30 ms.
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
