//! The written words of a transcript before they become tokens: cleaned, split, with the slips of the recogniser corrected.

use super::{MAX_TEXT, MAX_TOKENS, letter_of, spell};
use crate::units::marks::has_figure;
use crate::units::number_words::digits as number_word;

const FILLERS: [&str; 12] = ["uh", "um", "er", "erm", "ah", "uhh", "umm", "hmm", "eh", "uhm", "mm", "hm"];

/// Words that a recogniser splits, and simple misspellings.
#[rustfmt::skip]
const SLIPS: &[(&str, &str)] = &[
    ("polo alto", "palo alto"), ("pallo alto", "palo alto"), ("sky hawk", "skyhawk"), ("sky lane", "skylane"), ("sky wagon", "skywagon"), ("flight falling", "flight following"), ("flight follow in", "flight following"), ("skyhock", "skyhawk"),
    ("speed bird", "speedbird"), ("heat throw", "heathrow"), ("heath row", "heathrow"), ("hitting", "heading"),
    ("rodger", "roger"), ("rogers", "roger"), ("clear to land", "cleared to land"), ("clear for", "cleared for"),
    ("clear to take", "cleared to take"), ("clear touch", "cleared touch"), ("x ray", "xray"), ("push back", "pushback"),
    ("pushed back", "pushedback"), ("take off", "takeoff"), ("taking off", "takingoff"), ("nor cal", "norcal"),
    ("so cal", "socal"), ("easy jet", "easyjet"), ("ryan air", "ryanair"), ("jet blue", "jetblue"), ("may day", "mayday"),
    ("down wind", "downwind"), ("cross wind", "crosswind"), ("up wind", "upwind"), ("panpan", "pan pan"), ("pan-pan", "pan pan"),
    ("full-stop", "full stop"), ("fox trot", "foxtrot"), ("air field", "airfield"), ("start up", "startup"),
    ("start-up", "startup"), ("lineup", "line up"), ("holdshort", "hold short"), ("check in", "checkin"),
    ("checking in", "checkingin"), ("north west", "northwest"), ("north east", "northeast"), ("south west", "southwest"),
    ("south east", "southeast"), ("north bound", "northbound"), ("south bound", "southbound"), ("east bound", "eastbound"),
    ("west bound", "westbound"), ("mid field", "midfield"), ("q n h", "qnh"), ("i l s", "ils"), ("i f r", "ifr"),
    ("v f r", "vfr"), ("v o r", "vor"), ("g p s", "gps"), ("r nav", "rnav"), ("r n p", "rnp"), ("r n a v", "rnav"), ("are nav", "rnav"),
    ("arnav", "rnav"), ("area nav", "rnav"), ("a t i s", "atis"), ("t c a s", "tcas"), ("j f k", "jfk"), ("jay f k", "jfk"),
    ("jay eff kay", "jfk"), ("l a x", "lax"), ("s f o", "sfo"), ("v m c", "vmc"), ("i m c", "imc"), ("c t a f", "ctaf"),
    ("e t a", "eta"), ("tee cas", "tcas"), ("short grass", "short runway"), ("t cas", "tcas"), ("tcas r a", "tcas ra"), ("d r four hundred", "robin"), ("dr four hundred", "robin"), ("p a twenty eight", "cherokee"), ("p a two eight", "cherokee"), ("wheel co", "wilco"), ("will comply", "wilco"), ("will co", "wilco"),
    ("affirm", "affirmative"), ("we're", "we are"), ("i'd", "i would"), ("i'm", "i am"), ("we'd", "we would"),
    ("we've", "we have"), ("i've", "i have"), ("we'll", "we will"), ("i'll", "i will"), ("don't", "do not"),
    ("didn't", "did not"), ("can't", "cannot"), ("can not", "cannot"), ("it's", "it is"), ("that's", "that is"),
    ("what's", "what is"), ("how's", "how is"), ("where's", "where is"), ("there's", "there is"), ("he's", "he is"),
    ("they're", "they are"), ("you're", "you are"), ("haven't", "have not"), ("doesn't", "does not"), ("wouldn't", "would not"), ("isn't", "is not"), ("let's", "let us"), ("won't", "will not"), ("aren't", "are not"), ("wasn't", "was not"), ("hasn't", "has not"), ("couldn't", "could not"), ("turkish airlines", "turkish"),
    ("queen air", "queenaire"), ("king air", "kingair"), ("gulf", "golf"), ("golf course", "golfcourse"),
    ("tower's", "tower is"), ("hold it short", "holding short"), ("centre", "center"), ("on route", "enroute"),
    ("en route", "enroute"), ("divert ing", "diverting"), ("roger that", "roger"), ("traffic inside", "traffic in sight"),
    ("field inside", "field in sight"),
];

