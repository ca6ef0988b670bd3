//! The first run with its five steps, and the device tests behind them, which the menu also offers next to each device.

use std::path::PathBuf;
use std::time::Duration;

use super::App;
use super::telling::{EXAMPLE, NO_CALLSIGN, quoted};
use crate::event::{CALL_WITHIN_S, Edge, Effect, Heard, LISTEN_S, Loudness, SPEAK_WITHIN_S, Sample, Step, Steps, Toast};
use crate::models::{self, Offer};
use crate::problem::{Part, Problem};
use crate::settings::{Config, key_words};
use crate::units::{Callsign, Time};

/// The answer to a key test without a press.
pub const NO_PRESS: &str = "no press arrived";
/// How long a test waits for a key press.
const KEY_WITHIN: Duration = Duration::from_secs(20);
/// How long to wait for a callsign. The pilot may need to look it up.
const CALLSIGN_WITHIN: Duration = Duration::from_secs(120);
/// Number of cells in the level meter, from silence to full scale.
const CELLS: u8 = 20;
/// Below this level the meter is empty, dB.
const LEAST_DB: f32 = -60.0;

/// What the next key press is for, if it is not a call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Test {
    /// Tests that the press arrives.
    Key { until: Time, down: bool, asked: Option<u64> },
    /// Captures a callsign.
    Callsign { until: Time },
}

impl Test {
    /// Waits for a callsign from now on.
    pub(super) fn callsign(now: Time) -> Self {
        Self::Callsign { until: now + CALLSIGN_WITHIN }
    }
}

/// State of the microphone test. The pilot should not speak before it is open.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Check {
    Opening,
    Listening { since: Time },
}

/// A request that waits for the outcome of the next spoken call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Awaited {
    id: u64,
    /// Until then the pilot has to press the key.
    until: Time,
}

/// Progress of the first run, and the test in progress.
#[derive(Debug, Clone)]
pub(super) struct First {
    steps: Steps,
    pub(super) test: Option<Test>,
    /// The microphone test in progress.
    checking: Option<Check>,
    /// Name of the microphone whose test recording is still being recognised.
    unheard: Option<String>,
    /// Name of the microphone that has passed its test in this run.
    pub(super) proven: Option<String>,
    /// A possibly misheard callsign, accepted once it is repeated.
    pub(super) doubtful: Option<Callsign>,
    /// The request that waits for the outcome of the next spoken call.
    awaited: Option<Awaited>,
    /// The first run ended in this session, so the pilot is new.
    new: bool,
    /// A spoken call has been answered, but the answer may still be playing.
    pub(super) answered: bool,
}

impl Default for First {
    fn default() -> Self {
        Self {
            steps: Steps::over(),
            test: None,
            checking: None,
            unheard: None,
            proven: None,
            doubtful: None,
            awaited: None,
            answered: false,
            new: false,
        }
    }
}

impl First {
    pub(super) fn deadline(&self) -> Option<Time> {
        self.test.map(|test| match test {
            Test::Key { until, .. } | Test::Callsign { until } => until,
        })
    }

    pub(super) fn is_new(&self) -> bool {
        self.new
    }

    pub(super) fn tests_key(&self) -> bool {
        matches!(self.test, Some(Test::Key { .. }))
    }

    /// Whether the pilot has yet to do something they were asked for.
    pub(super) fn is_under_way(&self) -> bool {
        self.test.is_some() || self.checking.is_some() || self.unheard.is_some()
    }

    /// Whether the key is held during its test.
    pub(super) fn is_pressed(&self) -> bool {
        matches!(self.test, Some(Test::Key { down: true, .. }))
    }

    pub(super) fn wants_callsign(&self) -> bool {
        matches!(self.test, Some(Test::Callsign { .. }))
    }
}

fn call_within() -> Duration {
    Duration::from_secs(u64::from(CALL_WITHIN_S))
}

/// The title of the microphone test once the microphone is open, with the time that is left to begin.
fn say_now(elapsed: Duration) -> String {
    match u64::from(SPEAK_WITHIN_S).saturating_sub(elapsed.as_secs()) {
        0 => "Listening\u{2026}".to_owned(),
        left => format!("Say \u{201c}radio check\u{201d} now ({left} s)"),
    }
}

