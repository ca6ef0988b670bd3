//! The language model on Ollama: one question at a time on a separate small runtime; answers are complete, never streamed.

pub mod answer;
mod http;
pub mod pull;
pub mod warm;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use ollama_rs::generation::completion::GenerationResponse;
use ollama_rs::generation::completion::request::GenerationRequest;
use ollama_rs::generation::parameters::{FormatType, JsonStructure, KeepAlive, TimeUnit};
use ollama_rs::models::ModelOptions;
use serde_json::Value;

use crate::event::Question;
use crate::problem::{Part, Problem};
use crate::settings::{Brain, Placement};
use crate::units::TxId;
use crate::worker::{panic_words, stumble};

/// Longer answers are discarded, bytes.
const LONGEST: usize = 64 * 1024;
/// Maximum number of tokens in an answer: an intent and some values.
const TOKENS: i32 = 120;
/// Context size in tokens: the question with a margin, and a small cache beside a simulator.
const CONTEXT: u64 = 4096;
/// How long the model stays loaded after a question.
const KEEP_MINUTES: u64 = 10;
/// How often a pending question checks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

enum Order {
    Ask(TxId, Box<Question>, Box<Brain>),
    Cancel(TxId),
}

/// The client's thread. Dropping it cancels the current question and joins.
pub struct Llm {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Llm {
    /// Starts the thread; there is no connection before the first question.
    pub fn start(tell: impl Fn(TxId, Result<String, Problem>) + Send + 'static) -> Result<Self, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|e| Problem::new("cannot start the language model's client").because(e))?;
        let (orders, inbox) = sync_channel::<Order>(8);
        let thread = std::thread::Builder::new()
            .name("llm".into())
            .spawn(move || {
                let mut next: Option<Order> = None;
                loop {
                    let order = match next.take() {
                        Some(o) => o,
                        None => match inbox.recv() {
                            Ok(o) => o,
                            Err(_) => return,
                        },
                    };
                    let Order::Ask(tx, question, brain) = order else { continue };
                    let waiting = || {
                        runtime.block_on(async {
                            stumble("llm");
                            let asked = ask(&question, &brain);
                            tokio::pin!(asked);
                            loop {
                                match tokio::time::timeout(LOOK, &mut asked).await {
                                    Ok(result) => return Some(result),
                                    Err(_) => match inbox.recv_timeout(Duration::ZERO) {
                                        Ok(Order::Cancel(c)) if c == tx => return None,
                                        Ok(Order::Cancel(_)) | Err(RecvTimeoutError::Timeout) => {}
                                        // A newer question replaces this one.
                                        Ok(o) => {
                                            next = Some(o);
                                            return None;
                                        }
                                        Err(RecvTimeoutError::Disconnected) => return None,
                                    },
                                }
                            }
                        })
                    };
                    let answer = catch_unwind(AssertUnwindSafe(waiting)).unwrap_or_else(|panic| {
                        let p = Problem::bug("the language model's client failed").because(panic_words(&*panic));
                        Some(Err(p.fix("it has been restarted; Stratus works without it")))
                    });
                    if let Some(result) = answer {
                        tell(tx, result);
                    }
                }
            })
            .map_err(|e| Problem::new("cannot start the language model's client").because(e))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        if let Some(o) = &self.orders
            && o.try_send(order).is_err()
        {
            log::warn!("the language model's client does not keep up");
        }
    }
    /// Asks a question; the answer is reported with this id unless cancelled.
    pub fn ask(&self, tx: TxId, question: Question, brain: &Brain) {
        self.order(Order::Ask(tx, Box::new(question), Box::new(brain.clone())));
    }
    /// Cancels a question.
    pub fn cancel(&self, tx: TxId) {
        self.order(Order::Cancel(tx));
    }
}

impl Drop for Llm {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

fn absent(url: &str, why: impl std::fmt::Display) -> Problem {
    let address = reqwest::Url::parse(url);
    // "http://desk" means port 80, which is hardly Ollama's.
    let port =
        if address.is_ok_and(|a| a.port().is_none()) { ", add its port to brain.ollama_url (Ollama's default is 11434)" } else { "" };
    Problem::new(format!("the language model at {url} does not answer"))
        .because(why)
        .fix(format!("start Ollama{port}, or set brain.mode = \"rules\" in your settings; Stratus works without it"))
}

/// The problem of a model that Ollama lacks, with the remedy.
fn missing(model: &str, url: &str, why: impl std::fmt::Display) -> Problem {
    Problem::new(format!("the language model {model:?} is not installed"))
        .because(format!("{url}: {why}"))
        .about(Part::LanguageModel)
        .brief(format!("Language model {model} not installed"), "Stratus works without it.")
        .remedy(format!("Choose another under {}.", Part::LanguageModel.place()))
        .fix(format!("run `stratus brain get {model}`, or choose another in the tray's menu (brain.model)"))
}

/// The complete answer to one question, within its deadline.
async fn ask(q: &Question, brain: &Brain) -> Result<String, Problem> {
    let url = brain.ollama_url.as_str();
    let client = http::client(url)?;
    let body = request(q, brain)?;
    let deadline = Duration::from_millis(u64::from(q.deadline_ms));
    // Bounded: an endless answer is not stored.
    let asked = async { http::whole(http::ask(&client, url, "generate", Some(&body)).await?).await };
    match tokio::time::timeout(deadline, asked).await {
        Err(_) => Err(absent(url, format!("no answer within {} ms", q.deadline_ms))),
        Ok(Ok(answer)) => match serde_json::from_value::<GenerationResponse>(answer) {
            Ok(answer) if answer.response.len() > LONGEST => Err(absent(url, "its answer is much too long")),
            // If there is no object, the gate rejects the answer, so pass the model's text on.
            Ok(answer) => Ok(answer::object(&answer.response).unwrap_or(answer.response)),
            Err(e) => Err(absent(url, "its answer is not from Ollama").because(e)),
        },
        Ok(Err(why)) if why.contains("not found") => Err(missing(&q.model, url, why)),
        Ok(Err(why)) => Err(absent(url, why)),
    }
}

/// Options that must be the same in every request: another placement or context would reload the model.
fn options(brain: &Brain) -> ModelOptions {
    let options = ModelOptions::default().num_ctx(CONTEXT);
    match brain.placement {
        Placement::Auto => options,
        // Keep all layers off the graphics card, which belongs to the simulator.
        Placement::Cpu => options.num_gpu(0),
    }
}

/// The question as an Ollama request for one complete answer.
fn request(q: &Question, brain: &Brain) -> Result<Value, Problem> {
    let strange = |e: &dyn std::fmt::Display| Problem::bug("the question to the language model cannot be written").because(e);
    let schema = q.schema.clone().try_into().map_err(|e: serde_json::Error| strange(&e))?;
    let request = GenerationRequest::new(q.model.clone(), q.user.as_str())
        .system(q.system.as_str())
        .format(FormatType::StructuredJson(Box::new(JsonStructure::new_for_schema(schema))))
        .think(false)
        .options(options(brain).temperature(0.0).num_predict(TOKENS))
        .keep_alive(KeepAlive::Until { time: KEEP_MINUTES, unit: TimeUnit::Minutes });
    let mut body = serde_json::to_value(request).map_err(|e| strange(&e))?;
    body["stream"] = false.into();
    Ok(body)
}

/// Whether Ollama answers and has the model.
pub fn probe(brain: &Brain) -> Result<String, Problem> {
    let patience = pull::Patience { answer: Duration::from_secs(2), ..pull::Patience::default() };
    let there = pull::list(&brain.ollama_url, patience)?;
    if pull::has(&there, &brain.model) {
        return Ok(format!("{} at {}", brain.model, brain.ollama_url));
    }
    let names: Vec<&str> = there.iter().take(8).map(|m| m.name.as_str()).collect();
    let why = if names.is_empty() { "it has no model yet".to_owned() } else { format!("it has {}", names.join(", ")) };
    Err(missing(&brain.model, &brain.ollama_url, why))
}
