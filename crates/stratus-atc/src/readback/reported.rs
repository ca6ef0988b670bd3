//! Figures with which the pilot reports the aircraft's state beside the readback: "leaving two three zero", "level at four thousand five
//! hundred", "we are at two fifty now". They are no readback of anything.
//!
//! The words around a figure, its unit and the aircraft's own state decide. A figure that the open items explain is never a report.

use std::ops::Range;

use super::ReadbackItem;
use super::words::Words;
use crate::figures;
use crate::instruction::Item;
use crate::situation::Situation;
use crate::transcript::Token;

/// How far a report may be from the aircraft's state: feet, knots, degrees.
const FEET: f64 = 300.0;
const KNOTS: f64 = 15.0;
const DEGREES: f64 = 10.0;

/// The aircraft's own state, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Deserialize)]
#[serde(default)]
pub struct Own {
    /// Altitude, feet.
    pub altitude_ft: Option<f64>,
    /// Indicated airspeed, knots.
    pub speed_kt: Option<f64>,
    /// Magnetic heading, degrees.
    pub heading: Option<f64>,
}

impl Own {
    /// The state in a situation.
    pub fn of(s: &Situation) -> Self {
        Self { altitude_ft: s.altitude_ft.map(f64::from), speed_kt: s.ias_kt, heading: s.heading_mag }
    }

    /// Whether the aircraft is there; `None` if that is not known.
    fn has(&self, q: Quantity) -> Option<bool> {
        match q {
            Quantity::Feet(f) => self.altitude_ft.map(|a| (a - f64::from(f)).abs() <= FEET),
            Quantity::Knots(k) => self.speed_kt.map(|s| (s - f64::from(k)).abs() <= KNOTS),
            Quantity::Degrees(d) => self.heading.map(|h| {
                let off = (h - f64::from(d)).rem_euclid(360.0);
                off.min(360.0 - off) <= DEGREES
            }),
            Quantity::Bare(_) => None,
        }
    }

    /// Whether a bare figure is one of the values of this state.
    fn explains(&self, q: Quantity) -> bool {
        let Quantity::Bare(n) = q else { return self.has(q) == Some(true) };
        let level = (30..=600).contains(&n).then(|| Quantity::Feet(n * 100));
        let knots = (50..=500).contains(&n).then_some(Quantity::Knots(n));
        let degrees = (1..=360).contains(&n).then_some(Quantity::Degrees(n));
        [level, knots, degrees].into_iter().flatten().any(|q| self.has(q) == Some(true))
    }
}

/// A figure and what its words and its unit make of it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Quantity {
    Feet(i32),
    Knots(i32),
    Degrees(i32),
    /// Nothing but digits.
    Bare(i32),
}

impl Quantity {
    /// An item assigns a value of this kind.
    fn is_assigned(self, items: &[Item]) -> bool {
        items.iter().any(|i| match self {
            Quantity::Feet(_) => matches!(i, Item::Altitude { .. } | Item::ExpectAltitude { .. }),
            Quantity::Knots(_) => matches!(i, Item::Speed(_)),
            Quantity::Degrees(_) => matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. }),
            Quantity::Bare(_) => false,
        })
    }

    fn is_of(self, item: ReadbackItem) -> bool {
        match self {
            Quantity::Feet(_) => item == ReadbackItem::Altitude,
            Quantity::Knots(_) => item == ReadbackItem::Speed,
            Quantity::Degrees(_) => item == ReadbackItem::Heading,
            Quantity::Bare(_) => false,
        }
    }
}

/// Words that lead to what was assigned.
#[rustfmt::skip]
const GOALS: [&str; 22] = [
    "to", "for", "climb", "climbing", "descend", "descending", "maintain", "maintaining", "up", "down", "stop", "block", "above", "below",
    "reduce", "reducing", "increase", "slowing", "turn", "turning", "cleared", "fly",
];
/// Words that may stand between such a word and its figure.
#[rustfmt::skip]
const BETWEEN: [&str; 14] =
    ["at", "level", "flight", "altitude", "heading", "speed", "about", "a", "the", "is", "on", "our", "just", "showing"];

/// A figure in the words that nothing has claimed.
struct Figure {
    quantity: Quantity,
    range: Range<usize>,
}

