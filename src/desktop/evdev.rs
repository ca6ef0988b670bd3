//! Reads the push-to-talk key from the kernel's keyboards (/dev/input/event*), if the pilot's account may read them.
//!
//! It grabs nothing. It looks only at edges of the key and its modifiers: the kernel filters out all other keys (`mask`), and
//! nothing is stored or logged. The thread sleeps until one of these keys moves.

mod mask;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, inotify};

use super::joystick::Places;
use super::keynames::{self, Listened};
use super::keytable;
use crate::event::Edge;

/// linux/input.h's input_event: seconds and microseconds, one long each; type and code u16, value i32.
const EVENT: usize = 2 * size_of::<usize>() + 8;
const SYNC: u16 = 0;
const KEY: u16 = 1;
/// The kernel's queue overflowed, so the key state is unknown.
const DROPPED: u16 = 3;

/// Codes from here on are mouse and joystick buttons.
const FIRST_BUTTON: u16 = 0x100;

/// Type, code and value.
type Event = (u16, u16, i32);

/// Callback for an event of a keyboard, or `None` when it is disconnected.
type Said<'a> = dyn FnMut(&str, Option<Event>) + 'a;

/// The key codes that make up the push-to-talk key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Any of these codes is the key.
    keys: BTreeSet<u16>,
    /// One code of each group must be down.
    groups: Vec<BTreeSet<u16>>,
}

impl Wanted {
    /// The key in kernel codes; `None` if it has none.
    pub fn new(key: &Listened) -> Option<Self> {
        let codes = |symbols: &[u32]| symbols.iter().filter_map(|s| keytable::code(*s)).collect::<BTreeSet<u16>>();
        let keys = codes(&key.symbols);
        let groups = keynames::groups(key.mods).iter().map(|g| codes(g)).collect();
        (!keys.is_empty()).then_some(Self { keys, groups })
    }

    fn concerns(&self, code: u16) -> bool {
        self.keys.contains(&code) || self.groups.iter().any(|g| g.contains(&code))
    }
}

/// Which of these keys are down on which keyboard.
struct Held {
    wanted: Wanted,
    down: BTreeSet<(String, u16)>,
    talking: bool,
}

impl Held {
    fn has(&self, codes: &BTreeSet<u16>) -> bool {
        self.down.iter().any(|(_, code)| codes.contains(code))
    }

    /// Handles a press (1) or release (0); the kernel's auto-repeat (2) is neither.
    fn moved(&mut self, keyboard: &str, code: u16, value: i32) -> Option<Edge> {
        if !self.wanted.concerns(code) {
            return None;
        }
        match value {
            1 => {
                self.down.insert((keyboard.to_owned(), code));
                let counts = !self.talking && self.wanted.keys.contains(&code) && self.wanted.groups.iter().all(|g| self.has(g));
                self.talking |= counts;
                counts.then_some(Edge::Down)
            }
            0 => {
                self.down.remove(&(keyboard.to_owned(), code));
                self.up()
            }
            _ => None,
        }
    }

    /// Forgets the state of this keyboard.
    fn forget(&mut self, keyboard: &str) -> Option<Edge> {
        self.down.retain(|(of, _)| of != keyboard);
        self.up()
    }

    fn up(&mut self) -> Option<Edge> {
        let ends = self.talking && !self.has(&self.wanted.keys);
        self.talking &= !ends;
        ends.then_some(Edge::Up)
    }
}

/// Parses the key events in these bytes: type, code, value.
fn events(rest: &mut Vec<u8>, bytes: &[u8]) -> Vec<Event> {
    rest.extend_from_slice(bytes);
    let whole = rest.len() / EVENT * EVENT;
    let found = rest[..whole]
        .chunks_exact(EVENT)
        .map(|e| {
            let e = &e[EVENT - 8..];
            (u16::from_ne_bytes([e[0], e[1]]), u16::from_ne_bytes([e[2], e[3]]), i32::from_ne_bytes([e[4], e[5], e[6], e[7]]))
        })
        .collect();
    let left = rest.len() - whole;
    rest.copy_within(whole.., 0);
    // Typed keys must not stay in memory.
    rest[left..].fill(0);
    rest.truncate(left);
    found
}

