//! The transcript: one JSON object per line, appended by a separate worker, private to the pilot.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Inbox;
use crate::event::{Event, Line};
use crate::paths::append_private;
use crate::problem::{Part, Problem};
use crate::units::Facility;
use crate::worker::Worker;

/// A line of the file: the application's line with the time of day, which the application does not know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dated {
    /// Seconds since 1970; missing in lines of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<i64>,
    /// The line.
    #[serde(flatten)]
    pub line: Line,
}

impl Dated {
    fn now(line: Line) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
        Self { at: since.and_then(|d| i64::try_from(d.as_secs()).ok()), line }
    }
}

/// Filters a recording that loops while its frequency is tuned: it is written only when its words change.
#[derive(Debug, Default)]
struct Once(String);

impl Once {
    /// Whether the line repeats the recording's words.
    fn repeats(&mut self, line: &Line) -> bool {
        if line.facility != Some(Facility::Atis) {
            return false;
        }
        std::mem::replace(&mut self.0, line.text.clone()) == line.text
    }
}

/// Appends to `transcript.jsonl` off the owner's thread, because a slow or full disk must not delay the conversation.
pub(super) fn writer(path: PathBuf, inbox: &Inbox) -> Result<Worker<Line>, Problem> {
    let (out, trouble) = (inbox.clone(), inbox.clone());
    Worker::start(
        "record",
        64,
        move || {
            let (path, out) = (path.clone(), out.clone());
            // A disk failure is reported once until the disk works again.
            let mut told = false;
            let mut once = Once::default();
            move |line: Line| {
                if once.repeats(&line) {
                    return;
                }
                match append(&path, &Dated::now(line)) {
                    Ok(()) => told = false,
                    Err(e) => {
                        if !std::mem::replace(&mut told, true) {
                            let p = Problem::new(format!("cannot write {}", path.display()))
                                .because(e)
                                .fix("free some space, or make the folder writable")
                                .about(Part::Files)
                                .brief("Transcript not saved", "The log folder cannot be written to.")
                                .remedy("Free some disk space.");
                            out.send(Event::Trouble(p));
                        }
                    }
                }
            }
        },
        move |words| trouble.send(Event::Trouble(Problem::bug("the transcript stopped").because(words))),
    )
}

/// Appends a line. A line left incomplete by a power failure or a full disk is terminated first.
fn append(path: &Path, line: &Dated) -> io::Result<()> {
    let mut text = serde_json::to_string(line).map_err(io::Error::other)?;
    text.push('\n');
    let mut file = append_private(path)?;
    if file.metadata()?.len() > 0 {
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        if last != *b"\n" {
            text.insert(0, '\n');
        }
    }
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::event::Speaker;

    fn line(text: &str) -> Line {
        Line {
            t: 1.0,
            from: Speaker::Pilot,
            facility: None,
            frequency: None,
            callsign: None,
            text: text.into(),
            intent: None,
            verdict: None,
            unanswered: None,
            latency_ms: None,
            overheard: false,
        }
    }

    #[test]
    fn incomplete_line_does_not_damage_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("data/transcript.jsonl");
        append(&path, &Dated::now(line("one"))).unwrap();
        append(&path, &Dated::now(line("two"))).unwrap();
        let whole = fs::read_to_string(&path).unwrap();
        assert_eq!(whole.lines().count(), 2);
        fs::write(&path, &whole[..whole.len() - 20]).unwrap();
        append(&path, &Dated::now(line("three"))).unwrap();
        let lines: Vec<bool> =
            fs::read_to_string(&path).unwrap().lines().map(|l| serde_json::from_str::<Dated>(l).is_ok_and(|l| l.at.is_some())).collect();
        assert_eq!(lines, [true, false, true]);
    }

    #[test]
    fn looping_recording_is_written_once() {
        let mut once = Once::default();
        let atis = |text: &str| Line { facility: Some(Facility::Atis), ..line(text) };
        let told = ["delta", "delta", "echo", "echo", "delta"].map(|text| once.repeats(&atis(text)));
        assert_eq!(told, [false, true, false, true, false]);
        assert!(!once.repeats(&line("echo")) && !once.repeats(&line("echo")), "words repeated by a person are written twice");
    }

    #[test]
    #[cfg(unix)]
    fn transcript_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("transcript.jsonl");
        append(&path, &Dated::now(line("one"))).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
