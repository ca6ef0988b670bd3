//! Presses and messages: what the pilot sees of a press that has no result, of an answer and of a fault.

use std::sync::Arc;
use std::time::Duration;

use stratus::airports::data::Airports;
use stratus::airports::described::Origin;
use stratus::app::App;
use stratus::event::{Choice, Edge, Effect, Event, Heard, Take, Toast, TrayState};
use stratus::problem::{Part, Problem};
use stratus::report::{Report, SimState};
use stratus::settings::Config;
use stratus::units::{Time, TxId};

use crate::{TAXI, app, call, speaks};

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
