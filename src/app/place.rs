//! The pilot's location without a simulator: how it is explained, and how to choose another airport.

use std::collections::BTreeSet;

use super::App;
use super::menu::text;
use crate::airports::Airport;
use crate::airports::data::Airports;
use crate::atc::hear::sounds;
use crate::atc::intent::Understanding;
use crate::event::{Effect, Place, PlaceReason};
use crate::problem::{Part, Problem, nearest};
use crate::report::SimState;
use crate::settings::AIRPORTS;
use crate::units::{Facility, LatLon};

/// The row of the menu.
const ROW: &str = "Pilot \u{203a} Airport";
/// Half the circumference of the Earth, nautical miles: every place is nearer.
const EVERYWHERE_NM: f64 = 11_000.0;
/// The most other airports that are named beside the chosen one.
const MOST_OTHERS: usize = 4;
/// Up to this sound distance a name counts as the airport's.
const SOUNDS_LIKE: u16 = 30;
/// The fewest sounds of a name.
const SHORTEST_NAME: usize = 4;

/// Finds an airport by code, name, or town: "KPAO", "boston", "paris".
pub fn find(airports: &Airports, wanted: &str) -> Result<Airport, Problem> {
    airports.find(wanted).or_else(|| named_in(airports, wanted).into_iter().next()).ok_or_else(|| {
        let p = Problem::new(format!("there is no airport {wanted:?}"));
        let near: Vec<String> = resembling(airports, wanted).iter().map(|a| format!("{:?} ({})", a.icao, a.name)).collect();
        match near.is_empty() {
            true => p.fix("enter an ICAO code or a town's name, such as KPAO, EGLL or \"paris\""),
            false => p.fix(format!("did you mean {}?", near.join(" or "))),
        }
    })
}

/// Checks the airport in the settings. They need a code; for a name, the error suggests its code.
pub fn check(airports: &Airports, set: Option<&str>) -> Result<(), Problem> {
    let Some(wanted) = set.filter(|wanted| airports.find(wanted).is_none()) else { return Ok(()) };
    let p = Problem::config(format!("the value of `sim.airport` is unknown: there is no airport {wanted:?}"));
    let fix = match find(airports, wanted) {
        Ok(named) => format!("did you mean {:?} ({})?", named.icao, named.name),
        Err(p) => p.fix,
    };
    let shown = crate::problem::sentence(&fix);
    Err(p.fix(fix).brief(format!("Airport \u{201c}{wanted}\u{201d} unknown"), shown).remedy(format!("Choose another under {ROW}.")))
}

/// The name of the airport in the settings; empty if it is unknown.
pub(super) fn name_of(airports: &Airports, set: Option<&str>) -> String {
    set.and_then(|icao| airports.find(icao)).map_or_else(String::new, |a| a.name)
}

/// The other airports that the pilot may have meant: "Orly (LFPO, Paris, France)". Empty if they typed a code.
pub fn in_town(airports: &Airports, wanted: &str, chosen: &Airport) -> Vec<String> {
    if airports.find(wanted).is_some() {
        return Vec::new();
    }
    let others = named_in(airports, wanted).into_iter().filter(|a| a.icao != chosen.icao);
    others.take(MOST_OTHERS).map(|a| format!("{} ({}, {})", a.name, a.icao, a.place)).collect()
}

/// The towered airports with this name or in a town of this name, the longest runway first: "London" is Heathrow before the airport
/// called London in Ontario.
fn named_in(airports: &Airports, wanted: &str) -> Vec<Airport> {
    let mut all = towered_in(airports, wanted);
    if let Some(named) = airports.named(wanted).filter(|n| all.iter().all(|a| a.icao != n.icao)) {
        all.push(named);
    }
    all.sort_by(|a, b| longest_ft(b).total_cmp(&longest_ft(a)));
    all
}

/// The length of an airport's longest runway, feet.
fn longest_ft(airport: &Airport) -> f64 {
    airport.runways.iter().map(|r| r.length_ft).fold(0.0, f64::max)
}

