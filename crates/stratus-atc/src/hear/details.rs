//! The details of one part of a call that its decision needs besides the values in the slots: which side, which leg, what kind of time or
//! area. A decision sees these, and never the words.

use crate::instruction::Leg;
use crate::units::Side;

/// A value that a controller assigns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// An altitude or a flight level.
    Level,
    /// A heading.
    Heading,
    /// A speed.
    Speed,
    /// A transponder code.
    Code,
    /// A pressure setting.
    Pressure,
    /// A frequency.
    Frequency,
}

/// What the words of a part name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Details {
    /// The only side that it names.
    pub(crate) side: Option<Side>,
    /// It names both sides.
    pub(crate) both_sides: bool,
    /// A leg of the pattern.
    pub(crate) leg: Option<Leg>,
    /// It speaks of leaving: "a downwind departure".
    pub(crate) departs: bool,
    /// Straight in, or straight out.
    pub(crate) straight: bool,
    /// Sunrise, sunset, darkness.
    pub(crate) of_sun: bool,
    /// Opening and closing times.
    pub(crate) of_hours: bool,
    /// An area that is active at times: restricted, gliding, parachuting.
    pub(crate) of_area: bool,
    /// A regional pressure setting.
    pub(crate) regional: bool,
    /// Class B airspace.
    pub(crate) bravo: bool,
    /// It contains a negation.
    pub(crate) denies: bool,
    /// It keeps what it has.
    pub(crate) keeps: bool,
    /// It ends what it speaks of.
    pub(crate) ends: bool,
    /// It asks what was assigned: "confirm", "what speed did you want", "are we cleared to".
    pub(crate) confirms: bool,
    /// It speaks of what is to come.
    pub(crate) expects: bool,
    /// It names a clearance besides values: a yes to the value must not seem to confirm that clearance.
    pub(crate) of_clearance: bool,
    /// It speaks of the release of a departure.
    pub(crate) release: bool,
    /// The assigned value that it names.
    pub(crate) value: Option<Value>,
}

impl Details {
    /// The details in the words of a part, in lower case without punctuation.
    pub(crate) fn of(words: &[String]) -> Self {
        let has = |wanted: &[&str]| words.iter().any(|w| wanted.contains(&w.as_str()));
        // "Turn right away" and "all right" name no side.
        let follows = |i: usize, next: &[&str]| words.get(i + 1).is_some_and(|w| next.contains(&w.as_str()));
        let plain =
            |i: usize| !follows(i, &["away", "now", "there", "here"]) && (i == 0 || !matches!(words[i - 1].as_str(), "all" | "that"));
        let right = (0..words.len()).any(|i| words[i] == "right" && plain(i) && i + 1 < words.len());
        // A runway's own side belongs to its name: "three one right".
        let before = |i: usize, n: usize| i.checked_sub(n).map_or("", |k| words[k].as_str());
        let of_runway =
            |i: usize| is_figure(before(i, 1)) && (before(i, 1).len() == 2 || is_figure(before(i, 2)) || before(i, 2) == "runway");
        let sided = |word: &str| (0..words.len()).any(|i| words[i] == word && !of_runway(i));
        let (left, right) = (sided("left"), right && sided("right"));
        Self {
            side: match (left, right) {
                (true, false) => Some(Side::Left),
                (false, true) => Some(Side::Right),
                _ => None,
            },
            both_sides: left && right,
            leg: [
                ("upwind", Leg::Upwind),
                ("crosswind", Leg::Crosswind),
                ("downwind", Leg::Downwind),
                ("base", Leg::Base),
                ("final", Leg::Final),
            ]
            .into_iter()
            .find(|(w, _)| has(&[w]))
            .map(|(_, leg)| leg),
            departs: has(&["departure", "depart", "departing", "out", "leave", "leaving", "leaves", "outbound"]),
            straight: has(&["straight", "straightin", "straightout"]),
            of_sun: has(&["sunset", "sunrise", "dusk", "dawn", "twilight", "dark", "night"]),
            of_hours: has(&["close", "closes", "closing", "hours", "open", "opens", "shuts"]),
            of_area: has(&[
                "active",
                "restricted",
                "prohibited",
                "danger",
                "tfr",
                "tfrs",
                "gliding",
                "gliders",
                "glider",
                "parachuting",
                "parachute",
                "jumpers",
                "military",
                "firing",
            ]),
            regional: has(&["regional"]),
            // The letter stands in callsigns and for taxiways.
            bravo: (0..words.len()).any(|i| {
                words[i] == "bravo"
                    && (matches!(before(i, 1), "the" | "class" | "into" | "enter" | "through" | "outside" | "inside")
                        || follows(i, &["airspace", "clearance", "entry", "transition", "shelf"]))
            }),
            denies: has(&["not", "no", "negative", "don", "doesn", "without", "nope"]),
            keeps: has(&["keep", "keeping", "remain", "stay", "continue"]),
            ends: has(&["complete", "completed", "done", "finished", "finishing"]),
            confirms: has(&["confirm", "verify", "confirming", "verifying", "assigned", "supposed", "cleared"])
                || (has(&["my", "our", "did", "was", "us", "again", "still", "given"])
                    || has(&["want", "wanted", "need"]) && has(&["you"]))
                    && !has(&[
                        "available",
                        "possible",
                        "free",
                        "chance",
                        "open",
                        "see",
                        "show",
                        "working",
                        "get",
                        "have",
                        "request",
                        "like",
                        "could",
                    ]),
            expects: has(&["expect", "expecting", "expected"]),
            of_clearance: has(&[
                "takeoff",
                "off",
                "land",
                "landing",
                "cross",
                "crossing",
                "line",
                "lineup",
                "approach",
                "option",
                "touch",
                "enter",
                "entry",
                "into",
                "transition",
                "through",
                "taxi",
                "bravo",
                "ils",
                "visual",
                "rnav",
            ]),
            release: has(&["release", "released"]),
            value: VALUES.iter().find(|(words, _)| has(words)).map(|(_, value)| *value),
        }
    }
}

