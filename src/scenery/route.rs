//! The points and airways of a filed route, from the navigation data of the simulators on this machine: X-Plane's `earth_fix.dat`,
//! `earth_nav.dat`, `earth_awy.dat`, or FlightGear's `fix.dat`, `nav.dat`, `awy.dat`. The files are read in place, and only the
//! data for the route is kept.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::sources::{flightgears_data, xplanes};
use super::surroundings::{lines, navigation};
use super::{Imports, Wanted};
use crate::airports::fixes::network::Navigation;
use crate::airports::fixes::{self, earlier};
use crate::problem::Problem;

/// The files of one simulator: airways, fixes, beacons.
pub type Files = [PathBuf; 3];

/// The navigation data of the simulators that were named or are in their default folders, by precedence.
pub fn simulators(imports: &Imports) -> Vec<Files> {
    let wanted = Wanted::again(&imports.sources());
    let of_xplane = |folder: PathBuf| {
        let file = |name: &str| navigation(&folder, name);
        Some([file("earth_awy.dat")?, file("earth_fix.dat")?, file("earth_nav.dat")?])
    };
    let of_flightgear = |folder: PathBuf| {
        let file = |name: &str| {
            let places = [format!("Navaids/{name}.gz"), format!("Navaids/{name}")];
            places.iter().map(|p| folder.join(p)).find(|p| p.is_file())
        };
        Some([file("awy.dat")?, file("fix.dat")?, file("nav.dat")?])
    };
    let xplane = xplanes(&wanted).into_iter().filter_map(of_xplane);
    xplane.chain(flightgears_data(&wanted).into_iter().filter_map(of_flightgear)).collect()
}

/// Reads the wanted airways, the end points of their segments, and the wanted points.
pub fn read(
    [airways, fixes, beacons]: &Files,
    wanted_airways: &BTreeSet<String>,
    wanted_points: &BTreeSet<String>,
) -> Result<Navigation, Problem> {
    let mut found = Navigation::default();
    let mut form = Form::default();
    lines(airways, &mut |line| {
        let wanted = |name: &str| wanted_airways.contains(name);
        let piece = if form.is_earlier(line) { earlier::airway(line, &wanted) } else { fixes::airway(line, &wanted) };
        piece.into_iter().for_each(|p| found.piece(p));
    })?;
    let along = found.ends();
    let wanted = |name: &str| wanted_points.contains(name) || along.contains(name);
    let mut form = Form::default();
    lines(fixes, &mut |line| {
        let fix = if form.is_earlier(line) { earlier::fix(line, &wanted) } else { fixes::fix(line, &wanted) };
        fix.into_iter().for_each(|p| found.point(p));
    })?;
    let mut form = Form::default();
    lines(beacons, &mut |line| {
        let beacon = if form.is_earlier(line) { earlier::beacon(line, &wanted) } else { fixes::beacon(line, &wanted) };
        beacon.into_iter().for_each(|p| found.point(p));
    })?;
    Ok(found)
}

/// The format of a file, detected from its first lines.
#[derive(Default)]
struct Form {
    lines: u32,
    earlier: bool,
}

