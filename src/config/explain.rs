//! Explains configuration errors in plain words: the place, the key, and what to write instead.
//!
//! TOML's parser reports where it stopped, which is seldom where the mistake is. Common mistakes are therefore searched for on that
//! line first: invisible characters, missing or unclosed quotes, backslashes in double quotes.

use std::path::Path;

use super::SHIPPED;
use super::lex::{Kind, line, piece_at, pieces};
use super::mend::escapes_are_known;
use super::mistakes::Mistake;
use crate::problem::{Problem, nearest};

/// The error, and its remedy.
type Told = (String, String);

/// Explains an error of TOML or serde in this text.
pub(super) fn explain(error: &toml::de::Error, text: &str, path: &Path) -> Mistake {
    let at = error.span().map_or(0, |s| s.start).min(text.len());
    let message = error.message().trim();
    let (at, (why, fix)) = slip(text, at).unwrap_or_else(|| (at, wrong(message, text, at)));
    let (line, column) = line_column(text, at);
    let problem = Problem::config("cannot use the configuration")
        .because(format!("{}:{line}:{column}: {}", path.display(), why.replace('\n', "; ")))
        .fix(fix);
    Mistake { line: Some(line), why, problem: Box::new(problem) }
}

/// A common mistake on the line of byte `at`, and its exact position.
fn slip(text: &str, at: usize) -> Option<(usize, Told)> {
    let start = line_start(text, at);
    let end = start + line(&text[start..]);
    let all = pieces(text);
    let here = |kind: Kind| {
        all.iter()
            .filter(move |p| p.kind == kind && p.at.start < end && p.at.end > start)
            .map(move |p| p.at.start.max(start)..p.at.end.min(end))
    };
    for piece in here(Kind::Code) {
        if let Some((offset, c)) = text[piece.clone()].char_indices().find(|(_, c)| !c.is_ascii() || c.is_control() && *c != '\t') {
            let why = format!("{} stands outside of quotes", called(c));
            return Some((piece.start + offset, (why, instead(c))));
        }
    }
    if let Some(piece) = here(Kind::Unclosed).next() {
        let inner = text[piece.start + 1..piece.end].trim_end();
        let fix = if inner.contains('\\') { format!("write '{inner}'") } else { format!("write \"{inner}\"") };
        return Some((piece.start, ("the quotes are not closed on their line".to_owned(), fix)));
    }
    if let Some(piece) = here(Kind::Basic).find(|p| !escapes_are_known(&text[p.clone()])) {
        let inner = &text[piece.start + 1..piece.end - 1];
        let plain = inner.replace("\\\\", "\\");
        let why = "in double quotes a backslash starts an escape sequence, and this is not a valid one".to_owned();
        return Some((piece.start, (why, format!("write it in single quotes: '{plain}', or double each backslash"))));
    }
    if let Some(name) = text[start..end].trim().strip_prefix('[').filter(|name| !name.contains([']', '=', ',', '"'])) {
        return Some((
            start,
            ("the name of the section is not closed".to_owned(), format!("write `[{}]`", name.split('#').next().unwrap_or(name).trim())),
        ));
    }
    let (key, value) = text[start..end].split_once('=')?;
    let value = value.split('#').next().unwrap_or(value).trim();
    let bare = !value.is_empty() && !value.starts_with(['"', '\'', '[', '{']);
    // An assignment whose value TOML cannot parse at all: words without quotes.
    if bare && key.trim().parse::<toml_edit::Key>().is_ok() && value.parse::<toml_edit::Value>().is_err() {
        let named = key_at(text, at);
        let key = key.trim();
        let fix = match shipped(&named) {
            Some("true" | "false") => format!("write `{key} = true` or `{key} = false`"),
            Some(default) if default.bytes().all(|b| b.is_ascii_digit()) => format!("write a number alone, such as `{key} = {default}`"),
            _ => format!("put it in quotes: `{key} = {}`", quoted(value)),
        };
        let at = start + text[start..end].find('=')? + 1;
        let at = at + text[at..end].len() - text[at..end].trim_start().len();
        return Some((at, (format!("`{named}`: `{value}` is not in quotes, and neither a number nor true or false"), fix)));
    }
    None
}

