//! From nothing to the first call: in the tray, and in the terminal beside it.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stratus::ipc::{Reply, Request, send};

use crate::desk::tray::{MODEL, MODEL_SHA256, Tray, first_run, program};
use crate::desk::{Running, desk, record, speech_seconds, wait};
use crate::{home, pilot_wav, play, shot, transcript, words};

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

/// The pilot's speech in steps other than a call.
fn spoken(folder: &Path, name: &str, words: &str) -> PathBuf {
    let wav = folder.join(name);
    assert!(Command::new(program()).args(["speak", words, "--voice", "en-GB", "--out"]).arg(&wav).status().unwrap().success());
    wav
}

/// Words that the demo's model recognises as a radio check.
const CHECK: &str = "Skyhawk one seven two sierra papa, radio check.";

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
    told("remove the mirror's address");
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
    assert!(said.contains("You can do the same: stratus say") && said.contains("Done."), "{said}");
    assert!(tray.end(|t| t.item.click("Quit")).success());
}
