//! Which of the pilot's words answer which item.

use std::ops::Range;

use super::caller::Caller;
use super::{Check, ReadbackItem, Verdict, need, pressure_digits};
use crate::atc::figures;
use crate::atc::instruction::{Climb, Item, Landing};
use crate::atc::spoken;
use crate::atc::transcript::{Token, tokens};
use crate::units::{Position3, Region, Runway, Side};

/// The words that are still unclaimed: claimed ones become a mark that joins nothing.
struct Words {
    t: Vec<Token>,
}

impl Words {
    fn mark(&mut self, range: Range<usize>) {
        for x in self.t.get_mut(range).into_iter().flatten() {
            *x = Token::Word("|".into());
        }
    }
    fn has(&self, w: &str) -> bool {
        self.t.iter().any(|x| x.is(w))
    }
    /// Runs of unclaimed digits, whole.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut i = 0;
        while i < self.t.len() {
            let end = figures::run_end(&self.t, i);
            if end > i {
                runs.push(i..end);
            }
            i = end.max(i + 1);
        }
        runs
    }
    fn digits(&self, r: &Range<usize>) -> String {
        figures::digits(&self.t, r.clone())
    }
    /// The run of digits that is exactly one of these.
    fn run_of(&self, wanted: &[String]) -> Option<Range<usize>> {
        self.runs().into_iter().find(|r| wanted.contains(&self.digits(r)) && !self.scaled(r))
    }
    /// As [`Words::run_of`], but not where the word in front says that it is something else's.
    fn run_named(&self, wanted: &str, others: &[&str]) -> Option<Range<usize>> {
        let foreign = |r: &Range<usize>| r.start > 0 && others.contains(&self.t[r.start - 1].word());
        self.runs().into_iter().find(|r| self.digits(r) == wanted && !self.scaled(r) && !foreign(r))
    }
    /// "two thousand": the digits are not the whole number.
    fn scaled(&self, r: &Range<usize>) -> bool {
        self.t.get(r.end).is_some_and(|x| x.is("thousand") || x.is("hundred") || *x == Token::Point)
            || r.start > 0 && self.t[r.start - 1] == Token::Point
    }
}

/// A runway that was said, and in which role.
#[derive(Debug, Clone)]
struct SaidRunway {
    number: String,
    side: Option<Position3>,
    range: Range<usize>,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Plain,
    Hold,
    Cross,
}

impl SaidRunway {
    fn is(&self, r: Runway) -> bool {
        self.number.trim_start_matches('0') == r.number.to_string() && self.side == r.side
    }
    /// The number is right and its letter was not said.
    fn without_letter(&self, r: Runway) -> bool {
        self.number.trim_start_matches('0') == r.number.to_string() && self.side.is_none() && r.side.is_some()
    }
}

