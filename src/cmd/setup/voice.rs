//! The voices' step: which are installed; others are downloaded where somebody asks for them. What is not there is never missed.

use std::io::IsTerminal;

use super::Setup;
use super::ask::{told, well};
use crate::cmd::voices as command;
use crate::models::voices;
use crate::problem::Problem;
use crate::speech::neural;

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let there = neural::installed(&s.paths.voices_dir());
    let names: Vec<&str> = there.iter().map(|i| i.name.as_str()).collect();
    match names.is_empty() {
        true => {
            told("no neural voice; the simpler one, Pico, speaks", &Problem::new("no neural voice is installed").fix("reinstall Stratus"))?
        }
        false => well(&format!("controllers' voices: {}", names.join(", ")))?,
    }
    let missing: Vec<_> = voices::ALL.iter().filter(|v| v.name != voices::SHIPPED && !names.contains(&v.name)).collect();
    let wanted = match &s.args.voices {
        Some(wanted) => wanted.clone(),
        None if !s.ask.yes && !missing.is_empty() && std::io::stdin().is_terminal() => {
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
            // A voice less is no reason to break the set-up off.
            match command::get(Some(&s.paths.config_file), &s.paths, v) {
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
