//! The clearance record: what this aircraft was told and has heard. Only delivered instructions and the aircraft's observed actions change
//! it; the words of a pilot or a language model never do.

mod help;
mod observed;

pub(crate) use help::PRIORITY;

use serde::{Deserialize, Serialize};

use super::instruction::{Ask, Emergency, Hold, Instruction, Item, Landing, Leg, ReportPoint, Services, Wish};
use crate::units::{Facility, Runway, Side, Squawk, Time};

/// An instruction whose readback is awaited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The instruction.
    pub instruction: Instruction,
    /// When the wait began.
    pub since: Time,
    /// How often the readback has been requested again.
    pub asked: u8,
    /// Everything in the same transmission: a pilot who was corrected may read back all of it.
    #[serde(default)]
    pub whole: Vec<Item>,
}

/// The answer to a report of an animal or an object on the runway.
pub const INSPECTED: &str = "the runway will be inspected";
/// What is known of it afterwards.
pub const OBSTRUCTED: &str = "obstruction reported on the runway, not reported clear";

/// What the controller owes the pilot, and says unasked as soon as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// A takeoff clearance, once the traffic for which the aircraft holds short has gone.
    Takeoff(Runway),
    /// A release, at a field without a tower.
    Release,
    /// The base turn, after an extended downwind.
    Base,
}

/// The trouble of a pilot who needs guidance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plight {
    /// The pilot is lost.
    Lost,
    /// In cloud under VFR.
    InCloud,
}

