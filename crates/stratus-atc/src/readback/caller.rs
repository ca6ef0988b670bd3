//! The callsign in a readback: its position, and whether it is the right one.

use std::ops::Range;

use crate::parse::Named;
use crate::telephony;
use crate::transcript::{Link, Token};
use crate::units::marks::has_figure;

/// The result of the search for the callsign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// The right one, or none is required.
    Right,
    /// Not said.
    Missing,
    /// Another one was said.
    Wrong,
}

/// The possible positions of the callsign. A short form may hide in a longer run of digits, so each reading is weighed. If there is none,
/// anything that looks like another callsign is wrong.
/// `figures`: those of the instruction's items, which may stand right in front of a short form.
pub(super) fn callsigns(t: &[Token], to: Option<&Named>, figures: &[String]) -> Vec<(Range<usize>, Caller)> {
    let Some(to) = to else { return vec![(0..0, Caller::Right)] };
    let mut found = Vec::new();
    for i in 0..t.len() {
        if to.airline.is_some() || telephony::is_airline_word(t[i].word()) {
            let words: Vec<&str> = t[i..].iter().map(Token::word).take(3).take_while(|w| !w.is_empty()).collect();
            if let Some((code, n)) = telephony::airline(&words) {
                let (id, end) = alnum(t, i + n, 8);
                if Some(code) == to.airline
                    && let Some(len) = prefix_len(&id, &to.id)
                {
                    found.push((i..i + n + len, Caller::Right));
                } else if !id.is_empty() && to.airline.is_some() {
                    found.push((i..end, Caller::Wrong));
                }
            }
        }
    }
    if to.airline.is_some() && found.is_empty() {
        found.extend(without_the_airline(t, &to.id).map(|range| (range, Caller::Right)));
    }
    if to.airline.is_none() {
        for form in forms(&to.id) {
            for i in 0..t.len() {
                let (id, _) = alnum(t, i, form.len());
                // The end of a longer form is not a short form: its digits would count twice.
                // "Heading zero five five, eight tango bravo": what is in front of it belongs to the instruction.
                let within = found.iter().any(|(r, _): &(Range<usize>, _)| r.contains(&i)) && !behind_item(t, i, figures);
                if id == form && !within && !end_of_another(t, i, form.len(), &to.id, figures) {
                    let start = if i > 0 && telephony::is_type(t[i - 1].word()) { i - 1 } else { i };
                    found.push((start..i + form.len(), Caller::Right));
                    // "Via golf november, seven three niner": the letter before the callsign may be a taxiway.
                    if form.starts_with('N') && form.len() == to.id.len() && t.get(i + 1).is_some_and(|x| x.digit().is_some()) {
                        found.push((i + 1..i + form.len(), Caller::Right));
                    }
                }
            }
        }
    }
    if !found.iter().any(|(_, c)| *c == Caller::Right)
        && let Some(range) = last_two(t, &to.id)
    {
        // After contact, the last two characters are enough at the end of a call.
        found.push((range, Caller::Right));
    }
    if found.iter().any(|(_, c)| *c == Caller::Right) {
        found.retain(|(_, c)| *c == Caller::Right);
        return found;
    }
    if found.is_empty() {
        // A type name with digits, or two letters in a row at the end: another aircraft's callsign.
        let typed = t.iter().position(|x| telephony::is_type(x.word())).map(|i| (i, alnum(t, i + 1, 8).1)).filter(|(i, e)| *e > i + 1);
        let lettered = (0..t.len()).rev().find(|i| t[*i].letter().is_some() && *i > 0 && t[*i - 1].letter().is_some() && *i + 1 == t.len());
        found.extend(typed.map(|(i, e)| (i..e, Caller::Wrong)));
        if let (None, Some(i)) = (typed, lettered) {
            found.push((i - 1..i + 1, Caller::Wrong));
        }
        if found.is_empty() && to.airline.is_none() {
            found.extend(short_of_another(t, &to.id).map(|r| (r, Caller::Wrong)));
        }
    }
    if found.is_empty() {
        found.push((0..0, Caller::Missing));
    }
    found
}

