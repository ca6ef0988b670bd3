//! X-Plane's UDP side, with its beacon.

use std::collections::BTreeSet;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Peer;

/// The multicast address of X-Plane's beacon.
const BEACON: (&str, u16) = ("239.255.1.1", 49707);

/// A beacon of X-Plane 12.1.4, master machine, listening on `port`.
pub fn beacon(port: u16) -> Vec<u8> {
    let mut b = b"BECN\0\x01\x02".to_vec();
    b.extend(1i32.to_le_bytes());
    b.extend(121_400i32.to_le_bytes());
    b.extend(1u32.to_le_bytes());
    b.extend(port.to_le_bytes());
    b.extend(b"peer\0");
    b.resize(5 + 16 + 500, 0);
    b.extend(port.to_le_bytes());
    b
}

/// As `polite`, with invalid packets in between, which must be dropped without harm.
pub fn xplane(port: u16) -> Peer {
    serve(UdpSocket::bind(("127.0.0.1", port)).unwrap(), true)
}

/// X-Plane's UDP side: answers RREF with its values, accepts DREF and CMND, and announces itself by beacon.
pub fn polite(port: u16) -> Peer {
    serve(UdpSocket::bind(("127.0.0.1", port)).unwrap(), false)
}

/// As `polite`, at the address from which its beacon comes: not only on loopback.
pub fn announced() -> Peer {
    serve(UdpSocket::bind(("0.0.0.0", 0)).unwrap(), false)
}

/// A socket whose multicasts stay on this machine; `None` without a multicast route.
fn announcer() -> Option<UdpSocket> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    socket.set_multicast_ttl_v4(0).ok()?;
    Some(socket)
}

/// Whether this machine supports multicast at all.
pub fn multicast() -> bool {
    announcer().is_some_and(|s| s.send_to(b"?", BEACON).is_ok())
}

fn serve(socket: UdpSocket, rough: bool) -> Peer {
    let announcer = announcer().filter(|_| !rough);
    let port = socket.local_addr().unwrap().port();
    socket.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
    let (stopped, log) = (stop.clone(), written.clone());
    let thread = std::thread::spawn(move || {
        let mut asked: Vec<(SocketAddr, i32, String)> = Vec::new();
        let mut told = None::<Instant>;
        let mut code = 1200f32;
        let mut requests = 0;
        let (mut com1, mut standby) = (121_900f32, 118_100f32);
        let (mut com2, mut standby2, mut selection) = (122_805f32, 123_450f32, 6f32);
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
                        asked.retain(|(a, i, _)| (*a, *i) != (from, index));
                        requests += 1;
                        // Every fourth first request is lost.
                        if hz > 0 && !(rough && requests < 100 && requests % 4 == 0) {
                            asked.push((from, index, name(&p[13..])));
                        }
                    }
                    b"DREF" => {
                        assert_eq!(n, 509, "a DREF has 509 bytes");
                        let value = f32::from_le_bytes(p[5..9].try_into().unwrap());
                        let node = name(&p[9..]).trim_end_matches("[0]").to_owned();
                        if node.ends_with("com1_standby_frequency_hz_833") {
                            standby = value;
                        } else if node.ends_with("com2_standby_frequency_hz_833") {
                            standby2 = value;
                        } else if node.ends_with("audio_com_selection") {
                            selection = value;
                        } else if node.ends_with("com1_frequency_hz_833") {
                            com1 = value;
                        } else if node.ends_with("transponder_code") {
                            code = value;
                        }
                        log.lock().unwrap().push(format!("{} {value}", node.rsplit('/').next().unwrap()));
                    }
                    b"CMND" => {
                        let command = name(&p[5..]);
                        if command == "sim/radios/com1_standy_flip" {
                            std::mem::swap(&mut com1, &mut standby);
                        } else if command == "sim/radios/com2_standy_flip" {
                            std::mem::swap(&mut com2, &mut standby2);
                        }
                        log.lock().unwrap().push(command);
                    }
                    other => panic!("{other:?} is no X-Plane packet"),
                }
                continue;
            }
            if told.is_none_or(|t| t.elapsed() > Duration::from_millis(300)) {
                told = Some(Instant::now());
                if let Some(a) = &announcer {
                    let _ = a.send_to(&beacon(port), BEACON);
                }
            }
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
                    "com2_frequency_hz_833" => com2,
                    "transponder_code" => code,
                    "qnh_pas" => 101_325.0,
                    "wind_now_direction_degt" => 80.0,
                    "wind_now_speed_msc" => 5.0,
                    "visibility_reported_sm" => 10.0,
                    "com1_standby_frequency_hz_833" => standby,
                    "com2_standby_frequency_hz_833" => standby2,
                    "audio_com_selection" => selection,
                    "transponder_mode" => 3.0,
                    "hpath" => 99.5,
                    "ENGN_running[0]" | "parking_brake_ratio" | "gear_handle_down" => 1.0,
                    "flap_handle_request_ratio" | "flap_ratio" => 0.25,
                    "barometer_setting_in_hg_pilot" => 29.95,
                    "zulu_time_sec" => 79_807.0,
                    "sim_speed" => 2.0,
                    "temperature_ambient_deg_c" => 24.5,
                    "dewpoint_deg_c[0]" => 18.5,
                    // Few at 300 m, broken at 600, overcast at 900.
                    "cloud_base_msl_m[0]" => 300.0,
                    "cloud_base_msl_m[1]" => 600.0,
                    "cloud_base_msl_m[2]" => 900.0,
                    "cloud_coverage_percent[0]" => 0.125,
                    "cloud_coverage_percent[1]" => 0.75,
                    "cloud_coverage_percent[2]" => 1.0,
                    "lat[1]" => 19.73,
                    "lon[1]" => -155.05,
                    s if s.starts_with("acf_tailnum[") => b"N172SP\0\0"[s[12..13].parse::<usize>().unwrap()].into(),
                    s if s.starts_with("acf_ICAO[") => b"C172"[s[9..10].parse::<usize>().unwrap()].into(),
                    _ => 0.0,
                }
            };
            let clients: BTreeSet<SocketAddr> = asked.iter().map(|(to, ..)| *to).collect();
            for to in clients {
                let own: Vec<_> = asked.iter().filter(|(a, ..)| *a == to).collect();
                for group in own.chunks(60) {
                    let mut answer = b"RREF,".to_vec();
                    for (_, i, n) in group {
                        answer.extend(i.to_le_bytes());
                        answer.extend(value(n).to_le_bytes());
                    }
                    let _ = socket.send_to(&answer, to);
                }
                if rough {
                    let _ = socket.send_to(b"RREF,abc", to);
                    let _ = socket.send_to(&[0xFF; 1400], to);
                }
            }
        }
    });
    Peer { stop, thread: Some(thread), port, written }
}
