//! Where the pilot is while no simulator says so: what is told of it, and the choice of another airport.

use super::App;
use super::menu::text;
use crate::event::{Effect, Place, PlaceReason};
use crate::report::SimState;

/// The row of the menu.
const ROW: &str = "Pilot \u{203a} Airport";

impl App {
    /// The airport at hand, and why it is that one.
    pub(super) fn place(&self) -> Place {
        let chosen = self.config.sim.airport.clone().unwrap_or_default();
        let name = self.engine.airport().map_or_else(String::new, |a| a.name.clone());
        let why = match self.engine.sim_state() {
            _ if name.is_empty() => PlaceReason::Open,
            SimState::Flying | SimState::Paused | SimState::Lost => PlaceReason::Simulator,
            _ if chosen.is_empty() => PlaceReason::Called,
            _ => PlaceReason::Chosen,
        };
        Place { name, why, chosen }
    }

    /// Why a call goes to this airport and no other; nothing where the simulator says where the aircraft is.
    pub(super) fn why_here(&self) -> Option<String> {
        let place = self.place();
        Some(match place.why {
            PlaceReason::Simulator => return None,
            PlaceReason::Chosen => format!("No simulator is connected: you are at {}, as chosen under {ROW}.", place.name),
            PlaceReason::Called => format!("No simulator is connected: you are at {}, which you called. To change it: {ROW}.", place.name),
            // A tuned radio leaves no choice of stations.
            PlaceReason::Open if self.engine.com1().is_some() => return None,
            PlaceReason::Open => {
                let call = self.first_call()?;
                let example = call.split(',').next()?.rsplit_once(' ').map(|(place, _)| place)?;
                format!("No simulator is connected: {example} is only an example. Choose your airport under {ROW}.")
            }
        })
    }

    /// Without a simulator the pilot is there; empty: where a call says.
    pub(super) fn choose_airport(&mut self, icao: String, fx: &mut Vec<Effect>) {
        self.set("sim.airport", text(&icao), |c| c.sim.airport = Some(icao).filter(|i| !i.is_empty()), fx);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Choice, Event};
    use crate::report::Report;
    use crate::settings::{AIRPORTS, Config};
    use crate::units::Time;

    fn body(fx: &[Effect]) -> String {
        fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body.clone()) } else { None }).unwrap_or_default()
    }

    #[test]
    fn the_airports_on_offer_are_in_the_data_and_answer() {
        for (icao, name) in AIRPORTS {
            let airport = Airports::world().find(icao).unwrap_or_else(|| panic!("{icao} is unknown"));
            assert_eq!(airport.name, name, "{icao}");
            let unit = airport.stations.iter().any(|s| s.name == format!("{name} Ground") || s.name == format!("{name} Tower"));
            assert!(unit, "{icao}: {:?}", airport.stations);
        }
    }

    #[test]
    fn without_a_simulator_the_place_is_told_with_its_reason_and_can_be_changed() {
        let mut app = App::new(Arc::new(Config::default()), Airports::world());
        let ask = |app: &mut App| body(&app.handle(Time(1), Event::Menu(Choice::WhatToSay)));
        assert!(ask(&mut app).contains("Denver is only an example. Choose your airport under Pilot \u{203a} Airport."));
        assert_eq!(app.menu().place, Place::default());
        let call = Event::Typed { id: 1, text: "Seattle Tower, N172SP, radio check".into(), opinion: None };
        app.handle(Time(2), call);
        assert_eq!(app.menu().place.why, PlaceReason::Called);
        let fx = app.handle(Time(3), Event::Menu(Choice::Airport("EGLL".into())));
        assert!(fx.contains(&Effect::SetKey { path: "sim.airport".into(), value: "\"EGLL\"".into() }), "{fx:?}");
        assert_eq!((app.menu().place.why, app.menu().place.name.as_str()), (PlaceReason::Chosen, "Heathrow"));
        assert!(ask(&mut app).contains("you are at Heathrow, as chosen under"), "{}", ask(&mut app));
        let fx = app.handle(Time(4), Event::Menu(Choice::Airport(String::new())));
        assert!(fx.contains(&Effect::SetKey { path: "sim.airport".into(), value: "\"\"".into() }), "{fx:?}");
        assert_eq!(app.menu().place, Place::default());
        // A simulator knows better, and nothing has to be explained.
        let hilo = Airports::world().find("PHTO").unwrap().position;
        let report = Report { state: SimState::Flying, position: Some(hilo), on_ground: true, ..Report::default() };
        app.handle(Time(5), Event::Sim(Arc::new(report)));
        assert_eq!((app.menu().place.why, app.menu().place.name.as_str()), (PlaceReason::Simulator, "Hilo"));
        assert!(app.why_here().is_none());
    }
}
