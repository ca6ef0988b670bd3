//! Ollama's list, downloads and keep-alive, against a fake that speaks its API over a real loopback socket: lines split anywhere,
//! slow, truncated, lying, hung, with an error in the stream. Also the options of each request.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use stratus::llm::pull::{Installed, Patience, list, pull};
use stratus::llm::warm::Warm;
use stratus::problem::Problem;
use stratus::settings::{Brain, Placement};

/// What the fake does with a request.
#[derive(Clone)]
enum Does {
    /// A complete answer.
    Answers(&'static str, String),
    /// A stream in pieces of this many bytes.
    Streams(String, usize),
    /// The same, then silence while the connection stays.
    Stalls(String),
    /// The same, but the connection breaks before the end.
    Cuts(String),
    /// Never answers.
    Hangs,
}

struct Peer {
    url: String,
    requests: Receiver<String>,
    thread: Option<JoinHandle<()>>,
    at: std::net::SocketAddr,
}

impl Peer {
    /// Follows the script, and repeats its last step from then on.
    fn start(script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (seen, requests) = channel();
        let thread = std::thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let Ok(mut stream) = stream else { return };
                let request = read(&mut stream);
                if request.is_empty() {
                    return;
                }
                let _ = seen.send(request);
                // Errors of the connection are the client's concern.
                let _ = serve(&mut stream, &script[n.min(script.len() - 1)]);
            }
        });
        Self { url: format!("http://{at}"), requests, thread: Some(thread), at }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // An empty connection ends the fake.
        let _ = TcpStream::connect(self.at);
        let _ = self.thread.take().unwrap().join();
    }
}

fn read(stream: &mut TcpStream) -> String {
    let (mut text, mut block) = (Vec::new(), [0u8; 4096]);
    while let Ok(n) = stream.read(&mut block) {
        if n == 0 {
            break;
        }
        text.extend_from_slice(&block[..n]);
        let all = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = all.split_once("\r\n\r\n") {
            let length = head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ").and_then(|n| n.trim().parse().ok()));
            if body.len() >= length.unwrap_or(0) {
                return all;
            }
        }
    }
    String::new()
}

fn serve(s: &mut TcpStream, does: &Does) -> std::io::Result<()> {
    const CHUNKED: &[u8] =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    let stream = |s: &mut TcpStream, text: &str, piece: usize| {
        s.set_nodelay(true)?;
        s.write_all(CHUNKED)?;
        for bytes in text.as_bytes().chunks(piece) {
            write!(s, "{:x}\r\n", bytes.len())?;
            s.write_all(bytes)?;
            s.write_all(b"\r\n")?;
        }
        Ok::<(), std::io::Error>(())
    };
    match does {
        Does::Answers(status, body) => {
            write!(
                s,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            )
        }
        Does::Streams(text, piece) => {
            stream(s, text, *piece)?;
            s.write_all(b"0\r\n\r\n")
        }
        Does::Stalls(text) => {
            stream(s, text, 50)?;
            s.read(&mut [0u8; 1]).map(drop)
        }
        Does::Cuts(text) => stream(s, text, 50),
        // Until the client hangs up.
        Does::Hangs => s.read(&mut [0u8; 1]).map(drop),
    }
}

fn quick() -> Patience {
    Patience { answer: Duration::from_millis(600), word: Duration::from_millis(400), pause: Duration::from_millis(2) }
}

/// The progress messages of a pull up to a part of its one large layer.
fn words(done: u64) -> String {
    let layer =
        |completed: u64| format!("{{\"status\":\"pulling dde5\",\"digest\":\"sha256:dde5\",\"total\":2000,\"completed\":{completed}}}\n");
    format!("{{\"status\":\"pulling manifest\"}}\n{}{}", layer(done / 2), layer(done))
}

fn whole() -> String {
    words(2000) + "{\"status\":\"verifying sha256 digest\"}\n{\"status\":\"writing manifest\"}\n{\"status\":\"success\"}\n"
}

