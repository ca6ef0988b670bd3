//! Numbers that count something: people, time, weight. Such a number has its own noun, and is never another kind's value: "one hundred forty
//! two on board" is no level and no speed.

use std::ops::Range;

use super::{Found, digits, found, run_end, word};
use crate::transcript::Token;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// "142 on board", "three people".
    People,
    /// "Two hours", "forty minutes".
    Time,
    /// "Six thousand pounds".
    Weight,
}

/// The most figures of a count that is said figure by figure.
const LONGEST: usize = 3;
/// Words in front of figures that name what the figures are, whatever follows them.
const NAMES: [&str; 14] = [
    "runway",
    "heading",
    "squawk",
    "squawking",
    "level",
    "fl",
    "qnh",
    "altimeter",
    "final",
    "left",
    "right",
    "degrees",
    "thousand",
    "hundred",
];

/// What the word at `i` counts, if it is such a noun.
fn noun(t: &[Token], i: usize) -> Option<Counted> {
    match word(t, i) {
        "souls" | "soul" | "people" | "persons" | "person" | "pob" | "pax" | "passengers" | "passenger" | "aboard" => Some(Counted::People),
        "on" if word(t, i + 1) == "board" => Some(Counted::People),
        "hour" | "hours" | "minute" | "minutes" => Some(Counted::Time),
        "pounds" | "kilos" | "kilograms" | "tons" | "tonnes" | "gallons" | "liters" | "litres" => Some(Counted::Weight),
        _ => None,
    }
}

/// The counts in a call, with the tokens of their numbers.
pub fn counted(t: &[Token]) -> Vec<(Counted, Found<u32>)> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < t.len() {
        if t[i].digit().is_none() {
            i += 1;
            continue;
        }
        let (mut start, mut end) = (i, run_end(t, i));
        let before = start.checked_sub(1).map_or("", |k| word(t, k));
        let mut value = digits(t, start..end).parse::<u32>().ok();
        // "One hundred forty two": the hundred belongs to the count, unless it ends a level.
        if word(t, end) == "hundred" && end - start == 1 && !NAMES.contains(&before) {
            let more = run_end(t, end + 1);
            let rest = if more > end + 1 { digits(t, end + 1..more).parse().ok().filter(|n| *n < 100) } else { Some(0) };
            (value, end) = (value.zip(rest).map(|(a, b)| a * 100 + b), more.max(end + 1));
        } else if word(t, end) == "thousand" {
            (value, end) = (value.map(|n| n * 1000), end + 1);
        } else if NAMES.contains(&before) && !matches!(before, "thousand" | "hundred") {
            // "Heading two seven zero two on board": the heading keeps its figures.
            start = (start + LONGEST).min(end);
            value = digits(t, start..end).parse().ok();
        }
        let behind = if matches!(word(t, end), "is" | "are" | "total") { end + 1 } else { end };
        // Only weights are counted in thousands here.
        let thousands = word(t, end - 1) == "thousand";
        let short = end - start <= LONGEST || word(t, end - 1) == "thousand" || (start..end).any(|k| word(t, k) == "hundred");
        if let (Some(kind), Some(n)) = (noun(t, behind), value)
            && (!thousands || kind == Counted::Weight)
            && short
        {
            out.push((kind, found(n, start..end)));
        }
        i = end.max(i + 1);
    }
    out
}

/// The tokens of all counts.
pub fn ranges(t: &[Token]) -> Vec<Range<usize>> {
    counted(t).into_iter().map(|(_, f)| f.range).collect()
}

/// The call with every count as a word, for the readers of levels.
pub fn without(t: &[Token]) -> Vec<Token> {
    let counts = ranges(t);
    let masked = |i: usize| counts.iter().any(|r| r.contains(&i));
    t.iter().enumerate().map(|(i, x)| if masked(i) { Token::Word("count".into()) } else { x.clone() }).collect()
}

/// The number of people on board, if the call says it.
pub fn people(t: &[Token]) -> Option<u32> {
    counted(t).into_iter().find(|(kind, _)| *kind == Counted::People).map(|(_, f)| f.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::tokens;

    #[test]
    fn a_number_with_its_own_noun_counts_that() {
        let all = |text: &str| counted(&tokens(text)).into_iter().map(|(kind, f)| (kind, f.value)).collect::<Vec<_>>();
        use Counted::{People, Time, Weight};
        assert_eq!(all("one hundred forty two on board two hours fuel"), [(People, 142), (Time, 2)]);
        assert_eq!(all("one hundred twelve is people on board"), [(People, 112)]);
        assert_eq!(all("descending five thousand three souls"), [(People, 3)]);
        assert_eq!(all("flight level one hundred four on board"), [(People, 4)]);
        assert_eq!(all("heading two seven zero two on board"), [(People, 2)]);
        assert_eq!(all("six thousand pounds of fuel"), [(Weight, 6000)]);
        assert_eq!(all("climbing to one two thousand speed two hundred"), []);
    }
}
