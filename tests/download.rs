//! Downloads from a server that truncates, stalls, lies, redirects and refuses: the file is correct in the end or absent, received
//! data is kept for the next attempt, and each failure has a remedy. Real HTTP over a loopback socket.

#[path = "peers/files.rs"]
mod files;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use files::{Does, Server};
use sha2::{Digest, Sha256};
use stratus::download::{Known, Patience, Wanted, edition_of, fetch, part_of};
use stratus::problem::Problem;

const SIZE: usize = 300_000;

fn content() -> Vec<u8> {
    (0..SIZE).map(|i| (i * 31 + i / 251) as u8).collect()
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

fn quick() -> Patience {
    Patience { answer: Duration::from_secs(5), body: Duration::from_millis(400), pause: Duration::from_millis(2) }
}

fn wanted(server: &Server, folder: &Path) -> Wanted {
    Wanted {
        what: "the speech model test".into(),
        url: format!("http://{}/ggml-test.bin", server.at),
        to: folder.join("models/ggml-test.bin"),
        known: Known::Published { bytes: SIZE as u64, sha256: sum(&content()) },
        otherwise: "take another mirror",
        mirrored: false,
    }
}

/// Downloads once from a server with this script; asserts that the file is correct or absent.
fn try_once(script: Vec<Does>, folder: &Path) -> (Result<(), Problem>, Vec<String>) {
    let server = Server::start(content(), script);
    let w = wanted(&server, folder);
    let mut last = 0;
    let result = fetch(&w, quick(), &AtomicBool::new(false), &mut |n| last = n).map(drop);
    match &result {
        Ok(()) => {
            assert_eq!(std::fs::read(&w.to).unwrap(), content());
            assert!(!part_of(&w.to).exists() && last == SIZE as u64);
        }
        Err(p) => {
            assert!(!w.to.exists(), "an incorrect file is not installed");
            assert!(p.to_string().contains("hint:"), "no remedy: {p}");
        }
    }
    (result, server.requests())
}

#[test]
fn recoverable_downloads_succeed() {
    for (name, script) in [
        ("plain", vec![Does::Serves]),
        ("cut twice", vec![Does::CutsAfter(100_000), Does::CutsAfter(1000), Does::Serves]),
        ("cut every time, but further each time", vec![Does::CutsAfter(40_000)]),
        ("stalls, then goes on", vec![Does::StallsAfter(50_000), Does::Serves]),
        ("no ranges there", vec![Does::CutsAfter(200_000), Does::ServesWhole]),
        ("no ranges there, and slower than any patience for the whole", vec![Does::TricklesWhole(12)]),
        ("busy at first", vec![Does::Status("503 Service Unavailable"), Does::Status("429 Too Many Requests"), Does::Serves]),
        ("hangs up at first", vec![Does::HangsUp, Does::Babbles, Does::Serves]),
        ("redirects", vec![Does::RedirectsTo("/elsewhere"), Does::Serves]),
        ("another part than asked for", vec![Does::CutsAfter(1000), Does::WrongRange, Does::Serves]),
        ("refuses the range", vec![Does::CutsAfter(1000), Does::Status("416 Range Not Satisfiable"), Does::Serves]),
        ("wrong bytes once", vec![Does::CutsAfter(1000), Does::WrongBytes, Does::Serves]),
        ("without a length, and too long", vec![Does::Endless]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (result, asked) = try_once(script, folder.path());
        assert!(result.is_ok(), "{name}: {result:?} after {asked:?}");
    }
}

#[test]
fn failed_downloads_are_reported_with_a_remedy() {
    for (name, script, why) in [
        ("wrong bytes", vec![Does::WrongBytes], "SHA-256"),
        ("shorter", vec![Does::LiesAboutLength(1000)], "offers 1000 bytes"),
        ("longer", vec![Does::LiesAboutLength(SIZE + 5)], "offers 300005 bytes"),
        ("a page", vec![Does::Page], "offers 27 bytes"),
        ("not there", vec![Does::Status("404 Not Found")], "404"),
        ("forbidden", vec![Does::Status("403 Forbidden")], "403"),
        ("broken", vec![Does::Status("500 Internal Server Error")], "500"),
        ("a loop", vec![Does::RedirectsTo("/ggml-test.bin")], "redirects without end"),
        ("hangs up", vec![Does::HangsUp], "cannot download"),
        ("babbles", vec![Does::Babbles], "cannot download"),
        ("stalls at once", vec![Does::StallsAfter(0)], "cannot download"),
        ("no ranges there, cut a little later each time", (1..=20).map(|n| Does::CutsWholeAfter(n * 1000)).collect(), "cannot download"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (result, _) = try_once(script, folder.path());
        let told = result.expect_err(name).to_string();
        assert!(told.contains(why), "{name}: {told}");
    }
    // Nothing resumes at a server without the file, and the pilot's mirror is named.
    for (script, cause) in [
        (Does::Status("404 Not Found"), "does not have ggml-test.bin."),
        (Does::WrongBytes, "sent a different file than the published one; it was deleted."),
        (Does::Page, "offers a different file than the published one."),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(content(), vec![script]);
        let w = Wanted { mirrored: true, ..wanted(&server, folder.path()) };
        let short = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().short();
        assert!(short.cause.starts_with("Your mirror 127.0.0.1:") && short.cause.ends_with(cause), "{short:?}");
        assert!(short.remedy.contains("mirror's address") && !short.remedy.contains("resume"), "{short:?}");
    }
    // No server at all.
    let folder = tempfile::tempdir().unwrap();
    let gone = Server::start(content(), vec![Does::Serves]);
    let w = wanted(&gone, folder.path());
    drop(gone);
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("check your connection"), "{told}");
}

#[test]
fn received_data_is_kept_and_the_next_call_resumes() {
    let folder = tempfile::tempdir().unwrap();
    let (first, _) = try_once(vec![Does::CutsAfter(120_000), Does::HangsUp], folder.path());
    let told = first.unwrap_err().to_string();
    assert!(told.contains("resumes after"), "{told}");
    let part = part_of(&folder.path().join("models/ggml-test.bin"));
    assert_eq!(std::fs::metadata(&part).unwrap().len(), 120_000);
    let (second, asked) = try_once(vec![Does::Serves], folder.path());
    second.unwrap();
    assert!(asked.len() == 1 && asked[0].to_lowercase().contains("range: bytes=120000-"), "{asked:?}");
}

#[test]
fn cancelled_download_stops_at_once_and_keeps_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(content(), vec![Does::Serves]);
    let w = wanted(&server, folder.path());
    let cancel = AtomicBool::new(false);
    let told = fetch(&w, quick(), &cancel, &mut |n| cancel.store(n > 100_000, Ordering::Relaxed)).unwrap_err().to_string();
    assert!(told.contains("cancelled"), "{told}");
    assert!(std::fs::metadata(part_of(&w.to)).unwrap().len() > 100_000 && !w.to.exists());
}

#[test]
fn unwritable_folder_and_second_download_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(content(), vec![Does::Serves]);
    let mut w = wanted(&server, folder.path());
    std::fs::write(folder.path().join("models"), "a file where the folder should be").unwrap();
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("is writable"), "{told}");
    w.to = folder.path().join("other/ggml-test.bin");
    std::fs::create_dir(folder.path().join("other")).unwrap();
    let held = std::fs::File::create(part_of(&w.to)).unwrap();
    held.lock().unwrap();
    let told = fetch(&w, quick(), &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
    assert!(told.contains("already"), "{told}");
}

