//! Charts: the pilot's simulator's data for relevant airports, requested once and layered over the built-in data.
//!
//! A reply may come at any time, even during a taxi. Data in use then stays: runways that the aircraft is cleared for, stations that it
//! talks to.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Engine;
use crate::airports::described::{self, Described, Origin};
use crate::airports::legs::Charted;
use crate::airports::{Airport, Station, runway};
use crate::instruction::{Instruction, Item};
use crate::phase::Phase;
use crate::units::{FT_PER_NM, Frequency, LatLon, Runway, turn};

/// The number of airports remembered: the current one, the destination, and recent ones.
const MOST: usize = 4;
/// How far a runway in use may move, and how many degrees it may turn, and still be the same runway.
const SAME_RUNWAY: (f64, f64) = (0.5 * FT_PER_NM, 20.0);

/// Data about an airport beyond the built-in data.
#[derive(Debug, Clone)]
struct Chart {
    icao: String,
    at: LatLon,
    asked: bool,
    told: BTreeMap<Origin, Arc<Described>>,
    /// The airport from the best source, without taxiways: enough for an airport other than the current one.
    brief: Option<Box<Airport>>,
}

/// The available charts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Charts {
    kept: Vec<Chart>,
    /// The plan's destination: its code, and as filed.
    destination: Option<(String, String)>,
    /// New data for the current airport, held back until it disturbs nothing.
    news: Option<Box<Airport>>,
}

impl Charts {
    fn of(&self, icao: &str) -> Option<&Chart> {
        self.kept.iter().find(|c| c.icao == icao)
    }
}

impl Engine {
    /// Airports to request, each once: code and position.
    pub fn unasked_airports(&mut self) -> Vec<(String, LatLon)> {
        self.want_destination();
        let new = self.charts.kept.iter_mut().filter(|c| !c.asked);
        let asked = |c: &mut Chart| {
            c.asked = true;
            (c.icao.clone(), c.at)
        };
        new.map(asked).collect()
    }

    /// Takes a source's data for an airport; `None` if the source does not know it. A reply about an airport that no longer matters is
    /// dropped, better sources take priority, and a source's new data replaces its old.
    pub fn described(&mut self, icao: &str, origin: Origin, told: Option<Arc<Described>>) {
        let Some(chart) = self.charts.kept.iter_mut().find(|c| c.icao == icao) else { return };
        let best = |c: &Chart| c.told.values().next_back().cloned();
        let before = best(chart);
        match told {
            Some(told) => chart.told.insert(origin, told),
            None => chart.told.remove(&origin),
        };
        if before == best(chart) {
            return;
        }
        let Some(known) = self.airports.find(icao) else { return };
        let new = Box::new(self.as_told(known));
        if let Some(chart) = self.charts.kept.iter_mut().find(|c| c.icao == icao) {
            chart.brief = Some(Box::new(Airport { taxiways: None, ..(*new).clone() }));
        }
        if self.airport.as_ref().is_some_and(|a| a.icao == icao) {
            self.charts.news = Some(new);
            self.take_over_charts();
        }
    }

    /// Makes this built-in airport the current one, as the pilot or the configuration says.
    pub(crate) fn stand_at(&mut self, known: Option<Airport>, aloft: bool) {
        if known.as_ref().map(|a| &a.icao) != self.airport.as_ref().map(|a| &a.icao) {
            if self.airport.is_some() {
                self.leave_field(aloft);
            }
            self.airport = known.map(|a| self.as_told(a));
            self.want_airport();
        }
    }

    /// The current airport has changed: its data matters from now on.
    pub(crate) fn want_airport(&mut self) {
        self.charts.news = None;
        if let Some((icao, at)) = self.airport.as_ref().map(|a| (a.icao.clone(), a.position)) {
            self.want(icao, at);
        }
    }

    fn want(&mut self, icao: String, at: LatLon) {
        let known = self.charts.kept.iter().position(|c| c.icao == icao).map(|i| self.charts.kept.remove(i));
        self.charts.kept.push(known.unwrap_or(Chart { icao, at, asked: false, told: BTreeMap::new(), brief: None }));
        if self.charts.kept.len() > MOST {
            self.charts.kept.remove(0);
        }
    }

    /// The plan's destination matters too, because its units come next.
    pub(crate) fn want_destination(&mut self) {
        let filed = self.plan.as_ref().and_then(|p| p.destination.as_deref());
        if self.charts.destination.as_ref().map(|(filed, _)| filed.as_str()) == filed {
            return;
        }
        let found = filed.map(str::to_owned).map(|filed| {
            let there = self.airports.find(&filed).or_else(|| self.airports.named(&filed));
            (filed, there.map(|a| (a.icao, a.position)))
        });
        self.charts.destination = found.map(|(filed, there)| {
            let icao = there.map(|(icao, at)| {
                let here = self.airport.as_ref().is_some_and(|a| a.icao == icao);
                if !here {
                    self.want(icao.clone(), at);
                }
                icao
            });
            (filed, icao.unwrap_or_default())
        });
    }

