//! Words that no item has claimed: a value that nothing explains, or the opposite of the instruction, is never right.

use super::ReadbackItem;
use super::words::Words;
use crate::figures;
use crate::instruction::Item;
use crate::transcript::{Link, Token, text};

/// The instruction as words: what a pilot may repeat.
pub(super) struct Told {
    words: Vec<Token>,
    /// The numbers, as digits.
    numbers: Vec<String>,
    /// The digits of the callsign.
    callsign: String,
    /// Items that were also transmitted.
    pub(super) known: Vec<Item>,
    /// The numbers of earlier transmissions.
    earlier: Vec<String>,
}

impl Told {
    pub(super) fn new(words: Vec<Token>, callsign: &str) -> Self {
        // Written numbers in a row count separately.
        let written = |n: &Number| words[n.start..n.end].iter().any(|x| matches!(x, Token::Digit(_, Link::Joined)));
        let row = |n: &Number| words[n.start + 1..n.end].iter().any(|x| matches!(x, Token::Digit(_, Link::Next | Link::Alike)));
        let mut numbers: Vec<String> =
            numbers(&words).into_iter().filter(|n| !(written(n) && row(n) && !n.pointed)).map(|n| n.figures).collect();
        // "7,000 10 minutes", "9,000 one zero minutes": written numbers with spoken digits between them.
        let mut spoken = String::new();
        let mut i = 0;
        while i < words.len() {
            let end = i + 1 + words[i + 1..].iter().take_while(|x| matches!(x, Token::Digit(_, Link::Joined))).count();
            let figure = words[i].digit().is_some();
            if figure && end == i + 1 {
                spoken.extend(words[i].digit());
            } else if !spoken.is_empty() {
                numbers.push(std::mem::take(&mut spoken));
            }
            if figure && end > i + 1 {
                numbers.push(figures::digits(&words, i..end));
            }
            i = end;
        }
        numbers.extend(Some(spoken).filter(|s| !s.is_empty()));
        numbers.extend(words.iter().zip(words.iter().skip(1)).filter_map(|(a, b)| a.letter().and(b.digit()).map(String::from)));
        Self { words, numbers, callsign: callsign.to_owned(), known: Vec::new(), earlier: Vec::new() }
    }

    /// With items that were also transmitted.
    pub(super) fn beside(self, known: &[Item]) -> Self {
        Self { known: known.to_vec(), ..self }
    }

    /// After earlier transmissions.
    pub(super) fn after(self, words: &[Token]) -> Self {
        Self { earlier: numbers(words).into_iter().map(|n| n.figures).collect(), ..self }
    }

    fn has(&self, w: &str) -> bool {
        self.words.iter().any(|x| x.is(w))
    }

    /// The number was transmitted, in full or in a form that pilots shorten it to.
    fn explains(&self, figures: &str) -> bool {
        let bare = figures.trim_start_matches('0');
        figures.len() >= 2 && self.callsign.contains(figures)
            || self.numbers.iter().any(|n| {
                let n_bare = n.trim_start_matches('0');
                let zeros_left_out = n.strip_prefix(figures).is_some_and(|rest| rest.bytes().all(|b| b == b'0'));
                n == figures
                    || n_bare == bare && !bare.is_empty()
                    || zeros_left_out
                    || figures.len() >= 2 && (n.starts_with(figures) || n.ends_with(figures) || n.trim_end_matches('0').ends_with(figures))
            })
    }

    /// The number was transmitted exactly, apart from an implied first digit of a frequency.
    fn whole(&self, figures: &str) -> bool {
        let same = |n: &String| n == figures || n.len() > 3 && n.strip_prefix('1').is_some_and(|n| n.trim_end_matches('0') == figures);
        self.numbers.iter().any(same)
    }

