//! Neural voices from outside: downloaded from a server, and hostile files tested in a separate process.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use stratus::speech::{files, trial};

fn stratus(home: &Path, args: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_stratus"));
    Command::new(program)
        .args(args)
        .env("HOME", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home)
        .output()
        .unwrap()
}

fn text(out: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr))
}

/// Malformed ONNX: protocol buffer fields that are longer than the file, nest deeply, or have shapes that exceed any memory.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let good = std::fs::read(files::of_voices("heart.onnx").unwrap()).unwrap();
    let with = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = good.clone();
        change(&mut bytes);
        bytes
    };
    // Field 7 (the graph) nested within itself many times.
    let deep = (0..2000u32).fold(Vec::new(), |inner: Vec<u8>, _| {
        let mut outer = vec![0x3a];
        let mut n = inner.len();
        while n > 127 {
            outer.push((n & 127) as u8 | 128);
            n >>= 7;
        }
        outer.push(n as u8);
        outer.extend(inner);
        outer
    });
    vec![
        ("empty", Vec::new()),
        ("a page", b"<html>404 Not Found</html>".repeat(50)),
        ("deep", deep),
        ("a length beyond its end", vec![0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ("cut", good[..good.len() / 3].to_vec()),
        ("the middle zeroed", with(&|b| b[3_000_000..5_000_000].fill(0))),
        ("the head full of ones", with(&|b| b[100..400].fill(0xff))),
        // The first shapes of the file: small numbers become large ones.
        ("other shapes", with(&|b| b[..200_000].iter_mut().filter(|x| **x == 1).for_each(|x| *x = 0x7f))),
        ("noise", (0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("another model", std::fs::read(files::demo("stratus-demo-en-q5_0.bin").unwrap()).unwrap()),
    ]
}

#[test]
fn hostile_voices_end_a_trial_and_never_the_program() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.onnx");
    let program = Path::new(env!("CARGO_BIN_EXE_stratus"));
    for (what, bytes) in hostile() {
        std::fs::write(&file, bytes).unwrap();
        let p = trial::run_voice(program, &file, Duration::from_secs(20)).expect_err(what);
        assert!(p.to_string().contains("choose another voice"), "{what}: {p}");
    }
    std::fs::copy(files::of_voices("heart.onnx").unwrap(), &file).unwrap();
    trial::run_voice(program, &file, Duration::from_secs(120)).unwrap();
}

#[test]
fn voices_are_listed_played_and_missing_ones_reported() {
    let home = tempfile::tempdir().unwrap();
    let list = text(&stratus(home.path(), &["voices"]));
    assert!(list.lines().any(|l| l.starts_with("heart") && l.contains("installed")) && list.contains("emma"), "{list}");
    let json: serde_json::Value = serde_json::from_slice(&stratus(home.path(), &["voices", "list", "--json"]).stdout).unwrap();
    assert_eq!((json.as_array().unwrap().len(), &json[0]["installed"], &json[1]["installed"]), (5, &true.into(), &false.into()));
    let out = home.path().join("heard");
    let tried = stratus(home.path(), &["voices", "try", "--out", out.to_str().unwrap()]);
    assert!(tried.status.success() && std::fs::metadata(out.join("heart.wav")).unwrap().len() > 100_000, "{}", text(&tried));
    let wav = home.path().join("a.wav");
    for voice in ["heart", "pico", "en-US", "auto"] {
        let said = stratus(home.path(), &["speak", "runway 31, wind calm", "--voice", voice, "--out", wav.to_str().unwrap()]);
        assert!(said.status.success() && said.stderr.is_empty(), "{voice}: {}", text(&said));
    }
    let none = stratus(home.path(), &["speak", "wind calm", "--voice", "emma", "--out", wav.to_str().unwrap()]);
    assert!(!none.status.success() && text(&none).contains("stratus voices"), "{}", text(&none));
    assert!(text(&stratus(home.path(), &["voices", "get", "max"])).contains("emma"));
    assert!(text(&stratus(home.path(), &["voices", "get", "heart"])).contains("part of the package"));
    assert!(text(&stratus(home.path(), &["voices", "remove", "heart"])).contains("cannot be removed"));
}

#[test]
fn download_that_is_not_the_voice_is_refused_without_traces() {
    use std::io::{Read, Write};
    let home = tempfile::tempdir().unwrap();
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in server.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0u8; 2048];
            let _ = stream.read(&mut request);
            let body = "not the voice".repeat(1000);
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
        }
    });
    std::fs::create_dir_all(home.path().join("stratus")).unwrap();
    std::fs::write(home.path().join("stratus/stratus.toml"), format!("[speech]\nmirror = \"http://{address}\"\n")).unwrap();
    let got = stratus(home.path(), &["voices", "get", "emma"]);
    assert!(!got.status.success() && text(&got).contains("cannot download the voice emma"), "{}", text(&got));
    assert!(!text(&stratus(home.path(), &["voices"])).lines().any(|l| l.starts_with("emma") && l.contains("downloaded")));
}