    /// A built-in airport as the best source describes it.
    pub(crate) fn as_told(&self, known: Airport) -> Airport {
        let told = self.charts.of(&known.icao).and_then(|c| c.told.values().next_back());
        told.and_then(|t| described::over(&t.airport, Some(&known), self.airports.well_known(&known.icao))).unwrap_or(known)
    }

    /// An airport's procedures with their legs, from the best source that has any.
    pub fn charted(&self, icao: &str) -> Option<&Charted> {
        self.charts.of(icao)?.told.values().rev().map(|t| &t.charted).find(|c| !c.is_empty())
    }

    /// The code of the plan's destination, if known.
    pub(crate) fn charted_destination(&self) -> Option<&str> {
        self.charts.destination.as_ref().map(|(_, icao)| icao.as_str())
    }

    /// Like [`Engine::as_told`], by code and without taxiways.
    pub(crate) fn briefly(&self, icao: &str) -> Option<Airport> {
        self.charts.of(icao).and_then(|c| c.brief.as_deref()).cloned()
    }

    /// Applies new data for the current airport if it disturbs nothing now.
    pub(crate) fn take_over_charts(&mut self) {
        let Some(mut new) = self.charts.news.take() else { return };
        let Some(now) = self.airport.as_ref() else { return };
        if !self.may_become(now, &new) {
            self.charts.news = Some(new);
            return;
        }
        // The measured variation stays, and so does any unit that the pilot talks to.
        new.variation = now.variation;
        let talked_to = |s: &&Station| {
            let on = |f| s.frequency.same_channel(f);
            let sent = self.record.sent_to.as_ref().is_some_and(|(item, _)| frequency_of(item).is_some_and(on));
            sent || self.com1().is_some_and(on) || self.met.iter().any(|f| on(*f))
        };
        let kept: Vec<Station> = now.stations.iter().filter(talked_to).cloned().collect();
        for s in kept {
            if !new.stations.iter().any(|n| n.frequency.same_channel(s.frequency)) {
                new.stations.push(s);
            }
        }
        let stays = |r: &Runway| stays(*r, now, &new);
        if ![self.tracker.runway(), self.tracker.on_runway()].iter().flatten().all(stays) {
            self.tracker.forget_runways();
        }
        // Drop inactive clearances that name a runway which no longer exists.
        self.record.pattern_runway = self.record.pattern_runway.filter(|r| new.end(*r).is_some());
        self.record.last = self.record.last.take().filter(|i| runways_of(i).all(|r| new.end(r).is_some()));
        self.airport = Some(*new);
        self.forget_finals();
    }

    /// Whether every active runway exists in the new data at the same place, and the aircraft is not using one now.
    fn may_become(&self, now: &Airport, new: &Airport) -> bool {
        let in_force = self.runways_in_force(now);
        let using = matches!(self.phase, Phase::LineUpAndWait | Phase::TakeoffRoll | Phase::Final | Phase::LandingRoll | Phase::GoAround);
        now.runways == new.runways || in_force.is_empty() || !using && in_force.iter().all(|r| stays(*r, now, new))
    }

    /// The runways in active clearances, or in a transmission that is under way.
    fn runways_in_force(&self, now: &Airport) -> Vec<Runway> {
        let r = &self.record;
        let mut all: Vec<Runway> = [r.taxi, r.hold_short, r.lined_up, r.takeoff, r.crossing].into_iter().flatten().collect();
        all.extend(r.landing.map(|(r, _)| r));
        if self.phase.airborne() {
            all.extend(r.pattern_runway);
            all.extend(self.tracker.runway().filter(|_| r.closed_traffic.is_some()));
        }
        if r.approach.is_some() {
            // Only the text of the approach names its runway, so every end counts.
            all.extend(now.strips_ends());
        }
        let said = [self.outgoing.as_ref(), self.unheard.as_ref().map(|(o, _)| o)].into_iter().flatten().map(|o| &o.instruction);
        all.extend(said.chain(r.pending.as_ref().map(|p| &p.instruction)).flat_map(runways_of));
        all
    }
}

/// Whether the runway is at the same place in the new description.
fn stays(r: Runway, now: &Airport, new: &Airport) -> bool {
    let (Some(was), Some(is)) = (runway::geometry(now, r), runway::geometry(new, r)) else { return false };
    was.start.distance_ft(is.start) <= SAME_RUNWAY.0 && turn(was.heading, is.heading).abs() <= SAME_RUNWAY.1
}

