//! One connection: reads the head of its request, sends the answer and closes, or becomes a WebSocket.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use tungstenite::Utf8Bytes;

use super::http::{self, MAX_HEAD, Rules, Verdict};
use super::socket::Socket;
use super::{Ask, Patience};

/// How long a refused client may go on sending before the connection is closed under it.
const DRAIN_WITHIN: Duration = Duration::from_secs(2);
/// How much of it is read and dropped, bytes.
const DRAIN: usize = 16 * 1024 * 1024;
/// How much of it at once, so that no client occupies the thread.
const DRAIN_AT_ONCE: usize = 256 * 1024;

/// What a connection needs from the server.
pub(super) struct Desk<'a> {
    pub(super) rules: &'a Rules,
    /// The state as JSON, and as a message.
    pub(super) state: Option<&'a (Arc<str>, Utf8Bytes)>,
    /// Whether there is room for another WebSocket.
    pub(super) room: bool,
    pub(super) now: Instant,
}

enum Stage {
    /// The head of the request arrives.
    Head(TcpStream, Vec<u8>),
    /// The answer is sent; with `then`, the bytes after the head, the connection is a WebSocket afterwards.
    Answer { to: TcpStream, bytes: Vec<u8>, sent: usize, then: Option<Vec<u8>> },
    /// The answer is sent; what the client still sends is dropped, because closing at once could destroy the answer on its way.
    Drain(TcpStream, usize),
    /// A WebSocket.
    Socket(Box<Socket>),
    /// Closed.
    Over,
}

/// A connection.
pub(super) struct Client {
    stage: Stage,
    until: Instant,
    patience: Patience,
    /// There is more to read, although the system reports nothing new.
    pub(super) again: bool,
}

impl Client {
    pub(super) fn new(stream: TcpStream, patience: Patience, now: Instant) -> Self {
        Self { stage: Stage::Head(stream, Vec::new()), until: now + patience.head, patience, again: false }
    }

    /// Whether it is a WebSocket, or about to become one.
    pub(super) fn is_socket(&self) -> bool {
        matches!(self.stage, Stage::Socket(_) | Stage::Answer { then: Some(_), .. })
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.stage, Stage::Over)
    }

    /// When it has to be looked at even if nothing arrives.
    pub(super) fn deadline(&self) -> Instant {
        match &self.stage {
            Stage::Socket(socket) => socket.deadline(),
            _ => self.until,
        }
    }

    /// Sends a message, if it is a WebSocket.
    pub(super) fn send(&mut self, message: &Utf8Bytes, now: Instant) {
        if let Stage::Socket(socket) = &mut self.stage
            && !socket.send(message.clone(), now)
        {
            self.stage = Stage::Over;
        }
    }

    /// Sends the newest state, if it is a WebSocket.
    pub(super) fn show(&mut self, state: &Utf8Bytes, now: Instant) {
        if let Stage::Socket(socket) = &mut self.stage
            && !socket.show(state.clone(), now)
        {
            self.stage = Stage::Over;
        }
    }

    /// Closes it if its time is over.
    pub(super) fn check_time(&mut self, now: Instant) {
        let over = match &mut self.stage {
            Stage::Socket(socket) => !socket.check_time(now),
            _ => now >= self.until,
        };
        if over {
            self.stage = Stage::Over;
        }
    }

    /// Reads and writes as far as the system allows, and adds what the client asks for.
    pub(super) fn go_on(&mut self, desk: &Desk<'_>, asks: &mut Vec<Ask>) {
        self.again = false;
        loop {
            let stage = std::mem::replace(&mut self.stage, Stage::Over);
            let (stage, goes_on) = match stage {
                Stage::Head(stream, bytes) => self.head(stream, bytes, desk),
                Stage::Answer { to, bytes, sent, then } => self.answer(to, bytes, sent, then, desk),
                Stage::Drain(stream, left) => (self.drain(stream, left), false),
                Stage::Socket(mut socket) => match socket.go_on(desk.now, asks) {
                    true => {
                        self.again = socket.again;
                        (Stage::Socket(socket), false)
                    }
                    false => (Stage::Over, false),
                },
                Stage::Over => (Stage::Over, false),
            };
            self.stage = stage;
            if !goes_on {
                return;
            }
        }
    }

    fn head(&mut self, mut stream: TcpStream, mut bytes: Vec<u8>, desk: &Desk<'_>) -> (Stage, bool) {
        let mut some = [0; 2048];
        loop {
            if let Some((verdict, length)) = desk.rules.judge(&bytes).filter(|_| !bytes.is_empty()) {
                let (bytes, then) = match verdict {
                    Verdict::Page(bytes) | Verdict::Redirect(bytes) | Verdict::Refuse(bytes) => (bytes, None),
                    Verdict::State => (http::state(desk.state.map(|(json, _)| &**json)), None),
                    Verdict::Socket(bytes_out) if desk.room => (bytes_out, Some(bytes[length.min(bytes.len())..].to_vec())),
                    Verdict::Socket(_) => (http::plain("503 Service Unavailable", "Too many pages are open: close one of them."), None),
                };
                self.until = desk.now + self.patience.take;
                return (Stage::Answer { to: stream, bytes, sent: 0, then }, true);
            }
            let room = (MAX_HEAD - bytes.len()).min(some.len());
            match stream.read(&mut some[..room]) {
                Ok(0) => return (Stage::Over, false),
                Ok(n) => bytes.extend_from_slice(&some[..n]),
                Err(e) => return (if waits(&e) { Stage::Head(stream, bytes) } else { Stage::Over }, e.kind() == ErrorKind::Interrupted),
            }
        }
    }

    fn answer(&mut self, mut to: TcpStream, bytes: Vec<u8>, mut sent: usize, then: Option<Vec<u8>>, desk: &Desk<'_>) -> (Stage, bool) {
        while sent < bytes.len() {
            match to.write(&bytes[sent..]) {
                Ok(0) => return (Stage::Over, false),
                Ok(n) => sent += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if waits(&e) => return (Stage::Answer { to, bytes, sent, then }, false),
                Err(_) => return (Stage::Over, false),
            }
        }
        if let Some(rest) = then {
            let mut socket = Box::new(Socket::new(to, rest, self.patience, desk.now));
            let shown = desk.state.is_none_or(|(_, state)| socket.show(state.clone(), desk.now));
            return if shown { (Stage::Socket(socket), true) } else { (Stage::Over, false) };
        }
        let _ = to.shutdown(Shutdown::Write);
        self.until = desk.now + DRAIN_WITHIN;
        (Stage::Drain(to, DRAIN), true)
    }

    fn drain(&mut self, mut stream: TcpStream, mut left: usize) -> Stage {
        let mut some = [0; 16 * 1024];
        let mut now = DRAIN_AT_ONCE;
        loop {
            match stream.read(&mut some) {
                Ok(0) => return Stage::Over,
                Ok(n) => {
                    left = left.saturating_sub(n);
                    now = now.saturating_sub(n);
                    if left == 0 {
                        return Stage::Over;
                    }
                    if now == 0 {
                        self.again = true;
                        return Stage::Drain(stream, left);
                    }
                }
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if waits(&e) => return Stage::Drain(stream, left),
                Err(_) => return Stage::Over,
            }
        }
    }
}

fn waits(e: &io::Error) -> bool {
    matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
