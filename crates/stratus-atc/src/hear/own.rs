//! Restores the pilot's own callsign from a similar transcript: "172 Sierra Papar", "Easy 4-6kg", "golf leave a mic".

use std::ops::Range;

use super::sounds;
use super::standard::is_used;
use crate::caller;
use crate::figures::run_end;
use crate::intent::Context;
use crate::telephony;
use crate::transcript::{Link, Token, spell};
use crate::units::Runway;

/// Maximum sound distance between the callsign and a piece of the transmission, out of 100 ...
const NEAR: u16 = 26;
/// ... and after a type, an airline or "november".
const NEAR_NAMED: u16 = 34;

/// A spoken form of the aircraft's own callsign.
struct Form {
    /// "172SP", "2SP", "46K".
    characters: String,
    /// Its sounds, digit by digit and in groups.
    sounds: Vec<Vec<u8>>,
}

/// Inserts the callsign where a piece of the transmission sounds like it and nothing else explains that piece. Separates digits of the
/// callsign from digits before it.
pub(super) fn mend(t: &mut Vec<Token>, ctx: &Context) {
    let Some(own) = &ctx.own else { return };
    let (_, station) = caller::addressed(t, ctx);
    spelt_out(t, own.as_str());
    apart(t, own.as_str(), &ctx.runways);
    tens_apart(t, own.as_str());
    if let Some(c) = caller::own_caller(t, own, ctx, station.end) {
        name_before(t, c.range.start, own.as_str(), ctx.aircraft_type.as_deref());
        return;
    }
    let forms: Vec<Form> = caller::own_forms(own.as_str())
        .into_iter()
        .filter(|(f, _)| f.len() >= 3)
        .map(|(characters, _)| {
            let sounds = spoken(&characters);
            Form { characters, sounds }
        })
        .collect();
    let mut best: Option<(u16, Range<usize>, &Form)> = None;
    for form in &forms {
        let n = form.characters.len();
        for from in 0..t.len() {
            let named = named(t, from, own.as_str());
            for to in from + n.saturating_sub(2).max(1)..=(from + n + 2).min(t.len()) {
                // A piece with three of the characters is the callsign anywhere in the call.
                let strong = t[from..to].iter().filter(|x| x.digit().is_some() || x.letter().is_some()).count() >= 3;
                if !named && !strong && from != station.end && to != t.len() {
                    continue;
                }
                // A piece that continues with a letter is not the whole callsign.
                if t.get(to).is_some_and(|x| x.letter().is_some()) {
                    continue;
                }
                let Some(far) = distance(&t[from..to], form, named) else { continue };
                let limit = if named { NEAR_NAMED } else { NEAR };
                // Of two equally close pieces, prefer the one that leaves less behind it; of two forms, the longer.
                let better =
                    |(b, r, f): &(u16, Range<usize>, &Form)| (far, usize::MAX - n, to) < (*b, usize::MAX - f.characters.len(), r.end);
                if far <= limit && best.as_ref().is_none_or(better) {
                    best = Some((far, from..to, form));
                }
            }
        }
    }
    if let Some((_, range, form)) = best {
        let from = range.start;
        t.splice(range, tokens(&form.characters));
        name_before(t, from, own.as_str(), ctx.aircraft_type.as_deref());
    }
}

/// "ZUP", "gizup": letters of the own registration, written as one word.
fn spelt_out(t: &mut Vec<Token>, own: &str) {
    let forms = caller::own_forms(own);
    let is_form = |w: &str| forms.iter().any(|(f, _)| f.eq_ignore_ascii_case(w) && f.bytes().all(|b| b.is_ascii_alphabetic()));
    let mut i = 0;
    while i < t.len() {
        let w = t[i].word();
        // Two letters may be anything, unless the call begins or ends with them.
        let placed = w.len() >= 3 || i == 0 || i + 1 == t.len();
        if placed && is_form(w) && !is_used(w) {
            let letters = tokens(&w.to_ascii_uppercase());
            t.splice(i..i + 1, letters);
        }
        i += 1;
    }
}

