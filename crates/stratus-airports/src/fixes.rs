//! X-Plane's `earth_fix.dat`, `earth_nav.dat`, `earth_awy.dat` and `earth_hold.dat`, line by line. They have hundreds
//! of thousands of lines, so a caller keeps only what a flight needs. X-Plane 8 to 10 and FlightGear have the same in the
//! earlier form, without airports and regions: see [`earlier`].
//!
//! ```text
//!  47.513333333    9.252222222  KPT   ENRT ED 4531010       a fix: latitude, longitude, ident, airport or ENRT, region
//!  3  51.749736111 -0.106736111 376 11750 130 -2.0 BPK ENRT EG BROOKMANS PARK VOR/DME     a beacon: 2 is an NDB, 3 a VOR
//!  BPK EG 3 TOTRI EG 11 F 1 95 245 M185                     a piece of airway: from, to, direction, level, base and top (FL), names
//!  LAM EG ENRT 3 263.0 1.0 0.0 L 7000 15000 230             a hold: fix, airport or ENRT, kind, course, minutes, miles, turn, feet, knots
//! ```

pub mod earlier;
pub mod network;

use serde::{Deserialize, Serialize};

use crate::plain_name;
use crate::units::{LatLon, Side};

/// The most names of one piece of airway.
const MOST_NAMES: usize = 12;

/// The kind of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A fix.
    Fix,
    /// A non-directional beacon.
    Ndb,
    /// A VOR, VOR/DME or VORTAC.
    Vor,
}

impl Kind {
    fn of(number: &str) -> Option<Self> {
        match number {
            "11" => Some(Self::Fix),
            "2" => Some(Self::Ndb),
            "3" => Some(Self::Vor),
            _ => None,
        }
    }
}

/// A point of the navigation data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// "BPK".
    pub ident: String,
    /// The region in which the ident is used: "EG".
    pub region: String,
    /// The airport, if only its procedures use the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airport: Option<String>,
    /// Its kind.
    pub kind: Kind,
    /// Its position.
    pub at: LatLon,
    /// A beacon's spoken name: "Brookmans Park".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

fn place(lat: &str, lon: &str) -> Option<LatLon> {
    let (lat, lon) = (lat.parse::<f64>().ok()?, lon.parse::<f64>().ok()?);
    (lat.abs() <= 90.0 && lon.abs() <= 180.0).then(|| LatLon::new(lat, lon))
}