/// Draws a level as a row of cells, on a decibel scale to match perceived loudness.
fn bar(rms_db: f32) -> String {
    let loud = (rms_db - LEAST_DB) / -LEAST_DB * f32::from(CELLS);
    (0..CELLS).map(|n| if f32::from(n) + 0.5 < loud { '\u{2588}' } else { '\u{2591}' }).collect()
}

impl App {
    /// Progress of the first run. Steps that follow from the current state are not stored.
    pub(super) fn steps(&self) -> Steps {
        let mut steps = self.first.steps.clone();
        // With a mistake in the settings file, the defaults may be active: what is set up stays set up.
        let unknown = self.faults.first().is_some_and(|p| p.part == Part::Settings);
        for (step, done) in [(Step::Model, self.has_model()), (Step::Callsign, self.engine.callsign().is_some() || !steps.leads)] {
            if done {
                steps.done.insert(step);
            } else if !unknown {
                steps.done.remove(&step);
            }
        }
        steps
    }

    /// Starts or resumes the first run.
    pub(super) fn lead(&mut self, now: Time, steps: Steps, fx: &mut Vec<Effect>) {
        self.first.steps = steps;
        // With a mistake in the settings file, it is unknown what is missing. Report it; it must be fixed first.
        if self.faults.first().is_some_and(|p| p.part == Part::Settings) {
            return;
        }
        match self.steps().next() {
            Some(Step::Model) => {
                let size = self.first_model().map_or_else(String::new, |m| format!(" ({})", m.size()));
                let body = format!("It needs a speech model{size}. {}", self.next_row());
                fx.push(self.notice("Welcome to Stratus", &body));
            }
            // `stratus setup` starts the tray for this step and asks for the same call.
            Some(Step::Call) => self.step(now, Step::Call, fx),
            Some(_) => fx.push(self.notice("Your set-up is not finished", &self.next_row())),
            None => {}
        }
    }

    /// Whether there is a speech model, and nothing speaks against it. A file that Stratus does not know has to prove itself first.
    fn has_model(&self) -> bool {
        let speech = &self.config.speech;
        let vouched = || models::is_vouched(speech.model.as_deref(), speech.model_sha256.as_deref());
        speech.model.is_some() && self.desk.model_usable.unwrap_or_else(vouched)
    }

    /// The active speech model was refused.
    pub(super) fn model_fails(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        self.desk.model_usable = Some(false);
        self.trouble(p.or_about(Part::SpeechModel), fx);
    }

    /// Whether there is no speech model yet and the first run is about to offer one.
    pub(super) fn lacks_first_model(&self) -> bool {
        self.first.steps.leads && self.config.speech.model.is_none()
    }

    /// The menu row of the next step; empty if all steps are done.
    pub(super) fn next_row(&self) -> String {
        let next = self.steps().next();
        next.map_or_else(String::new, |s| format!("Click the Stratus icon, then \u{201c}{}\u{201d}.", Steps::place(s)))
    }

    /// Marks a step or device test as passed.
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

    /// The speech model that the first run downloads. If a mirror offers exactly one model, that model is meant.
    pub(super) fn first_model(&self) -> Option<Offer> {
        let refused = &self.desk.refused_models;
        let own: Vec<Offer> = self.desk.own_models.iter().filter(|o| !refused.contains(&o.name)).cloned().collect();
        let gone = [&self.desk.absent[..], refused].concat();
        let published = || models::first_choice(&gone).map(|m| Offer::published(m, None));
        own.first().filter(|_| own.len() == 1).cloned().or_else(published).or_else(|| own.first().cloned())
    }

    /// Runs a step from the menu, whether for the first time or again.
    pub(super) fn step(&mut self, now: Time, step: Step, fx: &mut Vec<Effect>) {
        match step {
            Step::Model if !self.has_model() => match self.first_model() {
                Some(offer) => self.fetch_model(&offer.name, fx),
                None => {
                    let body = format!("To use the public hub, remove the mirror's address under {}.", Part::Settings.place());
                    fx.push(self.notice("Your mirror has no speech models", &body));
                }
            },
            Step::Model => {
                let body = format!("Choose another under {}.", Part::SpeechModel.place());
                fx.push(self.notice(&format!("Speech model: {}", self.model_name()), &body));
            }
            Step::Microphone => self.check_microphone(fx),
            Step::Key => self.test_key(now, None, fx),
            Step::Callsign => self.ask_callsign(now, fx),
            Step::Call if self.config.speech.model.is_none() => fx.push(self.no_model()),
            Step::Call => {
                let Some(lines) = self.how_to_call() else {
                    fx.push(self.notice("Nobody to call", "Tune a frequency that a station answers on."));
                    return;
                };
                // The pilot reads it while finding the key; later the menu still has it.
                fx.push(self.to_say("Make your first call", &lines.join("\n")));
            }
        }
    }

