//! The push-to-talk step: choose a key of the keyboard or a joystick's button, and press it to test it.

use std::sync::PoisonError;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::ask::{refused, say, told, well};
use super::{Setup, is_running};
use crate::app::NO_PRESS;
use crate::cmd::doctor;
use crate::desktop::joystick::{Joysticks, News, Places};
use crate::desktop::keyboard::{self, Keyboard, Told};
use crate::desktop::keynames;
use crate::event::{Edge, Step, TrayState};
use crate::ipc::{self, Reply, Request};
use crate::problem::Problem;
use crate::settings::{Ptt, key_words};

/// How long to wait for a press.
const PRESS: Duration = Duration::from_secs(20);
/// How long a running tray may take to reload the settings file.
const FOLLOWED: Duration = Duration::from_secs(2);
/// How long a call may take to end, and the interval between two looks.
const CALL_OVER: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(200);
/// The joystick thread has the same timeout; allow a little longer for its answer.
const BIND: Duration = Duration::from_secs(25);

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let before = s.config.ptt.clone();
    match s.args.key.clone() {
        Some(key) => choose(s, &key)?,
        None => loop {
            let question = format!(
                "Which key? Enter its name (such as RightCtrl or F13), \"press\" to press it, \"joystick\" or \"none\" [{}]",
                if s.config.ptt.no_key() { "none".to_owned() } else { key_words(&s.config.ptt.key) }
            );
            let answer = s.ask.line(&question)?;
            if answer.is_empty() {
                break;
            }
            match take(s, &answer) {
                Ok(()) => break,
                Err(p) => refused(&p)?,
            }
        },
    }
    match doctor::parts::key(&s.config) {
        Ok(found) => well(&found)?,
        Err(p) => return Ok(told("not yet", &p)?),
    }
    let has_key = |s: &Setup<'_>| !s.config.ptt.no_key() || !s.config.ptt.joystick.is_empty();
    if s.ask.yes || !has_key(s) || !s.ask.whether("Try it now?", true)? {
        return Ok(());
    }
    while has_key(s) {
        let running = is_running();
        if running && before != s.config.ptt {
            std::thread::sleep(FOLLOWED);
        }
        match if running { pressed_in_tray(s) } else { pressed(s) } {
            Ok(()) => {
                well("key works")?;
                s.done(Step::Key);
                break;
            }
            Err(p) => told("not yet", &p)?,
        }
        if !again(s)? {
            break;
        }
    }
    Ok(())
}

/// After a failed test: repeats it with this key or another one, or goes on (`false`).
fn again(s: &mut Setup<'_>) -> anyhow::Result<bool> {
    loop {
        let question = "Try again? Enter repeats it; a key's name, \"press\" or \"joystick\" takes another; \"skip\" goes on [again]";
        let answer = s.ask.line(question)?;
        match answer.to_lowercase().as_str() {
            "" | "y" | "yes" => return Ok(true),
            "n" | "no" | "skip" => return Ok(false),
            _ => match take(s, &answer) {
                Ok(()) => return Ok(true),
                Err(p) => refused(&p)?,
            },
        }
    }
}

/// Makes what the answer names the push-to-talk control.
fn take(s: &mut Setup<'_>, answer: &str) -> Result<(), Problem> {
    match answer.to_lowercase().as_str() {
        "joystick" => bind(s),
        "press" => learn(s),
        _ => choose(s, answer),
    }
}

fn choose(s: &mut Setup<'_>, key: &str) -> Result<(), Problem> {
    keynames::check(&Ptt { key: key.to_owned(), ..s.config.ptt.clone() })?;
    s.set("ptt.key", &key.into())?;
    if keynames::is_typed(key) {
        let p = Problem::new(format!("typing {} anywhere will transmit", key_words(key)))
            .fix("choose a key that you never type, such as ScrollLock, Pause or F13");
        let _ = told("warning", &p);
    }
    Ok(())
}

/// Makes the next key of the keyboard the push-to-talk key.
fn learn(s: &mut Setup<'_>) -> Result<(), Problem> {
    if !keyboard::is_learnable() {
        return Err(
            Problem::new("this desktop session hides keys from programs").fix("enter the key's name; the desktop may assign another key")
        );
    }
    let _ = say("Press the key now.");
    let key = keyboard::learn()?.ok_or_else(|| Problem::new("no key was pressed").fix("try again, or enter its name"))?;
    choose(s, &key)
}

/// Adds the next joystick button as a push-to-talk key.
fn bind(s: &mut Setup<'_>) -> Result<(), Problem> {
    let button = button(Places::default(), BIND, || {
        let _ = say("Press the button now.");
    })?;
    let mut all = s.config.ptt.joystick.clone();
    if !all.contains(&button) {
        all.push(button);
    }
    s.set("ptt.joystick", &all.into())
}

