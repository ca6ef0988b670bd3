//! `stratus run` on a real (headless) desktop, seen only from outside: a key pressed with XTEST while a pilot's voice plays into
//! the microphone; then the transcript, the toast, the tray, and the controller on the speaker.
//!
//! `scripts/desktop-test.sh` runs it. STRATUS_BIN selects another program, STRATUS_PILOT_WAV and STRATUS_PILOT_WORDS another call,
//! STRATUS_SHOTS a folder for screenshots.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(target_os = "linux")]

mod desk;
mod desktop {
    mod first_run;
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use desk::tray::{Tray, program};
use desk::{Desk, desk, record, speech_seconds, wait};
use stratus::ipc::{Reply, Request, send};

/// "Heelow" makes Pico pronounce Hilo.
const CALL: &str = "Heelow Ground, Skyhawk one seven two sierra papa, radio check.";
const WORDS: &str = "hilo ground skyhawk one seven two sierra papa radio check";

/// The lines of every transcript.jsonl below a folder.
fn transcript(folder: &Path) -> Vec<serde_json::Value> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            lines.extend(transcript(&path));
        } else if path.file_name().is_some_and(|n| n == "transcript.jsonl") {
            let text = fs::read_to_string(path).unwrap_or_default();
            lines.extend(text.lines().filter_map(|l| serde_json::from_str(l).ok()));
        }
    }
    lines
}

fn home() -> PathBuf {
    std::env::var_os("HOME").unwrap().into()
}

