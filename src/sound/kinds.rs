//! Identifies files that are not WAV files by their first bytes.

/// Known kinds of files: position of the signature, the signature, and the display name.
const MARKS: [(usize, &[u8], &str); 25] = [
    (0, b"ID3", "an MP3 file"),
    (0, b"OggS", "an Ogg file (Vorbis or Opus)"),
    (0, b"fLaC", "a FLAC file"),
    (4, b"ftyp", "an MP4 or M4A file"),
    (0, b"\x1a\x45\xdf\xa3", "a WebM or Matroska file"),
    (0, b"riff\x2e\x91\xcf\x11", "a Wave64 file"),
    (8, b"AIFF", "an AIFF file"),
    (8, b"AIFC", "an AIFF file"),
    (0, b".snd", "an AU file"),
    (0, b"caff", "a Core Audio file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"\x30\x26\xb2\x75", "a Windows Media file"),
    (0, b"MThd", "a MIDI file"),
    (0, b"MAC ", "a Monkey's Audio file"),
    (0, b"wvpk", "a WavPack file"),
    (8, b"AVI ", "an AVI film"),
    (8, b"WEBP", "a WebP picture"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"\xff\xd8\xff", "a JPEG picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
    (0, b"ggml", "a speech model"),
];
/// Number of bytes examined to decide whether a file is text.
const LOOKED_AT: usize = 512;

/// Display name of the kind of this file; `None` if unknown.
pub(super) fn name(file: &[u8]) -> Option<&'static str> {
    let head = file.get(..LOOKED_AT).unwrap_or(file);
    if file.iter().all(|b| *b == 0) {
        return Some("nothing but zeros, as of a file that was never written");
    }
    if is_text(head) {
        return Some("text");
    }
    let marked = |(at, mark, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(mark));
    MARKS.iter().find(marked).map(|(_, _, name)| *name).or_else(|| mpeg(head))
}

fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    // The last character may be truncated.
    let valid = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(e) => e.error_len().is_none(),
    };
    valid && head.iter().all(|b| *b >= b' ' || b.is_ascii_whitespace())
}

/// Streams that start with a frame instead of a file header.
fn mpeg(head: &[u8]) -> Option<&'static str> {
    match head {
        [0xff, b, ..] if b & 0xf6 == 0xf0 => Some("an AAC file"),
        [0xff, b, ..] if b & 0xe0 == 0xe0 && b & 0x06 != 0 => Some("an MP3 file"),
        _ => None,
    }
}
