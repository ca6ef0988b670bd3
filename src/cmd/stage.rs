//! `Stage`: the whole path in one thread and virtual time, with the real recogniser, engine and voice.
//!
//! The demo, replays and the headless mode run on it, with the same `App::handle`, recogniser and synthesiser as the tray, but
//! without waiting. Computation takes real time and advances the clock, so latencies are measured ones.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use crate::airports::described::{Described, Origin};
use crate::airports::surroundings::Surroundings;
use crate::app::App;
use crate::atc::hear::Alternative;
use crate::audio::{radio, take};
use crate::event::{Clip, Edge, Effect, Event, Heard, Latency, Line, Opinion, Speaker, Toast, Voice};
use crate::problem::Problem;
use crate::report::Report;
use crate::speech::mouth::Mouth;
use crate::speech::recognise::Recogniser;
use crate::speech::sentences::OnDemand;
use crate::units::{Time, TxId};

/// The result of one call.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The recogniser's words.
    pub heard: String,
    /// The pilot's line of the transcript.
    pub pilot: Option<Line>,
    /// The controller's line; `None` if it stayed silent.
    pub atc: Option<Line>,
    /// The controller's sound, after the radio effect.
    pub sound: Clip,
    /// The text of the toasts.
    pub toasts: Vec<Toast>,
}

/// A stage with an application on it.
pub struct Stage {
    /// The application.
    pub app: App,
    ears: Option<Recogniser>,
    voice: Option<Mouth>,
    now: Time,
    /// The microphone's sound for the next take.
    microphone: Option<Arc<[f32]>>,
    taking: Option<TxId>,
    toward: VecDeque<Event>,
    /// Reads the recognised words; `None` plays without a sentence model.
    pub sentences: Option<OnDemand>,
    /// Queued answers of a language model; without one, it does not answer.
    pub model: VecDeque<String>,
    /// Airport data from a simulator's files, returned on request.
    charts: BTreeMap<String, (Origin, Arc<Described>)>,
    /// Whether a transmission ends only when [`Stage::played`] says so; otherwise it ends by itself, heard to its end.
    pub plays_on: bool,
    on_air: Option<TxId>,
    /// Transmissions that ended by themselves anyway, so nothing remains to be reported for them.
    over: u32,
    last: Exchange,
    /// Every line of the transcript, in order.
    pub transcript: Vec<Line>,
    /// The lines of and to other aircraft since this was last emptied.
    pub overheard: Vec<Line>,
    radio_seed: u64,
}

impl Stage {
    /// Creates a stage. Without a recogniser, only typed or transcribed calls work; without a voice, there is no sound.
    pub fn new(app: App, ears: Option<Recogniser>, voice: Option<Mouth>) -> Self {
        Self {
            app,
            ears,
            voice,
            now: Time(0),
            microphone: None,
            taking: None,
            toward: VecDeque::new(),
            sentences: None,
            model: VecDeque::new(),
            charts: BTreeMap::new(),
            plays_on: false,
            on_air: None,
            over: 0,
            last: Exchange::default(),
            transcript: Vec::new(),
            overheard: Vec::new(),
            radio_seed: 1,
        }
    }

    /// The stage's clock.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Advances time to `until`, with the deadlines on the way. Returns what is said meanwhile.
    pub fn pass(&mut self, until: Time) -> Vec<Exchange> {
        let mut said = Vec::new();
        while let Some(deadline) = self.app.next_deadline().filter(|d| *d <= until) {
            self.now = self.now.max(deadline);
            self.last = Exchange::default();
            self.give(Event::Wake);
            if self.last.atc.is_some() || !self.last.toasts.is_empty() {
                said.push(std::mem::take(&mut self.last));
            }
        }
        self.now = self.now.max(until);
        said
    }

    /// Delivers a report of the simulator.
    pub fn report(&mut self, report: Report) {
        self.give(Event::Sim(Arc::new(report)));
    }

    /// Provides data about an airport: now, and again when the airport becomes relevant.
    pub fn tell_airport(&mut self, icao: &str, origin: Origin, told: Option<Arc<Described>>) {
        if let Some(told) = &told {
            self.charts.insert(icao.to_owned(), (origin, told.clone()));
        }
        self.give(Event::Airport { icao: icao.to_owned(), origin, result: Ok(told) });
    }

    /// Provides data about the surroundings, as from the pilot's files.
    pub fn tell_surroundings(&mut self, told: Arc<Surroundings>) {
        self.give(Event::Surroundings(Ok(told)));
    }

    /// A spoken call: key down, `sound` (16 kHz mono) into the microphone, key up, and everything that follows.
    pub fn call(&mut self, sound: &[f32]) -> Exchange {
        self.last = Exchange::default();
        self.give(Event::Ptt(Edge::Down));
        self.microphone = Some(sound.into());
        self.now = self.now + Duration::from_secs_f64(sound.len() as f64 / f64::from(take::RATE));
        self.give(Event::Ptt(Edge::Up));
        self.settle();
        std::mem::take(&mut self.last)
    }

    /// A call whose words are known, as in a recording.
    pub fn heard(&mut self, text: &str) -> Exchange {
        let scene = self.app.engine().context().scene();
        let opinion = self.sentences.as_mut().and_then(|s| s.opinion(text, &scene));
        self.heard_as(text, Vec::new(), opinion)
    }

