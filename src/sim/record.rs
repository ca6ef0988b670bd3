//! Session recordings: what the simulator reported, what the pilot said and how the controller answered, one JSON
//! object a line. No sound.
//!
//! ```text
//! {"t":0.0,"session":{"stratus":"0.1.0","began_ms":1764000000000,"pilot":{…},"airport":null,"com1":null}}
//! {"t":0.4,"report":{…}}                    at most five a second
//! {"t":3.1,"phase":"taxiing"}               when the engine's phase of flight changes
//! {"t":9.8,"heard":{"text":"…","confidence":0.9}}    what was recognised; "typed": "…" what was typed
//! {"t":9.9,"line":{…}}                      a line of the transcript
//! {"t":0.4,"airport":{"icao":"…","origin":"files","told":{…}}}    what a simulator knows of a requested airport
//! {"t":0.5,"surroundings":{"area":{…},"minima":{…},"controllers":[…]}}    airspace and terrain around, from the pilot's files
//! {"t":14.2,"played":{"complete":true}}     what the controller said was heard to its end, or cut off
//! ```

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flate2::read::MultiGzDecoder;
use serde::{Deserialize, Serialize};

use crate::airports::described::{Described, Origin};
use crate::airports::surroundings::Surroundings;
use crate::event::{Alternative, Event, Line, Opinion};
use crate::problem::{Part, Problem};
use crate::report::Report;
use crate::settings::{Config, Pilot};
use crate::units::{Frequency, Time};
use crate::worker::Worker;

/// The time between two recorded reports, unless the radio or the state changes.
const BETWEEN: Duration = Duration::from_millis(200);
/// The time between two records of the other aircraft, which make a report ten times as long.
const BETWEEN_OTHERS: Duration = Duration::from_secs(2);
/// The queue of lines for the disk.
const QUEUE: usize = 64;
/// A longer line does not belong to a recording: 64 other aircraft take 16 kB, a large airport with its taxiways 1 MB.
const LINE_BYTES: u64 = 16 << 20;

/// One line: the time in seconds since the session began, and what happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Seconds since the session began.
    pub t: f64,
    /// What happened.
    #[serde(flatten)]
    pub what: What,
}

/// The content of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The first line.
    Session(Header),
    /// The simulator reported.
    Report(Box<Report>),
    /// The pilot's words were recognised.
    Heard {
        /// The recogniser's words.
        text: String,
        /// 0 to 1.
        confidence: f32,
        /// Other readings, if the recogniser was unsure.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<Alternative>,
    },
    /// The sentence model's opinion on the words of the next line, heard or typed.
    Opinion(Opinion),
    /// The pilot typed.
    Typed(String),
    /// A language model answered.
    Advice(String),
    /// The engine's phase of flight became this one.
    Phase(String),
    /// A line of the transcript.
    Line(Box<Line>),
    /// A source described an airport.
    Airport {
        /// Its code.
        icao: String,
        /// The origin of the answer.
        origin: Origin,
        /// The airport; `None` if that origin does not know it.
        told: Option<Arc<Described>>,
    },
    /// What the pilot's files say of the airspace and terrain around.
    Surroundings(Arc<Surroundings>),
    /// A transmission of the controller is over. Older recordings do not have this.
    Played {
        /// It was heard to its end; a transmission that was cut off is not active.
        complete: bool,
    },
}

/// Everything besides the events that determines the conversation of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version that recorded it.
    pub stratus: String,
    /// When it began, milliseconds since 1970, UTC.
    pub began_ms: u64,
    /// `[pilot]` of the configuration.
    pub pilot: Pilot,
    /// `sim.airport` of the configuration.
    pub airport: Option<String>,
    /// `sim.com1` of the configuration.
    pub com1: Option<Frequency>,
    /// The date of the world's airports in use, unless they were the built-in ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub airports: Option<String>,
}

impl Header {
    /// The header of a session that begins at `began_ms`, in milliseconds since 1970, with the built-in airports.
    pub fn new(config: &Config, began_ms: u64) -> Self {
        Self {
            stratus: env!("CARGO_PKG_VERSION").into(),
            began_ms,
            pilot: config.pilot.clone(),
            airport: config.sim.airport.clone(),
            com1: config.sim.com1,
            airports: None,
        }
    }

    /// The configuration that the header describes.
    pub fn config(&self) -> Config {
        let mut config = Config { pilot: self.pilot.clone(), ..Config::default() };
        config.sim.airport.clone_from(&self.airport);
        config.sim.com1 = self.com1;
        config
    }
}

