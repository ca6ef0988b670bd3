//! Chooses among several socket paths: the first usable one whose folder belongs to the pilot.
//!
//! The short paths are in a world-writable folder. A folder there counts only if this account created it and it is private;
//! otherwise somebody could create it first and get the tray or the pilot's words.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Instance, Reply, Request, connect, not_reached, talk};
use crate::problem::Problem;

impl Instance {
    /// Tries to become the only instance on the first usable of these sockets. An instance running on any of them counts, because
    /// it may have started when the first was unusable.
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

/// Sends a request to the instance that listens on any of these sockets. Fails if no instance is running, if `timeout` expires, or if the
/// instance refuses the request.
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

/// Creates the socket's folder, for this account only. Fails if a folder of another account exists there.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    if !folder.as_os_str().is_empty() && !folder.is_dir() {
        crate::paths::private_folder(folder)?;
    }
    own(folder)
}

/// Whether a folder belongs to this account. In a world-writable place, it must also be private.
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

/// On other systems, the folders are in the account's profile.
#[cfg(not(target_os = "linux"))]
pub(super) fn own(_: &Path) -> io::Result<()> {
    Ok(())
}
