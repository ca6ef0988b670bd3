//! The referee: records from outside the engine what was asked, said and owed, and judges every step by the invariants.
//!
//! It sees what an observer beside the runway would see: the transmissions as items, the aircraft, the traffic, the
//! terrain and the data of the place. It asks the engine nothing, except whether the next flight starts with a clean record.

mod owed;
mod rules;

use stratus_airports::data::Airports;
use stratus_airports::{Airport, Station};
use stratus_atc::instruction::{Ask, Item};
use stratus_units::{Callsign, Runway};

use crate::aircraft::Aircraft;
use crate::answers::{Answer, Need, answer};
use crate::hills::Hills;
use crate::pilot::{Call, Stage};
use crate::readback::Error;
use crate::sortie::{Mission, Sortie};
use crate::traffic::Traffic;

/// A transmission of the controller, as the pilot hears it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The callsign that it is for.
    pub to: Callsign,
    /// Its items.
    pub items: Vec<Item>,
    /// Its text.
    pub text: String,
    /// Whether the controller spoke without a call.
    pub unasked: bool,
}

/// A broken invariant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Broken {
    /// Its number in docs/school.md, 1 to 8.
    pub law: u8,
    /// The kind of breach, in the same words for equal kinds.
    pub kind: String,
    /// Seconds into the flight.
    pub at: u32,
    /// The transmission, or what was observed.
    pub line: String,
}

/// What the referee can observe at one moment.
pub struct View<'v> {
    /// Seconds into the flight.
    pub t: u32,
    /// The aircraft.
    pub a: &'v Aircraft,
    /// The field where the aircraft is, or to which it flies.
    pub field: &'v Airport,
    /// The pilot's stage.
    pub stage: Stage,
    /// The unit on the tuned frequency.
    pub tuned: Option<&'v Station>,
    /// Whether the controller is speaking.
    pub speaking: bool,
    /// Other aircraft; for a transmission, as they were when it was decided.
    pub traffic: &'v Traffic,
    /// The terrain.
    pub hills: &'v Hills,
    /// Airports of the world, for the frequencies of other fields.
    pub airports: &'v Airports,
}

/// An open request.
#[derive(Debug, Clone, Copy)]
struct Open {
    need: Need,
    /// The time of the first call that reached the controller.
    first: u32,
    /// The time of the latest call.
    latest: u32,
    calls: u8,
    answered: bool,
    told: bool,
}

/// What the controller owes, and since when.
#[derive(Debug, Clone, Default)]
struct Debts {
    /// The runway to hold short of, and since when it is free.
    hold: Option<(Runway, Option<u32>)>,
    standby: Option<u32>,
    approach: Option<u32>,
    vector: Option<u32>,
    handover: Option<u32>,
}

/// The referee's records of a flight.
pub struct Referee<'a> {
    s: &'a Sortie,
    /// The broken invariants, in the order in which they were found.
    pub broken: Vec<Broken>,
    /// Requests that were not answered.
    pub unanswered: Vec<Need>,
    /// The longest silence while something was owed, seconds.
    pub longest_silence: u32,
    /// Correct readbacks that were refused.
    pub refused_readbacks: u32,
    /// Clearances that were given.
    pub clearances: u32,
    /// Questions that were asked.
    pub questions: u32,
    open: Vec<Open>,
    debts: Debts,
    wrong: Option<(Error, u32)>,
    right_readback: Option<u32>,
    /// The runway of the taxi clearance.
    out: Option<Runway>,
    /// The runway of the arrival.
    arrival: Option<Runway>,
    asked_departure: bool,
    asked_anything_in_flight: bool,
    ifr: bool,
    last_said: u32,
    airborne: Option<u32>,
    was_on_ground: bool,
    sent_around: Option<u32>,
    before: Vec<Item>,
}

impl<'a> Referee<'a> {
    /// A referee for a flight.
    pub fn new(s: &'a Sortie, on_ground: bool) -> Self {
        Self {
            s,
            broken: Vec::new(),
            unanswered: Vec::new(),
            longest_silence: 0,
            refused_readbacks: 0,
            clearances: 0,
            questions: 0,
            open: Vec::new(),
            debts: Debts::default(),
            wrong: None,
            right_readback: None,
            out: None,
            arrival: None,
            asked_departure: false,
            asked_anything_in_flight: false,
            ifr: s.mission == Mission::Instruments,
            last_said: 0,
            airborne: (!on_ground).then_some(0),
            was_on_ground: on_ground,
            sent_around: None,
            before: Vec::new(),
        }
    }

    /// Records a breach. Only one of each kind is reported in a flight, because later ones follow from the first.
    pub fn breach(&mut self, law: u8, kind: impl Into<String>, at: u32, line: impl Into<String>) {
        let kind = kind.into();
        if !self.broken.iter().any(|b| b.law == law && b.kind == kind) {
            self.broken.push(Broken { law, kind, at, line: line.into() });
        }
    }

