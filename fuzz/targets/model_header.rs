//! Any file as a speech model: it is accepted or rejected before a C library sees it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::speech::model;

/// A private file of this process, in memory if the system supports that.
fn scratch(name: &str) -> std::path::PathBuf {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("stratus-fuzz-{}-{name}", std::process::id()))
}

fuzz_target!(|data: &[u8]| {
    let file = scratch("model.bin");
    if std::fs::write(&file, data).is_err() {
        return;
    }
    if let Ok(m) = model::verify(&file, None) {
        assert_eq!(m.sha256().len(), 64);
    }
    assert!(model::verify(&file, Some(&"0".repeat(64))).is_err(), "that sum is nobody's");
});
