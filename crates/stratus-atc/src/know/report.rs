//! A simulator's report: the aircraft's state at one moment, in units.

use serde::{Deserialize, Serialize};

use crate::units::{Callsign, Frequency, LatLon, Squawk};

pub use super::filed::{FlightPlan, MOST_POINTS, Point, Procedure, Step, Transition, Wake};

/// The state of the link to the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SimState {
    /// No simulator found yet.
    #[default]
    Looking,
    /// Found, but no flight loaded.
    Menu,
    /// Flying or parked: positions arrive.
    Flying,
    /// The simulation is paused.
    Paused,
    /// The simulator has gone away.
    Lost,
}

/// One report. A value that a simulator does not provide is `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// State of the link.
    pub state: SimState,
    /// The simulator's name; empty without one, as in a scenario.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub simulator: String,
    /// Position of the aircraft.
    pub position: Option<LatLon>,
    /// Altitude, feet above mean sea level.
    pub altitude_ft: f64,
    /// Height above the ground, feet.
    pub agl_ft: f64,
    /// True heading, degrees.
    pub heading_true: f64,
    /// Magnetic heading, degrees.
    pub heading_mag: f64,
    /// Indicated airspeed, knots.
    pub ias_kt: f64,
    /// Ground speed, knots.
    pub ground_speed_kt: f64,
    /// Vertical speed, feet per minute, up positive.
    pub vertical_speed_fpm: f64,
    /// A wheel touches the ground.
    pub on_ground: bool,
    /// Tail number or flight number, as set by the pilot.
    pub callsign: Option<Callsign>,
    /// ICAO type designator: "C172".
    pub aircraft_type: Option<String>,
    /// COM1 active.
    pub com1: Option<Frequency>,
    /// COM2 active.
    pub com2: Option<Frequency>,
    /// Transponder code.
    pub transponder: Option<Squawk>,
    /// Cockpit switches, levers and clocks.
    pub cockpit: Cockpit,
    /// The weather at the aircraft.
    pub weather: Weather,
    /// Other aircraft around, at most [`MOST_OTHERS`] of them.
    pub others: Vec<Other>,
}

impl Report {
    /// The radio that the pilot transmits on: COM2 if the audio panel selects it, otherwise COM1.
    pub fn talks_on(&self) -> Option<Frequency> {
        if self.cockpit.transmits_on == Some(2) { self.com2 } else { self.com1 }
    }

    /// The other radio, which the pilot only monitors.
    pub fn listens_on(&self) -> Option<Frequency> {
        if self.cockpit.transmits_on == Some(2) { self.com1 } else { self.com2 }
    }
}

/// Cockpit switches, levers and clocks, and the markings on the aircraft. A value that a simulator does not provide is `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cockpit {
    /// COM1 standby.
    pub com1_standby: Option<Frequency>,
    /// COM2 standby.
    pub com2_standby: Option<Frequency>,
    /// The radio that the microphone is connected to: 1 or 2.
    pub transmits_on: Option<u8>,
    /// The position of the transponder's knob.
    pub transponder_mode: Option<TransponderMode>,
    /// The transponder is identing.
    pub ident: Option<bool>,
    /// True track over the ground, degrees, 0 to 360.
    pub track_true: Option<f64>,
    /// An engine is running.
    pub engine_running: Option<bool>,
    /// The parking brake is set.
    pub parking_brake: Option<bool>,
    /// The gear lever is down (always, with fixed gear).
    pub gear_down: Option<bool>,
    /// Flaps, 0 (up) to 1 (full).
    pub flaps: Option<f64>,
    /// The altimeter setting, inches of mercury.
    pub altimeter_set_inhg: Option<f64>,
    /// The simulator's time of day, seconds since midnight UTC.
    pub utc_s: Option<f64>,
    /// Simulated seconds per second: 1 is real time.
    pub rate: Option<f64>,
    /// The aircraft's title or description.
    pub title: Option<String>,
    /// The airline, as set by the pilot: a name or a designator.
    pub airline: Option<String>,
    /// The flight number.
    pub flight_number: Option<String>,
}

/// Positions of a transponder's knob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransponderMode {
    /// Off.
    Off,
    /// Standby.
    Standby,
    /// Lamp test.
    Test,
    /// On the ground: replies only when addressed.
    Ground,
    /// Code only (mode A).
    On,
    /// Code and altitude (mode C or S).
    Altitude,
}

/// The maximum number of other aircraft: a link keeps the nearest.
pub const MOST_OTHERS: usize = 64;

/// Another aircraft, as reported by the simulator.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Other {
    /// Tail number or flight number, if known.
    pub callsign: Option<Callsign>,
    /// ICAO type designator, if known.
    pub aircraft_type: Option<String>,
    /// Position.
    pub position: LatLon,
    /// Altitude, feet above mean sea level.
    pub altitude_ft: f64,
    /// True heading, degrees.
    pub heading_true: f64,
    /// Ground speed, knots.
    pub ground_speed_kt: f64,
    /// Its wheels are on the ground.
    pub on_ground: bool,
}

/// The weather as a controller reports it. An unknown value is `None`, never a guess.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Weather {
    /// Wind direction, degrees magnetic (as towers report it), 0 to 360.
    pub wind_dir: Option<f64>,
    /// Wind speed, knots.
    pub wind_kt: Option<f64>,
    /// Sea-level pressure, inches of mercury.
    pub altimeter_inhg: Option<f64>,
    /// Sea-level pressure, hectopascal.
    pub qnh_hpa: Option<f64>,
    /// Visibility, statute miles.
    pub visibility_sm: Option<f64>,
    /// The lowest broken or overcast layer, feet above the ground: see [`Weather::at_field`].
    pub ceiling_ft: Option<f64>,
    /// The same in feet above sea level, as simulators report it.
    pub ceiling_msl_ft: Option<f64>,
    /// Temperature at the aircraft, degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Dew point, degrees Celsius.
    pub dew_point_c: Option<f64>,
}

/// The share of sky from which a layer is broken: five eighths, less a margin for rounding in simulators.
const BROKEN: f64 = 0.6;

impl Weather {
    /// The weather at a field of this elevation (feet): its ceiling is above the ground there, rounded to hundreds of feet as in a report
    /// (FMH-1 chapter 9).
    #[must_use]
    pub fn at_field(&self, elevation_ft: f64) -> Self {
        let above = self.ceiling_msl_ft.map(|c| ((c - elevation_ft) / 100.0).round().max(0.0) * 100.0);
        Self { ceiling_ft: self.ceiling_ft.or(above), ..self.clone() }
    }
}

/// The base of the lowest layer that makes a ceiling (AIM glossary: broken or overcast). `layers` holds bases in any unit with the share of
/// sky that each covers, 0 to 1.
pub fn ceiling(layers: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let base = layers.into_iter().filter(|(base, share)| base.is_finite() && *share >= BROKEN).map(|(base, _)| base);
    base.reduce(f64::min)
}
