//! Any file as a recording: decoded sound is within full scale.
#![no_main]

use libfuzzer_sys::fuzz_target;
use stratus::audio::{resample, take, wav};

/// A private file of this process, in memory if the system supports that.
fn scratch(name: &str) -> std::path::PathBuf {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    folder.join(format!("stratus-fuzz-{}-{name}", std::process::id()))
}

fuzz_target!(|data: &[u8]| {
    let file = scratch("call.wav");
    if std::fs::write(&file, data).is_err() {
        return;
    }
    if let Ok(clip) = wav::read(&file) {
        assert!(clip.samples.iter().all(|s| s.abs() <= 1.0));
        let _ = resample::to_rate(&clip.samples, clip.rate, take::RATE);
    }
});