    /// Whether the number has the kind of a transmitted value. Words, a unit or a decimal point show the kind; otherwise the number of digits
    /// does. A figure of another kind is the pilot's own ("spot twelve", "a light seven three seven").
    fn could_be(&self, n: &Number, before: &str, unread: &[ReadbackItem], w: &Words) -> bool {
        const CLAIMS: [&str; 15] = [
            "heading",
            "squawk",
            "squawking",
            "code",
            "runway",
            "short",
            "qnh",
            "altimeter",
            "qfe",
            "climb",
            "climbing",
            "descend",
            "descending",
            "maintain",
            "number",
        ];
        // Right beside a value that was read back, a figure may belong to it.
        let beside = n.start > 0 && w.t[n.start - 1].is("|") || w.t.get(n.end).is_some_and(|x| x.is("|"));
        if n.pointed || beside || n.figures.len() > 3 && !n.scaled || CLAIMS.contains(&before) {
            return true;
        }
        if w.of_speed(n.end) || before == "speed" {
            return self.has("speed") || self.has("knots");
        }
        if n.scaled || w.t.get(n.end).is_some_and(|x| x.is("feet")) {
            // "Fifty four hundred" may be a code.
            let code = unread.contains(&ReadbackItem::Squawk) && n.figures.len() == 4;
            return code || self.has("thousand") || self.has("hundred") || self.has("level") || self.has("feet") || self.has_altitude();
        }
        self.numbers.iter().any(|t| t.len().abs_diff(n.figures.len()) <= usize::from(t.len() > 2) && !self.callsign.contains(t.as_str()))
    }

    fn has_altitude(&self) -> bool {
        ["climb", "descend", "maintain", "altitude"].iter().any(|w| self.has(w))
    }

    /// Like [`Told::explains`], for one number or several that run together.
    fn explains_all(&self, figures: &str) -> bool {
        self.explains(figures)
            || figures.len() <= 16
                && (2..figures.len().saturating_sub(1)).any(|n| self.whole(&figures[..n]) && self.explains_all(&figures[n..]))
    }
}

/// A number as spoken.
struct Number {
    figures: String,
    start: usize,
    end: usize,
    /// Contains a decimal point.
    pointed: bool,
    /// Followed by "thousand" or "hundred".
    scaled: bool,
}

/// The numbers in `t`, joined across decimal points, thousands and hundreds.
fn numbers(t: &[Token]) -> Vec<Number> {
    let mut found = Vec::new();
    let mut i = 0;
    while i < t.len() {
        let end = figures::run_end(t, i);
        if end == i && !(t[i] == Token::Point && t.get(i + 1).is_some_and(|x| x.digit().is_some())) {
            i += 1;
            continue;
        }
        let mut figures = figures::digits(t, i..end);
        let mut j = end;
        let pointed = t.get(j) == Some(&Token::Point);
        if pointed {
            j = figures::run_end(t, end + 1);
            figures.push_str(&figures::digits(t, end + 1..j));
        }
        let mut scaled = false;
        for (word, zeros) in [("thousand", 3), ("hundred", 2)] {
            if t.get(j).is_some_and(|x| x.is(word)) {
                scaled = true;
                figures.push_str(&"0".repeat(zeros));
                j += 1;
                // "Two thousand five hundred."
                let more = figures::run_end(t, j);
                if zeros == 3 && more == j + 1 && t.get(more).is_some_and(|x| x.is("hundred")) {
                    figures.truncate(figures.len() - 3);
                    figures.push_str(&format!("{}00", figures::digits(t, j..more)));
                    j = more + 1;
                }
            }
        }
        found.push(Number { figures, start: i, end: j, pointed, scaled });
        i = j.max(i + 1);
    }
    found
}

/// Words between the present level and the next one.
const TO: [&str; 4] = ["for", "to", "climbing", "descending"];
/// After these words a number is the aircraft's present state, not part of the readback.
const OWN: [&str; 12] =
    ["leaving", "passing", "through", "from", "vacating", "vacated", "information", "atis", "out", "currently", "present", "of"];
/// Before these words a number measures something else.
const MEASURES: [&str; 10] = ["mile", "miles", "minute", "minutes", "souls", "people", "oclock", "gallons", "pounds", "seconds"];

