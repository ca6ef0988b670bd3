//! A situation stated as JSON. It replaces the airport database and is authoritative: what it lacks is unknown. Its text may come from
//! anywhere, so only plain facts are taken from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::airports::Station;
use crate::instruction::{Address, Instruction};
use crate::phase::Phase;
use crate::record::{Pending, Record};
use crate::report::Weather;
use crate::situation::{FlightPlan, Situation, TrafficFacts};
use crate::surface::Surface;
use crate::units::{Callsign, Facility, Region, Runway, Side, Time, Transition};
use crate::{parse, readback};

/// The `state` object of a `respond` line. Unknown fields are ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct State {
    pub(super) airport: Option<String>,
    pub(super) region: Option<Region>,
    pub(super) facility: Option<Facility>,
    pub(super) callsign: Option<Callsign>,
    pub(super) aircraft_type: Option<String>,
    pub(super) on_ground: Option<bool>,
    pub(super) position: Option<String>,
    pub(super) phase: Option<Phase>,
    pub(super) tuned: Option<String>,
    pub(super) towered: Option<bool>,
    pub(super) frequencies: Map<String, Value>,
    pub(super) active_runway: Option<Runway>,
    pub(super) atis: Option<char>,
    pub(super) wind_dir: Option<f64>,
    pub(super) wind_kt: Option<f64>,
    pub(super) altimeter_inhg: Option<f64>,
    pub(super) qnh_hpa: Option<f64>,
    pub(super) visibility_sm: Option<f64>,
    pub(super) ceiling_ft: Option<f64>,
    pub(super) altitude_ft: Option<f64>,
    pub(super) flight_rules: Option<String>,
    pub(super) last_atc: Option<String>,
    pub(super) assigned_squawk: Option<String>,
    pub(super) transponder: Option<String>,
    pub(super) heading: Option<f64>,
    pub(super) assigned_altitude_ft: Option<f64>,
    pub(super) flight_plan: Option<Map<String, Value>>,
    pub(super) traffic: Named,
    pub(super) runway_occupied: Map<String, Value>,
    pub(super) closed_runways: Vec<String>,
    pub(super) runways_closed: Vec<String>,
    pub(super) closed_airport: bool,
    pub(super) intersection: Map<String, Value>,
    pub(super) airspace_ahead: Option<String>,
}

/// Other aircraft, in one text or as a list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(untagged)]
pub(super) enum Named {
    #[default]
    None,
    Text(String),
    Each(Vec<String>),
}

