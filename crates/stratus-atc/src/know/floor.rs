//! The floor: the lowest altitude that may be assigned at a place, and why. `docs/airports.md` says how good it is.
//!
//! Where the pilot's simulator has minimum altitudes, they count. Where it has none, the highest airport or beacon around counts,
//! with a margin that grows with the spread of their heights: airports lie in valleys. In both cases the ground that the simulator
//! reported under this flight counts too. On a final approach the glide path counts.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::airports::Airport;
use crate::airports::heights::Height;
use crate::airports::minima::Source;
use crate::airports::runway::{self, Geometry};
use crate::airports::surroundings::Surroundings;
use crate::report::Report;
use crate::units::{FT_PER_NM, LatLon, Runway, turn};

/// Heights within this distance count, nautical miles.
pub const AROUND_NM: f64 = 40.0;
/// The least margin over the highest of them, feet.
const LEAST_MARGIN_FT: f64 = 1500.0;
/// Feet over the ground, and over ground in mountains (14 CFR 91.177 a 2).
const CLEAR_FT: f64 = 1000.0;
const CLEAR_MOUNTAINS_FT: f64 = 2000.0;
/// The margin grows by so many feet for each foot between the lowest and the highest of the heights, up to a limit: airports that
/// lie as high as that stand in the mountains themselves.
const PER_FOOT_OF_SPREAD: f64 = 1.0;
const MOST_MARGIN_FT: f64 = 5000.0;
/// Heights that differ by so much are mountains, feet.
const MOUNTAINS_FT: f64 = 3000.0;
/// Ground that was seen counts within this distance, and where minima are known within this one, nautical miles.
const SEEN_NM: f64 = 10.0;
const SEEN_BESIDE_MINIMA_NM: f64 = 3.0;
/// Of the grid, cells within this distance count, nautical miles.
const BESIDE_NM: f64 = 5.0;
/// The heights around are looked up again when the aircraft is so far from where they were looked up last, nautical miles.
const MOVED_NM: f64 = 15.0;
/// Places that far from the aircraft can be asked about, nautical miles.
const REACH_NM: f64 = 60.0;

/// Places of ground that are remembered, and the size of one in degrees.
const MOST_SEEN: usize = 600;
const PLACE_DEGREES: f64 = 1.0 / 30.0;
/// No ground lies lower or higher, feet.
const GROUND_FT: std::ops::RangeInclusive<f64> = -1500.0..=29_100.0;
/// Above every ground on earth, feet: where nothing is known.
const ABOVE_ALL_FT: f64 = 30_100.0;

/// A final approach reaches from the threshold so far, nautical miles.
const FINAL_NM: f64 = 12.0;
/// And so far aside: at the threshold, and more for each mile before it, nautical miles.
const FINAL_ASIDE: (f64, f64) = (0.3, 0.12);
/// Feet a nautical mile of a glide path of three degrees, and its height over the threshold.
const PATH_FT_PER_NM: f64 = 318.4;
const PATH_OVER_THRESHOLD_FT: f64 = 50.0;
/// On a final approach the ground below is cleared by so much, feet, and only what was seen within this distance counts.
const FINAL_CLEAR: (f64, f64) = (250.0, 1.0);
/// An aircraft whose heading is more than this off the final course flies across it, degrees.
const ALIGNED: f64 = 60.0;

/// The lowest altitude that may be assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Floor {
    /// Feet above mean sea level, to the next hundred.
    pub feet: i32,
    /// What it follows from.
    pub why: FloorWhy,
}

/// Why a floor is as high as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FloorWhy {
    /// The minimum sector altitude of this airport.
    Sector(String),
    /// The minimum off-route altitude of the grid.
    Grid,
    /// Airports and beacons around, with a margin.
    Heights,
    /// Ground that the simulator reported.
    Ground,
    /// The glide path of this runway.
    GlidePath(Runway),
    /// Nothing is known: above every ground on earth.
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

/// Ground that the simulator reported: the highest of each place, the places seen last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen(VecDeque<Height>);

