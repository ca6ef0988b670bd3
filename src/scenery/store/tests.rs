//! Tests of importing small files: look-up, re-reading only after changes, damage.

use std::fs;

use super::*;
use crate::scenery::{Wanted, found};

const APT: &str = "I\n1000 Version\n\n1 38 1 0 PHTO Hilo Intl\n\
100 46 1 1 1.00 0 3 0 08 19.72138000 -155.05785950 0 0 3 11 0 0 26 19.72135900 -155.02930200 0 0 3 8 0 0\n\
100 damaged\n1054 118100 TWR\n1201 19.7203 -155.0560 both 0 a\n1201 19.7203 -155.0310 both 1 b\n1202 0 1 twoway taxiway A\n99\n";
const NET: &str = "<groundnet><node index=\"0\" lat=\"64\" lon=\"-22\"/><node index=\"1\" lat=\"64.1\" lon=\"-22\"/><arc begin=\"0\" end=\"1\" name=\"N-1\"/></groundnet>";

fn known(imports: &Imports, icao: &str) -> Option<Imported> {
    imports.airport(icao).unwrap()
}

#[test]
fn airports_are_imported_and_reread_only_when_changed() {
    let dir = tempfile::tempdir().unwrap();
    let (apt, net) = (dir.path().join("apt.dat"), dir.path().join("BIKF.groundnet.xml"));
    fs::write(&apt, APT).unwrap();
    fs::write(&net, NET).unwrap();
    let sources = || found(&Wanted { files: vec![apt.clone(), net.clone()], ..Wanted::default() }).unwrap();
    let imports = Imports::within(&dir.path().join("data"));
    assert!(known(&imports, "PHTO").is_none());
    let mut told = 0;
    let first = imports
        .import(sources(), &mut |_, _, _| {
            told += 1;
            true
        })
        .unwrap();
    assert_eq!(first, Outcome { records: 2, airports: 2, read: 2, unchanged: 0, skipped: 1 });
    assert!(told > 0);
    let phto = known(&imports, "phto").unwrap();
    assert_eq!(phto.airport.as_ref().unwrap().taxiways.as_ref().unwrap().edges[0].name, "A");
    assert!(phto.sources[0].ends_with("apt.dat"));
    assert!(known(&imports, "BIKF").unwrap().net.is_some() && known(&imports, "KPAO").is_none());
    let again = imports.import(sources(), &mut |_, _, _| panic!("nothing is read")).unwrap();
    assert_eq!(again, Outcome { read: 0, unchanged: 2, ..first.clone() });
    assert_eq!(known(&imports, "PHTO"), Some(phto));
    fs::write(&apt, APT.replace("PHTO", "PHXX").replace("100 damaged\n", "")).unwrap();
    let changed = imports.import(sources(), &mut |_, _, _| true).unwrap();
    assert_eq!((changed.read, changed.unchanged, changed.skipped), (1, 1, 0));
    assert!(known(&imports, "PHTO").is_none() && known(&imports, "PHXX").is_some() && known(&imports, "BIKF").is_some());
}

/// Characters of a file that declares no encoding or a wrong one, and the code of an airport that X-Plane names differently.
#[test]
fn names_keep_their_characters_and_airports_their_codes() {
    let dir = tempfile::tempdir().unwrap();
    let apt = APT.replace("PHTO Hilo Intl\n", "XZ001I F\u{fc}ssen Gr\u{f6}\u{df}e\n1302 city X\n1302 icao_code EDZZ\n");
    let net = format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n{}", NET.replace("N-1", "S\u{fc}d"));
    let latin1 = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    for (encoding, bytes) in [("Latin-1", latin1 as fn(&str) -> Vec<u8>), ("UTF-8", |t| t.as_bytes().to_vec())] {
        let (apt_file, net_file) = (dir.path().join("apt.dat"), dir.path().join("BIKF.groundnet.xml"));
        fs::write(&apt_file, bytes(&apt)).unwrap();
        fs::write(&net_file, bytes(&net)).unwrap();
        let imports = Imports::within(&dir.path().join(encoding));
        imports.import(found(&Wanted { files: vec![apt_file, net_file], ..Wanted::default() }).unwrap(), &mut |_, _, _| true).unwrap();
        assert!(known(&imports, "XZ001I").is_none(), "{encoding}");
        let airport = known(&imports, "EDZZ").unwrap().airport.unwrap();
        assert_eq!((airport.icao.as_str(), airport.name.as_str()), ("EDZZ", "F\u{fc}ssen Gr\u{f6}\u{df}e"), "{encoding}");
        assert_eq!(airport.stations.len(), 1, "{encoding}");
        assert!(format!("{:?}", known(&imports, "BIKF").unwrap().net).contains("S\u{fc}d"), "{encoding}");
    }
}

/// On Linux, the case of a pack made on Windows may differ.
#[test]
#[cfg(target_os = "linux")]
fn scenery_is_found_in_any_case() {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str, text: &str| {
        let file = dir.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
    };
    at(
        "custom scenery/Scenery_Packs.ini",
        "I\n1000 Version\nSCENERY\n\nSCENERY_PACK Custom Scenery/G Lower/\nSCENERY_PACK Custom Scenery/Gone/\n",
    );
    at("custom scenery/g lower/EARTH NAV DATA/Apt.dat", &APT.replace("PHTO", "XAAA"));
    at("Global Scenery/Global Airports/earth nav data/apt.dat", &APT.replace("PHTO", "XBBB"));
    at("CUSTOM DATA/cifp/PHTO.dat", "SID:010,5,PUNA2,RW26,AB;\n");
    let sources = found(&Wanted { xplane: vec![dir.path().to_owned()], ..Wanted::default() }).unwrap();
    let imports = Imports::within(&dir.path().join("data"));
    assert_eq!(imports.import(sources, &mut |_, _, _| true).unwrap().airports, 3);
    assert!(known(&imports, "XAAA").is_some() && known(&imports, "XBBB").is_some() && known(&imports, "PHTO").is_some());
}

