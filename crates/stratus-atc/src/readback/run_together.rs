//! Splits numbers that run together: "left two seventy three one right" is a heading and a runway.
//!
//! A run of digits is split only if the pieces are exactly the digits of the instruction's items, each item at most once, with nothing left
//! over. Alternatively one piece at an end may be as long as a missing item, which is then wrong.

use std::ops::Range;

use super::pressure_digits;
use crate::figures;
use crate::instruction::Item;
use crate::transcript::{Link, Token};
use crate::units::{Frequency, Runway};

/// The longest run to be split, and the maximum number of attempts.
const LONGEST: usize = 24;
const TRIES: u32 = 4_000;

/// Where in its run a piece may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere, unless "thousand" or "hundred" follows.
    Any,
    /// Last, before this word.
    Before(&'static str),
    /// Last, before the decimal point.
    BeforePoint,
    /// First, after the decimal point.
    BehindPoint,
    /// First, after this letter.
    BehindLetter(char),
    /// First, after this word.
    Behind(&'static str),
    /// The digit of a holding point: first, after its letter.
    OfPoint,
}

/// The digits of an item in one spoken form.
struct Piece {
    item: usize,
    figures: String,
    place: Place,
}

/// Splits the runs with a mark that joins nothing.
pub(super) fn cut(items: &[Item], t: &mut Vec<Token>) {
    let pieces: Vec<Piece> = items.iter().enumerate().flat_map(|(n, i)| of_item(n, i)).collect();
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut i = 0;
    while i < t.len() {
        let end = figures::run_end(t, i);
        if end > i {
            runs.push(i..end);
        }
        i = end.max(i + 1);
    }
    for mut r in runs.into_iter().rev().filter(|r| r.len() <= LONGEST) {
        if !tight(&pieces, t, &r)
            && let Some(zero) = (r.start + 1..r.end).find(|at| tens_end_there(&pieces, t, &r, *at))
        {
            *t = with_tens(t, zero);
            r.end += 1;
        }
        for at in cuts(&pieces, items, t, &r).into_iter().rev() {
            t.insert(at, Token::Word("|".into()));
        }
    }
}

/// The figures of the items, in every form in which they may be said.
pub(super) fn figures_of(items: &[Item]) -> Vec<String> {
    items.iter().enumerate().flat_map(|(n, i)| of_item(n, i)).map(|p| p.figures).collect()
}

/// The pieces cover the run without a split.
fn tight(pieces: &[Piece], t: &[Token], r: &Range<usize>) -> bool {
    Cover::new(pieces, t, r, &figures::digits(t, r.clone())).whole(r.start)
}

/// "Two seventy three one right" was heard as 2, 73, 1 but means 270 and 31: the pieces cover the run if a piece ends after the tens.
fn tens_end_there(pieces: &[Piece], t: &[Token], r: &Range<usize>, at: usize) -> bool {
    if !within_tens(t, r, at) || t[at].digit() == Some('0') || t[at - 1].digit() == Some('1') {
        return false;
    }
    let t = with_tens(t, at);
    let run = r.start..r.end + 1;
    let text = figures::digits(&t, run.clone());
    let mut cover = Cover::new(pieces, &t, &run, &text);
    cover.whole(run.start) && cover.ends.contains(&(at + 1))
}

fn with_tens(t: &[Token], at: usize) -> Vec<Token> {
    let mut t = t.to_vec();
    if let Some(Token::Digit(_, link)) = t.get_mut(at) {
        *link = Link::Next;
    }
    t.insert(at, Token::Digit('0', Link::Joined));
    t
}

/// Whether a position lies between the two digits of "eighty five".
pub(super) fn within_tens(t: &[Token], run: &Range<usize>, at: usize) -> bool {
    let joined = |i: usize| run.contains(&i) && i > run.start && matches!(t[i], Token::Digit(_, Link::Joined));
    joined(at) && !joined(at - 1) && !joined(at + 1)
}

/// The positions at which to split a run.
fn cuts(pieces: &[Piece], items: &[Item], t: &[Token], r: &Range<usize>) -> Vec<usize> {
    let text = figures::digits(t, r.clone());
    let mut cover = Cover::new(pieces, t, r, &text);
    if !cover.whole(r.start) {
        cover = Cover { used: Vec::new(), ends: Vec::new(), odd: true, strict: true, tries: TRIES, ..cover };
        if r.len() < 4 || !cover.whole(r.start) || cover.ends.len() < 2 {
            return Vec::new();
        }
        cover.ends.pop();
        return cover.ends;
    }
    cover.ends.pop();
    // "Ten thousand two fifty": the speed after the thousands is not their hundreds.
    let behind = thousands_in_front(t, r.start);
    let hundreds = behind.is_some_and(|thousands| {
        let whole = text.parse().ok().filter(|_| text.len() == 3).map(|h: i32| thousands * 1000 + h);
        items.iter().any(|i| matches!(i, Item::Altitude { feet, .. } | Item::ExpectAltitude { feet, .. } if Some(*feet) == whole))
    });
    if behind.is_some() && !hundreds {
        cover.ends.insert(0, r.start);
    }
    cover.ends
}

/// The number before the "thousand" that precedes a position.
fn thousands_in_front(t: &[Token], at: usize) -> Option<i32> {
    let at = if at > 0 && t[at - 1].is("and") { at - 1 } else { at };
    let word = at.checked_sub(1).filter(|i| t[*i].is("thousand"))?;
    let start = (0..word).rev().take_while(|i| t[*i].digit().is_some()).last()?;
    figures::digits(t, start.max(word.saturating_sub(2))..word).parse().ok()
}

/// A run that is partly covered by pieces.
struct Cover<'a> {
    pieces: &'a [Piece],
    t: &'a [Token],
    run: Range<usize>,
    text: &'a str,
    /// Items that already have a piece.
    used: Vec<usize>,
    /// The ends of the pieces.
    ends: Vec<usize>,
    /// One piece at an end may differ from its item.
    odd: bool,
    /// One-digit pieces do not count.
    strict: bool,
    tries: u32,
}

