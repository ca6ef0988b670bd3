//! A plan being read: the fields that every format fills, and notes about the rest.

use super::values::{code, level};
use super::{Format, Reading, Refused, points, refused, short};
use crate::know::filed::is_name;
use crate::report::{FlightPlan, MOST_POINTS, Point, Procedure};
use crate::units::LatLon;

/// The maximum number of notes about omissions; the rest are only counted.
const MOST_SAID: usize = 12;
/// Points computed by simulators and planners, which are not part of a filed route.
const COMPUTED: [&str; 8] = ["TOC", "TOD", "TIMECLIMB", "TIMECRUIS", "TIMEDSCNT", "TIMEAPPROACH", "TIMEVERT", "TIMEMODEL"];

/// The part of the flight that a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The departure or destination airport.
    Airport,
    /// The departure.
    Sid,
    /// Between departure and arrival.
    Route,
    /// The arrival.
    Star,
}

/// A row of a plan.
pub(super) struct Leg<'a> {
    /// The name in the file; may contain anything.
    pub name: &'a str,
    pub at: Option<LatLon>,
    /// The airway that leads to it, or a word for "direct".
    pub via: Option<&'a str>,
    pub part: Part,
}

/// A plan being read.
pub(super) struct Draft {
    pub plan: FlightPlan,
    format: Format,
    legs: Vec<(Part, Point)>,
    /// The number of rows offered, including omitted ones.
    offered: usize,
    left_out: Vec<String>,
    unsaid: usize,
    destination: Option<String>,
}

impl Draft {
    pub fn new(format: Format) -> Self {
        let (plan, legs, left_out) = (FlightPlan::default(), Vec::new(), Vec::new());
        Self { plan, format, legs, offered: 0, left_out, unsaid: 0, destination: None }
    }

    /// Notes that something in the file is not in the plan.
    pub fn leave_out(&mut self, what: &str, value: &str, why: &str) {
        if self.left_out.len() < MOST_SAID {
            self.left_out.push(format!("{what} \u{201c}{}\u{201d}: {why}", short(value)));
        } else {
            self.unsaid += 1;
        }
    }

    /// Takes a value that `read` understands, or notes that it was omitted. An empty value counts as absent.
    pub fn take<T>(&mut self, what: &str, value: Option<&str>, why: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = value.map(str::trim).filter(|v| !v.is_empty())?;
        let found = read(value);
        if found.is_none() {
            self.leave_out(what, value, why);
        }
        found
    }

    /// Takes the cruising level.
    pub fn cruise(&mut self, value: Option<&str>) {
        // Programs write zero for an empty field.
        let value = value.filter(|v| v.trim().parse::<f64>() != Ok(0.0));
        if let Some(feet) = self.take("the cruising level", value, "not a level", level) {
            self.plan.altitude_ft = Some(feet);
        }
    }

    /// Takes IFR or VFR in the format's own words.
    pub fn rules(&mut self, value: Option<&str>) {
        self.plan.ifr = self.take("the flight rules", value, "neither IFR nor VFR", |v| match v.to_ascii_uppercase().as_str() {
            "IFR" | "I" => Some(true),
            "VFR" | "V" => Some(false),
            _ => None,
        });
    }

    /// Takes the departure airport.
    pub fn departure(&mut self, value: Option<&str>) {
        self.plan.departure = self.take("the departure", value, "not an airport's code", code).or(self.plan.departure.take());
    }

