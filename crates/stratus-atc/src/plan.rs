//! Flight plans from files: MSFS `.pln` (XML) and X-Plane `.fms` (versions 3 and 1100). What a file does not say is unknown.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::situation::FlightPlan;

/// A longer file is no flight plan.
const LONGEST: usize = 1 << 20;
/// More waypoints than these are not a route that anybody reads.
const MOST_WAYPOINTS: usize = 400;

/// Reads a flight plan. Errors say in words what is wrong with the text.
pub fn parse(text: &str) -> Result<FlightPlan, String> {
    if text.len() > LONGEST {
        return Err("it is longer than a flight plan can be".into());
    }
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let plan = if start.starts_with('<') { pln(start)? } else { fms(start)? };
    match &plan.destination {
        Some(d) if is_ident(d) => Ok(plan),
        Some(d) => Err(format!("its destination {d:?} is no airport's code")),
        None => Err("it names no destination".into()),
    }
}

/// Codes come from outside: only letters and digits pass, so that nothing else is ever spoken or shown.
fn is_ident(word: &str) -> bool {
    (2..=7).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn altitude(text: &str) -> Option<i32> {
    let feet = text.trim().parse::<f64>().ok()?;
    (feet.is_finite() && (500.0..=60_000.0).contains(&feet)).then_some(feet.round() as i32)
}

/// MSFS: `SimBase.Document` with a `FlightPlan.FlightPlan`.
fn pln(text: &str) -> Result<FlightPlan, String> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(true);
    let (mut plan, mut path, mut route) = (FlightPlan::default(), Vec::<String>::new(), Vec::<String>::new());
    let mut airway: Option<String> = None;
    let mut known = false;
    loop {
        match reader.read_event().map_err(|e| format!("it is not well-formed XML: {e}"))? {
            Event::Start(tag) => {
                let name = String::from_utf8_lossy(tag.name().as_ref()).into_owned();
                known |= name.starts_with("FlightPlan");
                if path.len() > 32 {
                    return Err("its XML is nested too deeply".into());
                }
                path.push(name);
            }
            Event::End(_) => {
                let closed = path.pop();
                airway = airway.filter(|_| closed.as_deref() != Some("ATCWaypoint"));
            }
            Event::Text(t) => {
                let value = t.decode().map_err(|e| format!("its text cannot be read: {e}"))?.trim().to_owned();
                match path.last().map(String::as_str) {
                    Some("FPType") => plan.ifr = Some(value.eq_ignore_ascii_case("IFR")),
                    Some("CruisingAlt") => plan.altitude_ft = altitude(&value),
                    Some("DepartureID") => plan.departure = Some(value.to_uppercase()).filter(|v| is_ident(v)),
                    Some("DestinationID") => plan.destination = Some(value.to_uppercase()),
                    Some("ATCAirway") => airway = Some(value.to_uppercase()).filter(|v| is_ident(v)),
                    Some("ICAOIdent") if route.len() < MOST_WAYPOINTS => {
                        let ident = value.to_uppercase();
                        if is_ident(&ident) {
                            route.extend(airway.take());
                            route.push(ident);
                        }
                    }
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if !known {
        return Err("it is XML, but not a flight plan of the simulator".into());
    }
    plan.route = between(route, &plan);
    Ok(plan)
}

/// X-Plane: a platform letter, a version, then keyed lines (1100) and one waypoint a line.
fn fms(text: &str) -> Result<FlightPlan, String> {
    let mut lines = text.lines();
    if !matches!(lines.next().map(str::trim), Some("I" | "A")) {
        return Err("it is neither an MSFS plan (.pln) nor an X-Plane plan (.fms)".into());
    }
    let version = lines.next().and_then(|l| l.split_whitespace().next()).and_then(|v| v.parse::<u32>().ok());
    let modern = match version {
        Some(1100) => true,
        Some(3) => false,
        _ => return Err("its version is neither 3 nor 1100".into()),
    };
    let (mut plan, mut route, mut highest) = (FlightPlan::default(), Vec::new(), None);
    let mut last_airport = None;
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["ADEP" | "DEP", id, ..] => plan.departure = Some(id.to_uppercase()).filter(|v| is_ident(v)),
            ["ADES" | "DES", id, ..] => plan.destination = Some(id.to_uppercase()),
            [kind, ident, rest @ ..] if kind.parse::<u8>().is_ok() && !rest.is_empty() && route.len() < MOST_WAYPOINTS => {
                let ident = ident.to_uppercase();
                let (via, height) = if modern { (rest.first().copied(), rest.get(1)) } else { (None, rest.first()) };
                highest = highest.max(height.and_then(|h| altitude(h)));
                if let Some(v) = via.filter(|v| is_ident(v) && !matches!(*v, "DRCT" | "ADEP" | "ADES")) {
                    route.push(v.to_uppercase());
                }
                if is_ident(&ident) {
                    if *kind == "1" {
                        last_airport = Some(ident.clone());
                        if plan.departure.is_none() {
                            plan.departure = Some(ident.clone());
                        }
                    }
                    route.push(ident);
                }
            }
            _ => {}
        }
    }
    plan.altitude_ft = highest;
    plan.destination = plan.destination.or(last_airport);
    plan.route = between(route, &plan);
    Ok(plan)
}

/// The route without the airports at its ends.
fn between(mut route: Vec<String>, plan: &FlightPlan) -> Option<String> {
    if route.first() == plan.departure.as_ref() && !route.is_empty() {
        route.remove(0);
    }
    if route.last() == plan.destination.as_ref() {
        route.pop();
    }
    (!route.is_empty()).then(|| route.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<SimBase.Document Type="AceXML" version="1,0"><Descr>AceXML Document</Descr>
<FlightPlan.FlightPlan><Title>KPAO to KMRY</Title><FPType>IFR</FPType><CruisingAlt>7000.000</CruisingAlt>
<DepartureID>KPAO</DepartureID><DestinationID>KMRY</DestinationID>
<ATCWaypoint id="KPAO"><ATCWaypointType>Airport</ATCWaypointType><ICAO><ICAOIdent>KPAO</ICAOIdent></ICAO></ATCWaypoint>
<ATCWaypoint id="SNS"><ATCWaypointType>VOR</ATCWaypointType><ATCAirway>V25</ATCAirway><ICAO><ICAORegion>K2</ICAORegion><ICAOIdent>SNS</ICAOIdent></ICAO></ATCWaypoint>
<ATCWaypoint id="KMRY"><ATCWaypointType>Airport</ATCWaypointType><ICAO><ICAOIdent>KMRY</ICAOIdent></ICAO></ATCWaypoint>
</FlightPlan.FlightPlan></SimBase.Document>"#;
    const FMS: &str = "I\n1100 Version\nCYCLE 2401\nADEP KPAO\nADES KMRY\nNUMENR 3\n1 KPAO ADEP 7.0 37.46 -122.11\n\
        3 SNS V25 7000.000000 36.66 -121.60\n1 KMRY ADES 257.0 36.58 -121.84\n";

    #[test]
    fn both_simulators_plans_say_the_same() {
        let (a, b) = (parse(PLN).unwrap(), parse(FMS).unwrap());
        assert_eq!(a.ifr, Some(true));
        for p in [a, b] {
            assert_eq!((p.departure.as_deref(), p.destination.as_deref()), (Some("KPAO"), Some("KMRY")));
            assert_eq!((p.route.as_deref(), p.altitude_ft), (Some("V25 SNS"), Some(7000)));
        }
        let old = parse("I\n3 version\n1\n2\n1 KPAO 7.0 37.46 -122.11\n11 SUNOL 5500.0 37.6 -121.8\n1 KMRY 257.0 36.5 -121.8\n").unwrap();
        assert_eq!((old.destination.as_deref(), old.route.as_deref()), (Some("KMRY"), Some("SUNOL")));
    }

    #[test]
    fn what_is_no_plan_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "neither"),
            ("hello", "neither"),
            ("<a><b></a>", "XML"),
            ("<html></html>", "not a flight plan"),
            ("I\n7 Version\n", "version"),
            ("I\n1100 Version\n", "no destination"),
            ("I\n1100 Version\nADES K;rm\n", "no airport's code"),
        ] {
            let e = parse(text).unwrap_err();
            assert!(e.contains(why), "{text:?}: {e}");
        }
    }

    proptest! {
        #[test]
        fn damaged_plans_never_panic(cut in 0usize..1200, at in 0usize..1200, with in any::<u8>()) {
            for text in [PLN, FMS] {
                let mut bytes = text.as_bytes()[..cut.min(text.len())].to_vec();
                if let Some(b) = bytes.get_mut(at) { *b = with; }
                if let Ok(p) = parse(&String::from_utf8_lossy(&bytes)) {
                    prop_assert!(p.destination.is_some_and(|d| is_ident(&d)));
                }
            }
        }
    }
}
