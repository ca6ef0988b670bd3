//! Names of keys: from the configuration to a key that can be grabbed, and to its X11 keysym.

use global_hotkey::hotkey::{Code, HotKey, Modifiers};

use super::keytable;
use crate::problem::{Problem, nearest};
use crate::settings::Ptt;

const EXAMPLES: &str =
    "give one key, optionally with Ctrl, Shift, Alt or Super in front: \"ScrollLock\", \"Pause\", \"F13\", \"Ctrl+Shift+Space\"";
/// The remedy for an unknown key name.
const PRESS: &str = "choose \"Push-to-talk\", \"Change key\" in the tray's menu (in a terminal: `stratus setup`) and press the key";

/// Common names, without separators, and the key library's spelling.
const ALIASES: &[(&str, &str)] = &[
    ("scroll", "ScrollLock"),
    ("break", "Pause"),
    ("return", "Enter"),
    ("ins", "Insert"),
    ("del", "Delete"),
    ("pgup", "PageUp"),
    ("pgdn", "PageDown"),
    ("print", "PrintScreen"),
    ("menu", "ContextMenu"),
    ("spacebar", "Space"),
    ("win", "Super"),
    ("windows", "Super"),
];

const MODIFIERS: &[&str] = &[
    "ctrl",
    "control",
    "shift",
    "alt",
    "option",
    "super",
    "meta",
    "cmd",
    "command",
    "win",
    "windows",
    "ctrlleft",
    "ctrlright",
    "controlleft",
    "controlright",
    "shiftleft",
    "shiftright",
    "altleft",
    "altright",
    "altgr",
    "metaleft",
    "metaright",
    "fn",
    "hyper",
    "leftctrl",
    "rightctrl",
    "leftshift",
    "rightshift",
    "leftalt",
    "rightalt",
    "lctrl",
    "rctrl",
    "lshift",
    "rshift",
    "lalt",
    "ralt",
];

/// Checks that `ptt.key` names a key that works in the mode that `ptt.grab` selects. This does not need a display.
pub fn check(ptt: &Ptt) -> Result<(), Problem> {
    if ptt.no_key() {
        return Ok(());
    }
    if !ptt.grab {
        return listened(&ptt.key).map(drop);
    }
    let key = parse(&ptt.key)?;
    keysym(key.key)
        .map(drop)
        .ok_or_else(|| bad(&ptt.key, "desktops do not provide this key".into()).fix(format!("set `ptt.grab = false`, or {EXAMPLES}")))
}

/// Whether the key is used in typing: it writes, moves between lines, or deletes, alone or with Shift. With Ctrl, Alt or Super it
/// is a command.
pub fn is_typed(name: &str) -> bool {
    let Ok(key) = listened(name) else { return false };
    let commands = Modifiers::CONTROL | Modifiers::ALT | Modifiers::META;
    !key.mods.intersects(commands) && key.symbols.iter().any(|s| keytable::is_typed(*s))
}

fn bad(name: &str, why: String) -> Problem {
    Problem::config(format!("the push-to-talk key {name:?} does not fit")).because(why)
}

/// The problem of an unknown key, with similar names and how to find the right one.
fn unknown(name: &str, word: &str) -> Problem {
    let all: Vec<String> = keytable::symbols().filter_map(keytable::name).collect();
    let near = nearest(word, all.iter().map(String::as_str));
    let near: Vec<String> = near.iter().map(|n| format!("{n:?}")).collect();
    let meant = if near.is_empty() { String::new() } else { format!("did you mean {}? Otherwise ", near.join(" or ")) };
    let lower = word.to_lowercase();
    let other = if ["mouse", "button", "joy"].iter().any(|w| lower.contains(w)) {
        "; joystick buttons belong in `ptt.joystick`, and a mouse's own software can map a mouse button to a key (\"F13\")"
    } else {
        ""
    };
    bad(name, format!("there is no key called {word:?}")).fix(format!("{meant}{PRESS}, or {EXAMPLES}{other}"))
}

