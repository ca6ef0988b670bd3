//! Updates from a server on loopback: a newer release is found, downloaded and verified; an older one, a foreign signature and
//! damaged bytes are rejected. The test signs with its own key, passed as an argument.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};
use stratus::dispatch::updates;
use stratus::paths::Paths;
use stratus::problem::Problem;
use stratus::update::{self, Found, Offered, PublicKey, Version};

const SYSTEM: &str = "linux-x86_64-deb";
const PACKAGE: &[u8] = b"as if this were a package, for it is only fetched and checked";

fn keys(seed: u8) -> (Ed25519KeyPair, PublicKey) {
    let pair = Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap();
    let public = pair.public_key().as_ref().try_into().unwrap();
    (pair, public)
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn body(version: &str, file: &str, sum: &str) -> String {
    format!(
        "{{\"version\": \"{version}\", \"notes\": \"better ears\", \"files\": [\n{{\"system\": \"{SYSTEM}\", \"file\": \"{file}\", \
         \"bytes\": {}, \"sha256\": \"{sum}\"}}]}}\n",
        PACKAGE.len()
    )
}

fn signed(pair: &Ed25519KeyPair, body: &str) -> String {
    let signature = pair.sign(format!("stratus-release-1\n{body}").as_bytes());
    format!("stratus-release-1 {}\n{body}", BASE64_STANDARD.encode(signature))
}

fn good(version: &str) -> String {
    signed(&keys(7).0, &body(version, "stratus.deb", &sum(PACKAGE)))
}

/// Files by path: the bytes, and the announced length, which may differ.
type Shelf = Arc<Mutex<BTreeMap<String, (Vec<u8>, usize)>>>;

/// A server of files.
struct Server {
    at: SocketAddr,
    files: Shelf,
    asked: Arc<AtomicU32>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let files = Shelf::default();
        let (asked, over) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let (shelf, count, end) = (Arc::clone(&files), Arc::clone(&asked), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                count.fetch_add(1, Ordering::Relaxed);
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let (status, (bytes, length)) = match shelf.lock().unwrap().get(head.split(' ').nth(1).unwrap_or_default()) {
                    Some(file) => ("200 OK", file.clone()),
                    None => ("404 Not Found", (Vec::new(), 0)),
                };
                // Errors of the connection are the client's concern.
                let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(&bytes);
            }
        });
        Self { at, files, asked, over, thread: Some(thread) }
    }

    fn put(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let bytes = bytes.as_ref().to_vec();
        let length = bytes.len();
        self.files.lock().unwrap().insert(path.into(), (bytes, length));
    }

    fn feed(&self) -> String {
        format!("http://{}/r/stratus-release.txt", self.at)
    }

    /// The result of version 0.5.0 for this manifest.
    fn check(&self, manifest: impl AsRef<[u8]>) -> Result<Found, Problem> {
        self.put("/r/stratus-release.txt", manifest);
        updates::check(&self.feed(), &keys(7).1, "0.5.0".parse::<Version>().unwrap(), SYSTEM)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
        let _ = self.thread.take().unwrap().join();
    }
}

fn newer(found: Found) -> Offered {
    match found {
        Found::Newer(o) => o,
        other => panic!("{other:?}"),
    }
}

#[test]
fn newer_release_is_found_downloaded_and_verified() {
    let server = Server::start();
    let offered = newer(server.check(good("0.10.0")).unwrap());
    assert_eq!(server.asked.load(Ordering::Relaxed), 1, "one request");
    assert_eq!((offered.version.to_string().as_str(), offered.notes.as_str()), ("0.10.0", "better ears"));
    let folder = tempfile::tempdir().unwrap();
    let paths = Paths::under(folder.path());
    let bring = || updates::bring(&offered, &server.feed(), &paths, &AtomicBool::new(false), &mut |_| {});
    server.put("/r/stratus.deb", PACKAGE.to_ascii_uppercase());
    let told = bring().unwrap_err().to_string();
    assert!(told.contains("SHA-256") && told.contains("hint:") && !told.contains("mirror"), "{told}");
    server.put("/r/stratus.deb", PACKAGE);
    let file = bring().unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), PACKAGE);
    let before = server.asked.load(Ordering::Relaxed);
    assert_eq!(bring().unwrap(), file);
    assert_eq!(server.asked.load(Ordering::Relaxed), before, "an existing valid file is not downloaded again");
    std::fs::write(&file, "changed since").unwrap();
    assert_eq!(std::fs::read(bring().unwrap()).unwrap(), PACKAGE);
}

#[test]
fn same_or_older_release_is_not_offered() {
    let server = Server::start();
    assert_eq!(server.check(good("0.5.0")).unwrap(), Found::Newest);
    assert_eq!(server.check(good("0.4.99")).unwrap(), Found::Older("0.4.99".parse().unwrap()));
}

