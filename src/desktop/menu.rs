//! The items of the tray menu: order, labels, and the choice behind each. Each platform draws them its own way.
//!
//! The top-level rows and their order never change, so that no row moves under the pointer. A row shows its current value
//! ("Microphone: Headset"), long text is cut, and unavailable items are grey. During the first run, its step has the first row, and a
//! fault the second one, where there is little to repeat yet.

use super::tray::one_line;
use crate::event::{Choice, Fault, MenuModel, Place, PlaceReason, SoundDevice, Step, Steps};
use crate::models;
use crate::models::{brains, voices as neural};
use crate::settings::{
    AIRPORTS, AUTO_WINDOWS_VOICE, BrainMode, Chatter, OWN_VOICE, PICO_VOICE, PilotMode, VOICES, WINDOWS_VOICE, key_words,
};

/// An item of the menu. Labels are plain text: the code that draws them escapes mnemonic characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// An informational line.
    Told(String),
    /// A clickable entry.
    Entry(String, Choice),
    /// A clickable entry with a check mark when on.
    Check(String, bool, Choice),
    /// An entry with a submenu.
    Group(String, Vec<Item>),
    /// A separator.
    Line,
}

/// Maximum number of devices in one menu; more help nobody.
const MAX_DEVICES: usize = 24;
/// Maximum length of a top-level row, characters: a long name must not widen the menu.
const TOP_CHARS: usize = 40;
/// Maximum length of a submenu row, characters.
const SUB_CHARS: usize = 80;
/// The selectable volumes, percent.
const VOLUMES: [u8; 5] = [100, 80, 60, 40, 20];

/// The whole menu.
pub(super) fn items(model: &MenuModel) -> Vec<Item> {
    vec![
        status(model),
        Item::Line,
        second(model),
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

/// The next step of the first run; otherwise the fault, clickable; otherwise the unit on the frequency and the callsign of the aircraft.
fn status(model: &MenuModel) -> Item {
    match (model.steps.next(), &model.fetching) {
        (Some(Step::Model), Some((_, percent))) => {
            return Item::Told(format!("{}: downloading, {percent} %", Steps::place(Step::Model)));
        }
        (Some(Step::Call), _) if !model.call.is_empty() => {
            return Item::Group(cut(&Steps::row(Step::Call, ""), TOP_CHARS), first_call(&model.call));
        }
        (Some(step), _) => return Item::Entry(cut(&Steps::row(step, &model.download), TOP_CHARS), Choice::Step(step)),
        (None, _) => {}
    }
    if let Some(fault) = &model.fault {
        return fault_row(fault);
    }
    let unit = if model.unit.trim().is_empty() { "No station on this frequency" } else { &model.unit };
    let callsign = if model.callsign.is_empty() { String::new() } else { format!(" \u{b7} {}", model.callsign) };
    let muted = if model.muted { " \u{b7} muted" } else { "" };
    Item::Told(format!("{}{muted}", cut(&format!("{unit}{callsign}"), TOP_CHARS - muted.chars().count())))
}

/// The second row: the controller's last words again, or a fault beside the step of the first run.
fn second(model: &MenuModel) -> Item {
    match &model.fault {
        Some(fault) if model.steps.next().is_some() => fault_row(fault),
        // Older answers are in the log.
        _ => entry_if(!model.recent.is_empty(), "Repeat controller's last words", Choice::Repeat(0)),
    }
}

/// A fault, clickable. If there is no room for the action, the row has the title alone.
fn fault_row(fault: &Fault) -> Item {
    let words = &fault.words;
    let title = words.rsplit_once(": ").map(|(title, _)| format!("{title}\u{2026}"));
    let short = title.filter(|t| words.chars().count() > TOP_CHARS && t.chars().count() <= TOP_CHARS);
    Item::Entry(cut(short.as_deref().unwrap_or(words), TOP_CHARS), fault.mend.clone())
}

/// What to do and to say in the last step, in full: it can be read for as long as the step lasts. A click on the call shows it as a
/// notification.
fn first_call(lines: &[String]) -> Vec<Item> {
    let item = |n: usize, line: String| if n == 1 { Item::Entry(line, Choice::Step(Step::Call)) } else { Item::Told(line) };
    lines.iter().enumerate().flat_map(|(n, line)| broken(line).into_iter().map(move |part| item(n, part))).collect()
}

/// A text in lines of a submenu, broken between words.
fn broken(words: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut().filter(|line| line.chars().count() + 1 + word.chars().count() <= SUB_CHARS) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(cut(word, SUB_CHARS)),
        }
    }
    lines
}

