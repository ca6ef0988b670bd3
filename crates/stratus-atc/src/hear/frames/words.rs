//! The words of a call in the form that phrases use, with the values and classes among them.

use std::collections::BTreeSet;
use std::ops::Range;

use super::frames;
use super::matcher::{Span, Value};
use crate::entities::{LEGS, compass};
use crate::figures;
use crate::hear::clauses::content;
use crate::transcript::{Token, spell};

/// A value in a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// "Runway two eight left".
    Runway,
    /// "Four thousand", "flight level one two zero".
    Level,
    /// "Heading two seven zero".
    Heading,
    /// "One two one decimal nine".
    Frequency,
    /// "Squawk four two one six".
    Code,
    /// A single letter.
    Letter,
    /// A leg of the pattern.
    Leg,
    /// A compass direction.
    Compass,
    /// A number.
    Number,
    /// "Three sixty".
    FullTurn,
}

impl Slot {
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "runway" => Self::Runway,
            "level" => Self::Level,
            "heading" => Self::Heading,
            "frequency" => Self::Frequency,
            "code" => Self::Code,
            "letter" => Self::Letter,
            "leg" => Self::Leg,
            "compass" => Self::Compass,
            "n" => Self::Number,
            "full_turn" => Self::FullTurn,
            _ => return None,
        })
    }
}

/// The words of a call in the form that phrases use, without callsign and station.
#[derive(Debug, Clone)]
pub struct Words {
    words: Vec<String>,
    /// The token that each word came from.
    at: Vec<usize>,
    ids: Vec<Option<u16>>,
    /// The worth of each word if it is explained.
    worth: Vec<u16>,
    /// The start of the message proper.
    pub(super) begins: usize,
    /// Values and classes, ordered by start.
    pub(super) spans: Vec<Span>,
    /// The classes in the call.
    pub(super) classes: BTreeSet<u16>,
}

/// Placeholder for the callsign and the station.
const HIDDEN: &str = "|";

impl Words {
    /// The words of `t` without the `hidden` ranges; `taken` is the range of the callsign.
    pub fn new(t: &[Token], hidden: &[Range<usize>], taken: &Range<usize>) -> Self {
        let (mut words, mut at): (Vec<String>, Vec<usize>) = (Vec::with_capacity(t.len()), Vec::with_capacity(t.len()));
        for (i, token) in t.iter().enumerate() {
            let word = if hidden.iter().any(|h| h.contains(&i)) {
                if words.last().is_some_and(|w| w == HIDDEN) {
                    continue;
                }
                HIDDEN
            } else {
                match token {
                    Token::Word(w) => w,
                    Token::Letter(c) => spell(*c),
                    Token::Digit(..) => "#",
                    Token::Point => ".",
                }
            };
            words.push(word.to_owned());
            at.push(i);
        }
        let frames = frames();
        let ids: Vec<Option<u16>> = words.iter().map(|w| frames.vocabulary.get(w.as_str()).copied()).collect();
        let worth = ids.iter().map(|id: &Option<u16>| id.map_or(0, |i| frames.worth.get(usize::from(i)).copied().unwrap_or(0))).collect();
        let begins = words.iter().position(|w| !matches!(w.as_str(), HIDDEN | "and" | "okay" | "ok")).unwrap_or(0);
        let mut new = Self { words, at, ids, worth, begins, spans: Vec::new(), classes: BTreeSet::new() };
        let values = new.values_of(t, taken);
        let (mut spans, mut classes) = (values.clone(), BTreeSet::new());
        frames.classes.walk(&new, &values, |m| {
            classes.insert(m.what);
            spans.push(Span { value: Value::Class(m.what), start: m.start, end: m.end });
        });
        spans.sort_unstable_by_key(|s| (s.start, s.end));
        spans.dedup_by(|a, b| a.start == b.start && a.end == b.end && a.value == b.value);
        (new.spans, new.classes) = (spans, classes);
        new
    }

    /// Whether the call contains a phrase of this class.
    pub fn cue(&self, class: &str) -> bool {
        frames().names.get(class).is_some_and(|c| self.classes.contains(c))
    }

    /// The first and longest phrase of a class, in the pilot's words.
    pub fn saying(&self, class: &str) -> Option<String> {
        let wanted = Value::Class(*frames().names.get(class)?);
        let first = self.spans.iter().find(|s| s.value == wanted)?.start;
        let longest = self.spans.iter().filter(|s| s.value == wanted && s.start == first).map(|s| s.end).max()?;
        Some(self.text(first..longest))
    }

