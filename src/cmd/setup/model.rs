//! The speech model step: the active model is checked; without one, a model is chosen, downloaded, checked and activated. Then it
//! is timed.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::Setup;
use super::ask::{Ask, MARGIN, Progress, refused, say, told, well};
use crate::cmd::{bench, models as command};
use crate::dispatch::offer;
use crate::event::Step;
use crate::models::{self, Model, Offer};
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
        measure(s)?;
    }
    Ok(())
}

/// Measures the model; while it is too slow, offers the next smaller one.
fn measure(s: &mut Setup<'_>) -> anyhow::Result<()> {
    let mut absent = None;
    loop {
        say("Measuring how fast it is on this computer. That takes up to a minute.")?;
        let mut progress = Progress::default();
        let measured = bench::model_in_force(&s.config, &s.paths, &mut |done, of| progress.show(&format!("Test call {done} of {of}")));
        drop(progress);
        let measured = match measured {
            Ok(measured) => measured,
            Err(p) => return Ok(told("its speed could not be measured", &p)?),
        };
        say(&measured.outcome)?;
        let absent = absent.get_or_insert_with(|| offer::absent(s.config.speech.mirror.as_deref(), &s.paths));
        let Some(smaller) = instead(&measured, absent, &mut s.ask)? else { return Ok(()) };
        // If the smaller one is not available, keep the current one.
        if let Err(p) = choose(s, &[], smaller.name) {
            return Ok(told("not changed", &p)?);
        }
    }
}

