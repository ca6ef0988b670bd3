//! Tray, key and toasts on a real (headless) desktop, run by `scripts/desktop-test.sh`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]
#![cfg(target_os = "linux")]

mod desk;

use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use desk::{desk, wait};
use stratus::desktop::key::Key;
use stratus::desktop::toast::Toaster;
use stratus::desktop::tray::Tray;
use stratus::event::{Choice, Devices, Edge, Fault, MenuModel, SoundDevice, Toast, TrayState};
use stratus::problem::Problem;
use stratus::settings::BrainMode;

const LIMIT: Duration = Duration::from_secs(10);

#[test]
#[ignore = "needs desktop"]
fn tray_shows_states_and_a_working_menu() {
    let desk = desk();
    let (chosen, choices) = channel();
    let tray = Tray::start(move |c| chosen.send(c).unwrap()).unwrap();
    let item = desk.item(std::process::id());
    let mut icons = vec![item.icon()];
    assert!(icons[0].contains("(64, 64,"), "{}", &icons[0][..200.min(icons[0].len())]);
    for state in [TrayState::Listening, TrayState::Thinking, TrayState::Speaking, TrayState::Fault] {
        tray.show(state);
        let icon = wait("a new icon", 5, || Some(item.icon()).filter(|i| !icons.contains(i)));
        icons.push(icon);
    }
    tray.show(TrayState::Ready);
    wait("the first icon again", 5, || (item.icon() == icons[0]).then_some(()));

    let device = |name: &str| SoundDevice { id: format!("pulseaudio:{name}"), name: name.into() };
    let mut model = MenuModel {
        unit: "Hilo & Tower_118.1".into(),
        recent: vec!["N172SP, <b>runway 26</b>,\ncleared for take-off".into(), "two".into(), "three".into()],
        muted: true,
        devices: Devices { microphones: vec![device("Yeti_1")], speakers: vec![device("Headset")], ..Devices::default() },
        voice: "en-US".into(),
        tunes: true,
        page: true,
        joystick: vec!["044f:b10a/button 3".into()],
        latency: Some((800, 1300)),
        ..MenuModel::default()
    };
    tray.menu(&model);
    let menu = wait("the new menu", 5, || Some(item.menu()).filter(|m| m[0].label.contains("Hilo")));
    assert_eq!(menu[0].label, "Hilo & Tower__118.1 \u{b7} muted", "an underscore is doubled, so that it does not mark a mnemonic");
    assert!(!menu[0].enabled);
    assert!(menu[1].enabled && menu[1].label == "Repeat controller's last words", "{menu:#?}");
    assert!(menu.iter().find(|e| e.label.contains("Mute")).unwrap().checked);
    wait("the unit in the tooltip", 5, || item.tooltip().contains("Hilo  Tower_118.1").then_some(()));

    assert!(menu.iter().any(|e| e.label.contains("0.8 s") && !e.enabled), "{menu:#?}");
    for (words, choice) in [
        ("Repeat controller's last words", Choice::Repeat(0)),
        ("Mute", Choice::ToggleMute),
        ("Yeti", Choice::Microphone("Yeti_1".into())),
        ("Headset", Choice::Speaker("Headset".into())),
        ("60 %", Choice::Volume(60)),
        ("System default", Choice::Microphone(String::new())),
        ("British", Choice::Voice("en-GB".into())),
        ("Never", Choice::Brain(BrainMode::Rules)),
        ("tunes the radios", Choice::ToggleTune),
        ("sets the squawk", Choice::ToggleSquawk),
        ("What to say now", Choice::WhatToSay),
        ("Page for a browser", Choice::TogglePage),
        ("Open the page", Choice::OpenPage),
        ("Run check", Choice::Doctor),
        ("Settings file", Choice::OpenConfig),
        ("Log folder", Choice::OpenLogs),
        ("Change key", Choice::BindKey),
        ("Add joystick button", Choice::BindJoystick),
        ("Remove joystick buttons", Choice::ForgetJoysticks),
        ("Start at login", Choice::ToggleAutostart),
        ("Quit", Choice::Quit),
    ] {
        item.click(words);
        assert_eq!(choices.recv_timeout(LIMIT).unwrap(), choice);
    }
    model.muted = false;
    model.fault = Some(Fault { words: "No microphone found: test it\u{2026}".into(), mend: Choice::CheckMicrophone });
    tray.menu(&model);
    let menu = wait("the fault", 5, || Some(item.menu()).filter(|m| m[0].enabled && m[0].label.starts_with("No microphone found")));
    assert!(!menu.iter().find(|e| e.label.contains("Mute")).unwrap().checked);
    model.fault = None;
    tray.menu(&model);
    wait("the fault's end", 5, || Some(item.menu()).filter(|m| m[0].label.contains("Hilo")));

    drop(tray);
    let name = format!("StatusNotifierItem-{}-", std::process::id());
    wait("the item's end", 5, || (!desk.items().iter().any(|i| i.contains(&name))).then_some(()));
}

