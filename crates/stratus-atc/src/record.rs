//! The clearance record: what this aircraft has been told and was heard to be told. It changes only by delivered
//! instructions and by what the aircraft is seen to do; no word of a pilot or a language model writes to it.

use serde::{Deserialize, Serialize};

use super::instruction::{Emergency, Instruction, Item, Landing, Wish};
use super::phase::Phase;
use crate::units::{Facility, Runway, Side, Squawk, Time};

/// An instruction whose readback is awaited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// What was said.
    pub instruction: Instruction,
    /// Since when.
    pub since: Time,
    /// How often the readback has been asked for again.
    pub asked: u8,
    /// All that was said with it: a pilot who was corrected may read the whole back.
    #[serde(default)]
    pub whole: Vec<Item>,
}

/// What the controller owes the pilot: said of his own accord as soon as it can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// A take-off clearance, once the traffic that the aircraft was told to hold short for is gone.
    Takeoff(Runway),
    /// A release, at a field without a tower.
    Release,
    /// The base turn, after a longer downwind leg.
    Base,
}

/// The trouble of a pilot who cannot find the way alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plight {
    /// Does not know where they are.
    Lost,
    /// In cloud, under visual flight rules.
    InCloud,
}

/// What the aircraft is cleared for.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Record {
    /// Units that have answered this aircraft before: from then on names are short.
    pub contacted: Vec<Facility>,
    /// Runway to which it taxis.
    pub taxi: Option<Runway>,
    /// Runways it must hold short of.
    pub hold_short: Option<Runway>,
    /// Lined up with leave.
    pub lined_up: Option<Runway>,
    /// Cleared for take-off.
    pub takeoff: Option<Runway>,
    /// Cleared to land, or kin.
    pub landing: Option<(Runway, Landing)>,
    /// Works in the pattern, on this side.
    pub closed_traffic: Option<Side>,
    /// What the pilot wants at the end of this circuit.
    pub wants: Option<Landing>,
    /// What the pilot wants after take-off, in their words.
    pub wants_departure: Option<String>,
    /// The runway they were told to enter the pattern for.
    pub pattern_runway: Option<Runway>,
    /// The side on which it was told to enter the pattern.
    #[serde(default)]
    pub joins: Option<Side>,
    /// The kind of flight information that the pilot asked for.
    #[serde(default)]
    pub service: Option<String>,
    /// Where it was told to taxi in.
    pub parking: Option<String>,
    /// A code was assigned.
    pub squawk: Option<Squawk>,
    /// Radar contact.
    pub radar: bool,
    /// Cleared under instrument flight rules, and not cancelled.
    pub ifr: bool,
    /// The departure procedure that it was cleared by.
    pub departure: Option<String>,
    /// May cross this runway.
    pub crossing: Option<Runway>,
    /// The approach to expect, or cleared for (`true`).
    pub approach: Option<(String, bool)>,
    /// The landing runway that an instrument flight was told to expect: vectors, clearances and the tower keep to it.
    #[serde(default)]
    pub expects: Option<Runway>,
    /// Missed the approach, and has not begun another one.
    #[serde(default)]
    pub missed: bool,
    /// The pilot gave the IFR clearance back: a filed plan does not bring it back.
    #[serde(default)]
    pub ifr_cancelled: bool,
    /// Deviates from the course around weather, and has not reported clear of it.
    #[serde(default)]
    pub deviating: bool,
    /// What the controller owes.
    #[serde(default)]
    pub owed: Vec<Owed>,
    /// Sent to this unit, and when; the aircraft should be gone.
    pub sent_to: Option<(Item, Time)>,
    /// Cleared altitude, feet.
    pub altitude_ft: Option<i32>,
    /// Cleared into or through class B airspace.
    pub bravo: bool,
    /// May fly below the minima of visual flight (special VFR).
    pub special_vfr: bool,
    /// The pilot asked for a way through the airspace, at these feet.
    pub wants_through: Option<i32>,
    /// And named class B.
    #[serde(default)]
    pub wants_bravo: bool,
    /// Assigned speed, knots.
    pub speed_kt: Option<u16>,
    /// An emergency was declared.
    pub emergency: Option<Emergency>,
    /// Lost, or in cloud, by the pilot's own words.
    #[serde(default)]
    pub plight: Option<Plight>,
    /// Readback awaited.
    pub pending: Option<Pending>,
    /// The last instruction, for "say again".
    pub last: Option<Instruction>,
    /// When it was issued.
    pub issued: Option<Time>,
    /// The ATIS letter that the pilot has, and the ICAO code of the airport whose it is.
    pub atis: Option<(String, char)>,
    /// What the pilot was asked to confirm in the last transmission, and of which runway.
    #[serde(default)]
    pub confirming: Option<(Wish, Option<Runway>)>,
    /// The pilot wants to be held to the callsign in every readback.
    pub strict: bool,
}

