//! Numbers that no word introduces: scores what they may be. "One four zero now" answers "say heading"; "four three one seven" is a code.
//!
//! Named values are read first (`figures`). Each remaining number gets a score for every kind of value that it could be: from its length,
//! the adjacent words, the controller's last words, and the unit. The best kind wins if its score is high enough. Nothing is made up: a
//! value has exactly the digits that were said.

use std::ops::Range;

use crate::figures::{self, run_end};
use crate::hear::frames::Words;
use crate::intent::{Context, Slots};
use crate::transcript::{Link, Token};
use crate::units::{Facility, Runway};

/// A kind of value that a bare number can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Runway,
    Heading,
    Code,
    Level,
    Distance,
}

/// The minimum score.
const ENOUGH: i32 = 3;

/// A call prepared for reading its bare numbers.
pub(crate) struct Bare<'a> {
    t: &'a [Token],
    words: &'a Words,
    last: String,
    facility: Option<Facility>,
    /// Tokens of the callsign, the station and named values.
    taken: Vec<Range<usize>>,
}

impl<'a> Bare<'a> {
    pub(crate) fn new(
        t: &'a [Token],
        words: &'a Words,
        hidden: &[Range<usize>],
        callsign: &Range<usize>,
        ctx: &Context,
        facility: Option<Facility>,
    ) -> Self {
        let mut taken = hidden.to_vec();
        taken.extend(figures::runways_said(t, callsign).into_iter().map(|f| f.range));
        taken.extend(figures::altitudes_beside(t, callsign).into_iter().map(|f| f.range));
        taken.extend(figures::frequencies_beside(t, callsign).into_iter().map(|f| f.range));
        taken.extend(figures::headings(t).into_iter().map(|f| f.range));
        taken.extend(figures::squawk(t).into_iter().map(|f| f.range));
        taken.extend(figures::altimeter(t).into_iter().map(|f| f.range));
        Self { t, words, last: ctx.last_atc.as_deref().unwrap_or_default().to_lowercase(), facility, taken }
    }

    /// Stores the remaining numbers in empty slots.
    pub(crate) fn fill(&self, slots: &mut Slots) {
        let mut i = 0;
        while i < self.t.len() {
            let end = run_end(self.t, i);
            let run = i..end;
            let free = end > i && !run.clone().any(|k| self.taken.iter().any(|r| r.contains(&k)));
            if free && self.t.get(end) != Some(&Token::Point) && (i == 0 || self.t[i - 1] != Token::Point) {
                self.put(&run, slots);
            }
            i = end.max(i + 1);
        }
        // "Seventy seven hundred was a slip, back on one two zero zero": an emergency code beside the code that is set.
        if slots.squawk.is_some() {
            slots
                .altitude_ft
                .retain(|feet| !matches!(feet, 7500 | 7600 | 7700) || self.says(&["feet", "altitude", "climbing", "descending"]));
        }
    }

    fn put(&self, run: &Range<usize>, slots: &mut Slots) {
        let text = figures::digits(self.t, run.clone());
        let Ok(n) = text.parse::<i32>() else { return };
        let kinds = [
            (Kind::Code, slots.squawk.is_none()),
            (Kind::Heading, slots.heading.is_none() && slots.bad_heading.is_none()),
            (Kind::Level, true),
            (Kind::Distance, slots.distance_nm.is_none()),
            (Kind::Runway, slots.runway.is_none() && slots.bad_runway.is_none()),
        ];
        let best = kinds.into_iter().filter(|(_, open)| *open).map(|(k, _)| (self.score(k, run, &text, n), k)).max_by_key(|(s, _)| *s);
        let Some((_, kind)) = best.filter(|(s, _)| *s >= ENOUGH) else { return };
        match kind {
            Kind::Code => slots.squawk = text.parse().ok(),
            Kind::Heading => slots.heading = u16::try_from(if n == 0 { 360 } else { n }).ok(),
            Kind::Level => slots.altitude_ft.push(n * 100),
            Kind::Distance => slots.distance_nm = Some(f64::from(n)),
            Kind::Runway => {
                let side = figures::side_at(self.t, run.end);
                slots.runway = u8::try_from(n).ok().and_then(|n| Runway::new(n, side));
            }
        }
    }

