//! `App::handle` alone: barge-in, cut-off answers, lost jobs, and random events.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use stratus::airports::data::Airports;
use stratus::airports::described::{Described, Origin};
use stratus::app::App;
use stratus::event::{Choice, Clip, Edge, Effect, Event, Heard, Latency, Take, Toast, TrayState};
use stratus::problem::{Part, Problem};
use stratus::report::{Report, SimState, Weather};
use stratus::settings::Config;
use stratus::units::{Time, TxId};

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

fn toasts(fx: &[Effect]) -> Vec<&Toast> {
    fx.iter().filter_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).collect()
}

fn tray(fx: &[Effect]) -> Option<TrayState> {
    fx.iter().rev().find_map(|e| if let Effect::Tray(state) = e { Some(*state) } else { None })
}

/// A press whose take contains a voice: the effects of the recognised words.
fn press(app: &mut App, now: &mut Time, heard: Option<Result<Heard, Problem>>, take: Result<Take, Problem>) -> Vec<Effect> {
    let pressed = app.handle(*now, Event::Ptt(Edge::Down));
    let tx = pressed.iter().find_map(|e| if let Effect::Capture(tx) = e { Some(*tx) } else { None }).unwrap();
    *now = *now + Duration::from_secs(2);
    app.handle(*now, Event::Ptt(Edge::Up));
    *now = app.next_deadline().unwrap();
    app.handle(*now, Event::Wake);
    let captured = app.handle(*now, Event::Captured { tx, take });
    match heard {
        Some(result) => app.handle(*now, Event::Heard { tx, result }),
        None if captured.iter().any(|e| matches!(e, Effect::Transcribe { .. })) => {
            *now = app.next_deadline().unwrap();
            app.handle(*now, Event::Wake)
        }
        None => captured,
    }
}

fn voice() -> Take {
    Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() }
}

#[test]
fn every_press_without_a_result_is_answered_by_a_toast() {
    let model = || Problem::new("there is no speech model").about(Part::SpeechModel).brief("Download a speech model to begin", "");
    let refused = || Problem::new("cannot use the speech model").about(Part::SpeechModel).brief("Speech model not usable", "");
    let silent = || Ok(Take { ms: 2000, ..Take::default() });
    type Case = (&'static str, fn() -> Option<Result<Heard, Problem>>, Result<Take, Problem>, &'static str, TrayState);
    let cases: Vec<Case> = vec![
        (
            "no model",
            || Some(Err(Problem::new("no model").about(Part::SpeechModel).brief("Download a speech model to begin", ""))),
            Ok(voice()),
            "Download a speech model to begin",
            TrayState::Fault,
        ),
        (
            "a refused model",
            || Some(Err(Problem::new("refused").brief("Speech model not usable", ""))),
            Ok(voice()),
            "Speech model not usable",
            TrayState::Fault,
        ),
        ("recognition hangs", || None, Ok(voice()), "Speech recognition took too long", TrayState::Fault),
        ("no microphone", || None, Err(Problem::new("there is no microphone")), "There is no microphone", TrayState::Fault),
        ("a muted microphone", || None, silent(), "No signal from the default microphone", TrayState::Ready),
        ("noise", || None, Ok(Take { noise_rms: 0.19, ..voice() }), "Too quiet", TrayState::Ready),
        ("no words", || Some(Ok(Heard::default())), Ok(voice()), "Not understood", TrayState::Ready),
    ];
    for (what, heard, take, title, state) in cases {
        let (mut app, mut now) = (app(), Time(0));
        // As at the start: the same fault is already active.
        if what == "no model" {
            app.handle(now, Event::Trouble(model()));
        } else if what == "a refused model" {
            app.handle(now, Event::Model(Err(refused())));
        }
        for n in 1..=3 {
            let fx = press(&mut app, &mut now, heard(), take.clone());
            let told = toasts(&fx);
            assert!(told.len() == 1 && told[0].title == title && told[0].fault && !told[0].body.is_empty(), "{what}, press {n}: {told:?}");
            assert_eq!(tray(&fx), Some(state), "{what}, press {n}");
            assert!(app.open_tx().is_none(), "{what}");
        }
        // An understood call clears the fault.
        let fx = press(
            &mut app,
            &mut now,
            Some(Ok(Heard { text: TAXI.into(), confidence: 1.0, took_ms: 1, others: Vec::new(), looks: 1, opinion: None })),
            Ok(voice()),
        );
        assert!(fx.iter().all(|e| !matches!(e, Effect::Menu(m) if m.fault.is_some())), "{what}");
    }
}

