//! The first run, which leads through five steps, and the tests behind them: the menu offers each beside its device.

use std::path::PathBuf;
use std::time::Duration;

use super::App;
use super::telling::quoted;
use crate::event::{Edge, Effect, Heard, Loudness, Sample, Step, Steps, Toast};
use crate::models;
use crate::problem::{Part, Problem};
use crate::settings::{Config, key_words};
use crate::units::{Callsign, Time};

/// The microphone is listened to for so long at the most, seconds; less when the pilot has spoken.
const LISTEN_S: u32 = 8;
/// A press is waited for so long.
const KEY_WITHIN: Duration = Duration::from_secs(20);
/// The level of the microphone is drawn with so many cells, from silence to full scale.
const CELLS: u8 = 20;
/// Below this level the first cell stays empty, dB.
const LEAST_DB: f32 = -60.0;

/// What the next press of the key is for, where it is no call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Test {
    /// To see that it arrives.
    Key { until: Time, down: bool, asked: Option<u64> },
    /// To say a callsign.
    Callsign { until: Time },
}

/// The test of a microphone: until it is open, nobody is to speak.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Check {
    Opening,
    Listening,
}

/// How far the first run has come, and the test under way.
#[derive(Debug, Clone)]
pub(super) struct First {
    steps: Steps,
    pub(super) test: Option<Test>,
    /// The microphone is tested: being opened, or open and listened to.
    checking: Option<Check>,
    /// Its test waits for its words: its name, and the loudest moment in dB.
    unheard: Option<(String, f32)>,
    /// A callsign that may be misheard: it counts when it is said again.
    pub(super) doubtful: Option<Callsign>,
    /// A spoken call has its answer, which may still be heard.
    pub(super) answered: bool,
}

impl Default for First {
    fn default() -> Self {
        Self { steps: Steps::over(), test: None, checking: None, unheard: None, doubtful: None, answered: false }
    }
}

impl First {
    pub(super) fn deadline(&self) -> Option<Time> {
        self.test.map(|test| match test {
            Test::Key { until, .. } | Test::Callsign { until } => until,
        })
    }

    pub(super) fn tests_key(&self) -> bool {
        matches!(self.test, Some(Test::Key { .. }))
    }

    /// The pilot was asked for something and has not done it yet.
    pub(super) fn is_under_way(&self) -> bool {
        self.test.is_some() || self.checking.is_some() || self.unheard.is_some()
    }

    /// The key is held for its test.
    pub(super) fn is_pressed(&self) -> bool {
        matches!(self.test, Some(Test::Key { down: true, .. }))
    }

    pub(super) fn wants_callsign(&self) -> bool {
        matches!(self.test, Some(Test::Callsign { .. }))
    }
}

/// A level as a row of cells, as loud as a pilot hears it: in decibels.
fn bar(rms_db: f32) -> String {
    let loud = (rms_db - LEAST_DB) / -LEAST_DB * f32::from(CELLS);
    (0..CELLS).map(|n| if f32::from(n) + 0.5 < loud { '\u{2588}' } else { '\u{2591}' }).collect()
}

fn peak(db: f32) -> String {
    format!("peak \u{2212}{:.0} dB", db.abs())
}

impl App {
    /// How far the first run has come: what the situation itself shows is not kept.
    pub(super) fn steps(&self) -> Steps {
        let mut steps = self.first.steps.clone();
        for (step, done) in
            [(Step::Model, self.config.speech.model.is_some()), (Step::Callsign, self.engine.callsign().is_some() || !steps.leads)]
        {
            if done {
                steps.done.insert(step)
            } else {
                steps.done.remove(&step)
            };
        }
        steps
    }

