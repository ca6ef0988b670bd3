//! Readbacks with other things beside them: reports of the aircraft's own state, questions, requests and fillers, before, between and after.
//! The right one is correct whatever stands beside it. With one value wrong it never is, even if the aircraft happens to be at that value.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

use std::collections::BTreeMap;

use stratus_atc::readback::{Own, Verdict, check_text_of};

use crate::readback_swaps::{CALLSIGNS, Dice, KINDS, Pair, pair, report, spelt};

/// The number of pairs per kind and region.
const EACH: usize = 60;

/// The aircraft's state, and the words of a report of it.
fn own(d: &mut Dice) -> (Own, Vec<String>) {
    let (thousands, hundreds) = (d.below(14) + 2, d.below(10));
    let speed = (d.below(15) + 9) * 10;
    let heading = d.below(36) * 10 + 1 + d.below(8);
    let feet = if hundreds == 0 {
        format!("{} thousand", spelt(&thousands.to_string()))
    } else {
        format!("{} thousand {} hundred", spelt(&thousands.to_string()), spelt(&hundreds.to_string()))
    };
    let said = spelt(&format!("{heading:03}"));
    let knots = spelt(&speed.to_string());
    let off = [-220.0, 0.0, 140.0][d.below(3)];
    let own = Own {
        altitude_ft: Some((thousands * 1000 + hundreds * 100) as f64 + off),
        speed_kt: Some(speed as f64 + [-8.0, 0.0, 11.0][d.below(3)]),
        heading: Some(heading as f64),
    };
    let reports = vec![
        format!("leaving {feet}"),
        format!("passing {feet}"),
        format!("out of {feet}"),
        format!("currently at {feet}"),
        format!("we are at {feet} now"),
        format!("level at {feet}"),
        format!("presently heading {said}"),
        format!("present heading {said}"),
        format!("we are at {knots} knots right now"),
        format!("present speed {knots} knots"),
    ];
    (own, reports)
}

const ASIDES: [&str; 18] = [
    "and what's the ceiling at the field",
    "can we expect lower soon",
    "any traffic ahead of us",
    "how far are we from the field",
    "and confirm you have our flight plan",
    "any chance of a shortcut later on",
    "we have information kilo",
    "three on board",
    "it is a bit bumpy up here",
    "thanks for the help",
    "good morning",
    "okay",
    "uh",
    "roger",
    "wilco",
    "no delay for us",
    "we will need five minutes for that",
    "request nine thousand five hundred when able",
];

/// Two kinds in one instruction, which share no value.
const TWO: [(&str, &str); 12] = [
    ("heading", "altitude"),
    ("heading", "speed"),
    ("altitude", "speed"),
    ("level", "speed"),
    ("altitude", "altimeter"),
    ("squawk", "altimeter"),
    ("squawk", "frequency"),
    ("heading", "hundreds"),
    ("altitude", "frequency"),
    ("altitude", "direct"),
    ("level", "frequency"),
    ("hundreds", "squawk"),
];

/// Kinds in which a second altitude, heading or speed is a value of the instruction's own.
fn joined(d: &mut Dice, a: &'static str, b: &'static str) -> Pair {
    let (x, y) = (pair(a, d), pair(b, d));
    let in_order = d.below(2) == 0;
    let both = |p: &str, q: &str| if in_order { format!("{p}, {q}") } else { format!("{q}, {p}") };
    let wrong = if d.below(2) == 0 { both(&x.wrong, &y.right) } else { both(&x.right, &y.wrong) };
    Pair { kind: a, instruction: format!("{}, {}", x.instruction, y.instruction), right: both(&x.right, &y.right), wrong }
}

/// A call with these words and what stands beside them.
fn call(d: &mut Dice, words: &str, callsign: &str, beside: &[String]) -> String {
    let mut parts = vec![words.to_owned(), callsign.to_owned()];
    for (n, aside) in beside.iter().enumerate() {
        let at = if n == 0 { d.below(3) } else { 2 };
        parts.insert(at.min(parts.len()), aside.clone());
    }
    parts.join(", ")
}

#[test]
fn what_stands_beside_a_readback_changes_nothing() {
    let mut d = Dice(4);
    let (mut tried, mut refused, mut accepted) = (0, BTreeMap::<&str, Vec<String>>::new(), BTreeMap::<&str, Vec<String>>::new());
    for (region, written, said, _) in CALLSIGNS {
        let pairs = KINDS.iter().map(|k| (*k, None)).chain(TWO.iter().map(|(a, b)| (*a, Some(*b))));
        for (a, b) in pairs.collect::<Vec<_>>() {
            for _ in 0..EACH {
                let p = match b {
                    Some(b) => joined(&mut d, a, b),
                    None => pair(a, &mut d),
                };
                let (state, reports) = own(&mut d);
                let mut beside = vec![d.of(&ASIDES).to_owned()];
                if d.below(3) > 0 {
                    beside.push(reports[d.below(reports.len())].clone());
                }
                if d.below(2) == 0 {
                    beside.reverse();
                }
                tried += 1;
                let instruction = format!("{written}, {}", p.instruction);
                let (right, wrong) = (call(&mut d, &p.right, said, &beside), call(&mut d, &p.wrong, said, &beside));
                let check = check_text_of(&instruction, &right, &state, region);
                if check.verdict != Verdict::Correct {
                    refused.entry(a).or_default().push(format!("{instruction} | {right}: {:?} {:?}", check.wrong, check.missing));
                }
                if check_text_of(&instruction, &wrong, &state, region).verdict == Verdict::Correct {
                    accepted.entry(a).or_default().push(format!("{instruction} | {wrong}"));
                }
            }
        }
    }
    assert!(tried >= 2_000, "{tried}");
    let wrong = report("wrong readbacks taken for right", tried, &accepted);
    let right = report("right readbacks refused", tried, &refused);
    assert_eq!(wrong, 0, "{accepted:?}");
    assert!(right * 100 <= tried, "{refused:?}");
}
