//! Push-to-talk in a Wayland session: the desktop portal granted, denied, absent, closed, re-bound and restarted, and the kernel's
//! keyboards as the fallback. The portal is a fake built from the interface's description, on a private bus.
//!
//! Needs `dbus-daemon` but no desktop; without it the tests skip themselves, visibly.
#![cfg(target_os = "linux")]

mod portal;

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use portal::{Bus, Portal, Says, bus};
use stratus::desktop::joystick::Places;
use stratus::desktop::keyboard::{self, APP_ID, Around, Keyboard, Told};
use stratus::event::Edge;
use stratus::problem::Problem;
use stratus::settings::{Listen, Ptt};

const LIMIT: Duration = Duration::from_secs(20);
const DOWN: Told = Told::Edge(Edge::Down);
const UP: Told = Told::Edge(Edge::Up);

/// A Wayland session on this bus, without a readable keyboard.
struct Session {
    folder: tempfile::TempDir,
    around: Around,
}

impl Session {
    fn on(bus: &Bus) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inputs = Places { devices: folder.path().join("dev"), known: folder.path().join("sys") };
        std::fs::create_dir_all(&inputs.devices).unwrap();
        let bus = keyboard::Bus { address: Some(bus.address.clone()), ..keyboard::Bus::default() };
        Self { folder, around: Around { wayland: true, display: false, bus, inputs } }
    }

    /// A standard keyboard: a pipe with both ends held by the test.
    fn keyboard(&self) -> File {
        let known = self.folder.path().join("sys/event0/device/capabilities");
        std::fs::create_dir_all(&known).unwrap();
        std::fs::write(known.join("key"), "ffffffffffffffff fffffffffffffffe").unwrap();
        let device = self.around.inputs.devices.join("event0");
        assert!(std::process::Command::new("mkfifo").arg(&device).status().unwrap().success());
        OpenOptions::new().read(true).write(true).open(device).unwrap()
    }

    fn listen(&self, key: &str) -> (Keyboard, Receiver<Told>) {
        let (out, told) = channel();
        let out = std::sync::Mutex::new(out);
        let ptt = Ptt { key: key.into(), ..Ptt::default() };
        (Keyboard::start_in(self.around.clone(), &ptt, move |t| out.lock().unwrap().send(t).unwrap()).unwrap(), told)
    }

    fn survey(&self) -> Result<String, Problem> {
        keyboard::survey(&self.around, &Ptt::default())
    }
}

fn next(told: &Receiver<Told>) -> Told {
    told.recv_timeout(LIMIT).unwrap()
}

fn trouble(told: &Receiver<Told>) -> Problem {
    match next(told) {
        Told::Trouble(p) => p,
        other => panic!("{other:?}"),
    }
}

fn way(told: &Receiver<Told>) -> String {
    match next(told) {
        Told::Way(words) => words,
        other => panic!("{other:?}"),
    }
}

/// linux/input.h's input_event of ScrollLock (70).
fn scroll_lock(down: i32) -> Vec<u8> {
    [&vec![0u8; 2 * size_of::<usize>()][..], &1u16.to_ne_bytes(), &70u16.to_ne_bytes(), &down.to_ne_bytes()].concat()
}

/// Asserts that the key works through this keyboard.
fn is_heard(board: &mut File, told: &Receiver<Told>) {
    board.write_all(&scroll_lock(1)).unwrap();
    assert_eq!(next(told), DOWN);
    board.write_all(&scroll_lock(0)).unwrap();
    assert_eq!(next(told), UP);
}

