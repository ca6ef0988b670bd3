//! Tests with system voices that speak, fail, hang, panic, and return rubbish.

use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;

use super::*;
use crate::speech::sound::tests::tone;

/// Enough time for a voice that answers late on a busy machine but does not hang.
const EVER: Duration = Duration::from_secs(60);
/// The time for a voice that hangs.
const SOON: Duration = Duration::from_millis(100);

fn mouth(make: fn() -> Speak) -> Mouth {
    patient(make, EVER)
}

fn patient(make: fn() -> Speak, patience: Duration) -> Mouth {
    Mouth { own: Own::new(make, patience), ..Mouth::with(Neural::new(Default::default())).unwrap() }
}

fn named(name: &str) -> Voice {
    Voice { name: format!("{WINDOWS_VOICE}{name}"), rate_percent: 110, pitch_percent: 80, cast: None }
}

fn heard() -> &'static (dyn Fn() -> bool + Sync) {
    &|| false
}

/// The sample rate shows who spoke: Pico has 16,000 samples a second, the voices here 22,050.
fn spoke(s: &Spoken) -> (u32, Option<&str>) {
    let clip = s.clip.as_ref().unwrap();
    assert!(clip.samples.iter().any(|x| x.abs() > 0.05), "silence");
    (clip.rate, s.trouble.as_ref().map(|p| p.what.as_str()))
}

#[test]
fn system_voice_speaks_plain_words_at_the_units_pitch_and_pace() {
    static SAID: Mutex<Vec<Utterance>> = Mutex::new(Vec::new());
    let mut m = mouth(|| {
        Box::new(|u, _| {
            SAID.lock().unwrap().push(u.clone());
            Ok(tone(22_050, 1, 16))
        })
    });
    let words = "<speak><prosody rate=\"x-slow\">Hilo Ground</prosody></speak> & wind calm";
    assert_eq!(spoke(&m.speak(words, &named("Microsoft David"), heard())), (22_050, None));
    let slow = Voice { rate_percent: 10, pitch_percent: 400, ..named("en-GB") };
    m.speak("Wind calm", &slow, heard()).clip.unwrap();
    assert!(m.speak("", &slow, heard()).clip.unwrap().samples.is_empty());
    let said = SAID.lock().unwrap();
    assert_eq!((said.len(), said[0].voice.as_str(), said[0].rate, said[0].pitch), (2, "Microsoft David", 1.1, 0.8));
    assert!(said[0].words.contains("Heelow Ground") && !said[0].words.contains(['<', '>', '&', '"', '=']), "{}", said[0].words);
    assert_eq!((said[1].voice.as_str(), said[1].rate, said[1].pitch), ("en-GB", 0.5, 1.6));
}

#[test]
fn pico_replaces_a_neural_voice_that_cannot_speak() {
    let folder = tempfile::tempdir().unwrap();
    let mut m = Mouth::with(Neural::new(folder.path().to_path_buf())).unwrap();
    let emma = Voice { name: "emma".into(), ..Voice::default() };
    assert_eq!(spoke(&m.speak("Wind calm", &emma, heard())), (16_000, Some("the voice emma is not installed")));
    assert_eq!(spoke(&m.speak("Wind calm", &emma, heard())), (16_000, None), "told once");
    for (name, rate) in [("en-US", 24_000), ("heart", 24_000), ("en-GB", 16_000), ("pico:en-US", 16_000)] {
        assert_eq!(spoke(&m.speak("Wind calm", &Voice { name: name.into(), ..Voice::default() }, heard())), (rate, None), "{name}");
    }
    assert_eq!(
        spoke(&m.speak("Wind calm", &emma, heard())),
        (16_000, Some("the voice emma is not installed")),
        "another voice spoke since"
    );
    assert_eq!(picos(&emma).name, "pico:en-GB");
}

