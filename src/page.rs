//! The page: a small web server for a browser on this computer or in the home network.
//!
//! `GET /` is the page, `GET /state.json` its state, `GET /socket` a WebSocket that sends the state on each change and takes what the
//! pilot does. Each needs the token of the link. One thread serves all clients, sleeps while nothing happens, and exists only while the
//! page is on.

mod client;
mod files;
mod http;
mod serve;
mod socket;
mod token;

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use mio::{Poll, Waker};
use serde::{Deserialize, Serialize};
use tungstenite::Utf8Bytes;

pub use token::Token;

use crate::event::Edge;
use crate::problem::{Part, Problem};
use crate::units::Frequency;
use crate::worker::survive;

/// The ids of typed calls from the page start here; those from the local socket are lower.
pub const FIRST_ID: u64 = 1 << 32;
/// Answers that wait for the thread; more are dropped.
const MOST_ANSWERS: usize = 32;

/// A request of a client: one JSON object with one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// The push-to-talk key: down or up.
    Ptt(Edge),
    /// Mute the controller, or let it speak.
    Mute(bool),
    /// A call as text.
    Say(String),
    /// Tune COM1.
    Tune(Frequency),
    /// Answered with a pong by the server itself; the value must be true.
    Ping(bool),
}

/// How long the server waits for its clients.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the head of a request.
    pub head: Duration,
    /// For a client to take what it is sent.
    pub take: Duration,
    /// Until a silent WebSocket gets a ping.
    pub ping: Duration,
    /// Until a silent WebSocket counts as gone.
    pub gone: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(5), take: seconds(10), ping: seconds(25), gone: seconds(60) }
    }
}

/// What the other threads hand to the server's thread.
#[derive(Default)]
struct News {
    /// The latest state, as JSON; also as the message that carries it.
    state: Option<(Arc<str>, Utf8Bytes)>,
    /// The ids of calls, and their answers as messages.
    answers: VecDeque<(u64, Utf8Bytes)>,
}

struct Shared {
    pass: Arc<token::Pass>,
    waker: Waker,
    closing: AtomicBool,
    news: Mutex<News>,
}

impl Shared {
    fn news(&self) -> MutexGuard<'_, News> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        if let Err(e) = self.waker.wake() {
            log::warn!("the page's thread cannot be woken: {e}");
        }
    }
}

/// The running server. Dropping it closes all connections and ends the thread.
pub struct Server {
    shared: Arc<Shared>,
    at: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens at this address. `handle` runs on the server's thread with the id of the request, and must not block; only calls
    /// ([`Ask::Say`]) are answered, by [`Server::answer`] with that id. A key that a client holds when it disconnects is released.
    ///
    /// Fails with a `Problem` if the address is in use, or is not one of this computer.
    pub fn start(at: SocketAddr, token: Token, patience: Patience, handle: impl Fn(u64, Ask) + Send + 'static) -> Result<Self, Problem> {
        let failed = |e: io::Error| refused(at, &e);
        let listener = std::net::TcpListener::bind(at).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let at = listener.local_addr().map_err(failed)?;
        let poll = Poll::new().map_err(failed)?;
        let waker = Waker::new(poll.registry(), serve::WAKER).map_err(failed)?;
        let pass = Arc::<token::Pass>::default();
        let shared = Arc::new(Shared { pass: pass.clone(), waker, closing: AtomicBool::new(false), news: Mutex::default() });
        let listener = mio::net::TcpListener::from_std(listener);
        let rules = http::Rules::new(at, token, pass);
        let mut desk = serve::Desk::new(poll, listener, shared.clone(), (rules, patience), Box::new(handle)).map_err(failed)?;
        let thread = std::thread::Builder::new()
            .name("page".into())
            .spawn(move || {
                survive(&mut desk, serve::Desk::run, |desk, words| {
                    log::error!("the page failed and starts again: {words}");
                    desk.recover();
                });
            })
            .map_err(failed)?;
        Ok(Self { shared, at, thread: Some(thread) })
    }

