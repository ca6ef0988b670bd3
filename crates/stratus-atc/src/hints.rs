//! Words for a recogniser to expect now. If the prompt must be shortened, its start is dropped, so the most likely words come last.
//!
//! A hint must not end in the way that a call starts, because the model would take those words as already spoken and leave them out; nor
//! may it end with words that may follow in the call. The orders were chosen by measurement (docs/understanding.md).

use serde::{Deserialize, Serialize};

use super::hear::grouped;
use super::hear::opinion::Scene;
use super::instruction::{Address, Instruction};
use super::{Engine, say, spoken, telephony};
use crate::units::region::FlightNumbers;
use crate::units::{Callsign, Facility, Region};

/// The maximum number of runways in a hint: those of a large airport would displace more likely words.
const MOST_RUNWAYS: usize = 4;
/// The units that a pilot calls first, the likeliest one first.
const FIRST: [Facility; 3] = [Facility::Ground, Facility::Tower, Facility::Clearance];
/// The maximum number of place names besides the unit's own.
const MOST_NAMES: usize = 4;

/// Hints for a recogniser.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Hints {
    /// Expected words, the most likely last. It must not end in the way that a call starts.
    pub prompt: String,
    /// The same words in a different order, for a second pass.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub again: String,
    /// The situation, for the sentence model that reads the transcript.
    #[serde(default)]
    pub scene: Scene,
}

/// The parts of a hint.
#[derive(Debug, Default)]
struct Parts {
    /// The names of the other units here, without the tuned one.
    names: Vec<String>,
    runways: Vec<String>,
    letter: Option<String>,
    station: Option<String>,
    /// The awaited readback, in the controller's words.
    due: Option<String>,
    callsign: Option<String>,
}

impl Engine {
    /// Words that the next call may contain: the awaited readback, the ATIS letter, names of the place and the unit, the pilot's callsign
    /// in its expected form, runways.
    pub fn hints(&self) -> Hints {
        let p = self.parts();
        let one = |o: &Option<String>| o.iter().cloned().collect::<Vec<_>>();
        let join = |lists: [Vec<String>; 6]| lists.concat().into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
        let prompt = join([p.names.clone(), one(&p.callsign), one(&p.station), one(&p.due), one(&p.letter), p.runways.clone()]);
        let again = join([p.runways, one(&p.letter), p.names, one(&p.due), one(&p.callsign), one(&p.station)]);
        // Without an airport nothing follows the callsign, and the model takes the start of the call as already spoken: of four voices with
        // "Denver Ground, N172SP, radio check" it lost one whole call and the start of another.
        let closed = |hint: String| match &p.callsign {
            Some(c) if hint.ends_with(c.as_str()) && *c != spelling_hint() => format!("{hint}, {}", spelling_hint()),
            _ => hint,
        };
        Hints { prompt: closed(prompt), again: closed(again), scene: self.context().scene() }
    }

    fn parts(&self) -> Parts {
        let airport = self.airport.as_ref();
        let region = airport.map_or(Region::FAA, |a| a.region);
        let kind = self.aircraft_type();
        // Without a tuned radio the first call names its unit. A hint with the place and the callsign but without a unit made the model leave
        // the unit out: "Denver, november one seven two ..." for "Denver Ground, ...".
        let first = || airport.and_then(|a| FIRST.iter().find_map(|f| a.stations.iter().find(|s| s.facility == *f)));
        let station = self.station().map(|s| s.name).or_else(|| first().map(|s| s.name.clone()));
        let mut parts = Parts { station, ..Parts::default() };
        if let Some(a) = airport {
            let cleared = [self.record.taxi, self.record.takeoff, self.record.landing.map(|(r, _)| r)];
            let mut runways = Vec::new();
            for r in cleared.into_iter().flatten().chain(a.strips_ends()) {
                if runways.len() < MOST_RUNWAYS && !runways.contains(&r) {
                    runways.push(r);
                }
            }
            parts.runways = runways.iter().map(|r| format!("runway {}", spoken::runway(*r, region))).collect();
            let letter = self.atis.letter_at(&a.icao).or(self.record.letter_of(&a.icao));
            parts.letter = letter.map(|l| format!("information {}", super::transcript::spell(l)));
            let units = a.stations.iter().filter_map(|s| s.name.rsplit_once(' ').map(|(name, _)| name.to_owned()));
            for name in std::iter::once(a.name.clone()).chain(units) {
                let known = parts.station.as_ref().is_some_and(|s| s.starts_with(&name)) || parts.names.contains(&name);
                if !known && parts.names.len() < MOST_NAMES {
                    parts.names.push(name);
                }
            }
        }
        let said = |address| self.callsign().map_or_else(spelling_hint, |c| callsign(c, address, region, kind.as_deref()));
        match &self.record.pending {
            Some(due) => {
                let items = Instruction { address: Address::All, station: None, ..due.instruction.clone() };
                parts.due = Some(say::render(&items, region, kind.as_deref()).spoken);
                parts.callsign = Some(said(Address::Short));
            }
            None => parts.callsign = Some(said(Address::Full)),
        }
        parts
    }
}

