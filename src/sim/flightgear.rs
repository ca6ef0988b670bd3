//! FlightGear over its WebSocket property listener (`--httpd=5500`): receives every change, and sets values.

mod traffic;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

use super::link::{Command, Connection, Gone, Told};
use crate::report::{Cockpit, Other, Report, SimState, TransponderMode, Weather, ceiling};
use crate::units::LatLon;

/// The port in the examples of FlightGear's documentation.
pub const PORT: u16 = 5500;
/// How long the connection may take to open.
const OPENING: Duration = Duration::from_secs(2);
/// How often FlightGear is asked something, to distinguish a quiet simulator from one that has gone.
const ASK: Duration = Duration::from_secs(2);
/// Without a message for this long FlightGear counts as gone.
const SILENCE: Duration = Duration::from_secs(8);
/// The longest message of FlightGear.
const LONGEST: usize = 64 * 1024;

/// The first properties are needed, because a report without them would mislead. An aircraft whose wheels are not yet
/// known would seem to fly.
const NEEDED: usize = 13;
/// An aircraft that lacks some of them is reported anyway after this time.
const COMPLETE_WITHIN: Duration = Duration::from_secs(3);

/// The subscribed properties.
const PROPERTIES: &[&str] = &[
    "/position/latitude-deg",
    "/position/longitude-deg",
    "/position/altitude-ft",
    "/position/altitude-agl-ft",
    "/orientation/heading-deg",
    "/orientation/heading-magnetic-deg",
    "/velocities/airspeed-kt",
    "/velocities/groundspeed-kt",
    "/velocities/vertical-speed-fps",
    "/gear/gear[0]/wow",
    "/gear/gear[1]/wow",
    "/gear/gear[2]/wow",
    "/instrumentation/comm[0]/frequencies/selected-mhz",
    "/instrumentation/comm[1]/frequencies/selected-mhz",
    "/instrumentation/transponder/id-code",
    "/sim/multiplay/callsign",
    "/sim/aircraft",
    "/sim/freeze/clock",
    "/sim/freeze/master",
    "/sim/time/elapsed-sec",
    "/environment/wind-from-heading-deg",
    "/environment/wind-speed-kt",
    "/environment/pressure-sea-level-inhg",
    "/environment/visibility-m",
    "/environment/temperature-degc",
    "/environment/dewpoint-degc",
    "/instrumentation/comm[0]/frequencies/standby-mhz",
    "/instrumentation/comm[1]/frequencies/standby-mhz",
    "/instrumentation/transponder/inputs/knob-mode",
    "/instrumentation/transponder/ident",
    "/instrumentation/altimeter/setting-inhg",
    "/orientation/track-deg",
    "/engines/active-engine/running",
    "/engines/engine[0]/running",
    "/controls/gear/brake-parking",
    "/gear/gear[0]/position-norm",
    "/surface-positions/flap-pos-norm",
    "/sim/time/utc/day-seconds",
    "/sim/speed-up",
    "/sim/description",
    "/environment/clouds/layer[0]/elevation-ft",
    "/environment/clouds/layer[1]/elevation-ft",
    "/environment/clouds/layer[2]/elevation-ft",
    "/environment/clouds/layer[3]/elevation-ft",
    "/environment/clouds/layer[4]/elevation-ft",
    "/environment/clouds/layer[0]/coverage",
    "/environment/clouds/layer[1]/coverage",
    "/environment/clouds/layer[2]/coverage",
    "/environment/clouds/layer[3]/coverage",
    "/environment/clouds/layer[4]/coverage",
];
/// The number of FlightGear's cloud layers.
const CLOUD_LAYERS: usize = 5;

/// A connection to FlightGear.
#[derive(Debug)]
pub struct Listener {
    socket: WebSocket<TcpStream>,
    values: BTreeMap<String, Value>,
    opened: Instant,
    heard: Instant,
    asked: Instant,
    dropped: u64,
    traffic: traffic::Traffic,
    others: Vec<Other>,
}

