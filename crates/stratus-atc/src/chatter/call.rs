//! What the pilot of another aircraft says: the call of a topic, in the words that the engine's own suggestions use.

use super::Topic;
use crate::instruction::{Address, Item};
use crate::phase::Phase;
use crate::say::{self, Transmission, spoken};
use crate::situation::Situation;
use crate::units::{Callsign, Facility, Region, Side};

/// Closer than this to the threshold it is short final, nautical miles.
const SHORT_NM: f64 = 0.75;

/// The other aircraft, as its pilot calls.
pub(super) struct Caller<'a> {
    pub(super) callsign: &'a Callsign,
    pub(super) aircraft_type: Option<&'a str>,
    pub(super) side: Option<Side>,
    /// It has had an answer from this unit.
    pub(super) known: bool,
    /// Feet per minute.
    pub(super) vertical_fpm: f64,
}

/// Joins the parts of a call: each is written and spoken.
fn joined(parts: impl IntoIterator<Item = (String, String)>) -> Transmission {
    let (text, spoken): (Vec<String>, Vec<String>) = parts.into_iter().filter(|(text, _)| !text.is_empty()).unzip();
    Transmission { text: text.join(", "), spoken: spoken.join(", ") }
}

/// A part of a call, from its written words.
fn said(words: String, region: Region) -> (String, String) {
    let text = spoken::runways_as_written(&words, region);
    let spoken = spoken::words(&text, region);
    (text, spoken)
}

/// The call of a topic; `None` if the controller speaks first.
pub(super) fn of(topic: Topic, s: &Situation, by: &Caller) -> Option<Transmission> {
    let region = s.region;
    let runway = s.runway_here.map_or_else(String::new, |r| format!(" runway {r}"));
    if s.runway_here.is_none() && !matches!(topic, Topic::CheckIn | Topic::GoAround | Topic::Taxi) {
        return None;
    }
    let advisory = s.facility == Facility::Ctaf;
    let body = match topic {
        Topic::Handoff => return None,
        Topic::GoAround => vec![said("going around".into(), region)],
        Topic::Landing => {
            let miles = s.distance_nm?;
            let place = if miles < SHORT_NM { "short final".to_owned() } else { format!("{} mile final", miles.round().max(1.0)) };
            vec![said(place, region), said(runway.trim().into(), region)]
        }
        Topic::Takeoff if advisory => vec![said(format!("departing{runway}"), region)],
        Topic::Takeoff => vec![said(runway.trim().into(), region), said("ready for departure".into(), region)],
        Topic::Leg => {
            let leg = match s.phase {
                Phase::Downwind => "downwind",
                Phase::Base => "base",
                _ => return None,
            };
            let side = by.side?.word();
            vec![said(format!("{side} {leg}"), region), said(runway.trim().into(), region)]
        }
        Topic::Vacated | Topic::TaxiIn => {
            let taxis = topic == Topic::TaxiIn || s.tower_works_ground();
            let then = if taxis && !advisory { "taxi to parking" } else { "" };
            vec![said(format!("clear of{runway}"), region), said(then.into(), region)]
        }
        Topic::Taxi if advisory => {
            vec![said(format!("taxiing to{}", s.active.map_or_else(String::new, |r| format!(" runway {r}"))), region)]
        }
        Topic::Taxi => {
            let letter = s.atis.map_or_else(Default::default, |l| {
                (format!("information {l}"), format!("information {}", spoken::characters(&l.to_string())))
            });
            vec![said(s.region.parked.into(), region), letter, said("request taxi".into(), region)]
        }
        Topic::CheckIn => {
            let feet = (s.altitude_ft? + 50) / 100 * 100;
            let level = s.is_level(feet);
            let figures = say::written(&Item::Height(feet), region);
            let text = if level { format!("flight level {}", feet / 100) } else { figures };
            let way = if by.vertical_fpm < 0.0 { "descending" } else { "climbing" };
            vec![(format!("passing {text}"), format!("passing {}", spoken::level(feet, level, region))), said(way.into(), region)]
        }
    };
    let place = &s.airport_name;
    if advisory {
        let own = callsign(by, Address::Full, region);
        let named = || said(place.clone(), region);
        return Some(joined([said(format!("{place} traffic"), region), own].into_iter().chain(body).chain([named()])));
    }
    let unit = s.own_station().filter(|_| !by.known).map(|n| (n.clone(), n)).unwrap_or_default();
    let own = callsign(by, if by.known { Address::Short } else { Address::Full }, region);
    Some(joined([unit, own].into_iter().chain(body)))
}

/// The readback of these items; "wilco" if nothing has to be read back and something is to be done.
pub(super) fn readback(items: &[Item], address: Address, by: &Caller, region: Region) -> Option<Transmission> {
    let own = callsign(by, address, region);
    let words = match crate::due::due(items, region) {
        Some(words) => words,
        None if items.iter().any(|i| matches!(i, Item::Report(_) | Item::Taxi { .. } | Item::TaxiToParking { .. })) => "wilco".to_owned(),
        None => return None,
    };
    let (text, spoken) = (words.clone(), spoken::words(&words, region));
    Some(joined([(crate::units::sentence(&text), spoken), own]))
}

fn callsign(by: &Caller, address: Address, region: Region) -> (String, String) {
    say::callsign(by.callsign, address, region, by.aircraft_type)
}
