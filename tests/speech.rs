//! Recognition and TTS for real: the held-out recordings through whisper, the flight's calls in both voices, and noise.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use stratus::audio::radio::{self, Reception};
use stratus::audio::{resample, take, wav};
use stratus::event::{Clip, Hints, Voice};
use stratus::speech::recognise::Recogniser;
use stratus::speech::recognise::compare::Way;
use stratus::speech::synthesise::Synthesiser;
use stratus::speech::{files, model};

fn ears() -> Recogniser {
    let path = files::demo("stratus-demo-en-q5_0.bin").unwrap();
    Recogniser::load(&model::verify(&path, None).unwrap(), 1).unwrap()
}

fn hear(ears: &mut Recogniser, samples: &[f32]) -> String {
    ears.transcribe(samples, &Hints::default(), &AtomicBool::new(false)).unwrap().text
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/heldout")
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// Edit distance in words.
fn errors(want: &[String], got: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=got.len()).collect();
    for (i, w) in want.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, g) in got.iter().enumerate() {
            let substituted = diagonal + usize::from(w != g);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[got.len()]
}

#[test]
fn held_out_recordings_have_the_documented_word_error_rate() {
    let mut ears = ears();
    let list = std::fs::read_to_string(fixtures().join("transcripts.tsv")).unwrap();
    let (mut wrong, mut all, mut clips) = (0, 0, 0);
    for line in list.lines().filter(|l| l.contains(".wav")) {
        let (file, text) = line.split_once('\t').unwrap();
        let sound = wav::read(&fixtures().join(file)).unwrap();
        let heard = hear(&mut ears, &resample::to_rate(&sound.samples, sound.rate, take::RATE).unwrap());
        let want = words(text);
        let e = errors(&want, &words(&heard));
        if e > 0 {
            println!("{file}: {text:?} was heard as {heard:?}");
        }
        wrong += e;
        all += want.len();
        clips += 1;
    }
    println!("{wrong} of {all} words wrong in {clips} recordings: {:.2} %", wrong as f64 * 100.0 / all as f64);
    // The whole held-out set has 0.77 %; this is a quarter of it.
    assert!(clips == 48 && wrong as f64 <= all as f64 * 0.015, "{wrong} of {all}");
}

#[test]
fn fitted_context_gives_the_same_words_as_the_whole() {
    let mut ears = ears();
    let mut clips = 0;
    let mut files: Vec<_> = std::fs::read_dir(fixtures()).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "wav")) {
        let sound = wav::read(file).unwrap();
        let samples = resample::to_rate(&sound.samples, sound.rate, take::RATE).unwrap();
        let [fitted, whole] = [Way::Fitted, Way::Whole].map(|way| ears.measure(&samples, way, None).unwrap().text);
        assert_eq!(fitted, whole, "{}", file.display());
        clips += 1;
    }
    assert_eq!(clips, 48);
}

#[test]
fn bench_times_every_stage_and_compares() {
    let model = files::demo("stratus-demo-en-q5_0.bin").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stratus"));
    let out = command.args(["bench", "--calls", "2", "--compare", "--json", "--model"]).arg(model).output().unwrap();
    let v: serde_json::Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    assert!(v["latency_ms"]["recognise"]["p50"].as_u64() > Some(0) && v["latency_ms"]["first_audio"]["max"].as_u64() > Some(0), "{v}");
    assert!(v["recognise_ms"]["fitted"].as_f64() > Some(0.0) && v["recognise_ms"]["command_line"].as_f64() > Some(0.0), "{v}");
}

