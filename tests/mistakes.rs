//! Common mistakes of newcomers, one test each: the message, its sender, and its suggestion.
//!
//! Other mistakes are tested with their part: words before the key or before the microphone is open in `syllables.rs` (captured or
//! lost) and `src/dispatch/microphone.rs` (the message); an unplugged default microphone or speaker in `audio_devices.rs`; two
//! devices of one name in `src/desktop/menu/tests.rs`; a typing key in `src/dispatch/key.rs`.

use std::sync::Arc;
use std::time::Duration;

use stratus::airports::data::Airports;
use stratus::app::App;
use stratus::event::{Choice, Devices, Edge, Effect, Event, Heard, SoundDevice, Step, Steps, Take, Toast};
use stratus::problem::{Part, Problem};
use stratus::settings::{BrainMode, Config};
use stratus::units::Time;

/// At Hilo, on this frequency; or without one, as before a simulator runs.
fn app(com1: &str) -> App {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.pilot.aircraft_type = Some("C172".into());
    config.speech.model = Some("/m/ggml-base.en.bin".into());
    config.sim.airport = (!com1.is_empty()).then(|| "PHTO".into());
    config.sim.com1 = com1.parse().ok();
    config.brain.mode = BrainMode::Rules;
    App::new(Arc::new(config), Airports::first())
}

fn toasts(fx: &[Effect]) -> Vec<&Toast> {
    fx.iter().filter_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).collect()
}

fn voice() -> Take {
    Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() }
}

/// A call by key, held for this long, and its effects.
fn press(app: &mut App, held: Duration, take: Take, heard: Result<Heard, Problem>) -> Vec<Effect> {
    let mut now = Time(1000);
    let mut all = app.handle(now, Event::Ptt(Edge::Down));
    let Some(tx) = app.open_tx() else { return all };
    all.extend(app.handle(now, Event::Listening { tx, microphone: "Webcam".into() }));
    while app.next_deadline().is_some_and(|due| due < Time(1000) + held) {
        now = app.next_deadline().unwrap();
        all.extend(app.handle(now, Event::Wake));
    }
    now = now.max(Time(1000) + held);
    all.extend(app.handle(now, Event::Ptt(Edge::Up)));
    if app.open_tx() == Some(tx) {
        all.extend(app.handle(app.next_deadline().unwrap().max(now), Event::Wake));
        all.extend(app.handle(now, Event::Captured { tx, take: Ok(take) }));
        all.extend(app.handle(now, Event::Heard { tx, result: heard }));
    }
    all
}

fn says(app: &mut App, words: &str) -> Toast {
    let heard = Heard { text: words.into(), confidence: 1.0, took_ms: 1, ..Heard::default() };
    let fx = press(app, Duration::from_secs(2), voice(), Ok(heard));
    toasts(&fx).last().map(|t| (*t).clone()).unwrap_or_else(|| panic!("nothing was told: {fx:?}"))
}

#[test]
fn early_release_is_answered_with_the_recognised_words() {
    let toast = says(&mut app("121.9"), "Hilo Ground, Skyhawk one seven two sierra papa, radio");
    assert!(toast.conversation && toast.title == "Hilo Ground \u{b7} 121.9" && toast.body.contains("You: \"Hilo Ground"), "{toast:?}");
}

#[test]
fn wrong_frequency_is_reported_with_the_right_one() {
    let toast = says(&mut app("121.9"), "Hilo Tower, Skyhawk one seven two sierra papa, radio check");
    assert!(toast.conversation && toast.body.contains("Hilo Ground") && toast.body.contains("118.1"), "{toast:?}");
    let nobody = says(&mut app("133.0"), "Hilo Ground, Skyhawk one seven two sierra papa, radio check");
    assert!(!nobody.conversation && nobody.title == "No station on 133.0" && nobody.body.starts_with("Near you: "), "{nobody:?}");
}

#[test]
fn wrong_readback_is_corrected_with_the_right_runway() {
    let mut app = app("121.9");
    let taxi = says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi");
    assert!(taxi.body.contains("Read back: runway 8"), "{taxi:?}");
    let unmapped = "No taxiways are on record";
    assert!(taxi.body.contains(unmapped), "the missing route is explained: {taxi:?}");
    let toast = says(&mut app, "Taxi to runway two six, Skyhawk one seven two sierra papa");
    assert!(toast.conversation && toast.body.contains("runway 8"), "the right one is stated: {toast:?}");
    let again = says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, say again taxi");
    assert!(!again.body.contains(unmapped), "explained once: {again:?}");
}

