//! The same flight reads the same from every format, and a damaged, foreign or hostile file is rejected with its location.

use proptest::prelude::*;

use super::*;
use crate::report::{Point, Procedure, Step, Wake};

macro_rules! fixture {
    ($name:literal) => {
        ($name, include_bytes!(concat!("../../../../tests/fixtures/", $name)).as_slice())
    };
}

/// One flight from Hamburg to Berlin as written by each program.
const ALL: [(&str, &[u8]); 7] = [
    fixture!("plans/msfs2020.pln"),
    fixture!("plans/msfs2024.pln"),
    fixture!("plans/xplane12.fms"),
    fixture!("plans/xplane3.fms"),
    fixture!("plans/flightgear.fgfp"),
    fixture!("plans/garmin.fpl"),
    fixture!("plans/littlenavmap.lnmpln"),
];
const SIMBRIEF: [(&str, &[u8]); 3] =
    [fixture!("simbrief/eham-lsgg-v2.json"), fixture!("simbrief/kbos-kord-v1.json"), fixture!("simbrief/lfpg-lemd.xml")];

fn ok(name: &str, bytes: &[u8]) -> Reading {
    read(bytes).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn procedure(p: Option<&Procedure>) -> String {
    p.map_or_else(String::new, |p| format!("{} {}", p.name, p.transition.as_deref().unwrap_or("-")))
}

#[test]
fn every_format_reads_as_the_same_flight() {
    for (name, bytes) in ALL {
        let Reading { plan, left_out, .. } = ok(name, bytes);
        assert_eq!(left_out, Vec::<String>::new(), "{name}");
        assert_eq!((plan.departure.as_deref(), plan.destination.as_deref()), (Some("EDDH"), Some("EDDB")), "{name}");
        assert_eq!(plan.altitude_ft, Some(9000), "{name}");
        // Version 3 and Garmin contain no airways or procedures.
        let bare = name.contains("xplane3") || name.contains("garmin");
        assert_eq!(plan.route.as_deref(), Some(if bare { "AMLUH HLZ KETAP" } else { "AMLUH L602 KETAP" }), "{name}");
        let names: Vec<&str> = plan.points.iter().map(|p| p.name.as_str()).collect();
        let wanted: &[&str] = if name.contains("2020") { &["DH301", "AMLUH", "HLZ", "KETAP", "DB101"] } else { &["AMLUH", "HLZ", "KETAP"] };
        assert_eq!(names, wanted, "{name}");
        if !name.contains("2024") {
            let hlz = plan.points.iter().find(|p| p.name == "HLZ").and_then(|p| p.at).unwrap();
            assert!((hlz.lat - 52.363).abs() < 1e-4 && (hlz.lon - 10.795).abs() < 1e-4, "{name}: {hlz:?}");
        }
        if bare {
            assert_eq!((&plan.sid, &plan.star, &plan.approach, plan.arrival_runway), (&None, &None, &None, None), "{name}");
            continue;
        }
        let transition = if name.contains("2020") { "-" } else { "AMLUH" };
        assert_eq!(procedure(plan.sid.as_ref()), format!("AMLU5E {transition}"), "{name}");
        assert_eq!(plan.star.as_ref().map(|p| p.name.as_str()), Some("KETA4V"), "{name}");
        let approach = if name.contains("flightgear") { "ILS" } else { "ILS Z" };
        assert_eq!(plan.approach.as_ref().map(|p| p.name.as_str()), Some(approach), "{name}");
        let ends = [plan.departure_runway, plan.arrival_runway].map(|r| r.map(|r| r.to_string()));
        assert_eq!(ends, [Some("23".into()), Some("24L".into())], "{name}");
        assert_eq!(
            plan.words().split(", callsign").next(),
            Some(match plan.ifr {
                Some(true) => "EDDH to EDDB, IFR, 9000 ft, via AMLU5E AMLUH L602 KETAP KETA4V",
                _ => "EDDH to EDDB, 9000 ft, via AMLU5E AMLUH L602 KETAP KETA4V",
            }),
            "{name}"
        );
    }
    let of = |n: usize| ok(ALL[n].0, ALL[n].1).plan;
    assert_eq!((of(0).ifr, of(2).ifr, of(4).ifr), (Some(true), None, Some(true)));
    assert_eq!(of(4).callsign.map(|c| c.to_string()).as_deref(), Some("DLH123"));
    assert_eq!(of(5).callsign.map(|c| c.to_string()).as_deref(), Some("DEABC"));
    assert_eq!(of(6).alternates, ["EDDC", "EDDP"]);
    assert_eq!((of(4).aircraft_type, of(6).aircraft_type), (Some("A320".into()), Some("A320".into())));
}

#[test]
fn encodings_line_ends_and_ampersands_change_nothing() {
    for (name, bytes) in ALL {
        let plan = ok(name, bytes).plan;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let utf16 =
            |mark: [u8; 2], of: fn(u16) -> [u8; 2]| -> Vec<u8> { mark.into_iter().chain(text.encode_utf16().flat_map(of)).collect() };
        let latin1: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        for (kind, changed) in [
            ("UTF-8 with its mark", [b"\xef\xbb\xbf".as_slice(), bytes].concat()),
            ("UTF-16LE", utf16([0xff, 0xfe], u16::to_le_bytes)),
            ("UTF-16BE", utf16([0xfe, 0xff], u16::to_be_bytes)),
            ("Latin-1", latin1),
            ("CRLF", text.replace('\n', "\r\n").into_bytes()),
            ("CR", text.replace('\n', "\r").into_bytes()),
            ("blank lines", format!("\n\n{}\n\n", text.replace('\n', "\n\n")).into_bytes()),
            ("a bare ampersand", text.replace("Hamburg to", "Hamburg & Altona to").into_bytes()),
        ] {
            // An XML declaration must be at the very start.
            let changed =
                if kind == "blank lines" && text.starts_with("<?xml") { text.replace('\n', "\n\n").into_bytes() } else { changed };
            assert_eq!(ok(&format!("{name} as {kind}"), &changed).plan, plan, "{name} as {kind}");
        }
    }
}

#[test]
fn the_format_is_recognised_by_content() {
    let kinds = [Format::Pln, Format::Pln, Format::Fms, Format::Fms, Format::FlightGear, Format::Garmin, Format::LittleNavmap];
    for ((name, bytes), kind) in ALL.into_iter().zip(kinds) {
        assert_eq!(ok(name, bytes).format, kind, "{name}");
    }
    for (name, bytes) in SIMBRIEF {
        assert_eq!(ok(name, bytes).format, Format::SimBrief, "{name}");
    }
}

#[test]
fn a_truncated_file_is_rejected_wherever_it_is_cut() {
    for (name, bytes) in ALL.into_iter().chain(SIMBRIEF) {
        let whole = bytes.trim_ascii_end().len();
        let lines: Vec<usize> = bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(n, _)| n).collect();
        // .fms rows have no end marker; there the missing rows reveal the truncation.
        let cuts: Vec<usize> = match name.ends_with(".fms") {
            true => lines[..lines.len() - 1].to_vec(),
            false => (1..whole).step_by(7).chain([whole - 1]).collect(),
        };
        for cut in cuts {
            let e = match read(&bytes[..cut]) {
                Ok(r) => panic!("{name} cut at {cut} of {whole} was read: {:?}", r.plan),
                Err(e) => e.to_string(),
            };
            // Version 3 does not name the airports: without its last row the destination is missing.
            let known = ["cut off", "well-formed", "without any element", "not a flight plan", "it names no destination"];
            assert!(known.iter().any(|w| e.contains(w)), "{name} cut at {cut}: {e}");
        }
    }
    let e = read(&ALL[0].1[..1500]).unwrap_err();
    assert!(e.line.is_some_and(|l| l > 20), "{e}");
}

