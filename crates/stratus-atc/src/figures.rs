//! The numbers in a transmission: runways, altitudes, frequencies, headings, codes and pressures, each with its position.

pub mod counted;
mod spoken;

pub use spoken::levels_of;

use std::ops::Range;

use super::transcript::{Link, Token};
use crate::units::{Frequency, Position3, Runway, Squawk};

/// A value and its tokens, including the word that introduces it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Its token indices.
    pub range: Range<usize>,
}

fn found<T>(value: T, range: Range<usize>) -> Found<T> {
    Found { value, range }
}

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

/// The end of the run of digits that starts at `i`; a pause ends it.
pub fn run_end(t: &[Token], i: usize) -> usize {
    let mut j = i;
    while let Some(Token::Digit(_, link)) = t.get(j) {
        if j > i && *link == Link::First {
            break;
        }
        j += 1;
    }
    j
}

/// The digits of `t[range]` as text.
pub fn digits(t: &[Token], range: Range<usize>) -> String {
    t.get(range).unwrap_or(&[]).iter().filter_map(Token::digit).collect()
}

/// Left, right or centre after a runway number, unless it is the side of a leg or turn.
pub fn side_at(t: &[Token], i: usize) -> Option<Position3> {
    let side = match word(t, i) {
        "left" => Position3::Left,
        "right" => Position3::Right,
        "center" => Position3::Center,
        _ => return None,
    };
    // "Runway two zero left downwind": the side belongs to the leg.
    let next = word(t, i + 1);
    let of_next = matches!(
        next,
        "downwind" | "base" | "crosswind" | "upwind" | "closed" | "traffic" | "turn" | "turnout" | "pattern" | "hand" | "heading" | "side"
    );
    (!of_next).then_some(side)
}

/// Words after which a bare one- or two-digit number is a runway.
#[rustfmt::skip]
const BEFORE_RUNWAY: &[&str] = &[
    "final", "land", "landing", "option", "short", "takeoff", "wait", "departure", "downwind", "base", "crosswind", "upwind",
    "ils", "rnav", "visual", "gps", "localizer", "vor", "cross", "crossing", "go", "stop", "for", "vacated", "expect", "of",
    "in", "approach", "to", "around", "via", "across", "active", "depart", "departing", "cleared", "unable", "ready", "traffic",
];

/// Words after a number that show that it is not a runway.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "thousand", "hundred", "mile", "miles", "minutes", "minute", "souls", "feet", "knots", "people", "degrees", "persons",
    "hours", "hour", "aboard", "pob", "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest",
    "percent", "gallons", "passengers", "passenger", "pax", "seconds", "second", "dme", "aircraft", "o'clock", "oclock", "more", "times",
];

/// A runway as spoken, whether or not it can exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaidRunway {
    /// A runway that can exist.
    Known(Runway),
    /// A number that no runway has, as digits.
    Impossible(String),
}

