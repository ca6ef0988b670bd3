//! Progress of the first run, in a file with one word per line, shared by the tray and `stratus setup`, so that either resumes
//! where the other stopped.

use std::io::Write;
use std::path::PathBuf;

use crate::event::{Step, Steps};
use crate::models;
use crate::paths::{Paths, private, private_folder};
use crate::settings::Config;

/// The content of the file once the first run is over.
const OVER: &str = "over";

fn file(paths: &Paths) -> PathBuf {
    paths.data_dir.join("first-run")
}

/// Loads the progress. Without a file, the first run starts only if there is no speech model yet that Stratus knows or the pilot has
/// accepted.
pub fn of(paths: &Paths, config: &Config) -> Steps {
    match std::fs::read_to_string(file(paths)) {
        Ok(text) => read(&text),
        Err(_) if !models::is_vouched(config.speech.model.as_deref(), config.speech.model_sha256.as_deref()) => Steps::begun(),
        Err(_) => Steps::over(),
    }
}

fn read(text: &str) -> Steps {
    let has = |word: &str| text.lines().any(|l| l.trim() == word);
    Steps { leads: !has(OVER), done: Step::ALL.into_iter().filter(|s| has(s.word())).collect() }
}

/// Saves the progress. If that fails, the steps are offered again at the next start.
pub fn keep(paths: &Paths, steps: &Steps) {
    let end = (!steps.leads).then_some(OVER);
    let text: String = steps.done.iter().map(|s| s.word()).chain(end).map(|w| format!("{w}\n")).collect();
    let written = private_folder(&paths.data_dir)
        .and_then(|()| private().write(true).create(true).truncate(true).open(file(paths))?.write_all(text.as_bytes()));
    if let Err(e) = written {
        log::warn!("how far the first run has come is not kept: {e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_run_resumes_and_is_skipped_with_a_model() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::under(dir.path());
        let (none, mut some) = (Config::default(), Config::default());
        some.speech.model = Some("/m/mine.bin".into());
        assert_eq!(of(&paths, &some), Steps::begun(), "a model that nobody has accepted");
        some.speech.model = Some("/m/ggml-base.bin".into());
        assert_eq!((of(&paths, &none), of(&paths, &some)), (Steps::begun(), Steps::over()));
        let half = Steps { leads: true, done: [Step::Model, Step::Key].into() };
        keep(&paths, &half);
        assert_eq!((of(&paths, &none), of(&paths, &some)), (half.clone(), half));
        keep(&paths, &Steps::over());
        assert_eq!(of(&paths, &none), Steps::over());
        std::fs::write(file(&paths), "key\r\nnonsense\n").unwrap();
        assert_eq!(of(&paths, &none).done, [Step::Key].into());
    }
}
