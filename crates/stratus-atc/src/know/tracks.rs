//! Tracks of other aircraft from a simulator's reports, as a radar would show them: smoothed, aged, and identical on replay.
//!
//! Reports come several times a second, or every two seconds in a recording, and some simulators send positions without heading or speed. A
//! track follows one aircraft through them by its callsign, otherwise by its predicted position.

use serde::Serialize;

use crate::airports::draw::ahead;
use crate::airports::runway::Geometry;
use crate::report::Other;
use crate::units::{Callsign, FT_PER_NM, LatLon, Time, turn};

/// The maximum number of tracks.
const MOST: usize = 64;
/// An aircraft without a report for this long is gone, seconds.
const GONE_S: f64 = 12.0;
/// The distance from the predicted position within which an unnamed aircraft matches, and its growth per second, nautical miles.
const GATE_NM: (f64, f64) = (0.15, 0.06);
/// The height difference within which it matches, feet.
const GATE_FT: f64 = 1200.0;
/// The maximum movement of a named aircraft per second; beyond it the aircraft was repositioned, nautical miles.
const LEAP_NM: f64 = 0.5;
/// The weight of a new measurement.
const NEWS: f64 = 0.4;
/// Below this speed the movement between two positions is noise, knots.
const STANDS_KT: f64 = 3.0;
/// The minimum time between two positions used for a measurement, seconds.
const APART_S: f64 = 0.8;
/// The limits of a final approach: distance and lateral offset, nautical miles, and track difference, degrees.
const FINAL_NM: f64 = 12.0;
const FINAL_ASIDE: (f64, f64) = (0.2, 0.15);
const FINAL_OFF: f64 = 35.0;

/// The track of another aircraft.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Track {
    /// Stays the same as long as the aircraft is tracked.
    pub number: u32,
    /// Tail number or flight number, if known.
    pub callsign: Option<Callsign>,
    /// ICAO type designator, if known.
    pub aircraft_type: Option<String>,
    /// The last reported position.
    pub position: LatLon,
    /// Altitude, feet above mean sea level.
    pub altitude_ft: f64,
    /// True track over the ground, degrees.
    pub track_true: f64,
    /// Ground speed, knots.
    pub speed_kt: f64,
    /// Vertical speed, feet per minute, up positive.
    pub vertical_fpm: f64,
    /// Its wheels are on the ground.
    pub on_ground: bool,
    /// It comes from the air: it is about to land, or has landed and not taken off since.
    #[serde(skip)]
    pub lands: bool,
    /// When it was first reported.
    pub since: Time,
    /// When it was last reported.
    pub seen: Time,
    /// The position and height from which motion is measured, with their time.
    #[serde(skip)]
    from: (Time, LatLon, f64),
}

impl Track {
    fn new(number: u32, now: Time, other: &Other) -> Self {
        Self {
            number,
            callsign: other.callsign.clone(),
            aircraft_type: other.aircraft_type.clone(),
            position: other.position,
            altitude_ft: other.altitude_ft,
            track_true: other.heading_true.rem_euclid(360.0),
            speed_kt: other.ground_speed_kt.max(0.0),
            vertical_fpm: 0.0,
            on_ground: other.on_ground,
            lands: !other.on_ground,
            since: now,
            seen: now,
            from: (now, other.position, other.altitude_ft),
        }
    }

    /// The predicted position now, by track and speed.
    pub fn at(&self, now: Time) -> LatLon {
        let seconds = now.since(self.seen).as_secs_f64().min(GONE_S);
        ahead(self.position, self.track_true, self.speed_kt / 3600.0 * seconds * FT_PER_NM)
    }

    /// The distance to the threshold of a runway whose final approach it flies, nautical miles, and the seconds to reach it.
    pub fn on_final(&self, runway: &Geometry, now: Time) -> Option<(f64, f64)> {
        let p = runway.place(self.at(now));
        let (before, aside) = ((runway.displaced_ft - p.along) / FT_PER_NM, p.right.abs() / FT_PER_NM);
        let aligned = runway.off(self.track_true).abs() <= FINAL_OFF && aside <= FINAL_ASIDE.0 + FINAL_ASIDE.1 * before.max(0.0);
        let there = !self.on_ground && aligned && (0.0..=FINAL_NM).contains(&before) && self.speed_kt > STANDS_KT;
        there.then(|| (before, before / self.speed_kt * 3600.0))
    }

