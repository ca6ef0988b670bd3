//! The controller: a transcript becomes an intent, intent and situation become an instruction, and the instruction becomes words.
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// Time is an argument: ../../clippy.toml lists what pure modules must not use.
#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod act;
pub mod atis;
pub mod batch;
pub mod caller;
pub mod chatter;
mod clearances;
mod cleared;
mod correction;
pub mod decide;
mod divided;
mod due;
pub mod entities;
pub mod figures;
pub mod gate;
pub mod hear;
mod hints;
pub mod instruction;
pub mod intent;
pub mod know;
pub mod language_model;
pub mod lesson;
pub mod parse;
pub mod places;
pub mod plan;
pub mod readback;
pub mod record;
pub mod remark;
pub mod say;
pub mod silence;
mod suggest;
pub mod telephony;
pub mod transcript;
pub mod understand;

use std::sync::Arc;
use std::time::Duration;

pub use stratus_airports as airports;
pub use stratus_units as units;

pub use self::cleared::Cleared;
use self::decide::Decision;
use self::decide::initiative::{Notice, Watch};
use self::hear::Said;
pub use self::hear::request;
pub use self::hints::{Hints, spelling_hint};
use self::instruction::{Instruction, Item};
use self::intent::{Intent, Understanding};
pub use self::know::{around, floor, phase, report, situation, surface, tracks};
use self::know::{ground_contact, simulator_airports};
use self::phase::{Phase, PhaseTracker};
use self::readback::Verdict;
use self::record::Record;
use self::say::Transmission;
pub use self::say::spoken;
use self::silence::Silence;
use self::situation::{FlightPlan, Situation};
use crate::airports::airspace::Airspace;
use crate::airports::data::Airports;
use crate::airports::{Airport, Station};
use crate::report::{Report, SimState, Weather};
use crate::units::{Callsign, Facility, Frequency, LatLon, Region, Runway, Squawk, Time};

/// How long to wait for a readback before asking for it.
const READBACK_PATIENCE: Duration = Duration::from_secs(15);
/// The silence after which a cut-off transmission is repeated.
const SAY_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// Beyond this distance from a tower nobody on the ground frequency hears a call, nautical miles.
const EARSHOT_NM: f64 = 40.0;

/// What the pilot configured about themselves and the place; everything else comes from the simulator and the airports.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Setup {
    /// Overrides the simulator's callsign.
    pub callsign: Option<Callsign>,
    /// Overrides the simulator's type.
    pub aircraft_type: Option<String>,
    /// The pilot's airport without a simulator.
    pub airport: Option<String>,
    /// The tuned frequency without a simulator.
    pub com1: Option<Frequency>,
    /// Every readback must include the callsign.
    pub strict: bool,
}

/// A controller's reply: its meaning and its wording.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The meaning.
    pub instruction: Instruction,
    /// The written and spoken words.
    pub transmission: Transmission,
    /// A repeated recording whose text the pilot has already seen.
    pub seen_before: bool,
}

/// The outcome of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Hearing {
    /// The station that heard it, if any.
    pub station: Option<Station>,
    /// The reply, if any.
    pub reply: Option<Reply>,
    /// Why there is no reply.
    pub silence: Option<Silence>,
    /// The verdict on a readback.
    pub verdict: Option<Verdict>,
    /// What was wrong with a readback.
    pub lesson: Option<String>,
    /// What was understood.
    pub understanding: Understanding,
}

/// A reply that is being played to the pilot.
#[derive(Debug, Clone)]
struct Outgoing {
    instruction: Instruction,
    /// A correction of a readback: the awaited readback is already reduced to the wrong items.
    correction: bool,
    /// The notice that caused it, if unsolicited.
    notice: Option<Notice>,
}

