//! Phases on the ground.

use std::time::Duration;

use super::{Now, Phase, PhaseTracker};
use crate::airports::runway::Geometry;
use crate::units::{LatLon, Runway, turn};

/// Feet that a main wheel may be beyond the edge and still be "on the runway".
const EDGE_FT: f64 = 10.0;
/// The minimum distance of a holding point from the runway edge, feet.
const HOLD_NEAREST_FT: f64 = 35.0;
/// Holding points are up to 280 ft from the centreline (FAA AC 150/5300-13B, table of holding position lines). The margin covers the nose
/// ahead of the reporting point, and high airports.
const HOLD_FARTHEST_FT: f64 = 360.0;
/// At a holding point the nose points at least this many degrees across the runway.
const FACING: f64 = 30.0;
/// Holding points may be this far beyond the ends of the pavement, feet.
const HOLD_BEYOND_FT: f64 = 250.0;
/// An aircraft that moves this much closer to the runway has left the holding point for the runway, feet.
const ENTERING_FT: f64 = 10.0;
/// Degrees off the runway's heading that still count as lined up.
const LINED_UP: f64 = 15.0;
/// Below this speed on the runway (knots), a heading [`TURNING_OFF`] degrees off is the turn-off.
const ROLLOUT_KT: f64 = 30.0;
const TURNING_OFF: f64 = 8.0;
/// No aircraft taxies along a runway this fast (knots) unless it takes off or has landed.
const FAST_KT: f64 = 30.0;
/// The same parking place, feet.
const SAME_PLACE_FT: f64 = 100.0;
/// Farther from its stand than this, an aircraft that has not taxied was moved, feet.
const MOVED_FT: f64 = 500.0;
/// A touchdown this far before the threshold is still part of the landing, feet.
const SHORT_FT: f64 = 1_500.0;
/// How long an aircraft must stand off the runways after landing before it counts as parked.
const PARKED_FOR: Duration = Duration::from_secs(60);

/// State kept on the ground.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// Where it was parked.
    parked_at: Option<LatLon>,
    /// The holding point where it stopped: the runway, and the distance from its centreline, feet.
    hold: Option<(Runway, f64)>,
    /// It has been lined up and stopped on the runway.
    stood_lined_up: bool,
    /// The lowest (landing) or highest (takeoff) speed of this roll, knots.
    slowest: f64,
    fastest: f64,
    /// When the landing roll first pointed off the runway.
    turning_since: Option<crate::units::Time>,
    /// It has been off every runway since landing.
    clear: bool,
    /// It has landed and taxies to parking, not to a runway.
    returning: bool,
}

impl State {
    pub fn forget_places(&mut self) {
        self.parked_at = None;
        self.hold = None;
    }
}

/// The runway under the aircraft, by the end whose heading is closer. Where two cross, the previous one stays.
pub(super) fn strip_below<'a>(n: &Now<'a>, before: Option<Runway>) -> Option<&'a Geometry> {
    let heading = n.report.heading_true;
    let key = |g: &Geometry| {
        let sticky = before.is_some_and(|b| b == g.runway || b == g.runway.reciprocal());
        g.off(heading).abs() - if sticky { 60.0 } else { 0.0 }
    };
    n.ends.iter().filter(|g| g.holds(n.position, EDGE_FT)).min_by(|a, b| key(a).total_cmp(&key(b)))
}

/// The runway in whose landing direction the aircraft rolls fast, just before its threshold: it touched down short.
fn before_threshold(n: &Now) -> Option<Runway> {
    let short = |g: &&Geometry| {
        let p = g.place(n.position);
        (-SHORT_FT..0.0).contains(&p.along)
            && p.right.abs() < g.half_width_ft + HOLD_NEAREST_FT
            && g.off(n.report.heading_true).abs() < LINED_UP
    };
    n.ends.iter().filter(|_| n.report.ground_speed_kt > FAST_KT).find(short).map(|g| g.runway)
}

