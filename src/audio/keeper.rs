//! The keeper of a device: finds it and opens it on a separate thread, because the sound system may hang.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::devices::{Finder, Found, Way};
use crate::problem::Problem;
use crate::worker::stumble;

/// Where devices must be opened to be listed, a working device is not checked again for this long.
const PEACE: Duration = Duration::from_secs(5);
/// A search that takes longer than this is abandoned, with its thread.
const PATIENCE: Duration = Duration::from_secs(8);

/// The result of a search.
pub enum Answer<D> {
    /// The open device is still the right one.
    Same,
    /// Another device is the right one, or none was open. This one was opened.
    Opened(D),
    /// The sound system does not answer, or a device did not open. The device that is open may still work.
    Failed(Problem),
    /// The sound system answers that the device does not exist. An open device is no longer the one that was opened.
    Gone(Problem),
}

impl<D> Answer<D> {
    /// The opened device, if there is one.
    pub fn opened(self) -> Option<D> {
        match self {
            Self::Opened(d) => Some(d),
            Self::Same | Self::Failed(_) | Self::Gone(_) => None,
        }
    }
}

/// One search. Its argument is the id of the device that is open and works, if there is one.
pub type Look<D> = Box<dyn FnMut(Option<&str>) -> Answer<D> + Send>;
/// Makes the search on the keeper's thread; called again after a search that hung.
pub type Looks<D> = Arc<dyn Fn() -> Look<D> + Send + Sync>;

/// Finds the device called `wanted`, or the system's default, and opens it if another one or none is open.
pub fn looks<D: 'static>(
    way: Way,
    wanted: Option<String>,
    open: impl Fn(&Found) -> Result<D, Problem> + Clone + Send + Sync + 'static,
) -> Looks<D> {
    Arc::new(move || {
        let mut finder = Finder::new(way, wanted.as_deref());
        let mut asked = Instant::now();
        let open = open.clone();
        Box::new(move |current| {
            if current.is_some() && !finder.is_cheap() && asked.elapsed() < PEACE {
                return Answer::Same;
            }
            asked = Instant::now();
            match finder.find() {
                Ok(found) if current == Some(found.id.as_str()) => Answer::Same,
                Ok(found) => open(&found).map_or_else(
                    |p| {
                        finder.forget();
                        Answer::Failed(p)
                    },
                    Answer::Opened,
                ),
                Err(p) if finder.is_answered() => Answer::Gone(p),
                Err(p) => Answer::Failed(p),
            }
        })
    })
}

type Asked = Option<String>;
/// The channels to and from the thread.
type Running<D> = (SyncSender<Asked>, Receiver<Answer<D>>, JoinHandle<()>);

/// A thread that searches when it is asked to.
pub struct Keeper<D> {
    name: &'static str,
    looks: Looks<D>,
    running: Option<Running<D>>,
    since: Option<Instant>,
}

impl<D: Send + 'static> Keeper<D> {
    /// A keeper whose thread has this name.
    pub fn new(name: &'static str, looks: Looks<D>) -> Self {
        Self { name, looks, running: None, since: None }
    }

    /// Starts a search, unless one is running. `open` is the id of the device that is open and works.
    pub fn ask(&mut self, open: Option<&str>) {
        if self.since.is_some_and(|s| s.elapsed() > PATIENCE) {
            // The thread hangs in the sound system, and ends when that call returns.
            log::warn!("the sound system does not answer ({})", self.name);
            self.running = None;
            self.since = None;
        }
        if self.since.is_some() {
            return;
        }
        if self.running.is_none() {
            self.running = self.thread();
        }
        if let Some((asked, _, _)) = &self.running
            && asked.try_send(open.map(str::to_owned)).is_ok()
        {
            self.since = Some(Instant::now());
        }
    }

    fn thread(&self) -> Option<Running<D>> {
        let (ask, asked) = sync_channel::<Asked>(1);
        let (answer, answers) = sync_channel(1);
        let (looks, name) = (self.looks.clone(), self.name);
        let spawned = std::thread::Builder::new().name(self.name.into()).spawn(move || {
            let mut look = looks();
            while let Ok(open) = asked.recv() {
                stumble(name);
                if answer.send(look(open.as_deref())).is_err() {
                    return;
                }
            }
        });
        match spawned {
            Ok(thread) => Some((ask, answers, thread)),
            Err(e) => {
                log::error!("cannot start the thread {}: {e}", self.name);
                None
            }
        }
    }

    /// The result, when there is one.
    pub fn answer(&mut self) -> Option<Answer<D>> {
        let (_, answers, _) = self.running.as_ref()?;
        match answers.try_recv() {
            Ok(a) => {
                self.since = None;
                Some(a)
            }
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => {
                self.running = None;
                self.since = None;
                Some(Answer::Failed(Problem::bug("the search for a sound device stopped")))
            }
        }
    }

    /// How long a search has been running.
    pub fn waiting(&self) -> Option<Duration> {
        self.since.map(|s| s.elapsed())
    }
}

impl<D> Drop for Keeper<D> {
    fn drop(&mut self) {
        if let Some((ask, answers, thread)) = self.running.take() {
            drop(ask);
            drop(answers);
            // Do not wait for a thread that hangs in the sound system.
            if self.since.is_none() {
                let _ = thread.join();
            }
        }
    }
}

/// Drops a device on a separate thread, because closing a lost device can hang.
pub fn close<D: Send + 'static>(device: D) {
    let _ = std::thread::Builder::new().name("close".into()).spawn(move || drop(device));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hung_search_does_not_block_the_caller() {
        let (let_go, held) = sync_channel::<()>(0);
        let held = std::sync::Mutex::new(held);
        let held = Arc::new(held);
        let looks: Looks<u8> = Arc::new(move || {
            let held = held.clone();
            Box::new(move |open| match open {
                Some("hang") => {
                    let _ = held.lock().map(|h| h.recv());
                    Answer::Same
                }
                Some(_) => Answer::Same,
                None => Answer::Opened(7),
            })
        });
        let mut keeper = Keeper::new("look", looks);
        keeper.ask(None);
        let limit = Instant::now() + Duration::from_secs(10);
        let answer = loop {
            if let Some(a) = keeper.answer() {
                break a;
            }
            assert!(Instant::now() < limit);
            std::thread::yield_now();
        };
        assert!(matches!(answer, Answer::Opened(7)));
        keeper.ask(Some("hang"));
        keeper.ask(Some("fine"));
        assert!(keeper.answer().is_none() && keeper.waiting().is_some());
        drop(keeper);
        drop(let_go);
    }
}
