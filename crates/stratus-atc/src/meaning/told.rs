//! What a pilot tells beside the everyday calls: not ready, onto a runway, unable to move; and what nothing explains.

use crate::entities::compass;
use crate::intent::{Slots, Topic};
use crate::phrases::Phrases;
use crate::telephony;
use crate::transcript::Token;
use crate::units::Side;

/// Reads what is told into its slots.
pub fn read(p: &Phrases, t: &[Token], slots: &mut Slots) {
    slots.not_ready = not_ready(p);
    slots.disabled = disabled(p);
    slots.cancels_distress = super::distress::cancels(p);
    slots.nature = slots.nature.take().or_else(|| super::distress::nature(p));
    slots.minimum_fuel = p.has("minimum fuel, min fuel") && !p.has("emergency, critical, out of fuel, mayday");
    slots.enters = !slots.crossing && enters(p);
    slots.topic = topic(p);
    slots.deviation = deviation(p, t);
    slots.heading = slots.heading.or_else(|| steered(t));
}

/// Not ready to go: denied, in so many minutes, waiting for something, or with a problem. What is only likely counts too:
/// whoever is ready says so once more, and whoever is sent off without being ready is in danger.
fn not_ready(p: &Phrases) -> bool {
    // "Not in sight, ready": what is denied is something else.
    let else_denied = p.has("not in sight, do not see, not see, do not have, not have, not a problem");
    let denied = p.has("not ready, almost ready, nearly ready, about ready, getting ready, should be ready, close to ready, do not clear us, not quite, not yet, not just yet, no longer ready, not going yet")
        || !else_denied
            && p.has(
                "not _ ready, never _ ready, cannot _ ready, not _ takeoff, never _ takeoff, cannot _ takeoff, unable takeoff, \
                unable _ takeoff, not _ depart, cannot _ depart, cannot go, not able to go",
            );
    let later = p.has(
        "need _ minute, need _ minutes, needs _ minute, needs _ minutes, need a moment, need a second, need some time, need more \
        time, need a bit, like _ minutes, take _ minutes, few minutes, few more minutes, couple minutes, couple of minutes, couple \
        more minutes, couple of more minutes, another minute, another _ minutes, more minutes, more minute, give us _ minute, give \
        us _ minutes, give me _ minute, give me _ minutes, give us a moment, give me a moment, give us a second, give me a second, \
        ready in _ minute, ready in _ minutes, ready in a, ready shortly, ready soon, in a bit, in a while, hang on, stand by, \
        standby, wait one, wait a minute, advise when ready, advise ready, advise you when, call you when, call when ready, call \
        when _ ready, call you back, tell you when, let you know, will advise, report ready, report when ready",
    );
    let checks = p.has("run up, runup, run ups")
        && !p.has("complete, completed, done, finished, at the run up, at the runup, from the run up, from the runup");
    let waits = p.has("waiting on, waiting for, awaiting")
        && !p.has(
            "waiting for takeoff, waiting for departure, waiting for the takeoff, waiting for your, waiting for clearance, waiting for a \
            clearance, waiting for the clearance, awaiting takeoff, awaiting departure, awaiting clearance, waiting for traffic, \
            waiting for the traffic, waiting on traffic, waiting for landing, waiting for the landing, waiting in line, what are we waiting",
        );
    let trouble = p.has(
        "problem, problems, an issue, some issues, trouble, bad mag, rough mag, mag drop, fouled plug, fouled plugs, warning light, \
        caution light",
    ) && !p
        .has("no problem, no problems, not a problem, not _ problem, no issue, no issues, no trouble, fixed, sorted, solved, resolved");
    denied || later || checks || waits || trouble
}

