//! Reading the configuration: errors that name the file, the line, the key, and what fits there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::renamed::{RENAMED, Renamed, renamed};
use crate::problem::Problem;
use crate::settings::Config;

/// Beyond this the file is not a configuration: a pilot pointed `--config` at something else.
const MAX_BYTES: u64 = 1 << 20;

/// Reads and checks the configuration at `path`; keys that were renamed are understood by their old names too.
pub fn read(path: &Path) -> Result<Config, Problem> {
    read_with(path, RENAMED)
}

pub(super) fn read_with(path: &Path, table: &[Renamed]) -> Result<Config, Problem> {
    let broken = |why: String, fix: &str| Err(Problem::config("cannot read the configuration").because(why).fix(fix.to_owned()));
    let shown = path.display();
    if path.is_dir() {
        return broken(format!("{shown} is a folder"), "move the folder away; Stratus then makes a new file");
    }
    if is_endless(path) {
        return broken(format!("{shown} is a pipe or a device"), "move it away; Stratus then makes a new file");
    }
    let mut bytes = Vec::new();
    if let Err(e) = File::open(path).and_then(|f| f.take(MAX_BYTES + 1).read_to_end(&mut bytes)) {
        return broken(format!("{shown}: {e}"), "check that the file is there and that you may read it");
    }
    if bytes.len() as u64 > MAX_BYTES {
        return broken(
            format!("{shown} is larger than 1 MiB"),
            "this is not a configuration of Stratus; `stratus config default` prints one",
        );
    }
    match String::from_utf8(bytes) {
        Ok(text) => parse(&renamed(&text, table).map_or(text, |(new, _)| new), path),
        Err(e) => {
            let at = e.utf8_error().valid_up_to();
            let line = e.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
            broken(format!("{shown}:{line}: the text is not UTF-8"), "save the file as UTF-8 in your editor")
        }
    }
}

/// A pipe that nobody fills would never be read to its end, nor would some devices.
pub(super) fn is_endless(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// Checks the text of a configuration; `path` is only for the words of an error.
pub fn parse(text: &str, path: &Path) -> Result<Config, Problem> {
    let config: Config = toml::from_str(text).map_err(|e| explain(&e, text, path))?;
    config.validate().map_err(|mut problem| {
        if let Some(at) = key_in(&problem.what).and_then(|key| place_of(text, key)) {
            let (line, column) = line_column(text, at);
            problem.why.insert(0, format!("{}:{line}:{column}", path.display()));
        }
        problem
    })?;
    Ok(config)
}

fn explain(error: &toml::de::Error, text: &str, path: &Path) -> Problem {
    let at = error.span().map_or(0, |s| s.start);
    let (line, column) = line_column(text, at);
    let key = key_at(text, at);
    let message = error.message().trim();
    let (why, fix) = match unknown(message) {
        Some((wrong, fits)) => {
            let fix = match nearest(wrong, &fits) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("these fit: {}", fits.join(", ")),
            };
            let thing = if message.starts_with("unknown variant") { "value" } else { "key" };
            (format!("unknown {thing} `{wrong}`{}", within(&key, wrong)), fix)
        }
        None => {
            let fix = match default_of(&key) {
                Some(value) => format!("the default is `{value}`"),
                None => "`stratus config default` prints a right one".to_owned(),
            };
            (if key.is_empty() { message.to_owned() } else { format!("`{key}`: {message}") }, fix)
        }
    };
    Problem::config("cannot use the configuration")
        .because(format!("{}:{line}:{column}: {}", path.display(), why.replace('\n', "; ")))
        .fix(fix)
}

/// " in [audio]" for an unknown key of that table, " for `brain.mode`" for an unknown value.
fn within(key: &str, wrong: &str) -> String {
    match key.rsplit_once('.') {
        Some((table, last)) if last == wrong => format!(" in [{table}]"),
        Some(_) => format!(" for `{key}`"),
        None => String::new(),
    }
}

/// serde's "unknown field `a`, expected one of `b`, `c`": the wrong word and those that fit.
fn unknown(message: &str) -> Option<(&str, Vec<&str>)> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (wrong, rest) = rest.split_once('`')?;
    Some((wrong, rest.split('`').skip(1).step_by(2).collect()))
}

