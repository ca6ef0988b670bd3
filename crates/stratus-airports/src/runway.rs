//! Runway geometry: the position of a point relative to a runway end, and the end that the wind favours.

use crate::Airport;
use crate::units::{LatLon, Runway, Side, turn};

/// Below this wind (knots) the length decides, not the wind: FAA JO 7110.65 3-5-1 (less than 5 knots).
const CALM_KT: f64 = 5.0;

/// One end of a strip as a coordinate frame: the origin at the beginning of the pavement, ahead along the runway.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geometry {
    /// The end at which an aircraft that uses it begins.
    pub runway: Runway,
    /// The beginning of the pavement.
    pub start: LatLon,
    /// True heading, degrees.
    pub heading: f64,
    /// Feet of pavement.
    pub length_ft: f64,
    /// Feet from the centreline to the edge.
    pub half_width_ft: f64,
    /// Feet from `start` to the landing threshold.
    pub displaced_ft: f64,
    /// The side of its pattern.
    pub pattern: Side,
}

/// The position of a point in a runway's frame, in feet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Ahead of the beginning of the pavement; negative before it.
    pub along: f64,
    /// Right of the centreline; negative left of it.
    pub right: f64,
}

impl Geometry {
    /// The position of a point in this runway's frame.
    pub fn place(&self, at: LatLon) -> Place {
        let (along, right) = at.in_frame(self.start, self.heading);
        Place { along, right }
    }
    /// Whether the point is on the pavement, or within `margin_ft` of it.
    pub fn holds(&self, at: LatLon, margin_ft: f64) -> bool {
        let p = self.place(at);
        p.right.abs() <= self.half_width_ft + margin_ft && p.along >= -margin_ft && p.along <= self.length_ft + margin_ft
    }
    /// Feet from the point to the pavement; zero on it.
    pub fn distance_ft(&self, at: LatLon) -> f64 {
        let p = self.place(at);
        let aside = (p.right.abs() - self.half_width_ft).max(0.0);
        let beyond = (-p.along).max(p.along - self.length_ft).max(0.0);
        aside.hypot(beyond)
    }
    /// Degrees from the runway's heading to `direction` (true), right positive.
    pub fn off(&self, direction: f64) -> f64 {
        turn(self.heading, direction)
    }
    /// Nautical miles from the point to the landing threshold.
    pub fn to_threshold_nm(&self, at: LatLon) -> f64 {
        let p = self.place(at);
        (p.along - self.displaced_ft).hypot(p.right) / crate::units::FT_PER_NM
    }
}

/// Every runway end of an airport that is in use, in the order of its data.
pub fn ends(airport: &Airport) -> Vec<Geometry> {
    let mut all = Vec::with_capacity(airport.runways.len() * 2);
    for strip in airport.runways.iter().filter(|s| !s.closed) {
        let [a, b] = &strip.ends;
        let length = a.start.distance_ft(b.start);
        for (near, far) in [(a, b), (b, a)] {
            let g = Geometry {
                runway: near.runway,
                start: near.start,
                heading: near.start.bearing(far.start),
                length_ft: length,
                half_width_ft: strip.width_ft / 2.0,
                displaced_ft: near.displaced_ft,
                pattern: near.pattern,
            };
            // External data may contain any number; a frame that is not finite would break every comparison.
            if g.heading.is_finite() && length.is_finite() && length > 0.0 && strip.width_ft.is_finite() {
                all.push(g);
            }
        }
    }
    all
}

/// The geometry of one runway end; `None` if the airport has no such runway.
pub fn geometry(airport: &Airport, runway: Runway) -> Option<Geometry> {
    ends(airport).into_iter().find(|g| g.runway == runway)
}

/// Head wind and cross wind (from the right positive) on a runway, in knots.
pub fn wind_components(g: &Geometry, wind_dir_true: f64, wind_kt: f64) -> (f64, f64) {
    let off = g.off(wind_dir_true).to_radians();
    (wind_kt * off.cos(), wind_kt * off.sin())
}

