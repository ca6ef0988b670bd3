//! Departures and arrivals around other traffic, flown at a made-up field: "line up and wait", takeoff from an intersection or while
//! rolling up to the line, crossing runways, the way into the pattern, and a taxi that is led turn by turn.

use stratus_atc::airports::data::Airports;
use stratus_atc::airports::draw::ahead;
use stratus_atc::instruction::{Item, Leg, ReportPoint};
use stratus_atc::report::{Other, Report, SimState, Weather};
use stratus_atc::units::{LatLon, Side, Time};
use stratus_atc::{Engine, Setup};

/// Feet ahead of the beginning of runway 9, and right of its centreline, which runs due east.
fn spot(along: f64, right: f64) -> LatLon {
    ahead(ahead(LatLon::new(45.0, -30.011637), 90.0, along), 180.0, right)
}

fn point(along: f64, right: f64) -> String {
    let p = spot(along, right);
    format!("{{ lat = {:.6}, lon = {:.6} }}", p.lat, p.lon)
}

/// What the field has besides runway 9/27.
#[derive(Default)]
struct Field {
    region: &'static str,
    taxiways: bool,
    across: bool,
    closed: bool,
}

impl Field {
    fn airports(&self) -> Airports {
        let region = if self.region.is_empty() { "FAA" } else { self.region };
        let mut text = format!(
            r#"
[[airport]]
icao = "XTWR"
name = "Alone"
place = "made up"
region = "{region}"
position = {{ lat = 45.0, lon = -30.0 }}
elevation_ft = 100
variation = 0.0
stations = [{{ facility = "tower", name = "Alone Tower", frequency = "119.1" }}]
[[airport.runways]]
length_ft = 6000
width_ft = 150
surface = "asphalt"
ends = [{{ runway = "9", start = {} }}, {{ runway = "27", start = {} }}]
"#,
            point(0.0, 0.0),
            point(6000.0, 0.0)
        );
        if self.across || self.closed {
            text += &format!(
                r#"
[[airport.runways]]
length_ft = 5000
width_ft = 100
surface = "asphalt"
closed = {}
ends = [{{ runway = "36", start = {} }}, {{ runway = "18", start = {} }}]
"#,
                self.closed,
                point(3000.0, 2500.0),
                point(3000.0, -2500.0)
            );
        }
        if self.taxiways {
            text += &format!(
                r#"
[airport.taxiways]
nodes = [
    {{ id = 1, position = {}, parking = "ramp" }},
    {{ id = 2, position = {} }},
    {{ id = 3, position = {} }},
    {{ id = 4, position = {}, holds = ["9"] }},
    {{ id = 5, position = {}, holds = ["9"], intersection = true }},
]
edges = [
    {{ from = 1, to = 2, name = "C" }},
    {{ from = 2, to = 3, name = "A" }},
    {{ from = 3, to = 4, name = "A" }},
    {{ from = 2, to = 5, name = "B" }},
]
"#,
                point(1500.0, 1600.0),
                point(1500.0, 500.0),
                point(30.0, 500.0),
                point(30.0, 180.0),
                point(1500.0, 180.0)
            );
        }
        Airports::parse(&text).unwrap()
    }

    fn desk(&self) -> Desk {
        let setup = Setup { callsign: "N172SP".parse().ok(), aircraft_type: Some("C172".into()), ..Setup::default() };
        let report = Report {
            state: SimState::Flying,
            com1: "119.1".parse().ok(),
            weather: Weather { wind_dir: Some(90.0), wind_kt: Some(8.0), altimeter_inhg: Some(29.92), ..Weather::default() },
            ..Report::default()
        };
        Desk { engine: Engine::new(self.airports(), setup), now: 0, report }
    }
}

/// The pilot's aircraft in front of the controller.
struct Desk {
    engine: Engine,
    now: u64,
    report: Report,
}

impl Desk {
    /// The aircraft stands or rolls here for some seconds; returns what is said unasked.
    fn on_ground(&mut self, along: f64, right: f64, heading: f64, knots: f64) -> Vec<Item> {
        (self.report.position, self.report.on_ground) = (Some(spot(along, right)), true);
        (self.report.altitude_ft, self.report.agl_ft) = (100.0, 0.0);
        (self.report.heading_true, self.report.heading_mag, self.report.ground_speed_kt) = (heading, heading, knots);
        self.pass(6)
    }

