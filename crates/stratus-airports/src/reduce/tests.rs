//! Tests names, runway ends and channels separately; `tests/airports_update.rs` compares whole tables.

use super::names::{Own, plain, spoken, station};
use super::*;

#[test]
fn names_take_their_spoken_form() {
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
    // If a person chose the name, the field's units have it; in the United States the tables name them as the FAA does.
    assert_eq!(station("FIUME GND", own("LIRF", "Fiumicino"), true), "Fiumicino");
    assert_eq!(station("ROMA APP", own("LIRF", "Fiumicino"), false), "Roma");
    assert_eq!(station("CAPITOL TWR", own("KSMF", "Sacramento"), true), "Capitol");
    assert_eq!(station("RGNL TWR", own("KDFW", "Regional"), true), "Regional");
    // Its radar units may have a different name from the tower.
    assert_eq!(
        (station("APP", own("KORD", "O'Hare"), false), station("TWR", own("KORD", "O'Hare"), true)),
        ("Chicago".into(), "O'Hare".into())
    );
}

/// Test tables of towered airports: code, kind, name, town, the longest runway in feet, the tower's and the radar's description, and the
/// distance east in degrees.
type Towered<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, [&'a str; 2], &'a str);

fn names_of(airports: &[Towered<'_>]) -> Vec<String> {
    let mut r = Reduction::default();
    r.row(Table::Countries, &["AU", "Australia"]).unwrap();
    for (n, (code, kind, name, town, feet, said, east)) in airports.iter().enumerate() {
        let id = n.to_string();
        r.row(Table::Airports, &[&id, code, kind, name, "50", east, "", "AU", "AU-X", town, ""]).unwrap();
        r.row(Table::Runways, &[&id, feet, "100", "ASP", "1", "0", "09", "27", "", "", "", "", "", "", ""]).unwrap();
        for (kind, said, mhz) in [("TWR", said[0], "118.1"), ("APP", said[1], "119.1")] {
            r.row(Table::Frequencies, &[&id, kind, said, mhz]).unwrap();
        }
    }
    let world = crate::world::World::newer(r.finish(Counts::default()).unwrap().bytes, "2026-11-27").unwrap();
    let one = |code: &str| {
        let a = world.get(code).unwrap();
        let stations: Vec<&str> = a.stations.iter().map(|s| s.name.as_str()).collect();
        format!("{}: {}; {}", a.name, stations.join(", "), a.place)
    };
    airports.iter().map(|a| one(a.0)).collect()
}

#[test]
fn records_in_the_sea_at_0_north_0_east_are_left_out() {
    let mut r = Reduction::default();
    r.row(Table::Countries, &["AU", "Australia"]).unwrap();
    for (id, code, lat, lon) in [("1", "YAAA", "-30.5", "150.2"), ("2", "XAAA", "-0.0001", "-0.0003"), ("3", "FAAA", "0.4", "9.4")] {
        let name = "Somewhere Airport";
        r.row(Table::Airports, &[id, code, "medium_airport", name, lat, lon, "", "AU", "AU-X", "Somewhere", ""]).unwrap();
    }
    let world = crate::world::World::newer(r.finish(Counts::default()).unwrap().bytes, "2026-11-27").unwrap();
    assert!(world.get("YAAA").is_some() && world.get("FAAA").is_some() && world.get("XAAA").is_none());
}

#[test]
fn an_airport_that_shares_a_town_is_called_by_its_own_name() {
    let [large, medium, small] = ["large_airport", "medium_airport", "small_airport"];
    // The principal airport, the other one, and the other one's spoken name.
    for (principal, kind, name, expected) in [
        (["YSSY", "Sydney Kingsford Smith International Airport", "Sydney"], medium, "Sydney Bankstown Airport", "Bankstown"),
        (["YMML", "Melbourne International Airport", "Melbourne"], medium, "Melbourne Moorabbin Airport", "Moorabbin"),
        (["ESSA", "Stockholm-Arlanda Airport", "Stockholm"], medium, "Stockholm-Bromma Airport", "Bromma"),
        (["EGLL", "London Heathrow Airport", "London"], medium, "London Biggin Hill Airport", "Biggin Hill"),
        (["LFPG", "Charles de Gaulle International Airport", "Paris"], medium, "Paris-Le Bourget Airport", "Le Bourget"),
        (["CYYZ", "Lester B. Pearson International Airport", "Toronto"], medium, "Billy Bishop Toronto City Centre Airport", "City Centre"),
        (["RJCC", "New Chitose Airport", "Sapporo"], medium, "Sapporo Okadama Airport", "Okadama"),
        // No person chose the names of these.
        (["YPPH", "Perth International Airport", "Perth"], medium, "Perth Jandakot Airport", "Jandakot"),
        (["ZSPD", "Shanghai Pudong International Airport", "Shanghai"], medium, "Shanghai Hongqiao International Airport", "Hongqiao"),
        (["YPAD", "Adelaide International Airport", "Adelaide"], small, "Adelaide Parafield Airport", "Parafield"),
        (["UKBB", "Boryspil International Airport", "Kiev"], medium, "Kiev Zhuliany International Airport", "Zhuliany"),
        (["KMIA", "Miami International Airport", "Miami"], medium, "Miami-Opa Locka Executive Airport", "Opa Locka"),
        (["KMIA", "Miami International Airport", "Miami"], medium, "Miami Executive Airport", "Executive"),
        (["KJAX", "Jacksonville International Airport", "Jacksonville"], medium, "Jacksonville Executive at Craig Airport", "Craig"),
        (["KSTL", "St Louis Lambert International Airport", "St Louis"], medium, "Spirit of St Louis Airport", "Spirit"),
        (["EBBR", "Brussels Airport", "Brussels"], medium, "Brussels South Charleroi Airport", "Charleroi"),
        (["LEMD", "Adolfo Suárez Madrid–Barajas Airport", "Madrid"], medium, "Madrid–Torrejón Airport / Torrejón Air Base", "Torrejón"),
        (
            ["KMSY", "Louis Armstrong International Airport", "New Orleans"],
            medium,
            "New Orleans NAS JRB/Alvin Callender Field",
            "Alvin Callender",
        ),
        // A bearing or "city" alone is not a name.
        (["EGAA", "Belfast International Airport", "Belfast"], medium, "George Best Belfast City Airport", "Belfast City"),
        (
            ["KPHL", "Philadelphia International Airport", "Philadelphia"],
            medium,
            "Northeast Philadelphia Airport",
            "Northeast Philadelphia",
        ),
        (["GCTS", "Tenerife Sur Airport", "Tenerife"], medium, "Tenerife Norte-Ciudad de La Laguna Airport", "Tenerife Norte"),
        // Nothing is left, or nothing that is a name.
        (["OERK", "King Khaled International Airport", "Riyadh"], medium, "Riyadh Air Base", "Riyadh"),
        (["RKSI", "Incheon International Airport", "Seoul"], medium, "Seoul Air Base (K-16)", "Seoul"),
        (["XXXA", "Somewhere Airport", "Somewhere"], medium, "Somewhere 2 B Airport", "Somewhere"),
    ] {
        let [code, whole, town] = principal;
        let alone = names_of(&[("XXXX", kind, name, town, "9000", ["", ""], "8")]).concat();
        let alone = alone.split(':').next().unwrap().to_owned();
        assert!(alone.starts_with(town) || alone == name.replace(" Airport", ""), "{name} is the only airport of its town: {alone}");
        let [first, other] = [("8", large), ("8.3", kind)];
        let is =
            names_of(&[(code, first.1, whole, town, "8000", ["", ""], first.0), ("XXXX", other.1, name, town, "9000", ["", ""], other.0)]);
        assert!(is[1].starts_with(&format!("{expected}: {expected} Tower, ")), "{name}: {}", is[1]);
        assert!(!is[0].starts_with(&format!("{expected}:")) || expected == town, "{}", is[0]);
    }
}

#[test]
fn the_principal_airport_of_a_town_keeps_its_name() {
    let [large, medium, small] = ["large_airport", "medium_airport", "small_airport"];
    let names =
        |airports: &[Towered<'_>]| -> Vec<String> { names_of(airports).iter().map(|a| a.split(':').next().unwrap().to_owned()).collect() };
    let at = |code, kind, name, feet, east| (code, kind, name, "Perth", feet, ["", ""], east);
    // The larger kind, then the longer runway.
    assert_eq!(
        names(&[at("XA", medium, "Perth Long Hill", "9000", "8"), at("XB", large, "Perth Main Hill", "5000", "8")]),
        ["Long Hill", "Perth"]
    );
    assert_eq!(names(&[at("XA", medium, "Perth Low", "9000", "8"), at("XB", medium, "Perth High", "9001", "8")]), ["Low", "Perth"]);
    assert_eq!(names(&[at("XA", small, "Perth Low", "9000", "8"), at("XB", small, "Perth High", "9001", "8")]), ["Low", "Perth High"]);
    // An airport named exactly like the town, and a civil one, take priority over a longer runway.
    assert_eq!(
        names(&[at("XA", medium, "Perth Regional Airport", "5000", "8"), at("XB", medium, "Perth Downtown", "9000", "8")]),
        ["Perth", "Downtown"]
    );
    assert_eq!(
        names(&[at("XA", medium, "Perth Airport", "5000", "8"), at("XB", medium, "NAS Perth/Boca Chica Field", "9000", "8")]),
        ["Perth", "Boca Chica"]
    );
    // Too far away it is another town, and so is a town with a longer name.
    assert_eq!(names(&[at("XA", medium, "Perth Low", "9000", "8"), at("XB", large, "Perth High", "9001", "10")]), ["Perth", "Perth"]);
    let bedford = [
        ("XA", large, "Bedford Airport", "Bedford", "9000", ["", ""], "8"),
        ("XB", medium, "New Bedford Airport", "New Bedford", "9000", ["", ""], "8"),
    ];
    assert_eq!(names(&bedford), ["Bedford", "New Bedford"]);
}

#[test]
fn described_names_stay_and_radar_takes_the_towns_name() {
    let [large, medium] = ["large_airport", "medium_airport"];
    let first = ("YMML", large, "Melbourne International Airport", "Melbourne", "9000", ["", ""], "8");
    for (said, expected) in [
        (["TWR", "APP"], "Moorabbin: Moorabbin Tower, Melbourne Approach; Melbourne, Australia"),
        (["MOORABBIN TWR", "MELBOURNE APP"], "Moorabbin: Moorabbin Tower, Melbourne Approach; Melbourne, Australia"),
        (["HARRY HAWKER TWR", "MOORABBIN APP"], "Moorabbin: Harry Hawker Tower, Moorabbin Approach; Melbourne, Australia"),
        (["MELBOURNE TWR", "AVALON APP"], "Moorabbin: Melbourne Tower, Avalon Approach; Melbourne, Australia"),
    ] {
        let other = ("YMMB", medium, "Melbourne Moorabbin Airport", "Melbourne", "4383", said, "8.1");
        assert_eq!(names_of(&[first, other])[1], expected, "{said:?}");
    }
}

#[test]
fn too_few_too_many_and_too_damaged_rows_are_rejected() {
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
fn random_rows_never_panic_and_the_result_can_be_read() {
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
fn a_lower_case_code_is_found() {
    let mut r = Reduction::default();
    r.row(Table::Countries, &["DE", "Germany"]).unwrap();
    r.row(Table::Airports, &["1", "KpAO", "small_airport", "Somewhere", "50", "8", "", "DE", "DE-HE", "", ""]).unwrap();
    let reduced = r.finish(Counts::default()).unwrap();
    let world = crate::world::World::newer(reduced.bytes, "2026-11-27").unwrap();
    assert_eq!(world.get("kpao").map(|a| a.icao).as_deref(), Some("KPAO"));
}
