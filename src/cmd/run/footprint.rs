//! Returns memory to the system that start-up, a call or an import used and idling does not need; it can be read from disk again.
//!
//! Start-up executes much code once (tray, buses, configuration). Linux keeps those pages mapped although nothing runs them again.
//! Unmapping them is cheap: a page that is needed after all comes back from the page cache. The same holds for constants read only
//! once, and for each thread's heap reserves.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "madvise takes an address; only pages of files that nobody can write are named")
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Start-up is complete by then.
const SETTLED: Duration = Duration::from_secs(4);

/// Minimum growth worth returning, pages.
const WORTH: usize = 256;
/// What remained last time, pages.
static KEPT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Maximum number of glibc heaps.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const HEAPS: libc::c_int = 2;

/// Heap blocks from this size on get their own mapping, and are returned as soon as they are freed. glibc would raise the threshold
/// to the largest block ever freed, and then keep megabytes: one take, one answer of a language model.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const OWN_MAPPING: libc::c_int = 256 * 1024;

/// Limits the number of heaps. Every recognition beside a simulator creates threads (`speech::gently`), and glibc gives threads up
/// to eight heaps per core, each of which keeps its peak usage: 20 MB more after ten calls.
pub(super) fn bound_heaps() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: a glibc function, called before any other thread runs.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, HEAPS);
        libc::mallopt(libc::M_MMAP_THRESHOLD, OWN_MAPPING);
    }
}

/// Returns start-up's code in the background, once start-up is complete.
pub(super) fn settle() {
    give_back_after(SETTLED);
}

/// After a minute of idling: returns what a call, a flight or an import has touched since the last time.
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

/// Resident memory, pages; 0 if the system does not report it.
fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    told.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0)
}

/// Unmaps the code and constants of every file, and empties the heap's reserves.
#[cfg(target_os = "linux")]
fn give_back() {
    let Ok(maps) = std::fs::read_to_string("/proc/self/maps") else { return };
    for (start, length, runs) in maps.lines().filter_map(of_a_file) {
        // Relocated data lies among the constants and differs from the file, so use only an advice that leaves modified pages alone.
        let advice = if runs { libc::MADV_DONTNEED } else { libc::MADV_PAGEOUT };
        // SAFETY: the range is a mapping of this process that the kernel just listed: private, of a file, never writable. Code
        // pages hold what the file holds, and are read from it again when they next run; MADV_PAGEOUT changes no content.
        let done = unsafe { libc::madvise(start as *mut libc::c_void, length, advice) };
        if done != 0 {
            log::debug!("a mapping at {start:#x} is kept");
        }
    }
    #[cfg(target_env = "gnu")]
    // SAFETY: a glibc function that is safe to call from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(not(target_os = "linux"))]
fn give_back() {}

/// Address, length and whether it is code, from a line of `/proc/self/maps` that is a private, unwritable mapping of a file.
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
    fn only_unwritable_file_pages_are_returned() {
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
        // The process keeps running.
        give_back();
        assert!(resident() > 0);
        assert!(std::fs::read_to_string("/proc/self/maps").is_ok_and(|m| m.contains("r-xp")));
    }
}
