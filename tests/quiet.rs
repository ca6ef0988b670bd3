//! Silence and noise of every kind, through the whole path of the stage: nothing is ever transmitted.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::sync::Arc;

use stratus::airports::data::Airports;
use stratus::app::App;
use stratus::cmd::stage::Stage;
use stratus::settings::Config;
use stratus::speech::recognise::Recogniser;
use stratus::speech::{files, model};

const RATE: f32 = 16_000.0;

/// White noise, -1 to 1.
fn noise(seed: u64) -> impl FnMut() -> f32 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }
}

/// The n-th quiet or noisy hold, one to four seconds: a description, and its sound.
fn hold(n: u64) -> (&'static str, Vec<f32>) {
    let mut white = noise(n + 1);
    let length = 16_000 + (n as usize * 7919) % 48_000;
    let level = [0.0005, 0.004, 0.02, 0.1, 0.4][(n / 10 % 5) as usize];
    let time = |i: usize| i as f32 / RATE * std::f32::consts::TAU;
    let mut low = 0.0f32;
    let kind = n % 10;
    let sound: Vec<f32> = (0..length)
        .map(|i| {
            let w = white();
            low = low * 0.97 + w * 0.2;
            match kind {
                0 => 0.0,
                1 => w * level,
                2 => low * level * 2.0,
                // A piston engine: its firing frequency with harmonics, and wind.
                3 => ((time(i) * 78.0).sin() + (time(i) * 156.0).sin() * 0.5 + (time(i) * 234.0).sin() * 0.3 + low) * level * 0.5,
                4 => (time(i) * 50.0).sin() * level,
                5 => (if i % 5600 < 12 { w } else { w * 0.002 }) * level * 2.0,
                // Breath into the microphone: noise that swells twice a second.
                6 => low * level * 2.0 * (time(i) * 0.5).sin().max(0.0).powi(2),
                // A door slams: one thump.
                7 => low * level * 3.0 * (-(i as f32 - 6000.0).abs() / 900.0).exp(),
                // The turbulence of an open vent, with gusts.
                8 => w * level * (1.0 + 0.3 * (time(i) * 0.7).sin()),
                _ => (time(i) * (300.0 + 500.0 * (i / 4000 % 3) as f32)).sin() * level * 0.5 + w * 0.002,
            }
        })
        .collect();
    let names = ["silence", "white noise", "rumble", "engine", "hum", "clicks", "breath", "thump", "vent", "beeps"];
    (names[kind as usize], sound)
}

fn transmissions(holds: u64) -> Vec<String> {
    let path = files::demo("stratus-demo-en-q5_0.bin").unwrap();
    let ears = Recogniser::load(&model::verify(&path, None).unwrap(), 1).unwrap();
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "118.1".parse().ok();
    let mut stage = Stage::new(App::new(Arc::new(config), Airports::first()), Some(ears), None);
    let (mut said, mut gated) = (Vec::new(), 0);
    for n in 0..holds {
        let (what, sound) = hold(n);
        let x = stage.call(&sound);
        gated += usize::from(x.toasts.iter().any(|t| t.title.starts_with("Too ") || t.title.starts_with("No sound")));
        if let Some(line) = x.pilot {
            said.push(format!("{n} ({what}): {}", line.text));
        }
        assert!(!x.toasts.is_empty(), "{what}: the pilot is told");
    }
    println!("{holds} quiet and noisy holds: {} transmissions, {gated} stopped before recognition", said.len());
    said
}

#[test]
fn quiet_and_noisy_holds_are_never_transmitted() {
    let said = transmissions(100);
    assert!(said.is_empty(), "{said:?}");
}