/// The deterministic controller.
#[derive(Debug, Clone)]
pub struct Engine {
    airports: Airports,
    setup: Setup,
    report: Report,
    tracker: PhaseTracker,
    wheels: ground_contact::Wheels,
    phase: Phase,
    airport: Option<Airport>,
    record: Record,
    outgoing: Option<Outgoing>,
    /// A reply that was cut off, and when to repeat it.
    unheard: Option<(Outgoing, Time)>,
    /// The last unit called, without a simulator.
    called: Option<Facility>,
    /// The callsign of the last answered call, without a simulator.
    answered: Option<Callsign>,
    /// The flight plan, filed by voice or loaded.
    plan: Option<FlightPlan>,
    /// The plan was filed by voice.
    plan_spoken: bool,
    /// The frequency on which a unit spoke last.
    spoken_on: Option<Frequency>,
    /// The aircraft has flown with this plan.
    plan_flown: bool,
    /// Where the aircraft was last seen.
    seen: Option<know::flight::Seen>,
    atis: atis::Atis,
    /// The frequency of the recording, if a radio is tuned to it.
    recorded: Option<Frequency>,
    watch: Watch,
    /// When something unsolicited became due.
    urge: Option<Time>,
    /// The radar unit that works this instrument flight, and hears it everywhere through a nearby antenna.
    desk: Option<Station>,
    /// The flight was first seen in the air, so a filed plan counts as cleared.
    began_aloft: bool,
    /// Frequencies on which the pilot has had an answer, latest last.
    met: Vec<Frequency>,
    /// Nearby class B and C airspace, nearest first.
    airspaces: Vec<Airspace>,
    /// Where the current airport was chosen.
    chosen_at: Option<LatLon>,
    /// Simulator data about relevant airports.
    charts: simulator_airports::Charts,
    /// The terrain and the units around.
    around: Arc<know::around::Around>,
    score: lesson::Score,
    numbers: hear::unsure::Numbers,
    /// The other aircraft that may be heard; `None` unless the pilot wants to hear them.
    chatter: Option<Box<chatter::Chatter>>,
}

impl Engine {
    /// A controller for these airports.
    pub fn new(airports: Airports, setup: Setup) -> Self {
        let airport = setup.airport.as_deref().and_then(|i| airports.find(i));
        let strict = setup.strict;
        let mut engine = Self {
            airports,
            setup,
            report: Report::default(),
            tracker: PhaseTracker::default(),
            wheels: ground_contact::Wheels::default(),
            phase: Phase::Parked,
            airport,
            record: Record { strict, ..Record::default() },
            outgoing: None,
            unheard: None,
            called: None,
            answered: None,
            plan: None,
            plan_spoken: false,
            spoken_on: None,
            plan_flown: false,
            seen: None,
            atis: atis::Atis::default(),
            recorded: None,
            watch: Watch::default(),
            urge: None,
            desk: None,
            began_aloft: false,
            met: Vec::new(),
            airspaces: Vec::new(),
            chosen_at: None,
            charts: simulator_airports::Charts::default(),
            around: Arc::default(),
            score: lesson::Score::default(),
            numbers: hear::unsure::Numbers::default(),
            chatter: None,
        };
        engine.want_airport();
        engine
    }

    /// The flight plan on file.
    pub fn plan(&self) -> Option<&FlightPlan> {
        self.plan.as_ref()
    }

    /// Files a flight plan, or removes it.
    pub fn file(&mut self, plan: Option<FlightPlan>) {
        self.plan = plan.map(FlightPlan::tidied);
        (self.plan_spoken, self.plan_flown) = (false, false);
    }

    /// Applies a changed setup and keeps the clearance record.
    pub fn set_up(&mut self, setup: Setup) {
        // An airport that a call named stays until the settings name another one.
        if self.report.position.is_none() && setup.airport != self.setup.airport {
            let here = setup.airport.as_deref().and_then(|i| self.airports.find(i));
            // The next call names a unit of the new airport.
            self.called = self.called.filter(|_| here.as_ref().map(|a| &a.icao) == self.airport.as_ref().map(|a| &a.icao));
            self.stand_at(here, false);
        }
        self.record.strict = setup.strict;
        self.setup = setup;
    }

    /// The readback score since the last call.
    pub fn sum_up(&mut self) -> Option<String> {
        self.score.sum_up()
    }

    /// The phase of flight as the engine determines it.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The runway that the aircraft is on.
    pub fn on_runway(&self) -> Option<Runway> {
        self.tracker.on_runway()
    }

    /// The state of the link to the simulator.
    pub fn sim_state(&self) -> SimState {
        self.report.state
    }

    /// The clearance record.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Whether the controller may name a frequency: one of the current airport or of the destination.
    pub fn knows(&self, f: Frequency) -> bool {
        let of = |a: &Airport| a.stations.iter().any(|s| s.frequency.same_channel(f));
        self.airport.as_ref().is_some_and(of) || self.destination_airport().as_ref().is_some_and(of)
    }

    /// The current airport.
    pub fn airport(&self) -> Option<&Airport> {
        self.airport.as_ref()
    }

    /// The aircraft's callsign, if known.
    pub fn callsign(&self) -> Option<&Callsign> {
        // The plan has this flight's callsign; the simulator's belongs to the aircraft that it loaded.
        let filed = self.plan.as_ref().and_then(|p| p.callsign.as_ref());
        self.setup.callsign.as_ref().or(filed).or(self.report.callsign.as_ref())
    }

