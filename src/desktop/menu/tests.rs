//! Tests of the rows: position, width, and text.

use super::*;
use crate::event::{Devices, SystemVoice};
use crate::problem::Part;

fn words(item: &Item) -> &str {
    match item {
        Item::Told(w) | Item::Entry(w, _) | Item::Check(w, ..) | Item::Group(w, _) => w,
        Item::Line => "",
    }
}

/// As much as a menu can hold, with every text longer than the menu is wide.
fn full() -> MenuModel {
    let long = "x".repeat(90);
    let device = |name: &str| SoundDevice { id: format!("pulseaudio:{name}"), name: long.clone() };
    MenuModel {
        unit: format!("{long} Ground 121.9"),
        callsign: long.clone(),
        recent: vec![long.clone()],
        devices: Devices {
            microphones: vec![device("a"), device("b")],
            speakers: vec![device("c")],
            voices: vec![],
            neural: vec![long.clone()],
        },
        microphone: long.clone(),
        key: "ScrollLock".into(),
        joystick: vec![long.clone()],
        fetching: Some((long.clone(), 35)),
        brain: (BrainMode::Auto, long.clone()),
        brains: vec![long.clone()],
        brain_note: long.clone(),
        latency: Some((1000, 1600)),
        has_updates: true,
        fault: Some(Fault { words: long, mend: Choice::Doctor }),
        ..MenuModel::default()
    }
}

#[test]
fn top_level_always_has_ten_rows_in_fixed_places() {
    let kinds = |model: &MenuModel| -> Vec<String> {
        let first = |w: &str| w.split(':').next().unwrap_or_default().to_owned();
        items(model).iter().skip(1).map(|i| first(words(i))).collect()
    };
    let (empty, full) = (MenuModel::default(), full());
    assert_eq!(kinds(&empty), kinds(&full));
    let rows = items(&full).into_iter().filter(|i| *i != Item::Line).count();
    assert_eq!(rows, 10);
}

#[test]
fn long_text_is_truncated_visibly_and_never_widens_the_menu() {
    fn widths(items: &[Item], most: usize) {
        for item in items {
            let chars = words(item).chars().count();
            assert!(chars <= most, "{chars} characters: {item:?}");
            if let Item::Group(_, inner) = item {
                widths(inner, SUB_CHARS);
            }
        }
    }
    let all = items(&full());
    widths(&all, TOP_CHARS);
    assert!(words(&all[0]).ends_with('\u{2026}'), "{:?}", all[0]);
    assert_eq!(cut("short", 40), "short");
}

#[test]
fn simbrief_plan_is_offered_only_with_a_name() {
    let offered = |simbrief| {
        let Item::Group(_, rows) = pilot(&MenuModel { simbrief, ..MenuModel::default() }) else { panic!() };
        rows.contains(&Item::Entry("Fetch the SimBrief plan".into(), Choice::FetchPlan))
    };
    assert!(offered(true) && !offered(false));
}

#[test]
fn fault_replaces_the_status_and_is_clickable() {
    let model = MenuModel { unit: "Hilo Ground 121.9".into(), callsign: "N172SP".into(), ..MenuModel::default() };
    assert_eq!(items(&model)[0], Item::Told("Hilo Ground 121.9 \u{b7} N172SP".into()));
    let muted = MenuModel { muted: true, ..model.clone() };
    assert_eq!(items(&muted)[0], Item::Told("Hilo Ground 121.9 \u{b7} N172SP \u{b7} muted".into()));
    let long = MenuModel { unit: "x".repeat(90), ..muted };
    assert!(words(&items(&long)[0]).ends_with("\u{2026} \u{b7} muted") && words(&items(&long)[0]).chars().count() == TOP_CHARS);
    let fault = Fault { words: "Set up: download a speech model\u{2026}".into(), mend: Choice::SpeechModel("base.en".into()) };
    let broken = MenuModel { fault: Some(fault.clone()), ..model };
    assert_eq!(items(&broken)[0], Item::Entry(fault.words, fault.mend));
}