/// Waits for the next button press, in the form of `ptt.joystick`. `ready` is called once presses are detected.
fn button(places: Places, limit: Duration, ready: impl FnOnce()) -> Result<String, Problem> {
    let (out, news) = channel();
    let sticks = Joysticks::start(places, &[], move |n| {
        let _ = out.send(n);
    })?;
    sticks.bind();
    ready();
    loop {
        match news.recv_timeout(limit) {
            Ok(News::Bound(button)) => return Ok(button),
            Ok(News::Edge(_)) => {}
            Ok(News::NotBound) | Err(_) => {
                return Err(Problem::new("no button was pressed")
                    .fix("check that the joystick is connected; `stratus doctor` lists those that can be read"));
            }
        }
    }
}

/// The running tray has the key, so it reports whether a press arrives.
fn pressed_in_tray(s: &Setup<'_>) -> Result<(), Problem> {
    // The tray uses a new key at once, so the press that chose it may have opened a call: wait until that is over.
    let until = Instant::now() + CALL_OVER;
    while in_a_call(s) && Instant::now() < until {
        std::thread::sleep(LOOK);
    }
    let _ = say(&format!("Press {} and release it.", words(s)));
    match ipc::reach(&s.paths.sockets(), &Request::TestKey(true), PRESS + Duration::from_secs(10))? {
        Reply::Said { text, .. } if !text.is_empty() => Ok(()),
        Reply::Said { note, .. } if note == NO_PRESS => Err(no_press()),
        Reply::Said { note, .. } => Err(no_press().because(note)),
        _ => Err(Problem::new("the running Stratus gave an unexpected answer").fix("quit it from the tray's menu, and start it again")),
    }
}

/// Whether the running tray listens, recognises or speaks.
fn in_a_call(s: &Setup<'_>) -> bool {
    let state = ipc::reach(&s.paths.sockets(), &Request::State(true), Duration::from_secs(1));
    matches!(state, Ok(Reply::State { state: TrayState::Listening | TrayState::Thinking | TrayState::Speaking }))
}

fn words(s: &Setup<'_>) -> String {
    if s.config.ptt.no_key() { "the joystick's button".to_owned() } else { key_words(&s.config.ptt.key) }
}

fn no_press() -> Problem {
    Problem::new(NO_PRESS).fix("try another key or a joystick button; `stratus doctor` shows what works here")
}

/// Waits for the key or a joystick's button to go down and up.
fn pressed(s: &Setup<'_>) -> Result<(), Problem> {
    let (out, told) = channel();
    let buttons = out.clone();
    let _sticks = match &s.config.ptt.joystick[..] {
        [] => None,
        bound => Some(Joysticks::start(Places::default(), bound, move |news| {
            if let News::Edge(edge) = news {
                let _ = buttons.send(Told::Edge(edge));
            }
        })?),
    };
    let out = std::sync::Mutex::new(out);
    let _key = match s.config.ptt.no_key() {
        true => None,
        false => Some(Keyboard::start(&s.config.ptt, move |t| {
            let _ = out.lock().unwrap_or_else(PoisonError::into_inner).send(t);
        })?),
    };
    let _ = say(&format!("Press {} and release it.", words(s)));
    loop {
        match told.recv_timeout(PRESS) {
            Ok(Told::Edge(Edge::Up)) => return Ok(()),
            Ok(Told::Edge(Edge::Down | Edge::Toggle)) => {}
            // The desktop may have assigned another key.
            Ok(Told::Way(words)) => say(&words).map_err(|e| Problem::new("the terminal is gone").because(e))?,
            Ok(Told::Trouble(p)) => return Err(p),
            Err(_) => return Err(no_press()),
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn pressed_button_is_bound_and_held_ones_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places { devices: dir.path().join("dev"), known: dir.path().join("sys") };
        let id = places.known.join("js0/device/id");
        std::fs::create_dir_all(&id).unwrap();
        std::fs::create_dir_all(&places.devices).unwrap();
        std::fs::write(id.join("vendor"), "044f").unwrap();
        std::fs::write(id.join("product"), "b10a").unwrap();
        let device = places.devices.join("js0");
        assert!(std::process::Command::new("mkfifo").arg(&device).status().unwrap().success());
        let mut stick = std::fs::OpenOptions::new().read(true).write(true).open(device).unwrap();
        // linux/joystick.h: time u32, value i16, type u8 (0x80: initial state), number u8.
        let event = |kind: u8, number: u8, value: u8| [0, 0, 0, 0, value, 0, kind, number];
        let (stop, stopped) = channel::<()>();
        let pressing = std::thread::spawn(move || {
            stick.write_all(&event(0x81, 9, 1)).unwrap();
            stick.write_all(&event(1, 9, 0)).unwrap();
            // Request and device are handled by one thread: press until the request has arrived.
            while stopped.recv_timeout(Duration::from_millis(50)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                stick.write_all(&[event(1, 2, 1), event(1, 2, 0)].concat()).unwrap();
            }
        });
        assert_eq!(button(places, Duration::from_secs(20), || {}).unwrap(), "044f:b10a/button 2");
        drop(stop);
        pressing.join().unwrap();
        let nowhere = Places { devices: dir.path().join("none"), known: dir.path().join("none") };
        assert!(button(nowhere, Duration::ZERO, || {}).is_err());
    }
}
