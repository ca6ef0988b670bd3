//! Questions beside or instead of a request. The structure of a sentence shows that it asks something: a question word, or a verb before its
//! subject. The nouns behind that show the subject, in whatever words the question is put.

use std::ops::Range;

use crate::remark::Remark;
use crate::transcript::Token;

/// Question words that always ask.
const WHAT: [&str; 5] = ["what", "which", "how", "who", "whose"];
/// Question words that also open a clause of time or place: they ask if a verb follows.
const WHEN: [&str; 3] = ["when", "where", "why"];
/// Verbs that stand before their subject in a question.
const VERBS: [&str; 18] = [
    "is", "are", "am", "was", "were", "do", "does", "did", "can", "could", "will", "would", "should", "shall", "may", "have", "has", "any",
];
/// Subjects that follow such a verb.
const SUBJECTS: [&str; 24] = [
    "we", "you", "i", "it", "they", "he", "she", "there", "that", "this", "the", "my", "our", "your", "any", "anybody", "anyone",
    "somebody", "someone", "those", "these", "a", "an", "us",
];
/// Verbs with which a pilot demands a piece of information.
const DEMANDS: [&str; 6] = ["confirm", "verify", "say", "tell", "know", "need"];

/// Whether a verb stands before its subject at a token, and no question word leads it: "is there", "can we".
pub(super) fn inverts(t: &[Token], i: usize) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|x| list.contains(&x.word()));
    let led = (i.saturating_sub(3)..i).any(|j| is(j, &WHAT) || is(j, &WHEN) || is(j, &DEMANDS));
    // "Two sierra papa has the field in sight": behind a subject, the verb states.
    let states = i > 0 && is(i, &["has", "have"]) && !is(i + 1, &["we", "you", "i", "they"]);
    // "If you can do it", "happy to do that".
    let governed = i > 0 && (is(i - 1, &VERBS) || is(i - 1, &["to"])) && !is(i, &["any"]);
    !led && !states && !governed && is(i, &VERBS) && is(i + 1, &SUBJECTS) && (i == 0 || !is(i - 1, &SUBJECTS))
}

/// Whether a token is a question word that always asks: "what", "which".
pub(super) fn leads(t: &[Token], i: usize) -> bool {
    t.get(i).is_some_and(|x| WHAT.contains(&x.word()))
}

/// Whether a token is a question word that asks.
pub(super) fn opens(t: &[Token], i: usize) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|x| list.contains(&x.word()));
    is(i, &WHAT)
        || is(i, &WHEN) && is(i + 1, &VERBS)
        || is(i, &["any", "anybody", "anyone"]) && !is(i + 1, &["chance", "runway", "objection", "objections", "problem"])
}

/// Whether a token demands a piece of information: "confirm", "say", but not "say again".
pub(super) fn demands(t: &[Token], i: usize) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|x| list.contains(&x.word()));
    is(i, &["confirm", "verify", "say"]) && !is(i + 1, &["again", "position"])
}

/// The questions of a call, as ranges of tokens: each from its first word to the next question.
fn questions(t: &[Token]) -> Vec<Range<usize>> {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|x| list.contains(&x.word()));
    // The verb behind a question word belongs to its question: "which way is the pattern".
    let led = |i: usize| (i.saturating_sub(3)..i).any(|j| is(j, &WHAT) || is(j, &WHEN));
    let inverted = |i: usize| is(i, &VERBS) && is(i + 1, &SUBJECTS) && (i == 0 || !is(i - 1, &SUBJECTS)) && !led(i);
    let opens = |i: usize| {
        is(i, &WHAT)
            || is(i, &WHEN) && is(i + 1, &VERBS)
            || inverted(i)
            || is(i, &DEMANDS) && !is(i + 1, &["again"])
            || is(i, &["left"]) && is(i + 1, &["or"]) && is(i + 2, &["right"])
    };
    let starts: Vec<usize> = (0..t.len()).filter(|i| opens(*i)).collect();
    starts.iter().enumerate().map(|(n, s)| *s..starts.get(n + 1).copied().unwrap_or(t.len())).collect()
}