#[test]
fn tap_is_reported_unless_it_silenced_the_controller() {
    let (mut app, mut now) = (app(), Time(0));
    for _ in 0..2 {
        app.handle(now, Event::Ptt(Edge::Down));
        now = now + Duration::from_millis(100);
        let fx = app.handle(now, Event::Ptt(Edge::Up));
        assert_eq!(toasts(&fx).iter().map(|t| t.title.as_str()).collect::<Vec<_>>(), ["Hold Scroll Lock while you speak"]);
        assert_eq!(tray(&fx), None, "the microphone was not open yet: the icon never changed");
    }
    call(&mut app, &mut now, TAXI);
    assert!(app.handle(now, Event::Ptt(Edge::Down)).contains(&Effect::Silence));
    let fx = app.handle(now + Duration::from_millis(100), Event::Ptt(Edge::Up));
    assert!(toasts(&fx).is_empty(), "the press served its purpose: {fx:?}");
}

#[test]
fn icon_is_red_only_while_capturing() {
    let (mut app, now) = (app(), Time(0));
    let fx = app.handle(now, Event::Ptt(Edge::Down));
    assert_eq!(tray(&fx), None, "the microphone is being opened: nothing is captured or processed");
    let tx = app.open_tx().unwrap();
    assert!(app.handle(now, Event::Listening { tx: TxId(tx.0 + 1), microphone: String::new() }).is_empty(), "another call's");
    assert_eq!(tray(&app.handle(now, Event::Listening { tx, microphone: "Headset".into() })), Some(TrayState::Listening));
}

#[test]
fn fault_ends_with_its_own_cause_only() {
    let (mut app, now) = (app(), Time(0));
    let menu = |fx: &[Effect]| fx.iter().rev().find_map(|e| if let Effect::Menu(m) = e { Some(m.fault.clone()) } else { None });
    let of = |part| Problem::new(format!("{part:?} failed")).about(part);
    // Optional parts are reported, but show in neither icon nor menu.
    for part in [Part::Joystick, Part::LanguageModel] {
        let fx = app.handle(now, Event::Trouble(of(part)));
        assert!(toasts(&fx).len() == 1 && tray(&fx).is_none() && menu(&fx).flatten().is_none(), "{part:?}: {fx:?}");
    }
    let fx = app.handle(now, Event::Device { part: Part::Microphone, result: Err(of(Part::Microphone)) });
    assert!(tray(&fx) == Some(TrayState::Fault) && menu(&fx).flatten().is_some_and(|f| f.mend == Choice::CheckMicrophone));
    let fx = app.handle(now, Event::Device { part: Part::Speaker, result: Ok("back".into()) });
    assert!(tray(&fx).is_none(), "the microphone is still gone: {fx:?}");
    let fx = app.handle(now, Event::Device { part: Part::Microphone, result: Ok("back".into()) });
    assert_eq!((tray(&fx), menu(&fx)), (Some(TrayState::Ready), Some(None)));
    // A working key, a reporting simulator, reloaded settings.
    app.handle(now, Event::Trouble(of(Part::PushToTalk)));
    app.handle(now, Event::Trouble(of(Part::Simulator)));
    app.handle(now, Event::Config(Err(of(Part::Settings))));
    app.handle(now, Event::Ptt(Edge::Down));
    app.handle(now, Event::Sim(Arc::new(Report { state: SimState::Flying, ..Report::default() })));
    let fx = app.handle(now, Event::Config(Ok(Arc::new(Config::default()))));
    assert_eq!(menu(&fx), Some(None), "{fx:?}");
}

