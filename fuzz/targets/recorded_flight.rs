//! Any file as a recorded flight (gzipped or not).
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::sim::replay;

/// A private file of this process, in memory if the system supports that.
fn scratch(name: &str) -> std::path::PathBuf {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("stratus-fuzz-{}-{name}", std::process::id()))
}

fuzz_target!(|data: &[u8]| {
    let file = scratch("flight.jsonl");
    if std::fs::write(&file, data).is_err() {
        return;
    }
    if let Ok(flight) = replay::read(&file, None) {
        assert!(flight.moments.iter().all(|m| m.report.position.is_some_and(|p| p.lat.abs() <= 90.0 && p.lon.abs() <= 180.0)));
    }
});
