//! Mixes several channels to one: the mean of those with sound, or a single channel if the mean would cancel out.
//!
//! It runs in the microphone's callback: no allocations, no locks.

/// Maximum number of channels used; an interface's further channels are ignored.
pub const MOST: usize = 32;
/// A channel this far below the loudest is dead (30 dB) and would only lower the mean ...
const DEAD: f64 = 0.001;
/// ... and it counts again from here (24 dB); the hysteresis prevents flutter.
const ALIVE: f64 = 0.004;
/// The mean of uncorrelated channels has a certain energy. Below this share of it, they cancel ...
const CANCELLED: f64 = 0.5;
/// ... and above this one they no longer do.
const RESTORED: f64 = 0.8;
/// Time constant of the statistics, seconds: long enough that pauses between calls do not matter.
const MEMORY_S: f64 = 10.0;
/// A change of channels is faded over this fraction of a second.
const FADE: u32 = 200;
/// Energy below this is digital silence, which is ignored.
const NOTHING: f64 = 1e-12;

/// Mixes the channels of interleaved sound, block by block.
#[derive(Debug, Clone)]
pub struct Downmix {
    channels: usize,
    rate: u32,
    /// The only channel to use, if requested.
    only: Option<usize>,
    /// Energy of each channel without DC offset, decaying over time.
    energy: [f64; MOST],
    live: [bool; MOST],
    /// Energy of the mean of the live channels ...
    mixed: f64,
    /// ... and what it would be if they were uncorrelated.
    apart: f64,
    /// Set if the live channels cancel: only this one is used.
    alone: Option<usize>,
    weights: [f32; MOST],
    begun: bool,
}

impl Downmix {
    /// For `channels` channels at `rate` Hz. `channel` counts from 1 and is then the only one used; 0, or a missing channel,
    /// chooses automatically.
    pub fn new(channels: u16, rate: u32, channel: u16) -> Self {
        let channels = usize::from(channels).max(1);
        Self {
            channels,
            rate: rate.max(1),
            only: usize::from(channel).checked_sub(1).filter(|c| *c < channels),
            energy: [0.0; MOST],
            live: [true; MOST],
            mixed: 0.0,
            apart: 0.0,
            alone: None,
            weights: [0.0; MOST],
            begun: false,
        }
    }

    /// Number of channels per frame.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Processes one block of `frames` frames; `sample` returns the value of channel `c` in frame `f`. Each mixed sample goes to
    /// `give`, which stops the block by returning `false`.
    pub fn block(&mut self, frames: usize, sample: impl Fn(usize, usize) -> f32, mut give: impl FnMut(f32) -> bool) {
        let sound = |f: usize, c: usize| Some(sample(f, c)).filter(|s| s.is_finite()).unwrap_or(0.0);
        if let Some(c) = self.only.or((self.channels == 1).then_some(0)) {
            let _ = (0..frames).all(|f| give(sound(f, c)));
            return;
        }
        let n = self.channels.min(MOST);
        self.listen(frames, n, &sound);
        let wanted = self.wanted(n);
        let from = if self.begun { self.weights } else { wanted };
        let fade = ((self.rate / FADE) as usize).clamp(1, frames.max(1));
        for f in 0..frames {
            let share = ((f + 1) as f32 / fade as f32).min(1.0);
            let mix = (0..n).map(|c| sound(f, c) * (from[c] + (wanted[c] - from[c]) * share)).sum();
            if !give(mix) {
                break;
            }
        }
        if frames > 0 {
            (self.weights, self.begun) = (wanted, true);
        }
    }

