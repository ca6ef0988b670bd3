//! Tests of the first run from first to last step, and of the device tests.

use std::sync::Arc;

use super::*;
use crate::airports::data::Airports;
use crate::event::{Alternative, Choice, Event, Take, TrayState};

fn said(fx: &[Effect]) -> Vec<(String, String)> {
    fx.iter().filter_map(|e| if let Effect::Toast(t) = e { Some((t.title.clone(), t.body.clone())) } else { None }).collect()
}

fn kept(fx: &[Effect]) -> Option<Steps> {
    fx.iter().rev().find_map(|e| if let Effect::KeepSteps(s) = e { Some(s.clone()) } else { None })
}

fn fresh() -> App {
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    App::new(Arc::new(config), Airports::first())
}

fn choose(app: &mut App, at: u64, choice: Choice) -> Vec<Effect> {
    app.handle(Time(at), Event::Menu(choice))
}

fn sample(loudness: Loudness) -> Event {
    Event::Checked(Ok(Sample { microphone: "Headset".into(), loudness, peak_db: -14.2, take: Take::default() }))
}

fn words(text: &str) -> Heard {
    Heard { text: text.into(), confidence: 0.9, took_ms: 100, ..Heard::default() }
}

#[test]
fn five_steps_are_ticked_off_in_order() {
    let mut app = fresh();
    let fx = app.handle(Time(0), Event::Steps(Steps::begun()));
    assert!(said(&fx)[0].0 == "Welcome to Stratus" && said(&fx)[0].1.contains("148 MB"), "{fx:?}");
    assert!(fx.contains(&Effect::Tray(TrayState::Fault)), "the icon signals a fault: {fx:?}");
    assert_eq!(app.steps().next(), Some(Step::Model));
    // The model.
    let fx = choose(&mut app, 10, Choice::Step(Step::Model));
    assert!(fx.contains(&Effect::Fetch(Some("base.en".into()))), "{fx:?}");
    let fx = app.handle(Time(20), Event::Fetched { model: "base.en".into(), result: Ok("/m/ggml-base.en.bin".into()) });
    assert_eq!(said(&fx)[0].0, "\u{2713} Speech model Base is ready");
    assert!(said(&fx)[0].1.contains("Set up (2 of 5)"), "{fx:?}");
    // The microphone: level, then words.
    let fx = choose(&mut app, 30, Choice::Step(Step::Microphone));
    assert!(fx.contains(&Effect::CheckMicrophone(LISTEN_S)), "{fx:?}");
    assert_eq!(said(&fx)[0].0, "Microphone test", "too early to speak");
    let mut levels =
        [-90.0, -30.0].map(|rms_db| app.handle(Time(40), Event::Level { microphone: "Headset".into(), rms_db }).swap_remove(0));
    let Effect::Toast(open) = &levels[0] else { panic!("{levels:?}") };
    assert!(open.title == "Say \u{201c}radio check\u{201d} now (6 s)" && !open.live, "{open:?}");
    let Effect::Toast(t) = &mut levels[1] else { panic!("{levels:?}") };
    assert!(t.live && t.body == format!("Headset\n{}{}", "\u{2588}".repeat(10), "\u{2591}".repeat(10)), "{t:?}");
    for (at, title) in [(2_500, "Say \u{201c}radio check\u{201d} now (4 s)"), (7_000, "Listening\u{2026}")] {
        let fx = app.handle(Time(at), Event::Level { microphone: "Headset".into(), rms_db: -30.0 });
        assert_eq!(said(&fx)[0].0, title);
    }
    let fx = app.handle(Time(50), sample(Loudness::Good));
    assert!(fx.iter().any(|e| matches!(e, Effect::HearCheck { .. })) && said(&fx)[0].0 == "Good level", "{fx:?}");
    let lasts = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.seconds) } else { None });
    assert!(lasts >= Some(40), "shown until the result comes: {fx:?}");
    let fx = app.handle(Time(60), Event::CheckHeard(Ok(words("Radio check."))));
    assert_eq!(said(&fx)[0].0, "\u{2713} Microphone works");
    assert!(said(&fx)[0].1.contains("Headset heard") && kept(&fx).unwrap().done.contains(&Step::Microphone), "{fx:?}");
    // The key: red while held, without starting a call.
    choose(&mut app, 70, Choice::Step(Step::Key));
    let fx = app.handle(Time(80), Event::Ptt(Edge::Down));
    assert!(fx.contains(&Effect::Tray(TrayState::Listening)) && app.open_tx().is_none(), "{fx:?}");
    let fx = app.handle(Time(90), Event::Ptt(Edge::Up));
    assert_eq!(said(&fx)[0].0, "\u{2713} Scroll Lock works");
    // The callsign, by voice.
    choose(&mut app, 100, Choice::Step(Step::Callsign));
    let tx = app.upcoming_tx();
    let fx = app.handle(Time(110), Event::Heard { tx, result: Ok(words("mumble")) });
    assert_eq!(said(&fx)[0].0, "No callsign understood");
    let tx = app.upcoming_tx();
    let fx = app.handle(Time(120), Event::Heard { tx, result: Ok(words("November one seven two sierra papa")) });
    assert!(fx.contains(&Effect::SetKey { path: "pilot.callsign".into(), value: "\"N172SP\"".into() }), "{fx:?}");
    assert!(said(&fx).iter().any(|t| t.0 == "\u{2713} Your callsign is N172SP"), "{fx:?}");
    assert!(!fx.iter().any(|e| matches!(e, Effect::Synthesise { .. })), "not a call");
    // The first call and its answer.
    let fx = choose(&mut app, 130, Choice::Step(Step::Call));
    assert!(said(&fx)[0].1.contains("Hilo Ground, november one seven two sierra papa, radio check"), "{fx:?}");
    let tx = app.upcoming_tx();
    let fx = app.handle(Time(140), Event::Heard { tx, result: Ok(words("Hilo Ground, N172SP, radio check")) });
    assert!(said(&fx)[0].0.starts_with("Hilo Ground"), "{fx:?}");
    let fx = app.handle(Time(900), Event::Played { tx, complete: true });
    assert_eq!(said(&fx)[0].0, "\u{2713} You are ready to fly");
    assert_eq!((kept(&fx), app.steps().next()), (Some(Steps::over()), None));
}

