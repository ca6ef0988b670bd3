//! Tests of the apt.dat reader: an invented airport, its routes, and damaged lines.

use proptest::prelude::*;

use super::*;
use crate::routing::{Hold, route};

/// A runway 9/27 with a parallel taxiway A to the south, its entries A1 (full length of 9), A2 (halfway) and A3 (27).
const FIELD: &str = "\
I
1100 Version

1 500 1 0 XTST Test Field
100 45.00 1 0 0.25 0 2 1 09 45.0000 -100.0300 100 0 2 0 0 0 27 45.0000 -100.0000 0 0 2 0 0 0
1053 121900 GND
1054 118300 TWR
1051 122950 UNICOM
55 12435 APP
1050 338200 military
1200
1201 44.9980 -100.0300 both 0 a
1201 44.9980 -100.0150 both 1 b
1201 44.9980 -100.0000 both 2 c
1201 45.0000 -100.0300 both 3 r1
1201 45.0000 -100.0150 both 4 r2
1201 45.0000 -100.0000 both 5 r3
1201 44.9950 -100.0150 both 6 apron
1202 0 1 twoway taxiway_E A
1202 1 2 twoway taxiway_E A
1202 0 3 twoway taxiway_E A1
1204 departure 09,27
1202 1 4 twoway taxiway_E A2
1204 departure 09,27
1202 2 5 twoway taxiway_E A3
1204 departure 09,27
1202 3 4 twoway runway 09/27
1202 4 5 twoway runway 09/27
1202 6 1 twoway taxiway_E B
1202 6 99 twoway taxiway_E Z
1300 44.9945 -100.0150 90.0 gate jets Gate 1
1 what
1202 broken
99
";

fn read(text: &str) -> (Vec<Airport>, u64) {
    let mut r = AptDat::default();
    let mut all: Vec<Airport> = text.lines().filter_map(|l| r.line(l)).collect();
    all.extend(r.finish());
    (all, r.skipped)
}

#[test]
fn water_runways_get_a_w_if_a_land_runway_has_their_number() {
    let ends = |row: &str| {
        let field = FIELD.replace("1053 121900 GND\n", &format!("{row}\n1053 121900 GND\n"));
        let (all, skipped) = read(&field);
        (all[0].strips_ends().iter().map(ToString::to_string).collect::<Vec<_>>(), skipped)
    };
    let row = |a: &str, b: &str| format!("101 49.00 1 {a} 45.0100 -100.0300 {b} 45.0100 -100.0100");
    assert_eq!(ends(&row("09", "27")), (vec!["9".into(), "27".into(), "9W".into(), "27W".into()], 1));
    assert_eq!(ends(&row("09W", "27W")), ends(&row("09", "27")));
    assert_eq!(ends(&row("08", "26")), (vec!["9".into(), "27".into(), "8".into(), "26".into()], 1));
    assert_eq!(ends("101 49.00 1 NE 45.0 -100.0 SW 45.1 -100.0"), (vec!["9".into(), "27".into()], 2));
}

#[test]
fn only_a_plausible_transition_altitude_is_read() {
    for (row, feet) in [
        ("1302 transition_alt 5000\n", Some(5000)),
        ("1302 transition_alt FL050\n", Some(5000)),
        ("1302 transition_alt 0\n", None),
        ("1302 city Rome\n", None),
    ] {
        let (all, skipped) = read(&FIELD.replace("1 500 1 0 XTST Test Field\n", &format!("1 500 1 0 XTST Test Field\n{row}")));
        assert_eq!((all[0].transition_altitude_ft, skipped), (feet, read(FIELD).1), "{row}");
    }
}

#[test]
fn the_icao_code_replaces_an_x_plane_identifier() {
    let with = |id: &str, rows: &str| {
        let field = FIELD.replace("1 500 1 0 XTST Test Field\n", &format!("1 500 1 0 {id} Test Field\n{rows}"));
        let (all, skipped) = read(&field);
        (all[0].icao.clone(), all[0].name.clone(), skipped)
    };
    for (id, rows, icao) in [
        ("XZ001I", "1302 city Qingdao\n1302 icao_code ZSQD\n1302 iata_code TAO\n", "ZSQD"),
        ("AT4", "1302 icao_code CAT4\n1302 faa_code\n", "CAT4"),
        ("KPAO", "1302 icao_code KPAO\n", "KPAO"),
        // No code, or text that is not a code.
        ("XZ001I", "1302 icao_code\n1302 icao_code not-an-airport\n1302 icao_code \u{e9}\u{e9}\n", "XZ001I"),
        ("XZ001I", "1302 local_code ZSQD\n", "XZ001I"),
    ] {
        assert_eq!(with(id, rows), (icao.into(), "Test Field".into(), 1), "{rows}");
    }
}