    /// The first run begins, or goes on where it stopped.
    pub(super) fn lead(&mut self, now: Time, steps: Steps, fx: &mut Vec<Effect>) {
        self.first.steps = steps;
        match self.steps().next() {
            Some(Step::Model) => {
                let size = models::find(models::RECOMMENDED).map_or_else(String::new, models::Model::size);
                let body = format!("It needs a speech model ({size}). {}", self.next_row());
                fx.push(self.notice("Welcome to Stratus", &body));
            }
            // `stratus setup` starts the tray for this step, and asks for the same call.
            Some(Step::Call) => self.step(now, Step::Call, fx),
            Some(_) => fx.push(self.notice("Your set-up is not finished", &self.next_row())),
            None => {}
        }
    }

    /// There is no speech model, and the first run leads to one.
    pub(super) fn lacks_first_model(&self) -> bool {
        self.first.steps.leads && self.config.speech.model.is_none()
    }

    /// Where the menu goes on; empty when nothing is left to do.
    fn next_row(&self) -> String {
        let next = self.steps().next();
        next.map_or_else(String::new, |s| format!("Click the Stratus icon, then \u{201c}{}\u{201d}.", Steps::place(s)))
    }

    /// A step, or the test of a device, ended well.
    pub(super) fn passed(&mut self, step: Step, title: &str, body: &str, fx: &mut Vec<Effect>) {
        self.tick(step, fx);
        let next = self.next_row();
        let body = [body, &next].into_iter().filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
        fx.push(self.notice(&format!("\u{2713} {title}"), &body));
    }

    fn tick(&mut self, step: Step, fx: &mut Vec<Effect>) {
        if self.first.steps.done.insert(step) {
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
        }
    }

    /// A step is done in the way of the menu, the first time or once more.
    pub(super) fn step(&mut self, now: Time, step: Step, fx: &mut Vec<Effect>) {
        match step {
            Step::Model if self.config.speech.model.is_none() => {
                // A mirror that lists one model of its own alone means it.
                let name = if let [one] = &self.desk.own_models[..] { one.name.clone() } else { models::RECOMMENDED.to_owned() };
                self.fetch_model(&name, fx);
            }
            Step::Model => {
                let body = format!("Choose another under {}.", Part::SpeechModel.place());
                fx.push(self.notice(&format!("Speech model: {}", self.model_name()), &body));
            }
            Step::Microphone => self.check_microphone(fx),
            Step::Key => self.test_key(now, None, fx),
            Step::Callsign => self.ask_callsign(now, fx),
            Step::Call if self.config.speech.model.is_none() => fx.push(self.no_model()),
            Step::Call => {
                let Some(call) = self.first_call() else {
                    fx.push(self.notice("Nobody to call", "Tune a frequency that a station answers on."));
                    return;
                };
                let body = format!("Hold {}, wait for the red icon, and say:\n\u{201c}{call}\u{201d}", self.key());
                fx.push(self.notice("Make your first call", &body));
            }
        }
    }

    /// The call that the last step asks for; none where nobody is on the frequency. Somebody who has no callsign yet takes that of
    /// the example.
    pub(super) fn first_call(&self) -> Option<String> {
        Some(self.engine.calls().last()?.replace("your callsign", "Skyhawk 172SP"))
    }

    /// The pilot wants to be led no further.
    pub(super) fn skip_steps(&mut self, fx: &mut Vec<Effect>) {
        if self.first.steps.leads {
            self.first.steps.leads = false;
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
        }
    }

    /// The answer to a spoken call was heard: everything that the first run asks for works.
    pub(super) fn call_is_over(&mut self, fx: &mut Vec<Effect>) {
        if std::mem::take(&mut self.first.answered) && self.first.steps.leads {
            self.first.steps = Steps::over();
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
            fx.push(
                self.notice("\u{2713} You are ready to fly", "Help \u{203a} What to say now names calls that fit. Have a good flight!"),
            );
        }
    }

    pub(super) fn no_model(&self) -> crate::event::Effect {
        self.notice("Download a speech model first", &format!("Choose one under {}.", Part::SpeechModel.place()))
    }

