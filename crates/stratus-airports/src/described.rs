//! What a simulator reports of an airport, and how it is merged into the built-in description.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::legs::Charted;
use crate::runway::{self, Geometry};
use crate::units::{LatLon, Runway, turn};
use crate::{Airport, Procedure, Strip, TaxiGraph};

/// A description farther than this from the built-in airport is of another airport, nautical miles.
const ELSEWHERE_NM: f64 = 10.0;
/// The largest difference between a runway's direction and its number, degrees; a larger one means a damaged line.
const OFF_ITS_NUMBER: f64 = 30.0;
/// The largest difference between two descriptions of one runway end, degrees and feet.
const SAME_END: (f64, f64) = (20.0, 2000.0);
/// The most points of taxiways of an airport.
const MOST: usize = 50_000;

/// The source of a description. Of two, the one that is later in this list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The imported files of a simulator on this machine.
    Files,
    /// The running simulator, when asked.
    Simulator,
}

/// An airport according to a simulator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Its runways, stations and taxiways. What is unknown may be empty; the built-in data then applies.
    pub airport: Airport,
    /// What it was read from, for people: files, or the simulator's name.
    pub sources: Vec<String>,
    /// Its procedures with their legs, if they are known.
    #[serde(default, skip_serializing_if = "Charted::is_empty")]
    pub charted: Charted,
}

/// Merges a description into the built-in airport. If a person has checked the built-in one (`by_hand`), only the
/// taxiways are used; otherwise runways, stations and taxiways, under the built-in name.
///
/// A description of another place is not used (`None`). A runway that does not fit its own number is left out, and so
/// is a holding point or crossing of a runway that the airport does not have.
pub fn over(told: &Airport, known: Option<&Airport>, by_hand: bool) -> Option<Airport> {
    if known.is_some_and(|k| !told.runways.is_empty() && k.position.distance_nm(told.position) > ELSEWHERE_NM) {
        return None;
    }
    let sound: Vec<Strip> = told.runways.iter().filter(|s| is_sound(s, told.variation)).cloned().collect();
    let mut whole = match known {
        Some(known) if by_hand => known.clone(),
        Some(known) if sound.is_empty() => {
            let own =
                Airport { runways: known.runways.clone(), position: known.position, elevation_ft: known.elevation_ft, ..told.clone() };
            own.called_as(Some(known))
        }
        None if sound.is_empty() => return None,
        known => Airport { runways: sound, ..told.clone() }.called_as(known),
    };
    let served = |p: &Procedure| p.runway.is_none_or(|r| whole.end(r).is_some());
    let named = if told.procedures.is_empty() { known.map_or(&[][..], |k| &k.procedures) } else { &told.procedures };
    whole.procedures = named.iter().filter(|p| served(p)).cloned().collect();
    whole.transition_altitude_ft = told.transition_altitude_ft.or(whole.transition_altitude_ft);
    if !told.transition.is_unknown() {
        whole.transition = told.transition;
    }
    whole.taxiways = told.taxiways.as_ref().map(|g| fitted(g, told, &whole)).or_else(|| known?.taxiways.clone());
    Some(whole)
}

/// Whether both ends fit their numbers, by magnetic or, in the far north, by true directions.
fn is_sound(strip: &Strip, variation: f64) -> bool {
    let [a, b] = &strip.ends;
    let heading = a.start.bearing(b.start);
    let near = |to: f64| turn(a.runway.nominal_heading(), to).abs() <= OFF_ITS_NUMBER;
    a.runway.reciprocal() == b.runway && heading.is_finite() && (near(heading) || near(heading - variation))
}

/// The taxi graph with the runway numbers of the merged airport, where both describe the same pavement.
fn fitted(graph: &TaxiGraph, told: &Airport, whole: &Airport) -> TaxiGraph {
    let (theirs, ours) = (runway::ends(told), runway::ends(whole));
    let mut graph = graph.clone();
    graph.nodes.truncate(MOST);
    graph.edges.truncate(MOST);
    graph.nodes.retain(|n| n.position.lat.is_finite() && n.position.lon.is_finite());
    let same = |r: Runway| same_end(r, &theirs, &ours);
    for n in &mut graph.nodes {
        n.holds = n.holds.iter().filter_map(|r| same(*r)).collect();
        n.intersection &= !n.holds.is_empty();
    }
    for e in graph.edges.iter_mut().filter(|e| e.runway.is_some()) {
        e.runway = e.runway.and_then(same);
    }
    mark_crossings(&mut graph, whole);
    graph
}

/// Marks the pieces of taxiway that are on a runway or cross one without saying so, so that no route crosses a runway
/// unnoticed. A runway with an estimated position marks none.
pub(super) fn mark_crossings(graph: &mut TaxiGraph, airport: &Airport) {
    let surveyed = airport.runways.iter().filter(|s| !s.closed && !s.drawn);
    let strips: Vec<Geometry> = surveyed.filter_map(|s| runway::geometry(airport, s.ends[0].runway)).collect();
    let places: BTreeMap<u32, LatLon> = graph.nodes.iter().map(|n| (n.id, n.position)).collect();
    for e in graph.edges.iter_mut().filter(|e| e.runway.is_none()) {
        if let (Some(a), Some(b)) = (places.get(&e.from), places.get(&e.to)) {
            e.runway = strips.iter().find(|g| leads_over(g, *a, *b)).map(|g| g.runway);
        }
    }
}

