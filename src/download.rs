//! Downloads that survive: resumed where they stopped, checked while they are written, and in place only when right.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha2::{Digest, Sha256};
use ureq::http::{Response, StatusCode};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::paths::{private, private_folder};
use crate::problem::{Part, Problem};

/// How often a transfer that got nowhere is tried again; whatever gets somewhere begins to count anew.
const TRIES: u32 = 4;
/// A block of the transfer, bytes.
const BLOCK: usize = 1 << 16;

/// What is to be had.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What it is called in front of a person: "the speech model base.en".
    pub what: String,
    /// Where it is.
    pub url: String,
    /// Where it goes.
    pub to: PathBuf,
    /// What it is known by.
    pub known: Known,
    /// What a person can do where the place itself is at fault.
    pub otherwise: &'static str,
}

/// What a file is known by before it is there.
#[derive(Debug, Clone)]
pub enum Known {
    /// Published: its size, and its SHA-256 in hex.
    Published {
        /// Bytes.
        bytes: u64,
        /// In hex.
        sha256: String,
    },
    /// Nothing is published: its size is the server's word, up to this many bytes. Whoever asks looks at what comes.
    AtMost(u64),
}

/// What has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// When it was changed last, as the server tells ("Fri, 27 Nov 2026 04:05:06 GMT").
    pub changed: Option<String>,
}

/// How long a server may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To connect and to begin to answer.
    pub answer: Duration,
    /// Without anything coming; then the connection is made anew and goes on where it stopped. As long as something comes, a
    /// slow connection is not ended: a server may know no resumption.
    pub body: Duration,
    /// Between two tries.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(20), body: Duration::from_secs(20), pause: Duration::from_secs(2) }
    }
}

/// Why a try ended.
enum Ended {
    /// It may go better: the connection broke, the server was busy.
    Again(String),
    /// It may go better: nobody answered at all.
    Unreached(String),
    /// It will not: told to the person.
    Never(Problem),
}

