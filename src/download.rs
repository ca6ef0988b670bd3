//! Robust downloads: resumable, verified while they are written, and moved into place only when complete and correct.

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
use crate::problem::{Part, Problem, sentence};

/// Retries of a transfer without progress; any progress resets the count.
const TRIES: u32 = 4;
/// Block size of a transfer, bytes.
const BLOCK: usize = 1 << 16;

/// A file to download.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The description for messages: "the speech model base.en".
    pub what: String,
    /// The URL.
    pub url: String,
    /// The destination.
    pub to: PathBuf,
    /// How to verify it.
    pub known: Known,
    /// The remedy if the server is at fault.
    pub otherwise: &'static str,
    /// The server is the pilot's mirror of the speech models.
    pub mirrored: bool,
}

/// What is known about a file in advance.
#[derive(Debug, Clone)]
pub enum Known {
    /// Published: size and SHA-256 in hex.
    Published {
        /// Bytes.
        bytes: u64,
        /// In hex.
        sha256: String,
    },
    /// Nothing is published: the server states the size, up to this many bytes. The caller checks the content.
    AtMost(u64),
}

/// A completed download.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Last modification according to the server ("Fri, 27 Nov 2026 04:05:06 GMT").
    pub changed: Option<String>,
}

/// Timeouts for a server.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For connecting and for the start of the answer.
    pub answer: Duration,
    /// Without any data; the connection is then reopened and the download resumed. A slow connection is kept as long as data
    /// arrives, because the server may not support resuming.
    pub body: Duration,
    /// Between two attempts.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(20), body: Duration::from_secs(20), pause: Duration::from_secs(2) }
    }
}

/// Why an attempt ended.
enum Ended {
    /// Retryable: the connection broke, or the server was busy.
    Again(String),
    /// Retryable: there was no answer at all.
    Unreached(String),
    /// Permanent: reported to the user.
    Never(Problem),
}

/// Downloads a file. Data of an incomplete download stays in `<to>.part`, and the next call resumes there. `progress` receives the
/// number of bytes so far; `cancel` stops it at the next block.
pub fn fetch(wanted: &Wanted, patience: Patience, cancel: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<Came, Problem> {
    let title = format!("Could not download {}", wanted.what);
    let failed = || Problem::new(format!("cannot download {}", wanted.what)).about(Part::Download).brief(&title, "");
    let part = part_of(&wanted.to);
    let mut file = open(&part).map_err(|p| failed().because(p.to_string().replace('\n', "; ")).fix(space_or_rights(&part)))?;
    // Two downloads would write into the same file.
    if file.try_lock().is_err() {
        return Err(failed().because("it is already being downloaded").fix("wait until that has finished"));
    }
    let agent = agent(&wanted.url, patience, None);
    // Number of connections that contributed to this file; existing data counts as one.
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
                let why = "the server sent a different file than the published one (its SHA-256 differs); it was deleted";
                return Err(wanted.refused(why, "sent a different file than the published one; it was deleted"));
            }
            // The pieces do not match: start over once.
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
                        Ended::Unreached(why) if wanted.mirrored => (why, format!("Your mirror {} does not answer.", host(&wanted.url))),
                        Ended::Unreached(why) => (why, format!("No internet connection: {} not reached.", host(&wanted.url))),
                        Ended::Again(why) => (why, "The connection was lost.".to_owned()),
                        Ended::Never(p) => return Err(p),
                    };
                    let resumes = match (before, mega) {
                        (0, _) => String::new(),
                        (_, 0) => "; the download resumes after what has arrived".to_owned(),
                        _ => format!("; the download resumes after {mega} MB"),
                    };
                    return Err(failed()
                        .because(cause.trim_end_matches('.'))
                        .because(why)
                        .fix(format!("check your connection and try again{resumes}"))
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

/// The host of a URL.
fn host(url: &str) -> String {
    url.parse::<ureq::http::Uri>().ok().and_then(|u| u.host().map(str::to_owned)).unwrap_or_else(|| url.to_owned())
}

/// The host of a URL, with its port if it has one.
pub fn server(url: &str) -> String {
    let port = url.parse::<ureq::http::Uri>().ok().and_then(|u| u.port_u16());
    port.map_or_else(|| host(url), |port| format!("{}:{port}", host(url)))
}

impl Wanted {
    /// The server does not have the file as published: a new attempt will not help, and nothing resumes. `told` continues the
    /// server's name in the toast.
    fn refused(&self, why: impl Into<String>, told: &str) -> Problem {
        let server = server(&self.url);
        let p = Problem::new(format!("cannot download {}", self.what)).because(why.into()).fix(self.otherwise);
        let title = format!("Could not download {}", self.what);
        match self.mirrored {
            true => p.about(Part::Mirror).brief(title, format!("Your mirror {server} {told}.")),
            false => p.about(Part::Download).brief(title, format!("{server} {told}.")).remedy(sentence(self.otherwise)),
        }
    }

    /// The file's name on the server.
    fn file(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(&self.url)
    }

    fn sha256(&self) -> Option<&str> {
        match &self.known {
            Known::Published { sha256, .. } => Some(sha256),
            Known::AtMost(_) => None,
        }
    }
}

/// What is known about the current file: its size, published or as stated by the server, and its last modification.
#[derive(Default)]
struct Told {
    bytes: Option<u64>,
    changed: Option<String>,
    /// The server does not support resuming, so existing data does not count as progress.
    anew: bool,
}

impl Told {
    /// Checks an answer that continues the file from `have`. Returns the reason if it is not the wanted file.
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

/// The HTTP client: an encrypted URL never redirects to an unencrypted one. `whole` is the timeout for an answer's body.
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
    /// Whether the status means success.
    pub success: bool,
    /// The whole body.
    pub body: Vec<u8>,
}

/// The answer to one request: at most `most` bytes, within `patience.body`. The error says why it failed.
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

/// A small text with one request: at most `most` bytes; `None` if the file does not exist.
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

/// Which of these files, with their sizes, are missing or have another size according to the server, from a HEAD request for each. No
/// answer, or any other answer, proves nothing; a download reports the error then.
pub fn not_there<'a>(files: &[(&'a str, u64)], patience: Patience) -> Vec<&'a str> {
    let mut missing = Vec::new();
    let Some((first, _)) = files.first() else { return missing };
    let agent = agent(first, patience, Some(patience.body));
    // Some servers state no size, or zero, in the answer to HEAD.
    let size = |r: &Response<Body>| r.headers().get("content-length")?.to_str().ok()?.parse::<u64>().ok().filter(|n| *n > 0);
    for (url, bytes) in files {
        match agent.head(*url).header("Accept-Encoding", "identity").call() {
            Ok(r) if matches!(r.status(), StatusCode::NOT_FOUND | StatusCode::GONE) => missing.push(*url),
            Ok(r) if r.status() == StatusCode::OK && size(&r).is_some_and(|n| n != *bytes) => missing.push(*url),
            Ok(_) => {}
            // It will not answer the others either.
            Err(_) => break,
        }
    }
    missing
}

