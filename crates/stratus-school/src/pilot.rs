//! The pilot: the stage of the flight, what the pilot needs from the controller to continue, and when to call.

mod flying;
mod talking;

use std::collections::VecDeque;

use stratus_airports::runway::Geometry;
use stratus_airports::{Airport, Station};
use stratus_atc::instruction::{Item, Leg};
use stratus_units::{Facility, LatLon, Runway, Squawk};

use crate::aircraft::Aircraft;
use crate::answers::Need;
use crate::dice::Dice;
use crate::guide::{self, Guide};
use crate::layout::Step;
use crate::readback::Error;
use crate::sortie::{Begin, Mission, Sortie};
use crate::told::Told;
use crate::words::Words;

/// The stage of a flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// At the stand.
    Gate,
    /// Being pushed back.
    Pushing,
    /// Taxiing to the runway.
    TaxiOut,
    /// At the holding point.
    AtHold,
    /// Entering the runway.
    LiningUp,
    /// On the runway, waiting.
    LinedUp,
    /// On the take-off roll.
    Roll,
    /// Climbing out on an instrument flight.
    Departing,
    /// En route.
    Enroute,
    /// Near the destination of an instrument flight.
    Arriving,
    /// Approaching the field from outside on a visual flight.
    Inbound,
    /// In the traffic pattern.
    Pattern,
    /// On an instrument or visual approach.
    Final,
    /// After a missed approach.
    Around,
    /// On the runway after landing.
    Rollout,
    /// Turning off the runway.
    Exiting,
    /// Clear of it.
    Vacated,
    /// Taxiing to the stand.
    TaxiIn,
    /// Parked: the flight is over.
    Done,
}

/// How a flight ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Parked after the planned flight.
    Completed,
    /// It could not continue.
    Stuck {
        /// The stage at which it stopped.
        stage: Stage,
        /// What was missing.
        need: Need,
        /// What the controller did instead.
        why: String,
    },
}

/// A request that the pilot waits for.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    need: Need,
    tries: u8,
    /// When it is repeated.
    next: u32,
    /// Since when the controller owes the answer.
    owed: Option<u32>,
    /// The result of each call.
    heard: Vec<String>,
}

impl Asked {
    fn new(need: Need, next: u32) -> Self {
        Self { need, tries: 0, next, owed: None, heard: Vec::new() }
    }

    /// The most frequent result.
    fn usual(&self) -> String {
        let count = |what: &String| self.heard.iter().filter(|h| *h == what).count();
        // Of equally frequent ones the first.
        let most = self.heard.iter().rev().max_by_key(|what| count(what));
        most.cloned().unwrap_or_else(|| "nothing heard".to_owned())
    }
}

/// Something that the pilot must say first.
#[derive(Debug, Clone, PartialEq)]
enum Due {
    /// A readback of these items.
    Readback(Vec<Item>),
    /// An answer, by the key of its wording.
    Say(&'static str),
    /// No words: change to another frequency.
    Tune(Station),
}

/// A call by the pilot.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The words as they are recognised.
    pub words: String,
    /// The need that it asks for.
    pub need: Option<Need>,
    /// Whether it is a readback.
    pub readback: bool,
    /// The deliberate error in it.
    pub error: Option<Error>,
    /// Whether another transmission blocks it.
    pub blocked: bool,
}

