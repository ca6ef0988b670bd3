//! SimConnect's server side over TCP: answers each client according to the client's data definitions.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Peer, assert_cockpit, cockpit, facilities, soon, start, until};
use stratus::event::Command;
use stratus::settings::Sim;

/// SimConnect's server side over TCP: accepts the generations in `accepts`, and only well-formed packets. In between, it sends
/// invalid packets.
pub fn msfs(port: u16, accepts: &'static [u32]) -> Peer {
    serve(port, accepts, true)
}

/// The same, without invalid packets.
pub fn polite(port: u16) -> Peer {
    serve(port, &[4, 5, 6], false)
}

fn serve(port: u16, accepts: &'static [u32], rough: bool) -> Peer {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let port = listener.local_addr().unwrap().port();
    listener.set_nonblocking(true).unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            match listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).unwrap();
                    stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
                    serve_simconnect(stream, accepts, &stopped, &log, rough);
                }
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}

/// SimConnect's server side on the named pipe on which MSFS listens.
#[cfg(windows)]
pub fn piped(accepts: &'static [u32]) -> Peer {
    use interprocess::local_socket::prelude::*;
    use interprocess::local_socket::{GenericNamespaced, ListenerOptions};
    use std::os::windows::io::AsHandle;

    /// A pipe whose reads wait 10 ms, like the sockets' here.
    struct Patient(LocalSocketStream);
    impl Read for Patient {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let LocalSocketStream::NamedPipe(pipe) = &self.0;
            match stratus::pipe::readable(pipe.as_handle(), Duration::from_millis(10), Duration::from_millis(2))? {
                true => self.0.read(into),
                false => Err(std::io::ErrorKind::TimedOut.into()),
            }
        }
    }
    impl Write for Patient {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write(bytes)
        }
        fn flush(&mut self) -> std::io::Result<()> {
            self.0.flush()
        }
    }

    let name = r"Microsoft Flight Simulator\SimConnect".to_ns_name::<GenericNamespaced>().unwrap();
    let listener = ListenerOptions::new().name(name).create_sync().unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let waking = stop.clone();
    std::thread::spawn(move || {
        while !waking.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
        // Wake the listener up by a connection.
        let _ = std::fs::OpenOptions::new().read(true).write(true).open(r"\\.\pipe\Microsoft Flight Simulator\SimConnect");
    });
    let thread = std::thread::spawn(move || {
        while !stopped.load(Ordering::Relaxed) {
            if let Ok(stream) = listener.accept() {
                serve_simconnect(Patient(stream), accepts, &stopped, &log, true);
            }
        }
    });
    Peer { stop, thread: Some(thread), port: 0, written }
}

/// Asserts that a link with these settings reads every field of the fake, and writes to it.
pub fn flies(peer: &Peer, sim: &Sim) {
    let (link, reports) = start(sim);
    let r = until(&reports, "the whole state", |r| super::told(r) && r.cockpit.title.is_some());
    assert_cockpit(&r.cockpit, &cockpit());
    assert_eq!((r.weather.temperature_c, r.weather.dew_point_c), (Some(24.5), None));
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

/// The simulator's values for an aircraft: numbers and texts by name.
struct Aircraft {
    com1: f64,
    standby: f64,
    com2: f64,
    standby2: f64,
    code: f64,
}

impl Aircraft {
    /// The own aircraft's number, in the unit listed in `docs/simulators.md`.
    fn number(&self, name: &str) -> Option<f64> {
        Some(match name {
            "PLANE LATITUDE" => 19.7203,
            "PLANE LONGITUDE" => -155.0485,
            "PLANE ALTITUDE" => 42.0,
            "PLANE ALT ABOVE GROUND" => 4.0,
            "PLANE HEADING DEGREES TRUE" => 99.0,
            "PLANE HEADING DEGREES MAGNETIC" => 89.5,
            "AIRSPEED INDICATED" | "GROUND VELOCITY" | "VERTICAL SPEED" => 0.0,
            "SIM ON GROUND" | "IS USER SIM" => 1.0,
            "COM ACTIVE FREQUENCY:1" => self.com1,
            "COM STANDBY FREQUENCY:1" => self.standby,
            "COM ACTIVE FREQUENCY:2" => self.com2,
            "COM STANDBY FREQUENCY:2" => self.standby2,
            "COM TRANSMIT:1" | "GENERAL ENG COMBUSTION:1" | "BRAKE PARKING POSITION" | "GEAR HANDLE POSITION" => 1.0,
            "COM TRANSMIT:2" | "TRANSPONDER IDENT:1" => 0.0,
            "TRANSPONDER STATE:1" => 4.0,
            "GPS GROUND TRUE TRACK" => 99.5,
            "TRAILING EDGE FLAPS LEFT PERCENT" => 0.25,
            "KOHLSMAN SETTING MB:1" => 1014.22,
            "ZULU TIME" => 79_807.0,
            "SIMULATION RATE" => 2.0,
            "AMBIENT TEMPERATURE" => 24.5,
            "TRANSPONDER CODE:1" => self.code,
            "AMBIENT WIND DIRECTION" => 80.0,
            "AMBIENT WIND VELOCITY" => 8.0,
            "SEA LEVEL PRESSURE" => 1013.25,
            "AMBIENT VISIBILITY" => 16093.4,
            _ => return None,
        })
    }

    fn text(name: &str) -> Option<&'static str> {
        Some(match name {
            "ATC ID" => "N172SP",
            "ATC MODEL" => "ATCCOM.AC_MODEL_C172.0.text",
            "TITLE" => "Cessna Skyhawk",
            "ATC AIRLINE" => "Speedbird",
            "ATC FLIGHT NUMBER" => "927",
            _ => return None,
        })
    }
}