#[test]
fn first_run_ends_after_an_answered_call_or_when_skipped() {
    let mut app = fresh();
    app.handle(Time(0), Event::Steps(Steps::begun()));
    let fx = choose(&mut app, 5, Choice::SkipSteps);
    assert!(kept(&fx).is_some_and(|s| !s.leads) && app.steps().next().is_none());
    let mut app = fresh();
    let half = Steps { leads: true, done: [Step::Model, Step::Key].into() };
    let mut config = (*app.config).clone();
    config.speech.model = Some("/m/ggml-base.en.bin".into());
    app.config = Arc::new(config);
    let fx = app.handle(Time(0), Event::Steps(half));
    assert_eq!(said(&fx)[0].0, "Your set-up is not finished");
    let typed = app.handle(Time(10), Event::Typed { id: 1, text: "Hilo Ground, N172SP, radio check".into(), opinion: None });
    let Some(Effect::Synthesise { tx, .. }) = typed.iter().find(|e| matches!(e, Effect::Synthesise { .. })) else { panic!("{typed:?}") };
    assert!(kept(&app.handle(Time(900), Event::Played { tx: *tx, complete: true })).is_none(), "a typed call proves less");
}

#[test]
fn each_microphone_test_result_has_its_message() {
    let mut app = fresh();
    let mut listen = |event: Event| {
        choose(&mut app, 0, Choice::CheckMicrophone);
        said(&app.handle(Time(10), event)).pop().unwrap()
    };
    let silent = listen(sample(Loudness::Silent));
    assert!(silent.0 == "No signal from Headset" && silent.1.contains("within 6 seconds"), "as long as the test waits: {silent:?}");
    assert_eq!(listen(sample(Loudness::Quiet)).0, "Headset is too quiet");
    assert!(listen(sample(Loudness::TooLoud)).1.contains("Turn it down"));
    assert_eq!(listen(sample(Loudness::Good)).0, "Good level", "recognition needs a model");
    let lost = Problem::new("the microphone was lost").about(Part::Microphone);
    assert_eq!(listen(Event::Checked(Err(lost))).0, "The microphone was lost");
    let mut config = (*app.config).clone();
    config.speech.model = Some("/m/ggml-base.en.bin".into());
    app.handle(Time(20), Event::Config(Ok(Arc::new(config))));
    let mut hear = |heard: Heard| {
        choose(&mut app, 30, Choice::CheckMicrophone);
        app.handle(Time(40), sample(Loudness::Good));
        said(&app.handle(Time(50), Event::CheckHeard(Ok(heard)))).pop().unwrap()
    };
    let nothing = hear(words(""));
    assert!(nothing.0.contains("no words") && !nothing.1.contains("dB"), "{nothing:?}");
    assert!(hear(words("Good morning")).1.starts_with("You: \"Good morning\""));
    let other = Alternative { text: "radio check".into(), weight: 0.8 };
    assert!(hear(Heard { others: vec![other], ..words("Radiotic") }).0.contains("works"));
}

