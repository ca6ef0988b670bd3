//! The keyboard's push-to-talk key, from the source that works in this session: the display, the desktop portal, or the kernel's
//! keyboards.
//!
//! An X11 session shows every key to any client. A Wayland session shows keys only to the focused window: there the desktop portal
//! assigns a shortcut; as a fallback, the kernel's keyboards are read if the pilot's account may do so. Otherwise `stratus ptt`
//! remains.

use std::time::Duration;

use crate::event::Edge;
use crate::problem::Problem;
use crate::settings::Ptt;

use super::key::Key;

/// Events from the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// The key.
    Edge(Edge),
    /// The source that is used from now on, and which key it is; reported only if that is not obvious.
    Way(String),
    /// The key does not work, or not reliably.
    Trouble(Problem),
}

/// The keyboard's push-to-talk key. Dropping it releases the key, and reports `Up` if it was down.
pub struct Keyboard {
    _ear: Ear,
}

enum Ear {
    /// The display; on Windows, the system.
    #[allow(dead_code, reason = "held until it is dropped")]
    Display(Key),
    #[cfg(target_os = "linux")]
    #[allow(dead_code, reason = "held until it is dropped")]
    Ways(ways::Ways),
}

impl Keyboard {
    /// Starts listening to the configured key, by the source that suits this session. `tell` is called on the keyboard's own
    /// threads with each edge, `Down` and `Up` alternating; it must not block.
    pub fn start(ptt: &Ptt, tell: impl Fn(Told) + Send + Sync + 'static) -> Result<Self, Problem> {
        #[cfg(target_os = "linux")]
        {
            Self::start_in(Around::now(), ptt, tell)
        }
        #[cfg(not(target_os = "linux"))]
        Self::by_display(ptt, tell)
    }

    fn by_display(ptt: &Ptt, tell: impl Fn(Told) + Send + 'static) -> Result<Self, Problem> {
        let tell = move |edge: Result<Edge, Problem>| tell(edge.map_or_else(Told::Trouble, Told::Edge));
        Ok(Self { _ear: Ear::Display(Key::start(&ptt.key, ptt.grab, tell)?) })
    }

    /// As `start`, for a given environment.
    #[cfg(target_os = "linux")]
    pub fn start_in(around: Around, ptt: &Ptt, tell: impl Fn(Told) + Send + Sync + 'static) -> Result<Self, Problem> {
        // A bad key name is wrong for every source, so report it at once.
        super::keynames::listened(&ptt.key)?;
        if around.ways(ptt.listen) == [ways::Way::Display] {
            return Self::by_display(ptt, tell);
        }
        Ok(Self { _ear: Ear::Ways(ways::Ways::start(around, ptt, tell)?) })
    }
}

/// Finds out which source would be used, without asking the user for anything.
#[cfg(not(target_os = "linux"))]
pub fn survey(ptt: &Ptt) -> Result<String, Problem> {
    Key::start(&ptt.key, ptt.grab, |_| {})?;
    Ok(format!("{} is {}", ptt.key, if ptt.grab { "taken for Stratus alone" } else { "listened to" }))
}

/// How long "press the key now" waits.
const LEARN_LIMIT: Duration = Duration::from_secs(20);

/// Whether this session shows key presses at all. If not, the key is chosen in the desktop's own dialog.
pub fn is_learnable() -> bool {
    #[cfg(target_os = "linux")]
    {
        ways::shows_keys(&Around::now())
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// Waits some seconds for the next key press and returns its name; `None` on timeout or Escape. No other typed key is reported.
pub fn learn() -> Result<Option<String>, Problem> {
    #[cfg(target_os = "linux")]
    let key = ways::next_key(&Around::now(), LEARN_LIMIT)?;
    #[cfg(not(target_os = "linux"))]
    let key = next_key(LEARN_LIMIT)?;
    Ok(key.filter(|k| k != "Escape"))
}

/// Waits for a key that was not down before.
#[cfg(windows)]
fn next_key(limit: Duration) -> Result<Option<String>, Problem> {
    use super::{keytable, virtual_keys, windows::Display};
    let display = Display::connect()?;
    let all: Vec<(u8, u32)> = keytable::symbols().filter_map(|s| virtual_keys::virtual_key(s).map(|v| (v, s))).collect();
    let down = |code: u8| display.is_down(code).unwrap_or(false);
    let mut before: Vec<u8> = all.iter().map(|k| k.0).filter(|c| down(*c)).collect();
    let until = std::time::Instant::now() + limit;
    while std::time::Instant::now() < until {
        before.retain(|c| down(*c));
        if let Some((_, symbol)) = all.iter().find(|(code, _)| !before.contains(code) && down(*code)) {
            return Ok(keytable::name(*symbol));
        }
        std::thread::sleep(Duration::from_millis(15));
    }
    Ok(None)
}

#[cfg(target_os = "linux")]
pub use super::portal::{APP_ID, Bus};
#[cfg(target_os = "linux")]
pub use ways::{Around, survey};
#[cfg(target_os = "linux")]
mod ways;
