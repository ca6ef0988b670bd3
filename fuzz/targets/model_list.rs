//! Any text, as a mirror's list of speech models: what it offers goes by a plain name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::{download, models};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for offer in models::own(&text, "http://127.0.0.1/m").unwrap_or_default() {
        assert!(!offer.file.starts_with('.') && offer.file.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)));
        assert!(!offer.line().contains(char::is_control));
    }
    // And as what a server says about a part of a file.
    let _ = download::range_start(&text);
});
