//! Converts the configuration between bytes and text, and keeps its encoding: UTF-8 or UTF-16, with or without a byte order mark.

use std::path::Path;

use crate::problem::Problem;

/// The encoding of a text, so that it can be written back the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    encoding: Encoding,
    /// It starts with a byte order mark.
    mark: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

/// Why bytes cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoText {
    /// Zero bytes, as after a power failure. Contains the lines that are still complete, if any.
    Damaged(Box<Problem>, Option<String>),
    /// An unsupported encoding.
    Strange(Box<Problem>),
}

impl NoText {
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Damaged(p, _) | Self::Strange(p) => *p,
        }
    }
}

const MARK: char = '\u{feff}';

/// The text, and its encoding.
pub(super) fn decode(bytes: &[u8], path: &Path) -> Result<(String, Form), NoText> {
    let strange = |why: String| {
        let p = Problem::config("cannot read the configuration").because(format!("{}{why}", path.display()));
        let p = p.brief("Your settings file cannot be read", "Its text is in an unknown encoding.");
        NoText::Strange(Box::new(p.fix("save the file as UTF-8 in your editor").remedy("Save it as UTF-8 in your editor.")))
    };
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(strange(": the text is UTF-32".into()));
    }
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((Encoding::Utf16Le, true, rest)),
        [0xfe, 0xff, rest @ ..] => Some((Encoding::Utf16Be, true, rest)),
        _ => unmarked(bytes).map(|encoding| (encoding, false, bytes)),
    };
    let (text, form) = match wide {
        Some((encoding, mark, rest)) => {
            let unit = |pair: &[u8; 2]| if encoding == Encoding::Utf16Le { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) };
            let (pairs, odd) = rest.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(unit).collect();
            match String::from_utf16(&units) {
                Ok(text) if odd.is_empty() => (text, Form { encoding, mark }),
                _ => return Err(strange(": the text is UTF-16, and a letter of it is incomplete".into())),
            }
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => {
                let bare = text.strip_prefix(MARK);
                (bare.unwrap_or(text).to_owned(), Form { encoding: Encoding::Utf8, mark: bare.is_some() })
            }
            Err(e) => {
                let at = e.valid_up_to();
                let (before, byte) = (String::from_utf8_lossy(&bytes[..at]), bytes.get(at).copied().unwrap_or_default());
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
                // The character that an old editor most likely meant.
                let meant = char::from(byte);
                let meant = if meant.is_alphanumeric() { format!(" (\"{meant}\" in Latin-1)") } else { String::new() };
                return Err(strange(format!(":{line}:{column}: the text is not UTF-8: byte {byte:#04x}{meant}")));
            }
        },
    };
    match zeros(&text, path) {
        Some(damaged) => Err(damaged),
        None => Ok((text, form)),
    }
}

/// UTF-16 without a byte order mark: TOML's syntax is ASCII, so every other byte at the start is zero.
fn unmarked(bytes: &[u8]) -> Option<Encoding> {
    let (pairs, _) = bytes.get(..bytes.len().min(64))?.as_chunks::<2>();
    let all = |le: bool| !pairs.is_empty() && pairs.iter().all(|[a, b]| if le { *a != 0 && *b == 0 } else { *a == 0 && *b != 0 });
    if all(true) { Some(Encoding::Utf16Le) } else { all(false).then_some(Encoding::Utf16Be) }
}

/// No text contains zero bytes. They replace lost data if the machine went off while the file was written.
fn zeros(text: &str, path: &Path) -> Option<NoText> {
    let first = text.find('\0')?;
    let count = text.matches('\0').count();
    // A line with a gap may have another meaning.
    let whole: String = text.split_inclusive('\n').filter(|line| !line.contains('\0')).collect();
    let readable = Some(whole).filter(|r| !r.trim().is_empty());
    let why = if text.chars().all(|c| c == '\0' || c.is_whitespace()) {
        format!("{}: it contains only zero bytes ({count})", path.display())
    } else {
        let line = text[..first].matches('\n').count() + 1;
        format!("{}:{line}: {count} zero bytes in place of text", path.display())
    };
    let p = Problem::config("the configuration is damaged")
        .because(why)
        .because("this happens when the computer goes off while the file is being written")
        .fix(
            "start Stratus: it keeps the damaged file under another name, and goes back to the last one that was right; or delete \
             the file, or put back what was there before the last set-up with `stratus setup --undo`",
        )
        .brief("Your settings file was damaged", "The computer may have gone off while it was saved.")
        .remedy("Stratus kept the damaged file and restored what it could.");
    Some(NoText::Damaged(Box::new(p), readable))
}

