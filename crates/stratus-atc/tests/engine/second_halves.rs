//! The second half of a call: a readback, a report or a request, and behind it, joined in several ways, something else that the pilot wants. Each
//! combination is one call to an engine in the state that its first half needs, and the answer must name what the second half is about.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

use std::collections::BTreeMap;

use stratus_atc::airports::Airport;
use stratus_atc::airports::data::Airports;
use stratus_atc::airports::draw::ahead;
use stratus_atc::hear::opinion::Opinion;
use stratus_atc::report::{FlightPlan, Report, SimState, Weather};
use stratus_atc::units::{FT_PER_NM, Facility, LatLon, Runway, Side, Time};
use stratus_atc::{Engine, Setup};
use stratus_sentences::{Scene, SentenceModel};

/// The model that reads calls, as in the program.
struct Ears(SentenceModel);

impl Ears {
    fn new() -> Self {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/sentences/sentences.bin");
        Self(SentenceModel::load(&std::fs::read(file).unwrap()).unwrap())
    }

    fn opinion(&self, engine: &Engine, call: &str) -> Option<Opinion> {
        let scene = engine.context().scene();
        let scene = Scene { facility: &scene.facility, region: &scene.region, last_atc: &scene.last_atc };
        let stated = Opinion::stated(call);
        let stated = Opinion::words(&stated)?;
        let parts: Vec<Vec<f32>> = Opinion::parts(call).iter().filter_map(|p| self.0.subjects(p).ok()).collect();
        Some(Opinion::from_scores(&self.0.scores(&stated, &scene).ok()?)?.with_subjects(&parts))
    }
}

/// A flight that talks.
#[derive(Clone)]
struct Flight {
    engine: Engine,
    report: Report,
    second: u64,
    /// The controller's last words.
    last: String,
}

impl Flight {
    fn new(callsign: &str, kind: &str, plan: Option<FlightPlan>) -> Self {
        let setup = Setup { callsign: callsign.parse().ok(), aircraft_type: Some(kind.into()), ..Setup::default() };
        let mut engine = Engine::new(Airports::world(), setup);
        engine.file(plan);
        let weather = Weather {
            wind_dir: Some(310.0),
            wind_kt: Some(8.0),
            altimeter_inhg: Some(30.01),
            ceiling_ft: Some(4000.0),
            ..Weather::default()
        };
        let weather = Weather { visibility_sm: Some(10.0), temperature_c: Some(18.0), ..weather };
        Self {
            engine,
            report: Report { state: SimState::Flying, weather, transponder: "2345".parse().ok(), ..Report::default() },
            second: 0,
            last: String::new(),
        }
    }

    fn tuned(mut self, com1: &str) -> Self {
        self.report.com1 = com1.parse().ok();
        self
    }

    /// Shows this report for some seconds, on the way to it.
    fn shown(mut self, report: Report) -> Self {
        let at = report.position.unwrap();
        for back in (0..12).rev() {
            self.second += 1;
            let behind = report.ground_speed_kt * f64::from(back) * FT_PER_NM / 3600.0;
            let report = Report { position: Some(ahead(at, report.heading_true + 180.0, behind)), ..report.clone() };
            self.engine.see(Time(self.second * 1000), &report);
        }
        self.report = report;
        self
    }

    /// Feet ahead of the runway's start and to its right, track relative to the runway, knots, feet above the field.
    fn by_runway(self, field: &Airport, runway: &str, (along, right, course, kt, agl): (f64, f64, f64, f64, f64)) -> Self {
        let runway: Runway = runway.parse().unwrap();
        let (end, far) = (field.end(runway).unwrap(), field.end(runway.reciprocal()).unwrap());
        let heading = end.start.bearing(far.start);
        let side = if end.pattern == Side::Left { -1.0 } else { 1.0 };
        let at = ahead(ahead(end.start, heading, along), heading + 90.0, side * right);
        let track = heading + if course == 180.0 { 180.0 } else { side * course };
        let report = self.flying(field, at, track, kt, field.elevation_ft + agl);
        self.shown(Report { on_ground: agl == 0.0, ..report })
    }

    /// Miles in a direction from the field, feet, true track, knots.
    fn abroad(self, field: &Airport, (nm, direction): (f64, f64), feet: f64, track: f64, kt: f64) -> Self {
        let at = ahead(field.position, direction, nm * FT_PER_NM);
        let report = self.flying(field, at, track, kt, feet);
        self.shown(report)
    }

