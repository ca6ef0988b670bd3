//! The gate before recognition: rejects takes without speech, and tells the pilot why.

use crate::event::Take;
use crate::problem::{Part, Problem};

/// A take below this loudness (RMS of its loudest 100 ms) is silence: -50 dBFS.
const SILENCE_RMS: f32 = 0.003;
/// The loudest 100 ms must exceed the noise floor by this factor: 4 dB.
const ABOVE_NOISE: f32 = 1.6;
/// Anything shorter is a click or a breath: the shortest word of a pilot, "no", takes about 200 ms.
const SHORTEST_VOICE_MS: u32 = 100;
/// Above this share of clipped samples, in permille, recognition becomes unreliable.
const OVERDRIVEN_PERMILLE: u16 = 10;

/// Why a take holds nothing to recognise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deaf {
    /// The microphone delivers no signal.
    Silent,
    /// Only the steady noise of the room and the engine.
    OnlyNoise,
    /// A click, or a truncated word.
    TooShort,
}

impl Deaf {
    /// The message for the pilot; `microphone` is the name of the device.
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

/// A call without a result although everything works.
fn unheard(what: &str, title: &str, cause: &str) -> Problem {
    Problem::new(what).brief(title, cause)
}

/// Silence from a microphone that has passed its test: the pilot said nothing.
pub(super) fn nothing(key: &str) -> Problem {
    unheard("nothing was heard", "I heard nothing", "").remedy(format!("Speak while you hold {key}."))
}

/// The key was released before a word could be spoken.
pub(super) fn tapped(key: &str) -> Problem {
    unheard("the key was only tapped", &format!("Hold {key} while you speak"), "The press was too short for a call.")
        .remedy("Let go when you have finished.")
}

/// The key was held longer than a transmission may last.
pub(super) fn held(seconds: u32) -> Problem {
    let cause = format!("The call was cut off after {seconds} seconds.");
    unheard("the key was held too long", "Key held too long", &cause).remedy("Let go of the key when you have finished.")
}

/// Speech was detected, but no words.
pub(super) fn no_words() -> Problem {
    unheard("no words were recognised", "Not understood", "No words were recognised.").remedy("Say it again, a little slower.")
}

/// Why a take is not worth recognising; `None` if it may hold words.
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

/// Whether the gain is so high that the microphone clips.
pub(super) fn overdriven(take: &Take) -> bool {
    take.clipped_permille > OVERDRIVEN_PERMILLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rejection_has_its_message_and_speech_passes() {
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
