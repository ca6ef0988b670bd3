//! Reads a voice's WAV file as a clip, without the silence around the words.

use crate::event::Clip;
use crate::problem::Problem;
use crate::sound::wav;

/// A minute: no transmission is longer.
const LONGEST_S: u32 = 60;
/// Sample rates of voices that are accepted.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// Below this level there is no voice.
const SILENCE: f32 = 0.004;
/// How much silence stays before the first sound and after the last, milliseconds.
const KEPT_MS: (usize, usize) = (20, 120);

/// Reads a WAV file of any kind that `wav` reads, from memory; only the first minute of a longer one.
pub(super) fn clip(file: &[u8]) -> Result<Clip, Problem> {
    let broken = |why: String| Problem::new("the voice's sound cannot be read").because(why);
    let Clip { samples, rate } = wav::read(file).map_err(|e| broken(e.why))?.clip;
    if !RATES.contains(&rate) {
        return Err(broken(format!("{rate} samples a second")));
    }
    let spoken = samples.get(..rate as usize * LONGEST_S as usize).unwrap_or(&samples);
    let loud = |s: &f32| s.abs() > SILENCE;
    let (Some(first), Some(last)) = (spoken.iter().position(loud), spoken.iter().rposition(loud)) else {
        return Err(broken("there is nothing but silence in it".to_owned()));
    };
    let kept = |ms: usize| rate as usize * ms / 1000;
    let (from, to) = (first.saturating_sub(kept(KEPT_MS.0)), (last + 1 + kept(KEPT_MS.1)).min(spoken.len()));
    Ok(Clip { samples: spoken.get(from..to).unwrap_or_default().into(), rate })
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Cursor;

    use hound::{SampleFormat, WavSpec, WavWriter};

    use super::*;

    /// A second of silence, half a second of a tone, a second of silence.
    pub(in crate::speech) fn tone(rate: u32, channels: u16, bits: u16) -> Vec<u8> {
        let sample_format = if bits == 32 { SampleFormat::Float } else { SampleFormat::Int };
        let mut file = Cursor::new(Vec::new());
        let mut w = WavWriter::new(&mut file, WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format }).unwrap();
        for i in 0..rate * 5 / 2 {
            let on = (rate..rate * 3 / 2).contains(&i);
            let v = if on { (i as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin() * 0.5 } else { 0.0 };
            for _ in 0..channels {
                match sample_format {
                    SampleFormat::Float => w.write_sample(v).unwrap(),
                    SampleFormat::Int => w.write_sample((v * 2f32.powi(i32::from(bits) - 1)) as i32).unwrap(),
                }
            }
        }
        w.finalize().unwrap();
        file.into_inner()
    }

    #[test]
    fn every_common_format_yields_the_same_trimmed_sound() {
        for (rate, channels, bits) in [(16_000, 1, 16), (24_000, 1, 16), (48_000, 2, 24), (22_050, 1, 8), (44_100, 2, 32)] {
            let clip = clip(&tone(rate, channels, bits)).unwrap();
            assert_eq!(clip.rate, rate);
            assert!((0.60..0.66).contains(&clip.seconds()), "{rate} {channels} {bits}: {} s", clip.seconds());
            let peak = clip.samples.iter().fold(0f32, |m, s| m.max(s.abs()));
            assert!((0.48..0.52).contains(&peak), "{rate} {channels} {bits}: {peak}");
        }
    }

    #[test]
    fn truncated_stream_is_read_partly_and_garbage_is_rejected() {
        let mut cut = tone(16_000, 1, 16);
        cut.truncate(cut.len() - 16_000);
        let endless = [&cut[..40], &u32::MAX.to_le_bytes(), &cut[44..]].concat();
        for file in [&cut, &endless] {
            assert!((0.5..0.66).contains(&clip(file).unwrap().seconds()));
        }
        for file in [&b""[..], b"RIFF", &[0; 64], &cut[..44], &tone(16_000, 1, 16)[..8000]] {
            assert!(clip(file).is_err(), "{} bytes", file.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(at in 0usize..2000, value: u8, cut in 0usize..4000) {
            let mut file = tone(8_000, 1, 16);
            file[at] = value;
            file.truncate(4000 - cut);
            let _ = clip(&file);
        }
    }
}
