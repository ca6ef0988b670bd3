//! One flight: runs aircraft, pilot, traffic, engine and referee together, a second at a time.

use stratus_airports::data::Airports;
use stratus_airports::world::World;
use stratus_atc::hear::opinion::{Opinion, Scene};
use stratus_atc::report::{Cockpit, Report, SimState};
use stratus_atc::{Engine, Reply, Setup};
use stratus_units::{Facility, Time};

use crate::aircraft::Aircraft;
use crate::answers::Need;
use crate::dice::Dice;
use crate::hills::Hills;
use crate::pilot::{Call, Outcome, Pilot, Stage};
use crate::referee::{Broken, Referee, Said, View};
use crate::sortie::{Begin, Choice, Mission, Sortie};
use crate::traffic::{Own, Traffic};
use crate::words::Words;

/// A layer between simulator, engine and pilot. Tests put defects there; a normal flight uses an empty one.
pub trait Between {
    /// A sentence model's opinion on a call, if there is a model, as in the program.
    fn opinion(&mut self, _call: &str, _scene: &Scene) -> Option<Opinion> {
        None
    }

    /// May change what the simulator reports before the engine sees it.
    fn report(&mut self, _report: &mut Report) {}
    /// May change or drop a transmission before the pilot hears it. `call`: the call that it answers.
    fn transmission(&mut self, _said: &mut Option<Said>, _call: Option<&Call>, _stage: Stage) {}
}

/// The empty layer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clear;
impl Between for Clear {}

/// The result of a flight.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Log {
    /// The seed that repeats the flight.
    pub seed: u64,
    /// The pilot's plan for the flight.
    pub mission: Mission,
    /// Where it began.
    pub begin: Begin,
    /// The row of the region table that the pilot expects: "FAA".
    pub region: String,
    /// Whether there was an emergency.
    pub emergency: bool,
    /// Departure and destination, as ICAO codes.
    pub fields: (String, String),
    /// How it ended.
    pub outcome: Outcome,
    /// The invariants that were broken.
    pub broken: Vec<Broken>,
    /// Requests without an answer.
    pub unanswered: Vec<Need>,
    /// The controller's transmissions.
    pub transmissions: u32,
    /// The pilot's calls.
    pub calls: u32,
    /// Clearances and instructions in the controller's transmissions.
    pub clearances: u32,
    /// The controller's questions.
    pub questions: u32,
    /// Correct readbacks that were refused.
    pub refused_readbacks: u32,
    /// Units that the pilot found without a handoff.
    pub found_alone: u32,
    /// The longest silence while something was owed, seconds.
    pub longest_silence: u32,
    /// How long it lasted, virtual seconds.
    pub seconds: u32,
    /// The conversation, if it was to be kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// A flight that lasts longer is stuck, seconds.
const LONGEST_S: u32 = 5 * 1800;
/// Seconds between the end of a call and the controller's answer.
const ANSWER_AFTER_S: u32 = 1;
/// Seconds between two reports at cruise.
const CRUISE_REPORT_S: u32 = 3;
/// Characters that are spoken per second.
const CHARACTERS_S: usize = 14;
/// The longest wait for the first answer to the next flight, seconds.
const NEXT_FLIGHT_S: u32 = 240;

/// The school: the world's airports and the pilots' wordings, for any number of flights.
pub struct School {
    airports: Airports,
    world: World,
    words: Words,
}

impl School {
    /// The school with the built-in airports; `None` if they cannot be read.
    pub fn open() -> Option<Self> {
        Some(Self { airports: Airports::world(), world: World::embedded()?, words: Words::load() })
    }

    /// The flight of a seed.
    pub fn sortie(&self, seed: u64, choice: Choice) -> Option<Sortie> {
        Sortie::draw(&self.airports, &self.world, seed, choice)
    }

    /// Flies the flight of a seed. `None` if no airport fits.
    pub fn fly(&self, seed: u64, choice: Choice, keep: bool, between: &mut dyn Between) -> Option<Log> {
        let s = self.sortie(seed, choice)?;
        let setup = Setup::default();
        let mut engine = Engine::new(self.airports.clone(), setup);
        engine.file(s.plan.clone());
        let mut flight = Flight::new(self, &s, keep)?;
        flight.run(&mut engine, between, LONGEST_S);
        let completed = flight.pilot.outcome == Some(Outcome::Completed);
        let (t, mut log) = flight.log();
        // Sometimes another flight begins in the same session, at another place.
        if completed && Dice::new(seed, 60).percent(35.0) {
            self.next_flight(&mut engine, between, (seed, t), &mut log, keep);
        }
        Some(log)
    }

