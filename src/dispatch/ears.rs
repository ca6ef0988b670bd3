//! The recogniser's worker: the model loaded at the first press or at start, used, and unloaded when nobody speaks.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Inbox;
use crate::event::{Event, Hints, Take};
use crate::problem::Problem;
use crate::settings::Config;
use crate::speech::recognise::Recogniser;
use crate::speech::{model, trial};
use crate::units::TxId;
use crate::worker::Worker;

/// After so long without an event the worker is asked whether its model is still of use.
pub(super) const IDLE: Duration = Duration::from_secs(60);

pub(super) enum Ears {
    /// Load the model, if it is not.
    Load,
    /// Unload it, if it was not used for long.
    Rest,
    Transcribe {
        tx: TxId,
        take: Take,
        hints: Hints,
        cancel: Arc<AtomicBool>,
    },
    Reconfigure(Arc<Config>),
}

pub(super) fn ears(inbox: &Inbox, config: &Arc<Config>) -> Result<Worker<Ears>, Problem> {
    let (out, trouble) = (inbox.clone(), inbox.clone());
    let config = Arc::new(Mutex::new(config.clone()));
    Worker::start(
        "recognise",
        4,
        move || {
            let (out, config) = (out.clone(), config.clone());
            let mut ears: Option<Recogniser> = None;
            let mut used = Instant::now();
            move |job| match job {
                Ears::Rest => {
                    let minutes = config.lock().unwrap_or_else(PoisonError::into_inner).speech.idle_unload_minutes;
                    if ears.is_some() && minutes > 0 && used.elapsed() >= Duration::from_secs(60 * u64::from(minutes)) {
                        log::info!("the speech model is unloaded: it was not used for {minutes} minutes");
                        ears = None;
                    }
                }
                Ears::Load => {
                    used = Instant::now();
                    if ears.is_none() {
                        ears = load(&config.lock().unwrap_or_else(PoisonError::into_inner)).ok();
                    }
                }
                Ears::Transcribe { tx, take, hints, cancel } => {
                    used = Instant::now();
                    if ears.is_none() {
                        match load(&config.lock().unwrap_or_else(PoisonError::into_inner)) {
                            Ok(e) => ears = Some(e),
                            Err(p) => return out.send(Event::Heard { tx, result: Err(p) }),
                        }
                    }
                    if let Some(e) = &mut ears {
                        let result = e.transcribe(&take.samples, &hints, &cancel);
                        out.send(Event::Heard { tx, result });
                    }
                }
                Ears::Reconfigure(new) => {
                    *config.lock().unwrap_or_else(PoisonError::into_inner) = new;
                    ears = None;
                }
            }
        },
        move |words| {
            trouble.send(Event::Trouble(
                Problem::bug("speech recognition stopped").because(words).fix("it is started again; say it once more"),
            ))
        },
    )
}

fn load(config: &Config) -> Result<Recogniser, Problem> {
    let Some(path) = &config.speech.model else {
        return Err(model::none_chosen());
    };
    let verified = model::verify(path, config.speech.model_sha256.as_deref())?;
    trial::once(&verified)?;
    Recogniser::load(&verified, threads(config))
}

/// Threads for recognition: as configured, or half the processor's cores: the simulator needs the rest.
pub fn threads(config: &Config) -> u8 {
    if config.speech.threads > 0 {
        return config.speech.threads;
    }
    let logical = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let cores = std::fs::read_to_string("/proc/cpuinfo").map_or(0, |text| cores(&text));
    // What this process may use can be less than what the machine has.
    let cores = if cores == 0 { logical } else { cores.min(logical) };
    u8::try_from((cores / 2).clamp(1, 8)).unwrap_or(1)
}

/// The physical cores that a /proc/cpuinfo lists; 0 where it does not say.
fn cores(cpuinfo: &str) -> usize {
    let mut seen = BTreeSet::new();
    let mut package = "";
    for line in cpuinfo.lines() {
        match line.split_once(':').map(|(key, value)| (key.trim(), value.trim())) {
            Some(("physical id", id)) => package = id,
            Some(("core id", id)) => drop(seen.insert((package, id))),
            _ => {}
        }
    }
    seen.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyperthreads_are_no_cores() {
        let one = |package: u8, core: u8| format!("processor\t: 1\nphysical id\t: {package}\nsiblings\t: 4\ncore id\t\t: {core}\n\n");
        let text = [one(0, 0), one(0, 1), one(0, 0), one(0, 1), one(1, 0)].concat();
        assert_eq!(cores(&text), 3);
        assert_eq!(cores("processor : 0\nmodel name : a thing\n"), 0);
        assert!(threads(&Config::default()) >= 1);
    }
}
