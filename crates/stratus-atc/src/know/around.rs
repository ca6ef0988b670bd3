//! What lies around a flight: the ground, other aircraft, and the radar units that work there, from the pilot's own files and from the airports.

use std::sync::Arc;

use super::floor::{AROUND_NM, Floor, Terrain};
use crate::Engine;
use crate::airports::data::Airports;
use crate::airports::minima::Area;
use crate::airports::surroundings::Surroundings;
use crate::airports::{Station, controllers};
use crate::say::spoken::characters;
use crate::situation::Situation;
use crate::tracks::Tracks;
use crate::units::{Facility, Frequency, LatLon, Time};

/// The pilot's files are looked up for so much of the earth around the aircraft, and again when it has come so far, nautical miles.
const AREA_NM: f64 = 150.0;
const AGAIN_NM: f64 = 75.0;
/// A center without a known volume is heard within this distance of the place that lists it, nautical miles.
const CENTER_NM: f64 = 100.0;
/// And is kept while no other is nearer by more than this, nautical miles.
const KEPT_NM: f64 = 25.0;
/// The centers around are looked up again when the aircraft has come so far, nautical miles.
const MOVED_NM: f64 = 15.0;
/// Places that far from the aircraft can be asked about, nautical miles.
const REACH_NM: f64 = 60.0;

/// What lies around a flight.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Around {
    /// The ground.
    pub terrain: Terrain,
    /// What the pilot's files tell.
    told: Option<Arc<Surroundings>>,
    /// The area that was asked about last.
    asked: Option<Area>,
    /// Centers that airports list, and where.
    centers: Vec<(LatLon, Station)>,
    /// Where they were looked up.
    about: Option<LatLon>,
    /// Other aircraft, followed.
    pub tracks: Tracks,
    /// The frequency that the pilot talks on.
    tuned: Option<Frequency>,
}

impl Around {
    /// What is known of a place where nobody flies, from the airports and the pilot's files.
    pub fn about(airports: &Airports, told: Option<Arc<Surroundings>>, at: LatLon) -> Self {
        let mut around = Self { centers: centers(airports, at, CENTER_NM), ..Self::default() };
        around.terrain.about(at, airports.heights(at, AROUND_NM));
        if let Some(told) = told {
            around.terrain.know(&told);
            around.told = Some(told);
        }
        around
    }

    /// The lowest altitude that may be assigned at a place, at most some sixty miles from the aircraft, and why.
    pub fn floor(&self, at: LatLon) -> Floor {
        self.terrain.floor(at)
    }

    /// The en-route unit that works at a place and altitude: by the volumes of the pilot's files, else the center that the nearest
    /// airport lists. `None` where none is known: neither a name nor a frequency is made up. Whoever is on one of the unit's
    /// frequencies stays on it.
    pub fn en_route(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.en_route_by_volume(at, altitude_ft).or_else(|| {
            let far = |(place, _): &&(LatLon, Station)| place.distance_nm(at);
            let nearest = self.centers.iter().min_by(|a, b| far(a).total_cmp(&far(b))).filter(|c| far(c) <= CENTER_NM)?;
            let same = |c: &&(LatLon, Station)| self.tuned.is_some_and(|f| f.same_channel(c.1.frequency));
            let kept = self.centers.iter().filter(same).min_by(|a, b| far(a).total_cmp(&far(b)));
            Some(kept.filter(|k| far(k) <= far(&nearest) + KEPT_NM).unwrap_or(nearest).1.clone())
        })
    }

    /// The en-route unit that works at a place and altitude, by the volumes of the pilot's files alone.
    pub fn en_route_by_volume(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.working(Facility::Center, at, altitude_ft)
    }

    /// The approach unit that works at a place and altitude, by the volumes of the pilot's files.
    pub fn approach(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        self.working(Facility::Approach, at, altitude_ft)
    }

    /// A departure or an arrival as it is said, by the name of the beacon that it is called after: "BPK7F" is "Brookmans Park seven
    /// foxtrot". Of two beacons with the ident, the one nearest to a place is meant. `None` where no name is known.
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

    /// What the pilot's files tell of the area around.
    pub fn told(&self) -> Option<&Surroundings> {
        self.told.as_deref()
    }
}

