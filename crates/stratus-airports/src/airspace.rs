//! Airspace: which airports of the United States are the primary airport of class B or C, and the approximate extent.
//!
//! The shapes are the general ones of AIM 3-2-3 and 3-2-4; real class B airspace differs at each airport. The shapes
//! serve for advice and for a timely clearance, never as a boundary to navigate by.

use super::Airport;
use crate::units::LatLon;

/// The class of the airspace around an airport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A clearance is required to enter (14 CFR 91.131).
    B,
    /// Two-way radio contact is required to enter (14 CFR 91.130).
    C,
}

/// Primary airports of class B (14 CFR 71.41; FAA JO 7400.11, subpart B).
#[rustfmt::skip]
const CLASS_B: [&str; 37] = [
    "KADW", "KATL", "KBOS", "KBWI", "KCLE", "KCLT", "KCVG", "KDCA", "KDEN", "KDFW", "KDTW", "KEWR", "KHOU", "KIAD", "KIAH", "KJFK", "KLAS",
    "KLAX", "KLGA", "KMCI", "KMCO", "KMEM", "KMIA", "KMSP", "KMSY", "KNKX", "KORD", "KPHL", "KPHX", "KPIT", "KSAN", "KSEA", "KSFO", "KSLC",
    "KSTL", "KTPA", "PHNL",
];

/// Primary airports of class C (14 CFR 71.51; the table of AIM 3-2-4).
#[rustfmt::skip]
const CLASS_C: [&str; 120] = [
    "KABE", "KABI", "KABQ", "KACY", "KALB", "KAMA", "KAUS", "KAVL", "KBAB", "KBAD", "KBDL", "KBGR", "KBHM", "KBIL", "KBNA", "KBOI", "KBTR",
    "KBTV", "KBUF", "KBUR", "KCAE", "KCAK", "KCBM", "KCHA", "KCHS", "KCID", "KCMH", "KCMI", "KCOS", "KCRP", "KCRW", "KDAB", "KDAY", "KDLF",
    "KDMA", "KDSM", "KDYS", "KELP", "KEVV", "KFAT", "KFAY", "KFLL", "KFNT", "KFWA", "KGEG", "KGRB", "KGRR", "KGSO", "KGSP", "KHRL", "KHSV",
    "KICT", "KIND", "KISP", "KJAN", "KJAX", "KLAN", "KLBB", "KLEX", "KLFT", "KLIT", "KLNK", "KMAF", "KMDW", "KMHT", "KMKE", "KMLI", "KMOB",
    "KMRY", "KMSN", "KMYR", "KNPA", "KNSE", "KNUW", "KOAK", "KOFF", "KOKC", "KOMA", "KONT", "KORF", "KPBI", "KPDX", "KPIA", "KPNS", "KPOB",
    "KPVD", "KPWM", "KRDU", "KRIC", "KRIV", "KRNO", "KROA", "KROC", "KRSW", "KSAT", "KSAV", "KSBA", "KSBN", "KSDF", "KSFB", "KSGF", "KSHV",
    "KSJC", "KSKA", "KSMF", "KSNA", "KSPI", "KSRQ", "KSSC", "KSYR", "KTIK", "KTLH", "KTOL", "KTUL", "KTUS", "KTYS", "KXNA", "PANC", "PHOG",
    "TJSJ",
];

/// The class of the airspace with this primary airport.
pub fn class_of(icao: &str) -> Option<Class> {
    if CLASS_B.contains(&icao) {
        Some(Class::B)
    } else if CLASS_C.contains(&icao) {
        Some(Class::C)
    } else {
        None
    }
}

/// Class B or C near an aircraft.
#[derive(Debug, Clone, PartialEq)]
pub struct Airspace {
    /// Its class.
    pub class: Class,
    /// The primary airport's code.
    pub icao: String,
    /// The primary airport's name: "San Francisco".
    pub name: String,
    /// The primary airport's position.
    pub centre: LatLon,
    /// The airport's elevation, feet.
    pub elevation_ft: f64,
}

impl Airspace {
    /// The airspace of an airport, if it is the primary one of class B or C.
    pub fn of(airport: &Airport) -> Option<Self> {
        let class = class_of(&airport.icao)?;
        let (icao, name) = (airport.icao.clone(), airport.name.clone());
        Some(Self { class, icao, name, centre: airport.position, elevation_ft: airport.elevation_ft })
    }

    /// Whether a point is inside, by the general shape: class C a core of 5 NM from the surface and a shelf to 10 NM
    /// from 1,200 ft above the field, up to 4,000 ft; class B 7 NM from the surface, to 15 NM from 2,000 ft, to 20 NM
    /// from 4,000 ft above the field, up to 10,000 ft above sea level.
    pub fn holds(&self, at: LatLon, altitude_ft: f64) -> bool {
        let (nm, above) = (self.centre.distance_nm(at), altitude_ft - self.elevation_ft);
        match self.class {
            Class::B => altitude_ft <= 10_000.0 && (nm <= 7.0 || nm <= 15.0 && above >= 2_000.0 || nm <= 20.0 && above >= 4_000.0),
            Class::C => above <= 4_000.0 && (nm <= 5.0 || nm <= 10.0 && above >= 1_200.0),
        }
    }

    /// The distance to the primary airport, nautical miles.
    pub fn distance_nm(&self, at: LatLon) -> f64 {
        self.centre.distance_nm(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Airports;

    #[test]
    fn every_primary_airport_is_in_the_data_and_listed_once() {
        let world = Airports::world();
        let mut all: Vec<&str> = CLASS_B.iter().chain(&CLASS_C).copied().collect();
        let missing: Vec<_> = all.iter().filter(|c| world.find(c).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?}");
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), CLASS_B.len() + CLASS_C.len());
    }

    #[test]
    fn the_shapes_match_the_aim() {
        let world = Airports::world();
        let of = |c: &str| Airspace::of(&world.find(c).unwrap()).unwrap();
        let (sfo, mry) = (of("KSFO"), of("KMRY"));
        let north = |a: &Airspace, nm: f64| LatLon { lat: a.centre.lat + nm / 60.0, lon: a.centre.lon };
        assert!(mry.holds(north(&mry, 4.0), 700.0) && !mry.holds(north(&mry, 8.0), 700.0) && mry.holds(north(&mry, 8.0), 2500.0));
        assert!(!mry.holds(north(&mry, 4.0), 4500.0) && !mry.holds(north(&mry, 11.0), 2500.0));
        assert!(sfo.holds(north(&sfo, 6.0), 500.0) && !sfo.holds(north(&sfo, 14.0), 1500.0) && sfo.holds(north(&sfo, 19.0), 5000.0));
        assert_eq!(class_of("KPAO"), None);
    }
}
