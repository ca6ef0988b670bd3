//! Standard radio words and phrases, found by their sound where a recogniser wrote something else: "field insight", "Radiotic", "whole
//! short", "made-e". The list contains correct phrases only, never misrecognitions.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::sounds;
use crate::transcript::Token;

/// Phrases from the Pilot/Controller Glossary and AIM 4-2 and 4-3, and their equivalents elsewhere.
#[rustfmt::skip]
const PHRASES: [&str; 62] = [
    "radio check", "field in sight", "airport in sight", "runway in sight", "traffic in sight", "have the field in sight",
    "negative contact", "looking for traffic", "holding short", "hold short", "holding point", "line up and wait", "lining up",
    "ready for departure", "ready for takeoff", "ready to taxi", "ready to copy", "request taxi", "request pushback",
    "request startup", "request clearance", "request descent", "request climb", "request vectors", "cleared for takeoff",
    "cleared to land", "cleared for the option", "touch and go", "full stop", "low approach", "going around", "missed approach",
    "left downwind", "right downwind", "left base", "right base", "short final", "straight in", "clear of", "runway vacated",
    "taxi to parking", "closed traffic", "flight following", "frequency change", "radar contact", "flight level", "say again",
    "stand by", "mayday mayday mayday", "mayday", "pan pan", "souls on board", "engine failure", "minimum fuel", "inbound for landing",
    "inbound to land", "with information", "maintain", "altimeter", "squawk", "downwind", "crosswind",
];

/// Words that occur at least four times in the labelled calls: they are never replaced.
static VOCABULARY: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| include_str!("vocabulary.txt").split_whitespace().collect());

/// Whether pilots use this word.
pub(crate) fn is_used(word: &str) -> bool {
    word.len() == 1 || VOCABULARY.contains(word)
}

/// Maximum sound distance from a phrase, out of 100; a single word must be closer.
const NEAR: u16 = 16;
const WORD_NEAR: u16 = 12;
/// ... and for the rest of a phrase whose first word is right.
const NEAR_BEGUN: u16 = 25;

/// A phrase: its words and its sounds.
struct Phrase {
    words: Vec<&'static str>,
    sounds: Vec<u8>,
}

/// The phrases by the class of their first consonant.
static BY_SOUND: LazyLock<[Vec<Phrase>; 256]> = LazyLock::new(|| {
    let mut all: [Vec<Phrase>; 256] = std::array::from_fn(|_| Vec::new());
    for p in PHRASES {
        let sounds = sounds::of(p);
        all[usize::from(sounds::onset(&sounds))].push(Phrase { words: p.split(' ').collect(), sounds });
    }
    all
});

/// Replaces words that sound like a phrase. Words that pilots really use stay, and so do the `names` of this flight's places: "to San Diego"
/// is not "touch and go".
pub(super) fn mend(t: &mut Vec<Token>, names: &[String]) {
    let named = |t: &Token| names.iter().any(|n| t.is(n));
    let mut heard: Vec<Option<Vec<u8>>> = t.iter().map(|x| said(x).filter(|_| !named(x))).collect();
    let mut i = 0;
    while i < t.len() {
        let Some((far, n, p)) = best_at(t, &heard, i) else {
            i += 1;
            continue;
        };
        // Of two overlapping matches the closer one wins: "two traffic insight" has an extra digit.
        if (i + 1..i + n).any(|j| best_at(t, &heard, j).is_some_and(|(other, ..)| other < far)) {
            i += 1;
            continue;
        }
        t.splice(i..i + n, p.words.iter().map(|w| Token::Word((*w).to_owned())));
        heard.splice(i..i + n, p.words.iter().map(|w| Some(sounds::of(w))));
        i += p.words.len();
    }
}

/// The closest phrase to the words from `i` on, with its distance and the number of words that it replaces.
fn best_at(t: &[Token], heard: &[Option<Vec<u8>>], i: usize) -> Option<(u16, usize, &'static Phrase)> {
    let mut best: Option<(u16, usize, &Phrase)> = None;
    let (mut window, mut odd): (Vec<u8>, bool) = (Vec::new(), false);
    for n in 1..=5 {
        let Some(Some(next)) = heard.get(i + n - 1) else { break };
        window.extend_from_slice(next);
        // Only an unknown word indicates a misrecognition.
        let w = t[i + n - 1].word();
        odd |= !w.is_empty() && !is_used(w);
        if !odd {
            continue;
        }
        for p in &BY_SOUND[usize::from(sounds::onset(&window))] {
            // A window with a very different number of sounds cannot be close.
            if window.len().abs_diff(p.sounds.len()) * 4 > p.sounds.len() || n > p.words.len() + 1 {
                continue;
            }
            let far = sounds::distance(&window, &p.sounds);
            // A phrase whose first word matches is likely to continue.
            let limit = match p.words.len() {
                1 => WORD_NEAR,
                n if n > 1 && t[i].is(p.words[0]) => NEAR_BEGUN,
                _ => NEAR,
            };
            if far <= limit && best.is_none_or(|(b, m, _)| (far, usize::MAX - n) < (b, usize::MAX - m)) {
                best = Some((far, n, p));
            }
        }
    }
    best
}

/// The sounds of a word; `None` for digits and letters, which are values.
fn said(t: &Token) -> Option<Vec<u8>> {
    match t {
        Token::Word(w) => Some(sounds::of(w)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::{text, tokens};

    fn mended(said: &str) -> String {
        let mut t = tokens(said);
        mend(&mut t, &["diego".to_owned(), "lindbergh".to_owned()]);
        text(&t)
    }

    #[test]
    fn a_phrase_is_found_by_sound() {
        for (said, want) in [
            ("united field insight", "united field in sight"),
            ("cleared to lindbergh airport", "cleared to lindbergh airport"),
            ("ifr to san diego", "ifr to san diego"),
            ("we have the airport insight", "we have the airport in sight"),
            ("ground radeo check", "ground radio check"),
            ("radio chat", "radio check"),
            ("wholding short runway", "holding short runway"),
            ("number two traffic insight golf", "number 2 traffic in sight golf"),
            ("field insite", "field in sight"),
            ("meighday", "mayday"),
        ] {
            assert_eq!(mended(said), want, "{said}");
        }
    }

    #[test]
    fn words_that_resemble_no_phrase_stay() {
        for said in [
            "request taxi to the ramp",
            "holding short of runway 3",
            "ready to go",
            "we are clear of the runway",
            "going to land",
            "we have the traffic",
            "fuel stop at the field",
            "left turn base to final",
        ] {
            assert_eq!(mended(said), text(&tokens(said)), "{said}");
        }
    }
}
