//! Controller-initiated transmissions: what a controller says without being called, because of what the aircraft is doing.
//!
//! [`look`] is a pure function of the situation, the clearance record and the notices given so far. Safety comes first, then what the pilot
//! waits for (a clearance on final, a crossing, the next frequency), then what is useful to know.

use std::time::Duration;

use super::aid::{self, Help};
use super::{above_ground, instruments, mistakes, radio_out, runway_watch, vectors};
use crate::airports::Station;
use crate::airports::airspace::Class;
use crate::clearances;
use crate::gate::{self, Admitted, Entry};
use crate::instruction::{Ask, Climb, Emergency, Item, Landing, ReportPoint};
use crate::phase::Phase;
use crate::record::{Owed, Record};
use crate::situation::{FinalCourse, NearAirspace, Situation};
use crate::units::{Facility, Frequency, Runway, Squawk, Time};

/// Delay before a wrong transponder code is mentioned.
const SQUAWK_PATIENCE: Duration = Duration::from_secs(20);
/// Nearer to the runway than this, an arrival goes to the tower whether or not it has read back its clearance, nautical miles.
const LATEST_NM: f64 = 5.0;
/// Delay before an aircraft that was sent to another frequency, and is still here, hears it again.
const STILL_HERE: Duration = Duration::from_secs(60);
/// Time for the pilot to answer between two unsolicited transmissions.
const BREATH: Duration = Duration::from_secs(4);
/// How long to wait for a readback that was asked for again.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
/// Minimum time before a cancelled takeoff clearance is issued again.
const TAKEN_BACK: Duration = Duration::from_secs(20);
/// The altitude deviation that is mentioned, feet (7110.65 2-1-6 leaves it to judgement; 300 ft is what Mode C shows).
const DEVIATION_FT: i32 = 300;

/// The subject of a notice. Each notice is given once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// On a runway without a clearance.
    Incursion,
    /// Rolling for takeoff without a clearance.
    Rolling,
    /// Landed without a clearance.
    Landed,
    /// A landing clearance was cancelled.
    GoAround,
    /// A takeoff clearance was cancelled.
    NoTakeoff,
    /// On a runway other than the cleared one.
    OtherRunway(Runway),
    /// The base turn that the controller promised to call.
    Base,
    /// The transponder shows a special code.
    Special(Squawk),
    /// The transponder shows a code other than the assigned one.
    WrongCode(Squawk),
    /// The assigned code has appeared.
    Identified,
    /// Off the assigned altitude.
    Altitude(i32),
    /// Cleared to land without a request.
    Landing,
    /// Cleared to cross a runway.
    Cross(Runway),
    /// A turn of a taxi that is led, with a hash that identifies it.
    NextTurn(u32),
    /// Handoff to the next unit, on this frequency: a flight may go from one approach unit to another.
    Next(Facility, Option<Frequency>),
    /// The frequency change is repeated.
    StillHere,
    /// Out of the tower's airspace.
    Leaving,
    /// A step in the vectors to final.
    Vector(u8),
    /// A turn of a flight without a gyro begins, or ends.
    Turn(Option<crate::units::Side>),
    /// Traffic was pointed out, with a hash that identifies it.
    Traffic(u32),
    /// Class B airspace without a clearance; `true` if already inside.
    Bravo(bool),
    /// The field is not in sight on the last vector to a visual approach.
    Sight,
    /// Speed reduction for the approach.
    Speed,
    /// The takeoff clearance that was owed.
    Takeoff,
    /// "Line up and wait" without another request.
    LineUp,
    /// Lined up in front of an aircraft that is about to land.
    InFront,
    /// A new level without a request.
    Level(i32),
    /// What to expect at the destination.
    Expect,
    /// On course, once the aircraft is above the terrain.
    OnCourse,
    /// A missed approach that was seen but not reported.
    Missed,
    /// Something that helps an aircraft in trouble.
    Help(Help),
    /// An ident was seen.
    Ident,
    /// Off the assigned heading.
    Heading(u16),
    /// In the tower's airspace without a clearance.
    Zone,
}

