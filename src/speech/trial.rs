//! Tries the pilot's own speech model: loads and runs it once in a separate process, which may die or hang.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::model::VerifiedModel;
use super::recognise::Recogniser;
use crate::event::Hints;
use crate::paths::{Paths, append_private};
use crate::problem::Problem;

/// The hidden command that a trial's process runs.
pub const COMMAND: &str = "try-model";
/// The hidden command that the trial of a voice runs.
pub const VOICE_COMMAND: &str = "try-voice";
/// The processor time that the trial of a voice may take; a good voice takes a second.
const VOICE_WORK: Duration = Duration::from_secs(20);
/// The option that asks for the graphics card.
const CARD: &str = "--card";
/// The prefix of the words that were recognised on the card.
pub const HEARD: &str = "heard: ";
/// How much longer a trial may take by the clock than in processor time: beside a simulator that uses every core,
/// from a slow disk.
const BESIDE_OTHERS: u32 = 5;

/// Models that passed, by SHA-256. Where the file with the passed models cannot be written, each process tries a model once.
static PASSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Stratus is ending: no trial is waited for.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Abandons all trials, for good.
pub fn give_up() {
    ENDING.store(true, Ordering::Relaxed);
}

/// The time that the trial of a model of `bytes` may take on one processor. The small model (488 MB) takes 24 s, and
/// the largest (3 GB) needs about seven times as much.
pub fn allowed(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / 4_000_000)
}

/// How long a trial on the graphics card may take by the clock. The first one compiles the card's programs, and the
/// model is copied to the card at 20 MB a second or faster.
fn on_card(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / 20_000_000)
}

/// What the trial's process does: loads any file, and recognises a second of noise with it.
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

/// Tries a model once with this program, unless Stratus knows the model.
pub fn once(model: &VerifiedModel) -> Result<(), Problem> {
    let passed = || PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = Paths::find(None).ok().map(|p| p.models_dir().join("tried"));
    if model.is_known() || passed().contains(model.sha256()) || kept.as_deref().is_some_and(|k| is_kept(k, model.sha256())) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|e| Problem::new("cannot try the speech model").because(e))?;
    let bytes = std::fs::metadata(model.path()).map_or(0, |m| m.len());
    run(&program, model.path(), allowed(bytes))?;
    passed().insert(model.sha256().to_owned());
    if let Some(e) = kept.and_then(|k| keep(&k, model.sha256()).err()) {
        log::info!("that the speech model passed its trial is not kept: {e}");
    }
    Ok(())
}