impl PhaseTracker {
    pub(super) fn first_on_the_ground(&mut self, n: &Now) -> Phase {
        let speed = n.report.ground_speed_kt;
        if let Some(g) = n.end(self.on_runway) {
            let lined_up = g.off(n.report.heading_true).abs() < LINED_UP;
            self.ground.stood_lined_up = lined_up && speed < 1.0;
            return match (lined_up, speed > FAST_KT) {
                (true, true) => Phase::TakeoffRoll,
                (true, false) => Phase::LineUpAndWait,
                (false, _) => Phase::Taxiing,
            };
        }
        if speed > 3.0 {
            return Phase::Taxiing;
        }
        // Some simulators start a flight at the holding point; there it is beside the runway's end, not its middle.
        let at_end = |r| n.end(Some(r)).is_some_and(|g| g.place(n.position).along < 600.0);
        match self.holding_point(n).filter(|(r, _)| at_end(*r)) {
            Some((r, aside)) => self.hold(r, aside),
            None => self.park(n),
        }
    }

    pub(super) fn on_the_ground(&mut self, n: &Now) -> Phase {
        if self.on_runway.is_none() {
            self.ground.clear = true;
        }
        if self.ground.returning && n.newly_cleared && self.on_runway.is_none() {
            self.ground.returning = false;
        }
        match self.phase {
            Phase::TakeoffRoll => self.taking_off(n),
            Phase::LandingRoll => self.rolling_out(n),
            Phase::LineUpAndWait => self.lining_up(n),
            _ => self.taxiing(n),
        }
    }

    /// The wheels have touched down.
    pub(super) fn touched_down(&mut self, n: &Now) -> Phase {
        self.has_flown = true;
        self.side = None;
        self.ground = State { returning: true, slowest: n.report.ground_speed_kt, parked_at: self.ground.parked_at, ..State::default() };
        if let Some(runway) = self.on_runway.or_else(|| before_threshold(n)) {
            self.runway = Some(runway);
            Phase::LandingRoll
        } else {
            Phase::TaxiIn
        }
    }

    fn rolling_out(&mut self, n: &Now) -> Phase {
        let speed = n.report.ground_speed_kt;
        if let Some(up) = self.motion.airborne_for(n.at) {
            // A bounce is part of the landing; a longer flight is a touch-and-go.
            let flying = up > Duration::from_secs(3) && (n.report.agl_ft > 20.0 || self.on_runway.is_none());
            return if flying { self.lifted_off(n) } else { Phase::LandingRoll };
        }
        let Some(g) = n.end(self.on_runway) else {
            return if before_threshold(n).is_some() { Phase::LandingRoll } else { Phase::TaxiIn };
        };
        self.ground.slowest = self.ground.slowest.min(speed);
        let off = g.off(n.report.heading_true).abs();
        if off < LINED_UP && speed > FAST_KT && speed > self.ground.slowest + 10.0 {
            return self.start_roll(speed);
        }
        if speed < ROLLOUT_KT && off > TURNING_OFF {
            let since = *self.ground.turning_since.get_or_insert(n.at);
            if n.at.since(since) >= Duration::from_millis(800) {
                return Phase::TaxiIn;
            }
        } else {
            self.ground.turning_since = None;
        }
        Phase::LandingRoll
    }

    fn start_roll(&mut self, speed: f64) -> Phase {
        self.ground.fastest = speed;
        self.ground.stood_lined_up = false;
        self.ground.hold = None;
        Phase::TakeoffRoll
    }