/// The item that the first unexplained number refers to.
pub(super) fn unexplained_number(told: &Told, items: &[Item], unread: &[ReadbackItem], w: &Words) -> Option<ReadbackItem> {
    numbers(&w.t).into_iter().find_map(|n| {
        let before = w.before(n.start);
        let after = w.t.get(n.end).map_or("", Token::word);
        let named = n.start > 0 && w.t[n.start - 1].letter().is_some();
        // The pilot may name any holding point if the instruction named none.
        let to_point = items.iter().any(|i| matches!(i, Item::Taxi { to_holding_point: true, .. }));
        let told_one = told.words.windows(2).any(|p| p[0].letter().is_some() && p[1].digit().is_some());
        let on_ground = items.iter().any(|i| matches!(i, Item::Taxi { .. } | Item::HoldShort { .. } | Item::Cross { .. }));
        let of_place = named && n.figures.len() <= 2 && (to_point && !told_one || !on_ground);
        let on_board = after == "on" && w.t.get(n.end + 1).is_some_and(|x| x.is("board")) || after == "aboard";
        let measured = on_board || MEASURES.contains(&after) && !told.has(after);
        let own = OWN.contains(&before) && !(before == "of" && w.before(n.start - 1) == "short");
        // "Six thousand for four thousand", "we are at one eight zero": the present altitude.
        let goes_on = n.start == 0 || !TO.contains(&before);
        let left = goes_on && w.t.get(n.end).is_some_and(|x| TO.contains(&x.word()) || x.word().ends_with("ing") && x.word() != "heading");
        let here = before == "at" && (0..n.start).rev().take(4).any(|i| matches!(w.t[i].word(), "are" | "am" | "contact"));
        // A place in the sequence that this instruction does not give is the pilot's own knowledge.
        let in_sequence = before == "number" && n.figures.len() == 1 && !told.has("number");
        let asked = told.has("say") && (n.scaled || n.figures.len() == 3);
        // A frequency without its point, where the instruction has none: the pilot repeats where to go next.
        let hands_over = items.iter().any(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. }));
        let to_call =
            !hands_over && matches!(n.figures.len(), 4..=6) && n.figures[..3].parse().is_ok_and(|mhz: u16| (118..=136).contains(&mhz));
        // The code of visual flights, where none is assigned.
        let assigned = items.iter().any(|i| matches!(i, Item::Squawk(_)));
        let leaves = told.has("vfr") && before != "squawk" || hands_over && !assigned;
        let visual_code = leaves && matches!(n.figures.as_str(), "1200" | "7000");
        // "We're a 737", "at time four three".
        let of_type = n.figures.len() == 3 && matches!(before, "a" | "an" | "light" | "heavy" | "boeing" | "airbus");
        let clock = before == "time" && !told.has("time");
        let pronoun = n.figures == "1" && matches!(before, "next" | "this" | "that" | "last" | "other" | "which" | "first" | "the");
        if to_call
            || pronoun
            || !told.could_be(&n, before, unread, w)
            || visual_code
            || of_type
            || clock
            || own
            || measured
            || of_place
            || left
            || here
            || asked
            || in_sequence
            || n.figures.is_empty()
            || told.earlier.contains(&n.figures)
            || told.explains_all(&n.figures)
        {
            return None;
        }
        Some(meant(&n, before, after, items))
    })
}

/// The item that a number refers to: by the words around it, otherwise by its length among the instruction's items.
fn meant(n: &Number, before: &str, after: &str, items: &[Item]) -> ReadbackItem {
    let len = n.figures.len();
    let has = |f: &dyn Fn(&Item) -> bool| items.iter().any(f);
    match before {
        "heading" => return ReadbackItem::Heading,
        "squawk" | "squawking" | "code" => return ReadbackItem::Squawk,
        "runway" => return ReadbackItem::Runway,
        "short" => return ReadbackItem::HoldShort,
        "qnh" | "altimeter" | "qfe" => return ReadbackItem::Altimeter,
        "speed" => return ReadbackItem::Speed,
        "level" | "climb" | "descend" | "maintain" | "climbing" | "descending" | "maintaining" => return ReadbackItem::Altitude,
        "number" => return ReadbackItem::Condition,
        _ => {}
    }
    let frequency = has(&|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. }));
    let level = has(&|i| matches!(i, Item::Altitude { .. }));
    if n.pointed && len <= 3 && level && !frequency {
        // "Six point five": thousands and hundreds.
        ReadbackItem::Altitude
    } else if n.scaled && len == 4 && !level && has(&|i| matches!(i, Item::Squawk(_))) {
        ReadbackItem::Squawk
    } else if n.pointed {
        ReadbackItem::Frequency
    } else if after == "knots" {
        ReadbackItem::Speed
    } else if n.scaled || after == "feet" {
        ReadbackItem::Altitude
    } else if len == 4 && has(&|i| matches!(i, Item::Squawk(_))) {
        ReadbackItem::Squawk
    } else if len >= 4 && has(&|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. })) {
        ReadbackItem::Frequency
    } else if len == 3 && has(&|i| matches!(i, Item::Heading { .. })) {
        ReadbackItem::Heading
    } else if has(&|i| matches!(i, Item::Altitude { .. })) && len == 3 {
        ReadbackItem::Altitude
    } else if len <= 2 && has(&|i| matches!(i, Item::Runway(_))) {
        ReadbackItem::Runway
    } else {
        ReadbackItem::Restriction
    }
}