    /// What the last step asks for, a line each: what to do, the call, and why it goes there.
    pub(super) fn how_to_call(&self) -> Option<Vec<String>> {
        let call = self.aloud(&self.first_call()?);
        let do_this = format!("Hold {}, wait for the red icon, and say:", self.key());
        Some([do_this, format!("\u{201c}{call}\u{201d}")].into_iter().chain(self.why_here()).collect())
    }

    /// The call that the last step asks for; `None` if no unit is on the frequency. Without a callsign, the one from the example is used.
    pub(super) fn first_call(&self) -> Option<String> {
        // After an answer no radio check is suggested, but this step may be repeated.
        let check = || {
            let own = self.engine.callsign().map_or_else(|| NO_CALLSIGN.to_owned(), Callsign::painted);
            Some(format!("{}, {own}, radio check", self.engine.station()?.name))
        };
        let call = self.engine.calls().into_iter().rev().find(|call| call.ends_with("radio check")).or_else(check)?;
        Some(call.replace(NO_CALLSIGN, EXAMPLE))
    }

    /// Ends the guided first run at the pilot's request.
    pub(super) fn skip_steps(&mut self, fx: &mut Vec<Effect>) {
        if self.first.steps.leads {
            self.first.steps.leads = false;
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
        }
    }

    /// The answer to a spoken call was played in full, so everything that the first run checks works.
    pub(super) fn call_is_over(&mut self, fx: &mut Vec<Effect>) {
        if std::mem::take(&mut self.first.answered) && self.first.steps.leads {
            (self.first.steps, self.first.new) = (Steps::over(), true);
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
            let more = "Help \u{203a} What to say now names calls that fit.".to_owned();
            let body: Vec<String> = self.next_call().into_iter().chain([more]).collect();
            fx.push(self.to_say("\u{2713} You are ready to fly", &body.join("\n")));
        }
    }

    /// Makes a request wait for the outcome of the next spoken call. Only one request can wait.
    pub(super) fn await_call(&mut self, now: Time, id: u64, fx: &mut Vec<Effect>) {
        if let Some(old) = self.first.awaited.replace(Awaited { id, until: now + call_within() }) {
            fx.push(Effect::Answer { id: old.id, text: String::new(), note: "another set-up waits for the call now".to_owned() });
        }
    }

    /// When the request stops waiting for a press. It waits as long as a call takes.
    pub(super) fn awaited_deadline(&self) -> Option<Time> {
        self.first.awaited.filter(|_| self.open.is_none()).map(|a| a.until)
    }

    /// Answers the request if the key was not pressed in time.
    pub(super) fn call_overdue(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.awaited_deadline().is_some_and(|due| due <= now)
            && let Some(Awaited { id, .. }) = self.first.awaited.take()
        {
            let key = self.key();
            let note = format!("No call was heard\nHold {key} while you speak, and release it when you have finished.");
            fx.push(Effect::Answer { id, text: String::new(), note });
        }
    }

    /// Reports the outcome of a spoken call to the request that waits for it, in the words of the notification. A press that only
    /// silenced a controller does not count as a call.
    pub(super) fn call_came_to(&mut self, now: Time, fx: &mut Vec<Effect>) {
        let Some(Awaited { id, .. }) = self.first.awaited else { return };
        let told = fx
            .iter()
            .rev()
            .find_map(|e| if let Effect::Toast(t) = e { Some((t.conversation, t.title.clone(), t.body.clone())) } else { None });
        let Some((answered, title, body)) = told else {
            self.first.awaited = Some(Awaited { id, until: now + call_within() });
            return;
        };
        self.first.awaited = None;
        fx.push(match body.split_once('\n').filter(|_| answered) {
            Some((text, rest)) => Effect::Answer { id, text: text.to_owned(), note: rest.to_owned() },
            None if answered => Effect::Answer { id, text: body, note: String::new() },
            None => Effect::Answer { id, text: String::new(), note: format!("{title}\n{body}") },
        });
    }

