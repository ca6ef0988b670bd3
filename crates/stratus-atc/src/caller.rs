//! Who called whom: the callsign in a transmission, and the unit named at its start.

use std::ops::Range;

mod amid;
mod forms;
mod marks;
mod near;

use amid::{AMID, by_designator, cut_off, stands_alone, within};
use forms::american;
pub(super) use forms::own_forms;
use near::{Nearness, nearness};

use super::figures::{digits, run_end};
use super::intent::{Addressed, Context};
use super::places::place;
use super::telephony;
use super::transcript::{Link, Token, text};
use crate::units::region::Registrations;
use crate::units::{Callsign, Facility, Region};

/// A callsign as spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// As complete as the words and the own callsign allow.
    pub callsign: Callsign,
    /// The tokens it covers, including the type or airline.
    pub range: Range<usize>,
    /// It is the pilot's own.
    pub own: bool,
    /// It certainly belongs to another aircraft.
    pub other: bool,
    /// It is close to the pilot's own but may belong to another aircraft, so the controller asks.
    pub unsure: bool,
}

impl Caller {
    fn own(callsign: &Callsign, range: Range<usize>) -> Self {
        Self { callsign: callsign.clone(), range, own: true, other: false, unsure: false }
    }
}

fn character(t: &Token) -> Option<char> {
    t.digit().or(t.letter())
}

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

#[rustfmt::skip]
const UNITS: &[&str] = &[
    "thousand", "hundred", "mile", "miles", "minutes", "souls", "feet", "knots", "north", "south", "east", "west", "northeast",
    "northwest", "southeast", "southwest", "people",
];

fn unit(t: Option<&Token>) -> bool {
    t.is_some_and(|x| *x == Token::Point || UNITS.contains(&x.word()))
}

/// Words after which digits or letters are not a callsign.
#[rustfmt::skip]
const NOT_BEFORE: &[&str] = &[
    "heading", "level", "squawk", "squawking", "altimeter", "qnh", "code", "on", "via", "information", "taxiway", "at", "with",
    "number", "fl", "degrees", "altitude", "speed", "stand", "gate", "atis", "have", "maintain", "for", "through", "leaving",
    "climbing", "descending", "runway", "gets", "of", "class", "short", "final", "maintaining", "passing", "decimal",
];

fn matches_at(t: &[Token], i: usize, chars: &str) -> Option<usize> {
    let mut j = i;
    for c in chars.chars() {
        if t.get(j).and_then(character) != Some(c) {
            return None;
        }
        j += 1;
    }
    let joined = |k: usize| matches!(t.get(k), Some(Token::Digit(_, Link::Joined)));
    (!joined(i) && !joined(j)).then_some(j)
}

/// The start of the type, airline or "november" before token `i`.
fn prefix_start(t: &[Token], i: usize) -> Option<usize> {
    let p = i.checked_sub(1)?;
    if t[p].letter() == Some('N') {
        return Some(if p > 0 && telephony::is_type(word(t, p - 1)) { p - 1 } else { p });
    }
    // "To Cheyenne, niner zero niner tango whiskey": a place, not the type.
    let led = p > 0 && matches!(word(t, p - 1), "to" | "for" | "into" | "from") && place(&[word(t, p)]).is_some();
    if telephony::is_type(word(t, p)) {
        return (!led).then_some(p);
    }
    // "Delta eighty eight": an airline whose name is also a letter.
    let free = p == 0
        || !matches!(word(t, p - 1), "via" | "at" | "taxiway" | "information" | "with" | "on" | "short") && t[p - 1].letter().is_none();
    if t[p].letter() == Some('D') && free && run_end(t, i) >= i + 2 {
        return Some(p);
    }
    if p > 0 && telephony::airline(&[word(t, p - 1), word(t, p)]).is_some_and(|a| a.1 == 2) {
        return Some(p - 1);
    }
    telephony::airline(&[word(t, p)]).map(|_| p)
}

