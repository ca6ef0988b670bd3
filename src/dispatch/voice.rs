//! The TTS worker: synthesises each phrase while the previous one plays. The voice is loaded at the first press and dropped when idle.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::Inbox;
use crate::event::{Event, Voice};
use crate::problem::{Part, Problem};
use crate::speech::mouth::Mouth;
use crate::units::TxId;
use crate::worker::Worker;

pub(super) enum VoiceJob {
    /// Load the neural voice that `speech.voice` may need.
    Warm(String),
    /// Drop it after a long idle time; then call this to return its memory.
    Rest(fn()),
    /// Say a phrase.
    Say {
        tx: TxId,
        part: u32,
        last: bool,
        words: String,
        voice: Voice,
        /// A simulator is running and has priority.
        gently: bool,
    },
}

pub(super) fn start(inbox: &Inbox, unspoken: &Arc<AtomicU64>) -> Result<Worker<VoiceJob>, Problem> {
    let (out, trouble, unspoken) = (inbox.clone(), inbox.clone(), unspoken.clone());
    Worker::for_whom(
        "synthesise",
        16,
        |job: &VoiceJob| if let VoiceJob::Say { tx, part, last, .. } = job { Some((*tx, *part, *last)) } else { None },
        move || {
            let (out, unspoken) = (out.clone(), unspoken.clone());
            let mut mouth: Option<Mouth> = None;
            move |job: VoiceJob| match job {
                VoiceJob::Warm(setting) => {
                    // An error is reported with the words that need the voice.
                    if let Ok(m) = made(&mut mouth) {
                        m.warm(&setting);
                    }
                }
                VoiceJob::Rest(at_rest) => {
                    if mouth.as_mut().is_some_and(|m| m.rest(Instant::now())) {
                        at_rest();
                    }
                }
                VoiceJob::Say { tx, part, last, words, voice, gently } => {
                    let unwanted = || tx.0 <= unspoken.load(Ordering::Relaxed);
                    if unwanted() {
                        return;
                    }
                    let result = made(&mut mouth).and_then(|m| {
                        m.gently = gently;
                        let spoken = m.speak(&words, &voice, &unwanted);
                        if let Some(p) = spoken.trouble {
                            out.send(Event::Trouble(p.or_about(Part::Voice)));
                        }
                        spoken.clip
                    });
                    out.send(Event::Voiced { tx, part, last, result });
                }
            }
        },
        move |waits, words| {
            let p = Problem::bug("the voice stopped").because(words).fix("it has been restarted");
            trouble.send(match waits.flatten() {
                Some((tx, part, last)) => Event::Voiced { tx, part, last, result: Err(p) },
                None => Event::Trouble(p),
            });
        },
    )
}

fn made(mouth: &mut Option<Mouth>) -> Result<&mut Mouth, Problem> {
    match mouth {
        Some(m) => Ok(m),
        None => Mouth::new().map(|m| mouth.insert(m)),
    }
}
