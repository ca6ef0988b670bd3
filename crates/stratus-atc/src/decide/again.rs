//! "Say again the altitude": finds the part of the last transmission that the pilot asks for.

use super::Decision;
use crate::instruction::{Ask, Item};
use crate::record::Record;
use crate::situation::Situation;

/// Repeats the item that the pilot asks for, or the whole last transmission, with the same values.
pub(super) fn say_again(s: &Situation, record: &Record, about: &str) -> Decision {
    let item = if about.contains("runway") {
        record.takeoff.or(record.landing.map(|(r, _)| r)).or(record.taxi).or(s.active).map(Item::Runway)
    } else if about.contains("altimeter") || about.contains("qnh") {
        s.pressure()
    } else if about.contains("wind") {
        s.wind()
    } else if about.contains("squawk") || about.contains("code") {
        record.squawk.map(Item::Squawk)
    } else if about.contains("heading") && (record.emergency.is_some() || record.plight.is_some()) {
        // The way to the field is the one from here.
        part(record, about).filter(|i| !matches!(i, Item::FieldAt { .. })).or_else(|| super::distress::home(s))
    } else {
        part(record, about)
    };
    match (item, &record.last) {
        (Some(item), _) => Decision::say([item]),
        (None, Some(last)) => Decision::Say(last.items.clone()),
        (None, None) => Decision::ask(Ask::SayAgain),
    }
}

/// The part of the last transmission that a "say again" names: its altitude, heading, speed, frequency or route.
fn part(record: &Record, about: &str) -> Option<Item> {
    let asks = |words: &[&str]| words.iter().any(|w| about.split(' ').any(|a| a == *w));
    let wanted: fn(&Item) -> bool = if asks(&["altitude", "level", "height"]) {
        |i| matches!(i, Item::Altitude { .. })
    } else if asks(&["heading"]) {
        |i| matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. } | Item::FieldAt { .. })
    } else if asks(&["speed"]) {
        |i| matches!(i, Item::Speed(_))
    } else if asks(&["frequency"]) {
        |i| matches!(i, Item::Contact { .. } | Item::Monitor { .. })
    } else if asks(&["route", "taxi", "routing"]) {
        |i| matches!(i, Item::Taxi { .. } | Item::TaxiToParking { .. } | Item::ClearedTo { .. })
    } else {
        return None;
    };
    record.last.as_ref()?.items.iter().find(|i| wanted(i)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::{Address, Climb, Instruction};
    use crate::units::Facility;

    #[test]
    fn the_part_that_is_asked_for_is_repeated() {
        let altitude = Item::Altitude { way: Climb::Climb, feet: 5000, level: false };
        let heading = Item::Heading { turn: None, degrees: 310 };
        let items = vec![heading.clone(), altitude.clone(), Item::Speed(210)];
        let last = Instruction { to: "N172SP".parse().unwrap(), address: Address::Short, from: Facility::Approach, station: None, items };
        let record = Record { last: Some(last), ..Record::default() };
        assert_eq!(part(&record, "altitude"), Some(altitude));
        assert_eq!(part(&record, "the heading"), Some(heading));
        assert_eq!(part(&record, "speed"), Some(Item::Speed(210)));
        assert_eq!(part(&record, "frequency"), None);
        assert_eq!(part(&record, ""), None);
    }
}
