//! `normalise`: turns a recogniser's text into the tokens that were spoken, as far as the situation explains them.
//!
//! A recogniser writes like films and books: grouped figures, homophones, unknown names misspelt. Each step corrects one kind of error, and
//! only if the situation contains such a runway, frequency, callsign or letter. Text that nothing explains stays as written.

use super::{manners, own, sounds, standard};
use crate::figures::run_end;
use crate::intent::Context;
use crate::transcript::{ALPHABET, Link, Token, tokens};
use crate::units::{Frequency, Position3, Runway};

/// Maximum sound distance from a letter's code word where a letter is expected.
const LETTER: u16 = 34;
/// Maximum sound distance from the letter names of an abbreviation.
const SPELT: u16 = 18;

/// The tokens of a transmission, corrected from the situation. Linear work and no panic, whatever the text.
pub fn normalise(text: &str, ctx: &Context) -> Vec<Token> {
    let mut t = tokens(text);
    manners::mend(&mut t);
    halves(&mut t);
    points(&mut t);
    niners(&mut t);
    distress(&mut t);
    abbreviations(&mut t);
    standard::mend(&mut t, &ctx.places);
    stations(&mut t, ctx);
    own::mend(&mut t, ctx);
    runways(&mut t, &ctx.runways);
    reduced(&mut t);
    short_letters(&mut t);
    letters_due(&mut t);
    alone(&mut t, ctx);
    t
}

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

fn digits(t: &[Token]) -> String {
    t.iter().filter_map(Token::digit).collect()
}

/// "One and a half thousand": adds five hundred to the thousands. "Two and a half" alone means the same, unless a unit or a frequency's figures
/// follow.
fn halves(t: &mut Vec<Token>) {
    const OTHERS: [&str; 12] =
        ["mile", "miles", "minute", "minutes", "hour", "hours", "hundred", "degrees", "percent", "knots", "tons", "million"];
    let said = ["and", "a", "half"];
    let thousands = |t: &[Token], i: usize| {
        let figures = t[..i].iter().rev().take_while(|x| x.digit().is_some()).count();
        let end = i + said.len();
        (1..=2).contains(&figures)
            && (0..said.len()).all(|n| word(t, i + n) == said[n])
            && !OTHERS.contains(&word(t, end))
            && t.get(end).is_none_or(|x| x.digit().is_none())
    };
    while let Some(i) = (1..t.len()).find(|i| thousands(t, *i)) {
        let hundreds = [Token::Word("thousand".into()), Token::Digit('5', Link::First), Token::Word("hundred".into())];
        let end = i + said.len() + usize::from(word(t, i + said.len()) == "thousand");
        t.splice(i..end, hundreds);
    }
}

/// "Fox" among the letters of a callsign: short for foxtrot.
fn short_letters(t: &mut [Token]) {
    let letter = |x: Option<&Token>| x.is_some_and(|x| x.letter().is_some());
    for i in 0..t.len() {
        if t[i].is("fox") && (i > 0 && letter(t.get(i - 1)) || letter(t.get(i + 1))) {
            t[i] = Token::Letter('F');
        }
    }
}

/// Removes points without meaning: "speed 1.60 knots", "tower 1.18 decimal 5", "Easy 4.6". A point stays in a frequency, a pressure in
/// inches, a Mach number or a distance.
fn points(t: &mut Vec<Token>) {
    let mut i = 0;
    while i < t.len() {
        if t[i].digit().is_none() {
            i += 1;
            continue;
        }
        // A chain of digits and points.
        let mut end = i;
        while let Some(x) = t.get(end) {
            let goes_on = match x {
                // A pause ends it.
                Token::Digit(_, link) => end == i || *link != Link::First || t[end - 1] == Token::Point,
                Token::Point => t.get(end + 1).is_some_and(|x| x.digit().is_some()),
                _ => false,
            };
            if !goes_on {
                break;
            }
            end += 1;
        }
        let places: Vec<usize> = (i..end).filter(|k| t[*k] == Token::Point).collect();
        if places.is_empty() {
            i = end;
            continue;
        }
        let before = i.checked_sub(1).map_or("", |p| word(t, p)).to_owned();
        let kept = places.iter().copied().find(|p| parts(&digits(&t[i..*p]), &digits(&t[*p..end]), &before, word(t, end)));
        for p in places.iter().rev().filter(|p| Some(**p) != kept) {
            t.remove(*p);
            if let Some(Token::Digit(_, link)) = t.get_mut(*p) {
                *link = Link::Next;
            }
            end -= 1;
        }
        i = end;
    }
}

