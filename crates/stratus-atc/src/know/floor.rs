//! The floor: the lowest altitude that may be assigned at a place, with the reason. `docs/airports.md` describes its quality.
//!
//! Minimum altitudes from the pilot's simulator count first. Without them, the floor is the highest airport or beacon nearby plus a margin
//! that grows with the spread of their heights, because airports lie in valleys. In both cases the terrain that the simulator reported
//! under this flight also counts. On a final approach the glide path counts.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::airports::Airport;
use crate::airports::heights::Height;
use crate::airports::minima::Source;
use crate::airports::runway::{self, Geometry};
use crate::airports::surroundings::Surroundings;
use crate::report::Report;
use crate::units::{FT_PER_NM, LatLon, Runway, turn};

/// The radius within which heights count, nautical miles.
pub const AROUND_NM: f64 = 40.0;
/// The minimum margin above the highest height, feet.
const LEAST_MARGIN_FT: f64 = 2000.0;
/// Terrain clearance, and terrain clearance in mountains, feet (14 CFR 91.177 a 2).
const CLEAR_FT: f64 = 1000.0;
const CLEAR_MOUNTAINS_FT: f64 = 2000.0;
/// Feet of margin per foot between the lowest and the highest height, and the maximum margin: airports with that spread lie in the
/// mountains themselves.
const PER_FOOT_OF_SPREAD: f64 = 1.0;
const MOST_MARGIN_FT: f64 = 5000.0;
/// A spread of heights that indicates mountains, feet.
const MOUNTAINS_FT: f64 = 3000.0;
/// The radius within which reported terrain counts, without and with known minimum altitudes, nautical miles.
const SEEN_NM: f64 = 10.0;
const SEEN_BESIDE_MINIMA_NM: f64 = 3.0;
/// The radius within which grid cells count, nautical miles.
const BESIDE_NM: f64 = 5.0;
/// The distance flown before the heights are looked up again, nautical miles.
const MOVED_NM: f64 = 15.0;
/// The distance from the aircraft within which places can be queried, nautical miles.
const REACH_NM: f64 = 60.0;

/// The number of terrain cells remembered, and the size of a cell in degrees.
const MOST_SEEN: usize = 600;
const PLACE_DEGREES: f64 = 1.0 / 30.0;
/// The range of plausible terrain elevations, feet.
const GROUND_FT: std::ops::RangeInclusive<f64> = -1500.0..=29_100.0;
/// Above all terrain on earth, feet: used if nothing is known.
const ABOVE_ALL_FT: f64 = 30_100.0;

/// The length of a final approach from the threshold, nautical miles.
const FINAL_NM: f64 = 12.0;
/// Its half-width: at the threshold, and the increase per mile before it, nautical miles.
const FINAL_ASIDE: (f64, f64) = (0.3, 0.12);
/// The rise of a three-degree glide path in feet per nautical mile, and its height over the threshold.
const PATH_FT_PER_NM: f64 = 318.4;
const PATH_OVER_THRESHOLD_FT: f64 = 50.0;
/// Terrain clearance on a final approach, feet, and the radius within which reported terrain counts there.
const FINAL_CLEAR: (f64, f64) = (250.0, 1.0);
/// An aircraft whose heading differs from the final course by more than this is crossing it, degrees.
const ALIGNED: f64 = 60.0;

/// The lowest altitude that may be assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// Feet above mean sea level, rounded up to a hundred.
    pub feet: i32,
    /// The source of the value.
    pub why: FloorWhy,
}

/// The source of a floor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FloorWhy {
    /// The minimum sector altitude of an airport.
    Sector(String),
    /// The minimum off-route altitude of the grid.
    Grid,
    /// Nearby airports and beacons, with a margin.
    Heights,
    /// Terrain that the simulator reported.
    Ground,
    /// The glide path of a runway.
    GlidePath(Runway),
    /// Nothing is known: above all terrain on earth.
    Unknown,
}

impl std::fmt::Display for Floor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ft, ", self.feet)?;
        match &self.why {
            FloorWhy::Sector(icao) => write!(f, "the minimum sector altitude of {icao}"),
            FloorWhy::Grid => write!(f, "the minimum off-route altitude"),
            FloorWhy::Heights => write!(f, "airports and beacons around, with a margin"),
            FloorWhy::Ground => write!(f, "ground that the simulator reported"),
            FloorWhy::GlidePath(r) => write!(f, "the glide path of runway {r}"),
            FloorWhy::Unknown => write!(f, "nothing is known of the ground"),
        }
    }
}

