//! The last step: one whole call with its answer, by the tray that is started for it where none runs.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::ask::{say, told, well};
use super::{Setup, is_running};
use crate::cmd::log::Reader;
use crate::dispatch::steps;
use crate::event::{Line, Speaker, Step};
use crate::ipc::{self, Reply, Request};
use crate::problem::Problem;
use crate::settings::key_words;

/// A tray that does not answer by then has not started.
const STARTED: Duration = Duration::from_secs(15);
/// Somebody who is to make a call has made it by then.
const SPOKEN: Duration = Duration::from_secs(60);
/// And has the answer by then.
const ANSWERED: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(100);

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if s.ask.yes {
        return Ok(say("skipped: it needs you to speak")?);
    }
    if !is_running() {
        if !s.ask.whether("Start Stratus now, for a first call? It stays in the tray.", true)? {
            return Ok(say("skipped: run `stratus` to start it")?);
        }
        // The tray goes on from here.
        steps::keep(&s.paths, &s.steps);
        if let Err(p) = start(s) {
            return Ok(told("not started", &p)?);
        }
        well("Stratus is running: its icon is in the tray")?;
    }
    loop {
        // Asked for anew each time: the simulator may have come in between.
        let Some((call, why)) = suggested(s) else {
            return Ok(say("skipped: nobody answers on this frequency; tune another, and run this step again")?);
        };
        // Why that airport.
        if !why.is_empty() {
            say(&why)?;
        }
        let made = if s.hears { spoken(s, &call) } else { typed(s, &call) };
        match made {
            Ok(()) => {
                s.done(Step::Call);
                return Ok(());
            }
            Err(p) => told("no answer", &p)?,
        }
        if !s.ask.whether("Try again?", false)? {
            return Ok(());
        }
    }
}

/// The call that fits now, and why it goes to that airport. Somebody who has no callsign yet takes that of the example.
fn suggested(s: &Setup<'_>) -> Option<(String, String)> {
    match ipc::reach(&s.paths.sockets(), &Request::Suggest(true), Duration::from_secs(3)) {
        Ok(Reply::Said { text, note }) => Some((text.lines().last()?.replace("your callsign", "Skyhawk 172SP"), note)),
        _ => None,
    }
}

/// Starts the tray: it stays when this program ends.
fn start(s: &Setup<'_>) -> Result<(), Problem> {
    let failed = || Problem::new("Stratus did not start").fix("run `stratus` in a terminal to see what is wrong");
    let program = std::env::current_exe().map_err(|e| failed().because(e))?;
    let mut command = Command::new(program);
    command.arg("run").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if s.named {
        command.arg("--config").arg(&s.paths.config_file);
    }
    // What ends this program by the terminal's keys does not end the tray.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(|e| failed().because(e))?;
    let limit = Instant::now() + STARTED;
    while Instant::now() < limit {
        if is_running() {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(failed().because(status));
        }
        std::thread::sleep(LOOK);
    }
    Err(failed().because("it does not answer"))
}

/// A call by voice: what the tray heard and answered stands in the transcript.
fn spoken(s: &Setup<'_>, call: &str) -> Result<(), Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    let key = if s.config.ptt.no_key() { "your push-to-talk button".to_owned() } else { key_words(&s.config.ptt.key) };
    let path = s.paths.transcript_file();
    let mut transcript = Transcript::at_its_end(&path);
    say(&format!("Hold {key}, wait for the red icon, and say: \"{call}\"")).map_err(terminal)?;
    let silent = "hold the key while you speak; a notification tells you what went wrong";
    let pilot = transcript.next(Speaker::Pilot, SPOKEN).ok_or_else(|| Problem::new("no call was heard").fix(silent))?;
    say(&format!("heard: \"{}\"", pilot.text)).map_err(terminal)?;
    if let Some(why) = pilot.unanswered {
        return Err(Problem::new("nobody answered").because(why).fix(format!("say: \"{call}\"")));
    }
    let answer = transcript.next(Speaker::Atc, ANSWERED).ok_or_else(|| {
        Problem::new("the controller did not answer").fix(format!("say the station's name first, then your callsign: \"{call}\""))
    })?;
    well(&format!("the controller: \"{}\"", answer.text)).map_err(terminal)
}

/// The same call without a microphone.
fn typed(s: &Setup<'_>, call: &str) -> Result<(), Problem> {
    let terminal = |e: std::io::Error| Problem::new("cannot write to the terminal").because(e);
    say(&format!("Calls can be typed as well: stratus say \"{call}\"")).map_err(terminal)?;
    match ipc::reach(&s.paths.sockets(), &Request::Say(call.to_owned()), ANSWERED)? {
        Reply::Said { text, .. } if !text.is_empty() => well(&format!("the controller: \"{text}\"")).map_err(terminal),
        Reply::Said { note, .. } => Err(Problem::new("the controller did not answer").because(note)),
        _ => Err(Problem::new("the running Stratus gave an unexpected answer").fix("quit it from the tray's menu, and start it again")),
    }
}

/// The lines that are added to the transcript from now on.
struct Transcript<'a> {
    path: &'a Path,
    reader: Option<Reader<BufReader<File>>>,
}

impl<'a> Transcript<'a> {
    fn at_its_end(path: &'a Path) -> Self {
        let open = || {
            let mut file = File::open(path).ok()?;
            file.seek(SeekFrom::End(0)).ok()?;
            Some(Reader::new(BufReader::new(file)))
        };
        Self { path, reader: open() }
    }

    /// The next line of this speaker's.
    fn next(&mut self, from: Speaker, within: Duration) -> Option<Line> {
        let limit = Instant::now() + within;
        while Instant::now() < limit {
            if self.reader.is_none() {
                // The first call makes the file.
                self.reader = File::open(self.path).ok().map(|f| Reader::new(BufReader::new(f)));
            }
            match self.reader.as_mut().and_then(|r| r.next().ok().flatten()) {
                Some(line) if line.from == from => return Some(line),
                Some(_) => {}
                None => std::thread::sleep(LOOK),
            }
        }
        None
    }
}
