//! Extracts the JSON object from a language model's answer: models put it into code fences, after their reasoning, or between
//! polite words.
//!
//! This module only locates the object. The gate judges its content as if the model had sent it alone.

use serde_json::{Map, Value};

/// Maximum number of opening braces to try; no reasonable answer has more.
const MOST_STARTS: usize = 64;
/// The end of the model's reasoning.
const THOUGHT: &str = "</think>";

/// The object as the model wrote it, apart from trailing commas. `None` if there is none, or more than one, because it is unclear
/// which was meant.
pub fn object(answer: &str) -> Option<String> {
    let said = answer.rsplit_once(THOUGHT).map_or(answer, |(_, said)| said);
    let (mut found, mut from) = (None, 0);
    for _ in 0..MOST_STARTS {
        let Some(start) = said[from..].find('{').map(|at| from + at) else { return found };
        let read = end(&said[start..]).and_then(|length| Some((length, read(&said[start..start + length])?)));
        match read {
            Some(_) if found.is_some() => return None,
            Some((length, object)) => {
                found = Some(object);
                from = start + length;
            }
            // A brace in the text around it.
            None => from = start + 1,
        }
    }
    None
}

/// The length in bytes up to the matching closing brace; braces inside strings do not count.
fn end(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in outside(text) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// The object as it is, or without trailing commas, which are invalid JSON but meaningless.
fn read(text: &str) -> Option<String> {
    let is_object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).is_ok();
    if is_object(text) {
        return Some(text.to_owned());
    }
    let mut commas = Vec::new();
    let mut comma = None;
    for (at, c) in outside(text) {
        match c {
            ',' => comma = Some(at),
            '}' | ']' => commas.extend(comma.take()),
            c if c.is_ascii_whitespace() => {}
            _ => comma = None,
        }
    }
    let without: String = text.char_indices().filter(|(at, _)| !commas.contains(at)).map(|(_, c)| c).collect();
    is_object(&without).then_some(without)
}

/// Characters outside strings, with byte positions; of a string only its closing quote.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut within, mut escaped) = (false, false);
    text.char_indices().filter(move |(_, c)| {
        match (within, *c) {
            (true, '\\') => escaped = !escaped,
            (_, '"') if !escaped => within = !within,
            _ => escaped = false,
        }
        !within
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ASKED: &str = r#"{"intent":"taxi_request","say":"a } \" { b"}"#;

    #[test]
    fn object_is_found_wherever_models_put_it() {
        for answer in [
            ASKED.to_owned(),
            format!("\n {ASKED}\n"),
            format!("```json\n{ASKED}\n```"),
            format!("```\n{ASKED}\n```"),
            format!("```JSON {ASKED}```"),
            format!("```json\n{ASKED}"),
            format!("Sure! Here is the JSON you asked for:\n\n```json\n{ASKED}\n```\nLet me know if {{anything}} else is \"needed."),
            format!("<think>The pilot wants {{\"intent\":\"unknown\"}}, or not.</think>{ASKED}"),
            format!("The pilot wants to taxi.</think>\n\n{ASKED}"),
            format!("<think>\n{ASKED}"),
            format!("{{ is where it begins: {ASKED}"),
            format!("{ASKED},"),
            format!("\u{feff}{ASKED}\0"),
            format!("<|im_start|>assistant\n{ASKED}<|im_end|>"),
        ] {
            assert_eq!(object(&answer).as_deref(), Some(ASKED), "{answer}");
        }
    }

    #[test]
    fn trailing_commas_are_ignored() {
        for (answer, wanted) in [
            (r#"{"intent":"unknown",}"#, r#"{"intent":"unknown"}"#),
            ("{\"a\":[1,2, ],\n}", "{\"a\":[1,2 ]\n}"),
            (r#"{"a":",}",}"#, r#"{"a":",}"}"#),
        ] {
            assert_eq!(object(answer).as_deref(), Some(wanted), "{answer}");
        }
        assert_eq!(object(r#"{"a":1,,}"#), None);
    }

    #[test]
    fn truncated_duplicate_or_missing_object_is_rejected() {
        for answer in [
            "",
            "taxi_request",
            "{",
            "}{",
            r#"{"intent":"taxi_request""#,
            r#"```json {"intent":"taxi_re"#,
            r#"{"intent":"a"} {"intent":"b"}"#,
            r#"{"intent":"a"}{"intent":"a"}"#,
            "{'intent':'taxi_request'}",
            r#""{\"intent\":\"taxi_request\"}""#,
            "<think>{\"intent\":\"a\"}</think>",
        ] {
            assert_eq!(object(answer), None, "{answer}");
        }
        assert_eq!(object(&"{".repeat(64 * 1024)), None);
        assert_eq!(object(&"{\"a\":".repeat(10_000)), None);
    }

    proptest! {
        #[test]
        fn result_is_an_object_from_the_answer(answer in "(\\PC|[{}\",:\\\\\\[\\]a-c ]|```json\n|</?think>){0,40}") {
            if let Some(found) = object(&answer) {
                prop_assert!(serde_json::from_str::<Map<String, Value>>(&found).is_ok());
                // Nothing was added or reordered.
                let mut rest = answer.chars();
                prop_assert!(found.chars().all(|c| rest.any(|r| r == c)), "{found}");
                prop_assert_eq!(object(&found), Some(found));
            }
        }

        #[test]
        fn surrounding_words_do_not_matter(before in "[^{}]{0,30}", after in "[^{}]{0,30}") {
            prop_assume!(!after.contains(THOUGHT));
            prop_assert_eq!(object(&format!("{before}{ASKED}{after}")), Some(ASKED.to_owned()));
        }
    }
}