/// Tries a voice's file that is not in the catalogue once, with this program.
pub(super) fn voice(file: &Path, sha256: &str) -> Result<(), Problem> {
    let passed = || PASSED.lock().unwrap_or_else(PoisonError::into_inner);
    if passed().contains(sha256) {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(|e| Problem::new("cannot try the voice").because(e))?;
    run_voice(&program, file, VOICE_WORK)?;
    passed().insert(sha256.to_owned());
    Ok(())
}

/// Tries a voice with `program`, which is Stratus. A process that hangs is ended, as for models.
pub fn run_voice(program: &Path, file: &Path, work: Duration) -> Result<(), Problem> {
    let damaged = |why: String| {
        Problem::new(format!("cannot use the voice {}", file.display()))
            .because(why)
            .fix("choose another voice in the tray's menu; meanwhile the simpler voice speaks")
    };
    let mut child =
        start(program, VOICE_COMMAND, file, false).map_err(|e| Problem::new("cannot try the voice").because(e).fix("reinstall Stratus"))?;
    let status = wait(&mut child, work, work * BESIDE_OTHERS).map_err(|why| damaged(format!("trying it {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(damaged("it is damaged, or no voice".into())),
        _ => Err(damaged(format!("trying it ends the program that tries ({status}): it is damaged"))),
    }
}

/// Whether the file passed with this version of Stratus before. The trial of a large model takes longer than a call may wait.
fn is_kept(file: &Path, sha256: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.lines().any(|l| l == kept_line(sha256)))
}

fn keep(file: &Path, sha256: &str) -> std::io::Result<()> {
    writeln!(append_private(file)?, "{}", kept_line(sha256))
}

fn kept_line(sha256: &str) -> String {
    format!("{} {sha256}", env!("CARGO_PKG_VERSION"))
}

/// Tries a model with `program`, which is Stratus. A process that hangs is ended: after `work` of processor time
/// where the system reports it, and after five times that by the clock, because a busy machine makes a good model slow.
pub fn run(program: &Path, model: &Path, work: Duration) -> Result<(), Problem> {
    let damaged = |why: String| {
        super::model::unusable(model, "It failed when it was tried.")
            .because(why)
            .fix("download the model again, or choose another in the tray's menu (speech.model)")
    };
    let mut child = start(program, COMMAND, model, false)
        .map_err(|e| Problem::new("cannot try the speech model").because(e).fix("reinstall Stratus"))?;
    let status = wait(&mut child, work, work * BESIDE_OTHERS).map_err(|why| damaged(format!("loading it {why}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(1) => Err(damaged("it cannot be loaded: it is damaged, or no speech model".into())),
        _ => Err(damaged(format!("loading it ends the program that tries ({status}): it is damaged"))),
    }
}

/// The words that `program`, which is Stratus, recognises on the graphics card with a model, or why there are none.
pub(super) fn words_on_card(program: &Path, model: &Path) -> Result<String, String> {
    let bytes = std::fs::metadata(model).map_or(0, |m| m.len());
    let limit = on_card(bytes);
    let mut child = start(program, COMMAND, model, true).map_err(|e| e.to_string())?;
    // The output is shorter than a pipe's buffer, so it need not be read while the process works.
    let status = wait(&mut child, limit, limit).map_err(|why| format!("recognising a known sentence on it {why}"))?;
    let mut said = String::new();
    if let Some(out) = &mut child.stdout {
        out.read_to_string(&mut said).map_err(|e| e.to_string())?;
    }
    // Drivers also write to standard output.
    match (status.success(), said.lines().rev().find_map(|l| l.strip_prefix(HEARD))) {
        (true, Some(words)) => Ok(words.to_owned()),
        _ => Err(format!("recognising a known sentence on it ends the program that tries ({status})")),
    }
}

fn start(program: &Path, what: &str, file: &Path, card: bool) -> std::io::Result<Child> {
    let mut command = Command::new(program);
    command.arg(what).arg(file).stdin(Stdio::null()).stderr(Stdio::null());
    if card {
        command.arg(CARD).stdout(Stdio::piped())
    } else {
        command.stdout(Stdio::null())
    };
    command.spawn()
}

/// Waits for a trial's process until it has worked for `work`, or until `clock` has passed. It is then ended, as when
/// Stratus ends. Otherwise returns what is wrong: "does not end".
fn wait(child: &mut Child, work: Duration, clock: Duration) -> Result<ExitStatus, String> {
    let limit = Instant::now() + clock;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if !ENDING.load(Ordering::Relaxed) && Instant::now() < limit && worked(child).is_none_or(|w| w < work) => {
                std::thread::sleep(Duration::from_millis(10));
            }
            ended => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(ended.err().map_or_else(|| "does not end".into(), |e| format!("cannot be followed: {e}")));
            }
        }
    }
}

/// The processor time of a child's threads; `None` where the system does not report it.
#[cfg(target_os = "linux")]
fn worked(child: &Child) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The name in brackets may contain anything. The fields after it are numbers. The 14th and 15th of all are the
    // time in its own code and in the system's (proc_pid_stat(5)), in hundredths of a second.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(not(target_os = "linux"))]
fn worked(_: &Child) -> Option<Duration> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn tried(script: &str, work: Duration) -> Result<(), Problem> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("a name) with 1 2 3");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        run(&program, folder.path(), work)
    }

    #[test]
    fn good_model_on_a_busy_machine_is_awaited() {
        tried("sleep 1.2", Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn endless_work_is_terminated() {
        let began = Instant::now();
        let e = tried("while :; do :; done", Duration::from_millis(500)).unwrap_err();
        assert!(e.to_string().contains("cannot use the speech model"), "{e}");
        assert!(format!("{e:?}").contains("does not end"), "{e:?}");
        assert!(began.elapsed() >= Duration::from_millis(400));
        let e = tried("sleep 60", Duration::from_millis(100)).unwrap_err();
        assert!(format!("{e:?}").contains("does not end"), "{e:?}");
    }

    #[test]
    fn words_from_a_card_are_read_and_a_dying_driver_is_reported() {
        let heard = |script: &str| {
            let folder = tempfile::tempdir().unwrap();
            let program = folder.path().join("stratus");
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
            words_on_card(&program, folder.path())
        };
        let asked = "[ \"$1\" = try-model ] && [ -d \"$2\" ] && [ \"$3\" = --card ] && echo 'found 1 device' && echo 'heard: good morning'";
        assert_eq!(heard(asked), Ok("good morning".to_owned()));
        assert_eq!(heard("echo 'heard: '"), Ok(String::new()));
        for (script, why) in [("kill -SEGV $$", "signal: 11"), ("exit 1", "exit status: 1"), ("echo nothing", "exit status: 0")] {
            let told = heard(script).unwrap_err();
            assert!(told.contains(why), "{told}");
        }
    }

    #[test]
    fn passed_trial_is_not_repeated_at_every_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("models/tried");
        assert!(!is_kept(&file, "abc"));
        keep(&file, "abc").unwrap();
        keep(&file, "def").unwrap();
        assert!(is_kept(&file, "abc") && is_kept(&file, "def") && !is_kept(&file, "ab"));
        std::fs::write(&file, "0.0.1 abc\n").unwrap();
        assert!(!is_kept(&file, "abc"), "another version runs its own trial");
    }

    #[test]
    fn large_model_may_work_longer() {
        assert_eq!(on_card(1_600_000_000), Duration::from_secs(140));
        assert_eq!(allowed(0), Duration::from_secs(60));
        assert_eq!(allowed(3_095_033_483), Duration::from_secs(60 + 773));
    }
}
