//! The five steps of the first run: their names, and their completion.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::problem::Part;

/// How long the set-up in the terminal waits for the pilot to press the key, seconds. A call that has begun is awaited to its end.
pub const CALL_WITHIN_S: u32 = 45;

/// The steps of the first run, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// There is a speech model.
    Model,
    /// A "radio check" was recognised.
    Microphone,
    /// The push-to-talk key was pressed and released.
    Key,
    /// The pilot's callsign is known.
    Callsign,
    /// A spoken call was answered.
    Call,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Model, Self::Microphone, Self::Key, Self::Callsign, Self::Call];

    /// "Microphone".
    pub fn title(self) -> &'static str {
        match self {
            Self::Model => "Speech model",
            Self::Microphone => "Microphone",
            Self::Key => "Push-to-talk",
            Self::Callsign => "Callsign",
            Self::Call => "First call",
        }
    }

    /// What the pilot has to do.
    pub fn task(self) -> &'static str {
        match self {
            Self::Model => "download model",
            Self::Microphone => "test microphone",
            Self::Key => "test push-to-talk",
            Self::Callsign => "say your callsign",
            Self::Call => "make a first call",
        }
    }

    /// The step that tests a part; `None` if no step does.
    pub fn of(part: Part) -> Option<Self> {
        match part {
            Part::SpeechModel => Some(Self::Model),
            Part::Microphone => Some(Self::Microphone),
            Part::PushToTalk => Some(Self::Key),
            Part::Speaker => Some(Self::Call),
            _ => None,
        }
    }

    /// Counted from 1.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|s| *s == self).map_or(0, |n| n + 1)
    }

    /// The name in the file that stores completed steps.
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Microphone => "microphone",
            Self::Key => "key",
            Self::Callsign => "callsign",
            Self::Call => "call",
        }
    }
}

/// Progress of the first run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Steps {
    /// The first run is active. Otherwise it is complete, or was skipped.
    pub leads: bool,
    /// Completed steps.
    pub done: BTreeSet<Step>,
}

impl Steps {
    /// The first run of a new pilot: nothing is done yet.
    pub fn begun() -> Self {
        Self { leads: true, done: BTreeSet::new() }
    }

    /// The first run is over: every step counts as done.
    pub fn over() -> Self {
        Self { leads: false, done: Step::ALL.into() }
    }

    /// The next step, while the first run is active.
    pub fn next(&self) -> Option<Step> {
        Step::ALL.into_iter().find(|s| self.leads && !self.done.contains(s))
    }

    /// "Set up (2 of 5): test microphone…": the menu row of a step. The download needs no further answer, so it has its size instead of
    /// the ellipsis: "Set up (1 of 5): download model (148 MB)".
    pub fn row(step: Step, size: &str) -> String {
        let row = format!("{}: {}", Self::place(step), step.task());
        match step {
            Step::Model if size.is_empty() => row,
            Step::Model => format!("{row} ({size})"),
            // A submenu with what to say.
            Step::Call => row,
            _ => format!("{row}\u{2026}"),
        }
    }

    /// "Set up (2 of 5)": a short form.
    pub fn place(step: Step) -> String {
        format!("Set up ({} of {})", step.number(), Step::ALL.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_step_is_the_first_open_one_and_none_when_over() {
        let mut steps = Steps::begun();
        assert_eq!(steps.next(), Some(Step::Model));
        steps.done.extend([Step::Model, Step::Key]);
        assert_eq!(steps.next(), Some(Step::Microphone));
        assert_eq!(Steps::row(Step::Microphone, "148 MB"), "Set up (2 of 5): test microphone\u{2026}");
        assert_eq!(Steps::row(Step::Model, "148 MB"), "Set up (1 of 5): download model (148 MB)");
        assert_eq!((Steps::over().next(), Steps::default().next()), (None, None));
        let words: BTreeSet<&str> = Step::ALL.map(Step::word).into();
        assert_eq!(words.len(), Step::ALL.len());
    }
}