/// Weighs a readback with the callsign at `callsign`.
pub(super) fn weigh(items: &[Item], said: &[Token], callsign: Range<usize>, caller: Caller, region: Region) -> Check {
    let mut w = Words { t: said.to_vec() };
    w.mark(callsign);
    let (mut wrong, mut missing) = (Vec::new(), Vec::new());
    match caller {
        Caller::Right => {}
        Caller::Missing => missing.push(ReadbackItem::Callsign),
        Caller::Wrong => wrong.push(ReadbackItem::Callsign),
    }
    // Values that say by themselves what they are come first; what is left over is judged after.
    let mut open: Vec<(&Item, ReadbackItem, bool)> = Vec::new();
    let mut wanted: Vec<(&Item, ReadbackItem, bool)> =
        items.iter().filter_map(|i| need(i, items, region).map(|(n, m)| (i, n, m))).collect();
    wanted.sort_by_key(|(i, ..)| order(i));
    for (item, name, mandatory) in wanted {
        match exact(item, &mut w, region) {
            Some(true) => {}
            Some(false) => wrong.push(name),
            None => open.push((item, name, mandatory)),
        }
    }
    for (item, name, mandatory) in open {
        if conflicting(item, &mut w) {
            wrong.push(name);
        } else if mandatory {
            missing.push(name);
        }
    }
    verbs(items, said, &mut wrong);
    wrong.extend(turns(items, &w));
    wrong.extend(bounds(items, &Words { t: said.to_vec() }));
    if let Some(Item::ClearedTo { procedure: Some(p), .. }) = items.iter().find(|i| matches!(i, Item::ClearedTo { .. })) {
        let p = spoken::departure(p);
        let first = p.split_whitespace().next().unwrap_or("").to_lowercase();
        if other_procedure(&tokens(&p), said) {
            wrong.push(ReadbackItem::DepartureProcedure);
        } else if region == Region::Icao && !said.iter().any(|x| x.is(&first) || x.is("departure")) {
            missing.push(ReadbackItem::DepartureProcedure);
        }
    }
    wrong.sort_unstable();
    wrong.dedup();
    missing.retain(|m| !wrong.contains(m));
    missing.dedup();
    let verdict = if !wrong.is_empty() {
        Verdict::Incorrect
    } else if !missing.is_empty() {
        Verdict::Incomplete
    } else {
        Verdict::Correct
    };
    Check { verdict, wrong, missing }
}

/// The departure that was said is another one: the same name with another number or letter ("one bravo" for "1A"), or
/// another name in front of the word.
fn other_procedure(given: &[Token], said: &[Token]) -> bool {
    let sign = |t: &Token| t.digit().or(t.letter());
    let Some(name) = given.iter().find(|t| !t.word().is_empty()) else { return false };
    let designator: String = given.iter().filter_map(sign).collect();
    let at = said.iter().position(|t| t.is(name.word()));
    let told: String = match (at, said.iter().position(|t| t.is("departure"))) {
        (Some(at), _) => said[at + 1..].iter().map_while(sign).collect(),
        (None, Some(end)) => {
            let back: String = said[..end].iter().rev().map_while(sign).collect();
            back.chars().rev().collect()
        }
        (None, None) => return false,
    };
    !designator.is_empty() && !told.is_empty() && !told.starts_with(&designator)
}

/// The order of claiming: what has the most telling shape first.
fn order(item: &Item) -> u8 {
    match item {
        Item::HoldShort { .. } | Item::Cross { .. } => 0,
        Item::Altitude { .. } => 1,
        Item::Contact { .. } | Item::Monitor { .. } => 2,
        Item::Squawk(_) => 3,
        Item::Pressure(_) => 4,
        Item::Speed(_) => 5,
        Item::Heading { .. } => 6,
        Item::Runway(_) => 7,
        _ => 8,
    }
}

