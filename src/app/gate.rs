//! The gate before recognition: a take without a voice in it never becomes words, and the pilot is told why in a word.

use crate::event::Take;
use crate::problem::{Part, Problem};

/// A take below this loudness (RMS of its loudest 100 ms) is silence: -50 dBFS.
const SILENCE_RMS: f32 = 0.003;
/// The loudest 100 ms must stand above the noise floor by this factor: 4 dB.
const ABOVE_NOISE: f32 = 1.6;
/// Less voice than this is a click or a breath: the shortest word of a pilot, "no", takes some 200 ms.
const SHORTEST_VOICE_MS: u32 = 100;
/// With more samples than this at the converter's end, in a thousand, the words are at risk.
const OVERDRIVEN_PERMILLE: u16 = 10;

/// Why there is nothing to recognise in a take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deaf {
    /// The microphone gives nothing at all.
    Silent,
    /// Only what the room and the engine sound like all the time.
    OnlyNoise,
    /// A click, or a word that was cut.
    TooShort,
}

impl Deaf {
    /// What the pilot reads; `microphone` is what it is called.
    pub(super) fn problem(self, microphone: &str) -> Problem {
        match self {
            Deaf::Silent => Problem::new(format!("no signal from {microphone}"))
                .fix("check whether it is muted, or choose another")
                .about(Part::Microphone)
                .remedy(format!("Is it muted, or the wrong one? Test it under {}.", Part::Microphone.place())),
            Deaf::OnlyNoise => unheard("only background noise was heard", "Too quiet", "Only background noise was heard.")
                .remedy("Speak closer to the microphone, or turn it up."),
            Deaf::TooShort => {
                unheard("no word was heard", "Too short", "No word was heard.").remedy("Hold the key for as long as you speak.")
            }
        }
    }
}

/// A call that came to nothing although everything works.
fn unheard(what: &str, title: &str, cause: &str) -> Problem {
    Problem::new(what).brief(title, cause)
}

/// The key was let go before a word could be said.
pub(super) fn tapped() -> Problem {
    unheard("the key was only tapped", "Hold the key while you speak", "The press was too short for a call.")
        .remedy("Let go when you have finished.")
}

/// The key was held for longer than a transmission may be.
pub(super) fn held(seconds: u32) -> Problem {
    let cause = format!("The call was cut off after {seconds} seconds.");
    unheard("the key was held too long", "Key held too long", &cause).remedy("Let go of the key when you have finished.")
}

/// A voice was heard, and no words in it.
pub(super) fn no_words() -> Problem {
    unheard("no words were recognised", "Not understood", "No words were recognised.").remedy("Say it again, a little slower.")
}

/// What keeps a take from recognition; `None` when it may hold words.
pub fn judge(take: &Take) -> Option<Deaf> {
    if take.loudest_rms < SILENCE_RMS {
        Some(Deaf::Silent)
    } else if take.loudest_rms < take.noise_rms * ABOVE_NOISE {
        Some(Deaf::OnlyNoise)
    } else if take.voiced_ms < SHORTEST_VOICE_MS {
        Some(Deaf::TooShort)
    } else {
        None
    }
}

/// The microphone is turned up so far that it distorts.
pub(super) fn overdriven(take: &Take) -> bool {
    take.clipped_permille > OVERDRIVEN_PERMILLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_word_and_a_voice_passes() {
        let voice =
            Take { ms: 2000, peak: 0.6, loudest_rms: 0.2, noise_rms: 0.01, voiced_ms: 1200, clipped_permille: 3, ..Take::default() };
        assert_eq!(judge(&voice), None);
        assert!(!overdriven(&voice) && overdriven(&Take { clipped_permille: 40, ..voice.clone() }));
        assert_eq!(judge(&Take::default()), Some(Deaf::Silent));
        assert_eq!(judge(&Take { noise_rms: 0.19, ..voice.clone() }), Some(Deaf::OnlyNoise));
        assert_eq!(judge(&Take { voiced_ms: 60, ..voice }), Some(Deaf::TooShort));
        for d in [Deaf::Silent, Deaf::OnlyNoise, Deaf::TooShort] {
            let short = d.problem("the default microphone").short();
            assert!(!short.title.is_empty() && !short.remedy.is_empty(), "{short:?}");
        }
    }
}