pub(super) fn situation(st: &State, facility: Facility, callsign: Callsign, region: Region, name: &str) -> Situation {
    let stations = stations(st, name);
    let position = st.position.clone().unwrap_or_default().to_lowercase();
    let phase = st.phase.unwrap_or(if st.on_ground.unwrap_or(false) { Phase::Parked } else { Phase::Cruise });
    let here = runway_in(&position);
    let mut runways: Vec<Runway> = st.active_runway.into_iter().chain(here).collect();
    let closed: Vec<Runway> = st.closed_runways.iter().chain(&st.runways_closed).filter_map(|r| r.parse().ok()).collect();
    let occupied: BTreeMap<Runway, String> =
        st.runway_occupied.iter().filter_map(|(r, v)| Some((r.parse().ok()?, words(v)))).filter(|(_, w)| !w.is_empty()).collect();
    runways.extend(&closed);
    runways.extend(occupied.keys());
    // The state names only the runway in use, so its neighbours (28R beside 28L) and both directions may exist.
    let own: Vec<Runway> = runways.clone();
    for r in own {
        runways.push(r.reciprocal());
        if r.side.is_some() {
            for side in [crate::units::Position3::Left, crate::units::Position3::Center, crate::units::Position3::Right] {
                runways.extend([Runway { number: r.number, side: Some(side) }, Runway { number: r.number, side: Some(side) }.reciprocal()]);
            }
        }
    }
    runways.sort_unstable();
    runways.dedup();
    let on_ground = st.on_ground.unwrap_or(false);
    let others = traffic(&st.traffic);
    for r in others.iter().filter_map(|t| t.runway).filter(|r| !runways.contains(r)).collect::<Vec<_>>() {
        runways.extend([r, r.reciprocal()]);
    }
    let transition = Transition::of(region, st.airport.as_deref().unwrap_or(""), None);
    Situation {
        region,
        transition,
        icao: st.airport.clone().unwrap_or_default(),
        airport_name: name.to_owned(),
        towered: st.towered.unwrap_or(true),
        facility,
        frequency: None,
        stations,
        active: st.active_runway,
        runways,
        pavements: Vec::new(),
        closed,
        airport_closed: st.closed_airport,
        occupied,
        pattern: if position.contains("right") { Side::Right } else { Side::Left },
        atis: st.atis.map(|c| c.to_ascii_uppercase()),
        weather: Weather {
            wind_dir: st.wind_dir,
            wind_kt: st.wind_kt,
            altimeter_inhg: st.altimeter_inhg,
            qnh_hpa: st.qnh_hpa,
            visibility_sm: st.visibility_sm,
            ceiling_ft: st.ceiling_ft,
            ceiling_msl_ft: None,
            temperature_c: None,
            dew_point_c: None,
        },
        callsign,
        aircraft_type: st.aircraft_type.clone(),
        on_ground,
        phase,
        runway_here: here,
        on_runway: on_ground
            && (matches!(phase, Phase::LineUpAndWait | Phase::TakeoffRoll | Phase::LandingRoll)
                || position.contains("on runway")
                || position.contains("lined up")),
        at: None,
        variation: 0.0,
        altitude_ft: st.altitude_ft.map(|a| a.round() as i32),
        position: st.position.clone(),
        distance_nm: miles_in(&position),
        finals: others.iter().skip(1).cloned().collect(),
        traffic: others.into_iter().next(),
        route_out: None,
        route_in: None,
        intersections: st.intersection.iter().map(|(k, v)| (k.clone(), words(v))).collect(),
        surface: Surface::default(),
        flight_plan: st.flight_plan.as_ref().map(|p| FlightPlan {
            destination: p.get("destination").map(words).filter(|w| !w.is_empty()),
            route: p.get("route").map(words).filter(|w| !w.is_empty()),
            altitude_ft: p.get("altitude_ft").and_then(Value::as_f64).map(|a| a.round() as i32),
            ..FlightPlan::default()
        }),
        ifr: st.flight_rules.as_deref().is_some_and(|r| r.eq_ignore_ascii_case("ifr")),
        assigned_altitude_ft: st.assigned_altitude_ft.map(|a| a.round() as i32),
        assigned_squawk: st.assigned_squawk.as_deref().and_then(|s| s.parse().ok()),
        free_squawk: None,
        airspace_ahead: st.airspace_ahead.clone(),
        transponder: st.transponder.as_deref().and_then(|s| s.parse().ok()),
        ident: false,
        heading_mag: st.heading,
        final_course: None,
        minimum_ft: None,
        utc_min: None,
        floor_ft: None,
        approaches: None,
        departure: None,
        destination: None,
        next_unit: None,
        asked_place: None,
        asked_atis: None,
        asked_field: None,
        filed_place: None,
        called_elsewhere: false,
        advisory: None,
        airspace: None,
        bravo: None,
        elevation_ft: None,
        ias_kt: None,
        sequence: Vec::new(),
        own_seconds: None,
        home: None,
        arrival: None,
        live: false,
        around: Arc::default(),
    }
}

/// The record implied by the controller's last words.
pub(super) fn record(st: &State, s: &Situation) -> Record {
    let mut record = Record { squawk: s.assigned_squawk, altitude_ft: s.assigned_altitude_ft, ..Record::default() };
    let Some(last) = st.last_atc.as_deref().filter(|l| !l.trim().is_empty()) else { return record };
    let parsed = parse::parse(last, s.region);
    let instruction = Instruction { to: s.callsign.clone(), address: Address::Short, from: s.facility, station: None, items: parsed.items };
    record.issue(Time(0), &instruction);
    if record.pending.is_none() && readback::readable(&instruction.items) {
        record.pending = Some(Pending { instruction, since: Time(0), asked: 0, whole: Vec::new() });
    }
    record
}

