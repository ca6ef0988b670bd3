//! Requests to MSFS and the meaning of its answers. They are the same over SimConnect's own packets (`packets`) and
//! through Microsoft's library (`library`, on Windows). `ways` chooses between them.
//!
//! Messages are the server's packets, little-endian, packed: size, version, kind of message, then the content by its kind.

mod facilities;
#[cfg(windows)]
mod library;
mod packets;
#[cfg(any(windows, test))]
mod places;
mod ways;

use std::collections::VecDeque;
use std::fmt::Debug;
use std::time::{Duration, Instant};

use super::link::{Command, Connection, Gone, Told};
use crate::problem::Problem;
use crate::report::{Cockpit, MOST_OTHERS, Other, Report, SimState, TransponderMode, Weather};
use crate::units::LatLon;

use facilities::{Facilities, Known};
pub(super) use ways::Msfs;

/// The port in the documentation's examples of `SimConnect.xml`.
pub const PORT: u16 = 500;
/// How long the simulator may take to identify itself.
const OPENING: Duration = Duration::from_secs(2);
/// Without a message for this long the simulator counts as gone: it sends at least the strings every second.
const SILENCE: Duration = Duration::from_secs(10);
/// The longest message of the simulator.
const LONGEST: usize = 1 << 20;
/// The time between two requests for other aircraft.
const TRAFFIC: Duration = Duration::from_secs(3);
/// The distance within which other aircraft are requested, metres.
const TRAFFIC_RADIUS: u32 = 30_000;

const F64: u32 = 4;
const STRING8: u32 = 5;
const STRING32: u32 = 6;
const STRING64: u32 = 7;
const STRING256: u32 = 9;

/// The numbers of the own aircraft: name and unit, in the order of the data.
const NUMBERS: &[(&str, &str)] = &[
    ("PLANE LATITUDE", "degrees"),
    ("PLANE LONGITUDE", "degrees"),
    ("PLANE ALTITUDE", "feet"),
    ("PLANE ALT ABOVE GROUND", "feet"),
    ("PLANE HEADING DEGREES TRUE", "degrees"),
    ("PLANE HEADING DEGREES MAGNETIC", "degrees"),
    ("AIRSPEED INDICATED", "knots"),
    ("GROUND VELOCITY", "knots"),
    ("VERTICAL SPEED", "feet per minute"),
    ("SIM ON GROUND", "bool"),
    ("COM ACTIVE FREQUENCY:1", "MHz"),
    ("COM ACTIVE FREQUENCY:2", "MHz"),
    ("TRANSPONDER CODE:1", "number"),
    ("AMBIENT WIND DIRECTION", "degrees"),
    ("AMBIENT WIND VELOCITY", "knots"),
    ("SEA LEVEL PRESSURE", "millibars"),
    ("AMBIENT VISIBILITY", "meters"),
];
/// The strings of the own aircraft, with their sizes.
const STRINGS: &[(&str, u32, usize)] = &[("ATC ID", STRING32, 32), ("ATC MODEL", STRING64, 64)];
/// Switches, levers and clocks. They have a separate definition, because an older simulator that lacks one of them
/// sends no number of that definition.
const SWITCHES: &[(&str, &str)] = &[
    ("COM STANDBY FREQUENCY:1", "MHz"),
    ("COM STANDBY FREQUENCY:2", "MHz"),
    ("COM TRANSMIT:1", "bool"),
    ("COM TRANSMIT:2", "bool"),
    ("TRANSPONDER STATE:1", "enum"),
    ("TRANSPONDER IDENT:1", "bool"),
    ("GPS GROUND TRUE TRACK", "degrees"),
    ("GENERAL ENG COMBUSTION:1", "bool"),
    ("BRAKE PARKING POSITION", "bool"),
    ("GEAR HANDLE POSITION", "bool"),
    ("TRAILING EDGE FLAPS LEFT PERCENT", "percent over 100"),
    ("KOHLSMAN SETTING MB:1", "millibars"),
    ("ZULU TIME", "seconds"),
    ("SIMULATION RATE", "number"),
    ("AMBIENT TEMPERATURE", "celsius"),
];
/// The strings painted on the aircraft, with their sizes.
const PAINT: &[(&str, u32, usize)] = &[("TITLE", STRING256, 256), ("ATC AIRLINE", STRING64, 64), ("ATC FLIGHT NUMBER", STRING8, 8)];
/// Other aircraft: numbers, then the same strings.
const AROUND: &[(&str, &str)] = &[
    ("PLANE LATITUDE", "degrees"),
    ("PLANE LONGITUDE", "degrees"),
    ("PLANE ALTITUDE", "feet"),
    ("PLANE HEADING DEGREES TRUE", "degrees"),
    ("GROUND VELOCITY", "knots"),
    ("SIM ON GROUND", "bool"),
    ("IS USER SIM", "bool"),
];
const OWN: u32 = 1;
const WORDS: u32 = 2;
const OTHERS: u32 = 3;
const COCKPIT: u32 = 4;
const PAINTED: u32 = 5;
const PAUSE_EVENT: u32 = 1;
/// Messages: a record of an airport, and the end of an answer.
const FACILITY: u32 = 28;
const FACILITY_END: u32 = 29;
/// Client events, by number.
const EVENTS: [(u32, &str); 6] = [
    (11, "COM_STBY_RADIO_SET_HZ"),
    (12, "COM_STBY_RADIO_SWAP"),
    (13, "XPNDR_SET"),
    (14, "XPNDR_IDENT_ON"),
    (15, "COM2_STBY_RADIO_SET_HZ"),
    (16, "COM2_RADIO_SWAP"),
];