#[test]
fn first_run_takes_the_first_row_with_its_ticks_under_help() {
    let first = |model: &MenuModel| items(model).swap_remove(0);
    let mut model = MenuModel { steps: Steps::begun(), download: "148 MB".into(), ..MenuModel::default() };
    let row = |step| Item::Entry(Steps::row(step, "148 MB"), Choice::Step(step));
    assert_eq!(first(&model), row(Step::Model));
    model.fetching = Some(("base.en".into(), 35));
    assert_eq!(first(&model), Item::Told("Set up (1 of 5): downloading, 35 %".into()));
    model.steps.done.insert(Step::Model);
    assert_eq!(first(&model), row(Step::Microphone));
    assert!(Step::ALL.iter().all(|s| Steps::row(*s, "148 MB").chars().count() <= TOP_CHARS));
    let Item::Group(_, rows) = first_steps(&model.steps) else { panic!() };
    assert_eq!(rows[0], Item::Check("1. Speech model".into(), true, Choice::Step(Step::Model)));
    assert_eq!(rows[4], Item::Check("5. First call".into(), false, Choice::Step(Step::Call)));
}

#[test]
fn fault_and_step_of_the_first_run_are_both_visible() {
    let long = "Mistake in line 7 of your settings: open the file\u{2026}";
    for step in Step::ALL {
        let done = Step::ALL.into_iter().take_while(|s| *s != step).collect();
        let model = MenuModel {
            steps: Steps { leads: true, done },
            fault: Some(Fault { words: long.into(), mend: Choice::OpenConfig }),
            call: vec!["Hold Scroll Lock and say:".into(), "\u{201c}Hilo Ground, radio check\u{201d}".into()],
            ..MenuModel::default()
        };
        let rows = items(&model);
        assert!(words(&rows[0]).starts_with(&Steps::place(step)), "{:?}", rows[0]);
        assert_eq!(rows[2], Item::Entry("Mistake in line 7 of your settings\u{2026}".into(), Choice::OpenConfig));
        assert_eq!(rows.iter().filter(|i| **i != Item::Line).count(), 10);
    }
    let row = |words: &str| fault_row(&Fault { words: words.into(), mend: Choice::Doctor });
    for (long, short) in [
        ("Recognition slow: use Small\u{2026}", "Recognition slow: use Small\u{2026}"),
        ("Speech recognition took too long: run a check\u{2026}", "Speech recognition took too long\u{2026}"),
    ] {
        assert_eq!(words(&row(long)), short);
    }
}

#[test]
fn first_call_can_be_read_in_the_menu_in_full() {
    let call = "\u{201c}Dallas-Fort Worth Regional Approach, november one seven two sierra papa quebec, radio check\u{201d}";
    let why = "No simulator is connected, so you may call Dallas now. To use another airport, choose it under Pilot \u{203a} Airport.";
    let model = MenuModel {
        steps: Steps { leads: true, done: Step::ALL.into_iter().filter(|s| *s != Step::Call).collect() },
        call: vec!["Hold Scroll Lock, wait for the red icon, and say:".into(), call.into(), why.into()],
        ..MenuModel::default()
    };
    let rows = level(items(&model).swap_remove(0));
    assert!(rows.iter().all(|r| words(r).chars().count() <= SUB_CHARS && !words(r).ends_with('\u{2026}')), "{rows:?}");
    let read: Vec<&str> = rows.iter().map(words).collect();
    assert_eq!(read.join(" "), model.call.join(" "));
    let clickable: Vec<&str> = rows.iter().filter(|r| matches!(r, Item::Entry(_, Choice::Step(Step::Call)))).map(words).collect();
    assert_eq!(clickable.join(" "), call);
}

#[test]
fn every_row_named_by_a_problem_exists_in_the_menu() {
    let all = [
        Part::Settings,
        Part::SpeechModel,
        Part::Microphone,
        Part::PushToTalk,
        Part::Speaker,
        Part::Simulator,
        Part::Desktop,
        Part::Files,
        Part::Stratus,
        Part::Voice,
        Part::Joystick,
        Part::LanguageModel,
        Part::Airports,
        Part::Download,
        Part::Updates,
        Part::FlightPlan,
    ];
    for part in all {
        let mut level = items(&MenuModel::default());
        for row in part.row() {
            let found = level.into_iter().find(|i| words(i).trim_end_matches('\u{2026}').split(':').next() == Some(row));
            level = match found.unwrap_or_else(|| panic!("{part:?}: no row {row:?}")) {
                Item::Group(_, inner) => inner,
                _ => Vec::new(),
            };
        }
    }
}