/// Encodes the text as in the original file.
pub(super) fn encode(text: &str, form: Form) -> Vec<u8> {
    let mark = if form.mark { MARK.encode_utf8(&mut [0; 4]).to_owned() } else { String::new() };
    let all = mark.chars().chain(text.chars());
    match form.encoding {
        Encoding::Utf8 => all.collect::<String>().into_bytes(),
        Encoding::Utf16Le => all.collect::<String>().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => all.collect::<String>().encode_utf16().flat_map(u16::to_be_bytes).collect(),
    }
}

impl Default for Form {
    /// The encoding that Stratus itself writes.
    fn default() -> Self {
        Self { encoding: Encoding::Utf8, mark: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "[pilot]\ncallsign = \"N172SP\" # \u{e4}\u{1f6e9}\n";

    fn wide(text: &str, little: bool, mark: bool) -> Vec<u8> {
        encode(text, Form { encoding: if little { Encoding::Utf16Le } else { Encoding::Utf16Be }, mark })
    }

    fn refused(bytes: &[u8]) -> NoText {
        decode(bytes, Path::new("stratus.toml")).unwrap_err()
    }

    #[test]
    fn each_encoding_is_read_and_written_back_unchanged() {
        let marked = [b"\xef\xbb\xbf", TEXT.as_bytes()].concat();
        let all = [TEXT.as_bytes().to_vec(), marked, wide(TEXT, true, true), wide(TEXT, false, true)];
        for bytes in all.into_iter().chain([wide("[pilot]\n", true, false), wide("[pilot]\n", false, false)]) {
            let (text, form) = decode(&bytes, Path::new("x")).unwrap();
            assert!(text == TEXT || text == "[pilot]\n", "{text:?}");
            assert_eq!(encode(&text, form), bytes);
        }
        assert_eq!(decode(b"", Path::new("x")).unwrap(), (String::new(), Form::default()));
    }

    #[test]
    fn unsupported_encodings_are_rejected_with_the_position() {
        for (bytes, why) in [
            (&b"# a\n# J\xfcrgen\n"[..], "stratus.toml:2:4: the text is not UTF-8: byte 0xfc (\"\u{fc}\" in Latin-1)"),
            (b"# \x93quoted\x94\n", "stratus.toml:1:3: the text is not UTF-8: byte 0x93"),
            (b"# cut \xc3", "stratus.toml:1:7: the text is not UTF-8: byte 0xc3"),
            (b"\xff\xfe[\0p", "UTF-16, and a letter of it is incomplete"),
            (b"\xff\xfe\0\xd8", "UTF-16, and a letter of it is incomplete"),
            (b"\xff\xfe\0\0[\0\0\0", "UTF-32"),
            (b"\0\0\xfe\xff\0\0\0[", "UTF-32"),
        ] {
            let NoText::Strange(p) = refused(bytes) else { panic!("{bytes:?}") };
            assert!(p.to_string().contains(why) && p.fix.contains("UTF-8") && p.exit_code() == 3, "{p}");
        }
    }

    #[test]
    fn zero_bytes_are_damage_and_whole_lines_are_returned() {
        for (bytes, why, left) in [
            (vec![0; 512], "stratus.toml: it contains only zero bytes (512)", None),
            (vec![0; 3], "it contains only zero bytes (3)", None),
            (b"\0\0\n\0".to_vec(), "it contains only zero bytes (3)", None),
            (b"[pilot]\nx = 1\n\0\0\0\0".to_vec(), "stratus.toml:3: 4 zero bytes", Some("[pilot]\nx = 1\n")),
            (b"[pilot]\nvolume = 6\0\0".to_vec(), "stratus.toml:2: 2 zero bytes", Some("[pilot]\n")),
            (b"[pi\0ot]\n".to_vec(), "stratus.toml:1: 1 zero bytes", None),
            (b"\0\0[pilot]\n[sim]\n".to_vec(), "stratus.toml:1: 2 zero bytes", Some("[sim]\n")),
            (wide("[pilot]\n\0\0", true, true), "stratus.toml:2: 2 zero bytes", Some("[pilot]\n")),
            (wide("\0\0\0", false, true), "it contains only zero bytes", None),
        ] {
            let NoText::Damaged(p, readable) = refused(&bytes) else { panic!("{bytes:?}") };
            assert!(p.to_string().contains(why) && p.fix.contains("setup --undo") && p.exit_code() == 3, "{p}");
            assert_eq!(readable.as_deref(), left);
        }
    }

    proptest! {
        #[test]
        fn decoded_text_is_encoded_back_identically(bytes in proptest::collection::vec(any::<u8>(), 0..80), wide in any::<bool>()) {
            let bytes = if wide { [&[0xff, 0xfe][..], &bytes].concat() } else { bytes };
            if let Ok((text, form)) = decode(&bytes, Path::new("x")) {
                prop_assert_eq!(encode(&text, form), bytes);
            }
        }
    }
}
