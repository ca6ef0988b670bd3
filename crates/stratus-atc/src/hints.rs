//! Words that a recogniser may expect now. Where a prompt must be cut, its beginning goes: the likeliest stand last.
//!
//! A hint must not end as the call begins, for the model takes that for said and leaves it out; nor with words that may follow in
//! the call. The orders were chosen by measurement (docs/understanding.md).

use serde::{Deserialize, Serialize};

use super::hear::grouped;
use super::hear::opinion::Scene;
use super::instruction::{Address, Instruction};
use super::{Engine, say, spoken, telephony};
use crate::units::region::FlightNumbers;
use crate::units::{Callsign, Region};

/// Runways in a hint at most: a large airport's would leave no room for what is likelier.
const MOST_RUNWAYS: usize = 4;
/// Names of places at most, beside the unit's own.
const MOST_NAMES: usize = 4;

/// What helps a recogniser: words to expect.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Hints {
    /// Expected words; the likeliest last. It must not end as a call begins: the model takes that for said.
    pub prompt: String,
    /// The same words in another order, for a second look.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub again: String,
    /// The situation, for the sentence model that reads the words.
    #[serde(default)]
    pub scene: Scene,
}

/// What a hint is made of.
#[derive(Debug, Default)]
struct Parts {
    /// Names that units here are called by, but for the tuned one's.
    names: Vec<String>,
    runways: Vec<String>,
    letter: Option<String>,
    station: Option<String>,
    /// The readback that is due, as the controller said it.
    due: Option<String>,
    callsign: Option<String>,
}

impl Engine {
    /// The words that the next call may hold: the readback that is due, the recording's letter, names of the place, the unit, the
    /// pilot's callsign as it will be said, runways.
    pub fn hints(&self) -> Hints {
        let p = self.parts();
        let one = |o: &Option<String>| o.iter().cloned().collect::<Vec<_>>();
        let join = |lists: [Vec<String>; 6]| lists.concat().into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
        let prompt = join([p.names.clone(), one(&p.callsign), one(&p.station), one(&p.due), one(&p.letter), p.runways.clone()]);
        let again = join([p.runways, one(&p.letter), p.names, one(&p.due), one(&p.callsign), one(&p.station)]);
        // Without an airport nothing follows the callsign, and the model would take the beginning of the call for said: of four
        // voices with "Denver Ground, N172SP, radio check" it lost one whole call and the beginning of another.
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
        let station = self.station().map(|s| s.name);
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
            parts.letter = self.atis.letter_at(&a.icao).map(|l| format!("information {}", super::transcript::spell(l)));
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

/// Letters and figures as they are said, for a callsign that is not known yet. Without them a recogniser loses one in a short
/// call: of 8 callsigns said alone it wrote 6 right, and all 8 with this hint.
pub fn spelling_hint() -> String {
    let letters = ('A'..='Z').map(super::transcript::spell);
    let figures = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "niner"];
    letters.chain(figures).collect::<Vec<_>>().join(", ")
}

/// The callsign as its crew says it: an airline's in groups where the FAA's ways are kept (AIM 4-2-4).
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
    fn a_hint_holds_what_may_be_said_and_ends_as_no_call_begins() {
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
            // A unit and behind it a callsign, as a call begins, stands nowhere: the model would take it for said.
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