/// The other aircraft around.
fn other(name: &str) -> Option<f64> {
    Some(match name {
        "PLANE LATITUDE" => 19.73,
        "PLANE LONGITUDE" => -155.05,
        "PLANE ALTITUDE" => 900.0,
        "PLANE HEADING DEGREES TRUE" => 260.0,
        "GROUND VELOCITY" => 90.0,
        "SIM ON GROUND" | "IS USER SIM" => 0.0,
        _ => return None,
    })
}

fn other_text(name: &str) -> &'static str {
    if name == "ATC ID" { "N4AB" } else { "TT:ATCCOM.AC_MODEL B738.0.text" }
}

/// An item of a definition: name and type.
type Datum = (String, u32);

/// The data of a definition, in its order and its types; `None` for a type unknown to the fake.
fn data(definition: &[Datum], number: impl Fn(&str) -> Option<f64>, text: impl Fn(&str) -> &'static str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, kind) in definition {
        let n = number(name).unwrap_or(0.0);
        match kind {
            1 => bytes.extend((n as i32).to_le_bytes()),
            2 => bytes.extend((n as i64).to_le_bytes()),
            3 => bytes.extend((n as f32).to_le_bytes()),
            4 => bytes.extend(n.to_le_bytes()),
            5..=10 => bytes.extend(field(text(name), [8, 32, 64, 128, 256, 260][*kind as usize - 5])),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Serves a client over a stream whose reads wait at most some milliseconds.
fn serve_simconnect(mut stream: impl Read + Write, accepts: &[u32], stop: &AtomicBool, log: &Mutex<Vec<String>>, rough: bool) {
    let word = |b: &[u8], at: usize| u32::from_le_bytes(b[at..at + 4].try_into().unwrap());
    let text = |b: &[u8]| String::from_utf8_lossy(b.split(|c| *c == 0).next().unwrap()).to_uppercase();
    let reply = |kind: u32, body: &[u8]| -> Vec<u8> {
        [&(body.len() as u32 + 12).to_le_bytes()[..], &4u32.to_le_bytes(), &kind.to_le_bytes(), body].concat()
    };
    let words = |w: &[u32]| -> Vec<u8> { w.iter().flat_map(|w| w.to_le_bytes()).collect() };
    let (mut inbox, mut buffer) = (Vec::new(), [0u8; 8192]);
    let mut aircraft = Aircraft { com1: 121.9, standby: 118.1, com2: 122.805, standby2: 123.45, code: 1200.0 };
    let mut events: BTreeMap<u32, String> = BTreeMap::new();
    let mut definitions: BTreeMap<u32, Vec<Datum>> = BTreeMap::new();
    let mut airports: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    // Request, definition, object.
    let mut periodic: Vec<(u32, u32, u32)> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let mut out = Vec::new();
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(n) => inbox.extend(&buffer[..n]),
            Err(_) => {}
        }
        while inbox.len() >= 4 && inbox.len() >= word(&inbox, 0) as usize {
            let size = word(&inbox, 0) as usize;
            let p: Vec<u8> = inbox.drain(..size).collect();
            let (protocol, id) = (word(&p, 4), word(&p, 8) & 0xFF);
            let sizes = [(0x01, 296), (0x04, 276), (0x05, 36), (0x0C, 544), (0x0E, 48), (0x0F, 32), (0x17, 276), (0x45, 276), (0x46, 44)];
            assert!(sizes.contains(&(id, size)), "packet {id:#x} of {size} bytes");
            assert_eq!(word(&p, 8) & 0xF000_0000, 0xF000_0000);
            match id {
                0x01 if !accepts.contains(&protocol) => {
                    log.lock().unwrap().push(format!("refused {protocol}"));
                    return;
                }
                0x01 => {
                    // The simulator's name, its version and SimConnect's.
                    let open = reply(2, &[field("KittyHawk", 256), words(&[11, 0, 62651, 3, 11, 0, 62651, 3, 0, 0])].concat());
                    // In small pieces, as a network may deliver it.
                    for piece in open.chunks(7) {
                        stream.write_all(piece).unwrap();
                    }
                }
                0x17 => out.extend(reply(4, &words(&[u32::MAX, word(&p, 16), 0]))),
                0x04 => drop(events.insert(word(&p, 16), text(&p[20..276]))),
                0x05 => {
                    let name = events.get(&word(&p, 20)).cloned().unwrap();
                    let data = word(&p, 24);
                    match name.as_str() {
                        "COM_STBY_RADIO_SET_HZ" => aircraft.standby = f64::from(data) / 1e6,
                        "COM_STBY_RADIO_SWAP" => std::mem::swap(&mut aircraft.com1, &mut aircraft.standby),
                        "COM2_STBY_RADIO_SET_HZ" => aircraft.standby2 = f64::from(data) / 1e6,
                        "COM2_RADIO_SWAP" => std::mem::swap(&mut aircraft.com2, &mut aircraft.standby2),
                        "XPNDR_SET" => aircraft.code = format!("{data:x}").parse().unwrap(),
                        _ => {}
                    }
                    log.lock().unwrap().push(format!("{name} {data:#x}"));
                }
                0x0C => {
                    let name = text(&p[20..276]);
                    if aircraft.number(&name).is_none() && Aircraft::text(&name).is_none() {
                        // Name unrecognised, in the first parameter of this packet.
                        out.extend(reply(1, &words(&[7, word(&p, 12), 1])));
                    }
                    definitions.entry(word(&p, 16)).or_default().push((name, word(&p, 532)));
                }
                // Data error, in the second parameter of this packet.
                0x45 if protocol < 5 || !facilities::known(&text(&p[20..276])) => out.extend(reply(1, &words(&[20, word(&p, 12), 2]))),
                0x45 => airports.entry(word(&p, 16)).or_default().push(text(&p[20..276])),
                0x46 => {
                    let (request, icao) = (word(&p, 20), text(&p[24..40]));
                    log.lock().unwrap().push(format!("airport {icao}"));
                    let definition = airports.get(&word(&p, 16)).map_or(&[][..], Vec::as_slice);
                    match facilities::answer(definition, request, &icao) {
                        Some(bodies) => {
                            let records: Vec<Vec<u8>> = bodies.iter().map(|b| reply(28, b)).collect();
                            if rough {
                                // In reverse order, one twice, one truncated, one for another request and one of an unknown kind.
                                let of =
                                    |request: u32, kind: u32| reply(28, &[words(&[request, 1, 0, kind, 0, 0, 1]), vec![0; 104]].concat());
                                out.extend(of(request + 1, 0));
                                out.extend(of(request, 99));
                                out.extend(reply(28, &bodies[1][..40]));
                                out.extend(records.iter().rev().chain(records.last()).flatten());
                            } else {
                                out.extend(records.iter().flatten());
                            }
                            out.extend(reply(29, &words(&[request])));
                        }
                        // An unknown code is reported by an exception, or by an answer without a record.
                        None if icao.len() == 4 => out.extend(reply(1, &words(&[1, word(&p, 12), 3]))),
                        None => out.extend(reply(29, &words(&[request]))),
                    }
                }
                0x0E => {
                    periodic.retain(|r| r.0 != word(&p, 16));
                    if word(&p, 28) != 0 {
                        periodic.push((word(&p, 16), word(&p, 20), word(&p, 24)));
                    }
                }
                0x0F => {
                    let d = definitions.get(&word(&p, 20)).cloned().unwrap_or_default();
                    if let Some(bytes) = data(&d, other, other_text) {
                        let head = words(&[word(&p, 16), 9, word(&p, 20), 0, 1, 1, d.len() as u32]);
                        out.extend(reply(9, &[head, bytes].concat()));
                    }
                }
                _ => {}
            }
        }
        for (request, definition, object) in &periodic {
            let d = definitions.get(definition).cloned().unwrap_or_default();
            let own = data(&d, |n| aircraft.number(n), |n| Aircraft::text(n).unwrap_or_default());
            if let Some(bytes) = own {
                let head = words(&[*request, *object, *definition, 0, 1, 1, d.len() as u32]);
                out.extend(reply(8, &[&head[..], &bytes].concat()));
                if rough {
                    // Truncated, with invalid numbers, an answer without a request, and an unknown message.
                    out.extend(reply(8, &[&head[..], &bytes[..bytes.len() / 2]].concat()));
                    out.extend(reply(8, &[&head[..], &vec![0xFF; bytes.len()]].concat()).iter().take_while(|_| *definition == 1));
                    out.extend(reply(8, &head[..8]));
                    out.extend(reply(9, &words(&[77, 1, 77, 0, 9, 1, 3])));
                    out.extend(reply(4000, b"what"));
                }
            }
        }
        if stream.write_all(&out).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

pub fn field(text: &str, length: usize) -> Vec<u8> {
    let mut f = text.as_bytes().to_vec();
    f.resize(length, 0);
    f
}
