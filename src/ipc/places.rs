//! Which place of several the running Stratus is at: the first that can be had, and whose folder is the pilot's own.
//!
//! The short places lie where everybody may write. There a folder counts only if this account made it and keeps it to
//! itself: whoever was there first with the same name gets neither the tray nor the pilot's words.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Instance, Reply, Request, connect, not_reached, talk};
use crate::problem::Problem;

impl Instance {
    /// Tries to become the one Stratus of these sockets, at the first of them that can be had. One that runs at any of
    /// them counts: it may have started when the first could not be had.
    pub fn acquire_among(sockets: &[PathBuf]) -> Result<Self, Problem> {
        let (mut acquired, mut refused) = (None, None);
        for socket in sockets {
            if acquired.is_some() {
                if is_held(socket) {
                    return Ok(Self::AlreadyRunning);
                }
                continue;
            }
            match Self::acquire(socket) {
                Ok(Self::AlreadyRunning) => return Ok(Self::AlreadyRunning),
                Ok(held) => acquired = Some(held),
                Err(p) => {
                    log::warn!("{}", p.one_line());
                    refused = refused.or(Some(p));
                }
            }
        }
        acquired.ok_or_else(|| refused.unwrap_or_else(|| Problem::bug("there is no place for Stratus's socket")))
    }
}

/// Whether another process holds the lock beside this socket.
fn is_held(socket: &Path) -> bool {
    let lock = std::fs::OpenOptions::new().write(true).open(socket.with_extension("lock"));
    socket.parent().is_some_and(|f| own(f).is_ok())
        && lock.is_ok_and(|file| matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)))
}

/// Asks the Stratus that runs at any of these sockets. A problem if none runs, if it takes longer than `timeout`, or if it
/// says no.
pub fn reach(sockets: &[PathBuf], request: &Request, timeout: Duration) -> Result<Reply, Problem> {
    let mut nobody = None;
    for socket in sockets {
        match connect(socket, timeout) {
            Ok(stream) => return talk(stream, request, timeout),
            Err(e) => nobody = nobody.or_else(|| Some(not_reached(socket, &e))),
        }
    }
    Err(nobody.unwrap_or_else(|| Problem::new("Stratus is not running").fix("start it with `stratus`")))
}

/// Makes the socket's folder, for this account alone. Fails where one stands there that is not this account's own.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    if !folder.as_os_str().is_empty() && !folder.is_dir() {
        crate::paths::private_folder(folder)?;
    }
    own(folder)
}

/// Whether a folder is this account's own. Where everybody may put one, it must be closed to everybody else too.
#[cfg(target_os = "linux")]
pub(super) fn own(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let refuse = |why: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{}: {why}", folder.display())));
    if folder.as_os_str().is_empty() {
        return Ok(());
    }
    let me = rustix::process::geteuid().as_raw();
    let shared = folder.parent().is_some_and(|above| above.metadata().is_ok_and(|m| m.mode() & 0o002 != 0));
    let there = if shared { folder.symlink_metadata()? } else { folder.metadata()? };
    match there.uid() {
        _ if !there.is_dir() => refuse("it is no folder"),
        owner if owner != me && (shared || me != 0) => refuse("it belongs to another account"),
        _ if shared && there.mode() & 0o077 != 0 => refuse("other accounts may look into it"),
        _ => Ok(()),
    }
}

/// Elsewhere the folders lie in the account's own profile.
#[cfg(not(target_os = "linux"))]
pub(super) fn own(_: &Path) -> io::Result<()> {
    Ok(())
}
