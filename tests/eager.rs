//! Recognition while the key is held: the held-out recordings give the same words as recognition after the release.
#![allow(clippy::print_stdout, reason = "a test tells what it measured")]

#[path = "../benches/eager/calls.rs"]
mod calls;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use calls::{Call, KINDS, Kind};
use stratus::audio::pauses::Pauses;
use stratus::audio::take;
use stratus::dispatch::ahead::{Ahead, Job};
use stratus::event::Hints;
use stratus::speech::recognise::Recogniser;
use stratus::speech::{files, model};
use stratus::units::TxId;

/// The last pause that the microphone's thread detects, or the key's release.
fn last_look(call: &Call) -> usize {
    let (mut pauses, piece) = (Pauses::default(), take::RATE as usize / 100);
    let looks = (1..=call.released / piece).map(|n| n * piece).filter(|n| pauses.reached(&call.sound[..*n], take::RATE));
    looks.last().filter(|n| take::voiced_from(&call.sound[..call.released], *n) == 0).unwrap_or(call.released)
}

#[test]
fn held_out_recordings_have_the_same_words_ahead() {
    let path = files::demo("stratus-demo-en-q5_0.bin").unwrap();
    let mut ears = Recogniser::load(&model::verify(&path, None).unwrap(), 1).unwrap();
    let (recorded, hints, never) = (calls::recorded().unwrap(), Hints::default(), AtomicBool::new(false));
    assert_eq!((recorded.len(), KINDS.len()), (48, 5));
    // Released as recorded, some right after the last word, and some long after it.
    let kinds = [(Kind::AsRecorded, 1), (Kind::After(100), 6), (Kind::Late, 12)];
    for (kind, every) in kinds {
        let (mut wrong, mut words, mut ahead_of) = ([0, 0], 0, 0);
        for (n, call) in calls::of(kind, &recorded).iter().step_by(every).enumerate() {
            let (tx, mut ahead) = (TxId(n as u64), Ahead::default());
            let sound: Arc<[f32]> = call.sound[..last_look(call)].into();
            ahead_of += usize::from(sound.len() < call.released);
            ahead.work(&Job::new(tx, sound), &mut ears, &hints).unwrap();
            let one_shot = ears.transcribe(&call.sound, &hints, &never).unwrap().text;
            // The cancel flag is set, so nothing more is computed.
            let eager = ahead.end(tx, &call.sound, &mut ears, &hints, &AtomicBool::new(true)).unwrap().text;
            wrong[0] += calls::errors(&call.text, &one_shot);
            wrong[1] += calls::errors(&call.text, &eager);
            words += calls::words(&call.text).len();
        }
        println!(
            "{}: of {words} words wrong {} after the key, {} ahead; {ahead_of} known before the release",
            kind.name(),
            wrong[0],
            wrong[1]
        );
        let half_a_point = words as f64 * 0.005;
        assert!(wrong[1] as f64 <= wrong[0] as f64 + half_a_point, "{}: {wrong:?} of {words}", kind.name());
    }
}