    /// The callsign of the aircraft that the simulator has loaded.
    pub fn simulators_callsign(&self) -> Option<&Callsign> {
        self.report.callsign.as_ref()
    }

    /// The frequency that the pilot transmits on.
    pub fn com1(&self) -> Option<Frequency> {
        self.report.talks_on().or(self.setup.com1)
    }

    /// Takes a report from the simulator.
    pub fn see(&mut self, now: Time, report: &Report) {
        let tuned = self.com1();
        self.report = self.wheels.steady(report.clone());
        let report = &self.report.clone();
        let retuned = self.com1() != tuned;
        if report.state == SimState::Looking && report.position.is_none() {
            self.end_flight();
        }
        self.another_flight(now, report);
        self.take_up_the_plan(report);
        if let Some(at) = report.position {
            self.choose_airport(at, retuned);
            if !self.gone() {
                self.survey(now, at);
            }
        }
        if retuned {
            self.retuned();
        }
        let recorded = self.recording_station().map(|s| s.frequency);
        if std::mem::replace(&mut self.recorded, recorded) != recorded {
            self.atis.stop(now);
        }
        if self.gone() {
            self.urge = None;
        }
        if report.position.is_none() || self.gone() {
            return;
        }
        let Some(airport) = &self.airport else { return };
        self.record.shown(report.transponder);
        let cleared = self.record.takeoff.or(self.record.landing.map(|(r, _)| r));
        let was = self.phase;
        self.phase = self.tracker.update(now, report, airport, cleared);
        let weather = report.weather.at_field(airport.elevation_ft);
        let visibility_sm = weather.visibility_sm.filter(|_| report.on_ground);
        self.atis.see(&airport.icao, &Weather { visibility_sm, ..weather }, report.cockpit.utc_s);
        let on_runway = self.tracker.on_runway().is_some();
        if self.record.crossing.is_some() && !on_runway && self.watch.was_on_runway() {
            self.record.crossing = None;
        }
        self.watch.see(now, self.phase, on_runway, &self.record, report.altitude_ft.round() as i32, report.transponder);
        self.watch.see_ident(report.cockpit.ident == Some(true));
        self.observe(was);
        self.take_over_charts();
        self.follow_others(now);
        if self.urge.is_none() && self.unasked(now).is_some() {
            self.urge = Some(now);
        }
    }

    /// The simulator has gone, so its last report no longer applies.
    fn gone(&self) -> bool {
        self.report.state == SimState::Lost
    }

    /// What the unit on this frequency would now say without being called.
    fn unasked(&self, now: Time) -> Option<(Notice, Vec<Item>)> {
        let station = self.station().filter(|s| !self.gone() && s.facility != Facility::Atis && s.facility != Facility::Ctaf)?;
        let situation = self.situation(&station, &Understanding::default())?;
        decide::initiative::look(now, &situation, &self.record, &self.watch)
    }

    /// Answers a call that was understood this way. The reply counts as transmitted only after [`Engine::delivered`].
    pub fn answer(&mut self, now: Time, text: &str, understanding: Understanding) -> Hearing {
        self.answer_or(now, text, understanding, None)
    }

