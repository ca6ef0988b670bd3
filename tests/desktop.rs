//! `stratus run` on a real (headless) desktop, seen only from outside: a key pressed with XTEST while a pilot's voice plays into
//! the microphone; then the transcript, the toast, the tray, and the controller on the speaker.
//!
//! `scripts/desktop-test.sh` runs it. STRATUS_BIN selects another program, STRATUS_PILOT_WAV and STRATUS_PILOT_WORDS another call,
//! STRATUS_SHOTS a folder for screenshots.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(target_os = "linux")]

mod desk;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use desk::tray::{MODEL, MODEL_SHA256, Tray, first_run, program};
use desk::{Desk, Running, desk, record, speech_seconds, wait};
use stratus::ipc::{Reply, Request, send};

/// "Heelow" makes Pico pronounce Hilo.
const CALL: &str = "Heelow Ground, Skyhawk one seven two sierra papa, radio check.";
const WORDS: &str = "hilo ground skyhawk one seven two sierra papa radio check";
/// A server of files by path.
struct Hub {
    at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Hub {
    fn start(files: Vec<(&'static str, Vec<u8>)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let (asked, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (seen, end) = (asked.clone(), over.clone());
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
                let head = String::from_utf8_lossy(&head).into_owned();
                let file = files.iter().find(|(path, _)| head.split(' ').nth(1) == Some(path));
                let (status, bytes) = file.map_or(("404 Not Found", &[][..]), |(_, bytes)| ("200 OK", bytes));
                // Errors of the connection are the client's concern.
                let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
                let _ = stream.write_all(bytes);
                seen.lock().unwrap().push(head);
            }
        });
        Self { at, asked, over, thread: Some(thread) }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
        let _ = self.thread.take().unwrap().join();
    }
}

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

/// The pilot's speech in steps other than a call.
fn spoken(folder: &Path, name: &str, words: &str) -> PathBuf {
    let wav = folder.join(name);
    assert!(Command::new(program()).args(["speak", words, "--voice", "en-GB", "--out"]).arg(&wav).status().unwrap().success());
    wav
}

