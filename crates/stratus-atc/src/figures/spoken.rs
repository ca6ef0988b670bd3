//! Short forms of altitudes: "three point five", "six five", "climbing three", "two thousand five", and levels recognised by their digits.

use std::ops::Range;

use super::{Found, altitudes, found, number, run_end, word};
use crate::transcript::Token;

/// Altitudes and levels, including digits that look like a level: "block three three zero to three five zero", and at an `en_route` unit
/// "any chance of three seven".
pub fn levels_of(t: &[Token], hidden: &[Range<usize>], en_route: bool) -> Vec<Found<i32>> {
    let free = |r: &Range<usize>| !r.clone().any(|k| hidden.iter().any(|h| h.contains(&k)));
    let mut out: Vec<Found<i32>> = altitudes(t).into_iter().filter(|f| free(&f.range)).collect();
    let mut i = 0;
    while i < t.len() {
        let end = run_end(t, i);
        let prev = i.checked_sub(1).map_or("", |p| word(t, p));
        let after = word(t, end);
        let other = matches!(prev, "heading" | "speed" | "left" | "right" | "squawk" | "runway" | "number" | "altimeter" | "qnh")
            || matches!(after, "knots" | "degrees" | "miles" | "mile" | "minutes" | "left" | "right" | "hundred" | "thousand")
            || t.get(end) == Some(&Token::Point)
            || i > 0 && t[i - 1] == Token::Point
            || out.iter().any(|f| f.range.start < end && i < f.range.end);
        let n = number(t, i..end).unwrap_or(0);
        let level = match end - i {
            3 => n % 10 == 0 && (100..=600).contains(&n),
            2 => en_route && (18..=51).contains(&n) && matches!(prev, "of" | "at" | "for" | "to" | "into" | "on" | "level"),
            _ => false,
        };
        if level && !other && free(&(i..end)) {
            out.push(found(if end - i == 2 { n * 1000 } else { n * 100 }, i..end));
        }
        i = end.max(i + 1);
    }
    out.sort_by_key(|f| f.range.start);
    out
}

/// Words before thousands without the word: "out of three point five", "climbing three".
fn opens(t: &[Token], i: usize, prev: &str) -> bool {
    let two = i >= 2 && matches!(word(t, i - 2), "up" | "down" | "climbing" | "descending" | "out" | "climb" | "descend");
    matches!(prev, "climbing" | "descending" | "leaving" | "passing" | "through")
        || two && matches!(prev, "to" | "of" | "for")
        || prev == "at"
        || prev == "level"
}

/// An altitude in thousands that starts at a run of digits, without "thousand" or with shortened hundreds.
pub(super) fn thousands(t: &[Token], i: usize, end: usize, prev: &str) -> Option<Found<i32>> {
    let n = number(t, i..end)?;
    let after = word(t, end);
    // "Three point five", where it cannot be a distance or frequency.
    if t.get(end) == Some(&Token::Point) && end - i <= 2 && (1..=17).contains(&n) && opens(t, i, prev) {
        let tenths = run_end(t, end + 1);
        let unit = matches!(word(t, tenths), "miles" | "mile" | "dme" | "degrees");
        return (tenths == end + 2 && !unit).then(|| found(n * 1000 + number(t, end + 1..tenths).unwrap_or(0) * 100, i..tenths));
    }
    // "Two thousand five": the hundreds, unless the digit counts what follows.
    if after == "thousand" && end - i <= 2 && n <= 17 && t.get(end + 1).is_some_and(|x| x.digit().is_some()) {
        let stop = run_end(t, end + 1);
        let counted = t.get(stop).is_some_and(|x| {
            !x.word().is_empty()
                && !matches!(
                    x.word(),
                    "feet"
                        | "descending"
                        | "inbound"
                        | "joining"
                        | "for"
                        | "with"
                        | "and"
                        | "to"
                        | "landing"
                        | "information"
                        | "request"
                        | "vfr"
                )
        }) || t.get(stop) == Some(&Token::Point)
            || t.get(stop).is_some_and(|x| x.letter().is_some());
        return (stop == end + 2 && !counted).then(|| found(n * 1000 + number(t, end + 1..stop).unwrap_or(0) * 100, i..stop));
    }
    None
}

/// Levels without their words, as flights on instruments check in: "passing one two zero for eight zero". The second one counts only behind
/// `before`, the level that ends right in front of its "for" or "to".
pub(super) fn passing(t: &[Token], i: usize, end: usize, prev: &str, before: Option<&Found<i32>>) -> Option<Found<i32>> {
    let n = number(t, i..end).filter(|n| n % 10 == 0 && (50..=600).contains(n))?;
    let counted = t.get(end) == Some(&Token::Point)
        || matches!(word(t, end), "thousand" | "hundred" | "feet" | "knots" | "degrees" | "miles" | "mile" | "left" | "right");
    let moves = |w: &str| matches!(w, "passing" | "leaving" | "climbing" | "descending" | "through" | "maintaining");
    let first = end - i == 3 && moves(prev);
    let second = matches!(end - i, 2 | 3)
        && matches!(prev, "for" | "to")
        && before.is_some_and(|b| b.range.end + 1 == i && b.range.start > 0 && moves(word(t, b.range.start - 1)) && b.range.len() == 3);
    (!counted && (first || second)).then(|| found(n * 100, i..end))
}

/// "A thousand", "thousand feet", "a thousand two hundred": one thousand.
pub(super) fn one_thousand(t: &[Token], i: usize) -> Option<Found<i32>> {
    let before = i.checked_sub(1).map_or("", |p| word(t, p));
    let counted = i > 0 && t[i - 1].digit().is_some() || matches!(before, "half" | "few" | "couple" | "hundred" | "of");
    let hundreds = t.get(i + 1).and_then(Token::digit).filter(|_| word(t, i + 2) == "hundred").and_then(|d| d.to_digit(10));
    let said = word(t, i) == "thousand" && (word(t, i + 1) == "feet" || before == "a" || hundreds.is_some());
    let end = i + 1 + if hundreds.is_some() { 2 } else { 0 };
    (said && !counted).then(|| found(1000 + i32::try_from(hundreds.unwrap_or(0)).unwrap_or(0) * 100, i..end))
}