/// Matches the own callsign in one of its forms, character by character.
pub(super) fn own_caller(t: &[Token], own: &Callsign, ctx: &Context, start: usize) -> Option<Caller> {
    let code = own.as_str();
    let airline = code.find(|c: char| c.is_ascii_digit()) == Some(3);
    let us = american(code);
    let mut best: Option<(u32, Range<usize>)> = None;
    // "N1": a single digit is ambiguous, so it counts only after "november" or the type.
    let single = (us && code.len() == 2).then(|| (code[1..].to_owned(), true));
    for (form, full) in own_forms(code).into_iter().chain(single) {
        let figures = form.bytes().all(|b| b.is_ascii_digit());
        for i in 0..t.len() {
            let Some(end) = matches_at(t, i, &form) else { continue };
            let prefix = prefix_start(t, i).filter(|p| {
                let by_airline = telephony::airline(&[word(t, *p), word(t, *p + 1)]).map(|a| a.0);
                let by_letter = t[*p].letter() == Some('D') && code.starts_with("DAL");
                !airline || by_letter || by_airline == Some(&code[..3]) || word(t, *p) == "easy" && code.starts_with("EZ")
            });
            if prefix.is_none() && (form.len() == 1 || prefix_start(t, i).is_some() && airline) {
                continue;
            }
            let before = i.checked_sub(1).map_or("", |p| word(t, p));
            // Preceding digits of the same number make it another callsign.
            let mut s = i;
            while s > 0 && character(&t[s - 1]).is_some() && !matches!(t[s], Token::Digit(_, Link::First)) && prefix.is_none() {
                s -= 1;
            }
            // "Five two four six, three mike uniform": a code or heading that was just given, followed by the callsign.
            let value = i - s == 4 && ctx.told("squawk, altimeter, qnh") || i - s == 3 && ctx.told("heading, flight level");
            if prefix.is_none() && value && end == t.len() && t[s..i].iter().all(|x| x.digit().is_some()) {
                s = i;
            }
            // "Cessna one eight two alpha bravo kilo": the type's digits before a registration of letters.
            let of_letters = !us && form.bytes().all(|b| b.is_ascii_alphabetic());
            let typed = s.checked_sub(1).filter(|p| of_letters && (2..=3).contains(&(i - s)) && telephony::is_type(word(t, *p)));
            let prefix = prefix.or(typed);
            let ahead = if typed.is_some() { 0 } else { i - s };
            let behind_runway = s > 0 && matches!(word(t, s - 1), "runway");
            if prefix.is_none()
                && ahead == 0
                && (NOT_BEFORE.contains(&before) && (figures || form.len() < 3 || !matches!(before, "short" | "final" | "of" | "for")))
            {
                continue;
            }
            if !full && ahead > 0 && !behind_runway && (s == start || prefix_start(t, s).is_some()) {
                continue;
            }
            if behind_runway && ahead > 0 {
                let number = digits(t, s..i).parse::<u8>().unwrap_or(0);
                let known = ctx.runways.is_empty() || ctx.runways.iter().any(|r| r.number == number);
                if ahead > 2 || number == 0 || number > 36 || (ahead == 1 && form.len() == 4 && !known) {
                    continue;
                }
            }
            if figures {
                let run = run_end(t, end.saturating_sub(1)).max(end);
                // "Alaska five ninety three, three point five climbing": a digit directly before a point belongs to a value.
                let pointed = t.get(run) == Some(&Token::Point);
                // "Southwest four fifty one, one eight zero": no flight number has so many figures.
                let two_numbers = airline && prefix.is_some() && run - i > 4 && !matches!(t.get(end), Some(Token::Digit(_, Link::Joined)));
                let pointed = pointed || two_numbers;
                if unit(t.get(end)) || (run > end && !unit(t.get(run)) && !pointed) {
                    continue;
                }
            }
            // Amid the words, two letters are the callsign if no other item has such letters: "final, lima echo, full stop".
            let amid = prefix.is_none() && i != start && end != t.len();
            if form.len() < 3 && amid && (ahead > 0 || AMID.contains(&before) || !stands_alone(t, i, end)) {
                continue;
            }
            let mut score =
                form.len() as u32 * 2 + if prefix.is_some() { 20 } else { 0 } + if end == t.len() || i == start { 4 } else { 0 };
            if behind_runway {
                // "Runway one two three four five" is runway 12 and a three-digit callsign.
                score = if ahead == 2 { score + 8 } else { score };
            }
            if full && prefix.is_some() {
                score += 10;
            }
            if best.as_ref().is_none_or(|(b, _)| score > *b) {
                best = Some((score, prefix.unwrap_or(i)..end));
            }
        }
    }
    best.map(|(_, range)| Caller::own(own, range))
}

