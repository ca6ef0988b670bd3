//! Instrument procedures by name: departures, arrivals and approaches, and the runways that they serve.

use serde::{Deserialize, Serialize};

use crate::units::Runway;

/// The most procedures of an airport; a file with more is damaged.
pub const MOST: usize = 4000;

/// The kind of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A standard instrument departure.
    Departure,
    /// A standard terminal arrival.
    Arrival,
    /// An instrument approach.
    Approach,
}

/// A procedure for one runway; a procedure that serves several runways is listed once for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its kind.
    pub kind: Kind,
    /// The name on the chart, without the runway: "ILS", "RNAV Y", "PORTE3".
    pub name: String,
    /// The runway end; `None` for any runway, or circling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway: Option<Runway>,
}

/// Sorted by kind, runway and name, each once, at most [`MOST`].
pub fn in_order(mut all: Vec<Procedure>) -> Vec<Procedure> {
    let key = |p: &Procedure| (p.kind, p.runway.map(|r| (r.nominal_heading() as u32, r.to_string())), p.name.clone());
    all.truncate(MOST);
    all.sort_by_cached_key(key);
    all.dedup();
    all
}

/// The whole name of an approach of a kind to a runway: "RNAV Y" for "RNAV"; of several, the one with the first letter.
pub fn named<'a>(all: &'a [Procedure], kind: &str, runway: Runway) -> Option<&'a str> {
    let of_runway = all.iter().filter(|p| p.kind == Kind::Approach && p.runway == Some(runway)).map(|p| p.name.as_str());
    let fits = |n: &&str| {
        let bare = n.rsplit_once(' ').filter(|(_, letter)| letter.len() == 1).map_or(*n, |(bare, _)| bare);
        // A VOR/DME approach may also be requested as a VOR approach.
        let first = bare.split('/').next().unwrap_or(bare);
        [*n, bare, first].iter().any(|name| name.eq_ignore_ascii_case(kind))
    };
    of_runway.filter(fits).min_by_key(|n| (n.len(), *n))
}

/// Whether two names are the same departure or arrival. A flight management system abbreviates to six characters a name that a filed plan
/// writes in full ("VALK3S" and "VALKO3S").
pub fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    let parts = |t: &str| t.find(|c: char| c.is_ascii_digit()).map(|at| (t[..at].to_owned(), t[at..].to_owned()));
    let shortened = || {
        let ((letters, number), (name, other)) = (parts(short)?, parts(long)?);
        Some(short.len() == 6 && letters.len() >= 3 && number == other && name.starts_with(&letters))
    };
    short == long || shortened().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approach_is_found_by_kind_and_runway() {
        let of = |name: &str, runway: &str| Procedure { kind: Kind::Approach, name: name.into(), runway: runway.parse().ok() };
        let all = [of("RNAV Z", "28L"), of("RNAV Y", "28L"), of("ILS", "28L"), of("LOC BC", "10R"), of("VOR/DME", "10R"), of("VOR A", "")];
        let named = |kind: &str, r: &str| named(&all, kind, r.parse().unwrap());
        assert_eq!((named("rnav", "28L"), named("RNAV Z", "28L"), named("ILS", "28L")), (Some("RNAV Y"), Some("RNAV Z"), Some("ILS")));
        assert_eq!((named("VOR", "10R"), named("LOC", "10R"), named("LOC BC", "10R")), (Some("VOR/DME"), None, Some("LOC BC")));
        // Approaches of another runway, and circling approaches, do not count.
        assert_eq!((named("ILS", "10R"), named("VOR", "28L"), named("RNAV", "28R")), (None, None, None));
    }

    #[test]
    fn a_six_character_name_matches_the_filed_one() {
        assert!(same("VALK3S", "VALKO3S") && same("valko3s", "VALK3S") && same("HYLND6", "HYLND6"));
        for other in ["VALK3T", "VALK2S", "VAL3S", "VALKO", "", "3S"] {
            assert!(!same(other, "VALKO3S"), "{other}");
        }
    }
}