#[test]
fn silence_from_a_proven_microphone_is_a_press_without_words() {
    let mut app = fresh();
    let mut press = |prove: bool, at: u64, microphone: &str| {
        if prove {
            app.first.unheard = Some("Headset".into());
            app.handle(Time(at), Event::CheckHeard(Ok(words("Radio check"))));
        }
        app.handle(Time(at), Event::Ptt(Edge::Down));
        let tx = app.open_tx().unwrap();
        app.handle(Time(at), Event::Listening { tx, microphone: microphone.into() });
        app.handle(Time(at + 2000), Event::Ptt(Edge::Up));
        let due = app.next_deadline().unwrap();
        app.handle(due, Event::Wake);
        said(&app.handle(due, Event::Captured { tx, take: Ok(Take { ms: 2000, ..Take::default() }) })).pop().unwrap()
    };
    assert_eq!(press(false, 0, "Headset").0, "No signal from Headset");
    assert_eq!(press(true, 10_000, "Headset"), ("I heard nothing".into(), "Speak while you hold Scroll Lock.".into()));
    assert_eq!(press(false, 20_000, "Webcam").0, "No signal from Webcam", "another one may be muted");
}

#[test]
fn missing_key_press_is_reported_and_answers_the_request() {
    let mut app = fresh();
    app.handle(Time(0), Event::TestKey { id: 7 });
    let due = app.next_deadline().unwrap();
    let fx = app.handle(due, Event::Wake);
    assert!(fx.contains(&Effect::Answer { id: 7, text: String::new(), note: "no press arrived".into() }), "{fx:?}");
    assert_eq!(said(&fx)[0].0, "Scroll Lock was not pressed");
    app.handle(due, Event::TestKey { id: 8 });
    app.handle(due, Event::Ptt(Edge::Toggle));
    let fx = app.handle(due, Event::Ptt(Edge::Toggle));
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 8, text, .. } if text == "pressed")), "{fx:?}");
    // The next press is a call again.
    app.handle(due, Event::Ptt(Edge::Down));
    assert!(app.open_tx().is_some());
}

#[test]
fn unknown_model_is_used_after_consent_and_confirmed() {
    let mut app = fresh();
    let mut config = (*app.config).clone();
    config.speech.model = Some("/m/mine.bin".into());
    app.handle(Time(0), Event::Config(Ok(Arc::new(config))));
    let sum = "ab".repeat(32);
    app.handle(Time(1), Event::UnknownModel { file: "/m/other.bin".into(), sha256: sum.clone() });
    assert!(app.menu().unknown_model.is_none(), "a different file");
    app.handle(Time(1), Event::UnknownModel { file: "/m/mine.bin".into(), sha256: sum.clone() });
    let unknown = Problem::new("cannot use it").about(Part::SpeechModel).brief("Speech model mine.bin is unknown", "");
    let fx = app.handle(Time(2), Event::Model(Err(unknown)));
    assert_eq!(said(&fx)[0].0, "Speech model mine.bin is unknown");
    let menu = app.menu();
    assert!(menu.unknown_model.as_deref() == Some("mine.bin") && menu.fault.unwrap().mend == Choice::TrustModel);
    let fx = choose(&mut app, 3, Choice::TrustModel);
    assert!(fx.contains(&Effect::SetKey { path: "speech.model_sha256".into(), value: format!("{sum:?}") }), "{fx:?}");
    let fx = app.handle(Time(4), Event::Model(Ok("/m/mine.bin".into())));
    assert_eq!(said(&fx)[0].0, "\u{2713} Speech model mine.bin is ready");
    assert!(app.menu().fault.is_none() && app.menu().unknown_model.is_none());
    assert!(said(&app.handle(Time(5), Event::Model(Ok("/m/mine.bin".into())))).is_empty(), "no toast when it is loaded again");
}