/// Words that the demo's model recognises as a radio check.
const CHECK: &str = "Skyhawk one seven two sierra papa, radio check.";

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
fn without_a_model_the_tray_offers_them_and_reports_errors() {
    let desk = desk();
    // A mirror without a list of private models, and with a single published model, which is damaged: its size gives that away.
    let hub = Hub::start(vec![("/ggml-base.en.bin", vec![7; 100])]);
    let at = hub.at;
    let mut tray = Tray::start_with(&desk, &format!("[ptt]\nkey = \"ScrollLock\"\n[speech]\nmirror = \"http://{at}\"\n"));
    tray.state("needs your attention", 10);
    let (_monitor, toasts) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let told = |words: &str| wait(words, 20, || toasts.lock().unwrap().iter().any(|l| l.contains(words)).then_some(()));
    let label = |words: &str| wait(words, 10, || tray.item.menu().into_iter().find(|e| e.label.contains(words)));
    let set_up = label("Set up (1 of 5): download model");
    assert!(set_up.enabled && tray.item.menu()[0] == set_up, "the first row offers the first step");
    wait("the mirror's list", 20, || {
        let menu = tray.item.menu();
        (!menu.iter().any(|e| e.label.starts_with("Small \u{2013}") || e.label.starts_with("Emma"))).then_some(())
    });
    shot(&desk, "first-run.png");
    tray.item.click("Set up (1 of 5)");
    told("Your mirror has no speech models");
    told("Remove speech.mirror");
    assert!(!hub.asked().iter().any(|r| r.starts_with("GET /ggml-base.en.bin ")), "a model of another size is not downloaded");
    label("Set up (1 of 5): download model");
    // The menu also sets the pilot's mode, which is saved to the file.
    tray.item.click("Student");
    let config = tray.folder.path().join("stratus.toml");
    wait("the mode in the file", 10, || fs::read_to_string(&config).unwrap().contains("mode = \"student\"").then_some(()));
    assert!(fs::read_to_string(&config).unwrap().contains(&format!("mirror = \"http://{at}\"")), "the rest stays");
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

#[test]
#[ignore = "needs desktop"]
fn from_nothing_to_a_call_using_only_the_tray() {
    let desk = desk();
    let model = fs::read(MODEL).unwrap();
    let index = format!(
        "[[model]]\nname = \"club.en\"\nfile = \"club.bin\"\nbytes = {}\nsha256 = \"{MODEL_SHA256}\"\nadvice = \"ours\"\n",
        model.len()
    );
    let hub = Hub::start(vec![("/stratus-models.toml", index.into_bytes()), ("/club.bin", model)]);
    let text =
        format!("[speech]\nmirror = \"http://{}\"\n[brain]\nmode = \"rules\"\n[sim]\nairport = \"PHTO\"\ncom1 = \"121.9\"\n", hub.at);
    let (_monitor, toasts) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let told = |words: &str| wait(words, 20, || toasts.lock().unwrap().iter().any(|l| l.contains(words)).then_some(()));
    let mut tray = Tray::start_with(&desk, &text);
    let folder = tray.folder.path().to_owned();
    let row = |words: &str| {
        let first = || tray.item.menu().into_iter().next().filter(|e| e.label.starts_with(words));
        wait(words, 20, first)
    };
    let hold = |wav: &Path| {
        desk.xdotool(&["keydown", "Scroll_Lock"]);
        tray.state("listening", 5);
        play(wav);
        desk.xdotool(&["keyup", "Scroll_Lock"]);
    };
    // One: the model. The mirror has a single private model, which is chosen.
    told("Welcome to Stratus");
    tray.state("needs your attention", 10);
    wait("the mirror's own model", 10, || {
        tray.item.menu().into_iter().find(|e| e.label.contains("club.en \u{2013} 5 MB, ours (from your mirror)"))
    });
    tray.item.choose(&row("Set up (1 of 5): download model"));
    told("Speech model club.en is ready");
    tray.state("ready", 20);
    // A busy machine drops sound; then speak again, as the toast asks. A notification is complete with its last argument.
    let shown = || toasts.lock().unwrap().iter().filter(|l| l.starts_with("   int32 ")).count();
    let has = |words: &str| toasts.lock().unwrap().iter().any(|l| l.contains(words));
    let said_until = |words: &str, say: &dyn Fn() -> usize| {
        let worked = (0..3).any(|_| {
            let before = say();
            wait(words, 30, || (has(words) || shown() > before).then_some(()));
            has(words)
        });
        let strings = toasts.lock().unwrap().iter().filter(|l| l.starts_with("   string ")).cloned().collect::<Vec<_>>();
        assert!(worked, "no {words:?} among {strings:#?}");
    };
    // Two: the microphone, with a level that moves while the pilot speaks.
    let check = spoken(&folder, "check.wav", CHECK);
    let checked = |words: &str| toasts.lock().unwrap().iter().filter(|l| l.contains(words)).count();
    let outcomes = || ["Microphone works", "Good level", "No signal", "too loud"].iter().map(|w| checked(w)).sum::<usize>();
    let worked = (0..3).any(|_| {
        let (levels, before) = (checked("Headset"), outcomes());
        tray.item.choose(&row("Set up (2 of 5): test microphone"));
        wait("the level", 10, || (checked("Headset") > levels).then_some(()));
        play(&check);
        wait("the end of the test", 30, || (outcomes() > before).then_some(()));
        has("Microphone works")
    });
    assert!(worked, "the microphone test failed three times");
    assert!(has("radio check") && has("\u{2588}"), "no level was shown");
    // Three: the key.
    tray.item.choose(&row("Set up (3 of 5): test push-to-talk"));
    told("Hold Scroll Lock for a moment");
    desk.xdotool(&["keydown", "Scroll_Lock"]);
    tray.state("listening", 5);
    desk.xdotool(&["keyup", "Scroll_Lock"]);
    told("Scroll Lock works");
    // Four: the callsign.
    let callsign = spoken(&folder, "callsign.wav", "Skyhawk one seven two sierra papa.");
    tray.item.choose(&row("Set up (4 of 5): say your callsign"));
    told("Say your callsign");
    said_until("Your callsign is N172SP", &|| {
        let before = shown();
        hold(&callsign);
        before
    });
    // Five: a call with its answer.
    row("Set up (5 of 5): make a first call");
    tray.item.choose(&wait("the call to say", 10, || tray.item.menu().into_iter().find(|e| e.label.contains("\u{201c}Hilo Ground, "))));
    told("Make your first call");
    let (before, pilot) = (transcript(&home()).len(), pilot_wav(&folder));
    let answered = || transcript(&home()).split_off(before).into_iter().find(|l| l["from"] == "atc");
    // A notification may be the answer or the reason for none: repeat the call only if no answer follows.
    let answer = (0..3).find_map(|_| {
        let toasts_before = shown();
        hold(&pilot);
        wait("an answer or its reason", 30, || (answered().is_some() || shown() > toasts_before).then_some(()));
        let limit = Instant::now() + Duration::from_secs(5);
        while answered().is_none() && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(20));
        }
        answered()
    });
    let answer = answer.expect("an answer in the transcript")["text"].as_str().unwrap().to_owned();
    assert!(words(&answer).contains("hilo ground"), "{answer}");
    told("You are ready to fly");
    row("Hilo Ground 121.9");
    let ticks = tray.item.menu();
    for step in ["1. Speech model", "2. Microphone", "3. Push-to-talk", "4. Callsign", "5. First call"] {
        assert!(ticks.iter().any(|e| e.label == step && e.checked), "{step}: {ticks:#?}");
    }
    tray.state("ready", 30);
    let config = fs::read_to_string(folder.join("stratus.toml")).unwrap();
    assert!(config.contains(MODEL_SHA256) && config.contains("club.bin") && config.contains("callsign = \"N172SP\""), "{config}");
    assert!(fs::read_to_string(first_run()).unwrap().contains("over"));
    assert!(tray.end(|t| t.item.click("Quit")).success());
}