/// Writes a recording, on another thread than the owner's.
#[derive(Debug)]
pub struct Recorder {
    worker: Worker<Entry>,
    began: Time,
    last: Option<(Time, Report)>,
    others: Option<Time>,
    phase: &'static str,
    lost: u64,
}

impl Recorder {
    /// Begins a recording at `now` in a new file; an existing file is never overwritten. `trouble` is called once if the disk fails.
    pub fn start(path: &Path, header: Header, now: Time, trouble: impl FnMut(Problem) + Send + Clone + 'static) -> Result<Self, Problem> {
        let what = || {
            let p = Problem::new(format!("cannot record into {}", path.display()));
            p.about(Part::Files).brief("Flight not recorded", "Its folder cannot be written to.")
        };
        if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::create_dir_all(dir).map_err(|e| what().because(e).fix("choose a folder that you can write to"))?;
        }
        // Where the pilot flew and what was said is private.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => what().because("a file of that name exists").fix("choose another name"),
            _ => what().because(e).fix("choose a folder that you can write to"),
        })?;
        let (path, mut told) = (path.to_owned(), trouble.clone());
        let mut file = Some(file);
        let worker = Worker::start(
            "recorder",
            QUEUE,
            move || {
                // After a failure nothing more is written, because a recording with a gap would replay differently.
                let (mut file, path, mut trouble) = (file.take(), path.clone(), trouble.clone());
                move |entry: Entry| {
                    if let Some(Err(e)) = file.as_mut().map(|f| write(f, &entry)) {
                        file = None;
                        trouble(stopped(&path).because(e).fix("free some disk space; the recording up to here is complete"));
                    }
                }
            },
            move |words| told(Problem::bug("the recording stopped").because(words)),
        )?;
        let recorder = Self { worker, began: now, last: None, others: None, phase: "", lost: 0 };
        recorder.worker.send(Entry { t: 0.0, what: What::Session(header) })?;
        Ok(recorder)
    }

    fn put(&mut self, now: Time, what: What) {
        if self.worker.send(Entry { t: now.since(self.began).as_secs_f64(), what }).is_err() {
            self.lost += 1;
            if self.lost.is_power_of_two() {
                log::warn!("the disk is slow: {} lines of the recording were lost", self.lost);
            }
        }
    }

    /// The opinion on the words that follow.
    fn opinion(&mut self, now: Time, opinion: Option<Opinion>) {
        if let Some(opinion) = opinion {
            self.put(now, What::Opinion(opinion));
        }
    }

    /// Records an event.
    pub fn event(&mut self, now: Time, event: &Event) {
        match event {
            Event::Sim(report) => self.report(now, report),
            Event::Heard { result: Ok(heard), .. } => {
                self.opinion(now, heard.opinion);
                self.put(now, What::Heard { text: heard.text.clone(), confidence: heard.confidence, others: heard.others.clone() });
            }
            Event::Typed { text, opinion, .. } => {
                self.opinion(now, *opinion);
                self.put(now, What::Typed(text.clone()));
            }
            Event::Advice { result: Ok(words), .. } => self.put(now, What::Advice(words.clone())),
            Event::Airport { icao, origin, result: Ok(told) } => {
                self.put(now, What::Airport { icao: icao.clone(), origin: *origin, told: told.clone() });
            }
            Event::Surroundings(Ok(told)) => self.put(now, What::Surroundings(told.clone())),
            _ => {}
        }
    }

    fn report(&mut self, now: Time, report: &Report) {
        if let Some((at, last)) = &self.last {
            let same = last.state == report.state && last.com1 == report.com1 && last.com2 == report.com2;
            if same && now.since(*at) < BETWEEN {
                return;
            }
        }
        let mut kept = report.clone();
        if self.others.is_some_and(|at| now.since(at) < BETWEEN_OTHERS) {
            // A replay keeps the last other aircraft until a report has new ones.
            kept.others = self.last.as_ref().map(|(_, r)| r.others.clone()).unwrap_or_default();
            let brief = Report { others: Vec::new(), ..kept.clone() };
            self.last = Some((now, kept));
            self.put(now, What::Report(Box::new(brief)));
        } else {
            self.others = Some(now);
            self.last = Some((now, kept.clone()));
            self.put(now, What::Report(Box::new(kept)));
        }
    }

    /// Records a line of the transcript.
    pub fn line(&mut self, now: Time, line: &Line) {
        self.put(now, What::Line(Box::new(line.clone())));
    }

    /// Records whether the controller was heard to the end.
    pub fn played(&mut self, now: Time, complete: bool) {
        self.put(now, What::Played { complete });
    }

    /// Records the phase of flight, if it has changed.
    pub fn phase(&mut self, now: Time, phase: &'static str) {
        if self.phase != phase {
            self.phase = phase;
            self.put(now, What::Phase(phase.to_owned()));
        }
    }
}

