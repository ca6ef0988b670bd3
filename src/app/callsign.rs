//! The pilot's callsign, said once and kept: the fourth step of the first run, and a row of the menu.

use std::time::Duration;

use super::App;
use super::first::Test;
use super::telling::quoted;
use crate::airports::data::Airports;
use crate::atc::intent::Understanding;
use crate::atc::{Engine, Setup};
use crate::event::{Effect, Step};
use crate::problem::Problem;
use crate::units::{Callsign, Time};

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

    /// What was said when a callsign, or a yes to one, was asked for.
    pub(super) fn callsign_said(&mut self, text: &str, fx: &mut Vec<Effect>) {
        let reading = understood_alone(text);
        let typed = self.open.take().and_then(|o| o.typed);
        let answer = |note: String| typed.map(|id| Effect::Answer { id, text: String::new(), note });
        let asked = self.first.doubtful.take();
        let reply = reply(text);
        let sure = |c: &Callsign| reading.loose == 0 && c.is_usual() && c.as_str().len() >= SHORTEST_SURE;
        match (reply, asked, reading.callsign) {
            (_, _, Some(callsign)) if sure(&callsign) => {
                fx.extend(answer(format!("your callsign is {}", callsign.painted())));
                self.keep_callsign(callsign, text, fx);
            }
            (Some(true), Some(callsign), _) => {
                fx.extend(answer(format!("your callsign is {}", callsign.painted())));
                self.keep_callsign(callsign, text, fx);
            }
            // What was asked about is not it.
            (Some(false), Some(_), _) => {
                fx.extend(answer("say your callsign again".to_owned()));
                let body = format!("{}\nHold {} and say it, or type it: Pilot \u{203a} Type callsign.", quoted(text), self.key());
                fx.push(self.notice("Say your callsign again", &body));
            }
            // A garbled callsign leaves words that nothing explains, or looks like no callsign, or is one that has lost a figure. Words
            // that are neither a callsign nor an answer leave the question open.
            (_, asked, said) => match said.or(asked) {
                Some(callsign) => {
                    let painted = callsign.painted();
                    fx.extend(answer(format!("it sounded like {painted}: confirm it by \u{201c}affirm\u{201d}, or say it again")));
                    let key = self.key();
                    let body = format!("{}\nHold {key} and say \u{201c}affirm\u{201d}, or say your callsign again.", quoted(text));
                    fx.push(self.notice(&format!("Is your callsign {painted}?"), &body));
                    self.first.doubtful = Some(callsign);
                }
                None => {
                    fx.extend(answer("no callsign was understood".to_owned()));
                    let key = self.key();
                    let body =
                        format!("{}\nHold {key} and say your callsign again, or type it: Pilot \u{203a} Type callsign.", quoted(text));
                    fx.push(self.notice("No callsign understood", &body));
                }
            },
        }
    }

    fn keep_callsign(&mut self, callsign: Callsign, text: &str, fx: &mut Vec<Effect>) {
        self.first.test = None;
        let painted = callsign.painted();
        self.set_callsign(callsign, fx);
        let body = format!("{}\nTo change it: Pilot \u{203a} Say callsign.", quoted(text));
        self.passed(Step::Callsign, &format!("Your callsign is {painted}"), &body, fx);
    }
}

impl App {
    /// The callsign is asked for in a window, which shows the one that is known.
    pub(super) fn type_callsign(&mut self, fx: &mut Vec<Effect>) {
        fx.push(Effect::AskCallsign(self.engine.callsign().map_or_else(String::new, Callsign::painted)));
    }

    /// What was typed: as it is painted or filed, or as it is said.
    pub(super) fn callsign_typed(&mut self, result: Result<Option<String>, Problem>, fx: &mut Vec<Effect>) {
        let text = match result {
            Ok(Some(text)) => text.trim().to_owned(),
            Ok(None) => return,
            Err(p) => {
                let body = "In the file that opens, write it below [pilot], for example:\ncallsign = \"N172SP\"\n\
                            Or run \u{201c}stratus setup\u{201d} in a terminal.";
                fx.push(self.noted("Type your callsign", body, &p.one_line()));
                fx.push(Effect::OpenConfig);
                return;
            }
        };
        if text.is_empty() {
            return;
        }
        let reading = understood_alone(&text);
        let said = reading.callsign.filter(|c| reading.loose == 0 && c.is_usual());
        match text.parse::<Callsign>().ok().or(said) {
            Some(callsign) => {
                if self.first.wants_callsign() {
                    self.first.test = None;
                }
                let painted = callsign.painted();
                self.set_callsign(callsign, fx);
                let body = "To change it: Pilot \u{203a} Type callsign.";
                self.passed(Step::Callsign, &format!("Your callsign is {painted}"), body, fx);
            }
            None => {
                let body = "Type it as it is painted or filed, such as N172SP, G-ABCD or BAW327: Pilot \u{203a} Type callsign.";
                fx.push(self.notice(&format!("\u{201c}{text}\u{201d} is not a callsign"), body));
            }
        }
    }
}

/// A callsign that is said alone. Nothing is known here of an earlier one: a new one that resembles it is not taken for it.
fn understood_alone(text: &str) -> Understanding {
    Engine::new(Airports::first(), Setup::default()).understand(&spoken_alone(text))
}

