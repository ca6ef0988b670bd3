//! Imports the airports of the simulators on this machine automatically, on a thread that ends with its work.
//!
//! It starts well after start-up, and again when a simulator appears. If nothing has changed, it only compares file dates. It runs
//! at low priority, pauses while anybody is speaking, and idles most of the time while a simulator is running.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::Inbox;
use super::charts::Charts;
use crate::event::Event;
use crate::problem::{Part, Problem};
use crate::scenery::{self, Imports, Outcome, Source, Wanted};
use crate::speech::gently;

/// Delay after start-up, so that everything else comes first.
pub(super) const FIRST: Duration = Duration::from_secs(20);
/// Minimum interval between two checks.
const AGAIN: Duration = Duration::from_secs(600);
/// How often a paused import checks whether everybody has stopped speaking.
const STILL: Duration = Duration::from_millis(200);
/// Pause while a simulator is running: this multiple of the working time, up to this maximum.
const REST: (u32, Duration) = (3, Duration::from_secs(1));

/// The conditions under which an import runs.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The pilot or the controller is speaking.
    pub(super) talking: AtomicBool,
    /// A simulator is running.
    pub(super) flying: AtomicBool,
    stop: AtomicBool,
}

/// The background import.
#[derive(Debug)]
pub(super) struct Import {
    imports: Imports,
    charts: Arc<Charts>,
    inbox: Inbox,
    pub(super) around: Arc<Around>,
    thread: Option<JoinHandle<()>>,
    began: Option<Instant>,
}

impl Import {
    /// Creates an idle import.
    pub(super) fn new(imports: Imports, charts: Arc<Charts>, inbox: &Inbox) -> Self {
        Self { imports, charts, inbox: inbox.clone(), around: Arc::default(), thread: None, began: None }
    }

    /// Updates the index after this delay, unless that was done recently or is in progress.
    pub(super) fn begin(&mut self, after: Duration) {
        let lately = self.began.is_some_and(|b| b.elapsed() < AGAIN);
        if lately || self.thread.as_ref().is_some_and(|t| !t.is_finished()) {
            return;
        }
        self.began = Some(Instant::now());
        let (imports, charts, inbox, around) = (self.imports.clone(), self.charts.clone(), self.inbox.clone(), self.around.clone());
        let spawned = std::thread::Builder::new().name("import".into()).spawn(move || {
            std::thread::park_timeout(after);
            if around.stop.load(Ordering::Relaxed) {
                return;
            }
            gently::lower();
            let usual = scenery::found(&Wanted::again(&imports.sources()));
            // Without any simulator there is nothing to do; imported data stays.
            let Ok(sources) = usual else { return };
            match bring_up_to_date(&imports, sources, &around) {
                Ok(Some((outcome, first))) => {
                    charts.look_again();
                    if first && outcome.airports > 0 {
                        inbox.offer(told(&outcome));
                    }
                }
                Ok(None) => {}
                Err(_) if around.stop.load(Ordering::Relaxed) => {}
                Err(p) => inbox.offer(Event::Trouble(p.or_about(Part::Airports))),
            }
        });
        match spawned {
            Ok(thread) => self.thread = Some(thread),
            Err(e) => log::warn!("the simulators' airports are not looked for: {e}"),
        }
    }
}

