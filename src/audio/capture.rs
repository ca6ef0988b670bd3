//! The microphone's thread: keeps the pre-roll, cuts takes out of the ring buffer, and keeps the microphone open or reopens it.
//!
//! The callback (`ear`) only fills a lock-free ring; everything else happens here. A keeper finds and opens the
//! device on a separate thread, because the sound system may hang.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::devices::{Finder, Way};
use super::ear::{self, Loss, Microphone, RING_S};
use super::keeper::{Answer, Keeper, Looks, close};
use super::pauses::Pauses;
use super::standing::Standing;
use super::{resample, take};
use crate::event::Take;
use crate::problem::{Part, Problem};
use crate::settings::{Audio, KeepOpen};
use crate::units::TxId;
use crate::worker::{stumble, survive};

/// How often the ring is emptied while no take is under way, and during a take.
const IDLE: Duration = Duration::from_millis(200);
const BUSY: Duration = Duration::from_millis(10);
/// How often the keeper checks that the open device is still the right one, and looks for a missing one.
const LOOK: Duration = Duration::from_millis(500);
/// If the sound system does not answer for this long, the microphone counts as missing.
const ANSWER: Duration = Duration::from_secs(3);
/// While no take is under way, a busy system gets more time before the microphone counts as missing.
const SLOW: Duration = Duration::from_secs(10);
/// The longest take, seconds: the longest hold with pre-roll and tail.
const LONGEST_S: usize = 125;
/// How long to wait for the tail, which may still be under way when the take is ended.
const TAIL_PATIENCE: Duration = Duration::from_millis(120);

/// A simulator that has not reported for this long counts as gone, so that the microphone may close. Seconds.
const SIM_S: u32 = 30;
/// Without a simulator the microphone stays open this long after a call, so that the next call of a conversation is captured whole.
const LINGER: Duration = Duration::from_secs(60);
/// At the start the microphone is opened for this long, so that a missing one is reported before the pilot needs it.
const FIRST_LOOK: Duration = Duration::from_secs(3);
/// If a microphone delivered its first sound later than this after the press, the first word may be missing.
const LATE: Duration = Duration::from_millis(300);
/// The first word is missing if this much of the first sound is in the middle of a word, milliseconds. A pilot who
/// waited for the microphone begins later.
const BEGUN_MS: usize = 100;
/// The longest wait for an order while there is nothing to do.
const ASLEEP: Duration = Duration::from_secs(3600);
/// After the key's release, silence of this length ends the tail. It is longer than the one or two buffers that may be under way.
const QUIET_MS: usize = 120;

/// What the capture thread reports.
#[derive(Debug)]
pub enum CaptureEvent {
    /// A take is complete.
    Taken {
        /// The transmission.
        tx: TxId,
        /// The sound, or why there is none.
        take: Result<Take, Problem>,
    },
    /// The sound so far of a take that is reported at its pauses.
    SoFar {
        /// The transmission.
        tx: TxId,
        /// The sound so far.
        take: Take,
    },
    /// The pilot has fallen silent after the key's release.
    Quiet {
        /// The transmission.
        tx: TxId,
    },
    /// The microphone is open: from now on sound is captured.
    Listening {
        /// The transmission.
        tx: TxId,
        /// The microphone's name for people.
        microphone: String,
    },
    /// The press opened the microphone. It delivered nothing for this many milliseconds, and then a voice at once, so
    /// the beginning of the call is missing.
    Late(u32),
    /// The microphone was lost, is back, or was replaced by another one.
    Device(Result<String, Problem>),
}

enum Order {
    /// A simulator has appeared.
    Wake,
    Begin(TxId, bool),
    Release(TxId),
    End(TxId, Instant),
    Discard(TxId),
}

