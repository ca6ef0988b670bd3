//! Single-instance lock, and the local socket through which `stratus say` and `stratus ptt` reach the running instance.
//!
//! JSON lines, one answer per request: `{"say":"text"}` -> `{"text":..,"note":..}`, `{"plan":{..}|null}` -> the same, `{"ptt":"down"|"up"|"toggle"}` and
//! `{"suggest":true}`, `{"firstcall":true}`, `{"testkey":true}`, `{"nextcall":true}` and `{"pace":true}` -> as `say`, `{"state":true}` -> `{"state":..}`, `{"quit":true}` -> `{"ok":true}`, `{"ping":true}` -> `{"pid":..,"version":..}`, and `{"error":..}` to anything else.
//! Only the pilot's own account may connect, at most eight at once, with short lines and short timeouts.

mod places;

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use interprocess::ConnectWaitMode;
use interprocess::local_socket::prelude::*;
use interprocess::local_socket::{ConnectOptions, ListenerOptions, Name};
use serde::{Deserialize, Serialize};

pub use places::reach;

use crate::event::{FlightPlan, TrayState};
use crate::problem::Problem;
use crate::worker::stumble;

/// Maximum number of connections; further clients get the answer that Stratus is busy.
const MAX_CONNECTIONS: usize = 8;
/// Maximum size of a request or an answer, bytes, including its line feed: a plan with 400 points has about 40,000.
const MAX_LINE: usize = 64 * 1024;
/// Timeout for a request to arrive.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// Timeout for an answer, long enough for a recognised call and a language model.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// Timeout for the outcome of a spoken call. Stratus itself answers earlier if the key is not pressed; a call may be repeated.
pub const CALL_LIMIT: Duration = Duration::from_secs(300);

/// A request from another process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// A typed transmission.
    Say(String),
    /// The push-to-talk key.
    Ptt(Press),
    /// A flight plan to file; null withdraws the filed one.
    Plan(Option<Box<FlightPlan>>),
    /// End; the value must be true.
    Quit(bool),
    /// Identify yourself. Answered by the socket itself; the value must be true.
    Ping(bool),
    /// Report how many toasts could not be shown.
    Toasts(bool),
    /// List the calls that fit now, one per line; the value must be true.
    Suggest(bool),
    /// Name the radio check with which the set-up ends; the value must be true.
    FirstCall(bool),
    /// Test the push-to-talk key: the next press is not a call. The answer has a text if it arrived. The value must be true.
    TestKey(bool),
    /// Report the outcome of the next spoken call, as the notification does. The value must be true.
    NextCall(bool),
    /// Report the last calls whose recognition was given up; the value must be true.
    Pace(bool),
    /// Report what the tray's icon shows; the value must be true.
    State(bool),
    /// A second instance was started: show the pilot where this one is. The value must be true.
    Show(bool),
}

/// An action on the push-to-talk key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Press {
    /// Press.
    Down,
    /// Release.
    Up,
    /// Toggle.
    Toggle,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// To `Say`: the controller's words, and Stratus's note; either may be empty.
    Said {
        /// The controller's words.
        text: String,
        /// A note by Stratus.
        note: String,
    },
    /// Done.
    Ok {
        /// Always true.
        ok: bool,
    },
    /// To `Toasts`.
    Toasts {
        /// How many could not be shown since the start.
        failed: u64,
    },
    /// To `State`.
    State {
        /// What the icon shows.
        state: TrayState,
    },
    /// To `Ping`.
    Here {
        /// The process.
        pid: u32,
        /// Its version.
        version: String,
    },
    /// The request failed.
    Error {
        /// Why.
        error: String,
    },
}

/// Whether this process is the only instance on its socket.
pub enum Instance {
    /// It is, and remains so while this lock is held.
    Acquired(Lock),
    /// Another instance is running.
    AlreadyRunning,
}

/// The single-instance lock; released when the process ends, however it ends.
pub struct Lock {
    socket: PathBuf,
    #[cfg_attr(not(unix), allow(dead_code, reason = "kept for its lock alone"))]
    file: File,
}

