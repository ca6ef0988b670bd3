//! Airspace and terrain around a place, from X-Plane's own files: `atc.dat`, `earth_mora.dat`, `earth_msa.dat`, `earth_nav.dat`.
//!
//! The files are read in place, line by line, when a flight enters another area; nothing is copied to disk.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::sources::{in_any_case, xplanes};
use super::{Imports, Wanted};
use crate::airports::controllers::AtcDat;
use crate::airports::data::Airports;
use crate::airports::fixes::{self, Point};
use crate::airports::magnetic;
use crate::airports::minima::{Area, Centre, Circle, Msa, Sectors};
use crate::airports::surroundings::Surroundings;
use crate::problem::Problem;
use crate::units::{LatLon, text};

/// Maximum length of a line in such a file, bytes.
const LONGEST_LINE: u64 = 1 << 14;
/// Maximum size of such a file, bytes; the rest is not read.
const LARGEST: u64 = 400 << 20;
/// Maximum distance of a sector's centre from its airport, nautical miles: farther away, another point of that name is meant.
const MIDDLE_NM: f64 = 60.0;

/// The paths below X-Plane's folder: the pilot's updates before X-Plane's own data.
const ATC: [&str; 3] = [
    "Custom Data/1200 atc data/Earth nav data/atc.dat",
    "Resources/default scenery/1200 atc data/Earth nav data/atc.dat",
    "Resources/default scenery/default atc dat/Earth nav data/atc.dat",
];
const NAVIGATION: [&str; 2] = ["Custom Data", "Resources/default data"];

/// X-Plane's folders: those named for an import, and the default ones.
pub fn folders(imports: &Imports) -> Vec<PathBuf> {
    xplanes(&Wanted::again(&imports.sources()))
}

/// A file of X-Plane's navigation data.
pub(super) fn navigation(folder: &Path, name: &str) -> Option<PathBuf> {
    NAVIGATION.iter().map(|n| in_any_case(folder, &format!("{n}/{name}"))).find(|p| p.is_file())
}

/// The data about an area from the first of these folders that has any; `None` if none does.
pub fn around(folders: &[PathBuf], airports: &Airports, area: Area) -> Result<Option<Surroundings>, Problem> {
    for folder in folders {
        let told = read(folder, airports, area)?;
        if !told.sources.is_empty() {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

fn read(folder: &Path, airports: &Airports, area: Area) -> Result<Surroundings, Problem> {
    let mut told = Surroundings::nothing(area);
    if let Some(path) = ATC.iter().map(|a| in_any_case(folder, a)).find(|p| p.is_file()) {
        let mut file = AtcDat::of(Some(area));
        lines(&path, &mut |l| file.line(l))?;
        note(&path, file.skipped);
        told.controllers = file.all;
        told.sources.push(path.display().to_string());
    }
    if let Some(path) = navigation(folder, "earth_nav.dat") {
        lines(&path, &mut |l| told.beacons.extend(fixes::beacon(l, &|_| true).filter(|b| b.name.is_some() && area.holds(b.at))))?;
        told.sources.push(path.display().to_string());
    }
    if let Some(path) = navigation(folder, "earth_mora.dat") {
        lines(&path, &mut |l| told.minima.grid.line(l, Some(&area)))?;
        note(&path, told.minima.grid.skipped);
        told.sources.push(path.display().to_string());
    }
    if let Some(path) = navigation(folder, "earth_msa.dat") {
        let near = airports.codes(area.about, area.nm);
        let mut file = Msa::default();
        lines(&path, &mut |l| file.line(l, &|icao| near.contains_key(icao)))?;
        note(&path, file.skipped);
        told.minima.circles = circles(folder, file.all, &near)?;
        told.sources.push(path.display().to_string());
    }
    Ok(told)
}

fn note(path: &Path, skipped: u64) {
    if skipped > 0 {
        log::warn!("{}: {skipped} lines could not be read", path.display());
    }
}

/// The sectors whose centre is known.
fn circles(folder: &Path, all: Vec<Sectors>, airports: &BTreeMap<String, LatLon>) -> Result<Vec<Circle>, Problem> {
    let mut points: BTreeMap<String, Vec<Point>> = BTreeMap::new();
    for s in all.iter().filter(|s| s.centre != Centre::Airport) {
        points.entry(s.ident.clone()).or_default();
    }
    if !points.is_empty() {
        for (name, reader) in
            [("earth_nav.dat", fixes::beacon as fn(&str, &dyn Fn(&str) -> bool) -> Option<Point>), ("earth_fix.dat", fixes::fix)]
        {
            let Some(path) = navigation(folder, name) else { continue };
            let mut found = Vec::new();
            lines(&path, &mut |l| found.extend(reader(l, &|ident| points.contains_key(ident))))?;
            for p in found {
                points.entry(p.ident.clone()).or_default().push(p);
            }
        }
    }
    let placed = |sectors: Sectors| {
        let airport = *airports.get(&sectors.airport)?;
        let named = points.get(&sectors.ident).into_iter().flatten().filter(|p| p.region == sectors.region);
        let nearest =
            || named.map(|p| (p.at.distance_nm(airport), p.at)).min_by(|a, b| a.0.total_cmp(&b.0)).filter(|(nm, _)| *nm <= MIDDLE_NM);
        let centre = if sectors.centre == Centre::Airport { airport } else { nearest()?.1 };
        Some(Circle { centre, variation: magnetic::variation(centre), sectors })
    };
    Ok(all.into_iter().filter_map(placed).collect())
}

/// Passes every line of a file, gzipped or not. An overlong line is passed in parts; an oversized or damaged file as far as it can
/// be read.
pub(super) fn lines(path: &Path, show: &mut dyn FnMut(&str)) -> Result<(), Problem> {
    let refused =
        |e: std::io::Error| Problem::new("cannot read the simulator's navigation data").because(format!("{}: {e}", path.display()));
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(refused)?);
    let packed = file.fill_buf().map_err(refused)?.starts_with(&[0x1f, 0x8b]);
    let whole: Box<dyn BufRead> =
        if packed { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(file))) } else { Box::new(file) };
    let (mut reader, mut line) = (whole.take(LARGEST), Vec::new());
    loop {
        match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) => return Ok(()),
            Ok(_) => show(&text::line(&line)),
            Err(e) if packed => {
                log::warn!("{}: {e}", path.display());
                return Ok(());
            }
            Err(e) => return Err(refused(e)),
        }
        line.clear();
    }
}

#[cfg(test)]
mod tests;
