//! What Windows tells by itself, as events for the owner.

use std::sync::mpsc::Sender;

use crate::desktop::windows::app_id;
use crate::desktop::windows::notices::{Notice, Notices};
use crate::dispatch::Inbox;
use crate::event::{Edge, Event};
use crate::problem::Problem;
use crate::settings::Config;

/// Listens to Windows. `devices` has the sound devices looked at when something is sent.
pub(super) fn start(inbox: &Inbox, config: &Config, devices: &Sender<()>) -> Option<Notices> {
    let (out, devices, keyboard) = (inbox.clone(), devices.clone(), !config.ptt.no_key());
    let started = Notices::start(move |notice| {
        log::info!("Windows tells: {notice:?}");
        match notice {
            // A key that is held now is up when the machine wakes.
            Notice::Sleep => out.offer(Event::Ptt(Edge::Up)),
            Notice::Awake | Notice::Devices => drop(devices.send(())),
            Notice::End => out.offer(Event::Quit),
            Notice::Elevated if keyboard => out.offer(Event::Trouble(elevated())),
            Notice::Elevated => {}
        }
    });
    match started {
        Ok(notices) => Some(notices),
        Err(p) => {
            inbox.offer(Event::Trouble(p));
            None
        }
    }
}

/// All is written: an end of the session need not wait any more.
pub(super) fn end(notices: Option<Notices>) {
    if let Some(notices) = notices {
        notices.in_order();
    }
}

/// Toasts need a name that Windows knows; without it they may not show, which the first of them tells.
pub(super) fn name_toasts() {
    let icon = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("stratus.png"))).filter(|icon| icon.is_file());
    if let Err(why) = app_id::register(icon.as_deref()) {
        log::warn!("toasts have no name: {why}");
    }
}

fn elevated() -> Problem {
    Problem::new("the push-to-talk key cannot be heard while the window in front is there")
        .because("its program runs as administrator, and Windows gives its keys to no program that does not")
        .fix("start the simulator without \"Run as administrator\", or start Stratus with it; a joystick's button works in any case")
}