/// The capture thread. Dropping it closes the microphone and joins.
pub struct Capture {
    orders: Option<SyncSender<Order>>,
    begun: Instant,
    /// When a simulator last reported: seconds since the start, plus one. 0 means never.
    flown: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Opens the microphone on another thread. A missing one is reported and looked for.
    pub fn start(settings: &Audio, tell: impl Fn(CaptureEvent) + Send + 'static) -> Result<Self, Problem> {
        Self::on(settings, ear::looks(settings), tell)
    }

    /// The same with microphones that the caller supplies.
    pub fn on(settings: &Audio, looks: Looks<Microphone>, tell: impl Fn(CaptureEvent) + Send + 'static) -> Result<Self, Problem> {
        let (orders, inbox) = sync_channel(16);
        let settings = settings.clone();
        let (begun, flown) = (Instant::now(), Arc::new(AtomicU32::new(0)));
        let reports = flown.clone();
        let thread = std::thread::Builder::new()
            .name("capture".into())
            .spawn(move || {
                let mut capturing = Capturing::new(settings, looks, (begun, reports), Box::new(tell));
                survive(&mut capturing, |c| c.run(&inbox), |c, why| c.fell(why));
            })
            .map_err(|e| Problem::new("cannot start the microphone's thread").because(e))?;
        Ok(Self { orders: Some(orders), begun, flown, thread: Some(thread) })
    }

    fn order(&self, order: Order) {
        if let Some(o) = &self.orders
            && o.try_send(order).is_err()
        {
            log::warn!("the capture thread does not keep up");
        }
    }
    /// Begins a take, which includes the pre-roll.
    pub fn begin(&self, tx: TxId) {
        self.order(Order::Begin(tx, false));
    }
    /// The same for a take that is also reported so far at its pauses and at the key's release.
    pub fn begin_in_pieces(&self, tx: TxId) {
        self.order(Order::Begin(tx, true));
    }
    /// The key was released: the silence that follows is reported.
    pub fn release(&self, tx: TxId) {
        self.order(Order::Release(tx));
    }
    /// A simulator is running (for `keep_open = "with_sim"`).
    pub fn simulator_reports(&self) {
        let now = seconds(self.begun) + 1;
        let before = self.flown.swap(now, Ordering::Relaxed);
        // The thread sleeps while the microphone is closed.
        if before == 0 || now.saturating_sub(before) + 1 >= SIM_S {
            self.order(Order::Wake);
        }
    }
    /// Ends the take now.
    pub fn end(&self, tx: TxId) {
        self.order(Order::End(tx, Instant::now()));
    }
    /// Discards the take.
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

fn seconds(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_secs()).unwrap_or(u32::MAX - 1)
}

/// A take under way.
struct Taking {
    tx: TxId,
    samples: Vec<f32>,
    pressed: Instant,
    /// The key was released: from this sample on, sound below this level is silence. `None` once the silence was reported.
    released: Option<(usize, f32)>,
    /// Set while the key is down, if the take is reported at its pauses.
    pauses: Option<Pauses>,
    /// How many milliseconds after the press the microphone delivered, if it opened so late that a word may be missing.
    late_ms: Option<u32>,
}

struct Capturing {
    settings: Audio,
    keeper: Keeper<Microphone>,
    microphone: Option<Microphone>,
    /// It has delivered sound, and the pilot knows which microphone it is.
    known: bool,
    looked: Option<Instant>,
    standing: Standing,
    /// The pre-roll, at the device's rate.
    before: VecDeque<f32>,
    taking: Option<Taking>,
    flown: (Instant, Arc<AtomicU32>),
    /// With `with_sim`: the microphone stays open until then even without a simulator.
    lingers: Instant,
    tell: Box<dyn Fn(CaptureEvent) + Send>,
}

impl Capturing {
    fn new(settings: Audio, looks: Looks<Microphone>, flown: (Instant, Arc<AtomicU32>), tell: Box<dyn Fn(CaptureEvent) + Send>) -> Self {
        let standing = Standing::new(settings.microphone.as_deref());
        Self {
            settings,
            keeper: Keeper::new("microphone", looks),
            microphone: None,
            known: false,
            looked: None,
            standing,
            before: VecDeque::new(),
            taking: None,
            lingers: flown.0 + FIRST_LOOK,
            flown,
            tell,
        }
    }