/// Every runway, whether or not it can exist. After "runway" a number always counts; otherwise only if the words allow no other reading.
/// `taken` is the range of the callsign, whose digits are never a runway.
pub fn runways_said(t: &[Token], taken: &Range<usize>) -> Vec<Found<SaidRunway>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < t.len() {
        if t[i].digit().is_none() || taken.contains(&i) {
            i += 1;
            continue;
        }
        let mut end = run_end(t, i);
        if taken.start > i && taken.start < end {
            end = taken.start;
        }
        let prev = i.checked_sub(1).map_or("", |p| word(t, p));
        let named = matches!(prev, "runway" | "runways" | "rwy") || (matches!(prev, "number") && i >= 2 && word(t, i - 2) == "runway");
        let cut = end == taken.start && !taken.is_empty();
        let mut len = end - i;
        if len > 2 && named {
            let two = digits(t, i..i + 2).parse::<u8>().ok().and_then(|n| Runway::new(n, None));
            let joined = matches!(t[i + 1], Token::Digit(_, Link::Joined)) || two.is_some();
            len = if joined { 2 } else { 1 };
        }
        // "Runway eight two sierra papa": the second digit starts a callsign.
        let letter_next = t.get(i + len).is_some_and(|x| x.letter().is_some()) && !taken.contains(&(i + len));
        if named && len == 2 && letter_next && digits(t, i..i + 2).parse::<u8>().is_ok_and(|n| n > 36) {
            len = 1;
        }
        let side = side_at(t, i + len);
        let stop = i + len + usize::from(side.is_some());
        let after = t.get(i + len);
        let unit = after.is_some_and(|x| UNITS.contains(&x.word()) || *x == Token::Point) && !taken.contains(&(i + len));
        let before_point = i > 0 && t[i - 1] == Token::Point;
        let unit = unit || counts_on(t, i, prev) || timed(t, i + len, prev);
        let text = digits(t, i..i + len);
        let number = text.parse::<u8>().unwrap_or(0);
        let possible = Runway::new(number, side);
        let implied = len <= 2
            && (end - i == len)
            && !unit
            && !before_point
            && !letter_next
            && possible.is_some()
            && (side.is_some() && !matches!(prev, "heading" | "turn" | "left" | "right" | "level")
                || len == 2
                    && (BEFORE_RUNWAY.contains(&prev)
                        || i == 0 && cut
                        || prev == "at" && i >= 2 && (word(t, i - 2) == "ready" || i >= 3 && word(t, i - 3) == "number")
                        || prev == "on" && i >= 2 && matches!(word(t, i - 2), "go" | "option"))
                // "Short of three": one figure is a runway where only a runway can stand.
                || end != t.len() && (prev == "of" && i >= 2 && word(t, i - 2) == "short" || prev == "short" && i >= 2 && word(t, i - 2).starts_with("hold")));
        if (named && !before_point && len <= 2) || implied {
            let start = if named { i - 1 } else { i };
            out.push(match possible {
                Some(r) => found(SaidRunway::Known(r), start..stop),
                None => found(SaidRunway::Impossible(text), start..stop),
            });
            i = stop.max(i + 1);
        } else {
            i = end.max(i + 1);
        }
    }
    out
}

/// "Expect one one in ten", "out of three four zero for ten": what follows a level is a time or another level.
fn counts_on(t: &[Token], i: usize, prev: &str) -> bool {
    if !matches!(prev, "in" | "for" | "to") || i < 2 {
        return false;
    }
    let figures = t[..i - 1].iter().rev().take_while(|x| x.digit().is_some()).count();
    let before = (i - 1 - figures).checked_sub(1).map_or("", |k| word(t, k));
    let expected = before == "expect" && prev == "in";
    let level = figures == 3 && matches!(before, "of" | "level" | "leaving" | "through" | "passing" | "from");
    figures > 0 && (expected || level)
}

/// "Expect one one in ten": a level and its time.
fn timed(t: &[Token], end: usize, prev: &str) -> bool {
    prev == "expect" && word(t, end) == "in" && t.get(end + 1).is_some_and(|x| x.digit().is_some())
}

/// Whether a word states the unit of the number before it, so that the number is no runway.
pub(crate) fn is_unit(w: &str) -> bool {
    UNITS.contains(&w)
}

/// The runways that can exist, in spoken order.
pub fn runways(t: &[Token]) -> Vec<Found<Runway>> {
    let pick = |f: Found<SaidRunway>| match f.value {
        SaidRunway::Known(r) => Some(found(r, f.range)),
        SaidRunway::Impossible(_) => None,
    };
    runways_said(t, &(0..0)).into_iter().filter_map(pick).collect()
}

fn number(t: &[Token], range: Range<usize>) -> Option<i32> {
    digits(t, range).parse().ok()
}

/// Words that introduce an altitude without "thousand": "maintain 3500", "at two five zero zero".
#[rustfmt::skip]
const BEFORE_ALTITUDE: &[&str] = &[
    "at", "altitude", "maintain", "maintaining", "climb", "climbing", "descend", "descending", "leaving", "passing", "through",
    "for", "to", "level", "above", "below", "climbed", "approaching", "reaching", "initially", "out",
];

/// Altitudes in feet, with flight levels times 100, in spoken order.
pub fn altitudes(t: &[Token]) -> Vec<Found<i32>> {
    altitudes_beside(t, &(0..0))
}

