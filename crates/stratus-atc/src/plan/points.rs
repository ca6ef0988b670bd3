//! Coordinates in plans: each program's notation, and the name of a point without one.

use crate::units::LatLon;

/// A position, rounded to a metre: five decimals.
pub(super) fn place(lat: f64, lon: f64) -> Option<LatLon> {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    let fits = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
    fits.then(|| LatLon::new(round(lat), round(lon)))
}

/// From two numbers in degrees. A comma can only be a decimal comma.
pub(super) fn degrees(lat: Option<&str>, lon: Option<&str>) -> Option<LatLon> {
    let number = |text: &str| text.trim().replacen(',', ".", 1).parse::<f64>().ok();
    place(number(lat?)?, number(lon?)?)
}

/// MSFS's notation, with a decimal point or comma: `N53° 37' 49.00",E9° 59' 17.00",+000053.00`.
pub(super) fn world_position(text: &str) -> Option<LatLon> {
    let (lat, lon) = text.split_at(text.find(['E', 'W'])?);
    place(angle(lat, 'N', 'S')?, angle(lon, 'E', 'W')?)
}

/// Degrees, minutes and seconds after the letter of the hemisphere; ignores anything after them.
fn angle(text: &str, positive: char, negative: char) -> Option<f64> {
    let side = text.trim_start().chars().next()?;
    let sign = if side == positive {
        1.0
    } else if side == negative {
        -1.0
    } else {
        return None;
    };
    let mut parts = text.trim_start()[side.len_utf8()..].split(['\u{b0}', '\'', '"', '*', '\u{ba}']);
    let mut part = || parts.next().map(|p| p.trim().replace(',', ".")).and_then(|p| p.parse::<f64>().ok());
    let whole = part()?;
    let (minutes, seconds) = (part().unwrap_or(0.0), part().unwrap_or(0.0));
    let within = (0.0..60.0).contains(&minutes) && (0.0..=60.0).contains(&seconds) && whole >= 0.0;
    within.then_some(sign * (whole + minutes / 60.0 + seconds / 3600.0))
}

/// A name that consists of coordinates in any program's notation: "50N020W", "5030N02015W", "503015N0201500W", "N50W020", "N5030W02015",
/// "+50.500_-020.250".
pub(super) fn named(text: &str) -> Option<LatLon> {
    let text = text.trim().to_ascii_uppercase();
    if let Some((lat, lon)) = text.split_once('_') {
        return degrees(Some(lat), Some(lon)).filter(|_| lat.starts_with(['+', '-']));
    }
    if !text.is_ascii() {
        return None;
    }
    let (lat, lon) = match text.as_bytes().first()? {
        b'N' | b'S' => {
            let (lat, lon) = text.split_at(text.find(['E', 'W'])?);
            (compact(lat.get(1..)?, lat.get(..1)?, 2)?, compact(lon.get(1..)?, lon.get(..1)?, 3)?)
        }
        _ => {
            let (lat, lon) = text.split_at(text.find(['N', 'S'])? + 1);
            let split = |t: &str| Some((t.get(..t.len().checked_sub(1)?)?.to_owned(), t.get(t.len() - 1..)?.to_owned()));
            let ((lat, ns), (lon, ew)) = (split(lat)?, split(lon)?);
            (compact(&lat, &ns, 2)?, compact(&lon, &ew, 3)?)
        }
    };
    place(lat, lon)
}

/// "5030" before or after "N": degrees of `wide` digits, then minutes and seconds of two each.
fn compact(digits: &str, side: &str, wide: usize) -> Option<f64> {
    let sign = match side {
        "N" | "E" => 1.0,
        "S" | "W" => -1.0,
        _ => return None,
    };
    let right = [wide, wide + 2, wide + 4].contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !right {
        return None;
    }
    let part = |from: usize| digits.get(from..from + 2).map_or(Some(0.0), |d| d.parse::<f64>().ok());
    let (minutes, seconds) = (part(wide)?, part(wide + 2)?);
    let whole: f64 = digits[..wide].parse().ok()?;
    (minutes < 60.0 && seconds < 60.0).then_some(sign * (whole + minutes / 60.0 + seconds / 3600.0))
}

/// The name of a point without one, in filed form (ICAO Doc 4444, field 15): "50N020W", "5030N02015W".
pub(super) fn name_of(at: LatLon) -> String {
    let minutes = |degrees: f64| (degrees.abs() * 60.0).round() as u32;
    let (lat, lon) = (minutes(at.lat), minutes(at.lon));
    let (ns, ew) = (if at.lat < 0.0 { 'S' } else { 'N' }, if at.lon < 0.0 { 'W' } else { 'E' });
    if lat % 60 == 0 && lon % 60 == 0 {
        format!("{:02}{ns}{:03}{ew}", lat / 60, lon / 60)
    } else {
        format!("{:02}{:02}{ns}{:03}{:02}{ew}", lat / 60, lat % 60, lon / 60, lon % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_in_every_notation_are_the_same_place() {
        let near = |at: Option<LatLon>, lat: f64, lon: f64| at.is_some_and(|a| (a.lat - lat).abs() < 1e-4 && (a.lon - lon).abs() < 1e-4);
        assert!(near(world_position("N53\u{b0} 37' 49.00\",E9\u{b0} 59' 17.00\",+000053.00"), 53.63028, 9.98806));
        assert!(near(world_position("N53\u{b0} 37' 49,00\",W9\u{b0} 59' 17,00\",+000053,00"), 53.63028, -9.98806));
        assert!(near(world_position("S33* 56.5', E151* 10.2', +21"), -33.94167, 151.17));
        for text in ["5030N02015W", "503000N0201500W", "N5030W02015", "+50.500_-020.250"] {
            assert!(near(named(text), 50.5, -20.25), "{text}");
        }
        assert!(near(named("50N020W"), 50.0, -20.0) && near(named("S34E151"), -34.0, 151.0));
        assert!(
            near(degrees(Some("52,362"), Some("13,5")), 52.362, 13.5) && near(degrees(Some(" 52.362222 "), Some("-1e1")), 52.36222, -10.0)
        );
        assert_eq!((degrees(Some("nan"), Some("1")), degrees(Some("91"), Some("1")), degrees(None, Some("1"))), (None, None, None));
        // Place names are not coordinates, and neither is a position off the globe.
        for text in ["SNS", "EDDH", "NEVEN", "5020N", "N50", "99N020W", "50N200W", "5099N02015W", "S\u{e9}E151", "_", "50N020", ""] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn a_nameless_point_is_named_by_its_coordinates() {
        for (lat, lon, name) in [
            (50.0, -20.0, "50N020W"),
            (50.5, -20.25, "5030N02015W"),
            (-33.94167, 151.17, "3357S15110E"),
            (0.0, 0.0, "00N000E"),
            (89.9999, 179.9999, "90N180E"),
        ] {
            assert_eq!(name_of(LatLon::new(lat, lon)), name);
            assert!(named(name).is_some_and(|at| at.distance_nm(LatLon::new(lat, lon)) < 1.0), "{name}");
        }
    }
}