/// What the questions of a call are about.
pub(crate) fn subjects(t: &[Token]) -> Vec<Remark> {
    let mut found = Vec::new();
    let whole = questions(t);
    for (n, q) in whole.iter().enumerate() {
        // "Say departure frequency", "do you want us to": the question may go on behind another opening word.
        let words = &t[q.clone()];
        let has = |list: &[&str]| words.iter().any(|x| list.contains(&x.word()));
        let both = |a: &[&str], b: &[&str]| has(a) && has(b);
        let mut add = |remark: Remark, asks: bool| {
            if asks && !found.contains(&remark) {
                found.push(remark);
            }
        };
        let frequency = has(&["frequency", "frequencies", "freq"]) && !has(&["change", "leave", "leaving", "off"]);
        add(Remark::AsksFrequency, frequency);
        // "Left or right" opens a question, and what it is about may stand in front of it: "which way is the pattern, left or right".
        let before = n.checked_sub(1).map_or(&t[..0], |p| &t[whole[p].clone()]);
        let near = |list: &[&str]| has(list) || before.iter().any(|x| list.contains(&x.word()));
        let side = both(&["left"], &["right"]) || has(&["way", "side", "direction"]);
        // "Right traffic", "left-hand": next to its side, the word means the pattern.
        let handed = |list: &[Token]| {
            list.windows(2).any(|w| matches!(w[0].word(), "left" | "right") && matches!(w[1].word(), "traffic" | "hand" | "handed"))
        };
        let of_pattern = near(&["pattern", "circuit", "circuits", "downwind"]) || handed(words) || handed(before);
        add(Remark::AsksSide, side && of_pattern);
        add(Remark::AsksSpeed, has(&["speed"]));
        add(
            Remark::AsksServices,
            has(&["ambulance", "medics", "medical", "paramedics", "firetruck", "trucks", "truck", "firefighters", "services"]),
        );
        let high = both(&["high", "higher"], &["ground", "terrain", "hills", "mountains"]);
        let least = both(&["minimum", "safe", "lowest"], &["altitude", "level", "height"]);
        add(Remark::AsksTerrain, high || least || has(&["terrain", "mva", "msa"]));
        add(Remark::AsksFurther, has(&["efc"]) || both(&["further"], &["clearance"]));
        add(Remark::AsksIdent, has(&["ident"]));
        add(Remark::AsksVoid, has(&["void"]));
        add(
            Remark::AsksSeen,
            both(&["see", "have", "got", "radar"], &["me", "us"]) && has(&["radar", "see", "scope", "screen", "identified"]),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::tokens;

    #[test]
    fn the_subject_of_a_question_is_found_in_any_wording() {
        for (text, remark) in [
            ("seven right taxi and say departure frequency", Remark::AsksFrequency),
            ("what is the frequency for atlanta approach", Remark::AsksFrequency),
            ("taxi via alpha which way is the pattern left or right hand", Remark::AsksSide),
            ("any speed restriction below ten thousand or is the speed free", Remark::AsksSpeed),
            ("vacated stand one four is the ambulance there", Remark::AsksServices),
            ("is there high ground around me", Remark::AsksTerrain),
            ("what is your minimum vectoring altitude toward the hills", Remark::AsksTerrain),
            ("holding present position what is our expect further clearance time", Remark::AsksFurther),
            ("squawk four seven zero one do you really want me to ident here on the ramp", Remark::AsksIdent),
            ("released and is that void at any time", Remark::AsksVoid),
        ] {
            assert!(subjects(&tokens(text)).contains(&remark), "{text}");
        }
    }

    #[test]
    fn statements_are_no_questions() {
        for text in [
            "left traffic runway three one reduce speed one eight zero",
            "leaving your frequency for approach one two eight point five five",
            "we have the traffic and the ambulance is here",
            "squawk four seven zero one and ident",
            "speed two ten down to seven thousand",
        ] {
            assert_eq!(subjects(&tokens(text)), [], "{text}");
        }
    }
}
