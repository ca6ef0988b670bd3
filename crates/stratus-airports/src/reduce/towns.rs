//! Airports that share a town. Only the principal one is named after the town: a pilot who calls "Sydney Tower" must not reach Bankstown.
//! `scripts/world.py` does the same.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::Field;
use super::names::{by_hand, fold, is_word, plain, without_kinds};
use super::stations::{Heard, TOWER};

/// Beyond this (nautical miles), towns with the same name are different towns.
const SAME_TOWN_NM: f64 = 70.0;
/// The maximum number of words in a name that can be found in a call (`NAME_WORDS` in `data.rs`).
const NAME_WORDS: usize = 4;
/// The maximum number of words of a name that are searched for a town, because an external name could have hundreds.
const MOST_WORDS: usize = 12;
/// Words for military airports: of two airports of a town, the civil one has the town's name.
#[rustfmt::skip]
const MILITARY: &[&str] = &[
    "air force", "air base", "naval", "army", "nas", "afb", "raf", "raaf", "rnas", "rnzaf", "cfb", "jasdf", "jgsdf", "mcas",
    "base aérea", "base aérienne", "base aerea",
];
/// Words for the kind of place, in addition to those of `KINDS`.
const GENERAL: &[&str] = &["air", "force", "army", "naval", "navy", "marine", "corps", "military", "base", "camp", "station", "aux", "af"];
#[rustfmt::skip]
const BEARINGS: &[&str] = &[
    "north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest", "norte", "sur", "sul", "sud", "nord",
    "süd", "est", "ouest", "este", "oeste", "ovest", "ost",
];
/// Like bearings, these alone do not name an airport: it is "Belfast City", "Cairo West", "Northeast Philadelphia".
const WEAK: &[&str] = &["city", "civil", "new", "old", "main", "memorial", "sport", "sports"];
const JOINING: &[&str] = &["of", "at", "de", "du", "di", "da", "do", "in", "and"];

/// Words in a form for comparison without case.
type Words = Vec<String>;

/// The words of a text with their start and end.
fn tokens(text: &str) -> Vec<(String, usize, usize)> {
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| is_word(*c) || *c == '\'') {
        let end = at + c.len_utf8();
        match found.last_mut().filter(|(_, _, before)| *before == at) {
            Some((word, _, before)) => {
                word.push(fold(c));
                *before = end;
            }
            None => found.push((fold(c).to_string(), at, end)),
        }
    }
    found
}

fn words(text: &str) -> Words {
    tokens(text).into_iter().map(|(word, _, _)| word).collect()
}

/// The position of some words within others.
fn within(part: &[String], whole: &[String]) -> Option<usize> {
    if part.is_empty() { None } else { whole.windows(part.len()).position(|w| w == part) }
}

/// All runs of consecutive words by start and end, the longest first.
fn runs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = count.min(MOST_WORDS);
    (1..=count).rev().flat_map(move |long| (0..=count - long).map(move |from| (from, from + long)))
}

/// The towns that an airport serves, "Chicago/Rockford"; it is in the first one.
fn towns(f: &Field) -> Vec<Words> {
    f.municipality.split(['/', ',']).map(words).filter(|t| !t.is_empty()).collect()
}

fn all_of(some: &[&str], list: &[&[&str]]) -> bool {
    some.iter().flat_map(|w| words(w)).all(|w| list.iter().any(|l| l.contains(&w.as_str())))
}

/// The name in the text on one side of the town, and whether it can stand alone.
fn name_in(side: &str) -> Option<(String, bool)> {
    let side = plain(side);
    // "Executive at Craig"
    let side = without_kinds(side.rsplit(" at ").next().unwrap_or("").to_owned());
    // A word all in capitals is an abbreviation: "JRB".
    let short = |w: &str| w.chars().nth(1).is_some() && w.chars().any(char::is_uppercase) && !w.chars().any(char::is_lowercase);
    let folded = |w: &str| w.chars().map(fold).collect::<String>();
    let mut kept: Vec<&str> = side.split_whitespace().filter(|w| !GENERAL.contains(&folded(w).as_str()) && !short(w)).collect();
    while kept.pop_if(|w| JOINING.contains(&folded(w).as_str())).is_some() {}
    let joining = kept.iter().take_while(|w| JOINING.contains(&folded(w).as_str())).count();
    kept.drain(..joining);
    let mut joined = plain(&kept.join(" "));
    if words(&joined).len() > NAME_WORDS {
        // "Norte-Ciudad de La Laguna"
        joined = plain(joined.split(['-', '–']).next().unwrap_or(""));
    }
    let weak = |some: &[&str]| all_of(some, &[BEARINGS, WEAK]);
    let mut kept: &[&str] = &joined.split_whitespace().collect::<Vec<_>>();
    // "South Charleroi", "Opa Locka Executive"
    if let [first, rest @ ..] = kept
        && !rest.is_empty()
        && all_of(&[first], &[BEARINGS])
        && !weak(rest)
    {
        kept = rest;
    }
    if let [rest @ .., last] = kept
        && words(last) == ["executive"]
        && !weak(rest)
    {
        kept = rest;
    }
    let name = plain(&kept.join(" "));
    let said = words(&name);
    let spoken = said.iter().any(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 1);
    (spoken && said.len() <= NAME_WORDS).then(|| (name, !weak(kept)))
}

