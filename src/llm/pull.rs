//! The language models of an Ollama: lists them, and downloads one. Ollama itself downloads, resumes and verifies; its progress
//! messages are parsed line by line, however they are split in transit.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use super::http;
use crate::problem::Problem;

/// Maximum length of a line; Ollama's have about 200 bytes.
const LONGEST_LINE: usize = 64 * 1024;
/// Maximum number of layers; a model has about ten.
const MOST_LAYERS: usize = 256;
/// Retries of a transfer without progress; any progress resets the count.
const TRIES: u32 = 4;
/// How often to check for cancellation.
const LOOK: Duration = Duration::from_millis(100);

/// Timeouts for Ollama.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Before it begins to answer.
    pub answer: Duration,
    /// Between two progress messages. While Ollama verifies a large model, it is silent for a while.
    pub word: Duration,
    /// Delay before a download is retried.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(30), word: Duration::from_secs(120), pause: Duration::from_secs(2) }
    }
}

/// An installed model of an Ollama.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// "llama3.2:3b".
    pub name: String,
    /// Size on its disk.
    pub bytes: u64,
}

/// The models that the Ollama at `url` has.
pub fn list(url: &str, patience: Patience) -> Result<Vec<Installed>, Problem> {
    let client = http::client(url)?;
    let answer = http::runtime()?.block_on(async {
        let asked = async { http::whole(http::ask(&client, url, "tags", None).await?).await };
        tokio::time::timeout(patience.answer, asked).await.unwrap_or_else(|_| Err(silent(patience.answer)))
    });
    let answer = answer.map_err(|why| super::absent(url, why))?;
    let models = answer.get("models").and_then(Value::as_array).ok_or_else(|| super::absent(url, "its answer is not from Ollama"))?;
    let read = |m: &Value| Some(Installed { name: http::short(m.get("name")?.as_str()?), bytes: m.get("size").and_then(Value::as_u64)? });
    Ok(models.iter().filter_map(read).collect())
}

/// Whether a model of this name is among them: a name without a tag means ":latest".
pub fn has(models: &[Installed], name: &str) -> bool {
    models.iter().any(|m| m.name == name || m.name.strip_suffix(":latest") == Some(name))
}

/// Makes the Ollama at `url` download a model. `progress` receives bytes done and bytes in total, as far as known. An interrupted
/// download is requested again, and Ollama resumes it.
pub fn pull(url: &str, model: &str, patience: Patience, cancel: &AtomicBool, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Problem> {
    let (client, runtime) = (http::client(url)?, http::runtime()?);
    let failed = || Problem::new(format!("Ollama cannot fetch the language model {model:?}"));
    let mut layers = Layers::default();
    let mut tries = 0;
    loop {
        let before = layers.done();
        let transfer = async {
            let asked = transfer(&client, url, model, patience, &mut layers, progress);
            tokio::pin!(asked);
            loop {
                if let Ok(ended) = tokio::time::timeout(LOOK, &mut asked).await {
                    return ended;
                }
                if cancel.load(Ordering::Relaxed) {
                    return Err(Ended::Again("it was cancelled".into()));
                }
            }
        };
        match runtime.block_on(transfer) {
            Ok(()) => return Ok(()),
            Err(Ended::Never(why)) => return Err(failed().because(why).fix("check the name in the list at https://ollama.com/library")),
            Err(Ended::Again(why)) => {
                if cancel.load(Ordering::Relaxed) {
                    return Err(failed().because("it was cancelled").fix("try again; Ollama resumes the download"));
                }
                tries = if layers.done() > before { 0 } else { tries + 1 };
                if tries >= TRIES {
                    return Err(failed().because(why).fix(format!(
                        "check that Ollama runs at {url}, has room on its disk and reaches the internet, and try again; the download resumes"
                    )));
                }
                wait(patience.pause * tries.max(1), cancel);
            }
        }
    }
}

/// Why a transfer ended.
enum Ended {
    /// Retryable: the connection broke, or no data came.
    Again(String),
    /// Permanent.
    Never(String),
}

fn silent(time: Duration) -> String {
    format!("no word for {:.0} s", time.as_secs_f32().max(1.0))
}

async fn transfer(
    client: &reqwest::Client,
    url: &str,
    model: &str,
    patience: Patience,
    layers: &mut Layers,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), Ended> {
    let body = json!({"model": model, "stream": true});
    let asked = tokio::time::timeout(patience.answer, http::ask(client, url, "pull", Some(&body))).await;
    let mut response = asked.map_err(|_| Ended::Again(silent(patience.answer)))?.map_err(Ended::Again)?;
    if !response.status().is_success() {
        let refused = response.status().is_client_error();
        let read = tokio::time::timeout(patience.answer, http::whole(response)).await;
        let why = read.map_err(|_| Ended::Again(silent(patience.answer)))?.err().unwrap_or_else(|| "it refuses".into());
        return Err(if refused { Ended::Never(why) } else { Ended::Again(why) });
    }
    let mut lines = Lines::default();
    loop {
        let chunk = tokio::time::timeout(patience.word, response.chunk()).await.map_err(|_| Ended::Again(silent(patience.word)))?;
        let chunk = chunk.map_err(|e| Ended::Again(http::innermost(&e)))?;
        let ended = chunk.is_none();
        lines.add(&chunk.unwrap_or_default()).map_err(Ended::Again)?;
        if ended {
            // The last line may lack its line feed.
            lines.add(b"\n").map_err(Ended::Again)?;
        }
        while let Some(line) = lines.next() {
            match told(&line) {
                Told::Wrong(why) => {
                    let never = ["file does not exist", "not found", "invalid model name"].iter().any(|w| why.contains(w));
                    return Err(if never { Ended::Never(why) } else { Ended::Again(why) });
                }
                Told::Done => return Ok(()),
                Told::Layer(digest, done, total) => {
                    layers.set(digest, done, total);
                    progress(layers.done(), layers.total());
                }
                Told::Other => {}
            }
        }
        if ended {
            return Err(Ended::Again("the connection ended too early".into()));
        }
    }
}

/// The content of a line.
#[derive(Debug, PartialEq)]
enum Told {
    /// Progress of a layer: its name, bytes done, bytes in total.
    Layer(String, u64, u64),
    Done,
    Wrong(String),
    Other,
}

fn told(line: &[u8]) -> Told {
    let Ok(v) = serde_json::from_slice::<Value>(line) else { return Told::Other };
    let words = |key: &str| v.get(key).and_then(Value::as_str);
    let number = |key: &str| v.get(key).and_then(Value::as_u64);
    match (words("error"), words("status"), words("digest"), number("total")) {
        (Some(why), ..) => Told::Wrong(http::short(why)),
        (_, Some("success"), ..) => Told::Done,
        (_, _, Some(digest), Some(total)) => Told::Layer(http::short(digest), number("completed").unwrap_or(0), total),
        _ => Told::Other,
    }
}

/// Assembles lines from arbitrary pieces.
#[derive(Debug, Default)]
struct Lines(Vec<u8>);

impl Lines {
    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.extend_from_slice(bytes);
        let open = self.0.iter().rev().take_while(|b| **b != b'\n').count();
        if open > LONGEST_LINE { Err("its answer is not from Ollama".into()) } else { Ok(()) }
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let end = self.0.iter().position(|b| *b == b'\n')?;
        let mut line: Vec<u8> = self.0.drain(..=end).collect();
        line.pop();
        Some(line)
    }
}

