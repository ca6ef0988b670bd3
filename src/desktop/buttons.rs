//! Joystick buttons: which ones are push-to-talk, which are down, and which one to bind next.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::event::Edge;

/// How long "press the button now" waits.
pub const BIND_LIMIT: Duration = Duration::from_secs(20);

/// Events from the joysticks.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// An edge of a bound button.
    Edge(Edge),
    /// The button pressed for binding, in the form of `ptt.joystick`.
    Bound(String),
    /// Nothing was pressed in time.
    NotBound,
}

/// One button that went down or up, named as in its binding.
#[derive(Debug, PartialEq)]
pub struct Motion {
    /// "044f:b10a/button 3".
    pub what: String,
    /// Whether it went down.
    pub down: bool,
    /// Part of the state reported when the device is opened, not a press by the pilot.
    pub initial: bool,
}

/// Separates a button from those held with it: "044f:b10a/button 3 with 044f:b10a/button 6".
const WITH: &str = " with ";

/// A button, and the buttons that must already be down when it goes down.
#[derive(Debug, PartialEq)]
struct Bound {
    button: String,
    with: Vec<String>,
}

impl Bound {
    fn read(text: &str) -> Self {
        let mut parts = text.split(WITH).map(|p| p.trim().to_owned());
        Self { button: parts.next().unwrap_or_default(), with: parts.collect() }
    }
}

/// A binding in progress.
struct Binding {
    until: Instant,
    /// Buttons pressed since the start that are still down, by device.
    pressed: Vec<(String, String)>,
}

/// The button state of all joysticks.
pub struct Buttons {
    bound: Vec<Bound>,
    /// Bound buttons that are down and active, by device.
    held: BTreeSet<(String, String)>,
    /// Buttons that are down and may act as modifiers, by device.
    beside: BTreeSet<(String, String)>,
    binding: Option<Binding>,
    tell: Box<dyn Fn(News) + Send>,
}

impl Buttons {
    /// Starts with no button down.
    pub fn new(bound: BTreeSet<String>, tell: impl Fn(News) + Send + 'static) -> Self {
        let bound = bound.iter().map(|b| Bound::read(b)).collect();
        Self { bound, held: BTreeSet::new(), beside: BTreeSet::new(), binding: None, tell: Box::new(tell) }
    }

    /// Replaces the bindings and releases buttons that are no longer bound.
    pub fn bind_these(&mut self, new: Vec<String>) {
        self.bound = new.iter().map(|b| Bound::read(b)).collect();
        let buttons: Vec<String> = self.bound.iter().map(|b| b.button.clone()).collect();
        self.let_go(|(_, what)| !buttons.contains(what));
    }

    /// Reports the next button that goes down and up as `Bound`, together with the buttons held before it.
    pub fn bind_next(&mut self) {
        self.binding = Some(Binding { until: Instant::now() + BIND_LIMIT, pressed: Vec::new() });
    }

    /// Deadline of the binding in progress.
    pub fn binding(&self) -> Option<Instant> {
        self.binding.as_ref().map(|b| b.until)
    }

    /// Reports a binding that timed out. A switch that was turned on and stayed on counts from now on.
    pub fn tick(&mut self) {
        if self.binding().is_some_and(|until| Instant::now() >= until) {
            let pressed = self.binding.take().map(|b| b.pressed).unwrap_or_default();
            (self.tell)(named(&pressed).map_or(News::NotBound, News::Bound));
        }
    }

    /// Handles a motion of this device.
    pub fn moved(&mut self, device: &str, m: Motion) {
        let this = (device.to_owned(), m.what);
        // A button that is already down when the device is opened may act as a modifier, but it is not a press.
        if m.down && self.bound.iter().any(|b| b.with.contains(&this.1)) {
            self.beside.insert(this.clone());
        } else if !m.down {
            self.beside.remove(&this);
        }
        if m.initial {
            return;
        }
        if m.down
            && let Some(binding) = &mut self.binding
        {
            return binding.pressed.push(this);
        }
        if !m.down
            && let Some(binding) = self.binding.take_if(|b| b.pressed.contains(&this))
        {
            // The last button pressed is the key, whichever is released first.
            return named(&binding.pressed).into_iter().for_each(|b| (self.tell)(News::Bound(b)));
        }
        let beside = |what: &String| self.beside.iter().any(|(_, w)| w == what);
        if m.down && self.bound.iter().any(|b| b.button == this.1 && b.with.iter().all(beside)) {
            let first = self.held.is_empty();
            self.held.insert(this);
            if first {
                (self.tell)(News::Edge(Edge::Down));
            }
        } else if !m.down {
            self.let_go(|held| *held == this);
        }
    }

