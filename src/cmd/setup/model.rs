//! The speech model's step: what is in force is checked; else one is chosen, downloaded, checked and put in force. Then it is timed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::Setup;
use super::ask::{refused, told, well};
use crate::cmd::{bench, doctor, models as command};
use crate::models::{self, Offer};
use crate::problem::Problem;
use crate::speech::{model, trial};

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    chosen(s)?;
    if s.config.speech.model.is_some() {
        match bench::model_in_force(&s.config, &s.paths) {
            Ok(outcome) => writeln!(std::io::stdout(), "   {outcome}")?,
            Err(p) => told("it could not be timed", &p)?,
        }
    }
    Ok(())
}

/// The model of the configuration, or the one that is chosen now.
fn chosen(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if let Some(wanted) = &s.args.model {
        return choose(s, &[], wanted).map_err(Into::into);
    }
    let works = match doctor::parts::speech_model(&s.config) {
        Ok(found) => {
            well(&format!("{found} works"))?;
            true
        }
        Err(p) if s.config.speech.model.is_some() => {
            told("not usable", &p)?;
            false
        }
        Err(_) => false,
    };
    if works && s.ask.yes {
        return Ok(());
    }
    let offers = command::offered(s.config.speech.mirror.as_deref());
    // A mirror that lists one model of its own alone means it; else what suits most pilots.
    let standard = match &offers[..] {
        [one, next, ..] if one.own && !next.own => one.name.clone(),
        _ => models::RECOMMENDED.to_owned(),
    };
    if !s.ask.yes {
        let mut out = std::io::stdout();
        for (n, o) in offers.iter().enumerate() {
            writeln!(out, "   {:>2}  {}", n + 1, o.line())?;
        }
    }
    let brackets = if works { "keep it" } else { standard.as_str() };
    loop {
        let answer = s.ask.line(&format!("Which one? A number, a name, a file, or \"none\" [{brackets}]"))?;
        if answer.is_empty() && works {
            return Ok(());
        }
        match choose(s, &offers, if answer.is_empty() { &standard } else { &answer }) {
            Ok(()) => return Ok(()),
            // Nobody is there to answer otherwise.
            Err(p) if s.ask.yes => return Err(p.into()),
            Err(p) => refused(&p)?,
        }
    }
}

/// Puts in force what was answered: a number of the list, a name, a file, or none.
fn choose(s: &mut Setup<'_>, offers: &[Offer], answer: &str) -> Result<(), Problem> {
    let said = |words: &str| well(words).map_err(|e| Problem::new("cannot write to the terminal").because(e));
    if answer.eq_ignore_ascii_case("none") {
        s.set("speech.model", &"".into())?;
        return said("none; nothing is recognised");
    }
    let numbered = answer.parse::<usize>().ok().and_then(|n| offers.get(n.checked_sub(1)?)).cloned();
    let named = numbered.or_else(|| offers.iter().find(|o| o.name.eq_ignore_ascii_case(answer)).cloned());
    let path = crate::paths::absolute(Path::new(answer));
    let (file, sum) = match named {
        Some(offer) => fetched(s, &offer)?,
        None if path.is_file() => own_file(&path)?,
        None if answer.contains(['/', '\\']) => {
            return Err(Problem::new(format!("there is no file {}", path.display())).fix("check the path, or name a model"));
        }
        None => fetched(s, &crate::dispatch::offer::find(answer, s.config.speech.mirror.as_deref())?)?,
    };
    for (key, value) in command::keys(&file, sum.as_deref(), &s.config) {
        s.set(key, &value)?;
    }
    said(&format!("{} is in force", file.display()))
}

fn fetched(s: &Setup<'_>, offer: &Offer) -> Result<(PathBuf, Option<String>), Problem> {
    let file = command::bring(offer, &s.paths, &AtomicBool::new(false))?;
    trial::once(&model::verify(&file, Some(&offer.sha256))?)?;
    Ok((file, offer.own.then(|| offer.sha256.clone())))
}

/// A file of the pilot's own: tried in a process that may die of it, and put in force with its sum.
fn own_file(path: &Path) -> Result<(PathBuf, Option<String>), Problem> {
    if let Ok(known) = model::verify(path, None) {
        trial::once(&known)?;
        return Ok((path.to_path_buf(), None));
    }
    // What goes by the name of a published model and is none is damaged.
    if path.file_name().and_then(|n| n.to_str()).is_some_and(|n| models::find(n).is_some()) {
        return Err(model::verify(path, None).err().unwrap_or_else(model::none_chosen));
    }
    let sum = crate::download::sum(path)
        .map_err(|e| Problem::new(format!("cannot read {}", path.display())).because(e).fix("make the file readable"))?;
    trial::once(&model::verify(path, Some(&sum))?)?;
    Ok((path.to_path_buf(), Some(sum)))
}