/// `Some(true)`: the very value was said. `Some(false)`: another one in its place. `None`: neither is certain.
fn exact(item: &Item, w: &mut Words, region: Region) -> Option<bool> {
    match item {
        Item::HoldShort { runway, .. } => role(w, *runway, Role::Hold),
        Item::Cross { runway, .. } => role(w, *runway, Role::Cross),
        Item::Runway(r) => {
            let said = runways(w);
            if let Some(hit) = said.iter().find(|s| s.role == Role::Plain && s.is(*r)) {
                w.mark(hit.range.clone());
                return Some(true);
            }
            let other = said.iter().find(|s| s.role == Role::Plain && !s.without_letter(*r))?;
            w.mark(other.range.clone());
            Some(false)
        }
        Item::Altitude { feet, level, .. } => {
            let found = figures::altitudes(&w.t);
            if let Some(f) = found.iter().find(|f| f.value == *feet) {
                let other = other_datum(*level, &w.t, &f.range, region);
                w.mark(f.range.clone());
                return Some(!other);
            }
            if let Some(f) = found.first() {
                w.mark(f.range.clone());
                return Some(false);
            }
            let bare = if *level || *feet >= 18_000 { vec![(feet / 100).to_string()] } else { Vec::new() };
            if let Some(run) = w.run_of(&bare) {
                w.mark(run);
                return Some(true);
            }
            // "three point five": thousands and hundreds.
            if let Some(p) = (!level).then(|| w.t.iter().position(|x| *x == Token::Point)).flatten() {
                let start = (0..p).rev().take_while(|i| w.t[*i].digit().is_some()).last().unwrap_or(p);
                let end = figures::run_end(&w.t, p + 1);
                let short = p > start && p - start <= 2 && end > p + 1;
                let said = format!("{}.{}", figures::digits(&w.t, start..p), figures::digits(&w.t, p + 1..p + 2));
                if short && *feet % 100 == 0 && said == format!("{}.{}", feet / 1000, feet % 1000 / 100) {
                    w.mark(start..p + 2);
                    return Some(true);
                }
            }
            // "maintain three five zero one three five point one": the level's figures come first in a longer run.
            let level = bare.first()?;
            let run = w.runs().into_iter().find(|r| {
                let opens = r.start > 0
                    && matches!(
                        w.t[r.start - 1].word(),
                        "maintain" | "climb" | "descend" | "level" | "to" | "climbing" | "descending" | "expect"
                    );
                opens && r.len() > level.len() && w.digits(r).starts_with(level.as_str())
            })?;
            w.mark(run.start..run.start + level.len());
            Some(true)
        }
        Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. } => {
            if let Some(hit) = figures::frequencies(&w.t).into_iter().find(|s| s.value.same_channel(*f)) {
                w.mark(hit.range);
                return Some(true);
            }
            let digits: String = f.to_string().chars().filter(char::is_ascii_digit).collect();
            let short = digits.trim_end_matches('0').to_owned();
            let forms = [digits.clone(), short.clone(), digits.get(1..).unwrap_or("").to_owned(), short.get(1..).unwrap_or("").to_owned()];
            if let Some(run) = w.run_of(&forms) {
                w.mark(run);
                return Some(true);
            }
            // "point niner": the figures behind the point, where the rest is understood.
            let tail = f.to_string().split_once('.').map(|(_, t)| t.to_owned()).unwrap_or_default();
            if let Some(p) = w.t.iter().position(|x| *x == Token::Point) {
                let end = figures::run_end(&w.t, p + 1);
                let bare = p == 0 || w.t[p - 1].digit().is_none();
                let right = bare && figures::digits(&w.t, p + 1..end) == tail && region == Region::Faa;
                let start = (0..p).rev().take_while(|i| w.t[*i].digit().is_some()).last().unwrap_or(p);
                w.mark(start..end);
                return Some(right);
            }
            None
        }
        Item::Squawk(code) => {
            let run = w.run_of(&[code.to_string()])?;
            w.mark(run);
            Some(true)
        }
        Item::Pressure(p) => {
            let digits = pressure_digits(*p);
            if let Some(run) = w.run_of(&[digits.clone(), digits.get(1..).filter(|d| d.len() == 3).unwrap_or("").to_owned()]) {
                w.mark(run);
                return Some(true);
            }
            if let Some(a) = figures::altimeter(&w.t) {
                let right = a.value.chars().filter(char::is_ascii_digit).collect::<String>() == digits;
                w.mark(a.range);
                return Some(right);
            }
            None
        }
        Item::Speed(kt) => {
            let run = w.run_named(&kt.to_string(), &["heading", "level", "squawk"])?;
            w.mark(run);
            Some(true)
        }
        Item::Heading { degrees, .. } => {
            if let Some(run) = w.run_named(&format!("{degrees:03}"), &["speed", "level", "squawk"]) {
                w.mark(run);
                return Some(true);
            }
            let h = figures::headings(&w.t).into_iter().next()?;
            w.mark(h.range);
            Some(false)
        }
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => taxi_route(via, w),
        Item::ClearedTo { limit, .. } => {
            let said = crate::atc::transcript::text(&w.t);
            limit.split_whitespace().next().is_some_and(|l| said.contains(&l.to_lowercase())).then_some(true)
        }
        Item::Condition(words) => (w.has("behind") || w.has("after")).then(|| condition(words, w)),
        Item::Approach { kind, .. } => {
            let kind = kind.to_lowercase();
            let (name, letter) = kind.rsplit_once(' ').filter(|(_, l)| l.len() == 1).unwrap_or((&kind, ""));
            let name = match name {
                "loc" | "loc bc" => "localizer",
                other => other.split('/').next().unwrap_or(other),
            };
            if let Some(at) = w.t.iter().position(|t| t.is(name)) {
                // The letter may be left out, but not be another one.
                let said = w.t.get(at + 1).and_then(Token::letter);
                return Some(letter.is_empty() || said.is_none_or(|l| letter.eq_ignore_ascii_case(&l.to_string())));
            }
            ["ils", "rnav", "visual", "vor", "gps", "localizer"]
                .iter()
                .any(|k| w.has(k))
                .then_some(kind == "approach")
                .or(w.has("approach").then_some(true))
        }
        Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_) => {
            let said = verb_of(&w.t)?;
            Some(Some(said) == verb(item))
        }
        Item::Enter(side, _) | Item::ClosedTraffic(side) => w.has(side.word()).then_some(true),
        _ => Some(true),
    }
}

