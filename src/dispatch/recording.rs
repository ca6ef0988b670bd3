//! Session recordings: the whole session into a named file, or every flight into the folder of flights.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use super::Inbox;
use crate::event::{Effect, Event};
use crate::problem::{Part, Problem};
use crate::report::SimState;
use crate::settings::Config;
use crate::sim::record::{Header, Recorder, name};
use crate::units::Time;

/// The recording in progress, if any.
#[derive(Debug)]
pub struct Recording {
    recorder: Option<Recorder>,
    /// It continues until the end, because its file was named.
    named: bool,
    flights: PathBuf,
    inbox: Inbox,
    /// A failure to start a recording is reported once.
    failed: bool,
    /// Recent airport data, on which a recording that starts later also depends.
    airports: VecDeque<Event>,
    /// The last data about the surroundings.
    around: Option<Event>,
    /// The date of the world's airports, unless they are the built-in ones.
    edition: Option<String>,
}

/// Number of airports that the engine remembers, each from two sources.
const AIRPORTS: usize = 8;

impl Recording {
    /// Creates a recorder without a recording.
    pub fn new(flights: PathBuf, edition: Option<String>, inbox: &Inbox) -> Self {
        Self {
            recorder: None,
            named: false,
            flights,
            inbox: inbox.clone(),
            failed: false,
            airports: VecDeque::new(),
            around: None,
            edition,
        }
    }

    /// Records the whole session into this new file.
    pub fn keep_in(&mut self, path: &Path, config: &Config) -> Result<(), Problem> {
        self.recorder = Some(self.begin(path, config, Time(0))?);
        self.named = true;
        Ok(())
    }

    fn begin(&self, path: &Path, config: &Config, now: Time) -> Result<Recorder, Problem> {
        let inbox = self.inbox.clone();
        let header = Header { airports: self.edition.clone(), ..Header::new(config, since_1970().1) };
        Recorder::start(path, header, now, move |p| inbox.offer(Event::Trouble(p.or_about(Part::Files))))
    }

    /// Records an event. If each flight is recorded, the start or end of a flight starts or ends its recording.
    pub fn event(&mut self, now: Time, event: &Event, config: &Arc<Config>) {
        let before = self.recorder.is_some();
        if let Event::Sim(report) = event
            && !self.named
        {
            match report.state {
                SimState::Flying if config.sim.record && self.recorder.is_none() && !self.failed => {
                    match self.begin(&self.flights.join(name(since_1970().0)), config, now) {
                        Ok(r) => self.recorder = Some(r),
                        Err(p) => {
                            self.failed = true;
                            self.inbox.offer(Event::Trouble(p.or_about(Part::Files)));
                        }
                    }
                }
                SimState::Flying | SimState::Paused if config.sim.record => {}
                _ => self.recorder = None,
            }
        }
        if let Some(r) = &mut self.recorder {
            r.event(now, event);
            if !before {
                // After the first report, which makes them relevant.
                self.airports.iter().chain(&self.around).for_each(|a| r.event(now, a));
            }
        }
        if let Event::Surroundings(Ok(_)) = event {
            self.around = Some(event.clone());
        }
        if let Event::Airport { icao, origin, .. } = event {
            let same = |e: &Event| matches!(e, Event::Airport { icao: i, origin: o, .. } if (i, o) == (icao, origin));
            self.airports.retain(|e| !same(e));
            self.airports.push_back(event.clone());
            if self.airports.len() > AIRPORTS {
                self.airports.pop_front();
            }
        }
    }

    /// Records the effects of an event.
    pub fn effects(&mut self, now: Time, phase: &'static str, effects: &[Effect]) {
        let Some(r) = &mut self.recorder else { return };
        r.phase(now, phase);
        for effect in effects {
            match effect {
                Effect::Record(line) => r.line(now, line),
                Effect::Delivered { complete } => r.played(now, *complete),
                _ => {}
            }
        }
    }
}

/// Seconds, and milliseconds.
fn since_1970() -> (u64, u64) {
    UNIX_EPOCH.elapsed().map_or((0, 0), |d| (d.as_secs(), u64::try_from(d.as_millis()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::airports::described::Origin;
    use crate::report::Report;
    use crate::sim::record::{What, read};

    #[test]
    fn later_flight_recording_includes_earlier_airport_data() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.sim.record = true;
        let config = Arc::new(config);
        let (sender, _inbox) = sync_channel(8);
        let mut recording = Recording::new(dir.path().to_owned(), None, &Inbox(sender));
        let told = |icao: &str| Event::Airport { icao: icao.into(), origin: Origin::Files, result: Ok(None) };
        let sim = |state| Event::Sim(Arc::new(Report { state, ..Report::default() }));
        for event in [told("PHTO"), told("KPAO"), told("PHTO"), sim(SimState::Flying), told("KSQL"), sim(SimState::Looking)] {
            recording.event(Time(5), &event, &config);
        }
        let file = std::fs::read_dir(dir.path()).unwrap().next().unwrap().unwrap().path();
        let kinds: Vec<String> = read(&file)
            .unwrap()
            .1
            .into_iter()
            .map(|e| match e.what {
                What::Airport { icao, .. } => icao,
                What::Report(_) => "report".into(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(kinds, ["report", "KPAO", "PHTO", "KSQL"]);
    }
}