/// Fetches a file. What has arrived stays in `<to>.part` when it does not come to an end, and the next call goes on from
/// there. `progress` is told how many bytes are there; `cancel` ends it at the next block.
pub fn fetch(wanted: &Wanted, patience: Patience, cancel: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<Came, Problem> {
    let title = format!("Could not download {}", wanted.what);
    let failed = || Problem::new(format!("cannot download {}", wanted.what)).about(Part::Download).brief(&title, "");
    let part = part_of(&wanted.to);
    let mut file = open(&part).map_err(|p| failed().because(p.to_string().replace('\n', "; ")).fix(space_or_rights(&part)))?;
    // Two at once would write into each other's file.
    if file.try_lock().is_err() {
        return Err(failed().because("it is already being downloaded").fix("wait until that has finished"));
    }
    let agent = agent(&wanted.url, patience, None);
    // How many connections the file at hand came by; what was there before counts as one.
    let mut found = length(&file) > 0;
    let (mut tries, mut pieces, mut restarts) = (0, u32::from(found), 0);
    let mut told = Told::default();
    if let Known::Published { bytes, .. } = wanted.known {
        told.bytes = Some(bytes);
    }
    let sum = loop {
        let before = length(&file);
        if told.bytes.is_some_and(|bytes| before > bytes) {
            empty(&mut file).map_err(|e| failed().because(e).fix(space_or_rights(&part)))?;
            continue;
        }
        if told.bytes == Some(before) {
            progress(before);
            let sum = sum_of(&mut file).map_err(|e| failed().because(e))?;
            if wanted.sha256().is_none_or(|published| published.eq_ignore_ascii_case(&sum)) {
                break sum;
            }
            empty(&mut file).map_err(|e| failed().because(e))?;
            if pieces <= 1 && !found || restarts > 1 {
                let _ = fs::remove_file(&part);
                let _ = fs::remove_file(edition_of(&part));
                return Err(failed()
                    .because("the server sent a different file than the published one (its SHA-256 differs); it was deleted")
                    .fix(wanted.otherwise));
            }
            // Pieces that do not fit together: once more, from the start.
            (pieces, restarts, found) = (0, restarts + 1, false);
            continue;
        }
        (pieces, told.anew) = (pieces + 1, false);
        match transfer(&agent, wanted, &mut told, &mut file, &Edition(edition_of(&part)), cancel, progress) {
            Ok(()) => tries = 0,
            Err(Ended::Never(p)) => return Err(p),
            Err(ended @ (Ended::Again(_) | Ended::Unreached(_))) => {
                if cancel.load(Ordering::Relaxed) {
                    return Err(failed().because("it was cancelled").fix("try again; the download resumes"));
                }
                tries = if length(&file) > before && !told.anew { 0 } else { tries + 1 };
                if tries >= TRIES {
                    let mega = length(&file) / 1_000_000;
                    let (why, cause) = match ended {
                        Ended::Unreached(why) => (why, format!("No internet connection: {} not reached.", host(&wanted.url))),
                        Ended::Again(why) => (why, "The connection was lost.".to_owned()),
                        Ended::Never(p) => return Err(p),
                    };
                    return Err(failed()
                        .because(why)
                        .fix(format!("check your connection and try again; the download resumes after {mega} MB"))
                        .brief(&title, cause));
                }
                wait(patience.pause * tries.max(1), cancel);
            }
        }
    };
    file.sync_all().map_err(|e| failed().because(e))?;
    drop(file);
    let _ = fs::remove_file(edition_of(&part));
    fs::rename(&part, &wanted.to).map_err(|e| failed().because(e).fix(space_or_rights(&wanted.to)))?;
    Ok(Came { bytes: told.bytes.unwrap_or(0), sha256: sum, changed: told.changed })
}

/// The machine that an address names.
fn host(url: &str) -> String {
    url.parse::<ureq::http::Uri>().ok().and_then(|u| u.host().map(str::to_owned)).unwrap_or_else(|| url.to_owned())
}

impl Wanted {
    fn sha256(&self) -> Option<&str> {
        match &self.known {
            Known::Published { sha256, .. } => Some(sha256),
            Known::AtMost(_) => None,
        }
    }
}

/// What is known of the file at hand: its size as published or as the server tells, and when it was changed.
#[derive(Default)]
struct Told {
    bytes: Option<u64>,
    changed: Option<String>,
    /// The server knew no resumption: what was there is no measure of what has come.
    anew: bool,
}

impl Told {
    /// Takes what an answer tells that brings the file from `have` on. The reason where it is not the file that is wanted.
    fn hear(&mut self, response: &Response<Body>, wanted: &Wanted, have: u64) -> Result<u64, String> {
        let text = |name: &str| response.headers().get(name).and_then(|v| v.to_str().ok());
        let offered = text("content-length").and_then(|v| v.parse::<u64>().ok()).and_then(|n| n.checked_add(have));
        self.changed = text("last-modified").filter(|t| t.len() < 64).map(str::to_owned);
        let bytes = match (&wanted.known, offered) {
            (Known::Published { bytes, .. }, Some(n)) if n != *bytes => {
                return Err(format!("the server offers {n} bytes, the file has {bytes}"));
            }
            (Known::Published { bytes, .. }, _) => *bytes,
            (Known::AtMost(_), None) => {
                return Err("the server does not tell the file's size, so a truncated file could not be detected".into());
            }
            (Known::AtMost(most), Some(n)) if n > *most => {
                return Err(format!("the server offers {n} bytes, more than the {most} allowed"));
            }
            (Known::AtMost(_), Some(n)) => n,
        };
        self.bytes = Some(bytes);
        Ok(bytes)
    }
}

/// What talks to servers: an address that is encrypted leads to no other kind. `whole`: how long an answer's body may take.
fn agent(url: &str, patience: Patience, whole: Option<Duration>) -> Agent {
    Agent::config_builder()
        .timeout_connect(Some(patience.answer))
        .timeout_recv_response(Some(patience.answer))
        .timeout_per_read(Some(patience.body))
        .timeout_recv_body(whole)
        .https_only(url.starts_with("https:"))
        .http_status_as_error(false)
        .tls_config(TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build())
        .user_agent(concat!("stratus/", env!("CARGO_PKG_VERSION")))
        .build()
        .into()
}

/// A server's answer, with any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// "200 OK".
    pub status: String,
    /// The status tells of success.
    pub success: bool,
    /// The whole body.
    pub body: Vec<u8>,
}

