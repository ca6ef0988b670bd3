//! Tests with whole flights of other aircraft, from the stand and back.

use super::*;
use crate::Setup;
use crate::airports::data::Airports;
use crate::airports::draw::ahead;
use crate::airports::runway::{Geometry, geometry};
use crate::instruction::{Item, Landing};
use crate::readback::{Verdict, check};
use crate::report::{Other, Weather};
use crate::units::{FT_PER_NM, LatLon};

const NM: f64 = FT_PER_NM;

/// A stay at a point: seconds from the start; feet ahead and to the right; course relative to the runway; feet above the field.
type Point = (f64, f64, f64, f64, f64);

/// From the stand through a circuit back to the stand, runway to the left of which the pattern lies.
fn circuit(length: f64) -> Vec<Point> {
    vec![
        (0.0, 0.4 * length, -900.0, 180.0, 0.0),
        (60.0, 0.4 * length, -900.0, 180.0, 0.0),
        (75.0, 0.4 * length, -500.0, 180.0, 0.0),
        (160.0, 30.0, -500.0, 180.0, 0.0),
        (190.0, 30.0, -180.0, 90.0, 0.0),
        (215.0, 30.0, -180.0, 90.0, 0.0),
        (230.0, 120.0, 0.0, 0.0, 0.0),
        (245.0, 130.0, 0.0, 0.0, 0.0),
        (265.0, 0.6 * length, 0.0, 0.0, 0.0),
        (300.0, length + 0.5 * NM, 0.0, 0.0, 500.0),
        (330.0, length + 0.7 * NM, -0.9 * NM, -90.0, 900.0),
        (430.0, -NM, -0.9 * NM, 180.0, 1000.0),
        (465.0, -1.3 * NM, -0.05 * NM, 90.0, 500.0),
        (520.0, 100.0, 0.0, 0.0, 5.0),
        (523.0, 300.0, 0.0, 0.0, 0.0),
        (550.0, 0.6 * length, 0.0, 0.0, 0.0),
        (570.0, 0.7 * length, -350.0, -90.0, 0.0),
        (640.0, 0.4 * length, -500.0, 180.0, 0.0),
        (660.0, 0.4 * length, -900.0, -90.0, 0.0),
        (760.0, 0.4 * length, -900.0, -90.0, 0.0),
    ]
}

/// From far out on final to the stand.
fn arrival(length: f64, from_nm: f64, kt: f64) -> Vec<Point> {
    let down = from_nm / kt * 3600.0;
    vec![
        (0.0, -from_nm * NM, 0.0, 0.0, from_nm * 310.0),
        (down, 300.0, 0.0, 0.0, 0.0),
        (down + 25.0, 0.6 * length, 0.0, 0.0, 0.0),
        (down + 45.0, 0.7 * length, -350.0, -90.0, 0.0),
        (down + 120.0, 0.4 * length, -900.0, 180.0, 0.0),
    ]
}

fn spot(g: &Geometry, along: f64, right: f64) -> LatLon {
    ahead(ahead(g.start, g.heading, along), g.heading + 90.0, right)
}

/// The aircraft on its way at a time.
fn at(g: &Geometry, elevation: f64, way: &[Point], t: f64, callsign: &str, kind: &str) -> Option<Other> {
    let i = way.iter().rposition(|p| p.0 <= t)?;
    let (a, b) = (way[i], *way.get(i + 1)?);
    let k = (t - a.0) / (b.0 - a.0);
    let mid = |x: f64, y: f64| x + (y - x) * k;
    let feet = (b.1 - a.1).hypot(b.2 - a.2);
    let course = if feet > 100.0 { (b.2 - a.2).atan2(b.1 - a.1).to_degrees() } else { b.3 };
    let height = mid(a.4, b.4);
    Some(Other {
        callsign: callsign.parse().ok(),
        aircraft_type: Some(kind.into()),
        position: spot(g, mid(a.1, b.1), mid(a.2, b.2)),
        altitude_ft: elevation + height,
        heading_true: (g.heading + course).rem_euclid(360.0),
        ground_speed_kt: feet / (b.0 - a.0) * 3600.0 / NM,
        on_ground: height <= 0.0,
    })
}

fn frequency(icao: &str, facility: Facility) -> String {
    let airport = Airports::world().find(icao).unwrap();
    airport.stations.iter().find(|s| s.facility == facility).unwrap().frequency.to_string()
}

struct Field {
    engine: Engine,
    g: Geometry,
    elevation: f64,
    report: Report,
}

