//! `stratus-train`: makes the weights of the learned reader of the labelled calls in `corpora`.
//!
//! Usage: stratus-train OUT FILE… [--score FILE…]
//! It measures by leaving out one author at a time, calibrates the heads by that, learns of everything, and writes OUT. Files
//! behind `--score` are not learned from: the reader's score on them is printed.
#![allow(clippy::print_stdout, reason = "a program for makers tells what it measured")]

mod corpus;
mod engine;
mod lessons;
mod linear;
mod measure;

use std::path::Path;
use std::process::ExitCode;

use engine::{HEADS, Intent};
use lessons::{Taught, teach};
use linear::{Plan, calibrate, train};
use measure::{NAMES, Said, ask, by_author, sharpness};

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn taught(files: &[String]) -> Result<Vec<Taught>, String> {
    let mut calls = Vec::new();
    for f in files {
        calls.extend(corpus::read(Path::new(f))?);
    }
    Ok(teach(&calls))
}

fn run(args: &[String]) -> Result<(), String> {
    let quick = args.iter().any(|a| a == "--quick");
    let args: Vec<String> = args.iter().filter(|a| *a != "--quick").cloned().collect();
    let (out, rest) = args.split_first().ok_or("usage: stratus-train OUT FILE… [--score FILE…]")?;
    let (learned, scored) = match rest.iter().position(|a| a == "--score") {
        Some(i) => (&rest[..i], &rest[i + 1..]),
        None => (rest, &[][..]),
    };
    let all = taught(learned)?;
    let plan = Plan::default();
    println!("{} calls; each author's read by what learned of the others:", all.len());
    let mut sharp = [1.0; HEADS.len()];
    if !quick {
        let said = by_author(&all, &plan, |author, said| println!("  {author:16} {}", line(said)));
        println!("  {:16} {}", "all", line(&said));
        sharp = std::array::from_fn(|i| sharpness(&said[i]));
        for (head, name) in NAMES.iter().enumerate() {
            print_labels(name, head, &said[head]);
        }
        println!("calibration {sharp:?}");
        print_confidence(&said[0], sharp[0]);
    }
    let mut file = train(all.iter().flat_map(|t| std::iter::once(&t.plain).chain(&t.more)), &plan);
    calibrate(&mut file, &sharp);
    println!("learned again of all: {}", line(&ask(&file, all.iter())));
    for f in scored {
        println!("not learned from, {f}: {}", line(&ask(&file, taught(std::slice::from_ref(f))?.iter())));
    }
    std::fs::write(out, &file).map_err(|e| format!("{out}: {e}"))?;
    println!("{out}: {} bytes", file.len());
    Ok(())
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { 100.0 * part as f64 / whole as f64 }
}

/// Each head's share of right labels.
fn line(said: &[Vec<Said>; HEADS.len()]) -> String {
    let one =
        |(name, s): (&&str, &Vec<Said>)| format!("{name} {:5.1} of {:4}", percent(s.iter().filter(|x| x.hit()).count(), s.len()), s.len());
    NAMES.iter().zip(said).filter(|(_, s)| !s.is_empty()).map(one).collect::<Vec<_>>().join("  ")
}

/// Precision and recall of each label of a head.
fn print_labels(name: &str, head: usize, said: &[Said]) {
    for label in 0..HEADS[head] {
        let right = said.iter().filter(|s| usize::from(s.right) == label);
        let found = said.iter().filter(|s| s.best(1.0).0 == label);
        let (n, hit) = (right.clone().count(), right.filter(|s| s.hit()).count());
        let (m, good) = (found.clone().count(), found.filter(|s| s.hit()).count());
        let word = if head == 0 { Intent::ALL[label].word().to_owned() } else { label.to_string() };
        println!("    {name} {word:26} found {:5.1} of {n:4}, right {:5.1} of {m:4}", percent(hit, n), percent(good, m));
    }
}

/// How often the reader is right where it is so sure.
fn print_confidence(said: &[Said], sharpness: f32) {
    let each: Vec<(f32, bool)> = said.iter().map(|s| (s.best(sharpness).1, s.hit())).collect();
    for from in (0..10).map(|n| n as f32 / 10.0) {
        let some = each.iter().filter(|(c, _)| *c >= from && *c < from + 0.1);
        println!(
            "    confidence {from:.1} to {:.1}: {:5.1} of {} right",
            from + 0.1,
            percent(some.clone().filter(|(_, r)| *r).count(), some.clone().count()),
            some.count()
        );
    }
}
