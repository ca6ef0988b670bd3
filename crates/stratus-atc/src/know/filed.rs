//! The filed flight plan: from a planning program, SimBrief, the local socket or the pilot's own voice.

use serde::{Deserialize, Serialize};

pub use crate::airports::Transition;
use crate::units::{Callsign, LatLon, Runway};

/// Maximum length of a filed place, of a filed route, and of a name along it, characters.
const PLACE: usize = 40;
const ROUTE: usize = 600;
const NAME: usize = 11;
/// The maximum number of points, steps and alternates in a plan.
pub const MOST_POINTS: usize = 400;
const MOST_STEPS: usize = 40;
const MOST_ALTERNATES: usize = 8;

/// A flight plan, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlightPlan {
    /// Filed under IFR; `None` if the plan does not say.
    pub ifr: Option<bool>,
    /// The departure airport, as an ICAO code.
    pub departure: Option<String>,
    /// The destination airport.
    pub destination: Option<String>,
    /// The route between the airports in filed form ("V25 SNS"), without the names of SID and STAR.
    pub route: Option<String>,
    /// The initial cruising level, feet.
    pub altitude_ft: Option<i32>,
    /// The filed callsign.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callsign: Option<Callsign>,
    /// ICAO type designator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aircraft_type: Option<String>,
    /// Wake turbulence category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake: Option<Wake>,
    /// The departure runway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure_runway: Option<Runway>,
    /// The arrival runway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival_runway: Option<Runway>,
    /// The standard instrument departure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<Procedure>,
    /// The standard terminal arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub star: Option<Procedure>,
    /// The instrument approach, named as in the airport data: "ILS Z".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approach: Option<Procedure>,
    /// Changes of cruising level, in flight order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Alternates in order of preference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<String>,
    /// The transition altitude or level at the departure airport.
    #[serde(skip_serializing_if = "Transition::is_unknown")]
    pub departure_transition: Transition,
    /// The transition altitude or level at the destination.
    #[serde(skip_serializing_if = "Transition::is_unknown")]
    pub arrival_transition: Transition,
    /// The points between the airports in order, including those of SID and STAR if the plan lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Point>,
}

/// A procedure in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// "VALKO3S".
    pub name: String,
    /// The fix at which it joins or leaves the route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<String>,
}

/// A change of cruising level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The point of the change.
    pub at: String,
    /// The new level, feet.
    pub altitude_ft: i32,
}

/// A point in a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its name, or its coordinates in filed form: "SNS", "5030N02015W".
    pub name: String,
    /// Its position, if the plan gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LatLon>,
    /// The airway that leads to it; `None` for direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<String>,
}

/// Wake turbulence category (ICAO Doc 4444, field 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wake {
    /// L
    Light,
    /// M
    Medium,
    /// H
    Heavy,
    /// J
    Super,
}

impl Wake {
    /// The category for its letter in a filed plan.
    pub fn of(letter: char) -> Option<Self> {
        match letter {
            'L' => Some(Self::Light),
            'M' => Some(Self::Medium),
            'H' => Some(Self::Heavy),
            'J' => Some(Self::Super),
            _ => None,
        }
    }

    /// "medium".
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Medium => "medium",
            Self::Heavy => "heavy",
            Self::Super => "super",
        }
    }
}

