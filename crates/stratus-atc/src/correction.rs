//! "X correction Y" keeps Y: a pilot's self-correction replaces what it corrects.

use super::transcript::{Link, Token};

/// Phrases that start a self-correction.
const MARKS: [&[&str]; 5] = [&["correction"], &["make", "that"], &["scratch", "that"], &["i", "mean"], &["no", "wait"]];

/// Words that take back what stands right before them only where the same kind of thing follows: "three miles north, sorry, south".
/// Elsewhere they are an apology or an answer.
const HINTS: [&str; 2] = ["sorry", "no"];

/// Groups of mutually exclusive words, of which only the last counts.
const KINDS: [&[&str]; 6] = [
    &["touch and go", "touch and goes", "stop and go", "stop and goes", "full stop", "the option", "option", "low approach"],
    &[
        "north",
        "south",
        "east",
        "west",
        "northeast",
        "northwest",
        "southeast",
        "southwest",
        "northbound",
        "southbound",
        "eastbound",
        "westbound",
        "northeastbound",
        "northwestbound",
        "southeastbound",
        "southwestbound",
    ],
    &["upwind", "crosswind", "downwind", "base", "final"],
    &["left", "right"],
    &["line up", "lining up", "cleared", "hold short", "holding short", "cross", "crossing"],
    &["tower", "ground", "approach", "departure", "center", "radar", "director", "delivery", "information"],
];

/// The directions among them.
const COMPASS: usize = 1;

/// The maximum number of tokens that a correction replaces.
const LONGEST: usize = 30;

/// Whether a text contains a self-correction.
pub(super) fn is_in(text: &str) -> bool {
    let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    MARKS.iter().any(|m| words.windows(m.len()).any(|w| w == *m))
}

/// Applies every self-correction.
pub(super) fn correct(mut tokens: Vec<Token>) -> Vec<Token> {
    let mut from = 0;
    while let Some((at, n)) = (from..tokens.len()).find_map(|i| {
        MARKS.iter().find(|m| i + m.len() <= tokens.len() && m.iter().zip(&tokens[i..]).all(|(w, t)| t.is(w))).map(|m| (i, m.len()))
    }) {
        let cut = corrected(&tokens, at, at + n);
        // "Scratch that go-around": at the beginning it takes back an earlier call.
        let earlier = at == 0 && tokens[at].is("scratch");
        if earlier {
            from = n;
            continue;
        }
        tokens.drain(cut..at + n);
        from = cut;
    }
    hinted(&mut tokens);
    tokens
}

/// Applies the corrections that are only hinted at: the words on both sides of "sorry" are of one kind.
fn hinted(tokens: &mut Vec<Token>) {
    let mut i = 1;
    while i < tokens.len() {
        let n = tokens[i..].iter().take_while(|t| HINTS.iter().any(|h| t.is(h))).count();
        let apologises = tokens[i..i + n].iter().any(|t| t.is("sorry"));
        if n > 0
            && let Some(start) = figure_before(tokens, i, i + n)
        {
            tokens.drain(start..i + n);
            i = start.max(1);
            continue;
        }
        let kind_of = |t: &Token| KINDS.iter().position(|k| k.iter().any(|w| t.is(w)));
        let (before, after) = (kind_of(&tokens[i - 1]), tokens.get(i + n).and_then(kind_of));
        // "To the west, no, east": two directions side by side exclude each other.
        let turned = before == Some(COMPASS) && tokens.get(i + n).is_some_and(|t| *t != tokens[i - 1]);
        if n > 0 && (apologises || turned) && before.is_some() && before == after {
            tokens.drain(i - 1..i + n);
        } else if let Some(start) = led_before(tokens, i, i + n).filter(|_| apologises) {
            tokens.drain(start..i + n);
        } else {
            i += n.max(1);
        }
    }
}

