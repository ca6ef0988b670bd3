//! The grid and the sectors, read from lines written for the test.

use super::*;
use proptest::prelude::*;

const HEAD: &str = "I\n1150 Version - data cycle 2610, build 20261001, metadata MORAXP1150. Made for a test\n";

fn grid(text: &str) -> Grid {
    let mut g = Grid::default();
    text.lines().for_each(|l| g.line(l, None));
    g
}

fn msa(text: &str) -> Msa {
    let mut m = Msa::default();
    text.lines().for_each(|l| m.line(l, &|_| true));
    m
}

fn row(lat: &str, lon: &str, cells: &[&str]) -> String {
    format!("{lat} {lon} {}\n", cells.join(" "))
}

#[test]
fn the_grid_gives_the_highest_nearby_cell() {
    let mut cells = vec!["021"; 30];
    (cells[0], cells[1], cells[29]) = ("052", "097", "UNK");
    let g = grid(&format!("{HEAD}{}{}99\n", row("+37", "-122", &cells), row("+36", "-122", &["033"; 30])));
    assert_eq!((g.skipped, g.len()), (0, 59));
    let at = |lat, lon, nm| g.minimum_ft(LatLon::new(lat, lon), nm);
    assert_eq!(at(37.5, -121.5, 5.0), Some(5200));
    assert_eq!(at(37.5, -121.02, 5.0), Some(9700), "the next cell begins a mile away");
    assert_eq!(at(36.5, -121.5, 5.0), Some(3300));
    assert_eq!(at(37.02, -121.5, 5.0), Some(5200), "of two, the higher");
    // A missing cell, or one without a value.
    assert_eq!((at(37.5, -92.5, 5.0), at(45.0, 8.0, 5.0), at(f64::NAN, 0.0, 5.0)), (None, None, None));
}

#[test]
fn the_grid_wraps_around_the_earth_and_keeps_only_an_area() {
    let text = row("+10", "+150", &["011"; 30]) + &row("+10", "-180", &["012"; 30]);
    let g = grid(&text);
    assert_eq!(g.minimum_ft(LatLon::new(10.5, 179.99), 5.0), Some(1200));
    let mut part = Grid::default();
    let area = Area { about: LatLon::new(10.5, 179.5), nm: 100.0 };
    text.lines().for_each(|l| part.line(l, Some(&area)));
    assert!((4..12).contains(&part.len()), "{}", part.len());
    assert_eq!(part.minimum_ft(LatLon::new(10.5, 179.99), 5.0), Some(1200));
}

#[test]
fn damaged_rows_of_the_grid_are_counted() {
    let g = grid("+37\n+37 x 021\n+91 -122 021\n+37 -122 9999 021 abc\n-37 -122 401\nnonsense\n");
    assert_eq!((g.skipped, g.len()), (6, 1));
}

#[test]
fn a_sector_counts_by_its_bearing_and_its_reach() {
    let m = msa(" 11 SOVAR K2 KXXX T 000 056 25 090 068 25 180 040 25 270 030 25 000 000 0\n");
    assert_eq!((m.skipped, m.all.len(), m.all[0].centre), (0, 1, Centre::Fix));
    let (s, centre) = (&m.all[0], LatLon::new(37.0, -122.0));
    let at = |bearing: f64, nm: f64| {
        let to = crate::draw::ahead(centre, bearing, nm * crate::units::FT_PER_NM);
        s.minimum_ft(to, centre, 0.0)
    };
    // Both ways to read a bearing: north-east is the first sector, or the third.
    assert_eq!((at(45.0, 10.0), at(225.0, 10.0)), (Some(5600), Some(5600)));
    assert_eq!((at(135.0, 10.0), at(315.0, 10.0)), (Some(6800), Some(6800)));
    assert_eq!(at(85.0, 10.0), Some(6800), "near the next sector");
    assert_eq!(at(45.0, 25.5), None, "outside");
    assert_eq!(s.highest(), (6800, 25));
}

#[test]
fn a_single_sector_covers_all_bearings_of_an_airport() {
    let m = msa("1150 Version - data cycle 2610\n 10 RW09L K7 KATL M 180 035 25 000 000 0\n  3 SJC K2 KSJC M 000 056 25 000 000 0\n99\n");
    assert_eq!((m.skipped, m.all.len()), (0, 2));
    assert_eq!((m.all[0].centre, m.all[1].centre), (Centre::Airport, Centre::Beacon));
    let at = LatLon::new(33.6, -84.4);
    assert_eq!(m.all[0].minimum_ft(LatLon::new(33.7, -84.3), at, -5.0), Some(3500));
}

#[test]
fn damaged_sectors_are_counted_and_left_out() {
    let m = msa(
        "3 AB\n3 AB K2 KX M\n3 AB K2 KX M 000 056\n3 AB K2 KX Q 000 056 25 000 000 0\n3 AB K2 KX M 400 056 25\n3 A\u{1b} K2 KX M 0 9 9 0 0 0\nx\n\n",
    );
    assert_eq!((m.skipped, m.all.len()), (6, 0));
    let mut m = Msa::default();
    m.line(" 3 SJC K2 KSJC M 000 056 25 000 000 0", &|icao| icao == "KSFO");
    assert_eq!((m.skipped, m.all.len()), (0, 0), "of another airport");
}

proptest! {
    #[test]
    fn random_text_never_panics_the_minima_reader(text: String, words in proptest::collection::vec("[-+]?[0-9]{1,5}|UNK|M|RW[0-9]|[A-Z]{1,4}", 0..40)) {
        for text in [text, words.join(" ")] {
            let (g, m) = (grid(&text), msa(&text));
            for lat in [-90.0, -45.5, 0.0, 89.9] {
                let at = LatLon::new(lat, 179.9);
                prop_assert!(g.minimum_ft(at, 5.0).is_none_or(|f| f <= 40_000));
                prop_assert!(m.all.iter().all(|s| s.minimum_ft(at, at, 3.0).is_none_or(|f| f <= 40_000)));
            }
        }
    }
}
