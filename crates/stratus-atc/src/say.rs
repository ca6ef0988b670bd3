//! Renders an `Instruction` as a `Transmission`: spoken words and displayed text, FAA or ICAO. No text is canned.

mod item;
pub mod spoken;

use crate::instruction::{Address, Instruction, Item};
use crate::telephony;
use crate::units::region::ShortRegistration;
use crate::units::{Callsign, Region};

/// A controller's transmission, spoken and written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Transmission {
    /// Written: "Skyhawk 172SP, runway 31, taxi via A".
    pub text: String,
    /// Spoken: "Skyhawk one seven two sierra papa, runway three one, taxi via alpha".
    pub spoken: String,
}

/// Types called by name before a registration (7110.65 2-4-20): ICAO designator, spoken name.
const TYPES: &[(&str, &str)] = &[
    ("C172", "Skyhawk"),
    ("C72R", "Cutlass"),
    ("C150", "Cessna"),
    ("C152", "Cessna"),
    ("C182", "Skylane"),
    ("C206", "Cessna"),
    ("C208", "Caravan"),
    ("C210", "Centurion"),
    ("C310", "Cessna"),
    ("P28A", "Cherokee"),
    ("PA28", "Cherokee"),
    ("P28R", "Arrow"),
    ("PA32", "Saratoga"),
    ("PA38", "Tomahawk"),
    ("PA44", "Seminole"),
    ("BE33", "Bonanza"),
    ("BE35", "Bonanza"),
    ("BE36", "Bonanza"),
    ("BE55", "Baron"),
    ("BE58", "Baron"),
    ("BE60", "Duke"),
    ("BE65", "Queenair"),
    ("BE9L", "King Air"),
    ("BE20", "King Air"),
    ("B350", "King Air"),
    ("DA40", "Diamond Star"),
    ("DA42", "Twin Star"),
    ("DV20", "Katana"),
    ("DA20", "Katana"),
    ("SR20", "Cirrus"),
    ("SR22", "Cirrus"),
    ("M20P", "Mooney"),
    ("M20T", "Mooney"),
    ("TBM9", "T B M"),
    ("PC12", "Pilatus"),
    ("C25A", "Citation"),
    ("C25C", "Citation"),
];

/// Designators of aircraft of the wake categories "super" and "heavy", and the first three characters of families that are all heavy (ICAO Doc
/// 8643).
const SUPER: [&str; 2] = ["A388", "A225"];
#[rustfmt::skip]
const HEAVY: [&str; 16] = [
    "A310", "A3ST", "A124", "A400", "B52", "BLCF", "C17", "C5M", "DC10", "E3TF", "IL76", "IL86", "IL96", "K35R", "L101", "MD11",
];
const HEAVY_FAMILIES: [&str; 8] = ["A30", "A33", "A34", "A35", "B74", "B76", "B77", "B78"];

/// The word behind the callsign of an aircraft with strong wake turbulence (7110.65 2-4-15 e).
fn wake_word(designator: &str) -> Option<&'static str> {
    let kind = designator.to_ascii_uppercase();
    if SUPER.contains(&kind.as_str()) {
        return Some("super");
    }
    let family = kind.len() == 4 && kind.get(..3).is_some_and(|f| HEAVY_FAMILIES.contains(&f));
    (family || HEAVY.contains(&kind.as_str())).then_some("heavy")
}

/// The spoken name of a type, or its designator if it has none.
pub(super) fn type_name(designator: &str) -> String {
    TYPES
        .iter()
        .find(|(code, _)| code.eq_ignore_ascii_case(designator))
        .map_or_else(|| designator.to_owned(), |(_, name)| (*name).to_owned())
}

