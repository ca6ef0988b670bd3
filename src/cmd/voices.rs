//! `stratus voices`: lists, downloads, plays and removes neural voices.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use serde_json::json;

use super::sound::{Speaker, plain, said};
use crate::audio::wav;
use crate::cli::{VoicesArgs, VoicesWhat};
use crate::config;
use crate::dispatch::offer;
use crate::download;
use crate::models::voices::{self, KnownVoice};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::speech::neural::{self, Installed};

/// The sample sentence of each voice.
const LINE: &str =
    "Skyhawk one seven two sierra papa, Palo Alto Tower, wind three one zero at eight, runway three one, cleared for takeoff.";

pub(super) fn run(file: Option<&Path>, args: &VoicesArgs) -> anyhow::Result<ExitCode> {
    let paths = Paths::find(file)?;
    match &args.what {
        None | Some(VoicesWhat::List { json: false }) => list(file, &paths)?,
        Some(VoicesWhat::List { json: true }) => {
            let all: Vec<_> = neural::installed(&paths.voices_dir());
            let known = voices::ALL.iter().map(|v| {
                let there = all.iter().find(|i| i.name == v.name);
                json!({
                    "name": v.name, "file": v.file, "bytes": v.bytes, "sha256": v.sha256, "accent": v.accent, "who": v.who,
                    "url": v.offer(mirror(file).as_deref()).url, "installed": there.is_some(), "shipped": there.is_some_and(|i| i.shipped),
                })
            });
            let own = all.iter().filter(|i| i.known.is_none()).map(|i| json!({ "name": i.name, "file": i.file, "installed": true }));
            writeln!(std::io::stdout(), "{}", serde_json::to_string_pretty(&known.chain(own).collect::<Vec<_>>())?)?;
        }
        Some(VoicesWhat::Get { name }) if name.eq_ignore_ascii_case("all") => {
            for v in voices::ALL.iter().filter(|v| v.name != voices::SHIPPED) {
                get(file, &paths, v, "")?;
            }
        }
        Some(VoicesWhat::Get { name }) => get(file, &paths, known(name)?, "")?,
        Some(VoicesWhat::Remove { name }) => remove(file, &paths, known(name)?)?,
        Some(VoicesWhat::Try { out }) => hear(&paths, out.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn mirror(file: Option<&Path>) -> Option<String> {
    super::configuration(file).ok().and_then(|c| c.speech.mirror.clone())
}

fn known(name: &str) -> Result<&'static KnownVoice, Problem> {
    voices::find(name).ok_or_else(|| {
        let names: Vec<&str> = voices::ALL.iter().map(|v| v.name).collect();
        Problem::new(format!("there is no voice {name:?} to download"))
            .because(format!("the voices are {}", names.join(", ")))
            .fix("`stratus voices` lists them")
    })
}

fn list(file: Option<&Path>, paths: &Paths) -> anyhow::Result<()> {
    let chosen = super::configuration(file).map(|c| c.speech.voice.clone()).unwrap_or_default();
    let there = neural::installed(&paths.voices_dir());
    let mut out = std::io::stdout();
    for v in voices::ALL {
        let begun = download::is_begun(&paths.voices_dir().join(v.file));
        let state = match there.iter().find(|i| i.name == v.name) {
            Some(_) if chosen == v.name => "in use",
            Some(Installed { shipped: true, .. }) => "installed",
            Some(_) => "downloaded",
            None if begun => "begun",
            None => "",
        };
        writeln!(out, "{:<10} {:>6}  {:<10}  {}, {}", v.name, v.offer(None).size(), state, v.accent, v.who)?;
    }
    for i in there.iter().filter(|i| i.known.is_none()) {
        writeln!(out, "{:<10} {:>6}  {:<10}  {}", i.name, "", if chosen == i.name { "in use" } else { "your own" }, i.file.display())?;
    }
    Ok(())
}

/// Downloads a voice unless it exists, and shows progress, with this margin.
pub(super) fn get(file: Option<&Path>, paths: &Paths, v: &KnownVoice, margin: &'static str) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let at = paths.voices_dir().join(v.file);
    let shipped = neural::installed(&paths.voices_dir()).into_iter().find(|i| i.name == v.name && i.shipped);
    if let Some(i) = shipped.filter(|i| neural::is_whole(v, &i.file)) {
        writeln!(out, "{margin}{} is part of the package: {}", v.name, i.file.display())?;
    } else if offer::is_voice_whole(v, paths) {
        writeln!(out, "{margin}{} is already installed: {}", v.name, at.display())?;
    } else if v.name == voices::SHIPPED {
        return Err(Problem::new(format!("the voice {} comes with the package and cannot be downloaded", v.name))
            .fix("reinstall Stratus")
            .into());
    } else {
        let cancel = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&cancel))?;
        let at = offer::bring_voice(v, mirror(file).as_deref(), paths, &cancel, &mut super::models::shown(v.name, v.bytes, margin))?;
        writeln!(out, "{margin}{} is in {}", v.name, at.display())?;
    }
    Ok(())
}

fn remove(file: Option<&Path>, paths: &Paths, v: &KnownVoice) -> anyhow::Result<()> {
    let at = paths.voices_dir().join(v.file);
    let mut gone = false;
    for f in [download::part_of(&at), at] {
        match std::fs::remove_file(&f) {
            Ok(()) => gone = true,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => {
                let p =
                    Problem::new(format!("cannot remove {}", f.display())).because(e).fix("close the program that uses it, and try again");
                return Err(p.into());
            }
        }
    }
    let still = neural::installed(&paths.voices_dir()).iter().any(|i| i.name == v.name);
    if !still && super::configuration(file).is_ok_and(|c| c.speech.voice == v.name) {
        config::set_key(&paths.config_file, "speech.voice", "\"auto\"")?;
        writeln!(std::io::stdout(), "speech.voice is \"auto\" again")?;
    }
    let told = match (gone, still) {
        (true, _) => "is removed",
        (false, true) => "is part of the package and cannot be removed; `speech.voice = \"pico\"` uses the simpler voices instead",
        (false, false) => "was not there",
    };
    writeln!(std::io::stdout(), "{} {told}", v.name)?;
    Ok(())
}

/// Each installed voice says the sample sentence, into files or to the speaker.
fn hear(paths: &Paths, folder: Option<&Path>) -> anyhow::Result<()> {
    let there = neural::installed(&paths.voices_dir());
    if there.is_empty() {
        return Err(Problem::new("no neural voice is installed").fix("reinstall Stratus, or `stratus voices get fenrir`").into());
    }
    let mut speaker = None;
    for i in &there {
        let clip = said(LINE, &plain(&i.name))?;
        writeln!(std::io::stdout(), "{}", i.known.map_or_else(|| i.name.clone(), KnownVoice::title))?;
        match folder {
            Some(folder) => {
                std::fs::create_dir_all(folder).map_err(|e| {
                    Problem::new(format!("cannot create the folder {}", folder.display())).because(e).fix("choose another folder")
                })?;
                let name: PathBuf = folder.join(format!("{}.wav", i.name.replace(':', "-")));
                wav::write(&name, &clip.samples, clip.rate)?;
            }
            None => {
                if speaker.is_none() {
                    speaker = Speaker::open();
                }
                let speaker = speaker
                    .as_mut()
                    .ok_or_else(|| Problem::new("there is no speaker").fix("connect one, or write files with --out FOLDER"))?;
                speaker.play(&clip)?;
            }
        }
    }
    Ok(())
}
