//! The words of a readback that no item has claimed yet.

use std::ops::Range;

use crate::figures;
use crate::instruction::Item;
use crate::transcript::{Link, Token};

/// Removes repetitions: "five thousand, that is five thousand" counts once.
pub(super) fn once(said: &[Token]) -> Vec<Token> {
    let same = |a: &Token, b: &Token| match (a, b) {
        (Token::Digit(x, _), Token::Digit(y, _)) => x == y,
        _ => a == b,
    };
    let mut t = said.to_vec();
    // "Right now", "right away": no side.
    for i in (1..t.len()).rev() {
        if t[i - 1].is("right") && matches!(t[i].word(), "now" | "away") && !matches!(t.get(i.wrapping_sub(2)), Some(Token::Digit(..))) {
            t.remove(i - 1);
        }
    }
    let mut j = 1;
    while j < t.len() {
        let marks = (0..=3).rev().find(|n| {
            j > *n
                && (j - n..j).all(|i| matches!(t[i].word(), "that" | "is" | "again" | "say" | "i" | "yes" | "so"))
                && (*n == 0 || matches!(t[j - 1].word(), "is" | "again" | "yes" | "so"))
        });
        let end = j - marks.unwrap_or(0);
        // The longest copy that ends where the repetition begins, with a value in it, and made of whole numbers.
        let copy = (2..=end.min(t.len() - j).min(24)).rev().find(|n| {
            let (a, b) = (&t[end - n..end], &t[j..j + n]);
            let whole = t.get(j + n).is_none_or(|x| {
                !matches!(x, Token::Digit(_, Link::Next | Link::Joined | Link::Alike) | Token::Point)
                    && !matches!(x.word(), "hundred" | "thousand")
            });
            let begins = end == *n || a[0].digit().is_none() || !matches!(t[end - n - 1], Token::Digit(..) | Token::Point);
            whole && begins && a.iter().zip(b).all(|(x, y)| same(x, y)) && a.iter().any(|x| x.digit().is_some())
        });
        // Without a word that marks a repetition, only a phrase with its verb surely is one: "two two" is a number.
        match copy.filter(|n| marks.is_some_and(|m| m > 0) || *n >= 3 && !t[j].word().is_empty()) {
            Some(n) => drop(t.drain(end..j + n)),
            None => j += 1,
        }
    }
    t
}

/// The words, with claimed ones replaced by a mark that joins nothing.
pub(super) struct Words {
    pub(super) t: Vec<Token>,
}

