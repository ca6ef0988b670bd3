//! `understand`: turns a transcript and the engine's knowledge into an `Understanding`. It never guesses: `unknown` is a valid result.

use serde_json::{Map, Value, json};

use super::act::Act;
use super::caller::{self, Caller};
use super::entities::{self, bare::Bare, whereabouts};
use super::hear::clauses::Clauses;
use super::hear::evidence;
use super::hear::frames::Words;
use super::hear::joined::{self, Joined};
use super::hear::learned::{self, Reading};
use super::hear::normalise::normalise;
use super::hear::parts;
use super::hear::remarked::remarked;
use super::hear::rules::{self, Scene};
use super::instruction::Item;
use super::intent::{Context, Intent, Slots, Understanding};
use super::readback;
use super::transcript::Token;
use super::{figures, parse, request};
use crate::Engine;
use crate::hear::opinion::Opinion;
use crate::units::{Facility, Region};

/// The meaning of a transcript. Bounded work and no panic, whatever the text.
pub fn understand(text: &str, ctx: &Context) -> Understanding {
    understand_said(normalise(text, ctx), ctx)
}

impl Engine {
    /// Reads a transcript.
    pub fn understand(&self, text: &str) -> Understanding {
        self.understand_with(text, None)
    }

    /// Reads a transcript with the sentence model's opinion on [`crate::hear::stated`] words. The questions beside a statement do not change
    /// what it states, and are answered apart.
    pub fn understand_with(&self, text: &str, opinion: Option<Opinion>) -> Understanding {
        let context = Context { opinion, ..self.context() };
        let mut u = self.main_reading(text, &context);
        u.unsure = self.unsure_of(text);
        u.subjects = opinion.map(|o| o.subjects()).unwrap_or_default();
        u.slots.runway = u.slots.runway.map(|r| crate::know::water_runway(text, r, &context.runways).unwrap_or(r));
        u
    }

    fn main_reading(&self, text: &str, context: &Context) -> Understanding {
        let Some(stated) = parts::statement(text) else { return understand(text, context) };
        let alone = Context { opinion: None, ..context.clone() };
        let whole = understand(text, &alone);
        let main = understand(&stated, context).with_caller_of(&whole);
        let grave = [Intent::Mayday, Intent::PanPan, Intent::Lost, Intent::LowFuel, Intent::GoAround];
        // Words of danger count wherever they stand, and a statement that says nothing leaves the whole call.
        let nothing = main.intent == Intent::Unknown && main.requests.is_empty() && main.acts.is_empty();
        // A request that only the reader of whole calls suspects in what is left was the question.
        let ruled = by_rules(normalise(&stated, &alone), &alone);
        let nothing =
            nothing || joined::has_effect(main.intent) && !ruled.intents.contains(&main.intent) && ruled.intent == Intent::Unknown;
        if nothing || grave.iter().any(|i| whole.has(*i)) { understand(text, context) } else { main }
    }
}

/// Like [`understand`], on tokens that were heard.
pub fn understand_said(t: Vec<Token>, ctx: &Context) -> Understanding {
    let second = learned::read(&t, ctx);
    read(t, ctx, Some(second))
}

/// The rules' reading without a second opinion: the baseline for training.
pub fn by_rules(t: Vec<Token>, ctx: &Context) -> Understanding {
    read(t, ctx, None)
}

