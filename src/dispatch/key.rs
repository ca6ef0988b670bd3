//! Push-to-talk: the keyboard's key and the joysticks' buttons, taken, bound, and let go.

use super::{Inbox, Shell};
use crate::desktop::joystick::{Joysticks, News, Places};
use crate::desktop::keyboard::{Keyboard, Told};
use crate::event::Event;
use crate::problem::Problem;
use crate::settings::Config;

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
            Told::Trouble(p) => Event::Trouble(p),
        });
    };
    Keyboard::start(&config.ptt, tell).map(Some)
}

impl Shell {
    /// Takes the key that the configuration names, after the one before is given back.
    pub(super) fn take_key(&mut self) {
        self.desk.key = None;
        match key(&self.inbox, &self.config) {
            Ok(k) => self.desk.key = k,
            Err(p) => self.inbox.offer(Event::Trouble(p)),
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
