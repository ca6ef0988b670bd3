//! `[ptt]`: the push-to-talk key and buttons, and their names.

use serde::{Deserialize, Serialize};

/// `[ptt]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ptt {
    /// The key: "ScrollLock", "RightCtrl", "F13", "Ctrl+Shift+Space"; "none" for no keyboard key.
    pub key: String,
    /// Grab the key, so that no other program receives it.
    pub grab: bool,
    /// The source of the key on Linux.
    pub listen: Listen,
    /// Joystick buttons and hats that are push-to-talk keys: "044f:b10a/button 3", "044f:b10a/hat 5+"; " with " and another button:
    /// only while that one is held.
    pub joystick: Vec<String>,
    /// A shorter press is not a transmission.
    pub min_hold_ms: u32,
    /// A longer hold is cut off, so that a stuck key does not transmit forever.
    pub max_hold_s: u32,
}

/// The source of the push-to-talk key on Linux.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Listen {
    /// Depends on the session.
    #[default]
    Auto,
    /// The X server.
    Display,
    /// The desktop's global shortcuts.
    Portal,
    /// The kernel's keyboards.
    Evdev,
}

impl Default for Ptt {
    fn default() -> Self {
        Self { key: "ScrollLock".into(), grab: false, listen: Listen::Auto, joystick: Vec::new(), min_hold_ms: 250, max_hold_s: 30 }
    }
}

impl Ptt {
    /// Whether no keyboard key is used (a joystick, `stratus ptt` or the desktop's own binding instead).
    pub fn no_key(&self) -> bool {
        self.key.trim().eq_ignore_ascii_case("none")
    }
}

/// Display name of a key: "Scroll Lock", "Right Ctrl", "Ctrl+Shift+Space".
pub fn key_words(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() {
            words.push(' ');
        }
        words.push(c);
        before = c;
    }
    words
}

/// "044f:b10a/button 3" or "044f:b10a/hat 5+": vendor and product in hex, then the button, or an axis and its end.
fn is_button(text: &str) -> bool {
    let Some((id, what)) = text.split_once('/') else { return false };
    let hex = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let known = id.split_once(':').is_some_and(|(vendor, product)| hex(vendor) && hex(product));
    let number = match what.strip_prefix("hat ") {
        Some(hat) => hat.strip_suffix(['+', '-']),
        None => what.strip_prefix("button "),
    };
    known && number.is_some_and(|n| n.parse::<u8>().is_ok_and(|v| v.to_string() == n))
}

/// A button, alone or with those to be held: "044f:b10a/button 3 with 044f:b10a/button 6".
pub(super) fn is_joystick(text: &str) -> bool {
    text.split(" with ").count() <= 3 && text.split(" with ").all(is_button)
}
