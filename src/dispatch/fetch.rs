//! What the menu sends somebody out for, on threads of their own: a speech model, one at a time, and the doctor.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::{Inbox, Shell, open};
use crate::download::{self, Patience, Wanted};
use crate::event::Event;
use crate::models;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::Config;
use crate::speech::model;

/// A download under way. Dropping it gives it up; what has arrived is kept for the next time.
#[derive(Debug)]
pub(super) struct Fetch {
    cancel: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fetch {
    /// Fetches the model of this name, unless it is there already, and tells where it is.
    pub(super) fn start(name: &str, config: &Config, paths: &Paths, inbox: &Inbox) -> Result<Self, Problem> {
        let m = models::find(name).ok_or_else(|| Problem::bug(format!("the menu offered a model {name:?} that there is not")))?;
        let wanted = Wanted {
            what: format!("the speech model {}", m.name),
            url: m.url(config.speech.mirror.as_deref()),
            to: paths.models_dir().join(m.file),
            bytes: m.bytes,
            sha256: m.sha256.to_owned(),
        };
        let cancel = Arc::new(AtomicBool::new(false));
        let (given_up, inbox) = (Arc::clone(&cancel), inbox.clone());
        let thread = std::thread::Builder::new()
            .name("download".into())
            .spawn(move || {
                let mut shown = 0;
                let mut tell = |have: u64| {
                    // Each twentieth: a menu that changes all the time cannot be read.
                    let percent = u8::try_from(have * 100 / wanted.bytes.max(1) / 5 * 5).unwrap_or(100);
                    if percent != shown {
                        shown = percent;
                        inbox.offer(Event::Fetching { model: m.name.into(), percent });
                    }
                };
                let result = if wanted.to.exists() && model::verify(&wanted.to, Some(m.sha256)).is_ok() {
                    Ok(())
                } else {
                    download::fetch(&wanted, Patience::default(), &given_up, &mut tell)
                };
                inbox.send(Event::Fetched { model: m.name.into(), result: result.map(|()| wanted.to.clone()) });
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
    pub(super) fn fetch(&mut self, name: Option<&str>) {
        self.fetching = None;
        match name.map(|n| Fetch::start(n, &self.config, &self.paths, &self.inbox)) {
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
