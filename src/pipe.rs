//! Waiting for a named pipe with patience: Windows's own reads know none.

#![allow(unsafe_code, reason = "PeekNamedPipe, which the standard library does not have")]

use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle};
use std::ptr;
use std::time::{Duration, Instant};

use windows_sys::Win32::System::Pipes::PeekNamedPipe;

/// Waits until a read would not wait, looking every `pause`; `false` when nothing came within `time`. A pipe whose other
/// end is gone has its end to read.
pub fn readable(pipe: BorrowedHandle, time: Duration, pause: Duration) -> io::Result<bool> {
    let deadline = Instant::now() + time;
    while !has_something(pipe)? {
        if Instant::now() >= deadline {
            return Ok(false);
        }
        std::thread::sleep(pause);
    }
    Ok(true)
}

fn has_something(pipe: BorrowedHandle) -> io::Result<bool> {
    let mut there = 0;
    // SAFETY: the handle is open as long as it is borrowed; only the count is asked for.
    let known = unsafe { PeekNamedPipe(pipe.as_raw_handle(), ptr::null_mut(), 0, ptr::null_mut(), &raw mut there, ptr::null_mut()) };
    if known != 0 {
        return Ok(there > 0);
    }
    match io::Error::last_os_error() {
        e if e.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        e => Err(e),
    }
}