/// The digits of an item of the instruction are right in front of this place.
fn behind_item(t: &[Token], i: usize, figures: &[String]) -> bool {
    figures.iter().any(|f| {
        let start = i.checked_sub(f.len());
        start.is_some_and(|s| !f.is_empty() && f.chars().eq(t[s..i].iter().filter_map(Token::digit)))
    })
}

/// The most words of a greeting or of thanks at the end.
const COURTESIES: usize = 2;

/// The flight number of an airline's callsign on its own, at the beginning or the end of a call: "four kilo tango" for Lufthansa 4KT.
fn without_the_airline(t: &[Token], id: &str) -> Option<Range<usize>> {
    let len = id.len();
    let is_id = |start: usize| alnum(t, start, len).0 == id;
    // "Fourteen eighty two, thanks": only courtesies follow it.
    let last = t.iter().rposition(|x| x.digit().or(x.letter()).is_some()).map_or(0, |i| i + 1);
    let courteous = t.len() - last <= COURTESIES;
    let end = last.checked_sub(len).filter(|start| courteous && is_id(*start)).map(|start| start..last);
    // "Visual two five, 2071, we are picking up ice": on its own between pauses.
    let alone = |i: usize| {
        let begins = matches!(t[i], Token::Digit(_, Link::First))
            && !matches!(i.checked_sub(1).map(|p| t[p].word()), Some("squawk" | "qnh" | "altimeter"));
        begins
            && is_id(i)
            && t.get(i + len).is_none_or(|x| !matches!(x, Token::Digit(_, Link::Next | Link::Joined | Link::Alike) | Token::Point))
    };
    let amid = || (1..t.len().saturating_sub(len)).find(|i| len >= 3 && alone(*i)).map(|i| i..i + len);
    end.or_else(|| (len >= 2 && is_id(0)).then_some(0..len)).or_else(amid)
}

