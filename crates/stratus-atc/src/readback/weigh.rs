//! Assigns the pilot's words to the instruction's items.

use std::ops::Range;

use super::altitude::{self, Claimed};
use super::caller::Caller;
use super::clearance::{claims_approach, leaves_out_route, other_procedure, verb, verb_of, verbs};
use super::ground::{Role, condition, crosses_unasked, held_short, holding_point, role, runways, taxi_route};
use super::reported::{self, Own};
use super::rest::{self, Told};
use super::run_together;
use super::words::Words;
use super::{Check, ReadbackItem, Verdict, need, pressure_digits};
use crate::figures;
use crate::instruction::{Climb, Hold, Item, Leg, Legs};
use crate::spoken;
use crate::transcript::{Link, Token, tokens};
use crate::units::level::always_flight;
use crate::units::{Frequency, Region, Side};

/// Checks a readback whose callsign is at `callsign`.
pub(super) fn weigh(
    items: &[Item],
    said: &[Token],
    callsign: Range<usize>,
    caller: Caller,
    region: Region,
    told: Option<&Told>,
    own: &Own,
) -> Check {
    // A sequence number belongs to no callsign: "number two, Quebec Alpha".
    let number = callsign.start > 1 && said[callsign.start - 2].is("number");
    let courtesy = said.iter().rev().take_while(|x| !x.word().is_empty()).count();
    let two = callsign.len() == 2
        && callsign.end + courtesy == said.len()
        && callsign.start > 0
        && said[callsign.start - 1].digit().is_some()
        && !number;
    let mut w = Words { t: said.to_vec() };
    w.mark(callsign.clone());
    run_together::cut(items, &mut w.t);
    altitude::stand_apart(&mut w);
    altitude::set_aside(&mut w);
    reported::set_aside(items, own, &mut w);
    let mut claimed = Claimed::default();
    let (mut wrong, mut missing) = (Vec::new(), Vec::new());
    match caller {
        Caller::Right => {}
        Caller::Missing => missing.push(ReadbackItem::Callsign),
        Caller::Wrong => wrong.push(ReadbackItem::Callsign),
    }
    // Self-explanatory values claim their words first; the leftover words are checked afterwards.
    let mut open: Vec<(&Item, ReadbackItem, bool)> = Vec::new();
    let mut wanted: Vec<(&Item, ReadbackItem, bool)> =
        items.iter().filter_map(|i| need(i, items, region).map(|(n, m)| (i, n, m))).collect();
    wanted.sort_by_key(|(i, ..)| order(i));
    for (item, name, mandatory) in wanted {
        match exact(item, &mut w, &mut claimed, region) {
            Some(true) => {}
            Some(false) => wrong.push(name),
            None => open.push((item, name, mandatory)),
        }
    }
    let unread: Vec<ReadbackItem> = open.iter().map(|(_, name, _)| *name).collect();
    reported::left_over(&unread, own, &mut w);
    open.retain(|(item, name, _)| {
        let other = conflicting(item, &mut w);
        wrong.extend(other.then_some(*name));
        !other
    });
    for (item, name, mandatory) in open {
        if unexplained(item, &mut w) {
            wrong.push(name);
        } else if mandatory {
            missing.push(name);
        }
    }
    // Unclaimed digits directly before the last two characters of the callsign make it a different callsign.
    let ahead = w.t.len().checked_sub(3 + courtesy).and_then(|i| w.t.get(i));
    wrong.extend((two && ahead.is_some_and(|x| x.digit().is_some())).then_some(ReadbackItem::Callsign));
    let level = items.iter().any(|i| matches!(i, Item::Altitude { level, feet, .. } if *level || always_flight(*feet)));
    wrong.extend(altitude::one_too_many(level, &claimed, &w).then_some(ReadbackItem::Altitude));
    wrong.extend(crosses_unasked(&w).then_some(ReadbackItem::Crossing));
    let known = told.map_or(&[][..], |t| &t.known);
    verbs(items, known, said, &mut wrong);
    wrong.extend((claims_approach(items, said) && claims_approach(known, said)).then_some(ReadbackItem::Clearance));
    wrong.extend(turns(items, &w));
    wrong.extend(bounds(items, &Words { t: said.to_vec() }));
    if let Some(told) = told {
        // "Southwest" is a direction only outside of the callsign.
        let mut beside = Words { t: said.to_vec() };
        beside.mark(callsign);
        wrong.extend(rest::opposites(told, items, &beside.t));
        if region.wants_readback(ReadbackItem::Restriction.word()) {
            missing.extend(rest::left_out(told, said));
        }
        if wrong.is_empty() {
            wrong.extend(rest::unexplained_number(told, items, &unread, &w));
        }
    }
    if let Some(Item::ClearedTo { procedure: Some(p), .. }) = items.iter().find(|i| matches!(i, Item::ClearedTo { .. })) {
        let p = spoken::departure(p);
        let first = p.split_whitespace().next().unwrap_or("").to_lowercase();
        if other_procedure(&tokens(&p), said) {
            wrong.push(ReadbackItem::DepartureProcedure);
        } else if region.wants_readback(ReadbackItem::DepartureProcedure.word()) && !said.iter().any(|x| x.is(&first) || x.is("departure"))
        {
            missing.push(ReadbackItem::DepartureProcedure);
        }
    }
    let routed = region.wants_readback(ReadbackItem::Route.word()) && leaves_out_route(items, &w.t);
    missing.extend((routed && !missing.contains(&ReadbackItem::Route)).then_some(ReadbackItem::Route));
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

/// The order in which items claim words: the most distinctive shape first.
fn order(item: &Item) -> u8 {
    match item {
        Item::HoldShort { .. } | Item::HoldShortOf(_) | Item::HoldingPoint(_) | Item::Cross { .. } => 0,
        Item::Circle(_) | Item::Hold(_) | Item::ExpectFurther(_) | Item::ExpectedApproach(_) | Item::VoidTime { .. } => 0,
        Item::Altitude { .. } | Item::ExpectAltitude { .. } => 1,
        Item::Contact { .. } | Item::Monitor { .. } => 2,
        Item::Squawk(_) => 3,
        Item::Pressure(_) => 4,
        Item::Speed(_) => 5,
        Item::Heading { .. } | Item::TurnDegrees { .. } => 6,
        Item::Runway(_) => 7,
        Item::FieldAt { .. } => 9,
        _ => 8,
    }
}

/// The course, the turns and the legs of a hold, as far as they were said.
fn holding(hold: &Hold, w: &mut Words) -> Option<bool> {
    let mut right = None;
    let course = |r: &Range<usize>| r.len() == 3 && matches!(w.before(r.start), "course" | "track" | "inbound" | "radial");
    if let (Some(run), Some(given)) = (w.runs().into_iter().find(course), hold.inbound) {
        right = Some(w.digits(&run) == format!("{given:03}"));
        w.mark(run);
    }
    let turns = |i: &usize| matches!(w.t[i + 1].word(), "turns" | "turn" | "hand" | "handed") && matches!(w.t[*i].word(), "left" | "right");
    if let Some(i) = (0..w.t.len().saturating_sub(1)).find(turns) {
        right = Some(right.unwrap_or(true) && w.t[i].is(hold.turns.word()));
        w.mark(i..i + 2);
    }
    let unit = if matches!(hold.legs, Legs::Miles(_)) { "mile" } else { "minute" };
    let legs = |r: &Range<usize>| w.t.get(r.end).is_some_and(|x| x.word().starts_with("mile") || x.word().starts_with("minute"));
    if let Some(run) = w.runs().into_iter().find(legs) {
        let given = match hold.legs {
            Legs::Miles(n) => n,
            Legs::HalfMinutes(n) => n / 2,
        };
        let same = w.digits(&run) == given.to_string() && w.t[run.end].word().starts_with(unit);
        right = Some(right.unwrap_or(true) && same);
        w.mark(run.start..run.end + 1);
    }
    right
}

/// `Some(true)`: the exact value was said. `Some(false)`: a different one was said instead. `None`: neither is certain.
fn exact(item: &Item, w: &mut Words, claimed: &mut Claimed, region: Region) -> Option<bool> {
    match item {
        Item::HoldShort { runway, .. } => role(w, *runway, Role::Hold),
        Item::HoldShortOf(place) => held_short(place, w),
        Item::HoldingPoint(name) => holding_point(name, w),
        Item::Cross { runway, .. } => role(w, *runway, Role::Cross),
        Item::Circle(r) => {
            let hit = runways(w).into_iter().find(|s| s.role == Role::Plain && s.is(*r))?;
            w.mark(hit.taken(*r));
            Some(true)
        }
        Item::Runway(r) => {
            let said = runways(w);
            if let Some(hit) = said.iter().find(|s| s.role == Role::Plain && s.is(*r)) {
                w.mark(hit.taken(*r));
                return Some(true);
            }
            let other = said.iter().find(|s| s.role == Role::Plain && !s.without_letter(*r))?;
            w.mark(other.range.clone());
            Some(false)
        }
        Item::Altitude { feet, level, .. } => altitude::assigned(*feet, *level, w, claimed, region),
        Item::ExpectAltitude { feet, .. } => altitude::expected(*feet, w),
        Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. } => frequency(*f, w, region),
        Item::Squawk(code) => {
            let code = code.to_string();
            let run = w.run_of(std::slice::from_ref(&code)).or_else(|| rounded(&code, w))?;
            w.mark(run);
            Some(true)
        }
        Item::Pressure(p) => {
            let digits = pressure_digits(*p);
            if let Some(run) = w.run_of(&[digits.clone(), digits.get(1..).filter(|d| d.len() == 3).unwrap_or("").to_owned()]) {
                w.mark(run);
                return Some(true);
            }
            // "Three zero zero one five south": the miles of a position are in the same run.
            if let Some(run) =
                w.runs().into_iter().find(|r| r.len() == digits.len() + 1 && w.digits(r).starts_with(&digits) && w.measures(r))
            {
                w.mark(run.start..run.end - 1);
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
            let run = w.run_named(&kt.to_string(), &["heading", "level", "squawk"]).or_else(|| hundreds(*kt, w))?;
            w.mark(run);
            Some(true)
        }
        Item::Hold(hold) => holding(hold, w),
        Item::ExpectFurther(minutes) | Item::ExpectedApproach(minutes) => {
            let clock = format!("{:02}{:02}", minutes / 60 % 24, minutes % 60);
            if let Some(run) = w.run_of(&[clock.clone(), clock[2..].to_owned()]).or_else(|| rounded(&clock, w)) {
                w.mark(run);
                return Some(true);
            }
            let other = w
                .runs()
                .into_iter()
                .find(|r| r.len() == 4 && matches!(w.before(r.start), "clearance" | "further" | "time" | "approach"))?;
            w.mark(other);
            Some(false)
        }
        Item::VoidTime { off_by, advise_by, now } => {
            let clocks = [*off_by, *advise_by, *now].map(|t| format!("{:02}{:02}", t / 60 % 24, t % 60));
            let leads =
                |r: &std::ops::Range<usize>| matches!(w.before(r.start), "by" | "void" | "than" | "time" | "at" | "until" | "before");
            let times: Vec<_> = w.runs().into_iter().filter(|r| r.len() == 4 && leads(r)).collect();
            let right = times.iter().all(|r| clocks.iter().any(|c| w.digits(r) == *c));
            times.iter().for_each(|r| w.mark(r.clone()));
            (!times.is_empty()).then_some(right)
        }
        Item::FieldAt { degrees, miles, .. } => {
            for value in [format!("{degrees:03}"), miles.to_string()] {
                if let Some(run) = w.run_named(&value, &["speed", "level", "squawk"]) {
                    w.mark(run);
                }
            }
            Some(true)
        }
        Item::Heading { degrees, .. } => {
            if let Some(run) = w.run_named(&format!("{degrees:03}"), &["speed", "level", "squawk"]).or_else(|| turned(*degrees, w)) {
                w.mark(run);
                return Some(true);
            }
            let h = figures::headings(&w.t).into_iter().next()?;
            w.mark(h.range);
            Some(false)
        }
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => taxi_route(via, w),
        Item::ClearedTo { limit, .. } => {
            let said = crate::transcript::text(&w.t);
            limit.split_whitespace().next().is_some_and(|l| said.contains(&l.to_lowercase())).then_some(!other_limit(limit, w))
        }
        Item::Condition(words) if ["when", "once", "after passing"].iter().any(|x| words.starts_with(x)) => {
            words.split(' ').skip(1).filter(|x| x.len() > 2 && *x != "passing").any(|x| w.has(x)).then_some(true)
        }
        Item::Condition(words) if words.starts_with("give") => {
            ["give", "giving", "gave", "behind", "after"].iter().any(|x| w.has(x)).then_some(true)
        }
        // "Once the Cherokee's landed" for "after the landing Cherokee".
        Item::Condition(words) => ["behind", "after", "once", "when"].iter().any(|x| w.has(x)).then(|| condition(words, w)),
        Item::Approach { kind, .. } if kind.is_empty() => Some(true),
        Item::Approach { kind, .. } => {
            let kind = kind.to_lowercase();
            let (name, letter) = kind.rsplit_once(' ').filter(|(_, l)| l.len() == 1).unwrap_or((&kind, ""));
            let name = match name {
                "loc" | "loc bc" => "localizer",
                other => other.split('/').next().unwrap_or(other),
            };
            w.without_wishes(&["ils", "rnav", "visual", "vor", "gps", "localizer"]);
            if let Some(at) = w.t.iter().position(|t| t.is(name)) {
                // The letter may be left out, but a different one is wrong.
                let said = w.t.get(at + 1).and_then(Token::letter);
                return Some(letter.is_empty() || said.is_none_or(|l| letter.eq_ignore_ascii_case(&l.to_string())));
            }
            ["ils", "rnav", "visual", "vor", "gps", "localizer"]
                .iter()
                .any(|k| w.has(k))
                .then_some(kind == "approach")
                .or(w.has("approach").then_some(true))
        }
        Item::HoldPosition | Item::Stop => ["hold", "holding", "stop", "stopping", "stopped"].iter().any(|x| w.has(x)).then_some(true),
        Item::CancelTakeoff => {
            ["cancel", "cancelling", "canceling", "cancelled", "canceled", "stopping", "holding"].iter().any(|x| w.has(x)).then_some(true)
        }
        Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_) => {
            let said = verb_of(&w.t)?;
            Some(Some(said) == verb(item))
        }
        Item::Enter(side, leg) => {
            if other_leg(*leg, &w.t) {
                return Some(false);
            }
            w.has(side.word()).then_some(true)
        }
        Item::ClosedTraffic(side) => w.has(side.word()).then_some(true),
        Item::TurnDegrees { degrees, .. } => {
            let run = w.run_of(&[degrees.to_string(), format!("{degrees:02}"), format!("{degrees:03}")])?;
            w.mark(run);
            Some(true)
        }
        _ => Some(true),
    }
}