/// Whether a point between these digits has a meaning.
fn parts(left: &str, right: &str, before: &str, after: &str) -> bool {
    let tail = left.get(left.len().saturating_sub(3)..).unwrap_or("");
    let head = right.get(..right.len().min(3)).unwrap_or("");
    let frequency = left.len() >= 3 && format!("{tail}.{head}").parse::<Frequency>().is_ok();
    let inches = right.len() == 2 && left.get(left.len().saturating_sub(2)..).is_some_and(|l| matches!(l, "28" | "29" | "30" | "31"));
    // "Out of three point five", "heading zero four zero, two point five until established": thousands of feet.
    let other = matches!(before, "speed" | "squawk" | "runway" | "tower" | "ground" | "approach" | "departure" | "radar" | "center");
    let named = other || crate::telephony::is_airline_word(before) || crate::telephony::is_type(before);
    let thousands = left.parse::<u8>().is_ok_and(|n| (1..=17).contains(&n)) && !left.starts_with('0') && right.len() == 1 && !named;
    frequency
        || inches
        || thousands
        || matches!(before, "mach" | "frequency" | "contact" | "monitor")
        || matches!(after, "mile" | "miles" | "dme")
}

/// "Nine or zero": a niner whose second syllable became a word.
fn niners(t: &mut Vec<Token>) {
    let mut i = 1;
    while i + 1 < t.len() {
        let split = t[i - 1].digit() == Some('9') && matches!(word(t, i), "or" | "er" | "her" | "are") && t[i + 1].digit().is_some();
        if split {
            t.remove(i);
            if let Some(Token::Digit(_, link)) = t.get_mut(i) {
                *link = Link::Next;
            }
        }
        i += 1;
    }
}

/// "Made a made a": a call for help is said three times (AIM 6-3-2), unlike any other word, so two similar sounds in a row are one.
fn distress(t: &mut Vec<Token>) {
    const CALLS: [&str; 2] = ["mayday", "pan pan"];
    let words: Vec<Option<Vec<u8>>> = t.iter().take(16).map(|x| (!x.word().is_empty()).then(|| sounds::of(x.word()))).collect();
    for call in CALLS {
        let said = sounds::of(call);
        // One call for help may span one word or two: the closer match wins.
        let one = |i: usize| {
            let far = |n: usize| {
                let window: Option<Vec<Vec<u8>>> = words.get(i..i + n)?.iter().cloned().collect();
                Some((sounds::distance(&window?.concat(), &said), n))
            };
            (1..=2).filter_map(far).min().filter(|(far, _)| *far <= DISTRESS).map(|(_, n)| n)
        };
        for i in 0..words.len() {
            let mut end = i;
            let mut times = 0;
            while let Some(n) = one(end) {
                end += n;
                times += 1;
            }
            if times >= 2 {
                t.splice(i..end, (0..times).flat_map(|_| call.split(' ')).map(|w| Token::Word(w.to_owned())));
                return;
            }
        }
    }
}

/// Maximum sound distance from a repeated call for help.
const DISTRESS: u16 = 14;

/// Abbreviations that are spelt out, and their pronunciation.
const ABBREVIATIONS: [(&str, &str); 9] = [
    ("ifr", "eye ef ar"),
    ("vfr", "vee ef ar"),
    ("ils", "eye el es"),
    ("vor", "vee o ar"),
    ("rnav", "ar nav"),
    ("qnh", "cue en aitch"),
    ("qfe", "cue ef ee"),
    ("atis", "ay tis"),
    ("gps", "jee pee es"),
];

/// Letter names by their sound.
#[rustfmt::skip]
const NAMES: [&str; 26] = [
    "ay", "bee", "cee", "dee", "ee", "ef", "jee", "aitch", "eye", "jay", "kay", "el", "em", "en", "o", "pee", "cue", "ar", "es", "tee",
    "yu", "vee", "dubbleyu", "eks", "wy", "zee",
];

