//! Lists a plan as the controller will use it: each value with its source, the units along the route with their frequencies, and what is
//! unknown.

use super::Reading;
use crate::airports::legs::{self as charted_legs, Charted, Leg};
use crate::airports::procedures::{self, Kind};
use crate::airports::{Airport, Station};
use crate::report::{FlightPlan, Procedure, Transition};
use crate::units::{Facility, LatLon, Region, Runway};

/// Below this altitude a flight talks to the radar units along its route, feet.
const LOW_FT: i32 = 10_000;
/// The maximum distance of such a unit from a point of the route, nautical miles.
const PASSING_NM: f64 = 30.0;
/// The width of a column, characters.
const WIDE: usize = 14;

/// Airport data in the program.
pub trait Known {
    /// An airport by its code, and the source of its procedures ("X-Plane's files"), which is empty if it has none.
    fn airport(&self, icao: &str) -> Option<(Airport, String)>;
    /// The nearest airport with a radar unit within `max_nm`.
    fn radar_near(&self, at: LatLon, max_nm: f64) -> Option<Airport>;
    /// An airport's procedures with their legs.
    fn charted(&self, _icao: &str) -> Option<Charted> {
        None
    }
    /// The en-route unit at a place and altitude.
    fn en_route(&self, _at: LatLon, _altitude_ft: f64) -> Option<Station> {
        None
    }
    /// The source of point positions that the plan did not contain: "of 3 points from …/earth_fix.dat".
    fn places(&self) -> Option<&str> {
        None
    }
    /// The spoken name of a departure or arrival near a place.
    fn procedure_spoken(&self, _name: &str, _near: LatLon) -> Option<String> {
        None
    }
}

/// An end of the flight.
struct End<'a> {
    code: Option<&'a str>,
    airport: Option<Airport>,
    /// The source of its procedures.
    source: String,
    runway: Option<Runway>,
    transition: Transition,
}

impl<'a> End<'a> {
    fn of(known: &dyn Known, code: Option<&'a str>, runway: Option<Runway>, transition: Transition) -> Self {
        let (airport, source) = code.and_then(|c| known.airport(c)).unzip();
        Self { code, airport, source: source.unwrap_or_default(), runway, transition }
    }

    /// "EDDH (Hamburg)".
    fn name(&self) -> String {
        match (self.code, &self.airport) {
            (Some(code), Some(a)) => format!("{code} ({})", a.name),
            (Some(code), None) => code.to_owned(),
            _ => "unknown".to_owned(),
        }
    }

    /// Its name in a sentence. A plan always names its destination.
    fn called(&self) -> &str {
        self.code.unwrap_or("the airport of departure")
    }

    /// The transition altitude in feet, and its source.
    fn transition_altitude(&self) -> Option<(i32, &'static str)> {
        let state = || {
            let code = self.code.unwrap_or("");
            let region = self.airport.as_ref().map_or_else(|| Region::of(code, ""), |a| a.region);
            crate::units::Transition::state_ft(region, code).map(|ft| (ft, region.title))
        };
        let data = || self.airport.as_ref().and_then(|a| a.transition.altitude_ft).map(|ft| (ft, "simulator"));
        self.transition.altitude_ft.map(|ft| (ft, "plan")).or_else(data).or_else(state)
    }

    /// The transition level in hundreds of feet, and its source.
    fn transition_level(&self) -> Option<(u16, &'static str)> {
        let data = || self.airport.as_ref().and_then(|a| a.transition.level).map(|level| (level, "simulator"));
        self.transition.level.map(|level| (level, "plan")).or_else(data)
    }
}

