//! Tests of the pauses, the limits and the interruptions, with sound of a realistic length in virtual time.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::airports::data::Airports;
use crate::airports::draw::ahead;
use crate::airports::runway::{Geometry, geometry};
use crate::event::{Edge, Event, Heard};
use crate::report::{Other, Report, Weather};
use crate::settings::Config;
use crate::units::FT_PER_NM;

/// Milliseconds of sound for a letter.
const LETTER_MS: usize = 70;
/// The step of the clock.
const STEP: Duration = Duration::from_millis(100);

/// A pilot on the ground frequency, and aircraft that leave their stands one after the other.
struct Sky {
    app: App,
    now: Time,
    g: Geometry,
    elevation: f64,
    report: Report,
    /// Seconds between two aircraft.
    every: f64,
    /// What is played: its end, and whether the last phrase has come.
    playing: Option<(TxId, Time, bool)>,
    /// Begin and end of each line of others.
    heard: Vec<(Time, Time)>,
    /// The transmissions that are the controller's words to the pilot.
    own: BTreeSet<TxId>,
    lines: Vec<Line>,
    toasts: usize,
}

fn sky(mode: Mode, every: f64) -> Sky {
    let mut config = Config::default();
    config.speech.chatter = mode;
    let airports = Airports::world();
    let field = airports.find("KPAO").unwrap();
    let g = geometry(&field, "31".parse().unwrap()).unwrap();
    let report = Report {
        state: SimState::Flying,
        position: Some(ahead(ahead(g.start, g.heading, 1000.0), g.heading + 90.0, 1200.0)),
        altitude_ft: field.elevation_ft,
        on_ground: true,
        callsign: "N172SP".parse().ok(),
        aircraft_type: Some("C172".into()),
        com1: "125.0".parse().ok(),
        weather: Weather { wind_dir: Some(310.0), wind_kt: Some(9.0), ..Weather::default() },
        ..Report::default()
    };
    Sky {
        app: App::new(Arc::new(config), airports),
        now: Time(0),
        g,
        elevation: field.elevation_ft,
        report,
        every,
        playing: None,
        heard: Vec::new(),
        own: BTreeSet::new(),
        lines: Vec::new(),
        toasts: 0,
    }
}

impl Sky {
    fn others(&self) -> Vec<Other> {
        let t = self.now.as_secs_f64();
        let last = (t / self.every) as u64;
        let place = |n: u64| {
            // Ten seconds at the stand, then along the apron at fifteen knots.
            let feet = (t - n as f64 * self.every - 10.0).max(0.0) * 15.0 * FT_PER_NM / 3600.0;
            let along = 0.9 * self.g.length_ft - feet;
            Other {
                callsign: format!("N{}AB", 100 + n % 900).parse().ok(),
                aircraft_type: Some("C172".into()),
                position: ahead(ahead(self.g.start, self.g.heading, along), self.g.heading - 90.0, 900.0),
                altitude_ft: self.elevation,
                heading_true: (self.g.heading + 180.0).rem_euclid(360.0),
                ground_speed_kt: if feet > 0.0 { 15.0 } else { 0.0 },
                on_ground: true,
            }
        };
        (last.saturating_sub(20)..=last).filter(|n| t - *n as f64 * self.every < 60.0).map(place).collect()
    }

    fn give(&mut self, event: Event) -> Vec<Effect> {
        let fx = self.app.handle(self.now, event);
        for effect in fx.clone() {
            match effect {
                Effect::Synthesise { tx, part, last, words, .. } => {
                    let clip = Clip { samples: vec![0.0; words.len() * LETTER_MS / 10].into(), rate: 100 };
                    self.give(Event::Voiced { tx, part, last, result: Ok(clip) });
                }
                Effect::Play { tx, last, clip, .. } => {
                    let from = match self.playing {
                        Some((playing, end, _)) => {
                            assert_eq!(playing, tx, "{:?}: two voices at once", self.now);
                            end
                        }
                        None => self.now,
                    };
                    let begins = self.playing.is_none();
                    self.playing = Some((tx, from + Duration::from_secs_f64(clip.seconds()), last));
                    if begins {
                        self.give(Event::Started { tx });
                    }
                }
                Effect::Silence => self.playing = None,
                Effect::Record(line) => {
                    if line.overheard {
                        self.heard.push((self.now, self.now));
                    }
                    self.lines.push(line);
                }
                Effect::Toast(_) => self.toasts += 1,
                _ => {}
            }
        }
        fx
    }

