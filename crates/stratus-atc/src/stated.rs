//! A situation stated as JSON (`stratus batch`, kind `respond`): the state replaces the airport database and is the
//! authority; what it lacks is unknown.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::hear::Said;
use super::instruction::{Address, Instruction};
use super::intent::Context;
use super::phase::Phase;
use super::record::{Pending, Record};
use super::situation::{FlightPlan, Situation, TrafficFacts};
use super::{Decision, parse, phrase, readback, session, understand, whereabouts};
use crate::airports::Station;
use crate::airports::data::Airports;
use crate::report::Weather;
use crate::units::{Callsign, Facility, Region, Runway, Side, Time};

/// The `state` object of a `respond` line. Unknown fields are ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct State {
    airport: Option<String>,
    region: Option<Region>,
    facility: Option<Facility>,
    callsign: Option<Callsign>,
    aircraft_type: Option<String>,
    on_ground: Option<bool>,
    position: Option<String>,
    phase: Option<Phase>,
    tuned: Option<String>,
    towered: Option<bool>,
    frequencies: Map<String, Value>,
    active_runway: Option<Runway>,
    atis: Option<char>,
    wind_dir: Option<f64>,
    wind_kt: Option<f64>,
    altimeter_inhg: Option<f64>,
    qnh_hpa: Option<f64>,
    visibility_sm: Option<f64>,
    ceiling_ft: Option<f64>,
    altitude_ft: Option<f64>,
    flight_rules: Option<String>,
    last_atc: Option<String>,
    assigned_squawk: Option<String>,
    transponder: Option<String>,
    heading: Option<f64>,
    assigned_altitude_ft: Option<f64>,
    flight_plan: Option<Map<String, Value>>,
    traffic: Option<String>,
    runway_occupied: Map<String, Value>,
    closed_runways: Vec<String>,
    runways_closed: Vec<String>,
    closed_airport: bool,
    intersection: Map<String, Value>,
    airspace_ahead: Option<String>,
}

/// The answer to a call in a stated situation.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The controller's written words; empty for silence.
    pub reply: String,
    /// The controller's spoken words; empty for silence.
    pub spoken: String,
    /// What was understood.
    pub understanding: super::intent::Understanding,
    /// What the reply means, item by item, as JSON.
    pub actions: Vec<Value>,
}

/// Answers `text` in a stated situation. Names of fields come from `airports`; else the unit's word must do. Errors say
/// which field of the state is wrong.
pub fn respond(state: &Value, text: &str, airports: &Airports) -> Result<Answer, String> {
    let name_of = |icao: &str| airports.find(icao).map(|a| a.name);
    let st: State = serde_json::from_value(state.clone()).map_err(|e| format!("state: {e}"))?;
    let facility = st.facility.ok_or("state: `facility` is missing")?;
    let callsign = st.callsign.clone().ok_or("state: `callsign` is missing")?;
    let region = st.region.unwrap_or_default();
    let name = st.airport.as_deref().and_then(name_of).unwrap_or_default();
    let mut situation = situation(&st, facility, callsign.clone(), region, &name);
    situation.filed_place = situation.flight_plan.as_ref().and_then(|p| name_of(p.destination.as_deref()?));
    let record = record(&st, &situation);
    let ctx = Context {
        region,
        facility: Some(facility),
        own: Some(callsign),
        aircraft_type: st.aircraft_type.clone(),
        last_atc: st.last_atc.clone(),
        pending: record.pending.is_some(),
        stations: if name.is_empty() { Vec::new() } else { vec![name.to_lowercase()] },
        runways: situation.runways.clone(),
    };
    let said = Said::new(text, &ctx);
    let understanding = understand::understand_said(said.tokens.clone(), &ctx);
    let here = st.airport.as_deref().and_then(|icao| airports.find(icao));
    situation.called_elsewhere = here.is_some_and(|h| whereabouts::called_elsewhere(airports, &h, &understanding));
    situation.asked_place = understanding.slots.destination.as_deref().and_then(name_of);
    let silent = |u| Answer { reply: String::new(), spoken: String::new(), understanding: u, actions: Vec::new() };
    // A station hears its own frequency only.
    let mistuned = match (&st.tuned, situation.station(facility)) {
        (Some(tuned), Some(own)) => {
            tuned.parse().is_ok_and(|t: crate::units::Frequency| !t.same_channel(own.frequency))
                && !situation.stations.iter().any(|s| tuned.parse().is_ok_and(|t| s.frequency.same_channel(t)))
        }
        _ => false,
    };
    if mistuned || st.towered == Some(false) && facility == Facility::Ctaf {
        return Ok(silent(understanding));
    }
    let outcome = session::decide(&situation, &record, &understanding, &said);
    Ok(match outcome.decision {
        Decision::Silent(_) => silent(understanding),
        Decision::Say(items) => {
            let instruction = session::address(&situation, &record, &understanding, items);
            let said = phrase::render(&instruction, region, st.aircraft_type.as_deref());
            let actions = instruction.items.iter().filter_map(|i| serde_json::to_value(i).ok()).collect();
            Answer { reply: said.text, spoken: said.spoken, understanding, actions }
        }
    })
}

