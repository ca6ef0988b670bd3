//! The demo's pilot: calls at the usual places, listens, tunes, and reads back.

use super::Said;
use crate::atc::phase::Phase;
use crate::atc::spoken;
use crate::event::{Clip, Voice};
use crate::problem::Problem;
use crate::speech::synthesise::Synthesiser;
use crate::units::{Frequency, Region};

/// Why the pilot speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A planned call, by number.
    Planned(usize),
    /// A readback of the controller's words.
    Readback,
    /// A readback with a deliberate mistake.
    WrongReadback,
    /// Repeats the last call, because the controller asked.
    Again(usize),
}

impl Call {
    /// A correct readback expects no answer.
    pub fn is_readback(self) -> bool {
        matches!(self, Call::Readback)
    }
}

/// When a call is due: in one of these phases, this many seconds into it.
struct Step {
    phases: &'static [Phase],
    after: f64,
    /// Alternative wordings.
    words: &'static [&'static str],
}

const FULL: &str = "Skyhawk one seven two sierra papa";
const SHORT: &str = "Skyhawk two sierra papa";

/// A VFR circuit. `{F}` is the full callsign, `{S}` the short one.
const PLAN: &[Step] = &[
    Step { phases: &[Phase::Parked], after: 2.0, words: &["Hilo Ground, {F}, radio check."] },
    Step {
        phases: &[Phase::Parked],
        after: 8.0,
        words: &[
            "Hilo Ground, {F}, at the ramp, request taxi with information bravo.",
            "Hilo Ground, {F}, at the fuel pumps, request taxi with information delta.",
            "Hilo Ground, {F}, at the hangars, request taxi with information kilo.",
        ],
    },
    Step { phases: &[Phase::Taxiing], after: 20.0, words: &["Hilo Ground, {S}, request altimeter.", "Hilo Ground, {S}, request weather."] },
    Step { phases: &[Phase::Taxiing], after: 60.0, words: &["Hilo Ground, {S}, say again the runway.", "Hilo Ground, {S}, radio check."] },
    Step { phases: &[Phase::HoldingShort], after: 2.0, words: &["Hilo Ground, {S}, ready for departure runway eight."] },
    Step {
        phases: &[Phase::HoldingShort],
        after: 3.0,
        words: &[
            "Hilo Tower, {F}, ready for departure runway eight, left closed traffic.",
            "Hilo Tower, {F}, ready for takeoff runway eight, left closed traffic.",
        ],
    },
    Step { phases: &[Phase::Crosswind], after: 6.0, words: &["Hilo Tower, {S}, left crosswind runway eight."] },
    Step {
        phases: &[Phase::Downwind],
        after: 25.0,
        words: &[
            "Hilo Tower, {S}, midfield left downwind runway eight, full stop.",
            "Hilo Tower, {S}, left downwind runway eight, full stop.",
        ],
    },
    Step { phases: &[Phase::Base], after: 4.0, words: &["Hilo Tower, {S}, turning left base runway eight."] },
    Step { phases: &[Phase::Final], after: 20.0, words: &["Hilo Tower, {S}, short final runway eight."] },
    Step { phases: &[Phase::TaxiIn], after: 3.0, words: &["Hilo Ground, {S}, clear of runway eight, taxi to parking."] },
    Step { phases: &[Phase::TaxiIn], after: 4.0, words: &["Hilo Ground, {S}, clear of runway eight, taxi to parking."] },
    Step { phases: &[Phase::TaxiIn], after: 60.0, words: &["Hilo Ground, {S}, say again.", "Hilo Ground, {S}, request altimeter."] },
    Step { phases: &[Phase::Parked], after: 3.0, words: &["Hilo Ground, {S}, request frequency change."] },
];

/// The pilot of the demo.
pub struct Pilot {
    seed: u64,
    mouth: Synthesiser,
    voice: Voice,
    tuned: Option<Frequency>,
    /// The frequency to tune once the readback was said on the old one.
    tune_next: Option<Frequency>,
    step: usize,
    due: Vec<(String, Call)>,
    flown: bool,
    mistaken: bool,
    asked_again: u8,
}

