//! Compares recognition with the fitted context, with the whole context and with whisper.cpp's defaults, on the same model and
//! sound in one run: `scripts/bench-speech.sh [tiny.en base.en small.en | FILE.bin …]`. The pilot's own file is measured as it is.
//! `write NAME FILE` writes a generated model that recognises one word, for `scripts/call-memory.py`.
#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

#[path = "recognise/random.rs"]
mod random;

use std::error::Error;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use stratus::audio::{resample, take, wav};
use stratus::dispatch;
use stratus::problem::Problem;
use stratus::settings::Config;
use stratus::speech::recognise::Recogniser;
use stratus::speech::recognise::compare::Way;
use stratus::speech::{files, model};

/// A call of 3 to 5 seconds has about twenty words.
const TOKENS: u16 = 24;
const WAYS: [(&str, Way); 3] =
    [("fitted context", Way::Fitted), ("whole context", Way::Whole), ("whisper.cpp's command line", Way::CommandLine)];

fn main() -> Result<(), Box<dyn Error>> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    if let [word, name, path] = asked.as_slice()
        && word == "write"
    {
        let dimensions = random::ALL.into_iter().find(|d| d.name == name).ok_or("there is no model of that name")?;
        return Ok(random::write(dimensions, &std::fs::read(files::demo("stratus-demo-en-q5_0.bin")?)?, Path::new(path), Some(" radio"))?);
    }
    let number = |name: &str, usual: usize| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(usual);
    let threads = u8::try_from(number("THREADS", usize::from(dispatch::threads(&Config::default()))))?;
    let calls = calls(number("CALLS", 6))?;
    let seconds: f32 = calls.iter().map(|c| c.len() as f32 / take::RATE as f32).sum::<f32>() / calls.len() as f32;
    println!("{} recorded calls of 3 to 5 s ({seconds:.1} s on average), threads: {threads}; milliseconds a call", calls.len());
    let folder = tempfile::tempdir()?;
    let known = std::fs::read(files::demo("stratus-demo-en-q5_0.bin")?)?;
    let names = if asked.is_empty() { random::ALL.map(|d| d.name.to_owned()).to_vec() } else { asked };
    for name in &names {
        let (path, tokens) = match random::ALL.into_iter().find(|d| d.name == name) {
            Some(d) => {
                let path = folder.path().join(format!("{name}.bin"));
                random::write(d, &known, &path, None)?;
                (path, Some(TOKENS))
            }
            None => (PathBuf::from(name), None),
        };
        measure(name, &path, tokens, &calls, threads)?;
        if tokens.is_some() {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn measure(name: &str, path: &Path, tokens: Option<u16>, calls: &[Vec<f32>], threads: u8) -> Result<(), Box<dyn Error>> {
    let sum: String = Sha256::digest(std::fs::read(path)?).iter().map(|b| format!("{b:02x}")).collect();
    let before = resident();
    let mut ears = Recogniser::load(&model::verify(path, Some(&sum)).map_err(Problem::from)?, threads)?;
    let bytes = std::fs::metadata(path)?.len();
    let weights = if tokens.is_some() { "random weights" } else { "its own weights" };
    println!("\n{name}: {weights}, {:.0} MB, {} threads", bytes as f64 / 1e6, ears.threads());
    ears.measure(&calls[0], Way::Fitted, tokens)?;
    println!("  memory of the loaded model: {:.0} MB", (resident().saturating_sub(before)) as f64 / 1e3);
    let mut took = [const { Vec::new() }; 3];
    let (mut differ, mut written) = (0, [0u32; 3]);
    for call in calls {
        let mut texts = Vec::new();
        // Interleaved, so that other load on the machine affects all of them.
        for (n, (_, way)) in WAYS.iter().enumerate() {
            let m = ears.measure(call, *way, tokens)?;
            took[n].push(m.took.as_secs_f64() * 1e3);
            written[n] += m.tokens;
            texts.push(m.text);
        }
        differ += usize::from(tokens.is_none() && texts[0] != texts[1]);
    }
    let medians = took.map(|mut t| {
        t.sort_by(f64::total_cmp);
        t[t.len() / 2]
    });
    for (((what, _), ms), tokens) in WAYS.iter().zip(medians).zip(written) {
        let tokens = tokens as usize / calls.len();
        println!("  {what:<28} {ms:8.0} ms   {:5.2} times the fitted   {tokens:3} tokens", ms / medians[0]);
    }
    if tokens.is_none() {
        println!("  the whole context hears other words in {differ} of {} calls", calls.len());
    }
    Ok(())
}

/// Recorded calls of 3 to 5 seconds.
fn calls(count: usize) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/heldout");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let mut calls = Vec::new();
    for path in paths.iter().filter(|p| p.extension().is_some_and(|e| e == "wav")) {
        let sound = wav::read(path)?;
        let samples = resample::to_rate(&sound.samples, sound.rate, take::RATE)?;
        if (3.0..=5.0).contains(&(samples.len() as f32 / take::RATE as f32)) && calls.len() < count {
            calls.push(samples);
        }
    }
    if calls.is_empty() { Err("no recorded call of 3 to 5 s".into()) } else { Ok(calls) }
}

/// Resident memory in kB; 0 if the system does not report it.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    line.and_then(|l| l.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