/// The tokens of a callsign's characters, each digit separate.
fn tokens(characters: &str) -> Vec<Token> {
    let mut after_figure = false;
    let mut out = Vec::with_capacity(characters.len());
    for c in characters.chars() {
        if c.is_ascii_digit() {
            out.push(Token::Digit(c, if after_figure { Link::Next } else { Link::First }));
        } else {
            out.push(Token::Letter(c));
        }
        after_figure = c.is_ascii_digit();
    }
    out
}

/// A type, an airline (this one, if the callsign is an airline's) or "november" ends directly before `from`; or the callsign's first
/// letter, which a short form keeps.
fn named(t: &[Token], from: usize, own: &str) -> bool {
    let Some(p) = from.checked_sub(1) else { return false };
    let w = t[p].word();
    // "EZ46Q": the first letters of an airline designator.
    let designator = p.checked_sub(1).and_then(|q| Some([t[q].letter()?, t[p].letter()?])).is_some_and(|l| own.chars().take(2).eq(l));
    telephony::is_type(w)
        || t[p].letter() == Some('N') && own.starts_with('N')
        || !w.is_empty() && telephony::is_airline_word(w)
        || designator && own.find(|c: char| c.is_ascii_digit()) == Some(3)
}

/// "Nanzah two five lima": an unknown word before the callsign is the type or airline that it sounds like.
fn name_before(t: &mut [Token], from: usize, own: &str, kind: Option<&str>) {
    let Some(p) = from.checked_sub(1) else { return };
    let heard = t[p].word();
    if heard.is_empty() || is_used(heard) || telephony::is_type(heard) || telephony::is_airline_word(heard) {
        return;
    }
    let heard = sounds::of(heard);
    let airline = own.get(..3).and_then(telephony::spoken);
    let name = airline.map_or_else(|| kind.map(|k| crate::say::type_name(k).to_lowercase()), |a| Some(a.to_owned()));
    if let Some(name) = name.filter(|n| !n.contains(' ') && sounds::distance(&heard, &sounds::of(n)) <= NAME) {
        t[p] = Token::Word(name);
    }
}

/// Maximum sound distance of that word from the expected name.
const NAME: u16 = 45;

/// The sound distance between a piece of the transmission and a form; `None` if its digits or letters belong to another callsign.
fn distance(piece: &[Token], form: &Form, named: bool) -> Option<u16> {
    // A piece must not begin or end inside a written number.
    if matches!(piece.first(), Some(Token::Digit(_, Link::Joined))) {
        return None;
    }
    let characters: Vec<char> = form.characters.chars().collect();
    // A clearly different digit or letter means a different callsign. A word may have absorbed some characters, and one may be lost after
    // the type or airline.
    let lost = usize::from(named && characters.len() >= 3);
    if !explains(piece, &characters, lost) {
        return None;
    }
    // None of the characters is recognisable: the sounds alone are not enough.
    if piece.iter().all(|x| !x.word().is_empty()) {
        return None;
    }
    heard(piece).iter().flat_map(|w| form.sounds.iter().map(move |f| sounds::distance(w, f))).min()
}

/// Whether a piece may stand for these characters: its digits and letters occur in order, and a word replaces up to three missing ones. A
/// zero that tens add before a word belongs to the word ("seventy now"). Up to `lost` characters may be missing, or a letter different.
fn explains(piece: &[Token], characters: &[char], lost: usize) -> bool {
    let Some((first, rest)) = piece.split_first() else { return characters.len() <= lost };
    let Some((c, others)) = characters.split_first() else { return matches!(first, Token::Word(_)) && explains(rest, characters, lost) };
    let here = match first {
        Token::Point => return false,
        Token::Word(_) => (0..=characters.len().min(3)).any(|n| explains(rest, &characters[n..], lost)),
        Token::Digit(d, link) => {
            let open = *d == '0' && *link == Link::Joined && rest.first().is_some_and(|x| !x.word().is_empty());
            (c == d || open && c.is_ascii_digit()) && explains(rest, others, lost)
        }
        Token::Letter(l) => {
            (c == l && explains(rest, others, lost)) || lost > 0 && c.is_ascii_alphabetic() && explains(rest, others, lost - 1)
        }
    };
    here || lost > 0 && explains(piece, others, lost - 1)
}

