//! Recorded flights: JSON lines (plain or gzip), and a side file with what the recording does not contain.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::record::What;
use crate::problem::Problem;
use crate::report::{Cockpit, Report, SimState, Weather};
use crate::units::{Callsign, Frequency, LatLon, Squawk, Time};

/// A longer line does not belong to a recording. Without a limit, a damaged file could fill the memory.
const LINE_BYTES: u64 = 64 * 1024;

/// One moment of a recorded flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Since the start of the recording.
    pub at: Time,
    /// The simulator's report.
    pub report: Report,
    /// The phase of flight according to the recording's author, for comparison; never an input of the engine.
    pub label: Option<String>,
}

/// A recorded flight.
#[derive(Debug, Clone, PartialEq)]
pub struct Flight {
    /// In order of time, never empty.
    pub moments: Vec<Moment>,
    /// The data that is not in the recording.
    pub side: SideFile,
}

/// The side file: radio, weather and aircraft of a recording. Every field is optional.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default)]
pub struct SideFile {
    /// The aircraft's callsign.
    pub callsign: Option<Callsign>,
    /// ICAO type designator.
    pub aircraft_type: Option<String>,
    /// "VFR" or "IFR".
    pub flight_rules: Option<String>,
    /// When the recording begins, ISO 8601.
    pub utc_start: Option<String>,
    /// The direction from which the wind blows, degrees true.
    pub wind_dir_true: Option<f64>,
    /// Knots.
    pub wind_kt: Option<f64>,
    /// Statute miles.
    pub visibility_sm: Option<f64>,
    /// Feet above the ground.
    pub ceiling_ft: Option<f64>,
    /// Hectopascal.
    pub qnh_hpa: Option<f64>,
    /// Inches of mercury.
    pub altimeter_inhg: Option<f64>,
    /// Transponder code.
    pub transponder: Option<Squawk>,
    /// The frequencies of COM1, each from the start of a label.
    pub com1: Vec<Tuned>,
    /// The phase of flight that each label stands for, in words.
    pub phases: std::collections::BTreeMap<String, String>,
}

/// A change of COM1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tuned {
    /// Applies from the first moment with this label.
    pub label: String,
    /// The frequency.
    pub frequency: Frequency,
}

/// A line of a recording. Other fields are ignored.
#[derive(Debug, Deserialize)]
struct Line {
    t: f64,
    lat: f64,
    lon: f64,
    alt_msl_ft: f64,
    #[serde(default)]
    agl_ft: f64,
    hdg_true: f64,
    hdg_mag: Option<f64>,
    #[serde(default)]
    ias_kt: f64,
    gs_kt: f64,
    #[serde(default)]
    vs_fpm: f64,
    on_ground: bool,
    phase: Option<String>,
}

impl Line {
    fn fault(&self) -> Option<&'static str> {
        let numbers = [self.t, self.alt_msl_ft, self.agl_ft, self.hdg_true, self.ias_kt, self.gs_kt, self.vs_fpm];
        if numbers.iter().any(|n| !n.is_finite()) {
            Some("a value is not a number")
        } else if self.t < 0.0 {
            Some("t is before the start")
        } else if !(-90.0..=90.0).contains(&self.lat) || !(-180.0..=180.0).contains(&self.lon) {
            Some("lat and lon are not a place on Earth")
        } else {
            None
        }
    }
}

/// Reads a recording (`.jsonl` or `.jsonl.gz`) and the side file beside it.
///
/// The side file is `side` if given. Otherwise it is `NAME.toml` for `NAME.jsonl[.gz]`, or the longest name that
/// `NAME` begins with, up to a hyphen (`phto-circuit.toml` is for `phto-circuit-jsbsim.jsonl.gz`). Without any of
/// these there is none.
pub fn read(flight: &Path, side: Option<&Path>) -> Result<Flight, Problem> {
    if super::record::is_session(flight) {
        return session(flight);
    }
    let side = match side.map(Path::to_path_buf).or_else(|| side_file_of(flight)) {
        Some(path) => read_side(&path)?,
        None => SideFile::default(),
    };
    let what = || cannot_read(flight);
    let file = File::open(flight).map_err(|e| what().because(e).fix("give the path of a .jsonl or .jsonl.gz recording"))?;
    let mut reader = BufReader::new(file);
    // By content, not by name, so that a renamed file works.
    let zipped = reader.fill_buf().map_err(|e| what().because(e))?.starts_with(&[0x1f, 0x8b]);
    let moments =
        if zipped { read_lines(BufReader::new(MultiGzDecoder::new(reader)), &side, flight)? } else { read_lines(reader, &side, flight)? };
    Ok(Flight { moments, side })
}

