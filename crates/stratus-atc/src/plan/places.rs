//! Where a filed route leads: its points and airways found in the navigation data of the pilot's simulator.
//!
//! Some plans name their points without their places (MSFS 2024), or name an airway and not the points along it. One name is used
//! for points in many parts of the world, so the points are chosen together: the route through them is the shortest one whose
//! airways have the points at their ends.

use std::collections::BTreeSet;

use super::points;
use crate::airports::fixes::Point as Known;
use crate::airports::fixes::network::{Id, Navigation};
use crate::know::filed::is_name;
use crate::report::{FlightPlan, MOST_POINTS, Point};
use crate::units::LatLon;

/// Leaving a point without a place costs as much as this detour, nautical miles: a point farther off the way is another one.
const NOWHERE_NM: f64 = 600.0;
/// Where the airport at an end is unknown, no point makes a detour: leaving one without a place then costs this, nautical miles.
const NO_END_NM: f64 = 20_000.0;
/// A point that is not on its airway, where a namesake is, costs as much as this detour, nautical miles: airways are long.
const OFF_AIRWAY_NM: f64 = 15_000.0;
/// So many points in a row may have no place.
const MOST_SKIPPED: usize = 12;
/// A point of the data this near to a place that the plan gives is the same point, nautical miles.
const SAME_NM: f64 = 2.0;
/// Words of a route.
const MOST_WORDS: usize = 400;

/// What to look for in the navigation data for a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words that may be an airway's name.
    pub airways: BTreeSet<String>,
    /// Words that may be a point's name.
    pub points: BTreeSet<String>,
}

/// The words of a route that may be names of points and airways.
fn words(plan: &FlightPlan) -> impl Iterator<Item = &str> {
    let words = plan.route.as_deref().unwrap_or("").split_whitespace().take(MOST_WORDS);
    words.map(|w| w.split('/').next().unwrap_or(w)).filter(|w| is_name(w) && *w != "DCT")
}

impl Wanted {
    /// What to look for; `None`: the plan gives the place of every point.
    pub fn of(plan: &FlightPlan) -> Option<Self> {
        let open = |p: &&Point| p.at.is_none();
        if plan.points.is_empty() {
            let all: BTreeSet<String> = words(plan).map(str::to_owned).collect();
            return (!all.is_empty()).then(|| Self { airways: all.clone(), points: all });
        }
        let points: BTreeSet<String> = plan.points.iter().map(|p| p.name.clone()).collect();
        let airways = plan.points.iter().filter_map(|p| p.via.clone()).collect();
        plan.points.iter().any(|p| open(&p)).then_some(Self { airways, points })
    }
}

/// The points of a plan: those that it lists, else those of its route in words.
fn filed(plan: &FlightPlan, navigation: &Navigation) -> Vec<Point> {
    if !plan.points.is_empty() {
        return plan.points.clone();
    }
    let (mut all, mut via) = (Vec::<Point>::new(), None);
    let ends = [plan.departure.as_deref(), plan.destination.as_deref()];
    for word in words(plan).filter(|w| !ends.contains(&Some(*w))) {
        // A word is an airway where it stands behind a point and is one in the data.
        if via.is_none() && !all.is_empty() && navigation.has_airway(word) {
            via = Some(word.to_owned());
        } else {
            all.push(Point { name: word.to_owned(), at: points::named(word), via: via.take() });
        }
    }
    all
}

/// A place that a point may have.
#[derive(Debug, Clone)]
struct Candidate {
    at: LatLon,
    /// `None`: the plan gave the place, and the data has no such point there.
    id: Option<Id>,
}

