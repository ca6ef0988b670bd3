//! The hot-plug matrix, on a private PulseAudio: each loss is reported once, and a returning device is used again and reported
//! once. The time taken is printed. `scripts/audio-test.sh` runs these tests; elsewhere they are ignored.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use stratus::audio::capture::{Capture, CaptureEvent};
use stratus::audio::play::{PlayEvent, Player};
use stratus::event::{Clip, Take};
use stratus::problem::Problem;
use stratus::settings::{Audio, KeepOpen};
use stratus::units::TxId;

/// There is one sound server, so tests take turns.
static TURN: Mutex<()> = Mutex::new(());
/// A returning device should be in use within this time.
const RECOVERED: Duration = Duration::from_secs(2);

/// The sound server of one test.
struct Sound {
    folder: PathBuf,
    server: Option<Child>,
    awake: Vec<Child>,
    _turn: MutexGuard<'static, ()>,
}

fn sound() -> Sound {
    let folder = std::env::var_os("STRATUS_SOUND").expect("no private sound server: scripts/audio-test.sh runs this test with one");
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Sound { folder: folder.into(), server: None, awake: Vec::new(), _turn: turn }
}

fn wait<T>(what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(v) = probe() {
            return v;
        }
        assert!(Instant::now() < limit, "{what}: not within 20 s");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn pactl(arguments: &[&str]) -> Option<String> {
    let out = Command::new("pactl").args(arguments).stderr(Stdio::null()).output().unwrap();
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

impl Sound {
    /// Starts the server, with microphones and speakers of these names.
    fn start(&mut self, devices: &[&str]) {
        let socket = self.folder.join("run/pulse.sock");
        let _ = std::fs::remove_file(&socket);
        let log = std::fs::File::create(self.folder.join("pulseaudio.log")).unwrap();
        let native = format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display());
        self.server = Some(
            Command::new("pulseaudio")
                .args(["--daemonize=no", "--exit-idle-time=-1", "-n", "--log-target=stderr", "-L", &native])
                .stdout(Stdio::null())
                .stderr(log)
                .spawn()
                .unwrap(),
        );
        wait("PulseAudio", || pactl(&["info"]));
        for name in devices {
            self.plug(name);
        }
        if let Some(first) = devices.first() {
            self.default(first);
        }
    }

    /// A speaker and a microphone of the same name. The speaker is kept active, because an idle one works in long blocks.
    fn plug(&mut self, name: &str) -> Instant {
        let sink = format!("sink_name={name}");
        let description = format!("sink_properties=device.description={name}");
        wait("a new device", || pactl(&["load-module", "module-null-sink", &sink, &description, "rate=48000", "channels=2"]));
        let source = format!("source_name={name}-mic");
        let description = format!("description={name}-mic");
        wait("a new microphone", || pactl(&["load-module", "module-null-source", &source, &description, "max_latency_msec=20"]));
        let at = Instant::now();
        let pacat = ["--latency-msec=10", "--playback", "-d", name, "--format=s16le", "--rate=48000", "--channels=2", "/dev/zero"];
        self.awake.push(Command::new("pacat").args(pacat).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        at
    }

    fn unplug(&self, name: &str) {
        let modules = pactl(&["list", "short", "modules"]).unwrap();
        let names = [format!("sink_name={name} "), format!("source_name={name}-mic ")];
        let lines: Vec<&str> = modules.lines().filter(|l| names.iter().any(|n| l.contains(n))).collect();
        assert_eq!(lines.len(), 2, "{name}: {modules}");
        for line in lines {
            pactl(&["unload-module", line.split_whitespace().next().unwrap()]).unwrap();
        }
    }

    fn default(&self, name: &str) {
        pactl(&["set-default-source", &format!("{name}-mic")]).unwrap();
        pactl(&["set-default-sink", name]).unwrap();
    }

    fn kill(&mut self) {
        for mut child in self.awake.drain(..).chain(self.server.take()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Sound {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", std::fs::read_to_string(self.folder.join("pulseaudio.log")).unwrap_or_default());
        }
    }
}

fn audio(device: Option<&str>) -> Audio {
    Audio {
        microphone: device.map(|d| format!("pulseaudio:{d}-mic")),
        speaker: device.map(|d| format!("pulseaudio:{d}")),
        keep_open: KeepOpen::Always,
        ..Audio::default()
    }
}

/// A microphone and its reports.
struct Ears {
    capture: Capture,
    takes: Receiver<Result<Take, Problem>>,
    told: Receiver<Result<String, Problem>>,
    next: u64,
}

impl Ears {
    fn new(device: Option<&str>) -> Self {
        let (take, takes) = channel();
        let (tell, told) = channel();
        let capture = Capture::start(&audio(device), move |e| {
            let _ = match e {
                CaptureEvent::Taken { take: t, .. } => take.send(t).is_ok(),
                CaptureEvent::Device(d) => tell.send(d).is_ok(),
                CaptureEvent::Quiet { .. } | CaptureEvent::Listening { .. } | CaptureEvent::Late(_) | CaptureEvent::SoFar { .. } => true,
            };
        });
        Self { capture: capture.unwrap(), takes, told, next: 1 }
    }

    /// Whether a new take contains sound.
    fn hears(&mut self) -> bool {
        let tx = TxId(self.next);
        self.next += 1;
        self.capture.begin(tx);
        self.capture.end(tx);
        self.takes.recv_timeout(Duration::from_secs(10)).unwrap().is_ok_and(|t| t.ms > 20)
    }

    fn until_it_hears(&mut self) -> Instant {
        wait("a microphone that hears", || self.hears().then(Instant::now))
    }
}

/// The next report.
fn next(told: &Receiver<Result<String, Problem>>) -> Result<String, Problem> {
    told.recv_timeout(Duration::from_secs(20)).expect("no report arrived")
}

/// Asserts that there was no further report.
fn no_more(told: &Receiver<Result<String, Problem>>) {
    let more: Vec<_> = told.try_iter().collect();
    assert!(more.is_empty(), "unexpected reports: {more:?}");
}

fn took(what: &str, since: Instant, until: Instant) {
    let took = until.saturating_duration_since(since);
    // Printed, not asserted: a machine that is building something else is slower than any useful limit.
    println!("{what}: {} ms{}", took.as_millis(), if took > RECOVERED { " (beyond two seconds)" } else { "" });
}

#[test]
#[ignore = "needs desktop"]
fn server_reports_hot_plug_and_its_list_matches_cpal() {
    use stratus::audio::list::Lister;
    use stratus::audio::news::News;
    let mut sound = self::sound();
    sound.start(&["headset"]);
    let mut news = News::listen().unwrap();
    let alone = news.list().unwrap();
    assert!(alone == Lister::default().list() && !alone.speakers.is_empty(), "{alone:?}");
    sound.plug("yoke");
    while !news.read().unwrap() {}
    let both = news.list().unwrap();
    assert!(both == Lister::default().list() && both.speakers.len() > alone.speakers.len(), "{both:?}");
    sound.unplug("yoke");
    while !news.read().unwrap() {}
    assert_eq!(news.list().unwrap(), alone);
    sound.kill();
    while news.read().is_ok() {}
    assert!(News::listen().is_err());
}

#[test]
#[ignore = "needs desktop"]
fn fallback_microphone_is_used_until_the_chosen_one_returns() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    let mut ears = Ears::new(Some("headset"));
    ears.until_it_hears();
    no_more(&ears.told);
    for _ in 0..2 {
        s.unplug("headset");
        let gone = Instant::now();
        let told = next(&ears.told).unwrap();
        assert!(told.contains("room") && told.contains("until it returns"), "{told}");
        took("microphone: to the stand-in", gone, ears.until_it_hears());
        let there = s.plug("headset");
        let told = next(&ears.told).unwrap();
        took("microphone: back to the chosen one", there, Instant::now());
        assert!(told.contains("is back") && told.contains("headset"), "{told}");
        ears.until_it_hears();
        no_more(&ears.told);
    }
}

#[test]
#[ignore = "needs desktop"]
fn only_microphone_is_lost_and_found() {
    let mut s = sound();
    s.start(&["room"]);
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    s.unplug("room");
    let p = next(&ears.told).unwrap_err();
    assert!(!p.fix.is_empty(), "{p}");
    assert!(!ears.hears());
    let there = s.plug("room");
    assert!(next(&ears.told).unwrap().contains("is back"));
    took("microphone: plugged in again", there, ears.until_it_hears());
    no_more(&ears.told);
}

#[test]
#[ignore = "needs desktop"]
fn change_of_the_default_device_is_followed() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    let since = Instant::now();
    s.default("headset");
    let told = next(&ears.told).unwrap();
    assert!(told.contains("Now using") && told.contains("headset"), "{told}");
    took("microphone: another default", since, ears.until_it_hears());
    no_more(&ears.told);
}

#[test]
#[ignore = "needs desktop"]
fn unplugged_default_microphone_never_becomes_a_monitor() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    s.default("headset");
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    no_more(&ears.told);
    s.unplug("headset");
    let told = next(&ears.told).unwrap();
    assert!(told.contains("Now using room"), "{told}");
    ears.until_it_hears();
    no_more(&ears.told);
    // The last microphone disappears and a speaker remains, so the server falls back to its monitor.
    pactl(&["load-module", "module-null-sink", "sink_name=television", "sink_properties=device.description=television"]).unwrap();
    s.unplug("room");
    wait("the server's fallback", || pactl(&["get-default-source"]).filter(|d| d.ends_with(".monitor")));
    let p = next(&ears.told).unwrap_err();
    assert!(p.short().title.contains("icrophone"), "{p}");
    assert!(!ears.hears(), "it captures a speaker's monitor");
    s.plug("room");
    assert!(next(&ears.told).unwrap().contains("room"));
    ears.until_it_hears();
}

