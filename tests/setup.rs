//! `stratus setup` from nothing to an understood call, with answers from a pipe and a model from a mirror on loopback: interrupted
//! and resumed, undone, and with invalid answers.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/stratus-demo-en-q5_0.bin");
const SUM: &str = "1fb29aa3571e10bfeea8d1672fca5e7bb123cf382eee1f13ddfc2830ff40e49e";
const BYTES: u64 = 4_919_751;

/// A mirror with one private model, which can break off.
struct Mirror {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    /// Number of bytes of the model after which it breaks off; then it answers "not found".
    cut: Arc<Mutex<Option<usize>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mirror {
    fn start(index: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, cut, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(None)), Arc::new(AtomicBool::new(false)));
        let (seen, breaks, end) = (Arc::clone(&asked), Arc::clone(&cut), Arc::clone(&over));
        let thread = std::thread::spawn(move || {
            let model = fs::read(MODEL).unwrap();
            for stream in listener.incoming() {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let request = head(&mut stream);
                seen.lock().unwrap().push(request.clone());
                // Errors of the connection are the client's concern.
                let _ = answer(&mut stream, &request, &index, &model, &breaks);
            }
        });
        Self { at, asked, cut, over, thread: Some(thread) }
    }

    fn requests(&self, what: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|r| r.to_lowercase().contains(what)).count()
    }
}

impl Drop for Mirror {
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

fn answer(s: &mut TcpStream, request: &str, index: &str, model: &[u8], cut: &Mutex<Option<usize>>) -> std::io::Result<()> {
    let whole = |length: usize| format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    if request.starts_with("GET /models/stratus-models.toml ") {
        return write!(s, "{}{index}", whole(index.len()));
    }
    let mut left = cut.lock().unwrap();
    if !request.starts_with("GET /models/club.en.bin ") || *left == Some(0) {
        return write!(s, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }
    let from: usize = request.to_lowercase().split("range: bytes=").nth(1).and_then(|r| r.split('-').next()?.parse().ok()).unwrap_or(0);
    let rest = &model[from..];
    if from == 0 {
        s.write_all(whole(rest.len()).as_bytes())?;
    } else {
        let (last, all) = (model.len() - 1, model.len());
        let length = rest.len();
        write!(
            s,
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{last}/{all}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        )?;
    }
    match *left {
        Some(n) => {
            *left = Some(0);
            s.write_all(&rest[..n])?;
        }
        None => s.write_all(rest)?,
    }
    Ok(())
}

fn index(sum: &str) -> String {
    format!("[[model]]\nname = \"club.en\"\nfile = \"club.en.bin\"\nbytes = {BYTES}\nsha256 = \"{sum}\"\nadvice = \"for our members\"\n")
}

/// A home without display, bus and sound.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(config: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.config().parent().unwrap()).unwrap();
        fs::write(home.config(), config).unwrap();
        home
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config/stratus/stratus.toml")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.config()).unwrap()
    }

    fn model(&self) -> PathBuf {
        self.folder.path().join("data/stratus/models/club.en.bin")
    }

