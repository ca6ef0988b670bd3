//! The region table in use: one flight in each row, and a check that no code compares regions.

use std::path::Path;

use stratus_atc::instruction::{Address, Climb, Instruction, Item, Landing, Pressure};
use stratus_atc::readback::{Verdict, check};
use stratus_atc::say;
use stratus_units::region::PressureUnit;
use stratus_units::{Callsign, Facility, Region, Transition};

/// One flight's transmissions in a region, from start-up to landing.
fn flight(region: Region) -> Vec<String> {
    let runway = Item::Runway("8C".parse().unwrap());
    let transition = Transition::of(region, "", Some(region.transition_altitude).filter(|ft| *ft > 0).or(Some(5000)));
    let level = |way, feet| Item::Altitude { way, feet, level: transition.level_of(feet).is_flight() };
    let pressure = Item::Pressure(match region.pressure {
        PressureUnit::Inches => Pressure::Altimeter(2992),
        PressureUnit::Hectopascals => Pressure::Qnh(1013),
    });
    let wind = Item::Wind { dir: 80, knots: 9 };
    let frequency = "118.7".parse().ok();
    let told: Vec<Vec<Item>> = vec![
        vec![Item::Pushback { startup: true, push: false, facing: None }, pressure.clone()],
        vec![
            Item::ClearedTo { limit: "Vienna airport".into(), procedure: Some("MERSI1S".into()), route: None },
            level(Climb::Climb, 4000),
            Item::Squawk("7000".parse().unwrap()),
        ],
        vec![
            runway.clone(),
            Item::Taxi { via: vec!["A".into()], to_holding_point: region.taxi_to_holding_point },
            Item::HoldShort { runway: "13".parse().unwrap(), at: None },
        ],
        vec![runway.clone(), Item::LineUpAndWait],
        vec![wind.clone(), runway.clone(), Item::ClearedForTakeoff { at: None }],
        vec![Item::Contact { unit: region.unit_departure.into(), frequency }],
        vec![Item::RadarContact(None), level(Climb::Climb, 10_000)],
        vec![level(Climb::Descend, 4000), pressure],
        vec![Item::Approach { kind: "ILS".into(), expect: false }, runway.clone()],
        vec![wind, runway, Item::Cleared(Landing::FullStop)],
        vec![Item::SquawkVfr],
    ];
    let to: Callsign = "DLH4TK".parse().unwrap();
    let say = |items| {
        let i = Instruction { to: to.clone(), address: Address::Full, from: Facility::Tower, station: None, items };
        let spoken = say::render(&i, region, None).spoken;
        spoken.strip_prefix("Lufthansa four tango kilo, ").unwrap_or(&spoken).to_owned()
    };
    told.into_iter().map(say).collect()
}

/// Transmission by transmission: the words common to all rows, and the row's own.
#[test]
fn one_flight_uses_the_words_of_each_region() {
    let said: Vec<(&str, Vec<String>)> = Region::all().map(|r| (r.word(), flight(r))).collect();
    if std::env::var_os("SHOW").is_some() {
        said.iter().for_each(|(row, lines)| println!("{row}\n  {}", lines.join("\n  ")));
    }
    let of = |row: &str| said.iter().find(|(r, _)| *r == row).map(|(_, lines)| lines.join(" | ")).unwrap();
    for (row, words) in [
        (
            "FAA",
            &[
                "altimeter two niner niner two",
                "climb and maintain one zero thousand",
                "runway eight center, taxi via alpha",
                "hold short of runway one three",
                "wind zero eight zero at niner, runway eight center, cleared for takeoff",
                "one one eight point seven",
                "radar contact",
                "ILS runway eight center approach",
                "squawk VFR",
            ][..],
        ),
        (
            "ICAO",
            &[
                "start-up approved, QNH one zero one three",
                "climb to altitude four thousand feet, squawk seven zero zero zero",
                "taxi to holding point runway zero eight centre via alpha",
                "cleared for take-off",
                "decimal",
                "identified, climb to flight level one zero zero",
                "mersi one sierra departure",
                "squawk seven zero zero zero",
            ],
        ),
        (
            "UK",
            &[
                "surface wind zero eight zero degrees niner knots, runway zero eight centre, cleared for take-off",
                "climb flight level one hundred",
                "descend flight level four zero, QNH",
                "squawk seven thousand",
            ],
        ),
        ("Germany", &["contact Radar one one eight decimal seven", "descend to altitude four thousand feet, QNH one zero one three"]),
        ("France", &["climb to flight level one hundred", "QNH one zero one three"]),
        ("Europe", &["climb to flight level one hundred", "wind zero eight zero degrees niner knots"]),
        (
            "Canada",
            &[
                "altimeter two niner niner two",
                "runway zero eight centre, taxi via alpha",
                "radar identified, climb to one zero thousand",
                "decimal",
                "squawk one two zero zero",
            ],
        ),
        ("Japan", &["QNH two niner niner two", "climb to altitude one zero thousand feet", "squawk one two zero zero"]),
        ("Australia", &["climb to altitude one zero thousand feet", "QNH one zero one three", "squawk one two zero zero"]),
        ("NZ", &["climb to altitude one zero thousand feet", "squawk one two zero zero"]),
        ("Brazil", &["climb to flight level one zero zero", "squawk two zero zero zero"]),
    ] {
        for w in words {
            assert!(of(row).contains(w), "{row}: {w:?} in {}", of(row));
        }
    }
    assert_eq!(said.len(), 11, "a row was added: its words belong into this test");
}