/// The keyboards that have one of these keys: device name, display name, and whether each is readable.
pub fn keyboards(places: &Places, wanted: Option<&Wanted>) -> Vec<(String, String, bool)> {
    let all = std::fs::read_dir(&places.devices).into_iter().flatten().flatten();
    let mut found: Vec<_> = all
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|n| n.strip_prefix("event").is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit())))
        .filter(|n| suits(places, n, wanted))
        .map(|n| {
            let known = std::fs::read_to_string(places.known.join(&n).join("device/name")).unwrap_or_default();
            let readable = open(&places.devices.join(&n)).is_ok();
            (n, known.trim().to_owned(), readable)
        })
        .collect();
    found.sort();
    found
}

/// Whether the kernel reports one of these keys for the device. If no key is given, any keyboard matches.
fn suits(places: &Places, device: &str, wanted: Option<&Wanted>) -> bool {
    let text = std::fs::read_to_string(places.known.join(device).join("device/capabilities/key")).unwrap_or_default();
    // The highest word comes first.
    let words: Vec<u64> = text.split_whitespace().rev().filter_map(|w| u64::from_str_radix(w, 16).ok()).collect();
    let has = |code: u16| {
        let (word, bit) = (usize::from(code) / usize::BITS as usize, usize::from(code) % usize::BITS as usize);
        words.get(word).is_some_and(|w| w >> bit & 1 == 1)
    };
    match wanted {
        Some(w) => w.keys.iter().any(|c| has(*c)),
        // Require a row of letters: a power button is not a keyboard.
        None => (16..26).all(has),
    }
}

fn open(device: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).custom_flags(i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0)).open(device)
}

/// The thread that reads the keyboards. Dropping it stops the thread, and reports `Up` if the key was down.
pub struct Evdev {
    wake: UnixStream,
    thread: Option<JoinHandle<()>>,
}

impl Evdev {
    /// Reads the keyboards that have the key, with hot-plug. `tell` runs on the thread and must not block.
    pub fn start(places: Places, wanted: Wanted, tell: impl Fn(Edge) + Send + 'static) -> Result<Self, String> {
        let there = keyboards(&places, Some(&wanted));
        if !there.iter().any(|(.., readable)| *readable) {
            return Err(if there.is_empty() {
                format!("no keyboard in {} has this key", places.devices.display())
            } else {
                "your account may not read the keyboards (members of the group \"input\" may)".into()
            });
        }
        let watch = watch(&places)?;
        let (wake, woken) = UnixStream::pair().map_err(|e| e.to_string())?;
        let held = Held { wanted: wanted.clone(), down: BTreeSet::new(), talking: false };
        let thread = std::thread::Builder::new()
            .name("keyboards".into())
            .spawn(move || {
                let mut desk = Desk { places, open: BTreeMap::new(), wanted: Some(wanted), looked: false };
                let mut held = held;
                let tell = |edge: Option<Edge>| edge.into_iter().for_each(&tell);
                while let Ok(true) = desk.wait(&watch, Some(&woken), None, &mut |keyboard, said| match said {
                    Some((KEY, code, value)) => tell(held.moved(keyboard, code, value)),
                    Some((SYNC, DROPPED, _)) | None => tell(held.forget(keyboard)),
                    Some(_) => {}
                }) {}
                held.down.clear();
                tell(held.up());
            })
            .map_err(|e| e.to_string())?;
        Ok(Self { wake, thread: Some(thread) })
    }
}

