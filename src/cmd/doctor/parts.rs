//! The doctor's parts: each is tried for real, and says how to mend it.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::audio::{resample, take};
use crate::config;
use crate::desktop::{keyboard, keynames};
use crate::dispatch::{newest, updates};
use crate::event::{Hints, Scene, Voice};
use crate::ipc::{self, Reply, Request};
use crate::paths::{Paths, shown};
use crate::problem::Problem;
use crate::settings::{AUTO_VOICE, AUTO_WINDOWS_VOICE, Config, PICO_VOICE, VOICES, WINDOWS_VOICE, key_words};
use crate::speech::mouth::Mouth;
use crate::speech::sentences::Sentences;
use crate::speech::synthesise::Synthesiser;
use crate::speech::{files, model, neural, trial};
use crate::update::{Found, Version};

/// What the doctor says to itself.
const WORDS: &str = "Heelow Ground, Skyhawk one seven two sierra papa, radio check.";

/// Where the configuration is, and what of it a person should know though it can be used.
pub(super) fn configuration(file: Option<&Path>) -> Result<String, Problem> {
    let path = Paths::find(file)?.config_file;
    let mut notes = Vec::new();
    if config::look(&path)? {
        notes.extend(config::examine(&path)?.warnings.iter().map(Problem::one_line));
        notes.extend(config::may_change(&path).err().map(|p| p.one_line()));
    }
    notes.insert(0, shown(&path));
    Ok(notes.join("; "))
}

/// The folders that Stratus writes to.
pub(super) fn folders(file: Option<&Path>) -> Result<String, Problem> {
    let paths = Paths::find(file)?;
    // Of a configuration that is there, or cannot be looked at, its own part tells.
    let own = paths.config_file.parent().filter(|_| config::look(&paths.config_file) == Ok(false));
    for folder in own.into_iter().chain([paths.data_dir.as_path(), &paths.log_dir]) {
        let probe = folder.join(format!(".stratus-{}.probe", std::process::id()));
        let tried = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::File::create(&probe)?.write_all(WORDS.as_bytes()))
            .and_then(|()| std::fs::remove_file(&probe));
        if let Err(e) = tried {
            return Err(Problem::new("a folder cannot be written to")
                .because(format!("{}: {e}", folder.display()))
                .fix("make it writable, move away what stands in its place, or make room on the disk"));
        }
    }
    Ok(format!("data and log folders are writable ({}, {})", shown(&paths.data_dir), shown(&paths.log_dir)))
}

pub(super) fn airports(file: Option<&Path>) -> Result<String, Problem> {
    let (world, ignored) = newest::airports(&Paths::find(file)?.data_dir);
    if let Some(p) = ignored {
        return Err(p);
    }
    match (world.count(), world.find("KSFO")) {
        (n, Some(_)) if n > 0 => Ok(format!("{n} known ({})", world.source())),
        _ => Err(Problem::bug("the airports' data cannot be read").fix("reinstall Stratus")),
    }
}

pub(in crate::cmd) fn speech_model(config: &Config) -> Result<String, Problem> {
    let Some(path) = &config.speech.model else {
        return Err(model::none_chosen());
    };
    let verified = model::verify(path, config.speech.model_sha256.as_deref())?;
    trial::once(&verified).map(|()| shown(path))
}

/// The sentence model reads a call.
pub(super) fn sentences(_: &Config) -> Result<String, Problem> {
    let begun = Instant::now();
    let model = Sentences::load()?;
    let loaded = begun.elapsed().as_millis();
    let scene = Scene { facility: "ground".into(), region: "FAA".into(), last_atc: String::new() };
    let begun = Instant::now();
    match model.opinion(WORDS, &scene) {
        Some(_) => Ok(format!("loads in {loaded} ms and reads a call in {} ms", begun.elapsed().as_millis())),
        None => Err(Problem::new("the sentence model does not read a call").fix("reinstall Stratus")),
    }
}