impl Pilot {
    /// Creates a pilot; the seed varies voice, rate, pitch and wording.
    pub fn new(seed: u64, mouth: Synthesiser) -> Self {
        let name = if seed % 2 == 1 { "en-US" } else { "en-GB" };
        // Within the range that the demo's model was trained on.
        let rate_percent = 100 + (mix(seed, 1) % 16) as u16;
        let pitch_percent = 94 + (mix(seed, 2) % 14) as u16;
        Self {
            seed,
            mouth,
            voice: Voice { name: name.into(), rate_percent, pitch_percent, cast: None },
            tuned: "121.9".parse().ok(),
            tune_next: None,
            step: 0,
            due: Vec::new(),
            flown: false,
            mistaken: false,
            asked_again: 0,
        }
    }

    /// The pilot's voice.
    pub fn voice(&self) -> &Voice {
        &self.voice
    }

    /// COM1.
    pub fn tuned(&self) -> Option<Frequency> {
        self.tuned
    }

    /// The pilot's next call, if any: a pending readback, otherwise the next planned call if its place is reached.
    pub fn next(&mut self, phase: Phase, in_phase: f64, clear: bool) -> Option<(String, Call)> {
        self.flown |= phase == Phase::Departure;
        if !self.due.is_empty() {
            return Some(self.due.remove(0));
        }
        let step = PLAN.get(self.step)?;
        // Skip a call whose place was passed, instead of making it late.
        if !step.phases.contains(&phase) || in_phase < step.after || phase == Phase::TaxiIn && !clear || self.step > 11 && !self.flown {
            return None;
        }
        let words = step.words[(mix(self.seed, 10 + self.step as u64) as usize) % step.words.len()];
        let call = Call::Planned(self.step);
        self.step += 1;
        self.asked_again = 0;
        Some((words.replace("{F}", FULL).replace("{S}", SHORT), call))
    }

    /// Says this in the pilot's voice.
    pub fn speak(&mut self, words: &str) -> Result<Clip, Problem> {
        self.mouth.speak(words, &self.voice)
    }

    /// The pilot hears the answer: reads back, tunes, or repeats the call.
    pub fn hears(&mut self, said: &Said) {
        if said.call == Call::Readback
            && let Some(f) = self.tune_next.take()
        {
            self.tuned = Some(f);
        }
        let Some(atc) = &said.exchange.atc else { return };
        let text = atc.text.to_lowercase();
        if let Some(f) = contact(&text) {
            let unit = if text.contains("tower") { "tower" } else { "ground" };
            self.tune_next = Some(f);
            self.due.push((format!("Contact {unit} on {}, {SHORT}.", spoken::frequency(f, Region::FAA)), Call::Readback));
            return;
        }
        if text.contains("say ") || text.contains("verify") {
            if self.asked_again == 0 {
                self.asked_again = 1;
                let n = self.step.saturating_sub(1);
                self.due.push((said.words.clone(), Call::Again(n)));
            }
            return;
        }
        let Some(readback) = readback_of(&text) else { return };
        if text.contains("cleared for take") && !self.mistaken {
            // Make one mistake, as pilots do, to be corrected.
            self.mistaken = true;
            self.due.push((format!("Runway two six, cleared for takeoff, {SHORT}."), Call::WrongReadback));
            return;
        }
        self.due.push((readback, Call::Readback));
    }
}

/// The readback of the controller's words, in the demo model's vocabulary.
fn readback_of(text: &str) -> Option<String> {
    Some(if text.contains("cleared for take") {
        let closed = if text.contains("left closed traffic") { ", left closed traffic" } else { "" };
        format!("Runway eight, cleared for takeoff{closed}, {SHORT}.")
    } else if text.contains("cleared to land") {
        format!("Runway eight, cleared to land, {SHORT}.")
    } else if text.contains("taxi to parking") || text.contains("taxi to the ramp") {
        format!("Taxi to parking, {SHORT}.")
    } else if text.contains("runway 8, taxi") {
        format!("Taxi to runway eight, {SHORT}.")
    } else if text.contains("report midfield") {
        format!("Report midfield, {SHORT}.")
    } else {
        return None;
    })
}

/// The frequency in "contact Tower 118.1".
fn contact(text: &str) -> Option<Frequency> {
    let after = text.split("contact ").nth(1)?;
    after.split_whitespace().find_map(|w| w.trim_end_matches(['.', ',']).parse().ok())
}

/// SplitMix64: a number from a seed and a counter.
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