/// A flight level read back as an altitude, or an altitude as a flight level: other heights, on another pressure setting.
/// In the United States only the second is counted: above 18,000 feet everybody means levels (AIM 4-2-9).
fn other_datum(level: bool, t: &[Token], at: &Range<usize>, region: Region) -> bool {
    let around = &t[at.start.saturating_sub(2)..(at.end + 1).min(t.len())];
    let has = |w: &str| around.iter().any(|x| x.is(w));
    let said_level = has("level") || has("fl");
    if level { region == Region::Icao && !said_level && (has("feet") || has("altitude")) } else { said_level && has("flight") }
}

/// A condition is the right one if whatever is waited for lands where it is to land, departs where it is to depart, and is of the
/// type that was told, by its number.
fn condition(given: &str, w: &mut Words) -> bool {
    let given = tokens(given);
    let kind = |t: &[Token]| {
        t.iter().find_map(|x| match x.word() {
            "landing" | "arriving" | "arrival" | "final" => Some("landing"),
            "departing" | "departure" | "rolling" => Some("departing"),
            _ => None,
        })
    };
    let number = |t: &[Token]| t.iter().filter_map(Token::digit).collect::<String>();
    let from = w.t.iter().position(|x| x.is("behind") || x.is("after")).unwrap_or(0);
    let end = |t: &Token| matches!(t.word(), "line" | "lining" | "lineup" | "cross" | "taxi" | "runway" | "via" | "|");
    let to = w.t.iter().skip(from).position(end).map_or(w.t.len(), |n| from + n);
    let said: Vec<Token> = w.t[from..to].to_vec();
    let same = |a: &str, b: &str| a.is_empty() || b.is_empty() || a == b;
    let right = same(kind(&given).unwrap_or(""), kind(&said).unwrap_or("")) && same(&number(&given), &number(&said));
    w.mark(from..to);
    right
}

/// The runway of a hold short or a crossing, in that role and no other.
fn role(w: &mut Words, runway: Runway, role: Role) -> Option<bool> {
    let said = runways(w);
    if let Some(hit) = said.iter().find(|s| s.role == role && s.is(runway)) {
        w.mark(hit.range.clone());
        return Some(true);
    }
    if let Some(other) = said.iter().find(|s| s.role == role && !s.without_letter(runway)) {
        w.mark(other.range.clone());
        return Some(false);
    }
    // "Cross" read back for "hold short", or the other way round: the worst of all.
    let opposite = if role == Role::Hold { Role::Cross } else { Role::Hold };
    if said.iter().any(|s| s.role == opposite && s.is(runway)) {
        return Some(false);
    }
    None
}

