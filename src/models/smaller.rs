//! Finds a speech model that is faster than the active one, to suggest if that one is too slow for the machine.

use std::time::Duration;

use super::{ALL, Model, Offer, find};

/// The longest recognition time that a pilot accepts, milliseconds. Controllers answer within one to three seconds, and pilots
/// repeat a call after two seconds of silence; the key's tail and the voice take half a second of that.
pub const ACCEPTED_MS: u32 = 1500;
/// Timeout for the recognition of a call. A computer that needs longer cannot use the model.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Number of parameters of a published model. A file has two bytes for each. A quantised one ("base.en-q5_1") has as many as the
/// file it was made from: it is smaller, but not faster.
fn parameters(m: &Model) -> u64 {
    let whole = m.name.rsplit_once("-q").and_then(|(whole, _)| find(whole)).unwrap_or(m);
    whole.bytes / 2
}

/// The largest available published model for English that is clearly smaller than one with this many parameters.
pub fn smaller_than(numbers: u64, absent: &[String]) -> Option<&'static Model> {
    let english = ALL.iter().filter(|m| m.name.ends_with(".en") && !absent.iter().any(|a| a == m.name));
    english.filter(|m| parameters(m) < numbers / 4 * 3).max_by_key(|m| m.bytes)
}

/// The same for a published model, by name or file name.
pub fn smaller(model: &str, absent: &[String]) -> Option<&'static Model> {
    smaller_than(parameters(find(model)?), absent)
}

/// The next smaller model than the one in `file`: a published one that is available, otherwise one of the mirror's own.
pub fn faster(file: &str, absent: &[String], own: &[Offer]) -> Option<Offer> {
    let numbers = own.iter().find(|o| o.file == file).map(|o| o.bytes / 2).or_else(|| find(file).map(parameters))?;
    let published = smaller_than(numbers, absent).map(|m| Offer::published(m, None));
    published.or_else(|| own.iter().filter(|o| o.bytes / 2 < numbers / 4 * 3).max_by_key(|o| o.bytes).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_smaller_model_is_suggested_by_parameter_count() {
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
        assert_eq!(smaller("small.en", &["base.en".to_owned()]).map(|m| m.name), Some("tiny.en"), "a mirror may lack it");
        assert_eq!(smaller("base.en", &["tiny.en".to_owned()]), None);
    }

    #[test]
    fn mirrors_own_model_counts_where_no_published_one_is_smaller() {
        let own = |name: &str, bytes: u64| {
            let base = Offer::published(find("base.en").unwrap(), None);
            Offer { name: name.into(), file: format!("{name}.bin"), bytes, own: true, ..base }
        };
        let all = [own("club", 50_000_000), own("tower", 30_000_000), own("big", 300_000_000)];
        let next = |file: &str, absent: &[&str]| {
            let absent: Vec<String> = absent.iter().map(|a| (*a).to_owned()).collect();
            faster(file, &absent, &all).map(|o| o.name)
        };
        assert_eq!(next("ggml-base.en.bin", &[]).as_deref(), Some("tiny.en"));
        assert_eq!(next("ggml-base.en.bin", &["tiny.en", "tiny.en-q5_1"]).as_deref(), Some("club"));
        assert_eq!(next("big.bin", &[]).as_deref(), Some("base.en"));
        assert_eq!(next("tower.bin", &[]), None);
        assert_eq!(next("mine.bin", &[]), None, "its size is unknown");
    }
}
