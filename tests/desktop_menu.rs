//! Every entry of the tray menu, clicked over D-Bus, with its externally visible effect; and a lost key release.
//!
//! `scripts/desktop-test.sh` runs it.
#![allow(clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(target_os = "linux")]

mod desk;

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use desk::tray::{Tray, program};
use desk::{Entry, desk, record, speech_seconds, wait};

/// A server whose files never end: it stores each request and trickles its answer.
fn endless() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    // Ends with the test program.
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let seen = seen.clone();
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                if head.starts_with("GET /api/tags ") {
                    let body = "{\"models\": [{\"name\": \"llama3.2:3b\", \"size\": 2}, {\"name\": \"qwen_2.5:3b\", \"size\": 3}]}";
                    let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
                    return;
                }
                let models = stratus::models::ALL.iter().map(|m| (m.file, m.bytes));
                let mut files = models.chain(stratus::models::voices::ALL.iter().map(|v| (v.file, v.bytes)));
                let bytes = files.find(|(file, _)| head.split(' ').nth(1) == Some(&format!("/{file}"))).map(|(_, bytes)| bytes);
                seen.lock().unwrap().push(head.clone());
                if head.starts_with("HEAD ") {
                    let status = if bytes.is_some() { "200 OK" } else { "404 Not Found" };
                    let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    return;
                }
                let Some(bytes) = bytes else {
                    let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                    return;
                };
                let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", bytes);
                while stream.write_all(&[0; 64]).is_ok() {
                    std::thread::sleep(Duration::from_millis(20));
                }
            });
        }
    });
    (at, asked)
}

/// The menu's effects so far, and the entries that were clicked.
struct Menu<'a> {
    tray: &'a Tray,
    clicked: BTreeSet<String>,
}

impl Menu<'_> {
    /// The entries from the one called `title` up to the one called `next`.
    fn below(&self, title: &str, next: &str) -> Vec<Entry> {
        let all = self.tray.item.menu();
        let from = all.iter().position(|e| e.opens && e.label.starts_with(title)).unwrap_or_else(|| panic!("no {title:?} in {all:#?}"));
        all.into_iter().skip(from + 1).take_while(|e| !e.label.starts_with(next)).filter(|e| e.enabled).collect()
    }

    /// Clicks the entry with this label, wherever it is now.
    fn click(&mut self, words: &str) {
        // An underscore is doubled on the bus.
        let is = |e: &Entry| !e.opens && e.enabled && e.label.replace("__", "_").contains(words);
        let entry = wait(words, 10, || self.tray.item.menu().into_iter().find(is));
        self.choose(&entry);
    }

    fn choose(&mut self, entry: &Entry) {
        assert!(entry.enabled, "{entry:?}");
        self.tray.item.choose(entry);
        self.clicked.insert(entry.label.clone());
    }

    /// Clicks an entry, and waits until the pilot's file contains this line.
    fn writes(&mut self, words: &str, line: &str) {
        self.click(words);
        self.says(words, line);
    }

    fn says(&self, words: &str, line: &str) {
        self.says_of(words, |l| l == line);
    }

    /// Waits until the pilot's file contains such a line.
    fn says_of(&self, words: &str, is: impl Fn(&str) -> bool) {
        let file = self.tray.folder.path().join("stratus.toml");
        let text = || fs::read_to_string(&file).unwrap();
        wait(&format!("the line in the file after {words:?}: {}", text()), 10, || text().lines().any(|l| is(l.trim())).then_some(()));
    }
}