/// "One one eight point eight, sorry, one one eight point six": where the number of the same shape begins, if nothing stands between.
fn figure_before(tokens: &[Token], at: usize, after: usize) -> Option<usize> {
    let shape = |t: &[Token]| t.iter().map(|x| if x.digit().is_some() { "0" } else { x.word() }.to_owned()).collect::<Vec<_>>();
    let start = at - tokens[..at].iter().rev().take_while(|t| amount(t)).count();
    let end = after + (at - start);
    let side = tokens.get(end).is_some_and(|t| matches!(t.word(), "left" | "right" | "center"));
    // The new number may be followed by a callsign, after a pause.
    let goes_on = tokens.get(end).is_some_and(|t| amount(t) && !matches!(t, Token::Digit(_, Link::First)));
    let same = tokens.get(after..end).is_some_and(|new| shape(&tokens[start..at]) == shape(new));
    (at - start >= 2 && !side && !goes_on && same).then_some(start)
}

/// "To Gloucester, sorry, to Coventry": where the phrase with the same preposition begins, if it holds nothing but a name.
fn led_before(tokens: &[Token], at: usize, after: usize) -> Option<usize> {
    let lead = tokens.get(after).filter(|t| ["to", "for", "via"].iter().any(|w| t.is(w)))?;
    // "Sorry to bother you": a verb follows.
    let name = |t: &Token| !t.word().is_empty() && !NO_NAME.contains(&t.word());
    let start = (at.saturating_sub(LONGEST_PLACE + 1)..at).rev().find(|k| tokens[*k] == *lead)?;
    let named = start + 1 < at && tokens[start + 1..at].iter().all(name) && tokens.get(after + 1).is_some_and(name);
    named.then_some(start)
}

/// Words that are no part of a place's name.
#[rustfmt::skip]
const NO_NAME: [&str; 24] = [
    "be", "bother", "say", "hold", "interrupt", "trouble", "keep", "ask", "do", "have", "make", "hear", "the", "you", "your", "that", "this",
    "runway", "taxi", "land", "parking", "request", "and", "we",
];

/// The start of what the words from `after` on correct; the correction phrase is at `at`.
fn corrected(tokens: &[Token], at: usize, after: usize) -> usize {
    match tokens.get(after) {
        Some(Token::Digit(..)) => {
            let mut end = at;
            while end > 0 && at - end < 2 && tokens[end - 1].digit().is_none() && !amount(&tokens[end - 1]) {
                end -= 1;
            }
            let mut start = end;
            while start > 0 && (amount(&tokens[start - 1])) {
                start -= 1;
                // A number that begins after a pause is one of two: only the last is corrected.
                let begins = matches!(tokens[start], Token::Digit(_, Link::First));
                if begins && start > 0 && tokens[start - 1].digit().is_some() {
                    break;
                }
            }
            if start < end { start } else { at }
        }
        Some(Token::Letter(_)) => at - tokens[..at].iter().rev().take_while(|t| t.letter().is_some()).count(),
        Some(Token::Word(w)) => {
            // A pilot who starts again with the same two words corrects everything from there.
            let alike = |k: usize| {
                let (a, b) = (tokens[k].word(), w.as_str());
                a == b || KINDS.iter().any(|kind| kind.contains(&a) && kind.contains(&b))
            };
            let pair = |k: usize| alike(k) && tokens.get(after + 1).is_some_and(|x| tokens.get(k + 1) == Some(x));
            if let Some(start) = (0..at.saturating_sub(1)).rev().take(LONGEST).find(|k| pair(*k)) {
                return start;
            }
            let back = at.saturating_sub(8);
            let same = tokens[back..at].iter().rposition(|t| t.is(w)).map(|k| back + k);
            // "A touch and go, correction, a full stop": the article is not what is corrected.
            let article = matches!(w.as_str(), "a" | "an" | "the" | "to" | "it" | "for");
            let kind = of_one_kind(tokens, back, at, after).or_else(|| place_before(tokens, back, at, after));
            let led = kind.map(|k| if k > back && tokens[k - 1].is(w) { k - 1 } else { k });
            if article { led.or(same) } else { same.or(kind) }.unwrap_or(at)
        }
        _ => at,
    }
}

