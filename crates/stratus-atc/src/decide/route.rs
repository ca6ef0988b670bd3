//! What an instrument flight asks for on its way: direct to a point, a way around weather, another speed, the next frequency.

use super::Decision;
use super::radar::grouped;
use crate::instruction::{Ask, Item};
use crate::situation::{Arrival, Situation};
use crate::units::Side;

/// "Who do I talk to next": names the unit that takes over, if it does so now.
pub(super) fn next_frequency(s: &Situation) -> Decision {
    match &s.next_unit {
        Some(next) => Decision::say([Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }]),
        None => Decision::say([Item::RemainThisFrequency]),
    }
}

/// Answers a request for direct. A point in the plan or its procedures is granted. A flight in radar contact may choose any other point.
/// Without a point, direct to the destination.
pub(super) fn direct(s: &Situation, a: &Arrival, fix: Option<&str>) -> Decision {
    let name = fix.map_or_else(|| a.name.clone(), |f| if f.eq_ignore_ascii_case(&a.icao) { a.name.clone() } else { f.to_owned() });
    Decision::say([Item::Direct(s.asked_place.clone().filter(|_| fix.is_none()).unwrap_or(name))])
}

/// A deviation around weather. Asks for the side if the pilot gave none.
pub(super) fn deviation(side: Option<Side>, degrees: Option<u16>) -> Decision {
    match side {
        Some(side) => Decision::say([Item::Deviation { side, degrees }, Item::Advice("advise when clear of weather".into())]),
        None => Decision::say([Item::Ask(Ask::DeviationSide)]),
    }
}

pub(super) fn speed(s: &Situation, knots: Option<u16>) -> Decision {
    // A controller cannot waive the state's speed limits (14 CFR 91.117; ICAO Annex 11, appendix 4).
    let limits = s.region.speed_limits.iter().filter_map(|l| {
        let (most, below) = l.split_once(" below ")?;
        Some((most.parse::<u16>().ok()?, below.parse::<i32>().ok()?))
    });
    for (most, below) in limits {
        if s.altitude_ft.is_some_and(|now| now < below) && knots.is_some_and(|kt| kt > most) {
            return Decision::say([Item::Unable(format!("more than {most} knots below {}", grouped(below)))]);
        }
    }
    Decision::say([Item::Advice(knots.map_or_else(|| "speed at your discretion".to_owned(), |kt| format!("speed {kt} knots approved")))])
}
