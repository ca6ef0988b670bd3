//! Answers a call in a stated situation (kind `respond`).

use serde_json::Value;

use super::Sentences;
use super::state::{State, record, situation};
use crate::airports::data::Airports;
use crate::decide::{self, Decision};
use crate::hear::Said;
use crate::intent::Context;
use crate::know::whereabouts;
use crate::{say, understand};

/// The answer to a call in a stated situation.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The controller's written words; empty for silence.
    pub reply: String,
    /// The controller's spoken words; empty for silence.
    pub spoken: String,
    /// What was understood.
    pub understanding: crate::intent::Understanding,
    /// The meaning of the reply, item by item, as JSON.
    pub actions: Vec<Value>,
}

/// Answers `text` in a stated situation. Field names come from `airports`, or the unit's word must do. An error names the invalid field of
/// the state.
pub fn respond(state: &Value, text: &str, airports: &Airports) -> Result<Answer, String> {
    respond_with(state, text, airports, &|_, _| None)
}

/// Like [`respond`], with the opinions of a sentence model.
pub fn respond_with(state: &Value, text: &str, airports: &Airports, sentences: Sentences<'_>) -> Result<Answer, String> {
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
        places: Vec::new(),
        opinion: None,
    };
    let ctx = Context { opinion: sentences(text, &ctx.scene()), ..ctx };
    let said = Said::new(text, &ctx);
    let understanding = understand::understand_said(said.tokens.clone(), &ctx);
    let here = st.airport.as_deref().and_then(|icao| airports.find(icao));
    situation.called_elsewhere = here.is_some_and(|h| whereabouts::called_elsewhere(airports, &h, &understanding, true));
    situation.asked_place = understanding.slots.destination.as_deref().and_then(name_of);
    let silent = |u| Answer { reply: String::new(), spoken: String::new(), understanding: u, actions: Vec::new() };
    // A station hears only its own frequency.
    let mistuned = match (&st.tuned, situation.station(facility)) {
        (Some(tuned), Some(own)) => {
            tuned.parse().is_ok_and(|t: crate::units::Frequency| !t.same_channel(own.frequency))
                && !situation.stations.iter().any(|s| tuned.parse().is_ok_and(|t| s.frequency.same_channel(t)))
        }
        _ => false,
    };
    if mistuned || st.towered == Some(false) && facility == crate::units::Facility::Ctaf {
        return Ok(silent(understanding));
    }
    let outcome = decide::decide(&situation, &record, &understanding, &said);
    Ok(match outcome.decision {
        Decision::Silent(_) => silent(understanding),
        Decision::Say(items) => {
            let instruction = decide::address(&situation, &record, &understanding, items);
            let said = say::render(&instruction, region, st.aircraft_type.as_deref());
            let actions = instruction.items.iter().filter_map(|i| serde_json::to_value(i).ok()).collect();
            Answer { reply: said.text, spoken: said.spoken, understanding, actions }
        }
    })
}
