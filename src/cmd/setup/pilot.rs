//! The callsign step: from the simulator if it reports one, otherwise entered by the pilot.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use super::Setup;
use super::ask::{refused, say, well};
use crate::app::{callsign, place};
use crate::dispatch::newest::airports_in_use;
use crate::event::Step;
use crate::problem::Problem;
use crate::sim::link::{Link, Patience, Told};
use crate::units::Callsign;

/// How long to wait for a report from a running simulator.
const REPORTED: Duration = Duration::from_secs(3);

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let (connected, told) = if s.args.skip_sim { (true, None) } else { simulator(s)? };
    if let Some(callsign) = s.args.callsign.clone() {
        s.set("pilot.callsign", &callsign.to_string().into())?;
    } else if !s.ask.yes {
        ask(s, told.as_ref())?;
    }
    match s.config.pilot.callsign.as_ref().or(told.as_ref()) {
        Some(callsign) => {
            well(&format!("your callsign is {}", callsign.painted()))?;
            s.done(Step::Callsign);
        }
        None => say("not known yet: your simulator tells it, or say it in each call")?,
    }
    airport(s, connected)
}

/// Without a simulator, the location must be chosen; a call may also name it.
fn airport(s: &mut Setup<'_>, connected: bool) -> anyhow::Result<()> {
    if let Some(wanted) = s.args.airport.clone() {
        at(s, &wanted)?;
        return Ok(());
    }
    if connected || s.ask.yes {
        return Ok(());
    }
    let question = match &s.config.sim.airport {
        Some(set) => format!(
            "Where are you while no simulator runs? Type an airport's code or its town, such as KPAO or Paris, or \"call\" if each call is to \
             name the airport. Enter keeps {set}:"
        ),
        None => "Where are you while no simulator runs? Type an airport's code or its town, such as KPAO or Paris. Enter alone leaves it \
                 open: each call then names the airport:"
            .to_owned(),
    };
    let mut question = question;
    loop {
        match s.ask.line(&question)?.as_str() {
            "" => return Ok(()),
            answer => match at(s, answer) {
                Ok(false) => return Ok(()),
                // The name fits several airports, so the choice may be the wrong one.
                Ok(true) => "Enter keeps it, or type another:".clone_into(&mut question),
                Err(p) => refused(&p)?,
            },
        }
    }
}

/// Activates a known airport; whether the words fit others, too.
fn at(s: &mut Setup<'_>, wanted: &str) -> Result<bool, Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    if wanted.is_empty() || wanted.eq_ignore_ascii_case("call") {
        s.set("sim.airport", &"".into())?;
        well("without a simulator you are where the first call says").map_err(terminal)?;
        return Ok(false);
    }
    let airports = airports_in_use(&s.paths.data_dir);
    let airport = place::find(&airports, wanted)?;
    s.set("sim.airport", &airport.icao.as_str().into())?;
    well(&format!("without a simulator you are at {} ({})", airport.name, airport.icao)).map_err(terminal)?;
    let others = place::in_town(&airports, wanted, &airport);
    if !others.is_empty() {
        say(&format!("Also of this name: {}.", others.join("; "))).map_err(terminal)?;
    }
    Ok(!others.is_empty())
}

fn ask(s: &mut Setup<'_>, told: Option<&Callsign>) -> anyhow::Result<()> {
    let rest = match (&s.config.pilot.callsign, told) {
        (Some(own), _) => format!("Type \"sim\" to use the simulator's. Enter keeps {}:", own.painted()),
        (None, Some(sim)) => format!("Enter alone uses the simulator's, {}:", sim.painted()),
        (None, None) => "Enter alone leaves it open: your simulator tells it later, or you say it in each call:".to_owned(),
    };
    loop {
        let answer = s.ask.line(&format!("Type your callsign, such as N172SP, G-ABCD or BAW327. {rest}"))?;
        let value = match answer.to_lowercase().as_str() {
            "" => return Ok(()),
            "sim" => String::new(),
            _ => match callsign::typed(&answer) {
                Some(callsign) => callsign.to_string(),
                None => {
                    let p = Problem::new(format!("{answer:?} is not a callsign"));
                    refused(&p.fix("type it as it is painted or filed, or as you say it on the radio"))?;
                    continue;
                }
            },
        };
        return Ok(s.set("pilot.callsign", &value.into())?);
    }
}

/// Looks for the simulator and the aircraft data that it reports: whether it is running, and the callsign.
fn simulator(s: &Setup<'_>) -> anyhow::Result<(bool, Option<Callsign>)> {
    match Link::probe(&s.config.sim) {
        Ok(found) => well(&format!("simulator: {found}"))?,
        Err(_) => {
            say("No simulator is running. Stratus finds it when you start it.")?;
            return Ok((false, None));
        }
    }
    if !Link::is_simulator(&s.config.sim.link) {
        // If it is not searched for, there is no data either.
        return Ok((s.config.sim.link != "none", None));
    }
    let (out, reports) = channel();
    let Ok(_link) = Link::start(&s.config.sim, Patience::default(), move |told| {
        if let Told::Report(report) = told {
            let _ = out.send(report.callsign.clone());
        }
    }) else {
        return Ok((true, None));
    };
    let limit = Instant::now() + REPORTED;
    while let Ok(callsign) = reports.recv_timeout(limit.saturating_duration_since(Instant::now())) {
        if callsign.is_some() {
            return Ok((true, callsign));
        }
    }
    Ok((true, None))
}
