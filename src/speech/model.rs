//! Checks a speech model's file before it is loaded, because a damaged one can crash or hang the process.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::models::{self, Model};
use crate::problem::{Part, Problem};

/// The demo's model, which comes with the program.
const DEMO: Model = Model {
    name: "stratus-demo-en-q5_0",
    file: models::DEMO_FILE,
    bytes: 4_919_751,
    sha256: "1fb29aa3571e10bfeea8d1672fca5e7bb123cf382eee1f13ddfc2830ff40e49e",
    advice: "for the demo alone",
};

/// The models whose checksums are known.
fn known() -> impl Iterator<Item = &'static Model> {
    [&DEMO].into_iter().chain(models::ALL)
}

/// "ggml", little-endian: the first four bytes of a model in whisper.cpp's format.
const MAGIC: u32 = 0x6767_6d6c;
/// The largest published model is 3.1 GB.
const LARGEST: u64 = 4 << 30;

/// A model file that may be loaded: it has not changed since its checksum was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedModel {
    path: PathBuf,
    sha256: String,
    known: bool,
    parameters: u64,
}

impl VerifiedModel {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// A file that was not checked: only for a process that may die of it.
    pub(super) fn untried(path: &Path) -> Self {
        Self { path: path.to_path_buf(), sha256: String::new(), known: false, parameters: 0 }
    }
    /// Whether Stratus knows the model, so that no trial is needed.
    pub fn is_known(&self) -> bool {
        self.known
    }
    /// Its SHA-256, in hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
    /// Whether it is the demo's model, which does not understand people.
    pub fn is_demo(&self) -> bool {
        self.sha256 == DEMO.sha256
    }
    /// The approximate number of parameters, whatever their encoding, from the file's header.
    pub fn parameters(&self) -> u64 {
        self.parameters
    }
}

/// The problem when no model is chosen.
pub fn none_chosen() -> Problem {
    Problem::new("there is no speech model")
        .because("speech.model is not set")
        .fix(format!("download one from the tray's menu (\"Set up\"), or run `stratus models get {}`", models::RECOMMENDED))
        .about(Part::SpeechModel)
        .brief("Download a speech model to begin", "")
        .remedy("Click the Stratus icon, then \u{201c}Set up\u{201d}.")
}

/// The problem of a model file that cannot be used, in few words: which file, and why.
pub(super) fn unusable(path: &Path, cause: &str) -> Problem {
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    Problem::new(format!("cannot use the speech model {}", path.display()))
        .about(Part::SpeechModel)
        .brief(format!("Speech model {name} not usable"), cause)
}

/// Why a file may not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The problem for the pilot.
    pub problem: Problem,
    /// The SHA-256, in hex, of a file that could be a speech model but is unknown to Stratus. A pilot who trusts it
    /// may name that checksum as the expected one.
    pub unknown: Option<String>,
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self { problem, unknown: None }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        refused.problem
    }
}

/// The problem of a file that could be a speech model but is unknown to Stratus; `like` is a known model with its
/// name or its size.
fn unknown(path: &Path, like: Option<&Model>) -> Problem {
    let (why, cause) = match like {
        None => ("Stratus does not know this file".to_owned(), "It may be a model of your own.".to_owned()),
        Some(k) => (
            format!("this file has the name or the size of the published \"{}\" model, but a different checksum", k.name),
            format!("It looks like the published {} model, but its checksum differs: it may be damaged.", k.name),
        ),
    };
    let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    Problem::new(format!("cannot use the speech model {}", path.display()))
        .about(Part::SpeechModel)
        .because(why)
        .fix(format!("if you trust the file, run `stratus setup --model {}`, or accept it in the tray's menu", path.display()))
        .brief(format!("Stratus does not know the speech model {name}"), cause)
        .remedy("To use it anyway, click the Stratus icon, then \u{201c}Unknown speech model\u{201d}.")
}

/// Checks that `path` is the model that it should be: `expected` (SHA-256, hex) or one that Stratus knows.
pub fn verify(path: &Path, expected: Option<&str>) -> Result<VerifiedModel, Refused> {
    check(path, expected, false)
}

/// Checks quickly whether there is a file at all.
pub fn there(path: &Path) -> Result<(), Problem> {
    let path = &crate::paths::absolute(path);
    std::fs::metadata(path)
        .map(drop)
        .map_err(|e| unusable(path, "There is no such file.").because(e).fix("check speech.model in your settings"))
}

/// Like [`verify`], for a file that the user named on the command line. The user may choose one that Stratus does not
/// know. It is tried in a separate process before it is loaded.
pub fn verify_chosen(path: &Path) -> Result<VerifiedModel, Problem> {
    check(path, None, true).map_err(Problem::from)
}

