//! X-Plane's `.fms`: a platform letter, a version (3 or 1100), keyed lines (1100), then one point a line.
//!
//! Source: developer.x-plane.com, "Flightplan files v11 (.fms)".

use super::draft::{Draft, Leg, Part};
use super::{Format, Reading, Refused, points, refused, values};
use crate::report::Procedure;

/// Why text in an unknown format is rejected.
const NO_KIND: &str =
    "it is not a flight plan of MSFS (.pln), X-Plane (.fms), FlightGear, Garmin (.fpl), Little Navmap (.lnmpln) or SimBrief";

/// The maximum number of lines; the longest routes have a few hundred.
const MOST_LINES: usize = 20_000;

/// Reads a text that is neither XML nor JSON.
pub(super) fn read(text: &str) -> Result<Reading, Refused> {
    if text.bytes().filter(|b| matches!(b, b'\n' | b'\r')).count() > 2 * MOST_LINES {
        return Err(refused("it has more lines than a flight plan can have"));
    }
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    // Some editors add a control character at the end of a file.
    let bare = |c: char| c.is_whitespace() || c.is_control();
    let mut lines = (1u64..).zip(unix.lines().map(|l| l.trim_matches(bare))).filter(|(_, l)| !l.is_empty());
    if !lines.next().is_some_and(|(_, l)| matches!(l, "I" | "A")) {
        return Err(refused(NO_KIND));
    }
    let (line, version) = lines.next().ok_or_else(|| refused("it ends after its first line: the file is cut off"))?;
    let version = version.split_whitespace().next().and_then(|v| v.parse::<u32>().ok());
    let rows: Vec<(u64, &str)> = lines.collect();
    match version {
        Some(1100) => modern(&rows),
        Some(3) => old(&rows),
        _ => Err(Refused { line: Some(line), why: "its version is neither 3 nor 1100".into() }),
    }
}

/// Version 1100 (X-Plane 11 and 12): the keyed lines, then NUMENR rows `type name via altitude lat lon`.
fn modern(rows: &[(u64, &str)]) -> Result<Reading, Refused> {
    let mut draft = Draft::new(Format::Fms);
    let (mut sid, mut star, mut approach) = ((None, None), (None, None), (None, None));
    let mut announced = None;
    let mut points = Vec::new();
    for (line, row) in rows {
        let (key, value) = row.split_once(char::is_whitespace).map_or((*row, ""), |(k, v)| (k, v.trim()));
        let value = Some(value).filter(|v| !v.is_empty());
        match key {
            "ADEP" | "DEP" => draft.departure(value),
            "ADES" | "DES" => draft.destination(value),
            "DEPRWY" => draft.plan.departure_runway = draft.take("the departure runway", value, "not a runway", values::runway),
            "DESRWY" => draft.plan.arrival_runway = draft.take("the arrival runway", value, "not a runway", values::runway),
            "SID" => sid.0 = value,
            "SIDTRANS" => sid.1 = value,
            "STAR" => star.0 = value,
            "STARTRANS" => star.1 = value,
            "APP" => approach.0 = value,
            "APPTRANS" => approach.1 = value,
            "NUMENR" => announced = value.and_then(|v| v.parse::<usize>().ok()),
            "CYCLE" => {}
            kind if kind.parse::<u8>().is_ok() => points.push((*line, *row)),
            other => draft.leave_out("the line", other, "not a line of a plan"),
        }
    }
    // An apt.dat starts with the same two lines.
    let Some(announced) = announced else {
        return Err(refused("it has no line NUMENR: it is not a flight plan of X-Plane, or it is cut off"));
    };
    draft.plan.sid = draft.procedure("the departure procedure", sid.0, sid.1);
    draft.plan.star = draft.procedure("the arrival procedure", star.0, star.1);
    if let Some((name, runway)) = draft.take("the approach", approach.0, "not an approach's identifier", values::arinc_approach) {
        let transition = draft.procedure("the approach's transition", approach.1, None).map(|p| p.name);
        draft.plan.approach = Some(Procedure { name, transition });
        draft.plan.arrival_runway = draft.plan.arrival_runway.or(runway);
    }
    let read = waypoints(&mut draft, &points, true);
    whole(read, announced, rows)?;
    draft.finish()
}

/// Version 3 (X-Plane 8 to 10): two lines, the second with the count, then rows `type name altitude lat lon`.
fn old(rows: &[(u64, &str)]) -> Result<Reading, Refused> {
    let mut draft = Draft::new(Format::Fms);
    let count = rows.get(1).and_then(|(_, l)| l.parse::<usize>().ok());
    let count = count.ok_or_else(|| refused("its fourth line does not count the points: it is not a flight plan, or it is cut off"))?;
    let read = waypoints(&mut draft, &rows[2..], false);
    // Some programs count from zero.
    whole(read, count, rows)?;
    draft.finish()
}

/// Takes the rows of points and returns the number of complete ones.
fn waypoints(draft: &mut Draft, rows: &[(u64, &str)], modern: bool) -> usize {
    let (mut whole, mut highest) = (0, None::<i32>);
    for (line, row) in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        let (kind, name, via, altitude, lat, lon) = match words.as_slice() {
            [kind, name, via, altitude, lat, lon, ..] if modern => (*kind, *name, Some(*via), *altitude, *lat, *lon),
            [kind, name, altitude, lat, lon, ..] if !modern => (*kind, *name, None, *altitude, *lat, *lon),
            _ => {
                draft.leave_out(&format!("line {line}"), row, "not a whole row of a point");
                continue;
            }
        };
        whole += 1;
        // Version 3 pads its table with rows of type 0.
        if kind == "0" {
            continue;
        }
        let airport = kind == "1";
        // The altitude of an airport is its elevation.
        if !airport && altitude.parse::<f64>() != Ok(0.0) {
            highest = highest.max(draft.take(&format!("the level at line {line}"), Some(altitude), "not a level", values::level));
        }
        let part = if airport { Part::Airport } else { Part::Route };
        draft.leg(&Leg { name, at: points::degrees(Some(lat), Some(lon)), via, part });
    }
    draft.plan.altitude_ft = highest;
    whole
}

/// Rejects a truncated file: fewer rows than announced, and none for the destination.
fn whole(read: usize, announced: usize, rows: &[(u64, &str)]) -> Result<(), Refused> {
    let last = rows.last().copied().unwrap_or_default();
    // A wrong count does no harm if the last row is a different airport from the first.
    let ends = read > 1 && last.1.split_whitespace().next() == Some("1") && last.1.split_whitespace().count() >= 5;
    if read >= announced || ends {
        return Ok(());
    }
    Err(Refused { line: Some(last.0), why: format!("it announces {announced} points and has {read}: the file is cut off") })
}
