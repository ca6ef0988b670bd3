//! X-Plane over its own web server (12.1.4 and later): REST for the ids of a session, a WebSocket for the values.
//!
//! Positions are 64-bit here, and strings and arrays come whole. The server listens only on its own machine.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tungstenite::{Error, Message, WebSocket};

use super::link::{Command, Connection, Gone, Told};
use super::xplane::{DATAREFS, FEET, KNOTS, com, report};
use crate::problem::{Part, Problem};
use crate::report::{MOST_OTHERS, Other, Report, SimState};
use crate::units::LatLon;

/// The port of X-Plane's web server.
pub const PORT: u16 = 8086;
/// How long an answer may take.
const OPENING: Duration = Duration::from_secs(2);
/// Without a value for this long the server is asked whether it is still there. X-Plane's clock runs even in a pause.
const SILENCE: Duration = Duration::from_secs(3);
/// The time between two checks whether a flight has been loaded.
const MENU: Duration = Duration::from_secs(1);
/// The longest message of X-Plane.
const LONGEST: usize = 1 << 20;

const TAIL: &str = "sim/aircraft/view/acf_tailnum";
const TYPE: &str = "sim/aircraft/view/acf_ICAO";
const CLOCK: &str = "sim/time/total_running_time_sec";
const TITLE: &str = "sim/aircraft/view/acf_descrip";
const STANDBY: [&str; 2] =
    ["sim/cockpit2/radios/actuators/com1_standby_frequency_hz_833", "sim/cockpit2/radios/actuators/com2_standby_frequency_hz_833"];
const SELECTION: &str = "sim/cockpit2/radios/actuators/audio_com_selection";
const CODE: &str = "sim/cockpit2/radios/actuators/transponder_code";
const FLIP: [&str; 2] = ["sim/radios/com1_standy_flip", "sim/radios/com2_standy_flip"];
const IDENT: &str = "sim/transponder/transponder_ident";
/// Datarefs of the other aircraft: arrays of one value each, and of eight characters each.
const TARGETS: [&str; 8] = [
    "sim/cockpit2/tcas/targets/position/lat",
    "sim/cockpit2/tcas/targets/position/lon",
    "sim/cockpit2/tcas/targets/position/ele",
    "sim/cockpit2/tcas/targets/position/psi",
    "sim/cockpit2/tcas/targets/position/V_msc",
    "sim/cockpit2/tcas/targets/position/weight_on_wheels",
    "sim/cockpit2/tcas/targets/flight_id",
    "sim/cockpit2/tcas/targets/icao_type",
];
/// Characters of a string of another aircraft.
const CHARACTERS: usize = 8;

/// The result of a request to the web server.
enum Answer {
    Json(Value),
    /// The requested object does not exist, as in the menu.
    Missing,
    /// "Disable Incoming Traffic" is set.
    Forbidden,
    /// No server, or not X-Plane's.
    Nobody,
}

/// A connection to X-Plane's web server.
pub struct Web {
    port: u16,
    agent: ureq::Agent,
    /// `None` while no flight is loaded.
    socket: Option<WebSocket<TcpStream>>,
    /// Ids of this session's datarefs and commands, by name, and the reverse.
    ids: BTreeMap<String, u64>,
    names: BTreeMap<u64, String>,
    values: BTreeMap<String, Value>,
    heard: Instant,
    asked: Option<Instant>,
    requests: u64,
    dropped: u64,
}