#[test]
fn without_a_simulator_the_called_station_answers() {
    let toast = says(&mut app(""), "Hilo Ground, Skyhawk one seven two sierra papa, radio check");
    assert!(toast.conversation && toast.title.starts_with("Hilo Ground") && toast.body.contains("I read you"), "{toast:?}");
}

#[test]
fn without_a_simulator_a_call_must_name_a_station() {
    let toast = says(&mut app(""), "this is skyhawk one seven two sierra papa radio check");
    assert!(!toast.conversation && toast.title == "No station understood" && toast.body.starts_with("Begin with its name"), "{toast:?}");
}

#[test]
fn first_call_to_a_misheard_name_reaches_the_airport() {
    for heard in
        ["Highlow Ground, Skyhawk one seven two sierra papa, radio check", "high low ground skyhawk one seven two sierra papa radio check"]
    {
        let mut config = Config::default();
        config.pilot.callsign = "N172SP".parse().ok();
        let toast = says(&mut App::new(Arc::new(config), Airports::world()), heard);
        assert!(toast.conversation && toast.title.starts_with("Hilo Ground") && toast.body.contains("I read you"), "{heard}: {toast:?}");
    }
}

/// The documents and the last step of the set-up ask for the same first call.
#[test]
fn documents_and_setup_name_the_same_first_call() {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.speech.model = Some("/m/ggml-base.en.bin".into());
    let mut app = App::new(Arc::new(config), Airports::world());
    let fx = app.handle(Time(0), Event::Menu(Choice::Step(Step::Call)));
    let toast = toasts(&fx)[0];
    let call = "Denver Ground, november one seven two sierra papa, radio check";
    assert!(toast.body.contains(&format!("\u{201c}{call}\u{201d}")), "{toast:?}");
    for (name, text) in [
        ("README.md", include_str!("../README.md")),
        ("docs/first-run.md", include_str!("../docs/first-run.md")),
        ("docs/first-flight.md", include_str!("../docs/first-flight.md")),
    ] {
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(&format!("\"{call}\"")), "{name}");
    }
}

#[test]
fn first_call_station_is_expected_without_a_simulator() {
    let hint = |leads: bool, com1: &str| {
        let mut app = app(com1);
        let done = [Step::Model, Step::Microphone, Step::Key, Step::Callsign].into();
        app.handle(Time(0), Event::Steps(if leads { Steps { leads, done } } else { Steps::over() }));
        let fx = press(&mut app, Duration::from_secs(2), voice(), Ok(Heard::default()));
        let hints = fx.iter().find_map(|e| if let Effect::Transcribe { hints, .. } = e { Some(hints.prompt.clone()) } else { None });
        hints.unwrap_or_else(|| panic!("{fx:?}"))
    };
    let first = hint(true, "");
    assert!(first.ends_with("Denver, Denver Ground, runway eight"), "{first}");
    assert!(!hint(false, "").contains("Denver"), "another station is as likely");
    assert_eq!(hint(true, "121.9"), hint(false, "121.9"), "a tuned station is expected");
}

#[test]
fn wrong_microphone_is_named() {
    let silence = Take { ms: 2000, ..Take::default() };
    let fx = press(&mut app("121.9"), Duration::from_secs(2), silence, Ok(Heard::default()));
    let toast = toasts(&fx)[0];
    assert!(toast.title == "No signal from Webcam" && toast.body.contains("Test it under Microphone."), "{toast:?}");
    // A chosen one is named as in the menu.
    let mut config = Config::default();
    config.audio.microphone = Some("pulseaudio:in.headset".into());
    let mut app = App::new(Arc::new(config), Airports::first());
    let headset = SoundDevice { id: "pulseaudio:in.headset".into(), name: "USB Headset".into() };
    app.handle(Time(0), Event::Devices(Devices { microphones: vec![headset], ..Devices::default() }));
    let fx = press(&mut app, Duration::from_secs(2), Take { ms: 2000, ..Take::default() }, Ok(Heard::default()));
    assert_eq!(toasts(&fx)[0].title, "No signal from USB Headset");
}

