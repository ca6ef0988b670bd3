//! The packets that Stratus sends to a simulator, byte for byte against those of a third-party client.

mod peers;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use stratus::event::Command;

/// Packets of a generation, without the count, which each client keeps differently.
fn captured(protocol: u64) -> Vec<Vec<u8>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wire/node-simconnect.jsonl");
    let lines = std::fs::read_to_string(path).unwrap();
    let all = lines.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
    all.filter(|v| v["protocol"] == protocol)
        .map(|v| {
            let hex = v["packet"].as_str().unwrap();
            let bytes = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
            uncounted(bytes)
        })
        .collect()
}

fn uncounted(mut packet: Vec<u8>) -> Vec<u8> {
    packet[12..16].fill(0);
    packet
}

/// The next packet of a client; `None` after some silence.
fn packet(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut size = [0u8; 4];
    stream.read_exact(&mut size).ok()?;
    let mut packet = size.to_vec();
    packet.resize(u32::from_le_bytes(size) as usize, 0);
    stream.read_exact(&mut packet[4..]).ok()?;
    Some(packet)
}

#[test]
fn simconnect_packets_match_those_of_a_third_party_client() {
    for protocol in [4u64, 5, 6] {
        let expected = captured(protocol);
        assert_eq!(expected.len(), 7);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (link, _reports) = peers::start(&peers::sim("msfs", listener.local_addr().unwrap().port()));
        let (mut sent, mut tuned) = (Vec::new(), false);
        let began = Instant::now();
        'generations: while sent.is_empty() {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
            while let Some(p) = packet(&mut stream) {
                assert!(began.elapsed() < peers::LIMIT, "Stratus never sent all of it");
                if p[8] == 1 {
                    if u64::from(p[4]) != protocol {
                        continue 'generations;
                    }
                    let mut open = [308u32, 4, 2].iter().flat_map(|w| w.to_le_bytes()).collect::<Vec<u8>>();
                    open.resize(308, 0);
                    stream.write_all(&open).unwrap();
                }
                sent.push(uncounted(p));
                if expected[..6].iter().all(|e| sent.contains(e)) && !std::mem::replace(&mut tuned, true) {
                    link.write(Command::Tune("118.1".parse().unwrap()));
                }
                if sent.contains(&expected[6]) {
                    break;
                }
            }
        }
        for (n, e) in expected.iter().enumerate() {
            assert!(sent.contains(e), "generation {protocol}: packet {n} ({:#x}) is not sent like that", e[8]);
        }
    }
}