#[test]
fn bench_measures_every_installed_model_and_suggests_one() {
    let demo = files::demo("stratus-demo-en-q5_0.bin").unwrap();
    let home = tempfile::tempdir().unwrap();
    let bench = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_stratus"));
        let dirs = [("HOME", "home"), ("XDG_DATA_HOME", "data"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")];
        command.env_remove("XDG_RUNTIME_DIR").envs(dirs.map(|(name, folder)| (name, home.path().join(folder))));
        command.arg("bench").args(["--calls", "1"]).args(args).output().unwrap()
    };
    // No model is installed.
    let none = bench(&[]);
    assert!(!none.status.success() && String::from_utf8_lossy(&none.stderr).contains("no speech model"), "{none:?}");
    // A downloaded one, two damaged ones, an incomplete download, and one named on the command line.
    let models = home.path().join("data/stratus/models");
    std::fs::create_dir_all(&models).unwrap();
    std::fs::copy(&demo, models.join("first.bin")).unwrap();
    std::fs::write(models.join("ggml-tiny.en.bin"), vec![7u8; 5000]).unwrap();
    std::fs::write(models.join("another.bin"), "no model").unwrap();
    std::fs::write(models.join("ggml-base.en.bin.part"), "half").unwrap();
    let out = bench(&["--json", "--model", demo.to_str().unwrap(), "--model", models.join("first.bin").to_str().unwrap()]);
    let v: serde_json::Value =
        serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&out.stderr)));
    let names: Vec<_> = v["models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["stratus-demo-en-q5_0.bin", "first.bin", "another.bin", "tiny.en"], "{v}");
    for m in &v["models"].as_array().unwrap()[..2] {
        assert!(m["words"]["percent"].as_f64() > Some(97.0) && m["words"]["of"].as_u64() > Some(100), "{m}");
        assert!(m["call_ms"]["p90"].as_u64() >= m["call_ms"]["p50"].as_u64() && m["call_ms"]["p50"].as_u64() > Some(0), "{m}");
        assert!(m["for_people"] == false && m["in_force"] == false, "{m}");
    }
    assert!(v["models"][3]["problem"]["why"][0].as_str().unwrap().contains("whisper.cpp's format"), "{v}");
    assert!(v["suits"].is_null() && v["outcome"].as_str().unwrap().contains("models get base.en") && v["accepted_ms"] == 1500, "{v}");
    // Without a configured model, the stages are timed with the first one that works; the output is a text table.
    let out = bench(&[]);
    let said = String::from_utf8_lossy(&out.stdout);
    assert!(out.status.success() && said.contains("first_audio") && said.contains("words right") && said.contains("tiny.en "), "{out:?}");
    assert!(said.trim_end().ends_with("suits most pilots"), "{said}");
}

#[test]
fn every_voice_and_phrase_leaves_the_radio_at_one_level() {
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let calls = std::fs::read_to_string(files::demo("flight.txt").unwrap()).unwrap();
    let mut levels = Vec::new();
    for (n, call) in calls.lines().filter(|l| !l.is_empty()).chain(["Roger."]).enumerate() {
        let name = if n % 2 == 0 { "en-US" } else { "en-GB" };
        let clip = mouth.speak(call, &Voice { name: name.into(), ..Voice::default() }).unwrap();
        // As loud as Pico, as quiet as a neural voice, and in between.
        let gain = [1.0, 0.18, 0.5][n % 3];
        let clip = Clip { samples: clip.samples.iter().map(|s| s * gain).collect(), rate: clip.rate };
        let out = radio::through(&clip, &Reception { first: false, last: false, ..Reception::default() });
        assert!(out.samples.iter().all(|s| s.abs() <= 0.9), "{call}");
        let frames: Vec<f32> = out.samples.chunks(320).map(take::rms).collect();
        let loudest = frames.iter().fold(0.0f32, |p, f| p.max(*f));
        let voiced: Vec<f32> = frames.into_iter().filter(|f| *f > loudest * 0.2).collect();
        levels.push(20.0 * (voiced.iter().map(|f| f * f).sum::<f32>() / voiced.len() as f32).sqrt().log10());
    }
    let (least, most) = levels.iter().fold((0.0f32, -90.0f32), |(l, m), x| (l.min(*x), m.max(*x)));
    println!("{least:.1} to {most:.1} dBFS");
    assert!(most - least < 1.5 && (-12.5..-10.0).contains(&least), "{levels:?}");
}

#[test]
fn every_call_of_the_flight_is_understood_in_both_voices() {
    let mut ears = ears();
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let calls = std::fs::read_to_string(files::demo("flight.txt").unwrap()).unwrap();
    for name in ["en-US", "en-GB"] {
        for call in calls.lines().filter(|l| !l.is_empty()) {
            let clip = mouth.speak(call, &Voice { name: name.into(), ..Voice::default() }).unwrap();
            assert_eq!(words(&hear(&mut ears, &clip.samples)), words(call), "{name}");
        }
    }
}

