//! Garmin's `.fpl`, also written by ForeFlight, SkyDemon and many planners: a table of points and the route through them.
//!
//! Source: Garmin's FlightPlan v1 schema. It contains no levels or procedures; ForeFlight adds tail number and altitude.

use super::draft::{Draft, Leg, Part};
use super::xml::Element;
use super::{Format, Reading, Refused, points, refused};

/// Reads the tree below `flight-plan`.
pub(super) fn read(root: &Element) -> Result<Reading, Refused> {
    let route = root.child("route").ok_or_else(|| refused("it has points, but no route"))?;
    let mut draft = Draft::new(Format::Garmin);
    let data = root.child("flight-data");
    let tail = root.at(&["aircraft", "aircraft-tailnumber"]).map(|e| e.text.as_str());
    draft.plan.callsign = draft.take("the tail number", tail, "not a callsign", |v| v.parse().ok());
    draft.cruise(data.and_then(|d| d.text("altitude-ft")));
    let mut table: Vec<&Element> = root.child("waypoint-table").iter().flat_map(|t| t.all("waypoint")).collect();
    // Sorted, so that a hostile file does not cause a full search per point.
    table.sort_by_key(|p| p.text("identifier").unwrap_or(""));
    for stop in route.all("route-point") {
        let name = stop.text("waypoint-identifier").unwrap_or("");
        let kind = stop.text("waypoint-type").unwrap_or("");
        let first = table.partition_point(|p| p.text("identifier").unwrap_or("") < name);
        let same = table[first..].iter().take_while(|p| p.text("identifier") == Some(name)).take(16);
        // Two points with the same name differ by type.
        let row = same.clone().find(|p| p.text("type") == Some(kind)).or_else(|| same.clone().next());
        let at = row.and_then(|r| points::degrees(r.text("lat"), r.text("lon")));
        let part = if kind == "AIRPORT" { Part::Airport } else { Part::Route };
        draft.leg(&Leg { name, at, via: None, part });
    }
    draft.finish()
}