    fn word(&self, i: usize) -> &str {
        self.t.get(i).map_or("", Token::word)
    }

    fn back(&self, i: usize, n: usize) -> &str {
        i.checked_sub(n).map_or("", |k| self.word(k))
    }

    fn says(&self, words: &[&str]) -> bool {
        self.words.message().any(|w| words.contains(&w))
    }

    fn told(&self, words: &[&str]) -> bool {
        words.iter().any(|w| self.last.contains(w))
    }

    fn score(&self, kind: Kind, run: &Range<usize>, text: &str, n: i32) -> i32 {
        let (before, after) = (self.back(run.start, 1), self.word(run.end));
        let point = |yes: bool, by: i32| if yes { by } else { 0 };
        // "Twelve passengers": a counted thing.
        let counted =
            after.len() > 3 && after.ends_with('s') && !matches!(after, "this" | "circuits" | "thanks" | "cross" | "request" | "plus");
        let measured = MEASURES.contains(&after);
        // The last letter of the callsign names nothing else.
        let callsign = |i: usize| self.taken.iter().any(|r| r.contains(&i));
        let named = run.start > 0 && self.t[run.start - 1].letter().is_some() && !callsign(run.start - 1);
        let numbered = NUMBERED.contains(&before);
        match kind {
            Kind::Code => {
                let code = text.len() == 4 && text.bytes().all(|b| b < b'8') && !measured;
                let cue = self.says(&["squawk", "squawking", "transponder", "code", "box", "flash", "dialed", "dialled", "mode", "set"]);
                // "Back on one two zero zero": a code that every pilot knows.
                let visual = matches!(text, "1200" | "7000") && matches!(before, "on" | "back" | "to");
                point(visual, 2) + point(code, 1) + point(code && cue, 2) + point(code && self.told(&["squawk", "transponder", "code"]), 3)
                    - point(self.told(&["contact", "monitor"]) && text.starts_with('1'), 2)
            }
            Kind::Heading => {
                let could = text.len() == 3 && n <= 360 && !measured && !matches!(after, "thousand" | "hundred" | "feet");
                if !could || numbered {
                    return 0;
                }
                // A full turn is not a heading.
                let turn = n == 360 && matches!(before, "left" | "right" | "a" | "one" | "");
                1 + point(self.told(&["heading", "turn left", "turn right"]), 2)
                    + point(matches!(before, "flying" | "steering" | "tracking" | "about" | "on" | "says" | "it" | "level"), 1)
                    + point(matches!(after, "heading" | "degrees" | "now" | "magnetic"), 2)
                    + point(self.says(&["heading", "compass", "northbound", "southbound", "eastbound", "westbound", "gyro", "vectors"]), 1)
                    - point(turn, 5)
                    - point(before == "level" && n % 10 == 0, 3)
            }
            Kind::Level => {
                let level = !named && text.len() == 3 && n % 10 == 0 && (100..=600).contains(&n) && !measured && !counted && !numbered;
                if !level || self.told(&["heading"]) && !self.told(&["level", "altitude"]) {
                    return 0;
                }
                let high = matches!(self.facility, Some(Facility::Center | Facility::Clearance)) && n >= 180;
                let called = matches!(before, "level" | "levels" | "block" | "requested" | "final" | "cruise" | "cruising");
                point(called, 4)
                    + point(high, 1)
                    + point(
                        high && matches!(before, "at" | "for" | "to" | "of" | "leaving" | "through" | "passing" | "and" | "wants" | ""),
                        2,
                    )
                    + point(high && matches!(after, "final" | "requested" | "for" | "instead" | "if" | "please"), 1)
            }
            Kind::Distance => {
                let far = text.len() <= 2 && (1..=60).contains(&n) && !numbered && !named;
                let away = matches!(after, "out" | "dme" | "away") || after == "to" && matches!(self.word(run.end + 1), "run" | "go");
                point(far && away && (self.word(run.end + 1) != "of" || after == "out"), 4)
            }
            Kind::Runway => {
                let side = figures::side_at(self.t, run.end).is_some();
                let could = text.len() <= 2 && (1..=36).contains(&n) && !counted && !measured && !numbered && !named;
                let written = text.len() == 2 || side;
                let to_the = after == "to" && self.word(run.end + 1) == "the";
                // "Three touch and goes": how many, not where.
                let many = text.len() == 1
                    && matches!(after, "touch" | "circuit" | "circuits" | "laps" | "landings" | "approaches" | "passes" | "full");
                let away = many || to_the || matches!(after, "out" | "dme" | "away" | "more" | "point" | "or" | "of" | "ship" | "by");
                // "A slot at three five": minutes past the hour.
                let slot = matches!(before, "at" | "of") && self.says(&["slot", "time", "ctot", "cancel", "cancelled", "edct"]);
                let number = slot || matches!(before, "the" | "a" | "no" | "another" | "last" | "about" | "next");
                if !could || away || number || matches!(self.facility, Some(Facility::Center | Facility::Clearance)) {
                    return 0;
                }
                let pair = self.t.get(run.start + 1).is_some_and(|x| matches!(x, Token::Digit(_, Link::Next | Link::Alike)));
                point(written, 1)
                    + point(pair, 1)
                    + point(PLACES.contains(&before), 2)
                    + point(PROCEDURES.contains(&before), 4)
                    + point(matches!(self.back(run.start, 2), "final" | "taxi" | "downwind" | "base" | "landing" | "takeoff"), 1)
                    + point(matches!(after, "cleared" | "ready" | "grass" | "full" | "touch" | "straight"), 1)
                    + point(self.says(ABOUT_RUNWAYS), 1)
                    - point(!written, 1)
            }
        }
    }
}