#[test]
fn a_transition_level_may_be_a_level_or_feet() {
    let with = |rows: &str| read(&FIELD.replace("Test Field\n", &format!("Test Field\n{rows}"))).0[0].transition;
    for (rows, wanted) in [
        ("1302 transition_alt 5000\n1302 transition_level 70\n", (Some(5000), Some(70))),
        ("1302 transition_alt 6000\n1302 transition_level 7000\n", (Some(6000), Some(70))),
        ("1302 transition_alt 18000\n1302 transition_level FL180\n", (Some(18_000), Some(180))),
        ("1302 transition_alt 4000\n1302 transition_level ATC\n", (Some(4000), None)),
        ("1302 transition_alt\n1302 transition_level -5\n1302 transition_alt 1e99\n", (None, None)),
    ] {
        let transition = with(rows);
        assert_eq!((transition.altitude_ft, transition.level), wanted, "{rows}");
    }
}

#[test]
fn a_field_is_read_with_its_taxiways() {
    let (all, skipped) = read(FIELD);
    assert_eq!((all.len(), skipped), (1, 1));
    let a = &all[0];
    assert_eq!((a.icao.as_str(), a.name.as_str(), a.elevation_ft), ("XTST", "Test Field", 500.0));
    assert_eq!(a.strips_ends(), ["9".parse().unwrap(), "27".parse().unwrap()]);
    assert!((a.runways[0].ends[0].displaced_ft - 328.0).abs() < 1.0 && a.runways[0].lighted);
    let stations: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
    assert_eq!(stations, ["Test Field Ground 121.9", "Test Field Tower 118.3", "Test Field Approach 124.35"]);
    let g = a.taxiways.as_ref().unwrap();
    let gate = g.nodes.iter().find(|n| n.parking.as_deref() == Some("Gate 1")).unwrap().position;
    for (runway, via) in [("9", "B A"), ("27", "B A")] {
        let r = route(g, gate, runway.parse().unwrap()).unwrap();
        assert_eq!((r.via.join(" ").as_str(), r.crossings.len()), (via, 0), "runway {runway}");
        assert!(matches!(r.hold, Hold::Runway { intersection: false, .. }), "{r:?}");
    }
    assert!(g.nodes[1].intersection && !g.nodes[0].intersection);
}

#[test]
fn damaged_lines_are_counted_and_the_rest_is_read() {
    let (all, skipped) = read(
        "1 x\n1 20 0 0 XAAA A\n100 1\n1201 95 0 both 1 x\n1204 departure 9\n100 30 1 0 0 0 0 1 18 10.02 5 0 0 0 0 0 0 36 10.0 5 0 0 0 0 0 0\n1300 a\n",
    );
    assert_eq!((all.len(), skipped), (1, 5));
    assert_eq!(all[0].strips_ends().len(), 2);
}

proptest! {
    #[test]
    fn random_text_never_panics_the_apt_dat_reader(lines in proptest::collection::vec("(1|100|1054|1201|1202|1204|1300|99)( [-0-9A-Za-z./,]{0,12}){0,28}", 0..60)) {
        for a in read(&lines.join("\n")).0 {
            prop_assert!(!a.runways.is_empty());
        }
    }

    #[test]
    fn a_damaged_file_is_read_as_far_as_it_goes(cuts in proptest::collection::vec((0usize..1500, any::<u8>()), 1..40)) {
        let mut bytes = FIELD.as_bytes().to_vec();
        for (at, byte) in cuts {
            let i = at % bytes.len();
            bytes[i] = byte;
        }
        for a in read(&String::from_utf8_lossy(&bytes)).0 {
            if let Some(g) = &a.taxiways {
                for r in a.strips_ends() {
                    let _ = route(g, LatLon::new(44.9945, -100.0150), r);
                }
            }
        }
    }
}
