//! Speech recognition by whisper, on the processor, with a model that was verified.

use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

use super::abort;
use super::model::VerifiedModel;
use crate::event::{Heard, Hints};
use crate::problem::Problem;

/// Samples a second.
const RATE: usize = 16_000;
/// Frames of the encoder a second of sound.
const FRAMES_PER_SECOND: usize = 50;
/// Below this the encoder's context costs words at the end of a call.
const CONTEXT_FLOOR: usize = 384;
/// Sound after the last word, so that the end of the call is not the end of the context: a second.
const CONTEXT_MARGIN: usize = 50;
/// Whisper wants at least a second of sound.
const SHORTEST: usize = RATE * 5 / 4;
/// Prompt tokens at most; a model with a small text context gets none.
const PROMPT_TOKENS: usize = 64;
/// Below this mean probability a text is noise that was made into words.
const NOISE: f32 = 0.25;

static HOOKS: Once = Once::new();

/// A loaded model with its working memory.
pub struct Recogniser {
    context: WhisperContext,
    state: WhisperState,
    threads: i32,
    audio_ctx: usize,
    text_ctx: usize,
}

impl Recogniser {
    /// Loads a verified model; `threads` processors work on a call.
    pub fn load(model: &VerifiedModel, threads: u8) -> Result<Self, Problem> {
        // Whisper's own log goes to ours instead of the terminal.
        HOOKS.call_once(whisper_rs::install_logging_hooks);
        let failed = |e: whisper_rs::WhisperError| {
            Problem::new(format!("cannot load the speech model {}", model.path().display()))
                .because(e)
                .fix("download the model again, or choose a smaller one")
        };
        let mut params = WhisperContextParameters::default();
        params.use_gpu(false);
        let context = WhisperContext::new_with_params(model.path(), params).map_err(failed)?;
        let state = context.create_state().map_err(failed)?;
        let audio_ctx = usize::try_from(context.n_audio_ctx()).unwrap_or(1500);
        let text_ctx = usize::try_from(context.n_text_ctx()).unwrap_or(0);
        // More threads only spin in a model as small as the demo's.
        let small = context.model_n_audio_state() < 256;
        let threads = if small { 1 } else { i32::from(threads.max(1)) };
        Ok(Self { context, state, threads, audio_ctx, text_ctx })
    }

    /// The longest sound that one call can have, in samples.
    fn longest(&self) -> usize {
        (self.audio_ctx * RATE / FRAMES_PER_SECOND).saturating_sub(RATE / 20)
    }

    /// Recognises a call: 16 kHz mono. `cancel` ends the computation early, with a `Problem`.
    pub fn transcribe(&mut self, samples: &[f32], hints: &Hints, cancel: &AtomicBool) -> Result<Heard, Problem> {
        let begun = Instant::now();
        let mut sound: Vec<f32> = samples.iter().take(self.longest()).copied().collect();
        sound.resize(sound.len().max(SHORTEST), 0.0);
        let frames = sound.len() * FRAMES_PER_SECOND / RATE + CONTEXT_MARGIN;
        let prompt = self.prompt(hints);
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        // The language stays at the default, English: setting it leaks a string with every call.
        params.set_n_threads(self.threads);
        params.set_no_timestamps(true);
        params.set_single_segment(true);
        params.set_no_context(true);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        params.set_audio_ctx(i32::try_from(frames.clamp(CONTEXT_FLOOR.min(self.audio_ctx), self.audio_ctx)).unwrap_or(0));
        if !prompt.is_empty() {
            params.set_tokens(&prompt);
        }
        abort::arm(&mut params, cancel);
        let outcome = self.state.full(params, &sound);
        if cancel.load(Ordering::Relaxed) {
            return Err(Problem::new("recognition was given up").because("the key was pressed again"));
        }
        outcome.map_err(|e| {
            Problem::new("speech recognition failed").because(e).fix("say it again; if it stays so, download the model again")
        })?;
        let (text, confidence) = self.words();
        Ok(Heard { text, confidence, took_ms: u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX) })
    }

    /// The text of the last computation with the mean probability of its tokens; noise is no text.
    fn words(&self) -> (String, f32) {
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
        let confidence = if count == 0 { 0.0 } else { sum / count as f32 };
        let text = text.trim();
        // Whisper writes sounds in brackets: they are not words.
        let bare = text.starts_with(['[', '(']) && text.ends_with([']', ')']);
        if bare || confidence < NOISE { (String::new(), confidence) } else { (text.to_owned(), confidence) }
    }

    /// The last tokens of the hint, as many as the model's text context bears.
    fn prompt(&self, hints: &Hints) -> Vec<i32> {
        if hints.prompt.is_empty() || self.text_ctx < 200 {
            return Vec::new();
        }
        let clean = hints.prompt.replace('\0', " ");
        let mut tokens = self.context.tokenize(&clean, 512).unwrap_or_default();
        let cut = tokens.len().saturating_sub(PROMPT_TOKENS);
        tokens.split_off(cut)
    }
}
