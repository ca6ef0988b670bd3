//! Stratus's own connection to the X server: whether it is alive, which key is down, and who holds a grab.
//!
//! Pure Rust (no Xlib), so a dying server costs only the connection, not the process. It sleeps until something happens.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use global_hotkey::hotkey::{HotKey, Modifiers};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::xinput::{ConnectionExt as _, EventMask as RawMask, XIEventMask};
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt, CreateWindowAux, EventMask, GrabMode, Mapping, ModMask, Window, WindowClass,
};
use x11rb::protocol::{ErrorKind, Event};
use x11rb::rust_connection::RustConnection;

use super::keynames;
use crate::problem::{Part, Problem};

/// XIAllMasterDevices: each press arrives once, whichever keyboard it comes from.
const ALL_MASTERS: u16 = 1;

/// Events from the display.
pub enum News {
    /// The keyboard's layout changed.
    Remapped,
    /// A watched key went down (true) or up.
    Key(bool),
    /// The connection to the server is lost, and why.
    Gone(String),
}

/// The remedy if the session shows no keys.
const ELSEWHERE: &str = "Use a joystick button, or bind a shortcut to Stratus in the desktop's settings.";

/// The problem of a key without a display, and the workaround.
pub fn refused(why: String) -> Problem {
    let p = Problem::new("the push-to-talk key cannot be watched").because(why).about(Part::PushToTalk);
    p.brief("Push-to-talk key not available", "This session shows no keys to Stratus.").remedy(ELSEWHERE).fix(
        "bind `stratus ptt down` and `stratus ptt up` to a key of your desktop or a button of your stick, or start Stratus in an X11 session",
    )
}

/// A connection to the X server.
pub struct Display {
    conn: Arc<RustConnection>,
    root: Window,
    /// Never shown; it receives the message that stops the watching thread.
    own: Window,
    watch: Option<JoinHandle<()>>,
}

impl Display {
    /// Connects to the server that DISPLAY names.
    pub fn connect() -> Result<Self, Problem> {
        let unset = std::env::var_os("DISPLAY").is_none_or(|d| d.is_empty());
        if unset {
            return Err(refused("there is no X11 display: DISPLAY is not set".into()));
        }
        let (conn, screen) = RustConnection::connect(None).map_err(|e| refused(format!("the X11 display does not answer: {e}")))?;
        let root = conn.setup().roots.get(screen).map(|s| s.root).ok_or_else(|| refused("the display has no screen".into()))?;
        let own = (|| {
            let own = conn.generate_id().map_err(|e| e.to_string())?;
            conn.create_window(0, own, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &CreateWindowAux::new())
                .map_err(|e| e.to_string())?
                .check()
                .map_err(|e| e.to_string())?;
            Ok(own)
        })()
        .map_err(refused)?;
        Ok(Self { conn: Arc::new(conn), root, own, watch: None })
    }

    /// Subscribes to raw press and release of every key, regardless of focus or grab, and takes none away (XInput 2.2).
    pub fn listen(&self) -> Result<(), String> {
        let version = self.conn.xinput_xi_query_version(2, 2).map_err(|e| e.to_string())?.reply().map_err(|e| e.to_string())?;
        if (version.major_version, version.minor_version) < (2, 1) {
            return Err(format!("the X server's XInput is {}.{}, older than 2.1", version.major_version, version.minor_version));
        }
        let wanted = XIEventMask::RAW_KEY_PRESS | XIEventMask::RAW_KEY_RELEASE;
        let mask = RawMask { deviceid: ALL_MASTERS, mask: vec![wanted] };
        self.conn.xinput_xi_select_events(self.root, &[mask]).map_err(|e| e.to_string())?.check().map_err(|e| e.to_string())
    }

    /// The keysym of the next key that goes down, regardless of focus; `None` on timeout.
    pub fn next_key(&self, limit: Duration) -> Result<Option<u32>, String> {
        self.listen()?;
        let until = Instant::now() + limit;
        while Instant::now() < until {
            while let Some(event) = self.conn.poll_for_event().map_err(|e| e.to_string())? {
                if let Event::XinputRawKeyPress(k) = event
                    && let Ok(code) = u8::try_from(k.detail)
                {
                    let map = self.conn.get_keyboard_mapping(code, 1).map_err(|e| e.to_string())?.reply().map_err(|e| e.to_string())?;
                    return Ok(map.keysyms.into_iter().find(|s| *s != 0));
                }
            }
            let left = until.saturating_duration_since(Instant::now()) + Duration::from_millis(1);
            let left = Timespec { tv_sec: i64::try_from(left.as_secs()).unwrap_or(60), tv_nsec: i64::from(left.subsec_nanos()) };
            match poll(&mut [PollFd::new(self.conn.stream(), PollFlags::IN)], Some(&left)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(e) => return Err(e.to_string()),
            }
        }
        Ok(None)
    }

