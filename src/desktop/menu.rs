//! The tray's menu as items: their order, their words, and which choice each stands for.
//!
//! A choice travels in its item's id, so that a click on a menu that is being replaced still means what it said.

use tray_icon::menu::{CheckMenuItem, IsMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};

use super::tray::{one_line, plain};
use crate::event::{Choice, MenuModel};
use crate::models;
use crate::settings::{BrainMode, PilotMode, VOICES};

/// Before every id of a choice; what follows is the choice itself.
const MARK: &str = "stratus:";
/// More devices than this in one menu help nobody.
const MAX_DEVICES: usize = 24;

/// What a click on the item of this id means; none for a line that only tells.
pub(super) fn choice(id: &str) -> Option<Choice> {
    serde_json::from_str(id.strip_prefix(MARK)?).ok()
}

fn id(choice: &Choice) -> String {
    // A choice always has its words in JSON.
    format!("{MARK}{}", serde_json::to_string(choice).unwrap_or_default())
}

/// The whole menu.
pub(super) fn build(model: &MenuModel) -> Result<Menu, String> {
    let menu = Menu::new();
    let add = |item: &dyn IsMenuItem| menu.append(item).map_err(|e| e.to_string());
    let line = || add(&PredefinedMenuItem::separator());
    if let Some(fault) = &model.fault {
        add(&told(fault))?;
    }
    add(&MenuItem::new(unit(model), false, None))?;
    if model.recent.is_empty() {
        add(&MenuItem::new("No answer yet", false, None))?;
    }
    for (n, words) in model.recent.iter().enumerate() {
        add(&entry(&format!("Repeat: {}", plain(words)), &Choice::Repeat(u8::try_from(n).unwrap_or(u8::MAX))))?;
    }
    line()?;
    add(&check("Mute the controller", model.muted, &Choice::ToggleMute))?;
    add(&*devices("Microphone", &model.devices.microphones, &model.microphone, Choice::Microphone)?)?;
    add(&entry("Check the microphone", &Choice::CheckMicrophone))?;
    add(&*devices("Speaker", &model.devices.speakers, &model.speaker, Choice::Speaker)?)?;
    add(&entry("Play a test call", &Choice::TestCall))?;
    add(&*joystick(&model.joystick)?)?;
    let voices: Vec<_> = VOICES.iter().map(|v| (voice(v), model.voice == *v, Choice::Voice((*v).to_owned()))).collect();
    add(&*group("Voice", &voices)?)?;
    add(&*speech_models(model)?)?;
    line()?;
    let modes = [
        (PilotMode::Student, "Student: slower, and explains"),
        (PilotMode::Standard, "Standard"),
        (PilotMode::Strict, "Strict: every callsign"),
    ];
    let modes: Vec<_> = modes.into_iter().map(|(m, words)| (words.to_owned(), model.mode == m, Choice::Mode(m))).collect();
    add(&*group("Pilot", &modes)?)?;
    let modes = [(BrainMode::Auto, "Only when needed"), (BrainMode::Llm, "For every transmission"), (BrainMode::Rules, "Never")];
    let modes: Vec<_> = modes.into_iter().map(|(m, words)| (words.to_owned(), model.brain.0 == m, Choice::Brain(m))).collect();
    add(&*group(&format!("Language model: {}", plain(&model.brain.1)), &modes)?)?;
    add(&check("Copilot tunes the radio", model.tunes, &Choice::ToggleTune))?;
    add(&check("Copilot sets the transponder", model.squawks, &Choice::ToggleSquawk))?;
    add(&MenuItem::new(latency(model), false, None))?;
    line()?;
    add(&entry("Check everything", &Choice::Doctor))?;
    add(&entry("Open the configuration", &Choice::OpenConfig))?;
    add(&entry("Open the log folder", &Choice::OpenLogs))?;
    add(&entry(&update(model), &Choice::Update))?;
    add(&check("Start with the system", model.autostart, &Choice::ToggleAutostart))?;
    line()?;
    add(&entry("Quit Stratus", &Choice::Quit))?;
    Ok(menu)
}

fn told(words: &str) -> MenuItem {
    MenuItem::new(plain(words), false, None)
}

fn entry(words: &str, choice: &Choice) -> MenuItem {
    MenuItem::with_id(id(choice), words, true, None)
}

fn check(words: &str, on: bool, choice: &Choice) -> CheckMenuItem {
    CheckMenuItem::with_id(id(choice), words, true, on, None)
}

fn group(title: &str, items: &[(String, bool, Choice)]) -> Result<Box<Submenu>, String> {
    let sub = Submenu::new(title, true);
    for (words, on, choice) in items {
        sub.append(&check(words, *on, choice)).map_err(|e| e.to_string())?;
    }
    Ok(Box::new(sub))
}

