//! A file server that truncates, stalls, lies, redirects and refuses according to a script. Real HTTP over a loopback socket.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What the server does with one request.
#[derive(Clone)]
pub enum Does {
    /// Correctly, with ranges.
    Serves,
    /// The same, with this tag; a partial answer only for the requested version, if the server supports the condition.
    Tagged { tag: &'static str, other: bool, conditions: bool, cut: usize },
    /// The whole file, whatever is requested.
    ServesWhole,
    /// The same, in this many pieces with a pause after each.
    TricklesWhole(usize),
    /// The header of the whole file, whatever is requested, and this many of its bytes; then the connection breaks.
    CutsWholeAfter(usize),
    /// The header, and this many of the requested bytes; then the connection breaks.
    CutsAfter(usize),
    /// This many bytes, then silence while the connection stays.
    StallsAfter(usize),
    /// A wrong length.
    LiesAboutLength(usize),
    /// Without a length, closed at the end, and with excess bytes.
    Endless,
    /// The right length, but other bytes.
    WrongBytes,
    /// A range that was not requested.
    WrongRange,
    /// Only this status line, with a text.
    Status(&'static str),
    /// An HTML page.
    Page,
    /// A redirect to another path.
    RedirectsTo(&'static str),
    /// Hangs up without an answer.
    HangsUp,
    /// Bytes that are not HTTP.
    Babbles,
    /// The whole file, last modified at this time.
    Dated(&'static str),
    /// The file, labelled as compressed although that was not requested.
    Packed,
}

/// A file on the server.
pub struct Held {
    /// "/airports.csv"; empty: every path.
    pub path: String,
    /// Its content.
    pub content: Vec<u8>,
    /// What the server does, request by request.
    pub script: VecDeque<Does>,
}

/// The server; it ends when it is dropped.
pub struct Server {
    /// Where it listens.
    pub at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// One file for every path. Follows the script, and repeats its last step from then on.
    pub fn start(content: Vec<u8>, script: Vec<Does>) -> Self {
        Self::of(vec![Held { path: String::new(), content, script: script.into() }])
    }

    /// These files, each with its script.
    pub fn of(mut files: Vec<Held>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen, end) = (Arc::clone(&asked), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let request = head(&mut stream);
                seen.lock().unwrap().push(request.clone());
                let path = request.split(' ').nth(1).unwrap_or("");
                let Some(f) = files.iter_mut().find(|f| f.path.is_empty() || f.path == path) else { continue };
                let does = if f.script.len() > 1 { f.script.pop_front().unwrap() } else { f.script[0].clone() };
                // Errors of the connection are the client's concern.
                let _ = serve(&mut stream, &does, &f.content, &request, &end);
            }
        });
        Self { at, asked, over, thread: Some(thread) }
    }

    /// The headers of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
        let _ = self.thread.take().unwrap().join();
    }
}

fn head(stream: &mut TcpStream) -> String {
    let (mut text, mut byte) = (Vec::new(), [0]);
    while !text.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        text.push(byte[0]);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn serve(s: &mut TcpStream, does: &Does, content: &[u8], request: &str, end: &AtomicBool) -> std::io::Result<()> {
    let lower = request.to_lowercase();
    let from: usize = lower.split("range: bytes=").nth(1).and_then(|r| r.split('-').next()?.parse().ok()).unwrap_or(0);
    let from = from.min(content.len());
    let partial = |s: &mut TcpStream, from: usize, length: usize| {
        if from == 0 {
            write!(s, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")
        } else {
            let (last, all) = (content.len() - 1, content.len());
            write!(
                s,
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{last}/{all}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            )
        }
    };
    let rest = &content[from..];
    match does {
        Does::Serves => {
            partial(s, from, rest.len())?;
            s.write_all(rest)
        }
        Does::Tagged { tag, other, conditions, cut } => {
            let old: Vec<u8> = content.iter().map(|b| b ^ 0x55).collect();
            let bytes = if *other { &old[..] } else { content };
            let condition = lower.split("if-range: ").nth(1).and_then(|r| r.split("\r\n").next());
            let from = if *conditions && condition.is_some_and(|c| c != tag.to_lowercase()) { 0 } else { from };
            let (all, status) = (content.len(), if from == 0 { "200 OK" } else { "206 Partial Content" });
            let range = if from == 0 { String::new() } else { format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1) };
            write!(s, "HTTP/1.1 {status}\r\nETag: {tag}\r\n{range}Content-Length: {}\r\nConnection: close\r\n\r\n", all - from)?;
            s.write_all(&bytes[from..(from + cut).min(all)])
        }
        Does::ServesWhole => {
            partial(s, 0, content.len())?;
            s.write_all(content)
        }
        Does::TricklesWhole(pieces) => {
            partial(s, 0, content.len())?;
            for piece in content.chunks(content.len().div_ceil(*pieces)) {
                s.write_all(piece)?;
                std::thread::sleep(Duration::from_millis(40));
            }
            Ok(())
        }
        Does::CutsWholeAfter(n) => {
            partial(s, 0, content.len())?;
            s.write_all(&content[..*n])
        }
        Does::CutsAfter(n) => {
            partial(s, from, rest.len())?;
            s.write_all(&rest[..(*n).min(rest.len())])
        }
        Does::StallsAfter(n) => {
            partial(s, from, rest.len())?;
            s.write_all(&rest[..(*n).min(rest.len())])?;
            s.set_read_timeout(Some(Duration::from_millis(20)))?;
            // Until the client hangs up.
            loop {
                match s.read(&mut [0]) {
                    Ok(0) => return Ok(()),
                    Err(e) if !matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => return Ok(()),
                    _ if end.load(Ordering::Relaxed) => return Ok(()),
                    _ => {}
                }
            }
        }
        Does::LiesAboutLength(n) => {
            partial(s, 0, *n)?;
            s.write_all(content)
        }
        Does::Endless => {
            write!(s, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            s.write_all(content)?;
            s.write_all(&vec![0; 1 << 20])
        }
        Does::WrongBytes => {
            partial(s, from, rest.len())?;
            s.write_all(&vec![7; rest.len()])
        }
        Does::WrongRange => {
            let all = content.len();
            write!(
                s,
                "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-{}/{all}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                all - 1,
                all - 5
            )?;
            s.write_all(&content[5..])
        }
        Does::Status(line) => write!(s, "HTTP/1.1 {line}\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsad\n"),
        Does::Page => write!(
            s,
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 27\r\nConnection: close\r\n\r\n<html>please log in</html>\n"
        ),
        Does::RedirectsTo(to) => write!(s, "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Does::Dated(date) => {
            write!(s, "HTTP/1.1 200 OK\r\nLast-Modified: {date}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len())?;
            s.write_all(content)
        }
        Does::Packed => {
            write!(s, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len())?;
            s.write_all(content)
        }
        Does::HangsUp => Ok(()),
        Does::Babbles => s.write_all(&[0xff; 300]),
    }
}
