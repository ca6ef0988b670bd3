//! The keyboard's push-to-talk key, by whichever way it is heard in this session: the display, the desktop's portal, or the
//! kernel's keyboards.
//!
//! An X11 session shows every key to who asks. A Wayland session shows it to the window in front alone: there the desktop's
//! portal hands a key out, else the kernel's keyboards are read where the pilot's account may, else `stratus ptt` is left.

use std::time::Duration;

use crate::event::Edge;
use crate::problem::Problem;
use crate::settings::Ptt;

use super::key::Key;

/// What the keyboard has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// The key.
    Edge(Edge),
    /// By which way the key is heard from now on, and which key it is; told where that is not plain.
    Way(String),
    /// It is not heard, or not well.
    Trouble(Problem),
}

/// The push-to-talk key of the keyboard. Dropping it gives the key back, and tells `Up` if it was down.
pub struct Keyboard {
    _ear: Ear,
}

enum Ear {
    /// The display, and on Windows the system.
    #[allow(dead_code, reason = "held until it is dropped")]
    Display(Key),
    #[cfg(target_os = "linux")]
    #[allow(dead_code, reason = "held until it is dropped")]
    Ways(ways::Ways),
}

impl Keyboard {
    /// Listens to the key that the configuration names, by the way that this session has. `tell` is called on threads of the
    /// keyboard's own with each edge, `Down` and `Up` in turn; it must not block.
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

    /// As `start`, in other surroundings than those of now.
    #[cfg(target_os = "linux")]
    pub fn start_in(around: Around, ptt: &Ptt, tell: impl Fn(Told) + Send + Sync + 'static) -> Result<Self, Problem> {
        // A name that is wrong is wrong by every way, and told at once.
        super::keynames::listened(&ptt.key)?;
        if around.ways(ptt.listen) == [ways::Way::Display] {
            return Self::by_display(ptt, tell);
        }
        Ok(Self { _ear: Ear::Ways(ways::Ways::start(around, ptt, tell)?) })
    }
}

/// How the key would be heard, found out without asking anybody for it.
#[cfg(not(target_os = "linux"))]
pub fn survey(ptt: &Ptt) -> Result<String, Problem> {
    Key::start(&ptt.key, ptt.grab, |_| {})?;
    Ok(format!("{} is {}", ptt.key, if ptt.grab { "taken for Stratus alone" } else { "listened to" }))
}

/// How long "press the key now" waits.
const LEARN_LIMIT: Duration = Duration::from_secs(20);

/// Whether this session shows a pressed key at all; where it does not, the desktop's own dialog is the way to one.
pub fn is_learnable() -> bool {
    #[cfg(target_os = "linux")]
    {
        ways::shows_keys(&Around::now())
    }
    #[cfg(not(target_os = "linux"))]
    true
}

/// The next key that goes down, by its name, within some seconds; none where nothing was pressed, or Escape. Nothing else is
/// told of what is typed.
pub fn learn() -> Result<Option<String>, Problem> {
    #[cfg(target_os = "linux")]
    let key = ways::next_key(&Around::now(), LEARN_LIMIT)?;
    #[cfg(not(target_os = "linux"))]
    let key = next_key(LEARN_LIMIT)?;
    Ok(key.filter(|k| k != "Escape"))
}

/// Looks which key is down that was not before, while it is waited for.
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
