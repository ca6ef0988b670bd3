//! The tray's menu as items: their order, their words, and which choice each stands for. Each system draws them its own way.
//!
//! The rows of the top level are always the same ones in the same order, so that none moves under the pointer: what can be
//! changed stands behind its name ("Microphone: Headset"), what is long is cut, and what cannot be chosen now is grey.

use super::tray::one_line;
use crate::event::{Choice, MenuModel, SoundDevice, Step, Steps};
use crate::models;
use crate::models::voices as neural;
use crate::settings::{AUTO_WINDOWS_VOICE, BrainMode, OWN_VOICE, PICO_VOICE, PilotMode, VOICES, WINDOWS_VOICE, key_words};

/// A part of the menu. Words are as a person reads them: whoever draws them escapes what marks a mnemonic there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// A line that only tells.
    Told(String),
    /// To be clicked.
    Entry(String, Choice),
    /// To be clicked, with a mark where it is on.
    Check(String, bool, Choice),
    /// It opens a menu of its own.
    Group(String, Vec<Item>),
    /// Between two parts.
    Line,
}

/// More devices than this in one menu help nobody.
const MAX_DEVICES: usize = 24;
/// A row of the top level is cut here, characters: a long name must not widen the menu.
const TOP_CHARS: usize = 40;
/// And a row of a submenu here.
const SUB_CHARS: usize = 80;
/// The loudness on offer, percent.
const VOLUMES: [u8; 5] = [100, 80, 60, 40, 20];

/// The whole menu.
pub(super) fn items(model: &MenuModel) -> Vec<Item> {
    vec![
        status(model),
        Item::Line,
        // Older answers are in the log.
        entry_if(!model.recent.is_empty(), "Repeat last call", Choice::Repeat(0)),
        check("Mute controller", model.muted, Choice::ToggleMute),
        Item::Line,
        microphone(model),
        speaker(model),
        push_to_talk(model),
        pilot(model),
        speech(model),
        Item::Line,
        help(model),
        entry("Quit Stratus", Choice::Quit),
    ]
}

/// What is wrong, to be clicked; else the next step of the first run; else who is on the frequency, and which aircraft calls.
fn status(model: &MenuModel) -> Item {
    if let Some(fault) = &model.fault {
        return Item::Entry(cut(&fault.words, TOP_CHARS), fault.mend.clone());
    }
    match (model.steps.next(), &model.fetching) {
        (Some(Step::Model), Some((_, percent))) => {
            return Item::Told(format!("{}: downloading, {percent} %", Steps::place(Step::Model)));
        }
        (Some(step), _) => return Item::Entry(cut(&Steps::row(step), TOP_CHARS), Choice::Step(step)),
        (None, _) => {}
    }
    let unit = if model.unit.trim().is_empty() { "No station on this frequency" } else { &model.unit };
    let callsign = if model.callsign.is_empty() { String::new() } else { format!(" \u{b7} {}", model.callsign) };
    Item::Told(cut(&format!("{unit}{callsign}"), TOP_CHARS))
}

fn told(words: &str) -> Item {
    Item::Told(cut(words, SUB_CHARS))
}

fn entry(words: &str, choice: Choice) -> Item {
    Item::Entry(cut(words, SUB_CHARS), choice)
}

/// An entry that is grey while it can do nothing.
fn entry_if(can: bool, words: &str, choice: Choice) -> Item {
    if can { entry(words, choice) } else { told(words) }
}

fn check(words: &str, on: bool, choice: Choice) -> Item {
    Item::Check(cut(words, SUB_CHARS), on, choice)
}

/// A group of the top level: what it is about, and what is chosen.
fn group(name: &str, value: &str, items: Vec<Item>) -> Item {
    Item::Group(cut(&if value.is_empty() { name.to_owned() } else { format!("{name}: {value}") }, TOP_CHARS), items)
}

/// One line, with its tail cut where it is longer than this many characters.
fn cut(words: &str, chars: usize) -> String {
    let line = one_line(words);
    if line.chars().count() <= chars {
        return line;
    }
    let kept: String = line.chars().take(chars - 1).collect();
    format!("{}\u{2026}", kept.trim_end_matches(['\u{2026}', ' ']))
}

fn microphone(model: &MenuModel) -> Item {
    let (name, mut items) = devices(&model.devices.microphones, &model.microphone, Choice::Microphone);
    items.extend([Item::Line, entry("Test microphone\u{2026}", Choice::CheckMicrophone)]);
    group("Microphone", &name, items)
}

