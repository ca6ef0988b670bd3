//! Tests of each menu choice and its effects.

use super::*;
use crate::airports::data::Airports;
use crate::event::Event;
use crate::settings::{Chatter, PilotMode};

fn choose(app: &mut App, choice: Choice) -> Vec<Effect> {
    app.handle(Time(0), Event::Menu(choice))
}

#[test]
fn median_and_ninetieth_percentile() {
    let mut known = Known::default();
    assert_eq!(known.latency(), None);
    (1..=10).for_each(|n| known.took(n * 100));
    assert_eq!(known.latency(), Some((500, 900)));
    (0..1000).for_each(|_| known.took(7));
    assert_eq!((known.latency(), known.took_ms.len()), (Some((7, 7)), TIMED));
}

#[test]
fn each_setting_is_saved_as_one_key_applied_and_shown() {
    let mut app = App::new(Arc::default(), Airports::default());
    let name = "Headset \"A\" \\ caf\u{e9}".to_owned();
    for (choice, key, value) in [
        (Choice::Microphone(name.clone()), "audio.microphone", None),
        (Choice::Speaker(name.clone()), "audio.speaker", None),
        (Choice::Microphone(String::new()), "audio.microphone", Some("\"\"")),
        (Choice::Volume(60), "audio.volume_percent", Some("60")),
        (Choice::Voice("en-GB".into()), "speech.voice", Some("\"en-GB\"")),
        (Choice::Chatter(Chatter::Busy), "speech.chatter", Some("\"busy\"")),
        (Choice::BrainModel("qwen2.5:3b".into()), "brain.model", Some("\"qwen2.5:3b\"")),
        (Choice::Brain(BrainMode::Rules), "brain.mode", Some("\"rules\"")),
        (Choice::Mode(PilotMode::Student), "pilot.mode", Some("\"student\"")),
        (Choice::ToggleTune, "copilot.tune", Some("true")),
        (Choice::ToggleSquawk, "copilot.squawk", Some("true")),
        (Choice::ToggleMute, "audio.mute", Some("true")),
    ] {
        let fx = choose(&mut app, choice.clone());
        let Some(Effect::SetKey { path, value: written }) = fx.iter().find(|e| matches!(e, Effect::SetKey { .. })) else {
            panic!("{choice:?}: {fx:?}")
        };
        assert_eq!(path, key);
        let read: toml::Table = format!("x = {written}").parse().unwrap();
        match value {
            Some(v) => assert_eq!(written, v),
            None => assert_eq!(read["x"].as_str(), Some(name.as_str())),
        }
        assert!(fx.iter().any(|e| matches!(e, Effect::Reconfigure(_))) && fx.iter().any(|e| matches!(e, Effect::Menu(_))));
    }
    let menu = app.menu();
    assert!(menu.muted && menu.tunes && menu.squawks && menu.voice == "en-GB" && menu.brain.0 == BrainMode::Rules);
    assert_eq!((menu.microphone.as_str(), menu.speaker.as_str()), ("", name.as_str()));
}

#[test]
fn model_is_downloaded_once_activated_and_announced() {
    let mut app = App::new(Arc::default(), Airports::default());
    let fx = choose(&mut app, Choice::SpeechModel("base.en".into()));
    assert!(fx.contains(&Effect::Fetch(Some("base.en".into()))), "{fx:?}");
    app.handle(Time(0), Event::Fetching { model: "base.en".into(), percent: 35 });
    assert_eq!(app.menu().fetching, Some(("base.en".into(), 35)));
    let second = choose(&mut app, Choice::SpeechModel("tiny.en".into()));
    assert!(!second.iter().any(|e| matches!(e, Effect::Fetch(_))), "one at a time: {second:?}");
    let file = PathBuf::from("/m/ggml-base.en.bin");
    let fx = app.handle(Time(0), Event::Fetched { model: "base.en".into(), result: Ok(file.clone()) });
    assert!(fx.contains(&Effect::SetKey { path: "speech.model".into(), value: "\"/m/ggml-base.en.bin\"".into() }), "{fx:?}");
    assert!(fx.iter().any(|e| matches!(e, Effect::Reconfigure(c) if c.speech.model.as_ref() == Some(&file))));
    assert_eq!((app.menu().fetching, app.menu().speech_model.as_str()), (None, "ggml-base.en.bin"));
    choose(&mut app, Choice::SpeechModel("tiny.en".into()));
    assert!(choose(&mut app, Choice::StopFetching).contains(&Effect::Fetch(None)));
    let gone = Problem::new("cannot download the speech model tiny.en").fix("check the connection");
    app.handle(Time(0), Event::Fetched { model: "tiny.en".into(), result: Err(gone) });
    assert!(app.menu().fetching.is_none() && app.menu().fault.is_none(), "the configured model still works");
    assert_eq!(app.menu().speech_model, "ggml-base.en.bin", "the previous model stays active");
}