    fn start(&self, args: &[&str]) -> Child {
        let at = |name: &str| self.folder.path().join(name);
        Command::new(env!("CARGO_BIN_EXE_stratus"))
            .args(args)
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", at("config"))
            .env("XDG_DATA_HOME", at("data"))
            .env("XDG_STATE_HOME", at("state"))
            .env("XDG_RUNTIME_DIR", at("run"))
            .env("PULSE_SERVER", format!("unix:{}", at("no-sound-server").display()))
            .env("ALSA_CONFIG_PATH", "/dev/null")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, args: &[&str], answers: &str) -> Output {
        let mut child = self.start(args);
        // If it ends early, it does not read its answers.
        let _ = child.stdin.take().unwrap().write_all(answers.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs the setup without looking for a simulator or language model: exit code, output, errors.
    fn setup(&self, args: &[&str], answers: &str) -> (i32, String, String) {
        let out = self.run(&[&["setup", "--skip-sim", "--skip-brain"], args].concat(), answers);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    }

    fn undo(&self) -> (i32, String) {
        let out = self.run(&["setup", "--undo"], "");
        (out.status.code().unwrap(), String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

fn with_mirror(mirror: &Mirror) -> String {
    format!("# mine\n[speech]\nmirror = \"http://{}/models/\" # the club's\n", mirror.at)
}

fn speech_wav(home: &Home, path: &Path) {
    let words = "Heelow Ground, Skyhawk one seven two sierra papa, radio check.";
    assert!(home.run(&["speak", words, "--voice", "en-GB", "--out", path.to_str().unwrap()], "").status.success());
}

#[test]
fn from_nothing_to_an_understood_call() {
    let mirror = Mirror::start(index(SUM));
    let home = Home::new(&with_mirror(&mirror));
    let before = home.text();
    // The mirror's own model is the default; then a key.
    let (code, said, told) = home.setup(&[], "\nF13\n\nn\n");
    assert_eq!(code, 0, "{said}\n{told}");
    assert!(said.contains("club.en \u{2013} 5 MB, for our members (from your mirror)"), "{said}");
    assert!(said.contains("Not on your mirror: Base, Small, Tiny."), "only available models are offered: {said}");
    assert!(!said.contains("Base \u{2013} 148 MB"), "{said}");
    assert!(told.contains("   club.en: 100 %"), "{told}");
    // The model's speed on this machine is stated in one sentence.
    assert_eq!(
        said.matches("the demo's model does not understand people: `stratus models get base.en` suits most pilots").count(),
        1,
        "{said}"
    );
    let text = home.text();
    assert!(text.contains("# mine\n") && text.contains("# the club's") && text.contains("key = \"F13\""), "{text}");
    assert!(text.contains(SUM) && text.contains(&format!("model = {:?}", home.model())), "{text}");
    // The resulting setup recognises a call.
    let wav = home.folder.path().join("call.wav");
    speech_wav(&home, &wav);
    let heard = home.run(&["transcribe", wav.to_str().unwrap()], "");
    let words = String::from_utf8_lossy(&heard.stdout).to_lowercase();
    assert!(heard.status.success() && words.contains("radio check"), "{words} {heard:?}");
    // Again: everything is fine, and nothing is written or downloaded.
    let fetched = mirror.requests("club.en.bin");
    let (code, said, _) = home.setup(&["--yes"], "");
    assert!(code == 0 && said.contains("works") && mirror.requests("club.en.bin") == fetched, "{said}");
    assert_eq!(home.text(), text);
    // Undo works once.
    assert_eq!(home.undo().0, 0);
    assert_eq!(home.text(), before);
    let kept = fs::read_to_string(home.folder.path().join("data/stratus/first-run")).unwrap();
    assert_eq!(kept, "", "the first run starts over");
    let (code, told) = home.undo();
    assert!(code == 1 && told.contains("no set-up to undo"), "{told}");
}

#[test]
fn interrupted_setup_resumes_and_is_undone_as_one() {
    let mirror = Mirror::start(index(SUM));
    let home = Home::new(&with_mirror(&mirror));
    let before = home.text();
    *mirror.cut.lock().unwrap() = Some(2_000_000);
    let (code, _, told) = home.setup(&["--yes", "--model", "club.en"], "");
    assert!(code == 1 && told.contains("404"), "{told}");
    assert_eq!(home.text(), before, "a missing model is not activated");
    assert_eq!(fs::metadata(home.model().with_extension("bin.part")).unwrap().len(), 2_000_000);
    // The mirror is back; the answers end before the key.
    *mirror.cut.lock().unwrap() = None;
    let before_it = mirror.requests("range: bytes=2000000-");
    let (code, said, told) = home.setup(&[], "1\n");
    assert!(code == 1 && told.contains("is not finished") && told.contains("--undo"), "{said}\n{told}");
    assert_eq!(mirror.requests("range: bytes=2000000-"), before_it + 1, "it resumed where it stopped");
    assert!(home.text().contains("club.en.bin"));
    let (code, said, told) = home.setup(&[], "\nRightCtrl\n\nn\n");
    assert!(code == 0 && said.contains("Continuing the set-up") && said.contains("works"), "{said}\n{told}");
    assert!(home.text().contains("RightCtrl"));
    assert_eq!(home.undo().0, 0);
    assert_eq!(home.text(), before);
    let undone = fs::read_to_string(home.config().with_extension("toml.undone")).unwrap();
    assert!(undone.contains("RightCtrl"), "the active settings are not lost");
}

/// Runs a setup with these answers, then sends Ctrl-C at the question that begins with `at`: the signal that ended it, and its output.
fn interrupted(home: &Home, answers: &str, at: &str) -> (i32, String) {
    let mut child = home.start(&["setup", "--skip-sim", "--skip-brain", "--model", "none"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(answers.as_bytes()).unwrap();
    let (mut out, mut said, mut byte) = (child.stdout.take().unwrap(), Vec::new(), [0]);
    while !String::from_utf8_lossy(&said).contains(at) {
        assert_eq!(out.read(&mut byte).unwrap(), 1, "no {at:?} in {}", String::from_utf8_lossy(&said));
        said.push(byte[0]);
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    out.read_to_end(&mut said).unwrap();
    (child.wait().unwrap().signal().unwrap_or(0), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn ctrl_c_and_undo_report_the_state_and_how_to_resume() {
    let home = Home::new("# mine\n");
    let (signal, said) = interrupted(&home, "", "Which key?");
    assert!(signal == 2 && said.contains("Stopped. Nothing has been changed."), "{signal}: {said}");
    let (signal, said) = interrupted(&home, "F13\n", "Type your callsign");
    assert!(signal == 2 && said.contains("Stopped. What you have set up so far is saved and in use."), "{signal}: {said}");
    assert!(said.contains("`stratus setup` asks again, and Enter keeps each value") && said.contains("--undo` restores"), "{said}");
    assert!(home.text().contains("key = \"F13\""));
    let out = home.run(&["setup", "--undo"], "");
    let said = String::from_utf8_lossy(&out.stdout).replace('\n', " ");
    assert!(out.status.success() && said.contains("your settings are as they were before it"), "{said}");
    assert!(said.contains("stratus.toml.undone") && home.text() == "# mine\n", "{said}");
    let (code, told) = home.undo();
    assert!(code == 1 && told.contains("undone already"), "{told}");
}

#[test]
fn without_a_simulator_setup_asks_for_a_known_airport() {
    let home = Home::new("[sim]\nlink = \"none\"\n");
    let args = ["setup", "--skip-brain", "--model", "none", "--key", "none", "--skip-call"];
    let run = |answers: &str| {
        let out = home.run(&args, answers);
        assert!(out.status.success(), "{out:?}");
        String::from_utf8_lossy(&out.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let said = run("N172SP\nXQXQ\nphto\n");
    assert!(said.contains("there is no airport \"XQXQ\"") && said.contains("Without a simulator you are at Hilo"), "{said}");
    assert!(home.text().contains("airport = \"PHTO\""), "{}", home.text());
    // A town with several airports: the one with the longest runway, until the pilot types another.
    let said = run("\nparis\n\n");
    assert!(said.contains("(LFPG)") && said.contains("Orly (LFPO") && home.text().contains("airport = \"LFPG\""), "{said}");
    run("\nparis\nLFPO\n");
    assert!(home.text().contains("airport = \"LFPO\""), "{}", home.text());
    assert!(run("\nphto\n").contains("Hilo"));
    let said = run("\ncall\n");
    assert!(said.contains("Enter keeps PHTO") && home.text().contains("airport = \"\""), "{said}");
    let out = home.run(&[&args[..], &["--yes", "--airport", "kpao"]].concat(), "");
    assert!(out.status.success() && home.text().contains("airport = \"KPAO\""), "{out:?}");
}

#[test]
fn invalid_answers_are_rejected_with_a_remedy() {
    let home = Home::new("# mine\n");
    // Nobody can answer differently: it ends, and nothing is written.
    let no_model = "/no/such/model.bin";
    let damaged = home.folder.path().join("ggml-base.en.bin");
    fs::write(&damaged, vec![7; 5000]).unwrap();
    for (args, code, why) in [
        (vec!["--model", "best.en"], 1, "there is no speech model"),
        (vec!["--model", no_model], 1, "there is no file"),
        (vec!["--model", damaged.to_str().unwrap()], 1, "cannot use the speech model"),
        (vec!["--model", "none", "--microphone", "Yeti"], 1, "there is no microphone"),
        (vec!["--model", "none", "--speaker", "Yeti"], 1, "there is no speaker"),
        (vec!["--model", "none", "--key", "Hyperspace"], 3, "Hyperspace"),
        (vec!["--model", "none", "--skip-model"], 2, "cannot be used with"),
    ] {
        let (got, said, told) = home.setup(&[&["--yes"], &args[..]].concat(), "");
        assert!(got == code && told.contains(why), "{args:?}: {got}\n{said}\n{told}");
        assert!(code == 2 || told.contains("hint:"), "{told}");
        assert_eq!(home.text(), "# mine\n");
    }
    // Somebody is there: the question is repeated.
    let (code, said, told) = home.setup(&[], "99\nbest.en\n/no/such.bin\nnone\nHyperspace\nF13\nN17-2SP!\nN172SP\nn\n");
    assert_eq!(code, 0, "{said}\n{told}");
    assert_eq!(said.matches("   no: ").count(), 5, "{said}");
    // The way back is named after the end, not before it.
    let at = |words: &str| said.find(words).unwrap_or_else(|| panic!("no {words:?} in {said}"));
    assert!(at("Almost done") < at("`stratus setup --undo` restores"), "{said}");
    assert!(home.text().contains("callsign = \"N172SP\"") && home.text().contains("key = \"F13\"") && home.text().starts_with("# mine\n"));
    // An invalid configuration is not overwritten.
    fs::write(home.config(), "[audio\n").unwrap();
    let (code, _, told) = home.setup(&["--yes", "--model", "none"], "");
    assert!(code == 3 && told.contains("stratus.toml:1"), "{told}");
    assert_eq!(home.text(), "[audio\n");
}

#[test]
fn own_model_is_tested_and_activated_with_its_checksum() {
    let home = Home::new("");
    let own = home.folder.path().join("mine.bin");
    fs::copy(MODEL, &own).unwrap();
    let (code, said, told) = home.setup(&["--yes", "--model", own.to_str().unwrap(), "--key", "none"], "");
    assert_eq!(code, 0, "{said}\n{told}");
    assert!(home.text().contains("mine.bin") && home.text().contains("key = \"none\""), "{}", home.text());
}

#[test]
fn unknown_model_is_used_only_after_consent() {
    let home = Home::new("");
    let own = home.folder.path().join("mine.bin");
    // With one weight changed, it is a good model that Stratus does not know.
    let mut bytes = fs::read(MODEL).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&own, bytes).unwrap();
    let answers = |yes: &str| format!("{}\n{yes}\n{}", own.display(), if yes == "y" { "none\n\nn\n" } else { "none\nnone\n\nn\n" });
    for no in ["", "n"] {
        let (code, said, told) = home.setup(&[], &answers(no));
        assert!(code == 0 && said.contains("Use it anyway? [y/N]") && said.contains("this file is not used"), "{said}\n{told}");
        assert!(!home.text().contains("mine.bin"), "{}", home.text());
    }
    let (code, said, told) = home.setup(&[], &answers("y"));
    assert!(code == 0 && said.contains("Speech model mine.bin is ready"), "{said}\n{told}");
    // Nobody had to copy the checksum: the setup wrote it to the file.
    assert!(home.text().contains("model_sha256 = \"") && home.text().contains("mine.bin"), "{}", home.text());
    let (code, said, _) = home.setup(&["--yes", "--key", "none"], "");
    assert!(code == 0 && said.contains("works"), "{said}");
}

#[test]
fn words_are_not_split_at_the_terminal_width() {
    let home = Home::new("");
    for width in ["40", "80"] {
        let out = Command::new("env")
            .args([&format!("COLUMNS={width}"), "HOME=/nonexistent", env!("CARGO_BIN_EXE_stratus"), "--config"])
            .arg(home.config())
            .args(["setup", "--yes", "--model", "none", "--key", "none", "--skip-sim", "--skip-brain"])
            .env("XDG_DATA_HOME", home.folder.path().join("data"))
            .env("XDG_RUNTIME_DIR", home.folder.path().join("run"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&out.stdout).into_owned();
        assert!(out.status.success() && said.contains("5/5 First call"), "{said}");
        let most: usize = width.parse().unwrap();
        let wide: Vec<&str> = said.lines().filter(|l| l.chars().count() > most && l.trim().contains(' ')).collect();
        assert!(wide.is_empty(), "{width}: {wide:#?}");
    }
}

#[test]
fn without_a_microphone_setup_ends_with_a_typed_call() {
    let home = Home::new(&format!("[speech]\nmodel = {MODEL:?}\n[brain]\nmode = \"rules\"\n[sim]\nlink = \"none\"\n"));
    let (code, said, told) = home.setup(&["--skip-model"], "none\nN172SP\ny\n");
    // End the tray that it started with the test.
    assert!(home.run(&["say", "anybody"], "").status.success());
    let pid = said_pid(&home);
    assert!(Command::new("kill").arg(pid.to_string()).status().unwrap().success());
    assert!(code == 0 && said.contains("The controller: \"") && said.contains("radio check"), "{said}\n{told}");
    assert!(said.contains("Done. `stratus say --suggest`"), "{said}");
}

/// The running tray of this home.
fn said_pid(home: &Home) -> u32 {
    let socket = home.folder.path().join("run/stratus/stratus.sock");
    match stratus::ipc::send(&socket, &stratus::ipc::Request::Ping(true), std::time::Duration::from_secs(2)) {
        Ok(stratus::ipc::Reply::Here { pid, .. }) => pid,
        other => panic!("no tray: {other:?}"),
    }
}

#[test]
fn wrong_name_lists_the_mirrors_models_and_more_shows_all() {
    let mirror = Mirror::start(index(SUM));
    let home = Home::new(&with_mirror(&mirror));
    let (code, said, told) = home.setup(&[], "best.en\nbase.en\nmore\nnone\nnone\n\nn\n");
    assert_eq!(code, 0, "{said}\n{told}");
    assert!(said.contains("there is no speech model \"best.en\"") && said.contains("because: your mirror has club.en\n"), "{said}");
    assert!(said.contains("your mirror does not have base.en"), "{said}");
    assert_eq!(said.matches("5 MB, for our members").count(), 2, "the list, twice: {said}");
}

#[test]
fn nothing_from_a_lying_mirror_is_activated() {
    let wrong = Mirror::start(index(&"ab".repeat(32)));
    let home = Home::new(&with_mirror(&wrong));
    let before = home.text();
    let (code, _, told) = home.setup(&["--yes", "--model", "club.en"], "");
    assert!(code == 1 && told.contains("SHA-256"), "{told}");
    assert!(home.text() == before && !home.model().exists());
    let posing = Mirror::start(index(SUM).replace("club.en", "base.en"));
    let home = Home::new(&with_mirror(&posing));
    let (code, _, told) = home.setup(&["--yes", "--model", "club.en"], "");
    assert!(code == 1 && told.contains("base.en is the name of a published model"), "{told}");
}
