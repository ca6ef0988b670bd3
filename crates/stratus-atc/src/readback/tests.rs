//! Kinds of readbacks: corrected, in a short form, with something left out.

use super::*;

fn checked(told: &str, said: &str, region: Region) -> (Verdict, Vec<ReadbackItem>, Vec<ReadbackItem>) {
    let check = check_text(told, said, region);
    (check.verdict, check.wrong, check.missing)
}

#[test]
fn a_corrected_readback_counts_as_corrected() {
    for (told, said) in [
        ("N640CA, turn right heading 210.", "right to two three zero, uh correction, two one zero, six four zero charlie alpha"),
        ("N640CA, turn left heading 310.", "left three one zero, four zero charlie alpha, i mean six four zero charlie alpha"),
        ("N52LW, turn left heading 090, maintain 150 knots.", "zero niner zero on the heading, one fifty knots, five two lima whiskey"),
        (
            "N52LW, fly heading 130, maintain 3000 until established, cleared ILS runway 9 approach.",
            "one three zero, three until established, cleared ILS niner, five two lima whiskey",
        ),
    ] {
        assert_eq!(checked(told, said, Region::FAA).0, Verdict::Correct, "{said}");
    }
    for (told, said) in [
        ("N640CA, turn right heading 210.", "right to two one zero, uh correction, two three zero, six four zero charlie alpha"),
        ("N52LW, turn left heading 090, maintain 150 knots.", "one five zero on the heading, zero niner zero knots, five two lima whiskey"),
        (
            "N52LW, fly heading 130, maintain 3000 until established, cleared ILS runway 9 approach.",
            "one three zero, four until established, cleared ILS niner, five two lima whiskey",
        ),
    ] {
        assert_ne!(checked(told, said, Region::FAA).0, Verdict::Correct, "{said}");
    }
}

#[test]
fn a_shortened_registration_counts_wherever_it_ends_the_call() {
    for (told, said) in [
        ("G-RULS, QNH 1002", "one zero zero two lima sierra ta"),
        ("G-RULS, QNH 1002", "one zero zero two lima sierra thank you"),
        ("5H-MJD, QNH 1002", "one zero zero two mike juliett delta"),
        ("9V-BTK, QNH 1010", "qnh one zero one zero nine victor tango kilo"),
        ("V5-KAR, squawk 4301", "four three zero one alpha romeo"),
    ] {
        assert_eq!(checked(told, said, Region::ICAO).0, Verdict::Correct, "{said}");
    }
    assert_ne!(checked("G-RULS, QNH 1002", "one zero zero two lima tango ta", Region::ICAO).0, Verdict::Correct);
    assert_ne!(checked("5H-MJD, QNH 1002", "one zero zero two mike juliett echo", Region::ICAO).0, Verdict::Correct);
}

#[test]
fn a_route_with_names_is_read_back_where_the_region_wants_it() {
    let told = "Kenya 614, cleared to Mombasa via GESOK UA405, climb to flight level 260, squawk 1431";
    let said = |rest: &str| format!("cleared mombasa {rest} flight level two six zero squawk one four three one kenya six one four");
    let missing = |rest: &str, region| checked(told, &said(rest), region).2;
    assert_eq!(missing("", Region::ICAO), [ReadbackItem::Route]);
    for rest in ["via gesok", "via jessock uniform alpha four zero five", "flight planned route", "gezok"] {
        assert!(missing(rest, Region::ICAO).is_empty(), "{rest}");
    }
    assert!(missing("", Region::FAA).is_empty());
}

fn verdict(region: Region, told: &str, said: &str) -> Verdict {
    check_text(told, said, region).verdict
}

#[test]
fn short_readbacks_of_airlines_are_right_or_wrong() {
    let tower = "Air France 42KP, contact Fiumicino Tower 118.7";
    for said in
        ["one one eight seven, kilo papa", "eighteen seven, Air France four two kilo papa", "one one eight seven, grazie, kilo papa"]
    {
        assert_ne!(verdict(Region::FAA, tower, said), Verdict::Incorrect, "{said}");
    }
    assert_eq!(verdict(Region::FAA, tower, "one one eight nine, kilo papa"), Verdict::Incorrect);
    let turn = "Southwest 1482, expect ILS runway 18C, turn left heading 270";
    assert_eq!(verdict(Region::FAA, turn, "one eight center left two seven zero fourteen eighty two thanks"), Verdict::Correct);
    assert_eq!(verdict(Region::FAA, turn, "one eight center left two eight zero fourteen eighty two thanks"), Verdict::Incorrect);
}

#[test]
fn callsign_is_no_direction_and_a_ceiling_no_level() {
    let told = "Southwest 1482, radar contact, 32 miles east of Memphis, descend and maintain 6,000, altimeter 29.90";
    assert_eq!(verdict(Region::FAA, told, "six thousand two niner niner zero southwest fourteen eighty two"), Verdict::Correct);
    let told = "Finnair 6LT, descend FL060";
    let said = "ceiling one thousand eight hundred copied, descending to flight level six zero, finnair six lima tango";
    assert_eq!(verdict(Region::ICAO, told, said), Verdict::Correct);
}
