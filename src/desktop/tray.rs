//! The tray icon and its menu: a StatusNotifierItem on the session bus, without GTK, on a separate thread; on Windows in the
//! notification area, on the main thread.
//!
//! External text (a unit's name, a controller's answer) is treated as data: none of its mnemonics, markup or line breaks reach the
//! desktop. A panel that starts later still shows the icon.

use std::sync::Arc;
use std::time::Duration;

#[cfg(windows)]
use self::pumped::Seat;
#[cfg(not(windows))]
use self::threaded::Seat;
use crate::event::{Choice, MenuModel, Steps, TrayState};
use crate::problem::{Part, Problem};

/// Timeout for the bus to answer; after that it counts as absent.
const START_LIMIT: Duration = Duration::from_secs(3);
/// Timeout for removing the icon, so that a hung bus does not delay shutdown.
const STOP_LIMIT: Duration = Duration::from_millis(500);
/// Maximum length of the last answer in the menu, characters: the width of a menu.
const MENU_CHARS: usize = 90;

#[cfg(windows)]
mod pumped;
#[cfg(not(windows))]
mod threaded;

type OnChoice = Arc<dyn Fn(Choice) + Send + Sync>;

enum Job {
    Show(TrayState),
    Menu(Box<MenuModel>),
}

/// The icon in the tray. Dropping it removes the icon.
pub struct Tray {
    seat: Seat,
}

impl Tray {
    /// Puts the icon into the tray in the state `Ready`. `on_choice` is called on one of the tray's threads and must not block.
    /// Fails without a session bus; without a panel it succeeds, and a panel that starts later shows the icon.
    pub fn start(on_choice: impl Fn(Choice) + Send + Sync + 'static) -> Result<Self, Problem> {
        Seat::take(Arc::new(on_choice)).map(|seat| Self { seat }).map_err(|why| no_tray().because(why))
    }

    /// Shows a state by icon and tooltip. Does not block.
    pub fn show(&self, state: TrayState) {
        self.seat.send(Job::Show(state));
    }

    /// Shows a menu. Does not block.
    pub fn menu(&self, model: &MenuModel) {
        self.seat.send(Job::Menu(Box::new(model.clone())));
    }
}

fn no_tray() -> Problem {
    Problem::new("there is no tray icon").about(Part::Desktop).fix(
        "start Stratus in a desktop session (DBUS_SESSION_BUS_ADDRESS names its bus); the key, the voice and `stratus say` work without it",
    )
}

/// The text of a tooltip below the program's name: "Ready, muted. Hilo Ground 121.9".
fn tooltip(state: TrayState, model: &MenuModel) -> String {
    let state = match state {
        TrayState::Ready => "Ready",
        TrayState::Listening => "Listening",
        TrayState::Thinking => "Thinking",
        TrayState::Speaking => "The controller speaks",
        TrayState::Fault => "Needs your attention",
    };
    let muted = if model.muted { ", muted" } else { "" };
    // The first run says what to do next, before any fault.
    let words = match (model.steps.next(), &model.fault) {
        (Some(step), _) => Steps::row(step, &model.download),
        (None, Some(fault)) => fault.words.clone(),
        (None, None) => model.unit.clone(),
    };
    let words = no_markup(&one_line(&words));
    if words.is_empty() { format!("{state}{muted}") } else { format!("{state}{muted}. {words}") }
}

/// Drops characters that some desktops interpret as markup in a tooltip and others show literally: no escaping suits both.
fn no_markup(words: &str) -> String {
    words.chars().filter(|c| !matches!(c, '<' | '>' | '&')).collect()
}

/// One short line: control characters become spaces, and long text ends with an ellipsis.
pub(super) fn one_line(words: &str) -> String {
    let mut line = String::new();
    let mut chars = 0;
    for word in words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
            chars += 1;
        }
        for c in word.chars() {
            if chars >= MENU_CHARS {
                line.push('\u{2026}');
                return line;
            }
            line.push(c);
            chars += 1;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn external_text_carries_no_markup_or_line_break() {
        assert_eq!(one_line("A&B_c\n\tquit"), "A&B_c quit");
        let model = MenuModel { unit: "<b>Hilo</b> & Tower 118.1".into(), ..MenuModel::default() };
        assert_eq!(tooltip(TrayState::Ready, &model), "Ready. bHilo/b  Tower 118.1");
        let muted = MenuModel { muted: true, ..MenuModel::default() };
        assert_eq!(tooltip(TrayState::Ready, &muted), "Ready, muted");
    }

    #[test]
    fn long_answer_is_cut_between_characters() {
        let cut = one_line(&"\u{e9}".repeat(500));
        assert_eq!(cut.chars().count(), MENU_CHARS + 1);
        assert!(cut.ends_with('\u{2026}'));
    }
}
