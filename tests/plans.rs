//! Flight plans from outside: `stratus plan` with files of every kind, and a fake SimBrief server on loopback with every kind of failure.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stratus::dispatch::simbrief;
use stratus::download::Patience;

const LSGG: &[u8] = include_bytes!("fixtures/simbrief/eham-lsgg-v2.json");
const KORD: &[u8] = include_bytes!("fixtures/simbrief/kbos-kord-v1.json");
const LEMD: &[u8] = include_bytes!("fixtures/simbrief/lfpg-lemd.xml");
/// A slow server is given up soon.
const SHORT: Patience = Patience { answer: Duration::from_millis(700), body: Duration::from_millis(700), pause: Duration::from_millis(1) };

/// What the fake does with a request.
#[derive(Clone)]
enum Does {
    /// Answers with this status and this body.
    Says(&'static str, Vec<u8>),
    /// Announces more bytes than it sends.
    CutOff(Vec<u8>),
    /// Accepts the request and stays silent.
    Silent,
    /// Sends a byte now and then, forever.
    Drips,
    /// Sends 100 MB, with or without announcing the length.
    Floods(bool),
    /// Redirects to itself.
    Circles,
}

struct Peer {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Peer {
    fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, over) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicBool>::default());
        let (log, end) = (asked.clone(), over.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                log.lock().unwrap().push(String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned());
                // Errors of the connection are the client's concern.
                let _ = serve(&mut stream, &does, &end);
            }
        });
        Self { at, asked, over, thread: Some(thread) }
    }

    fn url(&self) -> String {
        format!("http://{}/api/xml.fetcher.php", self.at)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn serve(stream: &mut TcpStream, does: &Does, end: &AtomicBool) -> std::io::Result<()> {
    let head = |status: &str, length: usize| format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    match does {
        Does::Says(status, body) => {
            stream.write_all(head(status, body.len()).as_bytes())?;
            stream.write_all(body)
        }
        Does::CutOff(body) => {
            stream.write_all(head("200 OK", body.len()).as_bytes())?;
            stream.write_all(&body[..body.len() / 2])
        }
        // Until the client hangs up, which ends the read.
        Does::Silent => stream.read(&mut [0]).map(|_| ()),
        Does::Drips => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{")?;
            while !end.load(Ordering::Relaxed) {
                stream.write_all(b" ")?;
                stream.flush()?;
                std::thread::park_timeout(Duration::from_millis(20));
            }
            Ok(())
        }
        Does::Floods(announced) => {
            let head = if *announced { head("200 OK", 100_000_000) } else { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".into() };
            stream.write_all(head.as_bytes())?;
            for _ in 0..100 {
                stream.write_all(&[b' '; 1_000_000])?;
            }
            Ok(())
        }
        Does::Circles => stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
    }
}

#[test]
fn each_simbrief_format_is_fetched_with_one_request() {
    for (name, body, key, to) in
        [("123456", LSGG, "userid=123456", "LSGG"), ("pilot", KORD, "username=pilot", "KORD"), ("a b", LEMD, "username=a%20b", "LEMD")]
    {
        let peer = Peer::start(Does::Says("200 OK", body.to_vec()));
        let fetched = simbrief::fetch(Some(&peer.url()), name, SHORT).unwrap();
        assert_eq!((fetched.reading.plan.destination.as_deref(), fetched.answer.as_slice()), (Some(to), body));
        assert_eq!(peer.asked(), [format!("GET /api/xml.fetcher.php?{key}&json=v2 HTTP/1.1")]);
    }
}

#[test]
fn simbriefs_error_message_reaches_the_pilot() {
    for (words, fix) in [("No flight plan on file for the specified user", "create a flight plan"), ("Unknown UserID", "check the name")] {
        let body = format!(r#"{{"fetch":{{"userid":[],"static_id":[],"status":"Error: {words}","time":"0.001"}}}}"#);
        let peer = Peer::start(Does::Says("400 Bad Request", body.into_bytes()));
        let p = simbrief::fetch(Some(&peer.url()), "1", SHORT).unwrap_err();
        assert!(p.to_string().contains(&format!("SimBrief says: {words}")) && p.fix.contains(fix), "{p}");
        assert!(p.short().body().contains(words), "{:?}", p.short());
        assert_eq!(peer.asked().len(), 1);
    }
}

#[test]
fn any_server_failure_is_reported_in_time_after_one_request() {
    let page = b"<!DOCTYPE html><html><body>Welcome to the hotel. Please log in.</body></html>".to_vec();
    for (does, why, requests) in [
        (Does::Says("404 Not Found", page.clone()), "the server says 404", 1),
        (Does::Says("500 Internal Server Error", Vec::new()), "the server says 500", 1),
        (Does::Says("200 OK", page), "it is a web page", 1),
        (Does::Says("200 OK", Vec::new()), "it is empty", 1),
        (Does::Says("200 OK", b"{\"fetch\":{\"status\":\"Success\"},".to_vec()), "cut off", 1),
        (Does::Says("200 OK", include_bytes!("fixtures/plans/garmin.fpl").to_vec()), "a Garmin plan", 1),
        (Does::CutOff(LSGG.to_vec()), "the connection ended too early", 1),
        (Does::Silent, "does not answer in time", 1),
        (Does::Drips, "did not end in time", 1),
        (Does::Floods(true), "larger than 8 MB", 1),
        (Does::Floods(false), "larger than 8 MB", 1),
        (Does::Circles, "without end", 11),
    ] {
        let peer = Peer::start(does);
        let begun = Instant::now();
        let p = simbrief::fetch(Some(&peer.url()), "1", SHORT).expect_err(why);
        assert!(p.to_string().contains(why), "{why:?}: {p}");
        assert!(!p.fix.is_empty() && begun.elapsed() < Duration::from_secs(30), "{p}");
        assert_eq!(peer.asked().len(), requests, "{why:?}");
    }
    // No server at all.
    let nobody = Peer::start(Does::Silent).url();
    let p = simbrief::fetch(Some(&nobody), "1", SHORT).unwrap_err();
    assert!(p.fix.contains("check your connection"), "{p}");
}

/// A home with a configuration, and the commands in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new(config: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/stratus");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("stratus.toml"), config).unwrap();
        Self(home)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stratus"));
        command.args(args).env_clear().env("HOME", self.0.path()).env("PATH", "/usr/bin:/bin").env("ALSA_CONFIG_PATH", "/dev/null");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Its output, its errors, and its exit code.
    fn run(&self, args: &[&str]) -> (String, String, Option<i32>) {
        let out = self.command(args).output().unwrap();
        let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
        (text(out.stdout), text(out.stderr), out.status.code())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The tray without a simulator, once it listens.
    fn tray(&self) -> Tray {
        let mut child = self.command(&["run", "--sim", "none"]).spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while !self.run(&["plan", "clear"]).0.contains("no flight plan is on file") {
            assert!(child.try_wait().unwrap().is_none(), "the tray ended");
            assert!(Instant::now() < until, "nobody listens");
        }
        Tray(child)
    }
}

struct Tray(Child);

impl Drop for Tray {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn command_shows_reviewed_plans_and_explains_bad_files() {
    let home = Home::new("");
    for name in ["eham-lsgg-v2.json eham-lsgg", "kbos-kord-v1.json kbos-kord", "lfpg-lemd.xml lfpg-lemd"] {
        let (plan, shown) = name.split_once(' ').unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/simbrief");
        let (out, err, code) = home.run(&["plan", "show", folder.join(plan).to_str().unwrap()]);
        assert_eq!((out, err.as_str(), code), (std::fs::read_to_string(folder.join(format!("{shown}.show.txt"))).unwrap(), "", Some(0)));
    }
    let long = home.file("long.pln", b"");
    std::fs::File::options().write(true).open(&long).unwrap().set_len(50_000_000).unwrap();
    for (file, why) in [
        (home.file("empty.pln", b""), "it is empty"),
        (home.file("cut.pln", &include_bytes!("fixtures/plans/msfs2020.pln")[..900]), "line "),
        (home.file("pdf.fms", b"%PDF-1.7"), "it is a PDF"),
        (long, "it has 50 MB"),
        (home.0.path().to_str().unwrap().to_owned(), "directory"),
        (home.0.path().join("none.pln").to_str().unwrap().to_owned(), "No such file"),
    ] {
        for what in ["show", "load"] {
            let (out, err, code) = home.run(&["plan", what, &file]);
            assert!(out.is_empty() && code == Some(1), "{what} {file}: {out} {err}");
            assert!(err.contains(why) && err.contains("hint:"), "{what} {file}: {err}");
        }
    }
}

#[test]
fn plan_shows_procedures_from_the_pilots_x_plane() {
    let home = Home::new("");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/simbrief");
    // Named relative to the pilot's folder, so that no line shows where the sources are checked out.
    let xplane = home.0.path().join("xplane");
    copy(&folder.join("xplane"), &xplane);
    let (out, err, code) = home.run(&["airports", "import", "--xplane", xplane.to_str().unwrap()]);
    assert_eq!(code, Some(0), "{out}{err}");
    for name in ["eham-lsgg-v2.json eham-lsgg", "kbos-kord-v1.json kbos-kord", "lfpg-lemd.xml lfpg-lemd"] {
        let (plan, shown) = name.split_once(' ').unwrap();
        let (out, err, _) = home.run(&["plan", "show", folder.join(plan).to_str().unwrap()]);
        let out = out.replace(home.0.path().to_str().unwrap(), "HOME");
        assert_eq!((out, err.as_str()), (std::fs::read_to_string(folder.join(format!("{shown}.charted.txt"))).unwrap(), ""), "{shown}");
    }
    // MSFS 2024 names points without coordinates, and an airway without its beacon.
    let data = xplane.join("Custom Data");
    std::fs::write(
        data.join("earth_awy.dat"),
        "I\n1100 Version\nAMLUH ED 11 HLZ ED 3 N 1 50 245 L602\nHLZ ED 3 KETAP ED 11 N 1 50 245 L602\n",
    )
    .unwrap();
    std::fs::write(data.join("earth_fix.dat"), "I\n1200 Version\n 53.35 10.2 AMLUH ENRT ED 1\n 52.2 12.3 KETAP ENRT ED 1\n").unwrap();
    std::fs::write(data.join("earth_nav.dat"), "I\n1200 Version\n 3 52.363 10.795 10 11680 130 3.0 HLZ ENRT ED HEHLINGEN VORTAC\n")
        .unwrap();
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plans/msfs2024.pln");
    let (out, _, _) = home.run(&["plan", "show", plan.to_str().unwrap()]);
    assert!(out.contains("\n  places        of 3 points from ") && !out.contains("where "), "{out}");
}

/// Copies a folder recursively.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { std::fs::copy(entry.path(), target).map(|_| ()).unwrap() }
    }
}

#[test]
fn simbrief_plan_is_filed_shown_and_saved_by_the_command() {
    let peer = Peer::start(Does::Says("200 OK", LSGG.to_vec()));
    let home = Home::new(&format!("[pilot]\nsimbrief = \"123456\"\nsimbrief_url = \"{}\"\n", peer.url()));
    // If no tray could file it, SimBrief is not queried.
    let (_, err, code) = home.run(&["plan", "simbrief"]);
    assert!(err.contains("not running") && code == Some(1) && peer.asked().is_empty(), "{err}");
    let saved = home.0.path().join("ofp.json");
    let (out, err, _) = home.run(&["plan", "simbrief", "--show", "--save", saved.to_str().unwrap()]);
    assert_eq!(out, include_str!("fixtures/simbrief/eham-lsgg.show.txt"), "{err}");
    assert_eq!((std::fs::read(&saved).unwrap().as_slice(), peer.asked().len()), (LSGG, 1));
    let (out, _, _) = home.run(&["plan", "simbrief", "other", "--show"]);
    assert!(out.starts_with("EHAM to LSGG") && peer.asked()[1].contains("username=other"), "{out}");

    let tray = home.tray();
    let (out, err, code) = home.run(&["plan", "simbrief"]);
    assert!(out.contains("on file: EHAM to LSGG, IFR, 35000 ft, via LOPIK2S") && code == Some(0), "{out}{err}");
    assert_eq!(peer.asked().len(), 3, "one request per command, and none by the tray");
    // A plan with 400 points fits through the socket.
    let rows: String = (0..399).map(|n| format!("11 POINT{n:03} AWAY{n:03} 35000.0 -50.123456 -170.123456\n")).collect();
    let many = home.file("many.fms", format!("I\n1100 Version\nADEP EDDH\nADES EDDB\nNUMENR 399\n{rows}").as_bytes());
    let (out, err, code) = home.run(&["plan", "load", &many]);
    assert!(out.contains("on file: EDDH to EDDB") && code == Some(0), "{out}{err}");
    let (out, _, _) = home.run(&["plan", "load", &home.file("odd.pln", ODD)]);
    assert!(out.contains("on file: to KMRY") && out.contains("left out: the cruising level"), "{out}");
    drop(tray);

    let unnamed = Home::new("");
    let (_, err, code) = unnamed.run(&["plan", "simbrief", "--show"]);
    assert!(err.contains("no SimBrief name is set") && err.contains("pilot.simbrief") && code == Some(1), "{err}");
}

const ODD: &[u8] = b"<SimBase.Document><FlightPlan.FlightPlan><DestinationID>KMRY</DestinationID><CruisingAlt>9e38</CruisingAlt>\
</FlightPlan.FlightPlan></SimBase.Document>";