impl Web {
    /// Connects to the X-Plane on this machine; `None` if it does not answer, or is older than 12.1.4.
    pub fn open(port: u16) -> Result<Option<Self>, Problem> {
        // A closed port is detected here at once; the HTTP agent would retry.
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if super::link::connect(at).is_none() {
            return Ok(None);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .timeout_global(Some(OPENING))
            .http_status_as_error(false)
            .max_redirects(0)
            // A web proxy from the environment must not come between two programs on one machine.
            .proxy(None)
            .build()
            .into();
        let web = Self {
            port,
            agent,
            socket: None,
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            values: BTreeMap::new(),
            heard: Instant::now(),
            asked: None,
            requests: 0,
            dropped: 0,
        };
        match web.ask("/api/capabilities") {
            Answer::Json(v) if speaks_v2(&v) => Ok(Some(web)),
            Answer::Forbidden => Err(forbidden()),
            Answer::Json(_) | Answer::Missing | Answer::Nobody => Ok(None),
        }
    }

    fn ask(&self, path: &str) -> Answer {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let Ok(mut answer) = self.agent.get(&url).header("Accept", "application/json").call() else { return Answer::Nobody };
        match answer.status().as_u16() {
            200 => answer
                .body_mut()
                .with_config()
                .limit(LONGEST as u64)
                .read_to_string()
                .ok()
                .and_then(|text| serde_json::from_str(&text).ok())
                .map_or(Answer::Nobody, Answer::Json),
            403 => Answer::Forbidden,
            404 => Answer::Missing,
            _ => Answer::Nobody,
        }
    }

    /// Gets the ids of this session; whether the position is among them, which it is once a flight is loaded.
    fn resolve(&mut self) -> Result<bool, Gone> {
        (self.ids, self.names, self.values) = Default::default();
        let datarefs = DATAREFS.iter().map(|(name, _)| *name).chain([TAIL, TYPE, CLOCK, TITLE]).chain(TARGETS);
        let questions = datarefs.map(|n| ("datarefs", n)).chain([FLIP[0], FLIP[1], IDENT].map(|n| ("commands", n)));
        for (n, (kind, name)) in questions.enumerate() {
            // Here an array is requested whole, and once.
            let (plain, _) = element(name);
            if self.ids.contains_key(plain) {
                continue;
            }
            // One name in each request, because a single unknown name would fail all of them.
            match self.ask(&format!("/api/v2/{kind}?filter[name]={plain}")) {
                Answer::Json(answer) => {
                    let Some(id) = id_of(&answer, plain) else { continue };
                    self.ids.insert(plain.to_owned(), id);
                    if kind == "datarefs" {
                        self.names.insert(id, plain.to_owned());
                    }
                }
                // The first name is the latitude: without it no flight is loaded.
                Answer::Missing if n == 0 => return Ok(false),
                Answer::Missing => log::debug!("X-Plane has no {name}"),
                Answer::Forbidden | Answer::Nobody => return Err(Gone),
            }
        }
        Ok(self.ids.contains_key(DATAREFS[0].0))
    }

    /// Opens the WebSocket and subscribes.
    fn subscribe(&mut self) -> Result<(), Gone> {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let stream = super::link::connect(at).ok_or(Gone)?;
        stream.set_read_timeout(Some(OPENING)).map_err(|_| Gone)?;
        stream.set_write_timeout(Some(OPENING)).map_err(|_| Gone)?;
        let config = tungstenite::protocol::WebSocketConfig::default().max_message_size(Some(LONGEST)).max_frame_size(Some(LONGEST));
        let url = format!("ws://127.0.0.1:{}/api/v2", self.port);
        let (socket, _) = tungstenite::client::client_with_config(url, stream, Some(config)).map_err(|_| Gone)?;
        socket.get_ref().set_read_timeout(Some(Duration::from_millis(100))).map_err(|_| Gone)?;
        self.socket = Some(socket);
        self.heard = Instant::now();
        let datarefs: Vec<Value> = self.names.keys().map(|id| json!({"id": id})).collect();
        self.say("dataref_subscribe_values", &json!({"datarefs": datarefs}))
    }

    fn say(&mut self, what: &str, params: &Value) -> Result<(), Gone> {
        self.requests += 1;
        let text = json!({"req_id": self.requests, "type": what, "params": params}).to_string();
        match &mut self.socket {
            Some(s) => s.send(Message::text(text)).map_err(|_| Gone),
            None => Ok(()),
        }
    }

    /// Reads a message; whether it contained values.
    fn take(&mut self, text: &str) -> bool {
        let Some(told) = updates(text) else {
            self.dropped += 1;
            if self.dropped.is_power_of_two() {
                log::warn!("{} messages of X-Plane's web server were not understood", self.dropped);
            }
            return false;
        };
        for (id, value) in told {
            if let Some(name) = self.names.get(&id) {
                self.values.insert(name.clone(), value);
            }
        }
        true
    }

    fn text(&self, name: &str) -> String {
        let bytes = self.values.get(name).and_then(bytes).unwrap_or_default();
        word(&bytes)
    }

    fn report(&self) -> Option<Report> {
        let value = |i: usize| {
            let (name, n) = element(DATAREFS.get(i)?.0);
            number(self.values.get(name)?, n)
        };
        let mut report = report(value, &self.text(TAIL), &self.text(TYPE), self.others())?;
        report.cockpit.title = self.values.get(TITLE).and_then(bytes).map(|b| line(&b)).filter(|t| !t.is_empty());
        Some(report)
    }

    fn others(&self) -> Vec<Other> {
        let array = |i: usize| self.values.get(TARGETS[i]).and_then(Value::as_array);
        let of = |i: usize, slot: usize| array(i).and_then(|a| a.get(slot)).and_then(Value::as_f64);
        let strings = [6, 7].map(|i| self.values.get(TARGETS[i]).and_then(bytes).unwrap_or_default());
        let text = |i: usize, slot: usize| word(strings[i].get(slot * CHARACTERS..(slot + 1) * CHARACTERS).unwrap_or_default());
        // Slot 0 is the own aircraft.
        (1..=MOST_OTHERS)
            .filter_map(|slot| {
                let (lat, lon) = (of(0, slot)?, of(1, slot)?);
                (lat != 0.0 || lon != 0.0).then(|| Other {
                    callsign: text(0, slot).parse().ok(),
                    aircraft_type: Some(text(1, slot)).filter(|t| t.len() >= 2),
                    position: LatLon::new(lat, lon),
                    altitude_ft: of(2, slot).unwrap_or(0.0) * FEET,
                    heading_true: of(3, slot).unwrap_or(0.0).rem_euclid(360.0),
                    ground_speed_kt: of(4, slot).unwrap_or(0.0) * KNOTS,
                    on_ground: of(5, slot).is_some_and(|v| v != 0.0),
                })
            })
            .collect()
    }

    /// In the menu: checks from time to time whether a flight is loaded.
    fn await_flight(&mut self) -> Result<Option<Told>, Gone> {
        if self.asked.is_some_and(|t| t.elapsed() < MENU) {
            std::thread::sleep(Duration::from_millis(50));
            return Ok(None);
        }
        self.asked = Some(Instant::now());
        if self.resolve()? {
            self.subscribe()?;
            return Ok(None);
        }
        Ok(Some(Told::report(Report { state: SimState::Menu, ..Report::default() })))
    }

    fn set(&mut self, name: &str, value: u32) -> Result<(), Gone> {
        match self.ids.get(name) {
            Some(id) => self.say("dataref_set_values", &json!({"datarefs": [{"id": id, "value": value}]})),
            None => {
                log::warn!("X-Plane has no {name} to write");
                Ok(())
            }
        }
    }

    fn press(&mut self, name: &str) -> Result<(), Gone> {
        match self.ids.get(name) {
            Some(id) => self.say("command_set_is_active", &json!({"commands": [{"id": id, "is_active": true, "duration": 0}]})),
            None => {
                log::warn!("X-Plane has no command {name}");
                Ok(())
            }
        }
    }
}

impl Connection for Web {
    fn name(&self) -> &'static str {
        "X-Plane (Web API)"
    }