    fn step(&mut self) {
        self.now = self.now + STEP;
        if let Some((tx, end, true)) = self.playing
            && end <= self.now
        {
            self.playing = None;
            self.give(Event::Played { tx, complete: true });
        }
        if self.playing.is_some_and(|(tx, ..)| !self.own.contains(&tx))
            && self.app.chatter.is_heard()
            && let Some((_, end)) = self.heard.last_mut()
        {
            *end = self.now;
        }
        if self.app.next_deadline().is_some_and(|d| d <= self.now) {
            self.give(Event::Wake);
        }
        if self.now.0.is_multiple_of(500) {
            self.report.others = self.others();
            self.give(Event::Sim(Arc::new(self.report.clone())));
        }
    }

    fn run(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while self.now < until {
            self.step();
        }
    }

    /// A call of the pilot; returns when the controller begins to answer.
    fn call(&mut self, words: &str) {
        let tx = self.app.upcoming_tx();
        self.own.insert(tx);
        let heard = Heard { text: words.into(), confidence: 1.0, ..Heard::default() };
        self.give(Event::Heard { tx, result: Ok(heard) });
    }

    /// Runs until somebody is heard.
    fn until_heard(&mut self) {
        for _ in 0..900 {
            self.step();
            if self.playing.is_some() {
                return;
            }
        }
        panic!("nobody is heard");
    }

    fn overheard(&self) -> usize {
        self.lines.iter().filter(|l| l.overheard).count()
    }
}

#[test]
fn each_mode_keeps_its_limit_and_leaves_room_for_calls() {
    let mut figures = Vec::new();
    for mode in Mode::ALL {
        let mut sky = sky(mode, 4.0);
        sky.run(600);
        let calls = sky.lines.iter().filter(|l| l.overheard && l.text.contains("request"));
        let begun: Vec<Time> = calls.map(|l| Time::from_secs_f64(l.t)).collect();
        let most = begun.iter().map(|at| begun.iter().filter(|b| **b >= *at && b.since(*at) < MINUTE).count()).max().unwrap_or(0);
        // The longest time for which a pilot who wants to speak has to wait: lines that follow within two seconds are one exchange.
        let (mut wait, mut busy, mut from) = (Duration::ZERO, Duration::ZERO, None);
        for (i, (begin, end)) in sky.heard.iter().enumerate() {
            let first = *from.get_or_insert(*begin);
            busy += end.since(*begin);
            if sky.heard.get(i + 1).is_none_or(|(next, _)| next.since(*end) > Duration::from_secs(2)) {
                wait = wait.max(end.since(first));
                from = None;
            }
        }
        println!(
            "{}: {} exchanges, at most {most} a minute, longest wait {:.1} s, {:.0} % of the time",
            mode.word(),
            begun.len(),
            wait.as_secs_f64(),
            busy.as_secs_f64() / 6.0
        );
        assert!(most <= mode.a_minute(), "{mode:?}: {most}");
        assert!(wait <= LONGEST, "{mode:?}: {wait:?}");
        assert_eq!(begun.is_empty(), mode == Mode::Off, "{mode:?}");
        assert_eq!(sky.toasts, 0);
        figures.push(begun.len());
    }
    assert!(figures.is_sorted() && figures[1] < figures[2] && figures[2] < figures[3], "{figures:?}");
}

#[test]
fn key_cuts_a_line_off_at_once_and_the_rest_is_not_spoken() {
    let mut sky = sky(Mode::Busy, 5.0);
    sky.until_heard();
    let (tx, ..) = sky.playing.unwrap();
    let fx = sky.give(Event::Ptt(Edge::Down));
    let at = |e: &Effect| fx.iter().position(|f| f == e);
    let capture = fx.iter().position(|f| matches!(f, Effect::Capture(_)));
    assert!(at(&Effect::Silence) < capture && at(&Effect::Cancel(tx)) < capture && capture.is_some(), "{fx:?}");
    let before = sky.overheard();
    sky.run(10);
    assert_eq!(sky.overheard(), before, "while the key is held");
    assert!(!sky.app.chatter.is_heard());
}

