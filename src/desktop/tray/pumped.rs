//! The tray on Windows: on the main thread, whose message loop delivers the clicks.
//!
//! The id of an item carries its choice, so that a click on a menu that is being replaced still has the right effect.

use std::cell::RefCell;
use std::sync::{Mutex, Once, PoisonError};

use tray_icon::menu::{CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder, TrayIconEvent};

use super::{Job, OnChoice, START_LIMIT, STOP_LIMIT, tooltip};
use crate::desktop::icons;
use crate::desktop::menu::{self, Item};
use crate::desktop::windows::pump;
use crate::event::{Choice, MenuModel, TrayState};

/// Prefix of the id of a choice; the choice itself follows.
const MARK: &str = "stratus:";

/// The current menu handler: the tray library accepts one handler per process, set once.
static LISTENER: Mutex<Option<OnChoice>> = Mutex::new(None);
static INSTALL: Once = Once::new();

thread_local! {
    /// Accessed on the main thread only.
    static BOARD: RefCell<Option<Board>> = const { RefCell::new(None) };
}

pub(super) struct Seat;

impl Seat {
    /// Creates the icon on the main thread.
    pub(super) fn take(on_choice: OnChoice) -> Result<Self, String> {
        listen(Some(on_choice));
        let made = pump::ask(START_LIMIT, || Board::new().map(|board| BOARD.with(|b| *b.borrow_mut() = Some(board))));
        made.unwrap_or_else(|| Err("the main thread does not answer".into())).map(|()| Self)
    }

    pub(super) fn send(&self, job: Job) {
        pump::act(move || {
            BOARD.with(|b| {
                // An open menu runs a nested loop; the next job brings the newest state.
                if let Ok(mut board) = b.try_borrow_mut()
                    && let Some(board) = board.as_mut()
                {
                    board.perform(job);
                }
            });
        });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        listen(None);
        // Remove the icon before the process ends; otherwise Windows would keep showing it.
        pump::ask(STOP_LIMIT, || BOARD.with(|b| drop(b.take())));
    }
}

fn listen(who: Option<OnChoice>) {
    *LISTENER.lock().unwrap_or_else(PoisonError::into_inner) = who;
    INSTALL.call_once(|| {
        MenuEvent::set_event_handler(Some(|event: MenuEvent| {
            choice(&event.id.0).into_iter().for_each(tell);
        }));
        // A click opens the menu.
        TrayIconEvent::set_event_handler(Some(|event: TrayIconEvent| {
            if matches!(event, TrayIconEvent::Click { .. }) {
                tell(Choice::Opened);
            }
        }));
    });
}

fn tell(choice: Choice) {
    let who = LISTENER.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(tell) = who {
        tell(choice);
    }
}

/// The choice behind an item's id; `None` for an informational line.
fn choice(id: &str) -> Option<Choice> {
    serde_json::from_str(id.strip_prefix(MARK)?).ok()
}

fn id(choice: &Choice) -> String {
    // A choice always serialises to JSON.
    format!("{MARK}{}", serde_json::to_string(choice).unwrap_or_default())
}

/// What is confined to the main thread, because the tray library's items may not leave it.
struct Board {
    icon: TrayIcon,
    state: TrayState,
    model: MenuModel,
}

impl Board {
    fn new() -> Result<Self, String> {
        let model = MenuModel::default();
        let icon = TrayIconBuilder::new()
            .with_id("stratus")
            .with_title("Stratus")
            .with_tooltip(named(&tooltip(TrayState::Ready, &model)))
            .with_icon(picture(TrayState::Ready)?)
            .with_menu(Box::new(build(&model)?))
            .build()
            .map_err(|e| e.to_string())?;
        Ok(Self { icon, state: TrayState::Ready, model })
    }

    fn perform(&mut self, job: Job) {
        match job {
            Job::Show(state) => self.show(state),
            Job::Menu(model) => self.menu(*model),
        }
    }

    fn show(&mut self, state: TrayState) {
        if state == self.state {
            return;
        }
        self.state = state;
        if let Ok(picture) = picture(state) {
            let _ = self.icon.set_icon(Some(picture));
        }
        let _ = self.icon.set_tooltip(Some(named(&tooltip(state, &self.model))));
    }

    fn menu(&mut self, model: MenuModel) {
        // Rebuild even if the model is unchanged, because the system toggles check marks by itself on a click.
        if let Ok(menu) = build(&model) {
            self.icon.set_menu(Some(Box::new(menu)));
        }
        self.model = model;
        let _ = self.icon.set_tooltip(Some(named(&tooltip(self.state, &self.model))));
    }
}

/// Tooltips have no title here, so the program's name comes first.
fn named(words: &str) -> String {
    format!("Stratus: {words}")
}

fn picture(state: TrayState) -> Result<Icon, String> {
    Icon::from_rgba(icons::rgba(state).to_vec(), icons::SIZE, icons::SIZE).map_err(|e| e.to_string())
}

fn build(model: &MenuModel) -> Result<Menu, String> {
    let menu = Menu::new();
    for item in menu::items(model) {
        menu.append(&*drawn(item)?).map_err(|e| e.to_string())?;
    }
    Ok(menu)
}

/// `&` would mark a mnemonic, so it is doubled.
fn label(words: &str) -> String {
    words.replace('&', "&&")
}

fn drawn(item: Item) -> Result<Box<dyn IsMenuItem>, String> {
    let drawn: Box<dyn IsMenuItem> = match item {
        Item::Line => Box::new(PredefinedMenuItem::separator()),
        Item::Told(words) => Box::new(MenuItem::new(label(&words), false, None)),
        Item::Entry(words, choice) => Box::new(MenuItem::with_id(id(&choice), label(&words), true, None)),
        Item::Check(words, on, choice) => Box::new(CheckMenuItem::with_id(id(&choice), label(&words), true, on, None)),
        Item::Group(words, items) => {
            let sub = Submenu::new(label(&words), true);
            for item in items {
                sub.append(&*drawn(item)?).map_err(|e| e.to_string())?;
            }
            Box::new(sub)
        }
    };
    Ok(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::BrainMode;

    #[test]
    fn only_choices_round_trip_through_their_ids() {
        for c in [
            Choice::Repeat(2),
            Choice::ToggleMute,
            Choice::Microphone("USB \"Mic\" \u{e9}".into()),
            Choice::Speaker(String::new()),
            Choice::Brain(BrainMode::Llm),
            Choice::Quit,
        ] {
            assert_eq!(choice(&id(&c)), Some(c));
        }
        for other in ["", "stratus:", "stratus:\"sing\"", "1001", "\"quit\""] {
            assert_eq!(choice(other), None);
        }
    }
}
