//! `stratus airports update`: reduces tables as `scripts/world.py` does, downloads them from servers that truncate, stall and lie,
//! rejects tables that are not OurAirports', uses valid ones, and never installs them partly. Real HTTP over a loopback socket.

#![allow(clippy::print_stdout, reason = "what could not be compared is told")]
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "the command is run on Linux"))]

#[path = "peers/files.rs"]
mod files;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use files::{Does, Held, Server};
use stratus::airports::reduce::{Reduced, Table};
use stratus::airports::world::{BUILT_IN, Counts, World};
use stratus::dispatch::newest::{How, airports, update};
use stratus::download::Patience;
use stratus::ourairports::{self, Provenance, place, tables_dir};
use stratus::problem::Problem;
use stratus::units::{Facility, LatLon};

const AIRPORTS: &str = "\"id\",\"ident\",\"type\",\"name\",\"latitude_deg\",\"longitude_deg\",\"elevation_ft\",\"continent\",\"iso_country\",\
\"iso_region\",\"municipality\",\"scheduled_service\",\"icao_code\",\"gps_code\",\"local_code\",\"keywords\"\n";
const RUNWAYS: &str = "\"id\",\"airport_ref\",\"airport_ident\",\"length_ft\",\"width_ft\",\"surface\",\"lighted\",\"closed\",\"le_ident\",\
\"le_latitude_deg\",\"le_longitude_deg\",\"le_elevation_ft\",\"le_heading_degT\",\"le_displaced_threshold_ft\",\"he_ident\",\
\"he_latitude_deg\",\"he_longitude_deg\",\"he_elevation_ft\",\"he_heading_degT\",\"he_displaced_threshold_ft\"\n";
const FREQUENCIES: &str = "\"id\",\"airport_ref\",\"airport_ident\",\"type\",\"description\",\"frequency_mhz\"\n";
const COUNTRIES: &str = "\"id\",\"code\",\"name\",\"continent\"\n1,\"US\",\"United States\",\"NA\"\n2,\"DE\",\"Germany\",\"EU\"\n3,\"CI\",\"Côte d'Ivoire\",\"AF\"\n";
const REGIONS: &str = "\"id\",\"code\",\"local_code\",\"name\",\"continent\",\"iso_country\"\n1,\"US-CA\",\"CA\",\"California\",\"NA\",\"US\"\n2,\"DE-HE\",\"HE\",\"Hesse\",\"EU\",\"DE\"\n";

