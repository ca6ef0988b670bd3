//! Clauses: the subject of a statement, its polarity, its time, and whether it is a statement, a wish or a question.
//!
//! The grammatical operators of English are defined here once, for every meaning: negation, other subjects, conditions and later times, the
//! past, reports, questions, practice. [`Clauses::sense`] reads a word's clause outwards: to the left through its verbs to the subject, to
//! the right through its times and conditions.

mod around;
mod subject;

use std::ops::Range;

use super::grammar as g;
use crate::telephony;
use crate::transcript::{Token, spell};

/// Whom a clause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The pilot's own aircraft.
    Own,
    /// Another aircraft, person or thing.
    Other,
}

/// When a statement applies, and how real it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Now.
    Now,
    /// Later, or under a condition.
    Later,
    /// In the past.
    Past,
    /// Reported as someone's words.
    Reported,
    /// For practice.
    Practice,
}

/// What the clause does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// States or requests.
    Tells,
    /// Asks a question.
    Asks,
}

/// How a word is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// Whom it is about.
    pub subject: Subject,
    /// It is negated.
    pub denied: bool,
    /// When it applies.
    pub time: Time,
    /// What the clause does.
    pub mood: Mood,
}

impl Sense {
    pub(in crate::hear) const PLAIN: Sense = Sense { subject: Subject::Own, denied: false, time: Time::Now, mood: Mood::Tells };

    /// About the pilot's own aircraft, affirmed, now, and not a question.
    pub fn stands(self) -> bool {
        self == Self::PLAIN
    }
}

/// The kind of word examined, which determines the extent of its clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A state: "ready". Only a copula and adverbs may precede it.
    State,
    /// A position: "final". Numbers and function words may precede it.
    Place,
    /// An action or a requested thing: "cross", "clearance". Other verbs may precede it.
    Deed,
    /// An event that happens to an aircraft: "failure".
    Event,
}

/// The words of a transmission, prepared for questions about their sense.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clauses {
    /// Words in lower case. A digit or point is `#`, a letter of the alphabet `@`, and the callsign and the station are one `|` each.
    words: Vec<String>,
}

/// The words behind a thing that may say whose it is.
const CLAUSE: usize = 8;

/// Words for others on the frequency and the field, besides types and airlines.
const TRAFFIC: &str = "traffic aircraft airplane aeroplane plane guy guys fellow gentleman lady company helicopter chopper jet jets airliner \
    glider tug tanker vehicle truck trucks car cars sweeper heavy regional turboprop twin bizjet preceding leader wingman somebody friend buddy student instructor";

fn is_traffic(w: &str) -> bool {
    g::one_of(w, TRAFFIC) || telephony::is_type(w) || telephony::is_type(w.strip_suffix('s').unwrap_or(w)) || telephony::is_airline_word(w)
}

/// A word that completes a preceding copula.
fn fulfils(w: &str) -> bool {
    g::one_of(w, "complete completed done finished good green sight")
}

impl Clauses {
    /// The clauses of `t`. The `hidden` ranges are the station and the callsign.
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