/// The smaller model that the pilot accepts instead of one that is too slow.
fn instead(measured: &bench::InForce, absent: &[String], ask: &mut Ask<'_>) -> anyhow::Result<Option<&'static Model>> {
    let Some(numbers) = measured.too_slow else { return Ok(None) };
    let Some(smaller) = models::smaller_than(numbers, absent) else {
        let none = if absent.is_empty() { "There is no faster model" } else { "Your mirror has no faster model" };
        say(&format!("{none}, but you can go on: your calls work, with that delay. Closing other programs makes it faster."))?;
        return Ok(None);
    };
    let name = models::plain_name(smaller.name);
    if ask.yes {
        say(&format!("{name} is faster: `stratus models get {}`", smaller.name))?;
        return Ok(None);
    }
    let yes = ask.whether(&format!("Use {name} instead? It is faster ({}), and understands a little less.", smaller.size()), true)?;
    Ok(yes.then_some(smaller))
}

/// The model of the configuration, or the one chosen now.
fn chosen(s: &mut Setup<'_>) -> anyhow::Result<()> {
    if let Some(wanted) = &s.args.model {
        return choose(s, &[], wanted).map_err(Into::into);
    }
    let works = works(s)?;
    if works && s.ask.yes {
        return Ok(());
    }
    let (offers, absent) = available(s);
    // If a mirror lists exactly one private model, that one; otherwise the one that suits most pilots.
    let standard = match &offers[..] {
        [one] => one.name.clone(),
        [one, next, ..] if one.own && !next.own => one.name.clone(),
        _ => models::first_choice(&absent).map_or("none", |m| m.name).to_owned(),
    };
    // The few that suit most pilots first; the rest on request.
    let few = |o: &Offer| o.own || models::suggestion(&o.name).is_some();
    let (mut all, others): (Vec<Offer>, Vec<Offer>) = offers.into_iter().partition(few);
    all.sort_by_key(|o| (!o.own, models::SUGGESTED.iter().position(|s| s.name == o.name)));
    let first = all.len();
    // Each can be chosen by name, even before it is shown.
    all.extend(others);
    list(s, &all, 0..first)?;
    if !s.ask.yes && !absent.is_empty() {
        let few = models::SUGGESTED.iter().filter(|few| absent.iter().any(|a| a == few.name)).map(|few| few.title);
        let few: Vec<&str> = few.collect();
        let which = if few.is_empty() { "some larger ones".to_owned() } else { few.join(", ") };
        say(&format!("Not on your mirror: {which}."))?;
    }
    let brackets = if works { "keep it" } else { standard.as_str() };
    loop {
        let more = if all.len() > first { ", \"more\"" } else { "" };
        let answer = s.ask.line(&format!("Which one? Enter a number, a name, a file{more} or \"none\" [{brackets}]"))?;
        let answer = answer.trim_matches('"').to_owned();
        if answer.is_empty() && works {
            return Ok(());
        }
        if answer.starts_with("http://") || answer.starts_with("https://") {
            match s.set("speech.mirror", &answer.clone().into()) {
                Ok(()) => return chosen(s),
                Err(p) => refused(&p)?,
            }
            continue;
        }
        if answer.eq_ignore_ascii_case("more") {
            list(s, &all, 0..all.len())?;
            if all.len() == first {
                say("There are no others.")?;
            }
            continue;
        }
        match choose(s, &all, if answer.is_empty() { &standard } else { &answer }) {
            Ok(()) => return Ok(()),
            // Nobody is there to answer differently.
            Err(p) if s.ask.yes => return Err(p.into()),
            Err(p) => {
                refused(&p)?;
                if s.config.speech.mirror.is_none() {
                    say("If your club has a server with speech models, enter its address (https://\u{2026}).")?;
                }
            }
        }
    }
}

/// The available models, and the names of published models and voices that the mirror lacks.
fn available(s: &Setup<'_>) -> (Vec<Offer>, Vec<String>) {
    let mirror = s.config.speech.mirror.as_deref();
    let absent = offer::absent(mirror, &s.paths);
    let offers = command::offered(mirror).into_iter().filter(|o| o.own || !absent.contains(&o.name)).collect();
    (offers, absent)
}

/// Lists these models with their numbers.
fn list(s: &Setup<'_>, all: &[Offer], which: Range<usize>) -> anyhow::Result<()> {
    if !s.ask.yes {
        for (n, o) in all.iter().enumerate().take(which.end).skip(which.start) {
            let line = match models::suggestion(&o.name).filter(|_| !o.own) {
                Some(few) => format!("{} \u{2013} {}, {}", few.title, o.size(), few.advice),
                None => o.line(),
            };
            say(&format!("{:>2}  {line}", n + 1))?;
        }
    }
    Ok(())
}

/// Whether the model of the configuration is usable; the pilot may accept an unknown one.
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

/// "Base", or the file name.
fn name(file: &Path) -> String {
    models::plain_name(&file.file_name().map_or_else(String::new, |f| f.to_string_lossy().into()))
}

/// Activates the answer: a list number, a name, a file, or none.
fn choose(s: &mut Setup<'_>, offers: &[Offer], answer: &str) -> Result<(), Problem> {
    let said = |words: &str| well(words).map_err(|e| Problem::new("cannot write to the terminal").because(e));
    if answer.eq_ignore_ascii_case("none") {
        s.set("speech.model", &"".into())?;
        return said("none: only typed calls work");
    }
    let numbered = answer.parse::<usize>().ok().and_then(|n| offers.get(n.checked_sub(1)?)).cloned();
    // Titles from the list take precedence: "Base" means base.en there.
    let titled = |o: &&Offer| !o.own && models::suggestion(&o.name).is_some_and(|few| few.title.eq_ignore_ascii_case(answer));
    let named = numbered
        .or_else(|| offers.iter().find(titled).cloned())
        .or_else(|| offers.iter().find(|o| o.name.eq_ignore_ascii_case(answer)).cloned());
    if named.is_none() && !answer.is_empty() && answer.bytes().all(|b| b.is_ascii_digit()) && !Path::new(answer).is_file() {
        return Err(Problem::new(format!("there is no number {answer} in the list")).fix(match offers.len() {
            1 => "the list has only number 1".to_owned(),
            n => format!("enter a number from 1 to {n}"),
        }));
    }
    let path = crate::paths::absolute(Path::new(answer));
    let title = named.as_ref().filter(|o| o.own).map(|o| o.name.clone());
    let (file, sum) = match named {
        Some(offer) => fetched(s, &offer)?,
        None if path.is_file() => own_file(s, &path)?,
        None if answer.contains(['/', '\\']) => {
            return Err(Problem::new(format!("there is no file {}", path.display())).fix("check the path, or enter the name of a model"));
        }
        // A model that is not listed is not available from the mirror.
        None if !offers.is_empty() && s.config.speech.mirror.is_some() => return Err(not_offered(answer, offers)),
        None => fetched(s, &offer::find(answer, s.config.speech.mirror.as_deref())?)?,
    };
    for (key, value) in command::keys(&file, sum.as_deref(), &s.config) {
        s.set(key, &value)?;
    }
    said(&format!("speech model {} is ready", title.unwrap_or_else(|| name(&file))))
}

/// The mirror lacks the model; lists what it has.
fn not_offered(answer: &str, offers: &[Offer]) -> Problem {
    let what = match models::find(answer) {
        Some(m) => format!("your mirror does not have {}", m.name),
        None => format!("there is no speech model {answer:?}"),
    };
    let names: Vec<&str> = offers.iter().map(|o| o.name.as_str()).collect();
    Problem::new(what).because(format!("your mirror has {}", names.join(", "))).fix("enter one of these, its number, or a file of your own")
}

fn fetched(s: &Setup<'_>, offer: &Offer) -> Result<(PathBuf, Option<String>), Problem> {
    if !offer::is_there(offer, &s.paths) {
        say(&format!("Downloading {} ({})\u{2026}", models::plain_name(&offer.name), offer.size()))
            .map_err(|e| Problem::new("cannot write to the terminal").because(e))?;
    }
    let file = command::bring(offer, &s.paths, &AtomicBool::new(false), MARGIN)?;
    trial::once(&model::verify(&file, Some(&offer.sha256))?)?;
    Ok((file, offer.own.then(|| offer.sha256.clone())))
}

/// A file of the pilot's own: loaded in a separate process, which may crash, and used with its checksum. An unknown file needs
/// consent, or its path on the command line.
fn own_file(s: &mut Setup<'_>, path: &Path) -> Result<(PathBuf, Option<String>), Problem> {
    let refused = match model::verify(path, None) {
        Ok(known) => {
            trial::once(&known)?;
            return Ok((path.to_path_buf(), None));
        }
        Err(refused) => refused,
    };
    let Some(sum) = refused.unknown else { return Err(refused.problem) };
    // A file named like a published model that differs from it is most likely damaged, so it always needs consent.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_model_is_replaced_by_the_next_smaller_one() {
        // The small model's parameters.
        let slow = bench::InForce { outcome: "Small is too slow".into(), too_slow: Some(244_000_000) };
        let answered = |measured: &bench::InForce, absent: &[String], answer: &str, yes: bool| {
            let mut from = answer.as_bytes();
            let mut ask = Ask::new(&mut from, yes, PathBuf::from("/none"));
            instead(measured, absent, &mut ask).unwrap().map(|m| m.name)
        };
        assert_eq!(answered(&slow, &[], "\n", false), Some("base.en"), "Enter accepts it");
        assert_eq!(answered(&slow, &[], "n\n", false), None);
        assert_eq!(answered(&slow, &["base.en".to_owned()], "y\n", false), Some("tiny.en"), "the mirror's models only");
        assert_eq!(answered(&slow, &[], "", true), None, "nobody is there to be asked");
        let quick = bench::InForce { outcome: "Base suits this computer".into(), too_slow: None };
        assert_eq!(answered(&quick, &[], "", false), None, "no question is asked");
        let tiny = bench::InForce { outcome: "Tiny is too slow".into(), too_slow: Some(39_000_000) };
        assert_eq!(answered(&tiny, &[], "", false), None, "no faster model exists");
    }
}
