//! Gives clients of the sound server a cookie of the right length, even where the pilot has none.
#![allow(unsafe_code, reason = "the library that speaks with the server reads the environment, and only that")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, IntoRawFd};

use rustix::fs::{MemfdFlags, memfd_create};

/// The length of a cookie. Servers refuse a client whose cookie has another length, before they look at its content.
const LENGTH: usize = 256;
/// Where the sound server's client library looks first.
const VARIABLE: &str = "PULSE_COOKIE";

/// Ensures that a cookie of the right length is found. Call it before the process has a second thread.
///
/// PipeWire neither makes nor checks a cookie, and PulseAudio knows the user by the socket, so only the length
/// matters. Where libpulse finds no cookie, it sends zeros. So does Stratus, from a file in memory, so that no file
/// of the pilot is written.
pub fn bring() {
    let found = pulseaudio::cookie_path_from_env().and_then(|path| {
        // A device or a pipe in place of the file may have no end.
        let mut cookie = Vec::new();
        File::open(path).ok()?.take(LENGTH as u64 + 1).read_to_end(&mut cookie).ok().map(|_| cookie)
    });
    let Some(cookie) = mended(found) else { return };
    match in_memory(&cookie) {
        // SAFETY: the caller promises that no other thread reads the environment now.
        Ok(path) => unsafe { std::env::set_var(VARIABLE, path) },
        Err(e) => log::warn!("a sound server that asks for a cookie will refuse: {e}"),
    }
}

/// The cookie to use instead of the one that was found; `None` if that one is usable.
fn mended(found: Option<Vec<u8>>) -> Option<[u8; LENGTH]> {
    let found = found.unwrap_or_default();
    if found.len() == LENGTH {
        return None;
    }
    // Of a cookie that is too long the beginning counts, as in libpulse.
    Some(found.get(..LENGTH).and_then(|c| c.try_into().ok()).unwrap_or([0; LENGTH]))
}

/// A file in memory that lasts as long as the process.
fn in_memory(cookie: &[u8]) -> std::io::Result<String> {
    let mut file = File::from(memfd_create("pulse-cookie", MemfdFlags::CLOEXEC)?);
    file.write_all(cookie)?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    // Left open on purpose: every connection reads it.
    let _ = file.into_raw_fd();
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_always_has_the_length_that_servers_require() {
        for (found, wanted) in [
            (None, Some([0; LENGTH])),
            (Some(vec![]), Some([0; LENGTH])),
            (Some(vec![7; 255]), Some([0; LENGTH])),
            (Some(vec![7; 256]), None),
            (Some(vec![7; 257]), Some([7; LENGTH])),
        ] {
            assert_eq!(mended(found.clone()), wanted, "{:?}", found.map(|f| f.len()));
        }
        let path = in_memory(&[9; LENGTH]).unwrap();
        assert_eq!([std::fs::read(&path).unwrap(), std::fs::read(&path).unwrap()], [[9; LENGTH]; 2]);
    }
}
