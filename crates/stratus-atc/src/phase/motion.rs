//! How the aircraft moves: the last seconds of its reports, and what follows from them.

use std::collections::VecDeque;
use std::time::Duration;

use crate::report::Report;
use crate::units::{FT_PER_NM, LatLon, Time, turn};

/// How much of the past is kept.
const KEEP: Duration = Duration::from_secs(5);
/// More reports than this in [`KEEP`] are thinned out: some simulators send one per frame.
const MOST: usize = 400;
/// Slower than this (knots) for [`STILL_FOR`] is standing still; simulators report some hundredths when parked.
const STILL_KT: f64 = 0.6;
const STILL_FOR: Duration = Duration::from_millis(1000);
/// Faster than this for [`MOVING_FOR`] is moving.
const MOVING_KT: f64 = 0.8;
const MOVING_FOR: Duration = Duration::from_millis(300);
/// Nobody flies faster than this (knots): a greater step is a new flight, not a movement.
const IMPOSSIBLE_KT: f64 = 3000.0;

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Time,
    position: LatLon,
    heading: f64,
    speed: f64,
    altitude: f64,
}

/// The recent past of one aircraft.
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

/// The clock went back, or nothing can have flown there in this time.
pub(crate) fn leapt(from: (Time, LatLon), now: Time, to: LatLon) -> bool {
    let hours = now.since(from.0).as_secs_f64() / 3600.0;
    now < from.0 || from.1.distance_nm(to) > 0.3 + hours * IMPOSSIBLE_KT
}

impl Motion {
    /// The clock went back, or the aircraft cannot have flown there: another flight was loaded.
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

    /// Stands still, and has for a second; stays so until it moves for certain.
    pub fn still(&self) -> bool {
        self.still
    }
    /// Moves, and has for some tenths of a second; stays so until it stands still for certain.
    pub fn moving(&self) -> bool {
        self.moving
    }
    /// How long it has stood still.
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

    /// True direction of movement over the last second; the heading while it is too slow to have one.
    pub fn track(&self) -> f64 {
        let heading = self.past.back().map_or(0.0, |s| s.heading);
        match self.before(1.0) {
            Some((old, last)) if last.speed > 25.0 && old.position.distance_ft(last.position) > 10.0 => {
                let chord = old.position.bearing(last.position);
                // The chord points where the aircraft went half a second ago; add half of the turn since.
                chord + turn(old.heading, last.heading) / 2.0
            }
            Some((old, last)) if old.position.distance_ft(last.position) > 0.5 => old.position.bearing(last.position),
            _ => heading,
        }
    }

    /// Degrees of heading per second over the last two seconds, right positive.
    pub fn turn_rate(&self) -> f64 {
        self.before(2.0).map_or(0.0, |(old, last)| turn(old.heading, last.heading) / seconds(old, last))
    }

    /// Knots per second over the last second.
    pub fn acceleration(&self) -> f64 {
        self.before(1.0).map_or(0.0, |(old, last)| (last.speed - old.speed) / seconds(old, last))
    }

    /// Feet per minute over the last three seconds, from altitudes: a gust on the variometer is no climb.
    pub fn climb_fpm(&self) -> f64 {
        self.before(3.0).map_or(0.0, |(old, last)| (last.altitude - old.altitude) / seconds(old, last) * 60.0)
    }

    /// Feet moved over the ground since the earliest sample kept.
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
