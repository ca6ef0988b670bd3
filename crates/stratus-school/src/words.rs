//! The pilots' wordings by key, from two data files, and the values that are put into them.

use std::collections::BTreeMap;

use stratus_units::Region;

use crate::dice::Dice;
use crate::sortie::Style;

const OWN: &str = include_str!("../data/wordings.txt");
/// Written by an author who has not seen the controller's code; the engine is not tuned on it.
const INDEPENDENT: &str = include_str!("../data/wordings-independent.txt");

/// The situations of the independent file for each of the pilot's keys.
#[rustfmt::skip]
const SITUATIONS: &[(&str, &[&str])] = &[
    ("taxi", &["taxi_request_pattern"]), ("taxi_ifr", &["taxi_request_ifr"]), ("push", &["push_request"]),
    ("clearance", &["clearance_request"]), ("ready", &["ready_for_departure"]), ("inbound", &["inbound_vfr_full_stop"]),
    ("downwind", &["pattern_downwind"]), ("final", &["pattern_final"]), ("established", &["established_localizer"]), ("in_sight", &["field_in_sight"]),
    ("around", &["going_around"]), ("clear", &["runway_vacated"]), ("taxi_in", &["taxi_to_parking"]),
    ("departed", &["checkin_departure_climbing"]), ("level", &["checkin_level"]), ("higher", &["request_higher"]),
    ("descent", &["request_lower"]), ("direct", &["request_direct"]), ("arriving", &["inbound_with_atis"]),
    ("ils", &["request_ils"]), ("visual", &["request_visual"]), ("missed", &["request_another_approach"]),
    ("unable", &["unable"]), ("roger", &["roger"]), ("again", &["say_again"]), ("radio_check", &["radio_check"]),
    ("weather", &["weather_question"]), ("deviation", &["request_deviation_left", "request_deviation_right"]),
    ("mayday", &["engine_trouble_mayday"]), ("pan", &["engine_rough_pan"]),
    ("taxi_vfr", &["taxi_request_vfr"]), ("leave", &["leaving_frequency"]), ("following", &["request_flight_following"]),
    ("read_takeoff", &["takeoff_readback"]), ("read_lineup", &["lineup_readback"]), ("read_landing", &["landing_readback"]),
    ("read_hold", &["holdshort_readback"]), ("read_contact", &["handoff_readback"]),
];

/// One wording: who uses it (styles, or a region of the independent file), and the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wording {
    who: &'static str,
    words: &'static str,
}

type ByKey = BTreeMap<&'static str, Vec<Wording>>;

/// All wordings, by key.
#[derive(Debug, Clone, Default)]
pub struct Words {
    own: ByKey,
    independent: ByKey,
}

fn read(text: &'static str, mark: char) -> ByKey {
    let mut all = ByKey::new();
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let mut parts = line.splitn(3, mark).map(str::trim);
        if let (Some(key), Some(who), Some(words)) = (parts.next(), parts.next(), parts.next()) {
            all.entry(key).or_default().push(Wording { who, words });
        }
    }
    all
}

impl Words {
    /// Loads the wordings of the crate's data files.
    pub fn load() -> Self {
        let situations = read(INDEPENDENT, '\t');
        let of = |names: &[&str]| names.iter().filter_map(|n| situations.get(n)).flatten().copied().collect::<Vec<_>>();
        Self { own: read(OWN, '|'), independent: SITUATIONS.iter().map(|(key, names)| (*key, of(names))).collect() }
    }

    /// A wording for a key that `fits`. If both files have some, each is used half of the time.
    pub fn choose(&self, key: &str, style: Style, region: Region, dice: &mut Dice, fits: impl Fn(&str) -> bool) -> Option<&'static str> {
        let place = region.phraseology;
        let suits = |w: &Wording| w.who == "*" || w.who == "both" || w.who == place || w.who.split(',').any(|s| s.trim() == style.word());
        let of = |all: &ByKey| {
            let of_key: Vec<Wording> = all.get(key).map_or(&[][..], Vec::as_slice).iter().filter(|w| fits(w.words)).copied().collect();
            let suited: Vec<Wording> = of_key.iter().filter(|w| suits(w)).copied().collect();
            if suited.is_empty() { of_key } else { suited }
        };
        let (own, independent) = (of(&self.own), of(&self.independent));
        let first = dice.percent(50.0);
        let chosen = if independent.is_empty() || !own.is_empty() && first { &own } else { &independent };
        dice.of(chosen).map(|w| w.words)
    }
}

/// Puts the values into a wording; an unknown value leaves its place empty.
pub fn fill(words: &str, value: impl Fn(&str) -> String) -> String {
    let mut said = String::new();
    let mut rest = words;
    while let Some((before, after)) = rest.split_once('{') {
        said.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        said.push_str(&value(name));
        rest = after;
    }
    said.push_str(rest);
    // Remove the doubled spaces and commas that empty places leave.
    let tidy: Vec<&str> = said.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
    tidy.join(", ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACES: [&str; 24] = [
        "station",
        "callsign",
        "stand",
        "atis",
        "runway",
        "destination",
        "altitude",
        "level",
        "heading",
        "speed",
        "fix",
        "leg",
        "distance",
        "direction",
        "squawk",
        "frequency",
        "approach",
        "qnh",
        "field",
        "traffic",
        "point",
        "want",
        "end",
        "type",
    ];

    #[test]
    fn every_wording_has_a_known_style_and_known_placeholders() {
        let words = Words::load();
        let styles = ["us", "europe", "airline", "student", "terse", "*", "FAA", "ICAO", "both"];
        for w in words.own.values().chain(words.independent.values()).flatten() {
            assert!(w.who.split(',').all(|s| styles.contains(&s.trim())), "{w:?}");
            let used: Vec<&str> = w.words.split('{').skip(1).map(|p| p.split('}').next().unwrap()).collect();
            assert!(used.iter().all(|p| PLACES.contains(p)), "{w:?}");
        }
        for (key, names) in SITUATIONS {
            assert!(words.independent[key].len() >= 10 * names.len(), "{key}: the independent file has its situations");
        }
        assert!(words.own.values().map(Vec::len).sum::<usize>() > 60);
    }

    #[test]
    fn values_are_inserted_and_gaps_are_closed() {
        let value = |name: &str| if name == "callsign" { "golf alpha bravo".to_owned() } else { String::new() };
        assert_eq!(fill("{station}, {callsign}, {stand}, request taxi", value), "golf alpha bravo, request taxi");
    }
}
