//! Where X-Plane and FlightGear keep their airports.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::{Kind, Source};
use crate::problem::Problem;

/// FlightGear's data folder, as distributions have it.
#[cfg(unix)]
const FLIGHTGEAR: &[&str] = &["/usr/share/games/flightgear", "/usr/share/flightgear"];
#[cfg(windows)]
const FLIGHTGEAR: &[&str] = &["C:\\Program Files\\FlightGear\\data"];

/// Which simulators; where none is named, all that are found.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// X-Plane's folder.
    pub xplane: Option<PathBuf>,
    /// FlightGear's data folder.
    pub flightgear: Option<PathBuf>,
    /// Single files: they count before all others.
    pub files: Vec<PathBuf>,
}

/// The files of airports, the one that counts most first.
pub fn found(wanted: &Wanted) -> Result<Vec<Source>, Problem> {
    let mut sources = Vec::new();
    for file in &wanted.files {
        let kind = if file.to_string_lossy().ends_with(".groundnet.xml") { Kind::Groundnet } else { Kind::AptDat };
        sources.push(source(file, kind).map_err(|e| Problem::new("cannot read the airports").because(format!("{}: {e}", file.display())))?);
    }
    let named = wanted.xplane.is_some() || wanted.flightgear.is_some() || !wanted.files.is_empty();
    let xplane = wanted.xplane.clone().map_or_else(|| if named { Vec::new() } else { installed() }, |x| vec![x]);
    for folder in &xplane {
        sources.extend(xplane_files(folder).iter().filter_map(|f| source(f, Kind::AptDat).ok()));
    }
    let data: Vec<PathBuf> = match &wanted.flightgear {
        Some(folder) => vec![folder.clone()],
        None if named => Vec::new(),
        None => std::env::var_os("FG_ROOT").map(PathBuf::from).into_iter().chain(FLIGHTGEAR.iter().map(PathBuf::from)).collect(),
    };
    // Newer networks than the installed ones come by TerraSync.
    if !named && let Some(base) = BaseDirs::new() {
        groundnets(&base.home_dir().join(".fgfs/TerraSync/Airports"), 4, &mut sources);
    }
    for folder in data {
        groundnets(&folder.join("Scenery/Airports"), 4, &mut sources);
        sources.extend(source(&folder.join("Airports/apt.dat.gz"), Kind::AptDat).ok());
    }
    let mut seen = std::collections::BTreeSet::new();
    sources.retain(|s| seen.insert(s.path.canonicalize().unwrap_or_else(|_| s.path.clone())));
    if sources.is_empty() {
        return Err(Problem::new("no airports of a simulator were found")
            .because("neither X-Plane nor FlightGear is installed in its usual place")
            .fix(
                "name the folder: `stratus airports import --xplane DIR` or `--flightgear DIR` (the one that holds Airports/apt.dat.gz)",
            ));
    }
    Ok(sources)
}

fn source(path: &Path, kind: Kind) -> std::io::Result<Source> {
    let path = crate::paths::absolute(path);
    let meta = std::fs::metadata(&path)?;
    let changed = meta.modified()?.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    Ok(Source { path, kind, size: meta.len(), changed, airports: 0, skipped: 0 })
}

/// X-Plane's folders, as its installer lists them.
fn installed() -> Vec<PathBuf> {
    let Some(base) = BaseDirs::new() else { return Vec::new() };
    let listed = if cfg!(windows) { base.data_local_dir().to_owned() } else { base.home_dir().join(".x-plane") };
    let lists = ["x-plane_install_12.txt", "x-plane_install_11.txt"].map(|n| std::fs::read_to_string(listed.join(n)).unwrap_or_default());
    let folders = lists.iter().flat_map(|l| l.lines()).map(str::trim).filter(|l| !l.is_empty()).map(PathBuf::from);
    folders.filter(|f| f.is_dir()).collect()
}

/// The apt.dat files of an X-Plane: the scenery packs in their order, then what X-Plane brings.
fn xplane_files(folder: &Path) -> Vec<PathBuf> {
    let apt_dat = |pack: &Path| pack.join("Earth nav data/apt.dat");
    let list = std::fs::read(folder.join("Custom Scenery/scenery_packs.ini")).unwrap_or_default();
    let list = String::from_utf8_lossy(&list).into_owned();
    let named = list.lines().filter_map(|l| l.trim().strip_prefix("SCENERY_PACK "));
    let mut files: Vec<PathBuf> =
        named.filter(|p| !p.starts_with('*')).map(|p| apt_dat(&folder.join(p.trim().replace('\\', "/")))).collect();
    if files.is_empty() {
        // Never started yet: X-Plane would take them in the order of their names.
        let packs = std::fs::read_dir(folder.join("Custom Scenery")).into_iter().flatten().flatten().map(|e| apt_dat(&e.path()));
        files.extend(packs);
        files.sort();
    }
    let brought = ["Global Scenery/Global Airports", "Custom Scenery/Global Airports", "Resources/default scenery/default apt dat"];
    files.extend(brought.map(|b| apt_dat(&folder.join(b))));
    files.retain(|f| f.is_file());
    files
}

/// Every groundnet below a folder, in the order of the names.
fn groundnets(folder: &Path, depth: u32, sources: &mut Vec<Source>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        if path.to_string_lossy().ends_with(".groundnet.xml") {
            sources.extend(source(&path, Kind::Groundnet).ok());
        } else if depth > 1 && path.is_dir() {
            groundnets(&path, depth - 1, sources);
        }
    }
}
