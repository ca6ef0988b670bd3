//! The engine at airports around the world: a report from anywhere, and the right controller answers, or none.

use stratus::airports::data::Airports;
use stratus::atc::{Engine, Setup};
use stratus::report::Report;
use stratus::units::{Facility, LatLon, Time};

/// An engine whose aircraft is parked, or flies at `altitude_ft`, at this position with a frequency tuned.
fn at(lat: f64, lon: f64, com1: &str, airborne: bool) -> Engine {
    let mut engine = Engine::new(Airports::world(), Setup { callsign: "N172SP".parse().ok(), ..Setup::default() });
    let report = Report {
        position: Some(LatLon::new(lat, lon)),
        com1: com1.parse().ok(),
        on_ground: !airborne,
        altitude_ft: if airborne { 2500.0 } else { 10.0 },
        ..Report::default()
    };
    engine.see(Time(1000), &report);
    engine
}

fn reply(engine: &mut Engine, words: &str) -> String {
    let u = engine.understand(words);
    engine.answer(Time(2000), words, u).reply.map(|r| r.transmission.text).unwrap_or_default()
}

#[test]
fn pilot_at_san_francisco_talks_to_its_ground() {
    let mut e = at(37.615, -122.385, "121.8", false);
    assert_eq!(e.airport().unwrap().icao, "KSFO");
    assert_eq!(e.station().unwrap().name, "San Francisco Ground");
    let said = reply(&mut e, "san francisco ground november one seven two sierra papa at the ramp ready to taxi");
    assert!(said.contains("runway"), "{said:?}");
    let runways = e.airport().unwrap().strips_ends();
    assert!(runways.iter().any(|r| said.contains(&format!("unway {r}"))), "{said:?} names none of {runways:?}");
    assert!(!said.contains(" via "), "no taxiway is known there: {said:?}");
}

#[test]
fn heathrow_and_innsbruck_use_the_phraseology_of_their_states() {
    for (lat, lon, com1, icao, row, station) in
        [(51.4700, -0.4600, "118.5", "EGLL", "UK", "Heathrow Tower"), (47.2602, 11.3440, "120.1", "LOWI", "Europe", "Innsbruck Tower")]
    {
        let e = at(lat, lon, com1, false);
        let airport = e.airport().unwrap();
        assert_eq!((airport.icao.as_str(), airport.region.word()), (icao, row));
        assert_eq!(e.station().unwrap().name, station);
    }
}

#[test]
fn field_without_a_tower_is_uncontrolled() {
    let mut e = at(37.5134, -122.5009, "122.8", false);
    assert_eq!(e.airport().unwrap().icao, "KHAF");
    assert_eq!(e.station().unwrap().facility, Facility::Ctaf);
    assert_eq!(reply(&mut e, "half moon bay traffic skyhawk one seven two sierra papa taking runway three zero half moon bay"), "");
}

#[test]
fn in_the_air_the_tuned_tower_outranks_the_nearest_field() {
    // Marina's field is nearer, but Monterey's tower is tuned.
    let e = at(36.70, -121.80, "118.4", true);
    assert_eq!(e.airport().unwrap().icao, "KMRY");
    assert_eq!(e.station().unwrap().facility, Facility::Tower);
}

#[test]
fn over_the_ocean_there_is_no_airport() {
    let e = at(30.0, -40.0, "118.5", true);
    assert!(e.airport().is_none() && e.station().is_none());
}

fn stratus(args: &[&str]) -> (String, String, Option<i32>) {
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_stratus")).args(args).output().expect("stratus runs");
    let text = |b: Vec<u8>| String::from_utf8(b).expect("text");
    (text(out.stdout), text(out.stderr), out.status.code())
}

#[test]
fn airport_without_frequencies_is_not_called_untowered() {
    for hub in ["EDDB", "OTHH", "VTBS", "SKBO", "LMML", "ZBAD", "ZUTF", "MMUN"] {
        let (out, _, code) = stratus(&["airports", "show", hub]);
        let (head, rest) = (out.lines().nth(1).unwrap_or_default(), out.as_str());
        assert!(head.ends_with("no tower on record") && code == Some(0), "{out}");
        let lacks = rest.contains("no frequencies on record") || rest.contains("no tower frequency on record");
        assert!(lacks && rest.contains("stratus airports import"), "{out}");
    }
    let (out, _, _) = stratus(&["airports", "show", "KHAF"]);
    assert!(out.contains(", no tower on record\n") && !out.contains("airports import"), "{out}");
}