/// The words of a callsign that is said alone. A recogniser may set a comma between its letters and figures, which elsewhere ends a
/// phrase and here parts nothing; and an end of the transmission is no part of it.
fn spoken_alone(text: &str) -> String {
    let words = text.replace([',', '.', ';'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let end = words.iter().rposition(|w| !matches!(w.to_lowercase().as_str(), "over" | "out")).map_or(0, |n| n + 1);
    words[..end].join(" ")
}

/// A yes or a no to the callsign that was asked about, as recognisers write them: "a firm" is an affirm. None: neither.
fn reply(text: &str) -> Option<bool> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphabetic() && c != '\'').filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let said = |all: &[&str]| words.iter().any(|w| all.contains(&w.as_str()));
    let pair = |first: &[&str], second: &str| words.windows(2).any(|w| first.contains(&w[0].as_str()) && w[1] == second);
    if said(&["no", "nope", "negative", "wrong", "incorrect"]) || pair(&["not"], "correct") {
        return Some(false);
    }
    let yes = ["affirm", "affirms", "affirmed", "affirmative", "confirm", "confirmed", "yes", "yeah", "yep", "yup", "correct", "right"];
    let firm = pair(&["a", "the", "uh", "ah", "i", "i'm", "of"], "firm") || words == ["firm"];
    (said(&yes) || firm).then_some(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
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
    fn a_callsign_that_may_be_misheard_has_to_be_confirmed_or_said_again() {
        let mut app = asked();
        assert_eq!(say(&mut app, 2, "November three oscar"), ["Is your callsign N3O?"]);
        assert_eq!(say(&mut app, 3, "November three oscar"), ["Is your callsign N3O?"], "the same words are no yes");
        assert!(app.engine().callsign().is_none());
        assert_eq!(say(&mut app, 4, "November one seven two sierra papa"), ["\u{2713} Your callsign is N172SP"], "another one is said");
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "Affirm."), ["\u{2713} Your callsign is N3O"]);
    }

    #[test]
    fn every_spelling_of_yes_counts_and_other_words_ask_again() {
        for (text, yes) in [
            ("a firm", Some(true)),
            ("A firm.", Some(true)),
            ("affirm.", Some(true)),
            ("Yes.", Some(true)),
            ("Yeah", Some(true)),
            ("that's correct", Some(true)),
            ("Negative.", Some(false)),
            ("not correct", Some(false)),
            ("no, that's not right", Some(false)),
            ("Thank you", None),
            ("confined", None),
        ] {
            assert_eq!(reply(text), yes, "{text}");
        }
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "thank you"), ["Is your callsign N3O?"], "it is asked again");
        assert_eq!(say(&mut app, 4, "a firm"), ["\u{2713} Your callsign is N3O"]);
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "negative"), ["Say your callsign again"]);
        assert_eq!(say(&mut app, 4, "affirm"), ["No callsign understood"], "nothing is asked about any more");
        assert!(app.first.wants_callsign());
    }

    #[test]
    fn a_whole_callsign_replaces_a_similar_one() {
        let mut app = asked();
        assert_eq!(say(&mut app, 2, "november seven three kilo papa"), ["\u{2713} Your callsign is N73KP"]);
        app.handle(Time(3), Event::Menu(Choice::SayCallsign));
        assert_eq!(say(&mut app, 4, "november seven three nine kilo papa"), ["\u{2713} Your callsign is N739KP"]);
        // One that is in doubt is asked about by its own name.
        app.handle(Time(5), Event::Menu(Choice::SayCallsign));
        let fx = app.handle(Time(6), Event::Typed { id: 6, text: "november seven three nine kilo papa hmm banana".into(), opinion: None });
        let toast = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.clone()) } else { None }).unwrap();
        assert!(toast.title.contains("N739KP"), "{toast:?}");
    }

    #[test]
    fn a_callsign_can_be_typed_and_what_is_none_is_refused_with_an_example() {
        let mut app = asked();
        let fx = app.handle(Time(2), Event::Menu(Choice::TypeCallsign));
        assert!(fx.contains(&Effect::AskCallsign(String::new())), "{fx:?}");
        let typed = |app: &mut App, text: &str| {
            let fx = app.handle(Time(3), Event::CallsignTyped(Ok(Some(text.into()))));
            fx.into_iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.title) } else { None }).unwrap_or_default()
        };
        assert_eq!(typed(&mut app, "my aeroplane!"), "\u{201c}my aeroplane!\u{201d} is not a callsign");
        assert!(app.engine().callsign().is_none() && app.first.wants_callsign());
        assert_eq!(typed(&mut app, " g-abcd "), "\u{2713} Your callsign is G-ABCD");
        assert!(!app.first.wants_callsign(), "the next call is a call");
        assert_eq!(typed(&mut app, "Shamrock five two kilo"), "\u{2713} Your callsign is EIN52K");
        assert!(app.handle(Time(4), Event::CallsignTyped(Ok(None))).is_empty(), "the window was closed");
        let fx = app.handle(Time(5), Event::CallsignTyped(Err(Problem::new("no window"))));
        assert!(fx.contains(&Effect::OpenConfig), "{fx:?}");
        assert!(matches!(&fx[0], Effect::Toast(t) if t.body.contains("stratus setup")), "{fx:?}");
    }

    #[test]
    fn commas_between_letters_and_figures_part_no_callsign() {
        for (text, callsign) in [
            ("november, seven, three, eight, golf, tango", "N738GT"),
            ("november, seven, three, eight, golf, tango, over", "N738GT"),
            ("november, one, seven, two, sierra, papa", "N172SP"),
            ("November 5, 2, Quebec, Kilo.", "N52QK"),
            ("golf, bravo, november, kilo, romeo", "G-BNKR"),
            ("Shamrock, five, two, kilo", "EIN52K"),
        ] {
            assert_eq!(say(&mut asked(), 2, text), [format!("\u{2713} Your callsign is {callsign}")], "{text}");
        }
    }
}
