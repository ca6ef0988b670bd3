//! Asks for the pilot's callsign and stores it: step four of the first run, and a row of the menu.

use super::App;
use super::first::Test;
use super::menu::text;
use super::telling::quoted;
use crate::airports::data::Airports;
use crate::atc::intent::Understanding;
use crate::atc::{Engine, Setup};
use crate::event::{Effect, Step};
use crate::problem::Problem;
use crate::units::{Callsign, Time};

/// Shorter callsigns are rare and probably misheard, so they must be repeated.
const SHORTEST_SURE: usize = 5;

/// The letters of a registration without figures, such as G-ABCD or EI-ABC.
const REGISTRATION_LETTERS: usize = 5;

impl App {
    /// Treats the next call as the callsign.
    pub(super) fn ask_callsign(&mut self, now: Time, fx: &mut Vec<Effect>) {
        if self.open.is_some() {
            return;
        }
        if self.config.speech.model.is_none() {
            fx.push(self.no_model());
            return;
        }
        self.first.test = Some(Test::callsign(now));
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

    /// Handles speech that answers a request for a callsign or for its confirmation.
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
            // The pilot rejected the callsign in question.
            (Some(false), Some(_), _) => {
                fx.extend(answer("say your callsign again".to_owned()));
                let body = format!("{}\nHold {} and say it, or type it: Pilot \u{203a} Type callsign.", quoted(text), self.key());
                fx.push(self.notice("Say your callsign again", &body));
            }
            // Ask again if words are left over, if the text is not a valid callsign, or if a digit is missing. Words that are
            // neither a callsign nor an answer leave the question open.
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
    /// Opens a window that asks for the callsign and shows the current one.
    pub(super) fn type_callsign(&mut self, fx: &mut Vec<Effect>) {
        fx.push(Effect::AskCallsign(self.engine.known_callsign().map_or_else(String::new, Callsign::painted)));
    }

    /// From now on the callsign is the flight plan's, the simulator's, or the one of the next call.
    pub(super) fn forget_callsign(&mut self, fx: &mut Vec<Effect>) {
        if self.config.pilot.callsign.is_none() {
            return;
        }
        self.set("pilot.callsign", text(""), |c| c.pilot.callsign = None, fx);
        let title = match self.engine.callsign() {
            Some(c) => format!("\u{2713} Your callsign is {}", c.painted()),
            None => "\u{2713} No callsign is set".to_owned(),
        };
        fx.push(self.notice(&title, "It comes from your flight plan or the simulator. Without them, your next call tells it."));
    }

    /// The callsign of the simulator's aircraft, if the pilot has chosen another one.
    pub(super) fn unused_callsign(&self) -> Option<&Callsign> {
        self.engine.simulators_callsign().filter(|c| self.config.pilot.callsign.as_ref().is_some_and(|own| own != *c))
    }

    /// Tells once that the simulator's aircraft has another callsign than the one that the pilot has chosen.
    pub(super) fn compare_callsigns(&mut self, fx: &mut Vec<Effect>) {
        let other = self.unused_callsign().cloned();
        if other == self.other_told || self.first.is_under_way() {
            return;
        }
        self.other_told.clone_from(&other);
        if let (Some(other), Some(own)) = (other, self.engine.callsign()) {
            let title = format!("Your callsign stays {}", own.painted());
            let other = other.painted();
            let body = format!("The simulator's aircraft is {other}. To use that: Pilot \u{203a} Use the simulator's callsign.");
            fx.push(self.notice(&title, &body));
        }
    }

    /// Accepts a typed callsign, as painted on the aircraft, as filed, or as spoken.
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
            return self.forget_callsign(fx);
        }
        match typed(&text) {
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

/// Reads a typed callsign: as painted on the aircraft, as filed, or as spoken. Without a figure it is a registration of five letters in
/// one piece: "G-ABCD", but not "fly me".
pub fn typed(text: &str) -> Option<Callsign> {
    let text = text.trim();
    let painted = text.parse::<Callsign>().ok();
    let figure = text.chars().any(|c| c.is_ascii_digit());
    let registration = |c: &Callsign| c.as_str().len() == REGISTRATION_LETTERS && !text.contains(' ');
    painted.filter(|c| figure || registration(c)).or_else(|| {
        if !text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | ',' | '.')) {
            return None;
        }
        let reading = understood_alone(text);
        reading.callsign.filter(|c| reading.loose == 0 && c.is_usual())
    })
}

/// Parses a callsign that is spoken without a call. It ignores any earlier callsign, so that a similar new one is not taken for the
/// old one.
fn understood_alone(text: &str) -> Understanding {
    Engine::new(Airports::first(), Setup::default()).understand(&spoken_alone(text))
}

/// Cleans up a callsign spoken without a call. A recogniser may put commas between letters and digits; elsewhere a comma ends a
/// phrase, but here it does not. A closing "over" or "out" is dropped.
fn spoken_alone(text: &str) -> String {
    let words = text.replace([',', '.', ';'], " ");
    let words: Vec<&str> = words.split_whitespace().collect();
    let end = words.iter().rposition(|w| !matches!(w.to_lowercase().as_str(), "over" | "out")).map_or(0, |n| n + 1);
    words[..end].join(" ")
}