/// Quotes a text for a message.
fn quoted(text: &str) -> String {
    if text.contains(['\\', '"']) { format!("'{}'", text.trim_matches(['"', '\''])) } else { format!("\"{}\"", text.trim_matches('\'')) }
}

/// A character by its code point and name.
pub(super) fn called(c: char) -> String {
    let kind = match c {
        '\u{a0}' | '\u{202f}' | '\u{2007}' => "a no-break space",
        '\u{feff}' => "a byte order mark",
        c if is_unseen(c) => "an invisible character",
        c if c.is_whitespace() => "an unusual space",
        c if is_quote(c) => "a typographic quote",
        c if narrow(c).is_some() => "a full-width character",
        c => return format!("U+{:04X} ({c:?})", u32::from(c)),
    };
    format!("U+{:04X} ({kind})", u32::from(c))
}

/// What to type instead of such a character.
pub(super) fn instead(c: char) -> String {
    match narrow(c) {
        _ if is_unseen(c) => "delete it; if your editor does not show it, retype the line".to_owned(),
        _ if c.is_whitespace() => "type a plain space in its place".to_owned(),
        _ if is_quote(c) => "type a straight quote (\") in its place".to_owned(),
        Some(plain) => format!("type a plain {plain:?} in its place"),
        None => "put the value in quotes; names of keys consist of the letters a to z".to_owned(),
    }
}

/// Zero-width and formatting characters (Unicode's category Cf), and terminal control characters.
pub(super) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
}

fn is_quote(c: char) -> bool {
    matches!(u32::from(c), 0xab | 0xb4 | 0xbb | 0x2018..=0x201f | 0x2032..=0x2037 | 0x2039 | 0x203a | 0x300c..=0x300f | 0x301d..=0x301f | 0xff02 | 0xff07)
}

/// The ASCII character for a full-width one from East Asian keyboards.
fn narrow(c: char) -> Option<char> {
    matches!(c, '\u{ff01}'..='\u{ff5e}').then(|| char::from_u32(u32::from(c) - 0xfee0)).flatten()
}

/// An invisible or look-alike character in a value, which explains why the value is invalid.
pub(super) fn lookalike(value: &str) -> Option<char> {
    value.chars().find(|c| is_unseen(*c) || c.is_whitespace() && !c.is_ascii() || narrow(*c).is_some())
}

/// serde's message about a value, with the values allowed.
fn wrong(message: &str, text: &str, at: usize) -> Told {
    let key = key_at(text, at);
    if let Some((wrong, fits)) = unknown(message) {
        let thing = if message.starts_with("unknown variant") { "value" } else { "key" };
        let fix = match (nearest(wrong, fits.iter().copied()).first(), thing) {
            (_, "key") if let Some(fix) = dotted_elsewhere(wrong, text, at) => fix,
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, "key") => elsewhere(wrong).unwrap_or_else(|| format!("these fit: {}", fits.join(", "))),
            (None, _) => format!("these fit: {}", fits.join(", ")),
        };
        let seen = lookalike(wrong).map_or(String::new(), |c| format!(": {} stands in it", called(c)));
        return (format!("unknown {thing} `{wrong}`{}{seen}", within(&key, wrong)), fix);
    }
    let value = value_at(text, at);
    let why = if key.is_empty() { message.to_owned() } else { format!("`{key}`: {message}") };
    if let Some(c) = lookalike(value) {
        return (format!("{why}: {} stands in it", called(c)), instead(c));
    }
    if message.contains("duplicate key") {
        return (why, "it is already set further up: keep only one of the two".to_owned());
    }
    if message.contains("expected newline") {
        return (why, "after a value, only a comment that begins with # may follow on the line".to_owned());
    }
    let Some(default) = shipped(&key) else {
        let fix = "a line is a section (`[audio]`), a key with its value (`mute = true`) or a comment (behind `#`); `stratus config default` \
                   prints a right file";
        return (why, fix.to_owned());
    };
    let last = key.rsplit('.').next().unwrap_or(&key);
    let inner = value.trim_matches(['"', '\'']);
    let fix = match (default.starts_with('"'), value.starts_with(['"', '\''])) {
        (true, false) if message.contains("invalid type") => format!("put it in quotes: `{last} = {}`", quoted(value)),
        (false, true) if inner.to_lowercase().parse::<toml_edit::Value>().is_ok() && !default.starts_with('[') => {
            format!("write it without quotes: `{last} = {}`", inner.to_lowercase())
        }
        (false, true) if default.starts_with('[') => format!("write it as a list: `{last} = [{value}]`"),
        _ if default == "\"\"" => format!("`{last} = \"\"` leaves it unset; `stratus config default` says what fits"),
        _ => format!("the default is `{default}`"),
    };
    (why, fix)
}