/// The centers that airports list within `nm`: those of the United States, where one is listed every thirty miles. Elsewhere the tables
/// name a few radar and military units a hundred miles away, and none of the units that work en route there.
fn centers(airports: &Airports, at: LatLon, nm: f64) -> Vec<(LatLon, Station)> {
    let mut all = airports.stations_of(Facility::Center, at, nm);
    all.retain(|(_, s)| s.name.ends_with(" Center"));
    all
}

impl Engine {
    /// The lowest altitude that may be assigned at a place, at most some sixty miles from the aircraft, and why.
    pub fn floor(&self, at: LatLon) -> Floor {
        self.around.floor(at)
    }

    /// The ground and the units around.
    pub fn around(&self) -> &Around {
        &self.around
    }

    /// An area that the pilot's files are to be searched for, once; [`Engine::surveyed`] takes the answer.
    pub fn unasked_area(&mut self) -> Option<Area> {
        let at = self.report.position.filter(|p| p.lat.is_finite() && p.lon.is_finite())?;
        if self.around.asked.is_some_and(|a| a.about.distance_nm(at) <= AGAIN_NM) {
            return None;
        }
        let area = Area { about: at, nm: AREA_NM };
        Arc::make_mut(&mut self.around).asked = Some(area);
        Some(area)
    }

    /// What the pilot's files tell of an area. An answer for an area that was left long ago is dropped.
    pub fn surveyed(&mut self, surroundings: Arc<Surroundings>) {
        let near = |at: LatLon| surroundings.area.about.distance_nm(at) <= surroundings.area.nm;
        if !self.report.position.is_none_or(near) {
            return;
        }
        let around = Arc::make_mut(&mut self.around);
        around.terrain.know(&surroundings);
        around.told = Some(surroundings);
    }

    /// Looks at the ground below, and at what lies around where the aircraft has come to.
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

    /// The final approaches of the airport at hand and of the destination.
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
    /// The lowest altitude that may be assigned at a place, at most some sixty miles from the aircraft, and why; `None` where the
    /// situation is only stated.
    pub fn floor(&self, at: LatLon) -> Option<Floor> {
        self.live.then(|| self.around.floor(at))
    }

    /// The en-route unit that works at a place and altitude: see [`Around::en_route`].
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
    fn the_center_of_the_nearest_airport_that_lists_one_works_en_route() {
        let mut e = Engine::new(Airports::world(), Setup::default());
        e.see(Time(0), &over(39.1, -98.6, "118.0"));
        let unit = e.around().en_route(LatLon::new(39.1, -98.6), 35_000.0).unwrap();
        assert_eq!((unit.facility, unit.name.as_str()), (Facility::Center, "Kansas City Center"));
        // On the frequency of the center that is not the nearest by much, the pilot stays there.
        let other = e.around.centers.iter().find(|(_, s)| s.frequency != unit.frequency && s.name == unit.name).unwrap().clone();
        e.see(Time(1000), &Report { com1: Some(other.1.frequency), ..over(39.1, -98.6, "118.0") });
        let near = e.around.centers.iter().filter(|(_, s)| s.frequency == other.1.frequency);
        let nearest = near.map(|(at, _)| at.distance_nm(LatLon::new(39.1, -98.6))).fold(f64::INFINITY, f64::min);
        let kept = e.around().en_route(LatLon::new(39.1, -98.6), 35_000.0).unwrap();
        assert_eq!(kept.frequency == other.1.frequency, nearest <= e.around.centers[0].0.distance_nm(LatLon::new(39.1, -98.6)) + KEPT_NM);
        // Over Luxembourg the tables list a military unit and a radar far away.
        e.see(Time(1500), &over(49.0, 6.7, "118.0"));
        assert_eq!(e.around().en_route(LatLon::new(49.0, 6.7), 35_000.0), None);
        // In the middle of the ocean nobody is known, and nobody is made up.
        e.see(Time(2000), &over(30.0, -45.0, "118.0"));
        assert_eq!(e.around().en_route(LatLon::new(30.0, -45.0), 35_000.0), None);
    }

    #[test]
    fn the_volumes_of_the_pilots_files_count_before_and_are_asked_for_once_for_an_area() {
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
        // Seventy-five miles on it is asked for again, and a late answer for another part of the earth changes nothing.
        e.see(Time(1000), &over(48.4, 8.0, "118.0"));
        assert!(e.unasked_area().is_some());
        e.surveyed(Arc::new(Surroundings::nothing(Area { about: corner(0.0, 0.0), nm: AREA_NM })));
        assert!(e.around().told().is_some_and(|t| !t.controllers.is_empty()));
    }
}
