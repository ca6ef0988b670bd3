//! `stratus demo`: a short complete flight with nothing installed. A built-in pilot flies a recorded circuit at Hilo and talks: its
//! voice takes the path of the microphone through recognition and the controller, and the answers go through the radio effect to
//! the speaker.

mod pilot;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use self::pilot::{Call, Pilot};
use super::stage::{Exchange, Stage};
use crate::airports::data::Airports;
use crate::app::App;
use crate::atc::phase::Phase;
use crate::audio::{take, wav};
use crate::cli::Demo;
use crate::event::Clip;
use crate::problem::Problem;
use crate::settings::{BrainMode, Config};
use crate::sim::replay;
use crate::speech::mouth::Mouth;
use crate::speech::recognise::Recogniser;
use crate::speech::synthesise::Synthesiser;
use crate::speech::{files, model, neural};
use crate::units::{Frequency, Time};

/// One call of the pilot, and its result.
#[derive(Debug, Clone)]
pub struct Said {
    /// When, seconds.
    pub t: f64,
    /// Phase according to the engine.
    pub phase: Phase,
    /// The frequency in use.
    pub frequency: Option<Frequency>,
    /// The words that the pilot meant to say.
    pub words: String,
    /// What was recognised and answered.
    pub exchange: Exchange,
    /// Calls expect an answer; readbacks do not.
    pub call: Call,
}

impl Said {
    /// Whether the words were recognised, apart from case and punctuation.
    pub fn recognised(&self) -> bool {
        plain(&self.words) == plain(&self.exchange.heard)
    }
    /// Whether the controller answered with a question.
    pub fn questioned(&self) -> bool {
        let text = self.exchange.atc.as_ref().map_or("", |l| l.text.as_str()).to_lowercase();
        ["say ", "verify", "read back", "negative"].iter().any(|q| text.contains(q))
    }
}

fn plain(text: &str) -> String {
    let words: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { ' ' }).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Flies the demo flight; `each` receives every transmission as it happens.
pub fn fly(seed: u64, model_file: Option<&Path>, each: &mut dyn FnMut(&Said, &Clip) -> anyhow::Result<()>) -> anyhow::Result<Stage> {
    let flight = replay::read(&files::demo("flights/phto-circuit-jsbsim.jsonl.gz")?, None)?;
    let model_path = model_file.map_or_else(|| files::demo("stratus-demo-en-q5_0.bin"), |p| Ok(p.to_path_buf()))?;
    let ears = Recogniser::load(&model::verify(&model_path, None).map_err(Problem::from)?, 1)?;
    let voice = Mouth::new()?;
    let mut pilot = Pilot::new(seed, Synthesiser::new(&files::voices()?)?);
    let mut config = Config::default();
    config.brain.mode = BrainMode::Rules;
    // Controllers speak with neural voices and the pilot with a Pico voice; without neural voices, the pilot uses the other Pico voice.
    if neural::here().is_empty() {
        config.speech.voice = if pilot.voice().name == "en-US" { "en-GB".into() } else { "en-US".into() };
    }
    config.speech.cast = u32::try_from(seed % u64::from(u32::MAX)).unwrap_or(0) + 1;
    let mut stage = Stage::new(App::new(Arc::new(config), Airports::first()), Some(ears), Some(voice));
    stage.sentences = Some(crate::speech::sentences::OnDemand::default());
    let mut talked = Duration::ZERO;
    let mut phase_since = (Phase::Parked, 0.0);
    for moment in &flight.moments {
        let (t, report) = (moment.at, &moment.report);
        stage.pass(t + talked);
        let mut report = report.clone();
        report.com1 = pilot.tuned();
        stage.report(report.clone());
        let phase = stage.app.engine().phase();
        if phase != phase_since.0 {
            phase_since = (phase, t.as_secs_f64());
        }
        // The flight pauses while people talk, so that each call is made at the right place.
        while let Some((words, call)) = pilot.next(phase, t.as_secs_f64() - phase_since.1, stage.app.engine().on_runway().is_none()) {
            let begun = stage.now();
            let sound = pilot.speak(&words)?;
            let exchange = stage.call(&take::in_a_room(&sound.samples, seed ^ begun.0));
            let said = Said { t: begun.as_secs_f64(), phase, frequency: pilot.tuned(), words, exchange, call };
            pilot.hears(&said);
            each(&said, &sound)?;
            let pause = Duration::from_millis(1200);
            let until = stage.now() + pause;
            stage.pass(until);
            talked += Duration::from_millis(stage.now().0 - begun.0);
            report.com1 = pilot.tuned();
            stage.report(report.clone());
        }
    }
    Ok(stage)
}