#[test]
fn toast_has_unit_answer_call_and_required_readback() {
    let (mut app, mut now) = (app(), Time(0));
    let (_, fx) = call(&mut app, &mut now, TAXI);
    let toast = toasts(&fx)[0];
    let lines: Vec<&str> = toast.body.lines().collect();
    assert_eq!(toast.title, "Hilo Ground \u{b7} 121.9");
    assert!(lines.len() == 4 && lines[0].contains("runway 8, taxi"), "{lines:?}");
    assert!(
        lines[1].starts_with("You: \"Hilo Ground")
            && lines[1].contains('\u{2026}')
            && lines[1].ends_with("information bravo.\"")
            && lines[1].chars().count() <= 80,
        "{lines:?}"
    );
    assert!(lines[2].starts_with("Read back: runway 8"), "{lines:?}");
    assert!(lines[3].starts_with("No taxiways are on record"), "{lines:?}");
    // For the duration of the speech plus six seconds; at least eight seconds, and at least the pilot's setting.
    assert!((10..40).contains(&toast.seconds) && toast.conversation, "{toast:?}");
    let tx = speaks(&fx).unwrap().0;
    app.handle(now, Event::Played { tx, complete: true });
    // A correct readback gets no answer: Stratus says so, not the unit.
    let (_, fx) = call(&mut app, &mut now, "Taxi to runway eight, Skyhawk two sierra papa.");
    let toast = toasts(&fx)[0];
    assert_eq!((toast.title.as_str(), toast.seconds, toast.conversation), ("Readback correct", 8, true), "{toast:?}");
    let (_, fx) = call(&mut app, &mut now, "Hilo Ground, Skyhawk two sierra papa, radio check.");
    assert_eq!(toasts(&fx)[0].body.lines().count(), 2, "nothing to read back: {fx:?}");
    let mut config = Config::default();
    config.toast.seconds = 60;
    config.sim.com1 = "133.0".parse().ok();
    config.sim.airport = Some("PHTO".into());
    app.handle(now, Event::Config(Ok(Arc::new(config))));
    let (_, fx) = call(&mut app, &mut now, "Hilo Ground, radio check");
    let toast = toasts(&fx)[0];
    assert_eq!((toast.title.as_str(), toast.seconds), ("No station on 133.0", 60), "{toast:?}");
    assert!(toast.body.starts_with("Near you: ") && !toast.body.contains('('), "{toast:?}");
}

#[test]
fn unknown_callsign_is_a_message_of_stratus() {
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    let (mut app, mut now) = (App::new(Arc::new(config), Airports::first()), Time(0));
    let (_, fx) = call(&mut app, &mut now, "taxi to runway eight");
    let toast = toasts(&fx)[0];
    assert_eq!(toast.title, "Callsign unknown");
    assert!(toast.body.starts_with("Say it in full, or set it under Pilot."), "{toast:?}");
}

#[test]
fn toggle_button_starts_anew_after_the_maximum_hold() {
    let (mut app, mut now) = (app(), Time(0));
    app.handle(now, Event::Ptt(Edge::Toggle));
    now = now + Duration::from_secs(1);
    assert!(app.handle(now, Event::Ptt(Edge::Toggle)).iter().any(|e| matches!(e, Effect::Release(_))));
    app.handle(now, Event::Ptt(Edge::Toggle));
    let stuck = app.open_tx().unwrap();
    now = app.next_deadline().unwrap();
    app.handle(now, Event::Wake);
    let fx = app.handle(now, Event::Ptt(Edge::Toggle));
    assert!(fx.iter().any(|e| matches!(e, Effect::Capture(tx) if *tx > stuck)), "{fx:?}");
}

#[test]
fn typed_words_are_answered_when_the_key_interrupts() {
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    config.pilot.callsign = "N172SP".parse().ok();
    config.brain.mode = stratus::settings::BrainMode::Llm;
    let (mut app, now) = (App::new(Arc::new(config), Airports::first()), Time(0));
    let fx = app.handle(now, Event::Typed { id: 4, text: TAXI.into(), opinion: None });
    assert!(fx.iter().any(|e| matches!(e, Effect::Consult { .. })), "{fx:?}");
    let fx = app.handle(now, Event::Ptt(Edge::Down));
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 4, .. })), "{fx:?}");
}

#[test]
fn answer_with_an_old_id_is_dropped() {
    let (mut app, mut now) = (app(), Time(0));
    let (old, _) = call(&mut app, &mut now, "Hilo Ground, Skyhawk one seven two sierra papa, radio check.");
    app.handle(now, Event::Ptt(Edge::Down));
    let late = Heard { text: TAXI.into(), confidence: 1.0, took_ms: 1, others: Vec::new(), looks: 1, opinion: None };
    let fx = app.handle(now, Event::Heard { tx: old, result: Ok(late) });
    assert!(fx.is_empty(), "{fx:?}");
}

