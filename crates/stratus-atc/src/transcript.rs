//! `tokens`: turns a speech recogniser's text into words, letters and single digits, whatever the spelling.
//!
//! "Runway 28L", "runway two eight left" and "runway twenty-eight left" give the same tokens.

mod written;

use self::written::{Raw, clean, mend, raw_words};
use crate::units::number_words::digits as number_word;

/// The maximum number of tokens per transmission; no pilot says more in one call.
pub const MAX_TOKENS: usize = 400;
/// The maximum length of text that is read, bytes.
const MAX_TEXT: usize = 8_000;

/// How a digit is connected to the previous token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// The first digit of a number: after a word, a letter or a comma.
    First,
    /// Spoken after another digit ("two eight").
    Next,
    /// Part of one written or spoken number with the previous digit ("28", "twenty-eight").
    Joined,
    /// A word beside digits that may be a word after all: "seven for five".
    Alike,
}

/// One unit of a transmission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A word in lower case without punctuation; `hundred` and `thousand` stay words.
    Word(String),
    /// A letter of the spelling alphabet, in upper case.
    Letter(char),
    /// One digit, `'0'` to `'9'`.
    Digit(char, Link),
    /// "point", "decimal" or a written decimal point between digits.
    Point,
}

impl Token {
    /// Whether this is the word `w`.
    pub fn is(&self, w: &str) -> bool {
        matches!(self, Token::Word(x) if x == w)
    }
    /// The word; empty for any other token.
    pub fn word(&self) -> &str {
        if let Token::Word(w) = self { w } else { "" }
    }
    /// The digit as a character.
    pub fn digit(&self) -> Option<char> {
        if let Token::Digit(d, _) = self { Some(*d) } else { None }
    }
    /// The letter.
    pub fn letter(&self) -> Option<char> {
        if let Token::Letter(c) = self { Some(*c) } else { None }
    }
}

/// The spelling alphabet, A to Z.
#[rustfmt::skip]
pub const ALPHABET: [&str; 26] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima", "mike",
    "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor", "whiskey", "xray", "yankee", "zulu",
];

/// The tokens with "to" and "for" as words where they could be taken for digits; `None` if there are none.
pub fn without_homophones(t: &[Token]) -> Option<Vec<Token>> {
    let mut out = t.to_vec();
    let mut changed = false;
    for i in 0..out.len() {
        let word = match &out[i] {
            Token::Digit('2', Link::Alike) => "to",
            Token::Digit('4', Link::Alike) => "for",
            _ => continue,
        };
        changed = true;
        out[i] = Token::Word(word.into());
        if let Some(Token::Digit(_, link @ Link::Next)) = out.get_mut(i + 1) {
            *link = Link::First;
        }
    }
    changed.then_some(out)
}

/// Converts tokens back to text: words, spelled letters ("alpha"), digits ("28").
pub fn text(tokens: &[Token]) -> String {
    let mut out = String::new();
    let mut after_figure = false;
    for t in tokens {
        let figure = matches!(t, Token::Digit(..) | Token::Point);
        if !(out.is_empty() || figure && after_figure) {
            out.push(' ');
        }
        match t {
            Token::Word(w) => out.push_str(w),
            Token::Letter(c) => out.push_str(spell(*c)),
            Token::Digit(d, _) => out.push(*d),
            Token::Point => out.push('.'),
        }
        after_figure = figure;
    }
    out
}

/// The spelling alphabet's word for a letter; empty for anything else.
pub fn spell(letter: char) -> &'static str {
    let i = (letter.to_ascii_uppercase() as u32).wrapping_sub('A' as u32);
    ALPHABET.get(i as usize).copied().unwrap_or("")
}

/// Whether "point" after these words is a place, not a decimal point: "holding point two seven", "reporting point one".
fn names_a_place(said: &[Token]) -> bool {
    said.last().is_some_and(|x| matches!(x.word(), "holding" | "hold" | "reporting" | "entry" | "exit" | "compulsory"))
}

/// The letter that a word of the spelling alphabet stands for.
fn letter_of(w: &str) -> Option<char> {
    let w = match w {
        "alfa" => "alpha",
        "juliet" | "juliette" => "juliett",
        "whisky" => "whiskey",
        "siera" | "ciera" => "sierra",
        "viktor" => "victor",
        "charly" => "charlie",
        "keelo" => "kilo",
        "quebeck" => "quebec",
        other => other,
    };
    ALPHABET.iter().position(|a| *a == w).and_then(|i| char::from_u32('A' as u32 + i as u32))
}

/// Whether a raw word can only be part of a number.
fn numeric(w: &str) -> bool {
    number_word(w).is_some() || w.chars().next().is_some_and(|c| c.is_ascii_digit()) || matches!(w, "point" | "decimal" | "dot")
}

