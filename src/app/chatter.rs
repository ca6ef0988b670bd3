//! Other voices on the frequency: when an exchange between another aircraft and the controller is spoken, and when it is cut off.
//!
//! An exchange begins with a simulator's report, so that nothing wakes for it, and only while the frequency is free and nobody expects
//! anything of the pilot. The pilot's key, the controller's words to the pilot and a change of frequency cut it off at once.

use std::collections::VecDeque;
use std::time::Duration;

use super::{App, VOICE_DEADLINE, telling, voices};
use crate::atc::chatter::{By, Exchange};
use crate::atc::{is_question, say};
use crate::event::{Clip, Effect, Line, Speaker, Voice};
use crate::problem::Problem;
use crate::report::SimState;
use crate::settings::Chatter as Mode;
use crate::units::{Time, TxId};

/// The silence after the controller spoke to the pilot, who may want to answer.
const AFTER_ATC: Duration = Duration::from_secs(6);
/// The silence between two lines of an exchange.
const GAP: Duration = Duration::from_millis(450);
/// The longest exchange. The pilot's readback is left out of a longer one, and one that is still longer is not spoken.
const LONGEST: Duration = Duration::from_secs(28);
/// How long an answer of the pilot is awaited. A pilot who does not answer within this time does not intend to.
const AWAITED: Duration = Duration::from_secs(45);
/// The period of the limit in [`Mode::a_minute`].
const MINUTE: Duration = Duration::from_secs(60);

/// An exchange that is being spoken.
#[derive(Debug, Clone)]
struct OnAir {
    exchange: Exchange,
    /// The line that is being spoken.
    line: usize,
    tx: TxId,
    started: bool,
    /// Duration of the synthesised audio of this line so far.
    sound: Duration,
    deadline: Time,
    /// When the next line begins, after this one has ended.
    next: Option<Time>,
}

/// What is spoken of the other aircraft, and what was.
#[derive(Debug, Clone, Default)]
pub(super) struct Chatter {
    on_air: Option<OnAir>,
    /// When the exchanges of the last minute began.
    begun: VecDeque<Time>,
    /// When the last one ended.
    ended: Option<Time>,
    /// When the controller last spoke to the pilot.
    pub(super) addressed: Option<Time>,
}

impl Chatter {
    pub(super) fn deadline(&self) -> Option<Time> {
        self.on_air.as_ref().map(|on| on.next.unwrap_or(on.deadline))
    }

    /// Whether another aircraft or the controller to another aircraft is heard.
    pub(super) fn is_heard(&self) -> bool {
        self.on_air.is_some()
    }
}

impl App {
    /// Ends an exchange that must not go on, and begins one if a report has arrived and everybody is silent.
    pub(super) fn chat(&mut self, now: Time, reported: bool, fx: &mut Vec<Effect>) {
        let mode = self.config.speech.chatter;
        self.engine.listen(mode != Mode::Off);
        if self.chatter.on_air.as_ref().is_some_and(|on| !self.may_be_heard(mode, &on.exchange)) {
            self.hush(now, fx);
        }
        if reported && mode != Mode::Off && self.is_quiet(now, mode) {
            self.begin(now, fx);
        }
    }

    /// Whether an exchange may go on.
    fn may_be_heard(&self, mode: Mode, exchange: &Exchange) -> bool {
        let free = self.open.is_none() && self.out.is_none() && !self.quitting && !self.config.audio.mute;
        free && mode != Mode::Off && self.is_flying() && self.engine.station().as_ref() == Some(&exchange.station)
    }

    fn is_flying(&self) -> bool {
        self.engine.sim_state() == SimState::Flying
    }

    /// Whether nobody speaks or is about to: neither the pilot nor a controller.
    fn is_quiet(&self, now: Time, mode: Mode) -> bool {
        let free = self.open.is_none() && self.out.is_none() && self.chatter.on_air.is_none() && !self.quitting;
        let set_up = !self.first.is_under_way() && !self.first.wants_callsign() && !self.first.tests_key();
        let since = |at: Option<Time>, least: Duration| at.is_none_or(|at| now.since(at) >= least);
        let recent = self.chatter.begun.iter().filter(|at| now.since(**at) < MINUTE).count();
        free && set_up
            && !self.config.audio.mute
            && self.is_flying()
            && recent < mode.a_minute()
            && since(self.chatter.ended, mode.pause())
            && since(self.chatter.addressed, AFTER_ATC)
            && !self.awaits_pilot(now)
            && self.engine.next_deadline().is_none_or(|due| due > now + LONGEST)
    }

    /// Whether the controller waits for a readback or an answer.
    fn awaits_pilot(&self, now: Time) -> bool {
        let record = self.engine.record();
        let lately = |at: Time| now.since(at) < AWAITED;
        let asked = record.last.as_ref().is_some_and(|l| is_question(&l.items)) && record.issued.is_some_and(lately);
        asked || record.pending.as_ref().is_some_and(|p| lately(p.since)) || record.emergency.is_some()
    }

