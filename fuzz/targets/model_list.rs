//! Any text as a mirror's list of speech models: every offer has a plain name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::{download, models};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for offer in models::own(&text, "http://127.0.0.1/m").unwrap_or_default() {
        assert!(!offer.file.starts_with('.') && offer.file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
        assert!(!offer.line().contains(char::is_control));
    }
    // And as a server's description of a byte range.
    let _ = download::range_start(&text);
});