/// The sound of a token: a word, or a letter by its name. `None` for digits.
fn spelt(t: &Token) -> Option<String> {
    match t {
        Token::Word(w) if unspeakable(w) => Some(names(w)),
        Token::Word(w) => Some(w.clone()),
        Token::Letter(c) => NAMES.get((*c as usize).wrapping_sub('A' as usize)).map(|n| (*n).to_owned()),
        _ => None,
    }
}

/// The letter names of a word.
fn names(w: &str) -> String {
    w.bytes().filter_map(|b| NAMES.get(usize::from(b.wrapping_sub(b'a')))).copied().collect::<Vec<_>>().join(" ")
}

/// Two or three letters without a vowel must be spelt out.
fn unspeakable(w: &str) -> bool {
    (2..=3).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_lowercase() && !b"aeiouy".contains(&b))
}

/// "Cancel a FR", "the our nav two eight left": an abbreviation written as it sounds.
fn abbreviations(t: &mut Vec<Token>) {
    let mut i = 0;
    while i < t.len() {
        // Up to three tokens, at least one of them a letter or a fragment that is not a word.
        let hit = (1..=3).rev().find_map(|n| {
            let window = t.get(i..i + n)?;
            // "Tyabb, zulu echo tango": letters that are spelled in a row stay together.
            let letter = |x: Option<&Token>| x.is_some_and(|x| x.letter().is_some());
            let before = i.checked_sub(1).and_then(|p| t.get(p));
            let cuts = letter(window.last()) && letter(t.get(i + n)) || letter(window.first()) && letter(before);
            if cuts {
                return None;
            }
            if n == 1 {
                // "AFR": three letters that are not a known word.
                let w = window[0].word();
                let letters = w.len() == 3 && w.bytes().all(|b| b.is_ascii_lowercase()) && !standard::is_used(w);
                let heard = sounds::of(&names(w));
                let near = |said: &str| sounds::distance(&heard, &sounds::of(said)) <= SPELT;
                return ABBREVIATIONS.iter().find(|(_, said)| letters && near(said)).map(|(short, _)| (*short, 1));
            }
            let odd = window.iter().any(|x| x.letter().is_some() || x.is("nav") || unspeakable(x.word()));
            // Letters alone may be a callsign or a taxi route, and a spelt-out abbreviation is already one. A written abbreviation does not
            // absorb its neighbour: "information Oscar, VFR" keeps its letter.
            let written = window.iter().any(|x| ABBREVIATIONS.iter().any(|(short, _)| x.is(short)));
            if !odd || written || window.iter().all(|x| x.letter().is_some()) {
                return None;
            }
            let heard = sounds::of(&window.iter().map(spelt).collect::<Option<Vec<_>>>()?.join(" "));
            ABBREVIATIONS.iter().find(|(_, said)| sounds::distance(&heard, &sounds::of(said)) <= SPELT).map(|(short, _)| (*short, n))
        });
        if let Some((short, n)) = hit {
            t.splice(i..i + n, [Token::Word(short.to_owned())]);
        }
        i += 1;
    }
}

/// The unit's name at the start, if the text sounds like it: "Hello, Altertower" for Palo Alto Tower.
fn stations(t: &mut Vec<Token>, ctx: &Context) {
    let Some(unit) = ctx.facility.map(|f| f.word().to_lowercase()) else { return };
    // A unit named in plain words needs no correction.
    if t.iter().take(6).any(|x| crate::caller::is_unit(x.word())) {
        return;
    }
    let mut best: Option<(u16, usize, usize, &str)> = None;
    for name in &ctx.stations {
        let said = sounds::of(&format!("{name} {unit}"));
        for from in 0..t.len().min(3) {
            for n in 1..=5 {
                let Some(window) = t.get(from..from + n) else { break };
                let Some(words) = window.iter().map(spelt).collect::<Option<Vec<_>>>() else { break };
                let far = sounds::distance(&sounds::of(&words.join(" ")), &said);
                if far <= STATION && best.is_none_or(|(b, ..)| far < b) {
                    best = Some((far, from, n, name));
                }
            }
        }
    }
    if let Some((_, from, n, name)) = best {
        let words = name.split(' ').chain([unit.as_str()]).map(|w| Token::Word(w.to_owned()));
        t.splice(from..from + n, words);
    }
}

