//! Splits TOML text into pieces for the detection of common mistakes: quoted text, comments, and everything else.

use std::ops::Range;

/// The kind of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keys, headers, numbers: everything outside quotes and comments.
    Code,
    /// From "#" to the end of the line.
    Comment,
    /// In double quotes, on one line.
    Basic,
    /// Starts with a double quote that is not closed on its line.
    Unclosed,
    /// In single quotes, or multi-line, where none of these mistakes does harm.
    Other,
}

/// A piece of the text, in bytes, including its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// The whole text, in order and without gaps. A lone "\r" ends a line, too.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    let (mut all, mut from) = (Vec::new(), 0);
    while from < text.len() {
        let rest = &text[from..];
        let (kind, length) = match rest.as_bytes()[0] {
            b'#' => (Kind::Comment, line(rest)),
            b'"' if rest.starts_with("\"\"\"") => (Kind::Other, long(rest, "\"\"\"", true)),
            b'\'' if rest.starts_with("'''") => (Kind::Other, long(rest, "'''", false)),
            b'"' => basic(&rest[..line(rest)]),
            b'\'' => {
                let line = &rest[..line(rest)];
                (Kind::Other, line[1..].find('\'').map_or(line.len(), |end| end + 2))
            }
            _ => (Kind::Code, rest.find(['#', '"', '\'']).unwrap_or(rest.len())),
        };
        all.push(Piece { kind, at: from..from + length });
        from += length;
    }
    all
}

/// The length of the first line, without its line ending.
pub(super) fn line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The length of a text in triple quotes.
fn long(text: &str, quotes: &str, escapes: bool) -> usize {
    let mut from = quotes.len();
    while let Some(end) = text[from..].find(quotes).map(|at| from + at) {
        let before = text[..end].bytes().rev().take_while(|b| *b == b'\\').count();
        if !escapes || before.is_multiple_of(2) {
            return end + quotes.len();
        }
        from = end + 1;
    }
    text.len()
}

/// The length of a double-quoted text at the start of this line.
fn basic(line: &str) -> (Kind, usize) {
    let mut escaped = false;
    for (at, c) in line.char_indices().skip(1) {
        match c {
            '\\' => escaped = !escaped,
            '"' if !escaped => return (Kind::Basic, at + 1),
            _ => escaped = false,
        }
    }
    (Kind::Unclosed, line.len())
}

/// The last piece that starts at or before byte `at`.
pub(super) fn piece_at(all: &[Piece], at: usize) -> Option<&Piece> {
    all[..all.partition_point(|p| p.at.start <= at)].last()
}

/// Where the line after this table's header starts, in bytes; `None` if the table has no header.
pub(super) fn below_header(text: &str, table: &str) -> Option<usize> {
    let all = pieces(text);
    let mut start = 0;
    while start < text.len() {
        let length = line(&text[start..]);
        let end = start + length;
        let next = end + if text[end..].starts_with("\r\n") { 2 } else { usize::from(end < text.len()) };
        // Inside a multi-line text, nothing is a header.
        let outside = piece_at(&all, start).is_some_and(|p| p.at.start == start || p.kind == Kind::Code);
        if outside && is_header(&text[start..end], table) {
            return Some(next);
        }
        start = next;
    }
    None
}

fn is_header(line: &str, table: &str) -> bool {
    let Some(inner) = line.trim_start().strip_prefix('[').filter(|l| !l.starts_with('[')) else { return false };
    let name = inner.split(']').next().unwrap_or("");
    toml_edit::Key::parse(name).is_ok_and(|keys| keys.iter().map(toml_edit::Key::get).eq(table.split('.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        pieces(text).into_iter().map(|p| (p.kind, &text[p.at])).collect()
    }

    #[test]
    fn quotes_comments_and_code_are_distinguished() {
        use Kind::{Basic, Code, Comment, Other, Unclosed};
        assert_eq!(
            kinds("a = \"x # \\\" y\" # \"n\nb='\\'\n"),
            [(Code, "a = "), (Basic, "\"x # \\\" y\""), (Code, " "), (Comment, "# \"n"), (Code, "\nb="), (Other, "'\\'"), (Code, "\n")]
        );
        assert_eq!(kinds("a = \"x\\\"\nb"), [(Code, "a = "), (Unclosed, "\"x\\\""), (Code, "\nb")]);
        assert_eq!(kinds("\"\"\"a\"\n# \\\"\"\"b\"\"\"c"), [(Other, "\"\"\"a\"\n# \\\"\"\"b\"\"\""), (Code, "c")]);
        assert_eq!(kinds("'''a\n"), [(Other, "'''a\n")]);
        assert_eq!(kinds("\"\"a"), [(Basic, "\"\""), (Code, "a")]);
        assert_eq!(kinds("#a\r\"b\rc"), [(Comment, "#a"), (Code, "\r"), (Unclosed, "\"b"), (Code, "\rc")]);
    }

    #[test]
    fn header_is_found_in_every_spelling_and_nowhere_else() {
        for (text, below) in [
            ("[audio]\nx = 1\n", Some("x = 1\n")),
            ("# [audio]\r\n  [ \"audio\" ] # mine\r\nx = 1\r\n", Some("x = 1\r\n")),
            ("a = 1\r[audio]\rx = 1\r", Some("x = 1\r")),
            ("[audio]", Some("")),
            ("[[audio]]\n[audio.b]\n# [audio]\na = '''\n[audio]\n'''\nb = \"[audio]\"\n", None),
        ] {
            assert_eq!(below_header(text, "audio").map(|at| &text[at..]), below, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn pieces_cover_the_whole_text(text in "([a\u{e4}\\[\\]=#\"'\\\\ \r\n]|\"\"\"|'''){0,60}") {
            prop_assert_eq!(pieces(&text).into_iter().map(|p| &text[p.at]).collect::<String>(), text.clone());
            let _ = below_header(&text, "a");
        }
    }
}
