//! What the aircraft is seen to do: a clearance that it has used is removed.

use super::{Owed, Record};
use crate::instruction::Item;
use crate::phase::Phase;

impl Record {
    /// Records the aircraft's observed actions: a used clearance is removed.
    pub fn observe(&mut self, was: Phase, is: Phase) {
        if was == is {
            return;
        }
        // Wheels that touch again during lift-off are still part of that takeoff.
        if was == Phase::Departure && is != Phase::TakeoffRoll {
            self.takeoff = None;
        }
        // A flight that takes off without a circuit to fly leaves the field.
        if is.airborne() && (was == Phase::TakeoffRoll || !was.airborne() && self.takeoff.is_some()) {
            self.outbound = self.closed_traffic.is_none() && self.wants.is_none() && self.landing.is_none();
        }
        // The departure may be seen late, or not at all if the flight goes on elsewhere.
        if is.airborne() && is != Phase::Departure {
            (self.takeoff, self.taxi, self.lined_up, self.hold_short, self.crossing) = (None, None, None, None, None);
        }
        if is.airborne() {
            (self.arrived, self.void_min, self.progressive) = (false, None, false);
            self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
        }
        match is {
            Phase::Departure | Phase::Crosswind => {
                self.taxi = None;
                self.lined_up = None;
            }
            Phase::TaxiIn => {
                self.granted.clear();
                (self.plight, self.joins) = (None, None);
                self.special_vfr = false;
                self.bravo = false;
                self.speed_kt = None;
                self.landing = None;
                self.closed_traffic = None;
                self.approach = None;
                self.altitude_ft = None;
                (self.expects, self.missed, self.deviating) = (None, false, false);
                (self.circles, self.on_top, self.sees_field) = (None, false, false);
            }
            Phase::LandingRoll => {
                // The runway was free to land on.
                self.obstructed = false;
                // The way to the runway has been flown; the way off it is still to come.
                self.granted.retain(|g| matches!(g, Item::PatternWords(w) if w.starts_with("exit ")));
                (self.arrived, self.straight) = (true, false);
                self.owed.retain(|o| *o != Owed::Base);
            }
            Phase::Final => self.owed.retain(|o| *o != Owed::Base),
            Phase::GoAround => {
                self.owed.retain(|o| *o != Owed::Base);
                (self.landing, self.straight) = (None, false);
                self.approach = self.approach.take().map(|(kind, _)| (kind, false));
                self.missed = self.ifr;
            }
            // An aircraft that stops at a stand without having flown is only waiting there.
            Phase::Parked if was == Phase::TaxiIn => self.flight_over(),
            _ => {}
        }
        // A used clearance needs no readback.
        let used = self.pending.as_ref().is_some_and(|p| {
            p.instruction.items.iter().any(|i| match i {
                Item::Cleared(_) => matches!(is, Phase::LandingRoll | Phase::TaxiIn | Phase::GoAround),
                // In flight, on the ground again or at the stand, the taxi is history.
                Item::Taxi { .. } => is.airborne() || is == Phase::TakeoffRoll || was == Phase::TaxiIn,
                Item::TaxiToParking { .. } => is == Phase::Parked,
                Item::ClearedForTakeoff { .. } => is.airborne(),
                _ => false,
            })
        });
        if used {
            self.pending = None;
        }
        // The approach is over, also one that touched nothing.
        let over = matches!(was, Phase::LandingRoll | Phase::Final | Phase::GoAround | Phase::Departure);
        if over && (is == Phase::Crosswind || is == Phase::Departure && was != Phase::GoAround) {
            self.landing = None;
        }
    }
}
