//! The doctor's parts: each is tested for real, and says how to fix it.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::app::place;
use crate::audio::{resample, take};
use crate::cmd::bench::words;
use crate::config;
use crate::desktop::{keyboard, keynames};
use crate::dispatch::fetch::SLOW;
use crate::dispatch::{newest, offer, updates};
use crate::download;
use crate::event::{Clip, Hints, Scene, Voice};
use crate::ipc::{self, Reply, Request};
use crate::models::{self, Offer, voices};
use crate::paths::{Paths, shown};
use crate::problem::{Part, Problem};
use crate::settings::{AUTO_VOICE, AUTO_WINDOWS_VOICE, Config, PICO_VOICE, VOICES, WINDOWS_VOICE, key_words};
use crate::speech::mouth::Mouth;
use crate::speech::sentences::Sentences;
use crate::speech::synthesise::Synthesiser;
use crate::speech::{files, model, neural, trial};
use crate::update::{Found, Version};

/// The doctor's test call.
const SAID: &str = "Hilo Ground, Skyhawk one seven two sierra papa, radio check.";
/// Share of its words that a useful speech model must understand, percent.
const ENOUGH_PERCENT: usize = 60;
/// The same, spelled for Pico's pronunciation.
const WORDS: &str = "Heelow Ground, Skyhawk one seven two sierra papa, radio check.";

/// The path of the configuration, with warnings if it can be used.
pub(super) fn configuration(file: Option<&Path>, in_force: &Config) -> Result<String, Problem> {
    let paths = Paths::find(file)?;
    let path = paths.config_file;
    place::check(&newest::airports_in_use(&paths.data_dir), in_force.sim.airport.as_deref())
        .map_err(|p| p.because(config::place(&path, "sim.airport")))?;
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
    // The configuration's own part reports on a file that exists or cannot be accessed.
    let own = paths.config_file.parent().filter(|_| config::look(&paths.config_file) == Ok(false));
    for folder in own.into_iter().chain([paths.data_dir.as_path(), &paths.log_dir]) {
        let probe = folder.join(format!(".stratus-{}.probe", std::process::id()));
        let tried = std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::File::create(&probe)?.write_all(WORDS.as_bytes()))
            .and_then(|()| std::fs::remove_file(&probe));
        if let Err(e) = tried {
            return Err(Problem::new("cannot write to a folder")
                .because(format!("{}: {e}", folder.display()))
                .fix("make it writable, move the file that has its name, or free some disk space"));
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
        _ => Err(Problem::bug("cannot read the built-in airports").fix("reinstall Stratus")),
    }
}

pub(in crate::cmd) fn speech_model(config: &Config) -> Result<String, Problem> {
    let Some(path) = &config.speech.model else {
        let none = model::none_chosen();
        return Err(match config.speech.mirror.as_deref() {
            Some(mirror) => none.fix(from_mirror(&on_mirror(mirror).unwrap_or_default())),
            None => none,
        });
    };
    let verified = model::verify(path, config.speech.model_sha256.as_deref())?;
    trial::once(&verified)?;
    let file = path.file_name().map_or_else(String::new, |f| f.to_string_lossy().into());
    Ok(format!("{}, {}", models::plain_name(&file), shown(path)))
}

/// The models that this mirror has as published or listed.
fn on_mirror(mirror: &str) -> Result<Vec<Offer>, Problem> {
    let mut all = offer::own(Some(mirror))?;
    let absent = Paths::find(None).map(|paths| offer::absent(Some(mirror), &paths)).unwrap_or_default();
    all.extend(offer::published(Some(mirror)).into_iter().filter(|o| !absent.contains(&o.name)));
    Ok(all)
}

/// How to get a model while a mirror is set.
fn from_mirror(offers: &[Offer]) -> String {
    let suits = |o: &&Offer| o.own || models::suggestion(&o.name).is_some();
    match offers.iter().find(suits).or(offers.first()) {
        Some(o) => format!("your mirror has {}: `stratus models get {}`", o.name, o.name),
        None => "remove the mirror's address from your settings to use the public hub, or ask the mirror's owner".to_owned(),
    }
}

/// Checks the pilot's mirror: its list, and whether it has a model if none is there.
pub(super) fn mirror(config: &Config) -> Result<String, Problem> {
    let Some(mirror) = config.speech.mirror.as_deref() else { return Ok("none; models come from the public hub".to_owned()) };
    let offers = on_mirror(mirror)?;
    let server = download::server(mirror);
    let lacks = |what: String| Problem::new(format!("your mirror {server} does not have {what}")).about(Part::Mirror);
    let chosen = config.speech.model.as_deref().filter(|path| !path.is_file());
    let file = chosen.and_then(Path::file_name).map(|f| f.to_string_lossy().into_owned());
    if let Some(file) = file.filter(|f| !offers.iter().any(|o| o.file == *f)) {
        return Err(lacks(models::plain_name(&file)).fix(from_mirror(&offers)));
    }
    if offers.is_empty() && config.speech.model.is_none() {
        return Err(lacks("any speech model".to_owned()).fix(from_mirror(&offers)));
    }
    let names: Vec<&str> = offers.iter().map(|o| o.name.as_str()).collect();
    Ok(if names.is_empty() { format!("{server} has no speech models") } else { format!("{server} has {}", names.join(", ")) })
}

