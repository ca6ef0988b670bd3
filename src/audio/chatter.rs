//! Writes the messages of alsa-lib into the log, each once, instead of onto the terminal.
#![allow(unsafe_code, reason = "alsa-lib calls back with texts in C")]

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::sync::{Mutex, Once, PoisonError};

/// alsa-lib repeats its messages at every search for devices. After this many different messages, further ones are dropped.
const MOST: usize = 64;

type Listener = extern "C" fn(*const c_char, *const c_char);

unsafe extern "C" {
    /// In `chatter.c`, over alsa-lib's own `snd_lib_error_set_handler`.
    fn stratus_alsa_tells(to: Listener);
}

static TOLD: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Installs the handler. Call it before any other use of alsa-lib; a second call does nothing.
pub(super) fn listen() {
    static ONCE: Once = Once::new();
    // SAFETY: it is called once, before alsa-lib is used; `hear` accepts any text or none, from any thread, and never unwinds.
    ONCE.call_once(|| unsafe { stratus_alsa_tells(hear) });
}

extern "C" fn hear(function: *const c_char, message: *const c_char) {
    let line = format!("alsa-lib: {}: {}", text(function), text(message));
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    if told.len() < MOST && told.insert(line.clone()) {
        // What the message means for the pilot is reported as the error of the call itself.
        log::info!("{line}");
    }
}

fn text(at: *const c_char) -> String {
    if at.is_null() {
        return String::new();
    }
    // SAFETY: alsa-lib and chatter.c pass NUL-terminated texts that live as long as the call.
    unsafe { CStr::from_ptr(at) }.to_string_lossy().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::ffi::c_int;

    use super::*;

    unsafe extern "C" {
        fn snd_pcm_open(device: *mut *mut u8, name: *const c_char, way: c_int, mode: c_int) -> c_int;
    }

    #[test]
    fn alsa_error_for_a_missing_device_is_logged_once_in_full() {
        listen();
        for _ in 0..3 {
            let mut device = std::ptr::null_mut();
            // SAFETY: alsa-lib's own signature; a device that does not exist is not opened.
            let opened = unsafe { snd_pcm_open(&raw mut device, c"stratus-has-none".as_ptr(), 0, 0) };
            assert!(opened < 0);
        }
        hear(std::ptr::null(), std::ptr::null());
        let told = TOLD.lock().unwrap();
        let about: Vec<&String> = told.iter().filter(|line| line.contains("stratus-has-none")).collect();
        assert!(about.len() == 1 && about[0].starts_with("alsa-lib: snd_pcm_open"), "{told:?}");
    }
}
