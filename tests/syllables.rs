//! First and last syllable: calls that begin at the very moment of the key press, through the real ring and capture thread, on a
//! microphone clocked by the test.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test tells what it measured")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stratus::audio::capture::{Capture, CaptureEvent};
use stratus::audio::ear::{Ear, Microphone};
use stratus::audio::keeper::{Answer, Looks};
use stratus::settings::{Audio, KeepOpen};
use stratus::units::TxId;

const RATE: u32 = 16_000;
const LIMIT: Duration = Duration::from_secs(20);

/// A capture thread on a scripted microphone, and the microphone's callback side.
fn scripted(settings: &Audio, rate: u32) -> (Capture, Receiver<CaptureEvent>, Receiver<Ear>) {
    let (tell, told) = channel();
    let (give, ears) = channel();
    let give = Arc::new(Mutex::new(give));
    let looks: Looks<Microphone> = Arc::new(move || {
        let give = give.clone();
        Box::new(move |open| match open {
            Some(_) => Answer::Same,
            None => {
                let (m, ear) = Microphone::scripted("script", rate, 1, 0);
                give.lock().unwrap().send(ear).unwrap();
                Answer::Opened(m)
            }
        })
    });
    let capture = Capture::on(settings, looks, move |e| drop(tell.send(e))).unwrap();
    (capture, told, ears)
}

/// The microphone is open whether or not the key is down.
fn open_always() -> Audio {
    Audio { keep_open: KeepOpen::Always, ..Audio::default() }
}

