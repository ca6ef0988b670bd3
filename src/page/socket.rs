//! A WebSocket client: the newest state goes to it as soon as it has taken the one before; its requests come as small JSON messages.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use tungstenite::protocol::frame::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Error, Message, Utf8Bytes, WebSocket};

use super::{Ask, Patience};
use crate::event::Edge;

/// Maximum size of a client's message, bytes. The longest is a call as text.
const MAX_MESSAGE: usize = 4096;
/// Maximum length of a call, characters.
const MAX_CALL: usize = 400;
/// Maximum number of messages in a second; a pilot makes fewer than ten.
const MAX_RATE: u32 = 30;
/// Answers that wait for a slow client; a slower one is dropped.
const MAX_QUEUE: usize = 16;
/// How many messages are read at once, so that no client occupies the thread.
const READS: usize = 16;

/// The client.
pub(super) struct Socket {
    ws: WebSocket<TcpStream>,
    patience: Patience,
    /// When it last sent anything.
    heard: Instant,
    pinged: bool,
    /// Since when the system takes nothing more for it.
    blocked: Option<Instant>,
    queue: VecDeque<Utf8Bytes>,
    state: Option<Utf8Bytes>,
    /// The messages in the second that began then.
    rate: (Instant, u32),
    /// There is more to read.
    pub(super) again: bool,
}

impl Socket {
    /// Takes over after the handshake; `rest` is what the client has sent since.
    pub(super) fn new(stream: TcpStream, rest: Vec<u8>, patience: Patience, now: Instant) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(2048)
            .write_buffer_size(0)
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let ws = WebSocket::from_partially_read(stream, rest, Role::Server, Some(config));
        Self { ws, patience, heard: now, pinged: false, blocked: None, queue: VecDeque::new(), state: None, rate: (now, 0), again: false }
    }

    /// When it has to be looked at even if nothing arrives.
    pub(super) fn deadline(&self) -> Instant {
        let silent = self.heard + if self.pinged { self.patience.gone } else { self.patience.ping };
        self.blocked.map_or(silent, |since| silent.min(since + self.patience.take))
    }

    /// Pings a silent client. `false`: it has disconnected, or is too slow.
    pub(super) fn check_time(&mut self, now: Instant) -> bool {
        if self.blocked.is_some_and(|since| now >= since + self.patience.take) || now >= self.heard + self.patience.gone {
            return false;
        }
        if !self.pinged && now >= self.heard + self.patience.ping {
            self.pinged = true;
            return self.wrote(Message::Ping(Vec::new().into()), now);
        }
        true
    }

    /// Sends an answer, after those before it. `false`: the client has disconnected, or is too slow.
    pub(super) fn send(&mut self, message: Utf8Bytes, now: Instant) -> bool {
        self.queue.push_back(message);
        self.queue.len() <= MAX_QUEUE && self.write(now)
    }

    /// Sends the newest state; an older one that was not sent yet is dropped. `false`: the client has disconnected.
    pub(super) fn show(&mut self, state: Utf8Bytes, now: Instant) -> bool {
        self.state = Some(state);
        self.write(now)
    }

    /// Reads what has arrived, and writes what waits. `false`: the connection is over.
    pub(super) fn go_on(&mut self, now: Instant, asks: &mut Vec<Ask>) -> bool {
        self.again = false;
        for n in 0.. {
            if n == READS {
                self.again = true;
                break;
            }
            let read = self.ws.read();
            if read.is_ok() {
                (self.heard, self.pinged) = (now, false);
                if !self.counts(now) {
                    return self.close(CloseCode::Policy, "too many messages");
                }
            }
            match read {
                Ok(Message::Text(text)) => match ask(text.as_str()) {
                    Ok(Ask::Ping(_)) => self.queue.push_back(Utf8Bytes::from_static("{\"pong\":true}")),
                    Ok(ask) => asks.push(ask),
                    Err(why) => self.queue.push_back(serde_json::json!({"error": why}).to_string().into()),
                },
                Ok(Message::Binary(_)) => return self.close(CloseCode::Unsupported, "only text"),
                // Answered by the library.
                Ok(_) => {}
                Err(Error::Io(e)) if e.kind() == ErrorKind::WouldBlock => break,
                Err(Error::Io(e)) if e.kind() == ErrorKind::Interrupted => {}
                Err(Error::Capacity(_)) => return self.close(CloseCode::Size, "at most 4096 bytes"),
                Err(_) => return false,
            }
        }
        self.queue.len() <= MAX_QUEUE && self.write(now)
    }

    /// Counts a message. `false`: too many.
    fn counts(&mut self, now: Instant) -> bool {
        if now >= self.rate.0 + Duration::from_secs(1) {
            self.rate = (now, 0);
        }
        self.rate.1 += 1;
        self.rate.1 <= MAX_RATE
    }

    /// Says why, as far as the client still listens, and ends the connection.
    fn close(&mut self, code: CloseCode, reason: &'static str) -> bool {
        let _ = self.ws.close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
        let _ = self.ws.flush();
        false
    }

    /// Writes what waits, one message after the other, each once the system has taken the one before.
    fn write(&mut self, now: Instant) -> bool {
        loop {
            match self.ws.flush() {
                Ok(()) => self.blocked = None,
                Err(Error::Io(e)) if e.kind() == ErrorKind::WouldBlock => {
                    self.blocked.get_or_insert(now);
                    return true;
                }
                Err(Error::Io(e)) if e.kind() == ErrorKind::Interrupted => continue,
                Err(_) => return false,
            }
            let Some(next) = self.queue.pop_front().or_else(|| self.state.take()) else { return true };
            if !self.wrote(Message::Text(next), now) {
                return false;
            }
        }
    }

    /// Hands a message to the library, which keeps it while the system takes nothing.
    fn wrote(&mut self, message: Message, now: Instant) -> bool {
        match self.ws.write(message) {
            Ok(()) => true,
            Err(Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                self.blocked.get_or_insert(now);
                true
            }
            Err(_) => false,
        }
    }
}

/// Reads a request.
fn ask(text: &str) -> Result<Ask, String> {
    match serde_json::from_str(text) {
        Ok(Ask::Ptt(Edge::Toggle)) => Err("the key goes down or up: a toggle that is lost would leave it held".to_owned()),
        Ok(Ask::Ping(false)) => Err("the value must be true".to_owned()),
        Ok(Ask::Say(call)) if call.chars().count() > MAX_CALL => Err(format!("a call has at most {MAX_CALL} characters")),
        Ok(ask) => Ok(ask),
        Err(e) => Err(format!("not a request: {e}")),
    }
}
