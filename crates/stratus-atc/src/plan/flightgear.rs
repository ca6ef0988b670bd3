//! FlightGear's route as a property list: the route manager saves it as `.fgfp`, older versions as `.xml`.

use super::draft::{Draft, Leg, Part};
use super::xml::Element;
use super::{Format, Reading, Refused, points, refused, values};
use crate::report::Procedure;
use crate::units::FT_PER_M;

/// Reads the tree below `PropertyList`.
pub(super) fn read(root: &Element) -> Result<Reading, Refused> {
    let route = root.child("route");
    if route.is_none() && root.child("departure").is_none() && root.child("destination").is_none() {
        return Err(refused("it is a property list of FlightGear, but not a route"));
    }
    let mut draft = Draft::new(Format::FlightGear);
    draft.rules(root.text("flight-rules"));
    draft.plan.callsign = draft.take("the callsign", root.text("callsign"), "not a callsign", |v| v.parse().ok());
    draft.plan.aircraft_type = draft.take("the aircraft type", root.text("aircraft-type"), "not a type designator", designator);
    if let Some(cruise) = root.child("cruise") {
        let level = cruise.text("flight-level").filter(|l| *l != "0").map(|l| format!("FL{l}"));
        let metres = cruise.text("altitude-m").and_then(values::number).map(|m| (m * FT_PER_M).round().to_string());
        draft.cruise(level.as_deref().or_else(|| cruise.text("altitude-ft")).or(metres.as_deref()));
    }
    let none = Element::default();
    let (from, to) = (root.child("departure").unwrap_or(&none), root.child("destination").unwrap_or(&none));
    draft.departure(from.text("airport"));
    draft.destination(to.text("airport"));
    draft.plan.departure_runway = draft.take("the departure runway", from.text("runway"), "not a runway", values::runway);
    draft.plan.arrival_runway = draft.take("the arrival runway", to.text("runway"), "not a runway", values::runway);
    let transition = |e: &Element, key: &str| e.text(key).or_else(|| e.text("transition")).map(str::to_owned);
    draft.plan.sid = draft.procedure("the departure procedure", from.text("sid"), transition(from, "sid_trans").as_deref());
    draft.plan.star = draft.procedure("the arrival procedure", to.text("star"), transition(to, "star_trans").as_deref());
    let approach = to.text("approach").filter(|a| !a.eq_ignore_ascii_case("default"));
    if let Some((name, runway)) = draft.take("the approach", approach, "not a published approach", named_approach) {
        let transition = draft.procedure("the approach's transition", to.text("approach_trans"), None).map(|p| p.name);
        draft.plan.approach = Some(Procedure { name, transition });
        draft.plan.arrival_runway = draft.plan.arrival_runway.or(runway);
    }
    draft.alternate(root.text("alternate"));
    for point in route.iter().flat_map(|r| r.all("wp")) {
        waypoint(&mut draft, point);
    }
    draft.finish()
}

/// "ILS25L" or an ARINC identifier.
fn named_approach(text: &str) -> Option<(String, Option<crate::units::Runway>)> {
    let text = text.to_ascii_uppercase();
    let at = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
    let (kind, runway) = text.split_at(at);
    match (values::approach(kind, None), values::runway(runway)) {
        (Some(name), Some(runway)) => Some((name, Some(runway))),
        _ => values::arinc_approach(&text),
    }
}

fn designator(text: &str) -> Option<String> {
    let word = text.to_ascii_uppercase();
    ((2..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(word)
}

fn waypoint(draft: &mut Draft, point: &Element) {
    // Intermediate points, computed for the map.
    if matches!(point.text("type"), Some("vectors" | "hold" | "discontinuity" | "via")) && point.text("ident").is_none() {
        return;
    }
    let runway = point.text("type") == Some("runway");
    let name = if runway { point.text("icao") } else { point.text("ident") };
    let at = points::degrees(point.text("lat"), point.text("lon"));
    let via = point.text("airway");
    let part = if runway { Part::Airport } else { Part::Route };
    draft.leg(&Leg { name: name.unwrap_or(""), at, via, part });
}
