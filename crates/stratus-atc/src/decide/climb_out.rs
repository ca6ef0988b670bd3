//! Practice approaches: a pilot who will not land hears what to do afterwards before the approach begins (7110.65 4-8-12).

use super::tower;
use crate::instruction::{Item, Landing};
use crate::intent::Understanding;
use crate::record::Record;
use crate::say;
use crate::situation::Situation;

/// What the approach ends with, if not with a landing.
fn ends_with(kind: Landing) -> Option<&'static str> {
    match kind {
        Landing::FullStop => None,
        Landing::TouchAndGo => Some("touch-and-go"),
        Landing::StopAndGo => Some("stop-and-go"),
        Landing::Option => Some("option"),
        Landing::LowApproach => Some("low approach"),
    }
}

/// Adds the climb-out to an approach clearance. Its heading and level apply only then, so they are words now.
pub(super) fn with_climb_out(s: &Situation, r: &Record, heard: &Understanding, mut items: Vec<Item>) -> Vec<Item> {
    let end = heard.slots.landing.or(r.wants).and_then(ends_with);
    let cleared = items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. }));
    let Some(end) = end.filter(|_| cleared && s.live && !s.on_ground && s.facility.is_radar() && r.emergency.is_none()) else {
        return items;
    };
    let way: Vec<String> = if s.ifr {
        let way = tower::after_going_around(s, r);
        way.iter().filter(|i| matches!(i, Item::RunwayHeading | Item::Altitude { .. })).map(|i| say::written(i, s.region)).collect()
    } else {
        vec!["fly runway heading".to_owned(), "maintain VFR".to_owned()]
    };
    if !way.is_empty() {
        items.push(Item::Advice(format!("after the {end}, {}", way.join(", "))));
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_approach_that_goes_on_has_a_climb_out() {
        assert_eq!(ends_with(Landing::FullStop), None);
        assert!(
            [Landing::TouchAndGo, Landing::StopAndGo, Landing::Option, Landing::LowApproach].into_iter().all(|k| ends_with(k).is_some())
        );
    }
}