fn check(path: &Path, expected: Option<&str>, chosen: bool) -> Result<VerifiedModel, Refused> {
    // Expand a leading "~/" as the shell does, because pilots write it so.
    let path = &crate::paths::absolute(path);
    super::processor::check()?;
    let what = || unusable(path, "The file is damaged, or is not a speech model.");
    let again = "download the model again, or choose another in the tray's menu (speech.model)";
    let meta = std::fs::metadata(path)
        .map_err(|e| unusable(path, "There is no such file.").because(e).fix("check speech.model in your settings"))?;
    if !meta.is_file() {
        return Err(what().because("it is not a file").fix("give the model's file, not its folder").into());
    }
    if meta.len() < 64 || meta.len() > LARGEST {
        return Err(what().because(format!("a file of {} bytes is not a speech model", meta.len())).fix(again).into());
    }
    let mut file = File::open(path).map_err(|e| unusable(path, "The file cannot be read.").because(e).fix("make the file readable"))?;
    let mut hash = Sha256::new();
    let mut head = Vec::new();
    let mut block = vec![0u8; 1 << 16];
    loop {
        let n = file.read(&mut block).map_err(|e| what().because(e).fix(again))?;
        if n == 0 {
            break;
        }
        if head.len() < 64 {
            head.extend_from_slice(&block[..n.min(64)]);
        }
        hash.update(&block[..n]);
    }
    plausible(&head).map_err(|why| what().because(why).fix(again))?;
    let sha256: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    match expected {
        Some(sum) if sum.eq_ignore_ascii_case(&sha256) => {}
        Some(sum) => {
            return Err(unusable(path, "Its checksum is not the one in your settings.")
                .because(format!("its SHA-256 is {sha256}, and speech.model_sha256 says {sum}: it is damaged, or another model"))
                .fix(again)
                .into());
        }
        None => {
            if !chosen && known().all(|k| k.sha256 != sha256) {
                let like = known().find(|k| k.bytes == meta.len() || path.file_name().is_some_and(|f| f == k.file));
                return Err(Refused { problem: unknown(path, like), unknown: Some(sha256) });
            }
        }
    }
    let known = known().any(|k| k.sha256 == sha256);
    Ok(VerifiedModel { path: path.to_path_buf(), sha256, known, parameters: parameters(&head) })
}

/// One number of the header; -1 if the header ends before it.
fn int(head: &[u8], i: usize) -> i32 {
    head.get(i * 4..i * 4 + 4).and_then(|b| b.try_into().ok()).map_or(-1, i32::from_le_bytes)
}

/// The approximate number of parameters of the layers: 12 squares of the state's width in each encoder layer, 16 in
/// each decoder layer, and a row for each word.
fn parameters(head: &[u8]) -> u64 {
    let at = |i: usize| u64::try_from(int(head, i)).unwrap_or(0);
    let (words, audio, audio_layers, text, text_layers) = (at(1), at(3), at(5), at(7), at(9));
    audio_layers * 12 * audio * audio + text_layers * 16 * text * text + words * text
}

/// Checks that the header's numbers are in the ranges of real models: vocabulary, contexts, states, heads, layers, mels.
fn plausible(head: &[u8]) -> Result<(), String> {
    let int = |i: usize| int(head, i);
    if int(0).cast_unsigned() != MAGIC {
        return Err("it is not in whisper.cpp's format".into());
    }
    let ranges = [
        ("vocabulary", 1_000, 60_000),
        ("audio context", 64, 1_500),
        ("audio state", 32, 2_048),
        ("audio heads", 1, 64),
        ("audio layers", 1, 64),
        ("text context", 16, 448),
        ("text state", 32, 2_048),
        ("text heads", 1, 64),
        ("text layers", 1, 64),
        ("mel bands", 80, 128),
    ];
    for (i, (name, low, high)) in ranges.into_iter().enumerate() {
        let n = int(i + 1);
        if n < low || n > high {
            return Err(format!("its header is damaged: {name} {n}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_size_is_read_from_its_header() {
        // The published dimensions of tiny.en, base.en and small.en, and OpenAI's numbers of parameters in millions.
        for (width, layers, millions) in [(384, 4, 39), (512, 6, 74), (768, 12, 244)] {
            let ints = [0, 51_864, 1500, width, 0, layers, 448, width, 0, layers, 80];
            let head: Vec<u8> = ints.iter().flat_map(|n: &i32| n.to_le_bytes()).collect();
            let found = parameters(&head);
            assert!(found.abs_diff(millions * 1_000_000) < millions * 100_000, "{found} for {millions} millions");
        }
        assert_eq!(parameters(&[]), 0);
    }

    #[test]
    fn missing_empty_truncated_and_random_files_are_rejected() {
        let dir = tempfile::tempdir().unwrap();
        let good = std::fs::read(crate::speech::files::demo("stratus-demo-en-q5_0.bin").unwrap()).unwrap();
        let file = dir.path().join("model.bin");
        assert!(verify(&file, None).is_err());
        let problem = |path: &Path| verify(path, None).unwrap_err().problem;
        assert!(problem(dir.path()).why[0].contains("not a file"));
        for (bytes, why) in
            [(Vec::new(), "not a speech model"), (good[..1_000_000].to_vec(), "does not know"), (vec![7u8; 5000], "whisper.cpp's format")]
        {
            std::fs::write(&file, bytes).unwrap();
            let p = problem(&file);
            assert!(p.why[0].contains(why) && !p.fix.is_empty(), "{p}");
        }
        let mut flipped = good.clone();
        flipped[3_000_000] ^= 1;
        std::fs::write(&file, &flipped).unwrap();
        let refused = verify(&file, None).unwrap_err();
        assert!(refused.problem.why[0].contains("a different checksum"));
        assert!(verify(&file, refused.unknown.as_deref()).is_ok(), "a user who trusts it may use it");
        let mut vocabulary = good.clone();
        vocabulary[4..8].copy_from_slice(&i32::MAX.to_le_bytes());
        std::fs::write(&file, &vocabulary).unwrap();
        let refused = verify(&file, Some(DEMO.sha256)).unwrap_err();
        assert!(refused.problem.why[0].contains("vocabulary") && refused.unknown.is_none(), "it cannot be used at all");
        std::fs::write(&file, &good).unwrap();
        let demo = verify(&file, None).unwrap();
        assert!(demo.sha256() == DEMO.sha256 && demo.is_demo());
        assert!(verify(&file, Some(&"0".repeat(64))).is_err());
    }
}