/// Words after a number that state its unit.
#[rustfmt::skip]
const MEASURES: &[&str] = &[
    "thousand", "hundred", "mile", "miles", "minutes", "minute", "souls", "soul", "feet", "knots", "people", "persons", "hours", "hour", "aboard", "pob",
    "percent", "gallons", "pounds", "seconds", "second", "passengers", "pax", "passenger", "o'clock", "oclock", "times", "degrees", "on", "meters", "guys",
];
/// Words before a number that is a name, an amount or a time.
#[rustfmt::skip]
const NUMBERED: &[&str] = &[
    "number", "stand", "gate", "spot", "bay", "hangar", "pad", "time", "heading", "speed", "squawk", "squawking", "altimeter", "qnh", "qfe", "wind", "ramp",
    "taxiway", "channel", "mach", "block", "flight", "fl", "highway", "interstate", "route", "another", "plus", "exit", "concourse", "pier", "row",
];
/// Words before a bare runway.
#[rustfmt::skip]
const PLACES: &[&str] = &[
    "at", "on", "off", "take", "for", "point", "circuits", "circuit", "threshold", "toward", "towards", "grass", "position", "up", "rolling", "inbound", "using",
    "takeoff", "departure", "over", "from", "full", "into", "length", "to", "end", "taxiing", "landing", "sequence", "pattern", "final", "base", "downwind",
];
/// Approaches that a runway follows.
const PROCEDURES: &[&str] = &["ils", "rnav", "gps", "rnp", "visual", "lda", "sdf", "vor", "ndb", "localizer", "loc"];
/// Words in a call that is about a runway.
#[rustfmt::skip]
const ABOUT_RUNWAYS: &[&str] = &[
    "takeoff", "ready", "landing", "land", "final", "downwind", "base", "departure", "depart", "roll", "rolling", "lined", "line", "lining", "circuits", "circuit",
    "touch", "cleared", "threshold", "taxi", "clear", "vacated", "off", "airborne", "grass", "runway", "inbound", "holding", "crosswind", "upwind", "backtaxiing",
];
