//! The thread of the page: it sleeps until a connection, a message or a new state arrives.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mio::net::TcpListener;
use mio::{Events, Interest, Poll, Token};
use tungstenite::Utf8Bytes;

use super::client::{self, Client};
use super::http::Rules;
use super::{Ask, FIRST_ID, Patience, Shared};
use crate::event::Edge;
use crate::worker::stumble;

/// The bell of the other threads.
pub(super) const WAKER: Token = Token(1);
const LISTENER: Token = Token(0);
const FIRST_CLIENT: usize = 2;
/// Maximum number of connections. One more ends the oldest that is not a WebSocket, so that a flood does not lock out the pilot.
const MAX_CLIENTS: usize = 32;
/// Maximum number of WebSockets.
const MAX_SOCKETS: usize = 8;
/// Calls that wait for their answer; older ones are forgotten.
const MAX_WAITING: usize = 32;
/// How long to wait after the system could not accept a connection, most likely because it has no more file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);
/// Events that are taken at once.
const EVENTS: usize = 64;

/// The state of the thread.
pub(super) struct Desk {
    poll: Poll,
    events: Events,
    listener: TcpListener,
    shared: Arc<Shared>,
    rules: Rules,
    patience: Patience,
    handle: Box<dyn Fn(u64, Ask) + Send>,
    clients: BTreeMap<usize, Client>,
    next_client: usize,
    next_id: u64,
    /// The calls that wait for an answer, and their clients.
    waiting: VecDeque<(u64, usize)>,
    /// The client that holds the key.
    holder: Option<usize>,
    accept_at: Option<Instant>,
    /// The latest state, as JSON and as a message.
    state: Option<(Arc<str>, Utf8Bytes)>,
}

impl Desk {
    pub(super) fn new(
        poll: Poll,
        mut listener: TcpListener,
        shared: Arc<Shared>,
        (rules, patience): (Rules, Patience),
        handle: Box<dyn Fn(u64, Ask) + Send>,
    ) -> io::Result<Self> {
        poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
        Ok(Self {
            poll,
            events: Events::with_capacity(EVENTS),
            listener,
            shared,
            rules,
            patience,
            handle,
            clients: BTreeMap::new(),
            next_client: FIRST_CLIENT,
            next_id: FIRST_ID,
            waiting: VecDeque::new(),
            holder: None,
            accept_at: None,
            state: None,
        })
    }

    /// Serves until the server is dropped.
    pub(super) fn run(&mut self) {
        while !self.shared.closing.load(Ordering::SeqCst) {
            let busy = self.clients.values().any(|c| c.again);
            let due = self.clients.values().map(Client::deadline).chain(self.accept_at).min();
            let wait = if busy { Some(Duration::ZERO) } else { due.map(|d| d.saturating_duration_since(Instant::now())) };
            match self.poll.poll(&mut self.events, wait) {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => {
                    log::error!("the page's thread cannot wait for its clients: {e}");
                    return;
                }
            }
            stumble("page");
            let now = Instant::now();
            let mut ready: Vec<usize> = self.events.iter().map(|e| e.token().0).collect();
            ready.extend(self.clients.iter().filter(|(_, c)| c.again).map(|(n, _)| *n));
            self.take_news(now);
            for n in ready {
                match Token(n) {
                    LISTENER => self.accept(now),
                    WAKER => {}
                    Token(n) => self.serve(n, now),
                }
            }
            if self.accept_at.is_some_and(|at| at <= now) {
                self.accept(now);
            }
            let over: Vec<usize> = self
                .clients
                .iter_mut()
                .filter_map(|(n, c)| {
                    c.check_time(now);
                    c.is_over().then_some(*n)
                })
                .collect();
            over.into_iter().for_each(|n| self.end(n));
        }
        self.drop_all();
    }

    /// After a panic: begins again without clients. The pilot's page connects anew.
    pub(super) fn recover(&mut self) {
        self.drop_all();
        // A connection that waited at that moment is not reported again.
        self.accept_at = Some(Instant::now());
    }

    /// Ends all connections, and releases the key.
    fn drop_all(&mut self) {
        let all: Vec<usize> = self.clients.keys().copied().collect();
        all.into_iter().for_each(|n| self.end(n));
    }

    fn end(&mut self, n: usize) {
        self.clients.remove(&n);
        self.waiting.retain(|(_, client)| *client != n);
        if self.holder == Some(n) {
            // A tablet that sleeps must not hold the key.
            self.holder = None;
            self.hand_on(Ask::Ptt(Edge::Up));
        }
    }

    /// Hands the state and the answers on to the clients.
    fn take_news(&mut self, now: Instant) {
        let (state, answers) = {
            let mut news = self.shared.news();
            (news.state.take(), std::mem::take(&mut news.answers))
        };
        if let Some(state) = state {
            self.clients.values_mut().for_each(|c| c.show(&state.1, now));
            self.state = Some(state);
        }
        for (id, message) in answers {
            let Some(at) = self.waiting.iter().position(|(waiting, _)| *waiting == id) else { continue };
            if let Some(client) = self.waiting.remove(at).and_then(|(_, n)| self.clients.get_mut(&n)) {
                client.send(&message, now);
            }
        }
    }

    fn accept(&mut self, now: Instant) {
        self.accept_at = None;
        loop {
            let mut stream = match self.listener.accept() {
                Ok((stream, _)) => stream,
                Err(e) => match e.kind() {
                    ErrorKind::WouldBlock => return,
                    ErrorKind::Interrupted | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset => continue,
                    _ => {
                        self.accept_at = Some(now + ACCEPT_AGAIN);
                        return;
                    }
                },
            };
            if self.clients.len() >= MAX_CLIENTS {
                let Some(oldest) = self.clients.iter().find(|(_, c)| !c.is_socket()).map(|(n, _)| *n) else { continue };
                self.end(oldest);
            }
            let n = self.next_client;
            self.next_client += 1;
            let _ = stream.set_nodelay(true);
            if self.poll.registry().register(&mut stream, Token(n), Interest::READABLE | Interest::WRITABLE).is_ok() {
                self.clients.insert(n, Client::new(stream, self.patience, now));
                self.serve(n, now);
            }
        }
    }

    fn serve(&mut self, n: usize, now: Instant) {
        // A request that came after a state gets that state, or a later one.
        self.take_news(now);
        let room = self.clients.values().filter(|c| c.is_socket()).count() < MAX_SOCKETS;
        let Some(client) = self.clients.get_mut(&n) else { return };
        let mut asks = Vec::new();
        client.go_on(&client::Desk { rules: &self.rules, state: self.state.as_ref(), room, now }, &mut asks);
        for ask in asks {
            self.asked(n, ask);
        }
    }

    fn asked(&mut self, n: usize, ask: Ask) {
        match ask {
            Ask::Ptt(Edge::Down) if self.holder.is_none() => self.holder = Some(n),
            Ask::Ptt(Edge::Up) if self.holder == Some(n) => self.holder = None,
            // Another client holds the key, or none does.
            Ask::Ptt(_) => return,
            Ask::Say(_) => {
                self.waiting.push_back((self.next_id, n));
                if self.waiting.len() > MAX_WAITING {
                    self.waiting.pop_front();
                }
            }
            Ask::Mute(_) | Ask::Tune(_) | Ask::Ping(_) => {}
        }
        self.hand_on(ask);
    }

    fn hand_on(&mut self, ask: Ask) {
        (self.handle)(self.next_id, ask);
        self.next_id += 1;
    }
}
