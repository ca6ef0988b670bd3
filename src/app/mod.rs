//! `App`: from the key to the speaker. Owns the sequence of events, never a device.
//!
//! At most one transmission is open. Each of its jobs carries the transmission's id, and answers with an old id are dropped. A job
//! without an answer times out, and the conversation goes on.

pub mod callsign;
mod chatter;
mod copilot;
mod faults;
mod first;
pub mod gate;
mod menu;
mod outgoing;
mod pace;
mod page;
pub mod place;
mod plan;
mod press;
mod simulator;
pub mod telling;
mod voices;

use std::sync::Arc;
use std::time::Duration;

use crate::airports::data::Airports;
use crate::atc::intent::{Intent, Understanding};
use crate::atc::phase::Phase;
use crate::atc::silence::Silence;
use crate::atc::{Engine, Setup, language_model};
use crate::event::{Edge, Effect, Event, Heard, Latency, MenuModel, Opinion, Speaker, TrayState};
use crate::models::{self, brains};
use crate::problem::{Part, Problem};
use crate::report::SimState;
use crate::settings::{BrainMode, Config, PilotMode};
use crate::units::{Callsign, Time, TxId};

pub use first::NO_PRESS;
use outgoing::Outgoing;

/// Timeout for speech recognition.
const RECOGNISE_DEADLINE: Duration = models::TIMEOUT;
/// Timeout for the take to arrive.
const CAPTURE_DEADLINE: Duration = Duration::from_secs(3);
/// Timeout for synthesis or playback without progress.
const VOICE_DEADLINE: Duration = Duration::from_secs(20);

/// How long after a lost call the message about the restored microphone mentions that call.
const LOST_CALL: Duration = Duration::from_secs(10);

/// What the open transmission is waiting for.
#[derive(Debug, Clone, PartialEq)]
enum Stage {
    /// The key is held.
    Listening,
    /// The key is released; the tail is still being recorded.
    Tail,
    /// The take is being extracted.
    Capturing,
    /// Speech recognition is running.
    Recognising,
    /// The language model is running; the rules' own reading is the fallback at its deadline.
    Consulting { heard: String, reading: Box<Understanding> },
}

/// A transmission of the pilot, from key press to decision.
#[derive(Debug, Clone)]
struct Open {
    tx: TxId,
    stage: Stage,
    since: Time,
    deadline: Option<Time>,
    /// When the key was released.
    released: Time,
    /// End of the take, from which latency is measured.
    ended: Time,
    latency: Latency,
    /// The request to answer, if the call was typed instead of spoken.
    typed: Option<u64>,
    /// The microphone is open and capturing.
    heard: bool,
    /// The press silenced a controller, which may have been its only purpose.
    silenced: bool,
}

impl Open {
    fn at(tx: TxId, stage: Stage, now: Time, typed: Option<u64>) -> Self {
        Self {
            tx,
            stage,
            since: now,
            deadline: None,
            released: now,
            ended: now,
            latency: Latency::default(),
            typed,
            heard: false,
            silenced: false,
        }
    }
}

/// The root of the pure half: events in, effects out.
#[derive(Debug)]
pub struct App {
    config: Arc<Config>,
    airports: Airports,
    engine: Engine,
    open: Option<Open>,
    out: Option<Outgoing>,
    next_tx: u64,
    faults: faults::Faults,
    overdriven: bool,
    shown: (TrayState, MenuModel),
    done: copilot::Done,
    desk: menu::Known,
    first: first::First,
    pace: pace::Pace,
    page: page::Kept,
    chatter: chatter::Chatter,
    simulator: simulator::Simulator,
    /// The simulator's callsign that differs from the chosen one, once the pilot knows it.
    other_told: Option<Callsign>,
    /// When the microphone was lost during a call.
    lost_at: Option<Time>,
    quitting: bool,
}