    /// Updates the statistics with the block, and decides which channels are live and whether they cancel.
    fn listen(&mut self, frames: usize, n: usize, sound: &impl Fn(usize, usize) -> f32) {
        let keep = (-(frames as f64) / (f64::from(self.rate) * MEMORY_S)).exp();
        let mut now = [0.0; MOST];
        for (c, (now, all)) in now.iter_mut().zip(&mut self.energy).take(n).enumerate() {
            *now = energy(frames, |f| f64::from(sound(f, c)));
            *all = *all * keep + *now;
        }
        let loudest = (0..n).fold(0, |l, c| if self.energy[c] > self.energy[l] { c } else { l });
        let most = self.energy[loudest];
        if most < NOTHING {
            return;
        }
        for c in 0..n {
            self.live[c] = self.energy[c] >= most * if self.live[c] { DEAD } else { ALIVE };
        }
        let live = self.live;
        let count = live[..n].iter().filter(|l| **l).count() as f64;
        let mean = |f: usize| (0..n).filter(|c| live[*c]).map(|c| f64::from(sound(f, c))).sum::<f64>() / count;
        self.mixed = self.mixed * keep + energy(frames, mean);
        let each: f64 = (0..n).filter(|c| live[*c]).map(|c| now[c]).sum();
        self.apart = self.apart * keep + each / (count * count);
        let bound = if self.alone.is_some() { RESTORED } else { CANCELLED };
        self.alone = if count > 1.0 && self.mixed < self.apart * bound {
            // Keep the current choice, unless another is clearly louder.
            self.alone.filter(|c| self.energy[*c] * 2.0 > most).or(Some(loudest))
        } else {
            None
        };
    }

    /// The gain of each channel.
    fn wanted(&self, n: usize) -> [f32; MOST] {
        let mut weights = [0.0; MOST];
        match self.alone {
            Some(c) => weights[c] = 1.0,
            None => {
                let share = 1.0 / self.live[..n].iter().filter(|l| **l).count().max(1) as f32;
                (0..n).filter(|c| self.live[*c]).for_each(|c| weights[c] = share);
            }
        }
        weights
    }
}