#[test]
fn without_a_speech_model_each_press_offers_one() {
    let mut app = App::new(Arc::default(), Airports::first());
    app.handle(Time(0), Event::Steps(Steps::begun()));
    let none = || Problem::new("there is no speech model").about(Part::SpeechModel).brief("Download a speech model to begin", "");
    for n in 0..3 {
        let fx = press(&mut app, Duration::from_secs(2), voice(), Err(none()));
        let told = toasts(&fx);
        assert!(told.len() == 1 && told[0].title == "Download a speech model to begin", "press {n}: {told:?}");
    }
    assert_eq!(app.menu_model().steps.next(), Some(Step::Model), "and so does the first row of the menu");
    // During the download, no message suggests another download.
    app.handle(Time(90_000), Event::Menu(Choice::Step(Step::Model)));
    app.handle(Time(91_000), Event::Fetching { model: "base.en".into(), percent: 35 });
    let fx = press(&mut app, Duration::from_secs(2), voice(), Err(none()));
    let told = toasts(&fx);
    assert!(told.len() == 1 && told[0].title.contains("still downloading") && told[0].body.starts_with("35 %"), "{told:?}");
}

#[test]
fn overlong_hold_is_reported_and_its_words_are_processed() {
    let mut app = app("121.9");
    let heard = Heard { text: "Hilo Ground, Skyhawk one seven two sierra papa, radio check".into(), ..Heard::default() };
    let mut all = app.handle(Time(0), Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    for _ in 0..2 {
        let due = app.next_deadline().unwrap();
        all.extend(app.handle(due, Event::Wake));
    }
    all.extend(app.handle(Time(31_000), Event::Captured { tx, take: Ok(voice()) }));
    all.extend(app.handle(Time(32_000), Event::Heard { tx, result: Ok(heard) }));
    let told = toasts(&all);
    assert_eq!(told[0].title, "Key held too long");
    // It is Stratus's own message, so the answer does not replace it.
    assert!(!told[0].conversation && told[0].body.contains("Let go of the key") && told[1].conversation, "{told:?}");
}

#[test]
fn press_during_the_answer_silences_it_and_say_again_repeats() {
    let mut app = app("121.9");
    let first = says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, radio check");
    let fx = app.handle(Time(3000), Event::Ptt(Edge::Down));
    assert!(fx.contains(&Effect::Silence) && toasts(&fx).is_empty(), "{fx:?}");
    app.handle(Time(3100), Event::Ptt(Edge::Up));
    let again = says(&mut app, "Say again, Skyhawk one seven two sierra papa");
    let answer = |t: &Toast| t.body.lines().next().unwrap_or_default().to_lowercase();
    assert!(again.conversation && answer(&again).contains("read you"), "{first:?} {again:?}");
}

#[test]
fn second_press_before_the_answer_reports_the_dropped_call() {
    let mut app = app("121.9");
    app.handle(Time(1000), Event::Ptt(Edge::Down));
    app.handle(Time(2_000_000_000), Event::Ptt(Edge::Up));
    let fx = app.handle(Time(2_100_000_000), Event::Ptt(Edge::Down));
    assert_eq!(toasts(&fx)[0].title, "Your last call was dropped");
}

#[test]
fn returning_device_does_not_hide_a_test_prompt() {
    let mut app = app("121.9");
    let back = || Event::Device { part: Part::Microphone, result: Ok("Headset is back.".into()) };
    assert_eq!(toasts(&app.handle(Time(1), back()))[0].body, "Headset is back.");
    app.handle(Time(2), Event::Menu(Choice::SayCallsign));
    assert!(toasts(&app.handle(Time(3), back())).is_empty());
}

#[test]
fn call_lost_with_the_microphone_is_reported_on_its_return() {
    let mut app = app("121.9");
    app.handle(Time(1000), Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    let gone = Problem::new("the microphone was lost").about(Part::Microphone);
    app.handle(Time(2000), Event::Captured { tx, take: Err(gone) });
    let fx = app.handle(Time(3000), Event::Device { part: Part::Microphone, result: Ok("Headset is back.".into()) });
    assert_eq!(toasts(&fx)[0].body, "Headset is back. Your last call was lost: say it again.");
}

#[test]
fn without_a_simulator_the_menu_names_the_settings_airport() {
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    let app = App::new(Arc::new(config), Airports::first());
    assert_eq!(app.menu_model().unit, "At Hilo, no simulator");
}

#[test]
fn tap_is_answered_with_how_to_use_the_key() {
    let fx = press(&mut app("121.9"), Duration::from_millis(100), voice(), Ok(Heard::default()));
    let told = toasts(&fx);
    assert!(told.len() == 1 && told[0].title == "Hold Scroll Lock while you speak", "{told:?}");
}

#[test]
fn typed_call_is_answered_like_a_spoken_one() {
    let mut app = app("121.9");
    let fx = app.handle(Time(0), Event::Typed { id: 3, text: "Hilo Ground, Skyhawk 172SP, radio check".into(), opinion: None });
    let toast = toasts(&fx)[0];
    assert!(toast.conversation && toast.title == "Hilo Ground \u{b7} 121.9", "{toast:?}");
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 3, text, .. } if text.contains("read you"))), "{fx:?}");
}