    /// The aircraft taxies in a straight line, ten seconds.
    fn taxi(&mut self, from: (f64, f64), to: (f64, f64), knots: f64) -> Vec<Item> {
        let heading = spot(from.0, from.1).bearing(spot(to.0, to.1));
        let mut said = Vec::new();
        for n in 0..=10 {
            let part = f64::from(n) / 10.0;
            (self.report.position, self.report.on_ground) =
                (Some(spot(from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)), true);
            (self.report.heading_true, self.report.heading_mag, self.report.ground_speed_kt) = (heading, heading, knots);
            said.extend(self.pass(1));
        }
        said
    }

    fn airborne(&mut self, along_nm: f64, right_nm: f64, heading: f64, feet: f64) -> Vec<Item> {
        let ft = 6076.1;
        let mut said = Vec::new();
        for n in 0..8 {
            let at = ahead(spot(along_nm * ft, right_nm * ft), heading, f64::from(n) * 150.0);
            (self.report.position, self.report.on_ground) = (Some(at), false);
            (self.report.altitude_ft, self.report.agl_ft) = (feet, feet - 100.0);
            (self.report.heading_true, self.report.heading_mag) = (heading, heading);
            (self.report.ground_speed_kt, self.report.ias_kt) = (90.0, 90.0);
            said.extend(self.pass(1));
        }
        said
    }

    fn holding_short(&mut self) -> Vec<Item> {
        self.on_ground(-20.0, 600.0, 0.0, 10.0);
        self.on_ground(30.0, 180.0, 0.0, 0.0)
    }

    fn pass(&mut self, seconds: u64) -> Vec<Item> {
        let mut said = Vec::new();
        for _ in 0..seconds {
            self.now += 1000;
            self.engine.see(Time(self.now), &self.report);
            if self.engine.next_deadline().is_some_and(|at| at <= Time(self.now))
                && let Some(reply) = self.engine.wake(Time(self.now))
            {
                self.engine.delivered(Time(self.now), true);
                said.extend(reply.instruction.items);
            }
        }
        said
    }

    fn say(&mut self, call: &str) -> Vec<Item> {
        self.now += 500;
        let heard = self.engine.understand(call);
        let reply = self.engine.answer(Time(self.now), call, heard).reply;
        self.engine.delivered(Time(self.now), true);
        reply.map_or_else(Vec::new, |r| r.instruction.items)
    }

    fn other(&mut self, along: f64, right: f64, heading: f64, feet: f64, knots: f64) {
        self.report.others.push(Other {
            aircraft_type: Some("C152".into()),
            position: spot(along, right),
            altitude_ft: feet,
            heading_true: heading,
            ground_speed_kt: knots,
            on_ground: feet <= 100.0,
            ..Other::default()
        });
        self.pass(1);
    }

    fn arrival(&mut self, miles: f64) {
        self.other(-miles * 6076.1, 0.0, 90.0, 150.0 + miles * 310.0, 120.0);
    }

    fn nobody(&mut self) {
        self.report.others.clear();
    }
}

fn lines_up(items: &[Item]) -> bool {
    items.contains(&Item::LineUpAndWait) && items.contains(&Item::Runway("9".parse().unwrap()))
}

fn takes_off(items: &[Item]) -> bool {
    items.iter().any(|i| matches!(i, Item::ClearedForTakeoff { .. }))
}

fn holds(items: &[Item]) -> bool {
    items.iter().any(|i| matches!(i, Item::HoldShort { .. })) && !takes_off(items) && !lines_up(items)
}

fn says(items: &[Item], words: &str) -> bool {
    items.iter().any(|i| matches!(i, Item::Traffic(w) | Item::Advice(w) | Item::Unable(w) | Item::PatternWords(w) if w.contains(words)))
}

const READY: &str = "Alone Tower, Skyhawk one seven two sierra papa, holding short runway niner, ready for departure";

#[test]
fn behind_a_departure_the_pilot_lines_up_and_is_cleared_later() {
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(900.0, 0.0, 90.0, 100.0, 60.0);
    let items = desk.say(READY);
    assert!(lines_up(&items) && !takes_off(&items) && says(&items, "departing"), "{items:?}");
    assert_eq!(desk.say("line up and wait runway niner, two sierra papa"), []);
    let items = desk.on_ground(150.0, 0.0, 90.0, 0.0);
    assert!(items.is_empty(), "the runway is in use: {items:?}");
    desk.nobody();
    let items = desk.pass(10);
    assert!(takes_off(&items), "{items:?}");
}

#[test]
fn behind_a_landing_the_pilot_lines_up() {
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(300.0, 0.0, 90.0, 140.0, 110.0);
    desk.nobody();
    desk.other(700.0, 0.0, 90.0, 100.0, 90.0);
    let items = desk.say(READY);
    assert!(lines_up(&items) && says(&items, "landing roll"), "{items:?}");
}

