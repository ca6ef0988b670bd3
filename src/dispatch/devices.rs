//! Watches the sound devices, and lists them for the tray menu.

use std::time::Duration;

use super::Inbox;
use crate::audio::list::Lister;
#[cfg(target_os = "linux")]
use crate::audio::news::News;
use crate::event::{Devices, Event};
use crate::speech::{neural, system_voices};
use crate::worker::bell::{Bell, Rope, Woken, bell};
use crate::worker::{stumble, survive};

/// Polling interval for the device lists if hot-plug events are not available.
const UNASKED: Duration = Duration::from_secs(20);
/// Delay before the first attempt to reconnect to a server that ended; it doubles with each attempt.
#[cfg(target_os = "linux")]
const SOON: Duration = Duration::from_secs(1);
/// Plugging in one headset creates several devices one after another; wait, and list them together.
#[cfg(target_os = "linux")]
const TOGETHER: Duration = Duration::from_millis(300);

/// Reports the sound devices, now and whenever they change, until the returned rope is dropped. Ringing it triggers a check.
pub fn watch_devices(inbox: &Inbox) -> Option<Rope> {
    let inbox = inbox.clone();
    let started = bell().and_then(|(rope, bell)| {
        let look = move |state: &mut (Option<_>, Lister)| {
            let mut waiting = Waiting::default();
            loop {
                stumble("devices");
                let neural = neural::here().into_iter().map(|v| v.name).collect();
                let now = Devices { voices: system_voices::installed(), neural, ..waiting.list(&mut state.1) };
                if state.0.as_ref() != Some(&now) {
                    inbox.offer(Event::Devices(now.clone()));
                    state.0 = Some(now);
                }
                if waiting.is_over(&bell) {
                    return;
                }
            }
        };
        let watch = move || survive(&mut Default::default(), look, |state, _| state.1 = Lister::default());
        std::thread::Builder::new().name("devices".into()).spawn(watch).map(|_| rope)
    });
    started.inspect_err(|e| log::error!("cannot watch the sound devices: {e}")).ok()
}

/// What the thread waits for between two checks: a report of the sound server, or a timeout.
#[cfg(target_os = "linux")]
struct Waiting {
    news: Option<News>,
    pause: Duration,
}

#[cfg(target_os = "linux")]
impl Default for Waiting {
    fn default() -> Self {
        Self { news: None, pause: SOON }
    }
}

#[cfg(target_os = "linux")]
impl Waiting {
    /// The current devices: from the server that will report changes, or by enumeration.
    fn list(&mut self, elsewhere: &mut Lister) -> Devices {
        if self.news.is_none() {
            self.news = News::listen().ok();
        }
        if let Some(news) = &mut self.news {
            match news.list() {
                Ok(devices) => {
                    self.pause = SOON;
                    return devices;
                }
                Err(_) => self.news = None,
            }
        }
        self.pause = (self.pause * 2).min(UNASKED);
        elsewhere.list()
    }

    /// Waits until a check is due; `true` when the watch is over.
    fn is_over(&mut self, bell: &Bell) -> bool {
        use std::os::fd::AsFd;
        if self.news.as_mut().is_some_and(News::take_changed) {
            return bell.rest(Some(TOGETHER)) == Woken::End;
        }
        loop {
            let within = if self.news.is_some() { None } else { Some(self.pause) };
            match bell.sleep(within, self.news.as_ref().map(AsFd::as_fd)) {
                Woken::End => return true,
                Woken::Time | Woken::Rung => return false,
                Woken::News => match self.news.as_mut().map(News::read) {
                    Some(Ok(false)) => {}
                    Some(Ok(true)) => return bell.rest(Some(TOGETHER)) == Woken::End,
                    // A server that ends takes its devices along, and usually restarts.
                    Some(Err(_)) | None => {
                        self.news = None;
                        return false;
                    }
                },
            }
        }
    }
}

/// What the thread waits for between two checks: a timeout, or a notification from Windows (`Rope::ring`).
#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct Waiting {}

#[cfg(not(target_os = "linux"))]
impl Waiting {
    fn list(&mut self, lister: &mut Lister) -> Devices {
        lister.list()
    }

    fn is_over(&mut self, bell: &Bell) -> bool {
        bell.rest(Some(UNASKED)) == Woken::End
    }
}