/// Whether a word may name a point, an airway or a procedure: only letters and digits, so that nothing else is displayed or spoken.
pub(crate) fn is_name(word: &str) -> bool {
    (1..=NAME).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_level(feet: i32) -> bool {
    (0..=60_000).contains(&feet)
}

impl FlightPlan {
    /// The plan without anything that cannot be a name. Plans come from files and the local socket, and are displayed and spoken.
    pub fn tidied(self) -> Self {
        let fits = |c: char| c.is_alphanumeric() || " .'/-".contains(c);
        let place = |p: Option<String>| p.filter(|p| p.len() <= PLACE && p.starts_with(char::is_alphanumeric) && p.chars().all(fits));
        let name = |n: Option<String>| n.filter(|n| is_name(n));
        let procedure = |p: Option<Procedure>| {
            let p = p.filter(|p| p.name.len() <= PLACE && p.name.starts_with(char::is_alphanumeric) && p.name.chars().all(fits))?;
            Some(Procedure { transition: name(p.transition), name: p.name })
        };
        let route = self.route.map(|r| {
            let words = r.split_whitespace().filter(|w| w.starts_with(char::is_alphanumeric) && w.chars().all(fits));
            words.collect::<Vec<_>>().join(" ").chars().take(ROUTE).collect::<String>()
        });
        let place_of = |t: LatLon| (-90.0..=90.0).contains(&t.lat) && (-180.0..=180.0).contains(&t.lon);
        let point = |p: Point| Point { at: p.at.filter(|at| place_of(*at)), via: name(p.via), ..p };
        let transition =
            |t: Transition| Transition { altitude_ft: t.altitude_ft.filter(|f| is_level(*f)), level: t.level.filter(|l| *l <= 600) };
        Self {
            departure: place(self.departure),
            destination: place(self.destination),
            route: route.filter(|r| !r.is_empty()),
            aircraft_type: self.aircraft_type.filter(|t| t.len() <= 4 && is_name(t)),
            sid: procedure(self.sid),
            star: procedure(self.star),
            approach: procedure(self.approach),
            steps: self.steps.into_iter().filter(|s| is_name(&s.at) && is_level(s.altitude_ft)).take(MOST_STEPS).collect(),
            alternates: self.alternates.into_iter().filter(|a| is_name(a)).take(MOST_ALTERNATES).collect(),
            departure_transition: transition(self.departure_transition),
            arrival_transition: transition(self.arrival_transition),
            points: self.points.into_iter().filter(|p| is_name(&p.name)).take(MOST_POINTS).map(point).collect(),
            ..self
        }
    }

    /// The route as filed, with SID and STAR at its ends: "AMLU5E AMLUH L602 KETAP KETA4V".
    pub fn filed_route(&self) -> Option<String> {
        let sid = self.sid.iter().map(|p| p.name.as_str());
        let star = self.star.iter().map(|p| p.name.as_str());
        let words: Vec<&str> = sid.chain(self.route.as_deref()).chain(star).collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// "KPAO to KMRY, IFR, 7000 ft, via V25 SNS".
    pub fn words(&self) -> String {
        let mut words = vec![match (&self.departure, &self.destination) {
            (Some(a), Some(b)) => format!("{a} to {b}"),
            (None, Some(b)) => format!("to {b}"),
            _ => "no destination".to_owned(),
        }];
        words.extend(self.ifr.map(|ifr| if ifr { "IFR" } else { "VFR" }.to_owned()));
        words.extend(self.altitude_ft.map(|f| format!("{f} ft")));
        words.extend(self.filed_route().map(|r| format!("via {r}")));
        words.extend(self.callsign.as_ref().map(|c| format!("callsign {c}")));
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_from_an_earlier_version_round_trips() {
        let old = r#"{"ifr":true,"departure":"KPAO","destination":"KMRY","route":"V25 SNS","altitude_ft":7000}"#;
        let plan: FlightPlan = serde_json::from_str(old).unwrap();
        assert_eq!(plan.words(), "KPAO to KMRY, IFR, 7000 ft, via V25 SNS");
        assert_eq!(serde_json::to_string(&plan).unwrap(), old);
    }

    #[test]
    fn invalid_names_are_dropped_from_every_field() {
        let bad = || "x\u{1b}[2J<b>".to_owned();
        let procedure = || Some(Procedure { name: bad(), transition: None });
        let plan = FlightPlan {
            departure: Some(bad()),
            destination: Some("KMRY".into()),
            route: Some(format!("V25 {} SNS", bad())),
            aircraft_type: Some(bad()),
            sid: procedure(),
            star: Some(Procedure { name: "KETA4V".into(), transition: Some(bad()) }),
            approach: procedure(),
            steps: vec![Step { at: bad(), altitude_ft: 1 }, Step { at: "SNS".into(), altitude_ft: -5 }],
            alternates: vec![bad(), "KSNS".into()],
            points: vec![
                Point { name: bad(), at: None, via: None },
                Point { name: "SNS".into(), at: Some(LatLon::new(f64::NAN, 3.0)), via: Some(bad()) },
            ],
            arrival_transition: Transition { altitude_ft: Some(-3), level: Some(9999) },
            ..FlightPlan::default()
        }
        .tidied();
        assert_eq!(plan.words(), "to KMRY, via V25 SNS KETA4V");
        assert_eq!(plan.star, Some(Procedure { name: "KETA4V".into(), transition: None }));
        assert_eq!((plan.steps, plan.alternates), (Vec::new(), vec!["KSNS".to_owned()]));
        assert_eq!(plan.points, [Point { name: "SNS".into(), at: None, via: None }]);
        assert!(plan.arrival_transition.is_unknown() && plan.aircraft_type.is_none() && plan.approach.is_none());
    }
}
