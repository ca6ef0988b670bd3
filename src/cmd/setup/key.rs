//! The push-to-talk key's step: a key of the keyboard, or a joystick's button, and a press to see that it arrives.

use std::sync::PoisonError;
use std::sync::mpsc::channel;
use std::time::Duration;

use super::Setup;
use super::ask::{refused, told, well};
use crate::cmd::doctor;
use crate::desktop::joystick::{Joysticks, News, Places};
use crate::desktop::keyboard::{self, Keyboard, Told};
use crate::desktop::keynames;
use crate::event::Edge;
use crate::problem::Problem;

/// How long a press is waited for.
const PRESS: Duration = Duration::from_secs(20);
/// Joysticks wait as long by themselves, and a little longer for their answer.
const BIND: Duration = Duration::from_secs(25);

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    match s.args.key.clone() {
        Some(key) => choose(s, &key)?,
        None => loop {
            let question = format!(
                "Which key? A name such as RightCtrl or F13, \"press\" to press it, \"joystick\", or \"none\" [{}]",
                s.config.ptt.key
            );
            let answer = s.ask.line(&question)?;
            if answer.is_empty() {
                break;
            }
            let taken = match answer.to_lowercase().as_str() {
                "joystick" => bind(s),
                "press" => learn(s),
                _ => choose(s, &answer),
            };
            match taken {
                Ok(()) => break,
                Err(p) => refused(&p)?,
            }
        },
    }
    match doctor::parts::key(&s.config) {
        Ok(found) => well(&found)?,
        Err(p) => return Ok(told("not yet", &p)?),
    }
    if !s.ask.yes && !s.config.ptt.no_key() && s.ask.whether("Try it now?")? {
        match pressed(s) {
            Ok(()) => well("pressed and released: it arrives")?,
            Err(p) => told("not yet", &p)?,
        }
    }
    Ok(())
}

fn choose(s: &mut Setup<'_>, key: &str) -> Result<(), Problem> {
    if !key.eq_ignore_ascii_case("none") {
        // As the key will be read: taken away from the others, or listened to.
        if s.config.ptt.grab { keynames::parse(key).map(drop) } else { keynames::listened(key).map(drop) }?;
    }
    s.set("ptt.key", &key.into())
}

/// The next key of the keyboard becomes the push-to-talk key.
fn learn(s: &mut Setup<'_>) -> Result<(), Problem> {
    if !keyboard::is_learnable() {
        return Err(Problem::new("this session shows keys to no program").fix("write the key's name; the desktop may give another one"));
    }
    let _ = well("press the key now");
    let key = keyboard::learn()?.ok_or_else(|| Problem::new("no key was pressed").fix("try again, or write its name"))?;
    let _ = well(&key);
    choose(s, &key)
}

/// The next button of a joystick becomes one more push-to-talk key.
fn bind(s: &mut Setup<'_>) -> Result<(), Problem> {
    let (out, news) = channel();
    let sticks = Joysticks::start(Places::default(), &[], move |n| {
        let _ = out.send(n);
    })?;
    sticks.bind();
    let _ = well("press the button now");
    loop {
        match news.recv_timeout(BIND) {
            Ok(News::Bound(button)) => {
                let mut all = s.config.ptt.joystick.clone();
                if !all.contains(&button) {
                    all.push(button);
                }
                return s.set("ptt.joystick", &all.into());
            }
            Ok(News::Edge(_)) => {}
            Ok(News::NotBound) | Err(_) => {
                return Err(
                    Problem::new("no button was pressed").fix("is the joystick plugged in? `stratus doctor` lists those that can be read")
                );
            }
        }
    }
}

/// Waits for the key to go down and up.
fn pressed(s: &Setup<'_>) -> Result<(), Problem> {
    let (out, told) = channel();
    let out = std::sync::Mutex::new(out);
    let _key = Keyboard::start(&s.config.ptt, move |t| {
        let _ = out.lock().unwrap_or_else(PoisonError::into_inner).send(t);
    })?;
    let _ = well(&format!("press {} and release it", s.config.ptt.key));
    loop {
        match told.recv_timeout(PRESS) {
            Ok(Told::Edge(Edge::Up)) => return Ok(()),
            Ok(Told::Edge(Edge::Down)) => {}
            // The desktop may have given another key.
            Ok(Told::Way(words)) => well(&words).map_err(|e| Problem::new("the terminal is gone").because(e))?,
            Ok(Told::Trouble(p)) => return Err(p),
            Err(_) => {
                return Err(
                    Problem::new("no press arrived").fix("another key, or a joystick's button; `stratus doctor` says what works here")
                );
            }
        }
    }
}
