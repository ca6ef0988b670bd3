//! A press of the key: from key down to the take to recognise.

use std::time::Duration;

use super::{App, Open, RECOGNISE_DEADLINE, Stage, gate, millis};
use crate::atc::spelling_hint;
use crate::event::{Effect, Hints, Step, Take};
use crate::models::voices;
use crate::problem::{Part, Problem};
use crate::units::{Time, TxId};

impl App {
    /// Whether the key is held.
    pub(super) fn listens(&self) -> bool {
        self.open.as_ref().is_some_and(|o| o.stage == Stage::Listening)
    }

    pub(super) fn key_down(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.quitting || self.listens() {
            return;
        }
        self.faults.over(Part::PushToTalk);
        // Barge-in: the press silences Stratus at once and cancels the work in progress.
        let silenced = self.out.is_some() || self.chatter.is_heard();
        self.hush(now, fx);
        self.cut_off(now, fx);
        if let Some(old) = self.open.take() {
            if matches!(old.stage, Stage::Tail | Stage::Capturing) {
                fx.push(Effect::DropCapture(old.tx));
            }
            fx.push(Effect::Cancel(old.tx));
            // A second press while an answer is being prepared cancels the first call, so that the pilot need not wait.
            if old.typed.is_none() && !self.first.wants_callsign() {
                fx.push(self.notice("Your last call was dropped", "You pressed the key before it was answered. Say the whole call again."));
            }
            if let Some(id) = old.typed {
                fx.push(Effect::Answer { id, text: String::new(), note: "cancelled, because the key was pressed".into() });
            }
        }
        let tx = self.new_tx();
        let deadline = Some(now + Duration::from_secs(u64::from(self.config.ptt.max_hold_s)));
        self.open = Some(Open { deadline, silenced, ..Open::at(tx, Stage::Listening, now, None) });
        fx.push(Effect::Capture(tx));
        if self.config.audio.side_tone_percent > 0 && !self.config.audio.mute {
            fx.push(Effect::SideTone(self.config.audio.side_tone_percent));
        }
    }

    pub(super) fn key_up(&mut self, now: Time, fx: &mut Vec<Effect>) {
        let Some(open) = self.open.as_mut().filter(|o| o.stage == Stage::Listening) else { return };
        if now.since(open.since) < Duration::from_millis(u64::from(self.config.ptt.min_hold_ms)) {
            fx.push(Effect::DropCapture(open.tx));
            let silenced = open.silenced;
            self.open = None;
            if !silenced {
                fx.push(self.told(&gate::tapped(&self.key())));
            }
            return;
        }
        open.stage = Stage::Tail;
        open.released = now;
        open.deadline = Some(now + Duration::from_millis(u64::from(self.config.audio.tail_ms)));
        fx.push(Effect::Release(open.tx));
        self.key_works(fx);
    }

    /// Words to expect. During the first run without a simulator, a message names the station to call, so expect that station.
    pub(super) fn hints(&self) -> Hints {
        let hints = self.engine.hints();
        if self.first.wants_callsign() {
            // Expect a yes only if a question is pending.
            let yes = if self.first.doubtful.is_some() { "affirm, negative, " } else { "" };
            return Hints { prompt: format!("{yes}{}", spelling_hint()), again: String::new(), ..hints };
        }
        if self.steps().next() != Some(Step::Call) || self.engine.airport().is_some() {
            return hints;
        }
        let Some(call) = self.first_call() else { return hints };
        let station = call.split(',').next().unwrap_or_default();
        // End with a runway: a recogniser assumes that the end of the hint was already said. Include the place on its own, too: a
        // name that occurs once may be spelled phonetically.
        let place = station.rsplit_once(' ').map_or(station, |(place, _)| place);
        let words = [&hints.prompt, place, station, "runway eight"];
        let prompt = words.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
        Hints { again: prompt.clone(), prompt, ..hints }
    }

    /// The message for a press before the first speech model has arrived: the pilot only has to wait.
    pub(super) fn still_downloading(&self) -> Option<Effect> {
        let (name, percent) = self.desk.fetching.as_ref()?;
        if self.config.speech.model.is_some() || voices::find(name).is_some() {
            return None;
        }
        let body = format!("{percent} % has arrived. Call again when it is ready.");
        Some(self.notice("The speech model is still downloading", &body))
    }

    pub(super) fn captured(&mut self, now: Time, tx: TxId, take: Result<Take, Problem>, fx: &mut Vec<Effect>) {
        let Some(open) = self.open.as_mut().filter(|o| o.tx == tx) else { return };
        let take = match take {
            Ok(take) if open.stage == Stage::Capturing => take,
            // No microphone, or it was lost during the call: report it at once and wait for nothing.
            Err(p) if matches!(open.stage, Stage::Listening | Stage::Tail | Stage::Capturing) => {
                self.open = None;
                self.lost_at = Some(now);
                return self.unanswered(p.or_about(Part::Microphone), fx);
            }
            _ => return,
        };
        open.latency.capture = millis(now.since(open.ended));
        if let Some(deaf) = gate::judge(&take) {
            self.open = None;
            let p = match deaf {
                gate::Deaf::Silent if self.first.proven.as_ref() == Some(&self.desk.open_microphone) => gate::nothing(&self.key()),
                _ => deaf.problem(&self.microphone()),
            };
            // Not a standing fault: the pilot may have said nothing.
            fx.push(self.told(&p));
            return;
        }
        self.faults.over(Part::Microphone);
        // Report once until a take is clean again. The call may still be understood.
        let overdriven = gate::overdriven(&take);
        if overdriven && !self.overdriven {
            fx.push(
                self.notice("Microphone too loud", "Your voice is distorted. Turn the microphone down, or speak further away from it."),
            );
        }
        self.overdriven = overdriven;
        let Some(open) = self.open.as_mut() else { return };
        open.stage = Stage::Recognising;
        open.deadline = Some(now + RECOGNISE_DEADLINE);
        let hints = self.hints();
        fx.push(Effect::Transcribe { tx, take, hints });
    }
}
