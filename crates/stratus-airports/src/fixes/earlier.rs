//! The earlier form of the navigation data: X-Plane 8 to 10, and FlightGear's `fix.dat`, `nav.dat` and `awy.dat`.
//!
//! ```text
//!  47.513333  009.252222 KPT                                                    version 600: a fix
//! 3  51.749736 -000.106736 000376 11750 130 -2.0 BPK  BROOKMANS PARK VOR-DME     version 810: a beacon
//! BPK  51.749736 -000.106736 TOTRI  51.776389 000.197222 1 095 245 M185          version 640: a piece of airway, both ways
//! ```
//!
//! The earlier form does not say in which region an ident is used. The position stands for the region, because pieces of airway contain it
//! too.

use super::{Kind, MOST_NAMES, Piece, Point, is_ident, named, place, spoken_name};
use crate::units::LatLon;

/// Whether the second line of a file ("600 Version …") states the earlier form; `None` if the line states no version.
pub fn is_earlier(line: &str) -> Option<bool> {
    let mut words = line.split_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    words.next()?.eq_ignore_ascii_case("version").then_some(number < 1000)
}

/// The tenth of a degree that contains a position, used as a region.
fn region(at: LatLon) -> String {
    // The shift keeps round coordinates, where many fixes are, away from the bounds of a tenth.
    let tenth = |degrees: f64| (degrees * 10.0 + 0.37).floor() as i64;
    format!("{:04}{:04}", tenth(at.lat + 90.0), tenth(at.lon + 180.0))
}

/// Reads a line of `fix.dat`, if its ident is wanted.
pub fn fix(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Point> {
    let mut f = line.split_ascii_whitespace();
    let (lat, lon, ident) = (f.next()?, f.next()?, f.next()?);
    if !wanted(ident) || !is_ident(ident) || f.next().is_some() {
        return None;
    }
    let at = place(lat, lon)?;
    Some(Point { ident: ident.to_owned(), region: region(at), airport: None, kind: Kind::Fix, at, name: None })
}

/// Reads a line of `nav.dat` that is an NDB or a VOR, if its ident is wanted.
pub fn beacon(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Point> {
    let kind = Kind::of(line.split_ascii_whitespace().next()?).filter(|k| *k != Kind::Fix)?;
    let ident = line.split_ascii_whitespace().nth(7).filter(|ident| wanted(ident) && is_ident(ident))?;
    let f: Vec<&str> = line.split_ascii_whitespace().take(24).collect();
    let at = place(f.get(1)?, f.get(2)?)?;
    Some(Point { ident: ident.to_owned(), region: region(at), airport: None, kind, at, name: spoken_name(f.get(8..).unwrap_or(&[])) })
}

/// Reads a line of `awy.dat`, if one of its airways is wanted.
pub fn airway(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Piece> {
    named(line, wanted)?;
    let f: Vec<&str> = line.split_ascii_whitespace().take(11).collect();
    let [from, from_lat, from_lon, to, to_lat, to_lon, _, base, top, names] = f.as_slice() else { return None };
    let names: Vec<&str> = names.split('-').filter(|n| is_ident(n)).take(MOST_NAMES).collect();
    if !is_ident(from) || !is_ident(to) {
        return None;
    }
    let (from_at, to_at) = (place(from_lat, from_lon)?, place(to_lat, to_lon)?);
    Some(Piece {
        from: ((*from).to_owned(), region(from_at)),
        to: ((*to).to_owned(), region(to_at)),
        ways: (true, true),
        levels: (base.parse().ok()?, top.parse().ok()?),
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(_: &str) -> bool {
        true
    }

    #[test]
    fn the_same_point_has_one_region_in_all_three_files() {
        let vor = beacon("3  51.749736 -000.106736 000376 11750 130 -2.0 BPK  BROOKMANS PARK VOR-DME", &all).unwrap();
        let fix = fix(" 51.776389  000.197222 TOTRI", &all).unwrap();
        let piece = airway("BPK    51.749736 -000.106736 TOTRI  51.776389  000.197222 1 095 245 M185-UM185", &all).unwrap();
        assert_eq!((vor.kind, vor.name.as_deref(), fix.kind), (Kind::Vor, Some("Brookmans Park"), Kind::Fix));
        assert_eq!((piece.from.clone(), piece.to.clone()), (("BPK".into(), vor.region), ("TOTRI".into(), fix.region)));
        assert_eq!((piece.levels, piece.names.len()), ((95, 245), 2));
        // A name of several words, of which one looks like a region.
        let vor = beacon("3  43.9 -000.5 000200 11630 130 0.0 MDM  MONT DE MARSAN VOR-DME", &all).unwrap();
        assert_eq!(vor.name.as_deref(), Some("Mont De Marsan"));
        assert!(super::fix("  47.513333333    9.252222222  KPT   ENRT ED 4531010", &all).is_none(), "the later form");
        assert!(airway("BPK EG  3 TOTRI EG 11 F 1  95 245 M185", &all).is_none(), "the later form");
        assert!(super::fix(" 51.7 0.1 TOTRI", &|i| i == "ABC").is_none());
    }

    #[test]
    fn a_file_states_its_form_by_its_version() {
        for (line, earlier) in [
            ("600 Version - data cycle 2013.10", Some(true)),
            ("810 Version", Some(true)),
            ("1100 Version - data cycle 2401", Some(false)),
            ("1200 version", Some(false)),
            ("I", None),
            ("", None),
            (" 47.5 9.2 KPT", None),
        ] {
            assert_eq!(is_earlier(line), earlier, "{line}");
        }
    }

    proptest! {
        #[test]
        fn random_lines_never_panic_the_earlier_reader(text: String, words in proptest::collection::vec("[-+.0-9]{1,8}|[A-Z/]{1,8}|\u{1b}", 0..14)) {
            for line in [text, words.join(" ")] {
                let named = [fix(&line, &all), beacon(&line, &all)];
                prop_assert!(named.iter().flatten().all(|p| p.ident.is_ascii() && p.region.len() == 8 && p.at.lat.abs() <= 90.0));
                let _ = (airway(&line, &all), is_earlier(&line));
            }
        }
    }
}