/// The flight of a recorded session: the reports of the simulator during the flight.
fn session(path: &Path) -> Result<Flight, Problem> {
    let (_, entries) = super::record::read(path)?;
    let mut label = None;
    let mut moments = Vec::new();
    for e in entries {
        match e.what {
            What::Phase(word) => label = Some(word),
            What::Report(report) if report.position.is_some() => {
                moments.push(Moment { at: Time::from_secs_f64(e.t), report: *report, label: label.clone() });
            }
            _ => {}
        }
    }
    if moments.is_empty() {
        return Err(cannot_read(path).because("it contains no flight").fix("record a session with a simulator"));
    }
    Ok(Flight { moments, side: SideFile::default() })
}

fn cannot_read(path: &Path) -> Problem {
    Problem::new(format!("cannot read the recorded flight {}", path.display()))
}

/// The side file beside a recording, if there is one.
pub fn side_file_of(flight: &Path) -> Option<PathBuf> {
    let name = flight.file_name()?.to_str()?;
    let mut stem = name.strip_suffix(".gz").unwrap_or(name);
    stem = stem.strip_suffix(".jsonl").unwrap_or(stem);
    loop {
        let path = flight.with_file_name(format!("{stem}.toml"));
        if path.is_file() {
            return Some(path);
        }
        stem = stem.rsplit_once('-')?.0;
    }
}