fn figures_in(w: &Words) -> Vec<Figure> {
    // The finder may take the word in front of "level" with the figure.
    let trimmed =
        |r: Range<usize>| if r.len() > 2 && w.t[r.start + 1].is("level") && !w.t[r.start].is("flight") { r.start + 1..r.end } else { r };
    let altitudes = figures::altitudes(&w.t).into_iter().map(|f| Figure { quantity: Quantity::Feet(f.value), range: trimmed(f.range) });
    let headings = figures::headings(&w.t).into_iter().filter(|f| w.t[f.range.start].is("heading"));
    let headings = headings.map(|f| Figure { quantity: Quantity::Degrees(i32::from(f.value)), range: f.range });
    let mut found: Vec<Figure> = altitudes.chain(headings).collect();
    for r in w.runs() {
        if found.iter().any(|f| f.range.start < r.end && r.start < f.range.end) {
            continue;
        }
        let n: Option<i32> = w.digits(&r).parse().ok();
        let tenths = (w.t.get(r.end) == Some(&Token::Point)).then(|| figures::run_end(&w.t, r.end + 1));
        match (n, tenths) {
            // "Niner point five": thousands and hundreds of feet.
            (Some(n @ 1..=17), Some(end)) if end == r.end + 2 && r.len() <= 2 => {
                let hundreds = w.t[r.end + 1].digit().and_then(|d| d.to_digit(10)).and_then(|d| i32::try_from(d).ok()).unwrap_or(0);
                found.push(Figure { quantity: Quantity::Feet(n * 1000 + hundreds * 100), range: r.start..end });
            }
            (Some(n), None) if !w.scaled(&r) => {
                let knots = w.of_speed(r.end) || w.before(r.start) == "speed";
                let end = if knots && w.t.get(r.end).is_some_and(|x| x.is("knots")) { r.end + 1 } else { r.end };
                found.push(Figure { quantity: if knots { Quantity::Knots(n) } else { Quantity::Bare(n) }, range: r.start..end });
            }
            // "Two hundred knots".
            (Some(n @ 1..=4), None)
                if w.t.get(r.end).is_some_and(|x| x.is("hundred")) && w.t.get(r.end + 1).is_some_and(|x| x.is("knots")) =>
            {
                found.push(Figure { quantity: Quantity::Knots(n * 100), range: r.start..r.end + 2 });
            }
            _ => {}
        }
    }
    found.sort_by_key(|f| f.range.start);
    found
}

/// The word that introduces a figure, and its position.
fn led_by(w: &Words, at: usize) -> (usize, &str) {
    let mut i = at;
    while i > 0 && BETWEEN.contains(&w.before(i)) {
        i -= 1;
    }
    (i, w.before(i))
}

/// After these words a figure is a value of the instruction's kind, never a report.
#[rustfmt::skip]
const NAMES: [&str; 15] = [
    "squawk", "squawking", "code", "transponder", "qnh", "qfe", "altimeter", "runway", "short", "inbound", "course", "number", "frequency",
    "further", "via",
];
/// Words that ask for what follows them.
const ASKS: [&str; 9] = ["request", "requesting", "like", "want", "prefer", "get", "have", "do", "about"];

/// The words say that the figure is of this moment: "currently at", "out of heading", "two fifty now". `there`: the aircraft is at the value.
fn of_now(w: &Words, f: &Figure, there: bool) -> bool {
    let (i, lead) = led_by(w, f.range.start);
    let within = |words: &[&str]| words.contains(&lead) || (i..f.range.start).any(|k| words.contains(&w.t[k].word()));
    let left = matches!(lead, "leaving" | "passing" | "through" | "from") || lead == "of" && i >= 2 && w.t[i - 2].is("out");
    let behind = matches!(w.t.get(f.range.end).map_or("", Token::word), "now" | "still" | "currently" | "presently");
    left || within(&["currently", "presently", "present"]) || there && (within(&["now", "still"]) || behind && !GOALS.contains(&lead))
}

/// The words ask for the figure: "request nine thousand five hundred", "can we get two fifty".
fn is_asked(w: &Words, f: &Figure) -> bool {
    let may_be = match f.quantity {
        Quantity::Bare(n) => f.range.len() == 3 && n % 10 == 0,
        _ => true,
    };
    let between =
        |x: &Token| BETWEEN.contains(&x.word()) || GOALS.contains(&x.word()) || matches!(x.word(), "maybe" | "increasing" | "slow");
    let lead = w.t[..f.range.start].iter().rev().find(|x| !between(x)).map_or("", Token::word);
    may_be && ASKS.contains(&lead)
}

/// The words say where the aircraft is: "level at", "we are at".
fn of_state(w: &Words, f: &Figure) -> bool {
    let (i, lead) = led_by(w, f.range.start);
    let within = |word: &str| (i..f.range.start).any(|k| w.t[k].is(word));
    let level = within("level") && !within("flight") || lead == "level" || f.is_levelled(w);
    let flown = matches!(f.quantity, Quantity::Bare(_)) && w.before(f.range.start) == "on" && f.range.len() == 3;
    level || flown || matches!(lead, "are" | "am" | "with") || within("is") && within("at") || within("showing")
}

