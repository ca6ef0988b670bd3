//! Any text as a configuration: accepted values are within their ranges, and the result is stable when it is read again.
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
