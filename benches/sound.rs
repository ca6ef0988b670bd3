//! The cost of a sample on its way: the rings of microphone and speaker, the resampler, the radio effect, and Pico. `cargo bench
//! --profile ci --bench sound`
#![allow(missing_docs, reason = "criterion's macros make items")]

use std::f32::consts::TAU;
use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use stratus::audio::ear::Microphone;
use stratus::audio::mouth::Speaker;
use stratus::audio::radio::{Reception, through};
use stratus::audio::{resample, take};
use stratus::event::{Clip, Voice};
use stratus::speech::files;
use stratus::speech::neural::Neural;
use stratus::speech::synthesise::Synthesiser;

/// Typical transmissions, phrase by phrase.
const PHRASES: [&str; 4] = [
    "Skyhawk one seven two sierra papa, Hilo Ground,",
    "runway eight, taxi, altimeter three zero zero zero.",
    "Skyhawk two sierra papa, runway eight, cleared for takeoff.",
    "wind zero eight zero at eight.",
];

fn tone(rate: usize, seconds: usize) -> Vec<f32> {
    (0..rate * seconds).map(|i| (i as f32 * 440.0 * TAU / rate as f32).sin() * 0.3).collect()
}

fn rings(c: &mut Criterion) {
    let mut group = c.benchmark_group("ring");
    group.throughput(Throughput::Elements(480));
    let (mut m, mut ear) = Microphone::scripted("a", 48_000, 2, 0);
    let frames = tone(96_000, 1)[..960].to_vec();
    let mut taken: Vec<f32> = Vec::with_capacity(4800);
    group.bench_function("10 ms of stereo into the microphone's ring and out", |b| {
        b.iter(|| {
            ear.hear(black_box(&frames));
            taken.clear();
            let n = m.ring.slots();
            taken.extend(m.ring.read_chunk(n).unwrap());
            black_box(&taken);
        })
    });
    let (mut s, mut mouth) = Speaker::scripted("a", 48_000, 2);
    let (phrase, mut buffer) = (tone(48_000, 1)[..480].to_vec(), vec![0.0f32; 960]);
    group.bench_function("10 ms into the speaker's ring and out in stereo", |b| {
        b.iter(|| {
            s.give(black_box(&phrase));
            mouth.speak(&mut buffer);
            black_box(&buffer);
        })
    });
    group.finish();
}

fn four_seconds(c: &mut Criterion) {
    let mut group = c.benchmark_group("4 s of sound");
    group.sample_size(30);
    for rate in [48_000u32, 44_100] {
        let sound = tone(rate as usize, 4);
        group.bench_function(format!("a take from {rate} to 16000 Hz"), |b| {
            b.iter(|| resample::to_rate(black_box(&sound), rate, take::RATE).unwrap())
        });
    }
    let sound = tone(16_000, 4);
    group.bench_function("an answer from 16000 to 48000 Hz", |b| b.iter(|| resample::to_rate(black_box(&sound), 16_000, 48_000).unwrap()));
    group.bench_function("a take measured", |b| b.iter(|| take::from_16k(black_box(&sound))));
    let clip = Clip { samples: sound.clone().into(), rate: 16_000 };
    for strength in [100, 30] {
        let how = Reception { strength, ..Reception::default() };
        group.bench_function(format!("through the radio at {strength} %"), |b| b.iter(|| through(black_box(&clip), &how)));
    }
    group.finish();
}

fn pico(c: &mut Criterion) {
    let mut mouth = Synthesiser::new(&files::voices().unwrap()).unwrap();
    let mut group = c.benchmark_group("Pico");
    group.sample_size(20);
    for name in ["en-US", "en-GB"] {
        let voice = Voice { name: name.into(), rate_percent: 110, pitch_percent: 86, cast: None };
        let mut n = 0;
        group.bench_function(format!("a phrase in {name}"), |b| {
            b.iter(|| {
                n += 1;
                mouth.speak(black_box(PHRASES[n % PHRASES.len()]), &voice).unwrap()
            })
        });
    }
    group.finish();
}

/// The shipped neural voice: loading with checksum and dictionary, and a phrase.
fn neural(c: &mut Criterion) {
    let voice = Voice { rate_percent: 110, pitch_percent: 86, ..Voice::default() };
    let mut group = c.benchmark_group("neural voice");
    group.sample_size(20);
    group.bench_function("load", |b| b.iter(|| Neural::new(PathBuf::new()).warm("heart")));
    let mut mouth = Neural::new(PathBuf::new());
    let mut n = 0;
    group.bench_function("a phrase", |b| {
        b.iter(|| {
            n += 1;
            mouth.speak(black_box(PHRASES[n % PHRASES.len()]), &voice, false, &|| false).unwrap().unwrap()
        })
    });
    group.finish();
}

criterion_group!(benches, rings, four_seconds, pico, neural);
criterion_main!(benches);