/// The aircraft's clearances.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// Units that have answered this aircraft, and now use short names.
    pub contacted: Vec<Facility>,
    /// The runway that it taxies to.
    pub taxi: Option<Runway>,
    /// The taxiways of its taxi clearance, in order; empty if none are known.
    #[serde(default)]
    pub route: Vec<String>,
    /// It is led to its place turn by turn.
    #[serde(default)]
    pub progressive: bool,
    /// The way to face at the end of the pushback: "facing west".
    #[serde(default)]
    pub facing: Option<String>,
    /// The runway that it must hold short of.
    pub hold_short: Option<Runway>,
    /// Cleared to line up.
    pub lined_up: Option<Runway>,
    /// Cleared to line up only behind another aircraft.
    #[serde(default)]
    pub behind: bool,
    /// Cleared for takeoff.
    pub takeoff: Option<Runway>,
    /// Cleared to land, or for another kind of landing.
    pub landing: Option<(Runway, Landing)>,
    /// Stays in the pattern, on this side.
    pub closed_traffic: Option<Side>,
    /// The kind of landing that the pilot wants at the end of this circuit.
    pub wants: Option<Landing>,
    /// What the pilot wants after takeoff, in their words.
    pub wants_departure: Option<String>,
    /// The runway whose pattern it was told to enter.
    pub pattern_runway: Option<Runway>,
    /// The side on which it was told to enter the pattern.
    #[serde(default)]
    pub joins: Option<Side>,
    /// The leg that it was told to enter.
    #[serde(default)]
    pub enters: Option<Leg>,
    /// It was told to come straight in.
    #[serde(default)]
    pub straight: bool,
    /// The flight information service that the pilot requested.
    #[serde(default)]
    pub service: Option<String>,
    /// The parking place that it was told to taxi to.
    pub parking: Option<String>,
    /// A code was assigned.
    pub squawk: Option<Squawk>,
    /// Radar contact.
    pub radar: bool,
    /// Cleared under IFR, and not cancelled.
    pub ifr: bool,
    /// The departure procedure in its clearance.
    pub departure: Option<String>,
    /// Cleared to cross this runway.
    pub crossing: Option<Runway>,
    /// The approach to expect, or cleared for (`true`).
    pub approach: Option<(String, bool)>,
    /// The runway on which it lands after an approach to another one.
    #[serde(default)]
    pub circles: Option<Runway>,
    /// The pilot has reported the destination in sight.
    #[serde(default)]
    pub sees_field: bool,
    /// Climbing to VFR-on-top, or there: it chooses its level.
    #[serde(default)]
    pub on_top: bool,
    /// The landing runway that an instrument flight was told to expect, used for its vectors, clearances and landing.
    #[serde(default)]
    pub expects: Option<Runway>,
    /// The aircraft missed the approach and has not started another one.
    #[serde(default)]
    pub missed: bool,
    /// The pilot cancelled IFR: a filed plan does not reinstate it.
    #[serde(default)]
    pub ifr_cancelled: bool,
    /// The aircraft deviates around weather and has not reported clear of it.
    #[serde(default)]
    pub deviating: bool,
    /// Holding, until the pilot is ready or the time to expect further clearance has come.
    #[serde(default)]
    pub holding: bool,
    /// The hold that it was last told to fly.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// That time, minutes of the UTC day.
    #[serde(default)]
    pub holds_until: Option<u16>,
    /// The time at which the clearance of a released departure ends, minutes of the UTC day.
    #[serde(default)]
    pub void_min: Option<u16>,
    /// What the controller owes.
    #[serde(default)]
    pub owed: Vec<Owed>,
    /// The unit that it was sent to, and when; it should have left the frequency.
    pub sent_to: Option<(Item, Time)>,
    /// The cleared altitude, feet.
    pub altitude_ft: Option<i32>,
    /// Cleared into or through class B airspace.
    pub bravo: bool,
    /// Cleared to fly below VFR minima (special VFR).
    pub special_vfr: bool,
    /// The pilot requested a transition at this altitude, feet.
    pub wants_through: Option<i32>,
    /// The requested transition is through class B.
    #[serde(default)]
    pub wants_bravo: bool,
    /// The assigned heading, degrees.
    #[serde(default)]
    pub heading: Option<u16>,
    /// Vectored without a gyro: the controller starts and stops the turns.
    #[serde(default)]
    pub no_gyro: bool,
    /// The turn that such a flight was told to begin.
    #[serde(default)]
    pub turning: Option<Side>,
    /// It was told to make gentle turns.
    #[serde(default)]
    pub half_rate: bool,
    /// The assigned speed, knots.
    pub speed_kt: Option<u16>,
    /// The pilot has declared minimum fuel.
    #[serde(default)]
    pub minimum_fuel: bool,
    /// An emergency was declared.
    pub emergency: Option<Emergency>,
    /// The pilot was asked about an emergency, and said no.
    #[serde(default)]
    pub no_emergency: bool,
    /// The emergency services were called for this flight.
    #[serde(default)]
    pub alerted: bool,
    /// The ICAO code of the field to which a pilot in trouble wants to go.
    #[serde(default)]
    pub bound: Option<String>,
    /// The runway that an aircraft in distress was given.
    #[serde(default)]
    pub own_runway: Option<Runway>,
    /// An aircraft in distress lands away from any field.
    #[serde(default)]
    pub off_field: bool,
    /// The questions that an aircraft in distress was asked, or has answered. None is asked twice.
    #[serde(default)]
    pub asked: Vec<Ask>,
    /// Lost, or in cloud, by the pilot's own words.
    #[serde(default)]
    pub plight: Option<Plight>,
    /// The magnetic heading on which the pilot flew into cloud, degrees.
    #[serde(default)]
    pub cloud_ahead: Option<u16>,
    /// The awaited readback.
    pub pending: Option<Pending>,
    /// The last instruction, for "say again".
    pub last: Option<Instruction>,
    /// The last runways, codes, pressures and frequencies that were transmitted, oldest first.
    #[serde(default)]
    pub recent: Vec<Item>,
    /// When it was issued.
    pub issued: Option<Time>,
    /// The ATIS letter that the pilot has, and the ICAO code of its airport.
    pub atis: Option<(String, char)>,
    /// What the last transmission asked the pilot to confirm, and for which runway.
    #[serde(default)]
    pub confirming: Option<(Wish, Option<Runway>)>,
    /// Cleared direct to a point, or on its own navigation, and not vectored since.
    #[serde(default)]
    pub on_course: bool,
    /// The aircraft has landed at this field, and has not taken off again.
    #[serde(default)]
    pub arrived: bool,
    /// The level that the pilot last asked for, feet.
    #[serde(default)]
    pub wants_level: Option<i32>,
    /// The aircraft has taken off to leave the field, and has not been told to join the circuit since.
    #[serde(default)]
    pub outbound: bool,
    /// The aircraft was told to enter the tower's airspace, to cross it, or to join the circuit.
    #[serde(default)]
    pub entry: bool,
    /// What was approved besides the clearances, in spoken order: a way out, a short approach, orbits. A pilot who asks again gets it confirmed.
    #[serde(default)]
    pub granted: Vec<Item>,
    /// The pilot reported an obstruction on the runway, and heard that it will be looked at. Nobody has reported the runway clear since.
    #[serde(default)]
    pub obstructed: bool,
    /// A tow was requested for this aircraft.
    #[serde(default)]
    pub towed: bool,
    /// Every readback must include the callsign.
    pub strict: bool,
}