/// "to", "for", "won", "ate", "tree", "o" are digits only next to digits.
fn sound_alike(raw: &[Raw], i: usize) -> Option<&'static str> {
    let digit = match raw[i].word.as_str() {
        "to" | "too" => "2",
        "for" => "4",
        "won" => "1",
        "ate" => "8",
        "tree" => "3",
        "o" => "0",
        _ => return None,
    };
    let prev = i.checked_sub(1).and_then(|p| raw.get(p));
    let next = raw.get(i + 1).map_or("", |r| r.word.as_str());
    let prev_word = prev.map_or("", |r| r.word.as_str());
    let broken = prev.is_some_and(|p| p.pause);
    let prev_single = (number_word(prev_word).is_some_and(|d| d.len() == 1) || matches!(prev_word, "tree" | "won" | "ate")) && !broken;
    let next_single = number_word(next).is_some_and(|d| d.len() == 1) && !raw[i].pause;
    let names = super::telephony::is_type(prev_word) || super::telephony::is_airline_word(prev_word);
    let opens = matches!(prev_word, "runway" | "november" | "squawk" | "level") || names;
    // "Point six for Delta 1482": the word leads to a callsign.
    let called = super::telephony::is_airline_word(next) && !next_single;
    let follows = next_single || letter_of(next).is_some() && !called || matches!(next, "left" | "right" | "center");
    let small = matches!(raw[i].word.as_str(), "to" | "too" | "for");
    // "Land to ate left": both are digits, since a side follows.
    let after = raw.get(i + 2).map_or("", |r| r.word.as_str());
    let pair = matches!(next, "ate" | "tree" | "won" | "too") && matches!(after, "left" | "right" | "center") && small;
    let hit = if pair {
        true
    } else if small {
        // "Level two for one" is a number; "five thousand to three thousand" is not.
        let three = i >= 3 && raw[i - 3..i].iter().all(|r| number_word(&r.word).is_some_and(|d| d.len() == 1));
        // "Runway one for" at the end.
        let ends = next.is_empty() && i >= 2 && raw[i - 2].word == "runway";
        // "Alpha one for two seven": a holding point, and the runway that it is for.
        let point = i >= 2 && raw[i - 2].word != "november" && letter_of(&raw[i - 2].word).is_some() && raw[i].word == "for";
        (opens && follows) || (prev_single && (follows || ends) && !three && !point && !thousands_follow(raw, i))
    } else {
        let paired = matches!(prev_word, "to" | "too" | "for") && matches!(next, "left" | "right" | "center");
        let tree = next == "tree" || prev_word == "tree";
        paired || opens || prev_single || next_single || tree || numeric(next) || matches!(next, "thousand" | "hundred")
    };
    hit.then_some(digit)
}

/// "Six for four thousand": whole thousands follow the word, so it leads to them.
fn thousands_follow(raw: &[Raw], i: usize) -> bool {
    let figures = raw[i + 1..].iter().take_while(|r| number_word(&r.word).is_some_and(|d| d.len() == 1) && !r.pause).count();
    (1..=2).contains(&figures) && raw.get(i + 1 + figures).is_some_and(|r| r.word == "thousand")
}

/// A letter's word that belongs to a name: "Air India", "Quebec City".
fn in_a_name(raw: &[Raw], i: usize) -> bool {
    let word = |k: usize| raw.get(k).map_or("", |r| r.word.as_str());
    let airline = i > 0 && super::telephony::airline(&[word(i - 1), word(i)]).is_some_and(|(_, n)| n == 2);
    airline || !raw[i].pause && super::places::place(&[word(i), word(i + 1)]).is_some_and(|(_, n)| n == 2)
}

/// 1 to 36: "63L" is not a runway.
fn runway_number(digits: &str) -> bool {
    digits.len() <= 2 && digits.parse::<u8>().is_ok_and(|n| (1..=36).contains(&n))
}