    /// The positions of the words that satisfy `wanted`.
    pub(in crate::hear) fn find(&self, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.words.len()).filter(|i| wanted(&self.words[*i])).collect()
    }

    /// The word at a position; empty outside the call.
    pub(in crate::hear) fn word(&self, i: usize) -> &str {
        self.words.get(i).map_or("", String::as_str)
    }

    /// Whether the word at a position is a content word.
    pub(in crate::hear) fn says(&self, i: usize) -> bool {
        content(self.word(i))
    }

    /// The positions of the content words.
    pub(in crate::hear) fn contents(&self) -> Vec<usize> {
        self.find(|w| content(w) && !g::adverb(w))
    }

    /// Something is negated, and every negation is about others.
    pub(in crate::hear) fn only_others_deny(&self) -> bool {
        let denials = self.find(|w| g::negator(w) && w != "nobody" && w != "none");
        !denials.is_empty() && denials.into_iter().all(|i| self.sense(i, Shape::State).subject == Subject::Other)
    }

    /// The speaker's own wish to do this: "looking to cross".
    pub(in crate::hear) fn wants_to(&self, verb: &str) -> bool {
        let wish = |w: &str| w.ends_with("ing") || g::one_of(w, "like want need wish love");
        self.find(|w| w == verb)
            .into_iter()
            .any(|i| self.before(i) == "to" && i >= 2 && wish(self.before(i - 1)) && self.sense(i, Shape::Deed).stands())
    }

    /// The word at `at` follows "whenever you have" or "if you can give us".
    pub(in crate::hear) fn at_your_convenience(&self, at: usize) -> bool {
        let opened = |k: usize| self.word(k) == "you" && g::one_of(self.before(k), "whenever when if once");
        (at.saturating_sub(5)..at).any(opened)
    }

    /// The pilot announces the action at `at`: "we will cancel", "I'll just cancel".
    pub(in crate::hear) fn announced(&self, at: usize) -> bool {
        let from = at.saturating_sub(3);
        (from..at).any(|k| g::one_of(self.word(k), "will gonna") && g::own_subject(self.before(k)))
            && !(from..at).any(|k| g::negator(self.word(k)))
    }

    /// The call contains a condition or a future time.
    pub(in crate::hear) fn puts_off(&self) -> bool {
        !self.find(|w| g::condition(w) || g::to_come(w) || g::duration(w)).is_empty()
    }

    /// The call states a condition: "if", "unless", but not a polite "if we can".
    pub(crate) fn is_conditional(&self) -> bool {
        let polite = |i: usize| (i + 1..i + 4).any(|k| g::one_of(self.word(k), "can could may might possible able"));
        self.find(|w| matches!(w, "if" | "unless")).into_iter().any(|i| !polite(i))
    }

    /// Whether the pilot says that what these words call for is not theirs, or not for now: "that mayday wasn't us", "a practice pan",
    /// "scratch that go-around". `lost`: of a person who is lost, the words may also say that it is somebody else.
    pub(in crate::hear) fn is_not_ours(&self, at: Range<usize>, lost: bool) -> bool {
        let named = |w: &str| g::article(w) || g::pointer(w) || g::own_possessive(w);
        let before = (0..at.start).rev().find(|k| !named(self.word(*k))).unwrap_or(0);
        let revoked = at.start > 0
            && before < at.start
            && g::one_of(self.word(before), "cancel cancelling canceling scratch disregard forget ignore");
        // "A practice mayday" is a thing that is spoken of. Without the article it may be the call itself.
        let spoken_of = at.start >= 2 && self.practises(at.start - 1) && named(self.word(at.start - 2));
        let ends = |w: &str| w == "|" || g::own_subject(w);
        let disowned = (at.end..(at.end + CLAUSE).min(self.words.len())).take_while(|k| !ends(self.word(*k))).any(|k| {
            let ours = |k: usize| g::own_object(self.word(k)) || g::own_possessive(self.word(k));
            let copula = g::one_of(self.word(k), "is was are were") && g::negator(self.word(k + 1));
            copula && (ours(k + 2) || g::preposition(self.word(k + 2)) && ours(k + 3))
        });
        let other = || {
            // "The instructor got lost on his way", "he is lost, not us".
            let theirs = |w: &str| g::one_of(w, "his her their");
            let subject = self.sense(at.end - 1, Shape::State).subject == Subject::Other;
            let way = (at.end..(at.end + 5).min(self.words.len())).take_while(|k| !ends(self.word(*k))).any(|k| theirs(self.word(k)));
            let own = (0..at.start).any(|k| g::own_subject(self.word(k)) || g::own_object(self.word(k)));
            way && (subject || !own)
        };
        revoked || spoken_of || disowned || lost && at.end > at.start && other()
    }

    /// The pilot has not received what is named at `at`: "we never saw a clearance", "did not get our".
    pub(in crate::hear) fn lacks(&self, at: usize) -> bool {
        let gets = |w: &str| g::one_of(w, "saw see seen got get receive received have had");
        (at.saturating_sub(5)..at).any(|k| g::negator(self.word(k)) && gets(self.word(k + 1)))
    }

    /// The clause that ends at `end` goes on with a time that is not near: "later", "tomorrow".
    pub(in crate::hear) fn put_off(&self, end: usize) -> bool {
        let ends = |w: &str| matches!(w, "|" | "#") || g::own_subject(w) || g::joins(w);
        (end..(end + 5).min(self.words.len()))
            .take_while(|k| !ends(self.word(*k)))
            .any(|k| g::one_of(self.word(k), "later tomorrow afterwards eventually") && self.word(k + 1) != "than")
    }

    /// There are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The word before position `i`; empty at the start.
    fn before(&self, i: usize) -> &str {
        i.checked_sub(1).map_or("", |p| self.word(p))
    }

    /// A clause boundary lies directly before `i`.
    fn bounded(&self, i: usize) -> bool {
        let w = self.before(i);
        w.is_empty() || matches!(w, "|" | "#" | "@") || g::joins(w) || g::condition(w) || g::opens(w)
    }

    /// The start of the adjunct that ends at `end`: "at the ramp", "behind us", "of runway 31".
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

    /// May be part of a noun phrase.
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
            // "He is holding short ready": both words share one subject.
            return self.sense(p, Shape::State);
        }
        s
    }

    /// The participle whose phrase ends directly before `at`: "holding short".
    fn participle(&self, at: usize) -> Option<usize> {
        let reach = |i: &usize| self.nominal(*i) || g::preposition(self.word(*i)) || g::adverb(self.word(*i));
        let p = (at.saturating_sub(7)..at).rev().take_while(reach).find(|i| self.word(*i).ends_with("ing") && content(self.word(*i)))?;
        (!matches!(self.word(p), "morning" | "evening" | "landing")).then_some(p)
    }

    /// How a call for help at `at` is meant. It stands outside the sentence, unless a verb or article before it makes it part of one.
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
        // "Mayday was last week", "mayday relay": the call is only mentioned.
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

    /// A word for practice that is not negated, as it is in "this is not a drill".
    fn practises(&self, n: usize) -> bool {
        let before = if g::article(self.before(n)) { n.saturating_sub(1) } else { n };
        g::practice(self.word(n)) && !g::negator(self.before(before)) && self.before(before) != "no"
    }

    /// The action is for practice: "this is a practice call, ready", but not "ready, practice area".
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

