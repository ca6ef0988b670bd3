//! Flight boundaries: where one flight ends and the next begins, and what is cleared then.

use crate::Engine;
use crate::decide::initiative::Watch;
use crate::phase::{Phase, leapt};
use crate::record::Record;
use crate::report::Report;
use crate::units::{Facility, LatLon, Time};

/// Within this distance the aircraft was moved on the same field, nautical miles.
const SAME_FIELD_NM: f64 = 5.0;
/// Within this distance a helicopter may have landed.
const SAME_PLACE_NM: f64 = 0.3;
/// Class A airspace in the United States, and most of the airspace above elsewhere, is closed to visual flights, feet.
const CLASS_A_FT: i32 = 18_000;
/// A flight loaded on the ground starts at rest, below this speed, knots.
const STANDS_KT: f64 = 3.0;

/// Where and when the aircraft was last seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    at: Time,
    position: LatLon,
    on_ground: bool,
}

impl Seen {
    /// The pilot has loaded another flight: the aircraft is where it cannot have moved to by itself.
    ///
    /// An aircraft repositioned from the gate to the runway has not flown in between, so its clearance stays. A jump into the air, or
    /// within it, skips part of the route, unless the flight had landed.
    fn another_flight(self, now: Time, report: &Report, to: LatLon, has_flown: bool) -> bool {
        let moved = self.position.distance_nm(to);
        let leapt = leapt((self.at, self.position), now, to);
        match (self.on_ground, report.on_ground) {
            (_, true) if report.ground_speed_kt >= STANDS_KT => false,
            // However long the gap in the reports, an aircraft does not taxi that far, or land and stop elsewhere.
            (true, true) => moved > SAME_FIELD_NM || has_flown && leapt,
            (false, true) => moved > SAME_PLACE_NM,
            (true, false) => has_flown && leapt && moved > SAME_FIELD_NM,
            (false, false) => false,
        }
    }
}

impl Engine {
    /// Detects that another flight was loaded, which then starts like the first one.
    pub(crate) fn another_flight(&mut self, now: Time, report: &Report) {
        let Some(position) = report.position.filter(|p| p.lat.is_finite() && p.lon.is_finite()) else { return };
        let was = self.seen.replace(Seen { at: now, position, on_ground: report.on_ground });
        let into_the_air = |was: Seen| was.on_ground && !report.on_ground && leapt((was.at, was.position), now, position);
        match was {
            None => self.began_aloft = !report.on_ground,
            // Moved from the ground into the air without a clearance: the flight begins there.
            Some(was) if into_the_air(was) && was.position.distance_nm(position) > SAME_FIELD_NM => {
                self.began_aloft |= !self.record.ifr && self.record.takeoff.is_none();
            }
            Some(_) => {}
        }
        let has_flown = self.tracker.has_flown() && self.phase != Phase::Parked;
        if !was.is_some_and(|was| was.another_flight(now, report, position, has_flown)) {
            return;
        }
        self.record = Record { strict: self.record.strict, ..Record::default() };
        self.watch = Watch::default();
        (self.desk, self.began_aloft) = (None, !report.on_ground);
        (self.unheard, self.urge) = (None, None);
        std::sync::Arc::make_mut(&mut self.around).tracks.clear();
        self.met.clear();
        self.forget_spoken_plan();
        if std::mem::take(&mut self.plan_flown)
            && let Some(plan) = &mut self.plan
        {
            // The callsign belonged to the previous flight.
            plan.callsign = None;
        }
    }

    /// The simulator was closed and does not come back: the place is that of the settings or of the next call again.
    pub(crate) fn end_flight(&mut self) {
        if self.seen.take().is_none() {
            return;
        }
        self.leave_field(false);
        std::sync::Arc::make_mut(&mut self.around).tracks.clear();
        self.began_aloft = false;
        let here = self.setup.airport.as_deref().and_then(|icao| self.airports.find(icao));
        self.stand_at(here, false);
    }

