//! X-Plane's web server: REST for ids and values, a WebSocket for updates, on one port.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::Peer;

/// The state of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// A flight is loaded.
    Flight,
    /// The main menu: datarefs are not available.
    Menu,
    /// "Disable Incoming Traffic".
    Closed,
    /// 12.1.1: without capabilities and commands.
    Old,
}

/// Datarefs, commands and written values of one session.
pub struct World {
    mood: Mood,
    /// Ids differ from session to session.
    first_id: u64,
    datarefs: Vec<(&'static str, Value)>,
    log: Arc<Mutex<Vec<String>>>,
}

const COMMANDS: [&str; 3] = ["sim/radios/com1_standy_flip", "sim/transponder/transponder_ident", "sim/radios/com2_standy_flip"];
const RADIOS: &str = "sim/cockpit2/radios/actuators/";

fn datarefs() -> Vec<(&'static str, Value)> {
    let slots = |own: f64, other: f64| json!([own, other, 0.0, 0.0]);
    vec![
        ("sim/flightmodel/position/latitude", json!(19.720_312_345_6)),
        ("sim/flightmodel/position/longitude", json!(-155.048_512_345_6)),
        ("sim/flightmodel/position/elevation", json!(100.0)),
        ("sim/flightmodel/position/y_agl", json!(1.2)),
        ("sim/flightmodel/position/true_psi", json!(99.0)),
        ("sim/flightmodel/position/mag_psi", json!(89.5)),
        ("sim/flightmodel/position/groundspeed", json!(10.0)),
        ("sim/flightmodel/failures/onground_any", json!(1)),
        ("sim/cockpit2/radios/actuators/com1_frequency_hz_833", json!(121_900)),
        ("sim/cockpit2/radios/actuators/com1_standby_frequency_hz_833", json!(118_100)),
        ("sim/cockpit2/radios/actuators/com2_frequency_hz_833", json!(122_805)),
        ("sim/cockpit2/radios/actuators/com2_standby_frequency_hz_833", json!(123_450)),
        ("sim/cockpit2/radios/actuators/audio_com_selection", json!(6)),
        ("sim/cockpit2/radios/actuators/transponder_mode", json!(3)),
        ("sim/cockpit2/radios/indicators/transponder_id", json!(0)),
        ("sim/flightmodel/position/hpath", json!(99.5)),
        ("sim/flightmodel/engine/ENGN_running", json!([1, 0, 0, 0])),
        ("sim/cockpit2/controls/parking_brake_ratio", json!(1.0)),
        ("sim/cockpit2/controls/gear_handle_down", json!(1)),
        ("sim/cockpit2/controls/flap_handle_request_ratio", json!(0.25)),
        ("sim/cockpit2/gauges/actuators/barometer_setting_in_hg_pilot", json!(29.95)),
        ("sim/time/zulu_time_sec", json!(79_807.0)),
        ("sim/time/sim_speed", json!(2)),
        ("sim/weather/aircraft/temperature_ambient_deg_c", json!(24.5)),
        ("sim/weather/region/dewpoint_deg_c", json!([18.5, 10.0])),
        // Few at 300 m, broken at 600, overcast at 900.
        ("sim/weather/aircraft/cloud_base_msl_m", json!([300.0, 600.0, 900.0])),
        ("sim/weather/aircraft/cloud_coverage_percent", json!([0.125, 0.75, 1.0])),
        // "Cessna Skyhawk".
        ("sim/aircraft/view/acf_descrip", json!("Q2Vzc25hIFNreWhhd2sAAAA=")),
        ("sim/cockpit2/radios/actuators/transponder_code", json!(1200)),
        ("sim/time/paused", json!(0)),
        ("sim/time/total_running_time_sec", json!(1.0)),
        ("sim/weather/aircraft/wind_now_direction_degt", json!(80.0)),
        ("sim/weather/aircraft/wind_now_speed_msc", json!(5.0)),
        ("sim/weather/aircraft/qnh_pas", json!(101_325.0)),
        ("sim/weather/aircraft/visibility_reported_sm", json!(10.0)),
        ("sim/aircraft/view/acf_tailnum", json!("TjE3MlNQAAAAAAAA")),
        ("sim/aircraft/view/acf_ICAO", json!("QzE3MgAA")),
        ("sim/cockpit2/tcas/targets/position/lat", slots(19.72, 19.73)),
        ("sim/cockpit2/tcas/targets/position/lon", slots(-155.05, -155.05)),
        ("sim/cockpit2/tcas/targets/position/ele", slots(100.0, 300.0)),
        ("sim/cockpit2/tcas/targets/position/weight_on_wheels", json!([1, 0, 0, 0])),
        // "N172SP", "N4AB" and "C172", "B738" in eight characters each.
        ("sim/cockpit2/tcas/targets/flight_id", json!("TjE3MlNQAABONEFCAAAAAA==")),
        ("sim/cockpit2/tcas/targets/icao_type", json!("QzE3MgAAAABCNzM4AAAAAA==")),
    ]
}

impl World {
    fn get(&self, name: &str) -> Option<&Value> {
        self.datarefs.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }
    fn set(&mut self, id: u64, value: &Value) -> bool {
        let Some((name, old)) = self.datarefs.get_mut((id - self.first_id) as usize) else { return false };
        *old = value.clone();
        self.log.lock().unwrap().push(format!("{} {value}", name.rsplit('/').next().unwrap()));
        true
    }
    fn press(&mut self, id: u64) -> bool {
        let Some(name) = id.checked_sub(self.first_id + 1000).and_then(|i| COMMANDS.get(i as usize)) else { return false };
        if let Some(com) = name.strip_prefix("sim/radios/").and_then(|n| n.strip_suffix("_standy_flip")) {
            let at = |s: &Self, n: &str| s.datarefs.iter().position(|(d, _)| d.strip_prefix(RADIOS) == Some(n)).unwrap();
            let (a, b) = (at(self, &format!("{com}_frequency_hz_833")), at(self, &format!("{com}_standby_frequency_hz_833")));
            let active = self.datarefs[a].1.clone();
            self.datarefs[a].1 = std::mem::replace(&mut self.datarefs[b].1, active);
        }
        self.log.lock().unwrap().push((*name).to_owned());
        true
    }
    fn kind(value: &Value) -> &'static str {
        match value {
            Value::String(_) => "data",
            Value::Array(_) => "float_array",
            Value::Number(n) if n.is_i64() => "int",
            _ => "double",
        }
    }

