//! Recognises one call in several ways, for measurements: as Stratus does it, with the encoder's whole context, and
//! with the defaults of whisper.cpp's own program.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use whisper_rs::{FullParams, SamplingStrategy};

use super::Recogniser;
use crate::problem::Problem;

/// A way to recognise a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As in Stratus: greedy, with the encoder's context fitted to the call.
    Fitted,
    /// The same with the whole context of half a minute.
    Whole,
    /// As in whisper.cpp's command line: the whole context, five beams, time stamps, retries at a higher temperature.
    CommandLine,
}

/// The result of a measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Compute time.
    pub took: Duration,
    /// The words.
    pub text: String,
    /// Tokens written by the decoder.
    pub tokens: u32,
}

impl Recogniser {
    /// Recognises a call once, without a second look.
    ///
    /// `tokens` is for models with random weights, which never end by themselves: the decoder writes exactly this
    /// many, without time stamps and retries.
    pub fn measure(&mut self, samples: &[f32], way: Way, tokens: Option<u16>) -> Result<Measured, Problem> {
        let never = AtomicBool::new(false);
        let sound = self.sound(samples);
        let context = if way == Way::Fitted { self.fitted(sound.len()) } else { self.audio_ctx };
        let mut params = match way {
            Way::Fitted | Way::Whole => self.params(&[], context, 0, &never),
            Way::CommandLine => {
                let mut params = FullParams::new(SamplingStrategy::BeamSearch { beam_size: 5, patience: -1.0 });
                params.set_n_threads(self.threads);
                params.set_print_special(false);
                params.set_print_progress(false);
                params.set_print_realtime(false);
                params.set_print_timestamps(false);
                params
            }
        };
        if let Some(n) = tokens {
            params.set_max_tokens(i32::from(n));
            params.set_no_timestamps(true);
            params.set_single_segment(true);
            params.set_temperature_inc(0.0);
        }
        let begun = Instant::now();
        self.state.full(params, &sound).map_err(super::failed)?;
        let took = begun.elapsed();
        let tokens = self.state.as_iter().map(|s| s.n_tokens()).sum::<i32>();
        Ok(Measured { took, text: self.reading().text, tokens: u32::try_from(tokens).unwrap_or(0) })
    }

    /// The threads that work on a call.
    pub fn threads(&self) -> i32 {
        self.threads
    }
}