#[test]
fn damaged_airport_data_is_reported_once_and_tray_goes_on() {
    let mut app = app();
    let first = app.handle(Time(0), Event::Wake);
    let asks = |fx: &[Effect]| fx.iter().filter(|e| matches!(e, Effect::FetchAirport { icao, .. } if icao == "PHTO")).count();
    assert_eq!((asks(&first), asks(&app.handle(Time(1), Event::Wake))), (1, 0));
    let damaged = || Event::Airport { icao: "PHTO".into(), origin: Origin::Files, result: Err(Problem::new("damaged").fix("import it")) };
    let toasts = |fx: &[Effect]| {
        fx.iter().filter(|e| matches!(e, Effect::Toast(t) if t.fault && t.title == "Damaged" && t.details.contains("import it"))).count()
    };
    let fx = app.handle(Time(2), damaged());
    assert!(toasts(&fx) == 1 && !fx.iter().any(|e| matches!(e, Effect::Tray(_))), "{fx:?}");
    assert_eq!(toasts(&app.handle(Time(3), damaged())), 0);
    assert_eq!(app.engine().airport().unwrap().icao, "PHTO");
}

#[test]
fn silence_and_short_presses_never_reach_recognition() {
    let (mut app, mut now) = (app(), Time(0));
    let fx = app.handle(now, Event::Ptt(Edge::Down));
    assert!(fx.iter().any(|e| matches!(e, Effect::Capture(_))));
    now = now + Duration::from_millis(100);
    assert!(app.handle(now, Event::Ptt(Edge::Up)).iter().any(|e| matches!(e, Effect::DropCapture(_))));
    app.handle(now, Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    now = now + Duration::from_secs(1);
    app.handle(now, Event::Ptt(Edge::Up));
    now = app.next_deadline().unwrap();
    app.handle(now, Event::Wake);
    let fx = app.handle(now, Event::Captured { tx, take: Ok(Take { ms: 1000, loudest_rms: 0.0005, ..Take::default() }) });
    assert!(
        !fx.iter().any(|e| matches!(e, Effect::Transcribe { .. })) && fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.fault)),
        "{fx:?}"
    );
}

#[test]
fn stuck_key_and_lost_job_time_out() {
    let (mut app, mut now) = (app(), Time(0));
    app.handle(now, Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    for _ in 0..2 {
        now = app.next_deadline().unwrap();
        app.handle(now, Event::Wake);
    }
    assert_eq!(now, Time(30_000), "the maximum hold");
    // The take never arrives.
    now = app.next_deadline().unwrap();
    let fx = app.handle(now, Event::Wake);
    assert!(app.open_tx().is_none() && fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.fault)), "{tx:?} {fx:?}");
}

/// Any answer of a simulator about the current airport: the same, other runway numbers, unknown, or an error.
fn chart() -> impl Strategy<Value = Event> {
    let told = |number: Option<&str>| {
        let mut airport = Airports::first().get("PHTO").unwrap().clone();
        if let Some(number) = number {
            let runway: stratus::units::Runway = number.parse().unwrap();
            airport.runways[0].ends[0].runway = runway;
            airport.runways[0].ends[1].runway = runway.reciprocal();
        }
        Ok(Some(Arc::new(Described { airport, sources: vec!["a test".into()], charted: Default::default() })))
    };
    let result = prop_oneof![
        Just(told(None)),
        Just(told(Some("9"))),
        Just(told(Some("18"))),
        Just(Ok(None)),
        Just(Err(Problem::new("the index is damaged"))),
    ];
    (result, any::<bool>(), any::<bool>()).prop_map(|(result, files, here)| Event::Airport {
        icao: if here { "PHTO" } else { "KPAO" }.into(),
        origin: if files { Origin::Files } else { Origin::Simulator },
        result,
    })
}

