//! Any text for the neural voice: the result has only symbols that its model knows, within its length. And any bytes as its dictionary.
#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use stratus_voice::model::MOST_PHONEMES;
use stratus_voice::text::{Accent, Words, symbols};

thread_local!(static WORDS: OnceCell<Words> = const { OnceCell::new() });

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let accent = if data.len() % 2 == 0 { Accent::American } else { Accent::British };
    WORDS.with(|w| {
        let words = w.get_or_init(|| Words::new(Some(include_bytes!("../../assets/voices/english.bin").to_vec())).unwrap());
        for part in words.phonemes(&text, accent) {
            let length = part.chars().count();
            assert!(length <= MOST_PHONEMES && symbols::ids(&part).count() == length, "{part}");
        }
    });
    if data.starts_with(b"SVWD")
        && let Ok(words) = Words::new(Some(data.to_vec()))
    {
        let _ = words.phonemes("aardvark cucumber Blorptastic zebra", accent);
    }
});