fn candidates(point: &Point, navigation: &Navigation, ends: [Option<&str>; 2]) -> Vec<Candidate> {
    let named = navigation.named(&point.name);
    let id = |p: &Known| (p.ident.clone(), p.region.clone());
    if let Some(at) = point.at {
        let same = named.iter().filter(|p| p.at.distance_nm(at) <= SAME_NM);
        let nearest = same.min_by(|a, b| a.at.distance_nm(at).total_cmp(&b.at.distance_nm(at)));
        return vec![Candidate { at, id: nearest.map(id) }];
    }
    // Points of another airport's procedures are not meant.
    let fits = |p: &&Known| p.airport.as_deref().is_none_or(|a| ends.contains(&Some(a)));
    named.iter().filter(fits).map(|p| Candidate { at: p.at, id: Some(id(p)) }).collect()
}

/// The cheapest way so far to a candidate: its cost, and the point and candidate before it.
type Way = (f64, Option<(usize, usize)>);

/// Chooses the place of each point.
fn choose(
    filed: &[Point],
    all: &[Vec<Candidate>],
    navigation: &Navigation,
    from: Option<LatLon>,
    to: Option<LatLon>,
) -> Vec<Option<Candidate>> {
    let skipped = |count: usize| NOWHERE_NM * count as f64;
    let skipped_at_end = |count: usize, end: Option<LatLon>| end.map_or(NO_END_NM, |_| NOWHERE_NM) * count as f64;
    // What each candidate of a point costs for an airway that ends or begins there.
    let off = |these: &[Candidate], via: Option<&String>| -> Vec<f64> {
        let on = |c: &Candidate| via.zip(c.id.as_ref()).is_none_or(|(airway, id)| navigation.on(airway, id));
        let any = these.iter().any(on);
        these.iter().map(|c| if any && !on(c) { OFF_AIRWAY_NM } else { 0.0 }).collect()
    };
    let ending: Vec<Vec<f64>> = all.iter().zip(filed).map(|(these, point)| off(these, point.via.as_ref())).collect();
    let beginning: Vec<Vec<f64>> = all.iter().zip(filed.iter().skip(1)).map(|(these, next)| off(these, next.via.as_ref())).collect();
    let mut ways: Vec<Vec<Way>> = Vec::new();
    for (n, these) in all.iter().enumerate() {
        let reach = |(own, c): (usize, &Candidate)| {
            let mut best: Way = (skipped_at_end(n, from) + from.map_or(0.0, |f| f.distance_nm(c.at)), None);
            for before in n.saturating_sub(MOST_SKIPPED + 1)..n {
                for (k, other) in all[before].iter().enumerate() {
                    let leads = if before + 1 == n { beginning[before][k] } else { 0.0 };
                    let cost = ways[before][k].0 + skipped(n - before - 1) + other.at.distance_nm(c.at) + leads;
                    if cost < best.0 {
                        best = (cost, Some((before, k)));
                    }
                }
            }
            (best.0 + ending[n][own], best.1)
        };
        let reached = these.iter().enumerate().map(reach).collect();
        ways.push(reached);
    }
    let cost = |n: usize, k: usize| {
        let rest = to.map_or(0.0, |t| t.distance_nm(all[n][k].at));
        ways[n][k].0 + rest + skipped_at_end(all.len() - n - 1, to)
    };
    let ends = (0..all.len()).flat_map(|n| (0..all[n].len()).map(move |k| (n, k)));
    let nowhere = skipped_at_end(all.len(), from.and(to)) + from.zip(to).map_or(0.0, |(f, t)| f.distance_nm(t));
    let mut at = ends.filter(|(n, k)| cost(*n, *k) < nowhere).min_by(|a, b| cost(a.0, a.1).total_cmp(&cost(b.0, b.1)));
    let mut chosen = vec![None; all.len()];
    while let Some((n, k)) = at {
        chosen[n] = Some(all[n][k].clone());
        at = ways[n][k].1;
    }
    chosen
}

