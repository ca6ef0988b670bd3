//! The links to simulators against peers that speak their protocols over real sockets.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use stratus::event::Command;
use stratus::report::{Report, SimState};
use stratus::settings::Sim;
use stratus::sim::link::{Link, Patience};

const LIMIT: Duration = Duration::from_secs(20);
const QUICK: Patience = Patience { first: Duration::from_millis(10), most: Duration::from_millis(40) };

fn sim(link: &str, port: u16) -> Sim {
    Sim { link: link.into(), host: "127.0.0.1".into(), xplane_port: port, msfs_port: port, flightgear_port: port, ..Sim::default() }
}

fn start(sim: &Sim) -> (Link, Receiver<Report>) {
    let (tx, rx) = channel();
    let link = Link::start(sim, QUICK, move |r| {
        let _ = tx.send(r);
    });
    (link.unwrap(), rx)
}

/// The first report that satisfies `wanted`.
fn until(reports: &Receiver<Report>, what: &str, wanted: impl Fn(&Report) -> bool) -> Report {
    let began = Instant::now();
    let mut last = None;
    while began.elapsed() < LIMIT {
        if let Ok(r) = reports.recv_timeout(Duration::from_millis(100)) {
            if wanted(&r) {
                return r;
            }
            last = Some(r);
        }
    }
    panic!("{what} never came; the last report was {last:?}");
}

fn soon(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LIMIT, "{what} never came");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A peer's thread; ends when dropped.
struct Peer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    port: u16,
    /// What was written to the simulator, in words.
    written: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    fn wrote(&self, words: &str) -> bool {
        self.written.lock().unwrap().iter().any(|w| w == words)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(t) = self.thread.take() {
            t.join().unwrap();
        }
    }
}