/// The nouns of the values.
const VALUES: [(&[&str], Value); 6] = [
    (&["squawk", "code", "transponder"], Value::Code),
    (&["altimeter", "qnh", "pressure"], Value::Pressure),
    (&["frequency", "freq"], Value::Frequency),
    (&["speed", "knots"], Value::Speed),
    (&["heading"], Value::Heading),
    (&["altitude", "level"], Value::Level),
];

fn is_figure(word: &str) -> bool {
    const FIGURES: [&str; 12] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "niner", "oh"];
    FIGURES.contains(&word) || word.chars().all(|c| c.is_ascii_digit()) && !word.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Details {
        Details::of(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_side_is_named_alone_or_with_the_other() {
        for (text, side, both) in [
            ("could we have a right hand circuit", Some(Side::Right), false),
            ("is it left or right today", None, true),
            ("we flew right before so confirm left now please", None, true),
            ("runway three one right is fine", None, false),
            ("a left turn from three one right", Some(Side::Left), false),
            ("we can go right away", None, false),
            ("long landing right", None, false),
            ("two left three sixties over the bridge", Some(Side::Left), false),
            ("runway nine right and a long roll", None, false),
        ] {
            let found = of(text);
            assert_eq!((found.side, found.both_sides), (side, both), "{text}");
        }
    }

    #[test]
    fn a_question_about_what_was_assigned_is_told_from_a_wish() {
        for (text, value) in [
            ("what speed did you want", Value::Speed),
            ("confirm our heading", Value::Heading),
            ("which altitude are we cleared to", Value::Level),
            ("say my squawk again", Value::Code),
            ("verify the altimeter", Value::Pressure),
            ("what was that frequency again", Value::Frequency),
        ] {
            let found = of(text);
            assert_eq!((found.confirms, found.value), (true, Some(value)), "{text}");
        }
        for text in ["could we have a lower altitude", "is that level still available", "any chance of another heading for us"] {
            assert!(!of(text).confirms, "{text}");
        }
    }

    #[test]
    fn a_leg_of_departure_is_named_with_the_departure() {
        let found = of("a downwind departure to the south");
        assert_eq!((found.leg, found.departs), (Some(Leg::Downwind), true));
        assert!(!of("turning downwind now").departs);
    }
}
