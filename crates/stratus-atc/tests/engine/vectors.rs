//! Arrivals that follow their vectors from every direction: each must end with an approach clearance.

use std::sync::Arc;

use stratus_atc::airports::Airport;
use stratus_atc::airports::data::Airports;
use stratus_atc::airports::draw::ahead;
use stratus_atc::airports::minima::{Area, Centre, Circle, Minima, Sector, Sectors};
use stratus_atc::airports::surroundings::Surroundings;
use stratus_atc::instruction::{Instruction, Item};
use stratus_atc::report::{FlightPlan, Report, SimState, Weather};
use stratus_atc::units::{FT_PER_NM, LatLon, Time, turn};
use stratus_atc::{Engine, Reply, Setup};

/// An aircraft that turns and descends as instructed.
struct Arrival {
    at: LatLon,
    heading: f64,
    feet: f64,
    to_heading: Option<f64>,
    to_feet: f64,
    cleared: bool,
    vectors: u32,
}

const KT: f64 = 180.0;

impl Arrival {
    fn second(&mut self) {
        if let Some(to) = self.to_heading {
            self.heading = (self.heading + turn(self.heading, to).clamp(-2.5, 2.5)).rem_euclid(360.0);
        }
        self.feet += (self.to_feet - self.feet).clamp(-25.0, 25.0);
        self.at = ahead(self.at, self.heading, KT * FT_PER_NM / 3600.0);
    }

    fn obey(&mut self, told: &Instruction, variation: f64) {
        for item in &told.items {
            match item {
                Item::Heading { degrees, .. } => {
                    self.to_heading = Some(f64::from(*degrees) + variation);
                    self.vectors += 1;
                }
                Item::Altitude { feet, .. } => self.to_feet = f64::from(*feet),
                Item::Approach { expect: false, .. } => self.cleared = true,
                _ => {}
            }
        }
    }

    fn report(&self, variation: f64) -> Report {
        Report {
            state: SimState::Flying,
            position: Some(self.at),
            altitude_ft: self.feet,
            agl_ft: self.feet,
            heading_true: self.heading,
            heading_mag: (self.heading - variation).rem_euclid(360.0),
            ias_kt: KT,
            ground_speed_kt: KT,
            com1: "133.0".parse().ok(),
            transponder: "4512".parse().ok(),
            weather: Weather { wind_dir: Some(290.0), wind_kt: Some(9.0), altimeter_inhg: Some(29.92), ..Weather::default() },
            ..Report::default()
        }
    }
}

/// An IFR clearance at Palo Alto.
fn cleared_at_the_gate(engine: &mut Engine) -> Option<()> {
    let gate = Report {
        state: SimState::Flying,
        position: Some(Airports::first().get("KPAO")?.position),
        on_ground: true,
        com1: "125.0".parse().ok(),
        ..Report::default()
    };
    engine.see(Time(1000), &gate);
    for (second, call) in [
        (2, "Palo Alto Ground, november one seven two sierra papa, request IFR clearance to Monterey"),
        (30, "cleared to Monterey airport direct, november one seven two sierra papa"),
    ] {
        let heard = engine.understand(call);
        engine.answer(Time(second * 1000), call, heard);
        engine.delivered(Time(second * 1000), true);
    }
    engine.record().ifr.then_some(())
}

/// Minimum sector altitudes that leave room for vectors.
fn flat_ground(field: &Airport) -> Surroundings {
    let sectors = Sectors {
        airport: field.icao.clone(),
        centre: Centre::Airport,
        ident: field.icao.clone(),
        region: String::new(),
        magnetic: true,
        sectors: vec![Sector { from: 0, feet: 1800, nm: 60 }],
    };
    let circle = Circle { centre: field.position, variation: field.variation, sectors };
    let area = Area { about: field.position, nm: 120.0 };
    Surroundings { minima: Minima { circles: vec![circle], ..Minima::default() }, ..Surroundings::nothing(area) }
}

/// Flies in from a bearing and a distance; returns the seconds until the approach clearance, and the number of vectors.
fn fly_in(bearing: f64, nm: f64) -> Option<(u64, u32)> {
    let airports = Airports::first();
    let field = airports.get("KMRY")?.clone();
    let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("BE58".into()), ..Setup::default() };
    let mut engine = Engine::new(airports, setup);
    engine.file(Some(FlightPlan { ifr: Some(true), destination: Some("KMRY".into()), ..FlightPlan::default() }));
    cleared_at_the_gate(&mut engine)?;
    let start = ahead(field.position, bearing, nm * FT_PER_NM);
    let heading = start.bearing(field.position);
    let mut a = Arrival { at: start, heading, feet: 6000.0, to_heading: None, to_feet: 6000.0, cleared: false, vectors: 0 };
    let mut look = None;
    for second in 1..2700 {
        let now = Time((second + 100) * 1000);
        a.second();
        let mut report = a.report(field.variation);
        report.transponder = engine.record().squawk.or(report.transponder);
        engine.see(now, &report);
        if second == 1 {
            engine.surveyed(Arc::new(flat_ground(&field)));
        }
        let reply: Option<Reply> = if look == Some(second) {
            let heard = engine.understand("field in sight, two sierra papa");
            engine.answer(now, "field in sight, two sierra papa", heard).reply
        } else if second == 5 {
            let call = "NorCal Approach, november one seven two sierra papa, request visual approach runway two eight left";
            let heard = engine.understand(call);
            engine.answer(now, call, heard).reply
        } else if engine.next_deadline().is_some_and(|d| d <= now) {
            engine.wake(now)
        } else {
            None
        };
        if let Some(reply) = reply {
            a.obey(&reply.instruction, field.variation);
            let asked = reply.instruction.items.iter().any(|i| matches!(i, Item::Report(_)));
            look = if asked { Some(second + 20) } else { look };
            engine.delivered(now, true);
            let back = reply.transmission.spoken.clone();
            let heard = engine.understand(&back);
            if engine.answer(now, &back, heard).reply.is_some() {
                engine.delivered(now, true);
            }
        }
        if a.cleared {
            return Some((second, a.vectors));
        }
    }
    None
}

#[test]
fn vectors_from_every_direction_end_in_an_approach_clearance() {
    for bearing in (0..360).step_by(30) {
        for nm in [15.0, 28.0, 36.0] {
            let cleared = fly_in(f64::from(bearing), nm);
            assert!(cleared.is_some_and(|(_, vectors)| vectors <= 8), "from {bearing} degrees, {nm} miles: {cleared:?}");
        }
    }
}
