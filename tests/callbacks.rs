//! The audio callbacks allocate nothing, free nothing, take no lock and write no log: tested with a counting allocator and a
//! recording logger around the real callbacks.
#![allow(unsafe_code, reason = "an allocator is unsafe by nature; this one only counts and passes on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use cpal::{ErrorKind, FromSample};
use stratus::audio::ear::{Ear, Microphone, Pulse};
use stratus::audio::mouth::{Mouth, Speaker};

struct Counting;

thread_local! {
    /// Allocations, reallocations and frees of this thread while it counts.
    static TOUCHED: Cell<Option<u32>> = const { Cell::new(None) };
}

fn touch() {
    // A thread that is ending has lost its counter.
    let _ = TOUCHED.try_with(|t| t.set(t.get().map(|n| n + 1)));
}

// SAFETY: every call is passed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        touch();
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        touch();
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        touch();
        // SAFETY: as the caller promises.
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

static LOGGED: AtomicU32 = AtomicU32::new(0);

struct Listening;

impl log::Log for Listening {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, _: &log::Record<'_>) {
        LOGGED.fetch_add(1, Ordering::Relaxed);
    }
    fn flush(&self) {}
}

/// How often `call` touched the allocator, on this thread.
fn touched(call: impl FnOnce()) -> u32 {
    TOUCHED.set(Some(0));
    call();
    TOUCHED.take().unwrap_or(0)
}

const SIZES: [usize; 6] = [0, 1, 17, 441, 960, 8192];
const RATES: [u32; 5] = [8000, 16_000, 44_100, 48_000, 96_000];

/// A microphone's callback through the life of its ring: armed, during a take, its tail, and with no reader.
fn listen<T: Copy>(value: T)
where
    f32: FromSample<T>,
{
    for rate in RATES {
        for (channels, channel) in [(1u16, 0u8), (2, 0), (2, 2), (6, 5)] {
            for frames in SIZES {
                let (mut m, mut ear): (Microphone, Ear) = Microphone::scripted("a", rate, channels, channel);
                let buffer = vec![value; frames * usize::from(channels)];
                let mut taken: Vec<f32> = Vec::with_capacity(rate as usize * 4);
                // Armed and during a take: the ring is emptied between callbacks.
                for every in [1, 3] {
                    for n in 0..12 {
                        assert_eq!(touched(|| ear.hear(&buffer)), 0, "{rate} Hz, {channels} channels, {frames} frames");
                        if n % every == 0 {
                            let slots = m.ring.slots();
                            taken.clear();
                            taken.extend(m.ring.read_chunk(slots).unwrap());
                        }
                    }
                }
                // The reader is stuck: the ring fills up and stays full.
                let full = (rate as usize * 2).checked_div(frames).unwrap_or(0) + 3;
                assert_eq!(touched(|| (0..full.min(3000)).for_each(|_| ear.hear(&buffer))), 0, "full at {rate} Hz");
            }
        }
    }
}

/// A speaker's callback: an empty ring, a phrase, its end, a cut.
fn speak<T: Copy + FromSample<f32>>(value: T) {
    for rate in RATES {
        for channels in [1u16, 2, 6] {
            for frames in SIZES {
                let (mut s, mut mouth): (Speaker, Mouth) = Speaker::scripted("a", rate, channels);
                let mut buffer = vec![value; frames * usize::from(channels)];
                let phrase = vec![0.3f32; rate as usize / 3];
                for cut in [false, true] {
                    assert_eq!(touched(|| mouth.speak(&mut buffer)), 0, "empty at {rate} Hz");
                    s.give(&phrase);
                    assert_eq!(touched(|| mouth.speak(&mut buffer)), 0, "{rate} Hz, {channels} channels, {frames} frames");
                    if cut {
                        s.cut();
                    }
                    assert_eq!(touched(|| (0..50).for_each(|_| mouth.speak(&mut buffer))), 0, "to the end at {rate} Hz");
                }
            }
        }
    }
}

#[test]
fn callbacks_allocate_nothing_and_log_nothing() {
    log::set_logger(&Listening).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    assert!(touched(|| drop(std::hint::black_box(vec![1u8; 9]))) >= 2, "the counter does not work");
    let before = LOGGED.load(Ordering::Relaxed);
    listen(0.25f32);
    listen(-0.5f64);
    listen(1200i16);
    listen(-70_000i32);
    listen(cpal::I24::new(9000).unwrap());
    listen(200u8);
    listen(40_000u16);
    speak(0.0f32);
    speak(0.0f64);
    speak(0i16);
    speak(0i32);
    speak(cpal::I24::new(0).unwrap());
    speak(0u8);
    speak(0u16);
    let pulse = Pulse::default();
    let kinds = [ErrorKind::Xrun, ErrorKind::DeviceNotAvailable, ErrorKind::StreamInvalidated, ErrorKind::Other];
    assert_eq!(touched(|| (0..1_000_000).for_each(|n| pulse.failed(kinds[n % 4]))), 0, "an error storm");
    assert_eq!(LOGGED.load(Ordering::Relaxed), before, "a callback wrote to the log");
}

/// The callbacks' source files contain no lock. Without locks and allocations, a callback never blocks.
#[test]
fn callback_sources_contain_no_locks() {
    for file in ["ear.rs", "mouth.rs"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/audio").join(file);
        let text = std::fs::read_to_string(path).unwrap();
        for lock in ["Mutex", "RwLock", "Condvar", "mpsc", ".lock(", "println"] {
            assert!(!text.contains(lock), "{file}: {lock}");
        }
    }
}
