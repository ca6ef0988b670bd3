//! Converts notifications from Windows to events for the owner.

use crate::desktop::windows::app_id;
use crate::desktop::windows::notices::{Notice, Notices};
use crate::dispatch::Inbox;
use crate::event::{Edge, Event};
use crate::problem::{Part, Problem};
use crate::settings::Config;
use crate::worker::bell::Rope;

/// Subscribes to Windows's notifications. `devices` is rung when the sound devices must be checked.
pub(super) fn start(inbox: &Inbox, config: &Config, devices: Option<&Rope>) -> Option<Notices> {
    let (out, devices, keyboard) = (inbox.clone(), devices.cloned(), !config.ptt.no_key());
    let started = Notices::start(move |notice| {
        log::info!("Windows tells: {notice:?}");
        match notice {
            // A key that is held now will be up when the machine wakes.
            Notice::Sleep => out.offer(Event::Ptt(Edge::Up)),
            Notice::Awake | Notice::Devices => devices.iter().for_each(Rope::ring),
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

/// Everything is written: an end of the session need not wait any longer.
pub(super) fn end(notices: Option<Notices>) {
    if let Some(notices) = notices {
        notices.in_order();
    }
}

/// Registers the name that toasts need on Windows. Without it they may not appear, which the first toast reports.
pub(super) fn name_toasts() {
    let icon = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("stratus.png"))).filter(|icon| icon.is_file());
    if let Err(why) = app_id::register(icon.as_deref()) {
        log::warn!("toasts have no name: {why}");
    }
}

fn elevated() -> Problem {
    Problem::new("push-to-talk does not work while that window is in front")
        .about(Part::PushToTalk)
        .brief("Push-to-talk blocked by the window in front", "Its program runs as administrator.")
        .remedy("Run Stratus as administrator too, or use a joystick button.")
        .because("its program runs as administrator, and Windows hides its keys from programs that do not")
        .fix("start the simulator without \"Run as administrator\", or run Stratus as administrator too; a joystick button always works")
}
