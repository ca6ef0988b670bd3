//! SimConnect's server side over TCP.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::Peer;

/// SimConnect's server side over TCP: takes the generations that `accepts` lists, and only well-formed packets.
pub fn msfs(port: u16, accepts: &'static [u32]) -> Peer {
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
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
