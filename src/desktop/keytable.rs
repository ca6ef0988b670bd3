//! One row for each key: its X11 keysym, Stratus's name, XKB's name, and Linux's key code.
//!
//! Linux's code (linux/input-event-codes.h) denotes a position on the keyboard; a letter has the code of its position in the US
//! layout. XKB's names are those of xkbcommon-keysyms.h without their prefix, as the shortcuts specification requires.

use global_hotkey::hotkey::Modifiers;

use super::keynames::Listened;

/// Keysym, name in `ptt.key`, XKB name, Linux key code.
const KEYS: &[(u32, &str, &str, u16)] = &[
    (0xff1b, "Escape", "Escape", 1),
    (0x2d, "Minus", "minus", 12),
    (0x3d, "Equal", "equal", 13),
    (0xff08, "Backspace", "BackSpace", 14),
    (0xff09, "Tab", "Tab", 15),
    (0x5b, "BracketLeft", "bracketleft", 26),
    (0x5d, "BracketRight", "bracketright", 27),
    (0xff0d, "Enter", "Return", 28),
    (0xffe3, "LeftCtrl", "Control_L", 29),
    (0x3b, "Semicolon", "semicolon", 39),
    (0x27, "Quote", "apostrophe", 40),
    (0x60, "Backquote", "grave", 41),
    (0xffe1, "LeftShift", "Shift_L", 42),
    (0x5c, "Backslash", "backslash", 43),
    (0x2c, "Comma", "comma", 51),
    (0x2e, "Period", "period", 52),
    (0x2f, "Slash", "slash", 53),
    (0xffe2, "RightShift", "Shift_R", 54),
    (0xffaa, "NumpadMultiply", "KP_Multiply", 55),
    (0xffe9, "LeftAlt", "Alt_L", 56),
    (0x20, "Space", "space", 57),
    (0xffe5, "CapsLock", "Caps_Lock", 58),
    (0xff7f, "NumLock", "Num_Lock", 69),
    (0xff14, "ScrollLock", "Scroll_Lock", 70),
    (0xffb7, "Numpad7", "KP_7", 71),
    (0xffb8, "Numpad8", "KP_8", 72),
    (0xffb9, "Numpad9", "KP_9", 73),
    (0xffad, "NumpadSubtract", "KP_Subtract", 74),
    (0xffb4, "Numpad4", "KP_4", 75),
    (0xffb5, "Numpad5", "KP_5", 76),
    (0xffb6, "Numpad6", "KP_6", 77),
    (0xffab, "NumpadAdd", "KP_Add", 78),
    (0xffb1, "Numpad1", "KP_1", 79),
    (0xffb2, "Numpad2", "KP_2", 80),
    (0xffb3, "Numpad3", "KP_3", 81),
    (0xffb0, "Numpad0", "KP_0", 82),
    (0xffae, "NumpadDecimal", "KP_Decimal", 83),
    (0xff8d, "NumpadEnter", "KP_Enter", 96),
    (0xffe4, "RightCtrl", "Control_R", 97),
    (0xffaf, "NumpadDivide", "KP_Divide", 98),
    (0xff61, "PrintScreen", "Print", 99),
    (0xffea, "RightAlt", "Alt_R", 100),
    (0xfe03, "AltGr", "ISO_Level3_Shift", 100),
    (0xff50, "Home", "Home", 102),
    (0xff52, "ArrowUp", "Up", 103),
    (0xff55, "PageUp", "Prior", 104),
    (0xff51, "ArrowLeft", "Left", 105),
    (0xff53, "ArrowRight", "Right", 106),
    (0xff57, "End", "End", 107),
    (0xff54, "ArrowDown", "Down", 108),
    (0xff56, "PageDown", "Next", 109),
    (0xff63, "Insert", "Insert", 110),
    (0xffff, "Delete", "Delete", 111),
    (0x1008_ff12, "AudioVolumeMute", "XF86AudioMute", 113),
    (0x1008_ff11, "AudioVolumeDown", "XF86AudioLowerVolume", 114),
    (0x1008_ff13, "AudioVolumeUp", "XF86AudioRaiseVolume", 115),
    (0xff13, "Pause", "Pause", 119),
    (0xffeb, "LeftSuper", "Super_L", 125),
    (0xffec, "RightSuper", "Super_R", 126),
    (0xff67, "ContextMenu", "Menu", 127),
    (0x1008_ff17, "MediaTrackNext", "XF86AudioNext", 163),
    (0x1008_ff14, "MediaPlay", "XF86AudioPlay", 164),
    (0x1008_ff16, "MediaTrackPrevious", "XF86AudioPrev", 165),
    (0x1008_ff15, "MediaStop", "XF86AudioStop", 166),
];

