//! The log: a bounded file for the tray, standard error for commands.
//!
//! A log that cannot be written is a `Problem` to tell, never a reason not to fly.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use log::LevelFilter;
use simplelog::{CombinedLogger, ConfigBuilder, SharedLogger, WriteLogger};

use crate::paths::append_private;
use crate::problem::Problem;

/// A log file is set aside when it has grown to this many bytes; one older file is kept.
pub const MAX_BYTES: u64 = 1 << 20;

/// Starts the log. `file` gets what `level` ("error", "warn", "info", "debug") lets through; with `stderr` the same
/// goes to standard error. Gives back what a person should know when the file cannot be written. A second call
/// in one process only sets the level.
pub fn start(file: Option<&Path>, level: &str, stderr: bool) -> Option<Problem> {
    let mut problem = None;
    // Other crates' chatter (D-Bus, HTTP) can hold what nobody wants in a bug report; our own lines tell the story.
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
    // It fails only when a logger is there already: then that one stays.
    let _ = CombinedLogger::init(sinks);
    set_level(level);
    problem
}

/// Changes how much is logged, at once. An unknown word means "info" (`Config::validate` refuses it earlier).
pub fn set_level(level: &str) {
    log::set_max_level(level.parse().unwrap_or(LevelFilter::Info));
}

/// A file that is set aside when it is full, so that a log never fills a disk.
#[derive(Debug)]
struct Bounded {
    path: PathBuf,
    file: File,
    /// A line comes in pieces: it is written as one, and a file never ends in the middle of it.
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
            // Where the folder became read-only, what does not fit any more is dropped: the bound stays.
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
    fn a_full_log_is_set_aside_once_and_stays_bounded() {
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
        assert!(Bounded::open(&path, 100).unwrap().written > 0, "a restart goes on in the same file");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_told_and_survived() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        fs::write(&blocked, "").unwrap();
        let problem = start(Some(&blocked.join("stratus.log")), "info", false).unwrap();
        assert!(problem.to_string().contains("cannot write the log"), "{problem}");
    }
}
