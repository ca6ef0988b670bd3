//! The tray on Windows: on the main thread, whose loop brings the clicks.
//!
//! A choice travels in its item's id, so that a click on a menu that is being replaced still means what it said.

use std::cell::RefCell;
use std::sync::{Mutex, Once, PoisonError};

use tray_icon::menu::{CheckMenuItem, IsMenuItem, Menu, MenuEvent, MenuItem, PredefinedMenuItem, Submenu};
use tray_icon::{Icon, TrayIcon, TrayIconBuilder, TrayIconEvent};

use super::{Job, OnChoice, START_LIMIT, STOP_LIMIT, tooltip};
use crate::desktop::icons;
use crate::desktop::menu::{self, Item};
use crate::desktop::windows::pump;
use crate::event::{Choice, MenuModel, TrayState};

/// Before every id of a choice; what follows is the choice itself.
const MARK: &str = "stratus:";

/// Whoever listens to the menu now: the tray library takes one handler for the whole process, once.
static LISTENER: Mutex<Option<OnChoice>> = Mutex::new(None);
static INSTALL: Once = Once::new();

thread_local! {
    /// On the main thread only.
    static BOARD: RefCell<Option<Board>> = const { RefCell::new(None) };
}

pub(super) struct Seat;

impl Seat {
    /// Has the main thread make the icon.
    pub(super) fn take(on_choice: OnChoice) -> Result<Self, String> {
        listen(Some(on_choice));
        let made = pump::ask(START_LIMIT, || Board::new().map(|board| BOARD.with(|b| *b.borrow_mut() = Some(board))));
        made.unwrap_or_else(|| Err("the main thread does not answer".into())).map(|()| Self)
    }

    pub(super) fn send(&self, job: Job) {
        pump::act(move || {
            BOARD.with(|b| {
                // A menu that is open runs a loop within the loop: the next job brings the newest state.
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
        // The icon must be gone before the process is: Windows would leave its picture there.
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

/// What a click on the item of this id means; none for a line that only tells.
fn choice(id: &str) -> Option<Choice> {
    serde_json::from_str(id.strip_prefix(MARK)?).ok()
}

fn id(choice: &Choice) -> String {
    // A choice always has its words in JSON.
    format!("{MARK}{}", serde_json::to_string(choice).unwrap_or_default())
}

/// What lives on one thread: the tray library's items may not leave it.
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
        // Made anew even when the model is as it was: the system toggles check marks by itself on a click.
        if let Ok(menu) = build(&model) {
            self.icon.set_menu(Some(Box::new(menu)));
        }
        self.model = model;
        let _ = self.icon.set_tooltip(Some(named(&tooltip(self.state, &self.model))));
    }
}

/// A tooltip here has no title: the program's name goes before its words.
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

/// `&` would mark a mnemonic: it is doubled.
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
    fn every_choice_comes_back_from_its_id_and_nothing_else_does() {
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
