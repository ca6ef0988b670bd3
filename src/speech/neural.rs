//! Neural voices: lists the installed ones, verifies and loads a voice when it is needed, and unloads it when idle.
//!
//! A loaded voice takes some 20 MB, so only the last one that spoke is loaded. An unusable file is checked once,
//! until it changes. The caller gets a clip, or a problem and uses another voice (`mouth`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use sha2::{Digest, Sha256};
use stratus_voice::text::{Accent, Words};
use stratus_voice::{Manner, RATE, Voice as Loaded};

use super::gently::gently;
use super::{files, text, trial};
use crate::event::{Clip, Voice};
use crate::models::voices::{self, KnownVoice};
use crate::paths::Paths;
use crate::problem::{Part, Problem};
use crate::settings::{AUTO_VOICE, OWN_VOICE, PICO_VOICE, WINDOWS_VOICE};

/// The words that are not part of the program; the file is beside the voices.
const WORDS: &str = "english.bin";
/// A voice that was idle for this long is unloaded.
pub const IDLE: Duration = Duration::from_secs(60);
/// A minute: no transmission is longer.
const LONGEST: usize = RATE as usize * 60;
/// A phrase with less sound says nothing about the machine's speed, seconds.
const TELLING: f64 = 1.0;
/// A phrase is slow if it takes longer than its duration divided by this. The next phrase must be ready before this
/// one ends, beside a simulator that may take three quarters of the processor at any moment.
const TIMES: f64 = 3.0;
/// This many slow phrases in a row mean that the machine is too slow.
const SLOW: u32 = 3;
/// A sentence with most of the model's symbols, for the trial of an unknown file.
const TRIAL: &str = "Good morning, November one two three four five six seven eight niner zero, the quick judge thought about leisure voyages, \
    boys: cars, air, ear, tour, and fire, pushing George's yellow hangar through measured weather. Is this a voice? Hold short of runway two.";

/// An installed voice.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// "heart", or "own:" and the name of the pilot's own file.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
    /// Whose English it is.
    pub accent: Accent,
    /// Its row in the catalogue; `None` for the pilot's own file.
    pub known: Option<&'static KnownVoice>,
    /// Whether it is part of the package.
    pub shipped: bool,
}

fn accent(tag: &str) -> Accent {
    if tag == "en-GB" { Accent::British } else { Accent::American }
}

fn tag(accent: Accent) -> &'static str {
    match accent {
        Accent::American => "en-US",
        Accent::British => "en-GB",
    }
}

/// The installed voices: those of the catalogue in its order, then the pilot's own by name.
pub fn installed(folder: &Path) -> Vec<Installed> {
    let mut all: Vec<Installed> = voices::ALL
        .iter()
        .filter_map(|v| {
            let (file, shipped) = match Some(folder.join(v.file)).filter(|f| f.is_file()) {
                Some(file) => (file, false),
                None => (files::of_voices(v.file)?, true),
            };
            Some(Installed { name: v.name.into(), file, accent: accent(v.accent), known: Some(v), shipped })
        })
        .collect();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut own: Vec<Installed> = entries
        .filter(|f| f.extension().is_some_and(|e| e == "onnx") && f.is_file())
        .filter_map(|file| {
            let stem = file.file_stem()?.to_str()?.to_owned();
            let known = voices::find(file.file_name()?.to_str()?).is_some();
            let plain = stem.len() <= 60 && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
            // The published names tell the accent: "bf_emma" is a British woman, "am_adam" an American man.
            let accent = if stem.starts_with("bf_") || stem.starts_with("bm_") { Accent::British } else { Accent::American };
            (plain && !known).then(|| Installed { name: format!("{OWN_VOICE}{stem}"), file, accent, known: None, shipped: false })
        })
        .collect();
    own.sort_by(|a, b| a.name.cmp(&b.name));
    all.extend(own);
    all
}