/// The runway in use: least tailwind, then least crosswind, then the longest; the longest if the wind is calm or unknown.
///
/// `wind_dir_mag` is the direction that the wind comes from, degrees magnetic; `wind_kt` is its speed. Of two equal
/// choices, the first one in the airport's data wins, so the calm-wind runway comes first there.
pub fn active(airport: &Airport, wind_dir_mag: Option<f64>, wind_kt: Option<f64>) -> Option<Runway> {
    let mut all = ends(airport);
    all.retain(|g| !crate::water::is_aside(airport, g.runway));
    let main = |g: &Geometry| serves_all(airport, g);
    if all.iter().any(main) {
        all.retain(main);
    }
    let wind = match (wind_dir_mag, wind_kt) {
        (Some(d), Some(k)) if d.is_finite() && k.is_finite() && k >= CALM_KT => Some((d + airport.variation, k)),
        _ => None,
    };
    let mut best: Option<(f64, f64, Runway)> = None;
    for g in &all {
        let cost = wind.map_or(0.0, |(d, k)| {
            let (head, cross) = wind_components(g, d, k);
            // A knot of tailwind weighs more than any crosswind. Whole knots, so that nearly equal values count as equal.
            ((-head).max(0.0) * 10.0 + cross.abs()).round()
        });
        let better = best.is_none_or(|(c, l, _)| cost < c || cost == c && g.length_ft > l + 1.0);
        if better {
            best = Some((cost, g.length_ft, g.runway));
        }
    }
    best.map(|(_, _, r)| r)
}

/// A runway shorter than this part of the longest one is used on request only.
const SHORT: f64 = 0.5;
/// A runway of this length serves everybody, feet.
const LONG_FT: f64 = 6_000.0;

/// Whether a runway is one of those that a tower uses for every arrival: paved where the field has pavement, and not much shorter than the
/// longest one.
fn serves_all(airport: &Airport, g: &Geometry) -> bool {
    let soft = |surface: &str| matches!(surface, "grass" | "gravel" | "dirt" | "sand" | "snow" | "water");
    let longest = airport.runways.iter().map(|r| r.length_ft).fold(0.0, f64::max);
    let paved = airport.runways.iter().any(|r| !soft(&r.surface));
    let own = airport.runways.iter().find(|r| r.ends.iter().any(|e| e.runway == g.runway));
    own.is_none_or(|r| (r.length_ft >= longest * SHORT || r.length_ft >= LONG_FT) && !(paved && soft(&r.surface)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Airports;

    fn active_at(icao: &str, dir: f64, kt: f64) -> String {
        let airports = Airports::first();
        active(airports.get(icao).unwrap(), Some(dir), Some(kt)).unwrap().to_string()
    }

    #[test]
    fn the_wind_selects_the_runway_and_calm_the_longest() {
        assert_eq!(active_at("PHTO", 70.5, 8.0), "8");
        assert_eq!(active_at("PHTO", 260.0, 8.0), "26");
        assert_eq!(active_at("PHTO", 30.0, 12.0), "3");
        assert_eq!(active_at("PHTO", 210.0, 2.0), "8");
        assert_eq!(active_at("KPAO", 320.0, 9.0), "31");
        assert_eq!(active_at("KPAO", 130.0, 9.0), "13");
        assert_eq!(active_at("KMRY", 290.0, 9.0), "28L");
        assert_eq!(active(Airports::first().get("KMRY").unwrap(), None, None).unwrap().to_string(), "28L");
    }

    #[test]
    fn short_and_soft_runways_are_used_on_request_only() {
        let airports = Airports::world();
        let at = |icao: &str, dir: f64| active(&airports.find(icao).unwrap(), Some(dir), Some(10.0)).unwrap().to_string();
        assert_eq!(at("YMMB", 210.0), "17L", "not the strip of 1,873 feet");
        assert_eq!(at("LSZG", 240.0), "24", "not the grass");
    }

    #[test]
    fn positions_are_relative_to_the_runway() {
        let airports = Airports::first();
        let x = airports.get("XSTR").unwrap();
        let g = geometry(x, "9".parse().unwrap()).unwrap();
        let back = geometry(x, "27".parse().unwrap()).unwrap();
        assert!((g.length_ft - 6000.0).abs() < 20.0 && (g.heading - 90.0).abs() < 0.5, "{g:?}");
        let p = g.place(x.position);
        assert!((p.along - 3000.0).abs() < 20.0 && p.right.abs() < 10.0, "{p:?}");
        assert!((back.place(x.position).along - 3000.0).abs() < 20.0);
        assert!(g.holds(x.position, 0.0) && !g.holds(LatLon::new(45.001, -30.0), 0.0));
        assert!((g.distance_ft(LatLon::new(45.001, -30.0)) - 289.0).abs() < 5.0);
        assert!(geometry(x, "5".parse().unwrap()).is_none());
    }
}