fn speaker(model: &MenuModel) -> Item {
    let (name, mut items) = devices(&model.devices.speakers, &model.speaker, Choice::Speaker);
    let other = Some(model.volume).filter(|v| !VOLUMES.contains(v));
    let volumes = VOLUMES.into_iter().chain(other);
    let volumes = volumes.map(|v| check(&format!("{v} %"), v == model.volume, Choice::Volume(v))).collect();
    items.extend([Item::Line, Item::Group(format!("Volume: {} %", model.volume), volumes), entry("Test speaker", Choice::TestCall)]);
    group("Speaker", &name, items)
}

/// What the chosen device is called; and the system's default, the devices there are, and the chosen one even when it is not
/// there now.
fn devices(there: &[SoundDevice], chosen: &str, choice: fn(String) -> Choice) -> (String, Vec<Item>) {
    let best = there.iter().filter_map(|d| Some((d.fits(chosen)?, d))).min_by_key(|(rank, _)| *rank).map(|(_, d)| d);
    let mut items = vec![check("System default", chosen.is_empty(), choice(String::new()))];
    items.extend(there.iter().take(MAX_DEVICES).map(|d| {
        // Two of one name are numbered, and chosen by their ids: an id is too long for a menu, and tells a person nothing.
        let twins: Vec<&SoundDevice> = there.iter().filter(|o| o.name == d.name).collect();
        let number = twins.iter().position(|t| *t == d).filter(|_| twins.len() > 1 && !d.id.is_empty());
        let (words, value) = match number {
            Some(n) => (format!("({}) {}", n + 1, d.name), &d.id),
            None => (d.name.clone(), &d.name),
        };
        check(&words, best == Some(d), choice(value.clone()))
    }));
    let mut name = best.map_or_else(|| "system default".to_owned(), |d| d.name.clone());
    if !chosen.is_empty() && best.is_none() {
        name = format!("{chosen} (not connected)");
        items.push(check(&name, true, choice(chosen.to_owned())));
    }
    (name, items)
}

/// The key and the buttons, bound by a press.
fn push_to_talk(model: &MenuModel) -> Item {
    let key = if model.key.is_empty() { "no key".to_owned() } else { key_words(&model.key) };
    let mut items = vec![
        entry("Change key\u{2026}", Choice::BindKey),
        entry("Test push-to-talk\u{2026}", Choice::TestKey),
        entry("Add joystick button\u{2026}", Choice::BindJoystick),
        entry_if(!model.joystick.is_empty(), "Remove joystick buttons", Choice::ForgetJoysticks),
    ];
    items.extend((!model.joystick.is_empty()).then_some(Item::Line));
    items.extend(model.joystick.iter().map(|b| told(b)));
    group("Push-to-talk", &key, items)
}

/// Who flies, and how the controller and the copilot treat them.
fn pilot(model: &MenuModel) -> Item {
    let modes = [
        (PilotMode::Student, "Student: speaks slowly, explains mistakes"),
        (PilotMode::Standard, "Standard"),
        (PilotMode::Strict, "Strict: callsign in every readback"),
    ];
    let name = if model.callsign.is_empty() { "callsign unknown" } else { &model.callsign };
    let mut items = vec![
        entry("Say callsign\u{2026}", Choice::SayCallsign),
        entry("Type callsign in the settings file\u{2026}", Choice::OpenConfig),
        Item::Group("Controller".into(), modes.map(|(m, words)| check(words, model.mode == m, Choice::Mode(m))).into()),
        check("Copilot tunes the radios", model.tunes, Choice::ToggleTune),
        check("Copilot sets the squawk", model.squawks, Choice::ToggleSquawk),
    ];
    if model.simbrief {
        items.insert(0, entry("Fetch the SimBrief plan", Choice::FetchPlan));
    }
    group("Pilot", name, items)
}

/// Hearing and speaking: the speech model, the voice, the language model.
fn speech(model: &MenuModel) -> Item {
    let own = model.own_models.iter().find(|o| o.file == model.speech_model);
    let name = own.map_or_else(|| models::plain_name(&model.speech_model), |o| o.name.clone());
    let value = match &model.fetching {
        Some((fetching, percent)) => format!("{} {percent} %", models::plain_name(fetching)),
        None if name.is_empty() => "no model".to_owned(),
        None => name,
    };
    let voices = voices(model).into_iter().map(|(words, on, choice)| check(&words, on, choice));
    let mut items = vec![
        Item::Group("Download a model".into(), speech_models(model)),
        entry_if(model.fetching.is_some(), "Stop the download", Choice::StopFetching),
        Item::Line,
        Item::Group("Voice".into(), voices.chain(more_voices(model)).collect()),
        brain(model),
    ];
    // A yes to a file that Stratus does not know.
    if let Some(file) = &model.unknown_model {
        items.insert(0, entry(&format!("Use {file} anyway\u{2026}"), Choice::TrustModel));
    }
    group("Speech", &value, items)
}

