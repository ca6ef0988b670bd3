//! The parts of a transmission. A pilot often does several things in one call: reads back, asks for a level, and asks about the weather. Each
//! sentence is one part, and so is a question or a request in the middle of a sentence. The parts are read apart, so that the words and values
//! of one are not taken for those of another.

use std::ops::Range;

use super::asked;
use super::manners;
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

/// Verbs of a wish, behind "we" or "I".
const WISHES: [&str; 15] = [
    "would",
    "could",
    "need",
    "want",
    "like",
    "love",
    "prefer",
    "rather",
    "take",
    "appreciate",
    "wish",
    "hope",
    "hoping",
    "looking",
    "request",
];
/// Words that open a clause which depends on another one: a wish in it opens no part.
const SUBORDINATES: [&str; 20] = [
    "if", "when", "that", "what", "where", "which", "who", "how", "why", "because", "as", "once", "until", "till", "after", "before",
    "unless", "since", "than", "think",
];
/// Words that a question word behind them belongs to: "we know what that means", "hold short of which runway".
const GOVERNS: [&str; 42] = [
    "know",
    "knows",
    "knew",
    "see",
    "say",
    "tell",
    "me",
    "us",
    "you",
    "ask",
    "asking",
    "asked",
    "wonder",
    "wondering",
    "understand",
    "that",
    "about",
    "of",
    "is",
    "was",
    "be",
    "sure",
    "matter",
    "no",
    "exactly",
    "with",
    "to",
    "for",
    "on",
    "at",
    "by",
    "from",
    "in",
    "into",
    "than",
    "like",
    "guess",
    "again",
    "confirm",
    "verify",
    "need",
    "short",
];
/// Units of a number: the words behind it belong to it.
const UNITS: [&str; 15] = [
    "thousand", "hundred", "feet", "knots", "degrees", "mile", "miles", "minutes", "minute", "point", "decimal", "heavy", "left", "right",
    "center",
];

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
    /// The words as a plain request or statement: "a long landing okay?" is "request a long landing", and so is "a long landing if able".
    pub(crate) fn plain(&self) -> String {
        let words: Vec<&str> = self.text.split_whitespace().collect();
        if self.form == Form::Requests
            && let Some(tail) = condition(&bare_tokens(&words)).filter(|tail| tail.start > 1)
        {
            let joins = words.iter().take_while(|w| JOINS.contains(&bare(w).as_str())).count().min(tail.start);
            let rest: Vec<&str> = words[joins..tail.start].iter().chain(&words[tail.end..]).copied().collect();
            let already = requests(&bare_tokens(&rest), 0, true) || asked::inverts(&bare_tokens(&rest), 0);
            return if already { rest.join(" ") } else { format!("request {}", rest.join(" ")) };
        }
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
    let plain = bare_tokens(&words);
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
    ranges = ranges.into_iter().flat_map(|(a, b)| tag(&words, &plain, a, b)).flat_map(|(a, b)| conditional(&words, &plain, a, b)).collect();
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

fn bare_tokens(words: &[&str]) -> Vec<Token> {
    words.iter().map(|w| Token::Word(bare(w))).collect()
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
        of_callsign(w)
            || telephony::is_airline_word(w)
            || telephony::is_type(w)
            || GREETINGS.contains(&w)
            || JOINS.contains(&w)
            || manners::is_greeting(w)
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

/// Splits a request off that only its last words show to be one: "cleared for takeoff three one left turn out if that works". It begins behind
/// the last value or callsign, or behind the last comma.
fn conditional(words: &[&str], t: &[Token], a: usize, b: usize) -> Vec<(usize, usize)> {
    let Some(tail) = condition(&t[a..b]).filter(|_| (a..b).all(|i| !asked::inverts(t, i) && !asked::opens(t, i))) else {
        return vec![(a, b)];
    };
    let tail = a + tail.start;
    let value = |i: usize| of_callsign(t[i].word());
    let ends = |i: usize| words[i].ends_with(',') || value(i) && !value(i + 1) && !is_unit(t, i + 1);
    let start = (a..tail.saturating_sub(1)).rev().find(|i| ends(*i)).map_or(a, |i| i + 1);
    if start > a && tail >= start + 2 && !names_only(&t[a..start]) { vec![(a, start), (start, b)] } else { vec![(a, b)] }
}

/// The words behind a number belong to it: its unit, or the side of a runway. "Left turn" names no side of a runway.
fn is_unit(t: &[Token], i: usize) -> bool {
    let sided = matches!(t[i].word(), "left" | "right");
    let led = sided && t.get(i + 1).is_some_and(|x| x.word().starts_with("turn") || matches!(x.word(), "base" | "downwind" | "traffic"));
    UNITS.contains(&t[i].word()) && !led
}

/// "If that works", "if able", "when you can", behind which only the callsign follows: what stands before is a request.
fn condition(t: &[Token]) -> Option<Range<usize>> {
    const ABLE: [&str; 9] = ["able", "possible", "approved", "available", "okay", "ok", "permitted", "practical", "needed"];
    const WORKS: [&str; 12] =
        ["works", "okay", "ok", "possible", "alright", "fine", "suits", "helps", "fits", "available", "approved", "good"];
    let end = (0..t.len()).rev().find(|i| !of_callsign(t[*i].word()) && !telephony::is_type(t[*i].word())).map_or(0, |i| i + 1);
    let is = |i: usize, list: &[&str]| i < end && t.get(i).is_some_and(|w| list.contains(&w.word()));
    // "Straight in works for us", "a short approach would be great".
    let suits = |i: &usize| {
        let rest = &t[*i + 1..end];
        let kind = |list: &[&str]| rest.iter().all(|w| list.contains(&w.word()));
        match t[*i].word() {
            "works" | "suits" => kind(&["for", "us", "me", "best", "fine", "better", "here"]),
            "would" if !rest.is_empty() => {
                kind(&["be", "work", "help", "suit", "do", "great", "nice", "good", "fine", "perfect", "for", "us", "me"])
            }
            _ => false,
        }
    };
    if let Some(from) = (end.saturating_sub(6)..end).find(suits).filter(|i| *i > 0 && !SUBORDINATES.contains(&t[*i - 1].word())) {
        return Some(from..end);
    }
    let from = (end.saturating_sub(6)..end).find(|i| is(*i, &["if", "when", "traffic", "workload"]))?;
    let rest = &t[from + 1..end];
    let last = |list: &[&str]| rest.last().is_some_and(|w| list.contains(&w.word()));
    let polite = match t[from].word() {
        "if" | "when" if rest.len() == 1 => last(&ABLE),
        "if" if is(from + 1, &["that", "it", "this", "traffic", "workload"]) => {
            rest.len() <= 5 && (last(&WORKS) || last(&["permits", "you", "us"]))
        }
        "if" | "when" => is(from + 1, &["you", "we", "i"]) && rest.len() <= 3 && last(&["can", "could", "may", "able", "might"]),
        _ => rest.len() == 1 && last(&["permitting"]),
    };
    polite.then_some(from..end)
}

/// Whether a question or a request begins at `i`, in a part that began at `from`.
fn opens(words: &[&str], t: &[Token], i: usize, from: usize) -> bool {
    let word = |k: usize| t.get(k).map_or("", Token::word);
    let joined = JOINS.contains(&word(i));
    let at = (i..t.len()).find(|k| !JOINS.contains(&word(*k))).unwrap_or(i);
    // A part that consists of connecting words only has not begun.
    let begun = (from..i).any(|k| !JOINS.contains(&word(k)));
    if !begun || JOINS.contains(&word(i - 1)) {
        return false;
    }
    let marked = joined || words[i - 1].ends_with([',', ':']);
    // Recognisers leave commas out: a value or the callsign ends what it stands in.
    let paused = marked || of_callsign(word(i - 1));
    let asks = asked::inverts(t, at)
        || paused && (asked::opens(t, at) || asked::demands(t, at) || granted(t, at))
        || asked::leads(t, at) && !GOVERNS.contains(&word(i - 1));
    asks || wishes(t, at) || takes_back(t, at) || marked && requests(t, at, joined)
}

/// "Disregard that", "never mind", "scratch that": what was said before is withdrawn.
fn takes_back(t: &[Token], at: usize) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|w| list.contains(&w.word()));
    is(at, &["disregard", "nevermind"])
        || is(at, &["never"]) && is(at + 1, &["mind"])
        || is(at, &["cancel", "forget", "ignore", "scratch"]) && is(at + 1, &["that", "it", "my", "our"])
}

