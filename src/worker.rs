//! `Worker<T>`: a named thread with a bounded inbox that ends when its owner drops it.
//!
//! The body runs under `catch_unwind`: a panic in one job is reported and does not end the process. `survive` does the same for a
//! thread that holds more than a queue.

pub mod bell;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::problem::Problem;

/// A named thread that processes a bounded queue of jobs. Dropping it closes the queue and joins the thread.
#[derive(Debug)]
pub struct Worker<T: Send + 'static> {
    inbox: Option<SyncSender<T>>,
    thread: Option<JoinHandle<()>>,
    name: &'static str,
    closing: Arc<AtomicBool>,
    hasty: bool,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts a thread called `name` whose queue holds `depth` jobs.
    ///
    /// `make` runs on the new thread and returns the job handler, which may therefore own values that are not `Send`. When a job
    /// panics, `on_panic` gets the panic's message, and a new handler is made for the next job.
    pub fn start<F, H>(
        name: &'static str,
        depth: usize,
        make: F,
        mut on_panic: impl FnMut(String) + Send + 'static,
    ) -> Result<Self, Problem>
    where
        F: FnMut() -> H + Send + 'static,
        H: FnMut(T),
    {
        Self::for_whom(name, depth, |_| (), make, move |_, words| on_panic(words))
    }

    /// As `start`, for jobs with a waiting client: `whom` gets the client from the job, and `on_panic` receives it, so that the
    /// client does not wait in vain. It receives `None` if the handler itself could not be made.
    pub fn for_whom<F, H, W>(
        name: &'static str,
        depth: usize,
        whom: impl Fn(&T) -> W + Send + 'static,
        mut make: F,
        mut on_panic: impl FnMut(Option<W>, String) + Send + 'static,
    ) -> Result<Self, Problem>
    where
        F: FnMut() -> H + Send + 'static,
        H: FnMut(T),
    {
        let (inbox, jobs): (SyncSender<T>, Receiver<T>) = sync_channel(depth);
        let closing = Arc::new(AtomicBool::new(false));
        let closed = closing.clone();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                'fresh: loop {
                    let Ok(mut handler) = catch_unwind(AssertUnwindSafe(&mut make)) else {
                        on_panic(None, format!("{name} could not start"));
                        return;
                    };
                    while let Ok(job) = jobs.recv() {
                        if closed.load(Ordering::Relaxed) {
                            return;
                        }
                        let waits = whom(&job);
                        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| {
                            stumble(name);
                            handler(job);
                        })) {
                            on_panic(Some(waits), panic_words(&*panic));
                            // The old handler may be in any state, so forget it if dropping it panics.
                            let _ = catch_unwind(AssertUnwindSafe(move || drop(handler)));
                            continue 'fresh;
                        }
                    }
                    return;
                }
            })
            .map_err(|e| Problem::new(format!("cannot start the thread {name}")).because(e))?;
        Ok(Self { inbox: Some(inbox), thread: Some(thread), name, closing, hasty: false })
    }

    /// Makes the worker discard its queue on drop and end after the current job, because nobody needs the rest.
    #[must_use]
    pub fn hasty(mut self) -> Self {
        self.hasty = true;
        self
    }

    /// Queues a job without blocking; a full or closed queue is a `Problem`.
    pub fn send(&self, job: T) -> Result<(), Problem> {
        let Some(inbox) = &self.inbox else { return Err(self.gone()) };
        inbox.try_send(job).map_err(|e| match e {
            TrySendError::Full(_) => Problem::new(format!("{} cannot keep up", self.name))
                .because("its queue is full")
                .fix("the computer may be overloaded; lower the simulator's settings or choose a smaller speech model"),
            TrySendError::Disconnected(_) => self.gone(),
        })
    }

    fn gone(&self) -> Problem {
        Problem::bug(format!("{} has stopped", self.name)).fix("restart Stratus and send the log")
    }
}

impl<T: Send + 'static> Drop for Worker<T> {
    fn drop(&mut self) {
        self.closing.store(self.hasty, Ordering::Relaxed);
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Consecutive panics after which a thread is given up, because it would only fail again.
const MOST: u32 = 20;
/// A thread that ran for this long has recovered.
const WELL: Duration = Duration::from_secs(60);
/// Delay after a panic, multiplied by the number of consecutive panics.
const PAUSE: Duration = Duration::from_millis(20);

/// Runs `body` until it returns. After a panic, `mend` repairs the state (it gets the panic's message), and `body` runs again; a
/// thread that only panics is given up.
pub fn survive<S>(state: &mut S, mut body: impl FnMut(&mut S), mut mend: impl FnMut(&mut S, String)) {
    let mut row = 0;
    loop {
        let begun = Instant::now();
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| body(state))) else { return };
        row = if begun.elapsed() > WELL { 1 } else { row + 1 };
        let words = panic_words(&*panic);
        if catch_unwind(AssertUnwindSafe(|| mend(state, words))).is_err() || row >= MOST {
            log::error!("{} failed repeatedly and was stopped", std::thread::current().name().unwrap_or("a thread"));
            return;
        }
        std::thread::sleep(PAUSE * row);
    }
}

