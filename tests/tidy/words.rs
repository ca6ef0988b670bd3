//! Words that comments and documents do not use, read from the glossary.

use super::tree;

/// The document with the list.
pub const GLOSSARY: &str = "docs/glossary.md";
/// The section of the list: a table whose first column contains the words, separated by commas.
const HEADING: &str = "## Words we do not use";

/// How many violations a failure lists.
const MOST_LISTED: usize = 60;

/// A stretch of prose without a blank line: the number of its first line, and its text.
type Paragraph = (usize, String);

/// Words that this folder still uses, in code that is older than their row. Remove a word here once the folder does not use it.
const STILL_USED: (&str, &[&str]) =
    ("crates/stratus-atc/", &["in force", "is no", "are no", "settle", "settles", "news", "at rest", "is gone", "tells of"]);

/// The words of the list, normalised. A parenthesis describes the sense of a word ("settle (of a file)"). A search cannot recognise
/// a sense, so the word is banned in every sense.
pub fn banned(glossary: &str) -> Vec<String> {
    assert!(
        glossary.lines().any(|l| l == HEADING),
        "{GLOSSARY}: the section \"{HEADING}\" with its table `| word | use instead |` is missing"
    );
    let rows = tree::section(glossary, HEADING).filter(|l| l.starts_with('|')).skip(2);
    let cells: Vec<String> = rows.filter_map(|row| row.split('|').nth(1)).map(without_sense).collect();
    let words: Vec<String> =
        cells.iter().flat_map(|cell| cell.split(',')).map(|w| normal(&w.replace(['`', '"'], ""))).filter(|w| !w.is_empty()).collect();
    assert!(!words.is_empty(), "{GLOSSARY}: the table of \"{HEADING}\" has no row whose words can be searched for");
    words
}

/// A cell without the text in parentheses.
fn without_sense(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        rest = after.split_once(')').map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// Whether normalised prose contains a word of the list. "There is no" and "is no longer" do not count as "is no".
fn has(prose: &str, word: &str) -> bool {
    let prose = format!(" {prose} ");
    prose.match_indices(&format!(" {word} ")).any(|(at, found)| {
        let (before, after) = (&prose[..at], &prose[at + found.len()..]);
        !word.ends_with(" no") || !(before.ends_with(" there") || after.starts_with("longer ") || after.starts_with("more "))
    })
}

/// Fails for every banned word in a comment or a document.
pub fn check(files: &[(String, String)], glossary: &str) {
    let banned = banned(glossary);
    let mut found = Vec::new();
    for (path, text) in files {
        let path = path.replace('\\', "/");
        for (line, prose) in paragraphs_of(&path, text) {
            let prose = normal(&unquoted(&prose));
            let excused = |word: &str| path.starts_with(STILL_USED.0) && STILL_USED.1.contains(&word);
            for word in banned.iter().filter(|w| has(&prose, w) && !excused(w)) {
                found.push(format!("{path}:{line}: \"{word}\""));
            }
        }
    }
    let listed = found.iter().take(MOST_LISTED).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(found.is_empty(), "{} banned words; {GLOSSARY} says what to use instead:\n{listed}", found.len());
}

/// The prose of a file, by its kind. Empty for exempt files and other kinds.
fn paragraphs_of(path: &str, text: &str) -> Vec<Paragraph> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == "CHANGELOG.md" || name.starts_with("LICENSE") || path.starts_with("tests/fixtures/") {
        return Vec::new();
    }
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rs" => paragraphs(text.lines().map(rust_comment)),
        "sh" | "py" | "toml" | "yml" => paragraphs(text.lines().map(|l| l.trim_start().strip_prefix('#'))),
        // The list itself contains the words.
        "md" if path == GLOSSARY => paragraphs(text.lines().take_while(|l| *l != HEADING).map(Some)),
        "md" => paragraphs(text.lines().map(Some)),
        _ => Vec::new(),
    }
}

