//! The wind behind a runway. A pilot who gets a runway with a tailwind hears the wind (7110.65 3-5-1, 3-9-1, 3-10-1).

use super::{Decision, Outcome};
use crate::instruction::Item;
use crate::situation::Situation;
use crate::units::{Runway, turn};

/// From this component on, the wind is behind the aircraft, knots.
const BEHIND_KT: f64 = 3.0;

/// Whether the wind blows along this runway from behind.
pub(super) fn behind(s: &Situation, runway: Runway) -> bool {
    let Some(Item::Wind { dir, knots }) = s.wind() else { return false };
    let off = turn(f64::from(runway.number) * 10.0, f64::from(dir)).to_radians();
    -off.cos() * f64::from(knots) >= BEHIND_KT
}

/// Adds the wind to a visual approach or a landing with a tailwind.
pub(super) fn told(s: &Situation, outcome: Outcome) -> Outcome {
    let Decision::Say(mut items) = outcome.decision else { return outcome };
    let cleared = |i: &Item| match i {
        Item::Approach { kind, expect: false } => kind.eq_ignore_ascii_case("visual"),
        Item::Cleared(_) => true,
        _ => false,
    };
    let runway = items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
    let here = s.arrival.as_ref().is_none_or(|a| a.icao == s.icao);
    let wanted = items.iter().any(cleared) && !items.iter().any(|i| matches!(i, Item::Wind { .. })) && here;
    if let Some(wind) = s.wind().filter(|_| wanted && runway.is_some_and(|r| behind(s, r))) {
        let at = items.iter().position(|i| matches!(i, Item::Approach { .. } | Item::Runway(_))).unwrap_or(0);
        items.insert(at, wind);
    }
    Outcome { decision: Decision::Say(items), ..outcome }
}
