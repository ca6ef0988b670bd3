//! Tracks of other aircraft: what a radar would show, from what the simulator reports of them. Smoothed, aged, and the same on a replay.
//!
//! Reports come several times a second, a recording's every two, and some simulators give a place without a heading or a speed. A track
//! follows one aircraft through them: by its callsign, or else by where it must have come to.

use serde::Serialize;

use crate::airports::draw::ahead;
use crate::airports::runway::Geometry;
use crate::report::Other;
use crate::units::{Callsign, FT_PER_NM, LatLon, Time, turn};

/// More are not followed.
const MOST: usize = 64;
/// An aircraft that has not been reported for so long is gone, seconds.
const GONE_S: f64 = 12.0;
/// An unnamed aircraft is the one that must be here: within this distance, and more for each second, nautical miles.
const GATE_NM: (f64, f64) = (0.15, 0.06);
/// And within so many feet of its height.
const GATE_FT: f64 = 1200.0;
/// A named one may not leap farther than this a second: it was put elsewhere, nautical miles.
const LEAP_NM: f64 = 0.5;
/// How much a new measurement counts against what was known.
const NEWS: f64 = 0.4;
/// Slower than this the way between two places is noise, knots.
const STANDS_KT: f64 = 3.0;
/// Between two places that are measured against each other at least so much time has passed, seconds.
const APART_S: f64 = 0.8;
/// A final approach: no farther out and aside, nautical miles, and no more turned off it, degrees.
const FINAL_NM: f64 = 12.0;
const FINAL_ASIDE: (f64, f64) = (0.2, 0.15);
const FINAL_OFF: f64 = 35.0;

/// Another aircraft, followed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Track {
    /// The same for one aircraft as long as it is followed.
    pub number: u32,
    /// Tail number or flight number, if it shows one.
    pub callsign: Option<Callsign>,
    /// ICAO type designator, if it shows one.
    pub aircraft_type: Option<String>,
    /// Where it was reported last.
    pub position: LatLon,
    /// Feet above mean sea level.
    pub altitude_ft: f64,
    /// True track over the ground, degrees.
    pub track_true: f64,
    /// Knots over the ground.
    pub speed_kt: f64,
    /// Feet per minute, up positive.
    pub vertical_fpm: f64,
    /// Its wheels are on the ground.
    pub on_ground: bool,
    /// When it was reported first and last.
    pub since: Time,
    /// When it was reported last.
    pub seen: Time,
    /// The place and height that its motion is measured from, and when it was there.
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
            since: now,
            seen: now,
            from: (now, other.position, other.altitude_ft),
        }
    }

    /// Where it is by now, by its track and speed.
    pub fn at(&self, now: Time) -> LatLon {
        let seconds = now.since(self.seen).as_secs_f64().min(GONE_S);
        ahead(self.position, self.track_true, self.speed_kt / 3600.0 * seconds * FT_PER_NM)
    }

    /// Nautical miles before the threshold of a runway on whose final approach it flies, and the seconds until it is there.
    pub fn on_final(&self, runway: &Geometry, now: Time) -> Option<(f64, f64)> {
        let p = runway.place(self.at(now));
        let (before, aside) = ((runway.displaced_ft - p.along) / FT_PER_NM, p.right.abs() / FT_PER_NM);
        let aligned = runway.off(self.track_true).abs() <= FINAL_OFF && aside <= FINAL_ASIDE.0 + FINAL_ASIDE.1 * before.max(0.0);
        let there = !self.on_ground && aligned && (0.0..=FINAL_NM).contains(&before) && self.speed_kt > STANDS_KT;
        there.then(|| (before, before / self.speed_kt * 3600.0))
    }

    /// Takes in a report of the same aircraft.
    fn update(&mut self, now: Time, other: &Other) {
        self.callsign = other.callsign.clone().or_else(|| self.callsign.take());
        self.aircraft_type = other.aircraft_type.clone().or_else(|| self.aircraft_type.take());
        self.on_ground = other.on_ground;
        // Told again without having been looked at again: it flies on as it did.
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
            // What the simulator says of speed counts as much as what is measured; a way tells the track better than a heading.
            let speed = if other.ground_speed_kt > 0.0 { (knots + other.ground_speed_kt) / 2.0 } else { knots };
            self.track_true = (self.track_true + turn(self.track_true, measured) * NEWS).rem_euclid(360.0);
            self.speed_kt += (speed - self.speed_kt) * NEWS;
            self.vertical_fpm += ((other.altitude_ft - feet) / seconds * 60.0 - self.vertical_fpm) * NEWS;
            self.from = (now, other.position, other.altitude_ft);
        }
        (self.position, self.altitude_ft, self.seen) = (other.position, other.altitude_ft, now);
    }

    /// Whether a report can be of this aircraft, and how far off it then is, nautical miles.
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

/// The aircraft that are followed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tracks {
    all: Vec<Track>,
    next: u32,
}

impl Tracks {
    /// Takes in what is reported now.
    pub fn see(&mut self, now: Time, others: &[Other]) {
        let sound = |o: &&Other| {
            o.position.lat.is_finite()
                && o.position.lon.is_finite()
                && o.altitude_ft.is_finite()
                && o.heading_true.is_finite()
                && o.ground_speed_kt.is_finite()
        };
        let others: Vec<&Other> = others.iter().filter(sound).take(MOST).collect();
        // The best pairs first: of two that are near each other, each stays itself.
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

    /// All of them, those that have been followed longest first.
    pub fn iter(&self) -> impl Iterator<Item = &Track> {
        self.all.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The flight is another one: whoever was around it is not around this one.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Those on the final approach of a runway with the miles and seconds to its threshold, the first to land first.
    pub fn on_final(&self, runway: &Geometry, now: Time) -> Vec<(&Track, f64, f64)> {
        let mut all: Vec<_> = self.all.iter().filter_map(|t| t.on_final(runway, now).map(|(nm, seconds)| (t, nm, seconds))).collect();
        all.sort_by(|a, b| a.2.total_cmp(&b.2));
        all
    }
}

#[cfg(test)]
mod tests;
