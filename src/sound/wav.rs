//! Reads a WAV file as mono sound: whatever it contains, even if its header is wrong.

use super::channels::Downmix;
use super::chunks::{Layout, layout};
use super::codec::Format;
use super::kinds;
use crate::event::Clip;

/// Plausible sample rates, Hz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Maximum length of a recording, seconds: no call is longer.
const LONGEST_S: usize = 600;
/// The remedy for most unreadable files.
const CONVERT: &str = "convert it, for example by `ffmpeg -i FILE -ac 1 -ar 16000 NEW.wav`";
const AGAIN: &str = "record or copy it again";

/// The contents of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// Its sound, mono, -1 to 1, at its own rate; empty if there are no samples.
    pub clip: Clip,
    /// The file ends earlier than its header says.
    pub ends_early: bool,
}

/// Why a file cannot be read as a WAV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The cause: "it is an MP3 file, not a WAV file".
    pub why: String,
    /// The remedy.
    pub fix: &'static str,
}

/// Reads a WAV file in memory: PCM of 8 to 64 bits, floats, A-law and mu-law, in RIFF, RIFX, RF64 and BW64, with any number of
/// channels. Fails if it is not such a file, has no sound format, or is longer than ten minutes.
pub fn read(file: &[u8]) -> Result<Recording, Unreadable> {
    let unreadable = |why: String, fix| Unreadable { why, fix };
    let file = without_tag(file);
    let Some(Layout { order, format, data, ends_early }) = layout(file) else {
        return Err(other(file));
    };
    let broken = |why: &str| unreadable(why.to_owned(), AGAIN);
    let format = match format {
        Some(at) => Format::read(file.get(at).unwrap_or_default(), order).map_err(|why| unreadable(why, CONVERT))?,
        None if data.is_empty() => return Err(broken("it ends in its header")),
        None => return Err(broken("its header does not say how its samples are written")),
    };
    if data.is_empty() {
        return Err(broken("it ends before its sound begins"));
    }
    if !RATES.contains(&format.rate) {
        return Err(unreadable(format!("its header says {} samples a second", format.rate), CONVERT));
    }
    // In a truncated file, a piece may end within a frame.
    let whole = |at: std::ops::Range<usize>| {
        let piece = file.get(at).unwrap_or_default();
        piece.get(..piece.len() - piece.len() % format.frame()).unwrap_or_default()
    };
    let pieces: Vec<&[u8]> = data.into_iter().map(whole).collect();
    let joined;
    let samples = match pieces.as_slice() {
        [one] => *one,
        several => {
            joined = several.concat();
            &joined
        }
    };
    let frames = samples.len() / format.frame();
    if frames > format.rate as usize * LONGEST_S {
        return Err(unreadable("it is longer than ten minutes".into(), "use a shorter part of it"));
    }
    let decode = format.decoder(samples);
    let channels = usize::from(format.channels);
    let sample = |f: usize, c: usize| {
        let at = (f * channels + c) * format.width;
        samples.get(at..at + format.width).map_or(0.0, &decode)
    };
    let mut mono = Vec::with_capacity(frames);
    Downmix::new(format.channels, format.rate, 0).block(frames, sample, |s| {
        mono.push(s);
        true
    });
    within_full_scale(&mut mono);
    Ok(Recording { clip: Clip { samples: mono.into(), rate: format.rate }, ends_early })
}

/// Floats may exceed full scale: slight excess is clipped, and samples on another scale are normalised.
fn within_full_scale(samples: &mut [f32]) {
    let peak = samples.iter().fold(0.0f32, |p, s| p.max(s.abs()));
    let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
    let scale = if energy > samples.len() as f64 { peak } else { 1.0 };
    samples.iter_mut().for_each(|s| *s = (*s / scale).clamp(-1.0, 1.0));
}

/// The file without a leading ID3v2 tag, which tagging programs add.
fn without_tag(file: &[u8]) -> &[u8] {
    let [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] = *file else { return file };
    let length = [a, b, c, d].into_iter().fold(0, |n, seven| n << 7 | usize::from(seven & 0x7f));
    file.get(10 + length..).filter(|rest| layout(rest).is_some()).unwrap_or(file)
}

/// Why a file without a WAV header is rejected.
fn other(file: &[u8]) -> Unreadable {
    if file.is_empty() {
        return Unreadable { why: "the file is empty".into(), fix: AGAIN };
    }
    if file.len() < 12 && (file.starts_with(b"RI") || file.starts_with(b"RF64")) {
        return Unreadable { why: "it ends in its header".into(), fix: AGAIN };
    }
    match kinds::name(file) {
        Some(kind) => Unreadable { why: format!("it is {kind}, not a WAV file"), fix: CONVERT },
        None => Unreadable { why: "it is not a WAV file or any other kind of sound file that Stratus knows".into(), fix: CONVERT },
    }
}

#[cfg(test)]
mod tests;
