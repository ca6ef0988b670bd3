//! The radar scope: nearby traffic in the form of traffic advisories, and nearby airspace.

use crate::airports::airspace::{Airspace, Class};
use crate::airports::draw;
use crate::report::{Other, Report};
use crate::say;
use crate::situation::{Advisory, NearAirspace};
use crate::units::{FT_PER_NM, LatLon, compass_word};

/// The distance within which traffic is pointed out, nautical miles.
const TRAFFIC_NM: f64 = 5.0;
/// The height difference within which traffic is pointed out, feet.
const TRAFFIC_FT: f64 = 1_000.0;
/// The distance within which even diverging traffic is pointed out, nautical miles.
const TRAFFIC_CLOSE_NM: f64 = 1.5;
/// Airspace is ahead if the present track enters it within this distance, nautical miles.
const AHEAD_NM: f64 = 5.0;

/// The traffic to point out (7110.65 2-1-21: clock position, miles, direction of flight, type, altitude): the nearest that converges.
pub(crate) fn advisory(report: &Report) -> Option<Advisory> {
    let own = report.position.filter(|_| !report.on_ground)?;
    let closer = |o: &Other| {
        let later = |at: LatLon, course: f64, kt: f64| draw::ahead(at, course, kt * FT_PER_NM / 120.0);
        let (a, b) = (later(own, report.heading_true, report.ground_speed_kt), later(o.position, o.heading_true, o.ground_speed_kt));
        a.distance_nm(b) < own.distance_nm(o.position)
    };
    let (nm, other) = report
        .others
        .iter()
        .filter(|o| !o.on_ground && (o.altitude_ft - report.altitude_ft).abs() <= TRAFFIC_FT)
        .map(|o| (own.distance_nm(o.position), o))
        .filter(|(nm, o)| *nm <= TRAFFIC_CLOSE_NM || *nm <= TRAFFIC_NM && closer(o))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let relative = (own.bearing(other.position) - report.heading_true).rem_euclid(360.0);
    let hour = match (relative / 30.0).round() as u32 % 12 {
        0 => 12,
        h => h,
    };
    let miles = match nm.round() as u32 {
        0 | 1 => "1 mile".to_owned(),
        n => format!("{n} miles"),
    };
    let kind = other
        .aircraft_type
        .as_deref()
        .filter(|t| t.len() <= 8 && t.bytes().all(|b| b.is_ascii_alphanumeric()))
        .map_or_else(|| "type unknown".to_owned(), say::type_name);
    let feet = (other.altitude_ft / 100.0).round() as i32 * 100;
    Some(Advisory {
        words: format!("{hour} o'clock, {miles}, {}bound, {kind}", compass_word(other.heading_true)),
        feet,
        // Traffic already pointed out is identified by callsign, otherwise by type and approximate altitude.
        whom: other.callsign.as_ref().map_or_else(|| format!("{kind} {}", feet / 1000), ToString::to_string),
    })
}

/// The relevant airspace: the one that the aircraft is in, otherwise the one ahead, otherwise the nearest, with class B before C.
pub(crate) fn airspace(around: &[Airspace], report: &Report) -> Option<NearAirspace> {
    let all = around.iter().filter_map(|a| near(a, report));
    all.min_by_key(|a| (!a.inside && !a.ahead, a.class == Class::C, !a.inside))
}

/// The nearest class B that a flight may want to transit.
pub(crate) fn bravo(around: &[Airspace], report: &Report) -> Option<NearAirspace> {
    let all = around.iter().filter(|a| a.class == Class::B).filter_map(|a| near(a, report));
    all.filter(|a| a.distance_nm <= BRAVO_NM).min_by(|a, b| a.distance_nm.total_cmp(&b.distance_nm))
}

/// Class B extends to 20 miles, and a flight asks for its transition a little earlier.
const BRAVO_NM: f64 = 25.0;

/// The aircraft's relation to class B or C airspace.
fn near(space: &Airspace, report: &Report) -> Option<NearAirspace> {
    let at = report.position?;
    let inside = space.holds(at, report.altitude_ft);
    let leads_in = |nm: f64| space.holds(draw::ahead(at, report.heading_true, nm * FT_PER_NM), report.altitude_ft);
    Some(NearAirspace {
        class: space.class,
        name: space.name.clone(),
        icao: space.icao.clone(),
        distance_nm: space.distance_nm(at),
        inside,
        ahead: !inside && report.ground_speed_kt > 40.0 && (1..=AHEAD_NM as u32).any(|n| leads_in(f64::from(n))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::SimState;

    fn flying(heading: f64, others: Vec<Other>) -> Report {
        Report {
            state: SimState::Flying,
            position: Some(LatLon::new(37.0, -122.0)),
            altitude_ft: 3500.0,
            heading_true: heading,
            ground_speed_kt: 110.0,
            others,
            ..Report::default()
        }
    }

    fn other(bearing: f64, nm: f64, feet: f64, heading: f64) -> Other {
        Other {
            callsign: None,
            aircraft_type: Some("C182".into()),
            position: draw::ahead(LatLon::new(37.0, -122.0), bearing, nm * FT_PER_NM),
            altitude_ft: feet,
            heading_true: heading,
            ground_speed_kt: 120.0,
            on_ground: false,
        }
    }

    #[test]
    fn traffic_is_pointed_out_by_clock_position() {
        let told = |heading: f64, o: Other| advisory(&flying(heading, vec![o])).map(|a| format!("{}, {}", a.words, a.feet));
        assert_eq!(told(0.0, other(60.0, 3.0, 3000.0, 270.0)).unwrap(), "2 o'clock, 3 miles, westbound, Skylane, 3000");
        assert_eq!(told(90.0, other(90.0, 4.0, 4000.0, 270.0)).unwrap(), "12 o'clock, 4 miles, westbound, Skylane, 4000");
        assert_eq!(told(350.0, other(260.0, 2.0, 3500.0, 90.0)).unwrap(), "9 o'clock, 2 miles, eastbound, Skylane, 3500");
        // Too high, too far, flying away.
        assert_eq!(told(0.0, other(0.0, 3.0, 5000.0, 180.0)), None);
        assert_eq!(told(0.0, other(0.0, 6.0, 3500.0, 180.0)), None);
        assert_eq!(told(0.0, other(180.0, 3.0, 3500.0, 180.0)), None);
    }
}