/// The voices that are installed for this account.
pub fn here() -> Vec<Installed> {
    Paths::find(None).map_or_else(|_| Vec::new(), |p| installed(&p.voices_dir()))
}

/// Whether a file is this voice, complete.
pub fn is_whole(voice: &KnownVoice, file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|f| f.len() == voice.bytes) && fs::read(file).is_ok_and(|bytes| sum(&bytes) == voice.sha256)
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The pitch for a neural voice: the cast's 72 to 112 percent become 86 to 112. Below 85 a naturalness score falls
/// (docs/voices.md).
fn pitch(percent: u16) -> f32 {
    let percent = f32::from(percent.clamp(60, 160));
    let natural = if percent < 100.0 { 100.0 - (100.0 - percent) / 2.0 } else { percent };
    natural.clamp(86.0, 112.0) / 100.0
}

/// A file's state when it was found unusable.
#[derive(Debug, Clone, PartialEq)]
struct Seen(PathBuf, u64, Option<SystemTime>);

impl Seen {
    fn now(file: &Path) -> Self {
        let about = fs::metadata(file).ok();
        Self(file.to_path_buf(), about.as_ref().map_or(0, fs::Metadata::len), about.and_then(|a| a.modified().ok()))
    }
}

/// The neural voices of this installation.
pub struct Neural {
    folder: PathBuf,
    loaded: Option<(Installed, Loaded)>,
    words: Option<Words>,
    wrong: Vec<(Seen, Problem)>,
    used: Instant,
    slow: u32,
}