/// Like [`altitudes`], without the tokens of the callsign.
pub fn altitudes_beside(t: &[Token], taken: &Range<usize>) -> Vec<Found<i32>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < t.len() {
        if t[i].digit().is_none() || taken.contains(&i) {
            if let Some(f) = spoken::one_thousand(t, i) {
                i = f.range.end;
                out.push(f);
                continue;
            }
            i += 1;
            continue;
        }
        let mut end = run_end(t, i);
        if taken.start > i && taken.start < end {
            end = taken.start;
        }
        end = written_height(t, i..end).or_else(|| written_behind(t, i..end)).unwrap_or(end);
        let prev = i.checked_sub(1).map_or("", |p| word(t, p));
        let len = end - i;
        if let Some(f) = spoken::thousands(t, i, end, prev) {
            i = f.range.end;
            out.push(f);
            continue;
        }
        // "Level three three zero", without "flight".
        let short = prev == "level" && len == 3 && number(t, i..end).is_some_and(|n| n % 10 == 0 && (100..=600).contains(&n));
        let level = prev == "level" && i >= 2 && word(t, i - 2) == "flight" || prev == "fl" || short;
        if let Some(f) = spoken::passing(t, i, end, prev, out.last()) {
            i = f.range.end;
            out.push(f);
            continue;
        }
        if level && len >= 2 {
            let mut stop = i + level_figures(t, i..end);
            let mut value = number(t, i..stop).unwrap_or(0) * 100;
            if word(t, end) == "hundred" {
                value *= 100;
                stop = end + 1;
            }
            out.push(found(value, i - 2.min(i)..stop));
            i = end.max(stop);
            continue;
        }
        if level && word(t, end) == "hundred" {
            out.push(found(number(t, i..end).unwrap_or(0) * 10_000, i - 2.min(i)..end + 1));
            i = end + 1;
            continue;
        }
        let negative = matches!(prev, "minus" | "negative");
        if prev.starts_with("squawk") && word(t, end) == "thousand" {
            i = end + 1;
            continue;
        }
        if word(t, end) == "thousand" {
            // Only the last one or two digits can count thousands; the rest belongs to the preceding item.
            let joined = len >= 2 && matches!(t[end - 1], Token::Digit(_, Link::Joined));
            let take = if len <= 2 || joined {
                len.min(2)
            } else if len == 3 {
                2
            } else {
                1
            };
            let start = end - take;
            let thousands = number(t, start..end).unwrap_or(0);
            let mut stop = end + 1;
            let mut hundreds = 0;
            if word(t, stop) == "and" && t.get(stop + 1).is_some_and(|x| x.digit().is_some()) {
                stop += 1;
            }
            let more = run_end(t, stop);
            let more = if taken.start >= stop && taken.start < more { taken.start } else { more };
            if word(t, more) == "hundred" && more - stop == 1 {
                hundreds = number(t, stop..more).unwrap_or(0) * 100;
                stop = more + 1;
            } else if more - stop == 3 && t.get(more) != Some(&Token::Point) && hundreds_of(t, stop..more, thousands) {
                hundreds = number(t, stop..more).unwrap_or(0);
                stop = more;
            } else if word(t, stop) == "and" || stop > end + 1 {
                stop = end + 1;
            }
            if word(t, stop) == "feet" {
                stop += 1;
            }
            let value = thousands * 1000 + hundreds;
            out.push(found(if negative { -value } else { value }, start..stop));
            i = stop;
            continue;
        }
        if prev.starts_with("squawk") && word(t, end) == "hundred" {
            i = end + 1;
            continue;
        }
        if word(t, end) == "hundred"
            && len <= 2
            && !t.get(end + 1).is_some_and(|x| x.digit().is_some() && word(t, run_end(t, end + 1)).starts_with("soul"))
        {
            let feet = word(t, end + 1) == "feet";
            let not_feet = matches!(word(t, end + 1), "souls" | "people" | "persons" | "knots" | "on" | "degrees" | "meters" | "pounds");
            if !not_feet {
                let value = number(t, i..end).unwrap_or(0) * 100;
                out.push(found(if negative { -value } else { value }, i..end + 1 + usize::from(feet)));
            }
            i = end + 1;
            continue;
        }
        let value = number(t, i..end).unwrap_or(0);
        let announced = BEFORE_ALTITUDE.contains(&prev) && !(prev == "to" && i >= 2 && matches!(word(t, i - 2), "contact" | "over"));
        let feet = word(t, end) == "feet";
        let round = value % 100 == 0 && (500..=60_000).contains(&value);
        let free = t.get(end) != Some(&Token::Point)
            && (i == 0 || t[i - 1] != Token::Point)
            && !matches!(word(t, end), "miles" | "mile" | "knots");
        let code = matches!(prev, "squawk" | "squawking" | "code" | "runway" | "heading" | "qnh" | "altimeter");
        if free && !code && (feet && value > 0 || announced && round && len >= 4 || round && written_at_once(t, i..end)) {
            out.push(found(if negative { -value } else { value }, i..end + usize::from(feet)));
        }
        i = end.max(i + 1);
    }
    out
}

