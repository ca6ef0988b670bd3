//! Push-to-talk: the keyboard's key and the joysticks' buttons, taken, bound, and let go.

use std::sync::atomic::Ordering;

use super::{Inbox, Shell};
use crate::desktop::joystick::{Joysticks, News, Places};
use crate::desktop::keyboard::{self, Keyboard, Told};
use crate::desktop::keynames;
use crate::event::Event;
use crate::problem::{Part, Problem};
use crate::settings::{Config, key_words};

/// Watches the push-to-talk key; nothing where the pilot wants none of the keyboard.
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

impl Shell {
    /// Takes the key that the configuration names, after the one before is given back.
    pub(super) fn take_key(&mut self) {
        self.desk.key = None;
        match key(&self.inbox, &self.config) {
            Ok(k) => {
                self.desk.key = k;
                let name = &self.config.ptt.key;
                if !self.config.ptt.no_key() && keynames::is_typed(name) {
                    let title = format!("Push-to-talk: {}", key_words(name));
                    self.inbox.offer(Event::Notice { title, body: "Typing it anywhere will transmit.".into() });
                }
            }
            Err(p) => self.inbox.offer(Event::Trouble(p.or_about(Part::PushToTalk))),
        }
    }

    /// Waits for a key to be pressed, off the owner's thread. Where no key is shown, the desktop is asked anew: it asks the
    /// pilot, who may choose another key there.
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
            inbox.send(learnt.map_or_else(|p| Event::Trouble(p.or_about(Part::PushToTalk)), Event::KeyBound));
        });
        if let Err(e) = spawned {
            self.learning.store(false, Ordering::Relaxed);
            self.inbox.offer(Event::Trouble(Problem::new("no key can be bound now").because(e).about(Part::PushToTalk)));
        }
    }

    /// The next button that is pressed is told.
    pub(super) fn bind_joystick(&mut self) {
        if self.desk.joysticks.is_none() {
            self.read_joysticks(true);
        }
        if let Some(j) = &self.desk.joysticks {
            j.bind();
        }
    }

    /// Reads joysticks where a button is bound, or `now` to bind one; else no thread does.
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
