//! The controller's answer on its way: phrase by phrase through TTS to the speaker, until played in full.

use std::time::Duration;

use super::{App, VOICE_DEADLINE, millis, voices};
use crate::airports::Station;
use crate::atc::instruction::{Address, Instruction};
use crate::atc::say::Transmission;
use crate::atc::silence::Silence;
use crate::atc::{Hearing, Reply, say};
use crate::event::{Clip, Effect, Latency, Line, Speaker, Voice};
use crate::problem::{Part, Problem};
use crate::units::{Facility, Time, TxId};

/// Text of the test call.
const TEST_CALL: &str = "Stratus radio check. I read you five by five.";

/// An answer that is being spoken.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) tx: TxId,
    pub(super) deadline: Option<Time>,
    reply: Reply,
    /// The voice of the speaker.
    voice: Voice,
    /// Signal strength, percent.
    strength: u8,
    /// Where latency is measured from.
    from: Time,
    decided: Time,
    latency: Latency,
    /// Whether to record the answer as delivered; a repetition from the menu is not recorded.
    counts: bool,
    started: bool,
    /// Duration of the synthesised audio so far.
    sound: Duration,
}

impl Outgoing {
    /// Records the decision time for this answer only; later answers are measured separately.
    pub(super) fn decided_in(&mut self, ms: u32) {
        if self.latency.decide == 0 && self.latency.synthesise == 0 {
            self.latency.decide = ms;
        }
    }
}

impl App {
    pub(super) fn speak(&mut self, now: Time, tx: TxId, from: Time, latency: Latency, reply: Reply, fx: &mut Vec<Effect>) {
        let station = self.speaker(&reply);
        let voice = voices::of(&self.config.speech, self.engine.airport(), station.as_ref(), reply.instruction.from);
        if !reply.seen_before {
            self.desk.said(&reply, &voice);
        }
        let strength = self.engine.reception(reply.instruction.from);
        let out = Outgoing {
            tx,
            deadline: None,
            reply,
            voice,
            strength,
            from,
            decided: now,
            latency,
            counts: true,
            started: false,
            sound: Duration::ZERO,
        };
        self.send(now, out, fx);
    }

    /// Repeats an answer in its original voice.
    pub(super) fn repeat(&mut self, now: Time, tx: TxId, reply: Reply, voice: Voice, fx: &mut Vec<Effect>) {
        let latency = Latency::default();
        let out = Outgoing {
            tx,
            deadline: None,
            reply,
            voice,
            strength: 100,
            from: now,
            decided: now,
            latency,
            counts: false,
            started: false,
            sound: Duration::ZERO,
        };
        self.send(now, out, fx);
    }

    /// Says that all is well, without a speaker. It does not count as conversation.
    pub(super) fn test_call(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.open.is_some() || self.out.is_some() {
            return;
        }
        // The reply needs an addressee, but no callsign is spoken.
        let Ok(to) = "N1".parse() else { return };
        let from = Facility::Tower;
        let voice = voices::of(&self.config.speech, None, None, from);
        let instruction = Instruction { to, address: Address::Full, from, station: None, items: Vec::new() };
        let transmission = Transmission { text: TEST_CALL.into(), spoken: TEST_CALL.into() };
        let tx = self.new_tx();
        let body = format!("If not, choose another under {}.", Part::Speaker.place());
        fx.push(self.notice("You should hear the controller now", &body));
        self.repeat(now, tx, Reply { instruction, transmission, seen_before: true }, voice, fx);
    }

    fn send(&mut self, now: Time, mut out: Outgoing, fx: &mut Vec<Effect>) {
        self.hush(now, fx);
        if self.config.audio.mute {
            // Not spoken: the toast delivers the words.
            self.finish(now, out, true, fx);
            return;
        }
        let voice = self.paced(&out.voice);
        let phrases = say::phrases(&out.reply.transmission.spoken);
        let count = phrases.len();
        for (i, words) in phrases.into_iter().enumerate() {
            let part = u32::try_from(i).unwrap_or(u32::MAX);
            fx.push(Effect::Synthesise { tx: out.tx, part, last: i + 1 == count, words, voice: voice.clone() });
        }
        if count == 0 {
            self.finish(now, out, true, fx);
            return;
        }
        out.deadline = Some(now + VOICE_DEADLINE);
        self.out = Some(out);
    }

    pub(super) fn voiced(&mut self, now: Time, tx: TxId, part: u32, last: bool, result: Result<Clip, Problem>, fx: &mut Vec<Effect>) {
        let Some(out) = self.out.as_mut().filter(|o| o.tx == tx) else {
            return self.chatter_voiced(now, tx, part, last, result, fx);
        };
        match result {
            Ok(clip) => {
                if part == 0 {
                    out.latency.synthesise = millis(now.since(out.decided));
                }
                // Synthesis runs ahead of playback, so audio waiting to be played is not a stall.
                out.sound += Duration::from_secs_f64(clip.seconds());
                out.deadline = Some(now + out.sound + VOICE_DEADLINE);
                let radio = Some(out.strength).filter(|_| self.config.audio.radio_effect);
                let volume_percent = self.config.audio.volume_percent;
                fx.push(Effect::Play { tx, part, last, clip, radio, volume_percent });
            }
            Err(p) => {
                // Without a voice, the toast has delivered the words.
                if let Some(out) = self.out.take() {
                    fx.push(Effect::Silence);
                    self.finish(now, out, true, fx);
                }
                self.trouble(p.or_about(Part::Speaker), fx);
            }
        }
    }