fn read_side(path: &Path) -> Result<SideFile, Problem> {
    let what = || Problem::new(format!("cannot read the side file {}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| what().because(e).fix("give the path of the recording's .toml"))?;
    toml::from_str(&text).map_err(|e| what().because(e.to_string().trim()).fix("fix that line of the side file"))
}

fn read_lines(mut reader: impl BufRead, side: &SideFile, path: &Path) -> Result<Vec<Moment>, Problem> {
    let mut moments: Vec<Moment> = Vec::new();
    let mut com1: Option<Frequency> = None;
    let mut label: Option<String> = None;
    for number in 1.. {
        let in_line = |why: String| cannot_read(path).because(format!("line {number}: {why}"));
        let mut text = String::new();
        let read = reader.by_ref().take(LINE_BYTES).read_line(&mut text).map_err(|e| match e.kind() {
            ErrorKind::UnexpectedEof => in_line("the compressed file is incomplete".into()).fix("copy or download it again"),
            ErrorKind::InvalidData => in_line("this is not text".into()).fix("a recording is JSON lines in UTF-8"),
            _ => in_line(e.to_string()).fix("the file is damaged: copy or download it again"),
        })?;
        if read == 0 {
            break;
        }
        if read as u64 == LINE_BYTES {
            return Err(in_line("the line has no end".into()).fix("a recording is JSON lines, one short object each"));
        }
        if text.trim().is_empty() {
            continue;
        }
        let hint = "each line is a JSON object with t, lat, lon, alt_msl_ft, hdg_true, gs_kt and on_ground";
        let line: Line = serde_json::from_str(&text).map_err(|e| in_line(e.to_string()).fix(hint))?;
        if let Some(fault) = line.fault() {
            return Err(in_line(fault.into()).fix(hint));
        }
        let at = Time::from_secs_f64(line.t);
        if moments.last().is_some_and(|m| at < m.at) {
            return Err(in_line("t goes back".into()).fix("the lines must be in order of time"));
        }
        if line.phase != label {
            label.clone_from(&line.phase);
            if let Some(tuned) = side.com1.iter().find(|c| Some(&c.label) == label.as_ref()) {
                com1 = Some(tuned.frequency);
            }
        }
        moments.push(Moment { at, report: report(&line, side, com1), label: line.phase });
    }
    if moments.is_empty() {
        return Err(cannot_read(path).because("it contains no line").fix("record a flight first, or choose another file"));
    }
    Ok(moments)
}

fn report(line: &Line, side: &SideFile, com1: Option<Frequency>) -> Report {
    let heading_mag = line.hdg_mag.filter(|h| h.is_finite()).unwrap_or(line.hdg_true);
    // Both headings are of the same moment, so their difference is the variation here.
    let variation = line.hdg_true - heading_mag;
    Report {
        state: SimState::Flying,
        simulator: String::new(),
        position: Some(LatLon::new(line.lat, line.lon)),
        altitude_ft: line.alt_msl_ft,
        agl_ft: line.agl_ft,
        heading_true: line.hdg_true.rem_euclid(360.0),
        heading_mag: heading_mag.rem_euclid(360.0),
        ias_kt: line.ias_kt,
        ground_speed_kt: line.gs_kt,
        vertical_speed_fpm: line.vs_fpm,
        on_ground: line.on_ground,
        callsign: side.callsign.clone(),
        aircraft_type: side.aircraft_type.clone(),
        com1,
        com2: None,
        transponder: side.transponder,
        cockpit: Cockpit::default(),
        weather: Weather {
            wind_dir: side.wind_dir_true.map(|d| (d - variation).rem_euclid(360.0)),
            wind_kt: side.wind_kt,
            altimeter_inhg: side.altimeter_inhg,
            qnh_hpa: side.qnh_hpa,
            visibility_sm: side.visibility_sm,
            ceiling_ft: side.ceiling_ft,
            ceiling_msl_ft: None,
            temperature_c: None,
            dew_point_c: None,
        },
        others: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    const LINE: &str =
        r#"{"t":0.5,"lat":19.7,"lon":-155.0,"alt_msl_ft":41,"hdg_true":90,"hdg_mag":80.5,"gs_kt":0,"on_ground":true,"phase":"parked"}"#;

    fn flights() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/flights")
    }

    fn why(name: &str, bytes: &[u8]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let p = read(&path, None).unwrap_err();
        assert!(!p.fix.is_empty(), "{p}");
        p.why.join("; ")
    }

    fn zip(text: &str) -> Vec<u8> {
        let mut z = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        z.write_all(text.as_bytes()).unwrap();
        z.finish().unwrap()
    }

    #[test]
    fn recording_and_side_file_become_reports() {
        let f = read(&flights().join("phto-circuit-jsbsim.jsonl.gz"), None).unwrap();
        assert_eq!(f.moments.len(), 4413);
        let first = &f.moments[0];
        assert_eq!(first.report.callsign.as_ref().unwrap().as_str(), "N172SP");
        assert_eq!(first.report.com1.unwrap().to_string(), "121.9");
        assert!((first.report.weather.wind_dir.unwrap() - 70.6).abs() < 0.2);
        let com1 = |label: &str| f.moments.iter().find(|m| m.label.as_deref() == Some(label)).unwrap().report.com1.unwrap();
        assert_eq!(com1("taxi_out").to_string(), "121.9");
        assert_eq!(com1("hold_short").to_string(), "118.1");
        assert_eq!(com1("final").to_string(), "118.1");
        assert_eq!(com1("taxi_in").to_string(), "121.9");
    }

    #[test]
    fn plain_file_without_a_side_file_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        std::fs::write(&path, format!("{LINE}\n\n{LINE}")).unwrap();
        let f = read(&path, None).unwrap();
        assert_eq!(f.moments.len(), 2);
        assert_eq!(f.moments[0].at, Time(500));
        assert!(f.moments[0].report.com1.is_none() && f.moments[0].report.weather.wind_kt.is_none());
        let side = dir.path().join("other.toml");
        std::fs::write(&side, "callsign = \"GABCD\"").unwrap();
        assert_eq!(read(&path, Some(&side)).unwrap().moments[1].report.callsign.as_ref().unwrap().as_str(), "GABCD");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_yield_a_flight_or_a_problem(bytes: Vec<u8>, cut in 0usize..200, t: f64, lat: f64) {
            let mut text = format!("{LINE}\n").into_bytes();
            text.truncate(cut);
            text.extend(&bytes);
            let odd = LINE.replace("0.5", &t.to_string()).replace("19.7", &lat.to_string());
            for all in [text, bytes, odd.into_bytes()] {
                let _ = read_lines(all.as_slice(), &SideFile::default(), Path::new("a flight"));
            }
        }
    }

    #[test]
    fn error_is_reported_with_its_line() {
        assert!(why("empty.jsonl", b"").contains("no line"));
        assert!(why("bad.jsonl", format!("{LINE}\n{{\"t\":1}}\n").as_bytes()).contains("line 2: missing field"));
        assert!(why("half.jsonl", &LINE.as_bytes()[..40]).contains("line 1: EOF"));
        assert!(why("back.jsonl", format!("{LINE}\n{}", LINE.replace("0.5", "0.1")).as_bytes()).contains("line 2: t goes back"));
        assert!(why("pole.jsonl", LINE.replace("19.7", "99").as_bytes()).contains("line 1: lat"));
        assert!(why("noise.jsonl", &[0xff, 0xfe, 0x00, 0x0a]).contains("line 1: this is not text"));
        assert!(why("long.jsonl", &[b' '; 70_000]).contains("no end"));
        let text = format!("{LINE}\n").repeat(5000);
        let whole = zip(&text);
        assert!(why("cut.jsonl.gz", &whole[..whole.len() / 2]).contains("incomplete"));
        let missing = read(Path::new("no/such/flight.jsonl"), None).unwrap_err();
        assert!(missing.what.contains("flight.jsonl") && missing.why.len() == 1);
        let missing = read(&flights().join("phto-circuit-jsbsim.jsonl.gz"), Some(Path::new("none.toml"))).unwrap_err();
        assert!(missing.what.contains("none.toml"));
    }
}