/// What has been noticed so far, and the state needed to notice more.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    said: Vec<Notice>,
    /// The assigned altitude that was reached.
    reached: Option<i32>,
    /// When the wrong code appeared.
    wrong_code: Option<(Squawk, Time)>,
    /// Since the last landing, the aircraft has been seen on the ground off the runways.
    off_runway: bool,
    /// When the aircraft left the runway.
    clear_since: Option<Time>,
    /// The current takeoff or landing roll had its clearance.
    roll_cleared: bool,
    /// The takeoff roll has begun, and the aircraft is still on that runway.
    rolled: bool,
    /// The aircraft has just left the runway by a taxiway instead of taking off.
    gave_up: bool,
    last_phase: Option<Phase>,
}

impl Watch {
    /// Takes in what is seen, before anything is said about it. `record` is its state before the phase change.
    pub fn see(&mut self, now: Time, phase: Phase, on_runway: bool, record: &Record, altitude_ft: i32, transponder: Option<Squawk>) {
        let was = self.last_phase.replace(phase);
        self.gave_up = self.rolled && matches!(phase, Phase::Taxiing | Phase::TaxiIn);
        self.rolled = phase == Phase::TakeoffRoll || self.rolled && phase == Phase::LineUpAndWait;
        if was != Some(phase) {
            match phase {
                Phase::Parked | Phase::PushedBack | Phase::Taxiing | Phase::HoldingShort => {
                    // A special code that still shows has been mentioned; one that shows again later is new.
                    self.said.retain(|n| {
                        matches!(n, Notice::Special(c) if Some(*c) == transponder) || matches!(n, Notice::Cross(_) | Notice::NextTurn(_))
                    });
                    self.forget(Notice::Takeoff);
                    if was == Some(Phase::TaxiIn)
                        && phase == Phase::Parked
                        && let Some(code) = transponder
                    {
                        // The emergency ends with the flight, even if the transponder still shows the code.
                        self.tell(Notice::Special(code));
                    }
                    self.reached = None;
                }
                Phase::TakeoffRoll | Phase::LandingRoll => {
                    self.roll_cleared = record.takeoff.is_some() || record.landing.is_some();
                }
                Phase::GoAround | Phase::Departure | Phase::Crosswind => {
                    let again = |n: &Notice| {
                        matches!(
                            n,
                            Notice::Landing
                                | Notice::GoAround
                                | Notice::Landed
                                | Notice::Vector(_)
                                | Notice::Sight
                                | Notice::Level(_)
                                | Notice::OtherRunway(_)
                                | Notice::NoTakeoff
                                | Notice::Base
                        )
                    };
                    self.said.retain(|n| !again(n));
                }
                _ => {}
            }
        }
        if on_runway {
            self.clear_since = None;
        } else if self.clear_since.is_none() {
            self.clear_since = Some(now);
        }
        if matches!(phase, Phase::Taxiing | Phase::Parked | Phase::HoldingShort) && !on_runway {
            self.off_runway = true;
        }
        if phase.airborne() {
            self.off_runway = false;
        }
        match record.altitude_ft {
            Some(a) if (altitude_ft - a).abs() <= 150 => self.reached = Some(a),
            Some(a) if self.reached != Some(a) => self.reached = None,
            None => self.reached = None,
            _ => {}
        }
        if record.emergency.is_none() && record.plight.is_none() {
            self.said.retain(|n| !matches!(n, Notice::Help(_)));
        }
        self.wrong_code = match (record.squawk, transponder) {
            (Some(want), Some(shown)) if want != shown => match self.wrong_code {
                Some((code, since)) if code == shown => Some((code, since)),
                _ => Some((shown, now)),
            },
            _ => None,
        };
    }

