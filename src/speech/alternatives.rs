//! The other numbers that the decoder considered.
//!
//! A decoder keeps one text. A callback notes the likeliest tokens of each step, at negligible cost. Where the
//! decoder was unsure of a number, the call is also offered with the other number. The situation decides between the
//! offers (`hear::choose`), which never makes a number that is in none of them.
#![allow(unsafe_code, reason = "whisper.cpp shows the decoder's probabilities to a C function pointer only")]

use std::collections::HashMap;
use std::ffi::{c_int, c_void};
use std::sync::{Mutex, PoisonError};

use whisper_rs::{FullParams, WhisperSysContext, WhisperSysState, WhisperTokenData};

use crate::event::Alternative;

/// Tokens noted for each step: the one that is written, and the next likeliest.
const NOTED: usize = 4;
/// A number with at least this probability is not in doubt.
const SURE: f32 = 0.80;
/// The smallest likelihood of an alternative, relative to the number that was written.
const LIKELY: f32 = 0.12;
/// The most alternatives of one call; the likeliest are kept.
const OFFERS: usize = 4;

/// The likeliest tokens of a step with their log probabilities (up to a constant of the step), likeliest first.
type Step = [(i32, f32); NOTED];
const NOTHING: Step = [(-1, f32::NEG_INFINITY); NOTED];

/// The most steps noted: whisper's text context, for each of the beams.
const STEPS: usize = 224 * 8;

/// The decoder's steps of one computation, each found by the tokens that were written before it. (Beams separate, and
/// may meet again.)
pub(super) struct Steps {
    steps: Mutex<HashMap<u64, Step>>,
    vocabulary: usize,
}

/// A hash of the tokens before a step (FNV-1a): two beams with the same tokens take the same step.
fn before(written: impl IntoIterator<Item = i32>) -> u64 {
    written.into_iter().fold(0xcbf2_9ce4_8422_2325, |h, t| (h ^ u64::from(t.unsigned_abs())).wrapping_mul(0x0100_0000_01b3))
}

impl Steps {
    /// For a model with this many tokens.
    pub(super) fn new(vocabulary: usize) -> Self {
        Self { steps: Mutex::default(), vocabulary }
    }

    /// Notes the likeliest tokens of the step that follows the tokens with the hash `before`.
    fn note(&self, before: u64, logits: &[f32]) {
        let mut best = NOTHING;
        for (id, &logit) in logits.iter().enumerate() {
            if logit > best[NOTED - 1].1 {
                let place = best.iter().position(|b| logit > b.1).unwrap_or(NOTED - 1);
                best[place..].rotate_right(1);
                best[place] = (i32::try_from(id).unwrap_or(-1), logit);
            }
        }
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        if steps.len() < STEPS {
            steps.insert(before, best);
        }
    }

    /// The call with another number, for each number that the decoder was unsure of, likeliest first.
    ///
    /// `written` are the tokens of the text with their probabilities, `word` gives a token's text.
    pub(super) fn alternatives(&self, written: &[(i32, f32)], word: impl Fn(i32) -> String) -> Vec<Alternative> {
        let steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        let mut offers: Vec<Alternative> = Vec::new();
        for (at, &(token, p)) in written.iter().enumerate() {
            if p >= SURE || !is_number(&word(token)) {
                continue;
            }
            let Some(step) = steps.get(&before(written[..at].iter().map(|t| t.0))) else { continue };
            let Some(own) = step.iter().find(|s| s.0 == token) else { continue };
            for &(other, logit) in step.iter().filter(|s| s.0 >= 0 && s.0 != token) {
                let weight = (logit - own.1).exp();
                if weight < LIKELY || !is_number(&word(other)) {
                    continue;
                }
                let text: String = written.iter().enumerate().map(|(i, &(t, _))| word(if i == at { other } else { t })).collect();
                offers.push(Alternative { text: text.trim().to_owned(), weight });
            }
        }
        offers.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        offers.truncate(OFFERS);
        offers
    }
}

