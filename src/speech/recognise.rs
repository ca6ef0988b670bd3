//! Speech recognition by whisper, with a verified model.

pub mod compare;

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperSegment, WhisperState};

use super::alternatives::Steps;
use super::model::VerifiedModel;
use super::plausible::Reading;
use super::repeats;
use super::{abort, alternatives};
use crate::event::{Alternative, Heard, Hints};
use crate::problem::Problem;
use crate::sound::level;

/// Samples per second.
const RATE: usize = 16_000;
/// Frames of the encoder per second of sound.
const FRAMES_PER_SECOND: usize = 50;
/// With fewer frames the decoder writes a call again and again: 11 of 150 recordings did with 384 frames, none with
/// 512 (docs/understanding.md).
const CONTEXT_FLOOR: usize = 512;
/// Context after the last word, so that the call does not end with the context: a second.
const CONTEXT_MARGIN: usize = 50;
/// The shortest sound that is recognised; whisper needs at least a second.
const SHORTEST: usize = RATE * 5 / 4;
/// How much more context a second look gets: half as much again.
const SECOND_LOOK: (usize, usize) = (3, 2);
/// The most prompt tokens; whisper's own limit is 223, and a model with a small text context gets none.
const PROMPT_TOKENS: usize = 160;
/// The most tokens of a call are this many, and `TOKENS_A_SECOND` for each second. A decoder that writes more is
/// stopped. The fastest pilots say four words a second, mostly of one token.
const TOKENS: i32 = 24;
const TOKENS_A_SECOND: f32 = 7.0;
/// Models with a smaller text context than this (the demo's) get no hint and no beams, tokens.
const LEAST_TEXT: usize = 200;
/// The number of beams if there is no hint.
const BEAMS: i32 = 3;
/// Models with this many encoder layers (large and its turbo) loop with a shortened context.
const LARGE_LAYERS: i32 = 32;

static HOOKS: Once = Once::new();

/// The result of a computation, with the readings that differ from it in a number.
type Outcome = (Reading, Vec<Alternative>);

/// A loaded model with its working memory.
pub struct Recogniser {
    context: WhisperContext,
    state: WhisperState,
    threads: i32,
    audio_ctx: usize,
    /// The number of tokens in the model's vocabulary.
    vocabulary: usize,
    /// Whether the encoder's context may be fitted to the call.
    fits: bool,
    text_ctx: usize,
}

impl Recogniser {
    /// Loads a verified model, which uses `threads` threads for a call.
    pub fn load(model: &VerifiedModel, threads: u8) -> Result<Self, Problem> {
        Self::load_on(model, threads, false)
    }

    /// The same for the graphics card, where this build and this machine have one. Only for use after `card` has tested it.
    pub(super) fn load_on_card(model: &VerifiedModel, threads: u8) -> Result<Self, Problem> {
        Self::load_on(model, threads, true)
    }

    fn load_on(model: &VerifiedModel, threads: u8, card: bool) -> Result<Self, Problem> {
        // Sends whisper's own log to Stratus's log instead of the terminal.
        HOOKS.call_once(whisper_rs::install_logging_hooks);
        let failed = |e: whisper_rs::WhisperError| {
            Problem::new(format!("cannot load the speech model {}", model.path().display()))
                .because(e)
                .fix("download the model again, or choose a smaller one")
        };
        let mut params = WhisperContextParameters::default();
        params.use_gpu(card);
        let context = WhisperContext::new_with_params(model.path(), params).map_err(failed)?;
        let state = context.create_state().map_err(failed)?;
        let audio_ctx = usize::try_from(context.n_audio_ctx()).unwrap_or(1500);
        let text_ctx = usize::try_from(context.n_text_ctx()).unwrap_or(0);
        let vocabulary = usize::try_from(context.model_n_vocab()).unwrap_or(0);
        // In a model as small as the demo's, more threads would only spin.
        let small = context.model_n_audio_state() < 256;
        let threads = if small { 1 } else { i32::from(threads.max(1)) };
        let fits = context.model_n_audio_layer() < LARGE_LAYERS;
        Ok(Self { context, state, threads, audio_ctx, vocabulary, fits, text_ctx })
    }

    /// The longest sound of one call, in samples at 16 kHz; later sound is ignored.
    pub fn longest(&self) -> usize {
        (self.audio_ctx * RATE / FRAMES_PER_SECOND).saturating_sub(RATE / 20)
    }

    /// Recognises a call: 16 kHz mono. `cancel` ends the computation early, with a `Problem`.
    pub fn transcribe(&mut self, samples: &[f32], hints: &Hints, cancel: &AtomicBool) -> Result<Heard, Problem> {
        let begun = Instant::now();
        let sound = self.sound(samples);
        let spoken_s = level::spoken_seconds(samples, RATE as u32);
        let fitted = self.fitted(sound.len());
        let prompt = self.prompt(&hints.prompt);
        let (mut reading, mut others) = self.compute(&sound, &prompt, fitted, cancel)?;
        let mut looks = 1;
        // Unsure words, or too few for the voice: another context and another order of the hint may give other words.
        if reading.is_doubtful(spoken_s) {
            looks = 2;
            let (times, of) = SECOND_LOOK;
            let prompt = self.prompt(&hints.again);
            let (second, seconds) = self.compute(&sound, &prompt, (fitted * times / of).min(self.audio_ctx), cancel)?;
            let beaten = if second.beats(&reading, spoken_s) {
                others = seconds;
                std::mem::replace(&mut reading, second)
            } else {
                second
            };
            if !beaten.is_noise() {
                others.insert(0, Alternative { text: beaten.text, weight: 1.0 });
            }
        }
        if reading.is_noise() {
            others.clear();
        }
        let text = if reading.is_noise() { String::new() } else { reading.text };
        let took_ms = u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        Ok(Heard { text, confidence: reading.confidence, took_ms, others, looks, opinion: None })
    }

