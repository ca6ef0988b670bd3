//! How the pilot flies: each second the aircraft moves by the stage of the flight and by the active instructions.

use stratus_airports::runway::{Geometry, geometry};
use stratus_atc::instruction::{Landing, Leg};
use stratus_units::{Facility, Side, turn};

use super::{Due, Outcome, Pilot, Stage};
use crate::aircraft::{Aircraft, Steer};
use crate::answers::Need;
use crate::guide::{self, Guide};
use crate::layout::{self, spot};
use crate::sortie::Mission;

/// A pilot without a landing clearance goes around at this distance from the threshold, nautical miles.
const DECIDE_NM: f64 = 0.35;
/// The farthest extension of downwind, nautical miles from the threshold.
const FARTHEST_NM: f64 = 5.0;
/// After this many approaches without a landing the flight is stuck.
const MOST_AROUND: u8 = 3;

impl Pilot<'_> {
    /// Flies or taxies for a second. `ground_ft` is the elevation of the ground below; `ahead_nm` is the distance of
    /// the nearest other aircraft on final from the threshold.
    pub fn fly(&mut self, t: u32, a: &mut Aircraft, ground_ft: f64, ahead_nm: Option<f64>) {
        if self.told.squawk.is_some_and(|code| code != self.squawk) {
            self.squawk = self.told.squawk.unwrap_or(self.squawk);
        }
        match self.stage {
            Stage::Gate => self.leave_the_gate(t, a),
            Stage::Pushing => {
                if t.saturating_sub(self.since) < 30 {
                    a.push()
                } else {
                    self.stand_still(a);
                    self.enter(Stage::Gate, t)
                }
            }
            Stage::TaxiOut => self.taxi(t, a, Stage::AtHold),
            Stage::AtHold => self.hold(t, a),
            Stage::LiningUp => self.line_up(t, a),
            Stage::LinedUp => {
                self.stand_still(a);
                if self.told.takeoff.is_some() {
                    self.enter(Stage::Roll, t);
                }
            }
            Stage::Roll => self.roll(t, a),
            Stage::Departing => self.depart(t, a),
            Stage::Enroute => self.cruise(t, a),
            Stage::Arriving | Stage::Around => self.arrive(t, a),
            Stage::Inbound => self.come_in(t, a),
            Stage::Pattern => self.circuit(t, a, ahead_nm),
            Stage::Final => self.approach(t, a),
            Stage::Rollout => self.roll_out(t, a),
            Stage::Exiting => {
                let Some(step) = self.path.front().copied() else { return };
                if a.taxi_to(step.at, 15.0, true) {
                    self.path.clear();
                    self.enter(Stage::Vacated, t);
                }
            }
            Stage::Vacated => {
                self.stand_still(a);
                self.vacated(t, a);
            }
            Stage::TaxiIn => self.taxi(t, a, Stage::Done),
            Stage::Done => self.stand_still(a),
        }
        if !a.on_ground && a.altitude_ft < ground_ft + 300.0 && !self.low() {
            // A pilot does not fly into a visible hill; the referee has already recorded who sent the aircraft there.
            a.altitude_ft += 40.0;
        }
        if self.stage == Stage::Done && t.saturating_sub(self.since) > 75 {
            self.outcome.get_or_insert(Outcome::Completed);
        }
    }

    /// Whether it is near the ground because it takes off or lands.
    fn low(&self) -> bool {
        matches!(self.stage, Stage::Pattern | Stage::Final | Stage::Departing | Stage::Around | Stage::Roll | Stage::Rollout)
    }

    fn stand_still(&mut self, a: &mut Aircraft) {
        a.speed_kt = 0.0;
        a.climb_fpm = 0.0;
    }

    fn leave_the_gate(&mut self, t: u32, a: &mut Aircraft) {
        self.stand_still(a);
        let instruments = self.s.mission == Mission::Instruments;
        if instruments && self.told.clearance && self.due.is_empty() && (self.on(Facility::Clearance)) {
            self.tune_own(&self.s.from, &[Facility::Ground, Facility::Tower]);
        }
        if self.told.push && self.s.kind.airline && self.path.is_empty() && self.since == 0 {
            self.enter(Stage::Pushing, t);
            return;
        }
        // An instrument flight does not taxi without its clearance.
        let may = self.due.is_empty() && (!instruments || self.told.clearance);
        if let Some(runway) = self.told.taxi.filter(|_| may) {
            match layout::out(&self.s.from, a.position, runway) {
                Some(path) => {
                    self.runway = geometry(&self.s.from, runway);
                    self.path = path.into();
                    self.enter(Stage::TaxiOut, t);
                }
                None => {
                    let why = format!("told to taxi to runway {runway}, which does not exist");
                    self.outcome = Some(Outcome::Stuck { stage: self.stage, need: Need::Taxi, why });
                }
            }
        }
    }

    fn taxi(&mut self, t: u32, a: &mut Aircraft, then: Stage) {
        let kt = if self.s.kind.airline { 20.0 } else { 15.0 };
        if self.told.hold_position {
            self.stand_still(a);
            return;
        }
        // If the runway was changed, taxi to the new one from here.
        if then == Stage::AtHold
            && let Some(r) = self.told.taxi.filter(|r| self.runway() != Some(*r))
            && let Some(path) = layout::out(&self.s.from, a.position, r)
        {
            self.runway = geometry(&self.s.from, r);
            self.path = path.into();
        }
        let Some(step) = self.path.front().copied() else {
            self.stand_still(a);
            self.enter(then, t);
            return;
        };
        let stop = step.stop.is_some_and(|r| !self.told.may_cross(r));
        if a.taxi_to(step.at, kt, stop || self.path.len() == 1) && !stop {
            self.path.pop_front();
        }
    }

    fn hold(&mut self, t: u32, a: &mut Aircraft) {
        self.stand_still(a);
        if self.due.is_empty() && !self.on(Facility::Tower) {
            self.tune_own(&self.s.from, &[Facility::Tower]);
        }
        let goes = self.told.takeoff.is_some() || self.told.line_up;
        if let (true, true, Some(g)) = (goes, self.due.is_empty(), self.runway) {
            let on = g.place(a.position).along.max(30.0) + 130.0;
            self.path = [layout::Step { at: spot(&g, on, 0.0), stop: None }].into();
            self.enter(Stage::LiningUp, t);
        }
    }

    fn line_up(&mut self, t: u32, a: &mut Aircraft) {
        let Some(g) = self.runway else { return };
        if let Some(step) = self.path.front().copied() {
            if a.taxi_to(step.at, 12.0, true) {
                self.path.clear();
            }
            return;
        }
        let off = turn(a.heading, g.heading);
        a.speed_kt = 3.0;
        a.heading = (a.heading + off.clamp(-15.0, 15.0)).rem_euclid(360.0);
        if off.abs() < 1.0 {
            a.speed_kt = 0.0;
            self.enter(if self.told.takeoff.is_some() { Stage::Roll } else { Stage::LinedUp }, t);
        }
    }

    fn roll(&mut self, t: u32, a: &mut Aircraft) {
        let Some(g) = self.runway else { return };
        a.roll(g.heading);
        if a.on_ground {
            return;
        }
        self.airborne = Some(t);
        (self.told.takeoff, self.told.line_up, self.told.landing) = (None, false, None);
        if matches!(self.s.mission, Mission::Instruments | Mission::CrossCountry) {
            self.guide = Some(Guide::Heading(g.heading, None));
            self.enter(Stage::Departing, t);
        } else {
            self.guide = Some(Guide::circuit(g, self.told.side.unwrap_or(g.pattern)));
            self.enter(Stage::Pattern, t);
        }
    }

    /// The altitude to hold: the assigned one, otherwise the present one.
    fn level(&self, a: &Aircraft) -> f64 {
        self.told.altitude.map_or((a.altitude_ft / 100.0).round() * 100.0, |(ft, _)| f64::from(ft))
    }

    fn speed(&self, a: &Aircraft, near_nm: f64) -> f64 {
        let low = if a.altitude_ft < 10_000.0 { 250.0 } else { f64::INFINITY };
        let near = if near_nm < 14.0 { self.s.kind.pattern_kt * 1.1 } else { f64::INFINITY };
        let told = self.told.speed.map_or(f64::INFINITY, f64::from);
        self.s.kind.cruise_kt.min(low).min(near).min(told.max(self.s.kind.final_kt))
    }

    fn steer(&mut self, a: &mut Aircraft, level: f64, kt: f64, elevation: f64) {
        if let Some(mut guide) = self.guide.take() {
            let to = guide.steer(a, level, kt, elevation);
            a.fly(&to);
            self.guide = Some(guide);
        }
    }

    fn true_heading(&self, magnetic: u16) -> f64 {
        f64::from(magnetic) + self.field().variation
    }

    fn depart(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        if s.mission == Mission::CrossCountry {
            self.leave(t, a);
            return;
        }
        let up = t.saturating_sub(self.airborne.unwrap_or(t));
        let high = a.altitude_ft > s.from.elevation_ft + 700.0;
        if high {
            match self.told.heading {
                Some((degrees, side)) => self.set_heading(degrees, side),
                // Without other instructions the flight continues as filed, after it has waited for more.
                None if self.told.direct || up > 240 => self.guide = Some(Guide::To(s.to.position)),
                None => {}
            }
        }
        let level = self.told.altitude.map_or(s.cruise_ft, |(ft, _)| f64::from(ft)).max(s.from.elevation_ft + 800.0);
        let kt = self.speed(a, 99.0);
        self.steer(a, level, kt, s.from.elevation_ft);
        let away = a.position.distance_nm(s.from.position);
        let left_tower = !self.on(Facility::Tower) && self.checked_in;
        if left_tower && up > 120 || away > 20.0 || self.to_go_nm(a) < 35.0 {
            if self.on(Facility::Tower) && self.due.is_empty() {
                self.alone(&[Facility::Departure, Facility::Approach, Facility::Center]);
            }
            self.enter(Stage::Enroute, t);
        }
    }

    /// Without a handoff the pilot tunes what the chart has, at the departure field or at the destination.
    fn alone(&mut self, wanted: &[Facility]) {
        let before = self.tuned.clone();
        let field = if matches!(self.stage, Stage::Departing) { &self.s.from } else { &self.s.to };
        self.tune_own(field, wanted);
        if self.tuned != before {
            self.found_alone += 1;
        }
    }

    fn cruise(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        if s.mission == Mission::CrossCountry {
            self.cross_country(t, a);
            return;
        }
        match self.told.heading {
            Some((degrees, side)) => self.set_heading(degrees, side),
            None => self.guide = Some(Guide::To(s.to.position)),
        }
        let (level, kt, to_go) = (self.level(a), self.speed(a, self.to_go_nm(a)), self.to_go_nm(a));
        self.steer(a, level, kt, s.to.elevation_ft);
        let here = self.tuned.as_ref().is_some_and(|o| s.to.stations.iter().any(|x| x.frequency.same_channel(o.frequency)));
        if to_go < 32.0 && !here && self.due.is_empty() {
            self.alone(&[Facility::Approach, Facility::Tower]);
        }
        if to_go < 40.0 && here || to_go < 30.0 {
            self.runway = self.expected(&s.to);
            self.stand = self.runway.and_then(|g| layout::parking(&s.to, g.runway));
            self.enter(Stage::Arriving, t);
        }
    }

    /// A visual flight leaves the pattern for its destination, and leaves the tower's frequency outside its airspace.
    fn leave(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        if a.altitude_ft > s.from.elevation_ft + 800.0 {
            self.guide = Some(Guide::To(s.to.position));
        }
        self.steer(a, s.cruise_ft, s.kind.cruise_kt, s.from.elevation_ft);
        let away = a.position.distance_nm(s.from.position);
        let free = self.told.leave || self.given_up.contains(&Need::Leave);
        let left = !self.on(Facility::Tower) || free && self.due.is_empty();
        if away > 6.0 && left || away > 12.0 {
            if self.on(Facility::Tower) {
                self.tune_own(&s.from, &[Facility::Departure, Facility::Approach, Facility::Center]);
            }
            self.enter(Stage::Enroute, t);
        }
    }

    fn cross_country(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        self.guide = Some(Guide::To(s.to.position));
        let to_go = self.to_go_nm(a);
        let near = to_go < 20.0;
        let level = if near { s.to.elevation_ft + 2500.0 } else { s.cruise_ft };
        self.steer(a, level, s.kind.cruise_kt, s.to.elevation_ft);
        if to_go < 13.0 && self.due.is_empty() {
            // Advisories may have ended with a handoff; otherwise the pilot calls the tower of the chart.
            self.tune_own(&s.to, &[Facility::Tower]);
            self.told.side = None;
            self.runway = self.expected(&s.to);
            self.stand = self.runway.and_then(|g| layout::parking(&s.to, g.runway));
            self.enter(Stage::Inbound, t);
        }
    }

    fn set_heading(&mut self, degrees: u16, side: Option<Side>) {
        let track = self.true_heading(degrees).rem_euclid(360.0);
        if !matches!(self.guide, Some(Guide::Heading(now, _)) if turn(now, track).abs() < 0.5) {
            self.guide = Some(Guide::Heading(track, side));
        }
    }

    /// The runway of the approach that the pilot expects.
    fn approach_runway(&self) -> Option<Geometry> {
        let told = self.told.approach.as_ref().and_then(|(_, r, _)| *r).or(self.told.runway);
        told.and_then(|r| geometry(&self.s.to, r)).or(self.runway)
    }

    fn arrive(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        self.runway = self.approach_runway();
        let Some(g) = self.runway else { return };
        let cleared = self.told.approach.as_ref().is_some_and(|(_, _, cleared)| *cleared) || self.told.landing.is_some();
        let (before, right) = guide::before(&g, a.position);
        let gate = spot(&g, -8.0 * stratus_units::FT_PER_NM, 0.0);
        match self.told.heading {
            Some((degrees, side)) => self.set_heading(degrees, side),
            None if self.stage == Stage::Around && self.told.approach.is_none() => self.guide = Some(Guide::Heading(g.heading, None)),
            None if cleared || self.told.join.is_some() => self.guide = Some(Guide::To(gate)),
            // Without instructions the pilot flies around the field.
            None if self.to_go_nm(a) < 6.0 => self.guide = Some(Guide::Heading(a.position.bearing(s.to.position) + 100.0, None)),
            None => self.guide = Some(Guide::To(s.to.position)),
        }
        let facing = turn(a.heading, g.heading).abs() < 110.0;
        let near = right.abs() < a.turn_nm() * 1.2 + 0.1 && before > 1.5;
        let own_way = self.told.heading.is_none() && a.position.distance_nm(gate) < a.turn_nm().max(0.8);
        if (cleared || self.told.join.is_some()) && (near && facing || own_way) {
            self.guide = Some(Guide::Final(g));
            self.told.speed = None;
            self.enter(Stage::Final, t);
            return;
        }
        let mut level = self.level(a);
        if self.stage == Stage::Around && self.told.altitude.is_none() {
            level = level.max(s.to.elevation_ft + 3000.0);
        }
        if cleared && self.told.altitude.is_none() {
            level = level.min(s.to.elevation_ft + 2800.0);
        }
        let kt = self.speed(a, self.to_go_nm(a));
        self.steer(a, level, kt, s.to.elevation_ft);
    }

    fn come_in(&mut self, t: u32, a: &mut Aircraft) {
        let s = self.s;
        let g = self.told.runway.and_then(|r| geometry(&s.to, r)).or(self.runway);
        self.runway = g;
        let Some(g) = g else { return };
        match self.told.join {
            Some(Some((side, _))) => {
                self.guide = Some(Guide::Pattern { g, side, leg: None, extend: false });
                self.enter(Stage::Pattern, t);
                return;
            }
            Some(None) => {
                let gate = spot(&g, -4.0 * stratus_units::FT_PER_NM, 0.0);
                let (before, right) = guide::before(&g, a.position);
                if a.position.distance_nm(gate) < 0.8 || before > 2.0 && right.abs() < 0.5 && turn(a.heading, g.heading).abs() < 70.0 {
                    self.guide = Some(Guide::Final(g));
                    self.enter(Stage::Pattern, t);
                    return;
                }
                self.guide = Some(Guide::To(gate));
            }
            None if self.told.landing.is_some() => {
                let side = self.told.side.unwrap_or(g.pattern);
                self.guide = Some(Guide::Pattern { g, side, leg: None, extend: false });
                self.enter(Stage::Pattern, t);
                return;
            }
            // Without permission to enter, the pilot turns away and flies around the field.
            None if self.to_go_nm(a) < 6.0 => self.guide = Some(Guide::Heading(a.position.bearing(s.to.position) + 180.0, None)),
            None if self.to_go_nm(a) > 10.0 => self.guide = Some(Guide::To(s.to.position)),
            None => {}
        }
        let level = s.to.elevation_ft + 1800.0;
        self.steer(a, level, s.kind.cruise_kt.min(160.0), s.to.elevation_ft);
    }

    fn circuit(&mut self, t: u32, a: &mut Aircraft, ahead_nm: Option<f64>) {
        let elevation = self.s.to.elevation_ft;
        if let Some((side, left)) = self.told.orbit {
            let track = a.heading + if side == Side::Left { -90.0 } else { 90.0 };
            let altitude_ft = elevation + self.s.kind.pattern_ft;
            a.fly(&Steer { track, side: None, altitude_ft, speed_kt: self.s.kind.pattern_kt, glide: false });
            self.told.orbit = (left > 1).then_some((side, left.saturating_sub(1)));
            return;
        }
        if let Some(Guide::Pattern { g, side, leg, extend }) = &mut self.guide {
            // A pilot who follows another aircraft turns base once that one has nearly landed, and does not extend indefinitely.
            let behind = self.told.follow && ahead_nm.is_some_and(|nm| nm > 0.7);
            *extend = (self.told.extend || behind) && guide::before(g, a.position).0 < FARTHEST_NM;
            let early = matches!(leg, None | Some(Leg::Upwind));
            if let Some(told) = self.told.side.filter(|s| early && s != side) {
                *side = told;
            }
            // A runway change that comes early enough is followed.
            let told = self.told.landing.and_then(|(r, _)| r).filter(|r| *r != g.runway && matches!(leg, None | Some(Leg::Downwind)));
            if let Some(other) = told.and_then(|r| geometry(&self.s.to, r)) {
                (*g, *leg) = (other, None);
                self.runway = Some(other);
            }
        }
        self.steer(a, elevation + self.s.kind.pattern_ft, self.s.kind.pattern_kt, elevation);
        if self.guide.as_ref().and_then(Guide::leg) == Some(Leg::Final) {
            self.short_final(t, a);
        }
    }

    fn approach(&mut self, t: u32, a: &mut Aircraft) {
        let elevation = self.s.to.elevation_ft;
        let kt = self.speed(a, 0.0);
        let level = self.level(a);
        self.steer(a, level, kt, elevation);
        let before = self.runway.map_or(0.0, |g| guide::before(&g, a.position).0);
        if before < 5.5 && !self.on(Facility::Tower) && self.due.is_empty() && self.controlled_by_tower() {
            // There was no handoff to the tower.
            self.alone(&[Facility::Tower]);
        }
        self.short_final(t, a);
    }

    fn short_final(&mut self, t: u32, a: &mut Aircraft) {
        let Some(g) = self.runway else { return };
        let elevation = self.s.to.elevation_ft;
        let (before, _) = guide::before(&g, a.position);
        let leave = self.told.landing.is_some() || before > DECIDE_NM;
        let own = before < 0.9 && self.told.landing.is_some() && std::mem::take(&mut self.goes_around);
        if before > -0.1 && (self.told.go_around || !leave || own) {
            self.go_around(t, g);
            return;
        }
        if before < 0.08 && a.altitude_ft < elevation + 25.0 {
            a.altitude_ft = elevation;
            a.on_ground = true;
            a.climb_fpm = 0.0;
            self.enter(Stage::Rollout, t);
        } else if before < -0.6 {
            self.go_around(t, g);
        }
    }

    fn go_around(&mut self, t: u32, g: Geometry) {
        self.around += 1;
        let why = self.asked.as_ref().map_or_else(|| "never asked".to_owned(), |asked| asked.usual());
        if self.around > MOST_AROUND {
            self.outcome = Some(Outcome::Stuck { stage: self.stage, need: Need::Landing, why });
            return;
        }
        (self.told.landing, self.told.go_around, self.told.extend, self.told.follow) = (None, false, false, false);
        self.asked = None;
        if self.s.mission == Mission::Instruments {
            (self.told.approach, self.told.heading, self.told.altitude) = (None, None, None);
            self.told.join = None;
            self.guide = Some(Guide::Heading(g.heading, None));
            self.enter(Stage::Around, t);
        } else {
            self.due.push_back((t + 4, Due::Say("around")));
            self.guide = Some(Guide::circuit(g, self.told.side.unwrap_or(g.pattern)));
            self.enter(Stage::Pattern, t);
        }
    }

    fn roll_out(&mut self, t: u32, a: &mut Aircraft) {
        let Some(g) = self.runway else { return };
        let touch = matches!(self.told.landing, Some((_, Landing::TouchAndGo | Landing::Option | Landing::StopAndGo)));
        if touch && self.touch_and_goes > 0 {
            a.brake(g.heading, 30.0);
            if a.speed_kt <= a.kind.final_kt * 0.75 {
                self.touch_and_goes -= 1;
                self.told.landing = None;
                self.enter(Stage::Roll, t);
            }
            return;
        }
        let slow = if self.s.kind.airline { 20.0 } else { 15.0 };
        a.brake(g.heading, slow);
        if a.speed_kt <= slow {
            self.path = [layout::Step { at: layout::exit(&self.s.to, &g, a.position, self.stand), stop: None }].into();
            self.enter(Stage::Exiting, t);
        }
    }

    /// Clear of the runway: to Ground when instructed, or without any instruction.
    fn vacated(&mut self, t: u32, a: &Aircraft) {
        let ground = Self::station(&self.s.to, &[Facility::Ground]);
        if ground.is_none() {
            self.vacated_told = true;
        }
        if self.vacated_told && self.due.is_empty() && !self.told.parking {
            self.tune_own(&self.s.to, &[Facility::Ground, Facility::Tower]);
        }
        if !self.vacated_told && self.given_up.contains(&Need::Vacated) {
            self.vacated_told = true;
            self.found_alone += 1;
        }
        if self.told.parking && self.due.is_empty() {
            let stand = self.stand.unwrap_or(a.position);
            self.path = layout::back(&self.s.to, a.position, stand).into();
            self.told.cross.clear();
            self.enter(Stage::TaxiIn, t);
        }
    }
}