#[test]
fn a_file_without_a_plan_is_rejected_with_the_reason() {
    let apt_dat = "I\n1100 Version\n1 38 1 0 PHTO Hilo Intl\n100 45.72 1 0 0.25 0 0 0 08 19.72 -155.07 0 0 3 0 0 1 26 19.72 -155.04 0 0 3 0 0 1\n99\n";
    let rules = "<SimBase.Document><FlightPlan.FlightPlan><DestinationID>KMRY</DestinationID>".to_owned();
    for (text, why) in [
        ("", "it is empty"),
        (" \r\n\n", "it is empty"),
        ("hello", "not a flight plan of MSFS"),
        ("%PDF-1.7\n", "it is a PDF"),
        ("PK\x03\x04....", "a ZIP archive"),
        ("RIFF....WAVE", "a sound"),
        ("<!DOCTYPE html>\n<html><body>log in</body></html>", "a web page"),
        ("<a><b></b></a>", "begins with <a>"),
        ("<SimBase.Document></SimBase.Document>", "not a flight plan"),
        ("<PropertyList><sim/></PropertyList>", "not a route"),
        ("<LittleNavmap><Performance/></LittleNavmap>", "not a flight plan"),
        ("<flight-plan><waypoint-table/></flight-plan>", "no route"),
        ("<OFP><x/></OFP>", "not SimBrief's answer"),
        ("{\"a\":1}", "not SimBrief's answer"),
        ("{\"a\":1,}", "line 1: it is not JSON"),
        ("I", "cut off"),
        ("I\n7 Version\n", "line 2: its version"),
        ("I\n3 version\n", "cut off"),
        ("I\n1100 Version\nADEP KPAO\n", "no line NUMENR"),
        (apt_dat, "no line NUMENR"),
        ("I\n1100 Version\nADEP KPAO\nNUMENR 1\n1 KPAO ADEP 7.0 37.46 -122.11\n", "it names no destination"),
        ("I\n1100 Version\nADES K;rm\nNUMENR 0\n", "\u{201c}K;rm\u{201d} is not an airport's code"),
        (&format!("{rules}</x>"), "not well-formed"),
        (&format!("{rules}<CruisingAlt>\u{0}"), "not text"),
    ] {
        let e = read(text.as_bytes()).unwrap_err().to_string();
        assert!(e.contains(why), "{text:?}: {e}");
        assert!(e.len() < 300 && !e.chars().any(char::is_control), "{e:?}");
    }
}

