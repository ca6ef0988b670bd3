//! The slots of a transmission: its content besides the intent.

pub(crate) mod bare;
pub(crate) mod whereabouts;

use std::ops::Range;

use super::caller::Caller;
use super::figures::{self, SaidRunway};
use super::hear::frames::Words;
use super::instruction::Landing;
use super::intent::Slots;
use super::places::place;
use super::transcript::{Link, Token, text};
use crate::units::Side;

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

fn back(t: &[Token], i: usize, n: usize) -> &str {
    i.checked_sub(n).map_or("", |k| word(t, k))
}

/// Compass words in the forms that pilots use; the slot holds the plain form.
pub(crate) fn compass(w: &str) -> Option<&'static str> {
    const ALL: [&str; 8] = ["northeast", "northwest", "southeast", "southwest", "north", "south", "east", "west"];
    let plain = w.strip_suffix("bound").or(w.strip_suffix("erly")).or(w.strip_suffix("ern")).unwrap_or(w);
    ALL.into_iter().find(|d| *d == plain)
}

/// The legs of the pattern, as words.
pub const LEGS: [&str; 5] = ["downwind", "base", "final", "crosswind", "upwind"];

/// A count such as "one hundred nine" or "twenty five" that ends directly before token `end`.
fn count_before(t: &[Token], end: usize) -> Option<u32> {
    let mut start = end;
    while start > 0 && (t[start - 1].digit().is_some() || matches!(word(t, start - 1), "hundred" | "and") && start > 1) {
        start -= 1;
    }
    let part = t.get(start..end)?;
    if let Some(h) = part.iter().position(|x| x.is("hundred")) {
        let a: u32 = figures::digits(part, 0..h).parse().ok()?;
        let b: u32 = figures::digits(part, h..part.len()).parse().unwrap_or(0);
        return a.checked_mul(100)?.checked_add(b);
    }
    let mut from = part.iter().rposition(|x| x.is("and")).map_or(0, |k| k + 1);
    // "Heading two seven zero two on board": the heading keeps its three digits.
    if from == 0 && back(t, start, 1) == "heading" && part.len() > 3 {
        from = 3;
    }
    let d = figures::digits(part, from..part.len());
    if d.len() > 4 { None } else { d.parse().ok() }
}

fn side(w: &str) -> Option<Side> {
    match w {
        "left" => Some(Side::Left),
        "right" => Some(Side::Right),
        _ => None,
    }
}

fn runways(t: &[Token], taken: &Range<usize>, slots: &mut Slots) {
    for f in figures::runways_said(t, taken) {
        let i = f.range.start;
        let short = back(t, i, 1) == "short" || back(t, i, 1) == "of" && back(t, i, 2) == "short";
        match f.value {
            SaidRunway::Known(r) if short => slots.hold_short = Some(r),
            SaidRunway::Known(r) => slots.runway = Some(r),
            SaidRunway::Impossible(d) => slots.bad_runway = Some(d),
        }
    }
    if slots.runway.is_none() && slots.bad_runway.is_none() {
        slots.runway = slots.hold_short;
    }
}

