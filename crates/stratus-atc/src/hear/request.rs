//! `Request`: what a pilot asks of a controller, with the values in the call. An act says what kind of thing is wanted; a request holds the
//! fix, side, level or speed. A value that was not said is `None` and never guessed.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::act::Act;
use crate::entities::name;
use crate::figures;
use crate::hear::clauses::{Clauses, Shape, Subject, Time};
use crate::hear::frames::{Said, Words};
use crate::instruction::Legs;
use crate::intent::{Intent, Slots};
use crate::transcript::Token;
use crate::units::{Facility, Runway, Side};

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Higher.
    Up,
    /// Lower.
    Down,
}

/// What a pilot wants to know in advance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// "Which approach can we expect?"
    Approach,
    /// "Which runway can we expect?"
    Runway,
    /// "When can we expect lower?"
    Level,
    /// "Any expected delay?"
    Delay,
}

/// What a pilot asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// Direct to a fix.
    DirectTo {
        /// In capitals: "SUNOL", "HALF MOON BAY", "SJC".
        fix: Option<String>,
    },
    /// Deviation around weather.
    Deviate {
        /// The side; `None` for either or unspecified.
        side: Option<Side>,
        /// The angle.
        degrees: Option<u16>,
    },
    /// A ride report.
    RideReport {
        /// The level, in feet.
        feet: Option<i32>,
    },
    /// A block altitude, in feet.
    BlockAltitude {
        /// The lower limit.
        low: i32,
        /// The upper limit.
        high: i32,
    },
    /// A different level.
    Level {
        /// The level, in feet.
        feet: Option<i32>,
        /// The direction, if the words say so.
        way: Option<Way>,
    },
    /// A different speed.
    Speed {
        /// The speed.
        knots: Option<u16>,
        /// Faster (up) or slower (down), if the words say so.
        way: Option<Way>,
    },
    /// A hold.
    Hold {
        /// The fix, in capitals; `None` for the present position.
        fix: Option<String>,
        /// The direction of the turns.
        turns: Option<Side>,
        /// The length of the legs.
        legs: Option<Legs>,
        /// As the pilot's chart publishes it.
        published: bool,
    },
    /// The next frequency.
    NextFrequency {
        /// The unit that the pilot asks about.
        unit: Option<Facility>,
    },
    /// An approach.
    Approach {
        /// "ILS", "RNAV", "visual", "VOR", "LOC", "NDB".
        kind: Option<String>,
        /// The runway.
        runway: Option<Runway>,
        /// A different approach from the one given.
        other: bool,
    },
    /// A different runway.
    Runway {
        /// The runway.
        runway: Option<Runway>,
    },
    /// Vectors.
    Vectors {
        /// The destination of the vectors, in capitals; `None` for the approach or unspecified.
        to: Option<String>,
        /// To final.
        approach: bool,
    },
    /// What to expect.
    Expect {
        /// The subject.
        about: Expected,
    },
}

/// A call in the form that requests are read from.
pub(crate) struct Call<'a> {
    pub(crate) t: &'a [Token],
    pub(crate) words: &'a Words,
    pub(crate) clauses: &'a Clauses,
    pub(crate) slots: &'a Slots,
    /// The callsign and the station.
    pub(crate) hidden: &'a [Range<usize>],
    pub(crate) en_route: bool,
}

/// The requests in a call. `said` holds the acts that the rules found and their positions; `intents` are those of all readers together.
pub(crate) fn requests(said: &[Said], intents: &[Intent], call: &Call) -> Vec<Request> {
    if intents.first() == Some(&Intent::Readback) && !call.words.cue("asks") {
        return Vec::new();
    }
    let mut out: Vec<Request> = Vec::new();
    let mut add = |r: Request| {
        if !out.contains(&r) {
            out.push(r);
        }
    };
    for s in said.iter().filter(|s| call.meant(s)) {
        let from = call.words.tokens(s.words.clone());
        call.of_act(s.act, &from).into_iter().for_each(&mut add);
    }
    let found = |act: Act| said.iter().any(|s| s.act == act);
    // An intent that only the learned readers heard has no position, so its values come from the whole call.
    let whole = 0..call.t.len();
    // "Okay if we do three hundred knots under ten": a value in knots is a speed.
    let speed = call.slots.speed_kt.is_some() && call.slots.altitude_ft.is_empty() && !found(Act::Level);
    let unmet = intents.iter().all(|i| matches!(i, Intent::AltitudeRequest | Intent::Unknown));
    if speed && unmet && !found(Act::Speed) && call.words.cue("asks") {
        call.of_act(Act::Speed, &whole).into_iter().for_each(&mut add);
    } else if intents.contains(&Intent::AltitudeRequest) && !found(Act::Level) && !found(Act::Block) {
        call.of_act(Act::Level, &whole).into_iter().for_each(&mut add);
    }
    if intents.contains(&Intent::ApproachRequest) && !found(Act::Approach) {
        call.of_act(Act::Approach, &whole).into_iter().for_each(&mut add);
    }
    // "Request ten mile legs", from an aircraft that holds: the rest of the hold stays.
    if !found(Act::Hold) && call.legs().is_some() {
        add(call.hold(None));
    }
    call.vectors().filter(|_| !found(Act::Hold)).into_iter().for_each(&mut add);
    // "Block three three zero to three five zero" requests no single level, and "request the ILS 28R" no different runway.
    if out.iter().any(|r| matches!(r, Request::BlockAltitude { .. })) {
        out.retain(|r| !matches!(r, Request::Level { .. }));
    }
    // A descent mentioned beside another request is not a request.
    if out.iter().any(|r| !matches!(r, Request::Level { feet: None, .. })) {
        out.retain(|r| !matches!(r, Request::Level { feet: None, way: None }));
    }
    if let Some(Request::Approach { runway: Some(_), .. }) = out.iter().find(|r| matches!(r, Request::Approach { .. })) {
        out.retain(|r| !matches!(r, Request::Runway { .. }));
    }
    out
}