fn write(file: &mut File, entry: &Entry) -> std::io::Result<()> {
    let mut text = serde_json::to_string(entry).map_err(std::io::Error::other)?;
    text.push('\n');
    file.write_all(text.as_bytes())
}

fn stopped(path: &Path) -> Problem {
    Problem::new(format!("the recording {} stopped", path.display())).about(Part::Files).brief("Recording stopped", "The disk may be full.")
}

/// The name of a recording that begins at this moment, seconds since 1970: "2026-11-24-020358Z.jsonl".
pub fn name(began: u64) -> PathBuf {
    let at = i64::try_from(began).ok().and_then(|s| time::OffsetDateTime::from_unix_timestamp(s).ok());
    let at = at.unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (date, clock) = (at.date(), at.time());
    PathBuf::from(format!(
        "{:04}-{:02}-{:02}-{:02}{:02}{:02}Z.jsonl",
        date.year(),
        u8::from(date.month()),
        date.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    ))
}

/// Whether a file is a recorded session, by its beginning.
pub fn is_session(path: &Path) -> bool {
    let first = |reader: &mut dyn BufRead| {
        let mut text = String::new();
        reader.take(LINE_BYTES).read_line(&mut text).is_ok()
            && matches!(serde_json::from_str(&text), Ok(Entry { what: What::Session(_), .. }))
    };
    open(path).is_ok_and(|mut r| first(&mut *r))
}

/// A file's lines, decompressed if it is compressed (by content, not by name).
fn open(path: &Path) -> std::io::Result<Box<dyn BufRead>> {
    let mut reader = BufReader::new(File::open(path)?);
    Ok(if reader.fill_buf()?.starts_with(&[0x1f, 0x8b]) { Box::new(BufReader::new(MultiGzDecoder::new(reader))) } else { Box::new(reader) })
}

/// Reads a recorded session: its header, and its lines in order of time. A last line that was cut off (a power
/// failure) is left out. A report without other aircraft gets those of the report before.
pub fn read(path: &Path) -> Result<(Header, Vec<Entry>), Problem> {
    let what = || Problem::new(format!("cannot read the recorded session {}", path.display()));
    let reader = open(path).map_err(|e| what().because(e).fix("give a recording made by `stratus run --record FILE`"))?;
    entries(reader, &what)
}