/// Delivers silence until the microphone is closed.
fn closes(ear: &mut Ear) {
    let limit = Instant::now() + LIMIT;
    while !ear.is_closed() {
        assert!(Instant::now() < limit, "still open");
        ear.hear(&[0.0f32; 160]);
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The n-th sample of a call: unique within a second and a half, and never silence.
fn syllable(n: usize) -> f32 {
    0.1 + (n % 24_000) as f32 / 32_768.0
}

#[test]
fn two_hundred_calls_at_the_moment_of_the_press_are_complete() {
    let settings = open_always();
    let (capture, told, ears) = scripted(&settings, RATE);
    let mut ear = ears.recv_timeout(LIMIT).unwrap();
    let mut seed = 1u64;
    let mut chance = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize % below
    };
    let tail = RATE as usize * settings.tail_ms as usize / 1000;
    let pre_roll = RATE as usize * settings.pre_roll_ms as usize / 1000;
    let mut complete = 0;
    for n in 0..200u64 {
        let (tx, length, buffer) = (TxId(n + 1), 4000 + chance(16_000), [64, 160, 320, 441, 960][chance(5)]);
        // Silence before the press; the press falls anywhere within a buffer.
        let within = chance(buffer);
        let quiet = 3200 + buffer - within;
        let call: Vec<f32> = (0..length).map(syllable).collect();
        let sound = [vec![0.0; quiet], call, vec![0.0; tail + 3 * buffer]].concat();
        let (pressed, released) = (quiet, quiet + length + tail);
        let (mut begun, mut ended) = (false, false);
        let stop = AtomicBool::new(false);
        for (i, data) in sound.chunks(buffer).enumerate() {
            // A buffer is delivered after its last sample; a press within it comes earlier.
            let end = i * buffer + data.len();
            if !begun && pressed < end {
                capture.begin(tx);
                begun = true;
            }
            if !ended && released < end {
                capture.end(tx);
                ended = true;
            }
            ear.hear(data);
            // Twenty times real time: the ring has room for two seconds.
            std::thread::sleep(Duration::from_micros(buffer as u64 * 3));
        }
        // The device continues until the take is complete.
        let take = std::thread::scope(|s| {
            s.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    ear.hear(&[0.0f32; 16]);
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let limit = Instant::now() + LIMIT;
            loop {
                assert!(Instant::now() < limit, "call {n}: no take");
                if let Ok(CaptureEvent::Taken { tx: t, take }) = told.recv_timeout(Duration::from_millis(50)) {
                    stop.store(true, Ordering::Relaxed);
                    assert_eq!(t, tx);
                    break take.unwrap();
                }
            }
        });
        let first = take.samples.iter().position(|s| *s != 0.0).unwrap_or_else(|| panic!("call {n}: nothing"));
        let whole = (0..length).all(|i| take.samples.get(first + i) == Some(&syllable(i)));
        assert!(whole, "call {n}: a sample of {length} is missing or doubled");
        assert!(first <= pre_roll + buffer, "call {n}: {first} samples before it");
        complete += 1;
    }
    println!("{complete} of 200 calls complete");
}

#[test]
fn tail_ends_in_silence_and_not_while_the_pilot_speaks() {
    let (capture, told, ears) = scripted(&open_always(), RATE);
    let mut ear = ears.recv_timeout(LIMIT).unwrap();
    let hear = |ear: &mut Ear, level: f32, ms: usize| {
        for i in 0..ms / 10 {
            let tone: Vec<f32> = (0..160).map(|n| ((i * 160 + n) as f32 * 0.3).sin() * level).collect();
            ear.hear(&tone);
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    for (tx, talks_on) in [(TxId(1), true), (TxId(2), false)] {
        hear(&mut ear, 0.0005, 300);
        capture.begin(tx);
        hear(&mut ear, 0.2, 600);
        capture.release(tx);
        if talks_on {
            hear(&mut ear, 0.2, 400);
            assert!(!told.try_iter().any(|e| matches!(e, CaptureEvent::Quiet { .. })), "silence was reported during speech");
        }
        let limit = Instant::now() + LIMIT;
        loop {
            hear(&mut ear, 0.0005, 20);
            assert!(Instant::now() < limit, "no silence was reported");
            if told.try_iter().any(|e| matches!(e, CaptureEvent::Quiet { tx: t } if t == tx)) {
                break;
            }
        }
        capture.discard(tx);
    }
}

#[test]
fn on_press_the_microphone_is_open_only_while_key_is_held() {
    let (capture, told, ears) = scripted(&Audio { keep_open: KeepOpen::OnPress, ..Audio::default() }, RATE);
    for n in 1..4 {
        assert!(ears.try_recv().is_err(), "open without a press");
        capture.begin(TxId(n));
        let mut ear = ears.recv_timeout(LIMIT).unwrap();
        for _ in 0..20 {
            ear.hear(&[0.25f32; 320]);
            std::thread::sleep(Duration::from_millis(2));
        }
        capture.end(TxId(n));
        ear.hear(&[0.25f32; 320]);
        let limit = Instant::now() + LIMIT;
        let take = loop {
            assert!(Instant::now() < limit);
            if let Ok(CaptureEvent::Taken { take, .. }) = told.recv_timeout(Duration::from_millis(50)) {
                break take.unwrap();
            }
        };
        assert!(take.samples.iter().all(|s| *s == 0.25) && take.ms >= 380, "{} ms", take.ms);
    }
    // A press too short for a microphone to open.
    drop(capture);
    no_simulator_no_microphone();
}

fn no_simulator_no_microphone() {
    let with_sim = Audio { keep_open: KeepOpen::WithSim, ..Audio::default() };
    let (capture, _told, ears) = scripted(&with_sim, RATE);
    // Opened once to check that it exists, then closed: its ring has no reader.
    let mut ear = ears.recv_timeout(LIMIT).unwrap();
    closes(&mut ear);
    assert!(ears.try_recv().is_err(), "open without a simulator");
    capture.simulator_reports();
    ears.recv_timeout(LIMIT).unwrap();
}

#[test]
fn lost_beginning_is_reported_unless_the_pilot_waited() {
    let closed = Audio { keep_open: KeepOpen::OnPress, ..Audio::default() };
    let (capture, told, ears) = scripted(&closed, RATE);
    let (voice, quiet) = ([0.25f32; RATE as usize / 5], [0.0f32; RATE as usize / 5]);
    // In the middle of a word when the microphone opens; a moment of silence before the first word; in the middle again.
    for (n, late) in [(1, true), (2, false), (3, true)] {
        capture.begin(TxId(n));
        let mut ear = ears.recv_timeout(LIMIT).unwrap();
        // A sleeping sound server: the microphone is open, but nothing comes for a while.
        std::thread::sleep(Duration::from_millis(400));
        for piece in if late { [&voice, &quiet, &quiet] } else { [&quiet, &voice, &quiet] } {
            ear.hear(piece);
        }
        let limit = Instant::now() + LIMIT;
        let (mut heard, mut lost, mut ended) = (false, None, false);
        while !ended {
            assert!(Instant::now() < limit, "call {n} has no end");
            match told.recv_timeout(Duration::from_millis(20)) {
                Ok(CaptureEvent::Listening { tx, .. }) => {
                    heard = tx == TxId(n);
                    capture.end(tx);
                }
                Ok(CaptureEvent::Late(ms)) => lost = Some(ms),
                Ok(CaptureEvent::Taken { .. }) => ended = true,
                _ => ear.hear(&quiet[..160]),
            }
        }
        assert!(heard && lost.is_some() == late && lost.is_none_or(|ms| ms >= 400), "call {n}: {lost:?} ms");
        closes(&mut ear);
    }
}

#[test]
fn press_while_the_microphone_opens_is_a_call() {
    let (tell, told) = channel();
    let (give, ears) = channel();
    let (open, opens) = channel::<()>();
    let (look, looking) = channel::<()>();
    let (give, opens, look) = (Arc::new(Mutex::new(give)), Arc::new(Mutex::new(opens)), Arc::new(Mutex::new(look)));
    let looks: Looks<Microphone> = Arc::new(move || {
        let (give, opens, look) = (give.clone(), opens.clone(), look.clone());
        Box::new(move |open| match open {
            Some(_) => Answer::Same,
            None => {
                let _ = look.lock().unwrap().send(());
                // The sound system is slow.
                let _ = opens.lock().unwrap().recv();
                let (m, ear) = Microphone::scripted("script", RATE, 1, 0);
                give.lock().unwrap().send(ear).unwrap();
                Answer::Opened(m)
            }
        })
    });
    let capture = Capture::on(&open_always(), looks, move |e| drop(tell.send(e))).unwrap();
    // The thread starts a search before it takes its first order.
    looking.recv_timeout(LIMIT).unwrap();
    capture.begin(TxId(1));
    open.send(()).unwrap();
    let mut ear = ears.recv_timeout(LIMIT).unwrap();
    let limit = Instant::now() + LIMIT;
    let mut heard = 0;
    while heard < RATE as usize {
        ear.hear(&[0.25f32; 160]);
        heard += 160;
        std::thread::sleep(Duration::from_millis(1));
        assert!(Instant::now() < limit);
    }
    capture.end(TxId(1));
    let take = loop {
        ear.hear(&[0.0f32; 160]);
        assert!(Instant::now() < limit, "no take");
        if let Ok(CaptureEvent::Taken { take, .. }) = told.recv_timeout(Duration::from_millis(20)) {
            break take.unwrap();
        }
    };
    assert!(take.samples.iter().filter(|s| **s == 0.25).count() > RATE as usize / 2, "most of the speech was captured");
}

#[test]
fn take_in_pieces_is_reported_at_pauses_and_at_release() {
    let (capture, told, ears) = scripted(&Audio::default(), RATE);
    let mut ear = ears.recv_timeout(LIMIT).unwrap();
    let hear = |ear: &mut Ear, level: f32, ms: usize| {
        for i in 0..ms / 10 {
            let tone: Vec<f32> = (0..160).map(|n| ((i * 160 + n) as f32 * 0.3).sin() * level).collect();
            ear.hear(&tone);
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    for (tx, pieces) in [(TxId(1), true), (TxId(2), false)] {
        hear(&mut ear, 0.0005, 300);
        if pieces {
            capture.begin_in_pieces(tx)
        } else {
            capture.begin(tx)
        }
        hear(&mut ear, 0.2, 600);
        hear(&mut ear, 0.0005, 500);
        hear(&mut ear, 0.2, 300);
        capture.release(tx);
        capture.end(tx);
        let mut lengths = Vec::new();
        let stop = &AtomicBool::new(false);
        let whole = std::thread::scope(|s| {
            let ear = &mut ear;
            s.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    ear.hear(&[0.0f32; 16]);
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
            let whole = loop {
                match told.recv_timeout(LIMIT) {
                    Ok(CaptureEvent::SoFar { tx: t, take }) => {
                        assert_eq!(t, tx);
                        lengths.push(take.ms);
                    }
                    Ok(CaptureEvent::Taken { take, .. }) => break take.map(|t| t.ms),
                    Ok(_) => {}
                    Err(e) => panic!("{e}"),
                }
            };
            stop.store(true, Ordering::Relaxed);
            whole
        });
        let whole = whole.unwrap();
        match (pieces, &lengths[..]) {
            (true, [pause, release]) => assert!(pause < release && *release <= whole && (900..1600).contains(pause), "{lengths:?} {whole}"),
            (false, []) => {}
            other => panic!("{other:?}"),
        }
    }
}
