//! The recogniser's worker: loads the model at the first press or at start-up, runs it, and unloads it when idle.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Inbox;
use super::ahead::{Ahead, Job};
use crate::event::{Event, Heard, Hints, Scene, Take};
use crate::problem::{Part, Problem};
use crate::settings::Config;
use crate::speech::card;
use crate::speech::gently::gently;
use crate::speech::model::{self, VerifiedModel};
use crate::speech::recognise::Recogniser;
use crate::speech::sentences::OnDemand;
use crate::speech::trial;
use crate::units::TxId;
use crate::worker::Worker;

/// After this long without an event, the worker checks whether its model is still needed.
pub(super) const IDLE: Duration = Duration::from_secs(60);

pub(super) enum Ears {
    /// Load the model, unless it is loaded.
    Load,
    /// Unload the model if it has been idle for long; then call this to return its memory.
    Rest(fn()),
    /// Recognise the call so far.
    Ahead {
        job: Arc<Job>,
        hints: Hints,
        /// A simulator is running and has priority.
        gently: bool,
    },
    Transcribe {
        tx: TxId,
        take: Take,
        hints: Hints,
        cancel: Arc<AtomicBool>,
        /// A simulator is running and has priority.
        gently: bool,
        /// When the request was made: an eager job may still be running.
        asked: Instant,
    },
    /// Recognise the recording of the microphone test.
    Check {
        take: Take,
        hints: Hints,
    },
    /// Classify typed words.
    Read {
        id: u64,
        text: String,
        scene: Scene,
    },
    Reconfigure(Arc<Config>),
}

/// Who waits for the result of a job.
enum Waits {
    Call(TxId),
    Typed(u64, String),
    Check,
    Nobody,
}

pub(super) fn ears(inbox: &Inbox, config: &Arc<Config>) -> Result<Worker<Ears>, Problem> {
    let (out, trouble) = (inbox.clone(), inbox.clone());
    let preload = config.speech.preload;
    let config = Arc::new(Mutex::new(config.clone()));
    let worker = Worker::for_whom(
        "recognise",
        4,
        |job: &Ears| match job {
            Ears::Transcribe { tx, .. } => Waits::Call(*tx),
            Ears::Check { .. } => Waits::Check,
            Ears::Read { id, text, .. } => Waits::Typed(*id, text.clone()),
            _ => Waits::Nobody,
        },
        move || {
            let mut hearing = Hearing::new(&out, &config);
            move |job| hearing.work(job, Instant::now())
        },
        move |waits, words| {
            let p = Problem::bug("speech recognition stopped")
                .because(words)
                .fix("it has been restarted; say your call again")
                .about(Part::SpeechModel)
                .brief("Speech recognition stopped", "It is running again.")
                .remedy("Say it again.");
            // Fail the call at once, not at its deadline.
            trouble.send(match waits {
                Some(Waits::Call(tx)) => Event::Heard { tx, result: Err(p) },
                Some(Waits::Check) => Event::CheckHeard(Err(p)),
                Some(Waits::Typed(id, text)) => Event::Typed { id, text, opinion: None },
                Some(Waits::Nobody) | None => Event::Trouble(p),
            });
        },
    )?
    // At shutdown nobody waits for the words.
    .hasty();
    if preload {
        worker.send(Ears::Load)?;
    }
    Ok(worker)
}

/// State of the recogniser's thread. A panic discards all of it except the configuration.
struct Hearing {
    out: Inbox,
    config: Arc<Mutex<Arc<Config>>>,
    ears: Option<Recogniser>,
    sentences: OnDemand,
    /// When the model was last needed.
    used: Instant,
    ahead: Ahead,
}

impl Hearing {
    fn new(out: &Inbox, config: &Arc<Mutex<Arc<Config>>>) -> Self {
        Self {
            out: out.clone(),
            config: config.clone(),
            ears: None,
            sentences: OnDemand::default(),
            used: Instant::now(),
            ahead: Ahead::default(),
        }
    }

