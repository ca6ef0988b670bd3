//! Background jobs started from the menu: the download of a speech model or voice, one at a time, and the doctor.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::open::open_or;
use super::{Inbox, Shell, offer};
use crate::event::Event;
use crate::models::voices::{self, KnownVoice};
use crate::models::{self, Offer};
use crate::paths::{Paths, shown};
use crate::problem::{Part, Problem, sentence};
use crate::settings::Config;

/// Prefix in the output of `stratus doctor` for a required part that fails.
pub const FAILED: &str = "PROBLEM";
/// Position and length of the part's name in such a line, characters.
pub const PART: (usize, usize) = (9, 15);

/// Beginning of the result for recognition that is slow but in time.
pub const SLOW: &str = "slow (";

/// A download in progress. Dropping it cancels the download; received data is kept for the next attempt.
#[derive(Debug)]
pub(super) struct Fetch {
    cancel: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Fetch {
    /// Downloads the model or voice of this name unless it exists, and reports its path.
    pub(super) fn start(name: &str, own: &[Offer], config: &Config, paths: &Paths, inbox: &Inbox) -> Result<Self, Problem> {
        let mirror = config.speech.mirror.clone();
        let voice: Option<&'static KnownVoice> = voices::find(name);
        let offer = models::find(name)
            .map(|m| Offer::published(m, mirror.as_deref()))
            .or_else(|| voice.map(|v| v.offer(mirror.as_deref())))
            .or_else(|| own.iter().find(|o| o.name == name).cloned())
            .ok_or_else(|| {
                Problem::new(format!("the speech model {name:?} is no longer available")).fix("choose another in the tray's menu")
            })?;
        let cancel = Arc::new(AtomicBool::new(false));
        let (given_up, inbox, paths) = (Arc::clone(&cancel), inbox.clone(), paths.clone());
        let thread = std::thread::Builder::new()
            .name("download".into())
            .spawn(move || {
                let mut shown = 0;
                let mut tell = |have: u64| {
                    // In steps of five percent: a menu that changes all the time cannot be read.
                    let percent = u8::try_from(have * 100 / offer.bytes.max(1) / 5 * 5).unwrap_or(100);
                    if percent != shown {
                        shown = percent;
                        inbox.offer(Event::Fetching { model: offer.name.clone(), percent });
                    }
                };
                let result = match voice {
                    Some(v) => offer::bring_voice(v, mirror.as_deref(), &paths, &given_up, &mut tell),
                    None => offer::bring(&offer, &paths, &given_up, &mut tell),
                };
                inbox.send(Event::Fetched { model: offer.name, result });
            })
            .map_err(|e| Problem::new("cannot start the download").because(e))?;
        Ok(Self { cancel, thread: Some(thread) })
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        // A server that stopped responding would delay shutdown, so leave the thread to its timeout.
        if self.thread.as_ref().is_some_and(JoinHandle::is_finished)
            && let Some(t) = self.thread.take()
        {
            let _ = t.join();
        }
    }
}

/// The name of the part in a line of the report.
fn name(line: &str) -> String {
    line.chars().skip(PART.0).take(PART.1).collect::<String>().trim().to_owned()
}

/// The parts that the report found working, as far as the menu shows their faults.
fn working(report: &str) -> Vec<Part> {
    let part = |line: &str| {
        Some(match name(line).as_str() {
            "configuration" => Part::Settings,
            // Its check includes the model's.
            "recognition" => Part::SpeechModel,
            "microphone" => Part::Microphone,
            "push-to-talk" => Part::PushToTalk,
            "speaker" => Part::Speaker,
            "simulator" => Part::Simulator,
            "folders" => Part::Files,
            _ => return None,
        })
    };
    report.lines().filter(|l| l.starts_with("ok ")).filter_map(part).collect()
}

/// The message about a check. An opener may fail, or do nothing and report success: the message always has the report's path.
fn message(report: &str, file: &Path) -> Event {
    let (title, body) = checked(report);
    Event::Notice { title, body: format!("{body}\nThe report is {}.", shown(file)) }
}

/// The result of a check, from its report.
fn checked(report: &str) -> (String, String) {
    let parts: Vec<String> = report.lines().filter(|l| l.starts_with(FAILED)).map(name).collect();
    let which = sentence(&parts.join(", "));
    // Recognition that is slow, but in time, does not stop the pilot.
    let slow = report.lines().any(|l| {
        l.starts_with("ok ")
            && name(l) == "recognition"
            && l.chars().skip(PART.0 + PART.1).collect::<String>().trim_start().starts_with(SLOW)
    });
    match parts.len() {
        0 if slow => ("Speech recognition is slow".to_owned(), "Everything else works. The report shows how to make it faster.".to_owned()),
        0 => ("Everything works".to_owned(), "The report has the details.".to_owned()),
        1 => ("1 problem found".to_owned(), format!("{which}: the report shows how to fix it.")),
        n => (format!("{n} problems found"), format!("{which}: the report shows how to fix them.")),
    }
}

impl Shell {
    /// Queries the pilot's mirror, if there is one, for the models it offers, and reports them.
    pub fn ask_mirror(&self) {
        let Some(mirror) = self.config.speech.mirror.clone() else {
            self.inbox.offer(Event::Offers(Vec::new()));
            return self.inbox.offer(Event::Absent(Vec::new()));
        };
        let (inbox, paths) = (self.inbox.clone(), self.paths.clone());
        let spawned = std::thread::Builder::new().name("mirror".into()).spawn(move || match offer::own(Some(&mirror)) {
            Ok(own) => {
                inbox.offer(Event::Working(vec![Part::Mirror]));
                inbox.offer(Event::Offers(own));
                inbox.offer(Event::Absent(offer::absent(Some(&mirror), &paths)));
            }
            // A list that cannot be used offers nothing, and the pilot learns why.
            Err(p) if p.part == Part::Mirror => {
                inbox.offer(Event::Offers(Vec::new()));
                inbox.offer(Event::Absent(offer::absent(Some(&mirror), &paths)));
                inbox.offer(Event::Trouble(p));
            }
            // An unreachable mirror matters only for a download, which reports it then.
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
            // Reported as the end of the download, so that another one may start.
            Some(Err(p)) => self.inbox.offer(Event::Fetched { model: name.unwrap_or_default().to_owned(), result: Err(p) }),
            None => {}
        }
    }

    pub(super) fn doctor(&self) {
        let (inbox, config, report) = (self.inbox.clone(), self.paths.config_file.clone(), self.paths.log_dir.join("doctor.txt"));
        let spawned = std::thread::Builder::new().name("doctor".into()).spawn(move || {
            let found = std::env::current_exe().and_then(|me| Command::new(me).arg("--config").arg(config).arg("doctor").output());
            let told =
                found.and_then(|out| std::fs::write(&report, &out.stdout).map(|()| String::from_utf8_lossy(&out.stdout).into_owned()));
            inbox.send(match told {
                Ok(told) => {
                    inbox.send(Event::Working(working(&told)));
                    let message = message(&told, &report);
                    open_or(&inbox, &report, message.clone());
                    message
                }
                Err(e) => Event::Trouble(Problem::new("the check could not run").because(e).about(Part::Files)),
            });
        });
        if let Err(e) = spawned {
            log::error!("cannot start the doctor: {e}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_result_states_the_number_of_problems() {
        let told = checked;
        assert_eq!(told("ok       folders\nabsent   updates  none\n").0, "Everything works");
        let slow = told("ok       recognition     slow (close other programs): right\n");
        assert!(slow.0 == "Speech recognition is slow" && slow.1.contains("how to make it faster"), "{slow:?}");
        let Event::Notice { body, .. } = message("ok       folders\n", Path::new("/logs/doctor.txt")) else { panic!() };
        assert_eq!(body, "The report has the details.\nThe report is /logs/doctor.txt.");
        let report =
            "ok       speech model    Base\nok       recognition     right\nPROBLEM  microphone      none\nabsent   simulator       none\n";
        assert_eq!(working(report), [Part::SpeechModel]);
        let one = told("PROBLEM  speech model    there is none\n            because: PROBLEM\n");
        assert_eq!((one.0.as_str(), one.1.as_str()), ("1 problem found", "Speech model: the report shows how to fix it."));
        let two = told("PROBLEM  microphone      none\nok       voice           works\nPROBLEM  push-to-talk    none\n");
        assert_eq!((two.0.as_str(), two.1.as_str()), ("2 problems found", "Microphone, push-to-talk: the report shows how to fix them."));
    }
}
