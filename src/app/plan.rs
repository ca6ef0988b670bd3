//! The flight plan on file: from the socket, and from SimBrief by the menu.

use super::App;
use crate::event::{Effect, FlightPlan};
use crate::problem::{Part, Problem};

impl App {
    /// A flight plan from outside: filed, and said back in words.
    pub(super) fn file(&mut self, id: u64, plan: Option<Box<FlightPlan>>, fx: &mut Vec<Effect>) {
        let note = match &plan {
            Some(p) => format!("on file: {}", (**p).clone().tidied().words()),
            None => "no flight plan is on file".to_owned(),
        };
        self.engine.file(plan.map(|p| *p));
        fx.push(Effect::Answer { id, text: String::new(), note });
    }

    /// The pilot wants the newest plan of SimBrief's.
    pub(super) fn fetch_plan(&mut self, fx: &mut Vec<Effect>) {
        if self.config.pilot.simbrief.is_some() {
            fx.push(self.notice("Fetching the SimBrief plan", ""));
            fx.push(Effect::FetchPlan);
        }
    }

    /// SimBrief's answer. Without a plan in it the one on file stays.
    pub(super) fn simbrief(&mut self, result: Result<Box<FlightPlan>, Problem>, fx: &mut Vec<Effect>) {
        match result {
            Ok(plan) => {
                self.engine.file(Some(*plan));
                let words = self.engine.plan().map(summary).unwrap_or_default();
                fx.push(self.notice("SimBrief plan filed", &words));
            }
            Err(p) => fx.push(self.told(&p.or_about(Part::FlightPlan))),
        }
    }
}

/// A plan in so many words as a toast has room for: without its route.
fn summary(plan: &FlightPlan) -> String {
    FlightPlan { route: None, sid: None, star: None, ..plan.clone() }.words()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Choice, Event};
    use crate::settings::Config;
    use crate::units::Time;

    fn app(simbrief: &str) -> App {
        let mut config = Config::default();
        config.pilot.simbrief = Some(simbrief.to_owned()).filter(|s| !s.is_empty());
        App::new(Arc::new(config), Airports::default())
    }

    fn plan(to: &str) -> FlightPlan {
        FlightPlan { destination: Some(to.into()), callsign: "KLM64P".parse().ok(), route: Some("DCT".into()), ..FlightPlan::default() }
    }

    fn toasts(fx: &[Effect]) -> Vec<(String, String)> {
        let toast = |e: &Effect| if let Effect::Toast(t) = e { Some((t.title.clone(), t.body.clone())) } else { None };
        fx.iter().filter_map(toast).collect()
    }

    #[test]
    fn simbrief_is_asked_by_a_click_alone_and_only_with_a_name() {
        let mut named = app("pilot");
        assert!(!named.handle(Time(0), Event::Wake).contains(&Effect::FetchPlan));
        assert!(!named.handle(Time(0), Event::Menu(Choice::Opened)).contains(&Effect::FetchPlan));
        let fx = named.handle(Time(1), Event::Menu(Choice::FetchPlan));
        assert_eq!(fx.iter().filter(|e| **e == Effect::FetchPlan).count(), 1);
        assert!(!app("").handle(Time(1), Event::Menu(Choice::FetchPlan)).contains(&Effect::FetchPlan));
    }

    #[test]
    fn a_plan_that_came_is_filed_and_one_that_did_not_leaves_the_old_one() {
        let mut app = app("pilot");
        let fx = app.handle(Time(0), Event::SimBrief(Ok(Box::new(plan("LSGG")))));
        assert_eq!(toasts(&fx), [("SimBrief plan filed".to_owned(), "to LSGG, callsign KLM64P".to_owned())]);
        assert_eq!(app.engine().plan().and_then(|p| p.destination.as_deref()), Some("LSGG"));
        let p = Problem::new("cannot fetch the SimBrief plan").because("SimBrief says: Unknown UserID");
        let fx = app.handle(Time(1), Event::SimBrief(Err(p)));
        assert!(toasts(&fx).iter().any(|(_, body)| body.contains("The plan on file stays.")), "{fx:?}");
        assert_eq!(app.engine().plan().and_then(|p| p.destination.as_deref()), Some("LSGG"));
        assert_eq!(app.engine().callsign().map(ToString::to_string).as_deref(), Some("KLM64P"));
    }
}
