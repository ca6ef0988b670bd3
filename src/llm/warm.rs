//! Keeps the language model loaded while a simulator is running, so that the first question does not wait. It is unloaded when the
//! simulator ends, to free memory and graphics card.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::json;

use super::http;
use crate::problem::Problem;
use crate::settings::Brain;

/// How long the model stays loaded without a question, and the interval between keep-alives. After a crash it stays loaded no
/// longer than this.
const KEEP_MINUTES: u64 = 10;
const AGAIN: Duration = Duration::from_secs(240);
/// Retry interval for a model that could not be loaded: Ollama may start after the simulator.
const RETRY: Duration = Duration::from_secs(30);
/// Timeout for loading: a large model from a slow disk.
const LOADING: Duration = Duration::from_secs(180);
/// Timeout for the request to unload.
const UNLOADING: Duration = Duration::from_secs(3);
/// How often a load in progress checks for a new order.
const LOOK: Duration = Duration::from_millis(100);

/// The thread that keeps a model loaded. Dropping it unloads the model and joins.
#[derive(Debug)]
pub struct Warm {
    orders: Option<SyncSender<Option<Brain>>>,
    thread: Option<JoinHandle<()>>,
}

impl Warm {
    /// Starts the thread without loading anything. `tell` is called once for each missing model. An Ollama that is not running is
    /// not a fault, because Stratus works without it.
    pub fn start(tell: impl Fn(Problem) + Send + 'static) -> Result<Self, Problem> {
        Self::start_at(RETRY, tell)
    }

    fn start_at(retry: Duration, tell: impl Fn(Problem) + Send + 'static) -> Result<Self, Problem> {
        let runtime = http::runtime()?;
        let (orders, inbox) = sync_channel(8);
        let thread = std::thread::Builder::new()
            .name("llm warm".into())
            .spawn(move || Warming { runtime, inbox, retry, tell: Box::new(tell), told: None, logged: String::new() }.run())
            .map_err(|e| Problem::new("cannot start the language model's client").because(e))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    /// Keeps this model loaded from now on; `None` for no model.
    pub fn keep(&self, brain: Option<Brain>) {
        if let Some(o) = &self.orders
            && o.try_send(brain).is_err()
        {
            log::warn!("the language model's keeper does not keep up");
        }
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

struct Warming {
    runtime: tokio::runtime::Runtime,
    inbox: Receiver<Option<Brain>>,
    retry: Duration,
    tell: Box<dyn Fn(Problem) + Send>,
    /// The missing model that was reported to the pilot.
    told: Option<Brain>,
    /// The last log message; the same failure is not logged again.
    logged: String,
}

impl Warming {
    fn run(mut self) {
        let (mut loaded, mut news): (Option<Brain>, Option<Option<Brain>>) = (None, None);
        // The wanted model that is not loaded yet.
        let mut wish: Option<Brain> = None;
        loop {
            let wanted = match news.take() {
                Some(wanted) => wanted,
                // Renew the loaded model before it expires.
                None if loaded.is_some() || wish.is_some() => {
                    match self.inbox.recv_timeout(if wish.is_some() { self.retry } else { AGAIN }) {
                        Ok(wanted) => wanted,
                        Err(RecvTimeoutError::Timeout) => loaded.clone().or_else(|| wish.clone()),
                        Err(RecvTimeoutError::Disconnected) => return self.unload(loaded.as_ref()),
                    }
                }
                None => match self.inbox.recv() {
                    Ok(wanted) => wanted,
                    Err(_) => return,
                },
            };
            if loaded != wanted {
                self.unload(loaded.take().as_ref());
            }
            wish = None;
            let Some(brain) = wanted else { continue };
            match self.load(&brain) {
                Ok(()) => {
                    self.logged.clear();
                    loaded = Some(brain);
                }
                // The load may continue there; the next order ends it.
                Err(Stop::News(n)) => (loaded, news) = (Some(brain), Some(n)),
                Err(Stop::Over) => return self.unload(Some(&brain)),
                Err(Stop::Missing(p)) if self.told.as_ref() != Some(&brain) => {
                    self.told = Some(brain);
                    (self.tell)(p);
                }
                Err(Stop::Missing(_)) => {}
                Err(Stop::Failed(why)) => {
                    if self.logged != why {
                        log::info!("the language model is not loaded, and Stratus works without it: {why}");
                        self.logged = why;
                    }
                    wish = Some(brain);
                }
            }
        }
    }

    fn load(&self, brain: &Brain) -> Result<(), Stop> {
        let body =
            json!({"model": brain.model, "stream": false, "keep_alive": format!("{KEEP_MINUTES}m"), "options": super::options(brain)});
        let client = http::client(&brain.ollama_url).map_err(|p| Stop::Failed(p.one_line()))?;
        let done = self.runtime.block_on(async {
            let asked = async { http::whole(http::ask(&client, &brain.ollama_url, "generate", Some(&body)).await?).await };
            let asked = tokio::time::timeout(LOADING, asked);
            tokio::pin!(asked);
            loop {
                if let Ok(done) = tokio::time::timeout(LOOK, &mut asked).await {
                    return Ok(done.unwrap_or_else(|_| Err("it takes too long to load".into())));
                }
                match self.inbox.try_recv() {
                    Ok(Some(same)) if same == *brain => {}
                    Ok(other) => return Err(Stop::News(other)),
                    Err(std::sync::mpsc::TryRecvError::Empty) => {}
                    Err(std::sync::mpsc::TryRecvError::Disconnected) => return Err(Stop::Over),
                }
            }
        })?;
        match done {
            Ok(_) => Ok(()),
            Err(why) if why.contains("not found") => Err(Stop::Missing(super::missing(&brain.model, &brain.ollama_url, why))),
            Err(why) => Err(Stop::Failed(why)),
        }
    }

    fn unload(&self, loaded: Option<&Brain>) {
        let Some(brain) = loaded else { return };
        let body = json!({"model": brain.model, "stream": false, "keep_alive": 0});
        let Ok(client) = http::client(&brain.ollama_url) else { return };
        let done = self.runtime.block_on(async {
            let asked = async { http::whole(http::ask(&client, &brain.ollama_url, "generate", Some(&body)).await?).await };
            tokio::time::timeout(UNLOADING, asked).await
        });
        if !matches!(done, Ok(Ok(_))) {
            log::debug!("the language model was not unloaded: {done:?}");
        }
    }
}

enum Stop {
    /// Another model is wanted now.
    News(Option<Brain>),
    /// The thread is to end.
    Over,
    Missing(Problem),
    Failed(String),
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn ollama_started_after_the_simulator_is_found() {
        let ollama = TcpListener::bind("127.0.0.1:0").unwrap();
        let warm = Warm::start_at(Duration::from_millis(20), |p| panic!("{p}")).unwrap();
        let ollama_url = format!("http://{}", ollama.local_addr().unwrap());
        warm.keep(Some(Brain { ollama_url, model: "late".into(), ..Brain::default() }));
        let (asked, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // It hangs up, as an Ollama that is still starting does: nothing is loaded, and there is no new order.
            for _ in 0..2 {
                drop(ollama.accept().unwrap());
            }
            let mut head = vec![0; 512];
            let n = ollama.accept().unwrap().0.read(&mut head).unwrap();
            asked.send(String::from_utf8_lossy(&head[..n]).into_owned()).unwrap();
        });
        let head = heard.recv_timeout(Duration::from_secs(20)).unwrap();
        assert!(head.starts_with("POST /api/generate"), "{head}");
    }
}
