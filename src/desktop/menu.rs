//! The tray's menu as items: their order, their words, and which choice each stands for. Each system draws them its own way.

use super::tray::one_line;
use crate::event::{Choice, MenuModel, SoundDevice};
use crate::models;
use crate::settings::{AUTO_WINDOWS_VOICE, BrainMode, PilotMode, VOICES, WINDOWS_VOICE};

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

/// The whole menu.
pub(super) fn items(model: &MenuModel) -> Vec<Item> {
    let mut all = Vec::new();
    all.extend(model.fault.as_deref().map(told));
    all.push(told(&unit(model)));
    if model.recent.is_empty() {
        all.push(told("No answer yet"));
    }
    for (n, words) in model.recent.iter().enumerate() {
        all.push(entry(&format!("Repeat: {words}"), Choice::Repeat(u8::try_from(n).unwrap_or(u8::MAX))));
    }
    all.push(Item::Line);
    all.push(check("Mute the controller", model.muted, Choice::ToggleMute));
    all.push(devices("Microphone", &model.devices.microphones, &model.microphone, Choice::Microphone));
    all.push(entry("Check the microphone", Choice::CheckMicrophone));
    all.push(devices("Speaker", &model.devices.speakers, &model.speaker, Choice::Speaker));
    all.push(entry("Play a test call", Choice::TestCall));
    all.push(push_to_talk(model));
    let voices = voices(model).into_iter().map(|(words, on, choice)| check(&words, on, choice));
    all.push(Item::Group("Voice".into(), voices.collect()));
    all.push(speech_models(model));
    all.push(Item::Line);
    let modes = [
        (PilotMode::Student, "Student: slower, and explains"),
        (PilotMode::Standard, "Standard"),
        (PilotMode::Strict, "Strict: every callsign"),
    ];
    all.push(Item::Group("Pilot".into(), modes.map(|(m, words)| check(words, model.mode == m, Choice::Mode(m))).into()));
    all.push(brain(model));
    all.push(check("Copilot tunes the radio", model.tunes, Choice::ToggleTune));
    all.push(check("Copilot sets the transponder", model.squawks, Choice::ToggleSquawk));
    all.push(told(&latency(model)));
    all.push(Item::Line);
    all.push(entry("Check everything", Choice::Doctor));
    all.push(entry("Open the configuration", Choice::OpenConfig));
    all.push(entry("Open the log folder", Choice::OpenLogs));
    all.push(entry(&update(model), Choice::Update));
    all.push(check("Start with the system", model.autostart, Choice::ToggleAutostart));
    all.push(Item::Line);
    all.push(entry("Quit Stratus", Choice::Quit));
    all
}

fn told(words: &str) -> Item {
    Item::Told(one_line(words))
}

fn entry(words: &str, choice: Choice) -> Item {
    Item::Entry(one_line(words), choice)
}

fn check(words: &str, on: bool, choice: Choice) -> Item {
    Item::Check(one_line(words), on, choice)
}

/// The system's default, the devices there are, and the chosen one even when it is not there now.
fn devices(title: &str, there: &[SoundDevice], chosen: &str, choice: fn(String) -> Choice) -> Item {
    let best = there.iter().filter_map(|d| Some((d.fits(chosen)?, d))).min_by_key(|(rank, _)| *rank).map(|(_, d)| d);
    let mut items = vec![check("The system's default", chosen.is_empty(), choice(String::new()))];
    items.extend(there.iter().take(MAX_DEVICES).map(|d| {
        // Two of one name are told apart by their ids.
        let twin = !d.id.is_empty() && there.iter().filter(|o| o.name == d.name).count() > 1;
        let (words, value) = if twin { (format!("{} [{}]", d.name, d.id), &d.id) } else { (d.name.clone(), &d.name) };
        check(&words, best == Some(d), choice(value.clone()))
    }));
    if !chosen.is_empty() && best.is_none() {
        items.push(check(&format!("{chosen} (not there)"), true, choice(chosen.to_owned())));
    }
    Item::Group(title.into(), items)
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
    Item::Group(one_line(&format!("Language model: {}", model.brain.1)), items)
}

/// The catalogue to choose from; a click on one that is not there downloads it.
fn speech_models(model: &MenuModel) -> Item {
    let title = match (&model.fetching, model.speech_model.is_empty()) {
        (Some((name, percent)), _) => format!("Speech model: {name} {percent} %"),
        (None, true) => "Set up: choose a speech model".to_owned(),
        (None, false) => "Speech model".to_owned(),
    };
    let offered = models::ALL.iter().map(|m| {
        check(&format!("{} ({}): {}", m.name, m.size(), m.advice), m.file == model.speech_model, Choice::SpeechModel(m.name.to_owned()))
    });
    let own = model.own_models.iter().map(|o| check(&o.line(), o.file == model.speech_model, Choice::SpeechModel(o.name.clone())));
    let mut items: Vec<_> = own.chain(offered).collect();
    if !model.speech_model.is_empty() && !items.iter().any(|i| matches!(i, Item::Check(_, true, _))) {
        items.insert(0, check(&model.speech_model, true, Choice::OpenConfig));
    }
    if model.fetching.is_some() {
        items.push(entry("Stop the download", Choice::StopFetching));
    }
    Item::Group(one_line(&title), items)
}

