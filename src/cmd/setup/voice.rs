//! The voices step: lists the installed voices, and downloads others on request. None of them is required.

use std::io::IsTerminal;

use super::Setup;
use super::ask::{MARGIN, say, told, well};
use crate::cmd::voices as command;
use crate::dispatch::offer;
use crate::models::voices::{self, KnownVoice};
use crate::problem::Problem;
use crate::speech::neural;

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = neural::installed(&s.paths.voices_dir());
    let names: Vec<&str> = there.iter().map(|i| i.name.as_str()).collect();
    match names.is_empty() {
        true => {
            told("no neural voice; the simpler one, Pico, speaks", &Problem::new("no neural voice is installed").fix("reinstall Stratus"))?
        }
        false => {
            let titles: Vec<String> = there.iter().map(|i| i.known.map_or_else(|| i.name.clone(), KnownVoice::title)).collect();
            well(&format!("controllers' voices: {}", titles.join(", ")))?;
        }
    }
    let mut missing: Vec<_> = voices::ALL.iter().filter(|v| v.name != voices::SHIPPED && !names.contains(&v.name)).collect();
    let asks = s.args.voices.is_none() && !s.ask.yes && !missing.is_empty() && std::io::stdin().is_terminal();
    if asks {
        let absent = offer::absent(s.config.speech.mirror.as_deref(), &s.paths);
        let (gone, there): (Vec<&KnownVoice>, Vec<&KnownVoice>) = missing.into_iter().partition(|v| absent.iter().any(|a| a == v.name));
        if !gone.is_empty() {
            say(&format!("{} more voices exist, but not on your mirror. Stratus works without them.", gone.len()))?;
        }
        missing = there;
    }
    let wanted = match &s.args.voices {
        Some(wanted) => wanted.clone(),
        None if asks && !missing.is_empty() => {
            let list: Vec<String> = missing.iter().map(|v| format!("{} ({}, {})", v.name, v.who, v.offer(None).size())).collect();
            s.ask.line(&format!("Download more voices? {}. Enter names, \"all\" or \"none\" [none]", list.join(", ")))?
        }
        None => String::new(),
    };
    for name in wanted.split([',', ' ']).filter(|n| !n.is_empty() && !n.eq_ignore_ascii_case("none")) {
        let chosen: Vec<_> = if name.eq_ignore_ascii_case("all") { missing.clone() } else { voices::find(name).into_iter().collect() };
        if chosen.is_empty() {
            told("not known", &Problem::new(format!("there is no voice {name:?}")).fix("`stratus voices` lists them"))?;
        }
        for v in chosen {
            // A missing voice does not abort the setup.
            match command::get(Some(&s.paths.config_file), &s.paths, v, MARGIN) {
                Ok(()) => well(&v.title())?,
                Err(e) => match e.downcast::<Problem>() {
                    Ok(p) => told("not downloaded", &p)?,
                    Err(e) => return Err(e),
                },
            }
        }
    }
    Ok(())
}