/// Made-up airports with every oddity of such tables: quotes, commas and line breaks within quotes, non-ASCII letters, missing or
/// impossible values, excluded kinds, duplicate codes, frequencies outside the civil band.
fn odd() -> [String; 5] {
    let airports = [
        "1,\"KZZA\",\"medium_airport\",\"Example \"\"Bob\"\" Smith Regional Airport, North\",37.5,-122.25,12.5,\"NA\",\"US\",\"US-CA\",\"Bob Town\",\"yes\",\"KZZA\",\"KZZA\",\"ZZA\",\"a, b\"",
        "2,\"EDZZ\",\"small_airport\",\"Flugplatz Grünwald–Süd\",50.012345,8.5,351,\"EU\",\"DE\",\"DE-HE\",\"Grünwald\",\"no\",,\"EDZZ\",,",
        "3,\"US-0001\",\"small_airport\",\"Line\nBreak Strip\",36.999,-121.001,,\"NA\",\"US\",\"US-CA\",,\"no\",,\"CL99\",,",
        "4,\"EDZH\",\"heliport\",\"Klinikum\",50.1,8.6,300,\"EU\",\"DE\",\"DE-HE\",\"Grünwald\",\"no\",,,,",
        "5,\"EDZC\",\"closed\",\"Gone Field\",50.2,8.7,300,\"EU\",\"DE\",\"DE-HE\",\"Grünwald\",\"no\",,,,",
        "6,\"DIZZ\",\"seaplane_base\",\"Hydrobase Abidjan\",-5.3,-4.01,-3,\"AF\",\"CI\",\"CI-01\",\"Abidjan (Port-Bouët)\",\"no\",,\"ZZZZ\",,",
        "7,\"US-0002\",\"small_airport\",\"Second claim\",37.0,-121.0,90,\"NA\",\"US\",\"US-XX\",\"Second claim\",\"no\",,\"cl99\",,",
        "8,\"EDZW\",\"small_airport\",\"Nowhere\",,,300,\"EU\",\"DE\",\"DE-HE\",\"Nowhere\",\"no\",,,,",
        "9,\"ZZZZ\",\"small_airport\",\"Tower of the Date Line Airport\",-17.2,179.99,0,\"OC\",\"FJ\",\"FJ-N\",\"Suva\",\"no\",,\"NFZZ\",,",
        "10,\"EDZL\",\"large_airport\",\"Rhein / Main Air Base\",50.5,8.1,364,\"EU\",\"DE\",\"DE-HE\",\"Rhein\",\"yes\",\"EDZL\",\"EDZL\",,",
    ];
    let runways = [
        "1,1,\"KZZA\",5000,100,\"ASP\",1,0,\"13L\",37.505,-122.258,10,133.5,200,\"31R\",37.4956,-122.2456,12,313,0",
        "2,1,\"KZZA\",3000,,\"Turf / GRASS\",0,1,\"N\",,,,,,\"S\",,,,,",
        "3,1,\"KZZA\",4000,75,\"CONC\",0,0,\"13R\",,,,,,\"\",,,,,",
        "4,2,\"EDZZ\",,,\"GRE\",0,0,\"09\",50.0123,8.49,,,,\"27\",50.0123,8.51,,,",
        "5,2,\"EDZZ\",99,30,\"G\",0,0,\"18\",,,,,,\"36\",,,,,",
        "6,3,\"US-0001\",2200.6,50,\"DIRT\",0,0,\"H1\",,,,,,\"\",,,,,",
        "7,3,\"US-0001\",2200.5,50,\"DIRT\",0,0,\"\",,,,271.37,,\"09G\",,,,,",
        "8,6,\"DIZZ\",\"8,000\",500,\"WATER\",0,0,\"SW\",,,,,,\"NE\",,,,,",
        "9,6,\"DIZZ\",8000,5000,\"W\",0,0,\"SW\",,,,,,\"NE\",,,,,",
        "10,9,\"ZZZZ\",2500,60,\"gravel\",0,0,\"17\",-17.25,179.9,,,,\"35\",-17.2,179.99,,,",
        "11,10,\"EDZL\",12000,200,\"ASP\",1,0,\"36\",50.48,8.1,,,9999,\"18\",50.513,8.1,,,120",
        "12,4711,\"NONE\",12000,200,\"ASP\",1,0,\"36\",,,,,,\"18\",,,,,",
    ];
    let frequencies = [
        "1,1,\"KZZA\",\"TWR\",\"BOB TWR\",118.02",
        "2,1,\"KZZA\",\"CTAF\",\"CTAF\",118.02",
        "3,1,\"KZZA\",\"GND\",,121.7",
        "4,1,\"KZZA\",\"A/D\",\"NORCAL APP (north)\",134.5",
        "5,1,\"KZZA\",\"TWR\",\"military\",243",
        "6,1,\"KZZA\",\"ATIS\",\"\",135.275",
        "7,2,\"EDZZ\",\"INFO\",\"Grünwald INFO\",123.505",
        "8,2,\"EDZZ\",\"A/G\",\"Radio\",122.1",
        "9,2,\"EDZZ\",\"OPS\",\"\",131.2",
        "10,3,\"US-0001\",\"UNIC\",\"UNICOM\",\"122.8\"",
        "11,3,\"US-0001\",\"UNIC\",\"UNICOM\",117.9",
        "12,6,\"DIZZ\",\"APP\",\"ABIDJAN RADAR 121.1\",121.1",
        "13,6,\"DIZZ\",\"APP\",\"ABIDJAN RADAR\",\"121.1 \"",
        "14,10,\"EDZL\",\"TWR\",\"RHEIN TOWER\",136.97",
        "15,10,\"EDZL\",\"DEL\",\"rhein delivery\",nan",
        "16,10,\"EDZL\",\"CNTR\",\"LANGEN ACC 1 e\",1e2",
        "17,10,\"EDZL\",\"APP\",\"LANGEN DIRECTOR\",120.8",
    ];
    let table = |head: &str, rows: &[&str]| head.to_owned() + &rows.join("\n") + "\n";
    [COUNTRIES.into(), REGIONS.into(), table(AIRPORTS, &airports), table(RUNWAYS, &runways), table(FREQUENCIES, &frequencies)]
}