/// A content word.
pub(super) fn content(w: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transcript::tokens;

    fn sense(said: &str, word: &str, shape: Shape) -> Sense {
        let c = Clauses::new(&tokens(said), &[]);
        let at = c.find(|w| w == word);
        c.sense(*at.last().unwrap(), shape)
    }

    #[test]
    fn a_present_affirmative_statement_about_oneself_stands() {
        for said in [
            "ready",
            "we are ready",
            "holding short ready",
            "traffic not in sight ready",
            "he is not but we are ready",
            "the run up is complete and we are ready",
            "ready whenever you are",
            "when able ready",
            "ready left turn after departure",
            "we were not before now we are ready",
        ] {
            assert!(sense(said, "ready", Shape::State).stands(), "{said}: {:?}", sense(said, "ready", Shape::State));
        }
        assert!(sense("turning left base", "base", Shape::Place).stands());
        assert!(sense("can you clear us for takeoff", "takeoff", Shape::Deed).stands());
        assert!(sense("the engine quit", "engine", Shape::Event).stands());
    }

    #[test]
    fn each_grammatical_operator_is_recognised() {
        let ready = |said: &str| sense(said, "ready", Shape::State);
        assert!(ready("we are not ready").denied && ready("i do not think we are ready").denied);
        assert!(ready("we are anything but ready").denied && ready("we are by no means ready").denied);
        for said in
            ["he is ready", "the cherokee in front of us is ready", "those two are ready", "he is clear and ready", "is the cherokee ready"]
        {
            assert_eq!(ready(said).subject, Subject::Other, "{said}");
        }
        for said in [
            "once he feels ready",
            "we will be ready",
            "ready in two minutes",
            "ready after him",
            "almost ready",
            "as soon as he goes we are ready",
        ] {
            assert_eq!(ready(said).time, Time::Later, "{said}");
        }
        for said in ["we were ready", "yesterday we were ready", "we were ready ten minutes ago"] {
            assert_eq!(ready(said).time, Time::Past, "{said}");
        }
        for said in ["ground told us we are ready", "they tell me we are ready", "according to ground we are ready"] {
            assert_eq!(ready(said).time, Time::Reported, "{said}");
        }
        assert_eq!(ready("this is a practice call ready").time, Time::Practice);
        assert_eq!(ready("are we ready").mood, Mood::Asks);
        assert_eq!(ready("how do you know we are ready").mood, Mood::Asks);
    }

    #[test]
    fn a_call_for_help_stands_outside_the_sentence() {
        let cry = |said: &str| {
            let c = Clauses::new(&tokens(said), &[]);
            c.cry(c.find(|w| w == "mayday")[0])
        };
        assert!(cry("i cannot push the nose down mayday").stands() && cry("this is not a drill mayday mayday mayday").stands());
        for said in ["he is calling mayday", "no mayday", "practice mayday", "that mayday was an hour ago", "we heard a mayday"] {
            assert!(!cry(said).stands(), "{said}");
        }
    }

    proptest! {
        #[test]
        fn random_function_words_do_not_panic(
            words in proptest::collection::vec(prop_oneof![
                Just("we"), Just("us"), Just("he"), Just("you"), Just("that"), Just("the"), Just("a"), Just("any"), Just("no"), Just("not"), Just("nobody"),
                Just("is"), Just("are"), Just("was"), Just("be"), Just("will"), Just("can"), Just("do"), Just("had"), Just("to"), Just("and"), Just("but"),
                Just("anything"), Just("means"), Just("when"), Just("if"), Just("as"), Just("soon"), Just("before"), Just("in"), Just("of"), Just("two"),
                Just("minutes"), Just("ago"), Just("last"), Just("week"), Just("said"), Just("tell"), Just("think"), Just("confirm"), Just("practice"),
                Just("cherokee"), Just("sight"), Just("holding"), Just("ready"), Just("final"), Just("cross"), Just("mayday"), Just("alpha"), Just("call")
            ], 0..14)
        ) {
            let c = Clauses::new(&tokens(&words.join(" ")), &[]);
            for i in c.find(|_| true) {
                for shape in [Shape::State, Shape::Place, Shape::Deed, Shape::Event] {
                    c.sense(i, shape);
                }
                c.cry(i);
            }
            c.only_others_deny();
            c.wants_to("cross");
        }
    }
}