/// Reads a yes or no, in the spellings that recognisers produce ("a firm" for "affirm"). `None` means neither.
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
    fn simulators_other_callsign_is_reported_once_and_can_be_used() {
        let config =
            Config { pilot: crate::settings::Pilot { callsign: "N739TW".parse().ok(), ..Default::default() }, ..Config::default() };
        let mut app = App::new(Arc::new(config), Airports::first());
        let report = crate::report::Report {
            state: crate::report::SimState::Flying,
            callsign: "N172SP".parse().ok(),
            ..crate::report::Report::default()
        };
        let titles = |fx: Vec<Effect>| -> Vec<String> {
            fx.into_iter().filter_map(|e| if let Effect::Toast(t) = e { Some(format!("{}: {}", t.title, t.body)) } else { None }).collect()
        };
        let told = titles(app.handle(Time(1), Event::Sim(Arc::new(report.clone()))));
        assert!(told.iter().any(|t| t.starts_with("Your callsign stays N739TW: The simulator's aircraft is N172SP.")), "{told:?}");
        assert!(titles(app.handle(Time(2), Event::Sim(Arc::new(report)))).is_empty(), "it is said once");
        assert_eq!(app.menu_model().other_callsign, "N172SP");
        let told = titles(app.handle(Time(3), Event::Menu(Choice::SimulatorsCallsign)));
        assert!(told.iter().any(|t| t.starts_with("\u{2713} Your callsign is N172SP")), "{told:?}");
        assert!(app.menu_model().other_callsign.is_empty() && app.menu_model().callsign == "N172SP");
        assert!(titles(app.handle(Time(4), Event::CallsignTyped(Ok(Some(String::new()))))).is_empty(), "none is set any more");
    }

    #[test]
    fn doubtful_callsign_must_be_confirmed_or_repeated() {
        let mut app = asked();
        assert_eq!(say(&mut app, 2, "November three oscar"), ["Is your callsign N3O?"]);
        assert_eq!(say(&mut app, 3, "November three oscar"), ["Is your callsign N3O?"], "repeating it is not a yes");
        assert!(app.engine().callsign().is_none());
        assert_eq!(say(&mut app, 4, "November one seven two sierra papa"), ["\u{2713} Your callsign is N172SP"], "a different callsign");
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "Affirm."), ["\u{2713} Your callsign is N3O"]);
    }

    #[test]
    fn confirmation_accepts_spellings_of_yes_and_reasks_otherwise() {
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
        assert_eq!(say(&mut app, 3, "thank you"), ["Is your callsign N3O?"], "asks again");
        assert_eq!(say(&mut app, 4, "a firm"), ["\u{2713} Your callsign is N3O"]);
        let mut app = asked();
        say(&mut app, 2, "November three oscar");
        assert_eq!(say(&mut app, 3, "negative"), ["Say your callsign again"]);
        assert_eq!(say(&mut app, 4, "affirm"), ["No callsign understood"], "no question is pending any more");
        assert!(app.first.wants_callsign());
    }

    #[test]
    fn complete_callsign_replaces_a_similar_one() {
        let mut app = asked();
        assert_eq!(say(&mut app, 2, "november seven three kilo papa"), ["\u{2713} Your callsign is N73KP"]);
        app.handle(Time(3), Event::Menu(Choice::SayCallsign));
        assert_eq!(say(&mut app, 4, "november seven three nine kilo papa"), ["\u{2713} Your callsign is N739KP"]);
        // The question names the doubtful callsign itself, not the similar one before it.
        app.handle(Time(5), Event::Menu(Choice::SayCallsign));
        let fx = app.handle(Time(6), Event::Typed { id: 6, text: "november seven three nine kilo papa hmm banana".into(), opinion: None });
        let toast = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.clone()) } else { None }).unwrap();
        assert!(toast.title.contains("N739KP"), "{toast:?}");
    }

    #[test]
    fn typed_words_are_a_callsign_only_if_they_look_like_one() {
        for (text, callsign) in [
            ("N172SP", Some("N172SP")),
            ("n 172 sp", Some("N172SP")),
            ("g-abcd", Some("GABCD")),
            ("EIABC", Some("EIABC")),
            ("baw327", Some("BAW327")),
            ("Shamrock five two kilo", Some("EIN52K")),
            ("Golf Bravo November Kilo Romeo", Some("GBNKR")),
            ("fly me", None),
            ("banana", None),
            ("my callsign", None),
            ("N17-2SP!", None),
        ] {
            assert_eq!(super::typed(text).map(|c| c.to_string()).as_deref(), callsign, "{text}");
        }
    }

    #[test]
    fn typed_callsign_is_accepted_and_invalid_input_shows_example() {
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
    fn commas_do_not_split_a_callsign() {
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