/// The lines of a plan; the first is a summary.
pub fn lines(reading: &Reading, known: &dyn Known) -> Vec<String> {
    let plan = &reading.plan;
    let from = End::of(known, plan.departure.as_deref(), plan.departure_runway, plan.departure_transition);
    let to = End::of(known, plan.destination.as_deref(), plan.arrival_runway, plan.arrival_transition);
    let mut page = Page { visual: plan.ifr == Some(false), ..Page::default() };
    page.lines.push(plan.words());
    page.row("read from", reading.format.name());
    identity(&mut page, plan);
    page.row("departure", &from.name());
    runway(&mut page, &from, "departs from");
    procedure(&mut page, &from, plan.sid.as_ref(), Kind::Departure);
    legs(&mut page, known, &from, plan.sid.as_ref(), Kind::Departure);
    route(&mut page, plan);
    if let Some(places) = known.places() {
        page.row("places", places);
    }
    levels(&mut page, plan, &from);
    page.row("arrival", &to.name());
    procedure(&mut page, &to, plan.star.as_ref(), Kind::Arrival);
    legs(&mut page, known, &to, plan.star.as_ref(), Kind::Arrival);
    approach(&mut page, plan, &to);
    legs(&mut page, known, &to, plan.approach.as_ref(), Kind::Approach);
    runway(&mut page, &to, "lands on");
    transitions(&mut page, &from, &to);
    match plan.alternates.as_slice() {
        [] => page.unknown("alternates"),
        all => page.row(
            "alternates",
            &all.iter().map(|a| End::of(known, Some(a), None, Transition::default()).name()).collect::<Vec<_>>().join(", "),
        ),
    }
    units(&mut page, plan, known, &from, &to);
    for what in &reading.left_out {
        page.row("left out", what);
    }
    for (n, what) in std::mem::take(&mut page.unknown).iter().enumerate() {
        page.row(if n == 0 { "unknown" } else { "" }, what);
    }
    page.lines
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
    unknown: Vec<String>,
    /// A VFR flight needs no procedures, so their absence is not reported.
    visual: bool,
}

impl Page {
    fn row(&mut self, key: &str, words: &str) {
        self.lines.push(format!("  {key:<WIDE$}{words}"));
    }
    fn unknown(&mut self, what: impl Into<String>) {
        self.unknown.push(what.into());
    }
}

fn identity(page: &mut Page, plan: &FlightPlan) {
    match &plan.callsign {
        Some(c) => page.row("callsign", &format!("{c}, unless pilot.callsign is set")),
        None => page.unknown("callsign (that of the settings or the simulator is used)"),
    }
    match (&plan.aircraft_type, plan.wake) {
        (Some(kind), Some(wake)) => page.row("aircraft", &format!("{kind}, {}", wake.word())),
        (Some(kind), None) => page.row("aircraft", kind),
        (None, _) => page.unknown("aircraft type"),
    }
    if plan.ifr.is_none() {
        page.unknown("flight rules");
    }
}

/// The planned runway, and whether the airport has it.
fn runway(page: &mut Page, end: &End<'_>, verb: &str) {
    let Some(planned) = end.runway else {
        return page.unknown(format!("runway at {}: the one in use is assigned", end.called()));
    };
    let has = end.airport.as_ref().map(|a| a.end(planned).is_some());
    let note = match has {
        Some(true) => "the one in use is assigned",
        Some(false) => "not a runway of this airport as it is known here: the one in use is assigned",
        None => "the airport is not known here",
    };
    page.row("", &format!("{verb} runway {planned} (plan; {note})"));
}

/// A departure or arrival, and whether the airport's data has it for the runway.
fn procedure(page: &mut Page, end: &End<'_>, filed: Option<&Procedure>, kind: Kind) {
    let word = if kind == Kind::Departure { "departure procedure" } else { "arrival procedure" };
    let code = end.called();
    let Some(filed) = filed else {
        if !page.visual {
            page.row("", &format!("no {word} is filed"));
        }
        return;
    };
    let transition = filed.transition.as_ref().map(|t| format!(", transition {t}")).unwrap_or_default();
    let of_kind: Vec<_> = end.airport.iter().flat_map(|a| &a.procedures).filter(|p| p.kind == kind).collect();
    let named: Vec<_> = of_kind.iter().filter(|p| procedures::same(&p.name, &filed.name)).collect();
    let serves = |r: Runway| named.iter().any(|p| p.runway.is_none_or(|own| own == r));
    // What the clearance says if the departure cannot be named.
    let instead = if kind == Kind::Departure { ": cleared \u{201c}as filed\u{201d}" } else { "" };
    let note = match end.runway {
        // A procedure is named only if the data has it for the runway.
        _ if of_kind.is_empty() => format!("plan; not checked, no procedures of {code} are known here{instead}"),
        _ if named.is_empty() => format!("plan; {} does not have it{instead}", end.source),
        Some(r) if !serves(r) => format!("plan; in {} it is not for runway {r}", end.source),
        _ => format!("plan, and {}", end.source),
    };
    page.row("", &format!("{word} {}{transition} ({note})", filed.name));
}