/// The comment of a line: a whole line, or one after code. A `//` within a string is not a comment.
fn rust_comment(line: &str) -> Option<&str> {
    if let Some(comment) = line.trim_start().strip_prefix("//") {
        return Some(comment.trim_start_matches(['/', '!']));
    }
    let (code, comment) = line.split_once(" // ")?;
    (code.matches('"').count() % 2 == 0).then_some(comment)
}

/// Joins the lines of each paragraph. `None` is a line without prose. Fenced code is skipped; rows of tables, items of lists and
/// headings are separate paragraphs.
fn paragraphs<'a>(lines: impl Iterator<Item = Option<&'a str>>) -> Vec<Paragraph> {
    let (mut all, mut open, mut fenced) = (Vec::<Paragraph>::new(), false, false);
    for (n, line) in lines.enumerate() {
        let line = line.map_or("", str::trim);
        if line.starts_with("```") {
            fenced = !fenced;
            open = false;
        } else if fenced || line.is_empty() {
            open = false;
        } else {
            let starts = line.starts_with(['|', '#', '>']) || line.starts_with("- ") || line.starts_with("* ");
            match all.last_mut().filter(|_| open && !starts) {
                Some((_, text)) => {
                    text.push(' ');
                    text.push_str(line);
                }
                None => all.push((n + 1, line.to_owned())),
            }
            open = true;
        }
    }
    all
}

/// The text with a `;` for everything in backticks or double quotes. An opening mark without a closing one is dropped.
fn unquoted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '"', '\u{201c}']) {
        out.push_str(&rest[..at]);
        let mark = rest[at..].chars().next().unwrap_or('"');
        let after = &rest[at + mark.len_utf8()..];
        let close = if mark == '\u{201c}' { '\u{201d}' } else { mark };
        rest = match after.split_once(close) {
            Some((_, behind)) => {
                out.push_str(" ; ");
                behind
            }
            None => after,
        };
    }
    out.push_str(rest);
    out
}

/// Lower-case words with single spaces. Punctuation becomes a word, so that no phrase is found across it.
fn normal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '_' | '\'') {
            out.extend(c.to_lowercase());
        } else if c.is_whitespace() {
            out.push(' ');
        } else {
            out.push_str(" ; ");
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn self_check() {
    let list = format!(
        "# Glossary\n\n{HEADING}\n\n| word | use instead |\n|---|---|\n| whoever, in force | who |\n| settle, has settled (of a file) | debounce |\n"
    );
    assert_eq!(banned(&list), ["whoever", "in force", "settle", "has settled"]);
    for (prose, found) in [
        ("a tone is no voice", true),
        ("there is no voice", false),
        ("it is no longer a voice ; that is no voice", true),
        ("there is no voice and it is no longer heard", false),
    ] {
        assert_eq!(has(prose, "is no"), found, "{prose}");
    }
    let hits = |path: &str, text: &str| {
        let all = paragraphs_of(path, text);
        let found = |word: &str| all.iter().any(|(_, p)| has(&normal(&unquoted(p)), word));
        banned(&list).into_iter().filter(|w| found(w)).collect::<Vec<_>>()
    };
    assert_eq!(hits("a.md", "Whoever reads.\nWhat is in\nforce."), ["whoever", "in force"]);
    assert_eq!(hits("src/a.rs", "//! Whoever.\nlet a = 1; // It is in force\n"), ["whoever", "in force"]);
    assert_eq!(hits("a.sh", "#!/bin/sh\n# in force\n"), ["in force"]);
    assert_eq!(hits("a.md", "| in `force` | \"whoever\" |\n\n```\nin force\n```\n\nIn, force; whoevers settled."), [""; 0]);
    assert_eq!(hits("a.md", "Until the file has settled. (They settle.)"), ["settle", "has settled"]);
    assert_eq!(hits("src/a.rs", "let whoever = \u{22} // in force\u{22};\n// in `the` force\n"), [""; 0]);
    assert_eq!(hits("tests/fixtures/a.md", "in force"), [""; 0]);
    assert_eq!(hits("CHANGELOG.md", "in force"), [""; 0]);
    assert_eq!(paragraphs(["a", "", "b", "- c"].map(Some).into_iter()), [(1, "a".to_owned()), (3, "b".to_owned()), (4, "- c".to_owned())]);
}
