//! Whether a recogniser's text can be what was said: noise that was made into words is not, and a text that is far too short for
//! the voice in the sound has lost a part of it.

/// Below this mean probability a text is noise that was made into words: noise lies at 0.25 and below, speech in 5 dB of cockpit
/// noise at 0.50 and above (docs/understanding.md).
const NOISE: f32 = 0.38;
/// Below this a text deserves a second look.
const UNSURE: f32 = 0.58;
/// Pilots say three words a second, a figure counted as one; a text with fewer than this has lost a part of the call ...
const FEWEST_WORDS_A_SECOND: f32 = 1.9;
/// ... where the voice lasts so long that the count means something, seconds.
const LONG_ENOUGH_S: f32 = 2.5;
/// What whisper writes for silence, learned from films: a pilot says none of it alone in a transmission.
const FROM_FILMS: &[&str] = &["you", "thank you for watching", "thanks for watching", "bye", "bye bye", "the end", "please subscribe"];

/// What a computation of the recogniser gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    /// The words, trimmed.
    pub text: String,
    /// Mean probability of the tokens, 0 to 1.
    pub confidence: f32,
}

impl Reading {
    /// The text is not what anybody said.
    pub(super) fn is_noise(&self) -> bool {
        // Whisper writes sounds in brackets: they are not words.
        let bare = self.text.starts_with(['[', '(', '*']) && self.text.ends_with([']', ')', '*']);
        let letters = words(&self.text).join(" ");
        bare || letters.is_empty() || self.confidence < NOISE || FROM_FILMS.contains(&letters.as_str())
    }

    /// The text deserves a second look: it is uncertain, or too short for a voice of so many seconds.
    pub(super) fn is_doubtful(&self, spoken_s: f32) -> bool {
        self.confidence < UNSURE || self.lacks_words(spoken_s)
    }

    /// Too few words for a voice of so many seconds: the beginning or the end is lost.
    pub(super) fn lacks_words(&self, spoken_s: f32) -> bool {
        spoken_s >= LONG_ENOUGH_S && (said(&self.text) as f32) < spoken_s * FEWEST_WORDS_A_SECOND
    }

    /// Of two readings of one call the better: the one that lacks no words, then the surer one.
    pub(super) fn beats(&self, other: &Self, spoken_s: f32) -> bool {
        let rank = |r: &Self| (!r.text.is_empty(), !r.lacks_words(spoken_s));
        (rank(self), self.confidence) > (rank(other), other.confidence)
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Words and figures, each figure counted as a word: "172" is said as three.
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
    fn noise_is_no_text_and_words_are() {
        assert!(!reading("hilo tower radio check", 0.9).is_noise());
        assert!(!reading("roger", 0.5).is_noise());
        for (text, c) in [("[BLANK_AUDIO]", 0.9), ("you", 0.8), ("one zero", 0.26), (" . ", 0.9), ("", 0.9)] {
            assert!(reading(text, c).is_noise(), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_too_short_for_the_voice_has_lost_something() {
        // Measured on recordings of which the beginning or the end was lost, and on a slow speaker.
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
