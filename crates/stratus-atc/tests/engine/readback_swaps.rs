//! Readbacks with one value exchanged, generated for each kind of item: a different digit, a similar-sounding number, the opposite side,
//! another runway, another letter, another unit. None may be "correct". The right one, in people's usual wordings, must be.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

use std::collections::BTreeMap;

use stratus_atc::readback::{Verdict, check_text};
use stratus_atc::units::Region;

/// A sequence of pseudo-random numbers, the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    pub(crate) fn of<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }

    /// An element other than `not`.
    fn other<'a>(&mut self, all: &[&'a str], not: &str) -> &'a str {
        let rest: Vec<&str> = all.iter().copied().filter(|x| *x != not).collect();
        self.of(&rest)
    }
}

const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "niner"];
const LETTERS: [&str; 12] = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "kilo", "lima", "november", "papa"];
const FIXES: [&str; 8] = ["SUNOL", "GOBBI", "RIDSU", "LOGAN", "BUZAD", "CEPIN", "TOKER", "ARTIP"];

pub(crate) fn spelt(figures: &str) -> String {
    figures.chars().map(|c| c.to_digit(10).map_or("decimal", |d| DIGITS[d as usize])).collect::<Vec<_>>().join(" ")
}

/// Digits with one changed, or two swapped, so that `fits` still holds.
fn slipped(d: &mut Dice, figures: &str, fits: impl Fn(&str) -> bool) -> String {
    loop {
        let mut c: Vec<char> = figures.chars().collect();
        let places: Vec<usize> = (0..c.len()).filter(|i| c[*i].is_ascii_digit()).collect();
        let at = places[d.below(places.len())];
        if d.below(3) == 0 {
            let with = places[d.below(places.len())];
            c.swap(at, with);
        } else {
            c[at] = char::from_digit(u32::try_from(d.below(10)).unwrap(), 10).unwrap();
        }
        let new: String = c.into_iter().collect();
        if new != figures && fits(&new) {
            return new;
        }
    }
}

/// An instruction with a correct and a wrong readback, without the callsign.
pub(crate) struct Pair {
    pub(crate) kind: &'static str,
    pub(crate) instruction: String,
    pub(crate) right: String,
    pub(crate) wrong: String,
}

fn runway(d: &mut Dice) -> (String, String) {
    let n = d.below(36) + 1;
    let side = d.of(&["", "L", "R"]);
    let word = match side {
        "L" => " left",
        "R" => " right",
        _ => "",
    };
    (format!("{n:02}{side}"), format!("{}{word}", spelt(&format!("{n:02}"))))
}

/// A different runway: the other side, the other end, or another number.
fn other_runway(d: &mut Dice, written: &str) -> String {
    let number: u32 = written[..2].parse().unwrap();
    let (side, flip) = match &written[2..] {
        "L" => (" left", " right"),
        "R" => (" right", " left"),
        _ => ("", ""),
    };
    let end = if number > 18 { number - 18 } else { number + 18 };
    match d.below(3) {
        0 if !side.is_empty() => format!("{}{flip}", spelt(&written[..2])),
        1 => format!("{}{flip}", spelt(&format!("{end:02}"))),
        _ => format!("{}{side}", spelt(&slipped(d, &written[..2], |n| (1..=36).contains(&n.parse::<u32>().unwrap())))),
    }
}

fn frequency(d: &mut Dice) -> String {
    let tenths = d.of(&["1", "25", "3", "475", "5", "675", "75", "9", "05", "35"]);
    format!("{}.{tenths}", 118 + d.below(18))
}