/// The sounds of a piece, digit by digit and in its written groups.
fn heard(piece: &[Token]) -> Vec<Vec<u8>> {
    let plain = |x: &Token| match x {
        Token::Word(w) => w.clone(),
        Token::Letter(c) => spell(*c).to_owned(),
        Token::Digit(d, _) => figure(*d).to_owned(),
        Token::Point => String::new(),
    };
    let each: Vec<String> = piece.iter().map(plain).collect();
    let mut out = vec![sounds::of(&each.join(" "))];
    let digits: String = piece.iter().filter_map(Token::digit).collect();
    let first = piece.iter().position(|x| x.digit().is_some());
    if let Some(at) = first
        && digits.len() >= 2
        && piece[at..at + digits.len().min(piece.len() - at)].iter().all(|x| x.digit().is_some())
    {
        let mut words: Vec<String> = piece[..at].iter().map(plain).collect();
        words.push(grouped(&digits));
        words.extend(piece[at + digits.len()..].iter().map(plain));
        out.push(sounds::of(&words.join(" ")));
    }
    out
}

/// The sounds of a callsign, digit by digit and grouped.
fn spoken(characters: &str) -> Vec<Vec<u8>> {
    let letters = |s: &str| s.chars().map(spell).collect::<Vec<_>>().join(" ");
    let at = characters.find(|c: char| !c.is_ascii_digit()).unwrap_or(characters.len());
    let (digits, rest) = characters.split_at(at);
    let each: Vec<&str> = characters.chars().map(|c| if c.is_ascii_digit() { figure(c) } else { spell(c) }).collect();
    let mut out = vec![sounds::of(&each.join(" "))];
    if digits.len() >= 2 && rest.bytes().all(|b| b.is_ascii_alphabetic()) {
        out.push(sounds::of(&format!("{} {}", grouped(digits), letters(rest))));
    }
    out
}

fn figure(d: char) -> &'static str {
    const SAID: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    d.to_digit(10).and_then(|n| SAID.get(n as usize)).copied().unwrap_or("")
}

/// Digits grouped as airline crews say them: "1479" fourteen seventy-nine, "615" six fifteen, "05" oh five (AIM 4-2-4).
pub(crate) fn grouped(digits: &str) -> String {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] = ["oh", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let pair = |s: &[u8]| match s {
        [b'0', b'0'] => "hundred".to_owned(),
        [b'1', o] => ONES[usize::from(10 + (o - b'0'))].to_owned(),
        [t, b'0'] => TENS[usize::from(t - b'0')].to_owned(),
        [t, o] => format!("{} {}", TENS[usize::from(t - b'0')], ONES[usize::from(o - b'0')]),
        [o] => ONES[usize::from(o - b'0')].to_owned(),
        _ => String::new(),
    };
    let bytes: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).collect();
    let (odd, rest) = bytes.split_at(bytes.len() % 2);
    let mut words: Vec<String> = odd.iter().map(|o| pair(&[*o])).collect();
    words.extend(rest.chunks(2).map(pair));
    words.join(" ")
}

/// "Line up and wait 3021 whiskey": separates the digits of the callsign from a runway number before them.
fn apart(t: &mut [Token], own: &str, runways: &[Runway]) {
    for (form, _) in caller::own_forms(own) {
        let figures = form.chars().take_while(char::is_ascii_digit).count();
        if figures == 0 || figures > 4 || form.len() < 2 {
            continue;
        }
        let wanted = tokens(&form);
        for i in 1..t.len().saturating_sub(form.len() - 1) {
            let same = wanted.iter().zip(&t[i..]).all(|(w, x)| w.digit() == x.digit() && w.letter() == x.letter() && x.word().is_empty());
            let joined = matches!(t[i], Token::Digit(_, Link::Joined | Link::Next | Link::Alike)) && matches!(t[i - 1], Token::Digit(..));
            if !same || !joined || t.get(i + form.len()).is_some_and(|x| x.digit().is_some() || x.letter().is_some()) {
                continue;
            }
            let mut from = i;
            while from > 0 && t[from - 1].digit().is_some() {
                from -= 1;
                if matches!(t[from], Token::Digit(_, Link::First)) {
                    break;
                }
            }
            let before: String = t[from..i].iter().filter_map(Token::digit).collect();
            let runway = before.len() <= 2 && before.parse::<u8>().is_ok_and(|n| runways.iter().any(|r| r.number == n));
            if runway && run_end(t, from) >= i {
                if let Token::Digit(_, link) = &mut t[i] {
                    *link = Link::First;
                }
                return;
            }
        }
    }
}

