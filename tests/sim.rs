//! The links to simulators against fakes that speak their protocols over real sockets.

mod peers;

use peers::flightgear::flightgear;
use peers::simconnect::{flies, msfs};
use peers::xplane_udp::{announced, multicast, xplane};
use peers::xplane_web::{Mood, web};
use peers::{airports, assert_cockpit, cockpit, sim, soon, start, told, troubles, until};

use stratus::airports::routing;
use stratus::event::Command;
use stratus::report::{Cockpit, Report, SimState};
use stratus::settings::Sim;
use stratus::sim::link::Told;

/// The fakes' clouds: few, broken at 600 m, overcast; the first layer is not a ceiling.
fn assert_ceiling(r: &Report) {
    let above_sea = r.weather.ceiling_msl_ft.unwrap();
    assert!((above_sea - 1968.5).abs() < 0.1, "{above_sea}");
    assert_eq!(r.weather.at_field(38.0).ceiling_ft, Some(1900.0));
}

/// Before its wheels are known, an aircraft would seem to fly, and the controller would think that it is landing.
#[test]
fn first_report_of_a_parked_aircraft_has_it_on_the_ground() {
    let (fg, udp) = (flightgear(0), xplane(0));
    for (link, port) in [("flightgear", fg.port), ("xplane", udp.port)] {
        let (_link, reports) = start(&sim(link, port));
        let first = reports.recv_timeout(peers::LIMIT).unwrap();
        assert!(first.on_ground && first.com1.is_some() && (first.heading_mag - 89.5).abs() < 0.01, "{link}: {first:?}");
    }
}

#[test]
fn xplane_is_read_and_written_over_udp() {
    let peer = xplane(0);
    let (link, reports) = start(&sim("xplane", peer.port));
    let r = until(&reports, "the whole state", |r| {
        told(r) && r.aircraft_type.is_some() && r.cockpit.flaps.is_some() && r.weather.ceiling_msl_ft.is_some()
    });
    assert_cockpit(&r.cockpit, &Cockpit { title: None, airline: None, flight_number: None, ..cockpit() });
    assert_eq!((r.weather.temperature_c, r.weather.dew_point_c), (Some(24.5), Some(18.5)));
    assert_ceiling(&r);
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

#[test]
fn radio_selected_for_the_microphone_is_the_tuned_one() {
    let peer = xplane(0);
    let (link, reports) = start(&sim("xplane", peer.port));
    let r = until(&reports, "COM1", |r| r.cockpit.transmits_on == Some(1) && r.com2.is_some());
    assert_eq!((r.talks_on(), r.listens_on()), (r.com1, r.com2));
    let mut press = b"DREF\0".to_vec();
    press.extend(7f32.to_le_bytes());
    press.extend(b"sim/cockpit2/radios/actuators/audio_com_selection\0");
    press.resize(509, b' ');
    std::net::UdpSocket::bind("127.0.0.1:0").unwrap().send_to(&press, ("127.0.0.1", peer.port)).unwrap();
    let r = until(&reports, "COM2", |r| r.cockpit.transmits_on == Some(2));
    assert_eq!((r.talks_on(), r.listens_on()), (r.com2, r.com1));
    link.write(Command::Tune("118.1".parse().unwrap()));
    let r = until(&reports, "the new frequency", |r| r.com2.is_some_and(|f| f.to_string() == "118.1"));
    assert_eq!((r.com1.unwrap().to_string(), r.cockpit.com2_standby.unwrap().to_string()), ("121.9".into(), "122.805".into()));
}

#[test]
fn msfs_is_read_and_written_over_the_simconnect_protocol() {
    for accepts in [&[4u32, 5, 6][..], &[6], &[4]] {
        let peer = msfs(0, accepts);
        flies(&peer, &sim("msfs", peer.port));
    }
}

/// The simulator's runways, stations, taxiways and approaches on request; also from a simulator that starts later, from records in
/// reverse order, duplicated, and among unknown ones.
#[test]
fn msfs_answers_requests_for_airports() {
    let peer = msfs(0, &[5, 6]);
    let (link, told) = airports(&sim("msfs", peer.port));
    let next = || told.recv_timeout(peers::LIMIT).unwrap();
    link.ask_airport("PHTO".into());
    let (icao, described) = next();
    let described = described.unwrap();
    let a = &described.airport;
    assert_eq!((icao.as_str(), a.icao.as_str(), described.sources.as_slice()), ("PHTO", "PHTO", &["MSFS".to_owned()][..]));
    let ends: Vec<String> = a.strips_ends().iter().map(ToString::to_string).collect();
    assert_eq!(ends, ["8", "26", "3", "21"]);
    let stations: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
    let civil = ["Hilo Intl ATIS 126.4", "Hilo Intl Ground 121.9", "Hilo Intl Tower 118.105", "Honolulu Approach 119.7"];
    assert_eq!(stations, civil);
    let named: Vec<String> =
        a.procedures.iter().map(|p| format!("{} {}", p.name, p.runway.map_or("all".into(), |r| r.to_string()))).collect();
    assert_eq!(named, ["PARIS4 all", "HILO1 8", "HILO1 26", "MAUNA3 26", "VOR A all", "ILS 26", "RNAV Y 26", "RNAV Z 26"]);
    let graph = a.taxiways.as_ref().unwrap();
    let stand = graph.nodes.iter().find(|n| n.parking.as_deref() == Some("gate A5")).unwrap();
    let route = |r: &str| routing::route(graph, stand.position, r.parse().unwrap()).map(|r| r.via);
    assert_eq!(route("8"), Some(vec!["A".to_owned()]));
    assert_eq!(route("26"), Some(vec!["A".to_owned(), "B".to_owned()]));
    // An unknown code, reported by an exception, and by an answer without a record.
    link.ask_airport("ZZZZ".into());
    assert_eq!(next(), ("ZZZZ".into(), None));
    link.ask_airport("K1O2".into());
    assert_eq!(next(), ("K1O2".into(), None));
    assert!(peer.wrote("airport K1O2") && peer.wrote("airport 1O2"));
    // The next simulator is asked as well.
    let port = peer.port;
    drop(peer);
    let again = msfs(port, &[5, 6]);
    assert_eq!((next(), next().0, next().0), (("PHTO".into(), Some(described)), "ZZZZ".into(), "K1O2".into()));
    drop(again);
    // The FSX generation cannot report airports, nor can FlightGear's link.
    for (kind, peer) in [("msfs", msfs(0, &[4])), ("flightgear", flightgear(0))] {
        let (link, told) = airports(&sim(kind, peer.port));
        link.ask_airport("PHTO".into());
        assert_eq!(told.recv_timeout(peers::LIMIT).unwrap(), ("PHTO".into(), None));
    }
}

/// MSFS always listens on its pipe. The port is closed here, so only the pipe can answer.
#[cfg(windows)]
#[test]
fn msfs_is_found_by_its_named_pipe() {
    for accepts in [&[4u32, 5, 6][..], &[6]] {
        flies(&peers::simconnect::piped(accepts), &sim("msfs", 0));
    }
}

#[test]
fn msfs_that_refuses_is_reported_once_with_the_remedy() {
    let refusing = msfs(0, &[]);
    let (link, problems) = troubles(&sim("msfs", refusing.port));
    let p = problems.recv_timeout(peers::LIMIT).unwrap();
    assert!(p.what.contains("refused") && !p.fix.is_empty(), "{p}");
    drop(link);
    assert_eq!(problems.try_iter().count(), 0, "the same refusal was reported again");
}

/// Another program on that port is nothing that a pilot could fix.
#[test]
fn foreign_program_on_the_port_is_ignored() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (_link, problems) = troubles(&sim("auto", stranger.local_addr().unwrap().port()));
    for _ in 0..30 {
        drop(stranger.accept().unwrap());
    }
    assert_eq!(problems.try_iter().count(), 0);
}