    pub(super) fn started(&mut self, now: Time, tx: TxId, fx: &mut Vec<Effect>) {
        if let Some(out) = self.out.as_mut().filter(|o| o.tx == tx && !o.started) {
            out.started = true;
            self.faults.over(Part::Speaker);
            out.latency.first_audio = millis(now.since(out.from));
            out.deadline = Some(now + out.sound + VOICE_DEADLINE);
            let line = out.clone();
            if line.counts && line.latency.capture > 0 {
                self.desk.took(line.latency.first_audio);
            }
            self.write_down(now, &line, fx);
        } else {
            self.chatter_started(now, tx, fx);
        }
    }

    /// A line of the transcript.
    pub(super) fn line(&self, now: Time, from: Speaker, text: &str, hearing: &Hearing, latency: Option<Latency>) -> Line {
        Line {
            t: now.as_secs_f64(),
            from,
            facility: hearing.station.as_ref().map(|s| s.facility),
            frequency: hearing.station.as_ref().map(|s| s.frequency),
            callsign: self.engine.callsign().cloned().or_else(|| hearing.understanding.callsign.clone()),
            text: text.to_owned(),
            intent: Some(hearing.understanding.intent.word().to_owned()),
            verdict: hearing.verdict.map(|v| v.word().to_owned()),
            unanswered: hearing.reply.is_none().then(|| hearing.silence.as_ref().unwrap_or(&Silence::NotDue).one_line()),
            latency_ms: latency,
            overheard: false,
        }
    }

    /// Writes the controller's line to the transcript, once.
    fn write_down(&self, now: Time, out: &Outgoing, fx: &mut Vec<Effect>) {
        if !out.counts {
            return;
        }
        fx.push(Effect::Record(Line {
            t: now.as_secs_f64(),
            from: Speaker::Atc,
            facility: Some(out.reply.instruction.from),
            frequency: self.speaker(&out.reply).map(|s| s.frequency),
            callsign: Some(out.reply.instruction.to.clone()),
            text: out.reply.transmission.text.clone(),
            intent: None,
            verdict: None,
            unanswered: None,
            latency_ms: Some(out.latency.clone()),
            overheard: false,
        }));
    }

    pub(super) fn played(&mut self, now: Time, tx: TxId, complete: bool, fx: &mut Vec<Effect>) {
        if self.out.as_ref().is_some_and(|o| o.tx == tx)
            && let Some(out) = self.out.take()
        {
            self.finish(now, out, complete, fx);
        } else {
            self.chatter_played(now, tx, complete, fx);
        }
    }

    /// Barge-in: the rest of the answer is dropped and counts as not issued.
    pub(super) fn cut_off(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if let Some(out) = self.out.take() {
            fx.push(Effect::Silence);
            fx.push(Effect::Cancel(out.tx));
            self.finish(now, out, false, fx);
        }
    }

    /// Stops the recording when its frequency is no longer tuned.
    pub(super) fn leave_recording(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.plays_recording() && self.engine.recording_station().is_none() {
            self.cut_off(now, fx);
        }
    }

    /// Whether the recording is playing; nobody has to wait for it to end.
    pub(super) fn plays_recording(&self) -> bool {
        self.out.as_ref().is_some_and(|o| o.counts && o.reply.instruction.from == Facility::Atis)
    }

    /// The station that speaks.
    pub(super) fn speaker(&self, reply: &Reply) -> Option<Station> {
        if reply.instruction.from == Facility::Atis { self.engine.recording_station() } else { self.engine.station() }
    }

    pub(super) fn voice_overdue(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.out.as_ref().is_some_and(|o| o.deadline.is_some_and(|d| d <= now))
            && let Some(out) = self.out.take()
        {
            fx.push(Effect::Silence);
            fx.push(Effect::Cancel(out.tx));
            // Without any sound, the toast has delivered it. An answer that broke off was not played in full.
            let complete = !out.started;
            self.finish(now, out, complete, fx);
            let p = Problem::new("the controller's voice did not play").because("no sound left in time").fix("check the speaker");
            self.trouble(p.about(Part::Speaker).brief("No sound from the speaker", "The controller's voice did not play."), fx);
        }
    }

    fn finish(&mut self, now: Time, out: Outgoing, complete: bool, fx: &mut Vec<Effect>) {
        if out.reply.instruction.from != Facility::Atis {
            self.chatter.addressed = Some(now);
        }
        if !out.counts {
            return;
        }
        self.engine.delivered(now, complete);
        fx.push(Effect::Delivered { complete });
        self.call_is_over(fx);
        // Text that was only shown is written down too: muted, without a speaker, or cut off before its first sound. A recording is shown
        // once and may be cut off often.
        if !out.started && (complete || out.reply.instruction.from != Facility::Atis) {
            self.write_down(now, &out, fx);
        }
    }
}
