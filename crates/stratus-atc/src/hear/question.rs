//! A question: how it is put, and what it is about. The sentence shows the form, whatever it asks. The nouns show the subject. A question whose
//! subject is not known is still a question, and gets an answer.

use std::sync::OnceLock;

pub(crate) use super::subject::Subject;

/// How a part of a call is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A statement: a report, a readback, or a request without a question.
    States,
    /// Asks for permission, or for something to be done: "can we", "could you", "is it okay if".
    Requests,
    /// Asks for a fact: "what is", "which", "how long".
    What,
    /// Asks for a yes or a no: "is there", "did you", "confirm".
    Whether,
    /// Offers a choice: "with you or with Ground".
    Either,
}

/// One alternative of a subject: all its words occur.
struct Entry {
    subject: Subject,
    any: Vec<Vec<&'static str>>,
    without: Vec<&'static str>,
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let mut all: Vec<Entry> = Vec::new();
        for line in include_str!("subjects.txt").lines().filter(|l| !l.starts_with('%') && !l.trim().is_empty()) {
            let Some((name, words)) = line.split_once(':') else { continue };
            let words = words.split(',').map(str::trim);
            if name.trim() == "without" {
                if let Some(last) = all.last_mut() {
                    last.without = words.collect();
                }
            } else if let Some(subject) = Subject::ALL.iter().find(|s| s.word() == name.trim()) {
                all.push(Entry { subject: *subject, any: words.map(|w| w.split(' ').collect()).collect(), without: Vec::new() });
            }
        }
        all
    })
}

/// The subjects of a question, from its words in lower case without punctuation.
pub(crate) fn subjects(words: &[String]) -> Vec<Subject> {
    let has = |w: &&str| words.iter().any(|x| x == w);
    let found = entries().iter().filter(|e| e.any.iter().any(|all| all.iter().all(&has)) && !e.without.iter().any(&has));
    found.map(|e| e.subject).collect()
}

/// Words for a deed that needs a clearance: permission for anything else is harmless.
const CLEARED: [&str; 45] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "niner",
    "takeoff",
    "take",
    "land",
    "landing",
    "cross",
    "enter",
    "line",
    "climb",
    "descend",
    "descent",
    "higher",
    "lower",
    "altitude",
    "level",
    "feet",
    "thousand",
    "hundred",
    "heading",
    "turn",
    "direct",
    "approach",
    "ils",
    "rnav",
    "visual",
    "transit",
    "transition",
    "through",
    "zone",
    "bravo",
    "runway",
    "taxi",
    "push",
    "depart",
    "touch",
];

/// Whether the words ask for nothing that needs a clearance.
pub(crate) fn harmless(words: &[String]) -> bool {
    !words.iter().any(|w| CLEARED.contains(&w.as_str()) || w.chars().any(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Subject> {
        subjects(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn each_line_of_nouns_has_a_subject() {
        let lines = include_str!("subjects.txt").lines().filter(|l| !l.starts_with(['%', ' ']) && !l.is_empty());
        assert_eq!(entries().len(), lines.count());
        for s in [Subject::Visibility, Subject::Copied, Subject::WeatherShown] {
            assert!(entries().iter().any(|e| e.subject == s), "{s:?}");
        }
    }

    #[test]
    fn nouns_show_the_subject() {
        assert_eq!(of("can we stop at the fuel pump"), [Subject::Fuel]);
        assert_eq!(of("how is the visibility down there"), [Subject::Visibility, Subject::Sky]);
        assert_eq!(of("do we stay with you or go to ground"), [Subject::NextUnit]);
        assert_eq!(of("what are the odds of a sandwich"), []);
        assert_eq!(of("how much fuel remaining"), []);
    }

    #[test]
    fn a_deed_that_needs_a_clearance_is_not_harmless() {
        let harmless = |text: &str| super::harmless(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(harmless("okay if we stop at the pump on the way"));
        for text in ["can we cross", "okay to take off", "could we go down to 2000", "is a landing okay"] {
            assert!(!harmless(text), "{text}");
        }
    }
}