/// Renders an instruction.
pub fn render(i: &Instruction, region: Region, aircraft_type: Option<&str>) -> Transmission {
    let (mut text, mut spoken) = (Vec::new(), Vec::new());
    let station = i.station.as_deref();
    match (i.address, station) {
        (Address::Nobody, Some(s)) => {
            text.push(format!("Station calling {s}"));
            spoken.push(format!("station calling {s}"));
        }
        (Address::Nobody, None) => {
            text.push("Station calling".to_owned());
            spoken.push("station calling".to_owned());
        }
        (Address::All, _) => {}
        (address, station) => {
            let (t, s) = callsign(&i.to, address, region, aircraft_type);
            let wake = aircraft_type.and_then(wake_word).filter(|_| region.heavy_callsigns).map_or(String::new(), |w| format!(" {w}"));
            text.push(t + &wake);
            spoken.push(s + &wake);
            if let Some(s) = station {
                text.push(s.to_owned());
                spoken.push(s.to_owned());
            }
        }
    }
    for (n, item) in i.items.iter().enumerate() {
        let next = i.items.get(n + 1);
        if matches!(item, Item::Runway(_)) && n.checked_sub(1).is_some_and(|b| item::names_runway(&i.items[b], region)) {
            continue;
        }
        let (mut t, mut s) = item::words(item, next, region);
        // The condition is said at the beginning and at the end.
        let behind = |c: &Item| matches!(c, Item::Condition(w) if w.starts_with("behind"));
        if matches!(item, Item::LineUpAndWait) && i.items.iter().any(behind) {
            t.push_str(", behind");
            s.push_str(", behind");
        }
        let t = spoken::runways_as_written(&t, region);
        if t.is_empty() {
            continue;
        }
        // A runway after a pattern entry or an approach belongs to it, so there is no comma.
        let joins = matches!(item, Item::UntilEstablished | Item::Height(_))
            || matches!(item, Item::Runway(_))
                && n > 0
                && matches!(i.items[n - 1], Item::Enter(..) | Item::StraightIn | Item::ClosedTraffic(_) | Item::Approach { .. });
        if joins && let (Some(lt), Some(ls)) = (text.last_mut(), spoken.last_mut()) {
            lt.push_str(&format!(" {t}"));
            ls.push_str(&format!(" {s}"));
        } else {
            text.push(t);
            spoken.push(s);
        }
    }
    Transmission { text: text.join(", "), spoken: spoken.join(", ") }
}

/// The written form of a single item.
pub(super) fn written(item: &Item, region: Region) -> String {
    spoken::runways_as_written(&item::words(item, None, region).0, region)
}

/// The written and spoken callsign.
pub(super) fn callsign(c: &Callsign, address: Address, region: Region, aircraft_type: Option<&str>) -> (String, String) {
    let id = c.as_str();
    if let Some(name) = id.get(..3).and_then(telephony::spoken).filter(|_| id[3..].starts_with(|c: char| c.is_ascii_digit())) {
        let number = &id[3..];
        return (format!("{} {number}", title(name)), format!("{} {}", title(name), spoken::characters(number)));
    }
    let kind = aircraft_type.and_then(|t| TYPES.iter().find(|(code, _)| code.eq_ignore_ascii_case(t))).map(|(_, name)| *name);
    let american = id.strip_prefix('N').filter(|b| b.starts_with(|c: char| c.is_ascii_digit()));
    match (american, region) {
        (Some(bare), _) => {
            let tail = if address == Address::Short { &bare[bare.len().saturating_sub(3)..] } else { bare };
            match kind {
                Some(name) => (format!("{name} {tail}"), format!("{name} {}", spoken::characters(tail))),
                None => (format!("N{tail}"), format!("november {}", spoken::characters(tail))),
            }
        }
        // Three letters and a number are an airline's, also one that is not listed, and stay whole (ICAO Annex 10 5.2.1.7.2).
        (None, _) if address == Address::Short && id.len() >= 4 && !is_flight(id) => {
            if region.short_registration == ShortRegistration::LastThree {
                let tail = &id[id.len() - 3..];
                return (tail.to_owned(), spoken::characters(tail));
            }
            let short = format!("{}{}", &id[..1], &id[id.len() - 2..]);
            (format!("{}-{}", &id[..1], &id[id.len() - 2..]), spoken::characters(&short))
        }
        (None, _) => (c.painted(), spoken::characters(id)),
    }
}

/// Whether a callsign is an airline's code and flight number: no registration has three letters before its figures.
fn is_flight(id: &str) -> bool {
    id.len() > 3 && id[..3].bytes().all(|b| b.is_ascii_alphabetic()) && id[3..].starts_with(|c: char| c.is_ascii_digit())
}

