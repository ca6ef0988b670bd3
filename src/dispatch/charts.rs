//! Looks up relevant airports in the index of imported ones, off the owner's thread.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::Inbox;
use crate::airports::data::Airports;
use crate::airports::described::Origin;
use crate::airports::minima::Area;
use crate::event::Event;
use crate::problem::{Part, Problem};
use crate::scenery::{self, Imports};
use crate::worker::Worker;

/// Capacity of the queue of look-ups.
const QUEUE: usize = 16;
/// Number of airports reported again when the index has changed: as many as the engine remembers.
const ASKED: usize = 4;

/// A look-up.
#[derive(Debug)]
enum Look {
    /// This airport.
    For(String),
    /// The surroundings of this area.
    Around(Area),
    /// The last look-ups again, because the index has changed.
    Again,
}

/// Looks up airports.
#[derive(Debug)]
pub(super) struct Charts {
    worker: Worker<Look>,
    /// The last ones, for a link that starts later.
    asked: Mutex<VecDeque<String>>,
}

impl Charts {
    /// Starts the thread; nothing is read before the first look-up.
    pub(super) fn start(imports: &Imports, airports: &Airports, inbox: &Inbox) -> Result<Self, Problem> {
        let (out, trouble, imports, airports) = (inbox.clone(), inbox.clone(), imports.clone(), airports.clone());
        let begin = move || {
            let (out, imports, airports) = (out.clone(), imports.clone(), airports.clone());
            let mut asked = VecDeque::<String>::new();
            move |look: Look| {
                let tell = |icao: &String| {
                    let told = scenery::described(&imports, &airports, icao).map(|t| t.map(Arc::new));
                    if let Ok(Some(t)) = &told {
                        let pieces = t.airport.taxiways.as_ref().map_or(0, |g| g.edges.len());
                        log::info!("{icao}: {} runways, {pieces} pieces of taxiway from {}", t.airport.runways.len(), t.sources.join(", "));
                    }
                    out.send(Event::Airport { icao: icao.clone(), origin: Origin::Files, result: told });
                };
                match look {
                    Look::For(icao) => {
                        tell(&icao);
                        remember(&mut asked, icao);
                    }
                    Look::Around(area) => match scenery::surroundings::around(&scenery::surroundings::folders(&imports), &airports, area) {
                        Ok(None) => {}
                        Ok(Some(told)) => {
                            log::info!(
                                "around: {} units, {} sectors from {}",
                                told.controllers.len(),
                                told.minima.circles.len(),
                                told.sources.join(", ")
                            );
                            out.send(Event::Surroundings(Ok(Arc::new(told))));
                        }
                        Err(p) => out.send(Event::Surroundings(Err(p))),
                    },
                    Look::Again => asked.iter().for_each(tell),
                }
            }
        };
        let stopped = move |words| {
            trouble.send(Event::Trouble(
                Problem::bug("an airport could not be looked up").because(words).fix("the built-in data is used").about(Part::Airports),
            ));
        };
        Ok(Self { worker: Worker::start("charts", QUEUE, begin, stopped)?, asked: Mutex::default() })
    }

    /// Looks up an airport; the answer is an [`Event::Airport`].
    pub(super) fn look(&self, icao: String) {
        remember(&mut self.asked.lock().unwrap_or_else(PoisonError::into_inner), icao.clone());
        if let Err(p) = self.worker.send(Look::For(icao)) {
            log::warn!("{}", p.one_line());
        }
    }

    /// Looks up the surroundings; the answer, if any, is an [`Event::Surroundings`].
    pub(super) fn look_around(&self, area: Area) {
        if let Err(p) = self.worker.send(Look::Around(area)) {
            log::warn!("{}", p.one_line());
        }
    }

    /// The last airports looked up.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// The index has changed: repeats the last look-ups.
    pub(super) fn look_again(&self) {
        if let Err(p) = self.worker.send(Look::Again) {
            log::warn!("{}", p.one_line());
        }
    }
}

fn remember(asked: &mut VecDeque<String>, icao: String) {
    asked.retain(|a| *a != icao);
    asked.push_back(icao);
    if asked.len() > ASKED {
        asked.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;
    use std::time::Duration;

    use super::*;
    use crate::scenery::{Wanted, found};

    const APT: &str = "I\n1000 made up\n1 38 1 0 PHTO Hilo\n\
100 46 1 1 1.00 0 3 0 08 19.72138000 -155.05785950 0 0 3 11 0 0 26 19.72135900 -155.02930200 0 0 3 8 0 0\n\
1201 19.7203 -155.0560 both 0 a\n1201 19.7203 -155.0310 both 1 b\n1202 0 1 twoway taxiway A\n99\n";

    #[test]
    fn airport_is_looked_up_and_reported_again_after_a_change() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, inbox) = sync_channel(8);
        let imports = Imports::within(dir.path());
        let charts = Charts::start(&imports, &Airports::world(), &Inbox(sender)).unwrap();
        let told = || match inbox.recv_timeout(Duration::from_secs(60)).unwrap() {
            Event::Airport { icao, origin: Origin::Files, result } => (icao, result),
            other => panic!("{other:?}"),
        };
        charts.look("PHTO".into());
        assert_eq!(told(), ("PHTO".into(), Ok(None)), "nothing has been imported");
        let apt = dir.path().join("apt.dat");
        std::fs::write(&apt, APT).unwrap();
        let sources = found(&Wanted { files: vec![apt], ..Wanted::default() }).unwrap();
        imports.import(sources, &mut |_, _, _| true).unwrap();
        charts.look_again();
        let (icao, result) = told();
        let told_now = result.unwrap().unwrap();
        assert_eq!((icao.as_str(), told_now.airport.taxiways.as_ref().unwrap().edges[0].name.as_str()), ("PHTO", "A"));
        assert!(told_now.sources[0].ends_with("apt.dat"));
        std::fs::write(imports.path(), "damaged").unwrap();
        charts.look("KPAO".into());
        assert!(told().1.unwrap_err().fix.contains("stratus airports import"));
    }
}
