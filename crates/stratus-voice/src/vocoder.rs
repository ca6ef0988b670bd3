//! The vocoder: converts spectra and pitch into samples, frame by frame.
//!
//! A frame's spectrum is that of a pulse train (all harmonics of the pitch up to 11 kHz), shaped by the harmonic
//! part, plus shaped noise and a free part. An inverse transform, a window and overlap-add turn it into sound. (The
//! formulas come from hibari's `dsp.py`; the code is new.)

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::RATE;
use crate::maths::{Noise, exp, tanh, turn};
use crate::model::{BINS, Planes};

const FFT: usize = 1200;
const HOP: usize = 300;
/// The number of windows that overlap at each sample.
const OVERLAP: usize = FFT / HOP;
/// Below this pitch, Hz, a frame is unvoiced.
const VOICED: f32 = 40.0;
/// The highest harmonic, Hz.
const TOP: f32 = 11_000.0;
/// The limit of the spectrum, log magnitude.
const LOUDEST: f32 = 7.0;
/// Frames whose rows are read together: a cache line of each plane.
const BLOCK: usize = 16;

/// Converts spectra into sound.
pub struct Vocoder {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl Default for Vocoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Vocoder {
    /// A vocoder with its tables.
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(FFT));
        let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        let window = (0..FFT).map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / FFT as f64).cos()) as f32).collect();
        let zero = Complex32::new(0.0, 0.0);
        Self { forward, inverse, window, frame: vec![0.0; FFT], spectrum: vec![zero; BINS], scratch: vec![zero; scratch] }
    }

    /// The sound of a phrase, 24 kHz, 300 samples for each frame.
    pub fn sound(&mut self, planes: &Planes, seed: u64) -> Vec<f32> {
        let frames = planes.frames;
        let pulses = pulses(&planes.f0);
        let mut noise = Noise::new(seed);
        let mut out = vec![0.0f32; (frames + OVERLAP - 1) * HOP];
        let mut block = Block::new();
        for k in 0..frames {
            if k % BLOCK == 0 {
                block.read(planes, k);
            }
            for (i, (x, w)) in self.frame.iter_mut().zip(&self.window).enumerate() {
                *x = pulses[reflected(k * HOP + i, pulses.len())] * w / HOP as f32;
            }
            // The lengths come from the plans themselves, so neither call can fail.
            let _ = self.forward.process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
            block.shape(k % BLOCK, &mut self.spectrum, &mut noise);
            // A real signal has no phase at the two ends of its spectrum.
            self.spectrum[0].im = 0.0;
            self.spectrum[BINS - 1].im = 0.0;
            let _ = self.inverse.process_with_scratch(&mut self.spectrum, &mut self.frame, &mut self.scratch);
            for ((o, x), w) in out[k * HOP..k * HOP + FFT].iter_mut().zip(&self.frame).zip(&self.window) {
                *o += x * w / FFT as f32;
            }
        }
        self.even(&mut out, frames);
        out.drain(..FFT / 2);
        out.truncate(frames * HOP);
        out
    }

    /// Divides by the sum of the squared windows that overlap each sample.
    fn even(&self, out: &mut [f32], frames: usize) {
        for (b, part) in out.chunks_exact_mut(HOP).enumerate() {
            let first = (b + 1).saturating_sub(frames);
            let last = b.min(OVERLAP - 1);
            for (j, o) in part.iter_mut().enumerate() {
                let sum: f32 = (first..=last).map(|k| self.window[k * HOP + j] * self.window[k * HOP + j]).sum();
                *o /= sum.max(1e-11);
            }
        }
    }
}

/// The position in the pulses of sample `i` of the padded signal: half a transform is reflected at both ends.
fn reflected(i: usize, length: usize) -> usize {
    let (at, last) = (i as isize - (FFT / 2) as isize, length as isize - 1);
    let at = if at < 0 { -at } else { at };
    let at = if at > last { 2 * last - at } else { at };
    at.clamp(0, last) as usize
}

/// A pulse train with the pitch of each frame: the sum of all cosines up to `TOP`, each with amplitude 1. Pitch is
/// interpolated linearly between the middles of frames; the phase is summed in f64, because f32 would drift.
fn pulses(f0: &[f32]) -> Vec<f32> {
    let mut phase = 0.0f64;
    let mut out = Vec::with_capacity(f0.len() * HOP);
    let at = |k: isize| f0[k.clamp(0, f0.len() as isize - 1) as usize];
    for k in 0..f0.len() as isize {
        for j in 0..HOP {
            let u = (j as f32 + 0.5) / HOP as f32 - 0.5;
            let f = if u < 0.0 { at(k - 1) * -u + at(k) * (1.0 + u) } else { at(k) * (1.0 - u) + at(k + 1) * u };
            let hz = f.clamp(VOICED, TOP);
            phase += f64::from(hz) / f64::from(RATE);
            phase -= phase.floor();
            if f <= VOICED {
                out.push(0.0);
                continue;
            }
            let harmonics = (TOP / hz).floor() + 0.5;
            let half = 2.0 * turn(phase as f32 * 0.5).0;
            // All cosines at once (Dirichlet kernel); where the divisor vanishes they are all 1.
            let sum = if half.abs() <= 2e-3 {
                harmonics
            } else {
                let turns = f64::from(harmonics) * phase;
                turn((turns - turns.floor()) as f32).0 / half
            };
            out.push(sum - 0.5);
        }
    }
    out
}