/// "Left four zero" for 040, "right three hundred" for 300.
fn turned(degrees: u16, w: &Words) -> Option<Range<usize>> {
    let short = degrees.to_string();
    let behind = |r: &Range<usize>| matches!(w.before(r.start), "left" | "right" | "heading" | "turn");
    let run = w.runs().into_iter().find(|r| w.digits(r) == short && behind(r) && !w.scaled(r));
    run.or_else(|| hundreds(degrees, w).filter(|r| behind(r) || w.before(r.start) == "turn"))
}

/// "Three hundred".
fn hundreds(value: u16, w: &Words) -> Option<Range<usize>> {
    let figures = (value / 100).to_string();
    let hit = |r: &Range<usize>| w.digits(r) == figures && w.t.get(r.end).is_some_and(|x| x.is("hundred"));
    let run = w.runs().into_iter().find(|r| value.is_multiple_of(100) && hit(r))?;
    Some(run.start..run.end + 1)
}

/// A code in thousands or hundreds: "seven thousand", "twelve hundred".
fn rounded(code: &str, w: &Words) -> Option<Range<usize>> {
    let (figures, word) = match (code.strip_suffix("000"), code.strip_suffix("00")) {
        (Some(f), _) => (f, "thousand"),
        (None, Some(f)) => (f, "hundred"),
        (None, None) => return None,
    };
    let run = w.runs().into_iter().find(|r| w.digits(r) == figures && w.t.get(r.end).is_some_and(|x| x.is(word)))?;
    Some(run.start..run.end + 1)
}