/// Parses a key name as in `ptt.key`. The problem names the word that is not understood.
pub fn parse(name: &str) -> Result<HotKey, Problem> {
    let words: Vec<String> = name.split('+').map(|w| spelled(w.trim())).collect();
    let Some((key, modifiers)) = words.split_last() else { return Err(bad(name, "it is empty".into()).fix(EXAMPLES)) };
    if words.iter().any(String::is_empty) {
        return Err(bad(name, "a key is missing next to a \"+\"".into()).fix(EXAMPLES));
    }
    if is_modifier(key) {
        return Err(bad(name, format!("{key:?} alone is only a modifier, and desktops do not provide modifiers"))
            .fix(format!("{EXAMPLES}; or set `ptt.grab = false`")));
    }
    if let Some(word) = modifiers.iter().find(|w| !is_modifier(w)) {
        return Err(bad(name, format!("{word:?} is not a modifier, and only one key can follow modifiers")).fix(EXAMPLES));
    }
    // With another key, either side of a modifier will do.
    let beside = |w: &String| {
        let plain = keytable::plain(w);
        let (side, bare) = without_side(&plain);
        if side.is_some() { bare.to_owned() } else { w.clone() }
    };
    let read: Vec<String> = modifiers.iter().map(beside).chain([key.clone()]).collect();
    read.join("+").parse::<HotKey>().map_err(|_| {
        let word = [modifiers, std::slice::from_ref(key)].concat().into_iter().find(|w| w.parse::<HotKey>().is_err() && !is_modifier(w));
        unknown(name, word.as_deref().unwrap_or(name))
    })
}

/// What a listener waits for: one of these symbols, pressed while these modifiers are down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listened {
    /// X11 keysyms of the key; several if either side will do ("Ctrl").
    pub symbols: Vec<u32>,
    /// Modifiers that must be down.
    pub mods: Modifiers,
}

/// Parses a key name for a listener. Since it takes nothing from the desktop, a modifier alone ("RightCtrl") is allowed.
pub fn listened(name: &str) -> Result<Listened, Problem> {
    let words: Vec<String> = name.split('+').map(|w| keytable::plain(&spelled(w.trim()))).collect();
    let (word, before) = words.split_last().map_or(("", &[][..]), |(w, b)| (w.as_str(), b));
    if let Some(symbols) = modifier_symbols(word) {
        let mut mods = Modifiers::empty();
        for other in before {
            mods |= modifier(other)
                .ok_or_else(|| bad(name, format!("{other:?} is not a modifier, and only one key can follow modifiers")).fix(EXAMPLES))?;
        }
        return Ok(Listened { symbols, mods });
    }
    let key = parse(name)?;
    let symbol = keysym(key.key).or_else(|| keytable::symbol(&key.key.to_string())).ok_or_else(|| unknown(name, word))?;
    Ok(Listened { symbols: vec![symbol], mods: key.mods })
}

/// A modifier name without its side, and the first letter of the side.
fn without_side(word: &str) -> (Option<char>, &str) {
    ["left", "right", "l", "r"]
        .iter()
        .find_map(|s| {
            let rest = word.strip_prefix(s).or_else(|| word.strip_suffix(s).filter(|_| s.len() > 1))?;
            modifier(rest).map(|_| (s.chars().next(), rest))
        })
        .unwrap_or((None, word))
}

fn modifier_symbols(word: &str) -> Option<Vec<u32>> {
    let (side, plain) = without_side(word);
    if word == "altgr" {
        return Some(vec![0xfe03, 0xffea]);
    }
    let [left, right] = match modifier(plain)? {
        Modifiers::SHIFT => [0xffe1, 0xffe2],
        Modifiers::CONTROL => [0xffe3, 0xffe4],
        Modifiers::ALT => [0xffe9, 0xffea],
        _ => [0xffeb, 0xffec],
    };
    Some(match side {
        Some('l') => vec![left],
        // Many layouts map the right Alt to AltGr.
        Some(_) if right == 0xffea => vec![right, 0xfe03],
        Some(_) => vec![right],
        None => vec![left, right],
    })
}

fn modifier(word: &str) -> Option<Modifiers> {
    Some(match word {
        "ctrl" | "control" => Modifiers::CONTROL,
        "shift" => Modifiers::SHIFT,
        "alt" | "option" => Modifiers::ALT,
        "super" | "meta" | "win" | "windows" | "cmd" | "command" => Modifiers::META,
        _ => return None,
    })
}

/// The keysyms of a set of modifiers: one key of each group must be down.
pub fn groups(mods: Modifiers) -> Vec<[u32; 2]> {
    let all = [
        (Modifiers::SHIFT, [0xffe1, 0xffe2]),
        (Modifiers::CONTROL, [0xffe3, 0xffe4]),
        (Modifiers::ALT, [0xffe9, 0xffea]),
        (Modifiers::META, [0xffeb, 0xffec]),
    ];
    all.into_iter().filter(|(m, _)| mods.contains(*m)).map(|(_, s)| s).collect()
}

