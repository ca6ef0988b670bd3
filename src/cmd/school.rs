//! `stratus school`: simulated pilots fly with the controller, and errors are counted.

use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use stratus_school::tally::Tally;
use stratus_school::{Between, Choice, FlightRules, Mission, School};

use crate::cli::{OnOff, SchoolArgs, SchoolMission, SchoolRules};
use crate::event::{Opinion, Scene};
use crate::problem::Problem;
use crate::speech::sentences::OnDemand;

/// Understands the simulated pilots as the tray does, with the sentence model if the package includes it.
#[derive(Default)]
struct Heard(OnDemand);

impl Between for Heard {
    fn opinion(&mut self, call: &str, scene: &Scene) -> Option<Opinion> {
        self.0.opinion(call, scene)
    }
}

pub(super) fn run(args: &SchoolArgs) -> anyhow::Result<ExitCode> {
    let school = School::open().ok_or_else(|| {
        Problem::new("The flight school cannot start").because("cannot read the built-in airports").fix("reinstall Stratus")
    })?;
    let mission = args.mission.map(|m| match m {
        SchoolMission::Circuits => Mission::Circuits,
        SchoolMission::Arrival => Mission::Arrival,
        SchoolMission::CrossCountry => Mission::CrossCountry,
        SchoolMission::Instruments => Mission::Instruments,
    });
    let choice = Choice {
        mission,
        rules: args.rules.map(|r| match r {
            SchoolRules::Vfr => FlightRules::Vfr,
            SchoolRules::Ifr => FlightRules::Ifr,
        }),
        traffic: args.traffic.map(|t| t == OnOff::On),
        emergencies: args.emergencies,
        middle: args.middle,
        ..Choice::default()
    };
    let mut heard = Heard::default();
    let mut out = std::io::stdout().lock();
    let mut logs = Vec::new();
    for n in 0..args.flights {
        let seed = args.seed.wrapping_add(n);
        let Some(mut log) = school.fly(seed, choice, args.show, &mut heard) else { continue };
        if args.json {
            serde_json::to_writer(&mut out, &log)?;
            writeln!(out)?;
        } else if args.show {
            writeln!(out, "flight {seed}: {:?}, {} to {}", log.mission, log.fields.0, log.fields.1)?;
            for line in &log.lines {
                writeln!(out, "{line}")?;
            }
            writeln!(out)?;
        }
        // Printed lines are dropped, so that memory use does not grow with the number of flights.
        log.lines = Vec::new();
        logs.push(log);
    }
    let tally = Tally::of(&logs);
    if args.json {
        serde_json::to_writer(&mut out, &json!({ "figures": tally }))?;
        writeln!(out)?;
    } else {
        write!(out, "{}", tally.words())?;
    }
    Ok(ExitCode::SUCCESS)
}