/// The pilot stands at a field and is tuned to a frequency.
fn field(icao: &str, runway: &str, com1: &str) -> Field {
    let airports = Airports::world();
    let airport = airports.find(icao).unwrap();
    let g = geometry(&airport, runway.parse().unwrap()).unwrap();
    let mut engine = Engine::new(airports, Setup::default());
    engine.listen(true);
    let weather = Weather {
        wind_dir: Some((g.heading - airport.variation).rem_euclid(360.0)),
        wind_kt: Some(9.0),
        altimeter_inhg: Some(30.01),
        visibility_sm: Some(10.0),
        ..Weather::default()
    };
    let report = Report {
        state: SimState::Flying,
        position: Some(spot(&g, 0.5 * g.length_ft, -1500.0)),
        altitude_ft: airport.elevation_ft,
        on_ground: true,
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        com1: com1.parse().ok(),
        weather,
        ..Report::default()
    };
    Field { engine, g, elevation: airport.elevation_ft, report }
}

impl Field {
    /// Everything overheard while these aircraft fly for this many seconds.
    fn fly(&mut self, from: u64, seconds: u64, others: impl Fn(&Geometry, f64, f64) -> Vec<Other>) -> Vec<Exchange> {
        let mut heard = Vec::new();
        for t in 0..seconds {
            let now = Time((from + t) * 1000);
            self.report.others = others(&self.g, self.elevation, t as f64);
            self.engine.see(now, &self.report);
            heard.extend(self.engine.overhear(now));
        }
        heard
    }
}

fn written(all: &[Exchange]) -> Vec<String> {
    all.iter()
        .flat_map(|x| x.lines.iter().map(|l| format!("{}{}", if l.by == By::Pilot { "" } else { "> " }, l.transmission.text)))
        .collect()
}

#[test]
fn a_circuit_is_heard_on_tower_with_the_towers_answers() {
    let mut f = field("KPAO", "31", "118.6");
    let way = circuit(f.g.length_ft);
    let heard = f.fly(0, 760, |g, e, t| at(g, e, &way, t, "N345CP", "C172").into_iter().collect());
    let words = written(&heard);
    let topics: Vec<Topic> = heard.iter().map(|x| x.topic).collect();
    assert_eq!(topics, [Topic::Takeoff, Topic::Leg, Topic::Landing, Topic::Vacated], "{words:?}");
    assert!(heard.iter().all(|x| x.lines.iter().all(|l| !l.transmission.spoken.chars().any(|c| c.is_ascii_digit()))), "{heard:?}");
}

#[test]
fn ground_hears_the_way_out_and_the_way_in() {
    let mut f = field("KPAO", "31", &frequency("KPAO", Facility::Ground));
    let way = circuit(f.g.length_ft);
    let heard = f.fly(0, 760, |g, e, t| at(g, e, &way, t, "N345CP", "C172").into_iter().collect());
    let words = written(&heard);
    assert_eq!(heard.iter().map(|x| x.topic).collect::<Vec<_>>(), [Topic::Taxi, Topic::TaxiIn], "{words:?}");
    assert!(words.iter().all(|w| !w.contains(" via ")), "nobody knows which way the aircraft takes: {words:?}");
}

#[test]
fn what_a_pilot_reads_back_is_correct() {
    for (icao, runway, callsign, kind) in [
        ("KPAO", "31", "N345CP", "C172"),
        ("EGBJ", "27", "GABCD", "P28A"),
        ("EDNY", "24", "DLH4TK", "A320"),
        ("KMRY", "28L", "UAL12", "B738"),
    ] {
        let mut f = field(icao, runway, &frequency(icao, Facility::Tower));
        let region = Airports::world().find(icao).unwrap().region;
        let way = circuit(f.g.length_ft);
        let heard = f.fly(0, 760, |g, e, t| at(g, e, &way, t, callsign, kind).into_iter().collect());
        let of = |topic| heard.iter().filter(|x| x.topic == topic).count();
        assert_eq!((of(Topic::Takeoff), of(Topic::Landing), of(Topic::Vacated)), (1, 1, 1), "{icao}: {:?}", written(&heard));
        for x in heard.iter().filter(|x| x.topic == Topic::Landing) {
            let r = runway.parse().unwrap();
            let items = [Item::Runway(r), Item::Cleared(Landing::FullStop)];
            let back = &x.lines.last().unwrap().transmission.spoken;
            assert_eq!(check(&items, Some(&x.callsign), back, region).verdict, Verdict::Correct, "{icao}: {back}");
        }
    }
}

#[test]
fn the_pilots_clearance_keeps_others_off_the_runway() {
    let tower = || field("KPAO", "31", "118.6");
    let way = arrival(tower().g.length_ft, 6.0, 90.0);
    let landing = |f: &mut Field| f.fly(100, 260, |g, e, t| at(g, e, &way, t, "N345CP", "C172").into_iter().collect());
    let mut f = tower();
    assert!(written(&landing(&mut f)).join(" ").contains("cleared to land"));
    let mut f = tower();
    f.engine.record.takeoff = "31".parse().ok();
    let words = written(&landing(&mut f)).join(" ");
    assert!(!words.contains("cleared"), "{words}");
    // The pilot stands on the runway.
    let mut f = tower();
    f.report.position = Some(spot(&f.g, 150.0, 0.0));
    f.report.heading_true = f.g.heading;
    let words = written(&landing(&mut f)).join(" ");
    assert!(!words.contains("cleared") && !words.contains("go around"), "{words}");
}