/// The part of an airport's name besides its town: the text after it, otherwise the text before it.
pub(super) fn beside(full: &str, town: &[String]) -> Option<String> {
    let listed = tokens(full);
    let all: Words = listed.iter().map(|(word, _, _)| word.clone()).collect();
    let at = within(town, &all)?;
    let (start, end) = (listed.get(at)?.1, listed.get(at + town.len() - 1)?.2);
    let place = full.get(start..end)?;
    let named = |side: Option<&str>| side?.replace(", ", "/").split('/').find_map(name_in);
    if let Some((name, strong)) = named(full.get(end..)) {
        return Some(if strong { name } else { format!("{place} {name}") });
    }
    let (name, strong) = named(full.get(..start))?;
    Some(if strong { name } else { format!("{name} {place}") })
}

/// The rank of an airport within its town, the principal one lowest. A name with nothing besides the town is the town's own.
fn rank<'a>(f: &'a Field, town: &[String]) -> (bool, u8, bool, bool, Reverse<u16>, &'a str) {
    let full = words(&f.full);
    let military = MILITARY.iter().any(|m| within(&words(m), &full).is_some());
    let whole = within(town, &full).is_some() && beside(&f.full, town).is_none();
    let strip = f.runways.first().filter(|r| !r.closed).map_or(0, |r| r.length);
    (!by_hand(&f.ident), f.size, military, !whole, Reverse(strip), &f.ident)
}

/// The distance between two airports, nautical miles.
fn apart(a: &Field, b: &Field) -> f64 {
    let east = (a.lon - b.lon).abs();
    60.0 * (a.lat - b.lat).hypot(east.min(360.0 - east) * a.lat.to_radians().cos())
}

/// The towns with towered airports, and the airports of each.
fn holders(fields: &[Field]) -> BTreeMap<Words, Vec<&Field>> {
    let named: Vec<(&Field, Words)> = fields.iter().filter(|f| f.towered()).map(|f| (f, words(&f.name))).collect();
    let mut known: BTreeMap<Words, Vec<&Field>> = BTreeMap::new();
    for (f, name) in &named {
        let own = Some(name.clone()).filter(|_| by_hand(&f.ident));
        known.extend(towns(f).into_iter().chain(own).map(|t| (t, Vec::new())));
    }
    for (f, name) in named {
        let mut theirs: BTreeSet<Words> = [name].into_iter().chain(towns(f).into_iter().next()).collect();
        if by_hand(&f.ident) {
            // "Dallas-Fort Worth"
            let both = words(&f.municipality);
            theirs.extend(runs(both.len()).filter_map(|(i, j)| both.get(i..j).map(<[String]>::to_vec)));
        }
        for t in theirs {
            if let Some(all) = known.get_mut(&t) {
                all.push(f);
            }
        }
    }
    known
}

/// The airport's new name, and the town's.
fn renamed(f: &Field, holders: &BTreeMap<Words, Vec<&Field>>) -> Option<(String, String)> {
    let listed = tokens(&f.name);
    let own: Words = listed.iter().map(|(word, _, _)| word.clone()).collect();
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for (i, j) in runs(own.len()) {
        let town = own.get(i..j)?;
        let Some(holding) = holders.get(town).filter(|_| !covered.iter().any(|(k, l)| *k <= i && j <= *l)) else { continue };
        // "Bedford" in "New Bedford" is another town, and so is "Rapid" in "Rapid City".
        if towns(f).iter().any(|t| within(town, t).is_some_and(|at| at > 0)) {
            continue;
        }
        covered.push((i, j));
        let mine = rank(f, town);
        if holding.iter().any(|b| apart(f, b) < SAME_TOWN_NM && rank(b, town) < mine)
            && let Some(name) = beside(&f.full, town)
        {
            return Some((name, f.name.get(listed.get(i)?.1..listed.get(j - 1)?.2)?.to_owned()));
        }
    }
    None
}

/// If several towered airports would be named after one town, only the principal one is. The others take the rest of their own name:
/// "Sydney Bankstown" becomes Bankstown.
pub(super) fn share(fields: &mut [Field]) {
    let found: Vec<(usize, (String, String))> = {
        let holders = holders(fields);
        let others = fields.iter().enumerate().filter(|(_, f)| f.towered() && !by_hand(&f.ident));
        others.filter_map(|(n, f)| Some((n, renamed(f, &holders)?))).collect()
    };
    for (n, (name, town)) in found {
        let Some(f) = fields.get_mut(n) else { continue };
        let kept = name.to_lowercase().contains(&f.name.to_lowercase());
        for Heard { code, name: said, described, .. } in &mut f.stations {
            // A name from a description stays, and radar takes the town's.
            if said.is_empty() && *code > TOWER {
                *said = town.as_str().into();
            } else if said.is_empty() && *described && !kept {
                said.clone_from(&f.name);
            }
            if **said == *name {
                *said = "".into();
            }
        }
        f.name = name.into();
    }
}
