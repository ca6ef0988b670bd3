//! Ground movement in a readback: runways by role, taxiways, conditions.

use std::ops::Range;

use super::words::Words;
use crate::figures;
use crate::transcript::{Token, tokens};
use crate::units::{Position3, Runway};

/// A runway in the readback, and its role.
#[derive(Debug, Clone)]
pub(super) struct SaidRunway {
    number: String,
    side: Option<Position3>,
    /// The side may belong to a turn: "two two left turn".
    loose: bool,
    pub(super) range: Range<usize>,
    pub(super) role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Hold,
    Cross,
}

impl SaidRunway {
    pub(super) fn is(&self, r: Runway) -> bool {
        self.number.trim_start_matches('0') == r.number.to_string() && (self.side == r.side || self.loose && r.side.is_none())
    }
    /// The words that name the runway, without the side of a following turn.
    pub(super) fn taken(&self, r: Runway) -> Range<usize> {
        let end = if self.loose && r.side.is_none() { self.range.end - 1 } else { self.range.end };
        self.range.start..end
    }
    /// The number is right, and the letter was left out.
    pub(super) fn without_letter(&self, r: Runway) -> bool {
        self.number.trim_start_matches('0') == r.number.to_string() && (self.side.is_none() || self.loose) && r.side.is_some()
    }
}

/// The runway of a hold short or a crossing, in exactly that role.
pub(super) fn role(w: &mut Words, runway: Runway, role: Role) -> Option<bool> {
    let said = runways(w);
    if let Some(hit) = said.iter().find(|s| s.role == role && s.is(runway)) {
        w.mark(hit.taken(runway));
        return Some(true);
    }
    if let Some(other) = said.iter().find(|s| s.role == role && !s.without_letter(runway)) {
        w.mark(other.range.clone());
        return Some(false);
    }
    // "Cross" read back for "hold short", or the reverse, is the most dangerous error.
    let opposite = if role == Role::Hold { Role::Cross } else { Role::Hold };
    if said.iter().any(|s| s.role == opposite && s.is(runway)) {
        return Some(false);
    }
    None
}

/// A hold short of a taxiway or a place: its name after "short", or another taxiway in that position.
pub(super) fn held_short(place: &str, w: &mut Words) -> Option<bool> {
    let at = w.t.iter().position(|x| matches!(x.word(), "short"))?;
    let given = tokens(place);
    let behind: Vec<usize> =
        (at + 1..w.t.len()).filter(|i| !matches!(w.t[*i].word(), "of" | "the" | "taxiway" | "at")).take(given.len()).collect();
    let (first, last) = (*behind.first()?, *behind.last()?);
    let said: Vec<Token> = behind.iter().map(|i| w.t[*i].clone()).collect();
    let same = |a: &Token, b: &Token| match (a, b) {
        (Token::Digit(a, _), Token::Digit(b, _)) => a == b,
        _ => a == b,
    };
    let right = said.len() == given.len() && said.iter().zip(&given).all(|(a, b)| same(a, b));
    // Another word follows that is not a name: the hold short is read back without its place.
    let other = said.first().is_some_and(|x| x.letter().is_some()) || right;
    if right {
        w.mark(first..last + 1);
    }
    other.then_some(right)
}

/// A named holding point, or another one on the same taxiway.
pub(super) fn holding_point(name: &str, w: &mut Words) -> Option<bool> {
    let wanted: Vec<char> = name.chars().collect();
    let sign = |x: &Token| x.letter().or(x.digit());
    for at in 0..w.t.len() {
        let said: Vec<char> = w.t[at..].iter().map_while(sign).take(wanted.len()).collect();
        if said == wanted {
            w.mark(at..at + wanted.len());
            return Some(true);
        }
    }
    // The taxiway's letter with a different digit after it.
    let other = |at: usize| {
        let said: Vec<char> = w.t[at..].iter().map_while(sign).take(wanted.len()).collect();
        said.len() == wanted.len() && said[0] == wanted[0] && said.len() > 1 && said[1].is_ascii_digit() == wanted[1].is_ascii_digit()
    };
    let lead = |at: usize| at == 0 || sign(&w.t[at - 1]).is_none();
    (0..w.t.len()).any(|at| lead(at) && other(at)).then_some(false)
}

/// The runways in the unclaimed words.
pub(super) fn runways(w: &Words) -> Vec<SaidRunway> {
    let mut found = Vec::new();
    for r in w.runs() {
        let number = w.digits(&r);
        if number.len() > 2 || w.scaled(&r) || !(1..=36).contains(&number.parse::<u8>().unwrap_or(0)) {
            // A number that no runway has is still a wrong runway if the pilot calls it one.
            let before = if r.start > 0 { w.t[r.start - 1].word() } else { "" };
            let approach = matches!(before, "ils" | "rnav" | "localizer" | "visual" | "vor" | "rnp" | "gps") && number.len() <= 2;
            let sided = number.len() == 2 && w.t.get(r.end).is_some_and(|x| matches!(x.word(), "left" | "right" | "center"));
            let called = before == "runway" || approach || sided && !matches!(before, "turn" | "degrees");
            if !called || w.scaled(&r) {
                continue;
            }
        }
        let side = w.t.get(r.end).and_then(|x| match x.word() {
            "left" => Some(Position3::Left),
            "right" => Some(Position3::Right),
            "center" | "centre" => Some(Position3::Center),
            _ => None,
        });
        let back = &w.t[r.start.saturating_sub(4)..r.start];
        // "Hold short for crossing traffic" is not a crossing.
        let traffic = |k: usize| back.get(k + 1).is_some_and(|x| x.is("traffic"));
        let near = |words: &[&str]| (0..back.len()).rev().find(|k| words.contains(&back[*k].word()) && !traffic(*k));
        let role = match (near(&["short"]), near(&["cross", "crossing", "across"])) {
            (Some(h), Some(c)) if c > h => Role::Cross,
            (Some(_), _) => Role::Hold,
            (None, Some(_)) => Role::Cross,
            (None, None) => Role::Plain,
        };
        if follows_other(w, &r) {
            continue;
        }
        let loose = side.is_some() && figures::side_at(&w.t, r.end).is_none();
        let end = if side.is_some() { r.end + 1 } else { r.end };
        found.push(SaidRunway { number, side, loose, range: r.start..end, role });
    }
    found
}

