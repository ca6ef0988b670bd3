//! FlightGear's property listener.

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
        while !stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => serve_properties(stream, &stopped, &log),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

fn serve_properties(stream: TcpStream, stop: &AtomicBool, log: &Mutex<Vec<String>>) {
    stream.set_nonblocking(false).unwrap();
    let Ok(mut socket) = tungstenite::accept(stream) else { return };
    socket.get_ref().set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut values: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_value(serde_json::json!({
        "/position/latitude-deg": 19.7203, "/position/longitude-deg": -155.0485, "/position/altitude-ft": 42.0,
        "/position/altitude-agl-ft": 4.05, "/orientation/heading-deg": 99.0, "/orientation/heading-magnetic-deg": 89.5,
        "/velocities/vertical-speed-fps": 2.0, "/gear/gear[1]/wow": true, "/sim/multiplay/callsign": "N172SP", "/sim/aircraft": "c172p",
        "/instrumentation/comm[0]/frequencies/selected-mhz": 121.9, "/instrumentation/transponder/id-code": 1200,
        "/sim/freeze/clock": false, "/environment/wind-from-heading-deg": 80.0, "/environment/wind-speed-kt": 8.0,
        "/environment/pressure-sea-level-inhg": 29.92, "/sim/time/elapsed-sec": 1.5
    }))
    .unwrap();
    while !stop.load(Ordering::Relaxed) {
        let Ok(message) = socket.read() else {
            // The clock pushes by itself, and now and then something that is nothing.
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
            // FlightGear leaves a first index out of the path that it sends.
            let told =
                serde_json::json!({"path": node.replace("[0]", ""), "name": "", "value": v, "type": "double", "index": 0, "ts": 1.0});
            if socket.send(told.to_string().into()).is_err() {
                return;
            }
        }
    }
}