pub(super) fn title(name: &str) -> String {
    name.split(' ')
        .map(|w| {
            let mut c = w.chars();
            c.next().map_or_else(String::new, |f| f.to_uppercase().chain(c).collect())
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// Splits a transmission at commas into up to three phrases. The first is short, so that it can play while the rest is synthesised.
pub fn phrases(spoken: &str) -> Vec<String> {
    let mut clauses = spoken.split(", ").filter(|c| !c.trim().is_empty()).peekable();
    let Some(first) = clauses.next() else { return Vec::new() };
    let mut phrases = vec![first.to_owned()];
    let rest: Vec<&str> = clauses.collect();
    if rest.is_empty() {
        return phrases;
    }
    // A callsign alone sounds cut off, so a short following clause joins the first phrase.
    let half = rest.len().div_ceil(2);
    if rest.len() > 3 {
        phrases.push(rest[..half].join(", "));
        phrases.push(rest[half..].join(", "));
    } else {
        phrases.push(rest.join(", "));
    }
    let last = phrases.len() - 1;
    for p in &mut phrases[..last] {
        p.push(',');
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::Landing;
    use crate::units::Facility;

    fn said(items: Vec<Item>, address: Address, station: Option<&str>, region: Region, to: &str, kind: &str) -> Transmission {
        let i = Instruction { to: to.parse().unwrap(), address, from: Facility::Tower, station: station.map(Into::into), items };
        render(&i, region, Some(kind))
    }

    #[test]
    fn names_are_shortened_after_first_contact() {
        let r = Item::Runway("8".parse().unwrap());
        let t = said(
            vec![r.clone(), Item::Taxi { via: vec![], to_holding_point: false }],
            Address::Full,
            Some("Hilo Ground"),
            Region::FAA,
            "N172SP",
            "C172",
        );
        assert_eq!(t.text, "Skyhawk 172SP, Hilo Ground, runway 8, taxi");
        assert_eq!(t.spoken, "Skyhawk one seven two sierra papa, Hilo Ground, runway eight, taxi");
        let t = said(
            vec![Item::Wind { dir: 80, knots: 8 }, r, Item::Cleared(Landing::FullStop)],
            Address::Short,
            None,
            Region::FAA,
            "N172SP",
            "C172",
        );
        assert_eq!(t.text, "Skyhawk 2SP, wind 080 at 8, runway 8, cleared to land");
        assert_eq!(t.spoken, "Skyhawk two sierra papa, wind zero eight zero at eight, runway eight, cleared to land");
    }

    #[test]
    fn phraseology_differs_outside_the_united_states() {
        let r = Item::Runway("27L".parse().unwrap());
        let t = said(
            vec![r, Item::Taxi { via: vec!["A".into()], to_holding_point: true }],
            Address::Full,
            None,
            Region::ICAO,
            "BAW123",
            "A320",
        );
        assert_eq!(t.text, "Speedbird 123, taxi to holding point runway 27L via A");
        let f = Item::Contact { unit: "Tower".into(), frequency: Some("118.5".parse().unwrap()) };
        let t = said(vec![f], Address::Short, None, Region::ICAO, "GABCD", "C172");
        assert_eq!(t.text, "G-CD, contact Tower 118.5");
        assert_eq!(t.spoken, "golf charlie delta, contact Tower one one eight decimal five");
        let canada = Region::of("CYTZ", "");
        let t = said(vec![Item::Roger], Address::Short, None, canada, "CGVQX", "C172");
        assert_eq!(
            (t.text.as_str(), t.spoken.as_str()),
            ("VQX, roger", "victor quebec xray, roger"),
            "Canada keeps the last three letters"
        );
        let t = said(vec![Item::Roger], Address::Short, None, Region::ICAO, "ZZQ283", "B738");
        assert_eq!(t.text, "ZZQ283, roger", "an airline that is not listed keeps its whole callsign");
    }

    #[test]
    fn strong_wake_is_part_of_the_callsign_where_the_state_says_so() {
        let named = |kind: &str, region: Region| said(vec![Item::Roger], Address::Full, None, region, "UAL57", kind).spoken;
        assert_eq!(named("B77W", Region::FAA), "United five seven heavy, roger");
        assert_eq!(named("A388", Region::FAA), "United five seven super, roger");
        for (kind, region) in [("C172", Region::FAA), ("B738", Region::FAA), ("B752", Region::FAA), ("B77W", Region::ICAO)] {
            assert_eq!(named(kind, region), "United five seven, roger", "{kind}");
        }
    }

    #[test]
    fn phrases_keep_every_word_and_the_first_is_short() {
        let s = "Skyhawk two sierra papa, wind zero eight zero at eight, runway eight, cleared to land, number two, follow the Cessna";
        let p = phrases(s);
        assert!(p.len() == 3 && p[0] == "Skyhawk two sierra papa,");
        assert_eq!(p.join(" "), s);
        assert_eq!(phrases("say again"), ["say again"]);
        assert!(phrases("").is_empty());
    }
}
