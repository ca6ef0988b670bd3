//! Units and their volumes, read from lines written for the test.

use super::*;
use proptest::prelude::*;

/// A centre from the surface up, an approach unit inside it with two volumes, a unit at the date line, and a tower.
const FILE: &str = "A\n1200\nATCFILE\n\n\
CONTROLLER\nNAME LAKELAND ACC\nFACILITY_ID XLAK\nROLE ctr\nCLASS A\nFREQ 12802\nCHAN 132255\nCHAN 132255\nFREQ 25000\n\
AIRSPACE_POLYGON_BEGIN -100 60000\nPOINT 45.0 5.0\nPOINT 49.0 5.0\nPOINT 49.0 11.0\nPOINT 45.0 11.0\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n\
CONTROLLER\nNAME ALPINE APPROACH\nFACILITY_ID XALP\nROLE tracon\nFREQ 11912\n\
AIRSPACE_POLYGON_BEGIN 0 9500\nPOINT 46.5 7.5\nPOINT 47.5 7.5\nPOINT 47.5 8.5\nPOINT 46.5 8.5\nAIRSPACE_POLYGON_END\n\
AIRSPACE_POLYGON_BEGIN 9500 19500\nPOINT 46.8 7.8\nPOINT 47.2 7.8\nPOINT 47.2 8.2\nPOINT 46.8 8.2\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n\
CONTROLLER\nNAME PACIFIC ARTCC\nFACILITY_ID KZPA\nROLE ctr\nFREQ 12550\n\
AIRSPACE_POLYGON_BEGIN 0 60000\nPOINT 10 170\nPOINT 30 170\nPOINT 30 -170\nPOINT 10 -170\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n\
CONTROLLER\nNAME Small Town\nFACILITY_ID XSMA\nROLE twr\nCHAN 118105\nCONTROLLER_END\n";

fn read(text: &str, area: Option<Area>) -> AtcDat {
    let mut file = AtcDat::of(area);
    text.lines().for_each(|l| file.line(l));
    file
}

fn called(all: &[Controller], role: Facility, lat: f64, lon: f64, feet: f64) -> Option<String> {
    working(all, role, LatLon::new(lat, lon), feet).and_then(|c| c.station(None)).map(|s| format!("{} {}", s.name, s.frequency))
}

#[test]
fn units_work_inside_their_volumes() {
    let file = read(FILE, None);
    assert_eq!((file.skipped, file.all.len()), (0, 3), "a tower without a volume is left to apt.dat");
    let of = |role, lat, lon, feet| called(&file.all, role, lat, lon, feet);
    assert_eq!(of(Facility::Center, 46.0, 6.0, 35_000.0).as_deref(), Some("Lakeland Control 128.025"));
    assert_eq!(of(Facility::Approach, 47.4, 8.4, 5000.0).as_deref(), Some("Alpine Approach 119.125"));
    // Above the outer part, below the inner one, outside, and above the ceiling.
    assert_eq!(of(Facility::Approach, 47.4, 8.4, 12_000.0), None);
    assert_eq!(of(Facility::Approach, 47.0, 8.0, 12_000.0).as_deref(), Some("Alpine Approach 119.125"));
    assert_eq!((of(Facility::Approach, 46.0, 6.0, 5000.0), of(Facility::Center, 46.0, 6.0, 70_000.0)), (None, None));
    // Across the date line, with American words.
    for lon in [175.0, -175.0, 180.0] {
        assert_eq!(of(Facility::Center, 20.0, lon, 35_000.0).as_deref(), Some("Pacific Center 125.5"), "{lon}");
    }
    assert_eq!((of(Facility::Center, 20.0, 160.0, 35_000.0), of(Facility::Center, 20.0, -160.0, 35_000.0)), (None, None));
}

#[test]
fn channels_are_exact_and_the_pilot_stays_on_the_tuned_one() {
    let file = read(FILE, None);
    let unit = working(&file.all, Facility::Center, LatLon::new(46.0, 6.0), 35_000.0).unwrap();
    assert_eq!(unit.frequencies.iter().map(ToString::to_string).collect::<Vec<_>>(), ["128.025", "132.255"]);
    assert_eq!(unit.station("132.255".parse().ok()).unwrap().frequency.to_string(), "132.255");
    assert_eq!(unit.station("121.5".parse().ok()).unwrap().frequency.to_string(), "128.025");
}

#[test]
fn of_two_units_the_smaller_volume_wins() {
    let more = FILE.to_owned()
        + "CONTROLLER\nNAME UPPER\nFACILITY_ID XUPP\nROLE ctr\nFREQ 13000\nAIRSPACE_POLYGON_BEGIN 24500 60000\nPOINT 45.5 5.5\nPOINT 46.5 5.5\nPOINT 46.5 6.5\nPOINT 45.5 6.5\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n";
    let file = read(&more, None);
    assert_eq!(called(&file.all, Facility::Center, 46.0, 6.0, 35_000.0).as_deref(), Some("Upper Control 130.0"));
    assert_eq!(called(&file.all, Facility::Center, 46.0, 6.0, 15_000.0).as_deref(), Some("Lakeland Control 128.025"));
}

#[test]
fn an_area_keeps_the_units_that_reach_into_it() {
    let names = |lat, lon, nm| {
        let file = read(FILE, Some(Area { about: LatLon::new(lat, lon), nm }));
        file.all.iter().map(|c| c.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(47.0, 8.0, 50.0), ["Lakeland", "Alpine"]);
    assert_eq!(names(45.2, 5.2, 50.0), ["Lakeland"]);
    assert_eq!(names(20.0, 179.0, 50.0), ["Pacific"]);
    assert!(names(0.0, 0.0, 200.0).is_empty());
}

#[test]
fn damaged_rows_are_counted_and_the_rows_around_them_are_kept() {
    let bad = "POINT 1 2\nCONTROLLER_END\nCONTROLLER\nROLE pilot\nFREQ x\nAIRSPACE_POLYGON_BEGIN 9 1\nPOINT 1 2\nAIRSPACE_POLYGON_END\n\
CONTROLLER\nNAME \u{1b}[2J\nFACILITY_ID a b\nROLE ctr\nAIRSPACE_POLYGON_BEGIN 0 10\nPOINT 91 0\nPOINT 1\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n";
    let file = read(&format!("{bad}{FILE}"), None);
    assert_eq!(file.all.len(), 3);
    assert_eq!(file.skipped, 9);
    // Of a file that is truncated anywhere, the complete units are read.
    for cut in (0..FILE.len()).step_by(7) {
        assert!(read(&FILE[..cut], None).all.len() <= 3);
    }
}

proptest! {
    #[test]
    fn random_text_never_panics_the_unit_reader(text: String, cut in 0usize..1200, at in 0usize..1200, row in "(POINT|FREQ|CHAN|ROLE|NAME|AIRSPACE_POLYGON_BEGIN) [-0-9. e]{0,12}") {
        let mut damaged: Vec<&str> = FILE.lines().collect();
        damaged.insert(at % damaged.len(), &row);
        damaged.truncate(cut);
        for text in [text, damaged.join("\n")] {
            let file = read(&text, Some(Area { about: LatLon::new(47.0, 8.0), nm: 60.0 }));
            for c in &file.all {
                let _ = (c.called(), c.station(None));
            }
            let _ = working(&file.all, Facility::Center, LatLon::new(47.0, 8.0), 5000.0);
        }
    }
}