fn is_ident(word: &str) -> bool {
    (1..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn airport(word: &str) -> Option<String> {
    (word != "ENRT" && is_ident(word)).then(|| word.to_ascii_uppercase())
}

/// Reads a line of `earth_fix.dat`, if its ident is wanted.
pub fn fix(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Point> {
    let mut f = line.split_ascii_whitespace();
    let (lat, lon, ident) = (f.next()?, f.next()?, f.next()?);
    // Most lines are of unwanted points, which need no further parsing.
    if !wanted(ident) || !is_ident(ident) {
        return None;
    }
    let (owner, region) = (f.next()?, f.next().filter(|r| is_ident(r))?);
    Some(Point {
        ident: ident.to_owned(),
        region: region.to_owned(),
        airport: airport(owner),
        kind: Kind::Fix,
        at: place(lat, lon)?,
        name: None,
    })
}

/// Reads a line of `earth_nav.dat` that is an NDB or a VOR, if its ident is wanted.
pub fn beacon(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Point> {
    let kind = Kind::of(line.split_ascii_whitespace().next()?).filter(|k| *k != Kind::Fix)?;
    line.split_ascii_whitespace().nth(7).filter(|ident| wanted(ident))?;
    let f: Vec<&str> = line.split_ascii_whitespace().take(24).collect();
    let (ident, owner, region) = (*f.get(7)?, *f.get(8)?, *f.get(9)?);
    if !is_ident(ident) || !is_ident(region) {
        return None;
    }
    let name = spoken_name(f.get(10..).unwrap_or(&[]));
    Some(Point {
        ident: ident.to_owned(),
        region: region.to_owned(),
        airport: airport(owner),
        kind,
        at: place(f.get(1)?, f.get(2)?)?,
        name,
    })
}

/// The words of a beacon's name without its kind.
fn spoken_name(words: &[&str]) -> Option<String> {
    let last = words.iter().rposition(|w| {
        !matches!(w.to_ascii_uppercase().as_str(), "NDB" | "VOR" | "VOR/DME" | "VORTAC" | "VOR-DME" | "DME" | "TACAN" | "LOM")
    });
    last.and_then(|n| words.get(..=n)).map(|w| title(&w.join(" "))).filter(|n| !n.is_empty())
}

/// "BROOKMANS PARK" becomes "Brookmans Park"; text in mixed case stays.
pub(crate) fn title(text: &str) -> String {
    let plain = plain_name(text);
    if plain.chars().any(char::is_lowercase) {
        return plain;
    }
    let mut begins = true;
    let capital = |c: char| {
        let letter = if begins { c.to_uppercase().to_string() } else { c.to_lowercase().to_string() };
        begins = !c.is_alphabetic() && c != '\'';
        letter
    };
    plain.chars().map(capital).collect()
}

/// A piece of airway between two points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// One point, by ident and region.
    pub from: (String, String),
    /// The other point.
    pub to: (String, String),
    /// Whether it may be flown from the first to the second point, and in the reverse direction.
    pub ways: (bool, bool),
    /// Lowest and highest level, hundreds of feet.
    pub levels: (u16, u16),
    /// The airways: "M185".
    pub names: Vec<String>,
}

/// Whether the names of airways, the last word of a line, have a wanted one.
fn named(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<()> {
    let names = line.trim_ascii_end().rsplit(|c: char| c.is_ascii_whitespace()).next()?;
    names.split('-').any(|n| is_ident(n) && wanted(n)).then_some(())
}

/// Reads a line of `earth_awy.dat`, if one of its airways is wanted.
pub fn airway(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Piece> {
    named(line, wanted)?;
    let f: Vec<&str> = line.split_ascii_whitespace().take(12).collect();
    let [from, from_region, _, to, to_region, _, way, _, base, top, names] = f.as_slice() else { return None };
    let names: Vec<&str> = names.split('-').filter(|n| is_ident(n)).take(MOST_NAMES).collect();
    if ![*from, *from_region, *to, *to_region].iter().all(|w| is_ident(w)) {
        return None;
    }
    let ways = match *way {
        "N" => (true, true),
        "F" => (true, false),
        "B" => (false, true),
        _ => return None,
    };
    let levels = (base.parse().ok()?, top.parse().ok()?);
    let point = |ident: &str, region: &str| (ident.to_owned(), region.to_owned());
    Some(Piece {
        from: point(from, from_region),
        to: point(to, to_region),
        ways,
        levels,
        names: names.into_iter().map(str::to_owned).collect(),
    })
}

/// A published holding pattern.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hold {
    /// The fix, and its region.
    pub fix: (String, String),
    /// The airport whose procedure it belongs to; `None` for an en-route hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airport: Option<String>,
    /// Magnetic course towards the fix, degrees.
    pub inbound: f64,
    /// The length of a leg, if it is a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<f64>,
    /// The length of a leg, if it is a distance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub miles: Option<f64>,
    /// The direction of the turns.
    pub turn: Side,
    /// The lowest altitude, feet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_ft: Option<i32>,
    /// The highest altitude, feet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_ft: Option<i32>,
    /// The highest speed, knots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knots: Option<u16>,
}

/// Reads a line of `earth_hold.dat`, if its fix is wanted.
pub fn hold(line: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Hold> {
    let f: Vec<&str> = line.split_whitespace().take(12).collect();
    let [ident, region, owner, kind, inbound, minutes, miles, turn, lowest, highest, knots] = f.as_slice() else { return None };
    if !wanted(ident) || !is_ident(ident) || !is_ident(region) {
        return None;
    }
    Kind::of(kind)?;
    let positive = |w: &str, most: f64| w.parse::<f64>().ok().filter(|v| *v > 0.0 && *v <= most);
    let feet = |w: &str| positive(w, 60_000.0).map(|f| f as i32);
    Some(Hold {
        fix: ((*ident).to_owned(), (*region).to_owned()),
        airport: airport(owner),
        inbound: inbound.parse::<f64>().ok().filter(|d| (0.0..=360.0).contains(d))?,
        minutes: positive(minutes, 30.0),
        miles: positive(miles, 200.0),
        turn: match *turn {
            "L" => Side::Left,
            "R" => Side::Right,
            _ => return None,
        },
        lowest_ft: feet(lowest),
        highest_ft: feet(highest),
        knots: positive(knots, 600.0).map(|k| k as u16),
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
    fn points_are_read_with_their_spoken_name() {
        let p = beacon(" 3  51.749736111   -0.106736111      376    11750    130     -2.000  BPK ENRT EG BROOKMANS PARK VOR/DME", &all)
            .unwrap();
        assert_eq!((p.ident.as_str(), p.region.as_str(), p.kind, p.airport.as_deref()), ("BPK", "EG", Kind::Vor, None));
        assert_eq!(p.name.as_deref(), Some("Brookmans Park"));
        let p = beacon(" 2  46.5 7.5 0 399 25 0.0 SOL LSZG LS SOLOTHURN NDB", &all).unwrap();
        assert_eq!((p.kind, p.airport.as_deref(), p.name.as_deref()), (Kind::Ndb, Some("LSZG"), Some("Solothurn")));
        // An ILS, a marker or a DME does not count.
        assert!(beacon("4 51.1 -0.1 376 11030 18 270.0 IBB EGLL EG 27L ILS-cat-III", &all).is_none());
        let p = fix("  47.513333333    9.252222222  KPT   ENRT ED 4531010 KEMPTEN", &all).unwrap();
        assert_eq!((p.ident.as_str(), p.kind, p.name), ("KPT", Kind::Fix, None));
        assert!(fix("  47.5 9.2 KPT ENRT ED", &|i| i == "ABC").is_none());
        assert_eq!(fix("  95.5 9.2 KPT ENRT ED", &all), None);
        assert_eq!(
            (title("MONT-DE-MARSAN"), title("L'AQUILA"), title("Le Puy")),
            ("Mont-De-Marsan".into(), "L'aquila".into(), "Le Puy".into())
        );
    }

    #[test]
    fn airways_are_read_with_direction_and_levels() {
        let p = airway("   BPK EG  3 TOTRI EG 11 F 1  95 245 M185-Q295", &|n| n == "Q295").unwrap();
        assert_eq!((p.ways, p.levels, p.names.len()), ((true, false), (95, 245), 2));
        assert!(airway("   BPK EG  3 TOTRI EG 11 X 1  95 245 M185", &all).is_none());
        assert!(airway("   BPK EG  3 TOTRI EG 11 N 1  95 245 M185", &|n| n == "L9").is_none());
    }

    #[test]
    fn holds_are_read_with_course_turn_and_limits() {
        let h = hold(" LAM EG ENRT 3 263.0 1.0 0.0 L 7000 15000 230", &all).unwrap();
        assert_eq!((h.inbound, h.minutes, h.miles, h.turn), (263.0, Some(1.0), None, Side::Left));
        assert_eq!((h.lowest_ft, h.highest_ft, h.knots, h.airport), (Some(7000), Some(15_000), Some(230), None));
        let h = hold(" AE701 DA DAAE 11 171.0 0.0 4.5 R 0 0 0", &all).unwrap();
        assert_eq!((h.airport.as_deref(), h.minutes, h.miles, h.lowest_ft, h.knots), (Some("DAAE"), None, Some(4.5), None, None));
        for bad in [
            "",
            " LAM EG ENRT 3 463.0 1.0 0.0 L 7000 15000 230",
            " LAM EG ENRT 3 263.0 1.0 0.0 X 7000 15000 230",
            "I",
            "1140 Version",
            "99",
        ] {
            assert_eq!(hold(bad, &all), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn random_lines_never_panic_the_point_reader(text: String, words in proptest::collection::vec("[-+.0-9]{1,8}|[A-Z/]{1,8}|ENRT|\u{1b}", 0..14)) {
            for line in [text, words.join(" ")] {
                let named = [fix(&line, &all), beacon(&line, &all)];
                prop_assert!(named.iter().flatten().all(|p| p.ident.is_ascii() && p.at.lat.abs() <= 90.0));
                let _ = (airway(&line, &all), hold(&line, &all));
            }
        }
    }
}