#[test]
fn a_long_file_is_rejected_and_a_long_route_is_cut_with_notice() {
    for (name, bytes) in ALL.into_iter().chain(SIMBRIEF) {
        let mut long = bytes.to_vec();
        long.resize(50_000_000, b' ');
        let e = read(&long).unwrap_err().to_string();
        assert!(e.contains("it has 50 MB"), "{name}: {e}");
    }
    let rows: String = (0..900).map(|n| format!("11 P{n} DRCT 9000.0 50.0 10.0\n")).collect();
    let text = format!("I\n1100 Version\nADEP EDDH\nADES EDDB\nNUMENR 900\n{rows}");
    let reading = ok("900 points", text.as_bytes());
    assert_eq!((reading.plan.points.len(), reading.left_out.len()), (400, 1));
    assert!(reading.left_out[0].contains("500 of 900"), "{:?}", reading.left_out);
}

#[test]
fn levels_are_read_and_invalid_ones_are_reported() {
    let with = |level: &str| {
        let text = std::str::from_utf8(ALL[0].1).unwrap().replace("9000.000<", &format!("{level}<"));
        ok(level, text.as_bytes())
    };
    for (text, feet) in [("FL350", 35_000), ("F350", 35_000), ("35000", 35_000), ("9000,000", 9000)] {
        assert_eq!((with(text).plan.altitude_ft, with(text).left_out.len()), (Some(feet), 0), "{text}");
    }
    let long = format!("9{}.00", "0".repeat(38));
    let reading = with(&long);
    assert_eq!(reading.plan.altitude_ft, None);
    assert_eq!(reading.left_out, [format!("the cruising level \u{201c}{long}\u{201d}: not a level")]);
    // Programs write zero for an empty field.
    assert_eq!((with("0.000").plan.altitude_ft, with("0.000").left_out.len()), (None, 0));
}