fn place_and_way(t: &[Token], taken: &Range<usize>, slots: &mut Slots) {
    for i in 0..t.len() {
        if taken.contains(&i) {
            continue;
        }
        let w = word(t, i);
        if matches!(w, "mile" | "miles") && slots.distance_nm.is_none() {
            let half = back(t, i, 1) == "half" || back(t, i, 1) == "a" && back(t, i, 2) == "half";
            let start = number_before(t, i, taken);
            // "Cessna one seven two one five miles": the type's number is not a distance.
            let start = start.map(|s| if i - s > 3 { i - 2 } else { s });
            let n = start.and_then(|s| figures::digits(t, s..i).parse::<f64>().ok());
            // "Four point two miles", "a mile and a half".
            let whole = start.filter(|s| *s >= 2 && t[*s - 1] == Token::Point).and_then(|s| number_before(t, s - 1, taken).map(|w| (w, s)));
            let n = whole.and_then(|(w, s)| format!("{}.{}", figures::digits(t, w..s - 1), figures::digits(t, s..i)).parse().ok()).or(n);
            let more = word(t, i + 1) == "and" && (word(t, i + 2) == "half" || word(t, i + 3) == "half");
            let n = n.or_else(|| (more && matches!(back(t, i, 1), "a" | "about" | "mile")).then_some(1.0));
            slots.distance_nm = if half { Some(0.5) } else { n.filter(|n| *n <= 500.0).map(|n| if more { n + 0.5 } else { n }) };
        }
        let Some(dir) = compass(w) else { continue };
        let place = matches!(
            word(t, i + 1),
            "ramp"
                | "apron"
                | "parking"
                | "side"
                | "hangar"
                | "hangars"
                | "terminal"
                | "stand"
                | "gate"
                | "tiedown"
                | "tiedowns"
                | "tie"
                | "pad"
                | "helipad"
                | "light"
                | "river"
                | "shore"
                | "grass"
        );
        if place {
            continue;
        }
        let beside = matches!(back(t, i, 1), "miles" | "mile")
            || i > 0 && t[i - 1].digit().is_some() && !taken.contains(&(i - 1)) && !runway_before(t, i) && word(t, i + 1) != "departure";
        if beside {
            slots.direction = Some(dir.to_owned());
            if slots.distance_nm.is_none() && i > 0 && t[i - 1].digit().is_some() {
                let start = number_before(t, i, taken).unwrap_or(i);
                slots.distance_nm = figures::digits(t, start..i).parse().ok().filter(|n| (1.0..=200.0).contains(n));
            }
        } else if slots.direction.is_none() || slots.distance_nm.is_none() {
            slots.direction = Some(dir.to_owned());
            // "One zero to the southwest": the miles are implied.
            let to_the = back(t, i, 1) == "the" && matches!(back(t, i, 2), "to" | "on");
            if slots.distance_nm.is_none()
                && to_the
                && i >= 3
                && let Some(start) = number_before(t, i - 2, taken)
            {
                slots.distance_nm = figures::digits(t, start..i - 2).parse().ok().filter(|n| (1.0..=200.0).contains(n));
            }
        }
    }
}

/// The start of the number that ends directly before token `end`: back to its first digit, stopping at a pause or callsign.
fn number_before(t: &[Token], end: usize, taken: &Range<usize>) -> Option<usize> {
    let mut start = None;
    for k in (0..end).rev() {
        let Token::Digit(_, link) = t.get(k)? else { break };
        if taken.contains(&k) {
            break;
        }
        start = Some(k);
        if *link == Link::First {
            break;
        }
    }
    start
}

/// Whether the digits before token `i` belong to a runway.
fn runway_before(t: &[Token], i: usize) -> bool {
    let run = t[..i].iter().rev().take_while(|x| x.digit().is_some()).count();
    back(t, i, run + 1) == "runway"
}

fn legs(t: &[Token], slots: &mut Slots) {
    for i in 0..t.len() {
        let w = word(t, i);
        if LEGS.contains(&w) {
            let departs = matches!(word(t, i + 1), "departure" | "exit");
            let asked = matches!(back(t, i, 1), "report" | "extend") || back(t, i, 2) == "report" || back(t, i, 4) == "report";
            let approach = w == "final" && matches!(back(t, i, 1), "to" | "vectors");
            let thing = matches!(
                back(t, i, 2),
                "one" | "guy" | "that" | "those" | "him" | "traffic" | "guys" | "somebody" | "cessna" | "cirrus" | "jet" | "he" | "whoever"
            );
            let others = back(t, i, 1) == "on" && (thing || i >= 2 && t[i - 2].digit().is_some());
            let level = w == "final"
                && (matches!(back(t, i, 1), "lower" | "a" | "higher") && back(t, i, 2) != "on"
                    || matches!(word(t, i + 1), "reserve" | "level"));
            let wind = w == "crosswind"
                && matches!(word(t, i + 1), "gust" | "gusts" | "is" | "component" | "practice" | "limits" | "limit" | "getting" | "beyond");
            if others || level || wind {
                continue;
            }
            let later = asked || slots.position.is_some() && whereabouts::is_later(t, i) || word(t, i + 1) == "of";
            if !departs && !approach && (!later || slots.position.is_none() && word(t, i + 1) != "of") {
                slots.position = Some(w.to_owned());
            }
            if let Some(s) = side(back(t, i, 1)) {
                slots.side = Some(s);
            }
        }
        if w == "dead" && word(t, i + 1) == "side" && slots.position.is_none() {
            slots.position = Some("dead side".to_owned());
        }
        // A position report names its fix: "position malot", "crossing hector".
        let fix = word(t, i + 1);
        let named = matches!(w, "position" | "crossing" | "abeam" | "passing")
            && fix.len() >= 4
            && !STOP.contains(&fix)
            && !NO_FIX.contains(&fix)
            && !super::telephony::is_type(fix);
        if named && slots.position.is_none() {
            slots.position = Some(fix.to_owned());
        }
        let turn = matches!(w, "closed" | "traffic" | "turn" | "turnout" | "pattern" | "circuit" | "circuits" | "turns" | "hand");
        if turn && slots.side.is_none() {
            slots.side = side(back(t, i, 1));
        }
        if w == "turn" && slots.side.is_none() {
            slots.side = side(word(t, i + 1));
        }
        if matches!(w, "over" | "overhead" | "reporting")
            && slots.position.is_none()
            && !matches!(back(t, i, 1), "cross" | "all")
            && !matches!(word(t, i + 1), "to")
        {
            let from = if word(t, i + 1) == "the" { i + 2 } else { i + 1 };
            let from = if w == "reporting" || whereabouts::can_be_place(t, from) { from } else { t.len() };
            let n = t[from.min(t.len())..].iter().take(3).take_while(|x| !x.word().is_empty() && !STOP.contains(&x.word())).count();
            if n > 0 {
                slots.position = Some(text(&t[from..from + n]));
            } else if w == "overhead" {
                slots.position = Some(w.to_owned());
            }
        }
    }
}