/// Letters and digits in one written word: "28L", "172SP", "FL350", "118.6", "EZY2281".
fn written(w: &str, out: &mut Vec<Token>) {
    let mut rest = w;
    if let Some(level) = w.strip_prefix("fl").filter(|r| !r.is_empty() && r.bytes().all(|b| b.is_ascii_digit())) {
        out.push(Token::Word("flight".into()));
        out.push(Token::Word("level".into()));
        rest = level;
    }
    while let Some(c) = rest.chars().next() {
        let kind = |c: char| (c.is_ascii_digit(), c == '.');
        let end = rest.find(|x: char| kind(x) != kind(c)).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        if c == '.' {
            out.push(Token::Point);
        } else if c.is_ascii_digit() {
            let first = if matches!(out.last(), Some(Token::Digit(..))) { Link::Next } else { Link::First };
            for (k, d) in part.chars().enumerate() {
                out.push(Token::Digit(d, if k == 0 { first } else { Link::Joined }));
            }
        } else {
            let digits_before = w.len() - rest.len();
            let figures_only = w[..digits_before].bytes().all(|b| b.is_ascii_digit()) && digits_before > 0;
            match part {
                "l" | "r" | "c" if figures_only && runway_number(&w[..digits_before]) && tail.is_empty() => out.push(Token::Word(
                    match part {
                        "l" => "left",
                        "r" => "right",
                        _ => "center",
                    }
                    .into(),
                )),
                // "46 kilo", written like a weight.
                "kg" => out.push(Token::Letter('K')),
                // A unit follows digits only: "n20ft" is a registration.
                "ft" if figures_only => out.push(Token::Word("feet".into())),
                "nm" if figures_only => out.push(Token::Word("miles".into())),
                "kt" | "kts" if figures_only => out.push(Token::Word("knots".into())),
                "hpa" | "mhz" | "khz" | "th" | "st" | "nd" | "rd" => {}
                p if p.len() <= 2 && p.is_ascii() => out.extend(p.chars().map(|c| Token::Letter(c.to_ascii_uppercase()))),
                p => out.push(Token::Word(p.to_owned())),
            }
        }
        rest = tail;
    }
}

/// Two letters that are not a word.
fn spelt_pair(w: &str) -> bool {
    const WORDS: [&str; 38] = [
        "at", "to", "on", "of", "ft", "nm", "is", "in", "we", "or", "am", "pm", "as", "so", "it", "no", "an", "by", "do", "go", "my", "up",
        "us", "if", "he", "me", "be", "ok", "kt", "st", "nd", "rd", "th", "hi", "oh", "fl", "ga", "qn",
    ];
    w.len() == 2 && w.bytes().all(|b| b.is_ascii_alphabetic()) && !WORDS.contains(&w)
}

