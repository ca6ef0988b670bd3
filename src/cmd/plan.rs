//! `stratus plan`: shows a flight plan file, or files it with the running tray.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use crate::airports::data::Airports;
use crate::airports::legs::Charted;
use crate::airports::minima::Area;
use crate::airports::surroundings::Surroundings;
use crate::airports::{Airport, Station, draw};
use crate::atc::around::Around;
use crate::atc::plan::brief::{self, Known};
use crate::atc::plan::{self, Reading, places};
use crate::cli::PlanWhat;
use crate::dispatch::{newest, simbrief};
use crate::download::Patience;
use crate::event::FlightPlan;
use crate::ipc::{self, Reply, Request};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::scenery::{self, Imports};
use crate::units::{FT_PER_NM, Facility, LatLon};

pub(super) fn run(config: Option<&Path>, what: &PlanWhat) -> anyhow::Result<ExitCode> {
    match what {
        PlanWhat::Show { file } => show(config, read(file)?)?,
        PlanWhat::Load { file } => file_it(config, read(file)?)?,
        PlanWhat::Simbrief { name, show: only, save } => {
            let reading = simbrief(config, name.as_deref(), *only, save.as_deref())?;
            if *only { show(config, reading)? } else { file_it(config, reading)? }
        }
        PlanWhat::Clear => tell(config, None)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Files a plan, and says what its file lacks.
fn file_it(config: Option<&Path>, mut reading: Reading) -> anyhow::Result<()> {
    let data_dir = Paths::find(config)?.data_dir;
    let _ = places(&mut reading.plan, &newest::airports_in_use(&data_dir), &Imports::within(&data_dir));
    let left_out = reading.left_out;
    tell(config, Some(Box::new(reading.plan)))?;
    let mut out = std::io::stdout();
    for what in left_out {
        writeln!(out, "left out: {what}")?;
    }
    Ok(())
}

/// Looks up places without coordinates in the navigation data of the first simulator that knows any of them; returns the result in
/// words. A plan without them still works, so problems with a simulator's files are only logged.
fn places(plan: &mut FlightPlan, airports: &Airports, imports: &Imports) -> Option<String> {
    let wanted = places::Wanted::of(plan)?;
    let place = |icao: &Option<String>| icao.as_deref().and_then(|icao| airports.find(icao)).map(|a| a.position);
    let (from, to) = (place(&plan.departure), place(&plan.destination));
    for files in scenery::route::simulators(imports) {
        let found = match scenery::route::read(&files, &wanted.airways, &wanted.points) {
            Ok(navigation) => places::fill(plan, &navigation, from, to),
            Err(p) => {
                log::warn!("{}", p.one_line());
                0
            }
        };
        if found > 0 {
            let files = files.map(|f| f.display().to_string()).join(", ");
            return Some(format!("of {found} point{} from {files}", if found == 1 { "" } else { "s" }));
        }
    }
    None
}

/// Sends a plan to the running tray, or withdraws the filed one.
fn tell(config: Option<&Path>, plan: Option<Box<FlightPlan>>) -> anyhow::Result<()> {
    match ipc::reach(&Paths::find(config)?.sockets(), &Request::Plan(plan), Duration::from_secs(5))? {
        Reply::Said { note, .. } => writeln!(std::io::stdout(), "{note}")?,
        Reply::Error { error } => return Err(Problem::new("the flight plan was not filed").because(error).into()),
        _ => return Err(Problem::new("the running Stratus gave an unexpected answer").into()),
    }
    Ok(())
}

/// Downloads the latest SimBrief plan. SimBrief is not queried if the plan could not be filed anyway.
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
    // Read one byte more than allowed, to detect a longer file without loading it.
    let most = plan::LONGEST as u64 + 1;
    let taken = File::open(file).and_then(|f| Ok((f.metadata()?.len(), f.take(most).read_to_end(&mut bytes)?)));
    let (size, _) = taken.map_err(|e| refused(e.to_string()))?;
    if size >= most {
        return Err(refused(plan::too_long(size).to_string()));
    }
    plan::read(&bytes).map_err(|e| refused(e.to_string()))
}

/// The airports in use, with data imported from the simulators.
struct Charts {
    airports: Airports,
    imports: Imports,
    /// What the pilot's files say about the area along the route.
    told: Option<Arc<Surroundings>>,
    /// Places without coordinates in the plan, and where they were found.
    places: Option<String>,
}

/// Margin around the route, nautical miles.
const BESIDE_NM: f64 = 30.0;
/// Maximum distance from the route's middle at which units are looked up, nautical miles.
const FARTHEST_NM: f64 = 6000.0;

/// The region that a plan covers.
fn area(plan: &FlightPlan, airports: &Airports) -> Option<Area> {
    let ends = plan.departure.iter().chain(&plan.destination).filter_map(|icao| airports.find(icao)).map(|a| a.position);
    let all: Vec<LatLon> = ends.chain(plan.points.iter().filter_map(|p| p.at)).collect();
    let first = *all.first()?;
    // The midpoint between the departure and the farthest point, with the radius of the farthest point.
    let last = all.iter().max_by(|a, b| a.distance_nm(first).total_cmp(&b.distance_nm(first)))?;
    let about = draw::ahead(first, first.bearing(*last), first.distance_nm(*last) / 2.0 * FT_PER_NM);
    let nm = all.iter().map(|p| p.distance_nm(about)).fold(0.0, f64::max) + BESIDE_NM;
    Some(Area { about, nm: nm.min(FARTHEST_NM) })
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

    fn charted(&self, icao: &str) -> Option<Charted> {
        scenery::described(&self.imports, &self.airports, icao).ok().flatten().map(|told| told.charted).filter(|c| !c.is_empty())
    }

    fn en_route(&self, at: LatLon, altitude_ft: f64) -> Option<Station> {
        // Centers listed by airports appear and disappear with the aircraft, so only those with a volume are shown in advance.
        let told = self.told.clone()?;
        Around::about(&self.airports, Some(told), at).en_route_by_volume(at, altitude_ft)
    }

    fn procedure_spoken(&self, name: &str, near: LatLon) -> Option<String> {
        Around::about(&self.airports, self.told.clone(), near).procedure_spoken(name, near)
    }

    fn places(&self) -> Option<&str> {
        self.places.as_deref()
    }

    fn radar_near(&self, at: LatLon, max_nm: f64) -> Option<Airport> {
        let radar = |a: &Airport| a.stations.iter().any(|s| matches!(s.facility, Facility::Approach | Facility::Center));
        self.airports.nearest_of(at, max_nm, radar)
    }
}

fn show(config: Option<&Path>, mut reading: Reading) -> anyhow::Result<()> {
    let data_dir = Paths::find(config)?.data_dir;
    let (airports, imports) = (newest::airports_in_use(&data_dir), Imports::within(&data_dir));
    let places = places(&mut reading.plan, &airports, &imports);
    let told = area(&reading.plan, &airports).and_then(|area| {
        match scenery::surroundings::around(&scenery::surroundings::folders(&imports), &airports, area) {
            Ok(told) => told.map(Arc::new),
            Err(p) => {
                log::warn!("{}", p.one_line());
                None
            }
        }
    });
    let charts = Charts { airports, imports, told, places };
    let mut out = std::io::stdout();
    for line in brief::lines(&reading, &charts) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
