//! Tells the pilot that a simulator is connected, and that it is lost.

use std::time::Duration;

use super::App;
use crate::event::Effect;
use crate::report::{Report, SimState};
use crate::units::Time;

/// A simulator that loads a flight sets position and radios one after the other.
const SETTLED: Duration = Duration::from_secs(2);
/// A simulator that returns within this time has only reloaded.
const RELOADS_WITHIN: Duration = Duration::from_secs(20);
/// The same message is not shown again within this time.
const AGAIN_AFTER: Duration = Duration::from_secs(600);

/// What is known about the link. Reports without a simulator's name, as in scenarios, change nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Simulator {
    /// The simulator of the last flight.
    name: String,
    /// Since when its aircraft is placed.
    placed: Option<Time>,
    /// Since when it is lost.
    lost: Option<Time>,
    /// The simulator that the pilot takes for connected.
    connected: Option<String>,
    /// The last simulator and airport that were told.
    told: Option<(String, String, Time)>,
    /// The last simulator whose loss was told.
    told_lost: Option<(String, Time)>,
}

impl Simulator {
    /// Takes a report.
    pub(super) fn see(&mut self, now: Time, report: &Report) {
        match report.state {
            SimState::Lost | SimState::Looking => {
                self.placed = None;
                self.lost = self.lost.or_else(|| self.connected.as_ref().map(|_| now));
            }
            SimState::Flying | SimState::Paused if report.position.is_some() && !report.simulator.is_empty() => {
                if self.name != report.simulator {
                    self.placed = None;
                    self.name.clone_from(&report.simulator);
                }
                (self.placed, self.lost) = (self.placed.or(Some(now)), None);
            }
            SimState::Menu | SimState::Flying | SimState::Paused => (self.placed, self.lost) = (None, None),
        }
    }
}

impl App {
    /// Whether a message about the simulator interrupts nothing: no call is running, and no test.
    fn may_tell(&self) -> bool {
        self.open.is_none() && (self.out.is_none() || self.plays_recording()) && !self.first.is_under_way()
    }

    /// When a lost simulator will have been away for too long to have reloaded.
    pub(super) fn simulator_deadline(&self) -> Option<Time> {
        self.simulator.lost.filter(|_| self.may_tell()).map(|at| at + RELOADS_WITHIN)
    }

    /// Says once that a simulator is connected, or lost.
    pub(super) fn tell_simulator(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if !self.may_tell() {
            return;
        }
        if self.simulator.lost.is_some_and(|at| now.since(at) >= RELOADS_WITHIN) {
            self.simulator.lost = None;
            let Some(name) = self.simulator.connected.take() else { return };
            let lately = self.simulator.told_lost.as_ref().is_some_and(|(last, at)| *last == name && now.since(*at) < AGAIN_AFTER);
            if !lately {
                fx.push(self.notice(&format!("{name} disconnected"), "Stratus finds it when you start it again."));
                self.simulator.told_lost = Some((name, now));
            }
        }
        let settled = self.simulator.placed.is_some_and(|at| now.since(at) >= SETTLED);
        if !settled || self.simulator.connected.as_ref() == Some(&self.simulator.name) {
            return;
        }
        let name = self.simulator.name.clone();
        self.simulator.connected = Some(name.clone());
        let airport = self.engine.airport().map_or_else(String::new, |a| a.name.clone());
        let same = |(last, there, at): &(String, String, Time)| *last == name && *there == airport && now.since(*at) < AGAIN_AFTER;
        if self.simulator.told.as_ref().is_some_and(same) {
            return;
        }
        let com1 = self.engine.com1().map(|f| f.to_string());
        let facts: Vec<String> = Some(airport.clone()).filter(|a| !a.is_empty()).into_iter().chain(com1).collect();
        fx.push(self.notice(&format!("{name} connected"), &facts.join(", ")));
        self.simulator.told = Some((name, airport, now));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Edge, Event};

    fn report(state: SimState) -> Event {
        let position = Airports::first().find("PHTO").map(|a| a.position);
        let simulator = "FlightGear".to_owned();
        Event::Sim(Arc::new(Report { state, simulator, position, on_ground: true, com1: "118.1".parse().ok(), ..Report::default() }))
    }

    fn told(app: &mut App, seconds: u64, event: Event) -> Vec<String> {
        let fx = app.handle(Time(seconds * 1000), event);
        fx.into_iter().filter_map(|e| if let Effect::Toast(t) = e { Some(format!("{}: {}", t.title, t.body)) } else { None }).collect()
    }

    #[test]
    fn simulator_is_told_once_when_it_connects_and_when_it_is_lost() {
        let mut app = App::new(Arc::default(), Airports::first());
        assert!(told(&mut app, 0, report(SimState::Flying)).is_empty(), "it still loads");
        assert_eq!(told(&mut app, 3, report(SimState::Flying)), ["FlightGear connected: Hilo, 118.1"]);
        assert!(told(&mut app, 4, report(SimState::Flying)).is_empty());
        // It reloads.
        assert!(told(&mut app, 10, report(SimState::Lost)).is_empty());
        assert_eq!(app.simulator_deadline(), Some(Time(30_000)));
        assert!(told(&mut app, 25, report(SimState::Flying)).is_empty() && told(&mut app, 60, report(SimState::Flying)).is_empty());
        assert_eq!(app.simulator_deadline(), None);
        // It ends.
        told(&mut app, 100, report(SimState::Lost));
        assert!(told(&mut app, 119, Event::Wake).is_empty());
        assert_eq!(told(&mut app, 120, Event::Wake), ["FlightGear disconnected: Stratus finds it when you start it again."]);
        assert!(told(&mut app, 160, Event::Sim(Arc::new(Report::default()))).is_empty());
        // The same simulator at the same airport within ten minutes, and later.
        told(&mut app, 200, report(SimState::Flying));
        assert!(told(&mut app, 210, report(SimState::Flying)).is_empty());
        told(&mut app, 300, report(SimState::Lost));
        assert!(told(&mut app, 320, Event::Wake).is_empty());
        told(&mut app, 900, report(SimState::Flying));
        assert_eq!(told(&mut app, 903, report(SimState::Flying)).len(), 1);
    }

    #[test]
    fn simulator_is_not_told_during_a_call() {
        let mut app = App::new(Arc::default(), Airports::first());
        told(&mut app, 0, report(SimState::Flying));
        told(&mut app, 1, Event::Ptt(Edge::Down));
        assert!(app.open_tx().is_some() && told(&mut app, 3, report(SimState::Flying)).is_empty());
        assert!(told(&mut app, 4, report(SimState::Lost)).is_empty());
        assert_eq!(app.simulator_deadline(), None);
        // A report without a name is none of a simulator.
        let mut app = App::new(Arc::default(), Airports::first());
        let position = Airports::first().find("PHTO").map(|a| a.position);
        let nameless = || Event::Sim(Arc::new(Report { state: SimState::Flying, position, ..Report::default() }));
        told(&mut app, 0, nameless());
        assert!(told(&mut app, 9, nameless()).is_empty() && app.simulator_deadline().is_none());
    }
}