#[test]
#[ignore = "needs desktop"]
fn click_of_either_button_opens_the_menu() {
    let desk = desk();
    let _tray = Tray::start(|_| {}).unwrap();
    desk.item(std::process::id());
    for button in ["1", "3"] {
        let (_monitor, asked) = desk.monitor("interface='com.canonical.dbusmenu'");
        // The panel does not reveal where it drew the icon: click until it asks for the menu.
        wait("the menu's opening", 20, || {
            desk.xdotool(&["mousemove", "12", "16", "click", button]);
            std::thread::sleep(Duration::from_millis(200));
            asked.lock().unwrap().iter().any(|l| l.contains("AboutToShow")).then_some(())
        });
        desk.xdotool(&["key", "Escape"]);
    }
}

fn key(name: &str) -> (Key, Receiver<Result<Edge, Problem>>) {
    watched(name, true)
}

fn watched(name: &str, grab: bool) -> (Key, Receiver<Result<Edge, Problem>>) {
    let (told, edges) = channel();
    let key = Key::start(name, grab, move |e| told.send(e).unwrap()).unwrap_or_else(|p| panic!("{p}"));
    (key, edges)
}

#[test]
#[ignore = "needs desktop"]
fn key_reports_each_press_and_release_once() {
    let desk = desk();
    let combo = Some(["Control_L", "Shift_L"]);
    for (name, xname, modifier, grab) in [
        ("ScrollLock", "Scroll_Lock", None, true),
        ("Ctrl+Shift+Space", "space", combo, true),
        ("ScrollLock", "Scroll_Lock", None, false),
        ("Ctrl+Shift+Space", "space", combo, false),
        ("RightCtrl", "Control_R", None, false),
    ] {
        let (key, edges) = watched(name, grab);
        for m in modifier.iter().flatten() {
            desk.xdotool(&["keydown", m]);
        }
        for turn in 0..4 {
            desk.xdotool(&["keydown", xname]);
            assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
            if turn == 0 {
                // Held into the X server's auto-repeat (after 660 ms by default): nothing else may be reported.
                assert!(edges.recv_timeout(Duration::from_millis(1200)).is_err());
            }
            desk.xdotool(&["keyup", xname]);
            assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
        }
        for m in modifier.iter().flatten() {
            desk.xdotool(&["keyup", m]);
        }
        drop(key);
        assert!(edges.iter().next().is_none(), "nothing is left over");
    }
}

#[test]
#[ignore = "needs desktop"]
fn key_can_be_regrabbed_at_once_and_a_held_one_comes_up() {
    let desk = desk();
    let (first, _) = key("Pause");
    drop(first);
    let (second, edges) = key("Pause");
    desk.xdotool(&["keydown", "Pause"]);
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
    drop(second);
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
    desk.xdotool(&["keyup", "Pause"]);
}

#[test]
#[ignore = "needs desktop"]
fn key_grabbed_by_another_program_is_reported_with_a_remedy() {
    let _desk = desk();
    let (_held, _) = key("F9");
    let p = Key::start("F9", true, |_| {}).err().expect("it is taken");
    assert!(p.why.iter().any(|w| w.contains("another program")) && p.fix.contains("ptt.key"), "{p}");
    let p = Key::start("F13", true, |_| {}).err().expect("this layout has no F13");
    assert!(p.why.iter().any(|w| w.contains("layout")), "{p}");
}