/// A dotted key below another section: `speech.threads = 2` below `[sim]`.
fn dotted_elsewhere(table: &str, text: &str, at: usize) -> Option<String> {
    let start = line_start(text, at);
    let (name, value) = text[start..start + line(&text[start..])].split_once('=')?;
    let key = name.trim().strip_prefix(table)?.strip_prefix('.')?.trim();
    keys().any(|(t, k, _)| t == table && k == key).then(|| format!("write `{key} = {}` below [{table}]", value.trim()))
}

/// A key that belongs to another section, or nearly matches one there.
fn elsewhere(wrong: &str) -> Option<String> {
    let all: Vec<(&str, &str)> = keys().map(|(table, key, _)| (table, key)).collect();
    let near = nearest(wrong, all.iter().map(|(_, key)| *key));
    let near = near.first()?;
    let tables: Vec<String> = all.iter().filter(|(_, key)| key == near).map(|(table, _)| format!("[{table}]")).collect();
    Some(format!("`{near}` belongs below {}", tables.join(" or ")))
}

/// Every key of the shipped file: table, name, default as TOML.
fn keys() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut table = "";
    SHIPPED.lines().filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            table = name;
            return None;
        }
        let (key, default) = line.strip_prefix("# ")?.split_once(" = ")?;
        let named = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        named.then_some((table, key, default))
    })
}

/// The default of a dotted key, as in the shipped file.
fn shipped(dotted: &str) -> Option<&'static str> {
    let (table, key) = dotted.split_once('.')?;
    keys().find(|(t, k, _)| *t == table && *k == key).map(|(_, _, default)| default)
}

/// " in [audio]" for an unknown key of that table, " for `brain.mode`" for an unknown value.
fn within(key: &str, wrong: &str) -> String {
    match key.rsplit_once('.') {
        Some((table, last)) if last == wrong => format!(" in [{table}]"),
        Some(_) => format!(" for `{key}`"),
        None => String::new(),
    }
}

/// Parses serde's "unknown field `a`, expected one of `b`, `c`": the wrong word and those allowed.
fn unknown(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (wrong, rest) = rest.split_once('`')?;
    Some((wrong, rest.split('`').skip(1).step_by(2).collect()))
}

/// The dotted key whose line contains byte `at`; in a header only the table's name; empty at the top.
fn key_at(text: &str, at: usize) -> String {
    let start = line_start(text, at);
    let header = |line: &str| line.trim().strip_prefix('[').and_then(|l| l.split_once(']')).map(|(name, _)| name.trim().to_owned());
    let line = text[start..].lines().next().unwrap_or("");
    if let Some(table) = header(line) {
        return table;
    }
    let key = line.split_once('=').map_or("", |(key, _)| key.trim());
    match text[..start].lines().rev().find_map(header) {
        Some(table) if !key.is_empty() => format!("{table}.{key}"),
        _ => key.to_owned(),
    }
}

/// The value on the line of byte `at`, as written, without a trailing comment.
fn value_at(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let end = start + line(&text[start..]);
    let Some(from) = text[start..end].find('=').map(|e| start + e + 1) else { return "" };
    let all = pieces(text);
    let first = from + text[from..end].len() - text[from..end].trim_start().len();
    match piece_at(&all, first) {
        Some(p) if p.at.start == first && p.kind != Kind::Code => &text[first..p.at.end.min(end)],
        _ => text[from..end].split('#').next().unwrap_or("").trim(),
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).rfind('\n').map_or(0, |n| n + 1)
}

/// Line and column, both from 1; columns count characters, as editors do.
pub(super) fn line_column(text: &str, at: usize) -> (usize, usize) {
    let upto = text.get(..at).unwrap_or(text);
    (upto.matches('\n').count() + 1, upto[line_start(text, at)..].chars().count() + 1)
}

