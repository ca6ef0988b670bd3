//! The radio: what an AM receiver makes of a voice. 300 to 3,000 Hz, compressed, a
//! click, noise that rises as the station fades, a squelch at the end.

use std::f32::consts::PI;

use crate::event::Clip;

/// Length of the squelch tail, seconds.
const SQUELCH_S: f32 = 0.09;
/// Length of the click with which a carrier comes up, seconds.
const CLICK_S: f32 = 0.012;
/// Noise under the voice of a station next door, -46 dBFS ...
const NOISE: f32 = 0.005;
/// ... which rises by this much until nothing is left of its strength: 24 dB. The voice stays 15 dB above it.
const NOISE_RISES: f32 = 16.0;
/// Noise of the squelch, -30 dBFS.
const SQUELCH: f32 = 0.032;
/// The band, Hz, next door; and what is left of it at no strength, where the noise hides the rest.
const BAND: (f32, f32) = (300.0, 3000.0);
const NARROW: (f32, f32) = (420.0, 2300.0);

/// How a phrase comes out of the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reception {
    /// It begins a transmission: the carrier comes up.
    pub first: bool,
    /// It ends a transmission: the squelch tail.
    pub last: bool,
    /// 0 to 100.
    pub volume_percent: u8,
    /// 100: as if next door; less: more noise, a narrower band. The voice stays as loud, as behind an automatic gain.
    pub strength: u8,
    /// The noise is the same for the same seed.
    pub seed: u64,
}

impl Default for Reception {
    fn default() -> Self {
        Self { first: true, last: true, volume_percent: 100, strength: 100, seed: 1 }
    }
}

/// A second-order section (RBJ cookbook), transposed direct form II.
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    z: [f32; 2],
}

impl Biquad {
    fn new(high: bool, hz: f32, q: f32, rate: f32) -> Self {
        let w = 2.0 * PI * hz / rate;
        let (sin, cos) = w.sin_cos();
        let alpha = sin / (2.0 * q);
        let a0 = 1.0 + alpha;
        let edge = if high { 1.0 + cos } else { 1.0 - cos };
        let b1 = if high { -edge } else { edge };
        Self { b: [edge / 2.0 / a0, b1 / a0, edge / 2.0 / a0], a: [-2.0 * cos / a0, (1.0 - alpha) / a0], z: [0.0; 2] }
    }
    fn step(&mut self, x: f32) -> f32 {
        let y = self.b[0] * x + self.z[0];
        self.z[0] = self.b[1] * x - self.a[0] * y + self.z[1];
        self.z[1] = self.b[2] * x - self.a[1] * y;
        y
    }
}

/// White noise, -1 to 1 (xorshift64*).
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }
}

/// A clip as it comes out of a radio.
pub fn through(clip: &Clip, how: &Reception) -> Clip {
    if clip.samples.is_empty() || clip.rate == 0 {
        return clip.clone();
    }
    let rate = clip.rate as f32;
    let lost = 1.0 - f32::from(how.strength.min(100)) / 100.0;
    let between = |near: f32, far: f32| near + (far - near) * lost;
    // Fourth order at each end: Butterworth pairs.
    let (low, top) = (between(BAND.0, NARROW.0), between(BAND.1, NARROW.1).min(rate * 0.45));
    let mut chain = [
        Biquad::new(true, low, 0.541, rate),
        Biquad::new(true, low, 1.307, rate),
        Biquad::new(false, top, 0.541, rate),
        Biquad::new(false, top, 1.307, rate),
    ];
    let mut noise = noise(how.seed);
    let (gain, hiss) = (gain(how.volume_percent), NOISE * NOISE_RISES.powf(lost));
    let click = if how.first { (CLICK_S * rate) as usize } else { 0 };
    let tail = if how.last { (SQUELCH_S * rate) as usize } else { 0 };
    let voice = clip.samples.iter().copied().map(|s| if s.is_finite() { s } else { 0.0 });
    let mut out: Vec<f32> = Vec::with_capacity(click + clip.samples.len() + tail);
    for i in 0..click {
        let fade = 1.0 - i as f32 / click as f32;
        out.push(chain.iter_mut().fold((SQUELCH + hiss) * fade * noise(), |x, f| f.step(x)) * gain);
    }
    // The transmitter's compressor evens the voice out before the band is cut.
    out.extend(voice.map(|s| chain.iter_mut().fold((s * 2.2).tanh() * 0.8 + noise() * hiss, |x, f| f.step(x)) * gain));
    for i in 0..tail {
        let fade = 1.0 - i as f32 / tail as f32;
        out.push(chain.iter_mut().fold(noise() * (SQUELCH * 2.0).max(hiss) * fade, |x, f| f.step(x)) * gain);
    }
    Clip { samples: out.iter().map(|s| s.clamp(-1.0, 1.0)).collect(), rate: clip.rate }
}

