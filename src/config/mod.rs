//! The pilot's configuration file: found, created on the first run, read, watched, and changed one key at a time.
//!
//! Stratus never rewrites the file: single keys are changed in place, and comments stay.

pub mod before;
mod explain;
mod good;
mod hints;
mod lex;
mod mend;
mod mistakes;
mod place;
mod read;
pub mod renamed;
mod set;
mod text;
mod watch;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use place::{look, may_change};
pub use read::{Examined, examine, parse, place, read};
pub use set::set_key;
pub use watch::Watch;

use mistakes::KEPT;
use renamed::{Notice, RENAMED, Renamed};

use crate::paths::{private, private_folder};
use crate::problem::Problem;
use crate::settings::Config;

/// The shipped configuration: every key, commented out, with unit, meaning and default.
pub const SHIPPED: &str = include_str!("../../config/stratus.toml");

/// The configuration at start-up, and what was wrong with the file, if anything.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The active configuration.
    pub config: Arc<Config>,
    /// A problem to report: the file could not be used, and `config` holds the last valid settings or else the defaults; or the
    /// file could not be written.
    pub problem: Option<Problem>,
    /// Keys in the file that were renamed.
    pub notice: Option<Notice>,
    /// Text that was understood although it is not written correctly.
    pub warnings: Vec<Problem>,
    /// The file.
    path: PathBuf,
    /// What is used instead if the file cannot be used.
    pub instead: Option<Instead>,
}

/// What is active instead of a file that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// The copy of the last valid file.
    LastGood,
    /// The pilot's settings are unknown.
    Defaults,
}

impl Instead {
    /// A mistake in the file, and what is active until it is fixed.
    pub fn told(self, p: &Problem, path: &Path) -> Problem {
        let short = p.short();
        let (title, mistake) = (short.title, short.cause.strip_suffix(KEPT).unwrap_or_default());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match self {
            Self::LastGood => p
                .clone()
                .because(format!("your last valid settings are in use ({name}.last-good)"))
                .brief(title, format!("{mistake}{KEPT}")),
            Self::Defaults => p
                .clone()
                .because("the default settings are in use")
                .brief(title, format!("{mistake}Until you fix it, the default settings are used.")),
        }
    }
}

impl Loaded {
    /// The problem as reported at start-up, with what is active.
    pub fn told(&self) -> Option<Problem> {
        let p = self.problem.as_ref()?;
        Some(self.instead.map_or_else(|| p.clone(), |instead| instead.told(p, &self.path)))
    }
}

/// The active configuration for `path`: the file's settings; if they cannot be used, the last valid ones or else the defaults, and
/// why. A `named` file must exist.
pub fn in_force(path: &Path, named: bool) -> (Arc<Config>, Option<Problem>) {
    let there = look(path).and_then(|there| if there || named { read(path) } else { Ok(Config::default()) });
    match there {
        Ok(config) => (Arc::new(config), None),
        Err(p) => match good::last(path) {
            Some(last) => (Arc::new(last), Some(Instead::LastGood.told(&p, path))),
            None => (Arc::default(), Some(Instead::Defaults.told(&p, path))),
        },
    }
}

/// Reads the configuration at `path`; creates the file, with all keys commented out, if there is none.
///
/// Never fails: a program without a window that exits over a typing mistake could not even report it.
pub fn load_or_create(path: &Path) -> Loaded {
    load_with(path, RENAMED)
}

fn load_with(path: &Path, table: &[Renamed]) -> Loaded {
    let (mut notice, mut unwritten) = (None, None);
    let loaded = |config, problem, notice, instead| {
        let path = path.to_owned();
        Loaded { config, problem, notice, warnings: Vec::new(), path, instead }
    };
    let defaults = |problem, notice| loaded(Arc::default(), problem, notice, None);
    match look(path) {
        Ok(true) => {}
        Ok(false) => match create(path) {
            Ok(()) => return defaults(None, notice),
            // Another instance was faster.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                let p = Problem::config("cannot create the settings file").because(format!("{}: {e}", path.display()));
                let fix = "Stratus uses the defaults; make the folder writable, or name a file with `--config FILE`";
                return defaults(Some(p.fix(fix)), notice);
            }
        },
        Err(p) => return defaults(Some(p), notice),
    }
    let damaged = good::restore(path);
    match renamed::migrate(path, table) {
        Ok(done) => notice = done,
        Err(p) => unwritten = Some(p),
    }
    match read::examine_with(path, table) {
        Ok(Examined { config, warnings }) => {
            good::keep(path);
            Loaded { warnings, ..loaded(Arc::new(config), damaged.or(unwritten), notice, None) }
        }
        Err(problem) => {
            // If a damaged file could not be restored, its own problem says what is active.
            let last = if damaged.is_none() { good::last(path) } else { None };
            let problem = damaged.unwrap_or(problem);
            match last {
                Some(last) => loaded(Arc::new(last), Some(problem), notice, Some(Instead::LastGood)),
                None => loaded(Arc::default(), Some(problem), notice, Some(Instead::Defaults)),
            }
        }
    }
}

/// Writes the shipped configuration if the path is free; otherwise `AlreadyExists`, whatever is there.
pub fn create(path: &Path) -> io::Result<()> {
    create_with(path, |file| file.write_all(SHIPPED.as_bytes()))
}

