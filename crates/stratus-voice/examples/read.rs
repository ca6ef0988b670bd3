//! How words are read: `cargo run -p stratus-voice --example read -- ENGLISH.bin [en-GB] <WORDS`. For each line it
//! prints the phoneme symbols of its words, and their source: the tables, a towered airport's name, CMUdict, the
//! network, or single letters.

use std::error::Error;
use std::io::{Write, stdin, stdout};

use stratus_voice::text::{Accent, Words};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words = Words::new(Some(std::fs::read(args.first().ok_or("ENGLISH.bin")?)?))?;
    let accent = if args.get(1).is_some_and(|a| a == "en-GB") { Accent::British } else { Accent::American };
    for line in stdin().lines() {
        let line = line?;
        if line.starts_with('#') {
            continue;
        }
        let all: Vec<&str> = line.split_whitespace().collect();
        let from = all.iter().enumerate().map(|(i, w)| {
            let before = i.checked_sub(1).and_then(|b| all.get(b)).copied();
            format!("{:?}", words.word(w.trim_matches([',', '.']), before, all.get(i + 1).copied(), accent).1)
        });
        let from: Vec<String> = from.collect();
        writeln!(stdout(), "{line}\t{}\t{}", words.phonemes(&line, accent).join(" | "), from.join(" "))?;
    }
    Ok(())
}