/// Terrain that the simulator reported: the highest point of each of the most recent cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen(VecDeque<Height>);

impl Seen {
    /// Records the terrain below an aircraft.
    pub fn note(&mut self, at: LatLon, feet: f64) {
        if !(at.lat.is_finite() && at.lon.is_finite() && GROUND_FT.contains(&feet)) {
            return;
        }
        let place = |p: LatLon| ((p.lat / PLACE_DEGREES).floor() as i32, (p.lon / PLACE_DEGREES).floor() as i32);
        let here = place(at);
        // The cell that the aircraft is over is a recent one.
        match self.0.iter_mut().rev().find(|h| place(h.at) == here) {
            Some(known) if known.feet >= feet => {}
            Some(known) => *known = Height { at, feet },
            None => {
                if self.0.len() == MOST_SEEN {
                    self.0.pop_front();
                }
                self.0.push_back(Height { at, feet });
            }
        }
    }

    /// The lowest and the highest point within `nm`.
    fn within(&self, at: LatLon, nm: f64) -> Option<(f64, f64)> {
        range(self.0.iter().filter(|h| (h.at.lat - at.lat).abs() * 60.0 <= nm && h.at.distance_nm(at) <= nm).map(|h| h.feet))
    }

    /// The number of cells.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn range(feet: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    feet.fold(None, |r: Option<(f64, f64)>, f| Some(r.map_or((f, f), |(low, high)| (low.min(f), high.max(f)))))
}

/// A runway's final approach.
#[derive(Debug, Clone, PartialEq)]
struct Final {
    runway: Geometry,
    threshold_ft: f64,
}

impl Final {
    /// The glide path's elevation at a place on the final approach, feet above sea level, and the lateral offset, nautical miles.
    fn path_ft(&self, at: LatLon) -> Option<(f64, f64)> {
        let p = self.runway.place(at);
        let (before, aside) = ((self.runway.displaced_ft - p.along) / FT_PER_NM, p.right.abs() / FT_PER_NM);
        let within = (0.0..=FINAL_NM).contains(&before) && aside <= FINAL_ASIDE.0 + FINAL_ASIDE.1 * before;
        within.then_some((self.threshold_ft + PATH_OVER_THRESHOLD_FT + before * PATH_FT_PER_NM, aside))
    }
}

/// Known terrain around a flight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terrain {
    /// Where the heights were looked up.
    about: Option<LatLon>,
    heights: Vec<Height>,
    seen: Seen,
    minima: Option<Arc<Surroundings>>,
    finals: Vec<Final>,
    /// The airports that the runways belong to.
    airports: (String, String),
    /// The aircraft's true heading.
    heading: Option<f64>,
}

impl Terrain {
    /// The lowest altitude that may be assigned at a place within about sixty miles of the aircraft.
    pub fn floor(&self, at: LatLon) -> Floor {
        let (feet, why) = self.everywhere(at);
        let (feet, why) = match self.on_final(at) {
            Some((path, runway)) if path < feet => (path, FloorWhy::GlidePath(runway)),
            _ => (feet, why),
        };
        Floor { feet: (feet / 100.0).ceil() as i32 * 100, why }
    }

    /// The lowest altitude for a flight that no glide path protects: one that is on no approach.
    pub fn floor_en_route(&self, at: LatLon) -> Floor {
        let (feet, why) = self.everywhere(at);
        Floor { feet: (feet / 100.0).ceil() as i32 * 100, why }
    }

    /// The highest floor along a straight line, sampled every two miles.
    pub fn floor_along(&self, from: LatLon, to: LatLon) -> Floor {
        let steps = (from.distance_nm(to) / 2.0).ceil().clamp(1.0, 200.0);
        let on_way = |n: f64| LatLon::new(from.lat + (to.lat - from.lat) * n / steps, from.lon + turn(from.lon, to.lon) * n / steps);
        let mut highest = self.floor(from);
        for n in 1..=steps as u32 {
            let floor = self.floor(on_way(f64::from(n)));
            if floor.feet > highest.feet {
                highest = floor;
            }
        }
        highest
    }

