//! Why a controller stays silent: shown to the pilot in Stratus's name, never the controller's.

use super::Engine;
use crate::units::sentence;

/// Why a call is not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// A common traffic frequency or a recording, with no controller. Carries advice on how the call was made; may be empty.
    NoController(String),
    /// No station has this frequency, or none is tuned. Carries the frequency and the stations nearby.
    NoStation {
        /// "No station on 118.3".
        tuned: String,
        /// "Near you: Hilo Ground 121.9"; may be empty.
        near: String,
    },
    /// The calling aircraft is unknown.
    CallsignUnknown,
    /// The call named another aircraft.
    AnotherCallsign,
    /// The call needs no answer.
    NotDue,
    /// A readback although none was due.
    NoReadbackDue,
    /// The readback was correct.
    ReadbackCorrect,
    /// The readback was correct, but without a callsign.
    ReadbackWithoutCallsign,
    /// A controller does not talk to an aircraft on its takeoff roll.
    TakeoffRoll,
    /// The emergency frequency, and the call is not a call for help.
    Guard,
}

impl Silence {
    /// A short title in sentence case.
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

    /// Further explanation; empty if the title is enough.
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

    /// Both on one line, for a terminal.
    pub fn one_line(&self) -> String {
        let words = self.words();
        if words.is_empty() { self.title() } else { format!("{}: {words}", self.title()) }
    }
}

impl Engine {
    /// Nobody is on the frequency: names it, and the stations that the pilot could call.
    pub(super) fn nobody_here(&self) -> Silence {
        // Without a simulator there is no radio to tune: the call itself names the unit.
        let by_name = self.com1().is_none() && self.report.position.is_none();
        let untuned = || if by_name { "No unit heard" } else { "No frequency tuned" }.to_owned();
        let tuned = self.com1().map_or_else(untuned, |f| format!("No station on {f}"));
        let near = match &self.airport {
            Some(a) => {
                let list: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
                match list.is_empty() {
                    // The public tables list no frequencies for some large airports, which does not mean that they have no tower.
                    true => format!(
                        "No frequencies of {} are on record: \u{201c}stratus airports import\u{201d} takes your simulator's.",
                        a.name
                    ),
                    false if by_name => format!("Near you: {}. Begin your call with one of these names.", list.join(", ")),
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
    fn missing_airport_frequencies_are_reported_with_a_remedy() {
        let words = |airport: &str| {
            let setup = Setup { airport: Some(airport.into()), com1: "118.8".parse().ok(), ..Setup::default() };
            Engine::new(Airports::world(), setup).nobody_here().one_line()
        };
        for hub in ["EDDB", "ZBAD", "ZUTF"] {
            let said = words(hub);
            assert!(said.contains("No frequencies of") && said.contains("stratus airports import"), "{hub}: {said}");
        }
        assert!(words("EDDH").contains("Near you: Hamburg ATIS 123.125"), "{}", words("EDDH"));
        let untuned = Setup { airport: Some("EDDH".into()), ..Setup::default() };
        let said = Engine::new(Airports::world(), untuned).nobody_here().one_line();
        assert!(
            said.starts_with("No unit heard: Near you: Hamburg") && said.ends_with("Begin your call with one of these names."),
            "{said}"
        );
    }
}