/// Sets of mutually exclusive words, and the item that each set refers to.
const ONE_OF: [(ReadbackItem, &[&[&str]]); 8] = [
    (ReadbackItem::TurnDirection, &[&["left"], &["right"]]),
    (ReadbackItem::Condition, &[&["extend", "extending"], &["turn", "turning"]]),
    (ReadbackItem::Altitude, &[&["climb", "climbing", "climbs"], &["descend", "descending", "descent"]]),
    (ReadbackItem::Altitude, &[&["above"], &["below"]]),
    (ReadbackItem::Speed, &[&["least", "greater", "minimum"], &["exceed", "less", "maximum", "most"]]),
    (ReadbackItem::Condition, &[&["before"], &["after", "behind"]]),
    (ReadbackItem::Clearance, &[&["straight"], &["overhead"], &["downwind"], &["base"], &["crosswind"]]),
    (
        ReadbackItem::Restriction,
        &[
            &["north", "northbound"],
            &["south", "southbound"],
            &["east", "eastbound"],
            &["west", "westbound"],
            &["northeast", "northeastbound"],
            &["northwest", "northwestbound"],
            &["southeast", "southeastbound"],
            &["southwest", "southwestbound"],
        ],
    ),
];

/// Words that announce that the pilot proceeds.
const GOES: [&str; 9] = ["rolling", "takingoff", "continuing", "continue", "crossing", "entering", "enter", "lining", "departing"];

/// Unit names that a frequency may belong to.
const UNITS: [&str; 12] =
    ["tower", "ground", "approach", "departure", "center", "control", "radar", "director", "information", "delivery", "radio", "clearance"];

/// Whether every side in the readback follows a digit, and so belongs to a runway.
fn sides_are_runways(said: &[Token]) -> bool {
    let side = |t: &Token| t.is("left") || t.is("right");
    let turns = |i: usize| said.get(i + 1).is_some_and(|t| t.is("turn") || t.is("turns") || t.is("turnout") || t.is("heading"));
    (0..said.len()).filter(|i| side(&said[*i])).all(|i| i > 0 && matches!(said[i - 1], Token::Digit(..)) && !turns(i))
}