impl App {
    /// Creates an application with this configuration.
    pub fn new(config: Arc<Config>, airports: Airports) -> Self {
        let engine = Engine::new(airports.clone(), setup(&config));
        let chosen_name = place::name_of(&airports, config.sim.airport.as_deref());
        Self {
            config,
            airports,
            engine,
            open: None,
            out: None,
            next_tx: 1,
            faults: faults::Faults::default(),
            overdriven: false,
            shown: (TrayState::Ready, MenuModel::default()),
            done: copilot::Done::default(),
            desk: menu::Known::at(chosen_name),
            first: first::First::default(),
            pace: pace::Pace::default(),
            page: page::Kept::default(),
            chatter: chatter::Chatter::default(),
            simulator: simulator::Simulator::default(),
            other_told: None,
            lost_at: None,
            quitting: false,
        }
    }

    /// The controller, read-only.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The id of the open transmission, if any.
    pub fn open_tx(&self) -> Option<TxId> {
        self.open.as_ref().map(|o| o.tx)
    }

    /// When `handle` needs an [`Event::Wake`].
    pub fn next_deadline(&self) -> Option<Time> {
        let open = self.open.as_ref().and_then(|o| o.deadline);
        let out = self.out.as_ref().and_then(|o| o.deadline);
        // The engine stays silent while anybody is speaking.
        let engine = if self.open.is_none() && (self.out.is_none() || self.plays_recording()) { self.engine.next_deadline() } else { None };
        let simulator = self.simulator_deadline();
        [open, out, engine, simulator, self.first.deadline(), self.awaited_deadline(), self.page.due, self.chatter.deadline()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Handles one event and returns the effects to carry out.
    pub fn handle(&mut self, now: Time, event: Event) -> Vec<Effect> {
        let mut fx = Vec::new();
        let spoken = self.open.as_ref().is_some_and(|o| o.typed.is_none());
        let only_a_report = matches!(event, Event::Sim(_));
        match event {
            Event::Wake => self.wake(now, &mut fx),
            Event::Ptt(edge) if self.first.tests_key() => self.test_press(now, edge, &mut fx),
            Event::Ptt(Edge::Down) => self.key_down(now, &mut fx),
            Event::Ptt(Edge::Up) => self.key_up(now, &mut fx),
            Event::Ptt(Edge::Toggle) if self.listens() => self.key_up(now, &mut fx),
            Event::Ptt(Edge::Toggle) => self.key_down(now, &mut fx),
            Event::Captured { tx, take } => self.captured(now, tx, take, &mut fx),
            Event::Quiet { tx } => {
                if let Some(open) = self.open.as_mut().filter(|o| o.tx == tx && o.stage == Stage::Tail) {
                    open.deadline = Some(now);
                    self.wake(now, &mut fx);
                }
            }
            Event::SoFar { tx, take } => {
                let open = self.open.as_ref().filter(|o| o.tx == tx && matches!(o.stage, Stage::Listening | Stage::Tail));
                if open.is_some() && self.config.speech.eager && gate::judge(&take).is_none() {
                    fx.push(Effect::Ahead { tx, take, hints: self.hints() });
                }
            }
            Event::Heard { tx, result } => self.heard(now, tx, result, &mut fx),
            Event::Advice { tx, result } => self.advised(now, tx, result, &mut fx),
            Event::Voiced { tx, part, last, result } => self.voiced(now, tx, part, last, result, &mut fx),
            Event::Started { tx } => self.started(now, tx, &mut fx),
            Event::Played { tx, complete } => self.played(now, tx, complete, &mut fx),
            Event::Sim(report) => {
                // A stop beside the stand while taxiing out does not end the flight.
                let taxied_in = self.engine.phase() == Phase::TaxiIn;
                self.engine.see(now, &report);
                self.simulator.see(now, &report);
                if matches!(report.state, SimState::Menu | SimState::Flying | SimState::Paused) {
                    self.faults.over(Part::Simulator);
                }
                self.compare_callsigns(&mut fx);
                self.leave_recording(now, &mut fx);
                if taxied_in
                    && self.engine.phase() == Phase::Parked
                    && self.config.pilot.training
                    && let Some(words) = self.engine.sum_up()
                {
                    fx.push(self.notice("After the flight", &words));
                }
            }
            Event::Plan { id, plan } => self.file(id, plan, &mut fx),
            Event::SimBrief(result) => self.simbrief(result, &mut fx),
            Event::Config(Ok(config)) => self.valid_again(config, &mut fx),
            Event::Config(Err(p)) => self.trouble(p.or_about(Part::Settings), &mut fx),
            Event::Trouble(p) => self.trouble(p, &mut fx),
            Event::Model(Err(p)) => self.model_fails(p, &mut fx),
            Event::Device { part, result: Err(p) } => self.trouble(p.or_about(part), &mut fx),
            Event::Device { part, result: Ok(what) } => {
                self.faults.over(part);
                // It must not replace what a test or a step of the first run asks for.
                if !self.first.is_under_way() {
                    let lost = part == Part::Microphone && self.lost_at.take().is_some_and(|at| now.since(at) < LOST_CALL);
                    let again = if lost { " Your last call was lost: say it again." } else { "" };
                    fx.push(self.notice(part.row()[0], &format!("{what}{again}")));
                }
            }
            Event::Model(Ok(_)) => self.model_works(&mut fx),
            Event::UnknownModel { file, sha256 } => self.unknown_model(file, sha256),
            Event::Listening { tx, microphone } => {
                self.desk.open_microphone = microphone;
                self.faults.over(Part::Microphone);
                self.open.iter_mut().filter(|o| o.tx == tx).for_each(|o| o.heard = true);
            }
            Event::Fetching { model, percent } => self.desk.fetching = Some((model, percent)),
            Event::Fetched { model, result } => self.fetched(&model, result, &mut fx),
            Event::Update { asked, news } => self.updated(asked, news, &mut fx),
            Event::Offers(own) => {
                self.desk.refused_models.clear();
                self.desk.own_models = own;
            }
            Event::Absent(names) => self.desk.absent = names,
            Event::CallsignTyped(result) => self.callsign_typed(result, &mut fx),
            Event::AirportTyped(result) => self.airport_typed(result, &mut fx),
            Event::Airport { icao, origin, result: Ok(told) } => self.engine.described(&icao, origin, told),
            Event::Airport { result: Err(p), .. } => self.no_chart(p, &mut fx),
            Event::Surroundings(Ok(told)) => self.engine.surveyed(told),
            Event::Surroundings(Err(p)) => self.no_chart(p, &mut fx),
            Event::Devices(devices) => self.desk.devices = devices,
            Event::Autostart(on) => self.desk.autostart = on,
            Event::Bound(button) => self.bound(button, &mut fx),
            Event::KeyBound(key) => self.key_bound(key, &mut fx),
            Event::TypingKeyBound(key) => self.typing_key_bound(key, &mut fx),
            Event::Brains(all) => self.desk.brains = Some(all),
            Event::Steps(steps) => {
                self.lead(now, steps, &mut fx);
                self.check_airport(&mut fx);
            }
            Event::Level { microphone, rms_db } => self.level(now, &microphone, rms_db, &mut fx),
            Event::Checked(result) => self.checked(result, &mut fx),
            Event::CheckHeard(result) => self.check_heard(result, &mut fx),
            Event::TestKey { id } => self.test_key(now, Some(id), &mut fx),
            Event::NextCall { id } => self.await_call(now, id, &mut fx),
            Event::Suggest { id } => fx.push(self.suggest(id, self.suggested())),
            Event::FirstCall(id) => {
                fx.push(self.suggest(id, self.first_call().map(|c| self.aloud(&c)).into_iter().collect()));
            }
            Event::Pace { id } => {
                fx.push(Effect::Answer { id, text: self.given_up().unwrap_or_default(), note: String::new() });
            }
            Event::Working(parts) => self.checked_parts(&parts),
            Event::Notice { title, body } => fx.push(self.notice(&title, &body)),
            Event::Menu(choice) => self.chosen(now, choice, &mut fx),
            Event::Tune(to) => self.tune(to, &mut fx),
            Event::Mute(mute) => self.mute(now, mute, &mut fx),
            Event::Typed { id, text, opinion } => self.typed(now, id, &text, opinion, &mut fx),
            Event::Quit => self.quit(&mut fx),
        }
        if spoken && self.open.is_none() {
            self.call_came_to(now, &mut fx);
            self.keep_asking(now);
        }
        fx.extend(self.engine.unasked_airports().into_iter().map(|(icao, at)| Effect::FetchAirport { icao, at }));
        fx.extend(self.engine.unasked_area().map(Effect::FetchSurroundings));
        self.tell_simulator(now, &mut fx);
        self.copilot(&mut fx);
        self.chat(now, only_a_report, &mut fx);
        self.show(&mut fx);
        self.show_page(now, only_a_report, &mut fx);
        fx
    }

    /// Reports the engine's computation time, measured by the caller of [`App::handle`], because there is no clock here.
    pub fn spent(&mut self, ms: u32) {
        if let Some(out) = &mut self.out {
            out.decided_in(ms);
        }
    }

    fn heard(&mut self, now: Time, tx: TxId, result: Result<Heard, Problem>, fx: &mut Vec<Effect>) {
        // A replayed recording starts at `Heard`, so open a transmission if none is open.
        if self.open.is_none() && tx.0 >= self.next_tx {
            self.next_tx = tx.0 + 1;
            self.open = Some(Open::at(tx, Stage::Recognising, now, None));
        }
        let Some(open) = self.open.as_mut().filter(|o| o.tx == tx && o.stage == Stage::Recognising) else { return };
        match result {
            Err(p) => {
                self.open = None;
                match self.still_downloading() {
                    Some(wait) => fx.push(wait),
                    None => self.unanswered(p.or_about(Part::SpeechModel), fx),
                }
            }
            Ok(heard) => {
                open.latency.recognise = heard.took_ms;
                self.faults.understood();
                self.recognised_in(heard.took_ms, fx);
                if heard.text.trim().is_empty() {
                    // Silence and noise never become words: the pilot said nothing intelligible.
                    self.open = None;
                    fx.push(self.told(&gate::no_words()));
                    return;
                }
                let text = self.engine.likelier(&heard.text, &heard.others, heard.opinion).to_owned();
                self.words(now, text, heard.opinion, fx);
            }
        }
    }

    /// Handles the pilot's words, directly by the rules or after consulting the language model.
    fn words(&mut self, now: Time, text: String, opinion: Option<Opinion>, fx: &mut Vec<Effect>) {
        if self.first.wants_callsign() {
            return self.callsign_said(&text, fx);
        }
        let reading = self.engine.understand_with(&text, opinion);
        let ask = match self.config.brain.mode {
            BrainMode::Rules => false,
            BrainMode::Auto => reading.intent == Intent::Unknown,
            // An emergency is never delayed.
            BrainMode::Llm => !reading.has(Intent::Mayday) && !reading.has(Intent::PanPan),
        };
        let question = if ask {
            let model = language_model::Model { name: &self.config.brain.model, deadline_ms: self.config.brain.deadline_ms };
            self.engine.facts().map(|s| language_model::question(&text, &self.engine.context(), &s, self.engine.record(), model))
        } else {
            None
        };
        let Some(open) = self.open.as_mut() else { return };
        match question {
            Some(question) => {
                let tx = open.tx;
                open.deadline = Some(now + Duration::from_millis(u64::from(self.config.brain.deadline_ms)));
                open.since = now;
                open.stage = Stage::Consulting { heard: text, reading: Box::new(reading) };
                fx.push(Effect::Consult { tx, question });
            }
            None => self.decide(now, &text, reading, None, fx),
        }
    }

    fn advised(&mut self, now: Time, tx: TxId, result: Result<String, Problem>, fx: &mut Vec<Effect>) {
        let Some(open) = self.open.as_mut().filter(|o| o.tx == tx) else { return };
        let Stage::Consulting { heard, reading } = open.stage.clone() else { return };
        open.latency.consult = millis(now.since(open.since));
        let (mut advised, mut words) = (None, None);
        if let (Ok(answer), Some(facts)) = (result, self.engine.facts()) {
            let judged = language_model::gate(&answer, &heard, &self.engine.context(), &facts);
            if judged == Err(language_model::Refusal::NotJson) {
                self.no_use(fx);
            }
            advised = judged.ok();
            words = advised.as_ref().and_then(|a| language_model::words(&answer, &reading, a, &facts));
        }
        let reading = match advised {
            // If the rules are certain, they take precedence over the model's opinion.
            Some(a) if reading.intent == Intent::Unknown || reading.confidence < 0.7 && reading.intent != Intent::Readback => a,
            _ => *reading,
        };
        self.decide(now, &heard, reading, words, fx);
    }

    fn decide(&mut self, now: Time, text: &str, reading: Understanding, words: Option<String>, fx: &mut Vec<Effect>) {
        let Some(open) = self.open.take() else { return };
        let reading = self.named_by_sound(reading);
        let hearing = self.engine.answer_or(now, text, reading, words);
        fx.push(Effect::Record(self.line(now, Speaker::Pilot, text, &hearing, None)));
        if let Some(id) = open.typed {
            fx.push(Effect::Answer {
                id,
                text: hearing.reply.as_ref().map(|r| r.transmission.text.clone()).unwrap_or_default(),
                note: hearing.silence.as_ref().map(Silence::one_line).unwrap_or_default(),
            });
        }
        match hearing.reply.clone() {
            Some(reply) => {
                self.first.answered |= open.typed.is_none();
                fx.push(self.said(hearing.station.as_ref(), &reply, Some(text), hearing.lesson));
                self.speak(now, open.tx, open.ended, open.latency, reply, fx);
            }
            None => {
                let fragment = hearing.understanding.intent == Intent::Unknown && hearing.understanding.callsign.is_none();
                fx.push(match hearing.silence.unwrap_or(Silence::NotDue) {
                    Silence::NotDue if fragment => self.fragment(text),
                    why => self.silent(&why, text),
                });
            }
        }
    }

    fn typed(&mut self, now: Time, id: u64, text: &str, opinion: Option<Opinion>, fx: &mut Vec<Effect>) {
        if self.open.is_some() {
            fx.push(Effect::Answer { id, text: String::new(), note: "you are already transmitting".into() });
            return;
        }
        if text.trim().is_empty() {
            fx.push(Effect::Answer { id, text: String::new(), note: "nothing was said".into() });
            return;
        }
        self.cut_off(now, fx);
        let tx = self.new_tx();
        self.open = Some(Open::at(tx, Stage::Recognising, now, Some(id)));
        self.words(now, text.to_owned(), opinion, fx);
    }

    fn wake(&mut self, now: Time, fx: &mut Vec<Effect>) {
        self.test_overdue(now, fx);
        self.call_overdue(now, fx);
        if let Some(open) = self.open.as_mut().filter(|o| o.deadline.is_some_and(|d| d <= now)) {
            let tx = open.tx;
            match open.stage.clone() {
                Stage::Listening => {
                    // Cut off at the maximum hold. The speech so far is processed, and a stuck key transmits nothing more.
                    open.stage = Stage::Tail;
                    open.released = now;
                    open.deadline = Some(now);
                    fx.push(self.told(&gate::held(self.config.ptt.max_hold_s)));
                }
                Stage::Tail => {
                    open.stage = Stage::Capturing;
                    open.ended = now;
                    open.latency.tail = millis(now.since(open.released));
                    open.deadline = Some(now + CAPTURE_DEADLINE);
                    fx.push(Effect::EndCapture(tx));
                }
                Stage::Capturing => {
                    self.open = None;
                    let p = Problem::new("the microphone gave no sound").because("no sound arrived in time").fix("check the microphone");
                    self.unanswered(p.about(Part::Microphone).brief("No sound from the microphone", "It did not answer in time."), fx);
                }
                Stage::Recognising => {
                    self.open = None;
                    fx.push(Effect::Cancel(tx));
                    let p = Problem::new("speech recognition took too long")
                        .fix("use a smaller speech model, close other programs, or raise `threads` below [speech] in your settings")
                        .about(Part::SpeechModel)
                        .brief("Speech recognition took too long", "");
                    // The message about this call has the remedy, too.
                    self.recognised_in(millis(RECOGNISE_DEADLINE), &mut Vec::new());
                    let remedy = format!("Say it again. {}", self.speed_up());
                    self.unanswered(p.remedy(remedy), fx);
                }
                Stage::Consulting { heard, reading } => {
                    // Timeout: the engine answers without the model.
                    open.latency.consult = millis(now.since(open.since));
                    fx.push(Effect::Cancel(tx));
                    self.decide(now, &heard, *reading, None, fx);
                }
            }
        }
        self.voice_overdue(now, fx);
        self.chatter_overdue(now, fx);
        if self.open.is_none() && (self.out.is_none() || self.plays_recording()) && self.engine.next_deadline().is_some_and(|d| d <= now) {
            // A controller does not wait for the recording on the other radio.
            self.cut_off(now, fx);
            let Some(reply) = self.engine.wake(now) else { return };
            let tx = self.new_tx();
            if !reply.seen_before {
                fx.push(self.said(self.speaker(&reply).as_ref(), &reply, None, None));
            }
            self.speak(now, tx, now, Latency::default(), reply, fx);
        }
    }

    fn quit(&mut self, fx: &mut Vec<Effect>) {
        if self.quitting {
            return;
        }
        self.quitting = true;
        if let Some(open) = self.open.take() {
            fx.push(Effect::DropCapture(open.tx));
            fx.push(Effect::Cancel(open.tx));
        }
        fx.push(Effect::Silence);
        fx.push(Effect::Exit);
    }

    /// Reports once that an airport's data cannot be read. The data loaded before stays active, so the tray keeps working.
    fn no_chart(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        if self.desk.no_chart.as_ref() != Some(&p) {
            fx.push(self.told(&p.clone().or_about(Part::Airports)));
            self.desk.no_chart = Some(p);
        }
    }

    /// Reports once per language model that it does not follow its instructions; the controller works without it.
    fn no_use(&mut self, fx: &mut Vec<Effect>) {
        let model = self.config.brain.model.clone();
        if self.desk.no_use.as_ref() != Some(&model) {
            let body = format!(
                "{} answered in a form that Stratus cannot use, so it was ignored. Choose another under {}.",
                brains::plain_name(&model),
                Part::LanguageModel.place()
            );
            fx.push(self.noted("Language model not usable", &body, &model));
            self.desk.no_use = Some(model);
        }
    }

    fn new_tx(&mut self) -> TxId {
        let tx = TxId(self.next_tx);
        self.next_tx += 1;
        tx
    }

    /// Updates tray icon and menu if they changed.
    fn show(&mut self, fx: &mut Vec<Effect>) {
        let state = match (&self.open, &self.out) {
            // Red only while the microphone is capturing; opening it on key press takes time.
            (Some(o), _) if o.stage == Stage::Listening && o.heard => TrayState::Listening,
            (None, _) if self.first.is_pressed() => TrayState::Listening,
            // Until then there is nothing to process.
            (Some(o), _) if o.stage != Stage::Listening => TrayState::Thinking,
            (None, Some(_)) => TrayState::Speaking,
            _ if self.faults.first().is_some() || self.lacks_first_model() || self.desk.model_usable == Some(false) => TrayState::Fault,
            _ => TrayState::Ready,
        };
        let menu = self.menu();
        if state != self.shown.0 {
            fx.push(Effect::Tray(state));
        }
        if menu != self.shown.1 {
            fx.push(Effect::Menu(Box::new(menu.clone())));
        }
        self.shown = (state, menu);
    }
}

fn setup(config: &Config) -> Setup {
    Setup {
        callsign: config.pilot.callsign.clone(),
        aircraft_type: config.pilot.aircraft_type.clone(),
        airport: config.sim.airport.clone(),
        com1: config.sim.com1,
        strict: config.pilot.mode == PilotMode::Strict,
    }
}

fn millis(d: Duration) -> u32 {
    u32::try_from(d.as_millis()).unwrap_or(u32::MAX)
}

impl App {
    /// The id of the next transmission.
    pub fn upcoming_tx(&self) -> TxId {
        TxId(self.next_tx)
    }
    /// The controller, for tests and scenarios that stage a flight.
    pub fn engine_mut(&mut self) -> &mut Engine {
        &mut self.engine
    }
    /// Whether anybody is speaking; a playing recording does not count.
    pub fn talking(&self) -> bool {
        self.open.is_some() || self.out.is_some() && !self.plays_recording() || self.chatter.is_heard()
    }
    /// The current contents of the tray menu.
    pub fn menu_model(&self) -> MenuModel {
        self.menu()
    }
    /// Whether the controller is speaking.
    pub fn speaking(&self) -> bool {
        self.out.is_some()
    }
}
