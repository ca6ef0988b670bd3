//! The law of readbacks: an instruction read back word for word is correct; with one digit changed it is wrong, and the item is named.

use proptest::prelude::*;
use stratus_atc::instruction::{Address, Climb, Instruction, Item, Landing, Pressure};
use stratus_atc::readback::{self, ReadbackItem, Verdict};
use stratus_atc::say;
use stratus_atc::spoken;
use stratus_atc::units::{Facility, Frequency, Position3, Region, Runway, Side, Squawk};

fn runway() -> impl Strategy<Value = Runway> {
    (1u8..=36, prop_oneof![Just(None), Just(Some(Position3::Left)), Just(Some(Position3::Right))])
        .prop_map(|(n, s)| Runway::new(n, s).unwrap())
}

/// The items of one clearance, with the item that its number belongs to.
fn clearance() -> impl Strategy<Value = (Vec<Item>, ReadbackItem)> {
    let frequency = (118u32..136, 0u32..40).prop_map(|(mhz, step)| Frequency::from_khz(mhz * 1000 + step * 25).unwrap());
    prop_oneof![
        runway().prop_map(|r| (vec![Item::Runway(r), Item::Cleared(Landing::FullStop)], ReadbackItem::Runway)),
        runway().prop_map(|r| (vec![Item::Runway(r), Item::ClearedForTakeoff { at: None }], ReadbackItem::Runway)),
        runway().prop_map(|r| (vec![Item::Runway(r), Item::LineUpAndWait], ReadbackItem::Runway)),
        runway().prop_map(|r| (vec![Item::HoldShort { runway: r, at: None }], ReadbackItem::HoldShort)),
        (20i32..170).prop_map(|h| (vec![Item::Altitude { way: Climb::Climb, feet: h * 100, level: false }], ReadbackItem::Altitude)),
        (1u16..=36).prop_map(|h| (vec![Item::Heading { turn: None, degrees: h * 10 }], ReadbackItem::Heading)),
        frequency.prop_map(|f| (vec![Item::Contact { unit: "Tower".into(), frequency: Some(f) }], ReadbackItem::Frequency)),
        ((1u16..=18), side()).prop_map(|(d, side)| (vec![Item::TurnDegrees { side, degrees: d * 5 }], ReadbackItem::Heading)),
        "[0-7]{4}".prop_map(|c| (vec![Item::Squawk(c.parse::<Squawk>().unwrap())], ReadbackItem::Squawk)),
    ]
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Left), Just(Side::Right)]
}

fn spelt(figures: &str) -> String {
    figures.chars().map(spoken::digit).collect::<Vec<_>>().join(" ")
}

/// Two items, and their digits run together.
fn breathless() -> impl Strategy<Value = (Vec<Item>, String)> {
    let heading = |h: u16| Item::Heading { turn: None, degrees: h * 10 };
    let level = |l: i32| Item::Altitude { way: Climb::Climb, feet: l * 1000, level: true };
    prop_oneof![
        (1u16..=36, runway()).prop_map(move |(h, r)| {
            let items = vec![heading(h), Item::Runway(r), Item::ClearedForTakeoff { at: None }];
            (items, format!("{} {} cleared for takeoff", spelt(&format!("{h:02}0")), spoken::runway(r, Region::ICAO)))
        }),
        (6i32..=40, 16u16..=30).prop_map(move |(l, s)| {
            (vec![level(l), Item::Speed(s * 10)], format!("flight level {} {}", spelt(&format!("{}", l * 10)), spelt(&format!("{s}0"))))
        }),
        ("[0-7]{4}", 960u16..=1045).prop_map(|(c, q)| {
            let items = vec![Item::Squawk(c.parse().unwrap()), Item::Pressure(Pressure::Qnh(q))];
            (items, format!("squawk {} {}", spelt(&c), spelt(&q.to_string())))
        }),
        (1u16..=36, 2i32..=17).prop_map(move |(h, a)| {
            let items = vec![heading(h), Item::Altitude { way: Climb::Climb, feet: a * 1000, level: false }];
            (items, format!("{} {} thousand", spelt(&format!("{h:02}0")), spelt(&a.to_string())))
        }),
        (2i32..=17, 16u16..=30).prop_map(|(a, s)| {
            let items = vec![Item::Altitude { way: Climb::Descend, feet: a * 1000, level: false }, Item::Speed(s * 10)];
            (items, format!("{} thousand {}", spelt(&a.to_string()), spelt(&format!("{s}0"))))
        }),
    ]
}

