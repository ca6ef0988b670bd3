//! Finds the airport files of X-Plane and FlightGear.

use std::path::{Path, PathBuf};

use directories::BaseDirs;

use super::{Kind, Named, Source};
use crate::problem::Problem;
use crate::units::text;

/// FlightGear's data folder in Linux distributions.
#[cfg(unix)]
const FLIGHTGEAR: &[&str] = &[
    "/usr/share/games/flightgear",
    "/usr/share/flightgear",
    "/usr/share/flightgear/data",
    "/usr/local/share/flightgear",
    "/usr/local/share/games/flightgear",
    "/opt/flightgear/data",
];
#[cfg(windows)]
const FLIGHTGEAR: &[&str] = &["C:\\Program Files\\FlightGear\\data", "C:\\FlightGear\\data"];
/// X-Plane's folder below Steam's.
const STEAM: [&str; 2] = ["steamapps/common/X-Plane 12", "steamapps/common/X-Plane 11"];

/// Which simulators to search.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// X-Plane's folders.
    pub xplane: Vec<PathBuf>,
    /// FlightGear's data folders.
    pub flightgear: Vec<PathBuf>,
    /// Single files, which take precedence over all others.
    pub files: Vec<PathBuf>,
    /// Whether to include the default folders.
    pub usual: bool,
}

impl Wanted {
    /// What was named for these sources before, and the default folders.
    pub fn again(sources: &[Source]) -> Wanted {
        let mut wanted = Wanted { usual: true, ..Wanted::default() };
        for named in sources.iter().filter_map(|s| s.named.as_ref()) {
            let (list, path) = match named {
                Named::Xplane(p) => (&mut wanted.xplane, p),
                Named::Flightgear(p) => (&mut wanted.flightgear, p),
                Named::File(p) => (&mut wanted.files, p),
            };
            // A disk may be disconnected; the rest still counts.
            if path.exists() && !list.contains(path) {
                list.push(path.clone());
            }
        }
        wanted
    }
}

