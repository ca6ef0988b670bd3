//! Airborne phases: the pattern legs, and flight outside the pattern.

use std::time::Duration;

use super::{Now, Phase, PhaseTracker};
use crate::airports::runway::{Geometry, active};
use crate::units::{FT_PER_NM, Runway, Side, Time, turn};

/// Degrees off the runway heading that end the straight climb-out: while turning, and regardless of turning.
const TURNING_OUT: f64 = 15.0;
const TURNED_OUT: f64 = 30.0;
/// The turn to downwind has begun at this many degrees past crosswind, [`CROSSWIND_FT`] feet out.
const PAST_SQUARE: f64 = 10.0;
const CROSSWIND_FT: f64 = 2500.0;
/// The turn to base: degrees off downwind while turning, and regardless of turning.
const TURNING_BASE: f64 = 12.0;
const TURNED_BASE: f64 = 30.0;
/// The turn to final: degrees left to turn, and feet from the centreline.
const TURNING_FINAL: f64 = 80.0;
const FINAL_FT: f64 = 2000.0;
/// Degrees per second; less is drift, not a turn.
const TURNING: f64 = 1.0;
/// A pattern is within this many nautical miles of the runway.
const PATTERN_NM: f64 = 4.0;
/// A departure ends beyond this many nautical miles.
const DEPARTED_NM: f64 = 5.0;
/// Flight towards the airport is inbound within this many nautical miles.
const INBOUND_NM: f64 = 20.0;
/// The climb from the lowest point of an approach that makes it a go-around, feet.
const GO_AROUND_FT: f64 = 100.0;

/// State kept in the air.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// A phase change that must last before it is accepted.
    candidate: Option<(Phase, Time)>,
    /// The lowest altitude of this approach, feet.
    lowest: Option<f64>,
    /// When it lifted off.
    lifted: Option<Time>,
}

/// Position in a pattern: the landing runway's frame, mirrored so that the pattern is on the right.
struct Pattern {
    /// Feet ahead of the landing threshold.
    along: f64,
    /// Feet from the centreline towards the pattern.
    aside: f64,
    /// Track direction: 0 upwind or final, 90 crosswind, 180 downwind, 270 base.
    course: f64,
    /// Turn rate in that frame, degrees per second.
    turning: f64,
}

impl Pattern {
    fn of(g: &Geometry, side: Side, n: &Now, track: f64, turn_rate: f64) -> Self {
        let sign = if side == Side::Left { -1.0 } else { 1.0 };
        let p = g.place(n.position);
        Self {
            along: p.along - g.displaced_ft,
            aside: p.right * sign,
            course: (g.off(track) * sign).rem_euclid(360.0),
            turning: turn_rate * sign,
        }
    }
    fn off(&self, leg: f64) -> f64 {
        turn(leg, self.course)
    }
    /// Whether the aircraft is close enough to the runway, and low enough, to be in a pattern.
    fn near(&self, g: &Geometry, n: &Now) -> bool {
        g.distance_ft(n.position) < PATTERN_NM * FT_PER_NM && n.report.agl_ft < 3500.0
    }
}

impl PhaseTracker {
    pub(super) fn lifted_off(&mut self, n: &Now) -> Phase {
        self.has_flown = true;
        self.side = None;
        self.air = State { lifted: Some(n.at), ..State::default() };
        // A helicopter, or takeoff from grass beside the runway: there is no runway to refer to.
        if n.end(self.runway).is_some() { Phase::Departure } else { self.free(n, true) }
    }

    pub(super) fn in_the_air(&mut self, n: &Now) -> Phase {
        if self.motion.grounded_for(n.at).is_some() {
            // A brief hop is still part of the takeoff.
            let hop = self.phase == Phase::Departure && self.air.lifted.is_some_and(|t| n.at.since(t) < Duration::from_secs(6));
            return if hop { Phase::TakeoffRoll } else { self.touched_down(n) };
        }
        if n.newly_cleared && !matches!(self.phase, Phase::Departure | Phase::GoAround) {
            self.runway = self.cleared;
        }
        let Some(g) = n.end(self.runway).copied() else { return self.free(n, false) };
        let (track, rate) = (self.motion.track(), self.motion.turn_rate());
        match self.phase {
            Phase::Departure | Phase::GoAround => self.climbing_out(n, &g, track, rate),
            Phase::Crosswind | Phase::Downwind | Phase::Base | Phase::Final => {
                let side = self.side.unwrap_or(g.pattern);
                let p = Pattern::of(&g, side, n, track, rate);
                self.in_pattern(n, &g, &p)
            }
            _ => self.free(n, false),
        }
    }

