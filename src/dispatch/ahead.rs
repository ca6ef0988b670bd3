//! Recognition while the key is held (`speech.eager`): at each pause, the call so far is recognised. If nothing more is said, that
//! result is used when the key goes up; otherwise it is cancelled, and the whole call is recognised as usual.
//!
//! Segments between pauses are not recognised separately: without the context before and after them, words get lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::audio::take;
use crate::event::{Heard, Hints};
use crate::problem::Problem;
use crate::speech::recognise::Recogniser;
use crate::units::TxId;

/// This much voice after a pause counts as speech, milliseconds; less is the click of the key.
const SAID_MS: u32 = 60;

/// Whether speech continues after this sample.
fn goes_on(samples: &[f32], from: usize) -> bool {
    take::voiced_from(samples, from) >= SAID_MS
}

/// A recognition requested before the end of the call.
#[derive(Debug)]
pub struct Job {
    tx: TxId,
    samples: Arc<[f32]>,
    given_up: AtomicBool,
    over: AtomicBool,
}

impl Job {
    /// For a call so far, 16 kHz mono; not started yet.
    pub fn new(tx: TxId, samples: Arc<[f32]>) -> Self {
        Self { tx, samples, given_up: AtomicBool::new(false), over: AtomicBool::new(false) }
    }

    /// Cancels the job, even before it started.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether the call continued or ended, so that the job is useless. If nothing was said since, its result is complete, and no
    /// other recognition would finish sooner.
    fn is_overtaken(&self, samples: &[f32]) -> bool {
        goes_on(samples, self.samples.len())
    }
}

/// The recogniser's side: the words of the current call, valid if nothing more is said.
#[derive(Debug, Default)]
pub struct Ahead(Option<(TxId, usize, Heard)>);

impl Ahead {
    /// Runs the job, unless it was cancelled.
    pub fn work(&mut self, job: &Job, ears: &mut Recogniser, hints: &Hints) -> Result<(), Problem> {
        let known = self.0.as_ref().is_some_and(|(tx, to, _)| *tx == job.tx && !goes_on(&job.samples, *to));
        let result = if known || job.given_up.load(Ordering::Relaxed) {
            Ok(())
        } else {
            ears.transcribe(&job.samples, hints, &job.given_up).map(|heard| self.0 = Some((job.tx, job.samples.len(), heard)))
        };
        job.over.store(true, Ordering::Relaxed);
        result
    }

    /// The words of the whole call: either known already, or recognised now.
    pub fn end(&mut self, tx: TxId, samples: &[f32], ears: &mut Recogniser, hints: &Hints, cancel: &AtomicBool) -> Result<Heard, Problem> {
        match self.0.take() {
            Some((whose, to, heard)) if whose == tx && !heard.text.is_empty() && !goes_on(samples, to) => Ok(heard),
            _ => ears.transcribe(samples, hints, cancel),
        }
    }
}

/// The owner's side: the jobs that are pending or running.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Arc<Job>>);

impl Jobs {
    /// A job for the call so far, unless an equivalent one is running.
    pub fn next(&mut self, tx: TxId, samples: &Arc<[f32]>) -> Option<Arc<Job>> {
        self.overtaken(tx, samples);
        if !self.0.is_empty() {
            return None;
        }
        let job = Arc::new(Job::new(tx, samples.clone()));
        self.0.push(job.clone());
        Some(job)
    }

    /// Cancels jobs that are useless now that the call has come this far.
    pub fn overtaken(&mut self, tx: TxId, samples: &[f32]) {
        self.0.retain(|j| !j.over.load(Ordering::Relaxed));
        self.0.retain(|j| {
            let keeps = j.tx == tx && !j.is_overtaken(samples);
            if !keeps {
                j.give_up();
            }
            keeps
        });
    }

