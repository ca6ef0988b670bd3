//! Tests of the phase tracker with simulated movements at a fictional airport.

use proptest::prelude::*;

use super::*;
use crate::airports::data::Airports;
use crate::airports::runway::geometry;

const FT_PER_S_PER_KT: f64 = 1.687_81;

/// A simulated aircraft, positioned relative to one runway.
struct Pilot {
    tracker: PhaseTracker,
    airport: Airport,
    frame: Geometry,
    cleared: Option<Runway>,
    t: f64,
    /// Feet along and right of the runway.
    at: (f64, f64),
    /// Degrees right of the runway's heading.
    heading: f64,
    speed: f64,
    agl: f64,
    /// Moves backwards.
    reverse: bool,
    seen: Vec<&'static str>,
}

impl Pilot {
    fn new(runway: &str, along: f64, right: f64, heading: f64) -> Self {
        let airport = Airports::first().get("XSTR").unwrap().clone();
        let frame = geometry(&airport, runway.parse().unwrap()).unwrap();
        let tracker = PhaseTracker::new();
        let at = (along, right);
        Self { tracker, airport, frame, cleared: None, t: 0.0, at, heading, speed: 0.0, agl: 0.0, reverse: false, seen: vec![] }
    }
    fn position(&self) -> LatLon {
        let h = self.frame.heading.to_radians();
        let (north, east) = (self.at.0 * h.cos() - self.at.1 * h.sin(), self.at.0 * h.sin() + self.at.1 * h.cos());
        let deg = 60.0 * crate::units::FT_PER_NM;
        let lat = self.frame.start.lat + north / deg;
        LatLon::new(lat, self.frame.start.lon + east / (deg * self.frame.start.lat.to_radians().cos()))
    }
    /// Moves for `seconds` from the present speed, heading and height to the given ones.
    fn go(&mut self, seconds: f64, speed: f64, heading: f64, agl: f64) -> &mut Self {
        let (s0, h0, a0) = (self.speed, self.heading, self.agl);
        let steps = (seconds * 5.0).round().max(1.0);
        for i in 1..=(steps as u32) {
            let f = f64::from(i) / steps;
            self.speed = s0 + (speed - s0) * f;
            self.heading = h0 + (heading - h0) * f;
            self.agl = a0 + (agl - a0) * f;
            let way = self.speed * FT_PER_S_PER_KT * 0.2 * if self.reverse { -1.0 } else { 1.0 };
            self.at.0 += way * self.heading.to_radians().cos();
            self.at.1 += way * self.heading.to_radians().sin();
            self.t += 0.2;
            self.report();
        }
        self
    }
    fn stand(&mut self, seconds: f64) -> &mut Self {
        self.speed = 0.0;
        let (h, a) = (self.heading, self.agl);
        self.go(seconds, 0.0, h, a)
    }
    fn report(&mut self) {
        let r = Report {
            position: Some(self.position()),
            altitude_ft: 100.0 + self.agl,
            agl_ft: self.agl,
            heading_true: (self.frame.heading + self.heading).rem_euclid(360.0),
            ground_speed_kt: self.speed,
            ias_kt: self.speed,
            on_ground: self.agl <= 0.0,
            ..Report::default()
        };
        let word = self.tracker.update(Time::from_secs_f64(self.t), &r, &self.airport, self.cleared).word();
        if self.seen.last() != Some(&word) {
            self.seen.push(word);
        }
    }
    fn phase(&self) -> &'static str {
        self.tracker.phase().word()
    }
    /// Flies from the upwind leg round the pattern to half a mile before the threshold.
    fn round(&mut self, side: f64) -> &mut Self {
        self.go(25.0, 80.0, 90.0 * side, 1000.0).go(25.0, 90.0, 90.0 * side, 1000.0);
        self.go(25.0, 90.0, 180.0 * side, 1000.0);
        while self.at.0 > -4500.0 {
            self.go(1.0, 90.0, 180.0 * side, 1000.0);
        }
        self.go(25.0, 75.0, 270.0 * side, 700.0);
        while self.at.1.abs() > 1900.0 {
            self.go(1.0, 75.0, 270.0 * side, 600.0);
        }
        self.go(25.0, 70.0, 360.0 * side, 400.0);
        self.heading = 0.0;
        self.at = (-3000.0, 0.0);
        self.go(2.0, 70.0, 0.0, 300.0)
    }
}

