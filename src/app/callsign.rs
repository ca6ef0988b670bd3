//! The pilot's callsign, said once and kept: the fourth step of the first run, and a row of the menu.

use std::time::Duration;

use super::App;
use super::first::Test;
use super::telling::quoted;
use crate::atc::intent::Understanding;
use crate::event::{Effect, Step};
use crate::units::Time;

/// A callsign is waited for so long: the pilot may look it up.
const CALLSIGN_WITHIN: Duration = Duration::from_secs(120);

/// A callsign of fewer characters is rare: it has to be said again.
const SHORTEST_SURE: usize = 5;

impl App {
    /// The next call is the callsign.
    pub(super) fn ask_callsign(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.open.is_some() {
            return;
        }
        if self.config.speech.model.is_none() {
            fx.push(self.no_model());
            return;
        }
        self.first.test = Some(Test::Callsign { until: now + CALLSIGN_WITHIN });
        let body = format!(
            "Hold {}, wait for the red icon, and say, for example:\n\u{201c}November one seven two sierra papa\u{201d}",
            self.key()
        );
        let title = match self.engine.callsign() {
            Some(c) => format!("Say your callsign (now {})", c.painted()),
            None => "Say your callsign".to_owned(),
        };
        fx.push(self.notice(&title, &body));
    }

    pub(super) fn callsign_said(&mut self, text: &str, reading: &Understanding, fx: &mut Vec<Effect>) {
        let typed = self.open.take().and_then(|o| o.typed);
        let answer = |note: String| typed.map(|id| Effect::Answer { id, text: String::new(), note });
        let again = self.first.doubtful.take();
        match &reading.callsign {
            // A garbled callsign leaves words that nothing explains, or looks like no callsign, or is one that has lost a figure.
            Some(callsign)
                if (reading.loose > 0 || !callsign.is_usual() || callsign.as_str().len() < SHORTEST_SURE)
                    && again.as_ref() != Some(callsign) =>
            {
                let painted = callsign.painted();
                fx.extend(answer(format!("it sounded like {painted}: say it again to confirm it")));
                let body = format!("{}\nSay it again to confirm it, or type it under Pilot.", quoted(text));
                fx.push(self.notice(&format!("Is your callsign {painted}?"), &body));
                self.first.doubtful = Some(callsign.clone());
            }
            Some(callsign) => {
                self.first.test = None;
                let painted = callsign.painted();
                fx.extend(answer(format!("your callsign is {painted}")));
                let said = callsign.clone();
                self.set_callsign(said, fx);
                let body = format!("{}\nTo change it, choose a row under Pilot.", quoted(text));
                self.passed(Step::Callsign, &format!("Your callsign is {painted}"), &body, fx);
            }
            None => {
                fx.extend(answer("no callsign was understood".to_owned()));
                let body = format!("{}\nSay it again, letter by letter, or type it under Pilot.", quoted(text));
                fx.push(self.notice("No callsign understood", &body));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Choice, Event, Steps};
    use crate::settings::Config;

    fn asked() -> App {
        let config =
            Config { speech: crate::settings::Speech { model: Some("base.bin".into()), ..Default::default() }, ..Config::default() };
        let mut app = App::new(Arc::new(config), Airports::first());
        app.handle(Time(0), Event::Steps(Steps::begun()));
        app.handle(Time(1), Event::Menu(Choice::SayCallsign));
        app
    }

    fn say(app: &mut App, at: u64, text: &str) -> Vec<String> {
        let fx = app.handle(Time(at), Event::Typed { id: at, text: text.into(), opinion: None });
        fx.into_iter().filter_map(|e| if let Effect::Toast(t) = e { Some(t.title) } else { None }).collect()
    }

    #[test]
    fn a_callsign_that_may_be_misheard_counts_when_it_is_said_again() {
        let mut app = asked();
        assert_eq!(say(&mut app, 2, "November three oscar"), ["Is your callsign N3O?"]);
        assert!(app.engine().callsign().is_none());
        assert_eq!(say(&mut app, 3, "November one seven two sierra papa"), ["\u{2713} Your callsign is N172SP"], "another one is said");
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "November three oscar"), ["\u{2713} Your callsign is N3O"], "the pilot insists");
    }
}
