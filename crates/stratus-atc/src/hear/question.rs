//! A question: how it is put, and what it is about. The sentence shows the form, whatever it asks. The nouns show the subject. A question whose
//! subject is not known is still a question, and gets an answer.

use std::sync::OnceLock;

use super::ranked::Ranked;
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

/// What a part is about, and whether the sentence model alone shows it: what the model is sure of; otherwise what the nouns show; otherwise,
/// in a question or a request, what the model suspects.
pub(crate) fn about(words: &[String], form: Form, read: Option<Ranked>) -> (Vec<Subject>, bool) {
    let nouns = subjects(words);
    let suspected = || read.and_then(Ranked::likely).filter(|_| form != Form::States && nouns.is_empty());
    match read.and_then(Ranked::sure).or_else(suspected) {
        // The nouns show it, too, and what else is asked in the same words; or they show what the model does not know.
        Some(subject) if nouns.contains(&subject) || nouns.iter().any(|s| s.is_shown_by_nouns_only()) => (nouns, false),
        Some(subject) => (vec![subject], true),
        None => (nouns, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::subject::SCORED;

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
    fn a_sure_reading_replaces_the_nouns_and_an_unsure_one_does_not() {
        let about = |text: &str, best: Subject, by: f32| {
            let scores: Vec<f32> = Subject::ALL[..SCORED].iter().map(|s| if *s == best { by } else { 0.0 }).collect();
            let form = if text.starts_with("can") { Form::Requests } else { Form::States };
            about(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), form, Ranked::from_scores(&scores)).0
        };
        let pump = "can we stop at the fuel pump";
        assert_eq!(about(pump, Subject::StopTaxi, 9.0), [Subject::StopTaxi]);
        assert_eq!(about(pump, Subject::StopTaxi, 4.6), [Subject::Fuel]);
        assert_eq!(about(pump, Subject::Nothing, 9.0), [Subject::Nothing]);
        assert_eq!(about("can we pause here", Subject::StopTaxi, 4.6), [Subject::StopTaxi]);
        assert_eq!(about("can we pause here", Subject::StopTaxi, 2.0), []);
        assert_eq!(about("we pause here", Subject::StopTaxi, 4.6), []);
        assert_eq!(about("wind and altimeter", Subject::Wind, 9.0), [Subject::Pressure, Subject::Wind]);
        assert_eq!(about("any cells painting ahead", Subject::Deviation, 9.0), [Subject::WeatherShown]);
    }
}
