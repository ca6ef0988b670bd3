//! Several things in one call, at a live position: every question gets an answer, the readback beside it counts, and no question turns words
//! that must not be cleared into a clearance.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

use stratus_atc::airports::data::Airports;
use stratus_atc::instruction::Item;
use stratus_atc::readback::Verdict;
use stratus_atc::report::{Report, SimState, Weather};
use stratus_atc::units::{LatLon, Time};
use stratus_atc::{Engine, Hearing, Setup};

use crate::metamorphic::frames::{Half, Want, hostile, twins};

const FIELD: &str = r#"
[[airport]]
icao = "XTWR"
name = "Palo Alto"
place = "made up"
position = { lat = 45.0, lon = -30.0 }
elevation_ft = 100
variation = 0.0
stations = [
  { facility = "tower", name = "Palo Alto Tower", frequency = "118.6" },
  { facility = "ground", name = "Palo Alto Ground", frequency = "125.0" },
]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{ runway = "13", start = { lat = 45.0, lon = -30.011637 } }, { runway = "31", start = { lat = 45.0, lon = -29.988363 } }]
"#;

/// A Skyhawk that has stood there for some seconds, on this frequency.
fn standing(lat: f64, lon: f64, com1: &str) -> Engine {
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
    let mut engine = Engine::new(Airports::parse(FIELD).unwrap(), setup);
    let report = Report {
        state: SimState::Flying,
        position: Some(LatLon::new(lat, lon)),
        heading_true: 180.0,
        heading_mag: 180.0,
        altitude_ft: 100.0,
        on_ground: true,
        com1: com1.parse().ok(),
        weather: Weather { wind_dir: Some(270.0), wind_kt: Some(8.0), altimeter_inhg: Some(29.98), ..Weather::default() },
        ..Report::default()
    };
    for second in 1..20 {
        engine.see(Time(second * 1000), &report);
    }
    engine
}

fn said(engine: &mut Engine, call: &str) -> Hearing {
    let heard = engine.understand(call);
    engine.answer(Time(30_000), call, heard)
}

/// Questions of every form. Nothing here knows most of the answers.
const QUESTIONS: [&str; 16] = [
    "What's the wind?",
    "Is there anybody serving lunch today?",
    "And do you know whether the museum is open?",
    "Can we stop at the fuel pump on the way?",
    "How high are the cranes by the river?",
    "Which side of the field is the flying club on?",
    "Do I stay with you or switch to Tower at the end?",
    "Did you copy that?",
    "Any chance the rain has stopped at Salinas?",
    "Okay if we take a minute for the run-up?",
    "Could you say the temperature?",
    "Are the parachutists active this morning?",
    "Who do I talk to about a hangar?",
    "Were those geese by the fence?",
    "Is the long way round quicker, or straight ahead?",
    "How come it's so quiet?",
];

#[test]
fn every_question_beside_a_readback_gets_an_answer() {
    for question in QUESTIONS {
        let mut engine = standing(44.9955, -30.0, "125.0");
        let taxi = said(&mut engine, "Palo Alto Ground, Skyhawk 172SP at the ramp, request taxi");
        assert!(taxi.reply.is_some_and(|r| r.instruction.items.iter().any(|i| matches!(i, Item::Taxi { .. }))));
        engine.delivered(Time(31_000), true);
        let call = format!("Runway three one, taxi, altimeter two niner niner eight, Skyhawk 172SP. {question}");
        let heard = said(&mut engine, &call);
        assert_eq!(heard.verdict, Some(Verdict::Correct), "{call}");
        let reply = heard.reply.map(|r| r.transmission.text);
        assert!(reply.is_some(), "no answer to {call}");
    }
}

#[test]
fn no_question_turns_hostile_words_into_a_clearance() {
    let mut engine = standing(45.000_494, -29.988_47, "118.6");
    let cleared = |h: &Hearing| {
        let entry = |i: &Item| matches!(i, Item::ClearedForTakeoff { .. } | Item::LineUpAndWait | Item::Cross { .. });
        h.reply.as_ref().is_some_and(|r| r.instruction.items.iter().any(entry))
    };
    let of_takeoff = |half| hostile(half).into_iter().filter(|c| c.want == Want::Takeoff);
    let (mut tried, mut wrong) = (0, Vec::new());
    for (n, call) in [Half::Open, Half::Kept, Half::Fresh].into_iter().flat_map(of_takeoff).step_by(4).enumerate() {
        let question = QUESTIONS[n % QUESTIONS.len()];
        for text in [format!("{}. {question}", call.text), format!("{question} {}", call.text)] {
            tried += 1;
            if cleared(&said(&mut engine, &text)) {
                wrong.push(text);
            }
        }
    }
    println!("{tried} calls");
    assert!(tried > 500, "{tried}");
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    // Said plainly, the same wishes are served beside the questions.
    let (mut served, mut all) = (0, 0);
    let of_time = |q: &&&str| q.contains("minute");
    let questions: Vec<&&str> = QUESTIONS.iter().filter(|q| !of_time(q)).collect();
    for (n, call) in twins(Half::Fresh).into_iter().filter(|c| c.want == Want::Takeoff).enumerate() {
        if !cleared(&said(&mut engine, &call.text)) {
            continue;
        }
        let text = format!("{}. {}", call.text.trim_end_matches('.'), questions[n % questions.len()]);
        all += 1;
        if cleared(&said(&mut engine, &text)) {
            served += 1;
        } else {
            println!("not served: {text}");
        }
    }
    println!("{served} of {all} twins are served");
    assert!(all > 0 && served * 100 >= all * 97, "{served} of {all}");
}