/// The towered airports of a town.
fn towered_in(airports: &Airports, wanted: &str) -> Vec<Airport> {
    let (middle, wanted) = (LatLon::new(0.0, 0.0), wanted.trim().to_lowercase());
    let key = |at: LatLon| (at.lat.to_bits(), at.lon.to_bits());
    let towers: BTreeSet<_> = airports.stations_of(Facility::Tower, middle, EVERYWHERE_NM).iter().map(|(at, _)| key(*at)).collect();
    let codes = airports.codes(middle, EVERYWHERE_NM).into_iter().filter(|(_, at)| towers.contains(&key(*at)));
    let is_wanted = |a: &Airport| a.place.split(',').next().is_some_and(|town| town.trim().to_lowercase() == wanted);
    codes.filter_map(|(code, _)| airports.find(&code)).filter(is_wanted).collect()
}

/// Airports with a similar tower name.
fn resembling(airports: &Airports, wanted: &str) -> Vec<Airport> {
    let middle = LatLon::new(0.0, 0.0);
    let towers = airports.stations_of(Facility::Tower, middle, EVERYWHERE_NM);
    let names: Vec<&str> = towers.iter().filter_map(|(_, s)| s.name.strip_suffix(" Tower")).collect();
    nearest(wanted, names).into_iter().filter_map(|name| airports.named(name)).collect()
}