/// The most approvals that are remembered.
const GRANTS: usize = 8;

/// Whether an item approves something that no other field of the record holds.
fn grants(item: &Item) -> bool {
    match item {
        Item::PatternWords(w) => w.ends_with(" approved"),
        Item::DepartureApproved(_) | Item::StraightIn => true,
        _ => false,
    }
}

/// Whether an item promises to lead a taxi turn by turn.
fn leads(item: &Item) -> bool {
    matches!(item, Item::Advice(w) if w == crate::surface::LEADS)
}

/// The number of values of earlier transmissions that are kept.
const RECENT: usize = 20;

impl Record {
    /// The pilot's ATIS letter if it is this airport's: another airport's letter means nothing here.
    pub fn letter_of(&self, icao: &str) -> Option<char> {
        self.atis.as_ref().filter(|(of, _)| of == icao).map(|(_, letter)| *letter)
    }

    /// Ends the flight: clearances, assignments, emergencies and wishes do not carry over to the next one. The conversation does: the units
    /// contacted, the instruction to repeat or read back, and this field's ATIS letter.
    pub fn flight_over(&mut self) {
        let was = std::mem::take(self);
        *self = Self {
            contacted: was.contacted,
            pending: was.pending,
            last: was.last,
            issued: was.issued,
            atis: was.atis,
            strict: was.strict,
            ..Self::default()
        };
    }

    /// The takeoff was rejected: the next one needs another clearance.
    pub fn give_up_takeoff(&mut self) {
        self.takeoff = None;
        self.lined_up = None;
    }

