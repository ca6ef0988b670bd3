//! `stratus airports`: what is known about an airport, what is nearby, the taxi route to a runway, and how fast these lookups are.

mod update;

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Value, json};

use crate::airports::apt_dat::AptDat;
use crate::airports::data::Airports;
use crate::airports::minima::Area;
use crate::airports::procedures::Kind;
use crate::airports::{Airport, TaxiEdge, TaxiGraph, TaxiNode, described, routing, runway};
use crate::app::place;
use crate::atc::around::Around;
use crate::cli::{AirportsArgs, AirportsWhat};
use crate::cmd::lines::hung;
use crate::dispatch::newest;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::scenery::{self, Imports, Wanted};
use crate::units::{Facility, LatLon, Runway, compass_word, text as encoding};

/// Radius of `nearest`, nautical miles, and maximum number of results.
const NEAR: (f64, usize) = (100.0, 10);
/// Minimum runway length for airliners, feet.
const AIRLINERS_FT: f64 = 8000.0;
/// Radius of the surroundings of an airport, nautical miles; and the altitudes at which approach and center work, feet.
const AROUND_NM: f64 = 60.0;
const LOW_FT: f64 = 3000.0;
const CRUISE_FT: f64 = 35_000.0;
/// Maximum length of a line in an apt.dat, bytes.
const LONGEST_LINE: u64 = 1 << 16;