#[test]
#[ignore = "needs desktop"]
fn listened_key_stays_available_to_others_despite_a_grab() {
    let desk = desk();
    let (_listening, heard) = watched("F9", false);
    let (_grabbing, taken) = key("F9");
    for _ in 0..2 {
        desk.xdotool(&["keydown", "F9"]);
        assert_eq!(heard.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
        assert_eq!(taken.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down), "the other program still receives it");
        desk.xdotool(&["keyup", "F9"]);
        assert_eq!(heard.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
        assert_eq!(taken.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
    }
    let p = Key::start("F13", false, |_| {}).err().expect("this layout has no F13");
    assert!(p.why.iter().any(|w| w.contains("layout")) && p.fix.contains("ptt.key"), "{p}");
}

#[test]
#[ignore = "needs desktop"]
fn listened_combination_requires_its_modifier_and_side() {
    let desk = desk();
    let (_combo, combo) = watched("Ctrl+F8", false);
    let (_right, right) = watched("RightCtrl", false);
    desk.xdotool(&["key", "F8"]);
    desk.xdotool(&["keydown", "Control_L"]);
    desk.xdotool(&["key", "F8"]);
    desk.xdotool(&["keyup", "Control_L"]);
    assert_eq!(combo.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
    assert_eq!(combo.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
    desk.xdotool(&["key", "Control_R"]);
    assert_eq!(right.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
    assert_eq!(right.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
    assert!(combo.try_recv().is_err() && right.try_recv().is_err(), "F8 alone and the left Ctrl are ignored");
}

#[test]
#[ignore = "needs desktop"]
fn hundred_quick_taps_are_a_hundred_presses() {
    let desk = desk();
    let (_key, edges) = watched("ScrollLock", false);
    desk.xdotool(&["key", "--repeat", "100", "--delay", "2", "Scroll_Lock"]);
    for n in 0..100 {
        assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down), "tap {n}");
        assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up), "tap {n}");
    }
    assert!(edges.try_recv().is_err());
}

#[test]
#[ignore = "needs desktop"]
fn layout_change_moves_the_key_along() {
    for grab in [true, false] {
        layout_moves_the_key(grab);
    }
}

fn layout_moves_the_key(grab: bool) {
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::ConnectionExt;
    let desk = desk();
    let (_key, edges) = watched("ScrollLock", grab);
    let (display, _) = x11rb::connect(None).unwrap();
    let each = {
        let map = display.get_keyboard_mapping(78, 1).unwrap().reply().unwrap();
        assert!(map.keysyms.contains(&0xff14), "ScrollLock is at keycode 78 in this layout");
        map.keysyms_per_keycode
    };
    let symbols = |first: u32| [&[first][..], &vec![0; usize::from(each) - 1]].concat();
    for (keycode, symbol) in [(78, 0), (93, 0xff14)] {
        display.change_keyboard_mapping(1, keycode, each, &symbols(symbol)).unwrap().check().unwrap();
    }
    // A press may be lost until the key is grabbed at its new place: press until one is reported.
    let mut refused = 0;
    wait("the key at its new place", 10, || {
        desk.xdotool(&["key", "93"]);
        match edges.recv_timeout(Duration::from_millis(300)) {
            Ok(Ok(Edge::Down)) => Some(()),
            Ok(Err(_)) => {
                refused += 1; // The layout did not have it for a moment.
                None
            }
            _ => None,
        }
    });
    assert!(refused <= 1, "{refused}");
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up));
    for (keycode, symbol) in [(93, 0), (78, 0xff14)] {
        display.change_keyboard_mapping(1, keycode, each, &symbols(symbol)).unwrap().check().unwrap();
    }
    display.flush().unwrap();
}

#[test]
#[ignore = "needs desktop"]
fn hung_notification_daemon_blocks_nothing() {
    let desk = desk();
    let pids = std::fs::read_to_string(desk.folder().join("pids")).unwrap();
    let dunst = pids.lines().find_map(|l| l.strip_suffix(" dunst")).unwrap().to_owned();
    let signal = |name: &str| assert!(Command::new("kill").args([name, &dunst]).status().unwrap().success());
    let (monitor, lines) = desk.monitor("destination='org.freedesktop.Notifications'");
    let toaster = Toaster::start(|_| {}).unwrap();
    signal("-STOP");
    toaster.show(Toast { title: "a".into(), body: "b".into(), seconds: 1, ..Toast::default() });
    wait("the call that hangs", 5, || lines.lock().unwrap().iter().any(|l| l.contains("org.freedesktop.Notifications")).then_some(()));
    for _ in 0..100 {
        toaster.show(Toast { title: "a".into(), body: "c".into(), seconds: 1, ..Toast::default() });
    }
    drop(toaster); // Waits at most 1 s; a join would wait forever, because the gate opens only below.
    signal("-CONT");
    drop(monitor);
}

