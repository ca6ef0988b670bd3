//! The player's thread: plays the phrases of a transmission in order and stops at once when the key goes down. It
//! opens the speaker ahead of an answer, reopens a lost one, and closes an idle one.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rodio::Source;
use rodio::buffer::SamplesBuffer;
use rodio::source::LimitSettings;

use super::devices::{Finder, Way};
use super::ear::Loss;
use super::keeper::{Answer, Keeper, Looks, close};
use super::mouth::{self, Speaker};
use super::resample;
use super::standing::Standing;
use crate::event::Clip;
use crate::problem::Problem;
use crate::settings::{Audio, HeadsetEar};
use crate::units::TxId;
use crate::worker::{stumble, survive};

/// How often the player checks the callback's progress while it plays.
const LOOK: Duration = Duration::from_millis(5);
/// How often the keeper checks that the speaker is still the right one, and looks for a missing one.
const KEEP: Duration = Duration::from_millis(500);
/// An idle speaker is closed after this long, because it would wake the processor a hundred times a second.
const IDLE: Duration = Duration::from_secs(30);
/// How long the device's own buffer plays after the last sample was drawn.
const DRAIN: Duration = Duration::from_millis(40);
/// A transmission waits this long for a speaker. Afterwards it counts as delivered by the toast alone.
const PATIENCE: Duration = Duration::from_millis(2500);
/// A click that cannot be played within this time is dropped.
const CLICK_WITHIN: Duration = Duration::from_millis(150);
/// Commands that may wait in the queue.
const QUEUE: usize = 64;

/// What the player reports.
#[derive(Debug)]
pub enum PlayEvent {
    /// The device has drawn the first sample.
    Started {
        /// The transmission.
        tx: TxId,
    },
    /// The transmission is over. One that cannot be heard counts as played, because the toast shows it.
    Played {
        /// The transmission.
        tx: TxId,
        /// It was played to its end.
        complete: bool,
    },
    /// The speaker was lost, is back, or was replaced by another one.
    Device(Result<String, Problem>),
}

/// Plays a clip to its end.
pub fn play_to_end(speaker: &mut Speaker, clip: &Clip) -> Result<(), Problem> {
    let samples = made_for(speaker.rate, clip)?;
    let mut rest = samples.as_slice();
    while !rest.is_empty() || speaker.waiting() > 0 {
        if let Some(why) = speaker.watch.lost(Instant::now()) {
            return Err(Way::Out.lost(&speaker.name, why));
        }
        rest = &rest[speaker.give(rest)..];
        std::thread::sleep(LOOK);
    }
    std::thread::sleep(DRAIN);
    Ok(())
}

/// Whether the speaker is there: its name.
pub fn probe(settings: &Audio) -> Result<String, Problem> {
    let speaker = mouth::open(&Finder::new(Way::Out, settings.speaker.as_deref()).find()?)?;
    match &settings.speaker {
        Some(wanted) if !speaker.chosen => Ok(format!("{} ({wanted} is not there)", speaker.name)),
        _ => Ok(speaker.name),
    }
}

enum Order {
    Warm,
    Play {
        tx: TxId,
        last: bool,
        clip: Clip,
    },
    /// A click that does not belong to a transmission.
    Click(Clip),
    Ear(HeadsetEar),
    Silence,
}

/// The player's thread. Dropping it stops the sound and joins the thread.
pub struct Player {
    orders: Option<SyncSender<Order>>,
    thread: Option<JoinHandle<()>>,
}

impl Player {
    /// Starts the player; the speaker is opened when it is first needed.
    pub fn start(settings: &Audio, tell: impl Fn(PlayEvent) + Send + 'static) -> Result<Self, Problem> {
        Self::on(settings, mouth::looks(settings.speaker.clone()), tell)
    }