/// The few that suit most pilots by plain names, what the mirror offers of its own, and the others behind one more row. A click
/// on one that is not there downloads it.
fn speech_models(model: &MenuModel) -> Vec<Item> {
    let on = |file: &str| file == model.speech_model;
    let get = |name: &str| Choice::SpeechModel(name.to_owned());
    let known = models::ALL.iter().any(|m| on(m.file)) || model.own_models.iter().any(|o| on(&o.file));
    let mut items = Vec::new();
    if !known && !model.speech_model.is_empty() {
        items.push(check(&model.speech_model, true, Choice::OpenConfig));
    }
    items.extend(models::SUGGESTED.iter().filter_map(|s| {
        let m = models::find(s.name)?;
        Some(check(&format!("{} \u{2013} {}, {}", s.title, m.size(), s.advice), on(m.file), get(m.name)))
    }));
    items.extend(model.own_models.iter().map(|o| check(&o.line(), on(&o.file), get(&o.name))));
    let others = models::ALL.iter().filter(|m| models::suggestion(m.name).is_none());
    let others = others.map(|m| check(&format!("{} \u{2013} {}, {}", m.name, m.size(), m.advice), on(m.file), get(m.name)));
    items.push(Item::Group("More".into(), others.collect()));
    items.extend([Item::Line, entry("Use my own file (in the settings file)\u{2026}", Choice::OpenConfig)]);
    items
}

/// When the language model is asked, and which one it is.
fn brain(model: &MenuModel) -> Item {
    let modes = [(BrainMode::Auto, "Only when needed"), (BrainMode::Llm, "For every transmission"), (BrainMode::Rules, "Never")];
    let mut items: Vec<Item> = modes.map(|(m, words)| check(words, model.brain.0 == m, Choice::Brain(m))).into();
    let chosen = |name: &str| name == model.brain.1 || name.strip_suffix(":latest") == Some(&model.brain.1);
    if !model.brains.is_empty() || !model.brain_note.is_empty() {
        items.push(Item::Line);
    }
    items.extend(model.brains.iter().take(MAX_DEVICES).map(|name| check(name, chosen(name), Choice::BrainModel(name.clone()))));
    items.extend((!model.brain_note.is_empty()).then(|| told(&model.brain_note)));
    Item::Group(cut(&format!("Language model: {}", model.brain.1), SUB_CHARS), items)
}

/// What helps, and what is set once.
fn help(model: &MenuModel) -> Item {
    let mut items = vec![
        entry("What to say now", Choice::WhatToSay),
        first_steps(&model.steps),
        entry("Run check", Choice::Doctor),
        entry("Settings file", Choice::OpenConfig),
        entry("Log folder", Choice::OpenLogs),
    ];
    items.extend(model.latency.map(|times| told(&latency(times))));
    items.extend(model.has_updates.then(|| entry(&update(model), Choice::Update)));
    items.push(check("Start at login", model.autostart, Choice::ToggleAutostart));
    Item::Group("Help".into(), items)
}

/// The five steps of the first run, with their ticks: each can be done again.
fn first_steps(steps: &Steps) -> Item {
    let row = |s: Step| check(&format!("{}. {}", s.number(), s.title()), steps.done.contains(&s), Choice::Step(s));
    let mut rows: Vec<Item> = Step::ALL.map(row).into();
    rows.extend([Item::Line, entry_if(steps.leads, "Skip the rest", Choice::SkipSteps)]);
    Item::Group("First steps".into(), rows)
}

fn update(model: &MenuModel) -> String {
    match &model.update {
        Some((version, false)) => format!("Download Stratus {version}"),
        Some((version, true)) => format!("Install Stratus {version}"),
        None => "Check for updates".to_owned(),
    }
}

/// What a neural voice is called.
fn neural_name(name: &str) -> String {
    neural::find(name).map_or_else(|| name.trim_start_matches(OWN_VOICE).to_owned(), neural::KnownVoice::title)
}

/// The neural voices that may be downloaded.
fn more_voices(model: &MenuModel) -> Vec<Item> {
    let missing = neural::ALL.iter().filter(|v| v.name != neural::SHIPPED && !model.devices.neural.iter().any(|n| n == v.name));
    let free = model.fetching.is_none();
    let items: Vec<Item> = missing
        .map(|v| entry_if(free, &format!("{} \u{2013} {}", v.title(), v.offer(None).size()), Choice::GetVoice(v.name.into())))
        .collect();
    if items.is_empty() { Vec::new() } else { vec![Item::Line, Item::Group("Download a voice".into(), items)] }
}

