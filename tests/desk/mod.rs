//! The test desktop seen from outside: the tray item on the bus, the keyboard, toasts, screenshots.
//!
//! Works inside `scripts/desk.sh run`, which sets STRATUS_DESK. Elsewhere these tests are ignored; `scripts/desktop-test.sh` runs them.
#![allow(dead_code)] // Each test program uses a part of it.

pub mod tray;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// There is one keyboard and one tray, so tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// The test desktop, for one test at a time.
pub struct Desk {
    folder: PathBuf,
    _turn: MutexGuard<'static, ()>,
}

/// The current test desktop. A test without one fails, because a skipped test must never count as passed.
pub fn desk() -> Desk {
    let folder = std::env::var_os("STRATUS_DESK").expect("no test desktop: scripts/desktop-test.sh runs this test in one");
    Desk { folder: folder.into(), _turn: TURN.lock().unwrap_or_else(PoisonError::into_inner) }
}

/// Polls until `probe` returns a value.
pub fn wait<T>(what: &str, seconds: u64, mut probe: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(value) = probe() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what}: not within {seconds} s");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Runs a program to its end and returns its output.
pub fn output(program: &str, arguments: &[&str]) -> String {
    let out = Command::new(program).args(arguments).output().unwrap_or_else(|e| panic!("{program}: {e}"));
    String::from_utf8_lossy(&out.stdout).into_owned()
}

fn call(to: &str, path: &str, method: &str, arguments: &[&str]) -> String {
    let fixed = ["call", "--session", "--timeout", "5", "--dest", to, "--object-path", path, "--method", method];
    output("gdbus", &[&fixed[..], arguments].concat())
}

/// A program that is killed when the test ends.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A process's item in the tray.
pub struct Item {
    bus: String,
}

/// An entry of the item's menu.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: String,
    /// As on the bus: a literal underscore is doubled.
    pub label: String,
    pub enabled: bool,
    pub checked: bool,
    /// Whether it has a submenu.
    pub opens: bool,
}

impl Desk {
    /// The folder of the desktop's logs.
    pub fn folder(&self) -> &PathBuf {
        &self.folder
    }

    /// The item of a process, once the panel shows it.
    pub fn item(&self, pid: u32) -> Item {
        let bus = format!("org.kde.StatusNotifierItem-{pid}-");
        wait("the panel's list of tray items", 10, || self.items().into_iter().find(|i| i.contains(&bus)).map(|i| Item { bus: i }))
    }

    /// Every item known to the panel, by its name on the bus.
    pub fn items(&self) -> Vec<String> {
        let watcher = "org.kde.StatusNotifierWatcher";
        let list =
            call(watcher, "/StatusNotifierWatcher", "org.freedesktop.DBus.Properties.Get", &[watcher, "RegisteredStatusNotifierItems"]);
        list.split('\'').skip(1).step_by(2).map(|i| i.split('/').next().unwrap_or(i).to_owned()).collect()
    }

    /// XTEST: presses and releases keys, with `xdotool`'s names.
    pub fn xdotool(&self, arguments: &[&str]) {
        let ok = Command::new("xdotool").args(arguments).status().unwrap().success();
        assert!(ok, "xdotool {arguments:?}");
    }

    /// A picture of the whole screen.
    pub fn screenshot(&self, file: &str) {
        assert!(Command::new("import").args(["-window", "root", file]).status().unwrap().success());
    }

    /// Monitors calls of a method on the bus; the returned list contains the lines so far.
    pub fn monitor(&self, rule: &str) -> (Running, Arc<Mutex<Vec<String>>>) {
        let mut child = Command::new("dbus-monitor").args(["--session", rule]).stdout(Stdio::piped()).spawn().unwrap();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (into, out) = (lines.clone(), child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        wait("dbus-monitor", 5, || (!lines.lock().unwrap().is_empty()).then_some(()));
        (Running(child), lines)
    }
}

impl Item {
    fn get(&self, property: &str) -> String {
        let item = "org.kde.StatusNotifierItem";
        call(&self.bus, "/StatusNotifierItem", "org.freedesktop.DBus.Properties.Get", &[item, property])
    }