#[test]
fn radar_hears_airlines_check_in_and_hands_them_off() {
    let mut f = field("KMRY", "28L", &frequency("KMRY", Facility::Approach));
    let way = arrival(f.g.length_ft, 25.0, 180.0);
    let heard = f.fly(0, 600, |g, e, t| at(g, e, &way, t, "UAL12", "B738").into_iter().collect());
    let words = written(&heard);
    assert_eq!(heard.iter().map(|x| x.topic).collect::<Vec<_>>(), [Topic::CheckIn, Topic::Handoff], "{words:?}");
}

#[test]
fn a_frequency_without_a_controller_carries_announcements() {
    let mut f = field("KHAF", "30", &frequency("KHAF", Facility::Ctaf));
    let way = circuit(f.g.length_ft);
    let heard = f.fly(0, 760, |g, e, t| at(g, e, &way, t, "N345CP", "C172").into_iter().collect());
    assert!(!heard.is_empty() && heard.iter().all(|x| x.lines.len() == 1 && x.lines[0].by == By::Pilot), "{heard:?}");
    assert!(written(&heard).iter().all(|w| w.starts_with("Half Moon Bay traffic, Skyhawk 345CP, ")), "{:?}", written(&heard));
}

#[test]
fn nothing_of_the_pilots_changes() {
    let way = circuit(field("KPAO", "31", "118.6").g.length_ft);
    let run = |on: bool| {
        let mut f = field("KPAO", "31", "118.6");
        f.engine.listen(on);
        let n = f.fly(0, 760, |g, e, t| at(g, e, &way, t, "N345CP", "C172").into_iter().collect()).len();
        (n, format!("{:?} {:?} {:?}", f.engine.record, f.engine.facts(), f.engine.next_deadline()))
    };
    let ((heard, with), (none, without)) = (run(true), run(false));
    assert!(heard > 0 && none == 0);
    assert!(with == without, "{with}\n{without}");
}

#[test]
fn unknown_equal_and_own_callsigns_are_never_heard() {
    let way = circuit(field("KPAO", "31", "118.6").g.length_ft);
    for (first, second) in [("", ""), ("N345CP", "N345CP"), ("N172SP", ""), ("A1", "N0"), ("<b>", "\u{202e}x")] {
        let mut f = field("KPAO", "31", "118.6");
        let heard = f.fly(0, 700, |g, e, t| {
            let late = at(g, e, &way, (t - 40.0).max(0.0), second, "C172");
            at(g, e, &way, t, first, "C172").into_iter().chain(late).collect()
        });
        assert!(heard.is_empty(), "{first} {second}: {:?}", written(&heard));
    }
}

#[test]
fn flickering_crowds_are_bounded_and_each_speaks_once() {
    let way = circuit(field("KPAO", "31", "118.6").g.length_ft);
    let mut f = field("KPAO", "31", "118.6");
    let mut heard: BTreeMap<(Callsign, Topic), usize> = BTreeMap::new();
    for x in f.fly(0, 760, |g, e, t| {
        let one = |n: u64| at(g, e, &way, (t - 5.0 * n as f64).max(0.0), &format!("N{}AB", 100 + n), "C172");
        // Every third report of each is missing, for up to twenty seconds.
        (0..80).filter(|n| !(t as u64 / 20 + n).is_multiple_of(3)).filter_map(one).collect()
    }) {
        assert!((1..=3).contains(&x.lines.len()) && x.lines.iter().all(|l| l.transmission.spoken.len() < 250), "{x:?}");
        *heard.entry((x.callsign, x.topic)).or_default() += 1;
    }
    assert!(f.engine.chatter.as_ref().unwrap().all.len() <= MOST);
    assert!(heard.values().all(|n| *n == 1), "{heard:?}");
}

#[test]
fn a_topic_is_dropped_after_fifteen_seconds() {
    let way = arrival(field("KPAO", "31", "118.6").g.length_ft, 6.0, 90.0);
    let mut f = field("KPAO", "31", "118.6");
    let mut since = None;
    for t in 0..240 {
        let now = Time(t * 1000);
        f.report.others = at(&f.g, f.elevation, &way, t as f64, "N345CP", "C172").into_iter().collect();
        f.engine.see(now, &f.report);
        let other = f.engine.chatter.as_ref().unwrap().all.values().next();
        let topic = other.and_then(|o| o.topic);
        since = since.or(topic.filter(|(t, _)| *t == Topic::Landing).map(|(_, at)| at));
        if since.is_some_and(|at| now.since(at) > LIFE) {
            assert_eq!(f.engine.overhear(now).filter(|x| x.topic == Topic::Landing), None, "{t}");
        }
    }
    assert!(since.is_some());
}
