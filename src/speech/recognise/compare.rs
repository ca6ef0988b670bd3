//! One call recognised in several ways, for measurements side by side: as Stratus does it, with the encoder's whole context,
//! and as whisper.cpp's own program does it by default.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use whisper_rs::{FullParams, SamplingStrategy};

use super::Recogniser;
use crate::problem::Problem;

/// A way to recognise a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As Stratus does it: greedy, the encoder's context fitted to the call.
    Fitted,
    /// The same with the whole context of half a minute.
    Whole,
    /// As whisper.cpp's command line does it: the whole context, five beams, time stamps, hotter second tries.
    CommandLine,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Compute time.
    pub took: Duration,
    /// The words.
    pub text: String,
    /// Tokens that the decoder wrote.
    pub tokens: u32,
}

impl Recogniser {
    /// Recognises a call once, without a second look.
    ///
    /// `tokens`, for models of random weights, which never come to an end by themselves: the decoder writes just so many,
    /// without time stamps and second tries.
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
