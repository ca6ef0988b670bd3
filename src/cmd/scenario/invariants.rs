//! What must hold after every step, whatever was said.

use crate::airports::Airport;
use crate::airports::procedures::{Kind, Procedure};
use crate::atc::readback::Verdict;
use crate::cmd::stage::{Exchange, Stage};
use crate::report::Report;
use crate::units::{Frequency, Runway};

/// The invariants that an exchange violates, in words.
pub(super) fn check(stage: &Stage, report: &Report, airport: &Airport, x: &Exchange) -> Vec<String> {
    let mut broken = Vec::new();
    let Some(atc) = &x.atc else { return broken };
    let text = atc.text.to_lowercase();
    let has_position = report.position.is_some();
    if has_position && !report.on_ground && text.contains("cleared for take") {
        broken.push(format!("take-off clearance in the air: {text}"));
    }
    if has_position
        && report.on_ground
        && text.contains("cleared to land")
        && !stage.app.engine().phase().airborne()
        && !text.contains("negative")
    {
        broken.push(format!("landing clearance on the ground: {text}"));
    }
    if text.contains("cleared") && (text.contains("cleared for taxi") || text.contains("cleared to taxi")) {
        broken.push(format!("`cleared` said for a taxi: {text}"));
    }
    for runway in runways_in(&text) {
        let chosen = stage.app.engine().airport().is_some_and(|a| a.strips_ends().contains(&runway));
        if !airport.strips_ends().contains(&runway) && !chosen {
            broken.push(format!("runway {runway} does not exist at {}: {text}", airport.icao));
        }
    }
    for word in text.split([' ', ',']) {
        if let Ok(f) = word.trim_end_matches('.').parse::<Frequency>()
            && word.contains('.')
            && !airport.stations.iter().any(|s| s.frequency == f)
            && !stage.app.engine().knows(f)
        {
            broken.push(format!("{f} is no frequency of {}: {text}", airport.icao));
        }
    }
    for (kind, name, runway) in procedures_in(&text) {
        let all = stage.app.engine().airport().map_or(&[][..], |a| &a.procedures);
        let fits = |p: &&Procedure| {
            p.kind == kind && p.name.eq_ignore_ascii_case(&name) && (p.runway.is_none() || p.runway == runway || runway.is_none())
        };
        // Where no data lists approaches, the one that the pilot names is believed.
        let believed = kind == Kind::Approach && !all.iter().any(|p| p.kind == Kind::Approach);
        if !believed && !all.iter().any(|p| fits(&p)) {
            broken.push(format!("{name} is no procedure of {} for runway {runway:?}: {text}", airport.icao));
        }
    }
    if let Some(own) = stage.app.engine().callsign()
        && atc.callsign.as_ref() != Some(own)
    {
        broken.push(format!("an answer to another callsign than {own}: {text}"));
    }
    broken.extend(suggestion(stage));
    if stage.app.open_tx().is_some() {
        broken.push("a transmission is still open after its answer".into());
    }
    if let Some(d) = stage.app.next_deadline()
        && d < stage.now()
    {
        broken.push("a deadline lies in the past".into());
    }
    broken
}

/// A suggested readback that the controller itself does not accept.
fn suggestion(stage: &Stage) -> Option<String> {
    let mut engine = stage.app.engine().clone();
    engine.readback()?;
    // As the pilot reads it.
    let call = stage.app.suggested().into_iter().next()?;
    let reading = engine.understand(&call);
    let verdict = engine.answer(stage.now(), &call, reading).verdict;
    (verdict != Some(Verdict::Correct)).then(|| format!("the suggested readback is not accepted ({verdict:?}): {call}"))
}

fn runways_in(text: &str) -> Vec<Runway> {
    text.split("runway ").skip(1).filter_map(|t| t.split([' ', ',', '.']).next()?.parse().ok()).collect()
}

/// The instrument approaches and departures named in a text: kind, name and runway.
fn procedures_in(text: &str) -> Vec<(Kind, String, Option<Runway>)> {
    let mut found = Vec::new();
    for part in text.split(", ") {
        let name = part.strip_prefix("expect ").or_else(|| part.strip_prefix("cleared "));
        if let Some((name, runway)) = name.and_then(|n| n.strip_suffix(" approach")).map(|n| n.split_once(" runway ").unwrap_or((n, "")))
            && !matches!(name, "visual" | "low")
        {
            found.push((Kind::Approach, name.to_owned(), runway.parse().ok()));
        }
        if let Some(name) = part.strip_suffix(" departure").filter(|n| !n.contains(' ') && n.ends_with(|c: char| c.is_ascii_digit())) {
            found.push((Kind::Departure, name.to_owned(), None));
        }
    }
    found
}
