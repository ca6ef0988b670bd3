//! Places in and around an airport as short tracks of reports, derived from the runway's geometry.

use crate::airports::Airport;
use crate::airports::minima::{Area, Centre, Circle, Minima, Sector, Sectors};
use crate::airports::surroundings::Surroundings;
use crate::report::{Other, Report, SimState};
use crate::units::{Callsign, FT_PER_NM, LatLon, Runway, Side};

/// Length of a track, seconds: enough for the engine's hysteresis.
const SECONDS: usize = 12;

/// Reports one second apart that end at `place` for `runway`; `None` for an unknown place.
pub(super) fn track(airport: &Airport, runway: Runway, place: &str, now: &Report) -> Option<Vec<Report>> {
    let end = airport.end(runway)?;
    let far = airport.end(runway.reciprocal())?;
    let heading = end.start.bearing(far.start);
    let length = end.start.distance_ft(far.start);
    let side = if end.pattern == Side::Left { -1.0 } else { 1.0 };
    let nm = FT_PER_NM;
    // Feet ahead of the runway's start, feet to the right, track relative to the runway, knots, feet above the ground.
    let (along, right, course, kt, agl): (f64, f64, f64, f64, f64) = match place {
        "parked" => (length * 0.4, side * -1200.0, 90.0, 0.0, 0.0),
        "taxiing" => (length * 0.2, side * -600.0, 180.0, 14.0, 0.0),
        "hold" => (30.0, side * -180.0, side * 90.0, 0.0, 0.0),
        "lineup" => (150.0, 0.0, 0.0, 0.0, 0.0),
        "roll" => (600.0, 0.0, 0.0, 45.0, 0.0),
        "departure" => (length + 0.3 * nm, 0.0, 0.0, 75.0, 400.0),
        "crosswind" => (length + 0.7 * nm, side * 0.5 * nm, side * 90.0, 80.0, 800.0),
        "downwind" => (length * 0.5, side * 0.9 * nm, 180.0, 95.0, 1000.0),
        "base" => (-0.8 * nm, side * 0.5 * nm, side * -90.0, 80.0, 700.0),
        "final" => (-0.6 * nm, 0.0, 0.0, 70.0, 300.0),
        "landing" => (length * 0.4, 0.0, 0.0, 35.0, 0.0),
        "exit" => (length * 0.6, side * -350.0, side * -90.0, 10.0, 0.0),
        "north" | "south" | "east" | "west" => {
            let bearing = match place {
                "north" => 0.0,
                "east" => 90.0,
                "south" => 180.0,
                _ => 270.0,
            };
            let off = (bearing - heading).to_radians();
            (off.cos() * 8.0 * nm, off.sin() * 8.0 * nm, bearing + 180.0 - heading, 105.0, 2500.0)
        }
        _ => return None,
    };
    let rad = course.to_radians();
    let reports = (0..SECONDS)
        .map(|i| {
            let back = (SECONDS - 1 - i) as f64 * kt * nm / 3600.0;
            let (a, r) = (along - back * rad.cos(), right - back * rad.sin());
            let true_heading = (heading + course).rem_euclid(360.0);
            Report {
                state: SimState::Flying,
                position: Some(offset(end.start, heading, a, r)),
                altitude_ft: airport.elevation_ft + agl,
                agl_ft: agl,
                heading_true: true_heading,
                heading_mag: (true_heading - airport.variation).rem_euclid(360.0),
                ias_kt: kt,
                ground_speed_kt: kt,
                on_ground: agl == 0.0,
                vertical_speed_fpm: match place {
                    "departure" | "crosswind" => 500.0,
                    "base" | "final" => -500.0,
                    _ => 0.0,
                },
                ..now.clone()
            }
        })
        .collect();
    Some(reports)
}

