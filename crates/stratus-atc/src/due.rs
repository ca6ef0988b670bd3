//! The readback that fits a transmission, in a pilot's short wording, for display: the items that must be read back, and the clearance
//! that they belong to.

use super::instruction::Item;
use super::say::spoken;
use super::{Engine, Reply, readback, say};
use crate::units::Region;

impl Engine {
    /// "runway 8, cleared to land": the readback of this reply; `None` if no readback is due.
    pub fn due(&self, reply: &Reply) -> Option<String> {
        let region = self.airport.as_ref().map_or(Region::FAA, |a| a.region);
        let corrects = self.outgoing.as_ref().is_some_and(|o| o.correction);
        match &self.record.pending {
            // Items that were already correct are not required again.
            Some(open) if corrects => due(&open.instruction.items, region),
            _ => due(&reply.instruction.items, region),
        }
    }

    /// The items that the controller still waits to hear read back: "runway 8, hold short runway 26"; `None` if no readback is
    /// awaited.
    pub fn awaited_readback(&self) -> Option<String> {
        let region = self.airport.as_ref().map_or(Region::FAA, |a| a.region);
        due(&self.record.pending.as_ref()?.instruction.items, region)
    }
}

pub(super) fn due(items: &[Item], region: Region) -> Option<String> {
    if !readback::needs_readback(items) {
        return None;
    }
    let mandatory = |i: &Item| match i {
        Item::Contact { frequency: Some(_), .. } | Item::Monitor { frequency: Some(_), .. } | Item::Squawk(_) | Item::Speed(_) => true,
        // A pilot says what the runway is for, even where only the runway is mandatory (AIM 4-3-14, 4-3-18).
        Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_) => true,
        Item::UntilEstablished => region.wants_readback(readback::ReadbackItem::Restriction.word()),
        other => readback::need(other, items, region).is_some_and(|(_, mandatory)| mandatory),
    };
    let words: Vec<String> = items.iter().filter(|i| mandatory(i)).map(|i| short(i, region)).filter(|w| !w.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The item as a pilot reads it back, or as the controller writes it.
fn short(item: &Item, region: Region) -> String {
    match item {
        Item::HoldShort { runway, .. } => spoken::runways_as_written(&format!("hold short runway {runway}"), region),
        Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. } => f.to_string(),
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => format!("via {}", via.join(", ")),
        other => say::written(other, region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{Climb, Hold, Landing, Legs, Pressure};
    use crate::units::{Callsign, Side};

    #[test]
    fn required_readback_items_are_listed_in_spoken_order() {
        let runway = |r: &str| r.parse().unwrap();
        let taxi = || Item::Taxi { via: vec!["A".into(), "B".into()], to_holding_point: false };
        let contact = || Item::Contact { unit: "Tower".into(), frequency: "118.1".parse().ok() };
        for (items, faa, icao) in [
            (
                vec![Item::Runway(runway("8")), taxi(), Item::HoldShort { runway: runway("26"), at: None }],
                Some("runway 8, hold short runway 26"),
                Some("runway 08, via A, B, hold short runway 26"),
            ),
            (
                vec![Item::Wind { dir: 70, knots: 9 }, Item::Runway(runway("8")), Item::Cleared(Landing::FullStop)],
                Some("runway 8, cleared to land"),
                Some("runway 08, cleared to land"),
            ),
            (
                vec![Item::Runway(runway("8")), Item::ClearedForTakeoff { at: None }],
                Some("runway 8, cleared for takeoff"),
                Some("runway 08, cleared for take-off"),
            ),
            (vec![Item::Runway(runway("8")), Item::LineUpAndWait], Some("runway 8, line up and wait"), Some("runway 08, line up and wait")),
            (vec![Item::Cross { runway: runway("3"), at: None }], Some("cross runway 3"), Some("cross runway 03")),
            (
                vec![Item::Altitude { way: Climb::Climb, feet: 3500, level: false }, Item::Squawk("4512".parse().unwrap())],
                Some("climb and maintain 3,500, squawk 4512"),
                None,
            ),
            (vec![contact()], Some("118.1"), Some("118.1")),
            (vec![Item::Roger, Item::Pressure(Pressure::Altimeter(2992))], None, None),
            (vec![Item::ReadYou], None, None),
        ] {
            assert_eq!(due(&items, Region::FAA).as_deref(), faa, "{items:?}");
            if icao.is_some() || faa.is_none() {
                assert_eq!(due(&items, Region::ICAO).as_deref(), icao, "{items:?}");
            }
        }
    }

    #[test]
    fn suggested_readback_of_every_kind_is_accepted() {
        let to: Callsign = "N172SP".parse().unwrap();
        let runway = || Item::Runway("28R".parse().unwrap());
        let via = || vec!["A".to_owned(), "B".to_owned()];
        let hold = || Item::HoldShort { runway: "26".parse().unwrap(), at: None };
        let contact = || ("Hilo Tower".to_owned(), "118.1".parse().ok());
        let altitude = |way, feet, level| Item::Altitude { way, feet, level };
        let approach = |kind: &str| Item::Approach { kind: kind.to_owned(), expect: false };
        let all: Vec<Vec<Item>> = vec![
            vec![runway(), Item::Taxi { via: via(), to_holding_point: false }, hold()],
            vec![runway(), Item::Taxi { via: via(), to_holding_point: true }],
            vec![runway(), Item::Taxi { via: Vec::new(), to_holding_point: false }, Item::HoldShortOf("C".into())],
            vec![Item::TaxiToParking { place: "parking".into(), via: via() }, hold()],
            vec![Item::Cross { runway: "3".parse().unwrap(), at: Some("B".into()) }],
            vec![runway(), Item::LineUpAndWait],
            vec![Item::Wind { dir: 70, knots: 9 }, runway(), Item::ClearedForTakeoff { at: None }],
            vec![runway(), Item::ClearedForTakeoff { at: Some("D".into()) }],
            vec![Item::CancelTakeoff],
            vec![runway(), Item::Cleared(Landing::FullStop)],
            vec![runway(), Item::Cleared(Landing::TouchAndGo)],
            vec![runway(), Item::Cleared(Landing::StopAndGo)],
            vec![runway(), Item::Cleared(Landing::Option)],
            vec![runway(), Item::Cleared(Landing::LowApproach)],
            vec![altitude(Climb::Climb, 3500, false), Item::Squawk("4512".parse().unwrap())],
            vec![altitude(Climb::Descend, 8000, false), Item::Pressure(Pressure::Altimeter(2992))],
            vec![altitude(Climb::Maintain, 24_000, true)],
            vec![Item::Heading { turn: Some(Side::Left), degrees: 270 }, altitude(Climb::Descend, 2000, false)],
            vec![Item::Heading { turn: None, degrees: 90 }],
            vec![Item::TurnDegrees { side: Side::Right, degrees: 20 }],
            vec![Item::Speed(220)],
            vec![Item::Contact { unit: contact().0, frequency: contact().1 }],
            vec![Item::Monitor { unit: contact().0, frequency: contact().1 }],
            vec![Item::Heading { turn: Some(Side::Right), degrees: 300 }, approach("ILS"), runway()],
            vec![
                Item::Heading { turn: Some(Side::Left), degrees: 295 },
                altitude(Climb::Maintain, 2000, false),
                Item::UntilEstablished,
                approach("ILS"),
                runway(),
            ],
            vec![approach("visual"), runway(), Item::Contact { unit: contact().0, frequency: contact().1 }],
            vec![
                Item::ClearedTo { limit: "Monterey".into(), procedure: Some("NOME1".into()), route: Some("then as filed".into()) },
                altitude(Climb::Climb, 5000, false),
                Item::ExpectAltitude { feet: 9000, level: false },
                Item::Squawk("4512".parse().unwrap()),
            ],
            vec![Item::Condition("behind the landing Airbus".into()), runway(), Item::LineUpAndWait, hold()],
            vec![
                Item::Hold(Hold { fix: Some("SUNOL".into()), inbound: Some(270), turns: Side::Right, legs: Legs::HalfMinutes(2) }),
                Item::ExpectFurther(1065),
                altitude(Climb::Maintain, 6000, false),
            ],
            vec![Item::HoldPosition, hold()],
        ];
        for region in [Region::FAA, Region::ICAO] {
            for items in &all {
                let Some(words) = due(items, region) else { continue };
                // A pilot says the name of a procedure, which stands here as its code.
                let names = items.iter().any(|i| matches!(i, Item::ClearedTo { .. }));
                let aloud = format!("{}, Skyhawk 172SP", spoken::words(&words, region));
                for said in [format!("{words}, N172SP")].into_iter().chain((!names).then_some(aloud)) {
                    let check = readback::check(items, Some(&to), &said, region);
                    assert_eq!(check.verdict, readback::Verdict::Correct, "{said}: {check:?} for {items:?}");
                }
            }
        }
    }
}
