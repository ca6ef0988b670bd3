//! `stratus doctor`: checks each part for real and says how to mend it.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use crate::airports::data::Airports;
use crate::cli::Doctor;
use crate::event::Voice;
use crate::problem::Problem;
use crate::settings::Config;
use crate::speech::synthesise::Synthesiser;
use crate::speech::{files, model, trial};

/// One check: the part, and what was found.
struct Check {
    part: &'static str,
    result: Result<String, Problem>,
    /// Stratus can do without.
    optional: bool,
}

pub(super) fn run(file: Option<&Path>, args: &Doctor) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file);
    let mut checks = vec![Check {
        part: "configuration",
        result: config.as_ref().map_err(Clone::clone).and_then(|_| Ok(super::config_path(file)?.display().to_string())),
        optional: false,
    }];
    let config = config.unwrap_or_default();
    checks.push(Check { part: "airports", result: Ok(format!("{} known", Airports::world().count())), optional: false });
    checks.push(Check { part: "speech model", result: speech_model(&config), optional: false });
    checks.push(Check { part: "voice", result: voice(&config), optional: false });
    checks.push(Check { part: "microphone", result: crate::audio::capture::probe(&config.audio), optional: false });
    checks.push(Check { part: "speaker", result: crate::audio::play::probe(&config.audio), optional: false });
    checks.extend(desktop(&config));
    checks.push(Check { part: "simulator", result: crate::sim::link::Link::probe(&config.sim), optional: true });
    checks.push(Check { part: "language model", result: crate::llm::probe(&config.brain), optional: true });
    let failed = checks.iter().filter(|c| c.result.is_err() && !c.optional).count();
    let mut out = std::io::stdout();
    if args.json {
        let list: Vec<_> = checks
            .iter()
            .map(|c| match &c.result {
                Ok(found) => json!({"part": c.part, "ok": true, "found": found}),
                Err(p) => json!({"part": c.part, "ok": false, "optional": c.optional, "what": p.what, "why": p.why, "fix": p.fix}),
            })
            .collect();
        writeln!(out, "{}", serde_json::to_string_pretty(&list)?)?;
    } else {
        for c in &checks {
            match &c.result {
                Ok(found) => writeln!(out, "ok       {:<15} {found}", c.part)?,
                Err(p) => {
                    writeln!(out, "{}  {:<15} {}", if c.optional { "absent " } else { "MISSING" }, c.part, p.what)?;
                    for w in &p.why {
                        writeln!(out, "                         because: {w}")?;
                    }
                    if !p.fix.is_empty() {
                        writeln!(out, "                         hint: {}", p.fix)?;
                    }
                }
            }
        }
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

pub(super) fn speech_model(config: &Config) -> Result<String, Problem> {
    let Some(path) = &config.speech.model else {
        return Err(model::none_chosen());
    };
    let verified = model::verify(path, config.speech.model_sha256.as_deref())?;
    trial::once(&verified).map(|()| path.display().to_string())
}

fn voice(config: &Config) -> Result<String, Problem> {
    let voice = Voice { name: config.speech.voice.clone(), ..Voice::default() };
    let clip = Synthesiser::new(&files::voices()?)?.speak("radio check", &voice)?;
    if clip.samples.iter().all(|s| s.abs() < 0.01) {
        return Err(Problem::new("the voice is silent").fix("reinstall Stratus"));
    }
    Ok(format!("{} speaks", voice.name))
}

fn desktop(config: &Config) -> Vec<Check> {
    vec![
        Check { part: "push-to-talk", result: key(config), optional: false },
        Check { part: "joysticks", result: joysticks(config), optional: config.ptt.joystick.is_empty() },
        Check { part: "tray and toasts", result: tray(), optional: false },
    ]
}

/// The key can be had (it is registered for a moment), or a running Stratus has it.
pub(super) fn key(config: &Config) -> Result<String, Problem> {
    let running = crate::paths::Paths::find(None)
        .is_ok_and(|p| crate::ipc::send(&p.socket(), &crate::ipc::Request::Ping(true), std::time::Duration::from_secs(1)).is_ok());
    if running {
        return Ok(format!("{} (Stratus is running and has it)", config.ptt.key));
    }
    if config.ptt.no_key() {
        return Ok("no key of the keyboard; `stratus ptt down` and `stratus ptt up` work the radio".to_owned());
    }
    crate::desktop::key::Key::start(&config.ptt.key, config.ptt.grab, |_| {})?;
    match crate::desktop::key::caveat() {
        Some(caveat) => Err(caveat),
        None => Ok(format!("{} is {}", config.ptt.key, if config.ptt.grab { "taken for Stratus alone" } else { "listened to" })),
    }
}

/// Which joysticks there are, and whether the bound ones may be read.
fn joysticks(config: &Config) -> Result<String, Problem> {
    let all = crate::desktop::joystick::list(&crate::desktop::joystick::Places::default());
    let none = || Problem::new("no joystick that Stratus could read is there");
    if let Some((_, name, _)) = all.iter().find(|(_, _, readable)| !readable) {
        return Err(none()
            .because(format!("{name} may not be read"))
            .fix("log in at this machine's own screen, or join the group \"input\""));
    }
    if let Some(lost) = config.ptt.joystick.iter().find(|b| !all.iter().any(|(id, _, _)| b.starts_with(&format!("{id}/")))) {
        return Err(none()
            .because(format!("{lost} is bound, and its joystick is not plugged in"))
            .fix("plug it in, or bind another button"));
    }
    if all.is_empty() {
        return Err(
            none().fix("plug one in, and choose \"Press a joystick button\" in the tray's menu; a key of the keyboard does as well")
        );
    }
    Ok(all.into_iter().map(|(id, name, _)| format!("{name} ({id})")).collect::<Vec<_>>().join(", "))
}

/// The tray's icon can be shown (it is, for a moment).
fn tray() -> Result<String, Problem> {
    crate::desktop::tray::Tray::start(|_| {})?;
    Ok(if cfg!(windows) { "the notification area takes an icon" } else { "the session bus takes an icon" }.to_owned())
}
