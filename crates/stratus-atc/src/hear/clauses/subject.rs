//! Reads leftwards from a word through its verbs to the subject: whom the clause is about, its polarity, its time, and whether it is a
//! question.

use super::{Clauses, Mood, Sense, Shape, Subject, Time, content, fulfils, is_traffic};
use crate::hear::grammar as g;
use crate::telephony;

impl Clauses {
    /// Reads leftwards from a word through its verbs to the subject, and returns the start of the clause.
    pub(super) fn subject(&self, at: usize, shape: Shape, s: &mut Sense) -> usize {
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
                // "No emergency" is a negation, but "no, we are ready" is an answer.
                s.denied |= matches!(shape, Shape::Deed | Shape::Event) || w == "no" && self.word(i) == "longer";
                return i - 1;
            }
            if g::own_subject(w) {
                i -= 1;
                self.inverted(i, s);
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
                    // "Can you clear us": the object has already named whom it is for.
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
            if g::one_of(w, "almost nearly")
                || g::short_of(w) && shape != Shape::Place && !(shape != Shape::State && matches!(w, "about" | "hoping" | "trying"))
            {
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
            if w == "but" && self.before(i - 1) == "anything" {
                s.denied = true;
                i -= 2;
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
            // A content word.
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
                        // "The truck crossing": the word is in subject position.
                        s.subject = Subject::Other;
                        return i - 1;
                    }
                }
            }
        }
    }

    /// "Can you clear us for takeoff": the speaker is between the verb and the word.
    fn helps_us(&self, from: usize, at: usize) -> bool {
        (from..at).any(|k| g::own_object(self.word(k)) || g::own_possessive(self.word(k)))
    }

    /// "Clear us for takeoff", "let us go": reads the preceding verb and its subject.
    fn imperative(&self, i: usize, s: &mut Sense) -> usize {
        let start = (0..i).rev().take_while(|k| self.word(*k) != "|").last().unwrap_or(i);
        // "Do you want us to be" is a question; "can you clear us" is a request.
        let asks = (start..i).any(|k| {
            g::inverts(self.word(k)) && !g::one_of(self.word(k), "can could will would may might") && g::other_subject(self.word(k + 1))
        });
        let facts = g::asks_for_facts(self.word(start));
        if asks || facts {
            s.mood = Mood::Asks;
        }
        // "He is cutting us off": the preceding verb has its own subject.
        let verb = i.saturating_sub(1);
        let mut of_verb = Sense::PLAIN;
        let begins = self.subject(verb, Shape::Deed, &mut of_verb);
        if of_verb.subject == Subject::Other && self.word(begins) != "you" {
            s.subject = Subject::Other;
        }
        s.denied |= of_verb.denied;
        verb
    }

    /// Numbers that measure the following place: "two mile final".
    fn measured(&self, i: usize, at: usize) -> bool {
        (i..at).any(|k| g::one_of(self.word(k), "mile miles quarter half"))
    }

    /// Reads the time from a verb.
    fn tense(&self, w: &str, i: usize, at: usize, shape: Shape, s: &mut Sense) {
        let next = self.word(i);
        match w {
            "were" | "did" => s.time = Time::Past,
            "had" if (shape != Shape::Event || (i..at).any(|k| self.word(k) == "been")) && next != "to" => s.time = Time::Past,
            "will" | "shall" | "gonna" => s.time = Time::Later,
            "be" if shape != Shape::Deed || self.before(i - 1) == "to" && next.ends_with("ing") => s.time = Time::Later,
            "should" | "might" | "must" | "may" | "ought" if shape != Shape::Deed => s.time = Time::Later,
            "would" | "could" | "can" if shape == Shape::State || shape == Shape::Event => s.time = Time::Later,
            "should" | "might" | "ought" => s.time = Time::Later,
            _ => {}
        }
    }

    /// The verb precedes its subject: a question.
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

    /// A past-tense verb stands between the subject and the word.
    fn told_in_the_past(&self, from: usize, to: usize) -> bool {
        let first = (from..to).find(|k| !g::adverb(self.word(*k)) && !matches!(self.word(*k), "have" | "just"));
        let perfect = (from.saturating_sub(2)..to).any(|k| matches!(self.word(k), "have" | "has" | "are" | "am" | "been"));
        first.is_some_and(|k| g::past(self.word(k)) && !perfect)
    }

    /// Reads a third-person subject that ends at `i`.
    fn third(&self, i: usize, shape: Shape, s: &mut Sense) -> usize {
        let w = self.before(i);
        if w == "|" {
            return i;
        }
        if w.is_empty() {
            // "Is the Cherokee ready" has been handled; a verb without a subject is a question.
            s.mood = Mood::Asks;
            s.subject = if shape == Shape::Event { s.subject } else { Subject::Other };
            return i;
        }
        let mut start = i;
        let mut own = false;
        let mut traffic = false;
        let (mut third, mut nobody, mut asks) = (false, false, false);
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
            traffic |= is_traffic(w) || w == "@";
            nobody |= g::one_of(w, "nobody nothing none neither noone");
            asks |= g::asks_for_facts(w);
            third |= g::other_subject(w) || g::other_possessive(w);
            start -= 1;
        }
        let there = matches!(self.word(i.saturating_sub(1)), "there" | "this");
        let other = traffic || third && !there || !own && shape != Shape::Event && !there;
        let it = matches!(self.word(i.saturating_sub(1)), "it" | "that" | "there" | "this" | "which");
        // "There is a fire off our right side" is about something else.
        if shape != Shape::Event && matches!(self.word(i.saturating_sub(1)), "there") {
            s.subject = Subject::Other;
        }
        if shape == Shape::Event {
            // The thing that fails is part of this aircraft unless it belongs to someone else.
            if traffic || third && !it {
                s.subject = Subject::Other;
            }
        } else if other {
            s.subject = Subject::Other;
        }
        s.denied |= nobody;
        if nobody {
            s.subject = Subject::Other;
        }
        if asks {
            s.mood = Mood::Asks;
        }
        self.inverted(start, s);
        start
    }

    /// Reads the words before a word without a verb between them, or before a plural verb: a noun that may be the subject.
    fn named(&self, from: usize, at: usize, shape: Shape, s: &mut Sense) -> usize {
        let mut i = from;
        let mut inside = false;
        // "Cessna on final": the position belongs to the Cessna, whatever precedes it.
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
        if w == "#" {
            let first = (0..i).rev().take_while(|k| self.word(*k) == "#").last().unwrap_or(i);
            if inside && g::pointer(self.before(first)) {
                // "The two behind us."
                s.subject = Subject::Other;
                return first.saturating_sub(1);
            }
        }
        if w.is_empty() || w == "|" || !content(w) {
            if inside && g::own_object(w) && !g::preposition(self.before(i - 1)) {
                return self.imperative(i - 1, s);
            }
            let verbal = inside && (g::third_person(w) || g::auxiliary(w) || g::modal(w) || g::negator(w) || g::adverb(w));
            let verbal = verbal || w == "but" && self.before(i - 1) == "anything";
            return if verbal || g::own_subject(w) || g::other_subject(w) { self.subject(i, shape, s) } else { i };
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
        // "Someone just lined up in front of us on short final."
        let small = |k: &usize| !content(self.word(*k)) && !g::preposition(self.word(*k)) && !g::adverb(self.word(*k));
        let far = (0..i).rev().take_while(|k| !self.bounded(k + 1)).find(small);
        let spoken_of = |k: usize| g::other_subject(self.word(k)) && !matches!(self.word(k), "it" | "you");
        if shape == Shape::Place && far.is_some_and(spoken_of) {
            s.subject = Subject::Other;
        }
        i
    }

    /// "He is clear and ready": the word after "and" shares the subject of the previous clause.
    fn shared(&self, and: usize, s: &mut Sense, at: usize) -> usize {
        let mut i = and;
        while i > 0 {
            let w = self.before(i);
            if w == "|" {
                return and + 1;
            }
            if w == "but" && self.before(i - 1) == "anything" {
                s.denied = true;
                i -= 2;
                continue;
            }
            if matches!(w, "are" | "were") && g::own_subject(self.before(i - 1)) {
                i -= 1;
                continue;
            }
            if g::own_object(w) && !g::preposition(self.before(i - 1)) {
                return self.imperative(i - 1, s);
            }
            if g::own_subject(w) {
                self.inverted(i - 1, s);
                s.denied |= (i..and).any(|k| g::negator(self.word(k)) && !(k + 2 < and && self.word(k + 1) == "in"));
                if (i..and).any(|k| matches!(self.word(k), "be" | "used")) {
                    s.time = Time::Later;
                }
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
                if self.defers(i - 1, Shape::State) {
                    s.time = Time::Later;
                }
                return i - 1;
            }
            i -= 1;
        }
        and + 1
    }
}

/// Finite verbs whose subject stands directly before them.
fn finite(w: &str) -> bool {
    g::modal(w) || matches!(w, "are" | "were" | "have" | "had" | "do" | "did")
}

/// Words before a leg that only describe the manner of being on it.
fn place_word(w: &str) -> bool {
    g::one_of(w, "short long right left turning joining mile miles half quarter established entering extended runway wide close tight")
}
