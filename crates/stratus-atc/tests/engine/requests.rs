//! What an instrument flight asks for besides levels and headings: holds, circling, VFR-on-top, a visual approach; and turns that are not made.

use stratus_atc::airports::data::Airports;
use stratus_atc::airports::draw::ahead;
use stratus_atc::instruction::{Hold, Item, Legs};
use stratus_atc::report::{Cockpit, FlightPlan, Report, SimState, Weather};
use stratus_atc::units::{FT_PER_NM, Facility, Side, Time};
use stratus_atc::{Engine, Setup};

/// An airliner bound for San Jose, on the approach frequency.
struct Flight {
    engine: Engine,
    report: Report,
    now: u64,
}

impl Flight {
    /// This far from the field on this bearing, at this altitude, flying towards it.
    fn new(bearing: f64, nm: f64, feet: f64) -> Self {
        let setup = Setup { callsign: "UAL57".parse().ok(), aircraft_type: Some("B738".into()), ..Setup::default() };
        let mut engine = Engine::new(Airports::world(), setup);
        engine.file(Some(FlightPlan {
            ifr: Some(true),
            departure: Some("KLAX".into()),
            destination: Some("KSJC".into()),
            altitude_ft: Some(24_000),
            ..FlightPlan::default()
        }));
        let field = Airports::world().find("KSJC").unwrap();
        let at = ahead(field.position, bearing, nm * FT_PER_NM);
        let heading = at.bearing(field.position);
        let report = Report {
            state: SimState::Flying,
            position: Some(at),
            altitude_ft: feet,
            agl_ft: feet - 100.0,
            heading_true: heading,
            heading_mag: heading - 13.0,
            ground_speed_kt: 250.0,
            ias_kt: 220.0,
            com1: field.stations.iter().find(|s| s.facility == Facility::Approach).map(|s| s.frequency),
            transponder: "2345".parse().ok(),
            weather: Weather {
                wind_dir: Some(310.0),
                wind_kt: Some(8.0),
                altimeter_inhg: Some(29.92),
                ceiling_ft: Some(6_000.0),
                visibility_sm: Some(9.0),
                ..Weather::default()
            },
            cockpit: Cockpit { utc_s: Some(17.0 * 3600.0 + 41.0 * 60.0), ..Cockpit::default() },
            ..Report::default()
        };
        let mut flight = Self { engine, report, now: 0 };
        flight.says("NorCal Approach, United five seven, with information kilo");
        flight
    }

    fn see(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += 1;
            self.engine.see(Time(self.now * 1000), &self.report);
        }
    }

    /// Says something; returns the items of the answer and its words.
    fn says(&mut self, call: &str) -> (Vec<Item>, String) {
        self.see(3);
        let heard = self.engine.understand(call);
        let reply = self.engine.answer(Time(self.now * 1000), call, heard).reply;
        self.engine.delivered(Time((self.now + 3) * 1000), true);
        self.see(5);
        reply.map_or_else(Default::default, |r| (r.instruction.items, r.transmission.text))
    }

    /// What the controller says unasked within this time.
    fn hears(&mut self, seconds: u64) -> Vec<Item> {
        for _ in 0..seconds {
            self.see(1);
            if self.engine.next_deadline().is_some_and(|d| d <= Time(self.now * 1000))
                && let Some(reply) = self.engine.wake(Time(self.now * 1000))
            {
                self.engine.delivered(Time(self.now * 1000), true);
                let back = reply.transmission.spoken.clone();
                let heard = self.engine.understand(&back);
                self.engine.answer(Time((self.now + 1) * 1000), &back, heard);
                return reply.instruction.items;
            }
        }
        Vec::new()
    }
}

fn hold(items: &[Item]) -> Option<&Hold> {
    items.iter().find_map(|i| if let Item::Hold(hold) = i { Some(hold) } else { None })
}