    /// The same, with the recogniser's alternative readings and the sentence model's opinion.
    pub fn heard_as(&mut self, text: &str, others: Vec<Alternative>, opinion: Option<Opinion>) -> Exchange {
        self.last = Exchange::default();
        let tx = self.app.upcoming_tx();
        let heard = Heard { text: text.to_owned(), confidence: 1.0, took_ms: 0, others, looks: 1, opinion };
        self.give(Event::Heard { tx, result: Ok(heard) });
        self.settle();
        std::mem::take(&mut self.last)
    }

    /// The controller's transmission is over, complete or cut off.
    pub fn played(&mut self, complete: bool) {
        if self.over > 0 {
            self.over -= 1;
        } else if let Some(tx) = self.on_air.take() {
            self.give(Event::Played { tx, complete });
            self.over = self.over.saturating_sub(1);
        }
    }

    /// Processes deadlines until nobody is speaking.
    fn settle(&mut self) {
        let mut rounds = 0;
        while self.app.open_tx().is_some() || self.app.speaking() && !self.plays_on {
            let Some(deadline) = self.app.next_deadline() else { break };
            self.now = self.now.max(deadline);
            self.give(Event::Wake);
            rounds += 1;
            if rounds > 1000 {
                break;
            }
        }
    }

    fn give(&mut self, event: Event) {
        self.toward.push_back(event);
        while let Some(event) = self.toward.pop_front() {
            let (decides, begun) = (matches!(event, Event::Heard { .. } | Event::Advice { .. }), Instant::now());
            let effects = self.app.handle(self.now, event);
            if decides {
                self.app.spent(u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX));
            }
            for effect in effects {
                self.perform(effect);
            }
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Capture(tx) => self.taking = Some(tx),
            Effect::DropCapture(_) => self.taking = None,
            Effect::Release(_) => {}
            Effect::EndCapture(tx) => {
                let take = match (self.taking.take() == Some(tx), self.microphone.take()) {
                    (true, Some(sound)) => Ok(take::from_16k(&sound)),
                    _ => Err(Problem::new("there is no microphone on this stage")),
                };
                self.toward.push_back(Event::Captured { tx, take });
            }
            Effect::Transcribe { tx, take, hints } => {
                let begun = Instant::now();
                let result = match &mut self.ears {
                    Some(ears) => ears.transcribe(&take.samples, &hints, &AtomicBool::new(false)).map(|h| {
                        let opinion = self.sentences.as_mut().and_then(|s| s.opinion(&h.text, &hints.scene));
                        Heard { opinion, ..h }
                    }),
                    None => Err(Problem::new("there is no speech model on this stage")),
                };
                self.spend(begun);
                if let Ok(h) = &result {
                    self.last.heard.clone_from(&h.text);
                }
                self.toward.push_back(Event::Heard { tx, result });
            }
            Effect::Synthesise { tx, part, last, words, voice } => {
                let begun = Instant::now();
                let result = self.synthesise(&words, &voice);
                self.spend(begun);
                self.toward.push_back(Event::Voiced { tx, part, last, result });
            }
            Effect::Play { tx, part, last, clip, radio, volume_percent } => {
                if part == 0 {
                    self.toward.push_back(Event::Started { tx });
                }
                let sound = match radio {
                    Some(strength) => {
                        radio::through(&clip, &radio::Reception { first: part == 0, last, volume_percent, strength, seed: self.radio_seed })
                    }
                    None => clip,
                };
                self.radio_seed += 1;
                let mut all = self.last.sound.samples.to_vec();
                all.extend_from_slice(&sound.samples);
                self.last.sound = Clip { samples: all.into(), rate: sound.rate };
                if last && self.plays_on {
                    self.on_air = Some(tx);
                } else if last {
                    // The first sample plays before the rest is heard: handle `Started` first, then let time pass.
                    while let Some(event) = self.toward.pop_front() {
                        for effect in self.app.handle(self.now, event) {
                            self.perform(effect);
                        }
                    }
                    self.now = self.now + Duration::from_secs_f64(self.last.sound.seconds());
                    self.toward.push_back(Event::Played { tx, complete: true });
                }
            }
            Effect::Record(line) if line.overheard => self.overheard.push(line),
            Effect::Record(line) => {
                match line.from {
                    Speaker::Pilot => self.last.pilot = Some(line.clone()),
                    Speaker::Atc => self.last.atc = Some(line.clone()),
                }
                self.transcript.push(line);
            }
            Effect::FetchAirport { icao, .. } => {
                if let Some((origin, told)) = self.charts.get(&icao).cloned() {
                    self.toward.push_back(Event::Airport { icao, origin, result: Ok(Some(told)) });
                }
            }
            Effect::Delivered { .. } => self.over += u32::from(self.plays_on),
            Effect::Toast(toast) => self.last.toasts.push(toast),
            Effect::Consult { tx, .. } => {
                let absent = || Problem::new("no language model on this stage");
                self.toward.push_back(Event::Advice { tx, result: self.model.pop_front().ok_or_else(absent) });
            }
            _ => {}
        }
    }

    fn synthesise(&mut self, words: &str, voice: &Voice) -> Result<Clip, Problem> {
        match &mut self.voice {
            Some(m) => {
                let spoken = m.speak(words, voice, &|| false);
                if let Some(p) = spoken.trouble {
                    log::warn!("{}", p.one_line());
                }
                spoken.clip
            }
            None => Ok(Clip { samples: Arc::from([]), rate: 16_000 }),
        }
    }

    /// Real computation time advances the virtual clock.
    fn spend(&mut self, since: Instant) {
        self.now = self.now + since.elapsed();
    }

    /// The latencies of all answers so far.
    pub fn latencies(&self) -> Vec<&Latency> {
        self.transcript.iter().filter_map(|l| l.latency_ms.as_ref()).collect()
    }
}