    /// Records a call that the controller could hear.
    pub fn called(&mut self, t: u32, call: &Call) {
        if call.readback {
            match call.error {
                Some(error) => self.wrong = Some((error, t)),
                None => self.right_readback = Some(t),
            }
        }
        let Some(need) = call.need else { return };
        self.asked_departure |= need == Need::Departure;
        self.asked_anything_in_flight |= !self.was_on_ground;
        match self.open.iter_mut().find(|o| o.need == need) {
            Some(o) => {
                // A pilot who waits and calls again expects another answer.
                (o.latest, o.calls) = (t, if o.answered { 1 } else { o.calls.saturating_add(1) });
                o.answered = false;
            }
            None => self.open.push(Open { need, first: t, latest: t, calls: 1, answered: false, told: false }),
        }
    }

    /// Judges a transmission that the pilot heard. `called`: the request that it answers.
    pub fn said(&mut self, v: &View<'_>, said: &Said, called: Option<Need>) {
        let items = &said.items;
        self.count(items);
        self.readback_verdict(v, said);
        rules::judge(self, v, said);
        for open in &mut self.open {
            let meant = called.is_none_or(|n| n == open.need);
            if meant && answer(open.need, items) != Answer::Beside {
                open.answered = true;
            }
        }
        // A granted request is closed; the others stay open.
        self.open.retain(|o| answer(o.need, items) != Answer::Granted);
        owed::note(self, v, items);
        self.last_said = v.t;
    }

    fn count(&mut self, items: &[Item]) {
        let clears = |i: &&Item| {
            matches!(
                i,
                Item::Taxi { .. }
                    | Item::TaxiToParking { .. }
                    | Item::Cross { .. }
                    | Item::LineUpAndWait
                    | Item::ClearedForTakeoff { .. }
                    | Item::Cleared(_)
                    | Item::ClearedTo { .. }
                    | Item::Altitude { .. }
                    | Item::Heading { .. }
                    | Item::Direct(_)
                    | Item::Approach { expect: false, .. }
                    | Item::Enter(..)
                    | Item::StraightIn
                    | Item::ClosedTraffic(_)
                    | Item::Pushback { .. }
            )
        };
        self.clearances += items.iter().filter(clears).count() as u32;
        self.questions += u32::from(stratus_atc::is_question(items));
    }

    /// How the transmission judges the readback before it.
    fn readback_verdict(&mut self, v: &View<'_>, said: &Said) {
        let corrects =
            matches!(said.items.first(), Some(Item::Negative | Item::ReadBack(_) | Item::Confirm { .. } | Item::Ask(Ask::SayAgain)));
        if let Some((error, _)) = self.wrong.take()
            && !corrects
        {
            self.breach(6, format!("a wrong readback of the {} was accepted", error_words(error)), v.t, said.text.clone());
        }
        if let Some(at) = self.right_readback.take()
            && v.t.saturating_sub(at) < 25
            && (matches!(said.items.first(), Some(Item::Negative | Item::ReadBack(_))) || said.items == self.before)
        {
            // If an instruction that was read back correctly is repeated, the readback counts as refused.
            self.refused_readbacks += 1;
        }
        self.before.clone_from(&said.items);
        if said.items.contains(&Item::GoAround) {
            self.sent_around = Some(v.t);
        }
    }

    /// Checks a second of the flight.
    pub fn step(&mut self, v: &View<'_>) {
        if let Some((error, at)) = self.wrong
            && v.t.saturating_sub(at) > 18
        {
            self.wrong = None;
            self.breach(6, format!("a wrong readback of the {} was accepted", error_words(error)), v.t, "silence after it");
        }
        if self.was_on_ground && !v.a.on_ground {
            self.airborne = Some(v.t);
            self.asked_departure = false;
            self.arrival = self.out.filter(|_| self.s.mission == Mission::Circuits);
            self.debts = Debts::default();
        }
        self.was_on_ground = v.a.on_ground;
        rules::watch(self, v);
        owed::watch(self, v);
    }

    /// The flight is over: open requests count as not answered.
    pub fn close(&mut self) {
        let never = self.open.iter().filter(|o| !o.answered && o.calls >= 2).map(|o| o.need);
        self.unanswered.extend(never);
        self.unanswered.sort_unstable();
        self.unanswered.dedup();
    }
}

fn error_words(error: Error) -> &'static str {
    match error {
        Error::Runway => "runway",
        Error::Altitude => "altitude",
        Error::Heading => "heading",
        Error::Frequency => "frequency",
        Error::Squawk => "code",
    }
}