/// Panics at the request of a test: in a program with the feature `faults`, if the folder `STRATUS_FAULTS` has a file of this name,
/// which is then removed.
#[cfg(feature = "faults")]
pub fn stumble(name: &str) {
    if let Some(folder) = std::env::var_os("STRATUS_FAULTS")
        && std::fs::remove_file(std::path::Path::new(&folder).join(name)).is_ok()
    {
        panic!("a fault that a test asked for");
    }
}

/// Does nothing: released programs have no such faults.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn stumble(_: &str) {}

/// The message of a panic, if it has one.
pub fn panic_words(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn panicking_job_is_reported_and_the_next_one_runs() {
        let (out, seen) = channel();
        let (words, told) = channel();
        let worker = Worker::start(
            "test",
            4,
            move || {
                let out = out.clone();
                move |n: u32| {
                    assert!(n != 2, "two is too much");
                    out.send(n).unwrap();
                }
            },
            move |w| words.send(w).unwrap(),
        )
        .unwrap();
        for n in 1..=3 {
            worker.send(n).unwrap();
        }
        drop(worker);
        assert_eq!(seen.iter().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(told.recv().unwrap(), "two is too much");
    }

    #[test]
    fn hasty_worker_discards_its_queue_and_others_finish_theirs() {
        for hasty in [true, false] {
            let ((out, seen), (go, wait)) = (channel(), channel::<()>());
            let wait = Arc::new(std::sync::Mutex::new(wait));
            let make = move || {
                let (out, wait) = (out.clone(), wait.clone());
                move |n: u32| {
                    out.send(n).unwrap();
                    let _ = wait.lock().unwrap().recv();
                }
            };
            let worker = Worker::start("test", 4, make, |words| panic!("{words}")).unwrap();
            let worker = if hasty { worker.hasty() } else { worker };
            for n in 1..=3 {
                worker.send(n).unwrap();
            }
            assert_eq!(seen.recv().unwrap(), 1);
            let closing = worker.closing.clone();
            let freed = std::thread::spawn(move || {
                while hasty && !closing.load(Ordering::Relaxed) {
                    std::thread::yield_now();
                }
                drop(go);
            });
            drop(worker);
            freed.join().unwrap();
            assert_eq!(seen.iter().count(), if hasty { 0 } else { 2 });
        }
    }

    #[test]
    fn thread_survives_panics_until_it_only_panics() {
        let (mut seen, mut mended) = ((0, Vec::new()), 0);
        survive(
            &mut seen,
            |s| {
                s.0 += 1;
                assert!(s.0 > 2, "not yet");
                s.1.push(s.0);
            },
            |s, words| {
                assert!(words.contains("not yet"));
                s.1.clear();
                mended += 1;
            },
        );
        assert_eq!((seen, mended), ((3, vec![3]), 2));
        let mut tries = 0;
        survive(&mut tries, |_| panic!("always"), |t, _| *t += 1);
        assert_eq!(tries, MOST);
        survive(&mut tries, |_| panic!("always"), |_, _| panic!("in mending, too"));
    }

    #[test]
    fn client_of_a_panicking_job_is_notified() {
        let (words, told) = channel();
        let worker = Worker::for_whom(
            "test",
            4,
            |job: &u32| job * 10,
            || |job: u32| assert!(job != 2, "odd job"),
            move |whom, why| {
                let _ = words.send((whom, why));
            },
        )
        .unwrap();
        for job in 1..=3 {
            worker.send(job).unwrap();
        }
        drop(worker);
        assert_eq!(told.iter().collect::<Vec<_>>(), [(Some(20), "odd job".to_owned())]);
    }

    #[test]
    fn full_queue_is_a_problem_instead_of_memory_growth() {
        let (go, wait) = channel::<()>();
        let wait = std::sync::Mutex::new(wait);
        let wait = std::sync::Arc::new(wait);
        let worker = Worker::start(
            "slow",
            1,
            move || {
                let wait = wait.clone();
                move |_: u32| {
                    let _ = wait.lock().unwrap().recv();
                }
            },
            |_| {},
        )
        .unwrap();
        let mut refused = 0;
        for n in 0..10 {
            refused += usize::from(worker.send(n).is_err());
        }
        assert!(refused >= 8, "{refused}");
        drop(go);
    }
}
