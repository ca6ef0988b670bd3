//! The microphone: a stream kept open, a lock-free ring with the last moments in it, and takes cut out of it.
//!
//! The callback copies samples into the ring and counts: no allocation, no lock, no log. Everything else happens on the
//! capture thread, which also notices a device that is gone (an error, or no callbacks) and opens it anew.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamConfig};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{resample, take};
use crate::event::Take;
use crate::problem::Problem;
use crate::settings::Audio;
use crate::units::TxId;

/// Frames of a callback that are asked for: 20 ms at 48 kHz.
const BUFFER: u32 = 960;
/// How often the ring is emptied while nothing is taken, and while something is.
const IDLE: Duration = Duration::from_millis(200);
const BUSY: Duration = Duration::from_millis(10);
/// Without a callback for this long the device is lost, whatever the system says.
const SILENT: Duration = Duration::from_millis(1500);
/// The ring holds this many seconds.
const RING_S: usize = 2;
/// A take never grows beyond this many seconds: the longest hold and its ends.
const LONGEST_S: usize = 125;
/// The tail may still be under way when the take is ended: this long is waited for it.
const TAIL_PATIENCE: Duration = Duration::from_millis(120);

/// What the capture thread tells.
#[derive(Debug)]
pub enum CaptureEvent {
    /// A take is complete.
    Taken {
        /// Of this transmission.
        tx: TxId,
        /// The sound, or why there is none.
        take: Result<Take, Problem>,
    },
    /// The microphone was lost, or is back.
    Device(Result<String, Problem>),
}

enum Order {
    Begin(TxId),
    End(TxId, Instant),
    Discard(TxId),
}