#[test]
#[ignore = "needs desktop"]
fn every_menu_entry_does_what_it_says() {
    let desk = desk();
    let (hub, asked) = endless();
    // A fake opener that records what it is asked to open.
    let stand_in = tempfile::tempdir().unwrap();
    let opened = stand_in.path().join("opened");
    let opener = stand_in.path().join("xdg-open");
    fs::write(&opener, format!("#!/bin/sh\necho \"$1\" >> {}\n", opened.display())).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    // A fake dialog for text input.
    let window = stand_in.path().join("zenity");
    fs::write(&window, "#!/bin/sh\necho g-abcd\n").unwrap();
    fs::set_permissions(&window, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", stand_in.path().display(), std::env::var("PATH").unwrap());
    let mut tray = Tray::start_in(&desk, "", &[("PATH", path)]);
    let config = tray.folder.path().join("stratus.toml");
    let text = fs::read_to_string(&config).unwrap().replace("[speech]\n", &format!("[speech]\nmirror = \"http://{hub}\"\n"));
    let text = text.replace("[brain]\n", &format!("[brain]\nollama_url = \"http://{hub}\"\n"));
    // A feed without a release, because the row for updates exists only with a feed.
    fs::write(&config, format!("{text}[updates]\nfeed = \"http://{hub}/releases\"\n")).unwrap();
    let (_monitor, toasts) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let told = |words: &str| wait(words, 20, || toasts.lock().unwrap().iter().any(|l| l.contains(words)).then_some(()));
    let shown = |file: &Path| {
        let want = file.display().to_string();
        wait(&format!("{want} opened"), 60, || fs::read_to_string(&opened).is_ok_and(|t| t.lines().any(|l| l == want)).then_some(()))
    };
    let said = Command::new(program()).args(["say", "Hilo Ground, Skyhawk 172SP, radio check"]).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    tray.state("ready", 30);

    let mut menu = Menu { tray: &tray, clicked: BTreeSet::new() };
    let heard = record("spk.monitor", || {
        menu.click("Repeat controller's last words");
        tray.state("the controller speaks", 10);
        tray.state("ready", 30);
        menu.click("Test speaker");
        tray.state("the controller speaks", 10);
        tray.state("ready", 30);
    });
    assert!(speech_seconds(&heard) > 1.6, "{} s of speech", speech_seconds(&heard));
    menu.click("Test microphone");
    told("Opening the microphone");
    told("No signal from Headset");
    menu.click("Test push-to-talk");
    told("Hold Scroll Lock for a moment");
    desk.xdotool(&["key", "Scroll_Lock"]);
    told("Scroll Lock works");
    menu.click("Say callsign");
    told("Say your callsign");
    let typed = |words: &str| assert!(Command::new(program()).args(["say", words]).output().unwrap().status.success());
    typed("november one seven two sierra papa");
    menu.says("the callsign", "callsign = \"N172SP\"");
    // Each of the five steps can be repeated from its row.
    for (row, words) in [("1. Speech model", "Speech model: "), ("5. First call", "Make your first call"), ("2. Microphone", "No signal")] {
        toasts.lock().unwrap().clear();
        menu.click(row);
        told(words);
    }
    toasts.lock().unwrap().clear();
    menu.click("3. Push-to-talk");
    told("Hold Scroll Lock for a moment");
    desk.xdotool(&["key", "Scroll_Lock"]);
    told("Scroll Lock works");
    menu.click("4. Callsign");
    told("Say your callsign (now N172SP)");
    typed("november five two one mike charlie");
    menu.says("another callsign", "callsign = \"N521MC\"");

    // And typed, in a dialog.
    toasts.lock().unwrap().clear();
    menu.click("Type callsign");
    told("Your callsign is G-ABCD");
    menu.says("the typed callsign", "callsign = \"GABCD\"");
    for (icao, name) in stratus::settings::AIRPORTS {
        menu.writes(&format!("{name} ({icao})"), &format!("airport = \"{icao}\""));
    }
    menu.writes("The airport that I call", "airport = \"\"");
    menu.writes("Hilo (PHTO)", "airport = \"PHTO\"");

    menu.writes("Mute controller", "mute = true");
    wait("the mark", 10, || tray.item.menu().iter().any(|e| e.label.contains("Mute") && e.checked).then_some(()));
    menu.writes("Mute controller", "mute = false");
    for (title, next, key) in [("Microphone", "Test microphone", "microphone"), ("Speaker", "Volume", "speaker")] {
        let there = menu.below(title, next);
        assert!(there.len() >= 2, "{title}: {there:#?}");
        for e in there.iter().skip(1) {
            menu.choose(e);
            // Both speakers have the same name, so they are numbered, and chosen by id.
            let label = e.label.replace("__", "_");
            if label.ends_with(')') {
                menu.says_of(&e.label, |l| l.starts_with(&format!("{key} = \"pulseaudio:")));
            } else {
                menu.says(&e.label, &format!("{key} = \"{label}\""));
            }
        }
        menu.choose(&there[0]);
        menu.says(&there[0].label, &format!("{key} = \"\""));
    }
    for (words, line) in [
        ("American", "voice = \"en-US\""),
        ("British", "voice = \"en-GB\""),
        ("American woman (Heart)", "voice = \"heart\""),
        ("Pico (", "voice = \"pico\""),
        ("60 %", "volume_percent = 60"),
        ("80 %", "volume_percent = 80"),
        ("100 %", "volume_percent = 100"),
        ("40 %", "volume_percent = 40"),
        ("20 %", "volume_percent = 20"),
        ("Match the airport", "voice = \"auto\""),
        ("Quiet: at most", "chatter = \"quiet\""),
        ("Normal: at most", "chatter = \"normal\""),
        ("Busy: at most", "chatter = \"busy\""),
        ("Off", "chatter = \"off\""),
        ("Student:", "mode = \"student\""),
        ("Strict:", "mode = \"strict\""),
        ("Standard", "mode = \"standard\""),
        ("For every transmission", "mode = \"llm\""),
        ("Only when needed", "mode = \"auto\""),
        ("Copilot tunes the radios", "tune = true"),
        ("Copilot sets the squawk", "squawk = true"),
    ] {
        menu.writes(words, line);
    }

    // The language models are queried when the menu opens, and can be chosen afterwards.
    tray.item.open();
    // Under their display names; the file has their ids.
    menu.writes("Qwen_2.5", "model = \"qwen_2.5:3b\"");
    menu.writes("Llama 3.2", "model = \"llama3.2:3b\"");
    menu.writes("Never", "mode = \"rules\"");
    // A keyboard key is bound by pressing it.
    let listening = |key: &str| {
        desk.xdotool(&["keydown", key]);
        tray.state("listening", 5);
        desk.xdotool(&["keyup", key]);
        tray.state("ready", 30);
    };
    for (key, name) in [("Escape", None), ("F9", Some("F9")), ("Pause", Some("Pause"))] {
        toasts.lock().unwrap().clear();
        menu.click("Change key");
        told("Press the key for push-to-talk");
        // Listening starts a moment later, so press the key repeatedly until it is detected.
        let line = name.map(|n| format!("key = \"{n}\""));
        wait(&format!("what comes of {key}"), 20, || {
            desk.xdotool(&["key", key]);
            std::thread::sleep(Duration::from_millis(100));
            match &line {
                Some(line) => fs::read_to_string(&config).unwrap().lines().any(|l| l == line).then_some(()),
                None => toasts.lock().unwrap().iter().any(|l| l.contains("No key pressed")).then_some(()),
            }
        });
        if name.is_some() {
            tray.state("ready", 30);
            listening(key);
        }
    }

    let models = stratus::models::ALL.iter().map(|model| {
        let plain = stratus::models::suggestion(model.name).map(|s| format!("{} \u{2013} ", s.title));
        (plain.unwrap_or_else(|| format!("{} \u{2013} ", model.name)), model.file)
    });
    // The voice of the package is available.
    let voices = stratus::models::voices::ALL.iter().skip(1).map(|v| (v.title(), v.file));
    for (label, file) in models.chain(voices) {
        menu.click(&label);
        let request = format!("GET /{file} ");
        wait(&request, 20, || asked.lock().unwrap().iter().any(|r| r.starts_with(&request)).then_some(()));
        menu.click("Stop the download");
        wait("the end of the download", 30, || {
            (!tray.item.menu().iter().any(|e| e.enabled && e.label.contains("Stop the download"))).then_some(())
        });
    }
    menu.click("stratus-demo-en-q5_0.bin");
    shown(&config);
    fs::write(&opened, "").unwrap();
    menu.click("Settings file");
    shown(&config);
    menu.click("Log folder");
    let logs = wait("the log folder", 10, || fs::read_to_string(&opened).ok()?.lines().find(|l| l.ends_with("logs")).map(str::to_owned));
    assert!(Path::new(&logs).is_dir(), "{logs}");
    let links =
        || fs::read_to_string(&opened).unwrap_or_default().lines().filter(|l| l.starts_with("http://127.0.0.1:4747/?pass=")).count();
    menu.writes("Page for a browser", "listen = \"127.0.0.1:4747\"");
    wait("the page in the browser", 10, || (links() == 1).then_some(()));
    wait("the row to open it again", 10, || tray.item.menu().iter().any(|e| e.label.contains("Open the page") && e.enabled).then_some(()));
    menu.click("Open the page");
    wait("the page again", 10, || (links() == 2).then_some(()));
    menu.writes("Page for a browser", "listen = \"\"");
    told("The page is off");
    menu.click("Check for updates");
    told("pdate source");
    let entry = Path::new(&std::env::var_os("HOME").unwrap()).join(".config/autostart/stratus.desktop");
    menu.click("Start at login");
    wait("the autostart entry", 10, || entry.exists().then_some(()));
    wait("the mark", 10, || tray.item.menu().iter().any(|e| e.label.contains("Start at login") && e.checked).then_some(()));
    menu.click("Start at login");
    wait("no autostart entry", 10, || (!entry.exists()).then_some(()));
    menu.click("Run check");
    shown(&Path::new(&logs).join("doctor.txt"));
    told("The report ");
    menu.click("What to say now");
    told("What to say now");
    menu.click("Use my own file");
    menu.click("Another one");

    // Without access to joysticks this causes a permanent fault, so it comes last.
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("[speech]\n", "joystick = [\"044f:b10a/button 3\"]\n[speech]\n")).unwrap();
    wait("the button in the menu", 20, || tray.item.menu().iter().any(|e| e.label.contains("044f:b10a")).then_some(()));
    menu.writes("Remove joystick buttons", "joystick = []");
    menu.click("Add joystick button");
    // Without joysticks, the fault follows at once and may replace the request before it is shown.
    wait("the request or the fault", 20, || {
        let seen = toasts.lock().unwrap();
        seen.iter().any(|l| l.contains("Press and release the button") || l.contains("Joysticks not available")).then_some(())
    });

    // Nothing was forgotten: every clickable entry was clicked, except Quit.
    let clicked = std::mem::take(&mut menu.clicked);
    let left: Vec<Entry> = tray.item.menu().into_iter().filter(|e| e.enabled && !e.opens && !clicked.contains(&e.label)).collect();
    let left: Vec<&str> = left.iter().map(|e| e.label.as_str()).collect();
    assert_eq!(left, ["Quit Stratus"]);
    assert!(tray.end(|t| t.item.click("Quit Stratus")).success());
}