impl Record {
    /// The ATIS letter that the pilot has of this airport: another one's says nothing here.
    pub fn letter_of(&self, icao: &str) -> Option<char> {
        self.atis.as_ref().filter(|(of, _)| of == icao).map(|(_, letter)| *letter)
    }

    /// The flight is over: nothing that was cleared, assigned, declared or wished in it is of the next one. The conversation
    /// goes on: whom the pilot has spoken to, what is said again or read back, and the letter of this field.
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

    /// The take-off was given up: the next one needs another clearance.
    pub fn give_up_takeoff(&mut self) {
        self.takeoff = None;
        self.lined_up = None;
    }

    /// Notes an instruction that the pilot has heard.
    pub fn issue(&mut self, now: Time, instruction: &Instruction) {
        if !self.contacted.contains(&instruction.from) {
            self.contacted.push(instruction.from);
        }
        let mut runway = None;
        let mut cleared_approach = false;
        self.confirming = None;
        for (n, item) in instruction.items.iter().enumerate() {
            match item {
                Item::Runway(r) => runway = Some(*r),
                Item::Taxi { .. } => {
                    self.taxi = runway;
                    self.takeoff = None;
                    self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
                }
                Item::TaxiToParking { place, .. } => {
                    self.parking = Some(place.clone());
                    self.landing = None;
                }
                Item::HoldShort { runway: r, .. } => {
                    self.hold_short = Some(*r);
                    self.lined_up = None;
                    // Short of the runway that it departs from, for traffic: the clearance is owed.
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
                    self.owed.retain(|o| !matches!(o, Owed::Takeoff(_)));
                    self.lined_up = runway;
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
                    // For traffic, it is owed again.
                    let for_traffic = instruction.items.iter().any(|i| matches!(i, Item::Traffic(_)));
                    self.owed.extend(self.takeoff.take().filter(|_| for_traffic).map(Owed::Takeoff));
                }
                Item::Cleared(l) => self.landing = runway.or(self.pattern_runway).map(|r| (r, *l)),
                Item::RunwayHeading if self.ifr && self.approach.is_some() => {
                    self.missed = true;
                    self.approach = self.approach.take().map(|(kind, _)| (kind, false));
                }
                Item::GoAround => self.landing = None,
                Item::ClosedTraffic(side) => self.closed_traffic = Some(*side),
                Item::Enter(..) | Item::StraightIn => {
                    self.pattern_runway = runway.or(self.pattern_runway);
                    self.joins = if let Item::Enter(side, _) = item { Some(*side) } else { None };
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
                    self.approach = Some((kind.clone(), !*expect));
                    let behind = instruction.items.get(n + 1).and_then(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
                    self.expects = behind.or(runway).or(self.expects);
                    self.missed = false;
                    if !*expect {
                        // Whoever is cleared for an approach descends by it.
                        cleared_approach = true;
                    }
                }
                Item::Contact { .. } | Item::Monitor { .. } => self.sent_to = Some((item.clone(), now)),
                Item::RadarContact(_) => self.radar = true,
                Item::Altitude { feet, .. } => self.altitude_ft = Some(*feet),
                Item::ClearedThrough(_) | Item::ClearedInto(_) => {
                    self.bravo = true;
                    self.wants_through = None;
                }
                Item::SpecialVfr { out, .. } => {
                    self.special_vfr = true;
                    self.wants = self.wants.filter(|_| *out);
                }
                // Whoever leaves the pattern has had what they wanted of it.
                Item::FrequencyChangeApproved => {
                    self.landing = None;
                    (self.wants, self.closed_traffic, self.pattern_runway, self.joins) = (None, None, None, None);
                }
                Item::TransitionApproved(_) => self.wants_through = None,
                Item::PatternWords(w) if w.contains("call your base") => self.owed.push(Owed::Base),
                Item::PatternWords(w) if w.starts_with("turn base") => self.owed.retain(|o| *o != Owed::Base),
                Item::HoldForRelease => self.owed.push(Owed::Release),
                Item::Released => self.owed.retain(|o| *o != Owed::Release),
                Item::Deviation { .. } => self.deviating = true,
                Item::Direct(_) | Item::ResumeOwnNavigation => self.deviating = false,
                Item::Speed(kt) => self.speed_kt = Some(*kt),
                Item::RogerEmergency(e) => self.emergency = Some(*e),
                Item::EmergencyCancelled => self.emergency = None,
                Item::Confirm { wish, runway } => self.confirming = Some((*wish, *runway)),
                _ => {}
            }
            if let (Item::Enter(..) | Item::StraightIn, None) = (item, runway) {
                // The runway stands behind a pattern entry.
                self.pattern_runway = instruction.items.iter().find_map(|i| if let Item::Runway(r) = i { Some(*r) } else { None });
            }
        }
        if cleared_approach {
            self.altitude_ft = None;
        }
        if super::readback::needs_readback(&instruction.items) {
            self.pending = Some(Pending { instruction: instruction.clone(), since: now, asked: 0, whole: instruction.items.clone() });
        }
        self.last = Some(instruction.clone());
        self.issued = Some(now);
    }

    /// The code is seen on the screen: whoever shows it has heard it, and owes no readback of it.
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

    /// Notes what the aircraft is seen to do: a clearance that has been used is gone.
    pub fn observe(&mut self, was: Phase, is: Phase) {
        if was == is {
            return;
        }
        // Wheels that touch once more while it becomes airborne are still that take-off.
        if was == Phase::Departure && is != Phase::TakeoffRoll {
            self.takeoff = None;
        }
        match is {
            Phase::Departure | Phase::Crosswind => {
                self.taxi = None;
                self.lined_up = None;
            }
            Phase::TaxiIn => {
                (self.plight, self.joins) = (None, None);
                self.special_vfr = false;
                self.bravo = false;
                self.speed_kt = None;
                self.landing = None;
                self.closed_traffic = None;
                self.approach = None;
                self.altitude_ft = None;
                (self.expects, self.missed, self.deviating) = (None, false, false);
            }
            Phase::Final | Phase::LandingRoll => self.owed.retain(|o| *o != Owed::Base),
            Phase::GoAround => {
                self.owed.retain(|o| *o != Owed::Base);
                self.landing = None;
                self.approach = self.approach.take().map(|(kind, _)| (kind, false));
                self.missed = self.ifr;
            }
            // Who stops at a stand without having flown only waits there.
            Phase::Parked if was == Phase::TaxiIn => self.flight_over(),
            _ => {}
        }
        // A clearance that has been used needs no readback any more.
        let used = self.pending.as_ref().is_some_and(|p| {
            p.instruction.items.iter().any(|i| match i {
                Item::Cleared(_) => matches!(is, Phase::LandingRoll | Phase::TaxiIn | Phase::GoAround),
                Item::ClearedForTakeoff { .. } => is.airborne(),
                _ => false,
            })
        });
        if used {
            self.pending = None;
        }
        if matches!(was, Phase::LandingRoll) && is == Phase::Departure {
            self.landing = None;
        }
    }
}
