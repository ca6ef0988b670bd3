//! Ollama's HTTP interface: complete answers of bounded length, and streamed chunks for download progress.

use std::error::Error;
use std::time::Duration;

use reqwest::{Client, Response};
use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt;
use serde_json::Value;

use crate::problem::Problem;

/// Maximum size of an answer, bytes.
const LONGEST: usize = 1 << 20;
/// Connection timeout.
const CONNECT: Duration = Duration::from_secs(5);

/// A runtime for one thread's requests.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| Problem::new("cannot ask Ollama").because(e))
}

pub(super) fn client(url: &str) -> Result<Client, Problem> {
    let mut builder = Client::builder().connect_timeout(CONNECT);
    // An Ollama behind a custom host name uses a certificate of the system's list, which is read only when needed.
    if url.starts_with("https:") {
        builder = builder.use_preconfigured_tls(ClientConfig::with_platform_verifier().map_err(|e| super::absent(url, e))?);
    }
    builder.build().map_err(|e| super::absent(url, e))
}

/// The URL of an Ollama API call.
pub(super) fn at(url: &str, call: &str) -> String {
    format!("{}/api/{call}", url.trim_end_matches('/'))
}

/// Sends a request, with or without a body; returns the head of the answer.
pub(super) async fn ask(client: &Client, url: &str, call: &str, body: Option<&Value>) -> Result<Response, String> {
    let request = match body {
        Some(body) => client.post(at(url, call)).header("Content-Type", "application/json").body(body.to_string()),
        None => client.get(at(url, call)),
    };
    request.send().await.map_err(|e| innermost(&e))
}

/// The complete answer as JSON; its message if it reports an error.
pub(super) async fn whole(mut response: Response) -> Result<Value, String> {
    let status = response.status();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| innermost(&e))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LONGEST {
            return Err("its answer is much too long".into());
        }
    }
    let value: Option<Value> = serde_json::from_slice(&bytes).ok();
    let wrong = value.as_ref().and_then(|v| v.get("error")?.as_str());
    match (wrong, status.is_success(), value.as_ref()) {
        (Some(words), ..) => Err(short(words)),
        (None, false, _) => Err(format!("it says {status}")),
        (None, true, None) => Err("its answer is not from Ollama".into()),
        (None, true, Some(v)) => Ok(v.clone()),
    }
}

/// The innermost cause is the one that a person can act on: "connection refused".
pub(super) fn innermost(e: &reqwest::Error) -> String {
    let mut cause: &dyn Error = e;
    while let Some(c) = cause.source() {
        cause = c;
    }
    short(&cause.to_string())
}

/// Another program's message, limited to a readable length.
pub(super) fn short(words: &str) -> String {
    words.chars().filter(|c| !c.is_control()).take(200).collect()
}