/// This many made-up airports around the world, each with a runway and a station, nine of ten with runway ends.
fn many(count: usize) -> [String; 5] {
    let (mut airports, mut runways, mut frequencies) = (AIRPORTS.to_owned(), RUNWAYS.to_owned(), FREQUENCIES.to_owned());
    for n in 0..count {
        let (lat, lon) = ((n / 400) as f64 * 1.4 - 80.0, (n % 400) as f64 * 0.89 - 178.0);
        let id = n + 1;
        writeln!(
            airports,
            "{id},\"DE-{n:05}\",\"small_airport\",\"Dorf {n} Airport\",{lat},{lon},{},\"EU\",\"DE\",\"DE-HE\",\"Dorf {n}\",\"no\",,,,",
            n % 900
        )
        .unwrap();
        let (a, b) =
            if n % 10 == 0 { (String::new(), String::new()) } else { (format!("{},{lon}", lat - 0.005), format!("{},{lon}", lat + 0.005)) };
        let (a, b) = (if a.is_empty() { ",".into() } else { a }, if b.is_empty() { ",".into() } else { b });
        writeln!(runways, "{id},{id},\"DE-{n:05}\",3650,80,\"ASP\",1,0,\"36\",{a},,,,\"18\",{b},,,").unwrap();
        let kind = if n % 9 == 0 { "TWR" } else { "UNIC" };
        writeln!(frequencies, "{id},{id},\"DE-{n:05}\",\"{kind}\",\"{kind}\",{:.3}", 118.0 + (n % 700) as f64 * 0.025).unwrap();
    }
    [COUNTRIES.into(), REGIONS.into(), airports, runways, frequencies]
}

