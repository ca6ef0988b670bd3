//! Converts words into the phoneme symbols that the acoustic model reads.
//!
//! The sources for a word, in this order: heteronyms by the words around them, the radio vocabulary, places written
//! by hand (these three are texts in `data/`), words in the names of the world's towered airports, CMUdict, a small
//! network. No word is left out: what cannot be read as a word is spelled.
//!
//! Stratus renders the text, but names in it come from outside (airport tables, flight plans). Any text therefore
//! gives words, never markup, and at most `LONGEST` characters of it are said.

mod dictionary;
mod network;
pub mod symbols;

use std::borrow::Cow;
use std::collections::BTreeMap;

use dictionary::Dictionary;

/// The most characters of a text that are said.
pub const LONGEST: usize = 2000;
/// A longer word is split, letters.
const LONGEST_WORD: usize = 24;
/// A longer part is split at the end of the next word, or earlier at a comma: the model knows sentences of up to 400 symbols.
const PART: usize = 300;
const COMMA_PART: usize = 200;

static CLOSED: &str = include_str!("../../data/closed.txt");
static PLACES: &str = include_str!("../../data/places.txt");
static HETERONYMS: &str = include_str!("../../data/heteronyms.txt");
static NAMES: &[u8] = include_bytes!("../../data/places.bin");

/// The accent of the English on which a voice was trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Accent {
    /// "en-US".
    American,
    /// "en-GB".
    British,
}

/// A pronunciation: its sounds in each accent.
#[derive(Debug, Clone)]
struct Reading {
    american: Vec<u8>,
    british: Option<Vec<u8>>,
}

impl Reading {
    fn of(text: &str) -> Self {
        let sounds = |t: &str| t.split_whitespace().filter_map(symbols::number).collect();
        match text.split_once('|') {
            Some((us, gb)) => Self { american: sounds(us), british: Some(sounds(gb)) },
            None => Self { american: sounds(text), british: None },
        }
    }

    fn sounds(&self, accent: Accent) -> &[u8] {
        match (&self.british, accent) {
            (Some(gb), Accent::British) => gb,
            _ => &self.american,
        }
    }
}

enum Entry {
    Sounds(Reading),
    /// Other words to say instead.
    Words(&'static str),
}

/// When a heteronym's pronunciation applies: after one of these words, before one of these words, where the word is a
/// name, or always.
enum Beside {
    After(Vec<&'static str>),
    Before(Vec<&'static str>),
    Name,
    Any,
}

/// The fewest letters of each half of a compound.
const SHORTEST_HALF: usize = 3;

/// The source of a word's sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// One of the texts in the program.
    Table,
    /// A towered airport's name.
    Name,
    /// CMUdict.
    Dictionary,
    /// Two words of CMUdict, written as one.
    Compound,
    /// The network's guess.
    Network,
    /// Letter by letter.
    Spelled,
}

/// The words that a voice can read: the tables, and the dictionary if there is one. The default value has none.
#[derive(Default)]
pub struct Words {
    table: BTreeMap<&'static str, Entry>,
    letters: BTreeMap<char, Reading>,
    heteronyms: BTreeMap<String, Vec<(Beside, Reading)>>,
    names: Option<Dictionary>,
    dictionary: Option<Dictionary>,
}

impl Words {
    /// Uses the words in the program and those of the file `english.bin`. Without the file, names outside the tables
    /// are spelled, or guessed less well. An error if the file is of another kind or truncated.
    pub fn new(english: Option<Vec<u8>>) -> Result<Self, String> {
        let dictionary =
            english.map(|bytes| Dictionary::read(Cow::Owned(bytes)).ok_or("the words' file is damaged, or of another kind")).transpose()?;
        let (mut table, mut letters) = (BTreeMap::new(), BTreeMap::new());
        for line in PLACES.lines().chain(CLOSED.lines()).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let Some((word, rest)) = line.split_once(' ') else { continue };
            if let Some(letter) = word.strip_prefix('.').and_then(|l| l.chars().next()) {
                letters.insert(letter, Reading::of(rest));
            } else {
                let entry = rest.strip_prefix("= ").map_or_else(|| Entry::Sounds(Reading::of(rest)), Entry::Words);
                table.insert(word, entry);
            }
        }
        let mut heteronyms: BTreeMap<String, Vec<(Beside, Reading)>> = BTreeMap::new();
        for line in HETERONYMS.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let Some((word, rest)) = line.split_once(' ') else { continue };
            let mut parts = rest.split(" / ").map(|p| p.trim().trim_start_matches("/ "));
            let (beside, sounds) = match (parts.next(), parts.next()) {
                (Some(words), Some(sounds)) => match words.strip_prefix("> ") {
                    Some(words) => (Beside::Before(words.split(' ').collect()), sounds),
                    None => (Beside::After(words.split(' ').collect()), sounds),
                },
                (Some(sounds), None) if capital(word) => (Beside::Name, sounds),
                (Some(sounds), None) => (Beside::Any, sounds),
                _ => continue,
            };
            heteronyms.entry(word.to_ascii_lowercase()).or_default().push((beside, Reading::of(sounds)));
        }
        Ok(Self { table, letters, heteronyms, names: Dictionary::read(Cow::Borrowed(NAMES)), dictionary })
    }

