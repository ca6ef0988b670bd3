//! Windows's own voices (OneCore, `Windows.Media.SpeechSynthesis`): synthesises words into a stream, and reads the
//! stream as a WAV file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use windows::Media::SpeechSynthesis::{SpeechAppendedSilence, SpeechSynthesizer, VoiceInformation};
use windows::Storage::Streams::DataReader;
use windows::core::{Error, HRESULT, HSTRING, Result};
use windows_future::AsyncStatus;

use super::mouth::{Speak, Utterance};
use super::system_voices::choose;
use crate::event::SystemVoice;
use crate::problem::Problem;

/// How often the state of Windows's asynchronous work is polled.
const LOOK: Duration = Duration::from_millis(5);
/// The largest stream, bytes: more than a minute of sound in the best quality.
const LARGEST: u64 = 32 << 20;
/// `E_ABORT`.
const GIVEN_UP: HRESULT = HRESULT(0x8000_4004_u32.cast_signed());
/// `E_UNEXPECTED`.
const STRANGE: HRESULT = HRESULT(0x8000_FFFF_u32.cast_signed());

/// A Windows voice with the name that it was made for.
type Engine = (String, SpeechSynthesizer);

/// The function that speaks with these voices, for use on one thread. The voice that was used last stays loaded.
pub(super) fn speaker() -> Speak {
    let mut engine: Option<Engine> = None;
    Box::new(move |utterance, given_up| {
        let said = prepare(&mut engine, utterance).and_then(|e| utter(e, utterance, given_up).map_err(|e| failed(&e)));
        if said.is_err() {
            // The voice may have been removed.
            engine = None;
        }
        said
    })
}

fn failed(e: &Error) -> Problem {
    Problem::new("Windows's voices cannot speak")
        .because(format!("{} ({:#010x})", e.message().trim(), e.code().0))
        .fix("choose another voice in the tray's menu; meanwhile one of Stratus's own voices speaks")
}

fn prepare<'a>(engine: &'a mut Option<Engine>, utterance: &Utterance) -> std::result::Result<&'a SpeechSynthesizer, Problem> {
    if engine.as_ref().is_none_or(|(name, _)| *name != utterance.voice) {
        *engine = None;
        let voice = find(&utterance.voice)?;
        let made = SpeechSynthesizer::new().and_then(|s| s.SetVoice(&voice).map(|()| s)).map_err(|e| failed(&e))?;
        *engine = Some((utterance.voice.clone(), made));
    }
    engine.as_ref().map(|(_, e)| e).ok_or_else(|| Problem::bug("no voice was loaded"))
}

/// The voice of this name, part of a name, or language.
fn find(wanted: &str) -> std::result::Result<VoiceInformation, Problem> {
    // By index: the list's own iterator panics where the list is shorter than it says, as Wine's is.
    let list = SpeechSynthesizer::AllVoices().map_err(|e| failed(&e))?;
    let all: Vec<VoiceInformation> = (0..list.Size().map_err(|e| failed(&e))?).filter_map(|i| list.GetAt(i).ok()).collect();
    let known: Vec<SystemVoice> = all.iter().map(|v| SystemVoice { name: text(v.DisplayName()), language: text(v.Language()) }).collect();
    match choose(wanted, &known).and_then(|i| all.get(i)) {
        Some(voice) => Ok(voice.clone()),
        None => {
            let there: Vec<String> = known.into_iter().map(|v| format!("{} ({})", v.name, v.language)).collect();
            let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
            Err(Problem::new(format!("Windows has no voice {wanted:?} for other programs"))
                .because(format!("its voices are: {there}"))
                .fix("add it in Windows's settings (Time & language, Speech), or choose another voice in the tray's menu"))
        }
    }
}

fn text(from: Result<HSTRING>) -> String {
    from.map(|t| t.to_string_lossy()).unwrap_or_default()
}

fn utter(synthesizer: &SpeechSynthesizer, utterance: &Utterance, given_up: &AtomicBool) -> Result<Vec<u8>> {
    let options = synthesizer.Options()?;
    options.SetSpeakingRate(utterance.rate)?;
    options.SetAudioPitch(utterance.pitch)?;
    // By default three quarters of a second of silence follow every phrase.
    options.SetAppendedSilence(SpeechAppendedSilence::Min)?;
    // Plain text, never markup.
    let speaking = synthesizer.SynthesizeTextToStreamAsync(&HSTRING::from(utterance.words.as_str()))?;
    wait(|| speaking.Status(), || speaking.Cancel(), given_up)?;
    let stream = speaking.GetResults()?;
    let size = stream.Size()?;
    if size > LARGEST {
        return Err(STRANGE.into());
    }
    let reader = DataReader::CreateDataReader(&stream.GetInputStreamAt(0)?)?;
    let loading = reader.LoadAsync(size as u32)?;
    wait(|| loading.Status(), || loading.Cancel(), given_up)?;
    let mut file = vec![0; loading.GetResults()? as usize];
    reader.ReadBytes(&mut file)?;
    Ok(file)
}

/// Waits until Windows's work ends; it is cancelled when the result is no longer wanted.
fn wait(status: impl Fn() -> Result<AsyncStatus>, cancel: impl Fn() -> Result<()>, given_up: &AtomicBool) -> Result<()> {
    while status()? == AsyncStatus::Started {
        if given_up.load(Ordering::Relaxed) {
            cancel()?;
            return Err(GIVEN_UP.into());
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::print_stdout, reason = "what is skipped is said")]
mod tests {
    use super::*;

    /// With voices or without (Wine has none): sound, or a problem with its remedy. An unknown name is reported.
    #[test]
    fn words_become_sound_or_a_problem_with_its_remedy() {
        let mut speak = speaker();
        let mut say = |voice: &str| {
            let words = "Heelow Ground, radio check.".to_owned();
            speak(&Utterance { words, voice: voice.into(), rate: 1.1, pitch: 0.8 }, &AtomicBool::new(false))
        };
        match say("en-US") {
            Ok(file) => assert!(super::super::sound::clip(&file).unwrap().seconds() > 0.5),
            Err(p) => {
                println!("SKIPPED: this system's voices do not speak: {}", p.one_line());
                assert!(!p.why.is_empty() && !p.fix.is_empty(), "{p:?}");
            }
        }
        let nobody = say("Microsoft Nobody").unwrap_err();
        assert!(!nobody.why.is_empty() && !nobody.fix.is_empty(), "{nobody:?}");
    }
}