fn read(t: Vec<Token>, ctx: &Context, second: Option<Reading>) -> Understanding {
    if t.is_empty() {
        return Understanding::default();
    }
    let (mut addressed, station) = caller::addressed(&t, ctx);
    let caller = caller::caller(&t, ctx, station.end);
    let mut hidden = vec![station.clone()];
    hidden.extend(caller.iter().map(|c| c.range.clone()));
    // Calls on a common frequency end with the station's name.
    if addressed.facility == Some(Facility::Ctaf)
        && let (Some(name), Some(Token::Word(last))) = (&addressed.name, t.last())
        && name == last
    {
        hidden.push(t.len() - 1..t.len());
    }
    let taken = caller.as_ref().map_or(0..0, |c| c.range.clone());
    let words = Words::new(&t, &hidden, &taken);
    let here = whereabouts::Scene { facility: addressed.facility.or(ctx.facility), region: ctx.region };
    let mut slots = entities::slots(&t, caller.as_ref(), &hidden, &words, here);
    // What counts people, time or weight is no runway, level or speed.
    let not_free: Vec<_> = hidden.iter().cloned().chain(crate::figures::counted::ranges(&t)).collect();
    Bare::new(&t, &words, &not_free, &taken, ctx, addressed.facility.or(ctx.facility)).fill(&mut slots);
    let clauses = Clauses::new(&t, &hidden);
    let echo = echo(&t, ctx);
    if echo.asked_heading
        && slots.heading.is_none()
        && let Some(degrees) = only_number(&t, caller.as_ref(), 3)
    {
        slots.heading = degrees.parse().ok().filter(|d| (1..=360).contains(d));
    }
    let en_route = matches!(addressed.facility.or(ctx.facility), Some(Facility::Center));
    if en_route && slots.altitude_ft.is_empty() {
        slots.altitude_ft.extend(bare_level(&t, caller.as_ref()));
    }
    let scene = Scene {
        words: &words,
        ctx,
        station: !station.is_empty(),
        facility: addressed.facility.or(ctx.facility),
        caller: caller.is_some(),
        echoes: !echo.items.is_empty(),
        callsign_last: caller.as_ref().is_some_and(|c: &Caller| c.range.end == t.len() && c.range.start > station.end),
        last: ctx.last_atc.as_deref().unwrap_or_default().to_lowercase(),
        said: t.iter().enumerate().filter(|(i, _)| !hidden.iter().any(|h| h.contains(i))).map(|(_, t)| t.clone()).collect(),
    };
    let rules::Found { acts, said, intents: found, confidence, taken_back, facts } = scene.read(&t, &clauses, &mut slots);
    let remarks = remarked(&t, &hidden, &words, facts, &clauses, slots.atis, ctx.region);
    let loose = rules::loose(&words);
    // Do not consult the models for a call without a caller, for orders to a machine, or if the rules explain every word. Crossings,
    // special VFR, deviations and reports about the field are recognised by their words alone, and a pilot who denies an emergency has
    // none.
    let sentence_is = |sure: f32| second.is_some_and(|r| r.votes.is_some() && r.confidence >= sure);
    let alone_is = |sure: f32| second.is_some_and(|r| r.votes.is_none() && r.confidence >= sure);
    let sure_of_nobody = sentence_is(joined::OF_NOBODY) || alone_is(joined::OF_NOBODY_ALONE);
    let named = caller.is_some() || scene.station || !found.contains(&Intent::Unknown) || sure_of_nobody;
    let unknown = found.contains(&Intent::Unknown);
    // "Oxford Approach, Golf Bravo X-ray Delta Echo, good afternoon": the pilot waits to be asked for the message.
    let bare = unknown && words.count() <= GREETING && !sentence_is(joined::OF_A_WORD);
    let explained = !unknown && loose == 0;
    let effect = found.first().is_some_and(|i| joined::has_effect(*i));
    let against = match (sentence_is(0.0), effect) {
        (false, false) => joined::AGAINST_EXPLAINED,
        (true, false) => joined::AGAINST_EXPLAINED_BY_SENTENCE,
        (false, true) => joined::AGAINST_EXPLAINED_EFFECT_ALONE,
        (true, true) => joined::AGAINST_EXPLAINED_EFFECT,
    };
    let settles = |r: &Reading| explained && r.confidence < against && !joined::is_distress(r.intent);
    let settled = bare || slots.crossing || slots.special_vfr || slots.topic.is_some() || slots.deviation.is_some();
    let around = |r: &Reading| r.intent == Intent::GoAround && evidence::denies_going_around(&clauses);
    let denies = |r: &Reading| joined::is_distress(r.intent) && evidence::denies_emergency(&clauses) || around(r);
    // A call without a listed intent may still have an act, which the rules name.
    let finer = |r: &Reading| r.intent == Intent::Unknown && has_finer_act(&acts, &found);
    // A denial ("we cannot go around"), or words about others, contain the words of the act, which misleads a model that reads words.
    let same = |a: Intent, b: Intent| a == b || joined::is_distress(a) && joined::is_distress(b);
    let took_back = |r: &Reading| taken_back.iter().any(|i| same(*i, r.intent)) && !found.iter().any(|i| same(*i, r.intent));
    let heard = second.filter(|r| named && !settled && !settles(r) && !scene.hostile() && !denies(r) && !finer(r) && !took_back(r));
    let wishes = found.clone();
    let by_rules = |i: Intent| wishes.iter().any(|w| *w == i || joined::is_departure(*w) && joined::is_departure(i));
    let join = if ctx.facility == Some(Facility::Ground) { joined::join_on_the_ground } else { joined::join };
    let Joined { intents: mut found, confidence, doubt } = match heard {
        Some(r) => join(found, confidence, &r, ctx.last_atc.is_some()),
        None => Joined { intents: found, confidence, doubt: None },
    };
    // A missed approach that may come changes nothing yet.
    if evidence::miss_to_come(&clauses) {
        found.retain(|i| *i != Intent::GoAround);
        if found.is_empty() {
            found.push(if echo.items.is_empty() { Intent::Unknown } else { Intent::Readback });
        }
    }
    // No runway clearance without a question if the rules understand neither this wish nor the other words.
    let doubt = doubt.or_else(|| found.first().copied().filter(|i| joined::is_departure(*i) && !by_rules(*i) && loose >= MANY));
    // If every mandatory item came back correctly, a position in the call is part of the readback. A pattern leg is still a report.
    let leg = slots.position.as_deref().is_some_and(|p| entities::LEGS.contains(&p));
    if echo.whole && !leg && found.first() == Some(&Intent::PositionReport) {
        found.retain(|f| *f != Intent::Readback);
        found.insert(0, Intent::Readback);
    }
    // A level requested without the word: "could we try three eight zero", "is 340 free".
    if found.first() == Some(&Intent::AltitudeRequest) && slots.altitude_ft.is_empty() {
        slots.altitude_ft.extend(lone_level(&t, caller.as_ref()).or_else(|| lone_thousands(&t, caller.as_ref())));
    }
    if found.first() == Some(&Intent::Diversion) && slots.destination.is_none() {
        slots.destination = whereabouts::new_destination(&t, &hidden);
    }
    if found.first() == Some(&Intent::Unknown) && caller.is_none() && !scene.station {
        addressed = super::intent::Addressed::default();
    }
    if found.first() == Some(&Intent::Readback) {
        complete(&mut slots, &echo.items);
    }
    let slots = if found.first() == Some(&Intent::Unknown) && caller.is_none() { Slots::default() } else { slots };
    let call = request::Call { t: &t, words: &words, clauses: &clauses, slots: &slots, hidden: &not_free, en_route };
    let mut requests = request::requests(&said, &found, &call);
    if evidence::miss_to_come(&clauses) {
        // What is wanted in that case is not wanted now.
        let later = |q: &request::Request| matches!(q, request::Request::Vectors { .. } | request::Request::Approach { .. });
        requests.retain(|q| !later(q));
    }
    Understanding {
        requests,
        acts: acts_of(acts, &found),
        intent: found.first().copied().unwrap_or(Intent::Unknown),
        intents: found,
        other_aircraft: caller.as_ref().is_some_and(|c| c.other),
        unsure_caller: caller.as_ref().is_some_and(|c| c.unsure),
        callsign: caller.map(|c| c.callsign),
        addressed,
        slots,
        confidence,
        loose,
        remarks,
        clauses,
        learned: second,
        unsure: None,
        subjects: crate::hear::ranked::Subjects::default(),
        doubt,
    }
}

