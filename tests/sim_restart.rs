//! Simulators that are killed and restarted, fifty times each: they are followed, and nothing leaks. Alone in its process, because
//! it counts threads and open files.

#![allow(clippy::print_stdout, reason = "the figures are for whoever runs it with --nocapture")]

mod peers;

use std::time::Instant;

use peers::flightgear::flightgear;
use peers::simconnect::msfs;
use peers::xplane_udp::xplane;
use peers::xplane_web::{Mood, web};
use peers::{Peer, sim, start, until};

use stratus::report::SimState;

/// Threads, open files, and resident memory in KiB of this process.
fn size() -> (usize, usize, u64) {
    let count = |dir| std::fs::read_dir(dir).map_or(0, Iterator::count);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let rss = status.lines().find_map(|l| l.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse().ok());
    (count("/proc/self/task"), count("/proc/self/fd"), rss.unwrap_or(0))
}

fn comes_and_goes(name: &str, kind: &str, rounds: u32, peer: impl Fn(u16) -> Peer) {
    let port = peer(0).port;
    let (link, reports) = start(&sim(kind, port));
    // Every new simulator is asked about this airport.
    link.ask_airport("PHTO".into());
    let mut after_ten = (0, 0, 0);
    let mut slowest = 0.0f64;
    for round in 1..=rounds {
        let there = peer(port);
        let back = Instant::now();
        until(&reports, &format!("{name}, round {round}"), |r| r.state == SimState::Flying);
        slowest = slowest.max(back.elapsed().as_secs_f64());
        drop(there);
        until(&reports, &format!("{name}, its end {round}"), |r| r.state == SimState::Lost);
        if round == 10 {
            after_ten = size();
        }
    }
    let now = size();
    assert!(now.0 <= after_ten.0 && now.1 <= after_ten.1 + 2, "{name} grows: {after_ten:?} -> {now:?}");
    assert!(now.2 < after_ten.2 + 4096, "{name} grows by {} KiB", now.2 - after_ten.2);
    drop(link);
    println!("{name}: {rounds} restarts, slowest return {slowest:.2} s, threads, files, KiB {after_ten:?} -> {now:?}");
}

#[test]
fn restarting_simulator_is_followed_without_leaks() {
    comes_and_goes("X-Plane, UDP", "xplane", 50, xplane);
    comes_and_goes("X-Plane, web server", "xplane", 50, |port| web(port, Mood::Flight));
    comes_and_goes("MSFS", "msfs", 50, |port| msfs(port, &[4, 5, 6]));
    comes_and_goes("FlightGear", "flightgear", 50, flightgear);
}
