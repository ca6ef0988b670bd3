//! `stratus run --headless SCRIPT`: the whole path without a desktop. One step per line:
//!
//! ```text
//! wav FILE         hold the key while this recording is spoken (relative to the script)
//! say TEXT         a typed transmission
//! com1 121.9       tune
//! wait SECONDS     let time pass (a replayed flight goes on)
//! ```

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::app::App;
use crate::audio::{resample, take, wav};
use crate::cli::Run;
use crate::cmd::stage::{Exchange, Stage};
use crate::dispatch::newest::airports_in_use;
use crate::paths::Paths;
use crate::problem::Problem;
use crate::report::Report;
use crate::sim::replay::{self, Moment};
use crate::speech::mouth::Mouth;

pub(super) fn run(file: Option<&Path>, args: &Run, script: &Path) -> anyhow::Result<ExitCode> {
    let mut config = (*crate::cmd::configuration(file)?).clone();
    if let Some(sim) = &args.sim {
        config.sim.link.clone_from(sim);
        config.validate()?;
    }
    let text = std::fs::read_to_string(script).map_err(|e| {
        Problem::new(format!("cannot read {}", script.display())).because(e).fix("name a script of wav, say, com1 and wait lines")
    })?;
    let ears = match &config.speech.model {
        Some(_) => Some(crate::cmd::sound::ears(&config, None)?),
        None => None,
    };
    let mut moments: std::collections::VecDeque<Moment> = match config.sim.link.strip_prefix("replay:") {
        Some(path) => replay::read(Path::new(path), None)?.moments.into(),
        None => Default::default(),
    };
    if let Some(dir) = &args.out {
        std::fs::create_dir_all(dir).map_err(|e| Problem::new(format!("cannot write {}", dir.display())).because(e))?;
    }
    let voice = Mouth::new()?;
    let airports = airports_in_use(&Paths::find(file)?.data_dir);
    let mut stage = Stage::new(App::new(std::sync::Arc::new(config.clone()), airports), ears, Some(voice));
    stage.sentences = Some(crate::speech::sentences::OnDemand::default());
    let mut com1 = config.sim.com1;
    let mut count = 0;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let wrong = |why: String| {
            Problem::new(format!("{} line {}: {why}", script.display(), n + 1))
                .fix("a line is wav FILE, say TEXT, com1 FREQUENCY or wait SECONDS")
        };
        let exchanges = match word {
            "wav" => {
                let path = script.parent().unwrap_or(Path::new(".")).join(rest.trim());
                let sound = wav::read(&path)?;
                vec![stage.call(&resample::to_rate(&sound.samples, sound.rate, take::RATE)?)]
            }
            "say" => vec![stage.heard(rest)],
            "com1" => {
                com1 = Some(rest.trim().parse().map_err(|e: crate::units::NotA| wrong(e.to_string()))?);
                stage.report(Report { com1, ..Report::default() });
                Vec::new()
            }
            "wait" => {
                let seconds: f64 = rest.trim().parse().map_err(|_| wrong(format!("{rest:?} is not a number of seconds")))?;
                let until = stage.now() + Duration::from_secs_f64(seconds.clamp(0.0, 86_400.0));
                let mut said = Vec::new();
                while moments.front().is_some_and(|m| m.at <= until) {
                    if let Some(m) = moments.pop_front() {
                        said.extend(stage.pass(m.at));
                        stage.report(Report { com1: com1.or(m.report.com1), ..m.report });
                    }
                }
                said.extend(stage.pass(until));
                said
            }
            other => return Err(wrong(format!("`{other}` is not a step")).into()),
        };
        for x in exchanges {
            count += 1;
            print(&x, count, args.out.as_deref())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(x: &Exchange, n: u32, out: Option<&Path>) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout();
    for line in [&x.pilot, &x.atc].into_iter().flatten() {
        writeln!(stdout, "{}", serde_json::to_string(line)?)?;
    }
    if x.pilot.is_none() {
        for t in &x.toasts {
            writeln!(stdout, "{}", serde_json::to_string(t)?)?;
        }
    }
    if let (Some(dir), true) = (out, !x.sound.samples.is_empty()) {
        wav::write(&dir.join(format!("{n:02}-atc.wav")), &x.sound.samples, x.sound.rate)?;
    }
    stdout.flush()?;
    Ok(())
}