    fn taking_off(&mut self, n: &Now) -> Phase {
        let speed = n.report.ground_speed_kt;
        if let Some(up) = self.motion.airborne_for(n.at) {
            let flying = up > Duration::from_secs(2) || n.report.agl_ft > 60.0;
            return if flying { self.lifted_off(n) } else { Phase::TakeoffRoll };
        }
        let Some(g) = n.end(self.on_runway) else { return self.on_taxiway() };
        self.ground.fastest = self.ground.fastest.max(speed);
        let off = g.off(n.report.heading_true).abs();
        if self.motion.still() {
            self.ground.stood_lined_up = off < LINED_UP;
            return Phase::LineUpAndWait;
        }
        // Rejected: slow again, and turning off.
        if speed < ROLLOUT_KT && speed + 2.0 < self.ground.fastest && off > TURNING_OFF * 2.0 {
            return self.on_taxiway();
        }
        Phase::TakeoffRoll
    }

    fn lining_up(&mut self, n: &Now) -> Phase {
        if self.motion.airborne_for(n.at).is_some_and(|d| d > Duration::from_secs(2)) {
            return self.lifted_off(n);
        }
        let speed = n.report.ground_speed_kt;
        let Some(g) = n.end(self.on_runway) else {
            // Between the holding point and the runway, or beyond the runway.
            let Some((r, aside)) = self.ground.hold else { return self.on_taxiway() };
            let Some(g) = n.end(Some(r)) else { return self.on_taxiway() };
            let right = g.place(n.position).right;
            if self.motion.still()
                && let Some((r, aside)) = self.holding_point(n)
            {
                return self.hold(r, aside);
            }
            let crossed = right.signum() != aside.signum();
            let left_again = right.abs() > aside.abs() + ENTERING_FT * 3.0;
            return if crossed || left_again { self.on_taxiway() } else { Phase::LineUpAndWait };
        };
        let lined_up = g.off(n.report.heading_true).abs() < LINED_UP;
        if lined_up && self.cleared == Some(g.runway.reciprocal()) && speed < FAST_KT {
            // Along the runway towards the other end: a backtrack, until it turns round.
            return self.on_taxiway();
        }
        if self.motion.still() {
            self.ground.stood_lined_up |= lined_up;
        } else if lined_up && (speed > FAST_KT || self.ground.stood_lined_up && speed > 3.5 && self.motion.acceleration() > 0.7) {
            return self.start_roll(speed);
        }
        Phase::LineUpAndWait
    }

    fn taxiing(&mut self, n: &Now) -> Phase {
        if self.motion.airborne_for(n.at).is_some_and(|d| d > Duration::from_secs(2)) {
            return self.lifted_off(n);
        }
        let speed = n.report.ground_speed_kt;
        if let Some(g) = n.end(self.on_runway)
            && g.off(n.report.heading_true).abs() < LINED_UP
        {
            if speed > FAST_KT + 10.0 {
                return self.start_roll(speed);
            }
            let backtrack = self.cleared == Some(g.runway.reciprocal());
            if (!self.ground.returning || self.ground.clear) && !backtrack && self.motion.moved_ft() > 1.0 {
                self.ground.returning = false;
                self.ground.stood_lined_up = false;
                return Phase::LineUpAndWait;
            }
        }
        if self.motion.still() {
            return self.stopped(n);
        }
        if !self.motion.moving() {
            return self.phase;
        }
        match self.phase {
            Phase::Parked => {
                self.has_flown = false;
                self.ground.returning = false;
                let backwards = turn(n.report.heading_true, self.motion.track()).abs() > 120.0;
                if backwards { Phase::PushedBack } else { Phase::Taxiing }
            }
            Phase::PushedBack => {
                // While the tug slows down there is no reliable direction of movement.
                let backwards = speed < 2.0 || turn(n.report.heading_true, self.motion.track()).abs() > 90.0;
                if backwards { Phase::PushedBack } else { Phase::Taxiing }
            }
            Phase::HoldingShort => self.leaving_hold(n),
            _ => self.on_taxiway(),
        }
    }

