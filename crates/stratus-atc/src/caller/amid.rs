//! Callsigns in the middle of a call, and those that start like a word.

use std::ops::Range;

use super::{NOT_BEFORE, character, registration, word};
use crate::figures::{digits, run_end};
use crate::transcript::{Link, Token};

/// Words before two letters that name a taxiway, a point or a stand.
#[rustfmt::skip]
pub(super) const AMID: &[&str] = &[
    "taxi", "taxiing", "to", "and", "cross", "point", "from", "off", "in", "onto", "join", "holding", "hold", "between", "intersection", "clear", "exit", "the",
    "past", "then", "left", "right", "by", "near", "pad", "spot", "bay", "position", "class", "hangar", "terminal", "or", "over", "abeam", "vacated", "ramp", "apron",
];

/// No spelled character is directly adjacent.
pub(super) fn stands_alone(t: &[Token], from: usize, end: usize) -> bool {
    let letter = |i: usize| t.get(i).is_some_and(|x| character(x).is_some());
    let beside = from > 0 && t[from - 1].letter().is_some() || letter(end);
    let before = from.checked_sub(1).map_or("", |p| word(t, p));
    !beside && !NOT_BEFORE.contains(&before)
}

/// "Huffy four one" for HUF41, "Cobra two one" for COBRA21: a word that starts like the own callsign, and its digits.
pub(super) fn by_designator(t: &[Token], own: &str) -> Option<Range<usize>> {
    let at = own.find(|c: char| c.is_ascii_digit()).filter(|n| *n >= 3)?;
    let (name, figures) = (own[..at].to_lowercase(), own[at..].trim_start_matches('0'));
    (0..t.len()).find_map(|i| {
        let end = run_end(t, i + 1);
        let same = digits(t, i + 1..end).trim_start_matches('0') == figures && !figures.is_empty();
        (same && word(t, i).starts_with(&name)).then_some(i..end)
    })
}

/// "Any chance of the actual, zulu uniform" from G-IZUP: the key was released before the last letter.
pub(super) fn cut_off(t: &[Token], own: &str) -> Option<Range<usize>> {
    let from = t.len().checked_sub(2)?;
    let said: String = t[from..].iter().filter_map(Token::letter).collect();
    let part = own.bytes().all(|b| b.is_ascii_alphabetic()) && own.get(2..).is_some_and(|rest| rest.contains(&said));
    let before = from.checked_sub(1).map_or("", |p| word(t, p));
    (said.len() == 2 && part && stands_alone(t, from, t.len()) && !AMID.contains(&before)).then_some(from..t.len())
}

/// Digits followed by one or two letters, anywhere: "go around eight niner four two echo, unstable".
pub(super) fn within(t: &[Token]) -> Option<(String, Range<usize>, bool)> {
    const LEADS: [&str; 5] = ["final", "short", "on", "gets", "have"];
    (0..t.len()).find_map(|i| {
        let before = i.checked_sub(1).map_or("", |p| word(t, p));
        let opens = t[i].digit().is_some() && i.checked_sub(1).is_none_or(|p| character(&t[p]).is_none() && t[p] != Token::Point);
        if !opens || NOT_BEFORE.contains(&before) && !LEADS.contains(&before) || matches!(before, "bravo" | "left" | "right") {
            return None;
        }
        let (said, end) = registration(t, i)?;
        let letters = said.bytes().filter(u8::is_ascii_alphabetic).count();
        // Digits after the letters make it a taxiway or a stand.
        // ... unless they are a level of their own: "niner tango whiskey, 10,500".
        let level = matches!(t.get(end), Some(Token::Digit(_, Link::First))) && run_end(t, end) >= end + 4;
        let ends = level || t.get(end).is_none_or(|x| character(x).is_none() && *x != Token::Point);
        (letters > 0 && said.len() >= 3 && ends).then(|| (format!("N{said}"), i..end, false))
    })
}
