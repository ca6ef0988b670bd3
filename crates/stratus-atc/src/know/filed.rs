//! The flight plan on file: what a pilot's planning program, SimBrief, the local socket or the pilot's own voice filed.

use serde::{Deserialize, Serialize};

pub use crate::airports::Transition;
use crate::units::{Callsign, LatLon, Runway};

/// Characters of a filed place, of a filed route, and of a name along it.
const PLACE: usize = 40;
const ROUTE: usize = 600;
const NAME: usize = 11;
/// More points, steps and alternates than these are not a flight.
pub const MOST_POINTS: usize = 400;
const MOST_STEPS: usize = 40;
const MOST_ALTERNATES: usize = 8;

/// A flight plan, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FlightPlan {
    /// Filed under instrument flight rules; `None`: the plan does not say.
    pub ifr: Option<bool>,
    /// Where from, as an ICAO code.
    pub departure: Option<String>,
    /// Where to.
    pub destination: Option<String>,
    /// The route between the airports in the words of a filed plan ("V25 SNS"), without the names of SID and STAR.
    pub route: Option<String>,
    /// The initial cruising level, feet.
    pub altitude_ft: Option<i32>,
    /// The callsign that was filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callsign: Option<Callsign>,
    /// ICAO type designator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aircraft_type: Option<String>,
    /// Wake turbulence category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wake: Option<Wake>,
    /// The runway that the plan departs from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure_runway: Option<Runway>,
    /// The runway that the plan lands on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arrival_runway: Option<Runway>,
    /// The standard instrument departure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<Procedure>,
    /// The standard terminal arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub star: Option<Procedure>,
    /// The instrument approach, named as airports name theirs: "ILS Z".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approach: Option<Procedure>,
    /// Changes of the cruising level, in the order in which they are flown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Alternates, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternates: Vec<String>,
    /// Where altitudes end at the airport of departure.
    #[serde(skip_serializing_if = "Transition::is_unknown")]
    pub departure_transition: Transition,
    /// Where flight levels end at the destination.
    #[serde(skip_serializing_if = "Transition::is_unknown")]
    pub arrival_transition: Transition,
    /// The points between the airports in order, those of SID and STAR included where the plan lists them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Point>,
}

/// A procedure that a plan names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// "VALKO3S".
    pub name: String,
    /// The fix where it joins or leaves the route.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<String>,
}

/// A change of the cruising level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// At this point.
    pub at: String,
    /// To this level, feet.
    pub altitude_ft: i32,
}

/// A point of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Its name, or its coordinates as a filed plan writes them: "SNS", "5030N02015W".
    pub name: String,
    /// Where it is, where the plan says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LatLon>,
    /// The airway that leads to it; `None` means direct.
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
    /// By its letter in a filed plan.
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

/// Whether a word may be the name of a point, an airway or a procedure: letters and digits, so that nothing else is shown or spoken.
pub(crate) fn is_name(word: &str) -> bool {
    (1..=NAME).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn is_level(feet: i32) -> bool {
    (0..=60_000).contains(&feet)
}

impl FlightPlan {
    /// The plan without anything that cannot be a name: it comes from files and the local socket, and is shown and spoken.
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

    /// The route with the names of SID and STAR at its ends, as it is filed: "AMLU5E AMLUH L602 KETAP KETA4V".
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
    fn a_plan_of_an_earlier_version_is_read_and_written_as_it_was() {
        let old = r#"{"ifr":true,"departure":"KPAO","destination":"KMRY","route":"V25 SNS","altitude_ft":7000}"#;
        let plan: FlightPlan = serde_json::from_str(old).unwrap();
        assert_eq!(plan.words(), "KPAO to KMRY, IFR, 7000 ft, via V25 SNS");
        assert_eq!(serde_json::to_string(&plan).unwrap(), old);
    }

    #[test]
    fn what_is_no_name_is_left_out_of_every_field() {
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
