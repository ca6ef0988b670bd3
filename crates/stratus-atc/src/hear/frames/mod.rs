//! The first reader: frames. `frames.txt` lists the phrases that pilots use for each act. The decoder covers the words of a call with these
//! phrases so that it explains as much and skips as little as possible. A phrase loses to one that explains the call better, so phrases
//! need no exceptions.

mod matcher;
mod remarks;
mod source;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use matcher::{Match, Tree};
pub use remarks::remarks;
use source::{Element, Source};
use words::worth;
pub use words::{Slot, Words};

use crate::act::Act;

/// A condition of a frame besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Fact(u32),
    Class(u16),
}

#[derive(Debug)]
struct Frame {
    act: Option<Act>,
    /// Groups of conditions: one group must hold completely. Without groups, the frame always applies.
    conditions: Vec<Vec<(Need, bool)>>,
}

/// The frames, ready for decoding.
#[derive(Debug)]
struct Frames {
    vocabulary: BTreeMap<String, u16>,
    /// The worth of each word of the vocabulary.
    worth: Vec<u16>,
    classes: Tree,
    names: BTreeMap<String, u16>,
    sayings: Tree,
    frames: Vec<Frame>,
    /// The phrases of the remarks.
    remarks: Tree,
    rules: Vec<remarks::Rule>,
    /// The words that name dangers.
    distress: BTreeSet<String>,
}

const FILES: [(&str, &str); 3] = [
    ("classes.txt", include_str!("../classes.txt")),
    ("frames.txt", include_str!("../frames.txt")),
    ("remarks.txt", include_str!("../remarks.txt")),
];

static FRAMES: LazyLock<Frames> = LazyLock::new(|| Frames::read(&FILES).0);

fn frames() -> &'static Frames {
    &FRAMES
}

/// Whether this word names a failure or another danger.
pub(crate) fn distress_word(w: &str) -> bool {
    frames().distress.contains(w)
}

/// Small talk: phrases that explain their words and mean nothing else.
const TALK: &str = "talk";

/// The words in the phrases for dangers, and in the classes that those phrases require.
fn distress(source: &Source) -> BTreeSet<String> {
    let class = |name: &str| source.names.iter().position(|n| n == name).and_then(|i| source.classes.get(i));
    let words = |sayings: &[Vec<Element>]| -> BTreeSet<String> {
        let of = |e: &Element| match e {
            Element::Word(w) => vec![w.clone()],
            Element::Class(c) => source.classes.get(usize::from(*c)).into_iter().flatten().flatten().filter_map(word_of).collect(),
            _ => Vec::new(),
        };
        sayings.iter().flatten().flat_map(of).collect()
    };
    let common = class("common").map(|c| words(c)).unwrap_or_default();
    let dangers = source.frames.iter().filter(|f| Act::of(&f.act).is_some_and(|a| (Act::Mayday..=Act::Medical).contains(&a)));
    let needed = |f: &source::Written| -> BTreeSet<String> {
        let wanted = f.conditions.iter().flatten().filter(|c| c.wanted);
        wanted.filter_map(|c| class(&c.name)).flat_map(|c| words(c)).collect()
    };
    dangers.flat_map(|f| words(&f.sayings).into_iter().chain(needed(f))).filter(|w| w.len() > 3 && !common.contains(w)).collect()
}

fn word_of(e: &Element) -> Option<String> {
    if let Element::Word(w) = e { Some(w.clone()) } else { None }
}