/// An altitude or level as spoken, and in feet.
fn height() -> impl Strategy<Value = (i32, bool)> {
    prop_oneof![(2i32..=17).prop_map(|a| (a * 1000, false)), (18i32..=45).prop_map(|l| (l * 1000, true))]
}

/// The words with the `n`th digit before the callsign replaced.
fn one_digit_changed(spoken: &str, n: usize) -> Option<String> {
    const DIGITS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "niner"];
    let mut words: Vec<String> = spoken.split(' ').map(str::to_owned).collect();
    let places: Vec<usize> = (0..words.len()).filter(|i| DIGITS.contains(&words[*i].trim_end_matches(','))).collect();
    let at = *places.get(n % places.len().max(1))?;
    let mark = if words[at].ends_with(',') { "," } else { "" };
    let digit = DIGITS.iter().position(|d| *d == words[at].trim_end_matches(','))?;
    words[at] = format!("{}{mark}", DIGITS[(digit + 1) % 10]);
    Some(words.join(" "))
}

proptest! {
    #[test]
    fn a_readback_is_right_verbatim_and_wrong_by_one_digit(
        (items, item) in clearance(),
        region in prop_oneof![Just(Region::FAA), Just(Region::ICAO)],
        n in 0usize..8,
    ) {
        let to = if region == Region::FAA { "N739HW" } else { "GABCD" }.parse().unwrap();
        let i = Instruction { to, address: Address::Short, from: Facility::Tower, station: None, items };
        let spoken = say::render(&i, region, None).spoken;
        let (callsign, rest) = spoken.split_once(", ").unwrap();
        let said = format!("{rest}, {callsign}");
        let right = readback::check(&i.items, Some(&i.to), &said, region);
        prop_assert_eq!(right.verdict, Verdict::Correct, "{}: {:?}", said, right);
        let changed = format!("{}, {callsign}", one_digit_changed(rest, n).unwrap());
        let wrong = readback::check(&i.items, Some(&i.to), &changed, region);
        prop_assert_eq!(wrong.verdict, Verdict::Incorrect, "{} for {}: {:?}", changed, said, wrong);
        prop_assert!(wrong.wrong.contains(&item), "{}: {:?}", changed, wrong);
    }

    #[test]
    fn run_together_numbers_are_right_and_wrong_by_one_digit(
        (items, words) in breathless(),
        region in prop_oneof![Just(Region::FAA), Just(Region::ICAO)],
        n in 0usize..8,
    ) {
        let to = "GABCD".parse().unwrap();
        let said = |w: &str| format!("{w}, golf charlie delta");
        let right = readback::check(&items, Some(&to), &said(&words), region);
        prop_assert_eq!(right.verdict, Verdict::Correct, "{}: {:?}", words, right);
        let changed = one_digit_changed(&words, n).unwrap();
        let wrong = readback::check(&items, Some(&to), &said(&changed), region);
        prop_assert_ne!(wrong.verdict, Verdict::Correct, "{} for {}: {:?}", changed, words, wrong);
    }

    #[test]
    fn the_altitude_left_is_ignored_and_the_target_is_checked(
        (from, from_level) in height(),
        (to, to_level) in height(),
        opens in prop_oneof![Just("leaving"), Just("out of"), Just("passing"), Just("passing through")],
        goes in prop_oneof![Just("for"), Just("climbing"), Just("descending to"), Just("climb and maintain")],
    ) {
        prop_assume!(from != to);
        let said = format!("{opens} {} {goes} {}, golf charlie delta", spoken::altitude(from, from_level), spoken::altitude(to, to_level));
        let check = |feet, level| {
            readback::check(&[Item::Altitude { way: Climb::Maintain, feet, level }], Some(&"GABCD".parse().unwrap()), &said, Region::FAA)
        };
        prop_assert_eq!(check(to, to_level).verdict, Verdict::Correct, "{}", said);
        prop_assert_eq!(check(from, from_level).verdict, Verdict::Incorrect, "{}", said);
    }

    #[test]
    fn an_expected_altitude_is_not_an_assigned_one((now, now_level) in height(), (later, later_level) in height()) {
        prop_assume!(now != later);
        let items = [
            Item::Altitude { way: Climb::Maintain, feet: now, level: now_level },
            Item::ExpectAltitude { feet: later, level: later_level },
        ];
        let (now, later) = (spoken::altitude(now, now_level), spoken::altitude(later, later_level));
        for (said, verdict) in [
            (format!("maintain {now} expect {later} in ten"), Verdict::Correct),
            (format!("maintain {now}"), Verdict::Correct),
            (format!("expect {later} in ten"), Verdict::Incomplete),
            (format!("maintain {later} expect {now} in ten"), Verdict::Incorrect),
        ] {
            let check = readback::check(&items, None, &said, Region::FAA);
            prop_assert_eq!(check.verdict, verdict, "{}: {:?}", said, check);
        }
    }

    #[test]
    fn no_words_panic_the_readback_check(said in ".{0,120}", instruction in ".{0,120}") {
        let _ = readback::check_text(&instruction, &said, Region::FAA);
        let _ = readback::check_text(&instruction, &said, Region::ICAO);
    }
}