#[test]
fn silent_voice_is_reported_once_and_pico_speaks() {
    let mut m = mouth(|| {
        Box::new(|u, _| match u.voice.as_str() {
            "there" => Ok(tone(22_050, 1, 16)),
            "rubbish" => Ok(b"RIFF and no more".to_vec()),
            gone => Err(Problem::new(format!("no voice {gone}"))),
        })
    });
    let mut say = |name: &str| {
        let spoken = m.speak("wind calm", &named(name), heard());
        let (rate, trouble) = spoke(&spoken);
        (rate, trouble.map(str::to_owned))
    };
    assert_eq!(say("gone"), (16_000, Some("no voice gone".into())));
    assert_eq!(say("gone"), (16_000, None), "told once");
    assert_eq!(say("there"), (22_050, None));
    assert_eq!(say("gone"), (16_000, Some("no voice gone".into())), "it had spoken in between");
    assert_eq!(say("rubbish"), (16_000, Some("the voice's sound cannot be read".into())));
    assert_eq!(say("there"), (22_050, None));
}

#[test]
fn hung_voice_is_awaited_once_and_reused_when_it_recovers() {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    static HANGS: AtomicBool = AtomicBool::new(true);
    let make: fn() -> Speak = || {
        Box::new(|_, _| {
            ASKED.fetch_add(1, Ordering::Relaxed);
            while HANGS.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            Ok(tone(22_050, 1, 16))
        })
    };
    let mut m = patient(make, SOON);
    let v = named("Microsoft Hazel");
    assert_eq!(spoke(&m.speak("wind calm", &v, heard())), (16_000, Some("the system's voice does not answer")));
    for _ in 0..3 {
        assert_eq!(spoke(&m.speak("wind calm", &v, heard())), (16_000, None));
    }
    assert_eq!(ASKED.load(Ordering::Relaxed), 1, "a hung voice gets no further requests");
    HANGS.store(false, Ordering::Relaxed);
    let until = Instant::now() + Duration::from_secs(20);
    while spoke(&m.speak("wind calm", &v, heard())).0 != 22_050 {
        assert!(Instant::now() < until, "the voice is never used again");
    }
}

#[test]
fn cancelled_words_are_dropped_and_the_next_are_spoken() {
    static GIVEN_UP: AtomicUsize = AtomicUsize::new(0);
    let mut m = mouth(|| {
        Box::new(|u, given_up| {
            while u.words.contains("long") && !given_up.load(Ordering::Relaxed) {
                std::thread::yield_now();
            }
            GIVEN_UP.fetch_add(usize::from(given_up.load(Ordering::Relaxed)), Ordering::Relaxed);
            Ok(tone(22_050, 1, 16))
        })
    });
    let spoken = m.speak("a long story", &named("x"), &|| true);
    assert!(spoken.clip.unwrap().samples.is_empty() && spoken.trouble.is_none());
    assert_eq!(spoke(&m.speak("wind calm", &named("x"), heard())), (22_050, None));
    assert_eq!(GIVEN_UP.load(Ordering::Relaxed), 1);
}

#[test]
fn panicking_voice_is_restarted() {
    let mut m = mouth(|| {
        Box::new(|u, _| {
            assert!(!u.words.contains("bad"), "provoked");
            Ok(tone(22_050, 1, 16))
        })
    });
    assert_eq!(spoke(&m.speak("bad words", &named("x"), heard())), (16_000, Some("the system's voice stopped")));
    assert_eq!(spoke(&m.speak("good words", &named("x"), heard())), (22_050, None));
}

#[cfg(not(windows))]
#[test]
fn windows_voices_elsewhere_are_reported_and_pico_speaks() {
    let mut m = Mouth::new().unwrap();
    let spoken = m.speak("wind calm", &named("Microsoft David"), heard());
    assert_eq!(spoke(&spoken), (16_000, Some("Windows's voices are not available")));
    assert!(!spoken.trouble.unwrap().fix.is_empty());
    // Stratus's own voices still speak.
    for (name, rate) in [("heart", 24_000), ("pico:en-US", 16_000)] {
        assert_eq!(spoke(&m.speak("wind calm", &Voice { name: name.into(), ..Voice::default() }, heard())), (rate, None));
    }
}
