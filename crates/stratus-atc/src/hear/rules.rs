//! Turns the frames of a call into a reading: acts in spoken order, intents with the main one first, and slot values.

use super::clauses::{Clauses, Shape, Time, content};
use super::frames::{Decoded, Facts, Said, Words, decode};
use super::grammar::negator;
use crate::act::Act;
use crate::entities::{self, compass};
use crate::intent::{Context, Intent, Slots, Topic};
use crate::telephony;
use crate::transcript::{ALPHABET, Token, tokens};
use crate::units::{Facility, Side};

/// The input of the rules.
pub struct Scene<'a> {
    /// The words.
    pub words: &'a Words,
    /// What the engine knows.
    pub ctx: &'a Context,
    /// The call began with a station.
    pub station: bool,
    /// The unit, named or tuned.
    pub facility: Option<Facility>,
    /// The call contained a callsign.
    pub caller: bool,
    /// Part of the controller's last words is read back correctly.
    pub echoes: bool,
    /// The call ended with the callsign.
    pub callsign_last: bool,
    /// The controller's last words, in lower case.
    pub last: String,
    /// The tokens of the message, without callsign and station.
    pub said: Vec<Token>,
}

/// What the rules found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The acts, in spoken order.
    pub acts: Vec<Act>,
    /// Each act with its position.
    pub said: Vec<Said>,
    /// The intents, the main one first.
    pub intents: Vec<Intent>,
    /// 0 to 1.
    pub confidence: f32,
    /// Intents of acts that the pilot denies or attributes to others.
    pub taken_back: Vec<Intent>,
    /// What was known of the call besides its words.
    pub facts: Facts,
}