/// Whether three digits after "thousand" are its hundreds: "ten thousand two fifty" continues with a speed.
fn hundreds_of(t: &[Token], r: Range<usize>, thousands: i32) -> bool {
    let written = t[r.start + 1..r.end].iter().all(|x| matches!(x, Token::Digit(_, Link::Joined)));
    let n = number(t, r).unwrap_or(0);
    written || n % 100 == 0 || n % 50 == 0 && thousands < 10
}

/// The number of digits in a run that form a flight level: three, or two if the third starts another number ("eight zero twenty") or would
/// make a level that does not exist.
fn level_figures(t: &[Token], r: Range<usize>) -> usize {
    let joined = |i: usize| i < r.end && matches!(t[i], Token::Digit(_, Link::Joined));
    let high = number(t, r.start..r.end.min(r.start + 3)).is_some_and(|n| n > 600);
    if r.len() > 3 && (high || joined(r.start + 3) && !joined(r.start + 2)) { 2 } else { r.len().min(3) }
}

/// Digits written as one number of four or five: "2300" or "2,300", not "two three zero zero".
fn written_at_once(t: &[Token], r: Range<usize>) -> bool {
    (4..=5).contains(&r.len()) && t[r.start + 1..r.end].iter().all(|x| matches!(x, Token::Digit(_, Link::Joined)))
}

/// The start of a number written as one after another number: "heading 090 3000".
fn written_behind(t: &[Token], r: Range<usize>) -> Option<usize> {
    let at = (r.start + 1..r.end).rev().find(|i| matches!(t[*i], Token::Digit(_, Link::Next | Link::Alike)))?;
    let round = number(t, at..r.end).is_some_and(|n| n % 100 == 0 && n >= 500);
    (round && written_at_once(t, at..r.end)).then_some(at)
}

/// The end of a height written as one, "10,000", before other digits.
fn written_height(t: &[Token], r: Range<usize>) -> Option<usize> {
    let end = (r.start + 1..r.end).find(|i| !matches!(t[*i], Token::Digit(_, Link::Joined)))?;
    let round = number(t, r.start..end).is_some_and(|n| n % 100 == 0);
    (round && (4..=5).contains(&(end - r.start))).then_some(end)
}

/// Frequencies with a decimal point as written, including impossible ones.
fn pointed(t: &[Token]) -> Vec<Found<String>> {
    let mut out = Vec::new();
    for p in 0..t.len() {
        if t[p] != Token::Point || p < 3 {
            continue;
        }
        let before = t[..p].iter().rev().take_while(|x| x.digit().is_some()).count();
        if before < 3 {
            continue;
        }
        let end = run_end(t, p + 1);
        let len = (end - p - 1).min(3);
        if len == 0 {
            continue;
        }
        out.push(found(format!("{}.{}", digits(t, p - 3..p), digits(t, p + 1..p + 1 + len)), p - 3..p + 1 + len));
    }
    out
}

/// Frequencies of the air band. The caller must cut off a callsign directly after the decimals (see [`frequencies_beside`]).
pub fn frequencies(t: &[Token]) -> Vec<Found<Frequency>> {
    frequencies_beside(t, &(0..0))
}