    /// What the pilot holds while speaking: "Scroll Lock".
    pub(super) fn key(&self) -> String {
        if self.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&self.config.ptt.key) }
    }

    // The microphone.

    /// Listens, and shows the level meanwhile.
    pub(super) fn check_microphone(&mut self, fx: &mut Vec<Effect>) {
        if self.first.checking.is_none() {
            self.first.checking = Some(Check::Opening);
            fx.push(self.notice("Microphone test", "Opening the microphone\u{2026}"));
            fx.push(Effect::CheckMicrophone(LISTEN_S));
        }
    }

    pub(super) fn level(&mut self, microphone: &str, rms_db: f32, fx: &mut Vec<Effect>) {
        let Some(before) = self.first.checking.replace(Check::Listening) else {
            self.first.checking = None;
            return;
        };
        self.faults.over(Part::Microphone);
        if let Effect::Toast(toast) = self.notice("Say \u{201c}radio check\u{201d} now", &format!("{microphone}\n{}", bar(rms_db))) {
            // The first one is for every desktop: it says that the microphone is open.
            fx.push(Effect::Toast(Toast { live: before == Check::Listening, ..toast }));
        }
    }

    pub(super) fn checked(&mut self, result: Result<Sample, Problem>, fx: &mut Vec<Effect>) {
        self.first.checking = None;
        let sample = match result {
            Ok(sample) => sample,
            Err(p) => return self.unanswered(p.or_about(Part::Microphone), fx),
        };
        let (name, peak) = (&sample.microphone, peak(sample.peak_db));
        let row = Part::Microphone.place();
        // It is there and gives sound, even if that is silence.
        self.faults.over(Part::Microphone);
        match sample.loudness {
            Loudness::Silent => {
                let body = format!("Speak within {LISTEN_S} seconds. If you did, unmute it or choose another under {row} ({peak}).");
                fx.push(self.notice(&format!("No signal from {name}"), &body));
            }
            Loudness::TooLoud => fx.push(self.notice("Microphone too loud", &format!("{name} distorts ({peak}). Turn it down."))),
            Loudness::Good => {
                if self.config.speech.model.is_none() {
                    let body = format!("{name}: {peak}.\nTest it again when the speech model is ready.");
                    fx.push(self.notice("Good level", &body));
                } else {
                    // Recognition takes its time: nobody is to wonder whether to speak again.
                    fx.push(self.notice("Good level", "Recognising your words\u{2026}"));
                    self.first.unheard = Some((sample.microphone, sample.peak_db));
                    fx.push(Effect::HearCheck { take: sample.take, hints: self.engine.hints() });
                }
            }
        }
    }

    pub(super) fn check_heard(&mut self, result: Result<Heard, Problem>, fx: &mut Vec<Effect>) {
        let Some((name, loudest)) = self.first.unheard.take() else { return };
        let heard = match result {
            Ok(heard) => heard,
            Err(p) => return self.unanswered(p.or_about(Part::SpeechModel), fx),
        };
        let peak = peak(loudest);
        // One of the two words shows as well that the pilot is heard.
        let is_check = |text: &str| ["radio", "check"].iter().any(|word| text.to_lowercase().contains(word));
        if is_check(&heard.text) || heard.others.iter().any(|o| is_check(&o.text)) {
            let body = format!("{name} heard you ({peak}).\n{}", quoted(&heard.text));
            self.passed(Step::Microphone, "Microphone works", &body, fx);
        } else if heard.text.trim().is_empty() {
            let body = format!("{name}: {peak}. Test it again, and speak a little slower.");
            fx.push(self.notice("Good level, but no words were understood", &body));
        } else {
            let body = format!("{}\nTest it again, and say only \u{201c}radio check\u{201d}.", quoted(&heard.text));
            fx.push(self.notice("Good level, but other words were heard", &body));
        }
    }

    // The key.

    /// The next press is no call: it shows that it arrives. `asked` is the request of somebody who waits for that.
    pub(super) fn test_key(&mut self, now: Time, asked: Option<u64>, fx: &mut Vec<Effect>) {
        let answer = |note: &str| asked.map(|id| Effect::Answer { id, text: String::new(), note: note.to_owned() });
        if self.open.is_some() || self.first.test.is_some() {
            fx.extend(answer("the key is in use"));
            return;
        }
        if self.config.ptt.no_key() && self.config.ptt.joystick.is_empty() {
            let body = format!("Choose one under {}.", Part::PushToTalk.place());
            fx.push(self.notice("No push-to-talk key", &body));
            fx.extend(answer("there is no key"));
            return;
        }
        self.first.test = Some(Test::Key { until: now + KEY_WITHIN, down: false, asked });
        fx.push(self.notice(&format!("Hold {} for a moment", self.key()), "The icon turns red while you hold it."));
    }

    pub(super) fn test_press(&mut self, now: Time, edge: Edge, fx: &mut Vec<Effect>) {
        let Some(Test::Key { until, down, asked }) = self.first.test else { return };
        self.faults.over(Part::PushToTalk);
        match edge {
            Edge::Down | Edge::Toggle if !down => {
                // A long hold is as good.
                self.first.test = Some(Test::Key { until: until.max(now + KEY_WITHIN), down: true, asked });
            }
            Edge::Up | Edge::Toggle if down => {
                self.first.test = None;
                fx.extend(asked.map(|id| Effect::Answer { id, text: "pressed".to_owned(), note: String::new() }));
                let key = self.key();
                self.passed(Step::Key, &format!("{key} works"), "Hold it while you speak, and release it when you have finished.", fx);
            }
            _ => {}
        }
    }

    /// A call shows as well that the key arrives.
    pub(super) fn key_works(&mut self, fx: &mut Vec<Effect>) {
        self.tick(Step::Key, fx);
    }

    pub(super) fn test_overdue(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.first.deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.first.test.take() {
            Some(Test::Key { down: false, asked, .. }) => {
                fx.extend(asked.map(|id| Effect::Answer { id, text: String::new(), note: "no press arrived".to_owned() }));
                let body = format!("Try again, or choose another key under {}.", Part::PushToTalk.place());
                fx.push(self.notice(&format!("{} was not pressed", self.key()), &body));
            }
            Some(Test::Key { asked, .. }) => {
                fx.extend(asked.map(|id| Effect::Answer { id, text: String::new(), note: "it was not released".to_owned() }));
                fx.push(self.notice(&format!("{} was not released", self.key()), "Press it once more, or choose another key."));
            }
            Some(Test::Callsign { .. }) | None => {}
        }
    }

    // The speech model.

    /// Other settings come: whether they name another speech model, which the pilot then waits to hear of.
    pub(super) fn another_model(&mut self, new: &Config) {
        let named = |c: &Config| (c.speech.model.clone(), c.speech.model_sha256.clone());
        if named(&self.config) != named(new) {
            self.desk.unknown_model = None;
            self.desk.awaits_model = new.speech.model.is_some();
        }
    }

    pub(super) fn model_works(&mut self, fx: &mut Vec<Effect>) {
        self.faults.over(Part::SpeechModel);
        self.desk.unknown_model = None;
        if std::mem::take(&mut self.desk.awaits_model) {
            self.model_is_ready(fx);
        }
    }

    /// A speech model that the pilot chose can be used from now on.
    pub(super) fn model_is_ready(&mut self, fx: &mut Vec<Effect>) {
        let body = if self.first.steps.leads { "" } else { "Hold the key, say \u{201c}radio check\u{201d}, and release it." };
        let title = format!("Speech model {} is ready", self.model_name());
        self.passed(Step::Model, &title, body, fx);
    }

    pub(super) fn unknown_model(&mut self, file: PathBuf, sha256: String) {
        if self.config.speech.model.as_ref() == Some(&file) {
            self.desk.unknown_model = Some(sha256);
        }
    }

    /// The pilot's yes to a model that Stratus does not know.
    pub(super) fn trust_model(&mut self, fx: &mut Vec<Effect>) {
        let Some(sha256) = self.desk.unknown_model.take() else { return };
        self.desk.awaits_model = true;
        fx.push(self.notice(&format!("Trying {}", self.model_name()), "This takes a while for a large model."));
        self.set_model_sum(sha256, fx);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Alternative, Choice, Event, Take, TrayState};

    fn said(fx: &[Effect]) -> Vec<(String, String)> {
        fx.iter().filter_map(|e| if let Effect::Toast(t) = e { Some((t.title.clone(), t.body.clone())) } else { None }).collect()
    }

    fn kept(fx: &[Effect]) -> Option<Steps> {
        fx.iter().rev().find_map(|e| if let Effect::KeepSteps(s) = e { Some(s.clone()) } else { None })
    }

    fn fresh() -> App {
        let mut config = Config::default();
        config.sim.airport = Some("PHTO".into());
        config.sim.com1 = "121.9".parse().ok();
        App::new(Arc::new(config), Airports::first())
    }

    fn choose(app: &mut App, at: u64, choice: Choice) -> Vec<Effect> {
        app.handle(Time(at), Event::Menu(choice))
    }

    fn sample(loudness: Loudness) -> Event {
        Event::Checked(Ok(Sample { microphone: "Headset".into(), loudness, peak_db: -14.2, take: Take::default() }))
    }

    fn words(text: &str) -> Heard {
        Heard { text: text.into(), confidence: 0.9, took_ms: 100, ..Heard::default() }
    }

    #[test]
    fn five_steps_end_in_ticks_and_lead_on() {
        let mut app = fresh();
        let fx = app.handle(Time(0), Event::Steps(Steps::begun()));
        assert!(said(&fx)[0].0 == "Welcome to Stratus" && said(&fx)[0].1.contains("148 MB"), "{fx:?}");
        assert!(fx.contains(&Effect::Tray(TrayState::Fault)), "the icon asks for the pilot: {fx:?}");
        assert_eq!(app.steps().next(), Some(Step::Model));
        // The model.
        let fx = choose(&mut app, 10, Choice::Step(Step::Model));
        assert!(fx.contains(&Effect::Fetch(Some("base.en".into()))), "{fx:?}");
        let fx = app.handle(Time(20), Event::Fetched { model: "base.en".into(), result: Ok("/m/ggml-base.en.bin".into()) });
        assert_eq!(said(&fx)[0].0, "\u{2713} Speech model Base is ready");
        assert!(said(&fx)[0].1.contains("Set up (2 of 5)"), "{fx:?}");
        // The microphone: level, words.
        let fx = choose(&mut app, 30, Choice::Step(Step::Microphone));
        assert!(fx.contains(&Effect::CheckMicrophone(LISTEN_S)), "{fx:?}");
        assert_eq!(said(&fx)[0].0, "Microphone test", "nobody is to speak yet");
        let mut levels =
            [-90.0, -30.0].map(|rms_db| app.handle(Time(40), Event::Level { microphone: "Headset".into(), rms_db }).swap_remove(0));
        let Effect::Toast(open) = &levels[0] else { panic!("{levels:?}") };
        assert!(open.title.starts_with("Say") && !open.live, "{open:?}");
        let Effect::Toast(t) = &mut levels[1] else { panic!("{levels:?}") };
        assert!(t.live && t.body == format!("Headset\n{}{}", "\u{2588}".repeat(10), "\u{2591}".repeat(10)), "{t:?}");
        let fx = app.handle(Time(50), sample(Loudness::Good));
        assert!(fx.iter().any(|e| matches!(e, Effect::HearCheck { .. })) && said(&fx)[0].0 == "Good level", "{fx:?}");
        let fx = app.handle(Time(60), Event::CheckHeard(Ok(words("Radio check."))));
        assert_eq!(said(&fx)[0].0, "\u{2713} Microphone works");
        assert!(said(&fx)[0].1.contains("Headset heard") && kept(&fx).unwrap().done.contains(&Step::Microphone), "{fx:?}");
        // The key: red while it is held, and no call.
        choose(&mut app, 70, Choice::Step(Step::Key));
        let fx = app.handle(Time(80), Event::Ptt(Edge::Down));
        assert!(fx.contains(&Effect::Tray(TrayState::Listening)) && app.open_tx().is_none(), "{fx:?}");
        let fx = app.handle(Time(90), Event::Ptt(Edge::Up));
        assert_eq!(said(&fx)[0].0, "\u{2713} Scroll Lock works");
        // The callsign, by voice.
        choose(&mut app, 100, Choice::Step(Step::Callsign));
        let tx = app.upcoming_tx();
        let fx = app.handle(Time(110), Event::Heard { tx, result: Ok(words("mumble")) });
        assert_eq!(said(&fx)[0].0, "No callsign understood");
        let tx = app.upcoming_tx();
        let fx = app.handle(Time(120), Event::Heard { tx, result: Ok(words("November one seven two sierra papa")) });
        assert!(fx.contains(&Effect::SetKey { path: "pilot.callsign".into(), value: "\"N172SP\"".into() }), "{fx:?}");
        assert!(said(&fx).iter().any(|t| t.0 == "\u{2713} Your callsign is N172SP"), "{fx:?}");
        assert!(!fx.iter().any(|e| matches!(e, Effect::Synthesise { .. })), "it is no call");
        // The first call and its answer.
        let fx = choose(&mut app, 130, Choice::Step(Step::Call));
        assert!(said(&fx)[0].1.contains("Hilo Ground, N172SP, radio check"), "{fx:?}");
        let tx = app.upcoming_tx();
        let fx = app.handle(Time(140), Event::Heard { tx, result: Ok(words("Hilo Ground, N172SP, radio check")) });
        assert!(said(&fx)[0].0.starts_with("Hilo Ground"), "{fx:?}");
        let fx = app.handle(Time(900), Event::Played { tx, complete: true });
        assert_eq!(said(&fx)[0].0, "\u{2713} You are ready to fly");
        assert_eq!((kept(&fx), app.steps().next()), (Some(Steps::over()), None));
    }

    #[test]
    fn a_spoken_call_that_is_answered_ends_the_first_run_and_so_does_the_pilot() {
        let mut app = fresh();
        app.handle(Time(0), Event::Steps(Steps::begun()));
        let fx = choose(&mut app, 5, Choice::SkipSteps);
        assert!(kept(&fx).is_some_and(|s| !s.leads) && app.steps().next().is_none());
        let mut app = fresh();
        let half = Steps { leads: true, done: [Step::Model, Step::Key].into() };
        let mut config = (*app.config).clone();
        config.speech.model = Some("/m/ggml-base.en.bin".into());
        app.config = Arc::new(config);
        let fx = app.handle(Time(0), Event::Steps(half));
        assert_eq!(said(&fx)[0].0, "Your set-up is not finished");
        let typed = app.handle(Time(10), Event::Typed { id: 1, text: "Hilo Ground, N172SP, radio check".into(), opinion: None });
        let Some(Effect::Synthesise { tx, .. }) = typed.iter().find(|e| matches!(e, Effect::Synthesise { .. })) else {
            panic!("{typed:?}")
        };
        assert!(kept(&app.handle(Time(900), Event::Played { tx: *tx, complete: true })).is_none(), "a typed call shows less");
    }

    #[test]
    fn each_result_of_the_microphones_test_has_its_words() {
        let mut app = fresh();
        let mut listen = |event: Event| {
            choose(&mut app, 0, Choice::CheckMicrophone);
            said(&app.handle(Time(10), event)).pop().unwrap()
        };
        assert_eq!(listen(sample(Loudness::Silent)).0, "No signal from Headset");
        assert!(listen(sample(Loudness::TooLoud)).1.contains("Turn it down"));
        assert_eq!(listen(sample(Loudness::Good)).0, "Good level", "nothing can be understood without a model");
        let lost = Problem::new("the microphone was lost").about(Part::Microphone);
        assert_eq!(listen(Event::Checked(Err(lost))).0, "The microphone was lost");
        let mut config = (*app.config).clone();
        config.speech.model = Some("/m/ggml-base.en.bin".into());
        app.handle(Time(20), Event::Config(Ok(Arc::new(config))));
        let mut hear = |heard: Heard| {
            choose(&mut app, 30, Choice::CheckMicrophone);
            app.handle(Time(40), sample(Loudness::Good));
            said(&app.handle(Time(50), Event::CheckHeard(Ok(heard)))).pop().unwrap()
        };
        assert!(hear(words("")).0.contains("no words"));
        assert!(hear(words("Good morning")).1.starts_with("You: \"Good morning\""));
        let other = Alternative { text: "radio check".into(), weight: 0.8 };
        assert!(hear(Heard { others: vec![other], ..words("Radiotic") }).0.contains("works"));
    }

    #[test]
    fn a_key_that_is_not_pressed_is_told_and_whoever_asked_is_answered() {
        let mut app = fresh();
        app.handle(Time(0), Event::TestKey { id: 7 });
        let due = app.next_deadline().unwrap();
        let fx = app.handle(due, Event::Wake);
        assert!(fx.contains(&Effect::Answer { id: 7, text: String::new(), note: "no press arrived".into() }), "{fx:?}");
        assert_eq!(said(&fx)[0].0, "Scroll Lock was not pressed");
        app.handle(due, Event::TestKey { id: 8 });
        app.handle(due, Event::Ptt(Edge::Toggle));
        let fx = app.handle(due, Event::Ptt(Edge::Toggle));
        assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 8, text, .. } if text == "pressed")), "{fx:?}");
        // The next press is a call again.
        app.handle(due, Event::Ptt(Edge::Down));
        assert!(app.open_tx().is_some());
    }

    #[test]
    fn an_unknown_model_is_used_by_a_yes_and_its_success_is_told() {
        let mut app = fresh();
        let mut config = (*app.config).clone();
        config.speech.model = Some("/m/mine.bin".into());
        app.handle(Time(0), Event::Config(Ok(Arc::new(config))));
        let sum = "ab".repeat(32);
        app.handle(Time(1), Event::UnknownModel { file: "/m/other.bin".into(), sha256: sum.clone() });
        assert!(app.menu().unknown_model.is_none(), "another file");
        app.handle(Time(1), Event::UnknownModel { file: "/m/mine.bin".into(), sha256: sum.clone() });
        let unknown = Problem::new("cannot use it").about(Part::SpeechModel).brief("Speech model mine.bin is unknown", "");
        let fx = app.handle(Time(2), Event::Model(Err(unknown)));
        assert_eq!(said(&fx)[0].0, "Speech model mine.bin is unknown");
        let menu = app.menu();
        assert!(menu.unknown_model.as_deref() == Some("mine.bin") && menu.fault.unwrap().mend == Choice::TrustModel);
        let fx = choose(&mut app, 3, Choice::TrustModel);
        assert!(fx.contains(&Effect::SetKey { path: "speech.model_sha256".into(), value: format!("{sum:?}") }), "{fx:?}");
        let fx = app.handle(Time(4), Event::Model(Ok("/m/mine.bin".into())));
        assert_eq!(said(&fx)[0].0, "\u{2713} Speech model mine.bin is ready");
        assert!(app.menu().fault.is_none() && app.menu().unknown_model.is_none());
        assert!(said(&app.handle(Time(5), Event::Model(Ok("/m/mine.bin".into())))).is_empty(), "loaded again: no news");
    }

    #[test]
    fn the_bar_goes_from_silence_to_full_scale() {
        let full = |db: f32| bar(db).chars().filter(|c| *c == '\u{2588}').count();
        assert_eq!([-90.0, -60.0, -30.0, 0.0].map(full), [0, 0, 10, 20]);
    }
}
