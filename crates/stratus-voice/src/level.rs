//! Cuts the silence at both ends of a phrase, and brings every phrase of every voice to one loudness.

use crate::RATE;

/// The windows in which loudness is measured, 10 ms.
const WINDOW: usize = RATE as usize / 100;
/// A window this far below the phrase's loudest one contains no voice, as an amplitude: -34 dB.
const SILENCE: f32 = 0.02;
/// How much is kept before the first sound, milliseconds, because a consonant begins softly.
const START_MS: usize = 30;
/// How much is kept after a phrase that another one follows: a speaker's pause at a comma.
pub const ON_MS: usize = 120;
/// How much is kept after a transmission's last sound.
pub const END_MS: usize = 60;
/// The loudness of the voiced windows, RMS: -20 dBFS. The radio's compressor is set for it.
pub const LOUDNESS: f32 = 0.1;
/// The highest sample, which leaves room for noise and for conversion to another rate.
const PEAK: f32 = 0.89;

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// A phrase without the silence around it, except for the first 30 ms and `after_ms`.
pub fn trimmed(samples: &[f32], after_ms: usize) -> &[f32] {
    let levels: Vec<f32> = samples.chunks(WINDOW).map(rms).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let voiced = |l: &f32| *l > loudest * SILENCE;
    let (Some(first), Some(last)) = (levels.iter().position(voiced), levels.iter().rposition(voiced)) else { return &[] };
    let ms = RATE as usize / 1000;
    let from = (first * WINDOW).saturating_sub(START_MS * ms);
    let to = ((last + 1) * WINDOW + after_ms * ms).min(samples.len());
    samples.get(from..to).unwrap_or_default()
}

/// Brings the voiced windows to `LOUDNESS`. A phrase whose peak would clip stays quieter.
pub fn bring(samples: &mut [f32]) {
    let levels: Vec<f32> = samples.chunks(WINDOW).map(rms).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let voiced: Vec<f32> = levels.into_iter().filter(|l| *l > loudest * 0.1).map(|l| l * l).collect();
    if voiced.is_empty() {
        return;
    }
    let now = (voiced.iter().sum::<f32>() / voiced.len() as f32).sqrt();
    let peak = samples.iter().fold(0.0f32, |p, s| p.max(s.abs()));
    let gain = (LOUDNESS / now).min(PEAK / peak);
    samples.iter_mut().for_each(|s| *s *= gain);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32, ms: usize) -> Vec<f32> {
        (0..24 * ms).map(|i| (i as f32 * 0.05).sin() * amplitude).collect()
    }

    #[test]
    fn silence_is_cut_and_soft_consonants_are_kept() {
        let silence = vec![0.0005; 24 * 300];
        let phrase = [silence.clone(), tone(0.3, 500), silence.clone(), tone(0.2, 200), silence].concat();
        for after in [ON_MS, END_MS] {
            let lasts = trimmed(&phrase, after).len() / 24;
            assert!((1000 + START_MS + after..1030 + START_MS + after).contains(&lasts), "{lasts} ms");
        }
        assert!(trimmed(&[], 100).is_empty() && trimmed(&[0.0; 4800], 100).is_empty());
    }

    #[test]
    fn every_phrase_gets_the_same_loudness_without_clipping() {
        for amplitude in [0.001, 0.1, 5.0] {
            let mut phrase = [tone(amplitude, 400), vec![0.0; 24 * 400]].concat();
            bring(&mut phrase);
            assert!((rms(&phrase[..24 * 400]) / LOUDNESS - 1.0).abs() < 0.05);
        }
        let mut clicks = vec![0.0; 24 * 500];
        clicks.iter_mut().step_by(2000).for_each(|s| *s = 0.5);
        bring(&mut clicks);
        assert!(clicks.iter().all(|s| s.abs() <= PEAK + 1e-6));
        bring(&mut []);
        bring(&mut [0.0; 100]);
    }
}
