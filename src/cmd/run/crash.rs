//! Crash reports, and the message about a crash at the next start.
//!
//! A panic writes the report at once. A crash without a report (a fault in a C library, a power failure) is detected by a marker
//! file that only a clean exit removes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::event::Event;
use crate::paths::{Paths, private, private_folder};

/// Maximum size of a report, bytes: a panic in a loop must not fill the disk.
const MAX_BYTES: u64 = 256 * 1024;

/// The marker of a running Stratus, removed on drop.
pub(super) struct Mark(PathBuf);

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Sets the marker, and makes panics write a report. Returns the message about the previous run, if any.
pub(super) fn begin(paths: &Paths) -> (Mark, Option<Event>) {
    let (mark, report) = (paths.log_dir.join("running"), paths.log_dir.join("crash.txt"));
    let told = last_run(&mark, &report, &paths.log_file());
    let _ = private_folder(&paths.log_dir);
    let _ = private().write(true).create(true).truncate(true).open(&mark).and_then(|mut f| writeln!(f, "{}", std::process::id()));
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current().name().unwrap_or("without a name").to_owned();
        log::error!("panic in {thread}: {panic}");
        write(&report, &thread, &panic.to_string());
        usual(panic);
    }));
    (Mark(mark), told)
}

/// How the previous run ended. Its report is set aside, so that it is reported only once.
fn last_run(mark: &Path, report: &Path, log: &Path) -> Option<Event> {
    let died = mark.exists();
    let kept = report.with_file_name("crash.old.txt");
    let body = if fs::rename(report, &kept).is_ok() {
        log::warn!("the last run failed: the report is {}", kept.display());
        let name = kept.file_name().unwrap_or_default().to_string_lossy();
        format!("The report is {name} in the log folder; it contains none of your words.\nOpen it under Help \u{203a} Log folder.")
    } else if died {
        log::warn!("the last run ended unexpectedly: {}", log.display());
        let name = log.file_name().unwrap_or_default().to_string_lossy();
        format!("It ended unexpectedly. Its last steps are in {name}.\nOpen it under Help \u{203a} Log folder.")
    } else {
        return None;
    };
    Some(Event::Notice { title: "Stratus failed last time".into(), body })
}

fn write(report: &Path, thread: &str, words: &str) {
    if fs::metadata(report).is_ok_and(|m| m.len() > MAX_BYTES) {
        return;
    }
    let trace = std::backtrace::Backtrace::force_capture();
    let text = format!(
        "Stratus {} ({}, {})\nthread: {thread}\n{words}\n\n{trace}\n\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let opened = private().create(true).append(true).open(report);
    // Errors inside a panic cannot be reported.
    let _ = opened.and_then(|mut f| f.write_all(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(told: Option<Event>) -> String {
        match told {
            Some(Event::Notice { body, .. }) => body,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn crash_is_reported_once_and_a_clean_exit_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (mark, report, log) = (dir.path().join("running"), dir.path().join("crash.txt"), dir.path().join("stratus.log"));
        assert_eq!(last_run(&mark, &report, &log), None);
        fs::write(&mark, "1").unwrap();
        assert!(body(last_run(&mark, &report, &log)).contains("stratus.log"));
        drop(Mark(mark.clone()));
        assert_eq!(last_run(&mark, &report, &log), None);
        write(&report, "capture", "two is too much");
        assert!(body(last_run(&mark, &report, &log)).contains("crash.old.txt"));
        assert!(fs::read_to_string(dir.path().join("crash.old.txt")).unwrap().contains("thread: capture\ntwo is too much"));
        assert_eq!(last_run(&mark, &report, &log), None);
    }

    #[test]
    fn panic_loop_does_not_fill_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let report = dir.path().join("crash.txt");
        for _ in 0..8 {
            write(&report, "x", &"y".repeat(100_000));
        }
        assert!(fs::metadata(&report).unwrap().len() < 2 * MAX_BYTES);
    }
}
