//! The pilot's position and destination, besides pattern legs and names after "to": landmarks, points on the field, known places.

use std::ops::Range;

use super::{LEGS, NO_PLACE, STOP, back, compass, word};
use crate::hear::is_used;
use crate::intent::Slots;
use crate::places::place;
use crate::transcript::{Token, spell, text};
use crate::units::{Facility, Region};

/// The unit that hears the call, and the region whose phraseology applies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) facility: Option<Facility>,
    pub(crate) region: Region,
}

/// Words before a leg that is flown later: "back into the right downwind", "request right crosswind".
const LATER: [&str; 10] = ["for", "into", "enter", "then", "request", "will", "to", "gonna", "report", "extend"];

/// Whether the leg at a token is still to come, or means something else: "the base of the tower".
pub(super) fn is_later(t: &[Token], i: usize) -> bool {
    word(t, i + 1) == "of" || (1..=3).any(|n| LATER.contains(&back(t, i, n)) && !(n > 1 && (1..n).any(|k| LEGS.contains(&back(t, i, k)))))
}

/// Points that every field has, by their words.
#[rustfmt::skip]
const POINTS: [(&[&str], &str); 7] = [
    (&["forty", "five"], "45"), (&["initial"], "initial"), (&["abeam"], "abeam"), (&["marker"], "marker"), (&["procedure", "turn"], "procedure turn"),
    (&["dead", "side"], "dead side"), (&["deadside"], "dead side"),
];

/// Words after which a pilot names what is below or beside them.
fn leads(t: &[Token], i: usize) -> bool {
    let w = word(t, i);
    let next = word(t, i + 1);
    matches!(w, "crossing" | "abeam" | "approaching")
        || w == "from" && matches!(back(t, i, 1), "inbound" | "in")
        || w == "on" && back(t, i, 1) == "up" && back(t, i, 2) == "coming"
        || w == "crossed"
        || w == "passing" && next == "the"
        || w == "at"
            && next == "the"
            && matches!(word(t, i + 2), "vor" | "bridge" | "lake" | "river" | "marker" | "pier" | "coast" | "shoreline" | "stadium" | "dam")
}

/// Words after these that do not start a place name.
#[rustfmt::skip]
const NO_LANDMARK: &[&str] = &[
    "by", "this", "these", "those", "line", "your", "my", "here", "there", "it", "them", "him", "what", "which", "top", "with", "runway", "taxiway", "active",
    "some", "any", "half", "about", "approximately", "through", "thousand", "clearance", "restriction", "traffic", "gate", "stand", "ramp", "apron", "spot", "over",
    "final", "base", "downwind", "crosswind", "upwind", "speed", "control", "zone", "airspace", "class", "lights", "delta", "bravo", "charlie", "near", "later", "field", "airport", "pumps", "fuel", "weather",
];

/// A landmark's name after such a word, up to three words long.
fn landmark(t: &[Token], lead: usize, hidden: &[Range<usize>]) -> Option<String> {
    let from = (lead + 1..lead + 3).find(|i| !matches!(word(t, *i), "the" | "of"))?;
    let ends = |i: usize| {
        let w = word(t, i);
        w.is_empty()
            || STOP.contains(&w)
            || NO_PLACE.contains(&w)
            || NO_LANDMARK.contains(&w)
            || compass(w).is_some()
            || hidden.iter().any(|h| h.contains(&i))
    };
    // After the first word only unknown words, or typical endings of place names, continue a name.
    let goes_on = |i: usize| i == from || !is_used(word(t, i)) || ENDINGS.contains(&word(t, i));
    let n = (from..from + 3).take_while(|i| *i < t.len() && !ends(*i) && goes_on(*i)).count();
    (n > 0 && word(t, from).len() > 2).then(|| text(&t[from..from + n]))
}

/// Typical endings of place names.
const ENDINGS: [&str; 24] = [
    "bridge",
    "lake",
    "river",
    "point",
    "hill",
    "hills",
    "island",
    "bay",
    "stadium",
    "town",
    "tower",
    "beach",
    "park",
    "station",
    "pier",
    "dam",
    "mouth",
    "pass",
    "wall",
    "harbor",
    "harbour",
    "church",
    "reservoir",
    "course",
];