    /// Like [`Engine::answer`], but `words` that passed [`language_model::words`] replace a mere "say again".
    pub fn answer_or(&mut self, now: Time, text: &str, understanding: Understanding, words: Option<String>) -> Hearing {
        self.outgoing = None;
        let understanding = self.completed(understanding);
        let understanding = self.with_named_field(text, understanding);
        let said = self.said(text, &understanding);
        if let Some(f) = understanding.addressed.facility.filter(|_| !understanding.other_aircraft) {
            self.called = Some(f);
        }
        if self.report.position.is_none() {
            self.place_from_words(text, &understanding);
        }
        let Some(station) = self.station() else {
            // Without a tuned radio, the pilot's own call would have named its station.
            let silence = Some(if understanding.other_aircraft { Silence::AnotherCallsign } else { self.nobody_here(&understanding) });
            return Hearing { station: None, reply: None, silence, verdict: None, lesson: None, understanding };
        };
        if let Some(letter) = understanding.slots.atis {
            self.atis.pilot_has(letter);
        }
        let distress = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel].iter().any(|i| understanding.has(*i));
        if self.is_guard() && !distress && self.record.emergency.is_none() {
            let silence = Some(Silence::Guard);
            return Hearing { station: Some(station), reply: None, silence, verdict: None, lesson: None, understanding };
        }
        self.file_by_voice(&understanding);
        self.file_arrival(&station, &understanding);
        self.note_airspace(&understanding);
        let Some(situation) = self.situation(&station, &understanding).map(|s| self.with_routes(s, &understanding)) else {
            let silence = Some(Silence::CallsignUnknown);
            return Hearing { station: Some(station), reply: None, silence, verdict: None, lesson: None, understanding };
        };
        // A pilot who has changed to another unit owes the previous one no readback.
        if self.record.pending.as_ref().is_some_and(|p| p.instruction.from != station.facility) {
            self.record.pending = None;
        }
        // A cut-off reminder or correction: its items are still awaited, and the pilot's words are checked against them.
        let reminds = |out: &Outgoing| out.correction && self.record.pending.is_some();
        let cut_off = self.unheard.take().filter(|(out, _)| !reminds(out));
        if let Some((out, _)) = cut_off {
            let check = readback::check_said(&out.instruction.items, Some(&out.instruction.to), &said.tokens, situation.region);
            if check.verdict == Verdict::Correct && readback::needs_readback(&out.instruction.items) {
                // The readback shows that enough of the transmission was heard.
                self.record.issue(now, &out.instruction);
            } else if matches!(understanding.intent, Intent::SayAgain | Intent::Unknown | Intent::Roger | Intent::Readback) {
                // The pilot cannot read back the part that was cut off.
                let reply = self.reply(out.instruction.clone());
                self.outgoing = Some(out);
                return Hearing { station: Some(station), reply: Some(reply), silence: None, verdict: None, lesson: None, understanding };
            }
        }
        if let Some(reply) = self.ask_again(now, &said, &understanding, &situation) {
            return Hearing { station: Some(station), reply: Some(reply), silence: None, verdict: None, lesson: None, understanding };
        }
        let outcome = decide::decide(&situation, &self.record, &understanding, &said);
        let parts = self.parts_of(&station, text, &understanding);
        let outcome = decide::parts::with_answers(&self.record, &understanding, outcome, &parts);
        self.note_pilot(&understanding);
        let correction = matches!(outcome.verdict, Some(Verdict::Incorrect | Verdict::Incomplete)) && !outcome.settled;
        if outcome.settled {
            self.record.pending = None;
        } else if correction && let Some(p) = &mut self.record.pending {
            let open: Vec<_> = outcome.check.iter().flat_map(|c| c.wrong.iter().chain(&c.missing)).copied().collect();
            p.instruction.items = readback::only(&p.instruction.items, &open);
            p.asked = p.asked.saturating_add(1);
            p.since = now;
        }
        let (reply, silence) = match outcome.decision {
            Decision::Say(mut items) => {
                if let Some(words) = words.filter(|_| decide::is_lost(&items)) {
                    items = vec![Item::Advice(words)];
                }
                let instruction = decide::address(&situation, &self.record, &understanding, items);
                self.outgoing = Some(Outgoing { instruction: instruction.clone(), correction, notice: None });
                self.answered = Some(situation.callsign).filter(|_| self.report.position.is_none());
                (Some(self.reply(instruction)), None)
            }
            Decision::Silent(_) if station.facility == Facility::Ctaf => {
                (None, Some(Silence::NoController(decide::ctaf::advice(&situation, &understanding, text))))
            }
            Decision::Silent(why) => (None, Some(why)),
        };
        if let Some(check) = &outcome.check {
            self.score.count(check);
        }
        let lesson = outcome.check.as_ref().and_then(lesson::explain);
        Hearing { station: Some(station), reply, silence, verdict: outcome.verdict, lesson, understanding }
    }

    /// The reply was played to its end, or cut off. Only a complete one takes effect.
    pub fn delivered(&mut self, now: Time, complete: bool) {
        let Some(out) = self.outgoing.take() else {
            self.atis.played(now, complete);
            return;
        };
        if let Some(n) = out.notice.filter(|_| complete) {
            self.watch.tell(n);
        }
        if !complete {
            self.unheard = Some((out, now + SAY_AGAIN_AFTER));
            return;
        }
        if let Some(f) = self.com1().filter(|f| !self.met.contains(f)) {
            self.met.push(f);
            if self.met.len() > 16 {
                self.met.remove(0);
            }
        }
        if out.instruction.items.iter().any(|i| matches!(i, instruction::Item::AtisCurrent(_))) {
            self.atis.named();
        }
        self.spoken_on = self.com1();
        self.keep_desk();
        let kept = (self.record.pending.clone(), self.record.last.clone());
        self.record.issue(now, &out.instruction);
        if out.correction {
            (self.record.pending, self.record.last) = kept;
            if let Some(p) = &mut self.record.pending {
                p.since = now;
            }
        }
    }

    /// When the engine needs to be woken.
    pub fn next_deadline(&self) -> Option<Time> {
        if self.gone() {
            return None;
        }
        let readback = self.record.pending.as_ref().filter(|p| p.asked == 0 && self.may_be_pressed()).map(|p| p.since + READBACK_PATIENCE);
        let again = self.unheard.as_ref().map(|(_, at)| *at);
        // A pending readback request or a cut-off reply comes first.
        let urge = self.urge.filter(|_| self.unheard.is_none());
        let recording = self.recording_due(Time(0));
        [readback, again, urge, recording].into_iter().flatten().min()
    }

    /// A deadline has passed: repeats what was cut off, or asks once for a readback that never came.
    pub fn wake(&mut self, now: Time) -> Option<Reply> {
        if self.gone() {
            return None;
        }
        if self.unheard.as_ref().is_some_and(|(_, at)| *at <= now) {
            let (out, _) = self.unheard.take()?;
            let reply = self.reply(out.instruction.clone());
            self.outgoing = Some(out);
            return Some(reply);
        }
        if self.urge.take().is_some()
            && let Some(reply) = self.say_unasked(now)
        {
            return Some(reply);
        }
        if self.recording_due(now).is_some_and(|due| due <= now)
            && let Some(reply) = self.play_recording(now)
        {
            return Some(reply);
        }
        let region = self.airport.as_ref().map_or(Region::FAA, |a| a.region);
        if !self.may_be_pressed() {
            return None;
        }
        let pending = self.record.pending.as_mut().filter(|p| p.asked == 0 && p.since + READBACK_PATIENCE <= now)?;
        pending.asked = 1;
        let check = readback::check(&pending.instruction.items, Some(&pending.instruction.to), "", region);
        let missing: Vec<_> = check.missing.iter().filter(|i| **i != readback::ReadbackItem::Callsign).copied().collect();
        if missing.is_empty() {
            return None;
        }
        let item = readback::ask_for(&pending.instruction.items, &missing, region);
        let instruction = Instruction { station: None, items: vec![item], ..pending.instruction.clone() };
        self.outgoing = Some(Outgoing { instruction: instruction.clone(), correction: true, notice: None });
        Some(self.reply(instruction))
    }

    /// An aircraft in distress, or without a radio, is not asked for a readback.
    fn may_be_pressed(&self) -> bool {
        self.record.emergency.is_none() && self.report.transponder != Some(Squawk::RADIO_FAILURE)
    }

    /// Says what the aircraft needs, if it still does.
    fn say_unasked(&mut self, now: Time) -> Option<Reply> {
        let station = self.station()?;
        let (notice, items) = self.unasked(now)?;
        let nothing_heard = Understanding::default();
        let situation = self.situation(&station, &nothing_heard)?;
        let instruction = decide::address(&situation, &self.record, &nothing_heard, items);
        self.outgoing = Some(Outgoing { instruction: instruction.clone(), correction: false, notice: Some(notice) });
        Some(self.reply(instruction))
    }

    /// The facts of the situation that the language model may know.
    pub fn facts(&self) -> Option<Situation> {
        self.situation(&self.station()?, &Understanding::default())
    }

    fn reply(&self, instruction: Instruction) -> Reply {
        let transmission = self.say(&instruction);
        Reply { instruction, transmission, seen_before: false }
    }

    fn say(&self, instruction: &Instruction) -> Transmission {
        let region = self.airport.as_ref().map_or(Region::FAA, |a| a.region);
        say::render(instruction, region, self.aircraft_type().as_deref())
    }

    /// Without a simulator the position comes from the pilot's words.
    fn place_from_words(&mut self, text: &str, u: &Understanding) {
        if let Some(a) = u.addressed.name.as_deref().and_then(|n| self.airports.named(n))
            && self.setup.airport.is_none()
        {
            self.stand_at(Some(a), self.phase.airborne());
        }
        if let Some(p) = know::phase_from_words(text, u, self.phase, &self.record) {
            let was = self.phase;
            self.phase = p;
            self.record.observe(was, p);
        }
    }
}

/// Whether an item asks a question: the reply to a call that was not understood.
pub fn is_question(items: &[Item]) -> bool {
    items.iter().any(|i| matches!(i, Item::Ask(_) | Item::ReadBack(_) | Item::Confirm { .. }))
}