/// Stratus's own voices, those of the system, and the chosen one even when it is not there now.
fn voices(model: &MenuModel) -> Vec<(String, bool, Choice)> {
    let there = &model.devices.voices;
    let mut all: Vec<(String, String)> = VOICES.iter().map(|v| (voice(v).to_owned(), (*v).to_owned())).collect();
    all.extend(model.devices.neural.iter().take(MAX_DEVICES).map(|n| (neural_name(n), n.clone())));
    all.push(("Pico (simpler, less work)".into(), PICO_VOICE.into()));
    if !there.is_empty() {
        all.push(("Windows: match the airport's region".into(), AUTO_WINDOWS_VOICE.into()));
    }
    let named = there.iter().take(MAX_DEVICES);
    all.extend(named.map(|v| (format!("Windows: {} ({})", v.name, v.language), format!("{WINDOWS_VOICE}{}", v.name))));
    if !all.iter().any(|(_, v)| *v == model.voice) {
        let words = match model.voice.strip_prefix(WINDOWS_VOICE) {
            Some(name) => format!("Windows: {name}"),
            None => format!("{} (not installed)", neural_name(&model.voice)),
        };
        all.push((words, model.voice.clone()));
    }
    all.into_iter().map(|(words, v)| (words, v == model.voice, Choice::Voice(v))).collect()
}

fn voice(name: &str) -> &str {
    match name {
        "auto" => "Match the airport's region",
        "en-US" => "American",
        "en-GB" => "British",
        other => other,
    }
}