impl Instance {
    /// Tries to become the only instance on this socket. Creates the folder with access for the pilot's account only. The lock is a
    /// file beside the socket, so that a stale socket from a crash is recognised and removed.
    pub fn acquire(socket: &Path) -> Result<Self, Problem> {
        let refused = |e: io::Error| {
            Problem::new("cannot make sure that Stratus runs only once")
                .because(format!("{}: {e}", socket.display()))
                .fix("check that the folder is writable and belongs to you")
        };
        if let Some(folder) = socket.parent() {
            places::make(folder).map_err(refused)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(socket.with_extension("lock")).map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Self::AlreadyRunning),
            Err(TryLockError::Error(e)) => return Err(refused(e)),
        }
        #[cfg(unix)]
        match std::fs::remove_file(socket) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(refused(e)),
            _ => {}
        }
        // Not every file system supports sockets. Find out now, while another place can still be chosen.
        #[cfg(unix)]
        std::os::unix::net::UnixListener::bind(socket).and_then(|_| std::fs::remove_file(socket)).map_err(refused)?;
        Ok(Self::Acquired(Lock { socket: socket.to_owned(), file }))
    }
}

/// The reply channel of a request. If dropped without an answer, it reports that there is none.
pub struct Replier {
    to: SyncSender<Reply>,
}

impl Replier {
    /// Answers; a client that has disconnected does not matter.
    pub fn send(self, reply: Reply) {
        let _ = self.to.try_send(reply);
    }
}

/// The listening socket, removed on drop.
pub struct Server {
    shared: Arc<Shared>,
    socket: PathBuf,
    thread: Option<JoinHandle<()>>,
    _lock: Lock,
}

struct Shared {
    closing: AtomicBool,
    open: AtomicUsize,
    handle: Box<dyn Fn(Request, Replier) + Send + Sync>,
    #[cfg(unix)]
    uid: u32,
}

impl Server {
    /// Listens on the socket of the lock. `handle` runs on a connection's thread and must not block: it passes the request on with
    /// its `Replier`.
    pub fn start(lock: Lock, handle: impl Fn(Request, Replier) + Send + Sync + 'static) -> Result<Self, Problem> {
        let socket = lock.socket.clone();
        let refused = |e: io::Error| {
            Problem::new("`stratus say` and `stratus ptt` cannot reach this Stratus")
                .because(format!("{}: {e}", socket.display()))
                .fix("check that the folder is writable")
        };
        #[cfg(unix)]
        let uid = std::os::unix::fs::MetadataExt::uid(&lock.file.metadata().map_err(refused)?);
        let options = ListenerOptions::new().name(name(&socket).map_err(refused)?);
        #[cfg(target_os = "linux")]
        let options = interprocess::os::unix::local_socket::ListenerOptionsExt::mode(options, 0o600);
        #[cfg(windows)]
        let options =
            interprocess::os::windows::local_socket::ListenerOptionsExt::security_descriptor(options, owner_only().map_err(refused)?);
        let listener = options.create_sync().map_err(refused)?;
        let shared = Arc::new(Shared {
            closing: AtomicBool::new(false),
            open: AtomicUsize::new(0),
            handle: Box::new(handle),
            #[cfg(unix)]
            uid,
        });
        let theirs = shared.clone();
        let thread = std::thread::Builder::new().name("ipc".into()).spawn(move || accept(&listener, &theirs)).map_err(refused)?;
        Ok(Self { shared, socket, thread: Some(thread), _lock: lock })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        // Wake the listener up by a connection. If that fails (the socket file was removed), it keeps sleeping.
        let woken = connect(&self.socket, Duration::from_millis(200)).is_ok();
        if let Some(thread) = self.thread.take()
            && woken
        {
            let _ = thread.join();
        }
    }
}