/// An answer by one request: no more than `most` bytes, and all of them within `patience.body`. The error says why it failed.
pub fn answer(url: &str, most: u64, patience: Patience) -> Result<Answer, String> {
    let response = agent(url, patience, Some(patience.body)).get(url).call().map_err(|e| match e {
        ureq::Error::TooManyRedirects => "the server redirects without end".to_owned(),
        ureq::Error::RequireHttpsOnly(_) => "it leads to an address that is not encrypted".to_owned(),
        ureq::Error::Timeout(_) => "the server does not answer in time".to_owned(),
        e => e.to_string(),
    })?;
    let status = response.status();
    let offered = response.headers().get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let too_long = || format!("the answer is larger than {} MB", most / 1_000_000);
    if offered.is_some_and(|n| n > most) {
        return Err(too_long());
    }
    let mut body = Vec::new();
    let read = response.into_body().into_with_config().limit(most + 1).reader().take(most + 1).read_to_end(&mut body);
    if body.len() as u64 > most {
        return Err(too_long());
    }
    match read {
        Err(e) if e.kind() == std::io::ErrorKind::TimedOut || e.to_string().contains("timeout") => {
            return Err("the answer did not end in time".into());
        }
        Err(e) => return Err(format!("the connection ended too early: {e}")),
        Ok(_) if offered.is_some_and(|n| n != body.len() as u64) => return Err("the connection ended too early".into()),
        Ok(_) => {}
    }
    Ok(Answer { status: status.to_string(), success: status.is_success(), body })
}

/// A small text by one request: no more than `most` bytes; `None` where there is no such file.
pub fn text(url: &str, most: u64, patience: Patience) -> Result<Option<String>, Problem> {
    let failed = |why: String| Problem::new(format!("cannot read {url}")).because(why).fix("check your connection and the address");
    let response = agent(url, patience, Some(patience.body)).get(url).call().map_err(|e| failed(e.to_string()))?;
    match response.status() {
        StatusCode::OK => {}
        StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
        s => return Err(failed(format!("the server says {s}"))),
    }
    let offered = response.headers().get("content-length").and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<u64>().ok());
    let mut bytes = Vec::new();
    response.into_body().into_with_config().limit(most + 1).reader().read_to_end(&mut bytes).map_err(|e| failed(e.to_string()))?;
    if bytes.len() as u64 > most {
        return Err(failed(format!("it is larger than {most} bytes")));
    }
    if offered.is_some_and(|n| n != bytes.len() as u64) {
        return Err(failed("the connection ended too early".into()));
    }
    String::from_utf8(bytes).map(Some).map_err(|_| failed("it is not text".into()))
}

/// Which of these files are not there, by the server's own word, which is asked for the head of each. A server that does not
/// answer, or that says something else, has said nothing of them: whoever downloads one is told then.
pub fn not_there<'a>(urls: &[&'a str], patience: Patience) -> Vec<&'a str> {
    let mut missing = Vec::new();
    let Some(first) = urls.first() else { return missing };
    let agent = agent(first, patience, Some(patience.body));
    for url in urls {
        match agent.head(*url).call().map(|response| response.status()) {
            Ok(StatusCode::NOT_FOUND | StatusCode::GONE) => missing.push(*url),
            Ok(_) => {}
            // It does not answer the others either.
            Err(_) => break,
        }
    }
    missing
}