fn told(words: &str) -> Item {
    Item::Told(cut(words, SUB_CHARS))
}

fn entry(words: &str, choice: Choice) -> Item {
    Item::Entry(cut(words, SUB_CHARS), choice)
}

/// An entry that is grey when it has no effect.
fn entry_if(can: bool, words: &str, choice: Choice) -> Item {
    if can { entry(words, choice) } else { told(words) }
}

fn check(words: &str, on: bool, choice: Choice) -> Item {
    Item::Check(cut(words, SUB_CHARS), on, choice)
}

/// A top-level group: its topic, and the current choice.
fn group(name: &str, value: &str, items: Vec<Item>) -> Item {
    Item::Group(cut(&if value.is_empty() { name.to_owned() } else { format!("{name}: {value}") }, TOP_CHARS), items)
}

/// One line, truncated to this many characters.
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

/// The chosen device; and the system default, the connected devices, and the chosen one even if it is not connected.
fn devices(there: &[SoundDevice], chosen: &str, choice: fn(String) -> Choice) -> (String, Vec<Item>) {
    let best = there.iter().filter_map(|d| Some((d.fits(chosen)?, d))).min_by_key(|(rank, _)| *rank).map(|(_, d)| d);
    let mut items = vec![check("System default", chosen.is_empty(), choice(String::new()))];
    items.extend(there.iter().take(MAX_DEVICES).map(|d| {
        // Devices of the same name are distinguished by id.
        let words = d.called_among(there);
        let value = if words == d.name || d.id.is_empty() { &d.name } else { &d.id };
        check(&words, best == Some(d), choice(value.clone()))
    }));
    let mut name = best.map_or_else(|| "system default".to_owned(), |d| d.called_among(there));
    if !chosen.is_empty() && best.is_none() {
        name = format!("{chosen} (not connected)");
        items.push(check(&name, true, choice(chosen.to_owned())));
    }
    (name, items)
}

/// The key and the buttons, bound by pressing them.
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

/// Who is flying, and how the controller and the copilot treat them.
fn pilot(model: &MenuModel) -> Item {
    let modes = [
        (PilotMode::Student, "Student: speaks slowly, explains mistakes"),
        (PilotMode::Standard, "Standard"),
        (PilotMode::Strict, "Strict: asks for your callsign if a readback lacks it"),
    ];
    let name = if model.callsign.is_empty() { "callsign unknown" } else { &model.callsign };
    let mut items = vec![
        entry("Say callsign\u{2026}", Choice::SayCallsign),
        entry("Type callsign\u{2026}", Choice::TypeCallsign),
        airport(&model.place),
        Item::Group("Controller".into(), modes.map(|(m, words)| check(words, model.mode == m, Choice::Mode(m))).into()),
        check("Copilot tunes the radios", model.tunes, Choice::ToggleTune),
        check("Copilot sets the squawk", model.squawks, Choice::ToggleSquawk),
    ];
    if !model.other_callsign.is_empty() {
        let words = format!("Use the simulator's callsign ({})", model.other_callsign);
        items.insert(2, entry(&words, Choice::SimulatorsCallsign));
    }
    if model.simbrief {
        items.insert(0, entry("Fetch the SimBrief plan", Choice::FetchPlan));
    }
    group("Pilot", name, items)
}

/// The pilot's location and the reason for it, and the location to use without a simulator.
fn airport(place: &Place) -> Item {
    let value = match place.why {
        PlaceReason::Open => "named by your first call".to_owned(),
        PlaceReason::Called => format!("{} (from your last call)", place.name),
        PlaceReason::Chosen => place.name.clone(),
        PlaceReason::Unknown => format!("{} (unknown)", place.chosen),
        PlaceReason::Simulator => format!("{}, from the simulator", place.name),
    };
    let choose = |icao: &str| Choice::Airport(icao.to_owned());
    let mut items = vec![told("Without a simulator you are at:"), check("The airport that I call", place.chosen.is_empty(), choose(""))];
    items.extend(AIRPORTS.iter().map(|(icao, name)| check(&format!("{name} ({icao})"), place.chosen == *icao, choose(icao))));
    if !place.chosen.is_empty() && !AIRPORTS.iter().any(|(icao, _)| *icao == place.chosen) {
        let named = if place.chosen_name.is_empty() { place.chosen.clone() } else { format!("{} ({})", place.chosen_name, place.chosen) };
        items.push(check(&named, true, choose(&place.chosen)));
    }
    items.extend([Item::Line, entry("Another one\u{2026}", Choice::TypeAirport)]);
    Item::Group(cut(&format!("Airport: {value}"), SUB_CHARS), items)
}

