//! Parses a controller's written words back into items, to check readbacks without the engine's own record.

use super::figures;
use super::instruction::{Climb, Item, Landing, Leg, Pressure, ReportPoint, Wish};
use super::telephony;
use super::transcript::{Token, tokens};
use crate::units::region::PressureUnit;
use crate::units::{Region, Runway, Side};

/// The aircraft that an instruction names: the callsign's letters and digits, and the airline if it is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Named {
    /// "172SP", "113", "GABCD".
    pub id: String,
    /// "ASA" if an airline's telephony designator was said.
    pub airline: Option<&'static str>,
}

/// An instruction parsed from text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The aircraft.
    pub callsign: Option<Named>,
    /// The items.
    pub items: Vec<Item>,
}

/// Parses a controller's written instruction: "Cessna 12345, runway 20, taxi via Alpha, hold short of runway 16".
pub fn parse(text: &str, region: Region) -> Parsed {
    let mut parsed = Parsed::default();
    let bounded: String = text.chars().take(2000).collect();
    for (i, segment) in bounded.split(';').flat_map(|p| p.split(". ")).flat_map(splits).enumerate() {
        // A single letter names a taxiway here; from a pilot "a" is a word.
        let t: Vec<Token> = tokens(&segment).into_iter().map(lone_letter).collect();
        if t.is_empty() {
            continue;
        }
        if i <= 1
            && parsed.callsign.is_none()
            && parsed.items.is_empty()
            && !is_instruction(&t)
            && let Some(named) = abbreviated(&segment).or_else(|| named(&t))
        {
            parsed.callsign = Some(named);
            continue;
        }
        read(&t, region, &mut parsed.items);
    }
    parsed
}

/// A controller's words as tokens, including the letters of taxiways.
pub(super) fn words(text: &str) -> Vec<Token> {
    let bounded: String = text.chars().take(2000).collect();
    tokens(&bounded).into_iter().map(lone_letter).collect()
}

fn lone_letter(t: Token) -> Token {
    match t.word().as_bytes() {
        [c] if c.is_ascii_alphabetic() => Token::Letter(c.to_ascii_uppercase().into()),
        _ => t,
    }
}

/// Splits at commas, but not within "4,000".
fn splits(part: &str) -> Vec<String> {
    part.split(", ").map(str::to_owned).collect()
}

fn has(t: &[Token], words: &[&str]) -> bool {
    t.windows(words.len()).any(|w| w.iter().zip(words).all(|(t, w)| t.is(w)))
}

fn is_instruction(t: &[Token]) -> bool {
    const VERBS: [&str; 22] = [
        "runway",
        "taxi",
        "cleared",
        "contact",
        "monitor",
        "squawk",
        "climb",
        "descend",
        "maintain",
        "turn",
        "hold",
        "cross",
        "enter",
        "report",
        "wind",
        "altimeter",
        "qnh",
        "heading",
        "traffic",
        "expect",
        "radar",
        "continue",
    ];
    t.iter().any(|x| VERBS.contains(&x.word()))
}

/// "G-CD": a foreign registration's first letter and its last two. "VQX": its last three.
fn abbreviated(segment: &str) -> Option<Named> {
    let whole = segment.trim().trim_end_matches(',');
    let letters = |s: &str, n| s.len() == n && s.chars().all(|c| c.is_ascii_uppercase());
    if letters(whole, 3) {
        return Some(Named { id: whole.to_owned(), airline: None });
    }
    let (first, last) = whole.split_once('-')?;
    let figure = first.len() == 1 && first.bytes().all(|b| b.is_ascii_digit());
    ((figure || letters(first, 1)) && letters(last, 2)).then(|| Named { id: format!("{first}{last}"), airline: None })
}

/// The callsign in a segment, if it is one.
fn named(t: &[Token]) -> Option<Named> {
    let words: Vec<&str> = t.iter().map(Token::word).take_while(|w| !w.is_empty()).collect();
    let airline = telephony::airline(&words);
    let id: String = t.iter().filter_map(|x| x.digit().or(x.letter())).collect();
    (!id.is_empty()).then(|| Named { id, airline: airline.map(|(code, _)| code) })
}

fn side(t: &[Token]) -> Option<Side> {
    t.iter().find_map(|x| match x.word() {
        "left" => Some(Side::Left),
        "right" => Some(Side::Right),
        _ => None,
    })
}

