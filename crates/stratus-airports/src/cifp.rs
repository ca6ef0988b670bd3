//! X-Plane's CIFP files: the departures, arrivals and approaches of an airport by their names and runways, line by line.
//!
//! ```text
//! SID:010,5,DOME2C,RW25,…     sequence, type of the route, name, transition (a runway, ALL or a fix)
//! STAR:010,2,LOMD4A,ALL,…
//! APPCH:010,I,I31-Z, ,…       type (I: ILS, A: a transition of any), type, runway and suffix in one
//! ```
//!
//! Other rows (RWY, PRDAT) are ignored. `legs` reads the legs from the same lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::procedures::{self, Kind, Procedure};
use crate::units::Runway;

/// The most characters of a name.
const LONGEST_NAME: usize = 10;

/// The content of a file that was read so far.
#[derive(Debug, Clone, Default)]
pub struct Cifp {
    /// By kind and name, the runways that a procedure serves; empty if it names none.
    found: BTreeMap<(Kind, String), BTreeSet<Runway>>,
    /// Lines that could not be read.
    pub skipped: u64,
}

impl Cifp {
    /// Reads a file's text.
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        text.lines().for_each(|l| file.line(l));
        file
    }

    /// Takes a line.
    pub fn line(&mut self, line: &str) {
        let Some((row, rest)) = line.trim().split_once(':') else {
            self.skipped += u64::from(!line.trim().is_empty());
            return;
        };
        let f: Vec<&str> = rest.split(',').take(4).map(str::trim).collect();
        let read = match row {
            "SID" => self.route(Kind::Departure, &f),
            "STAR" => self.route(Kind::Arrival, &f),
            "APPCH" => self.approach(&f),
            _ => Some(()),
        };
        self.skipped += u64::from(read.is_none());
    }

    /// The procedures; a departure or an arrival that names no runway serves all.
    pub fn procedures(self) -> Vec<Procedure> {
        let of = |((kind, name), runways): ((Kind, String), BTreeSet<Runway>)| {
            let all = if runways.is_empty() { vec![None] } else { runways.into_iter().map(Some).collect() };
            all.into_iter().map(move |runway| Procedure { kind, name: name.clone(), runway })
        };
        procedures::in_order(self.found.into_iter().flat_map(of).collect())
    }

    fn add(&mut self, kind: Kind, name: String, runways: impl IntoIterator<Item = Runway>) {
        if self.found.len() < procedures::MOST {
            self.found.entry((kind, name)).or_default().extend(runways);
        }
    }

    fn route(&mut self, kind: Kind, f: &[&str]) -> Option<()> {
        let [sequence, _, name, transition] = f else { return None };
        sequence.parse::<u32>().ok()?;
        let fits = (2..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let runways = match transition.strip_prefix("RW") {
            Some(runway) => serving(runway)?,
            None => Vec::new(),
        };
        self.add(kind, fits.then(|| (*name).to_owned())?, runways);
        Some(())
    }

    fn approach(&mut self, f: &[&str]) -> Option<()> {
        let [sequence, route, ident, _] = f else { return None };
        sequence.parse::<u32>().ok()?;
        match *route {
            // The type is given on the final part. A transition's line has A, a missed approach's Z. The other
            // letters are military and obsolete procedures.
            "A" | "Z" | "E" | "F" | "G" | "M" | "T" | "W" | "Y" => Some(()),
            _ => {
                let (name, runway) = approach(route, ident)?;
                self.add(Kind::Approach, name, runway);
                Some(())
            }
        }
    }
}

/// The name and the runway of an approach from its ARINC 424 route type and identifier: "ILS Z" and 31 from `I` and
/// "I31-Z". A circling approach has no runway.
pub fn approach(route: &str, ident: &str) -> Option<(String, Option<Runway>)> {
    let (letters, rest) = ident.split_at(ident.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(ident.len()));
    let kind = match route {
        "I" => "ILS",
        "L" => "LOC",
        "B" => "LOC BC",
        // Text in parentheses on the chart (GPS, RNP) is not said (7110.65 4-8-1).
        "R" | "H" => "RNAV",
        "P" => "GPS",
        "J" => "GLS",
        "D" => "VOR/DME",
        "V" | "S" => "VOR",
        "N" => "NDB",
        "Q" => "NDB/DME",
        "X" => "LDA",
        "U" => "SDF",
        _ => return None,
    };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let after = rest.get(digits.len()..)?;
    let (runway, suffix) = if digits.is_empty() {
        // Circling: "VOR-A", "VORA".
        (None, after.strip_prefix('-').or_else(|| letters.get(3..)).filter(|s| s.len() == 1)?)
    } else {
        let side = after.get(..1).filter(|s| matches!(*s, "L" | "R" | "C")).unwrap_or("");
        let runway: Runway = format!("{digits}{side}").parse().ok()?;
        let last = after.get(side.len()..)?.trim_start_matches('-');
        // Some files have the letter before the number: "RNPZ05", "RZ13R".
        let early = letters.get(1..).filter(|l| l.len() == 1).or_else(|| letters.get(3..)).unwrap_or("");
        (Some(runway), if last.is_empty() { early } else { last })
    };
    let letter = suffix.chars().next().filter(char::is_ascii_uppercase);
    if suffix.len() > 1 || suffix.len() == 1 && letter.is_none() {
        return None;
    }
    Some((letter.map_or_else(|| kind.to_owned(), |l| format!("{kind} {l}")), runway))
}

