//! The legs of departures, arrivals and approaches from X-Plane's CIFP files: fixes, altitudes, speeds, holds and the
//! missed approach.
//!
//! ```text
//! SID:020,4,BANNG3,RW08B,SKNNR,K7,P,C,E   , ,   ,DF, , , , , ,      ,    ,    ,0950,    ,+,01430,     ,18000, ,250,    ,…
//!     sequence, type, name, transition, fix, its region, section, subsection, description, turn, RNP, path, … course (20), distance (21),
//!     kind of altitude (22), altitudes (23, 24), transition altitude (25), kind of speed (26), speed (27)
//! ```
//!
//! The fields are those of ARINC 424, in its order, separated by commas. `cifp` reads the names from the same lines.

use serde::{Deserialize, Serialize};

use crate::cifp::{approach, serving};
use crate::procedures::{Kind, same};
use crate::units::{Runway, Side};

/// Limits of an airport's procedure parts, and of a part's legs.
const MOST_PARTS: usize = 6_000;
const MOST_LEGS: usize = 200;
/// The highest restriction, feet.
const HIGHEST_FT: i32 = 66_000;

/// An altitude restriction at a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Altitude {
    /// At this altitude, feet.
    At(i32),
    /// At or above this altitude, feet.
    AtOrAbove(i32),
    /// At or below this altitude, feet.
    AtOrBelow(i32),
    /// Between the first (lower) and the second altitude, feet.
    Between(i32, i32),
}

impl Altitude {
    /// The lowest altitude that is allowed, feet.
    pub fn lowest(self) -> Option<i32> {
        match self {
            Self::At(feet) | Self::AtOrAbove(feet) | Self::Between(feet, _) => Some(feet),
            Self::AtOrBelow(_) => None,
        }
    }

    /// The highest altitude that is allowed, feet.
    pub fn highest(self) -> Option<i32> {
        match self {
            Self::At(feet) | Self::AtOrBelow(feet) | Self::Between(_, feet) => Some(feet),
            Self::AtOrAbove(_) => None,
        }
    }
}

/// A speed restriction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// At this speed, knots.
    At(u16),
    /// At this speed or faster, knots.
    AtLeast(u16),
    /// At this speed or slower, knots.
    AtMost(u16),
}

/// The role of a fix in an approach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The initial approach fix.
    Initial,
    /// The intermediate fix, or the one on the final approach course.
    Intermediate,
    /// The final approach fix.
    Final,
    /// The missed approach point.
    Missed,
}

/// The length of a leg.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Nautical miles.
    Miles(f64),
    /// Minutes (of a hold).
    Minutes(f64),
}

/// A leg.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leg {
    /// Path and terminator, as ARINC 424 names them: "TF" is a track to a fix, "VA" a heading to an altitude, "HM" a hold.
    pub path: String,
    /// The fix at its end, or at which a hold is flown, and the fix's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<(String, String)>,
    /// Magnetic course, degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub course: Option<f64>,
    /// Its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<Length>,
    /// The direction of the turn onto it, or of a hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Side>,
    /// The altitude restriction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude: Option<Altitude>,
    /// The speed restriction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speed>,
    /// The role of its fix in an approach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

impl Leg {
    /// "SKNNR at or above 6000 ft, 250 kt or less". `level` names an altitude in feet, because the transition altitude decides how.
    fn words(&self, level: &dyn Fn(i32) -> String) -> String {
        let at = self.fix.as_ref().map_or_else(|| format!("({})", self.path), |(fix, _)| fix.clone());
        let altitude = self.altitude.map(|a| match a {
            Altitude::At(ft) => format!("at {}", level(ft)),
            Altitude::AtOrAbove(ft) => format!("at or above {}", level(ft)),
            Altitude::AtOrBelow(ft) => format!("at or below {}", level(ft)),
            Altitude::Between(low, high) => format!("between {} and {}", level(low), level(high)),
        });
        let speed = self.speed.map(|s| match s {
            Speed::At(kt) => format!("{kt} kt"),
            Speed::AtLeast(kt) => format!("{kt} kt or more"),
            Speed::AtMost(kt) => format!("{kt} kt or less"),
        });
        let limits = altitude.into_iter().chain(speed).collect::<Vec<_>>().join(", ");
        if limits.is_empty() { at } else { format!("{at} {limits}") }
    }
}

/// Legs in words, with each fix once: the end of one part is the beginning of the next. `level` names an altitude in feet.
pub fn words(legs: &[&Leg], level: &dyn Fn(i32) -> String) -> String {
    let mut all: Vec<String> = Vec::new();
    for leg in legs {
        let said = leg.words(level);
        let again = leg
            .fix
            .as_ref()
            .is_some_and(|(fix, _)| all.last().is_some_and(|l| l == &said || l.starts_with(&format!("{fix} ")) && said == *fix));
        if !again {
            all.push(said);
        }
    }
    all.join("; ")
}