fn accept(listener: &LocalSocketListener, shared: &Arc<Shared>) {
    loop {
        let stream = listener.accept();
        if shared.closing.load(Ordering::SeqCst) {
            return;
        }
        match stream {
            Ok(stream) => admit(stream, shared),
            // Most likely out of file descriptors: retry, but not in a busy loop.
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// One of the eight connection slots, released on drop.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn admit(mut stream: LocalSocketStream, shared: &Arc<Shared>) {
    #[cfg(unix)]
    let _ = stream.set_send_timeout(Some(READ_LIMIT));
    #[cfg(unix)]
    if !stream.peer_creds().is_ok_and(|c| c.euid() == Some(shared.uid)) {
        return;
    }
    shared.open.fetch_add(1, Ordering::SeqCst);
    let place = Place(shared.clone());
    if shared.open.load(Ordering::SeqCst) > MAX_CONNECTIONS {
        let _ = write_line(&mut stream, &error("Stratus is busy with other requests"));
        return;
    }
    let _ = std::thread::Builder::new().name("ipc peer".into()).spawn(move || serve(stream, &place.0));
}

fn serve(mut stream: LocalSocketStream, shared: &Shared) {
    let mut rest = Vec::new();
    while !shared.closing.load(Ordering::SeqCst) {
        let line = match read_line(&mut stream, &mut rest, Instant::now() + READ_LIMIT) {
            Ok(Some(line)) => line,
            Ok(None) => return,
            Err(e) => {
                if e.kind() == io::ErrorKind::InvalidData {
                    let _ = write_line(&mut stream, &error(&e.to_string()));
                }
                return;
            }
        };
        stumble("ipc peer");
        let reply = answer(&line, shared);
        if write_line(&mut stream, &reply).is_err() {
            return;
        }
    }
}

fn answer(line: &[u8], shared: &Shared) -> Reply {
    let request = match serde_json::from_slice::<Request>(line) {
        Ok(
            Request::Quit(false)
            | Request::Ping(false)
            | Request::Toasts(false)
            | Request::Show(false)
            | Request::Pace(false)
            | Request::State(false),
        ) => {
            return error("the value must be true");
        }
        Ok(Request::Ping(true)) => return Reply::Here { pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() },
        Ok(request) => request,
        Err(e) => return error(&format!("not a request: {e}")),
    };
    let (to, from) = sync_channel(1);
    let limit = if matches!(request, Request::NextCall(_)) { CALL_LIMIT } else { ANSWER_LIMIT };
    (shared.handle)(request, Replier { to });
    match from.recv_timeout(limit) {
        Ok(reply) => reply,
        Err(RecvTimeoutError::Timeout) => error("Stratus took too long"),
        Err(RecvTimeoutError::Disconnected) => error("Stratus has no answer to that"),
    }
}

fn error(why: &str) -> Reply {
    Reply::Error { error: why.to_owned() }
}

/// Sends a request to the instance on this socket. Fails if none is running, after `timeout`, or if it refuses.
pub fn send(socket: &Path, request: &Request, timeout: Duration) -> Result<Reply, Problem> {
    talk(connect(socket, timeout).map_err(|e| not_reached(socket, &e))?, request, timeout)
}

fn not_reached(socket: &Path, e: &io::Error) -> Problem {
    match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            Problem::new("Stratus is not running").because(format!("nobody listens on {}", socket.display())).fix("start it with `stratus`")
        }
        // It is running, but too busy to connect.
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => failed(e),
        _ => Problem::new("Stratus is not running, or cannot be reached")
            .because(format!("{}: {e}", socket.display()))
            .fix("start it with `stratus`, from the same account"),
    }
}

fn failed(why: &dyn std::fmt::Display) -> Problem {
    Problem::new("the running Stratus does not answer").because(why).fix("restart Stratus")
}

