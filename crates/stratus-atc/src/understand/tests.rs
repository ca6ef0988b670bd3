//! Kinds of calls, in words that no list contains: destinations, values in a short form, calls that are taken back.

use super::*;

fn read_by_rules(text: &str, facility: Facility, region: Region) -> Understanding {
    let ctx = Context { facility: Some(facility), region, ..Context::default() };
    by_rules(normalise(text, &ctx), &ctx)
}

#[test]
fn a_place_after_words_of_going_is_the_destination() {
    for (text, place) in [
        ("seattle center room for a skyhawk to cheyenne, five two four lima whiskey, flight following", "KCYS"),
        ("diverting, aspen is closed, so grand junction now, citation six one two golf hotel", "KGJT"),
        ("dispatch wants us in tulsa, changing our destination, brickyard forty one twelve", "KTUL"),
        ("change of destination, we'd like to set down at salina, bonanza eight one kilo", "KSLN"),
        // One of two fields of a city: the words stay.
        ("request diversion into tenerife north rather than south, iberia one two", "tenerife north"),
        ("changing destination to málaga, vueling six one", "LEMG"),
        ("request clearance to quebec city, porter two one one", "CYQB"),
    ] {
        let u = read_by_rules(text, Facility::Center, Region::FAA);
        assert_eq!(u.slots.destination.as_deref(), Some(place), "{text}: {:?}", u.intents);
    }
    let u = read_by_rules(
        "request flight following climbing four thousand five hundred for wollongbar, victor hotel alpha bravo charlie",
        Facility::Center,
        Region::ICAO,
    );
    assert_eq!(u.slots.destination.as_deref(), Some("wollongbar"));
    // The place that one comes from, and a type.
    for text in
        ["cheyenne five two four lima whiskey request flight following", "diverting, the line is off wichita, skylane two kilo papa"]
    {
        assert_eq!(read_by_rules(text, Facility::Center, Region::FAA).slots.destination, None, "{text}");
    }
}

#[test]
fn levels_and_codes_in_a_short_form_are_read() {
    let level = |text: &str, facility| read_by_rules(text, facility, Region::FAA).slots.altitude_ft;
    assert_eq!(level("bonanza eight one kilo papa it is rough here can we try niner", Facility::Center), [9000]);
    assert_eq!(level("can we get down to six please, cardinal three four five", Facility::Approach), [6000]);
    assert_eq!(level("memphis center brickyard twenty one sixty one, two niner zero", Facility::Center), [29_000]);
    assert_eq!(level("houston center delta four ten, three four oh", Facility::Center), [34_000]);
    // A distance, a runway and a time are no levels.
    assert!(level("can we get higher in two minutes, cardinal three four five", Facility::Approach).is_empty());
    assert_eq!(level("can we get higher at four miles, cardinal three four five", Facility::Approach), [0; 0]);
    let u = read_by_rules("sorry about that, back on one two zero zero, warrior three five tango", Facility::Approach, Region::FAA);
    assert_eq!(u.slots.squawk.map(|s| s.to_string()).as_deref(), Some("1200"));
    let u = read_by_rules("leaving flight level three four zero for ten", Facility::Center, Region::FAA);
    assert_eq!(u.slots.runway, None);
    let u = read_by_rules("number two for twenty eight, cardinal three four five", Facility::Tower, Region::FAA);
    assert_eq!(u.slots.runway.map(|r| r.to_string()).as_deref(), Some("28"));
    let u = read_by_rules("cessna two zero seven tango alpha eight out inbound", Facility::Tower, Region::FAA);
    assert_eq!(u.slots.distance_nm, Some(8.0));
    let u = read_by_rules("cirrus four zulu tango five miles to the north no south of the field landing", Facility::Tower, Region::FAA);
    assert_eq!(u.slots.direction.as_deref(), Some("south"));
}

#[test]
fn a_call_that_is_taken_back_or_not_meant_for_now_is_none() {
    use Intent::*;
    for (text, intent) in [
        ("tower the pan pan a moment ago was not us, archer seven four two kilo papa on the downwind", PanPan),
        ("that mayday just now wasn't ours, cessna eight one kilo papa", Mayday),
        ("can we do a practice mayday with you tomorrow, cessna eight one kilo papa", Mayday),
        ("did somebody say they were lost, that was not me, cessna eight one kilo papa right base one five", Lost),
        ("the passenger got lost on her way to the aeroplane so we miss the slot, cessna eight one kilo papa", Lost),
        ("scratch that go around we are landing two five, cessna eight one kilo papa", GoAround),
        ("level three four zero, might ask you for higher later on, speedbird one two", AltitudeRequest),
        (
            "we would like the ILS at frederick later, now southbound at two thousand five hundred, cessna eight one kilo papa",
            ApproachRequest,
        ),
    ] {
        let u = read_by_rules(text, Facility::Approach, Region::ICAO);
        assert!(!u.has(intent), "{text}: {:?}", u.intents);
    }
    for (text, intent) in [
        ("pan pan pan pan pan pan archer seven four two kilo papa rough engine", PanPan),
        ("mayday mayday mayday practice area engine fire, cessna eight one kilo papa", Mayday),
        ("we have an urgency, hydraulics, mexicana six four", PanPan),
        ("we are lost, my student too, cessna eight one kilo papa", Lost),
        ("we got lost on our way to oxford, cessna eight one kilo papa", Lost),
        ("going around two five, cessna eight one kilo papa", GoAround),
        ("request higher, later than the others, speedbird one two", AltitudeRequest),
        ("both tanks nearly empty, cessna eight one kilo papa", LowFuel),
        ("my gauges are near zero, cessna eight one kilo papa", LowFuel),
    ] {
        let u = read_by_rules(text, Facility::Approach, Region::ICAO);
        assert!(u.has(intent), "{text}: {:?}", u.intents);
    }
}

#[test]
fn the_next_step_is_told_from_a_delay() {
    use Intent::*;
    for (text, facility, intent) in [
        ("skylane five mike victor we never got a clearance to oakland, can you read it", Facility::Clearance, IfrClearanceRequest),
        ("cherokee two eight hotel request to go straight through the bravo southbound", Facility::Approach, TransitionRequest),
        ("cherokee two eight hotel could we hop across two two to the club", Facility::Tower, PositionReport),
    ] {
        let u = read_by_rules(text, facility, Region::FAA);
        assert!(u.has(intent) || intent == PositionReport && u.slots.crossing, "{text}: {:?} {:?}", u.intents, u.acts);
    }
    for text in [
        "cherokee two eight hotel is done with the run up",
        "cherokee two eight hotel has a rough mag, back to the ramp",
        "cherokee two eight hotel we are waiting on the runway",
    ] {
        assert!(!read_by_rules(text, Facility::Ground, Region::FAA).slots.not_ready, "{text}");
    }
    for text in [
        "cherokee two eight hotel is not done with the run up, not ready",
        "cherokee two eight hotel has a rough mag",
        "cherokee two eight hotel waiting on our release",
    ] {
        assert!(read_by_rules(text, Facility::Ground, Region::FAA).slots.not_ready, "{text}");
    }
    let u = read_by_rules("cherokee two eight hotel short final, confirm we are cleared", Facility::Tower, Region::FAA);
    assert!(u.acts.contains(&Act::ClearedToLand), "{:?}", u.acts);
}