    /// Status and body of an answer.
    fn rest(&mut self, method: &str, target: &str, body: &str) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let missing = || (404, json!({"error_code": "not_found", "error_message": "not found"}));
        match self.mood {
            Mood::Closed => {
                self.log.lock().unwrap().push("refused".into());
                return (403, json!({"error_code": "forbidden"}));
            }
            Mood::Old if !path.starts_with("/api/v1/datarefs") => return missing(),
            _ => {}
        }
        if path == "/api/capabilities" {
            return (200, json!({"api": {"versions": ["v1", "v2"]}, "x-plane": {"version": "12.1.4"}}));
        }
        let Some(path) = ["/api/v1", "/api/v2"].iter().find_map(|v| path.strip_prefix(v)) else { return missing() };
        let there = self.mood != Mood::Menu;
        let mut all: Vec<Value> = match path.split('/').nth(1) {
            Some("datarefs") if there => (self.first_id..)
                .zip(&self.datarefs)
                .map(|(id, (n, v))| json!({"id": id, "name": n, "value_type": Self::kind(v), "is_writable": true}))
                .collect(),
            Some("commands") if there => {
                (self.first_id + 1000..).zip(COMMANDS).map(|(id, n)| json!({"id": id, "name": n, "description": n})).collect()
            }
            _ => Vec::new(),
        };
        match (method, path.split('/').skip(1).collect::<Vec<_>>().as_slice()) {
            ("GET", [_, "count"]) => (200, json!({"data": all.len()})),
            ("GET", ["datarefs" | "commands"]) => {
                let query = query.replace("%5B", "[").replace("%5D", "]").replace("%2F", "/");
                let names: Vec<&str> = query.split('&').filter_map(|q| q.strip_prefix("filter[name]=")).collect();
                if !names.is_empty() {
                    all.retain(|d| names.iter().any(|n| d["name"] == *n));
                    if all.len() < names.len() {
                        return missing();
                    }
                }
                (200, json!({"data": all}))
            }
            ("GET", ["datarefs", id, "value"]) => {
                let index = id.parse::<u64>().ok().and_then(|i| i.checked_sub(self.first_id));
                index.and_then(|i| self.datarefs.get(i as usize)).map_or_else(missing, |(_, v)| (200, json!({"data": v})))
            }
            ("PATCH", ["datarefs", id, "value"]) => {
                let value: Value = serde_json::from_str(body).unwrap();
                if self.set(id.parse().unwrap(), &value["data"]) { (200, Value::Null) } else { missing() }
            }
            ("POST", ["command", id, "activate"]) => {
                if self.press(id.parse().unwrap()) {
                    (200, Value::Null)
                } else {
                    missing()
                }
            }
            _ => missing(),
        }
    }
}

