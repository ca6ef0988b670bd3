//! Judges from recognised calls whether the speech model is fast enough for this machine, and picks a faster one to suggest.

use std::time::Duration;

use super::App;
use crate::event::Effect;
use crate::models::{self, ACCEPTED_MS, Offer, TIMEOUT};
use crate::problem::Part;

/// Consecutive slow calls before a model counts as too slow. A single long call proves nothing.
const SLOW_CALLS: u32 = 3;

/// Speed record of the active model.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace {
    /// The model's file.
    file: String,
    /// Consecutive slow calls.
    slow: u32,
    /// Consecutive calls whose recognition was given up.
    given_up: u32,
    told: bool,
}

impl App {
    /// The next smaller model that is available.
    pub(super) fn faster_model(&self) -> Option<Offer> {
        models::faster(&self.model_file(), &self.desk.absent, &self.desk.own_models)
    }

    /// What makes recognition faster: the menu row of a smaller model, or what helps without one.
    pub(super) fn speed_up(&self) -> String {
        match self.faster_model() {
            Some(m) => format!("Faster: Speech \u{203a} Switch to {}.", models::plain_name(&m.name)),
            None => format!(
                "Close other programs, or let it use more of the processor: \u{201c}threads\u{201d} under {}.",
                Part::Settings.place()
            ),
        }
    }

    /// Records how long a call took. Reports a model that is too slow once, with the remedy.
    pub(super) fn recognised_in(&mut self, ms: u32, fx: &mut Vec<Effect>) {
        let file = self.model_file();
        if self.pace.file != file {
            self.pace = Pace { file, ..Pace::default() };
        }
        self.pace.slow = if ms > ACCEPTED_MS { self.pace.slow + 1 } else { 0 };
        self.pace.given_up = if Duration::from_millis(u64::from(ms)) >= TIMEOUT { self.pace.given_up + 1 } else { 0 };
        if self.pace.slow < SLOW_CALLS || self.pace.told {
            return;
        }
        self.pace.told = true;
        let title = format!("{} is slow on this computer", self.model_name());
        let body = format!("Your last calls took {} and longer to understand. {}", seconds(ACCEPTED_MS), self.speed_up());
        fx.push(self.noted(&title, &body, &format!("the last one took {ms} ms")));
    }

    /// The message about recognition that takes longer than Stratus waits for a call.
    pub(super) fn timed_out(&self, ms: u32) -> Option<(&'static str, String)> {
        if Duration::from_millis(u64::from(ms)) <= TIMEOUT {
            return None;
        }
        let remedy = self.speed_up();
        let body = format!("It took {} to understand you. Stratus waits {} s for a call. {remedy}", seconds(ms), TIMEOUT.as_secs());
        Some(("Speech recognition is too slow", body))
    }

    /// The message about a slow microphone test. A test is short, so one is enough.
    pub(super) fn slow_test(&self, ms: u32) -> Option<String> {
        (ms > ACCEPTED_MS && self.faster_model().is_some()).then(|| format!("It took {} to understand. {}", seconds(ms), self.speed_up()))
    }

    /// A check found that recognition is fast enough.
    pub(super) fn in_time(&mut self) {
        (self.pace.slow, self.pace.given_up) = (0, 0);
    }

    /// The last calls, if their recognition was given up: a check reports them, however fast its own call was.
    pub(super) fn given_up(&self) -> Option<String> {
        let within = TIMEOUT.as_secs();
        match self.pace.given_up {
            _ if self.pace.file != self.model_file() => None,
            0 => None,
            1 => Some(format!("the recognition of your last call was given up after {within} s")),
            n => Some(format!("the recognition of your last {n} calls was given up after {within} s")),
        }
    }

    /// Whether recognition was given up, or the last calls were too slow.
    pub(super) fn is_slow(&self) -> bool {
        self.pace.slow > 0 && self.pace.file == self.model_file()
    }
}