#[test]
fn coordinates_become_points_with_speakable_names() {
    let fms = "I\n1100 Version\nCYCLE 2401\nADEP EGLL\nADES KJFK\nNUMENR 6\n1 EGLL ADEP 83 51.47 -0.46\n28 +50.500_-020.250 DRCT 35000 50.5 -20.25\n\
        28 50N030W DRCT 35000 50.0 -30.0\n28 My\u{1b}[2J DRCT 35000 49.0 -40.0\n28 5150N NATB 35000 51.0 -50.0\n1 KJFK ADES 13 40.64 -73.78\n";
    let plan = ok("fms", fms.as_bytes()).plan;
    assert_eq!(plan.route.as_deref(), Some("5030N02015W 50N030W 49N040W NATB 5150N"));
    assert!(plan.points.iter().all(|p| p.at.is_some()));
    let pln = std::str::from_utf8(ALL[0].1).unwrap().replace(
        "        <ATCWaypoint id=\"HLZ\">",
        "        <ATCWaypoint id=\"my house!\"><ATCWaypointType>User</ATCWaypointType><WorldPosition>N52\u{b0} 30' 0,00\",E10\u{b0} 30' 0,00\",+0</WorldPosition></ATCWaypoint>\n\
         <ATCWaypoint id=\"TIMECLIMB\"><ATCWaypointType>User</ATCWaypointType></ATCWaypoint>\n<ATCWaypoint id=\"?\"/>\n        <ATCWaypoint id=\"HLZ\">",
    );
    let reading = ok("pln", pln.as_bytes());
    assert_eq!(reading.plan.route.as_deref(), Some("AMLUH 5230N01030E L602 KETAP"));
    assert_eq!(reading.left_out.len(), 2, "{:?}", reading.left_out);
    assert!(reading.left_out[1].contains("neither a name nor a position"));
}

#[test]
fn regional_number_formats_are_read() {
    let fms = std::str::from_utf8(ALL[2].1).unwrap();
    let plan = ok("fms", fms.as_bytes()).plan;
    // Decimal commas, as programs print them in some countries, and the end marker of old files.
    let commas = fms.lines().map(|l| if l.starts_with(|c: char| c.is_ascii_digit()) { l.replace('.', ",") } else { l.to_owned() });
    let commas = commas.collect::<Vec<_>>().join("\r\n") + "\r\n\u{1a}";
    assert_eq!(ok("commas", commas.as_bytes()), Reading { plan, format: Format::Fms, left_out: Vec::new() });
    let fgfp =
        std::str::from_utf8(ALL[4].1).unwrap().replace("<flight-level type=\"int\">90</flight-level>", "<altitude-m>2743.2</altitude-m>");
    assert_eq!(ok("metres", fgfp.as_bytes()).plan.altitude_ft, Some(9000));
    let many = format!("I\n1100 Version\nNUMENR 3\n{}", "1 A\n".repeat(1_000_000));
    assert!(read(many.as_bytes()).unwrap_err().why.contains("more lines"));
}

#[test]
fn a_procedure_name_among_the_points_is_not_a_point() {
    // Some planners write SID and STAR names as points besides the rows that name them.
    let text = std::str::from_utf8(ALL[2].1).unwrap().replace("NUMENR 5", "NUMENR 7");
    let text = text.replace("11 AMLUH", "11 AMLU5E DRCT 9000.0 53.4 10.1\n11 AMLUH");
    let text = text.replace("1 EDDB ADES", "11 KETA4V DRCT 9000.0 52.4 12.5\n1 EDDB ADES");
    assert_eq!(ok("fms", text.as_bytes()).plan, ok("fms", ALL[2].1).plan);
}

