//! The page from outside, over real sockets on the loopback: what it serves, whom it refuses, and what it survives.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it skipped")]

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use stratus::event::Edge;
use stratus::page::{Ask, Patience, Server, Token};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

/// Longer than anything here takes.
const LIMIT: Duration = Duration::from_secs(20);

struct Page {
    server: Server,
    token: Token,
    asked: Receiver<(u64, Ask)>,
    _folder: tempfile::TempDir,
}

fn page_at(at: &str, patience: Patience) -> Page {
    let folder = tempfile::tempdir().unwrap();
    let token = Token::find_or_make(folder.path()).unwrap();
    let (out, asked) = channel();
    let server = Server::start(at.parse().unwrap(), token.clone(), patience, move |id, ask| drop(out.send((id, ask)))).unwrap();
    Page { server, token, asked, _folder: folder }
}

fn page() -> Page {
    page_at("127.0.0.1:0", Patience::default())
}

impl Page {
    fn stream(&self) -> TcpStream {
        let stream = TcpStream::connect(self.server.at()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// The answer to a request for this path with the token: status and body.
    fn get(&self, path: &str) -> (u16, String) {
        let mut stream = self.stream();
        let (at, token) = (self.server.at(), self.token.digits());
        write!(stream, "GET {path}?token={token} HTTP/1.1\r\nHost: {at}\r\n\r\n").unwrap();
        answer(stream)
    }

    fn socket(&self) -> WebSocket<TcpStream> {
        self.try_socket(&[]).unwrap()
    }

    /// A WebSocket, with more header fields; or the status of the refusal.
    fn try_socket(&self, fields: &[(&'static str, &str)]) -> Result<WebSocket<TcpStream>, u16> {
        let link = format!("ws://{}/socket?token={}", self.server.at(), self.token.digits());
        let mut request = link.into_client_request().unwrap();
        for (name, value) in fields {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tungstenite::client(request, self.stream()) {
            Ok((ws, _)) => Ok(ws),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => Err(answer.status().as_u16()),
            Err(e) => panic!("{e}"),
        }
    }

    fn ask(&self) -> Ask {
        self.asked.recv_timeout(LIMIT).unwrap().1
    }
}

fn answer(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    (head[9..12].parse().unwrap(), body.to_owned())
}

fn say(ws: &mut WebSocket<TcpStream>, text: &str) {
    ws.send(Message::text(text)).unwrap();
}

/// The next message as JSON.
fn next(ws: &mut WebSocket<TcpStream>) -> serde_json::Value {
    loop {
        if let Message::Text(text) = ws.read().unwrap() {
            return serde_json::from_str(text.as_str()).unwrap();
        }
    }
}

/// Reads until the server ends the connection.
fn ended(ws: &mut WebSocket<TcpStream>) -> Option<u16> {
    let mut code = None;
    let until = Instant::now() + LIMIT;
    loop {
        match ws.read() {
            Ok(Message::Close(frame)) => code = frame.map(|f| f.code.into()),
            Ok(_) => {}
            Err(tungstenite::Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => panic!("still open"),
            Err(_) => return code,
        }
        assert!(Instant::now() < until, "still open");
    }
}

/// The threads of this process with this name.
#[cfg(target_os = "linux")]
fn threads(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    tasks.filter(|t| std::fs::read_to_string(t.path().join("comm")).is_ok_and(|comm| comm.trim() == name)).count()
}

#[test]
fn page_state_and_socket_are_served_with_the_link() {
    let page = page();
    let (status, html) = page.get("/");
    assert!(status == 200 && html.starts_with("<!doctype html>"), "{status}");
    assert_eq!(page.get("/state.json").0, 503, "there is no state yet");
    page.server.publish(r#"{"version":1,"hears":"Hilo Ground 121.9"}"#);
    let mut ws = page.socket();
    assert_eq!(next(&mut ws)["state"]["hears"], "Hilo Ground 121.9");
    assert_eq!(page.get("/state.json"), (200, r#"{"version":1,"hears":"Hilo Ground 121.9"}"#.to_owned()));
    page.server.publish(r#"{"version":1,"hears":"Hilo Tower 118.1"}"#);
    assert_eq!(next(&mut ws)["state"]["hears"], "Hilo Tower 118.1");
    assert_eq!(page.get("/nothing").0, 404);
}

#[test]
fn link_for_once_leads_to_the_page_and_is_used_up() {
    let page = page();
    let link = page.server.link_for_once().unwrap();
    let (at, path) = link.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let get = || {
        let mut stream = page.stream();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {at}\r\n\r\n").unwrap();
        answer(stream).0
    };
    assert_eq!((get(), get()), (303, 403));
    assert!(!link.contains(page.token.digits()));
}

#[test]
fn requests_arrive_and_an_answer_goes_to_its_sender() {
    let page = page();
    let (mut one, mut two) = (page.socket(), page.socket());
    say(&mut one, r#"{"say":"Hilo Ground, radio check"}"#);
    let (id, asked) = page.asked.recv_timeout(LIMIT).unwrap();
    assert_eq!(asked, Ask::Say("Hilo Ground, radio check".into()));
    page.server.answer(id, "N172SP, Hilo Ground, read you five", "");
    assert_eq!(next(&mut one)["answer"]["text"], "N172SP, Hilo Ground, read you five");
    page.server.answer(id, "twice", "");
    for (text, ask) in [
        (r#"{"ptt":"down"}"#, Ask::Ptt(Edge::Down)),
        (r#"{"ptt":"up"}"#, Ask::Ptt(Edge::Up)),
        (r#"{"mute":true}"#, Ask::Mute(true)),
        (r#"{"tune":"118.1"}"#, Ask::Tune("118.1".parse().unwrap())),
    ] {
        say(&mut two, text);
        assert_eq!(page.ask(), ask);
    }
    for wrong in [r#"{"tune":"999"}"#, r#"{"ptt":"toggle"}"#, r#"{"quit":true}"#, "hello", &format!(r#"{{"say":"{}"}}"#, "x".repeat(401))] {
        say(&mut two, wrong);
        assert!(next(&mut two)["error"].is_string(), "{wrong}");
    }
    say(&mut two, r#"{"ping":true}"#);
    assert_eq!(next(&mut two)["pong"], true, "no answer of the other client came before");
    say(&mut one, r#"{"ping":true}"#);
    assert_eq!(next(&mut one)["pong"], true, "an answer is sent once");
    assert!(page.asked.try_recv().is_err());
}

#[test]
fn wrong_token_host_or_origin_is_refused() {
    let page = page();
    page.server.publish("{}");
    let (at, token) = (page.server.at(), page.token.digits());
    let ask = |request: String| {
        let mut stream = page.stream();
        stream.write_all(request.as_bytes()).unwrap();
        answer(stream).0
    };
    for path in ["/", "/state.json", "/socket"] {
        for wrong in ["", "?token=", "?token=0123456789abcdef0123456789abcdef", &format!("?token={}", &token[1..])] {
            assert_eq!(ask(format!("GET {path}{wrong} HTTP/1.1\r\nHost: {at}\r\n\r\n")), 403, "{path}{wrong}");
        }
        // A name that an attacker's server resolves to this computer, and a page of another site.
        assert_eq!(ask(format!("GET {path}?token={token} HTTP/1.1\r\nHost: evil.example:{}\r\n\r\n", at.port())), 403);
        assert_eq!(ask(format!("GET {path}?token={token} HTTP/1.1\r\nHost: {at}\r\nOrigin: http://evil.example\r\n\r\n")), 403);
    }
    for (name, value) in [("origin", "http://evil.example"), ("origin", "null"), ("host", "evil.example")] {
        assert_eq!(page.try_socket(&[(name, value)]).err(), Some(403), "{name}: {value}");
    }
    assert!(page.try_socket(&[("origin", &format!("http://{at}"))]).is_ok(), "Stratus's own page");
    assert_eq!(ask(format!("POST /state.json?token={token} HTTP/1.1\r\nHost: {at}\r\nContent-Length: 2\r\n\r\n{{}}")), 405);
}

#[test]
fn ten_megabyte_messages_end_only_their_own_connection() {
    let page = page();
    page.server.publish("{}");
    let mut other = page.socket();
    next(&mut other);
    let (at, token) = (page.server.at(), page.token.digits());
    // A head, a body and a message of that size. The server may close before it has all.
    let mut stream = page.stream();
    let _ = write!(stream, "GET /?token={token} HTTP/1.1\r\nHost: {at}\r\nX: ");
    let _ = stream.write_all(&vec![b'x'; 10_000_000]);
    assert_eq!(answer(stream).0, 431);
    let mut stream = page.stream();
    let _ = write!(stream, "POST /?token={token} HTTP/1.1\r\nHost: {at}\r\nContent-Length: 10000000\r\n\r\n");
    let _ = stream.write_all(&vec![b'x'; 10_000_000]);
    assert_eq!(answer(stream).0, 405);
    let mut ws = page.socket();
    let _ = ws.send(Message::text("x".repeat(10_000_000)));
    ended(&mut ws);
    let mut ws = page.socket();
    say(&mut ws, &"x".repeat(4097));
    assert_eq!(next(&mut ws)["state"], serde_json::json!({}));
    assert_eq!(ended(&mut ws), Some(1009), "the message is too big");
    page.server.publish(r#"{"hears":"me"}"#);
    assert_eq!(next(&mut other)["state"]["hears"], "me");
    assert!(page.asked.try_recv().is_err());
}

#[test]
fn client_that_never_reads_is_dropped_and_others_go_on() {
    let page = page_at("127.0.0.1:0", Patience { take: Duration::from_millis(300), ..Patience::default() });
    let (slow, mut quick) = (page.socket(), page.socket());
    let filler = "x".repeat(200_000);
    let until = Instant::now() + LIMIT;
    for n in 0.. {
        page.server.publish(&format!(r#"{{"n":{n},"filler":"{filler}"}}"#));
        assert_eq!(next(&mut quick)["state"]["n"], n);
        // Once it is dropped, the system answers with a reset.
        let mut one = [0];
        let closed = slow.get_ref().take_error().ok().flatten().is_some()
            || n > 50 && matches!(peek(slow.get_ref(), &mut one), Err(e) if e.kind() == ErrorKind::ConnectionReset);
        if closed {
            break;
        }
        assert!(Instant::now() < until, "it is kept for ever");
    }
}

fn peek(stream: &TcpStream, one: &mut [u8; 1]) -> std::io::Result<usize> {
    // `write` also tells that the other side has gone, without reading what it sent.
    (&*stream).write(&[0x8a, 0x80, 0, 0, 0, 0]).and_then(|_| stream.peek(one))
}

#[test]
fn held_key_is_released_when_its_client_disappears() {
    let page = page();
    let (mut one, mut two) = (page.socket(), page.socket());
    say(&mut one, r#"{"ptt":"down"}"#);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Down));
    // Another client can neither press it again nor release it.
    say(&mut two, r#"{"ptt":"down"}"#);
    say(&mut two, r#"{"ptt":"up"}"#);
    say(&mut two, r#"{"ping":true}"#);
    assert_eq!(next(&mut two)["pong"], true);
    assert!(page.asked.try_recv().is_err());
    drop(one);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Up));
    say(&mut two, r#"{"ptt":"down"}"#);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Down));
    let Page { server, asked, .. } = page;
    drop(server);
    assert_eq!(asked.recv_timeout(LIMIT).unwrap().1, Ask::Ptt(Edge::Up), "when the page is switched off, too");
}

#[test]
fn sleeping_client_is_pinged_then_dropped() {
    let short = Duration::from_millis(150);
    let page = page_at("127.0.0.1:0", Patience { head: short, ping: short, gone: short * 3, ..Patience::default() });
    let mut awake = page.socket();
    let mut asleep = page.socket();
    say(&mut asleep, r#"{"ptt":"down"}"#);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Down));
    // The library answers pings while it reads.
    let reads = std::thread::spawn(move || {
        let mut pings = 0;
        while pings < 8 {
            pings += u32::from(matches!(awake.read().unwrap(), Message::Ping(_)));
        }
        awake
    });
    assert_eq!(page.ask(), Ask::Ptt(Edge::Up), "the sleeping one no longer holds the key");
    ended(&mut asleep);
    let mut awake = reads.join().unwrap();
    say(&mut awake, r#"{"mute":false}"#);
    assert_eq!(page.ask(), Ask::Mute(false));
    // A connection without a request ends too.
    let mut silent = page.stream();
    assert_eq!(silent.read(&mut [0; 10]).unwrap(), 0);
}

#[test]
fn thousand_connections_do_not_lock_out_the_pilot() {
    let page = page();
    page.server.publish(r#"{"n":1}"#);
    let mut pilot = page.socket();
    assert_eq!(next(&mut pilot)["state"]["n"], 1);
    let mut open = VecDeque::new();
    for _ in 0..1000 {
        if let Ok(stream) = TcpStream::connect(page.server.at()) {
            open.push_back(stream);
        }
        // Tests have about a thousand file descriptors.
        if open.len() > 300 {
            open.pop_front();
        }
    }
    page.server.publish(r#"{"n":2}"#);
    assert_eq!(next(&mut pilot)["state"]["n"], 2);
    assert_eq!(page.get("/state.json"), (200, r#"{"n":2}"#.to_owned()));
    #[cfg(target_os = "linux")]
    assert!(std::fs::read_dir("/proc/self/fd").unwrap().count() < 300 + 32 + 60, "the server keeps at most 32");
    // At most eight pages, and the ninth says why.
    let mut all: Vec<_> = (0..7).map(|_| page.socket()).collect();
    assert_eq!(page.try_socket(&[]).err(), Some(503));
    drop(all.pop());
    let until = Instant::now() + LIMIT;
    while page.try_socket(&[]).is_err() {
        assert!(Instant::now() < until, "the place is not free again");
    }
}

#[test]
fn flood_of_messages_ends_its_connection() {
    let page = page();
    let mut ws = page.socket();
    for _ in 0..200 {
        if ws.send(Message::text(r#"{"mute":true}"#)).is_err() {
            break;
        }
    }
    ended(&mut ws);
    let arrived = page.asked.try_iter().count();
    assert!((1..=30).contains(&arrived), "{arrived}");
    let mut ws = page.socket();
    let _ = ws.send(Message::binary(vec![1, 2, 3]));
    assert_eq!(ended(&mut ws), Some(1003));
}

#[test]
fn panic_ends_the_connections_and_the_page_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let token = Token::find_or_make(folder.path()).unwrap();
    let (out, asked) = channel();
    let handle = move |id, ask| {
        assert!(ask != Ask::Say("panic".into()), "as a test asked for");
        drop(out.send((id, ask)));
    };
    let server = Server::start("127.0.0.1:0".parse().unwrap(), token.clone(), Patience::default(), handle).unwrap();
    let page = Page { server, token, asked, _folder: folder };
    page.server.publish(r#"{"n":1}"#);
    let mut ws = page.socket();
    say(&mut ws, r#"{"ptt":"down"}"#);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Down));
    say(&mut ws, r#"{"say":"panic"}"#);
    ended(&mut ws);
    assert_eq!(page.ask(), Ask::Ptt(Edge::Up));
    assert_eq!(page.get("/state.json"), (200, r#"{"n":1}"#.to_owned()));
    page.server.publish(r#"{"n":2}"#);
    assert_eq!(next(&mut page.socket())["state"]["n"], 2);
}

#[test]
fn taken_port_and_foreign_address_are_reported_with_a_remedy() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let start =
        |at: SocketAddr| Server::start(at, Token::find_or_make(folder.path()).unwrap(), Patience::default(), |_, _| {}).err().unwrap();
    let p = start(taken.local_addr().unwrap());
    assert!(p.fix.contains("another port") && p.short().title.contains("in use"), "{p}");
    // An address for documents, which no computer has.
    let p = start("192.0.2.7:4747".parse().unwrap());
    assert!(p.fix.contains("127.0.0.1") && p.short().remedy.contains("retries"), "{p}");
}

#[test]
fn ipv6_is_served_under_its_own_name() {
    if TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: this system has no IPv6");
        return;
    }
    let page = page_at("[::1]:0", Patience::default());
    page.server.publish(r#"{"n":6}"#);
    assert!(page.token.link(page.server.at()).starts_with("http://[::1]:"));
    assert_eq!(page.get("/state.json"), (200, r#"{"n":6}"#.to_owned()));
    assert_eq!(next(&mut page.socket())["state"]["n"], 6);
    assert_eq!(page.try_socket(&[("host", "127.0.0.1")]).err(), Some(403));
}

#[test]
#[cfg(target_os = "linux")]
fn thread_and_port_exist_only_while_the_page_is_on() {
    // Tests run in processes of their own; this one may share it with others, which have their own pages.
    let before = threads("page");
    let page = page();
    let at = page.server.at();
    let mut ws = page.socket();
    assert!(threads("page") >= 1);
    drop(page);
    ended(&mut ws);
    let until = Instant::now() + LIMIT;
    while threads("page") > before {
        assert!(Instant::now() < until, "the thread is still there");
        std::thread::yield_now();
    }
    assert!(TcpStream::connect(at).is_err());
    TcpListener::bind(at).unwrap();
}

/// The program in a separate home folder.
#[cfg(target_os = "linux")]
struct Running {
    process: std::process::Child,
    home: tempfile::TempDir,
}

#[cfg(target_os = "linux")]
impl Running {
    fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join("config/stratus");
        std::fs::create_dir_all(&settings).unwrap();
        std::fs::create_dir(home.path().join("run")).unwrap();
        let text = "[pilot]\ncallsign = \"N172SP\"\n[audio]\nmute = true\n[brain]\nmode = \"rules\"\n[airports]\nimport = false\n\
                    [sim]\nlink = \"none\"\nairport = \"PHTO\"\ncom1 = \"121.9\"\n";
        std::fs::write(settings.join("stratus.toml"), text).unwrap();
        let process = command(home.path(), &["run"]).spawn().unwrap();
        let running = Self { process, home };
        let until = Instant::now() + LIMIT;
        while !running.run(&["say", "--suggest"]).contains("Hilo Ground") {
            assert!(Instant::now() < until, "it does not start");
        }
        running
    }

    /// The output of a command, with the code if it fails.
    fn run(&self, args: &[&str]) -> String {
        let done =
            command(self.home.path(), args).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).output().unwrap();
        let text = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        if done.status.success() { text } else { format!("{}: {text}", done.status) }
    }

    fn has_thread(&self, name: &str) -> bool {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id())).unwrap().flatten();
        tasks.into_iter().any(|t| std::fs::read_to_string(t.path().join("comm")).is_ok_and(|comm| comm.trim() == name))
    }
}

#[cfg(target_os = "linux")]
impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(target_os = "linux")]
fn command(home: &std::path::Path, args: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stratus"));
    let at = |name: &str| home.join(name);
    command.args(args).env("HOME", home).env("XDG_CONFIG_HOME", at("config")).env("XDG_DATA_HOME", at("data"));
    command.env("XDG_STATE_HOME", at("state")).env("XDG_RUNTIME_DIR", at("run"));
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent").env("PULSE_SERVER", "unix:/nonexistent");
    command.env("ALSA_CONFIG_PATH", "/dev/null").env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let null = std::process::Stdio::null;
    command.stdin(null()).stdout(null()).stderr(null());
    command
}

#[test]
#[cfg(target_os = "linux")]
fn page_command_switches_on_a_call_is_answered_and_off() {
    let running = Running::start();
    let refused = running.run(&["page"]);
    assert!(
        refused.starts_with("exit status: 1") && refused.contains("the page is off") && refused.contains("--listen 127.0.0.1:4747"),
        "{refused}"
    );
    assert!(!running.has_thread("page"), "no thread while it is off");
    let wrong = running.run(&["page", "--listen", "0.0.0.0:4747"]);
    assert!(wrong.starts_with("exit status: 3") && wrong.contains("every network"), "{wrong}");
    let foreign = running.run(&["page", "--listen", "192.0.2.7:4747"]);
    assert!(foreign.starts_with("exit status: 1") && foreign.contains("address of this computer"), "{foreign}");
    assert!(running.run(&["page"]).contains("the page is off"), "the setting has not changed");
    let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let on: serde_json::Value = serde_json::from_str(&running.run(&["page", "--listen", &at, "--json"])).unwrap();
    assert_eq!((on["running"].as_bool(), on["listen"].as_str()), (Some(true), Some(at.as_str())), "{on}");
    assert!(running.has_thread("page"));
    let link = on["link"].as_str().unwrap();
    let shown = running.run(&["page"]);
    assert!(shown.starts_with(link) && shown.contains('\u{2588}') && shown.contains("this computer only"), "{shown}");
    // A call by the page is answered, and shown.
    let token = link.split_once("token=").unwrap().1;
    let stream = TcpStream::connect(&at).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    let (mut ws, _) = tungstenite::client(format!("ws://{at}/socket?token={token}"), stream).unwrap();
    say(&mut ws, r#"{"say":"Hilo Ground, November one seven two sierra papa, radio check"}"#);
    let (mut answered, mut lines) = (String::new(), 0);
    while answered.is_empty() || lines < 2 {
        let message = next(&mut ws);
        answered = message["answer"]["text"].as_str().map_or(answered, str::to_owned);
        lines = message["state"]["transcript"].as_array().map_or(lines, Vec::len);
    }
    assert!(answered.contains("read you") || answered.contains("readability"), "{answered}");
    // The token is in no file but its own.
    let log = std::fs::read_to_string(running.home.path().join("state/stratus/logs/stratus.log")).unwrap();
    assert!(log.contains("the page is at") && !log.contains(token), "{log}");
    assert_eq!(running.run(&["page", "--listen", "off"]).trim(), "The page is off.");
    ended(&mut ws);
    let until = Instant::now() + LIMIT;
    while running.has_thread("page") {
        assert!(Instant::now() < until, "the thread is still there");
    }
}