/// The capture thread. Dropping it closes the microphone and joins.
pub struct Capture {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Opens the microphone on a thread of its own; a microphone that is not there is told, and tried again.
    pub fn start(settings: &Audio, tell: impl Fn(CaptureEvent) + Send + 'static) -> Result<Self, Problem> {
        let (orders, inbox) = sync_channel(16);
        let settings = settings.clone();
        let thread = std::thread::Builder::new()
            .name("capture".into())
            .spawn(move || Capturing::new(settings, Box::new(tell)).run(&inbox))
            .map_err(|e| Problem::new("cannot start the microphone's thread").because(e))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        if let Some(o) = &self.orders
            && o.try_send(order).is_err()
        {
            log::warn!("the capture thread does not keep up");
        }
    }
    /// Begins a take that reaches back by the pre-roll.
    pub fn begin(&self, tx: TxId) {
        self.order(Order::Begin(tx));
    }
    /// Ends the take now.
    pub fn end(&self, tx: TxId) {
        self.order(Order::End(tx, Instant::now()));
    }
    /// Throws the take away.
    pub fn discard(&self, tx: TxId) {
        self.order(Order::Discard(tx));
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.orders = None;
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

/// What callback and thread share besides the ring.
#[derive(Debug, Default)]
struct Shared {
    callbacks: AtomicU32,
    lost: AtomicBool,
}

/// An open microphone.
struct Microphone {
    /// Held: dropping it closes the microphone.
    _stream: cpal::Stream,
    ring: Consumer<f32>,
    shared: Arc<Shared>,
    rate: u32,
    name: String,
    seen: (u32, Instant),
}

struct Capturing {
    settings: Audio,
    microphone: Option<Microphone>,
    /// The last moments, at the device's rate.
    before: VecDeque<f32>,
    taking: Option<(TxId, Vec<f32>)>,
    retry: Instant,
    backoff: Duration,
    told: bool,
    tell: Box<dyn Fn(CaptureEvent) + Send>,
}

impl Capturing {
    fn new(settings: Audio, tell: Box<dyn Fn(CaptureEvent) + Send>) -> Self {
        Self {
            settings,
            microphone: None,
            before: VecDeque::new(),
            taking: None,
            retry: Instant::now(),
            backoff: Duration::from_millis(250),
            told: false,
            tell,
        }
    }

    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            self.watch();
            let wait = match (&self.taking, &self.microphone) {
                (Some(_), _) => BUSY,
                (None, Some(_)) => IDLE,
                (None, None) => self.retry.saturating_duration_since(Instant::now()).max(BUSY),
            };
            match inbox.recv_timeout(wait) {
                Ok(Order::Begin(tx)) => self.begin(tx),
                Ok(Order::End(tx, at)) => self.end(tx, at),
                Ok(Order::Discard(tx)) => {
                    self.drain();
                    if self.taking.as_ref().is_some_and(|(t, _)| *t == tx) {
                        self.taking = None;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.drain(),
                Err(RecvTimeoutError::Disconnected) => {
                    self.close();
                    return;
                }
            }
        }
    }

    /// Opens the microphone when it is due; notices one that is gone.
    fn watch(&mut self) {
        if let Some(m) = &mut self.microphone {
            let count = m.shared.callbacks.load(Ordering::Relaxed);
            if count != m.seen.0 {
                m.seen = (count, Instant::now());
            }
            if m.shared.lost.load(Ordering::Relaxed) || m.seen.1.elapsed() > SILENT {
                let name = m.name.clone();
                self.close();
                self.trouble(Problem::new("the microphone was lost").because(name).fix("connect it again; Stratus goes on by itself"));
            }
        }
        if self.microphone.is_none() && Instant::now() >= self.retry {
            match open(&self.settings) {
                Ok(m) => {
                    let name = m.name.clone();
                    self.before = VecDeque::with_capacity(pre_roll(&self.settings, m.rate) + m.rate as usize * RING_S);
                    self.microphone = Some(m);
                    self.backoff = Duration::from_millis(250);
                    if std::mem::replace(&mut self.told, false) {
                        (self.tell)(CaptureEvent::Device(Ok(format!("the microphone is back: {name}"))));
                    }
                }
                Err(p) => {
                    self.retry = Instant::now() + self.backoff;
                    self.backoff = (self.backoff * 2).min(Duration::from_secs(5));
                    self.trouble(p);
                }
            }
        }
    }

    /// Told once, until it is back.
    fn trouble(&mut self, p: Problem) {
        if let Some((tx, _)) = self.taking.take() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p.clone()) });
        }
        if !std::mem::replace(&mut self.told, true) {
            (self.tell)(CaptureEvent::Device(Err(p)));
        }
    }

    /// Closes the microphone off this thread: dropping a lost device's stream can hang.
    fn close(&mut self) {
        self.before.clear();
        self.retry = Instant::now() + self.backoff;
        if let Some(m) = self.microphone.take() {
            let lost = m.shared.lost.load(Ordering::Relaxed);
            if lost {
                let _ = std::thread::Builder::new().name("close".into()).spawn(move || drop(m));
            }
        }
    }

    /// Empties the ring into the take, or into the last moments.
    fn drain(&mut self) {
        let Some(m) = &mut self.microphone else { return };
        let keep = pre_roll(&self.settings, m.rate);
        let limit = m.rate as usize * LONGEST_S;
        let n = m.ring.slots();
        let Ok(chunk) = m.ring.read_chunk(n) else { return };
        match &mut self.taking {
            Some((_, samples)) => {
                let room = limit.saturating_sub(samples.len());
                samples.extend(chunk.into_iter().take(room));
            }
            None => {
                self.before.extend(chunk);
                let over = self.before.len().saturating_sub(keep);
                self.before.drain(..over);
            }
        }
    }

    fn begin(&mut self, tx: TxId) {
        self.taking = None;
        self.drain();
        if self.microphone.is_none() {
            let p = Problem::new("there is no microphone").fix("connect one, or choose another in stratus.toml (audio.microphone)");
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p) });
            return;
        }
        let mut samples: Vec<f32> = Vec::with_capacity(self.microphone.as_ref().map_or(0, |m| m.rate as usize * 10));
        samples.extend(self.before.drain(..));
        self.taking = Some((tx, samples));
    }

    fn end(&mut self, tx: TxId, at: Instant) {
        if self.taking.as_ref().is_none_or(|(t, _)| *t != tx) {
            return;
        }
        // The callback that carries the last moments may be a buffer late.
        let count = |s: &Self| s.microphone.as_ref().map_or(0, |m| m.shared.callbacks.load(Ordering::Relaxed));
        let (before, limit) = (count(self), at + TAIL_PATIENCE);
        while count(self) == before && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.drain();
        let Some((tx, samples)) = self.taking.take() else { return };
        let Some(rate) = self.microphone.as_ref().map(|m| m.rate) else { return };
        let take = resample::to_rate(&samples, rate, take::RATE).map(|s| take::from_16k(&s));
        (self.tell)(CaptureEvent::Taken { tx, take });
    }
}

fn pre_roll(settings: &Audio, rate: u32) -> usize {
    rate as usize * settings.pre_roll_ms as usize / 1000
}