/// Checks that the sentence model reads a call.
pub(super) fn sentences(_: &Config) -> Result<String, Problem> {
    let begun = Instant::now();
    let model = Sentences::load()?;
    let loaded = begun.elapsed().as_millis();
    let scene = Scene { facility: "ground".into(), region: "FAA".into(), last_atc: String::new() };
    let begun = Instant::now();
    match model.opinion(WORDS, &scene) {
        Some(_) => Ok(format!("loads in {loaded} ms and reads a call in {} ms", begun.elapsed().as_millis())),
        None => Err(Problem::new("the sentence model cannot read a call").fix("reinstall Stratus")),
    }
}

/// Checks that every voice in use speaks.
pub(super) fn voice(config: &Config) -> Result<String, Problem> {
    let accents = VOICES.into_iter().filter(|v| *v != AUTO_VOICE);
    let picos: Vec<String> = accents.clone().map(|v| format!("{PICO_VOICE}:{v}")).collect();
    let all: Vec<String> = match config.speech.voice.as_str() {
        // The neural voices in the cast, and their fallbacks.
        AUTO_VOICE => neural::here().into_iter().filter(|i| i.known.is_some()).map(|i| i.name).chain(picos).collect(),
        PICO_VOICE => picos,
        AUTO_WINDOWS_VOICE => accents.map(|v| format!("{WINDOWS_VOICE}{v}")).collect(),
        chosen => vec![chosen.to_owned()],
    };
    let mut mouth = Mouth::new()?;
    for name in &all {
        let voice = Voice { name: name.clone(), ..Voice::default() };
        let spoken = mouth.speak(WORDS, &voice, &|| false);
        // A fallback speaks, but it is not what the pilot chose.
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

/// Checks that the active speech model understands a call, by the path of a real call without the microphone.
pub(super) fn recognition(config: &Config) -> Result<String, Problem> {
    let mut ears = crate::cmd::sound::ears(config, None)?;
    let clip = call(config)?;
    let samples = resample::to_rate(&clip.samples, clip.rate, take::RATE)?;
    let begun = Instant::now();
    let heard = ears.transcribe(&samples, &Hints::default(), &std::sync::atomic::AtomicBool::new(false))?;
    let took = begun.elapsed();
    let note = in_time(config, took)?;
    // A single quick call on a quiet computer says little about the last ones beside the simulator.
    if let Some(before) = given_up() {
        return Err(too_slow(config, took).because(before));
    }
    let (right, of) = words::right(SAID, &heard.text);
    if right * 100 < of * ENOUGH_PERCENT {
        return Err(Problem::new("the speech model misheard the test call")
            .because(format!("it heard {:?} instead of {SAID:?}", heard.text.trim()))
            .fix("choose another model in the tray's menu, or run `stratus models get base.en`"));
    }
    Ok(format!("{note}{:?} in {} ms, {right} of {of} words right", heard.text.trim(), took.as_millis()))
}

/// Whether a call is recognised before its timeout. A note in front of the result if it is slow, with the remedy.
pub(in crate::cmd) fn in_time(config: &Config, took: Duration) -> Result<String, Problem> {
    if took > models::TIMEOUT {
        return Err(too_slow(config, took));
    }
    let slow = took > Duration::from_millis(u64::from(models::ACCEPTED_MS));
    Ok(if slow { format!("{SLOW}{}): ", faster(config)) } else { String::new() })
}

/// The last calls that the running Stratus gave up, in words.
fn given_up() -> Option<String> {
    let sockets = Paths::find(None).ok()?.sockets();
    match ipc::reach(&sockets, &Request::Pace(true), Duration::from_secs(1)) {
        Ok(Reply::Said { text, .. }) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The model needs longer than Stratus waits for a call.
pub(in crate::cmd) fn too_slow(config: &Config, took: Duration) -> Problem {
    Problem::new("speech recognition is too slow")
        .because(format!("the test call took {:.1} s, and Stratus waits {} s for a call", took.as_secs_f64(), models::TIMEOUT.as_secs()))
        .fix(faster(config))
}

/// What makes recognition faster with what there is: a smaller model, otherwise more threads, otherwise typed calls.
pub(in crate::cmd) fn faster(config: &Config) -> String {
    let mirror = config.speech.mirror.as_deref();
    let absent = mirror.and_then(|_| Some(offer::absent(mirror, &Paths::find(None).ok()?))).unwrap_or_default();
    let own = mirror.map_or_else(Vec::new, |m| offer::own(Some(m)).unwrap_or_default());
    faster_with(config, &absent, &own, std::thread::available_parallelism().map_or(1, usize::from))
}

fn faster_with(config: &Config, absent: &[String], own: &[Offer], cores: usize) -> String {
    let model = config.speech.model.as_deref();
    let file = model.and_then(Path::file_name).map_or_else(String::new, |f| f.to_string_lossy().into());
    // A file of the pilot's own has two bytes for each parameter.
    let unknown = models::find(&file).is_none() && !own.iter().any(|o| o.file == file);
    let bytes = model.filter(|_| unknown).and_then(|m| std::fs::metadata(m).ok()).map_or(0, |m| m.len());
    let smaller = models::faster(&file, absent, own).map(|o| o.name);
    if let Some(name) = smaller.or_else(|| models::smaller_than(bytes / 2, absent).map(|m| m.name.to_owned())) {
        return format!("close other programs, or use a faster model: `stratus models get {name}`");
    }
    let threads = match config.speech.threads {
        0 => (cores / 2).max(1),
        n => usize::from(n),
    };
    if threads < cores {
        return format!("close other programs, or write `threads = {cores}` below [speech] in your settings (now {threads} of {cores})");
    }
    "close other programs; if that is not enough, type your calls: `stratus say TEXT`".to_owned()
}

/// The test call in a natural voice; the demo's model knows only the synthetic one.
fn call(config: &Config) -> Result<Clip, Problem> {
    let path = config.speech.model.as_deref().unwrap_or(Path::new(""));
    let demo = model::verify(path, config.speech.model_sha256.as_deref())?.is_demo();
    if !demo && neural::here().iter().any(|v| v.name == voices::SHIPPED) {
        let voice = Voice { name: voices::SHIPPED.to_owned(), ..Voice::default() };
        return Mouth::new()?.speak(SAID, &voice, &|| false).clip;
    }
    let voice = Voice { name: "en-GB".to_owned(), ..Voice::default() };
    Synthesiser::new(&files::voices()?)?.speak(WORDS, &voice)
}

/// Recognition was not tested, because there is no model.
pub(super) fn no_recognition() -> Problem {
    Problem::new("not tried, because the speech model does not work").fix("fix the speech model first")
}

/// Whether Stratus is running, and whether it is this version.
pub(super) fn running() -> Result<String, Problem> {
    let paths = Paths::find(None)?;
    let own = env!("CARGO_PKG_VERSION");
    match ipc::reach(&paths.sockets(), &Request::Ping(true), Duration::from_secs(1)) {
        Ok(Reply::Here { pid, version }) if version == own => Ok(format!("process {pid}")),
        Ok(Reply::Here { pid, version }) => Err(Problem::new("another version of Stratus is running")
            .because(format!("process {pid} is version {version}, this is version {own}"))
            .fix("quit it from the tray's menu, and start this one")),
        Ok(_) => Err(Problem::new("the running Stratus gave an unexpected answer").fix("quit it from the tray's menu, and start it again")),
        Err(p) => Err(p),
    }
}

/// Queries the feed once, if the pilot allows update checks.
pub(super) fn updates(config: &Config) -> Result<String, Problem> {
    if !config.updates.check {
        return Ok("off (updates.check)".to_owned());
    }
    let (feed, key) = updates::source(config.updates.feed.as_deref())?;
    Ok(match updates::check(&feed, &key, Version::own(), &updates::system())? {
        Found::Newer(o) => format!("version {} is available: run `stratus update`", o.version),
        Found::Newest | Found::Older(_) => format!("{} is the newest version", Version::own()),
    })
}

/// Whether a daemon shows toasts, without showing one.
pub(super) fn toasts(config: &Config) -> Result<String, Problem> {
    if !config.toast.enabled {
        return Ok("off (toast.enabled)".to_owned());
    }
    #[cfg(target_os = "linux")]
    {
        let remedy = "start a notification daemon (most desktops have one; \"dunst\" is a small one), or set `toast.enabled = false`";
        let server =
            notify_rust::get_server_information().map_err(|e| Problem::new("notifications cannot be shown").because(e).fix(remedy))?;
        let shown = format!("{} {} shows them", server.name, server.version);
        // A running Stratus has counted the toasts that were lost.
        let asked = Paths::find(None).and_then(|p| ipc::reach(&p.sockets(), &Request::Toasts(true), Duration::from_secs(1)));
        match asked {
            Ok(Reply::Toasts { failed: failed @ 1.. }) => {
                Err(Problem::new(format!("{failed} notifications could not be shown since Stratus started"))
                    .because(format!("{shown} now, but did not answer then"))
                    .fix(remedy))
            }
            _ => Ok(shown),
        }
    }
    #[cfg(not(target_os = "linux"))]
    Ok("shown by Windows".to_owned())
}

/// Whether the key is available (it is registered briefly), or in use by a running Stratus.
pub(in crate::cmd) fn key(config: &Config) -> Result<String, Problem> {
    let running = crate::paths::Paths::find(None)
        .is_ok_and(|p| crate::ipc::reach(&p.sockets(), &crate::ipc::Request::Ping(true), std::time::Duration::from_secs(1)).is_ok());
    if config.ptt.no_key() {
        return Ok("no keyboard key; use a joystick button, or `stratus ptt down` and `stratus ptt up`".to_owned());
    }
    #[cfg(target_os = "linux")]
    let survey = |ptt| keyboard::survey(&keyboard::Around::now(), ptt);
    #[cfg(not(target_os = "linux"))]
    let survey = keyboard::survey;
    // A grabbed key cannot be grabbed twice.
    if running && config.ptt.grab {
        return Ok(format!("{} (used by the running Stratus)", key_words(&config.ptt.key)));
    }
    let mut found = survey(&config.ptt)?;
    if running {
        found.push_str(" (used by the running Stratus)");
    }
    if keynames::is_typed(&config.ptt.key) {
        found.push_str("; typing it anywhere will transmit");
    }
    Ok(found)
}

/// Which joysticks are connected, and whether the bound ones are readable.
pub(super) fn joysticks(config: &Config) -> Result<String, Problem> {
    let all = crate::desktop::joystick::list(&crate::desktop::joystick::Places::default());
    let none = || Problem::new("no joystick found (optional)");
    if let Some((_, name, _)) = all.iter().find(|(_, _, readable)| !readable) {
        return Err(Problem::new("a joystick cannot be read")
            .because(format!("your account may not read {name}"))
            .fix("log in at this computer's own screen, or add your account to the group \"input\""));
    }
    if let Some(lost) = config.ptt.joystick.iter().find(|b| !all.iter().any(|(id, _, _)| b.starts_with(&format!("{id}/")))) {
        return Err(Problem::new("a joystick is missing")
            .because(format!("{lost} is a push-to-talk button, but its joystick is not connected"))
            .fix("connect it, or add another button"));
    }
    if all.is_empty() {
        return Err(
            none().fix("connect one, then choose \"Push-to-talk\", \"Add joystick button\" in the tray's menu; a keyboard key works too")
        );
    }
    Ok(all.into_iter().map(|(id, name, _)| format!("{name} ({id})")).collect::<Vec<_>>().join(", "))
}

/// Whether the tray icon can be shown (it is, briefly).
pub(super) fn tray() -> Result<String, Problem> {
    crate::desktop::tray::Tray::start(|_| {})?;
    Ok(if cfg!(windows) { "Windows shows the icon" } else { "the desktop accepts an icon" }.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recognition_slower_than_its_timeout_is_a_problem() {
        let mut config = Config::default();
        config.speech.model = Some("/m/ggml-base.en.bin".into());
        assert_eq!(in_time(&config, Duration::from_millis(900)).unwrap(), "");
        let slow = in_time(&config, Duration::from_secs(6)).unwrap();
        assert!(slow.starts_with("slow (") && slow.contains("models get tiny.en"), "{slow}");
        let p = in_time(&config, Duration::from_secs(32)).unwrap_err();
        assert!(p.why[0].contains("32.0 s") && p.why[0].contains("20 s") && p.fix.contains("models get tiny.en"), "{p:?}");
        config.speech.model = Some("/m/ggml-tiny.en.bin".into());
        assert!(too_slow(&config, Duration::from_secs(60)).fix.starts_with("close other programs"), "no model is faster");
    }

    #[test]
    fn advice_for_slow_recognition_names_what_can_be_done() {
        let mut config = Config::default();
        config.speech.model = Some("/m/ggml-base.en.bin".into());
        let tiny = ["tiny.en".to_owned(), "tiny.en-q5_1".to_owned()];
        assert!(faster_with(&config, &[], &[], 8).contains("models get tiny.en"));
        assert!(faster_with(&config, &tiny, &[], 8).contains("`threads = 8`"), "the mirror has no smaller one");
        config.speech.threads = 8;
        assert!(faster_with(&config, &tiny, &[], 8).contains("stratus say"));
        // A file that no catalogue lists is judged by its size.
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(500_000_000).unwrap();
        config.speech.model = Some(file.path().to_owned());
        assert!(faster_with(&config, &[], &[], 8).contains("models get base.en"));
    }
}
