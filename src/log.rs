//! The log: a size-limited file for the tray, standard error for commands.
//!
//! An unwritable log is reported as a `Problem`, and never prevents a flight.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use log::LevelFilter;
use simplelog::{CombinedLogger, ConfigBuilder, SharedLogger, WriteLogger};

use crate::paths::append_private;
use crate::problem::Problem;

/// A log file is rotated at this size, bytes; one older file is kept.
pub const MAX_BYTES: u64 = 1 << 20;

/// Starts the log. `file` receives what `level` ("error", "warn", "info", "debug") lets through; with `stderr`, so does standard
/// error. Returns a problem if the file cannot be written. A second call in a process only changes the level.
pub fn start(file: Option<&Path>, level: &str, stderr: bool) -> Option<Problem> {
    let mut problem = None;
    // Messages of other crates (D-Bus, HTTP) may contain private data that does not belong in a bug report; our own suffice.
    let config =
        ConfigBuilder::new().set_time_format_rfc3339().set_thread_level(LevelFilter::Error).add_filter_allow_str("stratus").build();
    let mut sinks: Vec<Box<dyn SharedLogger>> = Vec::new();
    if let Some(path) = file {
        match Bounded::open(path, MAX_BYTES) {
            Ok(out) => sinks.push(WriteLogger::new(LevelFilter::Debug, config.clone(), out)),
            Err(e) => {
                problem = Some(
                    Problem::new("cannot write the log")
                        .because(format!("{}: {e}", path.display()))
                        .fix("make the folder writable to get a log; Stratus works without it"),
                );
            }
        }
    }
    if stderr {
        sinks.push(WriteLogger::new(LevelFilter::Debug, config, io::stderr()));
    }
    // It fails only if a logger exists already, which then stays.
    let _ = CombinedLogger::init(sinks);
    set_level(level);
    problem
}

/// Changes the log level at once. An unknown word means "info" (`Config::validate` rejects it earlier).
pub fn set_level(level: &str) {
    log::set_max_level(level.parse().unwrap_or(LevelFilter::Info));
}

/// A file that is rotated when it is full, so that a log never fills a disk.
#[derive(Debug)]
struct Bounded {
    path: PathBuf,
    file: File,
    /// A line arrives in pieces. It is written as a whole, so that a file never ends in the middle of one.
    line: Vec<u8>,
    written: u64,
    max: u64,
}

impl Bounded {
    fn open(path: &Path, max: u64) -> io::Result<Self> {
        let file = append_private(path)?;
        let written = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, line: Vec::new(), written, max })
    }

    fn set_aside(&mut self) -> io::Result<()> {
        fs::rename(&self.path, self.path.with_extension("old.log"))?;
        *self = Self::open(&self.path, self.max)?;
        Ok(())
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if self.line.ends_with(b"\n") {
            let line = std::mem::take(&mut self.line);
            // If the folder became read-only, lines beyond the limit are dropped.
            if self.written < self.max || self.set_aside().is_ok() {
                self.file.write_all(&line)?;
                self.written = self.written.saturating_add(line.len() as u64);
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_log_is_rotated_and_stays_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/stratus.log");
        let mut log = Bounded::open(&path, 100).unwrap();
        for _ in 0..100 {
            log.write_all(b"01234").unwrap();
            log.write_all(b"5678\n").unwrap();
        }
        let sizes: Vec<u64> = fs::read_dir(path.parent().unwrap()).unwrap().map(|f| f.unwrap().metadata().unwrap().len()).collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|s| *s <= 110), "{sizes:?}");
        drop(log);
        assert!(Bounded::open(&path, 100).unwrap().written > 0, "a restart continues the same file");
    }

    #[test]
    fn folder_creation_failure_is_reported_and_survived() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        fs::write(&blocked, "").unwrap();
        let problem = start(Some(&blocked.join("stratus.log")), "info", false).unwrap();
        assert!(problem.to_string().contains("cannot write the log"), "{problem}");
    }
}
