//! Readback: compares the pilot's words with an instruction, item by item and digit by digit.
//!
//! Each item first claims the words that match it, and a value can answer only one item. Leftover words with the shape of a missing item
//! make that item wrong; an item without any trace is missing. In case of doubt, a readback is not correct.

mod altitude;
mod caller;
mod clearance;
mod ground;
mod reported;
mod rest;
mod run_together;
mod weigh;
mod words;

pub use self::reported::Own;
use self::rest::Told;
use super::hear::Said;
use super::instruction::{Item, Pressure};
use super::parse::{self, Named};
use super::transcript::{Token, tokens, without_homophones};
use crate::units::{Callsign, Region};

/// The result of a readback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every mandatory item is present, and nothing is wrong.
    Correct,
    /// Nothing is wrong, but a mandatory item is missing.
    Incomplete,
    /// An item is wrong.
    Incorrect,
}

impl Verdict {
    /// The name in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Correct => "correct",
            Verdict::Incomplete => "incomplete",
            Verdict::Incorrect => "incorrect",
        }
    }
}

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// An item that can be right, wrong or missing in a readback.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum ReadbackItem { $($(#[$doc])* $name,)* }
        impl ReadbackItem {
            /// The name in machine-readable output.
            pub fn word(self) -> &'static str { match self { $(ReadbackItem::$name => $word,)* } }
        }
    };
}

items! {
    /// The aircraft's callsign.
    Callsign = "callsign",
    /// The runway, with its letter.
    Runway = "runway",
    /// A hold short, with its runway.
    HoldShort = "hold_short",
    /// A crossing, with its runway.
    Crossing = "crossing",
    /// What the clearance is for.
    Clearance = "clearance",
    /// An assigned altitude or level.
    Altitude = "altitude",
    /// An assigned heading.
    Heading = "heading",
    /// Left or right.
    TurnDirection = "turn_direction",
    /// An assigned speed.
    Speed = "speed",
    /// A frequency.
    Frequency = "frequency",
    /// A transponder code.
    Squawk = "squawk",
    /// The pressure setting.
    Altimeter = "altimeter",
    /// The taxiways.
    TaxiRoute = "taxi_route",
    /// Clearance limit and route.
    Route = "route",
    /// The departure procedure.
    DepartureProcedure = "departure_procedure",
    /// The approach.
    Approach = "approach",
    /// A condition.
    Condition = "condition",
    /// A restriction.
    Restriction = "restriction",
}

/// A verdict and its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The overall result.
    pub verdict: Verdict,
    /// Items that were read back wrong.
    pub wrong: Vec<ReadbackItem>,
    /// Mandatory items that were not read back.
    pub missing: Vec<ReadbackItem>,
}

/// Checks a readback of `items` given as plain text. Without `to`, no callsign is required.
pub fn check(items: &[Item], to: Option<&Callsign>, readback: &str, region: Region) -> Check {
    check_said(items, to, &tokens(readback), region)
}

/// Whether these items were read back correctly, whatever else was said. Without `to`, the speaker does not matter.
pub fn taken(items: &[Item], to: Option<&Callsign>, said: &[Token], region: Region) -> bool {
    judge(items, named(to).as_ref(), said, region, None, &Own::default()).verdict == Verdict::Correct
}

/// Whether one item was read back correctly, whatever else was said.
pub fn holds(item: &Item, to: Option<&Callsign>, said: &[Token], region: Region) -> bool {
    let check = judge(std::slice::from_ref(item), named(to).as_ref(), said, region, None, &Own::default());
    check.wrong.is_empty() && check.missing.iter().all(|m| *m == ReadbackItem::Callsign)
}

/// Like [`check`], on tokens that were heard.
pub fn check_said(items: &[Item], to: Option<&Callsign>, said: &[Token], region: Region) -> Check {
    beside(items, &Known::default(), to, said, region)
}

/// What a pilot may say beside a readback.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Items that were also transmitted, or that stand.
    pub items: &'a [Item],
    /// Items of earlier transmissions, whose numbers the pilot may repeat.
    pub earlier: &'a [Item],
    /// The state of the aircraft, which the pilot may report.
    pub own: Own,
}

/// Like [`check_said`], for a pilot who may also say what is `known`.
pub fn check_beside(items: &[Item], known: &Known<'_>, to: Option<&Callsign>, said: &Said, region: Region) -> Check {
    beside(items, known, to, &said.tokens, region)
}

/// Calls a clearance limit by the name that the pilot uses for it. `place`: the airport that the pilot's name refers to.
pub fn call_by_its_place(items: &mut [Item], place: &str, said: &Said) {
    let cleared = said.tokens.iter().position(|x| x.is("cleared"));
    let name = cleared.and_then(|i| said.tokens[i + 1..].iter().map(Token::word).find(|w| !matches!(*w, "to" | "the")));
    let Some(name) = name.filter(|n| n.len() > 3) else { return };
    for item in items {
        if let Item::ClearedTo { limit, .. } = item
            && limit.strip_suffix(" airport").unwrap_or(limit) == place
        {
            name.clone_into(limit);
        }
    }
}