#[test]
fn nobody_waits_on_the_runway_in_front_of_an_arrival() {
    for miles in [0.5, 1.5, 2.5, 3.7] {
        let mut desk = Field::default().desk();
        desk.holding_short();
        desk.other(1500.0, 0.0, 90.0, 100.0, 70.0);
        desk.arrival(miles);
        let items = desk.say(READY);
        assert!(holds(&items), "an arrival {miles} miles out: {items:?}");
    }
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(1500.0, 0.0, 90.0, 100.0, 70.0);
    desk.arrival(5.0);
    let items = desk.say(READY);
    assert!(lines_up(&items) && says(&items, "5 mile final"), "the pilot hears of the next arrival: {items:?}");
}

#[test]
fn nobody_lines_up_where_the_runway_is_not_free() {
    // (what, along, right, heading, knots)
    let cases = [
        ("another aircraft waits lined up", 200.0, 0.0, 90.0, 0.0),
        ("another one stands farther down", 2500.0, 0.0, 90.0, 0.0),
        ("another one comes along the runway", 3000.0, 0.0, 270.0, 40.0),
        ("another one crosses", 1200.0, 10.0, 0.0, 15.0),
        ("another one rolls behind this one's place", -20.0, 0.0, 90.0, 50.0),
    ];
    for (what, along, right, heading, knots) in cases {
        let mut desk = Field::default().desk();
        desk.holding_short();
        desk.other(along, right, heading, 100.0, knots);
        let items = desk.say(READY);
        assert!(holds(&items), "{what}: {items:?}");
    }
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(1500.0, 0.0, 90.0, 100.0, 70.0);
    desk.other(5200.0, 0.0, 90.0, 100.0, 10.0);
    let items = desk.say(READY);
    assert!(holds(&items), "two aircraft: {items:?}");
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(1500.0, 0.0, 90.0, 100.0, 70.0);
    desk.other(6000.0 + 5.0 * 6076.1, 0.0, 270.0, 1600.0, 120.0);
    let items = desk.say(READY);
    assert!(holds(&items), "one comes from the other end: {items:?}");
}

#[test]
fn a_pilot_who_asks_to_line_up_does_and_the_takeoff_follows() {
    for call in [
        "Alone Tower, Skyhawk one seven two sierra papa, runway niner, can we line up",
        "Alone Tower, Skyhawk one seven two sierra papa, request line up runway niner",
        "Alone Tower, Skyhawk one seven two sierra papa, we would like to line up runway niner",
    ] {
        let mut desk = Field::default().desk();
        desk.holding_short();
        let items = desk.say(call);
        assert!(lines_up(&items) && !takes_off(&items), "{call}: {items:?}");
        desk.say("runway niner, line up and wait, two sierra papa");
        let items = desk.on_ground(150.0, 0.0, 90.0, 0.0);
        assert!(takes_off(&items), "{call}: {items:?}");
    }
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.arrival(3.0);
    let items = desk.say("Alone Tower, Skyhawk one seven two sierra papa, runway niner, can we line up");
    assert!(!lines_up(&items), "{items:?}");
}

#[test]
fn a_line_up_is_not_a_takeoff_clearance() {
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.other(900.0, 0.0, 90.0, 100.0, 60.0);
    desk.say(READY);
    for wrong in ["cleared for takeoff runway niner, two sierra papa", "line up and wait runway two seven, two sierra papa"] {
        let items = desk.say(wrong);
        assert!(items.contains(&Item::Negative) && items.contains(&Item::LineUpAndWait), "{wrong}: {items:?}");
    }
    desk.say("runway niner, line up and wait, two sierra papa");
    desk.on_ground(150.0, 0.0, 90.0, 0.0);
    let mut said = Vec::new();
    for n in 0..6 {
        said.extend(desk.taxi((150.0 + 100.0 * f64::from(n), 0.0), (250.0 + 100.0 * f64::from(n), 0.0), 12.0 + 8.0 * f64::from(n)));
    }
    assert!(said.contains(&Item::Stop), "{said:?}");
}

