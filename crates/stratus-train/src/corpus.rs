//! Corpora: labelled calls in JSON lines, and the labels that they give each head.

use std::path::Path;

use serde_json::Value;

use crate::engine::{Context, HEADS, Intent, label_of};

/// A labelled call.
pub struct Call {
    /// The author of the wording: the file's name.
    pub author: String,
    /// The words, as a recogniser writes them.
    pub text: String,
    /// The situation of the call.
    pub ctx: Context,
    /// The correct label of each head, if it is known.
    pub labels: [Option<u8>; HEADS.len()],
    /// Further intents that count as correct.
    pub also: Vec<u8>,
}

/// The situation in a line.
fn context(line: &Value) -> Context {
    let c = &line["context"];
    Context {
        region: serde_json::from_value(line["region"].clone()).unwrap_or_default(),
        facility: serde_json::from_value(line["facility"].clone()).ok(),
        own: c["own_callsign"].as_str().and_then(|s| s.parse().ok()),
        last_atc: c["last_atc"].as_str().map(str::to_owned),
        ..Context::default()
    }
}

fn intent(word: &Value) -> Result<u8, String> {
    let word = word.as_str().unwrap_or("");
    let at = Intent::ALL.iter().position(|i| i.word() == word);
    at.and_then(|i| u8::try_from(i).ok()).ok_or_else(|| format!("\"{word}\" is no intent of the list"))
}

/// The index of the label in a head's words; `None` if the line does not state it.
fn among(value: &Value, words: &[&str]) -> Result<Option<u8>, String> {
    match value.as_str() {
        None => Ok(None),
        Some(w) => match words.iter().position(|x| *x == w) {
            Some(i) => Ok(u8::try_from(i).ok()),
            None => Err(format!("\"{w}\" is none of {}", words.join(", "))),
        },
    }
}

/// The labels of a line of `corpora`.
fn labels(line: &Value) -> Result<[Option<u8>; HEADS.len()], String> {
    let intent = intent(&line["intent"])?;
    let word = Intent::ALL[usize::from(intent)];
    let practice = line["time"] == "practice";
    let when = if practice { Some(0) } else { among(&line["time"], &["now", "later", "if", "past", "reported"])? };
    let mood = match word {
        _ if practice => Some(3),
        Intent::Readback | Intent::Roger => Some(2),
        _ => among(&line["mood"], &["tells", "asks"])?,
    };
    let act = line["act"].as_str().unwrap_or("");
    // Doubt about position, fuel or weather is an urgency (AIM 6-1-2). Minimum fuel is not (7110.65 2-1-8).
    let grade = match word {
        Intent::Mayday => 2,
        Intent::PanPan | Intent::Lost => 1,
        Intent::LowFuel if !act.contains("minimum") => 1,
        _ => 0,
    };
    Ok([
        Some(intent),
        among(&line["subject"], &["own", "other"])?,
        among(&line["polarity"], &["affirmed", "negated"])?,
        when,
        mood,
        Some(grade),
    ])
}

/// Reads a line: a labelled call, a test case (`expect`), or a readback with its verdict.
fn call(author: &str, line: &Value) -> Result<Option<Call>, String> {
    let mut ctx = context(line);
    let text = |v: &Value| v.as_str().map(str::to_owned).ok_or("the text is missing".to_owned());
    if line.get("readback").is_some() {
        // An incomplete readback is as often a "roger" as a readback, so it is not used.
        if line["verdict"] == "incomplete" || line["expect"]["verdict"] == "incomplete" {
            return Ok(None);
        }
        ctx.last_atc = line["instruction"].as_str().map(str::to_owned);
        let readback = label_of(Intent::Readback);
        let labels = [Some(readback), None, None, None, Some(2), Some(0)];
        return Ok(Some(Call { author: author.into(), text: text(&line["readback"])?, ctx, labels, also: Vec::new() }));
    }
    let listed = |v: &Value| -> Result<Vec<u8>, String> { v.as_array().map_or(Ok(Vec::new()), |a| a.iter().map(intent).collect()) };
    let (labels, also) = match line.get("expect") {
        Some(e) => ([Some(intent(&e["intent"])?), None, None, None, None, None], listed(&e["intent_alt"])?),
        None => (labels(line)?, listed(&line["also"])?),
    };
    Ok(Some(Call { author: author.into(), text: text(&line["text"])?, ctx, labels, also }))
}

/// Reads the calls of a file of JSON lines.
///
/// # Errors
/// The file and line that cannot be read, and why.
pub fn read(path: &Path) -> Result<Vec<Call>, String> {
    // Folder and name: "corpora/acts", "fresh/readback".
    let names: Vec<String> = path.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    let author = names[names.len().saturating_sub(2)..].join("/");
    let at = path.display();
    let file = std::fs::read_to_string(path).map_err(|e| format!("{at}: {e}"))?;
    let mut out = Vec::new();
    for (n, line) in file.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parsed = serde_json::from_str(line).map_err(|e| e.to_string()).and_then(|v| call(&author, &v));
        out.extend(parsed.map_err(|e| format!("{at}, line {}: {e}", n + 1))?);
    }
    Ok(out)
}
