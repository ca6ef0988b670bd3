//! The filed flight plan, from the socket or from SimBrief by the menu.

use super::App;
use crate::event::{Effect, FlightPlan};
use crate::problem::{Part, Problem};

impl App {
    /// Files a flight plan from outside and answers with a summary.
    pub(super) fn file(&mut self, id: u64, plan: Option<Box<FlightPlan>>, fx: &mut Vec<Effect>) {
        self.engine.file(plan.map(|p| *p));
        let note = match self.engine.plan() {
            Some(p) => format!("on file: {}{}", p.words(), self.other_callsign(p).map(|c| format!("; {c}")).unwrap_or_default()),
            None => "no flight plan is on file".to_owned(),
        };
        fx.push(Effect::Answer { id, text: String::new(), note });
    }

    /// Fetches the pilot's latest SimBrief plan.
    pub(super) fn fetch_plan(&mut self, fx: &mut Vec<Effect>) {
        if self.config.pilot.simbrief.is_some() {
            fx.push(self.notice("Fetching the SimBrief plan", ""));
            fx.push(Effect::FetchPlan);
        }
    }

    /// Handles SimBrief's answer. Without a plan in it, the filed plan stays.
    pub(super) fn simbrief(&mut self, result: Result<Box<FlightPlan>, Problem>, fx: &mut Vec<Effect>) {
        match result {
            Ok(plan) => {
                self.engine.file(Some(*plan));
                let words = |p: &FlightPlan| std::iter::once(summary(p)).chain(self.other_callsign(p)).collect::<Vec<_>>().join("\n");
                let words = self.engine.plan().map(words).unwrap_or_default();
                fx.push(self.notice("SimBrief plan filed", &words));
            }
            Err(p) => fx.push(self.told(&p.or_about(Part::FlightPlan))),
        }
    }
}

impl App {
    /// A note for pilots whose settings name a callsign other than the plan's.
    fn other_callsign(&self, plan: &FlightPlan) -> Option<String> {
        let own = self.config.pilot.callsign.as_ref().filter(|own| plan.callsign.as_ref().is_some_and(|filed| filed != *own))?;
        Some(format!("controllers call you {own}, the callsign in your settings"))
    }
}

/// A summary of a plan, without its route, that fits in a toast.
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
    fn simbrief_is_queried_only_by_click_and_with_a_name() {
        let mut named = app("pilot");
        assert!(!named.handle(Time(0), Event::Wake).contains(&Effect::FetchPlan));
        assert!(!named.handle(Time(0), Event::Menu(Choice::Opened)).contains(&Effect::FetchPlan));
        let fx = named.handle(Time(1), Event::Menu(Choice::FetchPlan));
        assert_eq!(fx.iter().filter(|e| **e == Effect::FetchPlan).count(), 1);
        assert!(!app("").handle(Time(1), Event::Menu(Choice::FetchPlan)).contains(&Effect::FetchPlan));
    }

    #[test]
    fn callsign_that_differs_from_the_plan_is_reported() {
        let note = |own: &str| {
            let mut config = Config::default();
            config.pilot.callsign = own.parse().ok();
            let mut app = App::new(Arc::new(config), Airports::default());
            let fx = app.handle(Time(0), Event::Plan { id: 7, plan: Some(Box::new(plan("LSGG"))) });
            let note = fx.iter().find_map(|e| if let Effect::Answer { id: 7, note, .. } = e { Some(note.clone()) } else { None });
            (note.unwrap(), app.engine().callsign().map(ToString::to_string).unwrap_or_default())
        };
        let words = "on file: to LSGG, via DCT, callsign KLM64P";
        assert_eq!(note(""), (words.to_owned(), "KLM64P".to_owned()));
        assert_eq!(note("KLM64P"), (words.to_owned(), "KLM64P".to_owned()));
        let told = format!("{words}; controllers call you N172SP, the callsign in your settings");
        assert_eq!(note("N172SP"), (told, "N172SP".to_owned()));
    }

    #[test]
    fn fetched_plan_is_filed_and_failure_keeps_the_old_one() {
        let mut app = app("pilot");
        let fx = app.handle(Time(0), Event::SimBrief(Ok(Box::new(plan("LSGG")))));
        assert_eq!(toasts(&fx), [("SimBrief plan filed".to_owned(), "to LSGG, callsign KLM64P".to_owned())]);
        assert_eq!(app.engine().plan().and_then(|p| p.destination.as_deref()), Some("LSGG"));
        let p = Problem::new("cannot fetch the SimBrief plan").because("SimBrief says: Unknown UserID");
        let fx = app.handle(Time(1), Event::SimBrief(Err(p)));
        assert!(toasts(&fx).iter().any(|(_, body)| body.contains("The filed plan stays.")), "{fx:?}");
        assert_eq!(app.engine().plan().and_then(|p| p.destination.as_deref()), Some("LSGG"));
        assert_eq!(app.engine().callsign().map(ToString::to_string).as_deref(), Some("KLM64P"));
    }
}