/// The last words between `back` and `at` of the same kind as the correction's first words.
fn of_one_kind(tokens: &[Token], back: usize, at: usize, after: usize) -> Option<usize> {
    let kind = (after..(after + 3).min(tokens.len())).find_map(|i| KINDS.iter().find(|k| k.iter().any(|w| stands(tokens, i, w))))?;
    (back..at).rev().find(|i| kind.iter().any(|w| stands(&tokens[..at], *i, w)))
}

/// Where the last known place between `back` and `at` is named, if a name may follow: "to Las Vegas, correction, Henderson".
fn place_before(tokens: &[Token], back: usize, at: usize, after: usize) -> Option<usize> {
    let named = |i: usize, end: usize| {
        let words: Vec<&str> = tokens[i..end.min(i + LONGEST_PLACE)].iter().map(Token::word).collect();
        crate::places::place(&words).is_some()
    };
    // The new name need not be known; it stands where the old one stood.
    let goes_on = ["request", "requesting", "we", "i", "ready", "taxi", "with", "at", "information", "looking"];
    if !tokens.get(after).is_some_and(|t| !t.word().is_empty() && !goes_on.iter().any(|w| t.is(w))) {
        return None;
    }
    // The name's first word, and not "vegas" of "las vegas".
    let last = (back..at).rev().find(|i| named(*i, at))?;
    let start = (back.max(last.saturating_sub(LONGEST_PLACE))..last).find(|i| {
        let words: Vec<&str> = tokens[*i..at].iter().map(Token::word).collect();
        crate::places::place(&words).is_some_and(|(_, n)| i + n > last)
    });
    let start = start.unwrap_or(last);
    // "To Las Vegas, correction, to Henderson".
    let led = start > back && tokens[start - 1].is("to") && tokens.get(after).is_some_and(|t| t.is("to"));
    Some(if led { start - 1 } else { start })
}

/// No name of a place has more words.
const LONGEST_PLACE: usize = 4;

/// Whether the words `said` are at token `i`.
fn stands(tokens: &[Token], i: usize, said: &str) -> bool {
    said.split(' ').enumerate().all(|(k, w)| tokens.get(i + k).is_some_and(|t| t.is(w)))
}

fn amount(t: &Token) -> bool {
    matches!(t, Token::Digit(..) | Token::Point) || matches!(t.word(), "hundred" | "thousand")
}

#[cfg(test)]
mod tests {
    use crate::transcript::{text, tokens};

    #[test]
    fn a_correction_keeps_the_last_word_of_a_kind() {
        for (said, meant) in [
            ("request touch and go correction full stop", "request full stop"),
            ("request a touch and go make that a full stop", "request a full stop"),
            ("request full stop correction the option runway two eight left", "request the option runway 28 left"),
            ("departing northbound correction southbound", "departing southbound"),
            ("turning left base correction final", "turning left final"),
            ("make left traffic correction right traffic", "make right traffic"),
            ("three miles south i mean north of the field", "3 miles north of the field"),
            ("three miles north er sorry south of the field", "3 miles south of the field"),
            ("diverting to gloucester sorry to coventry", "diverting to coventry"),
            ("request divert to las vegas sorry to henderson two on board", "request divert to henderson 2 on board"),
            ("request taxi to parking sorry to bother you", "request taxi to parking sorry to bother you"),
            ("sorry about that turning left base", "sorry about that turning left base"),
            ("one one eight point eight sorry one one eight point six", "118.6"),
            ("right one two zero no two one zero", "right 210"),
            ("descend six thousand no five thousand", "descend 5 thousand"),
            ("negative two hundred knots no one eight zero", "negative 2 hundred knots no 180"),
            ("advisories to las vegas uh correction henderson", "advisories to henderson"),
            ("request taxi correction ready to copy", "request taxi ready to copy"),
        ] {
            assert_eq!(text(&tokens(said)), meant, "{said}");
        }
    }
}
