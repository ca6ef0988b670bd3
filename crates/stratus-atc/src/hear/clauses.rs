//! Clauses: of whom something is said, whether it is said or denied, of when, and whether it is told, asked for or asked about.
//!
//! The operators of English stand here once, as grammar and for every meaning: negation, other subjects, conditions and later
//! times, the past, reports, questions, practice. [`Clauses::sense`] reads the clause that a word stands in, outwards from
//! that word: to the left its verbs up to the subject, to the right the times and conditions that hang on it.

use std::ops::Range;

use super::grammar as g;
use crate::telephony;
use crate::transcript::{Token, spell};

/// Of whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The pilot's own aircraft.
    Own,
    /// Somebody else, or something.
    Other,
}

/// Of when, and how real.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Now.
    Now,
    /// In a while, or under a condition.
    Later,
    /// It was so.
    Past,
    /// Somebody says so.
    Reported,
    /// For practice.
    Practice,
}

/// To what end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Tells, or wants.
    Tells,
    /// Asks whether or how it is.
    Asks,
}

/// How a word is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// Of whom.
    pub subject: Subject,
    /// It is denied.
    pub denied: bool,
    /// Of when.
    pub time: Time,
    /// To what end.
    pub mood: Mood,
}

impl Sense {
    const PLAIN: Sense = Sense { subject: Subject::Own, denied: false, time: Time::Now, mood: Mood::Tells };

    /// Own, affirmed, now, and no question.
    pub fn stands(self) -> bool {
        self == Self::PLAIN
    }
}

/// What kind of word is looked at: that decides what belongs to its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A state: "ready". Only a copula and adverbs stand before it.
    State,
    /// A place on the way: "final". Numbers and small words stand before it.
    Place,
    /// A deed or a thing that is wanted: "cross", "clearance". Other verbs may stand before it.
    Deed,
    /// Something that happens to an aircraft: "failure".
    Event,
}

/// The words of a transmission, ready to be asked how they are meant.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clauses {
    /// Words in lower case; a figure or point is `#`, a letter of the alphabet `@`, callsign and station are one `|`.
    words: Vec<String>,
}

/// Words for those who share the frequency and the field, beside types and airlines.
const TRAFFIC: &str = "traffic aircraft airplane aeroplane plane guy guys fellow gentleman lady company helicopter chopper jet jets airliner \
    glider tug tanker vehicle truck trucks car cars sweeper heavy regional turboprop twin bizjet preceding leader wingman somebody friend buddy student instructor";

fn is_traffic(w: &str) -> bool {
    g::one_of(w, TRAFFIC) || telephony::is_type(w) || telephony::is_type(w.strip_suffix('s').unwrap_or(w)) || telephony::is_airline_word(w)
}

/// The complement that a copula before it has used up.
fn fulfils(w: &str) -> bool {
    g::one_of(w, "complete completed done finished good green sight")
}

impl Clauses {
    /// The clauses of `t`; the `hidden` ranges are the station and the callsign.
    pub fn new(t: &[Token], hidden: &[Range<usize>]) -> Self {
        let mut words: Vec<String> = Vec::with_capacity(t.len());
        for (i, token) in t.iter().enumerate() {
            let w = if hidden.iter().any(|h| h.contains(&i)) {
                if words.last().is_some_and(|w| w == "|") {
                    continue;
                }
                "|"
            } else {
                match token {
                    Token::Word(w) => w.as_str(),
                    Token::Letter(c) if spell(*c).is_empty() => "",
                    Token::Letter(_) => "@",
                    Token::Digit(..) | Token::Point => "#",
                }
            };
            words.push(w.to_owned());
        }
        Self { words }
    }

