//! Runs only the frames on labelled calls: `cargo run -p stratus-atc --example frames -- [--misses] FILE…`, with files from `corpora` or
//! `tests/cases`. Prints the number of correct intents per file, then the misreadings by kind, most frequent first; with `--misses` also
//! each misread call. A tool for editing `frames.txt`.
#![allow(clippy::print_stdout, reason = "a program for makers tells what it measured")]

use std::collections::BTreeMap;

use serde_json::Value;
use stratus_atc::hear::normalise::normalise;
use stratus_atc::intent::{Context, Intent};
use stratus_atc::understand::by_rules;
use stratus_atc::{parse, readback};

/// The situation in a line.
fn context(line: &Value) -> Context {
    let region = serde_json::from_value(line["region"].clone()).unwrap_or_default();
    let last_atc = line["context"]["last_atc"].as_str().map(str::to_owned);
    Context {
        region,
        facility: serde_json::from_value(line["facility"].clone()).unwrap_or_default(),
        own: line["context"]["own_callsign"].as_str().and_then(|c| c.parse().ok()),
        pending: last_atc.as_deref().is_some_and(|t| readback::readable(&parse::parse(t, region).items)),
        last_atc,
        ..Context::default()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (flags, files): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with("--"));
    let misses = flags.iter().any(|f| f == "--misses");
    let mut kinds: BTreeMap<(String, Intent), Vec<String>> = BTreeMap::new();
    let (mut all, mut right) = (0_u32, 0_u32);
    for file in &files {
        let (mut calls, mut hits) = (0_u32, 0_u32);
        for line in std::fs::read_to_string(file)?.lines().filter(|l| !l.trim().is_empty()) {
            let line: Value = serde_json::from_str(line)?;
            let (Some(text), Some(want)) = (line["text"].as_str(), line["intent"].as_str().or(line["expect"]["intent"].as_str())) else {
                continue;
            };
            let ctx = context(&line);
            let read = by_rules(normalise(text, &ctx), &ctx);
            calls += 1;
            if read.intent.word() == want {
                hits += 1;
                continue;
            }
            let acts: Vec<&str> = read.acts.iter().map(|a| a.word()).collect();
            let said = format!("{text:?} after {:?}: {}", ctx.last_atc.unwrap_or_default(), acts.join(", "));
            kinds.entry((want.to_owned(), read.intent)).or_default().push(said);
        }
        println!("{file}: {hits} of {calls}, {:.1} %", f64::from(hits) * 100.0 / f64::from(calls.max(1)));
        (all, right) = (all + calls, right + hits);
    }
    println!("all: {right} of {all}, {:.2} %", f64::from(right) * 100.0 / f64::from(all.max(1)));
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, calls)| std::cmp::Reverse(calls.len()));
    for ((want, read), calls) in kinds {
        println!("{:4} {want} read as {}", calls.len(), read.word());
        calls.iter().filter(|_| misses).for_each(|c| println!("       {c}"));
    }
    Ok(())
}