/// Towered airports that share a town, as named in the tables.
fn shared() -> [String; 5] {
    let [countries, regions, mut airports, mut runways, mut frequencies] = many(30);
    for (n, (kind, name, town)) in [
        ("large", "Grünwald International Airport", "Grünwald"),
        ("medium", "Grünwald-Am See Executive Airport", "Grünwald"),
        ("medium", "Grünwald City Airport", "Grünwald / Neustadt"),
        ("medium", "NAS Grünwald JRB/Alte Heide Field", "Grünwald"),
        ("small", "South Grünwald (K-16)", "New Grünwald"),
        ("small", "Spirit of GRÜNWALD Airport", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let id = 100 + n;
        writeln!(airports, "{id},\"EDZ{n}\",\"{kind}_airport\",\"{name}\",50.{n},8,300,\"EU\",\"DE\",\"DE-HE\",\"{town}\",\"no\",,,,")
            .unwrap();
        writeln!(runways, "{id},{id},\"EDZ{n}\",{},80,\"ASP\",1,0,\"36\",,,,,,\"18\",,,,,", 9000 - n * 500).unwrap();
        for (kind, said, khz) in [("TWR", "", 118), ("GND", "Grünwald GND", 121), ("APP", "Heide APP", 119), ("A/D", "", 120)] {
            writeln!(frequencies, "{id},{id},\"EDZ{n}\",\"{kind}\",\"{said}\",{khz}.{n}").unwrap();
        }
    }
    [countries, regions, airports, runways, frequencies]
}

fn write(folder: &Path, tables: &[String; 5]) {
    fs::create_dir_all(folder).unwrap();
    Table::ALL.iter().zip(tables).for_each(|(t, text)| fs::write(folder.join(t.file()), text).unwrap());
}

/// A server of these tables; one of them follows a script and has other bytes.
fn server(tables: &[String; 5], odd: Table, script: Vec<Does>, bytes: Option<Vec<u8>>) -> Server {
    let held = |(t, text): (&Table, &String)| Held {
        path: format!("/{}", t.file()),
        content: bytes.clone().filter(|_| *t == odd).unwrap_or_else(|| text.clone().into_bytes()),
        script: if *t == odd { script.clone().into() } else { [Does::Serves].into() },
    };
    Server::of(Table::ALL.iter().zip(tables).map(held).collect())
}

fn small() -> Counts {
    Counts { airports: 200, runways: 200, stations: 200 }
}

fn fetched(data: &Path, server: &Server, built_in: Counts) -> Result<(Provenance, Reduced), Problem> {
    let from = format!("http://{}", server.at);
    let patience = Patience { answer: Duration::from_secs(5), body: Duration::from_millis(400), pause: Duration::from_millis(2) };
    update(data, How { from: &from, patience, built_in, today: "2026-11-27" }, &AtomicBool::new(false), &mut |_, _| {})
}

#[test]
fn odd_tables_are_reduced_as_expected_and_as_by_the_script() {
    let folder = tempfile::tempdir().unwrap();
    let (tables, data) = (folder.path().join("tables"), folder.path().join("data"));
    write(&tables, &odd());
    let few = Counts { airports: 6, runways: 8, stations: 10 };
    // One airport in ten rows has no position, which exceeds the allowed damage.
    let told = ourairports::reduce(&tables, few).unwrap_err().to_string();
    assert!(told.contains("1 of the 10 rows of airports.csv"), "{told}");
    let mut padded = odd();
    for n in 100..160 {
        writeln!(padded[2], "{n},\"EDH{n}\",\"heliport\",\"Pad\",50,8,1,\"EU\",\"DE\",\"DE-HE\",\"\",\"no\",,,,").unwrap();
    }
    write(&tables, &padded);
    let reduced = ourairports::reduce(&tables, few).unwrap();
    assert_eq!((reduced.counts.airports, reduced.damaged), (7, 1));
    let world = World::newer(reduced.bytes.clone(), "2026-11-27").unwrap();
    let get = |code: &str| world.get(code).unwrap_or_else(|| panic!("no {code}"));
    let a = get("KZZA");
    assert_eq!((a.name.as_str(), a.place.as_str(), a.elevation_ft), ("Example Bob Smith", "Bob Town, California", 12.0));
    let strips: Vec<String> = a
        .runways
        .iter()
        .map(|r| format!("{}/{} {} {} {} {}", r.ends[0].runway, r.ends[1].runway, r.length_ft, r.surface, r.closed, r.drawn))
        .collect();
    assert_eq!(strips, ["13L/31R 5000 asphalt false false", "13R/31L 4000 concrete false true", "36/18 3000 grass true true"]);
    assert_eq!((a.runways[0].ends[0].displaced_ft, a.runways[0].lighted), (200.0, true));
    assert!(a.runways[0].ends[0].start.distance_ft(LatLon::new(37.505, -122.258)) < 10.0);
    let stations: Vec<String> = a.stations.iter().map(|s| format!("{} {}", s.name, s.frequency)).collect();
    assert_eq!(
        stations,
        [
            "Example Bob Smith ATIS 135.275",
            "Example Bob Smith Ground 121.7",
            "Example Bob Smith Tower 118.025",
            "NorCal Departure 134.5",
            "NorCal Approach 134.5"
        ],
    );
    let b = get("EDZZ");
    assert_eq!((b.name.as_str(), b.place.as_str()), ("Grünwald–Süd", "Grünwald, Germany"));
    assert!(
        !b.towered()
            && b.stations.len() == 1
            && b.stations[0].facility == Facility::Ctaf
            && b.stations[0].frequency.to_string() == "123.505"
    );
    assert_eq!(b.runways.len(), 1, "a strip of 99 feet is not a runway");
    // Two airports claim CL99, so neither gets it.
    assert!(world.get("CL99").is_none() && get("US-0001").runways.len() == 1 && get("US-0002").name == "Second claim");
    assert_eq!((get("DIZZ").runways.len(), get("DIZZ").place.as_str()), (1, "Abidjan, Côte d'Ivoire"));
    assert_eq!(get("NFZZ").position.lon.round(), 180.0);
    assert!(world.get("EDZH").is_none() && world.get("EDZC").is_none() && world.get("EDZW").is_none());
    assert_eq!(world.nearest(LatLon::new(50.4, 8.1), 20.0).and_then(|(_, n)| world.airport(n)).unwrap().icao, "EDZL");

    // The script produces the same result.
    let provenance = Provenance { edition: "2026-11-27".into(), from: String::new(), tables: Vec::new(), counts: reduced.counts };
    ourairports::write(&data, &reduced.bytes, &provenance).unwrap();
    same_as_the_script(&tables, &data, folder.path());
    for more in [many(3000), shared()] {
        write(&tables, &more);
        let reduced = ourairports::reduce(&tables, Counts::default()).unwrap();
        ourairports::write(&data, &reduced.bytes, &provenance).unwrap();
        same_as_the_script(&tables, &data, folder.path());
    }
}

fn same_as_the_script(tables: &Path, data: &Path, folder: &Path) {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts");
    let python = |args: &[&Path]| Command::new("python3").args(args).env("PYTHONUTF8", "1").output();
    let theirs = folder.join("world.bin");
    let Ok(made) = python(&[&scripts.join("world.py"), tables, &theirs]) else {
        println!("python3 is not here: not compared with scripts/world.py");
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let compared = python(&[&scripts.join("world-compare.py"), &theirs, &place(data)]).unwrap();
    assert!(compared.status.success(), "{}{}", String::from_utf8_lossy(&compared.stdout), String::from_utf8_lossy(&compared.stderr));
}

#[test]
fn recoverable_updates_are_installed() {
    let tables = many(300);
    let tagged = |cut| Does::Tagged { tag: "\"a\"", other: false, conditions: true, cut };
    for (name, script, goes_on) in [
        ("plain", vec![Does::Serves], false),
        ("cut twice", vec![tagged(9_000), tagged(7_000), tagged(1 << 20)], true),
        ("cut, and no word on which edition it is", vec![Does::CutsAfter(9_000), Does::Serves], false),
        ("stalls, then goes on", vec![Does::StallsAfter(5_000), Does::Serves], false),
        ("busy at first", vec![Does::Status("503 Service Unavailable"), Does::Serves], false),
        ("redirects", vec![Does::RedirectsTo("/regions.csv"), Does::Serves], false),
    ] {
        let data = tempfile::tempdir().unwrap();
        let odd = if name == "redirects" { Table::Regions } else { Table::Airports };
        let script = if name == "redirects" { vec![Does::RedirectsTo("/regions.csv"), Does::Serves] } else { script };
        let server = server(&tables, odd, script, None);
        let (provenance, reduced) = fetched(data.path(), &server, small()).unwrap_or_else(|p| panic!("{name}: {p}"));
        assert_eq!((reduced.counts.airports, provenance.tables.len(), provenance.edition.as_str()), (300, 5, "2026-11-27"));
        assert!(provenance.tables.iter().all(|t| t.sha256.len() == 64 && t.bytes > 0));
        let (used, ignored) = airports(data.path());
        assert!(ignored.is_none() && used.find("DE-00299").is_some() && used.find("LOWI").is_none(), "{name}");
        assert_eq!(used.source(), "OurAirports, 2026-11-27");
        assert!(used.find("KPAO").is_some(), "airports described by hand take precedence");
        assert!(!tables_dir(data.path()).exists(), "{name}: no table is left");
        let ranges = server.requests().iter().filter(|r| r.to_lowercase().contains("range: bytes=")).count();
        assert_eq!(ranges > 0, goes_on, "{name}: {:?}", server.requests());
    }
}

#[test]
fn failed_update_is_reported_and_changes_nothing() {
    let good = many(300);
    let data = tempfile::tempdir().unwrap();
    let all = server(&good, Table::Airports, vec![Does::Serves], None);
    fetched(data.path(), &all, small()).unwrap();
    let before = fs::read(place(data.path())).unwrap();
    let [_, _, airports_csv, runways, frequencies] = good.clone();
    let cut = |text: &str| (text.lines().take(150).collect::<Vec<_>>().join("\n") + "\n").into_bytes();
    let html = "<!DOCTYPE html>\n<html><head><title>Please log in</title></head><body>to this network</body></html>\n".repeat(50);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut packed, &vec![b'7'; 8 << 20]).unwrap();
    let packed = packed.finish().unwrap();
    let broken: String = frequencies.lines().map(|l| l.to_owned() + if l.contains("1,\"") { ",x\n" } else { "\n" }).collect();
    let one = |does| vec![does];
    for (name, table, script, bytes, why) in [
        ("not there", Table::Airports, one(Does::Status("404 Not Found")), None, "404"),
        ("broken", Table::Runways, one(Does::Status("500 Internal Server Error")), None, "500"),
        ("a page", Table::Airports, one(Does::Page), None, "it has no column"),
        ("a long page", Table::Frequencies, one(Does::Serves), Some(html.into_bytes()), "<!DOCTYPE html>"),
        ("nothing", Table::Countries, one(Does::Serves), Some(Vec::new()), "no column"),
        (
            "another table",
            Table::Runways,
            one(Does::Serves),
            Some(frequencies.clone().into_bytes()),
            "runways.csv is not OurAirports' table",
        ),
        ("packed", Table::Airports, one(Does::Packed), Some(packed), "no column"),
        ("a file without an end", Table::Airports, one(Does::Endless), None, "does not tell the file's size"),
        ("far too large", Table::Airports, one(Does::LiesAboutLength(5 << 30)), None, "more than the"),
        ("shorter than it is", Table::Airports, one(Does::LiesAboutLength(20_000)), None, "middle of a row"),
        ("longer than it is", Table::Frequencies, one(Does::LiesAboutLength(100_000)), None, "connection"),
        ("stalls at once", Table::Airports, one(Does::StallsAfter(0)), None, "cannot download"),
        ("hangs up", Table::Airports, one(Does::HangsUp), None, "cannot download"),
        ("babbles", Table::Airports, one(Does::Babbles), None, "cannot download"),
        ("a loop", Table::Regions, one(Does::RedirectsTo("/regions.csv")), None, "redirects without end"),
        ("half of the airports", Table::Airports, one(Does::Serves), Some(cut(&airports_csv)), "200 are built in"),
        ("half of the runways", Table::Runways, one(Does::Serves), Some(cut(&runways)), "runways; 200 are built in"),
        ("rows that do not fit their head", Table::Frequencies, one(Does::Serves), Some(broken.into_bytes()), "cannot be read"),
        ("no countries", Table::Countries, one(Does::Serves), Some(b"id,code,name\n".to_vec()), "whose country is known"),
        ("older than the built-in data", Table::Airports, one(Does::Dated("Tue, 04 May 2021 03:02:01 GMT")), None, "2021-05-04"),
    ] {
        let server = server(&good, table, script, bytes);
        let told = fetched(data.path(), &server, small()).expect_err(name).to_string();
        assert!(told.contains(why) && told.contains("hint:"), "{name}: {told}");
        assert!(!told.chars().any(|c| c.is_control() && c != '\n'), "{name}: {told:?}");
        assert_eq!(fs::read(place(data.path())).unwrap(), before, "{name}: nothing has changed");
        assert!(airports(data.path()).0.find("DE-00007").is_some());
        let _ = fs::remove_dir_all(tables_dir(data.path()));
    }
    let server = server(&good, Table::Airports, vec![Does::Serves], None);
    let told = fetched(data.path(), &server, BUILT_IN).unwrap_err().to_string();
    assert!(told.contains("45433 are built in"), "{told}");
}

#[test]
fn unwritable_target_is_reported_and_leaves_no_partial_file() {
    let tables = many(300);
    let data = tempfile::tempdir().unwrap();
    let server = server(&tables, Table::Airports, vec![Does::Serves], None);
    // As if the folder belonged to another account: a file is in its place.
    fs::write(data.path().join("airports"), "").unwrap();
    let told = fetched(data.path(), &server, small()).unwrap_err().to_string();
    assert!(told.contains("is writable") && told.contains("hint:"), "{told}");
    fs::remove_file(data.path().join("airports")).unwrap();
    // A folder in place of the file.
    fs::create_dir_all(place(data.path())).unwrap();
    let told = fetched(data.path(), &server, small()).unwrap_err().to_string();
    assert!(told.contains("cannot save the new airports") && told.contains("hint:"), "{told}");
    assert_eq!(fs::read_dir(data.path().join("airports")).unwrap().count(), 1, "no partial file is left");
    fs::remove_dir(place(data.path())).unwrap();
    // Two simultaneous updates would write into the same files.
    fs::create_dir_all(tables_dir(data.path())).unwrap();
    let held = fs::File::create(tables_dir(data.path()).join("lock")).unwrap();
    held.lock().unwrap();
    let told = fetched(data.path(), &server, small()).unwrap_err().to_string();
    assert!(told.contains("already"), "{told}");
    drop(held);
    fetched(data.path(), &server, small()).unwrap();
    assert!(ourairports::remove(data.path()).unwrap() && !ourairports::remove(data.path()).unwrap());
    assert_eq!(airports(data.path()).0.source(), "OurAirports, 2022-10-11, built in");
}

#[test]
fn damaged_foreign_or_older_files_are_ignored_with_a_reason() {
    let data = tempfile::tempdir().unwrap();
    let server = server(&many(300), Table::Airports, vec![Does::Serves], None);
    let (mut provenance, reduced) = fetched(data.path(), &server, small()).unwrap();
    let whole = fs::read(place(data.path())).unwrap();
    let ignored = |why: &str| {
        let (used, told) = airports(data.path());
        let told = told.unwrap_or_else(|| panic!("{why}: it is used")).to_string();
        assert!(told.contains(why) && told.contains("stratus airports update"), "{why}: {told}");
        assert!(used.find("LOWI").is_some() && used.find("DE-00007").is_none(), "{why}: the built-in data is used");
    };
    for n in (0..whole.len()).step_by(211).chain([8, 9, whole.len() - 1]) {
        let mut bent = whole.clone();
        bent[n] ^= 0x10;
        fs::write(place(data.path()), &bent).unwrap();
        ignored(if n < 8 { "cannot read its format" } else { "damaged" });
    }
    for n in (0..40).chain([whole.len() / 2, whole.len() - 1]) {
        fs::write(place(data.path()), &whole[..n]).unwrap();
        ignored(if n < 8 { "cannot read its format" } else { "damaged" });
    }
    provenance.edition = "2022-10-10".into();
    ourairports::write(data.path(), &reduced.bytes, &provenance).unwrap();
    ignored("older than the built-in data");
    provenance.edition = "2022-10-11".into();
    ourairports::write(data.path(), &reduced.bytes, &provenance).unwrap();
    assert!(airports(data.path()).1.is_none());
    // Valid checksum, wrong contents.
    ourairports::write(data.path(), b"SWLD\x02\x00", &provenance).unwrap();
    ignored("damaged");
}

/// The program itself, in a separate home.
struct Home(tempfile::TempDir);

impl Home {
    fn at(server: &Server) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("stratus.toml"), format!("[airports]\nmirror = \"http://{}/\"\n", server.at)).unwrap();
        Self(folder)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_stratus"));
        c.arg("--config").arg(self.0.path().join("stratus.toml")).arg("airports").args(args);
        c.env("HOME", self.0.path())
            .env_remove("XDG_DATA_HOME")
            .env("LOCALAPPDATA", self.0.path())
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy");
        c
    }

    fn run(&self, args: &[&str]) -> (bool, String, String) {
        let Output { status, stdout, stderr } = self.command(args).output().unwrap();
        (status.success(), String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
    }

    fn data(&self) -> PathBuf {
        self.0.path().join(".local/share/stratus")
    }
}

