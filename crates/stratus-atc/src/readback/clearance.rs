//! What a readback claims to be cleared for: clearances, approaches, departures.

use super::ReadbackItem;
use crate::hear::is_used;
use crate::instruction::{Item, Landing};
use crate::transcript::Token;

/// What a clearance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    LineUp,
    Takeoff,
    Land(Landing),
}

pub(super) fn verb(item: &Item) -> Option<Verb> {
    match item {
        Item::LineUpAndWait => Some(Verb::LineUp),
        Item::ClearedForTakeoff { .. } => Some(Verb::Takeoff),
        Item::Cleared(l) => Some(Verb::Land(*l)),
        _ => None,
    }
}

pub(super) fn verb_of(t: &[Token]) -> Option<Verb> {
    let has = |w: &str| t.iter().any(|x| x.is(w));
    let pair = |a: &str, b: &str| t.windows(2).any(|p| p[0].is(a) && p[1].is(b));
    // "Landing two niner, cleared", "cleared to go".
    let lands = has("landing") && has("cleared");
    let goes = (2..t.len()).any(|i| t[i - 2].is("cleared") && t[i - 1].is("to") && t[i].is("go"));
    if pair("line", "up") || has("lineup") || pair("lining", "up") {
        Some(Verb::LineUp)
    } else if has("takeoff") || pair("take", "off") || goes {
        Some(Verb::Takeoff)
    } else if has("option") {
        Some(Verb::Land(Landing::Option))
    } else if pair("and", "go") && has("stop") {
        Some(Verb::Land(Landing::StopAndGo))
    } else if has("touch") {
        Some(Verb::Land(Landing::TouchAndGo))
    } else if pair("low", "approach") {
        Some(Verb::Land(Landing::LowApproach))
    } else if has("land") || lands {
        Some(Verb::Land(Landing::FullStop))
    } else {
        None
    }
}

/// A clearance read back as a different one. It is wrong in every region, even if no such clearance was given.
pub(super) fn verbs(items: &[Item], known: &[Item], said: &[Token], wrong: &mut Vec<ReadbackItem>) {
    let Some(heard) = verb_of(said) else { return };
    // The same clearance stands, and the pilot repeats it beside this instruction.
    if !items.iter().any(|i| verb(i).is_some()) && known.iter().filter_map(verb).any(|v| v == heard) {
        return;
    }
    let given: Vec<Verb> = items.iter().filter_map(verb).collect();
    let ground_only = items.iter().any(|i| matches!(i, Item::Taxi { .. } | Item::HoldShort { .. } | Item::Cross { .. }));
    if !given.is_empty() && !given.contains(&heard) || given.is_empty() && (ground_only || claims_clearance(said)) {
        wrong.push(ReadbackItem::Clearance);
    }
}

/// The readback claims an approach clearance that was not given: "cleared ILS" for "expect ILS".
pub(super) fn claims_approach(items: &[Item], said: &[Token]) -> bool {
    let approach = items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. } | Item::Cleared(Landing::LowApproach)));
    !approach && claims(said, |behind| behind.iter().any(|x| APPROACHES.contains(&x.word())))
}

/// Words that name an approach.
const APPROACHES: [&str; 9] = ["ils", "rnav", "visual", "vor", "gps", "localizer", "rnp", "ndb", "approach"];

/// "Cleared to land", "cleared for takeoff": a clearance itself, not one that is awaited or cancelled.
fn claims_clearance(said: &[Token]) -> bool {
    claims(said, |behind| verb_of(behind).is_some())
}

/// "Cleared", followed by what for.
fn claims(said: &[Token], what: impl Fn(&[Token]) -> bool) -> bool {
    said.iter().enumerate().filter(|(_, x)| x.is("cleared")).any(|(i, _)| {
        let denied = said[i.saturating_sub(2)..i].iter().any(|x| matches!(x.word(), "not" | "until" | "when" | "expect" | "before"));
        !denied && what(&said[i + 1..said.len().min(i + 4)])
    })
}

/// The names of the route were left out, and so was every word that stands for them. A recogniser spells such names as it likes, so any
/// unknown word beside the limit counts as one.
pub(super) fn leaves_out_route(items: &[Item], said: &[Token]) -> bool {
    const STANDS_FOR: [&str; 6] = ["via", "route", "routing", "filed", "planned", "direct"];
    let name = |w: &str| w.len() >= 4 && w.bytes().all(|b| b.is_ascii_alphabetic()) && !is_used(w);
    items.iter().any(|i| {
        let Item::ClearedTo { limit, route: Some(route), .. } = i else { return false };
        let limit = limit.to_lowercase();
        let low = route.to_lowercase();
        let named = low.split(' ').any(name);
        named && !said.iter().any(|x| STANDS_FOR.contains(&x.word()) || name(x.word()) && !limit.contains(x.word()))
    })
}

/// The readback names a different departure: the same name with another number or letter ("one bravo" for "1A"), or another name before the
/// designator.
pub(super) fn other_procedure(given: &[Token], said: &[Token]) -> bool {
    let sign = |t: &Token| t.digit().or(t.letter());
    let Some(name) = given.iter().find(|t| !t.word().is_empty()) else { return false };
    let designator: String = given.iter().filter_map(sign).collect();
    let at = said.iter().position(|t| t.is(name.word()));
    let told: String = match (at, said.iter().position(|t| t.is("departure"))) {
        (Some(at), _) => said[at + 1..].iter().map_while(sign).collect(),
        (None, Some(end)) => {
            let signs = said[..end].iter().rev().take_while(|t| sign(t).is_some()).count();
            let before = (end - signs).checked_sub(1).map_or("", |i| said[i].word());
            if signs > 0 && before.len() >= 4 && !matches!(before, "standard" | "instrument" | "runway" | "cleared") {
                return true;
            }
            let back: String = said[..end].iter().rev().map_while(sign).collect();
            back.chars().rev().collect()
        }
        (None, None) => return false,
    };
    !designator.is_empty() && !told.is_empty() && !told.starts_with(&designator)
}