/// The number of digits in the run that belong to the callsign: what follows may need some of them.
fn digits_for_callsign(t: &[Token], i: usize, max: usize) -> usize {
    let end = run_end(t, i);
    let len = end - i;
    let n = digits_of_run(t, i, end, max);
    // "Five two one ten miles": a number said as one word is included whole or not at all.
    let split = |n: usize| n < len && matches!(t.get(i + n), Some(Token::Digit(_, Link::Joined)));
    (0..=n).rev().find(|n| !split(*n)).unwrap_or(n)
}

fn digits_of_run(t: &[Token], i: usize, end: usize, max: usize) -> usize {
    let len = end - i;
    if t.get(end) == Some(&Token::Point) {
        return len.saturating_sub(3).min(max);
    }
    if unit(t.get(end)) && len > 1 && !matches!(t.get(end - 1), Some(Token::Digit(_, Link::Joined))) && (len > 3 || len > max) {
        return (len - 1).min(max);
    }
    if len > max {
        return max;
    }
    len
}

fn registration(t: &[Token], i: usize) -> Option<(String, usize)> {
    let mut n = digits_for_callsign(t, i, 5);
    // "Eight hundred quebec sierra": number words followed by letters.
    let hundreds =
        run_end(t, i) - i <= 2 && word(t, run_end(t, i)) == "hundred" && t.get(run_end(t, i) + 1).is_some_and(|x| x.letter().is_some());
    let mut said = digits(t, i..i + n);
    if hundreds {
        n = run_end(t, i) - i;
        said = format!("{}00", digits(t, i..i + n));
        n += 1;
    }
    let mut j = i + n;
    while said.len() < 5 && j - i - n < 2 {
        let Some(c) = t.get(j).and_then(Token::letter) else { break };
        said.push(c);
        j += 1;
    }
    // A digit directly after the letters belongs to the next item.
    (n > 0 && said.len() >= 2 && !said.starts_with('0')).then_some((said, j))
}

fn differ(a: &str, b: &str) -> usize {
    if a.len() != b.len() { 9 } else { a.chars().zip(b.chars()).filter(|(x, y)| x != y).count() }
}