    /// Returns `next` once it has been seen for `needs`, and the current phase until then.
    fn after(&mut self, n: &Now, next: Phase, needs: Duration) -> Phase {
        if next == self.phase {
            self.air.candidate = None;
            return next;
        }
        match self.air.candidate {
            Some((c, since)) if c == next => {
                if n.at.since(since) >= needs {
                    self.air.candidate = None;
                    next
                } else {
                    self.phase
                }
            }
            _ => {
                self.air.candidate = Some((next, n.at));
                if needs.is_zero() { next } else { self.phase }
            }
        }
    }

    fn climbing_out(&mut self, n: &Now, g: &Geometry, track: f64, rate: f64) -> Phase {
        let off = g.off(track);
        let distance = n.airport.position.distance_nm(n.position);
        if distance > DEPARTED_NM {
            self.side = None;
            return self.after(n, Phase::Cruise, Duration::from_secs(3));
        }
        let pattern = Pattern::of(g, g.pattern, n, track, rate);
        let turning = off.abs() > TURNING_OUT && rate * off.signum() > TURNING * 1.5;
        let out = (turning || off.abs() > TURNED_OUT) && off.abs() < 150.0 && n.report.agl_ft > 100.0 && pattern.near(g, n);
        let next = if out { Phase::Crosswind } else { self.phase };
        let next = self.after(n, next, Duration::from_millis(500));
        if next == Phase::Crosswind {
            self.side = Some(if off < 0.0 { Side::Left } else { Side::Right });
            self.air.lowest = None;
        }
        next
    }

    fn in_pattern(&mut self, n: &Now, g: &Geometry, p: &Pattern) -> Phase {
        if !p.near(g, n) && self.phase != Phase::Final {
            // Out of the pattern: departing, or on a long way in.
            return self.free(n, false);
        }
        let quick = Duration::from_millis(400);
        let slow = Duration::from_secs(3);
        match self.phase {
            Phase::Crosswind => {
                let past = p.off(90.0);
                if past > 45.0 && past < 150.0 || past > PAST_SQUARE && past < 150.0 && p.aside > CROSSWIND_FT {
                    self.after(n, Phase::Downwind, quick)
                } else if p.off(0.0).abs() < 15.0 {
                    self.after(n, Phase::Departure, slow)
                } else {
                    self.after(n, Phase::Crosswind, quick)
                }
            }
            Phase::Downwind => {
                let past = p.off(180.0);
                let turned = past > TURNED_BASE && past < 135.0;
                let turning = past > TURNING_BASE && past < 135.0 && p.turning > TURNING;
                if p.along < 0.0 && p.aside > 0.0 && (turned || turning) {
                    self.air.lowest = None;
                    self.after(n, Phase::Base, quick)
                } else if p.off(0.0).abs() < 45.0 && p.along < 0.0 && p.aside.abs() < FINAL_FT {
                    self.after(n, Phase::Final, quick)
                } else if past.abs() > 100.0 {
                    self.free(n, false)
                } else {
                    self.after(n, Phase::Downwind, quick)
                }
            }
            Phase::Base => {
                let to_go = p.off(0.0);
                let turning = to_go > -TURNING_FINAL && to_go < 60.0 && p.aside.abs() < FINAL_FT && p.turning > TURNING;
                let turned = to_go.abs() < 40.0;
                if p.along < 0.0 && (turning || turned) {
                    self.after(n, Phase::Final, quick)
                } else if p.off(180.0).abs() < 8.0 {
                    self.after(n, Phase::Downwind, slow)
                } else if p.aside < -FINAL_FT * 1.5 || p.off(90.0).abs() < 30.0 {
                    self.free(n, false)
                } else {
                    self.after(n, Phase::Base, quick)
                }
            }
            _ => self.on_final(n, g, p),
        }
    }

    /// Of parallel runways the one ahead is the relevant one, whichever was meant.
    fn sidestep(&mut self, n: &Now, g: &Geometry) {
        let aside = |g: &Geometry| g.place(n.position).right.abs();
        let near = |g: &Geometry| g.to_threshold_nm(n.position) < 2.0;
        let parallel = n.ends.iter().filter(|o| o.runway != g.runway && turn(o.heading, g.heading).abs() < 5.0 && near(o));
        let settled = g.off(self.motion.track()).abs() < 8.0;
        if let Some(o) = parallel.min_by(|a, b| aside(a).total_cmp(&aside(b)))
            && settled
            && aside(o) * 3.0 < aside(g)
        {
            self.runway = Some(o.runway);
        }
    }