impl Neural {
    /// With this folder for the voices that are not part of the package. Nothing is loaded before the first phrase.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, loaded: None, words: None, wrong: Vec::new(), used: Instant::now(), slow: 0 }
    }

    /// Whether a voice's name means a neural voice at all.
    pub fn is_asked(name: &str) -> bool {
        !name.starts_with(PICO_VOICE) && !name.starts_with(WINDOWS_VOICE)
    }

    /// Chooses one of the installed voices. An error if a named one is missing, or if there is none at all; `None` if
    /// there is none of the accent that the pilot chose.
    fn pick(&self, voice: &Voice) -> Result<Option<Installed>, Problem> {
        let mut all = installed(&self.folder);
        let wanted = voice.name.as_str();
        if !matches!(wanted, "en-US" | "en-GB") {
            let known = voices::find(wanted);
            return match all.iter().position(|i| i.name == wanted) {
                Some(n) => Ok(Some(all.swap_remove(n))),
                None => Err(Problem::new(format!("the voice {wanted} is not installed")).because(self.folder.display()).fix(match known {
                    Some(v) if v.name == voices::SHIPPED => "reinstall Stratus, or choose another voice in the tray's menu".to_owned(),
                    Some(v) => format!("`stratus voices get {}` downloads it, and the tray's menu does", v.name),
                    None => "put the file into that folder, or choose another voice in the tray's menu".to_owned(),
                })),
            };
        }
        // The pilot's own files are used only by name.
        all.retain(|i| i.known.is_some());
        if all.is_empty() {
            return Err(Problem::new("there is no neural voice")
                .because(format!("{} is missing from the package", voices::SHIPPED))
                .fix("reinstall Stratus, or download one: `stratus voices get fenrir`; `speech.voice = \"pico\"` uses the simpler voice"));
        }
        let mut fitting: Vec<&Installed> = all.iter().filter(|i| tag(i.accent) == wanted).collect();
        if fitting.is_empty() && voice.cast.is_some() {
            fitting = all.iter().collect();
        }
        let seat = usize::from(voice.cast.unwrap_or_default()) % fitting.len().max(1);
        Ok(fitting.get(seat).map(|i| (*i).clone()))
    }

    /// Loads the voice that may be needed next, if none is loaded. A problem is reported with the first phrase that needs the voice.
    pub fn warm(&mut self, setting: &str) {
        self.used = Instant::now();
        if self.loaded.is_some() || !Self::is_asked(setting) || self.slow >= SLOW {
            return;
        }
        let (name, cast) = if setting == AUTO_VOICE { ("en-US", Some(0)) } else { (setting, None) };
        if let Ok(Some(which)) = self.pick(&Voice { name: name.into(), cast, ..Voice::default() }) {
            let _ = self.load(&which);
        }
    }

    /// Unloads the voice after `IDLE` without speech; whether it did.
    pub fn rest(&mut self, now: Instant) -> bool {
        let idle = self.loaded.is_some() && now.saturating_duration_since(self.used) >= IDLE;
        if idle {
            (self.loaded, self.words) = (None, None);
            log::info!("the voice is unloaded: nobody spoke for a minute");
        }
        idle
    }

    /// Whether a voice is loaded.
    pub fn is_loaded(&self) -> bool {
        self.loaded.is_some()
    }

    /// Speaks words (data, never markup) in a voice; `None` where Pico is to speak. No sound if `unwanted` returns true.
    pub fn speak(
        &mut self,
        words: &str,
        voice: &Voice,
        yields: bool,
        unwanted: &(dyn Fn() -> bool + Sync),
    ) -> Option<Result<Clip, Problem>> {
        self.used = Instant::now();
        if self.slow >= SLOW {
            return None;
        }
        let which = match self.pick(voice) {
            Ok(which) => which?,
            Err(p) => return Some(Err(p)),
        };
        if let Err(p) = self.load(&which) {
            return Some(Err(p));
        }
        let (Some((_, loaded)), Some(known)) = (&mut self.loaded, &self.words) else { return None };
        let words: String = words.chars().take(text::LONGEST).collect();
        let seed = words.bytes().fold(1u64, |h, b| h.wrapping_mul(0x0100_0000_01b3) ^ u64::from(b));
        let how = Manner { pitch: pitch(voice.pitch_percent), pace: f32::from(voice.rate_percent.clamp(50, 200)) / 100.0, seed };
        let begun = Instant::now();
        let mut work = || loaded.speak(&words, known, how, unwanted);
        let made = if yields { gently(work) } else { work() };
        let took = begun.elapsed().as_secs_f64();
        self.used = Instant::now();
        match made {
            Ok(mut samples) => {
                samples.truncate(LONGEST);
                let sound = samples.len() as f64 / f64::from(RATE);
                log::debug!("{}: {sound:.2} s in {:.0} ms", which.name, took * 1e3);
                if let Some(p) = self.paced(took, sound) {
                    return Some(Err(p));
                }
                Some(Ok(Clip { samples: samples.into(), rate: RATE }))
            }
            Err(e) => {
                let p = Problem::new(format!("the voice {} cannot speak", which.name)).because(e).fix(Self::remedy(&which));
                self.wrong.push((Seen::now(&which.file), p.clone()));
                self.loaded = None;
                Some(Err(p))
            }
        }
    }

    /// Counts phrases in a row that took too long; after `SLOW` of them the machine is reported as too slow.
    fn paced(&mut self, took: f64, sound: f64) -> Option<Problem> {
        if sound < TELLING {
            return None;
        }
        self.slow = if took * TIMES > sound { self.slow + 1 } else { 0 };
        (self.slow >= SLOW).then(|| {
            (self.loaded, self.words) = (None, None);
            Problem::new("this computer is too slow for the neural voice")
                .because(format!("{sound:.1} s of speech took {took:.1} s to make"))
                .fix("close other programs and restart Stratus, or keep the simpler voice, Pico, which speaks until then: `speech.voice = \"pico\"`")
                .about(Part::Voice)
                .brief("This computer is too slow for the neural voice", "Pico, the simpler voice, speaks until you restart Stratus.")
                .remedy(format!("Close other programs and restart Stratus, or keep Pico: {} \u{203a} Pico.", Part::Voice.place()))
        })
    }

    fn remedy(which: &Installed) -> String {
        match which.known {
            Some(_) if which.shipped => "reinstall Stratus; meanwhile the simpler voice speaks".to_owned(),
            Some(v) => format!("`stratus voices get {}` downloads it again; meanwhile the simpler voice speaks", v.name),
            None => "choose another voice in the tray's menu; meanwhile the simpler voice speaks".to_owned(),
        }
    }

    fn load(&mut self, which: &Installed) -> Result<(), Problem> {
        if self.loaded.as_ref().is_some_and(|(i, _)| i == which) {
            return Ok(());
        }
        let seen = Seen::now(&which.file);
        self.wrong.retain(|(s, _)| s.0 != seen.0 || *s == seen);
        if let Some((_, p)) = self.wrong.iter().find(|(s, _)| *s == seen) {
            return Err(p.clone());
        }
        // Drop the previous voice first: two would take twice the memory.
        self.loaded = None;
        let begun = Instant::now();
        let loaded = read(which).inspect_err(|p| self.wrong.push((seen, p.clone())))?;
        if self.words.is_none() {
            self.words = Some(words());
        }
        log::info!("the voice {} is loaded in {} ms", which.name, begun.elapsed().as_millis());
        self.loaded = Some((which.clone(), loaded));
        Ok(())
    }
}