/// A name made of an unknown word: "at Kleifarvatn", "to Dunkeswell".
fn own_name(t: &[Token], from: usize, hidden: &[Range<usize>]) -> Option<String> {
    let new = |i: usize| {
        let w = word(t, i);
        w.len() > 3
            && !is_used(w)
            && !STOP.contains(&w)
            && !NO_PLACE.contains(&w)
            && !NO_DESTINATION.contains(&w)
            && !w.ends_with("ing")
            && !w.contains('\'')
    };
    let open = |i: usize| i < t.len() && !hidden.iter().any(|h| h.contains(&i));
    if !(open(from) && new(from)) {
        return None;
    }
    let n = 1 + (from + 1..from + 3).take_while(|i| open(*i) && (new(*i) || ENDINGS.contains(&word(t, *i)))).count();
    Some(text(&t[from..from + n]))
}

/// A place name made of an unknown word, or one in the table of places.
fn named(t: &[Token], from: usize, hidden: &[Range<usize>]) -> Option<String> {
    let from = if word(t, from) == "the" { from + 1 } else { from };
    if from >= t.len() || hidden.iter().any(|h| h.contains(&from)) {
        return None;
    }
    let words: Vec<&str> = t[from..].iter().take(4).map(Token::word).collect();
    let known = place(&words).filter(|(_, n)| !UNITS.contains(&word(t, from + n))).map(|(_, n)| text(&t[from..from + n]));
    known.or_else(|| own_name(t, from, hidden))
}

/// Words after which a nearby place is named: "near Macon", "two miles off Chino". A place from which a direction and distance are measured
/// ("ten south of Visalia") does not count.
fn beside(t: &[Token], i: usize) -> bool {
    matches!(word(t, i), "near" | "off")
}

/// A place on its own: one in the table, or a name with a typical ending.
fn plain_place(t: &[Token], from: usize, hidden: &[Range<usize>]) -> Option<String> {
    let words: Vec<&str> = t[from..].iter().take(4).map(Token::word).collect();
    let ends = |n: &String| ENDINGS.contains(&n.rsplit(' ').next().unwrap_or("")) && n.contains(' ');
    if place(&words).is_some() { named(t, from, hidden) } else { own_name(t, from, hidden).filter(ends) }
}

/// Whether the words after "over" can be a place.
pub(super) fn can_be_place(t: &[Token], from: usize) -> bool {
    !NO_LANDMARK.contains(&word(t, from))
}

/// A point on the field or a landmark, if no leg was said.
pub(super) fn position(t: &[Token], hidden: &[Range<usize>], scene: Scene, slots: &mut Slots) {
    if slots.position.is_some() {
        return;
    }
    let open = |i: usize| !hidden.iter().any(|h| h.contains(&i));
    let has = |words: &[&str]| t.iter().any(|x| words.contains(&x.word()));
    // Taxiways and holding points also have letters.
    let on_ground = has(ON_GROUND);
    let aloft = matches!(scene.facility, Some(Facility::Tower | Facility::Approach | Facility::Departure))
        && (!slots.altitude_ft.is_empty() || has(&["inbound", "landing", "position", "join", "joining", "transit", "zone", "circuits"]))
        && !has(&["taxi", "taxiing", "stand", "gate", "ramp", "apron", "parking", "pushback", "direct"]);
    let said = |i: usize, words: &[&str]| words.iter().enumerate().all(|(k, w)| word(t, i + k) == *w);
    for i in (0..t.len()).filter(|i| open(*i)) {
        // "On the forty five": converted to digits by now.
        let forty_five = t[i].digit() == Some('4')
            && t.get(i + 1).and_then(Token::digit) == Some('5')
            && t.get(i + 2).is_none_or(|x| x.digit().is_none());
        if forty_five && back(t, i, 1) == "the" && matches!(back(t, i, 2), "on" | "entering" | "to") {
            slots.position = Some("45".to_owned());
            return;
        }
        let ahead = matches!(back(t, i, 1), "request" | "for" | "vectors" | "report") || matches!(back(t, i, 2), "report" | "request");
        if let Some((_, name)) = POINTS.iter().find(|(w, _)| said(i, w) && w[0] != "forty").filter(|_| !ahead) {
            let landmark = (*name == "abeam").then(|| landmark(t, i, hidden)).flatten();
            slots.position = Some(landmark.unwrap_or_else(|| (*name).to_owned()));
            return;
        }
        // "At Kleifarvatn two thousand"; "over Sierra", "at Echo two": points of a control zone.
        if matches!(word(t, i), "at" | "over" | "via" | "vertical" | "passing") && aloft {
            if let Some(name) = own_name(t, i + 1, hidden) {
                slots.position = Some(name);
                return;
            }
            let letter = t.get(i + 1).filter(|_| open(i + 1)).and_then(Token::letter);
            let alone = t.get(i + 2).is_none_or(|x| x.letter().is_none() || !open(i + 2));
            if let Some(c) = letter.filter(|_| alone && word(t, i) != "via" && !on_ground && scene.region.phraseology == "ICAO") {
                let figure =
                    t.get(i + 2).filter(|_| open(i + 2) && t.get(i + 3).is_none_or(|x| x.digit().is_none())).and_then(Token::digit);
                slots.position = Some(figure.map_or_else(|| spell(c).to_owned(), |d| format!("{c}{d}")));
                return;
            }
        }
        let in_the_air = !on_ground && !matches!(scene.facility, Some(Facility::Ground | Facility::Clearance));
        // The position may follow the callsign: "five four six lima, Diamond Head, landing".
        let opens = hidden.iter().any(|h| h.end == i && h.start < i) && !matches!(word(t, i), "" | "to" | "for");
        let stays = |name: &str| {
            let next = i + name.split(' ').count();
            t.get(next).is_some_and(|x| x.digit().is_some())
                || compass(word(t, next)).is_some()
                || matches!(word(t, next), "inbound" | "outbound" | "landing" | "at" | "descending" | "climbing")
        };
        if in_the_air
            && let Some(name) = if opens { plain_place(t, i, hidden).filter(|n| stays(n)) } else { None }
                .or_else(|| beside(t, i).then(|| named(t, i + 1, hidden)).flatten())
        {
            slots.position = Some(name);
            return;
        }
        if leads(t, i)
            && !(word(t, i) == "crossing" && matches!(word(t, i + 1), "clearance" | "of"))
            && let Some(name) = landmark(t, i, hidden)
        {
            slots.position = Some(name);
            return;
        }
    }
}