    /// Without a simulator, another airport begins another flight: nothing that the old field said counts at the new one. Aloft, only
    /// the flight itself goes on: its rules, its code and its emergency.
    pub(crate) fn leave_field(&mut self, aloft: bool) {
        let old = std::mem::take(&mut self.record);
        self.record.strict = old.strict;
        if aloft {
            (self.record.ifr, self.record.squawk, self.record.emergency) = (old.ifr, old.squawk, old.emergency);
        }
        self.phase = if aloft { Phase::Cruise } else { Phase::Parked };
        (self.desk, self.unheard, self.outgoing, self.urge) = (None, None, None, None);
        self.watch = Watch::default();
        self.met.clear();
    }

    /// A flight that starts in the air with an IFR plan is treated as cleared as filed.
    pub(crate) fn take_up_the_plan(&mut self, report: &Report) {
        self.began_aloft &= !report.on_ground;
        // No visual flight is planned in class A airspace, so a plan for those levels is an instrument one.
        let filed = self.plan.as_ref().is_some_and(|p| p.ifr.unwrap_or(p.altitude_ft.is_some_and(|ft| ft >= CLASS_A_FT)));
        if self.began_aloft && filed && !self.record.ifr_cancelled {
            self.record.ifr = true;
        }
    }

    /// A unit that has spoken to an instrument flight keeps it until another unit does, or it lands.
    pub(crate) fn keep_desk(&mut self) {
        if self.report.on_ground || !self.record.ifr {
            self.desk = None;
        } else if let Some(station) = self.station().filter(|s| s.facility.is_radar() || s.facility == Facility::Tower) {
            self.desk = Some(station);
        }
    }

    /// Updates the record from what the aircraft is seen to do.
    pub(crate) fn observe(&mut self, was: Phase) {
        self.record.observe(was, self.phase);
        self.plan_flown |= self.plan.is_some() && self.phase.airborne();
        if self.watch.gave_up_takeoff() {
            self.record.give_up_takeoff();
        }
        if (was, self.phase) == (Phase::TaxiIn, Phase::Parked) {
            self.forget_spoken_plan();
        }
    }

    /// The destination that the pilot stated has been reached; a loaded plan stays until the pilot changes it.
    fn forget_spoken_plan(&mut self) {
        if std::mem::take(&mut self.plan_spoken) {
            self.plan = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_impossible_move_means_another_flight() {
        let anew = |from_ground: bool, to_ground: bool, kt: f64, nm: f64, seconds: u64, has_flown: bool| {
            let seen = Seen { at: Time(0), position: LatLon::new(36.6, -121.8), on_ground: from_ground };
            let to = LatLon::new(36.6 + nm / 60.0, -121.8);
            let report = Report { on_ground: to_ground, ground_speed_kt: kt, ..Report::default() };
            seen.another_flight(Time(seconds * 1000), &report, to, has_flown)
        };
        assert!(anew(true, true, 0.0, 60.0, 1, false), "at another field");
        assert!(anew(true, true, 0.0, 60.0, 3600, false), "at another field after a simulator restart");
        assert!(!anew(true, true, 0.0, 1.5, 1, false), "from the gate to the runway");
        assert!(anew(true, true, 0.0, 1.5, 1, true), "from the taxi in to the gate");
        assert!(!anew(true, true, 0.0, 0.4, 120, true), "taxied during a lost link");
        assert!(anew(false, true, 0.0, 20.0, 600, true), "out of the air");
        assert!(!anew(false, true, 0.0, 0.1, 1, true), "a helicopter lands");
        assert!(!anew(false, true, 60.0, 2.0, 1, true), "landed after skipping part of the route");
        assert!(!anew(false, false, 110.0, 80.0, 1, true), "skipped part of the route");
        assert!(!anew(true, false, 110.0, 80.0, 1, false), "the same from the gate");
        assert!(anew(true, false, 110.0, 80.0, 1, true), "after a landing");
    }
}
