//! What is wrong at the moment: one fault of each part at most, each until its own cause has ended.

use std::collections::BTreeMap;

use super::App;
use crate::event::{Choice, Effect, Fault};
use crate::models;
use crate::problem::{Part, Problem};
use crate::settings::Config;

/// The standing faults, the most urgent first.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(BTreeMap<Part, Problem>);

impl Faults {
    /// Notes a fault, if its part is one that Stratus needs; `false`: it stands already, word for word.
    fn note(&mut self, p: &Problem) -> bool {
        if self.0.get(&p.part) == Some(p) {
            return false;
        }
        if p.part.is_needed() {
            self.0.insert(p.part, p.clone());
        }
        true
    }

    /// The part works.
    pub(super) fn over(&mut self, part: Part) {
        self.0.remove(&part);
    }

    /// A call was understood: what is needed for one works, and so does whatever nobody tells the end of.
    pub(super) fn understood(&mut self) {
        self.0.retain(|part, _| matches!(part, Part::Settings | Part::PushToTalk | Part::Speaker | Part::Simulator));
    }

    /// Other settings are in force: the parts that they are about begin anew, and tell again what is wrong then.
    pub(super) fn changed(&mut self, old: &Config, new: &Config) {
        for (part, same) in [
            (Part::SpeechModel, old.speech == new.speech),
            (Part::Microphone, old.audio == new.audio),
            (Part::Speaker, old.audio == new.audio),
            (Part::PushToTalk, old.ptt == new.ptt),
            (Part::Simulator, old.sim == new.sim),
            (Part::Desktop, old.toast == new.toast),
        ] {
            if !same {
                self.over(part);
            }
        }
    }

    /// The most urgent one.
    pub(super) fn first(&self) -> Option<&Problem> {
        self.0.values().next()
    }
}

impl App {
    /// News of a problem: told once for as long as it stands.
    pub(super) fn trouble(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        if self.faults.note(&p) {
            fx.push(self.told(&p));
        }
    }

    /// A press of the key came to nothing: told each time, for the pilot waits for an answer.
    pub(super) fn unanswered(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        self.faults.note(&p);
        fx.push(self.told(&p));
    }

    /// The fault as the menu shows it, with what a click does about it.
    pub(super) fn fault(&self) -> Option<Fault> {
        let p = self.faults.first()?;
        let (action, mend) = match p.part {
            Part::Settings => ("open the file", Choice::OpenConfig),
            // The first run leads there.
            Part::SpeechModel if self.lacks_first_model() => return None,
            Part::SpeechModel if self.desk.unknown_model.is_some() => {
                return Some(Fault { words: "Unknown speech model: use it anyway\u{2026}".to_owned(), mend: Choice::TrustModel });
            }
            Part::SpeechModel if self.config.speech.model.is_none() => {
                let words = "Set up: download a speech model\u{2026}".to_owned();
                return Some(Fault { words, mend: Choice::SpeechModel(models::RECOMMENDED.to_owned()) });
            }
            Part::Microphone => ("test it", Choice::CheckMicrophone),
            Part::PushToTalk => ("change the key", Choice::BindKey),
            Part::Speaker => ("test it", Choice::TestCall),
            _ => ("run a check", Choice::Doctor),
        };
        Some(Fault { words: format!("{}: {action}\u{2026}", p.short().title), mend })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_told_once_while_it_stands_and_ends_with_its_own_cause_alone() {
        let mut faults = Faults::default();
        let of = |part| Problem::new("it broke").about(part);
        assert!(faults.note(&of(Part::SpeechModel)) && !faults.note(&of(Part::SpeechModel)));
        assert!(faults.note(&of(Part::Settings)));
        assert_eq!(faults.first().unwrap().part, Part::Settings, "the most urgent one is shown");
        faults.over(Part::Settings);
        assert_eq!(faults.first().unwrap().part, Part::SpeechModel);
        faults.understood();
        assert!(faults.first().is_none() && faults.note(&of(Part::SpeechModel)));
    }

    #[test]
    fn what_stratus_works_without_is_no_standing_fault() {
        let mut faults = Faults::default();
        for part in [Part::Joystick, Part::LanguageModel, Part::Voice, Part::Airports, Part::Download, Part::Updates] {
            assert!(faults.note(&Problem::new("it broke").about(part)), "{part:?} is told");
            assert!(faults.first().is_none(), "{part:?}");
        }
    }

    #[test]
    fn a_changed_setting_ends_the_faults_of_its_own_part() {
        let mut faults = Faults::default();
        let (old, mut new) = (Config::default(), Config::default());
        faults.note(&Problem::new("no model").about(Part::SpeechModel));
        new.audio.mute = true;
        faults.changed(&old, &new);
        assert!(faults.first().is_some(), "another part's setting");
        new.speech.model = Some("/m/base.bin".into());
        faults.changed(&old, &new);
        assert!(faults.first().is_none());
    }
}