/// The destination without a preposition: "IFR Tahoe", "Boston clearance, Fort Lauderdale, information lima", "Atlanta bound".
pub(super) fn destination(t: &[Token], hidden: &[Range<usize>], facility: Option<Facility>, slots: &mut Slots) {
    if slots.destination.is_some() {
        return;
    }
    let open = |i: usize| !hidden.iter().any(|h| h.contains(&i));
    let words: Vec<&str> = t.iter().map(Token::word).collect();
    let clearance = matches!(facility, Some(Facility::Clearance));
    let has = |words: &[&str]| t.iter().any(|x| words.contains(&x.word()));
    // To its hangar or its handler: that is the parking place.
    let taxies_in = has(&["vacated", "clear", "off", "parking", "park", "gate", "stand"]) && !has(&["vfr", "ifr", "clearance"]);
    for i in (0..t.len()).filter(|i| open(*i)) {
        let before = back(t, i, 1);
        let rules = matches!(before, "vfr" | "ifr");
        let Some((code, n)) = place(&words[i..]) else {
            // A name that is in no table, if the words say that it is flown to.
            let by = back(t, i, 2);
            let to = before == "to" && GOES.contains(&by)
                || before == "for"
                    && (clearance || level_ends(t, i - 1) || matches!(by, "clearance" | "ifr" | "vfr" | "headed" | "bound" | "plan"));
            let from = before == "to" && (3..=5).any(|n| matches!(back(t, i, n), "from" | "routing"));
            // "Voghera to Albenga", "inbound to Turweston": from a place, or on the way. After other words "to" starts a verb.
            let origin = by.len() > 3 && !is_used(by) && !by.contains('\'') || compass(by).is_some();
            let flies = before == "to" && (origin || matches!(by, "inbound" | "coast" | "across" | "along" | "outbound"));
            let lands = before == "at" && matches!(by, "land" | "landing" | "down" | "stop" | "stopping" | "lunch" | "fuel" | "overnight");
            let goes = rules || matches!(before, "routing" | "destination" | "towards") || (to || from || flies || lands) && !taxies_in;
            // "Rock Springs is down" says something of the place.
            let told_of = |name: &String| {
                let end = i + name.split(' ').count();
                (end..end + 2).any(|k| crate::hear::states(word(t, k)))
            };
            if goes && let Some(name) = own_name(t, i, hidden).filter(|n| !UNITS.contains(&word(t, i + 1)) && !told_of(n)) {
                slots.destination = Some(name);
                return;
            }
            continue;
        };
        let bound = word(t, i + n) == "bound";
        // A place on its own is the destination at a unit that gives clearances. Elsewhere it may be the position.
        let alone =
            clearance && !matches!(before, "from" | "at" | "off" | "over" | "of" | "near" | "passing") && !UNITS.contains(&word(t, i + n));
        if rules || bound || alone {
            slots.destination = Some(code.into_owned());
            return;
        }
    }
}

