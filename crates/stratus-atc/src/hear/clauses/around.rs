//! The surroundings of a clause: conditions, times, who reports it, who doubts it.

use super::{Clauses, Mood, Sense, Shape, Subject, Time, is_traffic};
use crate::hear::grammar as g;

impl Clauses {
    /// Reads what precedes the clause: a condition, a speaker, a thought or a doubt.
    pub(super) fn frame(&self, start: usize, at: usize, s: &mut Sense) {
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
            if w == "when" && (g::inverts(self.word(i)) || g::inverts(self.word(start))) {
                s.mood = Mood::Asks;
            } else if !(w == "if" && polite(c)) && self.defers(c, Shape::State) {
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
        // "Another two minutes and we are."
        let quantity = |n: usize| matches!(self.word(n), "#" | "another" | "few" | "couple" | "more");
        if i < start && self.word(i) == "and" && g::duration(&w) && (i.saturating_sub(4)..i - 1).any(quantity) {
            s.time = Time::Later;
            return;
        }
        if w == "before" && i == start {
            s.time = Time::Later;
            return;
        }
        if g::one_of(&w, "confirm verify confirming verifying") && self.before(i - 1) != "to" {
            s.mood = Mood::Asks;
            return;
        }
        // Who says or thinks it.
        let mut k = i;
        while matches!(self.before(k), "us" | "me" | "you" | "him" | "them" | "that" | "to" | "everybody" | "|") && k > 0 {
            if self.before(k) == "|" && (!g::reports(self.before(k - 1)) || k == i) {
                break;
            }
            k -= 1;
        }
        let said = self.before(k).to_owned();
        // "As you said, we are": agreement, so it applies now.
        let agreed = (1..=3).any(|back| k > back && self.word(k - 1 - back) == "as");
        if !agreed && g::reports(&said) && !(said == "called" && k != i) || said == "to" {
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
            // "Do you think we are", "how do you know we are": a question about what someone thinks.
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
        // A condition directly before this clause: "once he is gone we are ready".
        let mut n = i;
        let mut subjects = 0;
        while n > 0 {
            let w = self.before(n);
            // "The minute he moves", "in case he goes", "two more minutes and": these defer like "when he moves".
            let the_moment = g::duration(w) && self.before(n - 1) == "the" && n < i;
            let in_case = w == "case" && self.before(n - 1) == "in" && n < i;
            let wait = g::joins(w)
                && g::duration(self.before(n - 1))
                && (1..5).any(|b| matches!(self.word(n.wrapping_sub(1 + b)), "#" | "another" | "few" | "couple"));
            if the_moment || in_case || wait {
                s.time = Time::Later;
                break;
            }
            if w == "according" {
                s.time = Time::Reported;
                break;
            }
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
                } else if self.defers(n - 1, Shape::State) {
                    s.time = Time::Later;
                }
                break;
            }
            n -= 1;
        }
    }

    /// Whether the condition that starts at `c` postpones the clause that it is attached to. "At your convenience" does not, nor does a
    /// condition that introduces the next clause.
    pub(super) fn defers(&self, c: usize, shape: Shape) -> bool {
        let opener = self.word(c);
        let mut k = c + 1;
        while g::one_of(self.word(k), "that the a an is it are it's ever as soon just in we i our")
            && !(shape == Shape::State && matches!(self.word(k), "the") && is_traffic(self.word(k + 1)))
        {
            k += 1;
        }
        let w = self.word(k);
        // "Mind if we leave", "okay if we stop": a polite question.
        if opener == "if" && g::one_of(self.before(c), "mind okay ok alright fine") {
            return false;
        }
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
        true
    }

    /// Reads times and conditions that follow a word.
    pub(super) fn behind(&self, at: usize, shape: Shape, s: &mut Sense) {
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
                // "On final, after landing we would like": the condition belongs to what follows.
                let onward = shape == Shape::Place
                    && (k..(k + 5).min(self.words.len())).any(|n| g::own_subject(self.word(n)) && self.word(n.wrapping_sub(1)) != w)
                    && self.word(k + 1).ends_with("ing");
                if !question && !onward && self.defers(k, shape) {
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

    /// A span of time begins here: "two minutes", "a moment", "about five".
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
}