fn try_once(script: Vec<Does>) -> (Result<(), Problem>, Vec<(u64, u64)>, usize) {
    let peer = Peer::start(script);
    let mut told = Vec::new();
    let result = pull(&peer.url, "llama3.2:3b", quick(), &AtomicBool::new(false), &mut |done, total| told.push((done, total)));
    let asked = peer.requests.try_iter().inspect(|r| assert!(r.starts_with("POST /api/pull") && r.contains("llama3.2:3b"), "{r}")).count();
    if let Err(p) = &result {
        assert!(!p.fix.is_empty(), "no remedy: {p}");
    }
    (result, told, asked)
}

#[test]
fn recoverable_pull_succeeds_however_its_lines_are_split() {
    for (name, script, requests) in [
        ("in lines", vec![Does::Streams(whole(), 10_000)], 1),
        ("split anywhere", vec![Does::Streams(whole(), 7)], 1),
        ("byte by byte", vec![Does::Streams(whole(), 1)], 1),
        ("without the last line's end", vec![Does::Streams(whole().trim_end().to_owned(), 20)], 1),
        ("cut twice", vec![Does::Cuts(words(600)), Does::Cuts(words(1200)), Does::Streams(whole(), 50)], 3),
        ("stalls, then goes on", vec![Does::Stalls(words(600)), Does::Streams(whole(), 50)], 2),
        ("hangs at first", vec![Does::Hangs, Does::Streams(whole(), 50)], 2),
        ("broken at first", vec![Does::Answers("500 Internal Server Error", "{\"error\":\"busy\"}".into()), Does::Streams(whole(), 50)], 2),
        ("junk between", vec![Does::Streams(format!("<html>\n\n{{}}\n{}", whole()), 9)], 1),
    ] {
        let (result, told, asked) = try_once(script);
        assert!(result.is_ok(), "{name}: {result:?}");
        assert_eq!((told.last(), asked), (Some(&(2000, 2000)), requests), "{name}");
        assert!(told.is_sorted(), "{name}: progress goes backwards: {told:?}");
    }
}

#[test]
fn failed_pull_is_reported_with_a_remedy() {
    let error = |words: &str| format!("{}{{\"error\":\"{words}\"}}\n", words_of_manifest());
    for (name, script, why) in [
        ("no such model", vec![Does::Streams(error("pull model manifest: file does not exist"), 11)], "ollama.com/library"),
        ("refused", vec![Does::Answers("400 Bad Request", "{\"error\":\"invalid model name\"}".into())], "invalid model name"),
        ("no room", vec![Does::Streams(error("no space left on device"), 11)], "no space left"),
        ("cut every time at the same place", vec![Does::Cuts(words(600))], "room on its disk"),
        ("stalls every time", vec![Does::Stalls(words(600))], "no word for"),
        ("ends without success", vec![Does::Streams(words(2000), 50)], "too early"),
        ("one line without an end", vec![Does::Streams("x".repeat(100_000), 1000)], "not from Ollama"),
        ("a page", vec![Does::Answers("200 OK", "<html>please log in</html>".into())], "too early"),
        ("hangs", vec![Does::Hangs], "no word for"),
    ] {
        let (result, told, _) = try_once(script);
        let p = result.expect_err(name).to_string();
        assert!(p.contains(why), "{name}: {p}");
        assert!(told.iter().all(|(done, total)| done <= total), "{name}");
    }
    // No server at all.
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let p = pull(&format!("http://{nobody}"), "m", quick(), &AtomicBool::new(false), &mut |_, _| {}).unwrap_err();
    assert!(p.fix.contains("Ollama runs"), "{p}");
}

fn words_of_manifest() -> &'static str {
    "{\"status\":\"pulling manifest\"}\n"
}

#[test]
fn cancelled_pull_ends_at_once() {
    let peer = Peer::start(vec![Does::Stalls(words(600))]);
    let cancel = AtomicBool::new(false);
    let patience = Patience { word: Duration::from_secs(600), ..quick() };
    let p = pull(&peer.url, "m", patience, &cancel, &mut |_, _| cancel.store(true, Ordering::Relaxed)).unwrap_err().to_string();
    assert!(p.contains("cancelled") && p.contains("resumes the download"), "{p}");
}

