//! A trial of a speech model that the pilot brings: loaded and run once in a process of its own, which may die or hang.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::model::VerifiedModel;
use super::recognise::Recogniser;
use crate::event::Hints;
use crate::problem::Problem;

/// The hidden command that a trial's process runs.
pub const COMMAND: &str = "try-model";
/// The largest models take half a minute from a slow disk; what takes longer hangs.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Models that passed, by SHA-256: one trial a process.
static PASSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// What the trial's process does: loads the file, whatever it is, and recognises a second of noise with it.
pub fn attempt(path: &Path) -> Result<(), Problem> {
    let mut ears = Recogniser::load(&VerifiedModel::untried(path), 1)?;
    let mut state = 1u32;
    let noise: Vec<f32> = (0..20_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1u32 << 24) as f32 * 0.2 - 0.1
        })
        .collect();
    ears.transcribe(&noise, &Hints::default(), &AtomicBool::new(false)).map(drop)
}

/// Tries a model once, unless it is one that Stratus knows, with this very program.
pub fn once(model: &VerifiedModel) -> Result<(), Problem> {
    let passed = || PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    if model.is_known() || passed().contains(model.sha256()) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|e| Problem::new("cannot try the speech model").because(e))?;
    run(&program, model.path(), PATIENCE)?;
    passed().insert(model.sha256().to_owned());
    Ok(())
}

/// Tries a model with `program`, which is Stratus; it is ended after `patience`.
pub fn run(program: &Path, model: &Path, patience: Duration) -> Result<(), Problem> {
    let damaged = |why: String| {
        Problem::new(format!("cannot use the speech model {}", model.display()))
            .because(why)
            .fix("download the model again, or choose another (speech.model in stratus.toml)")
    };
    let mut child = Command::new(program)
        .arg(COMMAND)
        .arg(model)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| Problem::new("cannot try the speech model").because(e).fix("reinstall Stratus"))?;
    let limit = Instant::now() + patience;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < limit => std::thread::sleep(Duration::from_millis(10)),
            ended => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(damaged(ended.err().map_or_else(|| "loading it does not end".into(), |e| e.to_string())));
            }
        }
    };
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(damaged("it cannot be loaded: it is damaged, or no speech model".into())),
        _ => Err(damaged(format!("loading it ends the program that tries ({status}): it is damaged"))),
    }
}