#[test]
fn a_conditional_line_up_names_the_one_arrival_and_is_watched() {
    let field = Field { region: "ICAO", ..Field::default() };
    let mut desk = field.desk();
    desk.holding_short();
    desk.arrival(1.8);
    let items = desk.say(READY);
    let condition = items.iter().find_map(|i| if let Item::Condition(w) = i { Some(w.clone()) } else { None });
    assert!(lines_up(&items) && condition.as_deref() == Some("behind the landing Cessna"), "{items:?}");
    let items = desk.say("behind the landing cessna, line up runway zero niner and wait behind, two sierra papa");
    assert_eq!(items, []);
    let items = desk.on_ground(80.0, 40.0, 60.0, 5.0);
    assert!(items.contains(&Item::HoldPosition) && says(&items, "has not landed"), "too early: {items:?}");
    // Two arrivals: the condition would not be clear.
    let mut desk = field.desk();
    desk.holding_short();
    desk.arrival(1.5);
    desk.arrival(3.5);
    assert!(holds(&desk.say(READY)));
    // In the United States there are no conditional clearances.
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.arrival(1.8);
    assert!(holds(&desk.say(READY)));
}

#[test]
fn after_a_conditional_line_up_the_takeoff_follows() {
    let mut desk = Field { region: "ICAO", ..Field::default() }.desk();
    desk.holding_short();
    desk.arrival(1.0);
    desk.say(READY);
    desk.say("behind the landing cessna, line up runway zero niner and wait behind, two sierra papa");
    desk.nobody();
    desk.other(2500.0, 0.0, 90.0, 100.0, 60.0);
    let items = desk.on_ground(150.0, 0.0, 90.0, 0.0);
    assert!(!takes_off(&items), "{items:?}");
    desk.nobody();
    assert!(takes_off(&desk.pass(10)));
}

#[test]
fn who_rolls_up_to_the_line_is_cleared_without_a_stop() {
    let rolling = |desk: &mut Desk, right: f64| {
        desk.on_ground(1500.0, 1600.0, 0.0, 0.0);
        desk.say("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, request taxi");
        desk.say("runway niner, taxi, two sierra papa");
        desk.taxi((1500.0, 1600.0), (1500.0, right), 15.0);
        desk.taxi((400.0, right), (150.0, right), 12.0)
    };
    for call in [
        "Alone Tower, Skyhawk two sierra papa, approaching the hold runway niner, ready for departure",
        "two sierra papa, ready for takeoff runway niner",
        "two sierra papa, coming up to runway niner, ready",
    ] {
        let mut desk = Field::default().desk();
        rolling(&mut desk, 420.0);
        let items = desk.say(call);
        assert!(takes_off(&items), "{call}: {items:?}");
        let mut far = Field::default().desk();
        rolling(&mut far, 1500.0);
        let items = far.say(call);
        assert!(!takes_off(&items), "far from the runway: {call}: {items:?}");
        let mut second = Field::default().desk();
        second.other(40.0, 180.0, 0.0, 100.0, 0.0);
        rolling(&mut second, 420.0);
        let items = second.say(call);
        assert!(!takes_off(&items), "behind another aircraft: {call}: {items:?}");
    }
}

#[test]
fn an_intersection_is_named_and_an_unknown_one_is_refused() {
    let at = |items: &[Item]| items.iter().find_map(|i| if let Item::ClearedForTakeoff { at } = i { Some(at.clone()) } else { None });
    let field = Field { taxiways: true, ..Field::default() };
    for call in [
        "Alone Tower, Skyhawk one seven two sierra papa, holding short runway niner at bravo, ready for departure",
        "Alone Tower, Skyhawk one seven two sierra papa, ready runway niner",
    ] {
        let mut desk = field.desk();
        desk.on_ground(1500.0, 600.0, 0.0, 10.0);
        desk.on_ground(1500.0, 180.0, 0.0, 0.0);
        let items = desk.say(call);
        assert_eq!(at(&items), Some(Some("B".into())), "{call}: {items:?}");
        assert!(says(&items, "4,500 feet available"), "{call}: {items:?}");
    }
    let mut desk = field.desk();
    desk.holding_short();
    assert_eq!(at(&desk.say(READY)), Some(None), "full length");
    let mut desk = field.desk();
    desk.holding_short();
    let items = desk.say("Alone Tower, Skyhawk one seven two sierra papa, holding short runway niner at kilo, ready for departure");
    assert!(at(&items).is_none() && says(&items, "not on the chart"), "{items:?}");
}

