//! A speech model that is quicker than the one in force: what is proposed where that one is too slow for the machine.

use super::{ALL, Model, find};

/// A pilot accepts so long a wait for a call to be understood, milliseconds. Controllers answer within one to three seconds, and
/// after two without a word pilots call again; the key's tail and the voice take half a second of them.
pub const ACCEPTED_MS: u32 = 1500;

/// Numbers that a published model consists of. Such a file has two bytes for each; a compressed one ("base.en-q5_1") has those
/// of the file that it was made from: it is smaller, but not quicker.
fn parameters(m: &Model) -> u64 {
    let whole = m.name.rsplit_once("-q").and_then(|(whole, _)| find(whole)).unwrap_or(m);
    whole.bytes / 2
}

/// The largest published model for English that is clearly smaller than one of so many numbers, of those that can be had.
pub fn smaller_than(numbers: u64, absent: &[String]) -> Option<&'static Model> {
    let english = ALL.iter().filter(|m| m.name.ends_with(".en") && !absent.iter().any(|a| a == m.name));
    english.filter(|m| parameters(m) < numbers / 4 * 3).max_by_key(|m| m.bytes)
}

/// The same for a published model, by its name or its file's.
pub fn smaller(model: &str, absent: &[String]) -> Option<&'static Model> {
    smaller_than(parameters(find(model)?), absent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_smaller_one_is_proposed_and_a_compressed_one_counts_as_what_it_was_made_from() {
        let next = |model: &str| smaller(model, &[]).map(|m| m.name);
        for (model, smaller) in [
            ("ggml-large-v3-turbo-q5_0.bin", Some("small.en")),
            ("medium.en", Some("small.en")),
            ("small", Some("base.en")),
            ("ggml-small.en-q5_1.bin", Some("base.en")),
            ("base.en", Some("tiny.en")),
            ("ggml-base.en-q5_1.bin", Some("tiny.en")),
            ("tiny.en", None),
            ("tiny.en-q5_1", None),
            ("mine.bin", None),
        ] {
            assert_eq!(next(model), smaller, "{model}");
        }
        assert_eq!(smaller("small.en", &["base.en".to_owned()]).map(|m| m.name), Some("tiny.en"), "a mirror may not have it");
        assert_eq!(smaller("base.en", &["tiny.en".to_owned()]), None);
    }
}