    fn config(&self) -> Arc<Config> {
        self.config.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn work(&mut self, job: Ears, now: Instant) {
        match job {
            Ears::Rest(at_rest) => {
                let minutes = self.config().speech.idle_unload_minutes;
                let idle = now.saturating_duration_since(self.used);
                let mut dropped = false;
                if self.ears.is_some() && minutes > 0 && idle >= Duration::from_secs(60 * u64::from(minutes)) {
                    log::info!("the speech model is unloaded: it was not used for {minutes} minutes");
                    self.ears = None;
                    dropped = true;
                }
                // It loads in the time of a syllable, so it need not stay loaded for long.
                if idle >= IDLE {
                    dropped |= self.sentences.rest();
                }
                // Return the memory: most of its tensors are small heap blocks, which the heap keeps in reserve, and with a
                // simulator running the idle event never comes.
                if dropped {
                    at_rest();
                }
            }
            Ears::Load => {
                self.used = now;
                self.sentences.load();
                // An error is reported with the call that needs the model.
                let _ = self.loaded();
            }
            Ears::Ahead { job, hints, gently: yields } => {
                self.used = now;
                let mut ahead = std::mem::take(&mut self.ahead);
                let done = self.loaded().and_then(|ears| {
                    let mut work = || ahead.work(&job, ears, &hints);
                    if yields { gently(work) } else { work() }
                });
                self.ahead = ahead;
                // An error is reported with the whole call; usually the job was cancelled.
                if let Err(p) = done {
                    log::debug!("while the key was held: {}", p.one_line());
                }
            }
            Ears::Transcribe { tx, take, hints, cancel, gently: yields, asked } => {
                self.used = now;
                let (mut ahead, mut sentences) = (std::mem::take(&mut self.ahead), std::mem::take(&mut self.sentences));
                let result = self.loaded().and_then(|ears| {
                    let mut work = || ahead.end(tx, &take.samples, ears, &hints, &cancel);
                    let heard = if yields { gently(work) } else { work() };
                    heard.map(|h| {
                        let opinion = sentences.opinion(&h.text, &hints.scene);
                        // Include the time for the job that was running.
                        Heard { took_ms: u32::try_from(asked.elapsed().as_millis()).unwrap_or(u32::MAX), opinion, ..h }
                    })
                });
                self.sentences = sentences;
                self.out.send(Event::Heard { tx, result });
            }
            Ears::Read { id, text, scene } => {
                let opinion = self.sentences.opinion(&text, &scene);
                self.out.send(Event::Typed { id, text, opinion });
            }
            Ears::Check { take, hints } => {
                self.used = now;
                let heard = self.loaded().and_then(|ears| ears.transcribe(&take.samples, &hints, &AtomicBool::new(false)));
                let heard = heard.map(|h| Heard { opinion: self.sentences.opinion(&h.text, &hints.scene), ..h });
                self.out.send(Event::CheckHeard(heard));
            }
            Ears::Reconfigure(new) => {
                let old = std::mem::replace(&mut *self.config.lock().unwrap_or_else(PoisonError::into_inner), new.clone());
                let loaded = |c: &Config| (c.speech.model.clone(), c.speech.model_sha256.clone(), threads(c));
                // A change of voice does not reload the model.
                let other = loaded(&old) != loaded(&new);
                if other {
                    (self.ears, self.ahead) = (None, Ahead::default());
                }
                if !other && !new.speech.preload {
                    return;
                }
                // Testing a pilot's own model takes longer than a call may wait, so do it now and report whether a new one works.
                let works = if new.speech.preload { self.loaded().map(drop) } else { self.tried(&new).map(drop) };
                if let (true, Some(path)) = (other, &new.speech.model) {
                    self.out.send(Event::Model(works.map(|()| path.display().to_string())));
                }
            }
        }
    }

    /// The recogniser, loaded if necessary.
    fn loaded(&mut self) -> Result<&mut Recogniser, Problem> {
        if self.ears.is_none() {
            let config = self.config();
            let (ears, trouble) = card::load(&self.tried(&config)?, threads(&config))?;
            if let Some(p) = trouble {
                self.out.send(Event::Trouble(p));
            }
            let name = config.speech.model.as_ref().map_or_else(String::new, |p| p.display().to_string());
            self.out.offer(Event::Model(Ok(name)));
            self.ears = Some(ears);
        }
        self.ears.as_mut().ok_or_else(|| Problem::bug("no speech model was loaded"))
    }

    /// The chosen model, verified, and tested once if it is the pilot's own. An unknown model is also reported, because the pilot
    /// may still want it.
    fn tried(&self, config: &Config) -> Result<VerifiedModel, Problem> {
        let Some(path) = &config.speech.model else {
            return Err(model::none_chosen());
        };
        let verified = match model::verify(path, config.speech.model_sha256.as_deref()) {
            Ok(verified) => verified,
            Err(refused) => {
                if let Some(sha256) = refused.unknown {
                    self.out.offer(Event::UnknownModel { file: path.clone(), sha256 });
                }
                return Err(refused.problem);
            }
        };
        trial::once(&verified)?;
        Ok(verified)
    }
}

/// Threads for recognition: as configured, or half of the cores, because the simulator needs the rest.
pub fn threads(config: &Config) -> u8 {
    if config.speech.threads > 0 {
        return config.speech.threads;
    }
    let logical = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let cores = std::fs::read_to_string("/proc/cpuinfo").map_or(0, |text| cores(&text));
    // The process may be limited to fewer cores than the machine has.
    let cores = if cores == 0 { logical } else { cores.min(logical) };
    u8::try_from((cores / 2).clamp(1, 8)).unwrap_or(1)
}

/// The number of physical cores in a /proc/cpuinfo; 0 if it does not say.
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
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, sync_channel};

    use super::*;
    use crate::speech::files;
    use crate::speech::synthesise::Synthesiser;

    fn demo(minutes: u16) -> Arc<Config> {
        let mut config = Config::default();
        config.speech.model = Some(files::demo("stratus-demo-en-q5_0.bin").unwrap());
        config.speech.idle_unload_minutes = minutes;
        Arc::new(config)
    }

    fn hearing(config: &Arc<Config>, at: Instant) -> (Hearing, Receiver<Event>) {
        let (out, told) = sync_channel(16);
        let hearing = Hearing::new(&Inbox(out), &Arc::new(Mutex::new(config.clone())));
        (Hearing { used: at, ..hearing }, told)
    }

    fn call(gently: bool) -> Ears {
        let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
        let samples = mouth.speak("Hilo Ground, Skyhawk two sierra papa, radio check.", &crate::event::Voice::default()).unwrap().samples;
        Ears::Transcribe {
            tx: TxId(7),
            take: Take { samples, ..Take::default() },
            hints: Hints::default(),
            cancel: Arc::new(AtomicBool::new(false)),
            gently,
            asked: Instant::now(),
        }
    }

    #[test]
    fn idle_model_is_unloaded_and_reloaded_for_a_call() {
        let begun = Instant::now();
        let minutes = |n: u64| begun + Duration::from_secs(60 * n);
        let (mut h, told) = hearing(&demo(30), begun);
        h.work(Ears::Load, begun);
        assert!(h.ears.is_some() && matches!(told.recv().unwrap(), Event::Model(Ok(name)) if name.contains("demo")));
        h.work(Ears::Rest(|| ()), minutes(29));
        assert!(h.ears.is_some());
        // Every press counts as use, even one without a call.
        h.work(Ears::Load, minutes(29));
        h.work(Ears::Rest(|| ()), minutes(58));
        assert!(h.ears.is_some());
        h.work(Ears::Rest(|| ()), minutes(59));
        assert!(h.ears.is_none());
        for (n, gently) in [(200, false), (201, true)] {
            h.work(call(gently), minutes(n));
            let heard = told.iter().find_map(|e| if let Event::Heard { result, .. } = e { Some(result.unwrap()) } else { None });
            assert!(heard.unwrap().text.to_lowercase().contains("radio check"));
        }
        h.work(Ears::Rest(|| ()), minutes(230));
        assert!(h.ears.is_some());
        h.work(Ears::Rest(|| ()), minutes(231));
        assert!(h.ears.is_none());
        let (mut never, _told) = hearing(&demo(0), begun);
        never.work(Ears::Load, begun);
        never.work(Ears::Rest(|| ()), minutes(100_000));
        assert!(never.ears.is_some());
    }

    #[test]
    fn sentence_model_is_unloaded_after_a_minute_on_its_own() {
        static TRIMMED: AtomicUsize = AtomicUsize::new(0);
        let rest = || {
            Ears::Rest(|| {
                TRIMMED.fetch_add(1, Ordering::Relaxed);
            })
        };
        let begun = Instant::now();
        let (mut h, told) = hearing(&demo(0), begun);
        h.work(call(false), begun);
        let opinion = told.iter().find_map(|e| if let Event::Heard { result, .. } = e { Some(result.unwrap().opinion) } else { None });
        assert!(opinion.is_some_and(|o| o.is_some()));
        h.work(rest(), begun + Duration::from_secs(59));
        assert!(h.sentences.is_loaded() && TRIMMED.load(Ordering::Relaxed) == 0);
        for seconds in [60, 120] {
            h.work(rest(), begun + Duration::from_secs(seconds));
            assert!(!h.sentences.is_loaded() && h.ears.is_some());
            assert_eq!(TRIMMED.load(Ordering::Relaxed), 1, "memory is returned once, after the model is dropped");
        }
    }

    #[test]
    fn missing_model_fails_the_call_and_new_settings_fix_it() {
        let begun = Instant::now();
        let (mut h, told) = hearing(&Arc::default(), begun);
        h.work(Ears::Load, begun);
        assert!(told.try_recv().is_err(), "a press alone reports nothing");
        h.work(call(false), begun);
        assert!(matches!(told.recv().unwrap(), Event::Heard { tx: TxId(7), result: Err(_) }));
        h.work(Ears::Reconfigure(demo(30)), begun);
        assert!(matches!(told.try_recv().unwrap(), Event::Model(Ok(_))), "success is reported at once");
        h.work(call(false), begun);
        assert!(matches!(told.recv().unwrap(), Event::Model(Ok(_))), "and the model is loaded");
        assert!(matches!(told.recv().unwrap(), Event::Heard { result: Ok(_), .. }));
    }

    #[test]
    fn model_saved_in_settings_is_checked_and_unknown_one_offered() {
        let begun = Instant::now();
        let dir = tempfile::tempdir().unwrap();
        let (mut h, told) = hearing(&Arc::default(), begun);
        let mut save = |model: &std::path::Path| {
            let mut config = (*demo(30)).clone();
            config.speech.model = Some(model.to_owned());
            h.work(Ears::Reconfigure(Arc::new(config)), begun);
            told.try_iter().collect::<Vec<_>>()
        };
        let missing = save(&dir.path().join("gone.bin"));
        assert!(matches!(&missing[..], [Event::Model(Err(p))] if p.short().title.contains("gone.bin")), "{missing:?}");
        let mut bytes = std::fs::read(files::demo("stratus-demo-en-q5_0.bin").unwrap()).unwrap();
        bytes[4_000_000] ^= 1;
        let own = dir.path().join("mine.bin");
        std::fs::write(&own, &bytes).unwrap();
        let unknown = save(&own);
        let [Event::UnknownModel { file, sha256 }, Event::Model(Err(_))] = &unknown[..] else { panic!("{unknown:?}") };
        assert!(*file == own && model::verify(&own, Some(sha256)).is_ok());
    }

    #[test]
    fn changing_the_voice_keeps_the_model_loaded() {
        let begun = Instant::now();
        let (mut h, _told) = hearing(&demo(30), begun);
        h.work(Ears::Load, begun);
        let mut other = (*demo(20)).clone();
        other.speech.voice = "en-US".into();
        h.work(Ears::Reconfigure(Arc::new(other.clone())), begun);
        assert!(h.ears.is_some());
        h.work(Ears::Rest(|| ()), begun + Duration::from_secs(20 * 60));
        assert!(h.ears.is_none(), "the new unload time applies");
        h.work(Ears::Load, begun);
        other.speech.threads = 1 + threads(&other);
        h.work(Ears::Reconfigure(Arc::new(other)), begun);
        assert!(h.ears.is_none());
    }

    #[test]
    fn preload_loads_before_the_first_call() {
        let mut config = (*demo(30)).clone();
        config.speech.preload = true;
        let (out, told) = sync_channel(16);
        let worker = ears(&Inbox(out), &Arc::new(config)).unwrap();
        assert!(matches!(told.recv_timeout(Duration::from_secs(60)).unwrap(), Event::Model(Ok(_))));
        drop(worker);
    }

    #[test]
    fn hyperthreads_do_not_count_as_cores() {
        let one = |package: u8, core: u8| format!("processor\t: 1\nphysical id\t: {package}\nsiblings\t: 4\ncore id\t\t: {core}\n\n");
        let text = [one(0, 0), one(0, 1), one(0, 0), one(0, 1), one(1, 0)].concat();
        assert_eq!(cores(&text), 3);
        assert_eq!(cores("processor : 0\nmodel name : a thing\n"), 0);
        assert!(threads(&Config::default()) >= 1);
    }
}