#[test]
fn roger_is_never_enough_and_a_different_clearance_is_wrong() {
    for (instruction, said, verdict) in [
        ("Cessna 12345, runway 20, line up and wait", "roger three four five", Verdict::Incomplete),
        ("Cessna 12345, runway 20, line up and wait", "runway two zero cleared for takeoff three four five", Verdict::Incorrect),
        ("Cessna 12345, hold short of runway 16", "wilco three four five", Verdict::Incomplete),
        ("Cessna 12345, hold short of runway 16", "crossing runway one six three four five", Verdict::Incorrect),
        ("Cessna 12345, runway 20, cleared to land", "runway two zero cleared for takeoff three four five", Verdict::Incorrect),
        ("Cessna 12345, runway 28L, cleared to land", "runway two eight cleared to land three four five", Verdict::Incomplete),
        ("Cessna 12345, runway 20, cleared to land", "runway two zero cleared to land eight alpha bravo", Verdict::Incorrect),
    ] {
        let check = readback::check_text(instruction, said, Region::FAA);
        assert_eq!(check.verdict, verdict, "{instruction} | {said}: {check:?}");
    }
}

fn judged(cases: &[(&str, &str, Verdict)], region: Region) {
    for (instruction, said, verdict) in cases {
        let check = readback::check_text(instruction, said, region);
        assert_eq!(check.verdict, *verdict, "{instruction} | {said}: {check:?}");
    }
}

#[test]
fn a_turn_by_degrees_is_read_back_like_a_heading() {
    use Verdict::{Correct, Incomplete, Incorrect};
    let turn = "Southwest 2601, turn 20 degrees right, vector for spacing";
    judged(
        &[
            (turn, "twenty right southwest twenty six oh one", Correct),
            (turn, "right two zero degrees southwest twenty six oh one", Correct),
            (turn, "twenty left southwest twenty six oh one", Incorrect),
            (turn, "thirty right southwest twenty six oh one", Incorrect),
            (turn, "heading zero two five southwest twenty six oh one", Incorrect),
            (turn, "wilco southwest twenty six oh one", Incomplete),
        ],
        Region::FAA,
    );
}

#[test]
fn a_short_frequency_is_right_and_other_digits_are_wrong() {
    use Verdict::{Correct, Incorrect};
    let tower = "Southwest 2601, contact Lincoln Tower 118.5";
    judged(
        &[
            (tower, "eighteen five southwest twenty six oh one", Correct),
            (tower, "eighteen point five southwest twenty six oh one", Correct),
            (tower, "one eighteen five southwest twenty six oh one", Correct),
            (tower, "good day southwest twenty six oh one", Correct),
            (tower, "one eighty five southwest twenty six oh one", Incorrect),
            (tower, "four fifteen southwest twenty six oh one", Incorrect),
            (tower, "nineteen point five southwest twenty six oh one", Incorrect),
        ],
        Region::FAA,
    );
}

#[test]
fn each_altitude_has_its_own_role() {
    use Verdict::{Correct, Incomplete, Incorrect};
    let climb = "Citation 730EJ, climb and maintain 12,000";
    let both = "United 88, cross SUNOL at 9,000, descend and maintain 6,000";
    judged(
        &[
            (climb, "leaving eight thousand zero echo juliet", Incomplete),
            (climb, "eight thousand for twelve thousand zero echo juliet", Correct),
            (climb, "twelve thousand for fourteen thousand zero echo juliet", Incorrect),
            (climb, "twelve thousand fourteen thousand zero echo juliet", Incorrect),
            (both, "sunol at nine thousand six thousand united eighty eight", Correct),
            (both, "down to six thousand united eighty eight", Incomplete),
            (both, "sunol at eight thousand six thousand united eighty eight", Incorrect),
            ("Delta 482, descend and maintain flight level 240", "two four zero for two one zero delta four eighty two", Incorrect),
            ("Delta 482, descend and maintain flight level 240", "three one zero for two four zero delta four eighty two", Correct),
            ("United 88, descend and maintain 4,000", "leaving six for four thousand united eighty eight", Correct),
        ],
        Region::FAA,
    );
}

