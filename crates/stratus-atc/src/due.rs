//! The items of a transmission that the pilot must read back, in a pilot's short wording, for display.

use super::instruction::Item;
use super::say::spoken;
use super::{Engine, Reply, readback, say};
use crate::units::Region;

impl Engine {
    /// "runway 8, hold short runway 26": the items of this reply that must be read back; `None` if no readback is due.
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
    use crate::instruction::{Climb, Landing, Pressure};

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
                Some("runway 8"),
                Some("runway 08, cleared to land"),
            ),
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
}
