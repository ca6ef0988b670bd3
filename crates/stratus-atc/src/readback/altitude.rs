//! The altitudes in a readback by their role: the one being left, the one to expect, the assigned one.

use std::ops::Range;

use super::words::Words;
use crate::figures;
use crate::instruction::Item;
use crate::transcript::{Link, Token};
use crate::units::Region;
use crate::units::level::always_flight;
use crate::units::region::ReadbackWords;

/// After these words an altitude is the aircraft's present one, not part of the readback.
const LEFT: [&str; 6] = ["leaving", "passing", "through", "from", "vacating", "vacated"];
/// After these words it is the height of a cloud.
const OF_SKY: [&str; 7] = ["ceiling", "overcast", "broken", "scattered", "few", "bases", "tops"];
/// After these words it is the target altitude.
#[rustfmt::skip]
const TOLD: [&str; 15] = [
    "to", "for", "climb", "climbing", "descend", "descending", "maintain", "maintaining", "up", "down", "at", "above", "below", "stop", "block",
];

/// An altitude that was said.
struct Height {
    feet: i32,
    range: Range<usize>,
    /// Follows a word that assigns.
    told: bool,
    /// Follows "expect".
    expected: bool,
}

/// What is known of the claimed altitudes.
#[derive(Default)]
pub(super) struct Claimed {
    /// The position of the last one.
    at: Option<usize>,
    /// One of them followed no word that assigns.
    untold: bool,
}

impl Claimed {
    fn note(&mut self, at: usize, told: bool) {
        self.at = Some(self.at.map_or(at, |a| a.max(at)));
        self.untold |= !told;
    }
}

fn is_left(w: &Words, at: usize) -> bool {
    let (i, word) = w.introducer(at);
    LEFT.contains(&word) || OF_SKY.contains(&word) || word == "of" && i >= 2 && w.t[i - 2].is("out")
}

fn is_told(w: &Words, at: usize) -> bool {
    TOLD.contains(&w.introducer(at).1)
}

fn is_expected(w: &Words, at: usize) -> bool {
    const BETWEEN: [&str; 8] = ["climb", "to", "higher", "and", "flight", "level", "altitude", "at"];
    let mut i = at;
    while i > 0 && BETWEEN.contains(&w.before(i)) {
        i -= 1;
    }
    matches!(w.before(i), "expect" | "expecting")
}

/// "One four zero two thousand": the leading digits do not belong to the altitude.
pub(super) fn stand_apart(w: &mut Words) {
    for f in figures::altitudes(&w.t).into_iter().rev() {
        if f.range.start > 0 && w.t[f.range.start - 1].digit().is_some() {
            w.t.insert(f.range.start, Token::Word("|".into()));
        }
    }
}

/// Excludes heights of clouds, and altitudes that are only left or passed: "leaving eight thousand for twelve thousand".
pub(super) fn set_aside(w: &mut Words) {
    for f in figures::altitudes(&w.t) {
        if is_left(w, f.range.start) {
            w.mark(f.range);
        }
    }
    for r in w.runs() {
        if is_left(w, r.start) {
            let pointed = w.t.get(r.end) == Some(&Token::Point);
            let end = if pointed { figures::run_end(&w.t, r.end + 1) } else { r.end };
            w.mark(r.start..end);
        }
    }
}

fn heights(w: &Words) -> Vec<Height> {
    figures::altitudes(&w.t)
        .into_iter()
        .map(|f| Height { feet: f.value, told: is_told(w, f.range.start), expected: is_expected(w, f.range.start), range: f.range })
        .collect()
}

/// Whether the assigned altitude was read back as such.
pub(super) fn assigned(feet: i32, level: bool, w: &mut Words, claimed: &mut Claimed, region: Region) -> Option<bool> {
    let mut same: Vec<Height> = heights(w).into_iter().filter(|h| h.feet == feet && !h.expected).collect();
    same.sort_by_key(|h| !h.told);
    if let Some(h) = same.into_iter().next() {
        let other = other_datum(level, &w.t, &h.range, region);
        claimed.note(h.range.start, h.told);
        w.mark(h.range);
        return Some(!other);
    }
    // "Up to six": thousands without the word "thousand".
    let thousands = (feet % 1000 == 0 && !always_flight(feet) && !level).then(|| (feet / 1000).to_string());
    let goal = |w: &Words, r: &Range<usize>| {
        // "Five till established".
        let until = w.t.get(r.end).is_some_and(|x| matches!(x.word(), "till" | "until"));
        (until || matches!(w.before(r.start), "to" | "for" | "block" | "at")) && !w.measures(r) && !w.scaled(r)
    };
    if let Some(run) = thousands.and_then(|n| w.runs().into_iter().find(|r| w.digits(r) == n && goal(w, r))) {
        claimed.note(run.start, true);
        w.mark(run);
        return Some(true);
    }
    // "Maintaining four five": thousands and hundreds.
    let hundreds = (feet % 1000 != 0 && feet % 100 == 0 && feet < 10_000 && !level).then(|| (feet / 100).to_string());
    let held = |w: &Words, r: &Range<usize>| is_told(w, r.start) && !w.measures(r) && !w.scaled(r);
    if let Some(run) = hundreds.and_then(|n| w.runs().into_iter().find(|r| r.len() == 2 && w.digits(r) == n && held(w, r))) {
        claimed.note(run.start, true);
        w.mark(run);
        return Some(true);
    }
    let bare = (level || always_flight(feet)).then(|| (feet / 100).to_string());
    if let Some(run) = bare.as_ref().and_then(|b| bare_level(b, w)).or_else(|| (!level).then(|| pointed(feet, w)).flatten()) {
        claimed.note(run.start, is_told(w, run.start));
        w.mark(run);
        return Some(true);
    }
    None
}