/// The acts of the intents: the rules' acts, and the plain act for an intent that the rules did not find.
fn acts_of(acts: Vec<Act>, intents: &[Intent]) -> Vec<Act> {
    // Somebody unwell stays what it is, whatever grade a model gives the call.
    let distress = intents.iter().any(|i| joined::is_distress(*i));
    let kept = |a: &Act| a.intent() == Intent::Unknown || intents.contains(&a.intent()) || distress && *a == Act::Medical;
    let mut all: Vec<Act> = acts.into_iter().filter(kept).collect();
    for intent in intents {
        if let Some(plain) = Act::plain(*intent).filter(|_| all.iter().all(|a| a.intent() != *intent)) {
            all.push(plain);
        }
    }
    all
}

/// Whether the rules found an act finer than the main intent ("rejects the takeoff" is more than "unable").
fn has_finer_act(acts: &[Act], found: &[Intent]) -> bool {
    let Some(intent) = found.first().copied().filter(|i| *i == Intent::Unable || !joined::has_effect(*i) && !joined::stands(*i)) else {
        return false;
    };
    acts.iter().find(|a| a.intent() == intent).is_some_and(|a| Act::plain(intent) != Some(*a))
}

/// The number of unexplained words that is too many for a runway clearance.
const MANY: usize = 3;

