//! `stratus transcribe` and `stratus speak`, and a plain speaker for commands.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::json;

use crate::audio::{mouth, play, radio, resample, take, wav};
use crate::cli::{Speak, Transcribe};
use crate::dispatch;
use crate::event::{Clip, Hints, Voice};
use crate::problem::Problem;
use crate::settings::{AUTO_VOICE, AUTO_WINDOWS_VOICE, Config, WINDOWS_VOICE};
use crate::speech::mouth::Mouth;
use crate::speech::recognise::Recogniser;
use crate::speech::{model, trial};

pub(super) fn transcribe(file: Option<&Path>, args: &Transcribe) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file)?;
    let mut ears = ears(&config, args.model.as_deref())?;
    let mut out = std::io::stdout();
    for path in &args.files {
        let sound = wav::read(path)?;
        let samples = resample::to_rate(&sound.samples, sound.rate, take::RATE)?;
        let begun = Instant::now();
        let heard = ears.transcribe(&samples, &Hints::default(), &AtomicBool::new(false))?;
        let took = begun.elapsed();
        if args.json {
            let seconds = samples.len() as f64 / f64::from(take::RATE);
            writeln!(
                out,
                "{}",
                json!({"file": path, "text": heard.text, "confidence": heard.confidence, "seconds": seconds, "took_ms": took.as_millis() as u64})
            )?;
        } else if args.files.len() > 1 {
            writeln!(out, "{}\t{}", path.display(), heard.text)?;
        } else {
            writeln!(out, "{}", heard.text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The recogniser of the configuration, or of another model file.
pub(super) fn ears(config: &Config, model_file: Option<&Path>) -> Result<Recogniser, Problem> {
    let path: PathBuf = match (model_file, &config.speech.model) {
        (Some(p), _) => p.to_path_buf(),
        (None, Some(p)) => p.clone(),
        (None, None) => return Err(model::none_chosen()),
    };
    let expected = if model_file.is_some() { None } else { config.speech.model_sha256.as_deref() };
    let verified = model::verify(&path, expected.or(config.speech.model_sha256.as_deref()))?;
    trial::once(&verified)?;
    Recogniser::load(&verified, dispatch::threads(config))
}

pub(super) fn speak(file: Option<&Path>, args: &Speak) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file)?;
    let name = match (&args.voice, config.speech.voice.as_str()) {
        (Some(name), _) => name.clone(),
        (None, AUTO_VOICE) => Voice::default().name,
        (None, AUTO_WINDOWS_VOICE) => format!("{WINDOWS_VOICE}{}", Voice::default().name),
        (None, name) => name.to_owned(),
    };
    if !["en-US", "en-GB"].contains(&name.as_str()) && !name.starts_with(WINDOWS_VOICE) {
        return Err(Problem::new(format!("there is no voice {name:?}"))
            .fix("the voices are en-US and en-GB; on Windows also \"windows:\" and the name of one of Windows's own")
            .into());
    }
    let voice = Voice { name, rate_percent: config.speech.rate_percent, pitch_percent: 100 };
    let clip = said(&args.text.join(" "), &voice)?;
    let clip = if args.radio {
        radio::through(&clip, &radio::Reception { volume_percent: config.audio.volume_percent, ..radio::Reception::default() })
    } else {
        clip
    };
    match &args.out {
        Some(path) => wav::write(path, &clip.samples, clip.rate)?,
        None => match Speaker::open() {
            Some(mut s) => s.play(&clip)?,
            None => return Err(Problem::new("there is no speaker").fix("connect one, or write a file with --out FILE.wav").into()),
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// Words in a voice for a command; a voice that is stood in for is told on standard error.
pub(super) fn said(words: &str, voice: &Voice) -> Result<Clip, Problem> {
    let spoken = Mouth::new()?.speak(words, voice, &|| false);
    if let Some(p) = spoken.trouble {
        // Nobody reads it where there is no standard error.
        let _ = writeln!(std::io::stderr(), "{p}");
    }
    spoken.clip
}

/// The default speaker, one clip after the other.
pub(super) struct Speaker(mouth::Speaker);

impl Speaker {
    /// The default speaker, if there is one.
    pub(super) fn open() -> Option<Self> {
        mouth::Speaker::open(None).ok().map(Self)
    }
    /// Plays a clip to its end.
    pub(super) fn play(&mut self, clip: &Clip) -> Result<(), Problem> {
        play::play_to_end(&mut self.0, clip)
    }
}
