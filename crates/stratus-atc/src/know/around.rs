//! The surroundings of a flight: terrain, other aircraft, and radar units, from the pilot's files and the built-in airports.

use std::sync::Arc;

use super::floor::{AROUND_NM, Floor, FloorWhy, Terrain};
use crate::Engine;
use crate::airports::data::Airports;
use crate::airports::draw::ahead;
use crate::airports::minima::Area;
use crate::airports::surroundings::Surroundings;
use crate::airports::{Station, controllers};
use crate::say::spoken::characters;
use crate::situation::Situation;
use crate::tracks::Tracks;
use crate::units::{FT_PER_NM, Facility, Frequency, LatLon, Time};

/// The radius around the aircraft for which the pilot's files are searched, and the distance flown before they are searched again, nautical
/// miles.
const AREA_NM: f64 = 150.0;
const AGAIN_NM: f64 = 75.0;
/// The reach of a center without a known volume, from the airport that lists it, nautical miles.
const CENTER_NM: f64 = 100.0;
/// A center is kept while no other is closer by more than this, nautical miles.
const KEPT_NM: f64 = 25.0;
/// The distance flown before nearby centers are looked up again, nautical miles.
const MOVED_NM: f64 = 15.0;
/// The distance from the aircraft within which places can be queried, nautical miles.
const REACH_NM: f64 = 60.0;
/// The floor along a track is looked up at places this far apart, nautical miles.
const STEP_NM: f64 = 2.0;
/// The part of an estimated floor's margin that does not count on a track, feet. The rest clears every known height by 1,000 feet.
const ESTIMATE_SLACK_FT: i32 = 1000;

/// The surroundings of a flight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Around {
    /// The terrain.
    pub terrain: Terrain,
    /// The data from the pilot's files.
    told: Option<Arc<Surroundings>>,
    /// The last area that was requested.
    asked: Option<Area>,
    /// Centers that airports list, with the airport's position.
    centers: Vec<(LatLon, Station)>,
    /// Where the centers were looked up.
    about: Option<LatLon>,
    /// The tracks of other aircraft.
    pub tracks: Tracks,
    /// The frequency on which the pilot transmits.
    tuned: Option<Frequency>,
}

impl Around {
    /// The surroundings of a place without an aircraft, from the airports and the pilot's files.
    pub fn about(airports: &Airports, told: Option<Arc<Surroundings>>, at: LatLon) -> Self {
        let mut around = Self { centers: centers(airports, at, CENTER_NM), ..Self::default() };
        around.terrain.about(at, airports.heights(at, AROUND_NM));
        if let Some(told) = told {
            around.terrain.know(&told);
            around.told = Some(told);
        }
        around
    }

    /// The lowest altitude that may be assigned at a place within about sixty miles of the aircraft, with the reason.
    pub fn floor(&self, at: LatLon) -> Floor {
        self.terrain.floor(at)
    }

    /// The en-route unit at a place and altitude: by the volumes in the pilot's files, otherwise the center that the nearest airport lists.
    /// `None` if unknown: no name or frequency is made up. A pilot on one of the unit's frequencies stays on it.
    pub fn en_route(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.en_route_by_volume(at, altitude_ft).or_else(|| {
            let far = |(place, _): &&(LatLon, Station)| place.distance_nm(at);
            let nearest = self.centers.iter().min_by(|a, b| far(a).total_cmp(&far(b))).filter(|c| far(c) <= CENTER_NM)?;
            let same = |c: &&(LatLon, Station)| self.tuned.is_some_and(|f| f.same_channel(c.1.frequency));
            let kept = self.centers.iter().filter(same).min_by(|a, b| far(a).total_cmp(&far(b)));
            Some(kept.filter(|k| far(k) <= far(&nearest) + KEPT_NM).unwrap_or(nearest).1.clone())
        })
    }