impl Form {
    fn is_earlier(&mut self, line: &str) -> bool {
        if self.lines < 3 {
            self.lines += 1;
            self.earlier |= earlier::is_earlier(line) == Some(true);
        }
        self.earlier
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::airports::fixes::Kind;

    fn install(folder: &std::path::Path, files: &[(&str, &[u8])]) {
        for (name, bytes) in files {
            let path = folder.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }

    const AWY: &[u8] =
        b"I\r\n1100 Version - made up\r\nAMLUH ED 11 HLZ ED 3 N 1 50 245 L602\r\nHLZ ED 3 KETAP ED 11 N 1 50 245 L602\r\n99\r\n";
    const FIX: &[u8] =
        b"I\n1200 Version - made up\n 53.35 10.2 AMLUH ENRT ED 1\n 52.2 12.3 KETAP ENRT ED 1\n 10.0 10.0 KETAP ENRT DN 1\n99\n";
    const NAV: &[u8] = b"I\n1200 Version\n 3 52.363 10.795 10 11680 130 3.0 HLZ ENRT ED HEHLINGEN VORTAC\n99\n";

    /// An index for which these folders were named.
    fn named(home: &std::path::Path, xplane: &std::path::Path, flightgear: &std::path::Path) -> Imports {
        install(
            xplane,
            &[("Custom Scenery/Here/Earth nav data/apt.dat", b"I\n1000 made up\n1 38 1 0 XTST Here\n14 53.5 10.0 0 0 x\n99\n")],
        );
        install(flightgear, &[("Airports/apt.dat.gz", b"I\n1000 made up\n1 38 1 0 XTSU There\n14 53.5 10.0 0 0 x\n99\n")]);
        let imports = Imports::within(home);
        let wanted = Wanted { xplane: vec![xplane.to_owned()], flightgear: vec![flightgear.to_owned()], ..Wanted::default() };
        imports.import(crate::scenery::found(&wanted).unwrap(), &mut |_, _, _| true).unwrap();
        imports
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|n| (*n).to_owned()).collect()
    }

    fn found(files: &Files) -> String {
        let n = read(files, &set(&["L602"]), &set(&["AMLUH", "KETAP"])).unwrap();
        let kinds: [String; 3] =
            ["AMLUH", "HLZ", "KETAP"].map(|name| n.named(name).iter().map(|p| if p.kind == Kind::Fix { 'f' } else { 'b' }).collect());
        format!("{} {}", kinds.join(" "), n.has_airway("L602"))
    }

    #[test]
    fn route_is_found_in_x_plane_and_older_flightgear_data() {
        let [home, xplane, flightgear] = std::array::from_fn(|_| tempfile::tempdir().unwrap());
        let imports = named(home.path(), xplane.path(), flightgear.path());
        let own = |all: Vec<Files>| -> Vec<Files> {
            let here = |f: &Files| [xplane.path(), flightgear.path()].iter().any(|folder| f[0].starts_with(folder));
            all.into_iter().filter(here).collect()
        };
        assert_eq!(own(simulators(&imports)), Vec::<Files>::new(), "neither has navigation data");
        install(xplane.path(), &[("Custom Data/EARTH_AWY.dat", AWY), ("Custom Data/earth_fix.dat", FIX)]);
        install(xplane.path(), &[("Resources/default data/earth_nav.dat", NAV)]);
        let packed = |text: &str| {
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gz, text.as_bytes()).unwrap();
            gz.finish().unwrap()
        };
        let files = [
            (
                "Navaids/awy.dat.gz",
                "I\n640 Version\nAMLUH 53.35 10.2 HLZ 52.363 10.795 1 050 245 L602\nHLZ 52.363 10.795 KETAP 52.2 12.3 1 050 245 L602\n99\n",
            ),
            ("Navaids/fix.dat.gz", "I\n600 Version\n 53.35 10.2 AMLUH\n 52.2 12.3 KETAP\n99\n"),
            ("Navaids/nav.dat.gz", "I\n810 Version\n3 52.363 10.795 10 11680 130 3.0 HLZ HEHLINGEN VORTAC\n99\n"),
        ];
        files.iter().for_each(|(name, text)| install(flightgear.path(), &[(name, &packed(text))]));
        let all = own(simulators(&imports));
        assert_eq!(all.iter().map(found).collect::<Vec<_>>(), ["f b ff true", "f b f true"]);
        // A truncated gzip file is read as far as possible.
        let whole = packed(&format!("I\n600 Version\n 53.35 10.2 AMLUH\n{}", " 52.2 12.3 OTHER\n".repeat(2000)));
        install(flightgear.path(), &[("Navaids/fix.dat.gz", &whole[..whole.len() - 12])]);
        assert_eq!(found(&all[1]), "f b  true");
    }

    #[test]
    fn damaged_files_yield_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["awy.dat", "fix.dat", "nav.dat"].map(|n| folder.path().join(n));
        let page = b"<html>log in</html>".to_vec();
        for bad in [Vec::new(), FIX[..20].to_vec(), b"\x1f\x8b\x08\0\xff\xfe".to_vec(), b"\0\xff".repeat(1000), page, vec![b'1'; 1 << 20]] {
            files.iter().for_each(|f| std::fs::write(f, &bad).unwrap());
            assert_eq!(found(&files), "   false");
        }
        std::fs::remove_file(&files[1]).unwrap();
        assert!(read(&files, &set(&["L602"]), &set(&["AMLUH"])).is_err());
    }
}
