//! The speaker: clips of one transmission after another through rodio, cut off at once when the key goes down.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait};
use rodio::{DeviceSinkBuilder, MixerDeviceSink, Source};

use crate::event::Clip;
use crate::problem::Problem;
use crate::settings::Audio;
use crate::units::TxId;

/// Frames of the device's buffer that are asked for: 10 ms at 48 kHz.
const BUFFER: u32 = 480;
/// How often the player looks at what the callback did, while it plays.
const LOOK: Duration = Duration::from_millis(5);
/// An idle speaker is closed after this long: it would wake the processor a hundred times a second.
const IDLE: Duration = Duration::from_secs(30);
/// What is still in the device's buffer when the last sample was drawn.
const DRAIN: Duration = Duration::from_millis(40);
/// Commands that may wait.
const QUEUE: usize = 64;

/// What the player tells.
#[derive(Debug)]
pub enum PlayEvent {
    /// The first sample was drawn by the device.
    Started {
        /// Of this transmission.
        tx: TxId,
    },
    /// It is over.
    Played {
        /// Of this transmission.
        tx: TxId,
        /// To its end.
        complete: bool,
    },
    /// It cannot be heard; it counts as played, for the toast shows it.
    Trouble(Problem),
}

/// What callback and player share: flags only, so that the callback never waits.
#[derive(Debug, Default)]
struct Shared {
    started: AtomicBool,
    cut: AtomicBool,
    /// Clips that were drawn to their end.
    done: AtomicU32,
    /// The device reported an error.
    lost: AtomicBool,
}

/// A clip as the mixer draws it.
struct Part {
    samples: Arc<[f32]>,
    at: usize,
    rate: NonZero<u32>,
    shared: Arc<Shared>,
    over: bool,
}