/// The pitch of a voice, Hz: the most common period of its frames.
fn pitch(samples: &[f32]) -> f32 {
    let mut found: Vec<usize> = Vec::new();
    for frame in samples.chunks_exact(800).filter(|f| f.iter().any(|s| s.abs() > 0.1)) {
        let at = |lag: usize| frame.iter().zip(&frame[lag..]).map(|(a, b)| a * b).sum::<f32>() / (frame.len() - lag) as f32;
        let best = (40..200).max_by(|a, b| at(*a).total_cmp(&at(*b))).unwrap();
        if at(best) > at(0) * 0.6 {
            found.push(best);
        }
    }
    found.sort_unstable();
    16_000.0 / found[found.len() / 2] as f32
}

#[test]
fn pitch_and_rate_change_the_voice_but_not_the_words() {
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let words = "Skyhawk two sierra papa, <pitch level=\"200\"> runway eight, cleared to land. Wind zero niner zero at one two.";
    for name in ["en-US", "en-GB"] {
        let mut speak = |rate_percent, pitch_percent| {
            mouth.speak(words, &Voice { name: name.into(), rate_percent, pitch_percent, cast: None }).unwrap()
        };
        let (plain, low, slow) = (speak(100, 100), speak(100, 75), speak(80, 100));
        let (high, deep) = (pitch(&plain.samples), pitch(&low.samples));
        println!("{name}: {high:.0} Hz, at 75 % {deep:.0} Hz; {:.2} s, at 80 % {:.2} s", plain.seconds(), slow.seconds());
        assert!((0.68..0.82).contains(&(deep / high)), "{name}: {high} and {deep} Hz");
        assert!((1.15..1.35).contains(&(slow.seconds() / plain.seconds())), "{name}");
        // Pico's breath noise is random; the voice is the same.
        let again = speak(100, 100);
        assert!((pitch(&again.samples) / high - 1.0).abs() < 0.03 && plain.samples.len() == again.samples.len(), "{name}");
    }
}

#[test]
fn silence_and_noise_never_become_words() {
    let mut ears = ears();
    let mut state = 7u64;
    let mut noise = move |level: f32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 40) as f32 / (1u32 << 23) as f32 - 1.0) * level
    };
    for (what, sound) in [
        ("silence", vec![0.0f32; 32_000]),
        ("faint noise", (0..48_000).map(|_| noise(0.01)).collect()),
        ("loud noise", (0..48_000).map(|_| noise(0.3)).collect()),
        ("hum", (0..48_000).map(|i| (i as f32 * 50.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.2).collect()),
        ("clicks", (0..48_000).map(|i| if i % 4000 == 0 { 0.9 } else { 0.0 }).collect()),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(hear(&mut ears, &sound), "", "{what}");
    }
}

#[test]
fn cancelled_recognition_ends_and_the_next_one_works() {
    let mut ears = ears();
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let clip = mouth.speak("Hilo Tower, Skyhawk two sierra papa, short final runway eight.", &Voice::default()).unwrap();
    assert!(ears.transcribe(&clip.samples, &Hints::default(), &AtomicBool::new(true)).is_err());
    assert!(hear(&mut ears, &clip.samples).contains("short final runway eight"));
}

#[test]
fn hostile_text_is_only_spoken() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("written.wav");
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let nested = "<speed level=\"50\">".repeat(100);
    let digits = "1".repeat(3000);
    let marks = "!?;:".repeat(1500);
    let hostile = format!("<genfile file=\"{}\">wind calm</genfile>", file.display());
    for text in [hostile.as_str(), &nested, &digits, &marks, &"a".repeat(10_000), "\u{1b}[31m\0\u{7}", ""] {
        let _ = mouth.speak(text, &Voice::default());
        let after = mouth.speak("wind calm", &Voice::default()).unwrap();
        assert!(after.samples.iter().any(|s| s.abs() > 0.05) && after.seconds() < 3.0, "{text:.40}");
    }
    assert!(!file.exists());
}