/// The energy of a block without DC offset.
fn energy(frames: usize, sound: impl Fn(usize) -> f64) -> f64 {
    let (sum, squares) = (0..frames).map(sound).fold((0.0, 0.0), |(sum, squares), s| (sum + s, squares + s * s));
    (squares - sum * sum / (frames.max(1) as f64)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 48_000;

    /// A voice-like tone with varying loudness; each seed gives a different one.
    fn voice(seed: u32) -> impl Fn(usize) -> f32 {
        let pitch = 180.0 + 37.0 * seed as f32;
        move |f| {
            let t = f as f32 / RATE as f32;
            (t * pitch * std::f32::consts::TAU).sin() * (0.2 + 0.1 * (t * (7.0 + seed as f32)).sin())
        }
    }

    /// The mix of these channels, in blocks as from a microphone, or in one.
    fn heard(block: usize, frames: usize, channels: &[&dyn Fn(usize) -> f32]) -> Vec<f32> {
        let mut mix = Downmix::new(channels.len() as u16, RATE, 0);
        let mut out = Vec::new();
        for from in (0..frames).step_by(block) {
            mix.block(
                block.min(frames - from),
                |f, c| channels[c](from + f),
                |s| {
                    out.push(s);
                    true
                },
            );
        }
        out
    }

    fn loudness(sound: &[f32]) -> f32 {
        (sound.iter().map(|s| s * s).sum::<f32>() / sound.len() as f32).sqrt()
    }

    #[test]
    fn mix_keeps_all_sound_whatever_the_channel_correlation() {
        let (a, b) = (voice(0), voice(3));
        let (inverted, faint, dead) = (|f| -a(f), |f| -a(f) * 0.4, |_| 0.0);
        let (hiss, stuck) = (|f: usize| if f.is_multiple_of(2) { 0.0005 } else { -0.0005 }, |_| 0.7);
        let broken = |f: usize| if f.is_multiple_of(3) { f32::NAN } else { 0.0 };
        let alone = loudness(&(0..RATE as usize).map(&a).collect::<Vec<_>>());
        for (name, channels, least) in [
            ("the same twice", [&a as &dyn Fn(usize) -> f32, &a].to_vec(), 0.99),
            ("inverted", vec![&a, &inverted], 0.99),
            ("inverted and fainter", vec![&a, &faint], 0.99),
            ("two pairs inverted", vec![&a, &inverted, &a, &inverted], 0.99),
            ("the second dead", vec![&a, &dead], 0.99),
            ("the first dead", vec![&dead, &a], 0.99),
            ("one of eight, seven hiss", vec![&hiss, &hiss, &hiss, &a, &hiss, &hiss, &hiss, &hiss], 0.99),
            ("a dead one with direct current", vec![&stuck, &a], 0.99),
            ("a broken one", vec![&broken, &a], 0.99),
            // Two people on one channel each: both are audible.
            ("two voices", vec![&a, &b], 0.45),
        ] {
            for block in [960, 441, RATE as usize] {
                let sound = heard(block, RATE as usize, &channels);
                assert_eq!(sound.len(), RATE as usize, "{name}");
                let share = sound.iter().enumerate().map(|(f, s)| s * a(f)).sum::<f32>() / RATE as f32 / (alone * alone);
                assert!(share.abs() > least, "{name} in blocks of {block}: {share}");
            }
        }
        let both = heard(960, RATE as usize, &[&a, &b]);
        let share = both.iter().enumerate().map(|(f, s)| s * b(f)).sum::<f32>() / RATE as f32 / (alone * alone);
        assert!(share > 0.3, "the second voice: {share}");
    }

    #[test]
    fn choice_outlasts_pauses_and_changes_without_a_click() {
        let (a, noise) = (voice(0), |seed: u32| {
            move |f: usize| ((f as u32 ^ seed).wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(2_246_822_519) >> 8) as f32 / 1.7e10
        });
        let (left, right) = (noise(1), noise(77));
        // Half a second of voice, three seconds of uncorrelated room noise, then the voice again.
        let speaks = |f: usize| !(24_000..=168_000).contains(&f);
        let one = |f: usize| left(f) + if speaks(f) { a(f) } else { 0.0 };
        let other = |f: usize| right(f) - if speaks(f) { a(f) } else { 0.0 };
        let sound = heard(960, 192_000, &[&one, &other]);
        assert!(loudness(&sound[168_001..169_000]) > 0.9 * loudness(&(168_001..169_000).map(&a).collect::<Vec<_>>()));
        // Identical channels become inverted at some point, and loud.
        let first = |f: usize| a(f) * if f < 9600 { 0.1 } else { 1.0 };
        let second = |f: usize| if f < 9600 { first(f) } else { -first(f) };
        let sound = heard(480, 48_000, &[&first, &second]);
        let step = |s: &[f32]| s.windows(2).fold(0.0f32, |m, w| m.max((w[1] - w[0]).abs()));
        let own = step(&(0..48_000).map(&a).collect::<Vec<_>>());
        assert!(step(&sound) < own * 1.3, "{} {own}", step(&sound));
        assert!(loudness(&sound[12_000..]) > 0.99 * loudness(&(12_000..48_000).map(&a).collect::<Vec<_>>()));
    }

    #[test]
    fn requested_channel_is_the_only_one_used() {
        for (channel, want) in [(1, 0.5), (2, -0.5), (3, 0.0), (0, 0.0)] {
            let mut mix = Downmix::new(2, RATE, channel);
            let mut out = Vec::new();
            mix.block(
                3,
                |_, c| if c == 0 { 0.5 } else { -0.5 },
                |s| {
                    out.push(s);
                    out.len() < 2
                },
            );
            assert_eq!(out, [want; 2], "channel {channel}: a DC offset is ignored");
        }
        let mut mono = Downmix::new(0, 0, 0);
        mono.block(1, |_, _| 0.25, |s| s == 0.25);
        let mut many = Downmix::new(200, RATE, 150);
        many.block(
            1,
            |_, c| c as f32,
            |s| {
                assert_eq!(s, 149.0);
                true
            },
        );
    }
}