    /// Invariant 8: the next flight starts with a clean record, and its first request is answered.
    fn next_flight(&self, engine: &mut Engine, between: &mut dyn Between, (seed, t): (u64, u32), log: &mut Log, keep: bool) -> Option<()> {
        let choice = Choice { mission: Some(Mission::Circuits), faultless: true, traffic: Some(false), ..Choice::default() };
        let grounded = |s: &Sortie| s.from.stations.iter().any(|u| u.facility == Facility::Ground);
        let mut s = (0..20).find_map(|n| self.sortie(seed ^ (0x5eed_0000 + n), choice).filter(grounded))?;
        s.begin = Begin::Gate;
        engine.file(None);
        let mut flight = Flight::new(self, &s, keep)?;
        flight.t = t + 30;
        flight.until_taxi = true;
        flight.report(engine, between);
        let record = engine.record();
        let stale = [
            ("a take-off clearance", record.takeoff.is_some()),
            ("a landing clearance", record.landing.is_some()),
            ("a taxi clearance", record.taxi.is_some()),
            ("an IFR clearance", record.ifr),
            ("a code", record.squawk.is_some()),
            ("an altitude", record.altitude_ft.is_some()),
            ("an approach", record.approach.is_some()),
        ];
        for (what, _) in stale.into_iter().filter(|(_, is)| *is) {
            flight.referee.breach(8, format!("the next flight starts with {what}"), t, s.from.icao.clone());
        }
        flight.run(engine, between, t + NEXT_FLIGHT_S);
        if flight.pilot.told.taxi.is_none() {
            flight.referee.breach(8, "the next flight gets no taxi clearance", flight.t, s.from.icao.clone());
        }
        let (_, next) = flight.log();
        log.broken.extend(next.broken.into_iter().filter(|b| b.law == 8));
        log.lines.extend(next.lines);
        Some(())
    }
}

/// A transmission of the controller that is being spoken.
#[derive(Debug)]
struct Speech {
    /// What the pilot hears, if anything.
    said: Option<Said>,
    until: u32,
    /// The need of the call that this answers.
    called: Option<Need>,
    /// Whether it is heard to its end.
    complete: bool,
    /// The traffic at the moment of the controller's decision.
    traffic: Traffic,
}

/// Who is speaking.
#[derive(Debug)]
enum OnAir {
    Nobody,
    Pilot { call: Call, until: u32 },
    Controller(Speech),
}

struct Flight<'f> {
    school: &'f School,
    s: &'f Sortie,
    pilot: Pilot<'f>,
    a: Aircraft,
    hills: Hills,
    traffic: Traffic,
    referee: Referee<'f>,
    dice: Dice,
    on_air: OnAir,
    t: u32,
    begun: u32,
    transmissions: u32,
    calls: u32,
    keep: bool,
    lines: Vec<String>,
    until_taxi: bool,
}

impl<'f> Flight<'f> {
    fn new(school: &'f School, s: &'f Sortie, keep: bool) -> Option<Self> {
        let (pilot, a) = Pilot::new(s, &school.words)?;
        let mut fields = vec![(s.from.position, s.from.elevation_ft)];
        if s.to.icao != s.from.icao {
            fields.push((s.to.position, s.to.elevation_ft));
        }
        let (count, highest) = s.hills;
        let hills = Hills::new(fields, count, highest, &mut Dice::new(s.seed, 30));
        let referee = Referee::new(s, a.on_ground);
        Some(Self {
            school,
            s,
            pilot,
            a,
            hills,
            traffic: Traffic::new(s.seed, s.traffic),
            referee,
            dice: Dice::new(s.seed, 50),
            on_air: OnAir::Nobody,
            t: 0,
            begun: 0,
            transmissions: 0,
            calls: 0,
            keep,
            lines: Vec::new(),
            until_taxi: false,
        })
    }