/// The key library's name for a key as people, X11 or Linux call it; any other word is returned unchanged.
fn spelled(word: &str) -> String {
    let plain = keytable::plain(word);
    let alias = ALIASES.iter().find(|(alias, _)| *alias == plain).map(|(_, name)| (*name).to_owned());
    alias.or_else(|| keytable::named(&plain)).unwrap_or_else(|| word.to_owned())
}

fn is_modifier(word: &str) -> bool {
    MODIFIERS.contains(&word.to_lowercase().as_str())
}

/// The X11 keysym of a key (X11 protocol, appendix A; XKB's `XF86` names from 0x1008FF00), as the key library looks it up; `None`
/// for keys that it cannot grab.
pub fn keysym(key: Code) -> Option<u32> {
    let name = key.to_string();
    if let Some(letter) = name.strip_prefix("Key").filter(|l| l.len() == 1) {
        return letter.bytes().next().map(u32::from);
    }
    let number = |prefix: &str| name.strip_prefix(prefix).and_then(|n| n.parse::<u32>().ok());
    if let Some(n) = number("Digit").filter(|n| *n <= 9) {
        return Some(0x30 + n);
    }
    if let Some(n) = number("Numpad").filter(|n| *n <= 9) {
        return Some(0xffb0 + n);
    }
    if let Some(n) = number("F").filter(|n| (1..=35).contains(n)) {
        return Some(0xffbd + n);
    }
    Some(match key {
        Code::Space => 0x20,
        Code::Comma => 0x2c,
        Code::Minus => 0x2d,
        Code::Period => 0x2e,
        Code::Slash => 0x2f,
        Code::Semicolon => 0x3b,
        Code::Equal => 0x3d,
        Code::BracketLeft => 0x5b,
        Code::Backslash | Code::IntlBackslash => 0x5c,
        Code::BracketRight => 0x5d,
        Code::Backquote => 0x60,
        Code::Backspace => 0xff08,
        Code::Tab => 0xff09,
        Code::Enter => 0xff0d,
        Code::Pause => 0xff13,
        Code::ScrollLock => 0xff14,
        Code::Escape => 0xff1b,
        Code::Home => 0xff50,
        Code::ArrowLeft => 0xff51,
        Code::ArrowUp => 0xff52,
        Code::ArrowRight => 0xff53,
        Code::ArrowDown => 0xff54,
        Code::PageUp => 0xff55,
        Code::PageDown => 0xff56,
        Code::End => 0xff57,
        Code::PrintScreen => 0xff61,
        Code::Insert => 0xff63,
        Code::ContextMenu => 0xff67,
        Code::NumLock => 0xff7f,
        Code::NumpadMultiply => 0xffaa,
        Code::NumpadAdd => 0xffab,
        Code::NumpadSubtract => 0xffad,
        Code::NumpadDecimal => 0xffae,
        Code::NumpadDivide => 0xffaf,
        Code::CapsLock => 0xffe5,
        Code::Delete => 0xffff,
        Code::AudioVolumeDown => 0x1008_ff11,
        Code::AudioVolumeMute => 0x1008_ff12,
        Code::AudioVolumeUp => 0x1008_ff13,
        Code::MediaPlay => 0x1008_ff14,
        Code::MediaStop => 0x1008_ff15,
        Code::MediaTrackPrevious => 0x1008_ff16,
        Code::MediaTrackNext => 0x1008_ff17,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_key_names_are_parsed() {
        assert_eq!(parse("ScrollLock").unwrap().key, Code::ScrollLock);
        assert_eq!(parse(" scroll lock ").unwrap().key, Code::ScrollLock);
        assert_eq!(parse("F13").unwrap().key, Code::F13);
        let combo = parse("ctrl + Shift+space").unwrap();
        assert_eq!((combo.mods, combo.key), (Modifiers::CONTROL | Modifiers::SHIFT, Code::Space));
        assert!(parse("Win+F9").is_ok());
    }

    #[test]
    fn bad_key_name_is_a_settings_problem_naming_the_word() {
        for (name, word) in [
            ("Scrolllok", "Scrolllok"),
            ("Ctrl+Bananas", "Bananas"),
            ("Shift", "modifier"),
            ("Ctrl+Alt", "modifier"),
            ("AltGr", "modifier"),
            ("A+B", "\"A\""),
            ("", "missing"),
            ("Ctrl+", "missing"),
            ("+", "missing"),
        ] {
            let p = parse(name).unwrap_err();
            assert!(p.why.iter().any(|w| w.contains(word)), "{name:?}: {p}");
            assert!(!p.fix.is_empty() && p.exit_code() == 3);
        }
    }

    #[test]
    fn names_from_x11_linux_and_other_spellings_are_equal() {
        for (name, symbol) in [
            ("Control_R", 0xffe4),
            ("ControlR", 0xffe4),
            ("Control_L", 0xffe3),
            ("Shift_R", 0xffe2),
            ("Alt_L", 0xffe9),
            ("Super_L", 0xffeb),
            ("ISO_Level3_Shift", 0xfe03),
            ("KP_0", 0xffb0),
            ("kp0", 0xffb0),
            ("Num 0", 0xffb0),
            ("Keypad 7", 0xffb7),
            ("Numpad-7", 0xffb7),
            ("KP_Enter", 0xff8d),
            ("Numpad Enter", 0xff8d),
            ("KP_Add", 0xffab),
            ("Scroll_Lock", 0xff14),
            ("KEY_SCROLLLOCK", 0xff14),
            ("KEY_F13", 0xffca),
            ("Prior", 0xff55),
            ("XF86AudioNext", 0x1008_ff17),
            ("apostrophe", 0x27),
            ("'", 0x27),
        ] {
            assert_eq!(listened(name).unwrap_or_else(|p| panic!("{name}: {p}")).symbols.first(), Some(&symbol), "{name}");
        }
        assert_eq!(listened("Control_L+KP_0").unwrap(), Listened { symbols: vec![0xffb0], mods: Modifiers::CONTROL });
        assert_eq!(parse("KP_0").unwrap().key, Code::Numpad0, "also for a grab");
    }

    #[test]
    fn unknown_key_is_reported_with_similar_names_and_remedy() {
        for (name, near, other) in [
            ("Scrollock", "\"ScrollLock\"", ""),
            ("Pasue", "\"Pause\"", ""),
            ("F1l", "\"F1\" or \"F10\"", ""),
            ("RightCrtl", "\"RightCtrl\"", ""),
            ("Numpad10", "\"Numpad0\"", ""),
            ("Rollen", "", "Change key"),
            ("\u{f6}", "", "Change key"),
            ("Mouse4", "", "mouse's own software"),
            ("Joystick button 3", "", "ptt.joystick"),
        ] {
            for grab in [false, true] {
                let p = check(&Ptt { key: name.into(), grab, ..Ptt::default() }).unwrap_err();
                assert!(p.why[0].contains("no key called") && p.exit_code() == 3, "{p}");
                assert!(p.fix.contains("Change key") && p.fix.contains(other), "{p}");
                assert_eq!(near.is_empty(), !p.fix.contains("did you mean"), "{p}");
                assert!(p.fix.contains(near), "{p}");
            }
        }
        // A modifier alone can be listened to, but not grabbed.
        let right = |grab| check(&Ptt { key: "Control_R".into(), grab, ..Ptt::default() });
        assert!(right(false).is_ok() && right(true).unwrap_err().fix.contains("ptt.grab = false"));
        assert!(check(&Ptt { key: "none".into(), ..Ptt::default() }).is_ok());
    }

    #[test]
    fn listener_accepts_modifiers_alone_and_their_sides() {
        assert_eq!(listened("RightCtrl").unwrap().symbols, [0xffe4]);
        assert_eq!(listened("Right Ctrl").unwrap().symbols, [0xffe4]);
        assert_eq!(listened("ControlLeft").unwrap().symbols, [0xffe3]);
        assert_eq!(listened("rshift").unwrap().symbols, [0xffe2]);
        assert_eq!(listened("Ctrl").unwrap().symbols, [0xffe3, 0xffe4]);
        assert_eq!(listened("AltGr").unwrap().symbols, [0xfe03, 0xffea]);
        assert_eq!(listened("Shift+RightCtrl").unwrap(), Listened { symbols: vec![0xffe4], mods: Modifiers::SHIFT });
        assert_eq!(listened("Ctrl+Shift+Space").unwrap().mods, Modifiers::CONTROL | Modifiers::SHIFT);
        assert_eq!(listened("ScrollLock").unwrap().symbols, [0xff14]);
        for bad in ["", "Bananas", "A+Ctrl", "Ctrl+"] {
            assert!(listened(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn keysyms_match_the_protocol() {
        assert_eq!(keysym(Code::ScrollLock), Some(0xff14));
        assert_eq!(keysym(Code::F1), Some(0xffbe));
        assert_eq!(keysym(Code::F24), Some(0xffd5));
        assert_eq!(keysym(Code::KeyA), Some(0x41));
        assert_eq!(keysym(Code::Digit9), Some(0x39));
        assert_eq!(keysym(Code::Numpad0), Some(0xffb0));
        assert_eq!(keysym(Code::ControlLeft), None);
    }
}