impl<'a> Cover<'a> {
    fn new(pieces: &'a [Piece], t: &'a [Token], run: &Range<usize>, text: &'a str) -> Self {
        Cover { pieces, t, run: run.clone(), text, used: Vec::new(), ends: Vec::new(), odd: false, strict: false, tries: TRIES }
    }

    /// Covers the run from `from` to its end.
    fn whole(&mut self, from: usize) -> bool {
        if from == self.run.end {
            return !self.ends.is_empty();
        }
        for n in 0..self.pieces.len() {
            let p = &self.pieces[n];
            let end = from + p.figures.len();
            if self.tries == 0 || end > self.run.end || self.used.contains(&p.item) || !self.fits(p, from, end) {
                continue;
            }
            self.tries -= 1;
            let right = p.place == Place::OfPoint || self.text[from - self.run.start..end - self.run.start] == p.figures;
            let at_an_end = from == self.run.start || end == self.run.end;
            let odd = !right && self.odd && at_an_end && p.figures.len() < self.run.len();
            // A single digit proves nothing beside a wrong piece.
            if !right && !odd || self.strict && p.figures.len() < 2 {
                continue;
            }
            let before = self.odd;
            self.odd &= !odd;
            self.used.push(p.item);
            self.ends.push(end);
            if self.whole(end) {
                return true;
            }
            self.odd = before;
            self.used.pop();
            self.ends.pop();
        }
        false
    }

    /// Whether the piece may be there: its place fits, and it does not split "thirty five".
    fn fits(&self, p: &Piece, from: usize, end: usize) -> bool {
        if within_tens(self.t, &self.run, end) {
            return false;
        }
        let before = self.run.start.checked_sub(1).and_then(|i| self.t.get(i));
        let after = self.t.get(self.run.end);
        let (first, last) = (from == self.run.start, end == self.run.end);
        let point = |t: Option<&Token>| t == Some(&Token::Point);
        let scaled = last && (point(after) || after.is_some_and(|x| x.is("thousand") || x.is("hundred")));
        match p.place {
            Place::Any => !(scaled || first && point(before)),
            Place::Before(word) => last && after.is_some_and(|x| x.is(word)),
            Place::BeforePoint => last && point(after),
            Place::BehindPoint => first && point(before) && !scaled,
            Place::Behind(word) => first && before.is_some_and(|x| x.is(word)),
            Place::OfPoint => first && !last && before.is_some_and(|x| x.letter().is_some()),
            Place::BehindLetter(c) => first && !scaled && before.and_then(Token::letter) == Some(c),
        }
    }
}

