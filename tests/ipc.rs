//! The single instance and its socket, from outside: what it answers, whom it refuses, what it survives.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Duration;

use stratus::ipc::{Instance, Lock, Press, Replier, Reply, Request, Server, send};

const LIMIT: Duration = Duration::from_secs(10);

fn socket() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("run/stratus/stratus.sock");
    (folder, socket)
}

fn lock(socket: &std::path::Path) -> Lock {
    match Instance::acquire(socket).unwrap() {
        Instance::Acquired(lock) => lock,
        Instance::AlreadyRunning => panic!("another one runs"),
    }
}

fn echo(request: Request, replier: Replier) {
    replier.send(match request {
        Request::Say(words) => Reply::Said { text: words.to_uppercase(), note: String::new() },
        Request::Quit(_) => return, // Dropped without an answer.
        _ => Reply::Ok { ok: true },
    });
}

#[test]
fn requests_are_answered() {
    let (_folder, socket) = socket();
    let server = Server::start(lock(&socket), echo).unwrap();
    let said = send(&socket, &Request::Say("N172SP, \"radio\"\ncheck".into()), LIMIT).unwrap();
    assert_eq!(said, Reply::Said { text: "N172SP, \"RADIO\"\nCHECK".into(), note: String::new() });
    assert_eq!(send(&socket, &Request::Ptt(Press::Toggle), LIMIT).unwrap(), Reply::Ok { ok: true });
    match send(&socket, &Request::Ping(true), LIMIT).unwrap() {
        Reply::Here { pid, version } => assert!(pid == std::process::id() && !version.is_empty()),
        other => panic!("{other:?}"),
    }
    assert!(send(&socket, &Request::Quit(true), LIMIT).unwrap_err().to_string().contains("no answer"));
    drop(server);
    assert!(!socket.exists());
    let p = send(&socket, &Request::Ping(true), LIMIT).unwrap_err();
    assert!(p.what.contains("not running") && p.fix.contains("stratus"), "{p}");
}

#[test]
fn the_wire_is_what_the_document_says() {
    let (_folder, socket) = socket();
    let (out, seen) = channel();
    let out = Mutex::new(out);
    let _server = Server::start(lock(&socket), move |request, replier| {
        out.lock().unwrap().send(request.clone()).unwrap();
        echo(request, replier);
    })
    .unwrap();
    let mut stream = UnixStream::connect(&socket).unwrap();
    stream
        .write_all(b"{\"say\":\"hi\"}\n{\"ptt\":\"down\"}\n{\"ptt\":\"sideways\"}\n{\"quit\":false}\nnonsense\n\n{\"ptt\":\"up\"}\n")
        .unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.next().unwrap(), r#"{"text":"HI","note":""}"#);
    assert_eq!(lines.next().unwrap(), r#"{"ok":true}"#);
    for _ in 0..4 {
        let line = lines.next().unwrap();
        assert!(line.starts_with(r#"{"error":""#), "{line}");
    }
    assert_eq!(lines.next().unwrap(), r#"{"ok":true}"#);
    let seen: Vec<Request> = seen.try_iter().collect();
    assert_eq!(seen, [Request::Say("hi".into()), Request::Ptt(Press::Down), Request::Ptt(Press::Up)]);
}

#[test]
fn there_is_one_instance_and_a_crash_leaves_no_trace() {
    let (_folder, socket) = socket();
    let first = lock(&socket);
    assert!(matches!(Instance::acquire(&socket).unwrap(), Instance::AlreadyRunning));
    drop(first);
    // What a killed process leaves: a socket that nobody listens on.
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(socket.exists());
    assert!(send(&socket, &Request::Ping(true), LIMIT).unwrap_err().what.contains("not running"));
    let _server = Server::start(lock(&socket), echo).unwrap();
    assert!(send(&socket, &Request::Ping(true), LIMIT).is_ok());
    assert!(matches!(Instance::acquire(&socket).unwrap(), Instance::AlreadyRunning));
    assert!(send(&socket, &Request::Ping(true), LIMIT).is_ok(), "the second one did not disturb the first");
}

#[test]
fn nobody_else_may_connect() {
    let (_folder, socket) = socket();
    let _server = Server::start(lock(&socket), echo).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(&socket.with_extension("lock")), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
}

#[test]
fn a_long_line_and_a_crowd_are_refused_and_the_next_one_is_served() {
    let (_folder, socket) = socket();
    let _server = Server::start(lock(&socket), echo).unwrap();
    let mut long = UnixStream::connect(&socket).unwrap();
    let _ = long.write_all(&vec![b'x'; 40_000]);
    let mut answer = String::new();
    let _ = long.read_to_string(&mut answer); // It may end in a reset: we still had words to send.
    assert!(answer.is_empty() || answer.contains("longer"), "{answer}");
    let p = send(&socket, &Request::Say("x".repeat(20_000)), LIMIT).unwrap_err();
    assert!(p.what.contains("too long"), "{p}");

    let crowd: Vec<UnixStream> = (0..8)
        .map(|_| {
            let mut stream = UnixStream::connect(&socket).unwrap();
            stream.write_all(b"{\"ping\":true}\n").unwrap();
            let mut line = String::new();
            BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
            stream
        })
        .collect();
    let p = send(&socket, &Request::Ping(true), LIMIT).unwrap_err();
    assert!(p.to_string().contains("busy"), "{p}");
    drop(crowd);
    let deadline = std::time::Instant::now() + LIMIT;
    while send(&socket, &Request::Ping(true), LIMIT).is_err() {
        assert!(std::time::Instant::now() < deadline, "the places are not given back");
    }
}

#[test]
fn a_slow_answer_ends_at_the_callers_limit() {
    let (_folder, socket) = socket();
    let kept = Mutex::new(Vec::new());
    let _server = Server::start(lock(&socket), move |_, replier| kept.lock().unwrap().push(replier)).unwrap();
    let p = send(&socket, &Request::Say("hello".into()), Duration::from_millis(200)).unwrap_err();
    assert!(p.what.contains("does not answer"), "{p}");
}

#[test]
fn a_folder_that_cannot_be_made_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let p = Instance::acquire(&folder.path().join("file/stratus.sock")).err().unwrap();
    assert!(!p.fix.is_empty() && p.why[0].contains("stratus.sock"), "{p}");
}