#[allow(clippy::too_many_lines, reason = "one arm a kind")]
pub(crate) fn pair(kind: &'static str, d: &mut Dice) -> Pair {
    let (instruction, right, wrong) = match kind {
        "heading" => {
            let h = format!("{:03}", (d.below(36) + 1) * 10);
            let side = d.of(&["left", "right"]);
            let w = slipped(d, &h, |x| x.ends_with('0') && (10..=360).contains(&x.parse::<u32>().unwrap()));
            (format!("turn {side} heading {h}"), format!("{side} heading {}", spelt(&h)), format!("{side} heading {}", spelt(&w)))
        }
        "turn" => {
            let h = format!("{:03}", (d.below(36) + 1) * 10);
            let side = d.of(&["left", "right"]);
            let other = d.other(&["left", "right"], side);
            (format!("turn {side} heading {h}"), format!("{side} {}", spelt(&h)), format!("{other} heading {}", spelt(&h)))
        }
        "altitude" => {
            let a = d.below(15) + 2;
            let w = loop {
                let w = d.below(16) + 1;
                if w != a {
                    break w;
                }
            };
            let way = d.of(&["climb", "descend"]);
            (
                format!("{way} and maintain {a},000"),
                format!("{way} {} thousand", spelt(&a.to_string())),
                format!("{way} {} thousand", spelt(&w.to_string())),
            )
        }
        "hundreds" => {
            let (a, h, w) = (d.below(8) + 1, d.below(9) + 1, d.below(9) + 1);
            let w = if w == h { (w % 9) + 1 } else { w };
            (
                format!("maintain {a},{h}00"),
                format!("maintain {} thousand {} hundred", DIGITS[a], DIGITS[h]),
                format!("maintain {} thousand {} hundred", DIGITS[a], DIGITS[w]),
            )
        }
        "level" => {
            let l = format!("{}", (d.below(25) + 18) * 10);
            let w = slipped(d, &l, |x| x.ends_with('0') && (100..=450).contains(&x.parse::<u32>().unwrap()));
            (format!("climb flight level {l}"), format!("climb flight level {}", spelt(&l)), format!("climb flight level {}", spelt(&w)))
        }
        "datum" => {
            let a = d.below(8) + 2;
            (
                format!("descend to altitude {a}000 feet"),
                format!("descend altitude {} thousand feet", DIGITS[a]),
                format!("descend flight level {} zero", DIGITS[a]),
            )
        }
        "speed" => {
            let s = format!("{}", (d.below(14) + 14) * 10);
            let w = slipped(d, &s, |x| x.ends_with('0') && (100..=350).contains(&x.parse::<u32>().unwrap()));
            (format!("reduce speed to {s} knots"), format!("speed {} knots", spelt(&s)), format!("speed {} knots", spelt(&w)))
        }
        "frequency" => {
            let f = frequency(d);
            let w = slipped(d, &f, |x| x.starts_with('1') && (118.0..137.0).contains(&x.parse::<f64>().unwrap()) && x != f);
            (format!("contact Solent Radar {f}"), spelt(&f), spelt(&w))
        }
        "unit" => {
            let (unit, f) = (d.of(&["Tower", "Ground", "Approach", "Departure"]), frequency(d));
            let other = d.other(&["tower", "ground", "approach", "departure"], &unit.to_lowercase());
            (format!("contact {unit} {f}"), format!("{} {}", unit.to_lowercase(), spelt(&f)), format!("{other} {}", spelt(&f)))
        }
        "squawk" => {
            let c: String = (0..4).map(|_| char::from(b'0' + u8::try_from(d.below(8)).unwrap())).collect();
            let w = slipped(d, &c, |x| x.bytes().all(|b| b < b'8'));
            (format!("squawk {c}"), format!("squawk {}", spelt(&c)), format!("squawk {}", spelt(&w)))
        }
        "altimeter" => {
            let a = format!("{}", 2900 + d.below(190));
            let w = slipped(d, &a, |x| x.starts_with("29") || x.starts_with("30") || x.starts_with("28"));
            (format!("altimeter {}.{}", &a[..2], &a[2..]), format!("altimeter {}", spelt(&a)), format!("altimeter {}", spelt(&w)))
        }
        "qnh" => {
            let q = format!("{}", 980 + d.below(60));
            let w = slipped(d, &q, |x| (940..=1060).contains(&x.parse::<u32>().unwrap()) && !x.starts_with('0'));
            (
                format!("descend to altitude 3000 feet QNH {q}"),
                format!("descend three thousand feet qnh {}", spelt(&q)),
                format!("descend three thousand feet qnh {}", spelt(&w)),
            )
        }
        "runway" => {
            let (r, said) = runway(d);
            let what =
                d.of(&["cleared to land", "cleared for takeoff", "line up and wait", "cleared touch-and-go", "cleared for the option"]);
            let words = what.replace('-', " ");
            let w = other_runway(d, &r);
            (format!("runway {r}, {what}"), format!("{words} runway {said}"), format!("{words} runway {w}"))
        }
        "clearance" => {
            let (r, said) = runway(d);
            let all = ["cleared to land", "cleared for takeoff", "line up and wait", "cleared touch and go", "cleared for the option"];
            let what = d.of(&all);
            let other = d.other(&all, what);
            (
                format!("runway {r}, {}", what.replace("touch and go", "touch-and-go")),
                format!("{what} runway {said}"),
                format!("{other} runway {said}"),
            )
        }
        "hold_short" => {
            let ((r, said), to) = (runway(d), d.of(&["alpha", "bravo"]));
            let w = other_runway(d, &r);
            let wrong = if d.below(4) == 0 { format!("cross runway {said}") } else { format!("hold short of runway {w}") };
            (
                format!("taxi via {to}, hold short of runway {r}").replace("alpha", "A").replace("bravo", "B"),
                format!("via {to} hold short of runway {said}"),
                format!("via {to} {wrong}"),
            )
        }
        "crossing" => {
            let (r, said) = runway(d);
            let w = other_runway(d, &r);
            (format!("cross runway {r}"), format!("cross runway {said}"), format!("cross runway {w}"))
        }
        "route" => {
            let (a, b) = (d.below(LETTERS.len()), d.below(LETTERS.len()));
            let b = if a == b { (b + 1) % LETTERS.len() } else { b };
            let w = (0..LETTERS.len()).find(|i| *i != a && *i != b && d.below(3) == 0).unwrap_or(if a == 0 || b == 0 {
                if a == 1 || b == 1 { 2 } else { 1 }
            } else {
                0
            });
            let (r, said) = runway(d);
            let name = |i: usize| LETTERS[i][..1].to_uppercase();
            (
                format!("runway {r}, taxi via {}, {}", name(a), name(b)),
                format!("runway {said} via {} {}", LETTERS[a], LETTERS[b]),
                format!("runway {said} via {} {}", LETTERS[a], LETTERS[w]),
            )
        }
        "holding_point" => {
            let (l, n) = (d.below(LETTERS.len()), d.below(8) + 1);
            let (r, said) = runway(d);
            let wrong = if d.below(2) == 0 {
                format!("{} {}", LETTERS[l], DIGITS[n % 8 + 1])
            } else {
                format!("{} {}", LETTERS[(l + 1) % LETTERS.len()], DIGITS[n])
            };
            let name = LETTERS[l][..1].to_uppercase();
            (
                format!("taxi to holding point {name}{n} runway {r}"),
                format!("holding point {} {} runway {said}", LETTERS[l], DIGITS[n]),
                format!("holding point {wrong} runway {said}"),
            )
        }
        "hold_at" => {
            let (l, n) = (d.below(LETTERS.len()), d.below(8) + 1);
            let wrong = if d.below(2) == 0 {
                format!("{} {}", LETTERS[l], DIGITS[n % 8 + 1])
            } else {
                format!("{} {}", LETTERS[(l + 1) % LETTERS.len()], DIGITS[n])
            };
            let name = format!("{}{}", &LETTERS[l][..1].to_uppercase(), &LETTERS[l][1..]);
            (format!("hold at {name} {n}"), format!("hold at {} {}", LETTERS[l], DIGITS[n]), format!("hold at {wrong}"))
        }
        "departure" => {
            let (f, n, l) = (d.of(&FIXES), d.below(8) + 1, d.below(LETTERS.len()));
            let said = |f: &str, n: usize, l: usize| {
                format!("cleared malaga {} {} {} departure squawk two two one four", f.to_lowercase(), DIGITS[n], LETTERS[l])
            };
            let wrong = match d.below(3) {
                0 => said(f, n % 8 + 1, l),
                1 => said(f, n, (l + 1) % LETTERS.len()),
                _ => said(d.other(&FIXES, f), n, l),
            };
            (format!("cleared to Malaga via the {f} {n}{} departure, squawk 2214", LETTERS[l][..1].to_uppercase()), said(f, n, l), wrong)
        }
        "direct" => {
            let f = d.of(&FIXES);
            let w = d.other(&FIXES, f);
            (format!("proceed direct {f}"), format!("direct {}", f.to_lowercase()), format!("direct {}", w.to_lowercase()))
        }
        "hold" => {
            let (f, side, course) = (d.of(&FIXES), d.of(&["left", "right"]), format!("{:03}", (d.below(36) + 1) * 10));
            let said = |f: &str, side: &str, course: &str| format!("hold {} inbound {} {side} turns", f.to_lowercase(), spelt(course));
            let wrong = match d.below(3) {
                0 => said(d.other(&FIXES, f), side, &course),
                1 => said(f, d.other(&["left", "right"], side), &course),
                _ => said(f, side, &slipped(d, &course, |x| x.ends_with('0') && (10..=360).contains(&x.parse::<u32>().unwrap()))),
            };
            (format!("hold at {f}, inbound course {course}, {side} turns"), said(f, side, &course), wrong)
        }
        "approach" => {
            let (r, said) = runway(d);
            let all = ["ILS", "RNAV", "visual", "VOR"];
            let kind = d.of(&all);
            let wrong = if d.below(2) == 0 {
                format!("cleared {} approach runway {said}", d.other(&all, kind).to_lowercase())
            } else {
                format!("cleared {} approach runway {}", kind.to_lowercase(), other_runway(d, &r))
            };
            let instruction = if *kind == *"visual" {
                format!("cleared visual approach runway {r}")
            } else {
                format!("cleared {kind} runway {r} approach")
            };
            (instruction, format!("cleared {} approach runway {said}", kind.to_lowercase()), wrong)
        }
        "sequence" => {
            let n = d.below(5) + 2;
            let w = if n == 2 { 3 } else { n - 1 };
            let (r, said) = runway(d);
            (
                format!("number {n}, runway {r}, cleared to land"),
                format!("number {} cleared to land runway {said}", DIGITS[n]),
                format!("number {} cleared to land runway {said}", DIGITS[w]),
            )
        }
        "closed_traffic" => {
            let side = d.of(&["left", "right"]);
            let other = d.other(&["left", "right"], side);
            let (r, said) = runway(d);
            (
                format!("make {side} closed traffic, runway {r}, cleared for takeoff"),
                format!("{side} closed traffic runway {said} cleared for takeoff"),
                format!("{other} closed traffic runway {said} cleared for takeoff"),
            )
        }
        "crossing_height" => {
            let (f, a) = (d.of(&FIXES), d.below(12) + 4);
            let w = if d.below(2) == 0 { a + 1 } else { a - 1 };
            let said = |a: usize| format!("cross {} at {} thousand", f.to_lowercase(), spelt(&a.to_string()));
            (format!("cross {f} at and maintain {a},000"), said(a), said(w))
        }
        "facing" => {
            let all = ["north", "south", "east", "west"];
            let way = d.of(&all);
            let other = d.other(&all, way);
            (format!("pushback approved, face {way}"), format!("push approved facing {way}"), format!("push approved facing {other}"))
        }
        "not_above" => {
            let a = d.below(4) + 2;
            let w = if d.below(2) == 0 { a + 1 } else { a - 1 };
            let said = |a: usize| format!("cleared to enter vfr not above {} thousand feet", DIGITS[a]);
            (format!("cleared to enter controlled airspace VFR, not above altitude {a}000 feet"), said(a), said(w))
        }
        "degrees" => {
            let (side, n) = (d.of(&["left", "right"]), (d.below(8) + 2) * 5);
            let wrong = if d.below(2) == 0 {
                format!("{} {} degrees", d.other(&["left", "right"], side), spelt(&n.to_string()))
            } else {
                format!("{side} {} degrees", spelt(&(n + 10).to_string()))
            };
            (format!("turn {n} degrees {side}"), format!("{side} {} degrees", spelt(&n.to_string())), wrong)
        }
        other => panic!("no kind {other}"),
    };
    Pair { kind, instruction, right, wrong }
}