#[test]
fn unsigned_content_is_rejected() {
    let server = Server::start();
    let right = good("9.0.0");
    let cut = |n: usize| right[..n].to_owned();
    let other = body("9.0.0", "stratus.deb", &sum(PACKAGE));
    let end = right.find('\n').unwrap();
    for (name, manifest) in [
        ("another's key", signed(&keys(8).0, &other)),
        ("another version", right.replace("9.0.0", "9.0.1")),
        ("another file", right.replace("stratus.deb", "evil.deb")),
        ("a byte more", format!("{right} ")),
        ("no signature", format!("stratus-release-1 \n{other}")),
        ("no first line", other.clone()),
        ("a signature of the body alone", {
            format!("stratus-release-1 {}\n{other}", BASE64_STANDARD.encode(keys(7).0.sign(other.as_bytes())))
        }),
        ("another mark", right.replacen("release-1", "release-2", 1)),
        ("a signature cut short", format!("{}\n{other}", &right[..end - 8])),
        ("cut in the first line", cut(30)),
        ("cut after it", cut(end + 1)),
        ("cut in the middle", cut(right.len() / 2)),
        ("cut by one byte", cut(right.len() - 1)),
        ("nothing", String::new()),
        ("a page", "<html>please log in</html>\n".into()),
    ] {
        let told = server.check(&manifest).expect_err(name).to_string();
        assert!(told.contains("hint:"), "{name}: {told}");
    }
    assert!(server.check([0xff, 0xfe, 0x0a, 0x00]).is_err(), "no text");
    assert!(server.check(vec![b'x'; 100_000]).unwrap_err().to_string().contains("larger"), "a book");
    // The connection ends before the manifest does.
    server.files.lock().unwrap().insert("/r/stratus-release.txt".into(), (right.clone().into_bytes(), right.len() + 10));
    assert!(updates::check(&server.feed(), &keys(7).1, Version::own(), SYSTEM).is_err());
    server.files.lock().unwrap().clear();
    let told = updates::check(&server.feed(), &keys(7).1, Version::own(), SYSTEM).unwrap_err().to_string();
    assert!(told.contains("not found"), "{told}");
}

#[test]
fn no_changed_byte_passes_and_no_text_causes_a_panic() {
    let (right, key) = (good("9.0.0"), keys(7).1);
    let read = |text: &str| update::read(text, &key, "0.5.0".parse().unwrap(), SYSTEM);
    assert!(matches!(read(&right), Ok(Found::Newer(_))));
    for at in 0..right.len() {
        for change in [0x01, 0x10, 0x20, 0x40] {
            let mut bytes = right.clone().into_bytes();
            bytes[at] ^= change;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            assert!(read(&text).is_err(), "byte {at}: {text}");
            // A mirror's list is not signed; the parser only has to survive it.
            let _ = stratus::models::own(&text, "http://m");
        }
        let _ = read(&right[at..]);
        let _ = stratus::models::own(&right[at..], "http://m");
    }
}

#[test]
fn signed_manifest_with_errors_is_rejected() {
    let server = Server::start();
    let pair = keys(7).0;
    for (name, body) in [
        ("a path", body("9.0.0", "../../.bashrc", &sum(PACKAGE))),
        ("a hidden file", body("9.0.0", ".bashrc", &sum(PACKAGE))),
        ("an option", body("9.0.0", "-rf", &sum(PACKAGE))),
        ("no name", body("9.0.0", "", &sum(PACKAGE))),
        ("no sum", body("9.0.0", "stratus.deb", "abc")),
        ("no version", body("newest", "stratus.deb", &sum(PACKAGE))),
        ("no JSON", "version = 9\n".into()),
        ("nothing for this system", body("9.0.0", "stratus.deb", &sum(PACKAGE)).replace(SYSTEM, "solaris")),
        ("huge", body("9.0.0", "stratus.deb", &sum(PACKAGE)).replace("\"bytes\": ", "\"bytes\": 99999999999")),
    ] {
        let told = server.check(signed(&pair, &body)).expect_err(name).to_string();
        assert!(told.contains("hint:"), "{name}: {told}");
    }
}

#[test]
fn maintainers_script_output_is_accepted_by_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let script = |args: &[&str]| {
        let out = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/sign-release.sh")).args(args).output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let public: PublicKey = BASE64_STANDARD.decode(script(&["new-key", &at("key.pem")]).trim()).unwrap().try_into().unwrap();
    std::fs::write(at("stratus_0.9.0_amd64.deb"), PACKAGE).unwrap();
    std::fs::write(at("stratus-0.9.0-linux-amd64.tar.gz"), "tar").unwrap();
    let files = [at("stratus_0.9.0_amd64.deb"), at("stratus-0.9.0-linux-amd64.tar.gz")];
    let manifest = script(&["sign", &at("key.pem"), "0.9.0", "\"ears\" \\ better", &files[0], &files[1]]);
    let read = |key| update::read(&manifest, key, "0.5.0".parse().unwrap(), SYSTEM);
    let offered = newer(read(&public).unwrap());
    assert_eq!((offered.file.as_str(), offered.sha256), ("stratus_0.9.0_amd64.deb", sum(PACKAGE)));
    assert_eq!(offered.notes, "\"ears\" \\ better");
    assert!(read(&keys(7).1).is_err());
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(at("key.pem")).unwrap().permissions().mode() & 0o77, 0, "the key is readable by its owner only");
}

#[test]
fn without_feed_or_key_no_request_is_made() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("stratus.toml");
    let run = || {
        let out = Command::new(env!("CARGO_BIN_EXE_stratus"))
            .args(["update", "--check", "--config"])
            .arg(&config)
            .env("HOME", folder.path())
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
    };
    std::fs::write(&config, "").unwrap();
    let (code, told) = run();
    assert!(code == Some(1) && told.contains("no release feed is set") && told.contains("hint:"), "{told}");
    if update::release_key().is_none() {
        std::fs::write(&config, format!("[updates]\nfeed = \"{}\"\n", server.feed())).unwrap();
        let (code, told) = run();
        assert!(code == Some(1) && told.contains("no maintainer's key"), "{told}");
        assert_eq!(server.asked.load(Ordering::Relaxed), 0);
    }
}
