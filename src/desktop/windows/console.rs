//! The console on Windows: the tray program has none, and a command in a terminal attaches to the terminal's.

#![allow(unsafe_code, reason = "two Win32 calls that take numbers and zero-ended texts")]

use windows_sys::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole};
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode};
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONWARNING, MB_OK, MB_SETFOREGROUND, MessageBoxW};

use super::window::wide;

/// Attaches to the console of the parent process, if it has one and the output is not redirected.
pub fn attach() -> bool {
    // SAFETY: it takes a number and fails if there is no such console.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) != 0 }
}

/// Suppresses the crash dialog of this process: the parent checks its exit status instead.
pub fn die_quietly() {
    // SAFETY: it takes a number.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX) };
}

/// Shows text in a message box, for lack of another place, and waits until it is dismissed.
pub fn show(words: &str) {
    let (words, title) = (wide(words), wide("Stratus"));
    // SAFETY: both texts are NUL-terminated and outlive the call; no window owns the box.
    unsafe { MessageBoxW(std::ptr::null_mut(), words.as_ptr(), title.as_ptr(), MB_OK | MB_ICONWARNING | MB_SETFOREGROUND) };
}