/// The key and the buttons, bound by a press.
fn push_to_talk(model: &MenuModel) -> Item {
    let mut items = Vec::new();
    items.extend((!model.key.is_empty()).then(|| told(&format!("Key: {}", model.key))));
    items.extend(model.joystick.iter().map(|b| told(b)));
    items.push(entry("Press a key\u{2026}", Choice::BindKey));
    items.push(entry("Press a joystick button\u{2026}", Choice::BindJoystick));
    if !model.joystick.is_empty() {
        items.push(entry("Forget the joystick's buttons", Choice::ForgetJoysticks));
    }
    Item::Group("Push-to-talk".into(), items)
}

fn unit(model: &MenuModel) -> String {
    if model.unit.trim().is_empty() { "Nobody on this frequency".into() } else { model.unit.clone() }
}

fn update(model: &MenuModel) -> String {
    match &model.update {
        Some((version, false)) => format!("Download Stratus {version}"),
        Some((version, true)) => format!("Install Stratus {version}"),
        None => "Check for updates".to_owned(),
    }
}

/// Stratus's own voices, those of the system, and the chosen one even when it is not there now.
fn voices(model: &MenuModel) -> Vec<(String, bool, Choice)> {
    let there = &model.devices.voices;
    let mut all: Vec<(String, String)> = VOICES.iter().map(|v| (voice(v).to_owned(), (*v).to_owned())).collect();
    if !there.is_empty() {
        all.push(("Windows: by the region".into(), AUTO_WINDOWS_VOICE.into()));
    }
    let named = there.iter().take(MAX_DEVICES);
    all.extend(named.map(|v| (format!("Windows: {} ({})", v.name, v.language), format!("{WINDOWS_VOICE}{}", v.name))));
    if !all.iter().any(|(_, v)| *v == model.voice) {
        let name = model.voice.strip_prefix(WINDOWS_VOICE).unwrap_or(&model.voice);
        all.push((format!("Windows: {}", name), model.voice.clone()));
    }
    all.into_iter().map(|(words, v)| (words, v == model.voice, Choice::Voice(v))).collect()
}

fn voice(name: &str) -> &str {
    match name {
        "auto" => "By the region",
        "en-US" => "American",
        "en-GB" => "British",
        other => other,
    }
}

fn latency(model: &MenuModel) -> String {
    let seconds = |ms: u32| format!("{:.1} s", f64::from(ms) / 1000.0);
    match model.latency {
        Some((half, most)) => format!("Answers within {} (half), {} (nine of ten)", seconds(half), seconds(most)),
        None => "No answer timed yet".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Devices, SystemVoice};

    #[test]
    fn a_chosen_device_that_is_gone_still_stands_there() {
        let device = |name: &str, id: &str| SoundDevice { id: id.into(), name: name.into() };
        let titles = |there: &[SoundDevice], chosen: &str| {
            let Item::Group(_, items) = devices("Microphone", there, chosen, Choice::Microphone) else { panic!() };
            let one = |i: Item| if let Item::Check(words, on, _) = i { (words, on) } else { panic!("{i:?}") };
            items.into_iter().map(one).collect::<Vec<_>>()
        };
        assert_eq!(titles(&[], ""), [("The system's default".to_owned(), true)]);
        let there = [device("Headset & co", "pulseaudio:a"), device("Webcam HD", "pulseaudio:b"), device("Webcam", "")];
        assert_eq!(titles(&there, "web")[2], ("Webcam HD".to_owned(), true));
        assert_eq!(titles(&there, "Yeti")[4], ("Yeti (not there)".to_owned(), true));
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
        let Item::Group(_, items) = devices("Microphone", &there, "pulseaudio:two", Choice::Microphone) else { panic!() };
        let twin = |id: &str, on| Item::Check(format!("USB Headset [pulseaudio:{id}]"), on, Choice::Microphone(format!("pulseaudio:{id}")));
        assert_eq!(items[1..], [twin("one", false), twin("two", true)]);
    }

    #[test]
    fn the_systems_voices_stand_below_stratuss_own_and_the_chosen_one_always() {
        let voices = |voice: &str, there: &[&str]| {
            let voices = there.iter().map(|n| SystemVoice { name: (*n).into(), language: "en-GB".into() }).collect();
            let devices = Devices { voices, ..Devices::default() };
            super::voices(&MenuModel { voice: voice.into(), devices, ..MenuModel::default() })
        };
        assert_eq!(voices("en-GB", &[]).len(), VOICES.len());
        let all = voices("windows:Microsoft Hazel", &["Microsoft George", "Microsoft Hazel"]);
        let on: Vec<_> = all.iter().filter(|v| v.1).collect();
        let chosen = ("Windows: Microsoft Hazel (en-GB)".to_owned(), true, Choice::Voice("windows:Microsoft Hazel".into()));
        assert_eq!((all.len(), &on[..]), (VOICES.len() + 3, &[&chosen][..]));
        assert_eq!(all[VOICES.len()].2, Choice::Voice("windows:auto".into()));
        let gone = voices("windows:Zira", &["Microsoft George"]);
        assert_eq!(gone.last().unwrap(), &("Windows: Zira".to_owned(), true, Choice::Voice("windows:Zira".into())));
    }

    #[test]
    fn latency_is_told_in_seconds() {
        let model = MenuModel { latency: Some((840, 1260)), ..MenuModel::default() };
        assert_eq!(latency(&model), "Answers within 0.8 s (half), 1.3 s (nine of ten)");
    }
}