/// Compares contradictory words of the readback and the instruction.
pub(super) fn opposites(told: &Told, items: &[Item], said: &[Token]) -> Vec<ReadbackItem> {
    let said_has = |w: &str| said.iter().any(|x| x.is(w));
    let mut wrong = Vec::new();
    for (item, groups) in ONE_OF {
        let told_some = groups.iter().any(|g| g.iter().any(|w| told.has(w)));
        let right = groups.iter().any(|g| g.iter().any(|w| told.has(w)) && g.iter().any(|w| said_has(w)));
        let other = groups.iter().any(|g| g.iter().any(|w| said_has(w)) && !g.iter().any(|w| told.has(w)));
        // The side belongs to the runway.
        let runway = item == ReadbackItem::TurnDirection && sides_are_runways(said);
        if told_some && other && !right && !runway {
            wrong.push(item);
        }
    }
    // "Up to", "down to".
    let way = |w: &str| said.windows(2).any(|p| p[0].is(w) && p[1].is("to"));
    let (climbs, descends) = (told.has("climb"), told.has("descend"));
    if climbs && !descends && way("down") || descends && !climbs && way("up") {
        wrong.push(ReadbackItem::Altitude);
    }
    let stays = items.iter().any(|i| matches!(i, Item::HoldPosition | Item::Stop | Item::CancelTakeoff | Item::RemainOutside(_)))
        || told.has("cancel");
    let goes = said.iter().any(|x| GOES.contains(&x.word()) && !told.has(x.word()))
        || said_has("cleared") && !told.has("cleared")
        || items.iter().any(|i| matches!(i, Item::CancelTakeoff))
            && said_has("takeoff")
            && !said.iter().any(|x| x.word().starts_with("cancel"));
    // An instruction to stand by is not an approval.
    let waits = told.has("standby") || told.has("stand") && told.has("by");
    if waits && said.iter().any(|x| matches!(x.word(), "approved" | "cleared")) && !told.has("approved") && !told.has("cleared") {
        wrong.push(ReadbackItem::Clearance);
    }
    let denied = said.iter().any(|x| matches!(x.word(), "not" | "stopping" | "holding" | "stop"));
    if stays && goes && !denied {
        wrong.push(ReadbackItem::Clearance);
    }
    if let Some(at) = said.iter().position(|x| x.is("number"))
        && let Some(n) = said.get(at + 1).and_then(Token::digit)
        && let Some(given) = told.words.iter().position(|x| x.is("number")).and_then(|i| told.words.get(i + 1)?.digit())
        && n != given
    {
        wrong.push(ReadbackItem::Condition);
    }
    let contact = items.iter().any(|i| matches!(i, Item::Contact { .. } | Item::Monitor { .. }));
    // "Tower, four eight quebec x-ray": the callsign follows the unit that is addressed.
    let callsign = |i: usize| said.get(figures::run_end(said, i)).is_some_and(|x| x.letter().is_some());
    let names = |i: &usize| UNITS.contains(&said[*i].word()) && (said[i + 1].digit().is_some() || said[i + 1] == Token::Point);
    let unit = (0..said.len().saturating_sub(1)).find(|i| names(i) && !callsign(i + 1));
    if contact && unit.is_some_and(|i| !told.words.iter().any(|x| x.word().trim_end_matches('s') == said[i].word())) {
        wrong.push(ReadbackItem::Frequency);
    }
    wrong.extend(other_name(told, said));
    wrong.extend(other_departure(told, said).then_some(ReadbackItem::DepartureProcedure));
    wrong.extend(other_point(told, said).then_some(ReadbackItem::TaxiRoute));
    wrong
}

/// A departure given by name and designator ("BUZAD 1T departure"), and read back with another name or designator.
fn other_departure(told: &Told, said: &[Token]) -> bool {
    // "7C" is written like a center runway.
    let sign = |t: &Token| {
        t.digit().or(t.letter()).or(match t.word() {
            "left" => Some('L'),
            "right" => Some('R'),
            "center" => Some('C'),
            _ => None,
        })
    };
    let Some(end) = told.words.iter().position(|x| x.is("departure")) else { return false };
    let from = end - told.words[..end].iter().rev().take_while(|x| sign(x).is_some()).count();
    let name = from.checked_sub(1).map_or("", |i| told.words[i].word());
    let designator: String = told.words[from..end].iter().filter_map(sign).collect();
    if !(1..=2).contains(&designator.len()) || name.len() < 4 || NO_NAMES.contains(&name) {
        return false;
    }
    if let Some(at) = said.iter().position(|x| x.is(name)) {
        let other: String = said[at + 1..].iter().map_while(sign).collect();
        // The words that follow without a pause start with the designator.
        return !other.is_empty() && !other.starts_with(&designator);
    }
    // A different name before the same designator, or before "departure".
    (1..said.len()).any(|i| {
        let signs: String = said[i..].iter().map_while(sign).collect();
        let before = said[i - 1].word();
        let named = before.len() >= 4 && !NO_NAMES.contains(&before) && !told.has(before);
        let departs = said.get(i + signs.len()).is_some_and(|x| x.is("departure"));
        named && !signs.is_empty() && (departs || signs == designator)
    })
}