/// The runways of a transition: "28L"; "28B" means all parallel runways with that number.
pub(crate) fn serving(text: &str) -> Option<Vec<Runway>> {
    match text.strip_suffix('B') {
        Some(number) => ["L", "R", "C"].iter().map(|s| format!("{number}{s}").parse().ok()).collect(),
        None => Some(vec![text.parse().ok()?]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of files from X-Plane 11 and 12, without the legs' details.
    const FILE: &str = "SID:010,5,DOME2C,RW25, , , , ,    , ,   ,CA;\nSID:020,5,DOME2C,RW25,DG021,ED,P,C;\n\
SID:010,4,PORTE5,RW28B,REBAS,K2,P,C;\nSID:030,5,PORTE5,ALL,PORTE,K2,E,A;\nSID:020,6,AKRA1A,AKTIT,AKTIT,SB,E,A;\n\
STAR:010,2,LOMD4A,ALL,LOMDA,LE,E,A;\nSTAR:020,5,NARK6A,RW13R,DC016,LH;\n\
APPCH:010,A,I31-Z,LO313,LO313,SB,P,C;\nAPPCH:010,I,I31-Z, ,LO313,SB,P,C;\nAPPCH:010,I,I28R, ,CEPIN,K2;\n\
APPCH:010,R,R28RY, ,CEPIN,K2;\nAPPCH:010,H,RNPZ05, ,AB,LE;\nAPPCH:010,D,D22, ,FASOB,K5;\nAPPCH:010,V,VOR-A, ,AB,K2;\n\
APPCH:010,S,VORY34, ,AB,LE;\nAPPCH:010,R,RZ13R, ,AB,LE;\nPRDAT: ,          , ,A,      LNAV;\n\
RWY:RW16L,+0580,      ,00044, ,IJCH,3,   ;S12002744,W077071686,0000;\n";

    fn names(kind: Kind, all: &[Procedure]) -> Vec<String> {
        let of = all.iter().filter(|p| p.kind == kind);
        of.map(|p| format!("{} {}", p.name, p.runway.map_or_else(|| "-".to_owned(), |r| r.to_string()))).collect()
    }

    #[test]
    fn names_are_read_by_kind_and_runway() {
        let file = Cifp::parse(FILE);
        assert_eq!(file.skipped, 0);
        let all = file.procedures();
        assert_eq!(names(Kind::Departure, &all), ["AKRA1A -", "DOME2C 25", "PORTE5 28C", "PORTE5 28L", "PORTE5 28R"]);
        assert_eq!(names(Kind::Arrival, &all), ["LOMD4A -", "NARK6A 13R"]);
        let approaches = ["VOR A -", "RNAV Z 5", "RNAV Z 13R", "VOR/DME 22", "ILS 28R", "RNAV Y 28R", "ILS Z 31", "VOR Y 34"];
        assert_eq!(names(Kind::Approach, &all), approaches);
    }

    #[test]
    fn damaged_lines_are_counted_and_left_out() {
        let bad = "SID:010\nSID:x,5,AB,RW25\nSID:010,5,a b,RW25\nSTAR:010,5,ABCD1A,RW99\nAPPCH:010,I,I99,\nAPPCH:010,K,K28,\nAPPCH:010,I,I28Rxx,\nnothing\n\n";
        let file = Cifp::parse(&format!("{bad}{FILE}"));
        assert_eq!(file.skipped, 8);
        assert_eq!(file.procedures(), Cifp::parse(FILE).procedures());
    }

    proptest::proptest! {
        #[test]
        fn random_text_never_panics_the_procedure_reader(text: String, cut in 0usize..900, at in 0usize..900, c: char) {
            let mut damaged: Vec<char> = FILE.chars().take(cut).collect();
            damaged.insert(at.min(damaged.len()), c);
            for text in [text, damaged.into_iter().collect()] {
                let all = Cifp::parse(&text).procedures();
                proptest::prop_assert!(all.iter().all(|p| p.name.is_ascii() && p.name.len() <= LONGEST_NAME));
            }
        }
    }
}