/// The runways among the unclaimed words.
fn runways(w: &Words) -> Vec<SaidRunway> {
    let mut found = Vec::new();
    for r in w.runs() {
        let number = w.digits(&r);
        if number.len() > 2 || w.scaled(&r) || !(1..=36).contains(&number.parse::<u8>().unwrap_or(0)) {
            // A number that no runway has is still a wrong runway when it is called one.
            let before = if r.start > 0 { w.t[r.start - 1].word() } else { "" };
            let approach = matches!(before, "ils" | "rnav" | "localizer" | "visual" | "vor" | "rnp" | "gps") && number.len() <= 2;
            let called = before == "runway" || approach;
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
        let near = |words: &[&str]| back.iter().rposition(|x| words.contains(&x.word()));
        let role = match (near(&["short"]), near(&["cross", "crossing"])) {
            (Some(h), Some(c)) if c > h => Role::Cross,
            (Some(_), _) => Role::Hold,
            (None, Some(_)) => Role::Cross,
            (None, None) => Role::Plain,
        };
        if follows_other(w, &r) {
            continue;
        }
        let end = if side.is_some() { r.end + 1 } else { r.end };
        found.push(SaidRunway { number, side, range: r.start..end, role });
    }
    found
}

/// One or two digits that belong to something else: a speed, a mile, a wind, a sequence number.
fn follows_other(w: &Words, r: &Range<usize>) -> bool {
    let before = if r.start > 0 { w.t[r.start - 1].word() } else { "" };
    let after = w.t.get(r.end).map_or("", Token::word);
    matches!(before, "number" | "wind" | "at" | "speed" | "level" | "squawk")
        || matches!(after, "mile" | "miles" | "knots" | "souls" | "minutes")
}

/// Letters after "via" (or standing alone) against the route.
fn taxi_route(via: &[String], w: &Words) -> Option<bool> {
    let at = w.t.iter().position(|x| x.is("via"));
    let mut said: Vec<String> = Vec::new();
    for x in &w.t[at.map_or(0, |i| i + 1)..] {
        if let Some(c) = x.letter() {
            said.push(c.to_string());
        } else if let (Some(d), true, Some(last)) = (x.digit(), at.is_some(), said.last_mut().filter(|l| l.len() == 1)) {
            last.push(d);
        } else if at.is_some() && !said.is_empty() && !x.is("and") {
            break;
        }
    }
    if said.is_empty() {
        return None;
    }
    let right = said.iter().zip(via).all(|(s, v)| s.chars().next() == v.chars().next()) && said.len() == via.len();
    if right || at.is_some() { Some(right) } else { None }
}

/// An item that was not said: do leftover words have its shape?
fn conflicting(item: &Item, w: &mut Words) -> bool {
    let leftover = |w: &Words, len: Range<usize>| w.runs().into_iter().find(|r| len.contains(&r.len()) && !w.scaled(r));
    let hit = match item {
        Item::Squawk(_) => leftover(w, 4..5).or_else(|| w.has("squawk").then(|| leftover(w, 1..8)).flatten()),
        Item::Pressure(_) => leftover(w, 4..5),
        // Without its first figure too: "twenty one nine".
        Item::Contact { frequency: Some(_), .. } | Item::Monitor { frequency: Some(_), .. } => leftover(w, 4..7).or_else(|| {
            let short = |r: &Range<usize>| w.digits(r).get(..2).and_then(|d| d.parse().ok()).is_some_and(|d: u8| (18..=36).contains(&d));
            leftover(w, 3..4).filter(short)
        }),
        Item::Heading { .. } => leftover(w, 3..4),
        Item::Speed(_) => {
            w.has("speed").then(|| leftover(w, 2..4)).flatten().or_else(|| w.has("knots").then(|| leftover(w, 2..4)).flatten())
        }
        Item::Altitude { .. } => leftover(w, 3..6),
        // More digits than a runway has, where the runway should be.
        Item::Runway(_) => leftover(w, 3..4).filter(|r| r.start > 0 && w.t[r.start - 1].is("runway")),
        _ => None,
    };
    if let Some(r) = hit {
        w.mark(r);
        return true;
    }
    false
}

/// The thing that a clearance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    LineUp,
    Takeoff,
    Land(Landing),
}

