//! Active faults: at most one per part, each until its cause ends.

use std::collections::BTreeMap;

use super::App;
use crate::event::{Choice, Effect, Fault, Step};
use crate::models;
use crate::problem::{Part, Problem};
use crate::settings::Config;

/// Active faults, most urgent first.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults(BTreeMap<Part, Problem>);

impl Faults {
    /// Records a fault of a part that Stratus needs. Returns `false` if the same fault is already active with the same words.
    fn note(&mut self, p: &Problem) -> bool {
        if self.0.get(&p.part) == Some(p) {
            return false;
        }
        if p.part.is_needed() {
            self.0.insert(p.part, p.clone());
        }
        true
    }

    /// Clears the fault of a part that works again.
    pub(super) fn over(&mut self, part: Part) {
        self.0.remove(&part);
    }

    /// Clears faults after an understood call: every part that a call needs works, as do parts that never report recovery.
    pub(super) fn understood(&mut self) {
        self.0.retain(|part, _| matches!(part, Part::Settings | Part::PushToTalk | Part::Speaker | Part::Simulator));
    }

    /// Clears the faults of parts whose settings changed, so that they are reported again if they persist.
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

    /// The most urgent fault.
    pub(super) fn first(&self) -> Option<&Problem> {
        self.all().next()
    }

    /// Whether this part has a fault.
    pub(super) fn has(&self, part: Part) -> bool {
        self.0.contains_key(&part)
    }

    /// All of them, the most urgent one first.
    fn all(&self) -> impl Iterator<Item = &Problem> {
        self.0.values()
    }
}

impl App {
    /// Reports a problem once for as long as it persists.
    pub(super) fn trouble(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        if self.faults.note(&p) {
            fx.push(self.told(&p));
        }
    }

    /// Reports a key press that had no result. It is reported every time, because the pilot expects an answer.
    pub(super) fn unanswered(&mut self, p: Problem, fx: &mut Vec<Effect>) {
        self.faults.note(&p);
        fx.push(self.told(&p));
    }

    /// A check found that these parts work: their faults end.
    pub(super) fn checked_parts(&mut self, parts: &[Part]) {
        for part in parts {
            self.faults.over(*part);
            if *part == Part::SpeechModel {
                self.in_time();
            }
        }
    }

    /// The fault shown in the menu, with the action for a click.
    pub(super) fn fault(&self) -> Option<Fault> {
        self.faults.all().find_map(|p| self.row_of(p)).or_else(|| self.failed_download())
    }

    /// The row that tries a failed download again.
    fn failed_download(&self) -> Option<Fault> {
        let model = self.desk.failed.as_ref().filter(|_| self.desk.fetching.is_none())?;
        let words = format!("Download of {} failed: try again\u{2026}", models::plain_name(model));
        Some(Fault { words, mend: Choice::SpeechModel(model.clone()) })
    }

    fn row_of(&self, p: &Problem) -> Option<Fault> {
        let (action, mend) = match p.part {
            Part::Settings => ("open the file", Choice::OpenConfig),
            // The first run handles this.
            Part::SpeechModel if self.lacks_first_model() => return None,
            Part::SpeechModel if self.desk.unknown_model.is_some() => {
                return Some(Fault { words: "Unknown speech model: use it anyway\u{2026}".to_owned(), mend: Choice::TrustModel });
            }
            Part::SpeechModel if self.config.speech.model.is_none() => {
                let size = self.first_model().map_or_else(String::new, |m| format!(" ({})", m.size()));
                let words = format!("Set up: download a model{size}");
                return Some(Fault { words, mend: Choice::Step(Step::Model) });
            }
            Part::SpeechModel if let Some(m) = self.faster_model().filter(|_| self.is_slow()) => {
                let words = format!("Recognition slow: use {}\u{2026}", models::plain_name(&m.name));
                return Some(Fault { words, mend: Choice::SpeechModel(m.name) });
            }
            Part::SpeechModel if self.is_slow() => {
                return Some(Fault { words: "Recognition slow: run a check\u{2026}".to_owned(), mend: Choice::Doctor });
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
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Event, Steps};
    use crate::units::Time;

    #[test]
    fn fault_is_reported_once_and_cleared_by_its_own_cause_only() {
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
    fn optional_parts_cause_no_standing_fault() {
        let mut faults = Faults::default();
        for part in [Part::Joystick, Part::LanguageModel, Part::Voice, Part::Airports, Part::Download, Part::Updates] {
            assert!(faults.note(&Problem::new("it broke").about(part)), "{part:?} is reported");
            assert!(faults.first().is_none(), "{part:?}");
        }
    }

    #[test]
    fn changed_setting_clears_faults_of_its_part() {
        let mut faults = Faults::default();
        let (old, mut new) = (Config::default(), Config::default());
        faults.note(&Problem::new("no model").about(Part::SpeechModel));
        new.audio.mute = true;
        faults.changed(&old, &new);
        assert!(faults.first().is_some(), "the setting belongs to another part");
        new.speech.model = Some("/m/base.bin".into());
        faults.changed(&old, &new);
        assert!(faults.first().is_none());
    }

    #[test]
    fn fault_is_shown_beside_the_step_of_the_first_run() {
        let mut app = App::new(Arc::default(), Airports::first());
        app.handle(Time(0), Event::Steps(Steps::begun()));
        let fault = |app: &App| app.menu_model().fault.map(|f| f.words);
        let none = Problem::new("there is no speech model").about(Part::SpeechModel).brief("No speech model", "");
        app.handle(Time(1), Event::Trouble(none));
        assert_eq!(fault(&app), None, "the step offers the model itself");
        for (part, title) in [
            (Part::Simulator, "Simulator refused"),
            (Part::Speaker, "No speaker found"),
            (Part::PushToTalk, "Scroll Lock is in use"),
            (Part::Microphone, "No microphone found"),
            (Part::Settings, "Mistake in line 7 of your settings"),
        ] {
            app.handle(Time(2), Event::Trouble(Problem::new("it broke").about(part).brief(title, "")));
            let menu = app.menu_model();
            assert!(menu.fault.unwrap().words.starts_with(title) && menu.steps.next() == Some(Step::Model), "{title}");
        }
        let done = [Step::Model, Step::Microphone].into();
        app.handle(Time(3), Event::Config(Ok(Arc::default())));
        app.handle(Time(3), Event::Steps(Steps { leads: true, done }));
        app.handle(Time(4), Event::Ptt(crate::event::Edge::Down));
        let tx = app.open_tx().unwrap();
        app.handle(Time(5), Event::Listening { tx, microphone: "Headset".into() });
        assert!(fault(&app).unwrap().starts_with("No speaker"), "microphone and key work: {:?}", fault(&app));
    }
}
