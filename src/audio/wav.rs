//! Sound files: reads any WAV file from a path or standard input, and writes 16-bit PCM to a path or standard output.

use std::fs::File;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::event::Clip;
use crate::problem::Problem;
use crate::sound::wav::{self, Recording};

/// A larger file cannot be a call: ten minutes at 48 kHz stereo, in 64-bit floats.
const MOST: u64 = 48_000 * 2 * 8 * 600 + (1 << 20);
/// The name of standard input and standard output.
const STANDARD: &str = "-";

/// Reads a WAV file as mono, -1 to 1, at its own rate. Of a truncated file, what is there is read.
pub fn read(path: &Path) -> Result<Clip, Problem> {
    let Recording { clip, ends_early } = recording(path)?;
    if ends_early {
        log::warn!("{} ends before its header says", path.display());
    }
    Ok(clip)
}

/// The same, with remarks about the file. "-" is standard input.
pub fn recording(path: &Path) -> Result<Recording, Problem> {
    let failed = || Problem::new(format!("cannot read {}", named(path)));
    let open: io::Result<Box<dyn Read>> =
        if path == STANDARD { Ok(Box::new(io::stdin())) } else { File::open(path).map(|f| Box::new(f) as _) };
    let mut file = Vec::new();
    let read = open.and_then(|input| input.take(MOST + 1).read_to_end(&mut file));
    read.map_err(|e| failed().because(e).fix("give a WAV file that exists and is readable"))?;
    if file.len() as u64 > MOST {
        return Err(failed().because("it is longer than ten minutes").fix("use a shorter part of it"));
    }
    wav::read(&file).map_err(|e| failed().because(e.why).fix(e.fix))
}

/// The file's name for people.
pub fn named(path: &Path) -> String {
    if path == STANDARD { "standard input".to_owned() } else { path.display().to_string() }
}

/// Writes mono samples (-1 to 1) as 16-bit PCM. "-" is standard output. Returns the problem if it fails.
pub fn write(path: &Path, samples: &[f32], rate: u32) -> Result<(), Problem> {
    let file = bytes(samples, rate).map_err(|e| Problem::bug("a sound cannot be written as a WAV file").because(e))?;
    if path == STANDARD {
        let mut out = io::stdout().lock();
        return out.write_all(&file).and_then(|()| out.flush()).map_err(|e| Problem::new("cannot write to standard output").because(e));
    }
    let refused = |why: String, fix: String| Err(Problem::new(format!("cannot write {}", path.display())).because(why).fix(fix));
    if path.is_dir() {
        return refused("it is a folder".into(), format!("give a file in it: {}", path.join("speech.wav").display()));
    }
    let Err(e) = std::fs::write(path, file) else { return Ok(()) };
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            refused(format!("there is no folder {}", folder.display()), "create the folder first, or choose another".into())
        }
        _ if e.kind() == io::ErrorKind::StorageFull => refused(e.to_string(), "free some space, or choose another disk".into()),
        _ => refused(e.to_string(), "choose a folder that you can write to".into()),
    }
}

fn bytes(samples: &[f32], rate: u32) -> Result<Vec<u8>, hound::Error> {
    let mut file = Cursor::new(Vec::new());
    let spec = WavSpec { channels: 1, sample_rate: rate, bits_per_sample: 16, sample_format: SampleFormat::Int };
    let mut w = WavWriter::new(&mut file, spec)?;
    for s in samples {
        w.write_sample((s.clamp(-1.0, 1.0) * 32_767.0).round() as i16)?;
    }
    w.finalize()?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_file_is_read_back_and_foreign_files_are_rejected() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.wav");
        write(&file, &[0.0, 0.5, -1.0, 2.0], 8000).unwrap();
        let clip = read(&file).unwrap();
        assert_eq!(clip.rate, 8000);
        assert!((clip.samples[1] - 0.5).abs() < 1e-3 && clip.samples[3] > 0.99);
        std::fs::write(&file, b"not a wav at all").unwrap();
        for (path, why) in [(file, "it is text"), (dir.path().join("none.wav"), ""), (dir.path().to_owned(), "")] {
            let p = read(&path).unwrap_err();
            assert!(p.what.contains(&*path.to_string_lossy()) && p.why[0].contains(why) && !p.fix.is_empty(), "{p:?}");
        }
    }

    #[test]
    fn file_obstacles_are_reported_and_left_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.wav");
        std::fs::write(&file, b"mine").unwrap();
        for (path, why) in [
            (dir.path().to_owned(), "it is a folder"),
            (dir.path().join("new/a.wav"), "there is no folder"),
            // A file in place of a folder.
            (file.join("a.wav"), "there is no folder"),
        ] {
            let p = write(&path, &[0.0; 9], 8000).unwrap_err();
            assert!(p.why[0].contains(why) && !p.fix.is_empty(), "{p:?}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    }
}
