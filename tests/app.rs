//! `App::handle` alone: barge-in, cut-off answers and the ATIS recording here; presses without a result, random events and the
//! language model in modules.

use std::sync::Arc;
use std::time::Duration;

use stratus::airports::data::Airports;
use stratus::app::App;
use stratus::event::{Clip, Edge, Effect, Event, Heard, Latency, Take};
use stratus::problem::Problem;
use stratus::report::{Report, SimState, Weather};
use stratus::settings::Config;
use stratus::units::{Time, TxId};

mod app {
    mod model;
    mod presses;
    mod random;
}

fn app() -> App {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.pilot.aircraft_type = Some("C172".into());
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    App::new(Arc::new(config), Airports::first())
}

/// A call by key that ends with these words; returns the effects of the decision.
fn call(app: &mut App, now: &mut Time, words: &str) -> (TxId, Vec<Effect>) {
    let pressed = app.handle(*now, Event::Ptt(Edge::Down));
    let tx = pressed.iter().find_map(|e| if let Effect::Capture(tx) = e { Some(*tx) } else { None }).unwrap();
    *now = *now + Duration::from_secs(2);
    app.handle(*now, Event::Ptt(Edge::Up));
    *now = app.next_deadline().unwrap();
    assert!(app.handle(*now, Event::Wake).contains(&Effect::EndCapture(tx)));
    let take = Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() };
    app.handle(*now, Event::Captured { tx, take: Ok(take) });
    let heard = Heard { text: words.into(), confidence: 1.0, took_ms: 1, others: Vec::new(), looks: 1, opinion: None };
    (tx, app.handle(*now, Event::Heard { tx, result: Ok(heard) }))
}