/// Every voice that may be heard speaks.
pub(super) fn voice(config: &Config) -> Result<String, Problem> {
    let accents = VOICES.into_iter().filter(|v| *v != AUTO_VOICE);
    let picos: Vec<String> = accents.clone().map(|v| format!("{PICO_VOICE}:{v}")).collect();
    let all: Vec<String> = match config.speech.voice.as_str() {
        // The neural ones that may be cast, and those that stand in for them.
        AUTO_VOICE => neural::here().into_iter().filter(|i| i.known.is_some()).map(|i| i.name).chain(picos).collect(),
        PICO_VOICE => picos,
        AUTO_WINDOWS_VOICE => accents.map(|v| format!("{WINDOWS_VOICE}{v}")).collect(),
        chosen => vec![chosen.to_owned()],
    };
    let mut mouth = Mouth::new()?;
    for name in &all {
        let voice = Voice { name: name.clone(), ..Voice::default() };
        let spoken = mouth.speak(WORDS, &voice, &|| false);
        // Another speaks in its place, but this is not what the pilot chose.
        if let Some(p) = spoken.trouble {
            return Err(p);
        }
        let clip = spoken.clip?;
        if clip.samples.iter().all(|s| s.abs() < 0.01) {
            return Err(Problem::new(format!("the voice {name} is silent")).fix("reinstall Stratus"));
        }
    }
    Ok(format!("{} {}", all.join(" and "), if all.len() > 1 { "speak" } else { "speaks" }))
}

/// The controller's voice is understood by the model in force: the way of a call, but for the microphone.
pub(super) fn recognition(config: &Config) -> Result<String, Problem> {
    let mut ears = crate::cmd::sound::ears(config, None)?;
    let voice = Voice { name: "en-GB".to_owned(), ..Voice::default() };
    let clip = Synthesiser::new(&files::voices()?)?.speak(WORDS, &voice)?;
    let samples = resample::to_rate(&clip.samples, clip.rate, take::RATE)?;
    let begun = Instant::now();
    let heard = ears.transcribe(&samples, &Hints::default(), &std::sync::atomic::AtomicBool::new(false))?;
    if heard.text.trim().is_empty() {
        return Err(Problem::new("the speech model understands nothing")
            .because("it was given the controller's own voice")
            .fix("choose another model in the tray's menu, or `stratus models get base.en`"));
    }
    Ok(format!("{:?} in {} ms", heard.text.trim(), begun.elapsed().as_millis()))
}

/// Whether Stratus runs, and whether it is this one.
pub(super) fn running() -> Result<String, Problem> {
    let paths = Paths::find(None)?;
    let own = env!("CARGO_PKG_VERSION");
    match ipc::reach(&paths.sockets(), &Request::Ping(true), Duration::from_secs(1)) {
        Ok(Reply::Here { pid, version }) if version == own => Ok(format!("process {pid}")),
        Ok(Reply::Here { pid, version }) => Err(Problem::new("another version of Stratus is running")
            .because(format!("process {pid} is {version}, this is {own}"))
            .fix("end it from its icon's menu, and start this one")),
        Ok(_) => Err(Problem::new("the running Stratus answers strangely").fix("end it from its icon's menu, and start it again")),
        Err(p) => Err(p),
    }
}

/// The feed, by one request; only where the pilot lets Stratus ask.
pub(super) fn updates(config: &Config) -> Result<String, Problem> {
    if !config.updates.check {
        return Ok("not asked for (updates.check)".to_owned());
    }
    let (feed, key) = updates::source(config.updates.feed.as_deref())?;
    Ok(match updates::check(&feed, &key, Version::own(), &updates::system())? {
        Found::Newer(o) => format!("{} is there: `stratus update`", o.version),
        Found::Newest | Found::Older(_) => format!("{} is the newest", Version::own()),
    })
}

