//! Removes the decoder's loops. A looping decoder writes the same words again and again, up to the whole call
//! fourteen times. The first copy is what was said, so only that is kept.

/// A phrase of at least this many words that is repeated up to the end of the text is a loop.
const PHRASE: usize = 4;
/// A shorter phrase may be said twice, but not this often.
const SHORT_COPIES: usize = 3;
/// In the middle of a text a phrase is a loop when it comes this often.
const COPIES_WITHIN: usize = 3;
/// One word may be repeated ("two two two two"), but not this often.
const WORD_COPIES: usize = 5;
/// Words that are said three times by rule (AIM 6-3-2): "mayday mayday mayday", "pan pan, pan pan, pan pan".
const DISTRESS: [&str; 6] = ["mayday", "pan", "panpan", "may", "day", "securite"];

/// A word of the text: its form for comparison, and where it ends.
struct Word {
    bare: String,
    end: usize,
}

fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut bare = String::new();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || c == '\'' && !bare.is_empty() {
            bare.extend(c.to_lowercase());
        } else if !bare.is_empty() {
            out.push(Word { bare: std::mem::take(&mut bare), end: at });
        }
    }
    if !bare.is_empty() {
        out.push(Word { bare, end: text.len() });
    }
    out
}

/// The text with each loop cut down to its first copy; `None` if there is no loop.
///
/// A loop is a phrase that is repeated up to the end of the text, where it may be cut off. What pilots repeat (calls
/// for help, a station's name, figures) is not a loop. The time is linear in the text's length for each length of
/// phrase, which is bounded by the text.
pub(super) fn first_copy(text: &str) -> Option<String> {
    let words = words(text);
    let n = words.len();
    // The decoder's limit may cut the text within a word.
    let same = |i: usize, j: usize| words[i].bare == words[j].bare || i + 1 == n && words[j].bare.starts_with(&words[i].bare);
    // Try the shortest phrase first: "a b a b a b a b" is a loop of two words, not of four.
    for period in 1..=n / 2 {
        // How far back from the end the text repeats itself with this period.
        let repeated = (period..n).rev().take_while(|i| same(*i, *i - period)).count();
        let begin = n - repeated - period;
        let copies = (n - begin) / period;
        let phrase = &words[begin..begin + period];
        let called = phrase.iter().filter(|w| DISTRESS.contains(&w.bare.as_str())).count();
        let distress = called == period || called > 0 && period < PHRASE;
        let uniform = period > 1 && phrase.iter().all(|w| w.bare == phrase[0].bare);
        let most = match period {
            1 => WORD_COPIES,
            p if p < PHRASE => SHORT_COPIES,
            _ => 2,
        };
        if copies < most || uniform || distress {
            continue;
        }
        let end = words[begin + period - 1].end;
        return Some(text[..end].trim_end().to_owned());
    }
    within(text, &words)
}

/// The text without the further copies of a phrase that comes [`COPIES_WITHIN`] times in a row before the text goes on.
fn within(text: &str, words: &[Word]) -> Option<String> {
    let n = words.len();
    for period in PHRASE..=n / COPIES_WITHIN {
        let mut run = 0;
        for i in period..n {
            run = if words[i].bare == words[i - period].bare { run + 1 } else { 0 };
            let looped = run >= period * (COPIES_WITHIN - 1);
            let ends = looped && words.get(i + 1).is_none_or(|w| w.bare != words[i + 1 - period].bare);
            let phrase = &words[i + 1 - period..=i];
            let said_by_rule =
                phrase.iter().any(|w| DISTRESS.contains(&w.bare.as_str())) || phrase.iter().all(|w| w.bare == phrase[0].bare);
            if ends && !said_by_rule {
                let first = words[i - run].end;
                return Some(format!("{}{}", &text[..first], &text[words[i].end..]).trim_end().to_owned());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loop_of_any_length_is_reduced_to_its_first_copy() {
        let call = "Palo Alto Tower, Skyhawk one seven two sierra papa, holding short runway three one, ready for departure";
        for times in [2, 3, 14] {
            assert_eq!(first_copy(&vec![call; times].join(" ")).as_deref(), Some(call), "{times}");
        }
        // Cut off by the decoder's limit, with other case and punctuation in the copies.
        let cut = format!("{call} {}", &call.to_lowercase()[..60]);
        assert_eq!(first_copy(&format!("{call}. {cut}")).as_deref(), Some(call));
        assert_eq!(
            first_copy("ready to taxi, runway three one runway three one runway three one").as_deref(),
            Some("ready to taxi, runway three one")
        );
        assert_eq!(first_copy("go to the the the the the").as_deref(), Some("go to the"));
        // In the middle of the text, and cut off within a word.
        let own = "Palo Alto Ground, Skyhawk one seven two sierra papa";
        let heard = format!("A good morning, {own}, {own}, {own}, ready to taxi");
        assert_eq!(first_copy(&heard), Some(format!("A good morning, {own}, ready to taxi")));
        let cut = format!("A good morning, {own}, {own}, {own}, {}", &own[..22]);
        assert_eq!(first_copy(&cut), Some(format!("A good morning, {own}")));
        assert_eq!(first_copy("runway eight runway eight runway eight runway").as_deref(), Some("runway eight"));
    }

    #[test]
    fn deliberate_repetition_is_not_a_loop() {
        for fine in [
            "",
            "mayday mayday mayday",
            "pan pan pan pan pan pan",
            "pan pan, pan pan, pan pan, Hayward Tower",
            "panpan, panpan, panpan",
            "may day may day may day",
            "may day may day may day may day may day",
            "Hilo Tower, Hilo Tower, Skyhawk two sierra papa",
            "squawking two two two two",
            "one one one one",
            "runway three one, cleared to land runway three one",
            "negative negative",
            "say again, say again",
        ] {
            assert_eq!(first_copy(fine), None, "{fine}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_takes_bounded_work_and_only_gets_shorter(text in "[ab, ]{0,300}") {
            if let Some(kept) = first_copy(&text) {
                proptest::prop_assert!(kept.len() < text.len());
                proptest::prop_assert_eq!(first_copy(&kept).map(|k| k.len() < kept.len()), first_copy(&kept).map(|_| true));
            }
        }
    }
}