    /// Takes a report of the same aircraft.
    fn update(&mut self, now: Time, other: &Other) {
        self.callsign = other.callsign.clone().or_else(|| self.callsign.take());
        self.aircraft_type = other.aircraft_type.clone().or_else(|| self.aircraft_type.take());
        match (self.on_ground, other.on_ground) {
            (true, false) => self.lands = false,
            (false, true) => self.lands = true,
            _ => {}
        }
        self.on_ground = other.on_ground;
        // The report repeats old data, so the motion continues.
        if other.position == self.position
            && other.altitude_ft == self.altitude_ft
            && self.speed_kt > STANDS_KT
            && now.since(self.seen).as_secs_f64() < 3.0
        {
            return;
        }
        let (then, place, feet) = self.from;
        let seconds = now.since(then).as_secs_f64();
        if seconds >= APART_S {
            let knots = place.distance_nm(other.position) / seconds * 3600.0;
            let measured = if knots > STANDS_KT { place.bearing(other.position) } else { other.heading_true.rem_euclid(360.0) };
            // Reported and measured speed count equally. Movement gives the track better than a heading.
            let speed = if other.ground_speed_kt > 0.0 { (knots + other.ground_speed_kt) / 2.0 } else { knots };
            self.track_true = (self.track_true + turn(self.track_true, measured) * NEWS).rem_euclid(360.0);
            self.speed_kt += (speed - self.speed_kt) * NEWS;
            self.vertical_fpm += ((other.altitude_ft - feet) / seconds * 60.0 - self.vertical_fpm) * NEWS;
            self.from = (now, other.position, other.altitude_ft);
        }
        (self.position, self.altitude_ft, self.seen) = (other.position, other.altitude_ft, now);
    }

    /// Whether a report may be of this aircraft, and its distance from the prediction, nautical miles.
    fn fits(&self, now: Time, other: &Other) -> Option<f64> {
        let seconds = now.since(self.seen).as_secs_f64();
        let off = self.at(now).distance_nm(other.position);
        match (&self.callsign, &other.callsign) {
            (Some(a), Some(b)) => {
                (a == b && self.position.distance_nm(other.position) <= GATE_NM.0 + LEAP_NM * seconds.max(1.0)).then_some(off)
            }
            _ => (off <= GATE_NM.0 + GATE_NM.1 * seconds && (self.altitude_ft - other.altitude_ft).abs() <= GATE_FT).then_some(off),
        }
    }
}

/// All tracks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracks {
    all: Vec<Track>,
    next: u32,
}

impl Tracks {
    /// Takes the current reports.
    pub fn see(&mut self, now: Time, others: &[Other]) {
        let sound = |o: &&Other| {
            o.position.lat.is_finite()
                && o.position.lon.is_finite()
                && o.altitude_ft.is_finite()
                && o.heading_true.is_finite()
                && o.ground_speed_kt.is_finite()
        };
        let others: Vec<&Other> = others.iter().filter(sound).take(MOST).collect();
        // The best pairs first, so that two nearby aircraft keep their identities.
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (t, track) in self.all.iter().enumerate() {
            pairs.extend(others.iter().enumerate().filter_map(|(o, other)| Some((track.fits(now, other)?, t, o))));
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
        let (mut taken, mut told) = (vec![false; self.all.len()], vec![false; others.len()]);
        for (_, t, o) in pairs {
            if let (Some(taken), Some(told), Some(track), Some(other)) =
                (taken.get_mut(t), told.get_mut(o), self.all.get_mut(t), others.get(o))
                && !*taken
                && !*told
            {
                (*taken, *told) = (true, true);
                track.update(now, other);
            }
        }
        self.all.retain(|t| now.since(t.seen).as_secs_f64() <= GONE_S);
        for (other, _) in others.iter().zip(&told).filter(|(_, told)| !**told) {
            if self.all.len() < MOST {
                self.all.push(Track::new(self.next, now, other));
                self.next = self.next.wrapping_add(1);
            }
        }
    }

    /// All tracks, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Track> {
        self.all.iter()
    }

    /// The number of tracks.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Another flight begins: traffic around the old one does not apply.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Tracks on a runway's final approach with the miles and seconds to its threshold, first to land first.
    pub fn on_final(&self, runway: &Geometry, now: Time) -> Vec<(&Track, f64, f64)> {
        let mut all: Vec<_> = self.all.iter().filter_map(|t| t.on_final(runway, now).map(|(nm, seconds)| (t, nm, seconds))).collect();
        all.sort_by(|a, b| a.2.total_cmp(&b.2));
        all
    }
}

#[cfg(test)]
mod tests;
