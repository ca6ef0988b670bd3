//! Suggests calls: a few that fit the unit on the frequency and the phase of flight.

use super::intent::Understanding;
use super::phase::Phase;
use super::record::Record;
use super::situation::Situation;
use super::{Engine, due, say};
use crate::units::{Callsign, Facility, Region, Runway};

impl Engine {
    /// Calls that fit now, most likely first; empty if nobody is on the frequency, or if the pilot only has to fly.
    pub fn calls(&self) -> Vec<String> {
        let Some(station) = self.station() else { return self.opening_call().into_iter().collect() };
        // The callsign is unknown until a radio check reveals it. After an answer, the callsign in that answer counts.
        let answered = || Understanding { callsign: self.record.last.as_ref().map(|last| last.to.clone()), ..Understanding::default() };
        let Some(s) = self.facts().or_else(|| self.situation(&station, &answered())) else {
            return vec![format!("{}, your callsign, radio check", station.name)];
        };
        let own = say::callsign(&s.callsign, super::instruction::Address::Full, s.region, self.aircraft_type().as_deref()).0;
        self.owed(&s).into_iter().chain(calls(&s, &self.record, self.com1().is_some(), &station.name, &own)).collect()
    }

    /// The aircraft's callsign; without a simulator, also that of the last answered call.
    pub fn known_callsign(&self) -> Option<&Callsign> {
        self.callsign().or(self.answered.as_ref())
    }

    /// Whether no simulator reports a position, so that only calls tell where the aircraft is.
    pub fn report_has_no_place(&self) -> bool {
        self.report.position.is_none()
    }

    /// The readback that the controller waits for, as the pilot says it; `None` if none is due.
    pub fn readback(&self) -> Option<String> {
        self.owed(&self.facts()?)
    }

    fn owed(&self, s: &Situation) -> Option<String> {
        // In distress, nobody has to read anything back.
        if self.record.emergency.is_some() {
            return None;
        }
        let pending = self.record.pending.as_ref().filter(|p| p.instruction.from == s.facility)?;
        let items = due::due(&pending.instruction.items, s.region)?;
        let own = say::callsign(&s.callsign, super::instruction::Address::Full, s.region, self.aircraft_type().as_deref()).0;
        Some(format!("{}, {own}", crate::units::sentence(&items)))
    }