/// The web server on `port`, in this state; between updates it sends invalid messages.
pub fn web(port: u16, mood: Mood) -> Peer {
    start(port, mood, true)
}

/// The web server with a flight loaded, without invalid messages.
pub fn polite(port: u16) -> Peer {
    start(port, Mood::Flight, false)
}

fn start(port: u16, mood: Mood, rough: bool) -> Peer {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let (stop, log) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, written) = (stop.clone(), log.clone());
    let world = World { mood, first_id: 3_000_000 + u64::from(std::process::id()), datarefs: datarefs(), log };
    let world = Arc::new(Mutex::new(world));
    let thread = std::thread::spawn(move || {
        let mut clients = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => {
                    let (world, stopped) = (world.clone(), stopped.clone());
                    clients.push(std::thread::spawn(move || serve(stream, &world, &stopped, rough)));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
            clients.retain(|c: &std::thread::JoinHandle<()>| !c.is_finished());
        }
        for c in clients {
            c.join().unwrap();
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

fn serve(mut stream: TcpStream, world: &Mutex<World>, stop: &AtomicBool, rough: bool) {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut inbox: Vec<u8> = Vec::new();
    let mut piece = [0u8; 4096];
    while !stop.load(Ordering::Relaxed) {
        if inbox.is_empty() {
            // Peek before reading, because a WebSocket's handshake belongs to its library.
            match stream.peek(&mut piece) {
                Ok(0) => return,
                Ok(n) if String::from_utf8_lossy(&piece[..n]).to_ascii_lowercase().contains("upgrade: websocket") => {
                    return updates(stream, world, stop, rough);
                }
                _ => {}
            }
        }
        match stream.read(&mut piece) {
            Ok(0) => return,
            Ok(n) => inbox.extend(&piece[..n]),
            Err(_) => continue,
        }
        let text = String::from_utf8_lossy(&inbox).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap()));
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        let mut words = head.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (status, answer) = world.lock().unwrap().rest(method, target, body);
        let answer = answer.to_string();
        let sent =
            write!(stream, "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
        if sent.is_err() {
            return;
        }
        inbox.clear();
    }
}

/// Values ten times a second and more: all of them at first, then changes.
fn updates(stream: TcpStream, world: &Mutex<World>, stop: &AtomicBool, rough: bool) {
    let Ok(mut socket) = tungstenite::accept(stream) else { return };
    let mut known: BTreeMap<u64, Value> = BTreeMap::new();
    let mut asked: Vec<u64> = Vec::new();
    let mut clock = 1.0;
    while !stop.load(Ordering::Relaxed) {
        if let Ok(message) = socket.read() {
            let Ok(text) = message.to_text() else { continue };
            let Ok(request) = serde_json::from_str::<Value>(text) else { return };
            let mut world = world.lock().unwrap();
            let list = |name: &str| request["params"][name].as_array().cloned().unwrap_or_default();
            let done = match request["type"].as_str().unwrap() {
                "dataref_subscribe_values" => {
                    asked.extend(list("datarefs").iter().map(|d| d["id"].as_u64().unwrap()));
                    asked.iter().all(|id| *id >= world.first_id && *id < world.first_id + 1000)
                }
                "dataref_unsubscribe_values" => {
                    asked.clear();
                    true
                }
                "dataref_set_values" => list("datarefs").iter().all(|d| world.set(d["id"].as_u64().unwrap(), &d["value"])),
                "command_set_is_active" => {
                    list("commands").iter().all(|c| c["is_active"] != true || world.press(c["id"].as_u64().unwrap()))
                }
                _ => false,
            };
            let answer = json!({"req_id": request["req_id"], "type": "result", "success": done});
            if socket.send(answer.to_string().into()).is_err() {
                return;
            }
            continue;
        }
        let mut world = world.lock().unwrap();
        clock += 0.1;
        let at = world.datarefs.iter().position(|(n, _)| *n == "sim/time/total_running_time_sec").unwrap();
        world.datarefs[at].1 = json!(clock);
        let first = world.first_id;
        let mut data = serde_json::Map::new();
        for id in &asked {
            let Some((name, _)) = id.checked_sub(first).and_then(|i| world.datarefs.get(i as usize)) else { continue };
            let now = world.get(name).unwrap().clone();
            if known.get(id) != Some(&now) {
                data.insert(id.to_string(), now.clone());
                known.insert(*id, now);
            }
        }
        drop(world);
        // Now and then an invalid message.
        if rough && socket.send("{]".into()).is_err()
            || !data.is_empty() && socket.send(json!({"type": "dataref_update_values", "data": data}).to_string().into()).is_err()
        {
            return;
        }
    }
}