    /// The device was disconnected: releases what it held.
    pub fn gone(&mut self, device: &str) {
        self.beside.retain(|(of, _)| of != device);
        if let Some(binding) = &mut self.binding {
            binding.pressed.retain(|(of, _)| of != device);
        }
        self.let_go(|(of, _)| of == device);
    }

    /// Releases everything.
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

/// The pressed buttons in the form of `ptt.joystick`: the last one first, then those held with it.
fn named(pressed: &[(String, String)]) -> Option<String> {
    let names: Vec<&str> = pressed.iter().rev().take(3).map(|(_, what)| what.as_str()).collect();
    (!names.is_empty()).then(|| names.join(WITH))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};

    fn buttons(bound: &[&str]) -> (Buttons, Receiver<News>) {
        let (told, news) = channel();
        (Buttons::new(bound.iter().map(|b| (*b).to_owned()).collect(), move |n| told.send(n).unwrap()), news)
    }

    fn moves(b: &mut Buttons, moves: &[(&str, bool)]) {
        for (what, down) in moves {
            b.moved("js0", Motion { what: (*what).to_owned(), down: *down, initial: false });
        }
    }

    const DOWN: News = News::Edge(Edge::Down);
    const UP: News = News::Edge(Edge::Up);

    #[test]
    fn combination_counts_only_while_its_modifier_is_held() {
        let (mut b, news) = buttons(&["x/button 3 with x/button 6", "x/hat 5+"]);
        moves(&mut b, &[("x/button 3", true), ("x/button 3", false), ("x/button 6", true), ("x/button 6", false)]);
        assert!(news.try_recv().is_err(), "neither button counts alone");
        // Pressed in the wrong order, it is not the combination.
        moves(&mut b, &[("x/button 3", true), ("x/button 6", true), ("x/button 3", false)]);
        assert!(news.try_recv().is_err());
        moves(&mut b, &[("x/button 3", true), ("x/button 6", false)]);
        assert_eq!(news.try_recv(), Ok(DOWN), "the modifier was still down");
        assert!(news.try_recv().is_err(), "the modifier may be released while the button is held");
        moves(&mut b, &[("x/button 3", false), ("x/hat 5+", true), ("x/hat 5+", false)]);
        assert_eq!(news.try_iter().collect::<Vec<_>>(), [UP, DOWN, UP]);
        // A mode switch that is already on when the stick is found acts as the modifier.
        b.moved("js1", Motion { what: "x/button 6".into(), down: true, initial: true });
        moves(&mut b, &[("x/button 3", true)]);
        assert_eq!(news.try_recv(), Ok(DOWN));
        b.gone("js0");
        assert_eq!(news.try_recv(), Ok(UP));
        b.gone("js1");
        moves(&mut b, &[("x/button 3", true)]);
        assert!(news.try_recv().is_err(), "the switch is gone with its stick");
    }

    #[test]
    fn held_buttons_are_bound_with_the_pressed_one() {
        let (mut b, news) = buttons(&[]);
        b.bind_next();
        moves(&mut b, &[("x/button 9", false), ("x/button 6", true), ("x/button 3", true), ("x/button 3", false)]);
        assert_eq!(news.try_recv(), Ok(News::Bound("x/button 3 with x/button 6".into())));
        b.bind_these(vec!["x/button 3 with x/button 6".into()]);
        moves(&mut b, &[("x/button 6", false), ("x/button 6", true), ("x/button 3", true)]);
        assert_eq!(news.try_recv(), Ok(DOWN));
        b.bind_these(Vec::new());
        assert_eq!(news.try_recv(), Ok(UP), "an unbound button is released");
    }
}