impl Call<'_> {
    fn word(&self, i: usize) -> &str {
        self.t.get(i).map_or("", Token::word)
    }

    fn free(&self, i: usize) -> bool {
        !self.hidden.iter().any(|h| h.contains(&i))
    }

    fn has(&self, words: &[&str]) -> bool {
        (0..self.t.len()).any(|i| self.free(i) && words.contains(&self.word(i)))
    }

    /// The pilot's own, present request: not denied, reported or past.
    fn meant(&self, s: &Said) -> bool {
        let Some(head) = s.words.clone().find(|i| self.clauses.says(*i)) else { return true };
        let sense = self.clauses.sense(head, Shape::Deed);
        let negator = |w: &str| matches!(w, "not" | "no" | "never" | "without" | "unable" | "cannot");
        let denied = (s.words.start.saturating_sub(3)..s.words.start).any(|i| negator(self.clauses.word(i)));
        !(sense.denied && denied
            || sense.subject == Subject::Other && sense.time == Time::Reported
            || sense.time == Time::Past && !self.words.cue("asks"))
    }

    fn of_act(&self, act: Act, at: &Range<usize>) -> Option<Request> {
        Some(match act {
            Act::DirectTo => Request::DirectTo { fix: self.named_behind(&["direct", "dct", "straight", "shortcut"], at) },
            Act::Deviate => {
                let said = self.slots.deviation;
                Request::Deviate { side: said.map(|d| d.0), degrees: said.and_then(|d| d.1).or_else(|| self.degrees(at)) }
            }
            Act::Ride => Request::RideReport { feet: self.levels(0).first().copied().or(self.slots.altitude_ft.first().copied()) },
            Act::Block => {
                let levels = self.levels(0);
                let (a, b) = match levels.as_slice() {
                    [.., a, b] => (*a, *b),
                    _ => return Some(Request::Level { feet: levels.last().copied(), way: None }),
                };
                Request::BlockAltitude { low: a.min(b), high: a.max(b) }
            }
            Act::Level => {
                let wanted = self.levels(at.start);
                Request::Level { feet: wanted.last().copied(), way: self.way() }
            }
            Act::Speed => Request::Speed { knots: self.knots(at), way: self.faster() },
            Act::Hold => self.hold(self.named_behind(&["at", "over", "near", "overhead"], at)),
            Act::NextFrequency => Request::NextFrequency { unit: self.unit() },
            Act::Approach => Request::Approach {
                kind: self.slots.approach.clone(),
                runway: self.slots.runway,
                other: self.has(&["another", "different", "instead", "other", "rather", "change", "switch"]),
            },
            Act::RunwayChange => Request::Runway { runway: self.slots.runway },
            Act::Expect => Request::Expect { about: self.expected() },
            _ => return None,
        })
    }

    /// The name after one of these words, within the act's words or directly after them.
    fn named_behind(&self, words: &[&str], at: &Range<usize>) -> Option<String> {
        let reach = at.start..(at.end + 2).min(self.t.len());
        let lead = reach.rev().find(|i| self.free(*i) && words.contains(&self.word(*i)))?;
        name(self.t, lead + 1, self.hidden).map(|n| n.to_uppercase())
    }

    /// A hold with what the words say about its turns and legs.
    fn hold(&self, fix: Option<String>) -> Request {
        Request::Hold { fix, turns: self.turns(), legs: self.legs(), published: self.has(&["published", "charted", "depicted"]) }
    }

    /// "Left turns", "right hand pattern".
    fn turns(&self) -> Option<Side> {
        let named = |i: &usize| matches!(self.word(i + 1), "turns" | "turn" | "hand" | "handed" | "pattern" | "holding" | "hold");
        (0..self.t.len()).filter(|i| self.free(*i)).filter(named).find_map(|i| match self.word(i) {
            "left" => Some(Side::Left),
            "right" => Some(Side::Right),
            _ => None,
        })
    }

    /// "Ten mile legs", "two minute legs", "legs of two minutes".
    fn legs(&self) -> Option<Legs> {
        let leg = (0..self.t.len()).find(|i| self.free(*i) && matches!(self.word(*i), "leg" | "legs"))?;
        let near = leg.saturating_sub(2)..(leg + 6).min(self.t.len());
        let unit = near.clone().find(|i| matches!(self.word(*i), "mile" | "miles" | "minute" | "minutes" | "minutes'"))?;
        let count = |end: usize| {
            let start = (0..end).rev().take_while(|i| self.t[*i].digit().is_some()).last()?;
            figures::digits(self.t, start..end).parse::<u8>().ok()
        };
        if self.word(unit).starts_with("mile") {
            return count(unit).filter(|n| (1..=40).contains(n)).map(Legs::Miles);
        }
        // "One and a half minutes".
        let half = self.word(unit.wrapping_sub(1)) == "half";
        let whole = if half { count(unit.saturating_sub(3)) } else { count(unit) };
        whole.filter(|n| (1..=5).contains(n)).map(|n| Legs::HalfMinutes(2 * n + u8::from(half)))
    }

    /// The levels from a token on, in feet.
    fn levels(&self, from: usize) -> Vec<i32> {
        figures::levels_of(self.t, self.hidden, self.en_route).into_iter().filter(|f| f.range.end > from).map(|f| f.value).collect()
    }

    fn way(&self) -> Option<Way> {
        // The comparative states the direction, then the verb. "Up" and "down" alone may mean anything ("beat up down here").
        [
            (["higher", "top"], ["lower", "below"]),
            (["climb", "climbing"], ["descend", "descending"]),
            (["up", "climb"], ["down", "descent"]),
        ]
        .iter()
        .find_map(|(up, down)| match (self.has(up), self.has(down)) {
            (true, false) => Some(Way::Up),
            (false, true) => Some(Way::Down),
            _ => None,
        })
    }

    fn faster(&self) -> Option<Way> {
        let up = self.has(&["high", "faster", "fast", "up", "maximum", "increase"]);
        let down = self.has(&["slow", "slower", "slowing", "reduce", "reducing", "minimum", "back", "down"]);
        match (up, down) {
            (true, false) => Some(Way::Up),
            (false, true) => Some(Way::Down),
            _ => None,
        }
    }

    fn knots(&self, at: &Range<usize>) -> Option<u16> {
        let run = (at.start..self.t.len()).find(|i| self.free(*i) && self.t[*i].digit().is_some() && figures::run_end(self.t, *i) == i + 3);
        let behind = |i: usize| self.word(i + 3);
        let said = run.filter(|i| !matches!(behind(*i), "thousand" | "feet" | "hundred"));
        self.slots.speed_kt.or_else(|| figures::digits(self.t, said?..said? + 3).parse().ok().filter(|k| (60..=400).contains(k)))
    }

    fn degrees(&self, at: &Range<usize>) -> Option<u16> {
        let i = at.clone().find(|i| self.free(*i) && self.t[*i].digit().is_some())?;
        figures::digits(self.t, i..figures::run_end(self.t, i)).parse().ok().filter(|d| (5..=90).contains(d))
    }

    fn unit(&self) -> Option<Facility> {
        (0..self.t.len()).filter(|i| self.free(*i)).find_map(|i| crate::caller::facility_of(self.word(i))).filter(|f| *f != Facility::Ctaf)
    }

    fn expected(&self) -> Expected {
        if self.has(&["delay", "delays", "eat", "time"]) {
            Expected::Delay
        } else if self.has(&["lower", "higher", "descent", "descend", "climb"]) {
            Expected::Level
        } else if self.has(&["approach", "approaches", "arrival", "procedure"]) {
            Expected::Approach
        } else {
            Expected::Runway
        }
    }

    /// "Request vectors to Livermore", "vectors for the ILS".
    fn vectors(&self) -> Option<Request> {
        let i = (0..self.t.len()).find(|i| self.free(*i) && matches!(self.word(*i), "vector" | "vectors"))?;
        let sense = self.clauses.sense(self.clauses.find(|w| w == "vector" || w == "vectors").first().copied()?, Shape::Deed);
        if sense.denied || sense.time == Time::Past || !self.words.cue("asks") && self.slots.topic.is_none() {
            return None;
        }
        let lead = (i + 1..(i + 3).min(self.t.len())).find(|k| matches!(self.word(*k), "to" | "for" | "us"));
        let lead = lead.map(|k| if self.word(k) == "us" && matches!(self.word(k + 1), "to" | "for") { k + 1 } else { k });
        let behind = lead.map_or("", |k| self.word(k + if self.word(k + 1) == "the" { 2 } else { 1 }));
        let approach = self.slots.approach.is_some() || matches!(behind, "final" | "approach" | "localizer" | "runway");
        let to = lead.filter(|_| !approach).and_then(|k| name(self.t, k + 1, self.hidden)).map(|n| n.to_uppercase());
        Some(Request::Vectors { to, approach })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::Context;
    use crate::understand::understand;
    use Request::*;

    fn asked(text: &str, unit: Facility) -> Vec<Request> {
        understand(text, &Context { facility: Some(unit), own: "N172SP".parse().ok(), ..Context::default() }).requests
    }

    #[test]
    fn requests_carry_their_spoken_values() {
        let named = |s: &str| Some(s.to_owned());
        let runway = |r: &str| r.parse().ok();
        let hold = |fix, turns, legs| Hold { fix, turns, legs, published: false };
        for (text, want) in [
            ("skyhawk 2sp request direct SUNOL", DirectTo { fix: named("SUNOL") }),
            ("any chance of direct to half moon bay, 172sp", DirectTo { fix: named("HALF MOON BAY") }),
            ("172sp can we get direct when able", DirectTo { fix: None }),
            ("172sp request direct sierra juliett charlie", DirectTo { fix: named("SJC") }),
            ("172sp need twenty degrees left for weather", Deviate { side: Some(Side::Left), degrees: Some(20) }),
            ("172sp request deviation right of course for buildups", Deviate { side: Some(Side::Right), degrees: None }),
            ("172sp how are the rides at three six zero", RideReport { feet: Some(36_000) }),
            ("172sp any ride reports ahead", RideReport { feet: None }),
            ("172sp request block flight level two one zero to two three zero", BlockAltitude { low: 21_000, high: 23_000 }),
            ("172sp request block one two thousand through one four thousand", BlockAltitude { low: 12_000, high: 14_000 }),
            ("172sp request flight level three seven zero", Level { feet: Some(37_000), way: None }),
            ("172sp can we get higher we are getting beat up down here", Level { feet: None, way: Some(Way::Up) }),
            ("172sp can we get lower we will end up high", Level { feet: None, way: Some(Way::Down) }),
            ("172sp level at six thousand request lower", Level { feet: None, way: Some(Way::Down) }),
            ("172sp request climb to niner thousand", Level { feet: Some(9_000), way: Some(Way::Up) }),
            ("172sp can we speed it up to three twenty in the descent", Speed { knots: Some(320), way: Some(Way::Up) }),
            ("172sp request to reduce speed to one six zero knots", Speed { knots: Some(160), way: Some(Way::Down) }),
            ("172sp would like to hold at GOBBI for ten minutes", hold(named("GOBBI"), None, None)),
            (
                "172sp request to hold over SUNOL left turns two minute legs",
                hold(named("SUNOL"), Some(Side::Left), Some(Legs::HalfMinutes(4))),
            ),
            ("172sp can we hold here with right turns and ten mile legs", hold(None, Some(Side::Right), Some(Legs::Miles(10)))),
            ("172sp request one and a half minute legs", hold(None, None, Some(Legs::HalfMinutes(3)))),
            ("172sp who do we talk to next", NextFrequency { unit: None }),
            ("172sp request the ILS runway two eight right", Approach { kind: named("ILS"), runway: runway("28R"), other: false }),
            ("172sp request the RNAV three one instead", Approach { kind: named("RNAV"), runway: runway("31"), other: true }),
            ("172sp request vectors to livermore", Vectors { to: named("LIVERMORE"), approach: false }),
            ("172sp which approach can we expect", Expect { about: Expected::Approach }),
            ("172sp what runway can we expect", Expect { about: Expected::Runway }),
        ] {
            let got = asked(text, Facility::Center);
            assert!(got.contains(&want), "{text}: {got:?}");
        }
    }

    #[test]
    fn reports_and_denials_are_not_requests() {
        for text in [
            "172sp roger",
            "direct SUNOL 172sp",
            "172sp we do not need the block any more",
            "172sp unable direct SUNOL",
            "172sp level six thousand",
            "172sp thanks for the vectors",
        ] {
            let ctx = Context {
                facility: Some(Facility::Center),
                own: "N172SP".parse().ok(),
                last_atc: Some("N172SP, proceed direct SUNOL".into()),
                pending: true,
                ..Context::default()
            };
            assert_eq!(understand(text, &ctx).requests, [], "{text}");
        }
    }
}