fn frequency_of(item: &Item) -> Option<Frequency> {
    match item {
        Item::Contact { frequency, .. } | Item::Monitor { frequency, .. } => *frequency,
        _ => None,
    }
}

fn runways_of(instruction: &Instruction) -> impl Iterator<Item = Runway> + '_ {
    instruction.items.iter().filter_map(|i| match i {
        Item::Runway(r) | Item::HoldShort { runway: r, .. } | Item::Cross { runway: r, .. } => Some(*r),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;
    use crate::report::{Report, SimState};
    use crate::units::{Facility, Time};

    fn engine(airport: &str) -> Engine {
        Engine::new(Airports::world(), Setup { airport: Some(airport.into()), ..Setup::default() })
    }

    /// The built-in airport with a different tower frequency, to distinguish the sources.
    fn told(icao: &str, tower: &str) -> Option<Arc<Described>> {
        let mut airport = Airports::world().find(icao).unwrap();
        airport.stations.iter_mut().filter(|s| s.facility == Facility::Tower).for_each(|s| s.frequency = tower.parse().unwrap());
        Some(Arc::new(Described { airport, sources: vec!["a test".into()], charted: Default::default() }))
    }

    fn tower(e: &Engine) -> String {
        e.airport().unwrap().stations.iter().find(|s| s.facility == Facility::Tower).unwrap().frequency.to_string()
    }

    #[test]
    fn each_airport_is_requested_once_and_the_best_source_wins() {
        let mut e = engine("KHWD");
        let asked = |e: &mut Engine| e.unasked_airports().into_iter().map(|(icao, _)| icao).collect::<Vec<_>>();
        assert_eq!((asked(&mut e), asked(&mut e)), (vec!["KHWD".to_owned()], vec![]));
        let built_in = tower(&e);
        e.described("KHWD", Origin::Simulator, told("KHWD", "120.2"));
        assert_eq!(tower(&e), "120.2");
        e.described("KHWD", Origin::Files, told("KHWD", "120.1"));
        assert_eq!(tower(&e), "120.2", "the running simulator overrides files");
        e.described("KHWD", Origin::Simulator, told("KHWD", "120.3"));
        assert_eq!(tower(&e), "120.3", "new data replaces old");
        // A stale reply, and a source that does not know the airport.
        e.described("KSTS", Origin::Simulator, told("KSTS", "120.4"));
        assert_eq!(e.airport().unwrap().icao, "KHWD");
        e.described("KHWD", Origin::Simulator, None);
        assert_eq!(tower(&e), "120.1", "without it, the files count");
        e.described("KHWD", Origin::Files, None);
        assert_eq!(tower(&e), built_in);
    }

    #[test]
    fn the_destinations_units_come_from_the_simulator() {
        let mut e = engine("KHWD");
        e.unasked_airports();
        e.file(Some(crate::report::FlightPlan { destination: Some("KSTS".into()), ..Default::default() }));
        assert_eq!(e.unasked_airports().len(), 1);
        assert!(e.unasked_airports().is_empty());
        e.described("KSTS", Origin::Files, told("KSTS", "120.4"));
        assert!(e.knows("120.4".parse().unwrap()));
        // When it becomes current it is not requested again, and its data applies at once.
        e.set_up(Setup { airport: Some("KSTS".into()), ..Setup::default() });
        assert_eq!((tower(&e).as_str(), e.unasked_airports().len()), ("120.4", 0));
        // An airport left long ago is requested again.
        for icao in ["KPAO", "KSQL", "KRHV", "KSBP"] {
            e.set_up(Setup { airport: Some(icao.into()), ..Setup::default() });
        }
        assert_eq!(e.unasked_airports().len(), 4);
        assert_eq!(e.charts.kept.len(), MOST);
    }

    #[test]
    fn the_tuned_unit_and_the_variation_survive_new_data() {
        let mut e = engine("KHWD");
        let airport = e.airport().unwrap().clone();
        let tuned = airport.stations.iter().find(|s| s.facility == Facility::Tower).unwrap().frequency;
        let report = Report {
            state: SimState::Flying,
            position: Some(airport.position),
            on_ground: true,
            heading_true: 100.0,
            heading_mag: 85.0,
            com1: Some(tuned),
            ..Report::default()
        };
        e.airport = None;
        e.see(Time(0), &report);
        assert!((e.airport().unwrap().variation - 15.0).abs() < 1e-9);
        e.described("KHWD", Origin::Files, told("KHWD", "120.1"));
        assert_eq!((tower(&e).as_str(), e.station().map(|s| s.frequency)), ("120.1", Some(tuned)));
        assert!((e.airport().unwrap().variation - 15.0).abs() < 1e-9);
    }
}