/// The tokens of a transmission: at most [`MAX_TOKENS`], in spoken order, with self-corrections applied.
pub fn tokens(text: &str) -> Vec<Token> {
    let raw = mend(raw_words(&clean(text)));
    let mut out: Vec<Token> = Vec::with_capacity(raw.len());
    let mut fresh = true;
    for (i, r) in raw.iter().enumerate() {
        if out.len() >= MAX_TOKENS {
            break;
        }
        let w = r.word.as_str();
        let next = raw.get(i + 1).map_or("", |n| n.word.as_str());
        let next_is_number = numeric(next) || matches!(next, "won" | "ate" | "tree" | "o");
        let after_number = i > 0 && (numeric(&raw[i - 1].word) || matches!(raw[i - 1].word.as_str(), "runway" | "number"));
        // "Oh sorry": between words it is no figure.
        let beside_figures = next_is_number || i > 0 && numeric(&raw[i - 1].word);
        let sigh = w == "oh" && !beside_figures && !next.is_empty();
        if sigh {
            out.push(Token::Word(w.to_owned()));
        } else if w == "two" && !r.pause && !after_number && matches!(next, "land" | "the" | "taxi" | "follow") {
            out.push(Token::Word("to".into()));
        } else if let Some(d) = number_word(w).or_else(|| sound_alike(&raw, i)) {
            let ten = matches!(out.last(), Some(Token::Digit('0', Link::Joined)))
                && i > 0
                && !raw[i - 1].pause
                && number_word(&raw[i - 1].word).is_some_and(|p| p.len() == 2 && p.ends_with('0') && p != "10");
            if ten && d.len() == 1 && d != "0" {
                out.pop();
                out.push(Token::Digit(d.chars().next().unwrap_or('0'), Link::Joined));
            } else {
                let after_digit = matches!(out.last(), Some(Token::Digit(..))) && !fresh;
                let alike = matches!(w, "to" | "too" | "for");
                for (k, c) in d.chars().enumerate() {
                    let link = if k > 0 {
                        Link::Joined
                    } else if alike && after_digit {
                        Link::Alike
                    } else if after_digit {
                        Link::Next
                    } else {
                        Link::First
                    };
                    out.push(Token::Digit(c, link));
                }
            }
        } else if matches!(w, "point" | "decimal" | "dot") && next_is_number && !names_a_place(&out) {
            out.push(Token::Point);
        } else if letter_of(w).is_some() && in_a_name(&raw, i) {
            out.push(Token::Word(w.to_owned()));
        } else if let Some(c) = letter_of(w)
            .or((w == "fox" && next.is_empty() && matches!(out.last(), Some(Token::Letter(_) | Token::Digit(..)))).then_some('F'))
        {
            out.push(Token::Letter(c));
        } else if matches!(out.last(), Some(Token::Digit(..))) && spelt_pair(w) {
            // "EASY 62 HQ": two letters after digits, written together.
            out.extend(w.chars().map(|c| Token::Letter(c.to_ascii_uppercase())));
        } else if w.len() == 1 && w.is_ascii() && w.bytes().all(|b| b.is_ascii_alphabetic()) && w != "a" && w != "i" {
            out.push(Token::Letter(w.chars().next().unwrap_or('x').to_ascii_uppercase()));
        } else if w.bytes().any(|b| b.is_ascii_digit()) && w.is_ascii() && !w.contains('_') {
            let at = out.len();
            written(w, &mut out);
            if fresh && let Some(Token::Digit(_, link)) = out.get_mut(at) {
                *link = Link::First;
            }
        } else {
            out.push(Token::Word(w.to_owned()));
        }
        fresh = r.pause;
    }
    out.truncate(MAX_TOKENS);
    super::correction::correct(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(t: &str) -> String {
        text(&tokens(t))
    }

    #[test]
    fn different_spellings_give_the_same_tokens() {
        for s in ["runway 28L", "Runway two eight left.", "runway twenty-eight left", "runway two ate left"] {
            assert_eq!(said(s), "runway 28 left", "{s}");
        }
        assert_eq!(said("five forty-six"), "546");
        assert_eq!(said("sixteen oh four"), "1604");
        assert_eq!(said("fifty two sixty one"), "5261");
        assert_eq!(said("10,000 FL350 118.6"), "10000 flight level 350118.6");
        assert_eq!(said("one one eight decimal six"), "118.6");
        assert_eq!(said("N172SP"), "november 172 sierra papa");
        assert_eq!(said("G-ABCD"), "golf alpha bravo charlie delta");
        assert_eq!(said("with x-ray"), "with xray");
    }

    #[test]
    fn repeated_digits_are_counted() {
        assert_eq!(said("four triple three"), "4333");
        assert_eq!(said("thirty two double five"), "3255");
        assert_eq!(said("double six double one"), "6611");
        assert_eq!(said("double check the triple seven"), "double check the 777");
    }

    #[test]
    fn a_hundred_beside_the_speed_is_not_an_altitude() {
        assert_eq!(said("two hundred ten on the speed"), "210 on the speed");
        assert_eq!(said("speed's coming back to two hundred and ten"), "speed is coming back to 210");
    }

    #[test]
    fn a_word_taken_for_a_digit_can_be_read_as_a_word() {
        assert_eq!(without_homophones(&tokens("seven for five")).map(|t| text(&t)).as_deref(), Some("7 for 5"));
        assert_eq!(without_homophones(&tokens("seven four five")), None);
    }

    #[test]
    fn misspellings_are_corrected_from_context() {
        assert_eq!(said("uh polo alto tower sky hawk to sierra papa rodger"), "palo alto tower skyhawk 2 sierra papa roger");
        assert_eq!(said("climb to three thousand"), "climb to 3 thousand");
        assert_eq!(said("ready for departure runway tree won"), "ready for departure runway 31");
        assert_eq!(said("three for five clear to land"), "345 cleared to land");
        assert_eq!(said("\u{0}\u{1b}[31mground <b>request</b>\u{8} taxi"), "ground request taxi");
    }

    #[test]
    fn commas_between_all_spelled_characters_do_not_separate_them() {
        let slow = tokens("palo alto ground, november, seven, three, eight, golf, tango, radio check");
        assert_eq!(slow, tokens("palo alto ground, november seven three eight golf tango, radio check"));
        // One comma separates a runway from a callsign.
        let two = tokens("runway two six, two sierra papa");
        assert_eq!(two, tokens("runway two six , two sierra papa"));
        assert_ne!(two, tokens("runway two six two sierra papa"));
    }

    #[test]
    fn a_correction_replaces_what_it_corrects() {
        assert_eq!(said("nine zero nine souls correction one hundred nine souls"), "1 hundred 9 souls");
        assert_eq!(said("runway two eight left correction two eight right"), "runway 28 right");
        assert_eq!(said("with kilo correction lima"), "with lima");
        assert_eq!(said("taxi to runway two zero correction runway one six"), "taxi to runway 16");
    }

    #[test]
    fn tokenising_is_bounded() {
        assert!(tokens(&"one ".repeat(100_000)).len() <= MAX_TOKENS);
        assert!(tokens(&"<".repeat(100_000)).is_empty());
    }
}