/// A procedure's spoken name, and its fixes with their limits, if the data has them.
fn legs(page: &mut Page, known: &dyn Known, end: &End<'_>, filed: Option<&Procedure>, kind: Kind) {
    let (Some(filed), Some(airport)) = (filed, &end.airport) else { return };
    if let Some(said) = known.procedure_spoken(&filed.name, airport.position).filter(|_| kind != Kind::Approach) {
        page.row("", &format!("  said \u{201c}{said}\u{201d}"));
    }
    let Some(charted) = known.charted(&airport.icao) else { return };
    let transition = filed.transition.as_deref();
    let transition_ft = end.transition_altitude().map(|(ft, _)| ft);
    // Without a transition altitude, keep the feet of the data.
    let said = |feet: i32| transition_ft.map_or_else(|| format!("{feet} ft"), |ta| level(feet, Some(ta)));
    let mut add = |word: &str, legs: &[&Leg]| {
        if !legs.is_empty() {
            page.row("", &format!("  {word}{}", charted_legs::words(legs, &said)));
        }
    };
    match (kind, end.runway) {
        (Kind::Departure, Some(runway)) => add("", &charted.departure(&filed.name, runway, transition)),
        (Kind::Arrival, runway) => add("", &charted.arrival(&filed.name, transition, runway)),
        (Kind::Approach, runway) => {
            add("", &charted.approach(&filed.name, runway, transition));
            add("missed approach: ", &charted.missed(&filed.name, runway));
        }
        (Kind::Departure, None) => {}
    }
}

fn approach(page: &mut Page, plan: &FlightPlan, to: &End<'_>) {
    let Some(filed) = &plan.approach else {
        if !page.visual {
            page.unknown("approach: chosen for the runway in use");
        }
        return;
    };
    let transition = filed.transition.as_ref().map(|t| format!(", transition {t}")).unwrap_or_default();
    let all: Vec<_> = to.airport.iter().flat_map(|a| &a.procedures).filter(|p| p.kind == Kind::Approach).collect();
    let has = all.iter().any(|p| p.name == filed.name && (to.runway.is_none() || p.runway == to.runway));
    let note = match (all.is_empty(), has) {
        (true, _) => "plan; not checked, no approaches are known here".to_owned(),
        (false, true) => format!("plan, and {}", to.source),
        (false, false) => format!("plan; {} does not have it", to.source),
    };
    page.row("", &format!("approach {}{transition} ({note})", filed.name));
}

fn route(page: &mut Page, plan: &FlightPlan) {
    page.row("route", plan.route.as_deref().unwrap_or("direct"));
    if plan.points.is_empty() {
        return page.unknown("points of the route");
    }
    let names: Vec<&str> = plan.points.iter().map(|p| p.name.as_str()).collect();
    page.row("points", &names.join(" "));
    let nowhere: Vec<&str> = plan.points.iter().filter(|p| p.at.is_none()).map(|p| p.name.as_str()).collect();
    if !nowhere.is_empty() {
        page.unknown(format!("where {} lie{}", nowhere.join(", "), if nowhere.len() == 1 { "s" } else { "" }));
    }
}

/// A level in spoken form: a flight level at or above the transition altitude.
fn level(feet: i32, transition_ft: Option<i32>) -> String {
    match transition_ft {
        Some(ta) if feet > ta => format!("FL{}", feet / 100),
        Some(_) => format!("{feet} ft"),
        // No state has a higher transition altitude.
        None if crate::units::level::always_flight(feet) => format!("FL{}", feet / 100),
        None => format!("{feet} ft or FL{}, as the transition altitude decides", feet / 100),
    }
}

