//! `Worker<T>`: a named thread with a bounded inbox that ends when its owner lets go of it.
//!
//! The body runs under `catch_unwind`: a panic in one job is told and does not take the process with it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use crate::problem::Problem;

/// A named thread that works through a bounded queue of jobs. Dropping it closes the queue and joins the thread.
#[derive(Debug)]
pub struct Worker<T: Send + 'static> {
    inbox: Option<SyncSender<T>>,
    thread: Option<JoinHandle<()>>,
    name: &'static str,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts a thread called `name` whose queue holds `depth` jobs.
    ///
    /// `make` runs on the new thread and returns the job handler (so that it may own things that cannot be sent).
    /// When a job panics, `on_panic` gets the panic's words, and the handler is made anew for the next job.
    pub fn start<F, H>(
        name: &'static str,
        depth: usize,
        mut make: F,
        mut on_panic: impl FnMut(String) + Send + 'static,
    ) -> Result<Self, Problem>
    where
        F: FnMut() -> H + Send + 'static,
        H: FnMut(T),
    {
        let (inbox, jobs): (SyncSender<T>, Receiver<T>) = sync_channel(depth);
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                'fresh: loop {
                    let Ok(mut handler) = catch_unwind(AssertUnwindSafe(&mut make)) else {
                        on_panic(format!("{name} could not start"));
                        return;
                    };
                    while let Ok(job) = jobs.recv() {
                        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| handler(job))) {
                            on_panic(panic_words(&*panic));
                            // The old handler may be in any state: forget what it held rather than use it again.
                            let _ = catch_unwind(AssertUnwindSafe(move || drop(handler)));
                            continue 'fresh;
                        }
                    }
                    return;
                }
            })
            .map_err(|e| Problem::new(format!("cannot start the thread {name}")).because(e))?;
        Ok(Self { inbox: Some(inbox), thread: Some(thread), name })
    }

    /// Queues a job without waiting; gives a full or closed queue back as a `Problem`.
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
        self.inbox = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The text of a panic, as far as it has one.
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
    fn a_panicking_job_is_told_and_the_next_one_is_done() {
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
    fn a_full_queue_is_a_problem_not_memory() {
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
