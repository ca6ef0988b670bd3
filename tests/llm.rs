//! The language model's client against a fake that speaks Ollama's API over a real loopback socket: correct, slow, hung, truncated,
//! refusing, lying, absent. In every case, the pilot gets an answer.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use stratus::event::Question;
use stratus::llm::Llm;
use stratus::problem::Problem;
use stratus::settings::Brain;
use stratus::units::TxId;

/// What the fake does with a request.
#[derive(Clone)]
enum Peer {
    /// HTTP status and body.
    Answers(&'static str, String),
    /// Accepts the request and never answers.
    Hangs,
    /// Sends less than announced.
    CutsOff,
    /// Sends as long as the client reads.
    Floods,
}

fn ollama(text: &str) -> Peer {
    let body = serde_json::json!({"model": "m", "created_at": "2026-01-01T00:00:00Z", "response": text, "done": true});
    Peer::Answers("200 OK", body.to_string())
}

struct Server {
    url: String,
    requests: Receiver<String>,
    thread: Option<JoinHandle<()>>,
    at: std::net::SocketAddr,
}

fn serve(peer: Peer) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let (seen, requests) = channel();
    let thread = std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let request = read(&mut stream);
            if request.is_empty() {
                return;
            }
            let _ = seen.send(request);
            match &peer {
                Peer::Answers(status, body) => {
                    let head = format!(
                        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
                }
                Peer::Floods => {
                    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{\"response\":\"";
                    let mut more = stream.write_all(head);
                    while more.is_ok() {
                        more = stream.write_all(&[b'a'; 65536]);
                    }
                }
                Peer::Hangs => {
                    // Until the client hangs up.
                    let _ = stream.read(&mut [0u8; 1]);
                }
                Peer::CutsOff => {
                    let _ = stream
                        .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"model\":\"m\",");
                }
            }
        }
    });
    Server { url: format!("http://{at}"), requests, thread: Some(thread), at }
}

fn read(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut block = [0u8; 4096];
    loop {
        match stream.read(&mut block) {
            Ok(0) | Err(_) => break,
            Ok(n) => text.extend_from_slice(&block[..n]),
        }
        let all = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = all.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ").and_then(|n| n.trim().parse::<usize>().ok()));
            if body.len() >= length.unwrap_or(0) {
                return all;
            }
        }
    }
    String::new()
}

impl Drop for Server {
    fn drop(&mut self) {
        // An empty connection ends the fake.
        let _ = TcpStream::connect(self.at);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

fn question(deadline_ms: u32) -> Question {
    Question {
        system: "Classify.".into(),
        user: r#"{"pilot_said":"ready to roll"}"#.into(),
        schema: serde_json::json!({"type": "object", "properties": {"intent": {"type": "string"}}, "required": ["intent"]}),
        model: "llama3.2:3b".into(),
        deadline_ms,
    }
}

fn brain(url: &str) -> Brain {
    Brain { ollama_url: url.to_owned(), ..Brain::default() }
}

fn ask(url: &str, deadline_ms: u32) -> Result<String, Problem> {
    let (out, answers) = channel();
    let llm = Llm::start(move |tx, result| out.send((tx, result)).unwrap()).unwrap();
    llm.ask(TxId(7), question(deadline_ms), &brain(url));
    let (tx, result) = answers.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(tx, TxId(7));
    result
}

#[test]
fn correct_answer_is_returned_and_request_matches_ollama() {
    let server = serve(ollama(r#"{"intent":"departure_ready"}"#));
    assert_eq!(ask(&server.url, 5000).unwrap(), r#"{"intent":"departure_ready"}"#);
    let request = server.requests.recv().unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/generate"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["model"], &body["stream"]), (&"llama3.2:3b".into(), &false.into()));
    assert_eq!(body["format"]["properties"]["intent"]["type"], "string");
    assert_eq!((&body["options"]["temperature"], &body["options"]["num_predict"]), (&0.0.into(), &120.into()));
    assert_eq!((&body["think"], &body["keep_alive"]), (&false.into(), &"10m".into()));
    assert!(body["prompt"].as_str().unwrap().contains("ready to roll") && body["system"] == "Classify.", "{body}");
}

#[test]
fn slow_hung_truncated_and_refusing_servers_are_problems() {
    let missing = Peer::Answers("404 Not Found", r#"{"error":"model 'llama3.2:3b' not found"}"#.into());
    for (what, peer, wanted) in [
        ("hung", Peer::Hangs, "no answer within"),
        ("cut off", Peer::CutsOff, "does not answer"),
        ("failing", Peer::Answers("500 Internal Server Error", r#"{"error":"out of memory"}"#.into()), "out of memory"),
        ("junk", Peer::Answers("200 OK", "<html>".into()), "does not answer"),
        ("without the model", missing, "stratus brain get llama3.2:3b"),
    ] {
        let server = serve(peer);
        let p = ask(&server.url, 400).expect_err(what);
        assert!(p.one_line().contains(wanted) && !p.fix.is_empty(), "{what}: {}", p.one_line());
    }
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let p = ask(&format!("http://{nobody}"), 2000).unwrap_err();
    assert!(p.fix.contains("start Ollama"), "{p}");
}

#[test]
fn endless_answer_is_abandoned() {
    let server = serve(Peer::Floods);
    // The fake sends until nobody reads, so an answer shows that the client gave up.
    let p = ask(&server.url, 60_000).unwrap_err();
    assert!(p.one_line().contains("much too long"), "{}", p.one_line());
}

#[test]
fn cancelled_question_gets_no_answer_and_blocks_nothing() {
    let server = serve(Peer::Hangs);
    let (out, answers) = channel();
    let llm = Llm::start(move |tx, result| out.send((tx, result)).unwrap()).unwrap();
    llm.ask(TxId(1), question(60_000), &brain(&server.url));
    server.requests.recv_timeout(Duration::from_secs(10)).unwrap();
    llm.cancel(TxId(1));
    // Dropping joins: it would hang here if the question still blocked the thread.
    drop(llm);
    assert!(answers.try_recv().is_err());
}