#[test]
#[ignore = "needs desktop"]
fn fake_portal_matches_the_interface_description() {
    let bus = bus();
    let portal = Portal::start(&bus, Says::default());
    let text = portal.introspect();
    // Names and signatures of org.freedesktop.portal.GlobalShortcuts (version 1) and org.freedesktop.host.portal.Registry.
    for (method, arguments) in [
        ("CreateSession", &["a{sv}", "o"][..]),
        ("BindShortcuts", &["o", "a(sa{sv})", "s", "a{sv}", "o"]),
        ("ListShortcuts", &["o", "a{sv}", "o"]),
        ("Register", &["s", "a{sv}"]),
    ] {
        let body = text.split(&format!("<method name=\"{method}\"")).nth(1).unwrap_or_else(|| panic!("no {method} in {text}"));
        let body = body.split("</method>").next().unwrap();
        let found: Vec<&str> = body.split("type=\"").skip(1).filter_map(|t| t.split('"').next()).collect();
        assert_eq!(found, arguments, "{method}");
    }
}

#[test]
#[ignore = "needs desktop"]
fn granted_key_works_and_only_the_portal_can_signal_it() {
    let bus = bus();
    let portal = Portal::start(&bus, Says::default());
    let session = Session::on(&bus);
    assert!(session.survey().unwrap().contains("portal version 1"), "{:?}", session.survey());
    let (keyboard, told) = session.listen("Ctrl+Shift+Space");
    assert_eq!(way(&told), "Ctrl+Shift+Space given, by the desktop's global shortcuts (portal version 1)");
    let asked = portal.asked();
    assert_eq!(asked.registered, [APP_ID]);
    assert_eq!(asked.wish.as_deref(), Some("CTRL+SHIFT+space"));
    for _ in 0..3 {
        // Another session's, another shortcut's, and one forged by a third party.
        portal.emit("Activated", Some("/org/freedesktop/portal/desktop/session/1_1/other"), "push-to-talk");
        portal.emit("Activated", None, "something else");
        portal.impostor(&bus);
        portal.emit("Activated", None, "push-to-talk");
        portal.emit("Activated", None, "push-to-talk");
        assert_eq!(next(&told), DOWN);
        portal.emit("Deactivated", None, "push-to-talk");
        portal.emit("Deactivated", None, "push-to-talk");
        assert_eq!(next(&told), UP);
    }
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
    drop(keyboard);
    assert_eq!(next(&told), UP, "stopping releases the key");
    assert!(told.iter().next().is_none(), "nothing is left over");
    portal.is_left(&bus);
}

#[test]
#[ignore = "needs desktop"]
fn denied_key_is_reported_and_not_bypassed() {
    let bus = bus();
    for says in [Says { bind: 1, ..Says::default() }, Says { nothing_bound: true, ..Says::default() }] {
        let _portal = Portal::start(&bus, says);
        let session = Session::on(&bus);
        let mut board = session.keyboard();
        let (keyboard, told) = session.listen("ScrollLock");
        let p = trouble(&told);
        assert!(p.what.contains("did not provide") && p.fix.contains("stratus ptt"), "{p}");
        board.write_all(&scroll_lock(1)).unwrap();
        drop(keyboard);
        assert!(told.iter().next().is_none(), "the pilot said no");
    }
}

#[test]
#[ignore = "needs desktop"]
fn without_a_working_portal_keyboards_or_the_command_are_used() {
    let bus = bus();
    let none: Option<Says> = None;
    for says in [
        none,
        Some(Says { no_shortcuts: true, ..Says::default() }),
        // A newer portal that does not know Stratus's desktop entry.
        Some(Says { unknown_app: true, ..Says::default() }),
        Some(Says { create: 2, ..Says::default() }),
        Some(Says { bind: 2, ..Says::default() }),
        Some(Says { mute: true, ..Says::default() }),
    ] {
        let shown = format!("{says:?}");
        let _portal = says.map(|s| Portal::start(&bus, s));
        let mut session = Session::on(&bus);
        session.around.bus.patience = Duration::from_secs(2);
        let (keyboard, told) = session.listen("ScrollLock");
        let p = trouble(&told);
        assert!(p.what.contains("cannot be heard in a Wayland session") && p.fix.contains("stratus ptt toggle"), "{shown}: {p}");
        drop(keyboard);
        let mut board = session.keyboard();
        let (_keyboard, told) = session.listen("ScrollLock");
        assert!(way(&told).contains("directly from the keyboards"), "{shown}");
        is_heard(&mut board, &told);
    }
    let session = Session::on(&bus);
    let p = session.survey().unwrap_err();
    assert!(p.why.iter().any(|w| w.contains("no portal")) && p.fix.contains("stratus ptt toggle"), "{p}");
    let _board = session.keyboard();
    assert!(session.survey().unwrap().contains("evdev"));
}