/// A helper program, and the line that it prints when it is ready.
fn own(program: &str, arguments: &[&str]) -> (desk::Running, String) {
    use std::io::BufRead;
    let mut child =
        Command::new(program).args(arguments).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (desk::Running(child), line.trim().to_owned())
}

#[test]
#[ignore = "a part of the test below, in an environment of its own"]
fn as_a_child_outlives_its_desktop() {
    let (told, edges) = channel();
    let key = Key::start("ScrollLock", true, move |e| told.send(e).unwrap()).unwrap();
    let tray = Tray::start(|_| {}).unwrap();
    assert!(Command::new("xdotool").args(["keydown", "Scroll_Lock"]).status().unwrap().success());
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Down));
    println!("HELD");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    assert_eq!(edges.recv_timeout(LIMIT).unwrap(), Ok(Edge::Up), "the key is released");
    println!("KEY {}", edges.recv_timeout(LIMIT).unwrap().unwrap_err().one_line());
    tray.show(TrayState::Fault);
    tray.menu(&MenuModel { unit: "nobody".into(), ..MenuModel::default() });
    drop(tray);
    drop(key);
    println!("ALIVE");
}

#[test]
#[ignore = "needs desktop"]
fn loss_of_display_and_bus_ends_nothing_else() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let _desk = desk();
    let (display, number) = own("Xvfb", &["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
    let (bus, address) = own("dbus-daemon", &["--session", "--nofork", "--print-address=1"]);
    let mut me = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_child_outlives_its_desktop", "--ignored", "--nocapture", "--test-threads=1"])
        .env("DISPLAY", format!(":{number}"))
        .env("DBUS_SESSION_BUS_ADDRESS", address)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(me.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|l| l.ends_with("HELD")));
    drop(display);
    drop(bus);
    writeln!(me.stdin.take().unwrap(), "go").unwrap();
    let rest: Vec<String> = lines.collect();
    assert!(me.wait().unwrap().success(), "{rest:#?}");
    assert!(rest.iter().any(|l| l.starts_with("KEY the push-to-talk key is gone")), "{rest:#?}");
    assert!(rest.iter().any(|l| l == "ALIVE"), "{rest:#?}");
}

#[test]
#[ignore = "a part of the test below, in an environment of its own"]
fn as_a_child_gives_a_hung_display_up() {
    let key = Key::start("ScrollLock", true, |_| {}).unwrap();
    println!("TAKEN");
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    drop(key);
    println!("GIVEN UP");
    println!("THEN {}", Key::start("Pause", true, |_| {}).err().unwrap().one_line());
}

