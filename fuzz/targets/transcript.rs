//! Any words as a pilot's transcript: no panic, bounded work, and only possible values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::atc::intent::{Context, Intent};
use stratus::atc::understand::{to_json, understand};
use stratus::units::{Facility, Region};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let (said, last) = text.split_once('\n').unwrap_or((&text, ""));
    let ctx = Context {
        region: if first & 1 == 0 { Region::FAA } else { Region::ICAO },
        facility: [None, Some(Facility::Ground), Some(Facility::Tower), Some(Facility::Approach)][usize::from(first >> 1 & 3)],
        own: [None, "N739HW".parse().ok(), "GABCD".parse().ok(), "BAW12A".parse().ok()][usize::from(first >> 3 & 3)].clone(),
        last_atc: (!last.is_empty()).then(|| last.to_owned()),
        pending: first & 32 != 0,
        ..Context::default()
    };
    let u = understand(said, &ctx);
    assert!(u.intents.first().is_none_or(|i| *i == u.intent));
    assert!(u.intent != Intent::Unknown || u.intents.len() <= 1);
    assert!((0.0..=1.0).contains(&u.confidence));
    assert!(u.slots.heading.is_none_or(|h| (1..=360).contains(&h)));
    assert!(u.slots.altitude_ft.len() <= 4);
    let _ = to_json(&u).to_string();
});
