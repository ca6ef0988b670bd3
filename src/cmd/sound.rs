//! `stratus transcribe` and `stratus speak`, and a simple speaker for commands.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use serde_json::json;

use crate::airports::data::Airports;
use crate::atc::batch::posed::Posed;
use crate::atc::spoken;
use crate::audio::{mouth, play, radio, resample, take, wav};
use crate::cli::{Speak, Transcribe};
use crate::dispatch;
use crate::event::{Clip, Hints, Voice};
use crate::models::voices;
use crate::problem::Problem;
use crate::settings::{AUTO_VOICE, AUTO_WINDOWS_VOICE, Config, PICO_VOICE, WINDOWS_VOICE};
use crate::sound::wav::Recording;
use crate::speech::model::VerifiedModel;
use crate::speech::mouth::Mouth;
use crate::speech::recognise::Recogniser;
use crate::speech::{card, model, neural, text, trial};
use crate::units::Region;

/// A recording that never reaches this level is silent: -60 dBFS.
const SILENCE: f32 = 0.001;

/// Prints each recording's words; a recording without words, or an unreadable one, does not stop the others.
pub(super) fn transcribe(file: Option<&Path>, args: &Transcribe) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file)?;
    let mut ears = ears(&config, args.model.as_deref())?;
    let hints = hints(args)?;
    let mut out = std::io::stdout();
    let mut code = 0;
    for path in &args.files {
        let result = words(&mut ears, path, &hints);
        // Ignore a missing standard error.
        let tell = |words: String| drop(writeln!(std::io::stderr(), "{words}"));
        match &result {
            Ok(words) => words.note.iter().for_each(|p| tell(p.one_line())),
            Err(p) => {
                code = code.max(p.exit_code());
                tell(p.to_string());
            }
        }
        if args.json {
            let line = match &result {
                Ok(w) => {
                    json!({"file": path, "text": w.text, "confidence": w.confidence, "seconds": w.seconds, "took_ms": w.took_ms, "problem": w.note})
                }
                Err(p) => json!({"file": path, "text": "", "problem": p}),
            };
            writeln!(out, "{line}")?;
        } else if let Ok(Words { text, .. }) = result {
            match args.files.as_slice() {
                [_] => writeln!(out, "{text}")?,
                _ => writeln!(out, "{}\t{text}", path.display())?,
            }
        }
    }
    Ok(ExitCode::from(code))
}

/// The words to expect, given directly or through a situation.
fn hints(args: &Transcribe) -> Result<Hints, Problem> {
    if let Some(words) = &args.hint {
        return Ok(Hints { prompt: words.clone(), again: words.clone(), ..Hints::default() });
    }
    if args.airport.is_none() && args.callsign.is_none() {
        return Ok(Hints::default());
    }
    let airports = Airports::world();
    if let Some(icao) = args.airport.as_deref().filter(|i| airports.find(i).is_none()) {
        return Err(Problem::new(format!("there is no airport {icao}"))
            .fix("give its ICAO code; `stratus airports nearest` lists those near a place"));
    }
    Ok(Posed::at(args.airport.clone(), args.com1, args.callsign.clone()).engine(airports).hints())
}

/// The words of a recording.
struct Words {
    text: String,
    confidence: f32,
    /// Length of the sound.
    seconds: f64,
    took_ms: u64,
    /// Part of the recording was skipped.
    note: Option<Problem>,
}

/// Recognises a recording. A recording without speech is a problem.
fn words(ears: &mut Recogniser, path: &Path, hints: &Hints) -> Result<Words, Problem> {
    let name = wav::named(path);
    let unheard = |why: String| {
        let fix = "check that it is the right recording; `stratus devices --meter 20` shows whether the microphone hears you";
        Problem::new(format!("nothing was heard in {name}")).because(why).fix(fix)
    };
    let Recording { clip, ends_early } = wav::recording(path)?;
    if clip.samples.is_empty() {
        return Err(unheard("it has no samples".to_owned()));
    }
    let seconds = clip.seconds();
    if clip.samples.iter().all(|s| s.abs() < SILENCE) {
        return Err(unheard(format!("all {seconds:.1} s of it are silent")));
    }
    let samples = resample::to_rate(&clip.samples, clip.rate, take::RATE)?;
    let begun = Instant::now();
    let heard = ears.transcribe(&samples, hints, &AtomicBool::new(false))?;
    if heard.text.trim().is_empty() {
        return Err(unheard(format!("there are no words in its {seconds:.1} s")));
    }
    let hears = ears.longest() as f64 / f64::from(take::RATE);
    let note = if ends_early {
        Some(
            Problem::new(format!("{name} ends early"))
                .because(format!("its header says more than the {seconds:.1} s that are there"))
                .fix("if words are missing, copy or record it again"),
        )
    } else if samples.len() > ears.longest() {
        Some(
            Problem::new(format!("{name} is longer than a call"))
                .because(format!("this speech model hears only the first {hears:.1} s of the {seconds:.1} s recording"))
                .fix("cut it into one file per call"),
        )
    } else {
        None
    };
    let took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(Words { text: heard.text, confidence: heard.confidence, seconds, took_ms, note })
}