impl Scene<'_> {
    fn cue(&self, class: &str) -> bool {
        self.words.cue(class)
    }

    /// The text gives orders to a machine instead of talking to a controller.
    pub fn hostile(&self) -> bool {
        self.cue("machine")
    }

    fn facts(&self, slots: &Slots, clauses: &Clauses) -> Facts {
        use Facility::*;
        let on = |which: &[Facility]| self.facility.is_some_and(|f| which.contains(&f));
        let leg = self.on_leg(slots);
        Facts::default()
            .with(Facts::station, self.station)
            .with(Facts::last, self.callsign_last)
            .with(Facts::caller, self.caller)
            .with(Facts::pending, self.ctx.pending)
            .with(Facts::spoken, self.ctx.last_atc.is_some())
            .with(Facts::ground, self.facility.is_none() || on(&[Ground]))
            .with(Facts::ground_only, on(&[Ground, Clearance]))
            .with(Facts::tower, self.facility.is_none() || on(&[Tower]))
            .with(Facts::radar, on(&[Approach, Departure, Center, Clearance]))
            .with(Facts::center, on(&[Center]))
            .with(Facts::delivery, on(&[Clearance]))
            .with(Facts::open, self.facility.is_none())
            .with(Facts::asked_heading, self.asked_heading())
            .with(Facts::told_traffic, self.told("traffic"))
            .with(Facts::told_field, self.told("airport, field, runway in sight, aerodrome"))
            .with(Facts::told_ident, self.told("ident, flash"))
            .with(Facts::asked_fuel, self.told("fuel, endurance"))
            .with(Facts::granted, self.told("frequency change approved"))
            .with(Facts::runway, slots.runway.is_some())
            .with(Facts::level, !slots.altitude_ft.is_empty())
            .with(Facts::distance, slots.distance_nm.is_some())
            .with(Facts::heading, slots.heading.is_some())
            .with(Facts::code, slots.squawk.is_some())
            .with(Facts::frequency, slots.frequency.is_some())
            .with(Facts::letter, slots.atis.is_some())
            .with(Facts::on_leg, leg)
            .with(Facts::place, slots.position.is_some())
            .with(Facts::pressure, slots.altimeter.is_some())
            .with(Facts::others_deny, clauses.only_others_deny())
    }

    /// On a pattern leg, or holding short.
    fn on_leg(&self, slots: &Slots) -> bool {
        self.cue("abeam") || slots.position.as_deref().is_some_and(|p| entities::LEGS.contains(&p) || p == "hold_short")
    }

    /// Whether the controller's last words contain one of these, comma-separated.
    fn told(&self, words: &str) -> bool {
        !self.last.is_empty() && words.split(", ").any(|w| self.last.contains(w))
    }

    fn asked_heading(&self) -> bool {
        self.told("say heading, report heading, say assigned heading, say your heading, say present heading, say magnetic heading, report your heading, what heading, heading?")
    }

    /// Whether an instruction is read back: the call uses words that only a controller says first, or repeats what was issued.
    fn reads_back(&self, d: &Decoded, slots: &Slots) -> bool {
        let w = self.words;
        let (strong, cleared) = (self.cue("strong"), self.cue("cleared"));
        let quiet = self.ctx.last_atc.is_none() && !self.ctx.pending;
        let denies = slots.not_ready && matches!(self.facility, None | Some(Facility::Tower | Facility::Ground));
        let observes = matches!(slots.topic, Some(Topic::Observation | Topic::Laser | Topic::Resolution));
        // A sequence number that the pilot reports is not one that was assigned.
        let waits = self.cue("waits_there") && !self.told("hold short, follow, behind, number");
        if !strong && (denies || observes || waits && quiet) || waits && !quiet && self.ctx.last_atc.is_some() || self.cue("in_the_hold") {
            return false;
        }
        if self.echoes && strong && !self.cue("not_cleared") {
            // A readback takes precedence over any request that follows it.
            return true;
        }
        let tells_code = self.cue("tells_code") && quiet;
        let landed = !self.echoes && self.cue("landed") && d.has(Act::TaxiIn);
        if landed || tells_code || w.count() == 0 || self.cue("asks") || self.cue("no_readback") && !cleared {
            return false;
        }
        if !cleared && (self.facility == Some(Facility::Ctaf) || self.cue("observes")) {
            return false;
        }
        if strong {
            return !self.cue("not_cleared");
        }
        let bare = w.count();
        let only_frequency = slots.frequency.is_some() && bare <= 12;
        if self.station {
            return only_frequency && bare <= 9 || self.ctx.pending && self.cue("weak") && self.callsign_last;
        }
        // An impossible frequency is a readback too, so that it can be corrected.
        if only_frequency || self.cue("bare_frequency") {
            return true;
        }
        let runway_alone = slots.runway.is_some() && bare <= 5 && self.cue("bare_runway") && slots.position.is_none();
        let awaited = self.ctx.pending
            || self
                .ctx
                .told("taxi, hold short, cleared, climb, descend, maintain, turn, contact, squawk, cross, heading, speed, report, enter")
                && !self.cue("holding_first");
        if slots.position.is_some() && (self.callsign_last || self.ctx.pending) && self.told("enter, make left, make right, extend") {
            return true;
        }
        let altimeter = slots.altimeter.is_some() && bare <= 10;
        runway_alone && !d.has(Act::Vacated) && (self.callsign_last || awaited)
            || self.cue("on_the_heading") && slots.heading.is_some()
            || altimeter && !self.cue("inbound_words")
            || (self.callsign_last || !self.caller || awaited) && (self.cue("leads") || self.cue("weak") && !self.cue("inbound_words"))
            || self.cue("orders")
            || self.cue("approved")
            || !d.has(Act::Ident) && !d.has(Act::Position) && slots.position.is_none() && self.repeats()
    }

    /// Whether most content words repeat the controller's last transmission.
    fn repeats(&self) -> bool {
        let Some(last) = self.ctx.last_atc.as_deref() else { return false };
        let last: Vec<String> = tokens(last).iter().filter_map(spoken).collect();
        let said: Vec<String> = self.said.iter().filter_map(spoken).collect();
        let again = said.iter().filter(|w| last.contains(w)).count();
        again > 0 && again * 10 >= said.len() * REPEATED
    }

    /// Reads the call, and stores circumstances in the slots.
    pub fn read(&self, t: &[Token], clauses: &Clauses, slots: &mut Slots) -> Found {
        slots.heading = slots.heading.or_else(|| steered(t));
        let facts = self.facts(slots, clauses);
        let mut d = decode(self.words, facts);
        let mut denied: Vec<Intent> = Vec::new();
        let late: Vec<Intent> = d.said.iter().filter(|s| is_put_off(s, clauses)).map(|s| s.act.intent()).collect();
        d.said.retain_mut(|s| {
            let back = taken_back(s, clauses) || late.contains(&s.act.intent());
            if back {
                denied.push(s.act.intent());
            }
            let departs = matches!(s.act.intent(), Intent::DepartureReady | Intent::TakeoffRequest);
            if back && departs {
                // A denial of being ready carries information too.
                s.act = Act::NotReady;
            }
            !back || departs
        });
        circumstances(&d, self.words, t, clauses, slots);
        let (intents, confidence) = self.intents(&d, slots);
        let reads_back = intents.contains(&Intent::Readback);
        let kept = |a: &Act| a.intent() == Intent::Unknown || intents.contains(&a.intent());
        let mut acts: Vec<Act> = Vec::new();
        if reads_back {
            acts.push(Act::Readback);
        }
        for said in &d.said {
            let unasked = reads_back && a_request(said.act);
            if kept(&said.act) && !unasked && !acts.contains(&said.act) {
                acts.push(said.act);
            }
        }
        Found { acts, said: d.said, intents, confidence, taken_back: denied, facts }
    }

    fn intents(&self, d: &Decoded, slots: &Slots) -> (Vec<Intent>, f32) {
        let unknown = (vec![Intent::Unknown], 0.1);
        let mut acts: Vec<Act> = d.said.iter().map(|s| s.act).collect();
        acts.sort_unstable();
        acts.dedup();
        let urgent = acts.iter().any(|a| matches!(a.intent(), Intent::Mayday | Intent::PanPan));
        if !urgent && (self.hostile() && !self.caller || d.loose > BABBLE) {
            return unknown;
        }
        // A pilot who is not ready is not asking for takeoff.
        if slots.not_ready {
            acts.retain(|a| !matches!(a.intent(), Intent::DepartureReady | Intent::TakeoffRequest));
        }
        // A request for special VFR implies an arrival or a departure.
        if slots.special_vfr && self.cue("asks") {
            acts.push(if self.cue("comes_in") { Act::Inbound } else { Act::TakeOff });
            acts.sort_unstable();
            acts.dedup();
        }
        // A pattern leg with a landing wish is a position report, unless the pilot asks for it.
        if self.on_leg(slots) && !self.cue("asks") {
            acts.retain(|a| !matches!(a.intent(), Intent::TouchAndGoRequest | Intent::PatternRequest | Intent::InboundLanding));
        }
        let has = |wanted: &dyn Fn(Intent) -> bool| acts.iter().any(|a| wanted(a.intent()));
        let cannot = |i: Intent| {
            use Intent::*;
            matches!(i, GoAround | SayAgain | Unable | RadioCheck | Mayday | PanPan | LowFuel)
        };
        let sees = has(&|i| matches!(i, Intent::TrafficInSight | Intent::NegativeContact | Intent::FieldInSight));
        let only_sees = sees && !self.cue("strong") && slots.runway.is_none() && !self.cue("sequence_words");
        let cancels = has(&|i| matches!(i, Intent::CancelFlightFollowing | Intent::CancelIfr | Intent::RequestProgressiveTaxi));
        let vacates = has(&|i| i == Intent::ClearOfRunway) && !self.cue("strong") && slots.frequency.is_none();
        let answers = self.asked_heading() && slots.heading.is_some();
        // A question about the ride, traffic or delay is not a readback, whatever digits it contains.
        let asks_about = |a: &Act| matches!(a, Act::Ride | Act::AskTraffic | Act::Sequence | Act::Delay | Act::Expect | Act::WhatSpeed);
        let question = !self.cue("strong") && acts.iter().any(asks_about);
        let reads_back = self.reads_back(d, slots) && !question && !has(&cannot) && !answers && !only_sees && !cancels && !vacates;
        let mut sure = 0.9;
        if reads_back {
            acts.retain(|a| !a_request(*a));
            acts.push(Act::Readback);
            acts.sort_unstable();
            sure = if self.ctx.pending || self.cue("strong") || self.callsign_last { 0.95 } else { 0.75 };
        } else if acts.iter().any(|a| a_request(*a) && *a < Act::TrafficNotSeen && *a > Act::Readback) {
            // A check-in beside a request is part of the request.
            acts.retain(|a| *a != Act::CheckIn);
        }
        let mut intents: Vec<Intent> = Vec::new();
        for a in &acts {
            let start = (*a == Act::PushAndStart).then_some(Intent::StartupRequest);
            for i in std::iter::once(a.intent()).chain(start) {
                if !matches!(i, Intent::Unknown | Intent::Roger) && !intents.contains(&i) {
                    intents.push(i);
                }
            }
        }
        self.place(slots, &mut intents, reads_back);
        self.alone(d, slots, &mut intents, &mut sure);
        let nothing_else = matches!(intents.as_slice(), [] | [Intent::Roger]);
        // An observation may mention the same runway as the last transmission.
        let tells = slots.topic.is_some() || loose(self.words) > 3 && !self.ctx.pending;
        if nothing_else && self.echoes && !tells && !self.hostile() {
            return (vec![Intent::Readback], if self.ctx.pending { 0.85 } else { 0.7 });
        }
        if intents.is_empty() && self.ctx.pending && slots.topic.is_none() && slots.runway.is_some() {
            return (vec![Intent::Readback], 0.6);
        }
        if intents.is_empty() {
            return unknown;
        }
        if !self.caller && !urgent {
            sure -= 0.2;
        }
        if self.hostile() {
            sure -= 0.2;
        }
        (intents, sure)
    }

    /// A position makes the call a report, whatever else it contains.
    fn place(&self, slots: &Slots, intents: &mut Vec<Intent>, reads_back: bool) {
        // Words about a place mean nothing unless something indicates a pilot.
        let pilot = self.caller || self.station || self.ctx.pending || self.ctx.last_atc.is_some();
        let leg = slots.position.as_deref().is_some_and(|p| entities::LEGS.contains(&p) || p == "hold_short");
        let here = slots.distance_nm.is_some() || slots.crossing && slots.runway.is_some() || slots.position.is_some() && (pilot || leg);
        if here && !reads_back && !intents.contains(&Intent::PositionReport) {
            intents.push(Intent::PositionReport);
        }
    }

    /// Short calls that carry meaning only if nothing else was said.
    fn alone(&self, d: &Decoded, slots: &Slots, intents: &mut Vec<Intent>, sure: &mut f32) {
        if !intents.is_empty() {
            return;
        }
        let w = self.words;
        *sure = 0.85;
        let asked = self.told("advise when ready, report ready, advise ready");
        let at_hand = matches!(self.facility, None | Some(Facility::Tower | Facility::Ground));
        let takes = asked && (d.has(Act::NotReady) || d.has(Act::Roger));
        if takes || d.has(Act::Roger) && w.count() <= 12 && !slots.not_ready {
            // Recognisers hear "thank you" in noise.
            let noise = self.cue("thanks") && !self.caller && !self.ctx.pending && self.ctx.last_atc.is_none();
            if !noise {
                intents.push(Intent::Roger);
            }
        } else if slots.not_ready && at_hand && !self.cue("roger_first") {
            intents.push(Intent::Unable);
            *sure = 0.9;
        } else if d.has(Act::Roger) && w.count() <= 12 {
            intents.push(Intent::Roger);
        } else if self.cue("negative_first") && w.count() <= 6 {
            intents.push(Intent::Unable);
        } else if w.count() == 0 && self.caller && self.station {
            intents.push(Intent::CheckIn);
            *sure = 0.7;
        }
    }
}