fn situation(st: &State, facility: Facility, callsign: Callsign, region: Region, name: &str) -> Situation {
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
    // The state names the runway in use only: its neighbours (28R beside 28L) and both directions exist or may exist.
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
    Situation {
        region,
        icao: st.airport.clone().unwrap_or_default(),
        airport_name: name.to_owned(),
        towered: st.towered.unwrap_or(true),
        facility,
        stations,
        active: st.active_runway,
        runways,
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
        altitude_ft: st.altitude_ft.map(|a| a.round() as i32),
        position: st.position.clone(),
        distance_nm: miles_in(&position),
        finals: Vec::new(),
        traffic: traffic(st.traffic.as_deref()),
        route_out: None,
        route_in: None,
        intersections: st.intersection.iter().map(|(k, v)| (k.clone(), words(v))).collect(),
        flight_plan: st.flight_plan.as_ref().map(|p| FlightPlan {
            ifr: None,
            departure: None,
            destination: p.get("destination").map(words).filter(|w| !w.is_empty()),
            route: p.get("route").map(words).filter(|w| !w.is_empty()),
            altitude_ft: p.get("altitude_ft").and_then(Value::as_f64).map(|a| a.round() as i32),
        }),
        ifr: st.flight_rules.as_deref().is_some_and(|r| r.eq_ignore_ascii_case("ifr")),
        assigned_altitude_ft: st.assigned_altitude_ft.map(|a| a.round() as i32),
        assigned_squawk: st.assigned_squawk.as_deref().and_then(|s| s.parse().ok()),
        free_squawk: None,
        airspace_ahead: st.airspace_ahead.clone(),
        transponder: st.transponder.as_deref().and_then(|s| s.parse().ok()),
        heading_mag: st.heading,
        final_course: None,
        minimum_ft: None,
        approaches: None,
        departure: None,
        destination: None,
        next_unit: None,
        asked_place: None,
        filed_place: None,
        called_elsewhere: false,
        advisory: None,
        airspace: None,
        ias_kt: None,
        live: false,
    }
}

/// The record that the controller's last words imply.
fn record(st: &State, s: &Situation) -> Record {
    let mut record = Record { squawk: s.assigned_squawk, altitude_ft: s.assigned_altitude_ft, ..Record::default() };
    let Some(last) = st.last_atc.as_deref().filter(|l| !l.trim().is_empty()) else { return record };
    let parsed = parse::parse(last, s.region);
    let instruction = Instruction { to: s.callsign.clone(), address: Address::Short, from: s.facility, station: None, items: parsed.items };
    record.issue(Time(0), &instruction);
    if record.pending.is_none() && readback::readable(&instruction.items) {
        record.pending = Some(Pending { instruction, since: Time(0), asked: 0 });
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

/// Words that a controller may repeat as a fact: the first statement, without anything that reads like an order to a
/// machine or like a clearance. What is left of such a text is that there is something.
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
        n => n.parse().ok(),
    }
}

fn traffic(said: Option<&str>) -> Option<TrafficFacts> {
    let said = said.map(str::trim).filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("none"))?;
    let low = said.to_lowercase();
    let near = miles_in(&low).is_some_and(|d| d <= 2.0) || low.contains("short final") || low.contains("on runway");
    let on_final = low.contains("final") || low.contains("runway");
    Some(TrafficFacts { words: plain_fact(said), runway: runway_in(&low), close: on_final && (near || miles_in(&low).is_none()) })
}
