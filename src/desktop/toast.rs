//! Toasts, on a separate thread with one slot for each of two kinds: Stratus's own messages and the controller's. A newer toast
//! replaces an older one of its kind, both on the screen and in the queue.
//!
//! A hung notification daemon blocks only that thread; shutdown waits for it at most 1 s.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

#[cfg(not(windows))]
use notify_rust::{Hint, NotificationHandle, Urgency};
use notify_rust::{Notification, Timeout};

use crate::event::Toast;
use crate::problem::{Part, Problem};
use crate::worker::{panic_words, stumble};

/// How long shutdown waits for a toast in progress.
const STOP_LIMIT: Duration = Duration::from_secs(1);
/// A daemon that takes longer than this for one toast is considered hung.
const HUNG: Duration = Duration::from_secs(5);
/// Maximum length of a toast's title and body, characters: a daemon must not receive unlimited text.
const TITLE_CHARS: usize = 200;
const BODY_CHARS: usize = 2000;

#[cfg(windows)]
const REMEDY: &str = "allow Stratus in Windows's settings (System, Notifications), or set `toast.enabled = false`";
#[cfg(not(windows))]
const REMEDY: &str = "start a notification daemon (most desktops have one; \"dunst\" is a small one), or set `toast.enabled = false`";

type Tell = Box<dyn Fn(Problem) + Send + Sync>;

#[derive(Default)]
struct Slot {
    /// Pending toasts: Stratus's own and the controller's. Neither replaces the other.
    waiting: [Option<Toast>; 2],
    /// When the daemon started to process the current toast.
    busy: Option<Instant>,
    closed: bool,
    ended: bool,
    failures: u64,
    told: bool,
}

struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    tell: Tell,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a failure and reports the first one.
    fn failed(&self, why: String) {
        let mut slot = self.lock();
        slot.failures += 1;
        let first = !std::mem::replace(&mut slot.told, true);
        drop(slot);
        if first {
            (self.tell)(Problem::new("notifications cannot be shown").because(why).fix(REMEDY).about(Part::Desktop));
        }
    }
}

/// Shows toasts without ever blocking the caller.
pub struct Toaster {
    shared: Arc<Shared>,
}

impl Toaster {
    /// Starts the thread. `tell` is called for the first toast that could not be shown, on that thread or the caller's; further
    /// failures in a row are only counted.
    pub fn start(tell: impl Fn(Problem) + Send + Sync + 'static) -> Result<Self, Problem> {
        Self::with(tell, || {
            let mut desk = Desk::default();
            move |toast: &Toast| desk.show(toast)
        })
    }

    /// As `start`, with another way to show a toast; `make` runs on the thread.
    fn with<S>(tell: impl Fn(Problem) + Send + Sync + 'static, make: impl FnOnce() -> S + Send + 'static) -> Result<Self, Problem>
    where
        S: FnMut(&Toast) -> Result<(), String>,
    {
        let shared = Arc::new(Shared { slot: Mutex::default(), changed: Condvar::new(), tell: Box::new(tell) });
        let theirs = shared.clone();
        std::thread::Builder::new()
            .name("toast".into())
            .spawn(move || work(&theirs, make()))
            .map_err(|e| Problem::new("cannot start the thread of the toasts").because(e))?;
        Ok(Self { shared })
    }

    /// Shows a toast as soon as the daemon has accepted the previous one, and drops a pending one. Never blocks.
    pub fn show(&self, toast: Toast) {
        let mut slot = self.shared.lock();
        let place = kind(&toast);
        if toast.conversation {
            slot.waiting[0].take_if(|own| own.until_answer);
        }
        slot.waiting[place] = Some(toast);
        let hung = slot.busy.is_some_and(|since| since.elapsed() > HUNG);
        drop(slot);
        self.shared.changed.notify_all();
        if hung {
            self.shared.failed("the notification daemon does not answer".into());
        }
    }

    /// How many toasts could not be shown.
    pub fn failures(&self) -> u64 {
        self.shared.lock().failures
    }

    /// The same as a closure, for use after the toaster was moved.
    pub fn counter(&self) -> impl Fn() -> u64 + Send + 'static {
        let shared = self.shared.clone();
        move || shared.lock().failures
    }
}