#[test]
fn three_models_are_suggested_and_the_rest_in_a_submenu() {
    let model = MenuModel { speech_model: "ggml-base.en.bin".into(), ..MenuModel::default() };
    let all = speech_models(&model);
    let names: Vec<&str> = all.iter().map(words).collect();
    assert_eq!(
        names,
        [
            "Base \u{2013} 148 MB, recommended",
            "Small \u{2013} 488 MB, more accurate, slower",
            "Tiny \u{2013} 78 MB, for slow computers",
            "More",
            "",
            "Use my own file (in the settings file)\u{2026}"
        ]
    );
    assert!(matches!(&all[0], Item::Check(_, true, Choice::SpeechModel(name)) if name == "base.en"), "{all:?}");
    let Item::Group(_, others) = &all[3] else { panic!("{all:?}") };
    assert_eq!(others.len() + 3, models::ALL.len());
    // A pilot's own file is listed too.
    let own = speech_models(&MenuModel { speech_model: "mine.bin".into(), ..MenuModel::default() });
    assert_eq!(own[0], Item::Check("mine.bin".into(), true, Choice::OpenConfig));
    // An unknown file needs consent.
    let waits = MenuModel { speech_model: "mine.bin".into(), unknown_model: Some("mine.bin".into()), ..MenuModel::default() };
    let Item::Group(_, rows) = speech(&waits) else { panic!() };
    assert_eq!(rows[0], Item::Entry("Use mine.bin anyway\u{2026}".into(), Choice::TrustModel));
}

#[test]
fn labels_show_current_values() {
    let top = |model: &MenuModel| items(model).iter().map(|i| words(i).to_owned()).collect::<Vec<_>>();
    let there = SoundDevice { id: "pulseaudio:a".into(), name: "Headset".into() };
    let model = MenuModel {
        devices: Devices { microphones: vec![there], ..Devices::default() },
        microphone: "head".into(),
        speaker: "Yeti".into(),
        key: "ScrollLock".into(),
        callsign: "N172SP".into(),
        speech_model: "ggml-small.en.bin".into(),
        ..MenuModel::default()
    };
    for row in ["Microphone: Headset", "Speaker: Yeti (not connected)", "Push-to-talk: Scroll Lock", "Pilot: N172SP", "Speech: Small"] {
        assert!(top(&model).iter().any(|w| w == row), "{row:?} in {:?}", top(&model));
    }
    let empty = top(&MenuModel { fetching: Some(("base.en".into(), 35)), ..MenuModel::default() });
    for row in ["Microphone: system default", "Push-to-talk: no key", "Pilot: callsign unknown", "Speech: Base 35 %"] {
        assert!(empty.iter().any(|w| w == row), "{row:?} in {empty:?}");
    }
}

#[test]
fn disconnected_chosen_device_stays_listed() {
    let device = |name: &str, id: &str| SoundDevice { id: id.into(), name: name.into() };
    let titles = |there: &[SoundDevice], chosen: &str| {
        let (_, items) = devices(there, chosen, Choice::Microphone);
        let one = |i: Item| if let Item::Check(words, on, _) = i { (words, on) } else { panic!("{i:?}") };
        items.into_iter().map(one).collect::<Vec<_>>()
    };
    assert_eq!(titles(&[], ""), [("System default".to_owned(), true)]);
    let there = [device("Headset & co", "pulseaudio:a"), device("Webcam HD", "pulseaudio:b"), device("Webcam", "")];
    assert_eq!(titles(&there, "web")[2], ("Webcam HD".to_owned(), true));
    assert_eq!(titles(&there, "Yeti")[4], ("Yeti (not connected)".to_owned(), true));
    assert_eq!(titles(&there, "Yeti")[1], ("Headset & co".to_owned(), false));
    // A full name takes precedence over a partial one, and an id works as a name.
    for (chosen, on) in [("Webcam", 3), ("pulseaudio:b", 2), ("a", 1)] {
        let marked: Vec<usize> = titles(&there, chosen).iter().enumerate().filter(|(_, t)| t.1).map(|(n, _)| n).collect();
        assert_eq!(marked, [on], "{chosen}");
    }
}