/// Whether the words contradict an item, whatever other values they contain.
pub fn contradicts(items: &[Item], own: &Own, to: Option<&Callsign>, said: &Said, region: Region) -> bool {
    judge(items, named(to).as_ref(), &said.tokens, region, None, own).wrong.iter().any(|w| *w != ReadbackItem::Callsign)
}

/// Whether any speaker read these items back correctly.
pub fn taken_by_anybody(items: &[Item], said: &Said, region: Region) -> bool {
    taken(items, None, &said.tokens, region)
}

fn beside(items: &[Item], known: &Known<'_>, to: Option<&Callsign>, said: &[Token], region: Region) -> Check {
    let written =
        |all: &mut dyn Iterator<Item = &Item>| tokens(&all.map(|i| super::say::written(i, region)).collect::<Vec<_>>().join(", "));
    let to = named(to);
    let told = Told::new(written(&mut items.iter().chain(known.items)), to.as_ref().map_or("", |n| n.id.as_str()))
        .beside(known.items)
        .after(&written(&mut known.earlier.iter()));
    judge(items, to.as_ref(), said, region, Some(&told), &known.own)
}

/// The callsign in the form used to search for it.
fn named(to: Option<&Callsign>) -> Option<Named> {
    to.map(|c| {
        let id = c.as_str();
        match super::telephony::spoken(id.get(..3).unwrap_or("")) {
            Some(_) if id.get(3..).is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit())) => {
                Named { id: id[3..].to_owned(), airline: static_code(&id[..3]) }
            }
            _ => Named { id: id.to_owned(), airline: None },
        }
    })
}

fn static_code(code: &str) -> Option<&'static str> {
    let name = super::telephony::spoken(code)?;
    let words: Vec<&str> = name.split_whitespace().collect();
    super::telephony::airline(&words.iter().map(|w| w.to_lowercase()).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>())
        .map(|(c, _)| c)
}

/// Checks a readback of an instruction given as text.
pub fn check_text(instruction: &str, readback: &str, region: Region) -> Check {
    check_text_of(instruction, readback, &Own::default(), region)
}

/// Like [`check_text`], for an aircraft whose state is known.
pub fn check_text_of(instruction: &str, readback: &str, own: &Own, region: Region) -> Check {
    let parsed = parse::parse(instruction, region);
    let told = Told::new(parse::words(instruction), parsed.callsign.as_ref().map_or("", |n| n.id.as_str()));
    judge(&parsed.items, parsed.callsign.as_ref(), &tokens(readback), region, Some(&told), own)
}

/// The best reading of the words: with each word that could be a digit as a digit, and as a word.
fn judge(items: &[Item], to: Option<&Named>, said: &[Token], region: Region, told: Option<&Told>, own: &Own) -> Check {
    let figures = run_together::figures_of(items);
    let readings = [Some(said.to_vec()), without_homophones(said)];
    let best = readings
        .into_iter()
        .flatten()
        .flat_map(|said| {
            let said = words::once(&said);
            let check = |(range, callsign)| weigh::weigh(items, &said, range, callsign, region, told, own);
            caller::callsigns(&said, to, &figures).into_iter().map(check).collect::<Vec<_>>()
        })
        .min_by_key(|c: &Check| (c.verdict == Verdict::Incorrect, c.verdict == Verdict::Incomplete, c.wrong.len() + c.missing.len()));
    best.unwrap_or(Check { verdict: Verdict::Incomplete, wrong: Vec::new(), missing: vec![ReadbackItem::Callsign] })
}

