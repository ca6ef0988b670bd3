//! Locates a filed route: finds its points and airways in the navigation data of the pilot's simulator.
//!
//! Some plans name points without positions (MSFS 2024), or an airway without the points along it. The same name is used in many parts of
//! the world, so the points are chosen together: the shortest route whose airways have the points at their ends.

use std::collections::BTreeSet;

use super::points;
use crate::airports::fixes::Point as Known;
use crate::airports::fixes::network::{Id, Navigation};
use crate::know::filed::is_name;
use crate::report::{FlightPlan, MOST_POINTS, Point};
use crate::units::LatLon;

/// The cost of leaving a point without a position, as a detour in nautical miles: a point that requires a longer detour is a different one.
const NOWHERE_NM: f64 = 600.0;
/// The same cost if the airport at an end is unknown and no point makes a detour, nautical miles.
const NO_END_NM: f64 = 20_000.0;
/// The cost of a point that is not on its airway although a namesake is, as a detour in nautical miles: airways are long.
const OFF_AIRWAY_NM: f64 = 15_000.0;
/// The maximum number of consecutive points without a position.
const MOST_SKIPPED: usize = 12;
/// The distance within which a point in the data is the same as one in the plan, nautical miles.
const SAME_NM: f64 = 2.0;
/// The maximum number of words in a route.
const MOST_WORDS: usize = 400;

/// The names to look up in the navigation data for a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Words that may name an airway.
    pub airways: BTreeSet<String>,
    /// Words that may name a point.
    pub points: BTreeSet<String>,
}

/// The words of a route that may name points and airways.
fn words(plan: &FlightPlan) -> impl Iterator<Item = &str> {
    let words = plan.route.as_deref().unwrap_or("").split_whitespace().take(MOST_WORDS);
    words.map(|w| w.split('/').next().unwrap_or(w)).filter(|w| is_name(w) && *w != "DCT")
}

impl Wanted {
    /// The names to look up; `None` if the plan has every position.
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

/// A plan's points: the listed ones, otherwise those in the route's words.
fn filed(plan: &FlightPlan, navigation: &Navigation) -> Vec<Point> {
    if !plan.points.is_empty() {
        return plan.points.clone();
    }
    let (mut all, mut via) = (Vec::<Point>::new(), None);
    let ends = [plan.departure.as_deref(), plan.destination.as_deref()];
    for word in words(plan).filter(|w| !ends.contains(&Some(*w))) {
        // A word is an airway if it follows a point and the data has an airway of that name.
        if via.is_none() && !all.is_empty() && navigation.has_airway(word) {
            via = Some(word.to_owned());
        } else {
            all.push(Point { name: word.to_owned(), at: points::named(word), via: via.take() });
        }
    }
    all
}

/// A possible position of a point.
#[derive(Debug, Clone)]
struct Candidate {
    at: LatLon,
    /// `None` if the plan gave the position and the data has no such point there.
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
    // Points of another airport's procedures do not count.
    let fits = |p: &&Known| p.airport.as_deref().is_none_or(|a| ends.contains(&Some(a)));
    named.iter().filter(fits).map(|p| Candidate { at: p.at, id: Some(id(p)) }).collect()
}

/// The cheapest route so far to a candidate: its cost, and the previous point and candidate.
type Way = (f64, Option<(usize, usize)>);

/// Chooses the position of each point.
fn choose(
    filed: &[Point],
    all: &[Vec<Candidate>],
    navigation: &Navigation,
    from: Option<LatLon>,
    to: Option<LatLon>,
) -> Vec<Option<Candidate>> {
    let skipped = |count: usize| NOWHERE_NM * count as f64;
    let skipped_at_end = |count: usize, end: Option<LatLon>| end.map_or(NO_END_NM, |_| NOWHERE_NM) * count as f64;
    // The cost of each candidate for an airway that starts or ends at this point.
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

/// Sets the positions of a plan's points, and adds the points along its airways. `from` and `to` are the airports.
///
/// Returns the number of points that received a position.
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
            // A plan has a maximum number of points; filed ones take priority.
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

    /// Two parts of the world with the same names. The airway L9 leads one way from ALPHA through two points to DELTA.
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
    fn a_route_in_words_gets_its_points_and_its_airways_points() {
        let mut p = plan("ALPHA L9 DELTA DCT ECH 50N013E");
        assert_eq!(Wanted::of(&p).unwrap().points.len(), 5);
        assert_eq!(fill(&mut p, &navigation(), Some(FROM), Some(TO)), 5);
        assert_eq!(shown(&p), "ALPHA@8 BRAVO@9 CHARL@10 DELTA@11 ECH@12 50N013E@13");
        assert_eq!(p.points[2].via.as_deref(), Some("L9"));
        assert_eq!(Wanted::of(&p), None, "every point has its place");
        // An airway is not followed against its direction, but its ends are found.
        let mut p = plan("DELTA L9 ALPHA");
        fill(&mut p, &navigation(), Some(TO), Some(FROM));
        assert_eq!(shown(&p), "DELTA@11 ALPHA@8");
    }

    #[test]
    fn a_point_near_the_route_is_found_and_a_far_one_is_not() {
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
        // Without airports the two points determine each other; a point on the other side of the earth is a different one.
        let mut p = bare(&["BRAVO", "ECH"]);
        fill(&mut p, &navigation(), None, None);
        assert_eq!(shown(&p), "BRAVO@9 ECH@12");
        let mut p = bare(&["ECH"]);
        assert_eq!(fill(&mut p, &navigation(), Some(LatLon::new(40.0, -99.0)), Some(LatLon::new(40.0, -105.0))), 0);
        assert_eq!(shown(&p), "ECH");
        // Positions in the plan stay.
        let mut p = bare(&["BRAVO"]);
        p.points[0].at = Some(LatLon::new(50.5, 9.4));
        fill(&mut p, &navigation(), Some(FROM), Some(TO));
        assert_eq!(p.points[0].at, Some(LatLon::new(50.5, 9.4)));
    }

    #[test]
    fn a_long_airway_between_unknown_airports_is_followed() {
        let mut n = Navigation::default();
        // A closer namesake is not on the airway.
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
    fn a_hostile_route_stays_fast_and_within_limits() {
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