pub(crate) const KINDS: [&str; 29] = [
    "heading",
    "turn",
    "altitude",
    "hundreds",
    "level",
    "datum",
    "speed",
    "frequency",
    "unit",
    "squawk",
    "altimeter",
    "qnh",
    "runway",
    "clearance",
    "hold_short",
    "crossing",
    "route",
    "holding_point",
    "hold_at",
    "departure",
    "direct",
    "hold",
    "approach",
    "sequence",
    "closed_traffic",
    "crossing_height",
    "facing",
    "not_above",
    "degrees",
];
/// The number of pairs per kind and region.
const EACH: usize = 100;

/// Region, written callsign, spoken callsign, and other callsigns.
pub(crate) const CALLSIGNS: [(Region, &str, &str, [&str; 3]); 2] = [
    (
        Region::FAA,
        "N739HW",
        "seven three niner hotel whiskey",
        ["seven three niner hotel x-ray", "seven two niner hotel whiskey", "seven three niner whiskey hotel"],
    ),
    (Region::ICAO, "G-BVKD", "golf kilo delta", ["golf kilo echo", "golf delta kilo", "golf mike delta"]),
];

fn all() -> Vec<(Region, String, String, String, Pair)> {
    let mut d = Dice(22);
    let mut out = Vec::new();
    for (region, written, said, others) in CALLSIGNS {
        for kind in KINDS {
            for _ in 0..EACH {
                let p = pair(kind, &mut d);
                out.push((region, written.to_owned(), said.to_owned(), d.of(&others).to_owned(), p));
            }
        }
    }
    out
}