    /// Takes in whether the transponder is identing: the next ident is a new one.
    pub fn see_ident(&mut self, ident: bool) {
        if !ident {
            self.forget(Notice::Ident);
        }
    }

    /// In the last report the aircraft was on a runway.
    pub fn was_on_runway(&self) -> bool {
        self.clear_since.is_none()
    }

    /// The takeoff was rejected: the aircraft rolled, then turned off.
    pub fn gave_up_takeoff(&self) -> bool {
        self.gave_up
    }

    pub(super) fn told(&self, n: Notice) -> bool {
        self.said.contains(&n)
    }

    /// The notice was given.
    pub fn tell(&mut self, n: Notice) {
        if matches!(n, Notice::Turn(_)) {
            // Each turn begins and ends once, and the next one is new.
            self.said.retain(|s| !matches!(s, Notice::Turn(_)));
        }
        if !self.told(n) {
            self.said.push(n);
        }
    }

    /// The number of vectors given on this approach.
    pub(super) fn vectors(&self) -> u8 {
        let given = self.said.iter().filter(|n| matches!(n, Notice::Vector(_))).count();
        u8::try_from(given).unwrap_or(u8::MAX)
    }

    /// Allows a notice to be given again: after a cancelled clearance, or for a vector after a go-around.
    pub fn forget(&mut self, n: Notice) {
        self.said.retain(|s| *s != n);
    }
}

/// What the controller says now without being called, if anything.
pub fn look(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let talking = r.contacted.contains(&s.facility);
    // A turn ends on time, whatever readback is still awaited.
    let turns = || vectors::no_gyro(s, r, w).filter(|_| talking && r.issued.is_none_or(|at| now.since(at) >= BREATH));
    // Nor does help wait for it, or the answer to an ident.
    let helps = || {
        radio_out::ident(s, r, w)
            .or_else(|| aid::next(now, s, r, w))
            .filter(|_| talking && r.issued.is_none_or(|at| now.since(at) >= BREATH))
    };
    let found = safety(s, r, w, talking)
        .or_else(turns)
        .or_else(helps)
        .or_else(|| if talking && !answering(now, r) { routine(now, s, r, w) } else { None })?;
    let found = above_ground::unasked(s, r, found.0, found.1)?;
    (!w.told(found.0)).then_some(found)
}

/// Whether the pilot may still be about to answer. A pilot who has already been asked once for the readback does not hold up other work.
fn answering(now: Time, r: &Record) -> bool {
    r.issued.is_some_and(|at| now.since(at) < BREATH)
        || r.pending.as_ref().is_some_and(|p| p.asked == 0 || now.since(p.since) < ANSWER_PATIENCE)
}

/// Transmissions that cannot wait.
fn safety(s: &Situation, r: &Record, w: &Watch, talking: bool) -> Option<(Notice, Vec<Item>)> {
    if s.facility == Facility::Tower || s.facility == Facility::Ground {
        let strip = s.runway_here;
        let allowed = r.takeoff.is_some() || r.lined_up.is_some() || r.landing.is_some() || r.crossing.is_some();
        let moving_in = matches!(s.phase, Phase::Taxiing | Phase::LineUpAndWait);
        if s.on_runway && moving_in && w.off_runway && talking && !allowed && !w.told(Notice::Incursion) {
            let what = strip.map_or_else(|| "you are on a runway".to_owned(), |x| format!("you are on runway {x}"));
            return Some((Notice::Incursion, vec![Item::HoldPosition, Item::Advice(format!("{what} without a clearance"))]));
        }
    }
    if s.facility != Facility::Tower || !talking {
        return None;
    }
    if let Some(found) =
        runway_watch::other_runway(s, r).or_else(|| runway_watch::no_takeoff(s, r)).or_else(|| runway_watch::in_front(s, r, w))
    {
        return Some(found);
    }
    if s.phase == Phase::TakeoffRoll && !w.roll_cleared && !w.told(Notice::Rolling) {
        return Some((Notice::Rolling, vec![Item::Stop, Item::Advice("you are not cleared for takeoff".into())]));
    }
    if s.phase == Phase::LandingRoll && !w.roll_cleared && r.emergency.is_none() && !w.told(Notice::Landed) {
        return Some((Notice::Landed, vec![Item::Advice("you landed without a clearance".into())]));
    }
    if let (Phase::Final, Some(runway)) = (s.phase, r.landing.map(|(x, _)| x).or(s.runway_here))
        && s.distance_nm.is_some_and(|d| d < 0.8)
        && s.runway_blocked(runway)
        && !w.told(Notice::GoAround)
    {
        let traffic = s.in_the_way(runway).map(Item::Traffic);
        let on = instruments::arrival(s).map(|_| super::tower::after_going_around(s, r)).into_iter().flatten();
        return Some((Notice::GoAround, [Item::GoAround].into_iter().chain(traffic).chain(on).collect()));
    }
    None
}

