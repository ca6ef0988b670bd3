//! The parts of a transmission. A pilot often does several things in one call: reads back, asks for a level, and asks about the weather. Each
//! sentence is one part, and so is a question or a request in the middle of a sentence. The parts are read apart, so that the words and values
//! of one are not taken for those of another.

use super::asked;
use super::question::Form;
use crate::caller;
use crate::telephony;
use crate::transcript::{Token, tokens};

/// Words that end with a full stop without ending a sentence.
const ABBREVIATIONS: [&str; 6] = ["st", "mt", "ft", "dr", "mr", "no"];
/// Words that connect a part with the one before it.
const JOINS: [&str; 9] = ["and", "also", "but", "then", "plus", "or", "so", "oh", "um"];
/// The most parts that one call is divided into; the rest of the call belongs to the last one.
pub(super) const MOST: usize = 6;
/// Verbs that ask for permission, or for something to be done, when they stand before their subject.
const MODALS: [&str; 7] = ["can", "could", "may", "might", "would", "will", "shall"];
/// Adjectives that make a request of a phrase: "a long landing okay?"
const GRANTS: [&str; 9] = ["okay", "ok", "alright", "possible", "approved", "fine", "chance", "objection", "objections"];

/// Words that make a question of the statement before them.
const TAGS: [&str; 6] = ["right", "correct", "yes", "okay", "ok", "affirm"];

/// One part of a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Part {
    /// Its words as they were transcribed.
    pub(crate) text: String,
    /// How it is put.
    pub(crate) form: Form,
}

impl Part {
    /// The words as a plain request or statement: "a long landing okay?" is "request a long landing".
    pub(crate) fn plain(&self) -> String {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        match words.split_last() {
            Some((last, rest)) if self.form == Form::Requests && GRANTS.contains(&bare(last).as_str()) && rest.len() > 1 => {
                format!("request {}", rest.join(" "))
            }
            _ => self.text.clone(),
        }
    }

    /// Its words in lower case, without punctuation.
    pub(crate) fn words(&self) -> Vec<String> {
        // "Roll-out" is two words.
        self.text.split_whitespace().flat_map(|w| w.split('-')).map(bare).filter(|w| !w.is_empty()).collect()
    }
}

/// The parts of a transcript, in spoken order. A call that does one thing is one part.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let plain: Vec<Token> = words.iter().map(|w| Token::Word(bare(w))).collect();
    let mut starts = vec![0];
    for i in 1..words.len() {
        let last = starts[starts.len() - 1];
        if starts.len() < MOST && i > last + 1 && (ends_sentence(words[i - 1]) || opens(&words, &plain, i, last)) {
            starts.push(i);
        }
    }
    let end = |n: usize| starts.get(n + 1).copied().unwrap_or(words.len());
    let mut ranges: Vec<(usize, usize)> = (0..starts.len()).map(|n| (starts[n], end(n))).collect();
    // "Leaving via Romeo, squawk seven thousand?": what the question mark belongs to.
    ranges = ranges.into_iter().flat_map(|(a, b)| tag(&words, &plain, a, b)).collect();
    // The callsign and the unit alone belong to what follows.
    let mut merged: Vec<(usize, usize)> = Vec::new();
    let mut opened = None;
    for (a, b) in ranges {
        let from = opened.take().unwrap_or(a);
        if b < words.len() && names_only(&plain[from..b]) {
            opened = Some(from);
        } else {
            merged.push((from, b));
        }
    }
    let part = |(a, b): (usize, usize)| Part { text: words[a..b].join(" "), form: form(&words[a..b], &plain[a..b]) };
    merged.into_iter().map(part).filter(|p| !tokens(&p.text).is_empty()).collect()
}

/// The call without its questions of fact, if both exist: what it states and requests.
pub(crate) fn statement(text: &str) -> Option<String> {
    let all = parts(text);
    let (kept, asked): (Vec<_>, Vec<_>) = all.into_iter().partition(|p| matches!(p.form, Form::States | Form::Requests));
    let changed = kept.iter().any(|p| p.plain() != p.text);
    let kept: Vec<String> = kept.iter().map(Part::plain).collect();
    let kept = kept.join(" ");
    (!kept.is_empty() && kept != text).then_some(kept).filter(|_| !asked.is_empty() || changed)
}

/// The word without punctuation, in lower case.
fn bare(word: &str) -> String {
    let low = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    low.split_once(['\'', '’']).map_or(low.clone(), |(w, _)| w.to_owned())
}

fn ends_sentence(word: &str) -> bool {
    word.ends_with(['.', '?', '!', ';']) && !ABBREVIATIONS.contains(&bare(word).as_str())
}

