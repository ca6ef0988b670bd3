//! Tests the graphics card, in a build that can use one. A card's driver may hang, end the process, or compute nonsense. Before the
//! card is trusted with a model, it therefore recognises a known sentence in a separate process. If it fails, recognition runs on
//! the processor.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use super::model::VerifiedModel;
use super::recognise::Recogniser;
use super::synthesise::Synthesiser;
use super::{files, trial};
use crate::event::{Hints, Voice};
use crate::problem::Problem;

/// Whether this build can recognise on a graphics card.
pub const BUILT: bool = cfg!(any(feature = "cuda", feature = "vulkan"));

/// What the card has to recognise, spoken by the program's own voice: words without numbers, which every model writes alike.
const SENTENCE: &str = "Good morning. The wind is calm, the runway is clear, and the weather is good.";
/// At least this many of a hundred words must be the same, in the same order. A working card and a working processor
/// differ by one word at most. A broken card writes nothing, or one word again and again.
const ALIKE_PERCENT: usize = 60;

/// Cards that were tested with a model, by its SHA-256: a driver does not change while the program runs.
static TRIED: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());

/// Loads a verified model onto the card if this build has one and it passes the test, otherwise for `threads` of the processor.
/// Also returns what the pilot should know: that the card is not used, and why. This is reported once per model.
pub fn load(model: &VerifiedModel, threads: u8) -> Result<(Recogniser, Option<Problem>), Problem> {
    if !BUILT {
        return Ok((Recogniser::load(model, threads)?, None));
    }
    load_where(model, threads, try_out)
}

fn load_where(
    model: &VerifiedModel,
    threads: u8,
    try_out: impl FnOnce(&VerifiedModel, u8) -> Result<(), Problem>,
) -> Result<(Recogniser, Option<Problem>), Problem> {
    let tried = || TRIED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = tried().get(model.sha256()).copied();
    let trouble = match known {
        Some(_) => None,
        None => try_out(model, threads).err(),
    };
    let trusted = known.unwrap_or(trouble.is_none());
    tried().insert(model.sha256().to_owned(), trusted);
    if let Some(p) = &trouble {
        log::warn!("{}", p.one_line());
    }
    Ok((if trusted { Recogniser::load_on_card(model, threads)? } else { Recogniser::load(model, threads)? }, trouble))
}

/// Has a separate process recognise the sentence on the card, and compares.
fn try_out(model: &VerifiedModel, threads: u8) -> Result<(), Problem> {
    let program = std::env::current_exe().map_err(|e| Problem::new("cannot try the graphics card").because(e))?;
    let on_card = trial::words_on_card(&program, model.path()).map_err(|why| refused().because(why).fix(FIX))?;
    judge(&on_card, || words(&mut Recogniser::load(model, threads)?))
}

/// What the separate process does: recognises the sentence on the card.
pub fn attempt(path: &Path) -> Result<String, Problem> {
    words(&mut Recogniser::load_on_card(&VerifiedModel::untried(path), 1)?)
}

fn words(ears: &mut Recogniser) -> Result<String, Problem> {
    let sound = Synthesiser::new(&files::voices()?)?.speak(SENTENCE, &Voice::default())?;
    Ok(ears.transcribe(&sound.samples, &Hints::default(), &AtomicBool::new(false))?.text)
}

fn refused() -> Problem {
    Problem::new("the graphics card is not used to recognise speech")
}

const FIX: &str = "update the card's driver; until then the processor does it, more slowly";

/// Whether the card's words can be trusted. The processor is asked only if the words are not those of the sentence,
/// because the model may not know English.
fn judge(on_card: &str, on_processor: impl FnOnce() -> Result<String, Problem>) -> Result<(), Problem> {
    if alike(SENTENCE, on_card) {
        return Ok(());
    }
    let right = on_processor()?;
    if alike(&right, on_card) {
        return Ok(());
    }
    Err(refused().because(format!("it hears {on_card:?} where the processor hears {right:?}")).fix(FIX))
}

/// Whether most words of two texts are the same, in the same order, apart from case and punctuation. An empty text is like no other.
fn alike(a: &str, b: &str) -> bool {
    let plain = |text: &str| -> Vec<String> {
        let kept: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
        kept.split_whitespace().map(str::to_owned).collect()
    };
    let (a, b) = (plain(a), plain(b));
    // The longest common subsequence, row by row.
    let mut row = vec![0usize; b.len() + 1];
    for x in &a {
        let mut corner = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { corner + 1 } else { above.max(row[j]) };
            corner = above;
        }
    }
    row[b.len()] * 100 >= a.len().max(b.len()) * ALIKE_PERCENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::model;

    #[test]
    fn card_is_trusted_by_known_words_or_the_processors_words() {
        let never = || -> Result<String, Problem> { panic!("the processor is not needed") };
        judge("Good morning, the wind is calm. The runway is clear and the weather is good!", never).unwrap();
        judge("good morning the wind is come the runway is clear and weather is good", never).unwrap();
        for garbage in ["", "the the the the the the the the the the the the the the the the the the the the the the the the", "!!!!!!!!"] {
            let p = judge(garbage, || Ok(SENTENCE.to_owned())).unwrap_err();
            assert!(p.why[0].contains("the processor hears \"Good morning") && !p.fix.is_empty(), "{p}");
        }
        // A model of another language recognises the sentence on neither, but gives the same words on both.
        judge("guten Morgen der Wind ist", || Ok("Guten Morgen, der Wind ist.".to_owned())).unwrap();
        judge("", || Ok(String::new())).unwrap();
        assert!(judge("words", || Ok(String::new())).is_err());
        assert_eq!(judge("words", || Err(Problem::new("no memory"))), Err(Problem::new("no memory")));
    }

    #[test]
    fn failing_card_is_reported_once_and_the_processor_used() {
        let known = model::verify(&files::demo("stratus-demo-en-q5_0.bin").unwrap(), None).unwrap();
        let (mut ears, told) = load_where(&known, 1, |_, _| Err(refused().fix(FIX))).unwrap();
        assert_eq!(told, Some(refused().fix(FIX)));
        let mut voice = Synthesiser::new(&files::voices().unwrap()).unwrap();
        let call = voice.speak("Hilo Ground, Skyhawk two sierra papa, radio check.", &Voice::default()).unwrap();
        let heard = ears.transcribe(&call.samples, &Hints::default(), &AtomicBool::new(false)).unwrap();
        assert!(heard.text.to_lowercase().contains("radio check"), "{}", heard.text);
        let (_, again) = load_where(&known, 1, |_, _| panic!("it was tested")).unwrap();
        assert_eq!(again, None);
    }
}