/// How often data is sent: once in this many frames, or once a second.
#[derive(Debug, Clone, Copy)]
enum Every {
    Frames(u32),
    Second,
}

/// A connection to SimConnect: sends requests and returns messages. The numbers are this side's names for definitions and events.
trait Way: Debug {
    /// The way in words, for the doctor and the log.
    fn words(&self) -> String;
    /// Adds a variable to a definition: its name, unit and type.
    fn define(&mut self, definition: u32, name: &str, unit: &str, kind: u32) -> Result<(), Gone>;
    /// Requests the own aircraft's data of a definition repeatedly; the definition's number is also that of the request.
    fn follow(&mut self, definition: u32, every: Every) -> Result<(), Gone>;
    /// Requests once the aircraft within this many metres.
    fn look_around(&mut self, definition: u32, radius: u32) -> Result<(), Gone>;
    /// Subscribes to an event of the simulator.
    fn subscribe(&mut self, event: u32, name: &str) -> Result<(), Gone>;
    /// Gives a cockpit event a number.
    fn name_event(&mut self, event: u32, name: &str) -> Result<(), Gone>;
    /// Sends an event to the own aircraft.
    fn event(&mut self, event: u32, data: u32) -> Result<(), Gone>;
    /// Whether airports can be requested: not in every generation.
    fn knows_airports(&self) -> bool;
    /// Adds a field, or the beginning or end of a record, to the definition of an airport's data; returns the packet's count.
    fn add_facility_field(&mut self, definition: u32, field: &str) -> Result<u32, Gone>;
    /// Requests an airport by its code; returns the packet's count.
    fn ask_facility(&mut self, definition: u32, request: u32, icao: &str) -> Result<u32, Gone>;
    /// Waits briefly for messages; whether there were any.
    fn wait(&mut self) -> Result<bool, Gone>;
    /// The next whole message.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Gone>;
}

/// Waits for the simulator to identify itself; `false` if it does not in time.
fn greeted(way: &mut dyn Way) -> Result<bool, Gone> {
    let began = Instant::now();
    while began.elapsed() < OPENING {
        way.wait()?;
        while let Some(message) = way.next()? {
            match kind(&message) {
                Some(2) => return Ok(true),
                // It does not accept a client of this version.
                Some(1) if word(&message, 12) == Some(5) => return Ok(false),
                _ => {}
            }
        }
    }
    Ok(false)
}