/// "Brickyard fifty two forty, five miles out": the tens that end a flight number, and the count of the next words in one breath.
fn tens_apart(t: &mut Vec<Token>, own: &str) {
    let Some(figures) = own.get(3..).filter(|f| f.len() >= 2 && f.ends_with('0') && f.bytes().all(|b| b.is_ascii_digit())) else { return };
    let n = figures.len();
    let found = (1..t.len()).find(|i| {
        let said: String = t[*i..].iter().take(n).map_while(Token::digit).collect();
        let ones = i + n - 1;
        said.len() == n
            && said[..n - 1] == figures[..n - 1]
            && !said.ends_with('0')
            && matches!(t[ones], Token::Digit(_, Link::Joined))
            && run_end(t, *i) == i + n
            && matches!(word(t, i + n), "miles" | "mile" | "thousand" | "hundred" | "minutes")
            && telephony::is_airline_word(word(t, i - 1))
    });
    if let Some(i) = found
        && let Token::Digit(ones, _) = t[i + n - 1]
    {
        t.splice(i + n - 1..i + n, [Token::Digit('0', Link::Joined), Token::Digit(ones, Link::First)]);
    }
}

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hear::normalise::normalise;
    use crate::transcript::text;
    use crate::units::Region;

    fn heard(said: &str, own: &str, region: Region) -> String {
        let ctx =
            Context { own: own.parse().ok(), region, runways: vec!["30".parse().unwrap(), "12".parse().unwrap()], ..Context::default() };
        text(&normalise(said, &ctx))
    }

    #[test]
    fn text_that_sounds_like_the_own_callsign_is_corrected() {
        for (said, own, region, want) in [
            ("Skyhawk 172 Sierra Papar, ready", "N172SP", Region::FAA, "skyhawk 172 sierra papa ready"),
            ("Tower two on whiskey, left downwind", "N5521W", Region::FAA, "tower 21 whiskey left downwind"),
            ("United 1470 now, field in sight", "UAL1479", Region::FAA, "united 1479 field in sight"),
            ("Easy 4-6kg request descent", "EZY46K", Region::ICAO, "easy 46 kilo request descent"),
            ("EZ46Q, request pushback", "EZY46K", Region::ICAO, "echo zulu 46 kilo request pushback"),
            ("Bonanza 845 Leman, landing", "N8425L", Region::FAA, "bonanza 8425 lima landing"),
            ("golf leave a mic downwind", "GBKLM", Region::ICAO, "golf lima mike downwind"),
            ("going around golf echo fox drop", "GCDEF", Region::ICAO, "going around golf echo foxtrot"),
            ("line up and wait 3021 whiskey", "N5521W", Region::FAA, "line up and wait 3021 whiskey"),
        ] {
            assert_eq!(heard(said, own, region), want, "{said}");
        }
    }

    #[test]
    fn another_aircrafts_callsign_is_left_alone() {
        for (said, own, region) in [
            ("cessna seven three niner hotel whiskey request taxi", "N172SP", Region::FAA),
            ("speedbird one two four request taxi", "BAW123", Region::ICAO),
            ("united one five seven niner field in sight", "UAL1479", Region::FAA),
            ("golf alpha bravo request taxi", "GBKLM", Region::ICAO),
        ] {
            let plain = text(&crate::transcript::tokens(said));
            assert_eq!(heard(said, own, region), plain, "{said}");
        }
    }

    #[test]
    fn digits_are_grouped_as_crews_say_them() {
        for (digits, said) in [
            ("1479", "fourteen seventy nine"),
            ("615", "six fifteen"),
            ("22", "twenty two"),
            ("405", "four oh five"),
            ("1200", "twelve hundred"),
            ("", ""),
        ] {
            assert_eq!(grouped(digits), said);
        }
    }
}