#[test]
#[ignore = "needs desktop"]
fn hung_display_blocks_nothing() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;
    let _desk = desk();
    let (display, number) = own("Xvfb", &["-displayfd", "1", "-screen", "0", "640x480x24", "-nolisten", "tcp"]);
    let mut me = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "as_a_child_gives_a_hung_display_up", "--ignored", "--nocapture", "--test-threads=1"])
        .env("DISPLAY", format!(":{number}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(me.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|l| l.ends_with("TAKEN")));
    assert!(Command::new("kill").args(["-STOP", &display.0.id().to_string()]).status().unwrap().success());
    writeln!(me.stdin.take().unwrap(), "go").unwrap();
    let rest: Vec<String> = lines.collect();
    assert!(me.wait().unwrap().success(), "{rest:#?}");
    assert!(rest.iter().any(|l| l == "GIVEN UP"), "{rest:#?}");
    assert!(rest.iter().any(|l| l.starts_with("THEN the push-to-talk key cannot be watched")), "{rest:#?}");
}

#[test]
#[ignore = "needs desktop"]
fn toasts_replace_each_other_and_their_markup_is_escaped() {
    let desk = desk();
    let (_monitor, lines) = desk.monitor("interface='org.freedesktop.Notifications',member='Notify'");
    let toaster = Toaster::start(|p| panic!("{p}")).unwrap();
    for body in ["first <b>call</b>", "second & last"] {
        toaster.show(Toast { title: "Hilo Tower 118.1".into(), body: body.into(), seconds: 5, ..Toast::default() });
        let seen = body.split(' ').next().unwrap();
        wait("the toast on the bus", 5, || lines.lock().unwrap().iter().any(|l| l.contains(seen)).then_some(()));
    }
    let lines = lines.lock().unwrap().clone();
    assert!(lines.iter().any(|l| l.contains("first &lt;b&gt;call&lt;/b&gt;")), "{lines:#?}");
    assert!(lines.iter().any(|l| l.contains("second &amp; last")));
    // The monitor prints one argument per line: the program, the id to replace, an icon, the title.
    let ids: Vec<&String> = lines.windows(3).filter(|w| w[2].contains("Hilo Tower 118.1")).map(|w| &w[0]).collect();
    assert_eq!(ids.len(), 2, "{lines:#?}");
    assert!(ids[0].ends_with(" 0") && !ids[1].ends_with(" 0"), "the second replaces the first: {ids:?}");
    assert_eq!(toaster.failures(), 0);
}

/// Runs this test program again without a part of its desktop, and returns its output.
fn again(test: &str, change: impl FnOnce(&mut Command)) -> String {
    let mut me = Command::new(std::env::current_exe().unwrap());
    me.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]);
    change(&mut me);
    let out = me.output().unwrap();
    assert!(out.status.success(), "{out:?}");
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

#[test]
#[ignore = "a part of the test below, in an environment of its own"]
fn as_a_child_says_its_problems() {
    let (told, trouble) = channel();
    if let Err(p) = Tray::start(|_| {}) {
        println!("TRAY {}", p.one_line());
    }
    if let Err(p) = Key::start("ScrollLock", true, |_| {}) {
        println!("KEY {}", p.one_line());
    }
    let toaster = Toaster::start(move |p| told.send(p).unwrap()).unwrap();
    toaster.show(Toast { title: "a".into(), body: "b".into(), seconds: 1, ..Toast::default() });
    println!("TOAST {}", trouble.recv_timeout(LIMIT).unwrap().one_line());
}

#[test]
fn without_display_and_bus_each_part_reports_it() {
    let said = again("as_a_child_says_its_problems", |me| {
        me.env_remove("DISPLAY").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus").env_remove("XDG_RUNTIME_DIR");
    });
    for words in
        ["TRAY there is no tray icon", "KEY the push-to-talk key cannot be watched", "stratus ptt down", "TOAST notifications cannot"]
    {
        assert!(said.contains(words), "{words:?} is not in {said}");
    }
    let said = again("as_a_child_says_its_problems", |me| {
        me.env("DISPLAY", "").env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR");
    });
    assert!(said.contains("TRAY there is no tray icon") && said.contains("DISPLAY is not set"), "{said}");
    let said = again("as_a_child_says_its_problems", |me| {
        me.env("DISPLAY", ":4711").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    });
    assert!(said.contains("KEY the push-to-talk key cannot be watched") && said.contains("does not answer"), "{said}");
}

#[test]
#[ignore = "a part of the test below, in an environment of its own"]
fn as_a_child_starts_a_tray() {
    println!("TRAY {}", Tray::start(|_| {}).err().map_or("is there".into(), |p| p.one_line()));
}

#[test]
#[ignore = "needs desktop"]
fn hung_bus_is_a_problem_and_a_missing_panel_is_not() {
    let _desk = desk();
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let said = again("as_a_child_starts_a_tray", |me| {
        me.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", socket.display()));
    });
    assert!(said.contains("TRAY there is no tray icon: the session bus does not answer"), "{said}");

    let (_bus, address) = own("dbus-daemon", &["--session", "--nofork", "--print-address=1"]);
    let said = again("as_a_child_starts_a_tray", |me| {
        me.env("DBUS_SESSION_BUS_ADDRESS", address);
    });
    assert!(said.contains("TRAY is there"), "{said}");
}
