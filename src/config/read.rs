//! Reads the configuration: bytes, text, then keys and values. Errors name the file, the line, the key, and what is allowed there
//! (`explain`).

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::explain::{called, explain, is_unseen, line_column, lookalike, place_of};
use super::mend::readable;
use super::mistakes::{self, Mistake};
use super::place::{look, unread};
use super::renamed::{RENAMED, Renamed, renamed};
use super::text::{Form, decode};
use crate::problem::Problem;
use crate::settings::Config;

/// A larger file is not a configuration: `--config` points to something else.
const MAX_BYTES: u64 = 1 << 20;

/// A usable configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Examined {
    /// The settings.
    pub config: Config,
    /// Text that was understood although it is not written correctly.
    pub warnings: Vec<Problem>,
}

/// Reads and checks the configuration at `path`; renamed keys are accepted under their old names, too.
pub fn read(path: &Path) -> Result<Config, Problem> {
    examine(path).map(|e| e.config)
}

/// As `read`, with warnings.
pub fn examine(path: &Path) -> Result<Examined, Problem> {
    examine_with(path, RENAMED)
}

pub(super) fn examine_with(path: &Path, table: &[Renamed]) -> Result<Examined, Problem> {
    let (text, _) = open(path)?;
    examine_text(&text, path, table)
}

/// The file's text and encoding.
pub(super) fn open(path: &Path) -> Result<(String, Form), Problem> {
    if !look(path)? {
        return Err(unread(path, &io::ErrorKind::NotFound.into()));
    }
    let mut bytes = Vec::new();
    File::open(path).and_then(|f| f.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(|e| unread(path, &e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Problem::config("cannot read the configuration")
            .because(format!("{} is larger than 1 MiB", path.display()))
            .fix("this is not a settings file of Stratus; `stratus config default` prints one"));
    }
    decode(&bytes, path).map_err(super::text::NoText::problem)
}

/// Checks the text of a configuration; `path` is used only in error messages.
pub fn parse(text: &str, path: &Path) -> Result<Config, Problem> {
    examine_text(text, path, &[]).map(|e| e.config)
}

fn examine_text(text: &str, path: &Path, table: &[Renamed]) -> Result<Examined, Problem> {
    let readable = readable(text);
    let mut warnings = readable.warnings(path);
    let text = renamed(&readable.text, table).map_or(readable.text, |(new, _)| new);
    let config = valid(&text, path).map_err(|first| mistakes::of(&text, first, |rest| valid(rest, path).err()))?;
    warnings.extend(unseen(&text, path));
    Ok(Examined { config, warnings })
}

/// The settings of a text, or its first mistake.
fn valid(text: &str, path: &Path) -> Result<Config, Mistake> {
    let config: Config = toml::from_str(text).map_err(|e| explain(&e, text, path))?;
    config.validate().map(|()| config).map_err(|mut problem| {
        let key = key_in(&problem.what).unwrap_or_default().to_owned();
        let mut place = None;
        if let Some(value) = place_of(text, &key) {
            let (line, column) = line_column(text, value.start);
            if let Some(c) = text.get(value).and_then(lookalike) {
                problem.why.push(format!("{} stands in it", called(c)));
            }
            place = Some((line, column));
        }
        let why = format!("{key}: {}", problem.why.join(": "));
        problem.why.splice(0..0, place.map(|(line, column)| format!("{}:{line}:{column}", path.display())));
        Mistake { line: place.map(|(line, _)| line), why, problem: Box::new(problem) }
    })
}

/// Warns about invisible characters in values: a file or a device with such a name hardly exists.
fn unseen(text: &str, path: &Path) -> Vec<Problem> {
    let found = super::lex::pieces(text).into_iter().filter(|p| !matches!(p.kind, super::lex::Kind::Code | super::lex::Kind::Comment));
    let found = found.filter_map(|p| {
        let (offset, c) = text[p.at.clone()].char_indices().find(|(_, c)| is_unseen(*c) && !c.is_control())?;
        let (line, column) = line_column(text, p.at.start + offset);
        let p = Problem::config("a value in the settings contains an invisible character");
        Some(
            p.because(format!("{}:{line}:{column}: {}", path.display(), called(c)))
                .fix("delete it, or retype the value")
                .brief("A value in your settings has an invisible character", ""),
        )
    });
    found.collect()
}

/// The position of a dotted key's value in the file, for a message: "/home/ann/stratus.toml:2:7".
pub fn place(path: &Path, key: &str) -> String {
    let at = open(path).ok().and_then(|(text, _)| {
        let text = readable(&text).text;
        place_of(&text, key).map(|value| line_column(&text, value.start))
    });
    at.map_or_else(|| path.display().to_string(), |(line, column)| format!("{}:{line}:{column}", path.display()))
}

/// A problem of `Config::validate` has its key in backticks.
fn key_in(what: &str) -> Option<&str> {
    what.split('`').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> String {
        parse(text, Path::new("stratus.toml")).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_the_place_the_key_and_the_allowed_values() {
        for (text, place, says, fix) in [
            ("[audio]\nmute = true\ntial_ms = 3\n", ":3:1:", "unknown key `tial_ms` in [audio]", "did you mean `tail_ms`?"),
            ("[audi]\n", ":1:2:", "unknown key `audi`", "did you mean `audio`?"),
            ("[audio]\ntail_ms = \"long\"\n", ":2:11:", "`audio.tail_ms`", "the default is `200`"),
            ("[audio]\ntail_ms = -1\n", ":2:11:", "`audio.tail_ms`", "the default is `200`"),
            ("[brain]\nmode = \"rule\"\n", ":2:8:", "unknown value `rule` for `brain.mode`", "did you mean `rules`?"),
            ("[pilot]\ncallsign = \"?\"\n", ":2:12:", "callsign of 2 to 8 letters", "stratus config default"),
            ("# x\n\n[audio]\nvolume_percent = 101\n", ":4:18", "the value of `audio.volume_percent`", "0 to 100"),
            ("[log]\nlevel = \"\u{e4}\u{e4}\" junk\n", ":2:14:", "", "only a comment that begins with # may follow"),
        ] {
            let told = told(text);
            assert!(told.contains(&format!("stratus.toml{place}")), "{text}: {told}");
            assert!(told.contains(says), "{text}: {told}");
            assert!(told.contains(fix), "{text}: {told}");
        }
        assert!(told("[audio]\nqqqqqq = 1\n").contains("these fit: microphone"));
    }

    #[test]
    fn empty_text_means_unset() {
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
        fn any_text_is_handled(text in "\\PC{0,60}") {
            let _ = parse(&text, Path::new("x"));
        }
    }
}
