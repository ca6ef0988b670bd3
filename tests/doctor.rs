//! `stratus doctor --json` on machines where parts are missing, damaged or hung: each part reports its result or a remedy.
#![cfg(target_os = "linux")]

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;
use stratus::ipc::{Instance, Reply, Request, Server};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/stratus-demo-en-q5_0.bin");

/// Every part, in the order of the report.
const PARTS: [&str; 19] = [
    "configuration",
    "folders",
    "airports",
    "speech model",
    "mirror",
    "sentence model",
    "voice",
    "recognition",
    "microphone",
    "speaker",
    "push-to-talk",
    "joysticks",
    "tray",
    "toasts",
    "simulator",
    "language model",
    "updates",
    "page",
    "running",
];

/// A home without display, bus and sound.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(config: &str) -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(home.folder.path().join("config/stratus")).unwrap();
        fs::write(home.folder.path().join("config/stratus/stratus.toml"), config).unwrap();
        home
    }

    /// The doctor's report; asserts that the exit code matches it, and that every failure has a remedy.
    fn doctor(&self) -> Vec<Value> {
        let at = |name: &str| self.folder.path().join(name);
        let out = Command::new(env!("CARGO_BIN_EXE_stratus"))
            .args(["doctor", "--json"])
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
            .output()
            .unwrap();
        let found: Vec<Value> = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(found.iter().map(|p| p["part"].as_str().unwrap()).collect::<Vec<_>>(), PARTS);
        for p in &found {
            let well = p["ok"].as_bool().unwrap();
            let words = if well { &p["found"] } else { &p["fix"] };
            assert!(!words.as_str().unwrap().is_empty(), "{p}");
        }
        let failed = found.iter().any(|p| p["ok"] == false && p["optional"] == false);
        assert_eq!(out.status.code(), Some(i32::from(failed)), "{}", String::from_utf8_lossy(&out.stderr));
        found
    }
}

fn part<'a>(found: &'a [Value], name: &str) -> &'a Value {
    found.iter().find(|p| p["part"] == name).unwrap()
}

/// Asserts that the part fails and that its report contains these words.
fn fails(found: &[Value], name: &str, words: &str) {
    let p = part(found, name);
    assert!(p["ok"] == false && p.to_string().contains(words), "{p}");
}

#[test]
fn empty_machine_is_told_what_it_lacks() {
    let found = Home::new("[sim]\nlink = \"none\"\n[brain]\nollama_url = \"http://127.0.0.1:1\"\n").doctor();
    for (name, words) in [
        ("speech model", "stratus models get"),
        ("recognition", "speech model"),
        ("microphone", "connected"),
        ("speaker", "connect a speaker"),
        ("push-to-talk", "stratus ptt"),
        ("tray", ""),
        ("language model", "brain.mode"),
        ("running", "stratus"),
    ] {
        fails(&found, name, words);
    }
    for name in ["configuration", "folders", "airports", "voice", "simulator", "updates"] {
        assert_eq!(part(&found, name)["ok"], true, "{}", part(&found, name));
    }
    // A missing model is one problem, not two.
    assert!(part(&found, "speech model")["optional"] == false && part(&found, "recognition")["optional"] == true, "{found:?}");
}

#[test]
fn existing_parts_are_tested_for_real() {
    let found = Home::new(&format!("[speech]\nmodel = {MODEL:?}\n[ptt]\nkey = \"none\"\n[sim]\nlink = \"none\"\n")).doctor();
    assert!(part(&found, "recognition")["found"].as_str().unwrap().to_lowercase().contains("radio check"), "{found:?}");
    assert!(part(&found, "voice")["found"].as_str().unwrap().contains("en-GB"));
    for name in ["speech model", "push-to-talk"] {
        assert_eq!(part(&found, name)["ok"], true);
    }
}

#[test]
fn calls_that_were_given_up_are_reported_despite_a_quick_check() {
    let home = Home::new(&format!("[speech]\nmodel = {MODEL:?}\n[ptt]\nkey = \"none\"\n[sim]\nlink = \"none\"\n"));
    let socket = home.folder.path().join("run/stratus/stratus.sock");
    let Instance::Acquired(lock) = Instance::acquire(&socket).unwrap() else { panic!("another one runs") };
    let given_up = "the recognition of your last 2 calls was given up after 20 s";
    let _tray = Server::start(lock, move |request, replier| {
        replier.send(match request {
            Request::Pace(true) => Reply::Said { text: given_up.to_owned(), note: String::new() },
            _ => Reply::Ok { ok: true },
        });
    })
    .unwrap();
    let found = home.doctor();
    fails(&found, "recognition", given_up);
    fails(&found, "recognition", "close other programs");
}

#[test]
fn damaged_unwritable_or_hung_parts_have_a_remedy() {
    // A server that accepts connections and stays silent.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let model = tempfile::NamedTempFile::new().unwrap();
    let mut bytes = fs::read(MODEL).unwrap();
    bytes[2_000_000] ^= 0xff;
    fs::write(model.path(), bytes).unwrap();
    let home = Home::new(&format!(
        "[speech]\nmodel = {:?}\n[sim]\nlink = \"none\"\n[brain]\nollama_url = {url:?}\n[updates]\ncheck = true\n",
        model.path()
    ));
    // A file in place of the folder.
    fs::write(home.folder.path().join("data"), "").unwrap();
    let found = home.doctor();
    fails(&found, "speech model", "a different checksum");
    fails(&found, "folders", "writable");
    fails(&found, "language model", "2 s");
    fails(&found, "updates", "updates.feed");
    // An invalid configuration: the rest is tested with the defaults.
    let found = Home::new("[audio]\nmute = maybe\n").doctor();
    fails(&found, "configuration", "stratus.toml:2");
    assert_eq!(part(&found, "voice")["ok"], true);
    // With a copy of the last valid settings, those are tested, as the tray would use them.
    let home = Home::new("[pilot]\ncalsign = \"N172SP\"\n");
    let copy = home.folder.path().join("config/stratus/stratus.toml.last-good");
    fs::write(copy, format!("[speech]\nmodel = {MODEL:?}\n[ptt]\nkey = \"none\"\n")).unwrap();
    let found = home.doctor();
    fails(&found, "configuration", "your last valid settings are in use (stratus.toml.last-good)");
    assert_eq!(part(&found, "speech model")["ok"], true, "{found:?}");
}

#[test]
fn unknown_airport_is_reported_with_a_suggestion() {
    let found = Home::new("[sim]\nlink = \"none\"\nairport = \"Bostonn\"\n").doctor();
    fails(&found, "configuration", "there is no airport \\\"Bostonn\\\"");
    fails(&found, "configuration", "did you mean \\\"KBOS\\\" (Boston)");
}
