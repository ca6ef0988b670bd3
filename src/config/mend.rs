//! Reads what a person plainly meant although TOML reads it otherwise: Windows paths in double quotes, line endings of old systems,
//! an end-of-file character. Paths cause a warning.

use std::borrow::Cow;
use std::path::Path;

use super::explain::line_column;
use super::lex::{Kind, Piece, pieces};
use crate::problem::Problem;

/// A text in a form that TOML can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readable {
    pub(super) text: String,
    /// Positions of bytes in `text` that are not in the file, in order.
    added: Vec<usize>,
    /// Paths in double quotes: position in `text`, and content.
    paths: Vec<(usize, String)>,
}

/// "Ctrl-Z", which ended a text file on old systems.
const END_OF_FILE: char = '\u{1a}';

pub(super) fn readable(text: &str) -> Readable {
    let (mut new, mut added, mut paths) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
    let end = text.trim_end_matches(|c: char| c == END_OF_FILE || c.is_ascii_whitespace()).len();
    for Piece { kind, at } in pieces(text) {
        let piece = &text[at.clone()];
        let path = if matches!(kind, Kind::Basic | Kind::Unclosed) { path_within(piece) } else { None };
        if let Some(path) = path {
            paths.push((new.len(), path.to_owned()));
            new.push('"');
            for c in path.chars() {
                if c == '\\' {
                    added.push(new.len());
                    new.push('\\');
                }
                new.push(c);
            }
            new.push('"');
            // A backslash at its end escaped the closing quote: the rest of the line is a comment, or empty.
            new.push_str(&piece[path.len() + 2..]);
        } else {
            new.push_str(&lines(piece, at.start, end));
        }
    }
    Readable { text: new, added, paths }
}

/// Replaces lone "\r" line endings by "\n", and trailing end-of-file characters by spaces, byte for byte.
fn lines(piece: &str, start: usize, end: usize) -> Cow<'_, str> {
    if !piece.contains(['\r', END_OF_FILE]) {
        return Cow::Borrowed(piece);
    }
    let mut rest = piece.char_indices().peekable();
    let mut new = String::with_capacity(piece.len());
    while let Some((at, c)) = rest.next() {
        new.push(match c {
            '\r' if rest.peek().is_none_or(|(_, next)| *next != '\n') => '\n',
            END_OF_FILE if start + at >= end => ' ',
            c => c,
        });
    }
    Cow::Owned(new)
}

/// The quoted content, if it can only be a path whose backslashes are literal: it has a drive or a server, or TOML has no such
/// escape, and no backslash is doubled.
fn path_within(piece: &str) -> Option<&str> {
    let inner = &piece[1..];
    let end = inner.rfind('"')?;
    let (path, after) = (&inner[..end], inner[end + 1..].trim_start());
    let (server, rest) = path.strip_prefix("\\\\").map_or((false, path), |rest| (true, rest));
    if rest.contains("\\\\") || path.contains('"') || !rest.contains('\\') || !(after.is_empty() || after.starts_with('#')) {
        return None;
    }
    (server || has_drive(path) || !escapes_are_known(path)).then_some(path)
}

/// "C:\" at the start, or after a character that is not part of a word ("replay:C:\").
fn has_drive(path: &str) -> bool {
    path.match_indices(":\\").any(|(at, _)| {
        let mut before = path[..at].chars().rev();
        before.next().is_some_and(|c| c.is_ascii_alphabetic()) && before.next().is_none_or(|c| !c.is_alphanumeric())
    })
}

/// Whether TOML accepts every escape in a text.
pub(super) fn escapes_are_known(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        let hex = |n: usize| escape.get(1..=n).is_some_and(|d| d.bytes().all(|b| b.is_ascii_hexdigit())).then_some(n + 1);
        let length = match escape.bytes().next() {
            Some(b'b' | b't' | b'n' | b'f' | b'r' | b'e' | b'"' | b'\\') => Some(1),
            Some(b'x') => hex(2),
            Some(b'u') => hex(4),
            Some(b'U') => hex(8),
            _ => None,
        };
        match length {
            Some(length) => rest = &escape[length..],
            None => return false,
        }
    }
    true
}

impl Readable {
    /// The position in the file of byte `at` of the readable text.
    pub(super) fn in_file(&self, at: usize) -> usize {
        at - self.added.partition_point(|a| *a < at)
    }

