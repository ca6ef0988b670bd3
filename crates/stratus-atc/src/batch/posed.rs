//! A situation for one spoken call (`stratus batch`, kind `hear`), built from a few fields: the engine as it would be in the tray program
//! at that moment.

use serde::Deserialize;

use crate::airports::data::Airports;
use crate::instruction::{Address, Instruction};
use crate::intent::Context;
use crate::record::Pending;
use crate::situation::FlightPlan;
use crate::units::{Callsign, Facility, Frequency, Region, Runway, Time};
use crate::{Engine, Setup, parse, readback};

/// The situation in a `hear` line. Unknown fields are ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Posed {
    region: Option<Region>,
    airport: Option<String>,
    facility: Option<Facility>,
    com1: Option<Frequency>,
    atis: Option<char>,
    runways_in_use: Vec<Runway>,
    aircraft_type: Option<String>,
    plan: Option<FlightPlan>,
    context: Said,
}

/// The pilot's callsign, and the controller's last words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Said {
    own_callsign: Option<Callsign>,
    last_atc: Option<String>,
}

impl Posed {
    /// A situation with only an airport, a frequency and a callsign.
    pub fn at(airport: Option<String>, com1: Option<Frequency>, own_callsign: Option<Callsign>) -> Self {
        Self { airport, com1, context: Said { own_callsign, ..Said::default() }, ..Self::default() }
    }

    /// The engine in this situation.
    pub fn engine(&self, airports: Airports) -> Engine {
        let here = self.airport.as_deref().and_then(|i| airports.find(i));
        // For an unknown or missing frequency, take that of the unit that hears the call.
        let com1 = self.com1.filter(|f| here.as_ref().is_none_or(|a| a.stations.iter().any(|s| s.frequency.same_channel(*f))));
        let unit = || here.as_ref()?.stations.iter().find(|s| Some(s.facility) == self.facility).map(|s| s.frequency);
        let mut engine = Engine::new(
            airports,
            Setup {
                callsign: self.context.own_callsign.clone(),
                aircraft_type: self.aircraft_type.clone(),
                airport: self.airport.clone(),
                com1: com1.or_else(unit).or(self.com1),
                ..Setup::default()
            },
        );
        engine.called = self.facility;
        if let Some(letter) = self.atis {
            engine.atis.state(letter);
        }
        engine.file(self.plan.clone());
        engine.record.taxi = self.runways_in_use.first().copied();
        if let (Some(to), Some(last)) = (&self.context.own_callsign, self.context.last_atc.as_deref().filter(|l| !l.trim().is_empty())) {
            let from = engine.station().map(|s| s.facility).or(self.facility).unwrap_or(Facility::Tower);
            let items = parse::parse(last, self.region(&engine)).items;
            let instruction = Instruction { to: to.clone(), address: Address::Short, from, station: None, items };
            engine.record.issue(Time(0), &instruction);
            if engine.record.pending.is_none() && readback::readable(&instruction.items) {
                engine.record.pending = Some(Pending { instruction, since: Time(0), asked: 0, whole: Vec::new() });
            }
        }
        engine
    }

    /// What the engine knows when it reads the call, overridden by the fields of the line.
    pub fn context(&self, engine: &Engine) -> Context {
        let context = engine.context();
        let last_atc = self.context.last_atc.clone().or(context.last_atc);
        Context { region: self.region(engine), facility: self.facility.or(context.facility), last_atc, ..context }
    }

    fn region(&self, engine: &Engine) -> Region {
        self.region.or_else(|| engine.airport().map(|a| a.region)).unwrap_or_default()
    }
}