/// A call with at most this many words besides callsign and station has no message yet.
const GREETING: usize = 2;

/// What a transmission repeats of the controller's last words.
#[derive(Default)]
struct Echo {
    /// Items that are present and correct.
    items: Vec<Item>,
    /// Every mandatory item is present and correct.
    whole: bool,
    /// The controller asked for the heading.
    asked_heading: bool,
}

/// How many of the controller's last items the tokens read back as issued.
pub(super) fn given_back(said: &[Token], ctx: &Context) -> usize {
    echo(said, ctx).items.len()
}

fn echo(said: &[Token], ctx: &Context) -> Echo {
    let Some(last) = ctx.last_atc.as_deref() else { return Echo::default() };
    let parsed = parse::parse(last, ctx.region);
    let there = |i: &Item| {
        let one = std::slice::from_ref(i);
        if !readback::readable(one) {
            return false;
        }
        // The digits of the callsign are not a value, but the callsign need not be present.
        readback::holds(i, ctx.own.as_ref(), said, Region::ICAO)
    };
    let low = last.to_lowercase();
    Echo {
        whole: readback::needs_readback(&parsed.items) && readback::taken(&parsed.items, ctx.own.as_ref(), said, ctx.region),
        items: parsed.items.into_iter().filter(there).collect(),
        asked_heading: low.contains("say heading")
            || low.contains("report heading")
            || low.contains("say your heading")
            || low.contains("say present heading"),
    }
}

/// A flight level without the words, as pilots say it to an en-route unit: "with you two niner oh".
fn bare_level(t: &[Token], caller: Option<&Caller>) -> Option<i32> {
    let free = |i: usize| caller.is_none_or(|c| !c.range.contains(&i));
    (1..t.len()).find_map(|i| {
        let before = t[i - 1].word();
        let opens = matches!(before, "you" | "at" | "for" | "level" | "to" | "leaving" | "through" | "passing" | "climbing" | "descending");
        // "Southwest nineteen oh five, three six oh": directly behind the callsign.
        let opens = opens || caller.is_some_and(|c| c.range.end == i);
        let end = figures::run_end(t, i);
        if !opens || end - i != 3 || !(i..end).all(free) || t.get(end) == Some(&Token::Point) {
            return None;
        }
        let level: i32 = figures::digits(t, i..end).parse().ok()?;
        ((180..=600).contains(&level) && level % 10 == 0).then_some(level * 100)
    })
}

/// "It's bumpy at nine, can we try seven": thousands without the word, after a verb of wanting.
fn lone_thousands(t: &[Token], caller: Option<&Caller>) -> Option<i32> {
    let free = |i: usize| caller.is_none_or(|c| !c.range.contains(&i));
    (1..t.len()).rev().find_map(|i| {
        let wanted = matches!(t[i - 1].word(), "try" | "take" | "have" | "get" | "accept" | "like" | "request" | "up" | "down" | "to");
        let end = figures::run_end(t, i);
        // A unit or another digit makes it something else.
        let alone = t.get(end).is_none_or(|x| !crate::figures::is_unit(x.word()) && *x != Token::Point);
        let thousands: i32 = figures::digits(t, i..end).parse().ok().filter(|n| (1..=17).contains(n))?;
        (wanted && alone && end - i <= 2 && (i..end).all(free)).then_some(thousands * 1000)
    })
}

/// The only number that can be a flight level, apart from the callsign.
fn lone_level(t: &[Token], caller: Option<&Caller>) -> Option<i32> {
    let free = |i: usize| caller.is_none_or(|c| !c.range.contains(&i));
    let mut found = None;
    let mut i = 0;
    while i < t.len() {
        let end = figures::run_end(t, i);
        let before = i.checked_sub(1).map_or("", |p| t[p].word());
        let plain =
            end == i + 3 && (i..end).all(free) && t.get(end) != Some(&Token::Point) && !matches!(before, "heading" | "speed" | "mach");
        let level: i32 = figures::digits(t, i..end).parse().unwrap_or(0);
        if plain && (180..=600).contains(&level) && level % 10 == 0 {
            found = Some(level * 100);
        }
        i = end.max(i + 1);
    }
    found
}

