//! Decodes the bytes of an external file: UTF-8, UTF-16 by its byte-order mark, else Windows-1252.
//!
//! Flight plans and airport files are edited by hand and written by old programs. Their encoding is rarely declared,
//! and sometimes declared wrongly, so it is detected from the bytes.

use std::borrow::Cow;

/// Windows-1252 where it differs from Latin-1: 0x80 to 0x9F. The five bytes that it leaves undefined become U+FFFD.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{fffd}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}', '\u{160}',
    '\u{2039}', '\u{152}', '\u{fffd}', '\u{17d}', '\u{fffd}', '\u{fffd}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}',
    '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{fffd}', '\u{17e}', '\u{178}',
];

/// Why bytes cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotText {
    /// UTF-16 with an odd number of bytes.
    #[error("it ends in the middle of a UTF-16 character: the file is cut off")]
    CutOff,
    /// Surrogates without a partner.
    #[error("it has the byte-order mark of UTF-16, but is not UTF-16")]
    NotUtf16,
}

/// A whole file as text, without its byte-order mark.
pub fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, NotText> {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Ok(line(rest)),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes).map(Cow::Owned),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes).map(Cow::Owned),
        // The byte-order mark is missing. No text in the formats read here has NUL as its first or second byte.
        [first, 0, ..] if *first != 0 => utf16(bytes, u16::from_le_bytes).map(Cow::Owned),
        [0, second, ..] if *second != 0 => utf16(bytes, u16::from_be_bytes).map(Cow::Owned),
        _ => Ok(line(bytes)),
    }
}

/// A piece of a file (one line, if the whole file is too large to hold) as text: UTF-8 if valid, else Windows-1252.
pub fn line(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|b| single(*b)).collect()),
    }
}

fn single(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, NotText> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(NotText::CutOff);
    }
    char::decode_utf16(pairs.iter().map(|p| unit(*p))).collect::<Result<String, _>>().map_err(|_| NotText::NotUtf16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16_of(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_letters() {
        let text = "I\r\n1100 Version\r\nFüssen Größe São 53°";
        let mut latin1: Vec<u8> = Vec::new();
        latin1.extend(text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
        let with = |mark: &[u8], body: Vec<u8>| [mark, &body].concat();
        for (name, bytes) in [
            ("UTF-8", text.as_bytes().to_vec()),
            ("UTF-8 with its mark", with(&[0xef, 0xbb, 0xbf], text.as_bytes().to_vec())),
            ("UTF-16LE", with(&[0xff, 0xfe], utf16_of(text, u16::to_le_bytes))),
            ("UTF-16BE", with(&[0xfe, 0xff], utf16_of(text, u16::to_be_bytes))),
            ("UTF-16LE without its mark", utf16_of(text, u16::to_le_bytes)),
            ("Latin-1", latin1),
        ] {
            assert_eq!(decode(&bytes).unwrap(), text, "{name}");
        }
        assert_eq!(line(b"caf\xe9 \x93quoted\x94 \x80"), "café “quoted” €");
    }

    #[test]
    fn invalid_utf_16_is_rejected() {
        assert_eq!(decode(&[0xff, 0xfe, b'a']), Err(NotText::CutOff));
        assert_eq!(decode(&[0xff, 0xfe, 0x00, 0xd8, b'a', 0]), Err(NotText::NotUtf16));
        assert_eq!(decode(b"").unwrap(), "");
    }

    #[test]
    fn any_bytes_are_decoded_or_rejected() {
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                let _ = decode(&[first, second, 0x80, 0xff]);
            }
        }
    }
}
