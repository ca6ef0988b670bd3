//! The instruction around the decided items: whom it addresses, and the checks that every transmission passes.

use super::{above_ground, circling, climb_out, no_gyro, topics};
use crate::instruction::{Address, Ask, Instruction, Item};
use crate::intent::Understanding;
use crate::record::Record;
use crate::situation::Situation;
use crate::units::region::ShortCallsigns;

/// Builds the instruction around the decided items: which callsign form to use, and whether to name the station.
pub fn address(s: &Situation, record: &Record, heard: &Understanding, items: Vec<Item>) -> Instruction {
    let items = circling::with_circle(record, above_ground::answer(s, record, heard, items));
    let items = climb_out::with_climb_out(s, record, heard, items);
    let floor = above_ground::floor(s, record, &items).max(s.floor_ft);
    let items = topics::with_pressure(s, topics::outside_the_layer(s, floor, items));
    let items = no_gyro::without_headings(s, record, topics::caution(s, items));
    let first = !record.contacted.contains(&s.facility);
    let named = heard.callsign.is_some();
    let shortened = record.last.as_ref().is_some_and(|l| l.address == Address::Short);
    let short = !first && (s.region.short_callsigns == ShortCallsigns::Controller || said_short(heard) || shortened);
    let nobody = (!named && first || heard.unsure_caller) && items.iter().all(|i| matches!(i, Item::Ask(Ask::SayAgain | Ask::Callsign)));
    Instruction {
        to: s.callsign.clone(),
        address: if nobody {
            Address::Nobody
        } else if short {
            Address::Short
        } else {
            Address::Full
        },
        from: s.facility,
        // Name the station only once.
        station: s.own_station().filter(|_| first && !items.iter().any(|i| matches!(i, Item::ThisIs(_)))),
        items,
    }
}

/// An ICAO controller abbreviates a callsign first; the pilot may abbreviate it after that.
fn said_short(heard: &Understanding) -> bool {
    heard.callsign.is_some()
}
