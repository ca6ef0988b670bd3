//! The watch over the sound devices: tells which there are, for the tray's menu.

use std::time::Duration;

use super::Inbox;
use crate::audio::list::Lister;
#[cfg(target_os = "linux")]
use crate::audio::news::News;
use crate::event::{Devices, Event};
use crate::speech::{neural, system_voices};
use crate::worker::bell::{Bell, Rope, Woken, bell};
use crate::worker::{stumble, survive};

/// How often the lists of microphones and speakers are looked at where nobody tells of changes.
const UNASKED: Duration = Duration::from_secs(20);
/// A server that ended is looked for after so long, then twice as long, and so on.
#[cfg(target_os = "linux")]
const SOON: Duration = Duration::from_secs(1);
/// A plug that goes in is several devices, one after another: they are listed together.
#[cfg(target_os = "linux")]
const TOGETHER: Duration = Duration::from_millis(300);

/// Tells which sound devices there are, now and whenever that changes, until the rope it returns is dropped. Ringing has
/// them looked at now.
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

/// What the thread waits for between two looks: the sound server's news, or the time.
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
    /// The devices of the moment: by the server that will tell of the next ones, or by whatever there is.
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

    /// Waits until a look is due; `true`: until there is to be none any more.
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
                    // A server that ends takes its devices with it, and is back most often.
                    Some(Err(_)) | None => {
                        self.news = None;
                        return false;
                    }
                },
            }
        }
    }
}

/// What the thread waits for between two looks: the time, or Windows's word (`Rope::ring`).
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