/// Whether a token is a number, in digits or as a word.
fn is_number(token: &str) -> bool {
    let token = token.trim().to_lowercase();
    let figures = !token.is_empty() && token.chars().all(|c| c.is_ascii_digit());
    figures || crate::units::number_words::digits(&token).is_some()
}

unsafe extern "C" fn note(
    _: *mut WhisperSysContext,
    _: *mut WhisperSysState,
    written: *const WhisperTokenData,
    count: c_int,
    logits: *mut f32,
    steps: *mut c_void,
) {
    // SAFETY: `arm` passes a live `Steps`, which is only read here (several threads may call, one for each beam); whisper.cpp
    // passes `count` tokens and as many logits as the model has tokens, which is what `vocabulary` was made from.
    let (steps, written, logits) = unsafe {
        let steps = &*steps.cast::<Steps>();
        let written = if written.is_null() { &[] } else { std::slice::from_raw_parts(written, usize::try_from(count).unwrap_or(0)) };
        (steps, written, std::slice::from_raw_parts(logits, steps.vocabulary))
    };
    steps.note(before(written.iter().map(|t| t.id)), logits);
}

/// Lets `steps` note the computation that is started with `params`. The lifetime of the parameters keeps it borrowed until then.
pub(super) fn arm<'s, 'a>(params: &mut FullParams<'a, 's>, steps: &'s Steps) {
    // SAFETY: the pointer is valid for 's, and the parameters, which hold it, cannot live longer than 's.
    unsafe {
        params.set_filter_logits_callback(Some(note));
        params.set_filter_logits_callback_user_data(std::ptr::from_ref(steps).cast_mut().cast());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 6] = [" runway", " three", " one", " two", " taxi", " 8"];

    fn word(token: i32) -> String {
        WORDS[token as usize].to_owned()
    }

    /// The step after the words `written`, with this probability for each word.
    fn step(steps: &Steps, written: &[i32], p: [f32; 6]) {
        steps.note(before(written.iter().copied()), &p.map(f32::ln));
    }

    fn texts(offers: &[Alternative]) -> Vec<&str> {
        offers.iter().map(|o| o.text.as_str()).collect()
    }

    #[test]
    fn unsure_number_is_offered_with_the_next_likeliest() {
        let s = Steps::new(6);
        step(&s, &[], [0.9, 0.02, 0.02, 0.02, 0.02, 0.02]);
        step(&s, &[0], [0.01, 0.94, 0.01, 0.02, 0.01, 0.01]);
        step(&s, &[0, 1], [0.01, 0.02, 0.50, 0.30, 0.16, 0.01]);
        // Another beam wrote other tokens: its steps do not belong to this text.
        step(&s, &[0, 3], [0.01, 0.30, 0.30, 0.01, 0.01, 0.30]);
        let offers = s.alternatives(&[(0, 0.9), (1, 0.94), (2, 0.5)], word);
        // "taxi" is likely enough, but is not a number; "three" was sure.
        assert_eq!(texts(&offers), ["runway three two"]);
        assert!((offers[0].weight - 0.6).abs() < 1e-4);
        // If the beams preferred the less likely number, the likelier one is offered.
        let offers = s.alternatives(&[(0, 0.9), (1, 0.94), (3, 0.3)], word);
        assert_eq!(texts(&offers), ["runway three one"]);
        assert!(offers[0].weight > 1.0);
    }

    #[test]
    fn sure_numbers_and_unsure_words_have_no_alternatives() {
        let s = Steps::new(6);
        step(&s, &[], [0.4, 0.3, 0.3, 0.0, 0.0, 0.0]);
        step(&s, &[0], [0.0, 0.0, 0.85, 0.15, 0.0, 0.0]);
        assert_eq!(s.alternatives(&[(0, 0.4), (2, 0.85)], word), []);
        // A text without noted steps has no alternatives.
        assert_eq!(s.alternatives(&[(4, 0.9), (2, 0.5)], word), []);
    }
}