/// Something is broken that keeps the aircraft where it is.
fn disabled(p: &Phrases) -> bool {
    p.has(
        "blew a tire, blew a tyre, blew _ tire, blew _ tyre, blown tire, blown tyre, blown a tire, blown a tyre, flat tire, flat tyre, \
        flat main, flat nosewheel, burst tire, burst tyre, tire burst, tyre burst, tire is flat, tyre is flat, tire blew, tyre blew, \
        popped a tire, lost a wheel, gear collapsed, nosewheel collapsed, disabled on, we are disabled, stuck on, we are stuck, am \
        stuck, got stuck, stuck in the, cannot move, cannot taxi, unable to move, unable to taxi, need a tow, need _ tow, needs _ tow, \
        like a tow, request a tow, request tow, requesting a tow, requesting tow, bogged, brakes _ locked, no steering, lost steering",
    ) && !p.has("not stuck, glider on tow, glider in tow, stuck mike, stuck mic, stuck microphone, stuck on the frequency")
}

/// Goes onto a runway or across it, by the pilot's own words, and does not ask.
fn enters(p: &Phrases) -> bool {
    p.has(
        "crossing, going across, lining up, entering runway, entering the runway, entering #, entering the active, back taxiing, backtaxiing, \
        backtracking, back tracking, taking runway, taking the runway, taking the active",
    ) && !p.has(super::ASKS)
        && !p.has(
            "after crossing, before crossing, when crossing, until crossing, crossing clearance, no crossing, not crossing, clear of, \
            crossing traffic, traffic crossing, aircraft crossing, ready, someone crossing, vehicle crossing",
        )
}

/// Words that name a topic, the more pressing ones first; a topic behind `true` is asked for.
const TOPICS: &[(Topic, bool, &str)] = &[
    (
        Topic::Resolution,
        false,
        "tcas resolution, tcas ra, tcas romeo alpha, tcas climb, tcas descent, resolution advisory, tcas climbing, tcas descending, tcas romeo a",
    ),
    (Topic::Laser, false, "laser, lasers, lased"),
    (
        Topic::TransponderOut,
        false,
        "transponder _ died, transponder _ failed, transponder failure, transponder is out, transponder out, \
        transponder is inop, transponder inop, transponder is dead, transponder is not working, transponder does not work, transponder \
        went out, lost our transponder, lost the transponder, lost _ transponder, no transponder, no mode charlie, no mode c, lost mode \
        charlie, mode charlie is out, mode charlie is inop",
    ),
    (
        Topic::ClearedToLand,
        false,
        "are we cleared to land, am i cleared to land, are we cleared for the option, confirm cleared to land, confirm \
        we are cleared to land, confirm i am cleared to land, verify cleared to land, confirm | is cleared to land, is | cleared to land",
    ),
    (
        Topic::LeavesPattern,
        false,
        "depart the pattern, departing the pattern, leave the pattern, leaving the pattern, exit the pattern, exiting \
        the pattern, departure from the pattern, departing your pattern, depart the circuit, leave the circuit, leaving the circuit",
    ),
    (
        Topic::EngineOut,
        false,
        "simulated engine, simulated engine failure, practice engine failure, practice engine out, simulated flameout, \
        practice forced landing, simulated forced landing, power off landing, power off approach, power off one eighty, power off # # #",
    ),
    (Topic::ShortApproach, true, "short approach"),
    (Topic::WhatSpeed, false, "what speed, which speed, how fast do you want, how fast would you like, say speed, any speed"),
    (
        Topic::HoldHere,
        true,
        "to hold here, to hold for, to hold at, hold here, hold at our present position, hold at present position, hold \
        present position, hold over, hold somewhere, to hold while, delay vectors, hold for _ minutes, orbit here",
    ),
    (Topic::Deice, true, "deice, de ice, deicing, de icing, anti icing, deiced, de iced"),
    (Topic::Tow, true, "tow, towed, a tug"),
    (
        Topic::Vector,
        true,
        "vector around _ traffic, vectors around _ traffic, vectors for traffic, vector for traffic, turn around _ traffic, vector around him, vectors away from _ traffic",
    ),
    (
        Topic::Obstacle,
        false,
        "deer _ on the runway, coyote _ on the runway, coyotes _ on the runway, bird _ on the runway, birds _ on the runway, geese _ on the \
        runway, dog _ on the runway, animal _ on the runway, debris _ on the runway, vehicle _ on the runway, truck _ on the runway, \
        somebody _ on the runway, someone _ on the runway, something _ on the runway, person _ on the runway, people _ on the runway, \
        smoke _ on the runway, tire _ on the runway, tyre _ on the runway, foreign object _ on the runway",
    ),
    (
        Topic::Observation,
        false,
        "birds, bird activity, a flock, flock of, geese, seagulls, gulls, vultures, coyote, coyotes, deer, a drone, debris, \
        foreign object, light chop, moderate chop, light turbulence, moderate turbulence, severe turbulence, wind shear, windshear, \
        braking action _ good, braking action _ medium, braking action _ poor, braking action _ fair, braking action _ nil, braking was, \
        smooth ride, brush fire, grass fire, wildfire, forest fire, fire north, fire south, fire east, fire west, smoke on the ground, gained # knots, lost # knots, gain of #, loss of #",
    ),
];