    /// Every keycode that produces one of these keysyms in the current layout.
    pub fn keycodes(&self, symbols: &[u32]) -> Result<Vec<u8>, String> {
        let setup = self.conn.setup();
        let first = setup.min_keycode;
        let count = setup.max_keycode.saturating_sub(first).saturating_add(1);
        let map = self.conn.get_keyboard_mapping(first, count).map_err(|e| e.to_string())?.reply().map_err(|e| e.to_string())?;
        let each = usize::from(map.keysyms_per_keycode).max(1);
        let found = map.keysyms.chunks(each).enumerate().filter(|(_, made)| made.iter().any(|s| symbols.contains(s)));
        Ok(found.filter_map(|(n, _)| u8::try_from(n).ok().and_then(|n| first.checked_add(n))).collect())
    }

    /// Sleeps on a separate thread until the display has events, and reports them; ends after `Gone`. Of the keys that `listen`
    /// subscribed to, it reports those in `codes`.
    pub fn watch(&mut self, codes: Arc<Mutex<Vec<u8>>>, tell: impl Fn(News) + Send + 'static) -> Result<(), Problem> {
        let (conn, own) = (self.conn.clone(), self.own);
        let known = move |detail: u32| codes.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|c| u32::from(*c) == detail);
        let watch = std::thread::Builder::new().name("display".into()).spawn(move || {
            loop {
                match conn.wait_for_event() {
                    Ok(Event::ClientMessage(m)) if m.window == own => return,
                    Ok(Event::MappingNotify(m)) if m.request == Mapping::KEYBOARD => tell(News::Remapped),
                    Ok(Event::XinputRawKeyPress(k)) if known(k.detail) => tell(News::Key(true)),
                    Ok(Event::XinputRawKeyRelease(k)) if known(k.detail) => tell(News::Key(false)),
                    Ok(_) => {}
                    Err(e) => return tell(News::Gone(e.to_string())),
                }
            }
        });
        self.watch = Some(watch.map_err(|e| Problem::new("cannot start the thread that watches the display").because(e))?);
        Ok(())
    }

    /// The keycode that produces this key's symbol in the current layout; `None` if no key does.
    pub fn keycode(&self, key: &HotKey) -> Result<Option<u8>, String> {
        let Some(wanted) = keynames::keysym(key.key) else { return Ok(None) };
        let setup = self.conn.setup();
        let first = setup.min_keycode;
        let count = setup.max_keycode.saturating_sub(first).saturating_add(1);
        let map = self.conn.get_keyboard_mapping(first, count).map_err(|e| e.to_string())?.reply().map_err(|e| e.to_string())?;
        let each = usize::from(map.keysyms_per_keycode).max(1);
        let found = map.keysyms.chunks(each).position(|symbols| symbols.contains(&wanted));
        Ok(found.and_then(|n| u8::try_from(n).ok()).and_then(|n| first.checked_add(n)))
    }

    /// Whether the server says that the key is down at this moment.
    pub fn is_down(&self, keycode: u8) -> Result<bool, String> {
        let keys = self.conn.query_keymap().map_err(|e| e.to_string())?.reply().map_err(|e| e.to_string())?.keys;
        Ok(keys[usize::from(keycode / 8)] & (1 << (keycode % 8)) != 0)
    }

    /// Whether another connection has grabbed the key; checked by grabbing and immediately releasing it.
    pub fn is_taken(&self, key: &HotKey, keycode: u8) -> Result<bool, String> {
        let mods = modmask(key.mods);
        let asked = self.conn.grab_key(false, self.root, mods, keycode, GrabMode::ASYNC, GrabMode::ASYNC).map_err(|e| e.to_string())?;
        match asked.check() {
            Ok(()) => {
                self.conn.ungrab_key(keycode, self.root, mods).map_err(|e| e.to_string())?.check().map_err(|e| e.to_string())?;
                Ok(false)
            }
            Err(ReplyError::X11Error(e)) if e.error_kind == ErrorKind::Access => Ok(true),
            Err(e) => Err(e.to_string()),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let Some(watch) = self.watch.take() else { return };
        let end = ClientMessageEvent::new(32, self.own, x11rb::NONE, [0u32; 5]);
        let sent = self.conn.send_event(false, self.own, EventMask::NO_EVENT, end).is_ok() && self.conn.flush().is_ok();
        // The message wakes the thread up. A hung server would block both threads, but only the key's thread waits here.
        if sent {
            let _ = watch.join();
        }
    }
}

fn modmask(mods: Modifiers) -> ModMask {
    let mut mask = ModMask::default();
    for (modifier, bit) in [
        (Modifiers::SHIFT, ModMask::SHIFT),
        (Modifiers::CONTROL, ModMask::CONTROL),
        (Modifiers::ALT, ModMask::M1),
        (Modifiers::META, ModMask::M4),
    ] {
        if mods.contains(modifier) {
            mask |= bit;
        }
    }
    mask
}