fn event() -> impl Strategy<Value = Event> {
    let tx = (0u64..12).prop_map(TxId);
    let problem = || Problem::new("it broke").fix("mend it");
    let words = prop_oneof![
        Just(TAXI.to_owned()),
        Just("Taxi to runway eight, Skyhawk two sierra papa.".to_owned()),
        Just("mayday mayday mayday".to_owned()),
        ".{0,40}"
    ];
    prop_oneof![
        3 => Just(Event::Wake),
        4 => Just(Event::Ptt(Edge::Down)),
        4 => Just(Event::Ptt(Edge::Up)),
        3 => (tx.clone(), any::<bool>(), 0.0f32..0.3).prop_map(move |(tx, ok, rms)| Event::Captured {
            tx,
            take: if ok { Ok(Take { ms: 1000, loudest_rms: rms, voiced_ms: 500, ..Take::default() }) } else { Err(problem()) },
        }),
        4 => (tx.clone(), any::<bool>(), words.clone()).prop_map(move |(tx, ok, text)| Event::Heard {
            tx,
            result: if ok { Ok(Heard { text, confidence: 0.9, took_ms: 3, others: Vec::new(), looks: 1, opinion: None }) } else { Err(problem()) },
        }),
        2 => (tx.clone(), words.clone()).prop_map(|(tx, text)| Event::Advice { tx, result: Ok(text) }),
        3 => (tx.clone(), 0u32..3, any::<bool>()).prop_map(|(tx, part, last)| Event::Voiced { tx, part, last, result: Ok(Clip { samples: [0.1; 16].into(), rate: 16_000 }) }),
        2 => tx.clone().prop_map(|tx| Event::Started { tx }),
        3 => (tx, any::<bool>()).prop_map(|(tx, complete)| Event::Played { tx, complete }),
        2 => (any::<u64>(), words).prop_map(|(id, text)| Event::Typed { id, text, opinion: None }),
        1 => chart(),
        1 => prop_oneof![Just(Choice::Repeat(0)), Just(Choice::ToggleMute)].prop_map(Event::Menu),
        1 => Just(Event::Trouble(problem())),
    ]
}

proptest! {
    #[test]
    fn random_events_keep_the_invariants(events in proptest::collection::vec((event(), 0u64..4000), 1..60)) {
        let (mut app, mut now) = (app(), Time(0));
        let mut capturing: Option<TxId> = None;
        for (event, wait) in events {
            now = now + Duration::from_millis(wait);
            if let Event::Wake = event && let Some(d) = app.next_deadline() {
                now = now.max(d);
            }
            let recorded = serde_json::to_string(&event).unwrap();
            prop_assert!(serde_json::from_str::<Event>(&recorded).is_ok(), "{}", recorded);
            for effect in app.handle(now, event) {
                match effect {
                    Effect::Capture(tx) => {
                        prop_assert!(capturing.is_none_or(|c| c < tx), "an older transmission is captured");
                        capturing = Some(tx);
                    }
                    Effect::Record(line) => prop_assert!(!line.text.to_lowercase().contains("cleared for takeoff") || line.from == stratus::event::Speaker::Pilot),
                    _ => {}
                }
            }
            // Process everything due, one item per wake-up: a deadline in the past would make the owner's loop spin.
            let mut wakes = 0;
            while app.next_deadline().is_some_and(|d| d <= now) && wakes < 8 {
                app.handle(now, Event::Wake);
                wakes += 1;
            }
            prop_assert!(app.next_deadline().is_none_or(|d| d > now) || wakes < 8, "a deadline stays in the past");
        }
    }
}

const UNCLEAR: &str = "any chance we might wander off towards runway eight two sierra papa";

/// The effects of a call that the rules do not understand, in an application with this brain mode.
fn unclear(mode: stratus::settings::BrainMode) -> (App, Time, TxId, Vec<Effect>) {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    config.brain.mode = mode;
    let (mut app, mut now) = (App::new(Arc::new(config), Airports::first()), Time(0));
    let (tx, fx) = call(&mut app, &mut now, UNCLEAR);
    (app, now, tx, fx)
}

fn consults(fx: &[Effect]) -> bool {
    fx.iter().any(|e| matches!(e, Effect::Consult { .. }))
}