    pub(super) fn no_model(&self) -> crate::event::Effect {
        self.notice("Download a speech model first", &format!("Choose one under {}.", Part::SpeechModel.place()))
    }

    /// Name of the push-to-talk control: "Scroll Lock".
    pub(super) fn key(&self) -> String {
        if self.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&self.config.ptt.key) }
    }

    // The microphone.

    /// Listens to the microphone and shows its level.
    pub(super) fn check_microphone(&mut self, fx: &mut Vec<Effect>) {
        if self.first.checking.is_none() {
            self.first.checking = Some(Check::Opening);
            fx.push(self.notice("Microphone test", "Opening the microphone\u{2026} Then say \u{201c}radio check\u{201d}."));
            fx.push(Effect::CheckMicrophone(LISTEN_S));
        }
    }

    pub(super) fn level(&mut self, now: Time, microphone: &str, rms_db: f32, fx: &mut Vec<Effect>) {
        let since = match self.first.checking {
            None => return,
            Some(Check::Opening) => now,
            Some(Check::Listening { since }) => since,
        };
        // The first toast works on every desktop: it says that the microphone is open.
        let live = self.first.checking.replace(Check::Listening { since }) != Some(Check::Opening);
        self.faults.over(Part::Microphone);
        if let Effect::Toast(toast) = self.notice(&say_now(now.since(since)), &format!("{microphone}\n{}", bar(rms_db))) {
            fx.push(Effect::Toast(Toast { live, ..toast }));
        }
    }

    pub(super) fn checked(&mut self, result: Result<Sample, Problem>, fx: &mut Vec<Effect>) {
        self.first.checking = None;
        let sample = match result {
            Ok(sample) => sample,
            Err(p) => return self.unanswered(p.or_about(Part::Microphone), fx),
        };
        let name = &sample.microphone;
        let row = Part::Microphone.place();
        // The device exists and delivers samples, even if they are silent.
        self.faults.over(Part::Microphone);
        // The value in dB goes to the log only.
        let level = format!("{name}: peak {:.0} dB", sample.peak_db);
        match sample.loudness {
            Loudness::Silent => {
                let body =
                    format!("Speak within {SPEAK_WITHIN_S} seconds of being asked. If you did, unmute it or choose another under {row}.");
                fx.push(self.noted(&format!("No signal from {name}"), &body, &level));
            }
            Loudness::Quiet => {
                let body = format!("Speak within {SPEAK_WITHIN_S} seconds, closer to it, or turn it up in the system's sound settings.");
                fx.push(self.noted(&format!("{name} is too quiet"), &body, &level));
            }
            Loudness::TooLoud => fx.push(self.noted("Microphone too loud", &format!("{name} distorts. Turn it down."), &level)),
            Loudness::Good => {
                if self.config.speech.model.is_none() {
                    let body = format!("{name} hears you.\nTest it again when the speech model is ready.");
                    fx.push(self.noted("Good level", &body, &level));
                } else {
                    // Recognition takes a while; tell the pilot not to speak again.
                    fx.push(self.noted_for(models::TIMEOUT * 2, "Good level", "Recognising your words\u{2026}", &level));
                    self.first.unheard = Some(sample.microphone);
                    fx.push(Effect::HearCheck { take: sample.take, hints: self.engine.hints() });
                }
            }
        }
    }

    pub(super) fn check_heard(&mut self, result: Result<Heard, Problem>, fx: &mut Vec<Effect>) {
        let Some(name) = self.first.unheard.take() else { return };
        let heard = match result {
            Ok(heard) => heard,
            Err(p) => return self.unanswered(p.or_about(Part::SpeechModel), fx),
        };
        if let Some((title, body)) = self.timed_out(heard.took_ms) {
            return fx.push(self.notice(title, &body));
        }
        if heard.took_ms <= models::ACCEPTED_MS {
            self.in_time();
            self.faults.over(Part::SpeechModel);
        }
        // Either word proves that the pilot was understood.
        let is_check = |text: &str| ["radio", "check"].iter().any(|word| text.to_lowercase().contains(word));
        if is_check(&heard.text) || heard.others.iter().any(|o| is_check(&o.text)) {
            let slow = self.slow_test(heard.took_ms).map_or_else(String::new, |slow| format!("\n{slow}"));
            let body = format!("{name} heard you.\n{}{slow}", quoted(&heard.text));
            self.first.proven = Some(name);
            self.passed(Step::Microphone, "Microphone works", &body, fx);
        } else if heard.text.trim().is_empty() {
            let body = format!("Test {name} again, and speak a little slower.");
            fx.push(self.notice("Good level, but no words were understood", &body));
        } else {
            let body = format!("{}\nTest it again, and say only \u{201c}radio check\u{201d}.", quoted(&heard.text));
            fx.push(self.notice("Good level, but other words were heard", &body));
        }
    }

    // The key.

    /// Makes the next press a test of the key instead of a call. `asked` is the request that waits for the result.
    pub(super) fn test_key(&mut self, now: Time, asked: Option<u64>, fx: &mut Vec<Effect>) {
        let answer = |note: &str| asked.map(|id| Effect::Answer { id, text: String::new(), note: note.to_owned() });
        if self.open.is_some() || self.first.test.is_some() {
            fx.extend(answer("Stratus is busy with a call"));
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
                // A long hold passes the test too.
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

    /// A call also proves that the key works.
    pub(super) fn key_works(&mut self, fx: &mut Vec<Effect>) {
        self.tick(Step::Key, fx);
    }

    pub(super) fn test_overdue(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.first.deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.first.test.take() {
            Some(Test::Key { down: false, asked, .. }) => {
                fx.extend(asked.map(|id| Effect::Answer { id, text: String::new(), note: NO_PRESS.to_owned() }));
                let body = format!("Try again, or choose another key under {}.", Part::PushToTalk.place());
                fx.push(self.notice(&format!("{} was not pressed", self.key()), &body));
            }
            Some(Test::Key { asked, .. }) => {
                fx.extend(asked.map(|id| Effect::Answer { id, text: String::new(), note: "it was not released".to_owned() }));
                fx.push(self.notice(&format!("{} was not released", self.key()), "Press it once more, or choose another key."));
            }
            // Stratus is still working on what the pilot said.
            Some(Test::Callsign { .. }) if self.open.is_some() => self.first.test = Some(Test::callsign(now)),
            Some(Test::Callsign { .. }) => {
                self.first.doubtful = None;
                let next = self.next_row();
                let body = if next.is_empty() { "To say it: Pilot \u{203a} Say callsign." } else { &next };
                fx.push(self.notice("Your callsign was not said", body));
            }
            None => {}
        }
    }

    /// A press without a result leaves the question for the callsign open: "say it again" means the callsign.
    pub(super) fn keep_asking(&mut self, now: Time) {
        if self.first.wants_callsign() {
            self.first.test = Some(Test::callsign(now));
        }
    }

    // The speech model.

    /// Checks whether new settings name another speech model; if so, the pilot is notified when it is ready.
    pub(super) fn another_model(&mut self, new: &Config, fx: &mut Vec<Effect>) {
        // The model was removed, as after `stratus setup --undo`, so the first run offers one again.
        if self.config.speech.model.is_some() && new.speech.model.is_none() && !self.first.steps.leads {
            self.first.steps.leads = true;
            self.first.steps.done.remove(&Step::Model);
            self.first.steps.done.remove(&Step::Call);
            fx.push(Effect::KeepSteps(self.first.steps.clone()));
        }
        let named = |c: &Config| (c.speech.model.clone(), c.speech.model_sha256.clone());
        if named(&self.config) != named(new) {
            (self.desk.unknown_model, self.desk.model_usable) = (None, None);
            self.desk.awaits_model = new.speech.model.is_some();
        }
    }

    pub(super) fn model_works(&mut self, fx: &mut Vec<Effect>) {
        self.faults.over(Part::SpeechModel);
        (self.desk.unknown_model, self.desk.model_usable, self.desk.failed) = (None, Some(true), None);
        if std::mem::take(&mut self.desk.awaits_model) {
            self.model_is_ready(fx);
        }
    }

    /// A speech model that the pilot chose is ready.
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

    /// Accepts an unknown speech model at the pilot's request.
    pub(super) fn trust_model(&mut self, fx: &mut Vec<Effect>) {
        let Some(sha256) = self.desk.unknown_model.take() else { return };
        self.desk.awaits_model = true;
        fx.push(self.notice(&format!("Trying {}", self.model_name()), "This takes a while for a large model."));
        self.set_model_sum(sha256, fx);
    }
}

#[cfg(test)]
mod tests;