impl Iterator for Part {
    type Item = f32;
    fn next(&mut self) -> Option<f32> {
        if self.over {
            return None;
        }
        let sample = if self.shared.cut.load(Ordering::Relaxed) { None } else { self.samples.get(self.at).copied() };
        match sample {
            Some(s) => {
                if self.at == 0 {
                    self.shared.started.store(true, Ordering::Relaxed);
                }
                self.at += 1;
                Some(s)
            }
            None => {
                self.over = true;
                self.shared.done.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

impl Source for Part {
    fn current_span_len(&self) -> Option<usize> {
        None
    }
    fn channels(&self) -> NonZero<u16> {
        NonZero::<u16>::MIN
    }
    fn sample_rate(&self) -> NonZero<u32> {
        self.rate
    }
    fn total_duration(&self) -> Option<Duration> {
        None
    }
}

/// An open speaker.
pub struct Speaker {
    sink: MixerDeviceSink,
    queue: rodio::Player,
    shared: Arc<Shared>,
    given: u32,
}

impl Speaker {
    /// Opens a speaker by name or id, or the system's default.
    pub fn open(name: Option<&str>) -> Result<Self, Problem> {
        let failed = |e: String| {
            Problem::new("the speaker cannot be opened")
                .because(e)
                .fix("connect a speaker, or choose another in stratus.toml (audio.speaker)")
        };
        let device = device(name)?;
        let shared = Arc::new(Shared::default());
        let flag = shared.clone();
        let build = |buffer: cpal::BufferSize| {
            let flag = flag.clone();
            DeviceSinkBuilder::from_device(device.clone())
                .map(|b| b.with_buffer_size(buffer).with_error_callback(move |_| flag.lost.store(true, Ordering::Relaxed)))
                .and_then(DeviceSinkBuilder::open_stream)
        };
        let mut sink =
            build(cpal::BufferSize::Fixed(BUFFER)).or_else(|_| build(cpal::BufferSize::Default)).map_err(|e| failed(e.to_string()))?;
        sink.log_on_drop(false);
        let queue = rodio::Player::connect_new(sink.mixer());
        Ok(Self { sink, queue, shared, given: 0 })
    }

    fn give(&mut self, clip: &Clip) {
        let Some(rate) = NonZero::new(clip.rate) else { return };
        self.given += 1;
        self.queue.append(Part { samples: clip.samples.clone(), at: 0, rate, shared: self.shared.clone(), over: false });
    }

    fn drawn(&self) -> bool {
        self.shared.done.load(Ordering::Relaxed) >= self.given
    }

    /// Plays a clip to its end.
    pub fn play_to_end(&mut self, clip: &Clip) -> Result<(), Problem> {
        self.give(clip);
        let limit = Instant::now() + Duration::from_secs_f64(clip.seconds()) + Duration::from_secs(3);
        while !self.drawn() {
            if self.shared.lost.load(Ordering::Relaxed) || Instant::now() > limit {
                return Err(lost());
            }
            std::thread::sleep(LOOK);
        }
        std::thread::sleep(DRAIN);
        Ok(())
    }

    /// Cuts off what is playing: the next sample that the device draws is silence.
    fn cut(&mut self) {
        self.shared.cut.store(true, Ordering::Relaxed);
        self.queue.stop();
        // What comes next has flags and a queue of its own.
        let lost = self.shared.lost.load(Ordering::Relaxed);
        self.queue = rodio::Player::connect_new(self.sink.mixer());
        self.renew(lost);
    }

    fn renew(&mut self, lost: bool) {
        self.shared = Arc::new(Shared { lost: AtomicBool::new(lost), ..Shared::default() });
        self.given = 0;
    }
}

fn lost() -> Problem {
    Problem::new("the speaker was lost")
        .because("the sound system stopped drawing sound")
        .fix("connect it again; Stratus opens it at the next answer")
}

fn device(name: Option<&str>) -> Result<cpal::Device, Problem> {
    let host = cpal::default_host();
    let none = || Problem::new("there is no speaker").fix("connect one, or choose another in stratus.toml (audio.speaker)");
    match name {
        None => host.default_output_device().ok_or_else(none),
        Some(wanted) => host
            .output_devices()
            .map_err(|e| none().because(e))?
            .find(|d| super::capture::is_named(d, wanted))
            .ok_or_else(|| none().because(format!("no speaker is called {wanted:?}"))),
    }
}

/// Whether the speaker is there: its name.
pub fn probe(settings: &Audio) -> Result<String, Problem> {
    let device = device(settings.speaker.as_deref())?;
    device.default_output_config().map_err(|e| Problem::new("the speaker cannot be used").because(e))?;
    Ok(device.description().map_or_else(|_| "a speaker".to_owned(), |d| d.name().to_owned()))
}

enum Order {
    Warm,
    Play { tx: TxId, last: bool, clip: Clip },
    Silence,
}

/// The player's thread. Dropping it falls silent and joins it.
pub struct Player {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the player; the speaker is opened when it is first wanted.
    pub fn start(settings: &Audio, tell: impl Fn(PlayEvent) + Send + 'static) -> Result<Self, Problem> {
        let (orders, inbox) = sync_channel(QUEUE);
        let name = settings.speaker.clone();
        let thread = std::thread::Builder::new()
            .name("play".into())
            .spawn(move || Playing { name, speaker: None, now: None, told: false, tell: Box::new(tell) }.run(&inbox))
            .map_err(|e| Problem::new("cannot start the player").because(e))?;
        Ok(Self { orders: Some(orders), thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        if let Some(o) = &self.orders
            && o.try_send(order).is_err()
        {
            log::warn!("the player does not keep up");
        }
    }

    /// Opens the speaker ahead of an answer.
    pub fn warm(&self) {
        self.order(Order::Warm);
    }
    /// Plays a phrase after those before it; `last` ends the transmission.
    pub fn play(&self, tx: TxId, _part: u32, last: bool, clip: Clip) {
        self.order(Order::Play { tx, last, clip });
    }
    /// Falls silent at once.
    pub fn silence(&self) {
        self.order(Order::Silence);
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.silence();
        self.orders = None;
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

/// The transmission that is being played.
struct Now {
    tx: TxId,
    started: bool,
    last: bool,
    drained: Option<Instant>,
    /// No sample was drawn by then: the device stands still.
    patience: Instant,
}

struct Playing {
    name: Option<String>,
    speaker: Option<Speaker>,
    now: Option<Now>,
    told: bool,
    tell: Box<dyn Fn(PlayEvent) + Send>,
}

impl Playing {
    fn run(mut self, inbox: &Receiver<Order>) {
        loop {
            let wait = if self.now.is_some() { LOOK } else { IDLE };
            let order =
                if self.speaker.is_some() { inbox.recv_timeout(wait) } else { inbox.recv().map_err(|_| RecvTimeoutError::Disconnected) };
            match order {
                Ok(Order::Warm) => {
                    self.ready();
                }
                Ok(Order::Play { tx, last, clip }) => self.play(tx, last, &clip),
                Ok(Order::Silence) => self.end(false),
                Err(RecvTimeoutError::Timeout) if self.now.is_none() => self.speaker = None,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.look();
        }
    }

    /// The speaker, opened if it must be.
    fn ready(&mut self) -> bool {
        if self.speaker.as_ref().is_some_and(|s| s.shared.lost.load(Ordering::Relaxed)) {
            self.speaker = None;
        }
        if self.speaker.is_none() {
            match Speaker::open(self.name.as_deref()) {
                Ok(s) => {
                    self.speaker = Some(s);
                    self.told = false;
                }
                Err(p) => {
                    if !std::mem::replace(&mut self.told, true) {
                        (self.tell)(PlayEvent::Trouble(p));
                    }
                }
            }
        }
        self.speaker.is_some()
    }

    fn play(&mut self, tx: TxId, last: bool, clip: &Clip) {
        if self.now.as_ref().is_some_and(|n| n.tx != tx) {
            self.end(false);
        }
        if !self.ready() {
            if last {
                (self.tell)(PlayEvent::Played { tx, complete: true });
            }
            return;
        }
        let Some(speaker) = &mut self.speaker else { return };
        let patience = Instant::now() + Duration::from_secs_f64(clip.seconds()) + Duration::from_secs(5);
        let now = self.now.get_or_insert_with(|| {
            speaker.renew(false);
            Now { tx, started: false, last: false, drained: None, patience }
        });
        now.last |= last;
        now.patience = now.patience.max(patience);
        speaker.give(clip);
    }

    fn look(&mut self) {
        let (Some(now), Some(speaker)) = (&mut self.now, &self.speaker) else { return };
        if !now.started && speaker.shared.started.load(Ordering::Relaxed) {
            now.started = true;
            (self.tell)(PlayEvent::Started { tx: now.tx });
        }
        if speaker.shared.lost.load(Ordering::Relaxed) || Instant::now() > now.patience {
            let tx = now.tx;
            self.now = None;
            self.speaker = None;
            if !std::mem::replace(&mut self.told, true) {
                (self.tell)(PlayEvent::Trouble(lost()));
            }
            (self.tell)(PlayEvent::Played { tx, complete: true });
            return;
        }
        if now.last && speaker.drawn() {
            let since = *now.drained.get_or_insert_with(Instant::now);
            if since.elapsed() >= DRAIN {
                let tx = now.tx;
                self.now = None;
                (self.tell)(PlayEvent::Played { tx, complete: true });
            }
        }
    }

    fn end(&mut self, complete: bool) {
        if let Some(s) = &mut self.speaker {
            s.cut();
        }
        if let Some(now) = self.now.take() {
            (self.tell)(PlayEvent::Played { tx: now.tx, complete });
        }
    }
}