/// Replaces markup, control characters and escape sequences with spaces, and lowers the case.
pub(super) fn clean(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len().min(MAX_TEXT) + 8);
    let mut chars = raw.chars().take(MAX_TEXT).peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.next_if_eq(&'[').is_some() {
                    while chars.next_if(|c| c.is_ascii_digit() || *c == ';').is_some() {}
                    chars.next_if(|c| c.is_ascii_alphabetic());
                }
                out.push(' ');
            }
            '<' | '[' | '(' | '*' => {
                let close = match c {
                    '<' => '>',
                    '[' => ']',
                    '(' => ')',
                    _ => '*',
                };
                // A tag is short and closed; otherwise only the bracket is removed.
                let ahead: Vec<char> = chars.clone().take(32).collect();
                if let Some(n) = ahead.iter().position(|x| *x == close) {
                    for _ in 0..=n {
                        chars.next();
                    }
                }
                out.push(' ');
            }
            '’' | '`' | '‘' => out.push('\''),
            '–' | '—' => out.push('-'),
            c if c.is_control() => out.push(' '),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// "Two hundred and ten knots", "two hundred ten on the speed" as "two ten": one number, and no altitude of 200 feet.
fn in_hundreds(mut raw: Vec<Raw>) -> Vec<Raw> {
    let digits = |w: &str| number_word(w).map_or(0, str::len);
    let mut i = 1;
    while i + 2 < raw.len() {
        let and = usize::from(raw[i + 1].word == "and");
        let rest = raw.get(i + 1 + and).map_or(0, |r| digits(&r.word));
        let is = |k: usize, list: &[&str]| raw.get(k).is_some_and(|r| list.contains(&r.word.as_str()));
        let end = i + 2 + and;
        let of_speed = (i.saturating_sub(6)..i).any(|k| is(k, &["speed", "speed's", "speeds"]));
        let unit = is(end, &["knots", "kts"])
            || is(end, &["on", "in"]) && (end + 1..end + 4).any(|k| is(k, &["speed"]))
            || of_speed && !is(end, &["feet", "hundred", "thousand"]);
        if raw[i].word == "hundred" && digits(&raw[i - 1].word) == 1 && rest > 0 && unit {
            raw.drain(i..=i + and);
            if rest == 1 {
                raw.insert(i, Raw { word: "zero".into(), pause: false });
            }
        }
        i += 1;
    }
    raw
}

/// "Four triple three", "double five": the digit as often as the word says.
fn repeated(raw: Vec<Raw>) -> Vec<Raw> {
    let digit = |w: &str| number_word(w).is_some_and(|d| d.len() == 1) || w.len() == 1 && w.bytes().all(|b| b.is_ascii_digit());
    let mut out: Vec<Raw> = Vec::with_capacity(raw.len());
    let mut times = 1;
    for (i, r) in raw.iter().enumerate() {
        let count = match r.word.as_str() {
            "double" => 2,
            "triple" | "treble" => 3,
            _ => 0,
        };
        if count > 0 && !r.pause && raw.get(i + 1).is_some_and(|n| digit(&n.word)) {
            times = count;
            continue;
        }
        let copies = std::mem::replace(&mut times, 1);
        out.extend((1..=copies).map(|k| Raw { word: r.word.clone(), pause: r.pause && k == copies }));
    }
    out
}

/// A written word, and the pause after it.
pub(super) struct Raw {
    pub(super) word: String,
    pub(super) pause: bool,
}

/// Splits at spaces, strips punctuation, remembers commas, and drops fillers.
pub(super) fn raw_words(cleaned: &str) -> Vec<Raw> {
    let mut out: Vec<Raw> = Vec::new();
    for chunk in cleaned.split_whitespace() {
        let lead = chunk.trim_start_matches(|c: char| !c.is_alphanumeric());
        let core = lead.trim_end_matches(|c: char| !c.is_alphanumeric());
        let pause_before = lead.len() < chunk.len() && !core.is_empty();
        let pause = core.len() < lead.len() || core.is_empty();
        if (pause_before || core.is_empty())
            && let Some(last) = out.last_mut()
        {
            last.pause = true;
        }
        let registration = core.split_once('-').is_some_and(|(a, b)| {
            // "D-EABC", "TC-ABC", and the short form "D-BC".
            ((1..=2).contains(&a.len()) && (3..=4).contains(&b.len()) && a.len() + b.len() == 5 || (a.len(), b.len()) == (1, 2))
                && core.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
                // "5Y-ABC".
                || has_figure(&a.to_ascii_uppercase()) && b.len() == 3 && b.bytes().all(|c| c.is_ascii_alphabetic())
        }) && !["go", "up", "on", "in", "to"].iter().any(|w| core.starts_with(w));
        let parts: Vec<String> = if registration { core.chars().filter(|c| *c != '-').map(spelt).collect() } else { split_commas(core) };
        let n = parts.len();
        for (i, p) in parts.into_iter().enumerate() {
            if FILLERS.contains(&p.as_str()) || p.is_empty() {
                continue;
            }
            // "United five thirty one's going around": the last word of the callsign, and a verb.
            let stem = p.strip_suffix("'s").filter(|s| number_word(s).is_some() || letter_of(s).is_some()).map(str::to_owned);
            let p = stem.unwrap_or(p);
            out.push(Raw { word: p, pause: i + 1 == n && pause });
        }
        if out.len() >= MAX_TOKENS {
            break;
        }
    }
    out
}

