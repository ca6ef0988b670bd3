//! Any file, loaded as a flight plan.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::atc::plan;

fuzz_target!(|data: &[u8]| {
    if let Ok(p) = plan::parse(&String::from_utf8_lossy(data)) {
        assert!(p.altitude_ft.is_none_or(|a| (0..=60_000).contains(&a)));
        assert!(p.destination.is_none_or(|d| !d.is_empty() && !d.chars().any(char::is_control)));
        assert!(p.route.is_none_or(|r| !r.chars().any(char::is_control)));
    }
});