/// "Two four zero": a level without the words "flight level". In a longer run it counts only if the word before the run introduces it.
fn bare_level(level: &str, w: &Words) -> Option<Range<usize>> {
    let free = |r: &Range<usize>| {
        !w.scaled(r) && !is_expected(w, r.start) && !matches!(w.before(r.start), "heading" | "squawk" | "speed" | "runway")
    };
    let whole: Vec<Range<usize>> = w.runs().into_iter().filter(|r| w.digits(r) == level && free(r)).collect();
    if let Some(r) = whole.iter().find(|r| is_told(w, r.start)).or(whole.first()) {
        return Some(r.clone());
    }
    let opens = |r: &Range<usize>| is_told(w, r.start) || w.before(r.start) == "level";
    let run = w.runs().into_iter().find(|r| r.len() > level.len() && opens(r) && w.digits(r).starts_with(level))?;
    Some(run.start..run.start + level.len())
}

/// "Three point five": thousands and hundreds.
fn pointed(feet: i32, w: &Words) -> Option<Range<usize>> {
    let p = w.t.iter().position(|x| *x == Token::Point)?;
    // A pause begins a new number.
    let mut start = p;
    while start > 0 && w.t[start - 1].digit().is_some() && !(start < p && matches!(w.t[start], Token::Digit(_, Link::First))) {
        start -= 1;
    }
    let end = figures::run_end(&w.t, p + 1);
    let short = p > start && p - start <= 2 && end > p + 1;
    let said = format!("{}.{}", figures::digits(&w.t, start..p), figures::digits(&w.t, p + 1..p + 2));
    (short && feet % 100 == 0 && said == format!("{}.{}", feet / 1000, feet % 1000 / 100)).then_some(start..p + 2)
}

/// The altitude to expect, after "expect" or before its time ("ten thousand in ten").
pub(super) fn expected(feet: i32, w: &mut Words) -> Option<bool> {
    let named = w.has("expect") || w.has("expecting");
    let later = |h: &Height| {
        let behind = &w.t[h.range.end.min(w.t.len())..(h.range.end + 4).min(w.t.len())];
        behind.iter().any(|x| matches!(x.word(), "in" | "after" | "minutes"))
    };
    let hit = heights(w).into_iter().find(|h| h.feet == feet && (h.expected || !named && later(h)));
    if let Some(h) = hit {
        w.mark(h.range);
        return Some(true);
    }
    let level = (feet / 100).to_string();
    // "Three four zero ten minutes after": the level and the time are in the same run.
    let run = w.runs().into_iter().find(|r| always_flight(feet) && w.digits(r).starts_with(&level) && is_expected(w, r.start))?;
    w.mark(run);
    Some(true)
}

/// A different altitude in place of one that was not said.
pub(super) fn another(item: &Item, w: &Words) -> Option<Range<usize>> {
    let expect = matches!(item, Item::ExpectAltitude { .. });
    if let Some(h) = heights(w).into_iter().find(|h| h.expected == expect) {
        return Some(h.range);
    }
    let own = |r: &Range<usize>| w.named(r).is_none_or(|of| of(item));
    let shaped = |r: &Range<usize>| (3..6).contains(&r.len()) && !w.scaled(r) && own(r) && is_expected(w, r.start) == expect;
    w.runs().into_iter().find(shaped)
}

/// A second target altitude beside the assigned one: it follows a word that assigns, or nothing says which of the two is the target. Before
/// the assigned one ("six thousand for four thousand") it is the altitude being left.
pub(super) fn one_too_many(level: bool, claimed: &Claimed, w: &Words) -> bool {
    let Some(at) = claimed.at else { return false };
    let goal = |start: usize, told: bool| told || claimed.untold || start > at;
    let high = heights(w).iter().any(|h| !h.expected && goal(h.range.start, h.told));
    // A bare figure is a level only after a word that says so.
    let bare = |r: &Range<usize>| {
        let close =
            matches!(w.before(r.start), "to" | "for" | "climb" | "climbing" | "descend" | "descending" | "maintain" | "maintaining");
        r.len() == 3 && close && !w.scaled(r) && w.digits(r).parse().is_ok_and(|n: u16| n.is_multiple_of(10))
    };
    high || level && w.runs().iter().any(bare)
}

/// A flight level read back as an altitude, or the reverse: a different height, since the pressure setting differs. In the United States
/// only the second is an error, because above 18,000 feet all altitudes are flight levels (AIM 4-2-9).
fn other_datum(level: bool, t: &[Token], at: &Range<usize>, region: Region) -> bool {
    let around = &t[at.start.saturating_sub(2)..(at.end + 1).min(t.len())];
    let has = |w: &str| around.iter().any(|x| x.is(w));
    let said_level = has("level") || has("fl");
    if level {
        region.readback_words == ReadbackWords::Datum && !said_level && (has("feet") || has("altitude") || has("thousand"))
    } else {
        said_level && has("flight")
    }
}
