//! Speech synthesis by Pico: 16 kHz, about a hundred times faster than speech. Each voice has one engine, on the
//! thread that made it.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use ttspico::{Engine, EngineResetMode, EngineStatus, PicoError, System, Voice as PicoVoice};

use super::text::sanitise;
use crate::event::{Clip, Voice};
use crate::problem::Problem;

/// Pico's sample rate.
const RATE: u32 = 16_000;
/// The memory that Pico needs for a voice.
const MEMORY: usize = 4 << 20;
/// The longest sound, one minute: no transmission is longer, and a loop in the synthesiser ends here.
const LONGEST: usize = RATE as usize * 60;

/// A synthesiser with the voice that it used last.
pub struct Synthesiser {
    folder: PathBuf,
    engine: Option<(String, Engine)>,
}

impl Synthesiser {
    /// A synthesiser with the voices' files in this folder. The voice is loaded when it first speaks.
    pub fn new(folder: &Path) -> Result<Self, Problem> {
        if !folder.join("en-US_ta.bin").is_file() {
            return Err(Problem::new("the voices cannot be found").because(folder.display()).fix("reinstall Stratus"));
        }
        Ok(Self { folder: folder.to_path_buf(), engine: None })
    }

    /// Speaks `words` (data, never markup) in `voice`: 16 kHz mono.
    pub fn speak(&mut self, words: &str, voice: &Voice) -> Result<Clip, Problem> {
        let words = sanitise(words);
        if words.is_empty() {
            return Ok(Clip { samples: [].into(), rate: RATE });
        }
        if self.engine.as_ref().is_none_or(|(name, _)| *name != voice.name) {
            // Drop the old engine first: a thread can have only one.
            self.engine = None;
            self.engine = Some((voice.name.clone(), load(&self.folder, &voice.name).map_err(|e| broken(&voice.name, &e))?));
        }
        let Some((_, engine)) = &mut self.engine else { return Err(Problem::bug("no voice was loaded")) };
        let (rate, pitch) = (voice.rate_percent.clamp(50, 200), voice.pitch_percent.clamp(60, 160));
        let marked = format!("<speed level=\"{rate}\"><pitch level=\"{pitch}\">{words}</pitch></speed>\0");
        match utter(engine, &marked) {
            Ok(samples) => {
                // Words that were cut off must not be said with the next transmission.
                if samples.len() > LONGEST && engine.reset(EngineResetMode::Full).is_err() {
                    self.engine = None;
                }
                Ok(Clip { samples: samples.into(), rate: RATE })
            }
            Err(e) => {
                // After a text that it cannot handle, the engine's state is undefined.
                if engine.reset(EngineResetMode::Full).is_err() {
                    self.engine = None;
                }
                Err(broken(&voice.name, &e))
            }
        }
    }
}

fn broken(name: &str, e: &PicoError) -> Problem {
    Problem::new(format!("the voice {name} cannot speak")).because(e.to_string()).fix("reinstall Stratus if this happens again")
}

fn load(folder: &Path, name: &str) -> Result<Engine, PicoError> {
    // If a system voice cannot speak, Pico speaks in its accent, where the name tells it.
    let (text, sound) = if name.ends_with("en-GB") { ("en-GB_ta.bin", "en-GB_kh0_sg.bin") } else { ("en-US_ta.bin", "en-US_lh0_sg.bin") };
    let system = System::new(MEMORY)?;
    let text = System::load_resource(Rc::clone(&system), folder.join(text).to_string_lossy())?;
    let sound = System::load_resource(Rc::clone(&system), folder.join(sound).to_string_lossy())?;
    let voice = System::create_voice(system, "Stratus")?;
    voice.borrow_mut().add_resource(text)?;
    voice.borrow_mut().add_resource(sound)?;
    engine(voice)
}

#[allow(unsafe_code, reason = "Pico marks the making of an engine unsafe")]
fn engine(voice: Rc<std::cell::RefCell<PicoVoice>>) -> Result<Engine, PicoError> {
    // SAFETY: one engine for a voice, made, used and dropped on this thread; a `Synthesiser` is never sent.
    unsafe { PicoVoice::create_engine(voice) }
}

fn utter(engine: &mut Engine, text: &str) -> Result<Vec<f32>, PicoError> {
    let mut rest = text.as_bytes();
    let mut samples: Vec<f32> = Vec::with_capacity(RATE as usize * 4);
    let mut block = [0i16; 1024];
    // A text longer than the engine's buffer is passed in pieces, and the sound of the first pieces is read in between.
    loop {
        if !rest.is_empty() {
            let taken = engine.put_text(rest)?;
            rest = &rest[taken.min(rest.len())..];
        }
        loop {
            let (n, status) = engine.get_data(&mut block[..])?;
            samples.extend(block[..n].iter().map(|s| f32::from(*s) / 32768.0));
            if status == EngineStatus::Idle || samples.len() > LONGEST {
                break;
            }
        }
        if rest.is_empty() || samples.len() > LONGEST {
            return Ok(samples);
        }
    }
}
