//! Hints that the configuration may have changed, if the system provides them: on Linux by inotify on its folder, and on the folder
//! of the file that it links to.
//!
//! A hint only triggers a check of the file; the check finds out what changed, and whether it is complete. Folders are watched,
//! because an editor replaces the file by another one.

use std::path::Path;
use std::time::Duration;

use crate::worker::bell::{Bell, Woken};

#[cfg(not(target_os = "linux"))]
pub(super) use self::none::Hints;
#[cfg(target_os = "linux")]
pub(super) use self::told::Hints;

#[cfg(target_os = "linux")]
mod told {
    use std::ffi::OsString;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd, OwnedFd};
    use std::os::unix::ffi::OsStrExt;
    use std::time::Instant;

    use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

    use super::*;

    /// Relevant events in the folder; `chmod` and reads are ignored.
    const WANTED: WatchFlags = WatchFlags::CREATE
        .union(WatchFlags::MODIFY)
        .union(WatchFlags::CLOSE_WRITE)
        .union(WatchFlags::MOVED_FROM)
        .union(WatchFlags::MOVED_TO)
        .union(WatchFlags::DELETE)
        .union(WatchFlags::DELETE_SELF)
        .union(WatchFlags::MOVE_SELF)
        .union(WatchFlags::ONLYDIR);

    /// The inotify instance, once it exists, and the relevant names.
    #[derive(Debug, Default)]
    pub struct Hints {
        ear: Option<OwnedFd>,
        names: Vec<OsString>,
    }

    impl Hints {
        /// Watches the current folders, because the previous ones may have been moved. Returns whether there will be hints.
        pub fn listen(&mut self, path: &Path) -> bool {
            if self.ear.is_none() {
                self.ear = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok();
            }
            let Some(ear) = &self.ear else { return false };
            let real = std::fs::canonicalize(path).ok().filter(|real| real != path);
            self.names.clear();
            let mut all = true;
            for file in real.iter().map(AsRef::as_ref).chain([path]) {
                let folder = file.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
                all &= inotify::add_watch(ear, folder, WANTED).is_ok();
                self.names.extend(file.file_name().map(OsString::from));
            }
            all
        }

        /// Sleeps until there is a hint, the bell rings, or the time is over.
        pub fn sleep(&self, bell: &Bell, within: Duration) -> Woken {
            let until = Instant::now() + within;
            loop {
                let left = until.saturating_duration_since(Instant::now());
                let woken = bell.sleep(Some(left), self.ear.as_ref().map(AsFd::as_fd));
                if woken != Woken::News || self.concerned() {
                    return woken;
                }
            }
        }

        /// Whether an event since the last call concerns the file, or the folder itself.
        fn concerned(&self) -> bool {
            let Some(ear) = &self.ear else { return true };
            let mut room = [MaybeUninit::uninit(); 4096];
            let mut events = Reader::new(ear, &mut room);
            let mut concerned = false;
            loop {
                match events.next() {
                    Ok(e) => {
                        let named = e.file_name().is_none_or(|n| self.names.iter().any(|known| known.as_bytes() == n.to_bytes()));
                        concerned |= named || e.events().contains(ReadFlags::QUEUE_OVERFLOW);
                    }
                    Err(rustix::io::Errno::INTR) => {}
                    Err(rustix::io::Errno::WOULDBLOCK) => return concerned,
                    Err(_) => return true,
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use super::*;

    /// No hints: the file is polled.
    #[derive(Debug, Default)]
    pub struct Hints {}

    impl Hints {
        /// There are no hints.
        pub fn listen(&mut self, _: &Path) -> bool {
            false
        }

        /// Sleeps until the bell rings, or the time is over.
        pub fn sleep(&self, bell: &Bell, within: Duration) -> Woken {
            bell.rest(Some(within))
        }
    }
}