/// A connection to an MSFS that has identified itself.
#[derive(Debug)]
pub struct Client {
    way: Box<dyn Way>,
    heard: Instant,
    asked_around: Option<Instant>,
    report: Report,
    known: bool,
    paused: bool,
    gathering: Vec<Other>,
    facilities: Facilities,
    /// Answers about airports that were not reported yet.
    airports: VecDeque<Known>,
    dropped: u64,
    /// Why the pilot's chosen way is not used; reported first.
    trouble: Option<Problem>,
}

impl Client {
    fn begin(way: Box<dyn Way>, trouble: Option<Problem>) -> Result<Self, Gone> {
        let mut client = Self {
            way,
            heard: Instant::now(),
            asked_around: None,
            report: Report::default(),
            known: false,
            paused: false,
            gathering: Vec::new(),
            facilities: Facilities::default(),
            airports: VecDeque::new(),
            dropped: 0,
            trouble,
        };
        client.subscribe()?;
        Ok(client)
    }

    fn subscribe(&mut self) -> Result<(), Gone> {
        let way = self.way.as_mut();
        for (name, unit) in NUMBERS {
            way.define(OWN, name, unit, F64)?;
        }
        for (name, kind, _) in STRINGS {
            way.define(WORDS, name, "", *kind)?;
        }
        for (name, unit) in AROUND {
            way.define(OTHERS, name, unit, F64)?;
        }
        for (name, kind, _) in STRINGS {
            way.define(OTHERS, name, "", *kind)?;
        }
        way.follow(OWN, Every::Frames(3))?;
        way.follow(WORDS, Every::Second)?;
        for (name, unit) in SWITCHES {
            way.define(COCKPIT, name, unit, F64)?;
        }
        for (name, kind, _) in PAINT {
            way.define(PAINTED, name, "", *kind)?;
        }
        way.follow(COCKPIT, Every::Second)?;
        way.follow(PAINTED, Every::Second)?;
        way.subscribe(PAUSE_EVENT, "Pause")?;
        for (event, name) in EVENTS {
            way.name_event(event, name)?;
        }
        Ok(())
    }

