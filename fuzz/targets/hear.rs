//! Any words, from recognised text to acts: no panic, bounded work, acts that match the intents, and no denied call for a runway.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::atc::hear::normalise::normalise;
use stratus::atc::intent::{Context, Intent};
use stratus::atc::transcript::MAX_TOKENS;
use stratus::atc::understand::by_rules;
use stratus::units::{Facility, Region};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let (said, last) = text.split_once('\n').unwrap_or((&text, ""));
    let units = [None, Some(Facility::Ground), Some(Facility::Tower), Some(Facility::Center)];
    let ctx = Context {
        region: if first & 1 == 0 { Region::FAA } else { Region::ICAO },
        facility: units[usize::from(first >> 1 & 3)],
        own: [None, "N739HW".parse().ok(), "GABCD".parse().ok(), "BAW12A".parse().ok()][usize::from(first >> 3 & 3)].clone(),
        last_atc: (!last.is_empty()).then(|| last.to_owned()),
        pending: first & 32 != 0,
        ..Context::default()
    };
    let tokens = normalise(said, &ctx);
    assert!(tokens.len() <= MAX_TOKENS + 16);
    let read = by_rules(tokens, &ctx);
    for act in &read.acts {
        assert!(act.intent() == Intent::Unknown || read.has(act.intent()));
    }
    assert!(read.intent == Intent::Unknown || read.act().is_some_and(|a| a.intent() == read.intent));
    assert!(!read.slots.not_ready || !read.has(Intent::DepartureReady));
});
