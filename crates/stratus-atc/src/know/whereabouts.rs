//! Chooses the airport relevant to the aircraft, and the unit that hears it on the tuned frequency.

use crate::airports::data::Airports;
use crate::airports::{Airport, Station};
use crate::decide::initiative::Notice;
use crate::instruction::{Instruction, Item};
use crate::intent::Understanding;
use crate::phase::PhaseTracker;
use crate::units::{Facility, Frequency, LatLon, turn};
use crate::{EARSHOT_NM, Engine};

/// The search radius for class B and C, nautical miles.
const AIRSPACE_NM: f64 = 28.0;

/// The farthest field that a pilot would call by mistake, nautical miles.
const MISTAKEN_NM: f64 = 120.0;

/// Whether the pilot called another field's unit by name. Without a simulator, no distance tells a mistake from a misheard name.
pub(crate) fn called_elsewhere(airports: &Airports, here: &Airport, u: &Understanding, live: bool) -> bool {
    let named = u.addressed.name.as_deref().and_then(|n| airports.named(n));
    named.is_some_and(|a| a.icao != here.icao && (!live || a.position.distance_nm(here.position) <= MISTAKEN_NM))
}

impl Engine {
    /// The station on the tuned frequency, if one is in range.
    pub fn station(&self) -> Option<Station> {
        let tuned = self.com1();
        let Some(airport) = &self.airport else { return None };
        match tuned {
            Some(f) => {
                let kept = self.kept(f);
                let radar = kept.clone().filter(|k| k.facility.is_radar());
                let heard = || {
                    let at = self.report.position.unwrap_or(airport.position);
                    let far = self.airports.heard_on(f, at)?;
                    self.named_here(&far, f)
                };
                if f.same_channel(Frequency::GUARD) {
                    return kept.or_else(|| self.guard_desk(airport));
                }
                radar
                    .or_else(|| self.named_here(airport, f))
                    .or_else(heard)
                    .or(kept)
                    .or_else(|| self.planned(f))
                    .or_else(|| self.center_afar(f))
            }
            None if self.report.position.is_none() => airport.stations.iter().find(|s| Some(s.facility) == self.called).cloned(),
            None => None,
        }
    }

    /// Whether the emergency frequency is tuned, where only calls for help are answered, by the nearest unit.
    pub(crate) fn is_guard(&self) -> bool {
        self.com1().is_some_and(|f| f.same_channel(Frequency::GUARD))
    }

    /// The unit that answers on the emergency frequency: the one that has the flight, otherwise the field's tower or radar.
    fn guard_desk(&self, airport: &Airport) -> Option<Station> {
        let desk = self.desk.clone();
        let of = |f: Facility| airport.stations.iter().find(|s| s.facility == f).cloned();
        desk.or_else(|| [Facility::Tower, Facility::Approach, Facility::Departure, Facility::Center].into_iter().find_map(of))
    }

    /// A unit of the plan's airports on this frequency, if within radio range.
    fn planned(&self, f: Frequency) -> Option<Station> {
        let at = self.report.position.filter(|_| self.record.ifr && !self.report.on_ground)?;
        let departure = self.plan.as_ref().and_then(|p| p.departure.as_deref()).and_then(|d| self.airports.find(d));
        let heard = |a: &Airport| super::reception::range_nm(self.report.altitude_ft) >= a.position.distance_nm(at);
        self.destination_airport().into_iter().chain(departure).filter(heard).find_map(|a| self.named_here(&a, f))
    }

    /// A center that works the flight from far away.
    fn center_afar(&self, f: Frequency) -> Option<Station> {
        let at = self.report.position.filter(|_| !self.report.on_ground)?;
        self.around().center_on(f, at)
    }

    /// The unit that has this flight, on its frequency, at any distance.
    fn kept(&self, f: Frequency) -> Option<Station> {
        let far = |s: &&Station| self.airport.as_ref().is_none_or(|a| !a.stations.contains(s));
        self.desk.as_ref().filter(|d| d.frequency.same_channel(f) && !self.report.on_ground).filter(far).cloned()
    }

    /// The recording that a radio is tuned to: COM1's, or COM2's at the current airport.
    pub fn recording_station(&self) -> Option<Station> {
        self.report.position.filter(|_| !self.gone())?;
        let recorded = |s: &Station| s.facility == Facility::Atis;
        self.station().filter(recorded).or_else(|| {
            let (airport, com2) = (self.airport.as_ref()?, self.report.listens_on()?);
            airport.stations.iter().find(|s| recorded(s) && s.frequency.same_channel(com2)).cloned()
        })
    }

    /// The unit that the pilot called, if two share a frequency (departure and approach are often one controller).
    fn named_here(&self, airport: &Airport, f: Frequency) -> Option<Station> {
        let mut here = airport.stations.iter().filter(|s| s.frequency.same_channel(f));
        let first = here.next()?;
        Some([first].into_iter().chain(here).find(|s| Some(s.facility) == self.called).unwrap_or(first).clone())
    }

