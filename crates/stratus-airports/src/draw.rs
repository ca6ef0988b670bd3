//! Places runways by an airport's position if their ends are not known.

use crate::Strip;
use crate::units::{FT_PER_M, LatLon, Position3};

/// Feet in a degree, on the sphere on which distances are measured.
const FT_PER_DEGREE: f64 = 6_371_008.8 * FT_PER_M * std::f64::consts::PI / 180.0;
/// The distance between the centrelines of parallel runways that are placed side by side, in feet (FAA AC
/// 150/5300-13B: for simultaneous visual approaches).
const PARALLEL_FT: f64 = 700.0;

/// A strip, and whether the position of its ends is estimated.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The strip.
    pub strip: Strip,
    /// The position of its ends is estimated.
    pub drawn: bool,
}

/// The point `feet` from `from` in a true direction in degrees; for distances of the size of an airport.
pub fn ahead(from: LatLon, direction: f64, feet: f64) -> LatLon {
    let (sin, cos) = direction.to_radians().sin_cos();
    let across = from.lat.to_radians().cos().max(0.01);
    LatLon::new(from.lat + feet * cos / FT_PER_DEGREE, from.lon + feet * sin / (FT_PER_DEGREE * across))
}

/// The two ends of a runway with this middle, true heading and length.
pub fn about(middle: LatLon, heading: f64, length_ft: f64) -> [LatLon; 2] {
    [ahead(middle, heading + 180.0, length_ft / 2.0), ahead(middle, heading, length_ft / 2.0)]
}

/// Moves estimated runways that coincide side by side, by their letters.
pub fn part_parallels(all: &mut [Drawn]) {
    for d in all.iter_mut().filter(|d| d.drawn) {
        let [a, b] = &mut d.strip.ends;
        let aside = match a.runway.side {
            Some(Position3::Left) => -PARALLEL_FT / 2.0,
            Some(Position3::Right) => PARALLEL_FT / 2.0,
            _ => continue,
        };
        let right = a.start.bearing(b.start) + 90.0;
        a.start = ahead(a.start, right, aside);
        b.start = ahead(b.start, right, aside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_runway_has_the_given_length_and_heading() {
        for lat in [-60.0, 0.0, 51.0, 75.0] {
            let middle = LatLon::new(lat, 179.999);
            let [a, b] = about(middle, 73.0, 8000.0);
            assert!((a.distance_ft(b) - 8000.0).abs() < 10.0, "{}", a.distance_ft(b));
            assert!((a.bearing(b) - 73.0).abs() < 0.2, "{}", a.bearing(b));
        }
    }
}
