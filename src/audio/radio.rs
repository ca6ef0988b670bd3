//! The radio effect: what an AM receiver does to a voice. 300 to 3,000 Hz, at one level, compressed, with a click,
//! noise that rises as the station fades, and a squelch tail.

mod transmitter;

use std::f32::consts::PI;

use crate::event::Clip;

/// Length of the squelch tail, seconds.
const SQUELCH_S: f32 = 0.09;
/// Length of the click when the carrier comes up, seconds.
const CLICK_S: f32 = 0.012;
/// Noise under the voice of a near station, -46 dBFS ...
const NOISE: f32 = 0.005;
/// ... and by how much it rises down to no strength at all: 20 dB. The voice stays 20 dB above it.
const NOISE_RISES: f32 = 10.0;
/// Noise of the squelch, -30 dBFS.
const SQUELCH: f32 = 0.032;
/// The band of a near station, Hz; then the band at no strength, where noise hides the rest.
const BAND: (f32, f32) = (300.0, 3000.0);
const NARROW: (f32, f32) = (350.0, 2500.0);
/// Sound below this is removed before the transmitter's compressor, Hz. Otherwise a deep voice would be turned down
/// because of sound that the band cuts off afterwards.
const MICROPHONE: f32 = 250.0;
/// Above this, Hz, the transmitter raises the voice towards twice its amplitude: consonants carry the words, and a
/// receiver's loudspeaker is dull. Receivers do not reverse it.
const PRESENCE: (f32, f32) = (1200.0, 2.0);
/// The highest peak of a voice at full volume: 1 dB is kept for the noise, and for conversion to the speaker's rate.
const TOP: f32 = 0.89;

