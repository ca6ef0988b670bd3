//! `stratus say`, `stratus ptt` and `stratus quit`: talk to the running tray; without one, a single answer for a given situation.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::json;

use super::stage::Stage;
use crate::app::App;
use crate::cli::{Ptt, PttEdge, Say};
use crate::dispatch::newest::airports_in_use;
use crate::ipc::{self, Reply, Request};
use crate::paths::Paths;
use crate::problem::Problem;
use crate::settings::SIM_LINKS;
use crate::sim::replay;
use crate::units::Time;

/// Long enough for a tray to finish what it is writing.
const QUITS: Duration = Duration::from_secs(15);
/// Long enough for an answer that involves a language model.
const ANSWER_WITHIN: Duration = Duration::from_secs(25);

pub(super) fn say(file: Option<&Path>, args: &Say) -> anyhow::Result<ExitCode> {
    let text = args.text.join(" ");
    let request = if args.suggest { Request::Suggest(true) } else { Request::Say(text.clone()) };
    let (answer, note) = if args.sim.is_none()
        && let Some(reply) = running(file, &request)?
    {
        match reply {
            Reply::Said { text, note } => (text, note),
            _ => (String::new(), "the running Stratus did not answer".to_owned()),
        }
    } else {
        once(file, args.sim.as_deref(), (!args.suggest).then_some(text.as_str()))?
    };
    let mut out = std::io::stdout();
    if args.json && args.suggest {
        writeln!(out, "{}", json!({"calls": answer.lines().collect::<Vec<_>>(), "note": note}))?;
    } else if args.json {
        writeln!(out, "{}", json!({"text": answer, "note": note}))?;
    } else if answer.is_empty() {
        writeln!(out, "({note})")?;
    } else {
        writeln!(out, "{answer}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The running tray's answer; `None` if none is running.
fn running(file: Option<&Path>, request: &Request) -> Result<Option<Reply>, Problem> {
    let sockets = Paths::find(file)?.sockets();
    if ipc::reach(&sockets, &Request::Ping(true), Duration::from_secs(2)).is_err() {
        return Ok(None);
    }
    ipc::reach(&sockets, request, ANSWER_WITHIN).map(Some)
}

/// One answer without a tray, in the situation that `sim` gives; without words, the calls that fit it.
fn once(file: Option<&Path>, sim: Option<&str>, text: Option<&str>) -> anyhow::Result<(String, String)> {
    let config = super::configuration(file)?;
    let sim = sim.unwrap_or(&config.sim.link).to_owned();
    let mut stage = Stage::new(App::new(config, airports_in_use(&Paths::find(file)?.data_dir)), None, None);
    stage.sentences = Some(crate::speech::sentences::OnDemand::default());
    if let Some(spec) = sim.strip_prefix("replay:") {
        let (path, seconds) = spec.rsplit_once('@').and_then(|(p, s)| Some((p, s.parse::<f64>().ok()?))).unwrap_or((spec, 0.0));
        let flight = replay::read(Path::new(path), None)?;
        for m in flight.moments.into_iter().take_while(|m| m.at <= Time::from_secs_f64(seconds)) {
            stage.pass(m.at);
            stage.report(m.report);
        }
    } else if !SIM_LINKS.contains(&sim.as_str()) {
        return Err(Problem::new(format!("{sim:?} is not a simulator")).fix("use `none` or `replay:FILE`").into());
    }
    let Some(text) = text else {
        let calls = stage.app.suggested();
        let note = if calls.is_empty() { "there is nobody to call: tune a station, or set sim.airport and sim.com1" } else { "" };
        return Ok((calls.join("\n"), note.to_owned()));
    };
    let x = stage.heard(text);
    let note =
        x.toasts.iter().map(|t| t.body.lines().next().unwrap_or("").trim_matches(['(', ')']).to_owned()).next_back().unwrap_or_default();
    Ok((x.atc.map(|l| l.text).unwrap_or_default(), note))
}

pub(super) fn ptt(file: Option<&Path>, args: &Ptt) -> anyhow::Result<ExitCode> {
    let edge = match args.edge {
        PttEdge::Down => ipc::Press::Down,
        PttEdge::Up => ipc::Press::Up,
        PttEdge::Toggle => ipc::Press::Toggle,
    };
    ipc::reach(&Paths::find(file)?.sockets(), &Request::Ptt(edge), Duration::from_secs(2))?;
    Ok(ExitCode::SUCCESS)
}

/// Asks the running tray to quit, and waits until it has.
pub(super) fn quit(file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let sockets = Paths::find(file)?.sockets();
    let second = Duration::from_secs(1);
    ipc::reach(&sockets, &Request::Quit(true), second * 2)?;
    let limit = std::time::Instant::now() + QUITS;
    while ipc::reach(&sockets, &Request::Ping(true), second).is_ok() {
        if std::time::Instant::now() > limit {
            return Err(Problem::new("Stratus does not quit")
                .fix("wait a moment, or end the process in your system's task manager")
                .into());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    writeln!(std::io::stdout(), "Stratus has quit.")?;
    Ok(ExitCode::SUCCESS)
}
