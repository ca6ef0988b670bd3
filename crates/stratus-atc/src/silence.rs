//! Why a controller stays silent: for the pilot's eyes, in Stratus's own name and never in the controller's.

use super::Engine;
use crate::units::sentence;

/// Why a call is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// A common traffic frequency or a recording: nobody listens. With advice on how the call was made; may be empty.
    NoController(String),
    /// No station has this frequency, or none is tuned: which one it is, and which stations are near.
    NoStation {
        /// "No station on 118.3".
        tuned: String,
        /// "Near you: Hilo Ground 121.9"; may be empty.
        near: String,
    },
    /// Nobody knows which aircraft calls.
    CallsignUnknown,
    /// The call named another aircraft.
    AnotherCallsign,
    /// The call wants no answer.
    NotDue,
    /// It was read back, and nothing was to be.
    NoReadbackDue,
    /// The readback was right.
    ReadbackCorrect,
    /// The readback was right, but without a callsign.
    ReadbackWithoutCallsign,
    /// Nobody talks to an aircraft on its take-off roll.
    TakeoffRoll,
    /// The emergency frequency, and no call for help.
    Guard,
}

impl Silence {
    /// In a few words, in sentence case.
    pub fn title(&self) -> String {
        match self {
            Silence::NoController(_) => "No controller on this frequency".into(),
            Silence::NoStation { tuned, .. } => tuned.clone(),
            Silence::CallsignUnknown => "Callsign unknown".into(),
            Silence::AnotherCallsign => "No answer: another callsign".into(),
            Silence::NotDue | Silence::NoReadbackDue => "No answer needed".into(),
            Silence::ReadbackCorrect | Silence::ReadbackWithoutCallsign => "Readback correct".into(),
            Silence::Guard => "121.5 is for emergencies".into(),
            Silence::TakeoffRoll => "No answer during the take-off roll".into(),
        }
    }

    /// What is to be said besides; empty where the title says it all.
    pub fn words(&self) -> String {
        match self {
            Silence::NoController(advice) => sentence(advice),
            Silence::NoStation { near, .. } => near.clone(),
            Silence::CallsignUnknown => "Say it in full, or set it under Pilot.".into(),
            Silence::AnotherCallsign => "The call named another aircraft.".into(),
            Silence::Guard => "Tune the unit that you want to call. A call for help is answered here.".into(),
            Silence::NoReadbackDue => "No readback was expected.".into(),
            Silence::ReadbackWithoutCallsign => "End a readback with your callsign.".into(),
            Silence::NotDue | Silence::ReadbackCorrect | Silence::TakeoffRoll => String::new(),
        }
    }

    /// Both in one line, for a terminal.
    pub fn one_line(&self) -> String {
        let words = self.words();
        if words.is_empty() { self.title() } else { format!("{}: {words}", self.title()) }
    }
}

impl Engine {
    /// Nobody is on the frequency: which it is, and whom the pilot could call.
    pub(super) fn nobody_here(&self) -> Silence {
        let tuned = self.com1().map_or_else(|| "No frequency tuned".to_owned(), |f| format!("No station on {f}"));
        let near = match &self.airport {
            Some(a) => {
                let list: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
                match list.is_empty() {
                    // The public tables list no frequency of some large airports: that is not the same as no tower.
                    true => format!(
                        "No frequencies of {} are on record: \u{201c}stratus airports import\u{201d} takes your simulator's.",
                        a.name
                    ),
                    false => format!("Near you: {}", list.join(", ")),
                }
            }
            None => "No airport is known here.".to_owned(),
        };
        Silence::NoStation { tuned, near }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;

    #[test]
    fn an_airport_without_frequencies_on_record_says_so_and_how_to_get_them() {
        let words = |airport: &str| {
            let setup = Setup { airport: Some(airport.into()), com1: "118.8".parse().ok(), ..Setup::default() };
            Engine::new(Airports::world(), setup).nobody_here().one_line()
        };
        for hub in ["EDDB", "ZBAD", "ZUTF"] {
            let said = words(hub);
            assert!(said.contains("No frequencies of") && said.contains("stratus airports import"), "{hub}: {said}");
        }
        assert!(words("EDDH").contains("Near you: Hamburg ATIS 123.125"), "{}", words("EDDH"));
    }
}
