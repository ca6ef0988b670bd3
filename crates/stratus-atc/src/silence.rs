//! Why a controller stays silent: shown to the pilot in Stratus's name, never the controller's.

use super::Engine;
use super::intent::Understanding;
use crate::airports::Station;
use crate::units::{Facility, sentence};

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
    pub(super) fn nobody_here(&self, u: &Understanding) -> Silence {
        // Without a simulator there is no radio to tune: the call itself names the unit.
        let by_name = self.com1().is_none() && self.report.position.is_none();
        let untuned = || if by_name { "No unit heard" } else { "No frequency tuned" }.to_owned();
        let tuned = self.com1().map_or_else(untuned, |f| format!("No station on {f}"));
        if by_name
            && let Some(a) = &self.airport
            && let Some(wanted) = u.addressed.facility.filter(|f| !a.stations.iter().any(|s| s.facility == *f))
            && let Some(instead) = instead_of(wanted, &a.stations)
        {
            let tuned = format!("{} has no {}", a.name, wanted.word());
            return Silence::NoStation { tuned, near: format!("Call {} {}.", instead.name, instead.frequency) };
        }
        let near = match &self.airport {
            Some(a) => {
                // Nobody hears a call on the frequency of a recording.
                let units = a.stations.iter().filter(|s| s.facility != Facility::Atis);
                let list: Vec<String> = units.map(|s| format!("{} {}", s.name, s.frequency)).collect();
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

/// The unit that does the work of one that the field does not have.
fn instead_of(wanted: Facility, stations: &[Station]) -> Option<&Station> {
    let radar = wanted.is_radar();
    let first = [if radar { Facility::Approach } else { Facility::Tower }, Facility::Tower];
    let of = |f: Facility| stations.iter().find(|s| s.facility == f);
    first.into_iter().find_map(of).or_else(|| stations.iter().find(|s| s.facility != Facility::Atis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Setup;
    use crate::airports::data::Airports;

    #[test]
    fn a_unit_that_the_field_lacks_is_named_with_one_to_call() {
        let mut engine = Engine::new(Airports::world(), Setup { airport: Some("EDNY".into()), ..Setup::default() });
        let call = "Friedrichshafen Ground, D-EABC, radio check";
        let understood = engine.understand(call);
        let said = engine.answer(crate::units::Time(1), call, understood).silence.map(|s| s.one_line());
        assert_eq!(said.as_deref(), Some("Friedrichshafen has no Ground: Call Friedrichshafen Tower 120.075."));
    }

    #[test]
    fn missing_airport_frequencies_are_reported_with_a_remedy() {
        let words = |airport: &str| {
            let setup = Setup { airport: Some(airport.into()), com1: "118.8".parse().ok(), ..Setup::default() };
            Engine::new(Airports::world(), setup).nobody_here(&Understanding::default()).one_line()
        };
        for hub in ["EDDB", "ZBAD", "ZUTF"] {
            let said = words(hub);
            assert!(said.contains("No frequencies of") && said.contains("stratus airports import"), "{hub}: {said}");
        }
        assert!(words("EDDH").contains("Near you: Hamburg "), "{}", words("EDDH"));
        let untuned = Setup { airport: Some("EDDH".into()), ..Setup::default() };
        let said = Engine::new(Airports::world(), untuned).nobody_here(&Understanding::default()).one_line();
        assert!(
            said.starts_with("No unit heard: Near you: Hamburg") && said.ends_with("Begin your call with one of these names."),
            "{said}"
        );
    }
}
