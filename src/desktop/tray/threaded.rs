//! The tray on a thread of its own: where it speaks over a bus.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;

use super::{Board, Job, START_LIMIT, STOP_LIMIT};
use crate::worker::{panic_words, stumble};

pub(super) struct Seat {
    jobs: Option<Sender<Job>>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Seat {
    /// Starts the thread; fails when the icon could not be made.
    pub(super) fn take() -> Result<Self, String> {
        let (jobs, inbox) = channel();
        let (started, outcome) = channel();
        let (finished, done) = channel();
        let thread = std::thread::Builder::new()
            .name("tray".into())
            .spawn(move || {
                run(&inbox, &started);
                let _ = finished.send(());
            })
            .map_err(|e| format!("cannot start the thread of the tray: {e}"))?;
        match outcome.recv_timeout(START_LIMIT) {
            Ok(Ok(())) => Ok(Self { jobs: Some(jobs), done, thread: Some(thread) }),
            Ok(Err(why)) => Err(why),
            Err(RecvTimeoutError::Timeout) => Err("the session bus does not answer".into()),
            Err(RecvTimeoutError::Disconnected) => Err("its thread ended".into()),
        }
    }

    pub(super) fn send(&self, job: Job) {
        // A tray whose bus has died has ended; there is nobody left to show anything to.
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send(job);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.jobs = None;
        if self.done.recv_timeout(STOP_LIMIT) != Err(RecvTimeoutError::Timeout)
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

fn run(inbox: &Receiver<Job>, started: &Sender<Result<(), String>>) {
    let mut board = match Board::new() {
        Ok(board) => board,
        Err(why) => {
            let _ = started.send(Err(why));
            return;
        }
    };
    if started.send(Ok(())).is_err() {
        return;
    }
    while let Ok(job) = inbox.recv() {
        let done = catch_unwind(AssertUnwindSafe(|| {
            stumble("tray");
            board.perform(job);
        }));
        if let Err(panic) = done {
            log::error!("the tray failed to show something: {}", panic_words(&*panic));
        }
    }
}
