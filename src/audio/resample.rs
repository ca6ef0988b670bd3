//! Converts from one sample rate to another, by rubato's synchronous FFT resampler, and removes its delay.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::problem::Problem;

/// Frames in one step.
const CHUNK: usize = 1024;

/// Converts mono `samples` from `from` Hz to `to` Hz; the duration stays the same.
pub fn to_rate(samples: &[f32], from: u32, to: u32) -> Result<Vec<f32>, Problem> {
    if from == to || samples.is_empty() {
        return Ok(samples.to_vec());
    }
    let failed =
        |e: String| Problem::new(format!("cannot convert sound from {from} to {to} Hz")).because(e).fix("choose another device or file");
    let mut fft = Fft::<f32>::new(from as usize, to as usize, CHUNK, 1, FixedSync::Both).map_err(|e| failed(e.to_string()))?;
    let input = InterleavedSlice::new(samples, 1, samples.len()).map_err(|e| failed(e.to_string()))?;
    let output = fft.process_all(&input, samples.len(), None).map_err(|e| failed(e.to_string()))?;
    Ok(output.take_data().into_iter().map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tone_keeps_its_pitch_level_and_position() {
        let tone: Vec<f32> = (0..48_000).map(|i| (i as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin() * 0.5).collect();
        let out = to_rate(&tone, 48_000, 16_000).unwrap();
        assert!((out.len() as i64 - 16_000).abs() <= 2, "{}", out.len());
        let want = |i: usize| (i as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.5;
        let worst = (2000..14_000).map(|i| (out[i] - want(i)).abs()).fold(0.0, f32::max);
        assert!(worst < 0.02, "{worst}");
        assert!(to_rate(&[], 44_100, 16_000).unwrap().is_empty());
        assert_eq!(to_rate(&[0.1; 10], 16_000, 16_000).unwrap().len(), 10);
    }
}