/// Words after "position" or "crossing" that are not a fix.
#[rustfmt::skip]
const NO_FIX: &[&str] = &[
    "runway", "report", "fix", "and", "hold", "holding", "the", "your", "over", "midfield", "unknown", "unsure", "restriction", "active",
    "when", "taxiway", "checks", "altitude", "flight", "level", "through", "thousand", "traffic", "about", "approximately", "lights", "lost", "again", "field", "tower", "numbers", "approved",
];

/// Words that end a name.
#[rustfmt::skip]
const STOP: &[&str] = &[
    "at", "with", "request", "requesting", "via", "to", "runway", "inbound", "and", "for", "in", "squawk", "we", "landing",
    "airport", "flight", "level", "information", "departure", "altitude", "please", "ready", "climbing", "due", "on", "from",
    "of", "heading", "passenger", "as", "vfr", "ifr", "climb", "descending", "now", "cruising", "approach", "is", "would",
    "maintaining", "maintain", "thanks", "level", "type", "medical", "instead",
];

fn destination(t: &[Token], hidden: &[Range<usize>], slots: &mut Slots, weather: bool) {
    let open = |i: usize| !hidden.iter().any(|h| h.contains(&i));
    let words: Vec<&str> = t.iter().map(Token::word).collect();
    for i in 0..t.len() {
        if !open(i) {
            continue;
        }
        let before = back(t, i, 1);
        let goes = matches!(
            before,
            "to" | "for"
                | "landing"
                | "destination"
                | "weather"
                | "clearance"
                | "into"
                | "divert"
                | "diverting"
                | "inbound"
                | "cleared"
                | "direct"
                | "request"
                | "land"
                | "alternate"
        ) || matches!(before, "at" | "around" | "near" | "over") && weather
            || weather && i + 1 == t.len();
        if (goes || weather)
            && let Some((code, n)) = place(&words[i..])
        {
            let radio = whereabouts::UNITS.contains(&word(t, i + n)) || word(t, i + n) == "in" && word(t, i + n + 1) == "sight";
            if (goes || weather && word(t, i + n) == "weather") && !radio && !crate::hear::states(word(t, i + n)) {
                slots.destination = Some(whereabouts::one_of_two(t, i, n).unwrap_or_else(|| code.into_owned()));
                return;
            }
        }
        let opens = before == "to"
            && matches!(
                back(t, i, 2),
                "clearance"
                    | "following"
                    | "vfr"
                    | "ifr"
                    | "divert"
                    | "diverting"
                    | "departure"
                    | "cleared"
                    | "vectors"
                    | "us"
                    | "advisories"
                    | "destination"
                    | "here"
            )
            || matches!(before, "divert" | "diverting");
        if opens && t[i].digit().is_none() {
            let n = t[i..]
                .iter()
                .take(3)
                .take_while(|x| !x.word().is_empty() && !STOP.contains(&x.word()) && compass(x.word()).is_none())
                .count();
            let radio = matches!(
                word(t, i),
                "the" | "land" | "" | "enter" | "tower" | "ground" | "taxi" | "final" | "cross" | "transition" | "transit"
            );
            if n > 0 && !radio && !crate::hear::states(word(t, i + n)) {
                slots.destination = Some(text(&t[i..i + n]));
                return;
            }
        }
    }
}

