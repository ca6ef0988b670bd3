//! What a person plainly meant though TOML reads it otherwise: paths of Windows in double quotes, the line ends of old
//! systems, an end-of-file sign. Each is read as it was meant, and paths with a warning.

use std::borrow::Cow;
use std::path::Path;

use super::explain::line_column;
use super::lex::{Kind, Piece, pieces};
use crate::problem::Problem;

/// A text as TOML can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readable {
    pub(super) text: String,
    /// Where a byte stands in `text` that the file does not have, in order.
    added: Vec<usize>,
    /// Paths in double quotes: where they begin in `text`, and what they say.
    paths: Vec<(usize, String)>,
}

/// "Ctrl-Z", with which old systems end a text.
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
            // A backslash at its end hid the quotes that close it: what follows on its line is a comment, or nothing.
            new.push_str(&piece[path.len() + 2..]);
        } else {
            new.push_str(&lines(piece, at.start, end));
        }
    }
    Readable { text: new, added, paths }
}

/// With "\n" for a "\r" that ends a line by itself, and spaces for end-of-file signs behind all else: byte by byte.
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

/// What stands between the quotes, if it can only be a path whose backslashes are meant as they stand: it is one with a
/// drive or a server, or TOML has no such escape, and no backslash in it is doubled.
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

/// "C:\" at the beginning, or behind something that is no part of a word ("replay:C:\").
fn has_drive(path: &str) -> bool {
    path.match_indices(":\\").any(|(at, _)| {
        let mut before = path[..at].chars().rev();
        before.next().is_some_and(|c| c.is_ascii_alphabetic()) && before.next().is_none_or(|c| !c.is_alphanumeric())
    })
}

/// Whether TOML knows every escape in a text.
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
    /// Where byte `at` of the readable text stands in the file's.
    pub(super) fn in_file(&self, at: usize) -> usize {
        at - self.added.partition_point(|a| *a < at)
    }

    /// What a person should know though it was understood.
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
    fn a_path_of_windows_in_double_quotes_is_read_as_it_stands() {
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
    fn what_is_right_stays_and_what_may_mean_two_things_is_not_guessed() {
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
        // Some doubled, some not: refused by TOML, and told by whoever explains its errors.
        for text in [r#""C:\\Users\Ann""#, r#""C:\Users\\Ann\models""#, r#""C:\models" junk"#, r#""\q"x""#] {
            assert!(value(text).is_err(), "{text}");
        }
    }

    #[test]
    fn line_ends_of_old_systems_and_end_of_file_signs_are_read() {
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
    fn places_are_those_of_the_file() {
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
            // Once is enough.
            prop_assert_eq!(readable(&r.text).text, r.text.clone());
        }
    }
}