#[test]
fn mirror_model_is_activated_with_its_checksum() {
    let mut app = App::new(Arc::default(), Airports::default());
    let sum = "ab".repeat(32);
    assert!(!choose(&mut app, Choice::SpeechModel("club.en".into())).iter().any(|e| matches!(e, Effect::Fetch(_))), "no mirror offers it");
    let index = format!("[[model]]\nname = \"club.en\"\nfile = \"club.bin\"\nbytes = 5000000\nsha256 = \"{sum}\"\n");
    app.handle(Time(0), Event::Offers(models::own(&index, "http://m").unwrap()));
    assert_eq!(app.menu().own_models.len(), 1);
    assert!(choose(&mut app, Choice::SpeechModel("club.en".into())).contains(&Effect::Fetch(Some("club.en".into()))));
    let set = |path: &str, value: &str| Effect::SetKey { path: path.into(), value: format!("{value:?}") };
    let fx = app.handle(Time(0), Event::Fetched { model: "club.en".into(), result: Ok("/m/club.bin".into()) });
    assert!(fx.contains(&set("speech.model_sha256", &sum)) && fx.contains(&set("speech.model", "/m/club.bin")), "{fx:?}");
    choose(&mut app, Choice::SpeechModel("tiny.en".into()));
    let fx = app.handle(Time(0), Event::Fetched { model: "tiny.en".into(), result: Ok("/m/tiny.bin".into()) });
    assert!(fx.contains(&set("speech.model_sha256", "")), "{fx:?}");
}

#[test]
fn test_call_plays_without_counting_as_conversation() {
    let mut app = App::new(Arc::default(), Airports::default());
    let fx = choose(&mut app, Choice::TestCall);
    let Some(Effect::Synthesise { tx, .. }) = fx.iter().find(|e| matches!(e, Effect::Synthesise { .. })) else { panic!("{fx:?}") };
    assert!(matches!(&fx[0], Effect::Toast(t) if t.title == "You should hear the controller now"), "{fx:?}");
    let (tx, again) = (*tx, choose(&mut app, Choice::TestCall));
    assert!(!again.iter().any(|e| matches!(e, Effect::Synthesise { .. })), "one at a time: {again:?}");
    let mut all = app.handle(Time(100), Event::Started { tx });
    all.extend(app.handle(Time(900), Event::Played { tx, complete: true }));
    assert!(!all.iter().any(|e| matches!(e, Effect::Record(_) | Effect::Toast(_))), "{all:?}");
    assert!(app.menu().recent.is_empty());
    choose(&mut app, Choice::ToggleMute);
    let fx = choose(&mut app, Choice::TestCall);
    assert!(fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.title.contains("muted"))), "{fx:?}");
}

#[test]
fn update_is_found_downloaded_and_installed_in_three_clicks() {
    let mut app = App::new(Arc::default(), Airports::default());
    let update = |app: &mut App, asked, news| app.handle(Time(0), Event::Update { asked, news });
    assert!(choose(&mut app, Choice::Update).contains(&Effect::CheckUpdates));
    let gone = || Err(Problem::new("the release feed was not found"));
    assert!(update(&mut app, false, gone()).is_empty() && update(&mut app, false, Ok(UpdateNews::Newest)).is_empty());
    assert!(matches!(update(&mut app, true, gone())[..], [Effect::Toast(_)]) && app.menu().fault.is_none());
    let version = "9.0.0".parse().unwrap();
    let offered = Offered { version, notes: "better".into(), file: "s.deb".into(), bytes: 1, sha256: "ab".repeat(32) };
    update(&mut app, false, Ok(UpdateNews::Newer(offered.clone())));
    assert_eq!(app.menu().update, Some(("9.0.0".into(), false)));
    assert!(choose(&mut app, Choice::Update).contains(&Effect::FetchUpdate(offered.clone())));
    update(&mut app, true, Ok(UpdateNews::Ready(offered.clone(), "/u/s.deb".into())));
    assert_eq!(app.menu().update, Some(("9.0.0".into(), true)));
    assert!(choose(&mut app, Choice::Update).contains(&Effect::InstallUpdate(offered.clone(), "/u/s.deb".into())));
    update(&mut app, true, Err(Problem::new("the downloaded release is damaged")));
    assert!(choose(&mut app, Choice::Update).contains(&Effect::FetchUpdate(offered)));
}

