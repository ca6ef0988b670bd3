//! The console on Windows: a program of the tray has none, and a command in a terminal uses the terminal's.

#![allow(unsafe_code, reason = "two Win32 calls that take numbers and zero-ended texts")]

use windows_sys::Win32::System::Console::{ATTACH_PARENT_PROCESS, AttachConsole};
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SetErrorMode};
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONWARNING, MB_OK, MB_SETFOREGROUND, MessageBoxW};

use super::window::wide;

/// Writes to the console of whoever started this program, if that has one and the output is not led elsewhere.
pub fn attach() -> bool {
    // SAFETY: it takes a number; it fails where there is no such console.
    unsafe { AttachConsole(ATTACH_PARENT_PROCESS) != 0 }
}

/// A crash of this process shows no box that waits for somebody: whoever started it looks at its end.
pub fn die_quietly() {
    // SAFETY: it takes a number.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX) };
}

/// Shows words that there is no other place for, and waits until they are read.
pub fn show(words: &str) {
    let (words, title) = (wide(words), wide("Stratus"));
    // SAFETY: both texts end with a zero and outlive the call; no window owns the box.
    unsafe { MessageBoxW(std::ptr::null_mut(), words.as_ptr(), title.as_ptr(), MB_OK | MB_ICONWARNING | MB_SETFOREGROUND) };
}
