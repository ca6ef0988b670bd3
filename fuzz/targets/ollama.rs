//! Any bytes as Ollama's complete answer: parsed as by its client, and passed to the gate.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use ollama_rs::generation::completion::GenerationResponse;
use stratus::airports::data::Airports;
use stratus::atc::intent::{Context, Intent};
use stratus::atc::situation::Situation;
use stratus::atc::{Engine, Setup, language_model};
use stratus::llm::answer::object;
use stratus::report::Report;
use stratus::units::Time;

static SCENE: LazyLock<(Context, Situation)> = LazyLock::new(|| {
    let setup =
        Setup { callsign: "N739HW".parse().ok(), airport: Some("KPAO".into()), com1: "125.0".parse().ok(), ..Setup::default() };
    let mut engine = Engine::new(Airports::world(), setup);
    engine.see(Time(0), &Report::default());
    (engine.context(), engine.facts().expect("Palo Alto has a ground unit"))
});

fuzz_target!(|data: &[u8]| {
    let Ok(answer) = serde_json::from_slice::<GenerationResponse>(data) else { return };
    let said = object(&answer.response).unwrap_or(answer.response);
    let (ctx, situation) = &*SCENE;
    if let Ok(u) = language_model::gate(&said, "palo alto ground request taxi", ctx, situation) {
        assert_ne!(u.intent, Intent::Readback);
    }
});