#[test]
fn list_is_parsed_and_a_lying_server_yields_none() {
    let body = r#"{"models":[{"name":"llama3.2:3b","size":2019393189,"details":{}},{"name":7},{"name":"mistral:latest","size":5}]}"#;
    let peer = Peer::start(vec![Does::Answers("200 OK", body.into())]);
    let there = list(&format!("{}/", peer.url), quick()).unwrap();
    assert_eq!(there[0], Installed { name: "llama3.2:3b".into(), bytes: 2_019_393_189 });
    assert_eq!(there.len(), 2);
    assert!(peer.requests.recv().unwrap().starts_with("GET /api/tags "));
    for does in [
        Does::Answers("200 OK", "<html>".into()),
        Does::Answers("200 OK", "{\"models\":3}".into()),
        Does::Answers("404 Not Found", "no".into()),
        Does::Answers("200 OK", format!("{{\"models\":[{}]}}", "{},".repeat(600_000))),
        Does::Hangs,
    ] {
        let peer = Peer::start(vec![does]);
        let p = list(&peer.url, quick()).unwrap_err();
        assert!(p.fix.contains("start Ollama"), "{p}");
    }
}

/// The next request's path and body.
fn next(peer: &Peer) -> (String, serde_json::Value) {
    let request = peer.requests.recv_timeout(Duration::from_secs(20)).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn model_is_loaded_while_wanted_and_unloaded_afterwards() {
    let fine = || Does::Answers("200 OK", "{\"done\":true,\"done_reason\":\"load\"}".into());
    let peer = Peer::start(vec![fine()]);
    let brain = |placement, model: &str| Brain { ollama_url: peer.url.clone(), placement, model: model.into(), ..Brain::default() };
    let warm = Warm::start(|p| panic!("{p}")).unwrap();
    warm.keep(Some(brain(Placement::Auto, "a")));
    let (path, body) = next(&peer);
    assert_eq!((path.as_str(), &body["model"], &body["keep_alive"]), ("/api/generate", &"a".into(), &"10m".into()));
    assert!(body.get("prompt").is_none() && body["options"].get("num_gpu").is_none() && body["options"]["num_ctx"] == 4096, "{body}");
    // Another model: the first is unloaded before the second loads, which leaves the graphics card alone.
    warm.keep(Some(brain(Placement::Cpu, "b")));
    let (first, second) = (next(&peer).1, next(&peer).1);
    assert_eq!((&first["model"], &first["keep_alive"]), (&"a".into(), &0.into()));
    assert_eq!((&second["model"], &second["options"]["num_gpu"]), (&"b".into(), &0.into()));
    // The simulator ends.
    warm.keep(None);
    assert_eq!(next(&peer).1["keep_alive"], 0);
    // It returns, and Stratus ends.
    warm.keep(Some(brain(Placement::Auto, "a")));
    next(&peer);
    drop(warm);
    assert_eq!(next(&peer).1["keep_alive"], 0);
}

#[test]
fn missing_model_is_reported_once_and_hung_ollama_is_harmless() {
    let missing = Does::Answers("404 Not Found", "{\"error\":\"model 'x' not found\"}".into());
    let peer = Peer::start(vec![missing]);
    let (tell, told) = channel();
    let warm = Warm::start(move |p| tell.send(p).unwrap()).unwrap();
    let brain = Brain { ollama_url: peer.url.clone(), model: "x".into(), ..Brain::default() };
    warm.keep(Some(brain.clone()));
    let p = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(p.fix.contains("stratus brain get x"), "{p}");
    warm.keep(Some(brain));
    next(&peer);
    next(&peer);
    drop(warm);
    assert!(told.try_recv().is_err(), "told twice");
    // Dropping joins: it would hang here.
    let hung = Peer::start(vec![Does::Hangs]);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [hung.url.clone(), format!("http://{nobody}")] {
        let warm = Warm::start(|p| panic!("{p}")).unwrap();
        warm.keep(Some(Brain { ollama_url: url, ..Brain::default() }));
        if let Ok(r) = hung.requests.recv_timeout(Duration::from_secs(1)) {
            assert!(r.contains("keep_alive"));
        }
        drop(warm);
    }
}