fn at_hold() -> Pilot {
    // South of runway 9: right of it, nose to the left.
    let mut p = Pilot::new("9", 60.0, 250.0, -90.0);
    p.stand(2.0);
    p.heading = -90.0;
    p
}

fn taken_off() -> Pilot {
    let mut p = Pilot::new("9", 150.0, 0.0, 0.0);
    p.stand(3.0).go(25.0, 65.0, 0.0, 0.0).go(50.0, 75.0, 0.0, 700.0);
    p
}

#[test]
fn phase_names_match_their_serialised_form() {
    for p in [Phase::LineUpAndWait, Phase::TaxiIn, Phase::GoAround, Phase::LandingRoll, Phase::AwaitingReadback] {
        assert_eq!(serde_json::to_string(&p).unwrap(), format!("{:?}", p.word()));
    }
}

#[test]
fn a_full_circuit_gives_every_leg_on_either_side() {
    for (side, word) in [(-1.0, Side::Left), (1.0, Side::Right)] {
        let mut p = taken_off();
        p.round(side);
        assert_eq!(p.seen, ["line_up_and_wait", "takeoff_roll", "departure", "crosswind", "downwind", "base", "final"], "{side}");
        assert_eq!(p.tracker.side(), Some(word));
        assert_eq!(p.tracker.runway().unwrap().to_string(), "9");
        let d = p.tracker.distance_to_threshold_nm().unwrap();
        assert!((0.3..0.6).contains(&d), "{d}");
        assert!(p.tracker.has_flown() && p.tracker.on_runway().is_none());
    }
}

#[test]
fn stopping_anywhere_is_not_holding_short() {
    // On the parallel taxiway along the runway, on the apron facing it from afar, and at its edge facing away.
    for (along, right, heading) in [(2000.0, 300.0, 0.0), (2000.0, 300.0, 180.0), (2000.0, 900.0, -90.0), (60.0, 250.0, 90.0)] {
        let mut p = Pilot::new("9", along, right, heading);
        p.at.1 += 200.0;
        p.go(2.0, 10.0, heading, 0.0);
        p.at = (along, right);
        p.go(2.0, 0.0, heading, 0.0).stand(30.0);
        assert_eq!(p.phase(), "taxiing", "{along} {right} {heading}");
    }
}

#[test]
fn stopping_at_the_hold_is_holding_short_and_moving_on_lines_up() {
    let mut p = Pilot::new("9", 60.0, 420.0, -90.0);
    p.go(8.0, 10.0, -90.0, 0.0).go(6.0, 0.0, -90.0, 0.0).stand(5.0);
    assert_eq!(p.phase(), "holding_short", "{:?}", p.at);
    assert_eq!(p.tracker.runway().unwrap().to_string(), "9");
    p.go(10.0, 10.0, -90.0, 0.0);
    assert_eq!(p.phase(), "line_up_and_wait");
    // Straight across instead: a crossing.
    p.go(40.0, 10.0, -90.0, 0.0);
    assert_eq!(p.phase(), "taxiing");
}

#[test]
fn crossing_a_runway_is_neither_lining_up_nor_landing() {
    let mut p = Pilot::new("18", 2400.0, 800.0, -90.0);
    p.go(2.0, 15.0, -90.0, 0.0).go(60.0, 15.0, -90.0, 0.0);
    assert_eq!(p.seen, ["parked", "taxiing"]);
    assert!(p.at.1 < -300.0);
}