/// Linux numbers letters by row: Q is 16, A is 30, Z is 44.
const ROWS: [(&str, u16); 3] = [("QWERTYUIOP", 16), ("ASDFGHJKL", 30), ("ZXCVBNM", 44)];
/// XKB modifiers, named as in the shortcuts specification.
const MODS: [(Modifiers, &str); 4] =
    [(Modifiers::CONTROL, "CTRL"), (Modifiers::ALT, "ALT"), (Modifiers::SHIFT, "SHIFT"), (Modifiers::META, "LOGO")];

/// A key name in lower case and without separators; a sign that is itself a key stays.
pub fn plain(word: &str) -> String {
    let lower = word.to_lowercase();
    let bare = lower.replace(['_', ' ', '-'], "");
    if bare.is_empty() { lower } else { bare }
}

/// The name in `ptt.key` for a key as the table, XKB or Linux ("KEY_F13") calls it; `word` is normalised by [`plain`].
pub fn named(word: &str) -> Option<String> {
    let find = |wanted: &str| {
        let row = KEYS.iter().find(|k| plain(k.1) == wanted || plain(k.2) == wanted).map(|k| k.1.to_owned());
        row.or_else(|| symbols().filter_map(name).find(|n| plain(n) == wanted))
    };
    let behind = |prefix: &str| word.strip_prefix(prefix);
    let numpad = behind("keypad").or_else(|| behind("num")).and_then(|key| find(&format!("numpad{key}")));
    find(word).or(numpad).or_else(|| find(behind("key")?))
}

/// Lower-case letters belong to the keys of their capitals.
fn capital(symbol: u32) -> u32 {
    if (0x61..=0x7a).contains(&symbol) { symbol - 0x20 } else { symbol }
}

/// Letters, digits and function keys follow a rule instead of a row: their names, and Linux's code.
fn ruled(symbol: u32) -> Option<(String, String, Option<u16>)> {
    match symbol {
        0x30..=0x39 => {
            let digit = char::from_u32(symbol)?.to_string();
            let code = if symbol == 0x30 { 11 } else { u16::try_from(symbol - 0x30).ok()? + 1 };
            Some((digit.clone(), digit, Some(code)))
        }
        0x41..=0x5a => {
            let letter = char::from_u32(symbol)?;
            let code = ROWS.iter().find_map(|(row, first)| Some(first + u16::try_from(row.find(letter)?).ok()?));
            Some((letter.to_string(), letter.to_lowercase().to_string(), code))
        }
        0xffbe..=0xffe0 => {
            let n = u16::try_from(symbol - 0xffbd).ok()?;
            let code = match n {
                1..=10 => Some(58 + n),
                11 | 12 => Some(76 + n),
                13..=24 => Some(170 + n),
                _ => None,
            };
            Some((format!("F{n}"), format!("F{n}"), code))
        }
        _ => None,
    }
}

/// The key's name in `ptt.key`; `None` for an unknown key.
pub fn name(symbol: u32) -> Option<String> {
    let symbol = capital(symbol);
    ruled(symbol).map(|r| r.0).or_else(|| KEYS.iter().find(|k| k.0 == symbol).map(|k| k.1.to_owned()))
}

/// The keysyms of all keys in the table.
pub fn symbols() -> impl Iterator<Item = u32> {
    (0x30..=0x39).chain(0x41..=0x5a).chain(0xffbe..=0xffd5).chain(KEYS.iter().map(|k| k.0))
}

/// Whether the key is pressed in typing, by its keysym: those below 0xff00 are the characters themselves, 0xff80 to 0xffb9 is the
/// number pad, and a few editing keys and shift keys lie between.
pub fn is_typed(symbol: u32) -> bool {
    const EDITING: [u32; 4] = [0xff08, 0xff09, 0xff0d, 0xffff];
    const SHIFTING: [u32; 4] = [0xffe1, 0xffe2, 0xffe5, 0xfe03];
    let writes = symbol < 0xfe00 || (0xff80..=0xffb9).contains(&symbol);
    writes || EDITING.contains(&symbol) || SHIFTING.contains(&symbol)
}

