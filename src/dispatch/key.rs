//! Push-to-talk: acquires, binds and releases the keyboard's key and the joysticks' buttons.

use std::sync::atomic::Ordering;

use super::{Inbox, Shell};
use crate::desktop::joystick::{Joysticks, News, Places};
use crate::desktop::keyboard::{self, Keyboard, Told};
use crate::desktop::keynames;
use crate::event::Event;
use crate::problem::{Part, Problem};
use crate::settings::{Config, Ptt, key_words};

/// Watches the push-to-talk key; `None` if the pilot does not use a keyboard key.
pub fn key(inbox: &Inbox, config: &Config) -> Result<Option<Keyboard>, Problem> {
    if config.ptt.no_key() {
        return Ok(None);
    }
    let inbox = inbox.clone();
    let tell = move |told| {
        inbox.send(match told {
            Told::Edge(edge) => Event::Ptt(edge),
            Told::Way(words) => Event::Notice { title: "Push-to-talk".into(), body: words },
            Told::Trouble(p) => Event::Trouble(p.or_about(Part::PushToTalk)),
        });
    };
    Keyboard::start(&config.ptt, tell).map(Some)
}

/// The warning about a key that is also used in typing, whether it was chosen in the menu or in the file.
fn warning(ptt: &Ptt) -> Option<Event> {
    let typed = !ptt.no_key() && keynames::is_typed(&ptt.key);
    let title = format!("Push-to-talk: {}", key_words(&ptt.key));
    let body = "Typing it anywhere will transmit. Push-to-talk \u{203a} Change key takes another.".to_owned();
    typed.then_some(Event::Notice { title, body })
}

impl Shell {
    /// Acquires the configured key, after the previous one was released.
    pub(super) fn take_key(&mut self) {
        self.desk.key = None;
        match key(&self.inbox, &self.config) {
            Ok(k) => {
                self.desk.key = k;
                if let Some(warning) = warning(&self.config.ptt) {
                    self.inbox.offer(warning);
                }
            }
            Err(p) => self.inbox.offer(Event::Trouble(p.or_about(Part::PushToTalk))),
        }
    }

    /// Waits for a key press off the owner's thread. If the session shows no keys, the desktop is asked again, and the pilot may
    /// choose another key in its dialog.
    pub(super) fn bind_key(&mut self) {
        if !keyboard::is_learnable() {
            let body = "Allow the key in the desktop's dialog. Choose another in the desktop's settings.";
            self.inbox.offer(Event::Notice { title: "Push-to-talk".into(), body: body.into() });
            return self.take_key();
        }
        if self.learning.swap(true, Ordering::Relaxed) {
            return;
        }
        let (inbox, learning) = (self.inbox.clone(), self.learning.clone());
        let spawned = std::thread::Builder::new().name("bind key".into()).spawn(move || {
            let learnt = keyboard::learn();
            learning.store(false, Ordering::Relaxed);
            inbox.send(match learnt {
                Ok(Some(key)) if keynames::is_typed(&key) => Event::TypingKeyBound(key),
                Ok(key) => Event::KeyBound(key),
                Err(p) => Event::Trouble(p.or_about(Part::PushToTalk)),
            });
        });
        if let Err(e) = spawned {
            self.learning.store(false, Ordering::Relaxed);
            self.inbox.offer(Event::Trouble(Problem::new("no key can be bound now").because(e).about(Part::PushToTalk)));
        }
    }

    /// Reports the next button press.
    pub(super) fn bind_joystick(&mut self) {
        if self.desk.joysticks.is_none() {
            self.read_joysticks(true);
        }
        if let Some(j) = &self.desk.joysticks {
            j.bind();
        }
    }

    /// Reads joysticks if a button is bound, or `now` to bind one; otherwise no thread runs.
    pub fn read_joysticks(&mut self, now: bool) {
        let bound = &self.config.ptt.joystick;
        match &self.desk.joysticks {
            Some(j) if now || !bound.is_empty() => j.bindings(bound),
            Some(_) => self.desk.joysticks = None,
            None if now || !bound.is_empty() => {
                let inbox = self.inbox.clone();
                let tell = move |news| {
                    inbox.send(match news {
                        News::Edge(edge) => Event::Ptt(edge),
                        News::Bound(button) => Event::Bound(Some(button)),
                        News::NotBound => Event::Bound(None),
                    });
                };
                match Joysticks::start(Places::default(), bound, tell) {
                    Ok(j) => self.desk.joysticks = Some(j),
                    Err(p) => self.inbox.offer(Event::Trouble(p)),
                }
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_key_causes_a_warning_with_its_name_and_a_remedy() {
        let told = |key: &str| warning(&Ptt { key: key.to_owned(), ..Ptt::default() });
        let Some(Event::Notice { title, body }) = told("A") else { panic!("nothing is told") };
        assert_eq!(title, "Push-to-talk: A");
        assert!(body.starts_with("Typing it anywhere will transmit.") && body.contains("Change key"), "{body}");
        for key in ["ScrollLock", "F13", "none"] {
            assert!(told(key).is_none(), "{key}");
        }
    }
}