/// Maximum sound distance of the start from the unit's name.
const STATION: u16 = 30;

fn position(side: &str) -> Option<Position3> {
    match side {
        "left" => Some(Position3::Left),
        "right" => Some(Position3::Right),
        "center" => Some(Position3::Center),
        _ => None,
    }
}

/// A runway of this field written as it sounds: "3-1 write", "288 left", "ILS for right", "304 stop".
fn runways(t: &mut Vec<Token>, known: &[Runway]) {
    let has = |number: &str, side: Option<Position3>| {
        number.len() <= 2 && number.parse().ok().and_then(|n| Runway::new(n, side)).is_some_and(|r| known.contains(&r))
    };
    let mut i = 0;
    while i < t.len() {
        if t[i].digit().is_none() {
            // "For right", "to left": a digit, if such a runway exists and no other digit fits.
            let figure = match word(t, i) {
                "for" => Some('4'),
                "to" | "too" => Some('2'),
                "won" => Some('1'),
                "ate" => Some('8'),
                _ => None,
            };
            if let Some(f) = figure
                && let Some(side) = position(word(t, i + 1))
                && crate::figures::side_at(t, i + 1).is_some()
                && has(&f.to_string(), Some(side))
            {
                t[i] = Token::Digit(f, Link::First);
            }
            i += 1;
            continue;
        }
        let end = run_end(t, i);
        let said = digits(&t[i..end]);
        let behind = word(t, end).to_owned();
        match position(&behind) {
            // One digit too many before a side: "RNAV-288 left".
            Some(side) if said.len() == 3 => {
                let without = (0..3).rev().find(|k| {
                    let rest: String = said.chars().enumerate().filter(|(n, _)| n != k).map(|(_, c)| c).collect();
                    has(&rest, Some(side))
                });
                let doubled = without.filter(|k| *k > 0 && said.as_bytes()[*k] == said.as_bytes()[*k - 1]);
                if let Some(k) = doubled {
                    t.remove(i + k);
                }
            }
            Some(_) => {}
            // A word in place of a side, where the runway exists only with sides and one of them sounds similar.
            None if said.len() <= 2 && !behind.is_empty() && !has(&said, None) => {
                if let Some(side) = side_by_sound(&behind, |s| has(&said, position(s))) {
                    t[end] = Token::Word(side.to_owned());
                }
            }
            // "Runway 304 stop": a full stop on runway 30.
            None if said.len() >= 2 && said.ends_with('4') && behind == "stop" && has(&said[..said.len() - 1], None) => {
                t[end - 1] = Token::Word("full".to_owned());
            }
            None => {}
        }
        i = end.max(i + 1);
    }
}

/// Maximum sound distance of a word from a side.
const SIDE: u16 = 20;

/// The side that a word stands for after a runway that exists only with sides: one that sounds similar, or for an unknown word the only one
/// with the same first sound.
fn side_by_sound(word: &str, there: impl Fn(&str) -> bool) -> Option<&'static str> {
    let heard = sounds::of(word);
    let sides = || ["left", "right", "center"].into_iter().filter(|s| there(s));
    if let Some(near) = sides().find(|s| sounds::distance(&heard, &sounds::of(s)) <= SIDE) {
        return Some(near);
    }
    let mut same = sides().filter(|s| !standard::is_used(word) && sounds::of(s).first() == heard.first());
    same.next().filter(|_| same.next().is_none())
}

/// "Clear a three one right": a reduced "of". Before digits, and after words that take "of", "a" is never an article.
fn reduced(t: &mut [Token]) {
    for i in 1..t.len().saturating_sub(1) {
        let takes = matches!(word(t, i - 1), "clear" | "short" | "mile" | "miles" | "north" | "south" | "east" | "west" | "out");
        if takes && matches!(word(t, i), "a" | "off" | "uh") && t[i + 1].digit().is_some() {
            t[i] = Token::Word("of".to_owned());
        }
    }
}

