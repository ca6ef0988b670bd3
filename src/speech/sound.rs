//! A voice's WAV file as a clip: any usual format, one channel, without the silence around the words.

use std::borrow::Cow;
use std::io::Cursor;

use hound::{SampleFormat, WavReader};

use crate::event::Clip;
use crate::problem::Problem;

/// A minute: no transmission is longer.
const LONGEST_S: u32 = 60;
/// Below this there is no voice.
const SILENCE: f32 = 0.004;
/// So much silence stays before the first sound and after the last, milliseconds.
const KEPT_MS: (usize, usize) = (20, 120);

/// Reads a WAV file out of memory: 8 to 32 bits or floats, 8 to 192 kHz, up to 8 channels, which are mixed.
pub(super) fn clip(file: &[u8]) -> Result<Clip, Problem> {
    let broken = |why: String| Problem::new("the voice's sound cannot be read").because(why);
    let mut reader = WavReader::new(Cursor::new(honest(file))).map_err(|e| broken(e.to_string()))?;
    let spec = reader.spec();
    let (rate, channels) = (spec.sample_rate, usize::from(spec.channels));
    if !(8_000..=192_000).contains(&rate) || !(1..=8).contains(&channels) {
        return Err(broken(format!("{rate} samples a second, {channels} channels")));
    }
    let most = rate as usize * LONGEST_S as usize * channels;
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().map_while(Result::ok).take(most).collect(),
        SampleFormat::Int => {
            let scale = 2f32.powi(i32::from(spec.bits_per_sample.clamp(1, 32)) - 1);
            reader.samples::<i32>().map_while(Result::ok).take(most).map(|s| s as f32 / scale).collect()
        }
    };
    let mono: Vec<f32> = samples
        .chunks_exact(channels)
        .map(|frame| frame.iter().sum::<f32>() / channels as f32)
        .map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 })
        .collect();
    let loud = |s: &f32| s.abs() > SILENCE;
    let (Some(first), Some(last)) = (mono.iter().position(loud), mono.iter().rposition(loud)) else {
        return Err(broken("there is nothing but silence in it".to_owned()));
    };
    let kept = |ms: usize| rate as usize * ms / 1000;
    let (from, to) = (first.saturating_sub(kept(KEPT_MS.0)), (last + 1 + kept(KEPT_MS.1)).min(mono.len()));
    Ok(Clip { samples: mono.get(from..to).unwrap_or_default().into(), rate })
}

/// The file, with the length of what there is where its header promises more, as that of a stream may.
fn honest(file: &[u8]) -> Cow<'_, [u8]> {
    let word = |at: usize| Some(u32::from_le_bytes(file.get(at..at.checked_add(4)?)?.try_into().ok()?) as usize);
    let (mut at, mut frame) = (12usize, 1);
    while let (Some(name), Some(length)) = (file.get(at..at.saturating_add(4)), word(at.saturating_add(4))) {
        let begin = at + 8;
        match name {
            b"fmt " => frame = file.get(begin + 12..begin + 14).map_or(1, |b| usize::from(u16::from_le_bytes([b[0], b[1]])).max(1)),
            b"data" => {
                let there = file.len() - begin;
                if length <= there {
                    break;
                }
                let mut mended = file.to_vec();
                let whole = u32::try_from(there - there % frame).unwrap_or(0);
                mended[at + 4..begin].copy_from_slice(&whole.to_le_bytes());
                return mended.into();
            }
            _ => {}
        }
        // Chunks begin at even places.
        at = begin.saturating_add(length).saturating_add(length % 2);
    }
    file.into()
}

#[cfg(test)]
pub(super) mod tests {
    use hound::{WavSpec, WavWriter};

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
    fn every_usual_format_is_the_same_sound_without_the_silence_around() {
        for (rate, channels, bits) in [(16_000, 1, 16), (24_000, 1, 16), (48_000, 2, 24), (22_050, 1, 8), (44_100, 2, 32)] {
            let clip = clip(&tone(rate, channels, bits)).unwrap();
            assert_eq!(clip.rate, rate);
            assert!((0.60..0.66).contains(&clip.seconds()), "{rate} {channels} {bits}: {} s", clip.seconds());
            let peak = clip.samples.iter().fold(0f32, |m, s| m.max(s.abs()));
            assert!((0.48..0.52).contains(&peak), "{rate} {channels} {bits}: {peak}");
        }
    }

    #[test]
    fn a_stream_that_promises_too_much_is_read_as_far_as_it_goes_and_rubbish_is_told() {
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
        fn no_bytes_make_it_panic(at in 0usize..2000, value: u8, cut in 0usize..4000) {
            let mut file = tone(8_000, 1, 16);
            file[at] = value;
            file.truncate(4000 - cut);
            let _ = clip(&file);
        }
    }
}