impl Listener {
    /// Connects to FlightGear at `host`; `None` if it does not answer.
    pub fn open(host: Option<&str>, port: u16) -> Option<Self> {
        let host = host.unwrap_or("127.0.0.1");
        let at = super::link::resolve(host, port)?;
        let stream = super::link::connect(at)?;
        stream.set_read_timeout(Some(OPENING)).ok()?;
        stream.set_write_timeout(Some(OPENING)).ok()?;
        let url = format!("ws://{at}/PropertyListener");
        let config = tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        let (socket, _) = tungstenite::client::client_with_config(url, stream, Some(config)).ok()?;
        let mut listener = Self {
            socket,
            values: BTreeMap::new(),
            opened: Instant::now(),
            heard: Instant::now(),
            asked: Instant::now(),
            dropped: 0,
            traffic: traffic::Traffic::at(at),
            others: Vec::new(),
        };
        for node in PROPERTIES {
            listener.say(&json!({"command": "addListener", "node": node})).ok()?;
            listener.say(&json!({"command": "get", "node": node})).ok()?;
        }
        listener.socket.get_ref().set_read_timeout(Some(Duration::from_millis(100))).ok()?;
        Some(listener)
    }

    fn say(&mut self, what: &Value) -> Result<(), Gone> {
        self.socket.send(Message::text(what.to_string())).map_err(|_| Gone)
    }

    fn set(&mut self, node: &str, value: &Value) -> Result<(), Gone> {
        self.say(&json!({"command": "set", "node": node, "value": value}))
    }

    /// Reads a message; whether it contained a property.
    fn take(&mut self, text: &str) -> bool {
        match property(text) {
            Some((path, value)) => {
                self.values.insert(path, value);
                true
            }
            None => {
                self.dropped += 1;
                if self.dropped.is_power_of_two() {
                    log::debug!("{} messages of FlightGear's were not understood", self.dropped);
                }
                false
            }
        }
    }

    fn number(&self, node: &str) -> Option<f64> {
        let n = match self.values.get(&normal(node))? {
            Value::Number(n) => n.as_f64()?,
            Value::Bool(b) => f64::from(u8::from(*b)),
            Value::String(s) => s.parse().ok()?,
            _ => return None,
        };
        n.is_finite().then_some(n)
    }

    fn text(&self, node: &str) -> Option<&str> {
        self.values.get(&normal(node))?.as_str()
    }

    fn report(&self) -> Option<Report> {
        let complete = PROPERTIES.iter().take(NEEDED).all(|p| self.values.contains_key(&normal(p)));
        if !complete && self.opened.elapsed() < COMPLETE_WITHIN {
            return None;
        }
        let at = LatLon::new(self.number("/position/latitude-deg")?, self.number("/position/longitude-deg")?);
        let on = |n: &str| self.number(n).is_some_and(|v| v != 0.0);
        let (heading, magnetic) = (self.number("/orientation/heading-deg")?, self.number("/orientation/heading-magnetic-deg"));
        let magnetic = magnetic.unwrap_or(heading);
        let inhg = self.number("/environment/pressure-sea-level-inhg").filter(|p| *p > 20.0);
        Some(Report {
            simulator: String::new(),
            state: if on("/sim/freeze/clock") || on("/sim/freeze/master") { SimState::Paused } else { SimState::Flying },
            position: Some(at),
            altitude_ft: self.number("/position/altitude-ft").unwrap_or(0.0),
            agl_ft: self.number("/position/altitude-agl-ft").unwrap_or(0.0),
            heading_true: heading.rem_euclid(360.0),
            heading_mag: magnetic.rem_euclid(360.0),
            ias_kt: self.number("/velocities/airspeed-kt").unwrap_or(0.0),
            ground_speed_kt: self.number("/velocities/groundspeed-kt").unwrap_or(0.0),
            vertical_speed_fpm: self.number("/velocities/vertical-speed-fps").unwrap_or(0.0) * 60.0,
            on_ground: (0..3).any(|i| on(&format!("/gear/gear[{i}]/wow"))),
            callsign: self.text("/sim/multiplay/callsign").filter(|c| chosen(c)).and_then(|c| c.replace('-', "").parse().ok()),
            aircraft_type: self.text("/sim/aircraft").and_then(type_of),
            com1: self.number("/instrumentation/comm[0]/frequencies/selected-mhz").and_then(super::link::mhz),
            com2: self.number("/instrumentation/comm[1]/frequencies/selected-mhz").and_then(super::link::mhz),
            transponder: self.number("/instrumentation/transponder/id-code").and_then(super::link::squawk),
            cockpit: self.cockpit(),
            weather: Weather {
                wind_dir: self.number("/environment/wind-from-heading-deg").map(|d| (d - (heading - magnetic)).rem_euclid(360.0)),
                wind_kt: self.number("/environment/wind-speed-kt"),
                altimeter_inhg: inhg,
                qnh_hpa: inhg.map(|i| i * 33.863_89),
                visibility_sm: self.number("/environment/visibility-m").map(|m| m / 1609.344),
                ceiling_ft: None,
                ceiling_msl_ft: ceiling((0..CLOUD_LAYERS).filter_map(|i| self.layer(i))),
                temperature_c: self.number("/environment/temperature-degc"),
                dew_point_c: self.number("/environment/dewpoint-degc"),
            },
            others: self.others.clone(),
        })
    }

