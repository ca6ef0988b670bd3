//! What is recorded: the whole session into a file that was named, or every flight into the folder of flights.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use super::Inbox;
use crate::event::{Effect, Event};
use crate::problem::Problem;
use crate::report::SimState;
use crate::settings::Config;
use crate::sim::record::{Header, Recorder, name};
use crate::units::Time;

/// The recording that runs, if any.
#[derive(Debug)]
pub struct Recording {
    recorder: Option<Recorder>,
    /// It goes on until the end: its file was named.
    named: bool,
    flights: PathBuf,
    inbox: Inbox,
    /// A recording that could not begin is told once.
    failed: bool,
}

impl Recording {
    /// Nothing is recorded yet.
    pub fn new(flights: PathBuf, inbox: &Inbox) -> Self {
        Self { recorder: None, named: false, flights, inbox: inbox.clone(), failed: false }
    }

    /// Records the whole session into this new file.
    pub fn keep_in(&mut self, path: &Path, config: &Config) -> Result<(), Problem> {
        self.recorder = Some(self.begin(path, config, Time(0))?);
        self.named = true;
        Ok(())
    }

    fn begin(&self, path: &Path, config: &Config, now: Time) -> Result<Recorder, Problem> {
        let inbox = self.inbox.clone();
        Recorder::start(path, Header::new(config, since_1970().1), now, move |p| inbox.offer(Event::Trouble(p)))
    }

    /// Takes down what came in; a flight that begins or ends, begins or ends its recording where each is kept.
    pub fn event(&mut self, now: Time, event: &Event, config: &Arc<Config>) {
        if let Event::Sim(report) = event
            && !self.named
        {
            match report.state {
                SimState::Flying if config.sim.record && self.recorder.is_none() && !self.failed => {
                    match self.begin(&self.flights.join(name(since_1970().0)), config, now) {
                        Ok(r) => self.recorder = Some(r),
                        Err(p) => {
                            self.failed = true;
                            self.inbox.offer(Event::Trouble(p));
                        }
                    }
                }
                SimState::Flying | SimState::Paused if config.sim.record => {}
                _ => self.recorder = None,
            }
        }
        if let Some(r) = &mut self.recorder {
            r.event(now, event);
        }
    }

    /// Takes down what became of it.
    pub fn effects(&mut self, now: Time, phase: &'static str, effects: &[Effect]) {
        let Some(r) = &mut self.recorder else { return };
        r.phase(now, phase);
        for effect in effects {
            if let Effect::Record(line) = effect {
                r.line(now, line);
            }
        }
    }
}

/// Seconds, and milliseconds.
fn since_1970() -> (u64, u64) {
    UNIX_EPOCH.elapsed().map_or((0, 0), |d| (d.as_secs(), u64::try_from(d.as_millis()).unwrap_or(0)))
}