    /// The floor without regard to final approaches.
    fn everywhere(&self, at: LatLon) -> (f64, FloorWhy) {
        let minimum = self.minima.as_ref().and_then(|s| s.minima.at(at, BESIDE_NM)).map(|(feet, source)| {
            let why = match source {
                Source::Sector(icao) => FloorWhy::Sector(icao),
                Source::Grid => FloorWhy::Grid,
            };
            (f64::from(feet), why)
        });
        let near = |h: &&Height| (h.at.lat - at.lat).abs() * 60.0 <= AROUND_NM && h.at.distance_nm(at) <= AROUND_NM;
        let around = range(self.heights.iter().filter(near).map(|h| h.feet));
        // A cell is stored as one of its points, so its size is added.
        let seen = self.seen.within(at, PLACE_DEGREES * 60.0 + if minimum.is_some() { SEEN_BESIDE_MINIMA_NM } else { SEEN_NM });
        let mountains = [around, seen].iter().flatten().any(|(low, high)| high - low >= MOUNTAINS_FT);
        let clear = if mountains { CLEAR_MOUNTAINS_FT } else { CLEAR_FT };
        let by_heights = around.map(|(low, high)| {
            let margin = (clear + PER_FOOT_OF_SPREAD * (high - low)).clamp(LEAST_MARGIN_FT, MOST_MARGIN_FT);
            (high + margin, FloorWhy::Heights)
        });
        let by_ground = seen.map(|(_, high)| (high + clear, FloorWhy::Ground));
        let known = minimum.or(by_heights);
        match (known, by_ground) {
            (Some(known), Some(ground)) => {
                if ground.0 > known.0 {
                    ground
                } else {
                    known
                }
            }
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => (ABOVE_ALL_FT, FloorWhy::Unknown),
        }
    }

    /// The glide path over a place: among the runways that the aircraft is not crossing, the one with the nearest centreline.
    fn on_final(&self, at: LatLon) -> Option<(f64, Runway)> {
        let aligned = |f: &&Final| self.heading.is_none_or(|h| turn(h, f.runway.heading).abs() <= ALIGNED);
        let paths = self.finals.iter().filter(aligned).filter_map(|f| Some((f.path_ft(at)?, f.runway.runway)));
        let ((path, _), runway) = paths.min_by(|a, b| a.0.1.total_cmp(&b.0.1))?;
        let ground = self.seen.within(at, FINAL_CLEAR.1).map_or(f64::NEG_INFINITY, |(_, high)| high + FINAL_CLEAR.0);
        Some((path.max(ground), runway))
    }

    /// Records the aircraft's position and the terrain below it.
    fn see(&mut self, report: &Report, at: LatLon) {
        self.heading = (!report.on_ground).then_some(report.heading_true);
        // In the air, a height above ground of exactly zero means that the simulator does not report it.
        let ground =
            if report.on_ground { Some(report.altitude_ft) } else { (report.agl_ft > 0.0).then_some(report.altitude_ft - report.agl_ft) };
        if let Some(ground) = ground {
            self.seen.note(at, ground);
        }
    }

    /// The terrain seen so far.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Takes the minimum altitudes of the surroundings.
    pub(crate) fn know(&mut self, surroundings: &Arc<Surroundings>) {
        self.minima = Some(surroundings.clone()).filter(|s| !s.minima.is_empty());
    }

    /// Sets the known heights around a place.
    pub(crate) fn about(&mut self, at: LatLon, heights: Vec<Height>) {
        (self.about, self.heights) = (Some(at), heights);
    }

    /// Records the terrain below; `heights` provides the known heights around a new position.
    pub(crate) fn look(&mut self, report: &Report, at: LatLon, heights: impl FnOnce(f64) -> Vec<Height>) {
        self.see(report, at);
        if self.about.is_none_or(|a| a.distance_nm(at) > MOVED_NM) {
            self.heights = heights(AROUND_NM + REACH_NM + MOVED_NM);
            self.about = Some(at);
        }
    }

    /// Sets the final approaches of these airports, under the names used to query them. An airport whose runways are only drawn has none.
    pub(crate) fn approach<'a>(&mut self, names: (String, String), airports: impl IntoIterator<Item = &'a Airport>) {
        let mut finals = Vec::new();
        for airport in airports {
            let surveyed = |g: &Geometry| {
                airport.runways.iter().any(|s| !s.drawn && s.surface != "water" && s.ends.iter().any(|e| e.runway == g.runway))
            };
            let ends = runway::ends(airport).into_iter().filter(surveyed);
            finals.extend(ends.map(|runway| Final { runway, threshold_ft: airport.elevation_ft }));
        }
        (self.finals, self.airports) = (finals, names);
    }

    /// The airports whose final approaches are known.
    pub(crate) fn approached(&self) -> (&str, &str) {
        (&self.airports.0, &self.airports.1)
    }
}

#[cfg(test)]
mod tests;
