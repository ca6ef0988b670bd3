//! A whole conversation with any words and movements with a live controller: no panic, and no impossible clearance.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use stratus::airports::data::Airports;
use stratus::atc::instruction::Item;
use stratus::atc::{Engine, Setup};
use stratus::report::{Report, SimState};
use stratus::units::{LatLon, Time};

fuzz_target!(|data: &[u8]| {
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::first(), setup);
    let mut report = Report {
        state: SimState::Flying,
        position: Some(LatLon { lat: 19.7203, lon: -155.0485 }),
        on_ground: true,
        com1: "121.9".parse().ok(),
        ..Report::default()
    };
    let mut now = Time(1_000_000);
    engine.see(now, &report);
    for line in data.split(|b| *b == b'\n').take(40) {
        now = now + Duration::from_secs(2);
        if let Some(bytes) = line.strip_prefix(b"!") {
            // A movement: position, altitude, speed, and frequency.
            let at = |i: usize| f64::from(bytes.get(i).copied().unwrap_or(128));
            report.position = Some(LatLon { lat: 19.7203 + (at(0) - 128.0) / 400.0, lon: -155.0485 + (at(1) - 128.0) / 400.0 });
            report.on_ground = at(2) < 100.0;
            report.altitude_ft = at(2) * 40.0 - 2000.0;
            report.ground_speed_kt = at(3);
            report.heading_mag = at(4) * 1.5;
            report.com1 = ["121.9", "118.1", "126.4", "119.7", "122.8", "135.9"][bytes.get(5).map_or(0, |b| usize::from(b % 6))].parse().ok();
            engine.see(now, &report);
            continue;
        }
        let text = String::from_utf8_lossy(line);
        let reply = if line.is_empty() { engine.wake(now) } else { engine.answer(now, &text, engine.understand(&text)).reply };
        if let Some(r) = reply {
            for item in &r.instruction.items {
                match item {
                    Item::ClearedForTakeoff { .. } | Item::LineUpAndWait => assert!(report.on_ground, "{}", r.transmission.text),
                    Item::Cleared(_) => assert!(!report.on_ground, "{}", r.transmission.text),
                    _ => {}
                }
            }
            engine.delivered(now, line.first().is_none_or(|b| b & 7 != 7));
        }
        assert!(engine.next_deadline().is_none_or(|t| t.0 < now.0 + 3_600_000_000));
    }
});