/// A callsign in the call that is not (exactly) the own one.
fn any_caller(t: &[Token], region: Region, start: usize) -> Option<(String, Range<usize>, bool)> {
    for i in 0..t.len() {
        let before = i.checked_sub(1).map_or("", |p| word(t, p));
        let mut from = i;
        let name = if let Some((code, n)) = telephony::airline(&[word(t, i), word(t, i + 1)]) {
            from += n;
            let to_the_end = run_end(t, i + 1) == t.len() && t.len() > i + 2;
            let compass = word(t, i) == "southwest"
                && !to_the_end
                && (matches!(before, "miles" | "mile" | "the" | "to" | "from") || i > 0 && t[i - 1].digit().is_some());
            (!compass).then_some(code)
        } else if t[i].letter() == Some('D') && t.get(i + 1).is_some_and(|x| x.digit().is_some()) {
            from += 1;
            let end = run_end(t, i + 1);
            // Three or more digits are not a taxiway, stand or gate, unless preceding characters make them part of a registration.
            let flight = end > i + 3 && i.checked_sub(1).is_none_or(|p| character(&t[p]).is_none());
            let lone = i == start || end == t.len() || flight;
            (lone
                && !matches!(
                    before,
                    "via" | "at" | "information" | "with" | "taxiway" | "on" | "of" | "have" | "and" | "short" | "class" | "stand" | "gate"
                ))
            .then_some("DAL")
        } else {
            None
        };
        let Some(code) = name else { continue };
        if t.get(from).is_none_or(|x| x.digit().is_none()) {
            continue;
        }
        // An ambulance flight by its registration, "medevac four five zero november delta" (7110.65 2-4-20).
        if matches!(code, "MED" | "LIF")
            && region.registrations == Registrations::Figures
            && let Some((said, end)) = registration(t, from).filter(|(said, _)| said.bytes().any(|b| b.is_ascii_alphabetic()))
        {
            return Some((format!("N{said}"), i..end, true));
        }
        let n = digits_for_callsign(t, from, 4);
        let mut said = format!("{code}{}", digits(t, from..from + n));
        let mut end = from + n;
        let letters = t[end..].iter().take_while(|x| x.letter().is_some()).count();
        // "Golf eleven" after it is a gate.
        let gate = t.get(end + letters).is_some_and(|x| x.digit().is_some()) && letters == 1;
        if n > 0 && letters <= 2 && n + letters <= 4 && !gate {
            said.extend(t[end..end + letters].iter().filter_map(Token::letter));
            end += letters;
        }
        if n > 0 {
            if matches!(word(t, end), "heavy" | "super") {
                end += 1;
            }
            return Some((said, i..end, true));
        }
    }
    if let Some(marked) = marks::marked(t, start) {
        return Some(marked);
    }
    // A registration of letters.
    for i in 0..t.len() {
        let letters = t[i..].iter().take_while(|x| x.letter().is_some()).count();
        let first = i == 0 || t[i - 1].letter().is_none();
        let before = i.checked_sub(1).map_or("", |p| word(t, p));
        // "Vacated via charlie, oscar yankee charlie bravo mike": a taxiway before the callsign.
        let i = if letters > 5 && matches!(before, "via" | "at" | "taxiway" | "on") { i + letters - 5 } else { i };
        let shifted = letters > 5;
        let letters = letters.min(5);
        if !first
            || letters < 3
            || NOT_BEFORE.contains(&before) && i != start && !(shifted && i > 0 && t[i - 1].letter().is_some())
            || t.get(i + 1).is_some_and(|x| x.digit().is_some())
        {
            continue;
        }
        let said: String = t[i..i + letters].iter().filter_map(Token::letter).collect();
        let typed = telephony::is_type(before);
        let begins = if typed { i - 1 } else { i };
        if letters >= 5 && (region.registrations == Registrations::Letters || begins == start || i + 5 == t.len()) {
            return Some((said, begins..i + 5, true));
        }
        // Three letters are a short form, and four a registration without its state letter. Both name an aircraft.
        let short = matches!(letters, 3 | 4);
        if region.registrations == Registrations::Letters && short && (typed || i == start || i + letters == t.len()) {
            return Some((said, begins..i + letters, typed));
        }
    }
    for i in 0..t.len() {
        if t[i].digit().is_none() || (i > 0 && t[i - 1].digit().is_some()) {
            continue;
        }
        let Some(from) = prefix_start(t, i) else { continue };
        if from > 0 && matches!(word(t, from - 1), "the" | "a") {
            continue;
        }
        if t[i - 1].letter() == Some('N') && from > 0 && (NOT_BEFORE.contains(&word(t, from - 1)) || t[from - 1].letter().is_some()) {
            continue;
        }
        if let Some((said, end)) = registration(t, i) {
            return Some((format!("N{said}"), from..end, true));
        }
    }
    // Bare digits where a callsign may stand: at the start, after the station, at the end.
    let spot = |i: usize| -> Option<(String, Range<usize>, bool)> {
        let (said, end) = registration(t, i)?;
        let letters = said.bytes().any(|b| b.is_ascii_alphabetic());
        let fits = if letters { said.len() >= 3 } else { said.len() >= 3 && !unit(t.get(end)) };
        fits.then(|| (format!("N{said}"), i..end, false))
    };
    if region.registrations == Registrations::Figures {
        if t.get(start).is_some_and(|x| x.digit().is_some())
            && let Some(c) = spot(start)
        {
            return Some(c);
        }
        let letters = t.iter().rev().take_while(|x| x.letter().is_some()).count();
        let mut i = t.len() - letters.min(t.len());
        while i > 0 && t[i - 1].digit().is_some() {
            i -= 1;
            if matches!(t[i], Token::Digit(_, Link::First)) {
                break;
            }
        }
        let before = i.checked_sub(1).map_or("", |p| word(t, p));
        let point = i > 0 && t[i - 1] == Token::Point;
        if letters <= 2
            && i < t.len()
            && t[i].digit().is_some()
            && !point
            && (!NOT_BEFORE.contains(&before) || matches!(before, "for" | "final") && letters > 0)
            && let Some(c) = spot(i)
            && c.1.end == t.len()
            && (letters > 0 || c.0.len() >= 4)
        {
            return Some(c);
        }
        return within(t);
    }
    None
}