/// The dotted key whose line holds byte `at`; only the table's name in a header; empty at the top.
fn key_at(text: &str, at: usize) -> String {
    let upto = text.get(..at).unwrap_or(text);
    let start = upto.rfind('\n').map_or(0, |n| n + 1);
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

/// A problem of `Config::validate` has its key in backticks.
fn key_in(what: &str) -> Option<&str> {
    what.split('`').nth(1)
}

/// Where the value of a dotted key begins, in bytes.
fn place_of(text: &str, key: &str) -> Option<usize> {
    let doc = toml_edit::Document::parse(text).ok()?;
    let mut item = doc.as_item();
    for part in key.split('.') {
        item = item.get(part)?;
    }
    item.span().map(|s| s.start)
}

/// Line and column, both from 1, columns in characters as editors count them.
fn line_column(text: &str, at: usize) -> (usize, usize) {
    let upto = text.get(..at).unwrap_or(text);
    let start = upto.rfind('\n').map_or(0, |n| n + 1);
    (upto.matches('\n').count() + 1, upto[start..].chars().count() + 1)
}

/// The default of a dotted key, as TOML.
fn default_of(key: &str) -> Option<String> {
    let value = toml::Value::try_from(Config::default()).ok()?;
    let mut at = &value;
    for part in key.split('.') {
        at = at.get(part)?;
    }
    (!at.is_table()).then(|| at.to_string())
}

/// The word among `fits` that `wrong` was probably meant to be.
fn nearest<'a>(wrong: &str, fits: &[&'a str]) -> Option<&'a str> {
    let limit = (wrong.chars().count() / 3).clamp(1, 3);
    fits.iter().map(|f| (distance(wrong, f), *f)).filter(|(d, _)| *d <= limit).min().map(|(_, f)| f)
}

/// Typing slips between two words: letters put in, left out, changed, or two neighbours swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mut best = (rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])).min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> String {
        parse(text, Path::new("stratus.toml")).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_place_the_key_and_what_fits() {
        for (text, place, says, fix) in [
            ("[audio]\nmute = true\ntial_ms = 3\n", ":3:1:", "unknown key `tial_ms` in [audio]", "did you mean `tail_ms`?"),
            ("[audi]\n", ":1:2:", "unknown key `audi`", "did you mean `audio`?"),
            ("[audio]\ntail_ms = \"long\"\n", ":2:11:", "`audio.tail_ms`", "the default is `200`"),
            ("[audio]\ntail_ms = -1\n", ":2:11:", "`audio.tail_ms`", "the default is `200`"),
            ("[brain]\nmode = \"rule\"\n", ":2:8:", "unknown value `rule` for `brain.mode`", "did you mean `rules`?"),
            ("[pilot]\ncallsign = \"?\"\n", ":2:12:", "callsign of 2 to 8 letters", "stratus config default"),
            ("# x\n\n[audio]\nvolume_percent = 101\n", ":4:18", "`audio.volume_percent` does not fit", "0 to 100"),
            ("[log]\nlevel = \"\u{e4}\u{e4}\" junk\n", ":2:14:", "", "the default is"),
        ] {
            let told = told(text);
            assert!(told.contains(&format!("stratus.toml{place}")), "{text}: {told}");
            assert!(told.contains(says), "{text}: {told}");
            assert!(told.contains(fix), "{text}: {told}");
        }
        assert!(told("[audio]\nqqqqqq = 1\n").contains("these fit: microphone"));
    }

    #[test]
    fn an_empty_text_means_not_set() {
        let config = parse("[pilot]\ncallsign = \"\"\n[sim]\ncom1 = \"118.1\"\n", Path::new("x")).unwrap();
        assert_eq!(config.pilot.callsign, None);
        assert_eq!(config.sim.com1.unwrap().to_string(), "118.1");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(\\[[a-z.]{0,6}\\]?\n|[a-z_]{0,8} ?=? ?[\"'{}\\[\\]0-9a-zä.]{0,8}\n?){0,6}") {
            let _ = parse(&text, Path::new("x"));
        }

        #[test]
        fn any_text_is_survived(text in "\\PC{0,60}") {
            let _ = parse(&text, Path::new("x"));
        }
    }
}