/// Spelled letters and digits, for a callsign that is not known yet. Without them a recogniser gets short calls wrong: of 8 callsigns said
/// alone it wrote 6 correctly, and all 8 with this hint.
pub fn spelling_hint() -> String {
    let letters = ('A'..='Z').map(super::transcript::spell);
    let figures = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "niner"];
    letters.chain(figures).collect::<Vec<_>>().join(", ")
}

/// The callsign as its crew says it: an airline's digits are grouped in FAA regions (AIM 4-2-4).
fn callsign(c: &Callsign, address: Address, region: Region, kind: Option<&str>) -> String {
    let id = c.as_str();
    let number = id.get(3..).filter(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    if let (FlightNumbers::Grouped, Some(name), Some(number)) =
        (region.flight_numbers, telephony::spoken(id.get(..3).unwrap_or("")), number)
    {
        let at = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        let (digits, letters) = number.split_at(at);
        let letters = letters.chars().map(super::transcript::spell);
        return std::iter::once(say::title(name)).chain([grouped(digits)]).chain(letters.map(str::to_owned)).collect::<Vec<_>>().join(" ");
    }
    say::callsign(c, address, region, kind).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;
    use crate::units::Time;

    #[test]
    fn hints_without_a_tuned_radio_name_the_unit_of_a_first_call() {
        let setup = Setup { callsign: "N172SP".parse().ok(), airport: Some("PHTO".into()), ..Setup::default() };
        let hints = Engine::new(Airports::first(), setup).hints();
        assert!(hints.prompt.contains("Hilo Ground") && !hints.prompt.contains("Hilo, November"), "{}", hints.prompt);
    }

    #[test]
    fn hints_hold_expected_words_and_do_not_end_like_a_call() {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: "121.9".parse().ok(),
            ..Setup::default()
        };
        let mut engine = Engine::new(Airports::first(), setup);
        let hints = engine.hints();
        for order in [&hints.prompt, &hints.again] {
            assert!(order.contains("Hilo Ground") && order.contains("Skyhawk one seven two sierra papa"), "{order}");
            // A unit followed by a callsign, as at the start of a call, must not occur: the model would take it as spoken.
            assert!(!order.contains("Hilo Ground, Skyhawk"), "{order}");
        }
        let text = "hilo ground skyhawk one seven two sierra papa at the ramp request taxi with information delta";
        let heard = engine.understand(text);
        engine.answer(Time(0), text, heard);
        engine.delivered(Time(0), true);
        let hints = engine.hints().prompt;
        assert!(hints.contains("runway eight, taxi") && hints.contains("Skyhawk two sierra papa"), "{hints}");
        assert!(
            Engine::new(Airports::world(), Setup { airport: Some("KORD".into()), ..Setup::default() })
                .hints()
                .prompt
                .matches("runway")
                .count()
                <= 4
        );
        let nowhere = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
        let nowhere = Engine::new(Airports::first(), nowhere).hints();
        for order in [&nowhere.prompt, &nowhere.again] {
            assert!(order.starts_with("Skyhawk one seven two sierra papa, alpha") && order.ends_with("eight, niner"), "{order}");
        }
        let unknown = Engine::new(Airports::first(), Setup::default()).hints().prompt;
        assert!(unknown.starts_with("alpha, bravo") && unknown.ends_with("eight, niner"), "{unknown}");
        assert_eq!(callsign(&"UAL1479".parse().unwrap(), Address::Full, Region::FAA, None), "United fourteen seventy nine");
        assert_eq!(callsign(&"EZY46K".parse().unwrap(), Address::Full, Region::ICAO, None), "Easyjet four six kilo");
    }
}