#[test]
fn changed_file_restarts_and_unchanged_one_resumes() {
    let tagged = |tag, other, conditions, cut| Does::Tagged { tag, other, conditions, cut };
    for (name, tags, conditions) in [
        ("with conditions", ["\"old\"", "\"new\""], true),
        ("without", ["\"old\"", "\"new\""], false),
        ("weak tags", ["W/\"a\"", "W/\"b\""], false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = try_once(vec![tagged(tags[0], true, conditions, 120_000), Does::HangsUp], folder.path());
        first.unwrap_err();
        let part = part_of(&folder.path().join("models/ggml-test.bin"));
        assert_eq!(std::fs::read_to_string(edition_of(&part)).ok().as_deref(), tags[0].strip_prefix('"').map(|_| tags[0]), "{name}");
        // Days later.
        let (second, asked) = try_once(vec![tagged(tags[1], false, conditions, SIZE)], folder.path());
        second.unwrap_or_else(|p| panic!("{name}: {p}"));
        let condition = asked[0].to_lowercase().contains("if-range: \"old\"");
        assert_eq!(condition, name != "weak tags", "{name}: {asked:?}");
        // A single request if the server supports conditions: nothing was downloaded in vain.
        assert_eq!(asked.len() == 1, conditions, "{name}: {asked:?}");
        assert!(!edition_of(&part).exists(), "{name}");
    }
    let folder = tempfile::tempdir().unwrap();
    let (same, asked) = try_once(vec![tagged("\"x\"", false, true, 120_000), tagged("\"x\"", false, true, SIZE)], folder.path());
    same.unwrap();
    assert!(asked[1].to_lowercase().contains("if-range: \"x\"") && asked[1].to_lowercase().contains("range: bytes=120000-"), "{asked:?}");
    // A tag that would break the request is ignored.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("models")).unwrap();
    let part = part_of(&folder.path().join("models/ggml-test.bin"));
    std::fs::write(&part, &content()[..1000]).unwrap();
    std::fs::write(edition_of(&part), "\"x\"\r\nEvil: yes").unwrap();
    let (healed, asked) = try_once(vec![Does::Serves], folder.path());
    healed.unwrap();
    assert!(!asked[0].to_lowercase().contains("evil"), "{asked:?}");
}