#[test]
fn pressed_button_is_added_once_and_all_are_cleared_together() {
    let mut app = App::new(Arc::default(), Airports::default());
    assert!(choose(&mut app, Choice::BindJoystick).contains(&Effect::BindJoystick));
    for button in ["044f:b10a/button 3", "046d:c215/hat 5-", "044f:b10a/button 3"] {
        app.handle(Time(0), Event::Bound(Some(button.into())));
    }
    assert_eq!(app.menu().joystick, ["044f:b10a/button 3", "046d:c215/hat 5-"]);
    let fx = choose(&mut app, Choice::ForgetJoysticks);
    assert!(fx.contains(&Effect::SetKey { path: "ptt.joystick".into(), value: "[]".into() }), "{fx:?}");
    assert!(app.menu().joystick.is_empty());
    assert!(matches!(app.handle(Time(0), Event::Bound(None))[..], [Effect::Toast(_)]));
}

#[test]
fn pressed_key_is_bound_and_escape_keeps_the_old_one() {
    let mut app = App::new(Arc::default(), Airports::default());
    assert_eq!(app.menu().key, "ScrollLock");
    assert!(choose(&mut app, Choice::BindKey).contains(&Effect::BindKey));
    assert!(matches!(app.handle(Time(0), Event::KeyBound(None))[..], [Effect::Toast(_)]));
    let fx = app.handle(Time(0), Event::KeyBound(Some("RightCtrl".into())));
    assert!(fx.contains(&Effect::SetKey { path: "ptt.key".into(), value: "\"RightCtrl\"".into() }), "{fx:?}");
    assert_eq!(app.menu().key, "RightCtrl");
}

#[test]
fn typing_key_is_bound_only_if_it_is_pressed_twice() {
    let mut app = App::new(Arc::default(), Airports::default());
    let press = |app: &mut App, key: &str| app.handle(Time(0), Event::TypingKeyBound(key.into()));
    choose(&mut app, Choice::BindKey);
    for key in ["E", "R"] {
        let fx = press(&mut app, key);
        assert!(matches!(&fx[..], [Effect::Toast(t), Effect::BindKey] if t.title == format!("{key} is also used in typing")), "{fx:?}");
    }
    assert_eq!(app.menu().key, "ScrollLock");
    press(&mut app, "R");
    assert_eq!(app.menu().key, "R");
    // A new choice begins anew.
    press(&mut app, "T");
    choose(&mut app, Choice::BindKey);
    press(&mut app, "T");
    assert_eq!(app.menu().key, "R");
}

#[test]
fn mirror_is_queried_again_on_menu_open() {
    let opened = |app: &mut App, s: u64| app.handle(Time(s * 1000), Event::Menu(Choice::Opened)).contains(&Effect::AskMirror);
    assert!(!opened(&mut App::new(Arc::default(), Airports::default()), 1), "the public hub has no list");
    let mut config = Config::default();
    config.speech.mirror = Some("http://127.0.0.1:9/m".into());
    let mut app = App::new(Arc::new(config), Airports::default());
    assert!(opened(&mut app, 1) && !opened(&mut app, 2) && opened(&mut app, 40));
    app.handle(Time(0), Event::Trouble(Problem::new("the list is wrong").about(Part::Mirror)));
    app.handle(Time(0), Event::Working(vec![Part::Mirror]));
    assert!(app.menu().fault.is_none());
}