    fn flying(&self, field: &Airport, at: LatLon, track: f64, kt: f64, feet: f64) -> Report {
        Report {
            position: Some(at),
            altitude_ft: feet,
            agl_ft: feet - field.elevation_ft,
            heading_true: track.rem_euclid(360.0),
            heading_mag: (track - field.variation).rem_euclid(360.0),
            ias_kt: kt,
            ground_speed_kt: kt,
            on_ground: false,
            ..self.report.clone()
        }
    }

    /// The answer to a call, delivered.
    fn call(&mut self, ears: &Ears, text: &str) -> String {
        self.second += 4;
        let opinion = ears.opinion(&self.engine, text);
        let heard = self.engine.understand_with(text, opinion);
        let reply = self.engine.answer(Time(self.second * 1000), text, heard).reply;
        self.second += 4;
        self.engine.delivered(Time(self.second * 1000), true);
        self.last = reply.map_or_else(|| "-".to_owned(), |r| r.transmission.text);
        self.last.clone()
    }

    /// The last words, read back: all behind the callsign and the unit.
    fn read_back(&self) -> String {
        let words = self.last.splitn(3, ", ").nth(2).unwrap_or("roger").to_lowercase();
        format!("{words} {}", if self.last.starts_with("United") { "united fifty seven" } else { "two sierra papa" })
    }

    fn said(mut self, ears: &Ears, text: &str) -> Self {
        let _ = self.call(ears, text);
        self
    }
}