    /// The icon's pixels, as printed from the bus.
    pub fn icon(&self) -> String {
        self.get("IconPixmap")
    }

    /// The tooltip's text.
    pub fn tooltip(&self) -> String {
        self.get("ToolTip")
    }

    /// The menu's entries, top to bottom, without separators.
    pub fn menu(&self) -> Vec<Entry> {
        let layout = call(&self.bus, "/MenuBar", "com.canonical.dbusmenu.GetLayout", &["0", "--", "-1", "[]"]);
        layout.split("<(").skip(1).filter_map(entry).collect()
    }

    /// Opens the menu, as far as a program is notified of it.
    pub fn open(&self) {
        call(&self.bus, "/MenuBar", "com.canonical.dbusmenu.AboutToShow", &["0"]);
    }

    /// Clicks the entry whose label contains `words`.
    pub fn click(&self, words: &str) {
        let entry =
            self.menu().into_iter().find(|e| e.label.contains(words)).unwrap_or_else(|| panic!("no {words:?} in {:?}", self.menu()));
        self.choose(&entry);
    }

    /// Clicks an entry.
    pub fn choose(&self, entry: &Entry) {
        call(&self.bus, "/MenuBar", "com.canonical.dbusmenu.Event", &[&entry.id, "clicked", "<0>", "0"]);
    }
}

/// Parses "1, {'label': <'Quit'>, 'enabled': <false>}, …" as printed by gdbus.
fn entry(text: &str) -> Option<Entry> {
    let id = text.trim_start_matches("int32 ").split(',').next()?.trim().to_owned();
    let after = text.split("'label': <").nth(1)?;
    let quote = after.chars().next()?;
    let label = after[1..].split(quote).next()?.to_owned();
    Some(Entry {
        id,
        label,
        enabled: !text.contains("'enabled': <false>"),
        checked: text.contains("'toggle-state': <1>"),
        opens: text.contains("'children-display'"),
    })
}

/// What a recorder captures from a sink's monitor while `act` runs: 16 kHz mono.
pub fn record(monitor: &str, act: impl FnOnce()) -> Vec<i16> {
    let mut child = Command::new("parec")
        .args(["--latency-msec=20", "-d", monitor, "--format=s16le", "--rate=16000", "--channels=1", "--raw"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = std::io::Read::read_to_end(&mut out, &mut bytes);
        bytes
    });
    act();
    drop(Running(child));
    reader.join().unwrap().chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// Seconds of speech-like sound in a recording at 16 kHz: loud 20 ms frames whose level varies from frame to frame, as syllables do
/// and a steady tone does not, and whose zero crossings are those of a voice, not of a hiss.
pub fn speech_seconds(samples: &[i16]) -> f64 {
    let pieces: Vec<(f64, f64)> = samples
        .chunks_exact(320)
        .map(|p| {
            let rms = (p.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / 320.0).sqrt();
            let crossings = p.windows(2).filter(|w| (w[0] < 0) != (w[1] < 0)).count();
            (rms, crossings as f64 / 0.02 / 2.0)
        })
        .collect();
    let loudest = pieces.iter().map(|p| p.0).fold(0.0, f64::max);
    if loudest < 300.0 {
        return 0.0;
    }
    let voiced: Vec<f64> = pieces.iter().filter(|p| p.0 > loudest / 20.0 && (60.0..3000.0).contains(&p.1)).map(|p| p.0).collect();
    let mean = voiced.iter().sum::<f64>() / voiced.len().max(1) as f64;
    let spread = (voiced.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / voiced.len().max(1) as f64).sqrt();
    if spread < mean * 0.25 { 0.0 } else { voiced.len() as f64 * 0.02 }
}
