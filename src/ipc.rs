//! One Stratus at a time, and the local socket by which `stratus say` and `stratus ptt` reach it.
//!
//! JSON lines, one answer per request: `{"say":"text"}` -> `{"text":..,"note":..}`, `{"plan":{..}|null}` -> the same, `{"ptt":"down"|"up"|"toggle"}` and
//! `{"suggest":true}`, `{"testkey":true}` and `{"nextcall":true}` -> as `say`, `{"quit":true}` -> `{"ok":true}`, `{"ping":true}` -> `{"pid":..,"version":..}`, and `{"error":..}` to anything else.
//! Only the pilot's own account may connect, at most eight at once, with short lines and short patience.

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

use crate::event::FlightPlan;
use crate::problem::Problem;
use crate::worker::stumble;

/// Connections at once; one more is told that Stratus is busy.
const MAX_CONNECTIONS: usize = 8;
/// Bytes of a request or an answer, its line feed included: a plan of 400 points has some 40,000.
const MAX_LINE: usize = 64 * 1024;
/// How long a request may take to arrive.
const READ_LIMIT: Duration = Duration::from_secs(5);
/// How long an answer may take: a recognised call, a language model that thinks, and some more.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

/// What another process may ask of the running Stratus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Request {
    /// A typed transmission.
    Say(String),
    /// The push-to-talk key.
    Ptt(Press),
    /// A flight plan to file; null takes back what is filed.
    Plan(Option<Box<FlightPlan>>),
    /// End; the value must be true.
    Quit(bool),
    /// Who is there? Answered by the socket itself; the value must be true.
    Ping(bool),
    /// Tell how many toasts could not be shown.
    Toasts(bool),
    /// Which calls fit now, one on each line; the value must be true.
    Suggest(bool),
    /// Test the push-to-talk key: the next press is no call. The answer has a text when it arrived. The value must be true.
    TestKey(bool),
    /// Tell what becomes of the next spoken call, as the notification does. The value must be true.
    NextCall(bool),
    /// Stratus was started once more: show the pilot where it is. The value must be true.
    Show(bool),
}

/// What is done to the push-to-talk key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Press {
    /// It goes down.
    Down,
    /// It goes up.
    Up,
    /// The other way round than it is.
    Toggle,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// To `Say`: the controller's words, and what Stratus has to say besides; both may be empty.
    Said {
        /// The controller's words.
        text: String,
        /// A remark of Stratus's own.
        note: String,
    },
    /// Done.
    Ok {
        /// Always true.
        ok: bool,
    },
    /// To `Toasts`.
    Toasts {
        /// How many could not be shown since it started.
        failed: u64,
    },
    /// To `Ping`.
    Here {
        /// The process.
        pid: u32,
        /// Its version.
        version: String,
    },
    /// It could not be done.
    Error {
        /// Why.
        error: String,
    },
}

/// Whether this process is the one Stratus of its socket.
pub enum Instance {
    /// It is; nobody else can be while this is kept.
    Acquired(Lock),
    /// Another one runs.
    AlreadyRunning,
}

/// The right to be the one Stratus; ends with the process, however that ends.
pub struct Lock {
    socket: PathBuf,
    #[cfg_attr(not(unix), allow(dead_code, reason = "kept for its lock alone"))]
    file: File,
}

impl Instance {
    /// Tries to become the one Stratus of this socket. The folder is made, for the pilot's account alone; the lock is a
    /// file beside the socket, so that a socket left behind by a crash is known for what it is and removed.
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
        // Not every file system takes a socket. Better found out now, while another place can still be chosen.
        #[cfg(unix)]
        std::os::unix::net::UnixListener::bind(socket).and_then(|_| std::fs::remove_file(socket)).map_err(refused)?;
        Ok(Self::Acquired(Lock { socket: socket.to_owned(), file }))
    }
}

/// The way back to whoever asked. Dropped without an answer, it tells that there is none.
pub struct Replier {
    to: SyncSender<Reply>,
}

impl Replier {
    /// Answers; a peer that has gone meanwhile is no matter.
    pub fn send(self, reply: Reply) {
        let _ = self.to.try_send(reply);
    }
}

/// The listening socket. Dropping it removes it.
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
    /// Listens on the socket of the lock. `handle` runs on a connection's thread and must not block: it passes the
    /// request on with its `Replier`.
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
        // A connection of our own wakes the listener up. Without one (the socket file was removed) it stays asleep.
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
            // Out of descriptors, most likely: try again, but not in a hot loop.
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// One of the eight places, given back when dropped.
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
        Ok(Request::Quit(false) | Request::Ping(false) | Request::Toasts(false) | Request::Show(false)) => {
            return error("the value must be true");
        }
        Ok(Request::Ping(true)) => return Reply::Here { pid: std::process::id(), version: env!("CARGO_PKG_VERSION").into() },
        Ok(request) => request,
        Err(e) => return error(&format!("not a request: {e}")),
    };
    let (to, from) = sync_channel(1);
    (shared.handle)(request, Replier { to });
    match from.recv_timeout(ANSWER_LIMIT) {
        Ok(reply) => reply,
        Err(RecvTimeoutError::Timeout) => error("Stratus took too long"),
        Err(RecvTimeoutError::Disconnected) => error("Stratus has no answer to that"),
    }
}

fn error(why: &str) -> Reply {
    Reply::Error { error: why.to_owned() }
}

/// Asks the Stratus that listens on this socket. A problem if none runs, if it takes longer than `timeout`, or if it says no.
pub fn send(socket: &Path, request: &Request, timeout: Duration) -> Result<Reply, Problem> {
    talk(connect(socket, timeout).map_err(|e| not_reached(socket, &e))?, request, timeout)
}

fn not_reached(socket: &Path, e: &io::Error) -> Problem {
    match e.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            Problem::new("Stratus is not running").because(format!("nobody listens on {}", socket.display())).fix("start it with `stratus`")
        }
        // It is there, and too busy to be reached.
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
    // A busy Stratus answers and closes without reading: its answer counts for more than our broken pipe.
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
    // A pipe has no folder: its name stands for the whole path.
    #[cfg(not(unix))]
    return socket
        .to_string_lossy()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        .to_ns_name::<interprocess::local_socket::GenericNamespaced>();
}

/// The pilot's own account and the system may open the pipe, and nobody over the network.
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

/// The next line, without its line feed; `None` at the end. What came after it stays in `rest`.
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
            // The end of a pipe is an error on Windows.
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

/// A pipe is looked at again and again, but only while somebody is connected.
#[cfg(windows)]
fn read_within(stream: &mut LocalSocketStream, into: &mut [u8], time: Duration) -> io::Result<usize> {
    use std::os::windows::io::AsHandle;
    let LocalSocketStream::NamedPipe(pipe) = &*stream;
    if !crate::pipe::readable(pipe.as_handle(), time, Duration::from_millis(5))? {
        return Err(io::ErrorKind::TimedOut.into());
    }
    stream.read(into)
}