/// Part of a callsign: figures, or a letter of the alphabet by its word.
fn of_callsign(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_digit()) || matches!(tokens(word).first(), Some(Token::Letter(_) | Token::Digit(..)))
}

/// Whether the words are a unit, a callsign or a greeting, and nothing else.
fn names_only(t: &[Token]) -> bool {
    const GREETINGS: [&str; 12] =
        ["hello", "hi", "hey", "good", "morning", "afternoon", "evening", "day", "sir", "maam", "thanks", "again"];
    // The name of a station stands before its kind: "Palo Alto Ground".
    let unit = (0..t.len().min(5)).find(|i| caller::facility_of(t[*i].word()).is_some());
    let unit = unit.filter(|u| t[..*u].iter().all(|x| caller::may_name_a_unit(x.word()))).map_or(0, |i| i + 1);
    t[unit..].iter().all(|x| {
        let w = x.word();
        of_callsign(w) || telephony::is_airline_word(w) || telephony::is_type(w) || GREETINGS.contains(&w) || JOINS.contains(&w)
    })
}

/// Splits the last phrase of a sentence with a question mark off, if nothing in the sentence opens a question.
fn tag(words: &[&str], t: &[Token], a: usize, b: usize) -> Vec<(usize, usize)> {
    let asks = words[b - 1].ends_with('?') && (a..b).all(|i| !asked::inverts(t, i) && !asked::opens(t, i));
    // "Eight hundred overcast, right?": the tag belongs to what it asks about.
    let tagged = b >= a + 2 && TAGS.contains(&bare(words[b - 1]).as_str()) && words[b - 2].ends_with(',');
    let end = if tagged { b - 2 } else { b.saturating_sub(1) };
    let comma = (a..end).rev().find(|i| words[*i].ends_with(','));
    match comma.filter(|i| asks && (i + 1..b).any(|k| !of_callsign(&bare(words[k])))) {
        Some(i) => vec![(a, i + 1), (i + 1, b)],
        None => vec![(a, b)],
    }
}

/// Whether a question or a request begins at `i`, in a part that began at `from`.
fn opens(words: &[&str], t: &[Token], i: usize, from: usize) -> bool {
    let joined = JOINS.contains(&t[i].word());
    let at = if joined { i + 1 } else { i };
    // A part that consists of connecting words only has not begun.
    let begun = (from..i).any(|k| !JOINS.contains(&t[k].word()));
    let paused = joined || words[i - 1].ends_with([',', ':']);
    let asks = asked::inverts(t, at) || paused && (asked::opens(t, at) || asked::demands(t, at) || granted(t, at));
    begun && !JOINS.contains(&t[i - 1].word()) && (asks || paused && requests(t, at, joined))
}

/// "Request", "requesting", "we would like", and "we could use" at a word.
fn requests(t: &[Token], at: usize, joined: bool) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|w| list.contains(&w.word()));
    let tells = is(at, &["tell", "pass"]) && !is(at + 1, &["me", "us"]) || is(at, &["please"]) && is(at + 1, &["tell", "pass"]);
    if tells {
        return true;
    }
    let wish = is(at, &["we", "i"]) && is(at + 1, &["would", "could", "need", "want", "like"]);
    joined && (is(at, &["request", "requesting"]) || wish)
}

/// "Okay if we", "mind if we", "any chance".
fn granted(t: &[Token], at: usize) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|w| list.contains(&w.word()));
    is(at, &["okay", "ok", "alright", "mind"]) && is(at + 1, &["if", "to", "for", "with"])
        || is(at, &["any"]) && is(at + 1, &["chance", "objection", "objections", "problem"])
}