    fn begin(&mut self, now: Time, fx: &mut Vec<Effect>) {
        let Some(mut exchange) = self.engine.overhear(now) else { return };
        let lasts = |app: &Self, x: &Exchange| {
            let line = |n: usize| telling::speech(&x.lines[n].transmission.spoken, &app.voice_of(x, n)) + GAP;
            (0..x.lines.len()).map(line).sum::<Duration>()
        };
        if lasts(self, &exchange) > LONGEST && exchange.lines.len() > 2 {
            exchange.lines.pop();
        }
        if lasts(self, &exchange) > LONGEST {
            return;
        }
        self.chatter.begun.retain(|at| now.since(*at) < MINUTE);
        self.chatter.begun.push_back(now);
        self.say_line(now, exchange, 0, fx);
    }

    fn say_line(&mut self, now: Time, exchange: Exchange, line: usize, fx: &mut Vec<Effect>) {
        let voice = self.voice_of(&exchange, line);
        let phrases = exchange.lines.get(line).map(|l| say::phrases(&l.transmission.spoken)).unwrap_or_default();
        if phrases.is_empty() {
            self.chatter.ended = Some(now);
            return;
        }
        let (tx, count) = (self.new_tx(), phrases.len());
        for (i, words) in phrases.into_iter().enumerate() {
            let part = u32::try_from(i).unwrap_or(u32::MAX);
            fx.push(Effect::Synthesise { tx, part, last: i + 1 == count, words, voice: voice.clone() });
        }
        let deadline = now + VOICE_DEADLINE;
        self.chatter.on_air = Some(OnAir { exchange, line, tx, started: false, sound: Duration::ZERO, deadline, next: None });
    }

    /// The voice of a line.
    fn voice_of(&self, exchange: &Exchange, line: usize) -> Voice {
        let facility = exchange.station.facility;
        let controller = voices::of(&self.config.speech, self.engine.airport(), Some(&exchange.station), facility);
        match exchange.lines.get(line).map(|l| l.by) {
            Some(By::Pilot) => voices::of_aircraft(&self.config.speech, self.engine.airport(), &exchange.callsign, &controller),
            _ => controller,
        }
    }

    /// Plays a phrase of an exchange; whether it was one.
    pub(super) fn chatter_voiced(
        &mut self,
        now: Time,
        tx: TxId,
        part: u32,
        last: bool,
        result: Result<Clip, Problem>,
        fx: &mut Vec<Effect>,
    ) {
        let Some(on) = self.chatter.on_air.as_mut().filter(|on| on.tx == tx) else { return };
        let Ok(clip) = result else {
            // The controller's own words report a voice that does not work.
            return self.hush(now, fx);
        };
        on.sound += Duration::from_secs_f64(clip.seconds());
        on.deadline = now + on.sound + VOICE_DEADLINE;
        let strength = match on.exchange.lines.get(on.line).map(|l| l.by) {
            Some(By::Controller) => self.engine.reception(on.exchange.station.facility),
            _ => voices::strength(&on.exchange.callsign),
        };
        let radio = Some(strength).filter(|_| self.config.audio.radio_effect);
        fx.push(Effect::Play { tx, part, last, clip, radio, volume_percent: self.config.audio.volume_percent });
    }

    /// The first sound of a line is heard: it is written down.
    pub(super) fn chatter_started(&mut self, now: Time, tx: TxId, fx: &mut Vec<Effect>) {
        let Some(on) = self.chatter.on_air.as_mut().filter(|on| on.tx == tx && !on.started) else { return };
        on.started = true;
        let Some(line) = on.exchange.lines.get(on.line) else { return };
        fx.push(Effect::Record(Line {
            t: now.as_secs_f64(),
            from: if line.by == By::Pilot { Speaker::Pilot } else { Speaker::Atc },
            facility: Some(on.exchange.station.facility),
            frequency: Some(on.exchange.station.frequency),
            callsign: Some(on.exchange.callsign.clone()),
            text: line.transmission.text.clone(),
            intent: None,
            verdict: None,
            unanswered: None,
            latency_ms: None,
            overheard: true,
        }));
    }

    /// A line has ended: the next one follows after a moment.
    pub(super) fn chatter_played(&mut self, now: Time, tx: TxId, complete: bool, fx: &mut Vec<Effect>) {
        let Some(on) = self.chatter.on_air.as_mut().filter(|on| on.tx == tx && on.next.is_none()) else { return };
        if !complete {
            return self.hush(now, fx);
        }
        if on.line + 1 < on.exchange.lines.len() {
            on.next = Some(now + GAP);
        } else {
            self.chatter.on_air = None;
            self.chatter.ended = Some(now);
        }
    }

    /// Begins the next line, and gives up one that makes no sound.
    pub(super) fn chatter_overdue(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.chatter.deadline().is_none_or(|due| due > now) {
            return;
        }
        match self.chatter.on_air.take() {
            Some(on) if on.next.is_some() && self.may_be_heard(self.config.speech.chatter, &on.exchange) => {
                self.say_line(now, on.exchange, on.line + 1, fx);
            }
            on => {
                self.chatter.on_air = on;
                self.hush(now, fx);
            }
        }
    }

    /// Cuts the exchange off. The rest of it is never spoken.
    pub(super) fn hush(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if let Some(on) = self.chatter.on_air.take() {
            fx.push(Effect::Silence);
            fx.push(Effect::Cancel(on.tx));
            self.chatter.ended = Some(now);
        }
    }
}

#[cfg(test)]
mod tests;