/// The callsign of a transmission whose message starts at token `start` (after the station's name).
pub fn caller(t: &[Token], ctx: &Context, start: usize) -> Option<Caller> {
    let by_parts = |own: &Callsign| by_designator(t, own.as_str()).or_else(|| cut_off(t, own.as_str())).map(|r| Caller::own(own, r));
    if let Some(own) = &ctx.own
        && let Some(c) = own_caller(t, own, ctx, start).or_else(|| by_parts(own))
    {
        return Some(c);
    }
    let (said, range, named) = any_caller(t, ctx.region, start)?;
    let callsign: Callsign = said.parse().ok()?;
    let Some(own) = &ctx.own else { return Some(Caller { callsign, range, own: false, other: false, unsure: false }) };
    match nearness(&said, own.as_str()) {
        Nearness::Own => return Some(Caller::own(own, range)),
        Nearness::Unsure => return Some(Caller { callsign, range, own: false, other: false, unsure: true }),
        Nearness::Far => {}
    }
    // An abbreviation one error away from the own one may be a slip. A complete or very different one is another aircraft.
    let tail = own.as_str().get(own.as_str().len().saturating_sub(said.len() - 1)..).unwrap_or("");
    let near = said.len() <= 4 && differ(said.get(1..).unwrap_or(""), tail) <= 1;
    let other = if named { !near } else { said.len() >= 6 };
    Some(Caller { callsign, range, own: false, other, unsure: false })
}

/// Whether a word names a control unit: "tower".
pub(super) fn is_unit(w: &str) -> bool {
    facility_of(w).is_some_and(|f| f != Facility::Ctaf)
}

pub(crate) fn facility_of(w: &str) -> Option<Facility> {
    Some(match w {
        "ground" => Facility::Ground,
        "tower" => Facility::Tower,
        "clearance" | "delivery" => Facility::Clearance,
        "departure" | "departures" => Facility::Departure,
        "approach" | "arrival" | "arrivals" | "director" | "radar" => Facility::Approach,
        "center" | "control" => Facility::Center,
        "traffic" | "unicom" | "radio" | "information" => Facility::Ctaf,
        _ => return None,
    })
}

/// Whether a word before a unit word may be part of its name.
pub(crate) fn may_name_a_unit(w: &str) -> bool {
    !NO_NAME.contains(&w)
}

