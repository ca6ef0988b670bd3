//! Calls whose words resemble another meaning: news about others, holding points, letters beside abbreviations, ends of plans.

use stratus_atc::intent::{Context, Intent, Understanding};
use stratus_atc::readback::{ReadbackItem, Verdict, check_text};
use stratus_atc::remark::Remark;
use stratus_atc::understand::understand;
use stratus_atc::units::{Facility, Region};

fn heard(facility: Facility, own: &str, text: &str) -> Understanding {
    let ctx = Context { own: own.parse().ok(), facility: Some(facility), region: Region::ICAO, ..Context::default() };
    understand(text, &ctx)
}

#[test]
fn point_after_holding_is_a_place_not_a_decimal() {
    for (said, runway) in [("at the holding point one two, ready", "12"), ("holding point two seven left, ready for departure", "27L")] {
        let u = heard(Facility::Tower, "GBMFD", &format!("Tower, Golf Bravo Mike Foxtrot Delta {said}"));
        assert_eq!(u.slots.runway.map(|r| r.to_string()).as_deref(), Some(runway), "{said}");
    }
    let u = heard(Facility::Tower, "GBMFD", "Golf Fox Delta going to one two one decimal five");
    assert_eq!(u.slots.frequency.map(|f| f.to_string()).as_deref(), Some("121.5"));
}

#[test]
fn a_letter_beside_an_abbreviation_is_kept() {
    for letter in ["Oscar", "Echo", "Mike", "Victor"] {
        let text = format!("Ground, Golf Bravo Mike Foxtrot Delta, information {letter}, VFR southbound, ready to taxi");
        assert_eq!(heard(Facility::Ground, "GBMFD", &text).slots.atis, letter.chars().next(), "{letter}");
    }
}

#[test]
fn finished_plans_are_not_requests() {
    for end in ["no more touch and goes", "we are done with the touch and goes", "enough of the touch and goes"] {
        let u = heard(Facility::Tower, "GBNKH", &format!("Golf Kilo Hotel downwind, {end}, leaving to the north"));
        assert!(!u.has(Intent::TouchAndGoRequest), "{end}: {:?}", u.intents);
    }
    assert!(heard(Facility::Tower, "GBNKH", "Golf Kilo Hotel downwind, request a touch and go").has(Intent::TouchAndGoRequest));
}

#[test]
fn a_value_in_knots_is_a_speed() {
    let u = heard(Facility::Departure, "BAW381", "Speedbird three eight one, okay if we do three hundred knots down here");
    assert_eq!(u.slots.speed_kt, Some(300));
    assert!(u.slots.altitude_ft.is_empty());
}

#[test]
fn news_and_questions_are_not_requests() {
    let says = |text: &str, remark: Remark| heard(Facility::Approach, "EIN74Q", text).remarks.has(remark);
    assert!(says("just for your planning, Shamrock seven four quebec, we would go to Shannon", Remark::Informs));
    assert!(says("Shamrock seven four quebec, did you clear us for it", Remark::AsksCleared));
    assert!(says("Shamrock seven four quebec, is there anything closer", Remark::AsksNearest));
    assert!(says("Shamrock seven four quebec, I will take any runway", Remark::AnyRunway));
    assert!(!says("Shamrock seven four quebec, request runway one six", Remark::AnyRunway));
}

#[test]
fn a_hold_short_of_a_taxiway_must_be_read_back() {
    let told = "Frontier 519, runway 27, taxi via Bravo, Delta, hold short of Charlie";
    let check = |said: &str| check_text(told, said, Region::FAA);
    let left_out = check("two seven bravo delta frontier five nineteen");
    assert_eq!((left_out.verdict, left_out.missing.as_slice()), (Verdict::Incomplete, [ReadbackItem::HoldShort].as_slice()));
    let other = check("two seven bravo delta hold short of echo frontier five nineteen");
    assert_eq!((other.verdict, other.wrong.as_slice()), (Verdict::Incorrect, [ReadbackItem::HoldShort].as_slice()));
    assert_eq!(check("two seven bravo delta hold short of charlie frontier five nineteen").verdict, Verdict::Correct);
}

#[test]
fn the_short_form_of_another_registration_is_a_wrong_callsign() {
    let told = "Mooney 9124X, runway 13, cleared to land, wind 150 at 7";
    let check = |said: &str| check_text(told, said, Region::FAA);
    assert_eq!(check("cleared to land one three two four yankee").wrong, [ReadbackItem::Callsign]);
    assert_eq!(check("cleared to land one three two four x-ray").verdict, Verdict::Correct);
}

#[test]
fn a_named_holding_point_is_recognised() {
    let told = "Speedbird 8Y, taxi to holding point N2E, runway 27L";
    let check = |said: &str| check_text(told, said, Region::ICAO).verdict;
    assert_eq!(check("holding point november two echo runway two seven left speedbird eight yankee"), Verdict::Correct);
    assert_eq!(check("november two whiskey for two seven left speedbird eight yankee"), Verdict::Incorrect);
}

#[test]
fn a_different_route_or_approval_is_a_wrong_readback() {
    let route =
        check_text("Envoy 3310, runway 31L, taxi via Kilo, Foxtrot", "three one left, kilo then echo, Envoy thirty three ten", Region::FAA);
    assert_eq!(route.verdict, Verdict::Incorrect);
    let push = check_text("Jetstar 766, stand by for push back", "push back approved, thank you, Jetstar seven six six", Region::ICAO);
    assert_eq!(push.verdict, Verdict::Incorrect);
}

#[test]
fn a_level_request_needs_no_level_word() {
    let u = heard(Facility::Center, "KLM57Z", "KLM five seven zulu, request higher, is three four zero free by any chance");
    assert_eq!((u.intent, u.slots.altitude_ft.as_slice()), (Intent::AltitudeRequest, [34_000].as_slice()));
}

#[test]
fn once_and_after_name_the_same_condition() {
    let told = "G-ABST, after the landing Airbus, cross runway 27 at C";
    let check = |said: &str| check_text(told, said, Region::ICAO).verdict;
    assert_eq!(check("once the airbus has landed crossing two seven at charlie golf sierra tango"), Verdict::Correct);
    assert_ne!(check("once the boeing has landed crossing two seven at charlie golf sierra tango"), Verdict::Correct);
}
