//! `stratus log`: the last transmissions in transcript.jsonl, and the time for each stage of an answer.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;
use time::OffsetDateTime;

use crate::cli::LogArgs;
use crate::cmd::lines::{width, wrapped};
use crate::dispatch::transcript::Dated;
use crate::event::{Latency, Line, Speaker};
use crate::paths::Paths;
use crate::problem::Problem;

/// Stratus never writes a longer line.
const LONGEST_LINE: u64 = 64 << 10;
/// How often `--follow` polls for new lines.
const LOOK: Duration = Duration::from_millis(250);

/// The name of a stage, and the field with its milliseconds.
type Stage = (&'static str, fn(&Latency) -> u32);

/// The stages of an answer, in order.
const STAGES: [Stage; 7] = [
    ("tail", |l| l.tail),
    ("capture", |l| l.capture),
    ("recognise", |l| l.recognise),
    ("decide", |l| l.decide),
    ("consult", |l| l.consult),
    ("synthesise", |l| l.synthesise),
    ("first_audio", |l| l.first_audio),
];

pub(super) fn run(file: Option<&Path>, args: &LogArgs) -> anyhow::Result<ExitCode> {
    let path = Paths::find(file)?.transcript_file();
    let transcript = match File::open(&path) {
        Ok(f) => f,
        Err(e) if e.kind() == ErrorKind::NotFound => {
            return Err(Problem::new("nobody has spoken yet")
                .because(path.display())
                .fix("start `stratus`, hold the key, and speak")
                .into());
        }
        Err(e) => return Err(Problem::new(format!("cannot read {}", path.display())).because(e).into()),
    };
    let mut reader = Reader::new(BufReader::new(transcript));
    let mut out = std::io::stdout();
    if args.latency {
        return latency(&mut reader, args.json, &mut out);
    }
    let mut last = VecDeque::new();
    while let Some(line) = reader.next()? {
        last.push_back(line);
        if last.len() > args.last {
            last.pop_front();
        }
    }
    let mut shown = Shown::default();
    for line in &last {
        shown.show(line, args.json, &mut out)?;
    }
    if !args.follow {
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        match reader.next()? {
            Some(line) => shown.show(&line, args.json, &mut out)?,
            None => {
                std::thread::sleep(LOOK);
                // Start over if the transcript was deleted or truncated.
                if std::fs::metadata(&path).is_ok_and(|m| reader.inner.stream_position().is_ok_and(|at| m.len() < at)) {
                    reader.inner = BufReader::new(File::open(&path)?);
                    reader.part.clear();
                }
            }
        }
    }
}

/// The lines of a transcript; malformed ones are counted and skipped.
struct Reader<R> {
    inner: R,
    broken: u64,
    /// The start of a line that is not fully written yet.
    part: Vec<u8>,
}

impl<R: BufRead> Reader<R> {
    fn new(inner: R) -> Self {
        Self { inner, broken: 0, part: Vec::new() }
    }

    /// The next complete line; `None` if there is none yet.
    fn next(&mut self) -> std::io::Result<Option<Dated>> {
        loop {
            let room = LONGEST_LINE.saturating_sub(self.part.len() as u64);
            (&mut self.inner).take(room).read_until(b'\n', &mut self.part)?;
            if self.part.last() != Some(&b'\n') {
                if (self.part.len() as u64) < LONGEST_LINE {
                    return Ok(None);
                }
                self.inner.skip_until(b'\n')?;
                self.broken += 1;
                self.part.clear();
                continue;
            }
            let parsed = serde_json::from_slice::<Dated>(&self.part);
            let empty = self.part.iter().all(u8::is_ascii_whitespace);
            self.part.clear();
            match parsed {
                Ok(line) => return Ok(Some(line)),
                Err(_) if empty => {}
                Err(_) => self.broken += 1,
            }
        }
    }
}

/// What was shown last, so that a new session or day is marked.
#[derive(Debug, Default)]
struct Shown {
    /// The last line's time since its session began.
    t: Option<f64>,
    /// The last line's day.
    day: Option<String>,
}

impl Shown {
    /// The heading in front of a line that begins a session or a day: what the times mean.
    fn heading(&mut self, line: &Dated, day: Option<String>) -> Option<String> {
        let first = self.t.is_none();
        let session = self.t.replace(line.line.t).is_some_and(|before| line.line.t < before);
        let same = std::mem::replace(&mut self.day, day) == self.day;
        let what = if session { ", Stratus started again" } else { "" };
        (first || session || !same).then(|| match &self.day {
            Some(day) => format!("{day}, times in UTC{what}"),
            None => format!("times since Stratus started{what}"),
        })
    }

    /// "12:31:05  Ground 121.9  pilot  palo alto ground, ...", below its heading.
    fn show(&mut self, dated: &Dated, as_json: bool, out: &mut impl Write) -> std::io::Result<()> {
        if as_json {
            return writeln!(out, "{}", serde_json::to_string(dated).unwrap_or_default());
        }
        let at = dated.at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
        if let Some(heading) = self.heading(dated, at.map(|at| at.date().to_string())) {
            writeln!(out, "-- {heading}")?;
        }
        let seconds = dated.line.t.max(0.0) as u64;
        let time = match at {
            Some(at) => format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
            None => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
        };
        row(&dated.line, &time, out)
    }
}

fn row(line: &Line, time: &str, out: &mut impl Write) -> std::io::Result<()> {
    let unit = match (line.facility, line.frequency) {
        (Some(unit), Some(frequency)) => format!("{} {frequency}", unit.word()),
        (None, Some(frequency)) => frequency.to_string(),
        _ => String::new(),
    };
    let who = match line.from {
        // Another pilot, or the controller to another aircraft, whose callsign comes first.
        _ if line.overheard => "other",
        Speaker::Pilot => "pilot",
        Speaker::Atc => "atc",
    };
    // Control characters are dropped, so that no text can move the cursor.
    let text: String = line.text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let width = width();
    let first = format!("{time:>8}  {unit:<18} {who:<6} ");
    // In a narrow window, the words continue below the unit.
    let under = if width.is_some_and(|w| w < 72) { 10 } else { first.chars().count() };
    writeln!(out, "{}", wrapped(&first, &" ".repeat(under), &text, width))
}

/// Median, ninetieth percentile and maximum of each stage, over all answers to spoken calls.
fn latency(reader: &mut Reader<impl BufRead>, json: bool, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut all: Vec<Latency> = Vec::new();
    while let Some(line) = reader.next()? {
        // Skip unsolicited transmissions and answers to typed words: nothing was recognised, and nobody waited.
        all.extend(line.line.latency_ms.filter(|l| l.recognise > 0));
    }
    if json {
        writeln!(out, "{}", json!({"answers": all.len(), "broken_lines": reader.broken, "latency_ms": as_json(&all)}))?;
        return Ok(ExitCode::SUCCESS);
    }
    if all.is_empty() {
        writeln!(out, "no spoken call has been answered yet")?;
    } else {
        writeln!(out, "{} answers. Milliseconds from end of recording to first sound (first_audio), by stage", all.len())?;
        table(&all, out)?;
    }
    if reader.broken > 0 {
        writeln!(out, "{} unreadable lines were left out", reader.broken)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// One line per stage: median, ninetieth percentile, maximum; milliseconds.
pub(super) fn table(all: &[Latency], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{:<12} {:>7} {:>7} {:>7}", "stage", "p50", "p90", "max")?;
    for (name, of) in STAGES {
        if let Some(f) = figures(all.iter().map(of).collect()) {
            writeln!(out, "{name:<12} {:>7} {:>7} {:>7}", f.p50, f.p90, f.max)?;
        }
    }
    Ok(())
}

/// The same as JSON.
pub(super) fn as_json(all: &[Latency]) -> serde_json::Value {
    let row = |f: Figures| json!({"p50": f.p50, "p90": f.p90, "max": f.max});
    let rows = STAGES.iter().map(|(name, of)| ((*name).to_owned(), figures(all.iter().map(of).collect()).map_or(json!(null), row)));
    serde_json::Value::Object(rows.collect())
}

/// Median, ninetieth percentile and maximum of the measured times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) p50: u32,
    pub(super) p90: u32,
    pub(super) max: u32,
}

/// Computes median, ninetieth percentile and maximum.
pub(super) fn figures(mut all: Vec<u32>) -> Option<Figures> {
    all.sort_unstable();
    let at = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some(Figures { p50: at(50)?, p90: at(90)?, max: at(100)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (Vec<Dated>, u64) {
        let mut r = Reader { inner: bytes, broken: 0, part: Vec::new() };
        let mut all = Vec::new();
        while let Some(l) = r.next().unwrap() {
            all.push(l);
        }
        (all, r.broken)
    }

    fn answer(ms: u32) -> Line {
        let latency = Latency { recognise: ms, first_audio: ms + 10, ..Latency::default() };
        Line {
            t: 3661.5,
            from: Speaker::Atc,
            facility: None,
            frequency: "118.6".parse().ok(),
            callsign: None,
            text: "N172SP,\u{1b}[2J radio check".into(),
            intent: None,
            verdict: None,
            unanswered: None,
            latency_ms: Some(latency),
            overheard: false,
        }
    }

    #[test]
    fn malformed_lines_are_counted_and_the_rest_shown() {
        let good = serde_json::to_string(&answer(100)).unwrap();
        let long = "x".repeat(LONGEST_LINE as usize * 3);
        let exact = "y".repeat(LONGEST_LINE as usize);
        let text = format!("{good}\nnot json\n\n{long}\n{good}\n{exact}\n{{\"t\":1}}\n{good}\n{}", &good[..20]);
        let (lines, broken) = read(text.as_bytes());
        assert_eq!((lines.len(), broken), (3, 4));
        let mut out = Vec::new();
        Shown::default().show(&lines[0], false, &mut out).unwrap();
        let row = "118.6              atc    N172SP, [2J radio check\n";
        assert_eq!(String::from_utf8(out).unwrap(), format!("-- times since Stratus started\n 1:01:01  {row}"));
        assert_eq!(read(b"\xff\xfe\n\0\0\n").1, 2);
    }

    #[test]
    fn times_have_their_day_and_a_new_session_its_mark() {
        let mut shown = Shown::default();
        let mut heads = |at: i64, t: f64| {
            let mut out = Vec::new();
            let line = Dated { at: Some(at), line: Line { t, ..answer(0) } };
            shown.show(&line, false, &mut out).unwrap();
            String::from_utf8(out).unwrap().lines().map(|l| l.chars().take(24).collect::<String>().trim().to_owned()).collect::<Vec<_>>()
        };
        // 2026-11-30, 23:59:58 UTC.
        assert_eq!(heads(1_796_083_198, 5.0), ["-- 2026-11-30, times in", "23:59:58  118.6"]);
        assert_eq!(heads(1_796_083_199, 6.0), ["23:59:59  118.6"]);
        assert_eq!(heads(1_796_083_201, 8.0)[0], "-- 2026-12-01, times in");
        assert_eq!(heads(1_796_083_300, 1.0).len(), 2, "Stratus started again");
    }

    #[test]
    fn stages_have_figures_and_unsolicited_words_are_skipped() {
        let text: String = (1..=10).map(|n| serde_json::to_string(&answer(n * 100)).unwrap() + "\n").collect();
        let unasked = serde_json::to_string(&answer(0)).unwrap();
        // A transcript from before the tail was recorded.
        let old = serde_json::to_string(&answer(500)).unwrap().replace("\"tail\":0,", "");
        assert!(!old.contains("tail"));
        let text = format!("{text}{unasked}\n{old}\n");
        let mut r = Reader { inner: text.as_bytes(), broken: 0, part: Vec::new() };
        let mut out = Vec::new();
        latency(&mut r, true, &mut out).unwrap();
        let v: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!((v["answers"].as_u64(), v["broken_lines"].as_u64()), (Some(11), Some(0)));
        assert_eq!(v["latency_ms"]["first_audio"], json!({"p50": 510, "p90": 910, "max": 1010}));
        assert_eq!(figures(Vec::new()), None);
    }
}