/// The readback item that an instruction item requires, and whether it is mandatory (`facts`: FAA 7110.65 2-4-3, AIM 4-3-18 and 4-4-7; ICAO
/// rules with the UK's additions).
pub(super) fn need(item: &Item, all: &[Item], region: Region) -> Option<(ReadbackItem, bool)> {
    let here = |name: ReadbackItem, everywhere: bool| (name, everywhere || region.wants_readback(name.word()));
    Some(match item {
        Item::Circle(_) => (ReadbackItem::Runway, false),
        Item::Runway(_) => {
            let entered = all
                .iter()
                .any(|i| matches!(i, Item::Taxi { .. } | Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_)));
            // "Vectors to final runway two four right" says what the heading is for.
            let vectored = all.iter().any(|i| matches!(i, Item::Advice(words) if words.starts_with("vectors")));
            (ReadbackItem::Runway, entered || !vectored && region.wants_readback(ReadbackItem::Runway.word()))
        }
        Item::HoldShort { .. } | Item::HoldShortOf(_) => (ReadbackItem::HoldShort, true),
        Item::Cross { .. } => (ReadbackItem::Crossing, true),
        Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_) => here(ReadbackItem::Clearance, false),
        Item::Altitude { .. } => (ReadbackItem::Altitude, true),
        // An altitude to expect is not an assignment and need not be read back, but a different one is wrong.
        Item::ExpectAltitude { .. } => (ReadbackItem::Altitude, false),
        Item::Heading { .. } | Item::TurnDegrees { .. } => (ReadbackItem::Heading, true),
        // The position of the field need not be read back. Its bearing does not count as a different heading.
        Item::FieldAt { .. } => (ReadbackItem::Heading, false),
        // The taxi limit may be left out, but a different one is wrong.
        Item::HoldingPoint(_) => (ReadbackItem::TaxiRoute, false),
        Item::Speed(_) => here(ReadbackItem::Speed, false),
        Item::Contact { frequency: Some(_), .. } | Item::Monitor { frequency: Some(_), .. } => here(ReadbackItem::Frequency, false),
        Item::Squawk(_) => here(ReadbackItem::Squawk, false),
        Item::Pressure(_) => here(ReadbackItem::Altimeter, false),
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } if !via.is_empty() => here(ReadbackItem::TaxiRoute, false),
        Item::ClearedTo { .. } => here(ReadbackItem::Route, false),
        // An approach to expect is no clearance, but a different one is wrong.
        Item::Approach { expect: true, .. } => (ReadbackItem::Approach, false),
        Item::Approach { .. } => here(ReadbackItem::Approach, false),
        Item::Condition(_) => here(ReadbackItem::Condition, false),
        // The time may be left out, but a different one is wrong.
        Item::ExpectFurther(_) | Item::ExpectedApproach(_) | Item::VoidTime { .. } => (ReadbackItem::Condition, false),
        // The hold may be read back in part, but another course, turn or leg is wrong.
        Item::Hold(_) => (ReadbackItem::Restriction, false),
        Item::HoldPosition | Item::Stop | Item::CancelTakeoff => here(ReadbackItem::Clearance, false),
        Item::Enter(..) | Item::ClosedTraffic(_) => (ReadbackItem::TurnDirection, false),
        _ => return None,
    })
}

/// Whether these items stay open until they are read back.
pub fn needs_readback(items: &[Item]) -> bool {
    // The FAA's list is the shorter one: its items are mandatory everywhere.
    items.iter().any(|i| need(i, items, Region::FAA).is_some_and(|(_, mandatory)| mandatory))
        || items
            .iter()
            .any(|i| matches!(i, Item::Contact { frequency: Some(_), .. } | Item::Squawk(_) | Item::Speed(_) | Item::VoidTime { .. }))
}

/// Whether these items contain anything that a pilot may read back.
pub fn readable(items: &[Item]) -> bool {
    items.iter().any(|i| need(i, items, Region::ICAO).is_some())
}

/// The question that asks for missing mandatory items.
pub fn ask_for(items: &[Item], missing: &[ReadbackItem], region: Region) -> Item {
    let place = |m: &ReadbackItem| items.iter().position(|i| need(i, items, Region::ICAO).is_some_and(|(n, _)| n == *m));
    let mut missing = missing.to_vec();
    missing.sort_by_key(place);
    let words: Vec<String> = missing
        .iter()
        .filter_map(|m| {
            let item = items.iter().find(|i| need(i, items, Region::ICAO).is_some_and(|(n, _)| n == *m));
            Some(match (m, item) {
                (ReadbackItem::Callsign, _) => return None,
                (ReadbackItem::Runway, Some(Item::Runway(runway))) => format!("runway {runway}"),
                (ReadbackItem::HoldShort, Some(Item::HoldShort { runway, .. })) => format!("hold short of runway {runway}"),
                (_, Some(Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. })) => f.to_string(),
                (_, Some(Item::Taxi { via, .. } | Item::TaxiToParking { via, .. })) => format!("taxi via {}", via.join(", ")),
                (_, Some(item)) => super::say::written(item, region),
                (other, None) => other.word().replace('_', " "),
            })
        })
        .collect();
    Item::ReadBack(if words.is_empty() { "instruction".into() } else { words.join(" and ") })
}

/// The instruction items that these readback items refer to; all of them if none fits.
pub fn only(items: &[Item], about: &[ReadbackItem]) -> Vec<Item> {
    let verb = |i: &Item| matches!(i, Item::Taxi { .. } | Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_));
    let picked: Vec<Item> = items
        .iter()
        .filter(|i| {
            let own = need(i, items, Region::ICAO).is_some_and(|(n, _)| about.contains(&n));
            // A runway and its clearance make sense only together; a hold short stands alone.
            let joined = about.iter().any(|a| matches!(a, ReadbackItem::Runway | ReadbackItem::Clearance))
                && (verb(i) || matches!(i, Item::Runway(_)));
            let turn = about.contains(&ReadbackItem::TurnDirection)
                && matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. } | Item::Enter(..) | Item::ClosedTraffic(_));
            own || joined || turn
        })
        .cloned()
        .collect();
    if picked.is_empty() { items.to_vec() } else { picked }
}

/// The digits of a pressure.
pub(super) fn pressure_digits(p: Pressure) -> String {
    match p {
        Pressure::Altimeter(n) | Pressure::Qnh(n) | Pressure::Qfe(n) => n.to_string(),
    }
}

#[cfg(test)]
mod tests;
