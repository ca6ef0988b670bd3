//! The byte stream to SimConnect: TCP on any system, or the named pipe of a simulator on the same Windows.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// How long a read waits.
const MOMENT: Duration = Duration::from_millis(100);
/// A packet that cannot be written within this time ends the connection.
const WRITE_LIMIT: Duration = Duration::from_secs(2);
/// How often the pipe is polled within a read: the simulator's data comes ten times a second.
#[cfg(windows)]
const LOOK: Duration = Duration::from_millis(20);
/// The pipe on which MSFS listens without any configuration, on its own machine.
#[cfg(windows)]
const PIPE: &str = r"\\.\pipe\Microsoft Flight Simulator\SimConnect";

/// A connection whose reads wait only briefly (then: `WouldBlock` or `TimedOut`).
#[derive(Debug)]
pub(super) enum Wire {
    Tcp(TcpStream),
    #[cfg(windows)]
    Pipe(crate::pipe::Duplex),
}

impl Wire {
    /// An open TCP connection.
    pub(super) fn tcp(stream: TcpStream) -> Option<Self> {
        stream.set_read_timeout(Some(MOMENT)).ok()?;
        stream.set_write_timeout(Some(WRITE_LIMIT)).ok()?;
        Some(Self::Tcp(stream))
    }

    /// The pipe of the MSFS on this machine; `None` if none runs, or all its connections are in use.
    #[cfg(windows)]
    pub(super) fn pipe() -> Option<Self> {
        crate::pipe::Duplex::open(PIPE).ok().map(Self::Pipe)
    }

    /// Where it leads to, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Tcp(stream) => stream.peer_addr().map_or_else(|_| "TCP".to_owned(), |at| format!("TCP {at}")),
            #[cfg(windows)]
            Self::Pipe(_) => "its named pipe".to_owned(),
        }
    }

    /// Closes it in both directions.
    pub(super) fn close(&self) {
        match self {
            Self::Tcp(stream) => drop(stream.shutdown(Shutdown::Both)),
            // Dropping it closes it.
            #[cfg(windows)]
            Self::Pipe(_) => {}
        }
    }
}

impl Read for Wire {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.read(into),
            #[cfg(windows)]
            Self::Pipe(pipe) => pipe.read_within(into, MOMENT, LOOK),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.write(bytes),
            #[cfg(windows)]
            Self::Pipe(pipe) => pipe.write_within(bytes, WRITE_LIMIT).map(|()| bytes.len()),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.flush(),
            #[cfg(windows)]
            Self::Pipe(_) => Ok(()),
        }
    }
}