/// The system's default, the devices there are, and the chosen one even when it is not there now.
fn devices(title: &str, there: &[String], chosen: &str, choice: fn(String) -> Choice) -> Result<Box<Submenu>, String> {
    let is = |name: &str| !chosen.is_empty() && name.to_lowercase().contains(&chosen.to_lowercase());
    let mut items = vec![("The system's default".to_owned(), chosen.is_empty(), choice(String::new()))];
    items.extend(there.iter().take(MAX_DEVICES).map(|name| (plain(name), is(name), choice(name.clone()))));
    if !chosen.is_empty() && !there.iter().any(|name| is(name)) {
        items.push((format!("{} (not there)", plain(chosen)), true, choice(chosen.to_owned())));
    }
    group(title, &items)
}

/// The catalogue to choose from; a click on one that is not there downloads it.
fn speech_models(model: &MenuModel) -> Result<Box<Submenu>, String> {
    let title = match (&model.fetching, model.speech_model.is_empty()) {
        (Some((name, percent)), _) => format!("Speech model: {} {percent} %", plain(name)),
        (None, true) => "Set up: choose a speech model".to_owned(),
        (None, false) => "Speech model".to_owned(),
    };
    let offered = models::ALL.iter().map(|m| {
        (format!("{} ({}): {}", m.name, m.size(), m.advice), m.file == model.speech_model, Choice::SpeechModel(m.name.to_owned()))
    });
    let own = model.own_models.iter().map(|o| (plain(&o.line()), o.file == model.speech_model, Choice::SpeechModel(o.name.clone())));
    let mut items: Vec<_> = own.chain(offered).collect();
    if !model.speech_model.is_empty() && !items.iter().any(|(_, on, _)| *on) {
        items.insert(0, (plain(&model.speech_model), true, Choice::OpenConfig));
    }
    let sub = group(&title, &items)?;
    if model.fetching.is_some() {
        sub.append(&entry("Stop the download", &Choice::StopFetching)).map_err(|e| e.to_string())?;
    }
    Ok(sub)
}

fn joystick(bound: &[String]) -> Result<Box<Submenu>, String> {
    let sub = Submenu::new("Push-to-talk button", true);
    let add = |item: &dyn IsMenuItem| sub.append(item).map_err(|e| e.to_string());
    for button in bound {
        add(&told(button))?;
    }
    add(&entry("Press a joystick button\u{2026}", &Choice::BindJoystick))?;
    if !bound.is_empty() {
        add(&entry("Forget the joystick's buttons", &Choice::ForgetJoysticks))?;
    }
    Ok(Box::new(sub))
}

pub(super) fn unit(model: &MenuModel) -> String {
    if model.unit.trim().is_empty() { "Nobody on this frequency".into() } else { plain(&model.unit) }
}

fn update(model: &MenuModel) -> String {
    match &model.update {
        Some((version, false)) => format!("Download Stratus {version}"),
        Some((version, true)) => format!("Install Stratus {version}"),
        None => "Check for updates".to_owned(),
    }
}

fn voice(name: &str) -> String {
    match name {
        "auto" => "By the region".into(),
        "en-US" => "American".into(),
        "en-GB" => "British".into(),
        other => one_line(other),
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

    #[test]
    fn every_choice_comes_back_from_its_id_and_nothing_else_does() {
        for c in [
            Choice::Repeat(2),
            Choice::ToggleMute,
            Choice::Microphone("USB \"Mic\" \u{e9}".into()),
            Choice::Speaker(String::new()),
            Choice::Brain(BrainMode::Llm),
            Choice::Quit,
        ] {
            assert_eq!(choice(&id(&c)), Some(c));
        }
        for other in ["", "stratus:", "stratus:\"sing\"", "1001", "\"quit\""] {
            assert_eq!(choice(other), None);
        }
    }

    #[test]
    fn a_chosen_device_that_is_gone_still_stands_there() {
        let titles = |there: &[String], chosen: &str| {
            let sub = devices("Microphone", there, chosen, Choice::Microphone).unwrap();
            sub.items().iter().map(|i| i.as_check_menuitem().map(|c| (c.text(), c.is_checked())).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(titles(&[], ""), [("The system's default".to_owned(), true)]);
        let there = ["Headset & co".to_owned(), "Webcam".to_owned()];
        assert_eq!(titles(&there, "web")[2], ("Webcam".to_owned(), true));
        assert_eq!(titles(&there, "Yeti")[3], ("Yeti (not there)".to_owned(), true));
        assert_eq!(titles(&there, "Yeti")[1], ("Headset && co".to_owned(), false));
    }

    #[test]
    fn latency_is_told_in_seconds() {
        let model = MenuModel { latency: Some((840, 1260)), ..MenuModel::default() };
        assert_eq!(latency(&model), "Answers within 0.8 s (half), 1.3 s (nine of ten)");
    }
}
