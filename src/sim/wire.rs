//! The stream of bytes to a SimConnect: TCP anywhere, or the simulator's own named pipe on this Windows.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// A read waits this long for news.
const MOMENT: Duration = Duration::from_millis(100);
/// A packet that cannot be written within this time ends the connection.
const WRITE_LIMIT: Duration = Duration::from_secs(2);
/// How often the pipe is looked at within a moment: the simulator's data come ten times a second.
#[cfg(windows)]
const LOOK: Duration = Duration::from_millis(20);
/// Where MSFS listens on its own machine, without any configuration.
#[cfg(windows)]
const PIPE: &str = r"\\.\pipe\Microsoft Flight Simulator\SimConnect";

/// A connection whose reads wait a moment and no longer (then: `WouldBlock` or `TimedOut`).
#[derive(Debug)]
pub(super) enum Wire {
    Tcp(TcpStream),
    #[cfg(windows)]
    Pipe(crate::pipe::Duplex),
}

impl Wire {
    /// A TCP connection that stands.
    pub(super) fn tcp(stream: TcpStream) -> Option<Self> {
        stream.set_read_timeout(Some(MOMENT)).ok()?;
        stream.set_write_timeout(Some(WRITE_LIMIT)).ok()?;
        Some(Self::Tcp(stream))
    }

    /// The pipe of the MSFS on this machine; none where none runs, or all its places are taken.
    #[cfg(windows)]
    pub(super) fn pipe() -> Option<Self> {
        crate::pipe::Duplex::open(PIPE).ok().map(Self::Pipe)
    }

    /// In words: where it leads to.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Tcp(stream) => stream.peer_addr().map_or_else(|_| "TCP".to_owned(), |at| format!("TCP {at}")),
            #[cfg(windows)]
            Self::Pipe(_) => "its named pipe".to_owned(),
        }
    }

    /// Ends it in both directions.
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