/// Whether a request or report is denied or merely quoted, by the grammar of its clause. The gate checks more strictly what it admits.
fn taken_back(said: &Said, clauses: &Clauses) -> bool {
    if stands_alone(said.act.intent()) {
        return clauses.is_not_ours(said.words.clone(), said.act.intent() == Intent::Lost);
    }
    let own_negation = matches!(said.act, Act::TrafficNotSeen | Act::Roger | Act::CancelFollowing | Act::CancelIfr);
    if said.act < Act::ProgressiveTaxi || said.act.intent() == Intent::Unknown || own_negation {
        return false;
    }
    let Some(head) = said.words.clone().find(|i| content(clauses.word(*i))) else { return false };
    let shape = if said.act == Act::Ready { Shape::State } else { Shape::Deed };
    let sense = clauses.sense(head, shape);
    let negated = (head.saturating_sub(4)..said.words.start).any(|i| negator(clauses.word(i)));
    // "We never saw a clearance": what the pilot lacks is wanted.
    let lacks = said.act.intent() == Intent::IfrClearanceRequest && clauses.lacks(head);
    sense.denied && negated && !lacks || sense.time == Time::Reported || ended(clauses, said.words.start)
}

/// "Might ask for higher later": another call will follow.
fn is_put_off(said: &Said, clauses: &Clauses) -> bool {
    matches!(said.act, Act::Level | Act::Approach) && clauses.put_off(said.words.end)
}