/// Some frames of the five planes, with a frame's bins side by side.
struct Block {
    parts: [Vec<f32>; 5],
}

impl Block {
    fn new() -> Self {
        Self { parts: std::array::from_fn(|_| vec![0.0; BINS * BLOCK]) }
    }

    fn read(&mut self, planes: &Planes, from: usize) {
        let count = BLOCK.min(planes.frames - from);
        let sources = [&planes.lh, &planes.theta, &planes.ln, &planes.lr, &planes.phi];
        for (part, source) in self.parts.iter_mut().zip(sources) {
            for (bin, row) in source.chunks_exact(planes.frames).enumerate() {
                for (k, x) in row[from..from + count].iter().enumerate() {
                    part[k * BINS + bin] = *x;
                }
            }
        }
    }

    /// Shapes the pulses' spectrum into that of the voice.
    fn shape(&self, k: usize, spectrum: &mut [Complex32], noise: &mut Noise) {
        let [lh, theta, ln, lr, phi] = self.parts.each_ref().map(|p| &p[k * BINS..(k + 1) * BINS]);
        let (mut hiss_re, mut hiss_im) = ([0.0f32; BINS], [0.0f32; BINS]);
        for (re, im) in hiss_re.iter_mut().zip(&mut hiss_im) {
            (*re, *im) = (noise.normal(), noise.normal());
        }
        for i in 0..BINS {
            let (sin, cos) = turn(0.5 * tanh(theta[i]));
            let harmonic = exp(lh[i].min(LOUDEST));
            let hiss = exp(ln[i].min(LOUDEST));
            let free = exp(lr[i].min(LOUDEST));
            let (free_sin, free_cos) = turn(phi[i].clamp(-1e5, 1e5) * (1.0 / std::f32::consts::TAU));
            let s = spectrum[i];
            spectrum[i] = Complex32::new(
                (s.re * cos - s.im * sin) * harmonic + hiss * hiss_re[i] + free * free_cos,
                (s.re * sin + s.im * cos) * harmonic + hiss * hiss_im[i] + free * free_sin,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: f32 = -80.0;

    fn planes(frames: usize, hz: f32, lh: f32, ln: f32) -> Planes {
        let all = |x: f32| vec![x; BINS * frames];
        Planes { frames, lh: all(lh), theta: all(0.0), ln: all(ln), lr: all(OFF), phi: all(0.0), f0: vec![hz; frames] }
    }

    #[test]
    fn a_flat_spectrum_reproduces_the_pulses() {
        let p = planes(40, 200.0, 0.0, OFF);
        let (sound, pulses) = (Vocoder::new().sound(&p, 1), pulses(&p.f0));
        assert_eq!(sound.len(), 40 * HOP);
        // A window of the analysis is divided by a quarter of its length and applied again, which leaves two thirds of the sum ...
        let inner = HOP * 4..HOP * 36;
        let energy = |x: &[f32]| x.iter().map(|s| s * s).sum::<f32>();
        let product: f32 = sound[inner.clone()].iter().zip(&pulses[inner.clone()]).map(|(a, b)| a * b).sum();
        let likeness = product / (energy(&sound[inner.clone()]) * energy(&pulses[inner])).sqrt();
        assert!(likeness > 0.999, "{likeness}");
        // ... and 200 Hz come every 120 samples.
        let peaks: Vec<usize> =
            (3000..6000).filter(|i| sound[*i] > sound[*i - 1] && sound[*i] >= sound[*i + 1] && sound[*i] > 0.1).collect();
        assert!(peaks.windows(2).all(|w| w[1] - w[0] == 120) && peaks.len() == 25, "{peaks:?}");
    }

    #[test]
    fn an_unvoiced_frame_is_noise_that_follows_the_seed() {
        let p = planes(30, 0.0, 0.0, -2.0);
        let mut v = Vocoder::new();
        let (a, b) = (v.sound(&p, 1), v.sound(&p, 2));
        assert!(a == v.sound(&p, 1) && a != b);
        let rms = |x: &[f32]| (x.iter().map(|s| s * s).sum::<f32>() / x.len() as f32).sqrt();
        assert!((rms(&a) / rms(&b) - 1.0).abs() < 0.1 && rms(&a) > 1e-3, "{} {}", rms(&a), rms(&b));
        assert!(v.sound(&planes(30, 0.0, 0.0, OFF), 1).iter().all(|s| s.abs() < 1e-6));
    }

    #[test]
    fn any_numbers_give_finite_sound_of_their_length() {
        let mut v = Vocoder::new();
        for frames in [1, 2, 3, BLOCK, BLOCK + 1] {
            for hz in [0.0, 39.0, 41.0, 1e9, -5.0] {
                let mut p = planes(frames, hz, 90.0, 90.0);
                p.phi.iter_mut().for_each(|x| *x = 1e30);
                p.theta.iter_mut().for_each(|x| *x = -1e30);
                let sound = v.sound(&p, 3);
                assert!(sound.len() == frames * HOP && sound.iter().all(|s| s.is_finite()), "{frames} {hz}");
            }
        }
    }
}