#[rustfmt::skip]
const GROUND_PLACES: &[&str] = &[
    "ramp", "apron", "parking", "hangar", "hangars", "terminal", "pumps", "fbo", "tiedown", "tiedowns", "tie-down", "area",
    "maintenance", "club", "school",
];

fn location(t: &[Token], hidden: &[Range<usize>], slots: &mut Slots, vacating: bool) {
    for i in 0..t.len() {
        if hidden.iter().any(|h| h.contains(&i)) {
            continue;
        }
        let w = word(t, i);
        if matches!(w, "stand" | "gate" | "spot" | "bay") {
            let mut name = String::new();
            let mut k = i + 1;
            while let Some(c) = t.get(k).filter(|_| !hidden.iter().any(|h| h.contains(&k))).and_then(|x| x.digit().or(x.letter())) {
                if name.len() >= 4 {
                    break;
                }
                name.push(c);
                k += 1;
            }
            if !name.is_empty() {
                slots.location = Some(format!("{w} {name}"));
                return;
            }
        }
        // "We'll contact ramp": a unit, and no place.
        let called = matches!(back(t, i, 1), "contact" | "call" | "calling" | "with");
        if GROUND_PLACES.contains(&w) && slots.location.is_none() && !called {
            let mut s = i;
            while s > 0 && i - s < 2 && !hidden.iter().any(|h| h.contains(&(s - 1))) {
                let p = word(t, s - 1);
                let joins = !p.is_empty()
                    && !matches!(
                        p,
                        "the"
                            | "at"
                            | "to"
                            | "on"
                            | "in"
                            | "from"
                            | "taxi"
                            | "a"
                            | "request"
                            | "and"
                            | "for"
                            | "of"
                            | "our"
                            | "near"
                            | "we"
                            | "are"
                            | "is"
                            | "i"
                            | "am"
                            | "you"
                            | "where"
                            | "which"
                            | "what"
                    );
                if !joins {
                    break;
                }
                s -= 1;
            }
            if !(w == "area" && word(t, s) != "run" && word(t, s) != "runup") {
                slots.location = Some(text(&t[s..=i]));
            }
        }
        if vacating
            && w == "at"
            && slots.location.is_none()
            && let Some(c) = t.get(i + 1).and_then(Token::letter)
        {
            let digit = t.get(i + 2).filter(|_| !hidden.iter().any(|h| h.contains(&(i + 2)))).and_then(Token::digit);
            slots.location = Some(format!("{c}{}", digit.map_or(String::new(), |d| d.to_string())));
        }
    }
}

fn atis(t: &[Token], taken: &Range<usize>) -> Option<char> {
    for i in 1..t.len() {
        let Some(c) = t[i].letter() else { continue };
        if taken.contains(&i) {
            continue;
        }
        let p = back(t, i, 1);
        let spelt = t.get(i + 1).is_some_and(|x| x.letter().is_some()) && !taken.contains(&(i + 1));
        let lone = !spelt && t[i - 1].letter().is_none() && t.get(i + 1).is_none_or(|x| x.digit().is_none());
        let behind = match word(t, i + 1) {
            "received" | "current" | "copied" => true,
            "is" | "on" => word(t, i + 2) == "board" || word(t, i + 2) == "current" || word(t, i + 3) == "board",
            _ => false,
        };
        let picked = matches!(p, "copied" | "copy" | "current") || p == "up" && back(t, i, 2) == "picked";
        if lone && (behind || picked) {
            return Some(c);
        }
        if matches!(p, "information" | "atis" | "info")
            || matches!(p, "with" | "have" | "got" | "received") && !spelt && !matches!(word(t, i + 1), "in" | "airspace")
        {
            return Some(c);
        }
    }
    None
}