/// The pilot of a flight. Times are seconds since its beginning.
#[derive(Debug)]
pub struct Pilot<'a> {
    s: &'a Sortie,
    words: &'a Words,
    dice: Dice,
    /// The stage of the flight.
    pub stage: Stage,
    since: u32,
    /// The instructions that are active.
    pub told: Told,
    /// The unit whose frequency is tuned.
    pub tuned: Option<Station>,
    /// The transponder code.
    pub squawk: Squawk,
    /// How the flight ended.
    pub outcome: Option<Outcome>,
    /// Frequencies that the pilot found without a handoff.
    pub found_alone: u32,
    guide: Option<Guide>,
    path: VecDeque<Step>,
    stand: Option<LatLon>,
    runway: Option<Geometry>,
    /// Touch-and-goes before the last landing.
    touch_and_goes: u8,
    around: u8,
    airborne: Option<u32>,
    checked_in: bool,
    vacated_told: bool,
    asked: Option<Asked>,
    due: VecDeque<(u32, Due)>,
    given_up: Vec<Need>,
    wishes: Vec<Need>,
    /// The controller's last transmission that required something of this pilot.
    last: Vec<Item>,
    corrections: u8,
    /// How often the last transmission has been read back.
    repeats: u8,
    letter: char,
    /// The number of the stand, as it is spoken.
    stand_number: String,
    /// When the controller was last heard.
    heard: u32,
    /// How often each need has occurred.
    times: Vec<(Need, u8)>,
    /// The pilot goes around once, although cleared to land.
    goes_around: bool,
    /// The engine stops, or runs rough.
    distress: bool,
    /// There is an emergency.
    pub(crate) in_trouble: bool,
}

/// How often a pilot makes a request before giving up.
const TRIES: u8 = 5;
/// How long a pilot waits for something that is owed, seconds.
const OWED_FOR: u32 = 900;
/// A flight that was promised an approach and hears nothing for this long asks again, seconds.
const FORGOTTEN: u32 = 240;
/// How often a need that was granted may recur before the flight is stuck.
const TIMES: u8 = 5;
/// The time without an answer after which a call is repeated, seconds.
const PATIENCE: u32 = 14;

impl<'a> Pilot<'a> {
    /// The pilot and the aircraft at the beginning of the flight. `None` if the airport has no usable geometry.
    pub fn new(s: &'a Sortie, words: &'a Words) -> Option<(Self, Aircraft)> {
        let mut dice = Dice::new(s.seed, 20);
        let letter = char::from(b'A' + dice.below(26) as u8);
        let stand_number = stratus_atc::spoken::characters(&(1 + dice.below(38)).to_string());
        let vfr = s.region().vfr_code.parse().unwrap_or(Squawk::VFR_ICAO);
        let mut wishes = Vec::new();
        if dice.percent(10.0) {
            wishes.push(Need::RadioCheck);
        }
        if dice.percent(10.0) {
            wishes.push(Need::Weather);
        }
        // Use a separate generator, so that these faults do not change other draws.
        let mut faults = Dice::new(s.seed, 21);
        let goes_around = faults.percent(s.faults.goes_around);
        let distress = faults.percent(50.0);
        let in_trouble = faults.percent(s.faults.emergency);
        if in_trouble {
            wishes.push(Need::Help);
        }
        if s.mission == Mission::Instruments {
            wishes.extend([Need::Higher, Need::Direct, Need::Deviation].into_iter().filter(|_| dice.percent(40.0)));
        }
        let mut pilot = Self {
            s,
            words,
            dice,
            stage: Stage::Gate,
            since: 0,
            told: Told::default(),
            tuned: None,
            squawk: vfr,
            outcome: None,
            found_alone: 0,
            guide: None,
            path: VecDeque::new(),
            stand: None,
            runway: stratus_airports::runway::geometry(&s.from, s.runway),
            touch_and_goes: s.touch_and_goes,
            around: 0,
            airborne: None,
            checked_in: false,
            vacated_told: false,
            asked: None,
            due: VecDeque::new(),
            given_up: Vec::new(),
            wishes,
            last: Vec::new(),
            corrections: 0,
            repeats: 0,
            letter,
            stand_number,
            heard: 0,
            times: Vec::new(),
            goes_around,
            distress,
            in_trouble,
        };
        let aircraft = pilot.begin()?;
        Some((pilot, aircraft))
    }

    /// The outcome of a flight that did not end in time.
    pub fn out_of_time(&self) -> Outcome {
        let need = self.asked.as_ref().map(|asked| asked.need).or(self.times.last().map(|(n, _)| *n)).unwrap_or(Need::CheckIn);
        Outcome::Stuck { stage: self.stage, need, why: "the time is over".into() }
    }