/// The forms of a registration that a pilot may use: in full, without the N, and abbreviated (7110.65 2-4-9).
fn forms(id: &str) -> Vec<String> {
    let mut forms = vec![id.to_owned()];
    let bare = id.strip_prefix('N').filter(|b| b.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(id);
    forms.push(bare.to_owned());
    if bare.len() > 3 {
        forms.push(bare[bare.len() - 3..].to_owned());
        if bare.len() > 4 {
            forms.push(bare[bare.len() - 4..].to_owned());
        }
        let marked = id.get(..2).is_some_and(has_figure);
        if id.len() >= 4 && !id.starts_with('N') && (marked || id.starts_with(|c: char| c.is_ascii_alphabetic())) {
            let last = &id[id.len() - 2..];
            forms.push(format!("{}{last}", &id[..1]));
            forms.extend(marked.then(|| format!("{}{last}", &id[..2])));
        }
    }
    forms.sort_by_key(|f| std::cmp::Reverse(f.len()));
    forms.dedup();
    forms
}

/// At most so many words follow the callsign at the end of a call.
const COURTESY: usize = 2;

/// The last two characters of a registration, at least one of them a letter, at the end of the call and after no other character.
fn last_two(t: &[Token], id: &str) -> Option<Range<usize>> {
    let tail = id.get(id.len().checked_sub(2)?..).filter(|x| x.bytes().any(|b| b.is_ascii_alphabetic()))?;
    let sign = |x: &Token| x.digit().or(x.letter());
    // "Lima sierra, cheers": a word or two of courtesy may follow.
    let courtesy = t.iter().rev().take_while(|x| !x.word().is_empty()).count();
    let end = t.len() - if courtesy <= COURTESY { courtesy } else { 0 };
    let start = end.checked_sub(2)?;
    // "Via kilo, papa quebec": the letter before it is a taxiway.
    let taxiway = start >= 2 && matches!(t[start - 2].word(), "via" | "on" | "at" | "taxiway");
    // Digits before it belong to an item or to another callsign. Which one shows once the items have claimed theirs.
    let alone = start == 0 || sign(&t[start - 1]).is_none() || t[start - 1].digit().is_some() || taxiway;
    (alone && t[start..end].iter().filter_map(sign).collect::<String>() == tail).then_some(start..end)
}

/// A three-character short form at the end, with digits and letters in the same places as in our callsign, that is not ours: "two four
/// yankee" for 24X.
fn short_of_another(t: &[Token], id: &str) -> Option<Range<usize>> {
    let start = t.len().checked_sub(3)?;
    let said: String = t[start..].iter().filter_map(|x| x.digit().or(x.letter())).collect();
    let tail = id.get(id.len().checked_sub(3)?..)?;
    let same_shape = said.len() == 3 && said.chars().zip(tail.chars()).all(|(a, b)| a.is_ascii_digit() == b.is_ascii_digit());
    // Digits alone belong to an item, and letters alone to a taxi route.
    let mixed = said.chars().any(|c| c.is_ascii_digit()) && said.ends_with(|c: char| c.is_ascii_alphabetic());
    (same_shape && mixed && said != tail).then_some(start..t.len())
}

/// A match with our short form may be the end of another full callsign, after a type or its first letter: "skyhawk six two four lima
/// whiskey" is not 524LW.
fn end_of_another(t: &[Token], i: usize, len: usize, id: &str, figures: &[String]) -> bool {
    let bare = |id: &str| id.strip_prefix('N').filter(|b| b.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(id).to_owned();
    let own = bare(id);
    if own.len() <= 3 {
        return false;
    }
    let sign = |x: &Token| x.digit().or(x.letter());
    let first = |x: &Token| x.letter().is_some_and(|c| c == 'N' || own.starts_with(c));
    let back: Vec<usize> = (0..i).rev().take_while(|s| sign(&t[*s]).is_some()).take(6).collect();
    let start = back.iter().find(|s| first(&t[**s])).or(back.last()).copied();
    // "Seven two niner hotel whiskey" for 739HW: the same length, said on its own, and one character off.
    let slip = (0..=i).rev().find(|s| i + len - s == own.len()).filter(|s| {
        matches!(t[*s], Token::Digit(_, Link::First))
            && t[*s..i].iter().all(|x| x.digit().is_some())
            && t[*s..i + len].iter().all(|x| !matches!(x, Token::Digit(_, Link::Joined)))
    });
    let near = |s: usize| {
        let said = t[s..i + len].iter().filter_map(sign);
        said.clone().count() == own.len() && said.zip(own.chars()).filter(|(a, b)| a != b).count() == 1
    };
    // "Cleared to land two zero, four one tango": the runway of the clearance, and the short form.
    let of_item = |s: usize| figures.iter().any(|f| f.len() == i - s && f.chars().eq(t[s..i].iter().filter_map(Token::digit)));
    if slip.is_some_and(|s| near(s) && !of_item(s)) {
        return true;
    }
    let Some(start) = start.filter(|s| first(&t[*s]) || *s > 0 && telephony::is_type(t[*s - 1].word())) else { return false };
    let whole = bare(&t[start..i + len].iter().filter_map(sign).collect::<String>());
    // A taxiway's letter and digit before a registration of letters do not belong to it.
    let shape = |s: &str| s.chars().map(|c| c.is_ascii_digit()).collect::<Vec<_>>();
    whole.len() == own.len() && whole != own && shape(&whole) == shape(&own)
}

/// The letters and digits from `i` on, up to `most`, and the index after them.
fn alnum(t: &[Token], i: usize, most: usize) -> (String, usize) {
    let mut id = String::new();
    let mut j = i;
    while j < t.len() && id.len() < most {
        match t[j].digit().or(t[j].letter()) {
            Some(c) => id.push(c),
            None => break,
        }
        j += 1;
    }
    (id, j)
}

/// How many characters of `said` match `wanted`: all, or the length of `wanted` if the digits of an item follow.
fn prefix_len(said: &str, wanted: &str) -> Option<usize> {
    (said == wanted || said.starts_with(wanted) && said.len() > wanted.len()).then_some(wanted.len())
}