/// Lower-case words without punctuation.
fn words(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn pilot_wav(folder: &Path) -> PathBuf {
    if let Some(wav) = std::env::var_os("STRATUS_PILOT_WAV") {
        return wav.into();
    }
    let wav = folder.join("pilot.wav");
    assert!(Command::new(program()).args(["speak", CALL, "--voice", "en-GB", "--out"]).arg(&wav).status().unwrap().success());
    wav
}

/// Plays into the microphone, at a pilot's volume.
fn play(wav: &Path) {
    assert!(Command::new("paplay").args(["-d", "virtmic", "--volume", "30000"]).arg(wav).status().unwrap().success());
}

fn child(arguments: &[&str]) -> Child {
    Command::new(program()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn shot(desk: &Desk, name: &str) {
    if let Some(folder) = std::env::var_os("STRATUS_SHOTS") {
        desk.screenshot(PathBuf::from(folder).join(name).to_str().unwrap());
    }
}

#[test]
#[ignore = "needs desktop"]
fn pilot_holds_the_key_and_is_answered() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    let wav = pilot_wav(tray.folder.path());
    let before = transcript(&home()).len();
    let (_monitor, toasts) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let ready = tray.item.icon();
    let mut answer = String::new();
    let sound = record("spk.monitor", || {
        desk.xdotool(&["keydown", "Scroll_Lock"]);
        let listening = tray.state("listening", 5);
        assert_ne!(listening, ready, "the icon does not change");
        shot(&desk, "tray-listening.png");
        assert!(Command::new("paplay").args(["-d", "virtmic"]).arg(&wav).status().unwrap().success());
        desk.xdotool(&["keyup", "Scroll_Lock"]);
        let speaking = tray.state("the controller speaks", 20);
        assert!(speaking != listening && speaking != ready, "the icon does not change");
        answer = wait("the answer in the transcript", 5, || {
            let lines = transcript(&home()).split_off(before);
            let atc = lines.iter().find(|l| l["from"] == "atc")?;
            Some(atc["text"].as_str()?.to_owned())
        });
        let start: String = answer.chars().take(20).collect();
        wait("the toast", 5, || toasts.lock().unwrap().iter().any(|l| l.contains(&start)).then_some(()));
        shot(&desk, "toast.png");
        assert_eq!(tray.state("ready", 30), ready, "the icon comes back");
    });
    let lines = transcript(&home()).split_off(before);
    for line in lines.iter().filter(|l| l["from"] == "atc") {
        eprintln!("latency, milliseconds from the end of the take: {}", line["latency_ms"]);
    }
    let pilot = lines.iter().find(|l| l["from"] == "pilot").unwrap_or_else(|| panic!("no pilot in {lines:#?}"));
    let expected = std::env::var("STRATUS_PILOT_WORDS").unwrap_or_else(|_| WORDS.into());
    assert_eq!(words(pilot["text"].as_str().unwrap()), expected);
    assert!(!answer.is_empty());
    let seconds = speech_seconds(&sound);
    eprintln!("{seconds:.2} s of speech at the speaker: {answer}");
    assert!(seconds > 0.8, "{seconds} s of speech in {} s", sound.len() / 16_000);
    let menu = tray.item.menu();
    assert!(menu.iter().any(|e| e.enabled && e.label.starts_with("Repeat controller's last words")), "{menu:#?}");
    assert!(tray.end(|t| t.signal("-TERM")).success());
}

#[test]
#[ignore = "needs desktop"]
fn say_ptt_second_instance_and_quit_by_menu_work() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    let (_monitor, toasts) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let second = child(&["run", "--sim", "none"]).wait_with_output().unwrap();
    assert_eq!(second.status.code(), Some(1), "{second:?}");
    // A user who starts it from the desktop's menu sees no terminal.
    wait("the toast of the second start", 10, || toasts.lock().unwrap().iter().any(|l| l.contains("running already")).then_some(()));
    assert!(String::from_utf8_lossy(&second.stderr).contains("running already"), "{second:?}");

    let said = child(&["say", "Hilo Ground, Skyhawk 172SP, radio check"]).wait_with_output().unwrap();
    assert!(said.status.success(), "{said:?}");
    assert!(words(&String::from_utf8_lossy(&said.stdout)).contains("hilo ground"), "{said:?}");
    tray.state("ready", 30);

    assert!(child(&["ptt", "down"]).wait().unwrap().success());
    tray.state("listening", 5);
    assert!(child(&["ptt", "up"]).wait().unwrap().success());
    tray.state("ready", 30);

    let item = format!("StatusNotifierItem-{}-", tray.process.0.id());
    assert!(tray.end(|t| t.item.click("Quit")).success());
    wait("the item's end", 5, || (!desk.items().iter().any(|i| i.contains(&item))).then_some(()));
}

#[test]
#[ignore = "needs desktop"]
fn ctrl_c_while_the_key_is_held_ends_the_program() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    desk.xdotool(&["keydown", "Scroll_Lock"]);
    tray.state("listening", 5);
    let status = tray.end(|t| t.signal("-INT"));
    desk.xdotool(&["keyup", "Scroll_Lock"]);
    assert!(status.success(), "{status:?}");
}

#[test]
#[ignore = "needs desktop"]
fn key_held_for_half_a_minute_is_released_and_works_again() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    desk.xdotool(&["keydown", "Scroll_Lock"]);
    tray.state("listening", 5);
    wait("the end of the longest hold", 40, || (!tray.words().contains("Listening")).then_some(()));
    // The key is still down; it counts again only after it was released.
    tray.state("ready", 30);
    desk.xdotool(&["keyup", "Scroll_Lock"]);
    desk.xdotool(&["keydown", "Scroll_Lock"]);
    tray.state("listening", 5);
    desk.xdotool(&["keyup", "Scroll_Lock"]);
    tray.state("ready", 30);
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