/// A point of a letter and a digit ("alpha one"), and a different one in its place.
fn other_point(told: &Told, said: &[Token]) -> bool {
    let point = |t: &[Token], i: usize| t[i].letter().zip(t.get(i + 1).and_then(Token::digit));
    let leads =
        |t: &[Token], i: usize| (1..=2).any(|n| i >= n && matches!(t[i - n].word(), "point" | "at" | "hold" | "holding" | "intersection"));
    let given: Vec<(char, char)> = (0..told.words.len()).filter(|i| leads(&told.words, *i)).filter_map(|i| point(&told.words, i)).collect();
    if given.is_empty() {
        return false;
    }
    (0..said.len()).filter(|i| leads(said, *i)).any(|i| {
        let Some(letter) = said[i].letter() else { return false };
        let figures = figures::digits(said, i + 1..figures::run_end(said, i + 1));
        let right = given.iter().any(|(l, d)| *l == letter && figures.starts_with(*d));
        // The digit may be left out, and the next number may follow.
        let short = given.iter().any(|(l, _)| *l == letter) && (figures.is_empty() || figures.len() > 1 && told.whole(&figures));
        !right && !short && !figures.is_empty()
    })
}

/// Words that introduce a name.
const LEADS: [&str; 11] = ["direct", "by", "hold", "holding", "cross", "crossing", "at", "to", "until", "via", "over"];
/// Words in that position that do not name anything.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "runway", "taxiway", "ramp", "parking", "gate", "stand", "position", "short", "your", "the", "point", "present", "feet", "maintain",
    "altitude", "flight", "level", "heading", "hold", "cross", "left", "right", "land", "line", "taxi", "contact", "continue", "airport", "follow",
    "tower", "ground", "approach", "departure", "center", "control", "radar", "information", "when", "able", "above", "below", "full", "length", "holding",
    "discretion", "filed", "radar", "vectors", "enter", "final", "join", "base", "downwind", "climb", "descend", "speed", "knots", "proceed", "radio", "delivery", "intercept", "reduce",
    "published", "that", "this", "there", "here", "them", "with", "turn", "report", "squawk", "expect", "each", "then", "follow", "wait", "traffic", "stop", "hangar", "terminal", "intersection", "company", "operations", "abeam", "behind", "after", "from", "both",
];

fn names(t: &[Token]) -> Vec<&str> {
    let lead = |i: usize| LEADS.contains(&t[i].word());
    (0..t.len().saturating_sub(1))
        .filter(|i| lead(*i))
        .map(|i| t[i + 1].word())
        .filter(|w| w.len() >= 4 && !NO_NAMES.contains(w) && !LEADS.contains(w) && !super::super::telephony::is_type(w))
        .collect()
}

/// Items that are mandatory where the rules require restrictions: a fix by its name, the transition level by its number.
pub(super) fn left_out(told: &Told, said: &[Token]) -> Vec<ReadbackItem> {
    let mut missing = Vec::new();
    let given = names(&told.words);
    if !given.is_empty()
        && !given.iter().any(|n| said.iter().any(|x| x.is(n)))
        && (told.has("cross") || told.has("until") || told.has("by"))
    {
        missing.push(ReadbackItem::Restriction);
    }
    if let Some(at) = told.words.windows(2).position(|p| p[0].is("transition") && p[1].is("level")) {
        let level = figures::digits(&told.words, at + 2..figures::run_end(&told.words, at + 2));
        let there = numbers(said).iter().any(|n| n.figures == level || n.figures.ends_with(&level));
        missing.extend((!level.is_empty() && !there).then_some(ReadbackItem::Altitude));
    }
    missing
}

/// A different fix or place after the same kind of word.
fn other_name(told: &Told, said: &[Token]) -> Option<ReadbackItem> {
    let given = names(&told.words);
    let heard = names(said);
    let all = text(&told.words);
    let kept = given.iter().any(|n| said.iter().any(|x| x.is(n)));
    let strange = heard.iter().any(|n| !all.contains(n));
    (!given.is_empty() && !kept && strange).then_some(ReadbackItem::Route)
}
