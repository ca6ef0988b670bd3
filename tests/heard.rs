//! Spoken calls in cockpit noise: how the gate and the timing handle the sound. The recognised words are tested in
//! crates/stratus-atc/tests/engine/cases/heard.rs.

use std::path::Path;

use stratus::app::gate;
use stratus::audio::{take, wav};
use stratus::sound::level;

/// Speech passes the gate and is timed, even in 5 dB of cockpit noise; the noise alone contains no voice of that length.
#[test]
fn gate_and_timing_work_for_speech_in_cockpit_noise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/spoken");
    let of = |name: &str| take::from_16k(&wav::read(&folder.join(name)).unwrap().samples);
    for (call, seconds) in [("S115", 2.1), ("S135", 2.1)] {
        let (clean, noisy) = (of(&format!("{call}-clean.wav")), of(&format!("{call}-5dB.wav")));
        assert_eq!((gate::judge(&clean), gate::judge(&noisy)), (None, None), "{call}");
        for take in [clean, noisy] {
            let spoken = level::spoken_seconds(&take.samples, take::RATE);
            assert!((spoken - seconds).abs() < 0.5, "{call}: {spoken} s");
        }
    }
    for name in ["noise-E88.wav", "noise-E62.wav"] {
        let take = of(name);
        assert!(gate::judge(&take).is_some() || take.voiced_ms < 300, "{name}: {} ms of voice", take.voiced_ms);
    }
}