impl Drop for Evdev {
    fn drop(&mut self) {
        let _ = self.wake.write(&[1]);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Waits for the next key press on any keyboard and returns its name; `None` on timeout or if `stop` is closed.
pub fn next_key(places: &Places, limit: Duration, stop: Option<&UnixStream>) -> Result<Option<String>, String> {
    if !keyboards(places, None).iter().any(|(.., readable)| *readable) {
        return Err("your account may not read the keyboards".into());
    }
    let (watch, until) = (watch(places)?, Instant::now() + limit);
    let mut desk = Desk { places: places.clone(), open: BTreeMap::new(), wanted: None, looked: false };
    let mut pressed = None;
    while pressed.is_none() && Instant::now() < until {
        let goes_on = desk.wait(&watch, stop, Some(until), &mut |_, said| {
            if let (Some((KEY, code @ 1..FIRST_BUTTON, 1)), None) = (said, &pressed) {
                pressed = keytable::name_of_code(code);
            }
        });
        if !goes_on? {
            break;
        }
    }
    Ok(pressed)
}

fn watch(places: &Places) -> Result<File, String> {
    let failed = |e: rustix::io::Errno| format!("{}: {e}", places.devices.display());
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).map_err(failed)?;
    let news = inotify::WatchFlags::CREATE | inotify::WatchFlags::ATTRIB | inotify::WatchFlags::MOVED_TO;
    inotify::add_watch(&watch, &places.devices, news).map_err(failed)?;
    Ok(File::from(watch))
}

/// The open keyboards.
struct Desk {
    places: Places,
    open: BTreeMap<String, (File, Vec<u8>)>,
    /// `None` matches any key of a keyboard.
    wanted: Option<Wanted>,
    /// The folder was scanned since the last device arrived or changed its permissions.
    looked: bool,
}

impl Desk {
    fn look(&mut self) {
        for (name, ..) in keyboards(&self.places, self.wanted.as_ref()) {
            if !self.open.contains_key(&name)
                && let Ok(file) = open(&self.places.devices.join(&name))
            {
                if let Some(wanted) = &self.wanted {
                    let all = wanted.groups.iter().chain([&wanted.keys]).flatten().copied().collect();
                    mask::only(&file, &all);
                }
                log::info!("the push-to-talk key is listened for at {name}");
                self.open.insert(name, (file, Vec::with_capacity(64 * EVENT)));
            }
        }
    }

    /// Sleeps until something happens and passes key events on; `None` for a keyboard that was disconnected. Returns `false` to stop.
    fn wait(&mut self, watch: &File, stop: Option<&UnixStream>, until: Option<Instant>, said: &mut Said<'_>) -> Result<bool, String> {
        if !std::mem::replace(&mut self.looked, true) {
            self.look();
        }
        let mut fds = vec![PollFd::new(watch, PollFlags::IN)];
        fds.extend(stop.map(|s| PollFd::new(s, PollFlags::IN)));
        let first = fds.len();
        fds.extend(self.open.values().map(|(file, _)| PollFd::new(file, PollFlags::IN)));
        let left = until.map(|u| u.saturating_duration_since(Instant::now()) + Duration::from_millis(1));
        let left = left.map(|d| Timespec { tv_sec: i64::try_from(d.as_secs()).unwrap_or(60), tv_nsec: i64::from(d.subsec_nanos()) });
        match poll(&mut fds, left.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.to_string()),
        }
        if first == 2 && !fds[1].revents().is_empty() {
            return Ok(false);
        }
        let ready: Vec<String> =
            self.open.keys().zip(&fds[first..]).filter(|(_, fd)| !fd.revents().is_empty()).map(|(name, _)| name.clone()).collect();
        let mut bytes = [0u8; 64 * EVENT];
        while matches!((&*watch).read(&mut bytes), Ok(n) if n > 0) {
            self.looked = false;
        }
        for name in ready {
            let Some((file, rest)) = self.open.get_mut(&name) else { continue };
            match file.read(&mut bytes) {
                Ok(n) if n > 0 => events(rest, &bytes[..n]).into_iter().for_each(|e| said(&name, Some(e))),
                Err(e) if matches!(e.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::Interrupted) => {}
                // Unplugged.
                _ => {
                    self.open.remove(&name);
                    said(&name, None);
                }
            }
        }
        bytes.fill(0);
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
