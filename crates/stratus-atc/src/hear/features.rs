//! Features: what the learned reader looks at. Trainer and engine call the same function, so that a weight means the same in both.
//!
//! Values become classes ("runway 31" and "runway two eight left" are one), words, pairs and triples of words and runs of letters
//! become numbers, and so do the unit that hears the call and what of the controller's last words comes back in it.

use crate::intent::Context;
use crate::telephony;
use crate::transcript::{Link, Token, tokens};
use crate::units::Facility;

/// As many tokens are looked at: more is no call.
const MAX_SYMBOLS: usize = 160;

/// The features of one call, as hashes, by group: each group counts by itself, so that a long call does not shout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Features {
    /// Words, pairs, triples.
    pub words: Vec<u32>,
    /// Runs of two to five letters.
    pub letters: Vec<u32>,
    /// The unit, the region, the controller's last words.
    pub scene: Vec<u32>,
}

/// What stands for a value. One byte below the space each, so that runs of letters hold them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Class {
    Call = 1,
    Runway,
    Level,
    Heading,
    Frequency,
    Code,
    Pressure,
    Distance,
    Degrees,
    Letter,
    Letters,
    Taxiway,
    Own,
    Station,
    Minutes,
    Speed,
    One,
    Two,
    Three,
    Four,
    Many,
    Decimal,
}

/// A word, or the class of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Symbol<'a> {
    Word(&'a str),
    Class(Class),
}

const SEED: u32 = 0x811c_9dc5;

/// FNV-1a, one byte.
const fn step(h: u32, byte: u8) -> u32 {
    (h ^ byte as u32).wrapping_mul(0x0100_0193)
}

fn bytes(h: u32, text: &[u8]) -> u32 {
    text.iter().fold(h, |h, b| step(h, *b))
}

/// Spreads a hash over all its bits: FNV's low bits alone are poor.
const fn spread(h: u32) -> u32 {
    let h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d);
    let h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^ (h >> 16)
}

fn word(t: &[Token], i: usize) -> &str {
    t.get(i).map_or("", Token::word)
}

/// Whether a token belongs to a run of figures and letters.
fn spelt(t: &Token) -> bool {
    matches!(t, Token::Digit(..) | Token::Letter(_) | Token::Point)
}

/// A run of figures and letters: where it ends, its figures and letters, and how they lie.
struct Run {
    end: usize,
    digits: usize,
    letters: usize,
    point: bool,
    /// Figures before the point.
    whole: usize,
    /// It ends in letters.
    letters_last: bool,
    /// The figures' value, as far as it fits.
    value: u32,
}

fn run(t: &[Token], from: usize) -> Run {
    let mut r = Run { end: from, digits: 0, letters: 0, point: false, whole: 0, letters_last: false, value: 0 };
    while let Some(tok) = t.get(r.end).filter(|x| spelt(x)) {
        match tok {
            // A comma parts two values.
            Token::Digit(_, Link::First) if r.end > from && r.digits > 0 && !matches!(t[r.end - 1], Token::Point) => break,
            Token::Digit(d, _) => {
                r.digits += 1;
                r.value = r.value.saturating_mul(10).saturating_add(d.to_digit(10).unwrap_or(0));
                r.whole += usize::from(!r.point);
                r.letters_last = false;
            }
            Token::Letter(_) => {
                r.letters += 1;
                r.letters_last = true;
            }
            _ => r.point = true,
        }
        r.end += 1;
    }
    r
}

/// Whether the run from `from` to `end` is how the own callsign ends: two signs at least.
fn ends_own(t: &[Token], from: usize, end: usize, own: &[u8]) -> bool {
    let n = end - from;
    n >= 2
        && n <= own.len()
        && t[from..end].iter().zip(&own[own.len() - n..]).all(|(x, o)| match x {
            Token::Digit(d, _) => *d == char::from(*o),
            Token::Letter(c) => *c == char::from(*o),
            _ => false,
        })
}

fn number(n: usize) -> Class {
    match n {
        1 => Class::One,
        2 => Class::Two,
        3 => Class::Three,
        4 => Class::Four,
        _ => Class::Many,
    }
}

fn side(w: &str) -> bool {
    matches!(w, "left" | "right" | "center")
}