#[test]
fn altitude_for_flight_level_is_wrong_if_the_state_says_so() {
    let germany: Region = "Germany".parse().unwrap();
    let at = |feet, level| [Item::Altitude { way: Climb::Climb, feet, level }];
    for (region, items, said, verdict) in [
        (germany, at(8000, true), "climb flight level eight zero", Verdict::Correct),
        (germany, at(8000, true), "climb eight zero", Verdict::Correct),
        (germany, at(8000, true), "climb eight thousand feet", Verdict::Incorrect),
        (germany, at(8000, true), "climb eight thousand", Verdict::Incorrect),
        (germany, at(10_000, true), "climb flight level one hundred", Verdict::Correct),
        (germany, at(10_000, true), "climb flight level one one zero", Verdict::Incorrect),
        (germany, at(4000, false), "climb altitude four thousand feet", Verdict::Correct),
        (germany, at(4000, false), "climb four thousand", Verdict::Correct),
        (germany, at(4000, false), "climb flight level four zero", Verdict::Incorrect),
        (Region::FAA, at(17_000, false), "climb and maintain one seven thousand", Verdict::Correct),
        (Region::FAA, at(23_000, true), "flight level two three zero", Verdict::Correct),
    ] {
        assert_eq!(check(&items, None, said, region).verdict, verdict, "{region:?} {items:?} {said}");
    }
}

/// No code asks which row it is in: every difference between states is a column.
#[test]
fn no_code_compares_regions() {
    fn rust(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() && !matches!(name.as_str(), "target" | "tests" | "region") {
                rust(&entry, found);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                found.push((entry.display().to_string(), std::fs::read_to_string(&entry).unwrap()));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    ["src", "crates"].iter().for_each(|f| rust(&root.join(f), &mut files));
    assert!(files.len() > 150, "the sources are gone");
    let compares = |line: &str| {
        let line: String = line.split("//").next().unwrap_or("").split_whitespace().collect();
        ["FAA", "ICAO"].iter().any(|row| {
            let row = format!("Region::{row}");
            line.match_indices(&row).any(|(at, _)| {
                let front = line[..at].trim_end_matches("crate::units::").trim_end_matches("stratus_units::").trim_end_matches('&');
                let behind = &line[at + row.len()..];
                front.ends_with("==")
                    || front.ends_with("!=")
                    || front.ends_with("matches!(s.region,")
                    || ["=>", "==", "!="].iter().any(|w| behind.starts_with(w))
            })
        })
    };
    assert!(compares("if s.region == Region::FAA {") && compares("Region::ICAO => 1,") && !compares("region: Region::FAA,"));
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| {
            let code = text.split("#[cfg(test)]").next().unwrap_or("");
            code.lines().filter(|l| compares(l)).map(move |l| format!("{path}: {}", l.trim()))
        })
        .collect();
    assert!(found.is_empty(), "{} comparisons with a region:\n{}", found.len(), found.join("\n"));
}
