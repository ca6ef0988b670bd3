//! Flight plans from other programs' files, recognised by their content: MSFS, X-Plane, FlightGear, Garmin, Little Navmap, SimBrief.
//!
//! [`read`] takes a file's bytes and returns the plan with what had to be left out of it, or the line at which the file is invalid.

pub mod brief;
mod draft;
mod flightgear;
mod fms;
mod garmin;
mod lnmpln;
pub mod places;
mod pln;
mod points;
mod simbrief;
mod values;
mod xml;

use std::fmt;

use crate::report::FlightPlan;
use crate::units::text;

/// A longer file is not a flight plan: SimBrief's reply, the largest kind, has one to three MB.
pub const LONGEST: usize = 8 << 20;

/// The format that a plan was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.pln` of MSFS 2020 and 2024, FSX and P3D.
    Pln,
    /// `.fms` of X-Plane, versions 3 and 1100.
    Fms,
    /// FlightGear's route (`.fgfp`, `.xml`).
    FlightGear,
    /// Garmin's `.fpl`.
    Garmin,
    /// Little Navmap's `.lnmpln`.
    LittleNavmap,
    /// SimBrief's reply: JSON v1 or v2, or XML.
    SimBrief,
}

impl Format {
    /// "an MSFS plan (.pln)".
    pub fn name(self) -> &'static str {
        match self {
            Self::Pln => "an MSFS plan (.pln)",
            Self::Fms => "an X-Plane plan (.fms)",
            Self::FlightGear => "a FlightGear route (.fgfp)",
            Self::Garmin => "a Garmin plan (.fpl)",
            Self::LittleNavmap => "a Little Navmap plan (.lnmpln)",
            Self::SimBrief => "a SimBrief plan",
        }
    }
}

/// A plan that was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The plan. Its destination is an airport's code.
    pub plan: FlightPlan,
    /// The file's format.
    pub format: Format,
    /// What the file contains and the plan does not, each with a reason: "the cruising level \"9e38\": not a level".
    pub left_out: Vec<String>,
}

/// Why a file does not yield a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line at fault, from 1; `None` for the file as a whole.
    pub line: Option<u64>,
    /// "it names no destination".
    pub why: String,
}

/// Precedes SimBrief's own message if SimBrief has no plan.
const SIMBRIEF_SAYS: &str = "SimBrief says: ";

impl Refused {
    /// SimBrief's own message, if SimBrief rejected the request: "Unknown UserID".
    pub fn simbrief_words(&self) -> Option<&str> {
        self.why.strip_prefix(SIMBRIEF_SAYS)
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

impl std::error::Error for Refused {}

fn refused(why: impl Into<String>) -> Refused {
    Refused { line: None, why: why.into() }
}

/// The rejection of a file of this size, more than [`LONGEST`], for a caller that does not want to load it first.
pub fn too_long(bytes: u64) -> Refused {
    refused(format!("it has {} MB; no flight plan is longer than {} MB", bytes / 1_000_000, LONGEST / 1_000_000))
}

/// Reads a flight plan of any known format. Bounded in time and memory on any input.
pub fn read(bytes: &[u8]) -> Result<Reading, Refused> {
    if bytes.len() > LONGEST {
        return Err(too_long(bytes.len() as u64));
    }
    if let Some(kind) = other_kind(bytes) {
        return Err(refused(format!("it is {kind}, not a flight plan")));
    }
    let text = text::decode(bytes).map_err(|e| refused(e.to_string()))?;
    // A converted file may contain a byte order mark.
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.is_empty() {
        return Err(refused("it is empty"));
    }
    if start.contains('\0') {
        return Err(refused("it is not text"));
    }
    if start.starts_with('{') {
        return simbrief::json(start);
    }
    if !start.starts_with('<') {
        return fms::read(start);
    }
    if is_web_page(start) {
        return Err(refused("it is a web page, not a flight plan"));
    }
    // Count lines from the first one of the file.
    let above = text[..text.len() - start.len()].matches('\n').count() as u64;
    let root = xml::parse(start).map_err(|e| Refused { line: e.line.map(|l| l + above), ..e })?;
    match root.name.to_ascii_lowercase().as_str() {
        "simbase.document" => pln::read(&root),
        "propertylist" => flightgear::read(&root),
        "flight-plan" => garmin::read(&root),
        "littlenavmap" => lnmpln::read(&root),
        "ofp" => simbrief::xml(&root),
        other => Err(refused(format!("it is XML, but not a flight plan: it begins with <{}>", short(other)))),
    }
}

/// Recognises other kinds of file by their first bytes.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "compressed with gzip"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"RIFF", "a sound or video file"),
        (b"SQLite format 3", "a database"),
        (b"MZ", "a program"),
        (b"\x7fELF", "a program"),
    ];
    KINDS.iter().find(|(head, _)| bytes.starts_with(head)).map(|(_, kind)| *kind)
}

fn is_web_page(text: &str) -> bool {
    let head: String = text.chars().take(500).collect::<String>().to_ascii_lowercase();
    head.contains("<!doctype html") || head.contains("<html")
}

/// External text for a message: printable characters only, and shortened.
fn short(words: &str) -> String {
    let line: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept: String = line.chars().filter(|c| !c.is_control() && !is_turning(*c)).take(60).collect();
    if line.chars().count() > 60 { format!("{kept}\u{2026}") } else { kept }
}

/// Characters that change the writing direction, or are invisible.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