/// The recogniser of the configuration, or of another model file. If the graphics card is not used, standard error says so.
pub(super) fn ears(config: &Config, model_file: Option<&Path>) -> Result<Recogniser, Problem> {
    let verified = match (model_file, &config.speech.model) {
        (Some(path), _) => model::verify_chosen(path)?,
        (None, Some(path)) => model::verify(path, config.speech.model_sha256.as_deref())?,
        (None, None) => return Err(model::none_chosen()),
    };
    trial::once(&verified)?;
    loaded(&verified, config)
}

/// The recogniser of a verified and tested model.
pub(super) fn loaded(model: &VerifiedModel, config: &Config) -> Result<Recogniser, Problem> {
    let (ears, trouble) = card::load(model, dispatch::threads(config))?;
    if let Some(p) = trouble {
        // Ignore a missing standard error.
        let _ = writeln!(std::io::stderr(), "{p}");
    }
    Ok(ears)
}

pub(super) fn speak(file: Option<&Path>, args: &Speak) -> anyhow::Result<ExitCode> {
    let config = super::configuration(file)?;
    let name = args.voice.as_deref().unwrap_or(&config.speech.voice);
    // The package's voice is known even if its file is missing: Pico speaks, and the remedy is printed.
    let known =
        ["en-US", "en-GB", AUTO_VOICE, voices::SHIPPED].contains(&name) || name.starts_with(PICO_VOICE) || name.starts_with(WINDOWS_VOICE);
    if !known {
        let installed: Vec<String> = neural::here().into_iter().map(|v| v.name).collect();
        if !installed.iter().any(|i| i == name) {
            return Err(Problem::new(format!("there is no voice {name:?}"))
                .because(format!("the voices are auto, en-US, en-GB, pico, {}", installed.join(", ")))
                .fix("`stratus voices` lists those that you can download; on Windows, \"windows:\" and the name of a Windows voice works too")
                .into());
        }
    }
    let voice = Voice { rate_percent: config.speech.rate_percent, pitch_percent: args.pitch.unwrap_or(100), ..plain(name) };
    let clip = in_phrases(&written(&args.text.join(" "), &voice), &voice)?;
    let clip = if args.radio || args.strength.is_some() {
        let near = radio::Reception { volume_percent: config.audio.volume_percent, ..radio::Reception::default() };
        radio::through(&clip, &radio::Reception { strength: args.strength.unwrap_or(near.strength), ..near })
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

/// The voice of a setting when no unit speaks.
pub(super) fn plain(setting: &str) -> Voice {
    let accent = Voice::default().name;
    match setting {
        AUTO_VOICE => Voice { cast: Some(0), ..Voice::default() },
        PICO_VOICE => Voice { name: format!("{PICO_VOICE}:{accent}"), ..Voice::default() },
        AUTO_WINDOWS_VOICE => Voice { name: format!("{WINDOWS_VOICE}{accent}"), ..Voice::default() },
        name => Voice { name: name.to_owned(), ..Voice::default() },
    }
}

/// Numbers in a text as controllers say them; Stratus's own text is already written that way.
fn written(text: &str, voice: &Voice) -> String {
    let region = if voice.name.ends_with("en-GB") { Region::ICAO } else { Region::FAA };
    let words = text.split(' ').map(|w| if w.bytes().any(|b| b.is_ascii_digit()) { spoken::words(w, region) } else { w.to_owned() });
    words.collect::<Vec<_>>().join(" ")
}

/// Speaks a text of any length, phrase by phrase, like a transmission.
fn in_phrases(words: &str, voice: &Voice) -> Result<Clip, Problem> {
    if text::sanitise(words).is_empty() {
        return Err(Problem::new("there are no words to speak").fix("give a text with letters or digits: stratus speak \"wind calm\""));
    }
    let mut mouth = Mouth::new()?;
    let (mut samples, mut rate) = (Vec::new(), None);
    for phrase in text::phrases(words) {
        let spoken = mouth.speak(phrase, voice, &|| false);
        if let Some(p) = spoken.trouble {
            let _ = writeln!(std::io::stderr(), "{p}");
        }
        let clip = spoken.clip?;
        // A fallback voice may have another sample rate than earlier phrases.
        let rate = *rate.get_or_insert(clip.rate);
        samples.extend(resample::to_rate(&clip.samples, clip.rate, rate)?);
    }
    Ok(Clip { samples: samples.into(), rate: rate.unwrap_or(take::RATE) })
}

/// Speaks for a command; the use of a fallback voice is reported on standard error.
pub(super) fn said(words: &str, voice: &Voice) -> Result<Clip, Problem> {
    let spoken = Mouth::new()?.speak(words, voice, &|| false);
    if let Some(p) = spoken.trouble {
        // Ignore a missing standard error.
        let _ = writeln!(std::io::stderr(), "{p}");
    }
    spoken.clip
}

/// The default speaker; clips play one after another.
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
