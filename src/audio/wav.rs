//! WAV files: any PCM or float file in, 16-bit PCM out.

use std::path::Path;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::event::Clip;
use crate::problem::Problem;

/// A longer recording is no call: ten minutes at 48 kHz stereo.
const LONGEST: u32 = 48_000 * 2 * 600;

/// Reads a WAV file as mono, -1 to 1, at its own rate. Channels are averaged.
pub fn read(path: &Path) -> Result<Clip, Problem> {
    let failed = |e: hound::Error| {
        Problem::new(format!("cannot read {}", path.display())).because(e).fix("give a WAV file with PCM or float samples")
    };
    let mut reader = WavReader::open(path).map_err(failed)?;
    let spec = reader.spec();
    if spec.channels == 0 || spec.sample_rate == 0 || reader.len() > LONGEST {
        return Err(Problem::new(format!("cannot use {}", path.display()))
            .because("it is empty of sound, or longer than ten minutes")
            .fix("give a shorter WAV file"));
    }
    let samples: Vec<f32> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect::<Result<_, _>>().map_err(failed)?,
        SampleFormat::Int => {
            let full = (1i64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            reader.samples::<i32>().map(|s| s.map(|v| v as f32 / full)).collect::<Result<_, _>>().map_err(failed)?
        }
    };
    let channels = usize::from(spec.channels);
    let mono: Vec<f32> = samples
        .chunks(channels)
        .map(|c| c.iter().sum::<f32>() / c.len() as f32)
        .map(|s| if s.is_finite() { s.clamp(-1.0, 1.0) } else { 0.0 })
        .collect();
    Ok(Clip { samples: mono.into(), rate: spec.sample_rate })
}

/// Writes mono samples (-1 to 1) as 16-bit PCM.
pub fn write(path: &Path, samples: &[f32], rate: u32) -> Result<(), Problem> {
    let failed = |e: hound::Error| {
        Problem::new(format!("cannot write {}", path.display())).because(e).fix("choose another file, or free some space")
    };
    let spec = WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut w = WavWriter::create(path, spec).map_err(failed)?;
    for s in samples {
        w.write_sample((s.clamp(-1.0, 1.0) * 32_767.0).round() as i16).map_err(failed)?;
    }
    w.finalize().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_foreign_files_are_problems() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.wav");
        write(&file, &[0.0, 0.5, -1.0, 2.0], 8000).unwrap();
        let clip = read(&file).unwrap();
        assert_eq!(clip.rate, 8000);
        assert!((clip.samples[1] - 0.5).abs() < 1e-3 && clip.samples[3] > 0.99);
        std::fs::write(&file, b"not a wav at all").unwrap();
        assert!(read(&file).is_err() && read(&dir.path().join("none.wav")).is_err());
    }
}
