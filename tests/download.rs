//! Downloads against a server that cuts, stalls, lies, redirects and refuses: the file is right in the end or not there,
//! what arrived is kept for the next time, and each failure has its remedy. Real HTTP over a loopback socket.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use sha2::{Digest, Sha256};
use stratus::download::{Patience, Wanted, edition_of, fetch, part_of};
use stratus::problem::Problem;

/// What the server does with one request.
#[derive(Clone)]
enum Does {
    /// As a server should, with ranges.
    Serves,
    /// The same, with this tag; a part only of the edition that is asked for, if the server knows the condition.
    Tagged { tag: &'static str, other: bool, conditions: bool, cut: usize },
    /// The whole file, whatever is asked for.
    ServesWhole,
    /// The head, and so many bytes of what was asked for; then the connection is gone.
    CutsAfter(usize),
    /// So many bytes, then nothing more, while the connection stays.
    StallsAfter(usize),
    /// Another length than it has.
    LiesAboutLength(usize),
    /// Without a length, closed at the end, and more than there should be.
    Endless,
    /// The right length, other bytes.
    WrongBytes,
    /// A part that nobody asked for.
    WrongRange,
    /// Only this status line, with a text.
    Status(&'static str),
    /// A page for people.
    Page,
    /// To another path.
    RedirectsTo(&'static str),
    /// Hangs up without a word.
    HangsUp,
    /// Bytes that are no HTTP.
    Babbles,
}

struct Server {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Does these things one after another, and the last one from then on.
    fn start(content: Vec<u8>, script: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen, end) = (Arc::clone(&asked), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let mut script = VecDeque::from(script);
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let request = head(&mut stream);
                let does = if script.len() > 1 { script.pop_front().unwrap() } else { script[0].clone() };
                seen.lock().unwrap().push(request.clone());
                // What the client thinks of it is the client's business.
                let _ = serve(&mut stream, &does, &content, &request, &end);
            }
        });
        Self { at, asked, over, thread: Some(thread) }
    }

    fn requests(&self) -> Vec<String> {
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
        Does::CutsAfter(n) => {
            partial(s, from, rest.len())?;
            s.write_all(&rest[..(*n).min(rest.len())])
        }
        Does::StallsAfter(n) => {
            partial(s, from, rest.len())?;
            s.write_all(&rest[..(*n).min(rest.len())])?;
            s.set_read_timeout(Some(Duration::from_millis(20)))?;
            // Until the client has had enough.
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
        Does::HangsUp => Ok(()),
        Does::Babbles => s.write_all(&[0xff; 300]),
    }
}

const SIZE: usize = 300_000;

fn content() -> Vec<u8> {
    (0..SIZE).map(|i| (i * 31 + i / 251) as u8).collect()
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn quick() -> Patience {
    Patience { answer: Duration::from_secs(5), body: Duration::from_millis(400), pause: Duration::from_millis(2) }
}

fn wanted(server: &Server, folder: &Path) -> Wanted {
    Wanted {
        what: "the speech model test".into(),
        url: format!("http://{}/ggml-test.bin", server.at),
        to: folder.join("models/ggml-test.bin"),
        bytes: SIZE as u64,
        sha256: sum(&content()),
        otherwise: "take another mirror",
    }
}

/// Fetches once from a server that does these things; the file is right or not there.
fn try_once(script: Vec<Does>, folder: &Path) -> (Result<(), Problem>, Vec<String>) {
    let server = Server::start(content(), script);
    let w = wanted(&server, folder);
    let mut last = 0;
    let result = fetch(&w, quick(), &AtomicBool::new(false), &mut |n| last = n);
    match &result {
        Ok(()) => {
            assert_eq!(std::fs::read(&w.to).unwrap(), content());
            assert!(!part_of(&w.to).exists() && last == SIZE as u64);
        }
        Err(p) => {
            assert!(!w.to.exists(), "a file that is not right is not in place");
            assert!(p.to_string().contains("hint:"), "no remedy: {p}");
        }
    }
    (result, server.requests())
}

#[test]
fn whatever_can_end_well_does() {
    for (name, script) in [
        ("plain", vec![Does::Serves]),
        ("cut twice", vec![Does::CutsAfter(100_000), Does::CutsAfter(1000), Does::Serves]),
        ("cut every time, but further each time", vec![Does::CutsAfter(40_000)]),
        ("stalls, then goes on", vec![Does::StallsAfter(50_000), Does::Serves]),
        ("no ranges there", vec![Does::CutsAfter(200_000), Does::ServesWhole]),
        ("busy at first", vec![Does::Status("503 Service Unavailable"), Does::Status("429 Too Many Requests"), Does::Serves]),
        ("hangs up at first", vec![Does::HangsUp, Does::Babbles, Does::Serves]),
        ("redirects", vec![Does::RedirectsTo("/elsewhere"), Does::Serves]),
        ("another part than asked for", vec![Does::CutsAfter(1000), Does::WrongRange, Does::Serves]),
        ("refuses the range", vec![Does::CutsAfter(1000), Does::Status("416 Range Not Satisfiable"), Does::Serves]),
        ("wrong bytes once", vec![Does::CutsAfter(1000), Does::WrongBytes, Does::Serves]),
        ("without a length, and too long", vec![Does::Endless]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (result, asked) = try_once(script, folder.path());
        assert!(result.is_ok(), "{name}: {result:?} after {asked:?}");
    }
}

#[test]
fn what_cannot_end_well_is_told_with_its_remedy() {
    for (name, script, why) in [
        ("wrong bytes", vec![Does::WrongBytes], "SHA-256"),
        ("shorter", vec![Does::LiesAboutLength(1000)], "offers 1000 bytes"),
        ("longer", vec![Does::LiesAboutLength(SIZE + 5)], "offers 300005 bytes"),
        ("a page", vec![Does::Page], "offers 27 bytes"),
        ("not there", vec![Does::Status("404 Not Found")], "404"),
        ("forbidden", vec![Does::Status("403 Forbidden")], "403"),
        ("broken", vec![Does::Status("500 Internal Server Error")], "500"),
        ("a loop", vec![Does::RedirectsTo("/ggml-test.bin")], "one address to the next"),
        ("hangs up", vec![Does::HangsUp], "cannot download"),
        ("babbles", vec![Does::Babbles], "cannot download"),
        ("stalls at once", vec![Does::StallsAfter(0)], "cannot download"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (result, _) = try_once(script, folder.path());
        let told = result.expect_err(name).to_string();
        assert!(told.contains(why), "{name}: {told}");
    }
    // Nobody there at all.
    let folder = tempfile::tempdir().unwrap();
    let gone = Server::start(content(), vec![Does::Serves]);
    let w = wanted(&gone, folder.path());
    drop(gone);
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("check the connection"), "{told}");
}

#[test]
fn what_arrived_is_kept_and_the_next_call_goes_on_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = try_once(vec![Does::CutsAfter(120_000), Does::HangsUp], folder.path());
    let told = first.unwrap_err().to_string();
    assert!(told.contains("goes on after"), "{told}");
    let part = part_of(&folder.path().join("models/ggml-test.bin"));
    assert_eq!(std::fs::metadata(&part).unwrap().len(), 120_000);
    let (second, asked) = try_once(vec![Does::Serves], folder.path());
    second.unwrap();
    assert!(asked.len() == 1 && asked[0].to_lowercase().contains("range: bytes=120000-"), "{asked:?}");
}

#[test]
fn cancelled_it_ends_at_once_and_keeps_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(content(), vec![Does::Serves]);
    let w = wanted(&server, folder.path());
    let cancel = AtomicBool::new(false);
    let told = fetch(&w, quick(), &cancel, &mut |n| cancel.store(n > 100_000, Ordering::Relaxed)).unwrap_err().to_string();
    assert!(told.contains("cancelled"), "{told}");
    assert!(std::fs::metadata(part_of(&w.to)).unwrap().len() > 100_000 && !w.to.exists());
}

#[test]
fn a_folder_that_cannot_be_made_and_a_second_download_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(content(), vec![Does::Serves]);
    let mut w = wanted(&server, folder.path());
    std::fs::write(folder.path().join("models"), "a file where the folder should be").unwrap();
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("can be written"), "{told}");
    w.to = folder.path().join("other/ggml-test.bin");
    std::fs::create_dir(folder.path().join("other")).unwrap();
    let held = std::fs::File::create(part_of(&w.to)).unwrap();
    held.lock().unwrap();
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("already"), "{told}");
}