fn levels(page: &mut Page, plan: &FlightPlan, from: &End<'_>) {
    let transition = from.transition_altitude().map(|(ft, _)| ft);
    let Some(initial) = plan.altitude_ft else {
        return page.unknown("cruising level");
    };
    let steps = plan.steps.iter().map(|s| format!("at {} {}", s.at, level(s.altitude_ft, transition)));
    let all: Vec<String> = std::iter::once(level(initial, transition)).chain(steps).collect();
    page.row("levels", &all.join(", "));
}

fn transitions(page: &mut Page, from: &End<'_>, to: &End<'_>) {
    if page.visual {
        return;
    }
    let mut words = Vec::new();
    for end in [from, to] {
        let code = end.called();
        match end.transition_altitude() {
            Some((ft, source)) => words.push(format!("{code} altitude {ft} ft ({source})")),
            None => page.unknown(format!("transition altitude at {code}")),
        }
    }
    match to.transition_level() {
        Some((level, source)) => words.push(format!("{} level FL{level} ({source})", to.called())),
        None => page.unknown(format!("transition level at {}: by the controller, from the pressure", to.called())),
    }
    if !words.is_empty() {
        page.row("transition", &words.join(", "));
    }
}

/// The units in the order in which a flight meets them, with their frequencies.
fn units(page: &mut Page, plan: &FlightPlan, known: &dyn Known, from: &End<'_>, to: &End<'_>) {
    const OUT: [Facility; 7] =
        [Facility::Atis, Facility::Clearance, Facility::Ground, Facility::Tower, Facility::Ctaf, Facility::Departure, Facility::Center];
    // Pilots listen to the ATIS before they call approach.
    const IN: [Facility; 6] = [Facility::Center, Facility::Atis, Facility::Approach, Facility::Tower, Facility::Ctaf, Facility::Ground];
    let mut told: Vec<Station> = Vec::new();
    let mut rows: Vec<String> = Vec::new();
    let mut add = |stations: &[Station], order: &[Facility]| {
        for facility in order {
            for s in stations.iter().filter(|s| s.facility == *facility) {
                if !told.iter().any(|t| t.frequency == s.frequency && t.name == s.name) {
                    rows.push(format!("{:<8} {}", s.frequency.to_string(), s.name));
                    told.push(s.clone());
                }
            }
        }
    };
    if let Some(a) = &from.airport {
        // Without a departure unit, approach does its work.
        let radar = a.stations.iter().any(|s| s.facility == Facility::Departure);
        let last = if radar { &OUT[..] } else { &[&OUT[..5], &[Facility::Approach, Facility::Center]].concat() };
        add(&a.stations, last);
    }
    let low = plan.altitude_ft.is_some_and(|ft| ft <= LOW_FT);
    for point in plan.points.iter().filter(|_| low) {
        if let Some(a) = point.at.and_then(|at| known.radar_near(at, PASSING_NM)) {
            add(&a.stations, &[Facility::Approach, Facility::Center]);
        }
    }
    let cruise = f64::from(plan.altitude_ft.unwrap_or_default());
    for point in plan.points.iter().filter(|_| !low) {
        if let Some(s) = point.at.and_then(|at| known.en_route(at, cruise)) {
            add(&[s], &[Facility::Center]);
        }
    }
    if let Some(a) = &to.airport {
        add(&a.stations, &IN);
    }
    for (n, row) in rows.iter().enumerate() {
        page.row(if n == 0 { "units" } else { "" }, row);
    }
    for end in [from, to] {
        match &end.airport {
            None => page.unknown(format!("everything about {}", end.called())),
            Some(a) if a.stations.is_empty() => page.unknown(format!("frequencies of {}", a.icao)),
            Some(_) => {}
        }
    }
    if !low && !told.iter().any(|s| s.facility == Facility::Center) {
        page.unknown("en-route units: the unit that has the flight keeps it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::data::Airports;
    use crate::plan::read;

    /// The built-in data, with procedures for Hamburg.
    struct Built(Airports, Vec<procedures::Procedure>);

    impl Known for Built {
        fn airport(&self, icao: &str) -> Option<(Airport, String)> {
            let mut a = self.0.find(icao)?;
            a.procedures = self.1.iter().filter(|_| icao == "EDDH").cloned().collect();
            Some((a, "EDDH.dat".into()))
        }
        fn radar_near(&self, at: LatLon, max_nm: f64) -> Option<Airport> {
            self.0.nearest_of(at, max_nm, |a| a.stations.iter().any(|s| s.facility == Facility::Approach))
        }
    }

    fn built(departures: &[(&str, &str)]) -> Built {
        let of = |(name, runway): &(&str, &str)| procedures::Procedure {
            kind: Kind::Departure,
            name: (*name).into(),
            runway: runway.parse().ok(),
        };
        Built(Airports::world(), departures.iter().map(of).collect())
    }

    #[test]
    fn simbrief_plans_are_displayed_as_in_the_reviewed_files() {
        for (plan, shown) in [
            (
                include_bytes!("../../../../tests/fixtures/simbrief/eham-lsgg-v2.json").as_slice(),
                include_str!("../../../../tests/fixtures/simbrief/eham-lsgg.show.txt"),
            ),
            (
                include_bytes!("../../../../tests/fixtures/simbrief/kbos-kord-v1.json").as_slice(),
                include_str!("../../../../tests/fixtures/simbrief/kbos-kord.show.txt"),
            ),
            (
                include_bytes!("../../../../tests/fixtures/simbrief/lfpg-lemd.xml").as_slice(),
                include_str!("../../../../tests/fixtures/simbrief/lfpg-lemd.show.txt"),
            ),
        ] {
            let lines = lines(&read(plan).unwrap(), &built(&[]));
            let wanted: Vec<&str> = shown.lines().collect();
            assert_eq!(lines, wanted, "\n{}\n", lines.join("\n"));
        }
    }

    #[test]
    fn a_procedure_shows_whether_the_airport_data_has_it() {
        let pln = include_bytes!("../../../../tests/fixtures/plans/msfs2020.pln");
        let departure = |known: &[(&str, &str)]| {
            let all = lines(&read(pln).unwrap(), &built(known));
            all.into_iter().find(|l| l.contains("AMLU5E") && l.contains("procedure")).unwrap().trim().to_owned()
        };
        assert_eq!(departure(&[("AMLU5E", "23")]), "departure procedure AMLU5E (plan, and EDDH.dat)");
        assert_eq!(departure(&[("AMLU5E", "")]), "departure procedure AMLU5E (plan, and EDDH.dat)");
        assert!(departure(&[("AMLU5E", "33")]).contains("not for runway 23"));
        assert!(departure(&[("AMLU5D", "23")]).contains("EDDH.dat does not have it"));
        assert!(departure(&[]).contains("not checked"));
    }

    #[test]
    fn unknown_values_are_listed() {
        let fms = "I\n1100 Version\nADEP ZZZZ\nADES EDDB\nNUMENR 3\n1 ZZZZ ADEP 0 50 10\n11 KETAP DRCT 5000 x y\n1 EDDB ADES 0 52.3 13.5\n";
        let text = lines(&read(fms.as_bytes()).unwrap(), &built(&[])).join("\n");
        for wanted in [
            "everything about ZZZZ",
            "frequencies of EDDB",
            "where KETAP lies",
            "transition altitude at ZZZZ",
            "flight rules",
            "aircraft type",
            "5000 ft or FL50, as the transition altitude decides",
        ] {
            assert!(text.contains(wanted), "{wanted:?} in\n{text}");
        }
        // For a VFR flight the absence of procedures is not reported.
        let visual = "<flight-rules>V</flight-rules><destination><airport>EDDB</airport></destination>";
        let visual = lines(&read(format!("<PropertyList>{visual}</PropertyList>").as_bytes()).unwrap(), &built(&[])).join("\n");
        assert!(!["procedure", "approach:", "transition"].iter().any(|w| visual.contains(w)), "{visual}");
        let bare = lines(&read(b"<PropertyList><destination><airport>KMRY</airport></destination></PropertyList>").unwrap(), &built(&[]));
        let bare = bare.join("\n");
        assert!(bare.contains("cruising level") && bare.contains("everything about the airport of departure"), "{bare}");
    }
}