impl Drop for Toaster {
    fn drop(&mut self) {
        let mut slot = self.shared.lock();
        slot.closed = true;
        self.shared.changed.notify_all();
        let waited = self.shared.changed.wait_timeout_while(slot, STOP_LIMIT, |s| !s.ended);
        // A daemon that recovers later must not show outdated toasts.
        waited.unwrap_or_else(PoisonError::into_inner).0.waiting = [None, None];
    }
}

fn work(shared: &Shared, mut show: impl FnMut(&Toast) -> Result<(), String>) {
    loop {
        let mut slot = shared.lock();
        while slot.waiting.iter().all(Option::is_none) && !slot.closed {
            slot = shared.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
        // A pending toast is shown at shutdown: it may say why the program ends.
        let Some(toast) = slot.waiting.iter_mut().find_map(Option::take) else { break };
        slot.busy = Some(Instant::now());
        drop(slot);
        let shown = catch_unwind(AssertUnwindSafe(|| {
            stumble("toast");
            show(&toast)
        }));
        let result = shown.unwrap_or_else(|panic| Err(format!("a toast failed: {}", panic_words(&*panic))));
        shared.lock().busy = None;
        match result {
            // The daemon works again, so report the next failure.
            Ok(()) => shared.lock().told = false,
            Err(why) => shared.failed(why),
        }
    }
    shared.lock().ended = true;
    shared.changed.notify_all();
}

/// The slot of a toast: one per kind.
fn kind(toast: &Toast) -> usize {
    usize::from(toast.conversation)
}

/// The notification daemon.
#[cfg(not(windows))]
#[derive(Default)]
struct Desk {
    /// The toasts on the screen, one of each kind. Their connections stay open, because some desktops remove a toast when its
    /// connection closes.
    shown: [Option<NotificationHandle>; 2],
    /// Stratus's own toast names a call to say, which the controller's next words close.
    until_answer: bool,
    /// Whether the daemon interprets markup in bodies; queried once.
    markup: Option<bool>,
}

#[cfg(not(windows))]
impl Desk {
    fn show(&mut self, toast: &Toast) -> Result<(), String> {
        let markup = match self.markup {
            Some(known) => known,
            None => {
                let known = notify_rust::get_capabilities().map_err(|e| e.to_string())?.iter().any(|c| c == "body-markup");
                *self.markup.insert(known)
            }
        };
        let mut note = Notification::new();
        note.appname("Stratus")
            .summary(&cut(&toast.title, TITLE_CHARS))
            .body(&body(&toast.body, markup))
            .icon(if toast.fault { "dialog-warning" } else { "audio-headset" })
            .urgency(Urgency::Normal)
            .hint(Hint::DesktopEntry("stratus".into()))
            .timeout(Timeout::Milliseconds(u32::from(toast.seconds.max(1)) * 1000));
        if !toast.conversation {
            self.until_answer = toast.until_answer;
        } else if std::mem::take(&mut self.until_answer)
            && let Some(answered) = self.shown[0].take()
        {
            answered.close();
        }
        let shown = &mut self.shown[kind(toast)];
        if let Some(before) = shown {
            note.id(before.id());
        }
        *shown = Some(note.show().map_err(|e| e.to_string())?);
        Ok(())
    }
}

/// Windows toasts. The text is set through XML, so markup is never interpreted, and toasts stay in the action centre by themselves.
#[cfg(windows)]
#[derive(Default)]
struct Desk {}

#[cfg(windows)]
impl Desk {
    fn show(&mut self, toast: &Toast) -> Result<(), String> {
        // Here each update slides in anew, so skip toasts that change several times a second.
        if toast.live {
            return Ok(());
        }
        // Windows has only a short and a long duration.
        let shown = Notification::new()
            .app_id(super::windows::app_id::ID)
            .summary(&cut(&toast.title, TITLE_CHARS))
            .body(&cut(&toast.body, BODY_CHARS))
            .timeout(Timeout::Milliseconds(u32::from(toast.seconds.max(1)) * 1000))
            .show();
        shown.map(drop).map_err(|e| e.to_string())
    }
}

/// The body as data: escaped if the daemon interprets markup, otherwise unchanged.
#[cfg(any(test, not(windows)))]
fn body(words: &str, markup: bool) -> String {
    let words = cut(words, BODY_CHARS);
    if !markup {
        return words;
    }
    let mut escaped = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Removes control characters (a NUL cannot be sent over the bus) and limits the length.
fn cut(words: &str, chars: usize) -> String {
    words.chars().filter(|c| *c == '\n' || !c.is_control()).take(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn toast(body: &str) -> Toast {
        Toast { title: "Hilo Tower \u{b7} 118.1".into(), body: body.into(), seconds: 5, ..Toast::default() }
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(body("<a href=\"x\">A&B</a>\0", true), "&lt;a href=\"x\"&gt;A&amp;B&lt;/a&gt;");
        assert_eq!(body("A<B", false), "A<B");
        assert_eq!(cut(&"x".repeat(9000), BODY_CHARS).len(), BODY_CHARS);
    }

    #[test]
    fn newer_toast_replaces_the_pending_one() {
        let (begun, busy) = channel();
        let (go, gate) = channel::<()>();
        let (out, shown) = channel();
        let toaster = Toaster::with(
            |_| {},
            move || {
                move |t: &Toast| {
                    let _ = begun.send(());
                    let _ = gate.recv();
                    out.send(t.body.clone()).map_err(|e| e.to_string())
                }
            },
        )
        .unwrap();
        toaster.show(toast("one"));
        busy.recv().unwrap();
        toaster.show(toast("two"));
        toaster.show(Toast { until_answer: true, ..toast("a call to say") });
        toaster.show(Toast { conversation: true, ..toast("a controller") });
        assert!(toaster.shared.lock().waiting[0].is_none(), "the controller has answered");
        toaster.show(toast("three"));
        drop(go);
        drop(toaster);
        assert_eq!(shown.iter().collect::<Vec<_>>(), ["one", "three", "a controller"]);
    }

    #[test]
    fn failures_are_counted_and_reported_once() {
        let (words, told) = channel();
        let words = Mutex::new(words);
        let (tick, done) = channel();
        let toaster = Toaster::with(
            move |p: Problem| words.lock().unwrap().send(p).unwrap(),
            move || {
                move |_: &Toast| {
                    let _ = tick.send(());
                    Err("no daemon".to_owned())
                }
            },
        )
        .unwrap();
        for _ in 0..3 {
            toaster.show(toast("x"));
            done.recv().unwrap();
        }
        let shared = toaster.shared.clone();
        drop(toaster);
        assert_eq!(shared.lock().failures, 3);
        drop(shared);
        let told: Vec<Problem> = told.iter().collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].why.contains(&"no daemon".to_owned()) && !told[0].fix.is_empty());
    }

    #[test]
    fn daemon_lost_a_second_time_is_reported_again() {
        let (words, told) = channel();
        let words = Mutex::new(words);
        let (tick, done) = channel();
        let toaster = Toaster::with(
            move |p: Problem| words.lock().unwrap().send(p).unwrap(),
            move || {
                move |t: &Toast| {
                    let _ = tick.send(());
                    if t.body == "shown" { Ok(()) } else { Err("no daemon".to_owned()) }
                }
            },
        )
        .unwrap();
        for body in ["lost", "lost", "shown", "lost", "lost"] {
            toaster.show(toast(body));
            done.recv().unwrap();
        }
        drop(toaster);
        assert_eq!(told.iter().count(), 2);
    }

    #[test]
    fn hung_daemon_does_not_delay_shutdown() {
        let (begun, busy) = channel();
        let (go, gate) = channel::<()>();
        let toaster = Toaster::with(
            |_| {},
            move || {
                move |_: &Toast| {
                    let _ = begun.send(());
                    let _ = gate.recv();
                    Ok(())
                }
            },
        )
        .unwrap();
        toaster.show(toast("x"));
        busy.recv().unwrap();
        drop(toaster); // A join would hang here: the gate opens only below.
        drop(go);
    }
}
