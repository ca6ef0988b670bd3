//! Counts the correctly recognised words of a recording: "one seven two" and "172" are the same words.

use crate::atc::transcript::{Token, tokens};

/// How many words of `said` are right in `heard`, and how many there are. Invented words are subtracted.
pub(in crate::cmd) fn right(said: &str, heard: &str) -> (usize, usize) {
    let (said, heard) = (plain(said), plain(heard));
    // Edit distance in words (substitutions, deletions and insertions), row by row.
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, a) in said.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in heard.iter().enumerate() {
            let changed = corner + usize::from(a != b);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    (said.len().saturating_sub(row[heard.len()]), said.len())
}

/// Words and single digits; the grouping of digits does not matter here.
fn plain(text: &str) -> Vec<String> {
    let word = |t: &Token| match t {
        Token::Word(w) => w.clone(),
        Token::Letter(c) | Token::Digit(c, _) => c.to_string(),
        Token::Point => ".".to_owned(),
    };
    tokens(text).iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_spelling_does_not_matter_and_errors_count() {
        let said = "Skyhawk one seven two sierra papa, contact tower on one two one point niner.";
        assert_eq!(right(said, "Skyhawk 172SP contact tower on 121.9"), (14, 14));
        assert_eq!(right(said, "Skyhawk 172 Sierra Papa contact tower on 121.8"), (13, 14));
        assert_eq!(right(said, "contact tower on 121.9").0, 8);
        assert_eq!(right(said, ""), (0, 14));
        assert_eq!(right("Radio check.", "radio check check check check check"), (0, 2));
        assert_eq!(right("", "words"), (0, 0));
    }
}