/// Acts that a denial in the call does not cancel by itself: only words that say whose, or what for, they are.
fn stands_alone(intent: Intent) -> bool {
    matches!(intent, Intent::Mayday | Intent::PanPan | Intent::Lost | Intent::LowFuel | Intent::GoAround)
}

/// Whether the thing at a word is over, or replaced by something else: "no more touch and goes", "enough of the circuit", "done with".
fn ended(clauses: &Clauses, at: usize) -> bool {
    let article = |i: usize| matches!(clauses.word(i), "the" | "this" | "that" | "our" | "these" | "a");
    let end = if at > 0 && article(at - 1) { at - 1 } else { at };
    let two = |n: usize| end.checked_sub(n).map_or("", |i| clauses.word(i));
    let pair = (two(2), two(1));
    matches!(pair, ("no", "more") | ("enough" | "instead", "of") | ("done" | "finished", "with") | ("rather", "than"))
}

/// The minimum share of words, in tenths, that a repetition takes from the controller.
const REPEATED: usize = 6;

/// The repeatable content of a token: a content word without its ending, a letter, or a digit.
fn spoken(token: &Token) -> Option<String> {
    match token {
        Token::Word(w) => content(w).then(|| stem(w).to_owned()),
        Token::Letter(c) => Some(c.to_string()),
        Token::Digit(d, _) => Some(d.to_string()),
        Token::Point => None,
    }
}

