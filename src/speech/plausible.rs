//! Whether a recogniser's text can be what was said: noise that was made into words is not, and a loop is not.

/// Below this mean probability a text is noise that was made into words.
const NOISE: f32 = 0.25;
/// Whisper's own limits: with a no-speech probability above the one and a mean logarithm below the other nobody spoke.
const NO_SPEECH: f32 = 0.6;
const LOG_PROB: f32 = -1.0;
/// So many words in a row, said over and over, are a loop of the decoder.
const LONGEST_LOOP: usize = 8;
/// What whisper writes for silence, learned from films: a pilot says none of it alone in a transmission.
const FROM_FILMS: &[&str] = &["you", "thank you for watching", "thanks for watching", "bye", "bye bye", "the end", "please subscribe"];

/// What a computation of the recogniser gave.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    /// The words, trimmed.
    pub text: String,
    /// Mean probability of the tokens.
    pub confidence: f32,
    /// Mean logarithm of their probabilities.
    pub log_prob: f32,
    /// Probability that nobody spoke.
    pub no_speech: f32,
}

impl Reading {
    /// The text is not what anybody said.
    pub(super) fn is_noise(&self) -> bool {
        // Whisper writes sounds in brackets: they are not words.
        let bare = self.text.starts_with(['[', '(', '*']) && self.text.ends_with([']', ')', '*']);
        let letters = words(&self.text).join(" ");
        bare || letters.is_empty()
            || self.confidence < NOISE
            || self.no_speech > NO_SPEECH && self.log_prob < LOG_PROB
            || FROM_FILMS.contains(&letters.as_str())
    }

    /// The text deserves a second look with the full context: uncertain, or a loop.
    pub(super) fn is_doubtful(&self) -> bool {
        self.log_prob < LOG_PROB || self.confidence < 0.5 || loops(&self.text)
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// The same words three times in a row; a single word five times, for "mayday mayday mayday" is none.
pub(super) fn loops(text: &str) -> bool {
    let words = words(text);
    (1..=LONGEST_LOOP).any(|n| {
        let times = if n == 1 { 5 } else { 3 };
        words.windows(n * times).any(|w| w.chunks(n).all(|c| c == &w[..n]) && (n == 1 || !w[..n].iter().all(|x| *x == w[0])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_is_found_and_what_pilots_repeat_is_none() {
        assert!(loops("runway eight, runway eight, runway eight, runway"));
        assert!(loops("the the the the the"));
        for fine in ["mayday mayday mayday", "Hilo Tower, Hilo Tower, Skyhawk two sierra papa", "two two two two", "pan pan pan pan"] {
            assert!(!loops(fine), "{fine}");
        }
        assert!(!loops(""));
    }

    #[test]
    fn noise_is_no_text_and_words_are() {
        let said =
            |text: &str, confidence: f32, log_prob: f32, no_speech: f32| Reading { text: text.into(), confidence, log_prob, no_speech };
        assert!(!said("hilo tower radio check", 0.9, -0.1, 0.01).is_noise());
        assert!(!said("roger", 0.6, -0.6, 0.7).is_noise());
        for (text, c, l, n) in [
            ("[BLANK_AUDIO]", 0.9, -0.1, 0.0),
            ("you", 0.8, -0.2, 0.3),
            ("runway", 0.5, -1.4, 0.8),
            ("runway", 0.1, -2.4, 0.1),
            (" . ", 0.9, 0.0, 0.0),
        ] {
            assert!(said(text, c, l, n).is_noise(), "{text}");
        }
    }
}