#[test]
#[cfg(target_os = "linux")]
fn update_command_survives_a_kill_and_can_be_reverted() {
    let tables = many(45_500);
    let tagged = |cut| Does::Tagged { tag: "\"e1\"", other: false, conditions: true, cut };
    let script = vec![Does::Dated("Sat, 03 Feb 2024 01:02:03 GMT"), Does::StallsAfter(0), tagged(600_000), tagged(1 << 30)];
    let server = server(&tables, Table::Airports, script, None);
    let home = Home::at(&server);
    let (ok, told, err) = home.run(&["update"]);
    assert!(ok && told.contains("45500 airports, 45500 runways, 45500 stations of OurAirports, 2024-02-03"), "{told}{err}");
    assert!(told.matches("SHA-256").count() == 5 && err.contains("airports.csv"), "{told}{err}");
    let (ok, told, err) = home.run(&["show", "DE-00123"]);
    assert!(ok && told.contains("Dorf 123") && told.contains("from OurAirports, 2024-02-03\n"), "{told}{err}");
    let (_, told, _) = home.run(&["nearest", "-80", "-178"]);
    assert!(told.contains("DE-00000 Dorf 0 (Dorf 0, Germany)"), "{told}");
    assert!(!home.run(&["show", "LOWI"]).0);

    // Killed while a table downloads: the old data stays, and the next update resumes the download.
    let mut child = home.command(&["update"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let part = tables_dir(&home.data()).join("airports.csv.part");
    let begun = Instant::now();
    while fs::metadata(&part).is_err() && begun.elapsed() < Duration::from_secs(60) {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(part.exists());
    assert!(home.run(&["show", "DE-00123"]).1.contains("from OurAirports, 2024-02-03\n"));
    let (ok, told, err) = home.run(&["update", "--json"]);
    let v: serde_json::Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{err}"));
    assert!(
        ok && v["provenance"]["counts"]["airports"] == 45_500
            && v["left_out"] == 0
            && v["provenance"]["tables"][2]["file"] == "airports.csv"
    );
    assert!(server.requests().iter().any(|r| r.to_lowercase().contains("range: bytes=600000-")));

    // Damaged data is reported and the built-in data is used; after its removal, nothing is reported.
    let at = place(&home.data());
    let mut bytes = fs::read(&at).unwrap();
    assert!(bytes.len() < 3_000_000);
    bytes[1000] ^= 1;
    fs::write(&at, bytes).unwrap();
    let (ok, told, err) = home.run(&["show", "LOWI"]);
    assert!(
        ok && told.contains("from OurAirports, 2022-10-11, built in") && err.contains("it is damaged") && err.contains("hint:"),
        "{told}{err}"
    );
    let (ok, told, _) = home.run(&["update", "--remove"]);
    assert!(ok && told.contains("Removed the updated airports") && told.contains("2022-10-11") && !at.exists(), "{told}");
    let (ok, told, err) = home.run(&["update", "--remove"]);
    assert!(ok && told.contains("there were no"), "{told}");
    assert!(err.is_empty() && home.run(&["show", "LOWI"]).2.is_empty());
}