impl Figure {
    /// "Level four thousand five hundred": the finder of altitudes takes the word with the figure.
    fn is_levelled(&self, w: &Words) -> bool {
        let lead = w.t.get(self.range.start).map_or("", Token::word);
        lead == "level" && matches!(self.quantity, Quantity::Feet(_)) && w.before(self.range.start) != "flight"
    }
}

/// Whether the figure is the value of an item.
fn is_of(items: &[Item], w: &Words, f: &Figure) -> bool {
    let said = w.digits(&f.range);
    items.iter().any(|i| match (i, f.quantity) {
        (Item::Altitude { feet, .. } | Item::ExpectAltitude { feet, .. }, Quantity::Feet(n)) => *feet == n,
        (Item::Altitude { feet, .. } | Item::ExpectAltitude { feet, .. }, Quantity::Bare(n)) => {
            [n.saturating_mul(100), n.saturating_mul(1000)].contains(feet)
        }
        (Item::Speed(kt), Quantity::Knots(n) | Quantity::Bare(n)) => i32::from(*kt) == n,
        (Item::Heading { degrees, .. }, Quantity::Degrees(n) | Quantity::Bare(n)) => i32::from(*degrees) == n,
        _ => false,
    }) || matches!(f.quantity, Quantity::Bare(_)) && super::run_together::figures_of(items).contains(&said)
}

/// Takes out the reports, before the items claim their words.
pub(super) fn set_aside(items: &[Item], own: &Own, w: &mut Words) {
    let assigns_level = items.iter().any(|i| matches!(i, Item::Altitude { .. } | Item::ExpectAltitude { .. }));
    let all = figures_in(w);
    for (n, f) in all.iter().enumerate() {
        let named = NAMES.contains(&w.before(f.range.start)) || NAMES.contains(&led_by(w, f.range.start).1);
        if named || is_of(items, w, f) || w.t[f.range.clone()].iter().any(|x| x.is("|")) {
            continue;
        }
        let goal = GOALS.contains(&led_by(w, f.range.start).1);
        let state = of_state(w, f)
            && match (f.quantity, own.has(f.quantity)) {
                (_, Some(there)) => there,
                (Quantity::Feet(_), None) => !assigns_level,
                _ => own.explains(f.quantity),
            };
        // "Seven for five", "two three zero down to one three thousand".
        let left =
            assigns_level && !goal && all.get(n + 1).is_some_and(|next| leads_on(w, f, next) && is_of(items, w, next) && as_level(f));
        if !goal && (of_now(w, f, own.explains(f.quantity) && !f.quantity.is_assigned(items)) || state) || left || is_asked(w, f) {
            w.mark(f.range.clone());
        }
    }
}

/// Nothing but "for" or "down to" stands between the two figures.
fn leads_on(w: &Words, f: &Figure, next: &Figure) -> bool {
    let between = &w.t[f.range.end.min(next.range.start)..next.range.start];
    let way = |x: &Token| matches!(x.word(), "for" | "to" | "down" | "up" | "climbing" | "descending" | "flight" | "level" | "altitude");
    !between.is_empty() && between.iter().all(way) && !between[0].is("level")
}

/// The figure may be an altitude.
fn as_level(f: &Figure) -> bool {
    match f.quantity {
        Quantity::Feet(_) => true,
        Quantity::Bare(n) => (1..=17).contains(&n) || (20..=600).contains(&n) && n % 5 == 0,
        _ => false,
    }
}

/// Takes out the reports that are left once the items have claimed their words. `open`: the items that have not.
pub(super) fn left_over(open: &[ReadbackItem], own: &Own, w: &mut Words) {
    for f in figures_in(w) {
        if open.iter().any(|i| f.quantity.is_of(*i)) || matches!(f.quantity, Quantity::Bare(_)) && !open.is_empty() {
            continue;
        }
        let lead = led_by(w, f.range.start).1;
        let goal = GOALS.contains(&lead) && !matches!(lead, "maintain" | "maintaining");
        let named = NAMES.contains(&w.before(f.range.start)) || NAMES.contains(&lead);
        let bare = matches!(f.quantity, Quantity::Bare(_));
        let there = own.explains(f.quantity) && (!bare || of_state(w, &f));
        if !goal && !named && (there || !bare && of_state(w, &f) && own.has(f.quantity).is_none()) {
            w.mark(f.range);
        }
    }
}