    /// A layer of cloud: its base, feet above the sea, and how much of the sky it covers.
    fn layer(&self, i: usize) -> Option<(f64, f64)> {
        let share = match self.text(&format!("/environment/clouds/layer[{i}]/coverage"))? {
            "overcast" => 1.0,
            "broken" => 0.75,
            "scattered" => 0.4,
            "few" => 0.2,
            // "clear", and "cirrus", which is thin.
            _ => 0.0,
        };
        Some((self.number(&format!("/environment/clouds/layer[{i}]/elevation-ft"))?, share))
    }

    fn look_around(&mut self) {
        let at = |n: &str| self.number(n);
        if let (Some(lat), Some(lon)) = (at("/position/latitude-deg"), at("/position/longitude-deg"))
            && let Some(others) = self.traffic.look(LatLon::new(lat, lon))
        {
            self.others = others;
        }
    }

    fn cockpit(&self) -> Cockpit {
        let on = |n: &str| self.number(n).map(|v| v != 0.0);
        let com = |n: &str| self.number(n).and_then(super::link::mhz);
        Cockpit {
            com1_standby: com("/instrumentation/comm[0]/frequencies/standby-mhz"),
            com2_standby: com("/instrumentation/comm[1]/frequencies/standby-mhz"),
            // FlightGear has no switch that all its aircraft share.
            transmits_on: None,
            transponder_mode: self.number("/instrumentation/transponder/inputs/knob-mode").and_then(mode),
            ident: on("/instrumentation/transponder/ident"),
            track_true: self.number("/orientation/track-deg").map(|d| d.rem_euclid(360.0)),
            engine_running: on("/engines/active-engine/running").or_else(|| on("/engines/engine[0]/running")),
            parking_brake: self.number("/controls/gear/brake-parking").map(|v| v > 0.5),
            // Use the position of the wheel: aircraft with fixed gear have no lever.
            gear_down: self.number("/gear/gear[0]/position-norm").map(|v| v > 0.5),
            flaps: self.number("/surface-positions/flap-pos-norm"),
            altimeter_set_inhg: self.number("/instrumentation/altimeter/setting-inhg"),
            utc_s: self.number("/sim/time/utc/day-seconds"),
            rate: self.number("/sim/speed-up"),
            title: self.text("/sim/description").map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()),
            airline: None,
            flight_number: None,
        }
    }
}