fn speaks(fx: &[Effect]) -> Option<(TxId, String)> {
    fx.iter()
        .find_map(|e| match e {
            Effect::Synthesise { tx, part: 0, .. } => Some(*tx),
            _ => None,
        })
        .map(|tx| {
            (
                tx,
                fx.iter()
                    .filter_map(|e| if let Effect::Synthesise { words, .. } = e { Some(words.as_str()) } else { None })
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        })
}

const TAXI: &str = "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi runway eight with information bravo.";

#[test]
fn cut_off_answer_is_repeated() {
    let (mut app, mut now) = (app(), Time(0));
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let (tx, words) = speaks(&fx).unwrap();
    assert!(words.contains("runway eight"), "{words}");
    app.handle(now, Event::Voiced { tx, part: 0, last: true, result: Ok(Clip { samples: [0.1; 160].into(), rate: 16_000 }) });
    app.handle(now, Event::Started { tx });
    // Barge-in: silenced at once, and not issued.
    let fx = app.handle(now, Event::Ptt(Edge::Down));
    assert!(fx.contains(&Effect::Silence), "{fx:?}");
    assert_eq!(app.engine().record().taxi, None);
    app.handle(now + Duration::from_millis(100), Event::Ptt(Edge::Up));
    // Too short for a transmission; after some silence the controller repeats the answer.
    now = app.next_deadline().unwrap();
    let (tx, again) = speaks(&app.handle(now, Event::Wake)).unwrap();
    assert_eq!(again, words);
    app.handle(now, Event::Played { tx, complete: true });
    assert_eq!(app.engine().record().taxi, "8".parse().ok());
}

#[test]
fn readback_of_a_cut_off_answer_proves_it_was_heard() {
    let (mut app, mut now) = (app(), Time(0));
    call(&mut app, &mut now, TAXI);
    let (_, fx) = call(&mut app, &mut now, "Taxi to runway eight, Skyhawk two sierra papa.");
    assert_eq!(speaks(&fx), None, "{fx:?}");
    assert_eq!(app.engine().record().taxi, "8".parse().ok());
    assert!(app.engine().record().pending.is_none());
}

#[test]
fn readback_that_interrupts_the_reminder_is_judged() {
    let (mut app, mut now) = (app(), Time(0));
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let (tx, _) = speaks(&fx).unwrap();
    app.handle(now, Event::Started { tx });
    app.handle(now, Event::Played { tx, complete: true });
    now = app.next_deadline().unwrap();
    let (tx, reminder) = speaks(&app.handle(now, Event::Wake)).unwrap();
    assert!(reminder.contains("verify runway eight"), "{reminder}");
    app.handle(now, Event::Started { tx });
    let (_, fx) = call(&mut app, &mut now, "Taxi to runway eight, Skyhawk two sierra papa.");
    assert_eq!(speaks(&fx), None, "{fx:?}");
    assert!(app.engine().record().pending.is_none());
}

#[test]
fn transcript_has_the_stages_of_an_answer() {
    let (mut app, mut now) = (app(), Time(0));
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let (tx, _) = speaks(&fx).unwrap();
    app.spent(3);
    now = now + Duration::from_millis(40);
    app.handle(now, Event::Voiced { tx, part: 0, last: true, result: Ok(Clip { samples: [0.1; 160].into(), rate: 16_000 }) });
    app.spent(9);
    let fx = app.handle(now + Duration::from_millis(5), Event::Started { tx });
    let latency = fx.iter().find_map(|e| if let Effect::Record(l) = e { l.latency_ms.clone() } else { None }).unwrap();
    // `call` is silent for the whole tail; the decision time is reported once, right after the words.
    let tail = Config::default().audio.tail_ms;
    assert_eq!(latency, Latency { tail, capture: 0, recognise: 1, decide: 3, consult: 0, synthesise: 40, first_audio: 45 });
}

#[test]
fn key_click_and_radio_follow_the_settings() {
    let (mut app, mut now) = (app(), Time(0));
    let has_click = |fx: &[Effect]| fx.iter().any(|e| matches!(e, Effect::SideTone(40)));
    let played = |fx: &[Effect]| fx.iter().find_map(|e| if let Effect::Play { radio, .. } = e { Some(*radio) } else { None });
    let clip = || Clip { samples: [0.1; 160].into(), rate: 16_000 };
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let (tx, _) = speaks(&fx).unwrap();
    let fx = app.handle(now, Event::Voiced { tx, part: 0, last: true, result: Ok(clip()) });
    assert_eq!(played(&fx), Some(Some(100)), "the distance of the aircraft is unknown");
    let mut config = Config::default();
    (config.audio.side_tone_percent, config.audio.radio_effect) = (40, false);
    app.handle(now, Event::Config(Ok(Arc::new(config.clone()))));
    let fx = app.handle(now, Event::Voiced { tx, part: 1, last: true, result: Ok(clip()) });
    assert_eq!(played(&fx), Some(None));
    let fx = app.handle(now, Event::Ptt(Edge::Down));
    // Silence first, then the click.
    assert!(matches!(fx.iter().find(|e| matches!(e, Effect::Silence | Effect::SideTone(_))), Some(Effect::Silence)) && has_click(&fx));
    app.handle(now, Event::Ptt(Edge::Up));
    config.audio.mute = true;
    app.handle(now, Event::Config(Ok(Arc::new(config))));
    assert!(!has_click(&app.handle(now + Duration::from_secs(1), Event::Ptt(Edge::Down))));
}

#[test]
fn recording_loops_while_tuned_and_stops_with_its_frequency() {
    let (mut app, mut now) = (app(), Time(0));
    let at = Airports::first().find("PHTO").unwrap().position;
    let tuned = |com1: &str| {
        let weather = Weather { wind_dir: Some(80.0), wind_kt: Some(8.0), altimeter_inhg: Some(30.0), ..Weather::default() };
        let com1 = com1.parse().ok();
        Event::Sim(Arc::new(Report { state: SimState::Flying, position: Some(at), on_ground: true, com1, weather, ..Report::default() }))
    };
    app.handle(now, tuned("126.4"));
    let mut recent = Vec::new();
    for n in 0..3 {
        now = app.next_deadline().unwrap();
        let fx = app.handle(now, Event::Wake);
        let (tx, words) = speaks(&fx).unwrap();
        assert!(words.contains("information delta"), "{words}");
        recent.extend(fx.iter().filter_map(|e| if let Effect::Menu(m) = e { Some(m.recent.len()) } else { None }));
        app.handle(now, Event::Voiced { tx, part: 0, last: true, result: Ok(Clip { samples: [0.1; 160].into(), rate: 16_000 }) });
        app.handle(now, Event::Started { tx });
        now = now + Duration::from_secs(10);
        if n < 2 {
            app.handle(now, Event::Played { tx, complete: true });
        }
    }
    assert_eq!(recent.last(), Some(&1), "a looping recording counts as one of the last answers, not as all of them");
    assert!(!app.handle(now, tuned("126.4")).contains(&Effect::Silence));
    let fx = app.handle(now, tuned("121.9"));
    assert!(fx.contains(&Effect::Silence) && !app.speaking(), "{fx:?}");
    // Tuned again, it plays at once.
    app.handle(now, tuned("126.4"));
    let fx = app.handle(app.next_deadline().unwrap(), Event::Wake);
    assert!(app.next_deadline().is_some() && speaks(&fx).is_some());
}

#[test]
fn recording_on_the_other_radio_gives_way_and_resumes() {
    let (mut app, mut now) = (app(), Time(0));
    let at = Airports::first().find("PHTO").unwrap().position;
    let com = |com1: &str, com2: &str| {
        let weather = Weather { wind_dir: Some(80.0), wind_kt: Some(8.0), altimeter_inhg: Some(30.0), ..Weather::default() };
        let (com1, com2) = (com1.parse().ok(), com2.parse().ok());
        let report = Report { state: SimState::Flying, position: Some(at), on_ground: true, com1, com2, weather, ..Report::default() };
        Event::Sim(Arc::new(report))
    };
    let runs = |app: &mut App, now: &mut Time| {
        *now = app.next_deadline().unwrap();
        let fx = app.handle(*now, Event::Wake);
        let (tx, words) = speaks(&fx).unwrap();
        let toast = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.title.clone()) } else { None });
        app.handle(*now, Event::Voiced { tx, part: 0, last: true, result: Ok(Clip { samples: [0.1; 160].into(), rate: 16_000 }) });
        let fx = app.handle(*now, Event::Started { tx });
        let line = fx.iter().find_map(|e| if let Effect::Record(l) = e { Some(l.clone()) } else { None });
        (tx, words, toast, line)
    };
    app.handle(now, com("121.9", "126.4"));
    let (tx, words, toast, line) = runs(&mut app, &mut now);
    assert!(words.contains("information delta") && toast.unwrap().contains("126.4"), "{words}");
    assert_eq!(line.unwrap().frequency, "126.4".parse().ok());
    // Another frequency on COM1 does not interrupt it, and it does not overlap itself.
    assert!(!app.handle(now, com("118.1", "126.4")).contains(&Effect::Silence));
    assert!(app.next_deadline().unwrap() > now + Duration::from_secs(15), "only the voice's deadline");
    app.handle(now, com("121.9", "126.4"));
    // A call: immediate silence, and the controller's answer waits for nothing.
    let (answer, fx) = call(&mut app, &mut now, TAXI);
    assert!(answer.0 > tx.0 && speaks(&fx).unwrap().1.contains("runway eight"), "{fx:?}");
    app.handle(now, Event::Played { tx: speaks(&fx).unwrap().0, complete: true });
    assert!(app.engine().record().pending.is_some());
    // The missing readback is requested in the middle of the recording.
    app.handle(now, com("121.9", ""));
    app.handle(now, com("121.9", "126.4"));
    let (_, words, toast, line) = runs(&mut app, &mut now);
    assert!(words.contains("information delta"), "{words}");
    assert!(toast.is_none() && line.is_some(), "a repeated recording is shown once");
    now = app.next_deadline().unwrap();
    let fx = app.handle(now, Event::Wake);
    assert!(fx.contains(&Effect::Silence) && !speaks(&fx).unwrap().1.contains("information"), "{fx:?}");
    let tx = speaks(&fx).unwrap().0;
    app.handle(now, Event::Played { tx, complete: true });
    assert!(runs(&mut app, &mut now).1.contains("information delta"));
    assert!(app.handle(now, com("121.9", "133.0")).contains(&Effect::Silence));
}