/// Units whose name leaves no doubt about the digits that are left out: "ground point nine".
const UNITS: [&str; 5] = ["tower", "ground", "approach", "departure", "radar"];

/// A frequency, in full or in a short form.
fn frequency(f: Frequency, w: &mut Words, region: Region) -> Option<bool> {
    if let Some(hit) = figures::frequencies(&w.t).into_iter().find(|s| s.value.same_channel(f)) {
        // With three decimals every digit of the channel counts: 125.253 is not 125.250.
        let point = hit.range.clone().find(|i| w.t.get(*i) == Some(&Token::Point));
        let decimals = point.map(|p| figures::digits(&w.t, p + 1..hit.range.end)).unwrap_or_default();
        w.mark(hit.range);
        return Some(decimals.len() != 3 || hit.value == f);
    }
    let text = f.to_string();
    let (mhz, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let short = decimals.trim_end_matches('0');
    for head in [mhz, mhz.get(1..).unwrap_or("")] {
        let run = w.run_of(&[format!("{head}{decimals}"), format!("{head}{short}")]);
        // "One eighty five" is not 118.5: the figures before the decimal point are said separately.
        if let Some(run) = run.filter(|r| !run_together::within_tens(&w.t, r, r.start + head.len())) {
            w.mark(run);
            return Some(true);
        }
    }
    // "One twenty six": 120.6, in tens.
    if let Some(run) = mhz.strip_suffix('0').filter(|_| short.len() == 1 && region.short_frequencies).and_then(|m| in_tens(m, short, w)) {
        w.mark(run);
        return Some(true);
    }
    // "Point niner", "eighteen point five": the implied digits are left out.
    let p = w.t.iter().position(|x| *x == Token::Point)?;
    let end = figures::run_end(&w.t, p + 1);
    let start = (0..p).rev().take_while(|i| w.t[*i].digit().is_some()).last().unwrap_or(p);
    let front = figures::digits(&w.t, start..p);
    let understood = front.is_empty() || Some(front.as_str()) == mhz.get(1..);
    let right =
        understood && figures::digits(&w.t, p + 1..end) == decimals && (region.short_frequencies || UNITS.contains(&w.before(start)));
    w.mark(start..end);
    Some(right)
}

/// The tens of the megahertz and the decimal in one spoken number, with or without the one in front.
fn in_tens(tens: &str, decimal: &str, w: &Words) -> Option<Range<usize>> {
    let whole = format!("{tens}{decimal}");
    w.runs().into_iter().find(|r| {
        let (len, said) = (r.len(), w.digits(r));
        let spoken = |i: usize| !matches!(w.t[i], Token::Digit(_, Link::Joined));
        let last = matches!(w.t[r.end - 1], Token::Digit(_, Link::Joined));
        let right = said == whole || whole.get(1..) == Some(said.as_str());
        right && len >= 2 && last && spoken(r.end - 2) && !w.scaled(r)
    })
}

/// The right first name of the place with a different second one: "Denver International" for "Denver Centennial".
fn other_limit(limit: &str, w: &Words) -> bool {
    let mut names = limit.split_whitespace().map(str::to_lowercase).filter(|n| n != "airport");
    let (Some(first), Some(second)) = (names.next(), names.next()) else { return false };
    let next = w.t.iter().position(|x| x.is(&first)).and_then(|i| w.t.get(i + 1)).map_or("", Token::word);
    let name = next.len() > 4
        && !matches!(
            next,
            "airport" | "climb" | "maintain" | "squawk" | "vectors" | "radar" | "filed" | "flight" | "departure" | "direct" | "expect"
        );
    name && !w.has(&second)
}

/// The readback enters a different leg of the pattern: "left base" for "left downwind".
fn other_leg(leg: Leg, t: &[Token]) -> bool {
    let named = |x: &Token| matches!(x.word(), "upwind" | "crosswind" | "downwind" | "base");
    let later = |i: usize| t[i.saturating_sub(4)..i].iter().any(|x| matches!(x.word(), "report" | "call" | "reporting" | "for" | "mile"));
    let mut said = (0..t.len()).filter(|i| named(&t[*i]) && !later(*i)).peekable();
    said.peek().is_some() && !said.any(|i| t[i].is(leg.word()))
}

/// Whether leftover words have the shape of an item that was not said.
fn conflicting(item: &Item, w: &mut Words) -> bool {
    let fits = |w: &Words, r: &Range<usize>| !w.scaled(r) && w.named(r).is_none_or(|of| of(item));
    let leftover = |w: &Words, len: Range<usize>| w.runs().into_iter().find(|r| len.contains(&r.len()) && fits(w, r));
    let hit = match item {
        Item::Squawk(_) => leftover(w, 4..5).or_else(|| w.has("squawk").then(|| leftover(w, 1..8)).flatten()),
        // "One two one three" is a frequency without its point, and "twelve hundred" the code of visual flights.
        Item::Pressure(_) => leftover(w, 4..6).filter(|r| !is_of_another_kind(&w.digits(r))),
        Item::Contact { frequency: Some(_), .. } | Item::Monitor { frequency: Some(_), .. } => leftover(w, 4..7),
        Item::Heading { .. } => leftover(w, 3..4),
        Item::TurnDegrees { .. } => w.stray(1..4).or_else(|| leftover(w, 1..4)),
        Item::Speed(_) => (w.has("speed") || w.has("knots")).then(|| leftover(w, 2..4)).flatten(),
        Item::Altitude { .. } | Item::ExpectAltitude { .. } => altitude::another(item, w),
        // Too many digits where the runway should be.
        Item::Runway(_) => leftover(w, 3..4).filter(|r| w.before(r.start) == "runway").or_else(|| {
            // A number that no runway has and nothing else explains.
            w.stray(2..3).filter(|r| w.digits(r).parse().is_ok_and(|n: u8| n > 36))
        }),
        _ => None,
    };
    hit.map(|r| w.mark(r)).is_some()
}

/// Whether figures are a frequency of the airband, or the code of visual flights.
fn is_of_another_kind(figures: &str) -> bool {
    let airband = figures.get(..3).and_then(|f| f.parse().ok()).is_some_and(|mhz: u16| (118..=136).contains(&mhz));
    airband || figures == "1200" || figures == "7000"
}

/// Three unexplained digits count as a wrong frequency, pressure or speed if that item was not read back.
fn unexplained(item: &Item, w: &mut Words) -> bool {
    let wanted = matches!(
        item,
        Item::Contact { frequency: Some(_), .. } | Item::Monitor { frequency: Some(_), .. } | Item::Pressure(_) | Item::Speed(_)
    );
    let hit = w.stray(3..4).filter(|_| wanted);
    hit.map(|r| w.mark(r)).is_some()
}

/// "At or above" for "at or below", or the reverse.
fn bounds(items: &[Item], w: &Words) -> Option<ReadbackItem> {
    let (said, other) = items.iter().find_map(|i| match i {
        Item::Altitude { way: Climb::AtOrBelow, .. } => Some(("below", "above")),
        Item::Altitude { way: Climb::AtOrAbove, .. } => Some(("above", "below")),
        _ => None,
    })?;
    (w.has(other) && !w.has(said)).then_some(ReadbackItem::Altitude)
}

/// The side opposite to the assigned one, and the assigned one nowhere.
fn turns(items: &[Item], w: &Words) -> Option<ReadbackItem> {
    let side: Side = items.iter().find_map(|i| match i {
        Item::Heading { turn: Some(s), .. } | Item::TurnDegrees { side: s, .. } | Item::Enter(s, _) | Item::ClosedTraffic(s) => Some(*s),
        _ => None,
    })?;
    (w.has(side.opposite().word()) && !w.has(side.word())).then_some(ReadbackItem::TurnDirection)
}