#[test]
fn a_file_that_changed_at_the_server_begins_again_and_one_that_did_not_goes_on() {
    let tagged = |tag, other, conditions, cut| Does::Tagged { tag, other, conditions, cut };
    for (name, tags, conditions) in [
        ("with conditions", ["\"old\"", "\"new\""], true),
        ("without", ["\"old\"", "\"new\""], false),
        ("weak tags", ["W/\"a\"", "W/\"b\""], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = try_once(vec![tagged(tags[0], true, conditions, 120_000), Does::HangsUp], folder.path());
        first.unwrap_err();
        let part = part_of(&folder.path().join("models/ggml-test.bin"));
        assert_eq!(std::fs::read_to_string(edition_of(&part)).ok().as_deref(), tags[0].strip_prefix('"').map(|_| tags[0]), "{name}");
        // Days later.
        let (second, asked) = try_once(vec![tagged(tags[1], false, conditions, SIZE)], folder.path());
        second.unwrap_or_else(|p| panic!("{name}: {p}"));
        let condition = asked[0].to_lowercase().contains("if-range: \"old\"");
        assert_eq!(condition, name != "weak tags", "{name}: {asked:?}");
        // One request where the server knows conditions: nothing was fetched in vain.
        assert_eq!(asked.len() == 1, conditions, "{name}: {asked:?}");
        assert!(!edition_of(&part).exists(), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (same, asked) = try_once(vec![tagged("\"x\"", false, true, 120_000), tagged("\"x\"", false, true, SIZE)], folder.path());
    same.unwrap();
    assert!(asked[1].to_lowercase().contains("if-range: \"x\"") && asked[1].to_lowercase().contains("range: bytes=120000-"), "{asked:?}");
    // A tag that would break the request is none.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    let part = part_of(&folder.path().join("models/ggml-test.bin"));
    std::fs::write(&part, &content()[..1000]).unwrap();
    std::fs::write(edition_of(&part), "\"x\"\r\nEvil: yes").unwrap();
    let (healed, asked) = try_once(vec![Does::Serves], folder.path());
    healed.unwrap();
    assert!(!asked[0].to_lowercase().contains("evil"), "{asked:?}");
}