fn entries(mut reader: impl BufRead, what: &impl Fn() -> Problem) -> Result<(Header, Vec<Entry>), Problem> {
    let (mut header, mut entries) = (None, Vec::<Entry>::new());
    let mut others = Vec::new();
    for number in 1.. {
        let mut text = Vec::new();
        let read =
            reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut text).map_err(|e| what().because(format!("line {number}: {e}")))?;
        if read == 0 {
            break;
        }
        let whole = text.ends_with(b"\n");
        let mut entry: Entry = match serde_json::from_slice(&text) {
            Ok(e) => e,
            Err(_) if !whole && header.is_some() && (read as u64) < LINE_BYTES => break,
            Err(e) => {
                return Err(what().because(format!("line {number}: {e}")).fix("the file is damaged, or is not a recording of Stratus"));
            }
        };
        if !(0.0..1e9).contains(&entry.t) || entries.last().is_some_and(|l| l.t > entry.t) {
            return Err(what().because(format!("line {number}: its time is out of order")).fix("the file is damaged"));
        }
        if let What::Report(report) = &mut entry.what {
            if report.others.is_empty() {
                report.others.clone_from(&others);
            }
            others.clone_from(&report.others);
        }
        match entry.what {
            What::Session(h) if header.is_none() => header = Some(h),
            _ if header.is_none() => {
                return Err(what()
                    .because("it does not begin like a recorded session")
                    .fix("give a recording made by `stratus run --record FILE`"));
            }
            _ => entries.push(entry),
        }
    }
    let header = header.ok_or_else(|| what().because("it is empty").fix("record a flight first"))?;
    Ok((header, entries))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Heard, Opinion};
    use crate::report::{Other, SimState};
    use crate::units::TxId;

    fn recorded(path: &Path) -> Recorder {
        Recorder::start(path, Header::new(&Config::default(), 1_764_000_000_000), Time(0), |p| panic!("{p}")).unwrap()
    }

    fn flying(com1: &str, others: usize) -> Event {
        let others = vec![Other::default(); others];
        Event::Sim(Arc::new(Report { state: SimState::Flying, com1: com1.parse().ok(), others, ..Report::default() }))
    }

    #[test]
    fn session_round_trips_through_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("flights/a.jsonl");
        let mut r = recorded(&path);
        for (ms, com1) in [(0, "121.9"), (100, "121.9"), (150, "118.1"), (400, "118.1"), (2500, "118.1")] {
            r.event(Time(ms), &flying(com1, 2));
        }
        let heard = Heard { text: "radio check".into(), confidence: 0.5, took_ms: 3, others: Vec::new(), looks: 1, opinion: None };
        r.event(Time(2600), &Event::Heard { tx: TxId(1), result: Ok(heard) });
        r.event(Time(2700), &Event::Wake);
        r.phase(Time(2700), "parked");
        r.phase(Time(2800), "parked");
        r.played(Time(2900), false);
        drop(r);
        assert!(is_session(&path));
        let (header, entries) = read(&path).unwrap();
        assert_eq!(header.config(), Config::default());
        let times: Vec<f64> = entries.iter().map(|e| e.t).collect();
        assert_eq!(times, [0.0, 0.15, 0.4, 2.5, 2.6, 2.7, 2.9], "a report within 0.2 s is recorded only if something changed");
        // Reported twice, known all the time.
        let aircraft = |e: &Entry| if let What::Report(r) = &e.what { r.others.len() } else { 2 };
        assert!(entries.iter().all(|e| aircraft(e) == 2), "{entries:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap().matches("ground_speed_kt").count(), 4 + 2 * 2);
        assert_eq!(entries[4].what, What::Heard { text: "radio check".into(), confidence: 0.5, others: Vec::new() });
        assert_eq!(entries[5].what, What::Phase("parked".into()));
        assert_eq!(entries[6].what, What::Played { complete: false });
        let again = Recorder::start(&path, header, Time(0), |p| panic!("{p}")).unwrap_err();
        assert!(again.why[0].contains("a file of that name"), "{again}");
    }

    #[test]
    fn opinion_is_recorded_before_the_words_it_refers_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        let mut r = recorded(&path);
        let opinion = Opinion::from_scores(&[0.5; crate::atc::hear::learned::LABELS]);
        assert!(opinion.is_some());
        r.event(Time(100), &Event::Heard { tx: TxId(1), result: Ok(Heard { text: "one".into(), opinion, ..Heard::default() }) });
        r.event(Time(200), &Event::Typed { id: 1, text: "two".into(), opinion });
        r.event(Time(300), &Event::Typed { id: 2, text: "three".into(), opinion: None });
        drop(r);
        let found: Vec<What> = read(&path).unwrap().1.into_iter().map(|e| e.what).collect();
        let told = What::Opinion(opinion.unwrap());
        let [a, What::Heard { text, .. }, b, What::Typed(two), What::Typed(three)] = &found[..] else { panic!("{found:?}") };
        assert_eq!((a, b, [text, two, three]), (&told, &told, [&"one".to_owned(), &"two".to_owned(), &"three".to_owned()]));
    }

    #[test]
    fn truncated_end_is_dropped_and_damage_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl");
        let mut r = recorded(&path);
        r.event(Time(0), &flying("121.9", 0));
        drop(r);
        let whole = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 9]).unwrap();
        assert_eq!(read(&path).unwrap().1.len(), 0);
        std::fs::write(&path, whole.replace("\"report\"", "\"repo\"")).unwrap();
        assert!(read(&path).unwrap_err().why[0].contains("line 2"));
        std::fs::write(&path, "").unwrap();
        assert!(!is_session(&path) && read(&path).unwrap_err().why[0].contains("empty"));
    }

    #[test]
    fn file_names_contain_the_start_time() {
        assert_eq!(name(1_764_000_000), PathBuf::from("2025-11-24-160000Z.jsonl"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_yield_a_session_or_a_problem(bytes: Vec<u8>, cut in 0usize..300, t: f64) {
            let head = serde_json::to_string(&Entry { t: 0.0, what: What::Session(Header::new(&Config::default(), 1)) }).unwrap();
            let mut text = format!("{head}\n{{\"t\":{t},\"phase\":\"x\"}}\n").into_bytes();
            text.extend(&bytes);
            text.truncate(cut.max(head.len()));
            let what = || Problem::new("a session");
            let _ = entries(text.as_slice(), &what);
            let _ = entries(bytes.as_slice(), &what);
        }
    }
}
