//! `stratus transcribe` and `stratus speak` with real-world files, on the command line.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use stratus::audio::wav;
use stratus::speech::files;

const CALL: &str = "Hilo Ground, Skyhawk one seven two sierra papa, radio check.";

/// A folder with a recording of `CALL`, and nothing else of a home.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        let out = home.stratus(
            &["speak", "Heelow Ground, Skyhawk one seven two sierra papa, radio check.", "--voice", "en-GB", "--out", "call.wav"],
            b"",
        );
        assert!(out.status.success(), "{out:?}");
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn stratus(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_stratus"))
            .args(arguments)
            .env("HOME", self.0.path())
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A program that reads nothing closes its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    fn transcribe(&self, arguments: &[&str], input: &[u8]) -> (i32, String, String) {
        let model = files::demo("stratus-demo-en-q5_0.bin").unwrap();
        let out = self.stratus(&[&["transcribe", "--model", model.to_str().unwrap()], arguments].concat(), input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code().unwrap(), text(&out.stdout), text(&out.stderr))
    }
}

fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let home = Home::new();
    let call = bytes(&home.path("call.wav"));
    std::fs::write(home.path("empty.wav"), b"").unwrap();
    std::fs::write(home.path("head.wav"), &call[..44]).unwrap();
    wav::write(&home.path("silent.wav"), &[0.0; 16_000], 16_000).unwrap();
    wav::write(&home.path("hiss.wav"), &[0.0021, -0.0021].repeat(12_000), 16_000).unwrap();
    std::fs::write(home.path("song.wav"), b"ID3\x04\0\0\0\0\0\x09 and so on").unwrap();
    let names = ["empty.wav", "call.wav", "head.wav", "nowhere.wav", "silent.wav", "hiss.wav", "song.wav", "call.wav"];
    let (code, out, told) = home.transcribe(&names, b"");
    assert_eq!((code, out), (1, format!("call.wav\t{CALL}\n").repeat(2)));
    for words in [
        "cannot read empty.wav\ncaused by: the file is empty\nhint: ",
        "nothing was heard in head.wav\ncaused by: it has no samples\nhint: ",
        "cannot read nowhere.wav\ncaused by: ",
        "nothing was heard in silent.wav\ncaused by: all 1.0 s of it are silent\nhint: ",
        "nothing was heard in hiss.wav\ncaused by: there are no words in its 1.5 s\nhint: ",
        "cannot read song.wav\ncaused by: it is an MP3 file, not a WAV file\nhint: convert it",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let (code, out, _) = home.transcribe(&["--json", "silent.wav", "call.wav"], b"");
    let lines: Vec<serde_json::Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!((code, lines.len()), (1, 2));
    assert_eq!((lines[0]["text"].as_str(), lines[0]["problem"]["what"].as_str()), (Some(""), Some("nothing was heard in silent.wav")));
    assert_eq!((lines[1]["text"].as_str(), lines[1]["problem"].is_null()), (Some(CALL), true));
}

#[test]
fn stream_cut_file_and_cancelling_channels_are_transcribed() {
    let home = Home::new();
    let call = bytes(&home.path("call.wav"));
    // As written by a program that cannot seek back to its header.
    let stream = [&call[..4], &[255; 4], &call[8..40], &[255; 4], &call[44..]].concat();
    assert_eq!(home.transcribe(&["-"], &stream), (0, format!("{CALL}\n"), String::new()));
    std::fs::write(home.path("cut.wav"), [&call[..4], &[255; 4], &call[8..40], &(call.len() as u32).to_le_bytes(), &call[44..]].concat())
        .unwrap();
    let (code, out, told) = home.transcribe(&["cut.wav"], b"");
    assert_eq!((code, out), (0, format!("{CALL}\n")));
    assert!(told.contains("cut.wav ends early"), "{told}");
    // A recording of a whole flight, of which a model recognises the beginning.
    wav::write(&home.path("long.wav"), &wav::read(&home.path("call.wav")).unwrap().samples.repeat(12), 16_000).unwrap();
    let (code, _, told) = home.transcribe(&["long.wav"], b"");
    assert!(code == 0 && told.contains("long.wav is longer than a call: this speech model hears only the first "), "{told}");
    let both: Vec<u8> =
        call[44..].chunks_exact(2).flat_map(|s| [s, &i16::from_le_bytes([s[0], s[1]]).saturating_neg().to_le_bytes()].concat()).collect();
    let format =
        [&1u16.to_le_bytes()[..], &2u16.to_le_bytes(), &call[24..28], &64_000u32.to_le_bytes(), &4u16.to_le_bytes(), &16u16.to_le_bytes()]
            .concat();
    let inverted = [b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0", &format[..], b"data", &(both.len() as u32).to_le_bytes(), &both].concat();
    assert_eq!(home.transcribe(&["-"], &inverted).1, format!("{CALL}\n"));
    let (code, _, told) = home.transcribe(&["-"], b"");
    assert!(code == 1 && told.contains("cannot read standard input\ncaused by: the file is empty"), "{told}");
}

#[test]
fn speech_goes_to_its_destination_or_the_obstacle_is_reported() {
    let home = Home::new();
    let call = bytes(&home.path("call.wav"));
    std::fs::create_dir(home.path("folder")).unwrap();
    for (out, why) in [
        ("folder", "it is a folder\nhint: give a file in it: folder/speech.wav"),
        ("folder/", "it is a folder"),
        ("new/calm.wav", "there is no folder new\nhint: create the folder first"),
        ("call.wav/calm.wav", "there is no folder call.wav"),
    ] {
        let got = home.stratus(&["speak", "wind calm", "--out", out], b"");
        let told = String::from_utf8_lossy(&got.stderr).into_owned();
        assert_eq!(got.status.code(), Some(1), "{out}: {told}");
        assert!(told.contains(&format!("cannot write {out}\ncaused by: {why}")), "{out}: {told}");
    }
    assert_eq!(bytes(&home.path("call.wav")), call);
    let piped = home.stratus(&["speak", "wind calm", "--out", "-"], b"");
    assert!(piped.status.success() && piped.stdout.starts_with(b"RIFF") && piped.stdout.len() > 10_000);
    assert_eq!(std::fs::read_dir(home.path("folder")).unwrap().count(), 0);
}
