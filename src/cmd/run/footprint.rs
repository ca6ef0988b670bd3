//! The memory that start-up, a call or an import used and idling does not: given back to the system, which has it on disk anyway.
//!
//! Starting touches much code once (tray, buses, configuration). Linux keeps those pages mapped, although nothing will
//! run them again; unmapping them costs nothing, since a page that is needed after all comes back from the page cache. The
//! same goes for constants that were read once, and for what each thread's corner of the heap keeps in reserve.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "madvise takes an address; only pages of files that nobody can write are named")
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Start-up is over by then.
const SETTLED: Duration = Duration::from_secs(4);

/// Growth that is worth giving back, pages.
const WORTH: usize = 256;
/// What was left the last time, pages.
static KEPT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Heaps that glibc may keep side by side.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: libc::c_int = 2;

/// A block of the heap from this size on is a mapping of its own, and given back as soon as it is freed. glibc would raise the
/// bound to the largest block that was ever freed, and then keep megabytes: one take, one answer of a language model.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_MAPPING: libc::c_int = 256 * 1024;

/// Bounds the heaps. Every recognition beside a simulator has threads of its own (`speech::gently`), and glibc gives threads
/// heaps of their own, up to eight a core, each of which keeps what its busiest hour needed: 20 MB more after ten calls.
pub(super) fn bound_heaps() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: glibc's own function; it is called before any other thread runs.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING);
    }
}

/// Gives start-up's code back once everything stands; in the background.
pub(super) fn settle() {
    give_back_after(SETTLED);
}

/// Nothing has happened for a minute: what a call, a flight or an import has touched since the last time is given back.
pub(super) fn at_rest() {
    if resident() > KEPT.load(Ordering::Relaxed).saturating_add(WORTH) {
        give_back_after(Duration::ZERO);
    }
}

fn give_back_after(wait: Duration) {
    let spawned = std::thread::Builder::new().name("settle".into()).spawn(move || {
        std::thread::sleep(wait);
        give_back();
        KEPT.store(resident(), Ordering::Relaxed);
    });
    if let Err(e) = spawned {
        log::debug!("memory is kept: {e}");
    }
}

/// Resident memory in pages; 0 where the system does not tell.
fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    told.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0)
}

/// Unmaps the code of every file, lets go of every file's constants, and empties the heap's reserves.
#[cfg(target_os = "linux")]
fn give_back() {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else { return };
    for (start, length, runs) in maps.lines().filter_map(of_a_file) {
        // What the loader has relocated lies among the constants, and differs from the file: only an advice that leaves
        // changed pages alone is for them.
        let advice = if runs { libc::MADV_DONTNEED } else { libc::MADV_PAGEOUT };
        // SAFETY: the range is a mapping of this process that the kernel just listed, private, of a file, never writable. Code
        // holds what the file holds, and is read from it again when it is next run; MADV_PAGEOUT changes no content.
        let done = unsafe { libc::madvise(start as *mut libc::c_void, length, advice) };
        if done != 0 {
            log::debug!("a mapping at {start:#x} is kept");
        }
    }
    #[cfg(target_env = "gnu")]
    // SAFETY: glibc's own function, safe to call from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(target_os = "linux"))]
fn give_back() {}

/// Address and length of a line of `/proc/self/maps` that is a private, unwritable mapping of a file, and whether it is code.
#[cfg(target_os = "linux")]
fn of_a_file(line: &str) -> Option<(usize, usize, bool)> {
    let mut fields = line.split_whitespace();
    let (range, rights) = (fields.next()?, fields.next()?);
    let path = fields.nth(3)?;
    if !matches!(rights, "r-xp" | "r--p") || !path.starts_with('/') {
        return None;
    }
    let (start, end) = range.split_once('-')?;
    let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
    Some((start, end.checked_sub(start)?, rights == "r-xp"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn only_unwritable_pages_of_files_are_given_back() {
        let code = "55d0-55f0 r-xp 00001000 08:01 123 /usr/bin/stratus";
        assert_eq!(of_a_file(code), Some((0x55d0, 0x20, true)));
        assert_eq!(of_a_file(&code.replace("r-xp", "r--p")), Some((0x55d0, 0x20, false)));
        for kept in [
            "55d0-55f0 rw-p 00001000 08:01 123 /usr/bin/stratus",
            "55d0-55f0 rwxp 00001000 08:01 123 /usr/bin/stratus",
            "55d0-55f0 r--s 00001000 08:01 123 /usr/bin/stratus",
            "55d0-55f0 r-xp 00000000 00:00 0 [vdso]",
            "55d0-55f0 r-xp 00000000 00:00 0",
            "nonsense",
        ] {
            assert_eq!(of_a_file(kept), None, "{kept}");
        }
        // And the process lives on.
        give_back();
        assert!(resident() > 0);
        assert!(std::fs::read_to_string("/proc/self/maps").is_ok_and(|m| m.contains("r-xp")));
    }
}