    /// The nearest center that is listed on a frequency. An aircraft at its levels hears it far beyond the field that lists it.
    pub fn center_on(&self, frequency: crate::units::Frequency, at: LatLon) -> Option<Station> {
        let on = self.centers.iter().filter(|(_, s)| s.frequency.same_channel(frequency));
        on.min_by(|a, b| a.0.distance_nm(at).total_cmp(&b.0.distance_nm(at))).map(|(_, s)| s.clone())
    }

    /// The en-route unit at a place and altitude, only by the volumes in the pilot's files.
    pub fn en_route_by_volume(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.working(Facility::Center, at, altitude_ft)
    }

    /// The approach unit at a place and altitude, by the volumes in the pilot's files.
    pub fn approach(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.working(Facility::Approach, at, altitude_ft)
    }

    /// The spoken name of a departure or arrival, from the beacon that it is named after: "BPK7F" is "Brookmans Park seven foxtrot". If two
    /// beacons share the ident, the one nearest to a place counts. `None` if no name is known.
    pub fn procedure_spoken(&self, name: &str, near: LatLon) -> Option<String> {
        let (ident, rest) = name.split_at(name.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0)?);
        let beacons = self.told.as_ref()?.beacons.iter().filter(|b| b.ident.eq_ignore_ascii_case(ident));
        let beacon = beacons.min_by(|a, b| a.at.distance_nm(near).total_cmp(&b.at.distance_nm(near)))?;
        Some(format!("{} {}", beacon.name.as_ref()?, characters(rest)))
    }

    /// A unit by its volume.
    fn working(&self, role: Facility, at: LatLon, altitude_ft: f64) -> Option<Station> {
        controllers::working(&self.told.as_ref()?.controllers, role, at, altitude_ft)?.station(self.tuned)
    }

    /// The data of the surrounding area from the pilot's files.
    pub fn told(&self) -> Option<&Surroundings> {
        self.told.as_deref()
    }
}

/// The centers that airports list within `nm`. They are reliable in the United States, where an airport every thirty miles lists one.
/// Elsewhere the tables contain a few radar and military units a hundred miles away, and none of the actual en-route units.
fn centers(airports: &Airports, at: LatLon, nm: f64) -> Vec<(LatLon, Station)> {
    let mut all = airports.stations_of(Facility::Center, at, nm);
    all.retain(|(_, s)| s.name.ends_with(" Center"));
    all
}

impl Engine {
    /// The lowest altitude that may be assigned at a place within about sixty miles of the aircraft, with the reason.
    pub fn floor(&self, at: LatLon) -> Floor {
        self.around.floor(at)
    }

    /// The lowest altitude here. Only a flight that an approach was announced to may be on its glide path: another one that crosses a final
    /// approach by chance is not brought down to it.
    pub(crate) fn floor_here(&self, at: LatLon) -> Floor {
        if self.record.approach.is_some() { self.floor(at) } else { self.around.terrain.floor_en_route(at) }
    }

    /// Terrain and units around the aircraft.
    pub fn around(&self) -> &Around {
        &self.around
    }

    /// An area for which the pilot's files are to be searched, returned once. [`Engine::surveyed`] takes the result.
    pub fn unasked_area(&mut self) -> Option<Area> {
        let at = self.report.position.filter(|p| p.lat.is_finite() && p.lon.is_finite())?;
        if self.around.asked.is_some_and(|a| a.about.distance_nm(at) <= AGAIN_NM) {
            return None;
        }
        let area = Area { about: at, nm: AREA_NM };
        Arc::make_mut(&mut self.around).asked = Some(area);
        Some(area)
    }

    /// Takes the data from the pilot's files for an area. Drops a result for an area that the aircraft has left.
    pub fn surveyed(&mut self, surroundings: Arc<Surroundings>) {
        let near = |at: LatLon| surroundings.area.about.distance_nm(at) <= surroundings.area.nm;
        if !self.report.position.is_none_or(near) {
            return;
        }
        let around = Arc::make_mut(&mut self.around);
        around.terrain.know(&surroundings);
        around.told = Some(surroundings);
    }