/// Like [`frequencies`], without the digits of the callsign. "One one eight six" after "contact … on" also counts.
pub fn frequencies_beside(t: &[Token], taken: &Range<usize>) -> Vec<Found<Frequency>> {
    let mut out: Vec<Found<Frequency>> = Vec::new();
    for mut f in pointed(t) {
        if taken.start > f.range.start && taken.start < f.range.end {
            let over = f.range.end - taken.start;
            f.value.truncate(f.value.len().saturating_sub(over));
            f.range.end = taken.start;
        }
        // No channel has this decimal, so its last digit belongs to something else.
        let channel = f.value.parse::<Frequency>();
        if let Ok(freq) = channel {
            out.push(found(freq, f.range));
        }
    }
    if out.is_empty() {
        for i in 0..t.len() {
            let prev = i.checked_sub(1).map_or("", |p| word(t, p));
            let opens = matches!(
                prev,
                "on" | "contact" | "monitor" | "tower" | "ground" | "approach" | "departure" | "center" | "frequency" | "radar" | "to"
            );
            if t[i].digit().is_none() || !opens || taken.contains(&i) {
                continue;
            }
            let mut end = run_end(t, i);
            if taken.start > i && taken.start < end {
                end = taken.start;
            }
            let text = digits(t, i..end);
            let asked =
                (0..i).any(|k| matches!(word(t, k), "contact" | "monitor" | "over" | "switching" | "frequency" | "change" | "going"));
            if asked
                && (4..=6).contains(&text.len())
                && t.get(end) != Some(&Token::Point)
                && let Ok(freq) = format!("{}.{}", &text[..3], &text[3..]).parse()
            {
                out.push(found(freq, i..end));
            }
        }
    }
    out
}

/// Headings in degrees as spoken. A value above 360 is possible, and the caller must reject it.
pub fn headings(t: &[Token]) -> Vec<Found<u16>> {
    let mut out = Vec::new();
    for i in 0..t.len() {
        let prev = i.checked_sub(1).map_or("", |p| word(t, p));
        if t[i].digit().is_none() || i > 0 && t[i - 1].digit().is_some() {
            continue;
        }
        let end = run_end(t, i);
        let named = prev == "heading" || (matches!(prev, "of" | "is" | "to" | "at") && i >= 2 && word(t, i - 2) == "heading");
        let turned = end - i == 3 && word(t, end) == "on" && word(t, end + 2) == "heading"
            || matches!(prev, "left" | "right" | "degrees") && end - i == 3;
        // "Heading three hundred".
        if named && end - i == 1 && word(t, end) == "hundred" && matches!(t[i].digit(), Some('1'..='3')) {
            out.push(found(number(t, i..end).unwrap_or(0) as u16 * 100, i - 1..end + 1));
            continue;
        }
        let unit = matches!(word(t, end), "thousand" | "hundred" | "miles" | "mile") || t.get(end) == Some(&Token::Point);
        let len = (end - i).min(3);
        if (named && len >= 2 && !(unit && end - i <= 3) || turned && !unit)
            && let Ok(v) = digits(t, i..i + len).parse::<u16>()
        {
            let v = if v == 0 {
                360
            } else if len == 2 {
                v * 10
            } else {
                v
            };
            // "Right three sixty" is a full turn.
            if named || v <= 360 && !(v == 360 && len == 3) {
                out.push(found(v, i.saturating_sub(1)..i + len));
            }
        }
    }
    out
}

/// Transponder codes: after "squawk", or four octal digits before "ident".
pub fn squawk(t: &[Token]) -> Option<Found<Squawk>> {
    for i in 0..t.len() {
        let w = word(t, i);
        let named = w.starts_with("squawk") || w == "code" || w == "transponder";
        let mut k = i + 1;
        while named && matches!(word(t, k), "code" | "is" | "of" | "still" | "and" | "on" | "set" | "to") {
            k += 1;
        }
        if named && w.starts_with("squawk") && word(t, k) == "vfr" {
            return Some(found(Squawk::VFR_FAA, i..k + 1));
        }
        if named && w.starts_with("squawk") && number(t, k..run_end(t, k)) == Some(12) && word(t, run_end(t, k)) == "hundred" {
            return Some(found(Squawk::VFR_FAA, i..run_end(t, k) + 1));
        }
        // "Squawking seven thousand".
        if named
            && w.starts_with("squawk")
            && run_end(t, k) == k + 1
            && word(t, k + 1) == "thousand"
            && let Ok(code) = format!("{}000", digits(t, k..k + 1)).parse()
        {
            return Some(found(code, i..k + 2));
        }
        let start = if named {
            k
        } else if t[i].digit().is_some() && (i == 0 || t[i - 1].digit().is_none()) {
            i
        } else {
            continue;
        };
        let end = run_end(t, start);
        let ident = matches!(word(t, end), "ident") || word(t, end) == "and" && word(t, end + 1) == "ident";
        if end - start >= 4
            && (named || ident && end - start == 4)
            && let Ok(code) = digits(t, start..start + 4).parse()
        {
            return Some(found(code, if named { i } else { start }..start + 4));
        }
    }
    None
}