/// A part of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// From or towards these runways.
    Runways(Vec<Runway>),
    /// The part that all transitions share; of an approach, the final part.
    Common,
    /// From or to this fix.
    Transition(String),
    /// The missed approach.
    Missed,
}

/// A part of a procedure, with its legs in order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The kind of procedure.
    pub kind: Kind,
    /// Its name, as in [`crate::Procedure`].
    pub name: String,
    /// The runway of an approach; `None` for circling, or if it is not an approach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runway: Option<Runway>,
    /// Which part.
    pub part: Part,
    /// Its legs.
    pub legs: Vec<Leg>,
}

/// The procedures of an airport with their legs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Charted {
    /// Each part once.
    pub routes: Vec<Route>,
}

impl Charted {
    /// Reads a file's text. Lines that cannot be read are left out.
    pub fn parse(text: &str) -> Self {
        let mut all = Self::default();
        for line in text.lines() {
            all.line(line);
        }
        all
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (row, rest) = line.trim().trim_end_matches(';').split_once(':')?;
        let kind = match row {
            "SID" => Kind::Departure,
            "STAR" => Kind::Arrival,
            "APPCH" => Kind::Approach,
            _ => return None,
        };
        let f: Vec<&str> = rest.split(',').map(str::trim).collect();
        let description = rest.split(',').nth(8).unwrap_or("");
        let (route, ident, transition) = (*f.get(1)?, *f.get(2)?, *f.get(3)?);
        f.first()?.parse::<u32>().ok()?;
        let (name, runway, part) =
            if kind == Kind::Approach { self.approach_part(route, ident, transition, description)? } else { part(ident, transition)? };
        let leg = leg(&f, description)?;
        // The lines of a part follow one another.
        if let Some(last) = self.routes.last_mut().filter(|r| (r.kind, &r.name, r.runway, &r.part) == (kind, &name, runway, &part)) {
            if last.legs.len() < MOST_LEGS {
                last.legs.push(leg);
            }
        } else if self.routes.len() < MOST_PARTS {
            self.routes.push(Route { kind, name, runway, part, legs: vec![leg] });
        }
        Some(())
    }

