//! Flies some flights and prints the figures: `cargo run -p stratus-school --example fly -- FLIGHTS SEED [show]`.
#![allow(clippy::print_stdout, reason = "it shows what comes of it")]

use stratus_school::tally::Tally;
use stratus_school::{Choice, Clear, School};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize| args.get(n).and_then(|a| a.parse::<u64>().ok());
    let (flights, seed, show) = (number(0).unwrap_or(10), number(1).unwrap_or(1), args.get(2).is_some());
    let Some(school) = School::open() else { return println!("the built-in airports cannot be read") };
    let mission = match args.get(3).map(String::as_str) {
        Some("circuits") => Some(stratus_school::Mission::Circuits),
        Some("arrival") => Some(stratus_school::Mission::Arrival),
        Some("cross") => Some(stratus_school::Mission::CrossCountry),
        Some("instruments") => Some(stratus_school::Mission::Instruments),
        _ => None,
    };
    let choice = Choice { mission, ..Choice::default() };
    let logs: Vec<_> = (seed..seed + flights).filter_map(|s| school.fly(s, choice, show, &mut Clear)).collect();
    for line in logs.iter().flat_map(|l| &l.lines) {
        println!("{line}");
    }
    println!("{}", Tally::of(&logs).words());
}
