//! The matcher: one tree of all phrases, walked from each word of a call.

use super::source::Element;
use super::{Slot, Words};

/// Words and values that lead from one node to the next.
#[derive(Debug, Default)]
struct Node {
    words: Vec<(u16, u32)>,
    values: Vec<(Value, u32)>,
    gap: Option<u32>,
    begin: Option<u32>,
    end: Option<u32>,
    /// The items that end at this node.
    said: Vec<u16>,
}

/// A unit longer than a word: a value or a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Slot(Slot),
    Class(u16),
}

/// The range of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) value: Value,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A match: the item, its range, the worth of its words, and the number of words skipped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Match {
    pub(super) what: u16,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) explained: u16,
    pub(super) skipped: u16,
}

/// The maximum number of words that a gap skips.
const GAP: usize = 3;

/// A tree of phrases.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()] }
    }

    /// Adds a phrase for `what`; `word` maps a word to its number.
    pub(super) fn add(&mut self, saying: &[Element], what: u16, word: impl Fn(&str) -> u16) {
        let mut at = 0;
        for element in saying {
            let new = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
            let node = &mut self.nodes[at as usize];
            let next = match element {
                Element::Word(w) => branch(&mut node.words, word(w), new),
                Element::Slot(s) => branch(&mut node.values, Value::Slot(*s), new),
                Element::Class(c) => branch(&mut node.values, Value::Class(*c), new),
                Element::Gap => *node.gap.get_or_insert(new),
                Element::Begin => *node.begin.get_or_insert(new),
                Element::End => *node.end.get_or_insert(new),
            };
            if next == new {
                self.nodes.push(Node::default());
            }
            at = next;
        }
        let said = &mut self.nodes[at as usize].said;
        if !said.contains(&what) {
            said.push(what);
        }
    }

    /// Prepares the tree for walking.
    pub(super) fn finish(&mut self) {
        for node in &mut self.nodes {
            node.words.sort_unstable();
        }
    }

    /// Finds every phrase in `words`. The `spans` are ordered by start.
    pub(super) fn walk(&self, words: &Words, spans: &[Span], mut found: impl FnMut(Match)) {
        let mut first = 0;
        for start in 0..words.len() {
            while spans.get(first).is_some_and(|s| s.start < start) {
                first += 1;
            }
            let begun = Match { what: 0, start, end: start, explained: 0, skipped: 0 };
            self.step(0, begun, words, spans, &mut found);
        }
    }

    fn step(&self, node: u32, m: Match, words: &Words, spans: &[Span], found: &mut impl FnMut(Match)) {
        let Some(node) = self.nodes.get(node as usize) else { return };
        for what in &node.said {
            found(Match { what: *what, ..m });
        }
        let at = m.end;
        if let Some(next) = node.begin.filter(|_| at == words.begins) {
            self.step(next, m, words, spans, found);
        }
        if let Some(next) = node.end.filter(|_| words.ends(at)) {
            self.step(next, m, words, spans, found);
        }
        if let Some(id) = words.id(at)
            && let Ok(i) = node.words.binary_search_by_key(&id, |(w, _)| *w)
        {
            self.step(node.words[i].1, Match { end: at + 1, explained: m.explained + words.worth(at..at + 1), ..m }, words, spans, found);
        }
        if !node.values.is_empty() {
            let from = spans.partition_point(|s| s.start < at);
            for span in spans[from..].iter().take_while(|s| s.start == at) {
                for (_, next) in node.values.iter().filter(|(v, _)| *v == span.value) {
                    let worth = words.worth(span.start..span.end);
                    self.step(*next, Match { end: span.end, explained: m.explained + worth, ..m }, words, spans, found);
                }
            }
        }
        if let Some(next) = node.gap {
            for n in 0..=GAP {
                if n > 0 && words.ends(at + n - 1) {
                    break;
                }
                let skipped = m.skipped + u16::try_from(n).unwrap_or(0);
                self.step(next, Match { end: at + n, skipped, ..m }, words, spans, found);
            }
        }
    }
}

fn branch<K: PartialEq>(branches: &mut Vec<(K, u32)>, key: K, new: u32) -> u32 {
    if let Some((_, next)) = branches.iter().find(|(k, _)| *k == key) {
        return *next;
    }
    branches.push((key, new));
    new
}
