//! A student at Palo Alto calls Ground, reads back and calls again: `cargo run -p stratus-atc --example circuit`. With `-` it reads your
//! own calls from standard input, one per line.
#![allow(clippy::print_stdout, reason = "it shows what is said")]

use std::io::BufRead;

use stratus_atc::airports::data::Airports;
use stratus_atc::report::Report;
use stratus_atc::units::Time;
use stratus_atc::{Engine, Setup};

const CALLS: [&str; 4] = [
    "Palo Alto Ground, Skyhawk one seven two sierra papa, at the west ramp, taxi for left closed traffic with information alpha",
    "runway three two, one seven two sierra papa",
    "runway three one, one seven two sierra papa",
    "one seven two sierra papa, radio check",
];

/// One call and its answer, `second` seconds into the flight.
fn call(engine: &mut Engine, second: u64, words: &str) {
    let now = Time(second * 1000);
    let understanding = engine.understand(words);
    let hearing = engine.answer(now, words, understanding);
    println!("Pilot: {words}");
    match (&hearing.reply, &hearing.silence) {
        (Some(reply), _) => println!("{}: {}", hearing.station.map_or_else(|| "Controller".into(), |s| s.name), reply.transmission.text),
        (None, Some(silence)) => println!("  ({})", silence.title()),
        (None, None) => println!("  (no answer)"),
    }
    // Only a transmission that was heard to its end takes effect.
    engine.delivered(now, true);
}

fn main() {
    let setup = Setup {
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        airport: Some("KPAO".into()),
        com1: "125.0".parse().ok(),
        ..Setup::default()
    };
    let mut engine = Engine::new(Airports::first(), setup);
    // Without a simulator a report is empty; with one it contains position, speed, radios, weather and traffic.
    engine.see(Time(0), &Report::default());
    if std::env::args().nth(1).as_deref() == Some("-") {
        for (second, line) in (1..).zip(std::io::stdin().lock().lines().map_while(Result::ok)) {
            call(&mut engine, second, &line);
        }
    } else {
        for (second, words) in (1..).zip(CALLS) {
            call(&mut engine, second, words);
        }
    }
}
