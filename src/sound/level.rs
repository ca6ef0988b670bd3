//! The loudness of a stretch of sound, and where it contains speech.

/// Length of a frame, seconds: 20 ms.
const FRAME_S: f32 = 0.02;
/// A frame contains voice if it is this much above the noise (6 dB) ...
const ABOVE_NOISE: f32 = 2.0;
/// ... and above silence: -50 dBFS.
const SILENCE: f32 = 0.003;

/// Root mean square of a stretch of sound.
pub fn rms(samples: &[f32]) -> f32 {
    if samples.is_empty() { 0.0 } else { (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt() }
}

/// A gap of this many frames (0.3 s) between two voiced frames is a pause; the closure of a consonant is shorter.
const PAUSE_FRAMES: usize = 15;

/// Duration of speech in seconds, from the first voice to the last without the pauses; 0 without any voice. The noise is measured
/// in the stretch itself.
pub fn spoken_seconds(samples: &[f32], rate: u32) -> f32 {
    let frame = ((rate as f32 * FRAME_S) as usize).max(1);
    let frames: Vec<f32> = samples.chunks_exact(frame).map(rms).collect();
    let level = (quiet_tenth(&frames) * ABOVE_NOISE).max(SILENCE);
    let mut spoken = 0;
    let mut last = None;
    for (at, _) in frames.iter().enumerate().filter(|(_, f)| **f > level) {
        let step = last.map_or(1, |l| at - l);
        spoken += if step > PAUSE_FRAMES { 1 } else { step };
        last = Some(at);
    }
    spoken as f32 * FRAME_S
}

/// The tenth percentile of the frames' levels: the pauses between words reveal the noise.
pub fn quiet_tenth(frames: &[f32]) -> f32 {
    if frames.is_empty() {
        return 0.0;
    }
    let mut sorted = frames.to_vec();
    *sorted.select_nth_unstable_by(frames.len() / 10, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_is_timed_without_pauses_and_noise_is_not_voice() {
        let mut state = 1u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / (1u32 << 24) as f32 - 0.5) * 0.02
        };
        let sound: Vec<f32> = (0..64_000)
            .map(|i| {
                noise() + if (16_000..24_000).contains(&i) || (40_000..48_000).contains(&i) { (i as f32 * 0.2).sin() * 0.2 } else { 0.0 }
            })
            .collect();
        assert!((spoken_seconds(&sound, 16_000) - 1.0).abs() < 0.05, "half a second twice: {}", spoken_seconds(&sound, 16_000));
        assert!(spoken_seconds(&sound[..16_000], 16_000) < 0.05);
        assert!(spoken_seconds(&[], 16_000) == 0.0);
    }
}
