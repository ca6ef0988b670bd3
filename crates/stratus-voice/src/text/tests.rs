//! How the voice reads words.
#![allow(clippy::disallowed_methods, reason = "the words' file is read as the program reads it")]

use proptest::prelude::*;

use super::*;

fn english() -> Words {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/voices/english.bin");
    Words::new(Some(std::fs::read(file).unwrap())).unwrap()
}

fn said(words: &Words, text: &str) -> String {
    words.phonemes(text, Accent::American).join("|")
}

#[test]
fn heteronyms_have_their_radio_pronunciation() {
    let w = english();
    for (text, word, symbols) in [
        ("wind two seven zero", 0, "wˈɪnd"),
        ("surface wind calm", 1, "wˈɪnd"),
        ("I read you five", 1, "ɹˈid"),
        ("how do you read", 3, "ɹˈid"),
        ("you were read back", 2, "ɹˈɛd"),
        ("runway in use two four", 2, "jˈus"),
        ("use caution", 0, "jˈuz"),
        ("close your flight plan", 0, "klˈOz"),
        ("traffic is close", 2, "klˈOs"),
        ("the lead aircraft", 1, "lˈid"),
        ("one minute", 1, "mˈɪnət"),
        ("live weather", 0, "lˈIv"),
        ("off the bow", 2, "bˈW"),
        ("recorded for the record", 3, "ɹˈɛkəɹd"),
        ("wear and tear", 2, "tˈɛɹ"),
    ] {
        let all = said(&w, text);
        assert_eq!(all.split(' ').nth(word), Some(symbols), "{text}: {all}");
    }
}

#[test]
fn numbers_letters_and_abbreviations_are_spoken_separately() {
    let w = english();
    let same = |a: &str, b: &str| assert_eq!(said(&w, a), said(&w, b), "{a}");
    same("118.65", "one one eight point six five");
    same("runway 31L", "runway three one l");
    same("FL350", "flight level three five zero");
    same("29 kt", "two niner knots");
    same("1,200 ft", "one two zero zero feet");
    same("KXQZ", "k x q z");
    same("Zürich Tower", "zurich tower");
    assert_eq!(said(&w, "QNH"), "kjˈuˌɛnˈAʧ");
    assert_eq!(said(&w, "a Cessna"), "ə sˈɛsnə");
    assert_eq!(said(&w, "the airport, the runway."), "ði ˈɛɹpˌɔɹt, ðə ɹˈʌnwˌA.");
}

#[test]
fn a_compound_stresses_its_second_word_less() {
    let w = english();
    for (word, sounds) in [("taxilane", "tˈæksilˌAn"), ("Superjet", "sˈupəɹʤˌɛt")] {
        assert_eq!(said(&w, word), sounds, "{word}");
    }
}

#[test]
fn a_capital_distinguishes_a_town_from_a_common_word() {
    let w = english();
    for (words, sounds) in [
        ("contact Nice on", "kˈɑntˌækt nˈis ɔn"),
        ("Nice Tower", "nˈis tˈWəɹ"),
        ("Mobile, Alabama", "mObˈil, ˌæləbˈæmə"),
        ("have a nice day", "hæv ə nˈIs dˈA"),
        ("Reading you five", "ɹˈidɪŋ ju fˈIv"),
    ] {
        assert_eq!(said(&w, words), sounds, "{words}");
    }
}

#[test]
fn every_word_is_spoken_whatever_its_source() {
    let w = english();
    for (word, source) in [
        ("niner", Source::Table),
        ("Suvarnabhumi", Source::Table),
        ("Bydgoszcz", Source::Name),
        ("cucumber", Source::Dictionary),
        ("taxilane", Source::Compound),
        ("Globemaster's", Source::Compound),
        ("Blorptastic", Source::Network),
        ("EGPWS", Source::Spelled),
        ("bcdfgh", Source::Spelled),
        ("zzzaaa", Source::Spelled),
        ("XQ", Source::Spelled),
    ] {
        let (symbols, from) = w.word(word, None, None, Accent::American);
        assert_eq!(from, source, "{word}: {symbols}");
        assert!(!symbols.is_empty());
    }
    // Without the file, the radio vocabulary and the names of towered airports are read the same, and other words are spelled.
    let bare = Words::new(None).unwrap();
    assert_eq!(said(&bare, "niner"), said(&w, "niner"));
    assert_eq!(bare.word("Blorptastic", None, None, Accent::American).1, Source::Spelled);
    for line in CLOSED.lines().chain(PLACES.lines()).filter(|l| !l.is_empty() && !l.starts_with(['#', '.']) && !l.contains(" = ")) {
        let (word, sounds) = line.split_once(' ').unwrap();
        let written = sounds.split('|').next().unwrap().split_whitespace().count();
        assert_eq!(Reading::of(sounds).american.len(), written, "{line} has an unknown sound");
        assert!(!w.word(word, None, None, Accent::British).0.is_empty(), "{word}");
    }
}

#[test]
fn long_texts_are_split_where_a_speaker_breathes() {
    let w = english();
    let parts = w.phonemes(&"climb and maintain three thousand, ".repeat(30), Accent::American);
    assert!(parts.len() > 3 && parts.iter().all(|p| p.ends_with(',') && symbols::ids(p).count() < crate::model::MOST_PHONEMES));
    let digits = w.phonemes(&"7".repeat(300), Accent::American);
    assert!(digits.iter().map(|p| p.split(' ').count()).sum::<usize>() == 300);
    assert!(digits.iter().all(|p| symbols::ids(p).count() <= PART), "{}", digits.len());
    for empty in ["", " ", "...", "\u{1b}[0m".trim_matches(|c: char| c.is_ascii_alphanumeric()), "東京", "!?,."] {
        assert!(w.phonemes(empty, Accent::American).is_empty(), "{empty:?}");
    }
}

#[test]
fn a_damaged_dictionary_is_rejected_without_overreading() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/voices/english.bin");
    let good = std::fs::read(file).unwrap();
    for n in [0, 3, 15, 16, 100, 5000, good.len() / 2, good.len() - 1] {
        assert!(Words::new(Some(good[..n].to_vec())).is_err(), "{n} bytes");
    }
    for at in (0..6000).step_by(7) {
        let mut bad = good.clone();
        bad[at] ^= 0x5a;
        if let Ok(w) = Words::new(Some(bad)) {
            let _ = w.phonemes("aardvark cucumber zebra Blorptastic", Accent::American);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn any_text_gives_symbols_of_the_model_only(text in ".{0,300}", british: bool) {
        thread_local!(static WORDS: Words = english());
        let accent = if british { Accent::British } else { Accent::American };
        WORDS.with(|w| for part in w.phonemes(&text, accent) {
            assert_eq!(symbols::ids(&part).count(), part.chars().count(), "{part}");
            assert!(part.chars().count() <= crate::model::MOST_PHONEMES);
        });
    }
}