impl Frames {
    /// Reads the frames in these files, and lists what cannot be read.
    fn read(files: &[(&str, &str)]) -> (Self, Vec<String>) {
        let mut source = Source::read(files);
        let all = || source.frames.iter().flat_map(|f| &f.sayings).chain(source.classes.iter().flatten()).flatten();
        let spelt: BTreeSet<&str> = all().filter_map(|e| if let Element::Word(w) = e { Some(w.as_str()) } else { None }).collect();
        let vocabulary: BTreeMap<String, u16> =
            spelt.iter().enumerate().map(|(i, w)| ((*w).to_owned(), u16::try_from(i).unwrap_or(u16::MAX))).collect();
        let number = |w: &str| vocabulary.get(w).copied().unwrap_or(u16::MAX);
        let names: BTreeMap<String, u16> =
            source.names.iter().enumerate().map(|(i, n)| (n.clone(), u16::try_from(i).unwrap_or(u16::MAX))).collect();
        let mut errors = std::mem::take(&mut source.errors);
        let (mut classes, mut sayings, mut frames) = (Tree::new(), Tree::new(), Vec::new());
        let (mut remarks, mut rules) = (Tree::new(), Vec::new());
        for (i, class) in source.classes.iter().enumerate() {
            for saying in class {
                classes.add(saying, u16::try_from(i).unwrap_or(u16::MAX), number);
            }
        }
        let need = |name: &str| Facts::of(name).map(Need::Fact).or_else(|| names.get(name).map(|c| Need::Class(*c)));
        for written in &source.frames {
            let act = Act::of(&written.act);
            if act.is_none()
                && let Some(rule) = remarks::rule(written, need, &mut errors)
            {
                let n = u16::try_from(rules.len()).unwrap_or(u16::MAX);
                for saying in &written.sayings {
                    remarks.add(saying, n, number);
                }
                rules.push(rule);
                continue;
            }
            if act.is_none() && written.act != TALK {
                errors.push(format!("there is no act {:?}", written.act));
                continue;
            }
            let mut conditions = Vec::new();
            for group in &written.conditions {
                let mut all = Vec::new();
                for c in group {
                    match need(&c.name) {
                        Some(n) => all.push((n, c.wanted)),
                        None => errors.push(format!("{}: there is neither a fact nor a class {:?}", written.act, c.name)),
                    }
                }
                conditions.push(all);
            }
            let n = u16::try_from(frames.len()).unwrap_or(u16::MAX);
            for saying in &written.sayings {
                sayings.add(saying, n, number);
            }
            frames.push(Frame { act, conditions });
        }
        classes.finish();
        sayings.finish();
        remarks.finish();
        let distress = distress(&source);
        let worth = vocabulary.keys().map(|w| worth(w)).collect();
        (Self { vocabulary, worth, classes, names, sayings, frames, remarks, rules, distress }, errors)
    }
}