/// One connection: from the bytes that are there to wherever it comes.
fn transfer(
    agent: &Agent,
    wanted: &Wanted,
    told: &mut Told,
    file: &mut File,
    edition: &Edition,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Ended> {
    let never = |why: String, fix: &str| {
        let p = Problem::new(format!("cannot download {}", wanted.what)).because(why).fix(fix).about(Part::Download);
        Ended::Never(p.brief(format!("Could not download {}", wanted.what), "The server does not offer the file as expected."))
    };
    let other = wanted.otherwise;
    let mut have = length(file);
    let mut request = agent.get(&wanted.url);
    let begun = edition.begun();
    if have > 0 && begun.is_none() && wanted.sha256().is_none() {
        // Without a sum nobody would know whether pieces fit together.
        empty(file).map_err(|e| Ended::Again(e.to_string()))?;
        have = 0;
    }
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
        if let Some(tag) = &begun {
            request = request.header("If-Range", tag);
        }
    }
    // No compression: the sum is that of the file.
    let response = request.header("Accept-Encoding", "identity").call().map_err(|e| match e {
        ureq::Error::TooManyRedirects => never("the server redirects without end".into(), other),
        ureq::Error::BadUri(u) => never(format!("{u} is not an address"), other),
        ureq::Error::RequireHttpsOnly(u) => never(format!("it leads to an address that is not encrypted ({u})"), other),
        e => Ended::Unreached(e.to_string()),
    })?;
    match response.status() {
        StatusCode::OK => {
            // No resumption there: from the start.
            if have > 0 {
                told.anew = true;
                empty(file).map_err(|e| Ended::Again(e.to_string()))?;
                have = 0;
            }
            edition.begins(&response);
        }
        StatusCode::PARTIAL_CONTENT => {
            if starts_at(&response) != Some(have) {
                empty(file).map_err(|e| Ended::Again(e.to_string()))?;
                return Err(Ended::Again("the server sent a different part than requested".into()));
            }
            // A server that does not know the condition sends a part of whatever it has now.
            let now = tag(&response);
            if begun.is_some() && now != begun && (now.is_some() || wanted.sha256().is_none()) {
                empty(file).map_err(|e| Ended::Again(e.to_string()))?;
                return Err(Ended::Again("the file on the server has changed".into()));
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            empty(file).map_err(|e| Ended::Again(e.to_string()))?;
            return Err(Ended::Again("the server's file is shorter".into()));
        }
        s if s.is_server_error() || s == StatusCode::TOO_MANY_REQUESTS || s == StatusCode::REQUEST_TIMEOUT => {
            return Err(Ended::Again(format!("the server says {s}")));
        }
        s => return Err(never(format!("the server says {s}"), other)),
    }
    let bytes = told.hear(&response, wanted, have).map_err(|why| never(why, other))?;
    let mut body = response.into_body().into_with_config().limit(bytes + 1).reader();
    let mut block = vec![0; BLOCK];
    file.seek(SeekFrom::End(0)).map_err(|e| Ended::Again(e.to_string()))?;
    while have < bytes {
        if cancel.load(Ordering::Relaxed) {
            return Err(Ended::Again("cancelled".into()));
        }
        let n = body.read(&mut block).map_err(|e| Ended::Again(e.to_string()))?;
        if n == 0 {
            return Err(Ended::Again(format!("the connection ended after {have} of {bytes} bytes")));
        }
        let n = n.min(usize::try_from(bytes - have).unwrap_or(n));
        file.write_all(&block[..n]).map_err(|e| never(e.to_string(), "free some disk space and try again; the download resumes"))?;
        have += n as u64;
        progress(have);
    }
    Ok(())
}

/// Where the bytes of a partial answer begin: "bytes 100-199/200".
fn starts_at(response: &Response<Body>) -> Option<u64> {
    range_start(response.headers().get("content-range")?.to_str().ok()?)
}

/// Where a `Content-Range` begins.
pub fn range_start(range: &str) -> Option<u64> {
    range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// Which edition of a file the bytes that are there belong to: the server's ETag, kept beside them for the next time.
struct Edition(PathBuf);

impl Edition {
    /// What was begun with.
    fn begun(&self) -> Option<String> {
        let tag = fs::read_to_string(&self.0).ok()?;
        is_tag(&tag).then_some(tag)
    }

    /// A file begins anew.
    fn begins(&self, response: &Response<Body>) {
        let kept = match tag(response) {
            Some(tag) => fs::write(&self.0, tag),
            None => fs::remove_file(&self.0).or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) }),
        };
        // Without it the sum at the end finds pieces that do not fit.
        if let Err(e) = kept {
            log::debug!("{}: {e}", self.0.display());
        }
    }
}

/// The tag of an answer, if it stands for the very bytes: a weak one does not.
fn tag(response: &Response<Body>) -> Option<String> {
    let tag = response.headers().get("etag")?.to_str().ok()?.trim();
    is_tag(tag).then(|| tag.to_owned())
}

fn is_tag(tag: &str) -> bool {
    tag.len() > 2 && tag.len() < 200 && tag.starts_with('"') && tag.ends_with('"') && tag.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// Where the edition of a file is kept while it is not whole.
pub fn edition_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".etag");
    PathBuf::from(name)
}

/// Where a file lies while it is not whole.
pub fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// A part of the file has arrived.
pub fn is_begun(to: &Path) -> bool {
    std::fs::metadata(part_of(to)).is_ok_and(|m| m.len() > 0)
}

fn open(part: &Path) -> std::io::Result<File> {
    if let Some(folder) = part.parent() {
        private_folder(folder)?;
    }
    private().read(true).write(true).create(true).truncate(false).open(part)
}

fn space_or_rights(path: &Path) -> String {
    format!("check that {} is writable and that the disk has room", path.parent().unwrap_or(path).display())
}

fn length(file: &File) -> u64 {
    file.metadata().map_or(0, |m| m.len())
}

fn empty(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()
}

/// The SHA-256 of a file, in hex.
pub fn sum(path: &Path) -> std::io::Result<String> {
    sum_of(&mut File::open(path)?)
}

fn sum_of(file: &mut File) -> std::io::Result<String> {
    file.rewind()?;
    let (mut hash, mut block) = (Sha256::new(), vec![0; BLOCK]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            n => hash.update(&block[..n]),
        }
    }
}

/// Waits, but not for somebody who has given up.
fn wait(time: Duration, cancel: &AtomicBool) {
    let until = std::time::Instant::now() + time;
    while std::time::Instant::now() < until && !cancel.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20).min(time));
    }
}
