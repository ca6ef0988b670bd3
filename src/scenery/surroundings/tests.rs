//! Tests with an X-Plane folder: complete, in another case, truncated, of another kind, huge.

use super::*;
use crate::airports::controllers;
use crate::units::Facility;

const ATC_FILE: &str = "A\n1200\nATCFILE\n\nCONTROLLER\nNAME BAYLAND ARTCC\nFACILITY_ID KZBA\nROLE ctr\nFREQ 12550\nAIRSPACE_POLYGON_BEGIN 0 60000\n\
POINT 36 -124\nPOINT 39 -124\nPOINT 39 -120\nPOINT 36 -120\nAIRSPACE_POLYGON_END\nCONTROLLER_END\n99\n";

fn install(root: &Path, below: &str, text: impl AsRef<[u8]>) {
    let path = root.join(below);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn xplane(root: &Path) {
    install(root, "Resources/default scenery/1200 atc data/Earth nav data/atc.dat", ATC_FILE);
    install(root, "Resources/default data/earth_mora.dat", format!("I\n1150 Version\n+37 -123 {}\n99\n", ["052"; 30].join(" ")));
    let msa = "I\n1150 Version\n  3 OAK K2 KSJC M 000 041 25 180 060 25 000 000 0\n 11 NOWHR K2 KSQL M 000 030 25 000 000 0\n 10 RW31 K2 KPAO M 000 044 10 000 000 0\n99\n";
    install(root, "Resources/default data/earth_msa.dat", msa);
    install(
        root,
        "Resources/default data/earth_nav.dat",
        "I\n1200 Version\n 3 37.7258 -122.2236 10 11680 130 17.0 OAK ENRT K2 OAKLAND VORTAC\n 3 1.0 1.0 10 11680 130 17.0 OAK ENRT ZZ OTHER VOR\n99\n",
    );
    install(root, "Resources/default data/earth_fix.dat", "I\n1200 Version\n 1.0 1.0 NOWHR ENRT K2 1\n99\n");
}

fn area() -> Area {
    Area { about: LatLon::new(37.46, -122.12), nm: 150.0 }
}

fn told(root: &Path) -> Option<Surroundings> {
    around(&[root.join("none"), root.to_owned()], &Airports::world(), area()).unwrap()
}

#[test]
fn units_and_minima_come_from_the_pilots_folder() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(told(dir.path()), None, "no X-Plane");
    xplane(dir.path());
    let told = told(dir.path()).unwrap();
    assert_eq!(told.sources.len(), 4);
    assert_eq!(
        told.beacons.iter().map(|b| b.name.as_deref().unwrap()).collect::<Vec<_>>(),
        ["Oakland"],
        "of the two, the one that contains the place"
    );
    let at = area().about;
    assert_eq!(controllers::working(&told.controllers, Facility::Center, at, 30_000.0).unwrap().called(), "Bayland Center");
    // One is centred on a beacon, one on a runway; one refers to a fix elsewhere, and is ignored.
    assert_eq!(told.minima.circles.iter().map(|c| c.sectors.airport.as_str()).collect::<Vec<_>>(), ["KSJC", "KPAO"]);
    assert!(told.minima.circles[0].centre.distance_nm(LatLon::new(37.7258, -122.2236)) < 0.1);
    let minimum = |lat, lon| told.minima.at(LatLon::new(lat, lon), 5.0).map(|(feet, _)| feet);
    assert_eq!(minimum(37.46, -122.12), Some(4400), "within ten miles of Palo Alto the lowest of what clears the ground");
    assert_eq!(minimum(37.5, -121.5), Some(5200), "the grid elsewhere");
    assert_eq!(minimum(36.5, -121.5), None);
}

#[test]
fn pilots_updates_take_precedence_and_case_is_ignored() {
    let dir = tempfile::tempdir().unwrap();
    xplane(dir.path());
    install(dir.path(), "custom data/EARTH_MORA.DAT", format!("I\n1150 Version\n+37 -123 {}\n", ["077"; 30].join(" ")));
    install(dir.path(), "custom data/1200 ATC data/earth nav data/ATC.dat", ATC_FILE.replace("BAYLAND", "LATELAND").replace('\n', "\r\n"));
    let told = told(dir.path()).unwrap();
    assert_eq!(told.minima.at(LatLon::new(37.5, -121.5), 5.0).unwrap().0, 7700);
    assert_eq!(told.controllers[0].name, "Lateland");
}

#[test]
fn bad_files_yield_nothing_and_do_not_block() {
    let dir = tempfile::tempdir().unwrap();
    let place = "Resources/default data/earth_mora.dat";
    let long = "1".repeat(1 << 20);
    let whole = format!("I\n1150 Version\n+37 -123 {}\n99\n", ["052"; 30].join(" "));
    let mut huge = "+37 -123 052 052\n".repeat(3_000_000).into_bytes();
    huge.truncate(50 << 20);
    for bad in [
        Vec::new(),
        whole.as_bytes()[..30].to_vec(),
        b"\x1f\x8b\x08\0\xff\xfe".to_vec(),
        b"<html>log in</html>".to_vec(),
        long.into_bytes(),
        huge,
    ] {
        install(dir.path(), place, &bad);
        // One of fifty megabytes is enough for a test; the readers share the loop over lines.
        let bad = if bad.len() > 10 << 20 { &bad[..1 << 20] } else { &bad[..] };
        install(dir.path(), "Resources/default data/earth_msa.dat", bad);
        install(dir.path(), "Resources/default scenery/1200 atc data/Earth nav data/atc.dat", bad);
        let told = told(dir.path()).unwrap();
        assert!(told.controllers.is_empty() && told.minima.circles.is_empty());
        assert!(told.minima.at(LatLon::new(37.5, -100.0), 5.0).is_none());
    }
}