#[test]
#[ignore = "needs desktop"]
fn unplugged_default_speaker_is_reported_and_answer_continues() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    s.default("headset");
    let mut voice = Voice::new(None);
    assert!(voice.speaks(0.2));
    no_more(&voice.told);
    voice.begin(3.0);
    assert!(voice.played.recv_timeout(Duration::from_secs(20)).unwrap(), "started");
    s.unplug("headset");
    let told = next(&voice.told).unwrap();
    assert!(told.contains("Now using room"), "{told}");
    assert!(!voice.played.recv_timeout(Duration::from_secs(20)).unwrap(), "played");
    assert!(voice.speaks(0.2));
    no_more(&voice.told);
}

#[test]
#[ignore = "needs desktop"]
fn server_killed_during_a_take_is_reconnected_after_restart() {
    let mut s = sound();
    s.start(&["room"]);
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    ears.capture.begin(TxId(900));
    s.kill();
    // The take ends with the reason, reported with it.
    let p = ears.takes.recv_timeout(Duration::from_secs(20)).unwrap().unwrap_err();
    assert_eq!(next(&ears.told).unwrap_err(), p);
    s.start(&["room"]);
    let there = Instant::now();
    assert!(next(&ears.told).unwrap().contains("is back"));
    took("microphone: server restarted", there, ears.until_it_hears());
    no_more(&ears.told);
}

