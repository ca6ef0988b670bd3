//! Microsoft's SimConnect.dll as the connection, against the fake that it has proven faithful. Windows only: `scripts/windows.sh
//! --tests` runs it under Wine, with the library from the crate simconnect-sys, placed where the simulator's SDK puts it.

#![cfg(windows)]
#![allow(clippy::print_stdout, reason = "what is skipped is said")]

mod peers;

use peers::simconnect::{flies, msfs, polite};
use peers::{sim, soon, start, until};
use stratus::event::Command;
use stratus::report::SimState;
use stratus::settings::Sim;
use stratus::sim::link::Link;

const LIBRARY: &str = r"C:\MSFS SDK\SimConnect SDK\lib\SimConnect.dll";

/// The library looks for the simulator's port in a file of the current folder.
fn configure(port: u16) {
    std::fs::write("SimConnect.cfg", format!("[SimConnect]\r\nProtocol=IPv4\r\nAddress=127.0.0.1\r\nPort={port}\r\n")).unwrap();
}

/// One test, because there is one current folder.
#[test]
fn microsofts_library_is_used_if_chosen_or_packets_fail() {
    if !std::path::Path::new(LIBRARY).is_file() {
        println!("SKIPPED: there is no {LIBRARY}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let before = std::env::current_dir().unwrap();
    std::env::set_current_dir(&folder).unwrap();

    // Chosen. Nobody listens where Stratus's own packets would go.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let chosen = Sim { simconnect_dll: Some(LIBRARY.into()), ..sim("msfs", closed) };
    let peer = polite(0);
    let port = peer.port;
    configure(port);
    let way = Link::probe(&chosen).unwrap();
    assert!(way.contains(LIBRARY), "the doctor names the connection: {way}");
    flies(&peer, &chosen);

    // It disappears and returns. (The library itself crashes the process if it is called after the simulator ended.)
    let (link, reports) = start(&chosen);
    let mut peer = Some(peer);
    for _ in 0..20 {
        until(&reports, "the flight", |r| r.state == SimState::Flying && r.callsign.is_some());
        link.write(Command::Ident);
        drop(peer.take());
        until(&reports, "its end", |r| r.state == SimState::Lost);
        peer = Some(polite(port));
    }
    until(&reports, "the flight again", |r| r.state == SimState::Flying);
    drop(link);

    // Not chosen: used if the packets are refused.
    let refusing = msfs(0, &[]);
    let way = Link::probe(&sim("msfs", refusing.port)).unwrap();
    assert!(way.contains(LIBRARY), "the doctor names the connection: {way}");
    drop(peer);
    let peer = polite(port);
    flies(&peer, &sim("msfs", refusing.port));
    soon("a refusal", || refusing.wrote("refused 5") && refusing.wrote("refused 6") && refusing.wrote("refused 4"));

    // Not refused: not used. The library would connect to another simulator than the packets.
    let other = msfs(0, &[5]);
    let way = Link::probe(&sim("msfs", other.port)).unwrap();
    assert!(way.contains("TCP") && !way.contains("SimConnect.dll"), "{way}");
    std::env::set_current_dir(before).unwrap();
}
