//! Radio pronunciation of numbers and letters (7110.65 2-4-16 to 2-4-18): digit by digit, niner for nine.

use crate::transcript::spell;
use crate::units::{Frequency, Position3, Region, Runway};

/// The word for one digit.
pub fn digit(d: char) -> &'static str {
    match d {
        '0' => "zero",
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        _ => "niner",
    }
}

/// Digits and letters one by one: "172SP" -> "one seven two sierra papa".
pub fn characters(text: &str) -> String {
    let words: Vec<&str> = text
        .chars()
        .filter_map(|c| {
            if c.is_ascii_digit() {
                Some(digit(c))
            } else if c.is_ascii_alphabetic() {
                Some(spell(c.to_ascii_uppercase()))
            } else {
                None
            }
        })
        .collect();
    words.join(" ")
}

/// The name of an approach: "RNAV yankee" for "RNAV Y", "localizer back course" for "LOC BC".
pub fn approach(kind: &str) -> String {
    let word = |w: &str| match w {
        "LOC" => "localizer".to_owned(),
        "BC" => "back course".to_owned(),
        one if one.len() == 1 => characters(one),
        other => other.replace('/', " "),
    };
    kind.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Separates a departure's name from its number and letter: "porte 5" for "PORTE5", "dome 2 charlie" for "DOME2C". Other words stay.
pub fn departure(name: &str) -> String {
    let Some(at) = name.find(|c: char| c.is_ascii_digit()).filter(|at| *at >= 3 && !name.contains(' ')) else { return name.to_owned() };
    let (stem, rest) = name.split_at(at);
    let signs: Vec<String> = rest.chars().map(|c| if c.is_ascii_alphabetic() { spell(c).to_owned() } else { c.to_string() }).collect();
    format!("{} {}", stem.to_lowercase(), signs.join(" "))
}

/// "two eight left".
pub fn runway(r: Runway, region: Region) -> String {
    let number = figures(r, region);
    let side = match r.side {
        None => "",
        Some(Position3::Left) => "left",
        Some(Position3::Center) => region.center,
        Some(Position3::Right) => "right",
        Some(Position3::Water) => "water",
    };
    [characters(&number).as_str(), side].join(" ").trim_end().to_owned()
}

/// "8", or "08" in regions with two-digit runways.
pub(super) fn figures(r: Runway, region: Region) -> String {
    format!("{:0width$}", r.number, width = if region.runway_digits == 2 { 2 } else { 1 })
}

/// Writes each runway in a text with the region's number of digits: "in use, runway 09L".
pub(crate) fn runways_as_written(text: &str, region: Region) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len() + 2), text);
    while let Some(at) = rest.find("runway ") {
        let (before, behind) = rest.split_at(at + "runway ".len());
        out.push_str(before);
        let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 1 && region.runway_digits == 2 {
            out.push('0');
        }
        rest = behind;
    }
    out + rest
}

/// "One one eight point six"; "decimal" outside the United States.
pub fn frequency(f: Frequency, region: Region) -> String {
    let text = f.to_string();
    let (mhz, frac) = text.split_once('.').unwrap_or((&text, "0"));
    format!("{} {} {}", characters(mhz), region.decimal, characters(frac))
}

/// "Three thousand five hundred", "one two thousand", "flight level three five zero".
pub fn altitude(feet: i32, level: bool) -> String {
    if level {
        return format!("flight level {}", characters(&format!("{:03}", feet / 100)));
    }
    let (thousands, hundreds, rest) = (feet / 1000, feet % 1000 / 100, feet % 100);
    if rest != 0 || feet <= 0 {
        return characters(&feet.to_string());
    }
    let mut words = Vec::new();
    if thousands > 0 {
        words.push(format!("{} thousand", characters(&thousands.to_string())));
    }
    if hundreds > 0 {
        words.push(format!("{} hundred", characters(&hundreds.to_string())));
    }
    words.join(" ")
}

/// Digits one by one; whole hundreds and thousands as such if the region does so: "seven thousand", "one hundred".
pub fn whole(figures: &str, region: Region) -> String {
    let round = |zeros: &str| figures.strip_suffix(zeros).filter(|f| region.whole_hundreds && !f.is_empty() && f.chars().any(|c| c != '0'));
    match (round("000"), round("00").filter(|f| !f.contains('.'))) {
        (Some(f), _) => format!("{} thousand", characters(f)),
        (None, Some(f)) if figures.len() == 3 => format!("{} hundred", characters(f)),
        _ => characters(figures),
    }
}

/// A flight level ("flight level eight zero") or an altitude in the region's words.
pub fn level(feet: i32, level: bool, region: Region) -> String {
    if level { format!("flight level {}", whole(&(feet / 100).to_string(), region)) } else { altitude(feet, false) }
}

/// A small number as a word: "number two".
pub fn small(n: u8) -> String {
    const WORDS: [&str; 10] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    WORDS.get(usize::from(n)).map_or_else(|| characters(&n.to_string()), |w| (*w).to_owned())
}

/// Clock positions for traffic.
const HOURS: [&str; 13] = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// A letter that names a taxiway: "at B", "on A".
fn is_taxiway(word: &str, before: Option<&&str>) -> bool {
    let letter = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase());
    letter && before.is_some_and(|w| matches!(*w, "at" | "on" | "taxiway" | "intersection"))
}

/// Text with numbers in spoken form: "runway 31" -> "runway three one", "118.6" -> "one one eight point six", "28L" -> "two eight left".
/// Other words stay.
pub fn words(text: &str, region: Region) -> String {
    let all: Vec<&str> = text.split(' ').collect();
    all.iter()
        .enumerate()
        .map(|(i, w)| {
            let w = *w;
            let clock = all.get(i + 1).is_some_and(|n| n.starts_with("o'clock"));
            if let Some(hour) = w.parse::<usize>().ok().filter(|_| clock).and_then(|h| HOURS.get(h)) {
                return (*hour).to_owned();
            }
            let metres = all.get(i + 1).is_some_and(|n| n.starts_with("metres"));
            if let Some(hundreds) = w.parse().ok().filter(|m| metres && (100..10_000).contains(m) && m % 100 == 0) {
                return altitude(hundreds, false);
            }
            let bare = w.trim_end_matches([',', '.', ';']);
            let mark = if bare.len() < w.len() { "," } else { "" };
            let said = if let (true, Ok(f)) = (bare.contains('.'), bare.parse::<Frequency>()) {
                frequency(f, region)
            } else if let (true, Ok(r)) = (bare.ends_with(['L', 'R', 'C']) || i > 0 && all[i - 1] == "runway", bare.parse::<Runway>()) {
                runway(r, region)
            } else if bare.chars().any(|c| c.is_ascii_digit()) || is_taxiway(bare, i.checked_sub(1).and_then(|b| all.get(b))) {
                characters(bare)
            } else if bare.len() >= 2
                && bare.chars().all(|c| c.is_ascii_uppercase())
                && !matches!(bare, "VFR" | "IFR" | "ATIS" | "ILS" | "RNAV" | "QNH" | "VOR" | "GPS")
            {
                bare.to_lowercase()
            } else {
                bare.to_owned()
            };
            format!("{said}{mark}")
        })
        .collect::<Vec<_>>()
        .join(" ")
}