#[test]
fn two_devices_of_one_name_are_both_listed_and_selectable() {
    let there = ["one", "two"].map(|id| SoundDevice { id: format!("pulseaudio:{id}"), name: "USB Headset".into() });
    let (name, items) = devices(&there, "pulseaudio:two", Choice::Microphone);
    assert_eq!(name, "USB Headset (2)", "the top-level row shows which one");
    let twin = |n: u8, id: &str, on| Item::Check(format!("USB Headset ({n})"), on, Choice::Microphone(format!("pulseaudio:{id}")));
    assert_eq!(items[1..], [twin(1, "one", false), twin(2, "two", true)]);
}

#[test]
fn neural_voices_are_selectable_if_installed_else_downloadable() {
    let devices = Devices { neural: vec!["heart".into(), "own:bm_george".into()], ..Devices::default() };
    let model = MenuModel { voice: "emma".into(), devices, ..MenuModel::default() };
    let all = super::voices(&model);
    assert!(all.contains(&("American woman (Heart)".into(), false, Choice::Voice("heart".into()))), "{all:?}");
    assert!(all.contains(&("bm_george".into(), false, Choice::Voice("own:bm_george".into()))), "{all:?}");
    assert_eq!(all.last().unwrap(), &("British woman (Emma) (not installed)".into(), true, Choice::Voice("emma".into())));
    let get = |model: &MenuModel| match more_voices(model).pop() {
        Some(Item::Group(_, items)) => items,
        other => panic!("{other:?}"),
    };
    assert!(get(&model).contains(&Item::Entry("British woman (Emma) \u{2013} 8 MB".into(), Choice::GetVoice("emma".into()))));
    assert!(!get(&model).iter().any(|i| words(i).starts_with("Heart")));
    let busy = MenuModel { fetching: Some(("emma".into(), 5)), ..model };
    assert!(get(&busy).iter().all(|i| matches!(i, Item::Told(_))));
}

#[test]
fn system_voices_come_after_our_own_and_chosen_one_is_kept() {
    let voices = |voice: &str, there: &[&str]| {
        let voices = there.iter().map(|n| SystemVoice { name: (*n).into(), language: "en-GB".into() }).collect();
        let devices = Devices { voices, ..Devices::default() };
        super::voices(&MenuModel { voice: voice.into(), devices, ..MenuModel::default() })
    };
    // Pico comes after the accents.
    let own = VOICES.len() + 1;
    assert_eq!(voices("en-GB", &[]).len(), own);
    let all = voices("windows:Microsoft Hazel", &["Microsoft George", "Microsoft Hazel"]);
    let on: Vec<_> = all.iter().filter(|v| v.1).collect();
    let chosen = ("Windows: Microsoft Hazel (en-GB)".to_owned(), true, Choice::Voice("windows:Microsoft Hazel".into()));
    assert_eq!((all.len(), &on[..]), (own + 3, &[&chosen][..]));
    assert_eq!(all[own].2, Choice::Voice("windows:auto".into()));
    let gone = voices("windows:Zira", &["Microsoft George"]);
    assert_eq!(gone.last().unwrap(), &("Windows: Zira".to_owned(), true, Choice::Voice("windows:Zira".into())));
}

#[test]
fn reply_time_is_shown_in_seconds_once_known() {
    assert_eq!(latency((840, 1260)), "Reply time: about 0.8 s, at times 1.3 s or more");
    assert_eq!(latency((7180, 7220)), "Reply time: about 7.2 s");
    let rows = |model: &MenuModel| if let Item::Group(_, rows) = help(model) { rows } else { Vec::new() };
    assert!(!rows(&MenuModel::default()).iter().any(|i| words(i).starts_with("Reply time")));
}

