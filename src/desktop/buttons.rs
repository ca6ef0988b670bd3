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

/// Between a button and those that must be held beside it: "044f:b10a/button 3 with 044f:b10a/button 6".
const WITH: &str = " with ";

/// A button, and those that must be down when it goes down.
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

/// A button that is to be bound is waited for.
struct Binding {
    until: Instant,
    /// What went down since, by device, and is down.
    pressed: Vec<(String, String)>,
}

/// The buttons of all joysticks.
pub struct Buttons {
    bound: Vec<Bound>,
    /// Bound buttons that count and are down, by device.
    held: BTreeSet<(String, String)>,
    /// What is down and may be held beside another, by device.
    beside: BTreeSet<(String, String)>,
    binding: Option<Binding>,
    tell: Box<dyn Fn(News) + Send>,
}

impl Buttons {
    /// Nothing is down.
    pub fn new(bound: BTreeSet<String>, tell: impl Fn(News) + Send + 'static) -> Self {
        let bound = bound.iter().map(|b| Bound::read(b)).collect();
        Self { bound, held: BTreeSet::new(), beside: BTreeSet::new(), binding: None, tell: Box::new(tell) }
    }

    /// Other buttons than before; what is bound no more is let go.
    pub fn bind_these(&mut self, new: Vec<String>) {
        self.bound = new.iter().map(|b| Bound::read(b)).collect();
        let buttons: Vec<String> = self.bound.iter().map(|b| b.button.clone()).collect();
        self.let_go(|(_, what)| !buttons.contains(what));
    }

    /// The next button that goes down and up is told as `Bound`, with those that went down before it and are held.
    pub fn bind_next(&mut self) {
        self.binding = Some(Binding { until: Instant::now() + BIND_LIMIT, pressed: Vec::new() });
    }

    /// Until when a button to be bound is waited for.
    pub fn binding(&self) -> Option<Instant> {
        self.binding.as_ref().map(|b| b.until)
    }

    /// Tells when nothing was pressed in time; a switch that was put on and stays there counts now.
    pub fn tick(&mut self) {
        if self.binding().is_some_and(|until| Instant::now() >= until) {
            let pressed = self.binding.take().map(|b| b.pressed).unwrap_or_default();
            (self.tell)(named(&pressed).map_or(News::NotBound, News::Bound));
        }
    }

    /// Something moved at this device.
    pub fn moved(&mut self, device: &str, m: Motion) {
        let this = (device.to_owned(), m.what);
        // A button that is held at the opening may stand beside another; it is no press of its own.
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
            // The last one that went down is the key, whichever is let go first.
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

    /// The device is gone: what it held is let go.
    pub fn gone(&mut self, device: &str) {
        self.beside.retain(|(of, _)| of != device);
        if let Some(binding) = &mut self.binding {
            binding.pressed.retain(|(of, _)| of != device);
        }
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

/// What was pressed, as `ptt.joystick` takes it: the last one first, with those that were held beside it.
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
    fn a_combination_counts_only_while_its_modifier_is_held() {
        let (mut b, news) = buttons(&["x/button 3 with x/button 6", "x/hat 5+"]);
        moves(&mut b, &[("x/button 3", true), ("x/button 3", false), ("x/button 6", true), ("x/button 6", false)]);
        assert!(news.try_recv().is_err(), "each alone is nothing");
        // Pressed in the wrong order it is not the combination.
        moves(&mut b, &[("x/button 3", true), ("x/button 6", true), ("x/button 3", false)]);
        assert!(news.try_recv().is_err());
        moves(&mut b, &[("x/button 3", true), ("x/button 6", false)]);
        assert_eq!(news.try_recv(), Ok(DOWN), "the modifier was still down");
        assert!(news.try_recv().is_err(), "it may be let go while the button is held");
        moves(&mut b, &[("x/button 3", false), ("x/hat 5+", true), ("x/hat 5+", false)]);
        assert_eq!(news.try_iter().collect::<Vec<_>>(), [UP, DOWN, UP]);
        // A mode switch that is on when the stick is found holds the combination.
        b.moved("js1", Motion { what: "x/button 6".into(), down: true, initial: true });
        moves(&mut b, &[("x/button 3", true)]);
        assert_eq!(news.try_recv(), Ok(DOWN));
        b.gone("js0");
        assert_eq!(news.try_recv(), Ok(UP));
        b.gone("js1");
        moves(&mut b, &[("x/button 3", true)]);
        assert!(news.try_recv().is_err(), "the switch went with its stick");
    }

    #[test]
    fn what_is_held_while_another_is_pressed_is_bound_with_it() {
        let (mut b, news) = buttons(&[]);
        b.bind_next();
        moves(&mut b, &[("x/button 9", false), ("x/button 6", true), ("x/button 3", true), ("x/button 3", false)]);
        assert_eq!(news.try_recv(), Ok(News::Bound("x/button 3 with x/button 6".into())));
        b.bind_these(vec!["x/button 3 with x/button 6".into()]);
        moves(&mut b, &[("x/button 6", false), ("x/button 6", true), ("x/button 3", true)]);
        assert_eq!(news.try_recv(), Ok(DOWN));
        b.bind_these(Vec::new());
        assert_eq!(news.try_recv(), Ok(UP), "what is bound no more is let go");
    }
}