    /// Looks at the terrain below and at the surroundings of the aircraft's new position.
    pub(crate) fn survey(&mut self, now: Time, at: LatLon) {
        self.want_destination();
        let tuned = self.com1();
        let around = Arc::make_mut(&mut self.around);
        around.tuned = tuned;
        around.tracks.see(now, &self.report.others);
        around.terrain.look(&self.report, at, |nm| self.airports.heights(at, nm));
        if around.about.is_none_or(|a| a.distance_nm(at) > MOVED_NM) {
            around.centers = centers(&self.airports, at, CENTER_NM + REACH_NM + MOVED_NM);
            around.about = Some(at);
        }
        self.survey_runways();
    }

    /// The final approaches of the nearest airport and of the destination.
    fn survey_runways(&mut self) {
        let here = self.airport.as_ref().map_or("", |a| a.icao.as_str());
        let there = self.charted_destination().unwrap_or_default();
        if self.around.terrain.approached() == (here, there) {
            return;
        }
        let names = (here.to_owned(), there.to_owned());
        let to = Some(there).filter(|t| *t != here && !t.is_empty()).and_then(|t| self.briefly(t).or_else(|| self.airports.find(t)));
        Arc::make_mut(&mut self.around).terrain.approach(names, self.airport.iter().chain(&to));
    }

    /// The runways of an airport have changed.
    pub(crate) fn forget_finals(&mut self) {
        Arc::make_mut(&mut self.around).terrain.approach(Default::default(), []);
    }
}

impl Situation {
    /// The lowest altitude that may be assigned at a place within about sixty miles of the aircraft, with the reason; `None` for a
    /// situation without a live aircraft.
    pub fn floor(&self, at: LatLon) -> Option<Floor> {
        self.live.then(|| self.around.floor(at))
    }

    /// Where a fix lies: by the plan, or among the beacons around.
    pub(crate) fn place_of(&self, fix: &str) -> Option<LatLon> {
        let planned = self.flight_plan.iter().flat_map(|p| &p.points).find(|p| p.name.eq_ignore_ascii_case(fix)).and_then(|p| p.at);
        let at = self.at?;
        let beacons = self.around.told().into_iter().flat_map(|t| &t.beacons).filter(|b| b.ident.eq_ignore_ascii_case(fix));
        planned.or_else(|| beacons.map(|b| b.at).min_by(|x, y| x.distance_nm(at).total_cmp(&y.distance_nm(at))))
    }

    /// The highest floor on a magnetic track from the aircraft to a place `nm` miles ahead, feet. Places of which nothing is known do not
    /// count; `None` if nothing else is on the way. An estimate counts with a part of its margin: decisions choose levels above all of it, but an
    /// aircraft that is a little lower need not climb before each turn.
    pub(crate) fn floor_ahead(&self, track_mag: f64, nm: f64) -> Option<i32> {
        let at = self.at.filter(|_| self.live)?;
        let place = |n: u32| ahead(at, track_mag + self.variation, (f64::from(n) * STEP_NM).min(nm) * FT_PER_NM);
        let floors = (0..=(nm / STEP_NM).ceil() as u32).map(|n| self.around.floor(place(n)));
        let slack = |f: &Floor| if f.why == FloorWhy::Heights { ESTIMATE_SLACK_FT } else { 0 };
        floors.filter(|f| f.why != FloorWhy::Unknown).map(|f| f.feet - slack(&f)).max()
    }