    /// Reads a message; whether it was about the own aircraft.
    fn take(&mut self, message: &[u8]) -> Result<bool, Gone> {
        match kind(message) {
            Some(1) => {
                log::debug!("SimConnect exception {:?} to packet {:?}", word(message, 12), word(message, 16));
                if let Some(packet) = word(message, 16) {
                    let known = self.facilities.refused(packet, self.way.as_mut())?;
                    self.airports.extend(known);
                }
                Ok(false)
            }
            Some(3) => Err(Gone),
            Some(4) => {
                if word(message, 16) == Some(PAUSE_EVENT) {
                    self.paused = word(message, 20).is_some_and(|d| d != 0);
                }
                Ok(self.known)
            }
            Some(8 | 9) => {
                let told = self.data(message);
                if told.is_none() {
                    self.dropped += 1;
                    if self.dropped.is_power_of_two() {
                        log::warn!("{} messages of the simulator's that nobody can read were dropped", self.dropped);
                    }
                }
                Ok(told.unwrap_or(false))
            }
            Some(id @ (FACILITY | FACILITY_END)) => {
                let known = self.facilities.take(message, id == FACILITY_END, self.way.as_mut())?;
                self.airports.extend(known);
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    /// Reads requested data; `None` if it is cut off or does not answer a request.
    fn data(&mut self, message: &[u8]) -> Option<bool> {
        let data = message.get(40..)?;
        match word(message, 12) {
            Some(OWN) => {
                self.own(&numbers(data, NUMBERS.len())?);
                self.known = true;
                Some(true)
            }
            Some(WORDS) => {
                data.get(..32 + 64)?;
                let (id, model) = (string(data, 0, 32), string(data, 32, 64));
                self.report.callsign = id.parse().ok();
                self.report.aircraft_type = model_code(&model);
                Some(false)
            }
            Some(COCKPIT) => {
                self.switches(&numbers(data, SWITCHES.len())?);
                // While the simulator is paused, no frame is simulated, and this comes once a second: the simulator is there.
                Some(true)
            }
            Some(PAINTED) => {
                data.get(..256 + 64 + 8)?;
                let text = |at, length| Some(string(data, at, length)).filter(|t| !t.is_empty());
                let cockpit = &mut self.report.cockpit;
                (cockpit.title, cockpit.airline, cockpit.flight_number) = (text(0, 256), text(256, 64), text(256 + 64, 8));
                Some(false)
            }
            Some(OTHERS) => {
                let (entry, out_of) = (word(message, 28).unwrap_or(0), word(message, 32).unwrap_or(0));
                let n = numbers(data, AROUND.len())?;
                if n[6] == 0.0 && self.gathering.len() < MOST_OTHERS {
                    let at = AROUND.len() * 8;
                    self.gathering.push(Other {
                        callsign: string(data, at, 32).parse().ok(),
                        aircraft_type: model_code(&string(data, at + 32, 64)),
                        position: LatLon::new(n[0], n[1]),
                        altitude_ft: n[2],
                        heading_true: n[3],
                        ground_speed_kt: n[4],
                        on_ground: n[5] != 0.0,
                    });
                }
                if entry >= out_of {
                    self.report.others = std::mem::take(&mut self.gathering);
                }
                Some(false)
            }
            _ => None,
        }
    }

    fn own(&mut self, n: &[f64]) {
        let variation = n[4] - n[5];
        // In the menu the simulator reports an aircraft at latitude 0, longitude 0.
        let menu = n[0].abs() < 0.02 && n[1].abs() < 0.02;
        self.report = Report {
            state: SimState::Flying,
            position: (!menu).then(|| LatLon::new(n[0], n[1])),
            altitude_ft: n[2],
            agl_ft: n[3],
            heading_true: n[4].rem_euclid(360.0),
            heading_mag: n[5].rem_euclid(360.0),
            ias_kt: n[6],
            ground_speed_kt: n[7],
            vertical_speed_fpm: n[8],
            on_ground: n[9] != 0.0,
            com1: super::link::mhz(n[10]),
            com2: super::link::mhz(n[11]),
            transponder: super::link::squawk(n[12]),
            weather: Weather {
                wind_dir: Some((n[13] - variation).rem_euclid(360.0)),
                wind_kt: Some(n[14]),
                altimeter_inhg: Some(n[15]).filter(|p| *p > 500.0).map(|p| p / 33.863_89),
                qnh_hpa: Some(n[15]).filter(|p| *p > 500.0),
                visibility_sm: Some(n[16] / 1609.344),
                ceiling_ft: None,
                ceiling_msl_ft: None,
                temperature_c: self.report.weather.temperature_c,
                dew_point_c: None,
            },
            ..std::mem::take(&mut self.report)
        };
    }

    fn switches(&mut self, n: &[f64]) {
        let on = |i: usize| n[i] != 0.0;
        self.report.cockpit = Cockpit {
            com1_standby: super::link::mhz(n[0]),
            com2_standby: super::link::mhz(n[1]),
            transmits_on: match (on(2), on(3)) {
                (true, _) => Some(1),
                (false, true) => Some(2),
                (false, false) => None,
            },
            transponder_mode: mode(n[4]),
            ident: Some(on(5)),
            track_true: Some(n[6].rem_euclid(360.0)),
            engine_running: Some(on(7)),
            parking_brake: Some(on(8)),
            gear_down: Some(on(9)),
            flaps: Some(n[10]),
            altimeter_set_inhg: Some(n[11]).filter(|p| *p > 500.0).map(|p| p / 33.863_89),
            utc_s: Some(n[12]),
            rate: Some(n[13]),
            ..std::mem::take(&mut self.report.cockpit)
        };
        self.report.weather.temperature_c = Some(n[14]);
    }

    fn state(&self) -> SimState {
        if self.report.position.is_none() {
            SimState::Menu
        } else if self.paused {
            SimState::Paused
        } else {
            SimState::Flying
        }
    }
}

impl Connection for Client {
    fn name(&self) -> &'static str {
        "Microsoft Flight Simulator"
    }

    fn way(&self) -> Option<String> {
        let aside = self.trouble.as_ref().map(|p| format!("; not by sim.simconnect_dll: {}", p.what));
        Some(self.way.words() + &aside.unwrap_or_default())
    }

    fn poll(&mut self) -> Result<Option<Told>, Gone> {
        if let Some(trouble) = self.trouble.take() {
            return Ok(Some(Told::Trouble(trouble)));
        }
        let known = self.facilities.go_on(self.way.as_mut())?;
        self.airports.extend(known);
        if let Some((icao, told)) = self.airports.pop_front() {
            return Ok(Some(Told::Airport { icao, told }));
        }
        if self.asked_around.is_none_or(|t| t.elapsed() >= TRAFFIC) {
            self.asked_around = Some(Instant::now());
            self.gathering.clear();
            self.way.look_around(OTHERS, TRAFFIC_RADIUS)?;
        }
        if self.way.wait()? {
            self.heard = Instant::now();
        }
        let mut news = false;
        while let Some(message) = self.way.next()? {
            news |= self.take(&message)?;
        }
        if self.heard.elapsed() > SILENCE {
            return Err(Gone);
        }
        Ok((news && self.known).then(|| Told::report(Report { state: self.state(), ..self.report.clone() })))
    }

    fn ask_airport(&mut self, icao: &str) -> bool {
        self.facilities.want(icao);
        true
    }

    fn write(&mut self, command: &Command) -> Result<(), Gone> {
        match command {
            Command::Tune(f) => {
                let (standby, swap) = if self.report.cockpit.transmits_on == Some(2) { (15, 16) } else { (11, 12) };
                self.way.event(standby, f.khz().saturating_mul(1000))?;
                self.way.event(swap, 0)
            }
            // Binary-coded decimal: 1200 is 0x1200.
            Command::Squawk(code) => self.way.event(13, u32::from_str_radix(&code.to_string(), 16).unwrap_or(0)),
            Command::Ident => self.way.event(14, 0),
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn kind(message: &[u8]) -> Option<u32> {
    word(message, 8)
}

/// `count` numbers from the start of the data, all of them finite.
fn numbers(data: &[u8], count: usize) -> Option<Vec<f64>> {
    let n: Vec<f64> =
        data.chunks_exact(8).take(count).filter_map(|c| c.try_into().ok().map(f64::from_le_bytes)).filter(|v| v.is_finite()).collect();
    (n.len() == count).then_some(n)
}

fn string(data: &[u8], at: usize, length: usize) -> String {
    let field = data.get(at..at + length).unwrap_or_default();
    let end = field.iter().position(|b| *b == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).trim().to_owned()
}

/// The numbers of `TRANSPONDER STATE`.
fn mode(v: f64) -> Option<TransponderMode> {
    use TransponderMode::{Altitude, Ground, Off, On, Standby, Test};
    [Off, Standby, Test, On, Altitude, Ground].get(v.round() as usize).copied()
}

/// "C172" out of "C172", "TT:ATCCOM.AC_MODEL C172.0.text" or "ATCCOM.AC_MODEL_C172.0.text".
fn model_code(model: &str) -> Option<String> {
    let tail = model.rsplit_once("AC_MODEL").map_or(model, |(_, t)| t);
    let code: String = tail.trim_start_matches([' ', '_']).chars().take_while(char::is_ascii_alphanumeric).collect();
    (2..=4).contains(&code.len()).then(|| code.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aircraft_models_are_read_in_every_spelling() {
        for m in ["C172", "TT:ATCCOM.AC_MODEL C172.0.text", "ATCCOM.AC_MODEL_C172.0.text"] {
            assert_eq!(model_code(m).as_deref(), Some("C172"), "{m}");
        }
        assert_eq!(model_code(""), None);
        assert_eq!(model_code("Skyhawk G1000"), None);
    }

    #[test]
    fn truncated_data_is_rejected() {
        assert_eq!(numbers(&[0; 15], 2), None);
        assert_eq!(numbers(&f64::NAN.to_le_bytes(), 1), None);
        assert_eq!(string(b"abc", 0, 32), "");
        assert_eq!(string(b"N172SP\0\0", 0, 8), "N172SP");
    }
}