fn topic(p: &Phrases) -> Option<Topic> {
    let asks = p.has(super::ASKS);
    TOPICS.iter().find(|(_, asked, words)| (asks || !asked) && p.has(words)).map(|(t, ..)| *t)
}

/// "Twenty degrees left for a cell", "need to deviate right of course".
fn deviation(p: &Phrases, t: &[Token]) -> Option<(Side, Option<u16>)> {
    let weather = p.has(
        "weather, cell, cells, buildup, buildups, build up, build ups, storm, storms, thunderstorm, thunderstorms, deviate, deviation, \
        deviating, deviations, precip, precipitation, line of, towering",
    );
    let turned = |i: usize| match t.get(i).map(Token::word) {
        Some("left") => Some(Side::Left),
        Some("right") => Some(Side::Right),
        _ => None,
    };
    if !weather || p.has("heading # #, runway, downwind, base, traffic pattern, stand, gate") {
        return None;
    }
    if let Some(i) = t.iter().position(|x| x.is("degrees") || x.is("degree")) {
        let start = t[..i].iter().rposition(|x| x.digit().is_none()).map_or(0, |k| k + 1);
        let degrees: u16 = crate::figures::digits(t, start..i).parse().ok().filter(|d| (5..=90).contains(d))?;
        let side = (i + 1..i + 4).find_map(turned).or_else(|| (start.saturating_sub(3)..start).rev().find_map(turned))?;
        return Some((side, Some(degrees)));
    }
    // "Weather ahead, can we go left?"
    let goes = |w: &str| matches!(w, "deviate" | "deviation" | "deviating" | "deviations" | "go" | "come" | "turn");
    let i = t.iter().position(|x| goes(x.word()))?;
    (i + 1..i + 4).find_map(turned).map(|side| (side, None))
}

/// "Steering one six five".
fn steered(t: &[Token]) -> Option<u16> {
    let i = t.iter().position(|x| x.is("steering"))?;
    let end = crate::figures::run_end(t, i + 1);
    let degrees = (end == i + 4).then(|| crate::figures::digits(t, i + 1..end))?;
    degrees.parse().ok().filter(|d| (1..=360).contains(d))
}

/// Words that need no explanation where somebody holds short or only calls.
#[rustfmt::skip]
const EXPLAINED: &[&str] = &[
    "a", "an", "the", "and", "of", "at", "on", "in", "for", "to", "by", "is", "are", "am", "we", "i", "be", "our", "us", "you", "this",
    "here", "now", "currently", "with", "have", "has", "got", "hold", "holding", "short", "line", "wait", "runway", "left", "right",
    "center", "taxiway", "intersection", "point", "position", "full", "length", "end", "number", "next", "up", "first", "second",
    "information", "atis", "squawk", "squawking", "vfr", "ifr", "good", "morning", "afternoon", "evening", "day", "hello", "hi", "hey",
    "again", "please", "sir", "student", "pilot", "solo", "thanks", "thank", "okay", "ok", "roger", "ready", "ground", "tower",
    "request", "requesting", "would", "like", "crosswind", "downwind", "straight", "out", "run", "runup", "complete", "completed", "touch",
    "goes", "go", "stop", "full", "option", "approach", "radio", "heavy", "super", "light", "aircraft", "airplane", "reporting", "back", "calling", "there", "active",
];

/// Words behind which a pilot says where the flight goes.
const DEPARTS: &[&str] = &["departure", "depart", "departing", "takeoff", "pattern", "circuits", "closed", "outbound", "vfr", "ifr"];