/// One or two digits that belong to something else: a speed, a distance, a wind, a sequence number.
fn follows_other(w: &Words, r: &Range<usize>) -> bool {
    let before = if r.start > 0 { w.t[r.start - 1].word() } else { "" };
    let after = w.t.get(r.end).map_or("", Token::word);
    matches!(before, "number" | "wind" | "at" | "speed" | "level" | "squawk")
        || matches!(after, "mile" | "miles" | "knots" | "souls" | "minutes")
}

/// Compares the taxiways in the readback with the route.
pub(super) fn taxi_route(via: &[String], w: &Words) -> Option<bool> {
    // A digit after the letter may be left out, or may start the next number; a different one names another taxiway.
    let same = |s: &String, v: &String| v.starts_with(s.as_str()) || s.starts_with(v.as_str());
    let fits = |said: &[String]| said.iter().zip(via).all(|(s, v)| same(s, v)) && said.len() == via.len();
    if let Some(at) = w.t.iter().position(|x| x.is("via")) {
        // In writing, "A" is a taxiway if the route has it.
        let written = |x: &Token| if x.is("a") && via.iter().any(|v| v == "A") { Token::Letter('A') } else { x.clone() };
        let behind: Vec<Token> = w.t[at + 1..].iter().map(written).collect();
        let said = taxiways(&behind).into_iter().next().filter(|s| !s.is_empty())?;
        return Some(fits(&said));
    }
    // Without "via" a single letter may mean anything. As many letters in a row as the route has are a different route.
    let said = taxiways(&w.t);
    if said.iter().any(|s| fits(s)) {
        return Some(true);
    }
    (via.len() > 1 && said.iter().any(|s| s.len() == via.len())).then_some(false)
}

/// Taxiway names, grouped by sequence.
fn taxiways(t: &[Token]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = vec![Vec::new()];
    for x in t {
        let Some(row) = rows.last_mut() else { break };
        let empty = row.is_empty();
        match (x.letter(), x.digit(), row.last_mut()) {
            (Some(c), ..) => row.push(c.to_string()),
            (None, Some(d), Some(last)) if last.len() == 1 => last.push(d),
            _ if empty || matches!(x.word(), "and" | "then") => {}
            _ => rows.push(Vec::new()),
        }
    }
    rows
}

/// The readback claims a crossing that nobody cleared: "crossing runway one three" for "hold position".
pub(super) fn crosses_unasked(w: &Words) -> bool {
    runways(w).iter().filter(|s| s.role == Role::Cross).any(|s| {
        let Some(at) = w.t[..s.range.start].iter().rposition(|x| x.is("cross") || x.is("crossing") || x.is("across")) else { return false };
        let straight = w.t[at + 1..s.range.start].iter().all(|x| matches!(x.word(), "runway" | "the" | "active"));
        let denied = |x: &Token| matches!(x.word(), "not" | "before" | "without" | "to" | "request" | "ready" | "until" | "for");
        straight && !w.t[at.saturating_sub(2)..at].iter().any(denied)
    })
}

/// A condition is correct if the other aircraft lands if it was to land, departs if it was to depart, and has the type number that was
/// given.
pub(super) fn condition(given: &str, w: &mut Words) -> bool {
    let given = tokens(given);
    let kind = |t: &[Token]| {
        t.iter().find_map(|x| match x.word() {
            "landing" | "arriving" | "arrival" | "final" => Some("landing"),
            "departing" | "departure" | "rolling" => Some("departing"),
            _ => None,
        })
    };
    // A type number has at least three digits; fewer are miles.
    let number =
        |t: &[Token]| (0..t.len()).map(|i| figures::digits(t, i..figures::run_end(t, i))).find(|d| d.len() > 2).unwrap_or_default();
    let from = w.t.iter().position(|x| matches!(x.word(), "behind" | "after" | "once" | "when")).unwrap_or(0);
    let end = |t: &Token| matches!(t.word(), "line" | "lining" | "lineup" | "cross" | "taxi" | "runway" | "via" | "|");
    let to = w.t.iter().skip(from).position(end).map_or(w.t.len(), |n| from + n);
    let said: Vec<Token> = w.t[from..to].to_vec();
    let same = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    let right = same(kind(&given).unwrap_or(""), kind(&said).unwrap_or(""))
        && same(&number(&given), &number(&said))
        && same(maker(&given), maker(&said));
    w.mark(from..to);
    right
}

/// The manufacturer of the other aircraft.
fn maker(t: &[Token]) -> &str {
    const MAKERS: [&str; 14] = [
        "airbus",
        "boeing",
        "embraer",
        "bombardier",
        "fokker",
        "saab",
        "cessna",
        "piper",
        "beech",
        "learjet",
        "gulfstream",
        "cirrus",
        "mooney",
        "diamond",
    ];
    t.iter().map(Token::word).find(|w| MAKERS.contains(w)).unwrap_or("")
}