/// The name of the towered airport that these words sound like: "highlow" is Hilo. Of several, the closest; the airports that the
/// menu offers first.
fn sounding(airports: &Airports, words: &str) -> Option<String> {
    let heard = sounds::of(&words.to_lowercase());
    // A few sounds are near to many names.
    if heard.len() < SHORTEST_NAME {
        return None;
    }
    let offered = AIRPORTS.iter().map(|(_, name)| (*name).to_owned());
    let towers = airports.stations_of(Facility::Tower, LatLon::new(0.0, 0.0), EVERYWHERE_NM);
    let towers = towers.iter().filter_map(|(_, s)| s.name.strip_suffix(" Tower").map(str::to_owned));
    let near = offered.chain(towers).map(|name| (sounds::distance(&heard, &sounds::of(&name.to_lowercase())), name));
    near.filter(|(far, _)| *far <= SOUNDS_LIKE).min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

impl App {
    /// Without a simulator and a tuned radio, the first call names the airport. A name that no airport has counts as the one that it
    /// sounds like.
    pub(super) fn named_by_sound(&self, mut reading: Understanding) -> Understanding {
        let is_first = self.engine.airport().is_none() && self.engine.com1().is_none() && reading.addressed.facility.is_some();
        if let Some(name) = reading.addressed.name.as_deref().filter(|_| is_first)
            && self.airports.named(name).is_none()
            && let Some(meant) = sounding(&self.airports, name)
        {
            reading.addressed.name = Some(meant.to_lowercase());
        }
        reading
    }

    /// The current airport, and the reason for it.
    pub(super) fn place(&self) -> Place {
        let chosen = self.config.sim.airport.clone().unwrap_or_default();
        let name = self.engine.airport().map_or_else(String::new, |a| a.name.clone());
        let why = match self.engine.sim_state() {
            _ if name.is_empty() && self.desk.unknown_airport => PlaceReason::Unknown,
            _ if name.is_empty() => PlaceReason::Open,
            SimState::Flying | SimState::Paused | SimState::Lost => PlaceReason::Simulator,
            _ if chosen.is_empty() => PlaceReason::Called,
            _ => PlaceReason::Chosen,
        };
        Place { name, why, chosen, chosen_name: self.desk.chosen_name.clone() }
    }

    /// Reports an unknown airport in the settings as a mistake until another one is chosen.
    pub(super) fn check_airport(&mut self, fx: &mut Vec<Effect>) {
        self.desk.chosen_name = name_of(&self.airports, self.config.sim.airport.as_deref());
        let checked = check(&self.airports, self.config.sim.airport.as_deref());
        if std::mem::replace(&mut self.desk.unknown_airport, checked.is_err()) {
            self.faults.over(Part::Settings);
        }
        if let Err(p) = checked {
            self.trouble(p, fx);
        }
    }

    /// Why a call goes to this airport; `None` if the simulator reports the position.
    pub(super) fn why_here(&self) -> Option<String> {
        let place = self.place();
        Some(match place.why {
            PlaceReason::Simulator => return None,
            PlaceReason::Unknown => {
                format!("Your settings name the airport {:?}, which is unknown. Choose another under {ROW}.", place.chosen)
            }
            PlaceReason::Chosen => format!("No simulator is connected: you are at {}, as chosen under {ROW}.", place.name),
            PlaceReason::Called => format!("No simulator is connected: your last call places you at {}. To change it: {ROW}.", place.name),
            // A tuned radio determines the station.
            PlaceReason::Open if self.engine.com1().is_some() => return None,
            PlaceReason::Open => {
                let call = self.first_call()?;
                let example = call.split(',').next()?.rsplit_once(' ').map(|(place, _)| place)?;
                format!("No simulator is connected, so you may call {example} now. To use another airport, choose it under {ROW}.")
            }
        })
    }

    /// Places the pilot at this airport if there is no simulator. Empty: each call determines the place.
    pub(super) fn choose_airport(&mut self, icao: String, fx: &mut Vec<Effect>) {
        self.set("sim.airport", text(&icao), |c| c.sim.airport = Some(icao).filter(|i| !i.is_empty()), fx);
        self.check_airport(fx);
    }

    /// Places the pilot at the airport that they chose, and confirms it.
    pub(super) fn airport_picked(&mut self, icao: String, fx: &mut Vec<Effect>) {
        self.choose_airport(icao, fx);
        fx.push(self.notice(&self.your_airport(), "Used while no simulator is connected."));
    }

    /// The confirmation of a choice: "Your airport is Hilo (PHTO)".
    fn your_airport(&self) -> String {
        match self.config.sim.airport.as_deref().and_then(|icao| self.airports.find(icao)) {
            Some(airport) => format!("\u{2713} Your airport is {} ({})", airport.name, airport.icao),
            None => "\u{2713} Your airport is the one that you call".to_owned(),
        }
    }

    /// Accepts a typed airport code or name.
    pub(super) fn airport_typed(&mut self, result: Result<Option<String>, Problem>, fx: &mut Vec<Effect>) {
        let typed = match result {
            Ok(Some(typed)) if !typed.trim().is_empty() => typed.trim().to_owned(),
            Ok(_) => return,
            Err(p) => {
                let body = "In the file that opens, write its code below [sim], for example:\nairport = \"KPAO\"\n\
                            Or run \u{201c}stratus setup\u{201d} in a terminal.";
                fx.push(self.noted("Type your airport", body, &p.one_line()));
                fx.push(Effect::OpenConfig);
                return;
            }
        };
        match find(&self.airports, &typed) {
            Ok(airport) => {
                let others = in_town(&self.airports, &typed, &airport);
                self.airport_picked(airport.icao, fx);
                if !others.is_empty() {
                    let body = format!("Also of this name: {}. To change it: {ROW}.", others.join("; "));
                    fx.pop();
                    fx.push(self.notice(&self.your_airport(), &body));
                }
            }
            Err(p) => {
                fx.push(self.notice(&format!("Airport \u{201c}{typed}\u{201d} unknown"), &crate::problem::sentence(&p.fix)));
                // The question "did you mean" needs a way to say yes.
                fx.extend(resembling(&self.airports, &typed).first().map(|a| Effect::AskAirport(a.icao.clone())));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::airports::data::Airports;
    use crate::event::{Choice, Event};
    use crate::report::{Report, SimState};
    use crate::settings::Config;
    use crate::units::{LatLon, Time};

    fn body(fx: &[Effect]) -> String {
        fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body.clone()) } else { None }).unwrap_or_default()
    }

    #[test]
    fn offered_airports_are_in_the_data_and_answer() {
        for (icao, name) in AIRPORTS {
            let airport = Airports::world().find(icao).unwrap_or_else(|| panic!("{icao} is unknown"));
            assert_eq!(airport.name, name, "{icao}");
            let unit = airport.stations.iter().any(|s| s.name == format!("{name} Ground") || s.name == format!("{name} Tower"));
            assert!(unit, "{icao}: {:?}", airport.stations);
        }
    }

    #[test]
    fn first_station_name_is_taken_for_the_airport_it_sounds_like() {
        let world = Airports::world();
        for (heard, name) in
            [("highlow", "Hilo"), ("high low", "Hilo"), ("denva", "Denver"), ("heath row", "Heathrow"), ("palo auto", "Palo Alto")]
        {
            assert_eq!(sounding(&world, heard).as_deref(), Some(name), "{heard}");
        }
        for heard in ["this is", "banana sandwich", "x"] {
            assert_eq!(sounding(&world, heard), None, "{heard}");
        }
    }

    #[test]
    fn chosen_airport_is_confirmed_with_the_others_of_its_town() {
        let mut app = App::new(Arc::new(Config::default()), Airports::world());
        let told = |fx: &[Effect]| {
            fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some((t.title.clone(), t.body.clone())) } else { None }).unwrap()
        };
        let (title, body) = told(&app.handle(Time(1), Event::Menu(Choice::Airport("PHTO".into()))));
        assert_eq!((title.as_str(), body.as_str()), ("\u{2713} Your airport is Hilo (PHTO)", "Used while no simulator is connected."));
        let (title, body) = told(&app.handle(Time(2), Event::AirportTyped(Ok(Some("Paris".into())))));
        assert_eq!(title, "\u{2713} Your airport is De Gaulle (LFPG)");
        assert!(
            body.contains("Orly (LFPO, Paris, France)") && body.contains("Le Bourget (LFPB") && body.contains("To change it: "),
            "{body}"
        );
        let (title, _) = told(&app.handle(Time(3), Event::Menu(Choice::Airport(String::new()))));
        assert_eq!(title, "\u{2713} Your airport is the one that you call");
    }

    #[test]
    fn another_callsign_keeps_the_airport_that_a_call_named() {
        let mut app = App::new(Arc::new(Config::default()), Airports::world());
        let text = "Seattle Tower, N172SP, radio check".to_owned();
        app.handle(Time(1), Event::Typed { id: 1, text, opinion: None });
        app.handle(Time(2), Event::CallsignTyped(Ok(Some("N521MC".into()))));
        assert_eq!((app.menu().place.why, app.menu().place.name.as_str()), (PlaceReason::Called, "Seattle"));
        // Later calls still move the pilot.
        let text = "Hilo Tower, N521MC, radio check".to_owned();
        app.handle(Time(3), Event::Typed { id: 2, text, opinion: None });
        assert_eq!(app.menu().place.name, "Hilo");
    }

    #[test]
    fn unknown_airport_is_reported_with_a_suggestion() {
        let world = Airports::world();
        assert_eq!(find(&world, "boston").unwrap().icao, "KBOS");
        assert!(find(&world, "Bostonn").unwrap_err().fix.contains("did you mean \"KBOS\" (Boston)"));
        assert!(find(&world, "paris").unwrap().icao.starts_with("LFP"), "found by town, because no tower has this name");
        assert_eq!(find(&world, "New York").unwrap().icao, "KJFK");
        // An airport of that name elsewhere is shorter, and named beside it.
        let london = find(&world, "london").unwrap();
        assert_eq!(london.icao, "EGLL");
        assert!(in_town(&world, "london", &london).iter().any(|a| a.contains("CYXU")), "{:?}", in_town(&world, "london", &london));
        assert!(in_town(&world, "EGLL", &london).is_empty());
        assert!(!find(&world, "Q").unwrap_err().fix.is_empty());
        assert!(check(&world, None).is_ok() && check(&world, Some("EGLL")).is_ok());
        assert!(check(&world, Some("Boston")).unwrap_err().fix.contains("\"KBOS\""), "asks for the code");
        let mut config = Config::default();
        config.sim.airport = Some("Bostonn".into());
        let mut app = App::new(Arc::new(config), world);
        let fx = app.handle(Time(0), Event::Steps(crate::event::Steps::over()));
        assert!(body(&fx).contains("KBOS"), "{fx:?}");
        let menu = app.menu();
        assert_eq!(
            (menu.place.why, menu.fault.unwrap().words.as_str()),
            (PlaceReason::Unknown, "Airport \u{201c}Bostonn\u{201d} unknown: open the file\u{2026}")
        );
        assert!(app.why_here().unwrap().contains("unknown"));
        let typed = |app: &mut App, words: &str| app.handle(Time(1), Event::AirportTyped(Ok(Some(words.into()))));
        let fx = app.handle(Time(1), Event::Menu(Choice::TypeAirport));
        assert!(fx.contains(&Effect::AskAirport("Bostonn".into())), "{fx:?}");
        let fx = typed(&mut app, "Bostn");
        assert!(body(&fx).contains("id you mean") && fx.contains(&Effect::AskAirport("KBOS".into())), "{fx:?}");
        let fx = typed(&mut app, " boston ");
        assert!(fx.contains(&Effect::SetKey { path: "sim.airport".into(), value: "\"KBOS\"".into() }), "{fx:?}");
        assert!(app.menu().fault.is_none() && app.menu().place.why == PlaceReason::Chosen);
        assert!(app.handle(Time(2), Event::AirportTyped(Ok(None))).is_empty(), "the window was closed");
        let fx = app.handle(Time(3), Event::AirportTyped(Err(Problem::new("no window"))));
        assert!(fx.contains(&Effect::OpenConfig), "{fx:?}");
    }

    #[test]
    fn place_of_the_settings_counts_again_after_a_flight() {
        let mut config = Config::default();
        config.sim.airport = Some("KPAO".into());
        let mut app = App::new(Arc::new(config), Airports::world());
        let here = |app: &mut App, state: SimState, at: Option<LatLon>| {
            app.handle(Time(1), Event::Sim(Arc::new(Report { state, position: at, ..Report::default() })));
            app.menu().place.why
        };
        let hilo = Some(LatLon::new(19.72, -155.05));
        assert_eq!(here(&mut app, SimState::Flying, hilo), PlaceReason::Simulator);
        assert_eq!(here(&mut app, SimState::Lost, hilo), PlaceReason::Simulator);
        assert_eq!(here(&mut app, SimState::Looking, None), PlaceReason::Chosen);
        let text = "Palo Alto Ground, N172SP, radio check".to_owned();
        let fx = app.handle(Time(2), Event::Typed { id: 1, text, opinion: None });
        assert!(fx.iter().any(|e| matches!(e, Effect::Answer { text, .. } if text.contains("I read you"))), "{fx:?}");
    }

    #[test]
    fn place_without_simulator_is_explained_and_can_be_changed() {
        let mut app = App::new(Arc::new(Config::default()), Airports::world());
        let ask = |app: &mut App| body(&app.handle(Time(1), Event::Menu(Choice::WhatToSay)));
        assert!(ask(&mut app).contains("you may call Denver now. To use another airport, choose it under Pilot \u{203a} Airport."));
        assert_eq!(app.menu().place, Place::default());
        let call = Event::Typed { id: 1, text: "Seattle Tower, N172SP, radio check".into(), opinion: None };
        app.handle(Time(2), call);
        assert_eq!(app.menu().place.why, PlaceReason::Called);
        let fx = app.handle(Time(3), Event::Menu(Choice::Airport("EGLL".into())));
        assert!(fx.contains(&Effect::SetKey { path: "sim.airport".into(), value: "\"EGLL\"".into() }), "{fx:?}");
        assert_eq!((app.menu().place.why, app.menu().place.name.as_str()), (PlaceReason::Chosen, "Heathrow"));
        let first = ask(&mut app);
        assert!(first.contains("you are at Heathrow, as chosen under"), "{first}");
        assert!(!ask(&mut app).contains("you are at"), "the place is explained once");
        let fx = app.handle(Time(4), Event::Menu(Choice::Airport(String::new())));
        assert!(fx.contains(&Effect::SetKey { path: "sim.airport".into(), value: "\"\"".into() }), "{fx:?}");
        assert_eq!(app.menu().place, Place::default());
        // The simulator's position takes precedence and needs no explanation.
        let hilo = Airports::world().find("PHTO").unwrap().position;
        let report = Report { state: SimState::Flying, position: Some(hilo), on_ground: true, ..Report::default() };
        app.handle(Time(5), Event::Sim(Arc::new(report)));
        assert_eq!((app.menu().place.why, app.menu().place.name.as_str()), (PlaceReason::Simulator, "Hilo"));
        assert!(app.why_here().is_none());
    }
}