/// The pressure setting after "altimeter" or "QNH", as written: "29.92", "1013".
pub fn altimeter(t: &[Token]) -> Option<Found<String>> {
    for i in 0..t.len() {
        let w = word(t, i);
        if !matches!(w, "altimeter" | "qnh") {
            continue;
        }
        let k = if word(t, i + 1) == "is" { i + 2 } else { i + 1 };
        let mut end = run_end(t, k);
        let mut text = digits(t, k..end);
        if t.get(end) == Some(&Token::Point) {
            let more = run_end(t, end + 1).min(end + 3);
            text.push_str(&digits(t, end + 1..more));
            end = more;
        } else if end - k > 4 {
            end = k + 4;
            text = digits(t, k..end);
        }
        if w == "altimeter" && text.len() == 4 && matches!(text.get(..2), Some("28" | "29" | "30" | "31")) {
            return Some(found(format!("{}.{}", &text[..2], &text[2..]), i..end));
        }
        if (3..=4).contains(&text.len()) {
            return Some(found(text, i..end));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::tokens;

    fn rw(s: &str) -> Vec<String> {
        runways(&tokens(s)).iter().map(|r| r.value.to_string()).collect()
    }

    #[test]
    fn runways_are_read_in_all_spellings() {
        assert_eq!(rw("taxi to runway two zero via alpha hold short runway one six cessna one two three four five"), ["20", "16"]);
        assert_eq!(rw("cleared to land two eight right cessna three four five"), ["28R"]);
        assert_eq!(rw("expect the i l s two seven right"), ["27R"]);
        assert_eq!(rw("clear of 28L at Bravo"), ["28L"]);
        assert_eq!(rw("runway eight, cleared for takeoff"), ["8"]);
        assert_eq!(rw("left downwind for two zero report midfield"), ["20"]);
        assert_eq!(rw("eight miles southwest at two thousand"), [] as [&str; 0]);
        assert_eq!(runways_said(&tokens("taxi to runway four seven"), &(0..0))[0].value, SaidRunway::Impossible("47".into()));
    }

    #[test]
    fn altitudes_are_read_in_all_spellings() {
        let alt = |s: &str| altitudes(&tokens(s)).iter().map(|a| a.value).collect::<Vec<_>>();
        assert_eq!(alt("leaving three thousand two hundred climbing one zero thousand"), [3200, 10000]);
        assert_eq!(alt("flight level three five zero"), [35000]);
        assert_eq!(alt("descend FL240"), [24000]);
        assert_eq!(alt("maintain 10,000"), [10000]);
        assert_eq!(alt("at twelve thousand five hundred"), [12500]);
        assert_eq!(alt("descend altitude four zero zero feet"), [400]);
        assert_eq!(alt("one two thousand"), [12000]);
    }

    #[test]
    fn frequencies_headings_and_codes_are_read() {
        let f = |s: &str| frequencies(&tokens(s)).iter().map(|a| a.value.to_string()).collect::<Vec<_>>();
        assert_eq!(f("contact ground on one two one point niner"), ["121.9"]);
        assert_eq!(f("over to norcal 135.65"), ["135.65"]);
        assert_eq!(headings(&tokens("turn left heading three zero zero"))[0].value, 300);
        assert_eq!(headings(&tokens("right heading zero two zero"))[0].value, 20);
        assert_eq!(squawk(&tokens("squawk four five one two")).unwrap().value.to_string(), "4512");
        assert_eq!(altimeter(&tokens("altimeter two niner niner two")).unwrap().value, "29.92");
        assert_eq!(altimeter(&tokens("qnh one zero one three")).unwrap().value, "1013");
    }
}
