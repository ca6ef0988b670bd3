//! `Take`: the stretch of sound between key down and key up, measured, at the recogniser's rate.

use crate::event::Take;

/// Samples a second that recognition wants.
pub const RATE: u32 = 16_000;
/// Loudness is measured over stretches of this many samples: 100 ms.
const WINDOW: usize = RATE as usize / 10;

/// A take of sound at 16 kHz, with its levels.
pub fn from_16k(samples: &[f32]) -> Take {
    let clean: Vec<f32> = samples.iter().map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 }).collect();
    let peak = clean.iter().fold(0.0f32, |p, s| p.max(s.abs()));
    let rms = |w: &[f32]| if w.is_empty() { 0.0 } else { (w.iter().map(|s| s * s).sum::<f32>() / w.len() as f32).sqrt() };
    let loudest_rms = clean.chunks(WINDOW).map(rms).fold(0.0f32, f32::max);
    let ms = u32::try_from(clean.len() as u64 * 1000 / u64::from(RATE)).unwrap_or(u32::MAX);
    Take { samples: clean.into(), ms, peak, loudest_rms }
}

/// A voice as a microphone in a quiet room hears it: a breath before and after, and faint noise (SNR about 40 dB).
/// The noise is the same for the same seed.
pub fn in_a_room(voice: &[f32], seed: u64) -> Vec<f32> {
    let quiet = RATE as usize * 3 / 10;
    let mut state = seed | 1;
    let mut noise = || {
        // xorshift64*: a few bits of it are noise enough for a room.
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
    fn levels_tell_speech_from_silence_and_damage_is_mended() {
        let silent = from_16k(&in_a_room(&[0.0; 8000], 3));
        let loud = from_16k(&[0.0, 0.5, f32::NAN, 3.0]);
        assert!(silent.loudest_rms < 0.003, "{}", silent.loudest_rms);
        assert!((loud.peak - 1.0).abs() < f32::EPSILON && loud.samples.iter().all(|s| s.is_finite()));
        assert_eq!(from_16k(&[0.0; 16_000]).ms, 1000);
        assert_eq!(from_16k(&[]), Take { samples: [].into(), ..Take::default() });
    }
}