    /// The same with speakers that the caller supplies.
    pub fn on(settings: &Audio, looks: Looks<Speaker>, tell: impl Fn(PlayEvent) + Send + 'static) -> Result<Self, Problem> {
        let (orders, inbox) = sync_channel(QUEUE);
        let standing = Standing::new(settings.speaker.as_deref());
        let ear = settings.ear;
        let thread = std::thread::Builder::new()
            .name("play".into())
            .spawn(move || {
                let keeper = Keeper::new("speaker", looks);
                let mut playing = Playing {
                    keeper,
                    speaker: None,
                    ear,
                    known: false,
                    looked: None,
                    standing,
                    wanted: None,
                    now: None,
                    click: None,
                    tell: Box::new(tell),
                };
                survive(&mut playing, |p| p.run(&inbox), |p, why| p.fell(&why));
            })
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
    /// Plays a phrase after the phrases before it; `last` ends the transmission.
    pub fn play(&self, tx: TxId, _part: u32, last: bool, clip: Clip) {
        self.order(Order::Play { tx, last, clip });
    }
    /// Plays a click of a few milliseconds now, or drops it.
    pub fn click(&self, clip: Clip) {
        self.order(Order::Click(clip));
    }
    /// Plays on this side from now on.
    pub fn on_side(&self, ear: HeadsetEar) {
        self.order(Order::Ear(ear));
    }
    /// Stops the sound at once.
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

/// A phrase, at the speaker's rate once its playback begins.
struct Phrase {
    clip: Clip,
    samples: Option<(u32, Vec<f32>)>,
    at: usize,
}

/// The transmission that is being played.
struct Now {
    tx: TxId,
    started: bool,
    last: bool,
    phrases: VecDeque<Phrase>,
    /// Samples that the speaker had drawn before.
    drawn: u64,
    drained: Option<Instant>,
    /// There has been no speaker since then.
    mute: Option<Instant>,
}

struct Playing {
    keeper: Keeper<Speaker>,
    speaker: Option<Speaker>,
    ear: HeadsetEar,
    /// It has drawn samples, and the pilot knows which speaker it is.
    known: bool,
    looked: Option<Instant>,
    standing: Standing,
    /// When a speaker was last needed; `None`: never, or too long ago.
    wanted: Option<Instant>,
    now: Option<Now>,
    /// A click that is still to be played, and since when.
    click: Option<(Clip, Instant)>,
    tell: Box<dyn Fn(PlayEvent) + Send>,
}

impl Playing {
    fn run(&mut self, inbox: &Receiver<Order>) {
        loop {
            stumble("play");
            let watched = self.wanted.is_some() || self.standing.is_gone();
            let busy =
                self.now.is_some() || self.click.is_some() || self.keeper.waiting().is_some() || self.speaker.is_some() && !self.known;
            let wait = if busy { LOOK } else { KEEP };
            let order = if watched { inbox.recv_timeout(wait) } else { inbox.recv().map_err(|_| RecvTimeoutError::Disconnected) };
            match order {
                Ok(Order::Warm) => self.wanted = Some(Instant::now()),
                Ok(Order::Play { tx, last, clip }) => self.play(tx, last, clip),
                Ok(Order::Click(clip)) => self.click = Some((clip, Instant::now())),
                Ok(Order::Ear(ear)) => {
                    self.ear = ear;
                    self.speaker.iter().for_each(|s| s.on_side(ear));
                }
                Ok(Order::Silence) => self.end(false),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    self.speaker.take().into_iter().for_each(close);
                    return;
                }
            }
            self.watch();
            self.look();
        }
    }

    /// After a panic: the speaker is reopened, and the transmission counts as cut off.
    fn fell(&mut self, why: &str) {
        log::error!("the player failed and is started again: {why}");
        self.click = None;
        self.end(false);
        self.reopened(None);
        self.looked = None;
    }

    /// Notices a lost speaker, has the right one opened, and closes an idle one.
    fn watch(&mut self) {
        let now = Instant::now();
        if self.now.is_some() {
            self.wanted = Some(now);
        }
        if self.wanted.is_some_and(|w| w.elapsed() > IDLE) {
            self.wanted = None;
            self.speaker.take().into_iter().for_each(close);
        }
        if let Some(s) = &mut self.speaker {
            if let Some(why) = s.watch.lost(now) {
                self.lost(why);
            } else if !self.known && s.watch.is_alive() {
                self.known = true;
                if let Some(what) = self.standing.works(&s.name, s.chosen) {
                    (self.tell)(PlayEvent::Device(Ok(what)));
                }
            }
        }
        match self.keeper.answer() {
            Some(Answer::Opened(s)) => {
                self.wanted.get_or_insert(now);
                self.reopened(Some(s));
            }
            Some(Answer::Failed(p) | Answer::Gone(p)) if self.speaker.is_none() => self.gone(p),
            _ => {}
        }
        let due = self.looked.is_none_or(|l| now.saturating_duration_since(l) >= KEEP);
        if due && (self.wanted.is_some() || self.standing.is_gone()) {
            self.looked = Some(now);
            self.keeper.ask(self.speaker.as_ref().map(|s| s.id.as_str()));
        }
    }

    /// Replaces the speaker by another one or by none. What the old one had not drawn is played again.
    fn reopened(&mut self, speaker: Option<Speaker>) {
        self.known = false;
        speaker.iter().for_each(|s| s.on_side(self.ear));
        let old = std::mem::replace(&mut self.speaker, speaker);
        if let Some(now) = &mut self.now {
            let undrawn = old.as_ref().map_or(0, Speaker::waiting);
            if let (Some(old), Some(first)) = (&old, now.phrases.front_mut())
                && let Some((rate, _)) = first.samples
                && rate == old.rate
            {
                first.at = first.at.saturating_sub(usize::try_from(undrawn).unwrap_or(0));
            }
            now.drawn = 0;
            now.drained = None;
        }
        old.into_iter().for_each(close);
    }

    fn lost(&mut self, why: Loss) {
        let Some(s) = &self.speaker else { return };
        log::warn!("the speaker {} was lost: {}", s.name, why.words());
        let p = Way::Out.lost(&s.name, why);
        let hopeless = !self.known;
        self.reopened(None);
        self.looked = None;
        if hopeless {
            self.gone(p);
        }
    }

    fn gone(&mut self, p: Problem) {
        if let Some(p) = self.standing.gone(p) {
            (self.tell)(PlayEvent::Device(Err(p)));
        }
    }

    fn play(&mut self, tx: TxId, last: bool, clip: Clip) {
        if self.now.as_ref().is_some_and(|n| n.tx != tx) {
            self.end(false);
        }
        let drawn = self.speaker.as_ref().map_or(0, |s| s.drawn() + s.waiting());
        let now = self.now.get_or_insert_with(|| Now {
            tx,
            started: false,
            last: false,
            phrases: VecDeque::new(),
            drawn,
            drained: None,
            mute: None,
        });
        now.last |= last;
        now.phrases.push_back(Phrase { clip, samples: None, at: 0 });
    }

    /// Plays the click on a speaker that plays nothing else. A late click would confuse.
    fn click(&mut self) {
        let Some((clip, since)) = &self.click else { return };
        if since.elapsed() > CLICK_WITHIN || self.now.is_some() {
            self.click = None;
            return;
        }
        if let Some(s) = &mut self.speaker
            && let Ok(samples) = made_for(s.rate, clip)
            && s.give(&samples) > 0
        {
            self.click = None;
        }
    }

    /// Feeds the speaker, and reports its progress.
    fn look(&mut self) {
        self.click();
        let Some(now) = &mut self.now else { return };
        let Some(speaker) = &mut self.speaker else {
            // Nobody knows when there will be a speaker; the toast shows the words.
            let since = *now.mute.get_or_insert_with(Instant::now);
            if now.last && (self.standing.is_gone() || since.elapsed() > PATIENCE) {
                let tx = now.tx;
                self.now = None;
                (self.tell)(PlayEvent::Played { tx, complete: true });
            }
            return;
        };
        now.mute = None;
        feed(now, speaker);
        if !now.started && speaker.drawn() > now.drawn {
            now.started = true;
            (self.tell)(PlayEvent::Started { tx: now.tx });
        }
        if now.last && now.phrases.is_empty() && speaker.waiting() == 0 {
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

/// A clip as the speaker needs it: at its rate, and through rodio's limiter, so that no sample clips at full scale in
/// a headset. (rodio's own output is not used, because its mixer allocates and locks in the device's callback.)
fn made_for(rate: u32, clip: &Clip) -> Result<Vec<f32>, Problem> {
    let samples = resample::to_rate(&clip.samples, clip.rate, rate)?;
    let (Some(one), Some(rate)) = (NonZero::new(1), NonZero::new(rate)) else { return Ok(samples) };
    Ok(SamplesBuffer::new(one, rate, samples).limit(LimitSettings::default()).collect())
}

/// Gives the speaker as many samples as it accepts. A phrase is kept until it is drawn, because a speaker may be lost.
fn feed(now: &mut Now, speaker: &mut Speaker) {
    while let Some(phrase) = now.phrases.front_mut() {
        if phrase.samples.as_ref().is_none_or(|(rate, _)| *rate != speaker.rate) {
            // At another speaker's rate, playback continues at the same moment.
            let at = phrase.samples.as_ref().map_or(0, |(rate, _)| phrase.at * speaker.rate as usize / (*rate).max(1) as usize);
            let samples = made_for(speaker.rate, &phrase.clip).unwrap_or_else(|p| {
                log::warn!("{}", p.one_line());
                Vec::new()
            });
            phrase.at = at.min(samples.len());
            phrase.samples = Some((speaker.rate, samples));
        }
        let Some((_, samples)) = &phrase.samples else { return };
        phrase.at += speaker.give(&samples[phrase.at..]);
        if phrase.at < samples.len() || now.phrases.len() == 1 && speaker.waiting() > 0 {
            return;
        }
        now.phrases.pop_front();
    }
}