/// Half of the answers came within the first, nine of ten within the second, milliseconds.
fn latency((half, most): (u32, u32)) -> String {
    let seconds = |ms: u32| format!("{:.1} s", f64::from(ms) / 1000.0);
    format!("Reply time: {} typical, {} slow", seconds(half), seconds(most))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Devices, Fault, SystemVoice};
    use crate::problem::Part;

    fn words(item: &Item) -> &str {
        match item {
            Item::Told(w) | Item::Entry(w, _) | Item::Check(w, ..) | Item::Group(w, _) => w,
            Item::Line => "",
        }
    }

    /// As much as a menu can hold: each text longer than a menu is wide.
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
    fn the_top_level_has_ten_rows_in_fixed_places_whatever_happens() {
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
    fn no_text_widens_the_menu_and_what_is_cut_says_so() {
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
    fn the_menu_offers_the_simbrief_plan_only_with_a_name() {
        let offered = |simbrief| {
            let Item::Group(_, rows) = pilot(&MenuModel { simbrief, ..MenuModel::default() }) else { panic!() };
            rows.contains(&Item::Entry("Fetch the SimBrief plan".into(), Choice::FetchPlan))
        };
        assert!(offered(true) && !offered(false));
    }

    #[test]
    fn a_fault_takes_the_place_of_the_status_and_can_be_clicked() {
        let model = MenuModel { unit: "Hilo Ground 121.9".into(), callsign: "N172SP".into(), ..MenuModel::default() };
        assert_eq!(items(&model)[0], Item::Told("Hilo Ground 121.9 \u{b7} N172SP".into()));
        let fault = Fault { words: "Set up: download a speech model\u{2026}".into(), mend: Choice::SpeechModel("base.en".into()) };
        let broken = MenuModel { fault: Some(fault.clone()), ..model };
        assert_eq!(items(&broken)[0], Item::Entry(fault.words, fault.mend));
    }

    #[test]
    fn the_first_run_has_the_first_row_and_its_ticks_stand_under_help() {
        let first = |model: &MenuModel| items(model).swap_remove(0);
        let mut model = MenuModel { steps: Steps::begun(), ..MenuModel::default() };
        let row = |step| Item::Entry(Steps::row(step), Choice::Step(step));
        assert_eq!(first(&model), row(Step::Model));
        model.fetching = Some(("base.en".into(), 35));
        assert_eq!(first(&model), Item::Told("Set up (1 of 5): downloading, 35 %".into()));
        model.steps.done.insert(Step::Model);
        assert_eq!(first(&model), row(Step::Microphone));
        assert!(Step::ALL.iter().all(|s| Steps::row(*s).chars().count() <= TOP_CHARS));
        let Item::Group(_, rows) = first_steps(&model.steps) else { panic!() };
        assert_eq!(rows[0], Item::Check("1. Speech model".into(), true, Choice::Step(Step::Model)));
        assert_eq!(rows[4], Item::Check("5. First call".into(), false, Choice::Step(Step::Call)));
        let fault = Fault { words: "No microphone found: test it\u{2026}".into(), mend: Choice::CheckMicrophone };
        model.fault = Some(fault.clone());
        assert_eq!(first(&model), Item::Entry(fault.words, fault.mend), "a fault goes first");
    }

    #[test]
    fn every_row_that_a_problem_names_is_in_the_menu() {
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
    fn three_models_are_suggested_by_plain_names_and_the_others_stand_behind_one_row() {
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
        // A pilot's own file stands there too.
        let own = speech_models(&MenuModel { speech_model: "mine.bin".into(), ..MenuModel::default() });
        assert_eq!(own[0], Item::Check("mine.bin".into(), true, Choice::OpenConfig));
        // One that nobody knows waits for a yes.
        let waits = MenuModel { speech_model: "mine.bin".into(), unknown_model: Some("mine.bin".into()), ..MenuModel::default() };
        let Item::Group(_, rows) = speech(&waits) else { panic!() };
        assert_eq!(rows[0], Item::Entry("Use mine.bin anyway\u{2026}".into(), Choice::TrustModel));
    }

    #[test]
    fn values_stand_in_the_labels() {
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
    fn a_chosen_device_that_is_gone_still_stands_there() {
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
        // The whole name goes before a part of one, and an id is a name too.
        for (chosen, on) in [("Webcam", 3), ("pulseaudio:b", 2), ("a", 1)] {
            let marked: Vec<usize> = titles(&there, chosen).iter().enumerate().filter(|(_, t)| t.1).map(|(n, _)| n).collect();
            assert_eq!(marked, [on], "{chosen}");
        }
    }

    #[test]
    fn two_devices_of_one_name_are_both_there_and_can_be_chosen() {
        let there = ["one", "two"].map(|id| SoundDevice { id: format!("pulseaudio:{id}"), name: "USB Headset".into() });
        let (_, items) = devices(&there, "pulseaudio:two", Choice::Microphone);
        let twin = |n: u8, id: &str, on| Item::Check(format!("({n}) USB Headset"), on, Choice::Microphone(format!("pulseaudio:{id}")));
        assert_eq!(items[1..], [twin(1, "one", false), twin(2, "two", true)]);
    }

    #[test]
    fn neural_voices_are_chosen_where_they_are_installed_and_else_downloaded() {
        let devices = Devices { neural: vec!["heart".into(), "own:bm_george".into()], ..Devices::default() };
        let model = MenuModel { voice: "emma".into(), devices, ..MenuModel::default() };
        let all = super::voices(&model);
        assert!(all.contains(&("Heart (American woman)".into(), false, Choice::Voice("heart".into()))), "{all:?}");
        assert!(all.contains(&("bm_george".into(), false, Choice::Voice("own:bm_george".into()))), "{all:?}");
        assert_eq!(all.last().unwrap(), &("Emma (British woman) (not installed)".into(), true, Choice::Voice("emma".into())));
        let get = |model: &MenuModel| match more_voices(model).pop() {
            Some(Item::Group(_, items)) => items,
            other => panic!("{other:?}"),
        };
        assert!(get(&model).contains(&Item::Entry("Emma (British woman) \u{2013} 8 MB".into(), Choice::GetVoice("emma".into()))));
        assert!(!get(&model).iter().any(|i| words(i).starts_with("Heart")));
        let busy = MenuModel { fetching: Some(("emma".into(), 5)), ..model };
        assert!(get(&busy).iter().all(|i| matches!(i, Item::Told(_))));
    }

    #[test]
    fn the_systems_voices_stand_below_stratuss_own_and_the_chosen_one_always() {
        let voices = |voice: &str, there: &[&str]| {
            let voices = there.iter().map(|n| SystemVoice { name: (*n).into(), language: "en-GB".into() }).collect();
            let devices = Devices { voices, ..Devices::default() };
            super::voices(&MenuModel { voice: voice.into(), devices, ..MenuModel::default() })
        };
        // Pico stands behind the accents.
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
    fn the_reply_time_is_told_in_seconds_once_there_is_one() {
        assert_eq!(latency((840, 1260)), "Reply time: 0.8 s typical, 1.3 s slow");
        let rows = |model: &MenuModel| if let Item::Group(_, rows) = help(model) { rows } else { Vec::new() };
        assert!(!rows(&MenuModel::default()).iter().any(|i| words(i).starts_with("Reply time")));
    }
}