pub(super) fn run(args: &Demo) -> anyhow::Result<ExitCode> {
    if let Some(dir) = &args.out {
        std::fs::create_dir_all(dir).map_err(|e| unwritable(dir, &e))?;
    }
    let mut speaker = if args.fast { None } else { super::sound::Speaker::open() };
    let mut out = std::io::stdout();
    let mut number = 0;
    let (mut calls, mut recognised, mut answered, mut questioned) = (0, 0, 0, 0);
    if !args.json {
        writeln!(out, "A circuit at Hilo, Hawaii: pilot and controller, by voice. Entertainment only.")?;
        if speaker.is_none() && !args.fast {
            writeln!(out, "(no speaker found: the flight continues without sound)")?;
        }
    }
    let colour = out.is_terminal();
    let stage = fly(args.seed, args.model.as_deref(), &mut |said, sound| {
        calls += 1;
        recognised += usize::from(said.recognised());
        answered += usize::from(said.exchange.atc.is_some());
        questioned += usize::from(!said.recognised() && said.questioned());
        number += 1;
        if let Some(dir) = &args.out {
            wav::write(&dir.join(format!("{number:02}-pilot.wav")), &sound.samples, sound.rate)?;
            if said.exchange.atc.is_some() {
                let s = &said.exchange.sound;
                wav::write(&dir.join(format!("{number:02}-atc.wav")), &s.samples, s.rate)?;
            }
        }
        if args.json {
            let atc = said.exchange.atc.as_ref();
            let line = json!({"t": said.t, "phase": said.phase, "frequency": said.frequency, "said": said.words, "heard": said.exchange.heard,
                "recognised": said.recognised(), "readback": said.call.is_readback(), "answer": atc.map(|l| &l.text), "latency_ms": atc.and_then(|l| l.latency_ms.as_ref())});
            writeln!(std::io::stdout(), "{line}")?;
        } else {
            print(said, colour)?;
        }
        if let Some(s) = &mut speaker {
            s.play(sound)?;
            if said.exchange.atc.is_some() {
                s.play(&said.exchange.sound)?;
            }
        }
        Ok(())
    })?;
    if let Some(dir) = &args.out {
        write_logs(dir, &stage)?;
    }
    if !args.json {
        writeln!(out)?;
        writeln!(
            out,
            "{calls} transmissions, {recognised} recognised word for word, {answered} answered{}.",
            if questioned > 0 { format!(", {questioned} by a question") } else { String::new() }
        )?;
        let mut first: Vec<u32> = stage.latencies().iter().map(|l| l.first_audio).collect();
        first.sort_unstable();
        if let (Some(p50), Some(p90)) = (first.get(first.len() / 2), first.get(first.len() * 9 / 10)) {
            writeln!(out, "From the end of the call to the controller's first sound: p50 {p50} ms, p90 {p90} ms on this machine.")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn print(said: &Said, colour: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    let f = said.frequency.map_or_else(|| "       ".to_owned(), |f| format!("{f:>7}"));
    let (dim, bold, off) = if colour { ("\x1b[2m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
    let t = Time::from_secs_f64(said.t);
    writeln!(out, "\n{dim}{:02}:{:02} {f}{off}  PILOT  {}", t.0 / 60_000, t.0 / 1000 % 60, said.words)?;
    if !said.recognised() {
        writeln!(out, "{dim}               heard{off}  {}", said.exchange.heard)?;
    }
    match &said.exchange.atc {
        Some(l) => writeln!(out, "               {bold}ATC{off}    {}", l.text),
        None => {
            let verdict = said.exchange.pilot.as_ref().and_then(|l| l.verdict.as_deref()).unwrap_or("no answer");
            writeln!(out, "{dim}                      ({verdict}){off}")
        }
    }
}

fn write_logs(dir: &Path, stage: &Stage) -> anyhow::Result<()> {
    let mut lines = String::new();
    for l in &stage.transcript {
        lines.push_str(&serde_json::to_string(l)?);
        lines.push('\n');
    }
    let file: PathBuf = dir.join("transcript.jsonl");
    std::fs::write(&file, lines).map_err(|e| unwritable(&file, &e))?;
    let latency: Vec<_> = stage.latencies();
    let file = dir.join("latency.json");
    std::fs::write(&file, serde_json::to_string_pretty(&latency)?).map_err(|e| unwritable(&file, &e))?;
    Ok(())
}

fn unwritable(path: &Path, e: &std::io::Error) -> Problem {
    Problem::new(format!("cannot write {}", path.display())).because(e).fix("choose another folder with --out")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn punctuation_and_case_are_ignored() {
        assert_eq!(plain("Hilo Tower, runway eight."), plain("hilo tower runway eight"));
        assert_ne!(plain("runway eight"), plain("runway eight left"));
    }
}
