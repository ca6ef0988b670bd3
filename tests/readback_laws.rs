//! The law of readbacks: an instruction said and heard back word for word is right; with one digit changed it is wrong,
//! and the item is named.

use proptest::prelude::*;
use stratus::atc::instruction::{Address, Climb, Instruction, Item, Landing};
use stratus::atc::phrase;
use stratus::atc::readback::{self, ReadbackItem, Verdict};
use stratus::units::{Facility, Frequency, Position3, Region, Runway, Squawk};

fn runway() -> impl Strategy<Value = Runway> {
    (1u8..=36, prop_oneof![Just(None), Just(Some(Position3::Left)), Just(Some(Position3::Right))])
        .prop_map(|(n, s)| Runway::new(n, s).unwrap())
}

/// Items of one clearance, with the item that its number belongs to.
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
        "[0-7]{4}".prop_map(|c| (vec![Item::Squawk(c.parse::<Squawk>().unwrap())], ReadbackItem::Squawk)),
    ]
}

/// The words with another digit in the place of the `n`th one before the callsign's own.
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
    fn a_readback_is_right_word_for_word_and_wrong_by_one_digit(
        (items, item) in clearance(),
        region in prop_oneof![Just(Region::Faa), Just(Region::Icao)],
        n in 0usize..8,
    ) {
        let to = if region == Region::Faa { "N739HW" } else { "GABCD" }.parse().unwrap();
        let i = Instruction { to, address: Address::Short, from: Facility::Tower, station: None, items };
        let spoken = phrase::render(&i, region, None).spoken;
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
    fn no_words_panic_the_judge(said in ".{0,120}", instruction in ".{0,120}") {
        let _ = readback::check_text(&instruction, &said, Region::Faa);
        let _ = readback::check_text(&instruction, &said, Region::Icao);
    }
}

#[test]
fn roger_is_never_enough_and_another_clearance_is_wrong() {
    for (instruction, said, verdict) in [
        ("Cessna 12345, runway 20, line up and wait", "roger three four five", Verdict::Incomplete),
        ("Cessna 12345, runway 20, line up and wait", "runway two zero cleared for takeoff three four five", Verdict::Incorrect),
        ("Cessna 12345, hold short of runway 16", "wilco three four five", Verdict::Incomplete),
        ("Cessna 12345, hold short of runway 16", "crossing runway one six three four five", Verdict::Incorrect),
        ("Cessna 12345, runway 20, cleared to land", "runway two zero cleared for takeoff three four five", Verdict::Incorrect),
        ("Cessna 12345, runway 28L, cleared to land", "runway two eight cleared to land three four five", Verdict::Incomplete),
        ("Cessna 12345, runway 20, cleared to land", "runway two zero cleared to land eight alpha bravo", Verdict::Incorrect),
    ] {
        let check = readback::check_text(instruction, said, Region::Faa);
        assert_eq!(check.verdict, verdict, "{instruction} | {said}: {check:?}");
    }
}