/// What a pilot on this frequency expects to hear without asking.
fn routine(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let unsaid = |n: Notice| Some(n).filter(|n| !w.told(*n));
    if let Some(code) = s.transponder {
        let words = match code {
            Squawk::EMERGENCY if r.emergency.is_none() => Some("you are squawking 7700"),
            Squawk::RADIO_FAILURE => Some("you are squawking 7600, if you hear me, ident"),
            Squawk::HIJACK => Some("verify squawking 7500"),
            _ => None,
        };
        if let (Some(words), Some(n)) = (words, unsaid(Notice::Special(code))) {
            let ask = (code == Squawk::EMERGENCY).then_some(Item::Ask(Ask::NatureOfEmergency));
            return Some((n, [Item::Advice(words.into())].into_iter().chain(ask).collect()));
        }
    }
    let radar_unit = s.facility.is_radar();
    if let (Some(want), true) = (r.squawk, !s.on_ground) {
        let shown = s.transponder;
        if shown == Some(want) && !r.radar && radar_unit && unsaid(Notice::Identified).is_some() {
            return Some((Notice::Identified, identified(s, r)));
        }
        // Radar may have terminated its service to a visual flight that is now with the tower.
        if let Some((code, since)) = w.wrong_code
            && (s.ifr || radar_unit)
            && now.since(since) >= SQUAWK_PATIENCE
            && let Some(n) = unsaid(Notice::WrongCode(code))
        {
            return Some((n, vec![Item::ResetTransponder, Item::Squawk(want)]));
        }
    }
    if let (Some(assigned), Some(now_ft), false) = (r.altitude_ft, s.altitude_ft, s.on_ground)
        && w.reached == Some(assigned)
        && r.emergency.is_none()
        && (s.ifr || !s.live || r.bravo && super::visual::inside_b(s))
        && !matches!(s.phase, Phase::Downwind | Phase::Base | Phase::Final | Phase::GoAround)
        && (now_ft - assigned).abs() >= DEVIATION_FT
        && let Some(n) = unsaid(Notice::Altitude(assigned))
    {
        let verify = Item::Verify { feet: assigned, level: s.is_level(assigned) };
        return Some((n, [verify].into_iter().chain(s.pressure()).collect()));
    }
    match s.facility {
        Facility::Tower if s.tower_works_ground() && s.on_ground => ground(s, r, w).or_else(|| tower(now, s, r, w)),
        Facility::Tower => tower(now, s, r, w).or_else(|| instruments::next(now, s, r, w)),
        Facility::Ground => ground(s, r, w),
        _ if radar_unit => radar(now, s, r, w),
        _ => None,
    }
    .or_else(|| still_here(now, s, r, w))
}