#[test]
fn a_hold_has_a_course_turns_and_legs_that_the_pilot_may_choose() {
    let mut f = Flight::new(130.0, 60.0, 12_000.0);
    let (items, said) = f.says("United five seven request to hold over SUNOL with left turns and ten mile legs");
    let given = hold(&items).unwrap_or_else(|| panic!("{items:?}"));
    assert_eq!((given.fix.as_deref(), given.turns, given.legs), (Some("SUNOL"), Side::Left, Legs::Miles(10)));
    assert!(said.contains("of SUNOL, inbound course") && said.contains("10 mile legs, left turns"), "{said}");
    assert!(!said.contains("as published") && said.contains("expect further clearance 1800"), "{said}");
    // Another course is corrected; what is asked is answered from what was given.
    let other = if given.inbound == Some(90) { "one eight zero" } else { "zero niner zero" };
    let (items, _) = f.says(&format!("hold at SUNOL inbound course {other} left turns ten mile legs, United five seven"));
    assert!(hold(&items).is_some_and(|h| h.fix.as_deref() == Some("SUNOL") && h.legs == Legs::Miles(10)), "{items:?}");
    for question in ["United five seven what is our inbound course in the hold", "United five seven which turns in the hold"] {
        assert!(hold(&f.says(question).0).is_some(), "{question}");
    }
    // The turns stay where only the legs change.
    let (items, _) = f.says("United five seven request two minute legs");
    assert!(hold(&items).is_some_and(|h| h.turns == Side::Left && h.legs == Legs::HalfMinutes(4) && h.fix.is_some()), "{items:?}");
}

#[test]
fn a_hold_without_wishes_follows_the_aircraft() {
    let mut f = Flight::new(130.0, 60.0, 17_000.0);
    let (items, said) = f.says("United five seven can we hold at present position for a while");
    let given = hold(&items).unwrap_or_else(|| panic!("{items:?}"));
    assert_eq!((given.turns, given.legs), (Side::Right, Legs::HalfMinutes(3)));
    let off = f64::from(given.inbound.unwrap()) - f.report.heading_mag;
    assert!(off.abs() <= 5.0 && said.contains("hold at present position"), "{said}");
}

#[test]
fn a_pilot_circles_from_one_approach_to_another_runway() {
    for call in [
        "United five seven request the ILS runway three zero left circle to runway one two right",
        "United five seven we would like the ILS three zero left, circling one two right",
    ] {
        let mut f = Flight::new(130.0, 25.0, 6_000.0);
        let (items, said) = f.says(call);
        let circle = Item::Circle("12R".parse().unwrap());
        assert!(items.contains(&circle) && items.contains(&Item::Runway("30L".parse().unwrap())), "{call}: {items:?}");
        assert!(said.contains("circle to runway 12R"), "{said}");
        assert_eq!(f.engine.record().circles, "12R".parse().ok());
    }
    let mut f = Flight::new(130.0, 25.0, 6_000.0);
    let (items, _) = f.says("United five seven request the ILS runway three zero left circle to runway two six");
    assert!(items.iter().any(|i| matches!(i, Item::Unable(_))), "{items:?}");
}

#[test]
fn vfr_on_top_is_climbed_to_and_then_kept() {
    let mut f = Flight::new(130.0, 70.0, 7_000.0);
    let (items, said) = f.says("United five seven request VFR on top");
    assert!(items.iter().any(|i| matches!(i, Item::OnTop(Some(_)))) && said.contains("report reaching VFR-on-top"), "{said}");
    assert_eq!(f.engine.record().altitude_ft, None, "the pilot chooses the level");
    let (items, _) = f.says("United five seven reached VFR on top at niner thousand five hundred");
    assert!(items.contains(&Item::OnTop(None)), "{items:?}");
}

#[test]
fn a_visual_approach_needs_the_field_in_sight() {
    let mut f = Flight::new(120.0, 12.0, 4_500.0);
    let (items, _) = f.says("United five seven request the visual approach three zero left");
    let cleared = |items: &[Item]| items.iter().any(|i| matches!(i, Item::Approach { expect: false, .. }));
    assert!(!cleared(&items), "{items:?}");
    let (items, _) = f.says("United five seven not in sight yet, still looking for the field");
    assert!(!cleared(&items), "{items:?}");
    let (items, _) = f.says("United five seven field in sight");
    assert!(cleared(&items), "{items:?}");
}

#[test]
fn a_turn_that_is_not_made_is_noticed_once() {
    let mut f = Flight::new(90.0, 22.0, 8_000.0);
    let heading = |items: &[Item]| items.iter().find_map(|i| if let Item::Heading { degrees, .. } = i { Some(*degrees) } else { None });
    let (items, _) = f.says("United five seven request vectors for the ILS three zero left");
    let degrees = heading(&items).or_else(|| (0..4).find_map(|_| heading(&f.hears(30)))).expect("a vector");
    f.report.heading_mag = (f64::from(degrees) + 120.0) % 360.0;
    f.report.heading_true = f.report.heading_mag + 13.0;
    let heard = f.hears(80);
    assert!(heard.iter().any(|i| matches!(i, Item::Heading { turn: Some(Side::Left), degrees: d } if *d == degrees)), "{heard:?}");
}
