//! Circling: an approach to one runway with the landing on another (7110.65 4-8-6).

use super::Decision;
use super::instruments::{approach_for, expect};
use crate::instruction::Item;
use crate::intent::Understanding;
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::{Arrival, Situation};

/// The approach to expect with the circling at its end. The pilot chooses the approach, or keeps the announced one.
pub(super) fn requested(s: &Situation, r: &Record, a: &Arrival, heard: &Understanding) -> Option<Decision> {
    let circle = heard.remarks.circle?;
    if a.to(circle.to).is_none() {
        let instead = expect(s, r, a).into_iter();
        return Some(Decision::say([Item::Unable(format!("runway {} not available", circle.to))].into_iter().chain(instead)));
    }
    let charted = |k: &String| !k.eq_ignore_ascii_case("visual");
    let kind = heard.slots.approach.clone().or_else(|| r.approach.as_ref().map(|(k, _)| k.clone())).filter(charted);
    let to_another = |p: &&crate::airports::Procedure| {
        p.runway.is_some_and(|x| x != circle.to) && kind.as_ref().is_none_or(|k| p.name.to_lowercase().starts_with(&k.to_lowercase()))
    };
    let listed = a.approaches.iter().find(to_another).and_then(|p| p.runway);
    let from = circle.from.or(r.expects).or(a.runway).filter(|x| *x != circle.to).or(listed)?;
    match approach_for(s, r, a, kind, Some(from), heard.remarks.has(Remark::FullProcedure)) {
        Decision::Say(items) => Some(Decision::Say(beside(items, circle.to))),
        silent => Some(silent),
    }
}

/// Adds the landing runway behind each approach and its runway.
fn beside(items: Vec<Item>, to: crate::units::Runway) -> Vec<Item> {
    let mut all: Vec<Item> = Vec::new();
    for item in items {
        let ends = matches!(item, Item::Runway(_)) && matches!(all.last(), Some(Item::Approach { .. }));
        all.push(item);
        if ends {
            all.push(Item::Circle(to));
        }
    }
    all
}

/// The circling stays with the approach that it was announced with, whatever names that approach again.
pub(super) fn with_circle(r: &Record, items: Vec<Item>) -> Vec<Item> {
    let (Some(to), Some((kind, _))) = (r.circles, &r.approach) else { return items };
    let same = items
        .windows(2)
        .any(|w| matches!(&w[0], Item::Approach { kind: k, .. } if k == kind) && w[1] == Item::Runway(r.expects.unwrap_or(to)));
    let told = items.iter().any(|i| matches!(i, Item::Circle(_)));
    if same && !told { beside(items, to) } else { items }
}