pub(crate) fn report(name: &str, all: usize, bad: &BTreeMap<&str, Vec<String>>) -> usize {
    let n: usize = bad.values().map(Vec::len).sum();
    println!("{name}: {n} of {all}");
    for (kind, cases) in bad {
        println!("  {kind}: {}", cases.len());
        cases.iter().take(4).for_each(|c| println!("    {c}"));
    }
    n
}

#[test]
fn a_different_value_is_never_a_correct_readback() {
    let (mut tried, mut bad) = (0, BTreeMap::<&str, Vec<String>>::new());
    for (region, written, said, other, p) in all() {
        let instruction = format!("{written}, {}", p.instruction);
        for readback in [format!("{}, {said}", p.wrong), format!("uh {} and {said}", p.wrong), format!("{}, {other}", p.right)] {
            tried += 1;
            let check = check_text(&instruction, &readback, region);
            if check.verdict == Verdict::Correct {
                let kind = if readback.ends_with(&other) { "callsign" } else { p.kind };
                bad.entry(kind).or_default().push(format!("{instruction} | {readback}"));
            }
        }
    }
    assert!(tried >= 5_000);
    let n = report("wrong readbacks taken for right", tried, &bad);
    assert_eq!(n, 0, "{bad:?}");
}

#[test]
fn the_right_value_is_correct_however_hesitantly_said() {
    let (mut tried, mut bad) = (0, BTreeMap::<&str, Vec<String>>::new());
    for (region, written, said, _, p) in all() {
        let instruction = format!("{written}, {}", p.instruction);
        let r = &p.right;
        let (head, tail) = r.rsplit_once(' ').unwrap_or((r, ""));
        for readback in [
            format!("{r}, {said}"),
            format!("uh {r} {said}"),
            format!("ok so {r}, {said}"),
            format!("okay {head} um {tail}, {said}"),
            format!("{r}, that's {r}, {said}"),
            format!("{} correction {r}, {said}", p.wrong),
        ] {
            tried += 1;
            let check = check_text(&instruction, &readback, region);
            if check.verdict != Verdict::Correct {
                bad.entry(p.kind).or_default().push(format!("{instruction} | {readback}: {:?} {:?}", check.wrong, check.missing));
            }
        }
    }
    let n = report("right readbacks refused", tried, &bad);
    assert!(n * 100 <= tried, "{bad:?}");
}