#[test]
#[ignore = "needs desktop"]
fn saved_configuration_applies_at_once_and_a_broken_one_never() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    let config = tray.folder.path().join("stratus.toml");
    let first = fs::read_to_string(&config).unwrap();
    let press = |key: &str| {
        desk.xdotool(&["keydown", key]);
        let heard = tray.words().contains("Listening");
        std::thread::sleep(Duration::from_millis(100));
        let heard = heard || tray.words().contains("Listening");
        desk.xdotool(&["keyup", key]);
        heard.then_some(())
    };
    let another = first.replace("ScrollLock", "F9");
    fs::write(&config, &another).unwrap();
    wait("the other key", 10, || press("F9"));
    fs::write(&config, another.replace("key = ", "key = = ")).unwrap();
    let told = |words: &str| tray.item.menu().iter().any(|e| e.label.contains(words));
    wait("the mistake in the menu", 10, || told("Mistake in line").then_some(()));
    wait("the key that was in force", 10, || press("F9"));
    fs::write(&config, &first).unwrap();
    wait("the first key", 10, || press("Scroll_Lock"));
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

/// Whether a panel manages the icons.
fn watched() -> bool {
    let bus = ["call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus", "--method"];
    let asked = ["org.freedesktop.DBus.NameHasOwner", "org.kde.StatusNotifierWatcher"];
    desk::output("gdbus", &[&bus[..], &asked].concat()).contains("true")
}

fn end_panel(pids: &Path) {
    let list = fs::read_to_string(pids).unwrap();
    let panel = list.lines().filter_map(|l| l.strip_suffix(" panel")).next_back().expect("the panel's id");
    assert!(Command::new("kill").arg(panel).status().unwrap().success());
    wait("the end of the panel", 10, || (!watched()).then_some(()));
}

/// It stays for later tests; the desktop ends it.
fn start_panel(pids: &Path) {
    #[allow(clippy::zombie_processes, reason = "the desktop ends it, after this program")]
    let panel = Command::new("xfce4-panel").arg("--disable-wm-check").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let list = fs::read_to_string(pids).unwrap();
    fs::write(pids, format!("{list}{} panel\n", panel.id())).unwrap();
    wait("the new panel", 20, || watched().then_some(()));
}

#[test]
#[ignore = "needs desktop"]
fn restarted_panel_shows_the_icon() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    let pids = desk.folder().join("pids");
    end_panel(&pids);
    start_panel(&pids);
    let name = format!("StatusNotifierItem-{}-", tray.process.0.id());
    wait("the icon in it", 10, || desk.items().iter().any(|i| i.contains(&name)).then_some(()));
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

#[test]
#[ignore = "needs desktop"]
fn panel_started_after_stratus_shows_the_icon() {
    let desk = desk();
    let pids = desk.folder().join("pids");
    end_panel(&pids);
    let socket = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap()).join("stratus/stratus.sock");
    let late = std::thread::spawn(move || {
        let answers = || matches!(send(&socket, &Request::Ping(true), Duration::from_secs(1)), Ok(Reply::Here { .. }));
        wait("Stratus without a panel", 20, || answers().then_some(()));
        start_panel(&pids);
    });
    // It is ready when the panel shows its icon.
    let mut tray = Tray::start(&desk, "");
    late.join().unwrap();
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

#[test]
fn silence_tone_and_hiss_are_not_taken_for_speech() {
    let second = |f: &dyn Fn(f64) -> f64| (0..16_000).map(|n| (f(f64::from(n) / 16_000.0) * 8000.0) as i16).collect::<Vec<i16>>();
    let turn = std::f64::consts::TAU;
    assert_eq!(speech_seconds(&second(&|_| 0.0)), 0.0);
    assert_eq!(speech_seconds(&second(&|t| (t * 440.0 * turn).sin())), 0.0);
    let mut seed = 1u32;
    let hiss: Vec<i16> = (0..16_000)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 17) as i16 - 16_384
        })
        .collect();
    assert!(speech_seconds(&hiss) < 0.1, "{}", speech_seconds(&hiss));
    // Syllables: a buzz whose level rises and falls four times a second.
    let syllables = second(&|t| (t * 150.0 * turn).sin() * (t * 4.0 * turn).sin().max(0.0));
    assert!(speech_seconds(&syllables) > 0.3, "{}", speech_seconds(&syllables));
}