#[test]
fn language_models_are_queried_on_menu_open_if_in_use() {
    let mut app = App::new(Arc::default(), Airports::default());
    let opened = |app: &mut App, s: u64| app.handle(Time(s * 1000), Event::Menu(Choice::Opened)).contains(&Effect::ListBrains);
    assert!(opened(&mut app, 1));
    assert!(!opened(&mut app, 2), "queried a moment ago");
    app.handle(Time(0), Event::Brains(None));
    assert!(app.menu().brain_note.contains("not running") && app.menu().fault.is_none());
    assert!(opened(&mut app, 40));
    app.handle(Time(0), Event::Brains(Some(vec!["qwen2.5:3b".into()])));
    assert!(app.menu().brains == ["qwen2.5:3b"] && app.menu().brain_note.contains("Llama 3.2 missing"));
    choose(&mut app, Choice::BrainModel("qwen2.5:3b".into()));
    assert!(app.menu().brain.1 == "qwen2.5:3b" && app.menu().brain_note.contains("More:"));
    choose(&mut app, Choice::Brain(BrainMode::Rules));
    assert!(!opened(&mut app, 100) && app.menu().brain_note.is_empty());
}

#[test]
fn impossible_choices_are_not_saved_and_menu_is_corrected() {
    let mut app = App::new(Arc::default(), Airports::default());
    for choice in [Choice::Voice("Klingon".into()), Choice::Voice("auto".into()), Choice::Repeat(9)] {
        let fx = choose(&mut app, choice);
        assert!(matches!(fx[..], [Effect::Menu(_)]), "{fx:?}");
    }
    let fx = choose(&mut app, Choice::Doctor);
    assert!(matches!(&fx[..2], [Effect::Doctor, Effect::Toast(t)] if t.title == "Checking\u{2026}"), "immediate feedback: {fx:?}");
    assert!(matches!(choose(&mut app, Choice::CheckMicrophone)[..2], [Effect::Toast(_), Effect::CheckMicrophone(_)]));
    assert_eq!(choose(&mut app, Choice::ToggleAutostart)[0], Effect::Autostart(true));
}

#[test]
fn repetition_gives_the_instruction_and_no_accepted_readback() {
    let mut config = Config::default();
    (config.sim.airport, config.sim.com1) = (Some("PHTO".into()), "121.9".parse().ok());
    config.pilot.callsign = "N172SP".parse().ok();
    let mut app = App::new(Arc::new(config), Airports::first());
    let mut at = 0;
    let mut say = |app: &mut App, text: &str| {
        at += 1000;
        let fx = app.handle(Time(at), Event::Typed { id: at, text: text.into(), opinion: None });
        let spoken = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None });
        spoken.map(|tx| app.handle(Time(at + 1), Event::Played { tx, complete: true }));
        fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body.clone()) } else { None }).unwrap_or_default()
    };
    let again = |app: &mut App| {
        let fx = choose(app, Choice::Repeat(0));
        let spoken = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None });
        spoken.map(|tx| app.handle(Time(0), Event::Played { tx, complete: true }));
        fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body.clone()) } else { None }).unwrap_or_default()
    };
    let taxi = say(&mut app, "Hilo Ground, Skyhawk one seven two sierra papa, at the ramp, request taxi");
    assert!(taxi.contains("\nRead back: runway 8"), "{taxi}");
    assert!(again(&mut app).contains("\nRead back: runway 8"), "the readback is still due");
    let negative = say(&mut app, "Taxi to runway two six, Skyhawk one seven two sierra papa");
    assert!(negative.contains("negative"), "{negative}");
    say(&mut app, "Taxi to runway eight, Skyhawk one seven two sierra papa");
    assert!(app.engine().record().pending.is_none());
    let repeated = again(&mut app);
    assert_eq!(repeated.lines().next(), taxi.lines().next(), "the instruction, and not its correction");
    assert!(!repeated.contains("ead back"), "{repeated}");
}

#[test]
fn last_call_is_shown_and_spoken_again_unless_muted() {
    let mut config = Config::default();
    (config.sim.airport, config.sim.com1) = (Some("PHTO".into()), "121.9".parse().ok());
    let mut app = App::new(Arc::new(config), Airports::first());
    let fx = app.handle(Time(1), Event::Typed { id: 1, text: "Hilo Ground, N172SP, radio check".into(), opinion: None });
    let Some(Effect::Synthesise { tx, .. }) = fx.iter().find(|e| matches!(e, Effect::Synthesise { .. })) else { panic!("{fx:?}") };
    app.handle(Time(900), Event::Played { tx: *tx, complete: true });
    let mut again = || {
        let fx = choose(&mut app, Choice::Repeat(0));
        let shown = fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.conversation && t.body.contains("read you")));
        let spoken = fx.iter().find_map(|e| if let Effect::Synthesise { tx, .. } = e { Some(*tx) } else { None });
        spoken.map(|tx| app.handle(Time(999), Event::Played { tx, complete: true }));
        choose(&mut app, Choice::ToggleMute);
        (shown, spoken.is_some())
    };
    assert_eq!(again(), (true, true));
    assert_eq!(again(), (true, false), "muted");
}