    fn run(&mut self, engine: &mut Engine, between: &mut dyn Between, until: u32) {
        self.begun = self.t;
        let mut stage = self.pilot.stage;
        while self.pilot.outcome.is_none() && self.t < until {
            self.t += 1;
            let ground = self.hills.ground_ft(self.a.position);
            let ahead = self.pilot.runway().and_then(|r| self.traffic.nearest_final(r)).map(|(nm, _)| nm);
            self.pilot.fly(self.t, &mut self.a, ground, ahead);
            if self.pilot.stage != stage {
                stage = self.pilot.stage;
                self.note(|f| format!("-- {stage:?}, {:.0} ft", f.a.altitude_ft));
            }
            let own = Own { position: self.a.position, on_ground: self.a.on_ground };
            self.traffic.step(self.pilot.field(), self.pilot.runway(), own);
            if self.t.is_multiple_of(self.every()) {
                self.report(engine, between);
            }
            self.speak(engine, between);
            self.watch(None);
            if self.until_taxi && self.pilot.told.taxi.is_some() {
                break;
            }
        }
        if self.pilot.outcome.is_none() && !self.until_taxi {
            self.pilot.outcome = Some(self.pilot.out_of_time());
        }
        self.referee.close();
    }

    /// Seconds between two reports: en route, while nobody speaks, little changes within a second.
    fn every(&self) -> u32 {
        let quiet = matches!(self.on_air, OnAir::Nobody);
        if quiet && self.pilot.stage == Stage::Enroute { CRUISE_REPORT_S } else { 1 }
    }

    fn now(&self) -> Time {
        Time(u64::from(self.t) * 1000)
    }

    fn note(&mut self, line: impl Fn(&Self) -> String) {
        if self.keep {
            let line = format!("{:>3}:{:02}  {}", self.t / 60, self.t % 60, line(self));
            self.lines.push(line);
        }
    }

    /// What a simulator would report now.
    fn report(&mut self, engine: &mut Engine, between: &mut dyn Between) {
        let (a, field) = (&self.a, self.pilot.field());
        let ground = if a.on_ground { a.altitude_ft } else { self.hills.ground_ft(a.position) };
        let mut report = Report {
            state: SimState::Flying,
            simulator: String::new(),
            position: Some(a.position),
            altitude_ft: a.altitude_ft,
            agl_ft: (a.altitude_ft - ground).max(0.0),
            heading_true: a.heading,
            heading_mag: (a.heading - field.variation).rem_euclid(360.0),
            ias_kt: a.speed_kt,
            ground_speed_kt: a.speed_kt,
            vertical_speed_fpm: a.climb_fpm,
            on_ground: a.on_ground,
            callsign: Some(self.s.callsign.clone()),
            aircraft_type: Some(self.s.kind.designator.to_owned()),
            com1: self.pilot.tuned.as_ref().map(|s| s.frequency),
            com2: None,
            transponder: Some(self.pilot.squawk),
            cockpit: Cockpit { utc_s: Some(f64::from(self.t % 86_400) + 36_000.0), ..Cockpit::default() },
            weather: self.s.weather.clone(),
            others: self.traffic.others(field.elevation_ft),
        };
        between.report(&mut report);
        engine.see(self.now(), &report);
    }

    /// The frequency: only one side speaks at a time.
    fn speak(&mut self, engine: &mut Engine, between: &mut dyn Between) {
        match std::mem::replace(&mut self.on_air, OnAir::Nobody) {
            OnAir::Nobody => {
                if engine.next_deadline().is_some_and(|d| d <= self.now())
                    && let Some(reply) = engine.wake(self.now())
                {
                    self.transmit(reply, None, between);
                    return;
                }
                if let Some(call) = self.pilot.call(self.t, &self.a) {
                    self.calls += 1;
                    let unit = self.pilot.tuned.as_ref().map_or_else(String::new, |s| s.frequency.to_string());
                    let mark = if call.blocked {
                        " (blocked)"
                    } else if call.error.is_some() {
                        " (wrong)"
                    } else {
                        ""
                    };
                    self.note(|_| format!("PILOT {unit:>7}  {}{mark}", call.words));
                    let until = self.t + seconds(&call.words);
                    self.on_air = OnAir::Pilot { call, until };
                }
            }
            OnAir::Pilot { call, until } if until > self.t => self.on_air = OnAir::Pilot { call, until },
            OnAir::Pilot { call, .. } => self.answer(engine, between, &call),
            OnAir::Controller(speech) if speech.until > self.t => self.on_air = OnAir::Controller(speech),
            OnAir::Controller(speech) => {
                engine.delivered(self.now(), speech.complete);
                if speech.complete && speech.said.is_some() {
                    self.watch(Some(&speech));
                }
                if let Some(said) = speech.said.filter(|_| speech.complete) {
                    self.pilot.hear(self.t, &said.items, speech.called);
                }
            }
        }
    }