#[test]
fn traffic_on_a_crossing_runway_holds_a_departure() {
    let field = Field { across: true, ..Field::default() };
    let mut desk = field.desk();
    desk.holding_short();
    desk.other(3000.0, 1500.0, 0.0, 100.0, 60.0);
    let items = desk.say(READY);
    assert!(holds(&items) && says(&items, "rolling on runway 36"), "{items:?}");
    desk.say("hold short runway niner, two sierra papa");
    desk.nobody();
    assert!(takes_off(&desk.pass(10)), "the runway is free");
    let mut desk = field.desk();
    desk.holding_short();
    desk.other(3000.0, 2500.0 + 1.2 * 6076.1, 0.0, 500.0, 110.0);
    assert!(holds(&desk.say(READY)), "about to land on the crossing runway");
    let mut desk = field.desk();
    desk.holding_short();
    desk.other(3000.0, 2000.0, 0.0, 100.0, 8.0);
    assert!(takes_off(&desk.say(READY)), "one that taxies there is not in the way");
}

#[test]
fn a_closed_runway_is_refused() {
    let mut desk = Field { closed: true, ..Field::default() }.desk();
    desk.on_ground(1500.0, 1600.0, 0.0, 0.0);
    let items = desk.say("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, request taxi to runway three six");
    assert!(says(&items, "closed") && !items.iter().any(|i| matches!(i, Item::Taxi { .. })), "{items:?}");
}

#[test]
fn the_way_into_the_pattern_is_the_one_that_the_position_shows() {
    let entry = |along: f64, right: f64, heading: f64, call: &str| {
        let mut desk = Field::default().desk();
        desk.airborne(along, right, heading, 2000.0);
        desk.say(call)
    };
    let wrong = "Alone Tower, Skyhawk one seven two sierra papa, seven miles north, inbound full stop";
    let plain = "Alone Tower, Skyhawk one seven two sierra papa, inbound for landing";
    for call in [wrong, plain] {
        let items = entry(1.0, 6.0, 0.0, call);
        assert!(items.contains(&Item::Enter(Side::Right, Leg::Downwind)), "abeam on the right: {items:?}");
        let items = entry(-11.0, 0.5, 90.0, call);
        assert!(items.contains(&Item::StraightIn), "on the centreline: {items:?}");
        let items = entry(-4.5, 4.5, 45.0, call);
        assert!(items.contains(&Item::Enter(Side::Right, Leg::Base)), "ahead of the threshold: {items:?}");
        assert!(items.contains(&Item::Report(ReportPoint::MileLeg(2, Some(Side::Right), Leg::Base))), "{items:?}");
    }
}

#[test]
fn a_led_taxi_hears_each_turn_once_and_then_the_hold() {
    let mut desk = Field { taxiways: true, ..Field::default() }.desk();
    desk.on_ground(1500.0, 1600.0, 0.0, 0.0);
    let items = desk.say("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, unfamiliar, request progressive taxi");
    assert!(says(&items, "progressive taxi instructions will follow"), "{items:?}");
    desk.say("runway niner, taxi via charlie, alpha, two sierra papa");
    let mut said = desk.taxi((1500.0, 1600.0), (1500.0, 700.0), 15.0);
    said.extend(desk.taxi((1500.0, 700.0), (1500.0, 500.0), 8.0));
    let turn = |said: &[Item], words: &str| said.iter().filter(|i| matches!(i, Item::PatternWords(w) if w == words)).count();
    assert_eq!(turn(&said, "turn left on A"), 1, "{said:?}");
    let mut said = desk.taxi((1450.0, 500.0), (400.0, 500.0), 15.0);
    said.extend(desk.taxi((400.0, 500.0), (60.0, 500.0), 8.0));
    assert_eq!(turn(&said, "turn right on A"), 1, "{said:?}");
    let said = desk.taxi((30.0, 480.0), (30.0, 300.0), 6.0);
    assert_eq!(said.iter().filter(|i| matches!(i, Item::HoldShort { .. })).count(), 1, "{said:?}");
}

#[test]
fn without_a_chart_nobody_is_led_and_the_direction_is_given() {
    let mut desk = Field::default().desk();
    desk.on_ground(1500.0, 1600.0, 0.0, 0.0);
    let items = desk.say("Alone Tower, Skyhawk one seven two sierra papa, at the ramp, unfamiliar, request progressive taxi");
    assert!(says(&items, "no taxiways on record") && says(&items, "runway 9 begins northwest of you"), "{items:?}");
}

#[test]
fn a_pilot_who_is_no_longer_ready_is_not_sent_off() {
    let mut desk = Field::default().desk();
    desk.holding_short();
    desk.arrival(1.0);
    assert!(holds(&desk.say(READY)));
    desk.say("hold short runway niner, two sierra papa");
    desk.say("Alone Tower, two sierra papa, we are not ready any more, we need a few minutes");
    desk.nobody();
    assert!(!takes_off(&desk.pass(20)));
    assert!(takes_off(&desk.say("Alone Tower, two sierra papa, ready for departure now")));
}