impl Drop for Import {
    fn drop(&mut self) {
        self.around.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

/// Imports changed data, if any; returns the result, and whether it was the first import.
fn bring_up_to_date(imports: &Imports, sources: Vec<Source>, around: &Around) -> Result<Option<(Outcome, bool)>, Problem> {
    let known = imports.sources();
    let same = |a: &Source, b: &Source| (&a.path, a.kind, a.size, a.changed, &a.named) == (&b.path, b.kind, b.size, b.changed, &b.named);
    if known.len() == sources.len() && known.iter().zip(&sources).all(|(a, b)| same(a, b)) {
        return Ok(None);
    }
    let (begun, mut worked) = (Instant::now(), Instant::now());
    log::info!("the simulators' airports are taken over: {} files, {} before", sources.len(), known.len());
    let mut file = None;
    let mut watch = |path: &Path, read: u64, size: u64| {
        if read > 0 && file.as_deref() != Some(path) {
            file = Some(path.to_owned());
            log::info!("{} ({} MB)", path.display(), size >> 20);
        }
        while around.talking.load(Ordering::Relaxed) && !around.stop.load(Ordering::Relaxed) {
            std::thread::park_timeout(STILL);
        }
        if around.flying.load(Ordering::Relaxed) && !around.stop.load(Ordering::Relaxed) {
            std::thread::park_timeout((worked.elapsed() * REST.0).min(REST.1));
        }
        worked = Instant::now();
        !around.stop.load(Ordering::Relaxed)
    };
    let outcome = imports.import(sources, &mut watch)?;
    log::info!(
        "{} airports of the simulators in {:.1} s; files read: {}, unchanged: {}; unreadable lines: {}",
        outcome.airports,
        begun.elapsed().as_secs_f64(),
        outcome.read,
        outcome.unchanged,
        outcome.skipped
    );
    Ok(Some((outcome, known.is_empty())))
}

fn told(outcome: &Outcome) -> Event {
    let body = match outcome.airports {
        1 => "1 airport imported. The controller now names its taxiways.".to_owned(),
        n => format!("{n} airports imported. The controller now names their taxiways."),
    };
    Event::Notice { title: "Your simulator's airports".into(), body }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    const APT: &str = "I\n1000 made up\n1 38 1 0 PHTO Hilo\n\
100 46 1 1 1.00 0 3 0 08 19.72138000 -155.05785950 0 0 3 11 0 0 26 19.72135900 -155.02930200 0 0 3 8 0 0\n99\n";

    fn sources(apt: &Path) -> Vec<Source> {
        scenery::found(&Wanted { files: vec![apt.to_owned()], ..Wanted::default() }).unwrap()
    }

    #[test]
    fn index_is_updated_only_if_something_changed() {
        let dir = tempfile::tempdir().unwrap();
        let apt = dir.path().join("apt.dat");
        std::fs::write(&apt, APT).unwrap();
        let imports = Imports::within(&dir.path().join("data"));
        let around = Around::default();
        let (outcome, first) = bring_up_to_date(&imports, sources(&apt), &around).unwrap().unwrap();
        assert!(first && outcome.airports == 1 && matches!(told(&outcome), Event::Notice { body, .. } if body.starts_with("1 airport ")));
        let before = std::fs::metadata(imports.path()).unwrap().modified().unwrap();
        assert_eq!(bring_up_to_date(&imports, sources(&apt), &around).unwrap(), None);
        assert_eq!(std::fs::metadata(imports.path()).unwrap().modified().unwrap(), before, "the index was not touched");
        std::fs::write(&apt, APT.replace("Hilo", "Hilo Intl")).unwrap();
        assert!(!bring_up_to_date(&imports, sources(&apt), &around).unwrap().unwrap().1);
        // A damaged index is rebuilt.
        std::fs::write(imports.path(), "damaged").unwrap();
        assert!(bring_up_to_date(&imports, sources(&apt), &around).unwrap().is_some());
        assert!(imports.airport("PHTO").unwrap().is_some());
        // When stopped, it leaves everything unchanged.
        std::fs::write(&apt, APT.replace("PHTO", "PHYY")).unwrap();
        around.stop.store(true, Ordering::Relaxed);
        assert!(bring_up_to_date(&imports, sources(&apt), &around).is_err());
        assert!(imports.airport("PHTO").unwrap().is_some());
    }

    #[test]
    fn import_pauses_during_speech_and_stops_at_shutdown() {
        let dir = tempfile::tempdir().unwrap();
        let apt = dir.path().join("apt.dat");
        std::fs::write(&apt, APT).unwrap();
        let imports = Imports::within(&dir.path().join("data"));
        let around = Arc::new(Around::default());
        around.talking.store(true, Ordering::Relaxed);
        let (a, b, found) = (around.clone(), imports.clone(), sources(&apt));
        let importing = std::thread::spawn(move || bring_up_to_date(&b, found, &a).unwrap().is_some());
        // However long the wait, there is no index while the pilot speaks.
        for _ in 0..50 {
            std::thread::yield_now();
            assert!(!imports.path().exists());
        }
        around.talking.store(false, Ordering::Relaxed);
        assert!(importing.join().unwrap() && imports.path().exists());
        let (sender, _inbox) = sync_channel(8);
        let inbox = Inbox(sender);
        let charts = Arc::new(Charts::start(&imports, &crate::airports::data::Airports::first(), &inbox).unwrap());
        let mut import = Import::new(imports, charts, &inbox);
        import.begin(Duration::from_secs(3600));
        assert!(import.thread.is_some());
        // Dropping it does not wait for the delay.
        drop(import);
    }
}
