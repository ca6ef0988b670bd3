//! Which buttons of joysticks are the push-to-talk key, which of them are down, and the one that is to be bound next.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::event::Edge;

/// How long "press the button now" waits.
pub const BIND_LIMIT: Duration = Duration::from_secs(20);

/// What the joysticks have to say.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A bound button.
    Edge(Edge),
    /// The button that was pressed to be bound, as `ptt.joystick` takes it.
    Bound(String),
    /// Nothing was pressed in time.
    NotBound,
}

/// One thing that went down or up, by the name of its binding.
#[derive(Debug, PartialEq)]
pub struct Motion {
    /// "044f:b10a/button 3".
    pub what: String,
    /// It went down.
    pub down: bool,
    /// The state at the opening, not a motion of the pilot's.
    pub initial: bool,
}

/// The buttons of all joysticks.
pub struct Buttons {
    bound: BTreeSet<String>,
    /// Bound buttons that are down, by device.
    held: BTreeSet<(String, String)>,
    binding: Option<Instant>,
    tell: Box<dyn Fn(News) + Send>,
}

impl Buttons {
    /// Nothing is down.
    pub fn new(bound: BTreeSet<String>, tell: impl Fn(News) + Send + 'static) -> Self {
        Self { bound, held: BTreeSet::new(), binding: None, tell: Box::new(tell) }
    }

    /// Other buttons than before; what is bound no more is let go.
    pub fn bind_these(&mut self, new: Vec<String>) {
        self.bound = new.into_iter().collect();
        let bound = self.bound.clone();
        self.let_go(|(_, what)| !bound.contains(what));
    }

    /// The next button that goes down is told as `Bound`.
    pub fn bind_next(&mut self) {
        self.binding = Some(Instant::now() + BIND_LIMIT);
    }

    /// Until when a button to be bound is waited for.
    pub fn binding(&self) -> Option<Instant> {
        self.binding
    }

    /// Tells when nothing was pressed in time.
    pub fn tick(&mut self) {
        if self.binding.is_some_and(|until| Instant::now() >= until) {
            self.binding = None;
            (self.tell)(News::NotBound);
        }
    }

    /// Something moved at this device.
    pub fn moved(&mut self, device: &str, m: Motion) {
        if m.initial {
            return;
        }
        if m.down && self.binding.take().is_some() {
            return (self.tell)(News::Bound(m.what));
        }
        if m.down && self.bound.contains(&m.what) {
            let first = self.held.is_empty();
            self.held.insert((device.to_owned(), m.what));
            if first {
                (self.tell)(News::Edge(Edge::Down));
            }
        } else if !m.down {
            self.let_go(|(of, what)| of == device && *what == m.what);
        }
    }

    /// The device is gone: what it held is let go.
    pub fn gone(&mut self, device: &str) {
        self.let_go(|(of, _)| of == device);
    }

    /// Everything is let go.
    pub fn all_up(&mut self) {
        self.let_go(|_| true);
    }

    fn let_go(&mut self, which: impl Fn(&(String, String)) -> bool) {
        let was = !self.held.is_empty();
        self.held.retain(|h| !which(h));
        if was && self.held.is_empty() {
            (self.tell)(News::Edge(Edge::Up));
        }
    }
}
