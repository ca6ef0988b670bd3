//! The speech model's step: what is in force is checked; else one is chosen, downloaded, checked and put in force. Then it is timed.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::Setup;
use super::ask::{refused, say, told, well};
use crate::cmd::{bench, models as command};
use crate::event::Step;
use crate::models::{self, Offer};
use crate::problem::Problem;
use crate::speech::{model, trial};

pub(super) fn step(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let before = s.config.speech.model.clone();
    chosen(s)?;
    if s.config.speech.model.is_some() {
        s.done(Step::Model);
        if s.config.speech.model == before {
            return Ok(());
        }
        say("Measuring how fast it is on this computer; that may take a minute\u{2026}")?;
        match bench::model_in_force(&s.config, &s.paths) {
            Ok(outcome) => say(&outcome)?,
            Err(p) => told("its speed could not be measured", &p)?,
        }
    }
    Ok(())
}

/// The model of the configuration, or the one that is chosen now.
fn chosen(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if let Some(wanted) = &s.args.model {
        return choose(s, &[], wanted).map_err(Into::into);
    }
    let works = works(s)?;
    if works && s.ask.yes {
        return Ok(());
    }
    let offers = command::offered(s.config.speech.mirror.as_deref());
    // A mirror that lists one model of its own alone means it; else what suits most pilots.
    let standard = match &offers[..] {
        [one, next, ..] if one.own && !next.own => one.name.clone(),
        _ => models::RECOMMENDED.to_owned(),
    };
    // The few that suit most pilots first: the others are for whoever asks for them.
    let few = |o: &Offer| o.own || models::suggestion(&o.name).is_some();
    let (mut shown, others): (Vec<Offer>, Vec<Offer>) = offers.into_iter().partition(few);
    shown.sort_by_key(|o| (!o.own, models::SUGGESTED.iter().position(|s| s.name == o.name)));
    let mut others = Some(others);
    list(s, &shown, 0)?;
    let brackets = if works { "keep it" } else { standard.as_str() };
    loop {
        let more = if others.is_some() { ", \"more\"" } else { "" };
        let answer = s.ask.line(&format!("Which one? Enter a number, a name, a file{more} or \"none\" [{brackets}]"))?;
        if answer.is_empty() && works {
            return Ok(());
        }
        if answer.eq_ignore_ascii_case("more")
            && let Some(rest) = others.take()
        {
            let from = shown.len();
            shown.extend(rest);
            list(s, &shown, from)?;
            continue;
        }
        match choose(s, &shown, if answer.is_empty() { &standard } else { &answer }) {
            Ok(()) => return Ok(()),
            // Nobody is there to answer otherwise.
            Err(p) if s.ask.yes => return Err(p.into()),
            Err(p) => refused(&p)?,
        }
    }
}

/// Shows the models from this one on, with their numbers.
fn list(s: &Setup<'_>, all: &[Offer], from: usize) -> anyhow::Result<()> {
    if !s.ask.yes {
        for (n, o) in all.iter().enumerate().skip(from) {
            let line = match models::suggestion(&o.name).filter(|_| !o.own) {
                Some(few) => format!("{} \u{2013} {}, {}", few.title, o.size(), few.advice),
                None => o.line(),
            };
            say(&format!("{:>2}  {line}", n + 1))?;
        }
    }
    Ok(())
}

/// Whether the model of the configuration can be used; the pilot may say yes to one that Stratus does not know.
fn works(s: &mut Setup<'_>) -> anyhow::Result<bool> {
    let Some(path) = s.config.speech.model.clone() else { return Ok(false) };
    let tried = match model::verify(&path, s.config.speech.model_sha256.as_deref()) {
        Err(refused) if !s.ask.yes => match refused.unknown {
            Some(sum) => {
                told("not known", &refused.problem.fix(""))?;
                if !s.ask.whether("Use it anyway?", false)? {
                    return Ok(false);
                }
                s.set("speech.model_sha256", &sum.clone().into())?;
                model::verify(&path, Some(&sum))
            }
            None => Err(refused),
        },
        other => other,
    };
    match tried.map_err(Problem::from).and_then(|known| trial::once(&known)) {
        Ok(()) => {
            well(&format!("speech model {} works", name(&path)))?;
            Ok(true)
        }
        Err(p) => {
            told("not usable", &p)?;
            Ok(false)
        }
    }
}