#[test]
fn a_start_on_the_runway_at_the_hold_or_airborne_is_recognised() {
    let mut p = Pilot::new("9", 150.0, 0.0, 0.0);
    p.stand(1.0);
    assert_eq!((p.phase(), p.tracker.on_runway().unwrap().to_string()), ("line_up_and_wait", "9".into()));
    assert_eq!(at_hold().phase(), "holding_short");
    let mut p = Pilot::new("9", -40_000.0, 20_000.0, -20.0);
    (p.agl, p.speed) = (3000.0, 110.0);
    p.go(1.0, 110.0, -20.0, 3000.0);
    assert_eq!(p.phase(), "inbound");
    let mut p = Pilot::new("9", -40_000.0, 20_000.0, 160.0);
    (p.agl, p.speed) = (3000.0, 110.0);
    p.go(1.0, 110.0, 160.0, 3000.0);
    assert_eq!(p.phase(), "cruise");
}

#[test]
fn a_departure_from_the_hold_gives_each_phase() {
    let mut p = at_hold();
    p.heading = -90.0;
    // Here the turn is to the right: the nose comes round from -90 to 0.
    p.go(3.0, 10.0, -90.0, 0.0).go(10.0, 10.0, -90.0, 0.0).go(8.0, 6.0, 0.0, 0.0);
    p.stand(4.0).go(25.0, 65.0, 0.0, 0.0).go(30.0, 75.0, 0.0, 500.0);
    assert_eq!(p.seen, ["holding_short", "line_up_and_wait", "takeoff_roll", "departure"]);
}

#[test]
fn a_bounce_is_part_of_the_landing() {
    let mut p = taken_off();
    p.round(-1.0).go(24.0, 65.0, 0.0, 5.0).go(1.0, 62.0, 0.0, 0.0);
    for _ in 0..3 {
        p.go(1.0, 58.0, 0.0, 8.0).go(1.0, 56.0, 0.0, 0.0).go(0.4, 56.0, 0.0, 0.0);
    }
    p.go(15.0, 15.0, 0.0, 0.0);
    assert_eq!(p.seen.last(), Some(&"landing_roll"));
    assert_eq!(p.seen.iter().filter(|w| **w == "landing_roll").count(), 1, "{:?}", p.seen);
    assert!(!p.seen.contains(&"go_around"));
    p.go(6.0, 10.0, 40.0, 0.0).go(20.0, 10.0, 90.0, 0.0).stand(10.0);
    assert_eq!(p.seen[p.seen.len() - 2..], ["landing_roll", "taxi_in"]);
    p.stand(70.0);
    assert_eq!(p.phase(), "taxi_in", "{:?}", p.at);
    p.go(60.0, 12.0, 90.0, 0.0).stand(70.0);
    assert_eq!(p.phase(), "parked");
    p.go(5.0, 8.0, 90.0, 0.0);
    assert_eq!(p.phase(), "taxiing");
    assert!(!p.tracker.has_flown());
}

#[test]
fn touch_and_go_and_go_around_start_the_next_circuit() {
    let mut p = taken_off();
    p.round(-1.0).go(24.0, 65.0, 0.0, 5.0).go(1.0, 62.0, 0.0, 0.0).go(6.0, 45.0, 0.0, 0.0).go(6.0, 65.0, 0.0, 0.0);
    p.go(50.0, 75.0, 0.0, 700.0);
    assert_eq!(p.seen[p.seen.len() - 4..], ["final", "landing_roll", "takeoff_roll", "departure"]);
    p.round(-1.0).go(20.0, 65.0, 0.0, 80.0).go(30.0, 75.0, 0.0, 500.0);
    assert_eq!(p.seen[p.seen.len() - 2..], ["final", "go_around"]);
    p.round(-1.0);
    assert_eq!(p.seen[p.seen.len() - 5..], ["go_around", "crosswind", "downwind", "base", "final"]);
}