    /// A text as phoneme symbols, in parts that fit the model; empty for a text without a letter or digit.
    pub fn phonemes(&self, text: &str, accent: Accent) -> Vec<String> {
        let tokens = tokens(text);
        let words: Vec<&str> = tokens.iter().filter_map(|t| if let Token::Word(w) = t { Some(w.as_str()) } else { None }).collect();
        let (mut parts, mut now, mut n) = (Vec::new(), String::new(), 0usize);
        for token in &tokens {
            match token {
                Token::Word(word) => {
                    let said = self.word(word, n.checked_sub(1).and_then(|b| words.get(b)).copied(), words.get(n + 1).copied(), accent).0;
                    n += 1;
                    if now.chars().count() + said.chars().count() > PART {
                        parts.push(std::mem::take(&mut now));
                    }
                    if !now.is_empty() {
                        now.push(' ');
                    }
                    now.push_str(&said);
                }
                Token::Mark(mark) => {
                    if now.is_empty() || now.ends_with([',', '.', '?']) {
                        continue;
                    }
                    now.push(*mark);
                    // The end of a sentence is the best place to split; a comma is one if the part is already long.
                    if *mark != ',' && now.chars().count() > COMMA_PART / 2 || now.chars().count() > COMMA_PART {
                        parts.push(std::mem::take(&mut now));
                    }
                }
            }
        }
        if !now.is_empty() {
            parts.push(now);
        }
        parts
    }