/// The airport files by precedence: named ones before those in default folders.
pub fn found(wanted: &Wanted) -> Result<Vec<Source>, Problem> {
    let mut sources = Vec::new();
    for file in &wanted.files {
        let kind = match () {
            () if file.to_string_lossy().ends_with(".groundnet.xml") => Kind::Groundnet,
            () if holds_procedures(file) => Kind::Cifp,
            () => Kind::AptDat,
        };
        let file = crate::paths::absolute(file);
        let source = source(&file, kind);
        let source = source.map_err(|e| Problem::new("cannot read the airports").because(format!("{}: {e}", file.display())))?;
        sources.push(Source { named: Some(Named::File(file)), ..source });
    }
    let mut add =
        |found: Vec<Source>, named: Option<Named>| sources.extend(found.into_iter().map(|s| Source { named: named.clone(), ..s }));
    for folder in wanted.xplane.iter().map(|f| crate::paths::absolute(f)) {
        add(xplane_files(&folder), Some(Named::Xplane(folder)));
    }
    let installed = if wanted.usual { installed() } else { Vec::new() };
    for folder in installed {
        add(xplane_files(&folder), None);
    }
    for folder in wanted.flightgear.iter().map(|f| crate::paths::absolute(f)) {
        add(flightgear_files(&folder), Some(Named::Flightgear(folder)));
    }
    if wanted.usual {
        add(terrasync(), None);
        for folder in flightgears() {
            add(flightgear_files(&folder), None);
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    sources.retain(|s| seen.insert(s.path.canonicalize().unwrap_or_else(|_| s.path.clone())));
    if sources.is_empty() {
        return Err(Problem::new("no simulator with airports was found")
            .because("neither X-Plane nor FlightGear is installed in its usual place")
            .fix(
                "give the folder: `stratus airports import --xplane DIR` or `--flightgear DIR` (the one that holds Airports/apt.dat.gz)",
            ));
    }
    Ok(sources)
}

fn source(path: &Path, kind: Kind) -> std::io::Result<Source> {
    let path = crate::paths::absolute(path);
    let meta = std::fs::metadata(&path)?;
    let changed = meta.modified()?.duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
    Ok(Source { path, kind, size: meta.len(), changed, airports: 0, skipped: 0, named: None })
}

/// FlightGear's data folders: those named, and the default ones if wanted.
pub(super) fn flightgears_data(wanted: &Wanted) -> Vec<PathBuf> {
    let named = wanted.flightgear.iter().map(|f| crate::paths::absolute(f));
    named.chain(if wanted.usual { flightgears() } else { Vec::new() }).collect()
}

/// FlightGear's default data folders.
fn flightgears() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = std::env::var_os("FG_ROOT").map(PathBuf::from).into_iter().collect();
    folders.extend(FLIGHTGEAR.iter().map(PathBuf::from));
    // Newer releases use a folder with their version number: on Windows beside the others, on other systems where they download it.
    let beside = |folder: &Path, prefix: &str, below: &str| {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut found: Vec<PathBuf> =
            entries.filter(|e| e.file_name().to_string_lossy().starts_with(prefix)).map(|e| e.path().join(below)).collect();
        found.sort();
        found.reverse();
        found
    };
    if cfg!(windows) {
        folders.extend(beside(Path::new("C:\\Program Files"), "FlightGear ", "data"));
    } else if let Some(base) = BaseDirs::new() {
        folders.extend(beside(&base.home_dir().join(".fgfs"), "fgdata", ""));
    }
    folders
}

/// TerraSync delivers taxi networks that are newer than the installed ones.
fn terrasync() -> Vec<Source> {
    let mut sources = Vec::new();
    let Some(base) = BaseDirs::new() else { return sources };
    let places =
        if cfg!(windows) { ["FlightGear/Downloads/TerraSync", "FlightGear/TerraSync"] } else { [".fgfs/TerraSync", ".fgfs/terrasync"] };
    for place in places {
        groundnets(&base.home_dir().join(place).join("Airports"), 4, &mut sources);
    }
    sources
}

/// The groundnets and the apt.dat of a FlightGear.
fn flightgear_files(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    groundnets(&folder.join("Scenery/Airports"), 4, &mut sources);
    sources.extend(source(&folder.join("Airports/apt.dat.gz"), Kind::AptDat).ok());
    sources
}

/// X-Plane's folders: those named, and the default ones if wanted.
pub(super) fn xplanes(wanted: &Wanted) -> Vec<PathBuf> {
    let named = wanted.xplane.iter().map(|f| crate::paths::absolute(f));
    let mut seen = std::collections::BTreeSet::new();
    let all = named.chain(if wanted.usual { installed() } else { Vec::new() });
    all.filter(|f| seen.insert(f.canonicalize().unwrap_or_else(|_| f.clone()))).collect()
}

/// X-Plane's folders from its installer's list, and Steam's.
fn installed() -> Vec<PathBuf> {
    let Some(base) = BaseDirs::new() else { return Vec::new() };
    let listed = if cfg!(windows) { base.data_local_dir().to_owned() } else { base.home_dir().join(".x-plane") };
    let lists = ["x-plane_install_12.txt", "x-plane_install_11.txt"].map(|n| std::fs::read_to_string(listed.join(n)).unwrap_or_default());
    let folders = lists.iter().flat_map(|l| l.lines()).map(str::trim).filter(|l| !l.is_empty()).map(PathBuf::from);
    let steam = if cfg!(windows) {
        vec![PathBuf::from("C:\\Program Files (x86)\\Steam"), PathBuf::from("C:\\Program Files\\Steam")]
    } else {
        [".steam/steam", ".local/share/Steam"].iter().map(|s| base.home_dir().join(s)).collect()
    };
    let steam = steam.into_iter().flat_map(|s| STEAM.map(|x| s.join(x)));
    folders.chain(steam).filter(|f| f.is_dir()).collect()
}

/// The apt.dat files of an X-Plane: the scenery packs in order, then X-Plane's own.
fn xplane_files(folder: &Path) -> Vec<Source> {
    let apt_dat = |pack: &Path| in_any_case(pack, "Earth nav data/apt.dat");
    let list = std::fs::read(in_any_case(folder, "Custom Scenery/scenery_packs.ini")).unwrap_or_default();
    let list = text::line(&list).into_owned();
    let named = list.lines().filter_map(|l| l.trim().strip_prefix("SCENERY_PACK "));
    let mut files: Vec<PathBuf> =
        named.filter(|p| !p.starts_with('*')).map(|p| apt_dat(&in_any_case(folder, &p.trim().replace('\\', "/")))).collect();
    if files.is_empty() {
        // X-Plane was never started: it would use the packs in alphabetical order.
        let packs = std::fs::read_dir(in_any_case(folder, "Custom Scenery")).into_iter().flatten().flatten().map(|e| apt_dat(&e.path()));
        files.extend(packs);
        files.sort();
    }
    let brought = ["Global Scenery/Global Airports", "Custom Scenery/Global Airports", "Resources/default scenery/default apt dat"];
    files.extend(brought.map(|b| apt_dat(&in_any_case(folder, b))));
    let mut sources: Vec<Source> = files.iter().filter_map(|f| source(f, Kind::AptDat).ok()).collect();
    // Data updated by the pilot takes precedence over X-Plane's own.
    for brought in ["Custom Data/CIFP", "Resources/default data/CIFP"] {
        sources.extend(procedures(&in_any_case(folder, brought)).iter().filter_map(|f| source(f, Kind::Cifp).ok()));
    }
    sources
}

/// The path below a folder as written; otherwise one that differs only in case. Scenery made on Windows has inconsistent case, and
/// X-Plane accepts it.
pub(super) fn in_any_case(folder: &Path, below: &str) -> PathBuf {
    // An absolute path in the list of packs is used as it is.
    if Path::new(below).has_root() || folder.join(below).exists() {
        return folder.join(below);
    }
    below.split('/').filter(|part| !part.is_empty()).fold(folder.to_owned(), |at, part| {
        let exact = at.join(part);
        if exact.exists() {
            return exact;
        }
        let entries = std::fs::read_dir(&at).into_iter().flatten().flatten();
        let mut same: Vec<PathBuf> =
            entries.filter(|e| e.file_name().to_str().is_some_and(|n| n.to_lowercase() == part.to_lowercase())).map(|e| e.path()).collect();
        same.sort();
        same.into_iter().next().unwrap_or(exact)
    })
}

/// Whether a file starts like a procedures file.
fn holds_procedures(file: &Path) -> bool {
    let mut head = Vec::new();
    let read = std::fs::File::open(file).and_then(|f| std::io::Read::read_to_end(&mut std::io::Read::take(f, 8), &mut head));
    read.is_ok() && ["SID:", "STAR:", "APPCH:", "PRDAT:", "RWY:"].iter().any(|row| head.starts_with(row.as_bytes()))
}

/// The procedures files in a folder, one per airport, sorted by name.
fn procedures(folder: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut files: Vec<PathBuf> = all.filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("dat"))).collect();
    files.sort();
    files
}

/// Every groundnet below a folder, sorted by name.
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
