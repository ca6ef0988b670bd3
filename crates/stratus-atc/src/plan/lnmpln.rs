//! Little Navmap's `.lnmpln`: header, procedures, alternates and points, each in its own section.
//!
//! Source: littlenavmap.org/lnmpln.html.

use super::draft::{Draft, Leg, Part};
use super::xml::Element;
use super::{Format, Reading, Refused, points, refused, values};
use crate::report::Procedure;

/// Reads the tree below `LittleNavmap`.
pub(super) fn read(root: &Element) -> Result<Reading, Refused> {
    let plan = root.child("Flightplan").ok_or_else(|| refused("it is a file of Little Navmap, but not a flight plan"))?;
    let mut draft = Draft::new(Format::LittleNavmap);
    if let Some(header) = plan.child("Header") {
        draft.rules(header.text("FlightplanType"));
        draft.cruise(header.text("CruisingAltF").or_else(|| header.text("CruisingAlt")));
    }
    let aircraft = plan.at(&["AircraftPerformance", "Type"]).map(|e| e.text.to_ascii_uppercase());
    draft.plan.aircraft_type = aircraft.filter(|t| (2..=4).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric()));
    for alternate in plan.child("Alternates").iter().flat_map(|a| a.all("Alternate")) {
        draft.alternate(alternate.text("Ident"));
    }
    if let Some(procedures) = plan.child("Procedures") {
        take_procedures(&mut draft, procedures);
    }
    let all: Vec<&Element> = plan.child("Waypoints").iter().flat_map(|w| w.all("Waypoint")).collect();
    for (n, point) in all.iter().enumerate() {
        let name = point.text("Ident").or_else(|| point.text("Name")).unwrap_or("");
        let kind = point.text("Type").unwrap_or("");
        let at = point.child("Pos").and_then(|p| points::degrees(p.attribute("Lat"), p.attribute("Lon")));
        let airport = kind.eq_ignore_ascii_case("AIRPORT") && (n == 0 || n + 1 == all.len());
        draft.leg(&Leg { name, at, via: point.text("Airway"), part: if airport { Part::Airport } else { Part::Route } });
    }
    draft.finish()
}

fn take_procedures(draft: &mut Draft, procedures: &Element) {
    // A custom procedure, drawn by Little Navmap for a runway without one, belongs to the pilot.
    let custom = |e: &Element| e.text("Type").is_some_and(|t| t.to_ascii_uppercase().starts_with("CUSTOM"));
    if let Some(sid) = procedures.child("SID") {
        draft.plan.departure_runway = draft.take("the departure runway", sid.text("Runway"), "not a runway", values::runway);
        if !custom(sid) {
            draft.plan.sid = draft.procedure("the departure procedure", sid.text("Name"), sid.text("Transition"));
        }
    }
    if let Some(star) = procedures.child("STAR") {
        draft.plan.arrival_runway = draft.take("the arrival runway", star.text("Runway"), "not a runway", values::runway);
        draft.plan.star = draft.procedure("the arrival procedure", star.text("Name"), star.text("Transition"));
    }
    let Some(approach) = procedures.child("Approach") else { return };
    let runway = draft.take("the approach's runway", approach.text("Runway"), "not a runway", values::runway);
    draft.plan.arrival_runway = runway.or(draft.plan.arrival_runway);
    if custom(approach) {
        return draft.leave_out("the approach", approach.text("Name").unwrap_or("custom"), "drawn by Little Navmap, not a published one");
    }
    let by_ident = approach.text("ARINC").and_then(values::arinc_approach).map(|(name, _)| name);
    let kind = approach.text("Type");
    let read = |kind: &str| by_ident.clone().or_else(|| values::approach(kind, approach.text("Suffix")));
    if let Some(name) = draft.take("the approach", kind.or_else(|| approach.text("ARINC")), "not a type of approach", read) {
        let transition = draft.procedure("the approach's transition", approach.text("Transition"), None).map(|p| p.name);
        draft.plan.approach = Some(Procedure { name, transition });
    }
}
