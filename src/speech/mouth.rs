//! Chooses the speech synthesiser for a phrase: a neural voice, Pico, or a system voice where the pilot chose one.
//! Pico is the fallback. A voice that hangs delays nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use super::neural::Neural;
use super::synthesise::Synthesiser;
use super::text::sanitise;
use super::{files, sound};
use crate::event::{Clip, Voice};
use crate::models::voices;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::{PICO_VOICE, WINDOWS_VOICE};

/// Timeout for a system voice. A phrase takes some tenths of a second, and a voice's first phrase a second or two.
const LIMIT: Duration = Duration::from_secs(4);
/// How often a wait checks whether the phrase is still wanted.
const LOOK: Duration = Duration::from_millis(10);

/// Words for a system voice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Utterance {
    /// Plain words, never markup.
    pub words: String,
    /// The voice's name, a part of it, or a language.
    pub voice: String,
    /// 1 is normal speed.
    pub rate: f64,
    /// 1 is normal pitch; 0 is the lowest, 2 the highest.
    pub pitch: f64,
}

/// Makes a WAV file of words; the flag is set when the file is no longer wanted.
pub(super) type Speak = Box<dyn FnMut(&Utterance, &AtomicBool) -> Result<Vec<u8>, Problem>>;

/// The result of a request to speak.
#[derive(Debug)]
pub struct Spoken {
    /// The sound; empty if it was no longer wanted.
    pub clip: Result<Clip, Problem>,
    /// Why the fallback spoke; reported once, until the chosen voice speaks again.
    pub trouble: Option<Problem>,
}

/// All synthesisers.
pub struct Mouth {
    pico: Synthesiser,
    neural: Neural,
    own: Own,
    told: Option<Problem>,
    /// A simulator is running, so synthesis has a lower priority.
    pub gently: bool,
}

impl Mouth {
    /// Uses the voices of this installation and this system. Each is loaded when it first speaks.
    pub fn new() -> Result<Self, Problem> {
        // Without a home folder only the package's voices are available.
        let folder = Paths::find(None).map_or_else(|_| std::path::PathBuf::new(), |p| p.voices_dir());
        Self::with(Neural::new(folder))
    }

    /// Uses these neural voices.
    pub fn with(neural: Neural) -> Result<Self, Problem> {
        let pico = Synthesiser::new(&files::voices()?)?;
        Ok(Self { pico, neural, own: Own::new(systems, LIMIT), told: None, gently: false })
    }

    /// Loads the neural voice that may be needed next, by `speech.voice`.
    pub fn warm(&mut self, setting: &str) {
        self.neural.warm(setting);
    }

    /// Unloads the neural voice after a minute without speech; whether it did.
    pub fn rest(&mut self, now: Instant) -> bool {
        self.neural.rest(now)
    }

    /// Speaks `words` (data, never markup) in `voice`. `unwanted` is polled during the work, which stops when it returns true.
    pub fn speak(&mut self, words: &str, voice: &Voice, unwanted: &(dyn Fn() -> bool + Sync)) -> Spoken {
        let Some(name) = voice.name.strip_prefix(WINDOWS_VOICE) else {
            return self.by_own(words, voice, unwanted);
        };
        let plain = sanitise(words);
        if plain.is_empty() {
            return Spoken { clip: Ok(nothing()), trouble: None };
        }
        match self.own.speak(utterance(plain, name, voice), unwanted) {
            None => Spoken { clip: Ok(nothing()), trouble: None },
            Some(Ok(clip)) => {
                self.told = None;
                Spoken { clip: Ok(clip), trouble: None }
            }
            Some(Err(p)) => self.instead(p, words, voice),
        }
    }

    /// Speaks with a neural voice if one is chosen and works, else with Pico.
    fn by_own(&mut self, words: &str, voice: &Voice, unwanted: &(dyn Fn() -> bool + Sync)) -> Spoken {
        let made = Neural::is_asked(&voice.name).then(|| self.neural.speak(words, voice, self.gently, unwanted)).flatten();
        match made {
            Some(Ok(clip)) => {
                self.told = None;
                Spoken { clip: Ok(clip), trouble: None }
            }
            Some(Err(p)) => self.instead(p, words, &picos(voice)),
            None => Spoken { clip: self.pico.speak(words, &picos(voice)), trouble: None },
        }
    }

    /// Speaks with Pico in place of a voice that cannot speak; the reason is reported once, until that voice speaks again.
    fn instead(&mut self, p: Problem, words: &str, voice: &Voice) -> Spoken {
        let news = self.told.as_ref() != Some(&p);
        self.told = Some(p.clone());
        Spoken { clip: self.pico.speak(words, voice), trouble: Some(p).filter(|_| news) }
    }
}

/// Pico's voice with the accent of a neural voice that is chosen by name.
fn picos(voice: &Voice) -> Voice {
    let name = voices::find(&voice.name).map_or_else(|| voice.name.clone(), |v| format!("{PICO_VOICE}:{}", v.accent));
    Voice { name, ..voice.clone() }
}