    /// The address, with the port that the system chose if none was given.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// A link that opens the page once, within a minute: for a browser's command line, which other accounts can read.
    pub fn link_for_once(&self) -> io::Result<String> {
        Ok(format!("http://{}/?pass={}", self.at, self.shared.pass.make()?))
    }

    /// Sends this state, a JSON object, to all clients. A client that is slower than the changes receives the latest one only.
    pub fn publish(&self, state: &str) {
        let message = format!("{{\"state\":{state}}}");
        self.shared.news().state = Some((state.into(), message.into()));
        self.shared.wake();
    }

    /// Answers a typed call: the controller's words, and Stratus's note; either may be empty.
    pub fn answer(&self, id: u64, text: &str, note: &str) {
        let message = serde_json::json!({"answer": {"text": text, "note": note}}).to_string();
        let mut news = self.shared.news();
        if news.answers.len() < MOST_ANSWERS {
            news.answers.push_back((id, message.into()));
        }
        drop(news);
        self.shared.wake();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.shared.wake();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Tests whether this is an address of this computer now, whatever its port.
pub fn is_here(at: SocketAddr) -> Result<(), Problem> {
    std::net::TcpListener::bind((at.ip(), 0)).map(drop).map_err(|e| refused(at, &e))
}

/// Tests whether the page could listen at this address now. Fails with the same `Problem` as [`Server::start`].
pub fn probe(at: SocketAddr) -> Result<(), Problem> {
    std::net::TcpListener::bind(at).map(drop).map_err(|e| refused(at, &e))
}

fn refused(at: SocketAddr, e: &io::Error) -> Problem {
    let p = Problem::new(format!("cannot show the page at {at}")).because(e).about(Part::Page);
    match e.kind() {
        io::ErrorKind::AddrInUse => p
            .fix(format!("another program uses port {}: choose another port in page.listen, such as \"{}:4748\"", at.port(), host(at)))
            .brief("The page's port is in use", format!("Another program uses port {}.", at.port()))
            .remedy("Choose another port under Help \u{203a} Settings file."),
        io::ErrorKind::AddrNotAvailable => p
            .fix("write an address of this computer in page.listen; \"127.0.0.1:4747\" always works")
            .brief("The page's address is not there", format!("This computer has no address {} now.", at.ip()))
            .remedy("Stratus retries every minute."),
        io::ErrorKind::PermissionDenied => p
            .fix("choose a port above 1023 in page.listen, such as 4747")
            .brief("The page's port is not allowed", format!("The system does not let Stratus use port {}.", at.port()))
            .remedy("Choose another port under Help \u{203a} Settings file."),
        _ => p.fix("choose another address or port in page.listen").brief("The page could not be opened", ""),
    }
}

/// The host of an address as a link has it: IPv6 in brackets.
fn host(at: SocketAddr) -> String {
    match at {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_one_key_and_a_typed_value() {
        let read = |text: &str| serde_json::from_str::<Ask>(text).ok();
        assert_eq!(read(r#"{"ptt":"down"}"#), Some(Ask::Ptt(Edge::Down)));
        assert_eq!(read(r#"{"mute":true}"#), Some(Ask::Mute(true)));
        assert_eq!(read(r#"{"say":"radio check"}"#), Some(Ask::Say("radio check".into())));
        assert_eq!(read(r#"{"tune":"118.1"}"#), Some(Ask::Tune("118.1".parse().unwrap())));
        for wrong in [r#"{"tune":"900"}"#, r#"{"tune":118.1}"#, r#"{"quit":true}"#, "{}", "[]", "", r#"{"ptt":"down","mute":true}"#] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn refusal_names_the_port_and_what_to_write_instead() {
        let at: SocketAddr = "127.0.0.1:4747".parse().unwrap();
        let p = refused(at, &io::ErrorKind::AddrInUse.into());
        assert!(p.fix.contains("4747") && p.fix.contains("\"127.0.0.1:4748\""), "{p}");
        let at: SocketAddr = "[fd00::5]:4747".parse().unwrap();
        assert!(refused(at, &io::ErrorKind::AddrInUse.into()).fix.contains("\"[fd00::5]:4748\""));
        assert!(refused(at, &io::ErrorKind::AddrNotAvailable.into()).short().remedy.contains("retries"));
    }
}