/// A second half, and words of which its answer has at least one.
type Second = (&'static str, &'static [&'static str]);

/// A state, the first halves that fit it, and the second halves that fit it.
struct Stage {
    flight: Flight,
    firsts: Vec<&'static str>,
    seconds: Vec<Second>,
}

const GROUND: [Second; 12] = [
    ("can we stop at the fuel pump on the way", &["approved"]),
    ("what's the wind doing", &["wind"]),
    ("which way is the pattern today", &["right traffic", "right hand"]),
    ("how long is the runway", &["2,443"]),
    ("we'd like the full length", &["full length"]),
    ("we need five minutes for the run up", &["advise", "run-up"]),
    ("could you tell me the tower frequency", &["118.6"]),
    ("any birds about", &["bird"]),
    ("what's the ceiling now", &["ceiling"]),
    ("is it okay to hold here for a minute", &["hold position", "approved", "advise"]),
    ("do we call tower ourselves", &["118.6"]),
    ("any delay", &["delay"]),
];

const AT_THE_LINE: [Second; 9] = [
    ("left turn out if that works", &["left turn", "left downwind", "turn approved"]),
    ("we'd like a straight out", &["straight-out", "straight out"]),
    ("early turn on course if able", &["on course", "turn approved"]),
    ("what's the ceiling now", &["ceiling"]),
    ("any wind shear reported", &["no wind shear"]),
    ("can we stay in the pattern", &["closed traffic"]),
    ("do we stay with you or go to departure after", &["this frequency", "departure"]),
    ("we'd take a short approach on the first one", &["short approach"]),
    ("have you had any bird reports", &["bird"]),
];

const CIRCUIT: [Second; 10] = [
    ("who are we following", &["number", "no traffic", "traffic"]),
    ("can we make short approach", &["short approach"]),
    ("we'd like to extend a bit if that's okay", &["extend"]),
    ("we need a three sixty for spacing", &["360", "three sixty"]),
    ("long landing if we can", &["approved", "land"]),
    ("what's the wind now", &["wind"]),
    ("any chance of a touch and go", &["touch-and-go"]),
    ("how's the visibility down there", &["visibility"]),
    ("we'd like to make the first left turn off", &["exit left", "left"]),
    ("who do we call after landing", &["ground", "125.0"]),
];

const INBOUND: [Second; 8] = [
    ("can we make left base", &["base"]),
    ("straight in works for us", &["straight-in", "straight in"]),
    ("what's the wind", &["wind"]),
    ("any traffic in the pattern", &["traffic", "number"]),
    ("we'd take an overhead join", &["join", "overhead", "enter"]),
    ("how long is the runway", &["2,443"]),
    ("what pattern altitude do you use", &["pattern altitude"]),
    ("we need a touch and go first", &["touch-and-go", "report", "enter"]),
];

const LANDED: [Second; 6] = [
    ("going to maintenance", &["taxi", "ground"]),
    ("where do we park tonight", &["taxi", "ground"]),
    ("we'd like a minute to clean up", &["hold position", "advise", "approved", "ground"]),
    ("do we stay with you", &["ground", "this frequency"]),
    ("can you close our flight plan", &["flight plan"]),
    ("what time is it", &["time", "unable"]),
];

const EN_ROUTE: [Second; 19] = [
    ("we'd like direct san jose", &["direct"]),
    ("we need ten right for weather", &["deviation", "10", "right of course"]),
    ("any chance of higher", &["climb", "maintain", "level", "unable", "fl"]),
    ("when can we expect lower", &["expect", "descen", "lower"]),
    ("what speed did you want", &["speed", "restriction"]),
    ("any ride reports ahead", &["reports"]),
    ("confirm our squawk", &["squawk"]),
    ("which runway can we expect", &["runway"]),
    ("how far out are we", &["miles"]),
    ("we'd like the ils if you can", &["ils", "approach"]),
    ("is there any traffic around us", &["traffic"]),
    ("what's the altimeter", &["altimeter"]),
    ("we'd rather slow to two twenty", &["220", "speed"]),
    ("can we leave the frequency for two minutes", &["approved", "unable"]),
    ("who do we talk to next", &["contact", "frequency"]),
    ("confirm maintain one eight thousand", &["18,000", "fl180", "level", "affirm", "9,000"]),
    ("are the tops reported anywhere", &["reports"]),
    ("we could use a vector around that buildup", &["deviation", "heading"]),
    ("do you show us on the route", &["position", "radar contact"]),
];

const FOLLOWED: [Second; 8] = [
    ("we'd like to go up to five thousand five hundred", &["5,500"]),
    ("any traffic ahead", &["traffic"]),
    ("how far is the field", &["miles"]),
    ("what's the altimeter", &["altimeter"]),
    ("do we need to stay out of the charlie", &["class", "airspace", "proceed"]),
    ("who do we talk to next", &["contact", "frequency"]),
    ("confirm our squawk", &["squawk"]),
    ("can we do some steep turns here", &["approved", "maintain vfr"]),
];

fn stages(ears: &Ears) -> Vec<Stage> {
    let world = Airports::world();
    let pao = world.find("KPAO").unwrap();
    let sjc = world.find("KSJC").unwrap();
    let radar = sjc.stations.iter().find(|s| s.facility == Facility::Approach).unwrap().frequency.to_string();
    let skyhawk = |com1: &str| Flight::new("N172SP", "C172", None).tuned(com1);
    let parked = || skyhawk("125.0").by_runway(&pao, "31", (1000.0, -1200.0, 90.0, 0.0, 0.0));
    let taxi = "palo alto ground skyhawk one seven two sierra papa at the west ramp with kilo ready to taxi";
    let taxied = || parked().said(ears, taxi);
    let hold = || skyhawk("118.6").by_runway(&pao, "31", (30.0, -180.0, 90.0, 0.0, 0.0));
    let ready = "palo alto tower skyhawk one seven two sierra papa holding short runway three one ready for departure";
    let inbound = "palo alto tower skyhawk one seven two sierra papa eight miles north two thousand five hundred inbound to land with kilo";
    let north = || skyhawk("118.6").abroad(&pao, (8.0, 0.0), 2500.0, 180.0, 100.0);
    let downwind = || north().said(ears, inbound).by_runway(&pao, "31", (1200.0, 5400.0, 180.0, 90.0, 1000.0));
    let report = "two sierra papa midfield right downwind runway three one full stop";
    let landed = || {
        downwind()
            .said(ears, report)
            .said(ears, "runway three one cleared to land two sierra papa")
            .by_runway(&pao, "31", (-3600.0, 0.0, 0.0, 70.0, 300.0))
            .by_runway(&pao, "31", (900.0, 0.0, 0.0, 35.0, 0.0))
            .by_runway(&pao, "31", (1500.0, -350.0, -90.0, 10.0, 0.0))
    };
    let plan = FlightPlan {
        ifr: Some(true),
        departure: Some("KLAX".into()),
        destination: Some("KSJC".into()),
        altitude_ft: Some(24_000),
        ..FlightPlan::default()
    };
    let united = || Flight::new("UAL57", "B738", Some(plan.clone())).tuned(&radar);
    let far = || united().abroad(&sjc, (110.0, 130.0), 18_000.0, 310.0, 300.0);
    let check_in = "norcal approach united fifty seven flight level one eight zero";
    let near = || united().abroad(&sjc, (35.0, 130.0), 11_000.0, 310.0, 280.0);
    let with_atis = "norcal approach united fifty seven one one thousand with kilo";
    let followed = || skyhawk(&radar).abroad(&sjc, (18.0, 180.0), 4500.0, 0.0, 100.0);
    let following = "norcal approach skyhawk one seven two sierra papa one eight miles south of san jose four thousand five hundred request flight following to palo alto";
    vec![
        Stage {
            flight: parked(),
            firsts: vec!["palo alto ground skyhawk one seven two sierra papa at the west ramp with kilo ready to taxi"],
            seconds: GROUND.to_vec(),
        },
        Stage { flight: taxied(), firsts: vec!["runway three one taxi two sierra papa"], seconds: GROUND.to_vec() },
        Stage {
            flight: hold(),
            firsts: vec!["palo alto tower skyhawk one seven two sierra papa holding short three one ready to go"],
            seconds: AT_THE_LINE.to_vec(),
        },
        Stage {
            flight: hold().said(ears, ready),
            firsts: vec!["cleared for takeoff three one two sierra papa"],
            seconds: AT_THE_LINE.to_vec(),
        },
        Stage { flight: north(), firsts: vec![inbound], seconds: INBOUND.to_vec() },
        Stage { flight: downwind(), firsts: vec!["two sierra papa midfield right downwind"], seconds: CIRCUIT.to_vec() },
        Stage {
            flight: downwind().said(ears, report),
            firsts: vec!["cleared to land runway three one two sierra papa"],
            seconds: CIRCUIT.to_vec(),
        },
        Stage { flight: landed(), firsts: vec!["two sierra papa is clear of three one"], seconds: LANDED.to_vec() },
        Stage { flight: far(), firsts: vec![check_in], seconds: EN_ROUTE.to_vec() },
        Stage { flight: far().said(ears, check_in), firsts: vec!["roger united fifty seven"], seconds: EN_ROUTE.to_vec() },
        Stage { flight: near().said(ears, with_atis), firsts: vec!["READBACK"], seconds: EN_ROUTE.to_vec() },
        Stage { flight: followed().said(ears, following), firsts: vec!["READBACK"], seconds: FOLLOWED.to_vec() },
    ]
}

/// The ways to join a second half to the first.
const JOINS: [fn(&str, &str) -> String; 4] = [
    |a, b| format!("{a}, and {b}"),
    |a, b| format!("{a} and {b}"),
    |a, b| format!("{a}. {}{}?", b[..1].to_uppercase(), &b[1..]),
    |a, b| format!("{a} {b}"),
];

#[test]
fn second_halves_are_answered() {
    let ears = Ears::new();
    let all = std::env::var_os("STRATUS_ALL").is_some();
    let (mut tried, mut lost, mut by_join) = (0_usize, Vec::new(), BTreeMap::<usize, usize>::new());
    for (n, stage) in stages(&ears).into_iter().enumerate() {
        let read_back = stage.flight.read_back();
        for first in &stage.firsts {
            let first: &str = if *first == "READBACK" { read_back.as_str() } else { first };
            for (m, (second, wanted)) in stage.seconds.iter().enumerate() {
                for (k, join) in JOINS.iter().enumerate() {
                    // A sample, unless all are wanted: each call takes some hundredths of a second.
                    if !all && !(n + m + k).is_multiple_of(8) {
                        continue;
                    }
                    tried += 1;
                    let text = join(first, second);
                    let answer = stage.flight.clone().call(&ears, &text);
                    let low = answer.to_lowercase();
                    if !wanted.iter().any(|w| low.contains(w)) {
                        *by_join.entry(k).or_default() += 1;
                        lost.push(format!("{n}.{m}.{k} {text}\n          {answer}"));
                    }
                }
            }
        }
    }
    println!("{} of {tried} second halves lost, by join {by_join:?}\n{}", lost.len(), lost.join("\n"));
    // Of all 564, 516 were answered when the calls were first divided without punctuation.
    assert!(tried > 50);
    assert!(lost.len() * 100 <= tried * 20, "{} of {tried}", lost.len());
}
