//! TOML's text in pieces, as far as a person's slips are looked for: what is quoted, what is a comment, and what is neither.

use std::ops::Range;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Keys, headers, numbers: what stands outside of quotes and comments.
    Code,
    /// From "#" to the end of the line.
    Comment,
    /// In double quotes, on one line.
    Basic,
    /// Begins with double quotes, and the line ends before they are closed.
    Unclosed,
    /// In single quotes, or over several lines: no slip of those that are looked for does harm there.
    Other,
}

/// A piece of the text, in bytes; the quotes are part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// All of the text, in order and without gaps. A "\r" alone ends a line as well.
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

/// The length of the first line, without its end.
pub(super) fn line(text: &str) -> usize {
    text.find(['\n', '\r']).unwrap_or(text.len())
}

/// The length of a text in three quotes.
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

/// The length of a text in double quotes at the beginning of this line.
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

/// The last of the pieces that begin before byte `at`, or there.
pub(super) fn piece_at(all: &[Piece], at: usize) -> Option<&Piece> {
    all[..all.partition_point(|p| p.at.start <= at)].last()
}

/// Where the line after the header of this table begins, in bytes; none where the table has no header of its own.
pub(super) fn below_header(text: &str, table: &str) -> Option<usize> {
    let all = pieces(text);
    let mut start = 0;
    while start < text.len() {
        let length = line(&text[start..]);
        let end = start + length;
        let next = end + if text[end..].starts_with("\r\n") { 2 } else { usize::from(end < text.len()) };
        // Within a text over several lines nothing is a header.
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
    fn quotes_comments_and_the_rest_are_told_apart() {
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
    fn a_header_is_found_however_it_is_written_and_nowhere_else() {
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
        fn pieces_are_the_whole_text(text in "([a\u{e4}\\[\\]=#\"'\\\\ \r\n]|\"\"\"|'''){0,60}") {
            prop_assert_eq!(pieces(&text).into_iter().map(|p| &text[p.at]).collect::<String>(), text.clone());
            let _ = below_header(&text, "a");
        }
    }
}
