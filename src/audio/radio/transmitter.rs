//! The transmitter of the radio effect: brings every voice to one level, compresses it, and keeps it below a peak.
//!
//! Speech synthesis has different levels: Pico full scale, a neural voice 15 dB less. Overdrive makes words, and
//! above all digits, hard to understand. The level is therefore set here without distortion: gains change slowly, and
//! no non-linear curve is applied.

/// The level of a voice before the compressor, dBFS: root mean square of the speech, without the pauses.
const LEVEL_DB: f32 = -20.0;
/// A quiet voice is raised by this much at most, dB: anything quieter is room noise, not a voice.
const MOST_GAIN_DB: f32 = 24.0;
/// Levels are measured in this many frames per second: 20 ms each, about half a syllable.
const FRAMES_A_SECOND: usize = 50;
/// Below this mean square a frame counts as empty: -80 dBFS.
const NOTHING: f32 = 1e-8;
/// A frame is a pause when it is this far below the mean, as a ratio of powers: 10 dB (the gate of ITU-R BS.1770).
const PAUSE: f32 = 0.1;
/// The compressor reduces what is above this, dBFS: vowels, so that consonants become louder in comparison.
const THRESHOLD_DB: f32 = -23.0;
/// Decibels in for each decibel out, above the threshold.
const RATIO: f32 = 3.0;
/// Attack and release of the compressor, seconds: slower than a period of any voice, faster than a syllable.
const ATTACK_S: f32 = 0.004;
const RELEASE_S: f32 = 0.1;
/// Gain after the compressor, dB, so that a voice is as loud in the headset as before its level was set.
const MAKE_UP_DB: f32 = 15.5;
/// How far ahead and back the limiter looks, seconds. Its gain changes so slowly that it makes no harmonics in the band.
const LOOK_S: f32 = 0.005;

/// Prepares a voice for the modulator, in place: one level, compressed. `samples` may have any level and any `rate` (Hz).
pub(super) fn modulate(samples: &mut [f32], rate: u32) {
    let level = speech_level(samples, rate);
    if level <= 0.0 {
        return;
    }
    let gain = (amplitude(LEVEL_DB) / level).min(amplitude(MOST_GAIN_DB));
    samples.iter_mut().for_each(|s| *s *= gain);
    compress(samples, rate as f32);
}

/// The level of the speech in a clip: the root mean square of its voiced frames. 0 if there are none.
pub(super) fn speech_level(samples: &[f32], rate: u32) -> f32 {
    let frame = (rate as usize / FRAMES_A_SECOND).max(1);
    let power = |f: &[f32]| f.iter().map(|s| s * s).sum::<f32>() / f.len().max(1) as f32;
    let powers: Vec<f32> = samples.chunks(frame).map(power).filter(|p| *p > NOTHING).collect();
    let mean = |above: f32| {
        let (sum, n) = powers.iter().filter(|p| **p >= above).fold((0.0, 0u32), |(s, n), p| (s + p, n + 1));
        sum / n.max(1) as f32
    };
    // Long pauses lower the first mean, and with it the gate. The second mean is that of the voice.
    mean(mean(mean(0.0) * PAUSE) * PAUSE).sqrt()
}

/// Compresses the voice: above the threshold the gain follows the power of the last milliseconds.
fn compress(samples: &mut [f32], rate: f32) {
    let keeps = |seconds: f32| (-1.0 / (seconds * rate)).exp();
    let (attack, release) = (keeps(ATTACK_S), keeps(RELEASE_S));
    let (threshold, make_up) = (amplitude(THRESHOLD_DB).powi(2), amplitude(MAKE_UP_DB));
    let slope = (1.0 / RATIO - 1.0) / 2.0;
    let mut power = 0.0f32;
    for s in samples {
        let now = *s * *s;
        let keep = if now > power { attack } else { release };
        power = now + (power - now) * keep;
        let gain = if power > threshold { (power / threshold).powf(slope) } else { 1.0 };
        *s *= gain * make_up;
    }
}

/// Keeps every sample within `top`, in place. The gain goes down before a peak and comes back after it, so that
/// nothing is clipped.
pub(super) fn limit(samples: &mut [f32], rate: u32, top: f32) {
    if samples.iter().all(|s| s.abs() <= top) {
        return;
    }
    let look = ((LOOK_S * rate as f32) as usize).max(1);
    let needed: Vec<f32> = samples.iter().map(|s| if s.abs() > top { top / s.abs() } else { 1.0 }).collect();
    let least = least_around(&needed, look);
    // The mean of the smallest gains around a sample is at most the gain that the sample needs.
    let (mut sum, mut n) = (0.0f64, 0usize);
    let (mut from, mut to) = (0, 0);
    for (i, s) in samples.iter_mut().enumerate() {
        while to < least.len() && to <= i + look {
            sum += f64::from(least[to]);
            (n, to) = (n + 1, to + 1);
        }
        while from + look < i {
            sum -= f64::from(least[from]);
            (n, from) = (n - 1, from + 1);
        }
        *s = (*s * (sum / n.max(1) as f64) as f32).clamp(-top, top);
    }
}