impl Words {
    pub(super) fn mark(&mut self, range: Range<usize>) {
        for x in self.t.get_mut(range).into_iter().flatten() {
            *x = Token::Word("|".into());
        }
    }
    /// Removes the names that the pilot wishes for: "we would prefer the ILS".
    pub(super) fn without_wishes(&mut self, names: &[&str]) {
        let wishes =
            |x: &Token| matches!(x.word(), "prefer" | "request" | "requesting" | "like" | "rather" | "want" | "chance" | "instead");
        for i in 0..self.t.len() {
            if names.contains(&self.t[i].word()) && self.t[i.saturating_sub(4)..i].iter().any(wishes) {
                self.mark(i..i + 1);
            }
        }
    }
    pub(super) fn has(&self, w: &str) -> bool {
        self.t.iter().any(|x| x.is(w))
    }
    /// Complete runs of unclaimed digits.
    pub(super) fn runs(&self) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut i = 0;
        while i < self.t.len() {
            let end = figures::run_end(&self.t, i);
            if end > i {
                runs.push(i..end);
            }
            i = end.max(i + 1);
        }
        runs
    }
    pub(super) fn digits(&self, r: &Range<usize>) -> String {
        figures::digits(&self.t, r.clone())
    }
    /// The run of digits that equals one of these.
    pub(super) fn run_of(&self, wanted: &[String]) -> Option<Range<usize>> {
        let level = |r: &Range<usize>| self.before(r.start) == "level";
        self.runs().into_iter().find(|r| wanted.contains(&self.digits(r)) && !self.scaled(r) && !level(r))
    }
    /// The word before a position; empty at the start and after a digit.
    pub(super) fn before(&self, at: usize) -> &str {
        at.checked_sub(1).and_then(|i| self.t.get(i)).map_or("", Token::word)
    }
    /// The word that introduces a position: "climb" in "climb altitude three thousand".
    pub(super) fn introducer(&self, at: usize) -> (usize, &str) {
        const BETWEEN: [&str; 7] = ["altitude", "flight", "level", "about", "a", "the", "feet"];
        let mut i = at;
        while i > 0 && BETWEEN.contains(&self.before(i)) {
            i -= 1;
        }
        (i, self.before(i))
    }
    /// The last digit of the run is a distance.
    pub(super) fn measures(&self, r: &Range<usize>) -> bool {
        let after = self.t.get(r.end).map_or("", Token::word);
        matches!(after, "mile" | "miles" | "north" | "south" | "east" | "west" | "northeast" | "northwest" | "southeast" | "southwest")
    }
    /// A run of this many unclaimed digits that no nearby word assigns to anything else.
    pub(super) fn stray(&self, len: Range<usize>) -> Option<Range<usize>> {
        let foreign = |r: &Range<usize>| {
            matches!(
                self.before(r.start),
                "heading"
                    | "level"
                    | "squawk"
                    | "squawking"
                    | "speed"
                    | "runway"
                    | "left"
                    | "right"
                    | "maintain"
                    | "number"
                    | "wind"
                    | "further"
            ) || matches!(self.t.get(r.end).map_or("", Token::word), "degrees" | "feet" | "miles" | "mile" | "minutes" | "souls")
        };
        self.runs().into_iter().find(|r| len.contains(&r.len()) && !self.scaled(r) && !foreign(r))
    }
    /// Like [`Words::run_of`], unless the word before it assigns it to something else.
    pub(super) fn run_named(&self, wanted: &str, others: &[&str]) -> Option<Range<usize>> {
        // "Zero four zero on the heading, one seventy knots": what is said of the number before does not name this one.
        let said_of_another = |i: usize| {
            let claimed = |x: &Token| x.digit().is_some() || x.is("|");
            i >= 3 && self.before(i) == "the" && matches!(self.before(i - 1), "on" | "for") && claimed(&self.t[i - 3])
        };
        // "Zero niner zero knots" is no heading, and "one five zero on the heading" no speed.
        let behind = |r: &Range<usize>| {
            let word = |n: usize| self.t.get(r.end + n).map_or("", Token::word);
            let name = if self.of_speed(r.end) {
                "speed"
            } else if word(0) == "on" && word(1) == "the" {
                word(2)
            } else {
                ""
            };
            others.contains(&name)
        };
        let before = |r: &Range<usize>| r.start > 0 && others.contains(&self.t[r.start - 1].word()) && !said_of_another(r.start - 1);
        let foreign = |r: &Range<usize>| before(r) || behind(r);
        self.runs().into_iter().find(|r| self.digits(r) == wanted && !self.scaled(r) && !foreign(r))
    }
    /// The items that a run belongs to by the word before it: "squawk four five two one" is not an altitude, whatever was assigned.
    pub(super) fn named(&self, r: &Range<usize>) -> Option<fn(&Item) -> bool> {
        if self.of_speed(r.end) {
            return Some(|i| matches!(i, Item::Speed(_)));
        }
        Some(match self.before(r.start) {
            "squawk" | "squawking" | "code" | "transponder" => |i| matches!(i, Item::Squawk(_)),
            "qnh" | "altimeter" | "qfe" => |i| matches!(i, Item::Pressure(_)),
            "heading" => |i| matches!(i, Item::Heading { .. } | Item::TurnDegrees { .. }),
            "speed" => |i| matches!(i, Item::Speed(_)),
            "frequency" => |i| matches!(i, Item::Contact { .. } | Item::Monitor { .. } | Item::Advice(_)),
            _ => return None,
        })
    }
    /// "Knots", "on the speed": what stands at this place makes the figure before it a speed.
    pub(super) fn of_speed(&self, end: usize) -> bool {
        let is = |i: usize, list: &[&str]| self.t.get(i).is_some_and(|x| list.contains(&x.word()));
        is(end, &["knots"])
            || is(end, &["on", "in", "for"]) && (is(end + 1, &["speed"]) || is(end + 1, &["the", "our"]) && is(end + 2, &["speed"]))
    }
    /// "Two thousand": the digits are not the whole number.
    pub(super) fn scaled(&self, r: &Range<usize>) -> bool {
        self.t.get(r.end).is_some_and(|x| x.is("thousand") || x.is("hundred") || *x == Token::Point)
            || r.start > 0 && self.t[r.start - 1] == Token::Point
    }
}