/// The words, as far as their files are available.
fn words() -> Words {
    let file = files::of_voices(WORDS).and_then(|f| fs::read(f).ok());
    let missing = file.is_none();
    let made = Words::new(file).or_else(|why| {
        log::error!("{WORDS}: {why}; reinstall Stratus");
        Words::new(None)
    });
    if missing {
        log::warn!("{WORDS} is not there: rare names are spelled");
    }
    made.unwrap_or_default()
}

/// Reads a voice's file. Its checksum is verified before anything reads it as a model. An unknown file is first tried
/// in a separate process.
fn read(which: &Installed) -> Result<Loaded, Problem> {
    let failed = || Problem::new(format!("cannot use the voice {}", which.name)).because(which.file.display());
    let length = fs::metadata(&which.file).map_err(|e| failed().because(e).fix(Neural::remedy(which)))?.len();
    if length > stratus_voice::model::MOST_BYTES as u64 {
        return Err(failed().because(format!("{length} bytes are not a voice")).fix(Neural::remedy(which)));
    }
    let bytes = fs::read(&which.file).map_err(|e| failed().because(e).fix(Neural::remedy(which)))?;
    let sum = sum(&bytes);
    match which.known {
        Some(v) if v.sha256 != sum => {
            let why =
                if v.bytes == length { "its contents differ from the published file" } else { "it is truncated, or a different file" };
            return Err(failed().because(why).fix(Neural::remedy(which)));
        }
        Some(_) => {}
        None => trial::voice(&which.file, &sum)?,
    }
    Loaded::load(bytes, which.accent).map_err(|e| failed().because(e).fix(Neural::remedy(which)))
}

/// What the trial's process does: loads any file, and speaks a sentence with it.
pub fn attempt(file: &Path) -> Result<(), Problem> {
    bounded();
    let failed = |e: &dyn std::fmt::Display| Problem::new("it is not a voice").because(e.to_string());
    let mut voice = Loaded::load(fs::read(file).map_err(|e| failed(&e))?, Accent::American).map_err(|e| failed(&e))?;
    let sound = voice.speak(TRIAL, &words(), Manner::default(), &|| false).map_err(|e| failed(&e))?;
    let seconds = sound.len() as f64 / f64::from(RATE);
    if !(4.0..120.0).contains(&seconds) || sound.iter().all(|s| s.abs() < 0.01) {
        return Err(failed(&format!("it turns a sentence into {seconds:.1} s of sound")));
    }
    Ok(())
}

/// Limits the memory of a trial's process to what a good voice could need, because a hostile graph asks for all there is.
fn bounded() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let most = Some(3 << 30);
        if let Err(e) = setrlimit(Resource::As, Rlimit { current: most, maximum: most }) {
            log::debug!("the trial's memory is not bounded: {e}");
        }
    }
}

#[cfg(test)]
mod tests;