/// Whether somebody shows toasts; none is shown for it.
pub(super) fn toasts(config: &Config) -> Result<String, Problem> {
    if !config.toast.enabled {
        return Ok("switched off (toast.enabled)".to_owned());
    }
    #[cfg(target_os = "linux")]
    {
        let remedy = "start a notification daemon (most desktops have one; \"dunst\" is a small one), or set `toast.enabled = false`";
        let server = notify_rust::get_server_information().map_err(|e| Problem::new("toasts cannot be shown").because(e).fix(remedy))?;
        let shown = format!("{} {} shows them", server.name, server.version);
        // A running Stratus has counted what was lost.
        let asked = Paths::find(None).and_then(|p| ipc::reach(&p.sockets(), &Request::Toasts(true), Duration::from_secs(1)));
        match asked {
            Ok(Reply::Toasts { failed: failed @ 1.. }) => {
                Err(Problem::new(format!("{failed} toasts could not be shown since Stratus started"))
                    .because(format!("{shown} now; it did not answer then"))
                    .fix(remedy))
            }
            _ => Ok(shown),
        }
    }
    #[cfg(not(target_os = "linux"))]
    Ok("the system shows them".to_owned())
}

/// The key can be had (it is registered for a moment), or a running Stratus has it.
pub(in crate::cmd) fn key(config: &Config) -> Result<String, Problem> {
    let running = crate::paths::Paths::find(None)
        .is_ok_and(|p| crate::ipc::reach(&p.sockets(), &crate::ipc::Request::Ping(true), std::time::Duration::from_secs(1)).is_ok());
    if config.ptt.no_key() {
        return Ok("no key of the keyboard; `stratus ptt down` and `stratus ptt up` work the radio".to_owned());
    }
    #[cfg(target_os = "linux")]
    let survey = |ptt| keyboard::survey(&keyboard::Around::now(), ptt);
    #[cfg(not(target_os = "linux"))]
    let survey = keyboard::survey;
    // A key that is grabbed cannot be had twice.
    if running && config.ptt.grab {
        return Ok(format!("{}, in use by the running tray", key_words(&config.ptt.key)));
    }
    let mut found = survey(&config.ptt)?;
    if running {
        found.push_str(", in use by the running tray");
    }
    if keynames::is_typed(&config.ptt.key) {
        found.push_str("; typing it anywhere will transmit");
    }
    Ok(found)
}

/// Which joysticks there are, and whether the bound ones may be read.
pub(super) fn joysticks(config: &Config) -> Result<String, Problem> {
    let all = crate::desktop::joystick::list(&crate::desktop::joystick::Places::default());
    let none = || Problem::new("no joystick found (optional)");
    if let Some((_, name, _)) = all.iter().find(|(_, _, readable)| !readable) {
        return Err(Problem::new("a joystick cannot be read")
            .because(format!("this account may not read {name}"))
            .fix("log in at this machine's own screen, or join the group \"input\""));
    }
    if let Some(lost) = config.ptt.joystick.iter().find(|b| !all.iter().any(|(id, _, _)| b.starts_with(&format!("{id}/")))) {
        return Err(Problem::new("a joystick is missing")
            .because(format!("{lost} is push-to-talk, and its joystick is not plugged in"))
            .fix("plug it in, or bind another button"));
    }
    if all.is_empty() {
        return Err(
            none().fix("plug one in, and choose Push-to-talk, \"Add joystick button\" in the tray's menu; a key of the keyboard works too")
        );
    }
    Ok(all.into_iter().map(|(id, name, _)| format!("{name} ({id})")).collect::<Vec<_>>().join(", "))
}

/// The tray's icon can be shown (it is, for a moment).
pub(super) fn tray() -> Result<String, Problem> {
    crate::desktop::tray::Tray::start(|_| {})?;
    Ok(if cfg!(windows) { "the notification area takes an icon" } else { "the session bus takes an icon" }.to_owned())
}