/// For each position the smallest value within `look` positions of it.
fn least_around(values: &[f32], look: usize) -> Vec<f32> {
    // Positions with rising values: the first one is the smallest of the window.
    let mut rising = std::collections::VecDeque::new();
    let mut to = 0;
    let mut least = Vec::with_capacity(values.len());
    for i in 0..values.len() {
        while to < values.len() && to <= i + look {
            while rising.back().is_some_and(|b: &usize| values[*b] >= values[to]) {
                rising.pop_back();
            }
            rising.push_back(to);
            to += 1;
        }
        while rising.front().is_some_and(|f| f + look < i) {
            rising.pop_front();
        }
        least.push(rising.front().map_or(1.0, |f| values[*f]));
    }
    least
}

/// Decibels as a ratio of amplitudes.
pub(super) fn amplitude(db: f32) -> f32 {
    10.0f32.powf(db / 20.0)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    const RATE: u32 = 16_000;

    fn tone(hz: f32, amplitude: f32, samples: usize) -> Vec<f32> {
        (0..samples).map(|i| (i as f32 * hz * TAU / RATE as f32).sin() * amplitude).collect()
    }

    fn db(ratio: f32) -> f32 {
        20.0 * ratio.log10()
    }

    #[test]
    fn level_ignores_pauses_and_sample_rate() {
        let said = tone(700.0, 0.4, 16_000);
        let level = speech_level(&said, RATE);
        assert!((db(level / 0.4) + 3.01).abs() < 0.1, "{level}");
        // Half a word in ten times as much silence, and in the hiss of a recording.
        let mut sparse = vec![0.0; 80_000];
        sparse.extend(&said);
        sparse.extend(vec![0.0; 80_000]);
        assert!(db(speech_level(&sparse, RATE) / level).abs() < 0.2);
        sparse.iter_mut().enumerate().for_each(|(i, s)| *s += if i % 2 == 0 { 0.002 } else { -0.002 });
        assert!(db(speech_level(&sparse, RATE) / level).abs() < 0.2);
        let faster: Vec<f32> = (0..24_000).map(|i| (i as f32 * 700.0 * TAU / 24_000.0).sin() * 0.4).collect();
        assert!(db(speech_level(&faster, 24_000) / level).abs() < 0.1);
        assert_eq!(speech_level(&[], RATE), 0.0);
        assert_eq!(speech_level(&[0.0; 4000], RATE), 0.0);
        assert_eq!(speech_level(&[0.00001; 4000], RATE), 0.0);
    }

    #[test]
    fn voices_are_levelled_and_room_noise_is_not_raised() {
        let out = |amplitude: f32| {
            let mut samples = tone(500.0, amplitude, 16_000);
            modulate(&mut samples, RATE);
            speech_level(&samples[4000..], RATE)
        };
        let usual = out(0.1);
        for amplitude in [3.0, 1.0, 0.4, 0.03, 0.012] {
            assert!(db(out(amplitude) / usual).abs() < 0.1, "{amplitude}");
        }
        assert!(db(out(0.0005) / usual) < -15.0, "{}", db(out(0.0005) / usual));
    }

    #[test]
    fn compressor_narrows_dynamics_without_distortion() {
        let mut samples = [tone(500.0, 0.5, 16_000), tone(500.0, 0.1, 16_000)].concat();
        modulate(&mut samples, RATE);
        let between = db(speech_level(&samples[8000..16_000], RATE) / speech_level(&samples[24_000..], RATE));
        assert!((8.0..12.0).contains(&between), "14 dB became {between}");
        // After the tone is removed by least squares, only harmonics are left.
        let steady = &samples[8000..16_000];
        let (mut s, mut c) = (0.0f32, 0.0f32);
        for (i, x) in steady.iter().enumerate() {
            let w = i as f32 * 500.0 * TAU / RATE as f32;
            (s, c) = (s + x * w.sin() / 4000.0, c + x * w.cos() / 4000.0);
        }
        let rest = steady.iter().enumerate().map(|(i, x)| {
            let w = i as f32 * 500.0 * TAU / RATE as f32;
            (x - s * w.sin() - c * w.cos()).powi(2)
        });
        let bent = db((rest.sum::<f32>() / 8000.0).sqrt() / speech_level(steady, RATE));
        assert!(bent < -40.0, "{bent} dB");
    }

    #[test]
    fn limiter_caps_peaks_and_leaves_distant_samples_unchanged() {
        let mut samples = tone(300.0, 0.5, 8000);
        let before = samples.clone();
        (samples[4000], samples[4003]) = (2.0, -1.5);
        limit(&mut samples, RATE, 0.8);
        assert!(samples.iter().all(|s| s.abs() <= 0.8 + 1e-6), "{:?}", samples.iter().fold(0.0f32, |p, s| p.max(s.abs())));
        assert!(samples[4000] > 0.79 && samples[..3800] == before[..3800] && samples[4200..] == before[4200..]);
        let mut below = before.clone();
        limit(&mut below, RATE, 0.8);
        assert_eq!(below, before);
        for n in [0, 1, 2, 7] {
            let mut short = vec![3.0f32; n];
            limit(&mut short, RATE, 0.5);
            assert!(short.iter().all(|s| (s - 0.5).abs() < 1e-6), "{short:?}");
        }
    }
}