#[test]
fn arrivals_join_on_downwind_or_straight_in() {
    let mut p = Pilot::new("9", -30_000.0, 100.0, 0.0);
    p.cleared = Some("9".parse().unwrap());
    (p.agl, p.speed) = (1600.0, 90.0);
    p.go(10.0, 90.0, 0.0, 1550.0);
    assert_eq!(p.phase(), "final");
    let mut p = Pilot::new("9", 14_000.0, -16_000.0, 135.0);
    p.cleared = Some("9".parse().unwrap());
    (p.agl, p.speed) = (1000.0, 90.0);
    p.go(60.0, 90.0, 135.0, 1000.0);
    assert_eq!(p.phase(), "inbound");
    while p.at.1 < -6000.0 {
        p.go(1.0, 90.0, 135.0, 1000.0);
    }
    p.go(12.0, 90.0, 180.0, 1000.0).go(8.0, 90.0, 180.0, 1000.0);
    assert_eq!(p.phase(), "downwind");
    assert_eq!(p.tracker.side(), Some(Side::Left));
}

#[test]
fn approaching_the_wrong_end_is_inbound_until_low_and_close() {
    // Runway 9 is in use (calm, the first of the longest); this aircraft approaches runway 27.
    let mut p = Pilot::new("27", -24_000.0, 100.0, 0.0);
    (p.agl, p.speed) = (1500.0, 90.0);
    p.go(30.0, 90.0, 0.0, 1500.0);
    assert_eq!(p.phase(), "inbound");
    p.at = (-9000.0, 50.0);
    p.t += 100.0;
    p.agl = 500.0;
    p.go(10.0, 80.0, 0.0, 450.0);
    assert_eq!(p.phase(), "final");
    assert_eq!(p.tracker.runway().unwrap().to_string(), "27");
}

#[test]
fn a_pattern_ends_with_the_airport_it_belongs_to() {
    let mut p = taken_off();
    p.go(15.0, 80.0, -90.0, 900.0);
    assert_eq!(p.phase(), "crosswind");
    p.airport = Airports::first().get("KPAO").unwrap().clone();
    p.go(0.2, 80.0, -90.0, 900.0);
    assert_eq!(p.phase(), "cruise");
}

#[test]
fn the_parallel_runway_ahead_is_the_relevant_one() {
    let mut p = Pilot::new("9", -9000.0, 0.0, 0.0);
    p.airport = Airports::first().get("KRHV").unwrap().clone();
    p.frame = geometry(&p.airport, "31L".parse().unwrap()).unwrap();
    p.cleared = Some("31R".parse().unwrap());
    (p.agl, p.speed) = (550.0, 70.0);
    p.at.1 = 226.0;
    p.go(4.0, 70.0, 0.0, 500.0);
    assert_eq!((p.phase(), p.tracker.runway().unwrap().to_string()), ("final", "31R".into()));
    p.go(3.0, 70.0, -25.0, 450.0).go(3.0, 70.0, 0.0, 400.0);
    p.at.1 = 0.0;
    p.go(4.0, 70.0, 0.0, 380.0);
    assert_eq!((p.phase(), p.tracker.runway().unwrap().to_string()), ("final", "31L".into()));
}

#[test]
fn leaving_the_pattern_is_departure_then_cruise() {
    let mut p = taken_off();
    p.go(300.0, 100.0, 0.0, 3500.0);
    assert_eq!(p.seen.last(), Some(&"cruise"));
    assert!(!p.seen.contains(&"crosswind"));
}

#[test]
fn a_rejected_takeoff_is_not_a_flight() {
    let mut p = Pilot::new("9", 150.0, 0.0, 0.0);
    p.stand(3.0).go(12.0, 45.0, 0.0, 0.0).go(10.0, 12.0, 0.0, 0.0).go(6.0, 10.0, 50.0, 0.0).go(15.0, 10.0, 90.0, 0.0);
    assert_eq!(p.seen, ["line_up_and_wait", "takeoff_roll", "taxiing"]);
    assert!(!p.tracker.has_flown());
}

#[test]
fn moving_backwards_off_the_stand_is_pushed_back() {
    let mut p = Pilot::new("9", 1500.0, 1200.0, -90.0);
    p.stand(5.0);
    p.reverse = true;
    p.go(20.0, 3.0, -90.0, 0.0).stand(20.0);
    assert_eq!(p.phase(), "pushed_back");
    p.reverse = false;
    p.go(10.0, 10.0, 0.0, 0.0);
    assert_eq!(p.seen, ["parked", "pushed_back", "taxiing"]);
}

