//! `stratus doctor`: tests each part for real and says how to fix it.

pub(super) mod parts;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use serde_json::json;

use crate::cli::Doctor;
use crate::cmd::lines::{width, wrapped};
use crate::dispatch::fetch::{FAILED, PART};
use crate::problem::{Part, Problem};
use crate::settings::{BrainMode, Config};

/// Timeout for a part; a large model on a slow machine needs most of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The name of the part that recognises a test call.
const RECOGNITION: &str = "recognition";

/// One check: the part, and the result.
struct Check {
    part: &'static str,
    result: Result<String, Problem>,
    /// Stratus works without it.
    optional: bool,
}

pub(super) fn run(file: Option<&Path>, args: &Doctor) -> anyhow::Result<ExitCode> {
    // Check the settings that a tray would use now, not those of a file with a mistake.
    let (config, mistake) = crate::config::in_force(&super::config_path(file)?, file.is_some());
    let found = mistake.map_or_else(|| parts::configuration(file, &config), Err);
    let c = &config;
    // A sound system, a bus or a server may hang, but the doctor must not. Tray and key need this thread.
    let limited =
        |part, optional, try_it: fn(&Config) -> Result<String, Problem>| Check { part, result: limited(part, c, try_it), optional };
    let check = |part, optional, result| Check { part, result, optional };
    let model = limited("speech model", false, parts::speech_model);
    let recognition = match &model.result {
        Ok(_) => limited(RECOGNITION, false, parts::recognition),
        // One cause is one problem.
        Err(_) => check(RECOGNITION, true, Err(parts::no_recognition())),
    };
    let mut mirror = limited("mirror", false, parts::mirror);
    // A mirror that cannot be reached matters only for a download.
    mirror.optional = model.result.is_ok() && mirror.result.as_ref().is_err_and(|p| p.part != Part::Mirror);
    let checks = [
        check("configuration", false, found),
        check("folders", false, parts::folders(file)),
        check("airports", false, parts::airports(file)),
        model,
        mirror,
        limited("sentence model", true, parts::sentences),
        limited("voice", false, parts::voice),
        recognition,
        limited("microphone", false, |c| crate::audio::capture::probe(&c.audio)),
        limited("speaker", false, |c| crate::audio::play::probe(&c.audio)),
        check("push-to-talk", false, parts::key(c)),
        check("joysticks", c.ptt.joystick.is_empty(), parts::joysticks(c)),
        check("tray", false, parts::tray()),
        limited("toasts", true, parts::toasts),
        limited("simulator", true, |c| crate::sim::link::Link::probe(&c.sim)),
        limited("language model", true, |c| match c.brain.mode {
            BrainMode::Rules => Ok("off (brain.mode)".into()),
            BrainMode::Auto | BrainMode::Llm => crate::llm::probe(&c.brain),
        }),
        limited("updates", true, parts::updates),
        check("page", true, super::page::check(file, c)),
        check("running", true, parts::running()),
    ];
    let failed = checks.iter().filter(|c| c.result.is_err() && !c.optional).count();
    let mut out = std::io::stdout();
    if args.json {
        let list: Vec<_> = checks
            .iter()
            .map(|c| match &c.result {
                Ok(found) => json!({"part": c.part, "ok": true, "optional": c.optional, "found": found}),
                Err(p) => json!({"part": c.part, "ok": false, "optional": c.optional, "what": p.what, "why": p.why, "fix": p.fix}),
            })
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&list)?)?;
    } else {
        let under = " ".repeat(25);
        writeln!(out, "{}\n", wrapped("", "", &summary(&checks), width()))?;
        for c in &checks {
            let mark = if c.result.is_ok() {
                "ok"
            } else if c.optional {
                "absent"
            } else {
                FAILED
            };
            let mut say = |first: &str, words: &str| writeln!(out, "{}", wrapped(first, &under, words, width()));
            let first = format!("{mark:<w$}{:<n$} ", c.part, w = PART.0, n = PART.1);
            match &c.result {
                Ok(found) => say(&first, found)?,
                Err(p) => {
                    say(&first, &p.what)?;
                    for w in &p.why {
                        say(&under, &format!("because: {w}"))?;
                    }
                    if !p.fix.is_empty() {
                        say(&under, &format!("hint: {}", p.fix))?;
                    }
                }
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The result in one sentence.
fn summary(checks: &[Check]) -> String {
    let named = |optional: bool| {
        let parts: Vec<&str> = checks.iter().filter(|c| c.result.is_err() && c.optional == optional).map(|c| c.part).collect();
        parts.join(", ")
    };
    let (failed, absent) = (named(false), named(true));
    let first = if failed.is_empty() { "Everything that Stratus needs works.".to_owned() } else { format!("To fix: {failed}.") };
    if absent.is_empty() { first } else { format!("{first} Absent, but optional: {absent}.") }
}

/// Tests a part on a separate thread, which is abandoned if it hangs.
fn limited(part: &str, config: &Arc<Config>, try_it: fn(&Config) -> Result<String, Problem>) -> Result<String, Problem> {
    let (out, result) = sync_channel(1);
    let config = Arc::clone(config);
    let model = Arc::clone(&config);
    std::thread::Builder::new()
        .name(part.to_owned())
        .spawn(move || {
            let _ = out.send(try_it(&config));
        })
        .map_err(|e| Problem::new(format!("cannot check {part}")).because(e))?;
    result.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        if part == RECOGNITION {
            return Err(parts::too_slow(&model, PATIENCE));
        }
        Err(Problem::new(format!("the check of {part} did not finish"))
            .because(format!("no answer within {} s", PATIENCE.as_secs()))
            .fix("log out and in again, or restart the computer: part of the system is not responding"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_names_what_fails_and_what_is_absent() {
        let check =
            |part, optional, works: bool| Check { part, optional, result: if works { Ok(String::new()) } else { Err(Problem::new("x")) } };
        assert_eq!(summary(&[check("voice", false, true)]), "Everything that Stratus needs works.");
        assert_eq!(
            summary(&[check("voice", false, true), check("joysticks", true, false), check("simulator", true, false)]),
            "Everything that Stratus needs works. Absent, but optional: joysticks, simulator."
        );
        assert_eq!(summary(&[check("voice", false, false), check("toasts", true, false)]), "To fix: voice. Absent, but optional: toasts.");
    }
}