/// Sits between a client and the X server, and drops every release of a key that the client listens to.
struct Lossy {
    display: String,
    lost: Arc<AtomicUsize>,
}

impl Lossy {
    fn start() -> Self {
        let server = std::env::var("DISPLAY").unwrap();
        let number = server.trim_start_matches(':').split('.').next().unwrap().to_owned();
        let (listener, n) =
            (60..500).find_map(|n| TcpListener::bind(("127.0.0.1", 6000 + n)).ok().map(|l| (l, n))).expect("a free display's port");
        let lost = Arc::new(AtomicUsize::new(0));
        let losses = lost.clone();
        // Ends with the test program.
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).unwrap();
                let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut to);
                    let _ = to.shutdown(std::net::Shutdown::Both);
                });
                let losses = losses.clone();
                std::thread::spawn(move || {
                    let _ = lose(server, &client, &losses);
                    let _ = client.shutdown(std::net::Shutdown::Both);
                });
            }
        });
        Self { display: format!("127.0.0.1:{n}"), lost }
    }
}

/// Forwards the server's messages, except XI_RawKeyRelease (14 of the X Input extension).
fn lose(mut server: UnixStream, mut client: &TcpStream, lost: &AtomicUsize) -> std::io::Result<()> {
    let word = |b: &[u8], at: usize| u32::from_ne_bytes([b[at], b[at + 1], b[at + 2], b[at + 3]]) as usize;
    // The connection setup reply: the last two of its first eight bytes contain its length.
    let mut head = vec![0; 8];
    server.read_exact(&mut head)?;
    let mut rest = vec![0; usize::from(u16::from_ne_bytes([head[6], head[7]])) * 4];
    server.read_exact(&mut rest)?;
    client.write_all(&[head, rest].concat())?;
    loop {
        let mut message = vec![0; 32];
        server.read_exact(&mut message)?;
        // A reply (1) and a generic event (35) contain their length.
        let kind = message[0] & 0x7f;
        if kind == 1 || kind == 35 {
            let mut more = vec![0; word(&message, 4) * 4];
            server.read_exact(&mut more)?;
            message.extend(more);
        }
        if kind == 35 && message[8..10] == 14u16.to_ne_bytes() {
            lost.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        client.write_all(&message)?;
    }
}

#[test]
#[ignore = "needs desktop"]
fn lost_release_ends_the_transmission() {
    let desk = desk();
    let lossy = Lossy::start();
    let mut tray = Tray::start_in(&desk, "", &[("DISPLAY", lossy.display.clone())]);
    for n in 1..=3 {
        desk.xdotool(&["keydown", "Scroll_Lock"]);
        tray.state("listening", 5);
        desk.xdotool(&["keyup", "Scroll_Lock"]);
        let released = Instant::now();
        wait("the end of the take", 5, || (!tray.words().contains("Listening")).then_some(()));
        // A tenth of a second between two checks of the key, plus the tail; the rest is overhead.
        eprintln!("ended {:?} after the release", released.elapsed());
        assert!(lossy.lost.load(Ordering::Relaxed) >= n, "no release was lost");
        tray.state("ready", 30);
    }
    assert!(tray.end(|t| t.item.click("Quit Stratus")).success());
}
