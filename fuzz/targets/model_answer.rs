//! Any answer of a language model to any words: what passes the gate names nothing that was not said.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use stratus::airports::data::Airports;
use stratus::atc::intent::{Context, Intent};
use stratus::atc::situation::Situation;
use stratus::atc::{Engine, Setup, language_model, understand};
use stratus::llm::answer::object;
use stratus::report::Report;
use stratus::units::Time;

static SCENE: LazyLock<(Context, Situation)> = LazyLock::new(|| {
    let setup = Setup {
        callsign: "N739HW".parse().ok(),
        airport: Some("KPAO".into()),
        com1: "125.0".parse().ok(),
        ..Setup::default()
    };
    let mut engine = Engine::new(Airports::world(), setup);
    engine.see(Time(0), &Report::default());
    (engine.context(), engine.facts().expect("Palo Alto has a ground unit"))
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let Some((heard, answer)) = text.split_once('\n') else { return };
    let (ctx, situation) = &*SCENE;
    // As passed on by the client: the JSON object in it, if there is one.
    let answer = object(answer).unwrap_or_else(|| answer.to_owned());
    if let Ok(u) = language_model::gate(&answer, heard, ctx, situation) {
        assert_ne!(u.intent, Intent::Readback);
        assert_eq!(u.slots, understand::understand(heard, ctx).slots, "the slots are those of the words");
    }
});
