//! The radio: what an AM receiver makes of a voice. 300 to 3,400 Hz, compressed, a little noise, a squelch at the end.

use std::f32::consts::PI;

use crate::event::Clip;

/// Length of the squelch tail, seconds.
const SQUELCH_S: f32 = 0.09;
/// Noise under the voice, -46 dBFS.
const NOISE: f32 = 0.005;
/// Noise of the squelch, -30 dBFS.
const SQUELCH: f32 = 0.032;

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

/// A clip as it comes out of a radio; with the squelch tail when it is the `last` of a transmission. The noise is the
/// same for the same seed.
pub fn through(clip: &Clip, last: bool, volume_percent: u8, seed: u64) -> Clip {
    if clip.samples.is_empty() || clip.rate == 0 {
        return clip.clone();
    }
    let rate = clip.rate as f32;
    // Fourth order at each end: Butterworth pairs.
    let top = 3400.0f32.min(rate * 0.45);
    let mut chain = [
        Biquad::new(true, 300.0, 0.541, rate),
        Biquad::new(true, 300.0, 1.307, rate),
        Biquad::new(false, top, 0.541, rate),
        Biquad::new(false, top, 1.307, rate),
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut noise = move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    let gain = gain(volume_percent);
    let tail = if last { (SQUELCH_S * rate) as usize } else { 0 };
    let voice = clip.samples.iter().copied().map(|s| if s.is_finite() { s } else { 0.0 });
    let mut out: Vec<f32> = Vec::with_capacity(clip.samples.len() + tail);
    // The transmitter's compressor evens the voice out before the band is cut.
    out.extend(voice.map(|s| chain.iter_mut().fold((s * 2.2).tanh() * 0.8 + noise() * NOISE, |x, f| f.step(x)) * gain));
    for i in 0..tail {
        let fade = 1.0 - i as f32 / tail as f32;
        out.push(chain.iter_mut().fold(noise() * SQUELCH * 2.0 * fade, |x, f| f.step(x)) * gain);
    }
    Clip { samples: out.iter().map(|s| s.clamp(-1.0, 1.0)).collect(), rate: clip.rate }
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

    fn level_after(hz: f32) -> f32 {
        let tone: Vec<f32> = (0..16_000).map(|i| (i as f32 * hz * 2.0 * PI / 16_000.0).sin() * 0.1).collect();
        let out = through(&Clip { samples: tone.into(), rate: 16_000 }, false, 100, 1);
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
        let a = through(&clip, true, 100, 7);
        assert!(a.samples.iter().all(|s| s.is_finite() && s.abs() <= 1.0));
        assert_eq!(a, through(&clip, true, 100, 7));
        assert_eq!(a.samples.len(), 2000 + 1440);
        assert!(through(&clip, false, 0, 7).samples.iter().all(|s| *s == 0.0));
    }
}