fn create_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
    private_folder(folder)?;
    // Write under a temporary name first: half a file would be read as a whole one at the next start.
    let temp = folder.join(format!(".stratus.toml.{}.new", std::process::id()));
    let write = || {
        let mut file = private().write(true).create(true).truncate(true).open(&temp)?;
        fill(&mut file)?;
        file.sync_all()?;
        // A hard link never overwrites a file that appeared meanwhile; on file systems without them, check first.
        match fs::hard_link(&temp, path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists && fs::symlink_metadata(path).is_err() => fs::rename(&temp, path),
            linked => linked,
        }
    };
    let written = write();
    let _ = fs::remove_file(&temp);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shipped file with every `# key = value` uncommented.
    fn uncommented() -> String {
        let is_key = |line: &str| {
            line.strip_prefix("# ")
                .and_then(|l| l.split_once(" = "))
                .is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
        };
        SHIPPED.lines().map(|l| if is_key(l) { &l[2..] } else { l }).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn commented_and_uncommented_files_equal_the_defaults() {
        let at = Path::new("stratus.toml");
        assert_eq!(parse(SHIPPED, at).unwrap(), Config::default());
        assert_eq!(parse(&uncommented(), at).unwrap(), Config::default());
    }

    #[test]
    fn shipped_file_contains_every_key_and_nothing_else() {
        let shipped: toml::Table = uncommented().parse().unwrap();
        let default = serde_json::to_value(Config::default()).unwrap();
        let keys = |table: &str| default[table].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let mut tables: Vec<_> = default.as_object().unwrap().keys().cloned().collect();
        tables.sort();
        let mut found: Vec<_> = shipped.keys().cloned().collect();
        found.sort();
        assert_eq!(found, tables);
        for table in &tables {
            let mut found: Vec<_> = shipped[table].as_table().unwrap().keys().cloned().collect();
            let mut wanted = keys(table);
            found.sort();
            wanted.sort();
            assert_eq!(found, wanted, "[{table}]");
        }
    }

    #[test]
    fn shipped_file_fits_the_window_of_an_editor() {
        assert!(SHIPPED.starts_with("# The settings of Stratus. To change one:\n# 1. Remove the \"#\""));
        for line in SHIPPED.lines() {
            assert!(line.chars().count() <= 70, "{line}");
        }
    }

    /// The shipped file as a page: a table per section, each key with its default and the comment above it.
    fn reference() -> String {
        let mut page = String::from(
            "# Configuration\n\n`stratus config path` prints the path of the settings file. This page is generated from the file that \
             Stratus ships.\n",
        );
        let mut about: Vec<&str> = Vec::new();
        for line in SHIPPED.lines() {
            let key = line
                .strip_prefix("# ")
                .and_then(|l| l.split_once(" = "))
                .filter(|(k, _)| k.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit()));
            if line.starts_with('[') {
                page.push_str(&format!("\n## `{line}`\n\n| key | default | what it is |\n|---|---|---|\n"));
                about.clear();
            } else if let Some((key, default)) = key {
                let words = about.join(" ").replace('|', "\\|");
                page.push_str(&format!("| `{key}` | `{default}` | {} |\n", words.split_whitespace().collect::<Vec<_>>().join(" ")));
                about.clear();
            } else if let Some(words) = line.strip_prefix("# ") {
                about.push(words);
            } else {
                about.clear();
            }
        }
        page
    }

    #[test]
    fn the_reference_matches_the_shipped_file() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
        if std::env::var_os("STRATUS_BLESS").is_some() {
            fs::write(&path, reference()).unwrap();
        }
        assert!(fs::read_to_string(path).unwrap_or_default() == reference(), "run STRATUS_BLESS=1 cargo test --lib the_reference");
    }

    #[test]
    fn first_run_creates_the_file_and_the_second_keeps_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/stratus.toml");
        assert!(load_or_create(&path).problem.is_none());
        assert_eq!(fs::read_to_string(&path).unwrap(), SHIPPED);
        fs::write(&path, "[audio]\nmute = true\n").unwrap();
        let again = load_or_create(&path);
        assert!(again.problem.is_none() && again.config.audio.mute);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[audio]\nmute = true\n");
    }

    #[test]
    fn full_disk_leaves_no_partial_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stratus.toml");
        let full = create_with(&path, |file| {
            file.write_all(b"[aud")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        create_with(&path, |file| {
            file.write_all(b"[aud")?;
            assert!(!path.exists(), "it has no name until it is complete, so a power failure leaves nothing behind");
            Ok(())
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"[aud");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn broken_file_starts_with_defaults_and_a_reason() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("stratus.toml");
        let starts = |what: &str| {
            let loaded = load_or_create(&file);
            assert_eq!(*loaded.config, Config::default(), "{what}");
            let problem = loaded.problem.expect(what);
            assert_eq!(problem.exit_code(), 3);
            assert!(problem.to_string().contains("stratus.toml"), "{what}: {problem}");
            assert!(!problem.fix.is_empty(), "{what}: {problem}");
        };
        fs::write(&file, "[audio]\ntial_ms = 3\n").unwrap();
        starts("unknown key");
        fs::write(&file, b"[audio]\nmicrophone = \"\xff\xfe\"\n").unwrap();
        starts("invalid UTF-8");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        starts("a directory");
        fs::remove_dir(&file).unwrap();
        #[cfg(unix)]
        {
            // Nobody writes into this pipe, so reading it would block forever.
            assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
            starts("a pipe");
            assert!(set_key(&file, "audio.mute", "true").is_err());
            fs::remove_file(&file).unwrap();
        }
        let under_a_file = dir.path().join("plain");
        fs::write(&under_a_file, "").unwrap();
        assert!(load_or_create(&under_a_file.join("stratus.toml")).problem.is_some(), "no folder possible");
    }
}
