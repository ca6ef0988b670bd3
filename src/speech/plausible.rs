//! Decides whether a recogniser's text can be what was said. Text made of noise cannot. A text that is far too short
//! for the voice in the sound has lost a part of it.

/// Below this mean probability a text was made of noise: noise gives 0.25 and less, speech in 5 dB of cockpit noise
/// 0.50 and more (docs/understanding.md).
const NOISE: f32 = 0.38;
/// Below this a text gets a second look.
const UNSURE: f32 = 0.58;
/// Pilots say three words a second, with each digit counted as a word. A text with fewer than this has lost a part of the call ...
const FEWEST_WORDS_A_SECOND: f32 = 1.9;
/// ... if the voice lasts long enough for the count to be reliable, seconds.
const LONG_ENOUGH_S: f32 = 2.5;
/// What whisper writes for silence, learned from film subtitles. No pilot says one of these alone in a transmission.
const FROM_FILMS: &[&str] = &["you", "thank you for watching", "thanks for watching", "bye", "bye bye", "the end", "please subscribe"];

/// The result of one computation of the recogniser.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    /// The words, trimmed.
    pub text: String,
    /// Mean probability of the tokens, 0 to 1.
    pub confidence: f32,
}

impl Reading {
    /// Whether nobody said this text.
    pub(super) fn is_noise(&self) -> bool {
        // Whisper writes sounds in brackets, and these are not words.
        let bare = self.text.starts_with(['[', '(', '*']) && self.text.ends_with([']', ')', '*']);
        let letters = words(&self.text).join(" ");
        bare || letters.is_empty() || self.confidence < NOISE || FROM_FILMS.contains(&letters.as_str())
    }

    /// Whether the text needs a second look: it is uncertain, or too short for this many seconds of voice.
    pub(super) fn is_doubtful(&self, spoken_s: f32) -> bool {
        self.confidence < UNSURE || self.lacks_words(spoken_s)
    }

    /// Whether there are too few words for this many seconds of voice, so that the beginning or the end is lost.
    pub(super) fn lacks_words(&self, spoken_s: f32) -> bool {
        spoken_s >= LONG_ENOUGH_S && (said(&self.text) as f32) < spoken_s * FEWEST_WORDS_A_SECOND
    }

    /// Whether this is the better of two readings of a call: one that lacks no words wins, then the one with the
    /// higher probability.
    pub(super) fn beats(&self, other: &Self, spoken_s: f32) -> bool {
        let rank = |r: &Self| (!r.text.is_empty(), !r.lacks_words(spoken_s));
        (rank(self), self.confidence) > (rank(other), other.confidence)
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// The number of words, with each digit counted as one: "172" is said as three.
fn said(text: &str) -> usize {
    words(text).iter().map(|w| w.chars().filter(char::is_ascii_digit).count().max(1)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(text: &str, confidence: f32) -> Reading {
        Reading { text: text.into(), confidence }
    }

    #[test]
    fn noise_is_rejected_and_words_are_kept() {
        assert!(!reading("hilo tower radio check", 0.9).is_noise());
        assert!(!reading("roger", 0.5).is_noise());
        for (text, c) in [("[BLANK_AUDIO]", 0.9), ("you", 0.8), ("one zero", 0.26), (" . ", 0.9), ("", 0.9)] {
            assert!(reading(text, c).is_noise(), "{text}");
        }
    }

    #[test]
    fn text_too_short_for_its_sound_lacks_words() {
        // Measured on recordings that lost their beginning or end, and on a slow speaker.
        for (text, s, lost) in [
            ("8 miles south at 2500, inbound for landing with Delta", 7.7, true),
            ("squawking 700", 2.9, true),
            ("Gloster Tower, golf charlie delta echo foxtrot, roger.", 6.4, true),
            ("going around golf echo foxtrot", 2.1, false),
            ("Manchester Ground, Easy four six kilo, stand two seven, request pushback information sierra QNH 998", 8.4, false),
            ("roger", 1.2, false),
        ] {
            assert_eq!(reading(text, 0.9).lacks_words(s), lost, "{text}");
        }
        let (short, whole) =
            (reading("8 miles south", 0.9), reading("Palo Alto Tower, Skyhawk 172 Sierra Papa, 8 miles south, landing", 0.8));
        assert!(whole.beats(&short, 6.0) && !short.beats(&whole, 6.0));
        assert!(reading("roger", 0.9).beats(&reading("robber", 0.6), 1.0));
        assert!(reading("a", 0.4).beats(&reading("", 0.9), 9.0));
    }
}