    /// An approach's transition comes before its final part, and does not state the type of the approach: the ident supplies it.
    fn approach_part(&self, route: &str, ident: &str, transition: &str, description: &str) -> Option<(String, Option<Runway>, Part)> {
        // The ident begins with the letter of the type, with a few exceptions.
        let by_ident = || {
            let first = ident.get(..1)?;
            let route = match ident.get(..3)? {
                "VOR" => "V",
                "NDB" => "N",
                "RNV" | "RNP" => "R",
                "GLS" => "J",
                "LDA" => "X",
                _ => first,
            };
            approach(route, ident)
        };
        let (name, runway) = if route == "A" || route == "Z" { by_ident()? } else { approach(route, ident)? };
        let missed = || {
            // A missed approach that has begun goes on to the end.
            let goes_on = self
                .routes
                .last()
                .is_some_and(|r| r.kind == Kind::Approach && r.part == Part::Missed && r.name == name && r.runway == runway);
            goes_on || description.as_bytes().get(2) == Some(&b'M')
        };
        let part = match route {
            "A" => Part::Transition(transition.to_owned()),
            "Z" => Part::Missed,
            _ if missed() => Part::Missed,
            _ => Part::Common,
        };
        Some((name, runway, part))
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    /// The legs of a departure from a runway and along a transition.
    pub fn departure(&self, name: &str, runway: Runway, transition: Option<&str>) -> Vec<&Leg> {
        let (runways, common, transitions) = self.parts(Kind::Departure, name, Some(runway), transition);
        [runways, common, transitions].into_iter().flatten().collect()
    }

    /// The legs of an arrival along a transition and towards a runway.
    pub fn arrival(&self, name: &str, transition: Option<&str>, runway: Option<Runway>) -> Vec<&Leg> {
        let (runways, common, transitions) = self.parts(Kind::Arrival, name, runway, transition);
        [transitions, common, runways].into_iter().flatten().collect()
    }

    /// The legs towards the runway, the legs that all share, and those of the transition.
    fn parts(&self, kind: Kind, name: &str, runway: Option<Runway>, transition: Option<&str>) -> (Vec<&Leg>, Vec<&Leg>, Vec<&Leg>) {
        let of = |wanted: &dyn Fn(&Part) -> bool| -> Vec<&Leg> {
            let route = self.routes.iter().find(|r| r.kind == kind && same(&r.name, name) && wanted(&r.part));
            route.map_or_else(Vec::new, |r| r.legs.iter().collect())
        };
        let runways = of(&|p| matches!(p, Part::Runways(all) if runway.is_some_and(|r| all.contains(&r))));
        let transitions = of(&|p| matches!((p, transition), (Part::Transition(t), Some(wanted)) if t.eq_ignore_ascii_case(wanted)));
        (runways, of(&|p| *p == Part::Common), transitions)
    }

    /// The names of the transitions of a procedure.
    pub fn transitions(&self, kind: Kind, name: &str, runway: Option<Runway>) -> Vec<&str> {
        let of = |r: &&Route| r.kind == kind && same(&r.name, name) && (kind != Kind::Approach || r.runway == runway);
        self.routes.iter().filter(of).filter_map(|r| if let Part::Transition(t) = &r.part { Some(t.as_str()) } else { None }).collect()
    }

    /// The legs of an approach, from a transition or from the beginning of its final part, to the missed approach point.
    pub fn approach(&self, name: &str, runway: Option<Runway>, transition: Option<&str>) -> Vec<&Leg> {
        let from = transition.map(|t| Part::Transition(t.to_ascii_uppercase()));
        let of = |part: &Part| self.approach_legs(name, runway, part);
        from.iter().chain([&Part::Common]).flat_map(of).collect()
    }

    /// The legs of its missed approach.
    pub fn missed(&self, name: &str, runway: Option<Runway>) -> Vec<&Leg> {
        self.approach_legs(name, runway, &Part::Missed)
    }

    fn approach_legs(&self, name: &str, runway: Option<Runway>, part: &Part) -> Vec<&Leg> {
        let route = self
            .routes
            .iter()
            .find(|r| r.kind == Kind::Approach && r.name.eq_ignore_ascii_case(name) && r.runway == runway && r.part == *part);
        route.map_or_else(Vec::new, |r| r.legs.iter().collect())
    }
}

/// The name and the part of a departure or an arrival.
fn part(ident: &str, transition: &str) -> Option<(String, Option<Runway>, Part)> {
    let fits = |t: &str| (2..=10).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let part = match transition.strip_prefix("RW") {
        Some(runway) => Part::Runways(serving(runway)?),
        None if matches!(transition, "" | "ALL") => Part::Common,
        None => Part::Transition(Some(transition).filter(|t| fits(t))?.to_owned()),
    };
    Some((Some(ident).filter(|i| fits(i))?.to_owned(), None, part))
}

fn leg(f: &[&str], description: &str) -> Option<Leg> {
    let path = *f.get(11)?;
    if path.len() != 2 || !path.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let is_name = |w: &str| (1..=8).contains(&w.len()) && w.bytes().all(|b| b.is_ascii_alphanumeric());
    let text = |n: usize| f.get(n).copied().unwrap_or("");
    let fix = Some((text(4), text(5)))
        .filter(|(fix, region)| is_name(fix) && is_name(region))
        .map(|(fix, region)| (fix.to_owned(), region.to_owned()));
    let tenths = |t: &str, most: f64| t.parse::<u32>().ok().map(|n| f64::from(n) / 10.0).filter(|v| *v <= most);
    let length = match text(21).strip_prefix('T') {
        Some(minutes) => tenths(minutes, 30.0).map(Length::Minutes),
        None => tenths(text(21), 999.0).filter(|nm| *nm > 0.0).map(Length::Miles),
    };
    Some(Leg {
        path: path.to_owned(),
        fix,
        course: tenths(text(20), 360.0),
        length,
        turn: match text(9) {
            "L" => Some(Side::Left),
            "R" => Some(Side::Right),
            _ => None,
        },
        altitude: altitude(text(22), feet(text(23)), feet(text(24))),
        speed: text(27).parse::<u16>().ok().filter(|k| (50..=600).contains(k)).map(|k| match text(26) {
            "+" => Speed::AtLeast(k),
            "@" => Speed::At(k),
            _ => Speed::AtMost(k),
        }),
        role: match description.as_bytes().get(3) {
            Some(b'A' | b'C' | b'D') => Some(Role::Initial),
            Some(b'B' | b'I') => Some(Role::Intermediate),
            Some(b'F') => Some(Role::Final),
            Some(b'M') => Some(Role::Missed),
            _ => None,
        },
    })
}

/// "06000", "FL100".
fn feet(text: &str) -> Option<i32> {
    let feet = match text.strip_prefix("FL") {
        Some(level) => level.parse::<i32>().ok()?.checked_mul(100)?,
        None => text.parse::<i32>().ok()?,
    };
    (1..=HIGHEST_FT).contains(&feet).then_some(feet)
}

/// By the description of ARINC 424, 5.29.
fn altitude(kind: &str, first: Option<i32>, second: Option<i32>) -> Option<Altitude> {
    match kind {
        "+" | "H" | "J" | "V" => first.map(Altitude::AtOrAbove),
        "-" | "Y" => first.map(Altitude::AtOrBelow),
        "B" => Some(Altitude::Between(first?.min(second?), first?.max(second?))),
        "C" => second.map(Altitude::AtOrAbove),
        "D" => second.map(Altitude::AtOrBelow),
        "" | "@" | "G" | "I" | "X" => first.map(Altitude::At),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