    /// The field where the flight is, or to which it flies.
    pub fn field(&self) -> &'a Airport {
        let leaving = matches!(
            self.stage,
            Stage::Gate
                | Stage::Pushing
                | Stage::TaxiOut
                | Stage::AtHold
                | Stage::LiningUp
                | Stage::LinedUp
                | Stage::Roll
                | Stage::Departing
        );
        if leaving { &self.s.from } else { &self.s.to }
    }

    /// The runway that the pilot uses, or intends to use.
    pub fn runway(&self) -> Option<Runway> {
        self.runway.map(|g| g.runway)
    }

    /// The runway that the pilot expects at the field, given the wind.
    fn expected(&self, field: &Airport) -> Option<Geometry> {
        let w = &self.s.weather;
        let runway = stratus_airports::runway::active(field, w.wind_dir, w.wind_kt)?;
        stratus_airports::runway::geometry(field, runway)
    }

    fn enter(&mut self, stage: Stage, t: u32) {
        self.stage = stage;
        self.since = t;
    }

    fn station(field: &Airport, wanted: &[Facility]) -> Option<Station> {
        wanted.iter().find_map(|f| field.stations.iter().find(|s| s.facility == *f)).cloned()
    }

    fn tune(&mut self, station: Station) {
        if self.tuned.as_ref().is_none_or(|s| !s.frequency.same_channel(station.frequency)) {
            self.checked_in = false;
            self.asked = None;
        }
        self.told.contact = None;
        self.tuned = Some(station);
    }

    /// Tunes the first of these units that the field has, as a pilot with a chart does. Units that share a frequency
    /// are called by their own names.
    fn tune_own(&mut self, field: &Airport, wanted: &[Facility]) {
        if let Some(s) = Self::station(field, wanted)
            && self.tuned.as_ref() != Some(&s)
        {
            self.tune(s);
        }
    }

    fn on(&self, facility: Facility) -> bool {
        self.tuned.as_ref().is_some_and(|s| s.facility == facility)
    }

    /// What the pilot needs now to continue.
    fn need(&self, t: u32, a: &Aircraft) -> Option<Need> {
        let told = &self.told;
        let waited = t.saturating_sub(self.since);
        let instruments = self.s.mission == Mission::Instruments;
        let open = |n: Need| Some(n).filter(|n| !self.given_up.contains(n));
        match self.stage {
            Stage::Enroute | Stage::Pattern if self.in_trouble(waited) => Some(Need::Help),
            Stage::Gate if instruments && !told.clearance => Some(Need::Clearance),
            Stage::Gate if instruments && self.s.kind.airline && !told.push => Some(Need::Push),
            Stage::Gate => self.wish(&[Need::RadioCheck, Need::Weather]).or(told.taxi.is_none().then_some(Need::Taxi)),
            Stage::TaxiOut | Stage::TaxiIn => self.crossing().filter(|r| !told.may_cross(*r) && a.speed_kt < 1.0).map(Need::Cross),
            Stage::AtHold if told.takeoff.is_none() && !told.line_up => Some(Need::Departure),
            Stage::LinedUp if told.takeoff.is_none() && waited > 120 => Some(Need::Departure),
            Stage::Inbound if told.join.is_none() && told.landing.is_none() => Some(Need::Join),
            Stage::Pattern | Stage::Final if told.landing.is_none() => self.landing_need(a),
            Stage::Vacated if !self.vacated_told => open(Need::Vacated),
            Stage::Vacated if !told.parking => Some(Need::Parking),
            Stage::Departing if !instruments => {
                let away = a.position.distance_nm(self.s.from.position) > 6.0;
                if self.on(Facility::Tower) && !told.leave { open(Need::Leave).filter(|_| away) } else { None }
            }
            Stage::Enroute if !instruments => {
                let radar =
                    self.tuned.as_ref().is_some_and(|s| matches!(s.facility, Facility::Departure | Facility::Approach | Facility::Center));
                open(Need::Following).filter(|_| radar && self.to_go_nm(a) > 16.0)
            }
            Stage::Departing => {
                let tower_too_long = self.on(Facility::Tower) && self.airborne.is_some_and(|up| t.saturating_sub(up) > 240);
                if tower_too_long { open(Need::Next) } else { self.check_in() }
            }
            Stage::Enroute => self.check_in().or_else(|| self.enroute_need(a, waited)),
            Stage::Arriving => {
                let unheard = t.saturating_sub(self.heard);
                let quiet = told.approach.is_none() && waited > 60 && unheard > 40 || unheard > FORGOTTEN;
                let cleared = told.approach.as_ref().is_some_and(|(_, _, cleared)| *cleared);
                self.check_in().or((quiet && !cleared || unheard > FORGOTTEN).then_some(Need::Approach))
            }
            Stage::Around if instruments && told.approach.is_none() => Some(Need::Another),
            _ => None,
        }
    }

    /// Whether the engine fails: in the pattern, or some minutes into the flight.
    fn in_trouble(&self, waited: u32) -> bool {
        let downwind = self.guide.as_ref().and_then(Guide::leg) == Some(Leg::Downwind);
        self.wish(&[Need::Help]).is_some() && (downwind || self.stage == Stage::Enroute && waited > 150)
    }

    fn wish(&self, of: &[Need]) -> Option<Need> {
        self.wishes.iter().find(|w| of.contains(w) && !self.given_up.contains(w)).copied()
    }

    /// The pilot calls a radar unit as soon as it is tuned.
    fn check_in(&self) -> Option<Need> {
        let radar = self.tuned.as_ref().is_some_and(|s| matches!(s.facility, Facility::Departure | Facility::Approach | Facility::Center));
        (radar && !self.checked_in).then_some(Need::CheckIn)
    }

    fn landing_need(&self, a: &Aircraft) -> Option<Need> {
        let g = self.runway?;
        let (before, _) = guide::before(&g, a.position);
        let due = match self.guide.as_ref().and_then(Guide::leg) {
            Some(Leg::Downwind) => before > -0.4 * g.length_ft / stratus_units::FT_PER_NM,
            Some(Leg::Final) => before < if self.stage == Stage::Final { 6.0 } else { 2.5 },
            _ => false,
        };
        (due && (self.on(Facility::Tower) || !self.controlled_by_tower())).then_some(Need::Landing)
    }

    fn controlled_by_tower(&self) -> bool {
        Self::station(self.field(), &[Facility::Tower]).is_some()
    }

    fn to_go_nm(&self, a: &Aircraft) -> f64 {
        a.position.distance_nm(self.s.to.position)
    }

    fn enroute_need(&self, a: &Aircraft, waited: u32) -> Option<Need> {
        let open = |n: Need| Some(n).filter(|n| !self.given_up.contains(n));
        let to_go = self.to_go_nm(a);
        let assigned = self.told.altitude.map(|(ft, _)| f64::from(ft));
        let level = assigned.is_none_or(|ft| (ft - a.altitude_ft).abs() < 200.0);
        let down_nm = (a.altitude_ft - self.s.to.elevation_ft - 3000.0) / 318.0 * 1.1 + 6.0;
        let lower = assigned.is_some_and(|ft| ft < a.altitude_ft - 500.0);
        if to_go < down_nm && !lower && a.altitude_ft > self.s.to.elevation_ft + 4500.0 {
            return Some(Need::Descent);
        }
        let here = self.tuned.as_ref().is_some_and(|s| self.s.to.stations.iter().any(|o| o.frequency.same_channel(s.frequency)));
        if to_go < 42.0 && !here && Self::station(&self.s.to, &[Facility::Approach]).is_some() {
            return open(Need::Next);
        }
        let below = assigned.is_some_and(|ft| ft < self.s.cruise_ft - 900.0);
        if level && below && waited > 100 && to_go > down_nm + 15.0 {
            return open(Need::Higher);
        }
        if waited > 200 && to_go > 45.0 { self.wish(&[Need::Direct, Need::Deviation]) } else { None }
    }

    /// The runway before which the aircraft waits on its way.
    fn crossing(&self) -> Option<Runway> {
        self.path.front().and_then(|s| s.stop)
    }

    /// The beginning of the flight, and what was said before it.
    fn begin(&mut self) -> Option<Aircraft> {
        let g = self.runway?;
        let ground = |position, heading| Aircraft {
            kind: self.s.kind,
            position,
            altitude_ft: self.s.from.elevation_ft,
            heading,
            speed_kt: 0.0,
            climb_fpm: 0.0,
            on_ground: true,
        };
        let stand = crate::layout::parking(&self.s.from, self.s.runway)?;
        let first = [Facility::Ground, Facility::Tower];
        match self.s.begin {
            Begin::Gate => {
                let delivery = [Facility::Clearance, Facility::Ground, Facility::Tower];
                let a = ground(stand, g.heading + 90.0);
                self.stand = Some(stand);
                let right: &[Facility] = if self.s.mission == Mission::Instruments { &delivery } else { &first };
                let wrong = Dice::new(self.s.seed, 22).percent(self.s.faults.wrong_unit);
                self.tuned = Self::station(&self.s.from, if wrong { &[Facility::Tower] } else { right });
                Some(a)
            }
            Begin::Hold => {
                let last = crate::layout::out(&self.s.from, stand, self.s.runway)?.pop()?.at;
                let a = ground(last, last.bearing(crate::layout::spot(&g, g.place(last).along, 0.0)));
                self.stand = Some(stand);
                self.stage = Stage::AtHold;
                self.told.taxi = Some(self.s.runway);
                self.tuned = Self::station(&self.s.from, &[Facility::Tower]);
                Some(a)
            }
            Begin::Cruise | Begin::Inbound => self.begin_in_the_air(),
        }
    }

    fn begin_in_the_air(&mut self) -> Option<Aircraft> {
        let s = self.s;
        self.airborne = Some(0);
        self.stand = crate::layout::parking(&s.to, self.expected(&s.to)?.runway);
        self.runway = self.expected(&s.to);
        let field = &s.to;
        let bearing = self.dice.between(0.0, 360.0);
        let (position, altitude_ft, speed_kt) = match (s.mission, s.begin) {
            (Mission::Instruments, Begin::Cruise) => {
                let at = crate::hills::along(s.from.position, s.from.position.bearing(field.position), 20.0);
                (at, s.cruise_ft, s.kind.cruise_kt)
            }
            (Mission::Instruments, _) => (
                crate::hills::along(field.position, bearing, 38.0),
                (field.elevation_ft + 7000.0).min(s.cruise_ft.max(field.elevation_ft + 4000.0)),
                s.kind.cruise_kt.min(250.0),
            ),
            _ => (crate::hills::along(field.position, bearing, 13.0), field.elevation_ft + 2500.0, s.kind.cruise_kt),
        };
        let altitude_ft = (altitude_ft / 100.0).round() * 100.0;
        self.guide = Some(Guide::To(field.position));
        if s.mission == Mission::Instruments {
            self.told.clearance = true;
            self.told.altitude = Some((altitude_ft as i32, false));
            self.enter(if s.begin == Begin::Cruise { Stage::Enroute } else { Stage::Arriving }, 0);
            let from = if s.begin == Begin::Cruise { &s.from } else { field };
            self.tuned = Self::station(from, &[Facility::Approach, Facility::Departure, Facility::Center])
                .or_else(|| Self::station(field, &[Facility::Approach, Facility::Tower]));
            self.squawk = "2345".parse().unwrap_or(self.squawk);
        } else {
            self.enter(Stage::Inbound, 0);
            self.tuned = Self::station(field, &[Facility::Tower]);
        }
        let heading = position.bearing(field.position);
        Some(Aircraft { kind: s.kind, position, altitude_ft, heading, speed_kt, climb_fpm: 0.0, on_ground: false })
    }
}