#[test]
fn level_meter_spans_silence_to_full_scale() {
    let full = |db: f32| bar(db).chars().filter(|c| *c == '\u{2588}').count();
    assert_eq!([-90.0, -60.0, -30.0, 0.0].map(full), [0, 0, 10, 20]);
}

#[test]
fn undone_setup_starts_over() {
    let mut app = fresh();
    let mut with = (*app.config).clone();
    with.speech.model = Some("/m/ggml-base.en.bin".into());
    let without = app.config.clone();
    app.handle(Time(0), Event::Config(Ok(Arc::new(with))));
    app.handle(Time(1), Event::Steps(Steps::over()));
    assert_eq!(app.steps().next(), None);
    let fx = app.handle(Time(2), Event::Config(Ok(without)));
    assert_eq!(app.steps().next(), Some(Step::Model));
    assert!(kept(&fx).unwrap().leads, "{fx:?}");
}

#[test]
fn setup_receives_the_answer_or_the_reason_for_none() {
    let mut app = fresh();
    let mut call = |heard: Heard| {
        app.handle(Time(1), Event::NextCall { id: 7 });
        app.handle(Time(2), Event::Ptt(Edge::Down));
        let tx = app.open_tx().unwrap();
        let mut now = Time(3000);
        app.handle(now, Event::Ptt(Edge::Up));
        now = app.next_deadline().unwrap();
        app.handle(now, Event::Wake);
        let take = Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() };
        app.handle(now, Event::Captured { tx, take: Ok(take) });
        let fx = app.handle(now, Event::Heard { tx, result: Ok(heard) });
        let said = fx.into_iter().find_map(|e| if let Effect::Answer { id: 7, text, note } = e { Some((text, note)) } else { None });
        said.unwrap_or_else(|| panic!("no answer arrived"))
    };
    let (text, note) = call(words(""));
    assert!(text.is_empty() && note.contains("No words were recognised"), "{note}");
    let (text, note) = call(words("Hilo Ground, N172SP, radio check"));
    assert!(text.contains("read you") && note.starts_with("You: \"Hilo Ground"), "{text}: {note}");
    // A short tap is reported too.
    let mut app = fresh();
    app.handle(Time(90_000), Event::NextCall { id: 8 });
    app.handle(Time(90_000), Event::Ptt(Edge::Down));
    let fx = app.handle(Time(90_001), Event::Ptt(Edge::Up));
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { id: 8, note, .. } if note.starts_with("Hold Scroll Lock"))), "{fx:?}");
}

fn voice() -> Take {
    Take { ms: 2000, peak: 0.5, loudest_rms: 0.2, voiced_ms: 1500, ..Take::default() }
}