#[test]
fn command_shows_known_data_and_names_what_is_missing() {
    let (out, _, code) = stratus(&["airports", "show", "lowi"]);
    assert!(out.contains("Innsbruck, Austria") && out.contains("runway 8/26") && out.contains("120.1    Innsbruck Tower"), "{out}");
    assert_eq!(code, Some(0));
    let (out, _, _) = stratus(&["airports", "show", "KSFO", "--json"]);
    let v: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((v["airport"]["icao"].as_str(), v["towered"].as_bool()), (Some("KSFO"), Some(true)));
    let (out, _, _) = stratus(&["airports", "nearest", "-33.94", "151.18"]);
    assert!(out.lines().next().expect("a line").contains("YSSY") && out.lines().count() == 10, "{out}");
    let (out, _, _) = stratus(&["airports", "taxi", "XSTR", "north ramp", "27"]);
    assert!(out.contains("via B, C, A") && out.contains("crosses runway 18 at A"), "{out}");
    for wrong in [
        &["airports", "show", "ZZZZ"][..],
        &["airports", "nearest", "91", "0"],
        &["airports", "nearest", "0", "nan"],
        &["airports", "taxi", "KSFO", "gate 1", "28L"],
        &["airports", "taxi", "XSTR", "the moon", "27"],
        &["airports", "taxi", "XSTR", "west ramp", "5"],
    ] {
        let (out, err, code) = stratus(wrong);
        assert!(out.is_empty() && err.starts_with("error:") && code == Some(1), "{wrong:?} {out} {err}");
    }
}

#[test]
fn apt_dat_provides_taxiways() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let text = "I\n1100 Version\n1 1907 1 0 LOWI Innsbruck\n\
        100 45.00 1 0 0.25 0 2 1 08 47.2588 11.3309 100 0 2 0 0 0 26 47.2616 11.3570 0 0 2 0 0 0\n\
        1054 120100 TWR\n1200\n1201 47.2600 11.3570 both 0 a\n1201 47.2616 11.3570 both 1 r\n1201 47.2592 11.3500 both 2 b\n\
        1202 0 1 twoway taxiway_E A\n1204 departure 26\n1202 2 0 twoway taxiway_E L\n1202 broken\n1300 47.2590 11.3500 0 gate jets Stand 5\n99\n";
    std::fs::write(file.path(), text).expect("written");
    let path = file.path().to_str().expect("a path");
    let (out, err, _) = stratus(&["airports", "taxi", "LOWI", "stand 5", "26", "--apt-dat", path]);
    assert!(out.starts_with("runway 26 via L"), "{out} {err}");
    let (out, _, _) = stratus(&["airports", "show", "LOWI", "--apt-dat", path]);
    assert!(out.contains("Innsbruck, Austria") && out.contains("taxiways: 3 pieces, 1 parking places"), "{out}");
    let (_, err, code) = stratus(&["airports", "show", "KSFO", "--apt-dat", path]);
    assert!(err.contains("1 unreadable lines") && code == Some(1), "{err}");
}

/// X-Plane's folder, imported and shown: departures and approaches by runway; a runway that does not exist has none. Only on these
/// systems does the environment determine where the index is.
#[cfg(unix)]
#[test]
fn procedures_are_imported_and_shown_by_runway() {
    let dir = tempfile::tempdir().expect("a folder");
    let cifp = dir.path().join("xp/Custom Data/CIFP");
    std::fs::create_dir_all(&cifp).expect("made");
    let text = "SID:010,5,OBEPA1,RW26,OBEPA;\nSTAR:010,2,ELMEM1,ALL,ELMEM;\nAPPCH:010,I,I26, ,AB;\nAPPCH:010,R,R08-Y, ,AB;\nAPPCH:010,I,I36, ,AB;\nSID:damaged\n";
    std::fs::write(cifp.join("LOWI.dat"), text).expect("written");
    let run = |args: &[&str]| {
        let home = dir.path().join("home");
        let done = std::process::Command::new(env!("CARGO_BIN_EXE_stratus"))
            .args(args)
            .envs([("HOME", &home), ("XDG_DATA_HOME", &home), ("XDG_CONFIG_HOME", &home), ("XDG_STATE_HOME", &home)])
            .output()
            .expect("stratus runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text")
    };
    let said = run(&["airports", "import", "--xplane", dir.path().join("xp").to_str().expect("a path")]);
    assert!(said.contains("1 airports") && said.contains("unreadable lines: 1"), "{said}");
    let shown = run(&["airports", "show", "LOWI"]);
    for line in ["departures 26: OBEPA1", "arrivals any runway: ELMEM1", "approaches 8: RNAV Y", "approaches 26: ILS", "LOWI.dat"] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    assert!(!shown.contains("approaches 36"), "{shown}");
}
