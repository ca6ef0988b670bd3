//! `stratus plan`: a flight plan from a file, shown, or filed with the running tray.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::airports::Airport;
use crate::airports::data::Airports;
use crate::atc::plan::brief::{self, Known};
use crate::atc::plan::{self, Reading};
use crate::cli::PlanWhat;
use crate::dispatch::{newest, simbrief};
use crate::download::Patience;
use crate::event::FlightPlan;
use crate::ipc::{self, Reply, Request};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::scenery::{self, Imports};
use crate::units::{Facility, LatLon};

pub(super) fn run(config: Option<&Path>, what: &PlanWhat) -> anyhow::Result<ExitCode> {
    match what {
        PlanWhat::Show { file } => show(config, &read(file)?)?,
        PlanWhat::Load { file } => file_it(config, read(file)?)?,
        PlanWhat::Simbrief { name, show: only, save } => {
            let reading = simbrief(config, name.as_deref(), *only, save.as_deref())?;
            if *only { show(config, &reading)? } else { file_it(config, reading)? }
        }
        PlanWhat::Clear => tell(config, None)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Files a plan, and says what of its file is not in it.
fn file_it(config: Option<&Path>, reading: Reading) -> anyhow::Result<()> {
    let left_out = reading.left_out;
    tell(config, Some(Box::new(reading.plan)))?;
    let mut out = std::io::stdout();
    for what in left_out {
        writeln!(out, "left out: {what}")?;
    }
    Ok(())
}

/// Hands a plan to the running tray, or takes the filed one back.
fn tell(config: Option<&Path>, plan: Option<Box<FlightPlan>>) -> anyhow::Result<()> {
    match ipc::reach(&Paths::find(config)?.sockets(), &Request::Plan(plan), Duration::from_secs(5))? {
        Reply::Said { note, .. } => writeln!(std::io::stdout(), "{note}")?,
        Reply::Error { error } => return Err(Problem::new("the flight plan was not filed").because(error).into()),
        _ => return Err(Problem::new("the running Stratus gave an unexpected answer").into()),
    }
    Ok(())
}

/// Fetches the newest SimBrief plan. SimBrief is not asked for a plan that could not be filed.
fn simbrief(config: Option<&Path>, name: Option<&str>, only_shown: bool, save: Option<&Path>) -> Result<Reading, Problem> {
    let settings = super::configuration(config)?;
    let name = name.map(str::to_owned).or_else(|| settings.pilot.simbrief.clone()).filter(|n| !n.trim().is_empty()).ok_or_else(|| {
        Problem::new("no SimBrief name is set")
            .because("SimBrief finds plans by your alias or your number")
            .fix("set pilot.simbrief in your settings, or give the name: stratus plan simbrief NAME")
    })?;
    if !only_shown {
        ipc::reach(&Paths::find(config)?.sockets(), &Request::Ping(true), Duration::from_secs(5))?;
    }
    let fetched = simbrief::fetch(settings.pilot.simbrief_url.as_deref(), &name, Patience::default())?;
    if let Some(file) = save {
        let refused =
            |e| Problem::new("cannot save the answer from SimBrief").because(format!("{}: {e}", file.display())).fix("choose another file");
        std::fs::write(file, &fetched.answer).map_err(refused)?;
    }
    Ok(fetched.reading)
}

fn read(file: &Path) -> Result<Reading, Problem> {
    let refused = |why: String| {
        Problem::new("cannot read the flight plan")
            .because(format!("{}: {why}", file.display()))
            .fix("export it again: .pln (MSFS), .fms (X-Plane), .fgfp (FlightGear), .fpl (Garmin), .lnmpln (Little Navmap); or `stratus plan simbrief`")
    };
    let mut bytes = Vec::new();
    // One byte more than is read: a longer file is known by it, and not taken into memory.
    let most = plan::LONGEST as u64 + 1;
    let taken = File::open(file).and_then(|f| Ok((f.metadata()?.len(), f.take(most).read_to_end(&mut bytes)?)));
    let (size, _) = taken.map_err(|e| refused(e.to_string()))?;
    if size >= most {
        return Err(refused(plan::too_long(size).to_string()));
    }
    plan::read(&bytes).map_err(|e| refused(e.to_string()))
}

/// The airports in use, with what was imported of the simulators'.
struct Charts {
    airports: Airports,
    imports: Imports,
}

impl Known for Charts {
    fn airport(&self, icao: &str) -> Option<(Airport, String)> {
        match scenery::described(&self.imports, &self.airports, icao) {
            Ok(Some(told)) => Some((told.airport, told.sources.join(", "))),
            Ok(None) => self.airports.find(icao).map(|a| (a, self.airports.source())),
            Err(p) => {
                log::warn!("{}", p.one_line());
                self.airports.find(icao).map(|a| (a, self.airports.source()))
            }
        }
    }

    fn radar_near(&self, at: LatLon, max_nm: f64) -> Option<Airport> {
        let radar = |a: &Airport| a.stations.iter().any(|s| matches!(s.facility, Facility::Approach | Facility::Center));
        self.airports.nearest_of(at, max_nm, radar)
    }
}

fn show(config: Option<&Path>, reading: &Reading) -> anyhow::Result<()> {
    let data_dir = Paths::find(config)?.data_dir;
    let charts = Charts { airports: newest::airports_in_use(&data_dir), imports: Imports::within(&data_dir) };
    let mut out = std::io::stdout();
    for line in brief::lines(reading, &charts) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
