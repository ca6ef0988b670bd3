//! Named pipes with timeouts, which Windows's own reads and writes of them lack.

#![allow(unsafe_code, reason = "Win32's overlapped reads and writes, which the standard library does not have")]

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::os::windows::io::{AsHandle, AsRawHandle, BorrowedHandle, FromRawHandle, OwnedHandle};
use std::ptr;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{ERROR_IO_PENDING, HANDLE};
use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_OVERLAPPED, ReadFile, SECURITY_IDENTIFICATION, WriteFile};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, GetOverlappedResultEx, OVERLAPPED};
use windows_sys::Win32::System::Pipes::PeekNamedPipe;
use windows_sys::Win32::System::Threading::CreateEventW;

/// How often a waiting write reads what the other side sends meanwhile.
const TAKE_IN: u32 = 5;
/// Maximum number of bytes read during one write.
const MOST: usize = 4 << 20;

/// Waits until a read would not block, polling every `pause`; `false` if nothing came within `time`. If the other end is closed, the
/// end of the pipe can be read.
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
    // SAFETY: the handle is open as long as it is borrowed; only the count is requested.
    let known = unsafe { PeekNamedPipe(pipe.as_raw_handle(), ptr::null_mut(), 0, ptr::null_mut(), &raw mut there, ptr::null_mut()) };
    if known != 0 {
        return Ok(there > 0);
    }
    match io::Error::last_os_error() {
        e if e.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        e => Err(e),
    }
}

/// One end of a pipe for one thread, with timeouts for reads and writes. A write cannot deadlock with a peer that is also writing.
#[derive(Debug)]
pub struct Duplex {
    file: File,
    /// Signalled at the end of a write, and of a read, which may happen while a write waits.
    written: OwnedHandle,
    read: OwnedHandle,
    /// Data received while a write was waiting.
    spilt: VecDeque<u8>,
}

impl Duplex {
    /// Opens a pipe that another process serves. That process may identify this one, but not impersonate it.
    pub fn open(path: &str) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(FILE_FLAG_OVERLAPPED)
            .security_qos_flags(SECURITY_IDENTIFICATION)
            .open(path)?;
        Ok(Self { file, written: event()?, read: event()?, spilt: VecDeque::new() })
    }

    /// Reads what arrives within `time`, polling every `pause`; an error of kind `TimedOut` if nothing does, 0 bytes at the end.
    pub fn read_within(&mut self, into: &mut [u8], time: Duration, pause: Duration) -> io::Result<usize> {
        if !self.spilt.is_empty() {
            return io::Read::read(&mut self.spilt, into);
        }
        if !readable(self.file.as_handle(), time, pause)? {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.read_now(into)
    }

    /// Writes everything, or fails after `time` with an error of kind `TimedOut`.
    pub fn write_within(&mut self, bytes: &[u8], time: Duration) -> io::Result<()> {
        let deadline = Instant::now() + time;
        let mut rest = bytes;
        while !rest.is_empty() {
            let length = u32::try_from(rest.len()).unwrap_or(u32::MAX);
            let mut state = state(&self.written);
            // SAFETY: buffer and state live until the write has ended: this function waits for it, or for its cancellation.
            let begun = unsafe { WriteFile(self.handle(), rest.as_ptr(), length, ptr::null_mut(), &raw mut state) };
            let written = match begun {
                0 => self.finish_write(&mut state, deadline)?,
                _ => self.result(&state)?,
            };
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    fn finish_write(&mut self, state: &mut OVERLAPPED, deadline: Instant) -> io::Result<usize> {
        if io::Error::last_os_error().raw_os_error() != i32::try_from(ERROR_IO_PENDING).ok() {
            return Err(io::Error::last_os_error());
        }
        loop {
            let mut count = 0;
            // SAFETY: the state belongs to the pending write.
            if unsafe { GetOverlappedResultEx(self.handle(), state, &raw mut count, TAKE_IN, 0) } != 0 {
                return Ok(count as usize);
            }
            let why = io::Error::last_os_error();
            // WAIT_TIMEOUT, ERROR_IO_INCOMPLETE: it is still pending.
            if !matches!(why.raw_os_error(), Some(258 | 996)) {
                return Err(why);
            }
            let taken = self.take_in();
            if taken.is_err() || Instant::now() >= deadline {
                // SAFETY: as above; the wait after it ensures that nothing is accessed afterwards.
                unsafe {
                    CancelIoEx(self.handle(), state);
                    GetOverlappedResult(self.handle(), state, &raw mut count, 1);
                }
                return Err(taken.err().unwrap_or_else(|| io::ErrorKind::TimedOut.into()));
            }
        }
    }

    /// Reads what is there, so that the other side can continue to read.
    fn take_in(&mut self) -> io::Result<()> {
        let mut chunk = [0; 4096];
        while has_something(self.file.as_handle())? {
            match self.read_now(&mut chunk)? {
                0 => return Err(io::ErrorKind::BrokenPipe.into()),
                n => self.spilt.extend(&chunk[..n]),
            }
            if self.spilt.len() > MOST {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
        }
        Ok(())
    }

    /// Reads when data is available.
    fn read_now(&self, into: &mut [u8]) -> io::Result<usize> {
        let mut state = state(&self.read);
        let length = u32::try_from(into.len()).unwrap_or(u32::MAX);
        // SAFETY: buffer and state live until the read has ended, for which `result` waits.
        let begun = unsafe { ReadFile(self.handle(), into.as_mut_ptr(), length, ptr::null_mut(), &raw mut state) };
        if begun == 0 {
            let why = io::Error::last_os_error();
            match why.kind() {
                io::ErrorKind::BrokenPipe => return Ok(0),
                _ if why.raw_os_error() == i32::try_from(ERROR_IO_PENDING).ok() => {}
                _ => return Err(why),
            }
        }
        match self.result(&state) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            other => other,
        }
    }

    fn result(&self, state: &OVERLAPPED) -> io::Result<usize> {
        let mut count = 0;
        // SAFETY: the state belongs to a read or write of this handle that was started.
        match unsafe { GetOverlappedResult(self.handle(), state, &raw mut count, 1) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(count as usize),
        }
    }

    fn handle(&self) -> HANDLE {
        self.file.as_raw_handle()
    }
}

fn event() -> io::Result<OwnedHandle> {
    // SAFETY: no attributes, no name; the handle is new.
    let made = unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) };
    if made.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it was just created, and is closed by its owner alone.
    Ok(unsafe { OwnedHandle::from_raw_handle(made) })
}

fn state(event: &OwnedHandle) -> OVERLAPPED {
    OVERLAPPED { hEvent: event.as_raw_handle(), ..OVERLAPPED::default() }
}