#[test]
fn values_that_were_not_issued_are_not_accepted() {
    use Verdict::{Correct, Incorrect};
    judged(
        &[
            ("Envoy 3914, hold position", "crossing one three right envoy thirty nine fourteen", Incorrect),
            ("Envoy 3914, runway 13L, taxi via Kilo", "one three left via kilo crossing one eight envoy thirty nine fourteen", Incorrect),
            ("Envoy 3914, hold short of runway 4", "hold short of four ready to cross runway four envoy thirty nine fourteen", Correct),
            ("Archer 6ME, expect ILS runway 31", "cleared ils three one six mike echo", Incorrect),
            ("Archer 6ME, cleared visual runway 31", "cleared visual three one six mike echo", Correct),
            ("Cherokee 71T, enter left downwind runway 9", "left base runway niner seven one tango", Incorrect),
            ("Cherokee 71T, runway 9, taxi via Kilo, Bravo", "runway niner kilo charlie seven one tango", Incorrect),
            ("Cherokee 71T, runway 9, taxi via Kilo, Bravo", "runway niner kilo and bravo seven one tango", Correct),
            ("Cherokee 71T, runway 22, cleared for takeoff", "cleared for takeoff two two left turn seven one tango", Correct),
        ],
        Region::FAA,
    );
    let climb = "Skyhawk 524LW, climb and maintain 3,000";
    judged(
        &[
            (climb, "three thousand skyhawk five two four lima whiskey", Correct),
            (climb, "three thousand four lima whiskey", Correct),
            (climb, "three thousand skyhawk six two four lima whiskey", Incorrect),
            (climb, "three thousand november five three four lima whiskey", Incorrect),
            ("Cessna 345, enter left downwind runway 28L", "left downwind three eight left three four five", Incorrect),
            ("Cessna 345, altimeter 29.92", "niner niner two three four five", Correct),
            ("Cessna 345, altimeter 29.92", "niner niner three three four five", Incorrect),
            ("Cessna 345, radar contact 5 miles south of Napa, altimeter 30.01", "three zero zero one five south three four five", Correct),
            (
                "Cessna 345, radar contact 5 miles south of Napa, altimeter 30.01",
                "three zero one one five south three four five",
                Incorrect,
            ),
            ("Cessna 345, runway 17L, taxi via Alpha, Alpha One", "one seven left alpha alpha two three four five", Incorrect),
        ],
        Region::FAA,
    );
    let behind = "KLM 601, behind the landing 737, line up runway 22 behind";
    judged(
        &[
            (behind, "behind the landing seven three seven line up runway two two behind klm six zero one", Correct),
            (behind, "behind the landing seven four seven line up runway two two behind klm six zero one", Incorrect),
        ],
        Region::ICAO,
    );
    let behind = "G-LV, behind the landing Airbus, line up and wait runway 03, behind";
    judged(&[(behind, "behind the landing boeing line up and wait runway zero three behind golf lima victor", Incorrect)], Region::ICAO);
}

/// A number after the word for an item belongs to that item, whatever else was assigned or left out.
#[test]
fn a_wrong_value_is_named_even_if_other_items_are_missing() {
    let level = Item::Altitude { way: Climb::Maintain, feet: 4_000, level: false };
    let contact = Item::Contact { unit: "Tower".into(), frequency: Frequency::from_khz(118_100) };
    for (item, said, name) in [
        (Item::Squawk("4512".parse().unwrap()), "squawk four five two one", ReadbackItem::Squawk),
        (Item::Squawk("4512".parse().unwrap()), "code six six one one", ReadbackItem::Squawk),
        (Item::Heading { turn: None, degrees: 350 }, "heading three three zero", ReadbackItem::Heading),
        (Item::Pressure(Pressure::Qnh(1016)), "qnh one zero zero six", ReadbackItem::Altimeter),
    ] {
        for others in [vec![level.clone()], vec![contact.clone()], vec![level.clone(), contact.clone()]] {
            let items: Vec<Item> = others.into_iter().chain([item.clone()]).collect();
            let check = readback::check(&items, None, said, Region::ICAO);
            assert_eq!((check.verdict, check.wrong.as_slice()), (Verdict::Incorrect, [name].as_slice()), "{said} for {items:?}");
        }
    }
}