/// The only number in a transmission, apart from the callsign, if it has exactly `len` digits.
fn only_number(t: &[Token], caller: Option<&Caller>, len: usize) -> Option<String> {
    let free = |i: &usize| caller.is_none_or(|c| !c.range.contains(i));
    let said: String = (0..t.len()).filter(free).filter_map(|i| t[i].digit()).collect();
    (said.len() == len).then_some(said)
}

/// Completes a readback that leaves out what both know: "up to three five zero", "eighteen three".
fn complete(slots: &mut Slots, echoed: &[Item]) {
    for item in echoed {
        match item {
            // A runway to hold short of is not the runway of the clearance.
            Item::Runway(r) => slots.runway = slots.runway.filter(|said| slots.hold_short != Some(*said)).or(Some(*r)),
            Item::HoldShort { runway, .. } => slots.hold_short = slots.hold_short.or(Some(*runway)),
            Item::Cross { runway, .. } => slots.runway = slots.runway.or(Some(*runway)),
            Item::Altitude { feet, .. } if slots.altitude_ft.is_empty() => slots.altitude_ft.push(*feet),
            Item::Heading { degrees, .. } => slots.heading = slots.heading.or(Some(*degrees)),
            Item::Speed(kt) => slots.speed_kt = slots.speed_kt.or(Some(*kt)),
            Item::Squawk(code) => slots.squawk = slots.squawk.or(Some(*code)),
            Item::Contact { frequency, .. } | Item::Monitor { frequency, .. } => slots.frequency = slots.frequency.or(*frequency),
            _ => {}
        }
    }
}

/// The machine-readable form in `stratus batch`: `{intent, intents, act, acts, requests, callsign, slots, confidence}`.
pub fn to_json(u: &Understanding) -> Value {
    let s = &u.slots;
    let mut slots = Map::new();
    let mut put = |name: &str, v: Option<Value>| {
        if let Some(v) = v {
            slots.insert(name.to_owned(), v);
        }
    };
    put("runway", s.runway.map(|r| json!(r.to_string())).or_else(|| s.bad_runway.as_ref().map(|r| json!(r))));
    put(
        "altitude_ft",
        match s.altitude_ft.as_slice() {
            [] => None,
            [one] => Some(json!(one)),
            many => Some(json!(many)),
        },
    );
    put("heading", s.heading.or(s.bad_heading).map(|h| json!(h)));
    put("frequency", s.frequency.map(|f| json!(f.to_string())));
    put("squawk", s.squawk.map(|c| json!(c.to_string())));
    put("atis", s.atis.map(|c| json!(c.to_string())));
    put("position", s.position.as_ref().map(|v| json!(v)));
    put("distance_nm", s.distance_nm.map(|d| if d.fract() == 0.0 { json!(d as i64) } else { json!(d) }));
    put("direction", s.direction.as_ref().map(|v| json!(v)));
    put("destination", s.destination.as_ref().map(|v| json!(v)));
    put("location", s.location.as_ref().map(|v| json!(v)));
    put("souls", s.souls.map(|v| json!(v)));
    put("fuel_minutes", s.fuel_minutes.map(|v| json!(v)));
    put("speed_kt", s.speed_kt.map(|v| json!(v)));
    put("hold_short", s.hold_short.map(|r| json!(r.to_string())));
    put("altimeter", s.altimeter.as_ref().map(|v| json!(v)));
    put("side", s.side.map(|v| json!(v.word())));
    put("approach", s.approach.as_ref().map(|v| json!(v)));
    put("nature", s.nature.as_ref().map(|v| json!(v)));
    put("landing", s.landing.map(|v| json!(v)));
    put("departure", s.departure.as_ref().map(|v| json!(v)));
    put("about", s.about.as_ref().map(|v| json!(v)));
    let confidence = (f64::from(u.confidence) * 100.0).round() / 100.0;
    json!({
        "intent": u.intent.word(),
        "act": u.act().map(|a| a.word()),
        "acts": u.acts.iter().map(|a| a.word()).collect::<Vec<_>>(),
        "requests": u.requests,
        "intents": u.intents.iter().map(|i| i.word()).collect::<Vec<_>>(),
        "callsign": u.callsign.as_ref().map(|c| c.as_str()),
        "slots": slots,
        "confidence": confidence,
    })
}

#[cfg(test)]
mod tests;
