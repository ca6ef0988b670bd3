//! The cookie that a client of the sound server brings along: of the right length, also where there is none.
#![allow(unsafe_code, reason = "the library that speaks with the server reads the environment, and only that")]

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, IntoRawFd};

use rustix::fs::{MemfdFlags, memfd_create};

/// Servers refuse a client whose cookie is shorter or longer, before they look at what is in it.
const LENGTH: usize = 256;
/// Where the library that speaks with the server looks first.
const VARIABLE: &str = "PULSE_COOKIE";

/// Sees to it that a cookie of the right length is found. To be called before the process has a second thread.
///
/// PipeWire makes no cookie and asks for none in particular, and PulseAudio knows the user by the socket: all that counts is the
/// length. libpulse brings zeros where it finds no cookie; so does Stratus, out of memory, without a file of anybody's being written.
pub fn bring() {
    let found = pulseaudio::cookie_path_from_env().and_then(|path| {
        // A device or a pipe in its place may have no end.
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

/// What is to be brought instead of the cookie that was found; `None` where that one will do.
fn mended(found: Option<Vec<u8>>) -> Option<[u8; LENGTH]> {
    let found = found.unwrap_or_default();
    if found.len() == LENGTH {
        return None;
    }
    // Of one that is too long the beginning counts, as to libpulse.
    Some(found.get(..LENGTH).and_then(|c| c.try_into().ok()).unwrap_or([0; LENGTH]))
}

/// A file in memory that stays as long as the process.
fn in_memory(cookie: &[u8]) -> std::io::Result<String> {
    let mut file = File::from(memfd_create("pulse-cookie", MemfdFlags::CLOEXEC)?);
    file.write_all(cookie)?;
    let path = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    // Left open on purpose: it is read with every connection.
    let _ = file.into_raw_fd();
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_has_the_length_that_servers_want_whatever_was_found() {
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
