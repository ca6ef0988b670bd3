//! Other voices on the frequency: what the other aircraft and the controller say to each other, for what those aircraft really do.
//!
//! Each aircraft with a callsign has a phase of flight, found like the pilot's own. A phase that somebody on the tuned frequency would speak
//! about is a [`Topic`]; [`Engine::overhear`] makes the exchange from the situation at that moment, and drops a topic that is older than
//! fifteen seconds. The controller decides about another aircraft with the functions that decide about the pilot (`exchange`). Nothing
//! here changes a fact, a clearance or the record.

mod call;
mod exchange;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::airports::{Airport, Station};
use crate::phase::{Phase, PhaseTracker};
use crate::report::{Report, SimState};
use crate::say::Transmission;
use crate::tracks::Track;
use crate::units::{Callsign, Facility, Time, turn};
use crate::{Engine, telephony};

/// The maximum number of aircraft that are followed.
const MOST: usize = 64;
/// The time between two looks at the other aircraft.
const LOOK: Duration = Duration::from_secs(1);
/// An aircraft without a track for this long is forgotten. A track that flickers stays the same aircraft.
const GONE: Duration = Duration::from_secs(60);
/// A topic older than this is not spoken about.
pub const LIFE: Duration = Duration::from_secs(15);
/// The time before the controller is asked again about the same topic.
const AGAIN: Duration = Duration::from_secs(4);
/// The time before one aircraft speaks about the same topic again.
const REPEAT: Duration = Duration::from_secs(180);
/// The same for a change of frequency, which a flight makes once.
const CHANGED: Duration = Duration::from_secs(1200);
/// How long after it left the runway an aircraft still reports that.
const LEFT: Duration = Duration::from_secs(30);
/// The distance from the airport within which aircraft are followed, nautical miles.
const FAR_NM: f64 = 40.0;
/// The distance from the threshold at which an aircraft on final is cleared: the tower closes the runway to others there.
pub(crate) const FINAL_NM: f64 = crate::know::CLOSE_FINAL_NM;
/// Above this speed on the runway, a takeoff clearance would come too late, knots.
const ROLLING_KT: f64 = 60.0;
/// The heights above the field between which a departure changes to radar, and reports to it, feet.
const CHANGES_FT: (f64, f64) = (600.0, 3_000.0);
const REPORTS_FT: (f64, f64) = (1_000.0, 8_000.0);
/// The distances between which an arrival reports to radar, and changes to the tower, nautical miles.
const ARRIVES_NM: (f64, f64) = (12.0, FAR_NM);
const TOWER_NM: (f64, f64) = (2.5, 7.0);
/// The vertical speed from which an aircraft climbs or descends, feet per minute.
const CLIMBS_FPM: f64 = 200.0;

/// What an exchange is about, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Going around.
    GoAround,
    /// On final, close to the runway.
    Landing,
    /// Entering the runway to take off.
    Takeoff,
    /// Off the runway after landing, still with the tower.
    Vacated,
    /// Sent to the next unit.
    Handoff,
    /// On a leg of the traffic pattern.
    Leg,
    /// The first call to a radar unit.
    CheckIn,
    /// Leaving the stand.
    Taxi,
    /// After landing, with the ground unit.
    TaxiIn,
}

/// The speaker of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The pilot of the other aircraft.
    Pilot,
    /// The controller.
    Controller,
}

/// A line of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The speaker.
    pub by: By,
    /// The words.
    pub transmission: Transmission,
}

/// What another aircraft and the controller say to each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The other aircraft.
    pub callsign: Callsign,
    /// The unit on the frequency.
    pub station: Station,
    /// What it is about.
    pub topic: Topic,
    /// One to three lines, in spoken order.
    pub lines: Vec<Line>,
}

/// Another aircraft.
#[derive(Debug, Clone)]
struct Follow {
    tracker: PhaseTracker,
    seen: Time,
    /// It was seen at its stand, so its taxiing is a departure.
    stood: bool,
    /// It was seen to take off.
    departed: bool,
    /// It is landing, or still on the runway after that.
    lands: bool,
    /// What there is to say, and since when.
    topic: Option<(Topic, Time)>,
    /// When the controller was last asked about it.
    tried: Option<Time>,
    /// What has been said, and when.
    told: Vec<(Topic, Time)>,
    /// The units that have answered it, and now use short names.
    contacted: Vec<Facility>,
}

impl Follow {
    fn new(now: Time) -> Self {
        Self {
            tracker: PhaseTracker::new(),
            seen: now,
            stood: false,
            departed: false,
            lands: false,
            topic: None,
            tried: None,
            told: Vec::new(),
            contacted: Vec::new(),
        }
    }