    fn answer(&mut self, engine: &mut Engine, between: &mut dyn Between, call: &Call) {
        if call.blocked {
            self.pilot.blocked();
            return;
        }
        if engine.station().is_some() {
            self.referee.called(self.t, call);
        }
        let opinion = between.opinion(&call.words, &engine.context().scene());
        let understanding = engine.understand_with(&call.words, opinion);
        let intent = understanding.intent;
        let hearing = engine.answer(self.now(), &call.words, understanding);
        match hearing.reply {
            Some(reply) => self.transmit(reply, Some(call), between),
            None => {
                let why = hearing.silence.map_or_else(|| "no reason given".to_owned(), |s| s.title());
                // The frequency differs from flight to flight, but the cause is the same.
                let why = if why.starts_with("No station") { "No station on this frequency".to_owned() } else { why };
                self.note(|_| format!("      (silence: {why}; understood as {intent:?})"));
                if call.need.is_some() {
                    self.pilot.unanswered(&why);
                }
            }
        }
    }

    fn transmit(&mut self, reply: Reply, call: Option<&Call>, between: &mut dyn Between) {
        let mut said = Some(Said {
            to: reply.instruction.to.clone(),
            items: reply.instruction.items.clone(),
            text: reply.transmission.text.clone(),
            unasked: call.is_none(),
        });
        between.transmission(&mut said, call, self.pilot.stage);
        self.transmissions += 1;
        let complete = !self.dice.percent(self.s.faults.cut_off);
        let mark = if complete { "" } else { " (cut off)" };
        if let Some(said) = &said {
            self.note(|_| format!("ATC            {}{mark}", said.text));
        }
        let until = self.t + ANSWER_AFTER_S + seconds(&reply.transmission.spoken);
        let called = call.and_then(|c| c.need);
        self.on_air = OnAir::Controller(Speech { said, until, called, complete, traffic: self.traffic.clone() });
    }

    /// Shows the referee a transmission, or the present situation.
    fn watch(&mut self, speech: Option<&Speech>) {
        let view = View {
            t: self.t,
            a: &self.a,
            field: self.pilot.field(),
            stage: self.pilot.stage,
            tuned: self.pilot.tuned.as_ref(),
            speaking: matches!(self.on_air, OnAir::Controller(_)),
            traffic: speech.map_or(&self.traffic, |s| &s.traffic),
            hills: &self.hills,
            airports: &self.school.airports,
        };
        let known = self.referee.broken.len();
        match speech.and_then(|s| Some((s.said.as_ref()?, s.called))) {
            Some((said, called)) => self.referee.said(&view, said, called),
            None => self.referee.step(&view),
        }
        for n in known..self.referee.broken.len() {
            if let Some(b) = self.referee.broken.get(n).cloned() {
                self.note(|_| format!("!! {} {}: {}", b.law, b.kind, b.line));
            }
        }
    }

    fn log(self) -> (u32, Log) {
        let unfinished = self.pilot.out_of_time();
        let log = Log {
            seed: self.s.seed,
            mission: self.s.mission,
            begin: self.s.begin,
            region: self.s.region().word().to_owned(),
            emergency: self.pilot.in_trouble,
            fields: (self.s.from.icao.clone(), self.s.to.icao.clone()),
            outcome: self.pilot.outcome.unwrap_or(unfinished),
            broken: self.referee.broken,
            unanswered: self.referee.unanswered,
            transmissions: self.transmissions,
            calls: self.calls,
            clearances: self.referee.clearances,
            questions: self.referee.questions,
            refused_readbacks: self.referee.refused_readbacks,
            found_alone: self.pilot.found_alone,
            longest_silence: self.referee.longest_silence,
            seconds: self.t - self.begun,
            lines: self.lines,
        };
        (self.t, log)
    }
}

fn seconds(words: &str) -> u32 {
    1 + (words.len() / CHARACTERS_S) as u32
}