fn level(item: Item) -> Vec<Item> {
    match item {
        Item::Group(_, rows) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn items_missing_on_the_mirror_are_not_listed() {
    let absent = ["small.en", "medium", "emma"].map(str::to_owned).to_vec();
    let model = MenuModel { speech_model: "ggml-base.en.bin".into(), absent, ..MenuModel::default() };
    let all = speech_models(&model);
    assert!(matches!(&all[1], Item::Check(words, false, _) if words.starts_with("Tiny")), "{all:?}");
    let Item::Group(_, others) = &all[2] else { panic!("{all:?}") };
    assert!(!others.iter().any(|i| words(i).starts_with("medium \u{2013}")) && others.iter().any(|i| words(i).starts_with("medium.en")));
    let nothing = MenuModel { absent: models::ALL.iter().map(|m| m.name.to_owned()).collect(), ..MenuModel::default() };
    assert_eq!(speech_models(&nothing)[0], Item::Told("Your mirror has no speech models".into()));
    let voices = level(more_voices(&model).pop().unwrap());
    assert!(!voices.iter().any(|i| words(i).starts_with("Emma")), "{voices:?}");
    assert!(voices.iter().any(|i| matches!(i, Item::Entry(..))), "{voices:?}");
}

#[test]
fn next_smaller_model_has_a_row_if_there_is_one() {
    let find = |model: &MenuModel, words_of_row: &str| level(speech(model)).into_iter().find(|i| words(i).starts_with(words_of_row));
    let row = |model: &MenuModel| find(model, "Switch to").unwrap();
    let stop = |model: &MenuModel| find(model, "Stop the download").is_some();
    let mut model = MenuModel { faster: Some("base.en".into()), ..MenuModel::default() };
    let words = "Switch to Base (148 MB, faster, understands less)".to_owned();
    assert_eq!(row(&model), Item::Entry(words.clone(), Choice::SpeechModel("base.en".into())));
    model.fetching = Some(("base.en".into(), 5));
    assert_eq!(row(&model), Item::Told(words));
    assert!(stop(&model) && !stop(&MenuModel::default()), "only a running download can be stopped");
    assert!(find(&MenuModel::default(), "Switch to").is_none(), "rows without effect are not listed");
}

#[test]
fn airport_is_shown_with_its_reason_and_selectable() {
    let row = |name: &str, why: PlaceReason, chosen: &str| {
        airport(&Place { name: name.into(), why, chosen: chosen.into(), chosen_name: String::new() })
    };
    for (name, why, words_of_row) in [
        ("", PlaceReason::Open, "Airport: named by your first call"),
        ("Denver", PlaceReason::Called, "Airport: Denver (from your last call)"),
        ("Hilo", PlaceReason::Chosen, "Airport: Hilo"),
        ("Hilo", PlaceReason::Simulator, "Airport: Hilo, from the simulator"),
    ] {
        assert_eq!(words(&row(name, why, "")), words_of_row);
    }
    let rows = level(row("", PlaceReason::Open, ""));
    assert_eq!(rows[1], Item::Check("The airport that I call".into(), true, Choice::Airport(String::new())));
    assert!(rows.contains(&Item::Check("Hilo (PHTO)".into(), false, Choice::Airport("PHTO".into()))), "{rows:?}");
    assert_eq!(words(&row("", PlaceReason::Unknown, "Bostonn")), "Airport: Bostonn (unknown)");
    assert!(rows.contains(&Item::Entry("Another one\u{2026}".into(), Choice::TypeAirport)));
    let other = level(row("Boulder", PlaceReason::Chosen, "KBDU"));
    assert!(other.contains(&Item::Check("KBDU".into(), true, Choice::Airport("KBDU".into()))) && other.len() == rows.len() + 1);
}

#[test]
fn language_model_has_a_plain_name_and_is_chosen_by_id() {
    let brains = ["llama3.2:3b", "llama3.2:1b", "mistral:latest"].map(str::to_owned).to_vec();
    let model = MenuModel { brain: (BrainMode::Auto, "llama3.2:3b".into()), brains, ..MenuModel::default() };
    let group = brain(&model);
    assert_eq!(words(&group), "Language model: Llama 3.2");
    let label = |mode, brains: Vec<String>| {
        words(&brain(&MenuModel { brain: (mode, "llama3.2:3b".into()), brains, ..MenuModel::default() })).to_owned()
    };
    assert_eq!(label(BrainMode::Auto, Vec::new()), "Language model: none (optional)", "Ollama does not answer");
    assert_eq!(label(BrainMode::Rules, vec!["llama3.2:3b".into()]), "Language model: off");
    let rows = level(group);
    assert!(rows.contains(&Item::Check("Llama 3.2 (3B)".into(), true, Choice::BrainModel("llama3.2:3b".into()))), "{rows:?}");
    assert!(rows.contains(&Item::Check("Mistral".into(), false, Choice::BrainModel("mistral:latest".into()))), "{rows:?}");
}
