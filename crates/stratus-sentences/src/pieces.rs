//! Splits words into pieces of the encoder's vocabulary (WordPiece, as in BERT), and converts pieces into the numbers of its input.
//!
//! `scripts/sentences/pre.py` splits the training calls in the same way; `tests/pieces.txt` tests that both give the same result.

use std::collections::BTreeMap;

/// The most pieces of a call; the rest of a longer call is not read.
pub const MOST_TEXT: usize = 46;
/// The most pieces of an input, including the situation and the three marks.
pub const MOST: usize = 80;
/// A longer word is a single unknown piece.
const LONGEST_WORD: usize = 40;
/// The most characters of a text that are read; pilots say fewer than a thousand in a transmission.
const MOST_CHARS: usize = 4_000;

/// Base letters of U+00C0 to U+017F; `_` if there is none.
const BASES: &[u8; 192] = b"aaaaaaaceeeeiiiidnooooo_ouuuuytsaaaaaaaceeeeiiiidnooooo_ouuuuytyaaaaaaccccccccddddeeeeeeeeeegggggggghh__iiiiiiiiii__jjkk_llllll__llnnnnnn___oooooooorrrrrrsssssssstttt__uuuuuuuuuuuuwwyyyzzzzzz_";

/// The letter or digit that a character is read as: lower case, without its accent.
fn base(c: char) -> Option<char> {
    match c {
        '0'..='9' | 'a'..='z' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\u{c0}'..='\u{17f}' => BASES.get(c as usize - 0xc0).map(|b| char::from(*b)).filter(|b| *b != '_'),
        _ => None,
    }
}

/// The words of a text: runs of letters and digits; each mark with a meaning is a separate word.
pub fn words(text: &str) -> Vec<String> {
    let (mut out, mut word) = (Vec::new(), String::new());
    for c in text.chars().take(MOST_CHARS) {
        if let Some(b) = base(c) {
            word.push(b);
            continue;
        }
        if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
        if ".,?!'/-".contains(c) {
            out.push(c.to_string());
        }
    }
    if !word.is_empty() {
        out.push(word);
    }
    out
}

/// The encoder's vocabulary.
#[derive(Debug)]
pub struct Vocabulary(BTreeMap<String, i32>);

/// The encoder's marks: an unknown word, the beginning, the end of a part.
const UNKNOWN: &str = "[UNK]";
const BEGIN: &str = "[CLS]";
const END: &str = "[SEP]";

impl Vocabulary {
    /// A vocabulary from its pieces, one a line; `None` if it lacks the marks that every input needs.
    pub fn new(lines: &str) -> Option<Self> {
        let pieces: BTreeMap<String, i32> = lines.lines().zip(0..).map(|(p, i)| (p.to_owned(), i)).collect();
        [UNKNOWN, BEGIN, END].iter().all(|m| pieces.contains_key(*m)).then_some(Self(pieces))
    }

    fn number(&self, piece: &str) -> i32 {
        self.0.get(piece).or_else(|| self.0.get(UNKNOWN)).copied().unwrap_or(0)
    }

    /// The number of pieces.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds the pieces of a word: the longest known piece first, then the longest that continues it.
    fn push_word(&self, word: &str, out: &mut Vec<i32>) {
        let from = out.len();
        let mut rest = if word.len() <= LONGEST_WORD { word } else { "" };
        let mut complete = !rest.is_empty();
        let mut piece = String::new();
        while !rest.is_empty() {
            let continued = if out.len() > from { "##" } else { "" };
            // Words are ASCII, so every index is a character boundary.
            let longest = (1..=rest.len()).rev().find_map(|n| {
                piece.clear();
                piece.push_str(continued);
                piece.push_str(rest.get(..n)?);
                self.0.get(&piece).map(|i| (n, *i))
            });
            match longest {
                Some((n, i)) => {
                    out.push(i);
                    rest = rest.get(n..).unwrap_or("");
                }
                None => {
                    complete = false;
                    break;
                }
            }
        }
        if !complete {
            out.truncate(from);
            out.push(self.number(UNKNOWN));
        }
    }

    fn pieces(&self, text: &str, most: usize) -> Vec<i32> {
        let mut out = Vec::new();
        for word in words(text) {
            self.push_word(&word, &mut out);
            if out.len() >= most {
                break;
            }
        }
        out.truncate(most);
        out
    }

    /// The encoder's input: the numbers of the pieces, and for each whether it belongs to the call (0) or to its situation (1).
    pub fn encode(&self, call: &str, situation: &str) -> (Vec<i32>, Vec<i32>) {
        let call = self.pieces(call, MOST_TEXT);
        let situation = self.pieces(situation, MOST - call.len() - 3);
        let first = call.len() + 2;
        let mut numbers = Vec::with_capacity(MOST);
        numbers.push(self.number(BEGIN));
        numbers.extend(call);
        numbers.push(self.number(END));
        numbers.extend(situation);
        numbers.push(self.number(END));
        let parts = (0..numbers.len()).map(|i| i32::from(i >= first)).collect();
        (numbers, parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Vocabulary {
        Vocabulary::new("[PAD]\n[UNK]\n[CLS]\n[SEP]\nready\nhold\n##ing\nn\n##1\n##7\n##2\n.\ntower").unwrap()
    }

    #[test]
    fn words_lose_case_accents_and_meaningless_punctuation() {
        assert_eq!(words("Zürich Tower, N172SP: prêt?"), ["zurich", "tower", ",", "n172sp", "pret", "?"]);
        assert_eq!(words("  \u{0}\u{1f6e9} "), [""; 0]);
        assert_eq!(BASES.iter().filter(|b| !b.is_ascii_lowercase() && **b != b'_').count(), 0);
    }

    #[test]
    fn a_word_is_split_into_longest_pieces_or_is_unknown() {
        let v = small();
        let of = |t: &str| v.pieces(t, 99);
        assert_eq!(of("holding ready"), [5, 6, 4]);
        assert_eq!(of("n172"), [7, 8, 9, 10]);
        assert_eq!(of("n17x ready"), [1, 4], "a word with an unknown rest is one unknown piece");
        assert_eq!(of(&"n".repeat(100)), [1]);
    }

    #[test]
    fn an_input_has_call_and_situation_and_a_bounded_length() {
        let v = small();
        assert_eq!(v.encode("ready", "tower ."), (vec![2, 4, 3, 12, 11, 3], vec![0, 0, 0, 1, 1, 1]));
        let (numbers, parts) = v.encode(&"ready ".repeat(3000), &"tower ".repeat(3000));
        assert_eq!((numbers.len(), parts.len(), parts.iter().filter(|p| **p == 0).count()), (MOST, MOST, MOST_TEXT + 2));
        assert!(Vocabulary::new("ready\nhold").is_none());
    }
}
