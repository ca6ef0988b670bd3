//! What an instrument flight asks for on its way: direct to a point, a way around weather, another speed, the next frequency.

use super::Decision;
use super::instruments::{gives_approach, lowest, top_of_descent_nm, up_to};
use super::radar::grouped;
use crate::instruction::{Ask, Item};
use crate::record::Record;
use crate::report::Point;
use crate::situation::{Arrival, Situation};
use crate::units::{Side, turn};

/// "Who do I talk to next": names the unit that takes over, if it does so now.
pub(super) fn next_frequency(s: &Situation) -> Decision {
    match &s.next_unit {
        Some(next) => Decision::say([Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) }]),
        None => Decision::say([Item::RemainThisFrequency]),
    }
}

/// A filed point that is nearer than this is behind the aircraft by the time the pilot turns, nautical miles.
const PASSED_NM: f64 = 3.0;
/// A point to which the aircraft would turn by more than this is behind it, degrees.
const BEHIND: f64 = 100.0;

/// A flight that is nearer than this to its destination is on its way in, nautical miles.
const NEAR_NM: f64 = 40.0;

/// Whether the flight is on its way in: near its destination, on its descent, or with an approach announced. Before that, nothing of the
/// arrival is said to a pilot who does not ask for it.
pub(super) fn comes_in(s: &Situation, r: &Record, a: &Arrival) -> bool {
    let descends = r.altitude_ft.zip(s.altitude_ft).is_some_and(|(to, now)| to + 300 < now);
    let near = a.distance_nm <= NEAR_NM.max(top_of_descent_nm(s, a));
    r.approach.is_some() || gives_approach(s, a) || descends || near
}

/// The way that the flight goes now: on course, or on its heading until it is high enough for that (7110.65 5-6-3).
pub(super) fn way_on(s: &Situation, r: &Record, a: &Arrival) -> Vec<Item> {
    let least = lowest(s, a);
    if s.altitude_ft.is_none_or(|now| now + 200 >= least) || r.on_course || r.departure.is_some() {
        let resumes = (!r.on_course || r.deviating).then_some(Item::ResumeOwnNavigation);
        return resumes.into_iter().chain([on_route(s, a)]).collect();
    }
    let heading = r.heading.map_or(Item::RunwayHeading, |degrees| Item::Heading { turn: None, degrees });
    vec![heading, Item::Advice(format!("expect on course leaving {}", s.transition.level_of(up_to(least, 100))))]
}

/// Back on the filed route: direct to the next filed point ahead, otherwise to the destination.
pub(super) fn on_route(s: &Situation, a: &Arrival) -> Item {
    Item::Direct(next_filed(s).unwrap_or_else(|| a.name.clone()))
}

/// The next point of the filed route that has a spoken name: the first one behind the nearest, unless that one is still ahead.
fn next_filed(s: &Situation) -> Option<String> {
    let (at, plan) = (s.at?, s.flight_plan.as_ref()?);
    let far = |p: &Point| p.at.map_or(f64::INFINITY, |place| place.distance_nm(at));
    let nearest = (0..plan.points.len()).min_by(|x, y| far(&plan.points[*x]).total_cmp(&far(&plan.points[*y])))?;
    let ahead = |p: &Point| {
        let bearing = p.at.map(|place| at.bearing(place) - s.variation);
        far(p) > PASSED_NM && bearing.zip(s.heading_mag).is_some_and(|(to, now)| turn(now, to).abs() <= BEHIND)
    };
    let named = |p: &&Point| p.name.bytes().all(|b| b.is_ascii_alphabetic()) && plan.destination.as_ref() != Some(&p.name);
    // A point without a place may be anywhere.
    plan.points[nearest..].iter().filter(|p| p.at.is_some()).find(|p| ahead(p)).filter(named).map(|p| p.name.clone())
}

