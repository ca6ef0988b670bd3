//! How a pilot leaves the field: "right turn out", "left turnout to the south", "departing westbound".

use std::ops::Range;

use crate::entities::compass;
use crate::remark::Out;
use crate::transcript::Token;
use crate::units::Side;

/// Words that lead to the direction of a departure, directly or before "to the".
#[rustfmt::skip]
const LEADS: [&str; 25] = [
    "depart", "departing", "departure", "leaving", "leave", "turnout", "out", "exit", "exiting", "turn", "turning", "proceed", "proceeding",
    "vfr", "off", "heading", "headed", "going", "go", "fly", "flying", "away", "outbound", "flight", "takeoff",
];
/// Words between such a word and the direction.
#[rustfmt::skip]
const BETWEEN: [&str; 15] = [
    "the", "to", "towards", "toward", "is", "will", "be", "your", "area", "zone", "field", "circuit", "pattern", "airspace", "control",
];
/// Words after a compass word that make it part of the field.
#[rustfmt::skip]
const OF_THE_FIELD: [&str; 16] = [
    "ramp", "apron", "parking", "side", "hangar", "hangars", "terminal", "stand", "gate", "tiedown", "tiedowns", "pad", "grass", "of", "field", "abeam",
];
/// What follows a turn that is not flown after takeoff.
const NOT_OUT: [&str; 7] = ["heading", "base", "final", "downwind", "onto", "at", "off"];

/// The turn and the direction in which the pilot leaves, if the call says so. `hidden` holds the callsign and the station.
pub(super) fn way_out(t: &[Token], hidden: &[Range<usize>]) -> Option<Out> {
    let word = |i: usize| if hidden.iter().any(|h| h.contains(&i)) { "" } else { t.get(i).map_or("", Token::word) };
    let back = |i: usize, n: usize| i.checked_sub(n).map_or("", word);
    let mut out = Out::default();
    for i in 0..t.len() {
        let side = match word(i) {
            "left" => Some(Side::Left),
            "right" => Some(Side::Right),
            _ => None,
        };
        let hand = usize::from(word(i + 1) == "hand");
        let next = word(i + hand + 1);
        // "Right turn", "right turnout", "right crosswind departure"; "turn out to the right".
        let turns = matches!(next, "turn" | "turnout")
            && !NOT_OUT.contains(&word(i + hand + 2))
            && t.get(i + hand + 2).is_none_or(|x| x.digit().is_none());
        let legs = matches!(next, "crosswind" | "downwind") && matches!(word(i + hand + 2), "departure" | "exit");
        let behind = back(i, 1) == "the" && back(i, 2) == "to" && (back(i, 3) == "turnout" || back(i, 3) == "out" && back(i, 4) == "turn");
        if side.is_some() && (turns || legs || behind) {
            out.side = side;
        }
        let Some(to) = compass(word(i)).filter(|_| !OF_THE_FIELD.contains(&word(i + 1))) else { continue };
        let reach = (i.saturating_sub(6)..i).rev().find(|k| !BETWEEN.contains(&word(*k)));
        let led = reach.is_some_and(|k| LEADS.contains(&word(k)));
        let measured = reach.is_some_and(|k| matches!(word(k), "mile" | "miles") || t[k].digit().is_some());
        let bound = word(i).ends_with("bound") || matches!(word(i + 1), "departure" | "exit" | "bound");
        if (led || bound) && !measured || bound && measured && word(i).ends_with("bound") {
            out.to = Some(to.to_owned());
        }
    }
    (out != Out::default()).then_some(out)
}

#[cfg(test)]
mod tests {
    use crate::intent::Context;
    use crate::understand::understand;
    use crate::units::Facility;

    fn out(text: &str) -> Option<String> {
        let ctx = Context { facility: Some(Facility::Tower), own: "N172SP".parse().ok(), ..Context::default() };
        understand(text, &ctx).remarks.out.map(|o| o.words())
    }

    #[test]
    fn the_way_out_has_its_turn_and_its_direction() {
        for (text, want) in [
            ("tower skyhawk 172sp ready for departure runway 31 right turn out", "right turn"),
            ("172sp ready at 31 left turnout to the south", "left turn southbound"),
            ("172sp cleared for takeoff runway 31 with a right turn to the east", "right turn eastbound"),
            ("172sp ready to go, departing to the west", "westbound"),
            ("172sp ready, southbound departure", "southbound"),
            ("172sp is leaving the area to the west", "westbound"),
            ("172sp taxi, vfr to the northwest", "northwestbound"),
            ("172sp ready for departure, right crosswind departure", "right turn"),
        ] {
            assert_eq!(out(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "172sp five miles to the south inbound",
            "172sp at the west ramp request taxi",
            "172sp turn right heading 310",
            "172sp right downwind runway 31",
            "172sp ten south for landing",
            "172sp turn left base",
        ] {
            assert_eq!(out(text), None, "{text}");
        }
    }
}