/// How many words nothing explains, up to where the pilot says where the flight goes.
pub fn loose(p: &Phrases) -> usize {
    p.words().take_while(|w| !DEPARTS.contains(w)).filter(|w| !explained(w)).count()
}

fn explained(w: &str) -> bool {
    let spelt = crate::transcript::ALPHABET.contains(&w);
    matches!(w, "#" | ".") || spelt || EXPLAINED.contains(&w) || compass(w).is_some() || telephony::is_type(w)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::tokens;

    fn told(text: &str) -> Slots {
        let mut slots = Slots::default();
        let t = tokens(text);
        read(&Phrases::new(&t, &[]), &t, &mut slots);
        slots
    }

    #[test]
    fn whoever_is_not_ready_is_heard_to_be() {
        for said in [
            "we are not ready for takeoff yet",
            "we aren't quite ready",
            "ready but not yet",
            "won't be ready for a while",
            "we need a couple minutes for the run up",
            "be ready in two minutes",
            "still doing our runup",
            "holding short waiting on our ifr release",
            "we'll advise when ready",
            "holding short we have a problem with the left mag",
            "stand by for departure",
        ] {
            assert!(told(said).not_ready, "{said}");
        }
        for said in [
            "ready for departure",
            "holding short two eight left run up complete ready to go",
            "traffic not in sight ready for departure",
            "no problem ready to go",
            "holding short waiting for takeoff clearance",
            "ready in sequence",
        ] {
            assert!(!told(said).not_ready, "{said}");
        }
    }

    #[test]
    fn going_onto_a_runway_and_being_stuck_are_told_apart_from_questions() {
        for said in ["ground told us to cross two eight left so crossing now", "back taxiing runway one two", "entering runway three"] {
            assert!(told(said).enters, "{said}");
        }
        for said in
            ["request crossing runway two", "can we enter runway three", "traffic crossing ahead of us", "clear of runway crossing alpha"]
        {
            assert!(!told(said).enters, "{said}");
        }
        assert!(told("we blew a tyre on the rollout").disabled && told("we're stuck on the runway and need a tow").disabled);
        assert!(!told("with a glider on tow ready for departure").disabled);
    }

    #[test]
    fn turns_for_the_weather() {
        for (said, side, degrees) in [
            ("we need twenty degrees left for a cell", Side::Left, Some(20)),
            ("request deviation ten degrees right due weather", Side::Right, Some(10)),
            ("like to go left fifteen degrees around some buildups", Side::Left, Some(15)),
            ("need to deviate right of course", Side::Right, None),
        ] {
            assert_eq!(told(said).deviation, Some((side, degrees)), "{said}");
        }
        assert_eq!(told("turn left ten degrees").deviation, None);
    }

    #[test]
    fn topics_by_their_words() {
        for (said, topic) in [
            ("t cas r a", Topic::Resolution),
            ("somebody hit us with a green laser", Topic::Laser),
            ("our transponder just died", Topic::TransponderOut),
            ("lots of birds on the approach end", Topic::Observation),
            ("there's a coyote on the runway", Topic::Obstacle),
            ("what speed do you want us at", Topic::WhatSpeed),
            ("request to hold here for ten minutes", Topic::HoldHere),
            ("request de icing", Topic::Deice),
            ("wants a tow over to the hangar", Topic::Tow),
            ("are we cleared to land", Topic::ClearedToLand),
            ("like to depart the pattern to the north", Topic::LeavesPattern),
            ("can we do a short approach", Topic::ShortApproach),
        ] {
            assert_eq!(told(said).topic, Some(topic), "{said}");
        }
        assert_eq!(told("with a glider on tow holding short").topic, None);
    }

    #[test]
    fn what_nothing_explains_is_counted() {
        let loose = |text: &str| loose(&Phrases::new(&tokens(text), &[]));
        assert_eq!(loose("holding short runway two eight left at alpha number one"), 0);
        assert_eq!(loose("holding short for departure to the practice area"), 0);
        assert!(loose("holding short with a cow on the taxiway") > 0);
    }
}
