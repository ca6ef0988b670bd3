//! What a pilot could say now: a few calls that fit the unit on the frequency and the phase of flight.

use super::phase::Phase;
use super::situation::Situation;
use super::{Engine, due, say};
use crate::units::{Facility, Region};

impl Engine {
    /// Calls that fit now, the likeliest first; none where nobody is on the frequency.
    pub fn calls(&self) -> Vec<String> {
        let Some(station) = self.station() else { return self.opening_call().into_iter().collect() };
        // Who calls is not known yet: a radio check tells.
        let Some(s) = self.facts() else { return vec![format!("{}, your callsign, radio check", station.name)] };
        let own = say::callsign(&s.callsign, super::instruction::Address::Full, s.region, self.aircraft_type().as_deref()).0;
        let open = self.record.pending.as_ref().and_then(|p| due::due(&p.instruction.items, s.region));
        let owed = open.map(|items| format!("{}, {own}", crate::units::sentence(&items)));
        owed.into_iter().chain(calls(&s, &station.name, &own)).collect()
    }
}

impl Engine {
    /// A radio check for a pilot without a simulator and without a radio, where the call itself names its station: one of the
    /// airport in the settings, else a large one. None where a frequency is tuned.
    fn opening_call(&self) -> Option<String> {
        if self.com1().is_some() || self.report.position.is_some() {
            return None;
        }
        let callsign = self.callsign();
        let american = callsign.is_none_or(|c| c.as_str().starts_with('N'));
        let region = self.airport.as_ref().map_or(if american { Region::FAA } else { Region::ICAO }, |a| a.region);
        let own = callsign.map_or_else(
            || "your callsign".to_owned(),
            |c| say::callsign(c, super::instruction::Address::Full, region, self.aircraft_type().as_deref()).0,
        );
        let unit = match &self.airport {
            Some(a) => {
                let of = |f: Facility| a.stations.iter().find(|s| s.facility == f);
                [Facility::Ground, Facility::Tower, Facility::Approach].into_iter().find_map(of)?.name.clone()
            }
            None if american => "Denver Ground".to_owned(),
            None => "Heathrow Ground".to_owned(),
        };
        Some(format!("{unit}, {own}, radio check"))
    }
}

fn calls(s: &Situation, unit: &str, own: &str) -> Vec<String> {
    let runway = s.runway_for(None).map_or_else(String::new, |r| format!(" runway {r}"));
    let message = match (s.facility, s.on_ground) {
        (Facility::Ctaf, _) => {
            let place = if s.airport_name.is_empty() { unit } else { &s.airport_name };
            let doing = if s.on_ground { format!("taxiing to{runway}") } else { format!("5 miles out, inbound for{runway}") };
            return vec![format!("{place} traffic, {own}, {doing}, {place}")];
        }
        (Facility::Atis, _) => return Vec::new(),
        (Facility::Ground, true) if matches!(s.phase, Phase::TaxiIn | Phase::LandingRoll) => {
            "clear of the runway, taxi to parking".to_owned()
        }
        (Facility::Ground, true) => "at the ramp, request taxi".to_owned(),
        (Facility::Clearance, _) => "request clearance".to_owned(),
        (Facility::Tower, true) => format!("holding short of{runway}, ready for departure"),
        (Facility::Tower, false) if matches!(s.phase, Phase::Downwind | Phase::Base | Phase::Final) => {
            format!("{}{runway}", s.phase.word())
        }
        (Facility::Tower | Facility::Ground, false) => "10 miles out, inbound for landing".to_owned(),
        _ => "request flight following".to_owned(),
    };
    vec![format!("{unit}, {own}, {message}"), format!("{unit}, {own}, radio check")]
}

#[cfg(test)]
mod tests {
    use crate::airports::data::Airports;
    use crate::units::Time;
    use crate::{Engine, Setup};

    fn at(com1: &str) -> Engine {
        let setup = Setup {
            callsign: "N172SP".parse().ok(),
            aircraft_type: Some("C172".into()),
            airport: Some("PHTO".into()),
            com1: com1.parse().ok(),
            ..Setup::default()
        };
        Engine::new(Airports::first(), setup)
    }

    #[test]
    fn the_calls_fit_the_unit_and_are_understood() {
        for (com1, first) in [("121.9", "Hilo Ground, Skyhawk 172SP, at the ramp, request taxi"), ("118.1", "Hilo Tower, Skyhawk 172SP")] {
            let mut engine = at(com1);
            let calls = engine.calls();
            assert!(calls[0].starts_with(first) && calls[1].ends_with("radio check"), "{calls:?}");
            for call in calls {
                let understood = engine.understand(&call);
                let heard = engine.answer(Time(1), &call, understood);
                let words = heard.reply.map(|r| r.transmission.text).unwrap_or_default();
                assert!(!words.is_empty() && !words.contains("say again"), "{call}: {words}");
            }
        }
        assert!(at("133.0").calls().is_empty());
        let setup = Setup { airport: Some("PHTO".into()), com1: "121.9".parse().ok(), ..Setup::default() };
        assert_eq!(Engine::new(Airports::first(), setup).calls(), ["Hilo Ground, your callsign, radio check"]);
    }
    #[test]
    fn without_a_radio_the_first_call_names_a_station_and_is_answered() {
        let setup = |callsign: Option<&str>, airport: Option<&str>| Setup {
            callsign: callsign.and_then(|c| c.parse().ok()),
            airport: airport.map(str::to_owned),
            ..Setup::default()
        };
        for (callsign, airport, call) in [
            (Some("GBNKR"), None, "Heathrow Ground, G-BNKR, radio check"),
            (Some("N52QK"), None, "Denver Ground, N52QK, radio check"),
            (Some("N52QK"), Some("PHTO"), "Hilo Ground, N52QK, radio check"),
            (None, None, "Denver Ground, your callsign, radio check"),
        ] {
            let mut engine = Engine::new(Airports::world(), setup(callsign, airport));
            assert_eq!(engine.calls(), [call]);
            let said = call.replace("your callsign", "Skyhawk 172SP");
            let understood = engine.understand(&said);
            let heard = engine.answer(Time(1), &said, understood);
            assert!(heard.reply.is_some(), "{call}: {:?}", heard.silence);
        }
    }
}