fn seconds(ms: u32) -> String {
    format!("{:.1} s", f64::from(ms) / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Choice, Edge, Event, Heard, Loudness, Sample, Take, Toast};
    use crate::problem::{Part, Problem};
    use crate::settings::Config;
    use crate::units::Time;

    fn with(model: &str) -> App {
        let mut config = Config::default();
        config.speech.model = Some(format!("/m/ggml-{model}.bin").into());
        (config.sim.airport, config.sim.com1) = (Some("PHTO".into()), "121.9".parse().ok());
        App::new(Arc::new(config), Airports::first())
    }

    fn hear(app: &mut App, took_ms: u32) -> Vec<Toast> {
        let tx = app.upcoming_tx();
        let heard = Heard { text: "Hilo Ground, N172SP, radio check".into(), confidence: 1.0, took_ms, ..Heard::default() };
        let fx = app.handle(Time(1), Event::Heard { tx, result: Ok(heard) });
        fx.into_iter().filter_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).collect()
    }

    #[test]
    fn slow_model_is_reported_once_with_the_next_smaller_one() {
        let mut app = with("small.en");
        let slow = |toasts: Vec<Toast>| toasts.into_iter().find(|t| t.title.contains("slow"));
        assert!([4000, 4000, 900, 4000, 4000].into_iter().all(|ms| slow(hear(&mut app, ms)).is_none()), "not three in a row");
        let told = slow(hear(&mut app, 4000)).unwrap();
        assert!(told.title == "Small is slow on this computer" && told.body.ends_with("Speech \u{203a} Switch to Base."), "{told:?}");
        assert!(slow(hear(&mut app, 4000)).is_none(), "once");
        assert_eq!(app.menu().faster.as_deref(), Some("base.en"));
        let fx = app.handle(Time(9), Event::Menu(Choice::SpeechModel("base.en".into())));
        assert!(fx.contains(&Effect::Fetch(Some("base.en".into()))), "{fx:?}");
        let mut tiny = with("tiny.en");
        let told: Vec<Toast> = (0..5).filter_map(|_| slow(hear(&mut tiny, 4000))).collect();
        assert!(told.len() == 1 && told[0].body.contains("Close other programs") && tiny.menu().faster.is_none(), "{told:?}");
    }

    /// The message about a call whose recognition takes too long.
    fn late(app: &mut App) -> Toast {
        app.handle(Time(0), Event::Ptt(Edge::Down));
        let tx = app.open_tx().unwrap();
        app.handle(Time(2_000_000_000), Event::Ptt(Edge::Up));
        app.handle(app.next_deadline().unwrap(), Event::Wake);
        let voice = Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() };
        app.handle(Time(2_300_000_000), Event::Captured { tx, take: Ok(voice) });
        let fx = app.handle(app.next_deadline().unwrap(), Event::Wake);
        fx.into_iter().find_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).unwrap()
    }

    #[test]
    fn recognition_timeout_suggests_the_smaller_model() {
        let mut app = with("base.en");
        let told = late(&mut app);
        assert!(told.body.contains("Speech \u{203a} Switch to Tiny"), "{told:?}");
        let fault = app.menu().fault.unwrap();
        assert_eq!((fault.words.as_str(), fault.mend), ("Recognition slow: use Tiny\u{2026}", Choice::SpeechModel("tiny.en".into())));
    }

    #[test]
    fn passed_check_ends_the_fault_of_slow_recognition() {
        let mut app = with("tiny.en");
        let late = Problem::new("speech recognition took too long").about(Part::SpeechModel).brief("Speech recognition took too long", "");
        app.handle(Time(0), Event::Trouble(late));
        app.pace = Pace { file: app.model_file(), slow: 1, ..Pace::default() };
        let fault = app.menu().fault.unwrap();
        assert_eq!((fault.words.as_str(), fault.mend), ("Recognition slow: run a check\u{2026}", Choice::Doctor));
        let fx = app.handle(Time(1), Event::Working(vec![Part::Microphone]));
        assert!(app.menu().fault.is_some(), "{fx:?}");
        let fx = app.handle(Time(2), Event::Working(vec![Part::Microphone, Part::SpeechModel]));
        assert!(app.menu().fault.is_none() && fx.contains(&Effect::Tray(crate::event::TrayState::Ready)), "{fx:?}");
    }

    #[test]
    fn slow_recognition_has_a_remedy_with_every_model() {
        let own = |bytes: u64| Offer { bytes, own: true, ..Offer::published(models::find("tiny.en").unwrap(), None) };
        for (model, remedy) in [
            ("small.en", "Speech \u{203a} Switch to Base."),
            ("tiny.en", "Help \u{203a} Settings file."),
            ("mine", "Help \u{203a} Settings file."),
            ("club", "Speech \u{203a} Switch to club-small."),
        ] {
            let mut app = with(model);
            let of_club = |name: &str, bytes| Offer { name: name.into(), file: format!("ggml-{name}.bin"), ..own(bytes) };
            if model == "club" {
                app.handle(Time(0), Event::Offers(vec![of_club("club", 100_000_000), of_club("club-small", 40_000_000)]));
                app.handle(Time(0), Event::Absent(models::ALL.iter().map(|m| m.name.to_owned()).collect()));
            }
            assert!(late(&mut app).body.ends_with(remedy), "{model}");
            let fault = app.menu().fault.unwrap();
            match app.faster_model() {
                Some(m) => assert_eq!(fault.mend, Choice::SpeechModel(m.name), "{model}"),
                // The check reports what was given up, and what helps.
                None => assert_eq!(fault.mend, Choice::Doctor, "{model}"),
            }
        }
    }

    #[test]
    fn check_learns_of_calls_that_were_given_up() {
        let mut app = with("tiny.en");
        let asked = |app: &mut App| {
            let fx = app.handle(Time(60_000), Event::Pace { id: 7 });
            fx.into_iter().find_map(|e| if let Effect::Answer { id: 7, text, .. } = e { Some(text) } else { None }).unwrap()
        };
        assert_eq!(asked(&mut app), "");
        late(&mut app);
        assert_eq!(asked(&mut app), "the recognition of your last call was given up after 20 s");
        late(&mut app);
        assert_eq!(asked(&mut app), "the recognition of your last 2 calls was given up after 20 s");
        hear(&mut app, 900);
        assert_eq!(asked(&mut app), "");
    }

    #[test]
    fn quick_microphone_test_ends_the_fault_of_slow_recognition() {
        let mut app = with("tiny.en");
        late(&mut app);
        assert!(app.menu().fault.is_some());
        app.handle(Time(70_000), Event::Menu(Choice::CheckMicrophone));
        let sample = Sample { microphone: "Headset".into(), loudness: Loudness::Good, peak_db: -14.0, take: Take::default() };
        app.handle(Time(71_000), Event::Checked(Ok(sample)));
        app.handle(Time(72_000), Event::CheckHeard(Ok(Heard { text: "radio check".into(), took_ms: 900, ..Heard::default() })));
        assert!(app.menu().fault.is_none() && app.given_up().is_none());
    }

    #[test]
    fn slow_microphone_test_is_reported_at_once() {
        let mut app = with("small.en");
        let mut test = |took_ms: u32| {
            app.handle(Time(0), Event::Menu(Choice::CheckMicrophone));
            let sample = Sample { microphone: "Headset".into(), loudness: Loudness::Good, peak_db: -14.0, take: Take::default() };
            app.handle(Time(1), Event::Checked(Ok(sample)));
            let heard = Heard { text: "radio check".into(), took_ms, ..Heard::default() };
            let fx = app.handle(Time(2), Event::CheckHeard(Ok(heard)));
            fx.into_iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body) } else { None }).unwrap()
        };
        assert!(test(3100).contains("It took 3.1 s to understand. Faster: Speech \u{203a} Switch to Base."));
        assert!(!test(900).contains("It took"));
        let late = test(32_000);
        assert!(late.starts_with("It took 32.0 s") && late.contains("Switch to Base") && !late.contains("heard you"), "{late}");
    }
}