    fn on_final(&mut self, n: &Now, g: &Geometry, p: &Pattern) -> Phase {
        self.sidestep(n, g);
        let altitude = if n.report.altitude_ft.is_finite() { n.report.altitude_ft } else { 0.0 };
        let lowest = self.air.lowest.map_or(altitude, |l| l.min(altitude));
        self.air.lowest = Some(lowest);
        let climbs = self.motion.climb_fpm() > 300.0 && altitude > lowest + GO_AROUND_FT;
        // Past the far end and still flying: this is not a landing any more, whatever the altitude does.
        let passed = p.along > g.length_ft - g.displaced_ft && n.report.agl_ft > 50.0;
        let close = p.along > -3.0 * FT_PER_NM && p.aside.abs() < FINAL_FT;
        let next = if close && (climbs || passed) && p.off(0.0).abs() < 90.0 {
            self.after(n, Phase::GoAround, Duration::from_secs(1))
        } else if p.off(0.0).abs() > 90.0 || p.aside.abs() > FINAL_FT * 2.0 {
            self.free(n, false)
        } else {
            self.after(n, Phase::Final, Duration::from_millis(400))
        };
        if next == Phase::GoAround {
            self.side = None;
        }
        next
    }

    /// Outside the pattern, or at an unknown point in it: the phase by position and direction alone.
    pub(super) fn free(&mut self, n: &Now, at_once: bool) -> Phase {
        let found = self.joining(n);
        let (next, runway, side) = found.unwrap_or_else(|| (self.towards(n), None, None));
        let joins = found.is_some();
        let needs = if at_once { Duration::ZERO } else { Duration::from_secs(if joins { 2 } else { 5 }) };
        let next = self.after(n, next, needs);
        if joins && Some(next) == found.map(|f| f.0) {
            self.runway = runway;
            self.side = side;
            self.air.lowest = None;
        } else if matches!(next, Phase::Inbound | Phase::Cruise) {
            self.side = None;
        }
        next
    }

    fn towards(&self, n: &Now) -> Phase {
        let distance = n.airport.position.distance_nm(n.position);
        let off = turn(n.position.bearing(n.airport.position), self.motion.track()).abs();
        // Once inbound, a moderate turn does not end the phase.
        let wide = if self.phase == Phase::Inbound { 110.0 } else { 60.0 };
        if distance < 2.0 || distance < INBOUND_NM && off < wide { Phase::Inbound } else { Phase::Cruise }
    }

    /// The pattern or straight-in leg that the aircraft is on, if any.
    fn joining(&self, n: &Now) -> Option<(Phase, Option<Runway>, Option<Side>)> {
        let (track, rate) = (self.motion.track(), self.motion.turn_rate());
        let agl = n.report.agl_ft;
        let w = &n.report.weather;
        let in_use = self.cleared.or_else(|| active(n.airport, w.wind_dir, w.wind_kt));
        let mut finals: Option<(f64, Runway)> = None;
        for g in n.ends {
            let p = Pattern::of(g, Side::Right, n, track, rate);
            let out_nm = -p.along / FT_PER_NM;
            let lined_up = p.aside.abs() < 600.0 + out_nm * 500.0 && p.off(0.0).abs() < 20.0;
            // Above twice a normal glide path the aircraft overflies the threshold instead of being on final. For a runway not in use, it
            // must be low and close to count as landing.
            let preferred = in_use == Some(g.runway);
            // A parallel of the runway in use is in use too.
            let parallel = n.end(in_use).is_some_and(|u| turn(u.heading, g.heading).abs() < 5.0);
            let (far_nm, steep) = if preferred || parallel { (8.0, 600.0) } else { (2.5, 380.0) };
            if lined_up && out_nm > 0.0 && out_nm < far_nm && agl < steep * out_nm + 200.0 {
                let trust = if n.ends.iter().any(|o| o.runway != g.runway && turn(o.heading, g.heading).abs() < 5.0) {
                    120.0 * out_nm
                } else {
                    1000.0
                };
                let key = p.aside.abs() - if preferred { trust } else { 0.0 };
                if finals.is_none_or(|(k, _)| key < k) {
                    finals = Some((key, g.runway));
                }
            }
        }
        if let Some((_, r)) = finals {
            return Some((Phase::Final, Some(r), None));
        }
        let g = n.end(in_use)?;
        for side in [g.pattern, g.pattern.opposite()] {
            let p = Pattern::of(g, side, n, track, rate);
            let out = p.aside / FT_PER_NM;
            let abreast = p.along > -1.5 * FT_PER_NM && p.along < g.length_ft + 0.5 * FT_PER_NM;
            if agl > 2500.0 || !(0.25..1.9).contains(&out) {
                continue;
            }
            if p.off(180.0).abs() < 25.0 && abreast {
                return Some((Phase::Downwind, in_use, Some(side)));
            }
            if p.off(270.0).abs() < 30.0 && p.along < -1000.0 && p.along > -3.0 * FT_PER_NM {
                return Some((Phase::Base, in_use, Some(side)));
            }
        }
        None
    }
}
