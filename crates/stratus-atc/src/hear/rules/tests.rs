//! Tests of what the rules find besides the intent, and of calls for help.

use super::*;
use crate::transcript::tokens;
use crate::understand::understand;

fn told(text: &str) -> Slots {
    let t = tokens(text);
    let words = Words::new(&t, &[], &(0..0));
    let mut slots =
        entities::slots(&t, None, &[], &words, crate::entities::whereabouts::Scene { facility: None, region: crate::units::Region::FAA });
    let scene = Scene {
        words: &words,
        ctx: &Context::default(),
        station: false,
        facility: None,
        caller: false,
        echoes: false,
        callsign_last: false,
        last: String::new(),
        said: t.clone(),
    };
    scene.read(&t, &Clauses::new(&t, &[]), &mut slots);
    slots
}

#[test]
fn a_pilot_who_is_not_ready_is_recognised() {
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
fn runway_entry_and_being_stuck_differ_from_questions() {
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
fn weather_deviations_carry_side_and_degrees() {
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
fn topics_are_recognised_by_their_words() {
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
fn unexplained_words_are_counted() {
    let loose = |text: &str| loose(&Words::new(&tokens(text), &[], &(0..0)));
    assert_eq!(loose("holding short runway two eight left at alpha number one"), 0);
    assert_eq!(loose("holding short for departure to the practice area"), 0);
    assert!(loose("holding short with a cow on the taxiway") > 0);
}

fn main_intent(text: &str) -> Intent {
    understand(text, &Context { facility: Some(Facility::Approach), ..Context::default() }).intent
}

#[test]
fn distress_and_urgency_are_recognised_in_plain_words() {
    for said in [
        "skyhawk four two echo so the engine kind of quit",
        "skyhawk four two echo our engine has just died",
        "skyhawk four two echo pulling the chute",
        "skyhawk four two echo i think i'm in a cloud please help",
        "skyhawk four two echo the pilot has passed out i'm a passenger",
        "skyhawk four two echo there's fire coming out of the right engine",
        "my day my day my day skyhawk four two echo engine is running rough we are losing height",
    ] {
        assert_eq!(main_intent(said), Intent::Mayday, "{said}");
    }
    for said in [
        "skyhawk four two echo engine is running rough want to come back",
        "skyhawk four two echo partial power cannot hold altitude",
        "skyhawk four two echo my passenger is having a heart attack",
        "skyhawk four two echo we hit a bird the windshield is broken",
        "skyhawk four two echo losing oil pressure",
        "skyhawk four two echo complete electrical failure",
        "skyhawk four two echo our vacuum pump has failed",
    ] {
        assert_eq!(main_intent(said), Intent::PanPan, "{said}");
    }
}

#[test]
fn harmless_calls_are_not_distress() {
    for said in [
        "skyhawk four two echo request a practice engine failure",
        "skyhawk four two echo disregard the mayday it was a mistake",
        "skyhawk four two echo cancel the emergency the fire warning was false",
        "skyhawk four two echo negative emergency just a rough running engine",
        "skyhawk four two echo our transponder just died",
        "skyhawk four two echo bailing out of the approach",
    ] {
        assert!(!matches!(main_intent(said), Intent::Mayday | Intent::PanPan), "{said}");
    }
}

#[test]
fn only_a_lost_pilot_is_read_as_lost() {
    for said in
        ["skyhawk four two echo we are lost", "skyhawk four two echo i think we might be a little lost", "lost skyhawk four two echo"]
    {
        assert_eq!(main_intent(said), Intent::Lost, "{said}");
    }
    for said in [
        "united five twelve lost ten knots at three hundred feet going around",
        "skyhawk four two echo we lost you on the radio how do you read",
        "united five twelve lost the glideslope",
    ] {
        assert_ne!(main_intent(said), Intent::Lost, "{said}");
    }
    assert_eq!(main_intent("united five twelve lost ten knots at three hundred feet going around"), Intent::GoAround);
    assert_ne!(main_intent("skyhawk four two echo we cannot go around"), Intent::GoAround);
}