pub(super) fn identified(s: &Situation, r: &Record) -> Vec<Item> {
    let position = s.position.clone().filter(|_| s.region.identified_position);
    let way = gate::asked_before(r).map(|leave| way_through(s, r, &leave));
    let service = r.service.clone().map(Item::Service);
    [Item::RadarContact(position)].into_iter().chain(service).chain(way.into_iter().flatten()).chain(s.pressure()).collect()
}

/// The clearance through airspace that an identified aircraft has asked for (7110.65 7-9-2, 7-8-2).
pub(crate) fn way_through(s: &Situation, r: &Record, leave: &Admitted<Entry>) -> Vec<Item> {
    let named = r.wants_bravo && s.bravo.is_some();
    let bravo = named || s.airspace.as_ref().is_some_and(|a| a.class == Class::B);
    match r.wants_through.filter(|_| !r.bravo) {
        Some(feet) if bravo => {
            vec![clearances::through(leave, "Bravo"), Item::Altitude { way: Climb::Maintain, feet, level: false }]
        }
        Some(_) => vec![clearances::transition(leave)],
        None => Vec::new(),
    }
}

/// A hash (FNV-1a) of the aircraft that a traffic call names: notices are only compared for equality.
fn figure(whom: &str) -> u32 {
    whom.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

/// A traffic advisory to an aircraft in radar contact (7110.65 2-1-21).
fn point_out(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let a = s.advisory.as_ref().filter(|_| r.radar)?;
    let notice = Notice::Traffic(figure(&a.whom));
    (!w.told(notice)).then(|| (notice, vec![Item::Traffic(a.words.clone()), Item::Height(a.feet)]))
}

/// Class B ahead or around the aircraft, without a clearance (7110.65 7-9-2).
fn bravo(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let a = s.airspace.as_ref().filter(|a| a.class == Class::B && !r.ifr && !r.bravo && r.emergency.is_none())?;
    let notice = Notice::Bravo(a.inside);
    if w.told(notice) {
        None
    } else if a.inside {
        Some((notice, vec![Item::Advice(format!("you are in {} Bravo airspace without a clearance", a.name)), Item::Ask(Ask::Intentions)]))
    } else if a.ahead {
        Some((notice, vec![Item::RemainOutside(format!("{} Bravo airspace", a.name))]))
    } else {
        None
    }
}

/// Slows down a fast arrival (7110.65 5-7-2; not below 210 knots beyond 20 miles, 5-7-3).
fn slow_down(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let arriving = r.ifr && r.approach.is_some() && s.destination.as_ref().is_some_and(|d| d.here && d.distance_nm <= 30.0);
    let fast = s.ias_kt.is_some_and(|kt| kt > 225.0) && s.altitude_ft.is_some_and(|ft| ft < 10_000);
    (arriving && fast && !w.told(Notice::Speed)).then(|| (Notice::Speed, vec![Item::Speed(210)]))
}

/// Repeats a frequency change to an aircraft that is still here.
fn still_here(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let (item, since) = r.sent_to.as_ref()?;
    // An aircraft in distress, or a lost one, stays with the unit that knows its trouble.
    if r.emergency.is_some() || r.plight.is_some() {
        return None;
    }
    // In the air nobody calls a unit of the taxiways.
    if !s.on_ground && *item == s.contact(Facility::Ground) {
        return None;
    }
    (now.since(*since) >= STILL_HERE && !w.told(Notice::StillHere)).then(|| (Notice::StillHere, vec![item.clone()]))
}

fn tower(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    // A pilot who has just been told to hold needs time to acknowledge.
    let taken_back = r.last.as_ref().is_some_and(|l| l.items.contains(&Item::CancelTakeoff));
    let settled = !taken_back || r.issued.is_none_or(|at| now.since(at) >= TAKEN_BACK);
    if let Some(items) = super::departure::owed(s, r).filter(|_| settled) {
        let notice = if items.iter().any(gate::is_takeoff) { Notice::Takeoff } else { Notice::LineUp };
        return Some((notice, items));
    }
    if let Some(found) = mistakes::enters(s, r).filter(|found| !w.told(found.0)) {
        return Some(found);
    }
    if let Some(items) = super::tower::owed_base(s, r) {
        return Some((Notice::Base, items));
    }
    // An aircraft without a working radio is cleared without a request, since it may still receive (7110.65 10-4-4).
    let expected = gate::expected(r, s.transponder).or_else(|| gate::in_need(r));
    let near = s.phase == Phase::Base || s.phase == Phase::Final && s.distance_nm.is_none_or(|d| d < 4.0);
    if let Some(leave) = expected.as_ref().filter(|_| near && r.landing.is_none() && !w.told(Notice::Landing)) {
        let given = r.own_runway.filter(|_| r.emergency.is_some());
        let runway = s.runway_for(given.or(r.circles.filter(|_| r.ifr)).or(r.pattern_runway))?;
        if !s.runway_blocked(runway) && !s.is_closed(runway) {
            let kind = r.wants.unwrap_or(Landing::FullStop);
            let mut items: Vec<Item> = s.wind().into_iter().collect();
            items.extend([Item::Runway(runway), clearances::landing(leave, kind)]);
            return Some((Notice::Landing, items));
        }
    }
    let close = s.phase == Phase::Final && s.distance_nm.is_some_and(|d| d < 2.5);
    if close && expected.is_none() && r.landing.is_none() && !w.told(Notice::Landing) && !w.told(Notice::GoAround) {
        return Some((Notice::Landing, vec![Item::Ask(Ask::Intentions)]));
    }
    let landed = s.phase == Phase::TaxiIn || s.phase == Phase::Taxiing && r.landing.is_some();
    if landed && !s.on_runway && s.taxi_speed() && s.station(Facility::Ground).is_some() {
        let least = if s.phase == Phase::TaxiIn { 6 } else { 12 };
        let waited = w.clear_since.is_some_and(|t| now.since(t) >= Duration::from_secs(least));
        let sent = matches!(&r.sent_to, Some((Item::Contact { .. } | Item::Monitor { .. }, _)));
        let ground = Notice::Next(Facility::Ground, None);
        if waited && !sent && !w.told(ground) {
            return Some((ground, vec![s.contact(Facility::Ground)]));
        }
    }
    let climbed = s.altitude_ft.zip(s.minimum_ft).is_some_and(|(a, m)| a >= m - 700);
    if let (true, Some(next)) = (!s.on_ground && climbed && (r.ifr || r.squawk.is_some()), &s.next_unit)
        && matches!(s.phase, Phase::Departure | Phase::Crosswind | Phase::Cruise)
        && r.closed_traffic.is_none()
        && r.pattern_runway.is_none()
        && r.landing.is_none()
        && !w.told(next_notice(next))
    {
        let contact = Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) };
        return Some((next_notice(next), vec![contact]));
    }
    let gone = s.phase == Phase::Cruise && !r.ifr && r.squawk.is_none() && r.closed_traffic.is_none() && r.pattern_runway.is_none();
    // A flight that works nearby, or has been released, hears nothing more.
    let ends =
        |i: &Item| matches!(i, Item::FrequencyChangeApproved) || matches!(i, Item::Report(ReportPoint::Words(w)) if w == "when complete");
    let released = r.last.as_ref().is_some_and(|l| l.items.iter().any(ends));
    if gone && !released && s.final_course.is_some_and(|f| f.before_nm.hypot(f.right_nm) > 5.5) && !w.told(Notice::Leaving) {
        return Some((Notice::Leaving, vec![Item::FrequencyChangeApproved]));
    }
    None
}

