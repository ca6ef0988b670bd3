//! From a transcript to the controller's words: `cargo bench --bench hear_to_reply`.
#![allow(missing_docs, reason = "criterion's macros make items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use stratus::airports::data::Airports;
use stratus::atc::{Engine, Setup};
use stratus::units::Time;

/// Typical calls on the ground, as recognised: requests, readbacks, unusual ones.
const CALLS: [&str; 6] = [
    "palo alto ground cessna seven three niner hotel whiskey west ramp ready to taxi with kilo",
    "runway three one taxi via alpha niner hotel whiskey",
    "palo alto ground niner hotel whiskey radio check",
    "uh ground could you say again the altimeter please niner hotel whiskey",
    "palo alto ground skyhawk seven three niner hotel whiskey request flight following to monterey at five thousand five hundred",
    "is anybody there hello",
];

fn controller() -> Engine {
    let setup = Setup {
        callsign: "N739HW".parse().ok(),
        aircraft_type: Some("C172".into()),
        airport: Some("KPAO".into()),
        com1: "125.0".parse().ok(),
        ..Setup::default()
    };
    let mut engine = Engine::new(Airports::world(), setup);
    engine.see(Time(0), &stratus::report::Report::default());
    engine
}

fn hear_to_reply(c: &mut Criterion) {
    let mut engine = controller();
    let mut n = 0;
    c.bench_function("understand", |b| {
        b.iter(|| {
            n += 1;
            black_box(engine.understand(black_box(CALLS[n % CALLS.len()])))
        })
    });
    let mut at = 0;
    c.bench_function("hear to reply", |b| {
        b.iter(|| {
            at += 1;
            let text = black_box(CALLS[at as usize % CALLS.len()]);
            let heard = engine.understand(text);
            let reply = engine.answer(Time(at), text, heard);
            engine.delivered(Time(at), true);
            black_box(reply)
        })
    });
    let line = r#"{"id":1,"kind":"respond","state":{"airport":"KPAO","region":"FAA","facility":"ground","callsign":"N739HW","aircraft_type":"C172","on_ground":true,"position":"west ramp","phase":"parked","tuned":"125.0","towered":true,"frequencies":{"ground":"125.0","tower":"118.6"},"active_runway":"31","atis":"K","wind_dir":310,"wind_kt":8,"altimeter_inhg":30.05,"visibility_sm":10,"traffic":"none"},"text":"palo alto ground cessna seven three niner hotel whiskey west ramp ready to taxi with kilo"}"#;
    let (airports, mut ears) = (Airports::world(), stratus::cmd::batch::Ears::default());
    c.bench_function("a line of `stratus batch`, JSON in and out", |b| {
        b.iter(|| black_box(stratus::cmd::batch::answer(black_box(line), &airports, &mut ears)))
    });
}

criterion_group!(benches, hear_to_reply);
criterion_main!(benches);
