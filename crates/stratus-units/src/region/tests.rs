//! The region table is complete, and a broken table is refused with the position of the error.

use super::*;

#[test]
fn every_row_is_read_and_found_by_its_name() {
    assert_eq!((Region::FAA.word(), Region::ICAO.word()), ("FAA", "ICAO"));
    for region in Region::all() {
        assert_eq!(region.word().parse::<Region>().unwrap(), region);
        let json = serde_json::to_string(&region).unwrap();
        assert_eq!(serde_json::from_str::<Region>(&json).unwrap(), region);
        assert!(["FAA", "ICAO"].contains(&region.phraseology), "{region:?}");
    }
    assert!("Atlantis".parse::<Region>().is_err());
}

#[test]
fn an_airport_gets_the_row_of_its_code_or_its_state() {
    for (code, state, row) in [
        ("KPAO", "", "FAA"),
        ("PHTO", "California", "FAA"),
        ("ZBAA", "China", "ICAO"),
        ("EGLL", "United Kingdom", "UK"),
        ("EDDM", "", "Germany"),
        ("LFPG", "", "France"),
        ("LOWW", "", "Europe"),
        ("LLBG", "", "ICAO"),
        ("CYYZ", "", "Canada"),
        ("RJTT", "", "Japan"),
        ("YSSY", "", "Australia"),
        ("SBGR", "", "Brazil"),
        ("GB12", "United Kingdom", "UK"),
        // No ICAO code: a local identifier.
        ("K12", "", "ICAO"),
        ("", "", "ICAO"),
    ] {
        assert_eq!(Region::of(code, state).word(), row, "{code} {state}");
    }
}

#[test]
fn a_broken_table_is_rejected_with_the_location() {
    let two = "[FAA]\n[ICAO]\n";
    for (table, why) in [
        ("x = 1\n", "before the first row"),
        ("[FAA]\n[FAA]\n", "second row"),
        ("[FAA]\nnonsense\n", "line 2"),
        ("[FAA]\nwind = \"a\"\nwind = \"b\"\n", "a second wind"),
        ("[FAA]\nwined = \"a\"\n", "no such column"),
        (two, "[FAA] has no title"),
        ("[FAA]\nlike = \"ICAO\"\n[ICAO]\nlike = \"FAA\"\n", "like itself"),
        ("[FAA]\nlike = \"Mars\"\n", "no such row"),
    ] {
        let refused = rows(table).expect_err(table);
        assert!(refused.contains(why), "{table}: {refused}");
    }
    let swapped = TABLE.replacen("[FAA]", "[X]", 1);
    assert!(rows(Box::leak(swapped.into_boxed_str())).unwrap_err().contains("first rows"));
    let odd = TABLE.replacen("runway_digits = 1", "runway_digits = one", 1);
    assert!(rows(Box::leak(odd.into_boxed_str())).unwrap_err().contains("runway_digits = one: not a whole number"));
    let other = TABLE.replacen("pressure = \"inches\"", "pressure = \"feet\"", 1);
    assert!(rows(Box::leak(other.into_boxed_str())).unwrap_err().contains("\"inches\" \"hectopascals\""));
}

#[test]
fn a_row_inherits_all_but_where_it_applies() {
    let row = "\n[Utopia]\nlike = \"FAA\"\ntitle = \"Utopia\"\ncodes = [\"UT\"]\nstates = []\ndecimal = \"dot\"\n";
    let with = rows(Box::leak(format!("{TABLE}{row}").into_boxed_str())).unwrap();
    let utopia = with.last().unwrap();
    assert_eq!((utopia.name, utopia.decimal, utopia.line_up, &utopia.codes[..]), ("Utopia", "dot", "line up and wait", &["UT"][..]));
    let placeless = format!("{TABLE}\n[Nowhere]\nlike = \"FAA\"\n");
    assert!(rows(Box::leak(placeless.into_boxed_str())).unwrap_err().contains("[Nowhere] has no title"));
}

#[test]
fn every_placeholder_in_a_template_is_filled_in() {
    for r in Region::all() {
        for (words, values) in [
            (r.altitude, &["{feet}"][..]),
            (r.climb, &["{level}"]),
            (r.climb_level, &["{level}"]),
            (r.descend, &["{level}"]),
            (r.descend_level, &["{level}"]),
            (r.maintain, &["{level}"]),
            (r.wind, &["{dir}", "{knots}"]),
            (r.closed_traffic, &["{side}"]),
            (r.orbit, &["{side}"]),
            (r.zulu, &["{time}"]),
            (r.hold, &["{where}", "{course}", "{side}", "{legs}"]),
        ] {
            assert!(values.iter().all(|v| words.contains(v)), "{r:?}: {words}");
        }
        let bare = [r.line_up, r.takeoff, r.hold_short, r.identified, r.affirm, r.go_ahead, r.stop, r.start_up];
        assert!(bare.iter().all(|w| !w.is_empty() && !w.contains(['{', '}'])), "{r:?}");
        assert!(r.multicom.is_empty() || r.multicom.parse::<crate::Frequency>().is_ok(), "{r:?}");
        assert!(r.vfr_code.parse::<crate::Squawk>().is_ok(), "{r:?}");
        assert!(matches!(r.runway_digits, 1 | 2), "{r:?}");
    }
    assert_eq!(filled("wind {dir} at {knots}", &[("dir", "310"), ("knots", "8")]), "wind 310 at 8");
}