/// "Tenerife north rather than south": a city has several fields, and the pilot's words tell them apart.
pub(super) fn one_of_two(t: &[Token], i: usize, n: usize) -> Option<String> {
    let side = matches!(word(t, i + n), "north" | "south" | "east" | "west");
    let other = matches!(word(t, i + n + 1), "rather" | "instead" | "not" | "airport" | "field");
    (side && other).then(|| text(&t[i..=i + n]))
}

/// "Climbing six thousand five hundred for Bundaberg": whether a level ends directly before a token.
fn level_ends(t: &[Token], i: usize) -> bool {
    matches!(back(t, i, 1), "thousand" | "hundred") || i > 0 && t[i - 1].digit().is_some()
}

/// The destination of a call that changes it, if no other words show it: the last place that is named and of which nothing else is said.
/// "Rock Springs is down, so Casper now", "the company wants us in Omaha".
pub(crate) fn new_destination(t: &[Token], hidden: &[Range<usize>]) -> Option<String> {
    let open = |i: usize| !hidden.iter().any(|h| h.contains(&i));
    let words: Vec<&str> = t.iter().map(Token::word).collect();
    (0..t.len()).rev().filter(|i| open(*i)).find_map(|i| {
        let (code, n) = place(words.get(i..)?)?;
        // "Wichita is closed", "the line off Wichita", "Denver Center", and the end of a longer name.
        let told_of = crate::hear::states(word(t, i + n)) || UNITS.contains(&word(t, i + n));
        let elsewhere = matches!(back(t, i, 1), "from" | "off" | "of" | "near" | "over" | "past" | "left" | "not" | "than");
        let part = i > 0 && place(&words[i - 1..]).is_some_and(|(_, m)| m > n);
        (!told_of && !elsewhere && !part).then(|| code.into_owned())
    })
}

/// Words that follow a kind of unit.
pub(super) const UNITS: [&str; 13] = [
    "tower",
    "ground",
    "approach",
    "departure",
    "center",
    "radar",
    "traffic",
    "clearance",
    "delivery",
    "radio",
    "information",
    "info",
    "control",
];
/// Words before "to" for a flight to somewhere.
const GOES: [&str; 29] = [
    "go",
    "vectors",
    "going",
    "headed",
    "heading",
    "hop",
    "back",
    "flight",
    "bound",
    "down",
    "enroute",
    "trip",
    "returning",
    "way",
    "clearance",
    "following",
    "proceeding",
    "continuing",
    "diverting",
    "divert",
    "fly",
    "flying",
    "ifr",
    "vfr",
    "plan",
    "up",
    "off",
    "on",
    "proceed",
];
/// Words in a call from the ground.
#[rustfmt::skip]
const ON_GROUND: &[&str] = &[
    "holding", "hold", "taxi", "ready", "clear", "vacated", "stand", "gate", "intersection", "takeoff", "taxiing", "waiting", "line", "lined", "off", "exit", "runway",
];
/// Everyday words that are missing from the radio vocabulary.
#[rustfmt::skip]
const NO_DESTINATION: &[&str] = &[
    "confess", "minimums", "triple", "circle", "company", "copy", "today", "tomorrow", "tonight", "student", "reverse", "through", "sure", "save", "avoid", "lunch",
    "dinner", "coffee", "breakfast", "bathroom", "passenger", "passengers", "family", "doctor", "hospital", "training", "photos", "pictures", "practice", "everyone", "everybody",
    "spacing", "separation", "sightseeing", "ourselves", "myself", "yourself", "nobody", "ages", "ever", "hours", "minutes", "seconds", "work", "home", "base", "flights",
    "operations", "maintenance", "customs", "deice", "refuel", "burn", "lose", "stretch", "figure", "troubleshoot", "tell", "help", "stop", "push", "park", "advisories", "ctaf",
];