    /// Cancels all jobs of a call.
    pub fn give_up(&self, tx: TxId) {
        self.0.iter().filter(|j| j.tx == tx).for_each(|j| j.give_up());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Voice;
    use crate::speech::synthesise::Synthesiser;
    use crate::speech::{files, model};

    fn ears() -> Recogniser {
        let path = files::demo("stratus-demo-en-q5_0.bin").unwrap();
        Recogniser::load(&model::verify(&path, None).unwrap(), 1).unwrap()
    }

    /// Two sentences with a pause between them, and where the pause is detected.
    fn call() -> (Arc<[f32]>, usize) {
        let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
        let mut say = |words: &str| take::in_a_room(&mouth.speak(words, &Voice::default()).unwrap().samples, 5);
        let mut all = say("Hilo Tower, Skyhawk one seven two sierra papa, ready for takeoff.");
        let to = all.len();
        all.extend(say("Runway eight."));
        (all.into(), to)
    }

    static NEVER: AtomicBool = AtomicBool::new(false);

    #[test]
    fn words_at_a_pause_are_used_only_if_nothing_more_is_said() {
        let (mut ears, hints, (call, to)) = (ears(), Hints::default(), call());
        let upto = |n: usize| -> Arc<[f32]> { call[..n].into() };
        let (tx, mut ahead) = (TxId(4), Ahead::default());
        ahead.work(&Job::new(tx, upto(to)), &mut ears, &hints).unwrap();
        let known = ahead.0.clone().unwrap();
        assert!(known.2.text.contains("ready for takeoff"), "{}", known.2.text);
        // More silence: the same words, without computation.
        ahead.work(&Job::new(tx, upto(to + 2000)), &mut ears, &hints).unwrap();
        assert_eq!(ahead.0, Some(known.clone()));
        assert_eq!(ahead.end(tx, &upto(to + 3000), &mut ears, &hints, &AtomicBool::new(true)).unwrap(), known.2);
        // Speech continued: the whole call counts.
        ahead.0 = Some(known.clone());
        let whole = ahead.end(tx, &call, &mut ears, &hints, &NEVER).unwrap();
        assert_eq!(whole.text, ears.transcribe(&call, &hints, &NEVER).unwrap().text);
        // Words never carry over to another call, and are used once.
        ahead.0 = Some((TxId(3), to, Heard { text: "of another call".into(), ..Heard::default() }));
        assert_eq!(ahead.end(tx, &upto(to), &mut ears, &hints, &NEVER).unwrap().text, known.2.text);
        assert_eq!(ahead.0, None);
    }

    #[test]
    fn outdated_job_is_cancelled_and_a_complete_one_is_kept() {
        let (call, to) = call();
        let upto = |n: usize| -> Arc<[f32]> { call[..n].into() };
        let mut jobs = Jobs::default();
        let first = jobs.next(TxId(1), &upto(to)).unwrap();
        // The same pause, in which the key is released: the running job covers everything.
        assert!(jobs.next(TxId(1), &upto(to + 3000)).is_none());
        jobs.overtaken(TxId(1), &upto(to + 4000));
        assert!(!first.given_up.load(Ordering::Relaxed));
        // The pilot continues.
        let second = jobs.next(TxId(1), &call).unwrap();
        assert!(first.given_up.load(Ordering::Relaxed) && !second.given_up.load(Ordering::Relaxed));
        // Another call, or none any more.
        let third = jobs.next(TxId(2), &upto(to)).unwrap();
        assert!(second.given_up.load(Ordering::Relaxed));
        jobs.give_up(TxId(1));
        assert!(!third.given_up.load(Ordering::Relaxed));
        jobs.give_up(TxId(2));
        assert!(third.given_up.load(Ordering::Relaxed));
        // Cancelled before it started, a job costs nothing and returns nothing.
        let (mut ears, mut ahead) = (ears(), Ahead::default());
        ahead.work(&third, &mut ears, &Hints::default()).unwrap();
        assert_eq!(ahead.0, None);
        // Cancelled midway, it ends as a problem that is not shown, and leaves nothing behind.
        let fourth = Job::new(TxId(2), call.clone());
        let done = std::thread::scope(|s| {
            let work = s.spawn(|| (ahead.work(&fourth, &mut ears, &Hints::default()), ahead));
            fourth.give_up();
            work.join().unwrap()
        });
        assert!(done.1.0.is_none() && fourth.over.load(Ordering::Relaxed));
        jobs.overtaken(TxId(2), &call);
        assert!(jobs.0.is_empty());
    }
}