/// X-Plane's UDP side: answers RREF with the values that it has, takes DREF and CMND.
fn xplane(port: u16) -> Peer {
    let socket = UdpSocket::bind(("127.0.0.1", port)).unwrap();
    let port = socket.local_addr().unwrap().port();
    socket.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let thread = std::thread::spawn(move || {
        let mut asked: Vec<(i32, String)> = Vec::new();
        let mut client = None;
        let (mut com1, mut standby) = (121_900f32, 118_100f32);
        let mut packet = [0u8; 2048];
        let name = |b: &[u8]| String::from_utf8_lossy(b.split(|c| *c == 0).next().unwrap()).into_owned();
        while !stopped.load(Ordering::Relaxed) {
            if let Ok((n, from)) = socket.recv_from(&mut packet) {
                let p = &packet[..n];
                match &p[..4] {
                    b"RREF" => {
                        assert_eq!(n, 413, "an RREF request has 413 bytes");
                        let hz = i32::from_le_bytes(p[5..9].try_into().unwrap());
                        let index = i32::from_le_bytes(p[9..13].try_into().unwrap());
                        asked.retain(|(i, _)| *i != index);
                        if hz > 0 {
                            asked.push((index, name(&p[13..])));
                            client = Some(from);
                        }
                    }
                    b"DREF" => {
                        assert_eq!(n, 509, "a DREF has 509 bytes");
                        let value = f32::from_le_bytes(p[5..9].try_into().unwrap());
                        let node = name(&p[9..]);
                        if node.ends_with("com1_standby_frequency_hz_833") {
                            standby = value;
                        }
                        log.lock().unwrap().push(format!("{} {value}", node.rsplit('/').next().unwrap()));
                    }
                    b"CMND" => {
                        let command = name(&p[5..]);
                        if command == "sim/radios/com1_standy_flip" {
                            std::mem::swap(&mut com1, &mut standby);
                        }
                        log.lock().unwrap().push(command);
                    }
                    other => panic!("{other:?} is no X-Plane packet"),
                }
                continue;
            }
            let Some(to) = client else { continue };
            let value = |name: &str| -> f32 {
                let short = name.rsplit('/').next().unwrap();
                match short {
                    "latitude" => 19.7203,
                    "longitude" => -155.0485,
                    "elevation" => 100.0,
                    "true_psi" => 99.0,
                    "mag_psi" => 89.5,
                    "groundspeed" => 10.0,
                    "onground_any" => 1.0,
                    "com1_frequency_hz_833" => com1,
                    "com2_frequency_hz_833" => 122_805.0,
                    "transponder_code" => 1200.0,
                    "qnh_pas" => 101_325.0,
                    "wind_now_direction_degt" => 80.0,
                    "wind_now_speed_msc" => 5.0,
                    "visibility_reported_sm" => 10.0,
                    "lat[1]" => 19.73,
                    "lon[1]" => -155.05,
                    s if s.starts_with("acf_tailnum[") => b"N172SP\0\0"[s[12..13].parse::<usize>().unwrap()].into(),
                    s if s.starts_with("acf_ICAO[") => b"C172"[s[9..10].parse::<usize>().unwrap()].into(),
                    _ => 0.0,
                }
            };
            for group in asked.chunks(60) {
                let mut answer = b"RREF,".to_vec();
                for (i, n) in group {
                    answer.extend(i.to_le_bytes());
                    answer.extend(value(n).to_le_bytes());
                }
                let _ = socket.send_to(&answer, to);
            }
            // What is not X-Plane's must be dropped without harm.
            let _ = socket.send_to(b"RREF,abc", to);
            let _ = socket.send_to(&[0xFF; 1400], to);
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

#[test]
fn xplane_is_read_and_written_over_udp() {
    let peer = xplane(0);
    let (link, reports) = start(&sim("xplane", peer.port));
    let r = until(&reports, "the whole state", |r| r.callsign.is_some() && r.aircraft_type.is_some() && !r.others.is_empty());
    assert_eq!(r.state, SimState::Flying);
    assert_eq!((r.callsign.unwrap().as_str(), r.aircraft_type.as_deref()), ("N172SP", Some("C172")));
    assert_eq!((r.com1.unwrap().to_string(), r.com2.unwrap().to_string()), ("121.9".into(), "122.805".into()));
    assert!((r.position.unwrap().lat - 19.7203).abs() < 1e-4 && (r.altitude_ft - 328.08).abs() < 0.1 && r.on_ground);
    assert!((r.ground_speed_kt - 19.438).abs() < 0.01 && (r.weather.wind_dir.unwrap() - 70.5).abs() < 0.1);
    assert!((r.weather.altimeter_inhg.unwrap() - 29.92).abs() < 0.01);
    link.write(Command::Tune("118.1".parse().unwrap()));
    until(&reports, "the new frequency", |r| r.com1.is_some_and(|f| f.to_string() == "118.1"));
    link.write(Command::Squawk("4512".parse().unwrap()));
    link.write(Command::Ident);
    soon("code and ident", || peer.wrote("transponder_code 4512") && peer.wrote("sim/transponder/transponder_ident"));
}

/// SimConnect's server side over TCP: takes the generations that `accepts` lists, and only well-formed packets.
fn msfs(accepts: &'static [u32]) -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => serve_simconnect(stream, accepts, &stopped, &log),
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

fn serve_simconnect(mut stream: TcpStream, accepts: &[u32], stop: &AtomicBool, log: &Mutex<Vec<String>>) {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let word = |b: &[u8], at: usize| u32::from_le_bytes(b[at..at + 4].try_into().unwrap());
    let reply = |kind: u32, body: &[u8]| -> Vec<u8> {
        [&(body.len() as u32 + 12).to_le_bytes()[..], &4u32.to_le_bytes(), &kind.to_le_bytes(), body].concat()
    };
    let (mut inbox, mut buffer) = (Vec::new(), [0u8; 8192]);
    let (mut com1, mut standby) = (121.9f64, 118.1f64);
    let mut events: Vec<(u32, String)> = Vec::new();
    let mut periodic: Vec<u32> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => inbox.extend(&buffer[..n]),
            Err(_) => {}
        }
        while inbox.len() >= 4 && inbox.len() >= word(&inbox, 0) as usize {
            let size = word(&inbox, 0) as usize;
            let p: Vec<u8> = inbox.drain(..size).collect();
            let (protocol, id) = (word(&p, 4), word(&p, 8) & 0xFF);
            let sizes = [(0x01, 296), (0x04, 276), (0x05, 36), (0x0C, 544), (0x0E, 48), (0x0F, 32), (0x17, 276)];
            assert!(sizes.contains(&(id, size)), "packet {id:#x} of {size} bytes");
            assert_eq!(word(&p, 8) & 0xF000_0000, 0xF000_0000);
            match id {
                0x01 if !accepts.contains(&protocol) => return,
                0x01 => {
                    let open = reply(2, &[0; 296]);
                    // In small pieces, as a network may deliver it.
                    for piece in open.chunks(7) {
                        stream.write_all(piece).unwrap();
                    }
                    stream.write_all(&reply(4, &[u32::MAX.to_le_bytes(), 1u32.to_le_bytes(), 0u32.to_le_bytes()].concat())).unwrap();
                }
                0x04 => events.push((word(&p, 16), String::from_utf8_lossy(&p[20..276]).trim_end_matches('\0').to_owned())),
                0x05 => {
                    let name = events.iter().find(|(e, _)| *e == word(&p, 20)).map(|(_, n)| n.clone()).unwrap();
                    let data = word(&p, 24);
                    match name.as_str() {
                        "COM_STBY_RADIO_SET_HZ" => standby = f64::from(data) / 1e6,
                        "COM_STBY_RADIO_SWAP" => std::mem::swap(&mut com1, &mut standby),
                        _ => {}
                    }
                    log.lock().unwrap().push(format!("{name} {data:#x}"));
                }
                0x0E => periodic.push(word(&p, 16)),
                0x0F => {
                    let numbers = [19.73, -155.05, 900.0, 260.0, 90.0, 0.0, 0.0];
                    let mut data: Vec<u8> = [3u32, 9, 3, 0, 1, 1, 9].iter().flat_map(|w| w.to_le_bytes()).collect();
                    data.extend(numbers.iter().flat_map(|n: &f64| n.to_le_bytes()));
                    data.extend(field("N4AB", 32));
                    data.extend(field("TT:ATCCOM.AC_MODEL B738.0.text", 64));
                    stream.write_all(&reply(9, &data)).unwrap();
                }
                _ => {}
            }
        }
        for request in &periodic {
            let mut data: Vec<u8> = [*request, 1, *request, 0, 1, 1, 17].iter().flat_map(|w| w.to_le_bytes()).collect();
            if *request == 1 {
                let own =
                    [19.7203, -155.0485, 42.0, 4.0, 99.0, 89.5, 0.0, 0.0, 0.0, 1.0, com1, 122.805, 1200.0, 80.0, 8.0, 1013.25, 16093.4];
                data.extend(own.iter().flat_map(|n: &f64| n.to_le_bytes()));
            } else {
                data.extend(field("N172SP", 32));
                data.extend(field("ATCCOM.AC_MODEL_C172.0.text", 64));
            }
            if stream.write_all(&reply(8, &data)).is_err() {
                return;
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn field(text: &str, length: usize) -> Vec<u8> {
    let mut f = text.as_bytes().to_vec();
    f.resize(length, 0);
    f
}

#[test]
fn msfs_is_read_and_written_by_simconnects_wire_protocol() {
    for accepts in [&[4u32, 5, 6][..], &[6], &[4]] {
        let peer = msfs(accepts);
        let (link, reports) = start(&sim("msfs", peer.port));
        let r = until(&reports, "the whole state", |r| r.callsign.is_some() && !r.others.is_empty());
        assert_eq!((r.callsign.unwrap().as_str(), r.aircraft_type.as_deref()), ("N172SP", Some("C172")));
        assert_eq!((r.com1.unwrap().to_string(), r.com2.unwrap().to_string()), ("121.9".into(), "122.805".into()));
        assert_eq!(r.transponder.unwrap().to_string(), "1200");
        assert!((r.weather.wind_dir.unwrap() - 70.5).abs() < 0.1 && (r.weather.visibility_sm.unwrap() - 10.0).abs() < 0.01);
        let other = &r.others[0];
        assert_eq!((other.callsign.as_ref().unwrap().as_str(), other.aircraft_type.as_deref()), ("N4AB", Some("B738")));
        link.write(Command::Tune("118.1".parse().unwrap()));
        until(&reports, "the new frequency", |r| r.com1.is_some_and(|f| f.to_string() == "118.1"));
        link.write(Command::Squawk("4512".parse().unwrap()));
        link.write(Command::Ident);
        soon("code and ident", || peer.wrote("XPNDR_SET 0x4512") && peer.wrote("XPNDR_IDENT_ON 0x0"));
    }
}

/// FlightGear's property listener over a WebSocket.
fn flightgear() -> Peer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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

#[test]
fn flightgear_is_read_and_written_through_its_property_listener() {
    let peer = flightgear();
    let (link, reports) = start(&sim("flightgear", peer.port));
    let r = until(&reports, "the whole state", |r| r.callsign.is_some() && r.weather.wind_kt.is_some());
    assert_eq!((r.callsign.unwrap().as_str(), r.aircraft_type.as_deref(), r.state), ("N172SP", Some("C172"), SimState::Flying));
    assert!(r.on_ground && (r.vertical_speed_fpm - 120.0).abs() < 0.1 && r.com1.unwrap().to_string() == "121.9");
    link.write(Command::Tune("118.1".parse().unwrap()));
    until(&reports, "the new frequency", |r| r.com1.is_some_and(|f| f.to_string() == "118.1"));
    link.write(Command::Squawk("4512".parse().unwrap()));
    link.write(Command::Ident);
    soon("code and ident", || {
        peer.wrote("/instrumentation/transponder/id-code 4512") && peer.wrote("/instrumentation/transponder/inputs/ident-btn true")
    });
}

#[test]
fn a_simulator_that_comes_and_goes_is_followed_without_leaks() {
    let port = xplane(0).port;
    let states: Arc<Mutex<Vec<SimState>>> = Arc::default();
    let seen = states.clone();
    let reports = Arc::new(AtomicUsize::new(0));
    let count = reports.clone();
    let (tx, _rx): (Sender<()>, _) = channel();
    let link = Link::start(&sim("xplane", port), QUICK, move |r| {
        let _ = &tx;
        count.fetch_add(1, Ordering::Relaxed);
        let mut s = seen.lock().unwrap();
        if s.last() != Some(&r.state) {
            s.push(r.state);
        }
    })
    .unwrap();
    let handles = || std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    let mut after_first = 0;
    for round in 1..=4 {
        let peer = xplane(port);
        soon("a flight", || states.lock().unwrap().iter().filter(|s| **s == SimState::Flying).count() == round);
        drop(peer);
        soon("its end", || states.lock().unwrap().iter().filter(|s| **s == SimState::Lost).count() == round);
        if round == 1 {
            after_first = handles();
        }
    }
    assert!(handles() <= after_first + 2, "sockets leak: {after_first} -> {}", handles());
    drop(link);
    let told = reports.load(Ordering::Relaxed);
    assert!(told >= 8);
}