/// Whether the line from `a` to `b` crosses the centre line, or its middle is on the pavement.
fn leads_over(g: &Geometry, a: LatLon, b: LatLon) -> bool {
    let (a, b) = (g.place(a), g.place(b));
    let on = |along: f64| (0.0..=g.length_ft).contains(&along);
    let (along, right) = ((a.along + b.along) / 2.0, (a.right + b.right) / 2.0);
    let across = || a.along + (b.along - a.along) * a.right / (a.right - b.right);
    on(along) && right.abs() <= g.half_width_ft || a.right * b.right < 0.0 && on(across())
}

/// The end of our runway that corresponds to an end of theirs: by its number if the directions fit, otherwise by its position.
fn same_end(r: Runway, theirs: &[Geometry], ours: &[Geometry]) -> Option<Runway> {
    let numbered = ours.iter().find(|g| g.runway == r);
    let Some(their) = theirs.iter().find(|g| g.runway == r) else { return numbered.map(|g| g.runway) };
    let alike = |g: &&Geometry| g.off(their.heading).abs() <= SAME_END.0 && g.start.distance_ft(their.start) <= SAME_END.1;
    let nearest = || {
        let near = ours.iter().filter(alike).map(|g| (g.start.distance_ft(their.start), g));
        near.min_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, g)| g)
    };
    numbered.filter(alike).or_else(nearest).map(|g| g.runway)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Airports;
    use crate::routing;
    use crate::units::Facility;

    fn xstr() -> Airport {
        Airports::first().get("XSTR").unwrap().clone()
    }

    /// The same pavement with other numbers.
    fn renumbered(mut a: Airport) -> Airport {
        let to = |r: Runway| -> Runway {
            if r == r27() {
                "28".parse().unwrap()
            } else if r == r27().reciprocal() {
                "10".parse().unwrap()
            } else {
                r
            }
        };
        for e in a.runways.iter_mut().flat_map(|s| s.ends.iter_mut()) {
            e.runway = to(e.runway);
        }
        let graph = a.taxiways.as_mut().unwrap();
        graph.nodes.iter_mut().flat_map(|n| n.holds.iter_mut()).for_each(|r| *r = to(*r));
        graph.edges.iter_mut().filter_map(|e| e.runway.as_mut()).for_each(|r| *r = to(*r));
        a
    }
    fn r27() -> Runway {
        "27".parse().unwrap()
    }

    #[test]
    fn a_checked_airport_keeps_its_numbers_and_adopts_the_taxiways() {
        let (told, mut known) = (renumbered(xstr()), xstr());
        known.taxiways = None;
        let whole = over(&told, Some(&known), true).unwrap();
        assert_eq!((&whole.runways, &whole.stations), (&known.runways, &known.stations));
        let graph = whole.taxiways.unwrap();
        assert_eq!(Some(&graph), xstr().taxiways.as_ref());
        let west = graph.nodes.iter().find(|n| n.parking.is_some()).unwrap().position;
        assert!(routing::route(&graph, west, r27()).is_some());
        // At other airports the simulator's own numbers count.
        let whole = over(&told, Some(&known), false).unwrap();
        assert!(whole.end(r27()).is_none() && whole.end("28".parse().unwrap()).is_some());
        assert_eq!(whole.taxiways, told.taxiways);
    }

    #[test]
    fn contradictory_descriptions_are_left_out() {
        let known = xstr();
        let mut far = xstr();
        far.position.lat += 1.0;
        assert_eq!(over(&far, Some(&known), false), None);
        // A runway that does not fit its number, and one whose ends do not belong together.
        let mut bent = xstr();
        bent.runways[0].ends[0].runway = "18L".parse().unwrap();
        bent.runways[1].ends[1].start = bent.runways[0].ends[0].start;
        let whole = over(&bent, Some(&known), false).unwrap();
        assert_eq!(whole.runways, known.runways);
        bent.runways[1] = known.runways[1].clone();
        let whole = over(&bent, Some(&known), false).unwrap();
        assert_eq!(whole.runways, [known.runways[1].clone()]);
        let graph = whole.taxiways.as_ref().unwrap();
        let named = graph.nodes.iter().flat_map(|n| &n.holds).chain(graph.edges.iter().filter_map(|e| e.runway.as_ref()));
        assert!(named.into_iter().all(|r| whole.end(*r).is_some()));
        assert_eq!(over(&Airport { runways: Vec::new(), ..xstr() }, None, false), None);
    }

    #[test]
    fn the_built_in_stations_fill_gaps_in_the_simulators_list() {
        let known = xstr();
        let mut told = xstr();
        told.stations.retain(|s| s.facility == Facility::Tower);
        told.stations[0].frequency = "120.1".parse().unwrap();
        let whole = over(&told, Some(&known), false).unwrap();
        let of = |f| whole.stations.iter().filter(|s| s.facility == f).map(|s| s.frequency.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!([of(Facility::Tower), of(Facility::Ground), of(Facility::Approach)], ["120.1", "121.8", "124.5"]);
        // If the simulator has no tower there, there is no tower and no ground control.
        told.stations[0].facility = Facility::Ctaf;
        let whole = over(&told, Some(&known), false).unwrap();
        assert!(!whole.towered() && whole.stations.iter().all(|s| !matches!(s.facility, Facility::Ground | Facility::Atis)));
        told.stations.clear();
        assert_eq!(over(&told, Some(&known), false).unwrap().stations, known.stations);
    }
}