#[test]
#[ignore = "needs desktop"]
fn no_server_and_no_device_at_start() {
    let mut s = sound();
    let mut ears = Ears::new(None);
    assert!(next(&ears.told).is_err());
    assert!(!ears.hears());
    s.start(&[]);
    assert!(!ears.hears());
    let there = s.plug("room");
    assert!(next(&ears.told).unwrap().contains("is back"));
    took("microphone: first one plugged in", there, ears.until_it_hears());
    no_more(&ears.told);
}

/// A speaker and its reports.
struct Voice {
    player: Player,
    played: Receiver<bool>,
    told: Receiver<Result<String, Problem>>,
    next: u64,
}

impl Voice {
    fn new(device: Option<&str>) -> Self {
        let (play, played) = channel();
        let (tell, told) = channel();
        let player = Player::start(&audio(device), move |e| {
            let _ = match e {
                PlayEvent::Started { .. } => play.send(true).is_ok(),
                PlayEvent::Played { .. } => play.send(false).is_ok(),
                PlayEvent::Device(d) => tell.send(d).is_ok(),
            };
        });
        Self { player: player.unwrap(), played, told, next: 1 }
    }

    /// Whether a device plays a new phrase.
    fn speaks(&mut self, seconds: f32) -> bool {
        self.begin(seconds);
        let first = self.played.recv_timeout(Duration::from_secs(20)).unwrap();
        first && !self.played.recv_timeout(Duration::from_secs(20)).unwrap()
    }

    fn begin(&mut self, seconds: f32) {
        let samples = vec![0.1f32; (seconds * 16_000.0) as usize];
        self.player.play(TxId(self.next), 0, true, Clip { samples: samples.into(), rate: 16_000 });
        self.next += 1;
    }
}

