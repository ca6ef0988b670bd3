//! Instrument departures: the release from a field without a tower, the words of the clearance by state, and data given when asked.

use stratus_atc::airports::data::Airports;
use stratus_atc::instruction::{Ask, Item};
use stratus_atc::record::Owed;
use stratus_atc::report::{Cockpit, FlightPlan, Report, SimState, Weather};
use stratus_atc::units::{Facility, Time};
use stratus_atc::{Engine, Setup};

/// An aircraft parked at a field, tuned to a frequency.
struct Parked {
    engine: Engine,
    report: Report,
    now: u64,
}

impl Parked {
    fn at(icao: &str, callsign: &str, kind: &str, com1: &str, plan: Option<FlightPlan>) -> Self {
        let setup = Setup { callsign: callsign.parse().ok(), aircraft_type: Some(kind.into()), ..Setup::default() };
        let mut engine = Engine::new(Airports::world(), setup);
        engine.file(plan);
        let field = Airports::world().find(icao).unwrap();
        let report = Report {
            state: SimState::Flying,
            position: Some(field.position),
            altitude_ft: field.elevation_ft,
            on_ground: true,
            com1: com1.parse().ok(),
            weather: Weather { wind_dir: Some(230.0), wind_kt: Some(6.0), altimeter_inhg: Some(30.03), ..Weather::default() },
            cockpit: Cockpit { utc_s: Some(17.0 * 3600.0 + 10.0 * 60.0), ..Cockpit::default() },
            ..Report::default()
        };
        Self { engine, report, now: 0 }
    }

    /// Says something; returns the items of the answer and its words.
    fn says(&mut self, call: &str) -> (Vec<Item>, String) {
        for _ in 0..3 {
            self.now += 1;
            self.engine.see(Time(self.now * 1000), &self.report);
        }
        let heard = self.engine.understand(call);
        let heard = self.engine.answer(Time(self.now * 1000), call, heard);
        self.now += 5;
        self.engine.delivered(Time(self.now * 1000), true);
        let silent = || (Vec::new(), format!("silent: {:?}, {:?}", heard.silence, heard.understanding.intents));
        heard.reply.as_ref().map_or_else(silent, |r| (r.instruction.items.clone(), r.transmission.text.clone()))
    }

    fn minutes_pass(&mut self, minutes: u64) {
        self.now += minutes * 60;
        self.report.cockpit.utc_s = self.report.cockpit.utc_s.map(|t| t + minutes as f64 * 60.0);
    }
}

fn to(destination: &str) -> FlightPlan {
    FlightPlan { ifr: Some(true), destination: Some(destination.into()), altitude_ft: Some(6_000), ..FlightPlan::default() }
}

fn watsonville() -> Parked {
    let mut p = Parked::at("KWVI", "N9041T", "PA28", "127.15", Some(to("O69")));
    let (items, _) = p.says("norcal approach cherokee nine zero four one tango on the ground at watsonville ifr to petaluma ready to copy");
    assert!(items.iter().any(|i| matches!(i, Item::ClearedTo { .. })) && items.contains(&Item::HoldForRelease), "{items:?}");
    p.says("cleared to petaluma direct maintain four thousand expect six thousand ten minutes after departure cherokee four one tango");
    p
}

#[test]
fn a_release_has_the_times_at_which_the_clearance_ends() {
    for call in [
        "cherokee four one tango number one at two zero request release",
        "four one tango is ready for departure runway two zero",
        "cherokee four one tango holding short two zero request our release",
    ] {
        let mut p = watsonville();
        let (items, said) = p.says(call);
        assert!(items.contains(&Item::Released), "{call}: {items:?}");
        assert!(
            said.contains("clearance void if not off by 1720") && said.contains("not later than 1750") && said.contains("time 1710"),
            "{said}"
        );
        assert!(!p.engine.record().owed.contains(&Owed::Release));
        // Asked again, the same times stand. Later the release is void, and there is a new one.
        let (_, again) = p.says("four one tango request release");
        assert!(again.contains("1720"), "{again}");
        p.minutes_pass(15);
        let (_, said) = p.says("four one tango ready for departure now");
        assert!(said.contains("void if not off by 1735"), "{said}");
    }
}

#[test]
fn nobody_is_released_who_is_not_ready_or_not_cleared() {
    for call in ["four one tango not ready for the release yet", "four one tango we do not need the release yet still doing the run up"] {
        let (items, _) = watsonville().says(call);
        assert!(!items.contains(&Item::Released), "{call}: {items:?}");
    }
    let mut p = Parked::at("KWVI", "N9041T", "PA28", "127.15", Some(to("O69")));
    let (items, _) = p.says("norcal approach cherokee nine zero four one tango request release");
    assert!(!items.contains(&Item::Released), "no clearance yet: {items:?}");
}

#[test]
fn a_wrong_void_time_is_corrected_and_told_again() {
    let mut p = watsonville();
    p.says("four one tango request release");
    let (items, said) = p.says("released void if not off by one seven three zero cherokee four one tango");
    assert!(items.contains(&Item::Negative), "{said}");
    let (_, said) = p.says("four one tango what is our void time");
    assert!(said.contains("1720"), "{said}");
}

#[test]
fn a_pilot_without_a_plan_answers_where_to_in_any_words() {
    for answer in ["destination monterey cherokee four one tango", "four one tango monterey"] {
        let mut p = Parked::at("KPAO", "N9041T", "PA28", "125.0", None);
        let (items, _) = p.says("palo alto ground cherokee nine zero four one tango request ifr clearance");
        assert!(items.contains(&Item::Ask(Ask::Destination)), "{items:?}");
        let (items, clearance) = p.says(answer);
        assert!(items.iter().any(|i| matches!(i, Item::ClearedTo { limit, .. } if limit.starts_with("Monterey"))), "{answer}: {items:?}");
        p.says(&clearance);
        // What else belongs to a plan is noted, and nothing is asked again.
        for more in ["alternate salinas four one tango", "four hours endurance two on board four one tango"] {
            let (items, said) = p.says(more);
            assert!(!items.iter().any(|i| matches!(i, Item::Ask(_) | Item::Direct(_))), "{more}: {said}");
        }
    }
}

#[test]
fn the_route_and_the_wake_are_said_as_the_state_says_them() {
    let plan = FlightPlan { route: Some("V25 SNS".into()), ..to("KMRY") };
    let mut p = Parked::at("KPAO", "N9041T", "B77W", "125.0", Some(plan.clone()));
    let (_, said) = p.says("palo alto ground november nine zero four one tango request ifr clearance to monterey");
    assert!(said.starts_with("N9041T heavy") && said.contains("as filed"), "{said}");
    let (_, said) = p.says("palo alto ground nine zero four one tango request full route clearance");
    assert!(said.contains("via V25 SNS"), "{said}");
    let abroad = Airports::world().find("EGPH").unwrap();
    let com1 = abroad.stations.iter().find(|s| s.facility == Facility::Ground).unwrap().frequency.to_string();
    let mut p = Parked::at("EGPH", "EZY84K", "B77W", &com1, Some(FlightPlan { destination: Some("EGNX".into()), ..plan }));
    let (_, said) = p.says("edinburgh ground easy eight four kilo request clearance to east midlands");
    assert!(said.starts_with("Easyjet 84K, ") && said.contains("via flight planned route"), "{said}");
}