    fn poll(&mut self) -> Result<Option<Told>, Gone> {
        let Some(socket) = &mut self.socket else { return self.await_flight() };
        match socket.read() {
            Ok(Message::Text(text)) => {
                self.heard = Instant::now();
                let told = self.take(text.as_str());
                Ok(if told { self.report().map(Told::report) } else { None })
            }
            Ok(Message::Close(_)) => Err(Gone),
            Ok(_) => Ok(None),
            Err(Error::Io(e)) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {
                if self.heard.elapsed() > SILENCE {
                    // X-Plane may be back in the menu, or have another aircraft with other ids: begin again.
                    self.socket = None;
                    self.asked = None;
                }
                Ok(None)
            }
            Err(_) => Err(Gone),
        }
    }

    fn write(&mut self, command: &Command) -> Result<(), Gone> {
        match command {
            Command::Tune(f) => {
                let com = usize::from(com(self.values.get(SELECTION).and_then(|v| number(v, 0))) - 1);
                self.set(STANDBY[com], f.khz())?;
                self.press(FLIP[com])
            }
            Command::Squawk(code) => self.set(CODE, code.to_string().parse().unwrap_or(0)),
            Command::Ident => self.press(IDENT),
        }
    }
}

fn forbidden() -> Problem {
    Problem::new("X-Plane blocks the connection")
        .because("its setting \"Disable Incoming Traffic\" is on")
        .about(Part::Simulator)
        .brief("X-Plane blocks Stratus", "Its setting \u{201c}Disable Incoming Traffic\u{201d} is on.")
        .remedy("In X-Plane: Settings, Network, Security, then \u{201c}Accept incoming connections\u{201d}.")
        .fix("in X-Plane: Settings, Network, Security: choose \"Accept incoming connections\"")
}

