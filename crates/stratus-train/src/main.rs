//! `stratus-train`: makes the weights of the linear reader from the labelled calls in `corpora`.
//!
//! Usage: stratus-train OUT FILE… [--score FILE…] [--misses] [--quick]
//! It measures by leaving authors out, uses the result to calibrate the heads, trains on everything, and writes OUT.
//! Files after `--score` are not used for training. The reader's score on them is printed, with `--misses` also each
//! call that it misread. `--quick` omits measuring and calibration.
#![allow(clippy::print_stdout, reason = "a program for makers tells what it measured")]

mod corpus;
mod engine;
mod generate;
mod lessons;
mod linear;
mod made_of;
mod measure;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use engine::{HEADS, Intent, has_effect};
use lessons::{Taught, teach};
use linear::{calibrate, plans, train};
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
    let (quick, misses) = (args.iter().any(|a| a == "--quick"), args.iter().any(|a| a == "--misses"));
    let args: Vec<String> = args.iter().filter(|a| *a != "--quick" && *a != "--misses").cloned().collect();
    let (out, rest) = args.split_first().ok_or("usage: stratus-train OUT FILE… [--score FILE…]")?;
    let (learned, scored) = match rest.iter().position(|a| a == "--score") {
        Some(i) => (&rest[..i], &rest[i + 1..]),
        None => (rest, &[][..]),
    };
    let all = taught(learned)?;
    let plan = plans();
    println!("{} calls; each author's read by what learned of none of them:", all.len());
    let mut sharp = [1.0; HEADS.len()];
    if !quick {
        let said = by_author(&all, &plan, |author, said| println!("  {author:24} {}", line(said)));
        println!("  {:24} {}", "all", line(&said));
        sharp = std::array::from_fn(|i| sharpness(&said[i]));
        for (head, name) in NAMES.iter().enumerate() {
            print_labels(name, head, &said[head]);
        }
        for head in 1..HEADS.len() {
            println!(
                "    {:9} {:5.1} % of what is not its first label is found at 3 % false alarms",
                NAMES[head],
                found_at(&said[head], 0.03)
            );
        }
        println!("calibration {sharp:?}");
        print_confidence(&said[0], sharp[0]);
        println!("    {}", beside(&said[0], sharp[0]));
        print_differences(&said[0], sharp[0]);
    }
    let mut file = train(all.iter().flat_map(|t| std::iter::once(&t.plain).chain(&t.more)), &plan);
    calibrate(&mut file, &sharp);
    println!("learned again of all: {}", line(&ask(&file, all.iter())));
    for f in scored {
        let said = ask(&file, taught(std::slice::from_ref(f))?.iter());
        println!("not learned from, {f}: {}", line(&said));
        println!("    {}", beside(&said[0], sharp[0]));
        for s in said[0].iter().filter(|s| misses && !s.hit()) {
            let (found, sure) = s.best(sharp[0]);
            println!("    {} for {} ({sure:.2}): {}", Intent::ALL[found].word(), Intent::ALL[usize::from(s.right)].word(), s.text);
        }
    }
    std::fs::write(out, &file).map_err(|e| format!("{out}: {e}"))?;
    println!("{out}: {} bytes", file.len());
    print_pace(learned)?;
    if !quick {
        made_of::write(learned, out)?;
    }
    Ok(())
}

/// Prints how long the reader takes for a call, from tokens to reading, with the weights built into this program.
fn print_pace(files: &[String]) -> Result<(), String> {
    let mut each = Vec::new();
    for f in files {
        for c in corpus::read(Path::new(f))? {
            let tokens = engine::normalise(&c.text, &c.ctx);
            let before = std::time::Instant::now();
            std::hint::black_box(engine::read(&tokens, &c.ctx));
            each.push(before.elapsed());
        }
    }
    each.sort_unstable();
    println!("a call is read in {:?} at the median, {:?} at the 99th of a hundred", each[each.len() / 2], each[each.len() * 99 / 100]);
    Ok(())
}

fn percent(part: usize, whole: usize) -> f64 {
    if whole == 0 { f64::NAN } else { 100.0 * part as f64 / whole as f64 }
}

/// The share of correct labels of each head.
fn line(said: &[Vec<Said>; HEADS.len()]) -> String {
    let one =
        |(name, s): (&&str, &Vec<Said>)| format!("{name} {:5.1} of {:4}", percent(s.iter().filter(|x| x.hit()).count(), s.len()), s.len());
    NAMES.iter().zip(said).filter(|(_, s)| !s.is_empty()).map(one).collect::<Vec<_>>().join("  ")
}

/// How many of the calls with another label than a head's first are found, at this rate of false alarms among the others.
fn found_at(said: &[Said], alarms: f64) -> f64 {
    let first = |s: &Said| {
        let mut p = s.scores.clone();
        engine::softmax(&mut p, 0.3);
        p[0]
    };
    let mut plain: Vec<f32> = said.iter().filter(|s| s.right == 0).map(first).collect();
    plain.sort_by(f32::total_cmp);
    let line = plain.get((plain.len() as f64 * alarms) as usize).copied().unwrap_or(0.0);
    let others = said.iter().filter(|s| s.right != 0);
    percent(others.clone().filter(|s| first(s) < line).count(), others.count())
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

/// The rules and the reader in comparison.
fn beside(said: &[Said], sharpness: f32) -> String {
    let joined: Vec<(bool, bool)> = said.iter().map(|s| s.joined(sharpness)).collect();
    let taken = joined.iter().filter(|(right, _)| *right).count();
    let asked = joined.iter().filter(|(_, asked)| *asked).count();
    let rules = said.iter().filter(|s| s.rules_hit()).count();
    let reader = said.iter().filter(|s| s.hit()).count();
    let either = said.iter().filter(|s| s.hit() || s.rules_hit()).count();
    let agree = said.iter().filter(|s| s.best(1.0).0 == usize::from(s.rules));
    let right = agree.clone().filter(|s| s.hit()).count();
    let n = said.len();
    format!(
        "intents: the rules {:.1} %, the reader {:.1} %, joined {:.1} % and asked {:.1} %; the same from both {:.1} %, of these right {:.1} %; one of the two right {:.1} %",
        percent(rules, n),
        percent(reader, n),
        percent(taken, n),
        percent(asked, n),
        percent(agree.clone().count(), n),
        percent(right, agree.count()),
        percent(either, n)
    )
}

/// Prints where the rules and the reader differ: which is correct, by what they say and the reader's confidence.
fn print_differences(said: &[Said], sharpness: f32) {
    let kind = |i: usize| match Intent::ALL[i] {
        Intent::Unknown => "unknown",
        i if has_effect(i) => "effect",
        _ => "plain",
    };
    let mut rows = BTreeMap::new();
    for s in said {
        let (reader, sure) = s.best(sharpness);
        let rules = usize::from(s.rules);
        if reader != rules {
            let row: &mut [usize; 3] = rows.entry((kind(rules), kind(reader), (sure * 10.0) as usize)).or_default();
            row[0] += 1;
            row[1] += usize::from(s.rules_hit());
            row[2] += usize::from(s.hit());
        }
    }
    for ((rules, reader, sure), [n, first, second]) in rows {
        let (first, second) = (percent(first, n), percent(second, n));
        println!("    rules {rules:8} reader {reader:8} 0.{sure}: {n:4} calls, right the rules {first:5.1}, the reader {second:5.1}");
    }
}

/// Prints how often the reader is correct at each confidence.
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