/// "We would like", "I could use": a wish in a main clause.
fn wishes(t: &[Token], at: usize) -> bool {
    let word = |k: usize| t.get(k).map_or("", Token::word);
    let depends = at > 0 && SUBORDINATES.contains(&word(at - 1));
    let adverb = ["also", "just", "really", "still", "now", "probably", "actually"];
    let verb = if adverb.contains(&word(at + 1)) { at + 2 } else { at + 1 };
    !depends && matches!(word(at), "we" | "i") && WISHES.contains(&word(verb))
}

/// "Request", "requesting", "looking for" at a word; "tell them" anywhere behind a pause.
fn requests(t: &[Token], at: usize, joined: bool) -> bool {
    let is = |i: usize, list: &[&str]| t.get(i).is_some_and(|w| list.contains(&w.word()));
    let tells = is(at, &["tell", "pass"]) && !is(at + 1, &["me", "us"]) || is(at, &["please"]) && is(at + 1, &["tell", "pass"]);
    let seeks =
        is(at, &["request", "requesting", "need", "needing", "like"]) || is(at, &["looking", "hoping"]) && is(at + 1, &["for", "to"]);
    tells || joined && seeks || wishes(t, at)
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
    // A question word in the middle of a statement does not ask: "we know what that means". Behind the unit and the callsign it does.
    let begins =
        |i: usize| names_only(&t[..i]) || words[i - 1].ends_with([',', ':']) || asked::leads(t, i) && !GOVERNS.contains(&t[i - 1].word());
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
    if (0..t.len()).any(|i| asked::opens(t, i) && begins(i)) {
        return if choice { Form::Either } else { Form::What };
    }
    if (0..t.len().min(3)).any(|i| is(i, &["tell", "pass"]) && !is(i + 1, &["me", "us"])) {
        return Form::Requests;
    }
    if granted || marked && (0..t.len()).any(|k| is(k, &GRANTS)) || condition(t).is_some_and(|tail| tail.start > 1) {
        return Form::Requests;
    }
    if let Some(i) = (0..t.len()).find(|i| asked::demands(t, *i) && begins(*i)) {
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
            "hold short of which runway 172SP",
            "172SP what's the wind",
            "we know what that means",
            "report the field if you have it in sight",
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
            // A recogniser leaves the punctuation out.
            ("climbing one seven zero any chance of higher 172SP", "climbing one seven zero | any chance of higher 172SP"),
            ("172SP two mile final what's the wind", "172SP two mile final | what's the wind"),
            ("level five thousand 172SP we'd like direct Sunol", "level five thousand 172SP | we'd like direct Sunol"),
            ("roger 172SP and then we would also take the ILS", "roger 172SP | and then we would also take the ILS"),
            (
                "cleared for takeoff three one left turn out if that works two sierra papa",
                "cleared for takeoff three one | left turn out if that works two sierra papa",
            ),
            ("cleared to land three one, long landing if able", "cleared to land three one, | long landing if able"),
            ("172SP request the ramp, actually disregard that we'll stay", "172SP request the ramp, actually | disregard that we'll stay"),
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
            ("united fifty seven what speed did you want", Form::What),
            ("norcal approach skyhawk 172SP confirm our heading", Form::Whether),
            ("any traffic ahead?", Form::What),
            ("is there any traffic ahead", Form::Whether),
            ("confirm squawk 4211", Form::Whether),
            ("squawk 7000?", Form::Whether),
            ("can we get lower", Form::Requests),
            ("could you call our base", Form::Requests),
            ("could you say the temperature", Form::What),
            ("long landing okay?", Form::Requests),
            ("left turn out if that works", Form::Requests),
            ("early turn on course when able", Form::Requests),
            ("straight in works for us", Form::Requests),
            ("a short approach would be great", Form::Requests),
            ("report the field if you see it", Form::States),
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
