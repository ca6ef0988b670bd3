//! The single instance and its socket from outside: what it answers, whom it refuses, and what it survives.
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
fn wire_format_matches_the_documentation() {
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
fn only_one_instance_runs_and_a_crash_leaves_no_trace() {
    let (_folder, socket) = socket();
    let first = lock(&socket);
    assert!(matches!(Instance::acquire(&socket).unwrap(), Instance::AlreadyRunning));
    drop(first);
    // Leftover of a killed process: a socket without a listener.
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(socket.exists());
    assert!(send(&socket, &Request::Ping(true), LIMIT).unwrap_err().what.contains("not running"));
    let _server = Server::start(lock(&socket), echo).unwrap();
    assert!(send(&socket, &Request::Ping(true), LIMIT).is_ok());
    assert!(matches!(Instance::acquire(&socket).unwrap(), Instance::AlreadyRunning));
    assert!(send(&socket, &Request::Ping(true), LIMIT).is_ok(), "the second one did not disturb the first");
}

#[test]
fn other_accounts_may_not_connect() {
    let (_folder, socket) = socket();
    let _server = Server::start(lock(&socket), echo).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(mode(&socket.with_extension("lock")), 0o600);
    assert_eq!(mode(socket.parent().unwrap()), 0o700);
}

#[test]
fn long_line_and_crowd_are_refused_and_the_next_is_served() {
    let (_folder, socket) = socket();
    let _server = Server::start(lock(&socket), echo).unwrap();
    let mut long = UnixStream::connect(&socket).unwrap();
    let _ = long.write_all(&vec![b'x'; 100_000]);
    let mut answer = String::new();
    let _ = long.read_to_string(&mut answer); // It may end in a reset, because there was more to send.
    assert!(answer.is_empty() || answer.contains("longer"), "{answer}");
    let p = send(&socket, &Request::Say("x".repeat(70_000)), LIMIT).unwrap_err();
    assert!(p.what.contains("too long"), "{p}");

    let crowd: Vec<UnixStream> = (0..8)
        .map(|_| {
            // The previous slots may not be released yet.
            let until = std::time::Instant::now() + LIMIT;
            loop {
                let mut stream = UnixStream::connect(&socket).unwrap();
                let mut line = String::new();
                let asked = stream.write_all(b"{\"ping\":true}\n");
                if asked.is_ok() && BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).is_ok() && line.contains("pid") {
                    break stream;
                }
                assert!(std::time::Instant::now() < until, "no place: {line}");
            }
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
fn slow_answer_ends_at_the_callers_timeout() {
    let (_folder, socket) = socket();
    let kept = Mutex::new(Vec::new());
    let _server = Server::start(lock(&socket), move |_, replier| kept.lock().unwrap().push(replier)).unwrap();
    let p = send(&socket, &Request::Say("hello".into()), Duration::from_millis(200)).unwrap_err();
    assert!(p.what.contains("does not answer"), "{p}");
}

#[test]
fn uncreatable_folder_is_a_problem() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let p = Instance::acquire(&folder.path().join("file/stratus.sock")).err().unwrap();
    assert!(!p.fix.is_empty() && p.why[0].contains("stratus.sock"), "{p}");
}

/// Removes the folders of these sockets at the end, because some are outside the test's folder.
#[cfg(target_os = "linux")]
struct Places(Vec<PathBuf>);

#[cfg(target_os = "linux")]
impl Drop for Places {
    fn drop(&mut self) {
        for socket in &self.0 {
            let _ = std::fs::remove_dir_all(socket.parent().unwrap());
        }
    }
}

#[cfg(target_os = "linux")]
fn paths(data_dir: PathBuf) -> stratus::paths::Paths {
    let runtime_dir = data_dir.join("run");
    stratus::paths::Paths { data_dir, runtime_dir, ..stratus::paths::Paths::under(std::path::Path::new("/nowhere")) }
}

#[cfg(target_os = "linux")]
fn acquired(sockets: &[PathBuf]) -> Lock {
    match Instance::acquire_among(sockets).unwrap() {
        Instance::Acquired(lock) => lock,
        Instance::AlreadyRunning => panic!("another one runs"),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn overlong_path_and_read_only_folder_have_alternatives() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("file"), "").unwrap();
    for data_dir in [root.path().join("a-folder-of-a-long-name/".repeat(6)), root.path().join("file/home")] {
        let places = Places(paths(data_dir.clone()).sockets());
        let server = Server::start(acquired(&places.0), echo).unwrap();
        // Another process of the same account uses the same paths.
        let seen = paths(data_dir).sockets();
        assert_eq!(stratus::ipc::reach(&seen, &Request::Ptt(Press::Up), LIMIT).unwrap(), Reply::Ok { ok: true });
        assert!(matches!(Instance::acquire_among(&seen).unwrap(), Instance::AlreadyRunning));
        let there = seen.iter().find(|s| s.exists()).unwrap();
        assert_eq!(std::fs::metadata(there.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        drop(server);
        assert!(stratus::ipc::reach(&seen, &Request::Ping(true), LIMIT).unwrap_err().what.contains("not running"));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn instance_at_another_place_counts() {
    let root = tempfile::tempdir().unwrap();
    let sockets = [root.path().join("first/stratus.sock"), root.path().join("second/stratus.sock")];
    // When it started, the first place was unavailable.
    std::fs::write(root.path().join("first"), "").unwrap();
    let _server = Server::start(acquired(&sockets), echo).unwrap();
    std::fs::remove_file(root.path().join("first")).unwrap();
    assert!(matches!(Instance::acquire_among(&sockets).unwrap(), Instance::AlreadyRunning));
    assert!(stratus::ipc::reach(&sockets, &Request::Ping(true), LIMIT).is_ok());
}

#[test]
#[cfg(target_os = "linux")]
fn foreign_files_in_world_writable_places_are_not_trusted() {
    let root = tempfile::tempdir().unwrap();
    let open = |name: &str, mode: u32| {
        let folder = root.path().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
        folder
    };
    let shared = open("shared", 0o1777);
    // One is writable by others; the other is a link.
    let (squatted, linked, own) = (open("shared/squatted", 0o777), shared.join("linked"), shared.join("own"));
    std::os::unix::fs::symlink(open("elsewhere", 0o700), &linked).unwrap();
    let sockets = [&squatted, &linked, &own].map(|f| f.join("stratus.sock")).to_vec();
    // Somebody listens there for the pilot's words.
    let (a, b) =
        (std::os::unix::net::UnixListener::bind(&sockets[0]).unwrap(), std::os::unix::net::UnixListener::bind(&sockets[1]).unwrap());
    [&a, &b].iter().for_each(|l| l.set_nonblocking(true).unwrap());
    assert!(stratus::ipc::reach(&sockets, &Request::Say("secret".into()), LIMIT).is_err());
    let server = Server::start(acquired(&sockets), echo).unwrap();
    assert!(sockets[2].exists(), "the account's own folder was chosen");
    assert!(stratus::ipc::reach(&sockets, &Request::Say("secret".into()), LIMIT).is_ok());
    for listener in [a, b] {
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "nobody came");
    }
    drop(server);
    let p = Instance::acquire_among(&sockets[..2]).err().unwrap();
    assert!(p.to_string().contains("other accounts may look into it") && !p.fix.is_empty(), "{p}");
    // A folder of another account; only root can make one.
    if std::os::unix::fs::chown(&own, Some(65534), None).is_ok() {
        let p = Instance::acquire_among(&sockets[2..]).err().unwrap();
        assert!(p.to_string().contains("another account"), "{p}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn tray_with_a_long_home_path_starts_and_is_found() {
    let root = tempfile::tempdir().unwrap();
    let home = root.path().join("a-folder-of-a-long-name/".repeat(6));
    std::fs::create_dir_all(&home).unwrap();
    let places = Places(paths(home.join(".local/share/stratus")).sockets());
    let stratus = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stratus"));
        command.args(args).env_clear().env("HOME", &home).env("PATH", "/usr/bin:/bin").env("ALSA_CONFIG_PATH", "/dev/null");
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        command
    };
    let mut tray = stratus(&["run", "--sim", "none"]).spawn().unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(60);
    while stratus::ipc::reach(&places.0, &Request::Ping(true), LIMIT).is_err() {
        assert!(tray.try_wait().unwrap().is_none(), "it ended");
        assert!(std::time::Instant::now() < until, "nobody listens");
        std::thread::yield_now();
    }
    let ptt = stratus(&["ptt", "up"]).output().unwrap();
    assert!(ptt.status.success(), "{}", String::from_utf8_lossy(&ptt.stderr));
    let second = stratus(&["run"]).output().unwrap();
    assert!(String::from_utf8_lossy(&second.stderr).contains("running already"), "{second:?}");
    let quit = stratus(&["quit"]).output().unwrap();
    assert!(quit.status.success() && String::from_utf8_lossy(&quit.stdout).contains("Stratus has quit"), "{quit:?}");
    let nobody = stratus(&["quit"]).output().unwrap();
    assert!(!nobody.status.success(), "{nobody:?}");
    assert!(tray.wait().unwrap().success());
}