impl Seen {
    /// Remembers the ground below an aircraft.
    pub fn note(&mut self, at: LatLon, feet: f64) {
        if !(at.lat.is_finite() && at.lon.is_finite() && GROUND_FT.contains(&feet)) {
            return;
        }
        let place = |p: LatLon| ((p.lat / PLACE_DEGREES).floor() as i32, (p.lon / PLACE_DEGREES).floor() as i32);
        let here = place(at);
        // The place that the aircraft is over is among the last.
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

    /// The lowest and the highest within `nm`.
    fn within(&self, at: LatLon, nm: f64) -> Option<(f64, f64)> {
        range(self.0.iter().filter(|h| (h.at.lat - at.lat).abs() * 60.0 <= nm && h.at.distance_nm(at) <= nm).map(|h| h.feet))
    }

    /// How many places are remembered.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None is.
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
    /// The height of the glide path over a place of the final approach, feet above sea level, and how far beside it that is, nautical miles.
    fn path_ft(&self, at: LatLon) -> Option<(f64, f64)> {
        let p = self.runway.place(at);
        let (before, aside) = ((self.runway.displaced_ft - p.along) / FT_PER_NM, p.right.abs() / FT_PER_NM);
        let within = (0.0..=FINAL_NM).contains(&before) && aside <= FINAL_ASIDE.0 + FINAL_ASIDE.1 * before;
        within.then_some((self.threshold_ft + PATH_OVER_THRESHOLD_FT + before * PATH_FT_PER_NM, aside))
    }
}

/// What is known of the ground around a flight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Terrain {
    /// Where the heights were looked up.
    about: Option<LatLon>,
    heights: Vec<Height>,
    seen: Seen,
    minima: Option<Arc<Surroundings>>,
    finals: Vec<Final>,
    /// The airports whose runways they are.
    airports: (String, String),
    /// True heading of the aircraft.
    heading: Option<f64>,
}

impl Terrain {
    /// The lowest altitude that may be assigned at a place, at most some sixty miles from the aircraft.
    pub fn floor(&self, at: LatLon) -> Floor {
        let (feet, why) = self.everywhere(at);
        let (feet, why) = match self.on_final(at) {
            Some((path, runway)) if path < feet => (path, FloorWhy::GlidePath(runway)),
            _ => (feet, why),
        };
        Floor { feet: (feet / 100.0).ceil() as i32 * 100, why }
    }

    /// The highest floor on the straight way from one place to another, looked at every two miles.
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

    /// Without the final approaches.
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
        // A place is remembered by one of its points: its own size counts.
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

    /// The glide path over a place: of the runways that the aircraft is not flying across, the one whose centreline is nearest.
    fn on_final(&self, at: LatLon) -> Option<(f64, Runway)> {
        let aligned = |f: &&Final| self.heading.is_none_or(|h| turn(h, f.runway.heading).abs() <= ALIGNED);
        let paths = self.finals.iter().filter(aligned).filter_map(|f| Some((f.path_ft(at)?, f.runway.runway)));
        let ((path, _), runway) = paths.min_by(|a, b| a.0.1.total_cmp(&b.0.1))?;
        let ground = self.seen.within(at, FINAL_CLEAR.1).map_or(f64::NEG_INFINITY, |(_, high)| high + FINAL_CLEAR.0);
        Some((path.max(ground), runway))
    }

    /// Takes in where the aircraft is and what ground is below it.
    fn see(&mut self, report: &Report, at: LatLon) {
        self.heading = (!report.on_ground).then_some(report.heading_true);
        // In the air, a height above the ground of exactly nothing is one that the simulator does not tell.
        let ground =
            if report.on_ground { Some(report.altitude_ft) } else { (report.agl_ft > 0.0).then_some(report.altitude_ft - report.agl_ft) };
        if let Some(ground) = ground {
            self.seen.note(at, ground);
        }
    }

    /// The ground that was seen.
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// Takes over the minimum altitudes of the surroundings.
    pub(crate) fn know(&mut self, surroundings: &Arc<Surroundings>) {
        self.minima = Some(surroundings.clone()).filter(|s| !s.minima.is_empty());
    }

    /// These heights are known around a place.
    pub(crate) fn about(&mut self, at: LatLon, heights: Vec<Height>) {
        (self.about, self.heights) = (Some(at), heights);
    }

    /// Looks at the ground below; `heights` gives what is known around where the aircraft has come to.
    pub(crate) fn look(&mut self, report: &Report, at: LatLon, heights: impl FnOnce(f64) -> Vec<Height>) {
        self.see(report, at);
        if self.about.is_none_or(|a| a.distance_nm(at) > MOVED_NM) {
            self.heights = heights(AROUND_NM + REACH_NM + MOVED_NM);
            self.about = Some(at);
        }
    }

    /// The final approaches of these airports, by the names under which they are asked about; none where the runways are only drawn.
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
