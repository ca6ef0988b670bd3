//! Pauses in a take that is still growing: at a pause, recognition can begin with what was said so far.

use super::take;

/// The length of the frames in which voice and noise are distinguished, milliseconds.
const FRAME_MS: usize = 20;
/// This many quiet frames are a pause: 260 ms. A fluent speaker leaves less between words.
const PAUSE: usize = 13;
/// This many frames of voice must come before it: a click of the key is not speech.
const SPOKEN: usize = 10;

/// Detects the pauses of one take.
#[derive(Debug, Clone, Default)]
pub struct Pauses {
    /// Loudness of each whole frame so far.
    frames: Vec<f32>,
    /// Frames with voice since the last pause.
    voiced: usize,
    /// Frames without voice at the end.
    quiet: usize,
}

impl Pauses {
    /// Whether a pause was reached since the last call. `samples` is the take so far, `rate` is in samples per second.
    pub fn reached(&mut self, samples: &[f32], rate: u32) -> bool {
        let frame = (rate as usize * FRAME_MS / 1000).max(1);
        let mut reached = false;
        while let Some(next) = samples.get(self.frames.len() * frame..(self.frames.len() + 1) * frame) {
            let loudness = take::rms(next);
            self.frames.push(loudness);
            if loudness < take::voice_above(&self.frames) {
                self.quiet += 1;
            } else {
                (self.quiet, self.voiced) = (0, self.voiced + 1);
            }
            if self.quiet >= PAUSE && self.voiced >= SPOKEN {
                (reached, self.voiced) = (true, 0);
            }
        }
        reached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    fn sound(parts: &[(usize, f32)]) -> Vec<f32> {
        let tone = |i: usize, level: f32| (i as f32 * 0.05).sin() * level + if i.is_multiple_of(2) { 0.001 } else { -0.001 };
        parts.iter().flat_map(|(ms, level)| (0..ms * RATE as usize / 1000).map(move |i| tone(i, *level))).collect()
    }

    /// The times at which pauses are detected, milliseconds, when the take grows by 10 ms at a time.
    fn noticed(sound: &[f32]) -> Vec<usize> {
        let mut pauses = Pauses::default();
        let step = RATE as usize / 100;
        (1..=sound.len() / step).filter(|n| pauses.reached(&sound[..n * step], RATE)).map(|n| n * 10).collect()
    }

    #[test]
    fn each_pause_is_reported_once_and_word_gaps_are_not() {
        let call = sound(&[(300, 0.0), (800, 0.2), (120, 0.0), (700, 0.2), (400, 0.0), (600, 0.2), (1500, 0.0)]);
        assert_eq!(noticed(&call), [2180, 3180]);
    }

    #[test]
    fn silence_clicks_and_steady_noise_contain_no_pauses() {
        for quiet in [sound(&[(3000, 0.0)]), sound(&[(500, 0.0), (60, 0.5), (1000, 0.0)]), sound(&[(3000, 0.1)]), Vec::new()] {
            assert_eq!(noticed(&quiet), [] as [usize; 0]);
        }
    }
}
