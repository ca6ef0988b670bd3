//! Compares `speech.eager` with recognition after the key only, on the recorded calls in one run: the words, and the wait after the
//! key's release. Usage: `scripts/bench-speech.sh eager [FILE.bin]`. Waiting time is simulated; computation is measured.
#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

#[path = "eager/calls.rs"]
mod calls;

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use calls::{Call, KINDS};
use sha2::{Digest, Sha256};
use stratus::audio::pauses::Pauses;
use stratus::audio::take;
use stratus::dispatch::ahead::{Ahead, Job};
use stratus::event::Hints;
use stratus::problem::Problem;
use stratus::speech::recognise::Recogniser;
use stratus::speech::{files, model};
use stratus::units::TxId;

/// A pause: the call so far, and the result; seconds.
struct Step {
    at: f64,
    sound: Arc<[f32]>,
    took: f64,
}

/// The result of a call with both methods.
struct Told {
    steps: Vec<Step>,
    released: f64,
    ended: f64,
    whole: f64,
    one_shot: String,
    eager: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().skip(1).find(|a| !a.starts_with("--")).map(PathBuf::from);
    let path = file.map_or_else(|| files::demo("stratus-demo-en-q5_0.bin"), Ok)?;
    let sum: String = Sha256::digest(std::fs::read(&path)?).iter().map(|b| format!("{b:02x}")).collect();
    let mut ears = Recogniser::load(&model::verify(&path, Some(&sum)).map_err(Problem::from)?, 1)?;
    let every = std::env::var("EVERY").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let recorded: Vec<Call> = calls::recorded()?.into_iter().step_by(every).collect();
    ears.transcribe(&recorded[0].sound, &Hints::default(), &AtomicBool::new(false))?;
    println!("{}, {} thread; medians, in brackets nine of ten; milliseconds from the key's release", path.display(), ears.threads());
    let mut all: Vec<Told> = Vec::new();
    for kind in KINDS {
        let mut told = Vec::new();
        let (mut wrong, mut words) = ([0, 0], 0);
        for call in calls::of(kind, &recorded) {
            let t = hear(&mut ears, &call)?;
            wrong[0] += calls::errors(&call.text, &t.one_shot);
            wrong[1] += calls::errors(&call.text, &t.eager);
            words += calls::words(&call.text).len();
            told.push(t);
        }
        println!("\n{}: {} calls of {words} words", kind.name(), told.len());
        println!("  words wrong: {} after the key, {} eager", wrong[0], wrong[1]);
        waits(&told);
        all.extend(told);
    }
    println!("\nall {} calls", all.len());
    waits(&all);
    Ok(())
}

fn waits(told: &[Told]) {
    // A larger model does the same computations, but each takes longer.
    for slower in [1.0, 4.0, 12.0] {
        let at = |mut w: Vec<f64>| {
            w.sort_by(f64::total_cmp);
            (w[w.len() / 2] * 1e3, w[w.len() * 9 / 10] * 1e3)
        };
        let (once, once90) = at(told.iter().map(|t| t.ended - t.released + t.whole * slower).collect());
        let (eager, eager90) = at(told.iter().map(|t| t.wait(slower)).collect());
        println!(
            "  computing {slower:2} times as long: {once:5.0} ({once90:5.0}) after the key, {eager:5.0} ({eager90:5.0}) eager: {:3.0} %",
            eager / once * 100.0
        );
    }
}

impl Told {
    /// The wait if each computation takes this many times as long.
    fn wait(&self, slower: f64) -> f64 {
        // The recogniser is busy until then, with this part of the call.
        let mut work: Option<(f64, usize)> = None;
        for (n, step) in self.steps.iter().enumerate() {
            let begins = match work {
                Some((until, on)) if until > step.at && !goes_on(&step.sound, self.steps[on].sound.len()) => continue,
                _ => step.at,
            };
            let known = work.is_some_and(|(_, on)| !goes_on(&step.sound, self.steps[on].sound.len()));
            if !known {
                work = Some((begins + step.took * slower, n));
            }
        }
        let last = self.steps.last().map_or(&[][..], |s| &s.sound[..]);
        match work {
            Some((until, on)) if !goes_on(last, self.steps[on].sound.len()) => until.max(self.ended) - self.released,
            _ => self.ended - self.released + self.whole * slower,
        }
    }
}

fn goes_on(samples: &[f32], from: usize) -> bool {
    take::voiced_from(samples, from) >= 60
}

/// A call cut as by the microphone's thread, recognised with both methods.
fn hear(ears: &mut Recogniser, call: &Call) -> Result<Told, Box<dyn Error>> {
    let (hints, never, tx) = (Hints::default(), AtomicBool::new(false), TxId(1));
    let (mut pauses, mut ahead, mut steps) = (Pauses::default(), Ahead::default(), Vec::new());
    let seconds = |samples: usize| samples as f64 / f64::from(take::RATE);
    // The ring is emptied every 10 ms.
    let piece = take::RATE as usize / 100;
    let mut looks: Vec<usize> =
        (1..=call.released / piece).map(|n| n * piece).filter(|n| pauses.reached(&call.sound[..*n], take::RATE)).collect();
    looks.push(call.released);
    for to in looks {
        let sound: Arc<[f32]> = call.sound[..to].into();
        let begun = Instant::now();
        ahead.work(&Job::new(tx, sound.clone()), ears, &hints)?;
        steps.push(Step { at: seconds(to), sound, took: begun.elapsed().as_secs_f64() });
    }
    let begun = Instant::now();
    let one_shot = ears.transcribe(&call.sound, &hints, &never)?.text;
    let whole = begun.elapsed().as_secs_f64();
    let eager = ahead.end(tx, &call.sound, ears, &hints, &never)?.text;
    Ok(Told { steps, released: seconds(call.released), ended: seconds(call.sound.len()), whole, one_shot, eager })
}
