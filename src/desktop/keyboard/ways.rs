//! The ways to get the key on Linux, tried in turn on a separate thread, because a portal may have to ask the pilot first.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Told;
use crate::desktop::evdev::{self, Evdev, Wanted};
use crate::desktop::joystick::Places;
use crate::desktop::key::Key;
use crate::desktop::keynames;
use crate::desktop::keytable;
use crate::desktop::portal::{self, Bus, End, Note};
use crate::desktop::x11::Display;
use crate::event::Edge;
use crate::problem::{Part, Problem};
use crate::settings::{Listen, Ptt, key_words};

/// Capacity of the queue for bus messages.
const NOTES: usize = 256;
/// Timeout for a hung bus or display, so that it does not delay shutdown.
const STOP_LIMIT: Duration = Duration::from_millis(500);

type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// The environment of the session.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Windows are shown by a Wayland compositor.
    pub wayland: bool,
    /// An X server is available, perhaps the compositor's own.
    pub display: bool,
    /// The bus of the desktop portal.
    pub bus: Bus,
    /// The kernel's keyboards.
    pub inputs: Places,
}

/// A way to get the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Display,
    Portal,
    Evdev,
}

impl Around {
    /// The current environment.
    pub fn now() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let wayland = set("WAYLAND_DISPLAY") || std::env::var_os("XDG_SESSION_TYPE").is_some_and(|t| t == "wayland");
        Self { wayland, display: set("DISPLAY"), bus: Bus::default(), inputs: Places::default() }
    }

    /// The ways to try, best first.
    pub(super) fn ways(&self, listen: Listen) -> Vec<Way> {
        match listen {
            Listen::Display => vec![Way::Display],
            Listen::Portal => vec![Way::Portal],
            Listen::Evdev => vec![Way::Evdev],
            Listen::Auto if !self.wayland => vec![Way::Display],
            // Windows of X11 programs, simulators among them, show their keys to the compositor's X server.
            Listen::Auto if self.display => vec![Way::Portal, Way::Evdev, Way::Display],
            Listen::Auto => vec![Way::Portal, Way::Evdev],
        }
    }

    fn session(&self) -> &'static str {
        if self.wayland { "a Wayland session" } else { "an X11 session" }
    }
}

/// The key in a Wayland session.
pub(super) struct Ways {
    notes: SyncSender<Note>,
    done: Receiver<()>,
    thread: Option<JoinHandle<()>>,
}

impl Ways {
    pub(super) fn start(around: Around, ptt: &Ptt, tell: impl Fn(Told) + Send + Sync + 'static) -> Result<Self, Problem> {
        let (notes, inbox) = sync_channel(NOTES);
        let (finished, done) = channel();
        let (ptt, tell, to): (_, Tell, _) = (ptt.clone(), Arc::new(tell), notes.clone());
        let thread = std::thread::Builder::new()
            .name("key".into())
            .spawn(move || {
                hear(&around, &ptt, &to, &inbox, &tell);
                let _ = finished.send(());
            })
            .map_err(|e| Problem::new("cannot start the thread of the push-to-talk key").because(e))?;
        Ok(Self { notes, done, thread: Some(thread) })
    }
}