    /// Whether the microphone should be open while the key is up.
    fn is_armed(&self) -> bool {
        let reported = self.flown.1.load(Ordering::Relaxed);
        match self.settings.keep_open {
            KeepOpen::Always => true,
            KeepOpen::OnPress => false,
            KeepOpen::WithSim => reported > 0 && seconds(self.flown.0).saturating_sub(reported) < SIM_S || Instant::now() < self.lingers,
        }
    }

    fn run(&mut self, inbox: &Receiver<Order>) {
        loop {
            stumble("capture");
            self.watch();
            // While a device is being found, opened or tested, check its thread often.
            let wait = if self.taking.is_some() || self.keeper.waiting().is_some() || self.microphone.is_some() && !self.known {
                BUSY
            } else if self.microphone.is_none() && !self.is_armed() && self.keeper.waiting().is_none() {
                ASLEEP
            } else {
                IDLE
            };
            match inbox.recv_timeout(wait) {
                Ok(Order::Wake) => {}
                Ok(Order::Begin(tx, at_pauses)) => self.begin(tx, at_pauses),
                Ok(Order::Release(tx)) => self.release(tx),
                Ok(Order::End(tx, at)) => self.end(tx, at),
                Ok(Order::Discard(tx)) => {
                    self.drain();
                    if self.taking.as_ref().is_some_and(|t| t.tx == tx) {
                        self.taking = None;
                        self.lingers = Instant::now() + LINGER;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.drain();
                    self.listen_for_pauses();
                    self.listen_for_silence();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    if let Some(m) = self.microphone.take() {
                        close(m);
                    }
                    return;
                }
            }
        }
    }

    /// After a panic: work in progress may be half done, so the microphone is reopened.
    fn fell(&mut self, why: String) {
        self.before.clear();
        (self.known, self.looked) = (false, None);
        self.microphone.take().into_iter().for_each(close);
        let p = Problem::bug("the microphone's thread failed").because(why).fix("it has been restarted; say your call again");
        if let Some(Taking { tx, .. }) = self.taking.take() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p) });
        }
    }

    /// Notices a lost microphone, and has the right one opened.
    fn watch(&mut self) {
        let now = Instant::now();
        let armed = self.is_armed();
        if !armed && self.taking.is_none() {
            self.known = false;
            self.looked = None;
            for m in self.microphone.take().into_iter().chain(self.keeper.answer().and_then(Answer::opened)) {
                // A slow sound system may deliver the device after its absence was reported.
                if self.standing.is_gone()
                    && let Some(what) = self.standing.works(&m.name, m.chosen)
                {
                    (self.tell)(CaptureEvent::Device(Ok(what)));
                }
                close(m);
            }
            return;
        }
        if let Some(m) = &mut self.microphone {
            if let Some(why) = m.watch.lost(now) {
                self.lost(why);
            } else if !self.known && m.watch.is_alive() {
                self.known = true;
                if let Some(t) = self.taking.as_mut() {
                    let ms = u32::try_from(t.pressed.elapsed().as_millis()).unwrap_or(u32::MAX);
                    log::info!("the microphone heard {ms} ms after the press");
                    t.late_ms = (t.pressed.elapsed() > LATE).then_some(ms);
                    let (tx, microphone) = (t.tx, m.name.clone());
                    (self.tell)(CaptureEvent::Listening { tx, microphone });
                }
                if let Some(what) = self.standing.works(&m.name, m.chosen) {
                    (self.tell)(CaptureEvent::Device(Ok(what)));
                }
            }
        }
        match self.keeper.answer() {
            Some(Answer::Opened(m)) => self.opened(m),
            // Keep the open microphone until it is lost: the sound system may only be busy.
            Some(Answer::Failed(p) | Answer::Gone(p)) if self.microphone.is_none() => self.gone(p),
            // The server has moved the stream to the monitor of a speaker, because the last microphone has gone.
            Some(Answer::Gone(p)) if self.taking.is_none() => {
                self.before.clear();
                self.known = false;
                self.microphone.take().into_iter().for_each(close);
                self.gone(p);
            }
            Some(Answer::Failed(_) | Answer::Gone(_) | Answer::Same) => {}
            None if self.microphone.is_none()
                && self.keeper.waiting().is_some_and(|w| w > if self.taking.is_some() { ANSWER } else { SLOW }) =>
            {
                let p = Way::In.none().because("the sound system does not answer");
                self.gone(p.brief("The sound system does not answer", "").remedy("Wait a moment, or log out and in again."));
            }
            None => {}
        }
        let due = self.looked.is_none_or(|l| now.saturating_duration_since(l) >= LOOK);
        // A change of the default device does not interrupt a take.
        if due && (self.microphone.is_none() || self.taking.is_none()) {
            self.looked = Some(now);
            self.keeper.ask(self.microphone.as_ref().map(|m| m.id.as_str()));
        }
    }

    fn opened(&mut self, m: Microphone) {
        if self.microphone.is_some() && self.taking.is_some() {
            return close(m);
        }
        self.before.clear();
        self.before.reserve(pre_roll(&self.settings, m.rate) + m.rate as usize * RING_S);
        self.known = false;
        if let Some(old) = self.microphone.replace(m) {
            close(old);
        }
    }

    fn lost(&mut self, why: Loss) {
        let Some(m) = self.microphone.take() else { return };
        log::warn!("the microphone {} was lost: {}", m.name, why.words());
        let p = Way::In.lost(&m.name, why);
        self.before.clear();
        // It never worked, so retrying would not help.
        let hopeless = !std::mem::replace(&mut self.known, false);
        close(m);
        self.looked = None;
        if hopeless || self.taking.is_some() {
            self.gone(p);
        }
    }

    /// Reported once, until there is a microphone again.
    fn gone(&mut self, p: Problem) {
        if let Some(Taking { tx, .. }) = self.taking.take() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p.clone()) });
        }
        if let Some(p) = self.standing.gone(p) {
            (self.tell)(CaptureEvent::Device(Err(p)));
        }
    }

    /// Empties the ring into the take, or into the pre-roll.
    fn drain(&mut self) {
        let Some(m) = &mut self.microphone else { return };
        let keep = pre_roll(&self.settings, m.rate);
        let limit = m.rate as usize * LONGEST_S;
        let n = m.ring.slots();
        let Ok(chunk) = m.ring.read_chunk(n) else { return };
        match &mut self.taking {
            Some(Taking { samples, .. }) => {
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

    fn begin(&mut self, tx: TxId, at_pauses: bool) {
        self.taking = None;
        self.drain();
        // A microphone that is being opened (at the start, after a loss) joins the take when it is ready, as with
        // `keep_open = "on_press"`.
        if self.microphone.is_none() && self.is_armed() && self.keeper.waiting().is_none() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(Way::In.none()) });
            return;
        }
        let mut samples: Vec<f32> = Vec::with_capacity(self.microphone.as_ref().map_or(0, |m| m.rate as usize * 10));
        samples.extend(self.before.drain(..));
        self.taking =
            Some(Taking { tx, samples, pressed: Instant::now(), released: None, pauses: at_pauses.then(Pauses::default), late_ms: None });
        if let Some(m) = self.microphone.as_ref().filter(|_| self.known) {
            (self.tell)(CaptureEvent::Listening { tx, microphone: m.name.clone() });
        }
    }

    fn release(&mut self, tx: TxId) {
        self.drain();
        let Some(m) = &self.microphone else { return };
        if let Some(t) = self.taking.as_mut().filter(|t| t.tx == tx) {
            t.released = Some((t.samples.len(), take::silence_below(&t.samples, m.rate)));
            if t.pauses.take().is_some() {
                self.tell_so_far();
            }
        }
    }

    /// Reports what was said so far when a pause is reached.
    fn listen_for_pauses(&mut self) {
        let (Some(m), Some(t)) = (&self.microphone, &mut self.taking) else { return };
        if t.pauses.as_mut().is_some_and(|p| p.reached(&t.samples, m.rate)) {
            self.tell_so_far();
        }
    }

    fn tell_so_far(&self) {
        let (Some(m), Some(t)) = (&self.microphone, &self.taking) else { return };
        // An error in resampling is reported with the whole take.
        if let Ok(samples) = resample::to_rate(&t.samples, m.rate, take::RATE) {
            (self.tell)(CaptureEvent::SoFar { tx: t.tx, take: take::from_16k(&samples) });
        }
    }

    /// Reports once that the pilot is silent after the key's release.
    fn listen_for_silence(&mut self) {
        let (Some(m), Some(t)) = (&self.microphone, &mut self.taking) else { return };
        let (length, frame) = (m.rate as usize * QUIET_MS / 1000, m.rate as usize / 50);
        let Some((from, level)) = t.released else { return };
        if t.samples.len() < from + length {
            return;
        }
        let last = &t.samples[t.samples.len() - length..];
        if frame > 0 && last.chunks(frame).all(|f| take::rms(f) < level) {
            t.released = None;
            let tx = t.tx;
            (self.tell)(CaptureEvent::Quiet { tx });
        }
    }

    fn end(&mut self, tx: TxId, at: Instant) {
        if self.taking.as_ref().is_none_or(|t| t.tx != tx) {
            return;
        }
        // The callback with the last samples may be a buffer late.
        let count = |s: &Self| s.microphone.as_ref().map_or(0, |m| m.watch.callbacks());
        let (before, limit) = (count(self), at + TAIL_PATIENCE);
        while count(self) == before && Instant::now() < limit {
            std::thread::sleep(Duration::from_millis(2));
        }
        self.drain();
        let Some(Taking { tx, samples, late_ms, .. }) = self.taking.take() else { return };
        self.lingers = Instant::now() + LINGER;
        let Some(rate) = self.microphone.as_ref().map(|m| m.rate) else {
            let p = Problem::new("the microphone was not open in time")
                .because("it opens when you press the key (audio.keep_open)")
                .fix("hold the key longer, or set audio.keep_open = \"always\"")
                .about(Part::Microphone)
                .brief("Key released too soon", "The microphone was not open yet.")
                .remedy("Hold the key, wait for the red icon, then speak.");
            return (self.tell)(CaptureEvent::Taken { tx, take: Err(p) });
        };
        if let Some(ms) = late_ms.filter(|_| take::begins_with_voice(&samples, rate, BEGUN_MS)) {
            (self.tell)(CaptureEvent::Late(ms));
        }
        let take = resample::to_rate(&samples, rate, take::RATE).map(|s| take::from_16k(&s));
        (self.tell)(CaptureEvent::Taken { tx, take });
    }
}

fn pre_roll(settings: &Audio, rate: u32) -> usize {
    rate as usize * settings.pre_roll_ms as usize / 1000
}

/// Whether the microphone is there and delivers sound: its name.
pub fn probe(settings: &Audio) -> Result<String, Problem> {
    let found = Finder::new(Way::In, settings.microphone.as_deref()).find()?;
    let mut m = ear::open(&found, settings.input_channel)?;
    while !m.watch.is_alive() {
        if let Some(why) = m.watch.lost(Instant::now()) {
            return Err(Problem::new("the microphone gives no sound")
                .because(format!("{}: {}", m.name, why.words()))
                .fix("choose another in the tray's menu (audio.microphone)")
                .about(Part::Microphone));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    match &settings.microphone {
        Some(wanted) if !m.chosen => Ok(format!("{} ({wanted} is not there)", m.name)),
        _ => Ok(m.name),
    }
}
