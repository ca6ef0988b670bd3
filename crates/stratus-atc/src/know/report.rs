//! What a simulator tells: the aircraft's state at one moment, in units.

use serde::{Deserialize, Serialize};

use crate::units::{Callsign, Frequency, LatLon, Squawk};

pub use super::filed::{FlightPlan, MOST_POINTS, Point, Procedure, Step, Transition, Wake};

/// How the link to the simulator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SimState {
    /// No simulator found yet.
    #[default]
    Looking,
    /// Found, but no flight loaded.
    Menu,
    /// Flying (or parked): positions arrive.
    Flying,
    /// The simulation stands still.
    Paused,
    /// There was one, and it is gone.
    Lost,
}

/// One report. What a simulator does not tell is `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// State of the link.
    pub state: SimState,
    /// Position of the aircraft.
    pub position: Option<LatLon>,
    /// Feet above mean sea level.
    pub altitude_ft: f64,
    /// Feet above the ground below.
    pub agl_ft: f64,
    /// True heading, degrees.
    pub heading_true: f64,
    /// Magnetic heading, degrees.
    pub heading_mag: f64,
    /// Indicated airspeed, knots.
    pub ias_kt: f64,
    /// Ground speed, knots.
    pub ground_speed_kt: f64,
    /// Feet per minute, up positive.
    pub vertical_speed_fpm: f64,
    /// A wheel touches the ground.
    pub on_ground: bool,
    /// Tail number or flight number, as the pilot set it.
    pub callsign: Option<Callsign>,
    /// ICAO type designator: "C172".
    pub aircraft_type: Option<String>,
    /// COM1 active.
    pub com1: Option<Frequency>,
    /// COM2 active.
    pub com2: Option<Frequency>,
    /// Transponder code.
    pub transponder: Option<Squawk>,
    /// Switches, levers and clocks of the cockpit.
    pub cockpit: Cockpit,
    /// The weather at the aircraft.
    pub weather: Weather,
    /// Other aircraft around, at most [`MOST_OTHERS`] of them.
    pub others: Vec<Other>,
}

impl Report {
    /// The radio on which the pilot talks: COM2 where the audio panel says so, else COM1.
    pub fn talks_on(&self) -> Option<Frequency> {
        if self.cockpit.transmits_on == Some(2) { self.com2 } else { self.com1 }
    }

    /// The other radio, which the pilot only listens to.
    pub fn listens_on(&self) -> Option<Frequency> {
        if self.cockpit.transmits_on == Some(2) { self.com1 } else { self.com2 }
    }
}

/// Switches, levers and clocks of the cockpit, and what is painted on the aircraft. What a simulator does not tell is
/// `None`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Cockpit {
    /// COM1 standby.
    pub com1_standby: Option<Frequency>,
    /// COM2 standby.
    pub com2_standby: Option<Frequency>,
    /// The radio that the microphone is switched to: 1 or 2.
    pub transmits_on: Option<u8>,
    /// What the transponder's knob is set to.
    pub transponder_mode: Option<TransponderMode>,
    /// The transponder is identing.
    pub ident: Option<bool>,
    /// True track over the ground, degrees, 0 to 360.
    pub track_true: Option<f64>,
    /// An engine runs.
    pub engine_running: Option<bool>,
    /// The parking brake is set.
    pub parking_brake: Option<bool>,
    /// The gear's lever is down (fixed gear: always).
    pub gear_down: Option<bool>,
    /// Flaps, 0 (up) to 1 (full).
    pub flaps: Option<f64>,
    /// The pressure that the pilot dialled into the altimeter, inches of mercury.
    pub altimeter_set_inhg: Option<f64>,
    /// The simulator's time of day, seconds since midnight UTC.
    pub utc_s: Option<f64>,
    /// Simulated seconds a second: 1 is real time.
    pub rate: Option<f64>,
    /// The aircraft's title or description.
    pub title: Option<String>,
    /// The airline, as the pilot set it: a name or a designator.
    pub airline: Option<String>,
    /// The flight number.
    pub flight_number: Option<String>,
}

/// What a transponder's knob may be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransponderMode {
    /// Off.
    Off,
    /// Standby.
    Standby,
    /// A test of its lamps.
    Test,
    /// On the ground: it answers to its call alone.
    Ground,
    /// The code alone (mode A).
    On,
    /// The code and the altitude (mode C or S).
    Altitude,
}

/// More aircraft than these are not looked at: a link keeps the nearest.
pub const MOST_OTHERS: usize = 64;

/// Another aircraft, as the simulator shows it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Other {
    /// Tail number or flight number, if it shows one.
    pub callsign: Option<Callsign>,
    /// ICAO type designator, if it shows one.
    pub aircraft_type: Option<String>,
    /// Where.
    pub position: LatLon,
    /// Feet above mean sea level.
    pub altitude_ft: f64,
    /// True heading, degrees.
    pub heading_true: f64,
    /// Knots over the ground.
    pub ground_speed_kt: f64,
    /// Its wheels are on the ground.
    pub on_ground: bool,
}

/// The weather as a controller reports it. Unknown is `None`, never a guess.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Weather {
    /// Wind from, degrees magnetic (as towers report it), 0 to 360.
    pub wind_dir: Option<f64>,
    /// Wind speed, knots.
    pub wind_kt: Option<f64>,
    /// Sea-level pressure, inches of mercury.
    pub altimeter_inhg: Option<f64>,
    /// Sea-level pressure, hectopascal.
    pub qnh_hpa: Option<f64>,
    /// Statute miles.
    pub visibility_sm: Option<f64>,
    /// The lowest broken or overcast layer, feet above the ground: see [`Weather::at_field`].
    pub ceiling_ft: Option<f64>,
    /// The same in feet above the sea, as simulators tell it.
    pub ceiling_msl_ft: Option<f64>,
    /// Of the air around the aircraft, degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Degrees Celsius.
    pub dew_point_c: Option<f64>,
}

/// Broken is from five eighths of the sky on; simulators' shares are rounded.
const BROKEN: f64 = 0.6;

impl Weather {
    /// The weather as a field of this elevation (feet) has it: with its ceiling above the ground there, in the
    /// hundreds of feet that a report rounds to (FMH-1 chapter 9).
    #[must_use]
    pub fn at_field(&self, elevation_ft: f64) -> Self {
        let above = self.ceiling_msl_ft.map(|c| ((c - elevation_ft) / 100.0).round().max(0.0) * 100.0);
        Self { ceiling_ft: self.ceiling_ft.or(above), ..self.clone() }
    }
}

/// The base of the lowest layer that makes a ceiling (AIM's glossary: broken or overcast), of bases in any unit with the share of
/// the sky that each covers, 0 to 1.
pub fn ceiling(layers: impl IntoIterator<Item = (f64, f64)>) -> Option<f64> {
    let base = layers.into_iter().filter(|(base, share)| base.is_finite() && *share >= BROKEN).map(|(base, _)| base);
    base.reduce(f64::min)
}
