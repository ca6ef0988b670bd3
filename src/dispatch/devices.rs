//! The watch over the sound devices: tells which there are, for the tray's menu.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::Inbox;
use crate::audio::list::Lister;
use crate::event::Event;
use crate::worker::{stumble, survive};

/// How often the lists of microphones and speakers are looked at.
const DEVICES_EVERY: Duration = Duration::from_secs(20);

/// Tells which sound devices there are, now and whenever that changes, until the sender it returns is dropped. Sending
/// has them looked at now.
pub fn watch_devices(inbox: &Inbox) -> Sender<()> {
    let (stop, stopped) = channel();
    let inbox = inbox.clone();
    let spawned = std::thread::Builder::new().name("devices".into()).spawn(move || {
        let look = |state: &mut (Option<_>, Lister)| loop {
            stumble("devices");
            let now = state.1.list();
            if state.0.as_ref() != Some(&now) {
                inbox.offer(Event::Devices(now.clone()));
                state.0 = Some(now);
            }
            if stopped.recv_timeout(DEVICES_EVERY) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        };
        survive(&mut Default::default(), look, |state, _| state.1 = Lister::default());
    });
    if let Err(e) = spawned {
        log::error!("cannot watch the sound devices: {e}");
    }
    stop
}