/// The class of a run, by its shape and its neighbours.
fn class(t: &[Token], from: usize, r: &Run, own: &[u8]) -> Class {
    let (before, after) = (from.checked_sub(1).map_or("", |i| word(t, i)), word(t, r.end));
    if ends_own(t, from, r.end, own) && !matches!(before, "runway" | "heading" | "squawk") {
        return Class::Own;
    }
    if r.point {
        return match r.whole {
            3 => Class::Frequency,
            2 => Class::Pressure,
            _ => Class::Decimal,
        };
    }
    if r.letters > 0 && r.digits > 0 {
        return if r.digits + r.letters <= 2 && !r.letters_last { Class::Taxiway } else { Class::Call };
    }
    if r.letters > 0 {
        return match r.letters {
            1 => Class::Letter,
            2 => Class::Letters,
            _ => Class::Call,
        };
    }
    match before {
        "runway" => return Class::Runway,
        "heading" => return Class::Heading,
        "squawk" | "squawking" => return Class::Code,
        "altimeter" | "qnh" => return Class::Pressure,
        "level" => return Class::Level,
        "speed" | "knots" => return Class::Speed,
        _ => {}
    }
    match after {
        a if side(a) && r.digits <= 2 => return Class::Runway,
        "thousand" | "hundred" | "feet" => return Class::Level,
        "mile" | "miles" | "dme" => return Class::Distance,
        "degrees" => return Class::Degrees,
        "minute" | "minutes" | "hour" | "hours" => return Class::Minutes,
        "knots" => return Class::Speed,
        _ => {}
    }
    if telephony::is_type(before) || telephony::is_airline_word(before) && r.digits <= 4 && before.len() > 3 {
        return Class::Call;
    }
    if r.digits >= 4 && r.value >= 1000 && r.value.is_multiple_of(100) && r.value <= 45_000 {
        return Class::Level;
    }
    number(r.digits)
}

/// Words that name a unit.
fn unit(w: &str) -> bool {
    matches!(
        w,
        "ground"
            | "tower"
            | "clearance"
            | "delivery"
            | "departure"
            | "approach"
            | "arrival"
            | "director"
            | "radar"
            | "center"
            | "control"
            | "traffic"
            | "unicom"
            | "radio"
            | "information"
    )
}

/// Words that are no part of a station's name.
fn no_name(w: &str) -> bool {
    matches!(
        w,
        "the"
            | "to"
            | "with"
            | "for"
            | "on"
            | "in"
            | "at"
            | "is"
            | "are"
            | "we"
            | "i"
            | "you"
            | "contact"
            | "monitor"
            | "request"
            | "requesting"
            | "over"
            | "cleared"
            | "ready"
            | "no"
            | "any"
            | "of"
            | "from"
            | "have"
            | "has"
            | "looking"
            | "traffic"
            | "runway"
            | "straight"
            | "visual"
            | "practice"
            | "that"
            | "this"
            | "our"
            | "your"
            | "say"
            | "left"
            | "right"
            | "missed"
            | "short"
            | "ils"
            | "want"
            | "like"
            | "how"
    )
}

/// Where the station's name and unit at the beginning end: "palo alto tower".
fn station(t: &[Token]) -> Option<(usize, usize)> {
    let polite =
        |w: &str| matches!(w, "hello" | "hi" | "good" | "morning" | "afternoon" | "evening" | "day" | "and" | "hey" | "okay" | "ok");
    let from = (0..t.len()).find(|i| !polite(word(t, *i)))?;
    for k in from..t.len().min(from + 5) {
        let w = word(t, k);
        if w.is_empty() || no_name(w) && !unit(w) {
            return None;
        }
        if unit(w) && !(k == from && w == "traffic") {
            return Some((from, k));
        }
    }
    None
}

/// The words of a call, values folded.
fn symbols<'a>(t: &'a [Token], own: &[u8]) -> Vec<Symbol<'a>> {
    let mut out = Vec::with_capacity(t.len().min(MAX_SYMBOLS) + 2);
    let mut i = 0;
    if let Some((from, k)) = station(t) {
        out.extend(t[..from].iter().map(|x| Symbol::Word(x.word())));
        out.push(Symbol::Class(Class::Station));
        i = k;
    }
    while i < t.len() && out.len() < MAX_SYMBOLS {
        match &t[i] {
            Token::Word(w) => {
                out.push(Symbol::Word(w));
                i += 1;
            }
            _ => {
                let r = run(t, i);
                // "november 172": the letter that begins a registration.
                let end = r.end.max(i + 1);
                out.push(Symbol::Class(class(t, i, &r, own)));
                i = end;
            }
        }
    }
    out
}

/// Values of the call, callsign apart, that the controller's last words hold too; and how many there are.
fn echoed(t: &[Token], own: &[u8], last: &[Token]) -> (usize, usize, usize, usize) {
    let (mut values, mut same, mut i) = (0, 0, 0);
    while i < t.len() {
        if !spelt(&t[i]) {
            i += 1;
            continue;
        }
        let r = run(t, i);
        let end = r.end.max(i + 1);
        if !ends_own(t, i, end, own) {
            let sign = |x: &Token| x.digit().or(x.letter()).unwrap_or('.');
            let there = last.windows(end - i).any(|w| w.iter().zip(&t[i..end]).all(|(a, b)| spelt(a) && sign(a) == sign(b)));
            values += 1;
            same += usize::from(there);
        }
        i = end;
    }
    let content = |w: &&str| w.len() > 3;
    let (mut words, mut known) = (0, 0);
    for w in t.iter().map(Token::word).filter(content) {
        words += 1;
        known += usize::from(last.iter().any(|l| l.is(w)));
    }
    (values, same, words, known)
}