    /// Warnings about text that was understood anyway.
    pub(super) fn warnings(&self, path: &Path) -> Vec<Problem> {
        let told = |(at, words): &(usize, String)| {
            let (line, column) = line_column(&self.text, *at);
            Problem::config(format!("a path in double quotes was read literally: {words}"))
                .because(format!("{}:{line}:{column}: in double quotes a backslash starts an escape sequence", path.display()))
                .fix(format!("write it in single quotes: '{words}', or double each backslash"))
                .brief(format!("Line {line} of your settings needs single quotes"), "Stratus read the path as it was meant.")
        };
        self.paths.iter().map(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Result<String, String> {
        let readable = readable(&format!("x = {text}\n"));
        let table: toml::Table = readable.text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
        Ok(table["x"].as_str().unwrap().to_owned())
    }

    #[test]
    fn quoted_windows_path_is_read_literally() {
        for path in [
            r"C:\Users\Ann\models\base.bin",
            r"C:\models\base.bin",
            r"C:\temp\base.bin",
            r"c:\new\folder\x64\u0041\file.bin",
            r"C:\Users\O'Neil\base.bin",
            r"C:\models\",
            r"\\server\share\base.bin",
            r"\\nas\temp",
            r"%APPDATA%\stratus\base.bin",
            r"models\small.bin",
            r"..\models\base.bin",
            r"replay:C:\flights\tuesday.jsonl",
            r"\Users\base.bin",
            r"C:\M\u{fc}ller\base.bin",
        ] {
            for after in ["", " # mine", "\t# it's a model"] {
                let text = format!("\"{path}\"{after}");
                assert_eq!(value(&text).as_deref(), Ok(path), "{text}");
                let told = readable(&text).warnings(Path::new("stratus.toml"));
                assert!(told.len() == 1 && told[0].fix.contains(&format!("'{path}'")), "{told:?}");
                assert!(told[0].why[0].contains("stratus.toml:1:1"), "{told:?}");
            }
        }
    }

    #[test]
    fn correct_text_stays_and_ambiguous_text_is_not_guessed() {
        for (text, meant) in [
            (r#""C:\\Users\\Ann\\base.bin""#, r"C:\Users\Ann\base.bin"),
            (r#""\\\\server\\share""#, r"\\server\share"),
            (r"'C:\Users\Ann'", r"C:\Users\Ann"),
            (r#""a \"quoted\" name""#, "a \"quoted\" name"),
            (r#""\u00e4\ttab""#, "\u{e4}\ttab"),
            (r#""""C:\temp""""#, "C:\temp"),
            (r#""\\server""#, r"\server"),
        ] {
            assert_eq!(value(text).as_deref(), Ok(meant), "{text}");
            assert_eq!(readable(text).text, text);
            assert!(readable(text).warnings(Path::new("x")).is_empty());
        }
        // Partly doubled: TOML rejects it, and `explain` reports the error.
        for text in [r#""C:\\Users\Ann""#, r#""C:\Users\\Ann\models""#, r#""C:\models" junk"#, r#""\q"x""#] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn old_line_endings_and_end_of_file_characters_are_read() {
        for (text, new) in [
            ("a = 1\rb = 2\r", "a = 1\nb = 2\n"),
            ("a = 1\r\nb = 2\r\n", "a = 1\r\nb = 2\r\n"),
            ("a = 1\r\r\nb = 2\n\r", "a = 1\n\r\nb = 2\n\n"),
            ("# a\r# b", "# a\n# b"),
            ("a = 1\n\u{1a}", "a = 1\n "),
            ("a = 1\r\n\u{1a}\u{1a}\r\n", "a = 1\r\n  \r\n"),
            ("# mine\u{1a}", "# mine "),
            ("a = 1\n\u{1a}b = 2\n", "a = 1\n\u{1a}b = 2\n"),
        ] {
            assert_eq!(readable(text).text, new, "{text:?}");
        }
    }

    #[test]
    fn positions_refer_to_the_file() {
        let text = "a = \"C:\\x\\y\"\nb = \"D:\\z\" # c\nd = 1\n";
        let r = readable(text);
        for mark in ["a =", "b =", "# c", "d = 1"] {
            assert_eq!(r.in_file(r.text.find(mark).unwrap()), text.find(mark).unwrap(), "{mark}");
        }
        assert_eq!(r.in_file(r.text.len()), text.len());
    }

    proptest! {
        #[test]
        fn no_text_panics_and_the_rest_of_it_stays(text in "([a-zC:\u{e4}=#\"'\\\\ \r\n\u{1a}]|\"\"\"|C:\\\\){0,60}") {
            let r = readable(&text);
            prop_assert_eq!(r.in_file(r.text.len()), text.len());
            // Applying it again changes nothing.
            prop_assert_eq!(readable(&r.text).text, r.text.clone());
        }
    }
}
