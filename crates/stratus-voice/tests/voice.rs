//! The shipped voice speaks, and a file that is not a voice does not.

use std::cell::Cell;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use stratus_voice::text::{Accent, Words};
use stratus_voice::{Manner, RATE, Voice};

fn asset(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../assets/voices").join(name)).unwrap()
}

fn heart() -> (Voice, Words) {
    (Voice::load(asset("heart.onnx"), Accent::American).unwrap(), Words::new(Some(asset("english.bin"))).unwrap())
}

fn seconds(sound: &[f32]) -> f32 {
    sound.len() as f32 / RATE as f32
}

fn rms(sound: &[f32]) -> f32 {
    (sound.iter().map(|s| s * s).sum::<f32>() / sound.len() as f32).sqrt()
}

/// The median pitch of the voiced windows, Hz: the shortest delay at which a window is most similar to itself.
fn pitch(sound: &[f32]) -> f32 {
    let loudness = rms(sound);
    let all = sound.windows(4800).step_by(480).filter(|w| rms(w) > loudness).filter_map(|w| {
        let energy = |from: usize| w[from..from + 2400].iter().map(|s| s * s).sum::<f32>();
        let likeness = |lag: usize| {
            let product: f32 = w[..2400].iter().zip(&w[lag..]).map(|(a, b)| a * b).sum();
            product / (energy(0) * energy(lag)).sqrt()
        };
        let best = (60..300).map(likeness).fold(0.0, f32::max);
        let lag = (60..300)
            .find(|lag| likeness(*lag) > best * 0.95 && likeness(*lag) > likeness(lag - 1) && likeness(*lag) >= likeness(lag + 1))?;
        (best > 0.7).then_some(RATE as f32 / lag as f32)
    });
    let mut all: Vec<f32> = all.collect();
    all.sort_by(f32::total_cmp);
    all[all.len() / 2]
}

#[test]
fn speech_is_level_gapless_and_reproducible() {
    let (mut voice, words) = heart();
    let mut say = |text: &str, how| voice.speak(text, &words, how, &|| false).unwrap();
    let plain = say("Skyhawk one seven two sierra papa, Palo Alto Tower, runway three one, cleared for takeoff.", Manner::default());
    assert!((4.0..8.0).contains(&seconds(&plain)), "{} s", seconds(&plain));
    assert!(plain.iter().all(|s| s.is_finite() && s.abs() < 0.9));
    assert!((0.06..0.13).contains(&rms(&plain)), "{}", rms(&plain));
    // Silence at both ends is cut: the voice begins within 60 ms and ends within 130 ms.
    let loud = |s: &&f32| s.abs() > 0.01;
    assert!(plain.iter().position(|s| loud(&s)).unwrap() < 60 * 24);
    assert!(plain.iter().rev().position(|s| loud(&s)).unwrap() < 130 * 24);
    assert_eq!(plain, say("Skyhawk one seven two sierra papa, Palo Alto Tower, runway three one, cleared for takeoff.", Manner::default()));
}

#[test]
fn pitch_and_pace_follow_the_request() {
    let (mut voice, words) = heart();
    let mut say = |pitch, pace| voice.speak("Hold position, hold position.", &words, Manner { pitch, pace, seed: 1 }, &|| false).unwrap();
    let (plain, deep, fast) = (say(1.0, 1.0), say(0.8, 1.0), say(1.0, 1.3));
    let (a, b) = (pitch(&plain), pitch(&deep));
    assert!((0.74..0.86).contains(&(b / a)), "{a} Hz and {b} Hz");
    assert!(seconds(&fast) < seconds(&plain) * 0.9, "{} {}", seconds(&plain), seconds(&fast));
}

#[test]
fn long_short_and_empty_texts_are_spoken_within_bounds() {
    let (mut voice, words) = heart();
    let mut say = |text: &str| voice.speak(text, &words, Manner::default(), &|| false).unwrap();
    for nothing in ["", "   ", ",.?", "東京"] {
        assert!(say(nothing).is_empty(), "{nothing:?}");
    }
    let long = say(&"hold short ".repeat(182)[..2000]);
    assert!((60.0..240.0).contains(&seconds(&long)), "{} s", seconds(&long));
    let digits = say(&"7".repeat(300));
    assert!((60.0..240.0).contains(&seconds(&digits)), "{} s", seconds(&digits));
}

#[test]
fn unwanted_speech_is_abandoned_between_steps() {
    let (mut voice, words) = heart();
    let asked = Cell::new(0);
    let unwanted = || {
        asked.set(asked.get() + 1);
        asked.get() > 2
    };
    let sound = voice.speak(&"Hold short of runway two eight left. ".repeat(20), &words, Manner::default(), &unwanted).unwrap();
    assert!(sound.is_empty() && asked.get() == 3, "{} {}", sound.len(), asked.get());
}

#[test]
fn a_file_that_is_not_a_voice_is_rejected_with_the_reason() {
    let good = asset("heart.onnx");
    let load = |bytes: Vec<u8>| Voice::load(bytes, Accent::American).map(drop);
    for n in [0, 1, 100, 10_000, good.len() / 2] {
        assert!(load(good[..n].to_vec()).is_err(), "{n} bytes");
    }
    assert!(load(vec![0x5a; 100_000]).is_err());
    assert!(load(asset("english.bin")).is_err());
    assert!(load(vec![0; 65 << 20]).unwrap_err().to_string().contains("too many"));
}

#[test]
fn the_shipped_voice_is_the_one_in_the_catalogue() {
    let sum: String = Sha256::digest(asset("heart.onnx")).iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(sum, "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8");
}