    /// Takes the aircraft's position, and finds what there is to say to `unit`.
    fn see(&mut self, now: Time, track: &Track, unit: Option<&Station>, engine: &Engine, airport: &Airport) {
        self.seen = now;
        let phase = self.tracker.update(now, &as_reported(track, engine, airport), airport, None);
        match phase {
            Phase::Parked | Phase::PushedBack => (self.stood, self.departed) = (true, false),
            Phase::LineUpAndWait | Phase::TakeoffRoll => self.departed |= !self.lands,
            Phase::Final | Phase::LandingRoll => (self.stood, self.departed, self.lands) = (false, false, true),
            _ => {}
        }
        // Until it has left the runway, an aircraft that stops there after landing does not line up.
        self.lands &= phase.airborne() && phase != Phase::Departure || self.tracker.on_runway().is_some();
        let due = unit.and_then(|u| self.due(now, track, u, airport)).filter(|t| !self.is_told(*t, now));
        match due {
            Some(topic) if self.topic.is_some_and(|(t, _)| t == topic) => {}
            _ => (self.topic, self.tried) = (due.map(|t| (t, now)), None),
        }
    }

    /// Whether it has spoken about this in the present phase, or a short time ago.
    fn is_told(&self, topic: Topic, now: Time) -> bool {
        let pause = if matches!(topic, Topic::CheckIn | Topic::Handoff) { CHANGED } else { REPEAT };
        self.told.iter().any(|(t, at)| *t == topic && (now.since(*at) < pause || self.tracker.since() <= *at))
    }

    /// What the aircraft now has to say to this unit.
    fn due(&self, now: Time, track: &Track, unit: &Station, airport: &Airport) -> Option<Topic> {
        let above = track.altitude_ft - airport.elevation_ft;
        let within = |x: f64, (least, most): (f64, f64)| (least..=most).contains(&x);
        let airline = track.callsign.as_ref().is_some_and(telephony::is_airline);
        let (phase, lasts) = (self.tracker.phase(), now.since(self.tracker.since()));
        if unit.facility.is_radar() {
            let miles = airport.position.distance_nm(track.position);
            let homeward = turn(track.track_true, track.position.bearing(airport.position)).abs() < 90.0;
            return match phase {
                _ if !airline || track.on_ground => None,
                Phase::Final => {
                    let near = self.tracker.distance_to_threshold_nm().is_some_and(|nm| within(nm, TOWER_NM));
                    near.then_some(Topic::Handoff).filter(|_| unit.facility == Facility::Approach)
                }
                _ if self.departed => (within(above, REPORTS_FT) && track.vertical_fpm > CLIMBS_FPM).then_some(Topic::CheckIn),
                _ => (homeward && within(miles, ARRIVES_NM) && track.vertical_fpm < -CLIMBS_FPM).then_some(Topic::CheckIn),
            };
        }
        let has = |f: Facility| airport.stations.iter().any(|s| s.facility == f);
        let taxiways = unit.facility != Facility::Tower || !has(Facility::Ground);
        let runways = unit.facility != Facility::Ground;
        if !matches!(unit.facility, Facility::Ground | Facility::Tower | Facility::Ctaf) {
            return None;
        }
        match phase {
            Phase::Taxiing => (taxiways && self.stood && lasts <= LEFT).then_some(Topic::Taxi),
            Phase::LineUpAndWait | Phase::TakeoffRoll => (runways && !self.lands && track.speed_kt < ROLLING_KT).then_some(Topic::Takeoff),
            Phase::Departure => {
                let leaves = unit.facility == Facility::Tower && airline && self.departed && within(above, CHANGES_FT);
                leaves.then_some(Topic::Handoff)
            }
            Phase::Downwind | Phase::Base => (runways && !airline).then_some(Topic::Leg),
            Phase::Final => {
                let near = self.tracker.distance_to_threshold_nm().is_some_and(|nm| nm <= FINAL_NM);
                (runways && near).then_some(Topic::Landing)
            }
            Phase::GoAround => runways.then_some(Topic::GoAround),
            Phase::TaxiIn if self.tracker.on_runway().is_none() && lasts <= LEFT => {
                Some(if runways { Topic::Vacated } else { Topic::TaxiIn })
            }
            _ => None,
        }
    }
}

/// The aircraft as a simulator would report the pilot's own.
fn as_reported(track: &Track, engine: &Engine, airport: &Airport) -> Report {
    Report {
        state: SimState::Flying,
        position: Some(track.position),
        altitude_ft: track.altitude_ft,
        agl_ft: if track.on_ground { 0.0 } else { (track.altitude_ft - airport.elevation_ft).max(1.0) },
        heading_true: track.track_true,
        heading_mag: (track.track_true - airport.variation).rem_euclid(360.0),
        ias_kt: track.speed_kt,
        ground_speed_kt: track.speed_kt,
        vertical_speed_fpm: track.vertical_fpm,
        on_ground: track.on_ground,
        callsign: track.callsign.clone(),
        aircraft_type: track.aircraft_type.clone(),
        com1: engine.com1(),
        weather: engine.report.weather.clone(),
        ..Report::default()
    }
}

