//! The pilot's readback: the items of a transmission in a pilot's words, correct or with one deliberate error.

use stratus_atc::instruction::{Climb, Item, Landing, Pressure};
use stratus_atc::spoken;
use stratus_units::{Frequency, Region, Runway, Squawk};

use crate::dice::Dice;

/// The deliberate error in a readback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// Another runway.
    Runway,
    /// Another altitude.
    Altitude,
    /// Another heading.
    Heading,
    /// Another frequency.
    Frequency,
    /// Another code.
    Squawk,
}

/// The words of a readback, without the callsign; empty if nothing must be read back. With `wrong` one value is
/// changed, if there is one that a controller must notice, and the error is returned.
pub fn of(items: &[Item], region: Region, wrong: bool, dice: &mut Dice) -> (String, Option<Error>) {
    let targets: Vec<usize> = if wrong {
        items.iter().enumerate().filter(|(_, i)| error_of(i, items, region).is_some()).map(|(n, _)| n).collect()
    } else {
        Vec::new()
    };
    let target = dice.of(&targets).copied();
    let error = target.and_then(|n| error_of(items.get(n)?, items, region));
    let mut parts = Vec::new();
    let mut skip = false;
    for (n, item) in items.iter().enumerate() {
        if std::mem::take(&mut skip) {
            continue;
        }
        let item = if Some(n) == target { changed(item) } else { item.clone() };
        if let Some(words) = words(&item, items.get(n + 1), region, &mut skip) {
            parts.push(words);
        }
    }
    (parts.join(", "), error)
}

/// The error that a changed value of this item is.
fn error_of(item: &Item, all: &[Item], region: Region) -> Option<Error> {
    let on_runway = |i: &Item| matches!(i, Item::Taxi { .. } | Item::LineUpAndWait | Item::ClearedForTakeoff { .. } | Item::Cleared(_));
    match item {
        Item::Runway(_) if all.iter().any(on_runway) => Some(Error::Runway),
        Item::HoldShort { .. } | Item::Cross { .. } => Some(Error::Runway),
        Item::Altitude { .. } => Some(Error::Altitude),
        Item::Heading { .. } => Some(Error::Heading),
        Item::Contact { frequency: Some(_), .. } if region.wants_readback("frequency") => Some(Error::Frequency),
        Item::Squawk(_) if region.wants_readback("squawk") => Some(Error::Squawk),
        _ => None,
    }
}

fn other_runway(r: Runway) -> Runway {
    Runway { number: if r.number > 18 { r.number - 17 } else { r.number + 17 }, side: r.side }
}

fn changed(item: &Item) -> Item {
    match item {
        Item::Runway(r) => Item::Runway(other_runway(*r)),
        Item::HoldShort { runway, at } => Item::HoldShort { runway: other_runway(*runway), at: at.clone() },
        Item::Cross { runway, at } => Item::Cross { runway: other_runway(*runway), at: at.clone() },
        Item::Altitude { way, feet, level } => Item::Altitude { way: *way, feet: feet + 1000, level: *level },
        Item::Heading { turn, degrees } => Item::Heading { turn: *turn, degrees: degrees % 360 + 20 },
        Item::Contact { unit, frequency: Some(f) } => {
            let other = Frequency::from_khz(if f.khz() > 130_000 { f.khz() - 1000 } else { f.khz() + 1000 });
            Item::Contact { unit: unit.clone(), frequency: other }
        }
        Item::Squawk(c) => {
            let text: String =
                c.to_string().chars().enumerate().map(|(n, d)| if n == 2 { if d == '3' { '5' } else { '3' } } else { d }).collect();
            Item::Squawk(text.parse::<Squawk>().unwrap_or(*c))
        }
        other => other.clone(),
    }
}

