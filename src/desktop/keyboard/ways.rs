//! Linux's ways to hear the key, tried in turn on a thread of their own: a portal may ask the pilot first, who takes his time.

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

/// Messages of the bus that may wait.
const NOTES: usize = 256;
/// A bus or a display that hangs must not hold up the end of the program.
const STOP_LIMIT: Duration = Duration::from_millis(500);

type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// What the session is.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// A Wayland compositor shows the windows.
    pub wayland: bool,
    /// There is an X server, be it the compositor's own.
    pub display: bool,
    /// The bus of the desktop's portal.
    pub bus: Bus,
    /// The kernel's keyboards.
    pub inputs: Places,
}

/// A way to hear the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Display,
    Portal,
    Evdev,
}

impl Around {
    /// As the environment has it.
    pub fn now() -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|v| !v.is_empty());
        let wayland = set("WAYLAND_DISPLAY") || std::env::var_os("XDG_SESSION_TYPE").is_some_and(|t| t == "wayland");
        Self { wayland, display: set("DISPLAY"), bus: Bus::default(), inputs: Places::default() }
    }

    /// The ways to try, the best first.
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

/// The key by the ways of a Wayland session.
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

/// Tries each way, and stays with the first that works until the key is no longer wanted.
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
                    // The pilot's no is a no to every other way too.
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

/// Waits until the key is no longer wanted.
fn rest(inbox: &Receiver<Note>) {
    while !matches!(inbox.recv(), Ok(Note::Stop) | Err(_)) {}
}

/// What is left to do without a way.
const COMMAND: &str = "bind `stratus ptt toggle` (or `down` to a key's press and `up` to its release) to a key in the desktop's settings \
                       and set `ptt.key = \"none\"`, or use a joystick's button";

/// The same for a toast.
const ELSEWHERE: &str = "Use a joystick button, or bind a shortcut to Stratus in the desktop's settings.";

/// The compositor's X server hears the key of some windows alone.
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

/// How the key would be heard, found out without asking anybody for it: a portal's dialog is for the tray.
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

/// A display shows keys, and the keyboards that may be read.
pub(super) fn shows_keys(around: &Around) -> bool {
    !around.wayland || evdev::keyboards(&around.inputs, None).iter().any(|k| k.2)
}

/// The next key that goes down.
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