/// The keysym of the key with this name.
pub fn symbol(name: &str) -> Option<u32> {
    KEYS.iter().find(|k| k.1 == name).map(|k| k.0)
}

/// Linux's code of the key.
pub fn code(symbol: u32) -> Option<u16> {
    let symbol = capital(symbol);
    ruled(symbol).map_or_else(|| KEYS.iter().find(|k| k.0 == symbol).map(|k| k.3), |r| r.2)
}

/// The name of the key with this Linux code.
pub fn name_of_code(number: u16) -> Option<String> {
    symbols().find(|s| code(*s) == Some(number)).and_then(name)
}

/// The key in the notation of the desktop shortcuts specification: "CTRL+SHIFT+space".
pub fn trigger(key: &Listened) -> Option<String> {
    let symbol = capital(*key.symbols.first()?);
    let name = ruled(symbol).map(|r| r.1).or_else(|| KEYS.iter().find(|k| k.0 == symbol).map(|k| k.2.to_owned()))?;
    let mods = MODS.iter().filter(|(m, _)| key.mods.contains(*m)).map(|(_, word)| *word);
    Some(mods.chain([name.as_str()]).collect::<Vec<_>>().join("+"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::keynames::listened;

    #[test]
    fn each_name_refers_to_its_own_key() {
        for symbol in symbols() {
            let name = name(symbol).unwrap();
            assert!(listened(&name).unwrap_or_else(|p| panic!("{name}: {p}")).symbols.contains(&symbol), "{name}");
            let number = code(symbol).unwrap_or_else(|| panic!("{name} has no number"));
            // The right Alt and AltGr are one key.
            assert_eq!(name_of_code(number).map(|n| n.replace("AltGr", "RightAlt")), Some(name.replace("AltGr", "RightAlt")));
        }
        assert_eq!(name(0x71), Some("Q".into()), "a small letter is the capital's key");
        assert_eq!((name(0xffff_ffff), code(0xfe50), name_of_code(0), name_of_code(767)), (None, None, None, None));
    }

    #[test]
    fn typing_keys_are_recognised_by_any_of_their_names() {
        use crate::desktop::keynames::is_typed;
        for key in [
            "A",
            "a",
            "KEY_A",
            "7",
            "Space",
            "spacebar",
            "Enter",
            "Return",
            "Tab",
            "Backspace",
            "Delete",
            ",",
            "Comma",
            "Numpad5",
            "LeftShift",
            "Shift",
            "AltGr",
            "CapsLock",
            "Shift+A",
        ] {
            assert!(is_typed(key), "{key}");
        }
        for key in [
            "ScrollLock",
            "Pause",
            "F1",
            "F13",
            "RightCtrl",
            "LeftAlt",
            "Super",
            "Ctrl+A",
            "Ctrl+Shift+Space",
            "PageUp",
            "Insert",
            "PrintScreen",
            "MediaPlay",
            "none",
        ] {
            assert!(!is_typed(key), "{key}");
        }
    }

    #[test]
    fn codes_match_linux() {
        // linux/input-event-codes.h
        for (key, number) in [("ScrollLock", 70), ("Pause", 119), ("F1", 59), ("F10", 68), ("F12", 88), ("F13", 183), ("F24", 194)] {
            assert_eq!(code(listened(key).unwrap().symbols[0]), Some(number), "{key}");
        }
        for (key, number) in [("A", 30), ("L", 38), ("P", 25), ("M", 50), ("1", 2), ("9", 10), ("0", 11), ("RightCtrl", 97)] {
            assert_eq!(code(listened(key).unwrap().symbols[0]), Some(number), "{key}");
        }
    }

    #[test]
    fn triggers_follow_the_specification() {
        for (key, words) in [
            ("Ctrl+Shift+Space", "CTRL+SHIFT+space"),
            ("ScrollLock", "Scroll_Lock"),
            ("Super+A", "LOGO+a"),
            ("RightCtrl", "Control_R"),
            ("F13", "F13"),
            ("Alt+7", "ALT+7"),
        ] {
            assert_eq!(trigger(&listened(key).unwrap()).as_deref(), Some(words), "{key}");
        }
    }
}
