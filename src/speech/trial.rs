//! A trial of a speech model that the pilot brings: loaded and run once in a process of its own, which may die or hang.

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
/// The work that a voice may need for its trial: a good one takes a second.
const VOICE_WORK: Duration = Duration::from_secs(20);
/// Its option that asks for the graphics card.
const CARD: &str = "--card";
/// What stands before the words that were heard on the card.
pub const HEARD: &str = "heard: ";
/// How much longer than its work a trial may take: beside a simulator that uses every core, from a slow disk.
const BESIDE_OTHERS: u32 = 5;

/// Models that passed, by SHA-256: one trial a process, where the file of those that passed cannot be kept.
static PASSED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Stratus ends: no trial is waited for.
static ENDING: AtomicBool = AtomicBool::new(false);

/// Gives up whatever is tried, for good.
pub fn give_up() {
    ENDING.store(true, Ordering::Relaxed);
}

/// The work that a model of `bytes` may need for its trial, by one processor: one of the small model's size (488 MB) takes 24 s,
/// the largest (3 GB) computes some seven times as much.
pub fn allowed(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / 4_000_000)
}

/// How long a trial on the graphics card may take, by the clock: the first one compiles the card's programs, and the model goes there
/// at 20 MB a second at least.
fn on_card(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / 20_000_000)
}

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

/// Tries a voice's file that is not in the catalogue once, with this very program.
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

/// Tries a voice with `program`, which is Stratus; what hangs is ended as for models.
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

/// One that passed with this version of Stratus passes again: a large one takes longer for its trial than a call may wait.
fn is_kept(file: &Path, sha256: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text.lines().any(|l| l == kept_line(sha256)))
}

fn keep(file: &Path, sha256: &str) -> std::io::Result<()> {
    writeln!(append_private(file)?, "{}", kept_line(sha256))
}

fn kept_line(sha256: &str) -> String {
    format!("{} {sha256}", env!("CARGO_PKG_VERSION"))
}

/// Tries a model with `program`, which is Stratus. What hangs is ended: after `work` of a processor's time where the system tells
/// it, and after five times that by the clock, for a busy machine makes a good model slow.
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

/// What `program`, which is Stratus, hears on the graphics card with a model; or why it hears nothing.
pub(super) fn words_on_card(program: &Path, model: &Path) -> Result<String, String> {
    let bytes = std::fs::metadata(model).map_or(0, |m| m.len());
    let limit = on_card(bytes);
    let mut child = start(program, COMMAND, model, true).map_err(|e| e.to_string())?;
    // A line of words is less than a pipe holds: nobody has to read while it works.
    let status = wait(&mut child, limit, limit).map_err(|why| format!("recognising a known sentence on it {why}"))?;
    let mut said = String::new();
    if let Some(out) = &mut child.stdout {
        out.read_to_string(&mut said).map_err(|e| e.to_string())?;
    }
    // Drivers talk on standard output too.
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

/// Waits for a trial's process until it has worked for `work`, or until `clock` has passed; then, and when Stratus ends, it is
/// ended. Tells otherwise what it does: "does not end".
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

/// What a child's threads have worked; nothing where the system does not tell.
#[cfg(target_os = "linux")]
fn worked(child: &Child) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The name in brackets may hold anything; after it the fields are numbers, the 14th and 15th of all the time in its own
    // code and in the system's (proc_pid_stat(5)), in hundredths of a second.
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
    fn a_good_model_on_a_busy_machine_is_waited_for() {
        tried("sleep 1.2", Duration::from_secs(1)).unwrap();
    }

    #[test]
    fn what_works_without_an_end_is_ended() {
        let began = Instant::now();
        let e = tried("while :; do :; done", Duration::from_millis(500)).unwrap_err();
        assert!(e.to_string().contains("cannot use the speech model"), "{e}");
        assert!(format!("{e:?}").contains("does not end"), "{e:?}");
        assert!(began.elapsed() >= Duration::from_millis(400));
        let e = tried("sleep 60", Duration::from_millis(100)).unwrap_err();
        assert!(format!("{e:?}").contains("does not end"), "{e:?}");
    }

    #[test]
    fn the_words_on_a_card_are_read_and_a_driver_that_dies_is_told() {
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
    fn what_passed_once_is_not_tried_at_every_start() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("models/tried");
        assert!(!is_kept(&file, "abc"));
        keep(&file, "abc").unwrap();
        keep(&file, "def").unwrap();
        assert!(is_kept(&file, "abc") && is_kept(&file, "def") && !is_kept(&file, "ab"));
        std::fs::write(&file, "0.0.1 abc\n").unwrap();
        assert!(!is_kept(&file, "abc"), "another version tries it itself");
    }

    #[test]
    fn a_large_model_may_work_longer() {
        assert_eq!(on_card(1_600_000_000), Duration::from_secs(140));
        assert_eq!(allowed(0), Duration::from_secs(60));
        assert_eq!(allowed(3_095_033_483), Duration::from_secs(60 + 773));
    }
}