/// The byte range of the value of a dotted key.
pub(super) fn place_of(text: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let doc = toml_edit::Document::parse(text).ok()?;
    let mut item = doc.as_item();
    for part in key.split('.') {
        item = item.get(part)?;
    }
    item.span()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use proptest::prelude::*;

    #[test]
    fn mistakes_are_reported_at_their_place_with_a_remedy() {
        for (text, place, says, fix) in [
            // Without quotes, or with too many.
            ("[pilot]\ncallsign = N172SP\n", ":2:12:", "`N172SP` is not in quotes", "`callsign = \"N172SP\"`"),
            ("[brain]\nmode = rules # fast\n", ":2:8:", "`rules` is not in quotes", "`mode = \"rules\"`"),
            ("[speech]\nmodel = C:\\m\\b.bin\n", ":2:9:", "is not in quotes", "`model = 'C:\\m\\b.bin'`"),
            ("[speech]\nmodel = /m/b.bin\n", ":2:9:", "is not in quotes", "`model = \"/m/b.bin\"`"),
            ("[sim]\ncom1 = 121.9\n", ":2:8:", "`sim.com1`: invalid type", "`com1 = \"121.9\"`"),
            ("[pilot]\ncallsign = 172\n", ":2:12:", "invalid type", "`callsign = \"172\"`"),
            ("[audio]\nmute = \"true\"\n", ":2:8:", "invalid type", "`mute = true`"),
            ("[audio]\nmute = True\n", ":2:8:", "`True` is not in quotes", "`mute = true` or `mute = false`"),
            ("[audio]\nmute = yes\n", ":2:8:", "`yes` is not in quotes", "`mute = true` or `mute = false`"),
            ("[audio]\nvolume_percent = \"60\"\n", ":2:18:", "invalid type", "`volume_percent = 60`"),
            ("[audio]\nvolume_percent = 60%\n", ":2:18:", "`60%` is not in quotes", "`volume_percent = 80`"),
            ("[ptt]\njoystick = \"a/button 1\"\n", ":2:12:", "invalid type", "`joystick = [\"a/button 1\"]`"),
            ("[pilot]\ncallsign = \"N1\n[audio]\n", ":2:12:", "not closed", "write \"N1\""),
            ("[speech]\nmodel = \"C:\\a\\b\n", ":2:9:", "not closed", "write 'C:\\a\\b'"),
            // Backslashes, some of them doubled.
            ("[speech]\nmodel = \"C:\\\\Users\\Ann\"\n", ":2:9:", "escape sequence", "'C:\\Users\\Ann'"),
            // They parse, but with another meaning.
            ("[speech]\nmodel = \"models\\base.bin\"\n", ":2:9", "'\\u{8}'", "single quotes"),
            ("[speech]\nmodel = \"C:\\\\temp\\new.bin\"\n", ":2:9", "'\\n'", "single quotes"),
            ("[sim]\nsimconnect_dll = \"x\\tSimConnect.dll\"\n", ":2:18", "'\\t'", "single quotes"),
            ("[sim]\nlink = \"replay:a\\fb\"\n", ":2:8", "'\\u{c}'", "single quotes"),
            // Invisible or look-alike characters.
            ("[pilot]\n\u{feff}callsign = \"N1\"\n", ":2:1:", "U+FEFF (a byte order mark)", "delete it"),
            ("[pilot]\n\u{a0}\u{a0}callsign = \"N1\"\n", ":2:1:", "U+00A0 (a no-break space)", "plain space"),
            ("[pilot]\ncallsign\u{2009}= \"N1\"\n", ":2:9:", "U+2009 (an unusual space)", "plain space"),
            ("[audio]\nmute = true\u{3000}# \u{e4}\n", ":2:12:", "U+3000 (an unusual space)", "plain space"),
            ("[aud\u{200b}io]\n", ":1:5:", "U+200B (an invisible character)", "delete it"),
            ("[audio]\nmute = true\u{2060}\n", ":2:12:", "U+2060 (an invisible character)", "delete it"),
            ("[pilot]\ncallsign = \u{201c}N1\u{201d}\n", ":2:12:", "U+201C (a typographic quote)", "straight quote"),
            ("[pilot]\ncallsign = \u{201e}N1\u{201c}\n", ":2:12:", "U+201E (a typographic quote)", "straight quote"),
            ("[pilot]\ncallsign = \u{ab}N1\u{bb}\n", ":2:12:", "U+00AB (a typographic quote)", "straight quote"),
            ("[audio]\nvolume_percent = \u{ff16}\u{ff10}\n", ":2:18:", "U+FF16 (a full-width character)", "'6'"),
            ("[audio]\nvolume_percent \u{ff1d} 60\n", ":2:16:", "U+FF1D (a full-width character)", "'='"),
            ("[audio]\nlautst\u{e4}rke = 60\n", ":2:7:", "U+00E4", "a to z"),
            ("[pilot]\ncallsign = \"N1\"\u{1a}[audio]\n", ":2:16:", "U+001A", "delete it"),
            ("[pilot]\ncallsign = \"N1\u{200b}\"\n", ":2:12:", "U+200B (an invisible character) stands in it", "delete it"),
            ("[brain]\nmode = \"auto\u{a0}\"\n", ":2:8:", "U+00A0 (a no-break space) stands in it", "did you mean `auto`?"),
            ("[speech]\nvoice = \"en-US\u{200b}\"\n", ":2:9", "U+200B (an invisible character) stands in it", "en-US"),
            // Misplaced, duplicated, or under another name.
            ("[sim]\nspeech.threads = 2\n", ":2:1:", "unknown key `speech`", "write `threads = 2` below [speech]"),
            ("[audio]\nkey = \"F13\"\n", ":2:1:", "unknown key `key` in [audio]", "`key` belongs below [ptt]"),
            ("callsign = \"N1\"\n", ":1:1:", "unknown key `callsign`", "`callsign` belongs below [pilot]"),
            ("[speech]\nolama_url = \"x\"\n", ":2:1:", "unknown key `olama_url`", "`ollama_url` belongs below [brain]"),
            ("[Audio]\n", ":1:2:", "unknown key `Audio`", "did you mean `audio`?"),
            ("[audio]\nTailMs = 3\n", ":2:1:", "unknown key `TailMs`", "did you mean `tail_ms`?"),
            ("[audio]\nmute = true\nmute = false\n", ":3:1:", "duplicate key", "keep only one of the two"),
            ("[audio]\n[sim]\n[audio]\n", ":3:2:", "duplicate key", "keep only one of the two"),
            ("[audio\nmute = true\n", ":1:1:", "is not closed", "write `[audio]`"),
            ("[audio]\nmute true\n", ":2:", "", "a line is a section"),
            ("[audio]\nmute: true\n", ":2:", "", "a line is a section"),
            ("[audio]\n; mute = true\n", ":2:", "", "a line is a section"),
            ("[pilot]\ncallsign = \"N1\" // mine\n", ":2:", "", "begins with #"),
        ] {
            let told = parse(text, Path::new("stratus.toml")).unwrap_err();
            assert_eq!(told.exit_code(), 3);
            let why = told.why.join(": ");
            assert!(why.contains(&format!("stratus.toml{place}")), "{text}: {told}");
            assert!(why.contains(says), "{text}: {told}");
            assert!(told.to_string().contains(fix), "{text}: {told}");
        }
    }

    #[test]
    fn every_key_of_the_shipped_file_has_its_default() {
        assert_eq!(shipped("audio.tail_ms"), Some("200"));
        assert_eq!(shipped("pilot.callsign"), Some("\"\""), "even an unset key");
        assert_eq!(shipped("ptt.joystick"), Some("[]"));
        assert_eq!((shipped("audio.nothing"), shipped("tail_ms"), shipped("pilot.tail_ms")), (None, None, None));
        assert!(keys().count() > 50);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_each_error_has_a_remedy(
            text in "(\\[?[a-z]{0,5}\\]?|[a-z_]{0,6} ?= ?|[\"'\\\\#\u{a0}\u{ff11}\u{e4}\r\n\u{1a}{}]|C:\\\\){0,14}",
        ) {
            if let Err(p) = parse(&text, Path::new("x")) {
                prop_assert!(!p.fix.is_empty() && !p.why.is_empty(), "{}", p);
            }
        }
    }
}