fn verb(item: &Item) -> Option<Verb> {
    match item {
        Item::LineUpAndWait => Some(Verb::LineUp),
        Item::ClearedForTakeoff { .. } => Some(Verb::Takeoff),
        Item::Cleared(l) => Some(Verb::Land(*l)),
        _ => None,
    }
}

fn verb_of(t: &[Token]) -> Option<Verb> {
    let has = |w: &str| t.iter().any(|x| x.is(w));
    let pair = |a: &str, b: &str| t.windows(2).any(|p| p[0].is(a) && p[1].is(b));
    if pair("line", "up") || has("lineup") || pair("lining", "up") {
        Some(Verb::LineUp)
    } else if has("takeoff") || pair("take", "off") {
        Some(Verb::Takeoff)
    } else if has("option") {
        Some(Verb::Land(Landing::Option))
    } else if pair("and", "go") && has("stop") {
        Some(Verb::Land(Landing::StopAndGo))
    } else if has("touch") {
        Some(Verb::Land(Landing::TouchAndGo))
    } else if pair("low", "approach") {
        Some(Verb::Land(Landing::LowApproach))
    } else if has("land") || pair("cleared", "landing") {
        Some(Verb::Land(Landing::FullStop))
    } else {
        None
    }
}

/// A clearance read back as another one: wrong in every region, also when nothing of the kind was given.
fn verbs(items: &[Item], said: &[Token], wrong: &mut Vec<ReadbackItem>) {
    let Some(heard) = verb_of(said) else { return };
    let given: Vec<Verb> = items.iter().filter_map(verb).collect();
    let ground_only = items.iter().any(|i| matches!(i, Item::Taxi { .. } | Item::HoldShort { .. } | Item::Cross { .. }));
    if !given.is_empty() && !given.contains(&heard) || given.is_empty() && (ground_only || claims_clearance(said)) {
        wrong.push(ReadbackItem::Clearance);
    }
}

/// "Cleared to land", "cleared for takeoff": the words of a clearance, and not only of one that is awaited or cancelled.
fn claims_clearance(said: &[Token]) -> bool {
    said.iter().enumerate().filter(|(_, x)| x.is("cleared")).any(|(i, _)| {
        let denied = said[i.saturating_sub(2)..i].iter().any(|x| matches!(x.word(), "not" | "until" | "when" | "expect" | "before"));
        !denied && verb_of(&said[i + 1..said.len().min(i + 4)]).is_some()
    })
}

/// "At or above" for "at or below", and the other way round.
fn bounds(items: &[Item], w: &Words) -> Option<ReadbackItem> {
    let (said, other) = items.iter().find_map(|i| match i {
        Item::Altitude { way: Climb::AtOrBelow, .. } => Some(("below", "above")),
        Item::Altitude { way: Climb::AtOrAbove, .. } => Some(("above", "below")),
        _ => None,
    })?;
    (w.has(other) && !w.has(said)).then_some(ReadbackItem::Altitude)
}

/// The other side than the one assigned, and nowhere the right one.
fn turns(items: &[Item], w: &Words) -> Option<ReadbackItem> {
    let side: Side = items.iter().find_map(|i| match i {
        Item::Heading { turn: Some(s), .. } | Item::Enter(s, _) | Item::ClosedTraffic(s) => Some(*s),
        _ => None,
    })?;
    (w.has(side.opposite().word()) && !w.has(side.word())).then_some(ReadbackItem::TurnDirection)
}