/// One connection: continues from the bytes that exist as far as it gets.
fn transfer(
    agent: &Agent,
    wanted: &Wanted,
    told: &mut Told,
    file: &mut File,
    edition: &Edition,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Ended> {
    let never = |why: String, told: &str| Ended::Never(wanted.refused(why, told));
    let unusable = "does not offer the file in a usable way";
    let mut have = length(file);
    let mut request = agent.get(&wanted.url);
    let begun = edition.begun();
    if have > 0 && begun.is_none() && wanted.sha256().is_none() {
        // Without a checksum, a mismatch of pieces would go unnoticed.
        empty(file).map_err(|e| Ended::Again(e.to_string()))?;
        have = 0;
    }
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
        if let Some(tag) = &begun {
            request = request.header("If-Range", tag);
        }
    }
    // No compression: the checksum is that of the file.
    let response = request.header("Accept-Encoding", "identity").call().map_err(|e| match e {
        ureq::Error::TooManyRedirects => never("the server redirects without end".into(), unusable),
        ureq::Error::BadUri(u) => never(format!("{u} is not an address"), unusable),
        ureq::Error::RequireHttpsOnly(u) => never(format!("it leads to an address that is not encrypted ({u})"), unusable),
        e => Ended::Unreached(e.to_string()),
    })?;
    match response.status() {
        StatusCode::OK => {
            // The server does not support resuming: start over.
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
            // A server that ignores the condition sends a part of its current file.
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
        s @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
            return Err(never(format!("the server says {s}"), &format!("does not have {}", wanted.file())));
        }
        s => return Err(never(format!("the server says {s}"), &format!("refuses {} ({s})", wanted.file()))),
    }
    let other_size = "offers a different file than the published one";
    let bytes = told.hear(&response, wanted, have).map_err(|why| never(why, other_size))?;
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
        file.write_all(&block[..n]).map_err(|e| {
            let p = Problem::new(format!("cannot download {}", wanted.what)).because(e).about(Part::Download);
            let fix = "free some disk space and try again; the download resumes";
            Ended::Never(
                p.fix(fix).brief(format!("Could not download {}", wanted.what), "The file cannot be written.").remedy(sentence(fix)),
            )
        })?;
        have += n as u64;
        progress(have);
    }
    Ok(())
}

/// The start of the bytes in a partial answer: "bytes 100-199/200".
fn starts_at(response: &Response<Body>) -> Option<u64> {
    range_start(response.headers().get("content-range")?.to_str().ok()?)
}

/// The start of a `Content-Range`.
pub fn range_start(range: &str) -> Option<u64> {
    range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}

/// The version of a file that the existing bytes belong to: the server's ETag, stored beside them.
struct Edition(PathBuf);

impl Edition {
    /// The stored ETag.
    fn begun(&self) -> Option<String> {
        let tag = fs::read_to_string(&self.0).ok()?;
        is_tag(&tag).then_some(tag)
    }

    /// Stores the ETag of a new download.
    fn begins(&self, response: &Response<Body>) {
        let kept = match tag(response) {
            Some(tag) => fs::write(&self.0, tag),
            None => fs::remove_file(&self.0).or_else(|e| if e.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(e) }),
        };
        // Without it, the final checksum still detects pieces that do not match.
        if let Err(e) = kept {
            log::debug!("{}: {e}", self.0.display());
        }
    }
}

/// The ETag of an answer, if it is strong: a weak one does not identify the exact bytes.
fn tag(response: &Response<Body>) -> Option<String> {
    let tag = response.headers().get("etag")?.to_str().ok()?.trim();
    is_tag(tag).then(|| tag.to_owned())
}

fn is_tag(tag: &str) -> bool {
    tag.len() > 2 && tag.len() < 200 && tag.starts_with('"') && tag.ends_with('"') && tag.bytes().all(|b| (0x20..0x7f).contains(&b))
}

/// The path of the stored ETag of an incomplete file.
pub fn edition_of(part: &Path) -> PathBuf {
    let mut name = part.as_os_str().to_owned();
    name.push(".etag");
    PathBuf::from(name)
}

/// The path of an incomplete file.
pub fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

/// Whether a part of the file exists.
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

/// Waits unless cancelled.
fn wait(time: Duration, cancel: &AtomicBool) {
    let until = std::time::Instant::now() + time;
    while std::time::Instant::now() < until && !cancel.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(20).min(time));
    }
}