    /// The frequency has changed: a unit that has not been spoken to on it gets a first contact.
    pub(crate) fn retuned(&mut self) {
        self.record.sent_to = None;
        self.watch.forget(Notice::StillHere);
        // A unit that let the flight go hears a new first call when it comes back.
        let back = |i: &Item| matches!(i, Item::Advice(w) if w.contains("report back"));
        let gone = |l: &&Instruction| l.items.contains(&Item::FrequencyChangeApproved) && !l.items.iter().any(back);
        if let Some(left) = self.record.last.as_ref().filter(gone).map(|l| l.from) {
            self.record.contacted.retain(|c| *c != left);
        }
        let Some(f) = self.com1() else { return };
        // A pilot who has listened to the weather comes back to the unit that awaits the readback.
        let back = self.spoken_on.is_some_and(|on| on.same_channel(f));
        if !back && self.station().is_some_and(|s| s.facility != Facility::Atis) {
            // A pilot who has changed to another unit owes the previous one no readback.
            self.record.pending = None;
        }
        let sent = self.met.iter().any(|m| m.same_channel(f));
        if !sent && let Some(station) = self.station() {
            // Departure and approach of one place may be one controller, those of two places never are.
            let radar = station.facility.is_radar();
            self.record.contacted.retain(|c| *c != station.facility && !(radar && c.is_radar()));
        }
    }

    /// Whether the tuned unit is named after its own airport, and the destination does not list it.
    fn works_only(&self, desk: &Airport, arriving: Option<&Airport>) -> bool {
        let Some(f) = self.com1() else { return false };
        let on = |a: &Airport| a.stations.iter().any(|s| s.frequency.same_channel(f));
        let town = desk.name.split_whitespace().next().unwrap_or("");
        let named = desk.stations.iter().any(|s| s.frequency.same_channel(f) && !town.is_empty() && s.name.starts_with(town));
        named && !arriving.is_some_and(on)
    }

    /// Chooses the relevant airport. On the ground it is where the aircraft stands. In the air it is the planned destination, the owner of
    /// the tuned frequency, or the nearest airport with any frequency.
    pub(crate) fn choose_airport(&mut self, at: LatLon, retuned: bool) {
        let moved = self.chosen_at.is_none_or(|c| c.distance_nm(at) > 1.0);
        if !moved && !retuned && self.airport.is_some() {
            return;
        }
        // On the emergency frequency, keep an airport that can help.
        let can_help = |a: &Airport| a.stations.iter().any(|s| s.facility == Facility::Tower || s.facility.is_radar());
        if self.is_guard() && self.airport.as_ref().is_some_and(|a| can_help(a) && a.position.distance_nm(at) <= EARSHOT_NM) {
            return;
        }
        self.chosen_at = Some(at);
        self.airspaces = if self.report.on_ground { Vec::new() } else { self.airports.primaries(at, AIRSPACE_NM) };
        let kept = self.airport.as_ref().filter(|a| a.position.distance_nm(at) <= 8.0);
        let near = |max: f64| self.airports.nearest_of(at, max, |a| !a.runways.is_empty());
        let tuned = || {
            let f = self.com1()?;
            // The simulator's frequency may differ from the built-in one.
            let own = self.airport.as_ref().filter(|a| a.stations.iter().any(|s| s.frequency.same_channel(f)));
            let away = |a: &Airport| a.position.distance_nm(at);
            let a = match (self.airports.heard_on(f, at), own) {
                (Some(a), Some(own)) if away(own) <= away(&a) => own.clone(),
                (Some(a), _) => a,
                (None, own) => own?.clone(),
            };
            let radar = |s: &&Station| s.facility.is_radar();
            let here = a.stations.iter().find(|s| s.frequency.same_channel(f));
            let near = a.position.distance_nm(at) <= EARSHOT_NM;
            here.filter(|_| near).map(|s| radar(&s)).map(|radar| (a, radar))
        };
        let tuned = tuned();
        let chosen = if self.report.on_ground {
            near(5.0)
        } else {
            let arriving = self.destination_airport().filter(|a| a.position.distance_nm(at) <= EARSHOT_NM);
            // A radar unit serves many airports, so the destination takes priority over the airport that lists the unit.
            let (own, desk) = match tuned {
                Some((a, false)) => (Some(a), None),
                // A unit that is named after its field works that field.
                Some((a, true)) if self.works_only(&a, arriving.as_ref()) => (Some(a), None),
                Some((a, true)) => (None, Some(a)),
                None => (None, None),
            };
            own.or(arriving)
                .or(desk)
                .or_else(|| kept.cloned())
                .or_else(|| self.airports.nearest_of(at, EARSHOT_NM, |a| !a.stations.is_empty()))
        };
        let Some(chosen) = chosen.or_else(|| near(EARSHOT_NM)) else { return };
        if self.airport.as_ref().is_some_and(|a| a.icao == chosen.icao) {
            return;
        }
        let mut chosen = self.as_told(chosen);
        if !self.airports.well_known(&chosen.icao) {
            // The aircraft's compass gives the variation more accurately than runway numbers do.
            let off = turn(self.report.heading_mag, self.report.heading_true);
            if off.abs() < 60.0 && off != 0.0 {
                chosen.variation = off;
            }
        }
        self.tracker = PhaseTracker::default();
        self.airport = Some(chosen);
        self.want_airport();
    }
}