/// Gives the points of a plan their places, and adds those that an airway leads over. `from` and `to` are the airports.
///
/// Gives the number of points that have got a place.
pub fn fill(plan: &mut FlightPlan, navigation: &Navigation, from: Option<LatLon>, to: Option<LatLon>) -> usize {
    let filed = filed(plan, navigation);
    let ends = [plan.departure.as_deref(), plan.destination.as_deref()];
    let all: Vec<Vec<Candidate>> = filed.iter().map(|p| candidates(p, navigation, ends)).collect();
    let chosen = choose(&filed, &all, navigation, from, to);
    let (mut points, mut found) = (Vec::<Point>::new(), 0);
    let mut before: Option<&Id> = None;
    let filed_points = filed.len();
    for (point, place) in filed.into_iter().zip(&chosen) {
        let id = place.as_ref().and_then(|c| c.id.as_ref());
        if let (Some(airway), Some(from), Some(to)) = (&point.via, before, id) {
            let passed = navigation.between(airway, from, to).unwrap_or_default();
            // A plan holds so many points; those that were filed come first.
            let fits = points.len() + passed.len() + filed_points <= MOST_POINTS;
            for passed in passed.into_iter().filter(|_| fits) {
                let at = navigation.place(&passed);
                found += usize::from(at.is_some());
                points.push(Point { name: passed.0, at, via: Some(airway.clone()) });
            }
        }
        found += usize::from(point.at.is_none() && place.is_some());
        points.push(Point { at: place.as_ref().map(|c| c.at), ..point });
        before = id;
    }
    if found > 0 {
        plan.points = points;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::fixes::{airway, beacon, fix};

    /// Two parts of the world use the same names; the airway L9 leads from ALPHA over two points to DELTA, one way.
    fn navigation() -> Navigation {
        let mut n = Navigation::default();
        for line in [
            " 50.0 8.0 ALPHA ENRT ED 1",
            " 50.0 9.0 BRAVO ENRT ED 1",
            " 50.0 10.0 CHARL ENRT ED 1",
            " 50.0 11.0 DELTA ENRT ED 1",
            " 40.0 -100.0 BRAVO ENRT K3 1",
            " 40.0 -101.0 DELTA ENRT K3 1",
            " 50.1 8.9 BRAVO EDZZ ED 1",
        ] {
            n.point(fix(line, &|_| true).unwrap());
        }
        n.point(beacon(" 3 50.0 12.0 0 11300 130 1.0 ECH ENRT ED ECHO VOR/DME", &|_| true).unwrap());
        for line in
            ["ALPHA ED 11 BRAVO ED 11 F 1 95 245 L9", "BRAVO ED 11 CHARL ED 11 F 1 95 245 L9-M2", "CHARL ED 11 DELTA ED 11 F 1 95 245 L9"]
        {
            n.piece(airway(line, &|_| true).unwrap());
        }
        n
    }

    fn plan(route: &str) -> FlightPlan {
        FlightPlan { departure: Some("EDDF".into()), destination: Some("LKPR".into()), route: Some(route.into()), ..FlightPlan::default() }
    }

    const FROM: LatLon = LatLon { lat: 50.0, lon: 7.5 };
    const TO: LatLon = LatLon { lat: 50.1, lon: 14.3 };

    fn shown(plan: &FlightPlan) -> String {
        let point = |p: &Point| format!("{}{}", p.name, p.at.map_or(String::new(), |a| format!("@{:.0}", a.lon)));
        plan.points.iter().map(point).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_route_in_words_gets_its_points_and_those_of_its_airways() {
        let mut p = plan("ALPHA L9 DELTA DCT ECH 50N013E");
        assert_eq!(Wanted::of(&p).unwrap().points.len(), 5);
        assert_eq!(fill(&mut p, &navigation(), Some(FROM), Some(TO)), 5);
        assert_eq!(shown(&p), "ALPHA@8 BRAVO@9 CHARL@10 DELTA@11 ECH@12 50N013E@13");
        assert_eq!(p.points[2].via.as_deref(), Some("L9"));
        assert_eq!(Wanted::of(&p), None, "every point has its place");
        // Against its direction the airway is not followed, but its ends are known.
        let mut p = plan("DELTA L9 ALPHA");
        fill(&mut p, &navigation(), Some(TO), Some(FROM));
        assert_eq!(shown(&p), "DELTA@11 ALPHA@8");
    }

    #[test]
    fn the_point_on_the_way_is_meant_and_a_far_one_is_nowhere() {
        let bare = |names: &[&str]| FlightPlan {
            points: names.iter().map(|n| Point { name: (*n).into(), at: None, via: None }).collect(),
            ..plan("")
        };
        let mut p = bare(&["BRAVO", "NOONE", "DELTA"]);
        assert_eq!(fill(&mut p, &navigation(), Some(FROM), Some(TO)), 2);
        assert_eq!(shown(&p), "BRAVO@9 NOONE DELTA@11");
        let mut p = bare(&["BRAVO", "DELTA"]);
        fill(&mut p, &navigation(), Some(LatLon::new(40.0, -99.0)), Some(LatLon::new(40.0, -105.0)));
        assert_eq!(shown(&p), "BRAVO@-100 DELTA@-101");
        // Without airports the two points decide each other; a point on the other side of the earth is another one.
        let mut p = bare(&["BRAVO", "ECH"]);
        fill(&mut p, &navigation(), None, None);
        assert_eq!(shown(&p), "BRAVO@9 ECH@12");
        let mut p = bare(&["ECH"]);
        assert_eq!(fill(&mut p, &navigation(), Some(LatLon::new(40.0, -99.0)), Some(LatLon::new(40.0, -105.0))), 0);
        assert_eq!(shown(&p), "ECH");
        // What the plan says of a place stays.
        let mut p = bare(&["BRAVO"]);
        p.points[0].at = Some(LatLon::new(50.5, 9.4));
        fill(&mut p, &navigation(), Some(FROM), Some(TO));
        assert_eq!(p.points[0].at, Some(LatLon::new(50.5, 9.4)));
    }

    #[test]
    fn a_long_airway_between_airports_that_nobody_knows_is_followed() {
        let mut n = Navigation::default();
        // A namesake that is nearer is not on the airway.
        for (ident, lon, region) in [("SOUTH", 1, "LF"), ("NORTH", 0, "ED"), ("MIDDL", 20, "ED"), ("SOUTH", 40, "ED")] {
            n.point(fix(&format!(" 50.0 {lon} {ident} ENRT {region} 1"), &|_| true).unwrap());
        }
        for (a, b) in [("NORTH", "MIDDL"), ("MIDDL", "SOUTH")] {
            n.piece(airway(&format!("{a} ED 11 {b} ED 11 N 1 95 245 J15"), &|_| true).unwrap());
        }
        let mut p = plan("NORTH J15 SOUTH");
        assert_eq!(fill(&mut p, &n, None, None), 3);
        assert_eq!(shown(&p), "NORTH@0 MIDDL@20 SOUTH@40");
    }

    #[test]
    fn no_route_makes_it_slow_or_too_long() {
        let mut n = Navigation::default();
        for k in 0..150 {
            n.point(fix(&format!(" {}.0 {}.0 SAME ENRT ED 1", k % 80, k), &|_| true).unwrap());
        }
        for k in 0..500 {
            n.piece(airway(&format!("P{k} ED 11 P{} ED 11 N 1 0 600 LONG", k + 1), &|_| true).unwrap());
            n.point(fix(&format!(" 50.0 {} P{k} ENRT ED 1", 8.0 + f64::from(k) / 100.0), &|_| true).unwrap());
        }
        let mut p = plan(&"SAME ".repeat(60));
        fill(&mut p, &n, Some(FROM), Some(TO));
        assert_eq!(p.points.len(), 60);
        let mut p = plan("P0 LONG P499");
        assert_eq!((fill(&mut p, &n, Some(FROM), Some(TO)), p.points.len()), (2, 2), "no more points than a plan may have");
    }
}
