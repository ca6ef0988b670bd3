//! The aircraft: a point mass that rolls along a path, takes off, and turns, climbs and changes speed towards its targets.

use stratus_units::{FT_PER_NM, LatLon, Side, turn};

use crate::hills::along;

/// The performance of a type. Speeds in knots, rates in feet per minute, distances in feet.
#[derive(Debug, PartialEq)]
pub struct Kind {
    /// ICAO designator.
    pub designator: &'static str,
    /// The name that its pilot uses before a registration.
    pub name: &'static str,
    /// Flown by an airline, with a flight number as callsign.
    pub airline: bool,
    /// Speed at lift-off.
    pub rotate_kt: f64,
    /// Rate of climb.
    pub climb_fpm: f64,
    /// Speed in the pattern, and while it manoeuvres for an approach.
    pub pattern_kt: f64,
    /// Speed on final.
    pub final_kt: f64,
    /// Speed en route.
    pub cruise_kt: f64,
    /// Rate of descent.
    pub descent_fpm: f64,
    /// Height of its pattern above the field, feet.
    pub pattern_ft: f64,
    /// Distance of downwind from the runway, nautical miles.
    pub wide_nm: f64,
    /// Length of the shortest runway that it uses.
    pub runway_ft: f64,
    /// Usual cruising altitudes: lowest and highest, feet.
    pub cruise_ft: (f64, f64),
}

/// The types that the school flies.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    Kind { designator: "C172", name: "Skyhawk", airline: false, rotate_kt: 55.0, climb_fpm: 700.0, pattern_kt: 90.0, final_kt: 65.0, cruise_kt: 110.0, descent_fpm: 600.0, pattern_ft: 1000.0, wide_nm: 0.8, runway_ft: 2200.0, cruise_ft: (3000.0, 7000.0) },
    Kind { designator: "P28A", name: "Cherokee", airline: false, rotate_kt: 60.0, climb_fpm: 650.0, pattern_kt: 90.0, final_kt: 70.0, cruise_kt: 115.0, descent_fpm: 600.0, pattern_ft: 1000.0, wide_nm: 0.8, runway_ft: 2200.0, cruise_ft: (3000.0, 7000.0) },
    Kind { designator: "SR22", name: "Cirrus", airline: false, rotate_kt: 70.0, climb_fpm: 1000.0, pattern_kt: 100.0, final_kt: 80.0, cruise_kt: 165.0, descent_fpm: 800.0, pattern_ft: 1000.0, wide_nm: 0.9, runway_ft: 2800.0, cruise_ft: (5000.0, 10_000.0) },
    Kind { designator: "BE58", name: "Baron", airline: false, rotate_kt: 85.0, climb_fpm: 1200.0, pattern_kt: 120.0, final_kt: 95.0, cruise_kt: 180.0, descent_fpm: 1000.0, pattern_ft: 1200.0, wide_nm: 1.0, runway_ft: 3200.0, cruise_ft: (6000.0, 12_000.0) },
    Kind { designator: "DH8D", name: "Dash 8", airline: true, rotate_kt: 115.0, climb_fpm: 1800.0, pattern_kt: 170.0, final_kt: 120.0, cruise_kt: 300.0, descent_fpm: 1500.0, pattern_ft: 1500.0, wide_nm: 1.8, runway_ft: 5000.0, cruise_ft: (14_000.0, 24_000.0) },
    Kind { designator: "A320", name: "Airbus", airline: true, rotate_kt: 145.0, climb_fpm: 2200.0, pattern_kt: 200.0, final_kt: 138.0, cruise_kt: 420.0, descent_fpm: 1800.0, pattern_ft: 1500.0, wide_nm: 2.2, runway_ft: 6500.0, cruise_ft: (20_000.0, 36_000.0) },
    Kind { designator: "B738", name: "Boeing", airline: true, rotate_kt: 148.0, climb_fpm: 2200.0, pattern_kt: 200.0, final_kt: 142.0, cruise_kt: 420.0, descent_fpm: 1800.0, pattern_ft: 1500.0, wide_nm: 2.2, runway_ft: 6500.0, cruise_ft: (20_000.0, 36_000.0) },
];

/// The targets in flight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steer {
    /// True track to fly, degrees.
    pub track: f64,
    /// The direction of the turn, if one was said.
    pub side: Option<Side>,
    /// Feet above mean sea level.
    pub altitude_ft: f64,
    /// Knots.
    pub speed_kt: f64,
    /// On a glide path the descent is as steep as necessary.
    pub glide: bool,
}

/// An aircraft.
#[derive(Debug, Clone)]
pub struct Aircraft {
    /// Its type.
    pub kind: &'static Kind,
    /// Where it is.
    pub position: LatLon,
    /// Feet above mean sea level.
    pub altitude_ft: f64,
    /// True heading, and also track, degrees, because there is no wind drift.
    pub heading: f64,
    /// Knots over the ground.
    pub speed_kt: f64,
    /// Feet per minute.
    pub climb_fpm: f64,
    /// Whether its wheels are on the ground.
    pub on_ground: bool,
}

/// Knots gained per second on the take-off roll, and lost on the landing roll.
const ROLL_KT_S: f64 = 3.0;
const BRAKE_KT_S: f64 = 3.5;
/// The steepest turn; degrees per second times knots.
const TURN_BY_SPEED: f64 = 520.0;

