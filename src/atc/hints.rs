//! Words that a recogniser may expect now, the likeliest last: where a prompt must be cut, its beginning goes.

use super::instruction::{Address, Instruction};
use super::{Engine, phrase, spoken};
use crate::units::Region;

/// Runways in a hint at most: a large airport's would leave no room for what is likelier.
const MOST_RUNWAYS: usize = 4;

impl Engine {
    /// Runways, the recording's letter, the unit, the pilot's callsign, and the readback that is due.
    pub fn hints(&self) -> String {
        let airport = self.airport.as_ref();
        let region = airport.map_or(Region::Faa, |a| a.region);
        let mut words = Vec::new();
        if let Some(a) = airport {
            let cleared = [self.record.taxi, self.record.takeoff, self.record.landing.map(|(r, _)| r)];
            let mut runways = Vec::new();
            for r in cleared.into_iter().flatten().chain(a.strips_ends()) {
                if runways.len() < MOST_RUNWAYS && !runways.contains(&r) {
                    runways.push(r);
                }
            }
            words.extend(runways.iter().map(|r| format!("runway {}", spoken::runway(*r, region))));
            words.extend(self.atis.letter_at(&a.icao).map(|l| format!("information {}", super::transcript::spell(l))));
        }
        words.extend(self.station().map(|s| s.name));
        let kind = self.aircraft_type();
        let said = |address| self.callsign().map(|c| phrase::callsign(c, address, region, kind.as_deref()).1);
        match &self.record.pending {
            Some(due) => {
                let items = Instruction { address: Address::All, station: None, ..due.instruction.clone() };
                words.push(phrase::render(&items, region, kind.as_deref()).spoken);
                words.extend(said(Address::Short));
            }
            None => words.extend(said(Address::Full)),
        }
        words.retain(|w| !w.is_empty());
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;
    use crate::atc::Setup;
    use crate::units::Time;

    #[test]
    fn the_likeliest_words_stand_last() {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: "121.9".parse().ok(),
            ..Setup::default()
        };
        let mut engine = Engine::new(Airports::first(), setup);
        let hints = engine.hints();
        assert!(hints.contains("runway eight") && hints.contains("Hilo Ground"), "{hints}");
        assert!(hints.ends_with("one seven two sierra papa"), "{hints}");
        let text = "hilo ground skyhawk one seven two sierra papa at the ramp request taxi with information delta";
        let heard = engine.understand(text);
        engine.answer(Time(0), text, heard);
        engine.delivered(Time(0), true);
        let hints = engine.hints();
        let (before, readback) = hints.split_once("Hilo Ground, ").unwrap();
        assert!(before.starts_with("runway eight, "), "{hints}");
        assert!(readback.starts_with("runway eight, taxi") && readback.ends_with("two sierra papa"), "{hints}");
        assert!(
            Engine::new(Airports::world(), Setup { airport: Some("KORD".into()), ..Setup::default() }).hints().matches("runway").count()
                <= 4
        );
        assert_eq!(Engine::new(Airports::first(), Setup::default()).hints(), "");
    }
}