#[test]
fn answer_may_take_as_long_as_it_plays() {
    let (mut app, mut now) = (app(), Time(0));
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let (tx, _) = speaks(&fx).unwrap();
    let clip = |seconds: usize| Clip { samples: vec![0.1; seconds * 100].into(), rate: 100 };
    app.handle(now, Event::Voiced { tx, part: 0, last: false, result: Ok(clip(15)) });
    app.handle(now, Event::Started { tx });
    // Synthesised while the first is still playing.
    app.handle(now, Event::Voiced { tx, part: 1, last: true, result: Ok(clip(15)) });
    let fx = app.handle(now + Duration::from_secs(49), Event::Wake);
    assert!(app.speaking() && !fx.contains(&Effect::Silence), "{fx:?}");
    // Playback stalls: this is reported, and the cut-off clearance does not count.
    let fx = app.handle(now + Duration::from_secs(51), Event::Wake);
    assert!(!app.speaking() && fx.contains(&Effect::Silence), "{fx:?}");
    assert_eq!(app.engine().record().taxi, None);
}

#[test]
fn missing_microphone_is_reported_at_once_with_its_reason() {
    let (mut app, now) = (app(), Time(0));
    app.handle(now, Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    let none = || Problem::new("there is no microphone").fix("connect one");
    let fx = app.handle(now, Event::Captured { tx, take: Err(none()) });
    assert!(fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.fault && t.title == "There is no microphone")), "{fx:?}");
    assert!(app.open_tx().is_none());
    let fx = app.handle(now + Duration::from_secs(2), Event::Ptt(Edge::Up));
    assert!(!fx.iter().any(|e| matches!(e, Effect::Toast(_) | Effect::Release(_))), "{fx:?}");
}