/// A setup in the terminal, and its output so far.
struct Terminal {
    process: Running,
    said: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Terminal {
    fn start(config: &Path, args: &[&str], answers: &str) -> Self {
        let mut process = Running(
            Command::new(program())
                .args(["setup", "--skip-sim", "--skip-brain", "--config"])
                .arg(config)
                .args(args)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap(),
        );
        process.0.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (into, mut out) = (said.clone(), process.0.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(n @ 1..) = out.read(&mut block) {
                into.lock().unwrap().push_str(&String::from_utf8_lossy(&block[..n]));
            }
        });
        Self { process, said, reader }
    }

    fn shows(&self, words: &str) {
        let said = || self.said.lock().unwrap().clone();
        wait(&format!("{words:?} in {}", said()), 30, || said().contains(words).then_some(()));
    }

    /// Its complete output, once it has ended successfully.
    fn end(mut self) -> String {
        assert!(wait("the end", 20, || self.process.0.try_wait().unwrap()).success());
        self.reader.join().unwrap();
        self.said.lock().unwrap().clone()
    }
}

/// Ends the tray that a setup started when the test ends, however that happens.
struct Started;

impl Drop for Started {
    fn drop(&mut self) {
        let _ = send(&socket(), &Request::Quit(true), Duration::from_secs(2));
    }
}

fn socket() -> PathBuf {
    PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR").unwrap()).join("stratus/stratus.sock")
}

#[test]
#[ignore = "needs desktop"]
fn terminal_setup_ends_with_a_call_by_the_tray_it_starts() {
    let desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("stratus.toml");
    fs::write(&config, "[ptt]\nkey = \"F12\"\n[brain]\nmode = \"rules\"\n[sim]\nlink = \"none\"\nairport = \"PHTO\"\ncom1 = \"121.9\"\n")
        .unwrap();
    let _ = fs::remove_file(first_run());
    let (check, call) = (spoken(folder.path(), "check.wav", CHECK), pilot_wav(folder.path()));
    let _tray = Started;
    // The microphone; the speaker, confirmed; the key, tested; the callsign; the tray.
    let setup = Terminal::start(&config, &["--model", MODEL], "\n\ny\nScrollLock\ny\nN172SP\ny\n");
    setup.shows("as you would on the radio");
    play(&check);
    let sound = record("spk.monitor", || setup.shows("test call was played"));
    assert!(speech_seconds(&sound) > 0.8, "{} s of speech in the test call", speech_seconds(&sound));
    setup.shows("Press Scroll Lock and release it");
    desk.xdotool(&["key", "Scroll_Lock"]);
    setup.shows("Key works");
    setup.shows("and say: \"Hilo Ground");
    let pid = match send(&socket(), &Request::Ping(true), Duration::from_secs(1)) {
        Ok(Reply::Here { pid, .. }) => pid,
        other => panic!("no tray: {other:?}"),
    };
    let item = desk.item(pid);
    desk.xdotool(&["keydown", "Scroll_Lock"]);
    wait("the red icon", 5, || item.tooltip().contains("Listening").then_some(()));
    setup.shows("Listening\u{2026}");
    play(&call);
    desk.xdotool(&["keyup", "Scroll_Lock"]);
    setup.shows("The controller: \"");
    let said = setup.end();
    for done in
        ["Good level: Headset", "Heard: ", "Your callsign is N172SP", "Stratus is running", "You: \"", "Done. `stratus say --suggest`"]
    {
        assert!(said.contains(done), "{done:?} in {said}");
    }
    let text = fs::read_to_string(&config).unwrap();
    assert!(text.contains("key = \"ScrollLock\"") && text.contains("stratus-demo-en") && text.contains("callsign = \"N172SP\""), "{text}");
    wait("the end of the first run", 20, || fs::read_to_string(first_run()).is_ok_and(|t| t.contains("over")).then_some(()));
    assert!(matches!(send(&socket(), &Request::Quit(true), Duration::from_secs(2)), Ok(Reply::Ok { .. })));
    wait("the tray's end", 10, || send(&socket(), &Request::Ping(true), Duration::from_secs(1)).is_err().then_some(()));
}

#[test]
#[ignore = "needs desktop"]
fn setup_works_while_the_tray_runs() {
    let desk = desk();
    let mut tray = Tray::start(&desk, "");
    let config = tray.folder.path().join("stratus.toml");
    let setup = Terminal::start(&config, &["--skip-model", "--skip-microphone", "--skip-speaker"], "F9\ny\n\n");
    setup.shows("Press F9 and release it");
    tray.state("ready", 10);
    // The tray is asked to wait for the press; until it does, the press would be a tap.
    wait("the key", 20, || {
        desk.xdotool(&["key", "F9"]);
        std::thread::sleep(Duration::from_millis(300));
        setup.said.lock().unwrap().contains("Key works").then_some(())
    });
    // Without a tested microphone, the call is typed.
    setup.shows("The controller: \"");
    let said = setup.end();
    assert!(said.contains("as you can: stratus say") && said.contains("Done."), "{said}");
    assert!(tray.end(|t| t.item.click("Quit")).success());
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