/// "Holding" and "hold" share a stem.
fn stem(w: &str) -> &str {
    ["ing", "ed", "s", "e"].iter().find_map(|end| w.strip_suffix(end)).filter(|s| s.len() > 2).unwrap_or(w)
}

/// The number of meaningless words above which any meaning is a coincidence.
const BABBLE: usize = 40;

/// Acts that a readback excludes.
fn a_request(act: Act) -> bool {
    !matches!(act.intent(), Intent::TrafficInSight | Intent::NegativeContact | Intent::Ident | Intent::FieldInSight)
        && act > Act::Readback
        && act.intent() != Intent::Unknown
}

/// Topics by act.
const TOPICS: [(Act, Topic); 14] = [
    (Act::Resolution, Topic::Resolution),
    (Act::Laser, Topic::Laser),
    (Act::TransponderOut, Topic::TransponderOut),
    (Act::ClearedToLand, Topic::ClearedToLand),
    (Act::LeavePattern, Topic::LeavesPattern),
    (Act::PracticeFailure, Topic::EngineOut),
    (Act::ShortApproach, Topic::ShortApproach),
    (Act::WhatSpeed, Topic::WhatSpeed),
    (Act::Hold, Topic::HoldHere),
    (Act::Deice, Topic::Deice),
    (Act::Tow, Topic::Tow),
    (Act::VectorAround, Topic::Vector),
    (Act::Obstacle, Topic::Obstacle),
    (Act::Observation, Topic::Observation),
];

/// Stores uncommon acts in the slots.
fn circumstances(d: &Decoded, words: &Words, t: &[Token], clauses: &Clauses, slots: &mut Slots) {
    // A pilot who taxis back has given up the departure.
    slots.not_ready = d.has(Act::NotReady) && !d.has(Act::TaxiIn);
    slots.crossing = d.has(Act::Cross) || slots.runway.is_some() && clauses.wants_to("cross");
    slots.enters = !slots.crossing && d.has(Act::EnterRunway);
    slots.disabled = d.has(Act::Stuck);
    slots.cancels_distress = d.has(Act::CancelDistress);
    slots.special_vfr = d.has(Act::SpecialVfr);
    slots.minimum_fuel = d.has(Act::MinimumFuel) && !d.has(Act::Mayday);
    slots.topic = TOPICS.iter().find(|(a, _)| d.has(*a)).map(|(_, t)| *t);
    if slots.nature.is_none() {
        let danger = d.said.iter().find(|s| (Act::EngineFailure..=Act::Medical).contains(&s.act) && s.act != Act::PanPan);
        slots.nature = danger.map(|s| words.text(s.words.clone()));
    }
    if let Some(turn) = d.said.iter().find(|s| s.act == Act::Deviate) {
        slots.deviation = deviation(t.get(words.tokens(turn.words.clone())).unwrap_or(&[]));
    }
}

/// "Twenty degrees left for a cell", "need to deviate right of course".
fn deviation(said: &[Token]) -> Option<(Side, Option<u16>)> {
    let side = said.iter().find_map(|x| match x.word() {
        "left" => Some(Side::Left),
        "right" => Some(Side::Right),
        _ => None,
    })?;
    let degrees: String = said.iter().filter_map(Token::digit).collect();
    if degrees.is_empty() {
        return Some((side, None));
    }
    degrees.parse().ok().filter(|d| (5..=90).contains(d)).map(|d| (side, Some(d)))
}

/// "Steering one six five".
fn steered(t: &[Token]) -> Option<u16> {
    let i = t.iter().position(|x| x.is("steering"))?;
    let end = crate::figures::run_end(t, i + 1);
    let degrees = (end == i + 4).then(|| crate::figures::digits(t, i + 1..end))?;
    degrees.parse().ok().filter(|d| (1..=360).contains(d))
}

/// The number of unexplained words, up to where the pilot states the destination.
pub fn loose(words: &Words) -> usize {
    let (plain, departs) = (words.marked("plain"), words.marked("departs"));
    let explained = |i: usize, w: &str| plain[i] || ALPHABET.contains(&w) || compass(w).is_some() || telephony::is_type(w);
    words.all().take_while(|(i, _)| !departs[*i]).filter(|(i, w)| !explained(*i, w)).count()
}

#[cfg(test)]
mod tests;
