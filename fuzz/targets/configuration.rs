//! Any text, as a configuration: what is accepted is within its ranges, and is refused or accepted again alike.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use stratus::config;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    match config::parse(&text, Path::new("stratus.toml")) {
        Ok(c) => c.validate().expect("what was accepted is in order"),
        Err(p) => assert!(!p.fix.is_empty() && !p.what.is_empty()),
    }
});
