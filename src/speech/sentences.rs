//! The sentence model of the package: found, verified, loaded when a call must be read, and dropped with the speech model.
//!
//! It is optional: if its file is missing or damaged, the rules and the linear reader read calls alone.

use std::path::Path;

use sha2::{Digest, Sha256};
use stratus_sentences::{MOST_BYTES, Scene as Asked, SentenceModel};

use super::files;
use crate::event::{Opinion, Scene};
use crate::problem::Problem;

/// Its file, in the folder `sentences` of the package.
const FILE: &str = "sentences.bin";
/// The file's SHA-256: only the model with the labels of this version is loaded.
pub const SHA256: &str = "db381ae294825870e59b9fec0d7ba314db99ccc37d3ec085a961d5371a6d17b8";

/// A loaded sentence model.
#[derive(Debug)]
pub struct Sentences(SentenceModel);

impl Sentences {
    /// Loads the package's sentence model.
    pub fn load() -> Result<Self, Problem> {
        let file = files::of_sentences(FILE).ok_or_else(|| {
            Problem::new("the sentence model cannot be found")
                .because("it is neither next to the program nor in share/stratus")
                .fix("reinstall Stratus; unusual wordings are understood less well without it")
        })?;
        Self::read(&file)
    }

    fn read(file: &Path) -> Result<Self, Problem> {
        let wrong = |why: String| {
            Problem::new(format!("the sentence model {} cannot be used", file.display()))
                .because(why)
                .fix("reinstall Stratus; unusual wordings are understood less well without it")
        };
        let length = std::fs::metadata(file).map_err(|e| wrong(e.to_string()))?.len();
        if length > MOST_BYTES as u64 {
            return Err(wrong(format!("it is too large ({length} bytes)")));
        }
        let bytes = std::fs::read(file).map_err(|e| wrong(e.to_string()))?;
        let sum: String = Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect();
        if sum != SHA256 {
            return Err(wrong(format!("its SHA-256 is {sum}, not {SHA256}")));
        }
        SentenceModel::load(&bytes).map(Self).map_err(|e| wrong(e.to_string()))
    }

    /// The model's opinion on a call; `None` if the model fails, which is logged.
    pub fn opinion(&self, call: &str, scene: &Scene) -> Option<Opinion> {
        let words = Opinion::words(call)?;
        let asked = Asked { facility: &scene.facility, region: &scene.region, last_atc: &scene.last_atc };
        match self.0.scores(&words, &asked) {
            Ok(scores) => {
                let opinion = Opinion::from_scores(&scores);
                if opinion.is_none() {
                    log::warn!("the sentence model gives {} scores, which are not one for each label", scores.len());
                }
                opinion
            }
            Err(e) => {
                log::warn!("{e}");
                None
            }
        }
    }

    /// The scores of the subjects of each part of a call; nothing if the model fails, which is logged.
    fn subjects(&self, call: &str) -> Vec<Vec<f32>> {
        let read = |part: &String| self.0.subjects(part).inspect_err(|e| log::warn!("{e}")).ok();
        Opinion::parts(call).iter().map(read).collect::<Option<_>>().unwrap_or_default()
    }
}

/// Loads the sentence model at its first use, and only once if that fails.
#[derive(Debug, Default)]
pub struct OnDemand {
    loaded: Option<Sentences>,
    /// The file is unusable, so later calls do not try it again.
    failed: bool,
}

impl OnDemand {
    /// The model's opinion on what a call states, without its questions, and on what each part is about; `None` without a model.
    pub fn opinion(&mut self, call: &str, scene: &Scene) -> Option<Opinion> {
        self.load();
        let model = self.loaded.as_ref()?;
        Some(model.opinion(&Opinion::stated(call), scene)?.with_subjects(&model.subjects(call)))
    }

    /// Loads the model, unless it is loaded or unusable.
    pub fn load(&mut self) {
        if self.loaded.is_none() && !self.failed {
            match Sentences::load() {
                Ok(model) => self.loaded = Some(model),
                Err(p) => {
                    log::warn!("{}", p.one_line());
                    self.failed = true;
                }
            }
        }
    }

    /// Drops the model, so that the next call loads it again; whether there was one.
    pub fn rest(&mut self) -> bool {
        self.loaded.take().is_some()
    }

    /// Whether the model is loaded.
    pub fn is_loaded(&self) -> bool {
        self.loaded.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atc::intent::{Context, Intent};
    use crate::atc::understand::understand;
    use crate::units::Facility;

    #[test]
    fn packaged_model_reads_a_wording_that_no_rule_has() {
        let model = Sentences::load().unwrap();
        let ctx = Context { facility: Some(Facility::Approach), own: "N172SP".parse().ok(), ..Context::default() };
        let read = |text: &str| {
            let opinion = model.opinion(text, &ctx.scene());
            assert!(opinion.is_some(), "no opinion on {text}");
            understand(text, &Context { opinion, ..ctx.clone() }).intent
        };
        assert_eq!(read("NorCal, Skyhawk 172SP, which way to the coast, I can't work out where on earth I am"), Intent::Lost);
        assert!(model.opinion("  ", &ctx.scene()).is_none());
        // Words that the pilot takes back are ignored.
        let tower = Context { facility: Some(Facility::Tower), ..ctx.clone() };
        let corrected = "Palo Alto Tower, Skyhawk 172SP, request touch and go, correction, request taxi";
        let opinion = model.opinion(corrected, &tower.scene());
        assert!(opinion.is_some());
        assert_eq!(understand(corrected, &Context { opinion, ..tower.clone() }).intent, Intent::TaxiRequest);
        // The time is bounded for any text.
        assert!(model.opinion(&"mayday \u{0} ".repeat(20_000), &ctx.scene()).is_some());
    }

    #[test]
    fn packaged_model_reads_what_each_part_is_about() {
        let mut model = OnDemand::default();
        let call = "Boston Tower, Skyhawk 172SP, one of the deer is back on the grass. Could you check that our wheels are down?";
        let opinion = model.opinion(call, &Scene::default()).unwrap();
        let text = serde_json::to_string(&opinion).unwrap();
        let parts: Vec<&str> = text.trim_matches('"').split(' ').skip(1).collect();
        assert_eq!(parts.len(), 2, "{text}");
        assert!(parts[0].starts_with("birds:") && parts[1].starts_with("gear_look:"), "{text}");
        // As in a recording.
        assert_eq!(serde_json::from_str::<Opinion>(&text).unwrap(), opinion);
    }

    #[test]
    fn missing_or_changed_file_is_refused_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        assert!(Sentences::read(&file).unwrap_err().one_line().contains("reinstall"));
        let mut bytes = std::fs::read(files::of_sentences(FILE).unwrap()).unwrap();
        bytes[1_000_000] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        assert!(Sentences::read(&file).unwrap_err().one_line().contains("SHA-256"));
    }
}
