//! Phrases: a transmission's words, and the lists of patterns that they are held against.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{PoisonError, RwLock};

use super::transcript::{Token, spell};

/// A transmission without its callsign and station: the words that patterns are matched against.
/// Letters are spelt, a digit is `#`, a decimal point `.`, callsign and station are one `|`.
pub struct Phrases {
    words: Vec<String>,
    /// For each word, the token it came from.
    at: Vec<usize>,
    /// How the words begin, as two sets: nearly every pattern falls by its first two letters, before a word is compared.
    begins: [u64; 2],
}

/// The patterns of a list: "cleared to land, line up".
fn each(patterns: &str) -> impl Iterator<Item = &str> {
    // Patterns hold no comma but the list's: a search for one byte is far quicker than one for two.
    patterns.split(',').map(|p| p.strip_prefix(' ').unwrap_or(p))
}

/// The sets with the first letter of a word, and with its first two.
fn beginning(w: &str) -> [u64; 2] {
    let mut bytes = w.bytes();
    let (first, second) = (bytes.next().unwrap_or(b' '), bytes.next().unwrap_or(b' '));
    [1 << (first & 63), 1 << (first.wrapping_mul(7).wrapping_add(second) & 63)]
}

/// A pattern, and how its words begin: a text without such words does not hold it.
type Pattern = (&'static str, [u64; 2]);

/// Lists of patterns are constants, and each call is held against most of them: a list is taken apart when it is first asked for,
/// and kept for good. By its place in the program, and its length.
static LISTS: RwLock<BTreeMap<(usize, usize), &'static [Pattern]>> = RwLock::new(BTreeMap::new());

fn list(patterns: &'static str) -> &'static [Pattern] {
    let key = (patterns.as_ptr().addr(), patterns.len());
    if let Some(known) = LISTS.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return known;
    }
    let needs = |p: &str| p.split(' ').filter(|w| *w != "_").map(beginning).fold([0; 2], |[a, b], [x, y]| [a | x, b | y]);
    let taken: Box<[Pattern]> = each(patterns).map(|p| (p, needs(p))).collect();
    LISTS.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert_with(|| Box::leak(taken))
}

impl Phrases {
    /// The words of `t` but for the `hidden` ranges.
    pub fn new(t: &[Token], hidden: &[Range<usize>]) -> Self {
        let (mut words, mut at): (Vec<String>, Vec<usize>) = (Vec::with_capacity(t.len()), Vec::with_capacity(t.len()));
        for (i, tok) in t.iter().enumerate() {
            let w = if hidden.iter().any(|h| h.contains(&i)) {
                if words.last().is_some_and(|w| w == "|") {
                    continue;
                }
                "|".to_owned()
            } else {
                match tok {
                    Token::Word(w) => w.clone(),
                    Token::Letter(c) => spell(*c).to_owned(),
                    Token::Digit(..) => "#".to_owned(),
                    Token::Point => ".".to_owned(),
                }
            };
            words.push(w);
            at.push(i);
        }
        let begins = words.iter().map(|w| beginning(w)).fold([0; 2], |[a, b], [x, y]| [a | x, b | y]);
        Self { words, at, begins }
    }

    /// Whether some word begins as a pattern does.
    fn may_hold(&self, pattern: &str) -> bool {
        let [first, two] = beginning(pattern);
        pattern.starts_with('_') || self.begins[0] & first != 0 && self.begins[1] & two != 0
    }

    /// Where a pattern begins and ends, as word indices. In a pattern `_` stands for up to three words.
    pub(super) fn find(&self, pattern: &str) -> Option<Range<usize>> {
        if !self.may_hold(pattern) {
            return None;
        }
        (0..self.words.len()).find_map(|i| self.fits(i, pattern).map(|end| i..end))
    }

    fn fits(&self, i: usize, pattern: &str) -> Option<usize> {
        let (first, rest) = match pattern.split_once(' ') {
            Some((first, rest)) => (first, Some(rest)),
            None => (pattern, None),
        };
        let then = |i: usize| rest.map_or(Some(i), |r| self.fits(i, r));
        if first == "_" {
            return (0..=3).find_map(|skip| {
                let crosses = self.words.get(i..i + skip).is_none_or(|w| w.iter().any(|w| w == "|"));
                if skip > 0 && crosses { None } else { then(i + skip) }
            });
        }
        (self.words.get(i).map(String::as_str) == Some(first)).then(|| then(i + 1)).flatten()
    }

    /// Whether any of the patterns occurs.
    pub fn has(&self, patterns: &'static str) -> bool {
        self.which(patterns).is_some()
    }

    /// The patterns of a list whose words begin as words of this text do.
    fn candidates(&self, patterns: &'static str) -> impl Iterator<Item = &'static str> {
        let [first, two] = self.begins;
        list(patterns).iter().filter(move |(_, [a, b])| a & !first == 0 && b & !two == 0).map(|(p, _)| *p)
    }

    /// Whether one of `hows` follows one of `whats`, with up to three words between.
    pub fn follows(&self, whats: &[&str], hows: &[&str]) -> bool {
        let close = |end: usize| {
            let same = |skip: &usize| self.words.get(end..end + skip).is_some_and(|w| w.iter().all(|w| w != "|"));
            (0..=3).take_while(same).any(|skip| hows.iter().any(|how| self.fits(end + skip, how).is_some()))
        };
        whats.iter().filter(|w| self.may_hold(w)).any(|what| (0..self.words.len()).filter_map(|i| self.fits(i, what)).any(close))
    }

    /// The first pattern that occurs.
    pub fn which(&self, patterns: &'static str) -> Option<&'static str> {
        self.candidates(patterns).find(|p| self.find(p).is_some())
    }

    /// The token behind the first occurrence of a pattern.
    pub(super) fn behind(&self, pattern: &str) -> Option<usize> {
        self.find(pattern).and_then(|r| r.end.checked_sub(1)).and_then(|k| self.at.get(k)).map(|i| i + 1)
    }

    /// Whether the message proper begins with one of the patterns.
    pub fn begins(&self, patterns: &'static str) -> bool {
        let start = self.words.iter().position(|w| w != "|" && w != "and" && w != "okay" && w != "ok").unwrap_or(0);
        self.candidates(patterns).any(|p| self.fits(start, p).is_some())
    }

    /// The words of the message, callsign and station left out.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str).filter(|w| *w != "|")
    }

    /// How many words the message has, callsign and station left out.
    pub fn len(&self) -> usize {
        self.words().count()
    }

    /// Whether callsign and station are all there is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