#[test]
fn model_is_queried_per_brain_mode_and_advises_only_an_intent() {
    use stratus::settings::BrainMode;
    let (_, _, _, fx) = unclear(BrainMode::Rules);
    assert!(!consults(&fx) && speaks(&fx).is_some_and(|(_, w)| w.contains("say")), "{fx:?}");
    let (mut app, now, tx, fx) = unclear(BrainMode::Auto);
    assert!(consults(&fx) && speaks(&fx).is_none(), "{fx:?}");
    let fx = app.handle(now, Event::Advice { tx, result: Ok(r#"{"intent":"taxi_request","runway":"8"}"#.into()) });
    assert!(speaks(&fx).is_some_and(|(_, w)| w.contains("runway eight, taxi")), "{fx:?}");
}

#[test]
fn lying_late_or_broken_model_leaves_the_engines_answer() {
    use stratus::settings::BrainMode;
    for lie in [r#"{"intent":"taxi_request","runway":"26"}"#, r#"{"intent":"mayday"}"#, "cleared for takeoff runway 8", ""] {
        let (mut app, now, tx, _) = unclear(BrainMode::Auto);
        let fx = app.handle(now, Event::Advice { tx, result: Ok(lie.into()) });
        assert!(speaks(&fx).is_some_and(|(_, w)| w.contains("say") && !w.contains("cleared")), "{lie}: {fx:?}");
    }
    let (mut app, now, tx, _) = unclear(BrainMode::Auto);
    let late = app.next_deadline().unwrap();
    assert_eq!(late.since(now), Duration::from_millis(1500));
    let fx = app.handle(late, Event::Wake);
    assert!(fx.contains(&Effect::Cancel(tx)) && speaks(&fx).is_some(), "{fx:?}");
    assert!(app.handle(late, Event::Advice { tx, result: Ok(r#"{"intent":"taxi_request"}"#.into()) }).is_empty());
}

#[test]
fn model_with_malformed_answers_is_reported_once() {
    use stratus::settings::BrainMode;
    let told = |fx: &[Effect]| fx.iter().filter(|e| matches!(e, Effect::Toast(t) if t.body.contains("in a form"))).count();
    let (mut app, mut now, tx, _) = unclear(BrainMode::Llm);
    let prose = || Ok("The pilot would like to taxi, I believe.".to_owned());
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: prose() })), 1);
    let (tx, fx) = call(&mut app, &mut now, "hilo ground skyhawk one seven two sierra papa radio check");
    assert!(consults(&fx), "{fx:?}");
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: prose() })), 0, "once for each model");
    // A wrong answer in the right form is well-formed.
    let (mut app, now, tx, _) = unclear(BrainMode::Auto);
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: Ok(r#"{"intent":"mayday"}"#.into()) })), 0);
}

#[test]
fn emergency_never_waits_for_the_model() {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "118.1".parse().ok();
    config.brain.mode = stratus::settings::BrainMode::Llm;
    let mut app = App::new(Arc::new(config), Airports::first());
    let mut now = Time(0);
    let (_, fx) = call(&mut app, &mut now, "mayday mayday mayday Hilo Tower Skyhawk one seven two sierra papa engine failure");
    assert!(!consults(&fx) && speaks(&fx).is_some_and(|(_, w)| w.contains("roger mayday")), "{fx:?}");
}

#[test]
fn eager_recognition_runs_only_if_enabled_for_the_open_call() {
    let voice = Take { ms: 2000, loudest_rms: 0.1, noise_rms: 0.001, voiced_ms: 1500, ..Take::default() };
    let ahead = |fx: &[Effect]| fx.iter().filter(|e| matches!(e, Effect::Ahead { .. })).count();
    for eager in [false, true] {
        let mut config = Config::default();
        config.speech.eager = eager;
        let mut app = App::new(Arc::new(config), Airports::first());
        let fx = app.handle(Time(0), Event::Ptt(Edge::Down));
        let tx = fx.iter().find_map(|e| if let Effect::Capture(tx) = e { Some(*tx) } else { None }).unwrap();
        let so_far = |tx: TxId, take: &Take| Event::SoFar { tx, take: take.clone() };
        assert_eq!(ahead(&app.handle(Time(2000), so_far(tx, &voice))), usize::from(eager));
        assert_eq!(ahead(&app.handle(Time(2100), so_far(TxId(tx.0 + 1), &voice))), 0, "another call's");
        assert_eq!(ahead(&app.handle(Time(2200), so_far(tx, &Take { ms: 2000, ..Take::default() }))), 0, "silence");
        app.handle(Time(3000), Event::Ptt(Edge::Up));
        assert_eq!(ahead(&app.handle(Time(3010), so_far(tx, &voice))), usize::from(eager), "at the release");
        // The tail is over, and the whole take is on its way.
        app.handle(Time(4000), Event::Wake);
        assert_eq!(ahead(&app.handle(Time(4001), so_far(tx, &voice))), 0);
    }
}