/// How a part is put.
fn form(words: &[&str], t: &[Token]) -> Form {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|w| list.contains(&w.word()));
    // A question word in the middle of a statement does not ask: "we know what that means".
    let begins = |i: usize| (0..i).all(|k| JOINS.contains(&t[k].word()) || of_callsign(t[k].word())) || words[i - 1].ends_with([',', ':']);
    let marked = words.last().is_some_and(|w| w.ends_with('?'));
    let choice = (1..t.len().saturating_sub(1)).any(|i| is(i, &["or"]));
    let inverted = (0..t.len()).find(|i| asked::inverts(t, *i));
    let granted = (0..t.len()).any(|i| granted(t, i));
    if let Some(i) = inverted {
        // "Will there be a squawk for us" asks for a fact.
        let asks_leave = is(i, &MODALS) && (!is(i, &["will"]) || is(i + 1, &["you"]))
            || is(i, &["is", "would"]) && is(i + 1, &["it", "that"]) && (i..t.len()).any(|k| is(k, &GRANTS))
            || is(i, &["do", "would"]) && is(i + 1, &["you"]) && is(i + 2, &["mind"]);
        // "Could you say the temperature" asks for a fact.
        let of_fact = is(i, &MODALS) && is(i + 1, &["you"]) && is(i + 2, &["say", "tell", "confirm", "advise", "repeat"]);
        if of_fact {
            return Form::What;
        }
        // "What can we expect" asks for a fact.
        return match (asks_leave || granted, choice) {
            (true, _) => Form::Requests,
            (false, true) => Form::Either,
            (false, false) => Form::Whether,
        };
    }
    if (0..t.len()).any(|i| begins(i) && asked::opens(t, i)) {
        return if choice { Form::Either } else { Form::What };
    }
    if (0..t.len().min(3)).any(|i| is(i, &["tell", "pass"]) && !is(i + 1, &["me", "us"])) {
        return Form::Requests;
    }
    if granted || marked && (0..t.len()).any(|k| is(k, &GRANTS)) {
        return Form::Requests;
    }
    if let Some(i) = (0..t.len()).find(|i| begins(*i) && asked::demands(t, *i)) {
        return if is(i, &["confirm", "verify"]) { Form::Whether } else { Form::What };
    }
    match (marked, choice) {
        (true, true) => Form::Either,
        (true, false) => Form::Whether,
        _ => Form::States,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> String {
        parts(text).into_iter().map(|p| p.text).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn a_call_that_does_one_thing_is_one_part() {
        for text in [
            "Palo Alto Ground, Skyhawk 172SP at the west ramp with information Kilo, taxi for departure",
            "Runway 31, taxi via Alpha, hold short runway 28, 172SP",
            "contact Tower, 118.6, 172SP",
            "once he is clear we are ready",
            "confirm hold short of which runway, 172SP",
            "United five twelve, are we cleared to cross two eight left",
            "Good morning Palo Alto Tower. Skyhawk 172SP. What is the wind?",
            "St. Louis Approach, 172SP, with you at 3,500",
        ] {
            assert_eq!(split(text), text);
        }
    }

    #[test]
    fn sentences_questions_and_requests_are_parts() {
        for (text, parts) in [
            ("Down to 4,000, 172SP. What is the ceiling?", "Down to 4,000, 172SP. | What is the ceiling?"),
            (
                "heading 250, and can we get lower, also is there any traffic ahead",
                "heading 250, | and can we get lower, | also is there any traffic ahead",
            ),
            (
                "level at 5,000 and requesting direct Sunol and we would like the ILS",
                "level at 5,000 | and requesting direct Sunol | and we would like the ILS",
            ),
            ("leaving via Romeo, 1500 feet, squawk 7000?", "leaving via Romeo, 1500 feet, | squawk 7000?"),
            ("runway 27, cleared to land, okay to land long?", "runway 27, cleared to land, | okay to land long?"),
        ] {
            assert_eq!(split(text), parts);
        }
    }

    #[test]
    fn the_sentence_shows_how_a_part_is_put() {
        for (text, form) in [
            ("runway 31, taxi via Alpha, 172SP", Form::States),
            ("172SP, what is the wind?", Form::What),
            ("172SP what's the wind", Form::What),
            ("any traffic ahead?", Form::What),
            ("is there any traffic ahead", Form::Whether),
            ("confirm squawk 4211", Form::Whether),
            ("squawk 7000?", Form::Whether),
            ("can we get lower", Form::Requests),
            ("could you call our base", Form::Requests),
            ("could you say the temperature", Form::What),
            ("long landing okay?", Form::Requests),
            ("is it okay if we stop here", Form::Requests),
            ("do we stay with you or go to Ground", Form::Either),
            ("we know what that means", Form::States),
        ] {
            assert_eq!(parts(text)[0].form, form, "{text}");
        }
    }

    #[test]
    fn the_statement_of_a_call_leaves_its_questions_out() {
        assert_eq!(statement("runway 28L, 172SP. What's the wind?").as_deref(), Some("runway 28L, 172SP."));
        assert_eq!(statement("what's the wind"), None);
        assert_eq!(statement("runway 28L, 172SP"), None);
    }

    #[test]
    fn the_number_of_parts_is_bounded() {
        assert_eq!(parts(&"is there any traffic? ".repeat(2000)).len(), MOST);
        assert_eq!(parts("").len(), 0);
        assert_eq!(parts(". ? !").len(), 0);
    }
}