/// Speech recognition and output: the speech model, the voice, the language model.
fn speech(model: &MenuModel) -> Item {
    let own = model.own_models.iter().find(|o| o.file == model.speech_model);
    let name = own.map_or_else(|| models::plain_name(&model.speech_model), |o| o.name.clone());
    let value = match &model.fetching {
        Some((fetching, percent)) => format!("{} {percent} %", models::plain_name(fetching)),
        None if name.is_empty() => "no model".to_owned(),
        None => name,
    };
    let voices = voices(model).into_iter().map(|(words, on, choice)| check(&words, on, choice));
    let mut items = vec![Item::Group("Download a model".into(), speech_models(model))];
    items.extend(faster(model));
    items.extend(model.fetching.is_some().then(|| entry("Stop the download", Choice::StopFetching)));
    items.extend([Item::Line, Item::Group("Voice".into(), voices.chain(more_voices(model)).collect()), chatter(model), brain(model)]);
    // Asks for consent to use an unknown file.
    if let Some(file) = &model.unknown_model {
        items.insert(0, entry(&format!("Use {file} anyway\u{2026}"), Choice::TrustModel));
    }
    group("Speech", &value, items)
}

/// How much is heard of the other aircraft.
fn chatter(model: &MenuModel) -> Item {
    let words = |mode: Chatter| match mode {
        Chatter::Off => "Off".to_owned(),
        Chatter::Quiet => format!("Quiet: at most {} exchanges a minute", mode.a_minute()),
        Chatter::Normal => format!("Normal: at most {} a minute", mode.a_minute()),
        Chatter::Busy => format!("Busy: at most {} a minute", mode.a_minute()),
    };
    let items = Chatter::ALL.map(|mode| check(&words(mode), model.chatter == mode, Choice::Chatter(mode)));
    Item::Group(format!("Other aircraft on the radio: {}", model.chatter.word()), items.into())
}

/// One click to the next smaller model, published or the mirror's own, for a machine that is too slow for the active one; `None` if
/// there is no smaller one.
fn faster(model: &MenuModel) -> Option<Item> {
    let name = model.faster.as_deref()?;
    let own = || model.own_models.iter().find(|o| o.name == name).map(|o| o.size());
    let size = models::find(name).map(models::Model::size).or_else(own)?;
    let words = format!("Switch to {} ({size}, faster, understands less)", models::plain_name(name));
    Some(entry_if(model.fetching.is_none(), &words, Choice::SpeechModel(name.to_owned())))
}

/// The few models that suit most pilots under plain names, the mirror's own models, and the others in a submenu. A click on a
/// missing one downloads it.
fn speech_models(model: &MenuModel) -> Vec<Item> {
    let on = |file: &str| file == model.speech_model;
    let get = |name: &str| Choice::SpeechModel(name.to_owned());
    let known = models::ALL.iter().any(|m| on(m.file)) || model.own_models.iter().any(|o| on(&o.file));
    let mut items = Vec::new();
    if !known && !model.speech_model.is_empty() {
        items.push(check(&model.speech_model, true, Choice::OpenConfig));
    }
    // Only those available are shown.
    let absent = |name: &str| model.absent.iter().any(|a| a == name);
    items.extend(models::SUGGESTED.iter().filter_map(|s| {
        let m = models::find(s.name)?;
        let here = on(m.file) || !absent(s.name);
        here.then(|| check(&format!("{} \u{2013} {}, {}", s.title, m.size(), s.advice), on(m.file), get(m.name)))
    }));
    items.extend(model.own_models.iter().map(|o| check(&o.line(), on(&o.file), get(&o.name))));
    let others = models::ALL.iter().filter(|m| models::suggestion(m.name).is_none() && (on(m.file) || !absent(m.name)));
    let others = others.map(|m| check(&format!("{} \u{2013} {}, {}", m.name, m.size(), m.advice), on(m.file), get(m.name)));
    let others: Vec<Item> = others.collect();
    items.extend((!others.is_empty()).then(|| Item::Group("More".into(), others)));
    // A mirror without any model is not a menu that failed to load.
    items.extend(items.is_empty().then(|| told("Your mirror has no speech models")));
    items.extend([Item::Line, entry("Use my own file (in the settings file)\u{2026}", Choice::OpenConfig)]);
    items
}