    /// One word's symbols, given its neighbours, and their source. Never empty for a word of letters or digits.
    pub fn word(&self, word: &str, before: Option<&str>, after: Option<&str>, accent: Accent) -> (String, Source) {
        let small = word.to_lowercase();
        let near = |w: Option<&str>, all: &[&str]| w.is_some_and(|w| all.iter().any(|a| a.eq_ignore_ascii_case(w)));
        let say = |sounds: &[u8]| symbols::symbols(&small, sounds, accent);
        if let Some(readings) = self.heteronyms.get(small.as_str())
            && let Some((_, reading)) = readings.iter().find(|(beside, _)| match beside {
                Beside::After(words) => near(before, words),
                Beside::Before(words) => near(after, words),
                // A sentence may begin with the common word; a unit's name has a capital after it ("Nice Tower").
                Beside::Name => capital(word) && (before.is_some() || after.is_none_or(capital)),
                Beside::Any => true,
            })
        {
            return (say(reading.sounds(accent)), Source::Table);
        }
        // "the" and "a" before a vowel. A single capital is a letter, except for the pronoun and the article.
        if small == "the" && after.is_some_and(|a| self.begins_with_vowel(a, accent)) {
            return ("ði".into(), Source::Table);
        }
        let mut chars = word.chars();
        if let (Some(letter), None) = (chars.next(), chars.next()) {
            let article = matches!(letter, 'a' | 'A') && after.is_some_and(|a| a.len() > 1) || letter == 'I';
            if !article && let Some(reading) = self.letters.get(&letter.to_ascii_lowercase()) {
                return (say(reading.sounds(accent)), Source::Table);
            }
        }
        match self.table.get(small.as_str()) {
            Some(Entry::Sounds(reading)) => return (say(reading.sounds(accent)), Source::Table),
            Some(Entry::Words(words)) => {
                let all: Vec<String> = words.split(' ').map(|w| self.word(w, None, None, accent).0).collect();
                return (all.join(" "), Source::Table);
            }
            None => {}
        }
        let capitals = word.len() <= 4 && word.chars().all(|c| c.is_ascii_uppercase());
        let stem = small.strip_suffix("'s").or_else(|| small.strip_suffix('\'')).unwrap_or(&small);
        for (source, from) in [(Source::Name, &self.names), (Source::Dictionary, &self.dictionary)] {
            let Some(from) = from.as_ref().filter(|_| !capitals) else { continue };
            if let Some(sounds) = from.find(&small) {
                return (say(&sounds), source);
            }
            if let Some(mut sounds) = from.find(stem).filter(|_| stem != small) {
                sounds.extend(symbols::number("Z"));
                return (say(&sounds), source);
            }
        }
        // Long initials ("EGPWS") have more consonants in a row than a name.
        let initials = word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase()) && consonants(stem) > 3;
        if let Some(dictionary) = self.dictionary.as_ref().filter(|_| !capitals && !initials && looks_like_a_word(stem)) {
            if let Some((whole, sounds)) = [&small[..], stem].into_iter().find_map(|w| Some((w, compound(dictionary, w)?))) {
                let tail = if whole == small { None } else { symbols::number("Z") };
                return (say(&sounds.into_iter().chain(tail).collect::<Vec<_>>()), Source::Compound);
            }
            if let Some(sounds) = dictionary.guess(stem) {
                return (say(&sounds), Source::Network);
            }
        }
        (self.spelled(&small, accent), Source::Spelled)
    }

    fn begins_with_vowel(&self, word: &str, accent: Accent) -> bool {
        // Only the first symbol matters, so the neighbour's neighbours are not needed.
        !word.eq_ignore_ascii_case("the")
            && self.word(word, None, None, accent).0.trim_start_matches(['ˈ', 'ˌ']).starts_with(|c| "AIOQWYaiuæɑɒɔəɛɜɪʊʌɐ".contains(c))
    }

    fn spelled(&self, word: &str, accent: Accent) -> String {
        let names = word.chars().filter_map(|c| {
            if c.is_ascii_digit() {
                let mut digit = [0u8; 4];
                return Some(self.word(c.encode_utf8(&mut digit), None, None, accent).0);
            }
            let reading = self.letters.get(&c)?;
            Some(symbols::symbols(&c.to_string(), reading.sounds(accent), accent))
        });
        names.collect::<Vec<_>>().join(" ")
    }
}

/// Whether a word begins with a capital letter.
fn capital(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_uppercase())
}

/// Whether letters can be read as a word: it has a vowel, no letter three times in a row, and fewer than six
/// consonants in a row.
fn looks_like_a_word(word: &str) -> bool {
    let vowel = |b: u8| b"aeiouy".contains(&b);
    let run = word.as_bytes().windows(3).any(|w| w[0] == w[1] && w[1] == w[2]);
    word.len() > 1 && word.bytes().any(vowel) && !run && consonants(word) < 6
}

/// The longest run of consonants in a word of lower-case letters.
fn consonants(word: &str) -> usize {
    let vowel = |b: u8| b"aeiouy".contains(&b);
    word.bytes().fold((0usize, 0usize), |(now, most), b| if vowel(b) { (0, most) } else { (now + 1, most.max(now + 1)) }).1
}