    /// Takes the destination. A plan is valid only if it is a code.
    pub fn destination(&mut self, value: Option<&str>) {
        self.destination = value.map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).or(self.destination.take());
    }

    /// Takes an alternate.
    pub fn alternate(&mut self, value: Option<&str>) {
        let found = self.take("the alternate", value, "not an airport's code", code);
        self.plan.alternates.extend(found);
    }

    /// Takes a procedure by its name and transition; words for "none" give `None`.
    pub fn procedure(&mut self, what: &str, name: Option<&str>, transition: Option<&str>) -> Option<Procedure> {
        let real = |v: &&str| !matches!(v.trim().to_ascii_uppercase().as_str(), "(NONE)" | "NONE" | "DEFAULT" | "DCT");
        let read = |v: &str| Some(v.to_ascii_uppercase()).filter(|v| is_name(v));
        let name = self.take(what, name.filter(real), "not a procedure's name", read)?;
        let transition = self.take(&format!("the transition of {what}"), transition.filter(real), "not a name", read);
        Some(Procedure { name, transition })
    }

    /// Takes a row of the plan, in order.
    pub fn leg(&mut self, leg: &Leg<'_>) {
        self.offered += 1;
        if self.offered > MOST_POINTS {
            return;
        }
        let written = leg.name.trim().to_ascii_uppercase();
        let at = leg.at.or_else(|| points::named(&written));
        if COMPUTED.contains(&written.as_str()) {
            return self.leave_out("the point", leg.name, "computed by a program, not a part of the route");
        }
        let name = match at {
            // Coordinates have one form, which also replaces a name that cannot be spoken.
            Some(at) if points::named(&written).is_some() || !is_name(&written) => points::name_of(at),
            _ if is_name(&written) => written,
            _ => return self.leave_out("the point", leg.name, "neither a name nor a position"),
        };
        let direct =
            |v: &&str| !matches!(v.to_ascii_uppercase().as_str(), "" | "DRCT" | "DCT" | "DIRECT" | "ADEP" | "ADES" | "SID" | "STAR");
        let via = leg.via.map(str::trim).filter(direct);
        let via = via.and_then(|v| self.take("the airway", Some(v), "not a name", |v| Some(v.to_ascii_uppercase()).filter(|v| is_name(v))));
        self.legs.push((leg.part, Point { name, at, via }));
    }

    /// Returns the plan after everything was offered.
    pub fn finish(mut self) -> Result<Reading, Refused> {
        let airport = |leg: Option<&(Part, Point)>| leg.filter(|(p, _)| *p == Part::Airport).map(|(_, p)| p.name.clone());
        if self.plan.departure.is_none() {
            self.plan.departure = airport(self.legs.first()).and_then(|n| code(&n));
        }
        // A route of one point starts there and does not name its end.
        let last = airport(self.legs.last()).filter(|_| self.legs.len() > 1);
        let destination = self.destination.take().or(last).ok_or_else(|| refused("it names no destination"))?;
        let not_a_code = || refused(format!("its destination \u{201c}{}\u{201d} is not an airport's code", short(&destination)));
        self.plan.destination = Some(code(&destination).ok_or_else(not_a_code)?);
        self.ends();
        if self.offered > MOST_POINTS {
            self.left_out.push(format!("{} of {} points: no more than {MOST_POINTS} are kept", self.offered - MOST_POINTS, self.offered));
        }
        if self.unsaid > 0 {
            self.left_out.push(format!("{} more", self.unsaid));
        }
        if self.plan.route.is_none() {
            self.plan.route = route(&self.legs);
        }
        self.plan.points = self.legs.into_iter().map(|(_, p)| p).collect();
        Ok(Reading { plan: self.plan.tidied(), format: self.format, left_out: self.left_out })
    }

    /// Removes the airports at the ends, and points that are really the name of a procedure.
    fn ends(&mut self) {
        let is = |leg: Option<&(Part, Point)>, name: Option<&String>| leg.is_some_and(|(_, p)| Some(&p.name) == name);
        if is(self.legs.first(), self.plan.departure.as_ref()) {
            self.legs.remove(0);
        }
        if is(self.legs.last(), self.plan.destination.as_ref()) {
            self.legs.pop();
        }
        if is(self.legs.first(), self.plan.sid.as_ref().map(|p| &p.name)) {
            self.legs.remove(0);
        }
        if is(self.legs.last(), self.plan.star.as_ref().map(|p| &p.name)) {
            self.legs.pop();
        }
    }
}

/// The filed route in words: each airway between the points where it is joined and left, and other points by name.
fn route(legs: &[(Part, Point)]) -> Option<String> {
    // If an airway starts at the last point of a departure, or ends at the first point of an arrival, that point is named too.
    let joins = |n: usize| match legs[n].0 {
        Part::Route | Part::Airport => true,
        Part::Sid => legs.get(n + 1).is_some_and(|(part, p)| *part != Part::Sid && p.via.is_some()),
        Part::Star => legs[n].1.via.is_some() && n.checked_sub(1).is_none_or(|before| legs[before].0 != Part::Star),
    };
    let legs: Vec<&Point> = (0..legs.len()).filter(|n| joins(*n)).map(|n| &legs[n].1).collect();
    let mut words: Vec<&str> = Vec::new();
    for (n, leg) in legs.iter().enumerate() {
        let before = n.checked_sub(1).and_then(|b| legs.get(b)).and_then(|p| p.via.as_deref());
        let after = legs.get(n + 1).and_then(|p| p.via.as_deref());
        let via = leg.via.as_deref();
        words.extend(via.filter(|v| before != Some(*v)));
        if via.is_none() || after != via {
            words.push(&leg.name);
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}
