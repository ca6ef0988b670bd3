//! X-Plane's UDP side.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Peer;

/// X-Plane's UDP side: answers RREF with the values that it has, takes DREF and CMND.
pub fn xplane(port: u16) -> Peer {
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
