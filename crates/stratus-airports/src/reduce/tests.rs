//! Names, runway ends and channels by themselves; whole tables are compared in `tests/airports_update.rs`.

use super::names::{Own, plain, spoken, station};
use super::*;

#[test]
fn names_are_as_they_are_spoken() {
    for (ident, name, town, small, expected) in [
        ("KPAO", "Palo Alto Airport of Santa Clara County", "Palo Alto", true, "Palo Alto"),
        ("KSFO", "San Francisco International Airport", "San Francisco", false, "San Francisco"),
        ("KJFK", "John F Kennedy International Airport", "New York", false, "Kennedy"),
        ("ENML", "Molde Airport, Årø", "Årø", false, "Molde"),
        ("UKFB", "Sevastopol International Airport / Belbek Air Base", "Sevastopol", false, "Sevastopol"),
        ("LFXX", "Aérodrome de la Fontaine", "Rennes", true, "Fontaine"),
        ("LFBH", "La Rochelle-Île de Ré Airport", "La Rochelle", false, "La Rochelle"),
        ("EDXX", "Flugplatz", "", true, "Flugplatz"),
        ("EDXY", "", "", true, "EDXY"),
        ("KXXX", "Municipal Airport", "Springfield", true, "Springfield"),
        ("LTXX", "İNTERNATİONAL Atatürk AİRPORT", "", true, "Atatürk"),
        ("KXXY", "Smith (Private) \"Bud\" Airstrip", "Nowhere", true, "Smith Bud"),
    ] {
        assert_eq!(spoken(ident, name, town, small), expected, "{name}");
    }
    assert_eq!(plain("  a\tb (c) [d]\n \"e\" `f’ -"), "a b e 'f'");
    assert_eq!(plain("e\u{301}tampes ((x)"), "étampes");
    assert_eq!(plain("((((((((("), "(((((((((");
}

fn own<'a>(ident: &'a str, name: &'a str) -> Own<'a> {
    Own { ident, name }
}

#[test]
fn a_description_names_a_station_or_the_airport() {
    for (description, at_field, expected) in [
        ("NORCAL APP", false, "NorCal"),
        ("Palo Alto TWR", true, "Palo Alto"),
        ("TWR", true, "Own"),
        ("LANGEN RADAR 119.8", false, "Langen"),
        ("O'HARE APP 1", false, "O'Hare"),
        ("clnc freq", true, "Own"),
        ("<b>x</b>", true, "bx"),
        ("APP/DEP west", false, "Own"),
        ("Rwy 18R GND", true, "Own"),
        ("PLANNER", true, "Own"),
        ("Precision Approach", false, "Own"),
        ("New York Departures, alternate frequency", false, "New York"),
    ] {
        let is = station(description, own("XXXX", "Own"), at_field);
        assert!(is == expected || description.starts_with('<'), "{description}: {is}");
    }
    assert_eq!(station("OWN FIELD TWR", own("XXXX", "Own Field"), true), "Own Field");
    // Where a person has chosen the name, the field's units have it; in the United States the tables name them as the FAA does.
    assert_eq!(station("FIUME GND", own("LIRF", "Fiumicino"), true), "Fiumicino");
    assert_eq!(station("ROMA APP", own("LIRF", "Fiumicino"), false), "Roma");
    assert_eq!(station("CAPITOL TWR", own("KSMF", "Sacramento"), true), "Capitol");
    assert_eq!(station("RGNL TWR", own("KDFW", "Regional"), true), "Regional");
    // Its radar units may have another name than the tower.
    assert_eq!(
        (station("APP", own("KORD", "O'Hare"), false), station("TWR", own("KORD", "O'Hare"), true)),
        ("Chicago".into(), "O'Hare".into())
    );
}

#[test]
fn too_little_too_much_and_too_many_damaged_rows_are_refused() {
    let airport = |r: &mut Reduction, n: usize, lat: &str| {
        let (id, ident) = (n.to_string(), format!("X{n}"));
        r.row(Table::Airports, &[&id, &ident, "small_airport", "Somewhere", lat, "8", "", "DE", "DE-HE", "", ""])
    };
    let with = |good: usize, damaged: usize| {
        let mut r = Reduction::default();
        r.row(Table::Countries, &["DE", "Germany"]).unwrap();
        (0..good).for_each(|n| airport(&mut r, n, "50").unwrap());
        (good..good + damaged).for_each(|n| airport(&mut r, n, "150").unwrap());
        r
    };
    let least = |airports| Counts { airports, ..Counts::default() };
    assert_eq!(with(90, 0).finish(least(100)).unwrap().counts.airports, 90);
    let told = with(89, 0).finish(least(100)).unwrap_err().to_string();
    assert!(told.contains("89 airports") && told.contains("100 are built in"), "{told}");
    assert_eq!(with(98, 2).finish(least(100)).unwrap().damaged, 2);
    assert!(with(97, 3).finish(least(90)).unwrap_err().to_string().contains("3 of the 100 rows of airports.csv"));
    assert!(with(10, 0).finish(Counts { stations: 2, ..least(10) }).unwrap_err().to_string().contains("0 stations"));
    let mut r = with(0, 0);
    let refused = (0..70_000).find_map(|n| airport(&mut r, n, "50").err());
    assert!(refused.unwrap().to_string().contains("more rows"));
}

#[test]
fn random_rows_make_no_panic_and_what_is_made_can_be_read() {
    let mut seed = 11u32;
    let mut next = move |most: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % most
    };
    let words = [
        "",
        "1",
        "2",
        "3",
        "-1",
        "90",
        "-90",
        "180",
        "1e308",
        "NaN",
        "inf",
        "0.5",
        "118.02",
        "136.995",
        "N",
        "09L",
        "27",
        "36R",
        "US",
        "DE",
        "(",
        "[",
        "\"",
        "TWR",
        "CTAF",
        "UNICOM",
        "small_airport",
        "large_airport",
        "Å (x",
        "İı",
        "-30000",
        "99999999999",
        "airport of",
        "ZZZZ",
        "\u{ad}",
        "A/B, C / D",
        "'",
    ];
    for _ in 0..300 {
        let mut r = Reduction::default();
        for _ in 0..60 {
            let table = Table::ALL[next(5)];
            let mut row: Vec<&str> = table.columns().iter().map(|_| words[next(words.len())]).collect();
            if next(2) == 0 && table == Table::Airports {
                (row[1], row[2], row[4], row[5], row[6]) = (["X1", "ZZZZ", "X3"][next(3)], "small_airport", "89.99", "-180", "5");
            }
            r.row(table, &row).unwrap();
        }
        if let Ok(reduced) = r.finish(Counts::default()) {
            let world = crate::world::World::newer(reduced.bytes, "2026-11-27").unwrap();
            assert!(world.len() == reduced.counts.airports && world.is_whole());
            assert!((0..world.len()).all(|n| world.airport(n).is_some()));
        }
    }
}

#[test]
fn a_code_in_small_letters_is_found() {
    let mut r = Reduction::default();
    r.row(Table::Countries, &["DE", "Germany"]).unwrap();
    r.row(Table::Airports, &["1", "KpAO", "small_airport", "Somewhere", "50", "8", "", "DE", "DE-HE", "", ""]).unwrap();
    let reduced = r.finish(Counts::default()).unwrap();
    let world = crate::world::World::newer(reduced.bytes, "2026-11-27").unwrap();
    assert_eq!(world.get("kpao").map(|a| a.icao).as_deref(), Some("KPAO"));
}