/// Words that show that what precedes a unit word is not its name.
#[rustfmt::skip]
const NO_NAME: &[&str] = &[
    "contact", "monitor", "request", "requesting", "over", "to", "with", "cleared", "ready", "in", "sight", "for", "looking",
    "negative", "runway", "on", "switching", "switch", "the", "visual", "short", "straight", "practice", "number", "closed",
    "say", "report", "make", "left", "right", "continue", "taxi", "of", "at", "taxiing", "ils", "rnav", "going", "have",
    "following", "hold", "holding", "radar", "no", "copy", "is", "are", "we", "has", "and", "ready", "frequency", "ignore",
    "ident", "missed", "cancel", "got", "north", "south", "east", "west", "turn", "line", "crosswind", "downwind", "expect",
    "your", "our", "my", "his", "her", "their", "that", "this", "other", "company", "another",
    "roger", "wilco", "unable", "how", "you", "do", "hear", "read", "again", "confirm", "verify", "was", "were", "did", "what",
];

/// Radar units that pilots call by name alone.
const RADAR_NAMES: &[&str] = &[
    "norcal",
    "socal",
    "potomac",
    "london",
    "scottish",
    "swanwick",
    "maastricht",
    "langen",
    "bremen",
    "rhein",
    "brest",
    "reims",
    "shannon",
    "paris",
    "zurich",
    "geneva",
];

/// The unit named at the start, and the token at which the message after it starts.
pub fn addressed(t: &[Token], ctx: &Context) -> (Addressed, Range<usize>) {
    let polite = |w: &str| {
        matches!(
            w,
            "hello" | "hi" | "good" | "morning" | "afternoon" | "evening" | "day" | "and" | "mayday" | "pan" | "hey" | "okay" | "ok"
        )
    };
    let mut from = 0;
    while from < t.len() && polite(word(t, from)) {
        from += 1;
    }
    for k in from..t.len().min(from + 5) {
        let w = word(t, k);
        if w.is_empty() || NO_NAME.contains(&w) && w != "radar" {
            break;
        }
        let Some(facility) = facility_of(w) else { continue };
        let ctaf = facility == Facility::Ctaf;
        if w == "radar" && word(t, k + 1) == "contact"
            || ctaf && (k == from || matches!(word(t, k + 1), "in" | "check"))
            || w == "information" && !RADAR_NAMES.contains(&word(t, from)) && t.get(k + 1).is_some_and(|x| x.letter().is_some())
        {
            break;
        }
        let name = text(&t[from..k]);
        let end = if w == "clearance" && word(t, k + 1) == "delivery" { k + 2 } else { k + 1 };
        let facility = if w == "radar" && ctx.facility == Some(Facility::Departure) { Facility::Departure } else { facility };
        return (Addressed { name: (!name.is_empty()).then_some(name), facility: Some(facility) }, from..end);
    }
    for name in &ctx.stations {
        let n = name.split(' ').count();
        if from + n <= t.len() && text(&t[from..from + n]) == *name {
            return (Addressed { name: Some(name.clone()), facility: None }, from..from + n);
        }
    }
    // "London speedbird one two three": a name, directly followed by a callsign.
    let known_prefix = |i: usize| {
        let w = word(t, i);
        (telephony::is_type(w) || telephony::airline(&[w, word(t, i + 1)]).is_some()) && !w.is_empty()
    };
    for n in 1..=2 {
        let names = (from..from + n).all(|i| {
            let w = word(t, i);
            !w.is_empty() && !NO_NAME.contains(&w) && !known_prefix(i) && !COMMON.contains(&w)
        });
        if names && known_prefix(from + n) && t.get(from + n + 1).is_some_and(|x| x.digit().is_some()) {
            return (Addressed { name: Some(text(&t[from..from + n])), facility: None }, from..from + n);
        }
    }
    // "Norcal niner victor romeo": a radar unit's name, followed by a registration.
    if RADAR_NAMES.contains(&word(t, from)) && t.get(from + 1).is_some_and(|x| x.digit().is_some() || x.letter().is_some()) {
        return (Addressed { name: Some(word(t, from).to_owned()), facility: None }, from..from + 1);
    }
    (Addressed::default(), from..from)
}