/// A character of a registration as a word.
fn spelt(c: char) -> String {
    if c.is_ascii_digit() { c.to_string() } else { spell(c).to_owned() }
}

/// "10,000" stays one number; "left,cleared" and "forty-six" are split.
fn split_commas(core: &str) -> Vec<String> {
    let bytes: Vec<char> = core.chars().collect();
    let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(char::is_ascii_digit);
    let mut out = vec![String::new()];
    for (i, c) in bytes.iter().enumerate() {
        let between = digit(i.checked_sub(1)) && digit(Some(i + 1));
        let keep = match c {
            ',' if between => continue,
            '.' => between,
            '\'' => true,
            c => c.is_alphanumeric() || *c == '_',
        };
        if keep {
            if let Some(last) = out.last_mut() {
                last.push(*c);
            }
        } else {
            out.push(String::new());
        }
    }
    out
}

/// Applies `SLIPS`. A replacement takes the pause of the last replaced word.
pub(super) fn mend(raw: Vec<Raw>) -> Vec<Raw> {
    let mut raw = in_hundreds(repeated(raw));
    join_spelling(&mut raw);
    let mut out = Vec::with_capacity(raw.len());
    let mut i = 0;
    'next: while i < raw.len() {
        for (wrong, right) in SLIPS {
            if !wrong.starts_with(raw[i].word.as_str()) {
                continue;
            }
            let n = wrong.split([' ', '-']).count();
            let fits = i + n <= raw.len() && wrong.split([' ', '-']).zip(&raw[i..]).all(|(w, r)| w == r.word);
            if fits {
                let pause = raw[i + n - 1].pause;
                let count = right.split(' ').count();
                for (k, w) in right.split(' ').enumerate() {
                    out.push(Raw { word: w.to_owned(), pause: k + 1 == count && pause });
                }
                i += n;
                continue 'next;
            }
        }
        let (stem, verb) = contracted(&raw[i].word);
        out.push(Raw { word: stem.replace('\'', ""), pause: verb.is_none() && raw[i].pause });
        out.extend(verb.map(|v| Raw { word: v.to_owned(), pause: raw[i].pause }));
        i += 1;
    }
    out
}

/// The fewest letters and figures in a row that count as spelled one by one.
const SPELLED: usize = 4;

/// A recogniser may put a comma behind each letter and figure that is spoken slowly: "november, seven, three, eight, golf, tango". Such a
/// run is one spelling; a single comma in it separates two things.
fn join_spelling(raw: &mut [Raw]) {
    let element = |r: &Raw| number_word(&r.word).is_some_and(|d| d.len() == 1) || letter_of(&r.word).is_some();
    let mut from = 0;
    while from < raw.len() {
        let paused = raw[from..].iter().take_while(|r| element(r) && r.pause).count();
        let end = from + paused;
        // The last element may be followed by anything.
        let count = paused + usize::from(raw.get(end).is_some_and(element));
        if count >= SPELLED {
            let last = from + count - 1;
            raw[from..last].iter_mut().for_each(|r| r.pause = false);
        }
        from = end + 1;
    }
}

/// A contraction split into the word and its verb or "not": "shouldn't", "they've", "the Cherokee's ready".
fn contracted(word: &str) -> (&str, Option<&'static str>) {
    const ENDS: [(&str, &str); 7] =
        [("n't", "not"), ("'ve", "have"), ("'ll", "will"), ("'re", "are"), ("'d", "would"), ("'m", "am"), ("'s", "is")];
    ENDS.iter().find_map(|(end, verb)| Some((word.strip_suffix(end).filter(|s| !s.is_empty())?, Some(*verb)))).unwrap_or((word, None))
}