/// The other aircraft that may be heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chatter {
    all: BTreeMap<Callsign, Follow>,
    looked: Option<Time>,
    /// ICAO code of the airport whose runways the phases refer to.
    airport: String,
}

impl Chatter {
    fn follow(&mut self, now: Time, engine: &Engine) {
        let Some(airport) = &engine.airport else { return };
        let back = self.looked.is_some_and(|at| at > now);
        if back || self.airport != airport.icao {
            self.all.clear();
            self.airport.clone_from(&airport.icao);
        } else if self.looked.is_some_and(|at| now.since(at) < LOOK) {
            return;
        }
        self.looked = Some(now);
        let unit = engine.heard_unit();
        for track in heard(engine, airport) {
            let Some(callsign) = &track.callsign else { continue };
            if !self.all.contains_key(callsign) && self.all.len() >= MOST {
                continue;
            }
            let other = self.all.entry(callsign.clone()).or_insert_with(|| Follow::new(now));
            other.see(now, track, unit.as_ref(), engine, airport);
        }
        self.all.retain(|_, other| now.since(other.seen) <= GONE);
    }

    fn next(&mut self, now: Time, engine: &Engine) -> Option<Exchange> {
        let (unit, airport) = (engine.heard_unit()?, engine.airport.as_ref()?);
        let fresh = |other: &Follow| other.topic.filter(|(_, since)| now.since(*since) <= LIFE);
        let rested = |other: &Follow| other.tried.is_none_or(|at| now.since(at) >= AGAIN);
        let tracks: Vec<&Track> = heard(engine, airport).collect();
        let there = |callsign: &Callsign| tracks.iter().find(|t| t.callsign.as_ref() == Some(callsign));
        let waiting = self.all.iter().filter(|(_, other)| rested(other) && other.seen == self.looked.unwrap_or_default());
        let mut waiting: Vec<(Topic, Time, Callsign)> =
            waiting.filter_map(|(callsign, other)| fresh(other).map(|(topic, since)| (topic, since, callsign.clone()))).collect();
        waiting.sort();
        let (topic, callsign, track) = waiting.into_iter().find_map(|(topic, _, c)| there(&c).map(|t| (topic, c, *t)))?;
        let other = self.all.get_mut(&callsign)?;
        other.tried = Some(now);
        let exchange = exchange::of(engine, now, &unit, track, other, topic)?;
        other.told.retain(|(t, _)| *t != topic);
        other.told.push((topic, now));
        if !other.contacted.contains(&unit.facility) {
            other.contacted.push(unit.facility);
        }
        other.topic = None;
        Some(exchange)
    }
}

/// The tracks of aircraft that can be named: with a usual callsign that nobody else around has, the pilot included.
fn heard<'a>(engine: &'a Engine, airport: &'a Airport) -> impl Iterator<Item = &'a Track> {
    let mut known: BTreeMap<&Callsign, usize> = BTreeMap::new();
    for callsign in engine.around.tracks.iter().filter_map(|t| t.callsign.as_ref()).chain(engine.callsign()).chain(&engine.report.callsign)
    {
        *known.entry(callsign).or_default() += 1;
    }
    let alone = move |c: &&Callsign| c.is_usual() && known.get(c) == Some(&1);
    let near = |t: &&Track| t.position.distance_nm(airport.position) <= FAR_NM;
    engine.around.tracks.iter().filter(move |t| t.callsign.as_ref().filter(&alone).is_some()).filter(near)
}

impl Engine {
    /// Whether other aircraft are followed, for [`Engine::overhear`]. While they are not, this takes no time and no memory.
    pub fn listen(&mut self, on: bool) {
        if on != self.chatter.is_some() {
            self.chatter = on.then(Box::default);
        }
    }

    /// The unit whose frequency the pilot hears. The emergency frequency and recordings carry no chatter.
    fn heard_unit(&self) -> Option<Station> {
        self.station().filter(|s| s.facility != Facility::Atis && !self.is_guard() && !self.gone())
    }

    /// Looks where the other aircraft are.
    pub(crate) fn follow_others(&mut self, now: Time) {
        if let Some(mut chatter) = self.chatter.take() {
            chatter.follow(now, self);
            self.chatter = Some(chatter);
        }
    }

    /// An exchange that the pilot overhears now, if another aircraft has something to say. It is counted as said.
    pub fn overhear(&mut self, now: Time) -> Option<Exchange> {
        let mut chatter = self.chatter.take()?;
        let exchange = chatter.next(now, self);
        self.chatter = Some(chatter);
        exchange
    }
}

#[cfg(test)]
mod tests;