macro_rules! facts {
    ($($(#[$doc:meta])* $name:ident = $bit:literal,)*) => {
        /// What is known of a call besides its words.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Facts(u32);
        #[allow(non_upper_case_globals, reason = "the names in frames.txt")]
        impl Facts {
            $($(#[$doc])* pub const $name: u32 = 1 << $bit;)*
            fn of(name: &str) -> Option<u32> {
                Some(match name { $(stringify!($name) => Self::$name,)* _ => return None })
            }
        }
    };
}

facts! {
    /// The call began with a station.
    station = 0,
    /// The call ended with the callsign.
    last = 1,
    /// The call contained a callsign.
    caller = 2,
    /// A readback is due.
    pending = 3,
    /// The controller has spoken to this aircraft.
    spoken = 4,
    /// The call went to Ground, or to an unknown unit.
    ground = 5,
    /// The call went to Tower, or to an unknown unit.
    tower = 6,
    /// The call went to Approach, Departure or Center.
    radar = 7,
    /// The call went to Center.
    center = 8,
    /// The call went to Clearance Delivery.
    delivery = 9,
    /// The call went to an unknown unit.
    open = 10,
    /// The controller asked for the heading.
    asked_heading = 11,
    /// The controller issued traffic.
    told_traffic = 12,
    /// The call contained a runway.
    runway = 13,
    /// The call contained a level.
    level = 14,
    /// The call contained a distance.
    distance = 15,
    /// The call contained a heading.
    heading = 16,
    /// The call contained a transponder code.
    code = 17,
    /// The call contained a frequency.
    frequency = 18,
    /// The call contained the ATIS letter.
    letter = 19,
    /// The call went to Ground or Clearance Delivery.
    ground_only = 20,
    /// On a leg of the pattern, or holding short.
    on_leg = 21,
    /// Every negation is about others.
    others_deny = 22,
    /// The call contained a place.
    place = 23,
    /// The call contained a pressure.
    pressure = 24,
    /// The controller pointed out the field.
    told_field = 25,
    /// The controller asked for an ident.
    told_ident = 26,
    /// The controller asked for the fuel remaining.
    asked_fuel = 27,
    /// The controller has approved a change of frequency.
    granted = 28,
}

impl Facts {
    /// Adds `bit` if `when` is true.
    pub fn with(self, bit: u32, when: bool) -> Self {
        if when { Self(self.0 | bit) } else { self }
    }

    /// Whether `bit` is set.
    pub fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }
}

/// An act in the call, and its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The act.
    pub act: Act,
    /// The words that it covers.
    pub words: Range<usize>,
}

/// The decoded call.
#[derive(Debug, Clone, Default)]
pub struct Decoded {
    /// The acts, in order.
    pub said: Vec<Said>,
    /// Words that no saying explains.
    pub loose: usize,
}

impl Decoded {
    /// Whether the act was found.
    pub fn has(&self, act: Act) -> bool {
        self.said.iter().any(|s| s.act == act)
    }
}

/// The cost of a skipped word, and of each phrase: of two covers that explain the same, the one with fewer phrases wins.
const SKIPPED: i32 = 4;
const EACH: i32 = 2;

/// Whether the conditions of a frame or remark hold.
fn holds(conditions: &[Vec<(Need, bool)>], words: &Words, facts: Facts) -> bool {
    let one = |(need, wanted): &(Need, bool)| {
        *wanted
            == match need {
                Need::Fact(bit) => facts.has(*bit),
                Need::Class(c) => words.classes.contains(c),
            }
    };
    conditions.is_empty() || conditions.iter().any(|g| g.iter().all(one))
}

/// Covers the words with phrases.
pub fn decode(words: &Words, facts: Facts) -> Decoded {
    let frames = frames();
    let held: Vec<bool> = frames.frames.iter().map(|f| holds(&f.conditions, words, facts)).collect();
    let mut ending: Vec<Vec<Match>> = vec![Vec::new(); words.len() + 1];
    frames.sayings.walk(words, &words.spans, |m| {
        if held.get(usize::from(m.what)).copied().unwrap_or(false)
            && let Some(at) = ending.get_mut(m.end)
        {
            at.push(m);
        }
    });
    // The best cover of the words up to each position. In case of a tie, the frame listed first wins.
    let mut best: Vec<(i32, Option<Match>)> = vec![(0, None); words.len() + 1];
    for end in 1..=words.len() {
        best[end] = (best[end - 1].0, None);
        let mut first = u16::MAX;
        for m in &ending[end] {
            let score = best[m.start].0 + i32::from(m.explained) - i32::from(m.skipped) * SKIPPED - EACH;
            if score > best[end].0 || score == best[end].0 && m.what < first && best[end].1.is_some() {
                best[end] = (score, Some(*m));
                first = m.what;
            }
        }
    }
    let (mut said, mut explained, mut end) = (Vec::new(), 0, words.len());
    while end > 0 {
        match best[end].1 {
            Some(m) => {
                explained += m.end - m.start - usize::from(m.skipped);
                if let Some(act) = frames.frames.get(usize::from(m.what)).and_then(|f| f.act) {
                    said.push(Said { act, words: m.start..m.end });
                }
                end = m.start;
            }
            None => end -= 1,
        }
    }
    said.reverse();
    Decoded { said, loose: words.count().saturating_sub(explained) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_files_read_without_errors() {
        let (_, errors) = Frames::read(&FILES);
        assert!(errors.is_empty(), "{}", errors.join("\n"));
    }

    #[test]
    fn bad_lines_in_a_frame_file_are_reported_and_skipped() {
        let damaged = "ready:\n  ready (to go\nnobody_knows:\n  hello\nident: moonlight\n  ident\nlost: !asks\n  <moon>, {unknown}, UPPER\nroger:\n  roger\n";
        let (frames, errors) = Frames::read(&[("frames.txt", damaged)]);
        for what in ["not closed", "ready has no sayings", "no act \"nobody_knows\"", "moonlight", "no value <moon>", "{unknown}", "UPPER"]
        {
            assert!(errors.iter().any(|e| e.contains(what)), "{what}: {errors:?}");
        }
        assert!(frames.vocabulary.contains_key("roger"));
    }

    /// A cue without a class would silently never match, and an unused class misleads the reader.
    #[test]
    fn every_cue_names_a_class_and_every_class_is_used() {
        let code = [include_str!("../rules.rs"), include_str!("../../entities.rs")].concat();
        let frames = Frames::read(&FILES).0;
        let after = |open: &str| -> Vec<String> {
            code.split(open).skip(1).filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect()
        };
        let cues: Vec<String> = ["cue(\"", "saying(\"", "behind(\"", "marked(\""].into_iter().flat_map(after).collect();
        assert!(cues.len() > 20, "{cues:?}");
        for cue in &cues {
            assert!(frames.names.contains_key(cue), "{cue} is not a class");
        }
        for name in frames.names.keys().filter(|n| *n != "common") {
            let inside =
                FILES.iter().any(|(_, text)| text.contains(&format!("{{{name}}}")) && text.matches(&format!("{{{name}}}")).count() > 1);
            let needed =
                frames.frames.iter().flat_map(|f| f.conditions.iter().flatten()).any(|(n, _)| *n == Need::Class(frames.names[name]));
            let needed = needed || frames.rules.iter().any(|r| r.needs().any(|n| n == Need::Class(frames.names[name])));
            let used = FILES[1..].iter().any(|(_, text)| text.contains(&format!("{{{name}}}")));
            assert!(inside || needed || used || code.contains(&format!("{name:?}")), "the class {name} is unused");
        }
    }

    fn acts(said: &str, facts: Facts) -> Vec<Act> {
        let t = crate::transcript::tokens(said);
        decode(&Words::new(&t, &[], &(0..0)), facts).said.into_iter().map(|s| s.act).collect()
    }

    #[test]
    fn the_phrase_that_explains_a_call_better_wins() {
        let tower = Facts::default().with(Facts::tower, true).with(Facts::station, true);
        assert_eq!(acts("ready for departure", tower), [Act::Ready]);
        assert_eq!(acts("ready for taxi", tower), [Act::TaxiOut]);
        assert_eq!(acts("ready to copy", tower), [Act::IfrClearance]);
        assert_eq!(acts("the landing light is out", tower), []);
        assert_eq!(acts("we cannot go around", tower), []);
    }

    #[test]
    fn acts_are_returned_in_spoken_order() {
        let ground = Facts::default().with(Facts::ground, true).with(Facts::station, true);
        assert_eq!(acts("request taxi and flight following", ground), [Act::TaxiOut, Act::FlightFollowing]);
        assert_eq!(acts("request flight following and a radio check", ground), [Act::FlightFollowing, Act::RadioCheck]);
    }

    #[test]
    fn only_words_that_name_dangers_count_as_distress() {
        for word in ["engine", "cockpit", "cloud", "help", "unconscious", "hydraulic"] {
            assert!(distress_word(word), "{word}");
        }
        for word in ["going", "left", "mayday", "landing", "cleared", "runway", "fox"] {
            assert!(!distress_word(word), "{word}");
        }
    }

    #[test]
    fn a_frame_matches_only_if_its_conditions_hold() {
        assert_eq!(acts("level three five zero", Facts::default()), []);
        let center = Facts::default().with(Facts::radar, true).with(Facts::level, true);
        assert_eq!(acts("level three five zero", center), [Act::CheckIn]);
    }
}
