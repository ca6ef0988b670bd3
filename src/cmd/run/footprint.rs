//! The memory that start-up used and idling does not: given back to the system, which has it on disk anyway.
//!
//! Starting touches much code once (tray, buses, configuration). Linux keeps those pages mapped, although nothing will
//! run them again; unmapping them costs nothing, since a page that is needed after all comes back from the page cache.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "madvise takes an address; only pages of code that nobody can write are named")
)]

use std::time::Duration;

/// Start-up is over by then.
const SETTLED: Duration = Duration::from_secs(4);

/// Gives start-up's code back once everything stands; in the background, and once.
pub(super) fn settle() {
    let spawned = std::thread::Builder::new().name("settle".into()).spawn(|| {
        std::thread::sleep(SETTLED);
        give_back();
    });
    if let Err(e) = spawned {
        log::debug!("start-up's memory is kept: {e}");
    }
}

/// Unmaps the pages of every mapping that is code of a file, and can be read and run but not written.
#[cfg(target_os = "linux")]
fn give_back() {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else { return };
    for (start, length) in maps.lines().filter_map(code_of_a_file) {
        // SAFETY: the range is a mapping of this process that the kernel just listed, private, of a file, never writable:
        // its pages hold what the file holds, and are read from it again when they are next run.
        let done = unsafe { libc::madvise(start as *mut libc::c_void, length, libc::MADV_DONTNEED) };
        if done != 0 {
            log::debug!("a mapping at {start:#x} is kept");
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn give_back() {}

/// Address and length of a line of `/proc/self/maps` that is a private, unwritable, runnable mapping of a file.
#[cfg(target_os = "linux")]
fn code_of_a_file(line: &str) -> Option<(usize, usize)> {
    let mut fields = line.split_whitespace();
    let (range, rights) = (fields.next()?, fields.next()?);
    let path = fields.nth(3)?;
    if rights != "r-xp" || !path.starts_with('/') {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    Some((start, end.checked_sub(start)?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_unwritable_code_of_files_is_given_back() {
        let code = "55d0-55f0 r-xp 00001000 08:01 123 /usr/bin/stratus";
        assert_eq!(code_of_a_file(code), Some((0x55d0, 0x20)));
        for kept in [
            "55d0-55f0 rw-p 00001000 08:01 123 /usr/bin/stratus",
            "55d0-55f0 r--p 00001000 08:01 123 /usr/bin/stratus",
            "55d0-55f0 r-xp 00000000 00:00 0 [vdso]",
            "55d0-55f0 r-xp 00000000 00:00 0",
            "nonsense",
        ] {
            assert_eq!(code_of_a_file(kept), None, "{kept}");
        }
        // And the process lives on.
        give_back();
        assert!(std::fs::read_to_string("/proc/self/maps").is_ok_and(|m| m.contains("r-xp")));
    }
}