#[test]
fn an_airway_may_start_and_end_at_points_of_procedures() {
    let row = |name: &str, rows: &str| {
        format!(
            "<ATCWaypoint id=\"{name}\"><ATCWaypointType>Intersection</ATCWaypointType>{rows}<ICAO><ICAOIdent>{name}</ICAOIdent></ICAO></ATCWaypoint>"
        )
    };
    let (sid, star) = ("<DepartureFP>AMLU5E</DepartureFP>", "<ArrivalFP>KETA4V</ArrivalFP>");
    let pln = format!(
        "<SimBase.Document><FlightPlan.FlightPlan><DepartureID>EDDH</DepartureID><DestinationID>EDDB</DestinationID>{}{}{}{}{}</FlightPlan.FlightPlan></SimBase.Document>",
        row("DH301", sid),
        row("AMLUH", sid),
        row("HLZ", "<ATCAirway>L602</ATCAirway>"),
        row("KETAP", &format!("{star}<ATCAirway>L602</ATCAirway>")),
        row("DB101", star),
    );
    let plan = ok("pln", pln.as_bytes()).plan;
    assert_eq!(plan.filed_route().as_deref(), Some("AMLU5E AMLUH L602 KETAP KETA4V"));
    assert_eq!(plan.points.len(), 5);
}

#[test]
fn all_three_simbrief_forms_are_read_completely() {
    let [lsgg, kord, lemd] = SIMBRIEF.map(|(name, bytes)| ok(name, bytes));
    for r in [&lsgg, &kord, &lemd] {
        assert_eq!(r.left_out, Vec::<String>::new());
        assert_eq!((r.plan.ifr, r.plan.wake), (Some(true), Some(Wake::Medium)));
    }
    assert_eq!(lsgg.plan.words(), "EHAM to LSGG, IFR, 35000 ft, via LOPIK2S LOPIK N872 GTQ UN853 LUSAR LUSAR2N, callsign KLM64P");
    assert_eq!(lsgg.plan.alternates, ["LFLL", "LSZH"]);
    assert_eq!((lsgg.plan.departure_transition.altitude_ft, lsgg.plan.departure_transition.level), (Some(3000), None));
    assert_eq!(lsgg.plan.arrival_transition.level, Some(80));
    let names: Vec<&str> = lsgg.plan.points.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["EH021", "LOPIK", "BUB", "GTQ", "MOROK", "LUSAR", "GG512"]);
    // Without a filed callsign, it is airline and number. A departure by vectors has no name.
    assert_eq!(kord.plan.words(), "KBOS to KORD, IFR, 34000 ft, via DCT CAM DCT PAYGE Q822 FNT WYNDE2, callsign AAL1234");
    assert_eq!((kord.plan.sid.as_ref(), procedure(kord.plan.star.as_ref())), (None, "WYNDE2 FNT".into()));
    assert_eq!(
        (kord.plan.alternates.as_slice(), kord.plan.steps.as_slice()),
        (["KMKE".to_owned()].as_slice(), [Step { at: "FNT".into(), altitude_ft: 36_000 }].as_slice())
    );
    assert_eq!(lemd.plan.words(), "LFPG to LEMD, IFR, 36000 ft, via AGOPA6A AGOPA UT183 AMB UN10 DELOG UN867 TERSA, callsign AFR82GM");
    assert_eq!((procedure(lemd.plan.sid.as_ref()), lemd.plan.star.as_ref()), ("AGOPA6A -".into(), None));
    assert_eq!(lemd.plan.alternates, ["LEVC", "LEZL"]);
    let at = |name: &str| lemd.plan.points.iter().find(|p: &&Point| p.name == name).cloned().unwrap();
    assert_eq!((at("AMB").via.as_deref(), at("AGOPA").via), (Some("UT183"), None));
}