/// None, some, most or all of it.
fn share(part: usize, whole: usize) -> u8 {
    match (part, whole) {
        (_, 0) => b'-',
        (0, _) => b'0',
        (p, w) if p == w => b'4',
        (p, w) if p * 2 >= w => b'2',
        _ => b'1',
    }
}

fn of_symbol(h: u32, s: &Symbol) -> u32 {
    match s {
        Symbol::Word(w) => bytes(h, w.as_bytes()),
        Symbol::Class(c) => step(h, *c as u8),
    }
}

/// The features of a call in this situation. Bounded and linear work, whatever the tokens.
pub fn features(t: &[Token], ctx: &Context) -> Features {
    let own = ctx.own.as_ref().map_or(&b""[..], |c| c.as_str().as_bytes());
    let said = symbols(t, own);
    let mut out = Features::default();
    // The limits of the call are symbols too.
    let hashes: Vec<u32> =
        [step(SEED, b'^')].into_iter().chain(said.iter().map(|s| of_symbol(SEED, s))).chain([step(SEED, b'$')]).collect();
    out.words.reserve(hashes.len() * 4);
    for (i, h) in hashes.iter().enumerate() {
        out.words.push(spread(*h));
        let Some(second) = hashes.get(i + 1) else { continue };
        let pair = h.rotate_left(5).wrapping_mul(31) ^ second;
        out.words.push(spread(pair ^ 0x2222_2222));
        let Some(third) = hashes.get(i + 2) else { continue };
        out.words.push(spread((pair.rotate_left(5).wrapping_mul(31) ^ third) ^ 0x3333_3333));
        out.words.push(spread((h.rotate_left(5).wrapping_mul(31) ^ third) ^ 0x4444_4444));
    }
    let mut letters: Vec<u8> = vec![b' '];
    for s in &said {
        match s {
            Symbol::Word(w) => letters.extend_from_slice(w.as_bytes()),
            Symbol::Class(c) => letters.push(*c as u8),
        }
        letters.push(b' ');
    }
    out.letters.reserve(letters.len() * 4);
    for i in 0..letters.len() {
        let mut h = step(SEED, b'~');
        for (n, b) in letters[i..].iter().take(5).enumerate() {
            h = step(h, *b);
            if n >= 1 {
                out.letters.push(spread(h));
            }
        }
    }
    scene(t, own, ctx, hashes.get(1..3).unwrap_or(&[]), &mut out.scene);
    for group in [&mut out.words, &mut out.letters, &mut out.scene] {
        group.sort_unstable();
        group.dedup();
    }
    out
}

fn scene(t: &[Token], own: &[u8], ctx: &Context, begins: &[u32], out: &mut Vec<u32>) {
    let unit = ctx.facility.map_or(b'-', |f| match f {
        Facility::Clearance => b'c',
        Facility::Ground => b'g',
        Facility::Tower => b't',
        Facility::Departure => b'd',
        Facility::Approach => b'a',
        Facility::Center => b'e',
        Facility::Ctaf => b'u',
        Facility::Atis => b'i',
    });
    let region = ctx.region.phraseology.bytes().next().unwrap_or(b'I');
    let mut put = |parts: &[u8]| out.push(spread(bytes(step(SEED, b'#'), parts)));
    put(b"always");
    put(&[b'u', unit]);
    put(&[b'r', region]);
    put(&[b'n', b'0' + t.len().min(40) as u8 / 4]);
    let Some(last) = ctx.last_atc.as_deref().filter(|l| !l.trim().is_empty()) else {
        put(b"quiet");
        return;
    };
    let last = tokens(last);
    let (values, same, words, known) = echoed(t, own, &last);
    put(&[b'v', share(same, values)]);
    put(&[b'w', share(known, words)]);
    put(&[b'x', share(same, values), share(known, words)]);
    put(&[b'y', b'0' + same.min(4) as u8, b'0' + (values - same).min(4) as u8]);
    for b in begins {
        put(&[&b.to_le_bytes()[..], &[share(same, values), share(known, words)]].concat());
    }
    let last = symbols(&last, own);
    let hashes: Vec<u32> = last.iter().map(|s| of_symbol(step(SEED, b'@'), s)).collect();
    for (i, h) in hashes.iter().enumerate() {
        out.push(spread(*h));
        if let Some(second) = hashes.get(i + 1) {
            out.push(spread(h.rotate_left(5).wrapping_mul(31) ^ second));
        }
    }
}
