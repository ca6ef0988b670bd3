//! What the weights were made from: the checksums of corpora, trainer and weights, kept together in `made-of.txt`.
//!
//! A test compares them, so that none of the three changes without the others. The test does not train.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The file with the checksums, from the root.
const SUMS: &str = "crates/stratus-train/made-of.txt";

/// The code that determines the weights, from the root: the trainer, and the reader's features.
fn code() -> Result<Vec<String>, String> {
    let folder = root().join("crates/stratus-train/src");
    let files = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names: Vec<String> = files.flatten().map(|f| format!("crates/stratus-train/src/{}", f.file_name().to_string_lossy())).collect();
    // This file only keeps the checksums.
    names.retain(|n| !n.ends_with("/made_of.rs"));
    names.push("crates/stratus-atc/src/hear/features.rs".into());
    names.sort();
    Ok(names)
}

/// A file's checksum, without carriage returns, so that a checkout's line ends do not matter.
fn sum(path: &str) -> Result<String, String> {
    let bytes = std::fs::read(root().join(path)).map_err(|e| format!("{path}: {e}"))?;
    let text = !path.ends_with(".weights");
    let kept: Vec<u8> = bytes.into_iter().filter(|b| !text || *b != b'\r').collect();
    Ok(Sha256::digest(&kept).iter().map(|b| format!("{b:02x}")).collect())
}

fn lines(corpora: &[String], weights: &str) -> Result<String, String> {
    let files = corpora.iter().cloned().chain(code()?).chain([weights.to_owned()]);
    files.map(|f| Ok(format!("{}  {f}\n", sum(&f)?))).collect()
}

/// Writes the checksums; the paths are relative to the root.
///
/// # Errors
/// The file that cannot be read or written.
pub fn write(corpora: &[String], weights: &str) -> Result<(), String> {
    std::fs::write(root().join(SUMS), lines(corpora, weights)?).map_err(|e| format!("{SUMS}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus;
    use crate::engine::{Intent, Weights, normalise, read};
    use crate::lessons::seen;

    const WEIGHTS: &str = "crates/stratus-atc/src/hear/reader.weights";

    /// The corpora that the file lists.
    fn corpora() -> Vec<String> {
        let sums = std::fs::read_to_string(root().join(SUMS)).unwrap();
        sums.lines().filter_map(|l| l.split_once("  ")).map(|(_, f)| f.to_owned()).filter(|f| f.ends_with(".jsonl")).collect()
    }

    #[test]
    fn corpora_trainer_and_weights_belong_together() {
        let kept = std::fs::read_to_string(root().join(SUMS)).unwrap().replace('\r', "");
        let now = lines(&corpora(), WEIGHTS).unwrap();
        let changed: Vec<&str> = now.lines().filter(|l| !kept.contains(*l)).map(|l| &l[66..]).collect();
        assert!(changed.is_empty() && kept == now, "changed since the weights were made: {changed:?}; run scripts/train.sh");
        let of = |folder: &str| -> Vec<String> {
            let files = std::fs::read_dir(root().join(folder)).unwrap().flatten();
            files.map(|f| format!("{folder}/{}", f.file_name().to_string_lossy())).collect()
        };
        let all = [of("corpora"), of("corpora/more")].concat();
        for f in all.iter().filter(|f| f.ends_with(".jsonl")) {
            assert!(corpora().contains(f), "{f} is not in the training data: run scripts/train.sh");
        }
        assert!(corpora().iter().all(|f| !f.contains("held-out")), "held-out calls are in the training data");
    }

    #[test]
    fn the_weights_are_whole_and_fit_what_the_engine_hears_today() {
        let file = std::fs::read(root().join(WEIGHTS)).unwrap();
        assert!(Weights::new(&file).is_some(), "no weights: run scripts/train.sh");
        // The reader still knows what it learned, unless hearing and its features have changed since.
        let (mut n, mut right) = (0, 0);
        for f in corpora() {
            for c in corpus::read(&root().join(&f)).unwrap().iter().step_by(7) {
                let intent = read(&normalise(&c.text, &c.ctx), &c.ctx).intent;
                n += 1;
                right += usize::from(c.labels[0].is_some_and(|l| {
                    Intent::ALL[usize::from(l)] == intent || c.also.iter().any(|a| Intent::ALL[usize::from(*a)] == intent)
                }));
            }
        }
        assert!(n > 900 && right * 100 >= n * 95, "{right} of {n} training calls are read right: run scripts/train.sh");
    }

    #[test]
    fn training_gives_the_same_bytes_every_time() {
        use crate::linear::{Lesson, plans, train};
        let calls = corpus::read(&root().join("corpora/hostile.jsonl")).unwrap();
        let more = corpus::read(&root().join("tests/cases/understand.jsonl")).unwrap();
        let lessons: Vec<Lesson> =
            calls.iter().chain(&more).map(|c| Lesson { features: seen(&c.text, &c.ctx), labels: c.labels }).collect();
        let (one, two) = (train(lessons.iter(), &plans()), train(lessons.iter(), &plans()));
        assert!(one == two && Weights::new(&one).is_some());
    }
}