#[test]
fn failed_download_stays_in_the_menu_until_it_is_tried_again() {
    let mut app = App::new(Arc::default(), Airports::default());
    app.handle(Time(0), Event::Steps(crate::event::Steps::begun()));
    let row = |app: &App| app.menu_model().fault.map(|f| (f.words, f.mend));
    choose(&mut app, Choice::SpeechModel("base.en".into()));
    let failed = || Event::Fetched { model: "base.en".into(), result: Err(Problem::new("cannot download it").about(Part::Download)) };
    app.handle(Time(1), failed());
    let (words, mend) = row(&app).unwrap();
    assert_eq!((words.as_str(), &mend), ("Download of Base failed: try again\u{2026}", &Choice::SpeechModel("base.en".into())));
    choose(&mut app, mend);
    assert_eq!(row(&app), None, "it is under way");
    // A download that the pilot stopped has not failed.
    choose(&mut app, Choice::StopFetching);
    app.handle(Time(2), failed());
    assert_eq!(row(&app), None);
}

#[test]
fn failed_download_leaves_the_menu_with_its_cause() {
    let failed = |app: &mut App| {
        let p = Problem::new("cannot download the speech model base.en").about(Part::Download);
        let p = p.brief("Could not download the speech model base.en", "No internet connection: hub not reached.");
        let fx = app.handle(Time(1), Event::Fetched { model: "base.en".into(), result: Err(p) });
        assert!(app.menu_model().fault.is_some());
        fx
    };
    let mut app = App::new(Arc::default(), Airports::default());
    app.handle(Time(0), Event::Steps(crate::event::Steps::begun()));
    let fx = failed(&mut app);
    let toast = fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t) } else { None }).unwrap();
    assert_eq!(toast.title, "Could not download the speech model Base");
    assert!(toast.body.ends_with("or set another server: Help \u{203a} Settings file, `mirror`."), "{}", toast.body);
    let mut config = Config::default();
    config.speech.mirror = Some("http://192.168.1.20/models".into());
    app.handle(Time(2), Event::Config(Ok(Arc::new(config))));
    assert_eq!(app.menu_model().fault, None);
    failed(&mut app);
    app.handle(Time(3), Event::Model(Ok("/m/ggml-tiny.en.bin".into())));
    assert_eq!(app.menu_model().fault, None);
}

#[test]
fn refused_download_offers_another_model_of_the_mirror() {
    let mut app = App::new(Arc::default(), Airports::default());
    app.handle(Time(0), Event::Steps(crate::event::Steps::begun()));
    let sum = "ab".repeat(32);
    let index = format!("[[model]]\nname = \"base.club\"\nfile = \"ggml-base.bin\"\nbytes = 5000000\nsha256 = \"{sum}\"\n");
    app.handle(Time(0), Event::Offers(models::own(&index, "http://m").unwrap()));
    choose(&mut app, Choice::SpeechModel("base.en".into()));
    let refused =
        || Problem::new("cannot download it").about(Part::Mirror).brief("Could not download it", "Your mirror m does not have it.");
    let toast = |fx: &[Effect]| fx.iter().find_map(|e| if let Effect::Toast(t) = e { Some(t.body.clone()) } else { None }).unwrap();
    let fx = app.handle(Time(0), Event::Fetched { model: "base.en".into(), result: Err(refused()) });
    assert!(toast(&fx).contains("Choose base.club (from your mirror)"), "{fx:?}");
    // The step leads to a model that has not failed, and in the end to the settings.
    let fx = choose(&mut app, Choice::Step(Step::Model));
    assert!(fx.contains(&Effect::Fetch(Some("base.club".into()))), "{fx:?}");
    app.handle(Time(0), Event::Absent(models::ALL.iter().map(|m| m.name.to_owned()).collect()));
    let fx = app.handle(Time(0), Event::Fetched { model: "base.club".into(), result: Err(refused()) });
    assert!(toast(&fx).contains("the mirror's address"), "{fx:?}");
    let fx = choose(&mut app, Choice::Step(Step::Model));
    assert!(!fx.iter().any(|e| matches!(e, Effect::Fetch(_))) && toast(&fx).contains("the mirror's address"), "{fx:?}");
}