fn nothing() -> Clip {
    Clip { samples: [].into(), rate: 16_000 }
}

/// Pitch and pace in the form that system voices use.
fn utterance(words: String, name: &str, voice: &Voice) -> Utterance {
    let part = |percent: u16, least: u16, most: u16| f64::from(percent.clamp(least, most)) / 100.0;
    Utterance { words, voice: name.to_owned(), rate: part(voice.rate_percent, 50, 200), pitch: part(voice.pitch_percent, 60, 160) }
}

#[cfg(windows)]
fn systems() -> Speak {
    super::windows_voice::speaker()
}

#[cfg(not(windows))]
fn systems() -> Speak {
    Box::new(|_, _| {
        Err(Problem::new("Windows's voices are not available")
            .because("this is not Windows")
            .fix("choose another voice in the tray's menu (`speech.voice`)"))
    })
}

fn hangs() -> Problem {
    Problem::new("the system's voice does not answer")
        .because(format!("no sound within {} s", LIMIT.as_secs()))
        .fix("choose another voice in the tray's menu; meanwhile one of Stratus's own voices speaks")
}

/// A request to the thread of the system voices.
struct Ask {
    utterance: Utterance,
    given_up: Arc<AtomicBool>,
    answer: SyncSender<Answer>,
}

type Answer = Result<Vec<u8>, Problem>;

/// The system voices, on a separate thread that starts with the first phrase.
struct Own {
    make: fn() -> Speak,
    limit: Duration,
    asks: Option<SyncSender<Ask>>,
    /// The pending answer of an abandoned request, and whether the voice hung.
    late: Option<(Receiver<Answer>, bool)>,
}

impl Own {
    fn new(make: fn() -> Speak, limit: Duration) -> Self {
        Self { make, limit, asks: None, late: None }
    }

    /// The words as sound; `None` if they are no longer wanted. After a voice has hung, no request waits until that
    /// call has returned.
    fn speak(&mut self, utterance: Utterance, unwanted: &dyn Fn() -> bool) -> Option<Result<Clip, Problem>> {
        let until = Instant::now() + self.limit;
        if let Some((late, hung)) = self.late.take() {
            let waited = if hung {
                late.try_recv().map(drop).map_err(|e| e == TryRecvError::Empty)
            } else {
                wait(&late, until, unwanted).map(drop).map_err(|e| e != Ended::Gone)
            };
            if waited == Err(true) {
                let listened = !unwanted();
                self.late = Some((late, hung || listened));
                return listened.then(|| Err(hangs()));
            }
        }
        let (answer, told) = sync_channel(1);
        let given_up = Arc::new(AtomicBool::new(false));
        if let Err(p) = self.ask(Ask { utterance, given_up: given_up.clone(), answer }) {
            return Some(Err(p));
        }
        match wait(&told, until, unwanted) {
            Ok(file) => Some(file.and_then(|f| sound::clip(&f))),
            Err(Ended::Gone) => {
                self.asks = None;
                Some(Err(Problem::bug("the system's voice stopped").fix("it has been restarted")))
            }
            Err(why) => {
                given_up.store(true, Ordering::Relaxed);
                self.late = Some((told, why == Ended::Late));
                (why == Ended::Late).then(|| Err(hangs()))
            }
        }
    }

    fn ask(&mut self, ask: Ask) -> Result<(), Problem> {
        let ask = match &self.asks {
            Some(asks) => match asks.send(ask) {
                Ok(()) => return Ok(()),
                Err(back) => back.0,
            },
            None => ask,
        };
        let (asks, inbox) = sync_channel::<Ask>(1);
        let make = self.make;
        let spawned = std::thread::Builder::new().name("system voice".into()).spawn(move || {
            let mut speak = make();
            while let Ok(ask) = inbox.recv() {
                // The receiver may have stopped waiting.
                drop(ask.answer.send(speak(&ask.utterance, &ask.given_up)));
            }
        });
        spawned.map_err(|e| Problem::new("the system's voice cannot start").because(e))?;
        asks.send(ask).map_err(|_| Problem::bug("the system's voice stopped"))?;
        self.asks = Some(asks);
        Ok(())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Late,
    Unwanted,
    Gone,
}

fn wait(answer: &Receiver<Answer>, until: Instant, unwanted: &dyn Fn() -> bool) -> Result<Answer, Ended> {
    loop {
        match answer.recv_timeout(LOOK) {
            Ok(answer) => return Ok(answer),
            Err(RecvTimeoutError::Disconnected) => return Err(Ended::Gone),
            Err(RecvTimeoutError::Timeout) if unwanted() => return Err(Ended::Unwanted),
            Err(RecvTimeoutError::Timeout) if Instant::now() >= until => return Err(Ended::Late),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests;