impl Aircraft {
    /// Flies for one second towards the targets.
    pub fn fly(&mut self, to: &Steer) {
        let rate = (TURN_BY_SPEED / self.speed_kt.max(60.0)).min(3.0);
        let mut off = turn(self.heading, to.track);
        match to.side {
            Some(Side::Left) if off > 20.0 => off -= 360.0,
            Some(Side::Right) if off < -20.0 => off += 360.0,
            _ => {}
        }
        self.heading = (self.heading + off.clamp(-rate, rate)).rem_euclid(360.0);
        let change = if self.speed_kt > 200.0 { 1.2 } else { 1.6 };
        self.speed_kt += (to.speed_kt - self.speed_kt).clamp(-change, change);
        let wanted = (to.altitude_ft - self.altitude_ft) * 60.0;
        // In thin air the climb gets slower.
        let climb = self.kind.climb_fpm * (1.0 - (self.altitude_ft / 60_000.0).clamp(0.0, 0.6));
        let down = if to.glide { self.kind.descent_fpm * 2.0 } else { self.kind.descent_fpm };
        let aim = wanted.clamp(-down, climb);
        self.climb_fpm += (aim - self.climb_fpm).clamp(-700.0, 700.0);
        self.altitude_ft += self.climb_fpm / 60.0;
        self.advance();
    }

    /// Accelerates along the runway for a second, and lifts off when fast enough.
    pub fn roll(&mut self, heading: f64) {
        self.heading = heading;
        self.speed_kt += ROLL_KT_S;
        self.advance();
        if self.speed_kt >= self.kind.rotate_kt {
            self.on_ground = false;
            self.climb_fpm = self.kind.climb_fpm * 0.5;
            self.altitude_ft += self.climb_fpm / 60.0;
        }
    }

    /// Brakes along the runway for a second, down to `kt`.
    pub fn brake(&mut self, heading: f64, kt: f64) {
        self.heading = heading;
        self.climb_fpm = 0.0;
        self.speed_kt = (self.speed_kt - BRAKE_KT_S).max(kt);
        self.advance();
    }

    /// Taxies for a second towards a point, at most at `kt`; returns whether it is there, and stands still if `stop`.
    pub fn taxi_to(&mut self, to: LatLon, kt: f64, stop: bool) -> bool {
        let left_ft = self.position.distance_ft(to);
        let slow = if stop { (left_ft / 8.0).clamp(4.0, kt) } else { kt };
        self.speed_kt = if self.speed_kt < slow { (self.speed_kt + 2.0).min(slow) } else { (self.speed_kt - 4.0).max(slow) };
        let step_ft = self.speed_kt * FT_PER_NM / 3600.0;
        if left_ft > 1.0 {
            self.heading = self.position.bearing(to);
        }
        if left_ft <= step_ft {
            self.position = to;
            if stop {
                self.speed_kt = 0.0;
            }
            return true;
        }
        self.advance();
        false
    }

    /// Moves backwards for a second.
    pub fn push(&mut self) {
        self.speed_kt = 3.0;
        self.position = along(self.position, self.heading + 180.0, 3.0 / 3600.0);
    }

    fn advance(&mut self) {
        self.position = along(self.position, self.heading, self.speed_kt / 3600.0);
    }

    /// The radius of its turns at present, nautical miles.
    pub fn turn_nm(&self) -> f64 {
        let rate = (TURN_BY_SPEED / self.speed_kt.max(60.0)).min(3.0).to_radians();
        self.speed_kt / 3600.0 / rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn airborne() -> Aircraft {
        Aircraft {
            kind: &KINDS[0],
            position: LatLon::new(45.0, 8.0),
            altitude_ft: 3000.0,
            heading: 10.0,
            speed_kt: 100.0,
            climb_fpm: 0.0,
            on_ground: false,
        }
    }

    #[test]
    fn it_turns_in_the_instructed_direction_and_levels_off() {
        let mut a = airborne();
        let to = Steer { track: 90.0, side: Some(Side::Left), altitude_ft: 4000.0, speed_kt: 90.0, glide: false };
        for _ in 0..20 {
            a.fly(&to);
        }
        assert!(turn(350.0, a.heading) < 0.0, "to the left: {}", a.heading);
        for _ in 0..200 {
            a.fly(&to);
        }
        assert!(turn(a.heading, 90.0).abs() < 1.0 && (a.altitude_ft - 4000.0).abs() < 30.0 && (a.speed_kt - 90.0).abs() < 1.0, "{a:?}");
    }

    #[test]
    fn it_takes_off_and_stops_within_the_runway() {
        let mut a = Aircraft { on_ground: true, speed_kt: 0.0, altitude_ft: 0.0, ..airborne() };
        let begun = a.position;
        while a.on_ground {
            a.roll(90.0);
        }
        let run = begun.distance_ft(a.position);
        assert!(run > 500.0 && run < 2000.0, "{run}");
        let mut b = Aircraft { on_ground: true, speed_kt: 0.0, ..airborne() };
        let to = along(b.position, 200.0, 0.1);
        let seconds = (0..200).take_while(|_| !b.taxi_to(to, 15.0, true)).count();
        assert!(b.position == to && b.speed_kt == 0.0 && seconds > 20, "{seconds}");
    }
}
