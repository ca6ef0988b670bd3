//! Damaged speech models of every kind: each is refused with a remedy, or works; none crashes or hangs the program.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sha2::{Digest, Sha256};
use stratus::event::Hints;
use stratus::speech::recognise::Recogniser;
use stratus::speech::{files, model, trial};

fn with(good: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = good.to_vec();
    change(&mut bytes);
    bytes
}

/// Replaces the header's n-th number, counted from 1 after the magic.
fn header(good: &[u8], n: usize, value: i32) -> Vec<u8> {
    with(good, |b| b[n * 4..n * 4 + 4].copy_from_slice(&value.to_le_bytes()))
}

fn damaged(good: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![
        ("empty".to_owned(), Vec::new()),
        ("one byte".to_owned(), vec![0x6c]),
        ("a text file".to_owned(), b"This is no model. ".repeat(500)),
        ("a web page".to_owned(), b"<!DOCTYPE html><html><body>404 Not Found</body></html>".repeat(40)),
        ("noise".to_owned(), (0..200_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("all zero".to_owned(), vec![0; good.len()]),
        ("another magic".to_owned(), with(good, |b| b[0] ^= 0xff)),
        ("the tail doubled".to_owned(), with(good, |b| b.extend_from_slice(&good[good.len() - 50_000..]))),
        ("the middle left out".to_owned(), with(good, |b| drop(b.drain(2_000_000..2_000_100)))),
        ("the middle zeroed".to_owned(), with(good, |b| b[1_000_000..3_000_000].fill(0))),
        ("the middle full of ones".to_owned(), with(good, |b| b[1_000_000..3_000_000].fill(0xff))),
        ("the vocabulary zeroed".to_owned(), with(good, |b| b[60_000..80_000].fill(0))),
        ("the vocabulary full of ones".to_owned(), with(good, |b| b[60_000..80_000].fill(0xff))),
        ("the filters full of ones".to_owned(), with(good, |b| b[48..400].fill(0xff))),
    ];
    for cut in [64, 1000, 65_000, 70_000, 500_000, 2_500_000, good.len() - 1] {
        all.push((format!("cut off at {cut}"), good[..cut].to_vec()));
    }
    for (n, value) in
        [(1, i32::MAX), (1, 50_000), (2, 1400), (3, 2048), (4, 7), (5, 64), (5, -1), (6, 400), (7, 1024), (9, 60), (10, 81), (11, 99)]
    {
        all.push((format!("{value} as the header's number {n}"), header(good, n, value)));
    }
    for at in [30_000, 66_000, 900_000, 4_000_000] {
        all.push((format!("bits flipped from {at}"), with(good, |b| b[at..at + 400].iter_mut().for_each(|x| *x ^= 0x55))));
    }
    all
}

#[test]
fn damaged_models_never_crash_the_program() {
    let good = std::fs::read(files::demo("stratus-demo-en-q5_0.bin").unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("brought.bin");
    let stratus = Path::new(env!("CARGO_BIN_EXE_stratus"));
    std::fs::write(&file, &good).unwrap();
    trial::run(stratus, &file, Duration::from_secs(120)).unwrap();
    let (mut unread, mut tried, mut working) = (0, 0, 0);
    let all = damaged(&good);
    assert!(all.len() >= 20);
    for (what, bytes) in &all {
        std::fs::write(&file, bytes).unwrap();
        // The pilot trusts it: its checksum is in the configuration.
        let sum: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        let verified = match model::verify(&file, Some(&sum)) {
            Ok(v) => v,
            Err(refused) => {
                assert!(!refused.problem.fix.is_empty(), "{what}: {}", refused.problem);
                unread += 1;
                continue;
            }
        };
        match trial::run(stratus, &file, Duration::from_secs(20)) {
            Err(p) => {
                assert!(!p.fix.is_empty(), "{what}: {p}");
                println!("{what}: {}", p.why.join(": "));
                tried += 1;
            }
            // Changed weights are still weights: recognition only gets worse.
            Ok(()) => {
                let mut ears = Recogniser::load(&verified, 1).unwrap();
                let _ = ears.transcribe(&[0.01; 16_000], &Hints::default(), &AtomicBool::new(false));
                println!("{what}: works");
                working += 1;
            }
        }
    }
    println!("{} damaged models: {unread} refused unread, {tried} by the trial, {working} work, 0 crashes", all.len());
    assert!(tried > 0);
}
