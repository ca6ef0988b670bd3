//! The microphone's thread: the last moments before the key, takes cut out of the ring, and a device that is kept.
//!
//! The callback (`ear`) only fills a lock-free ring; everything else happens here. Devices are looked for and opened by
//! a keeper on a thread of its own, for the sound system may hang.

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

/// How often the ring is emptied while nothing is taken, and while something is.
const IDLE: Duration = Duration::from_millis(200);
const BUSY: Duration = Duration::from_millis(10);
/// How often the keeper looks whether the device that is open is still the right one, and for one that is missing.
const LOOK: Duration = Duration::from_millis(500);
/// A sound system that does not answer for this long has no microphone.
const ANSWER: Duration = Duration::from_secs(3);
/// While nobody speaks a busy system has more time: what is only slow is no news.
const SLOW: Duration = Duration::from_secs(10);
/// A take never grows beyond this many seconds: the longest hold and its ends.
const LONGEST_S: usize = 125;
/// The tail may still be under way when the take is ended: this long is waited for it.
const TAIL_PATIENCE: Duration = Duration::from_millis(120);

/// A simulator that has not reported for this long is not there: the microphone may be closed. Seconds.
const SIM_S: u32 = 30;
/// Without a simulator the microphone stays open for so long after a call: the next one of a conversation is whole.
const LINGER: Duration = Duration::from_secs(60);
/// At the start it is opened for so long, so that one that is missing is told before it is needed.
const FIRST_LOOK: Duration = Duration::from_secs(3);
/// A microphone that heard nothing for longer than this after the press may have missed the first word.
const LATE: Duration = Duration::from_millis(300);
/// It did, where so much of what it heard first is in the middle of a word, milliseconds: whoever waited for it begins later.
const BEGUN_MS: usize = 100;
/// Nothing to do until an order comes.
const ASLEEP: Duration = Duration::from_secs(3600);
/// After the key went up, silence of this length ends the tail: longer than a buffer or two that are still under way.
const QUIET_MS: usize = 120;

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
    /// A take that is wanted at its pauses, as far as it has come.
    SoFar {
        /// Of this transmission.
        tx: TxId,
        /// The sound until now.
        take: Take,
    },
    /// The pilot has fallen silent after the key went up.
    Quiet {
        /// In this transmission.
        tx: TxId,
    },
    /// The microphone is open: what is said from now on is heard.
    Listening {
        /// In this transmission.
        tx: TxId,
        /// What a person calls it.
        microphone: String,
    },
    /// The microphone was opened by the press, heard nothing for so many milliseconds after it, and then a voice at once: the
    /// beginning of the call is missing.
    Late(u32),
    /// The microphone was lost, or is back, or is another one.
    Device(Result<String, Problem>),
}

