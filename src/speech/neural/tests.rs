//! Neural voices that are present, missing, truncated, swapped, of another kind, and idle.

use super::*;

fn in_folder(folder: &Path) -> Neural {
    Neural::new(folder.to_path_buf())
}

fn voice(name: &str) -> Voice {
    Voice { name: name.into(), ..Voice::default() }
}

fn said(n: &mut Neural, voice: &Voice) -> Option<Result<Clip, Problem>> {
    n.speak("Hold short of runway two eight left.", voice, false, &|| false)
}

#[test]
fn shipped_voice_covers_preferred_but_not_chosen_accents() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = in_folder(folder.path());
    let clip = said(&mut n, &voice("en-US")).unwrap().unwrap();
    assert!(clip.rate == RATE && (1.0..4.0).contains(&clip.seconds()), "{} s", clip.seconds());
    assert!(n.is_loaded());
    assert!(said(&mut n, &voice("en-GB")).is_none(), "the pilot chose a British voice, which Pico has");
    assert!(said(&mut n, &Voice { cast: Some(7), ..voice("en-GB") }).unwrap().is_ok(), "a unit's accent is only a preference");
    for other in ["pico:en-US", "pico", "windows:en-GB"] {
        assert!(!Neural::is_asked(other));
    }
    // While a simulator runs, the sound is the same, made by a thread of a lower priority.
    let gently = n.speak("Hold short of runway two eight left.", &voice("en-US"), true, &|| false).unwrap().unwrap();
    assert_eq!(gently.samples.len(), clip.samples.len());
}

#[test]
fn missing_cut_or_swapped_voice_is_reported_with_its_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = in_folder(folder.path());
    let p = said(&mut n, &voice("emma")).unwrap().unwrap_err();
    assert!(p.to_string().contains("stratus voices get emma"), "{p}");
    let p = said(&mut n, &voice("own:nobody")).unwrap().unwrap_err();
    assert!(p.to_string().contains("own:nobody is not installed"), "{p}");
    let emma = folder.path().join("bf_emma.int8.onnx");
    let heart = fs::read(files::of_voices("heart.onnx").unwrap()).unwrap();
    for (what, bytes) in [("cut", &heart[..heart.len() / 2]), ("swapped", &heart[..]), ("empty", &[][..]), ("a page", &b"<html>404"[..])] {
        fs::write(&emma, bytes).unwrap();
        let p = said(&mut n, &voice("emma")).unwrap().unwrap_err();
        assert!(p.to_string().contains("cannot use the voice emma") && p.to_string().contains("stratus voices get emma"), "{what}: {p}");
        assert!(said(&mut n, &voice("en-US")).unwrap().is_ok(), "{what}: the other voices keep speaking");
    }
    // A file that was found unusable is not read again until it changes.
    assert_eq!(n.wrong.len(), 1, "{:?}", n.wrong);
}

#[test]
fn units_are_cast_from_the_installed_voices() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["bf_emma.int8.onnx", "bm_fable.int8.onnx", "am_fenrir_v2.int8.onnx", "bm_mine.onnx", "not a voice.txt", "bad name!.onnx"] {
        fs::write(folder.path().join(file), "x").unwrap();
    }
    let names: Vec<String> = installed(folder.path()).into_iter().map(|i| i.name).collect();
    assert_eq!(names, ["heart", "fenrir", "emma", "fable", "own:bm_mine"]);
    let n = in_folder(folder.path());
    let cast = |accent: &str, seat| n.pick(&Voice { cast: Some(seat), ..voice(accent) }).unwrap().unwrap().name;
    assert_eq!([cast("en-GB", 0), cast("en-GB", 1), cast("en-GB", 2)], ["emma", "fable", "emma"]);
    assert_eq!([cast("en-US", 4), cast("en-US", 5)], ["heart", "fenrir"]);
    assert_eq!(n.pick(&voice("own:bm_mine")).unwrap().unwrap().accent, Accent::British);
}

#[test]
fn idle_voice_is_unloaded_and_loaded_again_ahead_of_use() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = in_folder(folder.path());
    n.warm("pico");
    assert!(!n.is_loaded());
    n.warm("auto");
    assert!(n.is_loaded() && !n.rest(Instant::now()));
    assert!(n.rest(Instant::now() + IDLE) && !n.is_loaded());
    assert!(!n.rest(Instant::now() + IDLE * 2), "there is nothing left to drop");
    assert!(said(&mut n, &voice("heart")).unwrap().is_ok());
}

#[test]
fn cast_pitches_stay_distinct_and_natural() {
    let all = [72, 76, 80, 86, 92, 100, 106, 112].map(pitch);
    assert!(all.windows(2).all(|w| w[1] - w[0] >= 0.02 - 1e-6) && all[0] == 0.86 && all[5] == 1.0 && all[7] == 1.12, "{all:?}");
    assert_eq!([60, 160].map(pitch), [0.86, 1.12]);
}

#[test]
fn slow_machine_is_reported_once_and_pico_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = in_folder(folder.path());
    assert!(n.paced(0.5, 0.4).is_none(), "a single word proves nothing");
    assert!(n.paced(1.0, 2.0).is_none() && n.paced(1.0, 2.0).is_none() && n.paced(0.1, 2.0).is_none(), "not in a row");
    assert!(n.paced(1.0, 2.0).is_none() && n.paced(1.0, 2.0).is_none());
    let p = n.paced(1.0, 2.0).unwrap();
    assert!(p.to_string().contains("too slow") && p.to_string().contains("pico"), "{p}");
    assert!(said(&mut n, &voice("heart")).is_none(), "it is not tried again");
}

#[test]
fn cancelled_speech_is_not_made_and_hostile_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut n = in_folder(folder.path());
    let cut = n.speak("Hold short of runway two eight left.", &voice("heart"), false, &|| true).unwrap().unwrap();
    assert!(cut.samples.is_empty());
    let mut say = |words: &str| n.speak(words, &voice("heart"), false, &|| false).unwrap().unwrap();
    assert!(say("").samples.is_empty() && say(" . ,").samples.is_empty());
    for hostile in [&"<genfile file=\"/etc/x\">".repeat(90)[..2000], &"7".repeat(300), "\u{1b}[31mred\0", &"a".repeat(2000)] {
        let clip = say(hostile);
        assert!(clip.seconds() <= 60.0 && clip.samples.iter().all(|s| s.is_finite() && s.abs() < 1.0), "{hostile:?}");
        assert!(!clip.samples.is_empty());
    }
}