#[test]
fn fallback_or_replacement_device_is_reported_by_name() {
    let mut app = app("121.9");
    for (part, words) in
        [(Part::Microphone, "Now using Webcam."), (Part::Speaker, "USB Headset is not connected. Using TV until it returns.")]
    {
        let fx = app.handle(Time(0), Event::Device { part, result: Ok(words.into()) });
        let toast = toasts(&fx)[0];
        assert_eq!((toast.title.as_str(), toast.body.as_str()), (part.row()[0], words));
    }
}

#[test]
fn model_still_loading_costs_the_first_call_nothing() {
    let mut app = app("121.9");
    let heard = Heard { text: "Hilo Ground, Skyhawk one seven two sierra papa, radio check".into(), took_ms: 900, ..Heard::default() };
    let fx = press(&mut app, Duration::from_secs(2), voice(), Ok(heard));
    let told = toasts(&fx);
    assert!(told.len() == 1 && told[0].conversation, "only the answer: {told:?}");
}

#[test]
fn what_to_say_now_lists_two_or_three_calls() {
    let mut app = app("121.9");
    let fx = app.handle(Time(0), Event::Menu(Choice::WhatToSay));
    let body = &toasts(&fx)[0].body;
    assert!(body.lines().count() >= 2 && body.starts_with("\u{2022} \u{201c}Hilo Ground, Skyhawk one seven two sierra papa, "), "{body}");
    let fx = app.handle(Time(0), Event::Suggest { id: 9 });
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 9, text, .. } if text.contains("request taxi\n"))), "{fx:?}");
    let mut nobody = self::app("133.0");
    let fx = nobody.handle(Time(0), Event::Suggest { id: 9 });
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 9, text, note } if text.is_empty() && note.contains("nobody"))), "{fx:?}");
}

#[test]
fn no_radio_check_is_suggested_after_an_answer() {
    let mut app = app("121.9");
    let suggested = |app: &mut App| toasts(&app.handle(Time(0), Event::Menu(Choice::WhatToSay)))[0].body.clone();
    assert!(suggested(&mut app).contains("radio check"));
    says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, radio check");
    let tx = stratus::units::TxId(app.upcoming_tx().0 - 1);
    app.handle(Time(3000), Event::Played { tx, complete: true });
    let body = suggested(&mut app);
    assert!(body.contains("request taxi") && !body.contains("radio check"), "{body}");
}

#[test]
fn answer_that_was_only_shown_is_in_the_transcript() {
    let mut app = app("121.9");
    says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi");
    // The key is pressed before the first sound of the answer.
    let fx = app.handle(Time(9000), Event::Ptt(Edge::Down));
    let line = fx.iter().find_map(|e| if let Effect::Record(l) = e { Some(l.text.clone()) } else { None });
    assert!(line.as_deref().is_some_and(|l| l.contains("runway 8")), "{fx:?}");
}

#[test]
fn missing_readback_is_requested_in_plain_words() {
    let mut app = app("121.9");
    let taxi = says(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi");
    assert!(taxi.body.contains("\nRead back: runway 8"), "{taxi:?}");
    let tx = app.upcoming_tx();
    // The answer was heard; the readback is missing.
    let tx = stratus::units::TxId(tx.0 - 1);
    app.handle(Time(3000), Event::Played { tx, complete: true });
    let due = app.next_deadline().unwrap();
    let fx = app.handle(due, Event::Wake);
    let told = toasts(&fx);
    assert!(told[0].body.contains("\nThe controller waits for your readback: runway 8"), "{told:?}");
}
