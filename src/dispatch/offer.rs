//! Available speech models: the published ones and those of the pilot's mirror. Downloads and checks models and voices.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::download::{self, Known, Patience, Wanted};
use crate::models::voices::{self, KnownVoice};
use crate::models::{self, Offer};
use crate::paths::Paths;
use crate::problem::{Part, Problem, sentence};
use crate::speech::{model, neural};

/// Maximum size of a model list.
const INDEX_BYTES: u64 = 64 << 10;

/// The models that only the mirror offers. Empty without a mirror, or without a list there.
pub fn own(mirror: Option<&str>) -> Result<Vec<Offer>, Problem> {
    own_within(mirror, Patience::default())
}

/// A list that cannot be used concerns [`Part::Mirror`], a mirror that cannot be reached another part.
fn own_within(mirror: Option<&str>, patience: Patience) -> Result<Vec<Offer>, Problem> {
    let Some(mirror) = mirror else { return Ok(Vec::new()) };
    let url = format!("{}/{}", mirror.trim_end_matches('/'), models::INDEX);
    let Some(text) = download::text(&url, INDEX_BYTES, patience)? else { return Ok(Vec::new()) };
    models::own(&text, mirror).map_err(|why| {
        let shown = sentence(&why);
        Problem::new("cannot use the mirror's list of speech models")
            .because(url)
            .because(why)
            .fix("ask the mirror's owner, or remove the mirror's address from your settings to use the public hub")
            .about(Part::Mirror)
            .brief("Your mirror's list of models cannot be used", shown)
    })
}

/// The published models, from the mirror if there is one.
pub fn published(mirror: Option<&str>) -> Vec<Offer> {
    models::ALL.iter().map(|m| Offer::published(m, mirror)).collect()
}

/// Names of the published models and voices that the pilot's mirror lacks, or has another file for, except installed ones. Without a
/// mirror, everything is available.
pub fn absent(mirror: Option<&str>, paths: &Paths) -> Vec<String> {
    let Some(mirror) = mirror else { return Vec::new() };
    let models = published(Some(mirror)).into_iter().filter(|o| !is_there(o, paths));
    let there = neural::installed(&paths.voices_dir());
    let voices = voices::ALL.iter().filter(|v| v.name != voices::SHIPPED && !there.iter().any(|i| i.name == v.name));
    let all: Vec<Offer> = models.chain(voices.map(|v| v.offer(Some(mirror)))).collect();
    let files: Vec<(&str, u64)> = all.iter().map(|o| (o.url.as_str(), o.bytes)).collect();
    let quick = Patience { answer: Duration::from_secs(5), body: Duration::from_secs(5), ..Patience::default() };
    let own = match own_within(Some(mirror), quick) {
        Ok(own) => own,
        Err(p) if p.part == Part::Mirror => Vec::new(),
        // It will not answer about the files either.
        Err(_) => return Vec::new(),
    };
    let missing = download::not_there(&files, quick);
    // A private model under a published file name takes its place on the mirror.
    let is_gone = |o: &&Offer| missing.contains(&o.url.as_str()) || own.iter().any(|other| other.url == o.url);
    all.iter().filter(is_gone).map(|o| o.name.clone()).collect()
}

/// The offer with this name. The mirror is queried only for unpublished names.
pub fn find(name: &str, mirror: Option<&str>) -> Result<Offer, Problem> {
    if let Some(m) = models::find(name) {
        return Ok(Offer::published(m, mirror));
    }
    let own = own(mirror)?;
    let names: Vec<&str> = models::ALL.iter().map(|m| m.name).chain(own.iter().map(|o| o.name.as_str())).collect();
    let unknown = || {
        Problem::new(format!("there is no speech model {name:?}"))
            .because(format!("the models are {}", names.join(", ")))
            .fix(format!("`stratus models get {}` suits most pilots", models::RECOMMENDED))
    };
    own.iter().find(|o| o.name.eq_ignore_ascii_case(name) || o.file.eq_ignore_ascii_case(name)).cloned().ok_or_else(unknown)
}

/// Path of an installed model.
pub fn place(offer: &Offer, paths: &Paths) -> PathBuf {
    paths.models_dir().join(&offer.file)
}

/// Whether it exists, judging by its size.
pub fn is_there(offer: &Offer, paths: &Paths) -> bool {
    std::fs::metadata(place(offer, paths)).is_ok_and(|f| f.len() == offer.bytes)
}

/// Whether it exists and is intact.
pub fn is_whole(offer: &Offer, paths: &Paths) -> bool {
    is_there(offer, paths) && model::verify(&place(offer, paths), Some(&offer.sha256)).is_ok()
}

/// Downloads a model unless it exists intact, and returns its path.
pub fn bring(offer: &Offer, paths: &Paths, cancel: &AtomicBool, progress: &mut dyn FnMut(u64)) -> Result<PathBuf, Problem> {
    let to = place(offer, paths);
    if is_whole(offer, paths) {
        return Ok(to);
    }
    let mirrored = !offer.url.starts_with(models::HUB);
    let wanted = Wanted {
        what: format!("the speech model {}", offer.name),
        url: offer.url.clone(),
        to: to.clone(),
        known: Known::Published { bytes: offer.bytes, sha256: offer.sha256.clone() },
        otherwise: otherwise(mirrored, "try again later, or download the file with a browser and set speech.model"),
        mirrored,
    };
    download::fetch(&wanted, Patience::default(), cancel, progress)?;
    // A file that matches the mirror's checksum may still not be a speech model.
    model::verify(&to, Some(&offer.sha256)).inspect_err(|_| {
        let _ = std::fs::remove_file(&to);
    })?;
    Ok(to)
}

/// The remedy if the server does not have a file as published.
fn otherwise(mirrored: bool, hub: &'static str) -> &'static str {
    match mirrored {
        true => "choose another, remove the mirror's address from your settings to use the public hub, or ask the mirror's owner",
        false => hub,
    }
}

/// Whether a downloaded voice exists and is intact.
pub fn is_voice_whole(voice: &KnownVoice, paths: &Paths) -> bool {
    neural::is_whole(voice, &paths.voices_dir().join(voice.file))
}

/// Downloads a voice unless it exists intact, and returns its path.
pub fn bring_voice(
    voice: &KnownVoice,
    mirror: Option<&str>,
    paths: &Paths,
    cancel: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<PathBuf, Problem> {
    let to = paths.voices_dir().join(voice.file);
    if is_voice_whole(voice, paths) {
        return Ok(to);
    }
    let offer = voice.offer(mirror);
    let wanted = Wanted {
        what: format!("the voice {}", voice.name),
        url: offer.url,
        to: to.clone(),
        known: Known::Published { bytes: offer.bytes, sha256: offer.sha256 },
        otherwise: otherwise(mirror.is_some(), "try again later, or download the file with a browser into the voices folder"),
        mirrored: mirror.is_some(),
    };
    download::fetch(&wanted, Patience::default(), cancel, progress)?;
    Ok(to)
}
