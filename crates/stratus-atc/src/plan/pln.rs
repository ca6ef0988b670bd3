//! MSFS's `.pln` (also of FSX and P3D): procedures are on each point (2020) or in separate sections (2024).
//!
//! Source: MSFS SDK, "Flight Plan XML (PLN file) properties" and "EFB flight plan XML (PLN file) properties".

use super::draft::{Draft, Leg, Part};
use super::xml::Element;
use super::{Format, Reading, Refused, points, refused, values};
use crate::units::Runway;

/// Reads the tree below `SimBase.Document`.
pub(super) fn read(root: &Element) -> Result<Reading, Refused> {
    let plan = root.child("FlightPlan.FlightPlan").ok_or_else(|| refused("it is a file of the simulator, but not a flight plan"))?;
    let mut draft = Draft::new(Format::Pln);
    draft.rules(plan.text("FPType"));
    draft.cruise(plan.text("CruisingAlt"));
    draft.departure(plan.text("DepartureID"));
    draft.destination(plan.text("DestinationID"));
    // "23", or the name of a parking place.
    draft.plan.departure_runway = plan.text("DeparturePosition").and_then(values::runway);
    for point in plan.all("ATCWaypoint") {
        waypoint(&mut draft, point);
    }
    sections(&mut draft, plan);
    draft.finish()
}

/// A point, and the procedure that it belongs to.
fn waypoint(draft: &mut Draft, point: &Element) {
    let kind = point.text("ATCWaypointType").unwrap_or("");
    let icao = point.child("ICAO").and_then(|i| i.text("ICAOIdent"));
    let name = icao.or_else(|| point.attribute("id")).unwrap_or("");
    let airport = kind.eq_ignore_ascii_case("Airport");
    let (sid, star, approach) = (point.text("DepartureFP"), point.text("ArrivalFP"), point.text("ApproachTypeFP"));
    let runway = end(draft, point);
    let part = match (sid, star.or(approach)) {
        _ if airport => Part::Airport,
        (Some(_), _) => Part::Sid,
        (None, Some(_)) => Part::Star,
        (None, None) => Part::Route,
    };
    let first = draft.plan.departure.as_deref().is_some_and(|d| d.eq_ignore_ascii_case(name));
    if sid.is_some() || airport && first {
        draft.plan.departure_runway = runway.or(draft.plan.departure_runway);
    } else if star.is_some() || approach.is_some() || airport {
        draft.plan.arrival_runway = runway.or(draft.plan.arrival_runway);
    }
    if draft.plan.sid.is_none() {
        draft.plan.sid = draft.procedure("the departure procedure", sid, None);
    }
    if draft.plan.star.is_none() {
        draft.plan.star = draft.procedure("the arrival procedure", star, None);
    }
    if draft.plan.approach.is_none() {
        let letter = point.text("SuffixFP");
        let read = |kind: &str| values::approach(kind, letter);
        if let Some(name) = draft.take("the approach", approach, "not a type of approach", read) {
            draft.plan.approach = Some(crate::report::Procedure { name, transition: None });
        }
    }
    let at = point.text("WorldPosition").and_then(points::world_position);
    draft.leg(&Leg { name, at, via: point.text("ATCAirway"), part });
}

/// MSFS 2024: `DepartureDetails`, `ArrivalDetails`, `ApproachDetails`.
fn sections(draft: &mut Draft, plan: &Element) {
    if let Some(d) = plan.child("DepartureDetails") {
        draft.plan.departure_runway = end(draft, d).or(draft.plan.departure_runway);
        draft.plan.sid =
            draft.procedure("the departure procedure", d.text("DepartureFP"), d.text("TransitionFP")).or(draft.plan.sid.take());
    }
    if let Some(a) = plan.child("ArrivalDetails") {
        draft.plan.arrival_runway = end(draft, a).or(draft.plan.arrival_runway);
        draft.plan.star = draft.procedure("the arrival procedure", a.text("ArrivalFP"), a.text("TransitionFP")).or(draft.plan.star.take());
    }
    if let Some(a) = plan.child("ApproachDetails") {
        draft.plan.arrival_runway = end(draft, a).or(draft.plan.arrival_runway);
        let letter = a.text("SuffixFP");
        let read = |kind: &str| values::approach(kind, letter);
        if let Some(name) = draft.take("the approach", a.text("ApproachTypeFP"), "not a type of approach", read) {
            let transition = draft.procedure("the approach's transition", a.text("TransitionFP"), None).map(|p| p.name);
            draft.plan.approach = Some(crate::report::Procedure { name, transition });
        }
    }
}

/// The runway in a point or section.
fn end(draft: &mut Draft, element: &Element) -> Option<Runway> {
    let designator = element.text("RunwayDesignatorFP");
    let read = |number: &str| values::runway_of(Some(number), designator);
    draft.take("the runway", element.text("RunwayNumberFP"), "not a runway's number", read)
}