    /// The en-route unit at a place and altitude: see [`Around::en_route`].
    pub fn en_route(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.around.en_route(at, altitude_ft)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::controllers::{Controller, Volume};
    use crate::report::{Report, SimState};

    fn over(lat: f64, lon: f64, com1: &str) -> Report {
        let position = Some(LatLon::new(lat, lon));
        Report { state: SimState::Flying, position, altitude_ft: 35_000.0, agl_ft: 34_000.0, com1: com1.parse().ok(), ..Report::default() }
    }

    #[test]
    fn the_center_of_the_nearest_listing_airport_works_en_route() {
        let mut e = Engine::new(Airports::world(), Setup::default());
        e.see(Time(0), &over(39.1, -98.6, "118.0"));
        let unit = e.around().en_route(LatLon::new(39.1, -98.6), 35_000.0).unwrap();
        assert_eq!((unit.facility, unit.name.as_str()), (Facility::Center, "Kansas City Center"));
        // A pilot on the frequency of a center that is only slightly farther away stays there.
        let other = e.around.centers.iter().find(|(_, s)| s.frequency != unit.frequency && s.name == unit.name).unwrap().clone();
        e.see(Time(1000), &Report { com1: Some(other.1.frequency), ..over(39.1, -98.6, "118.0") });
        let near = e.around.centers.iter().filter(|(_, s)| s.frequency == other.1.frequency);
        let nearest = near.map(|(at, _)| at.distance_nm(LatLon::new(39.1, -98.6))).fold(f64::INFINITY, f64::min);
        let kept = e.around().en_route(LatLon::new(39.1, -98.6), 35_000.0).unwrap();
        assert_eq!(kept.frequency == other.1.frequency, nearest <= e.around.centers[0].0.distance_nm(LatLon::new(39.1, -98.6)) + KEPT_NM);
        // Over Luxembourg the tables list a military unit and a distant radar.
        e.see(Time(1500), &over(49.0, 6.7, "118.0"));
        assert_eq!(e.around().en_route(LatLon::new(49.0, 6.7), 35_000.0), None);
        // In mid-ocean no unit is known, and none is made up.
        e.see(Time(2000), &over(30.0, -45.0, "118.0"));
        assert_eq!(e.around().en_route(LatLon::new(30.0, -45.0), 35_000.0), None);
    }

    #[test]
    fn volumes_in_the_pilots_files_take_priority_and_load_once() {
        let mut e = Engine::new(Airports::world(), Setup::default());
        assert_eq!(e.unasked_area(), None, "no aircraft yet");
        e.see(Time(0), &over(47.0, 8.0, "118.0"));
        let area = e.unasked_area().unwrap();
        assert!(e.unasked_area().is_none() && area.holds(LatLon::new(48.0, 9.0)));
        let corner = |lat, lon| LatLon::new(lat, lon);
        let points = vec![corner(45.0, 6.0), corner(49.0, 6.0), corner(49.0, 10.0), corner(45.0, 10.0)];
        let volumes = vec![Volume { floor_ft: 0.0, ceiling_ft: 66_000.0, points }];
        let controllers = vec![Controller {
            name: "Alpine".into(),
            facility_id: "XALP".into(),
            role: Facility::Center,
            frequencies: vec!["132.255".parse().unwrap()],
            volumes,
        }];
        let beacon = " 3 46.75 7.9 376 11750 130 -2.0 BPK ENRT EG BROOKMANS PARK VOR/DME";
        let beacons = crate::airports::fixes::beacon(beacon, &|_| true).into_iter().collect();
        e.surveyed(Arc::new(Surroundings { controllers, beacons, ..Surroundings::nothing(area) }));
        let unit = e.around().en_route(corner(47.0, 8.0), 35_000.0).unwrap();
        let said = |name: &str| e.around().procedure_spoken(name, corner(47.0, 8.0));
        assert_eq!(said("BPK7F").as_deref(), Some("Brookmans Park seven foxtrot"));
        assert_eq!((said("LAM1A"), said("BPK"), said("7F"), said("")), (None, None, None, None));
        assert_eq!((unit.name.as_str(), unit.frequency.to_string()), ("Alpine Control", "132.255".to_owned()));
        // After seventy-five miles the area is requested again, and a late result for another area changes nothing.
        e.see(Time(1000), &over(48.4, 8.0, "118.0"));
        assert!(e.unasked_area().is_some());
        e.surveyed(Arc::new(Surroundings::nothing(Area { about: corner(0.0, 0.0), nm: AREA_NM })));
        assert!(e.around().told().is_some_and(|t| !t.controllers.is_empty()));
    }
}