pub(super) fn run(config: Option<&Path>, args: &AirportsArgs) -> anyhow::Result<ExitCode> {
    let data_dir = Paths::find(config)?.data_dir;
    let (airports, ignored) = newest::airports(&data_dir);
    let imports = Imports::within(&data_dir);
    // An update repairs this, so it need not be reported.
    if let Some(p) = ignored.filter(|_| !matches!(args.what, AirportsWhat::Update { .. })) {
        writeln!(std::io::stderr(), "{p}")?;
    }
    let mut out = std::io::stdout();
    match &args.what {
        AirportsWhat::Show { code, apt_dat, json } => {
            let (a, sources) = find(&airports, &imports, code, apt_dat.as_deref())?;
            if *json {
                let mut v = as_json(&a);
                v["sources"] = json!(sources);
                writeln!(out, "{v}")?;
            } else {
                out.write_all(hung(&text(&a)).as_bytes())?;
                out.write_all(hung(&around(&a, &airports, &imports)).as_bytes())?;
                for s in sources {
                    writeln!(out, "{}", hung(&format!("  from {s}")))?;
                }
            }
        }
        AirportsWhat::Nearest { lat, lon, json } => {
            let at = position(*lat, *lon)?;
            let found = airports.around(at, NEAR.0, NEAR.1);
            if found.is_empty() {
                return Err(Problem::new(format!("no airport within {} nautical miles", NEAR.0)).into());
            }
            for (d, a) in found {
                if *json {
                    let mut v = as_json(&a);
                    v["distance_nm"] = json!((d * 10.0).round() / 10.0);
                    writeln!(out, "{v}")?;
                } else {
                    let side = if d < 0.5 { String::new() } else { format!(" {}", compass_word(at.bearing(a.position))) };
                    writeln!(
                        out,
                        "{:>5.1} nm{side:<10} {:<8} {} ({}){}",
                        d,
                        a.icao,
                        a.name,
                        a.place,
                        if a.towered() { ", tower" } else { "" }
                    )?;
                }
            }
        }
        AirportsWhat::Taxi { code, from, runway, apt_dat, json } => {
            let (a, _) = find(&airports, &imports, code, apt_dat.as_deref())?;
            let route = taxi(&a, from, runway)?;
            if *json {
                let crossings: Vec<_> = route.crossings.iter().map(|c| json!({"runway": c.runway, "taxiway": c.taxiway})).collect();
                writeln!(
                    out,
                    "{}",
                    json!({"via": route.via, "crossings": crossings, "length_ft": tenths(route.length_ft), "cost_ft": tenths(route.cost_ft), "hold": hold(&route)})
                )?;
            } else {
                let via = if route.via.is_empty() { "without named taxiways".to_owned() } else { format!("via {}", route.via.join(", ")) };
                writeln!(out, "runway {runway} {via}, {:.0} ft", route.length_ft)?;
                for c in &route.crossings {
                    let at = if c.taxiway.is_empty() { String::new() } else { format!(" at {}", c.taxiway) };
                    writeln!(out, "crosses runway {}{at}", c.runway)?;
                }
            }
        }
        AirportsWhat::Import { xplane, flightgear, files } => {
            let usual = xplane.is_none() && flightgear.is_none() && files.is_empty();
            let of = |folder: &Option<PathBuf>| folder.iter().cloned().collect();
            let wanted = Wanted { xplane: of(xplane), flightgear: of(flightgear), files: files.clone(), usual };
            import(&mut out, &imports, &wanted)?;
        }
        AirportsWhat::Update { remove: true, .. } => update::remove(&mut out, config)?,
        AirportsWhat::Update { remove: false, json } => update::run(&mut out, config, *json)?,
        AirportsWhat::Bench => bench(&mut out, &airports)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// An airport and the files it comes from. With an apt.dat, its runways, stations and taxiways under the built-in name; otherwise
/// the imported data, layered over the built-in data.
fn find(airports: &Airports, imports: &Imports, code: &str, apt_dat: Option<&Path>) -> Result<(Airport, Vec<String>), Problem> {
    if let Some(file) = apt_dat {
        return read(airports, code, file).map(|a| (a, vec![file.display().to_string()]));
    }
    let found = place::find(airports, code);
    let meant = found.as_ref().err().map(|p| p.fix.clone()).filter(|fix| fix.starts_with("did you mean"));
    let known = found.ok();
    let icao = known.as_ref().map_or(code, |a| a.icao.as_str()).to_owned();
    let source = if airports.well_known(&icao) { "what is built in, checked by hand".to_owned() } else { airports.source() };
    if let Some(told) = scenery::described(imports, airports, &icao)? {
        let over = known.map(|_| format!("{source}: name and place"));
        return Ok((told.airport, told.sources.into_iter().chain(over).collect()));
    }
    let known = known.ok_or_else(|| {
        Problem::new(format!("no airport {code:?} is known"))
            .fix(meant.unwrap_or_else(|| "give its ICAO code, such as KPAO, or look with `stratus airports nearest LAT LON`".to_owned()))
    })?;
    Ok((known, vec![source]))
}

/// Reads the simulators' files into the index, with a progress bar on a terminal.
fn import(out: &mut impl Write, imports: &Imports, wanted: &Wanted) -> anyhow::Result<()> {
    let sources = scenery::found(wanted)?;
    let mut err = std::io::stderr();
    let watched = err.is_terminal();
    let outcome = imports.import(sources, &mut |path, read, size| {
        if watched {
            let part = (read.min(size) * 20).checked_div(size).map_or(20, |p| usize::try_from(p).unwrap_or(20));
            let _ = write!(err, "\r[{:<20}] {}\x1b[K", "#".repeat(part), path.display());
            let _ = err.flush();
        }
        true
    })?;
    if watched {
        write!(err, "\r\x1b[K")?;
    }
    writeln!(
        out,
        "{} airports; files read: {}, unchanged: {}; unreadable lines: {}",
        outcome.airports, outcome.read, outcome.unchanged, outcome.skipped
    )?;
    Ok(())
}

fn hold(route: &routing::Route) -> Value {
    match &route.hold {
        routing::Hold::Runway { at, intersection, .. } => json!({"lat": at.lat, "lon": at.lon, "intersection": intersection}),
        routing::Hold::Parking { at, name } => json!({"lat": at.lat, "lon": at.lon, "parking": name}),
    }
}

fn read(airports: &Airports, code: &str, file: &Path) -> Result<Airport, Problem> {
    let known = airports.find(code);
    let code = known.as_ref().map_or(code, |a| a.icao.as_str());
    let refused = |e: std::io::Error| Problem::new("cannot read the airports").because(format!("{}: {e}", file.display()));
    let mut lines = BufReader::new(File::open(file).map_err(refused)?);
    let (mut reader, mut line) = (AptDat::default(), Vec::new());
    // A line without an end means a damaged file.
    while lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(refused)? > 0 {
        if let Some(a) = reader.line(&encoding::line(&line)).filter(|a| a.icao.eq_ignore_ascii_case(code)) {
            return Ok(over(a, known.as_ref()));
        }
        line.clear();
    }
    reader.finish().filter(|a| a.icao.eq_ignore_ascii_case(code)).map(|a| over(a, known.as_ref())).ok_or_else(|| {
        Problem::new(format!("no airport {code:?} is in {}", file.display()))
            .because(format!("{} unreadable lines", reader.skipped))
            .fix("name X-Plane's apt.dat: Global Scenery/Global Airports/Earth nav data/apt.dat")
    })
}

/// The data of the file under the built-in name, even if the file describes another place.
fn over(told: Airport, known: Option<&Airport>) -> Airport {
    described::over(&told, known, false).unwrap_or_else(|| told.called_as(known))
}

fn position(lat: f64, lon: f64) -> Result<LatLon, Problem> {
    if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
        return Ok(LatLon::new(lat, lon));
    }
    Err(Problem::new("there is no such place on Earth")
        .because(format!("latitude {lat}, longitude {lon}"))
        .fix("give a latitude from -90 to 90 and a longitude from -180 to 180"))
}

fn tenths(feet: f64) -> f64 {
    (feet * 10.0).round() / 10.0
}

/// From a parking position by name, or from `LAT,LON`.
fn taxi(a: &Airport, from: &str, runway: &str) -> Result<routing::Route, Problem> {
    let graph = a.taxiways.as_ref().ok_or_else(|| {
        Problem::new(format!("the taxiways of {} are unknown", a.icao))
            .because("the built-in data has runways and frequencies only")
            .fix("import your simulator's with `stratus airports import`, or name X-Plane's file with `--apt-dat FILE`")
    })?;
    let wanted = runway.parse().map_err(|e| Problem::new(format!("{runway:?} is not a runway")).because(e))?;
    if a.end(wanted).is_none() {
        let ends: Vec<String> = a.strips_ends().iter().map(ToString::to_string).collect();
        return Err(Problem::new(format!("{} has no runway {wanted}", a.icao)).fix(format!("one of {}", ends.join(", "))));
    }
    let parking =
        graph.nodes.iter().find(|n| n.parking.as_deref().is_some_and(|p| p.eq_ignore_ascii_case(from.trim()))).map(|n| n.position);
    let point = || {
        let (lat, lon) = from.split_once(',')?;
        position(lat.trim().parse().ok()?, lon.trim().parse().ok()?).ok()
    };
    let start = parking.or_else(point).ok_or_else(|| {
        let names: Vec<&str> = graph.nodes.iter().filter_map(|n| n.parking.as_deref()).take(20).collect();
        Problem::new(format!("{} has no parking place {from:?}", a.icao)).fix(format!("one of {}; or LAT,LON", names.join(", ")))
    })?;
    routing::route(graph, start, wanted)
        .ok_or_else(|| Problem::new(format!("there is no taxi route from {from} to runway {wanted} at {}", a.icao)))
}

fn as_json(a: &Airport) -> Value {
    let runways: Vec<Value> = runway::ends(a)
        .iter()
        .map(|g| json!({"runway": g.runway, "true": g.heading.round(), "magnetic": magnetic(a, g.heading), "displaced_ft": g.displaced_ft}))
        .collect();
    json!({"airport": a, "towered": a.towered(), "ends": runways})
}

/// Converts a true heading to magnetic at the airport, 1 to 360.
fn magnetic(a: &Airport, heading: f64) -> f64 {
    let h = (heading - a.variation).rem_euclid(360.0).round();
    if h == 0.0 { 360.0 } else { h }
}

fn text(a: &Airport) -> String {
    let east = if a.variation < 0.0 { "west" } else { "east" };
    let mut t = format!("{}  {} ({})\n", a.icao, a.name, a.place);
    t += &format!(
        "{:.5} {:.5}, {:.0} ft, variation {:.1} degrees {east}, {} phraseology, {}\n",
        a.position.lat,
        a.position.lon,
        a.elevation_ft,
        a.variation.abs(),
        a.region.word(),
        // The public tables lack the towers of some large airports.
        if a.towered() { "tower" } else { "no tower on record" }
    );
    for s in &a.runways {
        let heading = s.ends[0].start.bearing(s.ends[1].start);
        t += &format!(
            "  runway {}/{}  {:.0} x {:.0} ft {}, {:.0} degrees magnetic{}{}{}\n",
            s.ends[0].runway,
            s.ends[1].runway,
            s.length_ft,
            s.width_ft,
            s.surface,
            magnetic(a, heading),
            if s.lighted { ", lights" } else { "" },
            if s.closed { ", closed" } else { "" },
            if s.drawn { ", position estimated" } else { "" }
        );
    }
    for s in &a.stations {
        t += &format!("  {:<8} {}\n", s.frequency.to_string(), s.name);
    }
    if lacks_frequencies(a) {
        let what = if a.stations.is_empty() { "frequencies" } else { "tower frequency" };
        t += &format!(
            "  no {what} on record: `stratus airports import` reads your simulator's, `stratus airports update` the newest public data\n"
        );
    }
    let transition = [a.transition.altitude_ft.map(|ft| format!("altitude {ft} ft")), a.transition.level.map(|l| format!("level FL{l}"))];
    let transition: Vec<String> = transition.into_iter().flatten().collect();
    if !transition.is_empty() {
        t += &format!("  transition {}\n", transition.join(", "));
    }
    if let Some(g) = &a.taxiways {
        let parking = g.nodes.iter().filter(|n| n.parking.is_some()).count();
        t += &format!("  taxiways: {} pieces, {parking} parking places\n", g.edges.len());
    }
    procedures(a, &mut t);
    t
}

/// What is known about the surrounding airspace and terrain: the center above, and the lowest altitude that may be assigned.
fn around(a: &Airport, airports: &Airports, imports: &Imports) -> String {
    let area = Area { about: a.position, nm: AROUND_NM };
    let told = scenery::surroundings::around(&scenery::surroundings::folders(imports), airports, area);
    let told = told.unwrap_or_else(|p| {
        log::warn!("{}", p.one_line());
        None
    });
    let around = Around::about(airports, told.map(Arc::new), a.position);
    let mut t = String::new();
    for (what, unit) in [
        ("approach, by its volume", around.approach(a.position, a.elevation_ft + LOW_FT)),
        ("above", around.en_route(a.position, CRUISE_FT)),
    ] {
        if let Some(s) = unit {
            t += &format!("  {what}: {} {}\n", s.frequency, s.name);
        }
    }
    t + &format!("  lowest altitude over the field, but for the final approaches: {}\n", around.floor(a.position))
}

/// Whether the data most likely lacks stations of the airport: it has no tower and no common frequency, or has runways for airliners.
fn lacks_frequencies(a: &Airport) -> bool {
    let common = a.stations.iter().any(|s| s.facility == Facility::Ctaf);
    !a.towered() && (!common || a.runways.iter().any(|s| s.length_ft >= AIRLINERS_FT))
}

/// One line per kind and runway: "  approaches 28R: ILS, RNAV Y".
fn procedures(a: &Airport, t: &mut String) {
    for (kind, word) in [(Kind::Departure, "departures"), (Kind::Arrival, "arrivals"), (Kind::Approach, "approaches")] {
        let mut by_runway: Vec<(Option<Runway>, Vec<&str>)> = Vec::new();
        for p in a.procedures.iter().filter(|p| p.kind == kind) {
            match by_runway.iter_mut().find(|(r, _)| *r == p.runway) {
                Some((_, names)) => names.push(&p.name),
                None => by_runway.push((p.runway, vec![&p.name])),
            }
        }
        for (runway, names) in by_runway {
            let end =
                runway.map_or_else(|| if kind == Kind::Approach { "circling".into() } else { "any runway".into() }, |r| r.to_string());
            *t += &format!("  {word} {end}: {}\n", names.join(", "));
        }
    }
}

/// A grid of this many taxiways each way, with the holding point in the far corner: larger than any real airport.
fn grid(size: u32) -> TaxiGraph {
    let node = |id: u32| {
        let position = LatLon::new(45.0 + f64::from(id / size) * 4e-4, 5.0 + f64::from(id % size) * 6e-4);
        let holds = if id + 1 == size * size { "9".parse().into_iter().collect() } else { Vec::new() };
        TaxiNode { id, position, parking: None, holds, intersection: false }
    };
    let edge = |from: u32, to: u32, name: String| TaxiEdge { from, to, name, runway: None, one_way: false };
    let along = (0..size * size).filter(|id| id % size + 1 < size).map(|id| edge(id, id + 1, format!("A{}", id / size)));
    let across = (0..size * (size - 1)).map(|id| edge(id, id + size, format!("B{}", id % size)));
    TaxiGraph { nodes: (0..size * size).map(node).collect(), edges: along.chain(across).collect() }
}

/// Measures the figures of docs/airports.md on this machine.
fn bench(out: &mut impl Write, airports: &Airports) -> anyhow::Result<()> {
    writeln!(out, "{} airports: {}", airports.count(), airports.source())?;
    let places = [
        (37.46, -122.11),
        (51.47, -0.45),
        (47.26, 11.34),
        (40.6, -73.8),
        (-33.9, 151.2),
        (-16.7, 179.9),
        (64.1, -21.9),
        (48.4, 9.7),
        (39.8, -98.6),
    ];
    let at = |i: usize| {
        let (lat, lon) = places[i % places.len()];
        LatLon::new(lat + (i % 97) as f64 * 0.003, lon + (i % 89) as f64 * 0.003)
    };
    let tower = "118.3".parse().ok();
    let (field, far) = (grid(40), "9".parse().ok());
    type Job<'a> = (&'a str, Box<dyn Fn(usize) -> bool + 'a>);
    let jobs: Vec<Job<'_>> = vec![
        ("nearest airport, within 30 nm", Box::new(|i| airports.nearest_of(at(i), 30.0, |_| true).is_some())),
        ("by identifier", Box::new(|i| airports.find(["KSFO", "EGLL", "LOWI", "00AK", "YSSY", "ZZZZ"][i % 6]).is_some())),
        ("heard on 118.3, within 100 nm", Box::new(|i| tower.and_then(|f| airports.heard_on(f, at(i))).is_some())),
        (
            "taxi route across 1,600 points",
            Box::new(|i| far.and_then(|r| routing::route(&field, LatLon::new(45.0 + (i % 7) as f64 * 1e-4, 5.0), r)).is_some()),
        ),
        ("tower by its name", Box::new(|i| airports.named(["innsbruck tower", "heathrow director"][i % 2]).is_some())),
    ];
    for (name, job) in jobs {
        let mut times: Vec<f64> = (0..2000)
            .map(|i| {
                let began = Instant::now();
                std::hint::black_box(job(i));
                began.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        times.sort_by(f64::total_cmp);
        writeln!(out, "{name}: median {:.0} us, 99 in 100 within {:.0} us", times[1000], times[1980])?;
    }
    Ok(())
}