/// Reports in flight, one second apart, that end `nm` in this `direction` from the airport.
pub(super) fn abroad(
    airport: &Airport,
    nm: f64,
    direction: &str,
    feet: f64,
    (heading, kt): (f64, f64),
    now: &Report,
) -> Option<Vec<Report>> {
    let bearing = bearing(direction)?;
    let true_heading = (heading + airport.variation).rem_euclid(360.0);
    let reports = (0..SECONDS).map(|i| {
        let back = (SECONDS - 1 - i) as f64 * kt * FT_PER_NM / 3600.0;
        let end = offset(airport.position, bearing, nm * FT_PER_NM, 0.0);
        Report {
            state: SimState::Flying,
            position: Some(offset(end, true_heading, -back, 0.0)),
            altitude_ft: feet,
            agl_ft: feet - airport.elevation_ft,
            heading_true: true_heading,
            heading_mag: heading,
            ias_kt: kt,
            ground_speed_kt: kt,
            on_ground: false,
            vertical_speed_fpm: 0.0,
            ..now.clone()
        }
    });
    Some(reports.collect())
}

fn bearing(direction: &str) -> Option<f64> {
    const WORDS: [&str; 8] = ["north", "northeast", "east", "southeast", "south", "southwest", "west", "northwest"];
    Some(WORDS.iter().position(|w| *w == direction)? as f64 * 45.0)
}

/// Another aircraft of this type in flight.
pub(super) fn other_abroad(airport: &Airport, kind: &str, nm: f64, direction: &str, feet: f64, heading: f64) -> Option<Other> {
    Some(Other {
        callsign: None,
        aircraft_type: Some(kind.to_owned()),
        position: offset(airport.position, bearing(direction)?, nm * FT_PER_NM, 0.0),
        altitude_ft: feet,
        heading_true: (heading + airport.variation).rem_euclid(360.0),
        ground_speed_kt: 110.0,
        on_ground: false,
    })
}

/// Another aircraft of this type on its way to a place, one second apart.
pub(super) fn other_track(airport: &Airport, runway: Runway, kind: &str, place: &str, callsign: &Callsign) -> Option<Vec<Other>> {
    let as_other = |r: Report| {
        Some(Other {
            callsign: Some(callsign.clone()),
            aircraft_type: Some(kind.to_owned()),
            position: r.position?,
            altitude_ft: r.altitude_ft,
            heading_true: r.heading_true,
            ground_speed_kt: r.ground_speed_kt,
            on_ground: r.on_ground,
        })
    };
    track(airport, runway, place, &Report::default())?.into_iter().map(as_other).collect()
}

/// Another aircraft of this type at a place.
pub(super) fn other(airport: &Airport, runway: Runway, kind: &str, place: &str) -> Option<Other> {
    let last = track(airport, runway, place, &Report::default())?.pop()?;
    Some(Other {
        callsign: None,
        aircraft_type: Some(kind.to_owned()),
        position: last.position?,
        altitude_ft: last.altitude_ft,
        heading_true: last.heading_true,
        ground_speed_kt: last.ground_speed_kt,
        on_ground: last.on_ground,
    })
}

/// A point relative to a runway: feet ahead and to the right.
fn offset(origin: LatLon, heading: f64, along: f64, right: f64) -> LatLon {
    let h = heading.to_radians();
    let (north, east) = (along * h.cos() - right * h.sin(), along * h.sin() + right * h.cos());
    let per_degree = 60.0 * FT_PER_NM;
    LatLon::new(origin.lat + north / per_degree, origin.lon + east / (per_degree * origin.lat.to_radians().cos()))
}

/// Terrain data as from the pilot's files: one minimum sector altitude all around the airport.
pub fn sector_altitude(airport: &Airport, feet: f64) -> Surroundings {
    let area = Area { about: airport.position, nm: 120.0 };
    let sectors = Sectors {
        airport: airport.icao.clone(),
        centre: Centre::Airport,
        ident: airport.icao.clone(),
        region: String::new(),
        magnetic: true,
        sectors: vec![Sector { from: 0, feet: feet as i32, nm: 60 }],
    };
    let circle = Circle { centre: airport.position, variation: airport.variation, sectors };
    Surroundings { minima: Minima { circles: vec![circle], ..Minima::default() }, ..Surroundings::nothing(area) }
}