    /// Records an instruction that the pilot has heard.
    pub fn issue(&mut self, now: Time, instruction: &Instruction) {
        if !self.contacted.contains(&instruction.from) {
            self.contacted.push(instruction.from);
        }
        // The pilot may read back several transmissions in one.
        let value = |i: &&Item| {
            matches!(i, Item::Runway(_) | Item::Squawk(_) | Item::Pressure(_) | Item::Contact { .. } | Item::Approach { .. })
                || matches!(i, Item::Altitude { .. } | Item::Heading { .. } | Item::Speed(_))
        };
        self.recent.extend(instruction.items.iter().filter(value).cloned());
        self.recent.drain(..self.recent.len().saturating_sub(RECENT));
        let mut runway = None;
        let mut cleared_approach = false;
        self.confirming = None;
        for item in &instruction.items {
            match item {
                Item::Heading { degrees, .. } => self.heading = Some(*degrees),
                Item::Direct(_) | Item::ResumeOwnNavigation | Item::Cleared(_) | Item::RunwayHeading => self.heading = None,
                _ => {}
            }
        }
        for item in instruction.items.iter().filter(|i| grants(i)) {
            self.granted.retain(|g| g != item);
            self.granted.push(item.clone());
            if self.granted.len() > GRANTS {
                self.granted.remove(0);
            }
        }
        for (n, item) in instruction.items.iter().enumerate() {
            match item {
                // An aircraft that leaves the pattern flies no more circuits.
                Item::DepartureApproved(_) if self.closed_traffic.is_some() => (self.closed_traffic, self.wants) = (None, None),
                Item::Services(Services::Tow) => self.towed = true,
                Item::Advice(w) if w == INSPECTED => self.obstructed = true,
                Item::Runway(r) => runway = Some(*r),
                Item::Pushback { facing, .. } => {
                    self.facing.clone_from(facing);
                    // A new departure: what was said on the way in is history.
                    (self.arrived, self.parking) = (false, None);
                }
                Item::Taxi { via, .. } => {
                    self.route.clone_from(via);
                    self.progressive = instruction.items.iter().any(leads);
                    self.taxi = runway;
                    self.takeoff = None;
                    self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
                }
                Item::TaxiToParking { place, via } => {
                    self.route.clone_from(via);
                    self.progressive = instruction.items.iter().any(leads);
                    self.parking = Some(place.clone());
                    self.landing = None;
                    self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
                }
                Item::HoldShort { runway: r, .. } => {
                    self.hold_short = Some(*r);
                    self.lined_up = None;
                    // The aircraft holds short of its departure runway for traffic, so the clearance is owed.
                    let for_traffic = instruction.items.iter().any(|i| matches!(i, Item::Traffic(_)));
                    let departs = self.taxi.is_none_or(|t| t == *r || t == r.reciprocal());
                    if instruction.from == Facility::Tower && for_traffic && departs && !self.owed.contains(&Owed::Takeoff(*r)) {
                        self.owed.push(Owed::Takeoff(*r));
                    }
                }
                Item::Cross { runway: r, .. } => {
                    self.crossing = Some(*r);
                    self.hold_short = None;
                }
                Item::LineUpAndWait => {
                    // The takeoff clearance follows without another request.
                    self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
                    self.owed.extend(runway.map(Owed::Takeoff));
                    self.lined_up = runway;
                    self.behind = instruction.items.iter().any(|i| matches!(i, Item::Condition(_)));
                    self.hold_short = None;
                }
                Item::ClearedForTakeoff { .. } => {
                    self.owed.clear();
                    self.takeoff = runway;
                    self.lined_up = None;
                    self.hold_short = None;
                    self.landing = None;
                }
                Item::CancelTakeoff => {
                    // It was cancelled for traffic, so it is owed again.
                    let for_traffic = instruction.items.iter().any(|i| matches!(i, Item::Traffic(_)));
                    self.owed.extend(self.takeoff.take().filter(|_| for_traffic).map(Owed::Takeoff));
                }
                Item::Cleared(l) => {
                    self.outbound = false;
                    self.landing = runway.or(self.pattern_runway).map(|r| (r, *l));
                }
                Item::RunwayHeading if self.ifr && self.approach.is_some() => {
                    self.missed = true;
                    self.approach = self.approach.take().map(|(kind, _)| (kind, false));
                }
                Item::GoAround => {
                    self.landing = None;
                    let cancelled = |p: &Pending| p.instruction.items.iter().any(|i| matches!(i, Item::Cleared(_)));
                    self.pending = self.pending.take().filter(|p| !cancelled(p));
                }
                Item::ClosedTraffic(side) => {
                    self.closed_traffic = Some(*side);
                    (self.entry, self.outbound, self.straight) = (true, false, false);
                }
                Item::Enter(..) | Item::StraightIn => {
                    self.pattern_runway = runway.or(self.pattern_runway);
                    (self.entry, self.outbound) = (true, false);
                    self.joins = if let Item::Enter(side, _) = item { Some(*side) } else { None };
                    self.enters = if let Item::Enter(_, leg) = item { Some(*leg) } else { None };
                    self.straight = matches!(item, Item::StraightIn);
                }
                Item::ChangeRunway(r) => self.pattern_runway = Some(*r),
                Item::Squawk(code) => self.squawk = Some(*code),
                Item::SquawkVfr | Item::RadarServiceTerminated => {
                    self.bravo = false;
                    self.squawk = None;
                    self.radar = false;
                    self.approach = None;
                }
                Item::ClearedTo { procedure, .. } => {
                    self.ifr = true;
                    self.ifr_cancelled = false;
                    self.departure.clone_from(procedure);
                }
                Item::IfrCancelled => {
                    self.ifr = false;
                    self.ifr_cancelled = true;
                    self.departure = None;
                    self.altitude_ft = None;
                    (self.expects, self.missed, self.deviating) = (None, false, false);
                }
                Item::Approach { kind, expect } => {
                    self.holding = false;
                    self.approach = Some((kind.clone(), !*expect));
                    self.circles = None;
                    let behind = instruction.items.get(n + 1).and_then(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
                    self.expects = behind.or(runway).or(self.expects);
                    if !*expect {
                        (self.missed, self.deviating) = (false, false);
                        // An approach clearance includes the descent.
                        cleared_approach = true;
                    }
                }
                Item::Report(ReportPoint::Leg(side @ Some(_), Leg::Base | Leg::Downwind)) => self.joins = *side,
                Item::Contact { .. } | Item::Monitor { .. } => self.sent_to = Some((item.clone(), now)),
                Item::RadarContact(_) => self.radar = true,
                Item::Altitude { feet, .. } => (self.altitude_ft, self.on_top) = (Some(*feet), false),
                Item::OnTop(_) => (self.altitude_ft, self.on_top) = (None, true),
                Item::Circle(r) => self.circles = Some(*r),
                Item::ClearedThrough(_) | Item::ClearedInto(_) => {
                    self.bravo = true;
                    self.wants_through = None;
                }
                Item::SpecialVfr { out, .. } => {
                    self.special_vfr = true;
                    self.wants = self.wants.filter(|_| *out);
                }
                // A visual flight that chooses its altitude has none to keep.
                Item::Advice(w) if !self.ifr && w.contains("discretion, maintain VFR") => self.altitude_ft = None,
                // A pilot who leaves the pattern needs nothing more from it.
                Item::FrequencyChangeApproved => {
                    (self.entry, self.straight) = (false, false);
                    self.landing = None;
                    (self.wants, self.closed_traffic, self.pattern_runway, self.joins) = (None, None, None, None);
                }
                Item::TransitionApproved(_) => (self.wants_through, self.entry) = (None, true),
                Item::PatternWords(w) if w.starts_with("enter control zone") || w.starts_with("join ") => {
                    // The runway follows the way in.
                    let to = instruction.items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
                    self.pattern_runway = to.or(self.pattern_runway);
                    (self.entry, self.outbound) = (true, false);
                }
                Item::PatternWords(w) if w.contains("call your base") => self.owed.push(Owed::Base),
                Item::PatternWords(w) if w.starts_with("turn base") => self.owed.retain(|o| *o != Owed::Base),
                // A pilot who is not ready is not sent off.
                Item::Advice(w) if w.starts_with("advise when ready") => self.owed.retain(|o| !matches!(o, Owed::Takeoff(_))),
                Item::HoldForRelease => {
                    self.void_min = None;
                    self.owed.push(Owed::Release);
                }
                Item::VoidTime { off_by, .. } => self.void_min = Some(*off_by),
                Item::Released => self.owed.retain(|o| *o != Owed::Release),
                Item::Deviation { .. } => self.deviating = true,
                Item::Hold(hold) => {
                    (self.holding, self.holds_until, self.on_course) = (true, self.holds_until.filter(|_| self.holding), true);
                    self.hold = Some(hold.clone());
                }
                Item::ExpectFurther(minutes) | Item::ExpectedApproach(minutes) => self.holds_until = Some(*minutes),
                Item::Direct(_) | Item::ResumeOwnNavigation => (self.deviating, self.on_course, self.holding) = (false, true, false),
                Item::RunwayHeading if self.landing.is_some() => {
                    // The aircraft has gone around: the clearance was for the landing that did not happen.
                    (self.landing, self.on_course, self.holding) = (None, false, false);
                }
                Item::RunwayHeading => (self.on_course, self.holding, self.deviating) = (false, false, false),
                Item::Heading { .. } | Item::TurnDegrees { .. } => {
                    (self.on_course, self.holding, self.deviating, self.missed) = (false, false, false, false);
                }
                Item::Advice(w) if w.ends_with("clear of weather") => self.deviating = true,
                Item::NoGyro => (self.no_gyro, self.on_course, self.heading) = (true, false, None),
                Item::StartTurn(side) => self.turning = Some(*side),
                Item::StopTurn => self.turning = None,
                Item::Advice(w) if w.contains("half standard rate") => self.half_rate = true,
                Item::Speed(kt) => self.speed_kt = Some(*kt),
                Item::RogerEmergency(e) => (self.emergency, self.no_emergency) = (Some(*e), false),
                Item::Services(Services::Alerted) => self.alerted = true,
                Item::EmergencyCancelled => {
                    // Nothing of it stays.
                    (self.emergency, self.plight, self.alerted, self.no_emergency) = (None, None, false, true);
                }
                Item::Advice(w) if w == PRIORITY && self.emergency.is_none() => self.emergency = Some(Emergency::Pan),
                Item::Confirm { wish, runway } => self.confirming = Some((*wish, *runway)),
                _ => {}
            }
            if let (Item::Enter(..) | Item::StraightIn, None) = (item, runway) {
                // The runway follows a pattern entry.
                self.pattern_runway = instruction.items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
            }
        }
        if cleared_approach {
            self.altitude_ft = None;
        }
        self.keep_help(&instruction.items);
        if super::readback::needs_readback(&instruction.items) {
            self.pending = Some(Pending { instruction: instruction.clone(), since: now, asked: 0, whole: instruction.items.clone() });
        }
        self.last = Some(instruction.clone());
        self.issued = Some(now);
    }

    /// The code shows on radar, so the pilot heard it and owes no readback of it.
    pub fn shown(&mut self, transponder: Option<Squawk>) {
        let seen = transponder.is_some() && transponder == self.squawk;
        if let Some(p) = self.pending.as_ref().filter(|_| seen) {
            let rest: Vec<Item> =
                p.instruction.items.iter().filter(|i| !matches!(i, Item::Squawk(_) | Item::Pressure(_))).cloned().collect();
            if !super::readback::needs_readback(&rest) {
                self.pending = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instruction::Address;
    use crate::phase::Phase;

    fn told(record: &mut Record, items: Vec<Item>) {
        let to = "N172SP".parse().unwrap();
        record.issue(Time(0), &Instruction { to, address: Address::Full, from: Facility::Approach, station: None, items });
    }

    #[test]
    fn assigned_heading_is_known_until_the_aircraft_navigates() {
        let mut record = Record::default();
        told(&mut record, vec![Item::Heading { turn: Some(Side::Left), degrees: 215 }]);
        told(&mut record, vec![Item::Speed(210)]);
        assert_eq!(record.heading, Some(215), "a speed leaves the heading as it is");
        told(&mut record, vec![Item::ResumeOwnNavigation]);
        assert_eq!(record.heading, None);
    }

    #[test]
    fn landing_clearance_ends_with_a_low_approach_and_a_go_around() {
        let mut record = Record { landing: Some((Runway::new(28, None).unwrap(), Landing::LowApproach)), ..Record::default() };
        record.observe(Phase::Final, Phase::Crosswind);
        assert_eq!(record.landing, None, "the approach touched nothing");
        let mut record = Record { landing: Some((Runway::new(28, None).unwrap(), Landing::FullStop)), ..Record::default() };
        told(&mut record, vec![Item::RunwayHeading]);
        assert_eq!(record.landing, None);
    }
}