/// How the receiver plays a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reception {
    /// It begins a transmission: the carrier's click comes first.
    pub first: bool,
    /// It ends a transmission: the squelch tail follows.
    pub last: bool,
    /// 0 to 100.
    pub volume_percent: u8,
    /// 100: a near station. Less: more noise and a narrower band. The voice stays as loud, as with automatic gain control.
    pub strength: u8,
    /// The same seed gives the same noise.
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
    /// First order: frequencies far above `hz` are amplified by `gain`, frequencies far below are unchanged.
    fn shelf(hz: f32, gain: f32, rate: f32) -> Self {
        let k = (-2.0 * PI * hz / rate).exp();
        let more = (gain - 1.0) * (1.0 + k) / 2.0;
        Self { b: [1.0 + more, -k - more, 0.0], a: [-k, 0.0], z: [0.0; 2] }
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

/// The clip through the radio.
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
    let mut microphone = [Biquad::new(true, MICROPHONE, 0.707, rate), Biquad::shelf(PRESENCE.0, PRESENCE.1, rate)];
    let voice = clip.samples.iter().map(|s| if s.is_finite() { *s } else { 0.0 });
    let mut voice: Vec<f32> = voice.map(|s| microphone.iter_mut().fold(s, |x, f| f.step(x))).collect();
    transmitter::modulate(&mut voice, clip.rate);
    let mut out: Vec<f32> = Vec::with_capacity(click + clip.samples.len() + tail);
    for i in 0..click {
        let fade = 1.0 - i as f32 / click as f32;
        out.push(chain.iter_mut().fold((SQUELCH + hiss) * fade * noise(), |x, f| f.step(x)) * gain);
    }
    voice.iter_mut().for_each(|s| *s = chain.iter_mut().fold(*s + noise() * hiss, |x, f| f.step(x)));
    transmitter::limit(&mut voice, clip.rate, TOP);
    out.extend(voice.iter().map(|s| s * gain));
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

/// The clip without the radio effect, at this volume.
pub fn at_volume(clip: &Clip, volume_percent: u8) -> Clip {
    let gain = gain(volume_percent);
    Clip { samples: clip.samples.iter().map(|s| (s * gain).clamp(-1.0, 1.0)).collect(), rate: clip.rate }
}

/// Percent of loudness as an amplitude: perceived loudness follows the square.
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

    fn db(ratio: f32) -> f32 {
        20.0 * ratio.log10()
    }

    fn tone(hz: f32, amplitude: f32) -> impl Fn(usize) -> f32 {
        move |i| (i as f32 * hz * 2.0 * PI / 16_000.0).sin() * amplitude
    }

    /// One second of sound from the middle of a transmission.
    fn second(sound: impl Fn(usize) -> f32, strength: u8) -> Vec<f32> {
        let clip = Clip { samples: (0..16_000).map(sound).collect(), rate: 16_000 };
        through(&clip, &Reception { first: false, last: false, strength, ..how(3) }).samples.to_vec()
    }

    /// The amplitude of one tone in the sound, by correlation with its two phases.
    fn amplitude_of(sound: &[f32], hz: f32) -> f32 {
        let (mut s, mut c) = (0.0f32, 0.0f32);
        for (i, x) in sound.iter().enumerate().skip(4000) {
            let w = i as f32 * hz * 2.0 * PI / 16_000.0;
            (s, c) = (s + x * w.sin(), c + x * w.cos());
        }
        (s * s + c * c).sqrt() * 2.0 / (sound.len() - 4000) as f32
    }

    /// The level of a faint tone beside a voice, relative to the voice's own 1,000 Hz, dB.
    fn beside_a_voice(hz: f32, strength: u8) -> f32 {
        let (voice, faint) = (tone(1000.0, 0.2), tone(hz, 0.02));
        let out = second(|i| voice(i) + faint(i), strength);
        db(amplitude_of(&out, hz) * 10.0 / amplitude_of(&out, 1000.0))
    }

    #[test]
    fn frequency_response_is_that_of_a_radio() {
        for (hz, least, most) in [
            (100.0, -90.0, -30.0),
            (200.0, -90.0, -12.0),
            (500.0, -4.0, 0.0),
            (2500.0, -1.0, 4.0),
            (4000.0, -90.0, -6.0),
            (6000.0, -90.0, -18.0),
        ] {
            let level = beside_a_voice(hz, 100);
            assert!((least..=most).contains(&level), "{hz} Hz: {level} dB");
        }
        assert!(beside_a_voice(2800.0, 100) - beside_a_voice(2800.0, 0) > 3.0);
        assert!(beside_a_voice(300.0, 100) - beside_a_voice(300.0, 0) > 3.0);
    }

    #[test]
    fn radio_never_overdrives_or_clips_a_voice_at_any_level() {
        for amplitude in [0.01, 0.1, 1.0, 4.0] {
            let out = second(tone(500.0, amplitude), 100);
            for harmonic in [1000.0, 1500.0, 2000.0, 2500.0] {
                let level = db(amplitude_of(&out, harmonic) / amplitude_of(&out, 500.0));
                assert!(level < -40.0, "{harmonic} Hz of a tone of {amplitude}: {level} dB");
            }
            // Syllables with a sudden onset, whose peak is too fast for any compressor.
            let syllables = second(|i| if i % 4000 < 2400 { tone(500.0, amplitude)(i) + tone(1500.0, amplitude)(i) } else { 0.0 }, 100);
            let peak = syllables.iter().fold(0.0f32, |p, s| p.max(s.abs()));
            assert!((0.5..=TOP).contains(&peak), "{amplitude}: {peak}");
        }
    }

    #[test]
    fn quiet_and_loud_versions_of_a_phrase_sound_alike() {
        let syllables = |i: usize| if i % 5000 < 3500 { tone(150.0, 0.3)(i) + tone(600.0, 0.2)(i) + tone(1700.0, 0.1)(i) } else { 0.0 };
        let usual = second(syllables, 100);
        for gain in [0.05, 0.2, 3.0] {
            let apart: Vec<f32> = second(|i| syllables(i) * gain, 100).iter().zip(&usual).map(|(a, b)| a - b).collect();
            assert!(db(rms(&apart) / rms(&usual)) < -60.0, "{gain}: {} dB", db(rms(&apart) / rms(&usual)));
        }
        // Sound that the band cuts off does not turn down a deep voice.
        let deep = second(|i| tone(90.0, 0.6)(i) + tone(800.0, 0.1)(i), 100);
        let bright = second(tone(800.0, 0.1), 100);
        assert!(db(rms(&deep) / rms(&bright)).abs() < 3.0, "{} dB", db(rms(&deep) / rms(&bright)));
    }

    #[test]
    fn samples_stay_in_range_and_a_seed_is_reproducible() {
        let clip = Clip { samples: [1.0, f32::NAN, -1.0, f32::INFINITY].repeat(500).into(), rate: 16_000 };
        let a = through(&clip, &how(7));
        assert!(a.samples.iter().all(|s| s.is_finite() && s.abs() <= 1.0));
        assert_eq!(a, through(&clip, &how(7)));
        assert_eq!(a.samples.len(), 192 + 2000 + 1440);
        assert!(through(&clip, &Reception { volume_percent: 0, ..how(7) }).samples.iter().all(|s| *s == 0.0));
    }

    #[test]
    fn distant_station_is_noisier_and_duller_but_readable() {
        // Half a second of a voice's middle, then a pause.
        let voice = |i: usize| if i < 8000 { tone(900.0, 0.3)(i) } else { 0.0 };
        let levels: Vec<(f32, f32)> =
            [100, 65, 30, 0].map(|s| second(voice, s)).iter().map(|s| (rms(&s[1000..7000]), rms(&s[9000..15_000]))).collect();
        for w in levels.windows(2) {
            assert!(w[1].1 > w[0].1 * 1.5, "the noise rises: {levels:?}");
            assert!(db(w[0].0 / w[1].0).abs() < 1.0, "the voice stays as loud: {levels:?}");
        }
        assert!(db(levels[0].0 / levels[0].1) > 40.0 && db(levels[3].0 / levels[3].1) > 20.0, "{levels:?}");
        // Between words: a quiet hiss at a near station, never silence; clearly audible at a far one.
        assert!((-60.0..-50.0).contains(&db(levels[0].1)) && (-40.0..-30.0).contains(&db(levels[3].1)), "{levels:?}");
    }

    #[test]
    fn key_click_is_soft_and_silent_at_zero_volume() {
        let click = key_click(50);
        let peak = click.samples.iter().fold(0.0f32, |p, s| p.max(s.abs()));
        assert!((0.05..0.15).contains(&peak) && click.seconds() < 0.04, "{peak}");
        assert!(key_click(0).samples.iter().all(|s| *s == 0.0));
    }
}