/// Whether the capabilities list version 2, which has commands.
fn speaks_v2(capabilities: &Value) -> bool {
    capabilities["api"]["versions"].as_array().is_some_and(|v| v.iter().any(|v| v == "v2"))
}

/// The id of the entry with exactly this name.
fn id_of(answer: &Value, name: &str) -> Option<u64> {
    answer["data"].as_array()?.iter().find(|d| d["name"] == name)?["id"].as_u64()
}

/// Ids and values of an update; empty for an answer without values; `None` if the text is neither.
pub fn updates(text: &str) -> Option<Vec<(u64, Value)>> {
    let mut message: Value = serde_json::from_str(text).ok()?;
    match message["type"].as_str()? {
        "dataref_update_values" => {
            let Value::Object(data) = message["data"].take() else { return None };
            data.into_iter().map(|(id, value)| Some((id.parse().ok()?, value))).collect()
        }
        "result" => {
            if message["success"] == false {
                log::warn!("X-Plane refused: {} {}", message["error_code"], message["error_message"]);
            }
            Some(Vec::new())
        }
        "command_update_is_active" => Some(Vec::new()),
        _ => None,
    }
}

/// The array that a dataref belongs to, and the index in it: "a/b[2]" is element 2 of "a/b".
fn element(name: &str) -> (&str, usize) {
    let indexed = name.strip_suffix(']').and_then(|n| n.split_once('['));
    indexed.map_or((name, 0), |(array, n)| (array, n.parse().unwrap_or(0)))
}

/// A number, or the element of an array at this index.
fn number(value: &Value, place: usize) -> Option<f64> {
    value.as_f64().or_else(|| value.as_array()?.get(place)?.as_f64())
}

fn bytes(value: &Value) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(value.as_str()?).ok()
}

/// The printable text up to the first zero.
fn line(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// The letters and digits up to the first zero.
fn word(bytes: &[u8]) -> String {
    bytes.iter().take_while(|b| **b != 0).map(|b| char::from(*b)).filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn updates_answers_and_strings_are_parsed() {
        let told = updates(r#"{"type":"dataref_update_values","data":{"17":19.7203,"18":[1,2]}}"#).unwrap();
        assert_eq!(told, [(17, json!(19.7203)), (18, json!([1, 2]))]);
        assert_eq!(updates(r#"{"req_id":1,"type":"result","success":true}"#), Some(Vec::new()));
        assert_eq!(word(&bytes(&json!("TjE3MlNQAAAA")).unwrap()), "N172SP");
        let names = json!({"data": [{"id": 5, "name": "a/b"}, {"id": 6, "name": "a"}]});
        assert_eq!(id_of(&names, "a"), Some(6));
        assert!(speaks_v2(&json!({"api": {"versions": ["v1", "v2"]}})) && !speaks_v2(&json!({"api": {"versions": ["v1"]}})));
    }

    proptest! {
        #[test]
        fn hostile_messages_yield_no_updates(text in ".{0,200}", id in "[-0-9a-z]{0,24}", cut in 0usize..60) {
            let _ = updates(&text);
            let whole = json!({"type": "dataref_update_values", "data": {id.clone(): [text]}}).to_string();
            prop_assert_eq!(updates(&whole).is_some(), id.parse::<u64>().is_ok());
            let part: String = whole.chars().take(cut.min(whole.chars().count() - 1)).collect();
            prop_assert!(updates(&part).is_none());
            for odd in [json!({"type": "dataref_update_values"}), json!({"type": 5}), json!([1]), json!({"type": "dataref_update_values", "data": [1]})] {
                prop_assert!(updates(&odd.to_string()).is_none());
            }
        }
    }
}