fn device(settings: &Audio) -> Result<cpal::Device, Problem> {
    let host = cpal::default_host();
    let none = || Problem::new("there is no microphone").fix("connect one, or choose another in stratus.toml (audio.microphone)");
    match settings.microphone.as_deref() {
        None => host.default_input_device().ok_or_else(none),
        Some(wanted) => host
            .input_devices()
            .map_err(|e| none().because(e))?
            .find(|d| is_named(d, wanted))
            .ok_or_else(|| none().because(format!("no microphone is called {wanted:?}"))),
    }
}

/// A device is meant by its id, its name, or a part of its name.
pub(super) fn is_named(device: &cpal::Device, wanted: &str) -> bool {
    let wanted = wanted.to_lowercase();
    device.id().is_ok_and(|id| id.to_string().to_lowercase().ends_with(&wanted))
        || device.description().is_ok_and(|d| d.name().to_lowercase().contains(&wanted))
}

/// Whether the microphone is there and delivers: its name.
pub fn probe(settings: &Audio) -> Result<String, Problem> {
    let m = open(settings)?;
    let limit = Instant::now() + Duration::from_secs(3);
    while m.shared.callbacks.load(Ordering::Relaxed) == 0 {
        if Instant::now() > limit {
            return Err(Problem::new("the microphone delivers nothing")
                .because(&m.name)
                .fix("choose another in stratus.toml (audio.microphone)"));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(m.name)
}

fn open(settings: &Audio) -> Result<Microphone, Problem> {
    let device = device(settings)?;
    let name = device.description().map_or_else(|_| "a microphone".to_owned(), |d| d.name().to_owned());
    let failed = |e: cpal::Error| {
        Problem::new("the microphone cannot be opened")
            .because(&name)
            .because(e)
            .fix("check that it is connected and that no other program keeps it to itself")
    };
    let supported = device.default_input_config().map_err(failed)?;
    let rate = supported.sample_rate();
    let format = supported.sample_format();
    let (producer, ring) = RingBuffer::new(rate as usize * RING_S);
    let shared = Arc::new(Shared::default());
    let config = |buffer_size| StreamConfig { channels: supported.channels(), sample_rate: rate, buffer_size };
    let start = |size, producer| match format {
        SampleFormat::F32 => listen::<f32>(&device, config(size), producer, &shared),
        SampleFormat::I16 => listen::<i16>(&device, config(size), producer, &shared),
        SampleFormat::U16 => listen::<u16>(&device, config(size), producer, &shared),
        SampleFormat::I32 => listen::<i32>(&device, config(size), producer, &shared),
        SampleFormat::U8 => listen::<u8>(&device, config(size), producer, &shared),
        _ => listen::<f32>(&device, config(size), producer, &shared),
    };
    let (stream, ring) = match start(cpal::BufferSize::Fixed(BUFFER), producer) {
        Ok(s) => (s, ring),
        Err(_) => {
            let (producer, ring) = RingBuffer::new(rate as usize * RING_S);
            (start(cpal::BufferSize::Default, producer).map_err(failed)?, ring)
        }
    };
    stream.play().map_err(failed)?;
    log::info!("microphone: {name}, {rate} Hz, {format}");
    Ok(Microphone { _stream: stream, ring, shared, rate, name, seen: (0, Instant::now()) })
}

/// Opens the stream. The callback averages the channels into the ring, and counts.
fn listen<T>(
    device: &cpal::Device,
    config: StreamConfig,
    mut ring: Producer<f32>,
    shared: &Arc<Shared>,
) -> Result<cpal::Stream, cpal::Error>
where
    T: SizedSample,
    f32: FromSample<T>,
{
    let channels = usize::from(config.channels).max(1);
    let (heard, failed) = (shared.clone(), shared.clone());
    let share = 1.0 / channels as f32;
    device.build_input_stream(
        config,
        move |data: &[T], _: &cpal::InputCallbackInfo| {
            heard.callbacks.fetch_add(1, Ordering::Relaxed);
            for frame in data.chunks_exact(channels) {
                let mut sum = 0.0;
                for s in frame {
                    sum += f32::from_sample_(*s);
                }
                // A full ring means that the thread stands still: the newest sound is lost, never memory.
                if ring.push(sum * share).is_err() {
                    break;
                }
            }
        },
        move |_| failed.lost.store(true, Ordering::Relaxed),
        Some(Duration::from_secs(3)),
    )
}
