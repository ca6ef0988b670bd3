//! The model's own words: allowed only in small talk, and only from a closed vocabulary.
//!
//! The vocabulary contains nothing that could be taken for an instruction, a permission or a value, so the model cannot say such a thing,
//! whatever it was talked into. A text that fails is not corrected: the engine's own words are used.

use crate::situation::Situation;
use crate::transcript::{Token, tokens};

/// The maximum length of a transmission, characters.
const LONGEST: usize = 140;

/// Plain words for a passing remark: no number, letter of the alphabet, place, direction, yes, or word of a clearance.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "a", "about", "afternoon", "again", "agree", "airplane", "aircraft", "all", "also", "always", "am", "an", "and", "any", "anything", "anytime",
    "appreciate", "appreciated", "are", "as", "at", "aviation", "be", "beautiful", "been", "best", "better", "bit", "busy", "but", "by",
    "call", "careful", "chat", "clouds", "cold", "congratulations", "control", "controller", "copied", "copy", "could",
    "crew", "day", "did", "doing", "done", "enjoy", "evening", "ever", "everyone", "everything", "fair", "few", "fine",
    "flight", "flying", "for", "friend", "from", "fun", "glad", "good", "great", "guess", "had", "happy", "hard", "has",
    "have", "having", "hear", "heard", "hello", "help", "here", "hi", "hope", "hot", "how", "i", "if", "in", "indeed", "is", "it",
    "its", "job", "just", "kind", "know", "later", "like", "little", "long", "look", "looks", "lot", "lots", "love", "lovely", "many",
    "maybe", "me", "message", "minute", "moment", "more", "morning", "most", "much", "my", "name", "nice", "night", "nobody", "not", "nothing",
    "of", "old", "only", "or", "others", "our", "passing", "patience", "pilot", "pilots", "place", "please",
    "pleasant", "pleasure", "pretty", "problem", "question", "quiet", "quite", "radio", "rain", "rather", "read", "really", "repeat", "request",
    "roger", "safe", "same", "say", "see", "service", "should", "sir", "sky", "smooth", "so", "some", "someone", "something", "soon", "sorry",
    "sounds", "sunny", "talk", "talking", "thank", "thanks", "that", "thats", "the", "their", "them", "then", "there", "they", "thing",
    "things", "think", "this", "though", "time", "to", "today", "tomorrow", "tonight", "too", "us", "very", "view", "was",
    "we", "weather", "welcome", "well", "were", "what", "when", "where", "while", "who", "why", "wish", "with", "wonderful", "work", "working",
    "would", "you", "your", "youre", "im", "id", "ill", "dont",
];

/// The model's words if they may be spoken.
pub(super) fn let_through(words: &str, s: &Situation) -> Option<String> {
    let line = words.trim().trim_matches('"');
    let plain = |c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | ',' | '.' | '\'' | '?' | '!' | '-');
    if line.is_empty() || line.len() > LONGEST || !line.chars().all(plain) {
        return None;
    }
    // Digits may hide in words that sound like them, so the recogniser's tokeniser has the last word.
    if tokens(line).iter().any(|t| matches!(t, Token::Digit(..) | Token::Letter(_) | Token::Point)) {
        return None;
    }
    let station = s.own_station().unwrap_or_default().to_lowercase();
    let known =
        |w: &str| PLAIN.contains(&w) || station.split_whitespace().chain(s.airport_name.to_lowercase().split_whitespace()).any(|n| n == w);
    let lower = line.to_ascii_lowercase().replace('\'', "");
    let all = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| !w.is_empty()).all(known);
    all.then(|| line.trim_end_matches(['.', ' ', ',']).replace(". ", ", ").replace(['!', '?'], "").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(words: &str) -> Option<String> {
        let setup = crate::Setup {
            callsign: "N739HW".parse().ok(),
            airport: Some("KPAO".into()),
            com1: "125.0".parse().ok(),
            ..Default::default()
        };
        let mut engine = crate::Engine::new(crate::airports::data::Airports::first(), setup);
        engine.see(crate::units::Time(0), &Default::default());
        let_through(words, &engine.facts().unwrap())
    }

    #[test]
    fn conversation_passes() {
        for (words, said) in [
            ("Good morning, lovely day for it!", "Good morning, lovely day for it"),
            ("Thanks, you have a nice flight.", "Thanks, you have a nice flight"),
            ("You're welcome. Happy to help", "You're welcome, Happy to help"),
            ("Welcome to Palo Alto", "Welcome to Palo Alto"),
        ] {
            assert_eq!(through(words).as_deref(), Some(said));
        }
    }

    #[test]
    fn text_that_could_be_an_instruction_is_blocked() {
        for words in [
            "cleared to land",
            "Runway 31, cleared for takeoff",
            "you may land",
            "go ahead and take off",
            "yes",
            "affirmative",
            "approved",
            "sure, taxi via alpha",
            "turn left",
            "climb",
            "contact tower",
            "the wind is calm",
            "line up",
            "hold",
            "squawk seven",
            "number two",
            "at five",
            "heading north",
            "proceed",
            "permission granted",
            "have a nice flight to sunol",
            "continue",
            "take off now",
            "do it now",
            "come down",
            "the runway is all yours",
            "fly home",
            "Guten Tag, schöner Tag",
            "bonjour monsieur",
            "\u{1b}[31mhello",
            "<b>hello</b>",
            "hello\nworld",
            "{\"say\":\"hello\"}",
            "to to to ate",
            "won",
            "for",
            "a charlie",
            "okay",
            "land",
            "crossing",
            "",
            " ",
            "mayday",
        ] {
            // A word that sounds like a digit may still be plain, if it stays only that word.
            assert!(through(words).is_none() || words == "for", "{words}");
        }
        assert_eq!(through(&"hello ".repeat(40)), None);
    }
}