#[test]
#[ignore = "needs desktop"]
fn older_portal_without_registry_grants_the_key() {
    let bus = bus();
    let portal = Portal::start(&bus, Says { no_registry: true, ..Says::default() });
    let (_keyboard, told) = Session::on(&bus).listen("ScrollLock");
    assert!(way(&told).starts_with("ScrollLock given"));
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
}

#[test]
#[ignore = "needs desktop"]
fn closed_session_releases_the_key_and_is_reported() {
    let bus = bus();
    let portal = Portal::start(&bus, Says::default());
    let (_keyboard, told) = Session::on(&bus).listen("ScrollLock");
    way(&told);
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
    portal.close();
    assert_eq!(next(&told), UP);
    let p = trouble(&told);
    assert!(p.what.contains("taken back") && p.fix.contains("stratus ptt"), "{p}");
}

#[test]
#[ignore = "needs desktop"]
fn rebound_key_is_released_and_reported() {
    let bus = bus();
    let portal = Portal::start(&bus, Says { trigger: String::new(), ..Says::default() });
    let (_keyboard, told) = Session::on(&bus).listen("ScrollLock");
    let p = trouble(&told);
    assert!(p.what.contains("no key") && p.fix.contains("settings"), "{p}");
    portal.rebind("Pause");
    assert!(way(&told).starts_with("Pause, by the desktop's"));
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
    portal.rebind("F13");
    assert_eq!(next(&told), UP);
    assert!(way(&told).starts_with("F13, by the desktop's"));
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
}

#[test]
#[ignore = "needs desktop"]
fn portal_restart_is_retried_and_bus_loss_leaves_keyboards() {
    let bus = bus();
    let session = Session::on(&bus);
    let mut board = session.keyboard();
    let portal = Portal::start(&bus, Says::default());
    let (_keyboard, told) = session.listen("ScrollLock");
    way(&told);
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
    // Another portal takes over, as in a desktop update, without a gap.
    let portal = Portal::start(&bus, Says::default());
    assert_eq!(next(&told), UP);
    assert!(way(&told).starts_with("ScrollLock given"));
    portal.emit("Activated", None, "push-to-talk");
    assert_eq!(next(&told), DOWN);
    drop(bus);
    assert_eq!(next(&told), UP);
    assert!(way(&told).contains("directly from the keyboards"));
    is_heard(&mut board, &told);
}

#[test]
#[ignore = "needs desktop"]
fn setting_chooses_the_source_of_the_key() {
    let bus = bus();
    let portal = Portal::start(&bus, Says::default());
    let session = Session::on(&bus);
    let mut board = session.keyboard();
    let (out, told) = channel();
    let out = std::sync::Mutex::new(out);
    let ptt = Ptt { listen: Listen::Evdev, ..Ptt::default() };
    let _keyboard = Keyboard::start_in(session.around.clone(), &ptt, move |t| out.lock().unwrap().send(t).unwrap()).unwrap();
    assert!(way(&told).contains("evdev"));
    is_heard(&mut board, &told);
    assert!(portal.asked().registered.is_empty(), "the portal was not asked");
    // In an X11 session, the portal is used only with this setting.
    let around = Around { wayland: false, ..session.around.clone() };
    let ptt = Ptt { listen: Listen::Portal, ..Ptt::default() };
    assert!(keyboard::survey(&around, &ptt).unwrap().contains("portal version 1"));
}