    /// The token after the first phrase of a class.
    pub fn behind(&self, class: &str) -> Option<usize> {
        let wanted = Value::Class(*frames().names.get(class)?);
        let first = self.spans.iter().find(|s| s.value == wanted)?.start;
        let end = self.spans.iter().filter(|s| s.value == wanted && s.start == first).map(|s| s.end).max()?;
        self.at.get(end.checked_sub(1)?).map(|i| i + 1)
    }

    /// For each word, whether a phrase of this class starts there.
    pub fn marked(&self, class: &str) -> Vec<bool> {
        let mut marked = vec![false; self.words.len()];
        if let Some(c) = frames().names.get(class) {
            self.spans.iter().filter(|s| s.value == Value::Class(*c)).for_each(|s| marked[s.start] = true);
        }
        marked
    }

    /// The words, with callsign and station as one each.
    pub fn texts(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }

    /// All words with their positions, without callsign and station.
    pub fn all(&self) -> impl Iterator<Item = (usize, &str)> {
        self.words.iter().map(String::as_str).enumerate().filter(|(_, w)| *w != HIDDEN)
    }

    /// The text of a range of words.
    pub fn text(&self, range: Range<usize>) -> String {
        self.words.get(range).unwrap_or(&[]).join(" ")
    }

    /// The tokens behind a range of words.
    pub fn tokens(&self, range: Range<usize>) -> Range<usize> {
        let start = self.at.get(range.start).copied().unwrap_or(0);
        let end = range.end.checked_sub(1).and_then(|e| self.at.get(e)).map_or(start, |e| e + 1);
        start..end
    }

    /// The number of words, with callsign and station as one each.
    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    /// The number of words in the message, without callsign and station.
    pub fn count(&self) -> usize {
        self.message().count()
    }

    /// The words of the message, without callsign and station.
    pub fn message(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|w| *w != HIDDEN)
    }

    pub(super) fn id(&self, i: usize) -> Option<u16> {
        self.ids.get(i).copied().flatten()
    }

    pub(super) fn worth(&self, range: Range<usize>) -> u16 {
        self.worth.get(range).unwrap_or(&[]).iter().fold(0, |a: u16, b| a.saturating_add(*b))
    }

    pub(super) fn ends(&self, i: usize) -> bool {
        self.words.get(i).is_none_or(|w| w == HIDDEN)
    }

    /// The position of the word made from token `i`.
    fn place(&self, i: usize) -> Option<usize> {
        self.at.binary_search(&i).ok().filter(|p| self.words[*p] != HIDDEN)
    }

    fn values_of(&self, t: &[Token], taken: &Range<usize>) -> Vec<Span> {
        let mut out = Vec::new();
        let mut add = |slot: Slot, r: Range<usize>| {
            let last = r.end.checked_sub(1).and_then(|e| self.place(e));
            if let (Some(start), Some(last)) = (self.place(r.start), last) {
                out.push(Span { value: Value::Slot(slot), start, end: last + 1 });
            }
        };
        figures::runways_said(t, taken).into_iter().for_each(|f| add(Slot::Runway, f.range));
        figures::altitudes_beside(t, taken).into_iter().for_each(|f| add(Slot::Level, f.range));
        figures::headings(t).into_iter().for_each(|f| add(Slot::Heading, f.range));
        figures::frequencies_beside(t, taken).into_iter().for_each(|f| add(Slot::Frequency, f.range));
        figures::squawk(t).into_iter().for_each(|f| add(Slot::Code, f.range));
        let mut i = 0;
        while i < t.len() {
            match &t[i] {
                Token::Letter(_) => add(Slot::Letter, i..i + 1),
                Token::Word(w) if LEGS.contains(&w.as_str()) => add(Slot::Leg, i..i + 1),
                Token::Word(w) if compass(w).is_some() => add(Slot::Compass, i..i + 1),
                Token::Digit(..) => {
                    let mut end = figures::run_end(t, i);
                    if t.get(end) == Some(&Token::Point) {
                        end = figures::run_end(t, end + 1);
                    }
                    add(Slot::Number, i..end);
                    if figures::digits(t, i..end) == "360" {
                        add(Slot::FullTurn, i..end);
                    }
                    i = end.max(i + 1);
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        out.sort_unstable_by_key(|s| (s.start, s.end));
        out
    }
}

/// The worth of an explained word: content words, digits, and function words differ.
pub(super) fn worth(word: &str) -> u16 {
    match word {
        "#" | "." => 5,
        w if content(w) => 10,
        _ => 4,
    }
}
