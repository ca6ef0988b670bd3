//! The figures of many flights: completed, stuck and why, unanswered requests, broken invariants, transmissions of a flight.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::flight::Log;
use crate::pilot::Outcome;

/// A cause, how often it occurred, and a flight that shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The cause in words.
    pub what: String,
    /// The number of flights.
    pub flights: u32,
    /// The seed of the first flight.
    pub seed: u64,
    /// A line of that flight.
    pub line: String,
}

/// The figures of many flights.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Tally {
    /// Flights flown.
    pub flights: u32,
    /// Flights that ended parked as planned.
    pub completed: u32,
    /// Completed flights with no broken invariant and with every request answered.
    pub faultless: u32,
    /// Why other flights were stuck, the most frequent cause first.
    pub stuck: Vec<Cause>,
    /// Requests without an answer.
    pub unanswered: Vec<Cause>,
    /// Broken invariants, by number and kind.
    pub broken: Vec<Cause>,
    /// For each kind of flight: flights and completed flights.
    pub missions: BTreeMap<String, (u32, u32)>,
    /// The controller's transmissions.
    pub transmissions: u32,
    /// The pilots' calls.
    pub calls: u32,
    /// Clearances.
    pub clearances: u32,
    /// Questions.
    pub questions: u32,
    /// Correct readbacks that were refused.
    pub refused_readbacks: u32,
    /// Units that pilots found without a handoff.
    pub found_alone: u32,
    /// The longest silence while something was owed, seconds, and its seed.
    pub longest_silence: (u32, u64),
    /// Virtual hours.
    pub hours: f64,
}

impl Tally {
    /// Computes the figures of these flights.
    pub fn of(logs: &[Log]) -> Self {
        let mut tally = Self::default();
        let (mut stuck, mut unanswered, mut broken) = (Causes::default(), Causes::default(), Causes::default());
        for log in logs {
            tally.flights += 1;
            let mission = tally.missions.entry(format!("{:?}", log.mission).to_lowercase()).or_default();
            mission.0 += 1;
            match &log.outcome {
                Outcome::Completed => {
                    tally.completed += 1;
                    mission.1 += 1;
                    tally.faultless += u32::from(log.broken.is_empty() && log.unanswered.is_empty());
                }
                Outcome::Stuck { stage, need, why } => {
                    let what = format!("{stage:?} without {}; {why}", need.words());
                    stuck.add(what, log.seed, String::new());
                }
            }
            for need in &log.unanswered {
                unanswered.add(need.words().to_owned(), log.seed, String::new());
            }
            for b in &log.broken {
                let line = format!("{}:{:02} {}", b.at / 60, b.at % 60, b.line);
                broken.add(format!("{} {}", b.law, b.kind), log.seed, line);
            }
            tally.transmissions += log.transmissions;
            tally.calls += log.calls;
            tally.clearances += log.clearances;
            tally.questions += log.questions;
            tally.refused_readbacks += log.refused_readbacks;
            tally.found_alone += log.found_alone;
            tally.longest_silence = tally.longest_silence.max((log.longest_silence, log.seed));
            tally.hours += f64::from(log.seconds) / 3600.0;
        }
        (tally.stuck, tally.unanswered, tally.broken) = (stuck.sorted(), unanswered.sorted(), broken.sorted());
        tally
    }

    /// Flights with a breach of this invariant, summed over its kinds.
    pub fn breaches(&self, law: u8) -> u32 {
        self.broken.iter().filter(|c| c.what.starts_with(&format!("{law} "))).map(|c| c.flights).sum()
    }

    /// The report for people. Counts of causes are per 1,000 flights.
    pub fn words(&self) -> String {
        let mut out = String::new();
        let n = self.flights.max(1);
        let per = |count: u32| f64::from(count) * 1000.0 / f64::from(n);
        let each = |count: u32| f64::from(count) / f64::from(n);
        let _ = writeln!(out, "{} flights, {:.0} hours", self.flights, self.hours);
        let _ = writeln!(out, "completed {:.0} of 1,000; without any fault {:.0}", per(self.completed), per(self.faultless));
        for (mission, (flown, completed)) in &self.missions {
            let _ = writeln!(out, "  {mission:<12} {completed} of {flown}");
        }
        let _ = writeln!(
            out,
            "a flight: {:.1} transmissions, {:.1} calls, {:.1} clearances, {:.1} questions, {:.2} right readbacks refused, {:.2} units found alone",
            each(self.transmissions),
            each(self.calls),
            each(self.clearances),
            each(self.questions),
            each(self.refused_readbacks),
            each(self.found_alone)
        );
        let (silence, seed) = self.longest_silence;
        let _ = writeln!(out, "longest silence while something was owed: {silence} s (seed {seed})");
        for (title, causes) in [
            ("stuck, of 1,000 flights", &self.stuck),
            ("requests without an answer, of 1,000 flights", &self.unanswered),
            ("invariants broken, of 1,000 flights", &self.broken),
        ] {
            let all: u32 = causes.iter().map(|c| c.flights).sum();
            let _ = writeln!(out, "\n{title}: {:.0}", per(all));
            for c in causes {
                let _ = writeln!(out, "{:>6.0}  {}  (seed {})", per(c.flights), c.what, c.seed);
                if !c.line.is_empty() {
                    let _ = writeln!(out, "          {}", c.line);
                }
            }
        }
        out
    }
}

/// Causes while they are counted: flights, the first seed, a line.
#[derive(Default)]
struct Causes(BTreeMap<String, (u32, u64, String)>);

impl Causes {
    fn add(&mut self, what: String, seed: u64, line: String) {
        self.0.entry(what).or_insert((0, seed, line)).0 += 1;
    }

    fn sorted(self) -> Vec<Cause> {
        let mut all: Vec<Cause> = self.0.into_iter().map(|(what, (flights, seed, line))| Cause { what, flights, seed, line }).collect();
        all.sort_by_key(|c| std::cmp::Reverse(c.flights));
        all
    }
}