fn talk(mut stream: LocalSocketStream, request: &Request, timeout: Duration) -> Result<Reply, Problem> {
    let deadline = Instant::now() + timeout;
    #[cfg(unix)]
    stream.set_send_timeout(Some(timeout.max(Duration::from_millis(1)))).map_err(|e| failed(&e))?;
    let wrote = write_line(&mut stream, request);
    if let Err(e) = &wrote
        && e.kind() == io::ErrorKind::InvalidInput
    {
        return Err(Problem::new("the text is too long for one transmission").because(e).fix("split it"));
    }
    // A busy instance answers and closes without reading: prefer its answer to our broken pipe.
    let line = match (read_line(&mut stream, &mut Vec::new(), deadline), wrote) {
        (Ok(Some(line)), _) => line,
        (_, Err(e)) | (Err(e), Ok(())) => return Err(failed(&e)),
        (Ok(None), Ok(())) => return Err(failed(&"it closed the connection")),
    };
    match serde_json::from_slice(&line).map_err(|e| failed(&e))? {
        Reply::Error { error } => Err(Problem::new("the running Stratus refused the request").because(error)),
        reply => Ok(reply),
    }
}

fn name(socket: &Path) -> io::Result<Name<'_>> {
    #[cfg(unix)]
    return socket.to_fs_name::<interprocess::local_socket::GenericFilePath>();
    // A pipe has no folder: its name contains the whole path.
    #[cfg(not(unix))]
    return socket
        .to_string_lossy()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        .to_ns_name::<interprocess::local_socket::GenericNamespaced>();
}

/// Grants access to the pipe to the pilot's account and the system, and denies it over the network.
#[cfg(windows)]
fn owner_only() -> io::Result<interprocess::os::windows::security_descriptor::SecurityDescriptor> {
    let allowed = widestring::u16cstr!("D:P(D;;GA;;;NU)(A;;GA;;;OW)(A;;GA;;;SY)");
    interprocess::os::windows::security_descriptor::SecurityDescriptor::deserialize(allowed)
}

fn connect(socket: &Path, timeout: Duration) -> io::Result<LocalSocketStream> {
    socket.parent().map_or(Ok(()), places::own)?;
    ConnectOptions::new().name(name(socket)?).wait_mode(ConnectWaitMode::Timeout(timeout)).connect_sync()
}

fn write_line(stream: &mut LocalSocketStream, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what).map_err(io::Error::other)?;
    line.push(b'\n');
    if line.len() > MAX_LINE {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("the line is longer than {MAX_LINE} bytes")));
    }
    stream.write_all(&line)?;
    stream.flush()
}

/// The next line, without its line feed; `None` at the end. Data after it stays in `rest`.
fn read_line(stream: &mut LocalSocketStream, rest: &mut Vec<u8>, deadline: Instant) -> io::Result<Option<Vec<u8>>> {
    let mut chunk = [0u8; 2048];
    let mut looked = 0;
    loop {
        if let Some(end) = rest[looked..].iter().position(|b| *b == b'\n') {
            let mut line: Vec<u8> = rest.drain(..=looked + end).collect();
            line.pop();
            return Ok(Some(line));
        }
        looked = rest.len();
        if looked >= MAX_LINE {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("the line is longer than {MAX_LINE} bytes")));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let room = chunk.len().min(MAX_LINE - looked);
        match read_within(stream, &mut chunk[..room], left) {
            Ok(0) => return Ok(None),
            Ok(n) => rest.extend_from_slice(&chunk[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            // On Windows, the end of a pipe is an error.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(None),
            Err(e) => return Err(e),
        }
    }
}

#[cfg(unix)]
fn read_within(stream: &mut LocalSocketStream, into: &mut [u8], time: Duration) -> io::Result<usize> {
    stream.set_recv_timeout(Some(time))?;
    stream.read(into)
}

/// A pipe has to be polled, but only while a client is connected.
#[cfg(windows)]
fn read_within(stream: &mut LocalSocketStream, into: &mut [u8], time: Duration) -> io::Result<usize> {
    use std::os::windows::io::AsHandle;
    let LocalSocketStream::NamedPipe(pipe) = &*stream;
    if !crate::pipe::readable(pipe.as_handle(), time, Duration::from_millis(5))? {
        return Err(io::ErrorKind::TimedOut.into());
    }
    stream.read(into)
}