/// "Base", or the file's name.
fn name(file: &Path) -> String {
    models::plain_name(&file.file_name().map_or_else(String::new, |f| f.to_string_lossy().into()))
}

/// Puts in force what was answered: a number of the list, a name, a file, or none.
fn choose(s: &mut Setup<'_>, offers: &[Offer], answer: &str) -> Result<(), Problem> {
    let said = |words: &str| well(words).map_err(|e| Problem::new("cannot write to the terminal").because(e));
    if answer.eq_ignore_ascii_case("none") {
        s.set("speech.model", &"".into())?;
        return said("none: only typed calls work");
    }
    let numbered = answer.parse::<usize>().ok().and_then(|n| offers.get(n.checked_sub(1)?)).cloned();
    // What the list calls a model goes first: "Base" stands there for base.en.
    let titled = |o: &&Offer| !o.own && models::suggestion(&o.name).is_some_and(|few| few.title.eq_ignore_ascii_case(answer));
    let named = numbered
        .or_else(|| offers.iter().find(titled).cloned())
        .or_else(|| offers.iter().find(|o| o.name.eq_ignore_ascii_case(answer)).cloned());
    if named.is_none() && !answer.is_empty() && answer.bytes().all(|b| b.is_ascii_digit()) && !Path::new(answer).is_file() {
        return Err(Problem::new(format!("there is no number {answer} in the list")).fix(format!("a number from 1 to {}", offers.len())));
    }
    let path = crate::paths::absolute(Path::new(answer));
    let (file, sum) = match named {
        Some(offer) => fetched(s, &offer)?,
        None if path.is_file() => own_file(s, &path)?,
        None if answer.contains(['/', '\\']) => {
            return Err(Problem::new(format!("there is no file {}", path.display())).fix("check the path, or enter the name of a model"));
        }
        None => fetched(s, &crate::dispatch::offer::find(answer, s.config.speech.mirror.as_deref())?)?,
    };
    for (key, value) in command::keys(&file, sum.as_deref(), &s.config) {
        s.set(key, &value)?;
    }
    said(&format!("speech model {} is ready", name(&file)))
}

fn fetched(s: &Setup<'_>, offer: &Offer) -> Result<(PathBuf, Option<String>), Problem> {
    let file = command::bring(offer, &s.paths, &AtomicBool::new(false))?;
    trial::once(&model::verify(&file, Some(&offer.sha256))?)?;
    Ok((file, offer.own.then(|| offer.sha256.clone())))
}

/// A file of the pilot's own: tried in a process that may die of it, and used with its sum. One that Stratus does not know is
/// used by a yes, or where its path was given on the command line.
fn own_file(s: &mut Setup<'_>, path: &Path) -> Result<(PathBuf, Option<String>), Problem> {
    let refused = match model::verify(path, None) {
        Ok(known) => {
            trial::once(&known)?;
            return Ok((path.to_path_buf(), None));
        }
        Err(refused) => refused,
    };
    let Some(sum) = refused.unknown else { return Err(refused.problem) };
    // What goes by the name of a published model and is none is most often damaged: nobody says yes to that unasked.
    let published = path.file_name().and_then(|n| n.to_str()).is_some_and(|n| models::find(n).is_some());
    if s.ask.yes && published {
        return Err(refused.problem);
    }
    if !s.ask.yes {
        let said = told("not known", &refused.problem.fix(""));
        said.map_err(|e| Problem::new("cannot write to the terminal").because(e))?;
        let yes =
            s.ask.whether("Use it anyway?", false).map_err(|e| e.downcast::<Problem>().unwrap_or_else(|e| Problem::new(e.to_string())))?;
        if !yes {
            return Err(Problem::new("this file is not used").fix("choose another"));
        }
    }
    trial::once(&model::verify(path, Some(&sum))?)?;
    Ok((path.to_path_buf(), Some(sum)))
}