impl Drop for Ways {
    fn drop(&mut self) {
        let _ = self.notes.try_send(Note::Stop);
        if self.done.recv_timeout(STOP_LIMIT) != Err(RecvTimeoutError::Timeout)
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Tries each way and stays with the first that works, until the key is no longer needed.
fn hear(around: &Around, ptt: &Ptt, notes: &SyncSender<Note>, inbox: &Receiver<Note>, tell: &Tell) {
    let mut why = Vec::new();
    for way in around.ways(ptt.listen) {
        match way {
            Way::Portal => {
                let wish = keynames::listened(&ptt.key).ok().and_then(|k| keytable::trigger(&k));
                match portal::run(&around.bus, wish.as_deref(), notes, inbox, &**tell) {
                    End::Stopped => return,
                    End::Absent(words) => {
                        log::info!("no push-to-talk key by the portal: {words}");
                        why.push(words);
                    }
                    // If the pilot declines, that rules out every other way too.
                    End::Refused(p) => {
                        tell(Told::Trouble(p));
                        return rest(inbox);
                    }
                }
            }
            Way::Evdev => match by_evdev(around, ptt, tell) {
                Ok(_heard) => return rest(inbox),
                Err(words) => why.push(words),
            },
            Way::Display => {
                let out = Arc::clone(tell);
                let told = move |e: Result<Edge, Problem>| out(e.map_or_else(Told::Trouble, Told::Edge));
                match Key::start(&ptt.key, ptt.grab, told) {
                    Ok(_key) => {
                        tell(Told::Trouble(caveat(&why)));
                        return rest(inbox);
                    }
                    Err(p) => why.push(p.one_line()),
                }
            }
        }
    }
    tell(Told::Trouble(unheard(around, why)));
    rest(inbox);
}

fn by_evdev(around: &Around, ptt: &Ptt, tell: &Tell) -> Result<Evdev, String> {
    let wanted = keynames::listened(&ptt.key).ok().and_then(|k| Wanted::new(&k)).ok_or("the kernel does not know this key")?;
    let out = Arc::clone(tell);
    let heard = Evdev::start(around.inputs.clone(), wanted, move |edge| out(Told::Edge(edge)))?;
    tell(Told::Way(format!("{}, read directly from the keyboards (evdev)", ptt.key)));
    Ok(heard)
}

/// Waits until the key is no longer needed.
fn rest(inbox: &Receiver<Note>) {
    while !matches!(inbox.recv(), Ok(Note::Stop) | Err(_)) {}
}

/// The remedy if no input method works.
const COMMAND: &str = "bind `stratus ptt toggle` (or `down` to a key's press and `up` to its release) to a key in the desktop's settings \
                       and set `ptt.key = \"none\"`, or use a joystick's button";

/// The same for a toast.
const ELSEWHERE: &str = "Use a joystick button, or bind a shortcut to Stratus in the desktop's settings.";

/// The warning that the compositor's X server sees the keys of some windows only.
fn caveat(why: &[String]) -> Problem {
    let p = Problem::new("push-to-talk may work only while an X11 window is in front")
        .because("this is a Wayland session, which shows keys only to the window in front")
        .about(Part::PushToTalk)
        .brief("Push-to-talk may not always work", "Wayland shows keys only to the window in front.")
        .remedy(ELSEWHERE);
    why.iter().fold(p, |p, w| p.because(w)).fix(COMMAND)
}

fn unheard(around: &Around, why: Vec<String>) -> Problem {
    let p = Problem::new(format!("the push-to-talk key cannot be heard in {}", around.session()))
        .about(Part::PushToTalk)
        .brief("Push-to-talk key not available", "This desktop shows no keys to Stratus.")
        .remedy(ELSEWHERE);
    why.into_iter().fold(p, |p, w| p.because(w)).fix(COMMAND)
}

/// Finds out how the key would be received, without asking the user; only the tray opens a portal's dialog.
pub fn survey(around: &Around, ptt: &Ptt) -> Result<String, Problem> {
    let key = keynames::listened(&ptt.key)?;
    let mut why = Vec::new();
    for way in around.ways(ptt.listen) {
        let found = match way {
            Way::Portal => portal::version(&around.bus).map(|v| {
                format!("{}, requested from the desktop's global shortcuts (portal version {v}), which may assign another key", ptt.key)
            }),
            Way::Evdev => readable(around, &key).map(|on| format!("{}, read directly from the keyboards (evdev): {on}", ptt.key)),
            Way::Display => {
                let p = match Key::start(&ptt.key, ptt.grab, |_| {}) {
                    Ok(_) if why.is_empty() => {
                        return Ok(format!("{}{}", key_words(&ptt.key), if ptt.grab { ", reserved for Stratus" } else { "" }));
                    }
                    Ok(_) => caveat(&why),
                    Err(p) if why.is_empty() => p,
                    Err(p) => {
                        why.push(p.one_line());
                        unheard(around, why)
                    }
                };
                return Err(p);
            }
        };
        match found {
            Ok(words) if around.wayland => return Ok(format!("Wayland: {words}")),
            Ok(words) => return Ok(words),
            Err(words) => why.push(words),
        }
    }
    Err(unheard(around, why))
}

/// Whether a display or a readable keyboard shows keys.
pub(super) fn shows_keys(around: &Around) -> bool {
    !around.wayland || evdev::keyboards(&around.inputs, None).iter().any(|k| k.2)
}

/// Waits for the next key press.
pub(super) fn next_key(around: &Around, limit: Duration) -> Result<Option<String>, Problem> {
    let failed = |why| {
        Problem::new("the keyboard cannot be heard")
            .because(why)
            .fix("enter the key's name in your settings (`ptt.key`)")
            .about(Part::PushToTalk)
            .remedy("Enter the key's name under Help \u{203a} Settings file.")
    };
    if around.wayland {
        return evdev::next_key(&around.inputs, limit, None).map_err(failed);
    }
    Ok(Display::connect()?.next_key(limit).map_err(failed)?.and_then(keytable::name))
}

fn readable(around: &Around, key: &keynames::Listened) -> Result<String, String> {
    let wanted = Wanted::new(key).ok_or("the kernel does not know this key")?;
    let all = evdev::keyboards(&around.inputs, Some(&wanted));
    let names: Vec<String> = all.iter().filter(|k| k.2).map(|k| k.1.clone()).collect();
    match (names.is_empty(), all.is_empty()) {
        (false, _) => Ok(names.join(", ")),
        (_, true) => Err("no keyboard has this key".into()),
        _ => Err("your account may not read the keyboards (members of the group \"input\" may)".into()),
    }
}