/// A press that ends at this time with this take; without words, recognition times out. The last effects, and the time.
fn press(app: &mut App, up: Time, take: Take, heard: Option<Heard>) -> (Time, Vec<Effect>) {
    app.handle(Time(up.0 - 2000), Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    app.handle(up, Event::Ptt(Edge::Up));
    let now = app.next_deadline().unwrap().max(up);
    app.handle(now, Event::Wake);
    let fx = app.handle(now, Event::Captured { tx, take: Ok(take) });
    match heard {
        Some(heard) => (now, app.handle(now, Event::Heard { tx, result: Ok(heard) })),
        None if app.open_tx().is_none() => (now, fx),
        None => {
            let late = now + Duration::from_secs(21);
            (late, app.handle(late, Event::Wake))
        }
    }
}

fn seconds(n: u64) -> Time {
    Time(0) + Duration::from_secs(n)
}

#[test]
fn setup_waits_while_the_key_is_held_or_a_call_is_recognised() {
    let answer = |fx: &[Effect]| fx.iter().find_map(|e| if let Effect::Answer { id: 7, note, .. } = e { Some(note.clone()) } else { None });
    let mut app = fresh();
    app.handle(seconds(0), Event::NextCall { id: 7 });
    // Pressed at the last moment, and held beyond it.
    app.handle(seconds(44), Event::Ptt(Edge::Down));
    let tx = app.open_tx().unwrap();
    assert_eq!(answer(&app.handle(seconds(50), Event::Wake)), None, "the key is held");
    app.handle(seconds(55), Event::Ptt(Edge::Up));
    app.handle(seconds(56), Event::Wake);
    app.handle(seconds(56), Event::Captured { tx, take: Ok(voice()) });
    assert_eq!(answer(&app.handle(seconds(70), Event::Wake)), None, "the call is being recognised");
    let note = answer(&app.handle(seconds(77), Event::Wake)).unwrap();
    assert!(note.starts_with("Speech recognition took too long"), "the terminal has the tray's reason: {note}");
    // Without a press it stops waiting, and says so.
    app.handle(seconds(100), Event::NextCall { id: 7 });
    assert_eq!(answer(&app.handle(seconds(144), Event::Wake)), None);
    assert_eq!(app.next_deadline(), Some(seconds(100 + u64::from(CALL_WITHIN_S))));
    assert!(answer(&app.handle(seconds(145), Event::Wake)).unwrap().starts_with("No call was heard"));
    // A second request replaces the first one, which gets an answer.
    app.handle(seconds(200), Event::NextCall { id: 7 });
    assert!(answer(&app.handle(seconds(201), Event::NextCall { id: 8 })).unwrap().contains("another set-up"));
}

#[test]
fn question_for_the_callsign_stays_open_after_a_failed_press() {
    let mut app = fresh();
    let mut config = (*app.config).clone();
    config.speech.model = Some("/m/ggml-base.en.bin".into());
    app.handle(seconds(0), Event::Config(Ok(Arc::new(config))));
    choose(&mut app, 0, Choice::SayCallsign);
    // Each attempt fails later than the question would be open without it.
    let (now, fx) = press(&mut app, seconds(110), voice(), None);
    assert_eq!(said(&fx)[0].0, "Speech recognition took too long");
    let (now, fx) = press(&mut app, now + Duration::from_secs(100), Take { voiced_ms: 20, ..voice() }, None);
    assert_eq!(said(&fx)[0].0, "Too short");
    let (now, fx) = press(&mut app, now + Duration::from_secs(100), voice(), Some(words("")));
    assert_eq!(said(&fx)[0].0, "Not understood");
    let (now, fx) = press(&mut app, now + Duration::from_secs(100), voice(), Some(words("november one seven two sierra papa")));
    assert_eq!(said(&fx)[0].0, "\u{2713} Your callsign is N172SP");
    // Without a press the question ends, and says so.
    app.handle(now, Event::Menu(Choice::SayCallsign));
    let fx = app.handle(now + Duration::from_secs(121), Event::Wake);
    assert_eq!(said(&fx), [("Your callsign was not said".to_owned(), "To say it: Pilot \u{203a} Say callsign.".to_owned())]);
}

#[test]
fn settings_mistake_suppresses_the_download_welcome() {
    let mut app = fresh();
    app.handle(Time(0), Event::Config(Err(Problem::config("a mistake").brief("Mistake in line 2 of your settings", ""))));
    let fx = app.handle(Time(1), Event::Steps(Steps::begun()));
    assert!(said(&fx).is_empty(), "{fx:?}");
    assert!(app.menu().fault.unwrap().words.starts_with("Mistake in line 2"));
}

#[test]
fn settings_mistake_does_not_send_the_pilot_back_a_step() {
    let mut app = App::new(Arc::default(), Airports::first());
    // The file cannot be used, and there is no last valid one: the defaults have no model and no callsign.
    app.handle(Time(0), Event::Config(Err(Problem::config("a mistake").brief("Mistake in line 2 of your settings", ""))));
    let done = Step::ALL.into_iter().filter(|s| *s != Step::Call).collect();
    app.handle(Time(1), Event::Steps(Steps { leads: true, done }));
    assert_eq!(app.menu().steps.next(), Some(Step::Call));
    let fx = app.handle(Time(2), Event::Config(Ok(Arc::default())));
    assert_eq!(app.menu().steps.next(), Some(Step::Model), "the file is valid, and has no model");
    let (title, body) = said(&fx).pop().unwrap();
    assert!(title.ends_with("Your settings are valid again") && body.contains("Set up (1 of 5)"), "{title}: {body}");
    assert!(said(&app.handle(Time(3), Event::Config(Ok(Arc::default())))).is_empty(), "nothing was wrong");
}

#[test]
fn call_to_say_is_in_the_menu_while_its_step_lasts() {
    let mut app = fresh();
    let done = |without: &[Step]| Step::ALL.into_iter().filter(|s| !without.contains(s)).collect();
    let mut config = (*app.config).clone();
    (config.speech.model, config.pilot.callsign) = (Some("/m/ggml-base.en.bin".into()), "N172SP".parse().ok());
    app.handle(Time(0), Event::Config(Ok(Arc::new(config))));
    app.handle(Time(1), Event::Steps(Steps { leads: true, done: done(&[Step::Key, Step::Call]) }));
    assert!(app.menu().call.is_empty(), "another step is next");
    let fx = app.handle(Time(2), Event::Steps(Steps { leads: true, done: done(&[Step::Call]) }));
    let (title, body) = said(&fx).pop().unwrap();
    assert_eq!(title, "Make your first call");
    assert_eq!(app.menu().call.join("\n"), body);
    assert!(app.menu().call[1].contains("one seven two sierra papa, radio check"), "{body}");
    let toast = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).unwrap();
    assert!(toast.seconds >= 30, "it is read while the key is found: {toast:?}");
    app.handle(Time(3), Event::Menu(Choice::SkipSteps));
    assert!(app.menu().call.is_empty());
}