/// At a hold short on the taxi route: cross one runway at a time (7110.65 3-7-2).
fn ground(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    crossing(s, r, w).or_else(|| {
        let (key, items) = super::ground::next_turn(s, r)?;
        (!w.told(Notice::NextTurn(key))).then_some((Notice::NextTurn(key), items))
    })
}

fn crossing(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    let hold = r.hold_short?;
    // One that waits for its takeoff does not cross its runway.
    let departs = r.owed.contains(&Owed::Takeoff(hold));
    let on_the_way = !departs && r.taxi.is_none_or(|t| t != hold && t != hold.reciprocal());
    let here = s.runway_here.is_some_and(|h| h == hold || h == hold.reciprocal());
    if s.phase == Phase::HoldingShort && on_the_way && here && !s.runway_blocked(hold) && !w.told(Notice::Cross(hold)) {
        let across = gate::on_the_way(r).map(|leave| clearances::cross(&leave, hold))?;
        return Some((Notice::Cross(hold), vec![across]));
    }
    None
}

fn radar(now: Time, s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    if s.on_ground {
        return None;
    }
    if let Some(found) = point_out(s, r, w).or_else(|| bravo(s, r, w)).or_else(|| slow_down(s, r, w)) {
        return Some(found);
    }
    if let Some(found) = handoff(s, r, w).or_else(|| instruments::next(now, s, r, w)) {
        return Some(found);
    }
    if let Some(found) = mistakes::heading(now, s, r).filter(|found| !w.told(found.0)) {
        return Some(found);
    }
    // Radar service ends when a destination without a tower is in sight (7110.65 5-1-9).
    if let Some(d) = &s.destination
        && !d.towered
        && !r.ifr
        && r.radar
        && d.distance_nm <= 8.0
        && !w.told(Notice::Leaving)
    {
        return Some((Notice::Leaving, vec![Item::RadarServiceTerminated, Item::SquawkVfr, Item::FrequencyChangeApproved]));
    }
    if s.arrival.is_none() && r.radar && r.approach.as_ref().is_some_and(|(_, cleared)| !cleared) {
        return vectors::practice(now, s, r, w);
    }
    None
}

