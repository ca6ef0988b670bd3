//! Motion: the last seconds of reports, and values derived from them.

use std::collections::VecDeque;
use std::time::Duration;

use crate::report::Report;
use crate::units::{FT_PER_NM, LatLon, Time, turn};

/// How long reports are kept.
const KEEP: Duration = Duration::from_secs(5);
/// The maximum number of reports in [`KEEP`]: some simulators send one per frame.
const MOST: usize = 400;
/// Below this speed (knots) for [`STILL_FOR`] the aircraft is stationary; simulators report a few hundredths when parked.
const STILL_KT: f64 = 0.6;
const STILL_FOR: Duration = Duration::from_millis(1000);
/// Above this speed for [`MOVING_FOR`] the aircraft is moving.
const MOVING_KT: f64 = 0.8;
const MOVING_FOR: Duration = Duration::from_millis(300);
/// Above this speed (knots) a step is a new flight, not a movement.
const IMPOSSIBLE_KT: f64 = 3000.0;

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Time,
    position: LatLon,
    heading: f64,
    speed: f64,
    altitude: f64,
}

/// The recent reports of one aircraft.
#[derive(Debug, Clone, Default)]
pub(super) struct Motion {
    past: VecDeque<Sample>,
    slow_since: Option<Time>,
    moving_since: Option<Time>,
    airborne_since: Option<Time>,
    ground_since: Option<Time>,
    still: bool,
    moving: bool,
}

/// Whether the clock went back, or the distance cannot have been flown in this time.
pub(crate) fn leapt(from: (Time, LatLon), now: Time, to: LatLon) -> bool {
    let hours = now.since(from.0).as_secs_f64() / 3600.0;
    now < from.0 || from.1.distance_nm(to) > 0.3 + hours * IMPOSSIBLE_KT
}

impl Motion {
    /// Whether another flight was loaded: the clock went back, or the aircraft cannot have flown there.
    pub fn jumped(&self, now: Time, position: LatLon) -> bool {
        self.past.back().is_some_and(|s| leapt((s.at, s.position), now, position))
    }

    pub fn see(&mut self, now: Time, position: LatLon, r: &Report) {
        while self.past.front().is_some_and(|s| now.since(s.at) > KEEP) || self.past.len() >= MOST {
            self.past.pop_front();
        }
        let speed = r.ground_speed_kt.max(0.0);
        let altitude = if r.altitude_ft.is_finite() { r.altitude_ft } else { 0.0 };
        self.past.push_back(Sample { at: now, position, heading: r.heading_true, speed, altitude });
        self.slow_since = (speed < STILL_KT).then(|| self.slow_since.unwrap_or(now));
        self.moving_since = (speed > MOVING_KT).then(|| self.moving_since.unwrap_or(now));
        self.airborne_since = (!r.on_ground).then(|| self.airborne_since.unwrap_or(now));
        self.ground_since = r.on_ground.then(|| self.ground_since.unwrap_or(now));
        if self.slow_since.is_some_and(|t| now.since(t) >= STILL_FOR) {
            (self.still, self.moving) = (true, false);
        } else if self.moving_since.is_some_and(|t| now.since(t) >= MOVING_FOR) {
            (self.still, self.moving) = (false, true);
        }
    }

    /// Stationary for at least a second. Stays true until the aircraft certainly moves.
    pub fn still(&self) -> bool {
        self.still
    }
    /// Moving for at least a few tenths of a second. Stays true until the aircraft certainly stops.
    pub fn moving(&self) -> bool {
        self.moving
    }
    /// How long it has been stationary.
    pub fn still_for(&self, now: Time) -> Duration {
        if self.still { self.slow_since.map_or(Duration::ZERO, |t| now.since(t)) } else { Duration::ZERO }
    }
    /// How long no wheel has touched the ground.
    pub fn airborne_for(&self, now: Time) -> Option<Duration> {
        self.airborne_since.map(|t| now.since(t))
    }
    /// How long a wheel has touched the ground.
    pub fn grounded_for(&self, now: Time) -> Option<Duration> {
        self.ground_since.map(|t| now.since(t))
    }

    fn before(&self, seconds: f64) -> Option<(&Sample, &Sample)> {
        let last = self.past.back()?;
        let age = Duration::from_secs_f64(seconds);
        let old = self.past.iter().rev().find(|s| last.at.since(s.at) >= age).or(self.past.front())?;
        (old.at < last.at).then_some((old, last))
    }

    /// True direction of movement over the last second; the heading if the aircraft is too slow.
    pub fn track(&self) -> f64 {
        let heading = self.past.back().map_or(0.0, |s| s.heading);
        match self.before(1.0) {
            Some((old, last)) if last.speed > 25.0 && old.position.distance_ft(last.position) > 10.0 => {
                let chord = old.position.bearing(last.position);
                // The chord points where the aircraft moved half a second ago, so add half of the turn since.
                chord + turn(old.heading, last.heading) / 2.0
            }
            Some((old, last)) if old.position.distance_ft(last.position) > 0.5 => old.position.bearing(last.position),
            _ => heading,
        }
    }

    /// Turn rate over the last two seconds, degrees per second, right positive.
    pub fn turn_rate(&self) -> f64 {
        self.before(2.0).map_or(0.0, |(old, last)| turn(old.heading, last.heading) / seconds(old, last))
    }

    /// Acceleration over the last second, knots per second.
    pub fn acceleration(&self) -> f64 {
        self.before(1.0).map_or(0.0, |(old, last)| (last.speed - old.speed) / seconds(old, last))
    }

    /// Climb rate over the last three seconds from altitudes, feet per minute. A gust on the variometer is not a climb.
    pub fn climb_fpm(&self) -> f64 {
        self.before(3.0).map_or(0.0, |(old, last)| (last.altitude - old.altitude) / seconds(old, last) * 60.0)
    }

    /// Distance over the ground since the earliest sample, feet.
    pub fn moved_ft(&self) -> f64 {
        match (self.past.front(), self.past.back()) {
            (Some(a), Some(b)) => a.position.distance_nm(b.position) * FT_PER_NM,
            _ => 0.0,
        }
    }
}

fn seconds(old: &Sample, last: &Sample) -> f64 {
    last.at.since(old.at).as_secs_f64().max(0.001)
}