fn leg(t: &[Token]) -> Option<Leg> {
    t.iter().find_map(|x| match x.word() {
        "upwind" => Some(Leg::Upwind),
        "crosswind" => Some(Leg::Crosswind),
        "downwind" => Some(Leg::Downwind),
        "base" => Some(Leg::Base),
        "final" => Some(Leg::Final),
        _ => None,
    })
}

fn first_runway(t: &[Token]) -> Option<Runway> {
    figures::runways(t).into_iter().next().map(|f| f.value)
}

/// The taxiway or place after "hold short of".
fn held_short_of(t: &[Token]) -> Option<String> {
    let short = t.iter().position(|x| x.is("short"))?;
    let named = |x: &&Token| !matches!(x.word(), "of" | "the" | "taxiway");
    let place: Vec<Token> = t[short + 1..].iter().filter(named).take(3).cloned().collect();
    (!place.is_empty()).then(|| super::transcript::text(&place))
}

/// The name of a holding point, letters and digits: "A1", "N2E".
fn holding_point(t: &[Token]) -> Option<String> {
    let at = t.windows(2).position(|p| p[0].is("holding") && p[1].is("point"))?;
    let sign = |x: &Token| x.letter().or(x.digit());
    let name: String = t[at + 2..].iter().map_while(sign).take(4).collect();
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

/// The items of one clause.
fn read(t: &[Token], region: Region, items: &mut Vec<Item>) {
    let runway = first_runway(t);
    let rw = |items: &mut Vec<Item>| items.extend(runway.map(Item::Runway));
    // "Behind the landing Airbus": a condition, whatever clearance follows.
    if let Some(wish) = confirmed(t) {
        items.push(Item::Confirm { wish, runway });
        return;
    }
    // "Vectors to final runway two four right": what the heading is for.
    if t.first().is_some_and(|x| x.is("vectors")) {
        items.push(Item::Advice(super::transcript::text(t)));
        rw(items);
        return;
    }
    let own_next = t.get(1).is_some_and(|x| matches!(x.word(), "departure" | "takeoff" | "landing" | "airborne"))
        && t.get(2).is_none_or(|x| !x.is("traffic"));
    let gives_way = has(t, &["give", "way"]);
    let waits = t.first().is_some_and(|x| matches!(x.word(), "behind" | "after" | "when" | "once")) && !own_next || gives_way;
    if waits && t.len() > 2 && !items.iter().any(|i| matches!(i, Item::Condition(_))) {
        let end = t
            .iter()
            .position(|x| matches!(x.word(), "line" | "cross" | "taxi" | "runway" | "descend" | "climb" | "turn" | "contact"))
            .unwrap_or(t.len());
        items.push(Item::Condition(super::transcript::text(&t[..end])));
    }
    if has(t, &["hold", "position"]) || has(t, &["hold", "in", "position"]) {
        items.push(Item::HoldPosition);
    } else if has(t, &["stop", "immediately"]) || t.len() <= 2 && t.first().is_some_and(|x| x.is("stop")) {
        items.push(Item::Stop);
    } else if t.first().is_some_and(|x| x.is("cancel")) && t.iter().any(|x| x.is("takeoff")) {
        items.push(Item::CancelTakeoff);
    } else if has(t, &["remain", "outside"]) {
        items.push(Item::RemainOutside(super::transcript::text(&t[2..])));
    } else if has(t, &["hold", "short"]) {
        match (runway, held_short_of(t)) {
            (Some(r), _) => items.push(Item::HoldShort { runway: r, at: None }),
            (None, Some(place)) => items.push(Item::HoldShortOf(place)),
            (None, None) => {}
        }
    } else if t.iter().any(|x| x.is("cross")) && runway.is_some() {
        let at = t.iter().rposition(|x| x.is("at")).and_then(|i| t.get(i + 1)?.letter()).map(|c| c.to_string());
        items.extend(runway.map(|r| Item::Cross { runway: r, at }));
    } else if has(t, &["line", "up"]) || t.iter().any(|x| x.is("lineup")) {
        rw(items);
        items.push(Item::LineUpAndWait);
    } else if has(t, &["special", "vfr"]) {
        items.push(Item::SpecialVfr { out: true, name: String::new() });
    } else if t.iter().any(|x| x.is("cleared")) {
        cleared(t, runway, items);
    } else if t.iter().any(|x| x.is("taxi")) {
        rw(items);
        if t.iter().any(|x| matches!(x.word(), "parking" | "stand" | "gate" | "ramp")) {
            items.push(Item::TaxiToParking { place: "parking".into(), via: route(t) });
        } else {
            items.push(Item::Taxi { via: route(t), to_holding_point: region.taxi_to_holding_point });
            items.extend(holding_point(t).map(Item::HoldingPoint));
        }
    } else if let Some(leg) = leg(t).filter(|_| t.iter().any(|x| matches!(x.word(), "enter" | "join" | "make" | "report"))) {
        if t.first().is_some_and(|x| x.is("report")) {
            let miles = t.first().and(t.get(1)).and_then(Token::digit).and_then(|d| d.to_digit(10)).map(|d| d as u8);
            items.push(Item::Report(match miles {
                Some(n) => ReportPoint::MileLeg(n, side(t), leg),
                None => ReportPoint::Leg(side(t), leg),
            }));
        } else if let Some(s) = side(t) {
            items.push(Item::Enter(s, leg));
            rw(items);
        }
    } else if t.first().is_some_and(|x| x.is("report")) {
        items.push(if t.iter().any(|x| x.is("midfield")) {
            Item::Report(ReportPoint::Midfield(side(t)))
        } else {
            Item::Report(ReportPoint::Words(String::new()))
        });
    } else if t.iter().any(|x| matches!(x.word(), "traffic" | "circuit")) && t.iter().any(|x| x.is("make")) {
        items.extend(side(t).map(Item::ClosedTraffic));
        rw(items);
    } else if has(t, &["go", "around"]) {
        items.push(Item::GoAround);
    } else if t.iter().any(|x| x.is("expect"))
        && t.iter().any(|x| matches!(x.word(), "ils" | "rnav" | "visual" | "approach" | "vor" | "gps"))
    {
        items.push(Item::Approach { kind: approach_kind(t), expect: true });
        rw(items);
    } else if t.last().is_some_and(|x| x.is("departure")) && !t.iter().any(|x| x.is("expect") || x.is("after")) {
        procedure(t, items);
    } else if t.first().is_some_and(|x| x.is("via")) {
        // "Taxi to holding point A1, runway 27, via Alpha": the route of the preceding instruction.
        on_the_way(route(t), items);
    } else if letters_only(t) {
        // "Taxi via Alpha, Bravo": the list continues.
        on_the_way(taxiways(t), items);
    } else if t.first().is_some_and(|x| matches!(x.word(), "wind" | "surface")) {
        return;
    } else if t.iter().any(|x| x.is("runway")) {
        rw(items);
    }
    figures_of(t, region, items);
}

/// "Verify ready for departure": the wish that the pilot was asked to confirm.
fn confirmed(t: &[Token]) -> Option<Wish> {
    if has(t, &["declaring", "an", "emergency"]) {
        return Some(Wish::Distress);
    }
    if !t.first().is_some_and(|x| x.is("verify")) {
        return None;
    }
    let word = |w: &str| t.iter().any(|x| x.is(w));
    if has(t, &["ready", "for", "departure"]) {
        Some(Wish::Takeoff)
    } else if word("cross") {
        Some(Wish::Crossing)
    } else if word("transition") {
        Some(Wish::Entry)
    } else if word("special") {
        Some(Wish::SpecialVfr)
    } else if has(t, &["ifr", "clearance"]) {
        Some(Wish::IfrClearance)
    } else {
        word("landing").then_some(Wish::Landing)
    }
}

/// Adds taxiways to the last taxi instruction.
fn on_the_way(more: Vec<String>, items: &mut [Item]) {
    let taxi = items.iter_mut().rev().find_map(|i| match i {
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => Some(via),
        _ => None,
    });
    taxi.into_iter().for_each(|via| via.extend(more.iter().cloned()));
}

fn letters_only(t: &[Token]) -> bool {
    let named = |i: usize| t[i].digit().is_some() && i > 0 && (t[i - 1].letter().is_some() || t[i - 1].digit().is_some());
    (0..t.len()).all(|i| t[i].letter().is_some() || t[i].is("and") || named(i))
}

fn cleared(t: &[Token], runway: Option<Runway>, items: &mut Vec<Item>) {
    let landing = if t.iter().any(|x| x.is("touch")) {
        Some(Landing::TouchAndGo)
    } else if has(t, &["stop", "and", "go"]) {
        Some(Landing::StopAndGo)
    } else if t.iter().any(|x| x.is("option")) {
        Some(Landing::Option)
    } else if has(t, &["low", "approach"]) {
        Some(Landing::LowApproach)
    } else if t.iter().any(|x| x.is("land")) {
        Some(Landing::FullStop)
    } else {
        None
    };
    if let Some(l) = landing {
        items.extend(runway.map(Item::Runway));
        items.push(Item::Cleared(l));
    } else if t.iter().any(|x| x.is("takeoff")) || has(t, &["take", "off"]) {
        items.extend(runway.map(Item::Runway));
        items.push(Item::ClearedForTakeoff { at: None });
    } else if t.iter().any(|x| APPROACHES.contains(&x.word()) || x.is("approach")) {
        items.push(Item::Approach { kind: approach_kind(t), expect: false });
        items.extend(runway.map(Item::Runway));
    } else if let Some(at) = t.iter().position(|x| x.is("to")) {
        let limit: Vec<&str> = t[at + 1..]
            .iter()
            .map(Token::word)
            .take_while(|w| !w.is_empty() && !matches!(*w, "via" | "airport" | "runway" | "squawk"))
            .collect();
        if !limit.is_empty() {
            items.push(Item::ClearedTo { limit: limit.join(" "), procedure: None, route: named_route(t) });
        }
    }
}

/// The route of a clearance, "via GESOK UA405", unless it is a departure.
fn named_route(t: &[Token]) -> Option<String> {
    let via = t.iter().position(|x| x.is("via"))?;
    let leaves = t.iter().any(|x| matches!(x.word(), "departure" | "sid" | "vectors"));
    Some(super::transcript::text(&t[via + 1..])).filter(|r| !leaves && !r.is_empty())
}

/// Words that name an approach.
const APPROACHES: [&str; 7] = ["ils", "rnav", "visual", "vor", "gps", "localizer", "ndb"];

fn approach_kind(t: &[Token]) -> String {
    let Some(at) = t.iter().position(|x| APPROACHES.contains(&x.word())) else { return "APPROACH".to_owned() };
    let letter = t.get(at + 1).and_then(Token::letter).map(|l| format!(" {}", l.to_ascii_uppercase()));
    t[at].word().to_uppercase() + &letter.unwrap_or_default()
}

/// "NOME departure": the procedure of the preceding clearance.
fn procedure(t: &[Token], items: &mut [Item]) {
    let name = super::transcript::text(&t[..t.len().saturating_sub(1)]);
    for item in items.iter_mut().rev() {
        if let Item::ClearedTo { procedure, .. } = item {
            *procedure = Some(name);
            return;
        }
    }
}

fn route(t: &[Token]) -> Vec<String> {
    let via = t.iter().position(|x| x.is("via"));
    // "Taxi Alpha, Kilo."
    let at_once = || t.iter().position(|x| x.is("taxi")).filter(|i| t.get(i + 1).is_some_and(|x| x.letter().is_some()));
    via.or_else(at_once).map_or_else(Vec::new, |at| taxiways(&t[at + 1..]))
}

/// Consecutive taxiway names: "Alpha, Alpha 1".
fn taxiways(t: &[Token]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for x in t {
        match (x.letter(), x.digit(), names.last_mut()) {
            (Some(c), ..) => names.push(c.to_string()),
            (None, Some(d), Some(last)) => last.push(d),
            _ if x.is("and") || x.is("taxiway") => {}
            _ => break,
        }
    }
    names
}

/// The numbers in a clause.
fn figures_of(t: &[Token], region: Region, items: &mut Vec<Item>) {
    let word = |w: &str| t.iter().any(|x| x.is(w));
    if word("departure")
        && word("frequency")
        && let Some(f) = figures::frequencies(t).into_iter().next()
    {
        items.push(Item::Contact { unit: "departure".into(), frequency: Some(f.value) });
        return;
    }
    let free = word("freecall") || has(t, &["free", "call"]);
    if (word("contact") || word("monitor") || free)
        && let f = figures::frequencies(t).into_iter().next().map(|f| f.value)
    {
        let unit: Vec<&str> = t.iter().map(Token::word).filter(|w| !matches!(*w, "" | "contact" | "monitor" | "on" | "now")).collect();
        let unit = unit.join(" ");
        items.push(if word("monitor") { Item::Monitor { unit, frequency: f } } else { Item::Contact { unit, frequency: f } });
        return;
    }
    if word("squawk")
        && let Some(s) = figures::squawk(t)
    {
        items.push(Item::Squawk(s.value));
        if !word("ident") {
            return;
        }
    }
    if word("ident") {
        items.push(Item::Ident);
    }
    if word("speed") || word("knots") {
        if let Some(kt) = three_digits(t) {
            items.push(Item::Speed(kt));
        }
        if !t.first().is_some_and(|x| x.is("cross")) {
            return;
        }
    }
    if word("qnh") || word("altimeter") {
        if let Some(a) = figures::altimeter(t) {
            let digits: String = a.value.chars().filter(char::is_ascii_digit).collect();
            if let Ok(n) = digits.parse::<u16>() {
                items.push(Item::Pressure(if n > 2500 && region.pressure == PressureUnit::Inches || a.value.contains('.') {
                    Pressure::Altimeter(n)
                } else {
                    Pressure::Qnh(n)
                }));
            }
        }
        return;
    }
    if let Some((side, degrees)) = turn_by(t) {
        items.push(Item::TurnDegrees { side, degrees });
    } else if (word("heading") || word("turn"))
        && let Some(h) = figures::headings(t).into_iter().next()
    {
        items.push(Item::Heading { turn: side(t), degrees: h.value });
    }
    let climbs = word("climb") || word("climbing");
    let descends = word("descend");
    // "Cross CLOVR at or above 10,000": an ordinary altitude.
    let crosses = t.first().is_some_and(|x| x.is("cross")) && first_runway(t).is_none();
    if word("expect") && !(climbs || descends || word("maintain")) {
        items.extend(figures::altitudes(t).first().map(|a| Item::ExpectAltitude { feet: a.value, level: word("level") }));
    } else if word("block") {
        let both = figures::altitudes(t).into_iter().map(|a| Item::Altitude { way: Climb::Maintain, feet: a.value, level: word("level") });
        items.extend(both);
    } else if (climbs || descends || crosses || ["maintain", "altitude", "level", "height", "above", "below"].into_iter().any(word))
        && let Some(a) = figures::altitudes(t).into_iter().find(|a| !only_passed(t, a.range.start))
    {
        let way = if word("below") {
            Climb::AtOrBelow
        } else if word("above") {
            Climb::AtOrAbove
        } else if climbs {
            Climb::Climb
        } else if descends {
            Climb::Descend
        } else {
            Climb::Maintain
        };
        items.push(Item::Altitude { way, feet: a.value, level: word("level") });
    }
    if word("radar") && word("contact") {
        items.push(Item::RadarContact(None));
    }
}

/// "Passing flight level 100": a time, not an assigned level.
fn only_passed(t: &[Token], at: usize) -> bool {
    let before = t[..at].iter().rev().find(|x| !matches!(x.word(), "altitude" | "flight" | "level" | "through"));
    before.is_some_and(|x| matches!(x.word(), "passing" | "leaving" | "reaching"))
}

/// "Turn 20 degrees right", "turn right 20 degrees": relative to the present heading.
fn turn_by(t: &[Token]) -> Option<(Side, u16)> {
    let at = t.iter().position(|x| x.is("degrees"))?;
    let start = (0..at).rev().take_while(|i| t[*i].digit().is_some()).last()?;
    if !t.iter().any(|x| x.is("turn")) || t.iter().any(|x| x.is("heading")) {
        return None;
    }
    Some((side(t)?, figures::digits(t, start..at).parse().ok().filter(|d| (1..=360).contains(d))?))
}

fn three_digits(t: &[Token]) -> Option<u16> {
    let mut i = 0;
    while i < t.len() {
        let end = figures::run_end(t, i);
        if end - i == 3 {
            return figures::digits(t, i..end).parse().ok();
        }
        i = end.max(i + 1);
    }
    None
}