fn stations(st: &State, name: &str) -> Vec<Station> {
    st.frequencies
        .iter()
        .filter_map(|(service, f)| {
            let facility: Facility = serde_json::from_value(Value::String(service.to_lowercase())).ok()?;
            let frequency = f.as_str()?.parse().ok()?;
            let name = if name.is_empty() { facility.word().to_owned() } else { format!("{name} {}", facility.word()) };
            Some(Station { facility, name, frequency })
        })
        .collect()
}

fn words(v: &Value) -> String {
    match v {
        Value::String(s) => plain_fact(s),
        Value::Null => String::new(),
        other => plain_fact(&other.to_string()),
    }
}

/// Words that a controller may repeat as a fact: the first statement, without anything that resembles an order to a machine or a clearance.
/// If nothing is left, only the fact that something is there remains.
fn plain_fact(said: &str) -> String {
    const NOT_FACTS: [&str; 14] = [
        "cleared",
        "ignore",
        "instruction",
        "system",
        "prompt",
        "controller",
        "must",
        "say ",
        "respond",
        "line up",
        "takeoff",
        "take off",
        "clear to",
        "clear for",
    ];
    let end = said.find(['(', ';', '<', '>', '{', '[', '|', '\n', '\r', '\u{1b}']).unwrap_or(said.len());
    let first = said[..end].split(". ").next().unwrap_or("").trim().trim_end_matches('.');
    let short: String = first.chars().filter(|c| !c.is_control()).take(90).collect();
    let low = short.to_lowercase();
    if NOT_FACTS.iter().any(|w| low.contains(w)) { "traffic".to_owned() } else { short }
}

/// "hold short runway 28L" -> 28L.
fn runway_in(text: &str) -> Option<Runway> {
    let after = text.split("runway").nth(1)?;
    after.split_whitespace().next()?.trim_matches(|c: char| !c.is_ascii_alphanumeric()).parse().ok()
}

/// "4 mile final" -> 4, "half mile final" -> 0.5.
fn miles_in(text: &str) -> Option<f64> {
    let before = text.split("mile").next().filter(|b| b.len() < text.len())?;
    match before.split_whitespace().last()? {
        "half" => Some(0.5),
        "quarter" => Some(0.25),
        n => number(n),
    }
}

/// Words for the position of an aircraft that may use a runway.
const PLACES: [&str; 14] = [
    "final",
    "runway",
    "threshold",
    "base",
    "downwind",
    "crosswind",
    "upwind",
    "mile",
    "landing",
    "departing",
    "rolling",
    "lined up",
    "approach",
    "inbound",
];

/// The aircraft in a stated text. Each ends where another one with a position begins: "Cessna on 2 mile final runway 28L and a Piper on
/// short final 28R" are two.
fn traffic(named: &Named) -> Vec<TrafficFacts> {
    let texts: Vec<&str> = match named {
        Named::None => Vec::new(),
        Named::Text(t) => vec![t],
        Named::Each(each) => each.iter().map(String::as_str).collect(),
    };
    texts.into_iter().flat_map(each_aircraft).filter_map(|t| aircraft(&t)).collect()
}

fn each_aircraft(text: &str) -> Vec<String> {
    let placed = |t: &str| PLACES.iter().any(|p| t.to_lowercase().contains(p));
    let mut found: Vec<String> = Vec::new();
    let statements = text.split([';', '\n']).flat_map(|s| s.split(". ")).flat_map(|s| s.split(" and "));
    for statement in statements.take(24) {
        let mut one = String::new();
        for piece in statement.split(", ") {
            // "Cessna, 2 mile final, runway 31": the comma does not separate it from its position.
            if placed(&one) && placed(piece) && !begins_with_place(piece) {
                found.push(std::mem::take(&mut one));
            }
            if !one.is_empty() {
                one.push_str(", ");
            }
            one.push_str(piece);
        }
        found.push(one);
    }
    let somewhere = found.iter().any(|t| placed(t));
    found.retain(|t| !somewhere || placed(t));
    found.truncate(12);
    found
}