/// When the language model is used, and which one it is.
fn brain(model: &MenuModel) -> Item {
    let modes = [(BrainMode::Auto, "Only when needed"), (BrainMode::Llm, "For every transmission"), (BrainMode::Rules, "Never")];
    let mut items: Vec<Item> = modes.map(|(m, words)| check(words, model.brain.0 == m, Choice::Brain(m))).into();
    let chosen = |name: &str| name == model.brain.1 || name.strip_suffix(":latest") == Some(&model.brain.1);
    if !model.brains.is_empty() || !model.brain_note.is_empty() {
        items.push(Item::Line);
    }
    let named = |id: &String| brains::plain_name_among(id, &model.brains);
    items.extend(model.brains.iter().take(MAX_DEVICES).map(|id| check(&named(id), chosen(id), Choice::BrainModel(id.clone()))));
    items.extend((!model.brain_note.is_empty()).then(|| told(&model.brain_note)));
    // A model that cannot be reached is not shown as the value.
    let value = match (model.brain.0, model.brains.is_empty()) {
        (BrainMode::Rules, _) => "off".to_owned(),
        (_, true) => "none (optional)".to_owned(),
        (_, false) => brains::plain_name(&model.brain.1),
    };
    Item::Group(cut(&format!("Language model: {value}"), SUB_CHARS), items)
}

/// Help, and settings that are changed once.
fn help(model: &MenuModel) -> Item {
    let mut items = vec![
        entry("What to say now", Choice::WhatToSay),
        first_steps(&model.steps),
        check("Page for a browser, tablet or VR", model.page, Choice::TogglePage),
        entry_if(model.page, if model.page { "Open the page" } else { "Open the page (switched off)" }, Choice::OpenPage),
        entry("Run check", Choice::Doctor),
        entry("Settings file", Choice::OpenConfig),
        entry("Log folder", Choice::OpenLogs),
    ];
    items.extend(model.latency.map(|times| told(&latency(times))));
    items.extend(model.has_updates.then(|| entry(&update(model), Choice::Update)));
    items.push(check("Start at login", model.autostart, Choice::ToggleAutostart));
    Item::Group("Help".into(), items)
}

/// The five steps of the first run, with check marks; each can be repeated.
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

/// Display name of a neural voice.
fn neural_name(name: &str) -> String {
    neural::find(name).map_or_else(|| name.trim_start_matches(OWN_VOICE).to_owned(), neural::KnownVoice::title)
}

/// The neural voices available for download, as far as the pilot's mirror has them.
fn more_voices(model: &MenuModel) -> Vec<Item> {
    let there = |name: &str| model.devices.neural.iter().any(|n| n == name) || model.absent.iter().any(|a| a == name);
    let missing = neural::ALL.iter().filter(|v| v.name != neural::SHIPPED && !there(v.name));
    let free = model.fetching.is_none();
    let items: Vec<Item> = missing
        .map(|v| entry_if(free, &format!("{} \u{2013} {}", v.title(), v.offer(None).size()), Choice::GetVoice(v.name.into())))
        .collect();
    if items.is_empty() { Vec::new() } else { vec![Item::Line, Item::Group("Download a voice".into(), items)] }
}

/// Stratus's own voices, those of the system, and the chosen one even if it is missing.
fn voices(model: &MenuModel) -> Vec<(String, bool, Choice)> {
    let there = &model.devices.voices;
    let mut all: Vec<(String, String)> = VOICES.iter().map(|v| (voice(v).to_owned(), (*v).to_owned())).collect();
    all.extend(model.devices.neural.iter().take(MAX_DEVICES).map(|n| (neural_name(n), n.clone())));
    all.push(("Pico (simpler, faster)".into(), PICO_VOICE.into()));
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

/// Median and ninetieth percentile of the latency, milliseconds.
fn latency((half, most): (u32, u32)) -> String {
    let seconds = |ms: u32| format!("{:.1} s", f64::from(ms) / 1000.0);
    // A small spread is not worth the words.
    if most < half + half / 2 {
        return format!("Reply time: about {}", seconds(half));
    }
    format!("Reply time: about {}, at times {} or more", seconds(half), seconds(most))
}

#[cfg(test)]
mod tests;