enum Order {
    /// A simulator has come.
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
    /// When a simulator last reported: seconds since the beginning, and one; 0 is never.
    flown: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Capture {
    /// Opens the microphone off the caller's thread; one that is not there is told, and looked for.
    pub fn start(settings: &Audio, tell: impl Fn(CaptureEvent) + Send + 'static) -> Result<Self, Problem> {
        Self::on(settings, ear::looks(settings), tell)
    }

    /// The same on microphones of the caller's own.
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
    /// Begins a take that reaches back by the pre-roll.
    pub fn begin(&self, tx: TxId) {
        self.order(Order::Begin(tx, false));
    }
    /// The same for a take that is told at its pauses, and when the key goes up, as far as it has come.
    pub fn begin_in_pieces(&self, tx: TxId) {
        self.order(Order::Begin(tx, true));
    }
    /// The key is up: the silence that follows is told.
    pub fn release(&self, tx: TxId) {
        self.order(Order::Release(tx));
    }
    /// A simulator is there, for `keep_open = "with_sim"`.
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

fn seconds(since: Instant) -> u32 {
    u32::try_from(since.elapsed().as_secs()).unwrap_or(u32::MAX - 1)
}

/// A take under way.
struct Taking {
    tx: TxId,
    samples: Vec<f32>,
    pressed: Instant,
    /// The key is up: from this sample on, what stays below this level is silence. None once it was told.
    released: Option<(usize, f32)>,
    /// Where the take is wanted at its pauses, and the key is down.
    pauses: Option<Pauses>,
    /// The microphone opened so late that it may have missed something, milliseconds after the press.
    late_ms: Option<u32>,
}

struct Capturing {
    settings: Audio,
    keeper: Keeper<Microphone>,
    microphone: Option<Microphone>,
    /// It has delivered, and the pilot knows which it is.
    known: bool,
    looked: Option<Instant>,
    standing: Standing,
    /// The last moments, at the device's rate.
    before: VecDeque<f32>,
    taking: Option<Taking>,
    flown: (Instant, Arc<AtomicU32>),
    /// With `with_sim`: open until then although no simulator reports.
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

    /// The microphone is to be open although the key is up.
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
            // While a device is looked for, opened or tried, its thread is listened to.
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

    /// After a panic: whatever is under way may be half done. The microphone is opened anew.
    fn fell(&mut self, why: String) {
        self.before.clear();
        (self.known, self.looked) = (false, None);
        self.microphone.take().into_iter().for_each(close);
        let p = Problem::bug("the microphone's thread failed").because(why).fix("it has been restarted; say your call again");
        if let Some(Taking { tx, .. }) = self.taking.take() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p) });
        }
    }

    /// Notices a microphone that is lost, and has the right one opened.
    fn watch(&mut self) {
        let now = Instant::now();
        let armed = self.is_armed();
        if !armed && self.taking.is_none() {
            self.known = false;
            self.looked = None;
            for m in self.microphone.take().into_iter().chain(self.keeper.answer().and_then(Answer::opened)) {
                // A slow sound system may bring it after its absence was told.
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
            // What is open stays until it is lost: the sound system may only be busy.
            Some(Answer::Failed(p) | Answer::Gone(p)) if self.microphone.is_none() => self.gone(p),
            // The server has moved its stream: to what a speaker plays, where the last microphone has gone.
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
        // A take is not torn apart by a change of the default.
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
        // It never worked: the next try will not do better.
        let hopeless = !std::mem::replace(&mut self.known, false);
        close(m);
        self.looked = None;
        if hopeless || self.taking.is_some() {
            self.gone(p);
        }
    }

    /// Told once, until there is one again.
    fn gone(&mut self, p: Problem) {
        if let Some(Taking { tx, .. }) = self.taking.take() {
            (self.tell)(CaptureEvent::Taken { tx, take: Err(p.clone()) });
        }
        if let Some(p) = self.standing.gone(p) {
            (self.tell)(CaptureEvent::Device(Err(p)));
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
        // One that is being opened (at the start, after a loss) joins in when it is there, as with `keep_open = "on_press"`.
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

    /// Tells what was said so far when a pause is reached.
    fn listen_for_pauses(&mut self) {
        let (Some(m), Some(t)) = (&self.microphone, &mut self.taking) else { return };
        if t.pauses.as_mut().is_some_and(|p| p.reached(&t.samples, m.rate)) {
            self.tell_so_far();
        }
    }

    fn tell_so_far(&self) {
        let (Some(m), Some(t)) = (&self.microphone, &self.taking) else { return };
        // What cannot be resampled is told with the whole take.
        if let Ok(samples) = resample::to_rate(&t.samples, m.rate, take::RATE) {
            (self.tell)(CaptureEvent::SoFar { tx: t.tx, take: take::from_16k(&samples) });
        }
    }

    /// Tells once that nothing is said any more after the key went up.
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
        // The callback that carries the last moments may be a buffer late.
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

/// Whether the microphone is there and delivers: its name.
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