#[test]
fn set_up_stays_at_the_model_until_it_is_usable() {
    // As after a restart: the settings name a model that nobody has accepted yet.
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    config.speech.model = Some("/m/mine.bin".into());
    let mut app = App::new(Arc::new(config), Airports::first());
    let fx = app.handle(Time(0), Event::Steps(Steps::begun()));
    assert!(!said(&fx).iter().any(|(_, body)| body.contains("2 of 5")), "{fx:?}");
    let sum = "ab".repeat(32);
    app.handle(Time(1), Event::UnknownModel { file: "/m/mine.bin".into(), sha256: sum });
    let fx = app.handle(Time(1), Event::Model(Err(Problem::new("cannot use it").brief("Speech model mine.bin is unknown", ""))));
    assert!(app.steps().next() == Some(Step::Model) && !said(&fx)[0].1.contains("2 of 5"), "{fx:?}");
    assert_eq!(app.shown.0, TrayState::Fault);
    choose(&mut app, 2, Choice::TrustModel);
    let fx = app.handle(Time(3), Event::Model(Ok("/m/mine.bin".into())));
    assert!(app.steps().next() == Some(Step::Microphone) && said(&fx)[0].1.contains("2 of 5"), "{fx:?}");
}

#[test]
fn last_step_is_a_radio_check_whatever_the_flight_does() {
    let mut app = fresh();
    for (id, text) in [(1, "Hilo Ground, N172SP, radio check"), (2, "Hilo Ground, N172SP, at the ramp, request taxi")] {
        let fx = app.handle(Time(id * 100_000), Event::Typed { id, text: text.into(), opinion: None });
        let tx = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None }).unwrap();
        app.handle(Time(id * 100_000 + 1), Event::Played { tx, complete: true });
    }
    let fx = app.handle(Time(300_000), Event::FirstCall(9));
    let call = fx.iter().find_map(|e| if let Effect::Answer { id: 9, text, .. } = e { Some(text.clone()) } else { None }).unwrap();
    assert!(call.starts_with("Hilo Ground, ") && call.ends_with(", radio check") && !call.contains('\n'), "{call}");
}

#[test]
fn answered_callsign_lasts_for_the_session() {
    let mut config = Config::default();
    config.sim.airport = Some("EDDS".into());
    let mut app = App::new(Arc::new(config), Airports::world());
    let say = |app: &mut App, at: u64, text: &str| {
        let fx = app.handle(Time(at), Event::Typed { id: at, text: text.into(), opinion: None });
        if let Some(tx) = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None }) {
            app.handle(Time(at + 1), Event::Played { tx, complete: true });
        }
        fx
    };
    say(&mut app, 1000, "Stuttgart Tower, D-EABC, radio check");
    assert_eq!(app.menu().callsign, "D-EABC");
    let fx = say(&mut app, 29_000, "Stuttgart Ground, radio check");
    assert!(!said(&fx).iter().any(|(title, _)| title == "Callsign unknown"), "{fx:?}");
    assert!(fx.iter().any(|e| matches!(e, Effect::Answer { text, .. } if !text.is_empty())), "{fx:?}");
    // Another full callsign replaces it.
    say(&mut app, 60_000, "Stuttgart Ground, D-EXYZ, radio check");
    assert_eq!(app.menu().callsign, "D-EXYZ");
    // A unit to change to is called by its name.
    let fx = say(&mut app, 90_000, "Stuttgart Ground, D-EXYZ, holding short of runway 25, ready for departure");
    assert!(said(&fx)[0].1.contains("begin your next call with \u{201c}Stuttgart Tower\u{201d}"), "{fx:?}");
}