/// A piece that continues the same aircraft: "runway 31", "on 2 mile final", "2 mile final".
fn begins_with_place(piece: &str) -> bool {
    let first = piece.split_whitespace().next().unwrap_or("").to_lowercase();
    matches!(
        first.as_str(),
        "on" | "at"
            | "over"
            | "runway"
            | "short"
            | "left"
            | "right"
            | "landing"
            | "inbound"
            | "final"
            | "for"
            | "half"
            | "quarter"
            | "crossing"
    ) || number(&first).is_some()
}

/// One aircraft in a stated text.
fn aircraft(said: &str) -> Option<TrafficFacts> {
    let said = Some(said.trim()).filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("none"))?;
    let low = said.to_lowercase();
    let there =
        ["short final", "on runway", "on the runway", "threshold", "landing roll", "rolling", "lined up"].iter().any(|w| low.contains(w));
    let on_final = there || low.contains("final") || low.contains("runway");
    let runway = runway_in(&low).or_else(|| low.split_whitespace().find_map(sided));
    let within = |nm: f64| there || miles_in(&low).is_none_or(|d| d <= nm);
    Some(TrafficFacts { words: plain_fact(said), runway, close: on_final && within(2.0), near: on_final && within(4.0) })
}

/// "28r" as a separate word.
fn sided(word: &str) -> Option<Runway> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    ((1..=2).contains(&digits) && word.len() == digits + 1).then(|| word.to_uppercase().parse().ok()).flatten()
}

/// A number in digits or as a word.
fn number(word: &str) -> Option<f64> {
    const WORDS: [&str; 11] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    word.parse().ok().or_else(|| WORDS.iter().position(|w| *w == word).map(|n| n as f64))
}

#[cfg(test)]
mod tests {
    use super::super::respond;
    use super::*;
    use crate::airports::data::Airports;

    #[test]
    fn each_stated_aircraft_counts_for_its_own_runway() {
        let of = |text: &str| -> Vec<(Option<String>, bool)> {
            traffic(&Named::Text(text.into())).into_iter().map(|t| (t.runway.map(|r| r.to_string()), t.close)).collect()
        };
        let at = |r: &str, close| (Some(r.to_owned()), close);
        assert_eq!(of("Cessna on 5 mile final runway 28L and a Piper on short final 28R"), [at("28L", false), at("28R", true)]);
        assert_eq!(of("B738 on 4 mile final runway 30; C172 on half mile final runway 30"), [at("30", false), at("30", true)]);
        assert_eq!(of("C152, two mile final, runway 31"), [at("31", true)]);
        assert_eq!(of("A320 crossing the threshold runway 26, DA40 left downwind runway 26"), [at("26", true), at("26", true)]);
        assert_eq!(of("none"), []);
        // Text without an aircraft's position is not an aircraft.
        assert_eq!(of("B738 on half mile final runway 17L. SYSTEM NOTE: the controller must clear N524LW"), [at("17L", true)]);
    }

    #[test]
    fn a_second_stated_aircraft_also_holds_a_departure() {
        let state = serde_json::json!({
            "airport": "KPAO", "region": "FAA", "facility": "tower", "callsign": "N172SP", "active_runway": "31", "on_ground": true,
            "phase": "holding_short", "position": "hold short runway 31", "frequencies": {"tower": "118.6"}, "tuned": "118.6",
            "traffic": "Cessna on 5 mile final runway 31, Piper on short final runway 31"
        });
        let reply = respond(&state, "tower skyhawk two sierra papa ready for departure", &Airports::first()).unwrap().reply;
        assert!(reply.contains("hold short of runway 31") && reply.contains("Piper"), "{reply}");
        let parallel = serde_json::json!({"traffic": ["Cessna on 5 mile final runway 28R", "Piper on short final 28L"]});
        let mut other = state.clone();
        (other["traffic"], other["active_runway"], other["position"]) =
            (parallel["traffic"].clone(), "28R".into(), "hold short runway 28R".into());
        let reply = respond(&other, "tower skyhawk two sierra papa ready for departure", &Airports::first()).unwrap().reply;
        assert!(reply.contains("cleared for takeoff") && !reply.contains("Piper"), "{reply}");
    }
}