#[test]
#[ignore = "needs desktop"]
fn speaker_falls_back_is_lost_and_recovered() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    let mut voice = Voice::new(Some("headset"));
    assert!(voice.speaks(0.2));
    no_more(&voice.told);
    // In the middle of a phrase: playback continues on the fallback.
    voice.begin(3.0);
    assert!(voice.played.recv_timeout(Duration::from_secs(20)).unwrap(), "started");
    s.unplug("headset");
    let gone = Instant::now();
    let told = next(&voice.told).unwrap();
    took("speaker: to the stand-in", gone, Instant::now());
    assert!(told.contains("room"), "{told}");
    assert!(!voice.played.recv_timeout(Duration::from_secs(20)).unwrap(), "played");
    let there = s.plug("headset");
    assert!(next(&voice.told).unwrap().contains("is back"));
    took("speaker: back to the chosen one", there, Instant::now());
    assert!(voice.speaks(0.2));
    no_more(&voice.told);
    s.kill();
    assert!(next(&voice.told).is_err());
    assert!(!voice.speaks(0.2), "without a speaker a phrase counts as played");
    s.start(&["room", "headset"]);
    let there = Instant::now();
    assert!(next(&voice.told).unwrap().contains("is back"));
    took("speaker: server restarted", there, Instant::now());
    assert!(voice.speaks(0.2));
    no_more(&voice.told);
}

#[test]
#[ignore = "needs desktop"]
fn cost_of_opening_on_press_is_measured() {
    let mut s = sound();
    s.start(&["room"]);
    let (take, takes) = channel();
    let (open, opened) = channel();
    let settings = Audio { keep_open: KeepOpen::OnPress, ..Audio::default() };
    let capture = Capture::start(&settings, move |e| match e {
        CaptureEvent::Listening { tx, .. } => drop(open.send(tx)),
        CaptureEvent::Taken { take: t, .. } => drop(take.send(t)),
        _ => {}
    });
    let capture = capture.unwrap();
    let mut lost: Vec<u128> = (0..11)
        .map(|n| {
            let pressed = Instant::now();
            capture.begin(TxId(n));
            assert_eq!(opened.recv_timeout(Duration::from_secs(20)).unwrap(), TxId(n));
            capture.end(TxId(n));
            let take = takes.recv_timeout(Duration::from_secs(20)).unwrap().unwrap();
            // The take waits for one more buffer, and captures sound until it arrives.
            pressed.elapsed().as_millis().saturating_sub(u128::from(take.ms))
        })
        .collect();
    lost.sort_unstable();
    println!("opened on press: {} ms of a call are lost at the median, {} at most", lost[5], lost[10]);
}

#[test]
#[ignore = "needs desktop"]
fn thirty_openings_leak_no_threads() {
    let mut s = sound();
    s.start(&["room"]);
    let threads = || std::fs::read_dir(Path::new("/proc/self/task")).unwrap().count();
    for _ in 0..3 {
        drop(Ears::new(None));
    }
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    let before = threads();
    drop(ears);
    for _ in 0..30 {
        let mut ears = Ears::new(None);
        ears.until_it_hears();
    }
    let mut ears = Ears::new(None);
    ears.until_it_hears();
    let names = || {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap().flatten();
        tasks.map(|t| std::fs::read_to_string(t.path().join("comm")).unwrap_or_default().trim().to_owned()).collect::<Vec<_>>()
    };
    let limit = Instant::now() + Duration::from_secs(20);
    while threads() > before + 6 {
        assert!(Instant::now() < limit, "{before} before, now {:?}", names());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
#[ignore = "needs desktop"]
fn devices_are_listed_with_ids_and_the_meter_shows_a_level() {
    let mut s = sound();
    s.start(&["room", "headset"]);
    let config = s.folder.join("stratus.toml");
    std::fs::write(&config, "[audio]\nmicrophone = \"headset-mic\"\n").unwrap();
    let stratus = |arguments: &[&str]| {
        let out = Command::new(env!("CARGO_BIN_EXE_stratus")).arg("--config").arg(&config).args(arguments).output().unwrap();
        assert!(out.status.success(), "{out:?}");
        String::from_utf8_lossy(&out.stdout).into_owned()
    };
    let list: serde_json::Value = serde_json::from_str(&stratus(&["devices", "--json"])).unwrap();
    let of =
        |kind: &str, id: &str| list[kind].as_array().unwrap().iter().find(|d| d["id"] == id).unwrap_or_else(|| panic!("{list:#}")).clone();
    assert_eq!(of("microphones", "pulseaudio:room-mic")["default"], true);
    assert_eq!(of("microphones", "pulseaudio:headset-mic")["default"], false);
    assert_eq!(of("speakers", "pulseaudio:room")["default"], true);
    let lines = stratus(&["devices", "--meter", "1", "--json"]);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((first["microphone"].as_str(), first["peak_db"].as_f64()), (Some("headset-mic"), Some(-90.0)));
    assert!(stratus(&["devices", "--meter", "1"]).contains("silence"));
}