fn next_notice(next: &Station) -> Notice {
    Notice::Next(next.facility, Some(next.frequency))
}

/// Hands the aircraft off to the unit that now takes over.
fn handoff(s: &Situation, r: &Record, w: &Watch) -> Option<(Notice, Vec<Item>)> {
    // A lost pilot is guided until they see the field, and a visual flight in distress stays with the unit that knows its trouble.
    let led = r.plight.is_some() || r.emergency == Some(Emergency::Mayday) || r.emergency.is_some() && !r.ifr;
    let next = s.next_unit.as_ref().filter(|n| !w.told(next_notice(n)) && !led && r.sent_to.is_none() && !super::hold::holds(s, r))?;
    let contact = Item::Contact { unit: next.name.clone(), frequency: Some(next.frequency) };
    let to_tower = next.facility == Facility::Tower;
    // In class B and C airspace the tower takes the aircraft over with its code (7110.65 7-8-2, 7-9-2).
    let served =
        |a: &NearAirspace| s.destination.as_ref().is_some_and(|d| d.here) && a.icao == s.icao && matches!(a.class, Class::B | Class::C);
    let keeps_code = s.airspace.as_ref().is_some_and(served);
    if to_tower && !r.ifr && keeps_code {
        return Some((next_notice(next), vec![contact]));
    }
    if to_tower && !r.ifr {
        return Some((next_notice(next), vec![Item::RadarServiceTerminated, Item::SquawkVfr, contact]));
    }
    let course = s.arrival.as_ref().map_or(s.final_course, |a| a.course);
    // The approach clearance is read back before the frequency changes, as long as there is time.
    let unread = r.pending.as_ref().is_some_and(|p| p.instruction.items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. })));
    if to_tower && unread && course.is_some_and(|f| f.before_nm > LATEST_NM) {
        return None;
    }
    (!to_tower || course.is_some_and(established)).then(|| (next_notice(next), vec![contact]))
}

pub(super) fn established(f: FinalCourse) -> bool {
    f.before_nm > 0.0 && f.before_nm < 10.0 && f.right_nm.abs() < 0.6
}