/// Words that may precede a callsign but are not a station.
#[rustfmt::skip]
const COMMON: &[&str] = &[
    "copy", "copied", "copies", "understood", "acknowledged", "cheers", "okay", "ok", "established", "roger", "wilco", "student", "pilot", "this", "affirmative", "thanks", "thank", "you", "again", "unable", "negative",
    "ident", "identing", "mayday", "around", "check", "stand", "by", "parking", "approved", "land", "takeoff", "wait", "option",
    "hold", "position", "repeat", "correct", "ramp", "tower", "looking", "contact", "lower", "higher", "traffic", "downwind",
    "base", "final", "crosswind", "go", "vfr", "thousand", "hundred", "midfield", "wind", "start", "pushback", "vacated",
    "clear", "intercept", "taxi", "standby", "say", "stop", "departure", "straight", "continue", "emergency", "lost", "cancel",
    "ifr",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::tokens;

    fn who(text: &str, own: &str, region: Region) -> String {
        let ctx = Context { own: own.parse().ok(), region, ..Context::default() };
        let t = tokens(text);
        let (_, r) = addressed(&t, &ctx);
        caller(&t, &ctx, r.end).map_or("-".into(), |c| {
            format!("{}{}{}", c.callsign, if c.other { " other" } else { "" }, if c.unsure { " unsure" } else { "" })
        })
    }

    #[test]
    fn the_own_callsign_is_recognised_in_every_form() {
        assert_eq!(who("melbourne centre cessna one eight two alpha bravo kilo one five miles north", "VHABK", Region::ICAO), "VHABK");
        for s in [
            "skyhawk two sierra papa left base",
            "hilo tower 2SP",
            "november one seven two sierra papa",
            "skyhawk one seven two sierra bravo",
        ] {
            assert_eq!(who(s, "N172SP", Region::FAA), "N172SP", "{s}");
        }
        assert_eq!(who("three four five going around", "N12345", Region::FAA), "N12345");
        assert_eq!(who("hold short of runway one two three four five", "N12345", Region::FAA), "N12345");
        assert_eq!(who("golf charlie delta request taxi", "GABCD", Region::ICAO), "GABCD");
        assert_eq!(who("speedbird one two three tree thousand feet", "BAW123", Region::ICAO), "BAW123");
        assert_eq!(who("turn left heading three four five", "N12345", Region::FAA), "-");
        for (text, heard) in [("november one ready", "N1"), ("ready runway one", "-"), ("november one two ready", "N12 other")] {
            assert_eq!(who(text, "N1", Region::FAA), heard, "{text}");
        }
    }

    #[test]
    fn other_callsigns_are_told_from_the_own_one() {
        assert_eq!(who("cessna seven three niner hotel whiskey request taxi", "N172SP", Region::FAA), "N739HW other");
        assert_eq!(who("cessna niner one three four five final", "N12345", Region::FAA), "N91345 other");
        // Another flight of the same airline, or a slip: the controller asks.
        assert_eq!(who("speedbird one two four request taxi", "BAW123", Region::ICAO), "BAW124 unsure");
        assert_eq!(who("speedbird niner two four request taxi", "BAW123", Region::ICAO), "BAW924 other");
        assert_eq!(who("declaring an emergency delta six ninety smoke in the cockpit", "", Region::FAA), "DAL690");
        assert_eq!(who("with information delta one two miles south", "", Region::FAA), "-");
        assert_eq!(who("united two forty seven unable", "", Region::FAA), "UAL247");
        assert_eq!(who("jetstar five two one ten miles ils three four left", "", Region::ICAO), "JST521");
        assert_eq!(who("go around eight niner four two echo unstable", "", Region::FAA), "N8942E");
        assert_eq!(who("four mile final eight niner four two echo", "", Region::FAA), "N8942E");
        assert_eq!(who("a door popped open on six two foxtrot mike coming back around", "", Region::FAA), "N62FM");
        assert_eq!(who("medevac four five zero november delta descending", "", Region::FAA), "N450ND");
        assert_eq!(who("clear of runway two eight left at alpha two bravo", "", Region::FAA), "-");
        assert_eq!(who("lawrence tower cessna nine two seven four seven eight miles southwest", "", Region::FAA), "N92747");
    }
}