/// "Information" must be followed by a letter, so an unknown word there becomes the letter that sounds closest.
fn letters_due(t: &mut [Token]) {
    for i in 1..t.len() {
        let due = matches!(word(t, i - 1), "information" | "info" | "atis");
        let Token::Word(heard) = &t[i] else { continue };
        if !due || heard.len() < 3 {
            continue;
        }
        let heard = sounds::of(heard);
        let nearest = ALPHABET.iter().enumerate().map(|(n, w)| (sounds::distance(&heard, &sounds::of(w)), n)).min();
        if let Some((far, n)) = nearest
            && far <= LETTER
            && let Some(c) = u8::try_from(n).ok().map(|n| char::from(b'A' + n))
        {
            t[i] = Token::Letter(c);
        }
    }
}

/// A single "2" or "4" before a place name is a word: "IFR-2 Monterey".
fn alone(t: &mut [Token], ctx: &Context) {
    for i in 1..t.len().saturating_sub(1) {
        let small = match t[i].digit() {
            Some('2') => "to",
            Some('4') => "for",
            _ => continue,
        };
        let stands_alone = !word(t, i - 1).is_empty() && !word(t, i + 1).is_empty();
        if !stands_alone {
            continue;
        }
        let words: Vec<&str> = t[i + 1..].iter().take(4).map(Token::word).collect();
        let rest = words.join(" ");
        let named = crate::places::place(&words).is_some() || ctx.stations.iter().any(|s| rest.starts_with(s.as_str()));
        if named {
            t[i] = Token::Word(small.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::text;
    use crate::units::Facility;

    fn heard(said: &str) -> String {
        let runway = |r: &str| r.parse().unwrap();
        let ctx = Context {
            own: "N446CD".parse().ok(),
            facility: Some(Facility::Tower),
            stations: vec!["palo alto".into(), "norcal".into()],
            runways: vec![runway("28L"), runway("28R"), runway("4R"), runway("30"), runway("12")],
            ..Context::default()
        };
        text(&normalise(said, &ctx))
    }

    #[test]
    fn each_kind_of_misspelling_is_corrected() {
        for (said, want) in [
            ("Speed 1.60 knots, tower 1.18 decimal 5", "speed 160 knots tower 118.5"),
            ("altimeter 29.92 and 2.5 miles", "altimeter 29.92 and 2.5 miles"),
            ("heading zero nine or zero", "heading 090"),
            ("would one and a half thousand be okay", "would 1 thousand 5 hundred be okay"),
            ("down to two and a half", "down to 2 thousand 5 hundred"),
            ("two and a half miles out", "2 and a half miles out"),
            ("delta echo fox golf tango", "delta echo foxtrot golf tango"),
            ("a fox on runway 30", "a fox on runway 30"),
            ("cancel a FR", "cancel ifr"),
            ("cancel AFR", "cancel ifr"),
            ("clear a 28 right", "clear of 28 right"),
            ("on a 3 mile final", "on a 3 mile final"),
            ("request the our nav 288 left", "request the rnav 28 left"),
            ("cleared ILS for right", "cleared ils 4 right"),
            ("cleared ILS for runway 30", "cleared ils for runway 30"),
            ("final runway 304 stop", "final runway 30 full stop"),
            ("final 28 write", "final 28 right"),
            ("final 28 wrap", "final 28 right"),
            ("runway 30 wrap it up", "runway 30 wrap it up"),
            ("information foxtroot received", "information foxtrot received"),
            ("Hello, Altertower, radio check", "palo alto tower radio check"),
            ("IFR-2 Monterey", "ifr to monterey"),
            ("A day made a made a engine fire", "a day mayday mayday engine fire"),
            ("we made a turn", "we made a turn"),
            ("Nanzah II five lima", "nanzah 25 lima"),
        ] {
            assert_eq!(heard(said), want, "{said}");
        }
    }

    proptest::proptest! {
        #[test]
        fn normalising_never_panics_or_grows_the_text(text in ".{0,400}") {
            let t = normalise(&text, &Context { own: "N172SP".parse().ok(), facility: Some(Facility::Tower), stations: vec!["palo alto".into()], ..Context::default() });
            proptest::prop_assert!(t.len() <= crate::transcript::MAX_TOKENS + 16);
        }
    }
}