/// The words of one item; `skip` is set if they include the next item.
fn words(item: &Item, next: Option<&Item>, region: Region, skip: &mut bool) -> Option<String> {
    let runway = |r: Runway| format!("runway {}", spoken::runway(r, region));
    let via = |via: &[String]| {
        if via.is_empty() {
            String::new()
        } else {
            format!(" via {}", via.iter().map(|v| spoken::characters(v)).collect::<Vec<_>>().join(" "))
        }
    };
    Some(match item {
        Item::Runway(r) => match next {
            Some(Item::Taxi { via: route, to_holding_point }) => {
                *skip = true;
                let to = if *to_holding_point { "holding point " } else { "taxi to " };
                format!("{to}{}{}", runway(*r), via(route))
            }
            _ => runway(*r),
        },
        Item::Taxi { via: route, .. } => format!("taxi{}", via(route)),
        Item::TaxiToParking { place, via: route } => format!("taxi to {place}{}", via(route)),
        Item::HoldShort { runway: r, .. } => format!("hold short of {}", runway(*r)),
        Item::Cross { runway: r, .. } => format!("cross {}", runway(*r)),
        Item::LineUpAndWait => "line up and wait".into(),
        Item::ClearedForTakeoff { .. } => region.takeoff.into(),
        Item::Cleared(l) => match l {
            Landing::FullStop => "cleared to land",
            Landing::TouchAndGo => "cleared touch and go",
            Landing::StopAndGo => "cleared stop and go",
            Landing::Option => "cleared for the option",
            Landing::LowApproach => "cleared low approach",
        }
        .into(),
        Item::CancelTakeoff => "cancelling takeoff".into(),
        Item::HoldPosition => "holding position".into(),
        Item::Stop => "stopping".into(),
        Item::GoAround => "going around".into(),
        Item::Continue => "continue".into(),
        Item::ClosedTraffic(s) => format!("{} closed traffic", s.word()),
        Item::Enter(side, leg) => format!("{} {} {}", region.join, side.word(), leg.word()),
        Item::StraightIn => "straight in".into(),
        Item::RunwayHeading => "runway heading".into(),
        Item::Contact { unit, frequency } | Item::Monitor { unit, frequency } => {
            let on = frequency.map(|f| format!(" {}", spoken::frequency(f, region))).unwrap_or_default();
            format!("{}{on}", unit.to_lowercase())
        }
        Item::Squawk(c) => format!("squawk {}", spoken::characters(&c.to_string())),
        Item::Altitude { way, feet, level } => {
            let verb = match way {
                Climb::Climb => "climb ",
                Climb::Descend => "descend ",
                Climb::Maintain => "maintain ",
                Climb::AtOrBelow => "at or below ",
                Climb::AtOrAbove => "at or above ",
            };
            format!("{verb}{}", spoken::altitude(*feet, *level))
        }
        Item::Heading { turn, degrees } => {
            let side = turn.map(|s| format!("{} ", s.word())).unwrap_or_default();
            format!("{side}heading {}", spoken::characters(&format!("{degrees:03}")))
        }
        Item::Speed(kt) => format!("{} knots", spoken::characters(&kt.to_string())),
        Item::Pressure(Pressure::Qnh(q)) if region.wants_readback("altimeter") => format!("QNH {}", spoken::characters(&q.to_string())),
        Item::ClearedTo { limit, procedure, route } => {
            let by = procedure.as_ref().map(|p| format!(", {} departure", spoken::departure(p))).unwrap_or_default();
            let then = route.as_ref().map(|r| format!(", {r}")).unwrap_or_default();
            format!("cleared to {limit}{by}{then}")
        }
        Item::Approach { kind, expect } => {
            let verb = if *expect { "expect" } else { "cleared" };
            match next {
                Some(Item::Runway(r)) => {
                    *skip = true;
                    format!("{verb} {} {} approach", spoken::approach(kind), runway(*r))
                }
                _ => format!("{verb} {} approach", spoken::approach(kind)),
            }
        }
        Item::UntilEstablished => "until established".into(),
        Item::Direct(to) => format!("direct {to}"),
        Item::Pushback { push, startup, .. } => match (push, startup) {
            (true, true) => "push and start approved",
            (true, false) => "push approved",
            _ => "start up approved",
        }
        .into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use stratus_atc::readback::{Verdict, check};

    fn items() -> Vec<Vec<Item>> {
        let r: Runway = "28L".parse().unwrap();
        vec![
            vec![Item::Runway(r), Item::Taxi { via: vec!["A".into()], to_holding_point: false }],
            vec![Item::Runway(r), Item::ClearedForTakeoff { at: None }],
            vec![Item::Altitude { way: Climb::Climb, feet: 5000, level: false }, Item::Heading { turn: None, degrees: 270 }],
        ]
    }

    #[test]
    fn correct_readbacks_pass_and_deliberate_errors_fail() {
        let mut dice = Dice::new(4, 4);
        for region in [Region::FAA, Region::ICAO] {
            for items in items() {
                let (right, none) = of(&items, region, false, &mut dice);
                assert_eq!((check(&items, None, &right, region).verdict, none), (Verdict::Correct, None), "{right}");
                let (wrong, error) = of(&items, region, true, &mut dice);
                assert!(error.is_some() && check(&items, None, &wrong, region).verdict == Verdict::Incorrect, "{wrong} {region:?}");
            }
        }
    }
}