#[test]
fn frequency_stays_free_while_the_pilot_is_expected_to_speak() {
    let mut sky = sky(Mode::Busy, 5.0);
    sky.run(20);
    assert!(sky.overheard() > 0);
    // The call cuts off what is heard, and the answer comes first.
    sky.call("Palo Alto Ground, Skyhawk one seven two sierra papa, radio check");
    assert!(sky.playing.is_some() && !sky.app.chatter.is_heard());
    while sky.app.speaking() {
        sky.step();
    }
    let ended = sky.now;
    sky.until_heard();
    assert!(sky.now.since(ended) >= AFTER_ATC, "{:?}", sky.now.since(ended));
    // The readback of the taxi clearance is due until it is given.
    sky.run(8);
    sky.call("Palo Alto Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi");
    while sky.app.speaking() {
        sky.step();
    }
    assert!(sky.app.engine().record().pending.is_some());
    assert!(sky.app.awaits_pilot(sky.now) && !sky.app.is_quiet(sky.now + AFTER_ATC, Mode::Busy));
    sky.call("Runway three one, taxi, Skyhawk two sierra papa");
    assert!(!sky.app.awaits_pilot(sky.now), "{:?}", sky.app.engine().record().pending);
}

#[test]
fn controllers_words_to_the_pilot_come_first() {
    let mut sky = sky(Mode::Busy, 5.0);
    sky.run(20);
    sky.until_heard();
    assert!(sky.app.chatter.is_heard());
    let fx = sky.give(Event::Menu(crate::event::Choice::TestCall));
    assert!(fx.contains(&Effect::Silence) && !sky.app.chatter.is_heard() && sky.app.speaking(), "{fx:?}");
}

#[test]
fn mute_another_frequency_and_a_pause_end_it() {
    for change in 0..3 {
        let mut sky = sky(Mode::Busy, 5.0);
        sky.until_heard();
        let before = sky.overheard();
        match change {
            0 => drop(sky.give(Event::Mute(true))),
            1 => sky.report.com1 = "118.6".parse().ok(),
            _ => sky.report.state = SimState::Paused,
        }
        sky.run(2);
        assert!(sky.playing.is_none() && !sky.app.chatter.is_heard(), "{change}");
        sky.run(20);
        assert_eq!(sky.overheard(), before, "{change}");
    }
}

#[test]
fn voice_that_fails_or_hangs_ends_the_exchange() {
    let mut sky = sky(Mode::Busy, 5.0);
    let mut tx = None;
    while tx.is_none() && sky.now < Time(90_000) {
        sky.now = sky.now + Duration::from_millis(500);
        sky.report.others = sky.others();
        let fx = sky.app.handle(sky.now, Event::Sim(Arc::new(sky.report.clone())));
        tx = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None });
    }
    let (deadline, tx) = (sky.app.next_deadline().unwrap(), tx.unwrap());
    assert_eq!(deadline, sky.now + VOICE_DEADLINE);
    sky.app.handle(deadline, Event::Wake);
    assert!(!sky.app.chatter.is_heard() && sky.app.next_deadline().is_none());
    // A late phrase is dropped.
    let late = Event::Voiced { tx, part: 0, last: true, result: Ok(Clip { samples: [0.0; 9].into(), rate: 100 }) };
    assert!(!sky.app.handle(deadline, late).iter().any(|e| matches!(e, Effect::Play { .. })));
}

#[test]
fn nothing_wakes_for_chatter_that_is_off() {
    let mut sky = sky(Mode::Off, 5.0);
    for _ in 0..600 {
        sky.step();
        assert_eq!(sky.app.next_deadline(), None);
    }
    assert!(sky.lines.is_empty() && sky.app.engine_mut().overhear(Time(100_000)).is_none());
}
