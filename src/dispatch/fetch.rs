//! What the menu sends somebody out for, on threads of their own: a speech model, one at a time, and the doctor.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::{Inbox, Shell, offer, open};
use crate::event::Event;
use crate::models::{self, Offer};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::Config;

/// A download under way. Dropping it gives it up; what has arrived is kept for the next time.
#[derive(Debug)]
pub(super) struct Fetch {
    cancel: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fetch {
    /// Fetches the model of this name, unless it is there already, and tells where it is.
    pub(super) fn start(name: &str, own: &[Offer], config: &Config, paths: &Paths, inbox: &Inbox) -> Result<Self, Problem> {
        let offer = models::find(name)
            .map(|m| Offer::published(m, config.speech.mirror.as_deref()))
            .or_else(|| own.iter().find(|o| o.name == name).cloned())
            .ok_or_else(|| Problem::new(format!("the speech model {name:?} is not offered any more")).fix("choose another in the menu"))?;
        let cancel = Arc::new(AtomicBool::new(false));
        let (given_up, inbox, paths) = (Arc::clone(&cancel), inbox.clone(), paths.clone());
        let thread = std::thread::Builder::new()
            .name("download".into())
            .spawn(move || {
                let mut shown = 0;
                let mut tell = |have: u64| {
                    // Each twentieth: a menu that changes all the time cannot be read.
                    let percent = u8::try_from(have * 100 / offer.bytes.max(1) / 5 * 5).unwrap_or(100);
                    if percent != shown {
                        shown = percent;
                        inbox.offer(Event::Fetching { model: offer.name.clone(), percent });
                    }
                };
                let result = offer::bring(&offer, &paths, &given_up, &mut tell);
                inbox.send(Event::Fetched { model: offer.name, result });
            })
            .map_err(|e| Problem::new("cannot start the download").because(e))?;
        Ok(Self { cancel, thread: Some(thread) })
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        // A server that keeps silent would hold the end up: the thread is left to its time-out then.
        if self.thread.as_ref().is_some_and(JoinHandle::is_finished)
            && let Some(t) = self.thread.take()
        {
            let _ = t.join();
        }
    }
}

impl Shell {
    /// Asks the pilot's mirror, where there is one, what it offers of its own, and tells it.
    pub fn ask_mirror(&self) {
        let Some(mirror) = self.config.speech.mirror.clone() else { return self.inbox.offer(Event::Offers(Vec::new())) };
        let inbox = self.inbox.clone();
        let spawned = std::thread::Builder::new().name("mirror".into()).spawn(move || match offer::own(Some(&mirror)) {
            Ok(own) => inbox.offer(Event::Offers(own)),
            // A mirror that is away matters only to whoever downloads, who is told then.
            Err(p) => log::warn!("{}", p.one_line()),
        });
        if let Err(e) = spawned {
            log::error!("cannot ask the mirror: {e}");
        }
    }

    pub(super) fn fetch(&mut self, name: Option<&str>) {
        self.fetching = None;
        match name.map(|n| Fetch::start(n, &self.own_models, &self.config, &self.paths, &self.inbox)) {
            Some(Ok(f)) => self.fetching = Some(f),
            // Told as the end of the download, so that another one may begin.
            Some(Err(p)) => self.inbox.offer(Event::Fetched { model: name.unwrap_or_default().to_owned(), result: Err(p) }),
            None => {}
        }
    }

    pub(super) fn doctor(&self) {
        let (inbox, config, report) = (self.inbox.clone(), self.paths.config_file.clone(), self.paths.log_dir.join("doctor.txt"));
        let spawned = std::thread::Builder::new().name("doctor".into()).spawn(move || {
            let found = std::env::current_exe().and_then(|me| Command::new(me).arg("--config").arg(config).arg("doctor").output());
            let body = match found.and_then(|out| std::fs::write(&report, &out.stdout).map(|()| out.status.success())) {
                Ok(well) => {
                    open(&report);
                    if well { "Everything works." } else { "Something needs you: the report says what, and how to mend it." }.to_owned()
                }
                Err(e) => format!("The check could not run: {e}"),
            };
            inbox.send(Event::Notice { title: "Stratus was checked".into(), body });
        });
        if let Err(e) = spawned {
            log::error!("cannot start the doctor: {e}");
        }
    }
}