/// Answers a request for direct. A point in the plan or its procedures is granted. A flight in radar contact may choose any other point.
/// Without a point, direct to the destination.
pub(super) fn direct(s: &Situation, a: &Arrival, fix: Option<&str>) -> Decision {
    let name = fix.map_or_else(|| a.name.clone(), |f| if f.eq_ignore_ascii_case(&a.icao) { a.name.clone() } else { f.to_owned() });
    Decision::say([Item::Direct(s.asked_place.clone().filter(|_| fix.is_none()).unwrap_or(name))])
}

/// A deviation around weather. Asks for the side if the pilot gave none.
pub(super) fn deviation(side: Option<Side>, degrees: Option<u16>) -> Decision {
    match side {
        Some(side) => Decision::say([Item::Deviation { side, degrees }, Item::Advice("advise when clear of weather".into())]),
        None => Decision::say([Item::Ask(Ask::DeviationSide)]),
    }
}

pub(super) fn speed(s: &Situation, knots: Option<u16>) -> Decision {
    // A controller cannot waive the state's speed limits (14 CFR 91.117; ICAO Annex 11, appendix 4).
    let limits = s.region.speed_limits.iter().filter_map(|l| {
        let (most, below) = l.split_once(" below ")?;
        Some((most.parse::<u16>().ok()?, below.parse::<i32>().ok()?))
    });
    for (most, below) in limits {
        if s.altitude_ft.is_some_and(|now| now < below) && knots.is_some_and(|kt| kt > most) {
            return Decision::say([Item::Unable(format!("more than {most} knots below {}", grouped(below)))]);
        }
    }
    Decision::say([Item::Advice(knots.map_or_else(|| "speed at your discretion".to_owned(), |kt| format!("speed {kt} knots approved")))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;
    use crate::intent::Understanding;
    use crate::report::{FlightPlan, Report, SimState};
    use crate::units::{Facility, LatLon, Time};
    use crate::{Engine, Setup};

    #[test]
    fn back_on_the_route_leads_to_the_next_filed_point() {
        let point = |name: &str, lat, lon| Point { name: name.into(), at: Some(LatLon::new(lat, lon)), via: None };
        let points = vec![
            point("AVE", 37.20, -121.30),
            point("PXN", 37.35, -121.48),
            point("3727N12136W", 37.45, -121.60),
            point("SUNOL", 37.58, -121.80),
        ];
        let plan =
            FlightPlan { ifr: Some(true), destination: Some("KOAK".into()), altitude_ft: Some(24_000), points, ..FlightPlan::default() };
        // From where, flying northwest, and to which point.
        let places = [
            (37.10, -121.18, "AVE"),
            (37.26, -121.38, "PXN"),
            (37.205, -121.30, "PXN"),
            (37.49, -121.65, "SUNOL"),
            (37.60, -121.95, "Oakland"),
        ];
        for (lat, lon, to) in places {
            let mut engine = Engine::new(Airports::world(), Setup { callsign: "UAL57".parse().ok(), ..Setup::default() });
            engine.file(Some(plan.clone()));
            let oakland = Airports::world().find("KOAK").unwrap();
            let com1 = oakland.stations.iter().find(|x| x.facility == Facility::Approach).map(|x| x.frequency);
            let report = Report {
                state: SimState::Flying,
                position: Some(LatLon::new(lat, lon)),
                altitude_ft: 12_000.0,
                agl_ft: 10_000.0,
                heading_true: 322.0,
                heading_mag: 309.0,
                com1,
                ..Report::default()
            };
            for second in 1..5 {
                engine.see(Time(second * 1000), &report);
            }
            let Some(station) = engine.station() else { panic!("nobody at {lat} {lon}") };
            let s = engine.situation(&station, &Understanding::default()).unwrap();
            let Item::Direct(name) = on_route(&s, s.arrival.as_ref().unwrap()) else { panic!() };
            assert!(name.starts_with(to), "{lat} {lon}: {name}");
        }
    }
}
