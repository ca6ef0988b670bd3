//! Reads an airport's stations from the rows of OurAirports' frequencies.

use super::names::{Own, station};
use super::number;

/// In the order of the numbers that `world::block` reads.
const ATIS: u8 = 0;
const CLEARANCE: u8 = 1;
const GROUND: u8 = 2;
/// A control tower.
pub(super) const TOWER: u8 = 3;
const DEPARTURE: u8 = 4;
const APPROACH: u8 = 5;
const CENTER: u8 = 6;
const CTAF: u8 = 7;
/// The most stations of an airport, and the most rows of it that are read.
const MOST: usize = 24;
const MOST_LISTED: usize = 400;

/// A station's kind, frequency and name; an empty name is that of the airport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) code: u8,
    pub(super) khz: u32,
    pub(super) name: Box<str>,
    /// The tables say that it has the airport's name.
    pub(super) described: bool,
}

/// The stations of an airport, row by row.
#[derive(Debug, Default)]
pub(super) struct Listed {
    heard: Vec<Heard>,
    /// The first frequency of each kind that may replace a common frequency: UNICOM, information, radio.
    instead: [Option<u32>; 3],
}

impl Listed {
    /// Takes a row; `own` is the airport. A frequency outside the civil airband is ignored.
    pub(super) fn row(&mut self, kind: &str, description: &str, mhz: &str, own: Own<'_>) {
        let Some(khz) = channel(mhz).filter(|_| self.heard.len() < MOST_LISTED) else { return };
        let kind = kind.to_uppercase();
        let kind = kind.trim();
        for code in codes(kind) {
            self.add(
                *code,
                khz,
                || {
                    let at_field = *code <= TOWER;
                    let itself = station(description, Own { name: "", ..own }, at_field);
                    (station(description, own, at_field), itself.to_lowercase() == own.name.to_lowercase())
                },
                own.name,
            );
        }
        if let Some(first) = stand_in(kind).and_then(|i| self.instead.get_mut(i)) {
            first.get_or_insert(khz);
        }
    }

    fn add(&mut self, code: u8, khz: u32, name: impl FnOnce() -> (String, bool), own: &str) {
        if !self.heard.iter().any(|h| (h.code, h.khz) == (code, khz)) {
            let (name, described) = name();
            let name = Some(name).filter(|n| n != own).unwrap_or_default();
            self.heard.push(Heard { code, khz, name: name.into(), described });
        }
    }

    /// All of them, in the order of their kinds. An airport with a tower has no common frequency. An airport without
    /// a controller that lists none uses another frequency of the place.
    pub(super) fn finish(mut self) -> Vec<Heard> {
        let has = |heard: &[Heard], code| heard.iter().any(|h| h.code == code);
        if has(&self.heard, TOWER) {
            self.heard.retain(|h| h.code != CTAF);
        } else if !has(&self.heard, CTAF)
            && let Some(khz) = self.instead.into_iter().flatten().next()
        {
            self.add(CTAF, khz, || (String::new(), false), "");
        }
        self.heard.sort_by_key(|h| h.code);
        self.heard.truncate(MOST);
        self.heard.shrink_to_fit();
        self.heard
    }
}

/// A channel of the civil airband, in kHz, from its name in MHz.
fn channel(mhz: &str) -> Option<u32> {
    let khz = (number(mhz)? * 1000.0).round_ties_even();
    if !(118_000.0..137_000.0).contains(&khz) {
        return None;
    }
    let khz = khz as u32;
    Some(match (khz % 10, khz % 100) {
        // "118.02" means 118.025.
        (2 | 7, _) => khz / 10 * 10 + 5,
        (0 | 5, 20 | 70) => khz + 5,
        _ => khz,
    })
}

fn codes(kind: &str) -> &'static [u8] {
    match kind {
        "ATIS" => &[ATIS],
        "CLD" | "DEL" | "DELIVERY" | "CLNC DEL" | "CLNC" | "CLRN" | "CLR" | "PTD" | "GCCD" => &[CLEARANCE],
        "GND" | "GROUND" | "SMC" | "GRN" => &[GROUND],
        "TWR" | "TOWER" => &[TOWER],
        "DEP" | "DEPT" => &[DEPARTURE],
        "APP" | "APPR" | "ARR" | "RDR" | "RADAR" | "RAD/APP" | "DIR" | "TCA" | "LARS" => &[APPROACH],
        "A/D" | "APP/DEP" => &[APPROACH, DEPARTURE],
        "CNTR" | "ACC" | "ARTC" => &[CENTER],
        "CTAF" | "ATF" | "MF" | "TIBA" | "SAFETY COM" | "SAFETYCOM" => &[CTAF],
        _ => &[],
    }
}

fn stand_in(kind: &str) -> Option<usize> {
    match kind {
        "UNIC" | "UNICOM" => Some(0),
        "AFIS" | "INFO" => Some(1),
        "A/G" | "RADIO" | "RDO" | "AAS" => Some(2),
        _ => None,
    }
}