/// The sounds of a word that is two dictionary words written as one ("taxilane", "Superjet"), split where their
/// lengths are most alike. The second word has less stress.
fn compound(dictionary: &Dictionary, word: &str) -> Option<Vec<u8>> {
    if word.len() < 2 * SHORTEST_HALF + 1 || !word.is_ascii() {
        return None;
    }
    let mut at: Vec<usize> = (SHORTEST_HALF..=word.len() - SHORTEST_HALF).collect();
    at.sort_by_key(|i| i.abs_diff(word.len() - i));
    at.into_iter().find_map(|i| {
        let (mut first, second) = (dictionary.find(&word[..i])?, dictionary.find(&word[i..])?);
        first.extend(second.into_iter().map(symbols::less_stressed));
        Some(first)
    })
}

#[derive(Debug, PartialEq)]
enum Token {
    /// Latin letters and apostrophes, or one digit.
    Word(String),
    /// "," "." or "?".
    Mark(char),
}

/// The words and marks of a text. Accented letters lose their accents; letters of other scripts are dropped.
fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut now = String::new();
    let mut all = text.chars().take(LONGEST).peekable();
    while let Some(c) = all.next() {
        let after = all.peek().copied();
        match c {
            c if c.is_ascii_alphabetic() || c == '\'' && !now.is_empty() => {
                if now.len() >= LONGEST_WORD {
                    end(&mut now, &mut out);
                }
                now.push(c);
            }
            c if c.is_ascii_digit() => {
                end(&mut now, &mut out);
                out.push(Token::Word(c.to_string()));
            }
            '.' if after.is_some_and(|a| a.is_ascii_digit())
                && matches!(out.last(), Some(Token::Word(w)) if now.is_empty() && w.as_bytes()[0].is_ascii_digit()) =>
            {
                out.push(Token::Word("point".into()));
            }
            // A point within a word separates letters ("U.S."); a comma in a number is ignored.
            '.' if now.len() == 1 && after.is_some_and(|a| a.is_ascii_alphabetic()) => end(&mut now, &mut out),
            ',' if after.is_some_and(|a| a.is_ascii_digit())
                && matches!(out.last(), Some(Token::Word(w)) if now.is_empty() && w.as_bytes()[0].is_ascii_digit()) => {}
            ',' | ';' | ':' => mark(',', &mut now, &mut out),
            '.' | '!' => mark('.', &mut now, &mut out),
            '?' => mark('?', &mut now, &mut out),
            c => match latin(c) {
                Some(letters) => {
                    if now.len() >= LONGEST_WORD {
                        end(&mut now, &mut out);
                    }
                    now.push_str(letters);
                }
                None => end(&mut now, &mut out),
            },
        }
    }
    end(&mut now, &mut out);
    out
}

fn end(now: &mut String, out: &mut Vec<Token>) {
    let word = std::mem::take(now);
    let word = word.trim_end_matches('\'');
    if !word.is_empty() {
        out.push(Token::Word(word.to_owned()));
    }
}

fn mark(mark: char, now: &mut String, out: &mut Vec<Token>) {
    end(now, out);
    if matches!(out.last(), Some(Token::Word(_))) {
        out.push(Token::Mark(mark));
    }
}

/// An accented Latin letter as plain letters. The ranges are Unicode's Latin-1 and Latin Extended-A.
#[rustfmt::skip]
fn latin(c: char) -> Option<&'static str> {
    Some(match c {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a", 'Æ' | 'æ' => "ae", 'Ç' | 'ç' | 'Ć'..='č' => "c", 'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e", 'Ĝ'..='ģ' => "g", 'Ĥ'..='ħ' => "h", 'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j", 'Ķ'..='ĸ' => "k", 'Ĺ'..='ł' => "l", 'Ñ' | 'ñ' | 'Ń'..='ŋ' => "n", 'Ò'..='Ö' | 'ò'..='ö' | 'Ø' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe", 'Ŕ'..='ř' => "r", 'Ś'..='š' | 'Ș' | 'ș' => "s", 'ß' => "ss", 'Þ' | 'þ' => "th", 'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u", 'Ŵ' | 'ŵ' => "w", 'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y", 'Ź'..='ž' => "z", '’' => "'",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