/// The layers of a model, with bytes done and bytes in total. Progress never goes backwards.
#[derive(Debug, Default)]
struct Layers(BTreeMap<String, (u64, u64)>);

impl Layers {
    fn set(&mut self, digest: String, done: u64, total: u64) {
        if self.0.len() < MOST_LAYERS || self.0.contains_key(&digest) {
            let layer = self.0.entry(digest).or_default();
            *layer = (layer.0.max(done.min(total)), layer.1.max(total));
        }
    }
    fn done(&self) -> u64 {
        self.0.values().fold(0, |sum, l| sum.saturating_add(l.0))
    }
    fn total(&self) -> u64 {
        self.0.values().fold(0, |sum, l| sum.saturating_add(l.1))
    }
}

/// Waits unless cancelled.
fn wait(time: Duration, cancel: &AtomicBool) {
    let until = std::time::Instant::now() + time;
    while std::time::Instant::now() < until && !cancel.load(Ordering::Relaxed) {
        std::thread::sleep(LOOK.min(time));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_complete_however_they_are_split() {
        let text = b"{\"status\":\"pulling caf\xc3\xa9\"}\n{\"status\":\"success\"}\n";
        for piece in 1..text.len() {
            let (mut lines, mut all) = (Lines::default(), Vec::new());
            for bytes in text.chunks(piece) {
                lines.add(bytes).unwrap();
                while let Some(line) = lines.next() {
                    all.push(line);
                }
            }
            assert_eq!(all.join(&b'\n'), text[..text.len() - 1], "{piece}");
        }
        assert!(Lines::default().add(&vec![b'x'; LONGEST_LINE + 1]).is_err());
    }

    #[test]
    fn line_is_a_layer_end_or_error_and_bad_numbers_are_harmless() {
        assert_eq!(
            told(br#"{"status":"pulling 8f","digest":"sha256:8f","total":100,"completed":7}"#),
            Told::Layer("sha256:8f".into(), 7, 100)
        );
        assert_eq!(told(br#"{"status":"success"}"#), Told::Done);
        assert_eq!(told(br#"{"error":"no space\u001b left"}"#), Told::Wrong("no space left".into()));
        for other in [&b"<html>"[..], b"", b"{}", b"[1]", br#"{"digest":"x","total":-1}"#, b"\xff\xfe"] {
            assert_eq!(told(other), Told::Other);
        }
        let mut layers = Layers::default();
        layers.set("a".into(), u64::MAX, 10);
        layers.set("a".into(), 3, 10);
        layers.set("b".into(), 5, u64::MAX);
        assert_eq!((layers.done(), layers.total()), (15, u64::MAX));
        (0..1000).for_each(|n| layers.set(n.to_string(), 1, 1));
        assert_eq!(layers.0.len(), MOST_LAYERS);
    }

    #[test]
    fn name_without_a_tag_means_latest() {
        let there = [Installed { name: "mistral:latest".into(), bytes: 1 }, Installed { name: "llama3.2:3b".into(), bytes: 1 }];
        assert!(has(&there, "mistral") && has(&there, "llama3.2:3b") && has(&there, "mistral:latest"));
        assert!(!has(&there, "llama3.2") && !has(&there, "llama3.2:1b"));
    }
}