impl Connection for Listener {
    fn name(&self) -> &'static str {
        "FlightGear"
    }

    fn poll(&mut self) -> Result<Option<Told>, Gone> {
        if self.asked.elapsed() >= ASK {
            self.asked = Instant::now();
            self.say(&json!({"command": "get", "node": "/sim/time/elapsed-sec"}))?;
        }
        match self.socket.read() {
            Ok(Message::Text(text)) => {
                self.heard = Instant::now();
                self.look_around();
                let told = self.take(text.as_str());
                Ok(if told { self.report().map(Told::report) } else { None })
            }
            Ok(Message::Close(_)) => Err(Gone),
            Ok(_) => Ok(None),
            Err(Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                if self.heard.elapsed() > SILENCE { Err(Gone) } else { Ok(None) }
            }
            Err(_) => Err(Gone),
        }
    }

    fn write(&mut self, command: &Command) -> Result<(), Gone> {
        match command {
            Command::Tune(f) => {
                let before = self.number("/instrumentation/comm[0]/frequencies/selected-mhz");
                // The active frequency goes to standby, as with the swap button.
                if let Some(before) = before {
                    self.set("/instrumentation/comm[0]/frequencies/standby-mhz", &json!(before))?;
                }
                self.set("/instrumentation/comm[0]/frequencies/selected-mhz", &json!(f64::from(f.khz()) / 1000.0))
            }
            Command::Squawk(code) => self.set("/instrumentation/transponder/id-code", &json!(code.to_string().parse::<u32>().unwrap_or(0))),
            Command::Ident => self.set("/instrumentation/transponder/inputs/ident-btn", &json!(true)),
        }
    }
}

/// A property and its value from a message; `None` if there is none.
pub fn property(text: &str) -> Option<(String, Value)> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    let path = normal(message.get("path")?.as_str()?);
    let value = message.get_mut("value").map_or(Value::Null, Value::take);
    PROPERTIES.iter().any(|p| normal(p) == path).then_some((path, value))
}

/// A property's path without first indices: "/gear/gear[0]/wow" and "/gear/gear/wow" are the same.
fn normal(path: &str) -> String {
    path.replace("[0]", "")
}

/// Whether the pilot set the callsign: by default FlightGear makes one of "FG-" and digits.
fn chosen(callsign: &str) -> bool {
    let made_up = callsign.strip_prefix("FG-").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    callsign != "callsign" && !made_up
}

/// The mode for a number of the transponder's knob.
fn mode(v: f64) -> Option<TransponderMode> {
    [
        TransponderMode::Off,
        TransponderMode::Standby,
        TransponderMode::Test,
        TransponderMode::Ground,
        TransponderMode::On,
        TransponderMode::Altitude,
    ]
    .get(v.round() as usize)
    .copied()
}

/// The ICAO designators of FlightGear's aircraft folders. A folder that is not listed is unknown, not guessed.
fn type_of(folder: &str) -> Option<String> {
    let low = folder.to_ascii_lowercase();
    [
        ("c172", "C172"),
        ("c182", "C182"),
        ("c152", "C152"),
        ("pa28", "P28A"),
        ("dr400", "DR40"),
        ("sr20", "SR20"),
        ("777", "B772"),
        ("737", "B738"),
        ("a320", "A320"),
        ("747", "B744"),
    ]
    .iter()
    .find(|(name, _)| low.contains(name))
    .map(|(_, code)| (*code).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn property_paths_match_with_and_without_first_index() {
        for path in ["/gear/gear/wow", "/gear/gear[0]/wow"] {
            let told = property(&json!({"path": path, "value": true, "type": "bool"}).to_string());
            assert_eq!(told, Some(("/gear/gear/wow".into(), json!(true))), "{path}");
        }
        assert_eq!(property(r#"{"path":"/gear/gear[7]/wow","value":true}"#), None);
        assert!(chosen("N172SP") && chosen("FG-ABC") && !chosen("FG-6322") && !chosen("callsign"));
        assert_eq!(mode(5.0), Some(TransponderMode::Altitude));
        assert_eq!(mode(6.0), None);
    }

    proptest! {
        #[test]
        fn hostile_messages_yield_no_properties(text in ".{0,200}", cut in 0usize..60, value in any::<f64>()) {
            let _ = property(&text);
            let whole = json!({"path": "/position/latitude-deg", "value": text}).to_string();
            prop_assert_eq!(property(&whole).map(|p| p.1), Some(json!(text)));
            let part: String = whole.chars().take(cut.min(whole.chars().count() - 1)).collect();
            prop_assert!(property(&part).is_none());
            for odd in [json!([1]), json!({"path": 5}), json!({"value": value}), json!({"path": text})] {
                prop_assert!(property(&odd.to_string()).is_none());
            }
            let _ = (mode(value), type_of(&text));
        }
    }
}
