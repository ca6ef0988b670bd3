//! `stratus plan`: a flight plan from a file, read and filed with the running tray.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::atc::plan;
use crate::atc::situation::FlightPlan;
use crate::cli::PlanWhat;
use crate::ipc::{self, Reply, Request};
use crate::paths::Paths;
use crate::problem::Problem;

pub(super) fn run(config: Option<&Path>, what: &PlanWhat) -> anyhow::Result<ExitCode> {
    let request = match what {
        PlanWhat::Show { file } => {
            writeln!(std::io::stdout(), "{}", read(file)?.words())?;
            return Ok(ExitCode::SUCCESS);
        }
        PlanWhat::Load { file } => Some(read(file)?),
        PlanWhat::Clear => None,
    };
    match ipc::reach(&Paths::find(config)?.sockets(), &Request::Plan(request), Duration::from_secs(5))? {
        Reply::Said { note, .. } => writeln!(std::io::stdout(), "{note}")?,
        Reply::Error { error } => return Err(Problem::new("the flight plan was not filed").because(error).into()),
        _ => return Err(Problem::new("the running Stratus did not answer as expected").into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn read(file: &Path) -> Result<FlightPlan, Problem> {
    let refused = |why: String| {
        Problem::new("cannot read the flight plan")
            .because(format!("{}: {why}", file.display()))
            .fix("export it again as .pln (MSFS) or .fms (X-Plane)")
    };
    let bytes = std::fs::read(file).map_err(|e| refused(e.to_string()))?;
    plan::parse(&String::from_utf8_lossy(&bytes)).map_err(refused)
}