    fn leaving_hold(&mut self, n: &Now) -> Phase {
        let Some((r, aside)) = self.ground.hold else { return self.on_taxiway() };
        let Some(g) = n.end(Some(r)) else { return self.on_taxiway() };
        let right = g.place(n.position).right.abs();
        if right < aside.abs() - ENTERING_FT {
            return if self.ground.returning { Phase::TaxiIn } else { Phase::LineUpAndWait };
        }
        let facing = g.off(n.report.heading_true).abs().min(180.0 - g.off(n.report.heading_true).abs()) > FACING / 2.0;
        if right > aside.abs() + ENTERING_FT * 2.0 || !facing { self.on_taxiway() } else { Phase::HoldingShort }
    }

    fn stopped(&mut self, n: &Now) -> Phase {
        // An aircraft that the pilot moved from its stand to a runway's holding point has not taxied there, but waits there.
        let moved = |from: LatLon| from.distance_ft(n.position) > MOVED_FT;
        let placed = self.phase == Phase::Parked && self.ground.parked_at.is_some_and(moved) && self.on_runway.is_none();
        if matches!(self.phase, Phase::Parked | Phase::PushedBack) {
            return match self.holding_point(n).filter(|_| placed) {
                Some((runway, aside)) => self.hold(runway, aside),
                None => self.phase,
            };
        }
        if self.phase == Phase::HoldingShort {
            return Phase::HoldingShort;
        }
        if self.on_runway.is_none()
            && let Some((r, aside)) = self.holding_point(n)
        {
            return self.hold(r, aside);
        }
        let near = |at: LatLon| at.distance_ft(n.position) < SAME_PLACE_FT;
        let stands = n.airport.taxiways.iter().flat_map(|t| &t.nodes).filter(|s| s.parking.is_some());
        let known = self.ground.parked_at.is_some_and(near) || stands.map(|s| s.position).any(near);
        let stands_long = self.ground.returning && self.motion.still_for(n.at) >= PARKED_FOR;
        let far = n.ends.iter().all(|g| g.distance_ft(n.position) > HOLD_FARTHEST_FT);
        if self.on_runway.is_none() && (known || stands_long && far) { self.park(n) } else { self.on_taxiway() }
    }

    fn park(&mut self, n: &Now) -> Phase {
        self.ground = State { parked_at: Some(n.position), ..State::default() };
        Phase::Parked
    }

    fn hold(&mut self, runway: Runway, aside: f64) -> Phase {
        self.ground.hold = Some((runway, aside));
        self.runway = Some(runway);
        Phase::HoldingShort
    }

    fn on_taxiway(&mut self) -> Phase {
        self.ground.hold = None;
        if self.ground.returning { Phase::TaxiIn } else { Phase::Taxiing }
    }

    /// The runway end of this holding point, and feet right of its centreline. Without a taxi graph it is determined by geometry: near the
    /// runway, not on it, nose towards it. `None` elsewhere.
    fn holding_point(&self, n: &Now) -> Option<(Runway, f64)> {
        let mut best: Option<(f64, Runway, f64)> = None;
        for g in n.ends {
            let p = g.place(n.position);
            let aside = p.right.abs();
            let off = g.off(n.report.heading_true);
            // The nose must point at the centreline: to the right if the aircraft is left of it.
            let across = off.abs().min(180.0 - off.abs());
            let towards = off.signum() != p.right.signum() && across > FACING;
            let beside = p.along > -HOLD_BEYOND_FT && p.along <= g.length_ft / 2.0;
            let near = aside > g.half_width_ft + HOLD_NEAREST_FT && aside < HOLD_FARTHEST_FT;
            if towards && beside && near && best.is_none_or(|(b, ..)| aside < b) {
                best = Some((aside, g.runway, p.right));
            }
        }
        // At an intersection either end may be meant: the assigned one decides.
        best.map(|(_, r, right)| if self.cleared == Some(r.reciprocal()) { (r.reciprocal(), -right) } else { (r, right) })
    }
}