    /// A call, padded or cut to what the model accepts.
    fn sound(&self, samples: &[f32]) -> Vec<f32> {
        let mut sound: Vec<f32> = samples.iter().take(self.longest()).copied().collect();
        sound.resize(sound.len().max(SHORTEST), 0.0);
        sound
    }

    /// The encoder's context for this many samples.
    fn fitted(&self, samples: usize) -> usize {
        let frames = samples * FRAMES_PER_SECOND / RATE + CONTEXT_MARGIN;
        if self.fits { frames.clamp(CONTEXT_FLOOR.min(self.audio_ctx), self.audio_ctx) } else { self.audio_ctx }
    }

    /// Runs encoder and decoder once, with `context` frames of the encoder.
    fn compute(&mut self, sound: &[f32], prompt: &[i32], context: usize, cancel: &AtomicBool) -> Result<Outcome, Problem> {
        let tokens = TOKENS + (sound.len() as f32 / RATE as f32 * TOKENS_A_SECOND) as i32;
        let steps = Steps::new(self.vocabulary);
        let mut params = self.params(prompt, context, tokens, cancel);
        alternatives::arm(&mut params, &steps);
        let outcome = self.state.full(params, sound);
        if cancel.load(Ordering::Relaxed) {
            return Err(Problem::new("recognition was cancelled").because("the key was pressed again"));
        }
        outcome.map_err(failed)?;
        let reading = self.reading();
        let others = steps.alternatives(&self.written(), |t| self.context.token_to_str_lossy(t).unwrap_or_default().into_owned());
        let others = others.into_iter().map(|o| Alternative { text: repeats::first_copy(&o.text).unwrap_or(o.text), ..o });
        let others = others.filter(|o| o.text != reading.text).collect();
        Ok((reading, others))
    }

    /// The tokens of the last computation's text with their probabilities, up to the first that is not text.
    fn written(&self) -> Vec<(i32, f32)> {
        let end = self.context.token_eot();
        let of = |s: &WhisperSegment<'_>| {
            (0..s.n_tokens()).filter_map(|i| s.get_token(i)).map(|t| (t.token_id(), t.token_probability())).collect()
        };
        let tokens: Vec<Vec<(i32, f32)>> = self.state.as_iter().map(|s| of(&s)).collect();
        tokens.into_iter().flatten().take_while(|t| t.0 < end).collect()
    }

    /// The parameters with which Stratus recognises a call.
    fn params<'a>(&self, prompt: &'a [i32], context: usize, tokens: i32, cancel: &'a AtomicBool) -> FullParams<'a, 'a> {
        // Beams recognise better without a hint, but copy more of a hint (docs/understanding.md). They are used only without one.
        let beams = prompt.is_empty() && self.text_ctx >= LEAST_TEXT;
        let strategy =
            if beams { SamplingStrategy::BeamSearch { beam_size: BEAMS, patience: -1.0 } } else { SamplingStrategy::Greedy { best_of: 1 } };
        let mut params = FullParams::new(strategy);
        // The language stays at the default, English: each call that sets it leaks a string.
        params.set_n_threads(self.threads);
        params.set_no_timestamps(true);
        params.set_single_segment(true);
        params.set_no_context(true);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        // Retries at a higher temperature take up to five times as long, and make words of noise.
        params.set_temperature_inc(0.0);
        params.set_audio_ctx(i32::try_from(context).unwrap_or(0));
        params.set_max_tokens(tokens);
        if !prompt.is_empty() {
            params.set_tokens(prompt);
        }
        abort::arm(&mut params, cancel);
        params
    }

    /// The result of the last computation, without the decoder's loops.
    fn reading(&self) -> Reading {
        let (mut text, mut sum, mut count) = (String::new(), 0.0f32, 0u32);
        let end = self.context.token_eot();
        for segment in self.state.as_iter() {
            if let Ok(t) = segment.to_str_lossy() {
                text.push_str(&t);
            }
            for i in 0..segment.n_tokens() {
                if let Some(token) = segment.get_token(i)
                    && token.token_id() < end
                {
                    sum += token.token_probability();
                    count += 1;
                }
            }
        }
        let text = repeats::first_copy(text.trim()).unwrap_or_else(|| text.trim().to_owned());
        Reading { text, confidence: sum / count.max(1) as f32 }
    }

    /// The last tokens of the hint, as many as fit the model's text context.
    fn prompt(&self, hint: &str) -> Vec<i32> {
        if hint.is_empty() || self.text_ctx < LEAST_TEXT {
            return Vec::new();
        }
        let clean = hint.replace('\0', " ");
        let mut tokens = self.context.tokenize(&clean, 512).unwrap_or_default();
        let cut = tokens.len().saturating_sub(PROMPT_TOKENS);
        tokens.split_off(cut)
    }
}

fn failed(e: whisper_rs::WhisperError) -> Problem {
    Problem::new("speech recognition failed").because(e).fix("say it again; if it keeps happening, download the model again")
}