    /// The places of the words that `wanted` picks.
    pub fn find(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.words.len()).filter(|i| wanted(&self.words[*i])).collect()
    }

    /// The word at a place; "" outside.
    pub fn word(&self, i: usize) -> &str {
        self.words.get(i).map_or("", String::as_str)
    }

    /// The places of the words that say something by themselves.
    pub fn contents(&self) -> Vec<usize> {
        self.find(|w| content(w) && !g::adverb(w))
    }

    /// Something is denied, and all of it of others.
    pub fn only_others_deny(&self) -> bool {
        let denials = self.find(|w| g::negator(w) && w != "nobody" && w != "none");
        !denials.is_empty() && denials.into_iter().all(|i| self.sense(i, Shape::State).subject == Subject::Other)
    }

    /// Somebody's own wish to do this: "looking to cross".
    pub fn wants_to(&self, verb: &str) -> bool {
        let wish = |w: &str| w.ends_with("ing") || g::one_of(w, "like want need wish love");
        self.find(|w| w == verb)
            .into_iter()
            .any(|i| self.before(i) == "to" && i >= 2 && wish(self.before(i - 1)) && self.sense(i, Shape::Deed).stands())
    }

    /// There is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word in front of place `i`; "" at the beginning.
    fn before(&self, i: usize) -> &str {
        i.checked_sub(1).map_or("", |p| self.word(p))
    }

    /// A thought cannot reach across what stands in front of `i`.
    fn bounded(&self, i: usize) -> bool {
        let w = self.before(i);
        w.is_empty() || matches!(w, "|" | "#" | "@") || g::joins(w) || g::condition(w) || g::opens(w)
    }

    /// Where the adjunct begins that ends at `end`: "at the ramp", "behind us", "of runway 31".
    fn adjunct(&self, end: usize) -> Option<usize> {
        if self.before(end) == "sight" {
            return None;
        }
        let verbal = |i: usize| self.word(i).ends_with("ing") || self.word(i) == "sight";
        (1..=5)
            .map_while(|n| end.checked_sub(n))
            .take_while(|i| !verbal(*i) && self.nominal(*i) || g::preposition(self.word(*i)))
            .find(|i| g::preposition(self.word(*i)) && end > i + 1)
    }

    /// May be part of a noun with its article.
    fn nominal(&self, i: usize) -> bool {
        let w = self.word(i);
        g::article(w) || g::own_object(w) || g::own_possessive(w) || g::pointer(w) || content(w) || matches!(w, "#" | "@" | "him" | "them")
    }

    /// How the word at `at` is meant.
    pub fn sense(&self, at: usize, shape: Shape) -> Sense {
        let mut s = Sense::PLAIN;
        let start = self.subject(at, shape, &mut s);
        self.frame(start, at, &mut s);
        self.behind(at, shape, &mut s);
        if self.practised(start, at, shape) {
            s.time = Time::Practice;
        }
        if shape == Shape::State
            && s.stands()
            && start == at
            && let Some(p) = self.participle(at)
        {
            // "He is holding short ready": both are said of one subject.
            return self.sense(p, Shape::State);
        }
        s
    }

    /// The participle whose phrase ends right before `at`: "holding short".
    fn participle(&self, at: usize) -> Option<usize> {
        let reach = |i: &usize| self.nominal(*i) || g::preposition(self.word(*i)) || g::adverb(self.word(*i));
        let p = (at.saturating_sub(7)..at).rev().take_while(reach).find(|i| self.word(*i).ends_with("ing") && content(self.word(*i)))?;
        (!matches!(self.word(p), "morning" | "evening" | "landing")).then_some(p)
    }

    /// How a call for help at `at` is meant: a cry is no part of a sentence, if no verb or article before it makes it one.
    pub fn cry(&self, at: usize) -> Sense {
        let w = self.word(at);
        let first = (0..at).rev().take_while(|k| self.word(*k) == w).last().unwrap_or(at);
        let before = self.before(first);
        let part = w == "emergency"
            || g::one_of(before, "call calls declare declared declares cancel a")
            || g::holds(before)
            || g::pointer(before)
            || g::third_person(before)
            || g::auxiliary(before)
            || g::past(before)
            || g::negator(before)
            || before == "no"
            || g::article(before)
            || first > 0 && self.practises(first - 1)
            || before.ends_with("ing")
            || g::reports(before);
        // "Mayday was last week", "mayday relay": it is spoken about.
        let next = (first..self.words.len()).find(|k| self.word(*k) != w).unwrap_or(first);
        let about = g::third_person(self.word(next))
            || self.word(next).starts_with("relay")
            || g::third_person(self.word(next + 1)) && g::pointer(self.word(next));
        if about && w != "emergency" {
            return Sense { subject: Subject::Other, ..Sense::PLAIN };
        }
        if part {
            return self.sense(first, Shape::Event);
        }
        let mut s = Sense::PLAIN;
        if self.practised(first, first, Shape::Event) {
            s.time = Time::Practice;
        }
        s
    }

    /// Reads leftwards from a word through its verbs to the subject; tells where the clause begins.
    fn subject(&self, at: usize, shape: Shape, s: &mut Sense) -> usize {
        let mut i = at;
        let mut verbs = 0_usize;
        let mut spoken_of = 0_usize;
        loop {
            let w = self.before(i);
            if w.is_empty() || w == "|" {
                return i;
            }
            if g::negator(w) && !(g::third_person(w)) {
                s.denied = true;
                i -= 1;
                if matches!(w, "nobody" | "none" | "neither") {
                    s.subject = Subject::Other;
                    return i;
                }
                continue;
            }
            if w == "means" && self.before(i - 1) == "no" {
                s.denied = true;
                i = i.saturating_sub(3);
                continue;
            }
            if w == "no" || w == "negative" {
                // "No emergency"; but "no, we are ready" only answers.
                s.denied |= matches!(shape, Shape::Deed | Shape::Event) || w == "no" && self.word(i) == "longer";
                return i - 1;
            }
            if g::own_subject(w) {
                i -= 1;
                self.inverted(i, s);
                if verbs == 0 && shape == Shape::State {
                    // "we ready" drops its verb.
                }
                if self.told_in_the_past(i + 1, at) && s.time == Time::Now && shape != Shape::Event {
                    s.time = Time::Past;
                }
                return i;
            }
            if g::own_object(w) {
                if i >= 2 && g::preposition(self.before(i - 1)) {
                    // "The one behind us ready."
                    return self.named(i, at, shape, s);
                }
                if self.told_in_the_past(i.saturating_sub(2), i - 1) || g::reports(self.before(i - 1)) {
                    s.time = Time::Reported;
                }
                i -= 1;
                return self.imperative(i, s);
            }
            if g::other_subject(w) && !(w == "one" || w == "ones") || matches!(w, "one" | "ones") && g::pointer(self.before(i - 1)) {
                if matches!(w, "you")
                    && (spoken_of > 0 || shape != Shape::State)
                    && i >= 2
                    && g::modal(self.before(i - 1))
                    && self.helps_us(i, at)
                {
                    // "Can you clear us": whom it is for was met on the way.
                    return i - 1;
                }
                s.subject = Subject::Other;
                i -= 1;
                self.inverted(i, s);
                return i;
            }
            if g::third_person(w) {
                i -= 1;
                if g::negator(w) {
                    s.denied = true;
                }
                if g::reports(w) {
                    s.time = Time::Reported;
                }
                if w == "was" {
                    s.time = Time::Past;
                }
                return self.third(i, shape, s);
            }
            if g::modal(w) || g::auxiliary(w) {
                verbs += 1;
                self.tense(w, i, at, shape, s);
                i -= 1;
                let left = self.before(i);
                if left == "#" && finite(w) && (0..i).rev().take(4).find(|k| self.word(*k) != "#").is_some_and(|k| g::pointer(self.word(k)))
                {
                    // "Those two are."
                    s.subject = Subject::Other;
                    return i - 1;
                }
                if !left.is_empty() && left != "|" && content(left) && !g::adverb(left) && !g::reports(left) && (finite(w)) {
                    return self.named(i, at, shape, s);
                }
                continue;
            }
            if g::one_of(w, "almost nearly") || g::short_of(w) && shape != Shape::Place && !(w == "about" && shape != Shape::State) {
                if shape != Shape::Event || g::one_of(w, "almost nearly about") {
                    s.time = Time::Later;
                }
                i -= 1;
                continue;
            }
            if g::adverb(w) || w == "to" && shape != Shape::Place {
                i -= 1;
                continue;
            }
            if g::joins(w) {
                return if verbs == 0 { self.shared(i - 1, s, at) } else { i };
            }
            if g::condition(w) || g::opens(w) {
                return i;
            }
            if shape == Shape::Place && (g::filler(w) || w == "#" && self.measured(i, at) || place_word(w)) {
                i -= 1;
                continue;
            }
            if matches!(shape, Shape::Deed | Shape::Event) && (g::article(w) || g::own_possessive(w) || g::preposition(w) || w == "going") {
                if w == "going" && self.word(i) == "to" && shape == Shape::Deed {
                    s.time = Time::Later;
                }
                i -= 1;
                continue;
            }
            if g::one_of(w, "that this those these") && (g::article(self.word(i)) || self.word(i) == "all") {
                // "Was that a mayday."
                s.subject = Subject::Other;
                self.inverted(i - 1, s);
                return i - 1;
            }
            if g::one_of(w, "any some") {
                i -= 1;
                continue;
            }
            if g::other_possessive(w) || g::pointer(w) {
                if matches!(shape, Shape::Deed | Shape::Event | Shape::Place) && spoken_of == 0 && !g::other_possessive(w) {
                    i -= 1;
                    continue;
                }
                s.subject = Subject::Other;
                return i - 1;
            }
            if w == "@" && shape == Shape::Deed && spoken_of == 0 {
                // "A delta transition."
                i -= 1;
                continue;
            }
            if matches!(w, "#" | "@") {
                return i;
            }
            if shape == Shape::State && g::one_of(w, "call report advise") {
                // "Will call ready."
                s.time = Time::Later;
                return i;
            }
            // A word with a meaning of its own.
            match shape {
                Shape::State | Shape::Place => return self.named(i, at, shape, s),
                Shape::Deed | Shape::Event => {
                    spoken_of += 1;
                    if w == "sight" || spoken_of > 6 {
                        return i;
                    }
                    if is_traffic(w) {
                        return self.named(i, at, shape, s);
                    }
                    if g::reports(w) || g::one_of(w, "heard hear hearing relay relaying relayed") {
                        s.time = Time::Reported;
                    }
                    i -= 1;
                    if shape == Shape::Deed
                        && g::pointer(self.before(i))
                        && !g::one_of(self.before(i), "any some")
                        && self.bounded(i - 1)
                        && !g::article(self.word(i))
                    {
                        // "The truck crossing": it stands where a subject stands.
                        s.subject = Subject::Other;
                        return i - 1;
                    }
                }
            }
        }
    }

    /// "Can you clear us for takeoff": between the verb and the word the speaker stands.
    fn helps_us(&self, from: usize, at: usize) -> bool {
        (from..at).any(|k| g::own_object(self.word(k)) || g::own_possessive(self.word(k)))
    }

    /// "Clear us for takeoff", "let us go": the verb in front, and who is asked.
    fn imperative(&self, i: usize, s: &mut Sense) -> usize {
        let start = (0..i).rev().take_while(|k| self.word(*k) != "|").last().unwrap_or(i);
        // "Do you want us to be": a question; "can you clear us": a wish.
        let asks = (start..i).any(|k| {
            g::inverts(self.word(k)) && !g::one_of(self.word(k), "can could will would may might") && g::other_subject(self.word(k + 1))
        });
        let facts = g::asks_for_facts(self.word(start));
        if asks || facts {
            s.mood = Mood::Asks;
        }
        i.saturating_sub(1)
    }

    /// Numbers that measure the place behind them: "two mile final".
    fn measured(&self, i: usize, at: usize) -> bool {
        (i..at).any(|k| g::one_of(self.word(k), "mile miles quarter half"))
    }

    /// What a verb says of the time.
    fn tense(&self, w: &str, i: usize, at: usize, shape: Shape, s: &mut Sense) {
        let next = self.word(i);
        match w {
            "were" | "did" => s.time = Time::Past,
            "had" if (shape != Shape::Event || (i..at).any(|k| self.word(k) == "been")) && next != "to" => s.time = Time::Past,
            "will" | "shall" | "gonna" => s.time = Time::Later,
            "be" if shape != Shape::Deed => s.time = Time::Later,
            "should" | "might" | "must" | "may" | "ought" if shape != Shape::Deed => s.time = Time::Later,
            "would" | "could" | "can" if shape == Shape::State || shape == Shape::Event => s.time = Time::Later,
            "should" | "might" | "ought" => s.time = Time::Later,
            _ => {}
        }
        let _ = at;
    }

    /// The subject's verb stands in front of it: a question.
    fn inverted(&self, subject: usize, s: &mut Sense) {
        let verb = self.before(subject);
        if !g::inverts(verb) {
            return;
        }
        let polite = g::one_of(verb, "can could may might") && self.bounded(subject - 1);
        let stated = g::own_subject(self.before(subject - 1)) || g::other_subject(self.before(subject - 1));
        if !polite && !stated {
            s.mood = Mood::Asks;
        }
    }

    /// Between the subject and a word stands a verb in the past.
    fn told_in_the_past(&self, from: usize, to: usize) -> bool {
        let first = (from..to).find(|k| !g::adverb(self.word(*k)) && !matches!(self.word(*k), "have" | "just"));
        let perfect = (from.saturating_sub(2)..to).any(|k| matches!(self.word(k), "have" | "has" | "are" | "am" | "be" | "been"));
        first.is_some_and(|k| g::past(self.word(k)) && !perfect)
    }

    /// The third person's subject ends at `i`.
    fn third(&self, i: usize, shape: Shape, s: &mut Sense) -> usize {
        let w = self.before(i);
        if w == "|" {
            return i;
        }
        if w.is_empty() {
            // "Is the Cherokee ready" was met before; a verb without a subject asks.
            s.mood = Mood::Asks;
            s.subject = if shape == Shape::Event { s.subject } else { Subject::Other };
            return i;
        }
        let mut start = i;
        let mut own = false;
        let mut traffic = false;
        let mut third = false;
        while start > 0 {
            let w = self.before(start);
            let ends = w == "|"
                || g::joins(w)
                || g::condition(w)
                || g::opens(w)
                || g::own_subject(w) && start < i
                || g::auxiliary(w)
                || g::modal(w);
            if ends || g::reports(w) && start < i || g::holds(w) && start < i {
                break;
            }
            own |= g::own_possessive(w) || g::own_subject(w) || g::own_object(w) && !g::preposition(self.before(start - 1));
            traffic |= is_traffic(w);
            third |= g::other_subject(w) || g::other_possessive(w);
            start -= 1;
        }
        let there = matches!(self.word(i.saturating_sub(1)), "there" | "here" | "this");
        let other = traffic || third && !there || !own && shape != Shape::Event && !there;
        let it = matches!(self.word(i.saturating_sub(1)), "it" | "that" | "there" | "this" | "which");
        // "There is a fire off our right side" tells of something else.
        if shape != Shape::Event && matches!(self.word(i.saturating_sub(1)), "there") {
            s.subject = Subject::Other;
        }
        if shape == Shape::Event {
            // What fails is a part of the aircraft, if it is not somebody's.
            if traffic || third && !it {
                s.subject = Subject::Other;
            }
        } else if other {
            s.subject = Subject::Other;
        }
        self.inverted(start, s);
        start
    }

    /// What stands before a word without a verb between them, or before a verb of the plural: a noun that may be the subject.
    fn named(&self, from: usize, at: usize, shape: Shape, s: &mut Sense) -> usize {
        let mut i = from;
        let mut inside = false;
        // "Cessna on final": the place is the Cessna's, whatever stands before that.
        let placed = shape == Shape::Place && (from..at).any(|k| matches!(self.word(k), "on" | "at" | "in"));
        while i > 0 {
            let measured = (from..at).any(|k| self.word(k) == "#");
            if placed && !measured && self.before(i) == "sight" && i >= 2 && self.before(i - 1) == "in" {
                i -= 2;
                continue;
            }
            if placed && is_traffic(self.before(i)) {
                s.subject = Subject::Other;
                return i - 1;
            }
            match self.adjunct(i) {
                Some(k) => {
                    inside = true;
                    i = k;
                }
                None => break,
            }
        }
        let w = self.before(i);
        if w.is_empty() || w == "|" || !content(w) {
            if g::own_subject(w) {
                return self.subject(i, shape, s);
            }
            if g::third_person(w) && inside && shape == Shape::State {
                return self.third(i - 1, shape, s);
            }
            return i;
        }
        let noun = i;
        let mut start = i;
        while start > 0 && noun - start < 5 && content(self.before(start)) {
            start -= 1;
        }
        let det = self.before(start);
        let opening = start == 0 || self.before(start) == "|";
        let pointed = g::pointer(det) || det == "a" || det == "an";
        let traffic = (start..noun).any(|k| is_traffic(self.word(k)));
        let head = if pointed { start - 1 } else { start };
        let asked = g::inverts(self.before(head)) || g::third_person(self.before(head));
        if asked && pointed {
            s.subject = Subject::Other;
            s.mood = Mood::Asks;
            return head;
        }
        if g::own_possessive(det) {
            return start - 1;
        }
        if g::other_possessive(det) {
            s.subject = Subject::Other;
            return head;
        }
        let verbal = g::past(self.word(start)) || self.word(start).ends_with("ing");
        if traffic
            && !(opening && noun - start == 1 && telephony::is_type(self.word(start)) && from == i)
            && (!verbal || is_traffic(self.word(start)))
            && !(fulfils(self.word(noun - 1)))
        {
            s.subject = Subject::Other;
            return head;
        }
        if pointed
            && det != "a"
            && det != "an"
            && self.bounded(head)
            && !matches!(self.before(head), "#" | "@")
            && !fulfils(self.word(noun - 1))
        {
            s.subject = Subject::Other;
            return head;
        }
        i
    }

    /// "He is clear and ready": the word behind "and" shares the subject of the thought before it.
    fn shared(&self, and: usize, s: &mut Sense, at: usize) -> usize {
        let mut i = and;
        while i > 0 {
            let w = self.before(i);
            if w == "|" {
                return and + 1;
            }
            if g::own_subject(w) {
                if self.told_in_the_past(i, and) && !(i..at).any(|k| matches!(self.word(k), "now")) {
                    s.time = Time::Past;
                }
                if (i..and).any(|k| matches!(self.word(k), "will" | "gonna" | "shall")) {
                    s.time = Time::Later;
                }
                if g::condition(self.before(i - 1)) {
                    s.time = Time::Later;
                }
                return i - 1;
            }
            if g::other_subject(w) && !matches!(w, "one" | "ones" | "you") {
                s.subject = Subject::Other;
                if g::condition(self.before(i - 1)) {
                    s.time = Time::Later;
                }
                return i - 1;
            }
            if g::third_person(w) || matches!(w, "are" | "were") {
                let complete = (i..and).any(|k| fulfils(self.word(k)));
                let traffic = (0..i).rev().take_while(|k| self.word(*k) != "|").any(|k| is_traffic(self.word(k)));
                if self.before(i - 1) != "|" && (!complete || traffic) {
                    s.subject = Subject::Other;
                }
                return and + 1;
            }
            if g::condition(w) {
                if self.defers(i - 1, and, Shape::State) {
                    s.time = Time::Later;
                }
                return i - 1;
            }
            i -= 1;
        }
        and + 1
    }

    /// What the clause hangs on: a condition in front of it, who says it, whether it is thought or doubted.
    fn frame(&self, start: usize, at: usize, s: &mut Sense) {
        let mut i = start;
        while matches!(self.before(i), "that" | "and" | "so" | "then" | "well" | "um") || g::adverb(self.before(i)) && i > 0 {
            i -= 1;
        }
        let behind_bar = (0..start).rev().find(|n| self.word(*n) == "|" || g::joins(self.word(*n))).map_or(0, |n| n + 1);
        if (behind_bar..at).any(|n| self.last_time(n) || g::gone_by(self.word(n)) && n + 3 >= start) {
            s.time = Time::Past;
            return;
        }
        // "Yesterday we were", "last time we were", "a while ago we were".
        if g::gone_by(self.before(i)) || i >= 2 && self.last_time(i - 2) {
            s.time = Time::Past;
            return;
        }
        if g::to_come(self.before(i)) {
            s.time = Time::Later;
        }
        let w = self.before(i).to_owned();
        // "If we can get out": a polite question.
        let polite = |c: usize| {
            (c + 1..at).any(|k| g::one_of(self.word(k), "can could may might")) && (c + 1..at).any(|k| g::own_subject(self.word(k)))
        };
        if g::condition(&w) || w == "soon" {
            let c = i - 1;
            if w == "when" && g::inverts(self.word(i)) || w == "when" && g::inverts(self.word(start)) {
                s.mood = Mood::Asks;
            } else if !(w == "if" && polite(c)) && self.defers(c, at + 1, Shape::State) {
                s.time = Time::Later;
            }
            return;
        }
        if w == "as" && self.before(i - 1) == "soon" {
            s.time = Time::Later;
            return;
        }
        if g::asks_for_facts(&w) && !(w == "how" && self.word(i) == "about") && w != "that" {
            s.mood = Mood::Asks;
            return;
        }
        if g::one_of(&w, "confirm verify confirming verifying") {
            s.mood = Mood::Asks;
            return;
        }
        // Who says so, and who thinks it.
        let mut k = i;
        while matches!(self.before(k), "us" | "me" | "you" | "him" | "them" | "that" | "to" | "everybody" | "|") && k > 0 {
            if self.before(k) == "|" && (g::reports(self.before(k - 1)) == false || k == i) {
                break;
            }
            k -= 1;
        }
        let said = self.before(k).to_owned();
        if g::reports(&said) && !(said == "called" && k != i) || said == "to" {
            s.time = Time::Reported;
            return;
        }
        if g::wishes(&said) {
            s.time = Time::Later;
        }
        if g::holds(&said) || g::wishes(&said) {
            let from = k.saturating_sub(7);
            let stop = (from..k).rev().find(|n| self.word(*n) == "|").map_or(from, |n| n + 1);
            if (stop..k).any(|n| g::negator(self.word(n)) || self.word(n) == "no") {
                s.denied = true;
            }
            // "Do you think we are", "how do you know we are": the question is of what is thought.
            let asked = |n: usize| (g::other_subject(self.word(n)) || g::own_subject(self.word(n))) && g::inverts(self.before(n));
            if (stop..k).any(|n| asked(n) && (n == stop + 1 || self.bounded(n - 1) || g::asks_for_facts(self.before(n - 1)))) {
                s.mood = Mood::Asks;
            } else if (stop..k).any(|n| g::other_subject(self.word(n))) {
                // "They say we are."
                s.time = Time::Reported;
            }
            return;
        }
        if g::one_of(&said, "tell report advise") && !g::own_subject(self.before(k - 1)) {
            s.time = Time::Reported;
            return;
        }
        // A condition just before this thought: "once he is gone we are ready".
        let mut n = i;
        let mut subjects = 0;
        while n > 0 {
            let w = self.before(n);
            if w == "as" && self.before(n - 1) == "soon" && !g::courteous(self.word(n)) && self.word(n) != "possible" {
                s.time = Time::Later;
                break;
            }
            if w == "|" || g::joins(w) || w == "now" && n < i || g::opens(w) && w != "than" {
                break;
            }
            if g::own_subject(w) {
                subjects += 1;
            }
            if subjects > 1 {
                break;
            }
            if g::condition(w) {
                let question = w == "when" && g::inverts(self.word(n));
                if question {
                    s.mood = Mood::Asks;
                } else if self.defers(n - 1, i, Shape::State) {
                    s.time = Time::Later;
                }
                break;
            }
            n -= 1;
        }
    }

    /// The condition opened at `c` keeps what it belongs to from being so now: not the controller's convenience, and not what
    /// comes behind it in the same flight.
    fn defers(&self, c: usize, end: usize, shape: Shape) -> bool {
        let opener = self.word(c);
        let mut k = c + 1;
        while g::one_of(self.word(k), "that the a an is it are it's ever as soon just in we i our")
            && !(shape == Shape::State && matches!(self.word(k), "the") && is_traffic(self.word(k + 1)))
        {
            k += 1;
        }
        let w = self.word(k);
        if g::courteous(w) && opener != "until" && opener != "unless" {
            return false;
        }
        let after = g::one_of(w, "departure departing takeoff airborne rotation liftoff landing touchdown climbing passing leaving clear");
        let somebody = (k..(k + 4).min(self.words.len())).any(|n| {
            is_traffic(self.word(n)) || g::other_subject(self.word(n)) || g::other_possessive(self.word(n)) || self.word(n) == "of"
        });
        if g::one_of(opener, "once after when") && after && !somebody && w != "clear" {
            return false;
        }
        // "When ready", said to be told, is as late as "when he is".
        let _ = end;
        true
    }

    /// Times and conditions behind a word.
    fn behind(&self, at: usize, shape: Shape, s: &mut Sense) {
        let mut k = at + 1;
        let mut new_subject = false;
        while k < self.words.len() {
            let w = self.word(k);
            if g::own_subject(w) && !g::condition(self.before(k)) {
                new_subject = true;
            }
            if new_subject || g::one_of(w, "request requesting") && shape != Shape::Deed {
                break;
            }
            if g::condition(w) {
                let question = w == "when" && g::inverts(self.word(k + 1)) && !g::other_subject(self.word(k + 2));
                // "On final, after landing we would like": it belongs to what follows.
                let onward = shape == Shape::Place
                    && (k..(k + 5).min(self.words.len())).any(|n| g::own_subject(self.word(n)) && self.word(n.wrapping_sub(1)) != w)
                    && self.word(k + 1).ends_with("ing");
                if !question && !onward && self.defers(k, self.words.len(), shape) {
                    s.time = if s.time == Time::Now { Time::Later } else { s.time };
                }
                if question || onward {
                    break;
                }
            }
            if w == "soon" && self.word(k + 1) == "as" && self.word(k + 2) != "possible" && !g::courteous(self.word(k + 2)) {
                s.time = Time::Later;
            }
            if g::to_come(w) && !(w == "soon" && self.before(k) == "as") && s.time == Time::Now {
                s.time = Time::Later;
            }
            if (g::gone_by(w) || self.last_time(k)) && s.time == Time::Now {
                s.time = Time::Past;
            }
            if w == "in" && self.lasts(k + 1) || w == "next" && g::duration(self.word(k + 1)) {
                s.time = Time::Later;
            }
            if matches!(w, "more" | "another") && (g::duration(self.word(k + 1)) || g::duration(self.word(k + 2))) {
                s.time = Time::Later;
            }
            if w == "not" && g::one_of(self.word(k + 1), "yet just quite now right") || w == "yet" && self.before(k) == "not" {
                s.denied = true;
            }
            if w == "but" && shape != Shape::Event {
                let next = self.word(k + 1);
                if g::negator(next)
                    || g::own_subject(next)
                    || next == "in"
                    || g::condition(next)
                    || g::one_of(next, "need needs waiting holding still")
                {
                    s.time = Time::Later;
                }
                break;
            }
            if shape == Shape::Event
                && g::one_of(w, "for from by to")
                && (self.word(k + 1) == "a" || g::pointer(self.word(k + 1)))
                && (k..(k + 5).min(self.words.len())).any(|n| is_traffic(self.word(n)))
            {
                s.subject = Subject::Other;
            }
            k += 1;
        }
    }

    /// "Last week", "last time".
    fn last_time(&self, k: usize) -> bool {
        self.word(k) == "last" && g::one_of(self.word(k + 1), "time week month night year flight leg sector summer winter hour")
    }

    /// A time begins here: "two minutes", "a moment", "about five".
    fn lasts(&self, k: usize) -> bool {
        (k..(k + 5).min(self.words.len()))
            .take_while(|n| {
                self.word(*n) == "#"
                    || g::duration(self.word(*n))
                    || g::one_of(self.word(*n), "a an about another few couple some of the next or more half just maybe like roughly")
            })
            .any(|n| g::duration(self.word(n)))
            || self.word(k) == "about" && self.word(k + 1) == "#"
    }

    /// A word for practice that is not denied: "this is not a drill".
    fn practises(&self, n: usize) -> bool {
        let before = if g::article(self.before(n)) { n.saturating_sub(1) } else { n };
        g::practice(self.word(n)) && !g::negator(self.before(before)) && self.before(before) != "no"
    }

    /// It is done for practice: "this is a practice call, ready"; not "ready, practice area".
    fn practised(&self, start: usize, at: usize, shape: Shape) -> bool {
        let from = (0..start.min(at)).rev().find(|n| self.word(*n) == "|").map_or(0, |n| n + 1);
        let to = if shape == Shape::Event { self.words.len() } else { (at + 6).min(self.words.len()) };
        (from..to).any(|n| {
            let named = (n + 1..(n + 4).min(self.words.len())).any(|k| {
                g::one_of(
                    self.word(k),
                    "area areas approach approaches ils rnav vor ndb localizer instrument hold holds holding flight landing landings field \
                     stalls maneuvers airwork pattern patterns circuit circuits gps forced low short visual autorotation autorotations engine touch",
                )
            });
            self.practises(n) && (shape == Shape::Event || !named)
        })
    }
}

/// The finite verbs whose subject stands right before them.
fn finite(w: &str) -> bool {
    g::modal(w) || matches!(w, "are" | "were" | "have" | "had" | "do" | "did")
}

/// Words before a leg that only say how one is on it.
fn place_word(w: &str) -> bool {
    g::one_of(w, "short long right left turning joining mile miles half quarter established entering extended runway wide close tight")
}

/// An open word, with a meaning of its own.
fn content(w: &str) -> bool {
    !(w.is_empty()
        || matches!(w, "|" | "#" | "@" | "to" | "no" | "that")
        || g::own_subject(w)
        || g::own_object(w)
        || g::other_subject(w)
        || g::own_possessive(w)
        || g::pointer(w)
        || g::article(w)
        || g::third_person(w)
        || g::auxiliary(w)
        || g::modal(w)
        || g::negator(w)
        || g::preposition(w)
        || g::joins(w)
        || g::condition(w)
        || g::opens(w)
        || g::asks_for_facts(w))
}
