//! Single values in plans: levels, runways, airport codes, approaches.

use crate::airports::cifp;
use crate::units::Runway;

/// The range of cruising levels, feet.
const LEVELS: std::ops::RangeInclusive<f64> = 500.0..=60_000.0;

/// A cruising level in feet: "FL350", "F350", "A090", "35000", "35000.000", "9000,000", "35,000 ft". `None`: not a level.
pub(super) fn level(text: &str) -> Option<i32> {
    let word = text.trim().to_ascii_uppercase();
    let word = word.strip_suffix("FEET").or_else(|| word.strip_suffix("FT")).unwrap_or(&word).trim();
    let hundreds = word.strip_prefix("FL").or_else(|| word.strip_prefix('F')).or_else(|| word.strip_prefix('A'));
    let feet = match hundreds {
        Some(digits) => {
            let digits = digits.trim();
            let plain = (2..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            100.0 * digits.parse::<f64>().ok().filter(|_| plain)?
        }
        None => number(word)?,
    };
    LEVELS.contains(&feet).then_some(feet.round() as i32)
}

/// The level of a step climb: "0350" and "350" are FL350.
pub(super) fn step_level(text: &str) -> Option<i32> {
    let digits = text.trim().trim_start_matches("FL").trim_start_matches('F');
    let plain = (3..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    level(&(digits.parse::<i32>().ok().filter(|_| plain)? * 100).to_string())
}

/// A number with a decimal point or comma. A comma before exactly three digits separates thousands, unless more than three digits precede
/// it ("9,000", but "9000,000").
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || b"+-.,".contains(&b)) {
        return None;
    }
    let written = match text.split_once(',') {
        None => text.to_owned(),
        Some((whole, rest)) => {
            let digits = whole.trim_start_matches(['+', '-']).len();
            let three = rest.split(['.', ',']).next().is_some_and(|t| t.len() == 3);
            if three && (1..=3).contains(&digits) { text.replace(',', "") } else { text.replacen(',', ".", 1) }
        }
    };
    written.parse::<f64>().ok().filter(|n| n.is_finite())
}

/// A runway: "23", "RW23", "RWY05L", "Runway 09R".
pub(super) fn runway(text: &str) -> Option<Runway> {
    let word = text.trim().to_ascii_uppercase();
    let digits = word.strip_prefix("RUNWAY").or_else(|| word.strip_prefix("RWY")).or_else(|| word.strip_prefix("RW")).unwrap_or(&word);
    digits.trim().parse().ok()
}

/// A runway in MSFS: number and designator ("LEFT") are separate.
pub(super) fn runway_of(number: Option<&str>, designator: Option<&str>) -> Option<Runway> {
    let side = match designator.map(str::to_ascii_uppercase).as_deref() {
        None | Some("" | "NONE") => "",
        Some("LEFT" | "L") => "L",
        Some("RIGHT" | "R") => "R",
        Some("CENTER" | "C") => "C",
        Some(_) => return None,
    };
    format!("{}{side}", number?.trim()).parse().ok()
}

/// An airport code in capitals: only letters and digits, so that nothing else is spoken or displayed.
pub(super) fn code(text: &str) -> Option<String> {
    let word = text.trim().to_ascii_uppercase();
    ((2..=7).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(word)
}

/// The name of an approach as in the airport data ("ILS Z"), from a simulator's type and suffix ("ILS", "Z").
pub(super) fn approach(kind: &str, suffix: Option<&str>) -> Option<String> {
    let name = match kind.trim().to_ascii_uppercase().as_str() {
        "ILS" => "ILS",
        "LOC" | "LOCALIZER" => "LOC",
        "LOCB" | "LOCALIZER_BACKCOURSE" | "LOCALIZER BACK COURSE" => "LOC BC",
        "RNAV" | "RNP" => "RNAV",
        "GPS" => "GPS",
        "GLS" => "GLS",
        "VOR" => "VOR",
        "VORDME" | "VOR/DME" => "VOR/DME",
        "NDB" => "NDB",
        "NDBDME" | "NDB/DME" => "NDB/DME",
        "LDA" => "LDA",
        "SDF" => "SDF",
        _ => return None,
    };
    let letter = suffix.map(str::trim).filter(|s| s.len() == 1 && s.bytes().all(|b| b.is_ascii_alphabetic()));
    Some(letter.map_or_else(|| name.to_owned(), |l| format!("{name} {}", l.to_ascii_uppercase())))
}

/// The name and runway of an approach from its ARINC 424 identifier: "I25L", "R26-Z".
pub(super) fn arinc_approach(ident: &str) -> Option<(String, Option<Runway>)> {
    let ident = ident.trim().to_ascii_uppercase();
    let route = ident.get(..1)?;
    // "VOR-A" and "NDB-B" are circling approaches, and start with their route type too.
    cifp::approach(route, &ident)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_in_every_form_and_never_guessed() {
        for (text, feet) in [
            ("FL350", 35_000),
            ("F350", 35_000),
            ("fl 90", 9000),
            ("A090", 9000),
            ("35000", 35_000),
            ("35000.000", 35_000),
            ("9000,000", 9000),
            ("35,000", 35_000),
            ("35,000 ft", 35_000),
            ("+7500.4", 7500),
            ("500.000", 500),
        ] {
            assert_eq!(level(text), Some(feet), "{text}");
        }
        let long = format!("9{}", "0".repeat(38));
        for text in ["", "0", "350", "35.000", "FL9", "FL3500", "F35O", "VFR", "-9000", "1e4", "9,0,0", "nan", "inf", long.as_str()] {
            assert_eq!(level(text), None, "{text}");
        }
        assert_eq!((step_level("0350"), step_level("S1130"), step_level("90")), (Some(35_000), None, None));
    }

    #[test]
    fn runways_and_approaches_are_read_from_every_program() {
        let r = |t: &str| runway(t).map(|r| r.to_string());
        assert_eq!(
            (r("RW33"), r("RWY05L"), r("25L"), r("Runway 09")),
            (Some("33".into()), Some("5L".into()), Some("25L".into()), Some("9".into()))
        );
        assert_eq!((r("PARKING 2"), r("37"), r("")), (None, None, None));
        let of = |n, d| runway_of(Some(n), d).map(|r| r.to_string());
        assert_eq!((of("25", Some("LEFT")), of("2", Some("NONE")), of("8", Some("WATER"))), (Some("25L".into()), Some("2".into()), None));
        assert_eq!(approach("LOCALIZER_BACKCOURSE", None).as_deref(), Some("LOC BC"));
        assert_eq!((approach("ILS", Some("z")).as_deref(), approach("CUSTOM", None)), (Some("ILS Z"), None));
        let (name, end) = arinc_approach("i16-z").unwrap();
        assert_eq!((name.as_str(), end.map(|r| r.to_string()).as_deref()), ("ILS Z", Some("16")));
        assert!(arinc_approach("hello").is_none() && arinc_approach("").is_none() && arinc_approach("\u{e9}25").is_none());
    }
}