fn of_item(item: usize, i: &Item) -> Vec<Piece> {
    let piece = |figures: String, place| Piece { item, figures, place };
    let any = |figures: String| vec![piece(figures, Place::Any)];
    match i {
        Item::Altitude { feet, level, .. } => height(*feet, *level).into_iter().map(|(f, p)| piece(f, p)).collect(),
        // "Ten thousand in ten", followed by the next number.
        Item::ExpectAltitude { feet, level } => {
            let time = piece("10".to_owned(), Place::Behind("in"));
            height(*feet, *level).into_iter().map(|(f, p)| piece(f, p)).chain([time]).collect()
        }
        Item::Contact { frequency: Some(f), .. } | Item::Monitor { frequency: Some(f), .. } => {
            frequency(*f).into_iter().map(|(f, p)| piece(f, p)).collect()
        }
        Item::Squawk(code) => any(code.to_string()),
        Item::Pressure(p) => any(pressure_digits(*p)),
        Item::Speed(kt) => any(kt.to_string()),
        Item::Heading { degrees, .. } => any(format!("{degrees:03}")),
        Item::TurnDegrees { degrees, .. } => any(degrees.to_string()),
        Item::Runway(r) | Item::HoldShort { runway: r, .. } | Item::Cross { runway: r, .. } => {
            runway(*r).map(|f| piece(f, Place::Any)).into()
        }
        Item::Taxi { via, .. } | Item::TaxiToParking { via, .. } => {
            // "November four two seven right": a holding point and a runway.
            let point = matches!(i, Item::Taxi { to_holding_point: true, .. }).then(|| piece("#".to_owned(), Place::OfPoint));
            let taxiway = |name: &String| {
                let letter = name.chars().next()?;
                let figures = name.get(letter.len_utf8()..).filter(|f| !f.is_empty() && f.bytes().all(|b| b.is_ascii_digit()))?;
                Some(piece(figures.to_owned(), Place::BehindLetter(letter)))
            };
            via.iter().filter_map(taxiway).chain(point).collect()
        }
        _ => Vec::new(),
    }
}

fn runway(r: Runway) -> [String; 2] {
    [format!("{:02}", r.number), r.number.to_string()]
}

fn height(feet: i32, level: bool) -> Vec<(String, Place)> {
    if level || crate::units::level::always_flight(feet) {
        return vec![(format!("{:03}", feet / 100), Place::Any), ((feet / 100).to_string(), Place::Any)];
    }
    let mut forms = vec![(feet.to_string(), Place::Any)];
    if feet >= 1000 {
        forms.push(((feet / 1000).to_string(), Place::Before("thousand")));
    }
    if feet % 100 == 0 {
        forms.push(((feet / 100).to_string(), Place::Before("hundred")));
    }
    forms
}

fn frequency(f: Frequency) -> Vec<(String, Place)> {
    let text = f.to_string();
    let (mhz, decimals) = text.split_once('.').unwrap_or((&text, "0"));
    let mut forms = Vec::new();
    // "One two zero", "twenty"; "two two five", "two two".
    let mut decimals = vec![decimals.to_owned()];
    match decimals[0].len() {
        3 => decimals.push(decimals[0].chars().take(2).collect()),
        1 => decimals.push(format!("{}0", decimals[0])),
        _ => {}
    }
    for mhz in [mhz, mhz.get(1..).unwrap_or(mhz)] {
        forms.push((mhz.to_owned(), Place::BeforePoint));
        forms.extend(decimals.iter().map(|d| (format!("{mhz}{d}"), Place::Any)));
    }
    forms.extend(decimals.iter().map(|d| (d.clone(), Place::BehindPoint)));
    forms
}