/// In X-Plane's folder, data updated by the pilot takes precedence over X-Plane's own, and procedures replace built-in ones.
#[test]
fn procedures_are_imported_by_airport_and_runway() {
    let dir = tempfile::tempdir().unwrap();
    let at = |path: &str, text: &str| {
        let file = dir.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    };
    let approach = |suffix: &str| {
        format!("APPCH:010,I,I26{suffix}, ,AB,PH,P,C;\nAPPCH:010,I,I08, ,AB;\nAPPCH:010,I,I99, ,AB;\nSID:010,5,PUNA2,RW26,AB;\n")
    };
    at("Custom Data/CIFP/PHTO.dat", &approach("-Z"));
    let brought = at("Resources/default data/CIFP/PHTO.dat", &approach(""));
    at("Resources/default data/CIFP/PHNL.dat", "damaged\n");
    let sources = || found(&Wanted { xplane: vec![dir.path().to_owned()], ..Wanted::default() }).unwrap();
    let imports = Imports::within(&dir.path().join("data"));
    let outcome = imports.import(sources(), &mut |_, _, _| true).unwrap();
    assert_eq!((outcome.read, outcome.records, outcome.airports, outcome.skipped), (3, 2, 1, 3));
    let airports = crate::airports::data::Airports::first();
    let told = crate::scenery::described(&imports, &airports, "PHTO").unwrap().unwrap();
    let names: Vec<String> = told.airport.procedures.iter().map(|p| format!("{} {:?}", p.name, p.runway.map(|r| r.to_string()))).collect();
    assert_eq!(names, ["PUNA2 Some(\"26\")", "ILS Some(\"8\")", "ILS Z Some(\"26\")"]);
    assert_eq!(told.sources.len(), 1);
    assert_eq!(
        (&told.airport.runways, &told.airport.stations),
        (&airports.get("PHTO").unwrap().runways, &airports.get("PHTO").unwrap().stations)
    );
    assert_eq!(imports.import(sources(), &mut |_, _, _| panic!("nothing is read")).unwrap().unchanged, 3);
    // A single file is recognised by its content.
    let named = found(&Wanted { files: vec![brought], ..Wanted::default() }).unwrap();
    assert_eq!(named[0].kind, Kind::Cifp);
}

#[test]
fn damaged_index_has_no_airports_and_an_import_fixes_it() {
    let dir = tempfile::tempdir().unwrap();
    let apt = dir.path().join("apt.dat");
    fs::write(&apt, APT).unwrap();
    let sources = || found(&Wanted { files: vec![apt.clone()], ..Wanted::default() }).unwrap();
    let imports = Imports::within(dir.path());
    imports.import(sources(), &mut |_, _, _| true).unwrap();
    let whole = fs::read(imports.path()).unwrap();
    for n in 0..whole.len() {
        fs::write(imports.path(), &whole[..n]).unwrap();
        assert!(imports.airport("PHTO").unwrap_err().fix.contains("stratus airports import"));
        let mut bent = whole.clone();
        bent[n] ^= 0xFF;
        fs::write(imports.path(), &bent).unwrap();
        let _ = imports.airport("PHTO");
    }
    fs::write(imports.path(), &whole[..whole.len() / 2]).unwrap();
    assert_eq!(imports.import(sources(), &mut |_, _, _| true).unwrap().airports, 1);
    assert!(known(&imports, "PHTO").is_some());
}

#[test]
fn cancelled_import_keeps_the_old_index_and_named_sources() {
    let dir = tempfile::tempdir().unwrap();
    let (x, apt) = (dir.path().join("x-plane"), dir.path().join("apt.dat"));
    let default = x.join("Resources/default scenery/default apt dat/Earth nav data");
    fs::create_dir_all(&default).unwrap();
    fs::write(default.join("apt.dat"), APT).unwrap();
    fs::write(&apt, APT.replace("PHTO", "PHXX")).unwrap();
    let data = dir.path().join("data");
    let imports = Imports::within(&data);
    let wanted = Wanted { xplane: vec![x.clone()], files: vec![apt.clone()], ..Wanted::default() };
    imports.import(found(&wanted).unwrap(), &mut |_, _, _| true).unwrap();
    let sources = imports.sources();
    let again = Wanted::again(&sources);
    assert_eq!((&again.xplane, &again.files, again.usual), (&vec![x], &vec![apt.clone()], true));
    // Nothing in it has changed.
    assert_eq!(
        sources,
        found(&Wanted { usual: false, ..again })
            .unwrap()
            .into_iter()
            .zip(&sources)
            .map(|(f, s)| Source { airports: s.airports, skipped: s.skipped, ..f })
            .collect::<Vec<_>>()
    );
    fs::write(&apt, APT.replace("PHTO", "PHYY")).unwrap();
    let refused = imports.import(found(&wanted).unwrap(), &mut |_, _, _| false).unwrap_err();
    assert!(refused.what.contains("cancelled"));
    assert!(known(&imports, "PHXX").is_some() && known(&imports, "PHYY").is_none());
    assert_eq!(fs::read_dir(&data).unwrap().count(), 1, "no partial file is left");
    fs::remove_file(&apt).unwrap();
    assert!(Wanted::again(&imports.sources()).files.is_empty());
}
