//! `Take`: the sound from key down to key up, with its levels, at the recogniser's rate.

use crate::event::Take;
use crate::sound::level::quiet_tenth;

/// The sample rate that recognition needs.
pub const RATE: u32 = 16_000;
/// Loudness is measured in windows of this many samples: 100 ms.
const WINDOW: usize = RATE as usize / 10;
/// Voice and noise are distinguished in frames of this many samples: 20 ms.
const FRAME: usize = RATE as usize / 50;
/// A frame contains voice when it is this much above the noise floor (6 dB) ...
const ABOVE_NOISE: f32 = 2.0;
/// ... and above silence: -50 dBFS.
const SILENCE: f32 = 0.003;
/// A sample at or above this is at the converter's limit.
const FULL: f32 = 0.985;

pub use crate::sound::level::rms;

/// A take of sound at 16 kHz, with its levels. The noise floor is measured in the take alone.
pub fn from_16k(samples: &[f32]) -> Take {
    measured(samples, None)
}

/// A take of sound at 16 kHz, with its levels. `floor` is the noise measured before the key went down. The lower of
/// the two noise floors counts, because a pilot may have spoken before, or may speak without a pause.
pub fn measured(samples: &[f32], floor: Option<f32>) -> Take {
    let clean: Vec<f32> = samples.iter().map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 }).collect();
    let peak = clean.iter().fold(0.0f32, |p, s| p.max(s.abs()));
    let loudest_rms = clean.chunks(WINDOW).map(rms).fold(0.0f32, f32::max);
    let frames: Vec<f32> = clean.chunks_exact(FRAME).map(rms).collect();
    let noise_rms = quiet_tenth(&frames).min(floor.unwrap_or(f32::MAX));
    let voiced = frames.iter().filter(|f| **f > SILENCE && **f > noise_rms * ABOVE_NOISE).count();
    let full = clean.iter().filter(|s| s.abs() >= FULL).count();
    Take {
        ms: millis(clean.len()),
        peak,
        loudest_rms,
        noise_rms,
        voiced_ms: millis(voiced * FRAME),
        clipped_permille: u16::try_from(full * 1000 / clean.len().max(1)).unwrap_or(u16::MAX),
        samples: clean.into(),
    }
}

fn millis(samples: usize) -> u32 {
    u32::try_from(samples as u64 * 1000 / u64::from(RATE)).unwrap_or(u32::MAX)
}

/// The level below which a frame of a take, at any rate, contains no voice.
pub(super) fn silence_below(samples: &[f32], rate: u32) -> f32 {
    let frames: Vec<f32> = samples.chunks_exact((rate as usize / 50).max(1)).map(rms).collect();
    voice_above(&frames)
}

/// Whether there is a voice from the first moment on, for this long (milliseconds). A pilot who waits a moment before
/// the first word is not in the middle of a word.
pub(super) fn begins_with_voice(samples: &[f32], rate: u32, ms: usize) -> bool {
    let (level, frame) = (silence_below(samples, rate), (rate as usize / 50).max(1));
    let first = samples.get(..rate as usize * ms / 1000).unwrap_or_default();
    let voiced = first.chunks_exact(frame).filter(|f| rms(f) > level).count();
    !first.is_empty() && voiced * 2 > first.len() / frame
}

/// The level above which one of these frames contains voice.
pub(super) fn voice_above(frames: &[f32]) -> f32 {
    (quiet_tenth(frames) * ABOVE_NOISE).max(SILENCE)
}

/// How many milliseconds of voice a take at 16 kHz contains from this sample on.
pub fn voiced_from(samples: &[f32], from: usize) -> u32 {
    let level = silence_below(samples, RATE);
    let rest = samples.get(from..).unwrap_or_default();
    millis(rest.chunks_exact(FRAME).filter(|f| rms(f) > level).count() * FRAME)
}

/// A voice as a microphone in a quiet room records it: a breath before and after, and faint noise (SNR about 40 dB).
/// The same seed gives the same noise.
pub fn in_a_room(voice: &[f32], seed: u64) -> Vec<f32> {
    let quiet = RATE as usize * 3 / 10;
    let mut state = seed | 1;
    let mut noise = || {
        // xorshift64*: a few of its bits are enough for the noise of a room.
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        let bits = state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40;
        (bits as f32 / (1u32 << 23) as f32 - 1.0) * 0.0015
    };
    let silence = std::iter::repeat_n(0.0, quiet);
    silence.clone().chain(voice.iter().copied()).chain(silence).map(|s| s + noise()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_separate_speech_from_silence_and_nan_is_replaced() {
        let silent = from_16k(&in_a_room(&[0.0; 8000], 3));
        let loud = from_16k(&[0.0, 0.5, f32::NAN, 3.0]);
        assert!(silent.loudest_rms < 0.003, "{}", silent.loudest_rms);
        assert!((loud.peak - 1.0).abs() < f32::EPSILON && loud.samples.iter().all(|s| s.is_finite()));
        assert_eq!(from_16k(&[0.0; 16_000]).ms, 1000);
        assert_eq!(from_16k(&[]), Take { samples: [].into(), ..Take::default() });
    }

    #[test]
    fn voice_exceeds_the_noise_floor_and_steady_noise_does_not() {
        let tone: Vec<f32> = (0..8000).map(|i| (i as f32 * 0.2).sin() * 0.2).collect();
        let voice = from_16k(&in_a_room(&tone, 5));
        assert!((450..=540).contains(&voice.voiced_ms) && voice.noise_rms < 0.002, "{} {}", voice.voiced_ms, voice.noise_rms);
        // A constant tone during the whole take is a hum. If a quiet room was measured before, the tone is a voice without a pause.
        assert_eq!(from_16k(&tone).voiced_ms, 0);
        assert_eq!(measured(&tone, Some(0.001)).voiced_ms, 500);
        assert_eq!(measured(&tone, Some(0.9)).voiced_ms, 0);
        assert!(from_16k(&[1.0, -1.0, 0.2, 0.1]).clipped_permille == 500);
    }
}
