//! FlightGear's property listener.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Peer;

/// FlightGear's property listener over a WebSocket.
pub fn flightgear(port: u16) -> Peer {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let thread = std::thread::spawn(move || {
        let mut clients = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => {
                    let (stopped, log) = (stopped.clone(), log.clone());
                    clients.push(std::thread::spawn(move || serve(stream, &stopped, &log)));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
            clients.retain(|c| !c.is_finished());
        }
        for c in clients {
            c.join().unwrap();
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

/// A client of the property listener, or of the property tree over HTTP.
fn serve(mut stream: TcpStream, stop: &AtomicBool, log: &Mutex<Vec<String>>) {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    // Peek before reading, because a WebSocket's handshake belongs to its library.
    let mut head = [0u8; 512];
    let n = stream.peek(&mut head).unwrap_or(0);
    let head = String::from_utf8_lossy(&head[..n]).into_owned();
    if !head.starts_with("GET /json/ai/models") {
        return serve_properties(stream, stop, log);
    }
    // As FlightGear 2020.3 answers: children by name and index, values unchanged.
    let leaf = |name: &str, value: serde_json::Value| serde_json::json!({"name": name, "value": value, "index": 0, "nChildren": 0});
    let node =
        |name: &str, children: Vec<serde_json::Value>| serde_json::json!({"name": name, "type": "-", "index": 0, "children": children});
    let aircraft = node(
        "aircraft",
        vec![
            leaf("callsign", "N4AB".into()),
            leaf("valid", true.into()),
            node(
                "position",
                vec![leaf("latitude-deg", 19.73.into()), leaf("longitude-deg", (-155.05).into()), leaf("altitude-ft", 900.into())],
            ),
            node("orientation", vec![leaf("true-heading-deg", 260.into())]),
            node("velocities", vec![leaf("true-airspeed-kt", 90.5.into())]),
        ],
    );
    let tree = serde_json::json!({"path": "/ai/models", "name": "models", "index": 0, "children": [leaf("count", 1.into()), aircraft]});
    let body = tree.to_string();
    let _ = write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // Read the request to its end; otherwise closing would discard the answer.
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let _ = std::io::copy(&mut stream, &mut std::io::sink());
}

fn serve_properties(stream: TcpStream, stop: &AtomicBool, log: &Mutex<Vec<String>>) {
    stream.set_nonblocking(false).unwrap();
    let Ok(mut socket) = tungstenite::accept(stream) else { return };
    socket.get_ref().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut values: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_value(serde_json::json!({
        "/position/latitude-deg": 19.7203, "/position/longitude-deg": -155.0485, "/position/altitude-ft": 42.0,
        "/position/altitude-agl-ft": 4.05, "/orientation/heading-deg": 99.0, "/orientation/heading-magnetic-deg": 89.5,
        "/velocities/vertical-speed-fps": 2.0, "/gear/gear[0]/wow": true, "/gear/gear[1]/wow": true, "/gear/gear[2]/wow": true,
        "/velocities/airspeed-kt": 0.0, "/velocities/groundspeed-kt": 0.0, "/sim/multiplay/callsign": "N172SP", "/sim/aircraft": "c172p",
        "/instrumentation/comm[0]/frequencies/selected-mhz": 121.9, "/instrumentation/transponder/id-code": 1200,
        "/sim/freeze/clock": false, "/environment/wind-from-heading-deg": 80.0, "/environment/wind-speed-kt": 8.0,
        "/environment/pressure-sea-level-inhg": 29.92, "/sim/time/elapsed-sec": 1.5,
        "/instrumentation/comm[0]/frequencies/standby-mhz": 118.1, "/instrumentation/comm[1]/frequencies/standby-mhz": 123.45,
        "/instrumentation/comm[1]/frequencies/selected-mhz": 122.805,
        "/instrumentation/transponder/inputs/knob-mode": 5, "/instrumentation/transponder/ident": false,
        "/orientation/track-deg": 99.5, "/engines/active-engine/running": true, "/controls/gear/brake-parking": 1.0,
        "/gear/gear[0]/position-norm": 1.0, "/surface-positions/flap-pos-norm": 0.25, "/instrumentation/altimeter/setting-inhg": 29.95,
        "/sim/time/utc/day-seconds": 79807, "/sim/speed-up": 2.0, "/sim/description": "Cessna Skyhawk",
        "/environment/temperature-degc": 24.5, "/environment/dewpoint-degc": 18.5
    }))
    .unwrap();
    let clouds = [(1000.0, "few"), (1968.5, "broken"), (3000.0, "overcast"), (500.0, "clear"), (-9999.0, "clear")];
    for (i, (base, coverage)) in clouds.into_iter().enumerate() {
        values.insert(format!("/environment/clouds/layer[{i}]/elevation-ft"), base.into());
        values.insert(format!("/environment/clouds/layer[{i}]/coverage"), coverage.into());
    }
    while !stop.load(Ordering::Relaxed) {
        let Ok(message) = socket.read() else {
            // Push the clock, and now and then invalid messages.
            if socket.send(r#"{"path":"/sim/time/elapsed-sec","value":2.5}"#.into()).is_err() {
                return;
            }
            let _ = socket.send("{]".into());
            continue;
        };
        let Ok(text) = message.to_text() else { continue };
        let Ok(asked) = serde_json::from_str::<serde_json::Value>(text) else { return };
        let node = asked["node"].as_str().unwrap_or_default().to_owned();
        if asked["command"] == "set" {
            log.lock().unwrap().push(format!("{node} {}", asked["value"]));
            values.insert(node.clone(), asked["value"].clone());
        }
        if let Some(v) = values.get(&node) {
            // FlightGear omits a first index from the paths that it sends.
            let told =
                serde_json::json!({"path": node.replace("[0]", ""), "name": "", "value": v, "type": "double", "index": 0, "ts": 1.0});
            if socket.send(told.to_string().into()).is_err() {
                return;
            }
        }
    }
}
