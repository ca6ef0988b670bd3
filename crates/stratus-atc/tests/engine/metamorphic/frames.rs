//! Calls built from frames: a pilot's wish said plainly, and the same words denied, or said of another aircraft, of a later time, of the
//! past, as a report, as a question, for practice. Each comes with its twin, which must be served.

use serde_json::{Value, json};

use super::wordings::*;

/// What a frame asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    Takeoff,
    Landing,
    Crossing,
    Entry,
    Ifr,
    Distress,
}

pub const WANTS: [Want; 6] = [Want::Takeoff, Want::Landing, Want::Crossing, Want::Entry, Want::Ifr, Want::Distress];

/// The part of the wordings: the one used during development, or one held out until it was scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Half {
    Open,
    Kept,
    /// Written after the fixes that followed the first score of `Kept`, and scored once.
    Fresh,
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    pub want: Want,
    /// The modification: "denied", "other"; "twin" for none.
    pub operator: &'static str,
    pub text: String,
}

/// The words that follow "we are".
fn predicates(want: Want, half: Half) -> &'static [&'static str] {
    match (want, half) {
        (Want::Takeoff, Half::Open) => &["ready for departure", "ready for takeoff runway three one", "ready to go"],
        (Want::Takeoff, Half::Kept) => &["ready for departure at runway three one", "ready to depart", "holding short ready for takeoff"],
        (Want::Takeoff, Half::Fresh) => {
            &["ready in sequence runway three one", "all set for departure", "number one and ready for takeoff"]
        }
        (Want::Landing, Half::Open) => {
            &["on a two mile final runway three one", "left downwind runway three one", "turning base for three one"]
        }
        (Want::Landing, Half::Kept) => {
            &["established on final for runway three one", "turning left base runway three one", "on short final for three one"]
        }
        (Want::Landing, Half::Fresh) => {
            &["three mile final runway three one", "on the left base for three one", "over the numbers on final"]
        }
        (Want::Crossing, Half::Open) => &["requesting to cross runway two eight right", "requesting crossing of runway two eight right"],
        (Want::Crossing, Half::Kept) => &["looking to cross runway two eight right", "asking to cross two eight right at bravo"],
        (Want::Crossing, Half::Fresh) => &["requesting permission to cross runway two eight right", "wanting to cross two eight right"],
        (Want::Entry, Half::Open) => &["requesting transition through your airspace", "requesting a delta transition to the south"],
        (Want::Entry, Half::Kept) => {
            &["looking to transition your airspace eastbound", "requesting to transit your delta at two thousand five hundred"]
        }
        (Want::Entry, Half::Fresh) => {
            &["requesting a transition northbound at three thousand", "hoping to transition through your airspace"]
        }
        (Want::Ifr, Half::Open) => &["requesting IFR clearance to Monterey", "ready to copy our IFR clearance to Monterey"],
        (Want::Ifr, Half::Kept) => &["looking for our IFR clearance to Monterey", "requesting our clearance to Monterey"],
        (Want::Ifr, Half::Fresh) => &["calling for our IFR clearance to Monterey", "requesting the clearance to Monterey"],
        (Want::Distress, Half::Open) => &["declaring an emergency", "declaring an emergency with an engine failure"],
        (Want::Distress, Half::Kept) => &["declaring an emergency, smoke in the cockpit", "declaring an emergency due to an engine fire"],
        (Want::Distress, Half::Fresh) => &["declaring mayday", "declaring an emergency with a rough engine"],
    }
}

/// Adds callsign and station to the words.
fn dressed(want: Want, said: &str, n: usize) -> String {
    let unit = match want {
        Want::Takeoff | Want::Landing | Want::Entry => "Palo Alto Tower",
        Want::Crossing => "Monterey Ground",
        Want::Ifr => "Palo Alto Ground",
        Want::Distress => "Palo Alto Tower",
    };
    match n {
        0 => format!("{unit}, Skyhawk one seven two sierra papa, {said}."),
        1 => format!("{said}, Skyhawk two sierra papa"),
        _ => format!("Skyhawk 172SP {said}"),
    }
}

/// Every call that must not get a clearance.
pub fn hostile(half: Half) -> Vec<Call> {
    let (frames, spoken) = match half {
        Half::Open => (OPEN, SPOKEN_OPEN),
        Half::Kept => (KEPT, SPOKEN_KEPT),
        Half::Fresh => (FRESH, SPOKEN_FRESH),
    };
    let mut all = Vec::new();
    for want in WANTS {
        for p in predicates(want, half) {
            for (operator, wordings) in frames {
                for w in *wordings {
                    all.extend((0..3).map(|n| Call { want, operator, text: dressed(want, &w.replace('*', p), n) }));
                }
            }
        }
    }
    for (operator, wordings) in spoken {
        for w in *wordings {
            all.extend((0..3).map(|n| Call { want: Want::Distress, operator, text: dressed(Want::Distress, w, n) }));
        }
    }
    all
}

/// Every call that must be served.
pub fn twins(half: Half) -> Vec<Call> {
    let (frames, spoken) = match half {
        Half::Open => (OPEN_TWINS, SPOKEN_TWINS_OPEN),
        Half::Kept => (KEPT_TWINS, SPOKEN_TWINS_KEPT),
        Half::Fresh => (FRESH_TWINS, SPOKEN_TWINS_FRESH),
    };
    let mut all = Vec::new();
    for want in WANTS {
        for p in predicates(want, half) {
            for w in frames {
                all.extend((0..3).map(|n| Call { want, operator: "twin", text: dressed(want, &w.replace('*', p), n) }));
            }
        }
    }
    for w in spoken {
        all.extend((0..3).map(|n| Call { want: Want::Distress, operator: "twin", text: dressed(Want::Distress, w, n) }));
    }
    all
}

/// The state of the aircraft when it calls.
pub fn state(want: Want) -> Value {
    let mut s = json!({
        "airport": "KPAO", "region": "FAA", "wind_dir": 310, "wind_kt": 8, "altimeter_inhg": 29.98, "active_runway": "31",
        "atis": "K", "frequencies": {"ground": "125.0", "tower": "118.6"}, "visibility_sm": 10, "facility": "tower",
        "callsign": "N172SP", "aircraft_type": "C172", "on_ground": true, "position": "hold short runway 31",
        "phase": "holding_short", "tuned": "118.6", "towered": true, "traffic": "none"
    });
    let mut put = |name: &str, v: Value| s[name] = v;
    match want {
        Want::Takeoff => {}
        Want::Landing | Want::Distress => {
            put("on_ground", json!(false));
            put("position", json!("2 mile final runway 31"));
            put("phase", json!("final"));
            put("altitude_ft", json!(800));
        }
        Want::Crossing => {
            put("airport", json!("KMRY"));
            put("facility", json!("ground"));
            put("active_runway", json!("28L"));
            put("position", json!("hold short runway 28R"));
            put("frequencies", json!({"ground": "121.9", "tower": "118.4"}));
            put("tuned", json!("121.9"));
        }
        Want::Entry => {
            put("on_ground", json!(false));
            put("position", json!("6 miles north"));
            put("phase", json!("cruise"));
            put("altitude_ft", json!(2500));
        }
        Want::Ifr => {
            put("facility", json!("ground"));
            put("tuned", json!("125.0"));
            put("position", json!("west ramp"));
            put("phase", json!("parked"));
            put("flight_rules", json!("ifr"));
            put("flight_plan", json!({"destination": "KMRY", "altitude_ft": 5000, "route": "as filed"}));
        }
    }
    s
}