/// The click of the pilot's own key: a short dull knock, 30 ms at 16 kHz.
pub fn key_click(volume_percent: u8) -> Clip {
    let (rate, gain) = (16_000u32, gain(volume_percent) * 0.5);
    let mut noise = noise(1);
    let samples = (0..480).map(|i| {
        let t = i as f32 / rate as f32;
        ((2.0 * PI * 620.0 * t).sin() * 0.8 + noise() * 0.2) * (-t * 160.0).exp() * gain
    });
    Clip { samples: samples.collect(), rate }
}

/// A clip without the radio, at the volume set.
pub fn at_volume(clip: &Clip, volume_percent: u8) -> Clip {
    let gain = gain(volume_percent);
    Clip { samples: clip.samples.iter().map(|s| (s * gain).clamp(-1.0, 1.0)).collect(), rate: clip.rate }
}

/// Percent of loudness as an amplitude: the ear hears squares.
fn gain(volume_percent: u8) -> f32 {
    let v = f32::from(volume_percent.min(100)) / 100.0;
    v * v
}

#[cfg(test)]
mod tests {
    use super::*;

    fn how(seed: u64) -> Reception {
        Reception { seed, ..Reception::default() }
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
    }

    fn level_after(hz: f32) -> f32 {
        let tone: Vec<f32> = (0..16_000).map(|i| (i as f32 * hz * 2.0 * PI / 16_000.0).sin() * 0.1).collect();
        let out = through(&Clip { samples: tone.into(), rate: 16_000 }, &Reception { first: false, last: false, ..how(1) });
        // The tone alone, without harmonics and noise: correlation with its two phases.
        let (mut s, mut c) = (0.0f32, 0.0f32);
        for (i, x) in out.samples.iter().enumerate().skip(4000) {
            let w = i as f32 * hz * 2.0 * PI / 16_000.0;
            s += x * w.sin();
            c += x * w.cos();
        }
        20.0 * ((s * s + c * c).sqrt() * 2.0 / 12_000.0 / 0.1).log10()
    }

    #[test]
    fn the_band_is_that_of_a_radio() {
        let middle = level_after(1000.0);
        assert!(middle > -6.0, "{middle} dB");
        assert!(level_after(100.0) < middle - 30.0, "{} dB", level_after(100.0));
        assert!(level_after(6000.0) < middle - 18.0, "{} dB", level_after(6000.0));
        assert!((level_after(500.0) - middle).abs() < 3.0 && (level_after(2500.0) - middle).abs() < 3.0);
    }

    #[test]
    fn sound_stays_in_range_and_the_same_seed_gives_the_same_sound() {
        let clip = Clip { samples: [1.0, f32::NAN, -1.0, f32::INFINITY].repeat(500).into(), rate: 16_000 };
        let a = through(&clip, &how(7));
        assert!(a.samples.iter().all(|s| s.is_finite() && s.abs() <= 1.0));
        assert_eq!(a, through(&clip, &how(7)));
        assert_eq!(a.samples.len(), 192 + 2000 + 1440);
        assert!(through(&clip, &Reception { volume_percent: 0, ..how(7) }).samples.iter().all(|s| *s == 0.0));
    }

    #[test]
    fn a_far_station_is_noisier_and_duller_as_loud_and_never_unreadable() {
        // Half a second of a voice's middle, then a pause.
        let voice = |i: usize| if i < 8000 { (i as f32 * 900.0 * 2.0 * PI / 16_000.0).sin() * 0.3 } else { 0.0 };
        let clip = Clip { samples: (0..16_000).map(voice).collect(), rate: 16_000 };
        let at = |strength| through(&clip, &Reception { first: false, last: false, strength, ..how(3) }).samples;
        let levels: Vec<(f32, f32)> = [100, 65, 30, 0].map(at).iter().map(|s| (rms(&s[1000..7000]), rms(&s[9000..15_000]))).collect();
        let db = |a: f32, b: f32| 20.0 * (a / b).log10();
        for w in levels.windows(2) {
            assert!(w[1].1 > w[0].1 * 1.5, "the noise rises: {levels:?}");
            assert!(db(w[0].0, w[1].0).abs() < 1.0, "the voice stays as loud: {levels:?}");
        }
        assert!(db(levels[0].0, levels[0].1) > 40.0 && db(levels[3].0, levels[3].1) > 15.0, "{levels:?}");
        let sharp = Clip { samples: (0..16_000).map(|i| (i as f32 * 2800.0 * 2.0 * PI / 16_000.0).sin() * 0.3).collect(), rate: 16_000 };
        let top = |strength| rms(&through(&sharp, &Reception { strength, ..how(3) }).samples[2000..14_000]);
        assert!(db(top(100), top(0)) > 3.0, "{} and {}", top(100), top(0));
    }

    #[test]
    fn the_key_clicks_softly_and_not_at_all_at_nothing() {
        let click = key_click(50);
        let peak = click.samples.iter().fold(0.0f32, |p, s| p.max(s.abs()));
        assert!((0.05..0.15).contains(&peak) && click.seconds() < 0.04, "{peak}");
        assert!(key_click(0).samples.iter().all(|s| *s == 0.0));
    }
}