/// Reads every slot that is named by words. `hidden` holds the tokens of the callsign and the station.
pub(crate) fn slots(t: &[Token], caller: Option<&Caller>, hidden: &[Range<usize>], words: &Words, scene: whereabouts::Scene) -> Slots {
    let taken = caller.map_or(0..0, |c| c.range.clone());
    let mut s = Slots::default();
    runways(t, &taken, &mut s);
    let plain = figures::counted::without(t);
    s.altitude_ft = figures::altitudes_beside(&plain, &taken).into_iter().map(|f| f.value).collect();
    s.altitude_ft.truncate(4);
    s.frequency = figures::frequencies_beside(t, &taken).last().map(|f| f.value);
    if let Some(h) = figures::headings(t).into_iter().find(|h| !h.range.clone().any(|k| taken.contains(&k))) {
        if h.value > 360 { s.bad_heading = Some(h.value) } else { s.heading = Some(h.value) }
    }
    s.squawk = figures::squawk(t).map(|f| f.value);
    s.altimeter = figures::altimeter(t).map(|f| f.value);
    s.atis = atis(t, &taken);
    place_and_way(t, &taken, &mut s);
    // A compass word in an airline's name is not a direction.
    if !t.iter().enumerate().any(|(i, x)| compass(x.word()).is_some() && !hidden.iter().any(|h| h.contains(&i))) {
        s.direction = None;
    }
    legs(t, &mut s);
    whereabouts::position(t, hidden, scene, &mut s);
    if words.cue("hold_short") {
        s.position = Some("hold_short".into());
    }
    let vacating = words.cue("off_runway");
    location(t, hidden, &mut s, vacating);
    destination(t, hidden, &mut s, words.cue("about_weather"));
    whereabouts::destination(t, hidden, scene.facility, &mut s);
    for i in 0..t.len() {
        let w = word(t, i);
        if matches!(w, "souls" | "soul" | "people" | "persons" | "pob") || w == "on" && word(t, i + 1) == "board" {
            s.souls = s.souls.or_else(|| count_before(t, i));
        }
        if matches!(w, "minutes" | "minute") && words.cue("of_fuel") {
            // "One hour thirty minutes": the hour is already included.
            let near = (i.saturating_sub(4)..i).any(|k| matches!(word(t, k), "hour" | "hours"));
            let hours = s.fuel_minutes.filter(|m| near && m % 60 == 0).unwrap_or(0);
            s.fuel_minutes = count_before(t, i).map(|m| m.saturating_add(hours));
        }
        if matches!(w, "hour" | "hours") && words.cue("of_fuel") {
            let hours = count_before(t, i).unwrap_or(1).min(100);
            s.fuel_minutes = Some(hours * 60 + s.fuel_minutes.unwrap_or(0));
        }
        if matches!(w, "knots" | "kts") {
            s.speed_kt = count_before(t, i).and_then(|n| u16::try_from(n).ok()).filter(|n| *n <= 999);
        }
        if w == "speed" && s.speed_kt.is_none() {
            let n = figures::run_end(t, i + 1);
            s.speed_kt = figures::digits(t, i + 1..n).parse().ok().filter(|n| (40..=600).contains(n));
        }
    }
    s.souls = s.souls.or_else(|| figures::counted::people(t));
    s.approach = [
        ("ils", "ILS"),
        ("rnav", "RNAV"),
        ("gps", "RNAV"),
        ("rnp", "RNAV"),
        ("localizer", "LOC"),
        ("visual", "visual"),
        ("vor", "VOR"),
        ("ndb", "NDB"),
    ]
    .iter()
    .find(|(w, _)| if *w == "localizer" { localizer_approach(t) } else { words.message().any(|x| x == *w) })
    .map(|(_, n)| (*n).to_owned());
    s.landing = landing(words);
    s.nature = words.saying("nature");
    s.departure = departure(t);
    s.about = words.behind("again").or_else(|| words.behind("to_confirm")).and_then(|i| {
        let end = (i..t.len()).find(|k| hidden.iter().any(|h| h.contains(k))).unwrap_or(t.len()).min(i + 6);
        (i < end).then(|| text(&t[i..end]))
    });
    s
}

/// The approach by the localizer alone. Every ILS has a localizer, and "established on the localizer" names no approach.
fn localizer_approach(t: &[Token]) -> bool {
    let wanted =
        |w: &str| matches!(w, "request" | "requesting" | "want" | "like" | "cleared" | "for" | "fly" | "expect" | "expecting" | "a");
    (0..t.len()).any(|i| word(t, i) == "localizer" && (matches!(word(t, i + 1), "approach" | "only") || wanted(back(t, i, 1))))
}