#[test]
fn a_new_runway_assignment_after_landing_is_taxiing() {
    let mut p = taken_off();
    p.round(-1.0).go(24.0, 65.0, 0.0, 5.0).go(1.0, 62.0, 0.0, 0.0).go(20.0, 15.0, 0.0, 0.0);
    p.go(6.0, 10.0, 90.0, 0.0).go(30.0, 10.0, 90.0, 0.0);
    assert_eq!(p.phase(), "taxi_in");
    p.cleared = Some("9".parse().unwrap());
    p.go(10.0, 10.0, 180.0, 0.0);
    assert_eq!(p.phase(), "taxiing");
}

#[test]
fn a_new_flight_loaded_elsewhere_resets_the_tracker() {
    let mut p = taken_off();
    p.at = (1500.0, 30_000.0);
    (p.agl, p.heading) = (0.0, 90.0);
    p.stand(2.0);
    assert_eq!(p.phase(), "parked");
    assert!(!p.tracker.has_flown());
}

#[test]
fn a_report_without_a_position_changes_nothing() {
    let mut p = at_hold();
    let airport = p.airport.clone();
    let r = Report { ground_speed_kt: f64::NAN, position: Some(p.position()), ..Report::default() };
    assert_eq!(p.tracker.update(Time(9000), &r, &airport, None), Phase::HoldingShort);
    assert_eq!(p.tracker.update(Time(9000), &Report::default(), &airport, None), Phase::HoldingShort);
}

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        8 => -400.0..400.0f64,
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::MIN),
        1 => -1e9..1e9f64,
    ]
}

prop_compose! {
    fn any_report()(
        place in prop_oneof![
            6 => (-0.02..0.02f64, -0.02..0.02f64).prop_map(|(a, b)| Some(LatLon::new(45.0 + a, -30.0 + b))),
            1 => (any_number(), any_number()).prop_map(|(a, b)| Some(LatLon::new(a, b))),
            1 => Just(None),
        ],
        numbers in proptest::array::uniform5(any_number()),
        on_ground in any::<bool>(),
    ) -> Report {
        let [altitude_ft, agl_ft, heading_true, ground_speed_kt, wind] = numbers;
        let weather = crate::report::Weather { wind_dir: Some(wind), wind_kt: Some(wind), ..Default::default() };
        Report { position: place, altitude_ft, agl_ft, heading_true, ground_speed_kt, on_ground, weather, ..Report::default() }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn random_reports_never_panic(
        reports in proptest::collection::vec((any_report(), 0u64..4000, any::<bool>(), 0u8..40), 1..60),
    ) {
        let airports = Airports::first();
        let (a, b) = (airports.get("XSTR").unwrap(), airports.get("PHTO").unwrap());
        let mut tracker = PhaseTracker::new();
        let mut now = Time(0);
        for (r, step, here, runway) in &reports {
            now = Time(now.0 + step);
            let airport = if *here { a } else { b };
            let phase = tracker.update(now, r, airport, Runway::new(*runway, None));
            prop_assert!(tracker.runway().is_none_or(|x| airport.runways.iter().flat_map(|s| &s.ends).any(|e| e.runway == x))
                || r.position.is_none_or(|p| !(p.lat.is_finite() && p.lon.is_finite()))
                || !(r.heading_true.is_finite() && r.ground_speed_kt.is_finite() && r.agl_ft.is_finite()));
            prop_assert!(phase == tracker.phase() && tracker.since() <= now);
        }
    }

    #[test]
    fn a_nonsense_airport_never_panics(lats in proptest::array::uniform4(any_number()), r in any_report()) {
        let mut airport = Airports::first().get("PHTO").unwrap().clone();
        airport.runways[0].ends[0].start = LatLon::new(lats[0], lats[1]);
        airport.runways[0].length_ft = lats[2];
        airport.runways[1].width_ft = lats[3];
        let mut tracker = PhaseTracker::new();
        for i in 0..5 {
            tracker.update(Time(i * 300), &r, &airport, None);
        }
    }
}