#[test]
fn identity_is_callsign_or_flight_number_or_registration() {
    let callsign = |atc: &str, airline: &str, number: &str, reg: &str| {
        let text = format!(
            r#"{{"fetch":{{"status":"Success"}},"origin":{{"icao_code":"EHAM"}},"destination":{{"icao_code":"LSGG"}},"atc":{{"callsign":{atc}}},
               "general":{{"icao_airline":{airline},"flight_number":{number}}},"aircraft":{{"reg":{reg}}}}}"#
        );
        ok(&text, text.as_bytes()).plan.callsign.map(|c| c.to_string())
    };
    assert_eq!(callsign("\"KLM64P\"", "\"KLM\"", "\"1925\"", "\"PHBXA\"").as_deref(), Some("KLM64P"));
    for empty in ["{}", "[]", "false", "null", "\"\""] {
        assert_eq!(callsign(empty, "\"KLM\"", "\"1925\"", "\"PHBXA\"").as_deref(), Some("KLM1925"), "{empty}");
        assert_eq!(callsign(empty, empty, "\"1925\"", "\"PH-BXA\"").as_deref(), Some("PHBXA"), "{empty}");
        assert_eq!(callsign(empty, empty, empty, empty), None, "{empty}");
    }
    assert_eq!(callsign("{}", "\"KLM\"", "1925", "{}").as_deref(), Some("KLM1925"), "a number counts as text");
    assert_eq!(callsign("\"\u{202e}!\"", "\"KLM\"", "\"1925\"", "{}").as_deref(), Some("KLM1925"));
}

#[test]
fn simbriefs_own_message_is_passed_on() {
    for words in ["No flight plan on file for the specified user", "Unknown UserID"] {
        let json = format!(r#"{{"fetch":{{"userid":[],"static_id":[],"status":"Error: {words}","time":"0.001"}}}}"#);
        let xml = format!("<?xml version=\"1.0\"?><OFP><fetch><status>Error: {words}</status></fetch></OFP>");
        for text in [json, xml] {
            assert_eq!(read(text.as_bytes()).unwrap_err().to_string(), format!("SimBrief says: {words}"));
        }
    }
    let empty = r#"{"fetch":{"status":"Success"},"navlog":{}}"#;
    assert_eq!(read(empty.as_bytes()).unwrap_err().to_string(), "it names no destination");
    let many = format!(r#"{{"fetch":{{"status":"Success"}},"x":[{}0]}}"#, "0,".repeat(500_000));
    assert!(read(many.as_bytes()).unwrap_err().why.contains("more values"));
}

/// The result can be displayed and spoken safely.
fn harmless(reading: &Reading) -> Result<(), TestCaseError> {
    let words = [reading.plan.words(), reading.left_out.join("\n").replace('\n', " "), serde_json::to_string(&reading.plan).unwrap()];
    for w in words {
        prop_assert!(!w.chars().any(|c| c.is_control() || is_turning(c)), "{w:?}");
    }
    prop_assert!(reading.plan.altitude_ft.is_none_or(|f| (500..=60_000).contains(&f)));
    prop_assert!(reading.left_out.len() < 20);
    Ok(())
}

proptest! {
    #[test]
    fn damaged_plans_never_panic_and_hostile_names_are_dropped(
        which in 0usize..10, at in 0usize..6000, with in any::<u8>(), cut in 0usize..9000, name in "[\\PC\u{1b}\u{202e}<>&\"]{0,30}",
    ) {
        let (_, bytes) = ALL.into_iter().chain(SIMBRIEF).nth(which).unwrap();
        let mut damaged = bytes.to_vec();
        let place = at % damaged.len();
        damaged[place] = with;
        if let Ok(r) = read(&damaged) {
            harmless(&r)?;
        }
        damaged.truncate(cut);
        if let Ok(r) = read(&damaged) {
            harmless(&r)?;
        }
        let text = String::from_utf8_lossy(bytes);
        for real in ["HLZ", "AMLU5E", "EDDB", "L602", "KLM64P", "LOPIK", "Q822", "AFR82GM"] {
            if let Ok(r) = read(text.replace(real, &name).as_bytes()) {
                harmless(&r)?;
            }
        }
    }

    #[test]
    fn random_bytes_never_panic_a_reader(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for head in ["", "I\n1100 Version\nNUMENR 3\n", "I\n3 version\n1\n2\n", "<SimBase.Document>", "{\"fetch\":"] {
            let _ = read(&[head.as_bytes(), &bytes].concat());
        }
    }
}