#[test]
fn unusable_library_is_reported_once_and_simulator_still_found() {
    let peer = msfs(0, &[5]);
    let chosen = Sim { simconnect_dll: Some("nowhere/SimConnect.dll".into()), ..sim("msfs", peer.port) };
    let (tx, told) = std::sync::mpsc::channel();
    let link = stratus::sim::link::Link::start(&chosen, peers::QUICK, move |t| drop(tx.send(t))).unwrap();
    let (mut troubles, mut reports) = (Vec::new(), 0);
    while reports < 3 {
        match told.recv_timeout(peers::LIMIT).unwrap() {
            Told::Trouble(p) => troubles.push(p),
            Told::Report(_) => reports += 1,
            Told::Airport { .. } => panic!("nobody asked for an airport"),
        }
    }
    assert!(matches!(&troubles[..], [p] if p.what.contains("SimConnect.dll") && !p.fix.is_empty()), "{troubles:?}");
    drop(link);
    let found = stratus::sim::link::Link::probe(&chosen).unwrap();
    assert!(found.contains("TCP") && found.contains("simconnect_dll"), "the doctor names the connection: {found}");
}

#[test]
fn flightgear_is_read_and_written_over_its_property_listener() {
    let peer = flightgear(0);
    let (link, reports) = start(&sim("flightgear", peer.port));
    let r = until(&reports, "the whole state", |r| told(r) && r.cockpit.title.is_some() && r.weather.ceiling_msl_ft.is_some());
    assert_cockpit(&r.cockpit, &Cockpit { transmits_on: None, airline: None, flight_number: None, ..cockpit() });
    assert_eq!((r.weather.temperature_c, r.weather.dew_point_c), (Some(24.5), Some(18.5)));
    assert_ceiling(&r);
    assert_eq!((r.others.len(), r.others[0].callsign.as_ref().unwrap().as_str(), r.others[0].on_ground), (1, "N4AB", false));
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
fn xplane_is_read_and_written_over_its_web_server() {
    let peer = web(0, Mood::Flight);
    let (link, reports) = start(&sim("xplane", peer.port));
    let r = until(&reports, "the whole state", |r| told(r) && r.cockpit.title.is_some());
    assert_cockpit(&r.cockpit, &Cockpit { airline: None, flight_number: None, ..cockpit() });
    assert_eq!((r.weather.temperature_c, r.weather.dew_point_c), (Some(24.5), Some(18.5)));
    assert_ceiling(&r);
    assert_eq!((r.callsign.unwrap().as_str(), r.aircraft_type.as_deref(), r.state), ("N172SP", Some("C172"), SimState::Flying));
    assert_eq!((r.com1.unwrap().to_string(), r.com2.unwrap().to_string()), ("121.9".into(), "122.805".into()));
    // Positions have 64 bits here, not 32.
    assert!((r.position.unwrap().lat - 19.720_312_345_6).abs() < 1e-9 && (r.altitude_ft - 328.08).abs() < 0.1 && r.on_ground);
    assert!((r.ground_speed_kt - 19.438).abs() < 0.01 && (r.weather.wind_dir.unwrap() - 70.5).abs() < 0.1);
    assert_eq!(r.transponder.unwrap().to_string(), "1200");
    let other = &r.others[0];
    assert_eq!((r.others.len(), other.callsign.as_ref().unwrap().as_str(), other.aircraft_type.as_deref()), (1, "N4AB", Some("B738")));
    assert!(!other.on_ground && (other.altitude_ft - 984.25).abs() < 0.1);
    link.write(Command::Tune("118.1".parse().unwrap()));
    until(&reports, "the new frequency", |r| r.com1.is_some_and(|f| f.to_string() == "118.1"));
    link.write(Command::Squawk("4512".parse().unwrap()));
    link.write(Command::Ident);
    until(&reports, "the new code", |r| r.transponder.is_some_and(|c| c.to_string() == "4512"));
    soon("ident", || peer.wrote("sim/transponder/transponder_ident"));
}

#[test]
fn xplane_menu_is_reported_and_the_next_flight_followed() {
    let menu = web(0, Mood::Menu);
    let port = menu.port;
    let (_link, reports) = start(&sim("xplane", port));
    until(&reports, "the menu", |r| r.state == SimState::Menu && r.position.is_none());
    drop(menu);
    let _flight = web(port, Mood::Flight);
    until(&reports, "the flight", |r| r.state == SimState::Flying && r.position.is_some());
}

#[test]
fn xplane_that_refuses_is_reported_once_with_the_remedy() {
    let closed = web(0, Mood::Closed);
    let port = closed.port;
    let (link, problems) = troubles(&sim("xplane", port));
    let p = problems.recv_timeout(peers::LIMIT).unwrap();
    assert!(p.what.contains("X-Plane") && p.fix.contains("Accept incoming connections"), "{p}");
    soon("more looks", || closed.written.lock().unwrap().len() >= 6);
    drop(link);
    assert_eq!(problems.try_iter().count(), 0, "the same refusal was reported again");
}

#[test]
fn older_xplane_is_read_over_udp() {
    let old = web(0, Mood::Old);
    // TCP and UDP use the same port number.
    let _udp = xplane(old.port);
    let (_link, reports) = start(&sim("xplane", old.port));
    until(&reports, "the flight", |r| r.state == SimState::Flying && r.callsign.is_some());
}

#[test]
fn xplane_is_found_by_its_beacon() {
    assert!(multicast(), "this machine carries no multicast: give its loopback or another interface a route for 239.0.0.0/8");
    let closed = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let _peer = announced();
    let (_link, reports) = start(&Sim { host: String::new(), ..sim("xplane", closed) });
    until(&reports, "the flight", |r| r.state == SimState::Flying && r.callsign.is_some());
}

#[test]
fn auto_follows_a_change_of_simulator() {
    let fg = flightgear(0);
    // One port number for every protocol: the fake that has it is the running simulator.
    let port = fg.port;
    let (link, reports) = start(&sim("auto", port));
    until(&reports, "FlightGear", |r| r.state == SimState::Flying && r.com1.is_some());
    drop(fg);
    until(&reports, "its end", |r| r.state == SimState::Lost);
    let x = xplane(port);
    until(&reports, "X-Plane", |r| r.state == SimState::Flying && !r.others.is_empty());
    link.write(Command::Ident);
    soon("ident", || x.wrote("sim/transponder/transponder_ident"));
    drop(x);
    until(&reports, "its end", |r| r.state == SimState::Lost);
    let _m = msfs(port, &[6]);
    until(&reports, "MSFS", |r| r.state == SimState::Flying && r.others.iter().any(|o| o.callsign.is_some()));
}

#[test]
fn flight_of_an_ended_simulator_is_forgotten() {
    let fg = flightgear(0);
    let (_link, reports) = start(&sim("auto", fg.port));
    until(&reports, "FlightGear", |r| r.state == SimState::Flying && r.position.is_some());
    drop(fg);
    until(&reports, "its end", |r| r.state == SimState::Lost && r.position.is_some());
    until(&reports, "no simulator", |r| r.state == SimState::Looking && r.position.is_none());
}