    /// A radio check for a pilot without a simulator and without a tuned radio, where the call itself names its station: one of the
    /// configured airport, otherwise a large one. `None` if a frequency is tuned.
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

fn calls(s: &Situation, record: &Record, tuned: bool, unit: &str, own: &str) -> Vec<String> {
    // A unit that has answered is heard: no radio check.
    let check = record.last.is_none().then(|| format!("{unit}, {own}, radio check"));
    match s.facility {
        Facility::Ctaf => {
            let place = if s.airport_name.is_empty() { unit } else { &s.airport_name };
            let runway = s.runway_for(None).map_or_else(String::new, |r| written(r, s.region));
            let doing = if s.on_ground { format!("taxiing to{runway}") } else { format!("5 miles out, inbound for{runway}") };
            return vec![format!("{place} traffic, {own}, {doing}, {place}")];
        }
        Facility::Atis => return Vec::new(),
        _ => {}
    }
    let Some((facility, message)) = next(s, record) else { return check.into_iter().collect() };
    // A field may lack that kind of unit; then the one on the frequency does its work.
    let other = s.station(facility).filter(|_| facility != s.facility);
    let to = match other {
        // A pilot with a radio has to tune it first.
        Some(o) if tuned => format!("{} ({})", o.name, o.frequency),
        Some(o) => o.name.clone(),
        None => unit.to_owned(),
    };
    // Without a simulator nobody sees the departure, so the pilot may leave the frequency, too.
    let departs = record.takeoff.is_some() && record.closed_traffic.is_none() && facility == Facility::Tower;
    let leaves = departs && s.on_ground && !s.live;
    let leave = leaves.then(|| format!("{to}, {own}, request frequency change"));
    [Some(format!("{to}, {own}, {message}")), leave, check].into_iter().flatten().collect()
}

/// A runway as the controllers of this region write it: " runway 07".
fn written(r: Runway, region: Region) -> String {
    say::spoken::runways_as_written(&format!(" runway {r}"), region)
}

/// The next call and its unit. A request that was granted is not repeated. Without a simulator only the conversation shows how far the
/// flight has come. `None` if the pilot only has to fly.
fn next(s: &Situation, record: &Record) -> Option<(Facility, String)> {
    let named = |r: Option<Runway>| r.or_else(|| s.runway_for(None)).map_or_else(String::new, |r| written(r, s.region));
    let to_runway = named(record.takeoff.or(record.taxi));
    let back = named(record.landing.map(|(r, _)| r).or(record.pattern_runway));
    let by_radar = !matches!(s.facility, Facility::Ground | Facility::Tower | Facility::Clearance);
    let parked = s.region.parked;
    let taxi = || Some((Facility::Ground, format!("{parked}, request taxi")));
    if s.on_ground && by_radar {
        return Some((s.facility, "request flight following".to_owned()));
    }
    if s.on_ground {
        return match s.phase {
            Phase::TaxiIn | Phase::LandingRoll if record.parking.is_none() => {
                Some((Facility::Ground, "clear of the runway, taxi to parking".to_owned()))
            }
            // Without a simulator nobody sees the aircraft park, so the next flight may start.
            Phase::TaxiIn | Phase::LandingRoll => taxi().filter(|_| !s.live),
            _ if record.takeoff.is_some() && s.live => None,
            _ if record.takeoff.is_some() && record.closed_traffic.is_some() => Some((Facility::Tower, format!("downwind{to_runway}"))),
            _ if record.takeoff.is_some() => Some((Facility::Tower, "10 miles out, inbound for landing".to_owned())),
            _ if s.facility == Facility::Clearance && !s.ifr => Some((Facility::Clearance, "request clearance".to_owned())),
            _ if record.taxi.is_some() || s.facility == Facility::Tower && !s.tower_works_ground() => {
                Some((Facility::Tower, format!("holding short of{to_runway}, ready for departure")))
            }
            _ => taxi(),
        };
    }
    match s.phase {
        // Cleared to land: the next call is made on the ground.
        _ if record.landing.is_some() && !by_radar => {
            Some((Facility::Ground, format!("clear of{back}, taxi to parking"))).filter(|_| !s.live)
        }
        _ if by_radar && s.ifr => None,
        _ if by_radar && record.radar => Some((s.facility, "cancel flight following".to_owned())),
        _ if by_radar => Some((s.facility, "request flight following".to_owned())),
        Phase::Downwind | Phase::Base | Phase::Final => Some((Facility::Tower, format!("{}{back}", s.phase.word()))),
        Phase::Departure | Phase::Crosswind if record.closed_traffic.is_some() => Some((Facility::Tower, format!("downwind{back}"))),
        Phase::Departure | Phase::Crosswind => Some((Facility::Tower, "request frequency change".to_owned())),
        _ if record.pattern_runway.is_some() => Some((Facility::Tower, format!("downwind{back}"))),
        _ => Some((Facility::Tower, "10 miles out, inbound for landing".to_owned())),
    }
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
    fn suggested_calls_fit_the_unit_and_are_understood() {
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
    fn without_a_radio_the_first_call_names_its_station() {
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

    /// Makes the first suggested call, hears the answer, and reads back what is required.
    fn say_first(engine: &mut Engine, at: u64) -> (String, String) {
        let mut said = (String::new(), String::new());
        for n in 0..2 {
            let call = engine.calls()[0].clone();
            if n == 1 && engine.record().pending.is_none() {
                break;
            }
            let understood = engine.understand(&call);
            let heard = engine.answer(Time((at + n) * 1_000_000), &call, understood);
            let words = heard.reply.map(|r| r.transmission.text).unwrap_or_default();
            engine.delivered(Time((at + n) * 1_000_000 + 1), true);
            if n == 0 {
                said = (call, words);
            }
        }
        said
    }

    #[test]
    fn without_a_simulator_suggestions_follow_the_conversation() {
        let setup = Setup { callsign: "N172SP".parse().ok(), airport: Some("PHTO".into()), ..Setup::default() };
        let mut engine = Engine::new(Airports::first(), setup);
        let check = engine.calls()[0].clone();
        let understood = engine.understand(&check);
        engine.answer(Time(1), &check, understood);
        engine.delivered(Time(2), true);
        for (n, (call, answer)) in [
            ("Hilo Ground, N172SP, at the ramp, request taxi", "taxi"),
            ("Hilo Tower, N172SP, holding short of runway", "cleared for takeoff"),
            ("Hilo Tower, N172SP, 10 miles out, inbound for landing", ""),
            ("Hilo Tower, N172SP, downwind runway", "cleared to land"),
            ("Hilo Ground, N172SP, clear of runway", "taxi to"),
            ("Hilo Ground, N172SP, at the ramp, request taxi", "taxi"),
        ]
        .into_iter()
        .enumerate()
        {
            let (said, heard) = say_first(&mut engine, 10 * (n as u64 + 1));
            assert!(said.starts_with(call), "step {n}: {said}");
            assert!(!heard.is_empty() && heard.contains(answer) && !heard.contains("say again"), "step {n}: {said}: {heard}");
            assert!(!engine.calls().iter().any(|c| c.contains("radio check")), "step {n}: {:?}", engine.calls());
            let leaves = engine.calls().iter().any(|c| c.ends_with("request frequency change"));
            assert_eq!(leaves, answer == "cleared for takeoff", "step {n}: {:?}", engine.calls());
        }
    }

    #[test]
    fn without_a_set_callsign_the_answered_one_is_used() {
        let mut engine = Engine::new(Airports::first(), Setup { airport: Some("PHTO".into()), ..Setup::default() });
        let check = "Hilo Ground, N172SP, radio check";
        let understood = engine.understand(check);
        engine.answer(Time(1), check, understood);
        engine.delivered(Time(2), true);
        assert_eq!(engine.calls()[0], "Hilo Ground, N172SP, at the ramp, request taxi");
    }

    #[test]
    fn a_pilot_with_a_radio_sees_the_frequency_to_tune() {
        let mut engine = at("121.9");
        say_first(&mut engine, 10);
        let calls = engine.calls();
        assert!(calls[0].starts_with("Hilo Tower (118.1), ") && calls[0].ends_with("ready for departure"), "{calls:?}");
        assert_eq!(calls.len(), 1, "no radio check after an answer: {calls:?}");
    }

    #[test]
    fn a_parking_place_has_its_local_name() {
        for (icao, words) in
            [("PHTO", "at the ramp, request taxi"), ("EGLL", "on the apron, request taxi"), ("EDDF", "on the apron, request taxi")]
        {
            let setup = Setup { callsign: "GBNKR".parse().ok(), airport: Some(icao.into()), ..Setup::default() };
            let mut engine = Engine::new(Airports::world(), setup);
            let check = engine.calls()[0].clone();
            let understood = engine.understand(&check);
            engine.answer(Time(1), &check, understood);
            engine.delivered(Time(2), true);
            let call = engine.calls()[0].clone();
            assert!(call.ends_with(words), "{call}");
            let understood = engine.understand(&call);
            let heard = engine.answer(Time(3), &call, understood).reply.map(|r| r.transmission.text).unwrap_or_default();
            assert!(heard.contains("taxi"), "{call}: {heard}");
        }
    }

    /// What the controller answers to a call, heard to its end.
    fn said(engine: &mut Engine, at: u64, call: &str) -> String {
        let understood = engine.understand(call);
        let heard = engine.answer(Time(at), call, understood);
        engine.delivered(Time(at + 1), true);
        let silence = heard.silence.map(|s| s.one_line()).unwrap_or_default();
        heard.reply.map_or(silence, |r| r.transmission.text)
    }

    #[test]
    fn without_a_simulator_airborne_means_in_the_air() {
        for leaving in [
            "Stuttgart Tower, D-EABC, airborne, leaving the zone, request frequency change",
            "Stuttgart Tower, D-EABC, request frequency change",
            "Stuttgart Tower, D-EABC, leaving the control zone, request to leave the frequency",
        ] {
            let setup = Setup { callsign: "DEABC".parse().ok(), airport: Some("EDDS".into()), ..Setup::default() };
            let mut engine = Engine::new(Airports::world(), setup);
            said(&mut engine, 10, "Stuttgart Ground, D-EABC, on the apron, request taxi, runway 07");
            assert!(engine.calls().iter().any(|c| c.contains("runway 07")), "{:?}", engine.calls());
            let cleared = said(&mut engine, 20_000, "Stuttgart Tower, D-EABC, holding short of runway 07, ready for departure");
            assert!(cleared.contains("cleared for take-off"), "{cleared}");
            assert_eq!(said(&mut engine, 22_000, "Runway 07, cleared for take-off, D-BC"), "Readback correct");
            let heard = said(&mut engine, 60_000, leaving);
            assert!(heard.contains("frequency change approved"), "{leaving}: {heard}");
        }
    }

    #[test]
    fn another_airport_begins_another_flight() {
        for by_menu in [true, false] {
            let setup = Setup { callsign: "DEABC".parse().ok(), ..Setup::default() };
            let mut engine = Engine::new(Airports::world(), setup.clone());
            said(&mut engine, 10, "Stuttgart Ground, D-EABC, on the apron, request taxi, runway 07");
            assert!(engine.record().pending.is_some());
            if by_menu {
                engine.set_up(Setup { airport: Some("EDDM".into()), ..setup });
            } else {
                said(&mut engine, 20_000, "Munich Ground, D-EABC, radio check");
            }
            assert_eq!(engine.airport().map(|a| a.icao.as_str()), Some("EDDM"));
            assert!(engine.record().pending.is_none() && engine.record().taxi.is_none(), "{:?}", engine.record());
            assert!(!engine.calls().is_empty() && engine.calls().iter().all(|c| c.starts_with("Munich")), "{:?}", engine.calls());
        }
    }
}