/// The kind of landing that the pilot wants now. Of several, one that is denied or put off does not count, and the last one replaces the
/// others: "instead of the touch and go we make a full stop", "a touch and go, then a full stop".
fn landing(words: &Words) -> Option<Landing> {
    const DENIES: [&str; 11] = ["no", "not", "negative", "against", "cancel", "scratch", "skip", "forget", "without", "drop", "never"];
    const PUTS_OFF: [&str; 7] = ["then", "next", "after", "later", "maybe", "perhaps", "followed"];
    const BEFORE: usize = 4;
    let kinds = [
        ("stop_and_go", Landing::StopAndGo),
        ("touch_and_go", Landing::TouchAndGo),
        ("the_option", Landing::Option),
        ("low_approach", Landing::LowApproach),
        ("full_stop", Landing::FullStop),
    ];
    let all: Vec<&str> = words.texts();
    let mut found: Vec<(usize, Landing)> = Vec::new();
    for (class, kind) in kinds {
        let at = words.marked(class);
        found.extend((0..at.len()).filter(|i| at[*i]).map(|i| (i, kind)));
    }
    found.sort_by_key(|(at, _)| *at);
    // Words before a kind belong to it, back to the kind before.
    let led = |at: usize, list: &[&str]| {
        let from = found.iter().rev().map(|(a, _)| *a + 1).find(|a| *a <= at).unwrap_or(0).max(at.saturating_sub(BEFORE));
        (from..at).any(|i| list.contains(&all[i]))
    };
    // "Instead of", "rather than".
    let replaced = |at: usize| {
        (at.saturating_sub(BEFORE)..at).any(|i| i > 0 && matches!((all[i - 1], all[i]), ("instead", "of") | ("rather", "than")))
    };
    let wanted: Vec<&(usize, Landing)> = found.iter().filter(|(at, _)| !led(*at, &DENIES) && !replaced(*at)).collect();
    let now = wanted.iter().rev().find(|(at, _)| !led(*at, &PUTS_OFF)).or(wanted.last());
    now.map(|(_, kind)| *kind)
}

/// The name of a fix, beacon or place that starts at a token. Spelt letters are a designator.
pub(super) fn name(t: &[Token], from: usize, hidden: &[Range<usize>]) -> Option<String> {
    let open = |i: usize| i < t.len() && !hidden.iter().any(|h| h.contains(&i));
    let from = (from..from + 3).find(|i| !matches!(word(t, *i), "to" | "the" | "for")).filter(|i| open(*i))?;
    let letters: String = (from..from + 5).take_while(|i| open(*i)).map_while(|i| t[i].letter()).collect();
    if letters.len() >= 2 {
        return Some(letters);
    }
    let ends = |w: &str| STOP.contains(&w) || NO_PLACE.contains(&w) || compass(w).is_some();
    let n = (from..from + 3).take_while(|i| open(*i) && !word(t, *i).is_empty() && !ends(word(t, *i))).count();
    (n > 0 && word(t, from).len() > 2).then(|| text(&t[from..from + n]))
}

/// Words in the position of a name that are not one.
#[rustfmt::skip]
const NO_PLACE: &[&str] = &[
    "when", "able", "if", "final", "runway", "possible", "again", "there", "here", "after", "then", "next", "course", "present", "position", "any", "chance", "get",
    "us", "will", "work", "today", "or", "field", "airport", "fix", "point", "waypoint", "destination", "routing", "somewhere", "that", "this",
    "your", "our", "it", "maybe", "instead", "until", "while", "before", "a", "the", "be", "are", "can", "could", "have", "has", "not", "no",
    "because", "so", "but", "left", "right", "holding", "hold", "now", "cleared", "direct", "me", "him", "them",
    "through", "across", "into", "onto", "around", "between", "toward", "towards", "under", "along", "line", "route", "track", "path",
];

fn departure(t: &[Token]) -> Option<String> {
    for i in 0..t.len() {
        let w = word(t, i);
        let start = usize::from(side(back(t, i, 1)).is_some());
        let end = match (w, word(t, i + 1)) {
            ("closed", "traffic") | ("straight", "out") => i + 2,
            ("crosswind" | "downwind" | "upwind", "departure") => i + 2,
            ("turnout", _) => i + 1,
            (d, "departure") if compass(d).is_some() => i + 2,
            _ => continue,
        };
        return Some(text(&t[i - start..end]));
    }
    None
}
